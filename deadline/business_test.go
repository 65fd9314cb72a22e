package deadline_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/deadline"
)

// rickar is China's calendar in rickar/cal's fastest form: a WorkdayFunc over a map and no holidays.
func rickar(t require.TestingT) *cal.BusinessCalendar {
	china := chinaTable(t)
	works := make(map[int64]bool)
	for d := china.first; !d.After(china.last); d = d.AddDate(0, 0, 1) {
		if china.works(d) {
			works[d.Unix()/86400] = true
		}
	}
	b := cal.NewBusinessCalendar()
	b.WorkdayFunc = func(d time.Time) bool {
		y, m, dd := d.Date()
		return works[time.Date(y, m, dd, 0, 0, 0, 0, time.UTC).Unix()/86400]
	}
	return b
}

// rickarIdiomatic is the same in the form that rickar/cal's own countries have: one Holiday for each day off.
func rickarIdiomatic(t require.TestingT) *cal.BusinessCalendar {
	china := chinaTable(t)
	b := cal.NewBusinessCalendar()
	for s, off := range china.off {
		d, err := time.Parse(time.DateOnly, s)
		require.NoError(t, err)
		if off {
			b.AddHoliday(&cal.Holiday{Name: s, Month: d.Month(), Day: d.Day(), StartYear: d.Year(), EndYear: d.Year(), Func: cal.CalcDayOfMonth})
		}
	}
	b.WorkdayFunc = func(d time.Time) bool {
		return china.work[d.Format(time.DateOnly)] || d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	}
	return b
}

func dateOf(t require.TestingT, at time.Time) deadline.Date {
	d, err := deadline.NewDate(at.Date())
	require.NoError(t, err)
	return d
}

// Every working day from 2013 to 2026, with every length from 0 to 250: more than 800,000 results.
func TestAddWorkdaysAgreesWithRickarOnEveryWorkingDay(t *testing.T) {
	b, china := rickar(t), deadline.China()
	first, last := time.Date(2013, 1, 1, 9, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 9, 0, 0, 0, time.UTC)
	// Counting on from the result of n - 1 is what WorkdaysFrom(start, n) does, without doing it 250 times over.
	next := make(map[time.Time]time.Time)
	var days []time.Time
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		if b.IsWorkday(d) {
			if k := len(days); k > 0 {
				require.Equal(t, d, b.WorkdaysFrom(days[k-1], 1))
				next[days[k-1]] = d
			}
			days = append(days, d)
		}
	}
	require.Greater(t, len(days), 3400)
	results := 0
	for i, start := range days {
		from, to := dateOf(t, start), start
		for n := 0; n <= 250; n++ {
			got, err := china.AddWorkdays(from, n)
			if to.IsZero() {
				require.ErrorIs(t, err, deadline.ErrNotCovered, "%v + %d", from, n)
				continue
			}
			require.NoError(t, err)
			if got != dateOf(t, to) {
				t.Fatalf("%v + %d: rickar %v, ours %v", from, n, to, got)
			}
			if i%50 == 0 && n%25 == 0 {
				require.Equal(t, to, b.WorkdaysFrom(start, n))
			}
			results++
			to = next[to]
		}
	}
	assert.Greater(t, results, 800_000)
}

func TestIsWorkdayAgreesWithRickarInItsIdiomaticForm(t *testing.T) {
	b := rickarIdiomatic(t)
	for d := time.Date(2013, 1, 1, 12, 0, 0, 0, time.UTC); d.Year() < 2027; d = d.AddDate(0, 0, 1) {
		works, err := deadline.China().IsWorkday(dateOf(t, d))
		require.NoError(t, err)
		require.Equal(t, b.IsWorkday(d), works, "%v", d)
	}
}

func TestAsBusinessCalendar(t *testing.T) {
	b := deadline.China().AsBusinessCalendar()
	assert.Equal(t, "cn", b.Name)
	t.Run("a UTC instant is judged on its date in China", func(t *testing.T) {
		assert.True(t, b.IsWorkday(at("2025-09-30T15:59:00Z")))
		assert.False(t, b.IsWorkday(at("2025-09-30T16:30:00Z")), "00:30 on 1 October")
	})
	t.Run("make-up days are worked", func(t *testing.T) {
		assert.True(t, b.IsWorkday(at("2026-09-20T09:00:00+08:00")))
		assert.Equal(t, 18, b.WorkdaysInMonth(2026, time.October))
	})
	t.Run("counts agree with ours", func(t *testing.T) {
		start := at("2020-01-20T09:00:00+08:00")
		for n := -100; n <= 100; n++ {
			want, err := deadline.China().AddWorkdays(day("2020-01-20"), n)
			require.NoError(t, err)
			require.Equal(t, want.String(), b.WorkdaysFrom(start, n).Format(time.DateOnly), "%d", n)
		}
	})
	t.Run("a count beyond the schedule ends, on a date that cannot be mistaken", func(t *testing.T) {
		assert.Equal(t, 10_000, b.WorkdaysFrom(at("2026-12-30T09:00:00+08:00"), 10).Year())
		assert.Less(t, b.WorkdaysFrom(at("2007-01-05T09:00:00+08:00"), -10).Year(), 1)
	})
}

func TestOurCalendarComesBackThroughRickar(t *testing.T) {
	china := deadline.China()
	back, err := deadline.FromBusinessCalendar(china.AsBusinessCalendar(), china.Zone(), 2007, 2026)
	require.NoError(t, err)
	for d := day("2007-01-01"); ; {
		want, err := china.IsWorkday(d)
		require.NoError(t, err)
		got, err := back.IsWorkday(d)
		require.NoError(t, err)
		require.Equal(t, want, got, "%v", d)
		if d == day("2026-12-31") {
			break
		}
		d, err = d.AddDays(1)
		require.NoError(t, err)
	}
	assert.True(t, back.ProvisionalFrom().IsZero(), "only China's notices come late")
	_, err = back.WithNotices("2027.txt", []byte("banfa-calendar 1 cn\nend 0\n"))
	assert.EqualError(t, err, "deadline: this calendar does not come from notices and takes none")
}

func TestAnotherCountry(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Skip("no zone database on this machine: " + err.Error())
	}
	b := cal.NewBusinessCalendar()
	b.Name = "gb"
	b.AddHoliday(gb.Holidays...)
	c, err := deadline.FromBusinessCalendar(b, london, 2020, 2026)
	require.NoError(t, err)
	l, err := c.Ledger(deadline.Deadline{ID: "foi", Period: deadline.Workdays(4), Trigger: deadline.Trigger{At: at("2026-03-31T23:30:00Z")}})
	require.NoError(t, err)
	assert.Equal(t, "2026-04-09", l.Due.Date.String(), "23:30 in UTC is past midnight in London's summer: day 0 is 1 April")
	assert.Equal(t, "2026-04-09T23:00:00Z", l.Due.Before.UTC().Format(time.RFC3339))
	assert.Equal(t, "Good Friday (gb)", l.Entries[2].Text("en"))
	assert.Empty(t, l.Notices)

	closed, err := c.WithClosures(deadline.Closure{From: day("2026-04-02"), To: day("2026-04-02"), Name: "flood", Citation: "order 1", Published: day("2026-04-01")})
	require.NoError(t, err)
	works, err := closed.IsWorkday(day("2026-04-02"))
	require.NoError(t, err)
	assert.False(t, works)
	works, err = closed.AsOf(day("2026-03-31")).IsWorkday(day("2026-04-02"))
	require.NoError(t, err)
	assert.True(t, works)
	assert.NotEqual(t, c.Digest(), closed.Digest())
}

// A week from Sunday to Thursday is no exception to anything: it is that calendar's week.
func TestACalendarWithAnotherWeek(t *testing.T) {
	b := cal.NewBusinessCalendar()
	b.Name = "sunday-to-thursday"
	b.SetWorkday(time.Friday, false)
	b.SetWorkday(time.Sunday, true)
	c, err := deadline.FromBusinessCalendar(b, time.UTC, 2026, 2026)
	require.NoError(t, err)
	l, err := c.Ledger(deadline.Deadline{Period: deadline.Workdays(1), Trigger: deadline.Trigger{At: at("2026-03-05T09:00:00Z")}})
	require.NoError(t, err)
	require.Len(t, l.Entries, 4)
	assert.Equal(t, "sunday-to-thursday 的休息日", l.Entries[1].Text("zh"))
	assert.Equal(t, "weekend", l.Entries[2].Text("en"))
	assert.Equal(t, "a working day of sunday-to-thursday", l.Entries[3].Text("en"))
}

func TestBusinessCalendarsThatCannotBeUsed(t *testing.T) {
	idle := &cal.BusinessCalendar{}
	busy := cal.NewBusinessCalendar()
	for _, c := range []struct {
		name          string
		b             *cal.BusinessCalendar
		zone          *time.Location
		from, through int
		want          string
	}{
		{"none", nil, time.UTC, 2020, 2026, "deadline: calendar: there is no calendar"},
		{"no zone", busy, nil, 2020, 2026, "deadline: zone: the zone is missing"},
		{"reversed years", busy, time.UTC, 2026, 2020, "deadline: years: the years 2026 to 2020 will not do: in order, between 1 and 9999, and at most 400 of them"},
		{"too many years", busy, time.UTC, 1, 9999, "deadline: years: the years 1 to 9999 will not do: in order, between 1 and 9999, and at most 400 of them"},
		{"year 0", busy, time.UTC, 0, 10, "deadline: years: the years 0 to 10 will not do: in order, between 1 and 9999, and at most 400 of them"},
		{"years that overflow", busy, time.UTC, 1, math.MaxInt, "deadline: years: the years 1 to " + strconv.Itoa(math.MaxInt) + " will not do: in order, between 1 and 9999, and at most 400 of them"},
		{"no working day", idle, time.UTC, 2020, 2026, "deadline: calendar: not one day from 2020 to 2026 is a working day; check the calendar"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := deadline.FromBusinessCalendar(c.b, c.zone, c.from, c.through)
			assert.EqualError(t, err, c.want)
			assert.Equal(t, deadline.InvalidInput, deadline.CodeOf(err))
		})
	}
}

// A closure of everything leaves no working day: counts end in an error, they do not loop.
func TestACalendarWithoutWorkdaysNeverLoops(t *testing.T) {
	c, err := deadline.China().WithClosures(deadline.Closure{
		From: day("0001-01-01"), To: day("9999-12-31"), Name: "everything", Citation: "order 1", Published: day("2006-01-01"),
	})
	require.NoError(t, err)
	for _, n := range []int{-10, -1, 0, 1, 10, 1 << 40} {
		_, err := c.AddWorkdays(day("2026-03-02"), n)
		assert.ErrorIs(t, err, deadline.ErrNotCovered, "%d", n)
	}
	_, err = c.Due(received("2026-03-02T09:00:00+08:00", deadline.Days(3)))
	assert.ErrorIs(t, err, deadline.ErrNotCovered)
}

// peerFacts are what the test suites of other projects assert. They stand beside the module and not in it.
type peerFacts struct {
	ChineseCalendar struct {
		Off   []string `json:"is_workday_false"`
		Work  []string `json:"is_workday_true"`
		Count [][]any  `json:"count_workdays_inclusive"`
	} `json:"chinese_calendar"`
	ChineseDays struct {
		Find   [][]any `json:"find_workday"`
		Ranges [][]any `json:"ranges"`
	} `json:"chinese_days_js"`
	Workalendar struct {
		Add [][]any `json:"add_working_days"`
	} `json:"workalendar"`
	Alaveteli struct {
		BankHolidays []string    `json:"bank_holidays"`
		Workdays20   [][2]string `json:"working_days_20"`
		Days20       [][2]string `json:"calendar_days_20_roll_forward"`
	} `json:"alaveteli_uk_foi"`
}

func readPeerFacts(t *testing.T) (f peerFacts) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "calendar", "peer-facts.json"))
	if os.IsNotExist(err) {
		t.Skip("the collected facts (../shared/data/calendar) are not beside this module")
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &f))
	return f
}

func TestFactsOfOtherTestSuites(t *testing.T) {
	f, china := readPeerFacts(t), deadline.China()
	require.NotEmpty(t, f.ChineseDays.Find)
	for want, days := range map[bool][]string{false: f.ChineseCalendar.Off, true: f.ChineseCalendar.Work} {
		for _, s := range days {
			works, err := china.IsWorkday(day(s))
			require.NoError(t, err)
			assert.Equal(t, want, works, s)
		}
	}
	for _, c := range f.ChineseCalendar.Count {
		before, err := day(c[0].(string)).AddDays(-1)
		require.NoError(t, err)
		n, err := china.WorkdaysUntil(before, day(c[1].(string)))
		require.NoError(t, err)
		assert.Equal(t, c[2], float64(n), "%v", c)
	}
	for _, c := range f.ChineseDays.Find {
		to, err := china.AddWorkdays(day(c[1].(string)), int(c[0].(float64)))
		require.NoError(t, err)
		assert.Equal(t, c[2], to.String(), "%v", c)
	}
	for _, c := range f.ChineseDays.Ranges {
		got := []any{}
		for d := day(c[0].(string)); !d.After(day(c[1].(string))); d, _ = d.AddDays(1) {
			if works, err := china.IsWorkday(d); err == nil && works {
				got = append(got, d.String())
			}
		}
		assert.Equal(t, c[2], got, "%v", c)
	}
	for _, c := range f.Workalendar.Add {
		to, err := china.AddWorkdays(day(c[0].(string)), int(c[1].(float64)))
		require.NoError(t, err)
		assert.Equal(t, c[2], to.String(), "%v", c)
	}
}

// The British freedom-of-information platform counts as we do: the day of receipt is day zero.
func TestFactsOfAnotherCountry(t *testing.T) {
	f := readPeerFacts(t)
	b := cal.NewBusinessCalendar()
	b.Name = "uk"
	for _, s := range f.Alaveteli.BankHolidays {
		y, m, d := day(s).Civil()
		b.AddHoliday(&cal.Holiday{Name: "bank holiday", Month: m, Day: d, StartYear: y, EndYear: y, Func: cal.CalcDayOfMonth})
	}
	uk, err := deadline.FromBusinessCalendar(b, time.UTC, 2007, 2010)
	require.NoError(t, err)
	require.NotEmpty(t, f.Alaveteli.Workdays20)
	for period, facts := range map[deadline.Period][][2]string{deadline.Workdays(20): f.Alaveteli.Workdays20, deadline.Days(20): f.Alaveteli.Days20} {
		for _, c := range facts {
			due, err := uk.Due(received(c[0]+"T12:00:00Z", period))
			require.NoError(t, err)
			assert.Equal(t, c[1], due.Date.String(), "%v after %s", period, c[0])
		}
	}
}
