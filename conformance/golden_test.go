package conformance_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
)

var update = flag.Bool("update", false, "write what the tests get to their golden files under testdata")

// golden compares got with testdata/NAME, or writes it there with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run go test ./conformance -update once the output is right")
	assert.Equal(t, string(want), got, "differs from %s; go test ./conformance -update accepts it", file)
}

// parking is the bundle of testdata: some of its cases are wrong on purpose.
func parking(t testing.TB) *banfa.Rules {
	t.Helper()
	rules, err := banfa.Load(os.DirFS("testdata/bundle"))
	require.NoError(t, err)
	return rules
}
