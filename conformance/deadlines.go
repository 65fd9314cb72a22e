package conformance

import (
	"context"
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// deadlines evaluates a file of kind Deadlines.
type deadlines struct {
	*deadline.Deadlines
	spec  *ruleset.Deadlines
	timed bool // whether an answer can depend on when it is given: a due date itself depends on its events alone
}

func (e *engine) addDeadlines() error {
	for _, f := range e.rules.Bundle().Deadlines {
		d, err := deadline.New(e.rules, deadline.Named(f.Name))
		if err != nil {
			return err
		}
		none := ruleset.Window{}
		timed := f.Effective != none || slices.ContainsFunc(f.Deadlines, func(x *ruleset.Deadline) bool { return x.Effective != none })
		e.subjects[f.ID()] = &deadlines{d, f, timed}
	}
	return nil
}

func (d *deadlines) digest() string { return d.spec.Digest }

func (d *deadlines) answer(ctx context.Context, q *Request) (Answer, error) {
	r, err := d.due(ctx, q)
	return flatten(r, err)
}

// due answers a request about a deadline.
func (d *deadlines) due(ctx context.Context, q *Request) (*deadline.Result, error) {
	at, err := q.time(d.timed)
	if err != nil {
		return nil, err
	}
	opts := []deadline.CallOption{deadline.At(at)}
	if q.AsOf != "" {
		day, err := deadline.ParseDate(q.AsOf)
		if err != nil {
			return nil, err
		}
		opts = append(opts, deadline.AsOf(day))
	}
	var events []deadline.Event
	for _, name := range sortedKeys(q.Events) {
		instants, several := q.Events[name].([]any)
		if !several {
			instants = []any{q.Events[name]}
		}
		for _, v := range instants {
			written, ok := v.(string)
			switch {
			case v == nil && !several:
				continue // absent
			case !ok:
				return nil, &banfa.FactError{
					Fact: "events." + name, Code: "type", Want: "a time as RFC 3339, or a list of them", Got: string(encode(v)),
				}
			}
			when, err := deadline.ParseInstant(written)
			if err != nil {
				return nil, err
			}
			events = append(events, deadline.Event{Name: name, At: when})
		}
	}
	return d.Due(ctx, q.Deadline, events, opts...)
}

// deadlines adds how often the suites computed each deadline of a rule file that has a suite.
func (cov *Coverage) deadlines(ctx context.Context, e *engine, o options) error {
	counted := map[string]map[string]*RuleCoverage{} // by KIND/NAME and id
	for c := range allCases(e, o) {
		d, ok := e.subjects[c.request.Subject].(*deadlines)
		if !ok || c.Skip {
			continue
		}
		rules := counted[c.request.Subject]
		if rules == nil {
			rules = map[string]*RuleCoverage{}
			counted[c.request.Subject] = rules
		}
		if _, err := d.due(ctx, c.request); err != nil {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			continue
		}
		r := rules[c.request.Deadline]
		if r == nil {
			r = &RuleCoverage{}
			rules[c.request.Deadline] = r
		}
		r.Applied++
		r.Cases = append(r.Cases, c.Name())
	}
	for _, f := range e.rules.Bundle().Deadlines {
		rules, tested := counted[f.ID()]
		if !tested {
			continue
		}
		for _, x := range f.Deadlines {
			r := RuleCoverage{Subject: f.ID(), ID: x.ID, Basis: []string{}, Cases: []string{}}
			for _, b := range x.Basis {
				r.Basis = append(r.Basis, b.Long)
			}
			if n := rules[x.ID]; n != nil {
				r.Applied, r.Cases = n.Applied, n.Cases
			}
			cov.Rules = append(cov.Rules, r)
			cov.places[f.ID()+"#"+x.ID] = place{f.File, x.Place}
		}
	}
	return nil
}
