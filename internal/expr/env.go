package expr

import (
	"fmt"
	"slices"
	"sync"
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
	Gaps bool // whether a value can lack fields of its own: it has objects in lists, in maps or behind an optional
}

// Env compiles the expressions of one rule file. It is filled by one goroutine while the file is loaded; once that is done
// it is only read, and any number of goroutines may evaluate with it.
type Env struct {
	mu        sync.Mutex // of the next two: parts may be compiled by those who evaluate
	cel       *cel.Env
	pending   []cel.EnvOption // declarations that cel has not got yet; see declared
	limits    Limits
	zone      *time.Location
	calendar  Calendar
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
	defNames  []string
	broken    []string // declared so that their uses pass: nothing that uses them is compiled
	memo      *Memo
	meanings  map[string]int // of declared names, in memo
}

// NewEnv prepares an environment. An error is a fault of the caller's declarations, not of a rule file.
func NewEnv(o Options) (*Env, error) {
	if o.Zone == nil {
		o.Zone = civil.Zone
	}
	e := &Env{
		limits: o.Limits.withDefaults(), zone: o.Zone, calendar: o.Calendar, vars: o.Vars, slots: make(map[string]int, len(o.Vars)),
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
	var err error
	if e.cel, err = bases.get(o.Zone, o.Calendar); err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	e.pending = opts
	if len(o.Functions)+len(o.Lookups) > 0 { // only they can clash with what the libraries declare
		if _, err := e.declared(); err != nil {
			return nil, fmt.Errorf("expr: %w", err)
		}
	}
	return e, nil
}

// declared returns the cel environment with all that has been declared. It is made when it is first needed: for a file all of whose expressions
// are remembered, it never is.
func (e *Env) declared() (*cel.Env, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.pending) > 0 {
		next, err := e.cel.Extend(e.pending...)
		if err != nil {
			return nil, err
		}
		e.cel, e.pending = next, nil
	}
	return e.cel, nil
}

func (e *Env) declare(name string, t *cel.Type) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pending = append(e.pending, cel.Variable(name, t))
	e.names = append(e.names, name)
}

func (e *Env) addLeaves(name string, slot int, path []int, t *Type) {
	if t.Kind == Object && !t.Optional {
		for i := range t.Fields {
			sub := append(append([]int(nil), path...), i)
			e.addLeaves(name+"."+t.Fields[i].Name, slot, sub, t.Fields[i].Type)
		}
		return
	}
	e.leaves = append(e.leaves, Leaf{Name: name, Slot: slot, Path: path, Type: t, Gaps: canLack(t)})
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
	e.declare(name, x.ast.OutputType())
	e.slots[name] = len(e.vars) + len(e.defs)
	e.defs = append(e.defs, x)
	e.defNames = append(e.defNames, name)
	if e.memo != nil {
		if key, ok := e.meaning(text, nil); ok {
			e.meanings[name] = e.memo.id("variable " + key)
		} else {
			e.memo, e.meanings = nil, nil
		}
	}
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
	e.declare(name, cel.DynType)
	e.broken = append(e.broken, name)
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
