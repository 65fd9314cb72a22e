package expr

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Expr is a compiled expression.
type Expr struct {
	Text   string
	ast    *cel.Ast
	root   *Node // where it is a condition
	leaves []int
	names  []string // declared names it uses directly, variables included, in order of appearance
	decl   *Type    // the declared type of what it yields, where it is a plain reference
	cost   uint64
	program
}

// trackFrom is the estimated cost from which a run measures its real cost. Below it the estimate itself is charged:
// measuring would cost more than it could ever find.
const trackFrom = 500

// Compile checks an expression and prepares it. want is the type it must have, or nil for any; the result is nil where an
// issue is an error.
func (e *Env) Compile(text string, want *Type) (*Expr, []Issue) {
	if e.memo == nil {
		return e.compile(text, want)
	}
	key, ok := e.meaning(text, want)
	if !ok {
		return e.compile(text, want)
	}
	if x, issues, ok := e.recall(key); ok {
		return x, issues
	}
	x, issues := e.compile(text, want)
	if x != nil {
		e.keep(key, x, issues)
	}
	return x, issues
}

func (e *Env) compile(text string, want *Type) (*Expr, []Issue) {
	// cel-go's own parser takes long over garbage: what cannot be parsed is told without it.
	if issues := checkText(text, e.limits.Runes, e.limits.Depth); len(issues) > 0 {
		return nil, issues
	}
	env, err := e.declared()
	if err != nil {
		return nil, []Issue{internalIssue(text, err)}
	}
	checked, iss := env.Compile(text)
	if len(iss.Errors()) > 0 {
		return nil, translate(text, iss, e.suggestions(env))
	}
	return e.prepare(text, checked, want)
}

// prepare makes a checked expression ready for evaluation.
func (e *Env) prepare(text string, checked *cel.Ast, want *Type) (*Expr, []Issue) {
	if e.usesBroken(checked.NativeRep().Expr()) {
		return nil, nil
	}
	if want != nil && !checked.OutputType().IsExactType(celType(want)) {
		return nil, []Issue{resultTypeIssue(want.Kind.String(), cel.FormatCELType(checked.OutputType()), text)}
	}
	native := checked.NativeRep()
	lint := linter{env: e, ast: native, text: text}
	lint.walk(native.Expr(), nil)
	if lint.failed {
		return nil, lint.issues
	}
	x := &Expr{Text: text, ast: checked, names: lint.names, decl: lint.declared(native.Expr(), nil)}
	var err error
	if x.program, err = e.program(checked); err != nil {
		return nil, append(lint.issues, internalIssue(text, err))
	}
	x.cost = x.max
	if x.max > e.limits.EvalCost {
		return nil, append(lint.issues, costIssue(text, x.max, e.limits.EvalCost, false))
	}
	if x.max > e.limits.RuleCost {
		lint.issues = append(lint.issues, costIssue(text, x.max, e.limits.RuleCost, true))
	}
	u := usage{env: e, leaves: map[int]bool{}}
	u.walk(native.Expr(), nil)
	x.leaves = u.sorted()
	if checked.OutputType().IsExactType(types.BoolType) {
		low := lowering{env: e, ast: native}
		if x.root, err = low.node(native.Expr()); err != nil {
			return nil, append(lint.issues, internalIssue(text, err))
		}
		if want != nil && len(x.names) == 0 {
			lint.issues = append(lint.issues, Issue{
				Code: "BF2005", Key: "cel.constant", Args: []string{text}, End: runes(text), Warning: true,
			})
		}
	}
	return x, lint.issues
}

// suggestions are the names that a mistyped one may have meant.
func (e *Env) suggestions(env *cel.Env) []string {
	var names []string
	for _, n := range e.names {
		if n != PlaceVar {
			names = append(names, strings.TrimPrefix(n, "@")) // of a lookup
		}
	}
	for i := range e.leaves {
		if len(e.leaves[i].Path) > 0 {
			names = append(names, e.leaves[i].Name)
		}
	}
	return append(names, functionNames(env)...)
}

// usesBroken reports whether an expression uses a name whose own definition has errors: one finding is enough.
func (e *Env) usesBroken(x ast.Expr) bool {
	if len(e.broken) == 0 {
		return false
	}
	return mentions(x, e.broken)
}

// Root returns a condition lowered to its atoms, and nil for any other expression.
func (x *Expr) Root() *Node { return x.root }

// Names returns the declared names an expression uses, variables included, in order of appearance.
func (x *Expr) Names() []string { return x.names }

// Leaves returns the indexes of the leaves an expression reads, through variables too, ascending.
func (x *Expr) Leaves() []int { return x.leaves }

func runes(s string) int { return len([]rune(s)) }

func internalIssue(text string, err error) Issue {
	return Issue{Code: "BF2002", Key: "cel.internal", Args: []string{err.Error()}, End: runes(text)}
}

func (e *Env) program(a *cel.Ast) (program, error) {
	env, err := e.declared()
	if err != nil {
		return program{}, err
	}
	est, err := e.estimate(env, a)
	if err != nil {
		return program{}, err
	}
	p := program{max: est.Max, tracked: est.Max > trackFrom}
	var opts []cel.ProgramOption
	if p.tracked {
		opts = append(opts, costOptions(e.limits.RuleCost)...)
		opts = append(opts, cel.InterruptCheckFrequency(100))
	}
	p.cel, err = env.Program(a, opts...)
	return p, err
}

// typeAt returns the declared type at a path such as ["applicant", "level"], for the cost estimate.
func (e *Env) typeAt(path []string) *Type {
	if len(path) == 0 {
		return nil
	}
	slot, ok := e.slots[path[0]]
	if !ok {
		return nil
	}
	var t *Type
	if slot < len(e.vars) {
		t = e.vars[slot].Type
	} else {
		t = e.defs[slot-len(e.vars)].decl
	}
	for _, step := range path[1:] {
		if t == nil {
			return nil
		}
		switch t.Kind {
		case Object:
			t, _ = t.Field(step)
		case List, Map:
			t = t.Elem
		default:
			return nil
		}
	}
	return t
}

// linter looks for what type-checks and is wrong all the same.
type linter struct {
	env    *Env
	ast    *ast.AST
	text   string
	names  []string
	issues []Issue
	failed bool
}

// scope maps the names that comprehensions bind to the declared types of what they range over.
type scope map[string]*Type

func (l *linter) walk(e ast.Expr, sc scope) {
	switch e.Kind() {
	case ast.IdentKind:
		l.use(e.AsIdent(), sc)
	case ast.SelectKind:
		s := e.AsSelect()
		if t := l.declared(s.Operand(), sc); s.IsTestOnly() && t != nil && t.Kind == Object {
			l.issue(e, Issue{Code: "BF2002", Key: "cel.has-declared", Args: []string{s.FieldName()}})
		}
	case ast.CallKind:
		l.call(e.AsCall(), sc)
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		l.walk(c.IterRange(), sc)
		inner := scope{}
		for k, v := range sc {
			inner[k] = v
		}
		elem := l.declared(c.IterRange(), sc)
		if elem != nil {
			elem = elem.Elem
		}
		inner[c.AccuVar()] = nil
		inner[c.IterVar()] = elem
		if c.HasIterVar2() {
			inner[c.IterVar()], inner[c.IterVar2()] = nil, elem
		}
		for _, k := range children(e)[1:] {
			l.walk(k, inner)
		}
		return
	}
	for _, k := range children(e) {
		l.walk(k, sc)
	}
}

func (l *linter) use(name string, sc scope) {
	if _, local := sc[name]; local {
		return
	}
	if _, ok := l.env.slots[name]; !ok {
		return
	}
	for _, n := range l.names {
		if n == name {
			return
		}
	}
	l.names = append(l.names, name)
}

func (l *linter) issue(e ast.Expr, i Issue) {
	i.Start, i.End = exprRange(l.text, l.ast, e.ID())
	l.issues = append(l.issues, i)
	l.failed = l.failed || !i.Warning
}

// call checks comparisons of an enum with the codes it has.
func (l *linter) call(c ast.CallExpr, sc scope) {
	switch c.FunctionName() {
	case operators.Equals, operators.NotEquals:
		a, b := c.Args()[0], c.Args()[1]
		l.codes(l.declared(a, sc), b)
		l.codes(l.declared(b, sc), a)
	case operators.In, operators.OldIn:
		elem, list := c.Args()[0], c.Args()[1]
		l.codes(l.declared(elem, sc), list)
		if t := l.declared(list, sc); t != nil && t.Kind == List {
			l.codes(t.Elem, elem)
		}
	}
}

// codes reports each string literal in e that is not a code of the enum t.
func (l *linter) codes(t *Type, e ast.Expr) {
	if t == nil || t.Kind != Enum {
		if t != nil && t.Kind == List && e.Kind() == ast.ListKind {
			l.codes(t.Elem, e)
		}
		return
	}
	switch e.Kind() {
	case ast.ListKind:
		for _, x := range e.AsList().Elements() {
			l.codes(t, x)
		}
	case ast.CallKind:
		if c := e.AsCall(); c.FunctionName() == operators.Conditional {
			l.codes(t, c.Args()[1])
			l.codes(t, c.Args()[2])
		}
	case ast.LiteralKind:
		s, ok := e.AsLiteral().(types.String)
		if !ok {
			return
		}
		for _, code := range t.Values {
			if code == string(s) {
				return
			}
		}
		l.issue(e, enumIssue(string(s), t))
	}
}

// declared returns the declared type of an expression that is a plain reference, nil otherwise.
func (l *linter) declared(e ast.Expr, sc scope) *Type {
	switch e.Kind() {
	case ast.IdentKind:
		if t, local := sc[e.AsIdent()]; local {
			return t
		}
		return l.env.typeAt([]string{e.AsIdent()})
	case ast.SelectKind:
		t := l.declared(e.AsSelect().Operand(), sc)
		if t == nil {
			return nil
		}
		if t.Kind == Map {
			return t.Elem
		}
		f, _ := t.Field(e.AsSelect().FieldName())
		return f
	case ast.CallKind:
		c := e.AsCall()
		switch c.FunctionName() {
		case operators.Index:
			if t := l.declared(c.Args()[0], sc); t != nil {
				return t.Elem
			}
		case "orValue", "value": // of an optional enum
			if c.IsMemberFunction() {
				t := l.declared(c.Target(), sc)
				if t != nil && t.Kind == Enum && len(c.Args()) == 1 {
					l.codes(t, c.Args()[0])
				}
				return t
			}
		case operators.Conditional:
			return l.declared(c.Args()[1], sc)
		}
		for i := range l.env.lookups {
			if x := &l.env.lookups[i]; LookupVar(x.Name) != c.FunctionName() {
				continue
			} else if x.Many {
				return &Type{Kind: List, Elem: x.Record}
			} else {
				return x.Record
			}
		}
	}
	return nil
}
