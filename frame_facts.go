package banfa

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// kinds maps the written name of a type to its kind.
var kinds = map[string]expr.Kind{
	"bool": expr.Bool, "int": expr.Int, "double": expr.Double, "string": expr.String, "decimal": expr.Decimal,
	"date": expr.Date, "timestamp": expr.Timestamp, "duration": expr.Duration, "enum": expr.Enum, "list": expr.List,
	"map": expr.Map, "object": expr.Object,
}

// takenNames already mean something in every expression or in every facts document.
var takenNames = map[string]bool{
	"name": true, "items": true, "now": true, "params": true, "int": true, "uint": true, "double": true, "bool": true,
	"string": true, "bytes": true, "list": true, "map": true, "timestamp": true, "duration": true, "date": true,
	"decimal": true, "type": true, "null_type": true, "dyn": true, "optional_type": true, "google": true, "object": true,
}

// goValue reads a scalar as the Go value that JSON would give.
func goValue(n *source.Node) any {
	switch n.Kind {
	case source.Map:
		m := make(map[string]any, len(n.Entries))
		for _, e := range n.Entries {
			m[e.Key.Value] = goValue(e.Value)
		}
		return m
	case source.List:
		l := make([]any, len(n.Items))
		for i, item := range n.Items {
			l[i] = goValue(item)
		}
		return l
	}
	switch n.Type {
	case source.Null:
		return nil
	case source.Bool:
		return n.Value == "true"
	case source.Int, source.Float:
		return json.Number(n.Value)
	}
	return n.Value
}

// facts reads declared facts and gives them the first slots, in order.
func (d *document) facts(n *source.Node) []ruleset.Fact {
	if n == nil || n.Kind != source.Map {
		return nil
	}
	var out []ruleset.Fact
	for _, e := range n.Entries {
		name, v := e.Key.Value, e.Value
		if takenNames[name] {
			d.report("BF1017", e.Key.Range, "name.taken", name)
			if name == "name" || name == "items" { // no expression knows them: their uses are not reported as well
				d.brokenFacts = append(d.brokenFacts, name)
			}
			continue
		}
		if v.Kind != source.Map || !nameForm.MatchString(name) || reserved[name] {
			continue
		}
		t := d.factType(name, v)
		if t == nil {
			d.brokenFacts = append(d.brokenFacts, name)
			continue
		}
		f := ruleset.Fact{
			Name: name, Label: text(v, "label"), Ask: text(v, "ask"), Type: t, Slot: len(out), Place: placeOfNode(e.Key),
		}
		f.Basis = d.citations(v.Get("basis"))
		d.act(&f, v)
		d.assume(&f, v)
		out = append(out, f)
	}
	return out
}

// factType reads the type of a fact or of a part of one; path names it in messages.
func (d *document) factType(path string, n *source.Node) *expr.Type {
	kind, ok := kinds[text(n, "type")]
	if !ok {
		return nil
	}
	t := &expr.Type{Kind: kind, Optional: text(n, "optional") == "true", Name: path}
	d.misplaced(n, kind)
	switch kind {
	case expr.Enum:
		d.enumValues(path, n, t)
		if len(t.Values) == 0 {
			return nil
		}
	case expr.List, expr.Map:
		items := n.Get("items")
		if items == nil {
			d.report("BF1014", n.Range, "value.needs-key", "items", text(n, "type"))
			return nil
		}
		if items.Kind == source.Map {
			d.partOf(items)
			t.Elem = d.factType(path+"[]", items)
		} else if t.Elem = d.simpleType(path+"[]", items); t.Elem == nil {
			return nil
		}
		if t.Elem == nil {
			return nil
		}
	case expr.Object:
		fields := n.Get("fields")
		if fields == nil || fields.Kind != source.Map {
			d.report("BF1014", n.Range, "value.needs-key", "fields", "object")
			return nil
		}
		for _, e := range fields.Entries {
			d.partOf(e.Value)
			ft := d.factType(path+"."+e.Key.Value, e.Value)
			if ft == nil {
				return nil
			}
			t.Fields = append(t.Fields, expr.Field{Name: e.Key.Value, Type: ft})
		}
	}
	d.bounds(n, t)
	return t
}

// partOf reports keys that mean something only for a whole fact: a part of one is neither presumed nor changed by an act.
func (d *document) partOf(n *source.Node) {
	for _, key := range []string{"assume", "act"} {
		if k := n.KeyNode(key); k != nil {
			d.report("BF1014", k.Range, "fact.part", key)
		}
	}
}

func (d *document) simpleType(path string, n *source.Node) *expr.Type {
	kind, ok := kinds[n.Value]
	if !ok || kind >= expr.List || kind == expr.Enum {
		d.report("BF1014", n.Range, "fact.type-unknown", path, n.Value).
			hint("hint.one-of", "bool, int, double, string, decimal, date, timestamp, duration")
		return nil
	}
	return &expr.Type{Kind: kind, Name: path}
}

// misplaced reports keys that mean nothing for the type.
func (d *document) misplaced(n *source.Node, kind expr.Kind) {
	ordered := (&expr.Type{Kind: kind}).Ordered()
	takes := map[string]bool{
		"values": kind == expr.Enum, "fields": kind == expr.Object, "items": kind == expr.List || kind == expr.Map,
		"min": ordered || kind == expr.List, "max": ordered || kind == expr.List || kind == expr.Map,
		"max_length": kind == expr.String,
	}
	for _, e := range n.Entries {
		if ok, listed := takes[e.Key.Value]; listed && !ok {
			d.report("BF1014", e.Key.Range, "value.not-taken", e.Key.Value, text(n, "type"))
		}
	}
}

func (d *document) enumValues(path string, n *source.Node, t *expr.Type) {
	values := n.Get("values")
	if values == nil || values.Kind != source.Map {
		d.report("BF1014", n.Range, "value.needs-key", "values", "enum")
		return
	}
	labels := map[string]bool{}
	for _, e := range values.Entries {
		if labels[e.Value.Value] {
			d.report("BF1014", e.Value.Range, "fact.label-twice", path, e.Value.Value)
		}
		labels[e.Value.Value] = true
		t.Values = append(t.Values, e.Key.Value)
		t.Labels = append(t.Labels, e.Value.Value)
	}
}

// bounds reads min, max and max_length.
func (d *document) bounds(n *source.Node, t *expr.Type) {
	if v := n.Get("max_length"); v != nil && t.Kind == expr.String {
		t.MaxRunes = d.positive("max_length", v)
	}
	if t.Kind == expr.List || t.Kind == expr.Map {
		if v := n.Get("max"); v != nil {
			t.MaxItems = d.positive("max", v)
		}
		if v := n.Get("min"); v != nil && t.Kind == expr.List {
			t.MinItems = d.positive("min", v)
		}
		if t.MinItems > t.ItemLimit() {
			d.report("BF1014", n.Get("min").Range, "value.min-over-max", strconv.Itoa(t.MinItems), strconv.Itoa(t.ItemLimit()))
		}
		return
	}
	for _, b := range []struct {
		key string
		to  *expr.Value
	}{{"min", &t.Min}, {"max", &t.Max}} {
		v := n.Get(b.key)
		if v == nil || v.Kind != source.Scalar || !t.Ordered() {
			continue // reported by shape, or as misplaced
		}
		bare := &expr.Type{Kind: t.Kind}
		value, err := bare.FromGo(goValue(v))
		if err != nil {
			d.report("BF1014", v.Range, "value.not-"+t.Kind.String(), b.key, v.Value)
			continue
		}
		*b.to = value
	}
	if t.Min.Present() && t.Max.Present() && expr.Compare(t.Min, t.Max) > 0 {
		d.report("BF1014", n.Get("min").Range, "value.min-over-max", t.Min.String(), t.Max.String())
	}
}

func (d *document) positive(key string, n *source.Node) int {
	const most = 1_000_000
	i, err := strconv.Atoi(n.Value)
	if err != nil || i < 1 || i > most {
		d.report("BF1014", n.Range, "value.out-of-range", key, n.Value, "1", strconv.Itoa(most))
		return 0
	}
	return i
}

func (d *document) act(f *ruleset.Fact, n *source.Node) {
	a := n.Get("act")
	switch {
	case a == nil:
	case a.Kind == source.Scalar && f.Type.Kind != expr.Bool:
		d.report("BF1014", a.Range, "fact.act-needs-to", f.Name)
	case a.Kind == source.Scalar:
		f.Act, f.ActTo = a.Value, expr.NewBool(true)
	case a.Kind == source.Map && a.Get("to") != nil:
		to := a.Get("to")
		v, err := f.Type.FromGo(goValue(to))
		if err != nil || !v.Present() {
			d.report("BF1014", to.Range, "fact.act-to", f.Name, to.Value, f.Type.Kind.String())
			return
		}
		f.Act, f.ActTo = text(a, "text"), v
	}
	if f.Act != "" && f.Type.Optional {
		d.report("BF1014", a.Range, "value.together", "act", "optional")
	}
}

func (d *document) assume(f *ruleset.Fact, n *source.Node) {
	a := n.Get("assume")
	if a == nil {
		return
	}
	if f.Type.Optional {
		d.report("BF1014", a.Range, "value.together", "assume", "optional")
		return
	}
	v, err := f.Type.FromGo(goValue(a))
	if err != nil || !v.Present() {
		d.report("BF1014", a.Range, "fact.assume-type", f.Name, written(a), f.Type.Kind.String())
		return
	}
	f.Assume = v
}

// written is a value as a message can show it.
func written(n *source.Node) string {
	switch n.Kind {
	case source.Map:
		return "{…}"
	case source.List:
		return "[…]"
	}
	return strconv.Quote(n.Value)
}

// parameters reads numbers that someone chose, as one object that expressions see as `params`.
func (d *document) parameters(n *source.Node) ([]ruleset.Parameter, *expr.Type, expr.Value) {
	if n == nil || n.Kind != source.Map {
		return nil, nil, expr.Value{}
	}
	t := &expr.Type{Kind: expr.Object, Name: "params"}
	object := map[string]any{}
	var out []ruleset.Parameter
	for _, e := range n.Entries {
		v := e.Value.Get("value")
		if v == nil || v.Kind != source.Scalar || v.IsNull() {
			continue
		}
		if text(e.Value, "set_by") == "" && e.Value.Get("basis") == nil {
			d.report("BF3005", e.Key.Range, "law.parameter-no-source", e.Key.Value)
		}
		pt := &expr.Type{Kind: expr.String}
		switch v.Type {
		case source.Bool:
			pt.Kind = expr.Bool
		case source.Int:
			pt.Kind = expr.Int
		case source.Float:
			pt.Kind = expr.Decimal // a chosen number is exact; a double would not be what its author wrote
		}
		value, err := pt.FromGo(goValue(v))
		if err != nil {
			d.report("BF1014", v.Range, "value.not-number", "value", v.Value)
			continue
		}
		d.citations(e.Value.Get("basis"))
		t.Fields = append(t.Fields, expr.Field{Name: e.Key.Value, Type: pt})
		object[e.Key.Value] = value
		out = append(out, ruleset.Parameter{
			Name: e.Key.Value, SetBy: text(e.Value, "set_by"), Why: text(e.Value, "why"), Value: value,
		})
	}
	if len(out) == 0 {
		return nil, nil, expr.Value{}
	}
	value, err := t.FromGo(object)
	if err != nil {
		return nil, nil, expr.Value{}
	}
	return out, t, value
}

// variables defines named expressions in an environment.
func (d *document) variables(env *expr.Env, n *source.Node) []ruleset.Variable {
	if n == nil || n.Kind != source.Map {
		return nil
	}
	var out []ruleset.Variable
	for _, e := range n.Entries {
		name := e.Key.Value
		if takenNames[name] {
			d.report("BF1017", e.Key.Range, "name.taken", name)
			continue
		}
		if _, declared := env.Slot(name); declared {
			d.report("BF1017", e.Key.Range, "name.shadows", name)
			continue
		}
		v := e.Value
		if v.Kind == source.Map {
			v = v.Get("expr")
		}
		if v == nil || v.Kind != source.Scalar || !nameForm.MatchString(name) || len(v.CheckExpression()) > 0 {
			d.unread = true
			continue
		}
		x, issues := env.Define(name, v.Value)
		d.issues(v, issues)
		if x == nil {
			// Declared all the same, so that its uses are not reported as undeclared names too.
			env.Declare(name)
			d.unread = true
			continue
		}
		out = append(out, ruleset.Variable{Name: name, Label: text(e.Value, "label"), Expr: x, Place: placeOfNode(e.Key)})
	}
	return out
}

// issues reports what the door found in an expression at its place in the file.
func (d *document) issues(n *source.Node, issues []expr.Issue) {
	for _, is := range issues {
		g := Diagnostic{
			Code: is.Code, Severity: Error, File: d.file.Name, Key: is.Key, Args: is.Args,
			Range: rangeOf(source.Range{Start: n.At(is.Start), End: n.At(is.End)}),
		}
		if is.Warning {
			g.Severity = Warning
		}
		if is.Fix != "" {
			if !strings.Contains(g.Message(message.English), is.Fix) { // some sentences name the fix themselves
				g.hint("hint.did-you-mean", is.Fix)
			}
			g.replaceBy(is.Fix)
		}
		d.add(g)
	}
}

// compileExpr compiles the expression behind a key; nil where there is none or where it has errors.
func (d *document) compileExpr(env *expr.Env, n *source.Node, want *expr.Type) *expr.Expr {
	if n == nil {
		return nil
	}
	if n.Kind != source.Scalar || n.Broken || len(n.CheckExpression()) > 0 || strings.TrimSpace(n.Value) == "" {
		d.unread = true
		return nil
	}
	x, issues := env.Compile(n.Value, want)
	d.issues(n, issues)
	d.unread = d.unread || x == nil
	return x
}
