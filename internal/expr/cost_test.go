package expr

import (
	"math"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/civil"
)

// costFacts are the declared facts of the expressions whose cost is estimated and measured, with small bounds, so that
// random values reach them.
func costFacts() []Var {
	text := &Type{Kind: String, MaxRunes: 12}
	return []Var{
		{"s", text},
		{"t", &Type{Kind: String, MaxRunes: 30}},
		{"p", &Type{Kind: String, MaxRunes: 8}}, // a pattern
		{"e", &Type{Kind: Enum, Values: []string{"low", "medium", "严重"}}},
		{"n", &Type{Kind: Int}},
		{"b", &Type{Kind: Bool}},
		{"f", &Type{Kind: Double}},
		{"d", &Type{Kind: Decimal}},
		{"a", &Type{Kind: Date}},
		{"ts", &Type{Kind: Timestamp}},
		{"ls", &Type{Kind: List, MaxItems: 5, Elem: text}},
		{"li", &Type{Kind: List, MaxItems: 6, Elem: &Type{Kind: Int}}},
		{"ld", &Type{Kind: List, MaxItems: 4, Elem: &Type{Kind: Decimal}}},
		{"ll", &Type{Kind: List, MaxItems: 3, Elem: &Type{Kind: List, MaxItems: 3, Elem: text}}},
		{"m", &Type{Kind: Map, MaxItems: 4, Elem: text}},
		{"os", &Type{Kind: String, MaxRunes: 12, Optional: true}},
		{"od", &Type{Kind: Decimal, Optional: true}},
	}
}

// testCELType is what CEL sees of the declared types used in these tests.
func testCELType(t *Type) *cel.Type {
	bare := map[Kind]*cel.Type{
		String: cel.StringType, Enum: cel.StringType, Int: cel.IntType, Bool: cel.BoolType, Double: cel.DoubleType,
		Decimal: decimalType, Date: dateType, Timestamp: cel.TimestampType, Duration: cel.DurationType,
	}[t.Kind]
	switch t.Kind {
	case List:
		bare = cel.ListType(testCELType(t.Elem))
	case Map:
		bare = cel.MapType(cel.StringType, testCELType(t.Elem))
	}
	if t.Optional {
		return cel.OptionalType(bare)
	}
	return bare
}

// everyDay is a calendar in which every day is a working day.
type everyDay struct{}

func (everyDay) IsWorkday(civil.Date) (bool, error) { return true, nil }

func (everyDay) AddWorkdays(d civil.Date, n int) (civil.Date, error) { return d.AddDays(n) }

func (everyDay) WorkdaysBetween(a, b civil.Date) (int, error) { return int(b - a), nil }

// newTestEnv returns an environment with everything this package declares, and some facts.
func newTestEnv(t testing.TB, facts ...Var) *cel.Env {
	t.Helper()
	opts := append(libraries(), decimalLibrary(), dateLibrary(civil.Zone, everyDay{}))
	opts = append(opts, limitOptions(16<<10, 250)...)
	for _, f := range facts {
		opts = append(opts, cel.Variable(f.Name, testCELType(f.Type)))
	}
	env, err := cel.NewCustomEnv(opts...)
	require.NoError(t, err)
	return env
}

func lookupIn(facts []Var) func(path []string) *Type {
	return func(path []string) *Type {
		for _, f := range facts {
			if f.Name != path[0] {
				continue
			}
			t := f.Type
			for range path[1:] {
				if t == nil {
					return nil
				}
				t = t.Elem
			}
			return t
		}
		return nil
	}
}

// drawFacts draws values that use the declared bounds up to their ends.
func drawFacts(t *rapid.T) map[string]any {
	text := func(n int) ref.Val {
		return types.String(rapid.OneOf(
			rapid.StringOfN(rapid.SampledFrom([]rune("abc01,é数据 ")), -1, n, -1),
			rapid.Just(strings.Repeat("数", n)),
			rapid.Just(strings.Repeat("a", n)),
		).Draw(t, "text"))
	}
	list := func(n int, draw func() ref.Val) ref.Val {
		var out []ref.Val
		for range rapid.IntRange(0, n).Draw(t, "items") {
			out = append(out, draw())
		}
		return types.DefaultTypeAdapter.NativeToValue(out)
	}
	short := func() ref.Val { return text(12) }
	amount := func() ref.Val {
		coefficient := rapid.Int64Range(-9999, 9999).Draw(t, "coefficient")
		return NewDecimal(decimal.New(coefficient, rapid.Int32Range(-4, 4).Draw(t, "exponent"))).v
	}
	entries := map[ref.Val]ref.Val{}
	for _, k := range []string{"k", "键", "longer-key"}[:rapid.IntRange(0, 3).Draw(t, "keys")] {
		entries[types.String(k)] = short()
	}
	maybe := func(v ref.Val) ref.Val {
		if rapid.Bool().Draw(t, "present") {
			return types.OptionalOf(v)
		}
		return types.OptionalNone
	}
	return map[string]any{
		"s": short(), "t": text(30), "n": types.Int(rapid.IntRange(-3, 20).Draw(t, "n")),
		"p":  types.String(rapid.SampledFrom([]string{"a", "a*", "[ab]", "(", "b{2,9}", "数?"}).Draw(t, "p")),
		"e":  types.String(rapid.SampledFrom([]string{"low", "medium", "严重"}).Draw(t, "e")),
		"b":  types.Bool(rapid.Bool().Draw(t, "b")),
		"f":  types.Double(rapid.Float64().Draw(t, "f")),
		"d":  amount(),
		"a":  NewDate(civil.Date(rapid.Int32Range(0, 20000).Draw(t, "a"))).v,
		"ts": types.Timestamp{Time: time.Unix(rapid.Int64Range(0, 2e9).Draw(t, "ts"), 0).UTC()},
		"ls": list(5, short), "li": list(6, func() ref.Val { return types.Int(rapid.IntRange(-2, 9).Draw(t, "item")) }),
		"ld": list(4, amount), "ll": list(3, func() ref.Val { return list(3, short) }),
		"m": types.NewRefValMap(types.DefaultTypeAdapter, entries), "os": maybe(short()), "od": maybe(amount()),
	}
}

func estimate(t require.TestingT, env *cel.Env, facts []Var, text string) (*cel.Ast, uint64) {
	checked, iss := env.Compile(text)
	require.NoError(t, iss.Err(), text)
	est, err := env.EstimateCost(checked, newCostEstimator(lookupIn(facts)))
	require.NoError(t, err, text)
	return checked, est.Max
}

func TestEstimateIsNeverBelowTheCostAtRunTime(t *testing.T) {
	facts := costFacts()
	env := newTestEnv(t, facts...)
	rapid.Check(t, func(t *rapid.T) {
		values := drawFacts(t)
		for range 8 {
			text := drawSource(t, 'b', rapid.IntRange(1, 4).Draw(t, "depth"))
			checked, most := estimate(t, env, facts, text)
			program, err := env.Program(checked, costOptions(math.MaxUint64)...)
			require.NoError(t, err, text)
			out, details, _ := program.Eval(values)
			require.NotNil(t, details.ActualCost(), text)
			assert.LessOrEqual(t, *details.ActualCost(), most, "%s = %v with %v", text, out, values)
		}
	})
}

func TestEveryFormOfExpressionHasABound(t *testing.T) {
	facts := costFacts()
	env := newTestEnv(t, facts...)
	for letter, f := range grammar {
		if letter == 'X' || letter == 'Y' {
			continue // x is bound only in a comprehension
		}
		for _, pattern := range append(append([]string(nil), f.leaves...), f.patterns...) {
			text := fill(pattern, func(l byte) string { return grammar[l].leaves[0] })
			if letter == 's' {
				text += ".replace('a', 'b')" // the size of a text matters only to what works on it
			}
			_, most := estimate(t, env, facts, text)
			assert.Less(t, most, uint64(50_000), text)
		}
	}
}

func TestCostFollowsTheDeclaredBounds(t *testing.T) {
	for _, c := range []struct {
		expression string
		facts      []Var
		most       uint64
	}{
		{"x == 'a'", []Var{{"x", &Type{Kind: String}}}, 2},
		{"x.contains('abcdefghij')", []Var{{"x", &Type{Kind: String}}}, 411},
		{"x.contains('abcdefghij')", []Var{{"x", &Type{Kind: String, MaxRunes: 10}}}, 2},
		{"x.exists(i, i > 3)", []Var{{"x", &Type{Kind: List, Elem: &Type{Kind: Int}}}}, 6002},
		{"x.exists(i, i > 3)", []Var{{"x", &Type{Kind: List, MaxItems: 10, Elem: &Type{Kind: Int}}}}, 62},
		{"x.exists(i, i.contains('abcdefghij'))", []Var{{"x", &Type{Kind: List, MaxItems: 10, Elem: &Type{Kind: String}}}}, 4152},
		{"x.startsWith('a')", []Var{{"x", &Type{Kind: Enum, Values: []string{"low", "high"}}}}, 2},
		{"x.matches('^a$')", []Var{{"x", &Type{Kind: String}}}, 623},
		{"x.matches('^.{900}$')", []Var{{"x", &Type{Kind: String}}}, 103427},
		{"x + x == decimal('0')", []Var{{"x", &Type{Kind: Decimal}}}, 7},
		{"x.orValue('') == 'a'", []Var{{"x", &Type{Kind: String, Optional: true}}}, 2},
		{"x.?a.?b.orValue('').contains('abcdefghij')", []Var{{"x", &Type{Kind: Map, Elem: &Type{Kind: Map, Elem: &Type{Kind: String}}}}}, 413},
		{"x.a.b.contains('abcdefghij')", []Var{{"x", &Type{Kind: Map, Elem: &Type{Kind: Map, Elem: &Type{Kind: String}}}}}, 413},
		{"x.exists(k, k.contains('abcdefghij'))", []Var{{"x", &Type{Kind: Map, MaxItems: 10, Elem: &Type{Kind: Int}}}}, 4152},
		{"x.exists(x, .x.size() > 3)", []Var{{"x", &Type{Kind: List, MaxItems: 10, Elem: &Type{Kind: Int}}}}, 72},
		{"x.addWorkdays(3) < x", []Var{{"x", &Type{Kind: Date}}}, 8},
	} {
		_, most := estimate(t, newTestEnv(t, c.facts...), c.facts, c.expression)
		assert.Equal(t, c.most, most, c.expression)
	}
}

func TestWithoutDeclarationsAnEstimateHasNoEnd(t *testing.T) {
	facts := []Var{{"x", &Type{Kind: String}}}
	checked, iss := newTestEnv(t, facts...).Compile("x.contains('abc')")
	require.NoError(t, iss.Err())
	est, err := newTestEnv(t, facts...).EstimateCost(checked, newCostEstimator(func([]string) *Type { return nil }))
	require.NoError(t, err)
	assert.Equal(t, uint64(math.MaxUint64), est.Max, "the lookup is what makes estimates finite")
}

func TestSizesOfDeclaredTypes(t *testing.T) {
	nested := &Type{Kind: List, MaxItems: 3, Elem: &Type{Kind: Map, MaxItems: 2, Elem: &Type{Kind: String, MaxRunes: 7}}}
	size := sizeOf(nested)
	assert.Equal(t, uint64(3), size.Max)
	assert.Equal(t, uint64(2), size.Elem.Max)
	assert.Equal(t, uint64(7), size.Elem.Elem.Max)
	assert.Equal(t, uint64(DefaultMaxRunes), size.Elem.Key.Max)

	enum := sizeOf(&Type{Kind: Enum, Values: []string{"严重", "low", "medium"}})
	assert.Equal(t, uint64(2), enum.Min)
	assert.Equal(t, uint64(6), enum.Max)

	assert.Equal(t, uint64(DefaultMaxItems), sizeOf(&Type{Kind: List, Elem: &Type{Kind: Bool}}).Max)
	assert.Nil(t, sizeOf(&Type{Kind: Dyn}))
	assert.Nil(t, sizeOf(nil))
}

func TestACostLimitStopsAnEvaluation(t *testing.T) {
	facts := []Var{{"x", &Type{Kind: List, Elem: &Type{Kind: Int}}}}
	env := newTestEnv(t, facts...)
	checked, most := estimate(t, env, facts, "x.all(i, x.all(j, i + j >= 0))")
	require.Greater(t, most, uint64(1_000_000))
	program, err := env.Program(checked, costOptions(1000)...)
	require.NoError(t, err)
	items := make([]int64, 1000)
	_, _, err = program.Eval(map[string]any{"x": items})
	assert.ErrorContains(t, err, "cost limit exceeded")
}

func TestWeightOfAPatternIsNoLessThanItsProgram(t *testing.T) {
	for _, p := range []string{
		"", "a", `^\d{17}[\dXx]$`, `^1[3-9]\d{9}$`, `(a{2}){3}`, `a{0,3}b{2,}`, `[一-龥]{2,4}`, `(?i)abc|def`, `(a|b)*c+d?`, `\p{Han}+`,
		`a{,3}`, `\x{41}{3}`, `(((a?)?)?)?`, `.{1000}`, `[^\n{5}]`,
	} {
		size, err := types.RegexProgramSize(p)
		require.NoError(t, err, p)
		require.GreaterOrEqual(t, patternWeight(p), min(uint64(size), regexLimit), p)
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"a", "(b", ")", "|", "*", "+", "?", "{3}", "{0,4}", "{2,}", "[ab]", `\d`, "^", "$", ".", `\p{Han}`, "数",
		}), 0, 10).Draw(t, "parts")
		p := strings.Join(parts, "")
		if size, err := types.RegexProgramSize(p); err == nil {
			assert.GreaterOrEqual(t, patternWeight(p), min(uint64(size), regexLimit), p)
		}
	})
}
