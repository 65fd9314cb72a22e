package expr

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/civil"
)

func TestDate(t *testing.T) {
	env := newTestEnv(t)
	for _, c := range []struct{ expression, result string }{
		{"date('2026-10-01')", "date('2026-10-01')"},
		{"string(date('2026-10-01'))", `"2026-10-01"`},
		{"date(date('2026-10-01'))", "date('2026-10-01')"},
		{"date('2026-10-01').year()", "2026"},
		{"date('2026-10-01').month()", "10"},
		{"date('2026-10-01').day()", "1"},

		// The civil date of an instant is that of Shenzhen
		{"date(timestamp('2026-09-30T15:59:59Z'))", "date('2026-09-30')"},
		{"date(timestamp('2026-09-30T16:00:00Z'))", "date('2026-10-01')"},

		// Days, months and years
		{"date('2026-12-31').addDays(1)", "date('2027-01-01')"},
		{"date('2026-01-01').addDays(-1)", "date('2025-12-31')"},
		{"date('2026-01-31').addMonths(1)", "date('2026-02-28')"},
		{"date('2028-01-31').addMonths(1)", "date('2028-02-29')"},
		{"date('2028-02-29').addYears(1)", "date('2029-02-28')"},
		{"date('2026-10-01').addYears(-14)", "date('2012-10-01')"},
		{"date('9999-12-31').addDays(1)", "error: cel.fault.date.range"},
		{"date('0001-01-01').addYears(-1)", "error: cel.fault.date.range"},
		{"date('2026-10-01').addDays(9223372036854775807)", "error: cel.fault.date.range"},
		{"date('2026-10-01').addMonths(-9223372036854775808)", "error: cel.fault.date.range"},

		// Order and equality, also in collections and behind dyn
		{"date('2026-10-01') < date('2026-10-02')", "true"},
		{"date('2026-10-01') >= date('2026-10-02')", "false"},
		{"date('2026-10-01') == date('2026-10-01')", "true"},
		{"date('2026-10-01') != date('2026-10-01')", "false"},
		{"date('2026-10-01') in [date('2026-10-01')]", "true"},
		{"[date('2026-10-01')] == [date('2026-10-01')]", "true"},
		{"{'a': date('2026-10-01')} == {'a': date('2026-10-02')}", "false"},
		{"dyn(date('2026-10-01')) == dyn('2026-10-01')", "false"},
		{"dyn('2026-10-01') == dyn(date('2026-10-01'))", "false"},
		{"dyn(date('2026-10-01')) < dyn('2026-10-01')", "error: no such overload"},
		{"dyn(1).addDays(1)", "error: no such overload: addDays(int, int)"},
		{"date(dyn(1))", "error: no such overload: date(int)"},

		// Optionals, choices, types
		{"optional.of(date('2026-10-01')).orValue(date('2026-10-02'))", "date('2026-10-01')"},
		{"optional.ofNonZeroValue(date('1970-01-01')).hasValue()", "true"},
		{"false ? date('2026-10-01') : date('2026-10-02')", "date('2026-10-02')"},
		{"type(date('2026-10-01'))", "date"},
		{"type(date('2026-10-01')) == type(date('2026-10-02'))", "true"},
		{"[date('2026-10-01')]", "[date('2026-10-01')]"},

		// What is no date, and what a date does not do
		{"date('2026-02-30')", `refused: banfa:cel.constant.date "2026-02-30"`},
		{"date('2026-2-3')", `refused: banfa:cel.constant.date "2026-2-3"`},
		{"date('2026/10/01')", `refused: banfa:cel.constant.date "2026/10/01"`},
		{"date('2026-10-01T00:00:00Z')", `refused: banfa:cel.constant.date "2026-10-01T00:00:00Z"`},
		{"date('0000-01-01')", `refused: banfa:cel.constant.date "0000-01-01"`},
		{"date('2026-' + '13-01')", "error: cel.fault.date.syntax"},
		{"date('2026-10-01') - date('2026-10-01')", "refused: found no matching overload for '_-_' applied to '(date, date)'"},
		{"date('2026-10-01') < '2026-10-01'", "refused: found no matching overload for '_<_' applied to '(date, string)'"},
		{"date('2026-10-01') + duration('24h')", "refused: found no matching overload for '_+_' applied to '(date, duration)'"},
		{"date(20261001)", "refused: found no matching overload for 'date' applied to '(int)'"},
	} {
		assert.Equal(t, c.result, outcome(t, env, c.expression, nil), c.expression)
	}
}

func TestAFactMayBeCalledDateOrDecimal(t *testing.T) {
	env := newTestEnv(t, Var{"date", &Type{Kind: Date}}, Var{"decimal", &Type{Kind: Decimal}})
	facts := map[string]any{"date": NewDate(0).v, "decimal": decimalValue{}}
	assert.Equal(t, "true", outcome(t, env, "date < date('2026-10-01') && decimal < decimal('1')", facts))
}

// weekdays is a calendar of Mondays to Fridays that knows one year.
type weekdays struct{ err error }

func (c weekdays) known(d civil.Date) error {
	if y, _, _ := d.Civil(); y != 2026 {
		return c.err
	}
	return nil
}

func (c weekdays) IsWorkday(d civil.Date) (bool, error) {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday, c.known(d)
}

func (c weekdays) AddWorkdays(d civil.Date, n int) (civil.Date, error) {
	step := 1
	if n < 0 {
		step = -1
	}
	for n != 0 {
		d += civil.Date(step)
		is, err := c.IsWorkday(d)
		if err != nil {
			return 0, err
		}
		if is {
			n -= step
		}
	}
	return d, nil
}

func (c weekdays) WorkdaysBetween(a, b civil.Date) (int, error) {
	n := 0
	for a != b {
		d, step := a+1, 1
		if b < a {
			d, step = a, -1
		}
		is, err := c.IsWorkday(d)
		if err != nil {
			return 0, err
		}
		if is {
			n += step
		}
		a += civil.Date(step)
	}
	return n, nil
}

var errUnknownYear = errors.New("no notice for that year")

func workdayEnv(t testing.TB, cal Calendar) *cel.Env {
	env, err := cel.NewCustomEnv(append(libraries(), dateLibrary(civil.Zone, cal))...)
	require.NoError(t, err)
	return env
}

func TestWorkingDays(t *testing.T) {
	env := workdayEnv(t, weekdays{errUnknownYear})
	for _, c := range []struct{ expression, result string }{
		{"date('2026-11-20').isWorkday()", "true"},
		{"date('2026-11-21').isWorkday()", "false"},
		{"date('2026-11-20').addWorkdays(1)", "date('2026-11-23')"},
		{"date('2026-11-23').addWorkdays(-1)", "date('2026-11-20')"},
		{"date('2026-11-20').workdaysUntil(date('2026-11-24'))", "2"},
		{"date('2026-11-24').workdaysUntil(date('2026-11-20'))", "-2"},
		{"date('2026-11-20').addWorkdays(1000)", "error: no notice for that year"},
		{"date('2027-01-04').isWorkday()", "error: no notice for that year"},
		{"date('2026-11-20').workdaysUntil(date('2027-11-20'))", "error: no notice for that year"},
		{"date('2026-11-20').addWorkdays(9223372036854775807)", "error: cel.fault.date.range"},
	} {
		assert.Equal(t, c.result, outcome(t, env, c.expression, nil), c.expression)
	}
}

func TestAnErrorOfTheCalendarReachesTheCaller(t *testing.T) {
	env := workdayEnv(t, weekdays{errUnknownYear})
	checked, iss := env.Compile("date('2027-01-04').isWorkday()")
	require.NoError(t, iss.Err())
	program, err := env.Program(checked)
	require.NoError(t, err)
	_, _, err = program.Eval(map[string]any{})
	assert.ErrorIs(t, err, errUnknownYear)
}

func TestWithoutACalendarTheWorkingDayFunctionsAreNotDeclared(t *testing.T) {
	env := workdayEnv(t, nil)
	for _, e := range []string{
		"date('2026-11-20').isWorkday()", "date('2026-11-20').addWorkdays(1)", "date('2026-11-20').workdaysUntil(date('2026-11-24'))",
	} {
		assert.Contains(t, outcome(t, env, e, nil), "refused: undeclared reference", e)
	}
}

func TestDatePropagatesUnknownsAndErrors(t *testing.T) {
	env := newTestEnv(t, Var{"d", &Type{Kind: Date}}, Var{"n", &Type{Kind: Int}}, Var{"s", &Type{Kind: Timestamp}})
	unknown := types.NewUnknown(7, types.NewAttributeTrail("d"))
	for _, e := range []string{
		"d.year()", "d.month()", "d.day()", "d.addDays(1)", "d.addMonths(1)", "d.addYears(1)", "d.isWorkday()", "d.addWorkdays(1)",
		"d.workdaysUntil(date('2026-10-01'))", "date('2026-10-01').workdaysUntil(d)", "string(d)", "date(d)",
		"d < date('2026-10-01')", "date('2026-10-01') <= d", "d == date('2026-10-01')", "date('2026-10-01') == d",
		"[date('2026-10-01')] == [d]",
	} {
		assert.Equal(t, "unknown: [7]", outcome(t, env, e, map[string]any{"d": unknown}), e)
		assert.Equal(t, "error: broken", outcome(t, env, e, map[string]any{"d": types.NewErr("broken")}), e)
	}
	for _, e := range []string{"date('2026-10-01').addDays(n)", "date('2026-10-01').addWorkdays(n)"} {
		assert.Equal(t, "unknown: [7]", outcome(t, env, e, map[string]any{"n": unknown}), e)
	}
	assert.Equal(t, "unknown: [7]", outcome(t, env, "date(s)", map[string]any{"s": unknown}))
}

func TestATimestampBeyondTheYearsOfADateIsAnError(t *testing.T) {
	env := newTestEnv(t, Var{"s", &Type{Kind: Timestamp}})
	last := types.Timestamp{Time: time.Date(9999, 12, 31, 20, 0, 0, 0, time.UTC)} // in Shenzhen the year 10000
	assert.Equal(t, "error: cel.fault.date.range", outcome(t, env, "date(s)", map[string]any{"s": last}))
}

func TestDateBecomesGoValues(t *testing.T) {
	day, err := civil.Of(2026, 10, 1)
	require.NoError(t, err)
	v := NewDate(day)
	got, ok := v.Date()
	require.True(t, ok)
	assert.Equal(t, day, got)
	native, err := v.v.ConvertToNative(reflect.TypeFor[civil.Date]())
	require.NoError(t, err)
	assert.Equal(t, day, native)
	native, err = v.v.ConvertToNative(reflect.TypeFor[string]())
	require.NoError(t, err)
	assert.Equal(t, "2026-10-01", native)
	_, err = v.v.ConvertToNative(reflect.TypeFor[int64]())
	require.Error(t, err)
	_, ok = NewInt(1).Date()
	assert.False(t, ok)
}

func TestLawsOfDates(t *testing.T) {
	env := newTestEnv(t, Var{"d", &Type{Kind: Date}}, Var{"e", &Type{Kind: Date}}, Var{"n", &Type{Kind: Int}})
	rapid.Check(t, func(t *rapid.T) {
		d, e := civil.Date(rapid.Int32Range(0, 100_000).Draw(t, "d")), civil.Date(rapid.Int32Range(0, 100_000).Draw(t, "e"))
		facts := map[string]any{
			"d": NewDate(d).v, "e": NewDate(e).v, "n": types.Int(rapid.Int64Range(-40_000, 40_000).Draw(t, "n")),
		}
		for _, law := range []string{
			"d.addDays(n).addDays(-n) == d",
			"date(string(d)) == d",
			"(d < e) == (string(d) < string(e))",
			"(d <= e) == !(d > e)",
			"(d == e) == (d <= e && d >= e)",
			"d.addMonths(12) == d.addYears(1)",
			"d.addDays(d.workdaysUntil(e)) == e", // in the calendar of the test every day is one
			"(d < d.addDays(n)) == (n > 0)",
		} {
			require.Equal(t, "true", outcome(t, env, law, facts), "%s with %v", law, facts)
		}
	})
}

// FuzzDate states that a text is refused or is exactly what the date is written as.
func FuzzDate(f *testing.F) {
	f.Add("2026-10-01", int64(1))
	f.Add("2026-02-29", int64(-1))
	f.Add("9999-12-31", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, text string, n int64) {
		d, err := parseDate(text)
		if err != nil {
			return
		}
		if d.d.String() != text {
			t.Fatalf("%q was read as %s", text, d.d)
		}
		for _, shift := range []func(civil.Date, int) (civil.Date, error){civil.Date.AddDays, civil.Date.AddMonths, civil.Date.AddYears} {
			if sum, err := shift(d.d, int(n)); err == nil {
				if again, err := parseDate(sum.String()); err != nil || again.d != sum {
					t.Fatalf("%s + %d = %s", d.d, n, sum)
				}
			}
		}
	})
}
