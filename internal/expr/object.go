package expr

import (
	"fmt"
	"reflect"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

func newObject(t *Type) *object {
	o := &object{typ: t, cel: types.NewObjectType(objectTypeName(t)), vals: make([]ref.Val, len(t.Fields))}
	for i := range t.Fields {
		if t.Fields[i].Type.Optional {
			o.vals[i] = types.OptionalNone
		}
	}
	return o
}

// objectTypeName gives each object type a name of its own; it is what a type error in CEL prints.
func objectTypeName(t *Type) string { return "object." + t.Name }

func (o *object) ConvertToNative(typ reflect.Type) (any, error) {
	return nil, fmt.Errorf("an object cannot become %v", typ)
}

func (o *object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return o.cel
	}
	return types.NewErr("an object cannot become %s", t.TypeName())
}

// Equal compares field by field; a field absent on either side makes the answer unknown, unless another one differs.
func (o *object) Equal(other ref.Val) ref.Val {
	p, ok := other.(*object)
	if !ok || p.typ != o.typ {
		return types.False
	}
	var unknown ref.Val
	for i, v := range o.vals {
		w := p.vals[i]
		if v == nil || w == nil {
			unknown = absentField
			continue
		}
		if eq := v.Equal(w); eq != types.True {
			return eq
		}
	}
	if unknown != nil {
		return unknown
	}
	return types.True
}

// canLack reports whether a value of a type can be an object, or hold one, in which a field is absent.
func canLack(t *Type) bool {
	switch t.Kind {
	case Object:
		return slices.ContainsFunc(t.Fields, func(f Field) bool { return !f.Type.Optional || canLack(f.Type) })
	case List, Map:
		return t.Elem != nil && canLack(t.Elem)
	}
	return false
}

// hasGap reports whether a field is absent anywhere within a value.
func hasGap(v ref.Val) bool {
	switch v := v.(type) {
	case nil:
		return true
	case *object:
		return slices.ContainsFunc(v.vals, hasGap)
	case *types.Optional:
		return v.HasValue() && hasGap(v.GetValue())
	case traits.Mapper:
		for it := v.Iterator(); it.HasNext() == types.True; {
			if hasGap(v.Get(it.Next())) {
				return true
			}
		}
	case traits.Lister:
		for it := v.Iterator(); it.HasNext() == types.True; {
			if hasGap(it.Next()) {
				return true
			}
		}
	}
	return false
}

func (o *object) Type() ref.Type { return o.cel }

// Value returns o itself, which is what the provider's getters read.
func (o *object) Value() any { return o }

var absentField = types.NewUnknown(-1, nil)

// provider adds the declared object types to CEL's own.
type provider struct {
	types.Provider
	objects map[string]*Type
}

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.objects[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	t, ok := p.objects[name]
	if !ok {
		return p.Provider.FindStructFieldNames(name)
	}
	names := make([]string, len(t.Fields))
	for i := range t.Fields {
		names[i] = t.Fields[i].Name
	}
	return names, true
}

func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	t, ok := p.objects[name]
	if !ok {
		return p.Provider.FindStructFieldType(name, field)
	}
	i := t.fieldIndex(field)
	if i < 0 {
		return nil, false
	}
	absent := types.NewUnknown(-1, types.NewAttributeTrail(t.Name+"."+field))
	return &types.FieldType{
		Type: celType(t.Fields[i].Type),
		// has() on a declared field is refused at load: it would answer false for what is merely absent.
		IsSet: func(any) bool { return true },
		GetFrom: func(target any) (any, error) {
			switch o := target.(type) {
			case *object:
				if o.vals[i] == nil {
					return absent, nil
				}
				return o.vals[i], nil
			case *types.Unknown:
				return o, nil
			}
			return nil, fmt.Errorf("no field %s", field)
		},
	}, true
}

func (p *provider) collect(t *Type) {
	if t == nil {
		return
	}
	if t.Kind == Object {
		p.objects[objectTypeName(t)] = t
	}
	p.collect(t.Elem)
	for i := range t.Fields {
		p.collect(t.Fields[i].Type)
	}
}

// celType is the type that CEL sees for a declared type.
func celType(t *Type) *cel.Type {
	ct := bareCELType(t)
	if t.Optional {
		return cel.OptionalType(ct)
	}
	return ct
}

func bareCELType(t *Type) *cel.Type {
	switch t.Kind {
	case Bool:
		return cel.BoolType
	case Int:
		return cel.IntType
	case Double:
		return cel.DoubleType
	case String, Enum:
		return cel.StringType
	case Decimal:
		return decimalType
	case Date:
		return dateType
	case Timestamp:
		return cel.TimestampType
	case Duration:
		return cel.DurationType
	case List:
		return cel.ListType(celType(t.Elem))
	case Map:
		return cel.MapType(cel.StringType, celType(t.Elem))
	case Object:
		return cel.ObjectType(objectTypeName(t))
	}
	return cel.DynType
}

// Field returns a field of an object, absent where it has no value or v is none.
func (v Value) Field(name string) Value {
	o, ok := v.v.(*object)
	if !ok {
		return Value{}
	}
	i := o.typ.fieldIndex(name)
	if i < 0 {
		return Value{}
	}
	if opt, ok := o.vals[i].(*types.Optional); ok {
		if !opt.HasValue() {
			return Value{}
		}
		return Value{opt.GetValue()}
	}
	return Value{o.vals[i]}
}
