package deadline

import (
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// caseOf turns what a rule file declares and what happened in a case into a Deadline.
type caseOf struct {
	calendar *Calendar
	file     *ruleset.Deadlines
	rule     *ruleset.Deadline
	events   []Event
	times    map[string][]time.Time // in order
}

func (c *caseOf) deadline(k *call) (d Deadline, ended time.Time, err error) {
	if err := c.read(); err != nil {
		return d, ended, err
	}
	trigger, err := c.once(c.rule.Starts)
	switch {
	case err != nil:
		return d, ended, err
	case trigger.IsZero():
		return d, ended, invalid("events."+c.rule.Starts, "event.missing", c.rule.Starts, c.rule.ID)
	}
	d = Deadline{
		ID: c.rule.ID, Case: k.name, Basis: bases(c.rule.Basis), Period: period(c.rule.Period), Roll: roll(c.rule.Roll),
		Trigger: Trigger{At: trigger, Event: c.label(c.rule.Starts)}, Restarts: k.restarts, Extensions: slices.Clone(k.extensions),
	}
	switch x := c.rule.Extend; {
	case x != nil:
		d.Allow = Allowance{Times: x.Times, Max: x.Max, Approval: x.Approval, Basis: bases(x.Basis)}
	case len(d.Extensions) > 0:
		return d, ended, invalid(nth("extensions", 0), "extension.none", c.rule.ID)
	}
	for i := range d.Extensions {
		if d.Extensions[i].Basis == "" {
			d.Extensions[i].Basis = d.Allow.Basis
		}
	}
	// Suspensions given in the call come first, so that their places in errors are those of the call.
	d.Suspensions = slices.Clone(k.suspensions)
	for i := range c.rule.Suspended {
		if d.Suspensions, err = c.suspended(d.Suspensions, &c.rule.Suspended[i]); err != nil {
			return d, ended, err
		}
	}
	ended, err = c.once(c.rule.Ends)
	if err == nil && !ended.IsZero() && ended.Before(trigger) {
		err = invalid("events."+c.rule.Ends, "event.order", c.rule.Ends, c.rule.Starts)
	}
	return d, ended, err
}

// read sorts the events by name. An unknown name is refused: a misspelt end of a suspension would leave it open.
func (c *caseOf) read() error {
	c.times = make(map[string][]time.Time, len(c.events))
	for _, e := range c.events {
		if _, ok := c.file.Event(e.Name); !ok {
			names := make([]string, len(c.file.Events))
			for i := range c.file.Events {
				names[i] = c.file.Events[i].Name
			}
			shown := message.Visible(e.Name)
			return invalid("events."+shown, "event.unknown", shown, strings.Join(names, ", "))
		}
		if e.At.IsZero() {
			return invalid("events."+e.Name, "trigger.missing")
		}
		c.times[e.Name] = append(c.times[e.Name], e.At)
	}
	for _, t := range c.times {
		slices.SortFunc(t, time.Time.Compare)
	}
	return nil
}

// once returns the time of an event that can happen only once; zero where it did not.
func (c *caseOf) once(name string) (time.Time, error) {
	switch t := c.times[name]; len(t) {
	case 0:
		return time.Time{}, nil
	case 1:
		return t[0], nil
	}
	return time.Time{}, invalid("events."+name, "deem.twice", name)
}

// suspended pairs beginnings and ends in order of time. Whole civil dates do not count, those of both events included.
func (c *caseOf) suspended(to []Suspension, s *ruleset.Suspension) ([]Suspension, error) {
	from, until := c.times[s.From], c.times[s.To]
	if len(until) > len(from) {
		return nil, invalid("events."+s.To, "suspension.unbegun", s.To, s.From)
	}
	reason := s.Message
	if reason == "" {
		reason = c.label(s.From)
	}
	for i, t := range from {
		x := Suspension{Reason: reason, Basis: bases(s.Basis)}
		var err error
		if x.From, err = c.calendar.DateOf(t); err != nil {
			return nil, err
		}
		if i < len(until) {
			if until[i].Before(t) {
				return nil, invalid("events."+s.To, "event.order", s.To, s.From)
			}
			if x.To, err = c.calendar.DateOf(until[i]); err != nil {
				return nil, err
			}
		}
		to = append(to, x)
	}
	return to, nil
}

func (c *caseOf) label(event string) string {
	if e, ok := c.file.Event(event); ok && e.Label != "" {
		return e.Label
	}
	return event
}

func bases(list []ruleset.Basis) string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Long
	}
	return strings.Join(out, "、")
}

func period(p ruleset.Period) Period {
	switch p.Unit {
	case ruleset.Days:
		return Days(p.N)
	case ruleset.Months:
		return Months(p.N)
	case ruleset.Years:
		return Years(p.N)
	default:
		return Workdays(p.N)
	}
}

func roll(r ruleset.Roll) Roll {
	switch r {
	case ruleset.Preceding:
		return RollPreceding
	case ruleset.Unrolled:
		return RollNone
	default:
		return RollFollowing
	}
}
