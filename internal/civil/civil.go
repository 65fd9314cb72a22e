// Package civil is a calendar day without a time of day or a zone: the unit in which regulation counts.
//
// It is a day number rather than a year, month and day because rules compare days and count them, and both
// are one integer operation on a day number.
package civil

import (
	"errors"
	"fmt"
	"time"
)

// Date is a day of the proleptic Gregorian calendar, as days since 1970-01-01. Its zero value is that day.
type Date int32

// The years a Date may have. They are those that RFC 3339 can write with four digits.
const (
	MinYear = 1
	MaxYear = 9999
)

// ErrRange says that a date lies outside the years MinYear to MaxYear.
var ErrRange = errors.New("civil: date outside the years 0001 to 9999")

// Zone is the zone in which the Measures' civil dates are read. China has kept UTC+8 without change since
// 1991-09-15, so a fixed zone is exact for every date the rules can concern and needs no zone database.
var Zone = time.FixedZone("CST", zoneOffset)

const zoneOffset = 8 * 60 * 60

// Of returns the date of a year, month and day, and ErrRange or an error for a day that does not exist.
func Of(year, month, day int) (Date, error) {
	if year < MinYear || year > MaxYear {
		return 0, ErrRange
	}
	if month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) {
		return 0, fmt.Errorf("civil: no day %04d-%02d-%02d", year, month, day)
	}
	return fromTime(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)), nil
}

// OfTime returns the civil date of an instant in zone.
func OfTime(t time.Time, zone *time.Location) (Date, error) {
	t = t.In(zone)
	if y := t.Year(); y < MinYear || y > MaxYear {
		return 0, ErrRange
	}
	y, m, d := t.Date()
	return fromTime(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)), nil
}

// Parse reads a date written YYYY-MM-DD, and nothing else.
func Parse(s string) (Date, error) {
	if len(s) != len("2006-01-02") {
		return 0, fmt.Errorf("civil: %q is not a date written YYYY-MM-DD", s)
	}
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return 0, fmt.Errorf("civil: %q is not a date written YYYY-MM-DD", s)
	}
	if t.Year() < MinYear {
		return 0, ErrRange
	}
	return fromTime(t), nil
}

func fromTime(t time.Time) Date {
	const day = 24 * 60 * 60
	s := t.Unix()
	if s < 0 {
		return Date((s - day + 1) / day)
	}
	return Date(s / day)
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// Civil returns the year, month (1 to 12) and day of the month of d.
func (d Date) Civil() (year, month, day int) {
	y, m, dd := d.utc().Date()
	return y, int(m), dd
}

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// In returns the instant at which d begins in zone. Where the zone skips midnight that day, it is what time.Date makes of it.
func (d Date) In(zone *time.Location) time.Time {
	const day = 24 * 60 * 60
	if zone == Zone {
		return time.Unix(int64(d)*day-zoneOffset, 0).In(zone)
	}
	// Nearly always the offset at midnight UTC is that at midnight in the zone too, and no calendar is needed.
	guess := time.Unix(int64(d)*day, 0).In(zone)
	_, offset := guess.Zone()
	begin := guess.Add(-time.Duration(offset) * time.Second)
	if _, there := begin.Zone(); there == offset {
		return begin
	}
	y, m, dd := d.Civil()
	return time.Date(y, time.Month(m), dd, 0, 0, 0, 0, zone)
}

// String writes d as YYYY-MM-DD.
func (d Date) String() string { return d.utc().Format("2006-01-02") }

// AddDays returns the date n days after d, or before it where n is negative.
func (d Date) AddDays(n int) (Date, error) {
	if n < -4_000_000 || n > 4_000_000 {
		return 0, ErrRange
	}
	return check(d + Date(n))
}

// AddMonths returns the corresponding day n months after d. A month that lacks that day ends the period on its
// last day, as Article 202 of the Civil Code has it.
func (d Date) AddMonths(n int) (Date, error) {
	if n < -12*MaxYear || n > 12*MaxYear {
		return 0, ErrRange
	}
	y, m, dd := d.Civil()
	months := y*12 + (m - 1) + n
	if months < 0 {
		return 0, ErrRange
	}
	y, m = months/12, months%12+1
	if y < MinYear || y > MaxYear {
		return 0, ErrRange
	}
	return Of(y, m, min(dd, DaysIn(y, m)))
}

// AddYears returns the corresponding day n years after d, by the rule of AddMonths.
func (d Date) AddYears(n int) (Date, error) {
	if n < -MaxYear || n > MaxYear {
		return 0, ErrRange
	}
	return d.AddMonths(12 * n)
}

func check(d Date) (Date, error) {
	if y := d.utc().Year(); y < MinYear || y > MaxYear {
		return 0, ErrRange
	}
	return d, nil
}

// DaysIn returns the number of days of a month.
func DaysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
