package banfa_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// disk is a file system whose files can be replaced while others read it.
type disk struct{ files atomic.Pointer[fstest.MapFS] }

func (d *disk) Open(name string) (fs.File, error) { return d.files.Load().Open(name) }

func (d *disk) write(text string) {
	files := withLaw(text)
	d.files.Store(&files)
}

func newDisk(text string) *disk {
	d := &disk{}
	d.write(text)
	return d
}

const (
	closes = head + sound // a true closes
	opens  = head + `facts: {a: {label: 甲, type: bool}}
rules:
  - {id: x, basis: 第一条第（一）项, when: a, outcome: open}
otherwise: {id: rest, basis: 第二条, outcome: closed}
`
	broken = head + "facts: {a: {label: 甲\n" // half written
)

func TestAReloadSwapsOnlyWhatChangedAndLoads(t *testing.T) {
	ctx := context.Background()
	d := newDisk(closes)
	l, err := banfa.NewLive(ctx, d, nil)
	require.NoError(t, err)
	first := l.Rules()

	changed, err := l.Reload(ctx)
	require.NoError(t, err)
	assert.False(t, changed, "the same files change nothing")
	assert.Same(t, first, l.Rules())

	d.write(broken)
	changed, err = l.Reload(ctx)
	assert.False(t, changed)
	assert.Same(t, first, l.Rules(), "a half-written bundle leaves the old rules in force")
	var ds *banfa.Diagnostics
	require.ErrorAs(t, err, &ds, "and says what is wrong")
	assert.ErrorContains(t, err, "the rules in force stay")

	d.write(opens)
	changed, err = l.Reload(ctx)
	require.NoError(t, err)
	assert.True(t, changed)
	assert.NotEqual(t, first.Digest(), l.Rules().Digest())
}

func TestRulesWithWarningsDoNotReplaceThoseInForce(t *testing.T) {
	ctx := context.Background()
	d := newDisk(closes)
	l, err := banfa.NewLive(ctx, d, nil)
	require.NoError(t, err)
	d.write(head + "facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}\n" + strings.SplitN(sound, "\n", 2)[1])
	changed, err := l.Reload(ctx)
	assert.False(t, changed)
	require.ErrorContains(t, err, "BF2006")
}

func TestWhatTheHostDoesNotAcceptIsNotSwapped(t *testing.T) {
	ctx := context.Background()
	d := newDisk(closes)
	refuse := errors.New("the suite fails")
	n := 0
	l, err := banfa.NewLive(ctx, d, []func(context.Context, *banfa.Rules) error{func(context.Context, *banfa.Rules) error {
		if n++; n > 1 {
			return refuse
		}
		return nil
	}})
	require.NoError(t, err)
	old := l.Rules()
	d.write(opens)
	changed, err := l.Reload(ctx)
	assert.False(t, changed)
	require.ErrorIs(t, err, refuse)
	assert.Same(t, old, l.Rules())
}

func TestTheFirstLoadMustSucceed(t *testing.T) {
	_, err := banfa.NewLive(context.Background(), newDisk(broken), nil)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "in force")
}

// Readers classify while the rules are swapped: each answer is that of one of the two bundles, whole. Run with -race.
func TestReadersClassifyWhileReloadsSwap(t *testing.T) {
	ctx := context.Background()
	d := newDisk(closes)
	l, err := banfa.NewLive(ctx, d, nil)
	require.NoError(t, err)
	closing := l.Rules().Digest()
	var stop atomic.Bool
	var readers sync.WaitGroup
	for range 4 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for !stop.Load() {
				rules := l.Rules()
				c, err := classify.New(rules)
				if !assert.NoError(t, err) {
					return
				}
				r, err := c.Classify(ctx, banfa.Map{"a": true})
				want := "open"
				if rules.Digest() == closing {
					want = "closed"
				}
				if !assert.NoError(t, err) || !assert.Equal(t, want, r.Outcome) {
					return
				}
			}
		}()
	}
	swaps := 0
	for i := range 30 {
		d.write([]string{opens, broken, closes}[i%3])
		changed, err := l.Reload(ctx)
		if changed {
			swaps++
		}
		assert.Equal(t, i%3 == 1, err != nil)
	}
	stop.Store(true)
	readers.Wait()
	assert.Equal(t, 20, swaps)
}

func TestPollReportsEachSwapAndEachFailureOnce(t *testing.T) {
	ctx := context.Background()
	d := newDisk(closes)
	l, err := banfa.NewLive(ctx, d, nil)
	require.NoError(t, err)
	var reports []string
	for _, text := range []string{closes, broken, opens, opens, broken, closes} {
		d.write(text)
		ticks := make(chan time.Time, 3)
		for range cap(ticks) {
			ticks <- time.Time{}
		}
		close(ticks)
		l.Poll(ctx, ticks, func(changed bool, err error) {
			if err != nil {
				reports = append(reports, "failed")
			} else if changed {
				reports = append(reports, "swapped")
			}
		})
	}
	assert.Equal(t, []string{"failed", "swapped", "failed", "swapped"}, reports)
}

func TestPollEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l, err := banfa.NewLive(ctx, newDisk(closes), nil)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Poll(ctx, make(chan time.Time), func(bool, error) {})
	}()
	cancel()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("Poll goes on after its context has ended")
	}
}
