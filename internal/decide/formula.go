package decide

import (
	"github.com/banfa-go/banfa/internal/diagram"
	"github.com/banfa-go/banfa/internal/expr"
)

// The operations on conditions are CEL's: what settles a conjunction or a disjunction does so whatever the other side is, an
// error included.
func newAndOp() *diagram.Op {
	return &diagram.Op{ID: 1, Short: func(a, b diagram.Ref) (diagram.Ref, bool) {
		switch {
		case a == no || b == no:
			return no, true
		case a == yes || a == b:
			return b, true
		case b == yes:
			return a, true
		}
		return 0, false
	}}
}

func newOrOp() *diagram.Op {
	return &diagram.Op{ID: 2, Short: func(a, b diagram.Ref) (diagram.Ref, bool) {
		switch {
		case a == yes || b == yes:
			return yes, true
		case a == no || a == b:
			return b, true
		case b == no:
			return a, true
		}
		return 0, false
	}}
}

func newNotOp() *diagram.Op {
	return &diagram.Op{ID: 3, Short: func(a, _ diagram.Ref) (diagram.Ref, bool) {
		switch a {
		case no:
			return yes, true
		case yes:
			return no, true
		case err:
			return err, true
		}
		return 0, false
	}}
}

// newGuardOp keeps b unless a, the condition of a ternary, errs.
func newGuardOp() *diagram.Op {
	return &diagram.Op{ID: 4, Short: func(a, b diagram.Ref) (diagram.Ref, bool) {
		switch {
		case a == err:
			return err, true
		case diagram.IsTerminal(a):
			return b, true
		}
		return 0, false
	}}
}

// newResolveOp replaces an error of a by b, a variable of its own: a rule that errs could be true or false.
func newResolveOp() *diagram.Op {
	return &diagram.Op{ID: 5, Short: func(a, b diagram.Ref) (diagram.Ref, bool) {
		switch {
		case a == err:
			return b, true
		case diagram.IsTerminal(a):
			return a, true
		}
		return 0, false
	}}
}

// newMaxOp is the more restrictive of two outcomes.
func newMaxOp() *diagram.Op {
	return &diagram.Op{ID: 6, Short: func(a, b diagram.Ref) (diagram.Ref, bool) {
		if a == b || diagram.IsTerminal(a) && diagram.IsTerminal(b) {
			return max(a, b), true
		}
		return 0, false
	}}
}

// chooseOp is rank where a holds, and b elsewhere. Each rank needs an operation of its own.
func chooseOp(rank int) *diagram.Op {
	const first = 16
	return &diagram.Op{ID: int32(first + rank), Short: func(a, b diagram.Ref) (diagram.Ref, bool) {
		switch a {
		case yes:
			return diagram.Ref(rank), true
		case no:
			return b, true
		}
		return 0, false
	}}
}

type operations struct {
	and, or, not, guard, resolve, max *diagram.Op
	choose                            []*diagram.Op
}

func newOperations(ranks int) *operations {
	o := &operations{newAndOp(), newOrOp(), newNotOp(), newGuardOp(), newResolveOp(), newMaxOp(), nil}
	for r := range ranks {
		o.choose = append(o.choose, chooseOp(r))
	}
	return o
}

// condition returns the diagram of a lowered condition in an evaluation. vars keeps those of named conditions.
func (s *space) condition(i int, n *expr.Node, vars map[int]diagram.Ref) diagram.Ref {
	ops := s.e.ops
	switch n.Op {
	case expr.OpConst:
		return settled(n.Value)
	case expr.OpAtom:
		return s.atom(i, n.Atom)
	case expr.OpVar:
		r, ok := vars[n.Var]
		if !ok {
			r = s.condition(i, n.Kids[0], vars)
			vars[n.Var] = r
		}
		return r
	case expr.OpNot:
		return s.m.Apply(ops.not, s.condition(i, n.Kids[0], vars), no)
	case expr.OpIf:
		c := s.condition(i, n.Kids[0], vars)
		then := s.m.Apply(ops.and, c, s.condition(i, n.Kids[1], vars))
		otherwise := s.m.Apply(ops.and, s.m.Apply(ops.not, c, no), s.condition(i, n.Kids[2], vars))
		return s.m.Apply(ops.guard, c, s.m.Apply(ops.or, then, otherwise))
	}
	op, r := ops.and, yes
	if n.Op == expr.OpOr {
		op, r = ops.or, no
	}
	for _, k := range n.Kids {
		r = s.m.Apply(op, r, s.condition(i, k, vars))
	}
	return r
}

// resolved is a condition in which an error has become a variable of its own.
func (s *space) resolved(r diagram.Ref) diagram.Ref {
	if s.m.Values(r)&(1<<err) == 0 {
		return r
	}
	return s.m.Apply(s.e.ops.resolve, r, s.m.Var1(s.variable(2, -1)))
}
