package banfa

import "github.com/banfa-go/banfa/internal/ruleset"

// monitoring reads a file of kind Monitoring.
func (d *document) monitoring() {
	ids := d.ruleIDs(d.file.Root)
	d.interpretations(d.file.Root, ids)
	d.checkWaivers(ids)
	d.l.bundle.Monitorings = append(d.l.bundle.Monitorings, &ruleset.Monitoring{Head: d.head})
}
