package condition

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// errLifecycleOther says that a standing was worked out by another Lifecycle: its events may mean something else here.
var errLifecycleOther = errors.New("condition: the standing is not of this lifecycle; fold its events")

// IllegalCode says why an event was refused.
type IllegalCode string

// The codes.
const (
	IllegalUnknownEvent IllegalCode = "unknown_event" // there is no such event
	IllegalFacts        IllegalCode = "facts"         // a fact that it states cannot be taken; Err is a *banfa.FactError
	IllegalTime         IllegalCode = "time"          // it has no time, or one outside the years 0001 to 9999
	IllegalLate         IllegalCode = "late"          // it is before the event before it
	IllegalDuplicate    IllegalCode = "duplicate"     // another event of the case has its id
	IllegalFinal        IllegalCode = "final"         // the case has ended
	IllegalState        IllegalCode = "state"         // the event cannot happen in this state
	IllegalRole         IllegalCode = "role"          // not by who brought it about
	IllegalFact         IllegalCode = "fact"          // it states a fact of the case that it may not state, or not anew
	IllegalCondition    IllegalCode = "condition"     // it can happen in this state, but not with these facts
	IllegalGuard        IllegalCode = "guard"         // what is required does not hold
	IllegalUnknown      IllegalCode = "unknown"       // whether it holds is not known; Missing are the facts to state
	IllegalError        IllegalCode = "error"         // a condition could not be evaluated
	IllegalAmbiguous    IllegalCode = "ambiguous"     // several transitions would be taken
	IllegalNotInForce   IllegalCode = "not_in_force"  // the rule file is outside its effective window at the time of the event
	IllegalLimit        IllegalCode = "limit"         // too many events, or an id that is too long
)

// IllegalEventError says that an event was refused, and which are legal. The case stands as it did. Its JSON has the keys in the order of
// the fields.
type IllegalEventError struct {
	Code    IllegalCode  `json:"code"`
	Event   string       `json:"event"`
	State   string       `json:"state"`   // in which the case stands
	Index   int          `json:"index"`   // of the event among those given, from 0
	Rules   []string     `json:"rules"`   // ids of the transitions whose guard refused it
	Basis   []string     `json:"basis"`   // what they cite
	Missing []string     `json:"missing"` // facts to state
	Legal   []LegalEvent `json:"legal"`   // at the time of the event
	Err     error        `json:"-"`       // what it wraps, where there is something

	key  string
	args []string
	says func(lang string) string // what the guard asks for, in words; nil where it has none
}

// Error says it in English; Text in either language.
func (e *IllegalEventError) Error() string { return "condition: " + e.Text(message.English) }

// Unwrap returns the error of a fact or of a condition.
func (e *IllegalEventError) Unwrap() error { return e.Err }

// Why says why the event was refused, in lang ("zh", or English), without what would be legal.
func (e *IllegalEventError) Why(lang string) string {
	args := e.args
	if e.says != nil {
		args = append(args[:len(args):len(args)], e.says(lang))
	}
	why := lifecycleText(lang, e.key, args...)
	var fe *banfa.FactError
	if errors.As(e.Err, &fe) {
		why += lifecycleText(lang, "colon") + fe.Message(lang)
	}
	return why
}

// Text says why the event was refused, and which events are legal, in lang ("zh", or English).
func (e *IllegalEventError) Text(lang string) string {
	legal := lifecycleMayHappen(e.Legal)
	if len(legal) == 0 {
		return e.Why(lang) + lifecycleText(lang, "legal-none")
	}
	return e.Why(lang) + lifecycleText(lang, "legal", strings.Join(legal, ", "))
}

// refuse makes the error of an event, with what would be legal at its time.
func (l *Lifecycle) refuse(
	ctx context.Context, c *lifecycleCase, e *CaseEvent, code IllegalCode, key string, args ...string,
) *IllegalEventError {
	at := e.At
	if at.Before(c.last) {
		at = c.last
	}
	return &IllegalEventError{
		Code: code, Event: e.Name, State: l.spec.States[c.state].Name, Rules: []string{}, Basis: []string{}, Missing: []string{},
		Legal: l.legal(ctx, c, at), key: key, args: args,
	}
}

// guarded makes the error of an event that guards refuse.
func (l *Lifecycle) guarded(
	ctx context.Context, c *lifecycleCase, e *CaseEvent, g lifecycleGuard, by []*ruleset.LifecycleTransition,
) error {
	var r *IllegalEventError
	ids := make([]string, len(by))
	for i := range by {
		ids[i] = by[i].ID
	}
	names := lifecycleJoin(ids)
	switch g.truth {
	case expr.False:
		r = l.refuse(ctx, c, e, IllegalGuard, "guard", e.Name, names)
		if t := by[0]; t.Message != "" {
			r.key, r.says = "guard-says", func(lang string) string { return l.label(lang, "rules."+t.ID, t.Message) }
		}
	case expr.Unknown:
		r = l.refuse(ctx, c, e, IllegalUnknown, "unknown", e.Name, names, lifecycleJoin(g.missing))
		r.Missing = append(r.Missing, g.missing...)
	default:
		what := ""
		if g.err != nil {
			what = g.err.Error()
		}
		r = l.refuse(ctx, c, e, IllegalError, "error", e.Name, names, what)
		r.Err = g.err
	}
	r.Rules = ids
	for _, t := range by {
		for _, b := range t.Basis {
			if !slices.Contains(r.Basis, b.Long) {
				r.Basis = append(r.Basis, b.Long)
			}
		}
	}
	return r
}

// lifecycleKeys returns the keys of an object, sorted.
func lifecycleKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// lifecycleMarshal writes JSON on one line, < and > as they are: its reader is no browser.
func lifecycleMarshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
