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
	steps, err := stepOptions(q)
	if err != nil {
		return nil, err
	}
	opts = append(opts, steps...)
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

// stepOptions reads what was done to a deadline beside its events.
func stepOptions(q *Request) ([]deadline.CallOption, error) {
	var opts []deadline.CallOption
	for _, written := range q.Suspend {
		x, err := deadline.ParseSuspension(written)
		if err != nil {
			return nil, err
		}
		opts = append(opts, deadline.Suspend(x))
	}
	for _, n := range q.Extend {
		opts = append(opts, deadline.Extend(deadline.Extension{N: n, Approver: q.Approver}))
	}
	for _, written := range q.Restart {
		at, err := deadline.ParseInstant(written)
		if err != nil {
			return nil, err
		}
		opts = append(opts, deadline.RestartBy(deadline.Restart{At: at}))
	}
	return opts, nil
}

// deadlines adds how often the suites computed each deadline of a rule file that has a suite.
func (cov *Coverage) deadlines(ctx context.Context, e *engine, o options) error {
	counted, err := countCases(ctx, e, o, func(d *deadlines, c *Case, rules ruleCounts) error {
		_, err := d.due(ctx, c.request)
		if err == nil {
			rules.of(c.request.Deadline).applied(c.Name())
		}
		return err
	})
	for _, f := range e.rules.Bundle().Deadlines {
		if rules, tested := counted[f.ID()]; tested {
			for _, x := range f.Deadlines {
				cov.add(&f.Head, rules, x.ID, x.Basis, x.Place)
			}
		}
	}
	return err
}
