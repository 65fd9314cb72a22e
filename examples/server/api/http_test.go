package api

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/quickstart/data"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

func TestWhatSomebodyHasIsNotSentAgain(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	entry := c.first(catalog.Conditional)
	for _, path := range []string{
		"/entries", "/entries?q=停车&limit=2", "/entries.csv", "/entries/" + entry, "/entries/" + entry + "/conditions", "/entries/" + entry + "/conditions.md",
		"/entries/" + entry + "/form", "/rules", "/lifecycles/application",
	} {
		path = "/api/v1" + path
		first := c.do(nobody, "GET", path, nil)
		tag := first.Header().Get("ETag")
		require.NotEmpty(t, tag, path)
		assert.Equal(t, "no-cache", first.Header().Get("Cache-Control"), path)
		for _, header := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			again := c.do(nobody, "GET", path, nil, "If-None-Match", header)
			assert.Equal(t, 304, again.Code, path)
			assert.Equal(t, tag, again.Header().Get("ETag"), path)
			assert.Equal(t, "no-cache", again.Header().Get("Cache-Control"), path)
		}
		assert.Equal(t, 200, c.do(nobody, "GET", path, nil, "If-None-Match", `"other"`).Code, path)
	}
	zh := c.do(nobody, "GET", "/api/v1/entries/"+entry+"/conditions.md", nil)
	en := c.do(nobody, "GET", "/api/v1/entries/"+entry+"/conditions.md", nil, "Accept-Language", "en-GB,en;q=0.9")
	assert.NotEqual(t, zh.Header().Get("ETag"), en.Header().Get("ETag"), "each language has its own")
	assert.Contains(t, zh.Header().Get("Vary"), "Accept-Language")
	for _, path := range []string{"/api/v1/entries/none", "/api/v1/nothing", "/api/v1/entries?limit=0"} {
		w := c.do(nobody, "GET", path, nil, "If-None-Match", "*")
		assert.GreaterOrEqual(t, w.Code, 400, "an error is always sent")
		assert.Empty(t, w.Header().Get("ETag"))
	}
}

func TestTheTagOfAnEntryChangesWithItsData(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	entry := c.first(catalog.Unconditional)
	before := c.do(nobody, "GET", "/api/v1/entries/"+entry, nil).Header().Get("ETag")
	ok[any](c, opener, "PUT", "/api/v1/entries/"+entry+"/data?name=data.csv", c.file(entry))
	after := c.do(nobody, "GET", "/api/v1/entries/"+entry, nil, "If-None-Match", before)
	assert.Equal(t, 200, after.Code)
	assert.NotEqual(t, before, after.Header().Get("ETag"))
}

func TestHEADIsAGETWithoutABody(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	server := httptest.NewServer(c.handler)
	defer server.Close()
	for path, status := range map[string]int{"/api/v1/entries": 200, "/openapi.json": 200, "/api/v1/entries/none": 404, "/api/v1/log": 401} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+path, nil)
		require.NoError(t, err)
		w, err := server.Client().Do(r)
		require.NoError(t, err)
		assert.Equal(t, status, w.StatusCode, path)
		require.NoError(t, w.Body.Close())
	}
	p := ok[caseOf](c, applicant, "POST", "/api/v1/permissions", map[string]any{"entry": "YW01003", "commitment_signed": true}).ID
	before, _ := c.Head()
	w := c.do(applicant, "HEAD", "/api/v1/permissions/"+p+"/data", nil)
	assert.Equal(t, 405, w.Code, "a download is a use each time")
	assert.Equal(t, "GET", w.Header().Get("Allow"))
	after, _ := c.Head()
	assert.Equal(t, before, after)
}

func TestMethodsThatAnAddressDoesNotHave(t *testing.T) {
	c := newCity(t, Config{})
	for path, allow := range map[string]string{
		"/api/v1/entries": "GET, HEAD", "/api/v1/catalog": "PUT", "/api/v1/applications": "GET, HEAD, POST", "/api/v1/applications/x/agreement": "GET, HEAD, PUT", "/openapi.json": "GET, HEAD",
	} {
		w := c.do(authority, "PATCH", path, nil)
		assert.Equal(t, 405, w.Code, path)
		assert.Equal(t, allow, w.Header().Get("Allow"), path)
		assert.Equal(t, "method", problemOf(t, w).Code)
	}
}

func TestWhoMustSignInIsToldHow(t *testing.T) {
	c := newCity(t, Config{})
	w := c.do(nobody, "GET", "/api/v1/log", nil)
	assert.Equal(t, 401, w.Code)
	assert.Contains(t, w.Header().Get("WWW-Authenticate"), "/auth/signin")
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

// The session's cookie is what says who somebody is.
func TestSessions(t *testing.T) {
	c := newCity(t, Config{})
	sessions, err := identity.NewSessions([]byte(strings.Repeat("k", 32)), strings.NewReader(strings.Repeat("r", 1000)), func() time.Time { return c.now }, false)
	require.NoError(t, err)
	h := sessions.Middleware(c.handler)
	signIn := httptest.NewRecorder()
	require.NoError(t, sessions.Begin(signIn, auditor))
	get := func(cookie string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/log", nil)
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	cookie, _, _ := strings.Cut(signIn.Header().Get("Set-Cookie"), ";")
	assert.Equal(t, 200, get(cookie))
	assert.Equal(t, 401, get(""))
	assert.Equal(t, 401, get(cookie[:len(cookie)-4]+"AAAA"))
	c.now = c.now.AddDate(0, 0, 1)
	assert.Equal(t, 401, get(cookie), "it ends")
}

func TestPages(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	all := ok[platform.Found](c, nobody, "GET", "/api/v1/entries?limit=100", nil)
	var ids []string
	pages := 0
	for next := "/api/v1/entries?unit=" + unit + "&limit=2"; next != ""; pages++ {
		w := c.do(nobody, "GET", next, nil)
		var f platform.Found
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &f))
		for _, e := range f.Entries {
			ids = append(ids, e.ID)
			assert.Equal(t, unit, e.Unit, "the next page asks for the same")
		}
		next = linked(t, w.Header())
	}
	assert.Greater(t, pages, 1)
	assert.Len(t, ids, len(unique(ids)))
	assert.Less(t, len(ids), all.Total)
	applied(c, c.first(catalog.Conditional))
	applied(c, c.first(catalog.Conditional))
	w := c.do(applicant, "GET", "/api/v1/applications?limit=1", nil)
	assert.Equal(t, "/api/v1/applications?limit=1&offset=1", linked(t, w.Header()))
	assert.Empty(t, linked(t, c.do(applicant, "GET", "/api/v1/applications?limit=1&offset=1", nil).Header()))
	assert.Empty(t, ok[List[caseOf]](c, applicant, "GET", "/api/v1/applications?offset=1000000", nil).Items)
}

func unique(list []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range list {
		out[s] = true
	}
	return out
}

// Nothing in a table that we write is a formula to a spreadsheet.
func TestTablesAreGuarded(t *testing.T) {
	c := newCity(t, Config{})
	ok[any](c, authority, "PUT", "/api/v1/catalog?name=c.jsonl", evil(t))
	w := c.do(nobody, "GET", "/api/v1/entries.csv", nil)
	assert.Equal(t, "text/csv; charset=utf-8", w.Header().Get("Content-Type"))
	text, bom := strings.CutPrefix(w.Body.String(), "\ufeff")
	assert.True(t, bom, "by which Excel knows UTF-8")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 1)
	found := false
	for _, row := range rows {
		for _, cell := range row {
			assert.NotContains(t, []string{"=", "+", "-", "@", "\t", "\r"}, (cell + " ")[:1], cell)
			found = found || strings.Contains(cell, "HYPERLINK")
		}
	}
	assert.True(t, found)
}

// evil is the sample's catalog with formulas for names.
func evil(t *testing.T) string {
	t.Helper()
	base, err := data.Files.ReadFile("city-catalog.jsonl")
	require.NoError(t, err)
	var out strings.Builder
	for line := range strings.Lines(string(base)) {
		var e map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		e["name"], e["summary"] = `=HYPERLINK("http://evil")`, "@SUM(1)"
		text, err := json.Marshal(e)
		require.NoError(t, err)
		out.Write(append(text, '\n'))
	}
	return out.String()
}

func TestNamesOfFiles(t *testing.T) {
	for name, want := range map[string]string{
		"data.csv": "data.csv", "/etc/passwd": "passwd", `C:\data\停车.csv`: "停车.csv", "../../x.csv": "x.csv", "": "", ".": "", "..": "", "a/": "", "a\r\nSet-Cookie: x": "",
		"a\u202evsc.exe": "", " a.csv ": "a.csv", "\x00": "",
	} {
		assert.Equal(t, want, baseName(name), "%q", name)
	}
	assert.Equal(t, "attachment; filename=a.csv", attachment("a.csv"))
	assert.Equal(t, `attachment; filename="a b\".csv"`, attachment(`a b".csv`))
	rapid.Check(t, func(t *rapid.T) {
		header := attachment(rapid.String().Draw(t, "name"))
		assert.NotContains(t, header, "\n")
		assert.NotContains(t, header, "\r")
		for _, r := range header {
			assert.Less(t, r, rune(0x7f))
		}
	})
}

// Uploads have the platform's limits, and not that of JSON.
func TestUploadsAreLongerThanBodies(t *testing.T) {
	c := newCity(t, Config{MaxBody: 1024}).seeded()
	entry := c.first(catalog.Unconditional)
	file := c.file(entry)
	_, row, _ := strings.Cut(file, "\n")
	file += strings.Repeat(row, 2000)
	require.Greater(t, len(file), 10*1024)
	d := ok[platform.Delivery](c, opener, "PUT", "/api/v1/entries/"+entry+"/data?name=data.csv", file)
	assert.Equal(t, int64(len(file)), d.Data.Size)
	assert.Equal(t, 2001, d.Rows)
}

// Numbers are as they were written: in what is decided, in the log, and in what is shown.
func TestNumbersKeepTheirDigits(t *testing.T) {
	c := newCity(t, Config{}).seeded()
	const bays = "YW01002"
	facts := func(requests string) string {
		return `{"entry": "` + bays + `", "facts": {"qualification_materials": "provided", "security_materials": "provided", "scenario_described": true, "agreement_accepted": true,
			"mlps_level": 3, "blacklisted": false, "scenario": "guidance", "usage_mode": "api", "requests_per_minute": ` + requests + `}}`
	}
	for requests, status := range map[string]int{
		"600": 200, "600.0": 200, "6e2": 200, "600.5": 422, `"600"`: 422, "9007199254740993": 422, "1e400": 422, "-0": 200, "100001": 422,
	} {
		w := c.do(applicant, "POST", "/api/v1/applications", facts(requests))
		require.Equal(t, status, w.Code, "%s: %s", requests, w.Body)
		if status == 200 {
			assert.Contains(t, w.Body.String(), `"requests_per_minute":`+requests+`,`, "as it was stated")
		} else {
			assert.Equal(t, "requests_per_minute", problemOf(t, w).Fact)
		}
	}
	w := c.do(applicant, "POST", "/api/v1/applications", facts("9007199254740993"))
	assert.Contains(t, problemOf(t, w).Detail, "9007199254740993", "not rounded on the way")
	assert.Empty(t, c.faults)
}
