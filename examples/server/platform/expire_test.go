package platform_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// What time brings about is written once, whoever asks and however often, and by nobody (Article 43).
func TestPermissionsExpireOnce(t *testing.T) {
	c := newCity(t)
	c.publish()
	first, err := c.Commit(t.Context(), applicant, c.first(catalog.Unconditional, "市交通运输局"), true)
	require.NoError(t, err)
	c.now = c.now.AddDate(0, 1, 0)
	second, err := c.Commit(t.Context(), applicant, c.first(catalog.Unconditional, "市交通运输局"), true)
	require.NoError(t, err)
	n, err := c.Expire(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n)

	until, ok := first.Standing.Facts["valid_until"].(string)
	require.True(t, ok)
	day, err := time.Parse(time.DateOnly, until)
	require.NoError(t, err)
	c.now = day.Add(-8*time.Hour + 24*time.Hour - time.Second) // the last second of its last day, in Shenzhen
	n, err = c.Expire(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n, "that day included")

	c.now = c.now.Add(time.Second)
	other, err := platform.New(t.Context(), platform.Config{Store: c.store, Rules: rules(t), Clock: c.clock})
	require.NoError(t, err)
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for _, p := range []*platform.Platform{c.Platform, other, c.Platform, other} {
		wg.Go(func() {
			n, err := p.Expire(t.Context())
			assert.NoError(t, err)
			mu.Lock()
			total += n
			mu.Unlock()
		})
	}
	wg.Wait()
	assert.Equal(t, 1, total)
	require.NoError(t, c.Sync(t.Context()))
	one, err := c.Case(t.Context(), applicant, platform.Permissions, first.ID)
	require.NoError(t, err)
	assert.Equal(t, "expired", one.Standing.State)
	two, err := c.Case(t.Context(), applicant, platform.Permissions, second.ID)
	require.NoError(t, err)
	assert.Equal(t, "active", two.Standing.State)
	assert.Equal(t, 1, c.Counts().Open[platform.Permissions])
	var last store.Event
	for e, err := range c.store.Events(t.Context(), 0) {
		require.NoError(t, err)
		last = e
	}
	assert.Equal(t, "permission.permission_expired", last.Kind)
	assert.Equal(t, string(identity.System), last.Role)
	assert.Empty(t, last.Actor)

	_, err = c.Do(t.Context(), authority, platform.Permissions, second.ID, "permission_expired", nil)
	require.Error(t, err, "nobody says that time is over")
}

func TestOverdueDeadlinesAreCounted(t *testing.T) {
	c := newCity(t)
	c.publish()
	a, err := c.Apply(t.Context(), applicant, c.first(catalog.Conditional, "市交通运输局"), complete())
	require.NoError(t, err)
	assert.Zero(t, c.Counts().Overdue[platform.Applications])
	assert.Empty(t, c.Overdue())
	c.now = c.now.AddDate(0, 2, 0)
	assert.Equal(t, 1, c.Counts().Overdue[platform.Applications])
	late := c.Overdue()
	require.Len(t, late, 1)
	assert.Equal(t, a.ID, late[0].ID)
	assert.Equal(t, a.Standing.Deadlines[0].Due, late[0].Due[0].Due)
	_, err = c.Do(t.Context(), applicant, platform.Applications, a.ID, "application_withdrawn", nil)
	require.NoError(t, err)
	assert.Empty(t, c.Overdue())
}

// A request that is canceled while events are taken in does not leave half of one behind, for itself or anybody else.
func TestWhoGoesAwayBreaksNothing(t *testing.T) {
	c := newCity(t)
	c.publish()
	entry := c.first(catalog.Conditional, "市交通运输局")
	other, err := platform.New(t.Context(), platform.Config{Store: c.store, Rules: rules(t), Clock: c.clock})
	require.NoError(t, err)
	for i := range 30 {
		_, err := c.Apply(t.Context(), applicant, entry, complete())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = other.Sync(ctx) // canceled at one moment or another
		}()
		time.Sleep(time.Duration(i*40) * time.Microsecond)
		cancel()
		<-done
	}
	require.NoError(t, other.Sync(t.Context()))
	_, total, err := other.Cases(t.Context(), applicant, platform.Applications, 0, 100)
	require.NoError(t, err)
	assert.Equal(t, 30, total)
	seq, hash := c.Head()
	otherSeq, otherHash := other.Head()
	assert.Equal(t, seq, otherSeq)
	assert.Equal(t, hash, otherHash)
}

// A log under a running server that is not the one it has read: it says so, and does not go on with another.
func TestAnotherLogUnderARunningServerIsNoticed(t *testing.T) {
	c := newCity(t)
	c.publish()
	entry := c.first(catalog.Conditional, "市交通运输局")
	swap := &swapped{Store: c.store}
	p, err := platform.New(t.Context(), platform.Config{Store: swap, Rules: rules(t), Clock: c.clock})
	require.NoError(t, err)
	_, err = p.Apply(t.Context(), applicant, entry, complete())
	require.NoError(t, err)
	empty := newCity(t)
	empty.now = empty.now.Add(time.Hour)
	swap.Store = empty.store
	require.ErrorContains(t, p.Sync(t.Context()), "not the one that was read before")
	empty.publish()
	_, err = empty.Apply(t.Context(), applicant, entry, complete())
	require.NoError(t, err)
	_, err = empty.Apply(t.Context(), applicant, entry, complete())
	require.NoError(t, err)
	require.ErrorContains(t, p.Sync(t.Context()), "not the one that was read before", "nor a longer one")
}

type swapped struct{ store.Store }
