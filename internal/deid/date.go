package deid

import (
	"github.com/banfa-go/banfa/internal/civil"
)

// day is a date as it was written.
type day struct {
	year, month, day int
	form             byte // '-', '/', 0 for YYYYMMDD, 'c' for 年月日
	padded           bool // month and day had two digits
}

const chineseYear, chineseMonth, chineseDay = "年", "月", "日"

// parseDate reads YYYY-MM-DD, YYYY/M/D (one or two digits), YYYYMMDD and YYYY年M月D日, of a day that exists from 0001 to 9999. Other orders are ambiguous
// and refused.
func parseDate(b []byte) (day, bool) {
	d, rest, ok := cutDate(b)
	return d, ok && len(rest) == 0
}

func cutDate(b []byte) (d day, rest []byte, ok bool) {
	if len(b) < 8 {
		return d, nil, false
	}
	if d.year, ok = number4(b); !ok {
		return d, nil, false
	}
	d.padded = true
	switch c := b[4]; {
	case c == '-':
		if len(b) < 10 || b[7] != '-' {
			return d, nil, false
		}
		d.form = '-'
		d.month, d.day, rest = number2(b[5:]), number2(b[8:]), b[10:]
	case c >= '0' && c <= '9':
		d.month, d.day, rest = number2(b[4:]), number2(b[6:]), b[8:]
	case c == '/':
		d.form = '/'
		var n, m int
		if d.month, n = number12(b[5:]); n == 0 || len(b) <= 5+n || b[5+n] != '/' {
			return d, nil, false
		}
		if d.day, m = number12(b[6+n:]); m == 0 {
			return d, nil, false
		}
		d.padded, rest = n == 2 && m == 2, b[6+n+m:]
	default:
		return chineseDate(d, b[4:])
	}
	return d, rest, d.exists()
}

func chineseDate(d day, b []byte) (day, []byte, bool) {
	d.form = 'c'
	b, ok := cut(b, chineseYear)
	if !ok {
		return d, nil, false
	}
	var n, m int
	d.month, n = number12(b)
	if b, ok = cut(b[n:], chineseMonth); !ok || n == 0 {
		return d, nil, false
	}
	d.day, m = number12(b)
	if b, ok = cut(b[m:], chineseDay); !ok || m == 0 {
		return d, nil, false
	}
	d.padded = n == 2 && m == 2
	return d, b, d.exists()
}

func cut(b []byte, prefix string) ([]byte, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return b, false
	}
	return b[len(prefix):], true
}

func number4(b []byte) (int, bool) {
	n := 0
	for _, c := range b[:4] {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// number2 reads two digits; -1 where there are none.
func number2(b []byte) int {
	if len(b) < 2 || b[0] < '0' || b[0] > '9' || b[1] < '0' || b[1] > '9' {
		return -1
	}
	return int(b[0]-'0')*10 + int(b[1]-'0')
}

// number12 reads one or two digits; n is how many, 0 for none.
func number12(b []byte) (v, n int) {
	for n < len(b) && n < 2 && b[n] >= '0' && b[n] <= '9' {
		v, n = v*10+int(b[n]-'0'), n+1
	}
	return v, n
}

func (d day) exists() bool {
	return d.year >= civil.MinYear && d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= daysIn(d.year, d.month)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// append writes the date in its own form.
func (d day) append(dst []byte) []byte {
	switch d.form {
	case 'c', '/':
		marks := [3]string{"/", "/", ""}
		if d.form == 'c' {
			marks = [3]string{chineseYear, chineseMonth, chineseDay}
		}
		dst = append(digits4(dst, d.year), marks[0]...)
		dst = append(d.short(dst, d.month), marks[1]...)
		return append(d.short(dst, d.day), marks[2]...)
	default:
		return appendDate(dst, d.year, d.month, d.day, d.form)
	}
}

func (d day) short(dst []byte, n int) []byte {
	if n < 10 && !d.padded {
		return append(dst, byte('0'+n))
	}
	return digits2(dst, n)
}

func appendDate(dst []byte, year, month, day int, sep byte) []byte {
	dst = digits4(dst, year)
	if sep != 0 {
		dst = append(dst, sep)
	}
	dst = digits2(dst, month)
	if sep != 0 {
		dst = append(dst, sep)
	}
	return digits2(dst, day)
}

func digits2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

func digits4(dst []byte, n int) []byte { return digits2(digits2(dst, n/100), n%100) }

// addDays moves the date; false beyond the years 0001 to 9999.
func (d day) addDays(n int) (day, bool) {
	date, err := civil.Of(d.year, d.month, d.day)
	if err != nil {
		return d, false
	}
	if date, err = date.AddDays(n); err != nil {
		return d, false
	}
	d.year, d.month, d.day = date.Civil()
	return d, true
}

// instant is a timestamp as it was written.
type instant struct {
	day
	hour, minute, second int
	sep                  byte   // 'T' or ' '
	seconds              bool   // written
	fraction             []byte // digits
	zone                 []byte // "", Z or ±HH:MM, as written
	offset               int    // minutes east
}

// parseInstant reads a date as parseDate does, T or a space, HH:MM, optionally :SS with up to nine digits of a fraction, and optionally Z or ±HH:MM. There is no
// leap second and no 24:00.
func parseInstant(b []byte) (instant, bool) {
	var i instant
	d, rest, ok := cutDate(b)
	if !ok || len(rest) < 6 || (rest[0] != 'T' && rest[0] != ' ') || rest[3] != ':' {
		return i, false
	}
	i.day, i.sep = d, rest[0]
	i.hour, i.minute = number2(rest[1:]), number2(rest[4:])
	if i.hour < 0 || i.hour > 23 || i.minute < 0 || i.minute > 59 {
		return i, false
	}
	rest = rest[6:]
	if len(rest) >= 3 && rest[0] == ':' {
		i.seconds = true
		if i.second = number2(rest[1:]); i.second < 0 || i.second > 59 {
			return i, false
		}
		rest = rest[3:]
		if len(rest) > 0 && rest[0] == '.' {
			n := 1
			for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
				n++
			}
			if n == 1 || n > 10 {
				return i, false
			}
			i.fraction, rest = rest[1:n], rest[n:]
		}
	}
	i.zone = rest
	switch {
	case len(rest) == 0 || (len(rest) == 1 && rest[0] == 'Z'):
		return i, true
	case len(rest) != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':':
		return i, false
	}
	h, m := number2(rest[1:]), number2(rest[4:])
	if h < 0 || h > 23 || m < 0 || m > 59 {
		return i, false
	}
	if i.offset = h*60 + m; rest[0] == '-' {
		i.offset = -i.offset
	}
	return i, true
}

// append writes the instant in its own form.
func (i instant) append(dst []byte) []byte {
	dst = append(i.day.append(dst), i.sep)
	dst = digits2(append(digits2(dst, i.hour), ':'), i.minute)
	if i.seconds {
		dst = digits2(append(dst, ':'), i.second)
	}
	if len(i.fraction) > 0 {
		dst = append(append(dst, '.'), i.fraction...)
	}
	return append(dst, i.zone...)
}

// canonical writes the instant in UTC where it has a zone.
func (i instant) canonical(dst []byte) []byte {
	if i.offset != 0 {
		minutes := i.hour*60 + i.minute - i.offset
		move := 0
		for minutes < 0 {
			minutes, move = minutes+24*60, move-1
		}
		move += minutes / (24 * 60)
		minutes %= 24 * 60
		if d, ok := i.addDays(move); ok { // the first and the last day of the calendar stay in their zone
			i.day, i.hour, i.minute, i.zone = d, minutes/60, minutes%60, []byte{'Z'}
		}
	} else if len(i.zone) > 0 {
		i.zone = []byte{'Z'}
	}
	for n := len(i.fraction); n > 0 && i.fraction[n-1] == '0'; n = len(i.fraction) {
		i.fraction = i.fraction[:n-1]
	}
	i.form, i.sep, i.seconds = '-', 'T', true
	return i.append(dst)
}
