package deadline

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Deadlines computes the deadlines that a bundle's rule files of kind Deadlines declare. It is immutable and safe for any number of
// goroutines.
type Deadlines struct {
	rules    *banfa.Rules
	files    []*ruleset.Deadlines
	calendar *Calendar
	clock    func() time.Time
}

// Option changes a Deadlines.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	name     string
	calendar *Calendar
	clock    func() time.Time
}

// Named uses one rule file, by its name. By default all of the bundle's rule files of kind Deadlines are used together.
func Named(name string) Option { return optionFunc(func(c *config) { c.name = name }) }

// WithCalendar counts with a calendar of the host's: one with a later notice, with local closures, or of another country. The default is
// China.
func WithCalendar(cal *Calendar) Option { return optionFunc(func(c *config) { c.calendar = cal }) }

// Clock gives the time of computations that name none with At. The default is time.Now.
func Clock(now func() time.Time) Option { return optionFunc(func(c *config) { c.clock = now }) }

// New returns the deadlines of a bundle. It is a *NotFoundError where the bundle has no rule file of kind Deadlines, or none of the name.
func New(rules *banfa.Rules, opts ...Option) (*Deadlines, error) {
	cfg := config{clock: time.Now}
	for _, o := range opts {
		o.apply(&cfg)
	}
	if cfg.calendar == nil {
		cfg.calendar = China()
	}
	d := &Deadlines{rules: rules, calendar: cfg.calendar, clock: cfg.clock}
	missing := &NotFoundError{What: "Deadlines", Name: cfg.name}
	for _, f := range rules.Bundle().Deadlines {
		missing.Have = append(missing.Have, f.Name)
		if cfg.name == "" || cfg.name == f.Name {
			d.files = append(d.files, f)
		}
	}
	for _, f := range rules.Bundle().Borrowed { // for lifecycles, which name it
		if len(d.files) == 0 && cfg.name == f.Name {
			d.files = append(d.files, f)
		}
	}
	if len(d.files) == 0 {
		return nil, missing
	}
	return d, nil
}

// IDs returns the ids of the deadlines, in the order of files and within them.
func (d *Deadlines) IDs() []string {
	var ids []string
	for _, f := range d.files {
		for _, x := range f.Deadlines {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// find returns the deadline that an id, or FILE/ID where several files have one of that id, stands for.
func (d *Deadlines) find(id string) (*ruleset.Deadlines, *ruleset.Deadline, error) {
	var file *ruleset.Deadlines
	var found *ruleset.Deadline
	missing := &NotFoundError{What: "deadline", Name: id}
	for _, f := range d.files {
		for _, x := range f.Deadlines {
			switch id {
			case f.Name + "/" + x.ID:
				return f, x, nil
			case x.ID:
				missing.several = missing.several || found != nil
				file, found = f, x
			}
		}
	}
	if found != nil && !missing.several {
		return file, found, nil
	}
	for _, f := range d.files {
		for _, x := range f.Deadlines {
			switch {
			case !missing.several:
				missing.Have = append(missing.Have, x.ID)
			case x.ID == id:
				missing.Have = append(missing.Have, f.Name+"/"+x.ID)
			}
		}
	}
	return nil, nil, missing
}

// CallOption changes one computation.
type CallOption interface{ applyCall(*call) }

type callFunc func(*call)

func (f callFunc) applyCall(c *call) { f(c) }

type call struct {
	at          time.Time
	asOf        Date
	name        string
	suspensions []Suspension
	extensions  []Extension
	restarts    []Restart
}

// At sets the time of the computation: rule files and deadlines outside their effective window on its civil date do not exist. The
// default is the clock of the Deadlines.
func At(t time.Time) CallOption { return callFunc(func(c *call) { c.at = t }) }

// AsOf computes with the notices published by the end of date. By default everything published is used.
func AsOf(date Date) CallOption { return callFunc(func(c *call) { c.asOf = date }) }

// Case sets the host's name for the case, which identifies the deadline in reminders and iCalendar.
func Case(name string) CallOption { return callFunc(func(c *call) { c.name = name }) }

// Suspend adds suspensions beside those that events of the rule file give.
func Suspend(s ...Suspension) CallOption {
	return callFunc(func(c *call) { c.suspensions = append(c.suspensions, s...) })
}

// Extend adds extensions. They must keep within what the rule file allows.
func Extend(e ...Extension) CallOption {
	return callFunc(func(c *call) { c.extensions = append(c.extensions, e...) })
}

// RestartBy adds events that replace the trigger.
func RestartBy(r ...Restart) CallOption {
	return callFunc(func(c *call) { c.restarts = append(c.restarts, r...) })
}

// Due computes when a deadline ends, with the proof. id is the deadline's, or FILE/ID; events are what happened in the case, at instants;
// an event that begins or ends a suspension may be given more than once.
//
// The error is a *NotFoundError, a *NotInForceError, an *InputError (also where a suspension is still open), a *CoverageError, or the
// context's.
func (d *Deadlines) Due(ctx context.Context, id string, events []Event, opts ...CallOption) (*Result, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	k := call{}
	for _, o := range opts {
		o.applyCall(&k)
	}
	if k.at.IsZero() {
		k.at = d.clock()
	}
	file, rule, err := d.find(id)
	if err != nil {
		return nil, err
	}
	cal := d.calendar
	today, err := cal.DateOf(k.at)
	if err != nil {
		return nil, err
	}
	if err := inForce(file, rule, today); err != nil {
		return nil, err
	}
	if !k.asOf.IsZero() {
		cal = cal.AsOf(k.asOf)
	}
	c := caseOf{calendar: cal, file: file, rule: rule, events: events}
	r := &Result{
		Calendar: cal, rules: d.rules, file: file, rule: rule,
		Ruleset: file.ID(), Digest: file.Digest, Status: file.Status, At: k.at.In(cal.Zone()).Format(time.RFC3339),
	}
	if r.Case, r.Ended, err = c.deadline(&k); err != nil {
		return nil, err
	}
	if r.Ledger, err = cal.Ledger(r.Case); err != nil {
		return nil, err
	}
	for i := range file.Interpretations {
		in := &file.Interpretations[i]
		if len(in.Rules) == 0 || slices.Contains(in.Rules, rule.ID) {
			r.interpretations = append(r.interpretations, in)
		}
	}
	return r, nil
}

func inForce(file *ruleset.Deadlines, rule *ruleset.Deadline, today Date) error {
	for _, w := range []struct {
		name string
		in   ruleset.Window
	}{{file.ID(), file.Effective}, {rule.ID, rule.Effective}} {
		if w.in.Contains(today.civil()) {
			continue
		}
		return &NotInForceError{Name: w.name, On: today, From: dateOrNone(w.in.From), Until: dateOrNone(w.in.Until)}
	}
	return nil
}

func dateOrNone(d *civil.Date) Date {
	if d == nil {
		return Date{}
	}
	return dateOf(*d)
}

// NotFoundError says that there is no rule file or no deadline of a name, or several of that id. errors.Is finds ErrNotFound in it.
type NotFoundError struct {
	What string   // "Deadlines" for a rule file of that kind, "deadline" for one of its deadlines
	Name string   // as asked for; empty where none was
	Have []string // what there is

	several bool
}

// Error says it in English; Text in either language.
func (e *NotFoundError) Error() string { return "deadline: " + e.Text(message.English) }

// Text says what is missing and what there is, in lang ("zh", or English).
func (e *NotFoundError) Text(lang string) string {
	key := "found.deadline"
	switch {
	case e.What == "Deadlines" && len(e.Have) == 0:
		key = "found.no-file"
	case e.What == "Deadlines":
		key = "found.file"
	case e.several:
		key = "found.several"
	}
	return text(lang, key, message.Visible(e.Name), strings.Join(e.Have, ", "))
}

// Is makes errors.Is find ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// NotInForceError says that a rule file or a deadline is outside its effective window on the day of a computation: that is an error, not
// an answer. errors.Is finds ErrNotInForce in it.
type NotInForceError struct {
	Name        string // KIND/NAME, or the id of the deadline
	On          Date
	From, Until Date // both included; zero where open
}

// Error says it in English; Text in either language.
func (e *NotInForceError) Error() string { return "deadline: " + e.Text(message.English) }

// Text says it in lang ("zh", or English).
func (e *NotInForceError) Text(lang string) string {
	open := func(d Date) string {
		if d.IsZero() {
			return "…"
		}
		return d.String()
	}
	return text(lang, "force.not", e.Name, e.On.String(), open(e.From), open(e.Until))
}

// Is makes errors.Is find ErrNotInForce.
func (e *NotInForceError) Is(target error) bool { return target == ErrNotInForce }
