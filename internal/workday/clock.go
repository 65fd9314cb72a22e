package workday

import (
	"math"
	"slices"

	"github.com/banfa-go/banfa/internal/civil"
)

// Forever ends a span that has no end yet. No date of the calendar reaches it.
const Forever civil.Date = math.MaxInt32

// Span is a run of civil days, both ends included.
type Span struct {
	From, To civil.Date // To may be Forever
}

// Merge sorts spans and joins those that overlap or touch, in place. The result says the same days whatever the
// order in which they were given. Spans whose From is after their To are dropped; callers refuse them first.
func Merge(spans []Span) []Span {
	if len(spans) > 16 {
		slices.SortFunc(spans, func(a, b Span) int { return int(a.From) - int(b.From) })
	} else { // the usual handful, without the cost of a general sort
		for i := 1; i < len(spans); i++ {
			for j := i; j > 0 && spans[j].From < spans[j-1].From; j-- {
				spans[j], spans[j-1] = spans[j-1], spans[j]
			}
		}
	}
	n := 0
	for _, s := range spans {
		switch {
		case s.From > s.To:
		case n > 0 && (spans[n-1].To == Forever || s.From <= spans[n-1].To+1):
			spans[n-1].To = max(spans[n-1].To, s.To)
		default:
			spans[n] = s
			n++
		}
	}
	return spans[:n]
}

// Clock is an index with spans of days that do not count: what a suspended period is measured with. Its questions
// take time in the number of spans, not in the number of days.
type Clock struct {
	index *Index
	spans []Span
}

// Without returns the clock of x on which the days of spans do not count. The spans must be merged.
func (x *Index) Without(merged []Span) Clock { return Clock{x, merged} }

// OpenError says that a count ran into a span without an end.
type OpenError struct {
	From civil.Date // the first day of that span
}

// Error says it in English.
func (e *OpenError) Error() string { return Text("en", "span.open", e.From.String()) }

// IsWorkday reports whether d is a working day that no span takes out.
func (c Clock) IsWorkday(d civil.Date) (bool, error) {
	working, err := c.index.IsWorkday(d)
	return working && !c.excluded(d), err
}

func (c Clock) excluded(d civil.Date) bool {
	for _, s := range c.spans {
		if s.From <= d && d <= s.To {
			return true
		}
	}
	return false
}

// AddWorkdays returns the n-th counting day after d, or before it where n is negative; with n = 0, d itself or the next
// counting day. Days within a span need no schedule; every other day of the count does, and so does d. A count
// that runs into a span without end is an *OpenError.
func (c Clock) AddWorkdays(d civil.Date, n int) (civil.Date, error) {
	x := c.index
	if d < x.first || d > x.last {
		return 0, x.uncovered(d)
	}
	switch {
	case n > 0:
		return c.forward(d, n)
	case n == 0:
		return c.forward(d-1, 1)
	default:
		return c.backward(d, n)
	}
}

// OnOrBefore returns d itself, or the counting day before it where d does not count. The errors are those of
// AddWorkdays; a d within a span without end is an *OpenError, too.
func (c Clock) OnOrBefore(d civil.Date) (civil.Date, error) {
	if x := c.index; d < x.first || d > x.last {
		return 0, x.uncovered(d)
	}
	if k := len(c.spans); k > 0 && c.spans[k-1].To == Forever && c.spans[k-1].From <= d {
		return 0, &OpenError{c.spans[k-1].From}
	}
	return c.backward(d+1, -1)
}

func (c Clock) forward(d civil.Date, n int) (civil.Date, error) {
	x := c.index
	for _, s := range c.spans {
		if s.To <= d {
			continue
		}
		if s.From > d+1 {
			stop := min(s.From-1, x.last)
			free := x.rank(stop) - x.rank(d)
			if n <= free {
				return x.forward(d, n)
			}
			if stop == x.last && s.From > x.last+1 {
				return 0, x.uncovered(x.last + 1)
			}
			n -= free
		}
		if s.To == Forever {
			return 0, &OpenError{s.From}
		}
		if d = s.To; d > x.last {
			return 0, x.uncovered(d + 1)
		}
	}
	return x.forward(d, n)
}

func (c Clock) backward(d civil.Date, n int) (civil.Date, error) {
	x := c.index
	for _, s := range slices.Backward(c.spans) {
		if s.From >= d {
			continue
		}
		if s.To < d-1 { // s.To is no longer Forever here
			free := x.rank(d-1) - x.rank(max(s.To, x.first-1))
			if -n <= free {
				return x.backward(d, n)
			}
			if s.To < x.first-1 {
				return 0, x.uncovered(x.first - 1)
			}
			n += free
		}
		if d = s.From; d < x.first {
			return 0, x.uncovered(d - 1)
		}
	}
	return x.backward(d, n)
}

// WorkdaysBetween counts as Index.WorkdaysBetween does, without the days of the spans. Both dates must be covered.
func (c Clock) WorkdaysBetween(from, to civil.Date) (int, error) {
	n, err := c.index.WorkdaysBetween(from, to)
	if err != nil {
		return 0, err
	}
	if from <= to {
		return n - c.taken(from+1, to), nil
	}
	return n + c.taken(to, from-1), nil
}

// taken counts the working days of the spans among the covered days from to to.
func (c Clock) taken(from, to civil.Date) int {
	n := 0
	for _, s := range c.spans {
		if a, b := max(s.From, from), min(s.To, to); a <= b {
			n += c.index.rank(b) - c.index.rank(a-1)
		}
	}
	return n
}
