package expr

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// An expression that makes a cell may have branches of different types, since what comes of it is a text in the end:
// value < decimal('5') ? '<5' : value.roundTo(decimal('5')). Each result is handed to a function that nobody can write, which makes the text of
// it; what it takes is a cell's.
const (
	// PlaceVar is the variable that holds the place of the cell for functions that are Placed, see NewPlace.
	PlaceVar = "@place"
	// CellCall is the function that makes a cell of a result.
	CellCall = "@cell"
	cellType = "banfa.cell"
)

var errNoCell = errors.New("expr: the expression yields no cell")

var opaqueCell = types.NewOpaqueType(cellType)

// cellValue is a finished cell.
type cellValue struct{ text string }

// ConvertToNative implements ref.Val.
func (c cellValue) ConvertToNative(t reflect.Type) (any, error) {
	return toNative(c, c.text, c.text, t)
}

// ConvertToType implements ref.Val.
func (c cellValue) ConvertToType(t ref.Type) ref.Val {
	if t == types.StringType {
		return types.String(c.text)
	}
	return types.NewErr("type conversion error from 'cell' to '%s'", t.TypeName())
}

// Equal implements ref.Val.
func (c cellValue) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(c)) }

// Type implements ref.Val.
func (cellValue) Type() ref.Type { return opaqueCell }

// Value implements ref.Val.
func (c cellValue) Value() any { return c.text }

// cellOption declares a method, or a function that is told the place of its cell. The last two arguments of the latter are the variable
// PlaceVar and the number of the call.
func (f Function) cellOption() cel.EnvOption {
	var params []*cel.Type
	id := f.Name
	for _, p := range append(f.receiver(), f.Params...) {
		params = append(params, celType(p))
		id += "_" + p.Kind.String()
		if p.Elem != nil {
			id += "_" + p.Elem.Kind.String()
		}
	}
	result := celType(f.Result)
	call := f.call
	if f.Placed {
		params = append(params, cel.DynType, cel.IntType)
		id += "_placed"
		call = f.callPlaced
	}
	if f.On != nil {
		return cel.Function(f.Name, cel.MemberOverload(id, params, result, cel.FunctionBinding(call)))
	}
	return cel.Function(f.Name, cel.Overload(id, params, result, cel.FunctionBinding(call)))
}

func (f Function) receiver() []*Type {
	if f.On == nil {
		return nil
	}
	return []*Type{f.On}
}

// Place is what transforms are told of the cell they work on: call is the number of the call within its expression, and args are the receiver,
// where there is one, and the arguments.
type Place struct {
	Call func(call int, args []Value) (Value, error)
}

type placeValue struct{ Place }

// NewPlace makes the value of PlaceVar.
func NewPlace(p Place) Value { return Value{&placeValue{p}} }

var placeType = types.NewOpaqueType("banfa.place")

// ConvertToNative implements ref.Val.
func (*placeValue) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a place cannot become %v", t)
}

// ConvertToType implements ref.Val.
func (*placeValue) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("a place cannot become %s", t.TypeName())
}

// Equal implements ref.Val.
func (p *placeValue) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(p)) }

// Type implements ref.Val.
func (*placeValue) Type() ref.Type { return placeType }

// Value implements ref.Val.
func (p *placeValue) Value() any { return p }

func (f Function) callPlaced(args ...ref.Val) (out ref.Val) {
	defer func() {
		if r := recover(); r != nil {
			out = types.NewErr("function %s failed: %v", f.Name, r)
		}
	}()
	n := len(args) - 2
	if n < 0 {
		return types.NewErr("function %s: too few arguments", f.Name)
	}
	place, ok := args[n].(*placeValue)
	call, isInt := args[n+1].(types.Int)
	if !ok || !isInt {
		return types.NewErr("function %s was given no place", f.Name)
	}
	in := make([]Value, n)
	for i := range in {
		in[i] = Value{args[i]}
	}
	v, err := place.Call(int(call), in)
	if err != nil {
		return types.WrapErr(err)
	}
	out, err = f.Result.convert(v)
	if err != nil {
		return types.NewErr("function %s: %v", f.Name, err)
	}
	return out
}

// cellConversions declare CellCall for every type a result may have.
func cellConversions() cel.EnvOption {
	var opts []cel.FunctionOpt
	for _, t := range []*cel.Type{
		cel.StringType, cel.IntType, cel.DoubleType, cel.BoolType, decimalType, dateType, cel.TimestampType, opaqueCell,
	} {
		opts = append(opts, cel.Overload("cell_of_"+strings.ReplaceAll(t.TypeName(), ".", "_"), []*cel.Type{t}, opaqueCell, cel.UnaryBinding(toCell)))
	}
	return cel.Function(CellCall, opts...)
}

// toCell makes the text of a result; Value.String is the form in which everything else of the library writes values.
func toCell(v ref.Val) ref.Val {
	if types.IsUnknownOrError(v) {
		return v
	}
	if c, ok := v.(cellValue); ok {
		return c
	}
	return cellValue{Value{v}.String()}
}

// Cell evaluates an expression compiled with CompileCell. ok is false where a fact it needs is absent.
func (ev *Eval) Cell(x *Expr) (text string, ok bool, err error) {
	v, err := ev.run(&x.program)
	switch {
	case err != nil:
		return "", false, err
	case types.IsUnknown(v):
		return "", false, nil
	}
	c, isCell := v.(cellValue)
	if !isCell {
		return "", false, errNoCell
	}
	return c.text, true, nil
}

// Next begins another row: what was found out is forgotten, the values stay until they are put anew.
func (ev *Eval) Next() { ev.forget() }

// PutAbsent takes the value of a slot away without forgetting what was found out.
func (ev *Eval) PutAbsent(slot int) { ev.vals[slot] = emptyValue(ev.env.vars[slot].Type) }

// CompileCell compiles an expression that makes a cell.
func (e *Env) CompileCell(text string) (*Expr, []Issue) { return e.compilePlaced(text, nil, true) }

// CompilePlaced is Compile for expressions that may call functions that are Placed.
func (e *Env) CompilePlaced(text string, want *Type) (*Expr, []Issue) {
	return e.compilePlaced(text, want, false)
}

func (e *Env) compilePlaced(text string, want *Type, cell bool) (*Expr, []Issue) {
	if issues := checkText(text, e.limits.Runes, e.limits.Depth); len(issues) > 0 {
		return nil, issues
	}
	env, err := e.declared()
	if err != nil {
		return nil, []Issue{internalIssue(text, err)}
	}
	parsed, iss := env.Parse(text)
	if len(iss.Errors()) > 0 {
		return nil, translate(text, iss, e.suggestions(env))
	}
	r := cellRewrite{info: parsed.NativeRep().SourceInfo(), fac: ast.NewExprFactory(), placed: map[string]bool{}}
	for i := range e.functions {
		if e.functions[i].Placed {
			r.placed[placedName(e.functions[i].Name, e.functions[i].On != nil)] = true
		}
	}
	root := parsed.NativeRep().Expr()
	r.last = ast.MaxID(parsed.NativeRep())
	r.places(root)
	if cell {
		r.result(root)
	}
	checked, iss := env.Check(parsed)
	if len(iss.Errors()) > 0 {
		return nil, cellIssues(text, iss, e.suggestions(env))
	}
	return e.prepare(text, checked, want)
}

// cellRewrite adds to a parsed expression what nobody can write.
type cellRewrite struct {
	info   *ast.SourceInfo
	fac    ast.ExprFactory
	last   int64
	calls  int64
	placed map[string]bool
}

// placedName tells replace(text) from text.replace(old, new). Types are not known yet, so that a transform may not share its name with
// another function of its form.
func placedName(name string, method bool) string {
	if method {
		return "." + name
	}
	return name
}

func (r *cellRewrite) id(of ast.Expr) int64 {
	r.last++
	if at, ok := r.info.GetOffsetRange(of.ID()); ok {
		r.info.SetOffsetRange(r.last, at)
	}
	return r.last
}

// places hands calls of transforms the place of the cell and their number.
func (r *cellRewrite) places(e ast.Expr) {
	for _, k := range children(e) {
		r.places(k)
	}
	if e.Kind() != ast.CallKind {
		return
	}
	c := e.AsCall()
	if !r.placed[placedName(c.FunctionName(), c.IsMemberFunction())] {
		return
	}
	args := append(append([]ast.Expr{}, c.Args()...),
		r.fac.NewIdent(r.id(e), PlaceVar), r.fac.NewLiteral(r.id(e), types.Int(r.calls)))
	r.calls++
	if c.IsMemberFunction() {
		e.SetKindCase(r.fac.NewMemberCall(e.ID(), c.FunctionName(), c.Target(), args...))
		return
	}
	e.SetKindCase(r.fac.NewCall(e.ID(), c.FunctionName(), args...))
}

// result hands every result to CellCall.
func (r *cellRewrite) result(e ast.Expr) {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Conditional {
		r.result(e.AsCall().Args()[1])
		r.result(e.AsCall().Args()[2])
		return
	}
	inner := r.fac.NewUnspecifiedExpr(r.id(e))
	inner.SetKindCase(e)
	if m, ok := r.info.GetMacroCall(e.ID()); ok {
		r.info.SetMacroCall(inner.ID(), m)
		r.info.ClearMacroCall(e.ID())
	}
	e.SetKindCase(r.fac.NewCall(e.ID(), CellCall, inner))
}

// cellIssues translates what is wrong with an expression whose text lacks what was added to it.
func cellIssues(text string, iss *cel.Issues, names []string) []Issue {
	for _, e := range iss.Errors() {
		e.Message = strings.ReplaceAll(strings.ReplaceAll(e.Message, ", dyn, int)'", ")'"), "(dyn, int)'", "()'")
	}
	return translate(text, iss, names)
}

// Tree is a checked expression as data, for those who evaluate it in another way.
type Tree struct {
	Op    TreeOp
	Name  string // of a function, an operator, a name or a field
	Const Value  // of TreeConst
	Kids  []*Tree
	Kind  Kind // of the value; Invalid where it is none of the library's kinds
	expr  ast.Expr
	ast   *ast.AST
}

// TreeOp tells the forms of an expression apart.
type TreeOp uint8

// The forms. Operators are calls, by the names cel-go has for them: _<_, _&&_, _?_:_. The receiver of a method is its first kid.
const (
	TreeOther TreeOp = iota // a comprehension, a map, a message
	TreeConst
	TreeName
	TreeSelect
	TreeCall
	TreeList
)

// Tree returns the expression as data.
func (x *Expr) Tree() *Tree {
	native := x.ast.NativeRep()
	return treeOf(native, native.Expr())
}

func treeOf(a *ast.AST, e ast.Expr) *Tree {
	t := &Tree{expr: e, ast: a, Kind: kindOf(a.GetType(e.ID()))}
	switch e.Kind() {
	case ast.LiteralKind:
		t.Op, t.Const = TreeConst, Value{e.AsLiteral()}
	case ast.IdentKind:
		t.Op, t.Name = TreeName, e.AsIdent()
	case ast.SelectKind:
		if e.AsSelect().IsTestOnly() {
			return t
		}
		t.Op, t.Name = TreeSelect, e.AsSelect().FieldName()
	case ast.CallKind:
		t.Op, t.Name = TreeCall, e.AsCall().FunctionName()
	case ast.ListKind:
		if len(e.AsList().OptionalIndices()) > 0 {
			return t
		}
		t.Op = TreeList
	default:
		return t
	}
	for _, k := range children(e) {
		t.Kids = append(t.Kids, treeOf(a, k))
	}
	return t
}

func kindOf(t *types.Type) Kind {
	switch {
	case t == nil:
		return Invalid
	case t.IsExactType(cel.BoolType):
		return Bool
	case t.IsExactType(cel.IntType):
		return Int
	case t.IsExactType(cel.DoubleType):
		return Double
	case t.IsExactType(cel.StringType):
		return String
	case t.IsExactType(decimalType):
		return Decimal
	case t.IsExactType(dateType):
		return Date
	case t.IsExactType(cel.TimestampType):
		return Timestamp
	case t.Kind() == types.ListKind:
		return List
	}
	return Invalid
}

// Text writes a part of an expression as its author could have.
func (t *Tree) Text() string {
	s, err := cel.ExprToString(t.expr, t.ast.SourceInfo())
	if err != nil {
		return "?"
	}
	return s
}

// Range returns where a part stands in its expression, in runes.
func (x *Expr) Range(t *Tree) (start, end int) {
	return exprRange(x.Text, x.ast.NativeRep(), t.expr.ID())
}

// Part makes an expression of its own of a part that mentions nothing but declared names, without checking it again.
func (e *Env) Part(t *Tree) (*Expr, error) {
	l := lowering{env: e, ast: t.ast}
	a, err := l.part(t.expr)
	if err != nil {
		return nil, err
	}
	x := &Expr{Text: t.Text(), ast: a}
	if x.program, err = e.program(a); err != nil {
		return nil, err
	}
	return x, nil
}

// Elements returns the elements of a list.
func (v Value) Elements() ([]Value, bool) {
	l, ok := v.v.(interface {
		Size() ref.Val
		Get(ref.Val) ref.Val
	})
	if !ok {
		return nil, false
	}
	n, ok := l.Size().(types.Int)
	if !ok {
		return nil, false
	}
	out := make([]Value, n)
	for i := range out {
		out[i] = Value{l.Get(types.Int(i))}
	}
	return out, true
}

// Placed returns the number and the arguments, the receiver first, of a call of a function that is Placed.
func (t *Tree) Placed() (call int, args []*Tree, ok bool) {
	n := len(t.Kids) - 2
	if t.Op != TreeCall || n < 0 || t.Kids[n].Op != TreeName || t.Kids[n].Name != PlaceVar {
		return 0, nil, false
	}
	i, ok := t.Kids[n+1].Const.Int()
	return int(i), t.Kids[:n], ok
}

// Places reports whether a call of such a function is anywhere in the expression, also where Kids does not lead.
func (t *Tree) Places() bool { return mentions(t.expr, []string{PlaceVar}) }

// Only reports whether an expression depends on nothing but the names.
func (t *Tree) Only(names ...string) bool {
	ok := true
	var walk func(e ast.Expr, bound []string)
	walk = func(e ast.Expr, bound []string) {
		if e.Kind() == ast.IdentKind && !slices.Contains(names, e.AsIdent()) && !slices.Contains(bound, e.AsIdent()) {
			ok = false
		}
		bound = append(bound[:len(bound):len(bound)], introduced(e)...)
		for _, k := range children(e) {
			walk(k, bound)
		}
	}
	walk(t.expr, nil)
	return ok
}

// Time returns the value of a timestamp.
func (v Value) Time() (time.Time, bool) {
	t, ok := v.v.(types.Timestamp)
	return t.Time, ok
}
