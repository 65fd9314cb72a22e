package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/source"
)

func parse(t *testing.T, text string) *source.File {
	t.Helper()
	file, problems := source.Parse("a.yaml", []byte(text), source.DefaultLimits())
	require.Empty(t, problems)
	return file
}

// outline writes a tree as one line per node: range, kind or style, type, text.
func outline(n *source.Node) string {
	var b strings.Builder
	var write func(indent, key string, n *source.Node)
	write = func(indent, key string, n *source.Node) {
		kind := []string{"scalar", "map", "list"}[n.Kind]
		if n.Kind == source.Scalar {
			kind = []string{"plain", "single", "double", "literal", "folded"}[n.Style]
			if n.Style == source.Plain {
				kind += " " + []string{"str", "int", "float", "bool", "null"}[n.Type]
			}
			kind += fmt.Sprintf(" %q", n.Value)
		}
		if n.Flow {
			kind = "flow " + kind
		}
		fmt.Fprintf(&b, "%s%s%s %s\n", indent, key, showRange(n.Range), kind)
		for _, e := range n.Entries {
			write(indent+"  ", fmt.Sprintf("[%s %s] ", e.Key.Value, showRange(e.Key.Range)), e.Value)
		}
		for _, item := range n.Items {
			write(indent+"  ", "- ", item)
		}
	}
	write("", "", n)
	return b.String()
}

func TestTreeHasTheExactRangeOfEveryNode(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"plain scalars and their types": {
			"国: 中文 x  # 注释\n\"b c\" : 1\nd: 1.5\ne: true\nf: ~\ng: null\nh:\nk: -2\n",
			`
1:1-8:6 map
  [国 1:1-1:2] 1:4-1:8 plain str "中文 x"
  [b c 2:1-2:6] 2:9-2:10 plain int "1"
  [d 3:1-3:2] 3:4-3:7 plain float "1.5"
  [e 4:1-4:2] 4:4-4:8 plain bool "true"
  [f 5:1-5:2] 5:4-5:5 plain null "~"
  [g 6:1-6:2] 6:4-6:8 plain null "null"
  [h 7:1-7:2] 7:3 plain null ""
  [k 8:1-8:2] 8:4-8:6 plain int "-2"
`,
		},
		"quoted scalars": {
			"a: 'it''s'   \nb: \"\\u4e00 \"\nc: 'x\n\n  y'\n",
			`
1:1-5:5 map
  [a 1:1-1:2] 1:4-1:11 single "it's"
  [b 2:1-2:2] 2:4-2:13 double "一 "
  [c 3:1-3:2] 3:4-5:5 single "x\ny"
`,
		},
		"blocks": {
			"a: |  # why\n  x\n  y  \n\nb: >-\n  z\n# c\nc: |+\nd: |2-\n    i\nl:\n- |\n m\n",
			`
1:1-13:3 map
  [a 1:1-1:2] 1:4-3:4 literal "x\ny  \n"
  [b 5:1-5:2] 5:4-6:4 folded "z"
  [c 8:1-8:2] 8:4-8:6 literal ""
  [d 9:1-9:2] 9:4-10:6 literal "  i"
  [l 11:1-11:2] 12:3-13:3 list
    - 12:3-13:3 literal "m\n"
`,
		},
		"block collections reach from the first child to the last": {
			"a:\n  - b: c\n    d:\n      - e\n  -\n  - - f\nz: g\n",
			`
1:1-7:5 map
  [a 1:1-1:2] 2:5-6:8 list
    - 2:5-4:10 map
      [b 2:5-2:6] 2:8-2:9 plain str "c"
      [d 3:5-3:6] 4:9-4:10 list
        - 4:9-4:10 plain str "e"
    - 5:4 plain null ""
    - 6:7-6:8 list
      - 6:7-6:8 plain str "f"
  [z 7:1-7:2] 7:4-7:5 plain str "g"
`,
		},
		"flow collections reach from bracket to bracket": {
			"a: { b : [c, 'd' ], e: }\nf: []\ng: [\n  h,\n]\n",
			`
1:1-5:2 map
  [a 1:1-1:2] 1:4-1:25 flow map
    [b 1:6-1:7] 1:10-1:19 flow list
      - 1:11-1:12 flow plain str "c"
      - 1:14-1:17 flow single "d"
    [e 1:21-1:22] 1:23 flow plain null ""
  [f 2:1-2:2] 2:4-2:6 flow list
  [g 3:1-3:2] 3:4-5:2 flow list
    - 4:3-4:4 flow plain str "h"
`,
		},
		"plain text over lines": {
			"a: x  \n  y # c\nb:\n  z\n",
			`
1:1-4:4 map
  [a 1:1-1:2] 1:4-2:4 plain str "x y"
  [b 3:1-3:2] 4:3-4:4 plain str "z"
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, text := range []string{c.text, strings.ReplaceAll(c.text, "\n", "\r\n"), "\ufeff" + c.text} {
				assert.Equal(t, c.want, "\n"+outline(parse(t, text).Root), "%q", text)
			}
		})
	}
}

// What is wrong with a node does not spread: the rest of the tree is there, with what the author meant in its place.
func TestBrokenNodesHoldWhatWasMeant(t *testing.T) {
	text := "a: !x && y # c\nb: *c\nc: \"p\" in q\nd: {w: f(a, b)}\ne: \"\\d+\"\nf: yes\ng: !!str z\nh: x ? y : z\n" +
		"i: [1].all(x, x)\nj: ok\n"
	file, problems := source.Parse("a.yaml", []byte(text), source.DefaultLimits())
	require.Len(t, problems, 9)
	require.NotNil(t, file.Root)
	require.False(t, file.Partial)
	for key, want := range map[string]string{
		"a": "!x && y", "b": "*c", "c": `"p" in q`, "d": "{w: f(a, b)}", "e": `\d+`, "f": "yes", "h": "x ? y : z",
		"i": "[1].all(x, x)",
	} {
		n := file.Root.Get(key)
		assert.True(t, n.Broken, key)
		assert.Equal(t, want, n.Value, key)
		assert.Empty(t, n.CheckExpression(), "nothing more is said about %s", key)
	}
	assert.False(t, file.Root.Get("j").Broken)
	assert.Equal(t, "z", file.Root.Get("g").Value, "only the tag was too much")
	assert.Equal(t, source.Position{Line: 1, Column: 10}, file.Root.Get("a").At(6))
}

func TestPartialFilesSaySo(t *testing.T) {
	file, problems := source.Parse("a.yaml", []byte("a:\n    b: 1\n  c: 2\nd: 3\n"), source.DefaultLimits())
	require.Len(t, problems, 1)
	require.True(t, file.Partial)
	assert.Equal(t, "1", file.Root.Get("a").Get("b").Value)
	assert.Equal(t, "3", file.Root.Get("d").Value)
}

func TestGetFindsTheFirstOfEqualKeys(t *testing.T) {
	file, problems := source.Parse("a.yaml", []byte("a: 1\nb: 2\na: 3\n"), source.DefaultLimits())
	require.Len(t, problems, 1)
	assert.Equal(t, "1", file.Root.Get("a").Value)
	assert.Equal(t, 1, file.Root.KeyNode("a").Range.Start.Line)
	require.Len(t, file.Root.Entries, 3)
	assert.True(t, file.Root.Entries[2].Key.Broken)
}

func TestGetOfNothingIsNothing(t *testing.T) {
	file := parse(t, "a: 1\nm: ~\nl: [x]\ns: ''\n")
	assert.Nil(t, file.Root.Get("z"))
	assert.Nil(t, file.Root.Get("a").Get("b"))
	assert.Nil(t, file.Root.Get("l").KeyNode("x"))
	var none *source.Node
	assert.Nil(t, none.Get("a"))
	assert.Nil(t, none.KeyNode("a"))
	assert.Empty(t, none.Text())
	assert.Empty(t, none.CheckExpression())
	assert.True(t, none.IsNull())
	assert.True(t, file.Root.Get("m").IsNull())
	assert.False(t, file.Root.Get("s").IsNull(), "an empty text is a value")
	assert.False(t, file.Root.Get("l").IsNull())
	assert.Equal(t, "''", file.Root.Get("s").Text())
}

func TestPositionsAndOffsetsAreInverse(t *testing.T) {
	for _, text := range []string{
		"", "a", "a\n", "中文\nb😀\r\n\r\nc", "\ufeff中\n", "\ufeff", strings.Repeat("字", 500) + "\n" + strings.Repeat("x", 200),
	} {
		file, _ := source.Parse("a.yaml", []byte(text), source.DefaultLimits())
		start := len(text) - len(strings.TrimPrefix(text, "\ufeff"))
		line, column := 1, 1
		for i := start; i < len(text); {
			r, size := utf8.DecodeRuneInString(text[i:])
			p := file.Position(i)
			assert.Equal(t, line, p.Line)
			if r != '\n' && r != '\r' {
				assert.Equal(t, source.Position{Line: line, Column: column}, p, "%q at %d", text, i)
				assert.Equal(t, i, file.Offset(p))
			}
			column++
			if r == '\n' {
				line, column = line+1, 1
			}
			i += size
		}
		assert.Equal(t, strings.Count(text, "\n")+1, file.Lines())
		assert.Equal(t, file.Position(len(text)), file.Position(len(text)+10))
		assert.Equal(t, source.Position{Line: 1, Column: 1}, file.Position(-1))
		assert.Equal(t, len(text), file.Offset(source.Position{Line: 99, Column: 1}))
	}
}

func TestLinesComeWithoutTerminatorAndMark(t *testing.T) {
	file := parse(t, "\ufeffa: 1\r\nb: 中 # c\n")
	assert.Equal(t, []string{"", "a: 1", "b: 中 # c", "", ""}, []string{
		file.Line(0), file.Line(1), file.Line(2), file.Line(3), file.Line(4),
	})
}

func TestApplyMakesEditsInTheirOrder(t *testing.T) {
	file := parse(t, "a: 1\nb: 2\n")
	at := func(line, from, to int) source.Range {
		return source.Range{Start: source.Position{Line: line, Column: from}, End: source.Position{Line: line, Column: to}}
	}
	assert.Equal(t, "x: 1\nb: 34\n", string(file.Apply([]source.Edit{{at(2, 4, 5), "34"}, {at(1, 1, 2), "x"}})))
	assert.Equal(t, "x: 1\nb: 2\n", string(file.Apply([]source.Edit{{at(1, 1, 2), "x"}, {at(1, 1, 3), "y"}})), "overlap")
	assert.Equal(t, "a: 1\nb: 2\n", string(file.Apply(nil)))
}

// The design's examples are the specification by example; the only thing to say about them is the key `n`, which
// their reader knows.
func TestExamplesAreRead(t *testing.T) {
	files, err := filepath.Glob("../../measures/*/*.yaml")
	require.NoError(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		file, problems := source.Parse(name, text, source.DefaultLimits())
		for _, p := range problems {
			assert.Equal(t, `yaml.boolean-key ["n" "\"n\""]`, fmt.Sprintf("%s %q", p.Key, p.Args), "%s:%v", name, p.Range)
		}
		require.NotNil(t, file.Root, name)
		checkTree(t, file, file.Root)
	}
}

func TestProblemsOfExpressionsAreFixedByTheirEdits(t *testing.T) {
	for name, text := range map[string]string{
		"folded":         "when: >-\n  a\n  || b\n",
		"plain":          "x:\n  - when: a\n      && b\n",
		"double":         "when: \"a\n  && 'b'\"\n",
		"double escaped": "when: \"a == \\\"b\\\" && c == 'd'\" # why\n",
		"single":         "x: {when: 'a == ''b'''}\n",
		"CRLF":           "when: a\r\n  && b\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := parse(t, text)
			var fixed []byte
			walk(file.Root, func(n *source.Node) {
				for _, p := range n.Get("when").CheckExpression() {
					require.Len(t, p.Edits, 1)
					fixed = file.Apply(p.Edits)
				}
			})
			require.NotEmpty(t, fixed)
			after := parse(t, string(fixed))
			found := false
			walk(after.Root, func(n *source.Node) {
				if w := n.Get("when"); w != nil {
					found = true
					assert.Empty(t, w.CheckExpression())
					squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
					walk(file.Root, func(old *source.Node) {
						if v := old.Get("when"); v != nil {
							assert.Equal(t, squeeze(v.Value), squeeze(w.Value), "the expression is the same")
						}
					})
				}
			})
			assert.True(t, found)
			assert.Equal(t, strings.Contains(text, "\r"), strings.Contains(string(fixed), "\r"))
		})
	}
}
