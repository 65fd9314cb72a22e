package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Answer is what an implementation answers to one case, as JSON would hold it: the keys of `expect`, among others.
type Answer map[string]any

// Request is one case as an implementation sees it.
type Request struct {
	ID      string           `json:"id"`      // of the request: SUITE/CASE
	Subject string           `json:"subject"` // KIND/NAME
	At      string           `json:"at"`      // RFC 3339
	Facts   map[string]any   `json:"facts"`   // absent facts are left out
	Items   []map[string]any `json:"items,omitempty"`
	Change  map[string]any   `json:"change,omitempty"` // from, to, classified, and facts of the transitions
}

// engine answers requests; its classifiers are made once.
type engine struct {
	rules       *banfa.Rules
	classifiers map[string]*classify.Classifier
}

func newEngine(rules *banfa.Rules) (*engine, error) {
	e := &engine{rules: rules, classifiers: map[string]*classify.Classifier{}}
	for f := range rules.Files() {
		if f.Kind != "Classification" {
			continue
		}
		c, err := classify.New(rules, classify.Named(f.Name))
		if err != nil {
			return nil, err
		}
		e.classifiers[f.Kind+"/"+f.Name] = c
	}
	return e, nil
}

// errUnsupported says that there is no such subject, or that its kind cannot be evaluated.
var errUnsupported = errors.New("conformance: no such subject, or of a kind that is not evaluated")

func (e *engine) answer(ctx context.Context, q *Request) (Answer, error) {
	c, ok := e.classifiers[q.Subject]
	if !ok {
		return nil, errUnsupported
	}
	if q.Change == nil {
		r, err := e.classify(ctx, c, q)
		return flatten(r, err)
	}
	at, facts, err := q.input()
	if err != nil {
		return nil, err
	}
	ch := classify.Change{Facts: facts, Transition: banfa.Map{}}
	transition := banfa.Map{}
	for k, v := range q.Change {
		s, _ := v.(string)
		switch k {
		case "from":
			ch.From = s
		case "to":
			ch.To = s
		case "classified":
			ch.Classified = s
		default:
			transition[k] = v
		}
	}
	ch.Transition = transition
	r, err := c.Change(ctx, ch, classify.At(at))
	return flatten(r, err)
}

func (e *engine) classify(ctx context.Context, c *classify.Classifier, q *Request) (*classify.Result, error) {
	at, facts, err := q.input()
	if err != nil {
		return nil, err
	}
	return c.Classify(ctx, facts, classify.At(at))
}

// input is the time and the facts document of a request.
func (q *Request) input() (time.Time, banfa.Map, error) {
	at, err := time.Parse(time.RFC3339, q.At)
	if err != nil {
		return at, nil, &banfa.FactError{Fact: "at", Code: "type", Want: "a time as RFC 3339", Got: q.At}
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
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, err
	}
	return out, nil
}

// errorCode names an error as `expect: {error: …}` does.
func errorCode(err error) string {
	var fe *banfa.FactError
	var ce *classify.ChangeError
	var nif *classify.NotInForceError
	switch {
	case errors.As(err, &fe), errors.As(err, &ce):
		return "invalid_input"
	case errors.As(err, &nif):
		return "not_in_force"
	case errors.Is(err, errUnsupported):
		return "unsupported"
	}
	return "error"
}

func request(suite *ruleset.Suite, c *ruleset.Case, now time.Time) *Request {
	at := c.At
	if at.IsZero() {
		at = now
	}
	q := &Request{
		ID: suite.Name + "/" + c.ID, Subject: suite.Subject, At: at.Format(time.RFC3339), Facts: map[string]any{},
		Items: c.Items, Change: c.Change,
	}
	for k, v := range c.Facts {
		if v != nil {
			q.Facts[k] = v
		}
	}
	return q
}

func describe(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
