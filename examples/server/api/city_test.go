package api

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/store"
)

var update = flag.Bool("update", false, "write goldens anew")

const unit = "市交通运输局"

var (
	nobody    = identity.Identity{}
	applicant = identity.Identity{Subject: "u1", Name: "张三", Verified: true, Roles: []identity.Role{identity.Applicant}}
	stranger  = identity.Identity{Subject: "u2", Name: "李四", Verified: true, Roles: []identity.Role{identity.Applicant}}
	opener    = identity.Identity{Subject: "o1", Name: "王五", Unit: unit, Roles: []identity.Role{identity.Opener}}
	other     = identity.Identity{Subject: "o2", Name: "钱八", Unit: "市民政局", Roles: []identity.Role{identity.Opener}}
	authority = identity.Identity{Subject: "a1", Name: "赵六", Roles: []identity.Role{identity.Authority}}
	auditor   = identity.Identity{Subject: "x1", Name: "孙七", Roles: []identity.Role{identity.Auditor}}
)

// rules are the sample city's, loaded once: they never change.
var rules = sync.OnceValues(sample.Rules)

// city is an API over a platform over a store in a file. Each answer it gives is held against the OpenAPI document.
type city struct {
	*platform.Platform
	t       testing.TB
	handler http.Handler
	spec    *spec
	now     time.Time
	faults  []error          // that clients are not told of
	answers map[string][]int // statuses by operation
	en      bool             // ask for English
}

func newCity(t testing.TB, c Config) *city {
	t.Helper()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 8*3600))
	out := &city{t: t, now: now, answers: map[string][]int{}}
	r, err := rules()
	require.NoError(t, err)
	dir := t.TempDir()
	clock := func() time.Time { return out.now }
	db, err := store.OpenSQLite(t.Context(), filepath.Join(dir, "log.db"), clock)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	keys := map[string][]byte{}
	for _, name := range sample.Keys() {
		keys[name] = bytes.Repeat([]byte{7}, 32)
	}
	out.Platform, err = platform.New(t.Context(), platform.Config{Store: db, Rules: r, Clock: clock, Spool: dir, Keys: keys, Policies: sample.Policies()})
	require.NoError(t, err)
	c.Version = "test"
	out.handler = New(out.Platform, c)
	out.spec = newSpec(t, out.handler)
	return out
}

// seeded has the sample's catalog and data.
func (c *city) seeded() *city {
	require.NoError(c.t, sample.Seed(c.t.Context(), c.Platform))
	return c
}

// do sends a request: a body that is neither bytes, text nor nil goes as JSON.
func (c *city) do(who identity.Identity, method, path string, body any, headers ...string) *httptest.ResponseRecorder {
	c.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
		in = http.NoBody
	case string:
		in = strings.NewReader(b)
	case io.Reader:
		in = b
	default:
		text, err := json.Marshal(b)
		require.NoError(c.t, err)
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, path, in)
	require.NoError(c.t, err)
	r.RequestURI = path
	if c.en {
		r.Header.Set("Accept-Language", "en")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return c.send(who, r)
}

func (c *city) send(who identity.Identity, r *http.Request) *httptest.ResponseRecorder {
	c.t.Helper()
	route := ""
	ctx := WithRoute(identity.With(r.Context(), who), func(name string) { route = name })
	ctx = WithReporter(ctx, func(err error) { c.faults = append(c.faults, err) })
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r.WithContext(ctx))
	if route != "" {
		c.answers[route] = append(c.answers[route], w.Code)
		c.spec.check(c.t, route, w)
	}
	return w
}

// ok sends a request that must go through, and reads its answer.
func ok[T any](c *city, who identity.Identity, method, path string, body any) (v T) {
	c.t.Helper()
	w := c.do(who, method, path, body)
	require.Less(c.t, w.Code, 300, "%s %s: %s %v", method, path, w.Body, c.faults)
	require.NoError(c.t, json.Unmarshal(w.Body.Bytes(), &v), w.Body)
	return v
}

// problemOf reads an error.
func problemOf(t testing.TB, w *httptest.ResponseRecorder) Problem {
	t.Helper()
	require.Equal(t, problemType, w.Header().Get("Content-Type"), w.Body)
	var p Problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	assert.Equal(t, w.Code, p.Status)
	assert.NotEmpty(t, p.Title)
	assert.NotEmpty(t, p.Code)
	return p
}

// first is the first open entry of an open type and the unit, for which the base conditions hold.
func (c *city) first(openType catalog.OpenType) string {
	for _, e := range c.Catalog().Entries {
		if a, err := c.Access(e.ID); err == nil && e.OpenType == openType && e.Unit == unit && a.Name() != "parking-bays" {
			return e.ID
		}
	}
	c.t.Fatalf("no %s entry of %s", openType, unit)
	return ""
}

// caseOf is what of a case a test reads.
type caseOf struct {
	ID       string         `json:"id"`
	Opens    string         `json:"opens"`
	Stated   map[string]any `json:"stated"`
	Advice   map[string]any `json:"advice"`
	Standing struct {
		State     string           `json:"state"`
		Deadlines []map[string]any `json:"deadlines"`
	} `json:"standing"`
}

func complete() map[string]any {
	return map[string]any{"qualification_materials": "provided", "security_materials": "provided", "scenario_described": true, "agreement_accepted": true}
}

// file is data that fit an entry.
func (c *city) file(entry string) string {
	e, err := c.Entry(entry)
	require.NoError(c.t, err)
	var names []string
	for _, i := range e.Items {
		names = append(names, i.Name)
	}
	return strings.Join(names, ",") + "\nP001" + strings.Repeat(",", len(names)-1) + "\n"
}

// fill writes into the blanks of a draft what a person would.
func fill(a condition.Agreement) *condition.Agreement {
	a.Provider.Code, a.Provider.Contact = "11440300000000000X", "0755-00000000"
	a.User.Code, a.User.Contact = "440300190001010000", "test@example.cn"
	a.Scenario, a.Usage = "智慧交通研究", condition.UsageTerm{Code: "download", Label: "下载"}
	a.Period = condition.AgreementPeriod{From: "2026-11-01", Until: "2027-11-30"}
	terms := make([]condition.Term, 0, len(a.Terms))
	for _, t := range a.Terms {
		clauses := []condition.Clause{}
		have := map[string]bool{}
		for _, cl := range t.Clauses {
			if strings.Contains(cl.Text, "【") {
				cl.Text = "按双方约定的期限和方式履行"
			}
			have[cl.Part] = true
			clauses = append(clauses, cl)
		}
		for _, part := range t.ID.Parts() {
			if !have[part] {
				clauses = append(clauses, condition.Clause{Part: part, Text: "按双方约定的期限和方式履行"})
			}
		}
		t.Clauses = clauses
		terms = append(terms, t)
	}
	a.Terms = terms
	return &a
}

// spec is the OpenAPI document as a validator.
type spec struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

const specURL = "https://example.cn/openapi.json"

func newSpec(t testing.TB, h http.Handler) *spec {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/openapi.json", nil))
	require.Equal(t, 200, w.Code)
	v, err := jsonschema.UnmarshalJSON(w.Body)
	require.NoError(t, err)
	s := &spec{doc: v.(map[string]any), compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	s.compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, s.compiler.AddResource(specURL, v))
	return s
}

func (s *spec) schema(t testing.TB, pointer ...string) *jsonschema.Schema {
	t.Helper()
	at := specURL + "#"
	for _, p := range pointer {
		at += "/" + strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D").Replace(p)
	}
	if s.schemas[at] == nil {
		c, err := s.compiler.Compile(at)
		require.NoError(t, err)
		s.schemas[at] = c
	}
	return s.schemas[at]
}

// dig reads a value of the document; nil where there is none.
func (s *spec) dig(pointer ...string) map[string]any {
	v := s.doc
	for _, p := range pointer {
		v, _ = v[p].(map[string]any)
	}
	return v
}

// check holds an answer against what the document says of it.
func (s *spec) check(t testing.TB, route string, w *httptest.ResponseRecorder) {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	at := []string{"paths", path, strings.ToLower(method), "responses", http.StatusText(0)}
	at[4] = itoa(w.Code)
	if w.Code == http.StatusMethodNotAllowed { // of every address
		return
	}
	require.NotNil(t, s.dig(at...), "%s answers %d, which the document does not tell of: %s", route, w.Code, w.Body)
	if w.Code == http.StatusNotModified {
		assert.Empty(t, w.Body.String())
		assert.Empty(t, w.Header().Get("Content-Type"))
		return
	}
	kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	at = append(at, "content", kind)
	require.NotNil(t, s.dig(at...), "%s answers %d as %q, which the document does not tell of", route, w.Code, kind)
	if !strings.HasSuffix(kind, "json") {
		return
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	require.NoError(t, err, "%s: %s", route, w.Body)
	assert.NoError(t, s.schema(t, append(at, "schema")...).Validate(v), "%s: %.2000s", route, w.Body)
}

func itoa(n int) string {
	text, _ := json.Marshal(n) // a number
	return string(text)
}

// golden holds a text against a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644)) //nolint:gosec // for people
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func read(t testing.TB, w *httptest.ResponseRecorder) (a condition.Agreement) {
	t.Helper()
	require.Equal(t, 200, w.Code, w.Body)
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
	return a
}
