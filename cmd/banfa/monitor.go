package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/internal/atomicfile"
)

type monitorCommand struct {
	Name        string `arg:"" optional:"" help:"The rule file, where there are several."`
	Events      string `required:"" help:"Usage events, one JSON object a line: id, at and the fields; - for standard input." placeholder:"FILE"`
	Permissions string `help:"What was agreed, one JSON object a line: id and the fields of the permission." placeholder:"FILE"`
	State       string `help:"Go on from this file, and save the state there at the end." placeholder:"FILE"`
}

// Run watches a stream of events. Its exit status is 3 where there are alerts, and 1 where an event could not be watched.
func (c *monitorCommand) Run(a *app) (err error) {
	m, err := c.monitor(a)
	if err != nil {
		return err
	}
	if err := c.permissions(a, m); err != nil {
		return err
	}
	if err := c.restore(m); err != nil {
		return err
	}
	before := m.Stats()
	in, closeIn, err := a.open(c.Events)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	broken := 0
	for o, err := range m.Watch(a.ctx, condition.ReadEvents(in, maxLine)) {
		if err != nil {
			var line *condition.MonitorLineError
			var event *condition.MonitorEventError
			if !errors.As(err, &line) && !errors.As(err, &event) {
				if a.ctx.Err() == nil {
					return err // the input failed
				}
				break
			}
			broken++
		}
		// What has not been shown must not be remembered as shown: a failure here leaves the saved state as it was.
		if err := c.show(a, o, err); err != nil {
			return err
		}
	}
	if c.State != "" {
		const owner = 0o600 // the state names users
		if err := atomicfile.Write(c.State, m.Snapshot(), owner); err != nil {
			return err
		}
	}
	alerts, err := c.summary(a, before, m.Stats(), broken)
	switch {
	case err != nil:
		return err
	case a.ctx.Err() != nil:
		return a.ctx.Err()
	case broken > 0:
		return quiet(statusError)
	case alerts > 0:
		return quiet(statusFindings)
	}
	return nil
}

func (c *monitorCommand) monitor(a *app) (*condition.Monitor, error) {
	rules, err := a.use()
	if err != nil {
		return nil, err
	}
	opts := []condition.MonitorOption{condition.MonitorClock(a.now)}
	if kind, _, ok := strings.Cut(c.Name, "/"); ok && kind != "Monitoring" {
		return nil, fail(statusUsage, said("%s: only files of kind Monitoring watch events", "%s：只有 Monitoring 类的文件用于监测", c.Name))
	}
	if name := strings.TrimPrefix(c.Name, "Monitoring/"); name != "" {
		opts = append(opts, condition.Watching(name))
	}
	return condition.NewMonitor(rules, opts...)
}

// permissions reads what was agreed. One line that cannot be read ends the command: events would be held against a permission that is
// missing.
func (c *monitorCommand) permissions(a *app, m *condition.Monitor) (err error) {
	if c.Permissions == "" {
		return nil
	}
	if c.Permissions == "-" && c.Events == "-" {
		return fail(statusUsage, said("standard input (-) can be read once only", "标准输入（-）只能读一次"))
	}
	in, closeIn, err := a.open(c.Permissions)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	r := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(bytes.TrimSpace(line)) > 0 {
			if err := setPermission(m, line); err != nil {
				return said("%s: line %d: %s", "%s：第 %d 行：%s", c.Permissions, n, a.describe(err))
			}
		}
		if err != nil {
			return nil
		}
	}
}

func setPermission(m *condition.Monitor, line []byte) error {
	if len(line) > maxLine {
		return errLongLine
	}
	terms, err := banfa.JSON(line).Map()
	if err != nil {
		return err
	}
	id, ok := terms["id"].(string)
	if !ok || id == "" {
		return &banfa.FactError{Fact: "id", Code: "type", Want: "non-empty string", Got: fmt.Sprint(terms["id"])}
	}
	delete(terms, "id")
	return m.SetPermission(id, terms)
}

// restore takes over the saved state; the first time there is none.
func (c *monitorCommand) restore(m *condition.Monitor) error {
	if c.State == "" {
		return nil
	}
	state, err := os.ReadFile(c.State) // #nosec G304 -- the user names the file
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	if err := m.Restore(state); err != nil {
		return fmt.Errorf("%s: %w", c.State, err)
	}
	return nil
}

// show prints what is to be said about one event, at once: who reads it may be waiting.
func (c *monitorCommand) show(a *app, o condition.Observation, fault error) error {
	if a.JSON {
		return c.showJSON(a, o, fault)
	}
	if fault != nil {
		_, err := fmt.Fprintln(a.stderr, "banfa:", c.faultText(a, fault))
		return err
	}
	for i := range o.Alerts {
		if _, err := fmt.Fprintln(a.stdout, o.Alerts[i].Text(a.lang)); err != nil {
			return err
		}
	}
	for i := range o.Notices {
		if _, err := fmt.Fprintln(a.stderr, o.Notices[i].Text(a.lang)); err != nil {
			return err
		}
	}
	return nil
}

func (c *monitorCommand) showJSON(a *app, o condition.Observation, fault error) error {
	if fault != nil {
		out := errorObject(fault)
		out.Message = c.faultText(a, fault)
		var line *condition.MonitorLineError
		var event *condition.MonitorEventError
		switch {
		case errors.As(fault, &line):
			out.Line = line.Line
		case errors.As(fault, &event):
			out.Line = event.Line
		}
		return a.printJSON(map[string]any{"error": out})
	}
	for i := range o.Alerts {
		if err := a.printJSON(&o.Alerts[i]); err != nil {
			return err
		}
	}
	for i := range o.Notices {
		if err := a.printJSON(&o.Notices[i]); err != nil {
			return err
		}
	}
	return nil
}

// faultText says which event could not be watched, and why.
func (c *monitorCommand) faultText(a *app, err error) string {
	var line *condition.MonitorLineError
	var event *condition.MonitorEventError
	switch {
	case errors.As(err, &line):
		return a.describe(said("line %d: %s", "第 %d 行：%s", line.Line, a.describe(line.Err)))
	case errors.As(err, &event) && event.Line > 0:
		return a.describe(said("line %d, event %.80q: %s", "第 %d 行，事件 %.80q：%s", event.Line, event.ID, a.describe(event.Err)))
	case errors.As(err, &event):
		return a.describe(said("event %.80q: %s", "事件 %.80q：%s", event.ID, a.describe(event.Err)))
	}
	return a.describe(err)
}

// summary says on standard error what this run has seen, and returns the number of alerts.
func (c *monitorCommand) summary(a *app, before, s condition.MonitorStats, broken int) (int64, error) {
	alerts := s.Alerts - before.Alerts
	_, err := fmt.Fprintln(a.stderr, a.describe(said(
		"%d events, %d alerts (%d more within a cooldown), %d late, %d repeated, %d not watched; %d keys kept",
		"%d 个事件，%d 个预警（另有 %d 个在静默期内），迟到 %d，重复 %d，未能监测 %d；保留 %d 个键",
		s.Events-before.Events, alerts, s.Cooled-before.Cooled, s.Late-before.Late, s.Duplicates-before.Duplicates, broken, s.Keys,
	)))
	return alerts, err
}
