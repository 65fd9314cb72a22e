package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/atomicfile"
)

func TestAFileInPiecesAppearsWithCommitAlone(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out.csv")
	require.NoError(t, os.WriteFile(name, []byte("old"), 0o640))
	f, err := atomicfile.Create(name, 0o600)
	require.NoError(t, err)
	_, err = f.Write([]byte("ne"))
	require.NoError(t, err)
	old, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "old", string(old), "nothing is visible before")
	_, err = f.Write([]byte("w"))
	require.NoError(t, err)
	require.NoError(t, f.Commit())
	require.NoError(t, f.Discard(), "after Commit there is nothing to discard")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "new", string(text))
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm(), "the mode of the file before")
	require.Error(t, f.Commit(), "twice")
}

func TestADiscardedFileLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := atomicfile.Create(filepath.Join(dir, "out.csv"), 0o600)
	require.NoError(t, err)
	_, err = f.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, f.Discard())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}
