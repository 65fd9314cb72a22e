package desensitize

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
)

// cellReader reads cells as values of their declared types, for one goroutine.
type cellReader struct{ scratch []byte }

// valid reports whether a text is a value of a type. Every cell is asked, whatever becomes of it: a malformed value never passes.
func (r *cellReader) valid(kind expr.Kind, text []byte) bool {
	switch kind {
	case expr.String:
		return utf8.Valid(text)
	case expr.Int:
		_, ok := cellInt(text)
		return ok
	}
	var err error
	r.scratch, err = deid.Canonical(r.scratch[:0], deid.Type(kind.String()), text)
	if err != nil {
		return false
	}
	switch kind {
	case expr.Date, expr.Timestamp: // the canonical forms of D2 are those of the calendar of expressions
		return len(r.scratch) >= len("2006-01-02")
	case expr.Decimal, expr.Double:
		return len(r.scratch) <= cellDecimalBytes
	}
	return true
}

// cellDecimalBytes is the longest canonical decimal that expressions take: a hundred digits, a sign, a point and a zero before it.
const cellDecimalBytes = 103

// value reads a cell as expressions see it; false where it is malformed.
func (r *cellReader) value(kind expr.Kind, text []byte) (expr.Value, bool) {
	if !r.valid(kind, text) {
		return expr.Value{}, false
	}
	var v expr.Value
	var err error
	switch kind {
	case expr.String:
		return expr.NewString(string(text)), true
	case expr.Int:
		n, ok := cellInt(text)
		return expr.NewInt(n), ok
	case expr.Bool:
		return expr.NewBool(string(r.scratch) == "true"), true
	case expr.Decimal:
		v, err = expr.ParseDecimal(string(r.scratch))
	case expr.Date:
		var d civil.Date
		d, err = civil.Parse(string(r.scratch))
		v = expr.NewDate(d)
	case expr.Timestamp:
		var t time.Time
		t, err = cellInstant(string(r.scratch))
		v = expr.NewTimestamp(t)
	case expr.Double:
		var f float64
		if f, err = strconv.ParseFloat(string(r.scratch), 64); err == nil {
			v, err = (&expr.Type{Kind: expr.Double}).FromGo(f)
		}
	default:
		return expr.Value{}, false
	}
	return v, err == nil
}

// cellInstant reads the canonical form of an instant. One without a zone is taken to be in the calendar's.
func cellInstant(s string) (time.Time, error) {
	const local = "2006-01-02T15:04:05.999999999"
	if strings.HasSuffix(s, "Z") {
		return time.Parse(local+"Z", s)
	}
	if t, err := time.ParseInLocation(local, s, civil.Zone); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339Nano, s)
}

// cellInt reads an int of 64 bits. It takes what deid takes for a whole number and an int can hold.
func cellInt(text []byte) (int64, bool) {
	if n, ok := cellDigits(text); ok {
		return n, true
	}
	c, err := deid.Canonical(nil, deid.Int, text)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(string(c), 10, 64)
	return n, err == nil
}

// cellDigits reads the usual form: a sign and up to 18 digits.
func cellDigits(text []byte) (int64, bool) {
	rest := text
	negative := len(rest) > 0 && rest[0] == '-'
	if negative {
		rest = rest[1:]
	}
	if len(rest) == 0 || len(rest) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range rest {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// cellFixed is a decimal n × 10^-scale that fits 64 bits; it is what nearly every amount is.
type cellFixed struct {
	n     int64
	scale int
}

// cellAmount reads the usual form of a decimal: a sign and up to 18 digits with a point among them.
func cellAmount(text []byte) (cellFixed, bool) {
	rest := text
	negative := len(rest) > 0 && rest[0] == '-'
	if negative {
		rest = rest[1:]
	}
	var f cellFixed
	point, count := false, 0
	for i, c := range rest {
		switch {
		case c == '.' && !point && i > 0 && i < len(rest)-1:
			point = true
		case c < '0' || c > '9' || count == 18:
			return cellFixed{}, false
		default:
			f.n = f.n*10 + int64(c-'0')
			count++
			if point {
				f.scale++
			}
		}
	}
	if count == 0 {
		return cellFixed{}, false
	}
	if negative {
		f.n = -f.n
	}
	return f, true
}

// compare orders two decimals; false where 64 bits do not hold them at one scale.
func (f cellFixed) compare(g cellFixed) (int, bool) {
	for f.scale < g.scale {
		if f.n > cellLimit || f.n < -cellLimit {
			return 0, false
		}
		f.n, f.scale = f.n*10, f.scale+1
	}
	for g.scale < f.scale {
		if g.n > cellLimit || g.n < -cellLimit {
			return 0, false
		}
		g.n, g.scale = g.n*10, g.scale+1
	}
	switch {
	case f.n < g.n:
		return -1, true
	case f.n > g.n:
		return 1, true
	}
	return 0, true
}

const cellLimit = (1<<63 - 1) / 10

// value is the number as expressions hold it.
func (s *scalar) value() expr.Value {
	if s.large.Present() {
		return s.large
	}
	return expr.NewDecimal(decimal.New(s.small.n, -int32(s.small.scale)))
}

// cellDay reads the canonical form of a date as YYYYMMDD.
func cellDay(text []byte) (int64, bool) {
	if len(text) != len("2006-01-02") || text[4] != '-' || text[7] != '-' {
		return 0, false
	}
	var n int64
	for i, c := range text {
		if i == 4 || i == 7 {
			continue
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
