package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/store"
)

// people are one for each role, and the public.
var people = map[string]identity.Identity{
	"public":    {},
	"applicant": {Subject: "u1", Name: "张三", Verified: true, Roles: []identity.Role{identity.Applicant}},
	"unnamed":   {Subject: "u2", Name: "李四", Roles: []identity.Role{identity.Applicant}},
	"opener":    {Subject: "o1", Name: "王五", Unit: "市交通运输局", Roles: []identity.Role{identity.Opener}},
	"stranger":  {Subject: "o2", Name: "钱八", Unit: "市民政局", Roles: []identity.Role{identity.Opener}},
	"authority": {Subject: "a1", Name: "赵六", Roles: []identity.Role{identity.Authority}},
	"auditor":   {Subject: "x1", Name: "孙七", Roles: []identity.Role{identity.Auditor}},
}

var sampleRules = sync.OnceValues(sample.Rules)

// site is a platform with the sample city behind the pages, and a clock that a test moves.
type site struct {
	*platform.Platform
	t        *testing.T
	handler  http.Handler
	sessions *identity.Sessions
	now      time.Time
}

func newSite(t *testing.T) *site {
	t.Helper()
	rules, err := sampleRules()
	require.NoError(t, err)
	return newSiteOf(t, rules, true)
}

func newSiteOf(t *testing.T, rules *banfa.Rules, seeded bool) *site {
	t.Helper()
	s := &site{t: t, now: time.Date(2026, 11, 23, 9, 0, 0, 0, zone())}
	clock := func() time.Time { return s.now }
	log, err := store.OpenSQLite(context.Background(), filepath.Join(t.TempDir(), "log.db"), clock)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, log.Close()) })
	keys := map[string][]byte{}
	for _, name := range sample.Keys() {
		keys[name] = bytes.Repeat([]byte{7}, 32)
	}
	s.Platform, err = platform.New(context.Background(), platform.Config{Store: log, Rules: rules, Clock: clock, Keys: keys, Policies: sample.Policies(), Spool: t.TempDir()})
	require.NoError(t, err)
	if seeded {
		require.NoError(t, sample.Seed(context.Background(), s.Platform))
	}
	s.sessions, err = identity.NewSessions(bytes.Repeat([]byte{1}, 32), rand.Reader, clock, false)
	require.NoError(t, err)
	s.handler = New(s.Platform, s.sessions, Config{Clock: clock})
	return s
}

type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

func (s *site) send(who, method, path, contentType string, body io.Reader, header ...string) answer {
	s.t.Helper()
	r := httptest.NewRequestWithContext(identity.With(s.t.Context(), people[who]), method, path, body)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w, s.t}
}

func (s *site) get(who, path string, header ...string) answer {
	s.t.Helper()
	return s.send(who, http.MethodGet, path, "", nil, header...)
}

// post sends a form with the session's token.
func (s *site) post(who, path string, values url.Values) answer {
	s.t.Helper()
	form := url.Values{"token": {s.sessions.Token(people[who])}}
	for k, v := range values {
		form[k] = v
	}
	return s.send(who, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// upload sends a form with a file.
func (s *site) upload(who, path, token, name string, content io.Reader) answer {
	s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	require.NoError(s.t, w.WriteField("token", token))
	part, err := w.CreateFormFile("file", name)
	require.NoError(s.t, err)
	_, err = io.Copy(part, content)
	require.NoError(s.t, err)
	require.NoError(s.t, w.Close())
	return s.send(who, http.MethodPost, path, w.FormDataContentType(), &body)
}

// goesTo checks that a form was taken, and returns where the browser is sent.
func (a answer) goesTo(prefix string) string {
	a.t.Helper()
	require.Equal(a.t, http.StatusSeeOther, a.Code, "%s", a.text())
	to := a.Header().Get("Location")
	require.True(a.t, strings.HasPrefix(to, prefix), to)
	return to
}

func (a answer) text() string {
	doc, err := html.Parse(strings.NewReader(a.Body.String()))
	if err != nil {
		return a.Body.String()
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(strings.TrimSpace(n.Data) + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// document checks what every page must be: well-formed where it matters, with labels, landmarks, headings in order and ids that are there once.
func (a answer) document() *html.Node {
	a.t.Helper()
	doc, err := html.Parse(strings.NewReader(a.Body.String()))
	require.NoError(a.t, err)
	ids, labels, controls := map[string]int{}, map[string]bool{}, map[string]bool{}
	level, mains, h1s := 0, 0, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			ids[id]++
		}
		for _, x := range n.Attr {
			assert.False(a.t, strings.HasPrefix(x.Key, "on") || x.Key == "style", "inline %s on <%s>", x.Key, n.Data)
			assert.False(a.t, x.Key == "href" && strings.HasPrefix(x.Val, "javascript:"), x.Val)
		}
		switch n.Data {
		case "script", "style":
			assert.Failf(a.t, "inline", "<%s>", n.Data)
		case "main":
			mains++
		case "h1", "h2", "h3", "h4":
			next := int(n.Data[1] - '0')
			assert.LessOrEqual(a.t, next, level+1, "heading <%s> after level %d", n.Data, level)
			level = next
			if next == 1 {
				h1s++
			}
		case "label":
			labels[attr(n, "for")] = true
		case "input", "select", "textarea":
			if attr(n, "type") != "hidden" {
				controls[attr(n, "id")] = true
			}
		case "table":
			assert.NotNil(a.t, child(n, "caption"), "a table without a caption")
		case "form":
			if attr(n, "method") == "post" {
				assert.True(a.t, strings.Contains(render(a.t, n), `name="token"`), "a form without a token: %s", attr(n, "action"))
			}
		}
	}
	for id, count := range ids {
		assert.Equal(a.t, 1, count, "id %q", id)
	}
	for id := range controls {
		assert.True(a.t, labels[id], "no label for %q", id)
	}
	assert.Equal(a.t, 1, mains)
	assert.Equal(a.t, 1, h1s)
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			if to := attr(n, "href"); strings.HasPrefix(to, "#") {
				assert.NotZero(a.t, ids[to[1:]], "a link to %s, which is not there", to)
			}
			for id := range strings.FieldsSeq(attr(n, "aria-describedby") + " " + attr(n, "aria-labelledby")) {
				assert.NotZero(a.t, ids[id], "described by %s, which is not there", id)
			}
		}
	}
	return doc
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func child(n *html.Node, name string) *html.Node {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode && c.Data == name {
			return c
		}
	}
	return nil
}

func render(t *testing.T, n *html.Node) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, html.Render(&b, n))
	return b.String()
}

const (
	bays     = "YW01002" // conditionally open, with conditions of its own
	basics   = "YW01001" // unconditionally open
	records  = "YW01003" // delivered by the sample
	htmlType = "text/html; charset=utf-8"
)

// complete is an application for the bays that meets every condition.
func complete() url.Values {
	return url.Values{
		"qualification_materials": {"provided"}, "security_materials": {"provided"}, "scenario_described": {"true"}, "agreement_accepted": {"true"},
		"mlps_level": {"3"}, "blacklisted": {"false"}, "scenario": {"guidance"}, "usage_mode": {"api"}, "requests_per_minute": {"60"},
	}
}

// with changes one thing of a form.
func with(form url.Values, name string, values ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = v
	}
	out[name] = values
	return out
}

func TestEveryPageIsADocument(t *testing.T) {
	s := newSite(t)
	application := s.post("applicant", "/entries/"+bays+"/apply", with(complete(), "scenario_described", "")).goesTo("/applications/")
	permission := s.post("applicant", "/entries/"+basics+"/commit", url.Values{"commitment_signed": {"true"}}).goesTo("/permissions/")
	objection := s.post("applicant", "/entries/"+basics+"/object", url.Values{"ground": {"rights"}, "statement": {"含有我的电话"}}).goesTo("/objections/")
	for who, paths := range map[string][]string{
		"public":    {"/", "/entries", "/entries?q=停车场&theme=道路交通", "/entries?q=没有这个词", "/entries/" + bays, "/entries/" + basics, "/entries/" + records, "/rules", "/?lang=en"},
		"applicant": {"/", "/entries/" + bays, "/applications", application, "/permissions", permission, "/objections", objection, "/account"},
		"opener":    {"/inbox", "/officer", "/officer?show=paths", "/officer?show=findings", "/alerts", application, permission, objection, "/entries/" + records},
		"authority": {"/inbox", "/officer", "/officer?show=paths", "/officer?show=findings", "/officer?unit=市民政局", "/fusion", "/alerts", "/catalog", "/log", "/log?after=2", application, "/account", "/account?ended=x"},
		"auditor":   {"/officer", "/fusion", "/alerts", "/catalog", "/log", application, permission, objection},
	} {
		for _, path := range paths {
			for _, lang := range languages() {
				t.Run(who+" "+lang+" "+path, func(t *testing.T) {
					s.t = t
					a := s.get(who, path, "Accept-Language", lang)
					require.Equal(t, http.StatusOK, a.Code, "%s", a.text())
					assert.Equal(t, htmlType, a.Header().Get("Content-Type"))
					doc := a.document()
					if !strings.Contains(path, "lang=") {
						assert.Contains(t, render(t, doc), map[string]string{zh: `<html lang="zh-CN">`, en: `<html lang="en">`}[lang])
					}
					assert.NotContains(t, a.Body.String(), "[error.", "a text that is not in the table")
					assert.NotContains(t, a.Body.String(), "%!")
				})
			}
		}
	}
}

// Which role may come where. What is not listed is refused: the public is sent to sign in, or told to; others are told that they may not.
func TestWhoMayComeWhere(t *testing.T) {
	s := newSite(t)
	s.post("applicant", "/entries/"+bays+"/apply", complete()).goesTo("/applications/A-000001")
	s.post("applicant", "/entries/"+basics+"/commit", url.Values{"commitment_signed": {"true"}}).goesTo("/permissions/P-000001")
	s.post("applicant", "/entries/"+basics+"/object", url.Values{"ground": {"quality"}, "statement": {"有误"}}).goesTo("/objections/O-000001")
	const everybody = "public applicant unnamed opener stranger authority auditor"
	const members = "applicant unnamed opener stranger authority auditor"
	const officers = "opener stranger authority"
	allowed := map[string]string{ // by the route's pattern
		"GET /{$}": everybody, "GET /entries": everybody, "GET /entries.csv": everybody, "GET /entries/{id}": everybody, "GET /rules": everybody,
		"POST /fusion": "authority", "GET /account": members, "POST /account/end": members, "GET /applications/{id}/agreement.docx": "applicant opener authority auditor",
		"POST /entries/{id}/check": everybody, "POST /entries/{id}/apply": "applicant unnamed", "POST /entries/{id}/commit": "applicant unnamed",
		"POST /entries/{id}/object": members, "POST /entries/{id}/data": "opener",
		"GET /applications": members, "GET /permissions": members, "GET /objections": members,
		"GET /applications/{id}": "applicant opener authority auditor", "GET /permissions/{id}": "applicant opener authority auditor", "GET /objections/{id}": "applicant opener authority auditor",
		"POST /applications/{id}/events/{event}": "applicant", "POST /permissions/{id}/events/{event}": "applicant", "POST /objections/{id}/events/{event}": "applicant",
		"POST /applications/{id}/supplement": "applicant", "POST /applications/{id}/accept": "opener authority", "POST /applications/{id}/decide": "authority",
		"POST /applications/{id}/agreement": "opener", "POST /applications/{id}/open": "authority", "POST /permissions/{id}/data": "applicant",
		"GET /inbox": officers, "GET /officer": officers + " auditor", "GET /fusion": "authority auditor", "GET /alerts": officers + " auditor", "GET /log": "authority auditor",
		"POST /log/verify": "authority auditor", "GET /catalog": "authority auditor", "POST /catalog": "authority",
	}
	event := map[string]string{"applications": "application_withdrawn", "permissions": "permission_given_up", "objections": "objection_withdrawn"}
	var routes []route
	routes = append(routes, (&server{}).routes()...)
	require.Len(t, routes, len(allowed), "a route without a line in the table")
	seen := map[string]int{}
	for _, r := range routes {
		may, ok := allowed[r.pattern]
		require.True(t, ok, r.pattern)
		method, path, _ := strings.Cut(r.pattern, " ")
		kind := strings.Split(path, "/")[1]
		id := map[string]string{"entries": bays, "applications": "A-000001", "permissions": "P-000001", "objections": "O-000001"}[kind]
		path = strings.NewReplacer("{$}", "", "{id}", id, "{event}", event[kind]).Replace(path)
		for _, who := range strings.Fields(everybody) {
			if strings.Contains(" "+may+" ", " "+who+" ") && method == http.MethodPost {
				continue // what it does is tested elsewhere; here it would change what the next one meets
			}
			t.Run(who+" "+r.pattern, func(t *testing.T) {
				s.t = t
				seq, _ := s.Head()
				var a answer
				switch {
				case r.upload:
					a = s.upload(who, path, s.sessions.Token(people[who]), "x.csv", strings.NewReader("a\n1\n"))
				case method == http.MethodPost:
					a = s.post(who, path, nil)
				default:
					a = s.get(who, path)
				}
				after, _ := s.Head()
				assert.Equal(t, seq, after, "nothing was written")
				switch {
				case strings.HasSuffix(path, ".docx") && strings.Contains(" "+may+" ", " "+who+" "):
					assert.Equal(t, http.StatusConflict, a.Code, "there is no agreement yet")
				case strings.Contains(" "+may+" ", " "+who+" "):
					assert.Equal(t, http.StatusOK, a.Code, "%s", a.text())
				case who == "public" && method == http.MethodGet:
					assert.Equal(t, "/auth/signin?next="+url.QueryEscape(path), a.goesTo("/auth/"))
				case who == "public":
					assert.Equal(t, http.StatusForbidden, a.Code)
					assert.Contains(t, a.Body.String(), "/auth/signin?next=")
				default: // somebody else's case is not there for them
					assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, a.Code, "%s", a.text())
				}
				seen[who]++
			})
		}
	}
	assert.Len(t, seen, 7)
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := newSite(t)
	seq, _ := s.Head()
	for _, r := range (&server{}).routes() {
		method, path, _ := strings.Cut(r.pattern, " ")
		if method != http.MethodPost {
			continue
		}
		path = strings.NewReplacer("{id}", bays, "{event}", "x").Replace(path)
		for name, token := range map[string]string{"no token": "", "the token of another session": s.sessions.Token(people["auditor"])} {
			for _, who := range []string{"applicant", "opener", "authority"} {
				if !r.admits(people[who]) {
					continue
				}
				t.Run(r.pattern+" "+who+" "+name, func(t *testing.T) {
					s.t = t
					var a answer
					if r.upload {
						a = s.upload(who, path, token, "x.csv", strings.NewReader("a\n1\n"))
					} else {
						a = s.send(who, method, path, "application/x-www-form-urlencoded", strings.NewReader(url.Values{"token": {token}}.Encode()))
					}
					assert.Equal(t, http.StatusForbidden, a.Code, "%s", a.text())
					assert.Contains(t, a.text(), "表单已失效")
				})
			}
		}
	}
	after, _ := s.Head()
	assert.Equal(t, seq, after, "nothing was written")
}

func TestAFileBeforeItsTokenIsNotTaken(t *testing.T) {
	s := newSite(t)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "x.jsonl")
	require.NoError(t, err)
	_, err = part.Write([]byte("{}"))
	require.NoError(t, err)
	require.NoError(t, w.WriteField("token", s.sessions.Token(people["authority"])))
	require.NoError(t, w.Close())
	a := s.send("authority", http.MethodPost, "/catalog", w.FormDataContentType(), &body)
	assert.Equal(t, http.StatusForbidden, a.Code)
}

func TestTheLanguageOfAPage(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct{ path, accept, cookie, want string }{
		{"/", "", "", zh},
		{"/", "en-GB,en;q=0.9", "", en},
		{"/", "fr,de", "", zh},
		{"/", "zh-TW", "", zh},
		{"/?lang=en", "zh", "", en},
		{"/", "zh", "en", en},
		{"/?lang=zh", "en", "en", zh},
		{"/?lang=<script>", "en", "", en},
		{"/", "en", "xx", en},
	} {
		t.Run(fmt.Sprintf("%s %q %q", c.path, c.accept, c.cookie), func(t *testing.T) {
			s.t = t
			header := []string{"Accept-Language", c.accept}
			if c.cookie != "" {
				header = append(header, "Cookie", langCookie+"="+c.cookie)
			}
			a := s.get("public", c.path, header...)
			assert.Equal(t, c.want, a.Header().Get("Content-Language"))
			assert.Contains(t, a.text(), map[string]string{zh: "开放目录", en: "Open catalog"}[c.want])
			assert.Contains(t, a.Header().Get("Vary"), "Accept-Language")
			if strings.HasSuffix(c.path, "lang=en") {
				assert.Contains(t, a.Header().Get("Set-Cookie"), langCookie+"=en; Path=/")
			}
		})
	}
	a := s.get("public", "/entries?q=停车&offset=0&lang=en")
	assert.Contains(t, a.Body.String(), "lang=zh", "the way to the other language keeps the search")
	assert.Contains(t, a.Body.String(), url.QueryEscape("停车"))
}

func TestEveryTextIsInBothLanguagesAndUsed(t *testing.T) {
	source := ""
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range paths {
			if path == "texts.go" || strings.HasSuffix(path, "_test.go") {
				continue
			}
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			source += string(b)
		}
	}
	built := regexp.MustCompile(`^(open|role|facet|holds|check|status|severity|fusion\.(kind|state|grade|decision)|part|refused|error|nav|case|inbox\.bin\d|officer|field|type|granularity|do)\b`)
	for key, pair := range texts {
		assert.NotEmpty(t, pair[0], key)
		assert.NotEmpty(t, pair[1], key)
		assert.False(t, regexp.MustCompile(`\p{Han}`).MatchString(pair[1]) && key != "lang.other", "%s: the English text is Chinese", key)
		assert.Equal(t, regexp.MustCompile(`\{\d\}`).FindAllString(pair[0], -1), regexp.MustCompile(`\{\d\}`).FindAllString(pair[1], -1), key)
		assert.True(t, strings.Contains(source, `"`+key+`"`) || built.MatchString(key), "%s is not used", key)
	}
	for _, m := range regexp.MustCompile(`(?:\bT|say\(\S+,) "([a-z_.0-9]+)"`).FindAllStringSubmatch(source, -1) {
		_, ok := texts[m[1]]
		assert.True(t, ok || strings.HasSuffix(m[1], ".") || m[1] == "inbox.bin", "no text %q", m[1])
	}
}

func TestSearchIsNarrowedAndWidened(t *testing.T) {
	s := newSite(t)
	all := s.Search(platform.Query{})
	a := s.get("public", "/entries")
	assert.Contains(t, a.text(), fmt.Sprintf("共 %d 个数据集", all.Total))
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(a.Body.String())
	require.NotNil(t, next)
	second := s.get("public", html.UnescapeString(next[1]))
	assert.Contains(t, second.text(), fmt.Sprintf("第 21–%d 项，共 %d 项", all.Total, all.Total))
	one := s.get("public", "/entries?open_type=conditional&unit="+url.QueryEscape("市交通运输局"))
	found := s.Search(platform.Query{OpenType: "conditional", Unit: "市交通运输局"})
	assert.Contains(t, one.text(), fmt.Sprintf("共 %d 个数据集", found.Total))
	assert.Contains(t, one.Body.String(), `href="/entries?open_type=conditional"`, "the unit can be removed")
	assert.Contains(t, one.Body.String(), `<input type="hidden" name="open_type" value="conditional">`, "a search keeps what is chosen")
	assert.Contains(t, s.get("public", "/entries?q=没有这个词").text(), "没有符合条件的数据集")
	for _, hostile := range []string{"/entries?offset=-5", "/entries?offset=99999999999999999999", "/entries?offset=1000000", "/entries?q=" + strings.Repeat("%E5%A5%BD", 3000), "/entries?unit=%00%ff", "/entries?lang=%ff"} {
		assert.Equal(t, http.StatusOK, s.get("public", hostile).Code, hostile)
	}
}

// hostile is a catalog whose names would do harm where they are not taken for what they are: data.
func hostile(t *testing.T) (*bytes.Buffer, string) {
	t.Helper()
	text, err := os.ReadFile("../../quickstart/data/city-catalog.jsonl")
	require.NoError(t, err)
	in, err := catalog.ReadJSON(t.Context(), bytes.NewReader(text), "c.jsonl")
	require.NoError(t, err)
	const script = `<script>alert(1)</script>" onmouseover="x`
	for i := range in.Catalog.Entries {
		e := &in.Catalog.Entries[i]
		e.Name, e.Summary, e.Theme, e.URL = "=cmd|' /C calc'!A0"+script, script, script, "javascript:alert(1)"
		for k := range e.Items {
			e.Items[k].Summary = script
		}
	}
	in.Catalog.Entries[0].ID = `a"><b>&?x=/é`
	var out bytes.Buffer
	require.NoError(t, catalog.WriteJSONLines(t.Context(), &out, in.Catalog.Entries))
	return &out, in.Catalog.Entries[0].ID
}

func TestHostileNamesAreData(t *testing.T) {
	rules, err := sampleRules()
	require.NoError(t, err)
	s := newSiteOf(t, rules, false)
	base, id := hostile(t)
	s.upload("authority", "/catalog", s.sessions.Token(people["authority"]), `..\..\<script>.jsonl`, base).goesTo("/catalog")
	_, err = s.Entry(id)
	require.NoError(t, err, "the sample's first entry is open")
	s.post("applicant", entryAddress(id)+"/object", url.Values{"ground": {"other"}, "statement": {`<img src=x onerror=alert(1)>`}}).goesTo("/objections/O-000001")
	for who, paths := range map[string][]string{
		"public":    {"/", entryAddress(id), "/entries?q=%3Cscript%3Ealert(1)%3C/script%3E", "/nope/%3Cscript%3E"},
		"authority": {"/officer", "/officer?show=findings", "/fusion", "/catalog", "/log", "/objections/O-000001", "/objections"},
	} {
		for _, path := range paths {
			a := s.get(who, path)
			assert.NotContains(t, a.Body.String(), "<script", path)
			assert.NotContains(t, a.Body.String(), "<img", path)
			a.document()
		}
	}
	a := s.get("public", "/entries.csv")
	assert.Equal(t, "text/csv; charset=utf-8", a.Header().Get("Content-Type"))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.Body.String(), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+s.Search(platform.Query{}).Total)
	for _, row := range rows[1:] {
		assert.True(t, strings.HasPrefix(row[1], "'=cmd"), row[1])
	}
}

func TestNamesOfFilesAreBare(t *testing.T) {
	for name, want := range map[string]string{
		"a.csv": "a.csv", "../../etc/passwd": "passwd", `C:\x\y.csv`: "y.csv", "": "upload", "..": "upload", "/": "upload", "a\r\nX: y.csv": "aX: y.csv", strings.Repeat("长", 300): strings.Repeat("长", 120),
	} {
		assert.Equal(t, want, fileName(name), "%q", name)
	}
}
