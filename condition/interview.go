package condition

import (
	"context"
	"fmt"
	"maps"

	"github.com/banfa-go/banfa"
)

// Interview finds out what is needed to decide an application, and no more: each question is about a fact that can still change the
// decision, the one expected to settle most first. It ends as soon as a requirement fails. It is used by one goroutine.
type Interview struct {
	a       *Access
	ctx     context.Context
	opts    []CallOption
	facts   banfa.Map
	result  *Result
	skipped map[string]bool
	steps   []interviewStep
}

// interviewStep is one answer or one skip, with what it replaced.
type interviewStep struct {
	name    string
	before  any
	had     bool
	skipped bool
}

// Interview starts from the facts already known, which may be nil.
func (a *Access) Interview(ctx context.Context, facts banfa.Map, opts ...CallOption) (*Interview, error) {
	in := &Interview{a: a, ctx: ctx, opts: opts, facts: maps.Clone(facts), skipped: map[string]bool{}}
	if in.facts == nil {
		in.facts = banfa.Map{}
	}
	return in, in.update()
}

func (in *Interview) update() error {
	r, err := in.a.Decide(in.ctx, in.facts, in.opts...)
	if err != nil {
		return err
	}
	in.result = r
	return nil
}

// Next returns the fact to ask for. ok is false when the application is approved or rejected, or when all that could still change the
// decision has been skipped.
func (in *Interview) Next() (fact banfa.Fact, ok bool) {
	for _, name := range in.result.Missing {
		if in.skipped[name] {
			continue
		}
		for _, f := range in.a.Facts() {
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
	in.steps = append(in.steps, interviewStep{name, before, had, in.skipped[name]})
	return nil
}

// Skip puts a fact aside that the person asked does not know. It stays absent.
func (in *Interview) Skip(name string) {
	before, had := in.facts[name]
	in.steps = append(in.steps, interviewStep{name, before, had, in.skipped[name]})
	in.skipped[name] = true
}

// Back takes the last answer, or the last skip, back, and returns the fact it was about; "" where there is none.
func (in *Interview) Back() (string, error) {
	if len(in.steps) == 0 {
		return "", nil
	}
	last := in.steps[len(in.steps)-1]
	in.steps = in.steps[:len(in.steps)-1]
	delete(in.facts, last.name)
	if last.had {
		in.facts[last.name] = last.before
	}
	in.skipped[last.name] = last.skipped
	if err := in.update(); err != nil {
		return "", fmt.Errorf("condition: taking back %s: %w", last.name, err)
	}
	return last.name, nil
}

// Label returns a text of the rule file in a language, by a key such as facts.mlps_level.ask, and own where the bundle has no labels in it.
func (in *Interview) Label(lang, key, own string) string { return in.a.labelText(lang, key, own) }

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
