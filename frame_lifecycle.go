package banfa

import "github.com/banfa-go/banfa/internal/ruleset"

// lifecycle reads a file of kind Lifecycle.
func (d *document) lifecycle() {
	ids := d.ruleIDs(d.file.Root)
	d.interpretations(d.file.Root, ids)
	d.checkWaivers(ids)
	d.l.bundle.Lifecycles = append(d.l.bundle.Lifecycles, &ruleset.Lifecycle{Head: d.head})
}
