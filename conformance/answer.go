package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Answer is what an implementation answers to one case, as JSON would hold it: the keys of `expect`, among others.
type Answer map[string]any

// Request is one case as an implementation sees it.
type Request struct {
	ID      string           `json:"id"`      // SUITE/CASE
	Subject string           `json:"subject"` // KIND/NAME
	At      string           `json:"at"`      // RFC 3339
	Facts   map[string]any   `json:"facts"`   // what is absent is left out, or null
	Items   []map[string]any `json:"items,omitempty"`
	Change  map[string]any   `json:"change,omitempty"` // from, to, classified, and facts of the transitions

	// Of a deadline: its id, its events at RFC 3339 instants, and the civil date by which notices are known, everything published if "".
	Deadline string         `json:"deadline,omitempty"`
	Events   map[string]any `json:"events,omitempty"`
	AsOf     string         `json:"as_of,omitempty"`
}

// engine answers requests with this implementation; its classifiers are made once.
type engine struct {
	rules     *banfa.Rules
	subjects  map[string]*subject
	deadlines map[string]*deadlines
}

type subject struct {
	*classify.Classifier
	spec  *ruleset.Classification
	timed bool // whether an answer can depend on the time
}

func newEngine(rules *banfa.Rules) (*engine, error) {
	e := &engine{rules: rules, subjects: map[string]*subject{}, deadlines: map[string]*deadlines{}}
	for _, c := range rules.Bundle().Classifications {
		cl, err := classify.New(rules, classify.Named(c.Name))
		if err != nil {
			return nil, err
		}
		e.subjects[c.ID()] = &subject{Classifier: cl, spec: c, timed: timed(c)}
	}
	return e, e.addDeadlines()
}

// timed reports whether answers of a rule file can depend on when they are given.
func timed(c *ruleset.Classification) bool {
	now := func(names []string) bool {
		for _, n := range names {
			if n == "now" {
				return true
			}
		}
		return false
	}
	none := ruleset.Window{}
	if c.Effective != none {
		return true
	}
	for _, v := range c.Variables {
		if now(v.Expr.Names()) {
			return true
		}
	}
	rules := c.Rules
	if c.Scope != nil {
		rules = append(rules[:len(rules):len(rules)], c.Scope)
	}
	for _, r := range rules {
		if r.Effective != none || r.When != nil && now(r.When.Names()) {
			return true
		}
	}
	if c.Transitions == nil {
		return false
	}
	for _, r := range c.Transitions.Rules {
		if r.Effective != none || r.When != nil && now(r.When.Names()) || r.Require != nil && now(r.Require.Names()) {
			return true
		}
	}
	return false
}

var (
	errUnsupported = errors.New("conformance: no such subject, or of a kind that is not evaluated")
	errNoTime      = errors.New("conformance: the answer depends on the time, and neither the suite nor the run gives one")
)

func (e *engine) answer(ctx context.Context, q *Request) (Answer, error) {
	if d, ok := e.deadlines[q.Subject]; ok {
		r, err := d.due(ctx, q)
		return flatten(r, err)
	}
	s, ok := e.subjects[q.Subject]
	if !ok {
		return nil, errUnsupported
	}
	if q.Change == nil {
		r, err := s.classify(ctx, q)
		return flatten(r, err)
	}
	r, err := s.change(ctx, q)
	return flatten(r, err)
}

func (s *subject) classify(ctx context.Context, q *Request) (*classify.Result, error) {
	at, facts, err := q.input(s.timed)
	if err != nil {
		return nil, err
	}
	return s.Classify(ctx, facts, classify.At(at))
}

func (s *subject) change(ctx context.Context, q *Request) (*classify.ChangeResult, error) {
	at, facts, err := q.input(s.timed)
	if err != nil {
		return nil, err
	}
	transition := banfa.Map{}
	ch := classify.Change{Facts: facts, Transition: transition}
	ends := map[string]*string{"from": &ch.From, "to": &ch.To, "classified": &ch.Classified}
	for k, v := range q.Change {
		to, isEnd := ends[k]
		if !isEnd {
			transition[k] = v
			continue
		}
		text, ok := v.(string)
		if !ok && v != nil {
			return nil, &banfa.FactError{Fact: "change." + k, Code: "type", Want: "the code of an outcome", Got: string(encode(v))}
		}
		*to = text
	}
	return s.Change(ctx, ch, classify.At(at))
}

// anyTime stands for the time where an answer cannot depend on it.
func anyTime() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// input is the time and the facts document of a request.
func (q *Request) input(timed bool) (time.Time, banfa.Map, error) {
	at := anyTime()
	switch {
	case q.At != "":
		var err error
		if at, err = time.Parse(time.RFC3339, q.At); err != nil {
			return at, nil, &banfa.FactError{Fact: "at", Code: "type", Want: "a time as RFC 3339", Got: q.At}
		}
	case timed:
		return at, nil, errNoTime
	}
	facts := banfa.Map{}
	for k, v := range q.Facts {
		facts[k] = v
	}
	if q.Items != nil {
		facts["items"] = q.Items
	}
	return at, facts, nil
}

// flatten turns an answer into what JSON would hold, so that every implementation is compared alike.
func flatten(v any, err error) (Answer, error) {
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out := Answer{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return out, d.Decode(&out)
}

// errorCode names an error as `expect: {error: …}` and the executor protocol do.
func errorCode(err error) string {
	var fe *banfa.FactError
	var ce *classify.ChangeError
	var nif *classify.NotInForceError
	var re *ResponseError
	switch {
	case errors.As(err, &re):
		return re.Code
	case errors.As(err, &fe), errors.As(err, &ce), errors.Is(err, errNoTime):
		return CodeInvalidInput
	case errors.As(err, &nif):
		return CodeNotInForce
	case errors.Is(err, errUnsupported):
		return CodeUnsupported
	case errors.Is(err, deadline.ErrNotFound):
		return CodeInvalidInput
	case deadline.CodeOf(err) != "":
		return string(deadline.CodeOf(err))
	}
	return CodeError
}

// newRequest is a case as a request; now is the time where the suite gives none.
func newRequest(suite *ruleset.Suite, c *ruleset.Case, now time.Time) *Request {
	at := c.At
	if at.IsZero() {
		at = now
	}
	q := &Request{
		ID: suite.Name + "/" + c.ID, Subject: suite.Subject, Facts: c.Facts, Items: c.Items, Change: c.Change,
		Deadline: c.Deadline, Events: c.Events, AsOf: c.AsOf,
	}
	if !at.IsZero() {
		q.At = at.Format(time.RFC3339)
	}
	if q.Facts == nil {
		q.Facts = map[string]any{}
	}
	return q
}
