package condition

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Standing says where a case stands. Its JSON has the keys in the order of the fields, on one line.
type Standing struct {
	Ruleset string `json:"ruleset"` // KIND/NAME
	Digest  string `json:"digest"`  // sha256:… of the rule file
	Status  string `json:"status"`  // of the rule file: draft, in-force or repealed
	At      string `json:"at"`      // RFC 3339, Asia/Shanghai: the time of deadlines and legal events; empty before the first event

	State string `json:"state"`
	Label string `json:"label"` // of the state, in the language of the rule file
	Since string `json:"since"` // the time of the event that led to the state; empty in the initial one
	Final bool   `json:"final"`

	Facts           map[string]any `json:"facts"` // of the case, as events last stated them
	History         []Step         `json:"history"`
	Deadlines       []OpenDeadline `json:"deadlines"` // those that have begun, in the order of their rule file; ended ones too
	Legal           []LegalEvent   `json:"legal"`
	Interpretations []string       `json:"interpretations"` // ids that the standing rests on
	Log             string         `json:"log"`             // sha256:… over the events, each bound to those before it

	of *Lifecycle
	c  *lifecycleCase
}

// Step is an event that a case has taken.
type Step struct {
	Event      string         `json:"event"`
	ID         string         `json:"id,omitempty"`
	At         string         `json:"at"`
	By         string         `json:"by,omitempty"`
	Transition string         `json:"transition"`
	From       string         `json:"from"`
	To         string         `json:"to"`
	Basis      []string       `json:"basis"`
	Short      []string       `json:"short"`
	Facts      map[string]any `json:"facts"`
}

// OpenDeadline is a deadline that an event of the case has started.
type OpenDeadline struct {
	ID      string   `json:"id"`
	Basis   []string `json:"basis"`
	Short   []string `json:"short"`
	Actor   string   `json:"actor,omitempty"`
	Message string   `json:"message,omitempty"`
	Started string   `json:"started"`

	Due         string `json:"due,omitempty"`    // the last day; empty while there is none
	Before      string `json:"before,omitempty"` // the instant, exclusive, at which it is over
	Provisional bool   `json:"provisional"`      // the next notice can still move it
	Suspended   bool   `json:"suspended"`        // there is no due date until what suspends it is over
	Since       string `json:"since,omitempty"`  // the first day of that
	Overdue     bool   `json:"overdue"`          // it was over and not done; of one that has ended: it was done too late
	Ended       string `json:"ended,omitempty"`  // when what had to be done was done
	InTime      bool   `json:"in_time"`          // of one that has ended

	Remaining int `json:"remaining"` // working days left after today; 0 on the last day
	Late      int `json:"late"`      // working days since the last one

	Error *DeadlineTrouble `json:"error,omitempty"` // why there is no answer

	before time.Time
}

// DeadlineTrouble says why a deadline cannot be told. Code is that of package deadline.
type DeadlineTrouble struct {
	Code    string `json:"code"`
	Message string `json:"message"` // in English

	err error
}

// Guard is what the conditions of a transition come to with what is known of the case.
type Guard string

// The guards.
const (
	GuardHolds   Guard = "holds"
	GuardFails   Guard = "fails"   // what it requires does not hold: the event would be refused
	GuardUnknown Guard = "unknown" // facts are missing, perhaps those that the event itself states
	GuardError   Guard = "error"   // a condition cannot be evaluated: the event would be refused
)

// LegalEvent is a way on from the state of a case: an event, and the transition that it would take.
type LegalEvent struct {
	Event      string   `json:"event"`
	Label      string   `json:"label"`
	By         []string `json:"by"` // the roles that may bring it about; empty: anybody
	Transition string   `json:"transition"`
	To         string   `json:"to"`
	Basis      []string `json:"basis"`
	Short      []string `json:"short"`
	Message    string   `json:"message,omitempty"`
	Guard      Guard    `json:"guard"`
	Missing    []string `json:"missing"` // facts that the guard reads and that are not known
}

// Due returns the deadlines that are over at a time and whose act has not been done (Articles 42, 44 and 65 in the pack for Shenzhen).
// A suspended one is not among them, nor one that cannot be told: those have no due date.
func (s *Standing) Due(at time.Time) []OpenDeadline {
	var out []OpenDeadline
	for _, d := range s.Deadlines {
		if d.Ended == "" && !d.before.IsZero() && !at.Before(d.before) {
			d.Overdue = true
			out = append(out, d)
		}
	}
	return out
}

// MayHappen returns the names of the events that are legal now, each once: those whose guard is not known to fail.
func (s *Standing) MayHappen() []string { return lifecycleMayHappen(s.Legal) }

func lifecycleMayHappen(legal []LegalEvent) []string {
	out := []string{}
	for i := range legal {
		if g := legal[i].Guard; (g == GuardHolds || g == GuardUnknown) && !slices.Contains(out, legal[i].Event) {
			out = append(out, legal[i].Event)
		}
	}
	return out
}

// standing works out what follows from the events: deadlines, and what may happen next.
func (l *Lifecycle) standing(ctx context.Context, c *lifecycleCase, at time.Time) (*Standing, error) {
	s := &Standing{
		Ruleset: l.spec.ID(), Digest: l.spec.Sum, Status: l.spec.Status, At: lifecycleTime(at),
		State: l.spec.States[c.state].Name, Label: l.spec.States[c.state].Label, Final: l.spec.States[c.state].Final,
		Facts: map[string]any{}, History: append([]Step{}, c.history...), Deadlines: []OpenDeadline{}, Legal: l.legal(ctx, c, at),
		Interpretations: l.interpretations(c), Log: lifecycleHex(c.log), of: l, c: c,
	}
	for i := len(c.history) - 1; i >= 0; i-- {
		if c.history[i].To != s.State {
			break
		}
		s.Since = c.history[i].At
		if c.history[i].From != s.State {
			break
		}
	}
	for i, v := range c.values {
		if v.Present() {
			s.Facts[l.spec.Facts[i].Name] = v.Go()
		}
	}
	if l.spec.Deadlines != nil {
		for _, x := range l.spec.Deadlines.Deadlines {
			if d, started := l.deadline(ctx, c, x.ID, at); started {
				s.Deadlines = append(s.Deadlines, d)
			}
		}
	}
	// A guard or a deadline that was cut short is no answer.
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// legal are the ways on from a state, in the order of events and of transitions within them. Those whose choosing condition is known to be
// false are not among them.
func (l *Lifecycle) legal(ctx context.Context, c *lifecycleCase, at time.Time) []LegalEvent {
	out := []LegalEvent{}
	if l.spec.States[c.state].Final {
		return out
	}
	for i := range l.spec.Events {
		e := &l.spec.Events[i]
		open := slices.DeleteFunc(slices.Clone(e.Transitions), func(t int) bool {
			tr := l.spec.Transitions[t]
			return !tr.Leaves(c.state) || !lifecycleExists(tr.Effective, at) || !lifecycleExists(l.spec.Effective, at)
		})
		if len(open) == 0 {
			continue
		}
		ev := l.eval(ctx, c, e, nil, at, slices.ContainsFunc(open, func(t int) bool { return l.looks[t] }))
		for _, t := range open {
			tr := l.spec.Transitions[t]
			when, require := lifecycleHolds(e.Env, ev, tr.When), lifecycleHolds(e.Env, ev, tr.Require)
			if when.truth == expr.False {
				continue
			}
			x := LegalEvent{
				Event: e.Name, Label: e.Label, By: append([]string{}, e.By...), Transition: tr.ID, To: l.spec.States[tr.To].Name,
				Basis: lifecycleLong(tr.Basis), Short: lifecycleShort(tr.Basis), Message: tr.Message, Missing: []string{},
			}
			both := when.with(require)
			switch {
			case require.truth == expr.False:
				x.Guard = GuardFails
			case both.truth == expr.Error:
				x.Guard = GuardError
			case both.truth == expr.Unknown:
				x.Guard, x.Missing = GuardUnknown, append(x.Missing, both.missing...)
			default:
				x.Guard = GuardHolds
			}
			out = append(out, x)
		}
	}
	return out
}

// lifecycleExists reports whether something exists at a time; before the first event everything does.
func lifecycleExists(w ruleset.Window, at time.Time) bool {
	if at.IsZero() {
		return true
	}
	day, err := civil.OfTime(at, civil.Zone)
	return err == nil && w.Contains(day)
}

// interpretations are those that concern every answer or a transition that the case has taken.
func (l *Lifecycle) interpretations(c *lifecycleCase) []string {
	out := []string{}
	for _, in := range l.spec.Interpretations {
		concerns := len(in.Rules) == 0 || slices.ContainsFunc(c.history, func(s Step) bool { return slices.Contains(in.Rules, s.Transition) })
		if concerns {
			out = append(out, in.ID)
		}
	}
	return out
}

// Explain says why a deadline cannot be told, in lang ("zh", or English).
func (t *DeadlineTrouble) Explain(lang string) string { return deadline.Explain(t.err, lang) }

// MarshalJSON writes the standing without the escapes that only matter within HTML.
func (s *Standing) MarshalJSON() ([]byte, error) {
	type plain Standing // without this method
	return lifecycleMarshal((*plain)(s))
}

var _ json.Marshaler = (*Standing)(nil)

func lifecycleLong(list []ruleset.Basis) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Long
	}
	return out
}

func lifecycleShort(list []ruleset.Basis) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Short
	}
	return out
}

// lifecycleTime writes a time as answers have it; empty for none.
func lifecycleTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(civil.Zone).Format(time.RFC3339Nano)
}
