package banfa

import "github.com/banfa-go/banfa/internal/ruleset"

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
	d.l.bundle.Conditions = append(d.l.bundle.Conditions, &ruleset.Conditions{Head: d.head})
}
