package expr

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/banfa-go/banfa/internal/civil"
)

// Calendar tells working days. It is injected, is read by any number of goroutines and must always give the same answer:
// an expression is as pure as its calendar. An error, such as a year whose notice is not published, is the error of the
// expression and reaches the caller as it is.
type Calendar interface {
	// IsWorkday tells whether d is a working day, make-up working weekends included.
	IsWorkday(d civil.Date) (bool, error)

	// AddWorkdays returns the nth working day after d, or before it where n is negative.
	AddWorkdays(d civil.Date, n int) (civil.Date, error)

	// WorkdaysBetween returns how many working days lie after a up to and including b, negative where b is before a.
	WorkdaysBetween(a, b civil.Date) (int, error)
}

// dateLibrary declares the type date with
//
//	date(string) date(timestamp)                 YYYY-MM-DD; the civil date of the instant in zone
//	< <= > >= == != in
//	string(date)
//	date.year() date.month() date.day()          month and day from 1
//	date.addDays(n) date.addMonths(n) date.addYears(n)
//
// and, where there is a calendar,
//
//	date.isWorkday() date.addWorkdays(n) date.workdaysUntil(date)
//
// addMonths and addYears end on the last day of a month that lacks the day, and none of them rolls. A constant text that
// is no date is refused when the expression is compiled (strictValidator). The name of the type is no identifier, so that a fact may bear
// it.
func dateLibrary(zone *time.Location, cal Calendar) cel.EnvOption {
	return cel.Lib(dateLib{zone: zone, cal: cal})
}

type dateLib struct {
	zone *time.Location
	cal  Calendar
}

// workdayCost is what one question to the calendar costs: a look-up or two in a sorted index.
const workdayCost = 5

// LibraryName implements cel.SingletonLibrary.
func (dateLib) LibraryName() string { return "banfa.date" }

// CompileOptions implements cel.Library.
func (l dateLib) CompileOptions() []cel.EnvOption {
	d := dateType
	opts := []cel.EnvOption{
		cel.Function("date",
			cel.Overload("date_string", []*cel.Type{cel.StringType}, d, cel.UnaryBinding(dateOfString)),
			cel.Overload("date_timestamp", []*cel.Type{cel.TimestampType}, d, cel.UnaryBinding(l.ofTimestamp)),
			cel.Overload("date_date", []*cel.Type{d}, d, cel.UnaryBinding(identity)),
		),
		cel.Function("string", cel.Overload("string_date", []*cel.Type{d}, cel.StringType, cel.UnaryBinding(stringOf))),
		cel.CostModel(
			cost.Overload("string_date", cost.EvalCost(cost.Const(1)), cost.ResultSize(cost.Const(len64("2006-01-02")))),
		),
		datePart("year", func(y, _, _ int) int { return y }),
		datePart("month", func(_, m, _ int) int { return m }),
		datePart("day", func(_, _, d int) int { return d }),
		dateShift("addDays", civil.Date.AddDays),
		dateShift("addMonths", civil.Date.AddMonths),
		dateShift("addYears", civil.Date.AddYears),
	}
	for _, op := range []struct{ name, id string }{
		{operators.Less, "less_date"},
		{operators.LessEquals, "less_equals_date"},
		{operators.Greater, "greater_date"},
		{operators.GreaterEquals, "greater_equals_date"},
	} {
		opts = append(opts, cel.Function(op.name, cel.Overload(op.id, []*cel.Type{d, d}, cel.BoolType)))
	}
	if l.cal == nil {
		return opts
	}
	return append(opts,
		cel.Function("isWorkday",
			cel.MemberOverload("date_isWorkday", []*cel.Type{d}, cel.BoolType, cel.UnaryBinding(l.isWorkday))),
		cel.Function("addWorkdays",
			cel.MemberOverload("date_addWorkdays_int", []*cel.Type{d, cel.IntType}, d, cel.BinaryBinding(l.addWorkdays))),
		cel.Function("workdaysUntil",
			cel.MemberOverload("date_workdaysUntil_date", []*cel.Type{d, d}, cel.IntType, cel.BinaryBinding(l.workdaysUntil))),
		cel.CostModel(
			cost.MemberOverload("date_isWorkday", cost.EvalCost(cost.Const(workdayCost))),
			cost.MemberOverload("date_addWorkdays_int", cost.EvalCost(cost.Const(workdayCost))),
			cost.MemberOverload("date_workdaysUntil_date", cost.EvalCost(cost.Const(workdayCost))),
		),
	)
}

// ProgramOptions implements cel.Library.
func (dateLib) ProgramOptions() []cel.ProgramOption { return nil }

func datePart(name string, part func(y, m, d int) int) cel.EnvOption {
	return cel.Function(name, cel.MemberOverload("date_"+name, []*cel.Type{dateType}, cel.IntType,
		cel.UnaryBinding(func(v ref.Val) ref.Val {
			d, ok := v.(dateValue)
			if !ok {
				return types.MaybeNoSuchOverloadErr(v)
			}
			return types.Int(part(d.d.Civil()))
		})))
}

func dateShift(name string, shift func(civil.Date, int) (civil.Date, error)) cel.EnvOption {
	return cel.Function(name, cel.MemberOverload("date_"+name+"_int", []*cel.Type{dateType, cel.IntType}, dateType,
		cel.BinaryBinding(func(v, by ref.Val) ref.Val {
			d, n, fail := dateAndCount(v, by)
			if fail != nil {
				return fail
			}
			return dateOrError(shift(d, n))
		})))
}

// countLimit bounds the number of days, months or working days that are added: all the days of the years 1 to 9999.
const countLimit = 4_000_000

func dateAndCount(v, by ref.Val) (civil.Date, int, ref.Val) {
	d, ok := v.(dateValue)
	if !ok {
		return 0, 0, types.MaybeNoSuchOverloadErr(v)
	}
	n, ok := by.(types.Int)
	if !ok {
		return 0, 0, types.MaybeNoSuchOverloadErr(by)
	}
	if n < -countLimit || n > countLimit {
		return 0, 0, types.WrapErr(&Fault{Key: "cel.fault.date.range"})
	}
	return d.d, int(n), nil
}

func dateOfString(v ref.Val) ref.Val {
	s, ok := v.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	d, err := parseDate(string(s))
	if err != nil {
		return types.WrapErr(err)
	}
	return d
}

func (l dateLib) ofTimestamp(v ref.Val) ref.Val {
	t, ok := v.(types.Timestamp)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return dateOf(t.Time, l.zone)
}

func (l dateLib) isWorkday(v ref.Val) ref.Val {
	d, ok := v.(dateValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	is, err := l.cal.IsWorkday(d.d)
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Bool(is)
}

func (l dateLib) addWorkdays(v, by ref.Val) ref.Val {
	d, n, fail := dateAndCount(v, by)
	if fail != nil {
		return fail
	}
	sum, err := l.cal.AddWorkdays(d, n)
	if err != nil {
		return types.WrapErr(err)
	}
	return dateValue{sum}
}

func (l dateLib) workdaysUntil(v, other ref.Val) ref.Val {
	a, ok := v.(dateValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	b, ok := other.(dateValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	n, err := l.cal.WorkdaysBetween(a.d, b.d)
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Int(n)
}
