package banfa

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// readFacts reads a mapping of named values. What is wrong with one is reported and does not keep the others from being read;
// the load fails then, so that a wrong value is never evaluated.
func (s *suiteReader) readFacts(n *source.Node, group *suiteGroup) map[string]any {
	facts := map[string]any{}
	if n == nil || n.Kind != source.Map {
		return facts
	}
	for _, e := range n.Entries {
		if _, twice := facts[e.Key.Value]; twice {
			continue // reported by the reader
		}
		facts[e.Key.Value] = s.fact(e.Key, e.Value, group)
	}
	return facts
}

// fact checks a named value and returns it as JSON would give it, whatever way YAML writes it.
func (s *suiteReader) fact(key, value *source.Node, group *suiteGroup) any {
	raw := goValue(value)
	if group == nil || value.Broken {
		return raw
	}
	f := group.fact(key.Value)
	if f == nil {
		s.unknownFact(key.Range, group, key.Value)
		return raw
	}
	v, err := f.typ.FromGo(raw)
	if err == nil {
		return jsonValue(v.Go())
	}
	path, at := "", value
	var ve *expr.ValueError
	if errors.As(err, &ve) {
		path, at = ve.Path, nodeAt(value, ve.Path)
	}
	shown := at.Value
	if at.Kind != source.Scalar && ve != nil {
		shown = ve.Got
	}
	g := s.report("BF5001", at.Range, "suite.unknown-value", f.name+path, shown)
	if path == "" && at.Kind == source.Scalar {
		s.suggestValue(g, f.typ, at.Value, false)
	}
	return raw
}

// jsonValue turns the numbers of a value into what a decoder that keeps their digits gives.
func jsonValue(v any) any {
	switch x := v.(type) {
	case int64:
		return json.Number(strconv.FormatInt(x, 10))
	case uint64:
		return json.Number(strconv.FormatUint(x, 10))
	case float64:
		return json.Number(strconv.FormatFloat(x, 'g', -1, 64))
	case []any:
		for i := range x {
			x[i] = jsonValue(x[i])
		}
	case map[string]any:
		for k := range x {
			x[k] = jsonValue(x[k])
		}
	}
	return v
}

// unknownFact reports a name that its group does not have. A label in its place is the mistake most often made.
func (s *suiteReader) unknownFact(at source.Range, group *suiteGroup, name string) {
	g := s.report("BF5001", at, "suite.unknown-fact", name, group.subject)
	for _, f := range group.facts {
		if f.label == name {
			g.hint("hint.did-you-mean", f.name).replaceBy(f.name)
			return
		}
	}
	g.didYouMean(name, group.names())
}

// suggestValue says which value was most likely meant. In a cell, labels and 是/否 stand for values; elsewhere they do not.
func (s *suiteReader) suggestValue(g *Diagnostic, t *expr.Type, written string, cell bool) {
	switch t.Kind {
	case expr.Bool:
		if b, ok := readBool(strings.ToLower(written)); ok {
			g.hint("hint.did-you-mean", strconv.FormatBool(b)).replaceBy(strconv.FormatBool(b))
		}
	case expr.Enum:
		for i, label := range t.Labels {
			if label == written && i < len(t.Values) {
				g.hint("hint.did-you-mean", t.Values[i]).replaceBy(t.Values[i])
				return
			}
		}
		known := t.Values
		if cell {
			known = append(slices.Clone(known), t.Labels...)
		}
		g.hint("hint.one-of", strings.Join(t.Values, ", ")).didYouMean(written, known)
	}
}

// nodeAt follows the path of a ValueError, such as .level or [3] or ["key"], into a value.
func nodeAt(n *source.Node, path string) *source.Node {
	for path != "" {
		var next *source.Node
		switch {
		case strings.HasPrefix(path, `["`):
			quoted, err := strconv.QuotedPrefix(path[1:])
			if err != nil {
				return n
			}
			key, _ := strconv.Unquote(quoted)
			next, path = n.Get(key), path[1+len(quoted)+1:]
		case path[0] == '[':
			digits, rest, _ := strings.Cut(path[1:], "]")
			i, err := strconv.Atoi(digits)
			if err != nil || i < 0 || n.Kind != source.List || i >= len(n.Items) {
				return n
			}
			next, path = n.Items[i], rest
		default:
			name := path[1:]
			if end := strings.IndexAny(name, ".["); end >= 0 {
				name = name[:end]
			}
			path = path[1+len(name):]
			if next = n.Get(name); next == nil {
				next = n.KeyNode(name)
			}
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// readItems reads the items of a data set: each has a name and facts of its own.
func (s *suiteReader) readItems(n *source.Node) []map[string]any {
	out := []map[string]any{}
	group := s.subject.group("facts")
	for _, item := range items(n) {
		facts := map[string]any{}
		for _, e := range item.Entries {
			if _, twice := facts[e.Key.Value]; twice {
				continue
			}
			if e.Key.Value != "name" {
				facts[e.Key.Value] = s.fact(e.Key, e.Value, group)
				continue
			}
			facts["name"] = goValue(e.Value)
			if e.Value.Kind != source.Scalar || e.Value.Type != source.Str || e.Value.Value == "" {
				s.bad(e.Value, "value.not-string", "name", e.Value.Value)
			}
		}
		if facts["name"] == nil {
			s.report("BF1013", source.Range{Start: item.Range.Start, End: item.Range.Start}, "frame.missing-key", "name", "items")
		}
		out = append(out, facts)
	}
	return out
}

// expectations reads `expect` of a case.
func (s *suiteReader) expectations(c *ruleset.Case, n *source.Node, changing bool) {
	want := n.Get("expect")
	if want == nil || want.Kind != source.Map {
		return // reported by shape
	}
	if len(want.Entries) == 0 {
		s.report("BF5005", n.KeyNode("expect").Range, "suite.no-expectation", c.ID)
		return
	}
	if s.subject == nil {
		return
	}
	seen := map[string]bool{}
	for _, e := range want.Entries {
		x := s.expectKey(e.Key.Value, e.Key.Range, changing)
		if x == nil || seen[e.Key.Value] || e.Value.Broken {
			continue
		}
		seen[e.Key.Value] = true
		k := ruleset.Expectation{Key: x.key, Shape: x.shape, Place: placeOfNode(e.Key)}
		if s.expected(&k, x, e.Value, c) {
			c.Expect = append(c.Expect, k)
		}
	}
}

// expectKey looks up a key of `expect`.
func (s *suiteReader) expectKey(key string, at source.Range, changing bool) *suiteExpect {
	group, kind := "facts", s.subject.kind
	if changing {
		group, kind = "change", kind+" (change)"
	}
	x := s.subject.expect(group, key)
	if x == nil {
		s.report("BF5001", at, "suite.unknown-expect", key, kind).didYouMean(key, s.subject.expectKeys(group))
	}
	return x
}

// expected reads what stands behind a key of `expect` in YAML, and reports whether that can be compared.
func (s *suiteReader) expected(k *ruleset.Expectation, x *suiteExpect, n *source.Node, c *ruleset.Case) bool {
	switch x.shape {
	case ruleset.Flag:
		if n.Kind != source.Scalar || n.Type != source.Bool {
			return s.bad(n, "value.not-bool", x.key, n.Value)
		}
		k.Value = n.Value == "true"
		return true
	case ruleset.Word:
		switch {
		case n.IsNull() && x.null:
			return true
		case n.Kind != source.Scalar:
			return s.bad(n, "value.not-scalar", x.key)
		case n.IsNull():
			return s.bad(n, "value.empty", x.key)
		}
		word, ok := s.word(x, n.Value, n.Range, c)
		k.Value = word
		return ok
	case ruleset.Routes:
		return s.routes(k, x, n, c)
	case ruleset.Cells:
		return s.cells(k, x, n, c)
	}
	if n.Kind == source.Map || n.IsNull() {
		return s.bad(n, "value.not-list", x.key)
	}
	list := []*source.Node{n}
	if n.Kind == source.List {
		list = n.Items
	}
	ids := []any{}
	ok := true
	for i, word := range list {
		if word.Kind != source.Scalar || word.IsNull() {
			ok = s.bad(word, "value.not-scalar", x.key)
			continue
		}
		id := word.Value
		if star := strings.HasSuffix(id, "*"); star && x.shape == ruleset.Set && !x.items && i == len(list)-1 && id != "*" {
			id, k.AtLeast = strings.TrimSuffix(id, "*"), true
		} else if star && !x.items {
			s.report("BF5007", word.Range, "suite.table-star")
			ok = false
			continue
		}
		ids = append(ids, id)
		ok = s.known(x, id, word.Range, c) && ok
	}
	k.Value = ids
	return ok
}

// word reads a word, or a value in its place, and reports whether the key may hold it.
func (s *suiteReader) word(x *suiteExpect, written string, at source.Range, c *ruleset.Case) (string, bool) {
	if x.typ == nil {
		return written, s.known(x, written, at, c)
	}
	v, ok := x.value(written)
	if !ok {
		s.report("BF5001", at, x.unknown, x.key, written)
	}
	return v, ok
}

// known checks a word against what the key may hold.
func (s *suiteReader) known(x *suiteExpect, id string, at source.Range, c *ruleset.Case) bool {
	if x.items {
		names := make([]string, len(c.Items))
		for i, item := range c.Items {
			names[i], _ = item["name"].(string)
		}
		if slices.Contains(names, id) {
			return true
		}
		s.report("BF5001", at, x.unknown, id, c.ID).didYouMean(id, names)
		return false
	}
	if x.knows(id) {
		return true
	}
	g := s.report("BF5001", at, x.unknown, x.about(id, s.subject.id)...)
	if meant, ok := x.byLabel(id); ok {
		g.hint("hint.did-you-mean", meant).replaceBy(meant)
	} else {
		g.didYouMean(id, x.ids())
	}
	return false
}

// routes reads the paths to a more open outcome.
func (s *suiteReader) routes(k *ruleset.Expectation, x *suiteExpect, n *source.Node, c *ruleset.Case) bool {
	if n.Kind != source.List {
		return s.bad(n, "value.not-list", x.key)
	}
	paths := []any{}
	ok := true
	for _, p := range n.Items {
		if p.Kind != source.Map {
			ok = s.bad(p, "value.not-mapping", x.key)
			continue
		}
		for _, e := range p.Entries {
			if e.Key.Value != "facts" && e.Key.Value != "outcome" {
				s.report("BF1005", e.Key.Range, "frame.unknown-key", e.Key.Value, x.key).
					didYouMean(e.Key.Value, []string{"facts", "outcome"})
				ok = false
			}
		}
		facts, outcome := p.Get("facts"), p.Get("outcome")
		if facts == nil || outcome == nil {
			missing := "facts"
			if facts != nil {
				missing = "outcome"
			}
			s.report("BF1013", source.Range{Start: p.Range.Start, End: p.Range.Start}, "frame.missing-key", missing, x.key)
			ok = false
			continue
		}
		if facts.Kind != source.Map || len(facts.Entries) == 0 {
			ok = s.bad(facts, "value.not-mapping", "facts")
			continue
		}
		if outcome.Kind != source.Scalar {
			ok = s.bad(outcome, "value.not-scalar", "outcome")
			continue
		}
		ok = s.known(x, outcome.Value, outcome.Range, c) && ok
		paths = append(paths, map[string]any{
			"facts": s.readFacts(facts, s.subject.group("facts")), "outcome": outcome.Value,
		})
	}
	k.Value = paths
	return ok
}
