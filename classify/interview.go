package classify

import (
	"context"
	"fmt"
	"maps"

	"github.com/banfa-go/banfa"
)

// Interview finds out what is needed to determine an outcome, and no more: each question is about a fact that can still change the
// answer, the one expected to settle most first. It is used by one goroutine.
type Interview struct {
	c       *Classifier
	ctx     context.Context
	opts    []CallOption
	facts   banfa.Map
	result  *Result
	skipped map[string]bool
	steps   []step
}

// step is one answer or one skip, with what it replaced.
type step struct {
	name    string
	before  any
	had     bool
	skipped bool
}

// Interview starts from the facts already known, which may be nil. Facts about items cannot be asked for: give the data set's.
func (c *Classifier) Interview(ctx context.Context, facts banfa.Map, opts ...CallOption) (*Interview, error) {
	in := &Interview{c: c, ctx: ctx, opts: opts, facts: maps.Clone(facts), skipped: map[string]bool{}}
	if in.facts == nil {
		in.facts = banfa.Map{}
	}
	return in, in.update()
}

func (in *Interview) update() error {
	r, err := in.c.Classify(in.ctx, in.facts, in.opts...)
	if err != nil {
		return err
	}
	in.result = r
	return nil
}

// Next returns the fact to ask for. ok is false when the outcome is determined, or when all that could still change it has been
// skipped.
func (in *Interview) Next() (fact banfa.Fact, ok bool) {
	for _, name := range in.result.Missing {
		if in.skipped[name] {
			continue
		}
		for _, f := range in.c.Facts() {
			if f.Name == name {
				return f, true
			}
		}
	}
	return banfa.Fact{}, false
}

// Answer gives the value of a fact. The error is a *banfa.FactError, and the interview stands as it did.
func (in *Interview) Answer(name string, value any) error {
	before, had := in.facts[name]
	in.facts[name] = value
	if err := in.update(); err != nil {
		if had {
			in.facts[name] = before
		} else {
			delete(in.facts, name)
		}
		return err
	}
	in.steps = append(in.steps, step{name, before, had, in.skipped[name]})
	return nil
}

// Skip puts a fact aside that the person asked does not know. It stays absent.
func (in *Interview) Skip(name string) {
	before, had := in.facts[name]
	in.steps = append(in.steps, step{name, before, had, in.skipped[name]})
	in.skipped[name] = true
}

// Back takes the last answer, or the last skip, back, and returns the fact it was about; "" where there is none.
func (in *Interview) Back() (string, error) {
	if len(in.steps) == 0 {
		return "", nil
	}
	last := in.steps[len(in.steps)-1]
	in.steps = in.steps[:len(in.steps)-1]
	name := last.name
	delete(in.facts, name)
	if last.had {
		in.facts[name] = last.before
	}
	in.skipped[name] = last.skipped
	if err := in.update(); err != nil {
		return "", fmt.Errorf("classify: taking back %s: %w", name, err)
	}
	return name, nil
}

// Label returns a text of the rule file in a language, by a key such as facts.consent_obtained.ask, and own where the bundle has no
// labels in it.
func (in *Interview) Label(lang, key, own string) string {
	if s := in.c.rules.Label(lang, in.c.c.ID(), key); s != "" {
		return s
	}
	return own
}

// Result returns the answer as it stands.
func (in *Interview) Result() *Result { return in.result }

// Facts returns the facts as they stand.
func (in *Interview) Facts() banfa.Map { return maps.Clone(in.facts) }

// Asked returns the facts asked for so far, in order.
func (in *Interview) Asked() []string {
	names := make([]string, len(in.steps))
	for i, s := range in.steps {
		names[i] = s.name
	}
	return names
}
