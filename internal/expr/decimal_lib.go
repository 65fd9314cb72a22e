package expr

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/shopspring/decimal"
)

// decimalLibrary declares the type decimal with
//
//	decimal(string) decimal(int)      no decimal(double): a float never becomes money
//	+ - * / and unary -               between decimals only
//	< <= > >= == != in
//	string(decimal)                   without exponent, without zeros at the end of the fraction
//	int(decimal)                      exact, or an error
//	round(decimal) decimal.round()    to a whole number, a half away from zero
//	decimal.roundTo(step)             to a multiple of a decimal step, a half away from zero
//
// A constant text that is no decimal is refused when the expression is compiled (strictValidator). The name of the type is no identifier,
// so that a fact may bear it; type(x) == type(decimal('0')) tests for it.
func decimalLibrary() cel.EnvOption { return cel.Lib(decimalLib{}) }

type decimalLib struct{}

// LibraryName implements cel.SingletonLibrary.
func (decimalLib) LibraryName() string { return "banfa.decimal" }

// CompileOptions implements cel.Library.
func (decimalLib) CompileOptions() []cel.EnvOption {
	d := decimalType
	opts := []cel.EnvOption{
		cel.Function("decimal",
			cel.Overload("decimal_string", []*cel.Type{cel.StringType}, d, cel.UnaryBinding(decimalOfString)),
			cel.Overload("decimal_int", []*cel.Type{cel.IntType}, d, cel.UnaryBinding(decimalOfInt)),
			cel.Overload("decimal_decimal", []*cel.Type{d}, d, cel.UnaryBinding(identity)),
		),
		cel.Function("string", cel.Overload("string_decimal", []*cel.Type{d}, cel.StringType, cel.UnaryBinding(stringOf))),
		cel.Function("int", cel.Overload("int_decimal", []*cel.Type{d}, cel.IntType, cel.UnaryBinding(intOf))),
		cel.Function("round",
			cel.Overload("round_decimal", []*cel.Type{d}, d, cel.UnaryBinding(roundDecimal)),
			cel.MemberOverload("decimal_round", []*cel.Type{d}, d, cel.UnaryBinding(roundDecimal)),
		),
		cel.Function("roundTo",
			cel.MemberOverload("decimal_roundTo_decimal", []*cel.Type{d, d}, d, cel.BinaryBinding(roundDecimalTo)),
		),
		// The operators are bound by cel-go, through the traits of the type.
		cel.Function(operators.Negate, cel.Overload("negate_decimal", []*cel.Type{d}, d)),
		cel.CostModel(
			cost.Overload("decimal_string", cost.EvalCost(cost.Sum(cost.Const(cost.CallCost), cost.StringScan(cost.Arg(0))))),
			cost.Overload("string_decimal", cost.EvalCost(cost.Const(decimalCost)),
				cost.ResultSize(cost.Ranged(cost.Const(1), cost.Const(decimalDigits+len64("-0."))))),
			cost.MemberOverload("decimal_roundTo_decimal", cost.EvalCost(cost.Const(decimalCost))),
		),
	}
	for _, op := range []struct {
		name, id string
		result   *cel.Type
		cost     uint64
	}{
		{operators.Add, "add_decimal", d, 2},
		{operators.Subtract, "subtract_decimal", d, 2},
		{operators.Multiply, "multiply_decimal", d, 2},
		{operators.Divide, "divide_decimal", d, decimalCost},
		{operators.Less, "less_decimal", cel.BoolType, 1},
		{operators.LessEquals, "less_equals_decimal", cel.BoolType, 1},
		{operators.Greater, "greater_decimal", cel.BoolType, 1},
		{operators.GreaterEquals, "greater_equals_decimal", cel.BoolType, 1},
	} {
		opts = append(opts,
			cel.Function(op.name, cel.Overload(op.id, []*cel.Type{d, d}, op.result)),
			cel.CostModel(cost.Overload(op.id, cost.EvalCost(cost.Const(op.cost)))),
		)
	}
	return opts
}

// ProgramOptions implements cel.Library.
func (decimalLib) ProgramOptions() []cel.ProgramOption { return nil }

// decimalCost is what one operation costs that works on all the digits a decimal can have. It is a constant, since the
// digits are bounded.
const decimalCost = 10

func len64(s string) uint64 { return uint64(len(s)) }

func decimalOfString(v ref.Val) ref.Val {
	s, ok := v.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return decimalOrError(parseDecimal(string(s)))
}

func decimalOfInt(v ref.Val) ref.Val {
	n, ok := v.(types.Int)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return decimalValue{decimal.NewFromInt(int64(n))}
}

func roundDecimal(v ref.Val) ref.Val {
	d, ok := v.(decimalValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return d.round()
}

func roundDecimalTo(v, step ref.Val) ref.Val {
	d, ok := v.(decimalValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	s, ok := step.(decimalValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(step)
	}
	return d.roundTo(s)
}

func identity(v ref.Val) ref.Val { return v }

func stringOf(v ref.Val) ref.Val { return v.ConvertToType(types.StringType) }

func intOf(v ref.Val) ref.Val { return v.ConvertToType(types.IntType) }
