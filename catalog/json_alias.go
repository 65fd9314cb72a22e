package catalog

import (
	"math"
	"strconv"
	"strings"
)

// jsonAlias is another key for a field of an entry.
type jsonAlias struct {
	key   string
	field int // its number
	take  func(e *Entry, v any) bool
}

// jsonAliases are the keys that lists of portals have where ours has another. They count only beside the other keys of an entry, not
// within extra, and only where our own key is absent: then what they say is in the field, and else it stays in Extra.
var jsonAliases = [...]jsonAlias{
	{"title", entryName, func(e *Entry, v any) (ok bool) {
		e.Name, ok = v.(string)
		return ok
	}},
	{"formats", entryFormat, func(e *Entry, v any) (ok bool) {
		e.Format, ok = jsonJoined(v)
		return ok
	}},
	{"updated", entryUpdatedAt, func(e *Entry, v any) (ok bool) {
		text, ok := v.(string)
		if ok && text != "" {
			e.UpdatedAt, ok = importDate(text)
		}
		return ok
	}},
	{"seq", entryID, func(e *Entry, v any) (ok bool) {
		e.ID, ok = jsonNumeral(v)
		return ok
	}},
}

// jsonAliasBit is the bit of an alias, and 0 for other keys.
func jsonAliasBit(key string) uint64 {
	for i := range jsonAliases {
		if jsonAliases[i].key == key {
			return 1 << i
		}
	}
	return 0
}

// adopt puts what stands under aliases into the fields whose own keys are not among those seen.
func (j *jsonEntry) adopt(seen uint64) {
	for i := range jsonAliases {
		a := &jsonAliases[i]
		if j.alias&(1<<i) == 0 || seen&(1<<a.field) != 0 {
			continue
		}
		v := j.e.Extra[a.key]
		if a.take(j.e, v) {
			delete(j.e.Extra, a.key)
			continue
		}
		text, _ := v.(string) // of other kinds Extra has the value
		j.unread = append(j.unread, Unread{Column: a.key, Value: text, Why: "不能按这一字段理解，已保留在附加信息中"})
	}
	if len(j.e.Extra) == 0 {
		j.e.Extra = nil
	}
}

// jsonJoined is a text, or a list of texts with commas between them as Format has it.
func jsonJoined(v any) (string, bool) {
	if text, ok := v.(string); ok {
		return text, true
	}
	list, ok := v.([]any)
	if !ok {
		return "", false
	}
	texts := make([]string, len(list))
	for i, v := range list {
		if texts[i], ok = v.(string); !ok || strings.Contains(texts[i], ",") {
			return "", false
		}
	}
	return strings.Join(texts, ","), true
}

// jsonNumeral is a text, or a whole number in digits.
func jsonNumeral(v any) (string, bool) {
	const exact = 1 << 53 // below it float64 has every whole number
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		if v != math.Trunc(v) || math.Abs(v) >= exact {
			return "", false
		}
		return strconv.FormatInt(int64(v), 10), true
	}
	return "", false
}
