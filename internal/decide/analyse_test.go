package decide_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
)

// findings loads the oracle's file with other facts and rules, and returns what the analysis says of them.
func findings(t *testing.T, facts, rules string) []string {
	t.Helper()
	parts := strings.SplitN(frame, "---\n", 2)
	head, _, _ := strings.Cut(parts[1], "facts:")
	text := head + "facts:\n" + facts + "outcomes: {low: 低, mid: 中, high: 高}\nrules:\n" + rules
	_, ds, err := banfa.Check(fstest.MapFS{"law.yaml": {Data: []byte(parts[0])}, "r.yaml": {Data: []byte(text)}})
	require.NoError(t, err)
	var out []string
	for d := range ds.All() {
		out = append(out, d.Code+" "+strings.Join(d.Args, " "))
	}
	return out
}

const rest = "otherwise: {id: rest, basis: 第一条, outcome: low}\n"

func TestAnalysisLooksAtEveryValueOfEveryFact(t *testing.T) {
	for _, c := range []struct {
		name, facts, rules string
		want               []string
	}{
		{
			"an optional fact may be given", "  l: {label: 级, type: int, min: 0, max: 5, optional: true}\n",
			"  - {id: r, basis: 第一条, when: l.orValue(1) >= 3, outcome: high}\n  - {id: s, basis: 第一条, when: \"!l.hasValue()\", outcome: mid}\n" +
				rest, nil,
		},
		{
			"a presumption may be contradicted", "  e: {label: 行, type: enum, values: {x: 子, w: 丑}, assume: x}\n",
			"  - {id: r, basis: 第一条, when: e == 'w', outcome: high}\n" + rest,
			[]string{"BF4005 mid"},
		},
		{
			"a condition that no value makes true", "  k: {label: 整, type: int, min: 0}\n",
			"  - {id: r, basis: 第一条, when: k > 5 && k < 3, outcome: high}\n  - {id: s, basis: 第一条, when: k < 0, outcome: mid}\n" + rest,
			[]string{"BF2005 r", "BF2005 s", "BF4005 mid", "BF4005 high"},
		},
		{
			"a gap, with facts that fall into it", "  a: {label: 甲, type: bool}\n  k: {label: 整, type: int}\n",
			"  - {id: r, basis: 第一条, when: a, outcome: high}\n  - {id: s, basis: 第一条, when: k > 5, outcome: mid}\n",
			[]string{"BF4001 {a: false, k: 4}", "BF4005 low"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := findings(t, c.facts, c.rules)
			kept := got[:0]
			for _, g := range got {
				if !strings.HasPrefix(g, "BF4002") { // overlaps are another test's
					kept = append(kept, g)
				}
			}
			require.ElementsMatch(t, c.want, kept)
		})
	}
}
