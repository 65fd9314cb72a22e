package source

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The two readers agree on every file that tests and fuzzing have found. These are what happens if they did not.

func build(text string, toks []token, earlier ...Problem) (*Node, []Problem) {
	f := newFile("a.yaml", []byte(text))
	out := &sink{file: f, limit: 10, list: earlier}
	return buildTree(f, f.Text, toks, out), out.sorted()
}

func lex(t *testing.T, text string) []token {
	t.Helper()
	f := newFile("a.yaml", []byte(text))
	out := &sink{file: f, limit: 10}
	x := newLexer(f, out, DefaultLimits())
	x.run()
	require.Empty(t, out.list)
	return x.toks
}

func TestTokensThatAreNotTheLibrarysRefuseTheFile(t *testing.T) {
	const text = "a: [b, 'c']\nd: |\n  f\n"
	good := lex(t, text)
	root, problems := build(text, good)
	require.NotNil(t, root)
	require.Empty(t, problems)

	for name, change := range map[string]func([]token) []token{
		"one too few":             func(l []token) []token { return l[:len(l)-1] },
		"one too many":            func(l []token) []token { return append(l, token{kind: tokEmpty}) },
		"none":                    func([]token) []token { return nil },
		"a scalar elsewhere":      func(l []token) []token { l[2].start++; return l },
		"a scalar that is longer": func(l []token) []token { l[0].end++; return l },
		"another style":           func(l []token) []token { l[3].style = DoubleQuoted; return l },
		"no key":                  func(l []token) []token { l[0].key = false; return l },
		"no opening bracket":      func(l []token) []token { l[1].kind = tokScalar; return l },
		"no closing bracket":      func(l []token) []token { l[4].kind = tokScalar; return l },
		"a value that is missing": func(l []token) []token { l[6].kind = tokEmpty; return l },
	} {
		t.Run(name, func(t *testing.T) {
			changed := change(append([]token(nil), good...))
			root, problems := build(text, changed)
			assert.Nil(t, root)
			require.Len(t, problems, 1)
			assert.Equal(t, "yaml.disagreement", problems[0].Key)

			earlier := Problem{Code: codeTag, Key: "yaml.tag"}
			root, problems = build(text, changed, earlier)
			assert.Nil(t, root)
			assert.Equal(t, []Problem{earlier}, problems, "a consequence is not reported")
		})
	}
}

func TestWhatOnlyTheLibraryRefusesIsReportedInItsWords(t *testing.T) {
	root, problems := build("a: 1\nb: 中 c: d\n", nil)
	assert.Nil(t, root)
	require.Len(t, problems, 1)
	assert.Equal(t, Problem{
		Code: "BF1000", Key: "yaml.syntax", Args: []string{"mapping values are not allowed in this context"},
		Range: Range{Position{2, 7}, Position{2, 7}},
	}, problems[0])

	_, problems = build("a: *b\n", nil, Problem{Code: codeAnchor, Key: "yaml.alias"})
	assert.Len(t, problems, 1, "a consequence is not reported")
}

func TestThePanicOfALibraryIsAnError(t *testing.T) {
	f := newFile("a.yaml", []byte("a: 1\n"))
	out := &sink{file: f, limit: 10}
	reportSyntax(f, errors.Join(errPanic), out)
	require.Len(t, out.list, 1)
	assert.Equal(t, Range{Position{1, 1}, Position{1, 1}}, out.list[0].Range)
}
