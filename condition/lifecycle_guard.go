package condition

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// lifecycleGuard is what a condition came to.
type lifecycleGuard struct {
	truth   expr.Truth
	missing []string
	err     error
}

// with is the worse of two doubts: an error before an unknown.
func (g lifecycleGuard) with(o lifecycleGuard) lifecycleGuard {
	out := lifecycleGuard{truth: max(g.truth, o.truth), missing: g.missing, err: errors.Join(g.err, o.err)}
	for _, m := range o.missing {
		if !slices.Contains(out.missing, m) {
			out.missing = append(out.missing, m)
		}
	}
	return out
}

func lifecycleGuards(t *ruleset.LifecycleTransition) []*expr.Expr {
	var out []*expr.Expr
	for _, x := range []*expr.Expr{t.When, t.Require} {
		if x != nil {
			out = append(out, x)
		}
	}
	return out
}

// eval prepares the evaluation of an event's guards. values are the facts that the event states, those of the case first; nil while the event
// has not happened: nothing is presumed of what it will state.
func (l *Lifecycle) eval(
	ctx context.Context, c *lifecycleCase, e *ruleset.LifecycleEvent, values []expr.Value, at time.Time, looks bool,
) *expr.Eval {
	ev := e.Env.NewEval(ctx)
	put := func(f *ruleset.Fact, v expr.Value, presume bool) {
		if !v.Present() && presume {
			v = f.Assume
		}
		if v.Present() {
			ev.Put(f.Slot, v)
		}
	}
	for i := range l.spec.Facts {
		v := c.values[i]
		if values != nil && values[i].Present() {
			v = values[i]
		}
		put(&l.spec.Facts[i], v, true)
	}
	for i := range e.Facts {
		v := expr.Value{}
		if values != nil {
			v = values[len(l.spec.Facts)+i]
		}
		put(&e.Facts[i], v, values != nil)
	}
	if !at.IsZero() {
		ev.Put(e.Now, expr.NewTimestamp(at))
	}
	if e.Params >= 0 {
		ev.Put(e.Params, l.spec.ParamsValue)
	}
	if looks && e.Deadlines >= 0 && !at.IsZero() {
		if v, err := e.Env.Vars()[e.Deadlines].Type.FromGo(l.deadlineFacts(ctx, c, at)); err == nil {
			ev.Put(e.Deadlines, v)
		}
	}
	return ev
}

// deadlineFacts are the deadlines as guards see them. What cannot be told, because a schedule is not published yet, is absent, so that a
// guard that needs it is unknown.
func (l *Lifecycle) deadlineFacts(ctx context.Context, c *lifecycleCase, at time.Time) map[string]any {
	out := map[string]any{}
	for _, f := range l.spec.DeadlineFields {
		d, started := l.deadline(ctx, c, f.ID, at)
		facts := map[string]any{"open": started && d.Ended == ""}
		switch {
		case d.Error != nil:
		case d.Provisional && d.Overdue: // the next notice may still move the day
		default:
			facts["overdue"] = d.Overdue
		}
		out[f.Name] = facts
	}
	return out
}

// lifecycleHolds evaluates a condition; none holds always.
func lifecycleHolds(env *expr.Env, ev *expr.Eval, x *expr.Expr) lifecycleGuard {
	if x == nil {
		return lifecycleGuard{truth: expr.True}
	}
	truth, err := ev.Truth(x)
	g := lifecycleGuard{truth: truth, err: err}
	if truth == expr.Unknown {
		g.missing = lifecycleMissing(env, ev, x)
	}
	return g
}

// lifecycleMissing are the absent facts that a condition reads.
func lifecycleMissing(env *expr.Env, ev *expr.Eval, x *expr.Expr) []string {
	out := []string{}
	leaves := env.Leaves()
	for _, i := range x.Leaves() {
		if ev.Lacks(i) && leaves[i].Name != "now" {
			out = append(out, leaves[i].Name)
		}
	}
	return out
}

// deadline says how far one deadline of the case has run, and whether it has begun at all. An event that starts it again begins it anew.
func (l *Lifecycle) deadline(ctx context.Context, c *lifecycleCase, id string, at time.Time) (d OpenDeadline, started bool) {
	i := slices.IndexFunc(l.spec.Deadlines.Deadlines, func(x *ruleset.Deadline) bool { return x.ID == id })
	x := l.spec.Deadlines.Deadlines[i]
	events, ended := lifecycleMarks(x, c.marks)
	if len(events) == 0 {
		return d, false
	}
	d = OpenDeadline{
		ID: x.ID, Basis: lifecycleLong(x.Basis), Short: lifecycleShort(x.Basis), Actor: x.Actor, Message: x.Message,
		Started: lifecycleTime(events[0].At),
	}
	if !ended.IsZero() {
		d.Ended = lifecycleTime(ended)
	}
	r, err := l.deadlines.Due(ctx, l.spec.Deadlines.Name+"/"+id, events, deadline.At(events[0].At))
	var in *deadline.InputError
	switch {
	case errors.As(err, &in) && errors.Is(err, deadline.ErrSuspended):
		d.Suspended, d.Since = true, in.Since.String()
		return d, true
	case err != nil:
		d.Error = &DeadlineTrouble{Code: string(deadline.CodeOf(err)), Message: deadline.Explain(err, "en"), err: err}
		return d, true
	}
	d.Due, d.Before, d.Provisional = r.Due.Date.String(), r.Due.Before.Format(time.RFC3339), r.Due.Provisional
	d.before = r.Due.Before
	until := at
	if !ended.IsZero() {
		until = ended
		d.InTime = r.InTime()
	}
	d.Overdue = !until.Before(r.Due.Before)
	if p, err := r.Calendar.Progress(r.Case, until); err == nil { // else the schedule of the days since is not published: not counted
		d.Remaining, d.Late = p.Remaining, p.Overdue
	}
	return d, true
}

// lifecycleMarks returns the events of a deadline since it last began, and when it ended. What comes after the end is no longer its own; a
// suspension still open then is over with it.
func lifecycleMarks(x *ruleset.Deadline, marks []deadline.Event) (events []deadline.Event, ended time.Time) {
	first := -1
	for i := range marks {
		if marks[i].Name == x.Starts {
			first = i
		}
	}
	if first < 0 {
		return nil, ended
	}
	for _, m := range marks[first:] {
		events = append(events, m)
		if m.Name == x.Ends {
			ended = m.At
			break
		}
	}
	if ended.IsZero() {
		return events, ended
	}
	for _, s := range x.Suspended {
		open := 0
		for _, e := range events {
			switch e.Name {
			case s.From:
				open++
			case s.To:
				open--
			}
		}
		for ; open > 0; open-- {
			events = append(events, deadline.Event{Name: s.To, At: ended})
		}
	}
	return events, ended
}

func lifecycleJoin(s []string) string { return strings.Join(s, ", ") }

func lifecycleOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
