package expr

import (
	"testing"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// layout draws what may stand between two tokens, Chinese comments included.
func layout(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", "", " ", "\n", "  ", "\t", " // 注释（一）\n"}).Draw(t, "layout")
}

// drawSyntax draws an expression of any form, without regard to types. Operands stand in brackets, so that each is a part
// of its own whatever the precedence.
func drawSyntax(t *rapid.T, depth int) string {
	atoms := []string{
		"a", "bc", "d_1", "'低'", "\"中文'引号\"", `'a\'b'`, `r'\d+'`, "'''三\n行'''", "b'xy'", "12", "-3", "1.5", "-1.5e3", "0x1F", "7u",
		".5", "true", "null", ".x", "rb",
	}
	if depth == 0 {
		return rapid.SampledFrom(atoms).Draw(t, "atom")
	}
	sub := func() string { return drawSyntax(t, depth-1) }
	w := func() string { return layout(t) }
	part := func() string { return "(" + w() + sub() + w() + ")" }
	pick := func(options ...string) string { return rapid.SampledFrom(options).Draw(t, "pick") }
	switch rapid.IntRange(0, 13).Draw(t, "form") {
	case 0:
		return rapid.SampledFrom(atoms).Draw(t, "atom")
	case 1:
		return part() + w() + " " + pick("+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "in") + " " + w() + part()
	case 2:
		chain, op := "a", pick("&&", "||")
		for range rapid.IntRange(1, 5).Draw(t, "terms") {
			chain += w() + op + w() + part()
		}
		return chain
	case 3:
		return part() + w() + "?" + w() + part() + w() + ":" + w() + sub()
	case 4:
		return pick("!", "-", "!!", "--", "!!!") + part()
	case 5:
		return "a" + w() + "." + w() + "b" + ".c"
	case 6:
		return part() + w() + "." + w() + "f" + w() + "(" + w() + sub() + w() + "," + w() + sub() + ")"
	case 7:
		return pick("f", "g.h", "g.h.i", ".f") + w() + "(" + w() + sub() + w() + ")"
	case 8:
		return "[" + w() + sub() + w() + "," + w() + sub() + w() + "]"
	case 9:
		return "{" + w() + sub() + w() + ":" + w() + sub() + w() + "}"
	case 10:
		return part() + w() + "[" + w() + sub() + w() + "]"
	case 11:
		return "a" + w() + ".?" + w() + "b[?" + sub() + "]"
	case 12:
		return "T" + w() + "." + w() + "U" + w() + "{" + w() + "f" + w() + ":" + w() + sub() + w() + "}"
	default:
		return part()
	}
}

func TestTheTextInTheRangeOfAnExpressionIsThatExpression(t *testing.T) {
	for _, pratt := range []bool{false, true} {
		p, err := parser.NewParser(parser.EnablePrattParser(pratt), parser.EnableOptionalSyntax(true))
		require.NoError(t, err)
		rapid.Check(t, func(t *rapid.T) {
			text := drawSyntax(t, 3)
			tree, errs := p.Parse(common.NewTextSource(text))
			require.Empty(t, errs.GetErrors(), text)
			eachPart(tree.Expr(), func(e ast.Expr) {
				start, end := exprRange(text, tree, e.ID())
				piece := string([]rune(text)[start:end])
				again, errs := p.Parse(common.NewTextSource(piece))
				require.Empty(t, errs.GetErrors(), "%q of %q", piece, text)
				want, err := parser.Unparse(e, ast.NewSourceInfo(nil))
				require.NoError(t, err)
				got, err := parser.Unparse(again.Expr(), ast.NewSourceInfo(nil))
				require.NoError(t, err)
				require.Equal(t, want, got, "%q of %q", piece, text)
			})
		})
	}
}

// eachPart visits e and all in it but the name behind .?, which is a literal only in the tree.
func eachPart(e ast.Expr, visit func(ast.Expr)) {
	visit(e)
	for i, part := range children(e) {
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == "_?._" && i == 1 {
			continue
		}
		eachPart(part, visit)
	}
}

func TestRangesInACheckedTree(t *testing.T) {
	env := issueEnv(t)
	for _, c := range []struct {
		text string
		want []string // of the calls, comprehensions, selections, lists and maps, each part before the whole
	}{
		{"title == '低' && level > 3", []string{"title == '低'", "level > 3", "title == '低' && level > 3"}},
		{"tags.exists(t, t == '中')", []string{
			"t == '中'", "tags.exists(t, t == '中')", "exists(t, t == '中')", // the last is what the macro adds
		}},
		{"math.greatest(level, 2) > 1", []string{"math.greatest(level, 2)", "math.greatest(level, 2) > 1"}},
		{"optional.of( level ).hasValue( )", []string{"optional.of( level )", "optional.of( level ).hasValue( )"}},
		{"has(counts.a)", []string{"has(counts.a)"}},
		{"applicant . Level in [1, 2]", []string{"applicant . Level", "[1, 2]", "applicant . Level in [1, 2]"}},
		{"( level + 1 ) * 2 == 4", []string{"level + 1", "( level + 1 ) * 2", "( level + 1 ) * 2 == 4"}},
		{"counts.?a.orValue(1) > 0", []string{"counts.?a", "counts.?a.orValue(1)", "counts.?a.orValue(1) > 0"}},
		{"{'一': 1}['一'] == 1", []string{"{'一': 1}", "{'一': 1}['一']", "{'一': 1}['一'] == 1"}},
	} {
		checked, iss := env.Compile(c.text)
		require.NoError(t, iss.Err(), c.text)
		var got []string
		seen := map[string]bool{}
		ast.PostOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
			if e.Kind() == ast.LiteralKind || e.Kind() == ast.IdentKind {
				return
			}
			start, end := exprRange(c.text, checked.NativeRep(), e.ID())
			if piece := string([]rune(c.text)[start:end]); !seen[piece] {
				seen[piece] = true
				got = append(got, piece)
			}
		}))
		assert.ElementsMatch(t, c.want, got, c.text)
	}
}

func TestAnIDThatIsNotInTheTreeHasTheRangeOfTheWhole(t *testing.T) {
	tree, errs := prattParse("a > '低'", 10)
	require.Empty(t, errs)
	start, end := exprRange("a > '低'", tree, 999)
	assert.Equal(t, []int{0, 7}, []int{start, end})
}
