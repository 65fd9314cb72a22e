package expr

import (
	"reflect"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/banfa-go/banfa/internal/civil"
)

// dateType is the CEL type. It compares; it has no arithmetic of its own, because a day is added as a calendar day, as a
// month or as a working day, and the rule must say which.
var dateType = types.NewOpaqueType("date").WithTraits(traits.ComparerType)

// dateValue is a civil date as a CEL value.
type dateValue struct{ d civil.Date }

// NewDate returns a civil date as a CEL value.
func NewDate(d civil.Date) Value { return Value{v: dateValue{d}} }

// Date returns the civil date that v holds and whether it holds one.
func (v Value) Date() (civil.Date, bool) {
	d, ok := v.v.(dateValue)
	return d.d, ok
}

// parseDate reads YYYY-MM-DD.
func parseDate(text string) (dateValue, error) {
	d, err := civil.Parse(text)
	if err != nil {
		return dateValue{}, &Fault{Key: "cel.fault.date.syntax"}
	}
	return dateValue{d}, nil
}

// String implements fmt.Stringer, through which cel-go writes a value into its messages.
func (d dateValue) String() string { return "date('" + d.d.String() + "')" }

// ConvertToNative implements ref.Val. A date becomes a civil.Date or, for JSON and text, a string.
func (d dateValue) ConvertToNative(t reflect.Type) (any, error) {
	return toNative(d, d.d, d.d.String(), t)
}

// ConvertToType implements ref.Val.
func (d dateValue) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(d.d.String())
	case types.TypeType:
		return dateType
	}
	if t.TypeName() == dateType.TypeName() {
		return d
	}
	return types.NewErr("type conversion error from 'date' to '%s'", t.TypeName())
}

// Equal implements ref.Val. Like every equality of CEL it is false, not an error, for a value of another type.
func (d dateValue) Equal(other ref.Val) ref.Val {
	o, ok := other.(dateValue)
	if !ok {
		if types.IsUnknownOrError(other) {
			return other
		}
		return types.False
	}
	return types.Bool(d == o)
}

// Type implements ref.Val.
func (dateValue) Type() ref.Type { return dateType }

// Value implements ref.Val.
func (d dateValue) Value() any { return d.d }

// Compare implements traits.Comparer.
func (d dateValue) Compare(other ref.Val) ref.Val {
	o, ok := other.(dateValue)
	switch {
	case !ok:
		return types.MaybeNoSuchOverloadErr(other)
	case d.d < o.d:
		return types.IntNegOne
	case d.d > o.d:
		return types.IntOne
	}
	return types.IntZero
}

// dateOf returns the civil date of an instant in a zone.
func dateOf(t time.Time, zone *time.Location) ref.Val { return dateOrError(civil.OfTime(t, zone)) }

func dateOrError(d civil.Date, err error) ref.Val {
	if err != nil {
		return types.WrapErr(&Fault{Key: "cel.fault.date.range"})
	}
	return dateValue{d}
}

// toNative is ConvertToNative of a value that has one Go form and one text.
func toNative(v ref.Val, native any, text string, t reflect.Type) (any, error) {
	n := reflect.TypeOf(native)
	switch {
	case t == n, t.Kind() == reflect.Interface && n.Implements(t):
		return native, nil
	case reflect.TypeOf(v).AssignableTo(t):
		return v, nil
	}
	return types.String(text).ConvertToNative(t)
}
