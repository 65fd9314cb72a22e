package deadline_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/deadline"
)

// openOn returns deadlines of n working days with the given triggers.
func openOn(n int, days ...string) []deadline.Deadline {
	out := make([]deadline.Deadline, len(days))
	for i, d := range days {
		out[i] = received(d+"T09:00:00+08:00", deadline.Workdays(n))
	}
	return out
}

func TestReprojectionListsWhatMovedAndWhy(t *testing.T) {
	china := deadline.China()
	newYear, err := china.WithNotices("2027.txt", []byte(newYear2027))
	require.NoError(t, err)
	closed, err := china.WithClosures(deadline.Closure{From: day("2023-09-01"), To: day("2023-09-01"), Name: "台风", Citation: "示例通告", Published: day("2023-08-31")})
	require.NoError(t, err)
	for _, c := range []struct {
		name     string
		old, new *deadline.Calendar
		open     []deadline.Deadline
		want     []string
		settled  int
	}{
		{
			"the extension of the Spring Festival of 2020", china.AsOf(day("2020-01-26")), china.AsOf(day("2020-01-27")), openOn(5, "2020-01-10", "2020-01-20", "2020-02-03"),
			[]string{"d: 2020-02-01 → 2020-02-04; 2020-01-31 is now a day off (Spring Festival (extended); 国办发明电〔2020〕1号); 2020-02-01 is now a day off (Spring Festival (extended); 国办发明电〔2020〕1号)"},
			0,
		},
		{
			"a deadline that becomes earlier", china.AsOf(day("2019-03-21")), china.AsOf(day("2019-03-22")), openOn(10, "2019-04-15"),
			[]string{"d: 2019-04-29 → 2019-04-28 (earlier); 2019-04-28 is now a working day (Labour Day; 国办发明电〔2019〕3号)"},
			0,
		},
		{
			"the notice for 2019 and the end of 2018", china.AsOf(day("2018-12-05")), china.AsOf(day("2018-12-06")), openOn(3, "2018-12-25", "2018-12-26", "2018-12-27", "2018-12-21"),
			[]string{
				"d: 2018-12-31 → 2018-12-29 (earlier); 2018-12-29 is now a working day (New Year; 国办发明电〔2018〕15号); 2018-12-31 is now a day off (New Year; 国办发明电〔2018〕15号)",
				"d: none → 2019-01-02; 2018-12-29 is now a working day (New Year; 国办发明电〔2018〕15号); 2018-12-31 is now a day off (New Year; 国办发明电〔2018〕15号); the schedule from 2019-01-01 on is published (国办发明电〔2018〕15号)",
			},
			1,
		},
		{
			"a new year", china, newYear, openOn(3, "2026-12-24", "2026-12-28", "2026-12-29"),
			[]string{
				"d: 2026-12-31 → 2027-01-04; 2026-12-31 is now a day off (New Year; 示例〔2026〕1号)",
				"d: none → 2027-01-05; 2026-12-31 is now a day off (New Year; 示例〔2026〕1号); the schedule from 2027-01-01 on is published (示例〔2026〕1号)",
			},
			1,
		},
		{
			"a closure", china, closed, openOn(1, "2023-08-31"),
			[]string{"d: 2023-09-01 → 2023-09-04; 2023-09-01 is now a day off (台风; 示例通告)"},
			0,
		},
		{
			"going back to what was known", china, china.AsOf(day("2020-01-26")), openOn(5, "2020-01-20"),
			[]string{"d: 2020-02-04 → 2020-02-01 (earlier); 2020-01-31 is now a working day (国办发明电〔2020〕1号); 2020-02-01 is now a working day (Spring Festival; 国办发明电〔2019〕16号)"},
			0,
		},
		{"the same calendar", china, china, openOn(5, "2020-01-20", "2026-12-30", "2027-06-01"), nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := deadline.Reproject(c.old, c.new, c.open)
			var got []string
			for _, m := range r.Moves {
				got = append(got, m.Text("en"))
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.settled, r.Settled)
			assert.Equal(t, len(c.open), r.Deadlines)
		})
	}
}

func TestMovesCarryCaseAndErrors(t *testing.T) {
	china := deadline.China()
	open := openOn(10, "2018-12-28")
	open[0].Case, open[0].ID = "2018-9", "art42-review"
	r := deadline.Reproject(china.AsOf(day("2018-12-05")), china.AsOf(day("2018-12-06")), open)
	require.Len(t, r.Moves, 1)
	m := r.Moves[0]
	assert.ErrorIs(t, m.OldErr, deadline.ErrNotCovered)
	assert.NoError(t, m.NewErr)
	assert.True(t, m.Old.Date.IsZero() && !m.Earlier)
	assert.Equal(t, "2019-01-14", m.New.Date.String())
	assert.Contains(t, m.Text("zh"), "2018-9/art42-review：无 → 2019-01-14；")
	assert.Contains(t, m.Text("zh"), "2019-01-01 起的安排已公布（国办发明电〔2018〕15号）")

	back := deadline.Reproject(china.AsOf(day("2018-12-06")), china.AsOf(day("2018-12-05")), open).Moves
	require.Len(t, back, 1)
	assert.Contains(t, back[0].Text("en"), "there is no schedule from 2019-01-01 on")
}

// A change within a suspension moves nothing, and is not given as the reason of anything.
func TestSuspendedDaysAreNoReason(t *testing.T) {
	china := deadline.China()
	open := openOn(5, "2020-01-20")
	open[0].Suspensions = suspended("2020-01-31..2020-01-31")
	r := deadline.Reproject(china.AsOf(day("2020-01-26")), china.AsOf(day("2020-01-27")), open)
	require.Len(t, r.Moves, 1)
	for _, ch := range r.Moves[0].Why {
		assert.NotEqual(t, "2020-01-31", ch.Date.String())
	}
}

func TestReprojectionIsComputingEachDeadlineTwice(t *testing.T) {
	china := deadline.China()
	newYear, err := china.WithNotices("2027.txt", []byte(newYear2027))
	require.NoError(t, err)
	pairs := [][2]*deadline.Calendar{
		{china, newYear},
		{china.AsOf(day("2020-01-26")), china},
		{china.AsOf(day("2007-01-01")), newYear},
	}
	rapid.Check(t, func(t *rapid.T) {
		pair := rapid.SampledFrom(pairs).Draw(t, "calendars")
		open := make([]deadline.Deadline, rapid.IntRange(0, 6).Draw(t, "deadlines"))
		for i := range open {
			open[i] = drawDeadline(t)
		}
		r := deadline.Reproject(pair[0], pair[1], open)
		moved := map[int]deadline.Move{}
		for _, m := range r.Moves {
			moved[m.Index] = m
		}
		for i, d := range open {
			was, err1 := pair[0].Due(d)
			is, err2 := pair[1].Due(d)
			m, ok := moved[i]
			require.Equal(t, was.Date != is.Date, ok, "listed exactly when it moved")
			if !ok {
				continue
			}
			require.Equal(t, was, m.Old)
			require.Equal(t, is, m.New)
			require.Equal(t, errors.Is(err1, deadline.ErrNotCovered), errors.Is(m.OldErr, deadline.ErrNotCovered))
			require.Equal(t, errors.Is(err2, deadline.ErrNotCovered), errors.Is(m.NewErr, deadline.ErrNotCovered))
			require.NotEmpty(t, m.Why, "what moved has a reason")
			require.NotContains(t, m.Text("zh"), "[")
		}
	})
}

func TestChangesBetweenCalendars(t *testing.T) {
	china := deadline.China()
	none := china.AsOf(day("2000-01-01"))
	assert.Empty(t, deadline.Changes(none, none))
	assert.Empty(t, deadline.Changes(china, china))
	first := deadline.Changes(none, china)
	require.Len(t, first, 1)
	assert.Equal(t, deadline.Covered, first[0].Kind)
	assert.Len(t, first[0].Notices, 20, "the notice of each year")
	lost := deadline.Changes(china, none)
	require.Len(t, lost, 1)
	assert.Equal(t, deadline.Uncovered, lost[0].Kind)
	assert.Equal(t, "2007-01-01", lost[0].Date.String())

	two := deadline.Changes(china.AsOf(day("2025-11-03")), china)
	require.Len(t, two, 1)
	assert.Equal(t, "the schedule from 2026-01-01 on is published (国办发明电〔2025〕7号)", two[0].Text("en"))
}

// An amendment that makes a day an ordinary one again has no holiday to name; it is named itself.
func TestChangeBackToTheOrdinaryWeekNamesItsNotice(t *testing.T) {
	old, err := deadline.China().WithNotices("2027.txt", []byte(newYear2027))
	require.NoError(t, err)
	next, err := old.WithNotices("2027b.txt", []byte(`banfa-calendar 1 cn
notice 示例〔2026〕2号
amends 2027
published 2026-11-20
plain 2026-12-31 Thu
balance 2026 13
balance 2027 1
end 1
`))
	require.NoError(t, err)
	changes := deadline.Changes(old, next)
	require.Len(t, changes, 1)
	assert.Equal(t, "2026-12-31 is now a working day (示例〔2026〕2号)", changes[0].Text("en"))
}
