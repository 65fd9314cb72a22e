package conformance

import (
	"context"
	"errors"
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Coverage is what a bundle's suites exercise, of the rule files that have a suite.
type Coverage struct {
	Rules    []RuleCoverage    `json:"rules"`
	Articles []ArticleCoverage `json:"articles"` // of the instruments that the bundle's files cite
	Facts    []FactCoverage    `json:"facts"`

	places  map[string]place // by KIND/NAME#rule
	waivers map[string][]ruleset.Waiver
	outline map[string]string // file of an instrument
}

type place struct {
	file string
	at   ruleset.Place
}

// RuleCoverage is how often the suites of a rule file brought a rule to bear. All numbers are of cases.
type RuleCoverage struct {
	Subject string   `json:"subject"`
	ID      string   `json:"id"`
	Basis   []string `json:"basis"`

	// Applied is where it applied; of the scope, where it kept a data set out; of a rule of changing, where it refused the change or
	// left a duty.
	Applied  int `json:"applied"`
	Defeated int `json:"defeated"` // its condition held, and another rule overrode it
	Met      int `json:"met"`      // of a requirement or a rule of changing: it concerned the case and was met

	// True, False and Unknown are what its condition came to; a case with items can count in several of them. The condition of a requirement
	// without when is what it requires; a deadline, a policy's rule, and an obligation without when have none.
	True    int `json:"true"`
	False   int `json:"false"`
	Unknown int `json:"unknown"`

	Cases []string `json:"cases"` // SUITE/CASE in which it applied or was defeated
}

// Exercised reports whether a case brought the rule to bear.
func (r *RuleCoverage) Exercised() bool { return len(r.Cases) > 0 }

// Cover evaluates the cases of a bundle's suites once more and counts what they exercise. Cases that are skipped, or that an option
// leaves out, exercise nothing; nor do those whose evaluation errs.
func Cover(ctx context.Context, rules *banfa.Rules, opts ...Option) (*Coverage, error) {
	cov := &Coverage{
		Rules: []RuleCoverage{}, Articles: []ArticleCoverage{}, Facts: []FactCoverage{},
		places: map[string]place{}, waivers: map[string][]ruleset.Waiver{}, outline: map[string]string{},
	}
	e, err := newEngine(rules)
	if err != nil {
		return nil, err
	}
	for _, s := range rules.Bundle().Suites {
		cov.waivers[s.Subject] = s.Waivers
	}
	counters := map[string]*counter{}
	for c := range allCases(e, settings(opts)) {
		s, ok := e.subjects[c.request.Subject].(*classification)
		if !ok || c.Skip {
			continue
		}
		n := counters[c.request.Subject]
		if n == nil {
			n = newCounter(ctx, s, rules.Limits().FactsBytes)
			counters[c.request.Subject] = n
		}
		if err := n.count(ctx, c); err != nil {
			return nil, err
		}
	}
	for _, c := range rules.Bundle().Classifications {
		if n := counters[c.ID()]; n != nil {
			for _, r := range n.rules {
				cov.Rules = append(cov.Rules, r.RuleCoverage)
				cov.places[c.ID()+"#"+r.ID] = place{c.File, r.place}
			}
			cov.Facts = append(cov.Facts, n.facts()...)
		}
	}
	if err := cov.deadlines(ctx, e, settings(opts)); err != nil {
		return nil, err
	}
	if err := cov.catalogs(ctx, e, settings(opts)); err != nil {
		return nil, err
	}
	if err := cov.lifecycles(ctx, e, settings(opts)); err != nil {
		return nil, err
	}
	if err := cov.monitorings(ctx, e, settings(opts)); err != nil {
		return nil, err
	}
	if err := cov.conditions(ctx, e, settings(opts)); err != nil {
		return nil, err
	}
	if err := cov.policies(ctx, e, settings(opts)); err != nil {
		return nil, err
	}
	cov.articles(rules)
	return cov, nil
}

// counter counts the cases of one rule file.
type counter struct {
	*classification
	engine     *decide.Engine
	schema     *input.Schema
	transition *input.Schema
	rules      []*countedRule // scope, rules, otherwise, rules of changing
	first      int            // index of Rules[0] among them
	leaves     []*countedLeaf
	changing   []*countedLeaf // facts of the transitions
}

type countedRule struct {
	RuleCoverage
	place ruleset.Place
	seen  bearing // what the current case has brought
}

// bearing is what one case brings about one rule.
type bearing struct {
	applied, defeated, met bool
	truth                  [expr.Error + 1]bool
}

func newCounter(ctx context.Context, s *classification, limit int) *counter {
	c := s.spec
	n := &counter{classification: s, engine: decide.New(c), schema: input.NewSchema(c.Facts, true, limit)}
	add := func(id string, basis []ruleset.Basis, at ruleset.Place) {
		r := &countedRule{RuleCoverage: RuleCoverage{Subject: c.ID(), ID: id, Basis: []string{}, Cases: []string{}}, place: at}
		for _, b := range basis {
			r.Basis = append(r.Basis, b.Long)
		}
		n.rules = append(n.rules, r)
	}
	if c.Scope != nil {
		add(c.Scope.ID, c.Scope.Basis, c.Scope.Place)
	}
	n.first = len(n.rules)
	for _, r := range c.Rules {
		add(r.ID, r.Basis, r.Place)
	}
	if c.Otherwise != nil {
		add(c.Otherwise.ID, c.Otherwise.Basis, c.Otherwise.Place)
	}
	n.leaves = countedLeaves(c.Env, c.Facts, "")
	n.boundaries(ctx)
	if t := c.Transitions; t != nil {
		n.transition = input.NewSchema(t.Facts, false, limit)
		for _, r := range t.Rules {
			add(r.ID, r.Basis, r.Place)
		}
		n.changing = countedLeaves(t.Env, t.Facts, "change.")
	}
	return n
}

// count evaluates one case and notes what it brought to bear. The error is the context's alone.
func (n *counter) count(ctx context.Context, c *Case) error {
	for _, r := range n.rules {
		r.seen = bearing{}
	}
	var err error
	if c.request.Change == nil {
		err = n.rulewise(ctx, c.request)
	} else {
		err = n.requirements(ctx, c.request)
	}
	if ctxErr := context.Cause(ctx); ctxErr != nil {
		return ctxErr
	}
	if err == nil { // what errs brings nothing to bear; the run reports it
		for _, r := range n.rules {
			r.take(c.Name())
		}
	}
	return nil
}

func (r *countedRule) take(name string) {
	add := func(to *int, seen bool) {
		if seen {
			*to++
		}
	}
	add(&r.Applied, r.seen.applied)
	add(&r.Defeated, r.seen.defeated)
	add(&r.Met, r.seen.met)
	add(&r.True, r.seen.truth[expr.True])
	add(&r.False, r.seen.truth[expr.False])
	add(&r.Unknown, r.seen.truth[expr.Unknown])
	if r.seen.applied || r.seen.defeated {
		r.Cases = append(r.Cases, name)
	}
}

var errNotInForce = errors.New("conformance: the rule file is not in force")

// rulewise evaluates the rules one by one for each set of facts that the case has.
func (n *counter) rulewise(ctx context.Context, q *Request) error {
	at, facts, err := n.input(q)
	if err != nil {
		return err
	}
	doc, err := banfa.ReadFacts(facts, n.schema)
	if err != nil {
		return err
	}
	day, err := civil.OfTime(at, civil.Zone)
	if err != nil {
		return err
	}
	c := n.spec
	if !c.Effective.Contains(day) {
		return errNotInForce
	}
	active := n.engine.Active(day)
	for _, values := range units(doc) {
		note(n.leaves, c.Env.NewEval(ctx), c.Facts, values)
		ev := c.Env.NewEval(ctx)
		fill(ev, c.Facts, values)
		ev.Put(c.Now, expr.NewTimestamp(at))
		if c.Params >= 0 {
			ev.Put(c.Params, c.ParamsValue)
		}
		n.known(n.engine.Known(ev, active), active)
	}
	return nil
}

// units are the facts of a data set, or of each of its items with the data set's where it states none.
func units(doc *input.Document) [][]expr.Value {
	if len(doc.Items) == 0 {
		return [][]expr.Value{doc.Values}
	}
	out := make([][]expr.Value, len(doc.Items))
	for i := range doc.Items {
		out[i] = slices.Clone(doc.Values)
		for f, v := range doc.Items[i].Values {
			if v.Present() {
				out[i][f] = v
			}
		}
	}
	return out
}

// fill puts facts into an evaluation, presumed ones included.
func fill(ev *expr.Eval, facts []ruleset.Fact, values []expr.Value) {
	for i := range facts {
		v := values[i]
		if !v.Present() {
			v = facts[i].Assume
		}
		if v.Present() {
			ev.Put(facts[i].Slot, v)
		}
	}
}

func (n *counter) known(k *decide.Known, active []bool) {
	if n.first > 0 {
		scope := &n.rules[0].seen
		scope.truth[k.Scope] = true
		scope.applied = scope.applied || k.Scope == expr.False
	}
	if k.Scope == expr.False {
		return // no rule was looked at
	}
	for i, r := range n.spec.Rules {
		if !active[i] {
			continue
		}
		seen := &n.rules[n.first+i].seen
		seen.truth[k.Condition[i]] = true
		seen.applied = seen.applied || k.Settle(k.Applies[i])
		if !k.Settle(k.Condition[i]) {
			continue
		}
		for _, o := range r.OverriddenBy {
			seen.defeated = seen.defeated || k.Applies[o] == expr.True
		}
	}
	if n.spec.Otherwise != nil {
		seen := &n.rules[n.first+len(n.spec.Rules)].seen
		seen.truth[k.Otherwise] = true
		seen.applied = seen.applied || k.Settle(k.Otherwise)
	}
}

// requirements notes what the rules of changing came to. Where nothing changes, none is looked at.
func (n *counter) requirements(ctx context.Context, q *Request) error {
	r, err := n.change(ctx, q)
	if err != nil {
		return err
	}
	t := n.spec.Transitions
	facts := banfa.Map{}
	for k, v := range q.Change {
		if _, ok := n.transition.Index(k); ok {
			facts[k] = v
		}
	}
	doc, err := banfa.ReadFacts(facts, n.transition)
	if err != nil {
		return err
	}
	note(n.changing, t.Env.NewEval(ctx), t.Facts, doc.Values)
	if r.From == r.To {
		return nil
	}
	at, _, err := n.input(q)
	if err != nil {
		return err
	}
	day, err := civil.OfTime(at, civil.Zone)
	if err != nil {
		return err
	}
	ev := t.Env.NewEval(ctx)
	fill(ev, t.Facts, doc.Values)
	ev.Put(t.From, expr.NewString(r.From))
	ev.Put(t.To, expr.NewString(r.To))
	ev.Put(t.Classified, expr.NewString(r.Classified))
	ev.Put(t.Change, expr.NewString(r.Change))
	ev.Put(t.Now, expr.NewTimestamp(at))
	if t.Params >= 0 {
		ev.Put(t.Params, n.spec.ParamsValue)
	}
	counted := n.rules[len(n.rules)-len(t.Rules):]
	for i, q := range t.Rules {
		if q.Effective.Contains(day) {
			counted[i].seen.requirement(ev, q)
		}
	}
	return nil
}

func (b *bearing) requirement(ev *expr.Eval, q *ruleset.Requirement) {
	when := expr.True
	if q.When != nil {
		when, _ = ev.Truth(q.When) // an error is a value of its own here
	}
	require, _ := ev.Truth(q.Require)
	b.truth[when] = true
	b.met = when == expr.True && require == expr.True
	b.applied = when != expr.False && require != expr.True
}
