package deadline_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/deadline"
)

// table is the calendar as two sets of dates, read from the data files line by line: what the oracle counts with,
// a day at a time, with the standard library's dates.
type table struct {
	first, last time.Time
	off, work   map[string]bool
}

func chinaTable(t require.TestingT) table {
	files, err := filepath.Glob("../internal/workday/data/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	c := table{
		first: time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC), last: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC),
		off: map[string]bool{}, work: map[string]bool{},
	}
	for _, f := range files { // by year: an amendment stands behind what it amends, the next year's notice after that
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, line := range strings.Split(string(data), "\n") {
			if fields := strings.Fields(line); len(fields) > 2 && (fields[0] == "off" || fields[0] == "work") {
				c.off[fields[1]], c.work[fields[1]] = fields[0] == "off", fields[0] == "work"
			}
		}
	}
	return c
}

func (c table) covers(d time.Time) bool { return !d.Before(c.first) && !d.After(c.last) }

func (c table) works(d time.Time) bool {
	s := d.Format(time.DateOnly)
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	return c.work[s] || !weekend && !c.off[s]
}

// answer is what the oracle finds: a date, or a code with the year of the first day that it needed to know.
type answer struct {
	date        string
	provisional bool
	code        deadline.Code
	year        int
}

// naive computes a deadline as the design says it, one day after the other.
type naive struct {
	table
	d         *deadline.Deadline
	consulted bool // whether a day of 28 to 31 December 2026 was
}

type stop answer

// excluded reports whether a day is suspended. Overlapping suspensions are one: where the run that the day belongs to
// has no end, nothing can be counted from there.
func (n *naive) excluded(day time.Time) bool {
	for k := day; ; k = k.AddDate(0, 0, 1) {
		s, in := k.Format(time.DateOnly), false
		for _, x := range n.d.Suspensions {
			switch {
			case x.From.String() > s:
			case x.To.IsZero():
				panic(stop{code: deadline.Suspended})
			case s <= x.To.String():
				in = true
			}
		}
		if !in {
			return k != day
		}
	}
}

func (n *naive) counts(day time.Time) bool {
	if n.excluded(day) {
		return false
	}
	n.need(day)
	if day.Year() == 2026 && day.Month() == 12 && day.Day() >= 28 {
		n.consulted = true
	}
	return n.works(day)
}

func (n *naive) need(day time.Time) {
	if !n.covers(day) {
		panic(stop{code: deadline.NotCovered, year: day.Year()})
	}
}

func (n *naive) due() (a answer) {
	defer func() {
		if r := recover(); r != nil {
			s, ok := r.(stop)
			if !ok {
				panic(r)
			}
			a = answer(s)
		}
	}()
	start := n.d.Trigger.At
	for _, r := range n.d.Restarts {
		if !r.At.Before(start) {
			start = r.At
		}
	}
	local := start.In(time.FixedZone("", 8*60*60))
	day0 := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	length := n.d.Period.N
	for _, e := range n.d.Extensions {
		length += e.N
	}
	day := day0
	step := func(i int) { day = day.AddDate(0, 0, i) }
	if n.d.Period.Unit == deadline.WorkingDays {
		n.need(day0)
		if length == 0 {
			step(-1)
			length = 1
		}
		for length > 0 {
			if step(1); n.counts(day) {
				length--
			}
		}
		return answer{date: day.Format(time.DateOnly), provisional: n.consulted}
	}
	if n.d.Period.Unit == deadline.CalendarMonths {
		end := day0.AddDate(0, length, 0)
		if end.Day() != day0.Day() { // AddDate overflows into the next month
			end = end.AddDate(0, 0, -end.Day())
		}
		length = int(end.Sub(day0) / (24 * time.Hour))
	}
	for length > 0 {
		if step(1); !n.excluded(day) {
			length--
		}
	}
	if n.d.Roll != deadline.RollNone {
		n.need(day)
		for !n.counts(day) {
			if n.d.Roll == deadline.RollPreceding {
				step(-1)
			} else {
				step(1)
			}
		}
	}
	if day.Before(day0) {
		return answer{code: deadline.InvalidInput}
	}
	return answer{date: day.Format(time.DateOnly), provisional: n.consulted}
}

func drawInstant(t *rapid.T, label string, from time.Time, days int) time.Time {
	s := rapid.IntRange(0, days*24*60*60).Draw(t, label)
	return from.Add(time.Duration(s) * time.Second)
}

// drawDeadline draws deadlines that are valid but for suspensions without end and triggers outside the schedule.
func drawDeadline(t *rapid.T) deadline.Deadline {
	// Most cases lie near an edge of the schedule, where there is most to go wrong.
	from := rapid.SampledFrom([]string{"2006-11-15T00:00:00Z", "2026-10-01T00:00:00Z", "2019-12-15T00:00:00Z", "2007-01-01T00:00:00Z"}).Draw(t, "from")
	days := 120
	if from == "2007-01-01T00:00:00Z" {
		days = 7300
	}
	d := deadline.Deadline{ID: "d", Case: "c", Trigger: deadline.Trigger{At: drawInstant(t, "trigger", at(from), days)}}
	d.Period = deadline.Period{
		N:    rapid.IntRange(0, 40).Draw(t, "n"),
		Unit: rapid.SampledFrom([]deadline.Unit{deadline.WorkingDays, deadline.CalendarDays, deadline.CalendarMonths}).Draw(t, "unit"),
	}
	if d.Period.Unit == deadline.CalendarMonths {
		d.Period.N /= 4
	}
	d.Roll = rapid.SampledFrom([]deadline.Roll{deadline.RollFollowing, deadline.RollPreceding, deadline.RollNone}).Draw(t, "roll")
	for range rapid.IntRange(0, 4).Draw(t, "suspensions") {
		d.Suspensions = append(d.Suspensions, drawSuspension(t, d.Trigger.At))
	}
	d.Allow = deadline.Allowance{Times: 2}
	for range rapid.IntRange(0, 2).Draw(t, "extensions") {
		d.Extensions = append(d.Extensions, deadline.Extension{N: rapid.IntRange(1, 10).Draw(t, "extended")})
	}
	if rapid.IntRange(0, 3).Draw(t, "restarted") == 0 {
		d.Restarts = []deadline.Restart{{At: drawInstant(t, "restart", d.Trigger.At, 20)}}
	}
	return d
}

func drawSuspension(t *rapid.T, near time.Time) deadline.Suspension {
	from, err := deadline.China().DateOf(drawInstant(t, "from", near.AddDate(0, 0, -10), 60))
	require.NoError(t, err)
	if rapid.IntRange(0, 9).Draw(t, "open") == 0 {
		return deadline.Suspension{From: from}
	}
	to, err := from.AddDays(rapid.IntRange(0, 30).Draw(t, "to"))
	require.NoError(t, err)
	return deadline.Suspension{From: from, To: to}
}

func got(d deadline.Deadline) answer {
	due, err := deadline.China().Due(d)
	if err != nil {
		a := answer{code: deadline.CodeOf(err)}
		var cover *deadline.CoverageError
		if errors.As(err, &cover) {
			a.year = cover.Year
		}
		return a
	}
	return answer{date: due.Date.String(), provisional: due.Provisional}
}

func TestDueAgreesWithCountingDayByDay(t *testing.T) {
	china := chinaTable(t)
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeadline(t)
		n := naive{table: china, d: &d}
		assert.Equal(t, n.due(), got(d), "%+v", d)
	})
}

func TestLawsOfPeriods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeadline(t)
		due, err := deadline.China().Due(d)
		if err != nil {
			t.Skip("nothing to compare")
		}

		shuffled := d
		shuffled.Suspensions = rapid.Permutation(d.Suspensions).Draw(t, "shuffled")
		again, err := deadline.China().Due(shuffled)
		require.NoError(t, err)
		assert.Equal(t, due, again, "the order of suspensions has no meaning")

		longer := d
		longer.Period.N++
		if next, err := deadline.China().Due(longer); err == nil && d.Roll != deadline.RollPreceding {
			assert.False(t, next.Date.Before(due.Date), "a longer period does not end earlier")
		}

		more := d
		more.Suspensions = append(append([]deadline.Suspension{}, d.Suspensions...), drawSuspension(t, d.Trigger.At))
		if next, err := deadline.China().Due(more); err == nil && d.Roll != deadline.RollPreceding {
			assert.False(t, next.Date.Before(due.Date), "a further suspension does not end it earlier")
		}

		plain := d
		plain.Extensions = nil
		plain.Period.N = due.Length
		same, err := deadline.China().Due(plain)
		require.NoError(t, err)
		assert.Equal(t, due.Date, same.Date, "to extend by k is to count on to N + k")

		if len(d.Restarts) == 1 {
			fresh := d
			fresh.Trigger.At, fresh.Restarts = d.Restarts[0].At, nil
			same, err := deadline.China().Due(fresh)
			require.NoError(t, err)
			assert.Equal(t, due, same, "a restart is a new trigger")
		}
	})
}

func TestLedgerAccountsForEveryDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeadline(t)
		l, err := deadline.China().Ledger(d)
		if err != nil {
			t.Skip("nothing to prove")
		}
		due, err := deadline.China().Due(d)
		require.NoError(t, err)
		assert.Equal(t, due, l.Due)

		n, expect := 0, due.Trigger
		for _, e := range l.Entries {
			require.Equal(t, expect, e.Date, "no day is left out")
			expect, _ = expect.AddDays(1)
			if e.Counted {
				n++
				require.Equal(t, n, e.N, "numbers follow each other")
			} else {
				require.Zero(t, e.N)
				require.NotEmpty(t, e.Text("zh"), "a day that does not count has a reason")
			}
			for _, c := range e.Why {
				require.NotContains(t, c.Text("en"), "[", "every reason has a text")
			}
		}
		last := l.Entries[len(l.Entries)-1].Date
		if d.Roll == deadline.RollPreceding && d.Period.Unit != deadline.WorkingDays {
			assert.Equal(t, due.Nominal, last)
		} else {
			assert.Equal(t, due.Date, last)
		}
		if d.Period.Unit != deadline.CalendarMonths {
			assert.Equal(t, due.Length, n, "as many days are counted as the period has")
		}

		again, err := deadline.China().Ledger(d)
		require.NoError(t, err)
		a, err := l.Digest()
		require.NoError(t, err)
		b, err := again.Digest()
		require.NoError(t, err)
		assert.Equal(t, a, b)
	})
}

func TestElapsedAndRemainingAreThePeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeadline(t)
		d.Period.Unit = deadline.WorkingDays
		if d.Period.N == 0 {
			d.Period.N = 1
		}
		now := drawInstant(t, "now", d.Trigger.At, 90)
		p, err := deadline.China().Progress(d, now)
		if err != nil {
			t.Skip("nothing to measure")
		}
		length := d.Period.N
		for _, e := range d.Extensions {
			length += e.N
		}
		assert.Equal(t, length, p.Elapsed+p.Remaining)
		assert.GreaterOrEqual(t, p.Remaining, 0)
		assert.False(t, p.Overdue > 0 && p.Remaining > 0)
		if !p.Suspended {
			today, err := deadline.China().DateOf(now)
			require.NoError(t, err)
			assert.Equal(t, p.Due.Date.Before(today), !now.Before(p.Due.Before), "before is the end of the due date")
			assert.False(t, p.Overdue > 0 && now.Before(p.Due.Before))
		}
	})
}

// FuzzDue: whatever the numbers, Due agrees with counting day by day, or refuses the input with a code.
func FuzzDue(f *testing.F) {
	f.Add(int64(1772413200), 10, uint8(1), uint8(0), 3, 4, 8, 2)
	f.Add(int64(1798700000), 10, uint8(1), uint8(0), -3, 40, 8, -1)
	f.Add(int64(1798700000), 20, uint8(2), uint8(1), 0, 0, 0, 0)
	f.Add(int64(1767000000), 2, uint8(3), uint8(0), 5, 9, 7, 11)
	f.Add(int64(-62167219200), -5, uint8(9), uint8(7), 5, -9, 7, 11)
	f.Add(int64(253402300799), 1<<40, uint8(2), uint8(2), 5, -9, 7, 11)
	china := chinaTable(f)
	f.Fuzz(func(t *testing.T, seconds int64, n int, unit, roll uint8, from1, len1, from2, len2 int) {
		d := deadline.Deadline{
			Period: deadline.Period{N: n, Unit: deadline.Unit(unit)}, Roll: deadline.Roll(roll),
			Trigger: deadline.Trigger{At: time.Unix(seconds, 0)},
		}
		if day0, err := deadline.China().DateOf(d.Trigger.At); err == nil {
			for _, s := range [][2]int{{from1, len1}, {from2, len2}} {
				from, err1 := day0.AddDays(s[0])
				to, err2 := from.AddDays(s[1])
				if err1 != nil || err2 != nil {
					continue
				}
				if s[1] == -1 {
					to = deadline.Date{}
				}
				d.Suspensions = append(d.Suspensions, deadline.Suspension{From: from, To: to})
			}
		}
		a := got(d)
		if a.code != "" {
			require.Contains(t, []deadline.Code{deadline.InvalidInput, deadline.Suspended, deadline.NotCovered}, a.code)
		}
		if a.code == deadline.InvalidInput || n > 2000 || d.Trigger.At.Year() < 1900 || d.Trigger.At.Year() > 2100 {
			return // what the oracle would count for a long time, or does not refuse
		}
		o := naive{table: china, d: &d}
		require.Equal(t, o.due(), a)
	})
}
