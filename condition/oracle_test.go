package condition_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
)

// The oracle knows nothing of CEL: it is each condition again as Go, tried on every completion of the absent facts.

const oracleFacts = `facts:
  a: {label: 甲, type: bool}
  b: {label: 乙, type: bool}
  num: {label: 数, type: int, min: 0, max: 3}
  e: {label: 戊, type: enum, values: {p: 子, q: 丑, r: 寅}}
  m: {label: 推定, type: bool, assume: true}
  o: {label: 可缺, type: int, min: 0, max: 2, optional: true}
`

// world is one completion.
type world map[string]any

// outcome of a condition.
const (
	oracleNo = iota
	oracleYes
	oracleErr
)

func truth(b bool) int {
	if b {
		return oracleYes
	}
	return oracleNo
}

type oracleCondition struct {
	cel string
	is  func(w world) int
}

func oracleConditions() []oracleCondition {
	a := func(w world) bool { return w["a"].(bool) }
	b := func(w world) bool { return w["b"].(bool) }
	m := func(w world) bool { return w["m"].(bool) }
	n := func(w world) int { return w["num"].(int) }
	e := func(w world) string { return w["e"].(string) }
	div := func(w world, over int) int {
		if n(w)-over == 0 {
			return oracleErr
		}
		return truth(6/(n(w)-over) > 2)
	}
	or := func(x, y int) int {
		return max(truth(x == oracleYes || y == oracleYes), 2*truth(x != oracleYes && y != oracleYes && (x == oracleErr || y == oracleErr)))
	}
	return []oracleCondition{
		{"a", func(w world) int { return truth(a(w)) }},
		{"!b", func(w world) int { return truth(!b(w)) }},
		{"a && b", func(w world) int { return truth(a(w) && b(w)) }},
		{"a || !b", func(w world) int { return truth(a(w) || !b(w)) }},
		{"a == b", func(w world) int { return truth(a(w) == b(w)) }},
		{"a || !a", func(world) int { return oracleYes }},
		{"b && !b", func(world) int { return oracleNo }},
		{"num >= 2", func(w world) int { return truth(n(w) >= 2) }},
		{"num >= 1 || e == 'p'", func(w world) int { return truth(n(w) >= 1 || e(w) == "p") }},
		{"e in ['p', 'q']", func(w world) int { return truth(e(w) == "p" || e(w) == "q") }},
		{"e != 'r' && m", func(w world) int { return truth(e(w) != "r" && m(w)) }},
		{"m ? a : num > 2", func(w world) int { return truth(m(w) && a(w) || !m(w) && n(w) > 2) }},
		{"6 / num > 2", func(w world) int { return div(w, 0) }},
		{"6 / (num - 1) > 2 || a", func(w world) int { return or(div(w, 1), truth(a(w))) }},
		{"o.orValue(0) > 0", func(w world) int { o, ok := w["o"].(int); return truth(ok && o > 0) }},
		{"o.hasValue() || b", func(w world) int { return truth(w["o"] != nil || b(w)) }},
	}
}

func oracleDomains() map[string][]any {
	return map[string][]any{
		"a": {false, true}, "b": {false, true}, "num": {0, 1, 2, 3}, "e": {"p", "q", "r"}, "m": {false, true}, "o": {0, 1, 2},
	}
}

// completions returns every completion of some facts. An optional fact that is absent, and one with a presumption, is not open.
func completions(facts banfa.Map) []world {
	out := []world{{}}
	for _, name := range []string{"a", "b", "num", "e", "m", "o"} {
		values := oracleDomains()[name]
		v, given := facts[name]
		switch {
		case given:
			values = []any{v}
		case name == "m":
			values = []any{true}
		case name == "o":
			values = []any{nil}
		}
		var next []world
		for _, w := range out {
			for _, v := range values {
				c := world{name: v}
				for k, x := range w {
					c[k] = x
				}
				next = append(next, c)
			}
		}
		out = next
	}
	return out
}

type oracleRequirement struct{ when, require *oracleCondition }

// status is what a requirement comes to in one completion.
func (r *oracleRequirement) status(w world) condition.Holding {
	when := oracleYes
	if r.when != nil {
		when = r.when.is(w)
	}
	must := r.require.is(w)
	switch {
	case when == oracleNo || must == oracleYes:
		return condition.Holds
	case when == oracleErr || must == oracleErr:
		return condition.Errs
	}
	return condition.Fails
}

// known is what it comes to in all completions, and the facts that can still change that.
func (r *oracleRequirement) known(worlds []world) (condition.Holding, []string) {
	statuses := make([]condition.Holding, len(worlds))
	for i, w := range worlds {
		statuses[i] = r.status(w)
	}
	if len(slices.Compact(slices.Clone(statuses))) == 1 {
		return statuses[0], nil
	}
	missing := map[string]bool{}
	for i, v := range worlds {
		for j, w := range worlds {
			if statuses[i] == statuses[j] {
				continue
			}
			var differ []string
			for _, k := range []string{"a", "b", "num", "e", "m", "o"} {
				if v[k] != w[k] {
					differ = append(differ, k)
				}
			}
			if len(differ) == 1 {
				missing[differ[0]] = true
			}
		}
	}
	var names []string
	for _, k := range []string{"a", "b", "num", "e", "m", "o"} {
		if missing[k] {
			names = append(names, k)
		}
	}
	return condition.Unknown, names
}

// notConcerned reports whether it concerns no completion.
func (r *oracleRequirement) notConcerned(worlds []world) bool {
	return r.when != nil && !slices.ContainsFunc(worlds, func(w world) bool { return r.when.is(w) != oracleNo })
}

func drawRequirements(t *rapid.T) ([]oracleRequirement, string) {
	pool := oracleConditions()
	list := make([]oracleRequirement, rapid.IntRange(1, 4).Draw(t, "requirements"))
	text := "requirements:\n"
	for i := range list {
		list[i].require = &pool[rapid.IntRange(0, len(pool)-1).Draw(t, "require")]
		when := ""
		if rapid.Bool().Draw(t, "has when") {
			list[i].when = &pool[rapid.IntRange(0, len(pool)-1).Draw(t, "when")]
			when = fmt.Sprintf("    when: %q\n", list[i].when.cel)
		}
		text += fmt.Sprintf("  - id: r%d\n    dimension: user\n    basis: 第四十二条\n%s    require: %q\n    evidence: [材料%d]\n", i, when, list[i].require.cel, i)
	}
	return list, text
}

func drawOracleFacts(t *rapid.T) banfa.Map {
	m := banfa.Map{}
	for _, name := range []string{"a", "b", "num", "e", "m", "o"} {
		values := oracleDomains()[name]
		if i := rapid.IntRange(-len(values), len(values)-1).Draw(t, name); i >= 0 {
			m[name] = values[i]
		}
	}
	return m
}

const oracleHead = `apiVersion: banfa/v1
kind: Conditions
metadata: {name: oracle, title: 对照, status: draft}
instrument: shenzhen
`

func TestDecisionsAreThoseOfEveryCompletionTriedOneByOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list, text := drawRequirements(rt)
		rules, ds := accessFiles(rt, map[string]string{"a.yaml": oracleHead + oracleFacts + text})
		if rules == nil {
			require.True(rt, neverMetIn(list), "a file is refused only where nobody can meet a requirement: %v", ds)
			return
		}
		facts := drawOracleFacts(rt)
		worlds := completions(facts)
		got := accessDecide(rt, rules, "oracle", facts)
		require.True(rt, got.Exact)
		var failed, evidence, missing []string
		unknown := false
		for i := range list {
			want, names := list[i].known(worlds)
			q := got.Requirements[i]
			if list[i].notConcerned(worlds) {
				want = condition.NotConcerned
			}
			require.Equal(rt, want, q.Holds, "%s of %s with %v", q.ID, text, facts)
			require.Equal(rt, append([]string{}, names...), q.Missing, "%s of %s with %v", q.ID, text, facts)
			require.Equal(rt, want == condition.Errs, q.Error != "")
			switch want {
			case condition.Fails, condition.Errs:
				failed = append(failed, q.ID)
			case condition.Unknown:
				unknown = true
				missing = append(missing, names...)
			}
		}
		want := condition.Approve
		switch {
		case len(failed) > 0:
			want, missing = condition.Reject, nil
		case unknown:
			want = condition.Incomplete
		}
		for i, q := range got.Requirements {
			if want == condition.Reject && slices.Contains(failed, q.ID) || want == condition.Incomplete && q.Holds == condition.Unknown {
				evidence = append(evidence, fmt.Sprintf("材料%d", i))
			}
		}
		require.Equal(rt, want, got.Decision)
		require.Equal(rt, append([]string{}, failed...), got.Failed)
		require.Len(rt, got.Reasons, len(failed))
		require.Equal(rt, append([]string{}, evidence...), got.Evidence)
		slices.Sort(missing)
		require.ElementsMatch(rt, slices.Compact(missing), got.Missing)
	})
}

// neverMetIn reports whether a requirement holds in no completion of nothing. There, presumptions are not made and what is optional can be
// given.
func neverMetIn(list []oracleRequirement) bool {
	worlds := []world{{}}
	for name, values := range oracleDomains() {
		var next []world
		if name == "o" {
			values = append(slices.Clone(values), nil)
		}
		for _, w := range worlds {
			for _, v := range values {
				c := world{name: v}
				for k, x := range w {
					c[k] = x
				}
				next = append(next, c)
			}
		}
		worlds = next
	}
	return slices.ContainsFunc(list, func(r oracleRequirement) bool {
		return !slices.ContainsFunc(worlds, func(w world) bool { return r.status(w) == condition.Holds })
	})
}

func TestTheLinterSaysNobodyCanMeetExactlyWhereNobodyCan(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list, text := drawRequirements(rt)
		_, ds := accessFiles(rt, map[string]string{"a.yaml": oracleHead + oracleFacts + text})
		found := false
		for d := range ds.All() {
			found = found || d.Code == "BF4013"
			require.NotContains(rt, []string{"BF2000", "BF2001", "BF2002", "BF2003"}, d.Code, d.Message("en"))
		}
		require.Equal(rt, neverMetIn(list), found, text)
	})
}

func TestMoreFactsNeverTakeBackWhatIsKnown(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		_, text := drawRequirements(rt)
		rules, _ := accessFiles(rt, map[string]string{"a.yaml": oracleHead + oracleFacts + text})
		if rules == nil {
			return
		}
		some := drawOracleFacts(rt)
		delete(some, "m") // what replaces a presumption, or an absence that is a value, may change everything
		delete(some, "o")
		before := accessDecide(rt, rules, "oracle", some)
		more := drawOracleFacts(rt)
		delete(more, "m")
		delete(more, "o")
		for k, v := range some {
			more[k] = v
		}
		after := accessDecide(rt, rules, "oracle", more)
		for i, q := range before.Requirements {
			if q.Holds != condition.Unknown {
				require.Equal(rt, q.Holds == condition.NotConcerned || q.Holds == condition.Holds,
					after.Requirements[i].Holds == condition.NotConcerned || after.Requirements[i].Holds == condition.Holds, text)
			}
			require.Subset(rt, q.Missing, after.Requirements[i].Missing)
		}
		if before.Decision == condition.Approve {
			require.Equal(rt, condition.Approve, after.Decision)
		}
	})
}

func TestTheOrderOfRequirementsHasNoMeaning(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		_, text := drawRequirements(rt)
		blocks := strings.SplitAfter(strings.TrimPrefix(text, "requirements:\n"), "]\n")
		blocks = slices.DeleteFunc(blocks, func(s string) bool { return s == "" })
		one, _ := accessFiles(rt, map[string]string{"a.yaml": oracleHead + oracleFacts + text})
		other, _ := accessFiles(rt, map[string]string{
			"a.yaml": oracleHead + oracleFacts + "requirements:\n" + strings.Join(rapid.Permutation(blocks).Draw(rt, "order"), ""),
		})
		require.Equal(rt, one == nil, other == nil)
		if one == nil {
			return
		}
		facts := drawOracleFacts(rt)
		a, b := accessDecide(rt, one, "oracle", facts), accessDecide(rt, other, "oracle", facts)
		require.Equal(rt, a.Decision, b.Decision)
		require.ElementsMatch(rt, a.Failed, b.Failed)
		require.ElementsMatch(rt, a.Missing, b.Missing)
		require.ElementsMatch(rt, a.Evidence, b.Evidence)
	})
}
