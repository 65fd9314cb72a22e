package banfa

import (
	"slices"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// catalog reads a file of kind Catalog: its records, and the checks that look at each of them.
func (d *document) catalog() {
	root := d.file.Root
	c := &ruleset.Catalog{Head: d.head}
	d.records(c, root.Get("records"))
	impliedRecords(c, root)
	ids := d.ruleIDs(root)
	c.Parameters, _, c.ParamsValue = d.params()
	ready := true
	for _, r := range c.Records {
		ready = d.recordEnvironment(c, r) && ready
	}
	if ready {
		d.recordVariables(c, root.Get("variables"))
	}
	for _, n := range items(root.Get("rules")) {
		if r := d.catalogRule(c, n); r != nil {
			c.Rules = append(c.Rules, r)
		}
		d.l.rules++
	}
	c.Interpretations = d.interpretations(root, ids)
	d.checkWaivers(ids)
	if !d.failed {
		d.l.bundle.Catalogs = append(d.l.bundle.Catalogs, c)
	}
}

// records reads the declared sets of records. Earlier versions come last, since they take their fields from another.
func (d *document) records(c *ruleset.Catalog, n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	for _, later := range []bool{false, true} {
		for _, e := range n.Entries {
			of := e.Value.Get("of")
			if e.Value.Kind != source.Map || !nameForm.MatchString(e.Key.Value) || reserved[e.Key.Value] || (of != nil) != later {
				continue
			}
			if takenNames[e.Key.Value] {
				d.report("BF1017", e.Key.Range, "name.taken", e.Key.Value)
				continue
			}
			r := &ruleset.Record{Name: e.Key.Value, Basis: d.citations(e.Value.Get("basis")), Key: text(e.Value, "key"), Place: placeOfNode(e.Key)}
			if later {
				d.earlier(c, r, e.Value)
			} else {
				d.fields(r, e)
			}
			if r.Type != nil {
				c.Records = append(c.Records, r)
			}
		}
	}
}

// earlier gives a record the fields of the one whose earlier version it is.
func (d *document) earlier(c *ruleset.Catalog, r *ruleset.Record, n *source.Node) {
	of := n.Get("of")
	if fields := n.Get("fields"); fields != nil {
		d.report("BF1014", keyRange(n, "fields"), "value.together", "of", "fields")
		return
	}
	base, ok := c.Record(of.Value)
	if !ok || base.Of != "" {
		d.report("BF1014", of.Range, "record.of-unknown", r.Name, of.Value).didYouMean(of.Value, recordNames(c))
		return
	}
	r.Of, r.Fields, r.Type = base.Name, base.Fields, base.Type
	if r.Key == "" {
		r.Key = base.Key
	}
}

func recordNames(c *ruleset.Catalog) []string {
	var out []string
	for _, r := range c.Records {
		out = append(out, r.Name)
	}
	return out
}

// fields reads the fields of a record. Unlike a fact, a list among them need not say what it holds: that is the importer's.
func (d *document) fields(r *ruleset.Record, e source.Entry) {
	n := e.Value.Get("fields")
	if n == nil {
		d.report("BF1013", e.Key.Range, "frame.missing-key", "fields", r.Name)
		return
	}
	if n.Kind != source.Map {
		return // reported by shape
	}
	r.Type = &expr.Type{Kind: expr.Object, Name: r.Name}
	for _, f := range n.Entries {
		if f.Value.Kind != source.Map || !nameForm.MatchString(f.Key.Value) || reserved[f.Key.Value] {
			continue
		}
		field := ruleset.Field{
			Name: f.Key.Value, Label: text(f.Value, "label"), Required: text(f.Value, "required") == "true",
			Basis: d.citations(f.Value.Get("basis")),
		}
		if field.Basis == nil {
			field.Basis = r.Basis
		}
		if text(f.Value, "type") == "list" && f.Value.Get("items") == nil {
			d.misplaced(f.Value, expr.List)
			field.Type = &expr.Type{Kind: expr.List, Name: r.Name + "." + field.Name, Elem: &expr.Type{Kind: expr.Dyn}}
			d.bounds(f.Value, field.Type)
		} else {
			field.Type = d.factType(r.Name+"."+field.Name, f.Value)
		}
		if field.Type == nil {
			continue
		}
		if v := f.Value.Get("min"); v != nil && field.Type.Kind == expr.List {
			// Too short a list is a finding of the check, which counts the items itself, not an entry that cannot be read.
			field.Least, field.Type.MinItems = field.Type.MinItems, 0
		}
		r.Fields = append(r.Fields, field)
		r.Type.Fields = append(r.Type.Fields, expr.Field{Name: field.Name, Type: field.Type})
	}
	if k := e.Value.Get("key"); k != nil && k.Kind == source.Scalar && r.Key != "" {
		if f, ok := r.Field(r.Key); !ok || f.Type.Kind != expr.String {
			d.report("BF1014", k.Range, "record.field-unknown", r.Key, r.Name).didYouMean(r.Key, textFields(r))
		}
	}
}

// textFields are the fields by which records can be looked up.
func textFields(r *ruleset.Record) []string {
	var out []string
	for i := range r.Fields {
		if k := r.Fields[i].Type.Kind; k == expr.String || k == expr.Enum {
			out = append(out, r.Fields[i].Name)
		}
	}
	return out
}

// recordEnvironment makes the names available that the checks of a record may use: the record, now, params, and the look-ups of all
// sets. For a record that has an earlier version its name is that version of the record at hand, an optional.
func (d *document) recordEnvironment(c *ruleset.Catalog, r *ruleset.Record) bool {
	o := expr.Options{
		Vars: []expr.Var{{Name: r.Name, Type: r.Type}}, Calendar: d.l.calendar(), Limits: d.l.limits(),
		Functions: catalogFunctions(),
	}
	r.Params = -1
	if _, t, _ := d.params(); t != nil {
		r.Params = len(o.Vars)
		o.Vars = append(o.Vars, expr.Var{Name: "params", Type: t})
	}
	r.Now = len(o.Vars)
	o.Vars = append(o.Vars, expr.Var{Name: "now", Type: &expr.Type{Kind: expr.Timestamp}})
	for _, set := range c.Records {
		for _, l := range lookups(set) {
			l.Slot = len(o.Vars) + len(o.Lookups)
			o.Lookups = append(o.Lookups, expr.Lookup{Name: l.Name, Record: set.Type, Many: l.Many})
			r.Lookups = append(r.Lookups, l)
		}
	}
	for _, f := range d.l.opts.functions {
		if problem := f.problem(); problem != "" {
			d.report("BF2002", d.file.Root.Range, "cel.internal", problem)
			return false
		}
		o.Functions = append(o.Functions, f.internal())
	}
	env, err := expr.NewEnv(o)
	if err != nil {
		d.report("BF2002", d.file.Root.Range, "cel.internal", err.Error())
		return false
	}
	r.Env = env
	for _, set := range c.Records {
		if set.Of == r.Name && set.Key != "" {
			env.Define(set.Name, set.Name+"_by_key("+r.Name+"."+set.Key+")")
		}
	}
	return true
}

// lookups are the functions that find records of a set: NAME_by_key(x), and NAME_by_FIELD(x) and NAME_like_FIELD(x) for all of a value.
func lookups(r *ruleset.Record) []ruleset.Lookup {
	var out []ruleset.Lookup
	if r.Key != "" {
		out = append(out, ruleset.Lookup{Name: r.Name + "_by_key", Record: r.Name, Field: r.Key})
	}
	for _, f := range textFields(r) {
		if f != "key" {
			out = append(out, ruleset.Lookup{Name: r.Name + "_by_" + f, Record: r.Name, Field: f, Many: true})
		}
		out = append(out, ruleset.Lookup{Name: r.Name + "_like_" + f, Record: r.Name, Field: f, Many: true, Folded: true})
	}
	return out
}

// recordVariables defines each variable for the records for which it can be compiled: it may be about one of them only.
func (d *document) recordVariables(c *ruleset.Catalog, n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	for _, e := range n.Entries {
		v := e.Value
		if v.Kind == source.Map {
			v = v.Get("expr")
		}
		if takenNames[e.Key.Value] {
			d.report("BF1017", e.Key.Range, "name.taken", e.Key.Value)
			continue
		}
		if v == nil || v.Kind != source.Scalar || !nameForm.MatchString(e.Key.Value) || len(v.CheckExpression()) > 0 {
			continue
		}
		var first []expr.Issue
		defined := false
		for _, r := range c.Records {
			if _, shadows := r.Env.Slot(e.Key.Value); shadows {
				d.report("BF1017", e.Key.Range, "name.shadows", e.Key.Value)
				break
			}
			x, issues := r.Env.Define(e.Key.Value, v.Value)
			if x == nil && first == nil {
				first = issues
			}
			defined = defined || x != nil
		}
		if !defined {
			d.issues(v, first)
			for _, r := range c.Records {
				r.Env.Declare(e.Key.Value)
			}
		}
	}
}

// catalogRule reads a check; nil where it has errors that keep it from being one.
func (d *document) catalogRule(c *ruleset.Catalog, n *source.Node) *ruleset.CatalogRule {
	r := &ruleset.CatalogRule{
		ID: text(n, "id"), Basis: d.citations(n.Get("basis")), Each: text(n, "each"), At: text(n, "at"),
		Severity: text(n, "severity"), Message: text(n, "message"), Effective: d.ruleWindow(n), Place: placeOfNode(n.Get("id")),
	}
	if r.Severity == "" {
		r.Severity = "error"
	}
	when, require := n.Get("when"), n.Get("require")
	if (when == nil) == (require == nil) && n.Get("id") != nil {
		d.report("BF1014", n.Get("id").Range, "catalog.one-of", r.ID)
		return nil
	}
	set, ok := c.Record(r.Each)
	switch each := n.Get("each"); {
	case !ok && each != nil && each.Kind == source.Scalar:
		// A record whose own declaration is broken has been reported; what it would hold is not known.
		if d.file.Root.Get("records").Get(r.Each) == nil {
			d.report("BF1014", each.Range, "record.unknown", r.Each).didYouMean(r.Each, recordNames(c))
		}
		d.syntax(when)
		d.syntax(require)
		return nil
	case !ok || set.Env == nil:
		return nil
	}
	if at := n.Get("at"); at != nil && at.Kind == source.Scalar {
		if _, known := set.Field(r.At); !known {
			d.report("BF1014", at.Range, "record.field-unknown", r.At, r.Each).didYouMean(r.At, fieldNames(set))
		}
	}
	r.When, r.Require = d.compileExpr(set.Env, when, boolType), d.compileExpr(set.Env, require, boolType)
	if r.Condition() == nil {
		return nil
	}
	for _, leaf := range r.Condition().Leaves() {
		name := set.Env.Leaves()[leaf].Name
		i := slices.IndexFunc(set.Lookups, func(l ruleset.Lookup) bool { return expr.LookupVar(l.Name) == name })
		if i >= 0 && !slices.Contains(r.Sets, set.Lookups[i].Record) {
			r.Sets = append(r.Sets, set.Lookups[i].Record)
		}
	}
	slices.Sort(r.Sets)
	return r
}

func fieldNames(r *ruleset.Record) []string {
	out := make([]string, len(r.Fields))
	for i := range r.Fields {
		out[i] = r.Fields[i].Name
	}
	return out
}
