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
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	assert.Equal(t, string(text), got)
}
