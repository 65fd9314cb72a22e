package banfa

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// update is the one flag of this package's golden tests: go test . -update
var update = flag.Bool("update", false, "write what the tests get to their golden files under testdata")

// golden compares got with testdata/NAME, or writes it there with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run go test . -update once the output is right")
	assert.Equal(t, string(want), got, "differs from %s; go test . -update accepts it", file)
}
