package catalog

import "strings"

// realityType is a set of types that a value can have, as a bit each.
type realityType uint8

const (
	realityBool realityType = 1 << iota
	realityInt
	realityDecimal
	realityDate
	realityTimestamp
	realityString realityType = 0 // every value is one
)

// realityTypes are the names of types, narrowest first.
var realityTypes = []struct {
	name string
	bit  realityType
}{{"bool", realityBool}, {"int", realityInt}, {"decimal", realityDecimal}, {"date", realityDate}, {"timestamp", realityTimestamp}}

// realityBit is the bit of a declared type; ok is false for types that nothing is compared with, such as string.
func realityBit(name string) (realityType, bool) {
	for _, t := range realityTypes {
		if t.name == name {
			return t.bit, true
		}
	}
	return realityString, false
}

// realityNarrowest names the narrowest of the types.
func realityNarrowest(t realityType) string {
	for _, p := range realityTypes {
		if t&p.bit != 0 {
			return p.name
		}
	}
	return "string"
}

// realityTypeOf tells which types a value can have. A number with a leading zero or more than 15 digits is a code, no number: a
// spreadsheet would damage it. A date is a timestamp too, and an integer a decimal.
func realityTypeOf(v string) realityType {
	if len(v) > 40 {
		return realityString
	}
	if c := v[0]; (c < '0' || c > '9') && c != '-' && c != '+' {
		switch {
		case v == "是", v == "否", v == "有", v == "无", strings.EqualFold(v, "y"), strings.EqualFold(v, "n"):
			return realityBool
		case strings.EqualFold(v, "true"), strings.EqualFold(v, "false"), strings.EqualFold(v, "yes"), strings.EqualFold(v, "no"):
			return realityBool
		}
		return realityString
	}
	t := realityNumber(v)
	if v == "0" || v == "1" {
		return t | realityBool
	}
	switch _, exact, ok := realityMoment(v); {
	case ok && exact:
		t |= realityTimestamp
	case ok:
		t |= realityDate | realityTimestamp
	}
	return t
}

func realityNumber(v string) realityType {
	v = strings.TrimLeft(v, "+-")
	digits, point, commas := 0, -1, 0
	for i, c := range []byte(v) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && point < 0 && i > 0:
			point = i
		case c == ',' && point < 0 && i > 0 && i < len(v)-1: // thousands
			commas++
		default:
			return realityString
		}
	}
	whole := len(v)
	if point >= 0 {
		whole = point
	}
	switch {
	case digits == 0, whole > 1 && v[0] == '0', commas > 0 && (whole-commas > commas*3+3 || whole-commas <= commas*3):
		return realityString
	case point >= 0 && point < len(v)-1:
		return realityDecimal
	case point >= 0, digits > 15:
		return realityString
	default:
		return realityInt | realityDecimal
	}
}
