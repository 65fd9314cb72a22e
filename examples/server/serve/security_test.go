package serve

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/examples/server/identity"
)

// raw sends a request as it is written, and returns the answer as it comes.
func (s *server) raw(request string) string {
	s.t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	require.NoError(s.t, err)
	defer func() { _ = c.Close() }() // read to its end
	require.NoError(s.t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(c, strings.ReplaceAll(request, "\n", "\r\n"))
	require.NoError(s.t, err)
	text, _ := io.ReadAll(c) // as far as it came
	return string(text)
}

func TestEveryKindOfAnswerHasTheHeaders(t *testing.T) {
	s := start(t, func(c *Config) { c.Limits.PerSecond, c.Limits.Burst = 0.0001, 40 })
	p := s.as("")
	p.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	seen := map[int]bool{}
	check := func(q *http.Request) {
		t.Helper()
		res, err := p.Do(q)
		require.NoError(t, err)
		closed(t, res)
		seen[res.StatusCode] = true
		h := res.Header
		csp := h.Get("Content-Security-Policy")
		assert.Contains(t, csp, "default-src 'none'", q.URL.Path)
		assert.NotContains(t, csp, "unsafe", q.URL.Path)
		assert.Contains(t, csp, "frame-ancestors 'none'", q.URL.Path)
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), q.URL.Path)
		assert.Equal(t, "same-origin", h.Get("Referrer-Policy"), q.URL.Path)
		assert.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"), q.URL.Path)
		assert.Empty(t, h.Get("Server"), q.URL.Path)
		assert.Empty(t, h.Get("Access-Control-Allow-Origin"), q.URL.Path)
		if strings.HasPrefix(q.URL.Path, "/auth/") || strings.HasPrefix(q.URL.Path, "/dev/") {
			assert.Equal(t, "no-store", h.Get("Cache-Control"), q.URL.Path)
		}
	}
	request := func(method, path string) *http.Request {
		q, err := http.NewRequestWithContext(t.Context(), method, p.base+path, nil)
		require.NoError(t, err)
		return q
	}
	for _, path := range []string{
		"/", "/entries", "/nothing/here", "/healthz", "/readyz", "/metrics", "/openapi.json", "/api/v1/entries", "/api/v1/entries/none", "/api/v1/none", "/api/v1/inbox",
		"/auth/signin", "/auth/callback", "/dev/authorize", "/dev/.well-known/openid-configuration", "/assets/none",
	} {
		check(request(http.MethodGet, path))
	}
	check(request(http.MethodDelete, "/api/v1/entries"))
	check(request("BREW", "/"))
	q := request(http.MethodPost, "/api/v1/usage")
	q.Header.Set("Origin", "https://evil.example")
	check(q)
	q = request(http.MethodGet, "/")
	q.Host = "evil.example"
	check(q)
	for range 40 {
		check(request(http.MethodGet, "/api/v1/none"))
	}
	for _, status := range []int{200, 303, 400, 401, 403, 404, 405, 421, 429} {
		assert.True(t, seen[status], "%d was not seen", status)
	}
}

func TestWhoIsSignedInIsNotCached(t *testing.T) {
	s := start(t)
	res, err := s.as("dev-applicant").Get(s.BaseURL + "/")
	require.NoError(t, err)
	closed(t, res)
	assert.Contains(t, res.Header.Get("Cache-Control"), "no-store")
}

// Another site can neither write by what a visitor may do, nor sign somebody out.
func TestRequestsFromOtherSitesAreRefused(t *testing.T) {
	s := start(t)
	p := s.as("dev-applicant")
	for _, c := range []struct {
		name, header, value string
		refused             bool
	}{
		{"a form of another site", "Sec-Fetch-Site", "cross-site", true},
		{"of a neighbour", "Sec-Fetch-Site", "same-site", true},
		{"its own", "Sec-Fetch-Site", "same-origin", false},
		{"an old browser, of another site", "Origin", "https://evil.example", true},
		{"a frame without origin", "Origin", "null", true},
		{"an old browser, its own", "Origin", s.BaseURL, false},
		{"a program", "X-None", "", false},
	} {
		for _, path := range []string{"/auth/signout", "/api/v1/applications", "/log/verify", "/dev/token"} {
			q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+path, strings.NewReader("{}"))
			require.NoError(t, err)
			q.Header.Set(c.header, c.value)
			res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Transport: p.Transport}).Do(q)
			require.NoError(t, err)
			text := closed(t, res)
			foreign := res.StatusCode == http.StatusForbidden && strings.Contains(text, "其他网站")
			assert.Equal(t, c.refused, foreign, "%s %s: %d %s", c.name, path, res.StatusCode, text)
		}
	}
}

// Behind https, with a provider of its own: cookies go over https alone, and no script reads them.
func TestCookies(t *testing.T) {
	var provider http.Handler
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }))
	defer issuer.Close()
	const base = "https://data.example.cn"
	provider, err := identity.NewDev(issuer.URL, "city", base+identity.CallbackPath, time.Now, identity.DevPersons())
	require.NoError(t, err)
	s := start(t, func(c *Config) { c.Issuer, c.ClientID, c.BaseURL = issuer.URL, "city", base })
	p := signedIn(t, "http://"+s.Addr(), "")
	p.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	step := func(q *http.Request, cookies ...*http.Cookie) *http.Response {
		t.Helper()
		for _, c := range cookies {
			q.AddCookie(c)
		}
		res, err := p.Do(q)
		require.NoError(t, err)
		closed(t, res)
		return res
	}
	get := func(u string) *http.Request {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u, nil)
		require.NoError(t, err)
		return q
	}
	check := func(res *http.Response) *http.Cookie {
		t.Helper()
		assert.Contains(t, res.Header.Get("Strict-Transport-Security"), "max-age")
		var last *http.Cookie
		for _, c := range res.Cookies() {
			assert.True(t, c.Secure && c.HttpOnly, c.Name)
			assert.Equal(t, http.SameSiteLaxMode, c.SameSite, c.Name)
			assert.Equal(t, "/", c.Path)
			assert.Empty(t, c.Domain)
			last = c
		}
		require.NotNil(t, last)
		return last
	}
	res := step(get("http://" + s.Addr() + "/auth/signin?next=/inbox")) //nolint:bodyclose // step closes it; also below
	flow := check(res)
	to, err := url.Parse(res.Header.Get("Location"))
	require.NoError(t, err)
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to.String(), strings.NewReader("person=dev-authority"))
	require.NoError(t, err)
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	back, err := url.Parse(step(q).Header.Get("Location")) //nolint:bodyclose // as above
	require.NoError(t, err)
	assert.Equal(t, "data.example.cn", back.Host)

	res = step(get("http://"+s.Addr()+back.RequestURI()), flow) //nolint:bodyclose // as above
	require.Equal(t, "/inbox", res.Header.Get("Location"))
	session := check(res)
	res = step(get("http://"+s.Addr()+"/api/v1/inbox"), session) //nolint:bodyclose // as above
	assert.Equal(t, http.StatusOK, res.StatusCode)
	tampered := *session
	tampered.Value = session.Value[:len(session.Value)-2] + "AA"
	res = step(get("http://"+s.Addr()+"/api/v1/inbox"), &tampered) //nolint:bodyclose // as above
	assert.Equal(t, http.StatusUnauthorized, res.StatusCode)
	swapped := *flow
	swapped.Name = session.Name
	res = step(get("http://"+s.Addr()+"/api/v1/inbox"), &swapped) //nolint:bodyclose // as above
	assert.Equal(t, http.StatusUnauthorized, res.StatusCode, "one cookie is not another")
	res = step(get("http://" + s.Addr() + "/dev/authorize")) //nolint:bodyclose // as above
	assert.Equal(t, http.StatusNotFound, res.StatusCode, "there is no development sign-in")
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	s := start(t)
	for _, next := range []string{
		"https://evil.example/", "//evil.example", `/\evil.example`, `\\evil.example`, "/\t/evil.example", "javascript:alert(1)", "/x\r\nSet-Cookie: a=b", "", "evil.example",
	} {
		p := s.as("")
		res, err := p.Get(p.base + "/auth/signin?next=" + url.QueryEscape(next))
		require.NoError(t, err)
		closed(t, res)
		p.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		res, err = p.PostForm(res.Request.URL.String(), url.Values{"person": {"dev-applicant"}})
		require.NoError(t, err)
		closed(t, res)
		res, err = p.Get(res.Header.Get("Location"))
		require.NoError(t, err)
		closed(t, res)
		assert.Equal(t, "/", res.Header.Get("Location"), "%q", next)
		for _, c := range res.Cookies() {
			assert.NotEqual(t, "a", c.Name)
		}
	}
}

func TestPathsLeadNowhereElse(t *testing.T) {
	s := start(t)
	for _, path := range []string{
		"/../../../../etc/passwd", "/assets/../../../../etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/assets//etc/passwd",
		"/api/v1/entries/..%2f..%2f..%2fetc%2fpasswd", "/entries/..%2f..%2fetc%2fpasswd", "/applications/%00", "/assets/%00", "/api/v1/permissions/..%2f..%2fx/data", "/log.db", "/%5c..%5clog.db",
	} {
		text := s.raw("GET " + path + " HTTP/1.1\nHost: " + s.Addr() + "\nConnection: close\n\n")
		status := 0
		_, err := fmt.Sscanf(text, "HTTP/1.1 %d", &status)
		require.NoError(t, err, text)
		assert.Less(t, status, 500, path)
		assert.NotEqual(t, 200, status, "%s: %s", path, text)
		assert.NotContains(t, text, "root:", path)
		assert.NotContains(t, text, "SQLite", path)
	}
}

// permission gives the person a permission to the sample's records, through all who take part.
func (s *server) permission() (*person, string) {
	s.t.Helper()
	p := s.as("dev-applicant")
	v := p.made("/api/v1/permissions", map[string]any{"entry": s.entry("unconditional"), "commitment_signed": true})
	id, _ := v["id"].(string)
	return p, id
}

// deliver hands in a file of n rows for an entry.
func (s *server) deliver(entry, name string, n int) (int, string) {
	s.t.Helper()
	e, err := s.Platform().Entry(entry)
	require.NoError(s.t, err)
	var b bytes.Buffer
	for i := range e.Items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(e.Items[i].Name)
	}
	row := "\nP" + strings.Repeat(",xxxxxxxxxx", len(e.Items)-1)
	for range n {
		b.WriteString(row)
	}
	b.WriteByte('\n')
	return s.as("dev-opener").call(http.MethodPut, "/api/v1/entries/"+url.PathEscape(entry)+"/data?name="+url.QueryEscape(name), &b)
}

func TestNamesOfFilesAreOnlyNames(t *testing.T) {
	s := start(t)
	entry := s.entry("unconditional")
	p, id := s.permission()
	for _, name := range []string{
		"a\r\nSet-Cookie: stolen=1.csv", `a"; filename="b.exe.csv`, "../../etc/cron.d/x.csv", `..\..\x.csv`, "数据 集.csv", "a;b=c.csv", "\x00.csv", "<script>.csv",
	} {
		status, text := s.deliver(entry, name, 3)
		if status != http.StatusOK { // refusing it is as good
			assert.Less(t, status, 500, "%q: %s", name, text)
			continue
		}
		res, err := p.Get(p.base + "/api/v1/permissions/" + id + "/data")
		require.NoError(t, err)
		text = closed(t, res)
		require.Equal(t, http.StatusOK, res.StatusCode, "%q: %s", name, text)
		assert.Empty(t, res.Header.Get("Set-Cookie"))
		kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
		require.NoError(t, err, "%q: %s", name, res.Header.Get("Content-Disposition"))
		assert.Equal(t, "attachment", kind)
		assert.Len(t, params, 1, "%q", name)
		assert.NotContains(t, params["filename"], "/")
	}
}

func TestBodiesThatAreTooLongAreRefused(t *testing.T) {
	s := start(t)
	p := s.as("dev-applicant")
	status, _ := p.call(http.MethodPost, "/api/v1/applications", map[string]any{"entry": s.entry("conditional"), "facts": map[string]any{"x": strings.Repeat("好", 1<<20)}})
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	text := s.raw("GET / HTTP/1.1\nHost: " + s.Addr() + "\nX: " + strings.Repeat("x", 200<<10) + "\n\n")
	assert.Contains(t, text, "HTTP/1.1 431")
	status, _ = p.call(http.MethodPut, "/api/v1/catalog?name=x.csv", io.LimitReader(endless{}, 10<<20))
	assert.Equal(t, http.StatusForbidden, status, "who may not is told so at once")
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// A client that goes away in the middle leaves neither events nor files.
func TestNothingStaysOfWhatWasCutOff(t *testing.T) {
	s := start(t)
	entry := s.entry("unconditional")
	before, _ := s.Platform().Head()
	ctx, cancel := context.WithCancel(t.Context())
	body, w := io.Pipe()
	done := make(chan struct{})
	o := s.as("dev-opener")
	go func() {
		defer close(done)
		q, _ := http.NewRequestWithContext(ctx, http.MethodPut, o.base+"/api/v1/entries/"+entry+"/data?name=x.csv", body) // a good one
		if res, err := o.Do(q); err == nil {
			_ = res.Body.Close() // it is canceled
		}
	}()
	_, err := w.Write(bytes.Repeat([]byte("a,b,c\n"), 50_000))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(s.spooled()) > 0 }, 5*time.Second, time.Millisecond, "it is on its way")
	cancel()
	_ = w.Close() // of a request that is gone
	<-done
	require.Eventually(t, func() bool { return s.requests.Load() == 0 && len(s.spooled()) == 0 }, 5*time.Second, 5*time.Millisecond)
	after, _ := s.Platform().Head()
	assert.Equal(t, before, after)

	status, text := s.deliver(entry, "x.csv", 200_000)
	require.Equal(t, http.StatusOK, status, text)
	p, id := s.permission()
	res, err := p.Get(p.base + "/api/v1/permissions/" + id + "/data")
	require.NoError(t, err)
	_, err = bufio.NewReader(res.Body).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	p.Transport.(*http.Transport).CloseIdleConnections()
	require.Eventually(t, func() bool { return s.requests.Load() == 0 && len(s.spooled()) == 0 }, 5*time.Second, 5*time.Millisecond)
}
