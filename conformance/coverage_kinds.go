package conformance

import (
	"context"

	"github.com/banfa-go/banfa/internal/ruleset"
)

// ruleCounts are what the suites brought to bear of one rule file, by the ids of its rules.
type ruleCounts map[string]*RuleCoverage

func (r ruleCounts) of(id string) *RuleCoverage {
	if r[id] == nil {
		r[id] = &RuleCoverage{}
	}
	return r[id]
}

// applied notes a case in which a rule applied.
func (r *RuleCoverage) applied(name string) {
	r.Applied++
	r.Cases = append(r.Cases, name)
}

// countCases calls take for each case about a rule file of one kind, with the counts of that file, and returns them by KIND/NAME. A case
// whose evaluation errs brings nothing to bear: the run reports it. The error is the context's alone.
func countCases[K evaluator](
	ctx context.Context, e *engine, o options, take func(file K, c *Case, rules ruleCounts) error,
) (map[string]ruleCounts, error) {
	counted := map[string]ruleCounts{}
	for c := range allCases(e, o) {
		file, ok := e.subjects[c.request.Subject].(K)
		if !ok || c.Skip {
			continue
		}
		rules := counted[c.request.Subject]
		if rules == nil {
			rules = ruleCounts{}
			counted[c.request.Subject] = rules
		}
		if take(file, c, rules) == nil {
			continue
		}
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
	}
	return counted, nil
}

// add takes over the counts of one rule of a file that has a suite.
func (cov *Coverage) add(f *ruleset.Head, rules ruleCounts, id string, basis []ruleset.Basis, at ruleset.Place) {
	r := RuleCoverage{}
	if n := rules[id]; n != nil {
		r = *n
	}
	r.Subject, r.ID, r.Basis = f.ID(), id, []string{}
	if r.Cases == nil {
		r.Cases = []string{}
	}
	for _, b := range basis {
		r.Basis = append(r.Basis, b.Long)
	}
	cov.Rules = append(cov.Rules, r)
	cov.places[f.ID()+"#"+id] = place{f.File, at}
}
