package banfa

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// shape is how a Go type holds a declared type.
type shape struct {
	typ     *expr.Type
	in      reflect.Type // the Go type, or what it points to
	pointer bool         // the Go type is a pointer, nil where absent
	kind    reflect.Kind // of what can be read where it lies; Invalid for everything else
	size    uintptr      // of an element, for a slice
	elem    *shape       // of a slice
	object  []boundField // of a struct
}

// shape says how a Go type holds a declared one. A struct for an object is checked as the struct of the facts is.
func (e *BindError) shape(t *expr.Type, g reflect.Type, name string) shape {
	s := shape{typ: t}
	if g.Kind() == reflect.Pointer {
		s.pointer, g = true, g.Elem()
	}
	s.in = g
	switch k := g.Kind(); {
	case t.Optional:
	case k == reflect.Bool && t.Kind == expr.Bool, k >= reflect.Int && k <= reflect.Int64 && t.Kind == expr.Int,
		k == reflect.Float64 && t.Kind == expr.Double, k == reflect.String && (t.Kind == expr.String || t.Kind == expr.Enum):
		s.kind = k
	case k == reflect.Struct && t.Kind == expr.Object:
		facts := make([]ruleset.Fact, len(t.Fields))
		for i, f := range t.Fields {
			facts[i] = ruleset.Fact{Name: f.Name, Type: f.Type}
		}
		inner := &BindError{}
		s.object = inner.fields(g, facts, func(reflect.StructField, string) bool { return false })
		for _, p := range inner.Problems {
			e.Problems = append(e.Problems, name+"."+p)
		}
		if len(s.object) == 0 && len(inner.Problems) == 0 {
			e.Problems = append(e.Problems, name+": its struct has no banfa tag")
		}
		s.kind = k
	case k == reflect.Slice && t.Kind == expr.List:
		elem := e.shape(t.Elem, g.Elem(), name)
		if s.elem = &elem; elem.kind != reflect.Invalid && elem.kind != reflect.Slice && !elem.pointer {
			s.kind, s.size = k, g.Elem().Size()
		}
	}
	return s
}

// offsetOf returns where a field lies, and whether that is within the struct itself.
func offsetOf(t reflect.Type, index []int) (offset uintptr, near bool) {
	for _, i := range index {
		if t.Kind() != reflect.Struct {
			return 0, false
		}
		f := t.Field(i)
		offset += f.Offset
		t = f.Type
	}
	return offset, true
}

// Facts returns the facts that v holds. It is read when the facts are evaluated; v must not change until then.
func (b *Binding[T]) Facts(v *T) Facts { return boundFacts{&b.b, unsafe.Pointer(v)} } //nolint:gosec // see boundFacts

// boundFacts are the facts of one value: v points to a value of the binding's type, which only Binding.Facts, where the type is known, puts
// there. A pointer and not a reflect.Value, so that fields are read where they lie: see mark.
type boundFacts struct {
	b *binding
	v unsafe.Pointer
}

func (f boundFacts) document(s *input.Schema) (*input.Document, error) {
	if err := f.check(s); err != nil {
		return nil, err
	}
	v := reflect.NewAt(f.b.typ, f.v).Elem()
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

func (f boundFacts) check(s *input.Schema) error {
	if f.v == nil {
		return &FactError{Code: "type", Want: "a struct", Got: "nil"}
	}
	if f.b.count != len(s.Facts) {
		return &FactError{Code: "type", Want: "facts bound to this rule file", Got: "facts bound to another one"}
	}
	return nil
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
		if fv.Kind() == reflect.Bool && f.typ.Kind == expr.Bool {
			values[f.fact] = expr.NewBool(fv.Bool())
			continue
		}
		in := f.plain(fv)
		if in == nil {
			continue
		}
		value, err := f.typ.FromGo(in)
		if err != nil {
			return factError(s.Facts[f.fact].Name, item, err)
		}
		values[f.fact] = value
	}
	return nil
}

// plain returns a Go value in a form that FromGo takes: structs as maps; nil for a nil pointer.
func (s *shape) plain(v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch {
	case s.object != nil:
		m := make(map[string]any, len(s.object))
		for i := range s.object {
			f := &s.object[i]
			if fv, ok := fieldAt(v, f.index); ok {
				m[s.typ.Fields[f.fact].Name] = f.plain(fv)
			}
		}
		return m
	case s.elem != nil && s.elem.object != nil:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = s.elem.plain(v.Index(i))
		}
		return list
	}
	return v.Interface()
}

// mark is document for marks. Reflection would take longer over one field than all the rest does.
func (f boundFacts) mark(s *input.Schema, m *expr.Marks) bool {
	if f.check(s) != nil || f.b.items != nil {
		return false
	}
	for i := range f.b.fields {
		b := &f.b.fields[i]
		if to := m.Sink(b.fact); !b.quick(to, m, f.v) && !b.mark(to, m, f.v, f.b.typ) { // facts have the first slots
			return false
		}
	}
	return true
}

// quick reads a field of the struct at base in the two forms that most facts have; false leaves it to mark.
func (f *boundField) quick(to *expr.Sink, m *expr.Marks, base unsafe.Pointer) bool {
	switch f.simple {
	case reflect.Bool:
		return to.Bool(m, *(*bool)(unsafe.Add(base, f.offset)))
	case reflect.String:
		return to.Text(m, *(*string)(unsafe.Add(base, f.offset)))
	}
	return false
}

// mark reads a field of the struct at base, which is of type t.
func (f *boundField) mark(s *expr.Sink, m *expr.Marks, base unsafe.Pointer, t reflect.Type) bool {
	if f.near {
		p := unsafe.Add(base, f.offset)
		if f.pointer {
			if p = *(*unsafe.Pointer)(p); p == nil {
				return true
			}
		}
		if taken, ok := f.take(s, m, p); ok {
			return taken
		}
	}
	fv, ok := fieldAt(reflect.NewAt(t, base).Elem(), f.index)
	return !ok || s.Any(m, f.plain(fv))
}

// take reads what lies at p. ok is false where the sink takes values of the kind in another way.
func (s *shape) take(to *expr.Sink, m *expr.Marks, p unsafe.Pointer) (taken, ok bool) {
	switch s.kind {
	case reflect.Bool:
		return to.Bool(m, *(*bool)(p)), true
	case reflect.String:
		return to.Text(m, *(*string)(p)), true
	case reflect.Int64:
		return to.Int(m, *(*int64)(p)), true
	case reflect.Int:
		return to.Int(m, int64(*(*int)(p))), true
	case reflect.Int32:
		return to.Int(m, int64(*(*int32)(p))), true
	case reflect.Int16:
		return to.Int(m, int64(*(*int16)(p))), true
	case reflect.Int8:
		return to.Int(m, int64(*(*int8)(p))), true
	case reflect.Float64:
		return to.Double(m, *(*float64)(p)), true
	case reflect.Slice:
		if to.Type() != s.typ || to.Elem() == nil && to.Fields() == nil {
			return false, false
		}
		// A slice of any element has the same header as one of empty structs.
		list := *(*[]struct{})(p)
		return s.elements(to, m, unsafe.Pointer(unsafe.SliceData(list)), len(list)), true //nolint:gosec // elements steps by the size of an element
	}
	return false, false
}

func (s *shape) elements(to *expr.Sink, m *expr.Marks, p unsafe.Pointer, n int) bool {
	l := to.Begin(m)
	elem, fields := to.Elem(), to.Fields()
	for i := range n {
		e, at := l.Next(), unsafe.Add(p, uintptr(i)*s.size)
		if elem != nil {
			if taken, ok := s.elem.take(elem, e, at); !taken || !ok {
				return false
			}
			continue
		}
		for j := range s.elem.object {
			f := &s.elem.object[j]
			if to := fields[f.fact]; !f.quick(to, e, at) && !f.mark(to, e, at, s.elem.in) {
				return false
			}
		}
	}
	return l.End()
}
