package conformance

import (
	"context"
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// catalogs evaluates a file of kind Catalog.
type catalogs struct {
	*catalog.Checker
	spec *ruleset.Catalog
}

func (e *engine) addCatalogs() error {
	for _, f := range e.rules.Bundle().Catalogs {
		c, err := catalog.NewChecker(e.rules, catalog.CheckFile(f.Name))
		if err != nil {
			return err
		}
		e.subjects[f.ID()] = &catalogs{c, f}
	}
	return nil
}

func (c *catalogs) digest() string { return c.spec.Digest }

// answer checks the sets of records among the facts. Only the ids are told, each once: what is violated, and what cannot be judged.
func (c *catalogs) answer(ctx context.Context, q *Request) (Answer, error) {
	r, err := c.check(ctx, q)
	if err != nil {
		return nil, err
	}
	findings, unjudged := []string{}, []string{}
	for _, f := range r.Findings {
		to := &findings
		if f.Verdict == catalog.Unjudged {
			to = &unjudged
		}
		if !slices.Contains(*to, f.Rule) {
			*to = append(*to, f.Rule)
		}
	}
	return flatten(map[string]any{"findings": findings, "unjudged": unjudged}, nil)
}

func (c *catalogs) check(ctx context.Context, q *Request) (*catalog.Report, error) {
	at, err := q.time(true)
	if err != nil {
		return nil, err
	}
	in := catalog.Input{Records: map[string][]map[string]any{}}
	for _, name := range sortedKeys(q.Facts) {
		if q.Facts[name] == nil {
			continue // absent
		}
		wrong := &banfa.FactError{Fact: name, Code: "type", Want: "a list of records", Got: string(encode(q.Facts[name]))}
		list, ok := q.Facts[name].([]any)
		if !ok {
			return nil, wrong
		}
		records := make([]map[string]any, len(list))
		for i, x := range list {
			if records[i], ok = x.(map[string]any); !ok {
				return nil, wrong
			}
		}
		in.Records[name] = records
	}
	return c.Check(ctx, in, catalog.CheckAt(at))
}

// catalogs adds how often the suites found each rule of a catalog file that has a suite violated, and in order.
func (cov *Coverage) catalogs(ctx context.Context, e *engine, o options) error {
	counted := map[string]map[string]*RuleCoverage{} // by KIND/NAME and id
	for c := range allCases(e, o) {
		k, ok := e.subjects[c.request.Subject].(*catalogs)
		if !ok || c.Skip {
			continue
		}
		rules := counted[c.request.Subject]
		if rules == nil {
			rules = map[string]*RuleCoverage{}
			counted[c.request.Subject] = rules
		}
		r, err := k.check(ctx, c.request)
		if err != nil {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			continue
		}
		for _, n := range r.Rules {
			x := rules[n.ID]
			if x == nil {
				x = &RuleCoverage{}
				rules[n.ID] = x
			}
			x.False += min(n.Fine, 1)
			x.Unknown += min(n.Unjudged, 1)
			if n.Violated > 0 {
				x.True++
				x.Applied++
				x.Cases = append(x.Cases, c.Name())
			}
		}
	}
	for _, f := range e.rules.Bundle().Catalogs {
		rules, tested := counted[f.ID()]
		if !tested {
			continue
		}
		for _, x := range f.Rules {
			r := RuleCoverage{Subject: f.ID(), ID: x.ID, Basis: []string{}, Cases: []string{}}
			if n := rules[x.ID]; n != nil {
				r = *n
				r.Subject, r.ID, r.Basis = f.ID(), x.ID, []string{}
				if r.Cases == nil {
					r.Cases = []string{}
				}
			}
			for _, b := range x.Basis {
				r.Basis = append(r.Basis, b.Long)
			}
			cov.Rules = append(cov.Rules, r)
			cov.places[f.ID()+"#"+x.ID] = place{f.File, x.Place}
		}
	}
	return nil
}
