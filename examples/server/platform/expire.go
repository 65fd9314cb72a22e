package platform

import (
	"context"
	"errors"

	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// Expire writes down what time itself has brought: events of cases that the Lifecycle files let nobody in particular bring about, and whose guards hold now, such as
// a permission whose validity is over (Article 43). It returns how many. Any number of servers may ask: each event happens once. Data are not handed out after
// their day in any case; this is for the record.
func (p *Platform) Expire(ctx context.Context) (int, error) {
	open := view(p, func(s *state) []*Case {
		var out []*Case
		for _, stream := range s.order {
			if c := s.cases[stream]; !c.Standing.Final {
				out = append(out, c)
			}
		}
		return out
	})
	n := 0
	var failed error
	for _, c := range open {
		if err := context.Cause(ctx); err != nil {
			return n, err
		}
		event, err := p.elapsed(ctx, c)
		if err == nil && event != "" {
			err = p.expire(ctx, c.stream(), &n)
		}
		failed = errors.Join(failed, err) // one case must not keep the others waiting
	}
	return n, failed
}

// elapsed is the event that time has brought to a case; "" for none.
func (p *Platform) elapsed(ctx context.Context, c *Case) (string, error) {
	now, err := p.now(ctx, c)
	if err != nil {
		return "", err
	}
	for _, l := range now.Standing.Legal {
		if len(l.By) == 0 && l.Guard == condition.GuardHolds {
			return l.Event, nil
		}
	}
	return "", nil
}

// expire appends it, if it is still so.
func (p *Platform) expire(ctx context.Context, stream string, n *int) error {
	made, err := p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		c := s.cases[stream]
		name, err := p.elapsed(ctx, c)
		if err != nil || name == "" {
			return nil, nil, err
		}
		d := CaseEvent{Event: name, At: p.time(c), Rests: p.digests()}
		if _, err := p.lifecycles[c.Kind].Apply(ctx, c.Standing, d.lifecycle(s.seq+1)); err != nil {
			return nil, nil, err
		}
		return []store.Expect{s.expect(stream)}, []store.NewEvent{{Stream: stream, Kind: c.Kind + "." + name, Role: string(identity.System), Data: d}}, nil
	})
	*n += len(made)
	return err
}

// Counts are what somebody who looks after the server watches.
type Counts struct {
	Seq     int64
	Open    map[string]int // cases that are not over, by kind
	Overdue map[string]int // deadlines of theirs that are over, by kind
	Alerts  int
	Entries int // of the open catalog
}

// Counts counts them. A deadline is over by the clock of now; no due date moves.
func (p *Platform) Counts() Counts {
	return view(p, func(s *state) Counts {
		c := Counts{Seq: s.seq, Open: map[string]int{}, Overdue: map[string]int{}, Alerts: len(s.alerts)}
		for _, kind := range []string{Applications, Permissions, Objections} {
			c.Open[kind], c.Overdue[kind] = 0, 0
		}
		if s.catalog != nil {
			c.Entries = len(s.catalog.Entries)
		}
		for _, stream := range s.order {
			if k := s.cases[stream]; !k.Standing.Final {
				c.Open[k.Kind]++
				c.Overdue[k.Kind] += len(k.Standing.Due(p.time(k)))
			}
		}
		return c
	})
}

// Late are the deadlines of a case that are over.
type Late struct {
	Kind, ID string
	Due      []condition.OpenDeadline
}

// Overdue lists the cases with a deadline that is over and whose act has not been done (Articles 42 and 65), in the order they began.
func (p *Platform) Overdue() []Late {
	return view(p, func(s *state) []Late {
		var out []Late
		for _, stream := range s.order {
			if c := s.cases[stream]; !c.Standing.Final {
				if due := c.Standing.Due(p.time(c)); len(due) > 0 {
					out = append(out, Late{c.Kind, c.ID, due})
				}
			}
		}
		return out
	})
}
