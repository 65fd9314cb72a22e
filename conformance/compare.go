package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/banfa-go/banfa/internal/ruleset"
)

// compare returns the keys in which an answer differs from what a case expects. Only the keys that the case names are compared:
// lists of ids as sets, `possible` in order, `paths` as a set of facts and outcome.
func compare(expect []ruleset.Expectation, got Answer) []Difference {
	var out []Difference
	for i := range expect {
		x := &expect[i]
		value := got[x.Key]
		if !matches(x, value) {
			out = append(out, Difference{Key: x.Key, Want: wanted(x), Got: reduce(x.Shape, value)})
		}
	}
	return out
}

// Difference is one key in which an answer is not what was expected.
type Difference struct {
	Key  string `json:"key"`
	Want any    `json:"want"`
	Got  any    `json:"got"`
}

func matches(x *ruleset.Expectation, got any) bool {
	switch x.Shape {
	case ruleset.Set:
		want, have := ids(x.Value), ids(got)
		for _, w := range want {
			if !slices.Contains(have, w) {
				return false
			}
		}
		if x.AtLeast {
			return got != nil
		}
		return got != nil && len(unique(want)) == len(unique(have))
	case ruleset.Order:
		return got != nil && slices.Equal(ids(x.Value), ids(got))
	case ruleset.Routes:
		return got != nil && slices.Equal(routes(x.Value), routes(got))
	case ruleset.Flag:
		return x.Value == got
	}
	return normal(x.Value) == normal(got)
}

// normal makes scalars from YAML and from JSON comparable.
func normal(v any) string {
	switch n := v.(type) {
	case nil:
		return "null"
	case json.Number:
		return n.String()
	case float64:
		return fmt.Sprint(n)
	case string:
		return "\"" + n
	}
	return fmt.Sprint(v)
}

// ids reads a list of ids: plain ones, or objects that have one (as `rules` and `defeated` do).
func ids(v any) []string {
	list, ok := v.([]any)
	if !ok {
		if s, one := v.(string); one {
			return strings.Fields(s)
		}
		return nil
	}
	out := make([]string, 0, len(list))
	for _, e := range list {
		switch x := e.(type) {
		case string:
			out = append(out, x)
		case map[string]any:
			if id, ok := x["id"].(string); ok {
				out = append(out, id)
			} else if name, ok := x["name"].(string); ok {
				out = append(out, name)
			}
		}
	}
	return out
}

func unique(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

// routes writes each path as its facts, in order of their names, and the outcome.
func routes(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	out := make([]string, 0, len(list))
	for _, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			continue
		}
		facts, _ := m["facts"].(map[string]any)
		names := make([]string, 0, len(facts))
		for n := range facts {
			names = append(names, n)
		}
		sort.Strings(names)
		var b strings.Builder
		for _, n := range names {
			fmt.Fprintf(&b, "%s=%s ", n, normal(facts[n]))
		}
		fmt.Fprintf(&b, "→ %v", m["outcome"])
		out = append(out, b.String())
	}
	return unique(out)
}

// reduce brings a value of an answer to the form in which it was compared, for the failure's text.
func reduce(shape ruleset.Shape, v any) any {
	switch shape {
	case ruleset.Set:
		if v == nil {
			return nil
		}
		return unique(ids(v))
	case ruleset.Order:
		if v == nil {
			return nil
		}
		return ids(v)
	case ruleset.Routes:
		return routes(v)
	}
	return v
}

func wanted(x *ruleset.Expectation) any {
	v := reduce(x.Shape, x.Value)
	if x.AtLeast {
		return append(slices.Clone(unique(ids(x.Value))), "*")
	}
	return v
}
