package deadline

import (
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Result is when a deadline of a rule file ends in a case, with the proof and what it rests on.
type Result struct {
	*Ledger

	Ruleset string // KIND/NAME
	Digest  string // sha256:… of the rule file
	At      string // RFC 3339, in the calendar's zone
	Status  string // of the rule file: draft, in-force or repealed

	// Ended is the instant of the event that ends the deadline; zero while that has not happened.
	Ended time.Time

	// Calendar and Case are what the answer was computed from: Calendar.Progress(Case, now) says how far the period has run, and Reproject
	// what a new notice does to it.
	Calendar *Calendar
	Case     Deadline

	rules           *banfa.Rules
	file            *ruleset.Deadlines
	rule            *ruleset.Deadline
	interpretations []*ruleset.Interpretation
}

// InTime reports whether the act was done before the period was over; false while it has not been done.
func (r *Result) InTime() bool { return !r.Ended.IsZero() && r.Ended.Before(r.Due.Before) }

// Interpretations returns the ids of the interpretations that the answer rests on.
func (r *Result) Interpretations() []string {
	ids := make([]string, len(r.interpretations))
	for i, in := range r.interpretations {
		ids[i] = in.ID
	}
	return ids
}

// Reminders returns the dates of the reminders that the rule file declares, in order of date. It is a *CoverageError where one needs a
// year whose schedule is not published.
func (r *Result) Reminders() ([]Alert, error) {
	ladder := make([]Reminder, len(r.rule.Remind))
	for i, m := range r.rule.Remind {
		ladder[i] = Reminder{ID: m.ID, Workdays: m.Workdays, AfterTrigger: m.FromStart}
	}
	return r.Calendar.Reminders(r.Case, ladder...)
}

// Todo returns the deadline as a to-do of calendar applications, written at stamp, with texts in lang ("zh", or English).
func (r *Result) Todo(stamp time.Time, lang string) Todo {
	t := NewTodo(r.Due, stamp, lang)
	if m := r.label(lang, "deadlines."+r.rule.ID+".message", r.rule.Message); m != "" {
		t.Summary += text(lang, "colon") + m
	}
	return t
}

// label returns a text of the rule file in lang, as far as the bundle has it.
func (r *Result) label(lang, key, own string) string {
	if lang != message.Chinese {
		if s := r.rules.Label(lang, r.file.ID(), key); s != "" {
			return s
		}
	}
	return own
}

// in returns the ledger with the names of events and suspensions in lang.
func (r *Result) in(lang string) *Ledger {
	names := map[string]string{}
	if lang != message.Chinese {
		for _, e := range r.file.Events {
			names[e.Label] = r.label(lang, "events."+e.Name+".label", e.Label)
		}
		for _, s := range r.rule.Suspended {
			if s.Message != "" {
				names[s.Message] = r.label(lang, "deadlines."+r.rule.ID+".suspended."+s.ID, s.Message)
			}
		}
	}
	l := *r.Ledger
	l.Entries = slices.Clone(l.Entries)
	for i := range l.Entries {
		why := slices.Clone(l.Entries[i].Why)
		for j := range why {
			if n, ok := names[why[j].Name]; ok && (why[j].Reason == ByTrigger || why[j].Reason == BySuspension) {
				why[j].Name = n
			}
		}
		l.Entries[i].Why = why
	}
	return &l
}

// JSON returns the result as the ledger's JSON with, after its keys, "ruleset", "digest", "at", "status" and "interpretations" (ids), on
// one line, in lang ("zh", or English).
func (r *Result) JSON(lang string) ([]byte, error) {
	ledger, err := r.in(lang).JSON(lang)
	if err != nil {
		return nil, err
	}
	rest, err := marshal(struct {
		Ruleset         string   `json:"ruleset"`
		Digest          string   `json:"digest"`
		At              string   `json:"at"`
		Status          string   `json:"status"`
		Interpretations []string `json:"interpretations"`
	}{r.Ruleset, r.Digest, r.At, r.Status, r.Interpretations()})
	if err != nil {
		return nil, err
	}
	return append(append(ledger[:len(ledger)-1], ','), rest[1:]...), nil
}

// MarshalJSON is JSON in Chinese.
func (r *Result) MarshalJSON() ([]byte, error) { return r.JSON(message.Chinese) }

// Summary writes for people, in lang ("zh", or English), when the deadline ends, who must do what by then, the reminders, and what the
// answer rests on.
func (r *Result) Summary(lang string) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\n") }
	b.WriteString(r.Ledger.Summary(lang))
	key := "deadlines." + r.rule.ID
	if m := r.label(lang, key+".message", r.rule.Message); m != "" {
		actor := r.label(lang, key+".actor", r.rule.Actor)
		if actor == "" {
			line(text(lang, "duty", m))
		} else {
			line(text(lang, "duty.actor", actor, m))
		}
	}
	if !r.Ended.IsZero() {
		done := "done.late"
		if r.InTime() {
			done = "done.in-time"
		}
		line(text(lang, done, r.Ended.In(r.Calendar.Zone()).Format("2006-01-02 15:04 -07:00")))
	} else if err := r.reminders(lang, line); err != nil {
		line(text(lang, "reminder.none", Explain(err, lang)))
	}
	return b.String() + r.Grounds(lang)
}

func (r *Result) reminders(lang string, line func(string)) error {
	alerts, err := r.Reminders()
	if err != nil {
		return err
	}
	for _, a := range alerts {
		name := a.Reminder
		for i := range r.rule.Remind {
			if m := &r.rule.Remind[i]; m.ID == a.Reminder && m.Message != "" {
				name = r.label(lang, "deadlines."+r.rule.ID+".remind."+m.ID, m.Message)
			}
		}
		line(text(lang, "reminder", a.Date.String(), name))
	}
	return nil
}

// Text writes the proof for people, in lang ("zh", or English): the ledger, and what it rests on.
func (r *Result) Text(lang string) string { return r.in(lang).Text(lang) + r.Grounds(lang) }

// Grounds writes what the answer rests on beside the calendar, in lang: that the rule file is a draft, and its interpretations. It is ""
// where there is nothing to say.
func (r *Result) Grounds(lang string) string {
	var b strings.Builder
	if r.Status != "in-force" {
		b.WriteString(text(lang, "status."+r.Status, r.Ruleset) + "\n")
	}
	for _, in := range r.interpretations {
		key := "interpretations." + in.ID
		b.WriteString(text(lang, "interpretation",
			r.label(lang, key+".question", in.Question), r.label(lang, key+".choice", in.Choice), in.By, in.Date) + "\n")
	}
	return b.String()
}
