package condition

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Access decides applications by one rule file of kind Conditions. It is immutable and safe for any number of goroutines.
type Access struct {
	c      *ruleset.Conditions
	engine *decide.Engine
	rules  *banfa.Rules
	schema *input.Schema
	clock  func() time.Time
	all    *active    // what exists, where nothing has a window; nil otherwise
	cited  []citation // of the requirements
}

// citation is what a requirement cites, as the law writes it and in short.
type citation struct{ long, short string }

// active is what exists at a time: indexes of requirements and obligations, and the formulas to solve.
type active struct {
	requirements, obligations []int
	formulas, duties          []decide.Formula
	texts                     int // how many texts the requirements carry into an answer
}

// Option changes an Access.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	name, dataset string
	clock         func() time.Time
}

// Named chooses the rule file by its name, where a bundle has several of kind Conditions. By default a bundle must have exactly one.
func Named(name string) Option { return optionFunc(func(c *config) { c.name = name }) }

// ForDataset chooses the rule file by the data set it is for: the file that lists its id, or else the one with the longest pattern that
// matches. A file goes before those it extends.
func ForDataset(id string) Option { return optionFunc(func(c *config) { c.dataset = id }) }

// Clock gives the time of decisions that name none with At. The default is time.Now.
func Clock(now func() time.Time) Option { return optionFunc(func(c *config) { c.clock = now }) }

// NotFoundError says that a bundle has no conditions of that name or for that data set, or that one must be chosen.
type NotFoundError struct {
	Name    string   // as asked for; empty where none was
	Dataset string   // as asked for; empty where none was
	Have    []string // the names there are
}

// Error says what was looked for and what there is.
func (e *NotFoundError) Error() string { return "condition: " + e.Message(message.English) }

// Message says it in a language, "zh" or "en".
func (e *NotFoundError) Message(lang string) string {
	have := strings.Join(e.Have, ", ")
	switch {
	case len(e.Have) == 0:
		return message.Text(lang, "decide.no-files")
	case e.Dataset != "":
		return message.Text(lang, "decide.no-dataset", e.Dataset, have)
	case e.Name == "":
		return message.Text(lang, "decide.choose", have)
	}
	return message.Text(lang, "decide.no-file", e.Name, have)
}

// NotInForceError says that a rule file is outside its effective window at the time of a decision: that is an error, not an answer.
type NotInForceError struct {
	Name        string
	At          time.Time
	From, Until string // civil dates, both included; empty where open
}

// Error names the file, the day and the window.
func (e *NotInForceError) Error() string { return "condition: " + e.Message(message.English) }

// Message says it in a language, "zh" or "en".
func (e *NotInForceError) Message(lang string) string {
	return message.Text(lang, "decide.not-in-force", e.Name, e.At.In(civil.Zone).Format(time.DateOnly),
		cmp.Or(e.From, "…"), cmp.Or(e.Until, "…"))
}

// New returns an Access for a bundle's rule file of kind Conditions.
func New(rules *banfa.Rules, opts ...Option) (*Access, error) {
	cfg := config{clock: time.Now}
	for _, o := range opts {
		o.apply(&cfg)
	}
	found, err := find(rules.Bundle().Conditions, &cfg)
	if err != nil {
		return nil, err
	}
	a := &Access{
		c: found, engine: decide.Formulas(found.Env), rules: rules, clock: cfg.clock,
		schema: input.NewSchema(found.Facts, true, rules.Limits().FactsBytes),
	}
	for _, r := range found.Requirements {
		long, short := bases(r.Basis)
		a.cited = append(a.cited, citation{long, short})
	}
	timeless := func(w ruleset.Window) bool { return w == ruleset.Window{} }
	if !slices.ContainsFunc(found.Requirements, func(r *ruleset.AccessRequirement) bool { return !timeless(r.Effective) }) &&
		!slices.ContainsFunc(found.Obligations, func(o *ruleset.Obligation) bool { return !timeless(o.Effective) }) {
		a.all = a.activeOn(0)
	}
	return a, nil
}

func find(files []*ruleset.Conditions, cfg *config) (*ruleset.Conditions, error) {
	missing := &NotFoundError{Name: cfg.name, Dataset: cfg.dataset}
	var found *ruleset.Conditions
	best := -1
	for _, c := range files {
		missing.Have = append(missing.Have, c.Name)
		if cfg.name != "" && c.Name != cfg.name {
			continue
		}
		if cfg.dataset == "" {
			if cfg.name != "" || len(files) == 1 {
				return c, nil
			}
			continue
		}
		n := covers(c, cfg.dataset)
		if n > best || n >= 0 && n == best && slices.Contains(c.Lineage, found.Name) {
			best, found = n, c
		}
	}
	if found == nil {
		slices.Sort(missing.Have)
		return nil, missing
	}
	return found, nil
}

// covers returns how closely a file names a data set: the length of the longest pattern that matches, more than any for the id itself, and
// -1 for none.
func covers(c *ruleset.Conditions, dataset string) int {
	best := -1
	for _, d := range c.Datasets {
		prefix, pattern := strings.CutSuffix(d, "*")
		switch {
		case !pattern && d == dataset:
			return len(dataset) + 1
		case pattern && strings.HasPrefix(dataset, prefix):
			best = max(best, len(prefix))
		}
	}
	return best
}

// Name returns the name of the rule file.
func (a *Access) Name() string { return a.c.Name }

// Conditions is for the packages of this module: its type is internal.
func (a *Access) Conditions() *ruleset.Conditions { return a.c }

// Rules returns the bundle.
func (a *Access) Rules() *banfa.Rules { return a.rules }

// Facts returns the facts that the rule file declares, those of the files it extends first.
func (a *Access) Facts() []banfa.Fact {
	facts, _ := a.rules.Facts(a.c.ID())
	return facts
}

// at returns what exists at a time.
func (a *Access) at(at time.Time) (*active, error) {
	day, err := civil.OfTime(at, civil.Zone)
	if err != nil {
		return nil, fmt.Errorf("condition: time of the decision: %w", err)
	}
	if w := a.c.Effective; !w.Contains(day) {
		e := &NotInForceError{Name: a.c.ID(), At: at}
		if w.From != nil {
			e.From = w.From.String()
		}
		if w.Until != nil {
			e.Until = w.Until.String()
		}
		return nil, e
	}
	if a.all != nil {
		return a.all, nil
	}
	return a.activeOn(day), nil
}

func (a *Access) activeOn(day civil.Date) *active {
	out := &active{}
	for i, r := range a.c.Requirements {
		if r.Effective.Contains(day) {
			out.requirements = append(out.requirements, i)
			out.formulas = append(out.formulas, decide.Formula{When: r.When, Require: r.Require})
			out.texts += len(r.Evidence) + len(r.Mitigates)
		}
	}
	for i, o := range a.c.Obligations {
		if !o.Effective.Contains(day) {
			continue
		}
		out.obligations = append(out.obligations, i)
		if o.When != nil {
			out.duties = append(out.duties, decide.Formula{Require: o.When})
		}
	}
	return out
}
