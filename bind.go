package banfa

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Binding turns values of a Go struct into facts. It is immutable and safe for any number of goroutines.
type Binding[T any] struct {
	fields []boundField
	name   []int // index path of the name; nil where the struct has none
	items  *boundItems
	count  int
}

type boundField struct {
	fact  int
	index []int
	typ   *expr.Type
}

type boundItems struct {
	index  []int
	name   []int
	fields []boundField
}

// BindError lists what does not fit between a Go type and the declared facts.
type BindError struct {
	Type     string   // the Go type
	File     string   // KIND/NAME
	Problems []string // one sentence each
}

func (e *BindError) Error() string {
	return fmt.Sprintf("banfa: %s cannot be bound to %s: %s", e.Type, e.File, strings.Join(e.Problems, "; "))
}

// Bind checks a struct type against the facts of a rule file (id is KIND/NAME), once, at start-up. A field tagged
// `banfa:"state_secret"` is that fact; fields without the tag are left alone, and facts without a field are always absent. A pointer
// field that is nil is absent; a field that is not a pointer is always given, its zero value included, so that a fact that may be
// unknown needs a pointer. A field tagged `banfa:"name"` (a string) names the data set, and one tagged `banfa:"items"`, a slice of
// structs tagged likewise, holds its items.
//
// The error is a *BindError that names everything that does not fit: a tag that is no declared fact, a Go type that cannot hold the
// fact's type.
func Bind[T any](rules *Rules, id string) (*Binding[T], error) {
	t := reflect.TypeFor[T]()
	e := &BindError{Type: t.String(), File: id}
	facts := boundFacts(rules, id)
	switch {
	case facts == nil:
		e.Problems = append(e.Problems, "there is no such rule file with facts")
		return nil, e
	case t.Kind() != reflect.Struct:
		e.Problems = append(e.Problems, "it is no struct")
		return nil, e
	}
	b := &Binding[T]{count: len(facts)}
	b.fields = e.fields(t, facts, func(f reflect.StructField, tag string) bool {
		switch {
		case tag == "name" && f.Type.Kind() == reflect.String:
			b.name = f.Index
		case tag == "items" && f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
			b.items = &boundItems{index: f.Index}
			b.items.fields = e.fields(f.Type.Elem(), facts, func(g reflect.StructField, tag string) bool {
				if tag != "name" || g.Type.Kind() != reflect.String {
					return false
				}
				b.items.name = g.Index
				return true
			})
			if b.items.name == nil {
				e.Problems = append(e.Problems, f.Name+": its elements lack a string field tagged name")
			}
		default:
			return false
		}
		return true
	})
	if len(b.fields) == 0 && b.items == nil {
		e.Problems = append(e.Problems, "no field has a banfa tag")
	}
	if len(e.Problems) > 0 {
		return nil, e
	}
	return b, nil
}

func boundFacts(rules *Rules, id string) []ruleset.Fact {
	for _, c := range rules.bundle.Classifications {
		if c.ID() == id {
			return c.Facts
		}
	}
	for _, c := range rules.bundle.Conditions {
		if c.ID() == id {
			return c.Facts
		}
	}
	return nil
}

// fields collects the tagged fields of a struct, those of embedded structs included; special takes the tags that are no facts.
func (e *BindError) fields(t reflect.Type, facts []ruleset.Fact, special func(reflect.StructField, string) bool) []boundField {
	var out []boundField
	seen := map[string]string{}
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("banfa")
		if !ok || tag == "-" {
			continue
		}
		if !f.IsExported() {
			e.Problems = append(e.Problems, f.Name+" is not exported")
			continue
		}
		if other, twice := seen[tag]; twice {
			e.Problems = append(e.Problems, fmt.Sprintf("%s and %s both hold %s", other, f.Name, tag))
			continue
		}
		seen[tag] = f.Name
		if special(f, tag) {
			continue
		}
		found := false
		for i := range facts {
			if facts[i].Name != tag {
				continue
			}
			found = true
			if !fits(facts[i].Type, f.Type) {
				e.Problems = append(e.Problems, fmt.Sprintf("%s is a %s, and %s is a %s", f.Name, f.Type, tag, facts[i].Type.Kind))
			}
			out = append(out, boundField{fact: i, index: f.Index, typ: facts[i].Type})
		}
		if !found {
			e.Problems = append(e.Problems, fmt.Sprintf("%s: %s is not a declared fact", f.Name, tag))
		}
	}
	return out
}

// fits reports whether a Go type can hold a declared type.
func fits(t *expr.Type, g reflect.Type) bool {
	if g.Kind() == reflect.Pointer {
		g = g.Elem()
	}
	switch t.Kind {
	case expr.Bool:
		return g.Kind() == reflect.Bool
	case expr.Int:
		return g.Kind() >= reflect.Int && g.Kind() <= reflect.Uint64
	case expr.Double:
		return g.Kind() == reflect.Float32 || g.Kind() == reflect.Float64
	case expr.String, expr.Enum:
		return g.Kind() == reflect.String
	case expr.Decimal:
		return g == reflect.TypeFor[decimal.Decimal]() || g.Kind() == reflect.String
	case expr.Date, expr.Timestamp:
		return g == reflect.TypeFor[time.Time]() || g.Kind() == reflect.String
	case expr.Duration:
		return g == reflect.TypeFor[time.Duration]() || g.Kind() == reflect.String
	case expr.List:
		return (g.Kind() == reflect.Slice || g.Kind() == reflect.Array) && (t.Elem.Kind == expr.Object || fits(t.Elem, g.Elem()))
	}
	return g.Kind() == reflect.Map && g.Key().Kind() == reflect.String
}

// Facts returns the facts that v holds. It is read when the facts are evaluated; v must not change until then.
func (b *Binding[T]) Facts(v *T) Facts { return boundFactsOf[T]{b, v} }

type boundFactsOf[T any] struct {
	b *Binding[T]
	v *T
}

func (f boundFactsOf[T]) document(s *input.Schema) (*input.Document, error) {
	if f.v == nil {
		return nil, &FactError{Code: "type", Want: "a struct", Got: "nil"}
	}
	if f.b.count != len(s.Facts) {
		return nil, &FactError{Code: "type", Want: "facts bound to this rule file", Got: "facts bound to another one"}
	}
	v := reflect.ValueOf(f.v).Elem()
	d := &input.Document{Values: make([]expr.Value, len(s.Facts))}
	if f.b.name != nil {
		d.Name = textAt(v, f.b.name)
	}
	if err := read(s, d.Values, v, f.b.fields, ""); err != nil {
		return nil, err
	}
	if f.b.items == nil {
		return d, nil
	}
	list, ok := fieldAt(v, f.b.items.index)
	if !ok {
		return d, nil
	}
	for i := range list.Len() {
		e := list.Index(i)
		item := input.Item{Name: textAt(e, f.b.items.name), Values: make([]expr.Value, len(s.Facts))}
		if item.Name == "" {
			return nil, &FactError{Fact: fmt.Sprintf("items[%d].name", i), Code: "type", Want: "non-empty string", Got: `""`}
		}
		if err := read(s, item.Values, e, f.b.items.fields, item.Name); err != nil {
			return nil, err
		}
		d.Items = append(d.Items, item)
	}
	return d, nil
}

// textAt reads a string field, "" where it lies within an embedded pointer that is nil.
func textAt(v reflect.Value, index []int) string {
	f, ok := fieldAt(v, index)
	if !ok {
		return ""
	}
	return f.String()
}

// fieldAt returns a field, and false where it lies within an embedded pointer that is nil: it is absent.
func fieldAt(v reflect.Value, index []int) (reflect.Value, bool) {
	for i, n := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(n)
	}
	return v, true
}

func read(s *input.Schema, values []expr.Value, v reflect.Value, fields []boundField, item string) error {
	for i := range fields {
		f := &fields[i]
		fv, ok := fieldAt(v, f.index)
		if !ok {
			continue
		}
		if fv.Kind() == reflect.Pointer {
			if fv.IsNil() {
				continue
			}
			fv = fv.Elem()
		}
		if fv.Kind() == reflect.Bool && f.typ.Kind == expr.Bool {
			values[f.fact] = expr.NewBool(fv.Bool())
			continue
		}
		value, err := f.typ.FromGo(fv.Interface())
		if err != nil {
			return factError(s.Facts[f.fact].Name, item, err)
		}
		values[f.fact] = value
	}
	return nil
}
