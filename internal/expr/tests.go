package expr

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Tests answer the atoms of an environment that hold one fact against constants: without cel-go, all of one fact at once, and none of them can
// fail. The other atoms stay with cel-go. Both mean the same; a fuzz test compares them.
//
// They are immutable and safe for any number of goroutines.
type Tests struct {
	env    *Env
	words  int
	lits   []Literal // by atom
	slots  []*Sink
	guards []Guard
	guard  []int // by bit: which of guards it belongs to, or -1
}

// Guard is a fact of which at most few bits are true at once, such as those that compare a string with constants: rules can be looked up by them.
type Guard struct {
	Word, Span int
	Mask       uint64 // of the bits of it in each word
	Classes    int
}

// NewTests prepares the tests of the atoms compiled so far. params is the slot of a value that never changes, or negative.
func (e *Env) NewTests(params int, value Value) *Tests {
	return e.newTests(params, value, e.affordable())
}

// NoTests leaves every atom to cel-go.
func (e *Env) NoTests() *Tests { return e.newTests(-1, Value{}, false) }

func (e *Env) newTests(params int, value Value, some bool) *Tests {
	t := &Tests{env: e, lits: make([]Literal, len(e.atoms)), slots: make([]*Sink, len(e.vars))}
	b := testBuilder{
		t: t, params: params, value: value,
		asks: map[*Sink][]*ask{}, known: map[askKey]*ask{}, elems: map[*Sink]int{}, inside: map[*Sink]bool{},
	}
	for i, v := range e.vars {
		t.slots[i] = b.sink(v.Type, nil)
	}
	asked := make([]*ask, len(e.atoms))
	for i, a := range e.atoms {
		t.lits[i].Bit = -1
		if some && a.max <= e.limits.RuleCost {
			asked[i], t.lits[i].Not = b.atom(a)
		}
	}
	b.place()
	for i, a := range asked {
		if a != nil {
			t.lits[i].Bit = a.bit
		}
	}
	return t
}

// affordable reports whether all conditions together stay below the limit of an evaluation, whatever is evaluated of them: what is answered
// here has no cost, and must not pass where cel-go would have refused.
func (e *Env) affordable() bool {
	left := e.limits.EvalCost
	take := func(cost uint64) bool {
		if cost > left {
			return false
		}
		left -= cost
		return true
	}
	for _, a := range e.atoms {
		if !take(a.max) {
			return false
		}
	}
	for _, d := range e.defs {
		if !take(d.max) {
			return false
		}
	}
	return true
}

// Literal returns the bit of an atom; the Bit is negative where it has none.
func (t *Tests) Literal(a *Atom) Literal {
	if a.id >= len(t.lits) { // compiled since
		return Literal{Bit: -1}
	}
	return t.lits[a.id]
}

// Guards are the facts by whose bits rules can be looked up.
func (t *Tests) Guards() []Guard { return t.guards }

// GuardOf returns the guard that a bit belongs to.
func (t *Tests) GuardOf(bit int) (int, bool) { return t.guard[bit], t.guard[bit] >= 0 }

// Words is the number of words of each set of bits.
func (t *Tests) Words() int { return t.words }

// ask is a question about the value at one place.
type ask struct {
	bit  int
	op   string    // an operator, the name of a method, or "" for the bool itself
	with []ref.Val // constants
	fold *fold     // about the elements of a list
}

type askKey struct {
	sink *Sink
	text string
}

// testBuilder collects what is asked at each place, and then gives the questions their bits.
type testBuilder struct {
	t      *Tests
	params int
	value  Value
	asks   map[*Sink][]*ask
	known  map[askKey]*ask
	order  []*Sink       // those that are asked something, in the order in which they were first
	elems  map[*Sink]int // by list, the bits of its elements
	inside map[*Sink]bool
}

// maxNumberAsks bounds the questions about one number: each is answered for each class.
const maxNumberAsks = 256

// elemBits is the number of questions about the elements of one list.
const elemBits = 64

// sink prepares the sink of a type, which stands at a path within the object of its fact.
func (b *testBuilder) sink(t *Type, path []int) *Sink {
	s := &Sink{typ: t, kind: t.Kind}
	if t.Optional {
		s.kind = Invalid // taken as FromGo takes it; nothing is asked of it
		return s
	}
	switch t.Kind {
	case String:
		s.limit = t.RuneLimit()
	case Enum:
		s.setTexts(t.Values)
	case Object:
		for i := range t.Fields {
			sub := append(slices.Clone(path), i)
			f := b.sink(t.Fields[i].Type, sub)
			if f.kind == Object {
				s.leaves = append(s.leaves, f.leaves...)
			} else {
				s.leaves = append(s.leaves, leafSink{sub, f})
			}
		}
	case List:
		s.limit = t.ItemLimit()
		s.whole = !isScalar(t.Elem)
		if t.Elem.Kind != Object || t.Elem.Optional {
			s.elem = b.sink(t.Elem, nil)
			break
		}
		s.whole = false
		for i := range t.Elem.Fields {
			s.fields = append(s.fields, b.sink(t.Elem.Fields[i].Type, nil))
			s.whole = s.whole || !isScalar(t.Elem.Fields[i].Type)
		}
	}
	return s
}

func isScalar(t *Type) bool {
	switch t.Kind {
	case Bool, Int, Double, String, Enum:
		return !t.Optional
	}
	return false
}

func (s *Sink) setTexts(texts []string) {
	s.texts = texts
	if len(texts) <= fewTexts {
		return
	}
	s.index = make(map[string]int, len(texts))
	for i, t := range texts {
		s.index[t] = i + 1
	}
}

// ask notes a question, once. Those about the elements of a list have bits of their own from the start.
func (b *testBuilder) ask(s, list *Sink, q ask) *ask {
	key := q.op
	for _, v := range q.with {
		key += fmt.Sprintf("\x00%T %q", v, Value{v}.String())
	}
	if old := b.known[askKey{s, key}]; old != nil && q.fold == nil {
		return old
	}
	if s.kind != String && s.kind != Enum && len(b.asks[s]) == maxNumberAsks {
		return nil
	}
	q.bit = -1
	if list != nil {
		if b.elems[list] == elemBits {
			return nil
		}
		q.bit = b.elems[list]
		b.elems[list]++
		b.inside[s] = true
	}
	if len(b.asks[s]) == 0 {
		b.order = append(b.order, s)
	}
	b.asks[s] = append(b.asks[s], &q)
	b.known[askKey{s, key}] = &q
	return &q
}

// place gives bits to the questions, those about one value together.
func (b *testBuilder) place() {
	next := 0
	for _, s := range b.order {
		asks := b.asks[s]
		switch {
		case b.inside[s]:
			s.span = 1
		case s.kind == List:
			for _, q := range asks {
				q.bit, next = next, next+1
				q.fold.bit = q.bit
				s.folds = append(s.folds, *q.fold)
			}
			continue
		default:
			if left := 64 - next&63; len(asks) > left {
				next += left
			}
			s.word = next >> 6
			for i, q := range asks {
				q.bit = next + i
			}
			next += len(asks)
			if s.span = 1; len(asks) > 64 {
				s.span = (len(asks) + 63) / 64
				next = (s.word + s.span) << 6
			}
		}
		b.classes(s, asks)
	}
	b.t.words = max(1, (next+63)>>6)
	b.t.guard = make([]int, b.t.words<<6)
	for i := range b.t.guard {
		b.t.guard[i] = -1
	}
	for _, s := range b.order {
		if b.inside[s] || s.kind != String && s.kind != Enum {
			continue
		}
		g := Guard{Word: s.word, Span: s.span, Mask: s.all, Classes: len(s.texts)}
		for _, q := range b.asks[s] {
			b.t.guard[q.bit] = len(b.t.guards)
		}
		b.t.guards = append(b.t.guards, g)
	}
}

// classes finds the values of a place that no question tells apart, and the bits that are true of each.
func (b *testBuilder) classes(s *Sink, asks []*ask) {
	s.all = math.MaxUint64
	if s.span == 1 {
		s.all = 0
		for _, q := range asks {
			s.all |= 1 << (q.bit & 63)
		}
	}
	var of [][]int32
	switch s.kind {
	case Bool:
		return
	case Int, Double:
		of = s.numbers(asks)
	default:
		of = s.strings(asks)
	}
	if s.span > 1 {
		s.many = of
		return
	}
	s.set = make([]uint64, len(of))
	for class, bits := range of {
		for _, bit := range bits {
			s.set[class] |= 1 << (bit & 63)
		}
	}
}

func (s *Sink) strings(asks []*ask) [][]int32 {
	class := map[string]int{}
	for i, t := range s.texts { // of an enum
		class[t] = i + 1
	}
	texts := s.texts
	for _, q := range asks {
		for _, v := range q.with {
			text := string(v.(types.String))
			switch q.op {
			case operators.Equals, operators.In:
				if s.kind == String && class[text] == 0 {
					texts = append(texts, text)
					class[text] = len(texts)
				}
			default:
				s.like = append(s.like, like{q.bit, stringProbes[q.op], text})
			}
		}
	}
	if s.kind == String {
		s.setTexts(texts)
	}
	of := make([][]int32, len(texts)+1)
	for _, q := range asks {
		if q.op != operators.Equals && q.op != operators.In {
			continue
		}
		for _, v := range q.with {
			if c := class[string(v.(types.String))]; c > 0 && !slices.Contains(of[c], int32(q.bit)) {
				of[c] = append(of[c], int32(q.bit))
			}
		}
	}
	return of
}

func (s *Sink) numbers(asks []*ask) [][]int32 {
	for _, q := range asks {
		for _, v := range q.with {
			switch v := v.(type) {
			case types.Int:
				s.ints = append(s.ints, int64(v))
			case types.Double:
				s.floats = append(s.floats, float64(v))
			}
		}
	}
	slices.Sort(s.ints)
	slices.Sort(s.floats)
	s.ints, s.floats = slices.Compact(s.ints), slices.Compact(s.floats)
	of := make([][]int32, 2*(len(s.ints)+len(s.floats))+1)
	for class := range of {
		for _, q := range asks {
			if slices.ContainsFunc(q.with, func(v ref.Val) bool { return compares(q.op, cmp.Compare(class, s.classOfConstant(v))) }) {
				of[class] = append(of[class], int32(q.bit))
			}
		}
	}
	return of
}

func (s *Sink) classOfConstant(v ref.Val) int {
	if n, ok := v.(types.Int); ok {
		return classOf(s.ints, int64(n))
	}
	return classOf(s.floats, float64(v.(types.Double)))
}

func compares(op string, c int) bool {
	switch op {
	case operators.Less:
		return c < 0
	case operators.LessEquals:
		return c <= 0
	case operators.Greater:
		return c > 0
	case operators.GreaterEquals:
		return c >= 0
	}
	return c == 0
}
