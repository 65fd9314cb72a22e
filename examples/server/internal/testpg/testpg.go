// Package testpg starts PostgreSQL servers for tests.
package testpg

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Cluster is a server of its own that listens on a socket only.
type Cluster struct {
	// URL is where it is, such as postgres:///postgres?host=…
	URL     string
	bin     string
	dir     string
	as      *syscall.SysProcAttr
	t       testing.TB
	running bool
}

// Start starts one, which ends with the test. The test is skipped, with a message, where PostgreSQL is not installed.
func Start(t testing.TB) *Cluster {
	t.Helper()
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is a good one
		if len(found) == 0 {
			t.Skip("PostgreSQL is not installed (apt-get install postgresql)")
		}
		initdb = found[len(found)-1]
	}
	initdb, err = filepath.EvalSymlinks(initdb)
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "banfa-pg") // short: the path of a socket has at most 107 bytes
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	c := &Cluster{bin: filepath.Dir(initdb), dir: dir, as: &syscall.SysProcAttr{}, t: t}
	c.URL = "postgres:///postgres?" + url.Values{"host": {dir}, "user": {"banfa"}}.Encode()
	if os.Getuid() == 0 { // the server does not run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Skip("PostgreSQL does not run as root, and there is no user postgres")
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		require.NoError(t, err)
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, int(uid), int(gid)))
		c.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	c.run("initdb", "-D", c.data(), "-U", "banfa", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	c.Up()
	t.Cleanup(func() {
		if c.running {
			c.Down()
		}
	})
	return c
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Up starts the server again.
func (c *Cluster) Up() {
	c.t.Helper()
	c.run("pg_ctl", "-D", c.data(), "-w", "-l", filepath.Join(c.dir, "log"), "-o", "-c listen_addresses='' -k "+c.dir, "start")
	c.running = true
}

// Down ends it at once, as a crash does.
func (c *Cluster) Down() {
	c.t.Helper()
	c.run("pg_ctl", "-D", c.data(), "-w", "-m", "immediate", "stop")
	c.running = false
}

// Kill ends it as a power cut does: every process of it, by SIGKILL, with no time for anything.
func (c *Cluster) Kill() {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	require.NoError(c.t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	require.NoError(c.t, err)
	all := append(children(c.t, pid), pid)
	require.NoError(c.t, syscall.Kill(pid, syscall.SIGKILL)) // first: it would start others anew
	for _, p := range all {
		if err := syscall.Kill(p, syscall.SIGKILL); err != nil {
			require.ErrorIs(c.t, err, syscall.ESRCH) // it has noticed that its parent is gone
		}
	}
	require.Eventually(c.t, func() bool { // until nothing of it is left: a new one refuses to start beside an old one
		for _, p := range all {
			if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p)); err == nil && !strings.Contains(string(stat), ") Z ") {
				return false
			}
		}
		return true
	}, 10*time.Second, 10*time.Millisecond)
	locks, err := filepath.Glob(filepath.Join(c.dir, ".s.PGSQL.*.lock"))
	require.NoError(c.t, err)
	for _, lock := range append(locks, filepath.Join(c.data(), "postmaster.pid")) { // of a number that may be another's by now
		require.NoError(c.t, os.Remove(lock))
	}
	c.running = false
}

// children are the processes that a process has begun.
func children(t testing.TB, pid int) (all []int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	require.NoError(t, err)
	if len(lists) == 0 {
		t.Skip("which processes a server has cannot be told here")
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		require.NoError(t, err)
		for _, f := range strings.Fields(string(text)) {
			p, err := strconv.Atoi(f)
			require.NoError(t, err)
			all = append(all, p)
		}
	}
	return all
}

func (c *Cluster) run(name string, args ...string) {
	c.t.Helper()
	x := exec.Command(filepath.Join(c.bin, name), args...) //nolint:gosec // PostgreSQL's own programs
	x.Dir, x.SysProcAttr = c.dir, c.as
	text, err := x.CombinedOutput()
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(c.dir, "log")) // as far as there is one
		require.NoError(c.t, err, "%s: %s\n%s", name, text, log)
	}
}
