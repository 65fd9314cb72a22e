package deadline

import "time"

// Event is something that happened in a case, such as "received" or "confirmed".
type Event struct {
	Name string
	At   time.Time
}

// DeemRule says how a Deem chooses among the events that it names.
type DeemRule uint8

// The rules of choice.
const (
	DeemFirstNamed DeemRule = iota // the first in the order of Events that happened: a preference
	DeemEarliest                   // the one that happened first
	DeemLatest                     // the one that happened last; all of them must have happened
)

// Deem says which of the recorded events is the trigger: an application by fax counts as received when both sides
// confirm it, a materials list not asked for in time makes the day of receipt the day of acceptance.
type Deem struct {
	Events []string // the events that can be the trigger, in order of preference
	Rule   DeemRule
	Basis  string
}

// Trigger returns the trigger among events. It is an *InputError where no event that is named happened (with
// DeemLatest, where one did not), and where an event was recorded twice, since either could be meant.
func (d Deem) Trigger(events ...Event) (Trigger, error) {
	at := make(map[string]time.Time, len(events))
	for _, e := range events {
		if _, twice := at[e.Name]; twice {
			return Trigger{}, invalid("events", "deem.twice", e.Name)
		}
		at[e.Name] = e.At
	}
	var chosen Event
	for _, name := range d.Events {
		t := at[name]
		switch {
		case t.IsZero() && d.Rule == DeemLatest:
			return Trigger{}, invalid("events", "deem.missing", name)
		case t.IsZero():
			continue
		}
		if chosen.At.IsZero() || d.Rule == DeemEarliest && t.Before(chosen.At) || d.Rule == DeemLatest && t.After(chosen.At) {
			chosen = Event{name, t}
		}
	}
	switch {
	case d.Rule > DeemLatest:
		return Trigger{}, invalid("deem", "deem.rule")
	case chosen.At.IsZero():
		return Trigger{}, invalid("events", "deem.none")
	}
	return Trigger{At: chosen.At, Event: chosen.Name, Basis: d.Basis}, nil
}
