package deadline

import (
	"errors"
	"strconv"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/workday"
)

// maxLength bounds a period, in its unit: longer than all the days of the years 0001 to 9999.
const maxLength = 4_000_000

// usual is the number of suspensions up to which a computation allocates nothing.
const usual = 8

// run is a deadline made ready to count: valid, with dates for instants.
type run struct {
	first civil.Date // the date of the trigger
	day0  civil.Date // the date of the latest restart, or of the trigger
	again int        // the index of that restart; -1 where there is none
	n     int        // the length of the period with all extensions
	spans []workday.Span
	open  civil.Date // the first day of the first open suspension; Forever where none is open
}

// Due computes when a period ends. The time it takes grows with the number of suspensions, not of days.
//
// It is an *InputError where the input is wrong (a negative period, a suspension whose From is after its To, an
// extension that the allowance does not cover) or an open suspension leaves no due date, and a *CoverageError where
// the count needs a year whose schedule is not published.
func (c *Calendar) Due(d Deadline) (Due, error) {
	var due Due
	err := c.due(&d, &due)
	return due, err
}

// due is Due on what the caller holds: large batches copy nothing.
func (c *Calendar) due(d *Deadline, due *Due) error {
	var buf [usual]workday.Span
	r, err := c.ready(d, buf[:0])
	if err != nil {
		return err
	}
	nominal, date, provisional, err := c.end(d, &r, r.n)
	if err != nil {
		return err
	}
	*due = Due{
		Deadline: d.ID, Case: d.Case, Basis: d.Basis,
		Date: dateOf(date), Before: c.startOf(date + 1), Provisional: provisional,
		Trigger: dateOf(r.day0), Length: r.n, Nominal: dateOf(nominal),
	}
	return nil
}

// ready checks a deadline. The spans are appended to buf.
func (c *Calendar) ready(d *Deadline, buf []workday.Span) (run, error) {
	r := run{again: -1, open: workday.Forever}
	if err := checkPeriod(d); err != nil {
		return r, err
	}
	if d.Trigger.At.IsZero() {
		return r, invalid("trigger", "trigger.missing")
	}
	day0, err := c.DateOf(d.Trigger.At)
	if err != nil {
		return r, err
	}
	r.first, r.day0 = day0.civil(), day0.civil()
	if len(d.Restarts) > 0 {
		if err := c.restart(d, &r); err != nil {
			return r, err
		}
	}
	if r.spans, err = suspend(d, &r, buf); err != nil {
		return r, err
	}
	r.n = d.Period.N
	if len(d.Extensions) > 0 {
		if err := c.extend(d, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

func checkPeriod(d *Deadline) error {
	switch p := d.Period; {
	case p.Unit < WorkingDays || p.Unit > CalendarMonths:
		return invalid("period", "period.unit")
	case p.N < 0:
		return invalid("period", "period.negative", strconv.Itoa(p.N))
	case p.N > maxLength:
		return invalid("period", "period.long", strconv.Itoa(p.N), strconv.Itoa(maxLength))
	case d.Roll > RollNone:
		return invalid("roll", "roll.unknown")
	}
	return nil
}

func (c *Calendar) restart(d *Deadline, r *run) error {
	latest := d.Trigger.At
	for i := range d.Restarts {
		at := d.Restarts[i].At
		switch {
		case at.IsZero():
			return invalid(nth("restarts", i), "trigger.missing")
		case at.Before(d.Trigger.At):
			return invalid(nth("restarts", i), "restart.before")
		case !at.Before(latest):
			latest, r.again = at, i
		}
	}
	day0, err := c.DateOf(latest)
	if err != nil {
		return err
	}
	r.day0 = day0.civil()
	return nil
}

func suspend(d *Deadline, r *run, buf []workday.Span) ([]workday.Span, error) {
	for i := range d.Suspensions {
		s := &d.Suspensions[i]
		span := workday.Span{From: s.From.civil(), To: s.To.civil()}
		switch {
		case s.From.IsZero():
			return nil, invalid(nth("suspensions", i), "suspension.from")
		case s.To.IsZero():
			span.To = workday.Forever
			r.open = min(r.open, span.From)
		case s.To.Before(s.From):
			return nil, invalid(nth("suspensions", i), "suspension.reversed", s.From.String(), s.To.String())
		}
		buf = append(buf, span)
	}
	return workday.Merge(buf), nil
}

// extend checks each extension against the allowance and adds it.
func (c *Calendar) extend(d *Deadline, r *run) error {
	if len(d.Extensions) > d.Allow.Times {
		return invalid(nth("extensions", d.Allow.Times), "extension.times", strconv.Itoa(d.Allow.Times))
	}
	for i := range d.Extensions {
		e := &d.Extensions[i]
		switch {
		case e.N <= 0:
			return invalid(nth("extensions", i), "extension.length", strconv.Itoa(e.N))
		case e.N > maxLength-r.n:
			return invalid(nth("extensions", i), "period.long", strconv.Itoa(e.N), strconv.Itoa(maxLength))
		case d.Allow.Max > 0 && e.N > d.Allow.Max-(r.n-d.Period.N):
			return invalid(nth("extensions", i), "extension.max", strconv.Itoa(r.n-d.Period.N+e.N), strconv.Itoa(d.Allow.Max))
		case d.Allow.Approval && e.Approver == "":
			return invalid(nth("extensions", i), "extension.approver")
		}
		if !e.Granted.IsZero() {
			if err := c.inTime(d, r, i); err != nil {
				return err
			}
		}
		r.n += e.N
	}
	return nil
}

// inTime refuses an extension that was granted when the period had already ended.
func (c *Calendar) inTime(d *Deadline, r *run, i int) error {
	_, date, _, err := c.end(d, r, r.n)
	switch granted := d.Extensions[i].Granted; {
	case errors.Is(err, ErrSuspended):
		return nil // it has not ended
	case err != nil:
		return err
	case granted.civil() > date:
		return invalid(nth("extensions", i), "extension.late", granted.String(), date.String())
	}
	return nil
}

// end returns where a period of n units ends before and after rolling, and whether that rests on a day that the
// next notice can still change.
func (c *Calendar) end(d *Deadline, r *run, n int) (nominal, date civil.Date, provisional bool, err error) {
	clock := c.index.Without(r.spans)
	from, _ := c.index.ProvisionalFrom() // after every covered day where there is none
	if d.Period.Unit == WorkingDays {
		date, err = clock.AddWorkdays(r.day0, n)
		return date, date, err == nil && date >= from, c.ended(d, r, err)
	}
	if nominal, err = lastDay(d.Period.Unit, r, n); err != nil {
		return 0, 0, false, c.ended(d, r, err)
	}
	switch d.Roll {
	case RollNone:
		return nominal, nominal, false, nil
	case RollPreceding:
		date, err = clock.OnOrBefore(nominal)
		if err == nil && date < r.day0 {
			return 0, 0, false, invalid("roll", "roll.before", date.String())
		}
	default:
		date, err = clock.AddWorkdays(nominal, 0)
	}
	return nominal, date, err == nil && max(nominal, date) >= from, c.ended(d, r, err)
}

// lastDay counts calendar days or months from day 0. Days of a suspension move the end by as much as lies before it.
func lastDay(unit Unit, r *run, n int) (civil.Date, error) {
	end, err := r.day0.AddDays(n)
	if unit == CalendarMonths {
		end, err = r.day0.AddMonths(n)
	}
	if err != nil {
		return 0, invalid("period", "period.range")
	}
	for _, s := range r.spans {
		from := max(s.From, r.day0+1)
		switch {
		case s.To < from:
			continue
		case from > end:
			return end, nil
		case s.To == workday.Forever:
			return 0, &workday.OpenError{From: from}
		}
		if end, err = end.AddDays(int(s.To-from) + 1); err != nil {
			return 0, invalid("period", "period.range")
		}
	}
	return end, nil
}

// ended turns the error of a count into one of this package.
func (c *Calendar) ended(d *Deadline, r *run, err error) error {
	if err == nil {
		return nil
	}
	var open *workday.OpenError
	if !errors.As(err, &open) {
		return c.public(err)
	}
	field := "suspensions"
	for i := range d.Suspensions {
		if s := &d.Suspensions[i]; s.To.IsZero() && s.From.civil() == r.open {
			field = nth("suspensions", i)
			break
		}
	}
	since := dateOf(r.open)
	return &InputError{Code: Suspended, Field: field, Since: since, key: "suspension.open", args: []string{since.String()}}
}

func nth(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
