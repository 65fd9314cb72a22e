package banfa

import (
	"bytes"
	"unicode/utf8"
	"unsafe"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
)

// MarkFacts checks a document as ReadFacts does, but only marks what conditions ask of it, without building the document. It gives up on
// whatever is amiss, and on a document with items: ReadFacts then says what it is. It is for the packages of this module.
//
// Forms of facts are told apart by a switch, and not by their methods, so that a document need not be put on the heap to be read.
func MarkFacts(f Facts, s *input.Schema, m *expr.Marks) bool {
	switch f := f.(type) {
	case nil:
		return true
	case Map:
		return f.mark(s, m)
	case JSON:
		return markJSON(f, s, m)
	case boundFacts:
		return f.mark(s, m)
	}
	return false
}

func (m Map) mark(s *input.Schema, marks *expr.Marks) bool {
	found := 0
	for i := range s.Facts {
		v, ok := m[s.Facts[i].Name]
		if !ok {
			continue
		}
		found++
		if !marks.Sink(s.Facts[i].Slot).Any(marks, v) {
			return false
		}
	}
	if found < len(m) && s.Items {
		if v, ok := m["name"]; ok {
			if _, isText := v.(string); !isText && v != nil {
				return false
			}
			found++
		}
		if v, ok := m["items"]; ok && v == nil {
			found++
		}
	}
	return found == len(m)
}

// markFactsLimit is the number of facts, and of fields of an object, up to which those seen are counted in one word.
const markFactsLimit = 64

func markJSON(text []byte, s *input.Schema, m *expr.Marks) bool {
	if s.Bytes > 0 && len(text) > s.Bytes || len(s.Facts) >= markFactsLimit || !utf8.Valid(text) {
		return false
	}
	f := factMarker{factScanner: factScanner{text: bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), schema: s}, m: m}
	return f.facts() && f.peek() == 0 && f.at == len(f.text)
}

// factMarker reads a document as factScanner does and hands its values to sinks. Its texts are slices of the document, which sinks do not keep.
type factMarker struct {
	factScanner
	m *expr.Marks
}

// first begins a list or an object, next goes on with it; done says that it has ended.
func (f *factMarker) first(opening, closing byte) (done, ok bool) {
	if !f.take(opening) {
		return false, false
	}
	return f.take(closing), true
}

func (f *factMarker) next(closing byte) (done, ok bool) {
	if f.take(closing) {
		return true, true
	}
	return false, f.take(',')
}

func (f *factMarker) facts() bool {
	var seen uint64
	done, ok := f.first('{', '}')
	for ok && !done {
		key, isText := f.quoted()
		if !isText || !f.take(':') {
			return false
		}
		slot, declared := f.schema.Index(string(key))
		if !declared {
			if !f.schema.Items || string(key) != "name" {
				return false // items too
			}
			slot = len(f.schema.Facts)
		}
		if seen&(1<<slot) != 0 {
			return false
		}
		seen |= 1 << slot
		switch c := f.peek(); {
		case c == 'n':
			ok = f.word("null")
		case slot == len(f.schema.Facts):
			_, ok = f.quoted()
		default:
			ok = f.value(f.m.Sink(f.schema.Facts[slot].Slot), f.m, c)
		}
		if ok {
			done, ok = f.next('}')
		}
	}
	return ok
}

// value takes a value that is not null.
func (f *factMarker) value(s *expr.Sink, m *expr.Marks, c byte) bool {
	switch {
	case s.Kind() == expr.Bool:
		if c == 't' {
			return f.word("true") && s.Bool(m, true)
		}
		return f.word("false") && s.Bool(m, false)
	case s.Kind() == expr.String || s.Kind() == expr.Enum:
		text, ok := f.quoted()
		return ok && s.Text(m, unsafe.String(unsafe.SliceData(text), len(text))) //nolint:gosec // no sink keeps it
	case s.Kind() == expr.Int:
		if n, ok := f.digits(); ok {
			return s.Int(m, n)
		}
	case s.Kind() == expr.List && (s.Elem() != nil || s.Fields() != nil):
		return f.elements(s, m)
	}
	v, ok := f.any(1)
	return ok && s.Any(m, v)
}

// digits takes an int of a few digits, and nothing where there is another number.
func (f *factMarker) digits() (n int64, ok bool) {
	at, negative := f.at, false
	if at < len(f.text) && f.text[at] == '-' {
		negative = true
		at++
	}
	from := at
	for ; at < len(f.text) && at-from < 18 && f.text[at] >= '0' && f.text[at] <= '9'; at++ {
		n = n*10 + int64(f.text[at]-'0')
	}
	if at == from || at == len(f.text) || f.text[from] == '0' && at-from > 1 {
		return 0, false
	}
	switch f.text[at] {
	case ',', '}', ']', ' ', '\n', '\r', '\t':
	default:
		return 0, false
	}
	f.at = at
	if negative {
		n = -n
	}
	return n, true
}

func (f *factMarker) elements(s *expr.Sink, m *expr.Marks) bool {
	l := s.Begin(m)
	elem := s.Elem()
	done, ok := f.first('[', ']')
	for ok && !done {
		e := l.Next()
		if elem != nil {
			ok = f.value(elem, e, f.peek())
		} else {
			ok = f.object(s, e)
		}
		if ok {
			done, ok = f.next(']')
		}
	}
	return ok && l.End()
}

func (f *factMarker) object(s *expr.Sink, m *expr.Marks) bool {
	var seen uint64
	fields := s.Fields()
	if len(fields) >= markFactsLimit {
		return false
	}
	done, ok := f.first('{', '}')
	for ok && !done {
		key, isText := f.quoted()
		if !isText || !f.take(':') {
			return false
		}
		i := 0
		for i < len(fields) && s.Type().Elem.Fields[i].Name != string(key) {
			i++
		}
		if i == len(fields) || seen&(1<<i) != 0 {
			return false
		}
		seen |= 1 << i
		if c := f.peek(); c == 'n' {
			ok = f.word("null")
		} else {
			ok = f.value(fields[i], m, c)
		}
		if ok {
			done, ok = f.next('}')
		}
	}
	return ok
}
