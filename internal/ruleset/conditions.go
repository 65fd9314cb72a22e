package ruleset

import "github.com/banfa-go/banfa/internal/expr"

// Conditions is a compiled file of that kind. What it extends stands in it: facts, variables, parameters, requirements and
// obligations of the files it extends come before its own, and all are compiled in one environment.
type Conditions struct {
	Head
	Issuer   string
	Datasets []string // ids, or patterns with a trailing *
	Extends  []string // names of files, as written
	// Lineage are the names of all files it extends, through others too, each once, in the order in which their parts come.
	Lineage []string
	// Sum is sha256:… over this file and those it extends: an answer rests on all of them. It is the file's own digest where it extends none.
	Sum string

	Env         *expr.Env
	Now, Params int // slots; Params is -1 where there are none
	ParamsValue expr.Value

	Facts           []Fact
	Variables       []Variable
	Parameters      []Parameter
	Requirements    []*AccessRequirement
	Obligations     []*Obligation
	Agreement       []Term
	Interpretations []Interpretation

	Level  int // the level of the data under Art. 16; 0 where the file states none
	Levels *Levels
}

// AccessRequirement is what an application must meet, in one of the dimensions of Arts. 25 to 27.
type AccessRequirement struct {
	ID        string
	Dimension string // user, scenario or usage
	Basis     []Basis
	When      *expr.Expr // nil: it concerns every application
	Require   *expr.Expr
	Evidence  []string // the materials that show it
	Mitigates []string // the risks it answers (Art. 24)
	Message   string
	Remedy    string
	Effective Window
	Place     Place
	File      string // that Place is in
	From      string // KIND/NAME of the file it stands in
}

// Obligation is what an agreement must bind the user to.
type Obligation struct {
	ID        string
	Basis     []Basis
	When      *expr.Expr // nil: always
	Text      string
	Effective Window
	Place     Place
	From      string
}

// Term is one term of the agreement (Art. 43).
type Term struct {
	ID, Term, Text string
	Place          Place
	From           string
}

// Levels is the table from the level of data to the least and the most that its conditions may ask (Art. 16).
type Levels struct {
	SetBy, Why string
	Table      []LevelRow
	From       string // KIND/NAME of the file it stands in
}

// LevelRow is what the conditions of data of one level must have, and must not have: ids of requirements, or dimensions.
type LevelRow struct {
	Level             int
	Requires, Forbids []string
	Place             Place
}

// Fact returns a declared fact.
func (c *Conditions) Fact(name string) (*Fact, bool) {
	for i := range c.Facts {
		if c.Facts[i].Name == name {
			return &c.Facts[i], true
		}
	}
	return nil, false
}

// FactAt returns the fact in a slot, nil for now and params: facts have the first slots, in the order declared.
func (c *Conditions) FactAt(slot int) *Fact {
	if slot < len(c.Facts) {
		return &c.Facts[slot]
	}
	return nil
}

// Requirement returns a requirement, inherited ones included.
func (c *Conditions) Requirement(id string) (*AccessRequirement, bool) {
	for _, r := range c.Requirements {
		if r.ID == id {
			return r, true
		}
	}
	return nil, false
}
