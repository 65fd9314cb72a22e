package serve

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/examples/server/internal/testpg"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// Sessions that are ended are none any more, wherever they were begun, and who signs in again has a new one.
func TestSessionsAreEndedEverywhere(t *testing.T) {
	pg := testpg.Start(t)
	key := func(c *Config) { c.Store, c.SessionKey = pg.URL, []byte(strings.Repeat("k", 32)) }
	one, two := start(t, key), start(t, key)
	phone, desk, other := one.as("dev-applicant"), two.as("dev-applicant"), two.as("dev-opener")
	status := func(p *person) int {
		s, _ := p.call(http.MethodGet, "/api/v1/applications", nil)
		return s
	}
	require.Equal(t, []int{200, 200, 200}, []int{status(phone), status(desk), status(other)})
	s, text := phone.call(http.MethodPost, "/api/v1/sessions/end", map[string]any{})
	require.Equal(t, http.StatusOK, s, text)
	assert.Equal(t, []int{401, 401, 200}, []int{status(phone), status(desk), status(other)})
	at, err := url.Parse(desk.base)
	require.NoError(t, err)
	assert.Empty(t, desk.Jar.Cookies(at), "the cookie is taken back")
	phone = one.as("dev-applicant")
	assert.Equal(t, 200, status(phone), "signed in again")

	s, _ = other.call(http.MethodPost, "/api/v1/sessions/end", map[string]any{"subject": "dev-applicant"})
	assert.Equal(t, http.StatusForbidden, s, "those of somebody else")
	s, text = one.as("dev-authority").call(http.MethodPost, "/api/v1/sessions/end", map[string]any{"subject": "dev-applicant"})
	require.Equal(t, http.StatusOK, s, text)
	assert.Equal(t, 401, status(phone))

	phone = one.as("dev-applicant") // and by who can write the database, while the servers run
	_, err = two.store.Append(t.Context(), nil, platform.EndsSessions("dev-applicant"))
	require.NoError(t, err)
	assert.Equal(t, 401, status(phone))
	verified(t, one.store)
}

// A form that was filled in under a session that has ended does nothing.
func TestAnEndedSessionSignsNothing(t *testing.T) {
	s := start(t)
	p := s.as("dev-applicant")
	_, page := p.call(http.MethodGet, "/entries/"+s.entry("unconditional"), nil)
	_, token, ok := strings.Cut(page, `name="token" value="`)
	require.True(t, ok)
	token, _, _ = strings.Cut(token, `"`)
	_, err := s.store.Append(t.Context(), nil, platform.EndsSessions("dev-applicant"))
	require.NoError(t, err)
	before, _ := s.Platform().Head()
	res, err := p.PostForm(p.base+"/entries/"+s.entry("unconditional")+"/commit", url.Values{"token": {token}, "commitment_signed": {"true"}})
	require.NoError(t, err)
	closed(t, res)
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	require.NoError(t, s.Platform().Sync(t.Context()))
	after, _ := s.Platform().Head()
	assert.Equal(t, before+1, after, "only that the sessions were ended")
}
