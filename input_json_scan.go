package banfa

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
)

// scanDepth is how deep a scanned document may nest; deeper ones are read the long way.
const scanDepth = 16

// scanFacts reads a document in one pass, straight into the slots of its facts. It gives up on whatever is amiss: parseFacts and Map then
// read the document again and say what is wrong, so that there is one place that refuses. What it takes, they take, with the same values.
func scanFacts(text []byte, s *input.Schema) (*input.Document, bool) {
	if s.Bytes > 0 && len(text) > s.Bytes || !utf8.Valid(text) {
		return nil, false
	}
	f := factScanner{text: bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), schema: s}
	d := &input.Document{Values: make([]expr.Value, len(s.Facts))}
	if !f.facts(&d.Name, d.Values, d) || f.peek() != 0 || f.at < len(f.text) {
		return nil, false
	}
	return d, true
}

// factScanner stands before the next byte to read. Its methods report false where they give up.
type factScanner struct {
	text   []byte
	at     int
	schema *input.Schema
}

// peek skips white space and returns the next byte, 0 at the end.
func (f *factScanner) peek() byte {
	for ; f.at < len(f.text); f.at++ {
		switch c := f.text[f.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// take skips white space and one byte, if it is c.
func (f *factScanner) take(c byte) bool {
	if f.peek() != c {
		return false
	}
	f.at++
	return true
}

// word takes a literal.
func (f *factScanner) word(w string) bool {
	if !bytes.HasPrefix(f.text[f.at:], []byte(w)) {
		return false
	}
	f.at += len(w)
	return true
}

// list takes what stands between two brackets, separated by commas.
func (f *factScanner) list(opening, closing byte, element func() bool) bool {
	if !f.take(opening) {
		return false
	}
	if f.take(closing) {
		return true
	}
	for element() {
		if f.take(closing) {
			return true
		}
		if !f.take(',') {
			return false
		}
	}
	return false
}

// facts takes an object of facts. The document is nil for an item's.
func (f *factScanner) facts(name *string, values []expr.Value, d *input.Document) bool {
	seen := make([]bool, len(values)+2) // the last two are the name and the items
	return f.list('{', '}', func() bool {
		key, ok := f.quoted()
		if !ok || !f.take(':') {
			return false
		}
		slot, declared := f.schema.Index(string(key))
		switch {
		case f.schema.Items && string(key) == "name":
			slot = len(values)
		case f.schema.Items && string(key) == "items" && d != nil:
			slot = len(values) + 1
		case !declared:
			return false
		}
		if seen[slot] {
			return false
		}
		seen[slot] = true
		c := f.peek()
		switch {
		case c == 'n' && (d != nil || slot < len(values)): // an item must have a name
			return f.word("null")
		case slot == len(values):
			text, isText := f.quoted()
			*name = string(text)
			return isText && (d != nil || *name != "")
		case slot > len(values):
			return f.items(d)
		}
		values[slot], ok = f.value(slot, c)
		return ok
	})
}

func (f *factScanner) items(d *input.Document) bool {
	d.Items = []input.Item{}
	return f.list('[', ']', func() bool {
		item := input.Item{Values: make([]expr.Value, len(d.Values))}
		if len(d.Items) == maxItems || !f.facts(&item.Name, item.Values, nil) || item.Name == "" {
			return false
		}
		d.Items = append(d.Items, item)
		return true
	})
}

// value takes the value of a fact, which begins with c.
func (f *factScanner) value(slot int, c byte) (v expr.Value, ok bool) {
	t := f.schema.Facts[slot].Type
	var raw any
	switch c {
	case 't':
		return expr.NewBool(true), t.Kind == expr.Bool && f.word("true")
	case 'f':
		return expr.NewBool(false), t.Kind == expr.Bool && f.word("false")
	case '"':
		text, isText := f.quoted()
		if !isText {
			return v, false
		}
		if t.Kind == expr.Enum {
			return f.schema.Code(slot, text)
		}
		raw = string(text)
	default:
		if raw, ok = f.any(1); !ok {
			return v, false
		}
	}
	v, err := t.FromGo(raw)
	return v, err == nil
}

// any takes a value as parseFacts gives it.
func (f *factScanner) any(depth int) (any, bool) {
	c := f.peek()
	switch c {
	case 'n':
		return nil, f.word("null")
	case 't':
		return true, f.word("true")
	case 'f':
		return false, f.word("false")
	case '"':
		text, ok := f.quoted()
		return string(text), ok
	case '[':
		list := []any{}
		return list, depth < scanDepth && f.list('[', ']', func() bool {
			v, ok := f.any(depth + 1)
			list = append(list, v)
			return ok
		})
	case '{':
		m := map[string]any{}
		return m, depth < scanDepth && f.list('{', '}', func() bool {
			key, ok := f.quoted()
			if _, twice := m[string(key)]; !ok || twice || !f.take(':') {
				return false
			}
			m[string(key)], ok = f.any(depth + 1)
			return ok
		})
	}
	return f.number()
}

// number takes a number of JSON with its digits.
func (f *factScanner) number() (any, bool) {
	start := f.at
	digits := func() bool {
		from := f.at
		for f.at < len(f.text) && f.text[f.at] >= '0' && f.text[f.at] <= '9' {
			f.at++
		}
		return f.at > from
	}
	has := func(set string) bool {
		if f.at == len(f.text) || bytes.IndexByte([]byte(set), f.text[f.at]) < 0 {
			return false
		}
		f.at++
		return true
	}
	has("-")
	if !has("0") && !digits() {
		return nil, false
	}
	if has(".") && !digits() {
		return nil, false
	}
	if has("eE") {
		has("+-")
		if !digits() {
			return nil, false
		}
	}
	return json.Number(f.text[start:f.at]), true
}

// quoted takes a string and returns what it says.
func (f *factScanner) quoted() (text []byte, ok bool) {
	if !f.take('"') {
		return nil, false
	}
	start, escaped := f.at, false
	for f.at < len(f.text) {
		c := f.text[f.at]
		f.at++
		switch {
		case c == '\\':
			escaped = true
			f.at++
		case c < ' ':
			return nil, false
		case c != '"':
		case escaped:
			var s string
			err := json.Unmarshal(f.text[start-1:f.at], &s)
			return []byte(s), err == nil
		default:
			return f.text[start : f.at-1], true
		}
	}
	return nil, false
}
