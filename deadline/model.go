package deadline

import (
	"strconv"
	"time"

	"github.com/banfa-go/banfa/internal/message"
)

// Unit is what a period is counted in.
type Unit uint8

// The units. The zero Unit is none: a Period without unit is an error.
const (
	WorkingDays  Unit = iota + 1
	CalendarDays      // every day counts; only the last one is moved off a day off (Civil Code, Arts. 200 to 203)
	CalendarMonths
)

// Period is a length of time: 10 working days, 30 days, 6 months.
type Period struct {
	N    int // 0 or more
	Unit Unit
}

// Workdays returns a period of n working days. It ends with working day n after the trigger, make-up weekends
// included; with n = 0 on the day of the trigger, or the next working day where that is not one.
func Workdays(n int) Period { return Period{n, WorkingDays} }

// Days returns a period of n calendar days. It ends on the n-th day after the trigger.
func Days(n int) Period { return Period{n, CalendarDays} }

// Months returns a period of n months. It ends on the corresponding day, or on the last day of a month that has no
// such day (Civil Code, Art. 202).
func Months(n int) Period { return Period{n, CalendarMonths} }

// Years returns a period of n years, as 12 n months.
func Years(n int) Period {
	switch {
	case n < 0:
		return Months(n) // refused as negative
	case n > maxLength/12:
		return Months(maxLength + 1) // refused as too long; 12 n might not be an int
	}
	return Months(12 * n)
}

// String writes the period in English: "10 working days".
func (p Period) String() string { return p.Text(message.English) }

// Text writes the period in lang ("zh", or English).
func (p Period) Text(lang string) string {
	key := "period.none"
	switch p.Unit {
	case WorkingDays:
		key = "period.workdays"
	case CalendarDays:
		key = "period.days"
	case CalendarMonths:
		key = "period.months"
	}
	if p.N == 1 {
		key += "-one"
	}
	return text(lang, key, strconv.Itoa(p.N))
}

// Roll says what becomes of a period in calendar days or months that ends on a day off. A period in working days
// never does.
type Roll uint8

// The ways to roll.
const (
	RollFollowing Roll = iota // it ends on the next working day (Civil Code, Art. 203); the default
	RollPreceding             // it ends on the working day before
	RollNone                  // it ends where it ends, and needs no schedule for that
)

// Trigger is the event that starts a period. Its civil date in the calendar's zone is day 0 and is not counted.
type Trigger struct {
	At    time.Time
	Event string // what happened; for the ledger
	Basis string // for the ledger
}

// Restart is an event that replaces the trigger: the count begins anew from its day. Of several the latest holds.
// Suspensions and extensions stay what they are; days before the new trigger are no longer counted at all.
type Restart struct {
	At     time.Time
	Reason string
	Basis  string
}

// Suspension is a run of civil dates that do not count, both ends included. Suspensions may overlap and come in any
// order.
type Suspension struct {
	From   Date
	To     Date // zero while it is open: there is no due date then, unless the period ended before From
	Reason string
	Basis  string
}

// Extension lets the count go on from N for further units of the period. It must be allowed: see Allowance.
type Extension struct {
	N        int // in the unit of the period; more than 0
	Granted  Date
	Approver string
	Reason   string
	Basis    string
}

// Allowance is what the law allows by way of extension. The zero value allows none.
type Allowance struct {
	Times    int  // how many extensions
	Max      int  // units of all extensions together; 0 for no such limit
	Approval bool // each extension needs an approver
	Basis    string
}

// Deadline is a period as it runs in one case: what the law says (period, roll, what extension it allows) and what
// happened (trigger, restarts, suspensions, extensions).
type Deadline struct {
	ID    string // of the deadline, as in a rule file
	Case  string // the host's name for the case; with ID it identifies the deadline in reminders and iCalendar
	Basis string // the citation of the period

	Period Period
	Roll   Roll
	Allow  Allowance

	Trigger     Trigger
	Restarts    []Restart
	Suspensions []Suspension
	Extensions  []Extension
}

// Due is the end of a period.
type Due struct {
	Deadline string `json:"deadline"`
	Case     string `json:"-"`
	Basis    string `json:"basis"`

	// Date is the last day on which the act is in time, and Before the instant at which it no longer is: 00:00 of
	// the following day in the calendar's zone, exclusive.
	Date   Date      `json:"due"`
	Before time.Time `json:"before"`

	// Provisional says that the date rests on a day that the next notice can still change: 28 to 31 December of
	// the last published year.
	Provisional bool `json:"provisional"`

	Trigger Date `json:"-"` // day 0: of the trigger, or of the latest restart
	Length  int  `json:"-"` // of the period with its extensions, in its unit
	Nominal Date `json:"-"` // where the count ends; Date differs from it only by rolling
}
