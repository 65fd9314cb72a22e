package expr

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// ProbeKind is the way in which a condition tells values of a leaf apart.
type ProbeKind uint8

// The ways. Anything else (arithmetic, a regular expression, a whole list) is opaque: no finite choice of values is known to
// stand for all.
const (
	ProbeOrder    ProbeKind = iota // compared with the value, by order or equality
	ProbePrefix                    // startsWith
	ProbeSuffix                    // endsWith
	ProbeContains                  // contains
	ProbeLength                    // size compared with the value
	ProbeFolded                    // trimmed or case-folded, then compared for equality
)

// Probe is one value that a condition holds a leaf against.
type Probe struct {
	Kind  ProbeKind
	Value Value
}

// shape is one use of a leaf in an atom: what it is held against.
type shape struct {
	kind    ProbeKind
	list    bool    // the partner is a list, each element of which counts
	literal ref.Val // the partner, where it is one
	program         // otherwise
}

var opaque = []shape{}

// shaper finds every use of every leaf in an atom.
type shaper struct {
	low    *lowering
	shapes map[int][]shape
	opaque map[int]bool
	err    error
}

func (l *lowering) shapesOf(e ast.Expr, leaves []int) map[int][]shape {
	s := shaper{low: l, shapes: map[int][]shape{}, opaque: map[int]bool{}}
	s.walk(e, nil)
	for _, i := range leaves {
		if s.opaque[i] || s.err != nil {
			s.shapes[i] = opaque
		}
	}
	return s.shapes
}

func (s *shaper) walk(e ast.Expr, bound []string) {
	if name, path, ok := selectPath(e); ok && !slices.Contains(bound, name) {
		s.reference(name, path)
		return
	}
	if e.Kind() == ast.CallKind && s.call(e.AsCall(), bound) {
		return
	}
	inner := append(slices.Clone(bound), introduced(e)...)
	for _, k := range children(e) {
		s.walk(k, inner)
	}
}

// reference handles a leaf, or more than one, used in a way that no shape describes, and a variable, whose own uses count.
func (s *shaper) reference(name string, path []string) {
	env := s.low.env
	slot, ok := env.slots[name]
	if !ok {
		return
	}
	if slot >= len(env.vars) {
		def := env.defs[slot-len(env.vars)]
		inner := shaper{
			low: &lowering{env: env, ast: def.ast.NativeRep()}, shapes: s.shapes, opaque: s.opaque,
		}
		inner.walk(def.ast.NativeRep().Expr(), nil)
		s.err = inner.err
		return
	}
	for _, i := range env.leavesAt(slot, path) {
		s.opaque[i] = true
	}
}

// leaf returns the leaf that e names exactly.
func (s *shaper) leaf(e ast.Expr, bound []string) (int, bool) {
	name, path, ok := selectPath(e)
	if !ok || slices.Contains(bound, name) {
		return 0, false
	}
	slot, ok := s.low.env.Slot(name)
	if !ok {
		return 0, false
	}
	at := s.low.env.leavesAt(slot, path)
	if len(at) != 1 || len(s.low.env.leaves[at[0]].Path) != len(path) {
		return 0, false
	}
	return at[0], true
}

var flipped = map[string]bool{
	operators.Equals: true, operators.NotEquals: true, operators.Less: true, operators.LessEquals: true,
	operators.Greater: true, operators.GreaterEquals: true,
}

var stringProbes = map[string]ProbeKind{
	"startsWith": ProbePrefix, "endsWith": ProbeSuffix, "contains": ProbeContains,
}

// call recognises the calls that hold a leaf against something, and reports whether it has dealt with e.
func (s *shaper) call(c ast.CallExpr, bound []string) bool {
	switch {
	case flipped[c.FunctionName()] && len(c.Args()) == 2:
		a, b := c.Args()[0], c.Args()[1]
		equality := c.FunctionName() == operators.Equals || c.FunctionName() == operators.NotEquals
		left, right := s.side(a, b, bound, equality), s.side(b, a, bound, equality)
		if !left {
			s.walk(a, bound)
		}
		if !right {
			s.walk(b, bound)
		}
		return true
	case c.FunctionName() == operators.In:
		i, ok := s.leaf(c.Args()[0], bound)
		if !ok || !s.partner(i, ProbeOrder, true, c.Args()[1], bound) {
			return false
		}
		s.walk(c.Args()[1], bound)
		return true
	case c.IsMemberFunction() && len(c.Args()) == 1:
		kind, known := stringProbes[c.FunctionName()]
		i, ok := s.leaf(c.Target(), bound)
		if !known || !ok || !s.partner(i, kind, false, c.Args()[0], bound) {
			return false
		}
		s.walk(c.Args()[0], bound)
		return true
	}
	return false
}

// side handles one side of a comparison and reports whether that side is a leaf it could describe.
func (s *shaper) side(e, other ast.Expr, bound []string, equality bool) bool {
	if i, ok := s.leaf(e, bound); ok {
		t := s.low.env.leaves[i].Type
		if t.Optional || (t.Kind == String && !equality) || t.Kind >= List {
			return false
		}
		return s.partner(i, ProbeOrder, false, other, bound)
	}
	if e.Kind() != ast.CallKind {
		return false
	}
	c := e.AsCall()
	arg := c.Target()
	if !c.IsMemberFunction() {
		if len(c.Args()) != 1 {
			return false
		}
		arg = c.Args()[0]
	} else if len(c.Args()) != 0 {
		return false
	}
	i, ok := s.leaf(arg, bound)
	if !ok || s.low.env.leaves[i].Type.Kind != String || s.low.env.leaves[i].Type.Optional {
		return false
	}
	switch c.FunctionName() {
	case "size":
		return s.partner(i, ProbeLength, false, other, bound)
	case "trim", "lowerAscii", "upperAscii":
		return equality && s.partner(i, ProbeFolded, false, other, bound)
	}
	return false
}

// partner notes what a leaf is held against, unless that depends on the leaf itself or on a comprehension's variable.
func (s *shaper) partner(leaf int, kind ProbeKind, list bool, e ast.Expr, bound []string) bool {
	u := usage{env: s.low.env, leaves: map[int]bool{}}
	u.walk(e, nil)
	if u.leaves[leaf] || mentions(e, bound) {
		return false
	}
	sh := shape{kind: kind, list: list}
	if e.Kind() == ast.LiteralKind {
		sh.literal = e.AsLiteral()
	} else {
		part, err := s.low.part(e)
		if err == nil {
			sh.program, err = s.low.env.program(part)
		}
		if err != nil {
			s.err = err
			return false
		}
	}
	s.shapes[leaf] = append(s.shapes[leaf], sh)
	return true
}

func mentions(e ast.Expr, names []string) bool {
	if len(names) == 0 {
		return false
	}
	found := false
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(x ast.Expr) {
		found = found || x.Kind() == ast.IdentKind && slices.Contains(names, x.AsIdent())
	}))
	return found
}

// Probes returns the values that an atom holds a leaf against, given the other facts. ok is false where the atom uses the leaf
// in a way that probes cannot describe. Where what it is held against is itself unknown, settled is false: the caller fills in
// other facts and asks again. A partner that errs holds the leaf against nothing.
func (ev *Eval) Probes(a *Atom, leaf int) (probes []Probe, settled, ok bool) {
	shapes, found := a.shapes[leaf]
	if !found {
		return nil, true, true
	}
	if len(shapes) == 0 {
		return nil, true, false
	}
	settled = true
	for i := range shapes {
		sh := &shapes[i]
		v := sh.literal
		if v == nil {
			var err error
			if v, err = ev.run(&sh.program); err != nil {
				continue
			}
		}
		switch {
		case types.IsUnknown(v):
			settled = false
		case sh.list:
			l, isList := v.(traits.Lister)
			if !isList {
				return nil, true, false
			}
			for it := l.Iterator(); it.HasNext() == types.True; {
				probes = append(probes, Probe{sh.kind, Value{it.Next()}})
			}
		default:
			probes = append(probes, Probe{sh.kind, Value{v}})
		}
	}
	return probes, settled, true
}
