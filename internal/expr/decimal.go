package expr

import (
	"math/big"
	"reflect"
	"strconv"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/shopspring/decimal"
)

// The limits of a decimal. They bound the time and the memory that any text, operand or result can cost, and are wide
// enough that no amount of money, rate or score meets them.
const (
	// decimalDigits is how many digits a decimal may have when it is written out without an exponent, before and
	// after its point together.
	decimalDigits = 100

	// decimalPrecision is how many significant digits a quotient that never ends is rounded to: those of IEEE 754
	// decimal128.
	decimalPrecision = 34

	// decimalText is the longest text that is read as a decimal, leading zeros and exponent included.
	decimalText = 256
)

// decimalType is the CEL type. It is opaque, since nothing outside its functions may look into it, and its traits are
// those through which cel-go dispatches the operators.
var decimalType = types.NewOpaqueType("decimal").WithTraits(traits.AdderType | traits.SubtractorType |
	traits.MultiplierType | traits.DividerType | traits.NegatorType | traits.ComparerType)

// decimalValue is an exact decimal number as a CEL value. Its number is canonical: an exponent of at most 0 and no
// zeros at the end of the fraction. Two equal decimals therefore have the same text, which answers, digests and
// pseudonyms depend on.
type decimalValue struct{ d decimal.Decimal }

// NewDecimal returns a decimal as a CEL value. A number beyond the limits becomes an error value, with which any
// evaluation that needs it fails: the host gave it, and nothing may be guessed in its place.
func NewDecimal(d decimal.Decimal) Value {
	v, err := newDecimal(d)
	if err != nil {
		return Value{v: types.WrapErr(err)}
	}
	return Value{v: v}
}

// ParseDecimal reads a decimal written with ASCII digits, such as 12.30, -0.5 or 2e3: an optional minus sign, digits,
// optionally a point with digits behind it and an exponent. Anything else, such as a plus sign, a thousands separator
// or a space, is a *Fault, as is a number of more than 100 digits.
func ParseDecimal(text string) (Value, error) {
	v, err := parseDecimal(text)
	if err != nil {
		return Value{}, err
	}
	return Value{v: v}, nil
}

// Decimal returns the decimal that v holds, in canonical form, and whether it holds one.
func (v Value) Decimal() (decimal.Decimal, bool) {
	d, ok := v.v.(decimalValue)
	return d.d, ok
}

func newDecimal(d decimal.Decimal) (decimalValue, error) {
	return fitDecimal(d.Coefficient(), int64(d.Exponent()))
}

func parseDecimal(text string) (decimalValue, error) {
	syntax := &Fault{Key: "cel.fault.decimal.syntax"}
	if len(text) > decimalText {
		return decimalValue{}, decimalTooLong()
	}
	rest := text
	negative := false
	if rest != "" && rest[0] == '-' {
		negative, rest = true, rest[1:]
	}
	whole, rest := takeDigits(rest)
	fraction := ""
	if rest != "" && rest[0] == '.' {
		if fraction, rest = takeDigits(rest[1:]); fraction == "" {
			return decimalValue{}, syntax
		}
	}
	if whole == "" {
		return decimalValue{}, syntax
	}
	var exponent int64
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		sign, digits := "", rest[1:]
		if digits != "" && (digits[0] == '-' || digits[0] == '+') {
			sign, digits = digits[:1], digits[1:]
		}
		if digits, rest = takeDigits(digits); digits == "" {
			return decimalValue{}, syntax
		}
		var err error
		if exponent, err = strconv.ParseInt(sign+digits, 10, 32); err != nil {
			return decimalValue{}, decimalTooLong()
		}
	}
	if rest != "" {
		return decimalValue{}, syntax
	}
	coefficient, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return decimalValue{}, syntax
	}
	if negative {
		coefficient.Neg(coefficient)
	}
	return fitDecimal(coefficient, exponent-int64(len(fraction)))
}

func takeDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

func decimalTooLong() *Fault {
	return &Fault{Key: "cel.fault.decimal.digits", Args: []string{strconv.Itoa(decimalDigits)}}
}

// fitDecimal returns coefficient × 10^exponent in canonical form, or a *Fault if it is beyond the limits. It owns the
// coefficient. The bounds on the way in keep the loop short and every power small, whatever a host hands over.
func fitDecimal(coefficient *big.Int, exponent int64) (decimalValue, error) {
	const slack = 4 * decimalDigits
	if coefficient.Sign() == 0 {
		return decimalValue{}, nil
	}
	if coefficient.BitLen() > 4*slack || exponent < -slack || exponent > decimalDigits {
		return decimalValue{}, decimalTooLong()
	}
	coefficient, exponent = trimZeros(coefficient, exponent)
	if exponent > 0 {
		coefficient, exponent = coefficient.Mul(coefficient, tenTo(exponent)), 0
	}
	if exponent < -decimalDigits || !coefficient.IsInt64() && coefficient.CmpAbs(decimalBound) >= 0 {
		return decimalValue{}, decimalTooLong()
	}
	return decimalValue{decimal.NewFromBigInt(coefficient, int32(exponent))}, nil
}

// trimZeros takes the zeros at the end of a fraction away. Nearly every amount fits an int64, where that costs nothing.
func trimZeros(coefficient *big.Int, exponent int64) (*big.Int, int64) {
	if coefficient.IsInt64() {
		n := coefficient.Int64()
		for ; exponent < 0 && n%10 == 0; exponent++ {
			n /= 10
		}
		return coefficient.SetInt64(n), exponent
	}
	quotient, remainder := new(big.Int), new(big.Int)
	for exponent < 0 {
		if quotient.QuoRem(coefficient, bigTen, remainder); remainder.Sign() != 0 {
			break
		}
		coefficient.Set(quotient)
		exponent++
	}
	return coefficient, exponent
}

var (
	bigTen       = big.NewInt(10)
	decimalBound = tenTo(decimalDigits) // the least number with too many digits
)

func tenTo(n int64) *big.Int { return new(big.Int).Exp(bigTen, big.NewInt(n), nil) }

// text writes the number without an exponent. It avoids decimal.String, whose form a host can change for its whole
// process.
func (d decimalValue) text() string { return d.d.StringFixed(-d.d.Exponent()) }

// String implements fmt.Stringer, through which cel-go writes a value into its messages.
func (d decimalValue) String() string { return "decimal('" + d.text() + "')" }

// ConvertToNative implements ref.Val. A decimal becomes a decimal.Decimal or, for JSON and text, a string: never a
// float.
func (d decimalValue) ConvertToNative(t reflect.Type) (any, error) {
	return toNative(d, d.d, d.text(), t)
}

// ConvertToType implements ref.Val.
func (d decimalValue) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(d.text())
	case types.IntType:
		return d.toInt()
	case types.TypeType:
		return decimalType
	}
	if t.TypeName() == decimalType.TypeName() {
		return d
	}
	return types.NewErr("type conversion error from 'decimal' to '%s'", t.TypeName())
}

// Equal implements ref.Val. Like every equality of CEL it is false, not an error, for a value of another type.
func (d decimalValue) Equal(other ref.Val) ref.Val {
	o, ok := other.(decimalValue)
	if !ok {
		if types.IsUnknownOrError(other) {
			return other
		}
		return types.False
	}
	return types.Bool(d.d.Cmp(o.d) == 0)
}

// Type implements ref.Val.
func (decimalValue) Type() ref.Type { return decimalType }

// Value implements ref.Val.
func (d decimalValue) Value() any { return d.d }

// IsZeroValue implements traits.Zeroer, for optional.ofNonZeroValue.
func (d decimalValue) IsZeroValue() bool { return d.d.Sign() == 0 }

// Compare implements traits.Comparer.
func (d decimalValue) Compare(other ref.Val) ref.Val {
	o, ok := other.(decimalValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Int(d.d.Cmp(o.d))
}

// Add implements traits.Adder. The sum is exact.
func (d decimalValue) Add(other ref.Val) ref.Val {
	return d.combine(other, func(a, b decimal.Decimal) decimal.Decimal { return a.Add(b) })
}

// Subtract implements traits.Subtractor. The difference is exact.
func (d decimalValue) Subtract(other ref.Val) ref.Val {
	return d.combine(other, func(a, b decimal.Decimal) decimal.Decimal { return a.Sub(b) })
}

// Multiply implements traits.Multiplier. The product is exact.
func (d decimalValue) Multiply(other ref.Val) ref.Val {
	return d.combine(other, func(a, b decimal.Decimal) decimal.Decimal { return a.Mul(b) })
}

func (d decimalValue) combine(other ref.Val, op func(a, b decimal.Decimal) decimal.Decimal) ref.Val {
	o, ok := other.(decimalValue)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return decimalOrError(newDecimal(op(d.d, o.d)))
}

// Negate implements traits.Negater.
func (d decimalValue) Negate() ref.Val { return decimalValue{d.d.Neg()} }

func decimalOrError(d decimalValue, err error) ref.Val {
	if err != nil {
		return types.WrapErr(err)
	}
	return d
}
