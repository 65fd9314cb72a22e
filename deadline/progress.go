package deadline

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/workday"
)

// Progress says how far a period has run, in working days; days of suspensions are not among them.
type Progress struct {
	Due       Due  // its Date is zero while the deadline is suspended without end
	Suspended bool // an open suspension: there is no due date

	// Elapsed counts the days after the trigger up to and including today, at most to the due date; Remaining those
	// after today up to and including the due date; Overdue those after the due date up to and including today. On
	// the due date Remaining and Overdue are both 0. While the deadline is suspended without end, Remaining is
	// what is left of a period in working days, and 0 for other units.
	Elapsed, Remaining, Overdue int
}

// Progress computes how far the period has run on the civil date of now. The errors are those of Due, except that an
// open suspension is an answer, not an error; what is counted must be covered.
func (c *Calendar) Progress(d Deadline, now time.Time) (Progress, error) {
	var p Progress
	today, err := c.DateOf(now)
	if err != nil {
		return p, err
	}
	r, err := c.ready(&d, nil)
	if err != nil {
		return p, err
	}
	err = c.due(&d, &p.Due)
	p.Suspended = errors.Is(err, ErrSuspended)
	if err != nil && !p.Suspended {
		return p, err
	}
	clock, at := c.index.Without(r.spans), max(today.civil(), r.day0)
	if p.Suspended {
		if p.Elapsed, err = clock.WorkdaysBetween(r.day0, at); err != nil {
			return p, c.public(err)
		}
		if d.Period.Unit == WorkingDays {
			p.Remaining = r.n - p.Elapsed
		}
		return p, nil
	}
	return p, c.run(&p, clock, r.day0, at)
}

// run counts up to, and beyond, a due date that there is.
func (c *Calendar) run(p *Progress, clock workday.Clock, day0, at civil.Date) error {
	due := p.Due.Date.civil()
	var err error
	if p.Elapsed, err = clock.WorkdaysBetween(day0, min(at, due)); err != nil {
		return c.public(err)
	}
	if at <= due {
		p.Remaining, err = clock.WorkdaysBetween(at, due)
	} else {
		p.Overdue, err = clock.WorkdaysBetween(due, at)
	}
	if err != nil {
		return c.public(err)
	}
	return nil
}

// Reminder is one step of a ladder of reminders: so many working days before or after the due date, or after the
// trigger.
type Reminder struct {
	ID           string
	Workdays     int  // from the due date: negative before it, 0 on it, positive when overdue
	AfterTrigger bool // from the trigger instead: on the day with this number, suspended days not counted
}

// Alert is a reminder with its date.
type Alert struct {
	Reminder string
	Date     Date   // never before the day of the trigger
	Key      string // the same for the same reminder of the same case on the same date: what was sent is not sent twice
}

// Reminders returns the dates of a ladder of reminders, in order of date. Each needs an ID of its own. The errors
// are those of Due.
func (c *Calendar) Reminders(d Deadline, ladder ...Reminder) ([]Alert, error) {
	r, err := c.ready(&d, nil)
	if err != nil {
		return nil, err
	}
	var due Due
	if err := c.due(&d, &due); err != nil {
		return nil, err
	}
	alerts := make([]Alert, 0, len(ladder))
	seen := make(map[string]bool, len(ladder))
	for _, step := range ladder {
		if step.ID == "" || seen[step.ID] {
			return nil, invalid("reminders", "reminder.id", step.ID)
		}
		seen[step.ID] = true
		var at civil.Date
		if step.AfterTrigger {
			at, err = c.index.Without(r.spans).AddWorkdays(r.day0, step.Workdays)
		} else {
			at, err = c.index.AddWorkdays(due.Date.civil(), step.Workdays)
		}
		if err != nil {
			return nil, c.ended(&d, &r, err)
		}
		date := dateOf(max(at, r.day0))
		alerts = append(alerts, Alert{step.ID, date, d.Case + "/" + d.ID + "/" + step.ID + "@" + date.String()})
	}
	slices.SortStableFunc(alerts, func(a, b Alert) int { return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Reminder, b.Reminder)) })
	return alerts, nil
}
