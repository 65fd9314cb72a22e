package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/shopspring/decimal"

	"github.com/banfa-go/banfa/internal/civil"
)

// ValueError says why a Go value is not a value of a declared type. Path leads from the fact to the part that is wrong
// (`.field`, `[3]`), and is empty for the fact itself.
type ValueError struct {
	Path string
	Code string // type, enum, range, length, undeclared
	Want string
	Got  string
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s: want %s, got %s", e.Code, e.Want, e.Got)
}

// The bounds of facts that declare none.
const (
	DefaultMaxItems = 1000
	DefaultMaxRunes = 4096
)

// String names the kind as rule files do.
func (k Kind) String() string {
	return [...]string{
		"invalid", "bool", "int", "double", "string", "decimal", "date", "timestamp", "duration", "enum", "list", "map",
		"object", "dyn",
	}[k]
}

// ItemLimit is the greatest number of items a list or map may have.
func (t *Type) ItemLimit() int {
	if t.MaxItems > 0 {
		return t.MaxItems
	}
	return DefaultMaxItems
}

// RuneLimit is the greatest number of runes a string may have.
func (t *Type) RuneLimit() int {
	if t.MaxRunes > 0 {
		return t.MaxRunes
	}
	return DefaultMaxRunes
}

// FromGo converts a Go value, as it comes from JSON, from YAML or from a host's map, to a value of type t. A nil is the
// absent value, without error. Numbers keep their digits: a decimal takes a string, an integer or a json.Number and never a
// float, and an int takes a float only when it has no fraction.
func (t *Type) FromGo(in any) (Value, error) {
	if in == nil {
		return Value{}, nil
	}
	v, err := t.convert(in)
	if err != nil {
		return Value{}, err
	}
	return Value{v}, nil
}

func (t *Type) fail(in any) error {
	return &ValueError{Code: "type", Want: t.describe(), Got: describeGo(in)}
}

func (t *Type) describe() string {
	switch {
	case t.Kind == Enum:
		return "one of " + strings.Join(t.Values, ", ")
	case t.Kind == List && t.Elem != nil:
		return "list of " + t.Elem.Kind.String()
	case t.Kind == Date:
		return "date written YYYY-MM-DD"
	case t.Kind == Timestamp:
		return "timestamp written as RFC 3339 with its zone"
	case t.Kind == Duration:
		return "duration such as 36h or 90m"
	case t.Kind == Decimal:
		return "decimal, written as a string or a JSON number"
	}
	return t.Kind.String()
}

func describeGo(in any) string {
	switch v := in.(type) {
	case string:
		return "string " + clip(strconv.Quote(v))
	case json.Number:
		return "number " + clip(string(v))
	case bool, int, int64, float64, uint64:
		return clip(fmt.Sprintf("%T %v", v, v))
	case []any:
		return "list"
	case map[string]any:
		return "object"
	}
	return fmt.Sprintf("%T", in)
}

func clip(s string) string {
	const limit = 60
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit]) + "…"
}

func (t *Type) convert(in any) (ref.Val, error) {
	if v, ok := in.(Value); ok {
		if v.v == nil {
			return nil, t.fail(nil)
		}
		return t.bounded(v.v)
	}
	var v ref.Val
	switch t.Kind {
	case Bool:
		b, ok := in.(bool)
		if !ok {
			return t.reflected(in)
		}
		return types.Bool(b), nil
	case Int:
		n, ok := toInt(in)
		if !ok {
			return t.reflected(in)
		}
		v = types.Int(n)
	case Double:
		f, ok := toFloat(in)
		if !ok {
			return t.reflected(in)
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, &ValueError{Code: "range", Want: "finite number", Got: fmt.Sprint(f)}
		}
		v = types.Double(f)
	case String, Enum:
		s, ok := in.(string)
		if !ok {
			return t.reflected(in)
		}
		v = types.String(s)
	case Decimal:
		d, ok, err := toDecimal(in)
		if err != nil {
			return nil, &ValueError{Code: "type", Want: t.describe(), Got: describeGo(in)}
		}
		if !ok {
			return t.reflected(in)
		}
		v = d.v
	case Date:
		d, err := toDate(in)
		if err != nil {
			return nil, t.fail(in)
		}
		v = NewDate(d).v
	case Timestamp:
		ts, err := toTime(in)
		if err != nil {
			return nil, t.fail(in)
		}
		v = types.Timestamp{Time: ts}
	case Duration:
		switch d := in.(type) {
		case time.Duration:
			v = types.Duration{Duration: d}
		case string:
			dd, err := time.ParseDuration(d)
			if err != nil {
				return nil, t.fail(in)
			}
			v = types.Duration{Duration: dd}
		default:
			return nil, t.fail(in)
		}
	case List:
		return t.list(in)
	case Map:
		return t.mapping(in)
	case Object:
		return t.object(in)
	case Dyn:
		v = types.DefaultTypeAdapter.NativeToValue(in)
		if types.IsError(v) {
			return nil, t.fail(in)
		}
		return v, nil
	default:
		return nil, t.fail(in)
	}
	return t.bounded(v)
}

// bounded checks the declared bounds of a value that already has the type's kind.
func (t *Type) bounded(v ref.Val) (ref.Val, error) {
	if !t.holds(v) {
		return nil, &ValueError{Code: "type", Want: t.describe(), Got: v.Type().TypeName()}
	}
	switch t.Kind {
	case Enum:
		for _, code := range t.Values {
			if types.String(code) == v {
				return v, nil
			}
		}
		return nil, &ValueError{Code: "enum", Want: t.describe(), Got: clip(strconv.Quote(string(v.(types.String))))}
	case String:
		if n := utf8.RuneCountInString(string(v.(types.String))); n > t.RuneLimit() {
			return nil, &ValueError{
				Code: "length", Want: fmt.Sprintf("at most %d runes", t.RuneLimit()), Got: strconv.Itoa(n),
			}
		}
		if !utf8.ValidString(string(v.(types.String))) {
			return nil, &ValueError{Code: "type", Want: "valid UTF-8", Got: "a string that is not"}
		}
	case Int, Double, Decimal, Date, Timestamp, Duration:
		if t.Min.Present() && compare(v, t.Min.v) < 0 {
			return nil, &ValueError{Code: "range", Want: "at least " + t.Min.String(), Got: Value{v}.String()}
		}
		if t.Max.Present() && compare(v, t.Max.v) > 0 {
			return nil, &ValueError{Code: "range", Want: "at most " + t.Max.String(), Got: Value{v}.String()}
		}
	}
	return v, nil
}

func (t *Type) holds(v ref.Val) bool {
	switch t.Kind {
	case Bool:
		return v.Type() == types.BoolType
	case Int:
		return v.Type() == types.IntType
	case Double:
		return v.Type() == types.DoubleType
	case String, Enum:
		return v.Type() == types.StringType
	case Decimal:
		_, ok := Value{v}.Decimal()
		return ok
	case Date:
		_, ok := Value{v}.Date()
		return ok
	case Timestamp:
		return v.Type() == types.TimestampType
	case Duration:
		return v.Type() == types.DurationType
	case Object:
		o, ok := v.(*object)
		return ok && o.typ == t
	case List:
		_, ok := v.(traits.Lister)
		return ok
	case Map:
		_, ok := v.(traits.Mapper)
		return ok
	}
	return t.Kind == Dyn
}

// compare orders two values of one ordered type; values that do not compare are equal, which no bound refuses wrongly because
// holds has already made sure of the type.
func compare(a, b ref.Val) int {
	c, ok := a.(traits.Comparer)
	if !ok {
		return 0
	}
	n, ok := c.Compare(b).(types.Int)
	if !ok {
		return 0
	}
	return int(n)
}

// reflected accepts named Go types (type Level string) and pointers by their underlying value.
func (t *Type) reflected(in any) (ref.Val, error) {
	rv := reflect.ValueOf(in)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			return nil, t.fail(nil)
		}
		return t.convert(rv.Elem().Interface())
	case reflect.Bool:
		if rv.Type() != reflect.TypeFor[bool]() {
			return t.convert(rv.Bool())
		}
	case reflect.String:
		if rv.Type() != reflect.TypeFor[string]() && rv.Type() != reflect.TypeFor[json.Number]() {
			return t.convert(rv.String())
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if rv.Type() != reflect.TypeFor[int64]() {
			return t.convert(rv.Int())
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if rv.Type() != reflect.TypeFor[uint64]() {
			return t.convert(rv.Uint())
		}
	case reflect.Float32, reflect.Float64:
		if rv.Type() != reflect.TypeFor[float64]() {
			return t.convert(rv.Float())
		}
	}
	return nil, t.fail(in)
}

func toInt(in any) (int64, bool) {
	switch n := in.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case uint64:
		return int64(n), n <= math.MaxInt64
	case float64:
		const exact = 1 << 53
		return int64(n), n == math.Trunc(n) && math.Abs(n) <= exact
	case json.Number:
		i, err := strconv.ParseInt(string(n), 10, 64)
		if err == nil {
			return i, true
		}
		v, err := ParseDecimal(string(n)) // 3.0 and 1e3 are integers too
		if err != nil {
			return 0, false
		}
		d, _ := v.Decimal()
		return d.IntPart(), d.IsInteger() && d.BigInt().IsInt64()
	}
	return 0, false
}

func toFloat(in any) (float64, bool) {
	switch n := in.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

func toDecimal(in any) (Value, bool, error) {
	switch n := in.(type) {
	case decimal.Decimal:
		v, err := ParseDecimal(n.String())
		return v, true, err
	case string:
		v, err := ParseDecimal(n)
		return v, true, err
	case json.Number:
		v, err := ParseDecimal(string(n))
		return v, true, err
	case int:
		return NewDecimal(decimal.NewFromInt(int64(n))), true, nil
	case int64:
		return NewDecimal(decimal.NewFromInt(n)), true, nil
	}
	return Value{}, false, nil
}

func toDate(in any) (civil.Date, error) {
	switch d := in.(type) {
	case civil.Date:
		return d, nil
	case string:
		return civil.Parse(d)
	case time.Time:
		return civil.OfTime(d, civil.Zone)
	}
	return 0, fmt.Errorf("not a date")
}

// Timestamps are those that RFC 3339 can write: CEL has no others.
func toTime(in any) (time.Time, error) {
	var ts time.Time
	switch x := in.(type) {
	case time.Time:
		ts = x
	case string:
		var err error
		if ts, err = time.Parse(time.RFC3339Nano, x); err != nil {
			return ts, err
		}
	default:
		return ts, fmt.Errorf("not a timestamp")
	}
	if y := ts.UTC().Year(); y < civil.MinYear || y > civil.MaxYear {
		return ts, fmt.Errorf("year out of range")
	}
	return ts, nil
}

func (t *Type) list(in any) (ref.Val, error) {
	rv := reflect.ValueOf(in)
	if rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array {
		return nil, t.fail(in)
	}
	if rv.Len() > t.ItemLimit() {
		return nil, &ValueError{
			Code: "length", Want: fmt.Sprintf("at most %d items", t.ItemLimit()), Got: strconv.Itoa(rv.Len()),
		}
	}
	if rv.Len() < t.MinItems {
		return nil, &ValueError{
			Code: "length", Want: fmt.Sprintf("at least %d items", t.MinItems), Got: strconv.Itoa(rv.Len()),
		}
	}
	vals := make([]ref.Val, rv.Len())
	for i := range vals {
		v, err := t.part(t.Elem, rv.Index(i).Interface(), fmt.Sprintf("[%d]", i))
		if err != nil {
			return nil, err
		}
		vals[i] = v
	}
	return types.NewRefValList(types.DefaultTypeAdapter, vals), nil
}

// part converts a part of a composite value; a part cannot be absent unless it is a field of an object.
func (t *Type) part(pt *Type, in any, path string) (ref.Val, error) {
	if in == nil {
		return nil, &ValueError{Path: path, Code: "type", Want: pt.describe(), Got: "null"}
	}
	v, err := pt.convert(in)
	if err != nil {
		return nil, within(path, err)
	}
	return v, nil
}

func within(path string, err error) error {
	var ve *ValueError
	if errors.As(err, &ve) {
		ve.Path = path + ve.Path
	}
	return err
}

func stringMap(in any) (map[string]any, bool) {
	if m, ok := in.(map[string]any); ok {
		return m, true
	}
	rv := reflect.ValueOf(in)
	if rv.Kind() != reflect.Map || rv.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	m := make(map[string]any, rv.Len())
	for it := rv.MapRange(); it.Next(); {
		m[it.Key().String()] = it.Value().Interface()
	}
	return m, true
}

func (t *Type) mapping(in any) (ref.Val, error) {
	m, ok := stringMap(in)
	if !ok {
		return nil, t.fail(in)
	}
	if len(m) > t.ItemLimit() {
		return nil, &ValueError{
			Code: "length", Want: fmt.Sprintf("at most %d entries", t.ItemLimit()), Got: strconv.Itoa(len(m)),
		}
	}
	vals := make(map[ref.Val]ref.Val, len(m))
	for _, k := range sortedKeys(m) {
		if n := utf8.RuneCountInString(k); n > DefaultMaxRunes {
			return nil, &ValueError{
				Code: "length", Want: fmt.Sprintf("keys of at most %d runes", DefaultMaxRunes), Got: strconv.Itoa(n),
			}
		}
		v, err := t.part(t.Elem, m[k], "["+strconv.Quote(k)+"]")
		if err != nil {
			return nil, err
		}
		vals[types.String(k)] = v
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, vals), nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func (t *Type) object(in any) (ref.Val, error) {
	m, ok := stringMap(in)
	if !ok {
		return nil, t.fail(in)
	}
	o := newObject(t)
	for _, k := range sortedKeys(m) {
		i := t.fieldIndex(k)
		if i < 0 {
			return nil, &ValueError{Path: "." + k, Code: "undeclared", Want: "a declared field", Got: clip(k)}
		}
		if m[k] == nil {
			continue
		}
		v, err := t.part(t.Fields[i].Type, m[k], "."+k)
		if err != nil {
			return nil, err
		}
		if t.Fields[i].Type.Optional {
			v = types.OptionalOf(v)
		}
		o.vals[i] = v
	}
	return o, nil
}

func (t *Type) fieldIndex(name string) int {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return i
		}
	}
	return -1
}
