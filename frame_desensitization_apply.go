package banfa

import (
	"context"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// environmentOf returns what transforms of a type see: value, row as it stands in the input, params and now. Kind Invalid is that of rules
// of rows, which have no value.
func (p *policyReader) environmentOf(kind expr.Kind) *policyEnv {
	if e, done := p.envs[kind]; done {
		return e
	}
	e := &policyEnv{slots: ruleset.CellSlots{Value: -1, Row: make([]int, len(p.policy.Columns))}}
	vars := []expr.Var{{Name: expr.PlaceVar, Type: &expr.Type{Kind: expr.Dyn}}}
	if kind != expr.Invalid {
		e.slots.Value = len(vars)
		vars = append(vars, expr.Var{Name: "value", Type: &expr.Type{Kind: kind}})
	}
	// CEL takes the longest declared name: row.birth is a variable of its own, so that a row costs only the columns that are asked for.
	// row itself is declared for the sake of what is said about a field that does not exist.
	row := &expr.Type{Kind: expr.Object, Name: "row"}
	for i := range p.policy.Columns {
		c := &p.policy.Columns[i]
		e.slots.Row[i] = -1
		if !nameForm.MatchString(c.Name) || reserved[c.Name] {
			continue
		}
		t := &expr.Type{Kind: c.Kind, Optional: c.Optional}
		row.Fields = append(row.Fields, expr.Field{Name: c.Name, Type: t})
		e.slots.Row[i] = len(vars)
		vars = append(vars, expr.Var{Name: "row." + c.Name, Type: t})
	}
	vars = append(vars, expr.Var{Name: "row", Type: row})
	e.env, e.slots.Now, e.slots.Params = p.environment(nil, vars, policyFunctions()...)
	p.envs[kind] = e
	return e
}

// compilePlan compiles the transform for columns of a type, or a condition on rows.
func (p *policyReader) compilePlan(kind expr.Kind, n *source.Node, want *expr.Type, about *ruleset.PolicyColumn) *ruleset.CellPlan {
	e := p.environmentOf(kind)
	if e.env == nil || n == nil {
		return nil
	}
	if n.Kind != source.Scalar || n.Broken || len(n.CheckExpression()) > 0 || strings.TrimSpace(n.Value) == "" {
		p.unread = true
		return nil
	}
	found := len(p.l.found)
	var x *expr.Expr
	var issues []expr.Issue
	if want == nil {
		x, issues = e.env.CompileCell(n.Value)
	} else {
		x, issues = e.env.CompilePlaced(n.Value, want)
	}
	p.issues(n, issues)
	if x == nil {
		p.unread = true
		p.about(found, about)
		return nil
	}
	plan := &ruleset.CellPlan{Env: e.env, Expr: x, Slots: e.slots}
	if !p.calls(plan, x.Tree(), n) {
		p.about(found, about)
		return nil
	}
	return plan
}

// about adds to the findings since from for which column the transform was compiled: value has the type of it.
func (p *policyReader) about(from int, c *ruleset.PolicyColumn) {
	if c == nil {
		return
	}
	for i := from; i < len(p.l.found); i++ {
		g := &p.l.found[i]
		g.Related = append(g.Related, Related{
			File: p.file.Name, Range: placeRange(c.Place), Key: "related.column", Args: []string{c.Name, c.Kind.String()},
		})
	}
}

// calls collects the calls of transforms in the order in which they are numbered.
func (p *policyReader) calls(plan *ruleset.CellPlan, t *expr.Tree, n *source.Node) bool {
	ok := true
	if t.Op == expr.TreeOther && t.Places() {
		start, end := plan.Expr.Range(t)
		p.report("BF1014", source.Range{Start: n.At(start), End: n.At(end)}, "policy.transform-place")
		return false
	}
	for _, k := range t.Kids {
		ok = p.calls(plan, k, n) && ok
	}
	if number, args, placed := t.Placed(); placed {
		for len(plan.Calls) <= number {
			plan.Calls = append(plan.Calls, ruleset.TransformCall{})
		}
		ok = p.call(plan, number, t, args, n) && ok
	}
	return ok
}

// call reads one call: its arguments must be known when the file is loaded, but for the subject.
func (p *policyReader) call(plan *ruleset.CellPlan, number int, t *expr.Tree, args []*expr.Tree, n *source.Node) bool {
	f := policyFunction(t.Name)
	c := ruleset.TransformCall{Name: t.Name}
	at := func(t *expr.Tree) source.Range {
		start, end := plan.Expr.Range(t)
		return source.Range{Start: n.At(start), End: n.At(end)}
	}
	if f.method {
		c.On = args[0].Kind
		c.Direct = args[0].Op == expr.TreeName && args[0].Name == "value"
		args = args[1:]
	}
	for i, a := range args {
		if f.subject > 0 && i == f.subject {
			c.Subject = true
			c.Args = append(c.Args, expr.Value{})
			continue
		}
		v, ok := p.constant(plan, a)
		if !ok {
			p.report("BF2009", at(a), "policy.argument", t.Name)
			return false
		}
		c.Args = append(c.Args, v)
	}
	if f.keyed {
		c.Key, _ = c.Args[0].Str()
		p.used[c.Key] = true
		if !p.policy.Key(c.Key) {
			var names []string
			for _, k := range p.policy.Keys {
				names = append(names, k.Name)
			}
			p.report("BF2009", at(args[0]), "policy.key-unknown", c.Key).didYouMean(c.Key, names)
			return false
		}
	}
	if t.Name == "generalize" {
		name, _ := c.Args[0].Str()
		known := func(h ruleset.PolicyHierarchy) bool { return h.Name == name }
		if !slices.ContainsFunc(p.policy.Hierarchies, known) {
			var names []string
			for _, h := range p.policy.Hierarchies {
				names = append(names, h.Name)
			}
			p.report("BF2009", at(args[0]), "policy.hierarchy-unknown", name).didYouMean(name, names)
			return false
		}
	}
	plan.Calls[number] = c
	return true
}

// constant evaluates an argument that depends on parameters at most.
func (p *policyReader) constant(plan *ruleset.CellPlan, t *expr.Tree) (expr.Value, bool) {
	if t.Op == expr.TreeConst {
		return t.Const, true
	}
	if !t.Only("params") {
		return expr.Value{}, false
	}
	x, err := plan.Env.Part(t)
	if err != nil {
		return expr.Value{}, false
	}
	ev := plan.Env.NewEval(context.Background())
	if plan.Slots.Params >= 0 {
		ev.Set(plan.Slots.Params, p.policy.ParamsValue)
	}
	v, truth, err := ev.Value(x)
	return v, truth == expr.True && err == nil
}

// policyTransform describes a transform that expressions of a policy may call.
type policyTransform struct {
	name    string
	on      []expr.Kind // receivers; none for what is no method
	params  []*expr.Type
	result  expr.Kind
	method  bool
	keyed   bool // its first argument names a key
	subject int  // the index of the argument that is the subject; 0: it has none
}

var (
	policyText    = &expr.Type{Kind: expr.String}
	policyInt     = &expr.Type{Kind: expr.Int}
	policyDecimal = &expr.Type{Kind: expr.Decimal}
	policyOptions = &expr.Type{Kind: expr.Map, Elem: policyText}
)

// policyTransforms lists every form of every transform.
func policyTransforms() []policyTransform {
	str, num := []expr.Kind{expr.String}, []expr.Kind{expr.Decimal, expr.Int}
	day := []expr.Kind{expr.Date, expr.Timestamp}
	all := []expr.Kind{expr.String, expr.Int, expr.Decimal, expr.Date, expr.Timestamp}
	decimals := &expr.Type{Kind: expr.List, Elem: policyDecimal}
	form := func(name string, on []expr.Kind, params ...*expr.Type) policyTransform {
		return policyTransform{name: name, on: on, params: params, result: expr.String, method: on != nil}
	}
	keyed := func(t policyTransform) policyTransform { t.keyed = true; return t }
	subject := func(t policyTransform) policyTransform { t.subject = len(t.params) - 1; return t }
	sample := keyed(form("sample", nil, policyText, policyDecimal))
	sample.result = expr.Bool
	sampleBy := subject(keyed(form("sample", nil, policyText, policyDecimal, policyText)))
	sampleBy.result = expr.Bool
	return []policyTransform{
		form("keep", nil),
		form("suppress", nil),
		form("replace", nil, policyText),
		form("mask", str),
		form("mask", str, policyInt, policyInt),
		keyed(form("pseudonym", all, policyText)),
		keyed(form("pseudonym", all, policyText, policyOptions)),
		keyed(form("encrypt", str, policyText)),
		keyed(form("encrypt", str, policyText, policyOptions)),
		form("truncate", day, policyText),
		form("truncate", str, policyInt),
		form("band", num, decimals),
		form("topCode", num, policyDecimal),
		form("topCode", num, policyDecimal, policyText),
		form("bottomCode", num, policyDecimal),
		form("bottomCode", num, policyDecimal, policyText),
		form("generalize", all, policyText, policyInt),
		keyed(form("shift", day, policyText, policyInt)),
		subject(keyed(form("shift", day, policyText, policyInt, policyText))),
		keyed(form("noise", num, policyText, policyOptions)),
		keyed(form("shuffle", all, policyText)),
		subject(keyed(form("shuffle", all, policyText, policyText))),
		sample, sampleBy,
	}
}

// policyFunction describes a transform by its name; which argument is a subject, and that it is keyed, are the same for all of its forms.
func policyFunction(name string) policyTransform {
	var out policyTransform
	for _, f := range policyTransforms() {
		if f.name == name && (out.name == "" || f.subject > 0) {
			out = f
		}
	}
	return out
}

// policyFunctions declares transforms and detectors.
func policyFunctions() []expr.Function {
	var out []expr.Function
	for _, f := range policyTransforms() {
		x := expr.Function{Name: f.name, Params: f.params, Result: &expr.Type{Kind: f.result}, Placed: true, Cost: 20}
		if !f.method {
			out = append(out, x)
			continue
		}
		for _, kind := range f.on {
			x.On = &expr.Type{Kind: kind}
			out = append(out, x)
		}
	}
	for _, d := range ruleset.Detectors() {
		out = append(out, expr.Function{
			Name: d.Name, On: policyText, Result: boolType, Cost: 50,
			Call: func(args []expr.Value) (expr.Value, error) {
				s, _ := args[0].Str()
				return expr.NewBool(d.Is(s)), nil
			},
		})
	}
	return out
}
