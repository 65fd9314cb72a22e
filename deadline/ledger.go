package deadline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/workday"
)

// MaxLedger bounds a ledger, in days. Due has no such limit.
const MaxLedger = 40_000

// Ledger proves a due date: every day from the trigger to the due date with its number, or why it does not count.
// After a restart it begins with the day of the restart. Where the due date was rolled back, it goes on to the day
// on which the count ends.
type Ledger struct {
	Due     Due
	Period  Period // as declared; Due.Length has the extensions
	Entries []Entry
	Notices []Notice // those on which the days of the ledger rest, in order of publication

	Calendar       string // its name
	CalendarDigest string
	AsOf           Date // the date given to Calendar.AsOf; zero where everything published was used
}

// Entry is one day of a ledger.
type Entry struct {
	Date    Date
	Counted bool
	N       int     // the number of the day in the period, from 1; 0 where it is not counted
	Why     []Cause // why it does not count, or what is special about it; empty for an ordinary counted day
}

// Reason names a cause.
type Reason string

// The reasons.
const (
	ByTrigger    Reason = "trigger"    // day 0; Name is the event, Source its basis
	ByRestart    Reason = "restart"    // day 0 after a restart; Name is its reason, Source its basis
	ByWeekend    Reason = "weekend"    // an ordinary Saturday or Sunday
	ByHoliday    Reason = "holiday"    // Name is the holiday, Source the notice
	ByMakeup     Reason = "makeup"     // a weekend day worked; Name is the holiday, Source the notice
	ByClosure    Reason = "closed"     // a local closure; Source is its citation
	ByRest       Reason = "rest"       // a day that another country's calendar does not work; Source is its name
	ByZero       Reason = "zero"       // the due date of a period of no days
	BySuspension Reason = "suspended"  // Name is the reason of the suspension, Source its basis
	ByExtension  Reason = "extended"   // a day beyond the period as declared; Source is the basis of the extension
	ByNominalEnd Reason = "nominal"    // the count ends here, on a day off; Name is the due date
	ByRollDue    Reason = "due"        // the due date after rolling
	ByRollPassed Reason = "after-roll" // beyond the due date of a deadline that was rolled back
)

// Cause is a reason with what it rests on.
type Cause struct {
	Reason   Reason `json:"reason"`
	Name     string `json:"name,omitempty"`
	Source   string `json:"source,omitempty"`
	Approver string `json:"approver,omitempty"`
}

// Ledger computes when a period ends, and the proof. The errors are those of Due; a ledger of more than MaxLedger
// days is an *InputError.
func (c *Calendar) Ledger(d Deadline) (*Ledger, error) {
	r, err := c.ready(&d, nil)
	if err != nil {
		return nil, err
	}
	l := &Ledger{Period: d.Period, Calendar: c.name, CalendarDigest: c.Digest()}
	l.AsOf, _ = c.KnownAsOf()
	if err := c.due(&d, &l.Due); err != nil {
		return nil, err
	}
	end := max(l.Due.Date.civil(), l.Due.Nominal.civil())
	if days := int(end-r.day0) + 1; days > MaxLedger {
		return nil, invalid("period", "ledger.long", strconv.Itoa(days), strconv.Itoa(MaxLedger))
	}
	w := writer{calendar: c, deadline: &d, run: &r, due: &l.Due, sources: map[string]bool{}, years: map[int]bool{}}
	for day := r.day0; day <= end; day++ {
		l.Entries = append(l.Entries, w.entry(day))
	}
	for _, n := range c.index.Notices() {
		if w.sources[n.ID] || !n.Amends && w.years[n.Year] {
			l.Notices = append(l.Notices, publicNotice(n))
		}
	}
	return l, nil
}

// writer writes the entries of a ledger in order of date and notes which notices they rest on.
type writer struct {
	calendar *Calendar
	deadline *Deadline
	run      *run
	due      *Due
	n        int // counted so far
	sources  map[string]bool
	years    map[int]bool
}

func (w *writer) entry(day civil.Date) Entry {
	if w.deadline.Period.Unit == WorkingDays {
		return w.workingDay(day)
	}
	return w.calendarDay(day)
}

// workingDay writes a day of a period in working days. With N = 0 nothing is counted: the period ends with the first
// day from the trigger on that could be.
func (w *writer) workingDay(day civil.Date) Entry {
	e := Entry{Date: dateOf(day)}
	if day == w.run.day0 {
		w.consult(day)
		e.Why = append(e.Why, w.start())
		if w.due.Length > 0 {
			return e
		}
	}
	if s := w.suspension(day); s != nil {
		e.Why = append(e.Why, Cause{Reason: BySuspension, Name: s.Reason, Source: s.Basis})
		return e
	}
	e.Why = append(e.Why, w.onWhat(day)...)
	// An uncovered day cannot be here: the due date was computed over it.
	ok, err := w.calendar.index.IsWorkday(day)
	switch {
	case err != nil || !ok:
	case w.due.Length == 0:
		e.Why = append(e.Why, Cause{Reason: ByZero})
	default:
		w.count(&e)
	}
	return e
}

// calendarDay writes a day of a period in calendar days or months, where every day counts up to the nominal end and
// the calendar matters only to the days that rolling looked at.
func (w *writer) calendarDay(day civil.Date) Entry {
	e := Entry{Date: dateOf(day)}
	nominal, due := w.due.Nominal.civil(), w.due.Date.civil()
	if s := w.suspension(day); day == w.run.day0 {
		e.Why = append(e.Why, w.start())
	} else if s != nil {
		e.Why = append(e.Why, Cause{Reason: BySuspension, Name: s.Reason, Source: s.Basis})
	} else if day <= nominal {
		w.count(&e)
	}
	if w.deadline.Roll == RollNone || day < min(nominal, due) {
		return e
	}
	e.Why = append(e.Why, w.onWhat(day)...)
	switch {
	case nominal == due:
	case day == nominal:
		e.Why = append(e.Why, Cause{Reason: ByNominalEnd, Name: w.due.Date.String()})
	case day == due:
		e.Why = append(e.Why, Cause{Reason: ByRollDue})
	case day > due:
		e.Why = append(e.Why, Cause{Reason: ByRollPassed})
	}
	return e
}

// count numbers a counted day and says whether it belongs to an extension. Months are not numbered in days against
// their length, so their extension is not marked day by day.
func (w *writer) count(e *Entry) {
	w.n++
	e.Counted, e.N = true, w.n
	if w.deadline.Period.Unit == CalendarMonths {
		return
	}
	beyond := w.n - w.deadline.Period.N
	for _, x := range w.deadline.Extensions {
		if beyond <= 0 {
			return
		}
		if beyond <= x.N {
			e.Why = append(e.Why, Cause{Reason: ByExtension, Name: x.Reason, Source: x.Basis, Approver: x.Approver})
			return
		}
		beyond -= x.N
	}
}

func (w *writer) start() Cause {
	if w.run.again >= 0 {
		r := &w.deadline.Restarts[w.run.again]
		return Cause{Reason: ByRestart, Name: r.Reason, Source: r.Basis}
	}
	return Cause{Reason: ByTrigger, Name: w.deadline.Trigger.Event, Source: w.deadline.Trigger.Basis}
}

// suspension returns the suspension that a day falls in: of several, the one that began first.
func (w *writer) suspension(day civil.Date) *Suspension {
	var found *Suspension
	for i := range w.deadline.Suspensions {
		s := &w.deadline.Suspensions[i]
		in := s.From.civil() <= day && (s.To.IsZero() || day <= s.To.civil())
		if in && (found == nil || s.From.Before(found.From)) {
			found = s
		}
	}
	return found
}

// onWhat says what the calendar has of a day, nothing for an ordinary working day.
func (w *writer) onWhat(day civil.Date) []Cause {
	w.consult(day)
	d := w.calendar.index.Day(day)
	switch dayKind(d) {
	case OrdinaryWorkday:
		return nil
	case OrdinaryWeekend:
		return []Cause{{Reason: ByWeekend}}
	case MakeupWorkday:
		return []Cause{{Reason: ByMakeup, Name: d.Name, Source: d.Source}}
	case LocalClosure:
		return []Cause{{Reason: ByClosure, Name: d.Name, Source: d.Source}}
	case RestDay:
		return []Cause{{Reason: ByRest, Source: d.Source}}
	default:
		return []Cause{{Reason: ByHoliday, Name: d.Name, Source: d.Source}}
	}
}

// consult notes that the answer rests on what the calendar has of a day.
func (w *writer) consult(day civil.Date) {
	y, _, _ := day.Civil()
	w.years[y] = true
	if d := w.calendar.index.Day(day); d.Kind != workday.Closed && d.Source != "" {
		w.sources[d.Source] = true
	}
}

// JSON returns the ledger as {"deadline", "basis", "due", "before", "provisional", "ledger": [{"date", "counted",
// "n", "why"}], "notices": [numbers]} on one line, with why in lang ("zh", or English). The n of a day that is not
// counted is 0, the why of an ordinary counted day "".
func (l *Ledger) JSON(lang string) ([]byte, error) {
	type day struct {
		Date    Date   `json:"date"`
		Counted bool   `json:"counted"`
		N       int    `json:"n"`
		Why     string `json:"why"`
	}
	out := struct {
		Due
		Ledger  []day    `json:"ledger"`
		Notices []string `json:"notices"`
	}{Due: l.Due, Ledger: make([]day, len(l.Entries)), Notices: make([]string, len(l.Notices))}
	for i, e := range l.Entries {
		out.Ledger[i] = day{e.Date, e.Counted, e.N, e.Text(lang)}
	}
	for i, n := range l.Notices {
		out.Notices[i] = n.ID
	}
	return marshal(out)
}

// MarshalJSON is JSON in Chinese.
func (l *Ledger) MarshalJSON() ([]byte, error) { return l.JSON(message.Chinese) }

// Digest identifies what the ledger says, whatever the language: "sha256:" and 64 hexadecimal digits.
func (l *Ledger) Digest() (string, error) {
	type day struct {
		Date    Date    `json:"date"`
		Counted bool    `json:"counted"`
		N       int     `json:"n"`
		Why     []Cause `json:"why"`
	}
	days := make([]day, len(l.Entries))
	for i, e := range l.Entries {
		days[i] = day(e)
	}
	data, err := marshal(struct {
		Due
		Case     string   `json:"case"`
		Trigger  Date     `json:"trigger"`
		Period   [2]int   `json:"period"`
		Length   int      `json:"length"`
		Calendar string   `json:"calendar"`
		Digest   string   `json:"digest"`
		AsOf     Date     `json:"asOf"`
		Days     []day    `json:"days"`
		Notices  []Notice `json:"notices"`
	}{
		l.Due, l.Due.Case, l.Due.Trigger,
		[2]int{l.Period.N, int(l.Period.Unit)},
		l.Due.Length,
		l.Calendar, l.CalendarDigest, l.AsOf, days, l.Notices,
	})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the text is for readers, not for a web page
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
