package source_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/source"
)

var update = flag.Bool("update", false, "write the expected problems into testdata")

// testCase is one case of testdata/*.txt: a title, a file, and what is wrong with it.
//
//	=== a leading ! is read as a tag
//	when: !secret
//	=> 1:7-1:14 BF1003 yaml.negation-tag [!secret]
//	   fix: when: '!secret'
//
// A fix shows the lines it changes. In the text, ⇥ is a tab and ␍ a carriage return.
type testCase struct{ title, text, want string }

func cases(t testing.TB) []testCase {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	var all []testCase
	for _, name := range names {
		all = append(all, readCases(t, name)...)
	}
	return all
}

func readCases(t testing.TB, name string) []testCase {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	var list []testCase
	for line := range strings.Lines(string(content)) {
		if title, ok := strings.CutPrefix(line, "=== "); ok {
			list = append(list, testCase{title: strings.TrimSpace(title)})
			continue
		}
		c := &list[len(list)-1]
		if strings.HasPrefix(line, "=> ") || strings.HasPrefix(line, "   fix: ") || strings.HasPrefix(line, "   see ") {
			c.want += line
		} else {
			c.text += strings.NewReplacer("⇥", "\t", "␍", "\r").Replace(line)
		}
	}
	return list
}

func TestProblemsOf(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	for _, name := range names {
		list := readCases(t, name)
		var out strings.Builder
		for _, c := range list {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txt")+"/"+c.title, func(t *testing.T) {
				file, problems := source.Parse("a.yaml", []byte(c.text), source.DefaultLimits())
				got := render(file, problems)
				shown := strings.NewReplacer("\t", "⇥", "\r", "␍").Replace(c.text)
				fmt.Fprintf(&out, "=== %s\n%s%s", c.title, shown, got)
				if !*update {
					assert.Equal(t, c.want, got, "problems of\n%s", c.text)
				}
				checkFixes(t, file, problems)
			})
		}
		if *update {
			require.NoError(t, os.WriteFile(name, []byte(out.String()), 0o644))
		}
	}
}

func render(file *source.File, problems []source.Problem) string {
	if file.Root != nil {
		// Expressions are checked by whoever knows which keys hold them; here those are `when` and `require`.
		walk(file.Root, func(n *source.Node) {
			problems = append(problems, n.Get("when").CheckExpression()...)
			problems = append(problems, n.Get("require").CheckExpression()...)
		})
	}
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "=> %s %s %s", showRange(p.Range), p.Code, p.Key)
		if len(p.Args) > 0 {
			fmt.Fprintf(&b, " %q", p.Args)
		}
		b.WriteByte('\n')
		for _, r := range p.Related {
			fmt.Fprintf(&b, "   see %s\n", showRange(r))
		}
		if len(p.Edits) > 0 {
			fmt.Fprintf(&b, "   fix: %s\n", changed(string(file.Text), string(file.Apply(p.Edits))))
		}
	}
	return b.String()
}

func showRange(r source.Range) string {
	if r.Start == r.End {
		return fmt.Sprintf("%d:%d", r.Start.Line, r.Start.Column)
	}
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
}

// changed shows the lines of after that are not in before, without the equal lines around them.
func changed(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return strings.NewReplacer("\t", "⇥", "\r", "␍").Replace(strings.Join(b, " ⏎ "))
}

// checkFixes makes the edits of each problem: there must then be fewer problems than before.
func checkFixes(t *testing.T, file *source.File, problems []source.Problem) {
	t.Helper()
	for _, p := range problems {
		if len(p.Edits) == 0 {
			continue
		}
		fixed := file.Apply(p.Edits)
		_, after := source.Parse("a.yaml", fixed, source.DefaultLimits())
		for _, q := range after {
			assert.False(t, q.Key == p.Key && q.Range.Start == p.Range.Start, "%v is not fixed in\n%s", p, fixed)
		}
	}
}

func walk(n *source.Node, visit func(*source.Node)) {
	visit(n)
	for _, e := range n.Entries {
		walk(e.Value, visit)
	}
	for _, item := range n.Items {
		walk(item, visit)
	}
}
