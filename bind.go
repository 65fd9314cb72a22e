package banfa

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Binding turns values of a Go struct into facts. It is immutable and safe for any number of goroutines.
type Binding[T any] struct{ b binding }

type binding struct {
	typ    reflect.Type
	fields []boundField
	name   []int // index path of the name; nil where the struct has none
	items  *boundItems
	count  int
}

// boundField is a field of a struct that holds a fact, or a field of an object.
type boundField struct {
	fact  int // its number
	index []int
	shape
	// Where the field lies within the struct itself and not behind an embedded pointer, it is at this offset.
	near   bool
	offset uintptr
	simple reflect.Kind // Bool or String where it is one, and near; Invalid otherwise
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
// structs tagged likewise, holds its items. An object may be held by a struct whose fields are tagged with the names of the object's, or by a map.
//
// The error is a *BindError that names everything that does not fit: a tag that is no declared fact, a Go type that cannot hold the
// fact's type.
func Bind[T any](rules *Rules, id string) (*Binding[T], error) {
	t := reflect.TypeFor[T]()
	e := &BindError{Type: t.String(), File: id}
	facts := factsOf(rules, id)
	switch {
	case facts == nil:
		e.Problems = append(e.Problems, "there is no such rule file with facts")
		return nil, e
	case t.Kind() != reflect.Struct:
		e.Problems = append(e.Problems, "it is no struct")
		return nil, e
	}
	b := binding{typ: t, count: len(facts)}
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
	return &Binding[T]{b}, nil
}

func factsOf(rules *Rules, id string) []ruleset.Fact {
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
			b := boundField{fact: i, index: f.Index, shape: e.shape(facts[i].Type, f.Type, f.Name)}
			if b.offset, b.near = offsetOf(t, f.Index); b.near && !b.pointer && (b.kind == reflect.Bool || b.kind == reflect.String) {
				b.simple = b.kind
			}
			if b.object == nil && (b.elem == nil || b.elem.object == nil) && !fits(facts[i].Type, f.Type) {
				e.Problems = append(e.Problems, fmt.Sprintf("%s is a %s, and %s is a %s", f.Name, f.Type, tag, facts[i].Type.Kind))
			}
			out = append(out, b)
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
