package banfa_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

const lifecycleFile = `apiVersion: banfa/v1
kind: Lifecycle
metadata: {name: permit, title: 许可, status: draft}
instrument: example
deadlines: permit
facts:
  passed: {label: 通过, type: bool}
roles:
  office: 办理机关
states:
  received: {label: 已收到, initial: true}
  review: {label: 审核中}
  approved: {label: 已通过, final: true}
  rejected: {label: 未通过, final: true}
events:
  accepted: {label: 受理, by: office}
  decide: {label: 作出决定, by: office, deadline_event: decided, facts: {reason: {label: 理由, type: string}}}
transitions:
  - {id: accept, basis: 第一条, event: accepted, from: received, to: review}
  - {id: approve, basis: 第一条, event: decide, from: review, to: approved, when: passed}
  - {id: reject, basis: 第一条, event: decide, from: review, to: rejected, when: "!passed", require: reason != ''}
`

// checkLifecycle loads the file with one text of it replaced, and returns what is found as LINE:COLUMN CODE text.
func checkLifecycle(t require.TestingT, text string) []string {
	_, ds, err := banfa.Check(fstest.MapFS{
		"law.yaml": {Data: []byte(deadlinesLaw)}, "permit.yaml": {Data: []byte(deadlinesFile)}, "life.yaml": {Data: []byte(text)},
	})
	require.NoError(t, err)
	var found []string
	for d := range ds.All() {
		found = append(found, fmt.Sprintf("%d:%d %s %s", d.Range.Start.Line, d.Range.Start.Column, d.Code, d.Message("en")))
		for _, h := range d.Hints {
			found[len(found)-1] += "; " + h.Text("en")
		}
	}
	return found
}

func TestWhatIsWrongWithALifecycleIsSaidWhereItIs(t *testing.T) {
	for _, tc := range []struct{ name, old, replacement, want string }{
		{"sound", "", "", ""},
		{
			"no initial state", ", initial: true", "",
			"10:1 BF1014 no state is initial; write initial: true on the one in which a case begins",
		},
		{
			"two initial states", "审核中}", "审核中, initial: true}",
			"12:3 BF1014 review is initial, and so is received; a case begins in one state",
		},
		{
			"no end", ", final: true", "",
			"10:1 BF4008 no state is final: a case would never end; write final: true on the state in which it does",
		},
		{
			"a state that nothing reaches", "to: review}", "to: received}",
			"12:3 BF4008 no event leads to the state review; add a transition to it or remove it",
		},
		{
			"a state that nothing leaves", "已收到, initial: true}", "已收到, initial: true}\n  lost: {label: 无}",
			"12:3 BF4008 no event leads to the state lost; add a transition to it or remove it",
		},
		{
			"a dead end", "approved: {label: 已通过, final: true}", "approved: {label: 已通过}",
			"13:3 BF4008 no event leads out of the state approved; add a transition, or write final: true",
		},
		{
			"a final state that is left", "from: received, to: review}", "from: [received, rejected], to: review}",
			"19:10 BF4008 the transition accept leaves the final state rejected; remove that, or the state's final: true",
		},
		{
			"an unknown state", "to: review}", "to: reviw}",
			"19:67 BF1014 the state reviw is not declared; add it to states; did you mean review?",
		},
		{
			"an unknown event", "event: accepted", "event: accept",
			"19:37 BF1014 the event accept is not declared; declare it in events; did you mean accepted?",
		},
		{
			"an unknown role", "accepted: {label: 受理, by: office}", "accepted: {label: 受理, by: offfice}",
			"16:29 BF1014 the role offfice is not declared; add it to roles; did you mean office?",
		},
		{
			"an event that states what the case has not", "受理, by: office}", "受理, by: office, may_state: [passd]}",
			"16:49 BF1014 the case has no fact passd; declare it under facts of the file; did you mean passed?",
		},
		{
			"a fact of the event itself", "作出决定, by: office,", "作出决定, by: office, may_state: reason,",
			"17:48 BF1014 the case has no fact reason; declare it under facts of the file",
		},
		{"an event that may state what nobody else may", "受理, by: office}", "受理, by: office, may_state: []}", ""},
		{
			"unknown deadlines", "deadlines: permit", "deadlines: permits",
			"5:12 BF1014 there is no file of kind Deadlines with the name permits in the bundle; add it, or correct the name; did you mean permit?",
		},
		{
			"no such event of the deadlines", "deadline_event: decided", "deadline_event: decide",
			"17:53 BF1014 the deadlines permit have no event decide; did you mean decided?",
		},
		{
			"a deadline that nothing ends", ", deadline_event: decided", "",
			"16:3 BF1014 accepted starts the deadline decide, and no event of this file is decided, which ends it; declare one",
		},
		{
			"an event of deadlines without deadlines", "deadlines: permit\n", "",
			"16:53 BF1014 the event cannot be decided: the file names no deadlines; write deadlines: NAME",
		},
		{
			"an event that nothing takes", "events:\n", "events:\n  lost: {label: 丢失}\n",
			"16:3 BF2006 no transition takes the event lost; write one or remove the event",
		},
		{
			"a guard that is no condition", "when: passed}", "when: '1'}",
			"20:81 BF2003 the result must be bool, but this is int",
		},
		{
			"a guard with an unknown fact", "when: passed}", "when: pased}",
			"20:80 BF2001 undeclared fact or function pased; did you mean passed?",
		},
		{
			"a fact of another event", "from: received, to: review}", "from: received, to: review, require: reason != ''}",
			"19:84 BF2001 undeclared fact or function reason",
		},
		{
			"a deadline as guards see it", "when: passed}", "when: 'passed && !deadlines.decide.late'}",
			"20:109 BF2001 there is no field late",
		},
		{
			"a fact of the case and of an event", "facts: {reason:", "facts: {passed: {label: 通过, type: bool}, reason:",
			"17:70 BF1017 passed is a fact of the whole case already; remove it here, or choose another name",
		},
		{
			"a name that guards know", "facts:\n", "facts:\n  deadlines: {label: 期限, type: bool}\n",
			"7:3 BF1017 deadlines already has a meaning in this kind of file; choose another name",
		},
		{
			"a transition that no facts take", "when: passed}", "when: passed && !passed}",
			"13:3 BF4008 no event leads to the state approved; add a transition to it or remove it",
		},
		{
			"two transitions with one id", "id: reject", "id: approve",
			"21:10 BF1017 the id approve is used twice; give one of the two another id",
		},
		{
			"two transitions without conditions", ", when: \"!passed\", require: reason != ''", "",
			"21:10 BF4009 approve and reject can both be taken by the event decide in the state review; write when on both so that never more than one holds; it happens when {passed: true}",
		},
		{
			"two transitions whose conditions can both hold", "when: \"!passed\"", "when: passed || reason != ''",
			"21:10 BF4009 approve and reject can both be taken by the event decide in the state review; write when on both so that never more than one holds; it happens when {passed: true}",
		},
		{
			"what cannot be shown", "when: \"!passed\"", "when: reason.size() > reason.trim().size()",
			"21:10 BF4009 it cannot be shown that approve and reject are never both taken by the event decide in the state review; write when on both, one the opposite of the other",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.True(t, tc.old == "" || strings.Contains(lifecycleFile, tc.old), "the file does not have %q", tc.old)
			found := checkLifecycle(t, strings.ReplaceAll(lifecycleFile, tc.old, tc.replacement))
			if tc.want == "" {
				assert.Empty(t, found)
				return
			}
			assert.Contains(t, found, tc.want)
		})
	}
}

// A circle that only its own states reach and that never ends.
func TestAStateFromWhichNoCaseEndsIsFound(t *testing.T) {
	found := checkLifecycle(t, strings.Replace(lifecycleFile, "events:\n", "events:\n  lose: {label: 遗失}\n  find: {label: 找到}\n", 1)+
		"  - {id: lose, basis: 第一条, event: lose, from: review, to: lost}\n"+
		"  - {id: find, basis: 第一条, event: find, from: lost, to: lost}\n")
	assert.Contains(t, strings.Join(found, "\n"), "the state lost is not declared")
	found = checkLifecycle(t, strings.Replace(strings.Replace(lifecycleFile, "events:\n", "events:\n  lose: {label: 遗失}\n  find: {label: 找到}\n", 1),
		"states:\n", "states:\n  lost: {label: 遗失}\n", 1)+
		"  - {id: lose, basis: 第一条, event: lose, from: review, to: lost}\n"+
		"  - {id: find, basis: 第一条, event: find, from: lost, to: lost}\n")
	assert.Equal(t, []string{"11:3 BF4008 from the state lost no final state can be reached; add a transition that leads on"}, found)
}

// randomLifecycle is a graph and the file that declares it.
type randomLifecycle struct {
	states int
	final  []bool
	edges  [][2]int
	text   string
}

func drawLifecycle(t *rapid.T) randomLifecycle {
	g := randomLifecycle{states: rapid.IntRange(1, 7).Draw(t, "states")}
	var b strings.Builder
	b.WriteString("apiVersion: banfa/v1\nkind: Lifecycle\nmetadata: {name: random, title: 随机, status: draft}\ninstrument: example\nstates:\n")
	for i := range g.states {
		final := rapid.Bool().Draw(t, "final")
		g.final = append(g.final, final)
		fmt.Fprintf(&b, "  s%d: {label: 状态, initial: %t, final: %t}\n", i, i == 0, final)
	}
	for range rapid.IntRange(1, 9).Draw(t, "transitions") {
		from := rapid.IntRange(0, g.states-1).Draw(t, "from")
		g.edges = append(g.edges, [2]int{from, rapid.IntRange(0, g.states-1).Draw(t, "to")})
	}
	b.WriteString("events:\n")
	for i := range g.edges {
		fmt.Fprintf(&b, "  e%d: {label: 事件}\n", i)
	}
	b.WriteString("transitions:\n")
	for i, e := range g.edges {
		fmt.Fprintf(&b, "  - {id: t%d, basis: 第一条, event: e%d, from: s%d, to: s%d}\n", i, i, e[0], e[1])
	}
	g.text = b.String()
	return g
}

// walk reports whether a path of edges leads from one state to another, by trying ever longer paths.
func (g *randomLifecycle) walk(from, to int) bool {
	at := map[int]bool{from: true}
	for range g.states {
		for _, e := range g.edges {
			if at[e[0]] {
				at[e[1]] = true
			}
		}
	}
	return at[to]
}

func TestTheStatesThatAreReportedAreThoseOfAPlainSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawLifecycle(t)
		var want []string
		if !slices.Contains(g.final, true) {
			want = append(want, "no state is final")
		}
		for _, e := range g.edges {
			if g.final[e[0]] {
				want = append(want, fmt.Sprintf("leaves the final state s%d", e[0]))
			}
		}
		for s := range g.states {
			leaves := slices.ContainsFunc(g.edges, func(e [2]int) bool { return e[0] == s })
			ends := false
			for f := range g.states {
				ends = ends || g.final[f] && g.walk(s, f)
			}
			switch {
			case len(want) > 0 && want[0] == "no state is final":
			case !g.walk(0, s):
				want = append(want, fmt.Sprintf("leads to the state s%d", s))
			case !leaves && !g.final[s]:
				want = append(want, fmt.Sprintf("leads out of the state s%d", s))
			case !ends:
				want = append(want, fmt.Sprintf("from the state s%d no final", s))
			}
		}
		if len(want) > 0 && want[0] == "no state is final" {
			want = want[:1] // the graph is looked at once the states are sound
		}
		var found []string
		for _, f := range checkLifecycle(t, g.text) {
			require.Contains(t, f, " BF4008 ")
			found = append(found, f)
		}
		require.Len(t, found, len(want), "%s\n%v", g.text, want)
		for _, w := range want {
			require.True(t, slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, w) }), "%s in %v", w, found)
		}
	})
}

// Two conditions over a bool, an enum and a number: whether facts make both true is found by trying them all.
func TestTransitionsOverlapExactlyWhereSomeFactsTakeBoth(t *testing.T) {
	atoms := []struct {
		text  string
		holds func(flag bool, kind string, n int) bool
	}{
		{"flag", func(f bool, _ string, _ int) bool { return f }},
		{"!flag", func(f bool, _ string, _ int) bool { return !f }},
		{"kind == 'a'", func(_ bool, k string, _ int) bool { return k == "a" }},
		{"kind != 'b'", func(_ bool, k string, _ int) bool { return k != "b" }},
		{"kind in ['b', 'c']", func(_ bool, k string, _ int) bool { return k == "b" || k == "c" }},
		{"parts < 3", func(_ bool, _ string, n int) bool { return n < 3 }},
		{"parts >= 3", func(_ bool, _ string, n int) bool { return n >= 3 }},
		{"parts == 5", func(_ bool, _ string, n int) bool { return n == 5 }},
	}
	type condition struct {
		text  string
		holds func(bool, string, int) bool
	}
	draw := func(t *rapid.T) condition {
		a := rapid.SampledFrom(atoms).Draw(t, "left")
		b := rapid.SampledFrom(atoms).Draw(t, "right")
		if rapid.Bool().Draw(t, "and") {
			return condition{a.text + " && " + b.text, func(f bool, k string, n int) bool { return a.holds(f, k, n) && b.holds(f, k, n) }}
		}
		return condition{a.text + " || " + b.text, func(f bool, k string, n int) bool { return a.holds(f, k, n) || b.holds(f, k, n) }}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t), draw(t)
		some := func(holds func(bool, string, int) bool) bool {
			for _, f := range []bool{false, true} {
				for _, k := range []string{"a", "b", "c"} {
					for n := range 10 {
						if holds(f, k, n) {
							return true
						}
					}
				}
			}
			return false
		}
		both := some(func(f bool, k string, n int) bool { return a.holds(f, k, n) && b.holds(f, k, n) })
		found := strings.Join(checkLifecycle(t, fmt.Sprintf(`apiVersion: banfa/v1
kind: Lifecycle
metadata: {name: two, title: 二, status: draft}
instrument: example
facts:
  flag: {label: 甲, type: bool}
  kind: {label: 乙, type: enum, values: {a: 一, b: 二, c: 三}}
  parts: {label: 丙, type: int, min: 0, max: 9}
states:
  start: {label: 始, initial: true}
  one: {label: 一, final: true}
  two: {label: 二, final: true}
  three: {label: 三, final: true}
events:
  move: {label: 动}
  leave: {label: 离}
transitions:
  - {id: first, basis: 第一条, event: move, from: start, to: one, when: "%s"}
  - {id: second, basis: 第一条, event: move, from: start, to: two, when: "%s"}
  - {id: third, basis: 第一条, event: leave, from: start, to: three}
`, a.text, b.text)), "\n")
		require.Equal(t, both, strings.Contains(found, "can both be taken"), "%s | %s: %s", a.text, b.text, found)
		require.NotContains(t, found, "cannot be shown")
		require.Equal(t, !some(a.holds), strings.Contains(found, "BF2005 the condition of first"), found)
	})
}

func TestTheFactsOfALifecycleAndOfItsEventsCanBeAskedFor(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	names := func(id string) (out []string) {
		facts, ok := rules.Facts(id)
		require.True(t, ok, id)
		for _, f := range facts {
			out = append(out, f.Name)
		}
		return out
	}
	assert.Equal(t, []string{"ground"}, names("Lifecycle/objection"))
	assert.Equal(t, []string{"ground", "upheld", "reason"}, names("Lifecycle/objection/feedback_given"))
	assert.Contains(t, names("Monitoring/usage-monitoring"), "release_approval")
	_, ok := rules.Facts("Lifecycle/objection/feedback")
	assert.False(t, ok)
}
