package banfa

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ident"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
	"github.com/banfa-go/banfa/internal/transform"
)

// policyReader reads a file of kind Desensitization.
type policyReader struct {
	*document
	policy *ruleset.Desensitization
	envs   map[expr.Kind]*policyEnv // by the type of value; Invalid: of rows
	plans  map[policyPlanKey]*ruleset.CellPlan
	used   map[string]bool // keys
}

type policyPlanKey struct {
	rule int
	kind expr.Kind
}

type policyEnv struct {
	env   *expr.Env
	slots ruleset.CellSlots
}

// desensitization reads a policy. Its world is closed: each column is decided by exactly one rule, or the file does not load.
func (d *document) desensitization() {
	root := d.file.Root
	p := &policyReader{
		document: d, envs: map[expr.Kind]*policyEnv{}, plans: map[policyPlanKey]*ruleset.CellPlan{}, used: map[string]bool{},
		policy: &ruleset.Desensitization{Head: d.head, Owner: text(root.Get("metadata"), "owner"), Standard: text(root, "standard")},
	}
	if p.policy.Owner == "" && root.Get("metadata") != nil {
		d.report("BF1013", keyRange(root, "metadata"), "policy.owner")
	}
	p.policy.Parameters, _, p.policy.ParamsValue = d.params()
	p.keys(root.Get("keys"))
	p.hierarchies(root.Get("hierarchies"))
	p.columns(root.Get("columns"))
	ids := d.ruleIDs(root)
	p.rules(root.Get("rules"))
	p.cover(root.Get("rules"))
	p.weakMasks()
	p.rows(root.Get("rows"))
	p.release(root.Get("release"))
	p.reversal(root.Get("reversal"))
	if r := root.Get("record"); r != nil && r.Kind == source.Map {
		p.policy.Record = d.citations(r.Get("basis"))
	}
	p.policy.Interpretations = d.interpretations(root, ids)
	d.checkWaivers(ids)
	for _, k := range p.policy.Keys {
		if !p.used[k.Name] && !d.failed && !d.unread {
			d.warn("BF2006", k.Place, "policy.key-unused", k.Name)
		}
	}
	d.l.bundle.Desensitizations = append(d.l.bundle.Desensitizations, p.policy)
}

func (p *policyReader) keys(n *source.Node) {
	if n == nil || n.Kind != source.List {
		return
	}
	for _, k := range n.Items {
		if k.Kind != source.Scalar {
			continue
		}
		if p.policy.Key(k.Value) {
			p.report("BF1017", k.Range, "frame.duplicate-id", k.Value)
			continue
		}
		p.policy.Keys = append(p.policy.Keys, ruleset.PolicyKey{Name: k.Value, Place: placeOfNode(k)})
	}
}

func (p *policyReader) columns(n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	labels := map[string]string{}
	for _, e := range n.Entries {
		kind, ok := kinds[text(e.Value, "type")]
		if !ok {
			p.unread = true
			continue // reported by shape
		}
		c := ruleset.PolicyColumn{
			Name: e.Key.Value, Label: text(e.Value, "label"), Class: text(e.Value, "class"), Semantic: text(e.Value, "semantic"),
			Join: text(e.Value, "join"), Kind: kind, Optional: text(e.Value, "optional") == "true", Rule: -1, Place: placeOfNode(e.Key),
		}
		p.published(&c, e.Value)
		// A file may be headed by labels, so that a label that is another column's name, or its label, would leave in doubt which one it is.
		for _, name := range []string{c.Name, c.Label} {
			if other, twice := labels[name]; twice && other != c.Name && name != "" {
				p.report("BF1017", e.Key.Range, "policy.label-twice", name, other)
			}
			labels[name] = c.Name
		}
		p.policy.Columns = append(p.policy.Columns, c)
	}
}

// columnType is what `where` sees of a column.
func columnType() *expr.Type {
	text := &expr.Type{Kind: expr.String}
	return &expr.Type{Kind: expr.Object, Name: "column", Fields: []expr.Field{
		{Name: "name", Type: text},
		{Name: "label", Type: text},
		{Name: "type", Type: &expr.Type{Kind: expr.Enum, Values: []string{"bool", "int", "double", "string", "decimal", "date", "timestamp"}}},
		{Name: "class", Type: &expr.Type{Kind: expr.Enum, Values: []string{"direct", "quasi", "sensitive", "plain"}}},
		{Name: "semantic", Type: text},
	}}
}

// rules reads the rules and finds out which columns each covers by its own condition.
func (p *policyReader) rules(n *source.Node) {
	env, _, params := p.environment(nil, []expr.Var{{Name: "column", Type: columnType()}})
	if env == nil {
		return
	}
	for _, r := range items(n) {
		p.policy.Rules = append(p.policy.Rules, &ruleset.ColumnRule{
			ID: text(r, "id"), Basis: p.citations(r.Get("basis")), Message: text(r, "message"), Apply: text(r, "apply"),
			Where: p.compileExpr(env, r.Get("where"), boolType), Refuse: text(r, "on_invalid") == "refuse", Place: placeOfNode(r.Get("id")),
		})
		p.l.rules++
	}
	for i, r := range items(n) {
		p.yields(i, r)
	}
	p.circles()
	ev := env.NewEval(context.Background())
	if params >= 0 {
		ev.Set(params, p.policy.ParamsValue)
	}
	for j := range p.policy.Columns {
		c := &p.policy.Columns[j]
		v, err := columnType().FromGo(map[string]any{
			"name": c.Name, "label": c.Label, "type": c.Kind.String(), "class": c.Class, "semantic": c.Semantic,
		})
		if err != nil {
			p.unread = true // what is wrong with the column has been reported
			continue
		}
		ev.Set(0, v)
		for i, r := range items(n) {
			rule := p.policy.Rules[i]
			if rule.Where == nil {
				continue
			}
			switch truth, _ := ev.Truth(rule.Where); truth {
			case expr.True:
				rule.Columns = append(rule.Columns, j)
			case expr.False:
			default:
				p.unread = true
				p.report("BF4006", r.Get("where").Range, "policy.where-fails", rule.ID, c.Name)
			}
		}
	}
}

func (p *policyReader) yields(i int, n *source.Node) {
	var ids []string
	for _, r := range p.policy.Rules {
		ids = append(ids, r.ID)
	}
	for _, y := range words(n, "yields_to") {
		j := slices.Index(ids, y.Value)
		switch {
		case j < 0:
			p.report("BF4007", y.Range, "logic.unknown-id", "yields_to", y.Value).didYouMean(y.Value, slices.Clone(ids))
		case j == i:
			p.report("BF4004", y.Range, "logic.yields-itself", y.Value)
		default:
			p.policy.Rules[i].YieldsTo = append(p.policy.Rules[i].YieldsTo, j)
		}
	}
}

// circles reports rules that yield to each other in a circle: none of them would then decide.
func (p *policyReader) circles() {
	state := make([]int, len(p.policy.Rules)) // 1: on the path, 2: done
	var path []int
	var visit func(i int)
	visit = func(i int) {
		state[i] = 1
		path = append(path, i)
		for _, j := range p.policy.Rules[i].YieldsTo {
			switch state[j] {
			case 0:
				visit(j)
			case 1:
				var names []string
				for _, k := range append(slices.Clone(path[slices.Index(path, j):]), j) {
					names = append(names, p.policy.Rules[k].ID)
				}
				p.add(Diagnostic{
					Code: "BF4004", File: p.file.Name, Range: placeRange(p.policy.Rules[j].Place), Key: "logic.yields-cycle",
					Args: []string{strings.Join(names, " → ")},
				})
			}
		}
		path = path[:len(path)-1]
		state[i] = 2
	}
	for i := range p.policy.Rules {
		if state[i] == 0 {
			visit(i)
		}
	}
}

// cover makes sure that exactly one rule decides each column, and compiles its transform for it.
func (p *policyReader) cover(n *source.Node) {
	if p.unread || p.file.Partial || len(p.policy.Rules) == 0 {
		return // what an expression with an error would cover is not known
	}
	covers := func(i, column int) bool { return slices.Contains(p.policy.Rules[i].Columns, column) }
	decides := make([][]int, len(p.policy.Columns))
	for j := range p.policy.Columns {
		for i, r := range p.policy.Rules {
			if covers(i, j) && !slices.ContainsFunc(r.YieldsTo, func(k int) bool { return covers(k, j) }) {
				decides[j] = append(decides[j], i)
			}
		}
	}
	for i, r := range p.policy.Rules {
		r.Columns = nil
		for j := range decides {
			if slices.Contains(decides[j], i) {
				r.Columns = append(r.Columns, j)
			}
		}
		if len(r.Columns) == 0 {
			p.warn("BF4003", r.Place, "policy.covers-nothing", r.ID)
		}
	}
	nodes := items(n)
	for j := range p.policy.Columns {
		c := &p.policy.Columns[j]
		at := source.Range{Start: source.Position{Line: c.Place.Line, Column: c.Place.Column}, End: source.Position{Line: c.Place.EndLine, Column: c.Place.EndColumn}}
		switch len(decides[j]) {
		case 0:
			p.report("BF4006", at, "logic.column-uncovered", c.Name)
		case 1:
			c.Rule = decides[j][0]
			c.Plan = p.apply(c, nodes[c.Rule])
			p.try(c, nodes[c.Rule])
		default:
			var names []string
			for _, i := range decides[j] {
				names = append(names, p.policy.Rules[i].ID)
			}
			p.report("BF4006", at, "logic.column-doubly", c.Name, strings.Join(names, ", "))
		}
	}
}

// apply compiles the transform of a rule for a column, once for all columns of one type.
func (p *policyReader) apply(c *ruleset.PolicyColumn, n *source.Node) *ruleset.CellPlan {
	key := policyPlanKey{c.Rule, c.Kind}
	plan, done := p.plans[key]
	if !done {
		plan = p.compilePlan(c.Kind, n.Get("apply"), nil, c)
		p.plans[key] = plan
	}
	return plan
}

// try makes the functions of a column once, so that arguments which make no sense are found when the policy is loaded.
func (p *policyReader) try(c *ruleset.PolicyColumn, n *source.Node) {
	if c.Plan == nil {
		return
	}
	target := transform.Target{
		DataSet: p.head.Name, Column: c.Name, Join: c.Join, Semantic: c.Semantic, Type: deid.Type(c.Kind.String()),
	}
	for i := range c.Plan.Calls {
		if _, err := p.trial().Make(&c.Plan.Calls[i], target); err != nil {
			found := len(p.l.found)
			p.badArgument(n.Get("apply").Range, p.policy.Rules[c.Rule].ID, err)
			p.about(found, c)
		}
		// The values of a shuffled column are published, each in another row: of what names a person, that is all there is to hide.
		if names := c.Class == "direct" || slices.Contains(ident.Kinds(), ident.Kind(c.Semantic)); names && c.Plan.Calls[i].Name == "shuffle" {
			p.report("BF2009", n.Get("apply").Range, "policy.shuffle-direct", p.policy.Rules[c.Rule].ID, c.Name)
		}
	}
}

// badArgument reports a transform that cannot be made.
func (p *policyReader) badArgument(at source.Range, rule string, err error) {
	if argument := (*deid.ArgumentError)(nil); errors.As(err, &argument) {
		p.report("BF2009", at, argument.Key, argument.Args...)
		return
	}
	p.report("BF2009", at, "policy.transform", rule, unprefixed(err))
}

func (p *policyReader) rows(n *source.Node) {
	for _, r := range items(n) {
		x := &ruleset.RowRule{
			ID: text(r, "id"), Basis: p.citations(r.Get("basis")), Message: text(r, "message"), Place: placeOfNode(r.Get("id")),
		}
		if drop := r.Get("drop"); drop == nil || drop.Value != "true" {
			p.report("BF1014", r.Get("id").Range, "policy.row-no-effect", x.ID)
		}
		x.Plan = p.compilePlan(expr.Invalid, r.Get("when"), boolType, nil)
		p.trySamples(x, r.Get("when"))
		p.policy.Rows = append(p.policy.Rows, x)
		p.l.rules++
	}
}

// trySamples is try for a rule of rows, in which a transform of values has no place.
func (p *policyReader) trySamples(x *ruleset.RowRule, n *source.Node) {
	if x.Plan == nil {
		return
	}
	for i := range x.Plan.Calls {
		c := &x.Plan.Calls[i]
		err := deid.BadArgument("transform.rows-sample", c.Name)
		if c.Name == "sample" {
			_, err = transform.Trial().Sample(c, p.head.Name)
		}
		if err != nil {
			p.badArgument(n.Range, x.ID, err)
			x.Plan = nil
			return
		}
	}
}

// release reads the gate.
func (p *policyReader) release(n *source.Node) {
	env, _, _ := p.environment(nil, gateVars())
	if env == nil {
		return
	}
	p.policy.GateEnv = env
	for _, r := range items(n) {
		p.policy.Release = append(p.policy.Release, &ruleset.ReleaseRule{
			ID: text(r, "id"), Basis: p.citations(r.Get("basis")), Message: text(r, "message"),
			Require: p.compileExpr(env, r.Get("require"), boolType), Place: placeOfNode(r.Get("id")),
		})
		p.l.rules++
	}
}

// gateVars are what release rules may ask; package desensitize fills them in.
func gateVars() []expr.Var {
	number, ratio := &expr.Type{Kind: expr.Int}, &expr.Type{Kind: expr.Decimal}
	object := func(name string, fields ...expr.Field) expr.Var {
		return expr.Var{Name: name, Type: &expr.Type{Kind: expr.Object, Name: name, Fields: fields}}
	}
	return []expr.Var{
		object("risk",
			expr.Field{Name: "k", Type: number}, expr.Field{Name: "l", Type: number}, expr.Field{Name: "t", Type: ratio},
			expr.Field{Name: "classes", Type: number}, expr.Field{Name: "uniques", Type: number},
			expr.Field{Name: "prosecutor", Type: ratio}, expr.Field{Name: "marketer", Type: ratio}, expr.Field{Name: "level", Type: number}),
		object("scan", expr.Field{Name: "identifiers", Type: number}, expr.Field{Name: "repeated", Type: number}),
		object("rows",
			expr.Field{Name: "read", Type: number}, expr.Field{Name: "written", Type: number},
			expr.Field{Name: "dropped", Type: number}, expr.Field{Name: "undecided", Type: number}),
		object("invalid", expr.Field{Name: "cells", Type: number}, expr.Field{Name: "share", Type: ratio}),
		{Name: "strength", Type: &expr.Type{Kind: expr.Map, Elem: ratio}},
	}
}
