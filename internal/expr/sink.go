package expr

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Sink takes the values of one fact, or of one place in it, checks them as FromGo does, and marks what the conditions ask of them. Its
// methods report whether the value could be taken; one that could not may have left marks, and FromGo says what is wrong with it.
type Sink struct {
	typ   *Type
	kind  Kind
	limit int // of runes, or of items

	// Its bits are those of words from word on. Values fall into classes that no condition tells apart.
	word, span int
	all        uint64    // its bits, where they are within one word
	set        []uint64  // by class, the bits that are true, where they are within one word
	many       [][]int32 // by class, the bits that are true, where they are not
	texts      []string  // class i+1 of a string; class 0 are all others
	index      map[string]int
	ints       []int64   // class 2i+1 of an int, between the classes of what is less and what is greater
	floats     []float64 // likewise of a double
	like       []like    // what else is asked of a string

	size   *Sink // of a list: takes its length; nil where nothing is asked of that
	elem   *Sink // of a list without objects
	fields []*Sink
	folds  []fold
	whole  bool // a list whose elements this package takes only as a Value

	leaves []leafSink // of an object
}

// leafSink takes a place within an object.
type leafSink struct {
	path []int
	sink *Sink
}

// like is a question about a string other than whether it is equal to another.
type like struct {
	bit  int
	kind ProbeKind // ProbePrefix, ProbeSuffix or ProbeContains
	text string
}

// fold is a question about all elements of a list: whether one of them, or every one, meets a condition over the bits of an element.
type fold struct {
	bit   int
	every bool
	when  Terms
}

// Kind is the kind of value that is wanted.
func (s *Sink) Kind() Kind { return s.kind }

// Type is the declared type.
func (s *Sink) Type() *Type { return s.typ }

// Given reports whether a value was taken of which something is asked. It is for facts that are no lists and no objects.
func (s *Sink) Given(m *Marks) bool { return s.span > 0 && m.Known(s.word, s.all) }

// fewTexts is the number of strings up to which they are compared one by one.
const fewTexts = 6

func (s *Sink) mark(m *Marks, class int) {
	if s.span == 1 {
		t := s.set[class]
		m.t[s.word] |= t
		m.f[s.word] |= s.all &^ t
		return
	}
	for i := range m.f[s.word : s.word+s.span] {
		m.f[s.word+i] = math.MaxUint64
	}
	for _, b := range s.many[class] {
		m.t[b>>6] |= 1 << (b & 63)
		m.f[b>>6] &^= 1 << (b & 63)
	}
}

// Bool takes a bool.
func (s *Sink) Bool(m *Marks, b bool) bool {
	if s.kind != Bool {
		return false
	}
	s.bool(m, b)
	return true
}

func (s *Sink) bool(m *Marks, b bool) {
	switch {
	case s.span == 0:
	case b:
		m.t[s.word] |= s.all
	default:
		m.f[s.word] |= s.all
	}
}

// Int takes an int.
func (s *Sink) Int(m *Marks, n int64) bool {
	if s.kind != Int || s.typ.Min.Present() && n < int64(s.typ.Min.v.(types.Int)) || s.typ.Max.Present() && n > int64(s.typ.Max.v.(types.Int)) {
		return false
	}
	s.int(m, n)
	return true
}

func (s *Sink) int(m *Marks, n int64) {
	if s.span > 0 {
		s.mark(m, classOf(s.ints, n))
	}
}

// Double takes a double.
func (s *Sink) Double(m *Marks, x float64) bool {
	if s.kind != Double || math.IsNaN(x) || math.IsInf(x, 0) ||
		s.typ.Min.Present() && x < float64(s.typ.Min.v.(types.Double)) || s.typ.Max.Present() && x > float64(s.typ.Max.v.(types.Double)) {
		return false
	}
	s.double(m, x)
	return true
}

func (s *Sink) double(m *Marks, x float64) {
	if s.span > 0 {
		s.mark(m, classOf(s.floats, x))
	}
}

func classOf[T int64 | float64](at []T, n T) int {
	i := 0
	if len(at) > fewTexts {
		i, _ = slices.BinarySearch(at, n)
	} else {
		for i < len(at) && at[i] < n {
			i++
		}
	}
	if i < len(at) && at[i] == n {
		return 2*i + 1
	}
	return 2 * i
}

// Text takes a string or the code of an enum.
func (s *Sink) Text(m *Marks, text string) bool {
	switch s.kind {
	case String:
		if (len(text) > s.limit || !isShortASCII(text)) && !s.fits(text) {
			return false
		}
		if s.span > 0 {
			s.text(m, text)
		}
		return true
	case Enum:
		class := s.class(text)
		if s.span > 0 {
			s.mark(m, class)
		}
		return class > 0
	}
	return false
}

func (s *Sink) fits(text string) bool {
	return utf8.ValidString(text) && (len(text) <= s.limit || utf8.RuneCountInString(text) <= s.limit)
}

// isShortASCII spares most texts the call of utf8.ValidString.
func isShortASCII(text string) bool {
	if len(text) > 24 {
		return false
	}
	var all byte
	for i := range len(text) {
		all |= text[i]
	}
	return all < utf8.RuneSelf
}

// text takes a string that has been checked, where something is asked of it.
func (s *Sink) text(m *Marks, text string) {
	s.mark(m, s.class(text))
	for i := range s.like {
		if l := &s.like[i]; l.holds(text) {
			m.t[l.bit>>6] |= 1 << (l.bit & 63)
			m.f[l.bit>>6] &^= 1 << (l.bit & 63)
		}
	}
}

func (s *Sink) class(text string) int {
	if s.index != nil {
		return s.index[text]
	}
	for i, t := range s.texts {
		if t == text {
			return i + 1
		}
	}
	return 0
}

func (l *like) holds(text string) bool {
	switch l.kind {
	case ProbePrefix:
		return strings.HasPrefix(text, l.text)
	case ProbeSuffix:
		return strings.HasSuffix(text, l.text)
	}
	return strings.Contains(text, l.text)
}

// Any takes a Go value of any form that FromGo takes; nil is absent.
func (s *Sink) Any(m *Marks, in any) bool {
	switch v := in.(type) {
	case nil:
		return true
	case bool:
		return s.Bool(m, v)
	case string:
		if s.kind == String || s.kind == Enum {
			return s.Text(m, v)
		}
	case int:
		if s.kind == Int {
			return s.Int(m, int64(v))
		}
	case int64:
		if s.kind == Int {
			return s.Int(m, v)
		}
	case float64:
		if s.kind == Double {
			return s.Double(m, v)
		}
	case []any:
		if s.kind == List && !s.whole {
			return takeList(s, m, v, s.element)
		}
	case []string:
		if s.kind == List && !s.whole && s.elem != nil {
			return takeList(s, m, v, func(m *Marks, v string) bool { return s.elem.Text(m, v) })
		}
	case []map[string]any:
		if s.kind == List && !s.whole && s.fields != nil {
			return takeList(s, m, v, s.object)
		}
	}
	v, err := s.typ.FromGo(in)
	if err == nil {
		s.Value(m, v)
	}
	return err == nil
}

func takeList[T any](s *Sink, m *Marks, list []T, take func(*Marks, T) bool) bool {
	l := s.Begin(m)
	for _, e := range list {
		if !take(l.Next(), e) {
			return false
		}
	}
	return l.End()
}

func (s *Sink) element(m *Marks, v any) bool {
	if s.elem != nil {
		return v != nil && s.elem.Any(m, v)
	}
	fields, ok := v.(map[string]any)
	return ok && s.object(m, fields)
}

func (s *Sink) object(m *Marks, fields map[string]any) bool {
	if fields == nil {
		return false
	}
	found := 0
	for i, f := range s.fields {
		v, ok := fields[s.typ.Elem.Fields[i].Name]
		if !ok {
			continue
		}
		found++
		if !f.Any(m, v) {
			return false
		}
	}
	return found == len(fields)
}

// Fields are the sinks of the fields of a list of objects, in the order declared; nil where elements are no objects or can only be taken whole,
// by Any.
func (s *Sink) Fields() []*Sink {
	if s.whole {
		return nil
	}
	return s.fields
}

// Elem is the sink of the elements of a list; nil where they are objects or can only be taken whole.
func (s *Sink) Elem() *Sink {
	if s.whole {
		return nil
	}
	return s.elem
}

// Elements takes a list element by element.
type Elements struct {
	sink          *Sink
	m             *Marks
	count         int
	yes, no, open uint64 // by fold: whether it was true, false or unknown of some element
}

// maxFolds is the number of questions about the elements of one list.
const maxFolds = 64

// Begin begins a list.
func (s *Sink) Begin(m *Marks) Elements { return Elements{sink: s, m: m} }

// Next begins an element, and returns the marks that its sinks take.
func (l *Elements) Next() *Marks {
	if l.count > 0 {
		l.close()
	}
	l.count++
	e := l.m.elem
	e.t[0], e.f[0] = 0, 0
	return e
}

func (l *Elements) close() {
	folds := l.sink.folds
	for i := range folds {
		switch folds[i].when.Truth(l.m.elem) {
		case True:
			l.yes |= 1 << i
		case False:
			l.no |= 1 << i
		default:
			l.open |= 1 << i
		}
	}
}

// End ends the list, and reports whether it is not too long.
func (l *Elements) End() bool {
	s := l.sink
	if l.count > s.limit {
		return false
	}
	if l.count > 0 {
		l.close()
	}
	if s.size != nil {
		s.size.int(l.m, int64(l.count))
	}
	for i := range s.folds {
		f := &s.folds[i]
		settles, v := l.yes, True // one true element settles an exists, one false element an all
		if f.every {
			settles, v = l.no, False
		}
		switch {
		case settles&(1<<i) != 0:
			l.m.set(f.bit, v)
		case l.open&(1<<i) == 0:
			l.m.set(f.bit, True-v)
		}
	}
	return true
}

// Value takes a value of the declared type.
func (s *Sink) Value(m *Marks, v Value) { s.value(m, v.v) }

func (s *Sink) value(m *Marks, v ref.Val) {
	switch v := v.(type) {
	case nil:
	case types.Bool:
		s.bool(m, bool(v))
	case types.Int:
		s.int(m, int64(v))
	case types.Double:
		s.double(m, float64(v))
	case types.String:
		if s.span > 0 {
			s.text(m, string(v))
		}
	case *object:
		for i := range s.leaves {
			l := &s.leaves[i]
			l.sink.value(m, at(v, l.path))
		}
	case traits.Lister:
		if s.size != nil || len(s.folds) > 0 {
			s.list(m, v)
		}
	}
}

// at returns what stands at a path within an object.
func at(v ref.Val, path []int) ref.Val {
	for _, i := range path {
		o, ok := v.(*object)
		if !ok {
			return nil
		}
		v = o.vals[i]
	}
	return v
}

func (s *Sink) list(m *Marks, list traits.Lister) {
	l := s.Begin(m)
	n, _ := list.Size().(types.Int)
	for i := range n {
		e := l.Next()
		v := list.Get(i)
		o, ok := v.(*object)
		switch {
		case ok:
			for j, f := range s.fields {
				f.value(e, o.vals[j])
			}
		case s.elem != nil:
			s.elem.value(e, v)
		}
	}
	l.End()
}
