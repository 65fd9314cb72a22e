package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/source"
)

func countNodes(n *source.Node) int {
	if n == nil {
		return 0
	}
	count := 1
	for _, e := range n.Entries {
		count += countNodes(e.Key) + countNodes(e.Value)
	}
	for _, item := range n.Items {
		count += countNodes(item)
	}
	return count
}

func blockNest(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// Each limit is refused by name, before anything is built: there is no tree and one problem.
func TestHostileFilesAreRefusedByTheLimitTheyExceed(t *testing.T) {
	small := source.Limits{Bytes: 1000, Depth: 5, Nodes: 50, Problems: 7}
	for name, c := range map[string]struct {
		text string
		lim  source.Limits
		want string
	}{
		"a scalar of 50 MB":             {"a: " + strings.Repeat("b", 50<<20), source.DefaultLimits(), `limit.bytes ["52428803" "1048576"]`},
		"a file over the host's limit":  {strings.Repeat("a", 1001), small, `limit.bytes ["1001" "1000"]`},
		"10,000 brackets":               {"a: " + strings.Repeat("[", 10_000), source.DefaultLimits(), `limit.depth ["64"]`},
		"10,000 braces":                 {strings.Repeat("{a: ", 10_000), source.DefaultLimits(), `limit.depth ["64"]`},
		"10,000 dashes":                 {strings.Repeat("- ", 10_000), source.DefaultLimits(), `limit.depth ["64"]`},
		"1,000 maps in maps":            {blockNest(1000), source.DefaultLimits(), `limit.depth ["64"]`},
		"six where five are allowed":    {blockNest(6), small, `limit.depth ["5"]`},
		"block and flow count together": {"a:\n  b:\n    - [[[1]]]\n", small, `limit.depth ["5"]`},
		"500,000 items":                 {"a: [" + strings.Repeat("b,", 500_000) + "]", source.DefaultLimits(), `limit.nodes ["250000"]`},
		"empty values count":            {strings.Repeat("-\n", 60), small, `limit.nodes ["50"]`},
	} {
		t.Run(name, func(t *testing.T) {
			file, problems := source.Parse("a.yaml", []byte(c.text), c.lim)
			require.Len(t, problems, 1)
			assert.Equal(t, "BF1012", problems[0].Code)
			assert.Equal(t, c.want, fmt.Sprintf("%s %q", problems[0].Key, problems[0].Args))
			assert.Nil(t, file.Root)
		})
	}
}

func TestWhatIsJustWithinTheLimitsIsRead(t *testing.T) {
	text := blockNest(5)
	file, problems := source.Parse("a.yaml", []byte(text), source.Limits{Bytes: len(text), Depth: 5, Nodes: 11})
	require.Empty(t, problems)
	require.Equal(t, 11, countNodes(file.Root))
	_, problems = source.Parse("a.yaml", []byte(text), source.Limits{Bytes: len(text), Depth: 5, Nodes: 10})
	require.Len(t, problems, 1)
	assert.Equal(t, "limit.nodes", problems[0].Key)
}

func TestLimitsThatAreNotSetAreTheDefaults(t *testing.T) {
	_, problems := source.Parse("a.yaml", []byte(strings.Repeat("- ", 65)), source.Limits{})
	require.Len(t, problems, 1)
	assert.Equal(t, []string{"64"}, problems[0].Args)
	assert.Equal(t, source.Limits{Bytes: 1 << 20, Depth: 64, Nodes: 250_000, Problems: 1000}, source.DefaultLimits())
}

// A bomb of aliases is refused at its anchors and aliases, and nothing is expanded.
func TestAliasesAreNotExpanded(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 9 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	file, problems := source.Parse("a.yaml", []byte(b.String()), source.DefaultLimits())
	assert.Len(t, problems, 10+90)
	for _, p := range problems {
		assert.Equal(t, "BF1007", p.Code)
	}
	assert.Equal(t, 1+10*12, countNodes(file.Root), "ten keys, ten lists, ten items each")
}

// The reader gives up after so many problems: the last one says so.
func TestProblemsAreLimited(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("- !a\n", 5000),
		"a: [" + strings.Repeat("!a, ", 5000) + "]",
		"a:\n" + strings.Repeat("  - *a\n", 5000),
		strings.Repeat("&a ", 5000),
		strings.Repeat("x\n", 5000),
		strings.Repeat("a\u202e", 5000),
		strings.Repeat("- 'a\n", 5000),
		strings.Repeat("- [a\n", 5000),
		strings.Repeat("a: 1\n", 5000),
	} {
		file, problems := source.Parse("a.yaml", []byte(text), source.Limits{Problems: 7})
		require.Len(t, problems, 8, "%.20q", text)
		assert.Equal(t, "limit.problems", problems[7].Key)
		assert.Equal(t, []string{"7"}, problems[7].Args)
		checkProblems(t, file, problems)
	}
}

// hostile are files of nearly 1 MiB, each built so that some reader has needed time or memory beyond measure for its
// like: scans to the end of a line or file that are repeated from every token.
func hostile() map[string]string {
	const size = 1<<20 - 100
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string]string{
		"tags on one line":           "a: " + fill("!a "),
		"tags in one list":           "a: [" + fill("!a,") + "]",
		"tags in one map":            "a: {" + fill("!a: b,") + "}",
		"open parentheses":           "a: [" + fill("!(,") + "]",
		"anchors on one line":        fill("&a "),
		"aliases":                    "a: &a 1\nb:\n" + fill("- *a\n"),
		"separating colons":          "a: b" + fill(": "),
		"open quotes and comments":   "a: b" + fill(" '#"),
		"unclosed quotes":            fill("- 'a b\n"),
		"unclosed brackets":          fill("- [a\n"),
		"broken lists":               fill("- {a b c d: [, ]\n"),
		"bad escapes":                "a: \"" + fill(`\d`) + "\"",
		"comments under dashes":      fill("- # c\n"),
		"comments in a list":         "a: [\n" + fill(" # c\n") + " 1]\n",
		"comments below a block":     "a: |\n  x\n" + fill("# c\n\n") + "b: 1\n",
		"lines of one plain scalar":  "a: b\n" + fill(" c\n"),
		"words of one plain scalar":  "a: " + fill("b "),
		"lines of one quoted scalar": "a: 'b\n" + fill(" c\n") + " '\n",
		"blank lines of a block":     "a: |\n" + fill("\n"),
		"items on one line":          "a: [" + fill("中, ") + "]",
		"equal keys":                 fill("a: 1\n"),
		"tabs":                       "a:\n" + fill("\tb: 1\n"),
		"lines that are nothing":     "a: 1\n" + fill("x\n"),
		"carriage returns":           fill("a: 1\r"),
		"bidi controls":              fill("\u202ea"),
		"exclamation marks":          "a: " + fill("!"),
		"white space":                fill(" ") + "a: 1",
	}
}

// All of them are read or given up within the limits on problems and nodes. Each takes a fraction of a second; with
// a repeated scan a single one takes minutes.
func TestHostileFilesStayWithinTheLimits(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			file, problems := source.Parse("a.yaml", []byte(text), source.DefaultLimits())
			assert.LessOrEqual(t, len(problems), 1001)
			assert.LessOrEqual(t, countNodes(file.Root), 250_000)
		})
	}
}
