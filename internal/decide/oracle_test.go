package decide_test

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// The file's facts. Those without a finite domain are given, in the oracle, more values than the conditions tell apart.
const frame = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: law, title: 法, status: draft}
articles: [{n: 1, title: 一, paragraphs: [0]}]
---
apiVersion: banfa/v1
kind: Classification
metadata: {name: r, title: 规则, status: draft}
instrument: law
facts:
  a: {label: 甲, type: bool, act: 甲}
  b: {label: 乙, type: bool, act: 乙}
  c: {label: 丙, type: bool}
  d: {label: 丁, type: bool, act: {text: 不丁, to: false}}
  e: {label: 戊, type: enum, values: {x: 子, w: 丑, z: 寅}}
  num: {label: 数, type: int, min: 0, max: 3}
  k: {label: 整, type: int}
  s: {label: 文, type: string}
outcomes: {low: 低, mid: 中, high: 高}
`

var atoms = []string{
	"a", "b", "c", "d", "e == 'x'", "e != 'w'", "e in ['x', 'z']", "num > 1", "num == 0", "k > 2", "k == num", "k <= num + 1",
	"s == 'ab'", "s.startsWith('a')", "s.contains('b')", "size(s) > 2", "4 / num > 1", "[a, b, c].exists(v, v)", "a == b",
	"(c ? num : 2) == 2", "s in ['q', 'ab']", "k > 5 || s == 'z'",
}

func condition(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom(atoms).Draw(t, "atom")
	}
	l := condition(t, depth-1)
	switch rapid.IntRange(0, 3).Draw(t, "op") {
	case 0:
		return "(" + l + ") && (" + condition(t, depth-1) + ")"
	case 1:
		return "(" + l + ") || (" + condition(t, depth-1) + ")"
	case 2:
		return "!(" + l + ")"
	}
	return "(" + l + ") ? (" + condition(t, depth-1) + ") : (" + condition(t, depth-1) + ")"
}

func file(t *rapid.T) string {
	var b strings.Builder
	b.WriteString(frame)
	if rapid.Bool().Draw(t, "scope") {
		fmt.Fprintf(&b, "scope: {id: scope, basis: 第一条, when: \"%s\"}\n", condition(t, 1))
	}
	b.WriteString("rules:\n")
	n := rapid.IntRange(1, 5).Draw(t, "rules")
	for i := range n {
		fmt.Fprintf(&b, "  - id: r%d\n    basis: 第一条\n    when: |\n      %s\n", i, condition(t, 2))
		outcome := rapid.SampledFrom([]string{"low", "mid", "high", ""}).Draw(t, "outcome")
		if outcome != "" {
			fmt.Fprintf(&b, "    outcome: %s\n", outcome)
		}
		if i > 0 && (outcome == "" || rapid.Bool().Draw(t, "overrides")) {
			fmt.Fprintf(&b, "    overrides: [r%d]\n", rapid.IntRange(0, i-1).Draw(t, "defeats"))
		} else if outcome == "" {
			b.WriteString("    review: true\n")
		}
	}
	fmt.Fprintf(&b, "otherwise: {id: rest, basis: 第一条, outcome: %s}\n",
		rapid.SampledFrom([]string{"low", "mid"}).Draw(t, "residual"))
	return b.String()
}

func load(t require.TestingT, text string) *ruleset.Classification {
	parts := strings.SplitN(text, "---\n", 2)
	rules, err := banfa.Load(fstest.MapFS{
		"law.yaml": {Data: []byte(parts[0])}, "r.yaml": {Data: []byte(parts[1])},
	})
	require.NoError(t, err, text)
	return rules.Bundle().Classifications[0]
}

// domain is what the oracle tries for each fact.
func domain(name string) []expr.Value {
	var out []expr.Value
	switch name {
	case "e":
		for _, v := range []string{"x", "w", "z"} {
			out = append(out, expr.NewString(v))
		}
	case "num":
		for v := range 4 {
			out = append(out, expr.NewInt(int64(v)))
		}
	case "k":
		for _, v := range []int64{-1, 0, 1, 2, 3, 4, 5, 6} {
			out = append(out, expr.NewInt(v))
		}
	case "s":
		for _, v := range []string{"", "q", "a", "b", "z", "ab", "ac", "abc", "xb", "xbx", "xxx", "acc"} {
			out = append(out, expr.NewString(v))
		}
	default:
		out = []expr.Value{expr.NewBool(false), expr.NewBool(true)}
	}
	return out
}

// outcomeOf is the design page's definition, for complete facts and given truth values of the rules that err. It knows nothing
// of diagrams or atoms: each condition is evaluated whole by cel-go.
func outcomeOf(c *ruleset.Classification, ev *expr.Eval, erring uint) (rank int, bearing []string, errs int) {
	truth := func(x *expr.Expr, i int) bool {
		v, _ := ev.Plain(x)
		switch v {
		case expr.True:
			return true
		case expr.False:
			return false
		}
		errs |= 1 << i
		return erring&(1<<i) != 0
	}
	if c.Scope != nil && !truth(c.Scope.When, len(c.Rules)) {
		return c.OutOfScope(), []string{c.Scope.ID}, errs
	}
	cond := make([]bool, len(c.Rules))
	for i, r := range c.Rules {
		cond[i] = truth(r.When, i)
	}
	var applies func(i int) bool
	applies = func(i int) bool {
		return cond[i] && !slices.ContainsFunc(c.Rules[i].OverriddenBy, applies)
	}
	rank = -1
	for i, r := range c.Rules {
		if r.Outcome >= 0 && applies(i) {
			rank = max(rank, r.Outcome)
		}
	}
	if rank < 0 {
		return c.Otherwise.Outcome, []string{c.Otherwise.ID}, errs
	}
	for i, r := range c.Rules {
		if r.Outcome == rank && applies(i) {
			bearing = append(bearing, r.ID)
		}
	}
	return rank, bearing, errs
}

// bruteForce tries every completion and every truth value of the rules that err.
func bruteForce(c *ruleset.Classification, given map[string]expr.Value) (possible uint64, missing, grounds []string) {
	var absent []string
	ev := c.Env.NewEval(context.Background())
	for _, f := range c.Facts {
		if v, ok := given[f.Name]; ok {
			ev.Set(f.Slot, v)
		} else {
			absent = append(absent, f.Name)
		}
	}
	ev.Set(c.Now, expr.NewTimestamp(civil.Date(0).In(civil.Zone)))
	type outcome struct {
		rank    int
		bearing []string
	}
	results := map[string]map[uint]outcome{} // by completion, by truth of the erring rules
	all := 0
	var completions [][]int
	var rec func(i int, at []int)
	rec = func(i int, at []int) {
		if i == len(absent) {
			completions = append(completions, slices.Clone(at))
			_, _, errs := outcomeOf(c, ev, 0)
			_, _, more := outcomeOf(c, ev, ^uint(0))
			all |= errs | more
			return
		}
		for j, v := range domain(absent[i]) {
			f, _ := c.Fact(absent[i])
			ev.Set(f.Slot, v)
			rec(i+1, append(at, j))
		}
	}
	rec(0, nil)
	vectors := []uint{0}
	for b := range bits.UintSize {
		if all&(1<<b) != 0 {
			for _, v := range slices.Clone(vectors) {
				vectors = append(vectors, v|1<<b)
			}
		}
	}
	for _, at := range completions {
		for i, j := range at {
			f, _ := c.Fact(absent[i])
			ev.Set(f.Slot, domain(absent[i])[j])
		}
		m := map[uint]outcome{}
		for _, v := range vectors {
			rank, bearing, _ := outcomeOf(c, ev, v)
			m[v] = outcome{rank, bearing}
			possible |= 1 << rank
			for _, g := range bearing {
				if !slices.Contains(grounds, g) {
					grounds = append(grounds, g)
				}
			}
		}
		results[fmt.Sprint(at)] = m
	}
	for i, name := range absent {
		if slices.ContainsFunc(completions, func(at []int) bool {
			other := slices.Clone(at)
			for j := range domain(name) {
				other[i] = j
				for _, v := range vectors {
					if results[fmt.Sprint(at)][v].rank != results[fmt.Sprint(other)][v].rank {
						return true
					}
				}
			}
			return false
		}) {
			missing = append(missing, name)
		}
	}
	if bits.OnesCount64(possible) != 1 {
		grounds = nil
	}
	return possible, missing, grounds
}

func solve(e *decide.Engine, given map[string]expr.Value) (*decide.Solution, *expr.Eval, *decide.Known, []bool) {
	c := e.C
	ev := c.Env.NewEval(context.Background())
	for _, f := range c.Facts {
		if v, ok := given[f.Name]; ok {
			ev.Set(f.Slot, v)
		}
	}
	ev.Set(c.Now, expr.NewTimestamp(civil.Date(0).In(civil.Zone)))
	active := e.Active(0)
	k := e.Known(ev, active)
	return e.Solve([]*expr.Eval{ev}, []*decide.Known{k}, active), ev, k, active
}

func drawFacts(t *rapid.T, c *ruleset.Classification, mostAbsent int) map[string]expr.Value {
	given := map[string]expr.Value{}
	absent := 0
	for _, f := range c.Facts {
		if absent < mostAbsent && rapid.IntRange(0, 2).Draw(t, "absent "+f.Name) == 0 {
			absent++
			continue
		}
		given[f.Name] = rapid.SampledFrom(domain(f.Name)).Draw(t, f.Name)
	}
	return given
}

func TestPossibleMissingAndGroundsAreThoseOfAllCompletions(t *testing.T) {
	inexact, undetermined, erring := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := file(t)
		c := load(t, text)
		e := decide.New(c)
		for range 3 {
			given := drawFacts(t, c, 4)
			sol, _, known, _ := solve(e, given)
			possible, missing, grounds := bruteForce(c, given)
			where := fmt.Sprintf("%s\nfacts %v", text, given)
			if len(known.Errors) > 0 {
				erring++
			}
			if !sol.Exact {
				inexact++
				require.Zero(t, possible&^sol.Possible, "an inexact answer is a superset\n%s", where)
				continue
			}
			require.Equal(t, fmt.Sprintf("%b", possible), fmt.Sprintf("%b", sol.Possible), where)
			var got []string
			for _, l := range sol.Missing {
				got = append(got, c.Env.Leaves()[l].Name)
			}
			require.ElementsMatch(t, missing, got, where)
			if _, ok := sol.Determined(); !ok {
				undetermined++
				continue
			}
			got = nil
			for _, g := range sol.Grounds {
				switch g.Rule {
				case decide.Otherwise:
					got = append(got, c.Otherwise.ID)
				case decide.Scope:
					got = append(got, c.Scope.ID)
				default:
					got = append(got, c.Rules[g.Rule].ID)
				}
			}
			require.NotEmpty(t, got, "an answer never stands without grounds\n%s", where)
			require.ElementsMatch(t, grounds, got, where)
		}
	})
	t.Logf("%d undetermined, %d with errors, %d inexact", undetermined, erring, inexact)
	require.NotZero(t, undetermined)
}

// untilSeen checks a property until the thing that it is about was seen at all: few checks, as with -short, may draw none.
func untilSeen(t *testing.T, seen *int, property func(*rapid.T)) {
	t.Helper()
	for range 100 {
		rapid.Check(t, property)
		if *seen > 0 || t.Failed() {
			return
		}
	}
}

func TestPathsAreAllMinimalSetsOfActs(t *testing.T) {
	found := 0
	untilSeen(t, &found, func(t *rapid.T) {
		text := file(t)
		c := load(t, text)
		e := decide.New(c)
		given := drawFacts(t, c, 2)
		sol, ev, known, active := solve(e, given)
		rank, ok := sol.Determined()
		if !ok || !sol.Exact {
			return
		}
		got, complete := e.Paths([]*expr.Eval{ev}, []*decide.Known{known}, active, rank)
		require.True(t, complete)

		acts := []string{"a", "b", "d"}
		target := map[string]expr.Value{"a": expr.NewBool(true), "b": expr.NewBool(true), "d": expr.NewBool(false)}
		reaches := map[uint]int{}
		exact := true
		for set := uint(1); set < 1<<len(acts); set++ {
			changed := map[string]expr.Value{}
			for k, v := range given {
				changed[k] = v
			}
			changes := true
			for i, a := range acts {
				if set&(1<<i) != 0 {
					changes = changes && !given[a].Equal(target[a])
					changed[a] = target[a]
				}
			}
			if !changes {
				continue
			}
			s, _, _, _ := solve(e, changed)
			exact = exact && s.Exact
			if r, ok := s.Determined(); ok && r < rank {
				reaches[set] = r
			}
		}
		if !exact {
			return
		}
		var want []string
		for set, r := range reaches {
			minimal := true
			for other, ro := range reaches {
				if other != set && other&set == other && ro <= r {
					minimal = false
				}
			}
			if minimal {
				var names []string
				for i, a := range acts {
					if set&(1<<i) != 0 {
						names = append(names, a)
					}
				}
				want = append(want, fmt.Sprint(names, r))
			}
		}
		var have []string
		for _, p := range got {
			var names []string
			for _, i := range p.Facts {
				names = append(names, c.Facts[i].Name)
			}
			have = append(have, fmt.Sprint(names, p.Rank))
		}
		found += len(have)
		require.ElementsMatch(t, want, have, "%s\nfacts %v", text, given)
	})
	require.NotZero(t, found)
}

// Both ways of evaluating a condition, from shared atoms and whole in cel-go, must agree in all four values.
func TestAtomsAgreeWithWholeConditions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := load(t, file(t))
		ev := c.Env.NewEval(context.Background())
		for name, v := range drawFacts(t, c, 8) {
			f, _ := c.Fact(name)
			ev.Set(f.Slot, v)
		}
		for _, r := range c.Rules {
			atomic, _ := ev.Truth(r.When)
			whole, _ := ev.Plain(r.When)
			require.Equal(t, whole, atomic, r.When.Text)
		}
	})
}

func TestMoreFactsNeverWidenWhatIsPossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := file(t)
		c := load(t, text)
		e := decide.New(c)
		given := drawFacts(t, c, 6)
		before, _, _, _ := solve(e, given)
		for _, f := range c.Facts {
			if _, ok := given[f.Name]; !ok {
				given[f.Name] = rapid.SampledFrom(domain(f.Name)).Draw(t, "more "+f.Name)
				break
			}
		}
		after, _, _, _ := solve(e, given)
		if after.Exact {
			require.Zero(t, after.Possible&^before.Possible, "%s\nfacts %v", text, given)
		}
	})
}
