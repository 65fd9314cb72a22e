package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
)

// everybody has every role, so that a fuzzer gets past the gate.
var everybody = identity.Identity{Subject: "f1", Name: "冯十", Verified: true, Unit: unit, Roles: identity.Roles()}

// Whatever comes as a body, the answer is one that the document tells of, and never that the server failed.
func FuzzBodies(f *testing.F) {
	c := newCity(f, Config{MaxBody: 4096}).seeded()
	operations := bodies(f, c)
	for i := range operations {
		for _, text := range []string{
			`{}`, `[]`, `null`, `{"entry":"YW01003","facts":{}}`, `{"entry":"YW01003","commitment_signed":true}`, `{"facts":{"scenario_described":1e999}}`,
			`{"event":"supplement_requested","facts":{"lacking":[{}]}}`, `{"decision":"approve","reason":"\u0000"}`, `{"entry":"YW01002","ground":"rights","statement":"x"}`,
			`{"id":"e","at":"2026-11-23T09:00:00+08:00","permission":"P-000001","user":"u","action":"view","rows":-1}`, "\xff", `{"a":1,"A":2}`, `"` + strings.Repeat("a", 5000) + `"`,
		} {
			f.Add(uint8(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, text string) {
		o := operations[int(i)%len(operations)]
		c.t, c.faults = t, nil
		w := c.do(everybody, o.method, o.path, text)
		require.Less(t, w.Code, 500, "%s %s: %s %v", o.method, o.path, w.Body, c.faults)
		require.True(t, json.Valid(w.Body.Bytes()))
	})
}

// bodies are the operations with a body of JSON, on cases that are there.
func bodies(t testing.TB, c *city) []operation {
	entry, free := c.first(catalog.Conditional), c.first(catalog.Unconditional)
	application := approved(c, entry)
	permission := ok[caseOf](c, applicant, "POST", "/api/v1/permissions", map[string]any{"entry": free, "commitment_signed": true}).ID
	objection := ok[caseOf](c, applicant, "POST", "/api/v1/objections", map[string]any{"entry": free, "ground": "rights", "statement": "x"}).ID
	var out []operation
	for path, item := range c.spec.dig("paths") {
		for method := range item.(map[string]any) {
			if c.spec.dig("paths", path, method, "requestBody", "content", "application/json") == nil {
				continue
			}
			id := entry
			for part, value := range map[string]string{"/applications/": application, "/permissions/": permission, "/objections/": objection} {
				if strings.Contains(path, part) {
					id = value
				}
			}
			out = append(out, operation{method: strings.ToUpper(method), path: address(path, id), route: strings.ToUpper(method) + " " + path})
		}
	}
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	require.NotEmpty(t, out)
	return out
}

// Whatever is asked for, by whatever method and with whatever headers.
func FuzzAddresses(f *testing.F) {
	c := newCity(f, Config{}).seeded()
	for _, path := range []string{
		"/", "/api/v1/entries", "/api/v1/entries?limit=1&offset=999999&q=%00", "/api/v1/entries/YW01003", "/api/v1/entries/%2e%2e%2f", "/api/v1//entries", "/api/v1/entries/a%2Fb/form", "/openapi.json",
		"/api/v1/log?after=9223372036854775807", "/api/v1/applications/A-000001", "/api/v1/lifecycles/application?x=;", "*", "/api/v1/review?outcome=x&limit=100", "/api/v1/entries.csv?q=%ff",
	} {
		f.Add("GET", path, "en;q=0.5,*", "application/json", `"x"`)
		f.Add("PUT", path, strings.Repeat("zh-Hans-x,", 50), "text/markdown;q=x", `W/"`)
	}
	f.Fuzz(func(t *testing.T, method, path, language, accept, match string) {
		u, err := url.ParseRequestURI(path)
		if err != nil {
			t.Skip("no server gets it")
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://example.cn/", strings.NewReader("x"))
		if err != nil {
			t.Skip("no method")
		}
		r.URL, r.RequestURI = u, path
		r.Header.Set("Accept-Language", language)
		r.Header.Set("Accept", accept)
		r.Header.Set("If-None-Match", match)
		faults := []error{}
		ctx := identity.With(WithReporter(r.Context(), func(err error) { faults = append(faults, err) }), everybody)
		w := httptest.NewRecorder()
		c.handler.ServeHTTP(w, r.WithContext(ctx))
		require.Less(t, w.Code, 500, "%s %s: %s %v", method, path, w.Body, faults)
		require.NotContains(t, w.Header().Get("Link"), "\n")
	})
}

// What passes for strict JSON is JSON, and what it means does not depend on who reads it.
func FuzzStrict(f *testing.F) {
	for _, text := range []string{`{"a":1}`, `{"a":1,"a":2}`, `{"K":1,"k":2}`, `[[]]`, `1 2`, "\xff", `{"a":{"b":[1,{"c":null}]}}`, strings.Repeat("[", 100), `{"a"`, ``, `"\ud800"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if e := strict([]byte(text)); e != nil {
			require.Positive(t, e.line)
			require.Positive(t, e.column)
			return
		}
		require.True(t, json.Valid([]byte(text)))
		var v map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &v) == nil {
			seen := map[string]bool{}
			for k := range v {
				require.False(t, seen[folded(k)])
				seen[folded(k)] = true
			}
		}
	})
}
