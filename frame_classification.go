package banfa

import (
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// maxOutcomes is the most outcomes a file may declare: sets of them are held as bits.
const maxOutcomes = 60

var boolType = &expr.Type{Kind: expr.Bool}

// environment makes the names of a file available to its expressions: facts, params, now and the host's functions.
func (d *document) environment(facts []ruleset.Fact, more []expr.Var, functions ...expr.Function) (env *expr.Env, now, params int) {
	vars := make([]expr.Var, 0, len(facts)+len(more)+2)
	for _, f := range facts {
		vars = append(vars, expr.Var{Name: f.Name, Type: f.Type})
	}
	vars = append(vars, more...)
	params = -1
	if _, t, _ := d.params(); t != nil {
		params = len(vars)
		vars = append(vars, expr.Var{Name: "params", Type: t})
	}
	now = len(vars)
	vars = append(vars, expr.Var{Name: "now", Type: &expr.Type{Kind: expr.Timestamp}})
	for _, f := range d.l.opts.functions {
		if problem := f.problem(); problem != "" {
			d.report("BF2002", d.file.Root.Range, "cel.internal", problem)
			return nil, 0, 0
		}
		functions = append(functions, f.internal())
	}
	env, err := expr.NewEnv(expr.Options{
		Vars: vars, Functions: functions, Calendar: d.l.calendar(), Limits: d.l.limits(),
	})
	if err != nil {
		// The declarations have been checked; what is left is a host function that clashes with a name of ours.
		d.report("BF2002", d.file.Root.Range, "cel.internal", err.Error())
		return nil, 0, 0
	}
	for _, name := range d.brokenFacts { // reported; their uses are not reported as undeclared names too
		if !slices.ContainsFunc(vars, func(v expr.Var) bool { return v.Name == name }) {
			env.Declare(name)
		}
	}
	return env, now, params
}

// params reads the parameters once: the environments of a file share them.
func (d *document) params() ([]ruleset.Parameter, *expr.Type, expr.Value) {
	if !d.paramsRead {
		d.paramList, d.paramType, d.paramValue = d.parameters(d.file.Root.Get("parameters"))
		d.paramsRead = true
	}
	return d.paramList, d.paramType, d.paramValue
}

func (d *document) classification() {
	root := d.file.Root
	c := &ruleset.Classification{Head: d.head}
	c.Facts = d.facts(root.Get("facts"))
	env, now, params := d.environment(c.Facts, nil)
	if env == nil {
		return
	}
	c.Env, c.Now, c.Params = env, now, params
	c.Parameters, _, c.ParamsValue = d.params()
	c.Variables = d.variables(env, root.Get("variables"))
	d.outcomes(c, root.Get("outcomes"))
	ids := d.ruleIDs(root)
	if s := root.Get("scope"); s != nil && s.Kind == source.Map {
		c.Scope = d.rule(c, s, nil)
	}
	if r := root.Get("rules"); r != nil && r.Kind == source.List {
		for _, n := range r.Items {
			if n.Kind == source.Map {
				c.Rules = append(c.Rules, d.rule(c, n, ids))
			}
		}
	}
	d.l.rules += len(c.Rules)
	d.overrides(c, root.Get("rules"))
	if o := root.Get("otherwise"); o != nil && o.Kind == source.Map {
		c.Otherwise = d.rule(c, o, nil)
	}
	d.transitions(c, root.Get("transitions"))
	c.Interpretations = d.interpretations(root, ids)
	d.checkWaivers(ids)
	d.l.bundle.Classifications = append(d.l.bundle.Classifications, c)
	// An expression with an error uses nothing and decides nothing: what follows would only repeat the error.
	if !d.failed {
		d.unused(c)
		d.analyse(c)
	}
}

func (d *document) outcomes(c *ruleset.Classification, n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	for _, e := range n.Entries {
		switch code := e.Key.Value; {
		case code == "out_of_scope" || code == "undetermined":
			d.report("BF1017", e.Key.Range, "name.taken", code)
		case len(c.Outcomes) == maxOutcomes:
			limit := strconv.Itoa(maxOutcomes)
			d.report("BF1012", e.Key.Range, "limit.exceeded", "outcomes", strconv.Itoa(len(n.Entries)), limit)
			return
		default:
			c.Outcomes = append(c.Outcomes, ruleset.Outcome{Code: code, Label: e.Value.Value})
		}
	}
}

// ruleIDs collects the ids of everything in the file that has one, and reports those used twice.
func (d *document) ruleIDs(root *source.Node) map[string]bool {
	ids := map[string]bool{}
	first := map[string]source.Range{}
	note := func(n *source.Node) {
		if n == nil || n.Kind != source.Map {
			return
		}
		id := n.Get("id")
		if id == nil || id.Kind != source.Scalar {
			return
		}
		if at, twice := first[id.Value]; twice {
			g := d.report("BF1017", id.Range, "frame.duplicate-id", id.Value)
			g.Related = append(g.Related, Related{File: d.file.Name, Range: rangeOf(at), Key: "related.first-here"})
			return
		}
		first[id.Value] = id.Range
		ids[id.Value] = true
	}
	all := func(n *source.Node) {
		if n != nil && n.Kind == source.List {
			for _, item := range n.Items {
				note(item)
			}
		}
	}
	note(root.Get("scope"))
	for _, key := range []string{"rules", "requirements", "obligations", "deadlines", "rows", "release", "transitions"} {
		all(root.Get(key))
	}
	note(root.Get("otherwise"))
	if t := root.Get("transitions"); t != nil && t.Kind == source.Map {
		all(t.Get("rules"))
	}
	return ids
}

// rule reads a rule, the scope or the residual rule; ids is nil for the latter two, which override nothing.
func (d *document) rule(c *ruleset.Classification, n *source.Node, ids map[string]bool) *ruleset.Rule {
	r := &ruleset.Rule{
		ID: text(n, "id"), Basis: d.citations(n.Get("basis")), Message: text(n, "message"), Outcome: -1,
		Review: text(n, "review") == "true", Effective: d.ruleWindow(n), Place: placeOfNode(n.Get("id")),
	}
	r.When = d.compileExpr(c.Env, n.Get("when"), boolType)
	if o := n.Get("outcome"); o != nil && o.Kind == source.Scalar {
		rank, ok := c.Rank(o.Value)
		if ok && rank < len(c.Outcomes) {
			r.Outcome = rank
		} else if len(c.Outcomes) > 0 {
			var codes []string
			for _, oc := range c.Outcomes {
				codes = append(codes, oc.Code)
			}
			d.report("BF1014", o.Range, "rule.outcome-unknown", r.ID, o.Value).
				hint("hint.one-of", strings.Join(codes, ", ")).didYouMean(o.Value, codes)
		}
	} else if ids != nil && n.Get("overrides") == nil && !r.Review && r.ID != "" {
		d.report("BF1014", n.Get("id").Range, "rule.no-effect", r.ID)
	}
	return r
}

func (d *document) ruleWindow(n *source.Node) ruleset.Window {
	return d.window(n.Get("effective"))
}

// overrides resolves the rules that each rule defeats and orders rules so that each comes after all that defeat it.
func (d *document) overrides(c *ruleset.Classification, list *source.Node) {
	if list == nil || list.Kind != source.List {
		return
	}
	i := -1
	for _, n := range list.Items {
		if n.Kind != source.Map {
			continue
		}
		i++
		for _, o := range words(n, "overrides") {
			j, ok := c.RuleIndex(o.Value)
			switch {
			case !ok:
				var known []string
				for _, r := range c.Rules {
					known = append(known, r.ID)
				}
				d.report("BF4007", o.Range, "logic.unknown-id", "overrides", o.Value).didYouMean(o.Value, known)
			case j == i:
				d.report("BF4004", o.Range, "logic.overrides-itself", o.Value)
			case !slices.Contains(c.Rules[i].Overrides, j):
				c.Rules[i].Overrides = append(c.Rules[i].Overrides, j)
				c.Rules[j].OverriddenBy = append(c.Rules[j].OverriddenBy, i)
			}
		}
	}
	d.order(c)
}

// order sorts rules topologically by overrides; a circle is reported with its path.
func (d *document) order(c *ruleset.Classification) {
	const (
		unseen = iota
		open
		done
	)
	state := make([]int, len(c.Rules))
	var path []int
	var visit func(i int)
	visit = func(i int) {
		state[i] = open
		path = append(path, i)
		for _, o := range c.Rules[i].OverriddenBy {
			switch state[o] {
			case unseen:
				visit(o)
			case open:
				d.cycle(c, path[slices.Index(path, o):])
			}
		}
		path = path[:len(path)-1]
		state[i] = done
		c.Order = append(c.Order, i)
	}
	for i := range c.Rules {
		if state[i] == unseen {
			visit(i)
		}
	}
}

func (d *document) cycle(c *ruleset.Classification, path []int) {
	var names []string
	for i := len(path) - 1; i >= 0; i-- { // path runs from the defeated to the defeating
		names = append(names, c.Rules[path[i]].ID)
	}
	names = append(names, names[0])
	place := placeRange(c.Rules[path[0]].Place)
	d.add(Diagnostic{
		Code: "BF4004", File: d.file.Name, Range: place, Key: "logic.override-cycle", Args: []string{strings.Join(names, " → ")},
	})
}

// transitions reads the rules for changing a recorded outcome.
func (d *document) transitions(c *ruleset.Classification, n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	t := &ruleset.Transitions{Facts: d.facts(n.Get("facts"))}
	outcome := &expr.Type{Kind: expr.Enum}
	classified := &expr.Type{Kind: expr.Enum}
	for _, o := range c.Outcomes {
		outcome.Values = append(outcome.Values, o.Code)
		outcome.Labels = append(outcome.Labels, o.Label)
	}
	classified.Values = append(slices.Clone(outcome.Values), "out_of_scope")
	classified.Labels = outcome.Labels
	for _, f := range t.Facts {
		if slices.Contains([]string{"from", "to", "classified", "change"}, f.Name) {
			d.add(Diagnostic{
				Code: "BF1017", File: d.file.Name, Range: placeRange(f.Place), Key: "name.taken", Args: []string{f.Name},
			})
			return
		}
	}
	k := len(t.Facts)
	t.From, t.To, t.Classified, t.Change = k, k+1, k+2, k+3
	env, now, params := d.environment(t.Facts, []expr.Var{
		{Name: "from", Type: outcome},
		{Name: "to", Type: outcome},
		{Name: "classified", Type: classified},
		{Name: "change", Type: &expr.Type{Kind: expr.Enum, Values: []string{"looser", "stricter", "none"}}},
	}, restrictiveness(c))
	if env == nil {
		return
	}
	t.Env, t.Now, t.Params = env, now, params
	list := n.Get("rules")
	if list == nil || list.Kind != source.List {
		return
	}
	for _, r := range list.Items {
		if r.Kind != source.Map {
			continue
		}
		t.Rules = append(t.Rules, &ruleset.Requirement{
			ID: text(r, "id"), Basis: d.citations(r.Get("basis")), Message: text(r, "message"),
			When:    d.compileExpr(env, r.Get("when"), boolType),
			Require: d.compileExpr(env, r.Get("require"), boolType),
			Owe:     text(r, "effect") == "owe", Effective: d.ruleWindow(r), Place: placeOfNode(r.Get("id")),
		})
	}
	c.Transitions = t
}

// restrictiveness is the CEL function that compares outcomes in transitions: 0 for the least restrictive one.
func restrictiveness(c *ruleset.Classification) expr.Function {
	return expr.Function{
		Name: "restrictiveness", Params: []*expr.Type{{Kind: expr.String}}, Result: &expr.Type{Kind: expr.Int},
		Call: func(args []expr.Value) (expr.Value, error) {
			code, _ := args[0].Str()
			rank, ok := c.Rank(code)
			if !ok {
				return expr.Value{}, errUnknownOutcome(code)
			}
			return expr.NewInt(int64(rank)), nil
		},
	}
}

type errUnknownOutcome string

func (e errUnknownOutcome) Error() string { return "unknown outcome " + strconv.Quote(string(e)) }

func (d *document) interpretations(root *source.Node, ids map[string]bool) []ruleset.Interpretation {
	n := root.Get("interpretations")
	if n == nil || n.Kind != source.List {
		return nil
	}
	var out []ruleset.Interpretation
	seen := map[string]bool{}
	for _, i := range n.Items {
		if i.Kind != source.Map {
			continue
		}
		id := text(i, "id")
		if seen[id] {
			d.report("BF1017", i.Get("id").Range, "frame.duplicate-id", id)
		}
		seen[id] = true
		rules := words(i, "rules")
		for _, r := range rules {
			if !ids[r.Value] {
				d.report("BF4007", r.Range, "logic.unknown-id", "rules", r.Value).didYouMean(r.Value, sorted(mapKeys(ids)))
			}
		}
		out = append(out, ruleset.Interpretation{
			ID: id, Question: text(i, "question"), Choice: text(i, "choice"), Reason: text(i, "reason"), By: text(i, "by"),
			Date: text(i, "date"), Rules: values(rules),
		})
	}
	return out
}

func (d *document) checkWaivers(ids map[string]bool) {
	for _, w := range d.waivers {
		for _, r := range words(w.node, "rules") {
			if !ids[r.Value] && !strings.HasPrefix(w.code, "BF2006") {
				d.report("BF4007", r.Range, "logic.unknown-waived", r.Value).didYouMean(r.Value, sorted(mapKeys(ids)))
			}
		}
	}
}

// unused reports facts and variables that no expression uses. What an expression that could not be read would have used is not
// known, so that nothing is reported beside one.
func (d *document) unused(c *ruleset.Classification) {
	if d.unread || slices.ContainsFunc(c.Rules, func(r *ruleset.Rule) bool { return r.When == nil }) {
		return
	}
	used := map[string]bool{}
	note := func(x *expr.Expr) {
		if x != nil {
			for _, n := range x.Names() {
				used[n] = true
			}
		}
	}
	for _, r := range c.Rules {
		note(r.When)
	}
	if c.Scope != nil {
		note(c.Scope.When)
	}
	// A variable that nothing uses does not use its facts either.
	for i := len(c.Variables) - 1; i >= 0; i-- {
		v := &c.Variables[i]
		if used[v.Name] {
			note(v.Expr)
			continue
		}
		d.warn("BF2006", v.Place, "variable.unused", v.Name)
	}
	for i := range c.Facts {
		if f := &c.Facts[i]; !used[f.Name] {
			d.warn("BF2006", f.Place, "fact.unused", f.Name)
		}
	}
	if t := c.Transitions; t != nil {
		used = map[string]bool{}
		for _, r := range t.Rules {
			note(r.When)
			note(r.Require)
		}
		for i := range t.Facts {
			if f := &t.Facts[i]; !used[f.Name] {
				d.warn("BF2006", f.Place, "fact.unused", f.Name)
			}
		}
	}
}

func (d *document) warn(code string, at ruleset.Place, key string, args ...string) *Diagnostic {
	return d.add(Diagnostic{
		Code: code, Severity: Warning, File: d.file.Name, Range: placeRange(at), Key: key, Args: args,
	})
}
