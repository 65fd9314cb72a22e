package classify_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

var errUnreadable = errors.New("line 7 cannot be read")

// datasets yields n data sets named by their number; every tenth has a fact of a wrong type, and number 7 cannot be read at all.
func datasets(n int, taken *atomic.Int64) iter.Seq2[banfa.Facts, error] {
	return func(yield func(banfa.Facts, error) bool) {
		for i := range n {
			taken.Add(1)
			m := banfa.Map{"name": fmt.Sprint(i), "a": i%2 == 0, "c": false, "b": "low"}
			if i%10 == 0 {
				m["a"] = "yes"
			}
			var err error
			if i == 7 {
				m, err = nil, errUnreadable
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

func TestAStreamAnswersInOrderWithErrorsInTheirPlace(t *testing.T) {
	c := classifier(t, twoFacts)
	for _, workers := range []int{0, 1, 2, 16} {
		var taken atomic.Int64
		i := 0
		for r, err := range c.Stream(context.Background(), datasets(1000, &taken), workers) {
			var fe *banfa.FactError
			switch {
			case i == 7:
				require.ErrorIs(t, err, errUnreadable)
			case i%10 == 0:
				require.ErrorAs(t, err, &fe)
				require.Equal(t, "a", fe.Fact)
			default:
				require.NoError(t, err)
				require.Equal(t, fmt.Sprint(i), r.Name)
				require.Equal(t, map[bool]string{true: "closed", false: "open"}[i%2 == 0], r.Outcome)
			}
			i++
		}
		assert.Equal(t, 1000, i, "%d workers", workers)
	}
}

// settled waits until no more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines are left", runtime.NumGoroutine()-before)
}

func TestAConsumerThatStopsEarlyLeavesNoGoroutineAndStopsTheInput(t *testing.T) {
	c := classifier(t, twoFacts)
	before := runtime.NumGoroutine()
	for stop := range 20 {
		var taken atomic.Int64
		seen := 0
		for _, err := range c.Stream(context.Background(), datasets(1_000_000, &taken), 4) {
			require.NotErrorIs(t, err, context.Canceled)
			if seen == stop {
				break
			}
			seen++
		}
		read := taken.Load()
		assert.Less(t, read, int64(1000), "a few answers per worker are held, not the whole input")
		time.Sleep(time.Millisecond)
		assert.Equal(t, read, taken.Load(), "the input is not read any more once the loop has ended")
	}
	settled(t, before)
}

func TestACancelledStreamEnds(t *testing.T) {
	c := classifier(t, twoFacts)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var taken atomic.Int64
	good, cancelled := 0, 0
	// What was answered before the end may still come; the cause of the end comes last, and once.
	for _, err := range c.Stream(ctx, datasets(1_000_000, &taken), 4) {
		if errors.Is(err, context.Canceled) {
			cancelled++
		} else {
			require.Zero(t, cancelled, "no answer comes after the end")
			good++
		}
		if good == 20 {
			cancel()
		}
	}
	assert.Less(t, good, 2000)
	assert.Equal(t, 1, cancelled)
	settled(t, before)

	var last error
	for _, last = range c.Stream(ctx, datasets(10, &taken), 2) {
	}
	require.ErrorIs(t, last, context.Canceled, "a stream that was cut short is never taken for a whole one")
	settled(t, before)
}

func TestAStreamOfNothingYieldsNothing(t *testing.T) {
	for r, err := range classifier(t, twoFacts).Stream(context.Background(), func(func(banfa.Facts, error) bool) {}, 3) {
		t.Fatal("an answer to no question", r, err)
	}
}

func TestAStreamTakesCallOptions(t *testing.T) {
	in := func(yield func(banfa.Facts, error) bool) { yield(banfa.Map{"a": true, "c": false}, nil) }
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for r, err := range classifier(t, twoFacts).Stream(context.Background(), in, 1, classify.At(at), classify.WithoutPaths()) {
		require.NoError(t, err)
		assert.Equal(t, "2027-01-01T08:00:00+08:00", r.At)
		assert.Empty(t, r.Paths)
	}
}
