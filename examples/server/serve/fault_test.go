package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/examples/server/internal/testpg"
	"github.com/banfa-go/banfa/examples/server/store"
)

func verified(t *testing.T, s store.Store) int64 {
	t.Helper()
	n, err := store.Verify(t.Context(), s)
	require.NoError(t, err)
	return n
}

func logOf(t *testing.T, s store.Store) (events []store.Event) {
	t.Helper()
	for e, err := range s.Events(t.Context(), 0) {
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}

// Two servers on one PostgreSQL: one order, no number twice, no decision twice, and each sees at once what the other has written.
func TestTwoServersOnOneDatabase(t *testing.T) {
	pg := testpg.Start(t)
	key := func(c *Config) { c.Store, c.SessionKey = pg.URL, []byte(strings.Repeat("k", 32)) }
	servers := []*server{start(t, key), start(t, key)}
	entry := servers[0].entry("conditional")

	const each = 8
	var mu sync.Mutex
	ids := map[string]bool{}
	var wg sync.WaitGroup
	for _, s := range servers {
		p := s.as("dev-applicant")
		wg.Go(func() {
			for range each {
				status, text, err := p.try(http.MethodPost, "/api/v1/applications", map[string]any{"entry": entry, "facts": stated()})
				if !assert.NoError(t, err) || !assert.Equal(t, http.StatusOK, status, text) {
					return
				}
				var c struct{ ID string }
				assert.NoError(t, json.Unmarshal([]byte(text), &c))
				mu.Lock()
				assert.False(t, ids[c.ID], "%s twice", c.ID)
				ids[c.ID] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, ids, 2*each)

	officers := []*person{servers[0].as("dev-authority"), servers[1].as("dev-authority")}
	for id := range ids { // of the two that decide at the same time, one does
		var won atomic.Int32
		for i, p := range officers {
			wg.Go(func() {
				status, text, err := p.try(http.MethodPost, "/api/v1/applications/"+id+"/accept", nil)
				assert.NoError(t, err)
				if status == http.StatusOK {
					won.Add(1)
					other, text := officers[1-i].call(http.MethodGet, "/api/v1/applications/"+id, nil)
					assert.Equal(t, http.StatusOK, other)
					assert.Contains(t, text, `"state":"accepted"`, "the other sees it at once")
				} else {
					assert.Equal(t, http.StatusConflict, status, text)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, int32(1), won.Load(), id)
	}
	for _, s := range servers {
		require.NoError(t, s.Platform().Sync(t.Context()))
	}
	a, hashA := servers[0].Platform().Head()
	b, hashB := servers[1].Platform().Head()
	assert.Equal(t, a, b)
	assert.Equal(t, hashA, hashB)
	assert.Equal(t, a, verified(t, servers[0].store))
	accepted := 0
	for _, e := range logOf(t, servers[0].store) {
		if e.Kind == "application.application_accepted" {
			accepted++
		}
	}
	assert.Equal(t, 2*each, accepted)
}

// A database that goes away is said to be away, and nothing is lost when it comes back.
func TestTheDatabaseGoesAwayAndComesBack(t *testing.T) {
	pg := testpg.Start(t)
	s := start(t, func(c *Config) { c.Store = pg.URL + "&password=hunter2" })
	p := s.as("dev-applicant")
	body := map[string]any{"entry": s.entry("conditional"), "facts": stated()}
	p.made("/api/v1/applications", body)

	pg.Down()
	status, _ := p.call(http.MethodGet, "/readyz", nil)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	status, _ = p.call(http.MethodGet, "/healthz", nil)
	assert.Equal(t, http.StatusOK, status, "to restart the server would not help")
	status, text := p.call(http.MethodPost, "/api/v1/applications", body)
	assert.Equal(t, http.StatusServiceUnavailable, status, text)
	assert.NotContains(t, text, "banfa-pg", "the inside stays inside")

	pg.Up()
	require.Eventually(t, func() bool { status, _ := p.call(http.MethodGet, "/readyz", nil); return status == http.StatusOK }, 20*time.Second, 50*time.Millisecond)
	v := p.made("/api/v1/applications", body)
	assert.Equal(t, "A-000002", v["id"])
	assert.Equal(t, int64(4), verified(t, s.store))
	assert.NotContains(t, s.log.String(), "hunter2")
}

// A backup is taken while people write; put back, it is what the log was.
func TestABackupUnderLoadIsTheLog(t *testing.T) {
	s := start(t)
	p := s.as("dev-applicant")
	body := map[string]any{"entry": s.entry("conditional"), "facts": stated()}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			p.made("/api/v1/applications", body)
		}
	})
	dir := t.TempDir()
	for i := range 3 {
		require.NoError(t, s.Backup(t.Context(), filepath.Join(dir, fmt.Sprint(i))))
	}
	stop()
	wg.Wait()
	whole := logOf(t, s.store)
	for i := range 3 {
		copied, err := store.OpenSQLite(t.Context(), filepath.Join(dir, fmt.Sprint(i)), time.Now)
		require.NoError(t, err)
		n := verified(t, copied)
		assert.GreaterOrEqual(t, n, int64(2))
		assert.Equal(t, whole[:n], logOf(t, copied))
		require.NoError(t, copied.Close())
	}
	again := start(t, func(c *Config) { c.Store = filepath.Join(dir, "2") })
	status, text := again.as("dev-applicant").call(http.MethodGet, "/api/v1/applications/A-000001", nil)
	_, want := p.call(http.MethodGet, "/api/v1/applications/A-000001", nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, state(t, want), state(t, text))
}

// state is a case without the moment that it was looked at.
func state(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	standing, ok := v["standing"].(map[string]any)
	require.True(t, ok, text)
	delete(standing, "at")
	return v
}

// The clock jumps to and fro. No due date of an open case moves, nothing opens, and nothing expires because of it.
func TestTheClockJumps(t *testing.T) {
	var offset atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
	ticks := make(chan time.Time)
	var uptime atomic.Int64
	began := time.Now()
	s := start(t, func(c *Config) {
		c.Clock, c.Ticks = now, ticks
		c.since = func() time.Time { return began.Add(time.Duration(uptime.Load())) }
	})
	p := s.as("dev-applicant")
	v := p.made("/api/v1/applications", map[string]any{"entry": s.entry("conditional"), "facts": stated()})
	id, _ := v["id"].(string)
	due := func() any {
		status, text := s.as("dev-applicant").call(http.MethodGet, "/api/v1/applications/"+id, nil) // signed in at that time
		require.Equal(t, http.StatusOK, status, text)
		deadlines, ok := state(t, text)["standing"].(map[string]any)["deadlines"].([]any)
		require.True(t, ok)
		first, _ := deadlines[0].(map[string]any)
		return first["due"]
	}
	promised := due()
	require.NotEmpty(t, promised)
	_, permission := s.permission()
	for _, jump := range []time.Duration{-365 * 24 * time.Hour, 400 * 24 * time.Hour, -time.Hour, 20 * 365 * 24 * time.Hour, 0} {
		offset.Store(int64(jump))
		ticks <- time.Time{}
		ticks <- time.Time{} // the first has been dealt with
		assert.Equal(t, promised, due(), "%s", jump)
		c := s.Platform().Counts()
		assert.Equal(t, 1, c.Open["application"], "%s", jump)
		assert.Equal(t, 1, c.Open["permission"], "%s", jump)
	}
	assert.Contains(t, s.log.String(), "the clock has jumped")
	assert.Contains(t, s.log.String(), "a deadline is over", "while the clock said so")

	// Time that really passes does expire it: an hour of even time, and more.
	for range 62 {
		offset.Add(int64(time.Minute))
		uptime.Add(int64(time.Minute))
		ticks <- time.Time{}
	}
	for range 500 { // days, in steps that are no jumps
		offset.Add(int64(24 * time.Hour))
		uptime.Add(int64(24 * time.Hour))
		ticks <- time.Time{}
	}
	ticks <- time.Time{}
	assert.Zero(t, s.Platform().Counts().Open["permission"])
	events := logOf(t, s.store)
	last := events[len(events)-1]
	assert.Equal(t, "permission.permission_expired", last.Kind)
	assert.Equal(t, "system", last.Role)
	assert.Empty(t, last.Actor)
	assert.Equal(t, "permission/"+permission, last.Stream)
	assert.Equal(t, 1, strings.Count(s.log.String(), "expired"), "once")
	verified(t, s.store)
}

// A disk that is full: writes say so and change nothing, reads go on, and writes go on when there is room again.
func TestAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if text, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %s", text)
	}
	t.Cleanup(func() { assert.NoError(t, exec.Command("umount", dir).Run()) })
	s := start(t, func(c *Config) { c.Store = filepath.Join(dir, "log.db") })
	p := s.as("dev-applicant")
	body := map[string]any{"entry": s.entry("conditional"), "facts": stated()}
	acknowledged := 0
	full := false
	for range 2000 {
		status, text := p.call(http.MethodPost, "/api/v1/applications", body)
		if status != http.StatusOK {
			require.Equal(t, http.StatusInsufficientStorage, status, text)
			full = true
			break
		}
		acknowledged++
	}
	require.True(t, full)
	for range 3 {
		status, text := p.call(http.MethodPost, "/api/v1/applications", body)
		require.Equal(t, http.StatusInsufficientStorage, status, text)
		assert.Contains(t, text, `"storage"`)
	}
	status, text := s.deliver(s.entry("unconditional"), "x.csv", 50_000)
	assert.Equal(t, http.StatusInsufficientStorage, status, text)
	status, _ = p.call(http.MethodGet, fmt.Sprintf("/api/v1/applications/A-%06d", acknowledged), nil)
	assert.Equal(t, http.StatusOK, status, "reads go on")
	status, _ = p.call(http.MethodGet, "/readyz", nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, int64(2+acknowledged), verified(t, s.store))

	require.NoError(t, exec.Command("mount", "-o", "remount,size=8m", dir).Run())
	v := p.made("/api/v1/applications", body)
	assert.Equal(t, fmt.Sprintf("A-%06d", acknowledged+1), v["id"], "nothing is missing and nothing is there twice")
	assert.Equal(t, int64(3+acknowledged), verified(t, s.store))
	require.NoError(t, s.Stop(t.Context()))
}
