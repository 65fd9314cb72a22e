package decide

import (
	"errors"
	"slices"

	"github.com/banfa-go/banfa/internal/diagram"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Formula is a requirement: it holds where Require is true or When is false, fails where When is true and Require is false, and errs
// where either errs and neither settles it. A nil When is true.
type Formula struct{ When, Require *expr.Expr }

// Holding is what a formula comes to over all completions of the absent facts.
type Holding struct {
	Truth     expr.Truth // True: it holds, False: it fails, Error: it errs, the same in every completion; Unknown otherwise
	Concerned expr.Truth // of When alone, likewise
	Missing   []int      // leaves that can still change Truth, in the order of declaration; empty unless it is Unknown
	Err       error      // of Truth Error
}

// Holdings are those of several formulas over the same facts.
type Holdings struct {
	Each []Holding
	// Missing are the leaves that can still change any of them, the most decisive for all of them together first.
	Missing []int
	Exact   bool // otherwise a formula that is Unknown may be known, and Missing may hold too much
}

// Formulas returns an engine for requirements over an environment.
func Formulas(env *expr.Env) *Engine { return New(&ruleset.Classification{Env: env, Params: -1}) }

// Hold finds out which of the formulas hold. Only leaves that are absent in ev are completed.
func (e *Engine) Hold(ev *expr.Eval, list []Formula) *Holdings {
	out := &Holdings{Each: make([]Holding, len(list)), Exact: true}
	var open []int
	for i := range list {
		h := &out.Each[i]
		*h = known(ev, &list[i])
		if h.Truth == expr.Unknown || h.Concerned == expr.Unknown { // Require may settle it while When is still to be found out
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return out
	}
	m := managers.Get().(*diagram.Manager)
	defer managers.Put(m)
	m.Reset()
	s := e.formulaSpace(m, ev, list, open)
	total, vars := yes, map[int]diagram.Ref{}
	found := slices.Clone(out.Each)
	for _, i := range open {
		h := &found[i]
		when, r := s.formula(&list[i], vars)
		if truth, ok := constant(when); ok {
			h.Concerned = truth
		}
		if h.Truth != expr.Unknown {
			continue
		}
		exact := true
		if truth, ok := constant(r); ok {
			h.Truth = truth
			if truth == expr.Error {
				h.Err = s.errorOf(ev, &list[i], r)
			}
		} else {
			h.Missing, exact = s.missing(r)
			total = m.Apply(e.ops.and, total, m.Apply(e.ops.resolve, r, no)) // an error opens nothing
		}
		out.Exact = out.Exact && exact
	}
	if m.Err() != nil {
		return everyAbsent(ev, list, out, open)
	}
	out.Each = found
	out.Missing = union(found)
	if len(out.Missing) > 1 {
		s.byDecisiveness(total, 2, out.Missing)
		if m.Err() != nil {
			out.Missing = union(found)
		}
	}
	return out
}

func union(list []Holding) []int {
	var all []int
	for i := range list {
		all = append(all, list[i].Missing...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// everyAbsent is the answer where even the diagram was too large: every absent leaf that an unknown formula reads may still change it.
func everyAbsent(ev *expr.Eval, list []Formula, out *Holdings, open []int) *Holdings {
	for _, i := range open {
		if out.Each[i].Truth != expr.Unknown {
			continue
		}
		out.Exact = false
		var leaves []int
		for _, x := range []*expr.Expr{list[i].When, list[i].Require} {
			if x != nil {
				leaves = append(leaves, x.Leaves()...)
			}
		}
		slices.Sort(leaves)
		out.Each[i].Missing = slices.DeleteFunc(slices.Compact(leaves), func(l int) bool { return !ev.Lacks(l) })
	}
	out.Missing = union(out.Each)
	return out
}

// known evaluates a formula in four values.
func known(ev *expr.Eval, f *Formula) Holding {
	h := Holding{Concerned: expr.True, Truth: expr.Unknown}
	var whenErr error
	if f.When != nil {
		h.Concerned, whenErr = ev.Truth(f.When)
	}
	require, requireErr := ev.Truth(f.Require)
	switch {
	case require == expr.True || h.Concerned == expr.False:
		h.Truth = expr.True
	case h.Concerned == expr.Unknown || require == expr.Unknown:
	case h.Concerned == expr.Error:
		h.Truth, h.Err = expr.Error, whenErr
	case require == expr.Error:
		h.Truth, h.Err = expr.Error, requireErr
	default:
		h.Truth = expr.False
	}
	return h
}

func constant(r diagram.Ref) (expr.Truth, bool) {
	switch r {
	case no:
		return expr.False, true
	case yes:
		return expr.True, true
	case err:
		return expr.Error, true
	}
	return expr.Unknown, false
}

// formulaSpace prepares the completions that the formulas still open depend on.
func (e *Engine) formulaSpace(m *diagram.Manager, ev *expr.Eval, list []Formula, open []int) *space {
	need := newAtoms()
	for _, i := range open {
		if list[i].When != nil {
			need.of(list[i].When)
		}
		need.of(list[i].Require)
	}
	return newSpace(e, m, []*expr.Eval{ev}, [][]*expr.Atom{need.list}, nil)
}

// formula returns the diagrams of whether a formula concerns the case, and of whether it holds.
func (s *space) formula(f *Formula, vars map[int]diagram.Ref) (when, holds diagram.Ref) {
	ops := s.e.ops
	when = yes
	if f.When != nil {
		when = s.condition(0, f.When.Root(), vars)
	}
	require := s.condition(0, f.Require.Root(), vars)
	return when, s.m.Apply(ops.or, s.m.Apply(ops.not, when, no), require)
}

var errEveryCompletion = errors.New("it errs whatever the absent facts are")

// errorOf returns the error of a formula that errs in every completion, as the first of them has it.
func (s *space) errorOf(ev *expr.Eval, f *Formula, r diagram.Ref) error {
	trial := ev.Clone()
	w, _ := s.m.Witness(r, err)
	for _, set := range s.example(w) {
		trial.SetLeaf(set.Leaf, set.Value)
	}
	for i := range s.dims {
		if d := &s.dims[i]; ev.Absent(d.leaf) && trial.Absent(d.leaf) && len(d.values) > 0 {
			trial.SetLeaf(d.leaf, d.values[0])
		}
	}
	if h := known(trial, f); h.Err != nil {
		return h.Err
	}
	return errEveryCompletion
}
