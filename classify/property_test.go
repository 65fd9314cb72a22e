package classify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// Three bools and an enum; rules over them with any outcome, some overriding others.
const factsOfLaws = `facts:
  a: {label: 甲, type: bool, act: 甲}
  b: {label: 乙, type: bool}
  c: {label: 丙, type: bool, act: 丙}
  e: {label: 戊, type: enum, values: {p: 子, q: 丑, r: 寅}}
`

func drawRules(t *rapid.T, exceptions bool) []string {
	conditions := []string{"a", "b", "c", "!a", "a && b", "b || c", "a == c", "e == 'p'", "e != 'q' && a", "c ? b : e == 'r'", "!(a || b)"}
	rules := make([]string, rapid.IntRange(2, 6).Draw(t, "rules"))
	for i := range rules {
		rules[i] = fmt.Sprintf("  - {id: r%d, basis: 第二条, when: \"%s\", outcome: %s", i,
			rapid.SampledFrom(conditions).Draw(t, "when"), rapid.SampledFrom([]string{"open", "limited", "closed"}).Draw(t, "outcome"))
		if exceptions && i > 0 && rapid.Bool().Draw(t, "exception") {
			rules[i] += fmt.Sprintf(", overrides: [r%d]", rapid.IntRange(0, i-1).Draw(t, "of"))
		}
		rules[i] += "}\n"
	}
	return rules
}

func drawSome(t *rapid.T) banfa.Map {
	m := banfa.Map{}
	for _, name := range []string{"a", "b", "c"} {
		if v := rapid.IntRange(0, 2).Draw(t, name); v < 2 {
			m[name] = v == 1
		}
	}
	if v := rapid.SampledFrom([]string{"", "p", "q", "r"}).Draw(t, "e"); v != "" {
		m["e"] = v
	}
	return m
}

func fileOf(rules []string) string {
	return head + factsOfLaws + "rules:\n" + strings.Join(rules, "") + rest
}

// comparable is an answer with what has an order by the file taken as a set; the digest is of the file's bytes.
func comparable(t require.TestingT, r *classify.Result) map[string]any {
	text, err := json.Marshal(r)
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(text, &m))
	delete(m, "digest")
	for _, key := range []string{"rules", "grounds", "defeated", "conflicts"} {
		set := map[string]bool{}
		for _, v := range m[key].([]any) {
			if d, ok := v.(map[string]any); ok && key == "defeated" {
				slices.SortFunc(d["by"].([]any), func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
			}
			s, err := json.Marshal(v)
			require.NoError(t, err)
			set[string(s)] = true
		}
		m[key] = set
	}
	return m
}

func TestTheOrderOfRulesHasNoMeaning(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rules := drawRules(rt, true)
		facts := drawSome(rt)
		one := classifier(t, fileOf(rules))
		other := classifier(t, fileOf(rapid.Permutation(rules).Draw(rt, "order")))
		a, err := one.Classify(context.Background(), facts)
		require.NoError(rt, err)
		b, err := other.Classify(context.Background(), facts)
		require.NoError(rt, err)
		require.Equal(rt, comparable(rt, a), comparable(rt, b), "%s\n%v", strings.Join(rules, ""), facts)
	})
}

func TestMoreFactsNeverWidenWhatIsPossible(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := classifier(t, fileOf(drawRules(rt, true)))
		some := drawSome(rt)
		before, err := c.Classify(context.Background(), some)
		require.NoError(rt, err)
		more := drawSome(rt)
		for k, v := range some {
			more[k] = v
		}
		after, err := c.Classify(context.Background(), more)
		require.NoError(rt, err)
		require.Subset(rt, before.Possible, after.Possible, "%v, then %v", some, more)
		for k := range more {
			require.NotContains(rt, after.Missing, k)
		}
	})
}

// Without exceptions, a rule more can only make an answer stricter: strictest-of is free of order and monotone.
func TestWithoutExceptionsARuleMoreNeverOpens(t *testing.T) {
	rank := map[string]int{"open": 0, "limited": 1, "closed": 2}
	rapid.Check(t, func(rt *rapid.T) {
		rules := drawRules(rt, false)
		facts := drawSome(rt)
		all, err := classifier(t, fileOf(rules)).Classify(context.Background(), facts)
		require.NoError(rt, err)
		fewer, err := classifier(t, fileOf(rules[1:])).Classify(context.Background(), facts)
		require.NoError(rt, err)
		require.GreaterOrEqual(rt, rank[all.Possible[0]], rank[fewer.Possible[0]], "%s\n%v", strings.Join(rules, ""), facts)
	})
}

// The data set's answer is the most restrictive of its items', whatever their order.
func TestTheOrderOfItemsHasNoMeaningForTheDataSet(t *testing.T) {
	rank := map[string]int{"open": 0, "limited": 1, "closed": 2}
	rapid.Check(t, func(rt *rapid.T) {
		c := classifier(t, fileOf(drawRules(rt, true)))
		items := []any{}
		for i := range rapid.IntRange(1, 4).Draw(rt, "items") {
			item := drawSome(rt)
			item["name"] = fmt.Sprint(i)
			items = append(items, map[string]any(item))
		}
		facts := drawSome(rt)
		facts["items"] = items
		a, err := c.Classify(context.Background(), facts)
		require.NoError(rt, err)
		facts["items"] = rapid.Permutation(items).Draw(rt, "order")
		b, err := c.Classify(context.Background(), facts)
		require.NoError(rt, err)
		require.Equal(rt, a.Possible, b.Possible)
		require.ElementsMatch(rt, a.Missing, b.Missing)
		require.ElementsMatch(rt, a.HeldBackBy, b.HeldBackBy)
		require.Equal(rt, a.WithoutThem, b.WithoutThem)
		worst := 0
		for _, i := range a.Items {
			worst = max(worst, rank[i.Possible[0]])
		}
		require.Equal(rt, worst, rank[a.Possible[0]])
	})
}
