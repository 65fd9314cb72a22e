package banfa

import (
	"fmt"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Fact describes a declared fact: what a form needs to ask for it.
type Fact struct {
	Name  string `json:"name"`  // as in expressions and facts documents
	Label string `json:"label"` // for people, in the rule file's language
	Ask   string `json:"ask,omitempty"`
	Basis string `json:"basis,omitempty"`
	Type  string `json:"type"` // bool, int, double, string, decimal, date, timestamp, duration, enum, list, map, object

	Values []EnumValue `json:"values,omitempty"` // of an enum, in the order declared
	Min    string      `json:"min,omitempty"`    // least value, as a facts document would write it
	Max    string      `json:"max,omitempty"`    // greatest value
	// MinItems, MaxItems and MaxLength bound lists (in elements) and texts (in runes).
	MinItems  int `json:"minItems,omitempty"`
	MaxItems  int `json:"maxItems,omitempty"`
	MaxLength int `json:"maxLength,omitempty"`

	Optional bool   `json:"optional,omitempty"` // its absence is a value, not unknown
	Assume   any    `json:"assume,omitempty"`   // presumed where absent
	Act      string `json:"act,omitempty"`      // the lawful act that changes it
	ActTo    any    `json:"actTo,omitempty"`    // and the value it leads to

	Items  *Fact  `json:"items,omitempty"`  // the element of a list or a map
	Fields []Fact `json:"fields,omitempty"` // of an object
}

// EnumValue is one value of an enum: the code that documents use, and its label.
type EnumValue struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

func newFact(f *ruleset.Fact) Fact {
	out := describeType(f.Name, f.Type)
	out.Label, out.Ask, out.Act = f.Label, f.Ask, f.Act
	out.Assume, out.ActTo = f.Assume.Go(), f.ActTo.Go()
	if len(f.Basis) > 0 {
		out.Basis = f.Basis[0].Long
	}
	return out
}

func describeType(name string, t *expr.Type) Fact {
	f := Fact{Name: name, Type: t.Kind.String(), Optional: t.Optional, Min: t.Min.String(), Max: t.Max.String()}
	for i, code := range t.Values {
		f.Values = append(f.Values, EnumValue{code, t.Labels[i]})
	}
	switch t.Kind {
	case expr.String:
		f.MaxLength = t.RuneLimit()
	case expr.List, expr.Map:
		f.MinItems, f.MaxItems = t.MinItems, t.ItemLimit()
		element := describeType("", t.Elem)
		f.Items = &element
	case expr.Object:
		for _, field := range t.Fields {
			f.Fields = append(f.Fields, describeType(field.Name, field.Type))
		}
	}
	return f
}

// Text writes the value for people: a bool as yes or no in the language.
func (f *FactTrace) Text(lang string) string {
	switch v := f.Value.(type) {
	case nil:
		return message.Text(lang, "word.absent")
	case bool:
		if v {
			return message.Text(lang, "word.yes")
		}
		return message.Text(lang, "word.no")
	}
	return fmt.Sprint(f.Value)
}
