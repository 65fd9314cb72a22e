package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// operations are those of the document, by id.
type operation struct {
	id, method, path, summary, tag string
	route                          string // of a fuzzer's, whose path has its parameters
	roles                          []string
	responses                      map[string]any
}

func (s *spec) operations(t *testing.T) map[string]operation {
	t.Helper()
	out := map[string]operation{}
	for path, item := range s.dig("paths") {
		for method, v := range item.(map[string]any) {
			o := v.(map[string]any)
			op := operation{id: o["operationId"].(string), method: strings.ToUpper(method), path: path, summary: o["summary"].(string), tag: o["tags"].([]any)[0].(string)}
			op.responses = o["responses"].(map[string]any)
			if security, ok := o["security"].([]any); ok {
				for _, role := range security[0].(map[string]any)["session"].([]any) {
					op.roles = append(op.roles, role.(string))
				}
			}
			require.NotContains(t, out, op.id)
			out[op.id] = op
		}
	}
	return out
}

func TestTheDocumentIsValid(t *testing.T) {
	c := newCity(t, Config{})
	s := c.spec
	assert.Equal(t, "3.1.0", s.doc["openapi"])
	for name := range s.dig("components", "schemas") {
		s.schema(t, "components", "schemas", name)
		assert.NotContains(t, name, "Huma")
	}
	var lines []string
	for id, o := range s.operations(t) {
		assert.NotEmpty(t, o.summary, id)
		params := map[string]bool{}
		raw := s.dig("paths", o.path, strings.ToLower(o.method))
		for _, p := range list(raw["parameters"]) {
			if p := p.(map[string]any); p["in"] == "path" {
				params[p["name"].(string)] = true
			}
		}
		for _, part := range strings.Split(o.path, "/") {
			if name, _, ok := strings.Cut(strings.TrimPrefix(part, "{"), "}"); ok {
				assert.True(t, params[name], "%s: %s is not described", id, name)
			}
		}
		assert.Contains(t, o.responses, "500")
		if len(o.roles) > 0 {
			assert.Contains(t, o.responses, "401", id)
			assert.Contains(t, o.responses, "403", id)
		}
		for status, r := range o.responses {
			for kind, m := range r.(map[string]any) {
				if kind != "content" {
					continue
				}
				for media := range m.(map[string]any) {
					s.schema(t, "paths", o.path, strings.ToLower(o.method), "responses", status, "content", media, "schema")
					if status >= "400" {
						assert.Equal(t, problemType, media)
					}
				}
			}
		}
		lines = append(lines, fmt.Sprintf("%-22s %-4s %s", id, o.method, o.path))
	}
	slices.Sort(lines)
	golden(t, "operations.golden", strings.Join(lines, "\n")+"\n")
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func TestTheDocumentIsTheSameInYAML(t *testing.T) {
	c := newCity(t, Config{})
	w := c.do(nobody, http.MethodGet, "/openapi.yaml", nil)
	require.Equal(t, 200, w.Code)
	var v any
	require.NoError(t, yaml.Unmarshal(w.Body.Bytes(), &v))
	fromYAML, err := json.Marshal(v)
	require.NoError(t, err)
	assert.JSONEq(t, c.do(nobody, http.MethodGet, "/openapi.json", nil).Body.String(), string(fromYAML))
}

func TestTheDocumentIsNotSentTwice(t *testing.T) {
	c := newCity(t, Config{})
	for _, path := range []string{"/openapi.json", "/openapi.yaml"} {
		first := c.do(nobody, http.MethodGet, path, nil)
		again := c.do(nobody, http.MethodGet, path, nil, "If-None-Match", first.Header().Get("ETag"))
		assert.Equal(t, 304, again.Code)
		assert.Empty(t, again.Body.String())
	}
}

// Bodies must name each thing they hold: what is not described is refused, and not passed over.
func TestBodiesAreClosed(t *testing.T) {
	s := newCity(t, Config{}).spec
	for _, name := range slices.Sorted(maps.Keys(s.dig("components", "schemas"))) {
		schema := s.dig("components", "schemas", name)
		if schema["type"] == "object" && schema["properties"] != nil {
			assert.Equal(t, false, schema["additionalProperties"], name)
		}
	}
}
