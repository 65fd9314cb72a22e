package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/workday"
)

var shared = filepath.Join("..", "..", "..", "..", "shared", "data", "calendar")

func TestTheCommittedFilesAreWhatTheFactsGive(t *testing.T) {
	if _, err := os.Stat(shared); os.IsNotExist(err) {
		t.Skip("the collected facts (../shared/data/calendar) are not beside this module")
	}
	files, err := generate(shared)
	require.NoError(t, err)
	committed, err := filepath.Glob(filepath.Join("..", "data", "*"))
	require.NoError(t, err)
	assert.Len(t, committed, len(files))
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "data", name))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "run go run ./internal/workday/gen ../shared/data/calendar")
	}
}

// a small year of facts: the New Year of 2030 falls on a Tuesday.
const (
	goodFacts = `{"2030": {"source_notice": "https://example.org", "holidays": [
		{"date": "2030-01-01", "name": "元旦", "kind": "statutory", "notice": "n30"},
		{"date": "2030-01-02", "name": "元旦", "kind": "adjusted", "notice": "n30"}],
		"makeup_workdays": [{"date": "2030-01-05", "name": "元旦调休上班", "notice": "n30"}]}}`
	meta = `{"notices": [{"id": "2030", "doc": "n30", "published": "2029-11-01", "year": 2030}]}`
)

func TestFactsThatCannotBeAreRefused(t *testing.T) {
	early := earlyNotices
	require.NotEmpty(t, early)
	for _, c := range []struct{ name, old, new, want string }{
		{"a make-up day on a weekday", "2030-01-05", "2030-01-04", `2030-01-04 is a Friday and cannot be "work"`},
		{"an exchange for a Saturday", "2030-01-02", "2030-01-12", `2030-01-12 is a Saturday and cannot be "adjusted"`},
		{"a weekday called weekend", "adjusted", "weekend", `2030-01-02 is a Wednesday and cannot be "weekend"`},
		{"an unknown kind", "adjusted", "lunar", `2030-01-02: unknown kind "lunar"`},
		{"a day of an unknown notice", `"adjusted", "notice": "n30"`, `"adjusted", "notice": "n31"`, `2030-01-02: no notice "n31"`},
		{"a year out of balance", `{"date": "2030-01-02", "name": "元旦", "kind": "adjusted", "notice": "n30"}`, `{"date": "2030-01-06", "name": "元旦", "kind": "weekend", "notice": "n30"}`, "2030: 0 more weekdays off than make-up days, the law gives 13"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, goodFacts, c.old)
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "cn-holidays.json"), []byte(strings.Replace(goodFacts, c.old, c.new, 1)), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "cn-holidays.meta.json"), []byte(meta), 0o600))
			_, err := generate(dir)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestRunWritesFilesThatLoad(t *testing.T) {
	if _, err := os.Stat(shared); os.IsNotExist(err) {
		t.Skip("the collected facts (../shared/data/calendar) are not beside this module")
	}
	out := t.TempDir()
	require.NoError(t, run(shared, out))
	s, err := workday.Load(os.DirFS(out))
	require.NoError(t, err)
	assert.Equal(t, workday.China().Latest().Digest(), s.Latest().Digest())
}
