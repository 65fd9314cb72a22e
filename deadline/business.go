package deadline

import (
	"cmp"
	"math"
	"strconv"
	"time"

	"github.com/rickar/cal/v2"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/workday"
)

// MaxBusinessYears bounds the years that FromBusinessCalendar reads.
const MaxBusinessYears = 400

// AsBusinessCalendar hands the calendar out as one of github.com/rickar/cal, for code that takes those. It sets
// WorkdayFunc and nothing else: what rickar/cal adds to it (holidays, locations, a cache) would only take days away
// or cost time. Instants of any zone are judged on their date in the calendar's zone.
//
// A WorkdayFunc cannot report an error. Days that the calendar does not cover are not working days, so that no
// count goes on beyond the last notice; for a count that runs out of the schedule, every day before the year 1 and
// after 9999 is one, so that it ends, on a date that cannot be mistaken. Ask Covers first, or use the methods of
// Calendar, which report a *CoverageError.
func (c *Calendar) AsBusinessCalendar() *cal.BusinessCalendar {
	b := cal.NewBusinessCalendar()
	b.Name = c.name
	b.WorkdayFunc = func(t time.Time) bool {
		d, err := c.DateOf(t)
		if err != nil {
			return true
		}
		ok, err := c.index.IsWorkday(d.civil())
		return err == nil && ok
	}
	return b
}

// FromBusinessCalendar reads any calendar of github.com/rickar/cal, such as that of another country, for the years
// from to through, both included, and zone. It asks the calendar once for each day and keeps the answers: the
// result is immutable, is not affected by later changes, and answers in constant time. Days outside those years are
// a *CoverageError, so that a count ends whatever the calendar says.
//
// It is an *InputError where the calendar is nil, zone is nil, the years are not in order or more than
// MaxBusinessYears, or not one day is worked. Where the calendar has Locations, zone must be one of them: rickar/cal
// compares the pointers.
func FromBusinessCalendar(b *cal.BusinessCalendar, zone *time.Location, from, through int) (*Calendar, error) {
	switch {
	case b == nil:
		return nil, invalid("calendar", "business.nil")
	case zone == nil:
		return nil, invalid("zone", "business.zone")
	case from < civil.MinYear || through > civil.MaxYear || from > through || through-from >= MaxBusinessYears:
		return nil, invalid("years", "business.years", strconv.Itoa(from), strconv.Itoa(through), strconv.Itoa(MaxBusinessYears))
	}
	name := cmp.Or(b.Name, "business")
	first, _ := civil.Of(from, 1, 1) // the years were checked: the dates exist
	last, _ := civil.Of(through, 12, 31)
	var days []workday.Day
	index := workday.FromFunc(first, last, func(d civil.Date) bool {
		y, m, dd := d.Civil()
		noon := time.Date(y, time.Month(m), dd, 12, 0, 0, 0, zone) // where clocks change, some days have no midnight
		works := b.IsWorkday(noon)
		if ordinary := (workday.Day{Date: d}); works != ordinary.Off() {
			return works
		}
		days = append(days, special(b, noon, d, works, name))
		return works
	})
	if index.Workdays() == 0 {
		return nil, invalid("calendar", "business.workless", strconv.Itoa(from), strconv.Itoa(through))
	}
	c := &Calendar{name: name, zone: zone, asOf: math.MaxInt32}
	return c.over(workday.Over(index, days), c.asOf), nil
}

// special names a day that differs from a week of Monday to Friday.
func special(b *cal.BusinessCalendar, noon time.Time, d civil.Date, works bool, name string) workday.Day {
	day := workday.Day{Date: d, Kind: workday.Rest, Source: name}
	if works {
		day.Kind = workday.Makeup
		return day
	}
	if _, observed, h := b.IsHoliday(noon); observed && h != nil && h.Name != "" {
		day.Kind, day.Name = workday.Statutory, h.Name
	}
	return day
}
