package identity_test

import (
	"crypto/rand"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/examples/server/identity"
)

// site is a server with the development provider beside it.
type site struct {
	*httptest.Server
	sessions *identity.Sessions
	now      time.Time
	client   *http.Client
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{now: time.Now()}
	clock := func() time.Time { return s.now }
	mux := http.NewServeMux()
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	var err error
	s.sessions, err = identity.NewSessions(make([]byte, 32), rand.Reader, clock, false)
	require.NoError(t, err)
	dev, err := identity.NewDev(s.URL+"/dev", "banfa", s.URL+identity.CallbackPath, clock, identity.DevPersons())
	require.NoError(t, err)
	mux.Handle("/dev/", dev)
	p, err := identity.Discover(t.Context(), identity.Config{Issuer: s.URL + "/dev", ClientID: "banfa", BaseURL: s.URL}, s.sessions)
	require.NoError(t, err)
	mux.HandleFunc("/auth/signin", p.SignIn)
	mux.HandleFunc(identity.CallbackPath, p.Callback)
	mux.Handle("/whoami", s.sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := identity.From(r.Context())
		_, _ = w.Write([]byte(i.Subject + "|" + i.Name + "|" + i.Unit))
	})))
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	s.client = &http.Client{Jar: jar}
	return s
}

// choose signs in as a person by way of the provider's page.
func (s *site) choose(t *testing.T, person, next string) *url.URL {
	t.Helper()
	r, err := s.client.Get(s.URL + "/auth/signin?next=" + url.QueryEscape(next))
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.Equal(t, http.StatusOK, r.StatusCode)
	form := r.Request.URL.Query()
	form.Set("person", person)
	r, err = s.client.PostForm(s.URL+"/dev/authorize", form)
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	return r.Request.URL
}

func (s *site) whoami(t *testing.T) string {
	t.Helper()
	r, err := s.client.Get(s.URL + "/whoami")
	require.NoError(t, err)
	b := make([]byte, 200)
	n, _ := r.Body.Read(b) // a short answer comes in one piece, and its end with it
	require.NoError(t, r.Body.Close())
	return string(b[:n])
}

func TestSigningInAndOut(t *testing.T) {
	s := newSite(t)
	assert.Equal(t, "||", s.whoami(t), "nobody yet")
	assert.Equal(t, "/whoami", s.choose(t, "dev-opener", "/whoami").Path)
	assert.Equal(t, "dev-opener|开放主体 王五|市交通运输局", s.whoami(t))
	s.now = s.now.Add(9 * time.Hour)
	assert.Equal(t, "||", s.whoami(t), "a session ends")
}

func TestASignInThatWasNotBegunHereEndsNowhere(t *testing.T) {
	s := newSite(t)
	get := func(query string) int {
		r, err := s.client.Get(s.URL + identity.CallbackPath + query)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		return r.StatusCode
	}
	assert.Equal(t, http.StatusForbidden, get("?code=x&state=y"), "no flow")
	r, err := s.client.Get(s.URL + "/auth/signin")
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	assert.Equal(t, http.StatusForbidden, get("?code=x&state=forged"), "another state")
	assert.Equal(t, http.StatusForbidden, get("?code=made-up&state="+url.QueryEscape(r.Request.URL.Query().Get("state"))), "a code of nobody's")
	assert.Equal(t, "||", s.whoami(t))
	s.now = s.now.Add(11 * time.Minute)
	assert.Equal(t, http.StatusForbidden, get("?code=x&state="+url.QueryEscape(r.Request.URL.Query().Get("state"))), "too late")
}

func TestNobodyIsSentElsewhere(t *testing.T) {
	for _, next := range []string{"https://evil.example", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nSet-Cookie: x=y"} {
		assert.Equal(t, "/", identity.LocalPath(next), "%q", next)
	}
	assert.Equal(t, "/entries/JT-001?q=停车", identity.LocalPath("/entries/JT-001?q=停车"))
	s := newSite(t)
	assert.Equal(t, "/", s.choose(t, "dev-applicant", "//evil.example/").Path)
}

func TestCookiesCannotBeMadeOrPassedOff(t *testing.T) {
	s := newSite(t)
	w := httptest.NewRecorder()
	require.NoError(t, s.sessions.Begin(w, identity.Identity{Subject: "a", Roles: []identity.Role{identity.Applicant}}))
	cookie := w.Result().Cookies()[0]
	assert.True(t, cookie.HttpOnly)
	assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	ask := func(name, value string) identity.Identity {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: name, Value: value})
		return s.sessions.Identity(r)
	}
	assert.Equal(t, "a", ask(cookie.Name, cookie.Value).Subject)
	assert.False(t, ask(cookie.Name, cookie.Value[:len(cookie.Value)-2]).SignedIn())
	for i := range len(cookie.Value) {
		changed := []byte(cookie.Value)
		changed[i] ^= 1
		if id := ask(cookie.Name, string(changed)); id.SignedIn() {
			// The last character of base64 has bits that mean nothing.
			assert.Equal(t, len(cookie.Value)-1, i)
		}
	}
	other, err := identity.NewSessions([]byte(strings.Repeat("k", 32)), rand.Reader, time.Now, true)
	require.NoError(t, err)
	w = httptest.NewRecorder()
	require.NoError(t, other.Begin(w, identity.Identity{Subject: "a"}))
	assert.True(t, w.Result().Cookies()[0].Secure)
	assert.False(t, ask(cookie.Name, w.Result().Cookies()[0].Value).SignedIn(), "another key")

	r, err := s.client.Get(s.URL + "/auth/signin")
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	for _, c := range s.client.Jar.Cookies(u) {
		assert.False(t, ask("banfa_session", c.Value).SignedIn(), "the cookie of a sign-in is no session")
	}
	_, err = identity.NewSessions(make([]byte, 31), rand.Reader, time.Now, true)
	require.Error(t, err)
}

func TestTokensBelongToOneSession(t *testing.T) {
	s := newSite(t)
	a := identity.Identity{Subject: "a", Until: s.now}
	assert.True(t, s.sessions.TokenValid(a, s.sessions.Token(a)))
	assert.False(t, s.sessions.TokenValid(identity.Identity{Subject: "b", Until: s.now}, s.sessions.Token(a)))
	assert.False(t, s.sessions.TokenValid(identity.Identity{Subject: "a", Until: s.now.Add(time.Hour)}, s.sessions.Token(a)))
	assert.False(t, s.sessions.TokenValid(a, ""))
}

func TestRoles(t *testing.T) {
	nobody := identity.Identity{}
	officer := identity.Identity{Subject: "o", Roles: []identity.Role{identity.Opener}}
	assert.True(t, nobody.Is(identity.Public))
	assert.False(t, nobody.Is(identity.Applicant))
	assert.False(t, nobody.Is())
	assert.True(t, officer.Is(identity.Authority, identity.Opener))
	assert.False(t, officer.Is(identity.Authority))
	subject, role := officer.Actor(identity.Authority, identity.Opener)
	assert.Equal(t, []string{"o", "opening_body"}, []string{subject, role})
	_, role = nobody.Actor(identity.Opener)
	assert.Equal(t, "public", role)
}
