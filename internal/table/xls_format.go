package table

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// xlsFormat is how a number is shown, as far as it matters to who reads it back: dates are dates, a fixed number of digits keeps its
// zeros, and a percentage is one. Whatever else a format does, the number is shown as it is.
type xlsFormat struct {
	date, clock bool
	zeros       int // digits before the point, at least
	decimals    int // behind it; −1: as many as there are
	percent     bool
	fixed       bool
}

var (
	xlsLiteral = regexp.MustCompile(`"[^"]*"|\\.|\[[^\]]*\]|_.|\*.`)
	xlsDigits  = regexp.MustCompile(`^(?:#,##)?(#*)(0*)(?:\.(0+))?(%?)$`)
)

// newXLSFormat reads a format: one of those that programs know by number, or one that the file writes out.
func newXLSFormat(id uint16, code string) xlsFormat {
	if code == "" {
		switch {
		case id >= 14 && id <= 17, id >= 27 && id <= 31, id >= 50 && id <= 54, id >= 57 && id <= 58, id == 36:
			return xlsFormat{date: true}
		case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id >= 55 && id <= 56:
			return xlsFormat{clock: true}
		case id == 22:
			return xlsFormat{date: true, clock: true}
		}
		code = map[uint16]string{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}[id]
	}
	first, _, _ := strings.Cut(code, ";") // for numbers above zero
	plain := strings.ToLower(strings.TrimSpace(xlsLiteral.ReplaceAllString(first, "")))
	if m := xlsDigits.FindStringSubmatch(plain); m != nil && plain != "" {
		return xlsFormat{fixed: true, zeros: len(m[2]), decimals: len(m[3]), percent: m[4] != ""}
	}
	if strings.Contains(plain, "general") || strings.ContainsAny(plain, "0#?") {
		return xlsFormat{}
	}
	f := xlsFormat{date: strings.ContainsAny(plain, "yd"), clock: strings.ContainsAny(plain, "hs")}
	f.date = f.date || !f.clock && strings.Contains(plain, "m")
	return f
}

func (f xlsFormat) show(n float64, epoch1904 bool) string {
	if f.date || f.clock {
		if at, ok := xlsTime(n, epoch1904); ok {
			switch {
			case !f.clock && at.Hour()+at.Minute()+at.Second() == 0:
				return at.Format(time.DateOnly)
			case !f.date && n < 1:
				return at.Format(time.TimeOnly)
			}
			return at.Format(time.DateTime)
		}
	}
	if f.fixed {
		if f.percent {
			n *= 100
		}
		s := strconv.FormatFloat(math.Abs(n), 'f', f.decimals, 64)
		whole, _, _ := strings.Cut(s, ".")
		s = strings.Repeat("0", max(f.zeros-len(whole), 0)) + s
		if n < 0 && strings.Trim(s, "0.") != "" {
			s = "-" + s
		}
		if f.percent {
			s += "%"
		}
		return s
	}
	// Fifteen digits are what spreadsheet programs show: 0.1+0.2 is 0.3.
	const digits, exact = 15, 1 << 53
	if n == math.Trunc(n) && math.Abs(n) < exact {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	if r, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', digits, 64), 64); err == nil {
		n = r
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// xlsTime is the time of a number of days since the end of 1899, or of 1903. The 29 February 1900, which the former takes for a day, is none.
func xlsTime(n float64, epoch1904 bool) (time.Time, bool) {
	const last = 2958466 // the first day of the year 10000
	if math.IsNaN(n) || n < 0 || n >= last {
		return time.Time{}, false
	}
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case epoch1904:
		day = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case n >= 60 && n < 61:
		return time.Time{}, false
	case n < 60:
		day = day.AddDate(0, 0, 1)
	}
	whole, part := math.Modf(n)
	return day.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*24*60*60)) * time.Second), true
}
