package expr

import (
	"context"
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Truth is one of the four values a condition can have.
type Truth uint8

// The four values. Unsettled is no value: it marks what has not been evaluated.
const (
	False Truth = iota
	True
	Unknown
	Error
	unsettled
)

// String names the value as the design pages do.
func (t Truth) String() string {
	return [...]string{"false", "true", "unknown", "error", "unsettled"}[t]
}

// ErrCost says that an evaluation went over its cost limit.
var ErrCost = errors.New("cost limit exceeded")

// Eval is one evaluation: the facts in their slots and what has been found out so far. It is used by one goroutine.
type Eval struct {
	env   *Env
	ctx   context.Context
	vals  []ref.Val // facts, then variables; nil is absent or, for a variable, not yet computed
	truth []Truth   // by atom
	defs  []Truth   // by variable that is a condition
	errs  map[int]error
	dErrs map[int]error
	spent uint64
	tests *Tests // nil: cel-go answers every atom
	marks *Marks // what tests found out; nil until it is asked for
}

// Use makes tests answer the atoms that they can.
func (ev *Eval) Use(t *Tests) {
	if ev.tests != t {
		ev.tests, ev.marks = t, nil
	}
}

// Marks returns what the tests in use find out about the facts.
func (ev *Eval) Marks() *Marks {
	if ev.marks == nil {
		ev.marks = ev.tests.NewMarks()
		for i, s := range ev.tests.slots {
			s.value(ev.marks, ev.vals[i])
		}
	}
	return ev.marks
}

// NewEval returns an evaluation in which every fact is absent.
func (e *Env) NewEval(ctx context.Context) *Eval {
	ev := &Eval{
		env: e, ctx: ctx, vals: make([]ref.Val, len(e.vars)+len(e.defs)),
		truth: make([]Truth, len(e.atoms)), defs: make([]Truth, len(e.defs)),
	}
	ev.forget()
	for i, v := range e.vars {
		ev.vals[i] = emptyValue(v.Type)
	}
	return ev
}

// emptyValue is what an expression sees of a fact that was not given. Of an object that was not given nothing is known, its optional fields
// included: only of one that was given does leaving such a field out say that there is none.
func emptyValue(t *Type) ref.Val {
	switch {
	case t.Optional:
		return types.OptionalNone
	case t.Kind == Object:
		o := newObject(t)
		clear(o.vals)
		return fillObjects(t, o)
	}
	return nil
}

// Set gives a fact its value; an absent value makes it absent again. All that was found out before is forgotten.
func (ev *Eval) Set(slot int, v Value) {
	t := ev.env.vars[slot].Type
	switch {
	case v.v == nil:
		ev.vals[slot] = emptyValue(t)
	case t.Optional:
		ev.vals[slot] = types.OptionalOf(v.v)
	default:
		ev.vals[slot] = fillObjects(t, v.v)
	}
	ev.forget()
}

// fillObjects makes the absent object fields of an object visible as objects without fields, so that each leaf below
// them is unknown by itself.
func fillObjects(t *Type, v ref.Val) ref.Val {
	o, ok := v.(*object)
	if !ok {
		return v
	}
	c := *o
	c.vals = append([]ref.Val(nil), o.vals...)
	for i := range t.Fields {
		ft := t.Fields[i].Type
		switch {
		case ft.Kind != Object || ft.Optional:
		case c.vals[i] == nil:
			c.vals[i] = emptyValue(ft)
		default:
			c.vals[i] = fillObjects(ft, c.vals[i])
		}
	}
	return &c
}

func (ev *Eval) forget() {
	for i := range ev.truth {
		ev.truth[i] = unsettled
	}
	for i := range ev.defs {
		ev.defs[i] = unsettled
	}
	clear(ev.vals[len(ev.env.vars):])
	ev.errs, ev.dErrs, ev.spent, ev.marks = nil, nil, 0, nil
}

// Clone returns an evaluation of the same facts with nothing found out.
func (ev *Eval) Clone() *Eval {
	c := &Eval{
		env: ev.env, ctx: ev.ctx, vals: append([]ref.Val(nil), ev.vals...),
		truth: make([]Truth, len(ev.truth)), defs: make([]Truth, len(ev.defs)), tests: ev.tests,
	}
	c.forget()
	return c
}

// LeafValue returns the value at a leaf, absent where it has none.
func (ev *Eval) LeafValue(leaf int) Value {
	l := &ev.env.leaves[leaf]
	v := ev.vals[l.Slot]
	for _, i := range l.Path {
		o, ok := v.(*object)
		if !ok {
			return Value{}
		}
		v = o.vals[i]
	}
	return Value{v}
}

// Absent reports whether a leaf has no value and is not optional, so that what depends on it is unknown.
func (ev *Eval) Absent(leaf int) bool { return !ev.LeafValue(leaf).Present() }

// Lacks reports whether a leaf is absent, or has a value in which a field is: of an object in a list or a map, or of an optional one. What
// depends on that field is unknown.
func (ev *Eval) Lacks(leaf int) bool {
	v := ev.LeafValue(leaf).v
	return v == nil || ev.env.leaves[leaf].Gaps && hasGap(v)
}

// SetLeaf gives one leaf a value, or takes it away.
func (ev *Eval) SetLeaf(leaf int, v Value) {
	l := &ev.env.leaves[leaf]
	ev.vals[l.Slot] = withLeaf(ev.vals[l.Slot], l.Path, v.v)
	ev.forget()
}

func withLeaf(v ref.Val, path []int, leaf ref.Val) ref.Val {
	if len(path) == 0 {
		return leaf
	}
	o, ok := v.(*object)
	if !ok {
		return v
	}
	c := *o
	c.vals = append([]ref.Val(nil), o.vals...)
	c.vals[path[0]] = withLeaf(c.vals[path[0]], path[1:], leaf)
	return &c
}

// ResolveName implements cel.Activation: facts from their slots, variables when they are first asked for.
func (ev *Eval) ResolveName(name string) (any, bool) {
	slot, ok := ev.env.slots[name]
	if !ok {
		return nil, false
	}
	v := ev.vals[slot]
	switch {
	case v != nil:
		return v, true
	case slot < len(ev.env.vars):
		return ev.env.absent[slot], true
	}
	v, err := ev.run(&ev.env.defs[slot-len(ev.env.vars)].program)
	if err != nil {
		v = types.WrapErr(err)
	}
	ev.vals[slot] = v
	return v, true
}

// Parent implements cel.Activation.
func (ev *Eval) Parent() cel.Activation { return nil }

// program is a compiled expression with what is known of its cost.
type program struct {
	cel     cel.Program
	max     uint64 // the estimate's upper end
	tracked bool   // whether the run measures its cost: only where the estimate does not settle the matter
}

// run evaluates a program. An unknown is a value; an error is the rule's, or the context's.
func (ev *Eval) run(p *program) (ref.Val, error) {
	if ev.spent > ev.env.limits.EvalCost {
		return nil, fmt.Errorf("%w: evaluation %d", ErrCost, ev.env.limits.EvalCost)
	}
	if !p.tracked {
		ev.spent += p.max
		v, _, err := p.cel.Eval(ev)
		return v, err
	}
	v, det, err := p.cel.ContextEval(ev.ctx, ev)
	if det != nil && det.ActualCost() != nil {
		ev.spent += *det.ActualCost()
	}
	if err != nil {
		if cause := context.Cause(ev.ctx); cause != nil {
			return nil, cause
		}
	}
	return v, err
}

// Err returns the error of an atom that has Truth Error.
func (ev *Eval) atomErr(a *Atom) error { return ev.errs[a.id] }

// Atom returns the truth of an atom, evaluating it at most once.
func (ev *Eval) Atom(a *Atom) Truth {
	if t := ev.truth[a.id]; t != unsettled {
		return t
	}
	var t Truth
	if l := ev.literal(a); l.Bit >= 0 {
		t = ev.Marks().truth(l)
	} else if a.fact >= 0 {
		t = truthOf(ev.vals[a.fact])
	} else {
		v, err := ev.run(&a.program)
		if err != nil {
			t = Error
			if ev.errs == nil {
				ev.errs = map[int]error{}
			}
			ev.errs[a.id] = err
		} else {
			t = truthOf(v)
		}
	}
	ev.truth[a.id] = t
	return t
}

func (ev *Eval) literal(a *Atom) Literal {
	if ev.tests == nil {
		return Literal{Bit: -1}
	}
	return ev.tests.Literal(a)
}

func truthOf(v ref.Val) Truth {
	switch b := v.(type) {
	case types.Bool:
		if b {
			return True
		}
		return False
	case nil, *types.Unknown:
		return Unknown
	}
	return Error
}

// Truth evaluates a condition from its atoms, with CEL's own rules for what an error or an unknown may still be absorbed by.
// The error goes with Truth Error.
func (ev *Eval) Truth(x *Expr) (Truth, error) { return ev.node(x.root) }

func (ev *Eval) node(n *Node) (Truth, error) {
	switch n.Op {
	case OpConst:
		return n.Value, nil
	case OpAtom:
		t := ev.Atom(n.Atom)
		if t == Error {
			return t, ev.atomErr(n.Atom)
		}
		return t, nil
	case OpVar:
		if t := ev.defs[n.Var]; t != unsettled {
			return t, ev.dErrs[n.Var]
		}
		t, err := ev.node(n.Kids[0])
		ev.defs[n.Var] = t
		if err != nil {
			if ev.dErrs == nil {
				ev.dErrs = map[int]error{}
			}
			ev.dErrs[n.Var] = err
		}
		return t, err
	case OpNot:
		t, err := ev.node(n.Kids[0])
		if t <= True {
			t = True - t
		}
		return t, err
	case OpIf:
		t, err := ev.node(n.Kids[0])
		switch t {
		case True:
			return ev.node(n.Kids[1])
		case False:
			return ev.node(n.Kids[2])
		}
		return t, err
	}
	settles := False // an And is settled by one false, an Or by one true
	if n.Op == OpOr {
		settles = True
	}
	out := True - settles
	var first error
	for _, k := range n.Kids {
		t, err := ev.node(k)
		switch {
		case t == settles:
			return t, nil
		case t == Unknown:
			out = Unknown
		case t == Error && out != Unknown:
			out = Error
		}
		if err != nil && first == nil {
			first = err
		}
	}
	if out != Error {
		first = nil
	}
	return out, first
}

// Plain evaluates a condition whole in cel-go: the reference that every faster form must agree with.
func (ev *Eval) Plain(x *Expr) (Truth, error) {
	v, err := ev.run(&x.program)
	if err != nil {
		return Error, err
	}
	t := truthOf(v)
	if t == Error {
		return t, fmt.Errorf("the condition is a %s, not a bool", v.Type().TypeName())
	}
	return t, nil
}

// Value evaluates an expression that is not a condition. Truth is True with a value, Unknown where a fact it needs is
// absent, and Error.
func (ev *Eval) Value(x *Expr) (Value, Truth, error) {
	v, err := ev.run(&x.program)
	switch {
	case err != nil:
		return Value{}, Error, err
	case types.IsUnknown(v):
		return Value{}, Unknown, nil
	case types.IsError(v):
		return Value{}, Error, fmt.Errorf("%v", v)
	}
	return Value{v}, True, nil
}

// Trial evaluates atoms under values that are only supposed. It shares nothing with the evaluation it was made from.
type Trial struct{ ev *Eval }

// Trial returns a trial that starts from the facts of ev.
func (ev *Eval) Trial() *Trial {
	return &Trial{&Eval{env: ev.env, ctx: ev.ctx, vals: append([]ref.Val(nil), ev.vals...)}}
}

// Set supposes a value at a leaf, or its absence.
func (t *Trial) Set(leaf int, v Value) {
	l := &t.ev.env.leaves[leaf]
	t.ev.vals[l.Slot] = withLeaf(t.ev.vals[l.Slot], l.Path, v.v)
	clear(t.ev.vals[len(t.ev.env.vars):])
}

// Truth evaluates an atom under what is supposed.
func (t *Trial) Truth(a *Atom) Truth {
	if a.fact >= 0 {
		return truthOf(t.ev.vals[a.fact])
	}
	t.ev.spent = 0
	v, err := t.ev.run(&a.program)
	if err != nil {
		return Error
	}
	return truthOf(v)
}

// Probes is Eval.Probes under what is supposed.
func (t *Trial) Probes(a *Atom, leaf int) (probes []Probe, settled, ok bool) {
	return t.ev.Probes(a, leaf)
}

// Put is Set for an evaluation in which nothing has been found out yet.
func (ev *Eval) Put(slot int, v Value) {
	t := ev.env.vars[slot].Type
	switch {
	case t.Optional:
		ev.vals[slot] = types.OptionalOf(v.v)
	case t.Kind == Object:
		ev.vals[slot] = fillObjects(t, v.v)
	default:
		ev.vals[slot] = v.v
	}
}
