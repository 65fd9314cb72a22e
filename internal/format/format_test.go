package format_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/format"
	"github.com/banfa-go/banfa/internal/source"
)

var update = flag.Bool("update", false, "rewrite the expected results in testdata")

func lay(t require.TestingT, text string) *format.Result {
	r, problems, err := format.Source("a.yaml", []byte(text), source.DefaultLimits())
	require.NoError(t, err, text)
	require.Empty(t, problems, text)
	return r
}

// In the examples, what cannot be seen is written with a sign.
var (
	visible = strings.NewReplacer(" \n", "␠\n", "␠", "␠", "\t", "⇥")
	literal = strings.NewReplacer("␠", " ", "⇥", "\t", "⏚\n", "")
)

func show(text string) string {
	for strings.Contains(text, " \n") || strings.Contains(text, " ␠") {
		text = strings.NewReplacer(" \n", "␠\n", " ␠", "␠␠").Replace(text)
	}
	if text = visible.Replace(text); !strings.HasSuffix(text, "\n") {
		text += "⏚\n"
	}
	return text
}

func TestLayout(t *testing.T) {
	path := filepath.Join("testdata", "layout.txt")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	examples := strings.Split(string(text), "\n== ")
	got := examples[0]
	for _, example := range examples[1:] {
		title, rest, _ := strings.Cut(example+"\n", "\n-- in\n")
		in, _, _ := strings.Cut(rest, "-- out\n")
		t.Run(title, func(t *testing.T) {
			r := lay(t, literal.Replace(in))
			got += fmt.Sprintf("\n== %s\n-- in\n%s-- out\n%s", title, in, show(string(r.Text)))
			if len(r.Reorders) > 0 {
				got += "-- reordered\n"
			}
			for _, o := range r.Reorders {
				where := ""
				if o.Path != "" {
					where = o.Path + ": "
				}
				got += fmt.Sprintf("%d %s%s\n", o.At.Line, where, strings.Join(o.Keys, " "))
			}
			got = strings.TrimSuffix(got, "\n")

			again := lay(t, string(r.Text))
			assert.Equal(t, string(r.Text), string(again.Text), "laid out twice")
			assert.False(t, again.Changed)
			assert.Empty(t, again.Reorders)
		})
	}
	got += "\n"
	if *update && !t.Failed() {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	assert.Equal(t, string(text), got)
}

func TestThePackIsLaidOutAlready(t *testing.T) {
	names, err := filepath.Glob("../../measures/shenzhen/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Empty(t, format.Diff(name, text, lay(t, string(text)).Text))
	}
}

func TestAFileWithProblemsIsNotLaidOut(t *testing.T) {
	for text, code := range map[string]string{
		"a: on\n":         "BF1006", // a word of YAML 1.1
		"a: 1\na: 2\n":    "BF1004",
		"a: &x 1\n":       "BF1007",
		"a: 2026-10-01\n": "BF1009",
		"a: \x00\n":       "BF1010",
		"a: \xff\n":       "BF1010",
		"a: [\n":          "BF1000",
		"":                "BF1000",
		"a: 1\n---\nb: 2": "BF1011",
	} {
		r, problems, err := format.Source("a.yaml", []byte(text), source.DefaultLimits())
		require.NoError(t, err)
		assert.Nil(t, r, "%q", text)
		require.NotEmpty(t, problems, "%q", text)
		assert.Equal(t, code, problems[0].Code, "%q", text)
	}
}

func TestLineEndsStayAsTheyAre(t *testing.T) {
	r := lay(t, "a:\r\n    b: |\r\n        x\r\n\r\n        z\r\n    c: 1 # c\r\n")
	assert.Equal(t, "a:\r\n  b: |\r\n    x\r\n\r\n    z\r\n  c: 1 # c\r\n", string(r.Text))
	assert.Equal(t, "a:\r\n  b: 1\r\n", string(lay(t, "a:\r\n   b: 1\n").Text), "one that differs follows the first")
}

func TestAFileAtTheLimitMayGrow(t *testing.T) {
	text := "a:\n- b\n"
	r, problems, err := format.Source("a.yaml", []byte(text), source.Limits{Bytes: len(text)})
	require.NoError(t, err)
	require.Empty(t, problems)
	assert.Equal(t, "a:\n  - b\n", string(r.Text))
	_, problems, err = format.Source("a.yaml", []byte(text), source.Limits{Bytes: len(text) - 1})
	require.NoError(t, err)
	require.Len(t, problems, 1)
	assert.Equal(t, "BF1012", problems[0].Code)
}
