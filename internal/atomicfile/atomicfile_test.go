package atomicfile_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/atomicfile"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

// names lists a folder, temporary files included.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestANewFileIsWritten(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, atomicfile.Write(filepath.Join(dir, "a"), []byte("new"), 0o644))
	assert.Equal(t, "new", read(t, filepath.Join(dir, "a")))
	assert.Equal(t, []string{"a"}, names(t, dir))
}

func TestAnExistingFileKeepsItsMode(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(name, []byte("old"), 0o600))
	require.NoError(t, os.Chmod(name, 0o664)) // more than a umask leaves
	require.NoError(t, atomicfile.Write(name, []byte("new"), 0o600))
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o664), info.Mode().Perm())
	assert.Equal(t, "new", read(t, name))
}

func TestASymbolicLinkKeepsPointingToTheFileThatChanges(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o755))
	target, link := filepath.Join(dir, "sub", "real"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o644))
	require.NoError(t, os.Symlink(target, link))
	require.NoError(t, atomicfile.Write(link, []byte("new"), 0o644))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&fs.ModeSymlink)
	assert.Equal(t, "new", read(t, target))
}

func TestWhatCannotBeReplacedIsLeftAndNoTemporaryFileRemains(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	require.NoError(t, os.Mkdir(folder, 0o755))
	require.Error(t, atomicfile.Write(folder, []byte("x"), 0o644))
	assert.Equal(t, []string{"folder"}, names(t, dir))

	require.Error(t, atomicfile.Write(filepath.Join(dir, "missing", "a"), []byte("x"), 0o644))
	assert.Equal(t, []string{"folder"}, names(t, dir))
}

func TestATemporaryFileThatACrashLeftIsNoObstacle(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	require.NoError(t, atomicfile.Write(name, []byte("1"), 0o644))
	left := filepath.Join(dir, ".banfa-"+strconv.Itoa(os.Getpid())+"-0.tmp")
	require.NoError(t, os.WriteFile(left, []byte("half"), 0o644))
	require.NoError(t, atomicfile.Write(name, []byte("2"), 0o644))
	assert.Equal(t, "2", read(t, name))
	assert.Equal(t, "half", read(t, left), "somebody else's file is not touched")
}
