// Package input holds facts documents once they have been checked against the declarations, in the slots in which they are
// evaluated.
package input

import (
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Schema says what a facts document may hold.
type Schema struct {
	Facts []ruleset.Fact
	Items bool // whether it may have a name and items
	Bytes int  // of a JSON document
	index map[string]int
	codes []map[string]expr.Value // of enums, by fact
}

// NewSchema prepares a schema.
func NewSchema(facts []ruleset.Fact, items bool, bytes int) *Schema {
	s := &Schema{Facts: facts, Items: items, Bytes: bytes, index: make(map[string]int, len(facts)), codes: make([]map[string]expr.Value, len(facts))}
	for i := range facts {
		s.index[facts[i].Name] = i
		if t := facts[i].Type; t.Kind == expr.Enum {
			s.codes[i] = make(map[string]expr.Value, len(t.Values))
			for _, code := range t.Values {
				s.codes[i][code] = expr.NewString(code)
			}
		}
	}
	return s
}

// Code returns the value of an enum's code.
func (s *Schema) Code(fact int, code []byte) (expr.Value, bool) {
	v, ok := s.codes[fact][string(code)]
	return v, ok
}

// Index returns the index of a declared fact.
func (s *Schema) Index(name string) (int, bool) {
	i, ok := s.index[name]
	return i, ok
}

// Document is a checked facts document. Values are by fact; an absent one is the zero Value.
type Document struct {
	Name   string
	Values []expr.Value
	Items  []Item // nil where the document has none
}

// Item is one item of a data set with the facts that it states itself.
type Item struct {
	Name   string
	Values []expr.Value
}
