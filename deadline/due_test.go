package deadline_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/deadline"
)

// received is a deadline of p that starts at an instant.
func received(instant string, p deadline.Period) deadline.Deadline {
	return deadline.Deadline{ID: "d", Period: p, Trigger: deadline.Trigger{At: at(instant)}}
}

func suspended(spans ...string) []deadline.Suspension {
	out := make([]deadline.Suspension, len(spans))
	for i, s := range spans {
		v, err := deadline.ParseSuspension(s)
		if err != nil {
			panic(err)
		}
		out[i] = v
	}
	return out
}

// The numbers are those of the section "Deadlines" of the design.
func TestWhenAPeriodEnds(t *testing.T) {
	for _, c := range []struct {
		name        string
		trigger     string
		period      deadline.Period
		roll        deadline.Roll
		suspensions []string
		due         string
	}{
		{"1: the day of the trigger is not counted", "2026-03-02T09:00:00+08:00", deadline.Workdays(1), 0, nil, "2026-03-03"},
		{"1: the last minute of a day is still that day", "2026-03-02T23:59:59+08:00", deadline.Workdays(1), 0, nil, "2026-03-03"},
		{"1: an instant of another zone is taken on its date in China", "2026-03-02T16:00:00Z", deadline.Workdays(1), 0, nil, "2026-03-04"},
		{"1: a trigger on a Saturday moves nothing else", "2026-03-07T09:00:00+08:00", deadline.Workdays(1), 0, nil, "2026-03-09"},
		{"1: a trigger within a holiday", "2026-02-18T09:00:00+08:00", deadline.Workdays(1), 0, nil, "2026-02-24"},
		{"2: ten working days", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, nil, "2026-03-16"},
		{"2: N = 0 on a working day", "2026-03-02T09:00:00+08:00", deadline.Workdays(0), 0, nil, "2026-03-02"},
		{"2: N = 0 on a Saturday", "2026-03-07T09:00:00+08:00", deadline.Workdays(0), 0, nil, "2026-03-09"},
		{"2: N = 0 on a make-up Saturday", "2026-02-28T09:00:00+08:00", deadline.Workdays(0), 0, nil, "2026-02-28"},
		{"3: both ends of a suspension do not count", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-05..2026-03-10"}, "2026-03-20"},
		{"3: a suspension of one day", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-05..2026-03-05"}, "2026-03-17"},
		{"3: overlapping suspensions are one", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-06..2026-03-10", "2026-03-05..2026-03-08"}, "2026-03-20"},
		{"3: a suspension of a weekend takes no working day", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-07..2026-03-08"}, "2026-03-16"},
		{"3: a suspension before the trigger does nothing", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-02-01..2026-03-02"}, "2026-03-16"},
		{"3: a suspension that covers the due date moves it behind its end", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-16..2026-03-27"}, "2026-03-30"},
		{"3: a suspension after the due date does nothing", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-17..2026-03-20"}, "2026-03-16"},
		{"3: nor does an open one that begins after the period ended", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-17.."}, "2026-03-16"},
		{"3: N = 0 on a suspended day", "2026-03-02T09:00:00+08:00", deadline.Workdays(0), 0, []string{"2026-03-01..2026-03-03"}, "2026-03-04"},
		{"4: a make-up Sunday is a due date", "2026-09-07T09:00:00+08:00", deadline.Workdays(10), 0, nil, "2026-09-20"},
		{"4: a make-up Saturday counts", "2026-02-26T09:00:00+08:00", deadline.Workdays(3), 0, nil, "2026-03-02"},
		{"5: calendar days that end on a working day", "2026-03-02T09:00:00+08:00", deadline.Days(10), 0, nil, "2026-03-12"},
		{"5: calendar days that end on a Saturday", "2026-03-04T09:00:00+08:00", deadline.Days(10), 0, nil, "2026-03-16"},
		{"5: calendar days that end on a make-up Saturday", "2026-02-18T09:00:00+08:00", deadline.Days(10), 0, nil, "2026-02-28"},
		{"5: calendar days that end within a holiday", "2026-09-24T09:00:00+08:00", deadline.Days(10), 0, nil, "2026-10-08"},
		{"5: rolled back", "2026-03-04T09:00:00+08:00", deadline.Days(10), deadline.RollPreceding, nil, "2026-03-13"},
		{"5: not rolled", "2026-03-04T09:00:00+08:00", deadline.Days(10), deadline.RollNone, nil, "2026-03-14"},
		{"5: holidays in the middle count", "2026-09-28T09:00:00+08:00", deadline.Days(11), 0, nil, "2026-10-09"},
		{"5: a month to the corresponding day", "2026-01-15T09:00:00+08:00", deadline.Months(2), 0, nil, "2026-03-16"},
		{"5: a month without that day ends on its last", "2024-01-31T09:00:00+08:00", deadline.Months(1), 0, nil, "2024-02-29"},
		{"5: a year from 29 February", "2024-02-29T09:00:00+08:00", deadline.Years(1), deadline.RollNone, nil, "2025-02-28"},
		{"5: suspended calendar days move the end by as much", "2026-03-02T09:00:00+08:00", deadline.Days(10), 0, []string{"2026-03-05..2026-03-06"}, "2026-03-16"},
		{"5: suspended days of a period in months, too", "2026-01-15T09:00:00+08:00", deadline.Months(1), deadline.RollNone, []string{"2026-02-01..2026-02-10"}, "2026-02-25"},
		{"5: without rolling no schedule is needed", "2030-01-31T09:00:00+08:00", deadline.Months(1), deadline.RollNone, nil, "2030-02-28"},
		{"5: N = 0 in calendar days rolls", "2026-03-07T09:00:00+08:00", deadline.Days(0), 0, nil, "2026-03-09"},
		{"6: a period in calendar days needs only the schedule of its end", "2006-12-25T09:00:00+08:00", deadline.Days(10), 0, nil, "2007-01-04"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := received(c.trigger, c.period)
			d.Roll, d.Suspensions = c.roll, suspended(c.suspensions...)
			due, err := deadline.China().Due(d)
			require.NoError(t, err)
			assert.Equal(t, c.due, due.Date.String())
			next, err := due.Date.AddDays(1)
			require.NoError(t, err)
			assert.True(t, due.Before.Equal(next.In(deadline.China().Zone())), "before is 00:00 of the next day")
			assert.Equal(t, "+08:00", due.Before.Format("-07:00"))
		})
	}
}

func TestWhatCannotBeAnswered(t *testing.T) {
	for _, c := range []struct {
		name        string
		trigger     string
		period      deadline.Period
		roll        deadline.Roll
		suspensions []string
		code        deadline.Code
		year        int
	}{
		{"the count runs into a year without notice", "2026-12-28T09:00:00+08:00", deadline.Workdays(10), 0, nil, deadline.NotCovered, 2027},
		{"the trigger lies in a year without notice", "2027-06-01T09:00:00+08:00", deadline.Workdays(10), 0, nil, deadline.NotCovered, 2027},
		{"the trigger is before the first notice", "2006-06-01T09:00:00+08:00", deadline.Workdays(10), 0, nil, deadline.NotCovered, 2006},
		{"the year 9999", "9999-12-31T09:00:00+08:00", deadline.Workdays(1), 0, nil, deadline.NotCovered, 9999},
		{"the year 0", "0000-06-01T09:00:00+08:00", deadline.Workdays(1), 0, nil, deadline.NotCovered, 0},
		{"the year 10000 in China", "9999-12-31T23:00:00Z", deadline.Workdays(1), 0, nil, deadline.NotCovered, 10000},
		{"a suspension over the end of the schedule", "2026-12-01T09:00:00+08:00", deadline.Workdays(30), 0, []string{"2026-12-10..2027-01-10"}, deadline.NotCovered, 2027},
		{"a suspension over a whole year without notice", "2026-12-01T09:00:00+08:00", deadline.Workdays(30), 0, []string{"2026-12-10..2028-01-10"}, deadline.NotCovered, 2028},
		{"calendar days that end in a year without notice", "2026-12-20T09:00:00+08:00", deadline.Days(20), 0, nil, deadline.NotCovered, 2027},
		{"an open suspension", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-05.."}, deadline.Suspended, 0},
		{"an open suspension from the due date on", "2026-03-02T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-03-16.."}, deadline.Suspended, 0},
		{"an open suspension comes before the end of the schedule", "2026-12-28T09:00:00+08:00", deadline.Workdays(10), 0, []string{"2026-12-30.."}, deadline.Suspended, 0},
		{"an open suspension of calendar days", "2026-03-02T09:00:00+08:00", deadline.Days(10), deadline.RollNone, []string{"2026-03-05.."}, deadline.Suspended, 0},
		{"an open suspension between the end of the count and the day it rolls to", "2026-03-04T09:00:00+08:00", deadline.Days(10), 0, []string{"2026-03-15.."}, deadline.Suspended, 0},
		{"a negative period", "2026-03-02T09:00:00+08:00", deadline.Workdays(-1), 0, nil, deadline.InvalidInput, 0},
		{"a negative number of years", "2026-03-02T09:00:00+08:00", deadline.Years(-1), 0, nil, deadline.InvalidInput, 0},
		{"a period longer than the calendar", "2026-03-02T09:00:00+08:00", deadline.Workdays(1 << 40), 0, nil, deadline.InvalidInput, 0},
		{"a number of years that 12 times is no int", "2026-03-02T09:00:00+08:00", deadline.Years(1 << 60), 0, nil, deadline.InvalidInput, 0},
		{"a period beyond the year 9999", "2026-03-02T09:00:00+08:00", deadline.Months(100_000), deadline.RollNone, nil, deadline.InvalidInput, 0},
		{"a period without unit", "2026-03-02T09:00:00+08:00", deadline.Period{N: 10}, 0, nil, deadline.InvalidInput, 0},
		{"rolled back before the trigger", "2026-03-07T09:00:00+08:00", deadline.Days(1), deadline.RollPreceding, nil, deadline.InvalidInput, 0},
		{"an unknown way to roll", "2026-03-07T09:00:00+08:00", deadline.Days(1), deadline.RollNone + 1, nil, deadline.InvalidInput, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := received(c.trigger, c.period)
			d.Roll, d.Suspensions = c.roll, suspended(c.suspensions...)
			due, err := deadline.China().Due(d)
			require.Error(t, err)
			assert.Equal(t, c.code, deadline.CodeOf(err))
			assert.Zero(t, due)
			var cover *deadline.CoverageError
			if c.code == deadline.NotCovered {
				require.ErrorAs(t, err, &cover)
				assert.Equal(t, c.year, cover.Year)
			}
			_, err2 := deadline.China().Ledger(d)
			assert.Equal(t, err.Error(), err2.Error(), "the ledger says the same")
		})
	}
}

func TestTheEndOfTheLastPublishedYearIsProvisional(t *testing.T) {
	for _, c := range []struct {
		name    string
		trigger string
		period  deadline.Period
		roll    deadline.Roll
		due     string
		want    bool
	}{
		{"due before it", "2026-12-21T09:00:00+08:00", deadline.Workdays(4), 0, "2026-12-25", false},
		{"due on its first day", "2026-12-21T09:00:00+08:00", deadline.Workdays(5), 0, "2026-12-28", true},
		{"due on its last day", "2026-12-21T09:00:00+08:00", deadline.Workdays(8), 0, "2026-12-31", true},
		{"N = 0 within it", "2026-12-29T09:00:00+08:00", deadline.Workdays(0), 0, "2026-12-29", true},
		{"calendar days that end before it and roll into it", "2026-12-16T09:00:00+08:00", deadline.Days(11), 0, "2026-12-28", true},
		{"calendar days that end within it, not rolled", "2026-12-16T09:00:00+08:00", deadline.Days(13), deadline.RollNone, "2026-12-29", false},
		{"calendar days that end within it", "2026-12-16T09:00:00+08:00", deadline.Days(13), 0, "2026-12-29", true},
		{"the end of an earlier year", "2025-12-22T09:00:00+08:00", deadline.Workdays(7), 0, "2025-12-31", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := received(c.trigger, c.period)
			d.Roll = c.roll
			due, err := deadline.China().Due(d)
			require.NoError(t, err)
			assert.Equal(t, c.due, due.Date.String())
			assert.Equal(t, c.want, due.Provisional)
		})
	}
	assert.Equal(t, "2026-12-28", deadline.China().ProvisionalFrom().String())
}

// what names the mistake in words: the texts are for people, so both languages are held here.
func TestBadInputSaysWhereAndWhatToDo(t *testing.T) {
	base := func() deadline.Deadline {
		d := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
		d.Allow = deadline.Allowance{Times: 2, Max: 10, Approval: true}
		return d
	}
	for _, c := range []struct {
		name   string
		spoil  func(*deadline.Deadline)
		en, zh string
	}{
		{
			"a reversed suspension", func(d *deadline.Deadline) {
				d.Suspensions = []deadline.Suspension{{From: day("2026-03-04"), To: day("2026-03-05")}, {From: day("2026-03-10"), To: day("2026-03-09")}}
			},
			"suspensions[1]: from 2026-03-10 is after to 2026-03-09; exchange them or correct one",
			"suspensions[1]: 起日 2026-03-10 在止日 2026-03-09 之后，请对调或改正",
		},
		{
			"a suspension without beginning", func(d *deadline.Deadline) { d.Suspensions = []deadline.Suspension{{To: day("2026-03-09")}} },
			"suspensions[0]: the first day of the suspension is missing", "suspensions[0]: 没有写明中止的起日",
		},
		{
			"an open suspension", func(d *deadline.Deadline) {
				d.Suspensions = []deadline.Suspension{{From: day("2026-03-03"), To: day("2026-03-05")}, {From: day("2026-03-06")}}
			},
			"suspensions[1]: open since 2026-03-06, so there is no due date yet; give its last day when it ends",
			"suspensions[1]: 自 2026-03-06 起中止，尚未恢复，因此还没有届满日；恢复后请写明止日",
		},
		{
			"a negative period", func(d *deadline.Deadline) { d.Period.N = -3 },
			"period: a period cannot be negative (-3); to count back, use AddWorkdays", "period: 期限不能是负数 -3；倒推请用 AddWorkdays",
		},
		{
			"no trigger", func(d *deadline.Deadline) { d.Trigger.At = time.Time{} },
			"trigger: the time of the event is missing", "trigger: 没有写明起算的时刻",
		},
		{
			"a restart before the trigger", func(d *deadline.Deadline) { d.Restarts = []deadline.Restart{{At: at("2026-03-01T09:00:00+08:00")}} },
			"restarts[0]: the restart is before the trigger", "restarts[0]: 重新起算早于起算",
		},
		{
			"a restart without time", func(d *deadline.Deadline) { d.Restarts = []deadline.Restart{{}} },
			"restarts[0]: the time of the event is missing", "restarts[0]: 没有写明起算的时刻",
		},
		{
			"an extension that the law does not know", func(d *deadline.Deadline) {
				d.Allow, d.Extensions = deadline.Allowance{}, []deadline.Extension{{N: 5}}
			},
			"extensions[0]: the number of extensions is limited to 0", "extensions[0]: 最多可延长 0 次",
		},
		{
			"one extension too many", func(d *deadline.Deadline) {
				e := deadline.Extension{N: 1, Approver: "a"}
				d.Extensions = []deadline.Extension{e, e, e}
			},
			"extensions[2]: the number of extensions is limited to 2", "extensions[2]: 最多可延长 2 次",
		},
		{
			"two extensions that are too long together", func(d *deadline.Deadline) {
				d.Extensions = []deadline.Extension{{N: 6, Approver: "a"}, {N: 5, Approver: "a"}}
			},
			"extensions[1]: extended by 11 in all, more than the 10 allowed", "extensions[1]: 合计延长 11，超过上限 10",
		},
		{
			"an extension of nothing", func(d *deadline.Deadline) { d.Extensions = []deadline.Extension{{Approver: "a"}} },
			"extensions[0]: an extension must be longer than zero, not 0", "extensions[0]: 延长的长度须大于零，不能是 0",
		},
		{
			"an extension that nobody approved", func(d *deadline.Deadline) { d.Extensions = []deadline.Extension{{N: 5}} },
			"extensions[0]: the extension needs an approver; name one", "extensions[0]: 延长须经批准，请写明批准人",
		},
		{
			"an extension granted too late", func(d *deadline.Deadline) {
				d.Extensions = []deadline.Extension{{N: 5, Approver: "a", Granted: day("2026-03-17")}}
			},
			"extensions[0]: granted on 2026-03-17, when the period had already ended on 2026-03-16",
			"extensions[0]: 2026-03-17 才准予延长，而期限已于 2026-03-16 届满",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := base()
			c.spoil(&d)
			_, err := deadline.China().Due(d)
			require.Error(t, err)
			assert.Equal(t, "deadline: "+c.en, err.Error())
			assert.Equal(t, c.zh, deadline.Explain(err, "zh"))
		})
	}
}

func TestExtensionIsGrantedInTime(t *testing.T) {
	d := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
	d.Allow = deadline.Allowance{Times: 2}
	d.Extensions = []deadline.Extension{{N: 5, Granted: day("2026-03-16")}, {N: 5, Granted: day("2026-03-23")}}
	due, err := deadline.China().Due(d)
	require.NoError(t, err, "on the last day is in time, and the second extends the first")
	assert.Equal(t, "2026-03-30", due.Date.String())

	d.Suspensions = suspended("2026-03-05..")
	d.Extensions[1].Granted = day("2026-06-01")
	_, err = deadline.China().Due(d)
	assert.ErrorIs(t, err, deadline.ErrSuspended, "a period that is suspended has not ended")
}

func TestRestartReplacesTheTrigger(t *testing.T) {
	d := received("2026-03-02T09:00:00+08:00", deadline.Workdays(10))
	d.Restarts = []deadline.Restart{{At: at("2026-03-12T09:00:00+08:00")}, {At: at("2026-03-09T09:00:00+08:00")}}
	d.Suspensions = suspended("2026-03-04..2026-03-05", "2026-03-17..2026-03-17")
	due, err := deadline.China().Due(d)
	require.NoError(t, err)
	assert.Equal(t, "2026-03-12", due.Trigger.String(), "the latest holds")
	assert.Equal(t, "2026-03-27", due.Date.String(), "suspensions before it no longer matter")
}

func TestDeem(t *testing.T) {
	sent := deadline.Event{Name: "sent", At: at("2026-03-02T09:00:00+08:00")}
	signed := deadline.Event{Name: "signed", At: at("2026-03-04T09:00:00+08:00")}
	pending := deadline.Event{Name: "confirmed"}
	both := []string{"signed", "sent"}
	for _, c := range []struct {
		name   string
		deem   deadline.Deem
		events []deadline.Event
		want   string
		err    string
	}{
		{"the preferred one", deadline.Deem{Events: both}, []deadline.Event{sent, signed}, "signed", ""},
		{"the next where the preferred one has not happened", deadline.Deem{Events: []string{"confirmed", "sent"}}, []deadline.Event{sent, pending}, "sent", ""},
		{"the earliest", deadline.Deem{Events: both, Rule: deadline.DeemEarliest}, []deadline.Event{signed, sent}, "sent", ""},
		{"the latest", deadline.Deem{Events: both, Rule: deadline.DeemLatest}, []deadline.Event{signed, sent}, "signed", ""},
		{"the latest while one is missing", deadline.Deem{Events: []string{"signed", "confirmed"}, Rule: deadline.DeemLatest}, []deadline.Event{signed, pending}, "", "deadline: events: the event confirmed has not happened"},
		{"none happened", deadline.Deem{Events: []string{"confirmed"}}, []deadline.Event{sent, pending}, "", "deadline: events: none of the events that could be the trigger has happened"},
		{"one recorded twice", deadline.Deem{Events: both}, []deadline.Event{sent, sent}, "", "deadline: events: the event sent is recorded twice"},
		{"an unknown rule", deadline.Deem{Events: both, Rule: 9}, []deadline.Event{sent}, "", "deadline: deem: this rule of choice is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			trigger, err := c.deem.Trigger(c.events...)
			if c.err != "" {
				assert.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, trigger.Event)
		})
	}
}
