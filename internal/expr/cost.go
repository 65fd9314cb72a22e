package expr

import (
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// newCostEstimator returns the estimator for one expression. Sizes come from the declared types: lookup returns the type at
// a path such as ["applicant", "files", "@items", "name"], or nil where nothing is declared. Without it every text and list
// would count as endless, and every estimate as 2⁶⁴-1.
//
// The estimator remembers the paths of optional selections of the expression it is asked about, so that it must not be
// used for a second one.
func newCostEstimator(lookup func(path []string) *Type) cost.Estimator {
	return &costEstimator{lookup: lookup, selected: map[optionalSelect][]string{}}
}

type costEstimator struct {
	lookup    func(path []string) *Type
	selected  map[optionalSelect][]string
	sets      []Lookup
	functions []Function
}

// optionalSelect is a selection a.?field, by the id of its operand: cel-go follows paths through a.field and a[i] but not
// through it.
type optionalSelect struct {
	operand int64
	field   string
}

// EstimateSize implements cost.Estimator. It answers from the declared type where there is a path to one, and otherwise
// from the CEL type where that alone tells the size.
func (c *costEstimator) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	path, celType := node.Path(), node.Type()
	if t, size := c.declared(path); size != nil {
		if optional := celType == nil && t != nil && t.Optional || isOptional(celType); optional {
			return optionalSize(size)
		}
		return size
	}
	if size := sizeOf(c.found(node.Expr())); size != nil {
		return size
	}
	return sizeOfCELType(celType)
}

// found is the declared type of a field of what a lookup finds, to which there is no path from a declared name; nil for anything else.
func (c *costEstimator) found(e ast.Expr) *Type {
	if e == nil {
		return nil
	}
	switch e.Kind() {
	case ast.SelectKind:
		if t := c.found(e.AsSelect().Operand()); t != nil {
			f, _ := t.Field(e.AsSelect().FieldName())
			return f
		}
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() && (call.FunctionName() == "value" || call.FunctionName() == "orValue") {
			return c.found(call.Target())
		}
		for i := range c.sets {
			if l := &c.sets[i]; LookupVar(l.Name) == call.FunctionName() && !l.Many {
				return l.Record
			}
		}
	case ast.IdentKind:
		if t := c.lookup([]string{e.AsIdent()}); t != nil && t.Kind == Object {
			return t // a variable that stands for a lookup
		}
	}
	return nil
}

func (c *costEstimator) declared(path []string) (*Type, *cost.SizeEstimate) {
	if len(path) == 0 {
		return nil, nil
	}
	switch path[len(path)-1] {
	case "@indices":
		return nil, one()
	case "@keys":
		if t, _ := c.declared(path[:len(path)-1]); t != nil && t.Kind == Map {
			return nil, keySize()
		}
		return nil, nil
	}
	if name, ok := strings.CutPrefix(path[0], "."); ok { // .x names a fact where a comprehension hides x
		path = append([]string{name}, path[1:]...)
	}
	t := c.lookup(path)
	return t, sizeOf(t)
}

// EstimateCallCost implements cost.Estimator. Everything but the optional selection has a cost model.
func (c *costEstimator) EstimateCallCost(function, _ string, _ *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	for i := range c.sets {
		if l := &c.sets[i]; LookupVar(l.Name) == function {
			if !l.Many {
				return cost.NewCallEstimate(cost.CallCostEstimate, optionalSize(one()))
			}
			size := rangedSize(0, lookupLimit)
			size.Elem = one()
			return cost.NewCallEstimate(cost.CallCostEstimate, size)
		}
	}
	for i := range c.functions {
		if f := &c.functions[i]; f.Name == function {
			return cost.NewCallEstimate(cost.FixedCostEstimate(max(f.Cost, 1)), sizeOf(f.Result))
		}
	}
	if function != operators.OptSelect || len(args) != 2 {
		return nil
	}
	field, ok := stringLiteral(args[1].Expr())
	if !ok {
		return nil
	}
	path := args[0].Path()
	if operand := args[0].Expr(); len(path) == 0 && operand != nil && operand.Kind() == ast.CallKind {
		if inner := operand.AsCall(); inner.FunctionName() == operators.OptSelect && len(inner.Args()) == 2 {
			name, _ := stringLiteral(inner.Args()[1])
			path = c.selected[optionalSelect{inner.Args()[0].ID(), name}]
		}
	}
	if len(path) == 0 {
		return nil
	}
	path = append(append([]string(nil), path...), field)
	c.selected[optionalSelect{args[0].Expr().ID(), field}] = path
	if _, size := c.declared(path); size != nil {
		return cost.NewCallEstimate(cost.CallCostEstimate, optionalSize(size))
	}
	return nil
}

// sizeOf is the range of sizes of a declared type's values in cel-go's units: the runes of a text, the items of a list or a
// map, and 1 for anything else. It ignores Optional, and is nil where nothing is known.
func sizeOf(t *Type) *cost.SizeEstimate {
	if t == nil {
		return nil
	}
	switch t.Kind {
	case String:
		return rangedSize(0, t.RuneLimit())
	case Enum:
		shortest, longest := 0, 0
		for i, code := range t.Values {
			n := utf8.RuneCountInString(code)
			longest = max(longest, n)
			if i == 0 || n < shortest {
				shortest = n
			}
		}
		return rangedSize(shortest, longest)
	case List, Map:
		size := rangedSize(0, t.ItemLimit())
		if t.Kind == Map {
			size.Key = keySize()
		}
		if size.Elem = sizeOf(t.Elem); size.Elem != nil && t.Elem.Optional {
			size.Elem = optionalSize(size.Elem)
		}
		return size
	case Invalid, Dyn:
		return nil
	}
	return one()
}

// sizeOfCELType is the size of every value of a CEL type, where they all have the same one.
func sizeOfCELType(t *types.Type) *cost.SizeEstimate {
	switch {
	case t == nil:
		return nil
	case isOptional(t):
		if inner := sizeOfCELType(t.Parameters()[0]); inner != nil {
			return optionalSize(inner)
		}
		return nil
	}
	switch t.Kind() {
	case types.BoolKind, types.DoubleKind, types.DurationKind, types.IntKind, types.NullTypeKind, types.StructKind,
		types.TimestampKind, types.TypeKind, types.UintKind:
		return one()
	case types.OpaqueKind:
		if name := t.TypeName(); name == decimalType.TypeName() || name == dateType.TypeName() {
			return one()
		}
	}
	return nil
}

func isOptional(t *types.Type) bool {
	return t != nil && t.Kind() == types.OpaqueKind && t.TypeName() == "optional_type" && len(t.Parameters()) == 1
}

// optionalSize is the size of an optional: 1 when it is empty, and else 1 more than what it holds.
func optionalSize(inner *cost.SizeEstimate) *cost.SizeEstimate {
	size := cost.RangedSizeEstimate(1, cost.SafeAdd(1, inner.Max))
	size.Elem = inner
	return &size
}

// keySize is the size of the keys of a declared map, which are texts under the same bound as any other.
func keySize() *cost.SizeEstimate { return rangedSize(0, DefaultMaxRunes) }

// one is the size of what is neither a text nor a collection.
func one() *cost.SizeEstimate {
	size := cost.FixedSizeEstimate(1)
	return &size
}

func rangedSize(lowest, highest int) *cost.SizeEstimate {
	size := cost.RangedSizeEstimate(uint64(max(lowest, 0)), uint64(max(highest, 0)))
	return &size
}
