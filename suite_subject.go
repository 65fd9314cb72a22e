package banfa

import (
	"slices"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// suiteSubject is what a suite may name of the file it tests. Each kind of rule file that can be evaluated describes itself in
// these terms; reading suites knows no kind.
type suiteSubject struct {
	id      string
	kind    string
	groups  []*suiteGroup
	items   bool
	records *ruleset.Catalog // whose sets of records the facts are; nil otherwise
	// expects are the keys of `expect` for an ordinary case, and, by the key of another group, for a case that has it.
	expects map[string][]suiteExpect
}

// suiteGroup is a key of a case behind which named values stand: facts, change, and for deadlines events. In a table, a column
// of facts has the fact's name, and any other GROUP.NAME.
type suiteGroup struct {
	key     string
	subject string // in messages
	facts   []suiteFact
}

type suiteFact struct {
	name, label string
	typ         *expr.Type
	act         expr.Value // what its lawful act changes it to
	required    bool
}

// suiteExpect is a key of `expect`.
type suiteExpect struct {
	key     string
	shape   ruleset.Shape
	words   []suiteWord // what may stand there; of Routes: the outcomes
	items   bool        // what may stand there are the names of the case's items
	null    bool        // null may stand there
	typ     *expr.Type  // of a Word that is a value, not one of words: a date or an instant
	unknown string      // message key for anything else
	free    bool        // any text may stand there
}

// suiteWord is a word that may stand in an expectation: an id, and the label that a cell may have in its place.
type suiteWord struct{ id, label string }

// noAnswer is the error that stands in the place of an answer: facts are checked when the suite is loaded, so it can only be that the
// file is outside its effective window.
var noAnswer = suiteExpect{
	key: "error", shape: ruleset.Word, words: []suiteWord{{id: "not_in_force"}}, unknown: "suite.unknown-path",
}

// suiteSubject describes a file, or returns nil where its kind cannot be evaluated.
func (l *loader) suiteSubject(id string) *suiteSubject {
	for _, c := range l.bundle.Classifications {
		if c.ID() == id {
			return classificationSubject(c)
		}
	}
	for _, x := range l.bundle.Deadlines {
		if x.ID() == id {
			return deadlinesSubject(x)
		}
	}
	for _, x := range l.bundle.Catalogs {
		if x.ID() == id {
			return catalogSubject(x)
		}
	}
	for _, x := range l.bundle.Conditions {
		if x.ID() == id {
			return conditionsSubject(x)
		}
	}
	for _, x := range l.bundle.Desensitizations {
		if x.ID() == id {
			return desensitizationSubject(x)
		}
	}
	for _, x := range l.bundle.Lifecycles {
		if x.ID() == id {
			return lifecycleSubject(x)
		}
	}
	for _, x := range l.bundle.Monitorings {
		if x.ID() == id {
			return monitoringSubject(x)
		}
	}
	return nil
}

func classificationSubject(c *ruleset.Classification) *suiteSubject {
	s := &suiteSubject{id: c.ID(), kind: c.Kind, items: true, expects: map[string][]suiteExpect{}}
	s.groups = []*suiteGroup{{key: "facts", subject: s.id, facts: suiteFacts(c.Facts)}}
	var outcomes []suiteWord
	for _, o := range c.Outcomes {
		outcomes = append(outcomes, suiteWord{o.Code, o.Label})
	}
	possible := outcomes
	var overriding, applying, grounds []suiteWord
	for _, r := range c.Rules {
		overriding = append(overriding, suiteWord{id: r.ID})
	}
	applying = overriding
	if c.Otherwise != nil {
		applying = append(applying[:len(applying):len(applying)], suiteWord{id: c.Otherwise.ID})
	}
	grounds = applying
	if c.Scope != nil {
		possible = append(possible[:len(possible):len(possible)], suiteWord{id: c.Code(c.OutOfScope())})
		grounds = append(grounds[:len(grounds):len(grounds)], suiteWord{id: c.Scope.ID})
	}
	answers := slices.Concat(possible, []suiteWord{{id: "undetermined"}})
	var facts []suiteWord
	for _, leaf := range c.Env.Leaves() {
		if _, declared := c.Fact(leaf.Name); declared || len(leaf.Path) > 0 {
			facts = append(facts, suiteWord{id: leaf.Name})
		}
	}
	for i := range c.Facts {
		facts = append(facts, suiteWord{id: c.Facts[i].Name})
	}
	const rule, outcome = "suite.unknown-rule", "suite.unknown-outcome"
	s.expects["facts"] = []suiteExpect{
		{key: "outcome", shape: ruleset.Word, words: answers, unknown: outcome},
		{key: "rules", shape: ruleset.Set, words: applying, unknown: rule},
		{key: "defeated", shape: ruleset.Set, words: overriding, unknown: rule},
		{key: "grounds", shape: ruleset.Set, words: grounds, unknown: rule},
		{key: "possible", shape: ruleset.Order, words: possible, unknown: outcome},
		{key: "missing", shape: ruleset.Set, words: facts, unknown: "suite.unknown-fact"},
		{key: "paths", shape: ruleset.Routes, words: outcomes, unknown: outcome},
		{key: "conflicts", shape: ruleset.Set, words: overriding, unknown: rule},
		{key: "held_back_by", shape: ruleset.Set, items: true, unknown: "suite.unknown-item"},
		{key: "without_them", shape: ruleset.Word, words: answers, null: true, unknown: outcome},
		{key: "review", shape: ruleset.Flag},
		noAnswer,
	}
	if t := c.Transitions; t != nil {
		s.transitions(c, t, outcomes)
	}
	return s
}

func (s *suiteSubject) transitions(c *ruleset.Classification, t *ruleset.Transitions, outcomes []suiteWord) {
	recorded, now := &expr.Type{Kind: expr.Enum}, &expr.Type{Kind: expr.Enum}
	for _, o := range outcomes {
		recorded.Values, recorded.Labels = append(recorded.Values, o.id), append(recorded.Labels, o.label)
		now.Values, now.Labels = append(now.Values, o.id), append(now.Labels, o.label)
	}
	now.Values, now.Labels = append(now.Values, c.Code(c.OutOfScope())), append(now.Labels, "")
	var rules []suiteWord
	for _, r := range t.Rules {
		rules = append(rules, suiteWord{id: r.ID})
	}
	s.groups = append(s.groups, &suiteGroup{key: "change", subject: s.id, facts: append([]suiteFact{
		{name: "from", typ: recorded, required: true},
		{name: "to", typ: recorded, required: true},
		{name: "classified", typ: now},
	}, suiteFacts(t.Facts)...)})
	s.expects["change"] = []suiteExpect{
		{key: "allowed", shape: ruleset.Flag},
		{key: "rules", shape: ruleset.Set, words: rules, unknown: "suite.unknown-rule"},
		{key: "owed", shape: ruleset.Set, words: rules, unknown: "suite.unknown-rule"},
		noAnswer,
	}
}

func suiteFacts(facts []ruleset.Fact) []suiteFact {
	out := make([]suiteFact, len(facts))
	for i := range facts {
		f := &facts[i]
		out[i] = suiteFact{name: f.Name, label: f.Label, typ: f.Type, act: f.ActTo}
	}
	return out
}

// group returns what stands behind a key, and nil where nothing does or nothing is known of the subject.
func (s *suiteSubject) group(key string) *suiteGroup {
	if s == nil {
		return nil
	}
	for _, g := range s.groups {
		if g.key == key {
			return g
		}
	}
	return nil
}

func (s *suiteSubject) takes(key string) bool {
	return s.group(key) != nil || s.group("case").fact(key) != nil || key == "items" && s.items
}

func (g *suiteGroup) all() []suiteFact {
	if g == nil {
		return nil
	}
	return g.facts
}

func (g *suiteGroup) fact(name string) *suiteFact {
	for i := range g.all() {
		if g.facts[i].name == name {
			return &g.facts[i]
		}
	}
	return nil
}

func (g *suiteGroup) names() []string {
	var out []string
	for _, f := range g.all() {
		out = append(out, f.name)
	}
	return out
}

// expect returns a key of `expect`; group is the key of the inputs that decide which there are.
func (s *suiteSubject) expect(group, key string) *suiteExpect {
	for i := range s.expects[group] {
		if e := &s.expects[group][i]; e.key == key {
			return e
		}
	}
	return nil
}

func (s *suiteSubject) expectKeys(group string) []string {
	var out []string
	for _, e := range s.expects[group] {
		out = append(out, e.key)
	}
	return out
}

func (e *suiteExpect) knows(id string) bool {
	if e.free {
		return true
	}
	for _, w := range e.words {
		if w.id == id {
			return true
		}
	}
	return false
}

// byLabel returns the id that a cell names by its label.
func (e *suiteExpect) byLabel(label string) (string, bool) {
	for _, w := range e.words {
		if w.label == label && label != "" {
			return w.id, true
		}
	}
	return "", false
}

func (e *suiteExpect) ids() []string {
	out := make([]string, len(e.words))
	for i, w := range e.words {
		out[i] = w.id
	}
	return out
}
