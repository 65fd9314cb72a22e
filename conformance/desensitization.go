package conformance

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// policies evaluates a file of kind Desensitization.
type policies struct {
	*desensitize.Policy
	spec  *ruleset.Desensitization
	timed bool // whether an answer can depend on when it is given
}

// TestKey is the key by which suites evaluate policies: SHA-256 of "banfa test key " and the name. It is no secret, and nothing that is
// published may be made with it; pseudonyms in suites are those under it.
func TestKey(name string) []byte {
	sum := sha256.Sum256([]byte("banfa test key " + name))
	return sum[:]
}

// addDesensitization makes an evaluator for each file of kind Desensitization.
func (e *engine) addDesensitization() error {
	keys := desensitize.KeySource(func(name string) ([]byte, error) { return TestKey(name), nil })
	for _, f := range e.rules.Bundle().Desensitizations {
		p, err := desensitize.New(e.rules, desensitize.Named(f.Name), keys)
		if err != nil {
			return err
		}
		e.subjects[f.ID()] = &policies{p, f, timedPolicy(f)}
	}
	return nil
}

// timedPolicy reports whether a policy has a window or a transform that asks for the time.
func timedPolicy(f *ruleset.Desensitization) bool {
	none := ruleset.Window{}
	asks := func(p *ruleset.CellPlan) bool { return p != nil && slices.Contains(p.Expr.Names(), "now") }
	return f.Effective != none ||
		slices.ContainsFunc(f.Columns, func(c ruleset.PolicyColumn) bool { return asks(c.Plan) }) ||
		slices.ContainsFunc(f.Rows, func(r *ruleset.RowRule) bool { return asks(r.Plan) })
}

func (p *policies) digest() string { return p.spec.Digest }

// answer transforms one row. Each cell stands under columns and, for tables, under columns.NAME.
func (p *policies) answer(_ context.Context, q *Request) (Answer, error) {
	r, err := p.row(q)
	if err != nil {
		return nil, err
	}
	out, err := flatten(r, nil)
	if err != nil {
		return nil, err
	}
	if cells, ok := out["columns"].(map[string]any); ok {
		for name, v := range cells {
			out["columns."+name] = v
		}
	}
	return out, nil
}

func (p *policies) row(q *Request) (*desensitize.RowResult, error) {
	at, err := q.time(p.timed)
	if err != nil {
		return nil, err
	}
	row := map[string]string{}
	for name, v := range q.Facts {
		switch x := v.(type) {
		case nil:
		case string:
			row[name] = x
		default:
			return nil, &banfa.FactError{Fact: name, Code: "type", Want: "a text, as it stands in a file", Got: string(encode(v))}
		}
	}
	return p.Row(row, at)
}

// desensitizationCode names the errors of policies; "" for any other error.
func desensitizationCode(err error) string {
	var force *desensitize.NotInForceError
	var value *desensitize.ValueError
	var columns *desensitize.ColumnsError
	switch {
	case errors.As(err, &force):
		return CodeNotInForce
	case errors.As(err, &value):
		return "invalid_value"
	case errors.As(err, &columns):
		return CodeInvalidInput
	}
	return ""
}

// canonicalCells is the form in which cells are compared.
func canonicalCells(v any) (any, bool) {
	cells, ok := v.(map[string]any)
	if !ok {
		return v, false
	}
	for _, c := range cells {
		if _, isText := c.(string); !isText && c != nil {
			return v, false
		}
	}
	return cells, true
}

// sameCells leaves of the cells of an answer those that are expected.
func sameCells(have, want any) any {
	all, ok := have.(map[string]any)
	named, isMap := want.(map[string]any)
	if !ok || !isMap {
		return have
	}
	out := map[string]any{}
	for name := range named {
		if v, given := all[name]; given {
			out[name] = v
		}
	}
	return out
}

// policies adds how often the suites exercised each rule of a policy that has a suite.
func (cov *Coverage) policies(ctx context.Context, e *engine, o options) error {
	counted, err := countCases(ctx, e, o, func(p *policies, c *Case, rules ruleCounts) error {
		r, err := p.row(c.request)
		if err != nil {
			return err
		}
		for _, id := range r.Rules {
			rules.of(id).applied(c.Name())
		}
		return context.Cause(ctx)
	})
	for _, f := range e.rules.Bundle().Desensitizations {
		rules, tested := counted[f.ID()]
		if !tested {
			continue
		}
		for _, x := range f.Rules {
			cov.add(&f.Head, rules, x.ID, x.Basis, x.Place)
		}
		for _, x := range f.Rows {
			cov.add(&f.Head, rules, x.ID, x.Basis, x.Place)
		}
	}
	return err
}
