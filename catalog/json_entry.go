package catalog

import (
	"strconv"
	"time"
)

// jsonEntry reads entries.
type jsonEntry struct {
	s      *jsonScan
	o      *jsonOptions
	items  []Item // of the entry at hand; copied at its end
	e      *Entry
	unread []Unread
	alias  uint64 // the aliases among the keys of the entry, by jsonAliases
}

// read reads one entry at the scanner's place.
func (j *jsonEntry) read(e *Entry) bool {
	j.e, j.unread, j.alias = e, j.unread[:0], 0
	var seen uint64
	ok := j.s.members(0, func(key string, at int) bool {
		n := entryFieldNumber(key)
		if n == 0 {
			return j.other(key, at)
		}
		if seen&(1<<n) != 0 {
			return j.twice(key, at)
		}
		seen |= 1 << n
		return j.field(n)
	})
	if ok && j.alias != 0 {
		j.adopt(seen)
	}
	return ok
}

func (j *jsonEntry) twice(key string, at int) bool {
	return j.s.fail(at, "the key "+strconv.Quote(key)+" stands here for the second time")
}

// other keeps a key that the model does not have.
func (j *jsonEntry) other(key string, at int) bool {
	v, ok := j.s.any(1)
	if !ok {
		return false
	}
	m := &j.e.Extra
	if j.o.facts[key] {
		m = &j.e.Facts
	}
	if _, twice := (*m)[key]; twice {
		return j.twice(key, at)
	}
	jsonPut(m, key, v)
	if m == &j.e.Extra {
		j.alias |= jsonAliasBit(key)
	}
	return true
}

func jsonPut(m *map[string]any, key string, v any) {
	if *m == nil {
		*m = map[string]any{}
	}
	(*m)[key] = v
}

// doubt notes a value that was not understood.
func (j *jsonEntry) doubt(key, value, why string) {
	jsonPut(&j.e.Extra, key, value)
	j.unread = append(j.unread, Unread{Column: key, Value: value, Why: why})
}

func (j *jsonEntry) str(to *string) bool {
	if j.s.null() {
		return true
	}
	t, ok := j.s.text()
	*to = t
	return ok
}

func (j *jsonEntry) int(to *int) bool {
	n, ok := j.s.int()
	*to = n
	return ok
}

func (j *jsonEntry) strs(to *[]string) bool {
	if j.s.null() {
		return true
	}
	list := []string{}
	ok := j.s.elements(1, func() bool {
		var t string
		ok := j.str(&t)
		list = append(list, t)
		return ok
	})
	*to = list
	return ok
}

func (j *jsonEntry) time(to *time.Time, key string) bool {
	var text string
	if !j.str(&text) || text == "" {
		return j.s.what == ""
	}
	if err := to.UnmarshalText([]byte(text)); err != nil {
		*to = time.Time{}
		j.doubt(key, text, "不是时间；请写 2026-01-31T00:00:00+08:00 的形式")
	}
	return true
}

// merge reads an object into a map that keys on the outside may have been put into already.
func (j *jsonEntry) merge(to *map[string]any) bool {
	at := j.s.pos
	m, ok := j.s.object(1)
	if !ok {
		return false
	}
	if *to == nil {
		*to = m
		return true
	}
	for k, v := range m {
		if _, twice := (*to)[k]; twice {
			return j.twice(k, at)
		}
		(*to)[k] = v
	}
	return true
}

const (
	jsonWhySharing   = "不是共享属性；请写 unconditional、conditional 或者 none"
	jsonWhyOpen      = "不是开放类型；请写 unconditional、conditional、closed 或者 undetermined"
	jsonWhyFrequency = "不是更新频率；请写 daily、monthly 等代码，或者 每日、每月"
	jsonWhySubject   = "不是主体；请写 person、organisation、place、event 或者 thing"
	jsonWhyKey       = "不是标识类别；请写 direct、strong_key、weak_key、quasi、sensitive 或者 none"
)

func (j *jsonEntry) sharing(to *Sharing, key func() string) bool {
	var t string
	ok := j.str(&t)
	switch v := Sharing(t); v {
	case "", SharedFreely, SharedConditionally, NotShared:
		*to = v
	default:
		j.doubt(key(), t, jsonWhySharing)
	}
	return ok
}

// openType leaves what is not understood undetermined: that opens nothing.
func (j *jsonEntry) openType(to *OpenType, key func() string) bool {
	var t string
	ok := j.str(&t)
	switch v := OpenType(t); v {
	case "", Unconditional, Conditional, Closed, Undetermined:
		*to = v
	default:
		*to = Undetermined
		j.doubt(key(), t, jsonWhyOpen)
	}
	return ok
}

func (j *jsonEntry) frequency() bool {
	var t string
	ok := j.str(&t)
	if t == "" || Frequency(t).Known() {
		j.e.UpdateFrequency = Frequency(t)
		return ok
	}
	f, known := ParseFrequency(t)
	if !known {
		j.doubt("update_frequency", t, jsonWhyFrequency)
		return ok
	}
	j.e.UpdateFrequency = f
	return ok
}

// list reads the items.
func (j *jsonEntry) list() bool {
	if j.s.null() {
		return true
	}
	j.items = j.items[:0]
	ok := j.s.elements(1, func() bool {
		if len(j.items) >= j.o.limits.Items {
			return j.s.fail(j.s.pos, "more items than the limit of "+strconv.Itoa(j.o.limits.Items))
		}
		j.items = append(j.items, Item{})
		if j.s.null() {
			return true
		}
		if j.s.peek() == '"' { // only its name
			return j.str(&j.items[len(j.items)-1].Name)
		}
		return j.item(&j.items[len(j.items)-1], len(j.items)-1)
	})
	j.e.Items = append(make([]Item, 0, len(j.items)), j.items...)
	return ok
}

func (j *jsonEntry) item(it *Item, n int) bool {
	var seen uint64
	var others map[string]bool
	return j.s.members(2, func(key string, at int) bool {
		f := itemFieldNumber(key)
		if f != 0 {
			if seen&(1<<f) != 0 {
				return j.twice(key, at)
			}
			seen |= 1 << f
			return j.itemField(it, f, n, key)
		}
		v, ok := j.s.any(3)
		if !ok {
			return false
		}
		if others[key] {
			return j.twice(key, at)
		}
		if others == nil {
			others = map[string]bool{}
		}
		others[key] = true
		if !j.o.facts[key] {
			jsonPut(&j.e.Extra, jsonItemKey(n, key), v)
			return true
		}
		if _, twice := it.Facts[key]; twice {
			return j.twice(key, at)
		}
		jsonPut(&it.Facts, key, v)
		return true
	})
}

// jsonItemKey is where Extra of an entry has a key of an item, counted from 0.
func jsonItemKey(n int, key string) string { return "items/" + strconv.Itoa(n) + "/" + key }

func (j *jsonEntry) itemField(it *Item, f, n int, key string) bool {
	where := func() string { return jsonItemKey(n, key) }
	switch f {
	case itemName:
		return j.str(&it.Name)
	case itemType:
		return j.str(&it.Type)
	case itemLength:
		return j.int(&it.Length)
	case itemSummary:
		return j.str(&it.Summary)
	case itemSemantic:
		return j.str(&it.Semantic)
	case itemSubject:
		var t string
		ok := j.str(&t)
		switch v := Subject(t); v {
		case "", SubjectPerson, SubjectOrganisation, SubjectPlace, SubjectEvent, SubjectThing:
			it.Subject = v
		default:
			j.doubt(where(), t, jsonWhySubject)
		}
		return ok
	case itemIdentifier:
		var t string
		ok := j.str(&t)
		switch v := Identifier(t); v {
		case "", Direct, StrongKey, WeakKey, Quasi, Sensitive, NoKey:
			it.Identifier = v
		default:
			j.doubt(where(), t, jsonWhyKey)
		}
		return ok
	case itemGranularity:
		return j.str(&it.Granularity)
	case itemNamespace:
		return j.str(&it.Namespace)
	case itemMasking:
		return j.str(&it.Masking)
	case itemSharing:
		return j.sharing(&it.Sharing, where)
	case itemOpenType:
		return j.openType(&it.OpenType, where)
	case itemLevel:
		return j.int(&it.Level)
	default:
		return j.merge(&it.Facts)
	}
}
