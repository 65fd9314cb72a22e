package catalog

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/banfa-go/banfa"
)

//go:embed classify_guesses.json
var classifyTable []byte

// Guess is a fact about an item that its meaning suggests and no officer has stated.
type Guess struct {
	Item     string `json:"item"`
	Fact     string `json:"fact"`
	Value    bool   `json:"value"`
	Semantic string `json:"semantic"`
	Reason   string `json:"reason"`
	Guessed  bool   `json:"guessed"` // always true: whoever finds one out of its place knows what it is

	position int // of the item in its entry
}

// GuessRule says which items suggest a fact. An item must meet every list that is not empty.
type GuessRule struct {
	Fact        string       `json:"fact"`
	Value       bool         `json:"value"`
	Semantics   []string     `json:"semantics,omitempty"`
	Subjects    []Subject    `json:"subjects,omitempty"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Reason      string       `json:"reason"`
}

// Guesses are the rules by which facts are guessed.
type Guesses struct{ rules []GuessRule }

// classifyGuessable are the facts that may be guessed, each with the one value that restricts and never opens: that the data involves
// privacy. That it is a trade secret could restrict as well, but no name of an item says so.
func classifyGuessable() map[string]bool { return map[string]bool{"personal_privacy": true} }

// DefaultGuesses reads the embedded table: identifying or sensitive items about persons involve personal privacy (Article 12(3)).
func DefaultGuesses(facts []banfa.Fact) (*Guesses, error) { return NewGuesses(classifyTable, facts) }

// NewGuesses reads a table of rules, a JSON array of GuessRule, against the facts that a rule file declares. A rule for a fact or a
// value that could open data is refused; one for a fact that the rule file does not declare is left out.
func NewGuesses(text []byte, facts []banfa.Fact) (*Guesses, error) {
	var rules []GuessRule
	if err := json.Unmarshal(text, &rules); err != nil {
		return nil, fmt.Errorf("catalog: table of guesses: %w", err)
	}
	g := &Guesses{}
	allowed := classifyGuessable()
	for i, r := range rules {
		restricts, ok := allowed[r.Fact]
		if !ok || restricts != r.Value {
			return nil, fmt.Errorf("catalog: table of guesses, rule %d: %s = %t may not be guessed: only facts that restrict may", i+1, r.Fact, r.Value)
		}
		if len(r.Semantics)+len(r.Identifiers) == 0 || r.Reason == "" {
			return nil, fmt.Errorf("catalog: table of guesses, rule %d: write semantics or identifiers, and a reason", i+1)
		}
		if slices.ContainsFunc(facts, func(f banfa.Fact) bool { return f.Name == r.Fact && f.Type == "bool" }) {
			g.rules = append(g.rules, r)
		}
	}
	return g, nil
}

// of returns the guesses for an entry, and those that the officer's own facts deny.
func (g *Guesses) of(e *Entry, leftOut map[int]bool) (made, denied []Guess) {
	if g == nil {
		return nil, nil
	}
	for i := range e.Items {
		if leftOut[i] {
			continue
		}
		it := &e.Items[i]
		seen := map[string]bool{}
		for _, r := range g.rules {
			if seen[r.Fact] || !r.matches(it) {
				continue
			}
			seen[r.Fact] = true
			guess := Guess{Item: it.Name, Fact: r.Fact, Value: r.Value, Semantic: it.Semantic, Reason: r.Reason, Guessed: true, position: i}
			switch stated, ok := classifyStated(e, it, r.Fact); {
			case !ok:
				made = append(made, guess)
			case stated == !r.Value && len(r.Semantics) > 0 && it.Identifier == StrongKey: // a unit's own numbers are its own to judge
				denied = append(denied, guess)
			}
		}
	}
	return made, denied
}

func (r *GuessRule) matches(it *Item) bool {
	return it.Masking == "" && it.Granularity != "aggregate" &&
		(len(r.Semantics) == 0 || slices.Contains(r.Semantics, it.Semantic)) &&
		(len(r.Subjects) == 0 || slices.Contains(r.Subjects, it.Subject)) &&
		(len(r.Identifiers) == 0 || slices.Contains(r.Identifiers, it.Identifier))
}

// classifyStated returns what the officer stated for an item, of its own or for its whole entry. A null is no statement.
func classifyStated(e *Entry, it *Item, fact string) (value any, ok bool) {
	if v, has := it.Facts[fact]; has && v != nil {
		return v, true
	}
	if v, has := e.Facts[fact]; has && v != nil {
		return v, true
	}
	return nil, false
}
