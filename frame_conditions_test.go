package banfa_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// conditionsFile is a file of that kind with the lines given below its head.
func conditionsFile(name string, lines ...string) string {
	return "apiVersion: banfa/v1\nkind: Conditions\nmetadata: {name: " + name + ", title: 小例, status: draft, issuer: 某局}\ninstrument: shenzhen\n" +
		strings.Join(lines, "\n") + "\n"
}

// conditionsFindings loads files, in the order of their names, and lists what was found as FILE:LINE:COLUMN CODE KEY ARGS.
func conditionsFindings(t require.TestingT, files ...string) (found []string, rules *banfa.Rules) {
	fsys := fstest.MapFS{}
	for i, text := range files {
		fsys[fmt.Sprintf("%c.yaml", 'a'+i)] = &fstest.MapFile{Data: []byte(text)}
	}
	rules, ds, err := banfa.Check(fsys, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	for d := range ds.All() {
		found = append(found, fmt.Sprintf("%s:%d:%d %s %s %s", d.File, d.Range.Start.Line, d.Range.Start.Column, d.Code, d.Key, strings.Join(d.Args, "|")))
	}
	return found, rules
}

const (
	boolFacts = "facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}"
	levelFact = "facts: {level: {label: 级别, type: int, min: 0, max: 5}}"
)

func requirement(id, expression string, more ...string) string {
	return "  - {id: " + id + ", dimension: user, basis: 第二十五条第（一）项, mitigates: 泄露, require: \"" + expression + "\"" + strings.Join(more, "") + "}"
}

func TestWhatIsWrongWithFilesOfConditionsIsFoundWhereItIsWritten(t *testing.T) {
	base := conditionsFile("base", levelFact, "parameters: {least: {label: 最低, value: 1, set_by: 某局, why: 起点}}",
		"variables: {graded: level >= params.least}", "requirements:", requirement("graded", "graded"))
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"extends a file that is not there": {
			[]string{conditionsFile("x", "extends: bas"), base},
			[]string{"a.yaml:5:10 BF4007 conditions.extends-unknown bas"},
		},
		"a circle": {
			[]string{conditionsFile("x", "extends: w"), conditionsFile("w", "extends: z"), conditionsFile("z", "extends: x")},
			[]string{"b.yaml:5:1 BF4004 conditions.extends-cycle w → z → x → w"}, // once, by the first of their names
		},
		"a file that extends itself": {
			[]string{conditionsFile("x", "extends: x")},
			[]string{"a.yaml:5:1 BF4004 conditions.extends-cycle x → x"},
		},
		"a fact declared otherwise": {
			[]string{conditionsFile("x", "extends: base", "facts: {level: {label: 级别, type: int, min: 0, max: 4}}"), base},
			[]string{"a.yaml:6:9 BF1017 conditions.fact-differs level|Conditions/base"},
		},
		"a fact declared alike, asked for in other words": {
			[]string{conditionsFile("x", "extends: base", "facts: {level: {label: 级别, type: int, max: 5, min: 0, ask: 几级？}}"), base}, nil,
		},
		"a requirement twice": {
			[]string{conditionsFile("x", "extends: base", "requirements:", requirement("graded", "level > 3")), base},
			[]string{"a.yaml:7:10 BF1017 conditions.id-inherited graded|Conditions/base"},
		},
		"an obligation with the id of a requirement": {
			[]string{conditionsFile("x", "extends: base", "obligations:", "  - {id: graded, basis: 第四十三条第一款第（一）项, text: 报告}"), base},
			[]string{"a.yaml:7:10 BF1017 conditions.id-inherited graded|Conditions/base"},
		},
		"a variable twice": {
			[]string{conditionsFile("x", "extends: base", "variables: {graded: level > 3}"), base},
			[]string{"a.yaml:6:13 BF1017 name.shadows graded"},
		},
		"a parameter of another type": {
			[]string{conditionsFile("x", "extends: base", "parameters: {least: {label: 最低, value: 两级, set_by: 某局, why: 起点}}"), base},
			[]string{"a.yaml:6:40 BF1014 conditions.parameter-type least|string|int"},
		},
		"a mistake in a base file is told once": {
			[]string{
				conditionsFile("x", "extends: base", boolFacts, "requirements:", requirement("own", "a")),
				conditionsFile("base", levelFact, "requirements:", requirement("graded", "levl > 2")),
			},
			[]string{"b.yaml:7:79 BF2001 cel.undeclared.near levl|level"},
		},
		"parameters without an issuer": {
			[]string{strings.Replace(base, ", issuer: 某局", "", 1)},
			[]string{"a.yaml:6:1 BF3005 conditions.no-issuer "},
		},
		"a pattern with its star in the middle": {
			[]string{conditionsFile("x", "datasets: ['sz-*-live']")},
			[]string{"a.yaml:5:12 BF1014 conditions.dataset-pattern sz-*-live"},
		},
		"a data set in two files": {
			[]string{conditionsFile("x", "datasets: [one, two]"), conditionsFile("w", "datasets: [two]")},
			[]string{
				"b.yaml:5:12 BF1016 conditions.dataset-twice two|Conditions/x|two",
				"a.yaml:3:18 BF2005 conditions.none Conditions/x", "b.yaml:3:18 BF2005 conditions.none Conditions/w",
			},
		},
		"a data set within a group of another file": {
			[]string{conditionsFile("x", "datasets: [sz-one]"), conditionsFile("w", "datasets: ['sz-*']"), conditionsFile("z", "datasets: ['s*']")},
			[]string{
				"a.yaml:5:12 BF1016 conditions.dataset-twice sz-one|Conditions/z|s*",
				"b.yaml:5:12 BF1016 conditions.dataset-twice sz-*|Conditions/z|s*",
				"a.yaml:3:18 BF2005 conditions.none Conditions/x", "b.yaml:3:18 BF2005 conditions.none Conditions/w",
				"c.yaml:3:18 BF2005 conditions.none Conditions/z",
			},
		},
		"a data set of a file and of the one it extends": {
			[]string{conditionsFile("x", "extends: w", "datasets: [one]"), conditionsFile("w", "datasets: [one, 'o*']")},
			[]string{"a.yaml:3:18 BF2005 conditions.none Conditions/x", "b.yaml:3:18 BF2005 conditions.none Conditions/w"},
		},
		"no risk": {
			[]string{conditionsFile("x", boolFacts, "requirements:", strings.Replace(requirement("r", "a || b"), "mitigates: 泄露, ", "", 1))},
			[]string{"a.yaml:7:10 BF4011 conditions.no-risk r"},
		},
		"no risk, where the law asks": {
			[]string{conditionsFile("x", boolFacts, "requirements:", "  - {id: r, dimension: user, basis: 第四十二条, require: a || b}")}, nil,
		},
		"nobody can meet it": {
			[]string{conditionsFile("x", levelFact, "requirements:", requirement("r", "level > 5"))},
			[]string{"a.yaml:7:10 BF4013 conditions.never-met r"},
		},
		"it always errs": {
			[]string{conditionsFile("x", levelFact, "requirements:", requirement("r", "level / (level - level) > 0"))},
			[]string{"a.yaml:7:10 BF4013 conditions.never-met r"},
		},
		"everybody meets it": {
			[]string{conditionsFile("x", levelFact, "requirements:", requirement("r", "level >= 0"))},
			[]string{"a.yaml:7:10 BF2005 conditions.always-met r"},
		},
		"one asks what another asks": {
			[]string{conditionsFile("x", boolFacts, "requirements:", requirement("p", "!(a && b)"), requirement("q", "!a || !b"))},
			[]string{"a.yaml:8:10 BF4012 conditions.duplicate q|p"},
		},
		"one asks less than another": {
			[]string{conditionsFile("x", levelFact, "requirements:", requirement("p", "level > 1"), requirement("q", "level > 3"))},
			[]string{"a.yaml:7:10 BF4012 conditions.implied p|q"},
		},
		"more than the base asks is no duplicate, less is": {
			[]string{conditionsFile("x", "extends: base", "requirements:", requirement("p", "level > 3"), requirement("q", "level > 0")), base},
			[]string{"a.yaml:8:10 BF4012 conditions.duplicate q|graded"},
		},
		"nobody can meet them together": {
			[]string{conditionsFile("x", levelFact, "requirements:", requirement("p", "level != 2"), requirement("q", "level < 2"), requirement("r", "level > 1"))},
			[]string{
				"a.yaml:9:10 BF4015 conditions.never-met-all Conditions/x|q, r",
				"a.yaml:7:10 BF4012 conditions.implied p|q",
			},
		},
		"requirements of different times are not compared": {
			[]string{conditionsFile("x", levelFact, "requirements:",
				requirement("p", "level < 2", `, effective: {until: "2026-06-30"}`), requirement("q", "level > 2", `, effective: {from: "2026-07-01"}`))},
			nil,
		},
		"a threshold reset so that everybody meets it": {
			[]string{conditionsFile("x", "extends: base", "parameters: {least: {label: 最低, value: 0, set_by: 某局, why: 放宽}}"), base},
			[]string{"a.yaml:5:1 BF2005 conditions.always-met graded"},
		},
		"a threshold reset so that nobody does": {
			[]string{conditionsFile("x", "extends: base", "parameters: {least: {label: 最低, value: 6, set_by: 某局, why: 收紧}}"), base},
			[]string{"a.yaml:5:1 BF4013 conditions.never-met graded"},
		},
		"looser and stricter than its level": {
			[]string{
				conditionsFile("x", "extends: base", "level: 1", levelFact, "requirements:", requirement("r", "level > 2")),
				conditionsFile("base", "levels: {set_by: 某局, why: 风险, table: [{level: 1, requires: [usage, gone], forbids: [user]}]}"),
			},
			[]string{
				"a.yaml:6:8 BF4014 conditions.looser Conditions/x|1|usage",
				"b.yaml:5:68 BF4014 conditions.levels-unknown requires|gone",
				"a.yaml:9:10 BF4014 conditions.stricter r|Conditions/x|1",
			},
		},
		"conditions that ask nothing": {
			[]string{conditionsFile("x", "datasets: [one]")},
			[]string{"a.yaml:3:18 BF2005 conditions.none Conditions/x"},
		},
		"a requirement that is true as it stands is found once": {
			[]string{conditionsFile("x", "requirements:", requirement("r", "true"))},
			[]string{"a.yaml:6:74 BF2005 cel.constant true"},
		},
		"a term of the agreement that Art. 43 does not have": {
			[]string{conditionsFile("x", "agreement: [{id: t, term: feedbak, text: 每季度反馈}]")},
			[]string{"a.yaml:5:27 BF1014 value.not-one-of term|feedbak"},
		},
		"a fact without a type is found once": {
			[]string{conditionsFile("x", "facts: {a: {label: 甲, type: boolean}}", "requirements:", requirement("r", "a"))},
			[]string{"a.yaml:5:29 BF1014 value.not-one-of type|boolean"},
		},
		"a level that the table does not have": {
			[]string{conditionsFile("x", "level: 3", "levels: {set_by: 某局, why: 风险, table: [{level: 1}, {level: 2}]}")},
			[]string{"a.yaml:5:8 BF4014 conditions.level-unknown 3|Conditions/x|1, 2"},
		},
		"a level without a table": {
			[]string{conditionsFile("x", "level: 3")},
			[]string{"a.yaml:5:8 BF4014 conditions.level-no-table 3"},
		},
		"a fact that nothing uses": {
			[]string{conditionsFile("x", "datasets: [one]", boolFacts, "requirements:", requirement("r", "a"))},
			[]string{"a.yaml:6:36 BF2006 fact.unused b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, _ := conditionsFindings(t, c.files...)
			assert.ElementsMatch(t, c.want, found)
		})
	}
}

func TestTheOrderOfFilesHasNoMeaningForWhatTheyExtend(t *testing.T) {
	files := []string{
		conditionsFile("a", "extends: [b, c]", levelFact, "requirements:", requirement("own", "level > 4")),
		conditionsFile("b", "extends: c", boolFacts, "requirements:", requirement("middle", "a || b")),
		conditionsFile("c", levelFact, "requirements:", requirement("base", "level > 1")),
	}
	var digests []string
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 2, 1}} {
		found, rules := conditionsFindings(t, files[order[0]], files[order[1]], files[order[2]])
		require.Empty(t, found)
		for _, c := range rules.Bundle().Conditions {
			if c.Name != "a" {
				continue
			}
			var ids []string
			for _, r := range c.Requirements {
				ids = append(ids, r.ID+" "+r.From)
			}
			assert.Equal(t, []string{"base Conditions/c", "middle Conditions/b", "own Conditions/a"}, ids)
			assert.Equal(t, []string{"c", "b"}, c.Lineage)
			digests = append(digests, c.Sum)
		}
		facts, ok := rules.Facts("Conditions/a")
		require.True(t, ok)
		assert.Len(t, facts, 3)
	}
	for _, d := range digests {
		assert.Equal(t, digests[0], d)
	}
}

func TestConditionsOfACitableBundleCanBeExtendedAndAreCovered(t *testing.T) {
	_, ds, err := banfa.Check(fstest.MapFS{"x.yaml": {Data: []byte(conditionsFile("x", "extends: base"))}},
		banfa.Citable(shenzhen.FS()), banfa.Citable(fstest.MapFS{"base.yaml": {Data: []byte(conditionsFile("base", boolFacts, "requirements:",
			"  - {id: r, dimension: user, basis: 第四十二条, require: c}"))}}))
	require.NoError(t, err)
	require.Equal(t, 1, ds.Len(), "a base that does not compile must not be lost in silence")
	for d := range ds.All() {
		assert.Equal(t, "conditions.base-broken", d.Key)
	}
	digests := map[string]bool{}
	for _, expression := range []string{"a", "b"} {
		rules, ds, err := banfa.Check(fstest.MapFS{"x.yaml": {Data: []byte(conditionsFile("x", "extends: base"))}},
			banfa.Citable(shenzhen.FS()), banfa.Citable(fstest.MapFS{"base.yaml": {Data: []byte(conditionsFile("base", boolFacts, "requirements:",
				"  - {id: r, dimension: user, basis: 第四十二条, require: "+expression+"}"))}}))
		require.NoError(t, err)
		require.NotNil(t, rules, "%v", ds)
		require.Len(t, rules.Bundle().Conditions, 1)
		c := rules.Bundle().Conditions[0]
		require.Len(t, c.Requirements, 1)
		digests[rules.Digest()] = true
		digests[c.Sum] = true
	}
	assert.Len(t, digests, 4, "another base is another bundle, and another answer's digest")
}

func FuzzConditions(f *testing.F) {
	f.Add(conditionsFile("x", "extends: w", levelFact, "level: 1", "requirements:", requirement("r", "level > 1")), conditionsFile("w", "extends: x"))
	f.Add(conditionsFile("x", "extends: [w, w]", "datasets: ['*', 'a*']"), conditionsFile("w", boolFacts, "variables: {v: a}", "levels: {table: [{level: 1}]}"))
	f.Add(conditionsFile("x", "extends: {a: b}", "facts: []", "requirements: {a: b}", "agreement: [[]]"), "kind: Conditions")
	law := fstest.MapFS{"law.yaml": {Data: []byte("apiVersion: banfa/v1\nkind: Instrument\nmetadata: {name: shenzhen, title: 办法, status: draft}\n" +
		"articles: [{n: 25, paragraphs: [4]}, {n: 42, paragraphs: [0]}]\n")}}
	f.Fuzz(func(t *testing.T, a, b string) {
		fsys := fstest.MapFS{"a.yaml": {Data: []byte(a)}, "b.yaml": {Data: []byte(b)}}
		rules, ds, err := banfa.Check(fsys, banfa.Citable(law))
		require.NoError(t, err)
		if rules == nil {
			require.True(t, ds.HasErrors(), "what is not loaded says why")
			return
		}
		for _, c := range rules.Bundle().Conditions {
			for _, r := range c.Requirements {
				require.NotNil(t, r.Require, "a requirement that is loaded has its expression")
			}
		}
	})
}
