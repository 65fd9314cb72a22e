package conformance

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// monitorings evaluates a file of kind Monitoring: each request is a stream of its own, from the first event to the last.
type monitorings struct {
	rules *banfa.Rules
	spec  *ruleset.Monitoring
}

// addMonitoring makes an evaluator for each file of kind Monitoring.
func (e *engine) addMonitoring() error {
	for _, f := range e.rules.Bundle().Monitorings {
		if _, err := condition.NewMonitor(e.rules, condition.Watching(f.Name)); err != nil {
			return err
		}
		e.subjects[f.ID()] = &monitorings{e.rules, f}
	}
	return nil
}

func (m *monitorings) digest() string { return m.spec.Digest }

// answer watches the stream of a request. Only ids and kinds are told, each once.
func (m *monitorings) answer(ctx context.Context, q *Request) (Answer, error) {
	alerts, notices, err := m.watch(ctx, q)
	if err != nil {
		return nil, err
	}
	by := map[condition.MonitorKind][]string{}
	for _, a := range alerts {
		by[a.Kind] = append(by[a.Kind], a.Rule)
	}
	kinds := []string{}
	unjudged := by[condition.MonitorUnknown]
	for _, n := range notices {
		kinds = append(kinds, n.Kind)
	}
	errs := slices.Concat(by[condition.MonitorError], by[condition.MonitorCapacity])
	return flatten(map[string]any{
		"alerts": once(by[condition.MonitorFinding]), "unknown": once(unjudged), "saturated": once(by[condition.MonitorSaturated]),
		"errors": once(errs), "notices": once(kinds), "digest": m.spec.Digest,
	}, nil)
}

func once(ids []string) []string {
	out := append([]string{}, ids...)
	slices.Sort(out)
	return slices.Compact(out)
}

func (m *monitorings) watch(ctx context.Context, q *Request) ([]condition.MonitorAlert, []condition.MonitorNotice, error) {
	// A suite may lie in the future: nothing here reads the machine's clock.
	clock := func() time.Time { return time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) }
	w, err := condition.NewMonitor(m.rules, condition.Watching(m.spec.Name), condition.MonitorClock(clock))
	if err != nil {
		return nil, nil, err
	}
	for _, name := range sortedKeys(q.Facts) {
		book, ok := q.Facts[name].(map[string]any)
		if name != "permissions" || !ok && q.Facts[name] != nil {
			return nil, nil, &banfa.FactError{Fact: name, Code: "undeclared", Want: "permissions: an object of what was agreed, by id"}
		}
		for _, id := range sortedKeys(book) {
			terms, ok := book[id].(map[string]any)
			if !ok {
				return nil, nil, &banfa.FactError{Fact: "permissions." + id, Code: "type", Want: "object", Got: string(encode(book[id]))}
			}
			if err := w.SetPermission(id, banfa.Map(terms)); err != nil {
				return nil, nil, err
			}
		}
	}
	var alerts []condition.MonitorAlert
	var notices []condition.MonitorNotice
	for i, fields := range q.Stream {
		fields = maps.Clone(fields)
		if fields["id"] == nil {
			fields["id"] = "e" + strconv.Itoa(i+1)
		}
		e, err := condition.EventOf(fields)
		if err != nil {
			return nil, nil, err
		}
		o, err := w.Observe(ctx, e)
		if err != nil {
			return nil, nil, err
		}
		alerts, notices = append(alerts, o.Alerts...), append(notices, o.Notices...)
	}
	return alerts, notices, nil
}

// monitorings adds how often the suites had each rule of a monitoring file raise an alert.
func (cov *Coverage) monitorings(ctx context.Context, e *engine, o options) error {
	counted, err := countCases(ctx, e, o, func(m *monitorings, c *Case, rules ruleCounts) error {
		alerts, _, err := m.watch(ctx, c.request)
		if err != nil {
			return err
		}
		found, unknown := map[string]bool{}, map[string]bool{}
		for _, a := range alerts {
			if a.Kind == condition.MonitorFinding {
				found[a.Rule] = true
			} else {
				unknown[a.Rule] = true
			}
		}
		for _, r := range m.spec.Rules {
			x := rules.of(r.ID)
			switch {
			case found[r.ID]:
				x.True++
				x.applied(c.Name())
			case unknown[r.ID]:
				x.Unknown++
			default:
				x.False++
			}
		}
		return nil
	})
	for _, f := range e.rules.Bundle().Monitorings {
		if rules, tested := counted[f.ID()]; tested {
			for _, x := range f.Rules {
				cov.add(&f.Head, rules, x.ID, x.Basis, x.Place)
			}
		}
	}
	return err
}

// monitorOutOfForce says that a stream has an event from outside the effective window of the file.
func monitorOutOfForce(err error) bool {
	var e *condition.MonitorNotInForceError
	return errors.As(err, &e)
}
