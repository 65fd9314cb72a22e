package expr

import (
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func libFacts() []Var {
	return []Var{
		{"n", &Type{Kind: Int}},
		{"s", &Type{Kind: String}},
		{"b", &Type{Kind: Bool}},
		{"l", &Type{Kind: List, Elem: &Type{Kind: String}}},
		{"ts", &Type{Kind: Timestamp}},
	}
}

func TestLibrariesWorkTogether(t *testing.T) {
	env := newTestEnv(t)
	for expression, result := range map[string]string{
		"'  a '.trim()":                                             `"a"`,
		"['b', 'a'].sort().join('-')":                               `"a-b"`,
		"math.greatest(1, 3, 2)":                                    "3",
		"sets.contains([1, 2], [2])":                                "true",
		"base64.encode(b'hi')":                                      `"aGk="`,
		"regex.replace('a1b2', '[0-9]', '')":                        `"ab"`,
		"regex.extract('x12', '[0-9]+').orValue('')":                `"12"`,
		"[1, 2].exists(i, v, i == v - 1)":                           "true",
		"{'a': 1}.transformMap(k, v, v + 1)":                        `{"a": 2}`,
		"optional.of(1).optMap(x, x + 1).value()":                   "2",
		"[1, 2].first().value()":                                    "1",
		"{'a': 1}[?'b'].orValue(0)":                                 "0",
		"'数据'.size()":                                               "2",
		"lists.range(3)":                                            "[0, 1, 2]",
		"'%d 件'.format([3])":                                        `"3 件"`,
		"timestamp('2026-10-01T00:00:00+08:00').getHours()":         "16",
		"timestamp('2026-10-01T00:00:00+08:00').getHours('+08:00')": "0",
		"timestamp('2026-10-01T00:00:00+08:00').getHours('UTC')":    "16",
	} {
		assert.Equal(t, result, outcome(t, env, expression, nil), expression)
	}
}

func TestWhatReadsTheWorldOrHasNoBoundIsNotDeclared(t *testing.T) {
	env := newTestEnv(t, libFacts()...)
	for _, e := range []string{
		"json.parse(s).hasValue()", "yaml.parse(s).hasValue()", "json.encode(l)", "ip(s).family() == 4", "cidr(s).isMask()",
		"cel.bind(x, 1, x > 0)", "now()", "random() > 0", "getenv(s)",
	} {
		_, iss := env.Compile(e)
		assert.ErrorContains(t, iss.Err(), "undeclared reference", e)
	}
}

func TestATimeZoneMustMeanTheSameOnEveryMachine(t *testing.T) {
	env := newTestEnv(t, libFacts()...)
	for _, zone := range []string{"'Asia/Shanghai'", "'Local'", "''", "'+8:00'", "'24:00'", "s", "'+08:' + '00'"} {
		_, iss := env.Compile("ts.getHours(" + zone + ") > 8")
		assert.ErrorContains(t, iss.Err(), "cel.constant.zone", zone)
	}
	for _, zone := range []string{"'UTC'", "'+08:00'", "'-03:30'"} {
		_, iss := env.Compile("ts.getHours(" + zone + ") > 8")
		assert.NoError(t, iss.Err(), zone)
	}
}

// limits returns the issues of an expression that the environment of the tests refuses.
func limits(t *testing.T, env *cel.Env, text string) []Issue {
	t.Helper()
	_, iss := env.Compile(text)
	require.Error(t, iss.Err(), clipped(text))
	return translate(text, iss, nil)
}

func TestLimitsOfExpressions(t *testing.T) {
	env := newTestEnv(t, libFacts()...)
	for _, c := range []struct {
		name, text, limit string
	}{
		{"17 KiB", "b || '" + strings.Repeat("a", 17<<10) + "' == s", "expression.size"},
		{"17 KiB of Chinese are fewer runes", "b || '" + strings.Repeat("数", 17<<10) + "' == s", "expression.size"},
		{"brackets", strings.Repeat("(", 300) + "b" + strings.Repeat(")", 300), "expression.depth"},
		{"lists in lists", strings.Repeat("[", 300) + strings.Repeat("]", 300) + " == []", "expression.depth"},
		{"calls in calls", strings.Repeat("size([", 300) + strings.Repeat("])", 300) + " > 0", "expression.depth"},
		{"a long sum", "n" + strings.Repeat(" + n", 600) + " > 0", "expression.depth"},
		{"choices in choices", strings.Repeat("b ? b : ", 300) + "b", "expression.depth"},
		{"comprehensions", "l.all(a, l.all(b, l.all(c, l.all(d, l.all(e, a == e)))))", "expression.comprehensions"},
		{"a regular expression of few characters", "s.matches('a{500}b{600}')", "expression.regex"},
		{"a regular expression of many", "s.matches('" + strings.Repeat("[ab]c", 700) + "')", "expression.regex"},
	} {
		issues := limits(t, env, c.text)
		require.Len(t, issues, 1, c.name)
		assert.Equal(t, "BF1012", issues[0].Code, c.name)
		assert.Contains(t, []string{"cel.limit", "cel.limit.over"}, issues[0].Key, c.name)
		assert.Equal(t, c.limit, issues[0].Args[0], c.name)
	}
	for _, text := range []string{
		"b || '" + strings.Repeat("数", 16000) + "' == s",
		"b" + strings.Repeat(" || b", 3000),
		"n in [" + strings.Repeat("1, ", 5000) + "2]",
		"l.all(a, l.all(b, l.all(c, l.all(d, a == d))))",
		"l" + strings.Repeat(".map(a, a).filter(a, b)", 5) + ".exists(a, b)", // a chain is not deep
		strings.Repeat("(", 200) + "b" + strings.Repeat(")", 200),
	} {
		_, iss := env.Compile(text)
		assert.NoError(t, iss.Err(), clipped(text))
	}
}

func TestATextIsCheckedBeforeItIsCompiled(t *testing.T) {
	assert.Empty(t, checkText("a == '（数）' // ，", 100, 50))
	for _, c := range []struct {
		text, key string
		args      []string
	}{
		{strings.Repeat("数", 101), "cel.limit", []string{"expression.size", "100"}},
		{strings.Repeat("(", 60), "cel.limit", []string{"expression.depth", "50"}},
		{"（a）", "cel.fullwidth", []string{"（", "("}},
		{"a >", "cel.syntax.end", []string{">"}},
		{"\x00", "cel.syntax.character", []string{"\x00", "U+0000"}},
	} {
		issues := checkText(c.text, 100, 50)
		require.NotEmpty(t, issues, c.text)
		assert.Equal(t, c.key, issues[0].Key, c.text)
		assert.Equal(t, c.args, issues[0].Args, c.text)
	}
}

func TestACatastrophicRegularExpressionDoesNotBacktrack(t *testing.T) {
	env := newTestEnv(t, libFacts()...)
	text := strings.Repeat("a", 4096) + "!"
	start := time.Now()
	assert.Equal(t, "false", outcome(t, env, "s.matches('^(a+)+$')", map[string]any{"s": text}))
	assert.Less(t, time.Since(start), 5*time.Second)
}

func TestAPatternFromTheFactsIsBoundedWhenItRuns(t *testing.T) {
	env := newTestEnv(t, libFacts()...)
	for _, e := range []string{"s.matches(s)", "matches(s, s)", "regex.extract(s, s).hasValue()", "s.matches(l[0])"} {
		for _, pattern := range []string{"((a{30}){40}){50}", "a{500}b{600}", "((("} {
			got := outcome(t, env, e, map[string]any{"s": pattern, "l": []string{pattern}})
			assert.Contains(t, got, "error: ", e)
		}
		assert.Equal(t, "true", outcome(t, env, e, map[string]any{"s": "aa", "l": []string{"aa"}}), e)
	}
}

func TestAConstantPatternStillPropagatesUnknownsAndErrors(t *testing.T) {
	env := newTestEnv(t, libFacts()...)
	unknown := types.NewUnknown(7, types.NewAttributeTrail("s"))
	for _, e := range []string{"s.matches('^a$')", "matches(s, '^a$')"} {
		assert.Equal(t, "unknown: [7]", outcome(t, env, e, map[string]any{"s": unknown}), e)
		assert.Equal(t, "error: broken", outcome(t, env, e, map[string]any{"s": types.NewErr("broken")}), e)
		assert.Equal(t, "true", outcome(t, env, e, map[string]any{"s": "a"}), e)
	}
}

func TestAListThatIsMadeIsBoundedBeforeItIsMade(t *testing.T) {
	env := newTestEnv(t, libFacts()...)
	assert.Contains(t, outcome(t, env, "lists.range(n).size()", map[string]any{"n": 1 << 40}), "exceeds maximum allowed")
	assert.Equal(t, "10000", outcome(t, env, "lists.range(n).size()", map[string]any{"n": rangeLimit}))
}

func TestFunctionNamesAreThoseThatCanBeMistyped(t *testing.T) {
	names := functionNames(newTestEnv(t))
	for _, name := range []string{"startsWith", "addWorkdays", "math.greatest", "optional.of", "exists", "roundTo", "date"} {
		assert.Contains(t, names, name)
	}
	for _, name := range names {
		assert.NotContains(t, name, "@")
		assert.NotContains(t, name, "_!")
	}
	assert.IsIncreasing(t, names)
}

// hostile are texts that have hurt parsers; none may take long, here or in cel-go.
func hostile(n int) map[string]string {
	return map[string]string{
		"open brackets":  strings.Repeat("(", n),
		"all brackets":   strings.Repeat("([{", n/3),
		"closing":        strings.Repeat(")]}", n/3),
		"negations":      strings.Repeat("!", n) + "b",
		"minus signs":    strings.Repeat("-", n) + "n",
		"choices":        strings.Repeat("b?", n/2),
		"nested choices": strings.Repeat("b?b:", n/4) + "b",
		"a sum":          strings.Repeat("n+", n/2) + "n",
		"selections":     "s" + strings.Repeat(".a", n/2),
		"optionals":      "s" + strings.Repeat(".?a", n/3),
		"quotes":         strings.Repeat("'", n),
		"mixed quotes":   strings.Repeat("'\"", n/2),
		"escapes":        "'" + strings.Repeat("\\", n),
		"commas":         strings.Repeat(",", n),
		"garbage":        strings.Repeat("@#$", n/3),
		"slashes":        strings.Repeat("/1", n/2),
		"comments":       strings.Repeat("//\n", n/3),
		"full width":     strings.Repeat("（", n/3),
		"words":          strings.Repeat("数据 ", n/7),
		"macros":         strings.Repeat("l.all(x,", n/8),
		"digits":         strings.Repeat("9", n),
		"bytes":          strings.Repeat("\xff\x00", n/2),
		"equals":         strings.Repeat("=", n),
		"maps":           strings.Repeat("{1:", n/3),
		"patterns":       "s.matches('" + strings.Repeat("(a*)*", n/6) + "')",
	}
}

func TestHostileTextIsRefusedQuickly(t *testing.T) {
	env := newTestEnv(t, libFacts()...)
	for name, text := range hostile(16 << 10) {
		start := time.Now()
		issues := checkText(text, 16<<10, 250)
		if len(issues) == 0 {
			if _, iss := env.Compile(text); len(iss.Errors()) > 0 {
				issues = translate(text, iss, nil)
			}
		}
		// In milliseconds when the machine is idle; the bound only tells a blow-up from a slow machine.
		assert.Less(t, time.Since(start), 3*time.Second, name)
		assert.LessOrEqual(t, len(issues), issueLimit, name)
	}
}

// FuzzCompileNeverPanics states that any text compiles or has issues, each within the text and with a key; and that what
// checkText lets pass, cel-go's parser does too.
func FuzzCompileNeverPanics(f *testing.F) {
	for _, text := range hostile(60) {
		f.Add(text)
	}
	for _, text := range []string{
		"s == '低' && n > 3", "l.exists(x, x.startsWith('a'))", "decimal('1.5') * decimal(2) >= decimal('3')",
		"date('2026-10-01').addDays(n) < date(ts)", "s.matches('^a+$') ? n : n + 1", "{'a': [1, 2]}['a'][?0].orValue(3)",
		"titel = 'x' and not b", "（n） ＞ 1", "has(s)", "r'\\d' + b'x'", "l.map(x, x + 1)", "n in [1, 'a']", "a.b.c(d)[e]{f: 1}",
	} {
		f.Add(text)
	}
	env := newTestEnv(f, libFacts()...)
	names := functionNames(env)
	f.Fuzz(func(t *testing.T, text string) {
		early := checkText(text, 2000, 100)
		if len(early) > 0 {
			wellFormed(t, text, early)
		}
		if len(text) > 2000 {
			return
		}
		checked, iss := env.Compile(text)
		if len(iss.Errors()) == 0 {
			if checked == nil {
				t.Fatal("neither issues nor a result")
			}
			for id := range checked.NativeRep().TypeMap() {
				if start, end := exprRange(text, checked.NativeRep(), id); start < 0 || start > end || end > len([]rune(text)) {
					t.Fatalf("range %d-%d of %q", start, end, text)
				}
			}
			return
		}
		issues := translate(text, iss, names)
		wellFormed(t, text, issues)
		for _, i := range issues {
			if len(early) == 0 && strings.HasPrefix(i.Key, "cel.syntax") {
				t.Fatalf("%q passed checkText and has %+v", text, i)
			}
		}
	})
}

func wellFormed(t *testing.T, text string, issues []Issue) {
	if len(issues) == 0 {
		t.Fatalf("%q does not compile and has no issue", text)
	}
	n := len([]rune(text))
	for _, i := range issues {
		if i.Start < 0 || i.Start > i.End || i.End > n || i.Key == "" || !strings.HasPrefix(i.Code, "BF") {
			t.Fatalf("%q has %+v", text, i)
		}
	}
}
