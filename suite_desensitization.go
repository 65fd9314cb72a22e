package banfa

import (
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// desensitizationSubject describes a policy. The facts of a case are one row, each cell a text as it stands in a file.
func desensitizationSubject(p *ruleset.Desensitization) *suiteSubject {
	s := &suiteSubject{id: p.ID(), kind: p.Kind, expects: map[string][]suiteExpect{}}
	cell := &expr.Type{Kind: expr.String}
	row := &suiteGroup{key: "facts", subject: s.id}
	var columns []suiteWord
	var rules []suiteWord
	for i := range p.Columns {
		c := &p.Columns[i]
		row.facts = append(row.facts, suiteFact{name: c.Name, label: c.Label, typ: cell})
		columns = append(columns, suiteWord{c.Name, c.Label})
	}
	for _, r := range p.Rules {
		rules = append(rules, suiteWord{id: r.ID})
	}
	for _, r := range p.Rows {
		rules = append(rules, suiteWord{id: r.ID})
	}
	s.groups = []*suiteGroup{row}
	expects := []suiteExpect{
		{key: "columns", shape: ruleset.Cells, words: columns, unknown: "suite.unknown-column"},
		{key: "invalid", shape: ruleset.Set, words: columns, unknown: "suite.unknown-column"},
		{key: "dropped", shape: ruleset.Flag},
		{key: "rules", shape: ruleset.Set, words: rules, unknown: "suite.unknown-rule"},
		{key: "error", shape: ruleset.Word, words: []suiteWord{{id: "not_in_force"}, {id: "invalid_value"}}, unknown: "suite.unknown-path"},
	}
	for _, c := range columns { // a table has a column for each
		expects = append(expects, suiteExpect{
			key: "columns." + c.id, shape: ruleset.Word, typ: cell, null: true, unknown: "suite.unknown-value",
		})
	}
	s.expects["facts"] = expects
	return s
}

// cells reads the expected cells of a row.
func (s *suiteReader) cells(k *ruleset.Expectation, x *suiteExpect, n *source.Node, c *ruleset.Case) bool {
	if n.Kind != source.Map {
		return s.bad(n, "value.not-mapping", x.key)
	}
	cells := map[string]any{}
	ok := true
	for _, e := range n.Entries {
		switch {
		case !s.known(x, e.Key.Value, e.Key.Range, c):
			ok = false
		case e.Value.IsNull():
			cells[e.Key.Value] = nil
		case e.Value.Kind != source.Scalar || e.Value.Type != source.Str:
			ok = s.bad(e.Value, "value.not-string", e.Key.Value, e.Value.Value)
		default:
			cells[e.Key.Value] = e.Value.Value
		}
	}
	k.Value = cells
	return ok
}
