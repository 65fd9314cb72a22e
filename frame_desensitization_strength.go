package banfa

import (
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
	"github.com/banfa-go/banfa/internal/strength"
)

// published reads the shapes in which an identifier is published elsewhere.
func (p *policyReader) published(c *ruleset.PolicyColumn, n *source.Node) {
	list := n.Get("published")
	if list == nil || list.Kind != source.List {
		return
	}
	for _, w := range list.Items {
		if _, ok := strength.ParseShape(w.Value); !ok {
			p.report("BF1014", w.Range, "policy.published", c.Name, w.Value)
			continue
		}
		c.Published = append(c.Published, w.Value)
	}
	if len(c.Published) > 0 && !slices.Contains(strength.Kinds(), c.Semantic) {
		p.report("BF1014", list.Range, "policy.published-kind", c.Name, strings.Join(strength.Kinds(), ", "))
	}
}

// weakMasks reports the masks that too few identifiers share for anybody to be hidden among them.
func (p *policyReader) weakMasks() {
	if p.unread || p.failed || p.file.Partial {
		return // what the columns show is not known
	}
	masks, err := strength.OfPolicy(p.policy)
	if err != nil {
		return // a shape that no mask has: reported with its transform
	}
	for _, m := range masks {
		if !m.Weak(0) {
			continue
		}
		c := &p.policy.Columns[m.Column]
		rule := p.policy.Rules[c.Rule]
		given := append(slices.Clone(m.With), m.Published...)
		args := []string{rule.ID, c.Name, m.Shape.String(), m.Count.String(), strconv.Itoa(strength.WeakBelow)}
		if len(given) == 0 {
			p.warn("BF4016", rule.Place, "policy.mask-weak", args...).hint("hint.waive", "BF4016", rule.ID)
			continue
		}
		p.warn("BF4016", rule.Place, "policy.mask-weak-given", append(args, strings.Join(given, ", "))...).hint("hint.waive", "BF4016", rule.ID)
	}
}
