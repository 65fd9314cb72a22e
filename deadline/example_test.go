package deadline_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rickar/cal/v2"

	"github.com/banfa-go/banfa/deadline"
)

// day reads a date of an example.
func day(s string) deadline.Date {
	d, err := deadline.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// at reads an instant of an example.
func at(s string) time.Time {
	t, err := deadline.ParseInstant(s)
	if err != nil {
		panic(err)
	}
	return t
}

func Example() {
	cal := deadline.China()
	due, err := cal.Due(deadline.Deadline{
		ID:      "art42-review",
		Basis:   "第四十二条",
		Period:  deadline.Workdays(10),
		Trigger: deadline.Trigger{At: at("2026-09-18T16:30:00+08:00")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(due.Date, "before", due.Before.Format(time.RFC3339))
	// Output: 2026-10-09 before 2026-10-10T00:00:00+08:00
}

func ExampleCalendar_AddWorkdays() {
	cal := deadline.China()
	for _, n := range []int{-1, 0, 1, 10, 1000} {
		to, err := cal.AddWorkdays(day("2021-02-06"), n) // a Saturday; 7 February is a make-up Sunday
		fmt.Println(n, to, err)
	}
	// Output:
	// -1 2021-02-05 <nil>
	// 0 2021-02-07 <nil>
	// 1 2021-02-07 <nil>
	// 10 2021-02-24 <nil>
	// 1000 2025-02-12 <nil>
}

func ExampleCalendar_WorkdaysUntil() {
	n, err := deadline.China().WorkdaysUntil(day("2026-09-30"), day("2026-10-12"))
	fmt.Println(n, err)
	// Output: 4 <nil>
}

func ExampleCalendar_Day() {
	for _, s := range []string{"2026-09-18", "2026-09-19", "2026-09-20", "2026-10-02"} {
		d, err := deadline.China().Day(day(s))
		fmt.Println(d.Date, d.Workday, d.Kind, d.Name, d.Source, err)
	}
	// Output:
	// 2026-09-18 true workday   <nil>
	// 2026-09-19 false weekend   <nil>
	// 2026-09-20 true makeup 国庆节 国办发明电〔2025〕7号 <nil>
	// 2026-10-02 false statutory 国庆节 国办发明电〔2025〕7号 <nil>
}

func ExampleCalendar_DateOf() {
	d, err := deadline.China().DateOf(at("2025-09-30T16:30:00Z")) // half past midnight in China
	fmt.Println(d, err)
	// Output: 2025-10-01 <nil>
}

func ExampleSuspension() {
	due, err := deadline.China().Due(deadline.Deadline{
		Period:  deadline.Workdays(10),
		Trigger: deadline.Trigger{At: at("2026-03-02T09:00:00+08:00")},
		Suspensions: []deadline.Suspension{
			{From: day("2026-03-05"), To: day("2026-03-09"), Reason: "补正材料"},
			{From: day("2026-03-09"), To: day("2026-03-10"), Reason: "专家评审"},
		},
	})
	fmt.Println(due.Date, err)
	// Output: 2026-03-20 <nil>
}

// An open suspension leaves no due date; the answer says since when.
func ExampleSuspension_open() {
	_, err := deadline.China().Due(deadline.Deadline{
		Period:      deadline.Workdays(10),
		Trigger:     deadline.Trigger{At: at("2026-03-02T09:00:00+08:00")},
		Suspensions: []deadline.Suspension{{From: day("2026-03-05")}},
	})
	fmt.Println(errors.Is(err, deadline.ErrSuspended), deadline.CodeOf(err))
	fmt.Println(deadline.Explain(err, "zh"))
	// Output:
	// true suspended
	// suspensions[0]: 自 2026-03-05 起中止，尚未恢复，因此还没有届满日；恢复后请写明止日
}

func ExampleExtension() {
	review := deadline.Deadline{
		Period:     deadline.Workdays(20),
		Allow:      deadline.Allowance{Times: 1, Max: 10, Approval: true, Basis: "行政许可法第四十二条"},
		Trigger:    deadline.Trigger{At: at("2026-03-02T09:00:00+08:00")},
		Extensions: []deadline.Extension{{N: 10, Granted: day("2026-03-20"), Approver: "局长", Reason: "案情复杂"}},
	}
	due, err := deadline.China().Due(review)
	fmt.Println(due.Date, due.Length, err)

	review.Extensions[0].N = 11
	_, err = deadline.China().Due(review)
	fmt.Println(err)
	// Output:
	// 2026-04-14 30 <nil>
	// deadline: extensions[0]: extended by 11 in all, more than the 10 allowed
}

func ExampleRestart() {
	due, err := deadline.China().Due(deadline.Deadline{
		Period:   deadline.Workdays(20),
		Trigger:  deadline.Trigger{At: at("2026-03-02T09:00:00+08:00")},
		Restarts: []deadline.Restart{{At: at("2026-03-11T10:00:00+08:00"), Reason: "收到补正后的申请"}},
	})
	fmt.Println(due.Trigger, due.Date, err)
	// Output: 2026-03-11 2026-04-09 <nil>
}

func ExampleRoll() {
	// January has a 31st and February has not; 28 February 2026 is a Saturday that is worked, 1 March a Sunday.
	month := deadline.Deadline{Period: deadline.Months(1), Trigger: deadline.Trigger{At: at("2026-01-31T09:00:00+08:00")}}
	for _, roll := range []deadline.Roll{deadline.RollFollowing, deadline.RollPreceding, deadline.RollNone} {
		month.Roll = roll
		due, err := deadline.China().Due(month)
		fmt.Println(due.Nominal, due.Date, err)
	}
	month.Trigger.At = at("2026-02-01T09:00:00+08:00")
	month.Roll = deadline.RollFollowing
	due, err := deadline.China().Due(month)
	fmt.Println(due.Nominal, due.Date, err)
	// Output:
	// 2026-02-28 2026-02-28 <nil>
	// 2026-02-28 2026-02-28 <nil>
	// 2026-02-28 2026-02-28 <nil>
	// 2026-03-01 2026-03-02 <nil>
}

func ExampleDeem() {
	received := deadline.Deem{Events: []string{"confirmed", "signed"}, Rule: deadline.DeemFirstNamed, Basis: "政府信息公开条例第三十一条"}
	trigger, err := received.Trigger(
		deadline.Event{Name: "sent", At: at("2026-03-02T17:00:00+08:00")},
		deadline.Event{Name: "signed", At: at("2026-03-04T10:00:00+08:00")},
	)
	fmt.Println(trigger.Event, trigger.At.Format(time.DateOnly), err)
	// Output: signed 2026-03-04 <nil>
}

func ExampleCalendar_Ledger() {
	ledger, err := deadline.China().Ledger(deadline.Deadline{
		ID: "art65-feedback", Basis: "第六十五条", Period: deadline.Workdays(3),
		Trigger: deadline.Trigger{At: at("2026-09-30T09:00:00+08:00"), Event: "收到异议"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _, _ := strings.Cut(ledger.Text("zh"), "日历：") // the rest is the digest of the calendar
	fmt.Print(text)
	// Output:
	// 期限 art65-feedback：3个工作日（第六十五条）
	// 起算：2026-09-30，当日不计入
	// 届满：2026-10-10，即 2026-10-11 00:00 +08:00 之前
	//   2026-09-30 周三  -  起算日（收到异议），不计入
	//   2026-10-01 周四  -  国庆节放假（国办发明电〔2025〕7号）
	//   2026-10-02 周五  -  国庆节放假（国办发明电〔2025〕7号）
	//   2026-10-03 周六  -  国庆节放假（国办发明电〔2025〕7号）
	//   2026-10-04 周日  -  国庆节放假（国办发明电〔2025〕7号）
	//   2026-10-05 周一  -  国庆节放假（国办发明电〔2025〕7号）
	//   2026-10-06 周二  -  国庆节放假（国办发明电〔2025〕7号）
	//   2026-10-07 周三  -  国庆节放假（国办发明电〔2025〕7号）
	//   2026-10-08 周四  1
	//   2026-10-09 周五  2
	//   2026-10-10 周六  3  国庆节调休上班（国办发明电〔2025〕7号）
	// 放假安排：
	//   国办发明电〔2025〕7号（2025-11-04 公布）
}

func ExampleLedger_JSON() {
	ledger, err := deadline.China().Ledger(deadline.Deadline{
		ID: "art42-review", Basis: "第四十二条", Period: deadline.Workdays(1),
		Trigger: deadline.Trigger{At: at("2026-06-18T09:00:00+08:00")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := ledger.JSON("en")
	fmt.Println(strings.ReplaceAll(string(data), "{\"date", "\n  {\"date"), err)
	// Output:
	// {"deadline":"art42-review","basis":"第四十二条","due":"2026-06-22","before":"2026-06-23T00:00:00+08:00","provisional":false,"ledger":[
	//   {"date":"2026-06-18","counted":false,"n":0,"why":"day of the trigger, not counted"},
	//   {"date":"2026-06-19","counted":false,"n":0,"why":"Dragon Boat Festival (国办发明电〔2025〕7号)"},
	//   {"date":"2026-06-20","counted":false,"n":0,"why":"Dragon Boat Festival (国办发明电〔2025〕7号)"},
	//   {"date":"2026-06-21","counted":false,"n":0,"why":"Dragon Boat Festival (国办发明电〔2025〕7号)"},
	//   {"date":"2026-06-22","counted":true,"n":1,"why":""}],"notices":["国办发明电〔2025〕7号"]} <nil>
}

// The last days of the last published year are provisional, and the year after it is not guessed.
func ExampleCoverageError() {
	cal := deadline.China().AsOf(day("2018-12-01")) // the notice for 2019 came out on 6 December
	due := func(n int) {
		d, err := cal.Due(deadline.Deadline{Period: deadline.Workdays(n), Trigger: deadline.Trigger{At: at("2018-12-24T09:00:00+08:00")}})
		var cover *deadline.CoverageError
		if errors.As(err, &cover) {
			fmt.Println("not covered:", cover.Year)
			return
		}
		fmt.Println(d.Date, d.Provisional)
	}
	due(3)
	due(5)
	due(6)
	// Output:
	// 2018-12-27 false
	// 2018-12-31 true
	// not covered: 2019
}

func ExampleCalendar_AsOf() {
	d := deadline.Deadline{Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: at("2019-04-15T09:00:00+08:00")}}
	before, _ := deadline.China().AsOf(day("2019-03-21")).Due(d)
	after, _ := deadline.China().AsOf(day("2019-03-22")).Due(d)
	fmt.Println(before.Date, after.Date)
	// Output: 2019-04-29 2019-04-28
}

func ExampleReproject() {
	open := []deadline.Deadline{
		{Case: "2019-17", ID: "art42-review", Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: at("2019-04-15T09:00:00+08:00")}},
		{Case: "2019-18", ID: "art42-review", Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: at("2019-04-03T09:00:00+08:00")}},
		{Case: "2019-19", ID: "art65-feedback", Period: deadline.Workdays(5), Trigger: deadline.Trigger{At: at("2019-04-25T09:00:00+08:00")}},
	}
	r := deadline.Reproject(deadline.China().AsOf(day("2019-03-21")), deadline.China().AsOf(day("2019-03-22")), open)
	fmt.Println(r.Deadlines, len(r.Moves))
	for _, m := range r.Moves {
		fmt.Println(m.Text("zh"))
	}
	// Output:
	// 3 2
	// 2019-17/art42-review：2019-04-29 → 2019-04-28（提前）；2019-04-28 改为工作日（劳动节；国办发明电〔2019〕3号）
	// 2019-19/art65-feedback：2019-05-03 → 2019-05-05；2019-04-28 改为工作日（劳动节；国办发明电〔2019〕3号）；2019-05-02 改为休息日（劳动节；国办发明电〔2019〕3号）；2019-05-03 改为休息日（劳动节；国办发明电〔2019〕3号）；2019-05-05 改为工作日（劳动节；国办发明电〔2019〕3号）
}

func ExampleCalendar_WithNotices() {
	// An invented notice: what a host does when the real one for the next year comes out.
	cal, err := deadline.China().WithNotices("2027.txt", []byte(`banfa-calendar 1 cn
notice 示例〔2026〕1号
year 2027
published 2026-11-10
off 2027-01-01 Fri statutory 元旦
balance 2027 1
end 1
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	to, err := cal.AddWorkdays(day("2026-12-31"), 1)
	fmt.Println(to, err)
	// Output: 2027-01-04 <nil>
}

func ExampleLoad() {
	cal, err := deadline.Load(os.DirFS("../internal/workday/data"))
	fmt.Println(cal, err)
	// Output: calendar cn: 2007-01-01 to 2026-12-31 <nil>
}

func ExampleCalendar_WithClosures() {
	cal, err := deadline.China().WithClosures(deadline.Closure{
		From: day("2023-09-01"), To: day("2023-09-01"), Name: "台风停工",
		Citation: "示例防台风通告", Published: day("2023-08-31"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := cal.Day(day("2023-09-01"))
	fmt.Println(d.Workday, d.Kind, d.Name, d.Source, err)
	// Output: false closed 台风停工 示例防台风通告 <nil>
}

func ExampleCalendar_Progress() {
	d := deadline.Deadline{Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: at("2026-03-02T09:00:00+08:00")}}
	for _, now := range []string{"2026-03-02T18:00:00+08:00", "2026-03-11T09:00:00+08:00", "2026-03-16T09:00:00+08:00", "2026-03-18T09:00:00+08:00"} {
		p, err := deadline.China().Progress(d, at(now))
		fmt.Println(p.Elapsed, p.Remaining, p.Overdue, err)
	}
	// Output:
	// 0 10 0 <nil>
	// 7 3 0 <nil>
	// 10 0 0 <nil>
	// 10 0 2 <nil>
}

func ExampleCalendar_Reminders() {
	alerts, err := deadline.China().Reminders(deadline.Deadline{
		Case: "2026-17", ID: "art42-review", Period: deadline.Workdays(10),
		Trigger: deadline.Trigger{At: at("2026-03-02T09:00:00+08:00")},
	},
		deadline.Reminder{ID: "overdue", Workdays: 1},
		deadline.Reminder{ID: "approaching", Workdays: -3},
		deadline.Reminder{ID: "half-way", Workdays: 5, AfterTrigger: true},
	)
	for _, a := range alerts {
		fmt.Println(a.Date, a.Reminder, a.Key)
	}
	fmt.Println(err)
	// Output:
	// 2026-03-09 half-way 2026-17/art42-review/half-way@2026-03-09
	// 2026-03-11 approaching 2026-17/art42-review/approaching@2026-03-11
	// 2026-03-17 overdue 2026-17/art42-review/overdue@2026-03-17
	// <nil>
}

func ExampleCalendar_Statistics() {
	review := func(received, done string, suspended ...deadline.Suspension) deadline.Outcome {
		d := deadline.Deadline{Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: at(received)}, Suspensions: suspended}
		if done == "" {
			return deadline.Outcome{Deadline: d}
		}
		return deadline.Outcome{Deadline: d, Done: day(done)}
	}
	s := deadline.China().Statistics([]deadline.Outcome{
		review("2026-03-02T09:00:00+08:00", "2026-03-09"),
		review("2026-03-02T09:00:00+08:00", "2026-03-20", deadline.Suspension{From: day("2026-03-05"), To: day("2026-03-10")}),
		review("2026-03-02T09:00:00+08:00", "2026-03-17"),
		review("2026-03-02T09:00:00+08:00", ""),
	})
	data, err := json.Marshal(s)
	fmt.Println(string(data), err)
	// Output: {"cases":4,"done":3,"inTime":2,"late":1,"net":{"n":3,"sum":26,"min":5,"p50":10,"p90":11,"p95":11,"max":11},"gross":{"n":3,"sum":30,"min":5,"p50":11,"p90":14,"p95":14,"max":14},"failed":[]} <nil>
}

func ExampleWriteICS() {
	cal := deadline.China()
	review := deadline.Deadline{Case: "2019-17", ID: "art42-review", Basis: "第四十二条", Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: at("2019-04-15T09:00:00+08:00")}}
	due, err := cal.AsOf(day("2019-03-21")).Due(review)
	if err != nil {
		fmt.Println(err)
		return
	}
	todo := deadline.NewTodo(due, at("2019-03-21T08:00:00Z"), "zh")

	// The amendment of 22 March moves it: the same UID, the next SEQUENCE.
	moved := deadline.Reproject(cal.AsOf(day("2019-03-21")), cal.AsOf(day("2019-03-22")), []deadline.Deadline{review}).Moves[0]
	todo = todo.Moved(moved.New, at("2019-03-22T08:00:00Z"), "zh")

	var b strings.Builder
	err = deadline.WriteICS(&b, todo)
	fmt.Print(strings.ReplaceAll(b.String(), "\r\n", "\n"), err)
	// Output:
	// BEGIN:VCALENDAR
	// VERSION:2.0
	// PRODID:-//banfa//deadline//ZH
	// CALSCALE:GREGORIAN
	// BEGIN:VTODO
	// UID:45c715fc887bc65a63400da9ec7c8888@banfa
	// DTSTAMP:20190322T080000Z
	// SEQUENCE:1
	// STATUS:NEEDS-ACTION
	// DUE;VALUE=DATE:20190428
	// SUMMARY:2019-17 art42-review 届满
	// DESCRIPTION:依据：第四十二条\n起算：2019-04-15，当日不计入
	//  \n届满：2019-04-28，即 2019-04-29 00:00 +08:00 之前
	// END:VTODO
	// END:VCALENDAR
	// <nil>
}

func ExampleCalendar_AsBusinessCalendar() {
	b := deadline.China().AsBusinessCalendar()
	fmt.Println(b.WorkdaysFrom(at("2026-09-30T09:00:00+08:00"), 3).Format(time.DateOnly))
	// Output: 2026-10-10
}

func ExampleFromBusinessCalendar() {
	b := cal.NewBusinessCalendar()
	b.Name = "example"
	b.AddHoliday(&cal.Holiday{Name: "New Year", Month: time.January, Day: 1, Func: cal.CalcDayOfMonth})
	c, err := deadline.FromBusinessCalendar(b, time.UTC, 2026, 2030)
	if err != nil {
		fmt.Println(err)
		return
	}
	to, err := c.AddWorkdays(day("2026-12-31"), 1)
	fmt.Println(to, err)
	_, err = c.AddWorkdays(day("2030-12-31"), 1)
	fmt.Println(deadline.CodeOf(err))
	// Output:
	// 2027-01-04 <nil>
	// not_covered
}

func ExampleParseInstant() {
	_, err := deadline.ParseInstant("2026-10-01T09:00:00")
	fmt.Println(err)
	// Output: deadline: time: "2026-10-01T09:00:00" has no zone; write it as 2026-10-01T09:00:00+08:00
}

func ExampleParseSuspension() {
	s, err := deadline.ParseSuspension("2026-11-02..2026-11-06")
	fmt.Println(s.From, s.To, err)
	s, err = deadline.ParseSuspension("2026-11-02..")
	fmt.Println(s.From, s.To.IsZero(), err)
	_, err = deadline.ParseSuspension("2026-11-06..2026-11-02")
	fmt.Println(err)
	// Output:
	// 2026-11-02 2026-11-06 <nil>
	// 2026-11-02 true <nil>
	// deadline: suspension: from 2026-11-06 is after to 2026-11-02; exchange them or correct one
}
