package banfa

import (
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// deadlinesSubject describes a file of deadlines. Its group "case" holds what stands beside the events: the keys deadline, as_of and those of
// the steps of a case, and the columns of these names in a table.
func deadlinesSubject(l *ruleset.Deadlines) *suiteSubject {
	s := &suiteSubject{id: l.ID(), kind: l.Kind, expects: map[string][]suiteExpect{}}
	deadline := &expr.Type{Kind: expr.Enum}
	for _, x := range l.Deadlines {
		deadline.Values, deadline.Labels = append(deadline.Values, x.ID), append(deadline.Labels, "")
	}
	events := &suiteGroup{key: "events", subject: s.id}
	for _, e := range l.Events {
		events.facts = append(events.facts, suiteFact{name: e.Name, label: e.Label, typ: &expr.Type{Kind: expr.Timestamp}})
	}
	s.groups = []*suiteGroup{
		{key: "facts", subject: s.id, facts: suiteFacts(l.Facts)},
		events,
		{key: "case", subject: s.id, facts: []suiteFact{
			{name: "deadline", typ: deadline, required: true},
			{name: "as_of", typ: &expr.Type{Kind: expr.Date}},
			{name: "suspend", typ: listOf(expr.String)},
			{name: "extend", typ: listOf(expr.Int)},
			{name: "approver", typ: &expr.Type{Kind: expr.String}},
			{name: "restart", typ: listOf(expr.Timestamp)},
		}},
	}
	s.expects["facts"] = []suiteExpect{
		{key: "due", shape: ruleset.Word, typ: &expr.Type{Kind: expr.Date}, unknown: "suite.unknown-value"},
		{key: "before", shape: ruleset.Word, typ: &expr.Type{Kind: expr.Timestamp}, unknown: "suite.unknown-value"},
		{key: "provisional", shape: ruleset.Flag},
		{key: "error", shape: ruleset.Word, words: []suiteWord{
			{id: "invalid_input"}, {id: "suspended"}, {id: "not_covered"}, {id: "not_in_force"},
		}, unknown: "suite.unknown-value"},
	}
	return s
}

func listOf(k expr.Kind) *expr.Type { return &expr.Type{Kind: expr.List, Elem: &expr.Type{Kind: k}} }

// deadlineInputs reads deadline, events, as_of and the steps of a case. One step may stand without the brackets of a list.
func (s *suiteReader) deadlineInputs(c *ruleset.Case, n *source.Node) {
	group := s.subject.group("case")
	if group == nil {
		return
	}
	have := map[string]any{}
	for _, f := range group.facts {
		v := n.Get(f.name)
		if v == nil {
			continue
		}
		if f.typ.Kind == expr.List && v.Kind == source.Scalar && !v.IsNull() {
			v = &source.Node{Kind: source.List, Range: v.Range, Items: []*source.Node{v}}
		}
		have[f.name] = s.fact(n.KeyNode(f.name), v, group)
	}
	c.Events = s.events(n.Get("events"))
	s.required(n.Get("id").Range, have, "case")
	c.SetCase(have)
}

// events reads the events of a case. One that happened more than once is a list of instants.
func (s *suiteReader) events(n *source.Node) map[string]any {
	out := map[string]any{}
	if n == nil || n.Kind != source.Map {
		return out
	}
	group := s.subject.group("events")
	for _, e := range n.Entries {
		if _, twice := out[e.Key.Value]; twice {
			continue // reported by the reader
		}
		if e.Value.Kind != source.List {
			out[e.Key.Value] = s.fact(e.Key, e.Value, group)
			continue
		}
		list := make([]any, len(e.Value.Items))
		for i, item := range e.Value.Items {
			list[i] = s.fact(e.Key, item, group)
		}
		out[e.Key.Value] = list
	}
	return out
}

// value reads an expected date or instant and returns it in the one form in which answers have it.
func (x *suiteExpect) value(written string) (string, bool) {
	v, err := x.typ.FromGo(written)
	if err != nil || !v.Present() {
		return "", false
	}
	if x.typ.Kind != expr.Timestamp {
		return v.String(), true
	}
	t, err := time.Parse(time.RFC3339Nano, v.String())
	if err != nil {
		return "", false
	}
	return t.In(civil.Zone).Format(time.RFC3339Nano), true
}

// about are the arguments of the sentence that says that a word is unknown.
func (x *suiteExpect) about(id, subject string) []string {
	if x.unknown == "suite.unknown-value" {
		return []string{x.key, id}
	}
	return []string{id, subject}
}
