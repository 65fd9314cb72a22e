package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// Each kind of error that somebody can meet, in both languages, as they are sent.
func TestProblems(t *testing.T) {
	c := newCity(t, Config{MaxBody: 4096}).seeded()
	entry, free := c.first(catalog.Conditional), c.first(catalog.Unconditional)
	app := applied(c, entry)
	at := "/api/v1/applications/" + app
	facts := map[string]any{"entry": entry, "facts": complete()}
	changed, blank := settlement(c), settlement(c)
	changed["digest"], blank["reason"] = "sha256:0", "\t"
	cases := []struct {
		about        string
		who          identity.Identity
		method, path string
		body         any
		headers      []string
	}{
		{"nobody's address", nobody, "GET", "/api/v1/nothing", nil, nil},
		{"outside", nobody, "GET", "/", nil, nil},
		{"a method that the address does not have", nobody, "DELETE", "/api/v1/entries", nil, nil},
		{"an entry that is not there", nobody, "GET", "/api/v1/entries/none", nil, nil},
		{"sign in first", nobody, "POST", "/api/v1/applications", facts, nil},
		{"another role", opener, "POST", "/api/v1/applications", facts, nil},
		{"somebody else's case", stranger, "GET", at, nil, nil},
		{"no body", applicant, "POST", "/api/v1/applications", nil, nil},
		{"not JSON", applicant, "POST", "/api/v1/applications", "{\"entry\":\n  nonsense}", nil},
		{"cut short", applicant, "POST", "/api/v1/applications", `{"entry": "x"`, nil},
		{"two values", applicant, "POST", "/api/v1/applications", `{} {}`, nil},
		{"a key twice", applicant, "POST", "/api/v1/applications", `{"entry": "a", "Entry": "b", "facts": {}}`, nil},
		{"not UTF-8", applicant, "POST", "/api/v1/applications", "{\"entry\": \"\xff\"}", nil},
		{"too deep", applicant, "POST", "/api/v1/applications", strings.Repeat("[", 70) + strings.Repeat("]", 70), nil},
		{"too large", applicant, "POST", "/api/v1/applications", `"` + strings.Repeat("a", 4095) + `"`, nil},
		{"another type", applicant, "POST", "/api/v1/applications", "entry=x", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"an unknown key", applicant, "POST", "/api/v1/applications", `{"entry": "x", "facts": {}, "role": "authority"}`, nil},
		{"what is missing", applicant, "POST", "/api/v1/applications", `{}`, nil},
		{"wrong types", applicant, "POST", "/api/v1/permissions", `{"entry": 1, "commitment_signed": "yes"}`, nil},
		{"not an object", applicant, "POST", "/api/v1/permissions", `[]`, nil},
		{"facts that are none", applicant, "POST", "/api/v1/applications", `{"entry": "x", "facts": []}`, nil},
		{"too long and too short", stranger, "POST", "/api/v1/objections", map[string]any{"entry": strings.Repeat("e", 201), "ground": "whim", "statement": ""}, nil},
		{"beyond the page", nobody, "GET", "/api/v1/entries?limit=1000&offset=-1", nil, nil},
		{"not a number", nobody, "GET", "/api/v1/entries?limit=many", nil, nil},
		{"not one of the open types", nobody, "GET", "/api/v1/entries.csv?open_type=closed", nil, nil},
		{"no such kind of case", nobody, "GET", "/api/v1/lifecycles/none", nil, nil},
		{"a fact of another type", nobody, "POST", "/api/v1/entries/" + entry + "/check", `{"facts": {"scenario_described": "perhaps"}}`, nil},
		{"a fact that there is not", nobody, "POST", "/api/v1/entries/" + entry + "/check", `{"facts": {"beauty": 1}}`, nil},
		{"open without conditions", applicant, "POST", "/api/v1/applications", map[string]any{"entry": free, "facts": complete()}, nil},
		{"open on conditions", applicant, "POST", "/api/v1/permissions", map[string]any{"entry": entry, "commitment_signed": true}, nil},
		{"not signed", applicant, "POST", "/api/v1/permissions", map[string]any{"entry": free, "commitment_signed": false}, nil},
		{"too early", authority, "POST", at + "/decision", map[string]any{"decision": "approve"}, nil},
		{"no agreement yet", applicant, "GET", at + "/agreement", nil, nil},
		{"an event of another operation", authority, "POST", at + "/events", map[string]any{"event": "application_accepted"}, nil},
		{"an event that there is not", authority, "POST", at + "/events", map[string]any{"event": "wish"}, nil},
		{"an agreement of another schema", opener, "PUT", at + "/agreement", map[string]any{
			"schema": "x", "lang": "zh", "title": "", "provider": map[string]any{"name": "", "code": "", "contact": ""}, "user": map[string]any{"name": "", "code": "", "contact": ""},
			"datasets": []string{}, "scenario": "", "usage": map[string]any{"code": "", "label": ""}, "period": map[string]any{"from": "", "until": ""}, "terms": []any{},
		}, nil},
		{"a file without a name", authority, "PUT", "/api/v1/catalog", "x", nil},
		{"a name that is none", authority, "PUT", "/api/v1/catalog?name=a/..", "x", nil},
		{"a catalog that is none", authority, "PUT", "/api/v1/catalog?name=c.jsonl", "{", nil},
		{"a file of another kind", opener, "PUT", "/api/v1/entries/" + free + "/data?name=d.csv", "\x00\x01", nil},
		{"identifiers of persons", opener, "PUT", "/api/v1/entries/" + free + "/data?name=d.csv", strings.Replace(c.file(free), "P001", "11010519491231002X", 1), nil},
		{"a finding that has changed", authority, "POST", "/api/v1/review/fusion/dispositions", changed, nil},
		{"a finding that there is not", authority, "POST", "/api/v1/review/fusion/dispositions", map[string]any{"finding": "x", "digest": "x", "decision": "accept", "reason": "x"}, nil},
		{"a disposition without a reason", authority, "POST", "/api/v1/review/fusion/dispositions", blank, nil},
		{"the sessions of somebody else", applicant, "POST", "/api/v1/sessions/end", map[string]any{"subject": "u2"}, nil},
		{"a use that cannot be read", authority, "POST", "/api/v1/usage", `{"id": 1}`, nil},
	}
	for _, lang := range []string{"zh", "en"} {
		var out strings.Builder
		for _, k := range cases {
			w := c.do(k.who, k.method, k.path, k.body, append(k.headers, "Accept-Language", lang)...)
			p := problemOf(t, w)
			_, _ = fmt.Fprintf(&out, "## %s\n%d %s\n%s\n", k.about, p.Status, p.Code, p.Title)
			for _, line := range []string{p.Detail, p.Fact} {
				if line != "" {
					_, _ = fmt.Fprintln(&out, line)
				}
			}
			for _, f := range p.Errors {
				_, _ = fmt.Fprintf(&out, "- %s: %s\n", f.Location, f.Message)
			}
			if lang == "zh" {
				for _, f := range p.Errors {
					assert.NotEqual(t, inChinese("?"), f.Message, "%s: %s is in Chinese too", k.about, f.Location)
				}
			}
		}
		golden(t, "problems."+lang+".golden", out.String())
	}
	assert.Empty(t, c.faults)
}

func TestEveryRefusalIsToldInEnglish(t *testing.T) {
	for _, code := range []string{
		"not_conditional", "not_unconditional", "requirements", "illegal_event", "decision", "record", "not_approved", "agreement", "no_agreement", "catalog", "data",
		"release", "policy", "not_open", "permission", "held", "not_yet", "expired", "not_delivered", "not_in_force", "finding_changed", "disposition",
	} {
		assert.NotEmpty(t, refusals(code), code)
	}
}

// What the server says of its own faults goes to its log, and not to clients.
func TestFaultsKeepTheirWords(t *testing.T) {
	var reported []error
	ctx := WithReporter(t.Context(), func(err error) { reported = append(reported, err) })
	for _, k := range []struct {
		err    error
		status int
		told   bool
	}{
		{errors.New("password=secret"), 500, true},
		{fmt.Errorf("%w: /var/secret is full", store.ErrReadOnly), 507, true},
		{fmt.Errorf("secret: %w", context.Canceled), 499, false},
		{fmt.Errorf("secret: %w", store.ErrConflict), 409, false},
		{fmt.Errorf("secret: %w", store.ErrNotFound), 404, false},
		{&lostError{errors.New("secret")}, 400, false},
		{&platform.RefusedError{Code: "internal", Reason: "x"}, 409, false},
	} {
		reported = nil
		var p *Problem
		require.ErrorAs(t, problem(ctx, k.err), &p)
		assert.Equal(t, k.status, p.Status, "%v", k.err)
		assert.NotContains(t, p.Detail, "secret")
		assert.Equal(t, k.told, len(reported) == 1, "%v", k.err)
	}
}

// An upload that ends before its end is nobody's catalog.
func TestAnUploadThatIsLost(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	before, _ := c.Head()
	lost := io.MultiReader(strings.NewReader(`{"id":"X1","name":"x"}`+"\n"), broken{errors.New("connection reset")})
	assert.Equal(t, "body", problemOf(t, c.do(authority, "PUT", "/api/v1/catalog?name=c.jsonl", lost)).Code)
	assert.Equal(t, "body", problemOf(t, c.do(applicant, "POST", "/api/v1/applications", broken{errors.New("connection reset")})).Code)
	assert.Equal(t, "slow", problemOf(t, c.do(applicant, "POST", "/api/v1/applications", broken{timeout{}})).Code)
	after, _ := c.Head()
	assert.Equal(t, before, after)
	assert.Empty(t, c.faults)
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// A client that goes away is no fault of the server.
func TestAClientThatIsGone(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/v1/log/verify", nil)
	ctx = identity.With(WithReporter(ctx, func(err error) { c.faults = append(c.faults, err) }), auditor)
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r.WithContext(ctx))
	assert.Equal(t, "canceled", problemOf(t, w).Code)
	p := ok[caseOf](c, applicant, http.MethodPost, "/api/v1/permissions", map[string]any{"entry": "YW01003", "commitment_signed": true}).ID
	for _, path := range []string{"/api/v1/permissions/" + p + "/data", "/api/v1/entries", "/openapi.json"} {
		r = httptest.NewRequestWithContext(identity.With(t.Context(), applicant), http.MethodGet, path, nil)
		assert.NotPanics(t, func() { c.handler.ServeHTTP(gone{httptest.NewRecorder()}, r) }, path)
	}
}

// gone is a client that takes nothing.
type gone struct{ *httptest.ResponseRecorder }

func (gone) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
