package expr

import (
	"fmt"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Value is a CEL value behind the door. The zero Value is "absent".
type Value struct{ v ref.Val }

// Present reports whether v is a value at all.
func (v Value) Present() bool { return v.v != nil }

// NewString makes a string, or the code of an enum.
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

// Compare orders two values of one ordered type.
func Compare(a, b Value) int { return compare(a.v, b.v) }

// String writes a value as a person would in a facts document: a string and a date without quotes, a decimal with its digits.
func (v Value) String() string {
	if v.v == nil {
		return ""
	}
	if d, ok := v.Decimal(); ok {
		return d.String()
	}
	if d, ok := v.Date(); ok {
		return d.String()
	}
	switch x := v.v.(type) {
	case types.Timestamp:
		return x.Format(time.RFC3339Nano)
	case types.Duration:
		return x.String()
	}
	return fmt.Sprint(v.Go())
}

// Go returns the value as JSON would hold it: bool, int64, float64, string, []any or map[string]any; decimals, dates,
// timestamps and durations as strings. An absent value, also in an object, is nil.
func (v Value) Go() any {
	switch x := v.v.(type) {
	case nil:
		return nil
	case types.Bool:
		return bool(x)
	case types.Int:
		return int64(x)
	case types.Uint:
		return uint64(x)
	case types.Double:
		return float64(x)
	case types.String:
		return string(x)
	case *types.Optional:
		if !x.HasValue() {
			return nil
		}
		return Value{x.GetValue()}.Go()
	case *object:
		m := make(map[string]any, len(x.vals))
		for i, f := range x.vals {
			if g := (Value{f}).Go(); g != nil {
				m[x.typ.Fields[i].Name] = g
			}
		}
		return m
	case traits.Lister:
		out := []any{}
		for it := x.Iterator(); it.HasNext() == types.True; {
			out = append(out, Value{it.Next()}.Go())
		}
		return out
	case traits.Mapper:
		m := map[string]any{}
		for it := x.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			m[Value{k}.String()] = Value{x.Get(k)}.Go()
		}
		return m
	}
	return v.String()
}

// NewTimestamp makes a timestamp.
func NewTimestamp(t time.Time) Value { return Value{types.Timestamp{Time: t}} }
