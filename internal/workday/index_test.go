package workday_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/workday"
)

// What the date functions of rule files ask.
var (
	_ expr.Calendar = (*workday.Index)(nil)
	_ expr.Calendar = workday.Clock{}
)

func date(t require.TestingT, s string) civil.Date {
	d, err := civil.Parse(s)
	require.NoError(t, err)
	return d
}

// plain is a calendar held as a list of answers, questioned day by day: what the index must agree with.
type plain struct {
	first civil.Date
	works []bool
}

func (p plain) last() civil.Date { return p.first + civil.Date(len(p.works)) - 1 }

// at reports whether d is worked; ok is false where d is not covered.
func (p plain) at(d civil.Date) (works, ok bool) {
	if d < p.first || d > p.last() {
		return false, false
	}
	return p.works[d-p.first], true
}

func inSpans(spans []workday.Span, d civil.Date) bool {
	return slices.ContainsFunc(spans, func(s workday.Span) bool { return s.From <= d && d <= s.To })
}

// add counts one day after the other. The year is that of the first day that it needed and does not know.
func (p plain) add(d civil.Date, n int, spans []workday.Span) (to civil.Date, missing civil.Date, open bool) {
	if _, ok := p.at(d); !ok {
		return 0, d, false
	}
	step, left := civil.Date(1), n
	switch {
	case n < 0:
		step, left = -1, -n
	case n == 0:
		d, left = d-1, 1
	}
	for {
		d += step
		if inSpans(spans, d) {
			if step > 0 && slices.ContainsFunc(spans, func(s workday.Span) bool { return s.To == workday.Forever && s.From <= d }) {
				return 0, 0, true
			}
			continue
		}
		works, ok := p.at(d)
		if !ok {
			return 0, d, false
		}
		if works {
			if left--; left == 0 {
				return d, 0, false
			}
		}
	}
}

func (p plain) between(a, b civil.Date, spans []workday.Span) int {
	n, sign := 0, 1
	if b < a {
		a, b, sign = b-1, a-1, -1
	}
	for d := a + 1; d <= b; d++ {
		if works, _ := p.at(d); works && !inSpans(spans, d) {
			n++
		}
	}
	return sign * n
}

func drawPlain(t *rapid.T) (plain, *workday.Index) {
	p := plain{
		first: civil.Date(rapid.IntRange(-1000, 20000).Draw(t, "first")),
		works: rapid.SliceOfN(rapid.Bool(), 1, 200).Draw(t, "works"),
	}
	return p, workday.FromFunc(p.first, p.last(), func(d civil.Date) bool { w, _ := p.at(d); return w })
}

func drawDate(t *rapid.T, p plain, label string) civil.Date {
	return p.first + civil.Date(rapid.IntRange(-20, len(p.works)+20).Draw(t, label))
}

func drawSpans(t *rapid.T, p plain) []workday.Span {
	n := rapid.IntRange(0, 20).Draw(t, "spans")
	spans := make([]workday.Span, n, n+1) // never nil, so that results compare
	for i := range spans {
		from := drawDate(t, p, "from")
		spans[i] = workday.Span{From: from, To: from + civil.Date(rapid.IntRange(0, 40).Draw(t, "length"))}
	}
	if n > 0 && rapid.IntRange(0, 3).Draw(t, "open") == 0 {
		spans[0].To = workday.Forever
	}
	return spans
}

func TestIndexAgreesWithCountingDayByDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, x := drawPlain(t)
		d, e, n := drawDate(t, p, "d"), drawDate(t, p, "e"), rapid.IntRange(-220, 220).Draw(t, "n")

		works, ok := p.at(d)
		got, err := x.IsWorkday(d)
		assert.Equal(t, works, got)
		assert.Equal(t, ok, err == nil)

		want, missing, _ := p.add(d, n, nil)
		to, err := x.AddWorkdays(d, n)
		assert.Equal(t, want, to)
		sameYear(t, missing, err)

		_, ok2 := p.at(e)
		count, err := x.WorkdaysBetween(d, e)
		if !ok || !ok2 {
			assert.Error(t, err)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, p.between(d, e, nil), count)
	})
}

func TestClockAgreesWithCountingDayByDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, x := drawPlain(t)
		given := drawSpans(t, p)
		clock := x.Without(workday.Merge(slices.Clone(given)))
		d, e, n := drawDate(t, p, "d"), drawDate(t, p, "e"), rapid.IntRange(-220, 220).Draw(t, "n")

		works, _ := p.at(d)
		got, _ := clock.IsWorkday(d)
		assert.Equal(t, works && !inSpans(given, d), got)

		want, missing, open := p.add(d, n, given)
		to, err := clock.AddWorkdays(d, n)
		assert.Equal(t, want, to)
		var stuck *workday.OpenError
		assert.Equal(t, open, errors.As(err, &stuck), "%v", err)
		if !open {
			sameYear(t, missing, err)
		}

		if count, err := clock.WorkdaysBetween(d, e); err == nil {
			assert.Equal(t, p.between(d, e, given), count)
		}
		if back, err := clock.OnOrBefore(d); err == nil {
			counts, _ := clock.IsWorkday(back)
			assert.True(t, counts && back <= d && p.between(back, d, given) == 0, "%v is not the last counting day up to %v", back, d)
		}
	})
}

// sameYear asks that a coverage error names the year of the first day that is missing.
func sameYear(t *rapid.T, missing civil.Date, err error) {
	var cover *workday.CoverageError
	if missing == 0 && err == nil {
		return
	}
	if !errors.As(err, &cover) {
		t.Fatalf("want a coverage error for %v, got %v", missing, err)
	}
	y, _, _ := missing.Civil()
	assert.Equal(t, y, cover.Year)
}

func TestAddWorkdaysAndItsInverse(t *testing.T) {
	x := workday.China().Latest()
	rapid.Check(t, func(t *rapid.T) {
		first, last, _ := x.Covers()
		d := civil.Date(rapid.IntRange(int(first), int(last)).Draw(t, "d"))
		n := rapid.IntRange(-1500, 1500).Filter(func(n int) bool { return n != 0 }).Draw(t, "n")
		to, err := x.AddWorkdays(d, n)
		if err != nil {
			t.Skip("runs out of the schedule")
		}
		count, err := x.WorkdaysBetween(d, to)
		require.NoError(t, err)
		assert.Equal(t, n, count, "the days between are those that were added")
		if works, _ := x.IsWorkday(d); works {
			back, err := x.AddWorkdays(to, -n)
			require.NoError(t, err)
			assert.Equal(t, d, back, "going back leads back")
		}
	})
}

func TestMergeIsOrderFreeAndKeepsTheDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawPlain(t)
		given := drawSpans(t, p)
		merged := workday.Merge(slices.Clone(given))
		shuffled := append([]workday.Span{}, rapid.Permutation(given).Draw(t, "shuffled")...)
		assert.Equal(t, merged, workday.Merge(shuffled))
		assert.Equal(t, merged, workday.Merge(slices.Clone(merged)), "merging again changes nothing")
		for d := p.first - 50; d <= p.last()+100; d++ {
			require.Equal(t, inSpans(given, d), inSpans(merged, d), "%v", d)
		}
		for i := 1; i < len(merged); i++ {
			require.Greater(t, merged[i].From, merged[i-1].To+1, "spans neither overlap nor touch")
		}
	})
}

func TestCalendarWithoutWorkdaysEndsInAnError(t *testing.T) {
	first, last := date(t, "2026-01-01"), date(t, "2026-12-31")
	x := workday.FromFunc(first, last, func(civil.Date) bool { return false })
	for _, n := range []int{-1000, -1, 0, 1, 1000, 1 << 40, -1 << 40} {
		_, err := x.AddWorkdays(date(t, "2026-06-01"), n)
		var cover *workday.CoverageError
		require.ErrorAs(t, err, &cover, "n = %d", n)
	}
}

func TestCoverageErrorNamesTheYear(t *testing.T) {
	x := workday.China().Latest()
	for _, c := range []struct {
		name string
		d    string
		n    int
		year int
	}{
		{"after the last notice", "2026-12-31", 1, 2027},
		{"from within a year without notice", "2027-03-01", 1, 2027},
		{"before the first notice", "2006-12-31", 1, 2006},
		{"back beyond the first notice", "2007-01-04", -1, 2006},
		{"the last year there is", "9999-12-31", 1, 9999},
		{"the first year there is", "0001-01-01", 1, 1},
	} {
		_, err := x.AddWorkdays(date(t, c.d), c.n)
		var cover *workday.CoverageError
		require.ErrorAs(t, err, &cover, c.name)
		assert.Equal(t, c.year, cover.Year, c.name)
	}
	assert.EqualError(t, func() error { _, err := x.IsWorkday(date(t, "2027-02-08")); return err }(),
		"the schedule of 2027 is not covered (known: 2007-01-01 to 2026-12-31): load the notice of that year, or compute again when it is published")
}

func TestIndexOverASuspensionNeedsTheYearInWhichTheCountGoesOn(t *testing.T) {
	x := workday.China().Latest()
	clock := x.Without([]workday.Span{{From: date(t, "2026-12-01"), To: date(t, "2028-02-01")}})
	_, err := clock.AddWorkdays(date(t, "2026-11-27"), 5)
	var cover *workday.CoverageError
	require.ErrorAs(t, err, &cover)
	assert.Equal(t, 2028, cover.Year, "the days of 2027 are suspended: nobody needs to know them")
}

func TestReadingIsSafeForManyGoroutines(t *testing.T) {
	x := workday.China().Latest()
	start := date(t, "2026-01-05")
	done := make(chan civil.Date)
	for range 8 {
		go func() {
			var to civil.Date
			for n := range 200 {
				to, _ = x.AddWorkdays(start, n)
				_ = x.Day(to)
			}
			done <- to
		}()
	}
	want := <-done
	for range 7 {
		assert.Equal(t, want, <-done)
	}
}

func BenchmarkIndex(b *testing.B) {
	x := workday.China().Latest()
	d, err := civil.OfTime(time.Date(2020, 3, 2, 9, 0, 0, 0, time.UTC), civil.Zone)
	require.NoError(b, err)
	b.Run("is-workday", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = x.IsWorkday(d)
		}
	})
	for name, n := range map[string]int{"+10": 10, "+1000": 1000} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = x.AddWorkdays(d, n)
			}
		})
	}
	b.Run("as-of", func(b *testing.B) {
		for b.Loop() {
			_ = workday.China().AsOf(d)
		}
	})
}
