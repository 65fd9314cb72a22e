package banfa

import "github.com/banfa-go/banfa/internal/ruleset"

// conditionsSubject describes a file of conditions. What it inherits is part of it: ids and facts of base files can be named too.
func conditionsSubject(c *ruleset.Conditions) *suiteSubject {
	s := &suiteSubject{id: c.ID(), kind: c.Kind, expects: map[string][]suiteExpect{}}
	s.groups = []*suiteGroup{{key: "facts", subject: s.id, facts: suiteFacts(c.Facts)}}
	var requirements, obligations, materials, facts []suiteWord
	for _, r := range c.Requirements {
		requirements = append(requirements, suiteWord{id: r.ID})
		for _, e := range r.Evidence {
			materials = append(materials, suiteWord{id: e})
		}
	}
	for _, o := range c.Obligations {
		obligations = append(obligations, suiteWord{id: o.ID})
	}
	for i := range c.Facts {
		facts = append(facts, suiteWord{id: c.Facts[i].Name})
	}
	for _, leaf := range c.Env.Leaves() {
		if len(leaf.Path) > 0 {
			facts = append(facts, suiteWord{id: leaf.Name})
		}
	}
	s.expects["facts"] = []suiteExpect{
		{key: "decision", shape: ruleset.Word, words: []suiteWord{
			{"approve", "同意"}, {"reject", "不予同意"}, {"incomplete", "材料不齐"},
		}, unknown: "suite.unknown-value"},
		{key: "failed", shape: ruleset.Set, words: requirements, unknown: "suite.unknown-rule"},
		{key: "missing", shape: ruleset.Set, words: facts, unknown: "suite.unknown-fact"},
		{key: "evidence", shape: ruleset.Set, words: materials, unknown: "suite.unknown-value"},
		{key: "obligations", shape: ruleset.Set, words: obligations, unknown: "suite.unknown-rule"},
		{key: "reasons", shape: ruleset.Set, free: true},
		noAnswer,
	}
	return s
}
