package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Bodies of the form that is described, with anything in them: they get past the form, and no further than the rules let them.
func TestNoBodyOfTheFormMakesTheServerFail(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	operations := bodies(t, c)
	names := factNames(c)
	statuses := map[int]int{}
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(operations).Draw(t, "operation")
		method, path, _ := strings.Cut(o.route, " ")
		schema := c.spec.dig("paths", path, strings.ToLower(method), "requestBody", "content", "application/json", "schema")
		text, err := json.Marshal(c.spec.draw(t, schema, names))
		require.NoError(t, err)
		c.faults = nil
		w := c.do(everybody, o.method, o.path, string(text))
		statuses[w.Code]++
		require.Less(t, w.Code, 500, "%s %s %s: %s %v", o.method, o.path, text, w.Body, c.faults)
	})
	t.Log(statuses) // what came of them depends on the draws
}

// factNames are those that the forms and lifecycles of the sample know.
func factNames(c *city) []string {
	names := map[string]bool{"": true, "nonsense": true}
	for _, entry := range []string{"YW01002", "YW01003"} {
		a, err := c.Access(entry)
		require.NoError(c.t, err)
		for _, f := range a.Facts() {
			names[f.Name] = true
		}
	}
	for _, k := range []string{
		"lacking", "reason", "upheld", "breach", "opinion", "rectify_by", "valid_until", "ground", "statement", "id", "at", "permission", "user", "action", "dataset", "scenario",
		"usage_mode", "rows", "abroad", "raw",
	} {
		names[k] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// draw makes a value of a schema, mostly.
func (s *spec) draw(t *rapid.T, schema map[string]any, names []string) any {
	if ref, ok := schema["$ref"].(string); ok {
		return s.draw(t, s.dig("components", "schemas", ref[strings.LastIndexByte(ref, '/')+1:]), names)
	}
	if enum := list(schema["enum"]); len(enum) > 0 {
		return rapid.SampledFrom(enum).Draw(t, "enum")
	}
	kind := schema["type"]
	if kinds := list(kind); len(kinds) > 0 {
		kind = kinds[0]
	}
	switch kind {
	case "object":
		properties, _ := schema["properties"].(map[string]any)
		if properties == nil {
			return rapid.MapOfN(rapid.SampledFrom(names), anything(2), 0, 12).Draw(t, "facts")
		}
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if slices.Contains(list(schema["required"]), any(name)) || rapid.Bool().Draw(t, name) {
				out[name] = s.draw(t, properties[name].(map[string]any), names)
			}
		}
		return out
	case "array":
		out := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			out = append(out, s.draw(t, schema["items"].(map[string]any), names))
		}
		return out
	case "boolean":
		return rapid.Bool().Draw(t, "flag")
	case "string":
		return words().Draw(t, "text")
	}
	return anything(1).Draw(t, "any")
}

func words() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{
		"YW01002", "YW01003", "provided", "approve", "download", "2026-12-31", "2026-11-23T09:00:00+08:00", "0000-00-00", "P-000001", "supplement_requested", "breach_found",
		"opening_held", "feedback_given", "application_withdrawn", "banfa.agreement/v1", "zh", "=1+1", "\x00", strings.Repeat("长", 300),
	}), rapid.String())
}

// anything is JSON of a depth.
func anything(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Just[any](json.Number("1e400")), rapid.Just[any](json.Number("9007199254740993")), rapid.Just[any](json.Number("-0.0")),
		words().AsAny(), rapid.Bool().AsAny(), rapid.Int().AsAny(), rapid.IntRange(0, 5).AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars, rapid.SliceOfN(anything(depth-1), 0, 3).AsAny(), rapid.MapOfN(words(), anything(depth-1), 0, 3).AsAny())...)
}
