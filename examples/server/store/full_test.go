package store_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/examples/server/store"
)

// Where there is no room, nothing is written by half: the log ends with what was acknowledged, and goes on when there is room again.
func TestWithoutRoomNothingChanges(t *testing.T) {
	s, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "log.db"), clock())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	require.NoError(t, store.LimitPages(t.Context(), s, 20))
	note := strings.Repeat("停", 500)
	event := store.NewEvent{Stream: "a", Kind: "k", Data: note}
	acknowledged := int64(0)
	for ; err == nil; acknowledged += 3 {
		_, err = s.Append(t.Context(), []store.Expect{{Stream: "a", Version: acknowledged}}, event, event, event)
	}
	acknowledged -= 3
	require.ErrorIs(t, err, store.ErrReadOnly)
	_, _, err = s.PutBlob(t.Context(), bytes.NewReader(make([]byte, 1<<20)), 1<<30)
	require.ErrorIs(t, err, store.ErrReadOnly)
	for range 3 {
		_, err = s.Append(t.Context(), nil, event, event, event)
		require.ErrorIs(t, err, store.ErrReadOnly)
	}
	seq, _, err := s.Head(t.Context())
	require.NoError(t, err)
	assert.Equal(t, acknowledged, seq)
	assert.Positive(t, seq)

	require.NoError(t, store.LimitPages(t.Context(), s, 1000))
	digest, _, err := s.PutBlob(t.Context(), bytes.NewReader(make([]byte, 1<<20)), 1<<30)
	require.NoError(t, err)
	made, err := s.Append(t.Context(), []store.Expect{{Stream: "a", Version: acknowledged}}, store.NewEvent{Stream: "a", Kind: "k", Data: map[string]string{"blob": digest}})
	require.NoError(t, err)
	assert.Equal(t, acknowledged+1, made[0].Seq)
	n, err := store.Verify(t.Context(), s)
	require.NoError(t, err)
	assert.Equal(t, acknowledged+1, n)
}

// An event that no database would take is told apart from what may have happened.
func TestAnEventThatCannotBeWritten(t *testing.T) {
	eachStore(t, func(t *testing.T, s store.Store) {
		good := store.NewEvent{Stream: "a", Kind: "k"}
		_, err := s.Append(t.Context(), nil, good, store.NewEvent{Stream: "a", Kind: "k", Data: func() {}})
		require.ErrorIs(t, err, store.ErrEvent)
		if _, err = s.Append(t.Context(), nil, good, store.NewEvent{Stream: "a\x00", Kind: "k"}); err != nil { // SQLite takes it
			require.ErrorIs(t, err, store.ErrEvent)
		}
		before := len(all(t, s))
		_, err = s.Append(t.Context(), nil, good)
		require.NoError(t, err)
		assert.Len(t, all(t, s), before+1)
	})
}
