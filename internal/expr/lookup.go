package expr

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Lookup is a function that finds records of a set by a text. The set is no fact of the rule file but comes with each evaluation, as
// the value of the variable @NAME: until it is Put there, every call is unknown.
type Lookup struct {
	Name   string
	Record *Type // an Object
	Many   bool  // the result is a list of all that are found, otherwise an optional one
}

// lookupLimit is the most records that one call may find: a check that looks at each of them stays linear in the size of the set.
const lookupLimit = DefaultMaxItems

// LookupVar is the variable that holds the index of a lookup.
func LookupVar(name string) string { return "@" + name }

// options declares the function under a name that nobody can write, and a macro that hands it the index.
func (l Lookup) options() []cel.EnvOption {
	hidden := LookupVar(l.Name)
	result := cel.OptionalType(celType(l.Record))
	if l.Many {
		result = cel.ListType(celType(l.Record))
	}
	expand := func(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
		return f.NewCall(hidden, f.NewIdent(hidden), args[0]), nil
	}
	return []cel.EnvOption{
		cel.Function(hidden, cel.Overload(hidden+"_string", []*cel.Type{cel.DynType, cel.StringType}, result, cel.BinaryBinding(l.call))),
		cel.Macros(cel.GlobalMacro(l.Name, 1, expand)),
	}
}

func (l Lookup) call(index, key ref.Val) ref.Val {
	x, ok := index.(*lookupIndex)
	text, isText := key.(types.String)
	if !ok || !isText {
		return types.NewErr("function %s was given no index", l.Name)
	}
	found := x.find(string(text))
	if !l.Many {
		if len(found) == 0 {
			return types.OptionalNone
		}
		return types.OptionalOf(found[0].v)
	}
	if len(found) > lookupLimit {
		return types.WrapErr(&Fault{Key: "cel.fault.lookup", Args: []string{l.Name, strconv.Itoa(len(found)), strconv.Itoa(lookupLimit)}})
	}
	vals := make([]ref.Val, len(found))
	for i := range found {
		vals[i] = found[i].v
	}
	return types.NewRefValList(types.DefaultTypeAdapter, vals)
}

// NewIndex makes the value of a lookup's variable. find must be safe for any number of goroutines.
func NewIndex(find func(key string) []Value) Value { return Value{&lookupIndex{find}} }

type lookupIndex struct{ find func(string) []Value }

var indexType = types.NewOpaqueType("banfa.index")

func (*lookupIndex) ConvertToNative(typ reflect.Type) (any, error) {
	return nil, fmt.Errorf("an index cannot become %v", typ)
}

func (*lookupIndex) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("an index cannot become %s", t.TypeName())
}

func (x *lookupIndex) Equal(other ref.Val) ref.Val { return types.Bool(other == x) }
func (*lookupIndex) Type() ref.Type                { return indexType }
func (x *lookupIndex) Value() any                  { return x }

// Missing returns the names of what a condition that is unknown is waiting for: declared facts, and RECORD.FIELD for an absent field of
// an object, sorted.
func (ev *Eval) Missing(x *Expr) []string {
	v, err := ev.run(&x.program)
	u, ok := v.(*types.Unknown)
	if err != nil || !ok {
		return nil
	}
	var out []string
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			out = append(out, t.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
