package desensitize

import (
	"fmt"
	"slices"
)

// strength says for each column that is masked as an identifier of a known kind how many identifiers share its weakest mask (Strength).
func (p *Policy) strength() (map[string]string, error) {
	out := map[string]string{}
	for i := range p.spec.Columns {
		c := &p.spec.Columns[i]
		if !slices.Contains(StrengthKinds(), c.Semantic) {
			continue
		}
		var least *MaskStrength
		for _, call := range c.Plan.Calls {
			if call.Name != "mask" || !call.Direct || len(call.Args) != 2 {
				continue
			}
			left, _ := call.Args[0].Int()
			right, _ := call.Args[1].Int()
			s, err := Strength(c.Semantic, MaskShape{Left: int(left), Right: int(right)}, Known{})
			if err != nil {
				return nil, fmt.Errorf("desensitize: column %s: %w", c.Name, err)
			}
			if least == nil || s.Count.Cmp(least.Count) < 0 {
				least = &s
			}
		}
		if least != nil {
			out[c.Name] = least.Count.String()
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}
