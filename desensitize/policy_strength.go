package desensitize

import (
	"fmt"

	"github.com/banfa-go/banfa/internal/strength"
)

// strength says for each column that is masked as an identifier of a known kind how many identifiers share its weakest mask, given the other columns and what is published elsewhere.
func (p *Policy) strength() (map[string]string, error) {
	masks, err := strength.OfPolicy(p.spec)
	if err != nil {
		return nil, fmt.Errorf("desensitize: %w", err)
	}
	if len(masks) == 0 {
		return nil, nil
	}
	out := map[string]string{}
	for _, m := range masks {
		out[p.spec.Columns[m.Column].Name] = m.Count.String()
	}
	return out, nil
}
