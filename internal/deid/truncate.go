package deid

import "fmt"

// Unit is what a date or an instant is cut down to.
type Unit string

// The units, from the coarsest.
const (
	Decade  Unit = "decade"
	Year    Unit = "year"
	Quarter Unit = "quarter"
	Month   Unit = "month"
	Day     Unit = "day"
	Hour    Unit = "hour"
	Minute  Unit = "minute"
)

// Units lists the units of dates and of instants, from the coarsest.
func Units() []Unit { return []Unit{Decade, Year, Quarter, Month, Day, Hour, Minute} }

// Truncate cuts a date or an instant down. The forms are 1990s, 1994, 1994-Q1, 1994-03, 1994-03-31 whatever the input's form was, and for hours and minutes
// an instant with its other parts zero, in the form and the zone of the input: 2024-01-31T10:00:00+08:00. An instant is cut in the zone it was written in; two
// instants that are equal but written in different zones can come out different. Hours and minutes of a date are an error.
func Truncate(t Type, unit Unit) (Func, error) {
	rank := unit.rank()
	switch {
	case rank < 0:
		return nil, BadArgument("transform.truncate-unit", unit, Units())
	case t == Date && rank > Day.rank():
		return nil, BadArgument("transform.truncate-date", unit)
	case t == Date:
		return func(dst []byte, c Cell) ([]byte, error) {
			d, ok := parseDate(c.Text)
			if !ok {
				return dst, ErrInvalid
			}
			return d.truncate(dst, unit), nil
		}, nil
	case t == Timestamp:
		return func(dst []byte, c Cell) ([]byte, error) {
			i, ok := parseInstant(c.Text)
			if !ok {
				return dst, ErrInvalid
			}
			return i.truncate(dst, unit), nil
		}, nil
	default:
		return nil, fmt.Errorf("deid: truncate takes dates and timestamps, not %s", t)
	}
}

func (u Unit) rank() int {
	for i, v := range Units() {
		if u == v {
			return i
		}
	}
	return -1
}

func (d day) truncate(dst []byte, unit Unit) []byte {
	switch unit {
	case Decade:
		return append(digits4(dst, d.year/10*10), 's')
	case Year:
		return digits4(dst, d.year)
	case Quarter:
		return append(digits4(dst, d.year), '-', 'Q', byte('1'+(d.month-1)/3))
	case Month:
		return digits2(append(digits4(dst, d.year), '-'), d.month)
	default:
		return appendDate(dst, d.year, d.month, d.day, '-')
	}
}

func (i instant) truncate(dst []byte, unit Unit) []byte {
	switch unit {
	case Hour, Minute:
		i.second, i.fraction = 0, nil
		if unit == Hour {
			i.minute = 0
		}
		return i.append(dst)
	default:
		return i.day.truncate(dst, unit)
	}
}
