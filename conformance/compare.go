package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Difference is one key in which an answer is not what was expected. Want and Got are in the form in which they were compared: lists
// of ids that are sets are sorted, and `rules` or `defeated` are their ids alone. Got is nil where the answer has no such key.
type Difference struct {
	Key  string `json:"key"`
	Want any    `json:"want"`
	Got  any    `json:"got"`

	shape   ruleset.Shape
	missing bool // the answer has no such key
}

// compared is the outcome of one key.
type compared struct {
	Difference
	ok bool
}

// compare holds an answer against what a case expects. Only the keys that the case names are looked at: lists of ids as sets,
// `possible` in order, `paths` as a set of facts and outcome. A value of another form than the key has is never equal.
func compare(expect []ruleset.Expectation, got Answer) []compared {
	out := make([]compared, len(expect))
	for i := range expect {
		x := &expect[i]
		value, given := got[x.Key]
		have, sound := canonical(x.Shape, value)
		want, _ := canonical(x.Shape, x.Value)
		if x.Shape == ruleset.Cells {
			have = sameCells(have, want)
		}
		c := compared{Difference: Difference{Key: x.Key, Want: want, Got: have, shape: x.Shape, missing: !given}}
		switch {
		case !given || !sound:
		case x.AtLeast:
			c.ok = contains(have, want)
		default:
			c.ok = bytes.Equal(encode(want), encode(have))
		}
		if list, ok := want.([]string); ok && x.AtLeast {
			c.Want = append(slices.Clone(list), "*")
		}
		out[i] = c
	}
	return out
}

func contains(have, want any) bool {
	all, _ := have.([]string)
	for _, w := range want.([]string) {
		if !slices.Contains(all, w) {
			return false
		}
	}
	return true
}

// canonical brings a value, of a suite or of an answer, to the one form in which both are compared. A value that is not of the
// shape comes back as it is, and not sound.
func canonical(shape ruleset.Shape, v any) (out any, sound bool) {
	switch shape {
	case ruleset.Flag:
		_, sound = v.(bool)
		return v, sound
	case ruleset.Word:
		switch v.(type) {
		case nil, string, bool:
			return v, true
		}
		return v, false
	case ruleset.Routes:
		return canonicalRoutes(v)
	case ruleset.Cells:
		return canonicalCells(v)
	}
	list, ok := v.([]any)
	if !ok {
		return v, false
	}
	ids := make([]string, len(list))
	for i, e := range list {
		if ids[i], ok = idOf(e); !ok {
			return v, false
		}
	}
	if shape == ruleset.Set {
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	return ids, true
}

// idOf is an id, plain or that of an object: `rules` and `defeated` are lists of objects.
func idOf(v any) (string, bool) {
	if m, ok := v.(map[string]any); ok {
		v = m["id"]
	}
	id, ok := v.(string)
	return id, ok
}

type route struct {
	Facts   map[string]any `json:"facts"`
	Outcome string         `json:"outcome"`
}

func canonicalRoutes(v any) (any, bool) {
	list, ok := v.([]any)
	if !ok {
		return v, false
	}
	routes := make([]route, 0, len(list))
	for _, e := range list {
		m, _ := e.(map[string]any)
		facts, okFacts := m["facts"].(map[string]any)
		outcome, okOutcome := m["outcome"].(string)
		if !okFacts || !okOutcome {
			return v, false
		}
		r := route{Facts: map[string]any{}, Outcome: outcome}
		for name, value := range facts {
			r.Facts[name] = number(value)
		}
		routes = append(routes, r)
	}
	slices.SortFunc(routes, func(a, b route) int { return bytes.Compare(encode(a), encode(b)) })
	return slices.CompactFunc(routes, func(a, b route) bool { return bytes.Equal(encode(a), encode(b)) }), true
}

// number makes 3, 3.0 and 30e-1 one. Whole numbers keep all their digits.
func number(v any) any {
	switch n := v.(type) {
	case json.Number:
		if strings.ContainsAny(string(n), ".eE") {
			if f, err := n.Float64(); err == nil {
				return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
			}
		}
	case []any:
		out := make([]any, len(n))
		for i := range n {
			out[i] = number(n[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(n))
		for k, x := range n {
			out[k] = number(x)
		}
		return out
	}
	return v
}

// encode writes a value with sorted keys. Values come from JSON or YAML, so that there is nothing it could not write.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte(fmt.Sprintf("%#v", v))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// notation writes a compared value as a suite's table would, so that it can be copied into one.
func notation(shape ruleset.Shape, v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		if shape == ruleset.Word {
			return message.Visible(x)
		}
	case []string:
		if len(x) == 0 {
			return "[]"
		}
		text := strings.Join(x, " ")
		if shape == ruleset.Set {
			text = strings.Replace(text, " *", "*", 1)
		}
		return message.Visible(text)
	case []route:
		if len(x) == 0 {
			return "[]"
		}
		texts := make([]string, len(x))
		for i, r := range x {
			var steps []string
			for _, name := range sortedKeys(r.Facts) {
				value := r.Facts[name]
				text := string(encode(value))
				if s, ok := value.(string); ok {
					text = s
				}
				steps = append(steps, name+"="+text)
			}
			texts[i] = strings.Join(steps, " + ") + " → " + r.Outcome
		}
		return message.Visible(strings.Join(texts, "; "))
	}
	return message.Visible(string(encode(v)))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
