package source

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestTmp(t *testing.T) {
	const M = 1 << 20
	rep := func(s string, n int) string { return strings.Repeat(s, n/len(s)) }
	for name, s := range map[string]string{
		"flow list one line": "a: [" + rep("b,", M-10) + "]",
		"flow deep":          "a: " + rep("[", M-10),
		"flow deep map":      "a: " + rep("{a: ", M-10),
		"dashes":             rep("- ", M-10),
		"block deep": func() string {
			var b strings.Builder
			for i := 0; b.Len() < M-3000; i++ {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}(),
		"comments":              "a: 1\n" + rep("# c\n", M-10),
		"comments dash":         rep("- # c\n", M-10),
		"comments keys":         "a:\n" + rep("  # c\n\n", M-10) + "  b: 1\n",
		"comments flow":         "a: [\n" + rep(" # c\n", M-10) + " 1]\n",
		"comments after literal": "a: |\n  x\n" + rep("# c\n\n", M-20) + "b: 1\n",
		"blank lines":           rep("\n", M-10) + "a: 1",
		"spaces":                rep(" ", M-10) + "a: 1",
		"one long plain":        "a: " + rep("b ", M-10),
		"many plain lines":      "a: b\n" + rep(" c\n", M-10),
		"many quotes":           "a: 'b\n" + rep(" c\n", M-10),
		"literal":               "a: |\n" + rep(" c\n", M-10),
		"literal blank":         "a: |\n" + rep("\n", M-10),
		"tags":                  rep("- !a\n", M-10),
		"bad lines":             "a: 1\n" + rep("x\n", M-10),
		"aliases":               "a: &a 1\n" + rep("- *a\n", M-20),
		"anchors":               rep("&a ", M-10),
		"tabs":                  "a:\n" + rep("\tb: 1\n", M-10),
		"tabs seps":             rep("-\tb\n", M-10),
		"dup keys":              rep("a: 1\n", M-10),
		"keys":                  func() string { var b strings.Builder; for i := 0; b.Len() < M-100; i++ { fmt.Fprintf(&b, "k%d: 1\n", i) }; return b.String() }(),
		"escapes":               "a: \"" + rep("\\d", M-10) + "\"",
		"colons":                "a: b" + rep(": ", M-10),
		"nul":                   rep("\x00a", M-10),
		"bidi":                  rep("\u202ea", M-10),
		"text after quote":      rep("- 'a' b\n", M-10),
		"unclosed quotes":       rep("- 'a b\n", M-10),
		"unclosed flow":         rep("- [a\n", M-10),
		"hash":                  "a: b" + rep(" '#", M-10),
		"cjk line":              "a: [" + rep("中, ", M-10) + "]",
		"crs":                   rep("a: 1\r", M-10),
		"q":                     rep("? ", M-10),
		"excl":                  "a: " + rep("!", M-10),
		"excl2":                 "a: " + rep("!a ", M-10),
		"flow excl":             "a: [" + rep("!a,", M-10)+"]",
		"flow parens":           "a: [" + rep("!(,", M-10)+"]",
		"flow excl colon":       "a: {" + rep("!a: b,", M-10)+"}",
		"many quotes one line":  "a: [" + rep("'',", M-10)+"]",
		"flow multi parens":     "a: [" + rep("(\n", M-10)+"]",
		"mixed bad flow lines":  rep("- {a b c d: [, ]\n", M-10),
		"decreasing": func() string {
			var b strings.Builder
			for b.Len() < M-3000 {
				for i := 20; i > 0; i-- {
				b.WriteString(strings.Repeat(" ", i) + "- 'a\n")
				}
			}
			return b.String()
		}(),
	} {
		var m0, m1 runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m0)
		start := time.Now()
		f, ps := Parse("x", []byte(s), DefaultLimits())
		d := time.Since(start)
		runtime.ReadMemStats(&m1)
		key := ""
		if len(ps) > 0 { key = ps[len(ps)-1].Key }
		fmt.Printf("%-24s %8.1f ms %6.1f MB alloc  root=%v problems=%d %s\n", name, float64(d.Microseconds())/1000, float64(m1.TotalAlloc-m0.TotalAlloc)/1e6, f.Root != nil, len(ps), key)
	}
}
