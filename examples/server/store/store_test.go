package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/examples/server/internal/testpg"
	"github.com/banfa-go/banfa/examples/server/store"
)

var morning = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// clock goes on by a second at each look.
func clock() store.Clock {
	var mu sync.Mutex
	now := morning
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

// eachStore runs a test over both kinds of database. PostgreSQL is left out, with a message, where it is not installed.
func eachStore(t *testing.T, f func(t *testing.T, s store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		s, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "log.db"), clock())
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		f(t, s)
	})
	t.Run("postgres", func(t *testing.T) {
		s, err := store.OpenPostgres(t.Context(), testpg.Start(t).URL, clock())
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		f(t, s)
	})
}

func all(t *testing.T, s store.Store) (events []store.Event) {
	t.Helper()
	for e, err := range s.Events(t.Context(), 0) {
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}

func TestWhatIsAppendedIsReadBackInOrder(t *testing.T) {
	eachStore(t, func(t *testing.T, s store.Store) {
		seq, hash, err := s.Head(t.Context())
		require.NoError(t, err)
		assert.Zero(t, seq)
		assert.Equal(t, strings.Repeat("0", 64), hash)

		made, err := s.Append(t.Context(), []store.Expect{{"application/A-1", 0}},
			store.NewEvent{Stream: "application/A-1", Actor: "张三", Role: "applicant", Kind: "application.submitted", Data: map[string]any{"z": 1, "a": "<&>"}},
			store.NewEvent{Stream: "application/A-1", Role: "system", Kind: "application.accepted"})
		require.NoError(t, err)
		more, err := s.Append(t.Context(), nil, store.NewEvent{Stream: "objection/O-1", Kind: "objection.raised", Data: 1e3})
		require.NoError(t, err)

		got := all(t, s)
		assert.Equal(t, append(made, more...), got)
		assert.Equal(t, `{"a":"<&>","z":1}`, string(got[0].Data))
		assert.Equal(t, "null", string(got[1].Data))
		assert.Equal(t, []int64{1, 2, 1}, []int64{got[0].Version, got[1].Version, got[2].Version})
		assert.Equal(t, morning.Add(time.Second), got[0].At)
		seq, hash, err = s.Head(t.Context())
		require.NoError(t, err)
		assert.Equal(t, int64(3), seq)
		assert.Equal(t, got[2].Hash, hash)

		n, err := store.Verify(t.Context(), s, store.Anchor{Seq: 2, Hash: got[1].Hash})
		require.NoError(t, err)
		assert.Equal(t, int64(3), n)
	})
}

func TestWhoDecidesOnWhatIsNoLongerSoIsRefused(t *testing.T) {
	eachStore(t, func(t *testing.T, s store.Store) {
		submit := store.NewEvent{Stream: "a", Kind: "submitted"}
		_, err := s.Append(t.Context(), []store.Expect{{"a", 0}}, submit)
		require.NoError(t, err)
		_, err = s.Append(t.Context(), []store.Expect{{"a", 0}, {"b", 0}}, submit, submit)
		require.ErrorIs(t, err, store.ErrConflict)
		_, err = s.Append(t.Context(), []store.Expect{{"b", 1}}, submit)
		require.ErrorIs(t, err, store.ErrConflict)
		assert.Len(t, all(t, s), 1, "all or none")
	})
}

func TestManyWritersMakeOneChain(t *testing.T) {
	eachStore(t, func(t *testing.T, s store.Store) {
		const writers, each = 8, 12
		var wg sync.WaitGroup
		won := make([]int, writers)
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					_, err := s.Append(t.Context(), []store.Expect{{fmt.Sprint("race/", i), 0}}, store.NewEvent{Stream: fmt.Sprint("race/", i), Kind: "claimed", Data: w})
					if err == nil {
						won[w]++
					} else {
						assert.ErrorIs(t, err, store.ErrConflict)
					}
					_, err = s.Append(t.Context(), nil, store.NewEvent{Stream: fmt.Sprint("own/", w), Kind: "noted"})
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
		total := 0
		for _, n := range won {
			total += n
		}
		assert.Equal(t, each, total, "each was claimed once")
		n, err := store.Verify(t.Context(), s)
		require.NoError(t, err)
		assert.Equal(t, int64(each+writers*each), n)
	})
}

func TestTimeNeverGoesBack(t *testing.T) {
	times := []time.Time{morning, morning.Add(-time.Hour), morning.Add(time.Minute)}
	i := -1
	s, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "log.db"), func() time.Time { i++; return times[i] })
	require.NoError(t, err)
	defer func() { assert.NoError(t, s.Close()) }()
	for range times {
		_, err := s.Append(t.Context(), nil, store.NewEvent{Stream: "a"})
		require.NoError(t, err)
	}
	got := all(t, s)
	assert.Equal(t, []time.Time{morning, morning, morning.Add(time.Minute)}, []time.Time{got[0].At, got[1].At, got[2].At})
}

func TestBlobs(t *testing.T) {
	eachStore(t, func(t *testing.T, s store.Store) {
		content := bytes.Repeat([]byte("停车场\n"), 300_000) // three chunks
		digest, size, err := s.PutBlob(t.Context(), bytes.NewReader(content), int64(len(content)))
		require.NoError(t, err)
		assert.Equal(t, int64(len(content)), size)
		again, _, err := s.PutBlob(t.Context(), bytes.NewReader(content), int64(len(content)))
		require.NoError(t, err)
		assert.Equal(t, digest, again)
		r, n, err := s.Blob(t.Context(), digest)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, errors.Join(err, r.Close()))
		assert.Equal(t, size, n)
		assert.True(t, bytes.Equal(content, got))

		empty, _, err := s.PutBlob(t.Context(), strings.NewReader(""), 10)
		require.NoError(t, err)
		r, _, err = s.Blob(t.Context(), empty)
		require.NoError(t, err)
		got, err = io.ReadAll(r)
		require.NoError(t, err)
		assert.Empty(t, got)

		_, _, err = s.PutBlob(t.Context(), bytes.NewReader(content), 100)
		var large *store.TooLargeError
		require.ErrorAs(t, err, &large)
		_, _, err = s.PutBlob(t.Context(), io.MultiReader(strings.NewReader("half"), failing{}), 100)
		require.ErrorIs(t, err, errCut)
		_, _, err = s.Blob(t.Context(), "sha256:"+strings.Repeat("0", 64))
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

var errCut = errors.New("the client has gone")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errCut }

func fill(t *testing.T, s store.Store) {
	t.Helper()
	digest, _, err := s.PutBlob(t.Context(), strings.NewReader("目录"), 100)
	require.NoError(t, err)
	for i := range 20 {
		_, err := s.Append(t.Context(), nil, store.NewEvent{Stream: fmt.Sprint("s/", i%3), Kind: "k", Data: map[string]any{"blob": digest, "i": i}})
		require.NoError(t, err)
	}
}

func TestABackupIsWholeAndCanBePutBack(t *testing.T) {
	eachStore(t, func(t *testing.T, s store.Store) {
		fill(t, s)
		path := filepath.Join(t.TempDir(), "backup.db")
		done := make(chan struct{})
		go func() { // while it is used
			defer close(done)
			for range 20 {
				_, err := s.Append(context.WithoutCancel(t.Context()), nil, store.NewEvent{Stream: "busy", Kind: "k"})
				assert.NoError(t, err)
			}
		}()
		require.NoError(t, s.Backup(t.Context(), path))
		<-done
		copied, err := store.OpenSQLite(t.Context(), path, clock())
		require.NoError(t, err)
		defer func() { assert.NoError(t, copied.Close()) }()
		n, err := store.Verify(t.Context(), copied)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, n, int64(20))
		assert.Equal(t, all(t, s)[:n], all(t, copied))

		back, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "back.db"), clock())
		require.NoError(t, err)
		defer func() { assert.NoError(t, back.Close()) }()
		require.NoError(t, store.Copy(t.Context(), copied, back))
		assert.Equal(t, all(t, copied), all(t, back))
		require.Error(t, store.Copy(t.Context(), copied, back), "never over something")
	})
}

// Whatever one changes in the file, the log no longer verifies.
func TestVerifyFindsAnyChange(t *testing.T) {
	changes := []struct{ name, statement string }{
		{"an actor", "update events set actor = 'x' where seq = 7"},
		{"one character of data", `update events set data = replace(data, '"i":6', '"i":5') where seq = 7`},
		{"a time", "update events set at = at + 1 where seq = 7"},
		{"an event taken out", "delete from events where seq = 7"},
		{"two events swapped", "update events set seq = case seq when 7 then -8 else -7 end where seq in (7, 8); update events set seq = -seq where seq < 0"},
		{"a hash", "update events set hash = prev where seq = 7"},
		{"a blob", "update blob_chunks set data = 'x'"},
		{"a blob taken out", "delete from blobs"},
		{"the end cut off", "delete from events where seq > 18"},
	}
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log.db")
			s, err := store.OpenSQLite(t.Context(), path, clock())
			require.NoError(t, err)
			fill(t, s)
			seq, hash, err := s.Head(t.Context())
			require.NoError(t, err)
			db, err := sql.Open("sqlite", path)
			require.NoError(t, err)
			_, err = db.ExecContext(t.Context(), c.statement)
			require.NoError(t, errors.Join(err, db.Close()))
			_, err = store.Verify(t.Context(), s, store.Anchor{Seq: seq, Hash: hash})
			var broken *store.BrokenError
			require.ErrorAs(t, err, &broken)
			require.NoError(t, s.Close())
		})
	}
}

func TestALogWrittenAnewIsNotTheOneThatWasNoted(t *testing.T) {
	s, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "log.db"), clock())
	require.NoError(t, err)
	defer func() { assert.NoError(t, s.Close()) }()
	fill(t, s)
	_, err = store.Verify(t.Context(), s, store.Anchor{Seq: 3, Hash: strings.Repeat("a", 64)})
	var broken *store.BrokenError
	require.ErrorAs(t, err, &broken)
	assert.Equal(t, int64(3), broken.Seq)
}

func TestALaterDatabaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	s, err := store.OpenSQLite(t.Context(), path, clock())
	require.NoError(t, err)
	require.NoError(t, s.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "insert into schema_version values (99)")
	require.NoError(t, errors.Join(err, db.Close()))
	_, err = store.OpenSQLite(t.Context(), path, clock())
	require.ErrorContains(t, err, "use a newer program")
}

// Different events have different hashes: no two ways to split the same characters over the fields are alike.
func TestTheHashTellsFieldsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 0, 3, -1)
		draw := func(name string) store.Event {
			return store.Event{
				Seq: rapid.Int64Range(1, 2).Draw(t, name), Stream: text.Draw(t, name), Actor: text.Draw(t, name), Role: text.Draw(t, name), Kind: text.Draw(t, name),
				Data: []byte(text.Draw(t, name)), Prev: text.Draw(t, name), At: time.UnixMicro(rapid.Int64Range(0, 1).Draw(t, name)).UTC(),
			}
		}
		a, b := draw("a"), draw("b")
		same := assert.ObjectsAreEqual(a, b)
		assert.Equal(t, same, a.Sum() == b.Sum())
	})
}
