package expr

import (
	"math"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"github.com/shopspring/decimal"
)

// maxEnumerated is the size up to which a bounded range of whole numbers or days is taken value by value.
const maxEnumerated = 512

// Enumerate returns every value of a type that has few enough of them: a bool, an enum, a bounded int or date.
func (t *Type) Enumerate() ([]Value, bool) {
	switch t.Kind {
	case Bool:
		return []Value{NewBool(false), NewBool(true)}, true
	case Enum:
		out := make([]Value, len(t.Values))
		for i, c := range t.Values {
			out[i] = NewString(c)
		}
		return out, true
	case Int:
		lo, okLo := t.Min.Int()
		hi, okHi := t.Max.Int()
		if !okLo || !okHi || hi < lo || uint64(hi)-uint64(lo) >= maxEnumerated {
			return nil, false
		}
		var out []Value
		for n := lo; ; n++ {
			out = append(out, NewInt(n))
			if n == hi {
				return out, true
			}
		}
	case Date:
		lo, okLo := t.Min.Date()
		hi, okHi := t.Max.Date()
		if !okLo || !okHi || hi < lo || int64(hi)-int64(lo) >= maxEnumerated {
			return nil, false
		}
		var out []Value
		for d := lo; d <= hi; d++ {
			out = append(out, NewDate(d))
		}
		return out, true
	}
	return nil, false
}

// Completions returns every value that the place of an absent leaf can have: those of Enumerate and, for an optional one, none.
func (t *Type) Completions() ([]Value, bool) {
	values, ok := t.Enumerate()
	if !ok || !t.Optional {
		return values, ok
	}
	out := []Value{{types.OptionalNone}}
	for _, v := range values {
		out = append(out, Value{types.OptionalOf(v.v)})
	}
	return out, true
}

// Represent returns values of a type, one at least of each region that the probes tell apart. complete is false where that
// could not be made sure of.
func (t *Type) Represent(probes []Probe) (values []Value, complete bool) {
	switch t.Kind {
	case Int, Double, Decimal, Date, Timestamp, Duration:
		return t.ordered(probes)
	case String:
		return t.strings(probes)
	}
	return nil, false
}

// ordered takes each constant, a value between neighbours, and one beyond each end.
func (t *Type) ordered(probes []Probe) ([]Value, bool) {
	complete := true
	var cuts []Value
	for _, p := range probes {
		v, ok := t.cut(p.Value)
		if !ok {
			complete = false
			continue
		}
		cuts = append(cuts, v...)
	}
	cuts = append(cuts, t.Min, t.Max)
	cuts = slices.DeleteFunc(cuts, func(v Value) bool { return !v.Present() })
	if len(cuts) == 0 {
		cuts = append(cuts, t.zero())
	}
	var all []Value
	for _, c := range cuts {
		all = append(all, t.neighbours(c)...)
	}
	slices.SortFunc(all, func(a, b Value) int { return compare(a.v, b.v) })
	all = slices.CompactFunc(all, func(a, b Value) bool { return compare(a.v, b.v) == 0 })
	out := all[:0]
	for _, v := range all {
		if w, err := t.FromGo(v); err == nil {
			out = append(out, w)
		}
	}
	return out, complete
}

// cut converts what a leaf is compared with to the leaf's own type: CEL compares int, uint and double with each other.
func (t *Type) cut(v Value) ([]Value, bool) {
	if t.holds(v.v) {
		return []Value{v}, true
	}
	var f float64
	switch n := v.v.(type) {
	case types.Double:
		f = float64(n)
	case types.Int:
		f = float64(n)
	case types.Uint:
		f = float64(n)
	default:
		return nil, false
	}
	switch {
	case t.Kind == Double:
		return []Value{{types.Double(f)}}, !math.IsNaN(f)
	case t.Kind == Int && math.Abs(f) < 1<<53:
		return []Value{NewInt(int64(math.Floor(f))), NewInt(int64(math.Ceil(f)))}, true
	}
	return nil, t.Kind == Int && math.IsInf(f, 0)
}

func (t *Type) zero() Value {
	switch t.Kind {
	case Int:
		return NewInt(0)
	case Double:
		return Value{types.Double(0)}
	case Decimal:
		return NewDecimal(decimal.Zero)
	case Date:
		return NewDate(0)
	case Timestamp:
		return Value{types.Timestamp{Time: time.Unix(0, 0).UTC()}}
	}
	return Value{types.Duration{}}
}

// neighbours returns a value and the nearest ones on both sides that its type has. A decimal has no nearest one; a step far
// finer than any number a rule file or a fact may write stands in for it.
func (t *Type) neighbours(v Value) []Value {
	out := []Value{v}
	switch x := v.v.(type) {
	case types.Int:
		if x > math.MinInt64 {
			out = append(out, Value{x - 1})
		}
		if x < math.MaxInt64 {
			out = append(out, Value{x + 1})
		}
	case types.Double:
		for _, to := range []float64{math.Inf(-1), math.Inf(1)} {
			if f := math.Nextafter(float64(x), to); !math.IsInf(f, 0) {
				out = append(out, Value{types.Double(f)})
			}
		}
	case types.Timestamp:
		out = append(out, Value{types.Timestamp{Time: x.Time.Add(-1)}}, Value{types.Timestamp{Time: x.Time.Add(1)}})
	case types.Duration:
		if x.Duration > math.MinInt64 {
			out = append(out, Value{types.Duration{Duration: x.Duration - 1}})
		}
		if x.Duration < math.MaxInt64 {
			out = append(out, Value{types.Duration{Duration: x.Duration + 1}})
		}
	default:
		if d, ok := v.Decimal(); ok {
			step := decimal.New(1, -decimalStep)
			out = append(out, NewDecimal(d.Sub(step)), NewDecimal(d.Add(step)))
		}
		if d, ok := v.Date(); ok {
			for _, n := range []int{-1, 1} {
				if e, err := d.AddDays(n); err == nil {
					out = append(out, NewDate(e))
				}
			}
		}
	}
	return out
}

// decimalStep is the place of the step beside a decimal constant.
const decimalStep = 20

// fresh is a character that no constant contains in practice; one that does makes the answer incomplete, not wrong.
const fresh = "\uE0B4"

// strings builds, for the constants that a string is held against, strings that satisfy each attainable combination.
func (t *Type) strings(probes []Probe) ([]Value, bool) {
	var equal, prefix, suffix, inner []string
	var lengths []int
	complete := true
	for _, p := range probes {
		if p.Kind == ProbeLength {
			n, ok := p.Value.Int()
			if !ok {
				complete = false
			} else if n < int64(t.RuneLimit())+2 && n > -2 {
				lengths = append(lengths, int(n)-1, int(n), int(n)+1)
			}
			continue
		}
		s, ok := p.Value.Str()
		if !ok || strings.Contains(s, fresh) {
			complete = false
			continue
		}
		switch p.Kind {
		case ProbePrefix:
			prefix = append(prefix, s)
		case ProbeSuffix:
			suffix = append(suffix, s)
		case ProbeContains:
			inner = append(inner, s)
		case ProbeFolded:
			equal = append(equal, s, " "+s, strings.ToUpper(s), strings.ToLower(s))
		default:
			equal = append(equal, s)
		}
	}
	inner = compact(inner)
	const most = 3 // more than three constants that may stand inside make too many combinations to try
	if len(inner) > most || (len(lengths) > 0 && len(prefix)+len(suffix)+len(inner) > 1) {
		complete = false
	}
	inner = inner[:min(most, len(inner))]
	bodies := []string{""}
	for _, in := range inner {
		for _, b := range slices.Clone(bodies) {
			bodies = append(bodies, b+in+fresh)
		}
	}
	out := append([]string{"", fresh, " "}, equal...)
	for _, pre := range append(compact(prefix), "") {
		for _, suf := range append(compact(suffix), "") {
			for _, body := range bodies {
				out = append(out, pre+fresh+body+suf, pre+suf)
				tight := pre + strings.TrimSuffix(body, fresh)
				for _, n := range lengths {
					if pad := n - runes(tight) - runes(suf); pad >= 0 {
						out = append(out, tight+strings.Repeat(fresh, pad)+suf)
					}
				}
			}
		}
	}
	var vals []Value
	for _, s := range compact(out) {
		if v, err := t.FromGo(s); err == nil {
			vals = append(vals, v)
		}
	}
	return vals, complete && len(vals) < 2000
}

func compact(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}
