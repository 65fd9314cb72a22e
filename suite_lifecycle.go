package banfa

import (
	"time"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// lifecycleRefusals are the codes with which an event is refused; those of package condition.
var lifecycleRefusals = []string{
	"unknown_event", "facts", "time", "late", "duplicate", "final", "state", "role", "fact", "condition", "guard", "unknown", "error", "ambiguous",
	"not_in_force", "limit",
}

// lifecycleSubject describes a lifecycle. Its group "history" has the events, and history.EVENT the facts that one may state.
func lifecycleSubject(l *ruleset.Lifecycle) *suiteSubject {
	s := &suiteSubject{id: l.ID(), kind: l.Kind, expects: map[string][]suiteExpect{}}
	history := &suiteGroup{key: "history", subject: s.id}
	s.groups = []*suiteGroup{{key: "facts", subject: s.id}, history}
	var states, events, transitions, refusals, facts, deadlines []suiteWord
	for _, x := range l.States {
		states = append(states, suiteWord{x.Name, x.Label})
	}
	for i := range l.Events {
		e := &l.Events[i]
		events = append(events, suiteWord{e.Name, e.Label})
		history.facts = append(history.facts, suiteFact{name: e.Name, label: e.Label})
		own := suiteFacts(e.Facts)
		s.groups = append(s.groups, &suiteGroup{key: "history." + e.Name, subject: s.id, facts: append(suiteFacts(l.Facts), own...)})
		for _, leaf := range e.Env.Leaves() {
			facts = append(facts, suiteWord{id: leaf.Name})
		}
	}
	for _, t := range l.Transitions {
		transitions = append(transitions, suiteWord{id: t.ID})
	}
	for _, code := range lifecycleRefusals {
		refusals = append(refusals, suiteWord{id: code})
	}
	const value, rule = "suite.unknown-value", "suite.unknown-rule"
	s.expects["facts"] = []suiteExpect{
		{key: "state", shape: ruleset.Word, words: states, unknown: value},
		{key: "final", shape: ruleset.Flag},
		{key: "transitions", shape: ruleset.Order, words: transitions, unknown: rule},
		{key: "legal", shape: ruleset.Set, words: events, unknown: "suite.unknown-event"},
		{key: "refused", shape: ruleset.Word, words: refusals, unknown: value},
		{key: "refused_by", shape: ruleset.Set, words: transitions, unknown: rule},
		{key: "missing", shape: ruleset.Set, words: facts, unknown: "suite.unknown-fact"},
		{key: "error", shape: ruleset.Word, words: []suiteWord{{id: "invalid_input"}}, unknown: value},
	}
	if l.Deadlines == nil {
		return s
	}
	id := &expr.Type{Kind: expr.Enum}
	for _, x := range l.Deadlines.Deadlines {
		id.Values, id.Labels = append(id.Values, x.ID), append(id.Labels, "")
		deadlines = append(deadlines, suiteWord{id: x.ID})
	}
	s.groups = append(s.groups, &suiteGroup{key: "case", subject: s.id, facts: []suiteFact{{name: "deadline", typ: id}}})
	const deadline = "suite.unknown-deadline"
	s.expects["facts"] = append(s.expects["facts"],
		suiteExpect{key: "deadlines", shape: ruleset.Set, words: deadlines, unknown: deadline},
		suiteExpect{key: "overdue", shape: ruleset.Set, words: deadlines, unknown: deadline},
		suiteExpect{key: "suspended", shape: ruleset.Set, words: deadlines, unknown: deadline},
		suiteExpect{key: "due", shape: ruleset.Word, null: true, typ: &expr.Type{Kind: expr.Date}, unknown: value},
		suiteExpect{key: "before", shape: ruleset.Word, null: true, typ: &expr.Type{Kind: expr.Timestamp}, unknown: value},
		suiteExpect{key: "provisional", shape: ruleset.Flag},
	)
	return s
}

// lifecycleInputs reads the history of a case. Where the suite names no time, the case is looked at when its last event happened: its
// answer does not depend on when the suite is run.
func (s *suiteReader) lifecycleInputs(c *ruleset.Case, n *source.Node) {
	if s.subject.group("history") == nil {
		return
	}
	c.History = []map[string]any{}
	var last time.Time
	for _, x := range items(n.Get("history")) {
		event := map[string]any{}
		for _, key := range []string{"id", "event", "at", "by"} {
			if v := text(x, key); v != "" {
				event[key] = v
			}
		}
		name := x.Get("event")
		if name == nil || name.Kind != source.Scalar {
			continue // reported by shape
		}
		group := s.subject.group("history." + name.Value)
		if group == nil {
			s.report("BF5001", name.Range, "suite.unknown-event", name.Value, s.subject.id).
				didYouMean(name.Value, s.subject.group("history").names())
		}
		if f := x.Get("facts"); f != nil {
			event["facts"] = s.readFacts(f, group)
		}
		if at := timestampOf(x, "at"); at.After(last) {
			last = at
		}
		c.History = append(c.History, event)
	}
	if c.At.IsZero() {
		c.At = last
	}
}
