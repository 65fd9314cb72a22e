package expr

import (
	"math/big"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Divide implements traits.Divider. A quotient that ends within the limits is exact, so that a × b ÷ b is a; one that
// does not is rounded to 34 significant digits, half to even (IEEE 754-2019, 4.3.1). Division by zero is an error.
func (d decimalValue) Divide(other ref.Val) ref.Val {
	o, ok := other.(decimalValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	if o.d.Sign() == 0 {
		return types.WrapErr(&Fault{Key: "cel.fault.decimal.divide"})
	}
	if d.d.Sign() == 0 {
		return decimalValue{}
	}
	// Scaled by 10^shift, the whole quotient holds every digit that an exact result within the limits can have, and more
	// than decimalPrecision digits of any other.
	num, den := d.d.Coefficient(), o.d.Coefficient()
	exponent := int64(d.d.Exponent()) - int64(o.d.Exponent())
	shift := max(decimalDigits+exponent, decimalPrecision+1+int64(digitCount(den))-int64(digitCount(num)))
	if shift = max(shift, 0); shift > 0 {
		num.Mul(num, tenTo(shift))
	}
	quotient, remainder := new(big.Int).QuoRem(num, den, new(big.Int))
	exponent -= shift
	if remainder.Sign() == 0 {
		if exact, err := fitDecimal(new(big.Int).Set(quotient), exponent); err == nil {
			return exact
		}
	}
	if excess := int64(digitCount(quotient)) - decimalPrecision; excess > 0 {
		unit, rest := tenTo(excess), new(big.Int)
		negative := num.Sign() != den.Sign()
		quotient.QuoRem(quotient, unit, rest)
		if roundsUp(quotient, rest, unit, remainder.Sign() != 0) {
			stepAway(quotient, negative)
		}
		exponent += excess
	}
	return decimalOrError(fitDecimal(quotient, exponent))
}

// roundsUp tells whether quotient + rest/unit, with something more behind rest where more is set, goes to the next
// whole number away from zero when it is rounded half to even.
func roundsUp(quotient, rest, unit *big.Int, more bool) bool {
	twice := new(big.Int).Lsh(rest, 1)
	switch twice.CmpAbs(unit) {
	case 1:
		return true
	case 0:
		return more || quotient.Bit(0) == 1
	default:
		return false
	}
}

func stepAway(n *big.Int, negative bool) {
	if negative {
		n.Sub(n, bigOne)
	} else {
		n.Add(n, bigOne)
	}
}

var bigOne = big.NewInt(1)

func digitCount(n *big.Int) int { return len(new(big.Int).Abs(n).Text(10)) }

// round returns the nearest whole number; a half goes away from zero (四舍五入).
func (d decimalValue) round() ref.Val { return decimalOrError(newDecimal(d.d.Round(0))) }

// roundTo returns the multiple of step that is nearest; a half goes away from zero. A step that is not above zero is
// an error.
func (d decimalValue) roundTo(step decimalValue) ref.Val {
	if step.d.Sign() <= 0 {
		return types.WrapErr(&Fault{Key: "cel.fault.decimal.step"})
	}
	exponent := min(d.d.Exponent(), step.d.Exponent())
	n := d.d.Coefficient()
	n.Mul(n, tenTo(int64(d.d.Exponent()-exponent)))
	m := step.d.Coefficient()
	m.Mul(m, tenTo(int64(step.d.Exponent()-exponent)))
	count, rest := new(big.Int).QuoRem(n, m, new(big.Int))
	if rest.Lsh(rest, 1).CmpAbs(m) >= 0 {
		stepAway(count, n.Sign() < 0)
	}
	return decimalOrError(fitDecimal(count.Mul(count, m), int64(exponent)))
}

// toInt returns the number as an int, and an error for one with a fraction or beyond int.
func (d decimalValue) toInt() ref.Val {
	if n := d.d.Coefficient(); d.d.Exponent() == 0 && n.IsInt64() {
		return types.Int(n.Int64())
	}
	return types.WrapErr(&Fault{Key: "cel.fault.decimal.int"})
}
