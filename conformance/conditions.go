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
	counted, err := countCases(ctx, e, o, func(k *conditions, c *Case, rules ruleCounts) error {
		r, err := k.decide(ctx, c.request)
		if err != nil {
			return err
		}
		for i := range r.Requirements {
			q := &r.Requirements[i]
			at := slices.IndexFunc(k.spec.Requirements, func(x *ruleset.AccessRequirement) bool { return x.ID == q.ID })
			rules.of(q.ID).holding(q.Holds, k.spec.Requirements[at].When != nil, c.Name())
		}
		if r.Decision == condition.Approve {
			k.duties(r, rules, c.Name())
		}
		return nil
	})
	for _, f := range e.rules.Bundle().Conditions {
		rules, tested := counted[f.ID()]
		if !tested {
			continue
		}
		// What is inherited is exercised by the suite of the file it stands in.
		for _, x := range f.Requirements {
			if x.From == f.ID() {
				cov.add(&f.Head, rules, x.ID, x.Basis, x.Place)
			}
		}
		for _, x := range f.Obligations {
			if x.From == f.ID() {
				cov.add(&f.Head, rules, x.ID, x.Basis, x.Place)
			}
		}
	}
	return err
}

// holding notes what became of a requirement in one case. Its condition is `when`, and `require` where it has none.
func (r *RuleCoverage) holding(h condition.Holding, conditional bool, name string) {
	switch h {
	case condition.Holds:
		r.True++
		r.Met++
	case condition.NotConcerned:
		r.False++
	case condition.Unknown:
		r.Unknown++
	default: // it fails or errs
		if conditional {
			r.True++
		} else {
			r.False++
		}
		r.applied(name)
	}
}

// duties notes which obligations an approval laid on the user. One without `when` has no condition.
func (c *conditions) duties(r *condition.Result, rules ruleCounts, name string) {
	for _, d := range r.Duties {
		rules.of(d.ID).applied(name)
	}
	for _, o := range c.spec.Obligations {
		if o.When == nil {
			continue
		}
		i := slices.IndexFunc(r.Duties, func(d condition.Duty) bool { return d.ID == o.ID })
		switch {
		case i < 0 && o.Effective == ruleset.Window{}:
			rules.of(o.ID).False++
		case i >= 0 && r.Duties[i].When == "":
			rules.of(o.ID).True++
		case i >= 0:
			rules.of(o.ID).Unknown++
		}
	}
}
