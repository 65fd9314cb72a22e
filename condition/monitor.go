package condition

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Monitor watches usage events by a rule file of kind Monitoring (Articles 44p3, 58 and 59): each event is counted in the windows of the
// file and judged by its rules. Its time is that of the events; its memory is bounded by what the file declares and by MonitorLimits.
//
// It is safe for any number of goroutines, which take turns: what it answers depends on the order in which events reach Observe, and for
// one order it is always the same. ParseEvent, which is most of the work for JSON, takes no turn.
type Monitor struct {
	spec        *ruleset.Monitoring
	limits      MonitorLimits
	events      *input.Schema
	permissions *input.Schema
	lookup      func(id string) (banfa.Facts, bool)
	clock       func() time.Time
	permission  int // the event's field that names it, or -1

	mu     sync.Mutex
	groups []*monitorGroup
	wins   []*monitorWindow // in the order of the file
	rules  []*monitorRule
	book   map[string]monitorTerms

	started bool
	newest  int64 // the latest time of an event that counted, Unix nanoseconds
	swept   int64 // the newest when what has expired was last dropped
	ids     monitorIDs
	quiet   map[monitorQuiet]int64 // when an alert was last raised
	stats   MonitorStats

	job monitorJob
}

// MonitorLimits bound what a Monitor keeps. A field that is zero means its default, the figure beside it.
type MonitorLimits struct {
	Keys       int           // 1,000,000 keys of windows; an event of one more raises an alert of kind "capacity"
	IDs        int           // 4,000,000 ids of events within the lateness; of one more, a repetition is counted again, and noted
	Alerts     int           // 1,000,000 cooldowns; an alert that cannot be remembered is raised again
	Events     int           // 8 ids that an alert lists, the most recent
	Values     int           // 100 values that an alert lists of a window
	EventBytes int           // 1 MiB of JSON an event
	Ahead      time.Duration // 5 minutes by which an event may be ahead of the clock
}

func (l MonitorLimits) withDefaults() MonitorLimits {
	or := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	or(&l.Keys, 1_000_000)
	or(&l.IDs, 4_000_000)
	or(&l.Alerts, 1_000_000)
	or(&l.Events, 8)
	or(&l.Values, 100)
	or(&l.EventBytes, 1<<20)
	if l.Ahead <= 0 {
		l.Ahead = 5 * time.Minute
	}
	return l
}

// MonitorOption changes a Monitor.
type MonitorOption interface{ applyMonitor(*monitorConfig) }

type monitorFunc func(*monitorConfig)

func (f monitorFunc) applyMonitor(c *monitorConfig) { f(c) }

type monitorConfig struct {
	name   string
	limits MonitorLimits
	lookup func(id string) (banfa.Facts, bool)
	clock  func() time.Time
}

// Watching chooses the rule file by its name, where a bundle has several of kind Monitoring. By default a bundle must have exactly one.
func Watching(name string) MonitorOption {
	return monitorFunc(func(c *monitorConfig) { c.name = name })
}

// WithMonitorLimits sets limits; by default those that MonitorLimits names.
func WithMonitorLimits(l MonitorLimits) MonitorOption {
	return monitorFunc(func(c *monitorConfig) { c.limits = l })
}

// WithPermissions asks the host what a permission agrees to, for each event whose permission SetPermission has not told; false says that
// there is no such permission. It is called by one goroutine at a time and must not call the Monitor. By default nothing is asked.
func WithPermissions(lookup func(id string) (banfa.Facts, bool)) MonitorOption {
	return monitorFunc(func(c *monitorConfig) { c.lookup = lookup })
}

// MonitorClock tells the time, for one thing alone: an event further in the future than MonitorLimits.Ahead is an error, because its time
// would make all others late. The default is time.Now.
func MonitorClock(now func() time.Time) MonitorOption {
	return monitorFunc(func(c *monitorConfig) { c.clock = now })
}

// MonitorNotFoundError says that a bundle has no rule file of kind Monitoring of that name, or that the name is needed because it has
// several.
type MonitorNotFoundError struct {
	Name string   // as asked for; empty where none was
	Have []string // the names there are
}

func (e *MonitorNotFoundError) Error() string { return "condition: " + e.Message(message.English) }

// Message says it in a language: "zh", or English.
func (e *MonitorNotFoundError) Message(lang string) string {
	key := "monitor.not-found"
	switch {
	case len(e.Have) == 0:
		key = "monitor.none"
	case e.Name == "":
		key = "monitor.several"
	}
	return message.Text(lang, key, strings.Join(e.Have, ", "), e.Name)
}

// MonitorNotInForceError says that the rule file is outside its effective window at the time of an event.
type MonitorNotInForceError struct {
	Name string // KIND/NAME
	On   string // the civil date of the event
}

func (e *MonitorNotInForceError) Error() string { return "condition: " + e.Message(message.English) }

// Message says it in a language: "zh", or English.
func (e *MonitorNotInForceError) Message(lang string) string {
	return message.Text(lang, "monitor.not-in-force", e.Name, e.On)
}

// NewMonitor returns a Monitor for a bundle's rule file of kind Monitoring. It starts empty; Restore gives it the state of another.
func NewMonitor(rules *banfa.Rules, opts ...MonitorOption) (*Monitor, error) {
	cfg := monitorConfig{clock: time.Now}
	for _, o := range opts {
		o.applyMonitor(&cfg)
	}
	files := rules.Bundle().Monitorings
	var spec *ruleset.Monitoring
	missing := &MonitorNotFoundError{Name: cfg.name}
	for _, f := range files {
		missing.Have = append(missing.Have, f.Name)
		if f.Name == cfg.name || cfg.name == "" && len(files) == 1 {
			spec = f
		}
	}
	if spec == nil {
		return nil, missing
	}
	m := &Monitor{
		spec: spec, limits: cfg.limits.withDefaults(), lookup: cfg.lookup, clock: cfg.clock,
		book: map[string]monitorTerms{}, permission: -1,
	}
	m.events = input.NewSchema(monitorFacts(spec.Event), false, m.limits.EventBytes)
	m.permissions = input.NewSchema(monitorFacts(spec.Permission), false, rules.Limits().FactsBytes)
	for i := range spec.Event {
		if spec.Event[i].Name == "permission" && spec.Event[i].Type.Kind == expr.String {
			m.permission = i
		}
	}
	m.compile()
	m.empty()
	return m, nil
}

func monitorFacts(fields []ruleset.MonitorField) []ruleset.Fact {
	out := make([]ruleset.Fact, len(fields))
	for i := range fields {
		out[i] = fields[i].Fact
	}
	return out
}

// compile groups windows by their keys and prepares rules.
func (m *Monitor) compile() {
	for i, w := range m.spec.Windows {
		g := m.group(w.By)
		c := &monitorWindow{
			MonitorWindow: w, group: g, at: len(g.windows), index: i, step: int64(w.Step), panes: w.Panes(), keep: m.limits.Events,
			lateness: int64(m.spec.Lateness),
		}
		g.windows = append(g.windows, c)
		g.reach = max(g.reach, int64(w.Over)+int64(w.Step))
		m.wins = append(m.wins, c)
		m.job.inner = m.job.inner || w.Expr != nil || w.Where != nil
	}
	for i, r := range m.spec.Rules {
		c := &monitorRule{MonitorRule: r, index: i, always: r.Effective == ruleset.Window{}, key: newMonitorKey(r.By), leaves: r.When.Leaves()}
		for _, w := range r.Windows {
			c.reads = append(c.reads, m.wins[w])
		}
		c.basis, c.short = monitorBases(r.Basis)
		m.rules = append(m.rules, c)
	}
	m.job.prepare(m)
}

func (m *Monitor) group(by []int) *monitorGroup {
	for _, g := range m.groups {
		if slices.Equal(g.by, by) {
			return g
		}
	}
	g := &monitorGroup{index: len(m.groups), by: by, key: newMonitorKey(by)}
	m.groups = append(m.groups, g)
	return g
}

// empty forgets everything that events have left behind.
func (m *Monitor) empty() {
	for _, g := range m.groups {
		g.keys = map[string]*monitorEntry{}
	}
	m.ids = newMonitorIDs(int64(m.spec.Lateness))
	m.quiet = map[monitorQuiet]int64{}
	m.started, m.newest, m.swept, m.stats = false, 0, 0, MonitorStats{}
}

// Name returns the name of the rule file.
func (m *Monitor) Name() string { return m.spec.Name }

// Digest returns that of the rule file.
func (m *Monitor) Digest() string { return m.spec.Digest }

// MonitorStats says what a Monitor has seen and what it keeps.
type MonitorStats struct {
	Events     int64 `json:"events"`     // taken: judged, and counted unless late
	Late       int64 `json:"late"`       // came too late to be counted
	Duplicates int64 `json:"duplicates"` // had been counted before
	Alerts     int64 `json:"alerts"`
	Cooled     int64 `json:"cooled"` // alerts within the cooldown of another
	Notices    int64 `json:"notices"`

	Keys      int    `json:"keys"`      // kept now, of all windows
	IDs       int    `json:"ids"`       // kept now
	Cooldowns int    `json:"cooldowns"` // kept now
	Newest    string `json:"newest"`    // the time of the newest event, RFC 3339; empty before the first
}

// Stats returns what has been seen and what is kept.
func (m *Monitor) Stats() MonitorStats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	for _, g := range m.groups {
		s.Keys += len(g.keys)
	}
	s.IDs, s.Cooldowns = m.ids.len(), len(m.quiet)
	if m.started {
		s.Newest = monitorTime(m.newest)
	}
	return s
}

// monitorTerms is what a permission agrees to, checked.
type monitorTerms struct{ value expr.Value }

// SetPermission tells what a permission agrees to, in place of what was told before. The error is a *banfa.FactError for facts that the
// rule file does not declare so; what was told before then stays.
func (m *Monitor) SetPermission(id string, facts banfa.Facts) error {
	terms, err := m.terms(facts)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.book[id] = terms
	return nil
}

// DropPermission forgets a permission: events that name it are of an unknown one from then on.
func (m *Monitor) DropPermission(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.book, id)
}

func (m *Monitor) terms(facts banfa.Facts) (monitorTerms, error) {
	doc, err := banfa.ReadFacts(facts, m.permissions)
	if err != nil {
		return monitorTerms{}, err
	}
	for i := range m.spec.Permission {
		f := &m.spec.Permission[i]
		if !doc.Values[i].Present() {
			doc.Values[i] = f.Assume
		}
		if f.Required && !doc.Values[i].Present() {
			return monitorTerms{}, monitorRequired(f.Name)
		}
	}
	if m.job.permits == nil {
		return monitorTerms{}, nil
	}
	return monitorTerms{m.job.permits.Make(doc.Values)}, nil
}

func monitorRequired(name string) error {
	return &banfa.FactError{Fact: name, Code: "type", Want: "a value: the field is required", Got: "null"}
}

// monitorDay is the civil date of a time.
func monitorDay(t time.Time) (civil.Date, error) { return civil.OfTime(t, civil.Zone) }

// monitorTime writes a time as alerts have it.
func monitorTime(ns int64) string { return time.Unix(0, ns).In(civil.Zone).Format(time.RFC3339Nano) }

// The instants that Unix nanoseconds can hold, with room for the longest window on both sides.
const (
	monitorFirst = math.MinInt64 / 2
	monitorLast  = math.MaxInt64 / 8 * 7
)

// monitorDone is the context's error, if it is done.
func monitorDone(ctx context.Context) error { return context.Cause(ctx) }
