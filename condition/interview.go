package condition

import (
	"context"
	"fmt"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/interview"
)

// Interview finds out what is needed to decide an application, and no more: each question is about a fact that can still change the
// decision, the one expected to settle most first. It ends as soon as a requirement fails. It is used by one goroutine.
type Interview struct {
	a *Access
	s *interview.Session[*Result]
}

// Interview starts from the facts already known, which may be nil.
func (a *Access) Interview(ctx context.Context, facts banfa.Map, opts ...CallOption) (*Interview, error) {
	s, err := interview.New(facts, func(facts map[string]any) (*Result, error) { return a.Decide(ctx, banfa.Map(facts), opts...) })
	return &Interview{a, s}, err
}

// Next returns the fact to ask for. ok is false when the application is approved or rejected, or when all that could still change the
// decision has been skipped.
func (in *Interview) Next() (fact banfa.Fact, ok bool) {
	for _, name := range in.s.Result().Missing {
		if in.s.Skipped(name) {
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
func (in *Interview) Answer(name string, value any) error { return in.s.Answer(name, value) }

// Skip puts a fact aside that the person asked does not know. It stays absent.
func (in *Interview) Skip(name string) { in.s.Skip(name) }

// Back takes the last answer, or the last skip, back, and returns the fact it was about; "" where there is none.
func (in *Interview) Back() (string, error) {
	name, err := in.s.Back()
	if err != nil {
		return "", fmt.Errorf("condition: taking back %s: %w", name, err)
	}
	return name, nil
}

// Label returns a text of the rule file in a language, by a key such as facts.mlps_level.ask, and own where the bundle has no labels in it.
func (in *Interview) Label(lang, key, own string) string { return in.a.labelText(lang, key, own) }

// Result returns the answer as it stands.
func (in *Interview) Result() *Result { return in.s.Result() }

// Facts returns the facts as they stand.
func (in *Interview) Facts() banfa.Map { return in.s.Facts() }

// Asked returns the facts asked for so far, in order.
func (in *Interview) Asked() []string { return in.s.Asked() }
