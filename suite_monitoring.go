package banfa

import (
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// monitorKnown bounds the permissions that a case may name.
const monitorKnown = 1000

// monitoringSubject describes a file of kind Monitoring. Its one fact is `permissions`: what was agreed, by the permission's id. What is
// watched stands behind `stream`.
func monitoringSubject(m *ruleset.Monitoring) *suiteSubject {
	s := &suiteSubject{id: m.ID(), kind: m.Kind, expects: map[string][]suiteExpect{}}
	facts := &suiteGroup{key: "facts", subject: s.id}
	if m.PermitType != nil {
		facts.facts = []suiteFact{{name: "permissions", typ: &expr.Type{
			Kind: expr.Map, Name: "permissions", MaxItems: monitorKnown, Elem: m.PermitType,
		}}}
	}
	stream := &suiteGroup{key: "stream", subject: s.id, facts: []suiteFact{
		{name: "id", typ: &expr.Type{Kind: expr.String, MaxRunes: monitorMaxKey}},
		{name: "at", typ: &expr.Type{Kind: expr.Timestamp}, required: true},
	}}
	for i := range m.Event {
		f := &m.Event[i]
		stream.facts = append(stream.facts, suiteFact{name: f.Name, label: f.Label, typ: f.Type})
	}
	s.groups = []*suiteGroup{facts, stream}
	var rules []suiteWord
	for _, r := range m.Rules {
		rules = append(rules, suiteWord{id: r.ID})
	}
	notices := []suiteWord{{id: "late"}, {id: "duplicate"}, {id: "conflict"}, {id: "unjudged"}, {id: "permission"}, {id: "ids"}}
	const unknown = "suite.unknown-rule"
	s.expects["facts"] = []suiteExpect{
		{key: "alerts", shape: ruleset.Set, words: rules, unknown: unknown},
		{key: "unknown", shape: ruleset.Set, words: rules, unknown: unknown},
		{key: "saturated", shape: ruleset.Set, words: rules, unknown: unknown},
		{key: "errors", shape: ruleset.Set, words: rules, unknown: unknown},
		{key: "notices", shape: ruleset.Set, words: notices, unknown: "suite.unknown-path"},
		{key: "error", shape: ruleset.Word, words: []suiteWord{{id: "not_in_force"}, {id: "invalid_input"}}, unknown: "suite.unknown-path"},
	}
	return s
}

// monitorInputs reads the stream of a case. An event without an id is told by its place: e1, e2 and so on.
func (s *suiteReader) monitorInputs(c *ruleset.Case, n *source.Node) {
	group := s.subject.group("stream")
	if group == nil {
		return
	}
	for _, e := range items(n.Get("stream")) {
		event := s.readFacts(e, group)
		if event["at"] == nil {
			s.report("BF1013", source.Range{Start: e.Range.Start, End: e.Range.Start}, "frame.missing-key", "at", "stream")
		}
		c.Stream = append(c.Stream, event)
	}
}
