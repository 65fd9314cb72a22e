// Package deadline computes periods in working days, and proves them: when a period ends, which days were counted
// and why the others were not, by which notice.
//
// # In short
//
//	cal := deadline.China()
//	due, err := cal.Due(deadline.Deadline{
//		ID: "art42-review", Period: deadline.Workdays(10), Trigger: deadline.Trigger{At: received},
//	})
//
// [Calendar] knows the working days: China's State Council notices from 2007 on ([China]), the same data from a file
// ([Load], [Calendar.WithNotices]), or any calendar of github.com/rickar/cal ([FromBusinessCalendar]). A [Deadline]
// says what the law gives and what happened in the case; [Calendar.Due] computes it, [Calendar.Ledger] proves it,
// day by day, as text and JSON.
//
// What the law gives can stand in a rule file of kind Deadlines, with its citations and interpretations: [New] takes
// the loaded rules, [Deadlines.Due] the id of a deadline and the events of a case, and the [Result] is the proof with
// what it rests on.
//
// # How it counts
//
// The trigger is an instant; its civil date in the calendar's zone (Asia/Shanghai) is day 0 and is not counted (Civil
// Code, Art. 201). A period of N working days ends with the N-th working day after it; make-up weekends are working
// days like any other. [Due.Date] is that day and [Due.Before] the instant, exclusive, at which it is over. What
// happens to a period is five different operations, never one pause:
//
//   - suspend ([Suspension]): civil dates that do not count, both ends included; overlapping ones are one. While one
//     has no end there is no due date, and the error says so.
//   - extend ([Extension]): the count goes on from N. What the law allows is an [Allowance], and is checked.
//   - restart ([Restart]): a new trigger replaces the old one.
//   - roll ([Roll]): a period in calendar days or months that ends on a day off ends on the next working day (Civil
//     Code, Arts. 202 and 203).
//   - deem ([Deem]): which of several events is the trigger.
//
// # What it does not do
//
// It never guesses. A count that needs a year whose notice is not published is a [*CoverageError] that names the
// year, and a due date that the next notice can still change (28 to 31 December of the last published year) is
// provisional. It knows each notice's date of publication: [Calendar.AsOf] computes with what was known on a day, and
// [Reproject] tells which open deadlines a new notice moves, from which date to which, and why. It reads no clock, no
// environment and no network; the current time is an argument.
//
// # Data files
//
// A new notice is data, not a release: one file for each year, in UTF-8, one statement a line, # for comments. It is
// read by [Load] with those of the other years, or by [Calendar.WithNotices] beside the embedded ones.
//
//	banfa-calendar 1 cn
//
//	notice 国办发明电〔2019〕16号          the official number
//	year 2020                            the year that it arranges; amends 2020 for a later change to it
//	signed 2019-11-21                    may be missing
//	published 2019-11-21                 the day from which it is known
//	source https://example.org/notice    may be missing
//	off 2020-01-01 Wed statutory 元旦     a day off: statutory, adjusted, weekend or extended
//	work 2020-01-19 Sun 春节              a make-up working day
//	balance 2020 0                       weekdays off less make-up days of the year, as known with this notice
//
//	end 1                                the number of notices in the file
//
// The days stand in order of date; "plain 2020-02-01 Sat" in an amendment makes a day one of the ordinary week
// again. Weekday, balance and end repeat what the dates say, so that a slip, a lost line or a file cut short is
// found: such a file is refused whole, with line and reason. (The words at the right are not part of the file.)
//
// # More
//
// Elapsed, remaining and overdue working days are [Calendar.Progress], ladders of reminders [Calendar.Reminders],
// durations over many cases [Calendar.Statistics]. [WriteICS] exports due dates to calendar applications, and
// [Calendar.AsBusinessCalendar] hands the calendar to code that uses github.com/rickar/cal. Local closures such as
// a typhoon day are laid over a calendar with [Calendar.WithClosures].
//
// Errors are [*InputError], [*CoverageError], [*DataError], [*NotFoundError] and [*NotInForceError]; [CodeOf] gives the code that the command prints,
// [Explain] the text in Chinese or English. Everything is immutable and safe for any number of goroutines.
package deadline
