package banfa

import (
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// analyse looks for what is wrong with the rules of a file seen together, over all values of all facts.
func (d *document) analyse(c *ruleset.Classification) {
	if len(c.Outcomes) == 0 || len(c.Rules) == 0 {
		return
	}
	engine := decide.New(c)
	everything := make([]bool, len(c.Rules))
	for i := range everything {
		everything[i] = true
	}
	a := engine.Analyse(everything)
	for _, r := range a.AlwaysTrue {
		if len(c.Rules[r].When.Names()) == 0 {
			continue // reported where the expression stands
		}
		d.rulewise(c, r, "BF2005", "rule.always-true")
	}
	for _, r := range a.NeverTrue {
		if len(c.Rules[r].When.Names()) == 0 {
			continue
		}
		d.rulewise(c, r, "BF2005", "rule.always-false")
	}
	for _, r := range a.AlwaysDefeated {
		var by []string
		for _, o := range c.Rules[r].OverriddenBy {
			by = append(by, c.Rules[o].ID)
		}
		d.rulewise(c, r, "BF4003", "logic.always-defeated", strings.Join(by, ", "))
	}
	for _, r := range a.NeverDecisive {
		d.rulewise(c, r, "BF4003", "logic.never-decisive").hint("hint.waive", "BF4003", c.Rules[r].ID)
	}
	d.wholeFile(c, engine, a)
}

func (d *document) rulewise(c *ruleset.Classification, r int, code, key string, more ...string) *Diagnostic {
	g := d.warn(code, c.Rules[r].Place, key, append([]string{c.Rules[r].ID}, more...)...)
	if len(c.Rules[r].Basis) > 0 {
		g.Citation = c.Rules[r].Basis[0].Long
	}
	return g
}

// wholeFile reports outcomes that nothing reaches, overlaps and gaps.
func (d *document) wholeFile(c *ruleset.Classification, engine *decide.Engine, a *decide.Analysis) {
	outcomes := d.file.Root.Get("outcomes")
	for _, rank := range a.Unreached {
		for _, e := range outcomes.Entries {
			if e.Key.Value == c.Outcomes[rank].Code {
				d.warn("BF4005", placeOfNode(e.Key), "logic.outcome-unreached", e.Key.Value)
			}
		}
	}
	if len(c.Interpretations) == 0 {
		for _, o := range a.Overlaps {
			ra, rb := c.Rules[o.A], c.Rules[o.B]
			g := d.warn("BF4002", ra.Place, "logic.overlap", ra.ID, c.Code(ra.Outcome), rb.ID, c.Code(rb.Outcome))
			g.hint("hint.when", describe(c, o.When))
			g.Related = append(g.Related, Related{
				File: d.file.Name, Range: placeRange(rb.Place), Key: "related.other-rule", Args: []string{rb.ID},
			})
		}
	}
	if c.Otherwise != nil {
		return
	}
	// Rules come and go with their windows; on no day may there be facts that none of them decides.
	for _, active := range activeSets(c, engine) {
		if gap := engine.Analyse(active).Gap; gap != nil {
			d.add(Diagnostic{
				Code: "BF4001", File: d.file.Name, Range: rangeOf(keyRange(d.file.Root, "rules")), Key: "logic.gap",
				Args: []string{describe(c, gap)},
			})
			return
		}
	}
}

// activeSets returns the different sets of rules that exist on some day.
func activeSets(c *ruleset.Classification, engine *decide.Engine) [][]bool {
	days := []civil.Date{0}
	for _, r := range c.Rules {
		if r.Effective.From != nil {
			days = append(days, *r.Effective.From, *r.Effective.From-1)
		}
		if r.Effective.Until != nil {
			days = append(days, *r.Effective.Until, *r.Effective.Until+1)
		}
	}
	slices.Sort(days)
	var sets [][]bool
	for _, day := range slices.Compact(days) {
		active := engine.Active(day)
		if c.Effective.Contains(day) && !slices.ContainsFunc(sets, func(s []bool) bool { return slices.Equal(s, active) }) {
			sets = append(sets, active)
		}
	}
	if len(sets) == 0 {
		sets = append(sets, engine.Active(*firstDay(c)))
	}
	return sets
}

func firstDay(c *ruleset.Classification) *civil.Date {
	if c.Effective.From != nil {
		return c.Effective.From
	}
	return c.Effective.Until
}

// describe writes an example as facts a person can read.
func describe(c *ruleset.Classification, ex decide.Example) string {
	parts := make([]string, len(ex))
	for i, s := range ex {
		parts[i] = c.Env.Leaves()[s.Leaf].Name + ": " + s.Value.String()
	}
	if len(parts) == 0 {
		return "{}"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
