package banfa

import (
	"strconv"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

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
	for i, item := range n.Items { // such as the materials of a requirement
		to[prefix+strconv.Itoa(i)] = item.Value
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
