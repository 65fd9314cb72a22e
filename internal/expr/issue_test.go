package expr

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// soup draws a text from the tokens of CEL and what is mistaken for them.
func soup(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
		"x", "s", "(", ")", "[", "]", "{", "}", ",", ":", "?", "+", "-", "*", "/", "&&", "||", "!", "==", "<", " in ", ".", "1", "1.5", "'a'",
		`"`, "'", "x.f(", ".?", "[?", "r'", "b'", "'''", "//", "\n", "\r", "0x1", "1e3", "`a`", "has(", "true", "import", `\`, " ", "1u",
		"'数'", "=", "&", "@", "\f", "数", "，", "“", "”", "and", "not",
	}), 0, 8).Draw(t, "tokens"), "")
}

func TestOurTokensAreThoseOfCelGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := soup(t)
		tree, errs := prattParse(text, 250)
		if len(errs) > 0 {
			return
		}
		starts := map[int]bool{}
		for _, token := range tokenize(text) {
			require.NotEqual(t, tokenBad, token.kind, "%q: %+v", text, token)
			starts[token.start] = true
		}
		eachPart(tree.Expr(), func(e ast.Expr) {
			at, ok := tree.SourceInfo().GetOffsetRange(e.ID())
			require.True(t, !ok || starts[int(at.Start)], "%q has no token at %d", text, at.Start)
		})
	})
}

func TestBothParsersOfCelGoAgreeOnWhatIsAnExpression(t *testing.T) {
	antlr, err := parser.NewParser(parser.EnableOptionalSyntax(true))
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		text := soup(t)
		_, errs := antlr.Parse(common.NewTextSource(text))
		_, ours := prattParse(text, 250)
		if strings.Contains(text, "{,") {
			return // an empty map with a comma, which only one of them takes
		}
		require.Equal(t, len(errs.GetErrors()) == 0, len(ours) == 0, "%q: %v %v", text, errs.ToDisplayString(), ours)
	})
}

func TestTokensCoverTheTextInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := soup(t)
		runes, at := []rune(text), 0
		for _, token := range tokenize(text) {
			require.LessOrEqual(t, at, token.start)
			require.Less(t, token.start, token.end)
			require.Equal(t, string(runes[token.start:token.end]), token.text)
			at = token.end
		}
		require.LessOrEqual(t, at, len(runes))
	})
}

// repaired applies the fixes of issues to a text.
func repaired(text string, issues []Issue) string {
	runes := []rune(text)
	for _, i := range slices.Backward(issues) {
		if i.Fix != "" {
			runes = slices.Concat(runes[:i.Start], []rune(i.Fix), runes[i.End:])
		}
	}
	return string(runes)
}

func TestFixesLeadToAnExpressionThatCompiles(t *testing.T) {
	env := issueEnv(t)
	names := append(issueNames(), functionNames(env)...)
	for text, want := range map[string]string{
		"（level ＞ 1） ＆ consent_obtained":               "(level > 1) && consent_obtained",
		"security_risk ＝ “low”":                        "security_risk == 'low'",
		"security_risk == ‘it’":                        "security_risk == 'it'",
		"title == “say 'x'”":                           `title == 'say \'x\''`,
		"tags.exists(t，t == '，')":                      "tags.exists(t,t == '，')",
		"level >= 1 且 consent_obtained":                "level >= 1 && consent_obtained",
		"level ≥ 1 并且 level ≠ 3":                       "level >= 1 && level != 3",
		"level　>　１":                                    "level > 1",
		"ｌｅｖｅｌ > １２":                                   "level > 12",
		"level = 1 and not consent_obtained":           "level == 1 && ! consent_obtained",
		"level <> 1 or level => 3":                     "level != 1 || level >= 3",
		"level === 1 & consent_obtained":               "level == 1 && consent_obtained",
		"consnt_obtained && levle > 1":                 "consent_obtained && level > 1",
		"fee > 5 && 2.50 < fee && fee == '3'":          "fee > decimal('5') && decimal('2.50') < fee && fee == decimal('3')",
		"due < '2026-10-01' || '2026-10-02' == due":    "due < date('2026-10-01') || date('2026-10-02') == due",
		"now > '2026-10-01T00:00:00Z'":                 "now > timestamp('2026-10-01T00:00:00Z')",
		"decimal(1.50) < fee":                          "decimal('1.50') < fee",
		"title.size == 3 && due.year > 2025":           "title.size() == 3 && due.year() > 2025",
		"now.getHours('Asia/Shanghai') > 8":            "now.getHours('+08:00') > 8",
		"mathh.greatest(1, 2) > 1 && True":             "math.greatest(1, 2) > 1 && true",
		"applicant.Levle > 1 && title.startWith('数据')": "applicant.Level > 1 && title.startsWith('数据')",
		"not(consent_obtained)":                        "!(consent_obtained)",
	} {
		_, iss := env.Compile(text)
		require.Error(t, iss.Err(), text)
		got := repaired(text, translate(text, iss, names))
		assert.Equal(t, want, got, text)
		_, iss = env.Compile(got)
		assert.NoError(t, iss.Err(), got)
	}
}

func TestFullWidthInTextsAndCommentsIsNoIssue(t *testing.T) {
	for _, text := range []string{
		"title == '（一）、“引号”，全角！'", `title == "，"`, "title == '''多\n行，'''", "title == r'，\\'", "b'，' == b'。'",
		"// ，。\ntitle == 'a' // （", "a > 1", "",
	} {
		assert.Empty(t, scanFullWidth(text), text)
	}
}

func TestIssuesOfHostileTextAreFew(t *testing.T) {
	assert.Len(t, scanFullWidth(strings.Repeat("， ", 5000)), issueLimit)
	assert.Len(t, scanFullWidth(strings.Repeat("，", 5000)), 1, "one run is one issue")
	assert.Len(t, slips(tokenize(strings.Repeat("a = ", 5000))), issueLimit)
}

func TestScanOfFullWidthStaysInTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := soup(t) + rapid.String().Draw(t, "more")
		end := 0
		for _, i := range scanFullWidth(text) {
			require.LessOrEqual(t, end, i.Start, "issues do not overlap: %q", text)
			require.Less(t, i.Start, i.End)
			require.LessOrEqual(t, i.End, len([]rune(text)))
			end = i.End
			if i.Code == "BF2008" {
				require.NotEmpty(t, i.Fix)
			}
		}
	})
}

func TestIssuesForTheLead(t *testing.T) {
	assert.Equal(t, Issue{Code: "BF2003", Key: "cel.result", Args: []string{"bool", "int"}, End: 6}, resultTypeIssue("bool", "int", "1 + 数据"))
	assert.Equal(t, Issue{Code: "BF2007", Key: "cel.cost", Args: []string{"200", "100"}, End: 3, Warning: true}, costIssue("a+b", 200, 100, true))
	assert.Equal(t, Issue{Code: "BF2007", Key: "cel.cost.unbounded", Args: []string{"100"}, End: 3}, costIssue("a+b", math.MaxUint64, 100, false))
}

func TestOurOwnMessagesSurviveCelGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "args")
		key, got, ok := decodeOwn(encodeOwn("cel.constant.regex", args))
		require.True(t, ok)
		require.Equal(t, "cel.constant.regex", key)
		require.Equal(t, len(args), len(got))
		for i := range args {
			require.Equal(t, args[i], got[i])
		}
	})
	_, _, ok := decodeOwn("undeclared reference to 'x'")
	assert.False(t, ok)
	_, _, ok = decodeOwn(ownPrefix + "cel.x unquoted")
	assert.False(t, ok)
}

func TestSignaturesAreTakenApart(t *testing.T) {
	for signature, want := range map[string][]string{
		"()":                  {""},
		"(int)":               {"", "int"},
		"(int, string)":       {"", "int", "string"},
		"string.(int)":        {"string", "int"},
		"map(string, int).()": {"map(string, int)"},
		"list(map(string, int)).(list(int), int)": {"list(map(string, int))", "list(int)", "int"},
		"nonsense": {""},
		"":         {""},
	} {
		target, args := splitSignature(signature)
		assert.Equal(t, want, append([]string{target}, args...), signature)
	}
}

func TestAFaultIsAnErrorWithItsKey(t *testing.T) {
	var err error = &Fault{Key: "cel.fault.decimal.digits", Args: []string{"100"}}
	assert.EqualError(t, err, "cel.fault.decimal.digits: 100")
	var fault *Fault
	assert.True(t, errors.As(err, &fault))
}
