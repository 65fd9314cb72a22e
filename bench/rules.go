package bench

import (
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/banfa-go/banfa"
)

// Rule is one rule of the workload.
type Rule struct{ When, Outcome string }

// Rules returns the rules of W1 in the order of the bits of Answer.
func Rules() []Rule {
	return []Rule{
		{"state_secret", "closed"},
		{"size(endangers_security) > 0", "closed"},
		{"(commercial_secret || personal_privacy) && !consent_obtained", "closed"},
		{"opening_prohibited_by_law", "closed"},
		{"fields.exists(i, i.identifier && i.type == 'id_card') && !desensitized", "closed"},
		{"(commercial_secret || personal_privacy) && consent_obtained && !opening_prohibited_by_law", "conditional"},
		{"infra_load == 'severe'", "conditional"},
		{"security_capability_required == 'high'", "conditional"},
		{"opening_required_conditional_by_law", "conditional"},
		{"already_public", "unconditional"},
		{"risk_level == 'low'", "unconditional"},
	}
}

// sector is the domain and the threshold of a sector rule.
func sector(i int) (domain string, least int64) { return fmt.Sprintf("d%04d", i/4), int64(i % 4) }

// AllRules returns the rules of W1 and, behind them, extra sector rules.
func AllRules(extra int) []Rule {
	rules := Rules()
	for i := range extra {
		domain, least := sector(i)
		rules = append(rules, Rule{fmt.Sprintf("domain == '%s' && sensitivity >= %d", domain, least), "conditional"})
	}
	return rules
}

const head = `apiVersion: banfa/v1
kind: Classification
metadata: {name: w1, title: W1, status: draft}
instrument: w
facts:
`

const law = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: w, title: 测, status: draft}
articles: [{n: 1, title: 一, paragraphs: [0]}]
`

// Load returns the workload as a bundle, with extra sector rules `domain == 'dNNN' && sensitivity >= K`.
func Load(extra int) (*banfa.Rules, error) {
	var b strings.Builder
	b.WriteString(head)
	for _, f := range []string{
		"state_secret", "commercial_secret", "personal_privacy", "consent_obtained", "opening_prohibited_by_law",
		"opening_required_conditional_by_law", "already_public", "desensitized",
	} {
		fmt.Fprintf(&b, "  %s: {label: %s, type: bool}\n", f, f)
	}
	for _, f := range []string{"infra_load", "security_capability_required", "risk_level", "domain"} {
		fmt.Fprintf(&b, "  %s: {label: %s, type: string, max_length: 40}\n", f, f)
	}
	b.WriteString("  sensitivity: {label: s, type: int}\n")
	b.WriteString("  endangers_security: {label: e, type: list, items: string, max: 20}\n")
	b.WriteString("  fields:\n    label: f\n    type: list\n    max: 100\n    items:\n      label: f\n      type: object\n      fields:\n")
	b.WriteString("        name: {label: name, type: string, max_length: 40}\n        type: {label: t, type: string, max_length: 40}\n")
	b.WriteString("        identifier: {label: i, type: bool}\n")
	b.WriteString("outcomes: {unconditional: a, conditional: b, closed: c}\nrules:\n")
	for i, r := range AllRules(extra) {
		fmt.Fprintf(&b, "  - {id: r%d, basis: 第一条, when: \"%s\", outcome: %s}\n", i, r.When, r.Outcome)
	}
	b.WriteString("otherwise: {id: rest, basis: 第一条, outcome: unconditional}\n")
	return banfa.Load(
		fstest.MapFS{"law.yaml": {Data: []byte(law)}, "w1.yaml": {Data: []byte(b.String())}},
		banfa.WithLimits(banfa.Limits{FileBytes: 8 << 20, Rules: 20_000}),
	)
}
