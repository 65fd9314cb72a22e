package bench

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// BenchmarkPack is the pack for Shenzhen with all facts known, and with half of them absent: exact possible outcomes and missing facts.
func BenchmarkPack(b *testing.B) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(b, err)
	c, err := classify.New(rules)
	require.NoError(b, err)
	all := banfa.Map{
		"governed_by_other_law": false, "state_secret": false, "endangers_security": false, "trade_secret": false,
		"personal_privacy": true, "law_forbids": false, "consent_obtained": false, "strains_infrastructure": false,
		"high_capability_demand": false, "law_requires_conditional": false, "already_public": false, "security_risk": "medium",
		"desensitized": false, "residual_risk_acceptable": false,
	}
	half := banfa.Map{}
	for _, name := range []string{
		"governed_by_other_law", "state_secret", "endangers_security", "trade_secret", "personal_privacy", "law_forbids", "already_public",
	} {
		half[name] = all[name]
	}
	for _, bc := range []struct {
		name  string
		facts banfa.Map
		opts  []classify.CallOption
	}{
		{"all facts with paths", all, nil},
		{"all facts without paths", all, []classify.CallOption{classify.WithoutPaths()}},
		{"half of the facts", half, nil},
		{"no facts", banfa.Map{}, nil},
	} {
		b.Run(bc.name, func(b *testing.B) {
			ctx := context.Background()
			opts := append([]classify.CallOption{classify.At(at)}, bc.opts...)
			cpuTime(b, func(b *testing.B) {
				for b.Loop() {
					if _, err := c.Classify(ctx, bc.facts, opts...); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// BenchmarkLoad is loading and checking 1,011 and 10,011 rules.
func BenchmarkLoad(b *testing.B) {
	for _, extra := range []int{0, 1000, 10_000} {
		b.Run(map[int]string{0: "11 rules", 1000: "1,011 rules", 10_000: "10,011 rules"}[extra], func(b *testing.B) {
			cpuTime(b, func(b *testing.B) {
				for b.Loop() {
					_, err := Load(extra)
					require.NoError(b, err)
				}
			})
		})
	}
}
