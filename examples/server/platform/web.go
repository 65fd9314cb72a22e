package platform

import (
	"context"
	"slices"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Ways are the ways on from where a case stands that somebody may take, in the order of the Lifecycle file.
func (c *Case) Ways(who identity.Identity) []condition.LegalEvent {
	var out []condition.LegalEvent
	for _, l := range c.Standing.Legal {
		if by, _ := c.as(who, l.By); by != "" {
			out = append(out, l)
		}
	}
	return out
}

// LifecycleFile is the rule file that cases of a kind follow.
func (p *Platform) LifecycleFile(kind string) *ruleset.Lifecycle {
	for _, l := range p.Rules.Bundle().Lifecycles {
		if l.Name == kind {
			return l
		}
	}
	return nil
}

// Ledger is the day-by-day proof of a deadline of a case, computed from the same events as its standing.
func (p *Platform) Ledger(ctx context.Context, c *Case, id string) (*deadline.Result, error) {
	l := p.LifecycleFile(c.Kind)
	if l == nil || l.Deadlines == nil {
		return nil, ErrNotFound
	}
	d, err := deadline.New(p.Rules, deadline.Named(l.Deadlines.Name))
	if err != nil {
		return nil, err
	}
	var events []deadline.Event
	for _, step := range c.Standing.History {
		i, ok := l.EventIndex(step.Event)
		if !ok || l.Events[i].Deadline == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, step.At)
		if err != nil {
			return nil, err
		}
		events = append(events, deadline.Event{Name: l.Events[i].Deadline, At: at})
	}
	if len(events) == 0 {
		return nil, ErrNotFound
	}
	return d.Due(ctx, l.Deadlines.Name+"/"+id, events, deadline.At(events[0].At), deadline.Case(c.ID))
}

// EventFacts are the facts that an event of a case may state: its own, and those of the case that the Lifecycle file lets it state.
func (p *Platform) EventFacts(c *Case, event string) []banfa.Fact {
	l := p.LifecycleFile(c.Kind)
	if l == nil {
		return nil
	}
	i, ok := l.EventIndex(event)
	if !ok {
		return nil
	}
	e := &l.Events[i]
	var out []banfa.Fact
	for k := range e.Facts {
		out = append(out, DescribeFact(&e.Facts[k]))
	}
	var missing []string
	for _, way := range c.Standing.Legal {
		if way.Event == event {
			missing = append(missing, way.Missing...)
		}
	}
	for k := range l.Facts {
		if f := DescribeFact(&l.Facts[k]); slices.Contains(e.MayState, k) || e.MayState == nil && slices.Contains(missing, f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// DescribeFact is a fact of a Lifecycle file as a form asks for it.
func DescribeFact(f *ruleset.Fact) banfa.Fact {
	out := banfa.Fact{Name: f.Name, Label: f.Label, Ask: f.Ask, Type: f.Type.Kind.String(), Min: f.Type.Min.String(), Max: f.Type.Max.String(), Optional: f.Type.Optional}
	for i, code := range f.Type.Values {
		out.Values = append(out.Values, banfa.EnumValue{Code: code, Label: f.Type.Labels[i]})
	}
	if len(f.Basis) > 0 {
		out.Basis = f.Basis[0].Long
	}
	switch f.Type.Kind {
	case expr.String:
		out.MaxLength = f.Type.RuneLimit()
	case expr.List:
		out.MaxItems = f.Type.ItemLimit()
		out.Items = &banfa.Fact{Type: f.Type.Elem.Kind.String()}
	default:
	}
	return out
}
