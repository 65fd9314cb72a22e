package format_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/format"
	"github.com/banfa-go/banfa/internal/source"
)

// decode is the oracle of what a file says: the YAML library on its own.
func decode(t require.TestingT, text []byte) any {
	var v any
	require.NoError(t, yaml.Load(text, &v), "%s", text)
	return v
}

// keepsItsPromises checks what holds for every file that is laid out: it says the same as before, laying it out again changes
// nothing, and no line ends in white space but where it is text.
func keepsItsPromises(t require.TestingT, text []byte, r *format.Result) {
	require.Equal(t, decode(t, text), decode(t, r.Text), "laid out:\n%s", r.Text)
	again := lay(t, string(r.Text))
	require.Equal(t, string(r.Text), string(again.Text), "laid out twice:\n%s", text)
	require.Empty(t, again.Reorders)
	require.Equal(t, !bytes.Equal(text, r.Text), r.Changed)
	require.True(t, bytes.HasSuffix(r.Text, []byte("\n")))
}

// writer writes a random document in a random layout, with a numbered comment wherever one can stand.
type writer struct {
	t        *rapid.T
	out      strings.Builder
	comments int
}

func (w *writer) flip(of int) bool { return rapid.IntRange(0, of-1).Draw(w.t, "flip") == 0 }

func (w *writer) comment() string {
	w.comments++
	return fmt.Sprintf("# <%d>", w.comments)
}

// between writes empty lines and comments that stand between two entries of a collection in column col.
func (w *writer) between(col int) {
	for w.flip(4) {
		w.out.WriteString(strings.Repeat(" ", rapid.IntRange(0, 3).Draw(w.t, "white")) + "\n")
	}
	for w.flip(5) {
		col := max(0, col+rapid.IntRange(-2, 4).Draw(w.t, "shift"))
		w.out.WriteString(strings.Repeat(" ", col) + w.comment() + "\n")
		if w.flip(4) {
			w.out.WriteString("\n")
		}
	}
}

// end ends a line, perhaps with a comment.
func (w *writer) end() {
	if w.flip(4) {
		w.out.WriteString(strings.Repeat(" ", rapid.IntRange(1, 4).Draw(w.t, "space")) + w.comment())
	} else if w.flip(4) {
		w.out.WriteString("  ")
	}
	w.out.WriteString("\n")
}

// scalar writes a leaf behind a key or a dash in column col.
func (w *writer) scalar(col int) {
	deeper := func() string { return strings.Repeat(" ", col+rapid.IntRange(1, 5).Draw(w.t, "deeper")) }
	word := rapid.SampledFrom([]string{"甲", "text", "12", "a && b", "x: 1"[:1], "true"}).Draw(w.t, "word")
	switch rapid.IntRange(0, 8).Draw(w.t, "style") {
	case 0:
	case 1:
		w.out.WriteString(" '" + word + "'")
	case 2:
		w.out.WriteString(" \"" + word + " \\\n" + deeper() + word + "\"")
	case 3:
		w.out.WriteString(" " + word + "\n" + deeper() + word)
	case 4:
		w.out.WriteString("   [" + word + ", {k: " + word + "},\n" + deeper() + word + " ]")
	case 5, 6:
		w.block(deeper(), word)
		return
	default:
		w.out.WriteString(" " + word)
	}
	w.end()
}

func (w *writer) block(indent, word string) {
	w.out.WriteString(" " + rapid.SampledFrom([]string{"|", "|-", "|+", ">", ">-", ">+"}).Draw(w.t, "header"))
	w.end()
	if w.flip(4) {
		w.out.WriteString("\n")
	}
	for i := range rapid.IntRange(1, 3).Draw(w.t, "lines") {
		switch kind := rapid.IntRange(0, 3).Draw(w.t, "line"); {
		case i > 0 && kind == 0:
			w.out.WriteString(rapid.SampledFrom([]string{"", indent, indent + "  "}).Draw(w.t, "empty") + "\n")
		case i > 0 && kind == 1:
			w.out.WriteString(indent + "  # no comment\n")
		default:
			w.out.WriteString(indent + word + "\n")
		}
	}
	for w.flip(3) {
		w.out.WriteString("\n")
	}
}

func (w *writer) value(col, depth int) {
	switch kind := rapid.IntRange(0, 3).Draw(w.t, "kind"); {
	case depth > 0 && kind == 0:
		w.end()
		w.collection(col+rapid.IntRange(1, 4).Draw(w.t, "indent"), depth-1, false)
	case depth > 0 && kind == 1:
		w.end()
		w.collection(col+rapid.IntRange(0, 4).Draw(w.t, "indent"), depth-1, true)
	default:
		w.scalar(col)
	}
}

// collection writes a block collection; the names of its keys are those of rules, so that some are put in order.
func (w *writer) collection(col, depth int, list bool) {
	names := rapid.Permutation([]string{"id", "basis", "when", "message", "rules", "scope"}).Draw(w.t, "names")
	for i := range rapid.IntRange(1, 4).Draw(w.t, "entries") {
		w.between(col)
		w.out.WriteString(strings.Repeat(" ", col))
		switch {
		case list && depth > 0 && w.flip(3):
			// A map on the line of its dash; its other keys stand below the first.
			w.out.WriteString("-   " + names[0] + ":")
			w.scalar(col + 4)
			w.out.WriteString(strings.Repeat(" ", col+4) + names[1] + ":")
			w.value(col+4, depth-1)
		case list:
			w.out.WriteString("-")
			w.itemValue(col, depth)
		default:
			w.out.WriteString(names[i] + ":")
			w.value(col, depth)
		}
	}
}

// itemValue writes the value of a list item: nested lists must be deeper than their dash.
func (w *writer) itemValue(col, depth int) {
	if depth > 0 && w.flip(3) {
		w.end()
		w.collection(col+rapid.IntRange(1, 4).Draw(w.t, "indent"), depth-1, w.flip(2))
		return
	}
	w.scalar(col)
}

func document(t *rapid.T) (text string, comments int) {
	w := writer{t: t}
	w.between(0)
	if w.flip(2) {
		w.out.WriteString("kind: Classification\n")
	}
	w.collection(0, 3, false)
	w.between(0)
	return w.out.String(), w.comments
}

func TestALaidOutFileSaysTheSameWithAllComments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, comments := document(t)
		r, problems, err := format.Source("a.yaml", []byte(text), source.DefaultLimits())
		require.Empty(t, problems, "the generator wrote what cannot be read:\n%s", text)
		require.NoError(t, err, text)
		keepsItsPromises(t, []byte(text), r)
		for i := 1; i <= comments; i++ {
			require.Equal(t, 1, strings.Count(string(r.Text), fmt.Sprintf("# <%d>", i)), "comment %d of\n%s\nin\n%s", i, text, r.Text)
		}
	})
}

// FuzzSource lays out any text. Whatever can be read is laid out, and says the same.
func FuzzSource(f *testing.F) {
	// Small seeds: the fuzzer spends its time on making what it finds smaller.
	text, err := os.ReadFile("testdata/layout.txt")
	require.NoError(f, err)
	for example := range strings.SplitSeq(string(text), "-- in\n") {
		in, _, _ := strings.Cut(example, "-- out\n")
		f.Add([]byte(literal.Replace(in)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, problems, err := format.Source("a.yaml", text, source.DefaultLimits())
		if len(problems) > 0 {
			require.Nil(t, r)
			return
		}
		require.NoError(t, err)
		keepsItsPromises(t, text, r)
	})
}
