package expr

import (
	"math"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// place is where an expression reads a value: its sink, and the list of whose elements it is one, or nil.
type place struct {
	sink, list *Sink
}

// reader finds the place that an expression names, if it names one.
type reader func(ast.Expr) (place, bool)

// atom returns the question that an atom is, and whether the atom is its opposite; nil where it stays with cel-go.
func (b *testBuilder) atom(a *Atom) (*ask, bool) {
	e := a.expr
	if e.Kind() == ast.ComprehensionKind {
		return b.overElements(e.AsComprehension()), false
	}
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.In {
		if q := b.has(e.AsCall()); q != nil {
			return q, false
		}
	}
	return b.scalar(e, b.fact)
}

// fact finds a fact, or a field of an object fact.
func (b *testBuilder) fact(e ast.Expr) (place, bool) {
	name, path, ok := selectPath(e)
	if !ok || e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
		return place{}, false
	}
	slot, ok := b.t.env.Slot(name)
	if !ok {
		return place{}, false
	}
	s := b.t.slots[slot]
	if len(path) == 0 {
		return place{sink: s}, true
	}
	if s.kind != Object {
		return place{}, false
	}
	t := s.typ
	var want []int
	for _, f := range path {
		i := t.fieldIndex(f)
		if i < 0 || t.Kind != Object || t.Optional {
			return place{}, false
		}
		want = append(want, i)
		t = t.Fields[i].Type
	}
	for i := range s.leaves {
		if l := &s.leaves[i]; l.sink.typ == t && equalPath(l.path, want) {
			return place{sink: l.sink}, true
		}
	}
	return place{}, false
}

func equalPath(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

var reversed = map[string]string{
	operators.Equals: operators.Equals, operators.NotEquals: operators.NotEquals,
	operators.Less: operators.Greater, operators.LessEquals: operators.GreaterEquals,
	operators.Greater: operators.Less, operators.GreaterEquals: operators.LessEquals,
}

// scalar recognises what holds one value against constants.
func (b *testBuilder) scalar(e ast.Expr, read reader) (q *ask, not bool) {
	if p, ok := read(e); ok && p.sink.kind == Bool {
		return b.ask(p.sink, p.list, ask{}), false
	}
	if e.Kind() != ast.CallKind {
		return nil, false
	}
	c := e.AsCall()
	args := c.Args()
	switch op := c.FunctionName(); {
	case c.IsMemberFunction():
		_, known := stringProbes[op]
		p, ok := read(c.Target())
		if !known || !ok || len(args) != 1 || p.sink.kind != String {
			return nil, false
		}
		return b.against(p, op, []ast.Expr{args[0]}), false
	case op == operators.In:
		p, ok := read(args[0])
		list, isList := b.constants(args[1])
		if !ok || !isList {
			return nil, false
		}
		return b.compare(p, operators.In, list), false
	case flipped[op]:
		left, right := args[0], args[1]
		p, ok := b.measured(left, read)
		if !ok {
			left, right, op = right, left, reversed[op]
			if p, ok = b.measured(left, read); !ok {
				return nil, false
			}
		}
		if op == operators.NotEquals {
			return b.against(p, operators.Equals, []ast.Expr{right}), true
		}
		return b.against(p, op, []ast.Expr{right}), false
	}
	return nil, false
}

// measured finds a place, or the length of a list fact.
func (b *testBuilder) measured(e ast.Expr, read reader) (place, bool) {
	if p, ok := read(e); ok {
		return p, true
	}
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != "size" {
		return place{}, false
	}
	of := e.AsCall().Target()
	if !e.AsCall().IsMemberFunction() {
		if len(e.AsCall().Args()) != 1 {
			return place{}, false
		}
		of = e.AsCall().Args()[0]
	}
	p, ok := read(of)
	if !ok || p.list != nil || p.sink.kind != List {
		return place{}, false
	}
	if p.sink.size == nil {
		p.sink.size = &Sink{typ: &Type{Kind: Int}, kind: Int}
	}
	return place{sink: p.sink.size}, true
}

func (b *testBuilder) against(p place, op string, with []ast.Expr) *ask {
	var list []ref.Val
	for _, e := range with {
		v, ok := b.constant(e)
		if !ok {
			return nil
		}
		list = append(list, v)
	}
	return b.compare(p, op, list)
}

// compare asks about constants of the place's own type.
func (b *testBuilder) compare(p place, op string, with []ref.Val) *ask {
	_, known := stringProbes[op]
	for _, v := range with {
		ok := false
		switch p.sink.kind {
		case String, Enum:
			_, ok = v.(types.String)
			ok = ok && (known || op == operators.Equals || op == operators.In)
		case Int:
			_, ok = v.(types.Int)
		case Double:
			_, ok = v.(types.Double)
		}
		if !ok {
			return nil
		}
	}
	if p.sink.kind != String && p.sink.kind != Enum && p.sink.kind != Int && p.sink.kind != Double {
		return nil // with nothing
	}
	return b.ask(p.sink, p.list, ask{op: op, with: with})
}

// constant is the value of a literal, or of a parameter.
func (b *testBuilder) constant(e ast.Expr) (ref.Val, bool) {
	if e.Kind() == ast.LiteralKind {
		v := e.AsLiteral()
		if d, ok := v.(types.Double); ok && math.IsNaN(float64(d)) {
			return nil, false
		}
		return v, true
	}
	name, path, ok := selectPath(e)
	if !ok || e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
		return nil, false
	}
	slot, ok := b.t.env.Slot(name)
	if !ok || slot != b.params {
		return nil, false
	}
	v := b.value
	for _, f := range path {
		o, ok := v.v.(*object)
		if !ok {
			return nil, false
		}
		i := o.typ.fieldIndex(f)
		if i < 0 {
			return nil, false
		}
		v = Value{o.vals[i]}
	}
	return v.v, v.v != nil
}

// constants are the elements of a list of constants.
func (b *testBuilder) constants(e ast.Expr) ([]ref.Val, bool) {
	if e.Kind() != ast.ListKind {
		v, ok := b.constant(e)
		l, isList := v.(traits.Lister)
		if !ok || !isList {
			return nil, false
		}
		var out []ref.Val
		for it := l.Iterator(); it.HasNext() == types.True; {
			out = append(out, it.Next())
		}
		return out, true
	}
	if len(e.AsList().OptionalIndices()) > 0 {
		return nil, false
	}
	var out []ref.Val
	for _, x := range e.AsList().Elements() {
		v, ok := b.constant(x)
		if !ok {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

// has recognises CONSTANT in LIST: one of the elements is equal to it.
func (b *testBuilder) has(c ast.CallExpr) *ask {
	p, ok := b.fact(c.Args()[1])
	v, isConstant := b.constant(c.Args()[0])
	if !ok || !isConstant || p.sink.kind != List || p.sink.elem == nil {
		return nil
	}
	q := b.compare(place{p.sink.elem, p.sink}, operators.Equals, []ref.Val{v})
	if q == nil {
		return nil
	}
	return b.fold(p.sink, &fold{when: newTerms([][]Literal{{{Bit: q.bit}}})})
}

func (b *testBuilder) fold(list *Sink, f *fold) *ask {
	if len(b.asks[list]) == maxFolds {
		return nil
	}
	return b.ask(list, nil, ask{fold: f})
}

// overElements recognises LIST.exists(x, …) and LIST.all(x, …) as the macros expand them.
func (b *testBuilder) overElements(c ast.ComprehensionExpr) *ask {
	p, ok := b.fact(c.IterRange())
	if !ok || c.HasIterVar2() || p.sink.kind != List || c.Result().Kind() != ast.IdentKind || c.Result().AsIdent() != c.AccuVar() {
		return nil
	}
	if _, shadows := b.t.env.slots[c.IterVar()]; shadows {
		return nil
	}
	start, ok := c.AccuInit().AsLiteral().(types.Bool)
	op := operators.LogicalOr
	if start {
		op = operators.LogicalAnd
	}
	if !ok || c.LoopStep().Kind() != ast.CallKind || c.LoopStep().AsCall().FunctionName() != op || !b.goesOn(c, bool(start)) {
		return nil
	}
	args := c.LoopStep().AsCall().Args()
	if len(args) != 2 || args[0].Kind() != ast.IdentKind || args[0].AsIdent() != c.AccuVar() {
		return nil
	}
	read := func(e ast.Expr) (place, bool) {
		switch e.Kind() {
		case ast.IdentKind:
			return place{p.sink.elem, p.sink}, e.AsIdent() == c.IterVar() && p.sink.elem != nil
		case ast.SelectKind:
			s := e.AsSelect()
			if s.IsTestOnly() || s.Operand().Kind() != ast.IdentKind || s.Operand().AsIdent() != c.IterVar() || p.sink.fields == nil {
				return place{}, false
			}
			i := p.sink.typ.Elem.fieldIndex(s.FieldName())
			if i < 0 {
				return place{}, false
			}
			return place{p.sink.fields[i], p.sink}, true
		}
		return place{}, false
	}
	work := maxTermWork
	ands, ok := b.condition(args[1], false, read, &work)
	if !ok {
		return nil
	}
	return b.fold(p.sink, &fold{every: bool(start), when: newTerms(ands)})
}

// goesOn reports whether a loop ends early only where its result is settled.
func (b *testBuilder) goesOn(c ast.ComprehensionExpr, every bool) bool {
	e := c.LoopCondition()
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.NotStrictlyFalse || len(e.AsCall().Args()) != 1 {
		return false
	}
	e = e.AsCall().Args()[0]
	if !every {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.LogicalNot {
			return false
		}
		e = e.AsCall().Args()[0]
	}
	return e.Kind() == ast.IdentKind && e.AsIdent() == c.AccuVar()
}

// condition is Tests.ands for the condition of a comprehension, which is not lowered to nodes.
func (b *testBuilder) condition(e ast.Expr, not bool, read reader, work *int) ([][]Literal, bool) {
	if *work--; *work < 0 {
		return nil, false
	}
	if v, ok := e.AsLiteral().(types.Bool); ok && e.Kind() == ast.LiteralKind {
		if bool(v) != not {
			return [][]Literal{nil}, true
		}
		return nil, true
	}
	if e.Kind() == ast.CallKind {
		c := e.AsCall()
		switch op := c.FunctionName(); op {
		case operators.LogicalNot:
			return b.condition(c.Args()[0], !not, read, work)
		case operators.LogicalAnd, operators.LogicalOr:
			var parts [][][]Literal
			for _, a := range c.Args() {
				p, ok := b.condition(a, not, read, work)
				if !ok {
					return nil, false
				}
				parts = append(parts, p)
			}
			return combine(parts, (op == operators.LogicalAnd) != not)
		case operators.Equals, operators.NotEquals: // x == true
			for i, a := range c.Args() {
				if v, ok := a.AsLiteral().(types.Bool); ok {
					return b.condition(c.Args()[1-i], not != (bool(v) != (op == operators.Equals)), read, work)
				}
			}
		}
	}
	q, turned := b.scalar(e, read)
	if q == nil {
		return nil, false
	}
	return [][]Literal{{{q.bit, turned != not}}}, true
}
