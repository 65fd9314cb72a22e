package banfa

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// lifecycleDeadlines is the name under which guards see the deadlines of the case.
const lifecycleDeadlines = "deadlines"

// lifecycle reads a file of kind Lifecycle.
func (d *document) lifecycle() {
	root := d.file.Root
	l := &ruleset.Lifecycle{Head: d.head, Sum: d.head.Digest}
	ids := d.ruleIDs(root)
	d.lifecycleLink(l, root.Get("deadlines"))
	l.Facts = d.facts(root.Get("facts"))
	d.lifecycleTaken(l.Facts, nil)
	d.lifecycleRoles(l, root.Get("roles"))
	d.lifecycleStates(l, root.Get("states"))
	if !d.lifecycleEvents(l, root) {
		return
	}
	l.Parameters, _, l.ParamsValue = d.params()
	d.lifecycleTransitions(l, root.Get("transitions"))
	d.l.rules += len(l.Transitions)
	l.Interpretations = d.interpretations(root, ids)
	d.checkWaivers(ids)
	d.l.bundle.Lifecycles = append(d.l.bundle.Lifecycles, l)
	if !d.failed {
		d.lifecycleGraph(l)
		d.lifecyclePeriods(l)
		d.lifecycleUnused(l)
	}
}

// lifecycleLink finds the file of deadlines.
func (d *document) lifecycleLink(l *ruleset.Lifecycle, n *source.Node) {
	if n == nil || n.Kind != source.Scalar || n.IsNull() {
		return
	}
	var names []string
	for _, f := range d.l.bundle.Deadlines {
		names = append(names, f.Name)
		if f.Name == n.Value {
			l.Deadlines = f
		}
	}
	if l.Deadlines == nil {
		l.Deadlines = d.l.borrow(n.Value)
	}
	if l.Deadlines == nil {
		names = append(names, mapKeys(d.l.periods)...)
		d.report("BF1014", n.Range, "lifecycle.deadlines-unknown", n.Value).didYouMean(n.Value, sorted(names))
		return
	}
	sum := sha256.Sum256([]byte(l.ID() + " " + l.Digest + "\n" + l.Deadlines.ID() + " " + l.Deadlines.Digest + "\n"))
	l.Sum = "sha256:" + hex.EncodeToString(sum[:])
	for _, x := range l.Deadlines.Deadlines {
		name := strings.ReplaceAll(x.ID, "-", "_")
		if !slices.ContainsFunc(l.DeadlineFields, func(f ruleset.DeadlineField) bool { return f.Name == name }) {
			l.DeadlineFields = append(l.DeadlineFields, ruleset.DeadlineField{Name: name, ID: x.ID})
		}
	}
}

// borrow returns a file of deadlines of a citable file system, compiled there; nil where there is none without errors. A bundle's own file
// of that name goes before it.
func (l *loader) borrow(name string) *ruleset.Deadlines {
	for _, f := range l.bundle.Borrowed {
		if f.Name == name {
			return f
		}
	}
	d := l.periods[name]
	if d == nil || d.failed {
		return nil
	}
	d.findInstrument()
	d.deadlines()
	files := d.l.bundle.Deadlines
	if d.failed || len(files) == 0 || files[len(files)-1].Name != name {
		return nil
	}
	l.bundle.Borrowed = append(l.bundle.Borrowed, files[len(files)-1])
	return files[len(files)-1]
}

// lifecycleTaken reports facts whose name already has a meaning in guards: that of the deadlines, or of a fact of the case.
func (d *document) lifecycleTaken(facts, of []ruleset.Fact) (ok bool) {
	ok = true
	for i := range facts {
		f := &facts[i]
		g := Diagnostic{Code: "BF1017", File: d.file.Name, Range: placeRange(f.Place), Key: "name.taken", Args: []string{f.Name}}
		if i := slices.IndexFunc(of, func(x ruleset.Fact) bool { return x.Name == f.Name }); i >= 0 {
			g.Key = "lifecycle.fact-twice"
			g.Related = []Related{{File: d.file.Name, Range: placeRange(of[i].Place), Key: "related.first-here"}}
		} else if f.Name != lifecycleDeadlines {
			continue
		}
		ok = false
		d.add(g)
	}
	return ok
}

func (d *document) lifecycleRoles(l *ruleset.Lifecycle, n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	for _, e := range n.Entries {
		l.Roles = append(l.Roles, ruleset.Role{Name: e.Key.Value, Label: e.Value.Value})
	}
}

// lifecycleStates reads the states. A case begins in exactly one of them.
func (d *document) lifecycleStates(l *ruleset.Lifecycle, n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	var initial *source.Node
	final := false
	for _, e := range n.Entries {
		s := ruleset.State{
			Name: e.Key.Value, Label: text(e.Value, "label"), Final: text(e.Value, "final") == "true", Place: placeOfNode(e.Key),
		}
		final = final || s.Final
		if text(e.Value, "initial") == "true" {
			if initial == nil {
				initial, l.Initial = e.Key, len(l.States)
			} else {
				g := d.report("BF1014", e.Key.Range, "lifecycle.initial-twice", s.Name, initial.Value)
				g.Related = append(g.Related, Related{File: d.file.Name, Range: rangeOf(initial.Range), Key: "related.first-here"})
			}
		}
		l.States = append(l.States, s)
	}
	if initial == nil && len(l.States) > 0 {
		d.report("BF1014", keyRange(d.file.Root, "states"), "lifecycle.no-initial")
	}
	if !final && len(l.States) > 0 {
		d.report("BF4008", keyRange(d.file.Root, "states"), "lifecycle.no-final")
	}
}

// lifecycleEvents reads the events and makes the environments of their guards; ok where there are such.
func (d *document) lifecycleEvents(l *ruleset.Lifecycle, root *source.Node) (ok bool) {
	base, now, params := d.environment(l.Facts, lifecycleVars(l))
	if base == nil {
		return false
	}
	l.Variables = d.variables(base, root.Get("variables"))
	deadlines := -1
	if i, linked := base.Slot(lifecycleDeadlines); linked && l.Deadlines != nil {
		deadlines = i
	}
	n := root.Get("events")
	if n == nil || n.Kind != source.Map {
		return true
	}
	for _, e := range n.Entries {
		x := ruleset.LifecycleEvent{
			Name: e.Key.Value, Label: text(e.Value, "label"), Env: base, Now: now, Params: params, Deadlines: deadlines,
			Place: placeOfNode(e.Key),
		}
		if e.Value.Kind == source.Map {
			x.By = d.lifecycleBy(l, e.Value)
			x.MayState = d.lifecycleMayState(l, e.Value)
			x.Deadline = d.lifecycleDeadlineEvent(l, x.Name, e.Value.Get("deadline_event"))
			if x.Facts = d.facts(e.Value.Get("facts")); len(x.Facts) > 0 && !d.lifecycleEnv(l, &x) {
				return false
			}
		}
		l.Events = append(l.Events, x)
	}
	return true
}

// lifecycleEnv makes the environment of an event that has facts of its own.
func (d *document) lifecycleEnv(l *ruleset.Lifecycle, x *ruleset.LifecycleEvent) bool {
	if !d.lifecycleTaken(x.Facts, l.Facts) { // reported; the guards are checked without those
		x.Facts = slices.DeleteFunc(x.Facts, func(f ruleset.Fact) bool {
			return f.Name == lifecycleDeadlines || slices.ContainsFunc(l.Facts, func(of ruleset.Fact) bool { return of.Name == f.Name })
		})
		for i := range x.Facts {
			x.Facts[i].Slot = i
		}
	}
	for i := range x.Facts {
		x.Facts[i].Slot += len(l.Facts)
	}
	env, now, params := d.environment(slices.Concat(l.Facts, x.Facts), lifecycleVars(l))
	if env == nil {
		return false
	}
	for _, v := range l.Variables {
		// What is wrong with a variable has been reported where the facts of the case alone were known.
		if made, _ := env.Define(v.Name, v.Expr.Text); made == nil {
			d.add(Diagnostic{Code: "BF1017", File: d.file.Name, Range: placeRange(v.Place), Key: "name.shadows", Args: []string{v.Name}})
			env.Declare(v.Name)
		}
	}
	x.Env, x.Now, x.Params, x.Deadlines = env, now, params, -1
	if i, ok := env.Slot(lifecycleDeadlines); ok && l.Deadlines != nil {
		x.Deadlines = i
	}
	return true
}

// lifecycleVars is what guards see of the deadlines: deadlines.NAME.overdue and deadlines.NAME.open.
func lifecycleVars(l *ruleset.Lifecycle) []expr.Var {
	if len(l.DeadlineFields) == 0 {
		return nil
	}
	yes := &expr.Type{Kind: expr.Bool}
	t := &expr.Type{Kind: expr.Object, Name: lifecycleDeadlines}
	for _, f := range l.DeadlineFields {
		t.Fields = append(t.Fields, expr.Field{Name: f.Name, Type: &expr.Type{
			Kind: expr.Object, Name: lifecycleDeadlines + "." + f.Name,
			Fields: []expr.Field{{Name: "overdue", Type: yes}, {Name: "open", Type: yes}},
		}})
	}
	return []expr.Var{{Name: lifecycleDeadlines, Type: t}}
}

func (d *document) lifecycleBy(l *ruleset.Lifecycle, n *source.Node) []string {
	by := words(n, "by")
	for _, w := range by {
		if w.Kind == source.Scalar && !slices.ContainsFunc(l.Roles, func(r ruleset.Role) bool { return r.Name == w.Value }) {
			var names []string
			for _, r := range l.Roles {
				names = append(names, r.Name)
			}
			d.report("BF1014", w.Range, "lifecycle.role-unknown", w.Value).didYouMean(w.Value, names)
		}
	}
	return values(by)
}

// lifecycleMayState returns the facts of the case that an event may state; nil where it does not say.
func (d *document) lifecycleMayState(l *ruleset.Lifecycle, n *source.Node) []int {
	if n.Get("may_state") == nil {
		return nil
	}
	out := []int{}
	for _, w := range words(n, "may_state") {
		if w.Kind != source.Scalar {
			continue // reported by shape
		}
		i := slices.IndexFunc(l.Facts, func(f ruleset.Fact) bool { return f.Name == w.Value })
		if i < 0 {
			names := make([]string, len(l.Facts))
			for j := range l.Facts {
				names[j] = l.Facts[j].Name
			}
			d.report("BF1014", w.Range, "lifecycle.fact-unknown", w.Value).didYouMean(w.Value, names)
			continue
		}
		out = append(out, i)
	}
	return out
}

// lifecycleDeadlineEvent returns the event of the deadlines file that an event is.
func (d *document) lifecycleDeadlineEvent(l *ruleset.Lifecycle, name string, n *source.Node) string {
	switch {
	case n == nil && l.Deadlines == nil:
		return ""
	case n == nil:
		if _, ok := l.Deadlines.Event(name); ok {
			return name
		}
		return ""
	case n.Kind != source.Scalar || n.Broken:
		return ""
	case l.Deadlines == nil:
		if d.file.Root.Get("deadlines") == nil {
			d.report("BF1014", n.Range, "lifecycle.no-deadlines", n.Value)
		}
		return ""
	}
	if _, ok := l.Deadlines.Event(n.Value); !ok {
		var names []string
		for _, e := range l.Deadlines.Events {
			names = append(names, e.Name)
		}
		d.report("BF1014", n.Range, "lifecycle.deadline-event", n.Value, l.Deadlines.Name).didYouMean(n.Value, names)
	}
	return n.Value
}

// lifecycleTransitions reads the transitions and compiles their guards.
func (d *document) lifecycleTransitions(l *ruleset.Lifecycle, n *source.Node) {
	for _, t := range items(n) {
		x := &ruleset.LifecycleTransition{
			ID: text(t, "id"), Basis: d.citations(t.Get("basis")), Message: text(t, "message"), Effective: d.ruleWindow(t),
			Place: placeOfNode(t.Get("id")),
		}
		known := true
		for _, f := range words(t, "from") {
			i, ok := d.lifecycleState(l, f)
			if known = known && ok; ok && !slices.Contains(x.From, i) {
				x.From = append(x.From, i)
			}
		}
		to, ok := d.lifecycleState(l, t.Get("to"))
		x.To, known = to, known && ok
		e := t.Get("event")
		if e == nil || e.Kind != source.Scalar {
			continue // reported by shape
		}
		i, ok := l.EventIndex(e.Value)
		if !ok && len(l.Events) == 0 {
			continue // reported by shape
		}
		if !ok {
			var names []string
			for _, ev := range l.Events {
				names = append(names, ev.Name)
			}
			d.report("BF1014", e.Range, "event.unknown", e.Value).didYouMean(e.Value, names)
			continue
		}
		x.Event = i
		x.When = d.compileExpr(l.Events[i].Env, t.Get("when"), boolType)
		x.Require = d.compileExpr(l.Events[i].Env, t.Get("require"), boolType)
		if known {
			l.Events[i].Transitions = append(l.Events[i].Transitions, len(l.Transitions))
			l.Transitions = append(l.Transitions, x)
		}
	}
}

func (d *document) lifecycleState(l *ruleset.Lifecycle, n *source.Node) (int, bool) {
	if n == nil || n.Kind != source.Scalar || n.Broken {
		return 0, false
	}
	i, ok := l.StateIndex(n.Value)
	if !ok && len(l.States) > 0 { // without states, that has been reported
		names := make([]string, len(l.States))
		for j := range l.States {
			names[j] = l.States[j].Name
		}
		d.report("BF1014", n.Range, "lifecycle.state-unknown", n.Value).didYouMean(n.Value, names)
	}
	return i, ok
}
