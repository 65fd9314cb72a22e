package workday_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/workday"
)

// facts reads a file of the collected facts, which stand beside the module and not in it.
func facts(t *testing.T, name string, to any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "calendar", name))
	if os.IsNotExist(err) {
		t.Skip("the collected facts (../shared/data/calendar) are not beside this module")
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, to))
}

func TestEveryDayIsWhatTheNoticesSay(t *testing.T) {
	var years map[string]struct {
		Holidays []struct{ Date, Name, Kind, Notice string } `json:"holidays"`
		Makeup   []struct{ Date, Notice string }             `json:"makeup_workdays"`
	}
	facts(t, "cn-holidays.json", &years)
	off, work, notice := map[string]string{}, map[string]bool{}, map[string]string{}
	for _, y := range years {
		for _, h := range y.Holidays {
			off[h.Date], notice[h.Date] = h.Kind, h.Notice
		}
		for _, m := range y.Makeup {
			work[m.Date], notice[m.Date] = true, m.Notice
		}
	}
	x := workday.China().Latest()
	first, last, _ := x.Covers()
	assert.Equal(t, "2007-01-01", first.String())
	assert.Equal(t, "2026-12-31", last.String())
	for d := first; d <= last; d++ {
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		want := (!weekend || work[d.String()]) && off[d.String()] == ""
		got, err := x.IsWorkday(d)
		require.NoError(t, err)
		require.Equal(t, want, got, "%v", d)
		day := x.Day(d)
		if kind := off[d.String()]; kind != "" {
			require.Equal(t, kind, day.Kind.String(), "%v", d)
		}
		if n := notice[d.String()]; n != "" {
			require.Equal(t, n, day.Source, "%v", d)
		}
	}
}

func TestMakeupDaysAreThoseOfAnotherTestSuite(t *testing.T) {
	var peers struct {
		QuantLib struct {
			Makeup []string `json:"ib_working_weekends_2014_2026"`
			Closed []string `json:"sse_closed_days_2014_2026"`
		} `json:"quantlib"`
	}
	facts(t, "peer-facts.json", &peers)
	x := workday.China().Latest()
	var makeup []string
	for _, d := range x.Days() {
		if y, _, _ := d.Date.Civil(); y >= 2014 && d.Kind == workday.Makeup {
			makeup = append(makeup, d.Date.String())
		}
	}
	assert.Equal(t, peers.QuantLib.Makeup, makeup)
	for _, s := range peers.QuantLib.Closed {
		works, err := x.IsWorkday(date(t, s))
		require.NoError(t, err)
		// The exchange closed on New Year's Eve 2024, which the notice leaves a working day.
		assert.Equal(t, s == "2024-02-09", works, s)
	}
}

func TestWorkdaysAndBalanceOfEachYear(t *testing.T) {
	x := workday.China().Latest()
	days := map[civil.Date]workday.Day{}
	for _, d := range x.Days() {
		days[d.Date] = d
	}
	// Research measured the working days of 2013 to 2026; the balance is the number of lawful holidays, but for the
	// exceptions that the generator explains.
	workdays := []int{250, 250, 249, 250, 249, 250, 250, 249, 250, 249, 249, 251, 248, 248}
	for i, want := range workdays {
		y := 2013 + i
		from, _ := civil.Of(y, 1, 1)
		to, _ := civil.Of(y, 12, 31)
		n, err := x.WorkdaysBetween(from, to)
		require.NoError(t, err)
		assert.Equal(t, want, n, "%d (New Year's Day is off)", y)
	}
	balance := map[int]int{2007: 12, 2011: 10, 2012: 12, 2015: 12, 2020: 13, 2025: 13, 2026: 13}
	for y := 2007; y <= 2026; y++ {
		want, ok := balance[y]
		if !ok {
			want = 11
		}
		assert.Equal(t, want, workday.BalanceOf(days, y), "%d", y)
	}
}

func TestAsOfKnowsWhatWasPublishedByThen(t *testing.T) {
	type day struct {
		d     string
		works bool
	}
	for _, c := range []struct {
		name, asOf, last string
		days             []day
	}{
		{"the day before the amendment of Labour Day 2019", "2019-03-21", "2019-12-31", []day{{"2019-04-28", false}, {"2019-05-02", true}, {"2019-05-01", false}}},
		{"the day of the amendment", "2019-03-22", "2019-12-31", []day{{"2019-04-28", true}, {"2019-05-02", false}, {"2019-05-05", true}}},
		{"before the Spring Festival of 2020 was extended", "2020-01-26", "2020-12-31", []day{{"2020-01-31", true}, {"2020-02-01", true}, {"2020-02-02", false}}},
		{"after it was", "2020-01-27", "2020-12-31", []day{{"2020-01-31", false}, {"2020-02-01", false}, {"2020-02-03", true}}},
		{"before 3 September 2015 became a holiday", "2015-05-12", "2015-12-31", []day{{"2015-09-03", true}, {"2015-09-06", false}}},
		{"after it did", "2015-05-13", "2015-12-31", []day{{"2015-09-03", false}, {"2015-09-06", true}}},
		{"before the notice for 2019 changed the end of 2018", "2018-12-05", "2018-12-31", []day{{"2018-12-29", false}, {"2018-12-31", true}}},
		{"after it did", "2018-12-06", "2019-12-31", []day{{"2018-12-29", true}, {"2018-12-31", false}}},
		{"before the last Saturday of 2022 became part of a holiday", "2022-12-07", "2022-12-31", []day{{"2022-12-31", false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := workday.China().AsOf(date(t, c.asOf))
			_, last, ok := x.Covers()
			require.True(t, ok)
			assert.Equal(t, c.last, last.String())
			for _, d := range c.days {
				works, err := x.IsWorkday(date(t, d.d))
				require.NoError(t, err)
				assert.Equal(t, d.works, works, d.d)
			}
			from, ok := x.ProvisionalFrom()
			assert.True(t, ok)
			assert.Equal(t, last-3, from, "the last four days are provisional")
		})
	}
	t.Run("before the first notice nothing is covered", func(t *testing.T) {
		x := workday.China().AsOf(date(t, "2006-12-17"))
		_, _, ok := x.Covers()
		assert.False(t, ok)
		_, err := x.IsWorkday(date(t, "2007-01-01"))
		assert.EqualError(t, err, "the schedule of 2007 is not known: this calendar holds no notice published by then")
	})
}

func TestClosuresTakeWorkingDaysAndCiteTheirOrder(t *testing.T) {
	s := workday.China().Close(workday.Closure{
		From: date(t, "2023-09-01"), To: date(t, "2023-09-03"), Name: "台风“苏拉”", Citation: "全市停工令",
		Published: date(t, "2023-08-31"),
	})
	for d, want := range map[string]workday.Kind{"2023-09-01": workday.Closed, "2023-09-02": workday.Ordinary, "2023-09-04": workday.Ordinary} {
		assert.Equal(t, want, s.Latest().Day(date(t, d)).Kind, d)
	}
	assert.Equal(t, "全市停工令", s.Latest().Day(date(t, "2023-09-01")).Source)
	works, err := s.AsOf(date(t, "2023-08-30")).IsWorkday(date(t, "2023-09-01"))
	require.NoError(t, err)
	assert.True(t, works, "the order was not published yet")
	assert.NotEqual(t, workday.China().Latest().Digest(), s.Latest().Digest())
}

func TestANewYearIsDataAndSettlesTheEndOfTheOld(t *testing.T) {
	s, err := withYears(sample)
	require.NoError(t, err)
	x := s.Latest()
	_, last, _ := x.Covers()
	assert.Equal(t, "2027-12-31", last.String())
	works, err := x.IsWorkday(date(t, "2026-12-31"))
	require.NoError(t, err)
	assert.False(t, works, "the notice for 2027 changed it")
	works, err = s.AsOf(date(t, "2026-11-01")).IsWorkday(date(t, "2026-12-31"))
	require.NoError(t, err)
	assert.True(t, works)
	works, err = x.IsWorkday(date(t, "2027-01-09"))
	require.NoError(t, err)
	assert.False(t, works, "the amendment made it an ordinary Saturday again")
}
