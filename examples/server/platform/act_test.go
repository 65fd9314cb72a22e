package platform_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// counted is a store whose appends are counted, held back, and made to fail.
type counted struct {
	store.Store
	appends atomic.Int64
	before  func(ctx context.Context, events []store.NewEvent) error
}

func (c *counted) Append(ctx context.Context, expect []store.Expect, events ...store.NewEvent) ([]store.Event, error) {
	c.appends.Add(1)
	if c.before != nil {
		if err := c.before(ctx, events); err != nil {
			return nil, err
		}
	}
	return c.Store.Append(ctx, expect, events...)
}

func newCounted(t *testing.T) (*city, *counted) {
	t.Helper()
	c := newCity(t)
	c.publish()
	s := &counted{Store: c.store}
	var err error
	c.Platform, err = platform.New(t.Context(), platform.Config{Store: s, Rules: rules(t), Clock: c.clock, Spool: t.TempDir()})
	require.NoError(t, err)
	return c, s
}

// queue lets n acts wait behind one that is being appended, and returns when that one may go on and all have ended.
func queue(t *testing.T, s *counted, first func() error, n int, each func(i int) error) (errs []error) {
	t.Helper()
	asked, going := make(chan struct{}), make(chan struct{})
	var once sync.Once
	then := s.before
	s.before = func(ctx context.Context, events []store.NewEvent) error {
		once.Do(func() { close(asked); <-going })
		if then != nil {
			return then(ctx, events)
		}
		return nil
	}
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, first()) })
	<-asked
	errs = make([]error, n)
	var begun sync.WaitGroup
	for i := range n {
		begun.Add(1)
		wg.Go(func() { begun.Done(); errs[i] = each(i) })
	}
	begun.Wait()
	time.Sleep(50 * time.Millisecond) // until they wait; those that come later are only done later
	close(going)
	wg.Wait()
	return errs
}

// Those who act at the same time share what it costs: few transactions, and each is told only when its own act is on the disk.
func TestActsThatWaitAreAppendedTogether(t *testing.T) {
	c, s := newCounted(t)
	entry := c.first(catalog.Conditional, "市交通运输局")
	const n = 40
	ids := make([]string, n)
	errs := queue(t, s, func() error { _, err := c.Apply(t.Context(), applicant, entry, complete()); return err }, n, func(i int) error {
		a, err := c.Apply(t.Context(), applicant, entry, complete())
		if err == nil {
			ids[i] = a.ID
		}
		return err
	})
	require.NoError(t, errors.Join(errs...))
	seen := map[string]bool{}
	for _, id := range ids {
		assert.False(t, seen[id], "%s twice", id)
		seen[id] = true
	}
	for i := range n {
		assert.True(t, seen[fmt.Sprintf("A-%06d", i+2)], "no number is left out")
	}
	assert.Less(t, s.appends.Load(), int64(n/2))
	_, err := store.Verify(t.Context(), c.store)
	require.NoError(t, err)
}

// Of two that decide on the same case one does, also where both wait for the same turn.
func TestActsOnOneCaseStillTakeTurns(t *testing.T) {
	c, s := newCounted(t)
	entry := c.first(catalog.Conditional, "市交通运输局")
	a, err := c.Apply(t.Context(), applicant, entry, complete())
	require.NoError(t, err)
	errs := queue(t, s, func() error { _, err := c.Apply(t.Context(), applicant, entry, complete()); return err }, 8, func(int) error {
		_, err := c.Accept(t.Context(), authority, a.ID)
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		refused(t, "illegal_event", err)
	}
	assert.Equal(t, 1, won)
}

// What goes wrong with one act goes wrong with no other that waited with it.
func TestActsFailAlone(t *testing.T) {
	c, s := newCounted(t)
	entry := c.first(catalog.Conditional, "市交通运输局")
	errBad := fmt.Errorf("%w: this one", store.ErrEvent)
	s.before = func(_ context.Context, events []store.NewEvent) error {
		for _, e := range events {
			if e.Stream == "session/bad" {
				return errBad
			}
		}
		return nil
	}
	gone, cancel := context.WithCancel(t.Context())
	errs := queue(t, s, func() error { _, err := c.Apply(t.Context(), applicant, entry, complete()); return err }, 9, func(i int) error {
		switch i {
		case 3:
			return c.EndSessions(t.Context(), authority, "bad")
		case 5:
			cancel()
			_, err := c.Apply(gone, applicant, entry, complete())
			return err
		}
		_, err := c.Apply(t.Context(), applicant, entry, complete())
		return err
	})
	for i, err := range errs {
		switch i {
		case 3:
			require.ErrorIs(t, err, errBad)
		case 5:
			require.ErrorIs(t, err, context.Canceled)
		default:
			require.NoError(t, err)
		}
	}
	_, total, err := c.Cases(t.Context(), applicant, platform.Applications, 0, 1)
	require.NoError(t, err)
	assert.Equal(t, 8, total)
	assert.Zero(t, c.Epoch("bad"))
}

// Where nobody knows whether what was sent happened, it is not done again: those who asked are told, and it is there once at most.
func TestWhatMayHaveHappenedIsNotDoneAgain(t *testing.T) {
	c, s := newCounted(t)
	entry := c.first(catalog.Conditional, "市交通运输局")
	errLost := errors.New("the connection was lost")
	first := true
	s.before = func(ctx context.Context, events []store.NewEvent) error {
		if first {
			first = false
			return nil
		}
		_, err := s.Store.Append(ctx, nil, events...) // it happened
		return errors.Join(err, errLost)
	}
	errs := queue(t, s, func() error { _, err := c.Apply(t.Context(), applicant, entry, complete()); return err }, 5, func(int) error {
		_, err := c.Apply(t.Context(), applicant, entry, complete())
		return err
	})
	for _, err := range errs {
		require.ErrorIs(t, err, errLost)
	}
	require.NoError(t, c.Sync(t.Context()))
	_, total, err := c.Cases(t.Context(), applicant, platform.Applications, 0, 1)
	require.NoError(t, err)
	assert.Equal(t, 6, total)
}

// A conflict, which another server brings about, is decided anew for all; a log that always conflicts is not tried for ever.
func TestConflictsAreDecidedAnew(t *testing.T) {
	c, s := newCounted(t)
	entry := c.first(catalog.Conditional, "市交通运输局")
	left := 3
	s.before = func(context.Context, []store.NewEvent) error {
		if left--; left >= 0 {
			return store.ErrConflict
		}
		return nil
	}
	_, err := c.Apply(t.Context(), applicant, entry, complete())
	require.NoError(t, err)
	left = 1 << 30
	_, err = c.Apply(t.Context(), applicant, entry, complete())
	require.ErrorIs(t, err, store.ErrConflict)
}
