// Package ruleset is the compiled form of rule files, as the loader leaves it and the evaluating packages read it. Nothing here is
// changed once a bundle has been loaded.
package ruleset

import (
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
)

// Window is the time in which something is in force, both dates included; a nil end is open.
type Window struct {
	From, Until *civil.Date
}

// Contains reports whether a civil date lies in the window.
func (w Window) Contains(d civil.Date) bool {
	return (w.From == nil || *w.From <= d) && (w.Until == nil || d <= *w.Until)
}

// Head is what every rule file says of itself.
type Head struct {
	Kind, Name, Title, Status string
	Effective                 Window
	Instrument                string
	File                      string // its path in the file system it was loaded from
	Digest                    string // sha256:… over the file, and over the instrument it cites
}

// ID returns KIND/NAME.
func (h *Head) ID() string { return h.Kind + "/" + h.Name }

// Place is where something stands in its file, for diagnostics that are found only when the whole bundle is known.
type Place struct {
	Line, Column, EndLine, EndColumn int
}

// Fact is a declared fact.
type Fact struct {
	Name, Label, Ask string
	Basis            []Basis
	Type             *expr.Type
	Slot             int
	Act              string     // the lawful act that changes it, in words; empty where there is none
	ActTo            expr.Value // what the act changes it to
	Assume           expr.Value // presumed where absent; absent itself where nothing is
	Place            Place
}

// Variable is a named expression.
type Variable struct {
	Name, Label string
	Expr        *expr.Expr
	Place       Place
}

// Outcome is a declared outcome; its rank is its index, 0 the least restrictive.
type Outcome struct {
	Code, Label string
}

// Rule is a rule, a scope or a residual rule.
type Rule struct {
	ID           string
	Basis        []Basis
	Message      string
	When         *expr.Expr // nil: always
	Outcome      int        // -1 where it has none
	Overrides    []int
	OverriddenBy []int
	Review       bool
	Effective    Window
	Place        Place
}

// Basis is a citation in its two written forms.
type Basis struct {
	Long, Short string
}

// Interpretation records what the text leaves open, and who decided it.
type Interpretation struct {
	ID, Question, Choice, Reason, By, Date string
	Rules                                  []string // the rules whose answers rest on it; empty: every answer
}

// Parameter is a number that someone chose.
type Parameter struct {
	Name, SetBy, Why string
	Value            expr.Value
}

// Bundle is everything that was loaded.
type Bundle struct {
	Classifications  []*Classification
	Deadlines        []*Deadlines
	Catalogs         []*Catalog
	Conditions       []*Conditions
	Desensitizations []*Desensitization
	Lifecycles       []*Lifecycle
	Monitorings      []*Monitoring
	Suites           []*Suite
	Labels           []*Labels
	Borrowed         []*Deadlines // of citable file systems, which lifecycles of the bundle follow
	Others           []*Head      // files without rules to evaluate
}

// Heads returns what every rule file says of itself, suites and labels aside, in the order of loading.
func (b *Bundle) Heads() []*Head {
	var heads []*Head
	for _, x := range b.Classifications {
		heads = append(heads, &x.Head)
	}
	for _, x := range b.Deadlines {
		heads = append(heads, &x.Head)
	}
	for _, x := range b.Catalogs {
		heads = append(heads, &x.Head)
	}
	for _, x := range b.Conditions {
		heads = append(heads, &x.Head)
	}
	for _, x := range b.Desensitizations {
		heads = append(heads, &x.Head)
	}
	for _, x := range b.Lifecycles {
		heads = append(heads, &x.Head)
	}
	for _, x := range b.Monitorings {
		heads = append(heads, &x.Head)
	}
	return append(heads, b.Others...)
}

// Classification is a compiled file of that kind.
type Classification struct {
	Head
	Env             *expr.Env
	Facts           []Fact
	Variables       []Variable
	Outcomes        []Outcome
	Scope           *Rule
	Rules           []*Rule
	Otherwise       *Rule
	Order           []int // of Rules, such that a rule comes after all that override it
	Interpretations []Interpretation
	Parameters      []Parameter
	Now             int // the slot of now, and of params, or -1
	Params          int
	ParamsValue     expr.Value
	Transitions     *Transitions
}

// OutOfScope is the rank of "out of scope", which is above every outcome.
func (c *Classification) OutOfScope() int { return len(c.Outcomes) }

// Code returns the code of a rank.
func (c *Classification) Code(rank int) string {
	if rank == len(c.Outcomes) {
		return "out_of_scope"
	}
	return c.Outcomes[rank].Code
}

// Rank returns the rank of a code, out_of_scope included.
func (c *Classification) Rank(code string) (int, bool) {
	for i := range c.Outcomes {
		if c.Outcomes[i].Code == code {
			return i, true
		}
	}
	if code == "out_of_scope" {
		return len(c.Outcomes), true
	}
	return 0, false
}

// RuleIndex returns the index of a rule.
func (c *Classification) RuleIndex(id string) (int, bool) {
	for i, r := range c.Rules {
		if r.ID == id {
			return i, true
		}
	}
	return 0, false
}

// FactAt returns the fact in a slot, nil for now and params: facts have the first slots, in the order declared.
func (c *Classification) FactAt(slot int) *Fact {
	if slot < len(c.Facts) {
		return &c.Facts[slot]
	}
	return nil
}

// Fact returns a declared fact.
func (c *Classification) Fact(name string) (*Fact, bool) {
	for i := range c.Facts {
		if c.Facts[i].Name == name {
			return &c.Facts[i], true
		}
	}
	return nil, false
}

// Transitions are the rules for changing an outcome already recorded.
type Transitions struct {
	Env                                  *expr.Env
	Facts                                []Fact
	From, To, Classified, Change, Params int // slots
	Now                                  int
	Rules                                []*Requirement
}

// Requirement must hold when it is triggered; if it does not, the change is refused, or leaves a duty.
type Requirement struct {
	ID        string
	Basis     []Basis
	Message   string
	When      *expr.Expr // nil: always
	Require   *expr.Expr
	Owe       bool
	Effective Window
	Place     Place
}

// Labels are the texts of a file in another language, by keys such as facts.consent_obtained.label.
type Labels struct {
	Head
	Language, Subject string
	Texts             map[string]string
}
