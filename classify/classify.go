package classify

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Classifier decides open types by one rule file. It is immutable and safe for any number of goroutines.
type Classifier struct {
	c          *ruleset.Classification
	engine     *decide.Engine
	rules      *banfa.Rules
	schema     *input.Schema
	transition *input.Schema
	clock      func() time.Time
	always     []bool // which rules exist, where no rule has a window; nil otherwise
	assumed    []int  // facts that are presumed where absent
	quick      bool   // whether verdicts can be had from marks
	rooms      sync.Pool
}

// NotFoundError says that a bundle has no rule file of that name, or that the name is needed because it has several.
type NotFoundError struct {
	Name string   // as asked for; empty where none was
	Have []string // the names there are
}

func (e *NotFoundError) Error() string {
	switch {
	case len(e.Have) == 0:
		return "classify: the bundle has no rule file of kind Classification"
	case e.Name == "":
		return "classify: choose one of several rule files with Named: " + strings.Join(e.Have, ", ")
	}
	return fmt.Sprintf("classify: no Classification/%s; there is %s", e.Name, strings.Join(e.Have, ", "))
}

// NotInForceError says that a rule file is outside its effective window at the time of an evaluation: that is an error, not an
// answer.
type NotInForceError struct {
	Name        string
	At          time.Time
	From, Until string // civil dates, both included; empty where open
}

func (e *NotInForceError) Error() string {
	return fmt.Sprintf("classify: %s is not in force on %s (from %s until %s)",
		e.Name, e.At.In(civil.Zone).Format(time.DateOnly), orOpen(e.From), orOpen(e.Until))
}

func orOpen(s string) string {
	if s == "" {
		return "…"
	}
	return s
}

// New returns a Classifier for a bundle's rule file of kind Classification.
func New(rules *banfa.Rules, opts ...Option) (*Classifier, error) {
	cfg := config{clock: time.Now}
	for _, o := range opts {
		o.apply(&cfg)
	}
	bundle := rules.Bundle()
	var found *ruleset.Classification
	missing := &NotFoundError{Name: cfg.name}
	for _, c := range bundle.Classifications {
		missing.Have = append(missing.Have, c.Name)
		if c.Name == cfg.name || cfg.name == "" && len(bundle.Classifications) == 1 {
			found = c
		}
	}
	if found == nil {
		return nil, missing
	}
	limit := rules.Limits().FactsBytes
	cl := &Classifier{
		c: found, engine: decide.New(found), rules: rules, clock: cfg.clock,
		schema: input.NewSchema(found.Facts, true, limit),
	}
	if t := found.Transitions; t != nil {
		cl.transition = input.NewSchema(t.Facts, false, limit)
	}
	cl.always = make([]bool, len(found.Rules))
	for i, r := range found.Rules {
		if r.Effective != (ruleset.Window{}) {
			cl.always = nil
			break
		}
		cl.always[i] = true
	}
	cl.prepareVerdicts()
	return cl, nil
}

// Name returns the name of the rule file.
func (c *Classifier) Name() string { return c.c.Name }

// Facts returns the facts that the rule file declares.
func (c *Classifier) Facts() []banfa.Fact {
	facts, _ := c.rules.Facts(c.c.ID())
	return facts
}

// evaluation is one classification while it is worked out, and afterwards what its trace is made from.
type evaluation struct {
	*Classifier
	at     time.Time
	active []bool
	doc    *input.Document
	evs    []*expr.Eval // the data set, or each different set of facts that its items have
	known  []*decide.Known
	item   []int // by item: the evaluation it has
}

// Classify decides the open type of one data set (Articles 10 to 16 in the pack for Shenzhen). Facts that are absent make the
// answer undetermined only where they can change it. The error is a *banfa.FactError for facts that cannot be taken, a
// *NotInForceError, or the context's; an error within a rule is part of the Result and opens nothing.
func (c *Classifier) Classify(ctx context.Context, facts banfa.Facts, opts ...CallOption) (*Result, error) {
	return c.answer(ctx, facts, c.call(opts))
}

func (c *Classifier) answer(ctx context.Context, facts banfa.Facts, k call) (*Result, error) {
	e, err := c.evaluate(ctx, facts, k)
	if err != nil {
		return nil, err
	}
	r := e.result(!k.noPaths)
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// call reads the options of one evaluation; its time is the clock's where they name none.
func (c *Classifier) call(opts []CallOption) call {
	k := readCall(opts)
	if k.at.IsZero() {
		k.at = c.clock()
	}
	return k
}

func (c *Classifier) evaluate(ctx context.Context, facts banfa.Facts, k call) (*evaluation, error) {
	active, err := c.active(k.at)
	if err != nil {
		return nil, err
	}
	doc, err := banfa.ReadFacts(facts, c.schema)
	if err != nil {
		return nil, err
	}
	e := &evaluation{Classifier: c, at: k.at, active: active, doc: doc}
	e.bind(ctx)
	for _, ev := range e.evs {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		e.known = append(e.known, c.engine.Known(ev, active))
	}
	return e, nil
}

// active returns the rules that exist at a time.
func (c *Classifier) active(at time.Time) ([]bool, error) {
	day, err := civil.OfTime(at, civil.Zone)
	if err != nil {
		return nil, fmt.Errorf("classify: time of the evaluation: %w", err)
	}
	if w := c.c.Effective; !w.Contains(day) {
		e := &NotInForceError{Name: c.c.ID(), At: at}
		if w.From != nil {
			e.From = w.From.String()
		}
		if w.Until != nil {
			e.Until = w.Until.String()
		}
		return nil, e
	}
	if c.always != nil {
		return c.always, nil
	}
	return c.engine.Active(day), nil
}

// bind puts the facts into evaluations, one for each different set that an item of the data set has.
func (e *evaluation) bind(ctx context.Context) {
	if len(e.doc.Items) == 0 {
		e.evs = []*expr.Eval{e.newEval(ctx, nil)}
		return
	}
	e.item = make([]int, len(e.doc.Items))
	same := map[string]int{}
	var key strings.Builder
	for i := range e.doc.Items {
		item := &e.doc.Items[i]
		key.Reset()
		for f, v := range item.Values {
			if v.Present() {
				s := v.String()
				fmt.Fprintf(&key, "%d:%d:%s;", f, len(s), s)
			}
		}
		at, ok := same[key.String()]
		if !ok {
			at = len(e.evs)
			same[key.String()] = at
			e.evs = append(e.evs, e.newEval(ctx, item.Values))
		}
		e.item[i] = at
	}
}

func (e *evaluation) newEval(ctx context.Context, item []expr.Value) *expr.Eval {
	ev := e.c.Env.NewEval(ctx)
	for i := range e.c.Facts {
		f := &e.c.Facts[i]
		v := e.doc.Values[i]
		if item != nil && item[i].Present() {
			v = item[i]
		}
		if !v.Present() {
			v = f.Assume
		}
		if v.Present() {
			ev.Put(f.Slot, v)
		}
	}
	ev.Put(e.c.Now, expr.NewTimestamp(e.at))
	if e.c.Params >= 0 {
		ev.Put(e.c.Params, e.c.ParamsValue)
	}
	return ev
}
