package banfa

import (
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

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
	d.l.bundle.Desensitizations = append(d.l.bundle.Desensitizations, &ruleset.Desensitization{Head: d.head})
}
