package expr

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Op is the operator of a node of a lowered condition.
type Op uint8

// The operators. OpVar is a named condition, kept as one node so that a chain of names cannot grow without bound.
const (
	OpConst Op = iota
	OpAtom
	OpVar
	OpNot
	OpAnd
	OpOr
	OpIf
)

// Node is a condition lowered to the logical operators over atoms. A node is never changed once made and may be shared.
type Node struct {
	Op    Op
	Value Truth // of OpConst
	Atom  *Atom // of OpAtom
	Var   int   // of OpVar, whose only kid is its definition
	Kids  []*Node
}

// Atom is a part of a condition that the logical operators do not divide. Atoms of the same text are one, whatever rule
// they stand in, and are evaluated once.
type Atom struct {
	Text   string // canonical
	Leaves []int  // indexes into Env.Leaves of all it reads, through variables too, ascending
	id     int
	fact   int // the slot of a bare bool fact, or -1
	program
	expr   ast.Expr
	shapes map[int][]shape // by leaf; nil value where the leaf is used in a way that shapes cannot describe
}

// ID numbers the atoms of an Env from 0.
func (a *Atom) ID() int { return a.id }

// lowering turns the checked AST of one expression into nodes.
type lowering struct {
	env *Env
	ast *ast.AST
}

func (l *lowering) node(e ast.Expr) (*Node, error) {
	switch e.Kind() {
	case ast.LiteralKind:
		if b, ok := e.AsLiteral().(types.Bool); ok {
			return constant(bool(b)), nil
		}
	case ast.IdentKind:
		if slot, ok := l.env.slots[e.AsIdent()]; ok && slot >= len(l.env.vars) {
			i := slot - len(l.env.vars)
			if def := l.env.defs[i]; def.root != nil {
				return &Node{Op: OpVar, Var: i, Kids: []*Node{def.root}}, nil
			}
		}
	case ast.CallKind:
		call := e.AsCall()
		switch call.FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr:
			return l.junction(call)
		case operators.LogicalNot:
			return l.kids(OpNot, call.Args())
		case operators.Conditional:
			return l.kids(OpIf, call.Args())
		case operators.Equals, operators.NotEquals:
			if n, err := l.boolEquality(call); n != nil || err != nil {
				return n, err
			}
		}
	}
	a, err := l.atom(e)
	if err != nil {
		return nil, err
	}
	return &Node{Op: OpAtom, Atom: a}, nil
}

func constant(b bool) *Node {
	if b {
		return &Node{Op: OpConst, Value: True}
	}
	return &Node{Op: OpConst, Value: False}
}

func (l *lowering) kids(op Op, args []ast.Expr) (*Node, error) {
	n := &Node{Op: op}
	for _, a := range args {
		k, err := l.node(a)
		if err != nil {
			return nil, err
		}
		n.Kids = append(n.Kids, k)
	}
	return n, nil
}

// junction flattens a && b && c, which CEL holds as nested pairs.
func (l *lowering) junction(call ast.CallExpr) (*Node, error) {
	op := OpAnd
	if call.FunctionName() == operators.LogicalOr {
		op = OpOr
	}
	n, err := l.kids(op, call.Args())
	if err != nil {
		return nil, err
	}
	var flat []*Node
	for _, k := range n.Kids {
		if k.Op == op {
			flat = append(flat, k.Kids...)
		} else {
			flat = append(flat, k)
		}
	}
	n.Kids = flat
	return n, nil
}

// boolEquality lowers x == true and the like, where x is a condition: an error or an unknown of x stays what it is.
func (l *lowering) boolEquality(call ast.CallExpr) (*Node, error) {
	for i, a := range call.Args() {
		if a.Kind() != ast.LiteralKind {
			continue
		}
		b, ok := a.AsLiteral().(types.Bool)
		other := call.Args()[1-i]
		if !ok || l.ast.GetType(other.ID()) != types.BoolType {
			return nil, nil
		}
		n, err := l.node(other)
		if err != nil || bool(b) == (call.FunctionName() == operators.Equals) {
			return n, err
		}
		return &Node{Op: OpNot, Kids: []*Node{n}}, nil
	}
	return nil, nil
}

func (l *lowering) atom(e ast.Expr) (*Atom, error) {
	text, err := cel.ExprToString(e, l.ast.SourceInfo())
	if err != nil {
		return nil, err
	}
	if a, ok := l.env.byKey[text]; ok {
		return a, nil
	}
	a := &Atom{Text: text, id: len(l.env.atoms), fact: -1, expr: e}
	if e.Kind() == ast.IdentKind {
		if slot, ok := l.env.slots[e.AsIdent()]; ok && slot < len(l.env.vars) && l.env.vars[slot].Type.Kind == Bool {
			a.fact = slot
		}
	}
	if a.fact < 0 {
		part, err := l.part(e)
		if err != nil {
			return nil, err
		}
		if a.program, err = l.env.program(part); err != nil {
			return nil, err
		}
	}
	u := usage{env: l.env, leaves: map[int]bool{}}
	u.walk(e, nil)
	a.Leaves = u.sorted()
	a.shapes = l.shapesOf(e, a.Leaves)
	l.env.atoms = append(l.env.atoms, a)
	l.env.byKey[text] = a
	return a, nil
}

// part cuts a sub-expression out of a checked AST, so that it need not be parsed and checked again.
func (l *lowering) part(e ast.Expr) (*cel.Ast, error) {
	ids := map[int64]bool{}
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(x ast.Expr) { ids[x.ID()] = true }))
	typeMap, refMap := map[int64]*types.Type{}, map[int64]*ast.ReferenceInfo{}
	for id := range ids {
		if t, ok := l.ast.TypeMap()[id]; ok {
			typeMap[id] = t
		}
		if r, ok := l.ast.ReferenceMap()[id]; ok {
			refMap[id] = r
		}
	}
	checked := ast.NewCheckedAST(ast.NewAST(e, l.ast.SourceInfo()), typeMap, refMap)
	pb, err := ast.ToProto(checked)
	if err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	return cel.CheckedExprToAst(pb), nil
}

// usage collects the leaves that an expression reads.
type usage struct {
	env    *Env
	leaves map[int]bool
}

func (u *usage) sorted() []int {
	out := make([]int, 0, len(u.leaves))
	for i := range u.leaves {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}

// walk visits e; bound holds the names that comprehensions around e have introduced.
func (u *usage) walk(e ast.Expr, bound []string) {
	if name, path, ok := selectPath(e); ok && !slices.Contains(bound, name) {
		u.name(name, path)
		return
	}
	for _, k := range children(e) {
		u.walk(k, append(bound, introduced(e)...))
	}
}

func (u *usage) name(name string, path []string) {
	slot, ok := u.env.slots[name]
	if !ok {
		return
	}
	if slot >= len(u.env.vars) {
		for _, i := range u.env.defs[slot-len(u.env.vars)].leaves {
			u.leaves[i] = true
		}
		return
	}
	for _, i := range u.env.leavesAt(slot, path) {
		u.leaves[i] = true
	}
}

// leavesAt returns the leaves that reading a fact at a path of fields concerns: the one it ends in, all below it, or the
// one it leads through.
func (e *Env) leavesAt(slot int, path []string) []int {
	var want []int
	t := e.vars[slot].Type
	for _, f := range path {
		i := t.fieldIndex(f)
		if t.Kind != Object || t.Optional || i < 0 {
			break
		}
		want = append(want, i)
		t = t.Fields[i].Type
	}
	var out []int
	for i := range e.leaves {
		l := &e.leaves[i]
		if l.Slot == slot && len(l.Path) >= len(want) && slices.Equal(l.Path[:len(want)], want) {
			out = append(out, i)
		}
	}
	return out
}

// selectPath takes a.b.c apart, where a is a name.
func selectPath(e ast.Expr) (name string, path []string, ok bool) {
	for e.Kind() == ast.SelectKind {
		path = append(path, e.AsSelect().FieldName())
		e = e.AsSelect().Operand()
	}
	if e.Kind() != ast.IdentKind {
		return "", nil, false
	}
	slices.Reverse(path)
	return e.AsIdent(), path, true
}

// introduced returns the names that an expression binds for its parts.
func introduced(e ast.Expr) []string {
	if e.Kind() != ast.ComprehensionKind {
		return nil
	}
	c := e.AsComprehension()
	names := []string{c.IterVar(), c.AccuVar()}
	if c.HasIterVar2() {
		names = append(names, c.IterVar2())
	}
	return names
}

// children returns the direct parts of an expression.
func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return append([]ast.Expr{c.Target()}, c.Args()...)
		}
		return c.Args()
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.MapKind:
		var out []ast.Expr
		for _, en := range e.AsMap().Entries() {
			out = append(out, en.AsMapEntry().Key(), en.AsMapEntry().Value())
		}
		return out
	case ast.StructKind:
		var out []ast.Expr
		for _, f := range e.AsStruct().Fields() {
			out = append(out, f.AsStructField().Value())
		}
		return out
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		return []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()}
	}
	return nil
}

// Atoms returns the atoms of all conditions compiled so far, by ID.
func (e *Env) Atoms() []*Atom { return e.atoms }
