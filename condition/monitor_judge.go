package condition

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// monitorRule is a rule, ready to be judged.
type monitorRule struct {
	*ruleset.MonitorRule
	index        int
	always       bool // it has no effective window
	key          monitorKey
	reads        []*monitorWindow
	leaves       []int
	basis, short string
}

// monitorJob is one event while it is worked on. It is kept from event to event for its memory.
type monitorJob struct {
	inner           bool // whether any window needs an expression
	in, out         *expr.Eval
	events, permits *expr.Records

	seen     *monitorSeen
	late     bool
	entries  []*monitorEntry // by group; nil where there is no room
	readings []reading       // by window
	broken   []error         // by window: why it is not known what the event adds
	times    []int64
	key      []byte
	scratch  map[string]struct{}
	result   Observation
}

func (j *monitorJob) prepare(m *Monitor) {
	// The context of an evaluation only ends it early; an event is short enough.
	ctx := context.Background()
	j.in, j.out = m.spec.Inner.Env.NewEval(ctx), m.spec.Outer.Env.NewEval(ctx)
	j.events = expr.NewRecords(m.spec.EventType)
	if m.spec.PermitType != nil {
		j.permits = expr.NewRecords(m.spec.PermitType)
	}
	for _, x := range []struct {
		ev  *expr.Eval
		env *ruleset.MonitorEnv
	}{{j.in, m.spec.Inner}, {j.out, m.spec.Outer}} {
		if x.env.Params >= 0 {
			x.ev.Put(x.env.Params, m.spec.ParamsValue)
		}
	}
	j.entries = make([]*monitorEntry, len(m.groups))
	j.readings, j.broken = make([]reading, len(m.wins)), make([]error, len(m.wins))
	j.scratch = map[string]struct{}{}
}

// Observe counts one event and judges it. What it answers are the alerts that the event raises, in the order of the rules, and what else is
// to be said about it. The error is a *banfa.FactError for an event that cannot be taken, a *MonitorNotInForceError, or the context's; the
// event has then not been watched.
//
// An event is late when it is older than the newest one by more than the file's lateness: it is judged by the rules that look at no window,
// and noted. One that is older than the newest and not late is counted in its place, and each rule is judged at its time and again, until
// it raises an alert, at the end of each later pane of the rule's windows, up to the newest event, which the event falls into and in which
// the key has others.
func (m *Monitor) Observe(ctx context.Context, e MonitorEvent) (Observation, error) {
	if err := monitorDone(ctx); err != nil {
		return Observation{}, err
	}
	seen, err := m.read(e)
	if err != nil {
		return Observation{}, err
	}
	day, err := monitorDay(e.At)
	if err != nil {
		return Observation{}, err
	}
	if !m.spec.Effective.Contains(day) {
		return Observation{}, &MonitorNotInForceError{Name: m.spec.ID(), On: day.String()}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	j := &m.job
	j.seen, j.result = &seen, Observation{Alerts: []MonitorAlert{}, Notices: []MonitorNotice{}}
	if !m.take(j) {
		return j.result, nil
	}
	m.judge(j, day)
	m.stats.Alerts += int64(len(j.result.Alerts))
	m.stats.Notices += int64(len(j.result.Notices))
	j.seen = nil
	return j.result, nil
}

// take finds out what an event is and counts it; false says that it was counted before.
func (m *Monitor) take(j *monitorJob) bool {
	s := j.seen
	j.late = m.started && s.at < m.newest-int64(m.spec.Lateness)
	if !j.late {
		id := monitorIDOf(s.id)
		if at, again := m.ids.at[id]; again && at >= m.newest-int64(m.spec.Lateness) {
			if at == s.at {
				m.stats.Duplicates++
				m.note(j, "duplicate", "", "")
				m.stats.Notices++
				return false
			}
			m.note(j, "conflict", "", monitorTime(at))
		}
		if !m.started || s.at > m.newest {
			m.newest = s.at
			if !m.started {
				m.swept = s.at
				for _, g := range m.groups {
					g.swept = s.at
				}
			}
			m.started = true
			m.ids.drop(m.newest)
			m.sweep()
		}
		if !m.ids.add(id, s.at, m.limits.IDs) {
			m.note(j, "ids", "", fmt.Sprint(m.limits.IDs))
		}
	}
	m.stats.Events++
	m.bind(j)
	if j.late {
		m.stats.Late++
		m.note(j, "late", "", monitorTime(m.newest))
		return true
	}
	m.count(j)
	return true
}

func (m *Monitor) note(j *monitorJob, kind, rule, reason string) {
	j.result.Notices = append(j.result.Notices, MonitorNotice{
		Kind: kind, Event: j.seen.id, At: monitorTime(j.seen.at), Rule: rule, Reason: reason,
	})
}

// bind puts the event and its permission where expressions find them.
func (m *Monitor) bind(j *monitorJob) {
	event := j.events.Make(j.seen.values)
	now := expr.NewTimestamp(time.Unix(0, j.seen.at).UTC())
	var terms expr.Value
	known := false
	if j.permits != nil {
		terms, known = m.agreed(j)
	}
	put := func(ev *expr.Eval, env *ruleset.MonitorEnv) {
		ev.PutRecord(env.Event, event)
		ev.Put(env.Now, now)
		if j.permits != nil {
			if known {
				ev.PutRecord(env.Permission, terms)
			} else {
				ev.Take(env.Permission)
			}
			ev.Put(env.Known, expr.NewBool(known))
		}
		ev.Again()
	}
	put(j.out, m.spec.Outer)
	if j.inner && !j.late {
		put(j.in, m.spec.Inner)
	}
}

// agreed looks up the permission that an event names.
func (m *Monitor) agreed(j *monitorJob) (expr.Value, bool) {
	id, ok := j.seen.values[m.permission].Str()
	if !ok {
		return expr.Value{}, false
	}
	if t, ok := m.book[id]; ok {
		return t.value, true
	}
	if m.lookup == nil {
		return expr.Value{}, false
	}
	facts, ok := m.lookup(id)
	if !ok {
		return expr.Value{}, false
	}
	terms, err := m.terms(facts)
	if err != nil {
		m.note(j, "permission", "", err.Error())
		return expr.Value{}, false
	}
	return terms.value, true
}

// count adds the event to its windows.
func (m *Monitor) count(j *monitorJob) {
	for i, g := range m.groups {
		j.key = g.key.of(j.key[:0], j.seen.values)
		e := m.entry(g, j.key)
		j.entries[i] = e
		for _, w := range g.windows {
			j.broken[w.index] = nil
			if e == nil {
				continue
			}
			var c contribution
			counts, err := m.contribution(j, w, &c)
			j.broken[w.index] = err
			if counts {
				w.add(&e.states[w.at], j.seen.at, j.seen.id, &c, m.newest)
			}
		}
		if e != nil {
			e.last = max(e.last, j.seen.at)
		}
	}
}

// contribution finds out what the event adds to a window; false where it is not in it. Where nobody can tell, it adds something that is
// not known.
func (m *Monitor) contribution(j *monitorJob, w *monitorWindow, c *contribution) (bool, error) {
	if w.Where != nil {
		switch t, err := j.in.Truth(w.Where); t {
		case expr.True:
		case expr.False:
			return false, nil
		default:
			return true, err
		}
	}
	if w.Of == ruleset.MonitorCount {
		c.known = true
		return true, nil
	}
	var v expr.Value
	if w.Field >= 0 {
		v = j.seen.values[w.Field]
	} else {
		var t expr.Truth
		var err error
		if v, t, err = j.in.Value(w.Expr); t != expr.True {
			return true, err
		}
	}
	if !v.Present() {
		return true, nil
	}
	c.known = true
	switch {
	case w.Of != ruleset.MonitorSum:
		c.value = monitorShort(monitorText(v))
	case w.Type.Kind == expr.Decimal:
		c.decimal, _ = v.Decimal()
	default:
		c.sum, _ = v.Int()
	}
	return true, nil
}

// judge judges the event by every rule.
func (m *Monitor) judge(j *monitorJob, day civil.Date) {
	if !j.late {
		for _, w := range m.wins {
			m.look(j, w, j.seen.at)
		}
		j.out.Again()
	}
	for _, r := range m.rules {
		if !r.always && !r.Effective.Contains(day) || j.late && len(r.reads) > 0 {
			continue
		}
		v := m.verdict(j, r)
		if v.kind == MonitorFinding || len(r.reads) == 0 || j.seen.at == m.newest {
			m.raise(j, r, v, j.seen.at)
			continue
		}
		to, at := j.seen.at, j.seen.at // of the verdict, and of the windows as they stand
		for _, t := range m.later(j, r) {
			m.lookAll(j, r, t)
			at = t
			if x := m.verdict(j, r); x.worse(v) {
				v, to = x, t
			}
			if v.kind == MonitorFinding {
				break
			}
		}
		if at != to {
			m.lookAll(j, r, to)
			at = to
		}
		m.raise(j, r, v, to)
		if at != j.seen.at {
			m.lookAll(j, r, j.seen.at)
		}
	}
}

func (m *Monitor) lookAll(j *monitorJob, r *monitorRule, t int64) {
	for _, w := range r.reads {
		m.look(j, w, t)
	}
	j.out.Again()
}

// look reads a window at a time.
func (m *Monitor) look(j *monitorJob, w *monitorWindow, t int64) {
	e := j.entries[w.group.index]
	if e == nil {
		j.readings[w.index] = reading{}
		j.out.Put(w.Slot, expr.Value{})
		return
	}
	r := w.read(&e.states[w.at], t, j.scratch)
	j.readings[w.index] = r
	j.out.Put(w.Slot, r.value)
}

// later returns the times after the event's own at which a rule must be judged again.
func (m *Monitor) later(j *monitorJob, r *monitorRule) []int64 {
	j.times = j.times[:0]
	for _, w := range r.reads {
		e := j.entries[w.group.index]
		if e == nil {
			continue
		}
		own := w.pane(j.seen.at)
		for i := range e.states[w.at].panes {
			if p := e.states[w.at].panes[i].index; p > own && p <= own+w.panes {
				j.times = append(j.times, min(w.start(p+1)-1, m.newest))
			}
		}
	}
	slices.Sort(j.times)
	j.times = slices.Compact(j.times)
	return j.times
}

// verdict is what became of a rule.
type verdict struct {
	kind   MonitorKind // empty: it holds nothing against the event
	reason string
}

// rank orders kinds by how much they say.
func (v verdict) rank() int {
	return slices.Index([]MonitorKind{"", MonitorUnknown, MonitorSaturated, MonitorError, MonitorCapacity, MonitorFinding}, v.kind)
}

func (v verdict) worse(w verdict) bool { return v.rank() > w.rank() }

// verdict judges a rule with the windows as they stand.
func (m *Monitor) verdict(j *monitorJob, r *monitorRule) verdict {
	t, err := j.out.Truth(r.When)
	if t == expr.True {
		return verdict{kind: MonitorFinding}
	}
	var full []string
	for _, w := range r.reads {
		switch {
		case j.entries[w.group.index] == nil:
			return verdict{MonitorCapacity, w.Name}
		case j.broken[w.index] != nil:
			return verdict{MonitorError, w.Name + ": " + j.broken[w.index].Error()}
		case j.readings[w.index].saturated:
			full = append(full, w.Name)
		}
	}
	switch {
	case t == expr.Error:
		return verdict{MonitorError, err.Error()}
	case len(full) > 0:
		return verdict{MonitorSaturated, strings.Join(full, " ")}
	case t == expr.Unknown:
		return verdict{MonitorUnknown, strings.Join(m.missing(j, r), " ")}
	}
	return verdict{}
}

// missing are the names that a rule reads and that are absent.
func (m *Monitor) missing(j *monitorJob, r *monitorRule) []string {
	var out []string
	all := m.spec.Outer.Env.Leaves()
	for _, l := range r.leaves {
		if j.out.Lacks(l) {
			out = append(out, all[l].Name)
		}
	}
	return out
}

// raise makes an alert or a notice of a verdict, unless another has been raised a short while ago.
func (m *Monitor) raise(j *monitorJob, r *monitorRule, v verdict, to int64) {
	if v.kind == "" {
		return
	}
	note := v.kind == MonitorUnknown && r.Note
	q := monitorQuiet{rule: r.index, kind: v.kind}
	if note {
		q.kind = monitorUnjudged
	}
	j.key = r.key.of(j.key[:0], j.seen.values)
	q.key = string(j.key)
	if m.silenced(q, j.seen.at) {
		if !note {
			m.stats.Cooled++
		}
		return
	}
	if note {
		m.note(j, string(monitorUnjudged), r.ID, v.reason)
		return
	}
	a := MonitorAlert{
		Kind: v.kind, Rule: r.ID, Basis: r.basis, Short: r.short, Severity: r.Severity, Key: r.key.named(m, j.seen.values),
		At: monitorTime(j.seen.at), Event: j.seen.id, Values: map[string]any{}, Message: r.Message, Reason: v.reason,
		Ruleset: m.spec.ID(), Digest: m.spec.Digest, Status: m.spec.Status,
	}
	if m.permission >= 0 {
		a.Permission, _ = j.seen.values[m.permission].Str()
	}
	m.evidence(j, r, &a, to)
	j.result.Alerts = append(j.result.Alerts, a)
}

// evidence adds the windows that a rule looked at and the events in them.
func (m *Monitor) evidence(j *monitorJob, r *monitorRule, a *MonitorAlert, to int64) {
	recent := []monitorEventID{{j.seen.at, j.seen.id}}
	a.Total = 1
	from := to
	for _, w := range r.reads {
		e := j.entries[w.group.index]
		if e == nil {
			a.Values[w.Name] = nil
			continue
		}
		x := &j.readings[w.index]
		a.Values[w.Name] = m.listed(x.value.Go())
		a.Total = max(a.Total, x.events)
		from = min(from, x.from)
		for _, id := range e.states[w.at].recent {
			if id.at >= x.from && id.at <= to && !slices.Contains(recent, id) {
				recent = append(recent, id)
			}
		}
	}
	if from < to {
		a.Window = &MonitorSpan{From: monitorTime(from), To: monitorTime(to)}
	}
	slices.SortStableFunc(recent, func(x, y monitorEventID) int {
		return cmp.Or(cmp.Compare(y.at, x.at), strings.Compare(x.id, y.id))
	})
	a.Events = make([]string, 0, min(len(recent), m.limits.Events))
	for _, id := range recent[:min(len(recent), m.limits.Events)] {
		a.Events = append(a.Events, id.id)
	}
}

// listed shortens a list of values.
func (m *Monitor) listed(v any) any {
	if list, ok := v.([]any); ok && len(list) > m.limits.Values {
		return append(list[:m.limits.Values:m.limits.Values], "…")
	}
	return v
}
