package classify

import (
	"context"
	"fmt"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Change is a change of a recorded open type (Article 15).
type Change struct {
	From, To string // codes of outcomes: what is recorded, and what is to be recorded
	// Classified is what the facts classify to now. Empty, it is computed from Facts: an undetermined answer counts as the most
	// restrictive possible one.
	Classified string
	Facts      banfa.Facts // of the data set
	Transition banfa.Facts // that the file's transitions declare, such as legal_basis and reported
}

// ChangeResult says whether a change may be made.
type ChangeResult struct {
	Allowed    bool        `json:"allowed"`
	Rules      []string    `json:"rules"`   // the refusing ones
	Owed       []string    `json:"owed"`    // duties that stay open after the change; empty when refused
	Reasons    []string    `json:"reasons"` // in words: of the refusing rules, or of the duties
	Change     string      `json:"change"`  // looser, stricter or none
	From       string      `json:"from"`
	To         string      `json:"to"`
	Classified string      `json:"classified"`
	Ruleset    string      `json:"ruleset"`
	Digest     string      `json:"digest"`
	At         string      `json:"at"`
	Status     string      `json:"status"`
	Errors     []RuleError `json:"errors"` // requirements that could not be evaluated; they count as not met
}

// ChangeError says that a change itself cannot be taken: an outcome that the file does not declare, or a file without transitions.
type ChangeError struct {
	Field string // from, to, classified or transitions
	Value string
	Known []string
}

func (e *ChangeError) Error() string {
	if e.Field == "transitions" {
		return "classify: " + e.Value + " has no rules for changing an outcome (transitions)"
	}
	return fmt.Sprintf("classify: %s: %q is no outcome; known: %v", e.Field, e.Value, e.Known)
}

// Change decides whether a recorded outcome may be changed. A requirement that does not hold, or cannot be told, refuses the change
// or, where the file says so, leaves a duty. A change to the same outcome is allowed and owes nothing. Errors are those of Classify,
// and *ChangeError.
func (c *Classifier) Change(ctx context.Context, ch Change, opts ...CallOption) (*ChangeResult, error) {
	t := c.c.Transitions
	if t == nil {
		return nil, &ChangeError{Field: "transitions", Value: c.c.ID()}
	}
	from, to, err := c.ends(ch)
	if err != nil {
		return nil, err
	}
	doc, err := banfa.ReadFacts(ch.Transition, c.transition)
	if err != nil {
		return nil, err
	}
	e, err := c.evaluate(ctx, ch.Facts, c.call(opts))
	if err != nil {
		return nil, err
	}
	classified := ch.Classified
	if classified == "" {
		classified = c.c.Code(c.engine.Solve(e.evs, e.known, e.active).Worst())
	} else if _, ok := c.c.Rank(classified); !ok {
		return nil, &ChangeError{Field: "classified", Value: classified, Known: c.outcomes(true)}
	}
	r := &ChangeResult{
		Allowed: true, Rules: []string{}, Owed: []string{}, Reasons: []string{}, Change: "none", From: ch.From, To: ch.To,
		Classified: classified, Ruleset: c.c.ID(), Digest: c.c.Digest, At: formatTime(e.at), Status: c.c.Status, Errors: []RuleError{},
	}
	switch {
	case to == from:
		return r, nil
	case to < from:
		r.Change = "looser"
	default:
		r.Change = "stricter"
	}
	ev := c.transitionEval(ctx, t, doc, ch, r, e)
	c.require(ev, t, e, r)
	return r, context.Cause(ctx)
}

// ChangeFacts returns the facts that the file declares for changes; none where it has no transitions.
func (c *Classifier) ChangeFacts() []banfa.Fact { return c.rules.ChangeFacts(c.c.ID()) }

// SplitChange takes a document that holds both the facts of a data set and those of a change apart, by what the file declares.
func (c *Classifier) SplitChange(doc banfa.JSON) (facts, transition banfa.Map, err error) {
	all, err := doc.Map()
	if err != nil {
		return nil, nil, err
	}
	facts, transition = banfa.Map{}, banfa.Map{}
	for name, v := range all {
		if _, ok := c.schema.Index(name); !ok && c.transition != nil {
			if _, ok := c.transition.Index(name); ok {
				transition[name] = v
				continue
			}
		}
		facts[name] = v
	}
	return facts, transition, nil
}

// ends returns the ranks of the two outcomes.
func (c *Classifier) ends(ch Change) (from, to int, err error) {
	from, ok := c.c.Rank(ch.From)
	if !ok || from == c.c.OutOfScope() {
		return 0, 0, &ChangeError{Field: "from", Value: ch.From, Known: c.outcomes(false)}
	}
	to, ok = c.c.Rank(ch.To)
	if !ok || to == c.c.OutOfScope() {
		return 0, 0, &ChangeError{Field: "to", Value: ch.To, Known: c.outcomes(false)}
	}
	return from, to, nil
}

func (c *Classifier) outcomes(outside bool) []string {
	var out []string
	for _, o := range c.c.Outcomes {
		out = append(out, o.Code)
	}
	if outside {
		out = append(out, OutOfScope)
	}
	return out
}

func (c *Classifier) transitionEval(
	ctx context.Context, t *ruleset.Transitions, doc *input.Document, ch Change, r *ChangeResult, e *evaluation,
) *expr.Eval {
	ev := t.Env.NewEval(ctx)
	for i := range t.Facts {
		v := doc.Values[i]
		if !v.Present() {
			v = t.Facts[i].Assume
		}
		if v.Present() {
			ev.Put(t.Facts[i].Slot, v)
		}
	}
	ev.Put(t.From, expr.NewString(ch.From))
	ev.Put(t.To, expr.NewString(ch.To))
	ev.Put(t.Classified, expr.NewString(r.Classified))
	ev.Put(t.Change, expr.NewString(r.Change))
	ev.Put(t.Now, expr.NewTimestamp(e.at))
	if t.Params >= 0 {
		ev.Put(t.Params, c.c.ParamsValue)
	}
	return ev
}

// require evaluates the requirements: each holds where `require` is true or `when` is false.
func (c *Classifier) require(ev *expr.Eval, t *ruleset.Transitions, e *evaluation, r *ChangeResult) {
	var refusing, owing []*ruleset.Requirement
	for _, q := range t.Rules {
		if !q.Effective.Contains(day(e.at)) {
			continue
		}
		met, err := holds(ev, q)
		if err != nil {
			r.Errors = append(r.Errors, RuleError{q.ID, err.Error()})
		}
		switch {
		case met:
		case q.Owe:
			owing = append(owing, q)
		default:
			refusing = append(refusing, q)
		}
	}
	reasons := owing
	if len(refusing) > 0 {
		r.Allowed, reasons, owing = false, refusing, nil
	}
	for _, q := range refusing {
		r.Rules = append(r.Rules, q.ID)
	}
	for _, q := range owing {
		r.Owed = append(r.Owed, q.ID)
	}
	for _, q := range reasons {
		r.Reasons = append(r.Reasons, reason(q))
	}
}

func reason(q *ruleset.Requirement) string {
	long, _ := bases(q.Basis)
	if q.Message == "" {
		return long
	}
	return long + "：" + q.Message
}

func holds(ev *expr.Eval, q *ruleset.Requirement) (bool, error) {
	when, whenErr := expr.True, error(nil)
	if q.When != nil {
		when, whenErr = ev.Truth(q.When)
	}
	if when == expr.False {
		return true, nil
	}
	require, err := ev.Truth(q.Require)
	if require == expr.True {
		return true, nil
	}
	if err == nil {
		err = whenErr
	}
	return false, err
}
