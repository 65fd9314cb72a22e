package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/banfa-go/banfa/condition"
)

type lifecycleCommand struct {
	Name    string `arg:"" optional:"" help:"The rule file, where there are several: application, permission or objection in the pack."`
	Events  string `help:"The events of the case as JSON lines, each with event, at, by and facts; - for standard input." placeholder:"FILE"`
	At      atTime `help:"Time for which deadlines and legal events are told; now by default, and never before the last event." placeholder:"TIME"`
	Mermaid bool   `help:"Draw the lifecycle as a state diagram of Mermaid instead."`
}

// Run says where a case stands.
func (c *lifecycleCommand) Run(a *app) error {
	rules, err := a.use()
	if err != nil {
		return err
	}
	var opts []condition.LifecycleOption
	if c.Name != "" {
		opts = append(opts, condition.LifecycleNamed(strings.TrimPrefix(c.Name, "Lifecycle/")))
	}
	l, err := condition.NewLifecycle(rules, opts...)
	if err != nil {
		return lifecycleSaid(err)
	}
	if c.Mermaid {
		_, err := io.WriteString(a.stdout, l.Mermaid(a.lang))
		return err
	}
	events, places, err := c.read(a)
	if err != nil {
		return err
	}
	s, err := l.Fold(a.ctx, events)
	if err != nil {
		return c.refused(a, err, places)
	}
	at := c.At.Time
	if at.IsZero() {
		at = a.now().Truncate(time.Second)
		if n := len(events); n > 0 && at.Before(events[n-1].At) {
			at = events[n-1].At
		}
	}
	if s, err = l.AsOf(a.ctx, s, at); err != nil {
		return lifecycleSaid(err)
	}
	if a.JSON {
		return a.printJSON(s)
	}
	_, err = io.WriteString(a.stdout, s.Text(a.lang))
	return err
}

// read returns the events and the line of each. One that cannot be read ends the command: a log with a gap has no standing.
func (c *lifecycleCommand) read(a *app) (events []condition.CaseEvent, places []int, err error) {
	if c.Events == "" {
		return nil, nil, nil
	}
	in, closeIn, err := a.open(c.Events)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	for x, err := range condition.CaseEventLines(in) {
		switch {
		case err != nil:
			return nil, nil, lifecycleSaid(err)
		case len(events) == condition.MaxLifecycleEvents:
			return nil, nil, said("more than %d events (the limit of a case)", "超过 %d 个事件（一个事项的限额）", condition.MaxLifecycleEvents)
		}
		events, places = append(events, x.Event), append(places, x.Line)
	}
	return events, places, nil
}

// refused says in which line the event stands that was refused, and what is legal in its place.
func (c *lifecycleCommand) refused(a *app, err error, places []int) error {
	var illegal *condition.IllegalEventError
	if !errors.As(err, &illegal) {
		return err
	}
	at := 0
	if illegal.Index < len(places) {
		at = places[illegal.Index]
	}
	if !a.JSON {
		return fail(statusRefused, lifecycleSaid(&condition.CaseEventLineError{Line: at, Err: illegal}))
	}
	err = a.printJSON(map[string]any{"refused": struct {
		Line    int    `json:"line"`
		Message string `json:"message"`
		*condition.IllegalEventError
	}{at, illegal.Why(a.lang), illegal}})
	if err != nil {
		return err
	}
	return quiet(statusRefused)
}

// lifecycleSaid makes an error that speaks both languages one of the command's own.
func lifecycleSaid(err error) error {
	var t interface {
		error
		Text(lang string) string
	}
	if errors.As(err, &t) {
		return &saying{t.Text("en"), t.Text("zh")}
	}
	return fmt.Errorf("lifecycle: %w", err)
}
