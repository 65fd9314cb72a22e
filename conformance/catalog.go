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
	counted, err := countCases(ctx, e, o, func(k *catalogs, c *Case, rules ruleCounts) error {
		r, err := k.check(ctx, c.request)
		if err != nil {
			return err
		}
		for _, n := range r.Rules {
			x := rules.of(n.ID)
			x.False += min(n.Fine, 1)
			x.Unknown += min(n.Unjudged, 1)
			if n.Violated > 0 {
				x.True++
				x.applied(c.Name())
			}
		}
		return nil
	})
	for _, f := range e.rules.Bundle().Catalogs {
		if rules, tested := counted[f.ID()]; tested {
			for _, x := range f.Rules {
				cov.add(&f.Head, rules, x.ID, x.Basis, x.Place)
			}
		}
	}
	return err
}
