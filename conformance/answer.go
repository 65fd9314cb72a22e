package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/condition"
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
	Suspend  []string       `json:"suspend,omitempty"`  // days that do not count: FROM..TO, or FROM.. while they still run
	Extend   []int          `json:"extend,omitempty"`   // so many units more
	Approver string         `json:"approver,omitempty"` // of the extensions
	Restart  []string       `json:"restart,omitempty"`  // RFC 3339 instants at which the count begins anew

	Stream []map[string]any `json:"stream,omitempty"` // usage events in the order of arrival: id, at, and what the rule file declares

	History []map[string]any `json:"history,omitempty"` // events of a lifecycle in their order: id, event, at, by, facts
}

// engine answers requests with this implementation; what it needs for each subject is made once.
type engine struct {
	rules    *banfa.Rules
	subjects map[string]evaluator
}

// evaluator answers requests about one rule file. Each kind of rule file that can be evaluated has one.
type evaluator interface {
	answer(ctx context.Context, q *Request) (Answer, error)
	digest() string // of the rule file
}

func newEngine(rules *banfa.Rules) (*engine, error) {
	e := &engine{rules: rules, subjects: map[string]evaluator{}}
	for _, c := range rules.Bundle().Classifications {
		cl, err := classify.New(rules, classify.Named(c.Name))
		if err != nil {
			return nil, err
		}
		e.subjects[c.ID()] = &classification{Classifier: cl, spec: c, timed: timed(c)}
	}
	if err := e.addDeadlines(); err != nil {
		return nil, err
	}
	for _, add := range []func() error{e.addCatalogs, e.addConditions, e.addDesensitization, e.addLifecycle, e.addMonitoring} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	return e, nil
}

var (
	errUnsupported = errors.New("conformance: no such subject, or of a kind that is not evaluated")
	errNoTime      = errors.New("conformance: the answer depends on the time, and neither the suite nor the run gives one")
)

func (e *engine) answer(ctx context.Context, q *Request) (Answer, error) {
	s, ok := e.subjects[q.Subject]
	if !ok {
		return nil, errUnsupported
	}
	return s.answer(ctx, q)
}

// anyTime stands for the time where an answer cannot depend on it.
func anyTime() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// time is that of a request; timed says whether the answer can depend on it.
func (q *Request) time(timed bool) (time.Time, error) {
	if q.At == "" {
		if timed {
			return time.Time{}, errNoTime
		}
		return anyTime(), nil
	}
	at, err := time.Parse(time.RFC3339, q.At)
	if err != nil {
		return at, &banfa.FactError{Fact: "at", Code: "type", Want: "a time as RFC 3339", Got: q.At}
	}
	return at, nil
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
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	out := Answer{}
	if err := d.Decode(&out); err != nil {
		return nil, err
	}
	return out, nil
}

// errorCode names an error as `expect: {error: …}` and the executor protocol do.
func errorCode(err error) string {
	var fe *banfa.FactError
	var ce *classify.ChangeError
	var nif *classify.NotInForceError
	var re *ResponseError
	var cnf *catalog.CheckNotInForceError
	var anf *condition.NotInForceError
	switch {
	case errors.As(err, &re):
		return re.Code
	case errors.As(err, &fe), errors.As(err, &ce), errors.Is(err, errNoTime):
		return CodeInvalidInput
	case errors.As(err, &nif), errors.As(err, &cnf), errors.As(err, &anf):
		return CodeNotInForce
	case desensitizationCode(err) != "":
		return desensitizationCode(err)
	case monitorOutOfForce(err):
		return CodeNotInForce
	case errors.Is(err, errUnsupported), errors.Is(err, deadline.ErrNotFound):
		return CodeUnsupported
	}
	if code := deadline.CodeOf(err); code != "" {
		return string(code)
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
		Deadline: c.Deadline, Events: c.Events, AsOf: c.AsOf, Stream: c.Stream, History: c.History,
	}
	q.Suspend, q.Extend, q.Approver, q.Restart = c.Steps.Suspend, c.Steps.Extend, c.Steps.Approver, c.Steps.Restart
	if !at.IsZero() {
		q.At = at.Format(time.RFC3339)
	}
	if q.Facts == nil {
		q.Facts = map[string]any{}
	}
	return q
}
