package catalog

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// importZone is that of every date without one: Asia/Shanghai. Its offset is fixed, so that no table of zones is needed; from 1986 to
// 1991 there was summer time, and no catalog is as old as that.
var importZone = time.FixedZone("CST", 8*60*60)

// The shapes of dates. Year first is the only order that is not ambiguous, so that no other is read.
var (
	importDatePattern = regexp.MustCompile(`^([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})(?:\s*[-/.月]\s*([0-9]{1,2})\s*日?)?\s*月?` +
		`(?:[T\s]*([0-9]{1,2})\s*[:时點点]\s*([0-9]{1,2})\s*分?(?::?\s*([0-9]{1,2})(?:\.[0-9]{1,9})?\s*秒?)?)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?$`)
	importDigitDate  = regexp.MustCompile(`^(19|20)([0-9]{2})([0-9]{2})([0-9]{2})(?:\s*([0-9]{2})([0-9]{2})([0-9]{2}))?$`)
	importSerialDate = regexp.MustCompile(`^[1-9][0-9]{4}(?:\.[0-9]+)?$`)
	importMillis     = regexp.MustCompile(`^[0-9]{13}$`)
	importSlashDate  = regexp.MustCompile(`^([0-9]{3})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$`)
)

// importDate reads a date of one of many shapes: 2026-02-11 16:35:36, 2026/2/11, 2026年2月11日, 20260211, a number of days as spreadsheets
// have it (45000 is 2023-03-15), milliseconds since 1970, RFC 3339, and a year of the Republic (115/02/11). A month without a day is its
// first day. A day that does not exist is no date.
func importDate(text string) (time.Time, bool) {
	text = strings.TrimSpace(norm.NFKC.String(text))
	if m := importDatePattern.FindStringSubmatch(text); m != nil {
		day := m[3]
		if day == "" {
			if m[4] != "" {
				return time.Time{}, false
			}
			day = "1"
		}
		zone := importZone
		if z := strings.Replace(m[7], ":", "", 1); z == "Z" {
			zone = time.UTC
		} else if z != "" {
			at, err := time.Parse("-0700", z)
			if err != nil {
				return time.Time{}, false
			}
			_, offset := at.Zone()
			zone = time.FixedZone("", offset)
		}
		return importDay([6]string{m[1], m[2], day, m[4], m[5], m[6]}, zone)
	}
	if m := importDigitDate.FindStringSubmatch(text); m != nil {
		return importDay([6]string{m[1] + m[2], m[3], m[4], m[5], m[6], m[7]}, importZone)
	}
	if m := importSlashDate.FindStringSubmatch(text); m != nil {
		const republic = 1911
		year, err := strconv.Atoi(m[1])
		if err != nil || year < 80 {
			return time.Time{}, false
		}
		return importDay([6]string{strconv.Itoa(year + republic), m[2], m[3]}, importZone)
	}
	if importMillis.MatchString(text) {
		n, err := strconv.ParseInt(text, 10, 64)
		return time.UnixMilli(n).In(importZone), err == nil
	}
	if importSerialDate.MatchString(text) {
		days, err := strconv.ParseFloat(text, 64)
		const second = 24 * 60 * 60
		seconds := int64(days*second + 0.5)
		return time.Date(1899, 12, 30, 0, 0, 0, 0, importZone).Add(time.Duration(seconds) * time.Second), err == nil
	}
	return time.Time{}, false
}

func importDay(parts [6]string, zone *time.Location) (time.Time, bool) {
	var n [6]int
	for i, p := range parts {
		if p == "" {
			continue
		}
		v, err := strconv.Atoi(p)
		if err != nil {
			return time.Time{}, false
		}
		n[i] = v
	}
	at := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, zone)
	same := at.Year() == n[0] && int(at.Month()) == n[1] && at.Day() == n[2] && at.Hour() == n[3] && at.Minute() == n[4] && at.Second() == n[5]
	const earliest = 1900 // what is older is a slip, and the year 1 is how programs write that there is no date
	return at, same && n[0] >= earliest
}
