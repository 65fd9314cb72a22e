package banfa

import (
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// conditions checks a file of kind Conditions: its frame, citations and expressions.
func (d *document) conditions() {
	root := d.file.Root
	facts := d.facts(root.Get("facts"))
	ids := d.ruleIDs(root)
	env, _, _ := d.environment(facts, nil)
	if env == nil {
		return
	}
	d.variables(env, root.Get("variables"))
	for _, key := range []string{"requirements", "obligations"} {
		for _, n := range items(root.Get(key)) {
			d.citations(n.Get("basis"))
			d.ruleWindow(n)
			d.compileExpr(env, n.Get("when"), boolType)
			d.compileExpr(env, n.Get("require"), boolType)
			d.l.rules++
		}
	}
	d.interpretations(root, ids)
	d.checkWaivers(ids)
	d.l.bundle.Others = append(d.l.bundle.Others, &d.head)
}

// desensitization checks the frame, citations and the syntax of expressions of a file of that kind.
func (d *document) desensitization() {
	root := d.file.Root
	ids := d.ruleIDs(root)
	for _, key := range []string{"rules", "rows", "release"} {
		for _, n := range items(root.Get(key)) {
			d.citations(n.Get("basis"))
			for _, x := range []string{"where", "apply", "when", "require"} {
				d.syntax(n.Get(x))
			}
			for _, y := range words(n, "yields_to") {
				if !ids[y.Value] {
					d.report("BF4007", y.Range, "logic.unknown-id", "yields_to", y.Value).didYouMean(y.Value, sorted(mapKeys(ids)))
				}
			}
			d.l.rules++
		}
	}
	if r := root.Get("record"); r != nil && r.Kind == source.Map {
		d.citations(r.Get("basis"))
	}
	d.params()
	d.interpretations(root, ids)
	d.checkWaivers(ids)
	d.l.bundle.Others = append(d.l.bundle.Others, &d.head)
}

// syntax checks that a scalar is an expression, without knowing its names.
func (d *document) syntax(n *source.Node) {
	if n == nil || n.Kind != source.Scalar || n.Broken || len(n.CheckExpression()) > 0 || n.Value == "" {
		return
	}
	if d.l.syntax == nil {
		s, err := expr.NewSyntax(d.l.limits())
		if err != nil {
			d.report("BF2000", n.Range, "cel.internal", err.Error())
			return
		}
		d.l.syntax = s
	}
	d.issues(n, d.l.syntax.Check(n.Value))
}

// items returns the mappings of a list.
func items(n *source.Node) []*source.Node {
	if n == nil || n.Kind != source.List {
		return nil
	}
	var out []*source.Node
	for _, i := range n.Items {
		if i.Kind == source.Map {
			out = append(out, i)
		}
	}
	return out
}

// labels reads names in another language. Labels of something that does not exist are an error: the reader would be left with
// the id alone and nobody would know why.
func (d *document) labels() {
	root := d.file.Root
	l := &ruleset.Labels{Head: d.head, Language: text(root, "language"), Subject: text(root, "subject"), Texts: map[string]string{}}
	collect(l.Texts, "", root)
	d.l.bundle.Labels = append(d.l.bundle.Labels, l)
	if !d.l.exists(l.Subject) {
		if n := root.Get("subject"); n != nil {
			d.report("BF5006", n.Range, "suite.no-subject", l.Subject)
		}
	}
}

// collect flattens the texts of a labels file under keys such as facts.consent_obtained.label.
func collect(to map[string]string, prefix string, n *source.Node) {
	if n == nil {
		return
	}
	for _, e := range n.Entries {
		key := prefix + e.Key.Value
		if e.Value.Kind == source.Scalar {
			to[key] = e.Value.Value
		} else {
			collect(to, key+".", e.Value)
		}
	}
}

// exists reports whether KIND/NAME is in the bundle.
func (l *loader) exists(id string) bool {
	for _, d := range l.docs {
		if d.head.Name != "" && d.head.ID() == id && d.head.Kind != "Suite" && d.head.Kind != "Labels" {
			return true
		}
	}
	return false
}
