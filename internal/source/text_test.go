package source_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/source"
)

func TestCharactersThatNoRuleFileMayHold(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a NUL byte":                       {"a: b\x00c\n", `1:5-1:6 BF1010 text.control ["U+0000"] → a: bc`},
		"a run of them is one problem":     {"a: \x01\x01\x01b\n", `1:4-1:7 BF1010 text.control ["U+0001"] → a: b`},
		"an escape sequence of a terminal": {"a: \x1b[31m\n", `1:4-1:5 BF1010 text.control ["U+001B"] → a: [31m`},
		"DEL and C1 controls":              {"a: b\x7f\nc: d\u0080\n", `1:5-1:6 BF1010 text.control ["U+007F"] → a: b|2:5-2:6 BF1010 text.control ["U+0080"] → c: d`},
		"a byte that is no UTF-8":          {"a: 中\nb: \xd6\xd0\n", `2:4-2:5 BF1010 text.invalid-utf8 ["0xD6"]`},
		"a truncated character":            {"a: \xe4\xb8", `1:4-1:5 BF1010 text.invalid-utf8 ["0xE4"]`},
		"a lone carriage return":           {"a: 1\rb: 2\n", `1:5-1:6 BF1010 text.carriage-return ["U+000D"] → a: 1 ⏎ b: 2`},
		"next line, line and paragraph separators": {
			"a: \u0085\nb: \u2028\nc: \u2029\n",
			`1:4-1:5 BF1010 text.line-separator ["U+0085"] → a: |2:4-2:5 BF1010 text.line-separator ["U+2028"] → b: |3:4-3:5 BF1010 text.line-separator ["U+2029"] → c: `,
		},
		"a right-to-left override":           {"a: x\u202e == y\n", `1:5-1:6 BF1010 text.bidi ["U+202E"] → a: x == y`},
		"bidi isolates in a comment":         {"a: 1 # \u2066x\u2069\n", "1:8-1:9 BF1010 text.bidi [\"U+2066\"] → a: 1 # x\u2069|1:10-1:11 BF1010 text.bidi [\"U+2069\"] → a: 1 # \u2066x"},
		"a zero-width space in a key":        {"ab\u200bc: 1\n", `1:3-1:4 BF1010 text.invisible ["U+200B"] → abc: 1`},
		"a joiner behind a letter":           {"a: b\u200dc\n", `1:5-1:6 BF1010 text.invisible ["U+200D"] → a: bc`},
		"a byte order mark inside":           {"a: 1\n\ufeffb: 2\n", `2:1-2:2 BF1010 text.invisible ["U+FEFF"] → b: 2`},
		"a sign of a conversion gone wrong":  {"a: \ufffd\n", `1:4-1:5 BF1010 text.replacement ["U+FFFD"]`},
		"a noncharacter":                     {"a: \uffff\n", `1:4-1:5 BF1010 text.control ["U+FFFF"] → a: `},
		"UTF-16 with a mark":                 {"\xff\xfea\x00:\x00", `1:1 BF1010 text.utf16`},
		"UTF-16 without a mark":              {string(utf16Bytes("a: 1\n")), `1:1 BF1010 text.utf16`},
		"an escape that makes a NUL":         {"a: \"b\\0\"\n", `1:6-1:8 BF1010 text.escaped-control ["\\0"]`},
		"an escape that makes a BEL":         {"a: \"\\x07\\t\\u0000\"\n", `1:5-1:9 BF1010 text.escaped-control ["\\x07"]|1:11-1:17 BF1010 text.escaped-control ["\\u0000"]`},
		"an emoji of several, a keycap, CJK": {"a: 👨‍👩‍👧 1️⃣ 中文（三）　x\n", ``},
		"a byte order mark at the beginning": {"\ufeffa: 1\n", ``},
	} {
		t.Run(name, func(t *testing.T) {
			file, problems := source.Parse("a.yaml", []byte(c.text), source.DefaultLimits())
			checkProblems(t, file, problems)
			got := strings.TrimSuffix(render(file, problems), "\n")
			got = strings.NewReplacer("\n   fix: ", " → ", "\n=> ", "|").Replace(strings.TrimPrefix(got, "=> "))
			assert.Equal(t, c.want, got)
		})
	}
}

// A file that cannot be trusted to have lines and columns has no tree; a harmless character leaves it one.
func TestCharactersLeaveATreeWhereLinesAndColumnsHold(t *testing.T) {
	for text, usable := range map[string]bool{
		"a: 1 # \u202e\n": true,
		"a: b\u200bc\n":   true,
		"a: \x00\n":       false,
		"a: 1\rb: 2\n":    false,
		"a: \u2028\n":     false,
		"a: \xff\n":       false,
	} {
		file, problems := source.Parse("a.yaml", []byte(text), source.DefaultLimits())
		require.NotEmpty(t, problems)
		assert.Equal(t, usable, file.Root != nil, "%q", text)
	}
}

func utf16Bytes(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}
