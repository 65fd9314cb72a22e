package deid

import "unicode/utf8"

// Type is the declared type of a column, named as rule files name it.
type Type string

// The types a column may have.
const (
	Bool      Type = "bool"
	Int       Type = "int"
	Double    Type = "double"
	String    Type = "string"
	Decimal   Type = "decimal"
	Date      Type = "date"
	Timestamp Type = "timestamp"
)

// Types lists all types, in the order of the constants.
func Types() []Type { return []Type{Bool, Int, Double, String, Decimal, Date, Timestamp} }

func (t Type) known() bool { return t.tag() != 0 }

// tag is the byte that stands for the type in the input of a keyed function: 42 and "42" are different values.
func (t Type) tag() byte {
	switch t {
	case Bool:
		return 'b'
	case Int:
		return 'i'
	case Double:
		return 'f'
	case String:
		return 's'
	case Decimal:
		return 'd'
	case Date:
		return 'D'
	case Timestamp:
		return 'T'
	default:
		return 0
	}
}

// maxText is the longest value in bytes that a transform which keeps a part of it takes: the cell limit of the largest spreadsheet.
const maxText = 1 << 17

// plain tells whether b can be shown in part: UTF-8 without control characters, not too long. A value with a NUL or a line break inside is
// not what the column was declared to hold.
func plain(b []byte) bool {
	if len(b) > maxText || !utf8.Valid(b) {
		return false
	}
	for _, c := range b {
		if c < 0x20 || c == 0x7f {
			return false
		}
	}
	return true
}

// Canonical appends the one spelling of a value of the type, so that equal values have equal text: numbers without leading and trailing zeros,
// dates as YYYY-MM-DD, instants in UTC with as many digits of a second as they need, true and false. Text stays as it is: use a kind of
// identifier where several spellings mean the same. An instant written without a zone is its own value, not equal to any with one.
func Canonical(dst []byte, t Type, text []byte) ([]byte, error) {
	switch t {
	case String:
		if !utf8.Valid(text) {
			return dst, ErrInvalid
		}
		return append(dst, text...), nil
	case Int, Decimal, Double:
		n, ok := parseNumber(text)
		if !ok || (t == Int && !isInt(text)) {
			return dst, ErrInvalid
		}
		return n.append(dst), nil
	case Bool:
		v, ok := parseBool(text)
		if !ok {
			return dst, ErrInvalid
		}
		if v {
			return append(dst, "true"...), nil
		}
		return append(dst, "false"...), nil
	case Date:
		d, ok := parseDate(text)
		if !ok {
			return dst, ErrInvalid
		}
		return appendDate(dst, d.year, d.month, d.day, '-'), nil
	case Timestamp:
		i, ok := parseInstant(text)
		if !ok {
			return dst, ErrInvalid
		}
		return i.canonical(dst), nil
	default:
		return dst, ErrInvalid
	}
}

// parseBool reads true and false, in any case, 1 and 0, 是 and 否.
func parseBool(text []byte) (value, ok bool) {
	switch string(text) {
	case "true", "TRUE", "True", "1", "是":
		return true, true
	case "false", "FALSE", "False", "0", "否":
		return false, true
	default:
		return false, false
	}
}
