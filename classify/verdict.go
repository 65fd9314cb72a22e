package classify

import (
	"context"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Verdict is an answer without what explains it: for a host that decides on millions of records and asks for the explanation of few. Its
// fields mean what those of Result do.
type Verdict struct {
	Outcome    string // the outcome's code, Undetermined or OutOfScope
	Determined bool
	Possible   []string // the most restrictive first
	Rules      []string // ids of the rules known to apply, in the order of the file, and then the residual one
	Review     bool
}

// Verdict decides as Classify does, with the same errors, and puts the answer into v. A record that a Binding reads, or a map or JSON, whose
// facts settle every rule allocates nothing once v has grown to its use, unless a condition needs cel-go, as arithmetic does.
func (c *Classifier) Verdict(ctx context.Context, facts banfa.Facts, v *Verdict, opts ...CallOption) error {
	k := readCall(opts)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if c.quick && c.verdict(facts, k.at, v) {
		return nil
	}
	if k.at.IsZero() {
		k.at = c.clock()
	}
	k.noPaths = true
	r, err := c.answer(ctx, facts, k)
	if err != nil {
		return err
	}
	v.Outcome, v.Determined, v.Review = r.Outcome, r.Determined, r.Review
	v.Possible, v.Rules = append(v.Possible[:0], r.Possible...), v.Rules[:0]
	for i := range r.Rules {
		v.Rules = append(v.Rules, r.Rules[i].ID)
	}
	return nil
}

// room is what a verdict needs while it is worked out.
type room struct {
	marks *expr.Marks
	known *decide.Known
}

// prepareVerdicts finds out whether verdicts can be had from marks: no rule needs cel-go, the time of the evaluation or a presumption that
// is not simply a value.
func (c *Classifier) prepareVerdicts() {
	c.quick = c.engine.Direct() && c.always != nil && c.c.Effective == (ruleset.Window{})
	for i := range c.c.Facts {
		f := &c.c.Facts[i]
		if !f.Assume.Present() {
			continue
		}
		c.assumed = append(c.assumed, i)
		if f.Type.Kind == expr.List || f.Type.Kind == expr.Object {
			c.quick = false
		}
	}
	c.rooms.New = func() any { return &room{c.engine.Tests().NewMarks(), c.engine.NewKnown()} }
}

// verdict works v out from marks. It reports false where it cannot, whatever the reason: the full answer then has it.
func (c *Classifier) verdict(facts banfa.Facts, at time.Time, v *Verdict) bool {
	if !at.IsZero() {
		if _, err := civil.OfTime(at, civil.Zone); err != nil {
			return false
		}
	}
	r := c.rooms.Get().(*room)
	ok := c.verdictIn(r, facts, v)
	c.rooms.Put(r)
	return ok
}

func (c *Classifier) verdictIn(r *room, facts banfa.Facts, v *Verdict) bool {
	r.marks.Reset()
	if !banfa.MarkFacts(facts, c.schema, r.marks) {
		return false
	}
	for _, i := range c.assumed {
		if s := r.marks.Sink(c.c.Facts[i].Slot); !s.Given(r.marks) {
			s.Value(r.marks, c.c.Facts[i].Assume)
		}
	}
	k := r.known
	c.engine.Marked(k, r.marks, c.always)
	rank, ok := c.engine.Settled(k)
	if !ok {
		return false
	}
	v.Outcome, v.Determined, v.Review = c.c.Code(rank), true, false
	v.Possible, v.Rules = append(v.Possible[:0], v.Outcome), v.Rules[:0]
	if k.Scope != expr.True {
		return true
	}
	for _, i := range k.Live {
		if k.Applies[i] != expr.True {
			continue
		}
		rule := c.c.Rules[i]
		v.Rules = append(v.Rules, rule.ID)
		v.Review = v.Review || rule.Review || rule.Outcome >= 0 && rule.Outcome < rank
	}
	if k.Otherwise == expr.True && c.c.Otherwise != nil {
		v.Rules = append(v.Rules, c.c.Otherwise.ID)
	}
	return true
}
