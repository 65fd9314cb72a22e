package conformance

import (
	"context"
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// conditions evaluates a file of kind Conditions.
type conditions struct {
	*condition.Access
	spec  *ruleset.Conditions
	timed bool // whether an answer can depend on the time
}

// addConditions makes an evaluator for each file of kind Conditions.
func (e *engine) addConditions() error {
	for _, f := range e.rules.Bundle().Conditions {
		a, err := condition.New(e.rules, condition.Named(f.Name))
		if err != nil {
			return err
		}
		e.subjects[f.ID()] = &conditions{a, f, conditionsTimed(f)}
	}
	return nil
}

// conditionsTimed reports whether decisions by a rule file can depend on when they are made.
func conditionsTimed(c *ruleset.Conditions) bool {
	none := ruleset.Window{}
	now := func(expressions ...*expr.Expr) bool {
		return slices.ContainsFunc(expressions, func(x *expr.Expr) bool { return x != nil && slices.Contains(x.Names(), "now") })
	}
	return c.Effective != none ||
		slices.ContainsFunc(c.Variables, func(v ruleset.Variable) bool { return now(v.Expr) }) ||
		slices.ContainsFunc(c.Requirements, func(r *ruleset.AccessRequirement) bool {
			return r.Effective != none || now(r.When, r.Require)
		}) ||
		slices.ContainsFunc(c.Obligations, func(o *ruleset.Obligation) bool { return o.Effective != none || now(o.When) })
}

// digest covers the files that it extends too: an executor that has another base file has other conditions.
func (c *conditions) digest() string { return c.spec.Sum }

func (c *conditions) answer(ctx context.Context, q *Request) (Answer, error) {
	r, err := c.decide(ctx, q)
	return flatten(r, err)
}

func (c *conditions) decide(ctx context.Context, q *Request) (*condition.Result, error) {
	at, err := q.time(c.timed)
	if err != nil {
		return nil, err
	}
	return c.Decide(ctx, banfa.Map(q.Facts), condition.At(at))
}

// conditions adds how often the suites brought each requirement and obligation of a file that has a suite to bear. A requirement applies
// where it is not met; it is met where it concerns the application and holds.
func (cov *Coverage) conditions(ctx context.Context, e *engine, o options) error {
	counted := map[string]map[string]*RuleCoverage{} // by KIND/NAME and id
	for c := range allCases(e, o) {
		k, ok := e.subjects[c.request.Subject].(*conditions)
		if !ok || c.Skip {
			continue
		}
		rules := counted[c.request.Subject]
		if rules == nil {
			rules = map[string]*RuleCoverage{}
			counted[c.request.Subject] = rules
		}
		r, err := k.decide(ctx, c.request)
		if err != nil {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			continue
		}
		for i := range r.Requirements {
			coveredBy(rules, r.Requirements[i].ID).holding(r.Requirements[i].Holds, c.Name())
		}
		for _, id := range r.Obligations {
			x := coveredBy(rules, id)
			x.Applied++
			x.True++
			x.Cases = append(x.Cases, c.Name())
		}
	}
	for _, f := range e.rules.Bundle().Conditions {
		rules, tested := counted[f.ID()]
		if !tested {
			continue
		}
		// What is inherited is exercised by the suite of the file it stands in.
		for _, x := range f.Requirements {
			if x.From == f.ID() {
				cov.condition(f, x.ID, x.Basis, x.Place, rules[x.ID])
			}
		}
		for _, x := range f.Obligations {
			if x.From == f.ID() {
				cov.condition(f, x.ID, x.Basis, x.Place, rules[x.ID])
			}
		}
	}
	return nil
}

func coveredBy(rules map[string]*RuleCoverage, id string) *RuleCoverage {
	if rules[id] == nil {
		rules[id] = &RuleCoverage{}
	}
	return rules[id]
}

func (r *RuleCoverage) holding(h condition.Holding, name string) {
	switch h {
	case condition.Holds:
		r.True++
		r.Met++
	case condition.NotConcerned:
		r.False++
	case condition.Unknown:
		r.Unknown++
	default: // it fails or errs
		r.True++
		r.Applied++
		r.Cases = append(r.Cases, name)
	}
}

func (cov *Coverage) condition(f *ruleset.Conditions, id string, basis []ruleset.Basis, at ruleset.Place, n *RuleCoverage) {
	r := RuleCoverage{}
	if n != nil {
		r = *n
	}
	r.Subject, r.ID, r.Basis = f.ID(), id, []string{}
	if r.Cases == nil {
		r.Cases = []string{}
	}
	for _, b := range basis {
		r.Basis = append(r.Basis, b.Long)
	}
	cov.Rules = append(cov.Rules, r)
	cov.places[f.ID()+"#"+id] = place{f.File, at}
}
