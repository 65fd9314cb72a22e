package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// outcome evaluates an expression and writes its value, or why there is none.
func outcome(t require.TestingT, env *cel.Env, expression string, facts map[string]any) string {
	checked, iss := env.Compile(expression)
	if iss.Err() != nil {
		return "refused: " + iss.Errors()[0].Message
	}
	program, err := env.Program(checked)
	require.NoError(t, err, expression)
	if facts == nil {
		facts = map[string]any{}
	}
	out, _, err := program.Eval(facts)
	if err != nil {
		return "error: " + err.Error()
	}
	if unknown, ok := out.(*types.Unknown); ok {
		return fmt.Sprint("unknown: ", unknown.IDs())
	}
	return types.Format(out)
}

func TestDecimal(t *testing.T) {
	env := newTestEnv(t)
	for _, c := range []struct{ expression, result string }{
		// Texts
		{"decimal('12.30')", "decimal('12.3')"},
		{"decimal('-0')", "decimal('0')"},
		{"decimal('007.50')", "decimal('7.5')"},
		{"decimal('2e3')", "decimal('2000')"},
		{"decimal('1.5E-2')", "decimal('0.015')"},
		{"decimal('1e+2')", "decimal('100')"},
		{"decimal('12.30') == decimal('12.3')", "true"},
		{"string(decimal('100'))", `"100"`},
		{"string(decimal('-0.50'))", `"-0.5"`},
		{"string(decimal('1e-9'))", `"0.000000001"`},

		// Whole numbers
		{"decimal(7)", "decimal('7')"},
		{"decimal(-9223372036854775808)", "decimal('-9223372036854775808')"},
		{"int(decimal('7.00'))", "7"},
		{"int(decimal('7.5'))", "error: cel.fault.decimal.int"},
		{"int(decimal('9223372036854775807'))", "9223372036854775807"},
		{"int(decimal('9223372036854775808'))", "error: cel.fault.decimal.int"},

		// No float becomes a decimal, and none comes of one
		{"decimal(1.5)", "refused: found no matching overload for 'decimal' applied to '(double)'"},
		{"decimal(dyn(1.5))", "error: no such overload: decimal(double)"},
		{"double(decimal('1.5'))", "refused: found no matching overload for 'double' applied to '(decimal)'"},
		{"decimal('1') + 1", "refused: found no matching overload for '_+_' applied to '(decimal, int)'"},
		{"decimal('1') < 1.0", "refused: found no matching overload for '_<_' applied to '(decimal, double)'"},

		// Arithmetic is exact
		{"decimal('0.1') + decimal('0.2')", "decimal('0.3')"},
		{"decimal('0.1') + decimal('0.2') == decimal('0.3')", "true"},
		{"decimal('1') - decimal('0.9')", "decimal('0.1')"},
		{"decimal('12.30') * decimal('3')", "decimal('36.9')"},
		{"-decimal('5')", "decimal('-5')"},
		{"-decimal('0')", "decimal('0')"},

		// A quotient that ends is exact; another has 34 digits, half to even
		{"decimal('1') / decimal('8')", "decimal('0.125')"},
		{"decimal('1') / decimal('3')", "decimal('0.3333333333333333333333333333333333')"},
		{"decimal('2') / decimal('3')", "decimal('0.6666666666666666666666666666666667')"},
		{"decimal('-2') / decimal('3')", "decimal('-0.6666666666666666666666666666666667')"},
		{"decimal('100') / decimal('7')", "decimal('14.28571428571428571428571428571429')"},
		{"decimal('1e40') / decimal('3')", "decimal('3333333333333333333333333333333333000000')"},
		{"decimal('12345678901234567890123456789012345678901') / decimal('1')", "decimal('12345678901234567890123456789012345678901')"},
		{"decimal('1') / decimal('0')", "error: cel.fault.decimal.divide"},
		{"decimal('0') / decimal('0')", "error: cel.fault.decimal.divide"},
		{"decimal('0') / decimal('3')", "decimal('0')"},

		// Rounding: a half goes away from zero
		{"decimal('2.5').round()", "decimal('3')"},
		{"decimal('-2.5').round()", "decimal('-3')"},
		{"round(decimal('2.4999'))", "decimal('2')"},
		{"round(decimal('-0.4'))", "decimal('0')"},
		{"decimal('12.5').roundTo(decimal('5'))", "decimal('15')"},
		{"decimal('-12.5').roundTo(decimal('5'))", "decimal('-15')"},
		{"decimal('12.4').roundTo(decimal('5'))", "decimal('10')"},
		{"decimal('1.005').roundTo(decimal('0.01'))", "decimal('1.01')"},
		{"decimal('7').roundTo(decimal('0.25'))", "decimal('7')"},
		{"decimal('0.1').roundTo(decimal('0.3'))", "decimal('0')"},
		{"decimal('1').roundTo(decimal('0'))", "error: cel.fault.decimal.step"},
		{"decimal('1').roundTo(decimal('-1'))", "error: cel.fault.decimal.step"},
		{"decimal('1').roundTo(5)", "refused: found no matching overload for 'roundTo' applied to 'decimal.(int)'"},

		// Order and equality, also in collections and behind dyn
		{"decimal('2') < decimal('10')", "true"},
		{"decimal('2') >= decimal('2.0')", "true"},
		{"decimal('2') != decimal('2.0')", "false"},
		{"decimal('1.0') in [decimal('2'), decimal('1')]", "true"},
		{"decimal('1.0') in {'a': decimal('1')}.map(k, decimal('1.00'))", "true"},
		{"[decimal('1.0')] == [decimal('1')]", "true"},
		{"{'a': decimal('1.0')} == {'a': decimal('1')}", "true"},
		{"{'a': decimal('1.0')} == {'a': decimal('2')}", "false"},
		{"sets.contains([decimal('1'), decimal('2')], [decimal('2.0')])", "true"},
		{"[decimal('1'), decimal('1.0'), decimal('2')].distinct().size()", "2"},
		{"dyn(decimal('1')) == dyn(decimal('1.0'))", "true"},
		{"dyn(decimal('1')) == dyn(1)", "false"},
		{"dyn(1) == dyn(decimal('1'))", "false"},
		{"dyn(decimal('1')) == dyn('1')", "false"},
		{"dyn(decimal('1')) + dyn(1)", "error: no such overload"},
		{"dyn(decimal('1')) < dyn(1)", "error: no such overload"},
		{"dyn(decimal('1')) / dyn('a')", "error: no such overload"},
		{"dyn(1).roundTo(decimal('1'))", "error: no such overload: roundTo(int, decimal)"},

		// Optionals, choices, types, texts of errors
		{"optional.of(decimal('1')).orValue(decimal('2'))", "decimal('1')"},
		{"optional.ofNonZeroValue(decimal('0.00')).hasValue()", "false"},
		{"optional.ofNonZeroValue(decimal('0.01')).hasValue()", "true"},
		{"true ? decimal('1') : decimal('2')", "decimal('1')"},
		{"type(decimal('1')) == type(decimal('2'))", "true"},
		{"type(decimal('1')) == type(1)", "false"},
		{"type(decimal('1'))", "decimal"},
		{"[decimal('1'), decimal('2.50')]", "[decimal('1'), decimal('2.5')]"},
		{"decimal(decimal('1.0'))", "decimal('1')"},
		{"false && decimal('1') / decimal('0') > decimal('1')", "false"},

		// What is no decimal
		{"decimal('')", `refused: banfa:cel.constant.decimal ""`},
		{"decimal('1,000')", `refused: banfa:cel.constant.decimal "1,000"`},
		{"decimal('+1')", `refused: banfa:cel.constant.decimal "+1"`},
		{"decimal('1.')", `refused: banfa:cel.constant.decimal "1."`},
		{"decimal('.5')", `refused: banfa:cel.constant.decimal ".5"`},
		{"decimal(' 1')", `refused: banfa:cel.constant.decimal " 1"`},
		{"decimal('１')", `refused: banfa:cel.constant.decimal "１"`},
		{"decimal('NaN')", `refused: banfa:cel.constant.decimal "NaN"`},
		{"decimal('1e')", `refused: banfa:cel.constant.decimal "1e"`},
		{"decimal('0x10')", `refused: banfa:cel.constant.decimal "0x10"`},
		{"decimal('1' + '元')", "error: cel.fault.decimal.syntax"},
	} {
		assert.Equal(t, c.result, outcome(t, env, c.expression, nil), c.expression)
	}
}

func TestDecimalLimits(t *testing.T) {
	env := newTestEnv(t, Var{"s", &Type{Kind: String}}, Var{"d", &Type{Kind: Decimal}})
	longest := strings.Repeat("9", 100)
	for _, c := range []struct{ text, expression, result string }{
		{"1e999999", "decimal(s)", "error: cel.fault.decimal.digits: 100"},
		{"1e-999999", "decimal(s)", "error: cel.fault.decimal.digits: 100"},
		{"1e99999999999999999999", "decimal(s)", "error: cel.fault.decimal.digits: 100"},
		{"0e999", "decimal(s)", "decimal('0')"},
		{longest, "string(decimal(s)).size()", "100"},
		{longest + "9", "decimal(s)", "error: cel.fault.decimal.digits: 100"},
		{"0." + strings.Repeat("0", 99) + "1", "string(decimal(s)).size()", "102"},
		{"0." + strings.Repeat("0", 100) + "1", "decimal(s)", "error: cel.fault.decimal.digits: 100"},
		{"0." + strings.Repeat("0", 150), "decimal(s)", "decimal('0')"},
		{strings.Repeat("0", 300), "decimal(s)", "error: cel.fault.decimal.digits: 100"},
		{longest, "decimal(s) + decimal('1')", "error: cel.fault.decimal.digits: 100"},
		{longest, "decimal(s) * decimal(s)", "error: cel.fault.decimal.digits: 100"},
		{longest, "decimal(s) - decimal(s)", "decimal('0')"},
		{"3e99", "decimal('1') / decimal(s)", "error: cel.fault.decimal.digits: 100"},
		{longest, "decimal(s).roundTo(decimal('2e99'))", "error: cel.fault.decimal.digits: 100"},
		{"1e99", "decimal(s) * decimal('9')", "decimal('9" + strings.Repeat("0", 99) + "')"},
	} {
		assert.Equal(t, c.result, outcome(t, env, c.expression, map[string]any{"s": c.text}), "%s with %s", c.expression, c.text)
	}
	assert.Equal(t, `refused: banfa:cel.constant.digits "100"`, outcome(t, env, "decimal('1e999999')", nil))
}

func TestANumberBeyondTheLimitsFromTheHostIsAnErrorAndIsNeverWorkedOut(t *testing.T) {
	env := newTestEnv(t, Var{"d", &Type{Kind: Decimal}})
	huge := new(big.Int).Exp(big.NewInt(10), big.NewInt(100_000), nil)
	for _, d := range []decimal.Decimal{
		decimal.New(1, math.MaxInt32), decimal.New(1, math.MinInt32), decimal.New(1, 101), decimal.New(1, -101),
		decimal.NewFromBigInt(huge, 0), decimal.NewFromBigInt(huge, -100_000),
	} {
		v := NewDecimal(d)
		require.True(t, v.Present(), "an error is no absence")
		_, ok := v.Decimal()
		require.False(t, ok)
		assert.Equal(t, "error: cel.fault.decimal.digits: 100", outcome(t, env, "d > decimal('0')", map[string]any{"d": v.v}))
	}
	zero := NewDecimal(decimal.New(0, math.MaxInt32))
	assert.Equal(t, "true", outcome(t, env, "d == decimal('0')", map[string]any{"d": zero.v}))
}

func TestDecimalPropagatesUnknownsAndErrors(t *testing.T) {
	env := newTestEnv(t, Var{"d", &Type{Kind: Decimal}}, Var{"s", &Type{Kind: String}}, Var{"b", &Type{Kind: Bool}})
	unknown := types.NewUnknown(7, types.NewAttributeTrail("d"))
	failed := types.NewErr("broken")
	for _, e := range []string{
		"d + decimal('1')", "decimal('1') + d", "decimal('1') - d", "decimal('1') * d", "decimal('1') / d", "-d", "d.round()",
		"round(d)", "d.roundTo(decimal('1'))", "decimal('1').roundTo(d)", "d < decimal('1')", "decimal('1') < d",
		"decimal('1') == d", "d == decimal('1')", "string(d)", "int(d)", "decimal(d)", "[d] == [decimal('1')]",
	} {
		assert.Equal(t, "unknown: [7]", outcome(t, env, e, map[string]any{"d": unknown}), e)
		assert.Equal(t, "error: broken", outcome(t, env, e, map[string]any{"d": failed}), e)
	}
	assert.Equal(t, "unknown: [7]", outcome(t, env, "decimal(s)", map[string]any{"s": unknown}))
	assert.Equal(t, "false", outcome(t, env, "b && d > decimal('1')", map[string]any{"b": false, "d": unknown}))
	assert.Equal(t, "unknown: [7]", outcome(t, env, "b ? d : d", map[string]any{"b": true, "d": unknown}))
}

func TestDecimalBecomesGoValues(t *testing.T) {
	v, err := ParseDecimal("12.50")
	require.NoError(t, err)
	d, ok := v.Decimal()
	require.True(t, ok)
	assert.Equal(t, "12.5", d.String())

	native, err := v.v.ConvertToNative(reflect.TypeFor[decimal.Decimal]())
	require.NoError(t, err)
	assert.True(t, native.(decimal.Decimal).Equal(d))
	native, err = v.v.ConvertToNative(reflect.TypeFor[string]())
	require.NoError(t, err)
	assert.Equal(t, "12.5", native)
	native, err = v.v.ConvertToNative(reflect.TypeFor[any]())
	require.NoError(t, err)
	assert.IsType(t, decimal.Decimal{}, native)
	native, err = v.v.ConvertToNative(reflect.TypeFor[ref.Val]())
	require.NoError(t, err)
	assert.Equal(t, v.v, native)
	native, err = v.v.ConvertToNative(types.JSONValueType)
	require.NoError(t, err)
	text, err := json.Marshal(native)
	require.NoError(t, err)
	assert.JSONEq(t, `"12.5"`, string(text), "JSON gets a string, which keeps its digits")
	_, err = v.v.ConvertToNative(reflect.TypeFor[float64]())
	require.Error(t, err)

	_, ok = NewInt(1).Decimal()
	assert.False(t, ok)
	_, ok = Value{}.Decimal()
	assert.False(t, ok)
}

func TestAFaultReachesTheCallerAsData(t *testing.T) {
	env := newTestEnv(t)
	checked, iss := env.Compile("decimal('1') / decimal('0')")
	require.NoError(t, iss.Err())
	program, err := env.Program(checked)
	require.NoError(t, err)
	_, _, err = program.Eval(map[string]any{})
	var fault *Fault
	require.True(t, errors.As(err, &fault))
	assert.Equal(t, "cel.fault.decimal.divide", fault.Key)

	_, err = ParseDecimal("1e200")
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, []string{"100"}, fault.Args)
}

func drawDecimal(t *rapid.T, label string) decimalValue {
	coefficient := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1000, 1000)).Draw(t, label)
	d, err := newDecimal(decimal.New(coefficient, rapid.Int32Range(-12, 6).Draw(t, label+" exponent")))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func rat(v any) *big.Rat { return v.(decimalValue).d.Rat() }

func TestLawsOfDecimalArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawDecimal(t, "a"), drawDecimal(t, "b")
		assert.Zero(t, new(big.Rat).Add(rat(a), rat(b)).Cmp(rat(a.Add(b))), "a sum is exact")
		assert.Zero(t, new(big.Rat).Sub(rat(a), rat(b)).Cmp(rat(a.Subtract(b))), "a difference is exact")
		assert.Zero(t, new(big.Rat).Mul(rat(a), rat(b)).Cmp(rat(a.Multiply(b))), "a product is exact")
		assert.Equal(t, a.Add(b), b.Add(a))
		assert.Equal(t, types.True, a.Add(b).(decimalValue).Subtract(b).Equal(a))
		assert.Equal(t, types.True, a.Negate().(decimalValue).Negate().Equal(a))
		assert.Equal(t, types.Int(rat(a).Cmp(rat(b))), a.Compare(b), "order is that of the numbers")
		if b.d.Sign() != 0 {
			product := a.Multiply(b).(decimalValue)
			assert.Equal(t, types.True, product.Divide(b).Equal(a), "a × b ÷ b is a: %s %s", a.text(), b.text())
		}
		again, err := parseDecimal(a.text())
		require.NoError(t, err)
		assert.Equal(t, types.True, again.Equal(a), "a text reads back as its decimal")
		assert.Equal(t, a.text() == b.text(), a.Equal(b) == types.True, "equal decimals have equal texts, and no others")
	})
}

func TestAQuotientIsTheNearestOf34Digits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawDecimal(t, "a"), drawDecimal(t, "b")
		if a.d.Sign() == 0 || b.d.Sign() == 0 {
			t.Skip("no quotient to round")
		}
		q := a.Divide(b).(decimalValue)
		exact := new(big.Rat).Quo(rat(a), rat(b))
		if exact.Cmp(rat(q)) == 0 {
			return
		}
		digits := digitCount(q.d.Coefficient())
		significant := strings.TrimRight(q.d.Coefficient().Text(10), "0")
		assert.LessOrEqual(t, len(strings.TrimPrefix(significant, "-")), decimalPrecision)
		// The unit in the 34th place of the quotient, of which it may be half away from the exact one.
		unit := decimal.New(1, q.d.Exponent()-int32(decimalPrecision-digits)).Rat()
		off := new(big.Rat).Sub(exact, rat(q))
		twice := off.Abs(off).Mul(off, big.NewRat(2, 1))
		assert.LessOrEqual(t, twice.Cmp(unit), 0, "%s / %s = %s", a.text(), b.text(), q.text())
	})
}

func TestRoundToIsTheNearestMultiple(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, step := drawDecimal(t, "a"), drawDecimal(t, "step")
		if step.d.Sign() <= 0 {
			step = step.Negate().(decimalValue)
		}
		if step.d.Sign() == 0 {
			t.Skip("no step")
		}
		r := a.roundTo(step).(decimalValue)
		assert.True(t, new(big.Rat).Quo(rat(r), rat(step)).IsInt(), "it is a multiple")
		off := new(big.Rat).Sub(rat(a), rat(r))
		away := off.Sign() != 0 && off.Sign() == a.d.Sign()
		half := off.Abs(off).Mul(off, big.NewRat(2, 1)).Cmp(rat(step))
		assert.LessOrEqual(t, half, 0, "none is nearer")
		assert.False(t, half == 0 && away, "a half goes away from zero: %s to %s is %s", a.text(), step.text(), r.text())
		assert.Equal(t, types.True, r.roundTo(step).Equal(r), "rounding twice is rounding once")
	})
}

// FuzzDecimal states that texts and operations agree with exact rational arithmetic, or are refused for a limit.
func FuzzDecimal(f *testing.F) {
	f.Add("12.30", "0.7")
	f.Add("-1e99", "3")
	f.Add("1e-100", "9999999999999999999999")
	f.Add("0", "-0.000")
	f.Add("99999999999999999999999999999999999999999999999999", "1e50")
	f.Fuzz(func(t *testing.T, left, right string) {
		a, errA := parseDecimal(left)
		b, errB := parseDecimal(right)
		if errA != nil || errB != nil {
			return
		}
		if want, ok := new(big.Rat).SetString(left); !ok || want.Cmp(rat(a)) != 0 {
			t.Fatalf("%q was read as %s", left, a.text())
		}
		check := func(name string, got ref.Val, want *big.Rat) {
			d, ok := got.(decimalValue)
			if !ok {
				return // beyond the limits
			}
			if rat(d).Cmp(want) != 0 {
				t.Fatalf("%s %s %s = %s", a.text(), name, b.text(), d.text())
			}
			if len(d.text()) > decimalDigits+3 {
				t.Fatalf("%s has too many digits", d.text())
			}
		}
		check("+", a.Add(b), new(big.Rat).Add(rat(a), rat(b)))
		check("-", a.Subtract(b), new(big.Rat).Sub(rat(a), rat(b)))
		check("*", a.Multiply(b), new(big.Rat).Mul(rat(a), rat(b)))
		if b.d.Sign() == 0 {
			return
		}
		if q, ok := a.Divide(b).(decimalValue); ok {
			exact := new(big.Rat).Quo(rat(a), rat(b))
			off := new(big.Rat).Sub(exact, rat(q))
			if off.Sign() != 0 {
				// Half a unit in the 34th digit is at most 5 × 10^-34 of the quotient.
				bound := new(big.Rat).Mul(exact, decimal.New(5, -34).Rat())
				if off.Abs(off).Cmp(bound.Abs(bound)) > 0 {
					t.Fatalf("%s / %s = %s", a.text(), b.text(), q.text())
				}
			}
		}
	})
}
