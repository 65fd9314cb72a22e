// Package jsonschema prints the JSON Schema (draft 2020-12) of rule files, from the same description that the loader checks them
// with, and of one rule file's facts. It is what editors check and complete with.
package jsonschema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/grammar"
)

const draft = "https://json-schema.org/draft/2020-12/schema"

// object is a JSON object that keeps the order of its keys.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, part := range []any{m.key, m.value} {
			text, err := marshal(part)
			if err != nil {
				return nil, err
			}
			if j > 0 {
				b.WriteByte(':')
			}
			b.Write(text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func render(o object) ([]byte, error) {
	text, err := marshal(o)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// factRef stands for the description of a declared fact. Facts nest (fields, items): spelled out at each place, they would make a
// schema that is a hundred times as long.
const factRef = "#/$defs/fact"

// isFact tells the description of a declared fact, at whatever depth, by its keys.
func isFact(g *grammar.Node) bool {
	names := grammar.Fact(0).Names()
	return len(g.Keys) >= len(names) && slices.Equal(g.Names()[:len(names)], names)
}

// renderFile renders a schema of rule files, with what it refers to.
func renderFile(o object) ([]byte, error) {
	text, err := marshal(o)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(text, []byte(factRef)) {
		o = append(o, member{"$defs", object{{"fact", declared()}}})
	}
	return render(o)
}

// Kind returns the schema of one kind of rule file.
func Kind(kind string) ([]byte, error) {
	g, ok := grammar.Kind(kind)
	if !ok {
		return nil, fmt.Errorf("jsonschema: no kind %q; there are %v", kind, grammar.Kinds())
	}
	return renderFile(append(object{{"$schema", draft}, {"title", "banfa " + kind}}, withKind(g, kind)...))
}

// All returns one schema for rule files of every kind, told apart by `kind`.
func All() ([]byte, error) {
	var branches []any
	for _, kind := range grammar.Kinds() {
		g, _ := grammar.Kind(kind)
		branches = append(branches, object{
			{"if", object{{"properties", object{{"kind", object{{"const", kind}}}}}, {"required", []string{"kind"}}}},
			{"then", withKind(g, kind, "apiVersion")}, // a wrong version is told once, below
		})
	}
	return renderFile(object{
		{"$schema", draft},
		{"title", "banfa rule file"},
		{"type", "object"},
		{"required", []string{"apiVersion", "kind", "metadata"}},
		{"properties", object{
			{"apiVersion", object{{"const", grammar.APIVersion}}},
			{"kind", object{{"enum", grammar.Kinds()}}},
		}},
		{"allOf", branches},
	})
}

// withKind describes a file of one kind. The values of the keys that are left open are checked elsewhere.
func withKind(g *grammar.Node, kind string, open ...string) object {
	o := node(g)
	for i := range o {
		props, ok := o[i].value.(object)
		if o[i].key != "properties" || !ok {
			continue
		}
		for j := range props {
			switch key := props[j].key; {
			case key == "kind":
				props[j].value = object{{"const", kind}}
			case slices.Contains(open, key):
				props[j].value = object{}
			}
		}
	}
	return o
}

// numeral is a number as laws write it; canonical citations have no other.
const numeral = "[一二三四五六七八九十百千零]+"

// scalars are the types of single values; a pattern says what the loader says, and patternErrorMessage, which editors show in its
// place, what is meant.
var scalars = map[grammar.Type]object{
	grammar.Any:  {},
	grammar.Text: {{"type", "string"}, {"pattern", `\S`}, {"patternErrorMessage", "不能为空 · must not be empty"}},
	grammar.Word: {
		{"type", "string"},
		{"pattern", "^[a-z][a-z0-9_-]*$"},
		{"patternErrorMessage", "用小写字母、数字、- 和 _，以字母开头 · lower-case letters, digits, - and _, a letter first"},
	},
	grammar.Name: {
		{"type", "string"},
		{"pattern", "^[A-Za-z_][A-Za-z0-9_]*$"},
		{"patternErrorMessage", "用 ASCII 字母、数字和 _，不以数字开头 · ASCII letters, digits and _, no digit first"},
	},
	grammar.Expr: {{"type", []string{"string", "boolean", "integer", "number"}}},
	grammar.Citation: {
		{"type", "string"},
		{"pattern", "^([a-z][a-z0-9_-]* )?第" + numeral + "条(之" + numeral + ")?(第" + numeral + "款)?(第（" + numeral + "）项)?$"},
		{"patternErrorMessage", "照法条的写法，如 第十二条第（三）项 · as the law is cited, such as 第十二条第（三）项"},
	},
	grammar.Bool:   {{"type", "boolean"}},
	grammar.Int:    {{"type", "integer"}},
	grammar.Number: {{"type", "number"}},
	grammar.Scalar: {{"type", []string{"string", "boolean", "integer", "number"}}},
	grammar.Date: {
		{"type", "string"},
		{"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
		{"patternErrorMessage", `加引号的日期，如 "2026-10-01" · a quoted date, such as "2026-10-01"`},
	},
	grammar.Timestamp: {
		{"type", "string"},
		{"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$"},
		{"patternErrorMessage", `带时区的时间，如 "2026-10-01T09:00:00+08:00" · a time with its zone, such as "2026-10-01T09:00:00+08:00"`},
	},
	grammar.Digest: {{"type", "string"}, {"pattern", "^sha256:[0-9a-f]{64}$"}},
}

// plurals may be one value or a list of them.
var plurals = map[grammar.Type]grammar.Type{
	grammar.Citations: grammar.Citation, grammar.Texts: grammar.Text, grammar.Words: grammar.Word,
}

// node describes one value. Where a value may have several shapes, the types stand side by side and not in a oneOf: a checker
// then says what is wrong with the shape that was chosen, and not that none of several fits.
func node(g *grammar.Node) object {
	if one, ok := plurals[g.Type]; ok {
		o := object{{"type", []string{"string", "array"}}}
		return append(append(o, scalars[one][1:]...), member{"items", scalars[one]})
	}
	switch g.Type {
	case grammar.Choice:
		return object{{"enum", g.Values}}
	case grammar.Map:
		return mapping(g)
	case grammar.Either:
		return object{
			{"if", object{{"type", "object"}}},
			{"then", mapping(g)},
			{"else", node(g.Elem)},
		}
	case grammar.Dict:
		o := object{{"type", "object"}}
		if g.Least > 0 {
			o = append(o, member{"minProperties", g.Least})
		}
		if g.KeyType != grammar.Text {
			o = append(o, member{"propertyNames", scalars[g.KeyType]})
		}
		return append(o, member{"additionalProperties", node(g.Elem)})
	case grammar.List:
		o := object{{"type", "array"}}
		if g.Least > 0 {
			o = append(o, member{"minItems", g.Least})
		}
		return append(o, member{"items", node(g.Elem)})
	}
	return scalars[g.Type]
}

func mapping(g *grammar.Node) object {
	if isFact(g) {
		return object{{"$ref", factRef}}
	}
	return keys(g)
}

func keys(g *grammar.Node) object {
	required := []string{}
	props := object{}
	for _, k := range g.Keys {
		if k.Required {
			required = append(required, k.Name)
		}
		described := append(object{{"description", k.Doc.Zh + " · " + k.Doc.En}}, node(k.Node)...)
		props = append(props, member{k.Name, described})
	}
	return object{{"type", "object"}, {"required", required}, {"additionalProperties", false}, {"properties", props}}
}

// declared describes a declared fact: its keys, and which of them go with its type.
func declared() object {
	unless := func(types []string, forbidden object) object {
		return object{
			{"if", object{{"properties", object{{"type", object{{"enum", types}}}}}, {"required", []string{"type"}}}},
			{"else", object{{"properties", forbidden}}},
		}
	}
	needs := func(key, kind string) object {
		return append(unless([]string{kind}, object{{key, false}}), member{"then", object{{"required", []string{key}}}})
	}
	return append(keys(grammar.Fact(1)), member{"allOf", []any{
		needs("values", "enum"),
		needs("fields", "object"),
		unless([]string{"list", "map"}, object{{"items", false}}), // in the records of a catalog a list may leave it out
		unless([]string{"string"}, object{{"max_length", false}}),
		unless([]string{"bool"}, object{{"act", object{{"type", "object"}}}}), // a text alone makes a bool true
	}})
}

// Facts returns the schema of the facts documents of one rule file. Every fact may be left out or null, which both mean absent.
func Facts(id string, facts []banfa.Fact) ([]byte, error) {
	props := object{}
	for i := range facts {
		props = append(props, member{facts[i].Name, fact(&facts[i])})
	}
	kind, _, _ := strings.Cut(id, "/")
	if kind != "Classification" { // only data sets have items
		all := props
		if kind == "Conditions" {
			all = append(object{{"name", object{{"type", "string"}}}}, props...)
		}
		return render(object{
			{"$schema", draft}, {"title", "facts of " + id}, {"type", "object"}, {"additionalProperties", false}, {"properties", all},
		})
	}
	item := append(object{{"name", object{{"type", "string"}, {"minLength", 1}}}}, props...)
	all := append(object{
		{"name", object{{"type", "string"}}},
		{"items", object{
			{"type", "array"},
			{"items", object{
				{"type", "object"}, {"required", []string{"name"}}, {"additionalProperties", false}, {"properties", item},
			}},
		}},
	}, props...)
	return render(object{
		{"$schema", draft}, {"title", "facts of " + id}, {"type", "object"}, {"additionalProperties", false}, {"properties", all},
	})
}

func fact(f *banfa.Fact) object {
	o := object{}
	if f.Label != "" {
		o = append(o, member{"title", f.Label})
	}
	if f.Ask != "" {
		o = append(o, member{"description", f.Ask})
	}
	return append(o, typed(f, true)...)
}

func typed(f *banfa.Fact, nullable bool) object {
	types := func(names ...string) member {
		if nullable {
			names = append(names, "null")
		}
		if len(names) == 1 {
			return member{"type", names[0]}
		}
		return member{"type", names}
	}
	switch f.Type {
	case "bool":
		return object{types("boolean")}
	case "int", "double":
		o := object{types(map[string]string{"int": "integer", "double": "number"}[f.Type])}
		if f.Min != "" {
			o = append(o, member{"minimum", json.Number(f.Min)})
		}
		if f.Max != "" {
			o = append(o, member{"maximum", json.Number(f.Max)})
		}
		return o
	case "decimal":
		return object{types("string", "number")}
	case "date":
		return append(object{types("string")}, scalars[grammar.Date][1])
	case "timestamp":
		return append(object{types("string")}, scalars[grammar.Timestamp][1])
	case "enum":
		var values []any
		for _, v := range f.Values {
			values = append(values, object{{"const", v.Code}, {"title", v.Label}})
		}
		if nullable {
			values = append(values, object{{"type", "null"}})
		}
		return object{{"oneOf", values}}
	case "list":
		list := object{types("array")}
		if f.MinItems > 0 {
			list = append(list, member{"minItems", f.MinItems})
		}
		return append(list, member{"maxItems", f.MaxItems}, member{"items", typed(f.Items, false)})
	case "map":
		return object{types("object"), {"maxProperties", f.MaxItems}, {"additionalProperties", typed(f.Items, false)}}
	case "object":
		props := object{}
		for i := range f.Fields {
			props = append(props, member{f.Fields[i].Name, typed(&f.Fields[i], true)})
		}
		return object{types("object"), {"additionalProperties", false}, {"properties", props}}
	case "string":
		return object{types("string"), {"maxLength", f.MaxLength}}
	}
	return object{types("string")}
}
