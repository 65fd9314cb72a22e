package expr

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Value is a CEL value behind the door. The zero Value is "absent".
type Value struct{ v ref.Val }

// Present reports whether v is a value at all.
func (v Value) Present() bool { return v.v != nil }

// NewString, NewBool and NewInt make values of the simple types.
func NewString(s string) Value { return Value{types.String(s)} }

// NewBool makes a bool.
func NewBool(b bool) Value { return Value{types.Bool(b)} }

// NewInt makes an int.
func NewInt(n int64) Value { return Value{types.Int(n)} }

// Bool returns the value of a bool.
func (v Value) Bool() (b, ok bool) {
	x, ok := v.v.(types.Bool)
	return bool(x), ok
}

// Str returns the value of a string or an enum.
func (v Value) Str() (string, bool) {
	x, ok := v.v.(types.String)
	return string(x), ok
}

// Int returns the value of an int.
func (v Value) Int() (int64, bool) {
	x, ok := v.v.(types.Int)
	return int64(x), ok
}

// Equal reports whether two values are equal in CEL's sense; an absent value equals only an absent one.
func (v Value) Equal(w Value) bool {
	if v.v == nil || w.v == nil {
		return v.v == nil && w.v == nil
	}
	return v.v.Type().TypeName() == w.v.Type().TypeName() && v.v.Equal(w.v) == types.True
}

// object is the value of a fact of kind Object: its fields in the order declared, nil where absent. CEL reads a field
// of it through the provider, which answers "unknown" for an absent one; a map would answer "no such key", an error.
type object struct {
	typ  *Type
	cel  *types.Type
	vals []ref.Val
}
