package conformance

import (
	"context"
	"slices"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// classification evaluates a file of that kind.
type classification struct {
	*classify.Classifier
	spec  *ruleset.Classification
	timed bool // whether an answer can depend on the time
}

// timed reports whether answers of a rule file can depend on when they are given.
func timed(c *ruleset.Classification) bool {
	now := func(expressions ...*expr.Expr) bool {
		return slices.ContainsFunc(expressions, func(x *expr.Expr) bool { return x != nil && slices.Contains(x.Names(), "now") })
	}
	none := ruleset.Window{}
	if c.Effective != none || c.Scope != nil && now(c.Scope.When) {
		return true
	}
	for _, v := range c.Variables {
		if now(v.Expr) {
			return true
		}
	}
	for _, r := range c.Rules {
		if r.Effective != none || now(r.When) {
			return true
		}
	}
	if c.Transitions == nil {
		return false
	}
	for _, r := range c.Transitions.Rules {
		if r.Effective != none || now(r.When, r.Require) {
			return true
		}
	}
	return false
}

func (s *classification) digest() string { return s.spec.Digest }

func (s *classification) answer(ctx context.Context, q *Request) (Answer, error) {
	if q.Change == nil {
		r, err := s.classify(ctx, q)
		return flatten(r, err)
	}
	r, err := s.change(ctx, q)
	return flatten(r, err)
}

func (s *classification) classify(ctx context.Context, q *Request) (*classify.Result, error) {
	at, facts, err := s.input(q)
	if err != nil {
		return nil, err
	}
	return s.Classify(ctx, facts, classify.At(at))
}

func (s *classification) change(ctx context.Context, q *Request) (*classify.ChangeResult, error) {
	at, facts, err := s.input(q)
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

// input is the time and the facts document of a request.
func (s *classification) input(q *Request) (time.Time, banfa.Map, error) {
	at, err := q.time(s.timed)
	if err != nil {
		return at, nil, err
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
