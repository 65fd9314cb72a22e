package deadline_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/deadline"
)

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		name                        string
		period                      deadline.Period
		suspensions                 []string
		now                         string
		elapsed, remaining, overdue int
		suspended                   bool
	}{
		{"before the trigger", deadline.Workdays(10), nil, "2026-02-25T09:00:00+08:00", 0, 10, 0, false},
		{"a weekend changes nothing", deadline.Workdays(10), nil, "2026-03-08T09:00:00+08:00", 4, 6, 0, false},
		{"suspended days do not elapse", deadline.Workdays(10), []string{"2026-03-04..2026-03-05"}, "2026-03-06T09:00:00+08:00", 2, 8, 0, false},
		{"overdue on the first working day after", deadline.Workdays(10), nil, "2026-03-17T00:00:00+08:00", 10, 0, 1, false},
		{"the weekend after the due date is not overdue work", deadline.Workdays(4), nil, "2026-03-08T09:00:00+08:00", 4, 0, 0, false},
		{"suspended without end", deadline.Workdays(10), []string{"2026-03-05.."}, "2026-03-12T09:00:00+08:00", 2, 8, 0, true},
		{"calendar days, in working days", deadline.Days(14), nil, "2026-03-06T09:00:00+08:00", 4, 6, 0, false},
		{"calendar days suspended without end", deadline.Days(14), []string{"2026-03-05.."}, "2026-03-12T09:00:00+08:00", 2, 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := received("2026-03-02T09:00:00+08:00", c.period)
			d.Suspensions = suspended(c.suspensions...)
			p, err := deadline.China().Progress(d, at(c.now))
			require.NoError(t, err)
			assert.Equal(t, [3]int{c.elapsed, c.remaining, c.overdue}, [3]int{p.Elapsed, p.Remaining, p.Overdue})
			assert.Equal(t, c.suspended, p.Suspended)
			assert.Equal(t, c.suspended, p.Due.Date.IsZero())
		})
	}
	t.Run("a now beyond the schedule is not guessed", func(t *testing.T) {
		_, err := deadline.China().Progress(received("2026-12-01T09:00:00+08:00", deadline.Workdays(3)), at("2027-02-01T09:00:00+08:00"))
		assert.ErrorIs(t, err, deadline.ErrNotCovered)
	})
	t.Run("bad input is", func(t *testing.T) {
		_, err := deadline.China().Progress(received("2026-12-01T09:00:00+08:00", deadline.Workdays(-3)), at("2026-12-02T09:00:00+08:00"))
		assert.ErrorIs(t, err, deadline.ErrInvalidInput)
		_, err = deadline.China().Progress(received("2026-12-01T09:00:00+08:00", deadline.Workdays(3)), time.Unix(1<<60, 0))
		assert.ErrorIs(t, err, deadline.ErrNotCovered)
	})
}

func TestReminders(t *testing.T) {
	d := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
	d.Case = "c"
	d.Suspensions = suspended("2026-03-04..2026-03-05")
	dates := func(ladder ...deadline.Reminder) map[string]string {
		alerts, err := deadline.China().Reminders(d, ladder...)
		require.NoError(t, err)
		out := map[string]string{}
		for _, a := range alerts {
			out[a.Reminder] = a.Date.String()
		}
		return out
	}
	assert.Equal(t, map[string]string{
		"seven of ten": "2026-03-13", "day before": "2026-03-17", "due": "2026-03-18", "late": "2026-03-20", "long ago": "2026-03-02",
	}, dates(
		deadline.Reminder{ID: "seven of ten", Workdays: 7, AfterTrigger: true},
		deadline.Reminder{ID: "day before", Workdays: -1},
		deadline.Reminder{ID: "due"},
		deadline.Reminder{ID: "late", Workdays: 2},
		deadline.Reminder{ID: "long ago", Workdays: -100}, // never before the trigger
	))

	_, err := deadline.China().Reminders(d, deadline.Reminder{ID: "a"}, deadline.Reminder{ID: "a"})
	assert.EqualError(t, err, "deadline: reminders: a reminder without id, or an id used twice: a")
	_, err = deadline.China().Reminders(d, deadline.Reminder{})
	assert.ErrorIs(t, err, deadline.ErrInvalidInput)
	_, err = deadline.China().Reminders(d, deadline.Reminder{ID: "far", Workdays: 1000})
	assert.ErrorIs(t, err, deadline.ErrNotCovered)
	d.Suspensions = suspended("2026-03-04..")
	_, err = deadline.China().Reminders(d, deadline.Reminder{ID: "due"})
	assert.ErrorIs(t, err, deadline.ErrSuspended)
}

func TestStatistics(t *testing.T) {
	restarted := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
	restarted.Restarts = []deadline.Restart{{At: at("2026-03-09T09:00:00+08:00")}}
	open := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
	open.Suspensions = suspended("2026-03-05..")
	plain := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
	s := deadline.China().Statistics([]deadline.Outcome{
		{Deadline: restarted, Done: day("2026-03-11")}, // net 2, gross 7
		{Deadline: open, Done: day("2026-03-12")},      // net 2, gross 8: the clock stood still
		{Deadline: plain, Done: day("2026-03-17")},     // 11, late
		{Deadline: plain},                          // not done
		{Deadline: plain, Done: day("2026-03-01")}, // before the trigger
		{Deadline: received("2026-03-02T09:00:00+08:00", deadline.Workdays(-1)), Done: day("2026-03-03")}, // no period
		{Deadline: received("2026-12-30T09:00:00+08:00", deadline.Workdays(1)), Done: day("2027-01-05")},  // not covered
	})
	assert.Equal(t, [5]int{7, 3, 2, 1, 3}, [5]int{s.Cases, s.Done, s.InTime, s.Late, len(s.Failed)})
	assert.Equal(t, []int{4, 5, 6}, []int{s.Failed[0].Index, s.Failed[1].Index, s.Failed[2].Index})
	assert.EqualError(t, s.Failed[0].Err, "deadline: done: done on 2026-03-01, before the trigger on 2026-03-02")
	assert.Equal(t, 15, s.Net.Sum())
	assert.Equal(t, 26, s.Gross.Sum())
	for p, want := range map[int]int{1: 2, 50: 2, 66: 2, 67: 11, 100: 11} {
		got, err := s.Net.Percentile(p)
		require.NoError(t, err)
		assert.Equal(t, want, got, "%d", p)
	}
	for _, p := range []int{0, 101, -1} {
		_, err := s.Net.Percentile(p)
		assert.ErrorIs(t, err, deadline.ErrInvalidInput)
	}
	data, err := json.Marshal(s.Failed[2])
	require.NoError(t, err)
	assert.JSONEq(t, `{"index":6,"code":"not_covered","message":"the schedule of 2027 is not covered (known: 2007-01-01 to 2026-12-31): load the notice of that year, or compute again when it is published"}`, string(data))

	empty := deadline.China().Statistics(nil)
	data, err = json.Marshal(empty)
	require.NoError(t, err)
	assert.Equal(t, `{"cases":0,"done":0,"inTime":0,"late":0,"net":{"n":0,"sum":0,"min":0,"p50":0,"p90":0,"p95":0,"max":0},"gross":{"n":0,"sum":0,"min":0,"p50":0,"p90":0,"p95":0,"max":0},"failed":[]}`, string(data))
	p, err := empty.Net.Percentile(50)
	require.NoError(t, err)
	assert.Zero(t, p)
}

func todo(t *testing.T) deadline.Todo {
	t.Helper()
	d := received("2026-12-21T09:00:00+08:00", deadline.Workdays(8))
	d.Case, d.Basis = "2026-17", "第四十二条"
	due, err := deadline.China().Due(d)
	require.NoError(t, err)
	return deadline.NewTodo(due, at("2026-12-21T01:00:00Z"), "en")
}

func TestICalendarReadsBack(t *testing.T) {
	one := todo(t)
	one.Summary = "a, b; c\\d"
	one.Description = "first\nsecond\r\nUID:injected\n" + strings.Repeat("很长的一行", 40)
	var b bytes.Buffer
	require.NoError(t, deadline.WriteICS(&b, one))
	for _, line := range strings.SplitAfter(b.String(), "\n") {
		if line != "" {
			assert.True(t, strings.HasSuffix(line, "\r\n"), "%q ends with CRLF", line)
			assert.LessOrEqual(t, len(line), 77, "%q is folded", line)
		}
	}
	c, err := ics.ParseCalendar(&b)
	require.NoError(t, err)
	require.Len(t, c.Todos(), 1)
	got := c.Todos()[0]
	value := func(p ics.ComponentProperty) string { return got.GetProperty(p).Value }
	due, err := got.GetAllDayDueAt()
	require.NoError(t, err)
	assert.Equal(t, "2026-12-31", due.Format(time.DateOnly))
	assert.Equal(t, "0", value(ics.ComponentPropertySequence))
	assert.Equal(t, one.UID, value(ics.ComponentPropertyUniqueId))
	assert.Equal(t, one.Summary, value(ics.ComponentPropertySummary))
	assert.Equal(t, strings.ReplaceAll(one.Description, "\r", `\r`), value(ics.ComponentPropertyDescription), "no line of its own gets in")
}

func TestTodoSaysWhatItIs(t *testing.T) {
	one := todo(t)
	assert.Equal(t, "2026-17 d due", one.Summary)
	assert.Equal(t, "basis: 第四十二条\ntrigger: 2026-12-21, not counted\ndue: 2026-12-31, that is before 2027-01-01 00:00 +08:00\nprovisional: the next notice can still change this date", one.Description)
	assert.NotContains(t, one.UID, "2026-17")
}

func TestSequenceGoesUpWithEachChange(t *testing.T) {
	china := deadline.China()
	newYear, err := china.WithNotices("2027.txt", []byte(newYear2027))
	require.NoError(t, err)
	d := received("2026-12-21T09:00:00+08:00", deadline.Workdays(8))
	d.Case, d.Basis = "2026-17", "第四十二条"
	moves := deadline.Reproject(china, newYear, []deadline.Deadline{d}).Moves
	require.Len(t, moves, 1)
	first := todo(t)
	moved := first.Moved(moves[0].New, at("2026-12-22T01:00:00Z"), "en")
	assert.Equal(t, [2]any{first.UID, 1}, [2]any{moved.UID, moved.Sequence})
	assert.Equal(t, "2027-01-04", moved.Due.Date.String())
	same := moved.Moved(moves[0].New, at("2026-12-23T01:00:00Z"), "en")
	assert.Equal(t, 1, same.Sequence, "nothing changed")

	other := d
	other.Case = "2026-18"
	due, err := china.Due(other)
	require.NoError(t, err)
	assert.NotEqual(t, first.UID, deadline.NewTodo(due, first.Stamp, "en").UID)
}

func TestTodosThatCannotBeWritten(t *testing.T) {
	whole := todo(t)
	for name, c := range map[string]struct {
		spoil func(*deadline.Todo)
		want  string
	}{
		"no due date":         {func(t *deadline.Todo) { t.Due.Date = deadline.Date{} }, "deadline: todos[1]: there is no due date"},
		"no UID":              {func(t *deadline.Todo) { t.UID = "" }, "deadline: todos[1]: there is no UID; give Case and Deadline, or a UID of your own"},
		"no stamp":            {func(t *deadline.Todo) { t.Stamp = time.Time{} }, "deadline: todos[1]: the time of writing (DTSTAMP) is missing"},
		"a negative sequence": {func(t *deadline.Todo) { t.Sequence = -1 }, "deadline: todos[1]: the sequence cannot be negative (-1)"},
	} {
		t.Run(name, func(t *testing.T) {
			spoiled := whole
			c.spoil(&spoiled)
			var b bytes.Buffer
			assert.EqualError(t, deadline.WriteICS(&b, whole, spoiled), c.want)
			assert.Zero(t, b.Len(), "nothing is written")
		})
	}
	full := errors.New("disk full")
	assert.ErrorIs(t, deadline.WriteICS(failing{full}, whole), full)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
