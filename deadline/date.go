package deadline

import (
	"fmt"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
)

// Date is a civil date: a day without time of day or zone, from 0001-01-01 to 9999-12-31. The zero value is no date.
// Dates compare with ==, and can be keys of maps. As text and in JSON a date is written 2026-10-01, no date is "".
type Date struct {
	n int32 // days since 0000-12-31, so that the zero value is not a day
}

// epoch is the day number of 1970-01-01, the zero of internal/civil, in Date's count.
const epoch = 719163

func dateOf(d civil.Date) Date { return Date{int32(d) + epoch} }

func (d Date) civil() civil.Date { return civil.Date(d.n - epoch) }

// NewDate returns the date of a year, month and day. A day that does not exist is an *InputError.
func NewDate(year int, month time.Month, day int) (Date, error) {
	d, err := civil.Of(year, int(month), day)
	if err != nil {
		return Date{}, invalid("date", "date.none", fmt.Sprintf("%04d-%02d-%02d", year, month, day))
	}
	return dateOf(d), nil
}

// ParseDate reads a date written 2026-10-01 and nothing else. What is not one is an *InputError.
func ParseDate(s string) (Date, error) {
	d, err := civil.Parse(s)
	if err != nil {
		return Date{}, invalid("date", "date.form", s)
	}
	return dateOf(d), nil
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.n == 0 }

// Civil returns year, month and day of the month.
func (d Date) Civil() (year int, month time.Month, day int) {
	y, m, dd := d.civil().Civil()
	return y, time.Month(m), dd
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.civil().Weekday() }

// Compare returns -1, 0 or 1 as d is before, the same as, or after other.
func (d Date) Compare(other Date) int {
	switch {
	case d.n < other.n:
		return -1
	case d.n > other.n:
		return 1
	default:
		return 0
	}
}

// Before reports whether d is before other.
func (d Date) Before(other Date) bool { return d.n < other.n }

// After reports whether d is after other.
func (d Date) After(other Date) bool { return d.n > other.n }

// Sub returns the number of days from other to d.
func (d Date) Sub(other Date) int { return int(d.n) - int(other.n) }

// AddDays returns the date n days later, or earlier where n is negative. It does not roll. A date outside the years
// 0001 to 9999 is an *InputError.
func (d Date) AddDays(n int) (Date, error) { return d.moved(d.civil().AddDays(n)) }

// AddMonths returns the corresponding day n months later, and the last day of a month that has no such day (Civil
// Code, Art. 202). It does not roll. A date outside the years 0001 to 9999 is an *InputError.
func (d Date) AddMonths(n int) (Date, error) { return d.moved(d.civil().AddMonths(n)) }

// AddYears is AddMonths with 12 n.
func (d Date) AddYears(n int) (Date, error) { return d.moved(d.civil().AddYears(n)) }

func (d Date) moved(to civil.Date, err error) (Date, error) {
	switch {
	case d.IsZero():
		return Date{}, invalid("date", "date.missing")
	case err != nil:
		return Date{}, invalid("date", "date.range")
	default:
		return dateOf(to), nil
	}
}

// In returns the instant at which the day begins in zone.
func (d Date) In(zone *time.Location) time.Time { return d.civil().In(zone) }

// String writes the date as 2026-10-01; no date is "".
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.civil().String()
}

// MarshalText writes what String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// ParseInstant reads a time written as RFC 3339 has it, with its zone: 2026-10-01T09:00:00+08:00. A time without
// zone is an *InputError: it could be the day before or the day after.
func ParseInstant(s string) (time.Time, error) {
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err == nil {
		return t, nil
	}
	if err := t.UnmarshalText([]byte(s + "Z")); err == nil {
		return time.Time{}, invalid("time", "time.zone", s)
	}
	if _, err := civil.Parse(s); err == nil {
		return time.Time{}, invalid("time", "time.date", s)
	}
	return time.Time{}, invalid("time", "time.form", s)
}

// ParseSuspension reads FROM..TO, or FROM.. for a suspension that has not ended: 2026-11-02..2026-11-06.
func ParseSuspension(s string) (Suspension, error) {
	from, to, ok := strings.Cut(s, "..")
	if !ok {
		return Suspension{}, invalid("suspension", "suspension.form", s)
	}
	var out Suspension
	var err error
	if out.From, err = ParseDate(from); err != nil {
		return Suspension{}, err
	}
	if to == "" {
		return out, nil
	}
	if out.To, err = ParseDate(to); err != nil {
		return Suspension{}, err
	}
	if out.To.Before(out.From) {
		return Suspension{}, invalid("suspension", "suspension.reversed", from, to)
	}
	return out, nil
}
