package source_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/source"
)

// fragments are what lines of YAML, good and bad, are made of.
var fragments = []string{
	"a", "b", "k", "中", "😀", "1", "true", "- ", "-", ": ", ":", "? ", "?", " ", "  ", "\n", "\n", "\n  ", "\n    ", "\n- ",
	"\n  - ", "\n \n", "a: ", "b: ", "c: ", "k: x\n", "'", "\"", "'x'", "\"y\"", "\"\\t\"", "\\", "[", "]", "{", "}", ",", ", ",
	"|", "|-", "|+", "|2", "|\n", ">\n", ">-\n", "#", " # c", "\n# c", "\n    # c", "!", "!x", "!!str ", "&", "&a ", "*", "*a",
	"<<: ", "---", "\n---\n", "\n...\n", "%", "@", "`", "\t", "\n\t", "\r\n", "~", "null", "a b", "a #", "x(", ")", "//", "：", "　",
	"[a, b]", "{a: b}", "{a: b, c: [d, 'e']}", "a: |\n  x\n", "a: |\n\n   x\n  \n", "a: 'x\n  y'\n", "'\"'", "''", "\"\"", "\n\n", "\\\n",
}

// lines are the texts that follow an indentation of 0 to 6 columns in files that are mostly YAML.
var lines = []string{
	"a: x", "b: 1 # c", "中: '低'", "k:", "'q': \"d\"", "- x", "- a: y", "- - z", "-", "- [a, 'b']", "f: {a: b, c: [1]}", "l: |", "l: |2",
	"- |-", "- |+", "t: >", "text", "more text #", "# comment", "", "   ", "x ", "m: 'one", "two'", "[a,", "b]", "{c: d,", "e: f}", "n: ", "\"k\" : v",
	"- !x", "v: !!str a", "w: *a", "&a", "d: 2026-01-01", "r: a: b", "s: \"x\" in y", "---", "...", "p: q(", "z: yes",
}

func TestRandomLinesKeepTheProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(rt, "n")
		var b strings.Builder
		for range n {
			b.WriteString(strings.Repeat(" ", rapid.IntRange(0, 3).Draw(rt, "indent")*2))
			b.WriteString(rapid.SampledFrom(lines).Draw(rt, "line"))
			b.WriteString(rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\n\n"}).Draw(rt, "end"))
		}
		checkFile(rt, b.String())
	})
}

func checkFile(t tester, text string) {
	file, problems := source.Parse("random.yaml", []byte(text), source.DefaultLimits())
	checkProblems(t, file, problems)
	if len(problems) == 0 {
		require.NotNil(t, file.Root, "no tree and no problem in %q", text)
		require.False(t, file.Partial)
	}
	if file.Root != nil {
		checkTree(t, file, file.Root)
	}
}

// Whatever is put together of them, the two readers of YAML agree, and every position is right.
func TestRandomFilesKeepTheProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 24).Draw(rt, "fragments"), "")
		checkFile(rt, text)
	})
}
