package ruleset

// Deadlines is a compiled file of that kind.
type Deadlines struct {
	Head
	Calendar        string // the name of the working-day calendar; empty: China's
	Zone            string // as written; empty: the calendar's
	Events          []Event
	Facts           []Fact
	Deadlines       []*Deadline
	Interpretations []Interpretation
}

// Event is something that can happen in a case.
type Event struct {
	Name, Label string
}

// Event returns a declared event.
func (d *Deadlines) Event(name string) (*Event, bool) {
	for i := range d.Events {
		if d.Events[i].Name == name {
			return &d.Events[i], true
		}
	}
	return nil, false
}

// Deadline is a period that an event starts.
type Deadline struct {
	ID           string
	Basis        []Basis
	Actor        string
	Message      string
	Starts, Ends string // events; Ends is empty where none is named
	Period       Period
	Roll         Roll
	Suspended    []Suspension
	Extend       *Extend // nil: it may not be extended
	Remind       []Reminder
	Effective    Window
	Place        Place
}

// Period is the length of a deadline.
type Period struct {
	N    int
	Unit Unit
}

// Unit is what a period is counted in.
type Unit uint8

// The units.
const (
	Workdays Unit = iota
	Days
	Months
	Years
)

// Roll says what becomes of a due date on a day off.
type Roll uint8

// The ways to roll.
const (
	Following Roll = iota
	Preceding
	Unrolled
)

// Suspension is a time between two events that does not count.
type Suspension struct {
	ID, From, To, Message string
	Basis                 []Basis
}

// Extend is what the law allows by way of extension.
type Extend struct {
	Times, Max int // Max 0: no limit on the units together
	Approval   bool
	Basis      []Basis
}

// Reminder is a day so many working days from the due date, or from the event that starts the deadline.
type Reminder struct {
	ID, Message string
	Workdays    int
	FromStart   bool
}
