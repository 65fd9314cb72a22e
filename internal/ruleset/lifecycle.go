package ruleset

import "github.com/banfa-go/banfa/internal/expr"

// Lifecycle is a compiled file of that kind.
type Lifecycle struct {
	Head
	Sum             string // sha256:… of the file and of its file of deadlines
	Facts           []Fact // of the case: they have the first slots of the Env of every event
	Variables       []Variable
	Roles           []Role
	States          []State
	Initial         int // of States
	Events          []LifecycleEvent
	Transitions     []*LifecycleTransition
	Deadlines       *Deadlines // nil where it names none
	DeadlineFields  []DeadlineField
	Interpretations []Interpretation
	Parameters      []Parameter
	ParamsValue     expr.Value
}

// Role is somebody who brings events about.
type Role struct{ Name, Label string }

// State is what a case can be in.
type State struct {
	Name, Label string
	Final       bool
	Place       Place
}

// LifecycleEvent is something that can happen to a case.
type LifecycleEvent struct {
	Name, Label string
	By          []string // roles; empty: anybody
	Deadline    string   // the event of the deadlines file that it is; empty: none
	MayState    []int    // of Lifecycle.Facts, which it may state, anew too; nil: those that the case does not state yet
	Facts       []Fact   // of this event alone, in the slots after those of the case
	Transitions []int    // of Lifecycle.Transitions, in their order

	// Env compiles the guards of its transitions. Now, Params and Deadlines are slots; Params and Deadlines are -1 where there is none.
	Env                    *expr.Env
	Now, Params, Deadlines int
	Place                  Place
}

// LifecycleTransition is one way from state to state.
type LifecycleTransition struct {
	ID            string
	Basis         []Basis
	Message       string
	Event         int   // of Events
	From          []int // of States
	To            int
	When, Require *expr.Expr // nil: always
	Effective     Window
	Place         Place
}

// DeadlineField is a deadline as guards see it: deadlines.Name, with - written as _.
type DeadlineField struct{ Name, ID string }

// EventIndex returns the index of a declared event.
func (l *Lifecycle) EventIndex(name string) (int, bool) {
	for i := range l.Events {
		if l.Events[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// StateIndex returns the index of a declared state.
func (l *Lifecycle) StateIndex(name string) (int, bool) {
	for i := range l.States {
		if l.States[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// Leaves reports whether a transition can be taken in a state.
func (t *LifecycleTransition) Leaves(state int) bool {
	for _, s := range t.From {
		if s == state {
			return true
		}
	}
	return false
}
