package platform

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// Alert is an alert of the supervision of use (Article 59), with the event of the log that raised it.
type Alert struct {
	Seq   int64                  `json:"seq"`
	At    time.Time              `json:"at"`
	Alert condition.MonitorAlert `json:"alert"`
}

// usageStream is one for all uses: the monitor sees them in one order.
const usageStream = "usage/all"

// freely stands for the scenario of data that everybody may use for anything (Article 40).
const freely = "any"

// newMonitor makes the monitor that the uses of the log are shown to, in their order: every server comes to the same alerts.
func (p *Platform) newMonitor() (err error) {
	// Its clock is the log's: what is folded again, elsewhere or later, comes to the same.
	clock := condition.MonitorClock(func() time.Time { return p.moment })
	p.monitor, err = condition.NewMonitor(p.Rules, clock, condition.WithPermissions(func(id string) (banfa.Facts, bool) {
		c := p.s.cases[Permissions+"/"+id] // the state is locked while an event is folded in
		if c == nil {
			return nil, false
		}
		return c.terms(), true
	}))
	return err
}

// terms is what was agreed of a permission, in the words of the Monitoring file.
func (c *Case) terms() banfa.Map {
	m := banfa.Map{
		"scenarios": []any{freely}, "usage_modes": []any{"download"}, "datasets": []any{c.Entry},
		"expires": c.Standing.Facts["valid_until"], "suspended": c.Standing.State != "active",
	}
	if a := c.Agreement; a != nil {
		m["scenarios"], m["usage_modes"] = []any{}, []any{a.Usage.Code}
		if a.Decision != nil && a.Decision.Scenario != "" {
			m["scenarios"] = []any{a.Decision.Scenario}
		}
	}
	return m
}

// Use reports one use of data, by who holds the permission, by the opening body or by the authority. The event is kept whether or not it raises an alert; an
// event that cannot be read is refused.
func (p *Platform) Use(ctx context.Context, who identity.Identity, fields map[string]any) ([]Alert, error) {
	permission, _ := fields["permission"].(string)
	c := view(p, func(s *state) *Case { return s.cases[Permissions+"/"+permission] })
	if !who.Is(identity.Authority) && (c == nil || !c.MaySee(who) || who.Is(identity.Auditor)) {
		return nil, ErrForbidden
	}
	return p.use(ctx, who, fields, nil)
}

// use appends a use. As long as of is given, nothing may have happened to that case since it was looked at.
func (p *Platform) use(ctx context.Context, who identity.Identity, fields map[string]any, of *Case) ([]Alert, error) {
	if _, err := condition.EventOf(merge(fields, nil)); err != nil {
		return nil, err
	}
	made, err := p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		var expect []store.Expect
		if of != nil {
			if s.versions[of.stream()] != int64(len(of.Log)) {
				return nil, nil, &RefusedError{Code: "permission", Reason: "使用权限刚刚发生变化，请重试"}
			}
			expect = append(expect, s.expect(of.stream()))
		}
		return expect, []store.NewEvent{event(who, usageStream, "usage.observed", fields, identity.Authority, identity.Opener, identity.Applicant)}, nil
	})
	if err != nil {
		return nil, err
	}
	return view(p, func(s *state) []Alert {
		out := []Alert{}
		for _, a := range slices.Backward(s.alerts) {
			if a.Seq < made[0].Seq {
				break
			}
			if a.Seq == made[0].Seq {
				out = append(out, a)
			}
		}
		return out
	}), nil
}

// applyUsage shows a use to the monitor. One that the monitor cannot take was kept all the same, and is an alert of its own: somebody must look at it.
func (p *Platform) applyUsage(ctx context.Context, e *store.Event) error {
	fields, err := decode[map[string]any](e)
	if err != nil {
		return err
	}
	p.s.usage++
	p.moment = e.At
	use, err := condition.EventOf(fields)
	var seen condition.Observation
	if err == nil {
		seen, err = p.monitor.Observe(ctx, use)
	}
	var fe *banfa.FactError
	switch {
	case errors.As(err, &fe):
		seen.Alerts = append(seen.Alerts, condition.MonitorAlert{
			Kind: "unreadable", Rule: "usage", Severity: "medium", Event: use.ID, At: e.At.In(zone).Format(time.RFC3339), Message: "使用事件无法读取：" + fe.Message("zh"),
			Ruleset: "Monitoring/" + p.monitor.Name(), Digest: p.monitor.Digest(),
		})
	case err != nil:
		return err
	}
	for _, a := range seen.Alerts {
		p.s.alerts = append(p.s.alerts, Alert{e.Seq, e.At, a})
	}
	return nil
}

// Alerts lists alerts, the newest first: the authority and auditors see all, an opening body those of its own data.
func (p *Platform) Alerts(who identity.Identity, offset, limit int) (alerts []Alert, total int, err error) {
	if !who.Is(identity.Authority, identity.Auditor, identity.Opener) {
		return nil, 0, ErrForbidden
	}
	seen := view(p, func(s *state) []Alert {
		var out []Alert
		for _, a := range slices.Backward(s.alerts) {
			c := s.cases[Permissions+"/"+a.Alert.Permission]
			if who.Is(identity.Authority, identity.Auditor) || c != nil && c.MaySee(who) {
				out = append(out, a)
			}
		}
		return out
	})
	if limit <= 0 || limit > MaxPage {
		limit = page
	}
	from := min(max(offset, 0), len(seen))
	return seen[from:min(from+limit, len(seen))], len(seen), nil
}
