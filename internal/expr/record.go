package expr

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Records makes values of an Object from the values of its fields: what a stream of events needs for every one of them. The values must
// have been checked against the fields' types.
type Records struct{ empty *object }

// NewRecords returns what makes values of an Object.
func NewRecords(t *Type) *Records {
	given := newObject(t)
	if o, ok := fillObjects(t, given).(*object); ok {
		given = o
	}
	return &Records{given}
}

// Make returns an object with these fields, in the order declared; an absent one stays absent.
func (r *Records) Make(fields []Value) Value {
	o := *r.empty
	o.vals = append([]ref.Val(nil), r.empty.vals...)
	for i, f := range fields {
		if f.v == nil {
			continue
		}
		o.vals[i] = fieldValue(o.typ.Fields[i].Type, f)
	}
	return Value{&o}
}

func fieldValue(t *Type, v Value) ref.Val {
	if t.Optional {
		return types.OptionalOf(v.v)
	}
	return fillObjects(t, v.v)
}

// PutRecord is Put for what Records made: the object is taken as it is.
func (ev *Eval) PutRecord(slot int, v Value) { ev.vals[slot] = v.v }

// Again forgets what has been found out, so that values can be put for the next evaluation.
func (ev *Eval) Again() { ev.forget() }

// Take makes a name absent.
func (ev *Eval) Take(slot int) { ev.vals[slot] = emptyValue(ev.env.vars[slot].Type) }

// NewTexts makes a list of strings.
func NewTexts(s []string) Value { return Value{types.DefaultTypeAdapter.NativeToValue(s)} }
