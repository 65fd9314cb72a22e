package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/source"
)

// FuzzParse states what holds for every file, however broken.
func FuzzParse(f *testing.F) {
	for _, c := range cases(f) {
		f.Add([]byte(c.text))
	}
	for _, text := range everyStyle {
		f.Add([]byte(text))
		f.Add([]byte("\ufeff" + strings.ReplaceAll(text, "\n", "\r\n")))
	}
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, problems := source.Parse("fuzz.yaml", text, source.Limits{Bytes: 1 << 12, Depth: 12, Nodes: 2000})
		checkProblems(t, file, problems)
		if len(problems) == 0 {
			require.NotNil(t, file.Root, "no tree and no problem")
			require.False(t, file.Partial, "lines left out and no problem")
		}
		if file.Root != nil {
			checkTree(t, file, file.Root)
		}
	})
}

// FuzzEdits states that a fix fixes: after its edits, the problem is no longer at that place.
func FuzzEdits(f *testing.F) {
	for _, c := range cases(f) {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		// Each problem costs another parse here.
		file, problems := source.Parse("fuzz.yaml", text, source.Limits{Bytes: 1 << 12, Problems: 20})
		if !utf8.Valid(text) {
			return
		}
		for _, p := range problems {
			if len(p.Edits) == 0 {
				continue
			}
			fixed := file.Apply(p.Edits)
			require.True(t, utf8.Valid(fixed))
			_, after := source.Parse("fuzz.yaml", fixed, source.DefaultLimits())
			for _, q := range after {
				require.False(t, q.Key == p.Key && q.Range == p.Range && string(fixed) == string(text),
					"%v changes nothing", p)
			}
		}
	})
}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	require.TestingT
	Helper()
}

// checkProblems: every problem has a code and a key, stands in the file, and they are sorted.
func checkProblems(t tester, file *source.File, problems []source.Problem) {
	t.Helper()
	last := source.Position{}
	for _, p := range problems {
		require.Regexp(t, `^BF10(0[0-4]|0[6-9]|1[0124])$`, p.Code)
		require.Regexp(t, `^(yaml|text|limit|expression)\.[a-z0-9-]+$`, p.Key)
		require.NotContains(t, []string{"yaml.disagreement", "yaml.syntax"}, p.Key, "%q: %v", file.Text, p)
		checkRange(t, file, p.Range)
		require.False(t, p.Range.Start.Before(last), "not sorted")
		last = p.Range.Start
		for _, r := range p.Related {
			checkRange(t, file, r)
		}
		for _, e := range p.Edits {
			checkRange(t, file, e.Range)
		}
	}
}

func checkRange(t tester, file *source.File, r source.Range) {
	t.Helper()
	require.False(t, r.End.Before(r.Start), "range %v ends before it starts", r)
	for _, p := range []source.Position{r.Start, r.End} {
		if file.Text == nil {
			require.Equal(t, source.Position{Line: 1, Column: 1}, p)
			continue
		}
		require.Positive(t, p.Line)
		require.LessOrEqual(t, p.Line, file.Lines())
		require.Positive(t, p.Column)
		require.LessOrEqual(t, p.Column, utf8.RuneCountInString(file.Line(p.Line))+1)
		require.Equal(t, p, file.Position(file.Offset(p)))
	}
}

// checkTree: children stand in their parents, in order, and positions in expressions are exact.
func checkTree(t tester, file *source.File, n *source.Node) {
	t.Helper()
	checkRange(t, file, n.Range)
	last := n.Range.Start
	child := func(c *source.Node) {
		require.NotNil(t, c)
		require.False(t, c.Range.Start.Before(last), "%v overlaps its neighbour", c.Range)
		require.False(t, n.Range.End.Before(c.Range.End), "%v reaches out of its parent %v", c.Range, n.Range)
		last = c.Range.End
		checkTree(t, file, c)
	}
	for _, e := range n.Entries {
		child(e.Key)
		require.Equal(t, source.Scalar, e.Key.Kind)
		child(e.Value)
	}
	for _, item := range n.Items {
		child(item)
	}
	if n.Kind == source.Scalar {
		checkAt(t, file, n)
	}
}

// checkAt: in a scalar that may hold an expression, the rune at At(i) is rune i of the value; in all others At
// stays within the node.
func checkAt(t tester, file *source.File, n *source.Node) {
	t.Helper()
	problems := n.CheckExpression()
	for _, p := range problems {
		checkRange(t, file, p.Range)
	}
	exact := len(problems) == 0 && !n.Broken
	i := 0
	for _, want := range n.Value {
		p := n.At(i)
		require.False(t, p.Before(n.Range.Start) || exact && p.Before(n.At(i-1)), "At(%d) = %v goes back", i, p)
		if exact {
			got, _ := utf8.DecodeRune(file.Text[file.Offset(p):])
			if want == '\n' && (got == '\r' || file.Offset(p) == len(file.Text)) {
				got = '\n'
			}
			require.Equal(t, string(want), string(got), "At(%d) = %v in %q of %q", i, p, n.Value, file.Text)
		}
		i++
	}
	require.False(t, n.Range.End.Before(n.At(i)), "At(%d) is behind the node", i)
}
