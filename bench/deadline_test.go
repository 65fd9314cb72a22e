package bench

import (
	"testing"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
	"github.com/rickar/cal/v2"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/deadline"
)

var china = deadline.China().Zone()

// bits holds the working days of 2007 to 2026, one bit a day since 1970: the fastest thing that rickar/cal can ask.
type bits []uint64

func dayNumber(t time.Time) int64 { return (t.Unix() + 8*60*60) / (24 * 60 * 60) }

func (b bits) works(t time.Time) bool {
	n := dayNumber(t)
	return n >= 0 && n/64 < int64(len(b)) && b[n/64]>>(n%64)&1 == 1
}

func workdayBits(t testing.TB, c *deadline.Calendar) bits {
	first, last := c.Covers()
	out := make(bits, dayNumber(last.In(china))/64+1)
	for d := first; !d.After(last); {
		ok, err := c.IsWorkday(d)
		require.NoError(t, err)
		if ok {
			n := dayNumber(d.In(china))
			out[n/64] |= 1 << (n % 64)
		}
		d, err = d.AddDays(1)
		require.NoError(t, err)
	}
	return out
}

// rickarBest is rickar/cal in its best form, on the same data: a WorkdayFunc over the bits, and no Holidays.
func rickarBest(t testing.TB, c *deadline.Calendar) *cal.BusinessCalendar {
	b := cal.NewBusinessCalendar()
	b.WorkdayFunc = workdayBits(t, c).works
	return b
}

// lunarWorks asks lunar-go about one day; it has nothing that counts.
func lunarWorks(t time.Time) bool {
	if h := HolidayUtil.GetHoliday(t.Format(time.DateOnly)); h != nil {
		return h.IsWork()
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// count goes on day by day, as a caller of a library must that has no suspensions, or that counts nothing.
func count(t time.Time, n int, works func(time.Time) bool, suspended func(time.Time) bool) time.Time {
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		if !suspended(t) && works(t) {
			n--
		}
	}
	return t
}

func never(time.Time) bool { return false }

// pauses are the two suspensions of the measurement, both ends included.
func pauses(t testing.TB) ([]deadline.Suspension, func(time.Time) bool) {
	var list []deadline.Suspension
	type span struct{ from, to int64 }
	var spans []span
	for _, s := range []string{"2022-03-05..2022-03-09", "2022-03-12..2022-03-16"} {
		x, err := deadline.ParseSuspension(s)
		require.NoError(t, err)
		list = append(list, x)
		spans = append(spans, span{dayNumber(x.From.In(china)), dayNumber(x.To.In(china))})
	}
	return list, func(t time.Time) bool {
		n := dayNumber(t)
		for _, s := range spans {
			if s.from <= n && n <= s.to {
				return true
			}
		}
		return false
	}
}

func start() time.Time { return time.Date(2022, 3, 2, 9, 0, 0, 0, china) }

func banfaAdd(t testing.TB, c *deadline.Calendar, at time.Time, n int) time.Time {
	d, err := c.DateOf(at)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = c.AddWorkdays(d, n); err != nil {
		t.Fatal(err)
	}
	return d.In(china)
}

func TestTheCalendarsThatAreMeasuredAgree(t *testing.T) {
	c := deadline.China()
	rickar := rickarBest(t, c)
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	for at := time.Date(2020, 3, 2, 9, 0, 0, 0, china); at.Year() < 2026; at = at.AddDate(0, 0, 1) {
		d, err := c.DateOf(at)
		require.NoError(t, err)
		ok, err := c.IsWorkday(d)
		require.NoError(t, err)
		require.Equal(t, ok, rickar.IsWorkday(at), at)
		require.Equal(t, ok, lunarWorks(at), at)
		require.Equal(t, day(banfaAdd(t, c, at, 10)), day(rickar.WorkdaysFrom(at, 10)), at)
	}
	require.Equal(t, day(banfaAdd(t, c, start(), 1000)), day(rickar.WorkdaysFrom(start(), 1000)))
	list, suspended := pauses(t)
	due, err := c.Due(deadline.Deadline{
		Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: start()}, Suspensions: list,
	})
	require.NoError(t, err)
	require.Equal(t, due.Date.String(), day(count(start(), 10, rickar.IsWorkday, suspended)))
}

func BenchmarkWorkdays(b *testing.B) {
	c := deadline.China()
	rickar := rickarBest(b, c)
	list, suspended := pauses(b)
	at := start()
	paused := deadline.Deadline{Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: at}, Suspensions: list}
	run := func(name string, f func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f(b)
			}
		})
	}
	run("is-workday/banfa", func(b *testing.B) {
		d, err := c.DateOf(at)
		if err != nil {
			b.Fatal(err)
		}
		if ok, err := c.IsWorkday(d); !ok || err != nil {
			b.Fatal(err)
		}
	})
	run("is-workday/rickar", func(b *testing.B) {
		if !rickar.IsWorkday(at) {
			b.Fatal()
		}
	})
	run("is-workday/lunar-go", func(b *testing.B) {
		if !lunarWorks(at) {
			b.Fatal()
		}
	})
	run("+10/banfa", func(b *testing.B) { banfaAdd(b, c, at, 10) })
	run("+10/rickar", func(*testing.B) { rickar.WorkdaysFrom(at, 10) })
	run("+10/lunar-go", func(*testing.B) { count(at, 10, lunarWorks, never) })
	run("+1000/banfa", func(b *testing.B) { banfaAdd(b, c, at, 1000) })
	run("+1000/rickar", func(*testing.B) { rickar.WorkdaysFrom(at, 1000) })
	run("+1000/lunar-go", func(*testing.B) { count(at, 1000, lunarWorks, never) })
	run("two suspensions/banfa", func(b *testing.B) {
		if _, err := c.Due(paused); err != nil {
			b.Fatal(err)
		}
	})
	run("two suspensions/rickar", func(*testing.B) { count(at, 10, rickar.IsWorkday, suspended) })
}

// BenchmarkReprojection computes open deadlines again when the amendment of Labour Day 2019 is published; the numbers are for each
// deadline. With rickar/cal there is no list of reasons to make, only the two dates to compare.
func BenchmarkReprojection(b *testing.B) {
	dates := make([]deadline.Date, 2)
	for i, s := range []string{"2019-03-21", "2019-03-22"} {
		d, err := deadline.ParseDate(s)
		require.NoError(b, err)
		dates[i] = d
	}
	before, after := deadline.China().AsOf(dates[0]), deadline.China().AsOf(dates[1])
	const n = 100_000
	open := make([]deadline.Deadline, n)
	for i := range open {
		at := time.Date(2019, 1, 2, 9, 0, 0, 0, china).AddDate(0, 0, i%100)
		open[i] = deadline.Deadline{ID: "d", Period: deadline.Workdays(10 + i%20), Trigger: deadline.Trigger{At: at}}
	}
	moved := len(deadline.Reproject(before, after, open).Moves)
	perDeadline := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/deadline")
	}
	b.Run("banfa", func(b *testing.B) {
		for b.Loop() {
			if len(deadline.Reproject(before, after, open).Moves) == 0 {
				b.Fatal()
			}
		}
		perDeadline(b)
	})
	b.Run("rickar", func(b *testing.B) {
		old, next := rickarBest(b, before), rickarBest(b, after)
		b.ResetTimer()
		for b.Loop() {
			moves := 0
			for i := range open {
				d := &open[i]
				if !old.WorkdaysFrom(d.Trigger.At, d.Period.N).Equal(next.WorkdaysFrom(d.Trigger.At, d.Period.N)) {
					moves++
				}
			}
			if moves != moved {
				b.Fatal(moves, moved)
			}
		}
		perDeadline(b)
	})
}
