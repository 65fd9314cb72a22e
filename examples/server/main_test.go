package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asServer makes the test binary the server itself, for tests that need a process to kill.
const asServer = "BANFA_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		main()
	}
	os.Exit(m.Run())
}

// words keeps what a command says.
type words struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(b)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

func command(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var a, b words
	status = run(t.Context(), args, &a, &b)
	return status, a.String(), b.String()
}

// serving runs the server until the test, or stop, ends it.
func serving(t *testing.T, args ...string) (out *words, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out = &words{}
	var status int
	done := make(chan struct{})
	go func() {
		defer close(done)
		status = run(ctx, args, out, out)
	}()
	require.Eventually(t, func() bool {
		select {
		case <-done:
			return true
		default:
			return strings.Contains(out.String(), "banfa: http://")
		}
	}, 30*time.Second, 5*time.Millisecond)
	require.Contains(t, out.String(), "banfa: http://")
	stop = func() int { cancel(); <-done; return status }
	t.Cleanup(func() { stop() })
	return out, stop
}

var readmeCommand = regexp.MustCompile(`(?m)^go run \./examples/server(.*)$`)

// The commands of both READMEs work as they are written there: those that need nothing else are run, one after the other, and the flags of all are known.
func TestTheCommandsOfTheREADMEs(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			t.Chdir(t.TempDir())
			ran := map[string]bool{}
			for _, m := range readmeCommand.FindAllStringSubmatch(string(text), -1) {
				line, _, _ := strings.Cut(m[1], " #")
				args := strings.Fields(line)
				sub, rest := "serve", args
				if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
					sub, rest = args[0], args[1:]
				}
				status, out, errs := command(t, append([]string{sub, "-version"}, rest...)...)
				require.Zero(t, status, "%s: %s", line, errs)
				require.Contains(t, out, "banfa-server")
				switch {
				case strings.Contains(line, "//") || strings.Contains(line, "-file") || strings.Contains(line, "-rules"): // needs something of the reader's
				case sub == "serve":
					_, stop := serving(t, append([]string{"-listen", "127.0.0.1:0"}, rest...)...)
					assert.Zero(t, stop(), line)
					ran[sub] = true
				default:
					status, out, errs := command(t, args...)
					require.Zero(t, status, "%s: %s", line, errs)
					require.NotEmpty(t, out)
					ran[sub] = true
				}
			}
			assert.Equal(t, map[string]bool{"serve": true, "verify": true, "backup": true, "restore": true, "signout": true}, ran)
		})
	}
}

func TestALogThatWasChangedIsFound(t *testing.T) {
	t.Chdir(t.TempDir())
	_, stop := serving(t, "-listen", "127.0.0.1:0")
	require.Zero(t, stop())
	status, out, _ := command(t, "verify")
	require.Zero(t, status)
	head := out[strings.LastIndex(out, " ")+1 : len(out)-1]
	status, _, _ = command(t, "verify", head)
	assert.Zero(t, status)
	status, _, errs := command(t, "verify", "2="+strings.Repeat("0", 64))
	assert.Equal(t, 3, status)
	assert.Contains(t, errs, "not the one that was noted")
	status, _, errs = command(t, "verify", "two")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "SEQ=HASH")
}

func TestRestoreNeverWritesOverAStore(t *testing.T) {
	t.Chdir(t.TempDir())
	_, stop := serving(t, "-listen", "127.0.0.1:0")
	require.Zero(t, stop())
	status, _, _ := command(t, "backup", "copy.db")
	require.Zero(t, status)
	status, _, errs := command(t, "restore", "copy.db")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "is there already")
	require.NoError(t, os.WriteFile("half.db", []byte("SQLite format 3\x00 cut off"), 0o600))
	status, _, _ = command(t, "restore", "-store", "new.db", "half.db")
	assert.Equal(t, 1, status)
	assert.NoFileExists(t, "new.db")
	status, _, errs = command(t, "restore", "-store", "new.db", "copy.db")
	assert.Zero(t, status, errs)
	_, before, _ := command(t, "verify")
	_, after, _ := command(t, "verify", "-store", "new.db")
	assert.Equal(t, before, after)
	left, err := filepath.Glob("*.partial*")
	require.NoError(t, err)
	assert.Empty(t, left)
}

// An operator ends somebody's sessions while the server goes on.
func TestSigningSomebodyOut(t *testing.T) {
	t.Chdir(t.TempDir())
	out, _ := serving(t, "-listen", "127.0.0.1:0")
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(out.String())
	c := signIn(t, base, "dev-applicant")
	status := func() int {
		res, err := c.Get(base + "/api/v1/applications")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	require.Equal(t, 200, status())
	code, said, errs := command(t, "signout", "dev-applicant")
	require.Zero(t, code, errs)
	assert.Contains(t, said, "dev-applicant")
	assert.Equal(t, 401, status())
	code, _, errs = command(t, "verify")
	assert.Zero(t, code, errs)
}

func TestWhatTheCommandLineRefuses(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	file := func(name, text string) string {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	for _, c := range []struct {
		status int
		says   string
		args   []string
	}{
		{2, "flag provided but not defined", []string{"-no-such"}},
		{2, "usage", []string{"frobnicate"}},
		{2, "flags begin with a dash", []string{"serve", "file"}},
		{2, "NAME=VALUE", []string{"-key", "x"}},
		{2, "an address or a network", []string{"-trusted-proxy", "proxy.example"}},
		{1, "hexadecimal", []string{"-key", "k=" + file("k", "secret!"), "-listen", "127.0.0.1:0"}},
		{1, "write the URL of PostgreSQL", []string{"-store-file", file("s", "log.db")}},
		{1, "no such file", []string{"verify", "-store", "none.db"}},
		{1, "no such file", []string{"-session-key-file", "none", "-listen", "127.0.0.1:0"}},
		{1, "at least 32 bytes", []string{"-session-key-file", file("short", "x"), "-listen", "127.0.0.1:0"}},
		{1, "everybody could be anybody", []string{"-listen", "0.0.0.0:0"}},
		{1, "must begin with http", []string{"-otlp", "collector", "-listen", "127.0.0.1:0"}},
		{1, "name one file", []string{"backup"}},
		{1, "name the subject", []string{"signout"}},
		{1, "name one file", []string{"restore", "a", "b"}},
		{1, "xxxxx", []string{"verify", "-store", "postgres://u:hunter2@127.0.0.1:1/hunter2"}},
	} {
		status, out, errs := command(t, c.args...)
		assert.Equal(t, c.status, status, "%v: %s", c.args, errs)
		if c.says != "usage" {
			assert.Contains(t, errs, c.says, "%v", c.args)
		}
		assert.NotContains(t, out+errs, "hunter2")
		assert.NotContains(t, out+errs, "secret!")
	}
	assert.NoFileExists(t, "none.db")
	status, _, errs := command(t, "-help")
	assert.Zero(t, status)
	for _, flag := range []string{"-trusted-proxy", "-otlp", "-store-file", "verify [flags]"} {
		assert.Contains(t, errs, flag)
	}
	require.NoError(t, errors.Join(os.Remove("k"), os.Remove("s")))
}
