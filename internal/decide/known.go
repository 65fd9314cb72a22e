// Package decide evaluates compiled classifications: rule by rule in four values, and exactly over all completions of the
// facts that are absent.
package decide

import (
	"context"
	"slices"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Engine evaluates one classification. It is immutable and safe for any number of goroutines.
type Engine struct {
	C      *ruleset.Classification
	acts   []act
	ops    *operations
	tables [][]expr.Truth // by atom: its truth for each value of its only leaf, where that is few-valued
	index  *index
	place  []int // by rule, its place in C.Order; nil where no rule overrides another
}

// act is a leaf that a lawful act can change.
type act struct {
	fact   int // index into C.Facts
	leaf   int
	target expr.Value
}

// Known is what three-valued evaluation, rule by rule, finds out about one set of facts.
type Known struct {
	Scope     expr.Truth
	Condition []expr.Truth // by rule
	Applies   []expr.Truth // by rule
	Otherwise expr.Truth
	Errors    []RuleError
	Live      []int // the rules whose condition is not false, ascending

	candidates []int // room for the work
}

// RuleError is a rule that could not be evaluated; Rule is -1 for the scope.
type RuleError struct {
	Rule int
	Err  error
}

// New prepares an engine.
func New(c *ruleset.Classification) *Engine {
	return newEngine(c, c.Env.NewTests(c.Params, c.ParamsValue))
}

// Plain prepares an engine that has cel-go answer every atom and looks at every rule: what any other must agree with.
func Plain(c *ruleset.Classification) *Engine { return newEngine(c, c.Env.NoTests()) }

func newEngine(c *ruleset.Classification, tests *expr.Tests) *Engine {
	e := &Engine{C: c, ops: newOperations(len(c.Outcomes) + 1)}
	for i := range c.Facts {
		f := &c.Facts[i]
		if f.Act == "" {
			continue
		}
		for l, leaf := range c.Env.Leaves() {
			if leaf.Slot == f.Slot && len(leaf.Path) == 0 {
				e.acts = append(e.acts, act{fact: i, leaf: l, target: f.ActTo})
			}
		}
	}
	e.tabulate()
	e.index = newIndex(e, tests)
	if slices.ContainsFunc(c.Rules, func(r *ruleset.Rule) bool { return len(r.OverriddenBy) > 0 }) {
		e.place = make([]int, len(c.Rules))
		for i, r := range c.Order {
			e.place[r] = i
		}
	}
	return e
}

// tabulate evaluates each atom that reads one few-valued leaf once for all its values: what it says of an absent leaf does
// not depend on any other fact.
func (e *Engine) tabulate() {
	const few = 16
	atoms := e.C.Env.Atoms()
	e.tables = make([][]expr.Truth, len(atoms))
	trial := e.C.Env.NewEval(context.Background()).Trial()
	for i, a := range atoms {
		if len(a.Leaves) != 1 {
			continue
		}
		values, ok := e.C.Env.Leaves()[a.Leaves[0]].Type.Completions()
		if !ok || len(values) > few {
			continue
		}
		for _, v := range values {
			trial.Set(a.Leaves[0], v)
			e.tables[i] = append(e.tables[i], trial.Truth(a))
		}
		trial.Set(a.Leaves[0], expr.Value{})
	}
}

// Active returns which rules exist on a date.
func (e *Engine) Active(on civil.Date) []bool {
	active := make([]bool, len(e.C.Rules))
	for i, r := range e.C.Rules {
		active[i] = r.Effective.Contains(on)
	}
	return active
}

// Known evaluates every rule. No rule is known to apply unless the scope is known to hold.
func (e *Engine) Known(ev *expr.Eval, active []bool) *Known {
	ev.Use(e.index.tests)
	k := e.NewKnown()
	e.know(k, ev.Marks(), ev, active)
	return k
}

// Direct reports whether everything about a record is known from its marks.
func (e *Engine) Direct() bool { return e.index.direct }

// Tests are those that make the marks of a record.
func (e *Engine) Tests() *expr.Tests { return e.index.tests }

// NewKnown returns one that Marked can use again and again.
func (e *Engine) NewKnown() *Known {
	values := make([]expr.Truth, 2*len(e.C.Rules))
	return &Known{Condition: values[:len(e.C.Rules)], Applies: values[len(e.C.Rules):]}
}

// Marked is Known for marks, of an engine that is Direct.
func (e *Engine) Marked(k *Known, m *expr.Marks, active []bool) {
	for _, r := range k.Live {
		k.Condition[r], k.Applies[r] = expr.False, expr.False
	}
	e.know(k, m, nil, active)
}

// know evaluates the rules from marks, and those that marks do not settle from ev, which may be nil for an engine that is Direct.
func (e *Engine) know(k *Known, m *expr.Marks, ev *expr.Eval, active []bool) {
	k.Scope, k.Otherwise, k.Live, k.Errors = expr.True, expr.Unknown, k.Live[:0], nil
	if s := e.C.Scope; s != nil && s.When != nil {
		if e.index.scope != nil {
			k.Scope = e.index.scope.Truth(m)
		} else {
			var err error
			if k.Scope, err = ev.Truth(s.When); k.Scope == expr.Error {
				k.Errors = append(k.Errors, RuleError{-1, err})
			}
		}
	}
	if k.Scope == expr.False {
		k.Otherwise = expr.False
		return
	}
	k.candidates = e.index.candidates(k.candidates[:0], m)
	for _, r := range k.candidates {
		if !active[r] {
			continue
		}
		t := expr.True
		if terms := e.index.terms[r]; terms != nil {
			t = terms.Truth(m)
		} else if when := e.C.Rules[r].When; when != nil {
			var err error
			if t, err = ev.Truth(when); t == expr.Error {
				k.Errors = append(k.Errors, RuleError{r, err})
			}
		}
		if t != expr.False {
			k.Condition[r] = t
			k.Live = append(k.Live, r)
		}
	}
	e.applies(k)
}

// applies finds out which rules apply. A rule that is not live applies nowhere and defeats nothing.
func (e *Engine) applies(k *Known) {
	k.Otherwise = expr.True
	inOrder := k.Live
	if e.place != nil {
		k.candidates = append(k.candidates[:0], k.Live...)
		inOrder = k.candidates
		slices.SortFunc(inOrder, func(a, b int) int { return e.place[a] - e.place[b] })
	}
	for _, i := range inOrder {
		r := e.C.Rules[i]
		t := k.Condition[i]
		for _, o := range r.OverriddenBy {
			t = and(t, not(k.Applies[o]))
		}
		k.Applies[i] = t
		if r.Outcome >= 0 {
			k.Otherwise = and(k.Otherwise, not(t))
		}
	}
}

// Settled returns the outcome, where it is known whatever the absent facts are.
func (e *Engine) Settled(k *Known) (rank int, ok bool) {
	switch k.Scope {
	case expr.False:
		return e.C.OutOfScope(), true
	case expr.True:
		return e.settledRank(k)
	}
	return 0, false
}

// Settle is the truth that a rule is known to apply with, given whether the scope holds.
func (k *Known) Settle(t expr.Truth) bool { return k.Scope == expr.True && t == expr.True }

func not(t expr.Truth) expr.Truth {
	if t <= expr.True {
		return expr.True - t
	}
	return t
}

// and follows CEL: false settles it, then unknown outweighs error.
func and(a, b expr.Truth) expr.Truth {
	switch {
	case a == expr.False || b == expr.False:
		return expr.False
	case a == expr.Unknown || b == expr.Unknown:
		return expr.Unknown
	case a == expr.Error || b == expr.Error:
		return expr.Error
	}
	return expr.True
}
