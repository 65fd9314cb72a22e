// Package workday counts working days: a rank/select index over civil days, and the official schedule that it is
// built from.
//
//   - [Index] is immutable and answers is-workday, add and count in constant time (index.go); [Clock] is the same
//     with days taken out that do not count (clock.go). Both report days they do not cover as a *CoverageError.
//   - [Schedule] is what was published: notices, each with its publication date, and local closures. AsOf builds
//     the index of what was known on a date (schedule.go).
//   - [Parse] and [Load] read data files strictly: a corrupt file is refused whole, with line and reason
//     (parse.go). [Format] writes them. [China] is the schedule of the embedded files in data/, which
//     internal/workday/gen makes.
//
// # Data files
//
// One file for each year, in UTF-8, one statement a line, # for comments:
//
//	banfa-calendar 1 cn
//
//	notice 国办发明电〔2019〕16号          the official number
//	year 2020                            the year that it arranges (amends 2020: a later change to that year)
//	signed 2019-11-21                    may be missing
//	published 2019-11-21                 as-of computations ask for this date
//	source https://…                     may be missing
//	off 2020-01-01 Wed statutory 元旦     a day off: statutory, adjusted, weekend or extended
//	work 2020-01-19 Sun 春节              a make-up working day, always on a weekend
//	plain 2020-02-01 Sat                 back to the ordinary week (in amendments)
//	balance 2020 11                      weekdays off less make-up days of that year, as known with this notice
//
//	end 1                                the number of notices in the file
//
// Days are in order of date. Weekday and balance say again what the dates say, so that a slip of the pen, a lost
// line and a file cut short are found. "adjusted" is a weekday off in exchange for a make-up day, "weekend" the
// Saturday or Sunday within a holiday, "extended" a day that a later order added without exchange.
package workday
