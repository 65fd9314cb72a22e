package condition

import (
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// MaxLifecycleEvents is how many events one case may have by default.
const MaxLifecycleEvents = 100_000

// Lifecycle says where a case stands by one rule file of kind Lifecycle: the review of an application (Articles 40 to 44), a permission that
// can be suspended (Article 63), an objection (Article 65). It reads no clock: an answer depends on the events, the rules and the calendar
// alone. It is immutable and safe for any number of goroutines.
type Lifecycle struct {
	rules     *banfa.Rules
	spec      *ruleset.Lifecycle
	schemas   []*input.Schema // by event: the facts it may state
	deadlines *deadline.Deadlines
	calendar  *deadline.Calendar
	looks     []bool // by transition: whether a guard of it looks at deadlines
	max       int
}

// LifecycleOption changes a Lifecycle.
type LifecycleOption interface{ applyLifecycle(*lifecycleConfig) }

type lifecycleOption func(*lifecycleConfig)

func (f lifecycleOption) applyLifecycle(c *lifecycleConfig) { f(c) }

type lifecycleConfig struct {
	name     string
	calendar *deadline.Calendar
	max      int
}

// LifecycleNamed uses the rule file of that name. It is needed where the bundle has several of kind Lifecycle.
func LifecycleNamed(name string) LifecycleOption {
	return lifecycleOption(func(c *lifecycleConfig) { c.name = name })
}

// LifecycleCalendar counts working days with a calendar of the host's. The default is deadline.China.
func LifecycleCalendar(cal *deadline.Calendar) LifecycleOption {
	return lifecycleOption(func(c *lifecycleConfig) { c.calendar = cal })
}

// LifecycleMaxEvents bounds the events of one case. The default is MaxLifecycleEvents.
func LifecycleMaxEvents(n int) LifecycleOption {
	return lifecycleOption(func(c *lifecycleConfig) { c.max = n })
}

// NewLifecycle returns a Lifecycle for a bundle's rule file of that kind. It is a *LifecycleNotFoundError where there is none of the name, or
// several and none was named.
func NewLifecycle(rules *banfa.Rules, opts ...LifecycleOption) (*Lifecycle, error) {
	cfg := lifecycleConfig{max: MaxLifecycleEvents}
	for _, o := range opts {
		o.applyLifecycle(&cfg)
	}
	if cfg.calendar == nil {
		cfg.calendar = deadline.China()
	}
	files := rules.Bundle().Lifecycles
	missing := &LifecycleNotFoundError{Name: cfg.name}
	l := &Lifecycle{rules: rules, calendar: cfg.calendar, max: cfg.max}
	for _, f := range files {
		missing.Have = append(missing.Have, f.Name)
		if f.Name == cfg.name || cfg.name == "" && len(files) == 1 {
			l.spec = f
		}
	}
	if l.spec == nil {
		return nil, missing
	}
	for i := range l.spec.Events {
		facts := slices.Concat(l.spec.Facts, l.spec.Events[i].Facts)
		l.schemas = append(l.schemas, input.NewSchema(facts, false, rules.Limits().FactsBytes))
	}
	for _, t := range l.spec.Transitions {
		l.looks = append(l.looks, lifecycleLooks(&l.spec.Events[t.Event], t))
	}
	if l.spec.Deadlines != nil {
		var err error
		named := deadline.Named(l.spec.Deadlines.Name)
		if l.deadlines, err = deadline.New(rules, named, deadline.WithCalendar(cfg.calendar)); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// lifecycleLooks reports whether a guard reads a deadline, through variables too.
func lifecycleLooks(e *ruleset.LifecycleEvent, t *ruleset.LifecycleTransition) bool {
	if e.Deadlines < 0 {
		return false
	}
	leaves := e.Env.Leaves()
	for _, x := range lifecycleGuards(t) {
		for _, i := range x.Leaves() {
			if leaves[i].Slot == e.Deadlines {
				return true
			}
		}
	}
	return false
}

// Name returns the name of the rule file.
func (l *Lifecycle) Name() string { return l.spec.Name }

// ID returns KIND/NAME of the rule file.
func (l *Lifecycle) ID() string { return l.spec.ID() }

// Digest returns sha256:… of the rule file and of its file of deadlines.
func (l *Lifecycle) Digest() string { return l.spec.Sum }

// LifecycleNotFoundError says that a bundle has no Lifecycle of that name, or that the name is needed because it has several.
type LifecycleNotFoundError struct {
	Name string   // as asked for; empty where none was
	Have []string // the names there are
}

// Error says it in English; Text in either language.
func (e *LifecycleNotFoundError) Error() string { return "condition: " + e.Text("en") }

// Text says what there is instead, in lang ("zh", or English).
func (e *LifecycleNotFoundError) Text(lang string) string {
	have := strings.Join(e.Have, ", ")
	switch {
	case len(e.Have) == 0:
		return lifecycleText(lang, "no-file")
	case e.Name == "":
		return lifecycleText(lang, "name-needed", have)
	}
	return lifecycleText(lang, "not-found", e.Name, have)
}
