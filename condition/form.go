package condition

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
)

// Form is the application form that Article 41p1 wants listed up front: the facts that a decision asks for, in the order of the rule file, inherited ones first.
// It marshals to a JSON Schema (draft 2020-12) that a form generator shows and any validator checks with; what it lets through, Decide takes.
type Form struct {
	Ruleset string // KIND/NAME
	Digest  string // of the rule file and those it extends
	Status  string // of the rule file
	Title   string
	Lang    string
	Fields  []FormField
}

// FormField is one question of a form.
type FormField struct {
	banfa.Fact
	// Required says that some requirement depends on the fact: an application that leaves it out can be incomplete. Other facts bear on obligations
	// alone, or are presumed where left out.
	Required bool
	// Asks are the requirements that depend on the fact, in their order.
	Asks []string
	// Labels are the texts in other languages that the bundle has, by language.
	Labels map[string]FieldLabels
}

// FieldLabels are the texts of a field in one language.
type FieldLabels struct {
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Values      map[string]string `json:"values,omitempty"` // of an enum, by code
}

// Form returns the application form, with texts in lang where the bundle has labels of that language, and otherwise in the rule file's own.
func (a *Access) Form(lang string) *Form {
	f := &Form{Ruleset: a.c.ID(), Digest: a.c.Sum, Status: a.c.Status, Title: a.title(lang), Lang: lang}
	asks, matters := a.asks(), a.matters()
	for _, fact := range a.Facts() {
		field := FormField{Fact: fact, Asks: asks[fact.Name], Labels: map[string]FieldLabels{}, Required: matters[fact.Name]}
		for _, other := range a.languages() {
			if l, ok := a.fieldLabels(other, &fact); ok {
				field.Labels[other] = l
			}
		}
		field.Fact = a.inLanguage(lang, fact)
		f.Fields = append(f.Fields, field)
	}
	return f
}

// asks returns the requirements that read a fact, in when or require, through variables too.
func (a *Access) asks() map[string][]string {
	out := map[string][]string{}
	for _, r := range a.c.Requirements {
		for _, x := range []*expr.Expr{r.When, r.Require} {
			if x == nil {
				continue
			}
			for _, leaf := range x.Leaves() {
				f := a.c.FactAt(a.c.Env.Leaves()[leaf].Slot)
				if f != nil && !slices.Contains(out[f.Name], r.ID) {
					out[f.Name] = append(out[f.Name], r.ID)
				}
			}
		}
	}
	return out
}

// matters returns the facts that can ever decide whether a requirement holds, whatever the others are: those that an empty application lacks.
// Windows of requirements do not count, so that a form serves for requirements to come.
func (a *Access) matters() map[string]bool {
	formulas := make([]decide.Formula, len(a.c.Requirements))
	for i, r := range a.c.Requirements {
		formulas[i] = decide.Formula{When: r.When, Require: r.Require}
	}
	held := a.engine.Hold(a.bind(context.Background(), a.clock(), make([]expr.Value, len(a.c.Facts))), formulas)
	out := map[string]bool{}
	for i := range held.Each {
		for _, leaf := range held.Each[i].Missing {
			if f := a.c.FactAt(a.c.Env.Leaves()[leaf].Slot); f != nil {
				out[f.Name] = true
			}
		}
	}
	return out
}

// languages are those the bundle has labels in, for this file or one it extends, sorted.
func (a *Access) languages() []string {
	var out []string
	for _, l := range a.rules.Bundle().Labels {
		if slices.Contains(a.lineage(), l.Subject) && !slices.Contains(out, l.Language) {
			out = append(out, l.Language)
		}
	}
	slices.Sort(out)
	return out
}

// publishLabel returns a text in another language, "" where the bundle has none.
func (a *Access) publishLabel(lang, key string) string {
	for _, subject := range a.lineage() {
		if s := a.rules.Label(lang, subject, key); s != "" {
			return s
		}
	}
	return ""
}

// title is the file's title; that in another language is what the labels file says of itself.
func (a *Access) title(lang string) string {
	for _, l := range a.rules.Bundle().Labels {
		if l.Language == lang && l.Subject == a.c.ID() && l.Title != "" {
			return l.Title
		}
	}
	return a.c.Title
}

// inLanguage gives a fact its texts in a language, where the bundle has them.
func (a *Access) inLanguage(lang string, f banfa.Fact) banfa.Fact {
	key := "facts." + f.Name + "."
	f.Label, f.Ask = cmp.Or(a.publishLabel(lang, key+"label"), f.Label), cmp.Or(a.publishLabel(lang, key+"ask"), f.Ask)
	f.Values = slices.Clone(f.Values)
	for i, v := range f.Values {
		f.Values[i].Label = cmp.Or(a.publishLabel(lang, key+"values."+v.Code), v.Label)
	}
	return f
}

func (a *Access) fieldLabels(lang string, f *banfa.Fact) (FieldLabels, bool) {
	key := "facts." + f.Name + "."
	l := FieldLabels{Title: a.publishLabel(lang, key+"label"), Description: a.publishLabel(lang, key+"ask")}
	for _, v := range f.Values {
		if s := a.publishLabel(lang, key+"values."+v.Code); s != "" {
			if l.Values == nil {
				l.Values = map[string]string{}
			}
			l.Values[v.Code] = s
		}
	}
	return l, l.Title != "" || l.Description != "" || l.Values != nil
}

// MarshalJSON writes the form as a JSON Schema. Keys beyond the standard: x-order (from 1), x-requirements (that ask for the fact), x-labels (by language),
// x-banfa (which rules it was made from).
func (f *Form) MarshalJSON() ([]byte, error) {
	props := orderedJSON{{"name", orderedJSON{{"type", "string"}, {"maxLength", MaxAgreementName}}}}
	required := []string{}
	for i := range f.Fields {
		field := &f.Fields[i]
		o := orderedJSON{{"title", field.Label}}
		if field.Ask != "" {
			o = append(o, jsonMember{"description", field.Ask})
		}
		o = append(o, schemaType(&field.Fact)...)
		if field.Assume != nil {
			o = append(o, jsonMember{"default", field.Assume})
		}
		o = append(o, jsonMember{"x-order", i + 1})
		if len(field.Asks) > 0 {
			o = append(o, jsonMember{"x-requirements", field.Asks})
		}
		if len(field.Labels) > 0 {
			o = append(o, jsonMember{"x-labels", field.Labels})
		}
		props = append(props, jsonMember{field.Name, o})
		if field.Required {
			required = append(required, field.Name)
		}
	}
	return orderedJSON{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", "urn:banfa:" + strings.ReplaceAll(f.Ruleset, "/", ":") + ":form"},
		{"title", f.Title},
		{"type", "object"},
		{"additionalProperties", false},
		{"required", required},
		{"properties", props},
		{"x-banfa", orderedJSON{{"ruleset", f.Ruleset}, {"digest", f.Digest}, {"status", f.Status}, {"lang", f.Lang}}},
	}.MarshalJSON()
}

// schemaType describes what a facts document may hold for a fact.
func schemaType(f *banfa.Fact) orderedJSON {
	bounds := func(o orderedJSON) orderedJSON {
		if f.Min != "" {
			o = append(o, jsonMember{"minimum", json.Number(f.Min)})
		}
		if f.Max != "" {
			o = append(o, jsonMember{"maximum", json.Number(f.Max)})
		}
		return o
	}
	switch f.Type {
	case "bool":
		return orderedJSON{{"type", "boolean"}}
	case "int":
		return bounds(orderedJSON{{"type", "integer"}})
	case "double":
		return bounds(orderedJSON{{"type", "number"}})
	case "decimal":
		return bounds(orderedJSON{{"type", []string{"string", "number"}}, {"pattern", `^[+-]?[0-9]+(\.[0-9]+)?$`}, {"maxLength", MaxAgreementName}})
	case "date":
		return orderedJSON{{"type", "string"}, {"format", "date"}, {"maxLength", len("2026-01-01")}}
	case "timestamp":
		return orderedJSON{{"type", "string"}, {"format", "date-time"}, {"maxLength", maxTimestamp}}
	case "enum":
		values := []orderedJSON{}
		for _, v := range f.Values {
			values = append(values, orderedJSON{{"const", v.Code}, {"title", v.Label}})
		}
		return orderedJSON{{"type", "string"}, {"oneOf", values}}
	case "list":
		list := orderedJSON{{"type", "array"}}
		if f.MinItems > 0 {
			list = append(list, jsonMember{"minItems", f.MinItems})
		}
		return append(list, jsonMember{"maxItems", f.MaxItems}, jsonMember{"items", schemaType(f.Items)})
	case "map":
		return orderedJSON{{"type", "object"}, {"maxProperties", f.MaxItems}, {"additionalProperties", schemaType(f.Items)}}
	case "object":
		props := orderedJSON{}
		for i := range f.Fields {
			props = append(props, jsonMember{f.Fields[i].Name, schemaType(&f.Fields[i])})
		}
		return orderedJSON{{"type", "object"}, {"additionalProperties", false}, {"properties", props}}
	case "string":
		return orderedJSON{{"type", "string"}, {"maxLength", f.MaxLength}}
	}
	return orderedJSON{{"type", "string"}, {"maxLength", maxTimestamp}}
}

// maxTimestamp is longer than any time in RFC 3339, and any duration.
const maxTimestamp = 64

// orderedJSON is an object whose keys keep their order.
type orderedJSON []jsonMember

type jsonMember struct {
	key   string
	value any
}

// MarshalJSON writes the members as they stand.
func (o orderedJSON) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, v := range []any{m.key, m.value} {
			if j > 0 {
				b.WriteByte(':')
			}
			text, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			b.Write(text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
