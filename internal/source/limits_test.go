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
		"a scalar of 50 MB": {"a: " + strings.Repeat("b", 50<<20), source.DefaultLimits(), `limit.bytes ["52428803" "1048576"]`},
		"a file over the host's limit": {strings.Repeat("a", 1001), small, `limit.bytes ["1001" "1000"]`},
		"10,000 brackets":              {"a: " + strings.Repeat("[", 10_000), source.DefaultLimits(), `limit.depth ["64"]`},
		"10,000 braces":                {strings.Repeat("{a: ", 10_000), source.DefaultLimits(), `limit.depth ["64"]`},
		"10,000 dashes":                {strings.Repeat("- ", 10_000), source.DefaultLimits(), `limit.depth ["64"]`},
		"1,000 maps in maps":           {blockNest(1000), source.DefaultLimits(), `limit.depth ["64"]`},
		"six where five are allowed":   {blockNest(6), small, `limit.depth ["5"]`},
		"block and flow count together": {"a:\n  b:\n    - [[[1]]]\n", small, `limit.depth ["5"]`},
		"500,000 items":                {"a: [" + strings.Repeat("b,", 500_000) + "]", source.DefaultLimits(), `limit.nodes ["250000"]`},
		"empty values count":           {strings.Repeat("-\n", 60), small, `limit.nodes ["50"]`},
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

// The work grows with the file and not with its square: ten times the file takes about ten times the allocations.
func TestWorkGrowsWithTheFile(t *testing.T) {
	for name, text := range map[string]string{
		"rules":           string(rules(50)),
		"one long line":   "a: [" + strings.Repeat("中, ", 2000) + "]\n",
		"comments":        strings.Repeat("- # c\n\n", 1000),
		"plain over lines": "a: b\n" + strings.Repeat("  c\n", 2000),
		"bad brackets":    strings.Repeat("- [a\n", 900),
		"negations":       strings.Repeat("- !a && b\n", 900),
	} {
		t.Run(name, func(t *testing.T) {
			allocations := func(n int) float64 {
				repeated := []byte(strings.Repeat(strings.ReplaceAll(text, "\n\n", "\n"), 1))
				if n > 1 {
					repeated = []byte(enlarge(name, n))
				}
				return testing.AllocsPerRun(2, func() { source.Parse("a.yaml", repeated, source.DefaultLimits()) })
			}
			assert.Less(t, allocations(10), 15*allocations(1)+1000)
		})
	}
}
