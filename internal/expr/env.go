package expr

import (
	"fmt"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/banfa-go/banfa/internal/civil"
)

// Options say what expressions of one rule file may name and how much they may cost.
type Options struct {
	Vars      []Var
	Functions []Function
	Lookups   []Lookup
	Zone      *time.Location // of date(timestamp); civil.Zone where nil
	Calendar  Calendar       // of the working-day functions, which are not declared where nil
	Limits    Limits
}

// Limits bound expressions and their evaluation; the zero value of each means its default.
type Limits struct {
	Runes    int    // length of an expression, in bytes of UTF-8 at the most
	Depth    int    // nesting
	RuleCost uint64 // CEL cost units of one expression
	EvalCost uint64 // of one evaluation of all of a file's expressions
}

// DefaultLimits are those of the design page "Bad input".
func DefaultLimits() Limits {
	return Limits{Runes: 16 << 10, Depth: 250, RuleCost: 1_000_000, EvalCost: 10_000_000}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Runes == 0 {
		l.Runes = d.Runes
	}
	if l.Depth == 0 {
		l.Depth = d.Depth
	}
	if l.RuleCost == 0 {
		l.RuleCost = d.RuleCost
	}
	if l.EvalCost == 0 {
		l.EvalCost = d.EvalCost
	}
	return l
}

// Function is a pure function that a host or a kind of rule file adds.
type Function struct {
	Name   string
	On     *Type // what it is a method of; nil: of nothing
	Params []*Type
	Result *Type
	Cost   uint64 // of one call; 1 where zero
	Call   func(args []Value) (Value, error)
	Placed bool // a transform of cells, see CompileCell; Call is then not used
}

// Leaf is a place in the facts that can be absent by itself: a fact, or a field of an object fact, at any depth.
type Leaf struct {
	Name string // the fact's name, followed by .field for a field
	Slot int    // of the fact
	Path []int  // of field indexes within it
	Type *Type
}

// Env compiles the expressions of one rule file. It is filled by one goroutine while the file is loaded; once that is done
// it is only read, and any number of goroutines may evaluate with it.
type Env struct {
	cel       *cel.Env
	limits    Limits
	vars      []Var
	lookups   []Lookup
	functions []Function
	slots     map[string]int
	leaves    []Leaf
	defs      []*Expr
	atoms     []*Atom
	byKey     map[string]*Atom
	absent    []*types.Unknown
	names     []string
	broken    []string // declared so that their uses pass: nothing that uses them is compiled
}

// NewEnv prepares an environment. An error is a fault of the caller's declarations, not of a rule file.
func NewEnv(o Options) (*Env, error) {
	if o.Zone == nil {
		o.Zone = civil.Zone
	}
	e := &Env{
		limits: o.Limits.withDefaults(), vars: o.Vars, slots: make(map[string]int, len(o.Vars)),
		byKey: map[string]*Atom{},
	}
	prov := &provider{objects: map[string]*Type{}}
	for _, l := range o.Lookups {
		prov.collect(l.Record)
		o.Vars = append(o.Vars[:len(o.Vars):len(o.Vars)], Var{Name: LookupVar(l.Name), Type: &Type{Kind: Dyn}})
	}
	e.vars, e.lookups, e.functions = o.Vars, o.Lookups, o.Functions
	opts := limitOptions(e.limits.Runes, e.limits.Depth)
	for i, v := range o.Vars {
		prov.collect(v.Type)
		opts = append(opts, cel.Variable(v.Name, celType(v.Type)))
		e.slots[v.Name] = i
		e.names = append(e.names, v.Name)
		e.absent = append(e.absent, types.NewUnknown(int64(i+1), types.NewAttributeTrail(v.Name)))
		e.addLeaves(v.Name, i, nil, v.Type)
	}
	for _, f := range o.Functions {
		opts = append(opts, f.option())
	}
	if slices.ContainsFunc(o.Functions, func(f Function) bool { return f.Placed }) {
		opts = append(opts, cellConversions())
	}
	for _, l := range o.Lookups {
		opts = append(opts, l.options()...)
	}
	opts = append(opts, func(env *cel.Env) (*cel.Env, error) {
		prov.Provider = env.CELTypeProvider() // which knows the types of the libraries by now
		return cel.CustomTypeProvider(prov)(env)
	})
	libs, err := bases.get(o.Zone, o.Calendar)
	if err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	if e.cel, err = libs.Extend(opts...); err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	return e, nil
}

func (e *Env) addLeaves(name string, slot int, path []int, t *Type) {
	if t.Kind == Object && !t.Optional {
		for i := range t.Fields {
			sub := append(append([]int(nil), path...), i)
			e.addLeaves(name+"."+t.Fields[i].Name, slot, sub, t.Fields[i].Type)
		}
		return
	}
	e.leaves = append(e.leaves, Leaf{Name: name, Slot: slot, Path: path, Type: t})
}

// Leaves returns every place that can be absent, in the order of declaration.
func (e *Env) Leaves() []Leaf { return e.leaves }

// Vars returns the declared names in slot order.
func (e *Env) Vars() []Var { return e.vars }

// Slot returns the slot of a declared name.
func (e *Env) Slot(name string) (int, bool) {
	i, ok := e.slots[name]
	return i, ok && i < len(e.vars)
}

// Define compiles a named expression that later ones may use by its name.
func (e *Env) Define(name, text string) (*Expr, []Issue) {
	x, issues := e.Compile(text, nil)
	if x == nil {
		return nil, issues
	}
	next, err := e.cel.Extend(cel.Variable(name, x.ast.OutputType()))
	if err != nil {
		return nil, append(issues, Issue{Code: "BF2003", Key: "cel.internal", Args: []string{err.Error()}, End: len([]rune(text))})
	}
	e.cel = next
	e.slots[name] = len(e.vars) + len(e.defs)
	e.defs = append(e.defs, x)
	e.names = append(e.names, name)
	return x, issues
}

func (f Function) option() cel.EnvOption {
	if f.On != nil || f.Placed {
		return f.cellOption()
	}
	params := make([]*cel.Type, len(f.Params))
	id := f.Name
	for i, p := range f.Params {
		params[i] = celType(p)
		id += "_" + p.Kind.String()
	}
	return cel.Function(f.Name, cel.Overload(id, params, celType(f.Result), cel.FunctionBinding(f.call)))
}

// Declare makes a name known whose definition has errors, so that its uses are not reported as undeclared as well.
func (e *Env) Declare(name string) {
	if next, err := e.cel.Extend(cel.Variable(name, cel.DynType)); err == nil {
		e.cel = next
		e.names = append(e.names, name)
		e.broken = append(e.broken, name)
	}
}

// Syntax checks expressions whose names are not known.
type Syntax struct {
	cel    *cel.Env
	limits Limits
}

// NewSyntax prepares a syntax check.
func NewSyntax(limits Limits) (*Syntax, error) {
	limits = limits.withDefaults()
	env, err := cel.NewCustomEnv(append(libraries(), limitOptions(limits.Runes, limits.Depth)...)...)
	if err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	return &Syntax{env, limits}, nil
}

// Check returns what is wrong with the form of an expression.
func (s *Syntax) Check(text string) []Issue {
	if issues := checkText(text, s.limits.Runes, s.limits.Depth); len(issues) > 0 {
		return issues
	}
	if _, iss := s.cel.Parse(text); len(iss.Errors()) > 0 {
		return translate(text, iss, nil)
	}
	return nil
}
