package deadline

import (
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/workday"
)

// Reprojection says what a change of the calendar does to open deadlines.
type Reprojection struct {
	Deadlines int    // how many were computed
	Moves     []Move // those whose answer changed, in the order given
	Settled   int    // those whose date stayed, but is no longer provisional
}

// Move is a deadline whose due date changed.
type Move struct {
	Index    int    // in the list given
	Deadline string // its ID
	Case     string

	// Old and New have a zero Date where there was no answer, for the reason in OldErr or NewErr: a year that was
	// not covered and now is, or the reverse.
	Old, New       Due
	OldErr, NewErr error

	// Earlier says that the new date is before the old one. Somebody may have relied on the old one: which of the two
	// to act on is for the host to decide, openly.
	Earlier bool

	Why []Change // the days that changed between the trigger and the later of the two dates
}

// Change is a day that one calendar works and the other does not, or that only one of them covers.
type Change struct {
	Date    Date // for Covered and Uncovered, the first of the days concerned
	Kind    ChangeKind
	Name    string // of the holiday in the new calendar
	Notices []string
}

// ChangeKind says what became of a day.
type ChangeKind string

// The kinds of changes.
const (
	NowOff    ChangeKind = "off"       // it was a working day
	NowWork   ChangeKind = "work"      // it was a day off
	Covered   ChangeKind = "covered"   // from Date on, days were not covered and now are
	Uncovered ChangeKind = "uncovered" // from Date on, days were covered and now are not
)

// Changes returns the days on which two calendars differ, by date. Days that only one covers are one change for each
// run of them.
func Changes(old, next *Calendar) []Change {
	a1, b1, ok1 := old.index.Covers()
	a2, b2, ok2 := next.index.Covers()
	switch {
	case !ok1 && !ok2:
		return nil
	case !ok1:
		return []Change{next.edge(Covered, a2, b2)}
	case !ok2:
		return []Change{next.edge(Uncovered, a1, b1)}
	}
	var out []Change
	if a1 != a2 {
		out = append(out, next.edge(edgeKind(a2 < a1), min(a1, a2), max(a1, a2)-1))
	}
	for _, d := range differing(old.index, next.index) {
		x, err1 := old.index.IsWorkday(d)
		y, err2 := next.index.IsWorkday(d)
		if err1 != nil || err2 != nil || x == y {
			continue // covered by one alone: an edge
		}
		out = append(out, next.change(old, d, y))
	}
	if b1 != b2 {
		out = append(out, next.edge(edgeKind(b2 > b1), min(b1, b2)+1, max(b1, b2)))
	}
	return out
}

func edgeKind(gained bool) ChangeKind {
	if gained {
		return Covered
	}
	return Uncovered
}

// differing returns the days that at least one of two calendars takes out of the ordinary week, by date. Calendars
// that do not come from notices name every such day as well.
func differing(a, b *workday.Index) []civil.Date {
	var days []civil.Date
	for _, d := range a.Days() {
		days = append(days, d.Date)
	}
	for _, d := range b.Days() {
		days = append(days, d.Date)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

func (c *Calendar) change(old *Calendar, d civil.Date, work bool) Change {
	was, is := old.index.Day(d), c.index.Day(d)
	out := Change{Date: dateOf(d), Kind: NowOff, Name: is.Name}
	if work {
		out.Kind = NowWork
	}
	source := is.Source
	if source == "" { // back to the ordinary week: the notice that says so, or the lack of the one that did
		source = c.sets(d)
	}
	if source == "" {
		source = was.Source
	}
	if source != "" {
		out.Notices = []string{source}
	}
	return out
}

// sets returns the last notice that says anything of a day.
func (c *Calendar) sets(d civil.Date) string {
	for _, n := range slices.Backward(c.index.Notices()) {
		if slices.ContainsFunc(n.Changes, func(ch workday.Change) bool { return ch.Date == d }) {
			return n.ID
		}
	}
	return ""
}

func (c *Calendar) edge(kind ChangeKind, first, last civil.Date) Change {
	out := Change{Date: dateOf(first), Kind: kind}
	from, _, _ := first.Civil()
	through, _, _ := last.Civil()
	for _, n := range c.index.Notices() {
		if kind == Covered && !n.Amends && n.Year >= from && n.Year <= through {
			out.Notices = append(out.Notices, n.ID)
		}
	}
	return out
}

// Text writes the change in lang ("zh", or English).
func (ch Change) Text(lang string) string {
	on := strings.Join(ch.Notices, text(lang, "join"))
	if ch.Name != "" {
		on = holiday(lang, ch.Name) + text(lang, "join") + on
	}
	return text(lang, "change."+string(ch.Kind), ch.Date.String(), on)
}

// Text writes the move in lang ("zh", or English): which deadline, from which date to which, and because of what.
func (m Move) Text(lang string) string {
	key, name := "move.later", m.Deadline
	if m.Earlier {
		key = "move.earlier"
	}
	if m.Case != "" {
		name = m.Case + "/" + m.Deadline
	}
	date := func(d Due) string {
		if d.Date.IsZero() {
			return text(lang, "move.none")
		}
		return d.Date.String()
	}
	parts := []string{text(lang, key, name, date(m.Old), date(m.New))}
	for _, ch := range m.Why {
		parts = append(parts, ch.Text(lang))
	}
	return strings.Join(parts, text(lang, "join"))
}

// Reproject computes open deadlines with the old and with the new calendar and lists each that moved, with its old
// and new date and the days that moved it. It lists a deadline that could not be computed before and now can, too,
// and the reverse. The time it takes grows with the number of deadlines alone: a million take a fraction of a second.
func Reproject(old, next *Calendar, open []Deadline) Reprojection {
	out := Reprojection{Deadlines: len(open)}
	changes := Changes(old, next)
	var was, is Due
	for i := range open {
		d := &open[i]
		err1, err2 := old.due(d, &was), next.due(d, &is)
		if err1 != nil {
			was = Due{}
		}
		if err2 != nil {
			is = Due{}
		}
		if was.Date == is.Date {
			if was.Provisional && !is.Provisional {
				out.Settled++
			}
			continue
		}
		out.Moves = append(out.Moves, Move{
			Index: i, Deadline: d.ID, Case: d.Case, Old: was, New: is, OldErr: err1, NewErr: err2,
			Earlier: !was.Date.IsZero() && !is.Date.IsZero() && is.Date.Before(was.Date),
			Why:     d.between(changes, &was, &is),
		})
	}
	return out
}

// between returns the changes that can have moved a deadline from one date to another: those that it counts up to the
// later of the two dates and of the ends of the count, and for a deadline with only one answer what became covered
// or ceased to be.
func (d *Deadline) between(changes []Change, was, is *Due) []Change {
	day0, to := was.Trigger, was.Date
	for _, end := range []Date{was.Nominal, is.Date, is.Nominal} {
		if end.After(to) {
			to = end
		}
	}
	if day0.IsZero() {
		day0 = is.Trigger
	}
	onlyOne := was.Date.IsZero() || is.Date.IsZero()
	var out []Change
	for _, ch := range changes {
		switch {
		case ch.Kind == Covered || ch.Kind == Uncovered:
			if onlyOne {
				out = append(out, ch)
			}
		case ch.Date.Before(day0) || ch.Date == day0 && d.Period.N > 0 || ch.Date.After(to) || d.suspended(ch.Date):
		default:
			out = append(out, ch)
		}
	}
	return out
}

func (d *Deadline) suspended(date Date) bool {
	return slices.ContainsFunc(d.Suspensions, func(s Suspension) bool {
		return !date.Before(s.From) && (s.To.IsZero() || !date.After(s.To))
	})
}
