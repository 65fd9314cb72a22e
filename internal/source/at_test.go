package source_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/source"
)

// everyStyle are documents whose values are written in every style there is.
var everyStyle = map[string]string{
	"plain": "when: a == '低' && 😀b\n国: 值 x\nlist:\n- a && b\n-   c  # 注释\n- - d\n  - e: f\n",
	"single-quoted": "when: 'a == \"低\" && 😀'\nescaped: 'it''s 一个''x'\nlist: ['!a', '中', ' b ']\n" +
		"lines: 'one\n\n  two 二\n  three'\n",
	"double-quoted": "when: \"a == '低' && 😀\"\nescaped: \"a\\tb\\u4e00c\\\\d \\\"e\"\nlist: [\"x\", \"中\"]\n" +
		"lines: \"one\n\n  two \\\n  three 三\"\n",
	"literal": "when: |\n  a == '低' &&\n    b\n\n  || 😀c\nnext: 1\n",
	"literal with indicators": "keep: |+\n  中a\n\n\nstrip: |-\n    b 😀\n     c\nboth: |2-\n    deep\n   less\n" +
		"list:\n- |1\n  x\n- |+2\n   y\n\n-   |\n     z\n",
	"literal with blank lines": "a: |\n\n\n  first\n \n  second  \n      \n  third\nb:\n  c: |\n\n    x\n# comment\nd: 1\n",
	"literal at the end":       "a: |\n  x\n  y",
	"literal of nothing":       "a: |\nb: |-\nc: |+\n\n\nd: 1\n",
	"folded":                   "text: >\n  one 一\n  two\n\n  three\n    four\n  five\nstrip: >-\n  a\n  b\n",
	"flow": "{a: x y, 'b': [1, 中, \"c\", {d: e, }], empty: [], none: {}, nil: ~, over:\n" +
		"  [lines, 'of',\n  text]}\n",
	"plain over lines": "text: one 一\n  two\n\n  three\nnext:\n  on its own line\n",
	"missing values":   "a:\nb: {c: , d: ~}\nlist:\n-\n- x\n-\nlast:\n",
	"marked":           "--- # one document\na: 1\n...\n# over\n",
}

func TestAtNamesEveryCharacterOfEveryStyle(t *testing.T) {
	variants := map[string]func(string) string{
		"LF":         func(s string) string { return s },
		"CRLF":       func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"BOM":        func(s string) string { return "\ufeff" + s },
		"BOM+CRLF":   func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
		"no last LF": func(s string) string { return strings.TrimRight(s, "\n") },
	}
	for name, text := range everyStyle {
		for variant, change := range variants {
			t.Run(name+"/"+variant, func(t *testing.T) {
				file, problems := source.Parse("a.yaml", []byte(change(text)), source.DefaultLimits())
				require.Empty(t, problems)
				checkTree(t, file, file.Root)
			})
		}
	}
}

// Where the value and the file differ, At is the character that the rune was made of.
func TestAtOfEscapesAndFolds(t *testing.T) {
	text := "dq: \"a\\tb\\u4e00c\"\nsq: 'it''s'\nplain: one\n  two\nfold: >-\n  ab\n  cd\n\n  ef\ndql: \"x \\\n  y\"\n"
	file, problems := source.Parse("a.yaml", []byte(text), source.DefaultLimits())
	require.Empty(t, problems)
	for _, c := range []struct {
		key, value string
		at         string // line:column of each rune
	}{
		{"dq", "a\tb一c", "1:6 1:7 1:9 1:10 1:16"},
		{"sq", "it's", "2:6 2:7 2:8 2:10"},
		{"plain", "one two", "3:8 3:9 3:10 3:11 4:3 4:4 4:5"},
		{"fold", "ab cd\nef", "6:3 6:4 6:5 7:3 7:4 7:5 9:3 9:4"},
		{"dql", "x y", "10:7 10:8 11:3"},
	} {
		n := file.Root.Get(c.key)
		require.Equal(t, c.value, n.Value)
		var at []string
		for i := range utf8.RuneCountInString(c.value) {
			p := n.At(i)
			at = append(at, showRange(source.Range{Start: p, End: p}))
		}
		assert.Equal(t, c.at, strings.Join(at, " "), c.key)
	}
}

func TestAtOutsideTheValueIsItsNearerEnd(t *testing.T) {
	file, problems := source.Parse("a.yaml", []byte("p: abc\nq: \"abc\"\nl: |\n  abc\n\nm: {}\n"), source.DefaultLimits())
	require.Empty(t, problems)
	at := func(key string, i int) source.Position { return file.Root.Get(key).At(i) }
	for key, want := range map[string][2]source.Position{
		"p": {{Line: 1, Column: 4}, {Line: 1, Column: 7}},
		"q": {{Line: 2, Column: 5}, {Line: 2, Column: 8}},
		"l": {{Line: 4, Column: 3}, {Line: 4, Column: 6}},
		"m": {{Line: 6, Column: 4}, {Line: 6, Column: 4}},
	} {
		assert.Equal(t, want[0], at(key, -1), key)
		assert.Equal(t, want[0], at(key, 0), key)
		assert.Equal(t, want[1], at(key, 99), key)
	}
	assert.Equal(t, source.Position{}, (*source.Node)(nil).At(0))
}
