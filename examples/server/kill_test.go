package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/internal/testpg"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/serve"
	"github.com/banfa-go/banfa/examples/server/store"
)

// process is a server in a process of its own.
type process struct {
	*exec.Cmd
	base string
}

func launch(t *testing.T, dir, addr, db string) *process {
	t.Helper()
	c := exec.Command(os.Args[0], "-listen", addr, "-store", db, "-spool", dir, "-session-key-file", filepath.Join(dir, "key"))
	var said bytes.Buffer
	c.Env, c.Stderr = append(os.Environ(), asServer+"=1"), &said
	require.NoError(t, c.Start())
	p := &process{c, "http://" + addr}
	if !p.isReady(t) {
		_ = c.Process.Kill() // it never came up
		_ = c.Wait()         // as above
		t.Fatal(said.String())
	}
	return p
}

func (p *process) isReady(t *testing.T) bool {
	t.Helper()
	return assert.Eventually(t, func() bool {
		res, err := http.Get(p.base + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close() // only its status counts
		return res.StatusCode == http.StatusOK
	}, 30*time.Second, 5*time.Millisecond)
}

// kill ends it as a power cut ends a program: nothing of it runs any more.
func (p *process) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.Process.Kill())
	require.Error(t, p.Wait()) // killed
}

func signIn(t *testing.T, base, person string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	res, err := c.Get(base + "/auth/signin?next=/healthz")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	res, err = c.PostForm(res.Request.URL.String(), url.Values{"person": {person}})
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, "/healthz", res.Request.URL.Path)
	return c
}

// A server is killed in the middle of a stream of writes, again and again. Each time the log verifies, everything that somebody was told had happened is in it, nothing is there by
// half, and the next server goes on.
func TestKilledInTheMiddleOfEverything(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 3
	}
	t.Run("sqlite", func(t *testing.T) {
		k := newKilling(t, filepath.Join(t.TempDir(), "log.db"))
		for range rounds {
			k.round(t, func(p *process) { p.kill(t) })
		}
		k.sum(t)
	})
	t.Run("postgres", func(t *testing.T) {
		k := newKilling(t, testpg.Start(t).URL)
		for range rounds {
			k.round(t, func(p *process) { p.kill(t) })
		}
		k.sum(t)
	})
}

// The database is killed under the server: it says so, loses nothing that somebody was told had happened, and goes on once the database is back.
func TestTheDatabaseIsKilledInTheMiddleOfEverything(t *testing.T) {
	rounds := 4
	if testing.Short() {
		rounds = 2
	}
	pg := testpg.Start(t)
	k := newKilling(t, pg.URL)
	p := launch(t, k.dir, k.addr, k.db)
	k.running = p
	for range rounds {
		k.round(t, func(*process) {
			pg.Kill()
			res, err := http.Get(p.base + "/readyz")
			require.NoError(t, err, "the server lives")
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
			pg.Up()
			require.True(t, p.isReady(t), "it returns by itself")
		})
	}
	p.kill(t)
	k.sum(t)
}

// killing is a store, what people were told had happened to it, and what is on its way while something is killed.
type killing struct {
	dir, addr, db string
	running       *process // that outlives the rounds
	rounds        int

	applicant, officer *http.Client
	mu                 sync.Mutex
	acknowledged       map[string]string // streams, and blobs by what they are
	told, cut          int
}

func newKilling(t *testing.T, db string) *killing {
	t.Helper()
	k := &killing{dir: t.TempDir(), db: db, acknowledged: map[string]string{}}
	require.NoError(t, os.WriteFile(filepath.Join(k.dir, "key"), []byte(strings.Repeat("k", 32)), 0o600))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	k.addr = l.Addr().String()
	require.NoError(t, l.Close())
	return k
}

// sum says what there was, and that it was enough to mean something.
func (k *killing) sum(t *testing.T) {
	t.Helper()
	t.Logf("%d rounds: %d writes acknowledged, %d cut off", k.rounds, k.told, k.cut)
	assert.Greater(t, k.told, k.rounds)
	assert.Positive(t, k.cut, "something was on its way when it was killed")
}

// write sends something, and reports whether to go on. That it was cut off, or that the server said it could not, is no fault; that it was acknowledged is noted.
func (k *killing) write(t *testing.T, c *http.Client, method, url string, body []byte, note func(answer []byte)) bool {
	q, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if !assert.NoError(t, err) {
		return false
	}
	q.Header.Set("Content-Type", "application/json")
	if method == http.MethodPut {
		q.Header.Set("Content-Type", "application/octet-stream")
	}
	lost := func() bool {
		k.mu.Lock()
		k.cut++
		k.mu.Unlock()
		return false
	}
	res, err := c.Do(q)
	if err != nil {
		return lost()
	}
	text, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // read as far as it came
	switch {
	case err != nil || k.running != nil && res.StatusCode >= 500:
		return lost()
	case res.StatusCode == http.StatusTooManyRequests:
		return true
	case !assert.Equal(t, http.StatusOK, res.StatusCode, string(text)):
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.told++
	note(text)
	return true
}

// round writes until something is killed, and looks whether everything that was acknowledged is there.
func (k *killing) round(t *testing.T, end func(*process)) {
	t.Helper()
	p := k.running
	if p == nil {
		p = launch(t, k.dir, k.addr, k.db)
	}
	if k.rounds++; k.applicant == nil {
		k.applicant, k.officer = signIn(t, p.base, "dev-applicant"), signIn(t, p.base, "dev-opener")
	}
	conditional, unconditional, header := targets(t, p.base)
	var writers sync.WaitGroup
	for range 3 {
		writers.Go(func() {
			body, err := json.Marshal(map[string]any{"entry": conditional, "facts": map[string]any{}})
			assert.NoError(t, err)
			for k.write(t, k.applicant, http.MethodPost, p.base+"/api/v1/applications", body, func(text []byte) {
				var c struct{ ID string }
				assert.NoError(t, json.Unmarshal(text, &c))
				k.acknowledged["application/"+c.ID] = "application.application_received"
			}) {
			}
		})
	}
	writers.Go(func() {
		for i := 0; ; i++ {
			file := header + fmt.Sprintf("\nP%d-%d", k.rounds, i) + strings.Repeat(",x", strings.Count(header, ",")) + strings.Repeat("\nP"+strings.Repeat(",y", strings.Count(header, ",")), 2000)
			if !k.write(t, k.officer, http.MethodPut, p.base+"/api/v1/entries/"+unconditional+"/data?name=x.csv", []byte(file), func(text []byte) {
				var d struct{ Data struct{ Blob string } }
				assert.NoError(t, json.Unmarshal(text, &d))
				k.acknowledged[d.Data.Blob] = "data.delivered"
			}) {
				return
			}
		}
	})
	time.Sleep(time.Duration(100+rand.IntN(300)) * time.Millisecond)
	end(p)
	writers.Wait()
	k.look(t)
}

// look verifies the log, and that what was acknowledged is in it.
func (k *killing) look(t *testing.T) {
	t.Helper()
	s, err := serve.OpenStore(t.Context(), k.db, time.Now)
	require.NoError(t, err)
	_, err = store.Verify(t.Context(), s)
	require.NoError(t, err)
	there := map[string]string{}
	for e, err := range s.Events(t.Context(), 0) {
		require.NoError(t, err)
		there[e.Stream] = e.Kind
		var d platform.Delivery
		if e.Kind == "data.delivered" && assert.NoError(t, json.Unmarshal(e.Data, &d)) {
			there[d.Data.Blob] = e.Kind
		}
	}
	require.NoError(t, s.Close())
	for what, kind := range k.acknowledged {
		assert.Equal(t, kind, there[what], "round %d: %s was acknowledged", k.rounds, what)
	}
}

// targets are an entry to apply for, and one to deliver data of, with the header of its file.
func targets(t *testing.T, base string) (conditional, unconditional, header string) {
	t.Helper()
	for _, kind := range []catalog.OpenType{catalog.Conditional, catalog.Unconditional} {
		res, err := http.Get(base + "/api/v1/entries?limit=100&unit=" + url.QueryEscape("市交通运输局") + "&open_type=" + string(kind))
		require.NoError(t, err)
		var found struct {
			Entries []struct {
				ID    string                  `json:"id"`
				Items []struct{ Name string } `json:"items"`
			} `json:"entries"`
		}
		require.NoError(t, json.NewDecoder(res.Body).Decode(&found))
		require.NoError(t, res.Body.Close())
		for _, e := range found.Entries {
			if sample.Policies()[e.ID] != "" {
				continue
			}
			if kind == catalog.Conditional {
				conditional = e.ID
				break
			}
			var names []string
			for _, i := range e.Items {
				names = append(names, i.Name)
			}
			unconditional, header = e.ID, strings.Join(names, ",")
			break
		}
	}
	require.NotEmpty(t, conditional)
	require.NotEmpty(t, unconditional)
	return conditional, unconditional, header
}
