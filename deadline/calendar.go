package deadline

import (
	"io/fs"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/workday"
)

// Calendar knows which days are working days, why, and since when that is known. It is immutable and safe for any
// number of goroutines: build it once and share it. Its questions take constant time and allocate nothing.
type Calendar struct {
	name     string
	zone     *time.Location
	offset   int64 // of zone in seconds, where it is fixed
	fixed    bool
	schedule *workday.Schedule
	asOf     civil.Date // math.MaxInt32 for everything published
	index    *workday.Index
	digest   func() string
}

// China returns the calendar of the State Council's yearly notices, in Asia/Shanghai, from 2007 to the last notice
// known at release. A later notice can be loaded as data: see Calendar.WithNotices.
func China() *Calendar { return china() }

// china is built once, since it is immutable and every caller wants the same.
var china = sync.OnceValue(func() *Calendar { return newChina(workday.China()) })

// Load reads a calendar of State Council notices from the data files (*.txt) in the root of fsys and from nothing
// else; the package documentation describes them. A corrupt file is refused whole with a *DataError that names line
// and reason.
func Load(fsys fs.FS) (*Calendar, error) {
	s, err := workday.Load(fsys)
	if err != nil {
		return nil, publicData(err)
	}
	return newChina(s), nil
}

func newChina(s *workday.Schedule) *Calendar {
	c := &Calendar{name: "cn", zone: civil.Zone, fixed: true, asOf: math.MaxInt32}
	_, offset := time.Unix(0, 0).In(civil.Zone).Zone()
	c.offset = int64(offset)
	return c.over(s, c.asOf)
}

// over returns c over another schedule, with what was published by asOf.
func (c *Calendar) over(s *workday.Schedule, asOf civil.Date) *Calendar {
	next := *c
	next.schedule, next.asOf = s, asOf
	next.index = s.Latest()
	if asOf != math.MaxInt32 {
		next.index = s.AsOf(asOf)
	}
	next.digest = sync.OnceValue(next.index.Digest)
	return &next
}

// WithNotices returns the calendar with the notices of one more data file, such as that of a new year or of a
// change to a year already arranged. The name stands in errors. A corrupt file is refused whole with a *DataError.
func (c *Calendar) WithNotices(name string, data []byte) (*Calendar, error) {
	notices, err := workday.Parse(name, data)
	if err != nil {
		return nil, publicData(err)
	}
	s, err := c.schedule.With(notices...)
	if err != nil {
		return nil, publicData(err)
	}
	return c.over(s, c.asOf), nil
}

// Closure is a local order that closes the offices on the working days among From to To, such as for a typhoon or
// an epidemic. It is not in the national notices, so it carries its own citation. For AsOf it counts from Published.
type Closure struct {
	From, To  Date
	Name      string // what closed the offices
	Citation  string // the order
	Published Date
}

// WithClosures returns the calendar with local closures laid over it. Name, citation and the three dates are
// required; a closure without them is an *InputError.
func (c *Calendar) WithClosures(closures ...Closure) (*Calendar, error) {
	over := make([]workday.Closure, len(closures))
	for i, cl := range closures {
		field := "closures[" + strconv.Itoa(i) + "]"
		switch {
		case cl.From.IsZero() || cl.To.IsZero() || cl.Published.IsZero():
			return nil, invalid(field, "closure.dates")
		case cl.To.Before(cl.From):
			return nil, invalid(field, "closure.reversed", cl.From.String(), cl.To.String())
		case cl.Name == "" || cl.Citation == "":
			return nil, invalid(field, "closure.citation")
		}
		over[i] = workday.Closure{
			From: cl.From.civil(), To: cl.To.civil(), Name: cl.Name, Citation: cl.Citation, Published: cl.Published.civil(),
		}
	}
	return c.over(c.schedule.Close(over...), c.asOf), nil
}

// AsOf returns the calendar of what was published by the end of date: notices, amendments and closures that came
// later are not in it. As of a date before the first notice it covers nothing. Building it takes about a
// millisecond: keep it where it is used again.
func (c *Calendar) AsOf(date Date) *Calendar { return c.over(c.schedule, date.civil()) }

// Name returns the name of the calendar: "cn" for China's.
func (c *Calendar) Name() string { return c.name }

// Zone returns the zone in which instants become dates.
func (c *Calendar) Zone() *time.Location { return c.zone }

// KnownAsOf returns the date given to AsOf; ok is false where the calendar holds everything published.
func (c *Calendar) KnownAsOf() (date Date, ok bool) {
	if c.asOf == math.MaxInt32 {
		return Date{}, false
	}
	return dateOf(c.asOf), true
}

// Covers returns the first and the last day that the calendar knows; both are zero where it knows none.
func (c *Calendar) Covers() (first, last Date) {
	a, b, ok := c.index.Covers()
	if !ok {
		return Date{}, Date{}
	}
	return dateOf(a), dateOf(b)
}

// ProvisionalFrom returns the first day that the next notice can still change, 28 December of the last published
// year; it is zero where no notice is expected.
func (c *Calendar) ProvisionalFrom() Date {
	d, ok := c.index.ProvisionalFrom()
	if !ok {
		return Date{}
	}
	return dateOf(d)
}

// Digest identifies the data of the calendar, closures and as-of date included: "sha256:" and 64 hexadecimal digits.
func (c *Calendar) Digest() string { return c.digest() }

// DateOf returns the civil date of an instant in the calendar's zone. A year outside 0001 to 9999 is a
// *CoverageError, since no schedule covers it.
func (c *Calendar) DateOf(t time.Time) (Date, error) {
	if c.fixed {
		const day = 24 * 60 * 60
		if s := t.Unix(); s >= firstSecond && s < lastSecond {
			if s += c.offset; s < 0 {
				s -= day - 1
			}
			return Date{int32(s/day) + epoch}, nil
		}
	}
	d, err := civil.OfTime(t, c.zone)
	if err != nil {
		first, last, _ := c.index.Covers()
		needed := civil.Date(math.MinInt32)
		if t.Year() > 0 {
			needed = math.MaxInt32
		}
		return Date{}, c.uncovered(workday.CoverageError{Year: t.In(c.zone).Year(), Needed: needed, First: first, Last: last})
	}
	return dateOf(d), nil
}

// The seconds between which every fixed zone is within the years of a Date, so that the fast way is exact.
const (
	firstSecond = -62135596800 + 24*60*60
	lastSecond  = 253402300800 - 24*60*60
)

// startOf returns the instant at which a day begins in the calendar's zone. The day after 9999-12-31 has one, too.
func (c *Calendar) startOf(d civil.Date) time.Time {
	if c.fixed {
		return time.Unix(int64(d)*24*60*60-c.offset, 0).In(c.zone)
	}
	return d.In(c.zone)
}

// IsWorkday reports whether d is a working day. A day that is not covered is a *CoverageError.
func (c *Calendar) IsWorkday(d Date) (bool, error) {
	if d.IsZero() {
		return false, invalid("date", "date.missing")
	}
	ok, err := c.index.IsWorkday(d.civil())
	if err != nil {
		return false, c.public(err)
	}
	return ok, nil
}

// AddWorkdays returns the n-th working day after d; d itself is not counted. A negative n counts back. With n = 0
// it is d, or the next working day where d is not one. It is a *CoverageError where d, or a day of the count, is
// not covered.
func (c *Calendar) AddWorkdays(d Date, n int) (Date, error) {
	if d.IsZero() {
		return Date{}, invalid("date", "date.missing")
	}
	to, err := c.index.AddWorkdays(d.civil(), n)
	if err != nil {
		return Date{}, c.public(err)
	}
	return dateOf(to), nil
}

// WorkdaysUntil counts the working days after from, up to and including to. Where to is before from it is negative
// and counts those from to up to but not including from: for a working day b, WorkdaysUntil(a, b) is the n with
// AddWorkdays(a, n) = b. Both dates must be covered.
func (c *Calendar) WorkdaysUntil(from, to Date) (int, error) {
	if from.IsZero() || to.IsZero() {
		return 0, invalid("date", "date.missing")
	}
	n, err := c.index.WorkdaysBetween(from.civil(), to.civil())
	if err != nil {
		return 0, c.public(err)
	}
	return n, nil
}

// Day says of a date whether it is a working day, and why.
type Day struct {
	Date    Date
	Workday bool
	Kind    DayKind
	Name    string // of the holiday or closure; "" for an ordinary day
	Source  string // the notice number or the citation; "" for an ordinary day
}

// DayKind says what makes a day a working day or not.
type DayKind string

// The kinds of days.
const (
	OrdinaryWorkday  DayKind = "workday"   // Monday to Friday
	OrdinaryWeekend  DayKind = "weekend"   // Saturday or Sunday
	StatutoryHoliday DayKind = "statutory" // a holiday that the law names
	AdjustedDayOff   DayKind = "adjusted"  // a weekday off in exchange for a make-up day
	HolidayWeekend   DayKind = "holiday"   // the Saturday or Sunday within a holiday
	ExtendedHoliday  DayKind = "extended"  // a day off that a later order added
	MakeupWorkday    DayKind = "makeup"    // a Saturday or Sunday worked in exchange
	LocalClosure     DayKind = "closed"    // a working day on which a local order closed the offices
	RestDay          DayKind = "rest"      // a day that another country's calendar does not work
)

// Day says why d is or is not a working day. A day that is not covered is a *CoverageError.
func (c *Calendar) Day(d Date) (Day, error) {
	ok, err := c.IsWorkday(d)
	if err != nil {
		return Day{}, err
	}
	day := c.index.Day(d.civil())
	return Day{Date: d, Workday: ok, Kind: dayKind(day), Name: day.Name, Source: day.Source}, nil
}

func dayKind(d workday.Day) DayKind {
	switch d.Kind {
	case workday.Statutory:
		return StatutoryHoliday
	case workday.Adjusted:
		return AdjustedDayOff
	case workday.Weekend:
		return HolidayWeekend
	case workday.Extended:
		return ExtendedHoliday
	case workday.Makeup:
		return MakeupWorkday
	case workday.Closed:
		return LocalClosure
	case workday.Rest:
		return RestDay
	default:
		if d.Off() {
			return OrdinaryWeekend
		}
		return OrdinaryWorkday
	}
}

// Notice is one of the State Council's notices.
type Notice struct {
	ID        string `json:"id"` // its official number
	Year      int    `json:"year"`
	Amends    bool   `json:"amends"` // it changes a year that another notice arranged
	Published Date   `json:"published"`
	Source    string `json:"source,omitempty"`
}

// Notices returns the notices that the calendar rests on, in order of publication.
func (c *Calendar) Notices() []Notice {
	in := c.index.Notices()
	out := make([]Notice, len(in))
	for i, n := range in {
		out[i] = publicNotice(n)
	}
	return out
}

func publicNotice(n workday.Notice) Notice {
	return Notice{ID: n.ID, Year: n.Year, Amends: n.Amends, Published: dateOf(n.Published), Source: n.Source}
}

// String names the calendar and what it covers.
func (c *Calendar) String() string {
	first, last := c.Covers()
	if first.IsZero() {
		return text(message.English, "calendar.empty", c.name)
	}
	return text(message.English, "calendar.covers", c.name, first.String(), last.String())
}
