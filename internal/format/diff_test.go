package format_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/format"
)

func TestADifferenceShowsTheChangedLinesWithTheirNeighbours(t *testing.T) {
	old := "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
	now := "1\n2\n3\n4\nfive\n6\n7\n8\n9\nten\n"
	assert.Equal(t, `--- a.yaml
+++ a.yaml
@@ -2,8 +2,9 @@
 2
 3
 4
-5
+five
 6
 7
 8
 9
+ten
`, format.Diff("a.yaml", []byte(old), []byte(now)))
}

func TestADifferenceShowsAMissingLineEnd(t *testing.T) {
	assert.Equal(t, "--- a\n+++ a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n", format.Diff("a", []byte("x"), []byte("x\n")))
	assert.Equal(t, "--- a\n+++ a\n@@ -0,0 +1 @@\n+x\n", format.Diff("a", nil, []byte("x\n")))
}

func TestEqualTextsHaveNoDifference(t *testing.T) {
	assert.Empty(t, format.Diff("a", []byte("x\ny"), []byte("x\ny")))
}

func TestThousandsOfChangedLinesAreShownWithoutASearch(t *testing.T) {
	old, now := strings.Repeat("old\n", 20_000), strings.Repeat("new\n", 20_000)
	d := format.Diff("a", []byte(old), []byte(now))
	assert.Equal(t, 20_000, strings.Count(d, "-old\n"))
	assert.Equal(t, 20_000, strings.Count(d, "+new\n"))
}

// patch is the oracle: what it makes of the old text and the difference is the new text.
func TestPatchMakesTheNewTextOfTheOldOneAndTheDifference(t *testing.T) {
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("patch is not installed")
	}
	dir := t.TempDir()
	text := rapid.Custom(func(t *rapid.T) string {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "", "-x", "+y", "@@"}), 0, 30).Draw(t, "lines")
		end := rapid.SampledFrom([]string{"", "\n"}).Draw(t, "end")
		return strings.Join(lines, "\n") + end
	})
	rapid.Check(t, func(t *rapid.T) {
		old, now := text.Draw(t, "old"), text.Draw(t, "now")
		d := format.Diff("f", []byte(old), []byte(now))
		if old == now {
			require.Empty(t, d)
			return
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), []byte(old), 0o644))
		cmd := exec.Command("patch", "-s", "--posix", "-o", filepath.Join(dir, "out"), filepath.Join(dir, "f"))
		cmd.Stdin = strings.NewReader(d)
		msg, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s\n%s", msg, d)
		got, err := os.ReadFile(filepath.Join(dir, "out"))
		require.NoError(t, err)
		require.Equal(t, now, string(got), d)
	})
}
