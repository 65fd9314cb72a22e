package workday

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
)

// Kind says why a day differs from the ordinary week, in which Monday to Friday are worked.
type Kind uint8

// The kinds of days.
const (
	Ordinary  Kind = iota // the ordinary week
	Statutory             // a holiday that the law names
	Adjusted              // a weekday off in exchange for a make-up day
	Weekend               // the Saturday or Sunday within a holiday
	Extended              // a day off that a later order added
	Makeup                // a weekend day worked in exchange
	Closed                // a working day on which a local order closed the offices
	Rest                  // a day that another calendar does not work, without giving a reason
)

// off reports whether a day of this kind is off; an ordinary day is off by its weekday.
func (k Kind) off(d civil.Date) bool {
	switch k {
	case Ordinary:
		return isWeekend(d)
	case Makeup:
		return false
	default:
		return true
	}
}

func isWeekend(d civil.Date) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Day is a day and why it is what it is.
type Day struct {
	Date   civil.Date
	Kind   Kind
	Name   string // of the holiday, or of what closed the offices; empty for an ordinary day
	Source string // the number of the notice, or the citation of the closure; empty for an ordinary day
}

// Off reports whether the day is not a working day.
func (d Day) Off() bool { return d.Kind.off(d.Date) }

// Notice is one official act that sets days off and make-up days.
type Notice struct {
	ID        string     // its official number
	Year      int        // the year that it arranges
	Amends    bool       // it changes a year that another notice arranged
	Signed    civil.Date // 0 where it is not recorded
	Published civil.Date
	Source    string // where it was published; may be empty
	Changes   []Change
	Balances  []Balance

	file string
	line int
}

// Change is what a notice says of one day.
type Change struct {
	Date civil.Date
	Kind Kind
	Name string
}

// Balance is the number of weekdays off less make-up days in a year, as known once the notice is out.
type Balance struct{ Year, Days int }

// Closure is a local order that closes the offices on the working days among From to To. It says on what it rests.
type Closure struct {
	From, To  civil.Date
	Name      string
	Citation  string
	Published civil.Date
}

// MaxNotices bounds a schedule.
const MaxNotices = 1000

// yearEnd is the number of days at the end of the last published year that the next notice has changed in the past
// and can change again: 28 to 31 December.
const yearEnd = 4

// Schedule is what was published, and when. It is immutable.
type Schedule struct {
	base     *Index    // what the notices and closures change: nil for the ordinary week
	notices  []Notice  // by publication
	closures []Closure // by publication
	latest   *Index
}

// NewSchedule puts notices together and checks that they agree: a *DataError names the one that does not.
func NewSchedule(notices []Notice) (*Schedule, error) {
	s := &Schedule{notices: slices.Clone(notices)}
	slices.SortStableFunc(s.notices, func(a, b Notice) int {
		return cmp.Or(cmp.Compare(a.Published, b.Published), cmp.Compare(a.ID, b.ID))
	})
	if err := s.check(); err != nil {
		return nil, err
	}
	s.latest = s.AsOf(math.MaxInt32)
	return s, nil
}

// Over returns the schedule of a calendar that does not come from notices. The days say, by date, which of its
// days differ from the ordinary week, and why; nothing in it was ever unpublished.
func Over(base *Index, days []Day) *Schedule {
	x := *base
	x.days = days
	s := &Schedule{base: &x}
	s.latest = s.AsOf(math.MaxInt32)
	return s
}

// With returns the schedule with further notices; a schedule over another calendar takes none.
func (s *Schedule) With(notices ...Notice) (*Schedule, error) {
	if s.base != nil {
		return nil, &DataError{Key: "data.other"}
	}
	next, err := NewSchedule(append(slices.Clone(s.notices), notices...))
	if err != nil {
		return nil, err
	}
	return next.Close(s.closures...), nil
}

// Close returns the schedule with further local closures.
func (s *Schedule) Close(closures ...Closure) *Schedule {
	next := &Schedule{base: s.base, notices: s.notices, closures: append(slices.Clone(s.closures), closures...)}
	slices.SortStableFunc(next.closures, func(a, b Closure) int {
		return cmp.Or(cmp.Compare(a.Published, b.Published), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To),
			cmp.Compare(a.Citation, b.Citation), cmp.Compare(a.Name, b.Name))
	})
	next.latest = next.AsOf(math.MaxInt32)
	return next
}

// Latest returns the index of everything published.
func (s *Schedule) Latest() *Index { return s.latest }

// AsOf returns the index of what was published by the end of date.
func (s *Schedule) AsOf(date civil.Date) *Index {
	notices := s.notices[:publishedBy(s.notices, date, func(n Notice) civil.Date { return n.Published })]
	closures := s.closures[:publishedBy(s.closures, date, func(c Closure) civil.Date { return c.Published })]
	days := make(map[civil.Date]Day)
	for _, n := range notices {
		n.apply(days)
	}
	first, last := s.covers(notices)
	if s.base != nil {
		for _, d := range s.base.days {
			days[d.Date] = d
		}
	}
	for _, c := range closures {
		for d := max(c.From, first); d <= min(c.To, last); d++ {
			if !dayOf(days, d).Off() {
				days[d] = Day{Date: d, Kind: Closed, Name: c.Name, Source: c.Citation}
			}
		}
	}
	x := FromFunc(first, last, func(d civil.Date) bool { return !dayOf(days, d).Off() })
	if x.last >= x.first && s.base == nil {
		x.provisional = x.last + 1 - yearEnd
	}
	for _, d := range days {
		if d.Date >= first && d.Date <= last && d.Kind != Ordinary {
			x.days = append(x.days, d)
		}
	}
	slices.SortFunc(x.days, func(a, b Day) int { return cmp.Compare(a.Date, b.Date) })
	x.notices, x.closed = notices, closures
	return x
}

func (s *Schedule) covers(notices []Notice) (first, last civil.Date) {
	if s.base != nil {
		return s.base.first, s.base.last
	}
	from, through := arranged(notices)
	if through < from {
		return 0, -1
	}
	first, _ = civil.Of(from, 1, 1) // the years are those of checked notices: the dates exist
	last, _ = civil.Of(through, 12, 31)
	return first, last
}

func publishedBy[T any](acts []T, date civil.Date, published func(T) civil.Date) int {
	n, _ := slices.BinarySearchFunc(acts, date, func(a T, d civil.Date) int {
		if published(a) <= d {
			return -1
		}
		return 1
	})
	return n
}

// arranged returns the years that notices arrange, without a gap; through is before from where there is none.
func arranged(notices []Notice) (from, through int) {
	var years []int
	for _, n := range notices {
		if !n.Amends {
			years = append(years, n.Year)
		}
	}
	if len(years) == 0 {
		return 0, -1
	}
	slices.Sort(years)
	from, through = years[0], years[0]
	for _, y := range years[1:] {
		if y != through+1 {
			break
		}
		through = y
	}
	return from, through
}

func dayOf(days map[civil.Date]Day, d civil.Date) Day {
	if day, ok := days[d]; ok {
		return day
	}
	return Day{Date: d}
}

func (n *Notice) apply(days map[civil.Date]Day) {
	for _, c := range n.Changes {
		days[c.Date] = Day{Date: c.Date, Kind: c.Kind, Name: c.Name, Source: n.ID}
	}
}

// check walks the notices in the order in which they came out and refuses what cannot be.
func (s *Schedule) check() error {
	if len(s.notices) > MaxNotices {
		return &DataError{Key: "data.notices", Args: []string{strconv.Itoa(len(s.notices)), strconv.Itoa(MaxNotices)}}
	}
	ids := make(map[string]bool)
	years := make(map[int]string)
	days := make(map[civil.Date]Day)
	today := make(map[civil.Date]string) // what notices published on the same day have arranged
	for i := range s.notices {
		n := &s.notices[i]
		if ids[n.ID] {
			return n.wrong("data.notice-twice", n.ID)
		}
		ids[n.ID] = true
		by, known := years[n.Year]
		switch {
		case n.Amends && !known:
			return n.wrong("data.amends", n.ID, yearText(n.Year))
		case !n.Amends && known:
			return n.wrong("data.year-twice", yearText(n.Year), by)
		case !n.Amends:
			years[n.Year] = n.ID
		}
		if i > 0 && s.notices[i-1].Published != n.Published {
			clear(today)
		}
		for _, c := range n.Changes { // which of two notices of one day holds could not be told
			if other, ok := today[c.Date]; ok {
				return n.wrong("data.conflict", other, n.ID, c.Date.String())
			}
			today[c.Date] = n.ID
		}
		n.apply(days)
		if err := n.balanced(days, years); err != nil {
			return err
		}
	}
	return s.gapless(years)
}

func (n *Notice) balanced(days map[civil.Date]Day, years map[int]string) error {
	for _, b := range n.Balances {
		if _, known := years[b.Year]; !known {
			continue // the year before the first one covered
		}
		if got := BalanceOf(days, b.Year); got != b.Days {
			return n.wrong("data.unbalanced", yearText(b.Year), strconv.Itoa(got), strconv.Itoa(b.Days))
		}
	}
	return nil
}

// BalanceOf returns the number of weekdays off less make-up days of a year.
func BalanceOf(days map[civil.Date]Day, year int) int {
	n := 0
	for d, day := range days {
		y, _, _ := d.Civil()
		switch {
		case y != year:
		case day.Off() && !isWeekend(d):
			n++
		case !day.Off() && isWeekend(d):
			n--
		}
	}
	return n
}

func (s *Schedule) gapless(years map[int]string) error {
	from, through := arranged(s.notices)
	if through-from+1 == len(years) || len(years) == 0 {
		return nil
	}
	for i := range s.notices {
		if n := &s.notices[i]; !n.Amends && n.Year > through {
			return n.wrong("data.gap", yearText(n.Year), yearText(through+1))
		}
	}
	return nil
}

func (n *Notice) wrong(key string, args ...string) error {
	return &DataError{File: n.file, Line: n.line, Key: key, Args: args}
}
