package deadline

import (
	"strconv"
	"strings"
)

// Text writes why a day does not count or is special, in lang ("zh", or English); "" for an ordinary counted day.
func (e Entry) Text(lang string) string {
	parts := make([]string, len(e.Why))
	for i, c := range e.Why {
		parts[i] = c.Text(lang)
	}
	return strings.Join(parts, text(lang, "join"))
}

// Text writes the cause in lang ("zh", or English).
func (c Cause) Text(lang string) string {
	with := func(bare, named string) string {
		s := text(lang, bare)
		if c.Name != "" {
			s = text(lang, named, c.Name)
		}
		return sourced(lang, s, c.Source)
	}
	switch c.Reason {
	case ByTrigger:
		return with("cause.trigger", "cause.trigger-event")
	case ByRestart:
		return with("cause.restart", "cause.restart-event")
	case ByZero:
		return text(lang, "cause.zero")
	case ByWeekend:
		return text(lang, "cause.weekend")
	case ByHoliday:
		return text(lang, "cause.holiday", holiday(lang, c.Name), c.Source)
	case ByMakeup:
		if c.Name == "" {
			return text(lang, "cause.makeup-rest", c.Source)
		}
		return text(lang, "cause.makeup", holiday(lang, c.Name), c.Source)
	case ByClosure:
		return text(lang, "cause.closed", c.Name, c.Source)
	case ByRest:
		return text(lang, "cause.rest", c.Source)
	case BySuspension:
		return with("cause.suspended", "cause.suspended-for")
	case ByExtension:
		s := with("cause.extended", "cause.extended-for")
		if c.Approver != "" {
			s = text(lang, "approved", s, c.Approver)
		}
		return s
	case ByNominalEnd:
		return text(lang, "cause.nominal", c.Name)
	case ByRollDue:
		return text(lang, "cause.due")
	case ByRollPassed:
		return text(lang, "cause.passed")
	default:
		return string(c.Reason)
	}
}

func sourced(lang, s, source string) string {
	if source == "" {
		return s
	}
	return text(lang, "with", s, source)
}

// Summary writes for people, in lang ("zh", or English), what the period is and when it ends.
func (l *Ledger) Summary(lang string) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\n") }
	period := l.Period.Text(lang)
	if l.Due.Length != l.Period.N {
		period = text(lang, "ledger.extended", period, Period{l.Due.Length, l.Period.Unit}.Text(lang))
	}
	line(sourced(lang, text(lang, "ledger.title", l.Due.Deadline, period), l.Due.Basis))
	line(text(lang, "ledger.trigger", l.Due.Trigger.String()))
	line(text(lang, "ledger.due", l.Due.Date.String(), l.Due.Before.Format("2006-01-02 15:04 -07:00")))
	if l.Due.Provisional {
		line(text(lang, "ledger.provisional"))
	}
	return b.String()
}

// Text writes the ledger for people, in lang ("zh", or English): what the period is, when it ends, one line for each
// day with its number or why it does not count, and the notices on which that rests.
func (l *Ledger) Text(lang string) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\n") }
	b.WriteString(l.Summary(lang))
	width := len(strconv.Itoa(l.Due.Length))
	for _, e := range l.Entries {
		n := "-"
		if e.Counted {
			n = strconv.Itoa(e.N)
		}
		n = strings.Repeat(" ", max(width-len(n), 0)) + n
		day := "  " + e.Date.String() + " " + weekdayName(lang, e.Date.Weekday()) + "  " + n + "  " + e.Text(lang)
		line(strings.TrimRight(day, " "))
	}
	if len(l.Notices) > 0 {
		line(text(lang, "ledger.notices"))
		for _, n := range l.Notices {
			line("  " + text(lang, "ledger.notice", n.ID, n.Published.String()))
		}
	}
	if !l.AsOf.IsZero() {
		line(text(lang, "ledger.known", l.AsOf.String()))
	}
	line(text(lang, "ledger.calendar", l.Calendar, l.CalendarDigest))
	return b.String()
}
