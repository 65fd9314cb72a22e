package banfa

import (
	"maps"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// catalogSubject describes a file of catalog checks. Its facts are the sets of records; what is expected of them are the ids of the
// rules, and RECORD.FIELD for the check of a field.
func catalogSubject(c *ruleset.Catalog) *suiteSubject {
	s := &suiteSubject{id: c.ID(), kind: c.Kind, expects: map[string][]suiteExpect{}, records: c}
	sets := &suiteGroup{key: "facts", subject: s.id}
	var found, unjudged []suiteWord
	for _, r := range c.Records {
		sets.facts = append(sets.facts, suiteFact{name: r.Name, typ: &expr.Type{Kind: expr.List, Elem: r.Type, Name: r.Name + "[]"}})
		for i := range r.Fields {
			if r.Of == "" {
				found = append(found, suiteWord{id: r.Name + "." + r.Fields[i].Name})
			}
		}
	}
	for _, r := range c.Rules {
		found, unjudged = append(found, suiteWord{id: r.ID}), append(unjudged, suiteWord{id: r.ID})
	}
	s.groups = []*suiteGroup{sets}
	s.expects["facts"] = []suiteExpect{
		{key: "findings", shape: ruleset.Set, words: found, unknown: "suite.unknown-rule"},
		{key: "unjudged", shape: ruleset.Set, words: unjudged, unknown: "suite.unknown-rule"},
		noAnswer,
	}
	return s
}

// merge puts the facts of a case over those of its fixtures. Records with the key of one that is there already change the fields that
// they name, and a field that is null is taken away: a case then shows only what it is about.
func (s *suiteReader) merge(into, facts map[string]any, n *source.Node) {
	if s.subject == nil || s.subject.records == nil {
		maps.Copy(into, facts)
		return
	}
	for name, v := range facts {
		record, ok := s.subject.records.Record(name)
		have, _ := into[name].([]any)
		list, isList := v.([]any)
		if !ok || record.Key == "" || !isList || have == nil || len(list) == 0 {
			into[name] = v
			continue
		}
		into[name] = mergeRecords(record, have, list, items(n.Get(name)))
	}
}

func mergeRecords(record *ruleset.Record, have, list []any, nodes []*source.Node) []any {
	out := make([]any, len(have))
	for i := range have {
		out[i] = cloneValue(have[i])
	}
	at := map[any]map[string]any{}
	for _, x := range out {
		if m, ok := x.(map[string]any); ok {
			at[m[record.Key]] = m
		}
	}
	for i, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			continue // reported
		}
		old := at[m[record.Key]]
		if old == nil {
			out = append(out, m)
			continue
		}
		maps.Copy(old, m)
		if i < len(nodes) {
			for _, e := range nodes[i].Entries {
				if e.Value.IsNull() {
					delete(old, e.Key.Value)
				}
			}
		}
	}
	return out
}
