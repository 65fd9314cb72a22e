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
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/sample"
	"github.com/banfa-go/banfa/examples/server/store"
)

// process is a server in a process of its own.
type process struct {
	*exec.Cmd
	base string
}

func launch(t *testing.T, dir, addr string) *process {
	t.Helper()
	c := exec.Command(os.Args[0], "-listen", addr, "-store", filepath.Join(dir, "log.db"), "-spool", dir, "-session-key-file", filepath.Join(dir, "key"))
	var said bytes.Buffer
	c.Env, c.Stderr = append(os.Environ(), asServer+"=1"), &said
	require.NoError(t, c.Start())
	p := &process{c, "http://" + addr}
	if !assert.Eventually(t, func() bool {
		res, err := http.Get(p.base + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close() // only its status counts
		return res.StatusCode == http.StatusOK
	}, 30*time.Second, 5*time.Millisecond) {
		_ = c.Process.Kill() // it never came up
		_ = c.Wait()         // as above
		t.Fatal(said.String())
	}
	return p
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
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key"), []byte(strings.Repeat("k", 32)), 0o600))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())

	var mu sync.Mutex
	acknowledged := map[string]string{} // streams, and blobs by what they are
	told, cut := 0, 0
	var applicant, officer *http.Client
	for round := range rounds {
		p := launch(t, dir, addr)
		if round == 0 {
			applicant, officer = signIn(t, p.base, "dev-applicant"), signIn(t, p.base, "dev-opener")
		}
		conditional, unconditional, header := targets(t, p.base)
		write := func(c *http.Client, method, path string, body []byte, note func(answer []byte)) bool {
			q, err := http.NewRequestWithContext(t.Context(), method, p.base+path, bytes.NewReader(body))
			if !assert.NoError(t, err) {
				return false
			}
			q.Header.Set("Content-Type", "application/json")
			if method == http.MethodPut {
				q.Header.Set("Content-Type", "application/octet-stream")
			}
			res, err := c.Do(q)
			if err != nil {
				mu.Lock()
				cut++
				mu.Unlock()
				return false
			}
			text, err := io.ReadAll(res.Body)
			_ = res.Body.Close() // read as far as it came
			if err != nil || res.StatusCode == http.StatusTooManyRequests {
				return err == nil
			}
			if !assert.Equal(t, http.StatusOK, res.StatusCode, string(text)) {
				return false
			}
			mu.Lock()
			defer mu.Unlock()
			told++
			note(text)
			return true
		}
		var writers sync.WaitGroup
		for range 3 {
			writers.Go(func() {
				body, err := json.Marshal(map[string]any{"entry": conditional, "facts": map[string]any{}})
				assert.NoError(t, err)
				for write(applicant, http.MethodPost, "/api/v1/applications", body, func(text []byte) {
					var c struct{ ID string }
					assert.NoError(t, json.Unmarshal(text, &c))
					acknowledged["application/"+c.ID] = "application.application_received"
				}) {
				}
			})
		}
		writers.Go(func() {
			for i := 0; ; i++ {
				file := header + fmt.Sprintf("\nP%d-%d", round, i) + strings.Repeat(",x", strings.Count(header, ",")) + strings.Repeat("\nP"+strings.Repeat(",y", strings.Count(header, ",")), 2000)
				if !write(officer, http.MethodPut, "/api/v1/entries/"+unconditional+"/data?name=x.csv", []byte(file), func(text []byte) {
					var d struct{ Data struct{ Blob string } }
					assert.NoError(t, json.Unmarshal(text, &d))
					acknowledged[d.Data.Blob] = "data.delivered"
				}) {
					return
				}
			}
		})
		time.Sleep(time.Duration(100+rand.IntN(300)) * time.Millisecond)
		p.kill(t)
		writers.Wait()

		s, err := store.OpenSQLite(t.Context(), filepath.Join(dir, "log.db"), time.Now)
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
		for what, kind := range acknowledged {
			assert.Equal(t, kind, there[what], "round %d: %s was acknowledged", round, what)
		}
	}
	t.Logf("%d rounds: %d writes acknowledged, %d cut off", rounds, told, cut)
	assert.Greater(t, told, rounds)
	assert.Positive(t, cut, "something was on its way when it was killed")
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
