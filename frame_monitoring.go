package banfa

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// The bounds of what a monitoring file may declare: they are what bounds the memory of one key.
const (
	monitorLateness    = time.Hour            // where the file names none
	monitorMaxLateness = 31 * 24 * time.Hour  // at most
	monitorMaxOver     = 400 * 24 * time.Hour // of a window
	monitorMaxPanes    = 1000                 // of a window
	monitorDefault     = 24                   // panes of a window that names no step
	monitorMaxLimit    = 10_000               // values that a window tells apart
	monitorMaxKey      = 256                  // runes of a text that is part of a key
)

// monitoring reads a file of kind Monitoring: what an event holds, what was agreed, the windows and the rules.
func (d *document) monitoring() {
	root := d.file.Root
	m := &ruleset.Monitoring{Head: d.head, Lateness: monitorLateness}
	if n := root.Get("lateness"); n != nil {
		m.Lateness = d.monitorDuration("lateness", n, 0, monitorMaxLateness)
	}
	ids := d.ruleIDs(root)
	m.Parameters, _, m.ParamsValue = d.params()
	m.Event, m.EventType = d.monitorFields("event", root.Get("event"))
	if n := root.Get("permission"); n != nil {
		m.Permission, m.PermitType = d.monitorFields("permission", n)
		d.monitorJoin(m, root)
	}
	if m.Inner = d.monitorEnv(m, nil); m.Inner == nil {
		return
	}
	broken := d.monitorWindows(m, root.Get("windows"))
	if m.Outer = d.monitorEnv(m, m.Windows); m.Outer == nil {
		return
	}
	for _, name := range broken {
		m.Outer.Env.Declare(name) // its uses are not reported as undeclared names too
	}
	m.Variables = d.variables(m.Outer.Env, root.Get("variables"))
	for _, n := range items(root.Get("rules")) {
		if r := d.monitorRule(m, n); r != nil {
			m.Rules = append(m.Rules, r)
		}
		d.l.rules++
	}
	m.Interpretations = d.interpretations(root, ids)
	d.checkWaivers(ids)
	if d.failed {
		return
	}
	d.monitorUnused(m)
	d.l.bundle.Monitorings = append(d.l.bundle.Monitorings, m)
}

// monitorFields reads the fields of an event or of a permission, and the object that expressions see.
func (d *document) monitorFields(name string, n *source.Node) ([]ruleset.MonitorField, *expr.Type) {
	t := &expr.Type{Kind: expr.Object, Name: name}
	var out []ruleset.MonitorField
	for _, f := range d.facts(n) {
		v := n.Get(f.Name)
		if f.Name == "id" || f.Name == "at" || f.Name == "permission_known" {
			d.report("BF1017", n.KeyNode(f.Name).Range, "name.taken", f.Name)
			continue
		}
		f.Slot = len(out)
		required := text(v, "required") == "true"
		if required && f.Type.Optional {
			d.report("BF1014", n.KeyNode(f.Name).Range, "value.together", "required", "optional")
		}
		out = append(out, ruleset.MonitorField{Fact: f, Required: required})
		t.Fields = append(t.Fields, expr.Field{Name: f.Name, Type: f.Type})
	}
	return out, t
}

// monitorJoin makes sure that an event names its permission.
func (d *document) monitorJoin(m *ruleset.Monitoring, root *source.Node) {
	i := monitorField(m, "permission")
	if i < 0 || m.Event[i].Type.Kind != expr.String || m.Event[i].Type.Optional {
		d.report("BF1014", keyRange(root, "permission"), "monitor.join")
	}
}

func monitorField(m *ruleset.Monitoring, name string) int {
	return slices.IndexFunc(m.Event, func(f ruleset.MonitorField) bool { return f.Name == name })
}

// monitorEnv makes the names available: the event, the permission, the time of the event, the parameters and, for rules, the windows.
func (d *document) monitorEnv(m *ruleset.Monitoring, windows []*ruleset.MonitorWindow) *ruleset.MonitorEnv {
	e := &ruleset.MonitorEnv{Event: 0, Permission: -1, Known: -1}
	vars := []expr.Var{{Name: "event", Type: m.EventType}}
	if m.PermitType != nil {
		e.Permission, e.Known = len(vars), len(vars)+1
		vars = append(vars, expr.Var{Name: "permission", Type: m.PermitType}, expr.Var{Name: "permission_known", Type: boolType})
	}
	for _, w := range windows {
		w.Slot = len(vars)
		vars = append(vars, expr.Var{Name: w.Name, Type: monitorValue(w)})
	}
	e.Env, e.Now, e.Params = d.environment(nil, vars)
	if e.Env == nil {
		return nil
	}
	return e
}

// monitorValue is the type of a window's value in expressions.
func monitorValue(w *ruleset.MonitorWindow) *expr.Type {
	switch w.Of {
	case ruleset.MonitorSum:
		return &expr.Type{Kind: w.Type.Kind}
	case ruleset.MonitorValues:
		return &expr.Type{Kind: expr.List, Name: w.Name, MaxItems: w.Limit + 1, Elem: &expr.Type{Kind: expr.String, MaxRunes: monitorMaxKey}}
	}
	return &expr.Type{Kind: expr.Int, Min: expr.NewInt(0)}
}

// monitorWindows reads the windows, and returns the names of those that have errors.
func (d *document) monitorWindows(m *ruleset.Monitoring, n *source.Node) (broken []string) {
	if n == nil || n.Kind != source.Map {
		return nil
	}
	for _, e := range n.Entries {
		name := e.Key.Value
		if !nameForm.MatchString(name) || reserved[name] {
			continue
		}
		if takenNames[name] || name == "event" || name == "permission" || name == "permission_known" {
			d.report("BF1017", e.Key.Range, "name.taken", name)
			continue
		}
		var w *ruleset.MonitorWindow
		if e.Value.Kind == source.Map {
			w = d.monitorWindow(m, e)
		}
		if w == nil {
			broken = append(broken, name)
			continue
		}
		m.Windows = append(m.Windows, w)
	}
	return broken
}

var monitorPlain = regexp.MustCompile(`^\s*event\s*\.\s*([A-Za-z_][A-Za-z0-9_]*)\s*$`)

// monitorWindow reads one window; nil where it has errors.
func (d *document) monitorWindow(m *ruleset.Monitoring, e source.Entry) *ruleset.MonitorWindow {
	n := e.Value
	w := &ruleset.MonitorWindow{Name: e.Key.Value, Label: text(n, "label"), Field: -1, Place: placeOfNode(e.Key)}
	before := len(d.l.found)
	var of *source.Node
	forms := 0
	for i, key := range []string{"count", "sum", "distinct", "values"} {
		if v := n.Get(key); v != nil {
			forms, of, w.Of = forms+1, v, ruleset.Aggregate(i)
		}
	}
	if forms != 1 || w.Of == ruleset.MonitorCount && of.Value != "true" {
		d.report("BF1014", e.Key.Range, "monitor.one-of", w.Name)
		return nil
	}
	w.By = d.monitorBy(m, n)
	d.monitorSpan(w, n)
	d.monitorLimit(w, e)
	if w.Of != ruleset.MonitorCount {
		d.monitorOperand(m, w, of)
	}
	if n.Get("where") != nil {
		if w.Where = d.compileExpr(m.Inner.Env, n.Get("where"), boolType); w.Where == nil {
			return nil
		}
	}
	if slices.ContainsFunc(d.l.found[before:], func(g Diagnostic) bool { return g.Severity == Error }) || w.Over == 0 {
		return nil
	}
	if w.Of != ruleset.MonitorCount && w.Type == nil {
		return nil
	}
	return w
}

// monitorSpan reads over and step.
func (d *document) monitorSpan(w *ruleset.MonitorWindow, n *source.Node) {
	over, step := n.Get("over"), n.Get("step")
	if over == nil {
		return // reported by shape
	}
	if w.Over = d.monitorDuration("over", over, time.Second, monitorMaxOver); w.Over == 0 {
		return
	}
	if step == nil {
		w.Step = (w.Over + monitorDefault - 1) / monitorDefault
		if w.Over%monitorDefault != 0 {
			w.Step = w.Over // what does not divide evenly is one pane; its author can say which step is wanted
		}
		return
	}
	if w.Step = d.monitorDuration("step", step, time.Second, w.Over); w.Step == 0 {
		w.Over = 0
		return
	}
	if w.Over%w.Step != 0 || w.Over/w.Step > monitorMaxPanes {
		d.report("BF1014", step.Range, "monitor.step", w.Name, over.Value, step.Value, strconv.Itoa(monitorMaxPanes))
	}
}

// monitorLimit reads limit, without which the values that a window tells apart would have no bound.
func (d *document) monitorLimit(w *ruleset.MonitorWindow, e source.Entry) {
	n := e.Value.Get("limit")
	tells := w.Of == ruleset.MonitorDistinct || w.Of == ruleset.MonitorValues
	switch {
	case n == nil && tells:
		d.report("BF1013", e.Key.Range, "monitor.limit", w.Name)
	case n != nil && !tells:
		d.report("BF1014", e.Value.KeyNode("limit").Range, "value.not-taken", "limit", "count, sum")
	case n != nil && n.Kind == source.Scalar && n.Type == source.Int:
		if w.Limit = d.positive("limit", n); w.Limit > monitorMaxLimit {
			d.report("BF1014", n.Range, "value.out-of-range", "limit", n.Value, "1", strconv.Itoa(monitorMaxLimit))
		}
	}
}

// monitorOperand compiles what a window adds up or tells apart.
func (d *document) monitorOperand(m *ruleset.Monitoring, w *ruleset.MonitorWindow, n *source.Node) {
	if n.Kind != source.Scalar || n.Broken || len(n.CheckExpression()) > 0 || strings.TrimSpace(n.Value) == "" {
		return // reported by shape
	}
	kinds, want := []expr.Kind{expr.String}, "string"
	switch w.Of {
	case ruleset.MonitorSum:
		kinds, want = []expr.Kind{expr.Int, expr.Decimal}, "int, decimal"
	case ruleset.MonitorDistinct:
		kinds, want = []expr.Kind{expr.String, expr.Int, expr.Bool}, "string, int, bool"
	}
	x, issues := m.Inner.Env.Compile(n.Value, nil)
	d.issues(n, issues)
	if x == nil {
		return
	}
	for _, k := range kinds {
		t := &expr.Type{Kind: k}
		if y, _ := m.Inner.Env.Compile(n.Value, t); y != nil {
			w.Expr, w.Type = y, t
		}
	}
	if w.Type == nil {
		d.report("BF2003", n.Range, "monitor.operand", w.Name, want, n.Value)
		return
	}
	if f := monitorPlain.FindStringSubmatch(n.Value); f != nil {
		if w.Field = monitorField(m, f[1]); w.Field >= 0 {
			w.Expr = nil
		}
	}
}

// monitorBy reads the fields that make a key. Each must be there in every event: events without it would be thrown together, or lost.
func (d *document) monitorBy(m *ruleset.Monitoring, n *source.Node) []int {
	var out []int
	for _, b := range words(n, "by") {
		if b.Kind != source.Scalar || b.Broken {
			continue
		}
		i := monitorField(m, b.Value)
		switch {
		case i < 0:
			if d.file.Root.Get("event").Get(b.Value) == nil {
				g := d.report("BF1014", b.Range, "monitor.by-unknown", b.Value)
				names := make([]string, len(m.Event))
				for j := range m.Event {
					names[j] = m.Event[j].Name
				}
				if name, ok := strings.CutPrefix(b.Value, "event."); ok {
					g.hint("hint.write-as", name).replaceBy(name)
				} else {
					g.didYouMean(b.Value, names)
				}
			}
		case !m.Event[i].Required:
			d.report("BF1014", b.Range, "monitor.by-absent", b.Value)
		case !monitorKeyType(m.Event[i].Type):
			d.report("BF1014", b.Range, "monitor.by-type", b.Value, strconv.Itoa(monitorMaxKey))
		case !slices.Contains(out, i):
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}

// monitorKeyType reports whether values of a type are short enough to be kept as keys.
func monitorKeyType(t *expr.Type) bool {
	switch t.Kind {
	case expr.Bool, expr.Int, expr.Enum, expr.Date:
		return true
	case expr.String:
		return t.MaxRunes > 0 && t.MaxRunes <= monitorMaxKey
	}
	return false
}

var monitorSpanForm = regexp.MustCompile(`^([0-9]{1,6})(s|m|h|d)$`)

// monitorDuration reads 30s, 15m, 24h or 30d; 0 where it is none, which has been reported.
func (d *document) monitorDuration(key string, n *source.Node, least, most time.Duration) time.Duration {
	if n.Kind != source.Scalar || n.IsNull() {
		return 0 // reported by shape
	}
	f := monitorSpanForm.FindStringSubmatch(n.Value)
	if f == nil {
		if n.Type == source.Str {
			d.report("BF1014", n.Range, "monitor.duration", key, n.Value)
		}
		return 0
	}
	count, _ := strconv.Atoi(f[1]) // six digits at most
	unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[f[2]]
	span := time.Duration(count) * unit
	if span < least || span > most {
		d.report("BF1014", n.Range, "value.out-of-range", key, n.Value, monitorSpanText(least), monitorSpanText(most))
		return 0
	}
	return span
}

// monitorSpanText writes a duration as the file would.
func monitorSpanText(t time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case t >= day && t%day == 0:
		return strconv.Itoa(int(t/day)) + "d"
	case t >= time.Hour && t%time.Hour == 0:
		return strconv.Itoa(int(t/time.Hour)) + "h"
	}
	return strconv.Itoa(int(t/time.Second)) + "s"
}

// monitorRule reads a rule; nil where it has errors that keep it from being one.
func (d *document) monitorRule(m *ruleset.Monitoring, n *source.Node) *ruleset.MonitorRule {
	r := &ruleset.MonitorRule{
		ID: text(n, "id"), Basis: d.citations(n.Get("basis")), Message: text(n, "message"), Severity: text(n, "severity"),
		Note: text(n, "unknown") == "note", Effective: d.ruleWindow(n), Place: placeOfNode(n.Get("id")),
	}
	if r.Severity == "" {
		r.Severity = "medium"
	}
	if c := n.Get("cooldown"); c != nil {
		r.Cooldown = d.monitorDuration("cooldown", c, time.Second, monitorMaxOver)
	}
	by := d.monitorBy(m, n)
	r.When = d.compileExpr(m.Outer.Env, n.Get("when"), boolType)
	if r.When == nil {
		return nil
	}
	for _, leaf := range r.When.Leaves() {
		slot := m.Outer.Env.Leaves()[leaf].Slot
		i := slices.IndexFunc(m.Windows, func(w *ruleset.MonitorWindow) bool { return w.Slot == slot })
		if i >= 0 && !slices.Contains(r.Windows, i) {
			r.Windows = append(r.Windows, i)
		}
	}
	slices.Sort(r.Windows)
	// Alerts are told apart by the keys of the windows they come from; a rule about single events, by its permission.
	for _, w := range r.Windows {
		by = append(by, m.Windows[w].By...)
	}
	if i := monitorField(m, "permission"); len(by) == 0 && i >= 0 && m.Event[i].Required && monitorKeyType(m.Event[i].Type) {
		by = append(by, i)
	}
	slices.Sort(by)
	r.By = slices.Compact(by)
	return r
}

// monitorUnused reports windows and variables that no rule uses: a window costs memory for every key.
func (d *document) monitorUnused(m *ruleset.Monitoring) {
	used := map[string]bool{}
	for _, r := range m.Rules {
		for _, name := range r.When.Names() {
			used[name] = true
		}
	}
	for i := len(m.Variables) - 1; i >= 0; i-- {
		v := &m.Variables[i]
		if !used[v.Name] {
			d.warn("BF2006", v.Place, "variable.unused", v.Name)
			continue
		}
		for _, name := range v.Expr.Names() {
			used[name] = true
		}
	}
	for _, w := range m.Windows {
		if !used[w.Name] {
			d.warn("BF2006", w.Place, "variable.unused", w.Name)
		}
	}
}
