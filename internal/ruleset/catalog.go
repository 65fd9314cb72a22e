package ruleset

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/banfa-go/banfa/internal/expr"
)

// Catalog is a compiled file of that kind.
type Catalog struct {
	Head
	Records         []*Record
	Rules           []*CatalogRule
	Interpretations []Interpretation
	Parameters      []Parameter
	ParamsValue     expr.Value
}

// Record is a set of records of one form, such as the entries of a base catalog.
type Record struct {
	Name   string
	Basis  []Basis
	Key    string // the field that identifies a record; empty where none does
	Of     string // the record whose earlier version it is; empty otherwise
	Fields []Field
	Type   *expr.Type // an Object; a record and its earlier version share it
	// Implied says that the file did not declare it: its fields are those of the library's own entries, and a list that is not given is empty.
	Implied bool
	Place   Place

	// Env compiles the expressions of the rules that look at each of the set, which stands in slot 0.
	Env     *expr.Env
	Now     int // slots; Params is -1 where the file has none
	Params  int
	Lookups []Lookup
}

// Field is a declared field of a record.
type Field struct {
	Name, Label string
	Type        *expr.Type
	Basis       []Basis
	Required    bool
	Least       int // fewest elements of a list
}

// Lookup is a function of expressions that finds records of a set: by the key, or all whose field has a value.
type Lookup struct {
	Name   string // as expressions call it
	Record string // the set
	Field  string
	Folded bool // spelling, width, case, spaces and punctuation of the value do not matter
	Many   bool
	Slot   int // of its index in the Env
}

// CatalogRule is one check of a file of kind Catalog. One of When and Require is nil.
type CatalogRule struct {
	ID        string
	Basis     []Basis
	Each, At  string
	When      *expr.Expr // a finding where true
	Require   *expr.Expr // a finding where false
	Severity  string     // error or warning
	Message   string
	Effective Window
	Place     Place
	Sets      []string // the other sets that it looks into, sorted
}

// Condition is the expression of a rule, whichever of the two it has.
func (r *CatalogRule) Condition() *expr.Expr {
	if r.When != nil {
		return r.When
	}
	return r.Require
}

// Record returns a declared set of records.
func (c *Catalog) Record(name string) (*Record, bool) {
	i := slices.IndexFunc(c.Records, func(r *Record) bool { return r.Name == name })
	if i < 0 {
		return nil, false
	}
	return c.Records[i], true
}

// Field returns a declared field.
func (r *Record) Field(name string) (*Field, bool) {
	i := slices.IndexFunc(r.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return &r.Fields[i], true
}

// Fold returns what texts have in common that differ in width, case, white space and punctuation alone.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsControl(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
}
