package main

import (
	"fmt"
	"strings"

	"github.com/banfa-go/banfa/deadline"
)

type dueCommand struct {
	ID       string        `arg:"" help:"The deadline, or FILE/ID where several files have one of that id."`
	Event    []eventFlag   `required:"" help:"What happened and when, as name=TIME with its zone; again for each event." placeholder:"NAME=TIME" sep:"none"`
	Suspend  []suspendFlag `help:"Days that do not count, both ends included; without TO they still run." placeholder:"FROM..[TO]" sep:"none"`
	Extend   []int         `help:"So many units more, as far as the rule file allows." placeholder:"N" sep:"none"`
	Approver string        `help:"Who approved the extensions." placeholder:"NAME"`
	Restart  []instantFlag `help:"The count begins anew at this time." placeholder:"TIME" sep:"none"`
	AsOf     dateFlag      `help:"Use only the notices published by then." placeholder:"DATE"`
	At       atTime        `help:"Time of the computation, for rules with an effective window; now by default." placeholder:"TIME"`
	Case     string        `help:"Your name for the case, for the iCalendar export." placeholder:"NAME"`
	Explain  bool          `help:"Show the proof, day by day." xor:"form"`
	ICS      bool          `name:"ics" help:"Print a to-do for calendar applications (iCalendar)." xor:"form"`
}

// eventFlag is name=TIME. What is wrong with its time is an error of the input, not of usage, so that it is found when the command runs.
type eventFlag struct{ name, at string }

// UnmarshalText reads name=TIME.
func (e *eventFlag) UnmarshalText(text []byte) error {
	name, at, ok := strings.Cut(string(text), "=")
	if !ok || name == "" {
		return fmt.Errorf("%q: write name=TIME, such as application_received=2026-10-01T09:00:00+08:00", text)
	}
	e.name, e.at = name, at
	return nil
}

type (
	suspendFlag string
	instantFlag string
	dateFlag    string
)

// Run computes a due date, with its proof.
func (c *dueCommand) Run(a *app) error {
	rules, err := a.use()
	if err != nil {
		return err
	}
	d, err := deadline.New(rules, deadline.Clock(a.now))
	if err != nil {
		return err
	}
	events, opts, err := c.input()
	if err != nil {
		return err
	}
	r, err := d.Due(a.ctx, strings.TrimPrefix(c.ID, "Deadlines/"), events, opts...)
	if err != nil {
		return err
	}
	return c.print(a, r)
}

// input reads what was given. Every time is an instant with its zone, every day a date: nothing is guessed.
func (c *dueCommand) input() ([]deadline.Event, []deadline.CallOption, error) {
	events := make([]deadline.Event, len(c.Event))
	for i, e := range c.Event {
		at, err := deadline.ParseInstant(e.at)
		if err != nil {
			return nil, nil, err
		}
		events[i] = deadline.Event{Name: e.name, At: at}
	}
	opts := []deadline.CallOption{deadline.Case(c.Case)}
	if !c.At.IsZero() {
		opts = append(opts, deadline.At(c.At.Time))
	}
	for _, s := range c.Suspend {
		x, err := deadline.ParseSuspension(string(s))
		if err != nil {
			return nil, nil, err
		}
		opts = append(opts, deadline.Suspend(x))
	}
	for _, n := range c.Extend {
		opts = append(opts, deadline.Extend(deadline.Extension{N: n, Approver: c.Approver}))
	}
	for _, t := range c.Restart {
		at, err := deadline.ParseInstant(string(t))
		if err != nil {
			return nil, nil, err
		}
		opts = append(opts, deadline.RestartBy(deadline.Restart{At: at}))
	}
	if c.AsOf != "" {
		day, err := deadline.ParseDate(string(c.AsOf))
		if err != nil {
			return nil, nil, err
		}
		opts = append(opts, deadline.AsOf(day))
	}
	return events, opts, nil
}

func (c *dueCommand) print(a *app, r *deadline.Result) error {
	switch {
	case c.ICS:
		return deadline.WriteICS(a.stdout, r.Todo(a.now(), a.lang))
	case a.JSON:
		text, err := r.JSON(a.lang)
		if err != nil {
			return err
		}
		_, err = a.stdout.Write(append(text, '\n'))
		return err
	case c.Explain:
		_, err := fmt.Fprint(a.stdout, r.Text(a.lang))
		return err
	}
	_, err := fmt.Fprint(a.stdout, r.Summary(a.lang))
	return err
}
