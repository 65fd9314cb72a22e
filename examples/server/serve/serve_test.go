package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/store"
)

var sampleRules = sync.OnceValues(sample.Rules)

// notes keeps what is logged.
type notes struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notes) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(b)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

// server is a running one with the sample city.
type server struct {
	*Server
	t     *testing.T
	log   *notes
	spool string
}

func config(t *testing.T) (Config, *notes) {
	t.Helper()
	r, err := sampleRules()
	require.NoError(t, err)
	n := &notes{}
	keys := map[string][]byte{}
	for _, name := range sample.Keys() {
		keys[name] = bytes.Repeat([]byte{7}, 32)
	}
	return Config{
		Listen: "127.0.0.1:0", Store: filepath.Join(t.TempDir(), "log.db"), Spool: t.TempDir(), Rules: r, Keys: keys, Policies: sample.Policies(), Seed: sample.Seed,
		Log: slog.New(slog.NewTextHandler(n, nil)), Version: "test", Limits: Limits{PerSecond: 1e6, Burst: 1e6},
	}, n
}

func start(t *testing.T, change ...func(*Config)) *server {
	t.Helper()
	c, n := config(t)
	for _, f := range change {
		f(&c)
	}
	s, err := Start(t.Context(), c)
	require.NoError(t, err)
	out := &server{s, t, n, c.Spool}
	t.Cleanup(func() {
		if !s.stopping.Load() {
			assert.NoError(t, s.Stop(context.Background()))
		}
		assert.Empty(t, out.spooled(), "files on their way stay behind")
		assert.Zero(t, s.requests.Load())
	})
	return out
}

// spooled are the files on their way.
func (s *server) spooled() []string {
	s.t.Helper()
	a, err := filepath.Glob(filepath.Join(s.spool, "*"))
	require.NoError(s.t, err)
	b, err := filepath.Glob(filepath.Join(filepath.Dir(s.Store), "banfa-*"))
	require.NoError(s.t, err)
	return append(a, b...)
}

// person is a client, signed in as one of the development provider's persons where it has a name.
type person struct {
	*http.Client
	base string
	t    *testing.T
}

func (s *server) as(subject string) *person { return signedIn(s.t, s.BaseURL, subject) }

func signedIn(t *testing.T, base, subject string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	p := &person{&http.Client{Jar: jar, Transport: tr, Timeout: 30 * time.Second}, base, t}
	if subject == "" {
		return p
	}
	res, err := p.Get(base + "/auth/signin?next=/healthz")
	require.NoError(t, err)
	closed(t, res)
	require.Equal(t, http.StatusOK, res.StatusCode)
	res, err = p.PostForm(res.Request.URL.String(), url.Values{"person": {subject}})
	require.NoError(t, err)
	closed(t, res)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, "/healthz", res.Request.URL.Path)
	return p
}

func closed(t *testing.T, res *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, errors.Join(err, res.Body.Close()))
	return string(text)
}

// call sends JSON and returns the status and what came back.
func (p *person) call(method, path string, body any) (int, string) {
	p.t.Helper()
	status, text, err := p.try(method, path, body)
	require.NoError(p.t, err)
	return status, text
}

func (p *person) try(method, path string, body any) (int, string, error) {
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		r = b
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return 0, "", err
		}
		r = bytes.NewReader(text)
	}
	q, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, r)
	if err != nil {
		return 0, "", err
	}
	if _, raw := body.(io.Reader); raw {
		q.Header.Set("Content-Type", "application/octet-stream")
	} else if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	res, err := p.Do(q)
	if err != nil {
		return 0, "", err
	}
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), errors.Join(err, res.Body.Close())
}

func (p *person) made(path string, body any) map[string]any {
	p.t.Helper()
	status, text := p.call(http.MethodPost, path, body)
	require.Equal(p.t, http.StatusOK, status, text)
	var v map[string]any
	require.NoError(p.t, json.Unmarshal([]byte(text), &v))
	return v
}

// entry is an open entry of the sample city that no policy de-identifies, with the conditions that all have.
func (s *server) entry(openType string) string {
	s.t.Helper()
	for _, e := range s.Platform().Search(platform.Query{OpenType: openType, Unit: "市交通运输局"}).Entries {
		a, err := s.Platform().Access(e.ID)
		require.NoError(s.t, err)
		if s.Policies[e.ID] == "" && strings.HasSuffix(a.Name(), "conditional-access") {
			return e.ID
		}
	}
	s.t.Fatal("no such entry")
	return ""
}

func stated() map[string]any {
	return map[string]any{"qualification_materials": "provided", "security_materials": "provided", "scenario_described": true, "agreement_accepted": true}
}

func TestTheSampleCityIsThereAtOnce(t *testing.T) {
	s := start(t)
	p := s.as("")
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		status, text := p.call(http.MethodGet, path, nil)
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, want, text)
	}
	status, text := p.call(http.MethodGet, "/api/v1/entries?limit=1", nil)
	require.Equal(t, http.StatusOK, status, text)
	assert.Contains(t, text, `"total":`)
	a := s.as("dev-applicant").made("/api/v1/applications", map[string]any{"entry": s.entry("conditional"), "facts": stated()})
	assert.Equal(t, "A-000001", a["id"])
}

func TestWhatKeepsTheServerFromStarting(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, taken.Close()) }()
	errSeed := errors.New("no such catalog")
	for _, c := range []struct {
		name, says string
		change     func(*Config)
	}{
		{"another server on the port", "address already in use", func(c *Config) { c.Listen = taken.Addr().String() }},
		{"everybody could be anybody, from the network", "everybody could be anybody", func(c *Config) { c.Listen = ":0" }},
		{"everybody could be anybody, through a proxy", "everybody could be anybody", func(c *Config) { c.BaseURL = "https://data.example.cn" }},
		{"nobody knows how to reach it", "set the base URL", func(c *Config) { c.Listen, c.Issuer = "0.0.0.0:0", "https://id.example.cn" }},
		{"sessions in the clear", "https://", func(c *Config) { c.BaseURL, c.Issuer = "http://data.example.cn", "https://id.example.cn" }},
		{"a base URL with a path", "nothing behind it", func(c *Config) { c.BaseURL = "http://127.0.0.1:1/x" }},
		{"a base URL with a password", "nothing behind it", func(c *Config) { c.BaseURL = "http://u:secret@127.0.0.1:1" }},
		{"a provider that does not answer", "identity:", func(c *Config) { c.Issuer = "http://" + "127.0.0.1:1" }},
		{"a session key that is short", "at least 32 bytes", func(c *Config) { c.SessionKey = []byte("short") }},
		{"a policy that is not there", "no-such", func(c *Config) { c.Policies = map[string]string{"X": "no-such"} }},
		{"a store in no folder", "no such file", func(c *Config) { c.Store = "/nowhere/log.db" }},
		{"metrics on a port that is taken", "for metrics", func(c *Config) { c.MetricsListen = taken.Addr().String() }},
		{"sample data that fail", "no such catalog", func(c *Config) { c.Seed = func(context.Context, *platform.Platform) error { return errSeed } }},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, _ := config(t)
			c.change(&cfg)
			s, err := Start(t.Context(), cfg)
			require.ErrorContains(t, err, c.says)
			assert.Nil(t, s)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestAStartThatFailedLeavesNothingOpen(t *testing.T) {
	c, _ := config(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c.Listen = l.Addr().String()
	require.NoError(t, l.Close())
	seed := c.Seed
	c.Seed = func(context.Context, *platform.Platform) error { return errors.New("cut off") }
	_, err = Start(t.Context(), c)
	require.Error(t, err)
	c.Seed = seed
	s, err := Start(t.Context(), c)
	require.NoError(t, err, "the port and the store are free")
	require.NoError(t, s.Stop(t.Context()))
}

// The sample is two events. A start that was cut off between them goes on; a log of somebody's own is left alone.
func TestTheSampleIsPutInOnce(t *testing.T) {
	c, _ := config(t)
	head := func() int64 {
		s, err := Start(t.Context(), c)
		require.NoError(t, err)
		seq, _ := s.Platform().Head()
		require.NoError(t, s.Stop(t.Context()))
		return seq
	}
	ctx, cut := context.WithCancel(t.Context())
	c.Seed = func(_ context.Context, p *platform.Platform) error {
		go func() {
			for seq, _ := p.Head(); seq == 0; seq, _ = p.Head() {
				time.Sleep(time.Millisecond)
			}
			cut()
		}()
		err := sample.Seed(ctx, p)
		<-ctx.Done()
		return err
	}
	_, _ = Start(t.Context(), c) // cut off, or just not
	c.Seed = sample.Seed
	assert.Equal(t, int64(2), head())
	assert.Equal(t, int64(2), head())
}

func TestUntilItIsReadyTheServerSaysSo(t *testing.T) {
	c, _ := config(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c.Listen = l.Addr().String()
	require.NoError(t, l.Close())
	asked, going := make(chan struct{}), make(chan struct{})
	c.Seed = func(context.Context, *platform.Platform) error { close(asked); <-going; return nil }
	done := make(chan *Server)
	go func() {
		s, err := Start(context.Background(), c)
		assert.NoError(t, err)
		done <- s
	}()
	<-asked
	p := signedIn(t, "http://"+c.Listen, "")
	status, text := p.call(http.MethodGet, "/readyz", nil)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Equal(t, "starting\n", text)
	status, _ = p.call(http.MethodGet, "/healthz", nil)
	assert.Equal(t, http.StatusOK, status, "it lives")
	status, text = p.call(http.MethodGet, "/api/v1/entries", nil)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, text, `"starting"`)
	close(going)
	s := <-done
	status, _ = p.call(http.MethodGet, "/readyz", nil)
	assert.Equal(t, http.StatusOK, status)
	require.NoError(t, s.Stop(t.Context()))
}

// A request that has been taken is answered in full, and the store is closed only then.
func TestStopLetsRequestsEnd(t *testing.T) {
	s := start(t)
	p := s.as("dev-applicant")
	entry := s.entry("conditional")
	body, w := io.Pipe()
	answered := make(chan int)
	go func() {
		q, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/api/v1/applications", body) // a good one
		q.Header.Set("Content-Type", "application/json")
		res, err := p.Do(q)
		if assert.NoError(t, err) {
			closed(t, res)
			answered <- res.StatusCode
		}
		close(answered)
	}()
	text, err := json.Marshal(map[string]any{"entry": entry, "facts": stated()})
	require.NoError(t, err)
	_, err = w.Write(text[:5])
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.requests.Load() > 0 }, 5*time.Second, time.Millisecond)
	stopped := make(chan error)
	go func() { stopped <- s.Stop(context.Background()) }()
	require.Eventually(t, func() bool { _, err := net.Dial("tcp", s.Addr()); return err != nil }, 5*time.Second, time.Millisecond, "no more requests are taken")
	_, err = w.Write(text[5:])
	require.NoError(t, errors.Join(err, w.Close()))
	assert.Equal(t, http.StatusOK, <-answered)
	require.NoError(t, <-stopped)
	again, err := store.OpenSQLite(t.Context(), s.Store, time.Now)
	require.NoError(t, err)
	n, err := store.Verify(t.Context(), again)
	require.NoError(t, errors.Join(err, again.Close()))
	assert.Equal(t, int64(3), n)
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	s := start(t, func(c *Config) { c.Limits.Drain = 100 * time.Millisecond })
	p := s.as("dev-applicant")
	body, w := io.Pipe()
	defer func() { _ = w.Close() }() // of a request that is gone
	failed := make(chan error)
	go func() {
		q, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/api/v1/applications", body) // a good one
		res, err := p.Do(q)
		if err == nil {
			_ = res.Body.Close() // only whether it came counts
		}
		failed <- err
	}()
	_, err := w.Write([]byte("{"))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.requests.Load() > 0 }, 5*time.Second, time.Millisecond)
	began := time.Now()
	require.NoError(t, s.Stop(t.Context()))
	assert.Less(t, time.Since(began), 5*time.Second)
	_ = w.Close() // as above
	if err := <-failed; err != nil {
		t.Log(err) // cut off, or refused: that it ends is enough
	}
}

func TestPasswordsOfDatabasesAreInNoError(t *testing.T) {
	for _, name := range []string{
		"postgres://banfa:hunter2@127.0.0.1:1/banfa", "postgres://banfa:hunter2@127.0.0.1:notaport/banfa", "postgres://banfa:hunter2@[::bad/banfa",
		"postgres://banfa:hunter2@127.0.0.1:1/banfa?connect_timeout=never", "postgresql://banfa@127.0.0.1:1/x?password=hunter2", "host=127.0.0.1 port=1 password=hunter2",
		"host=127.0.0.1 port='1 password='hunter2'", "mysql://banfa:hunter2@x/y", "postgres://banfa:h%75nter2@127.0.0.1:x/banfa", "postgres://banfa:hunter2%zz@127.0.0.1:1/",
	} {
		t.Run(name, func(t *testing.T) {
			c, n := config(t)
			c.Store = name
			_, err := Start(t.Context(), c)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.NotContains(t, err.Error(), "h%75nter2")
			assert.NotContains(t, n.String(), "hunter2")
			assert.NoFileExists(t, name)
			assert.Equal(t, "PostgreSQL", ShownStore(name))
		})
	}
	assert.Equal(t, "a/log.db", ShownStore("a/log.db"))
	err := withoutSecrets(errors.Join(store.ErrReadOnly, errors.New("hunter2")), "postgres://u:hunter2@h/d")
	require.ErrorIs(t, err, store.ErrReadOnly, "it is still that error")
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestFilesThatAKilledServerLeftAreRemoved(t *testing.T) {
	c, _ := config(t)
	old, fresh, other := filepath.Join(c.Spool, "banfa-data-1"), filepath.Join(c.Spool, "banfa-download-2"), filepath.Join(c.Spool, "letter.txt")
	for _, name := range []string{old, fresh, other} {
		require.NoError(t, os.WriteFile(name, []byte("x"), 0o600))
	}
	for _, name := range []string{old, other} {
		require.NoError(t, os.Chtimes(name, time.Now(), time.Now().Add(-25*time.Hour)))
	}
	sweep(c.Log, c.Spool, c.Store)
	assert.NoFileExists(t, old)
	assert.FileExists(t, fresh, "another server may be using it")
	assert.FileExists(t, other)
}
