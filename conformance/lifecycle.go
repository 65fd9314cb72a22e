package conformance

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// lifecycles evaluates a file of kind Lifecycle.
type lifecycles struct {
	*condition.Lifecycle
	spec *ruleset.Lifecycle
}

// addLifecycle makes an evaluator for each file of kind Lifecycle.
func (e *engine) addLifecycle() error {
	for _, f := range e.rules.Bundle().Lifecycles {
		l, err := condition.NewLifecycle(e.rules, condition.LifecycleNamed(f.Name))
		if err != nil {
			return err
		}
		e.subjects[f.ID()] = &lifecycles{l, f}
	}
	return nil
}

func (l *lifecycles) digest() string { return l.spec.Sum }

// lifecycleAnswer is where a case stands, and why its last event was refused where it was.
type lifecycleAnswer struct {
	standing *condition.Standing
	refused  *condition.IllegalEventError
}

// stand folds the history of a request. Only its last event may be refused: a case about a refusal would otherwise pass for one that it is
// not about.
func (l *lifecycles) stand(ctx context.Context, q *Request) (*lifecycleAnswer, error) {
	at, err := q.time(false)
	if err != nil {
		return nil, err
	}
	events := make([]condition.CaseEvent, len(q.History))
	for i, m := range q.History {
		if events[i], err = condition.CaseEventOf(m); err != nil {
			return nil, lifecycleFault(i, err)
		}
	}
	out := &lifecycleAnswer{}
	out.standing, err = l.Fold(ctx, events)
	if errors.As(err, &out.refused) {
		if out.refused.Index != len(events)-1 {
			return nil, lifecycleFault(out.refused.Index, err)
		}
		out.standing, err = l.Fold(ctx, events[:len(events)-1])
	}
	if err != nil {
		return nil, err
	}
	if q.At == "" || len(events) == 0 || at.Before(events[len(events)-1].At) {
		return out, nil
	}
	out.standing, err = l.AsOf(ctx, out.standing, at)
	return out, err
}

func lifecycleFault(i int, err error) error {
	return &banfa.FactError{
		Fact: "history[" + strconv.Itoa(i) + "]", Code: "type", Want: "an event that the lifecycle takes", Got: err.Error(),
	}
}

func (l *lifecycles) answer(ctx context.Context, q *Request) (Answer, error) {
	a, err := l.stand(ctx, q)
	if err != nil {
		return nil, err
	}
	s := a.standing
	answer := map[string]any{
		"state": s.State, "final": s.Final, "legal": s.MayHappen(), "digest": s.Digest, "log": s.Log,
		"refused": nil, "refused_by": []string{}, "missing": []string{},
	}
	taken, begun, overdue, suspended := []string{}, []string{}, []string{}, []string{}
	for i := range s.History {
		taken = append(taken, s.History[i].Transition)
	}
	for i := range s.Deadlines {
		d := &s.Deadlines[i]
		begun = append(begun, d.ID)
		if d.Ended == "" && d.Overdue {
			overdue = append(overdue, d.ID)
		}
		if d.Ended == "" && d.Suspended {
			suspended = append(suspended, d.ID)
		}
		if d.ID != q.Deadline && (q.Deadline != "" || len(s.Deadlines) != 1) {
			continue
		}
		answer["due"], answer["before"], answer["provisional"] = lifecycleNull(d.Due), lifecycleNull(d.Before), d.Provisional
	}
	answer["transitions"], answer["deadlines"], answer["overdue"], answer["suspended"] = taken, begun, overdue, suspended
	if r := a.refused; r != nil {
		answer["refused"], answer["refused_by"], answer["missing"] = string(r.Code), r.Rules, r.Missing
	}
	return flatten(answer, nil)
}

func lifecycleNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// lifecycles adds how often the suites took each transition of a lifecycle that has a suite, or had it refuse an event.
func (cov *Coverage) lifecycles(ctx context.Context, e *engine, o options) error {
	counted, err := countCases(ctx, e, o, func(l *lifecycles, c *Case, rules ruleCounts) error {
		a, err := l.stand(ctx, c.request)
		if err == nil {
			lifecycleCount(rules, a, c.Name())
		}
		return err
	})
	for _, f := range e.rules.Bundle().Lifecycles {
		if rules, tested := counted[f.ID()]; tested {
			for _, x := range f.Transitions {
				cov.add(&f.Head, rules, x.ID, x.Basis, x.Place)
			}
		}
	}
	return err
}

// lifecycleCount counts one case: the transitions it took, and those that refused its last event.
func lifecycleCount(rules ruleCounts, a *lifecycleAnswer, name string) {
	for i := range a.standing.History {
		if r := rules.of(a.standing.History[i].Transition); !slices.Contains(r.Cases, name) {
			r.True++
			r.applied(name)
		}
	}
	if a.refused == nil {
		return
	}
	for _, id := range a.refused.Rules {
		switch a.refused.Code {
		case condition.IllegalGuard:
			rules.of(id).False++
		case condition.IllegalUnknown:
			rules.of(id).Unknown++
		}
	}
}
