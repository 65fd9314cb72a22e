// Package decide evaluates compiled classifications: rule by rule in four values, and exactly over all completions of the
// facts that are absent.
package decide

import (
	"context"

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
}

// RuleError is a rule that could not be evaluated; Rule is -1 for the scope.
type RuleError struct {
	Rule int
	Err  error
}

// New prepares an engine.
func New(c *ruleset.Classification) *Engine {
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
	k := &Known{Scope: expr.True, Otherwise: expr.Unknown}
	values := make([]expr.Truth, 2*len(e.C.Rules))
	k.Condition, k.Applies = values[:len(e.C.Rules)], values[len(e.C.Rules):]
	if s := e.C.Scope; s != nil && s.When != nil {
		t, err := ev.Truth(s.When)
		k.Scope = t
		if t == expr.Error {
			k.Errors = append(k.Errors, RuleError{-1, err})
		}
	}
	if k.Scope == expr.False {
		k.Otherwise = expr.False
		return k
	}
	for i, r := range e.C.Rules {
		if !active[i] {
			continue
		}
		k.Condition[i] = expr.True
		if r.When != nil {
			t, err := ev.Truth(r.When)
			k.Condition[i] = t
			if t == expr.Error {
				k.Errors = append(k.Errors, RuleError{i, err})
			}
		}
	}
	e.applies(k, active)
	return k
}

func (e *Engine) applies(k *Known, active []bool) {
	otherwise := expr.True
	for _, i := range e.C.Order {
		r := e.C.Rules[i]
		t := k.Condition[i]
		for _, o := range r.OverriddenBy {
			if active[o] {
				t = and(t, not(k.Applies[o]))
			}
		}
		k.Applies[i] = t
		if r.Outcome >= 0 {
			otherwise = and(otherwise, not(t))
		}
	}
	k.Otherwise = otherwise
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
