package classify_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

const law = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: law, title: 示例条例, status: in-force, effective: {from: "2020-01-01"}}
articles:
  - {n: 1, title: 甲, paragraphs: [2]}
  - {n: 2, title: 乙, paragraphs: [0]}
`

// head begins a file whose outcomes are open, limited and closed; a test adds facts and rules.
const head = `apiVersion: banfa/v1
kind: Classification
metadata: {name: r, title: 规则, status: draft}
instrument: law
outcomes: {open: 开放, limited: 受限, closed: 不开放}
`

const rest = "otherwise: {id: rest, basis: 第二条, outcome: open}\n"

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func lawAnd(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{"law.yaml": {Data: []byte(law)}}
	for i, f := range files {
		fsys[string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: []byte(f)}
	}
	return fsys
}

func rulesOf(t testing.TB, files ...string) *banfa.Rules {
	t.Helper()
	rules, err := banfa.Load(lawAnd(files...))
	require.NoError(t, err)
	return rules
}

func classifier(t testing.TB, file string, opts ...classify.Option) *classify.Classifier {
	t.Helper()
	opts = append([]classify.Option{classify.Clock(func() time.Time { return now })}, opts...)
	c, err := classify.New(rulesOf(t, file), opts...)
	require.NoError(t, err)
	return c
}

func pack(t testing.TB) *classify.Classifier {
	t.Helper()
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	c, err := classify.New(rules, classify.Clock(func() time.Time { return now }))
	require.NoError(t, err)
	return c
}

// answer classifies a JSON document.
func answer(t testing.TB, c *classify.Classifier, facts string, opts ...classify.CallOption) *classify.Result {
	t.Helper()
	r, err := c.Classify(context.Background(), banfa.JSON(facts), opts...)
	require.NoError(t, err, facts)
	return r
}

func ids(rules []classify.AppliedRule) []string {
	out := []string{}
	for _, r := range rules {
		out = append(out, r.ID)
	}
	return out
}

// twoFacts: a closes, b (an enum) limits, and c is an exception to the closing rule.
const twoFacts = head + `facts:
  a: {label: 甲, type: bool}
  b: {label: 乙, type: enum, values: {low: 低, high: 高}}
  c: {label: 丙, type: bool, act: 取得同意}
rules:
  - {id: base, basis: 第一条第（一）项, when: a, outcome: closed, message: 甲不得开放}
  - {id: limit, basis: 第一条第（二）项, when: b == 'high', outcome: limited}
  - {id: but, basis: 第二条, when: a && c, overrides: [base], outcome: limited}
` + rest

// Four values, never a guess.

func TestAnAbsentFactIsUnknownUnlessAnotherOperandSettlesIt(t *testing.T) {
	c := classifier(t, head+"facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}\n"+
		"rules:\n  - {id: x, basis: 第二条, when: a || b, outcome: closed}\n"+rest)
	for facts, want := range map[string]string{
		`{"b": true}`: "true", `{"b": false}`: "unknown", `{}`: "unknown", `{"a": false, "b": false}`: "false",
	} {
		assert.Equal(t, want, answer(t, c, facts).Trace("").Rules[0].Condition, facts)
	}
}

func TestAnErrorInARuleNeverOpens(t *testing.T) {
	c := classifier(t, head+"facts: {num: {label: 数, type: int}, b: {label: 乙, type: bool}}\n"+
		"rules:\n  - {id: x, basis: 第一条第（一）项, when: 10 / num > 3, outcome: closed}\n"+
		"  - {id: w, basis: 第一条第（二）项, when: b, outcome: limited}\n"+rest)
	r := answer(t, c, `{"num": 0, "b": false}`)
	assert.Equal(t, classify.Undetermined, r.Outcome)
	assert.Equal(t, []string{"closed", "open"}, r.Possible)
	assert.Empty(t, r.Missing, "no fact could change it")
	assert.True(t, r.Review)
	require.Len(t, r.Errors, 1)
	assert.Equal(t, "x", r.Errors[0].ID)
	assert.Equal(t, "error", r.Trace("").Rules[0].Condition)
	assert.Contains(t, r.Explain("zh"), "无法求值")

	closed := answer(t, c, `{"num": 1, "b": true}`)
	assert.Equal(t, "closed", closed.Outcome)
	assert.Empty(t, closed.Errors)
}

func TestARuleThatCostsTooMuchIsAnErrorAndNeverOpens(t *testing.T) {
	rules, err := banfa.Load(fstest.MapFS{
		"law.yaml": {Data: []byte(law)},
		"r.yaml": {Data: []byte(head + "facts: {list1: {label: 表, type: list, items: int}}\nrules:\n" +
			"  - {id: x, basis: 第二条, when: 'list1.exists(p, list1.exists(q, p + q == 1))', outcome: closed}\n" + rest)},
	}, banfa.WithLimits(banfa.Limits{RuleCost: 5000}))
	require.NoError(t, err)
	c, err := classify.New(rules)
	require.NoError(t, err)
	small, err := c.Classify(context.Background(), banfa.Map{"list1": []int{5, 6, 7}})
	require.NoError(t, err)
	assert.Equal(t, "open", small.Outcome)
	large, err := c.Classify(context.Background(), banfa.Map{"list1": make([]int, 1000)})
	require.NoError(t, err)
	assert.Equal(t, []string{"closed", "open"}, large.Possible)
	require.Len(t, large.Errors, 1)
	assert.Contains(t, large.Errors[0].Message, "cost")
}

func TestAnErrorInTheScopeIsOneOfThePossibilities(t *testing.T) {
	c := classifier(t, head+"facts: {num: {label: 数, type: int}, a: {label: 甲, type: bool}}\n"+
		"scope: {id: scope, basis: 第一条第（一）项, when: 10 / num > 3}\n"+
		"rules:\n  - {id: x, basis: 第一条第（二）项, when: a, outcome: closed}\n"+rest)
	r := answer(t, c, `{"num": 0, "a": false}`)
	assert.Equal(t, []string{"out_of_scope", "open"}, r.Possible)
	assert.Equal(t, "scope", r.Errors[0].ID)
}

func TestAnOptionalFactIsNeverUnknown(t *testing.T) {
	c := classifier(t, head+"facts: {num: {label: 数, type: int, optional: true}}\n"+
		"rules:\n  - {id: x, basis: 第二条, when: num.orValue(1) > 3, outcome: closed}\n"+rest)
	assert.Equal(t, "open", answer(t, c, `{}`).Outcome)
	assert.Equal(t, "closed", answer(t, c, `{"num": 4}`).Outcome)
	assert.Empty(t, answer(t, c, `{}`).Missing)
}

// The field w may be left out of an object that is given; of one that is not given nothing is known.
func TestAnOptionalFieldOfAnAbsentObjectIsAsUnknownAsTheObject(t *testing.T) {
	c := classifier(t, head+"facts: {who: {label: 谁, type: object, fields: {u: {label: 甲, type: bool}, w: {label: 乙, type: bool, optional: true}}}}\n"+
		"rules:\n  - {id: x, basis: 第一条第（一）项, when: who.u, outcome: limited}\n"+
		"  - {id: z, basis: 第二条, when: who.w.orValue(false), outcome: closed}\n"+rest)
	absent := answer(t, c, `{}`)
	assert.Equal(t, []string{"closed", "limited", "open"}, absent.Possible)
	assert.Equal(t, []string{"who"}, absent.Missing, "the object is one fact, of which nothing is given")
	assert.True(t, absent.Exact)
	given := answer(t, c, `{"who": {}}`)
	assert.Equal(t, []string{"limited", "open"}, given.Possible)
	assert.Equal(t, []string{"who.u"}, given.Missing)
	assert.Equal(t, "closed", answer(t, c, `{"who": {"u": true, "w": true}}`).Outcome)
}

func TestAFieldThatAnElementOfAListLacksIsMissing(t *testing.T) {
	c := classifier(t, head+"facts:\n  a: {label: 甲, type: bool}\n"+
		"  list1: {label: 表, type: list, items: {type: object, fields: {u: {label: 乙, type: bool}}}}\n"+
		"rules:\n  - {id: x, basis: 第一条第（一）项, when: 'list1.exists(i, i.u)', outcome: closed}\n"+
		"  - {id: z, basis: 第二条, when: size(list1) > 1 && a, outcome: limited}\n"+rest)
	r := answer(t, c, `{"a": false, "list1": [{"u": false}, {}]}`)
	assert.Equal(t, []string{"closed", "open"}, r.Possible)
	assert.Equal(t, []string{"list1"}, r.Missing)
	assert.False(t, r.Exact, "what could stand in the gap is not enumerated")
	assert.Equal(t, "closed", answer(t, c, `{"a": false, "list1": [{"u": true}, {}]}`).Outcome, "one element settles it")
	settled := answer(t, c, `{"list1": [{"u": false}, {"u": false}]}`)
	assert.Equal(t, []string{"a"}, settled.Missing)
	assert.True(t, settled.Exact)
}

func TestAFactThatIsAssumedIsUsedWhereItIsAbsentAndTheTraceSaysSo(t *testing.T) {
	c := classifier(t, head+"facts: {a: {label: 甲, type: bool, assume: true}}\n"+
		"rules:\n  - {id: x, basis: 第二条, when: a, outcome: closed}\n"+rest)
	r := answer(t, c, `{}`)
	assert.Equal(t, "closed", r.Outcome)
	assert.Equal(t, []banfa.FactTrace{{Name: "a", Label: "甲", Value: true}}, r.Trace("").Presumed)
	assert.Contains(t, r.Trace("").Text("zh"), "未提供，按推定：甲（a）= 是")
	assert.Contains(t, r.Explain("en"), "presumed, because not given")
	given := answer(t, c, `{"a": true}`)
	assert.Empty(t, given.Trace("").Presumed)
	assert.NotContains(t, given.Explain("en"), "presumed")
	assert.Equal(t, "open", answer(t, c, `{"a": false}`).Outcome)
	assert.NotEqual(t, r.FactsDigest(), given.FactsDigest(), "what was given is recorded, not what was presumed")
}

// Exceptions.

func TestAnExceptionDefeatsTheRuleItNamesAndIsDefeatedInTurn(t *testing.T) {
	c := classifier(t, head+"facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}, c: {label: 丙, type: bool}}\nrules:\n"+
		"  - {id: base, basis: 第一条第（一）项, when: a, outcome: closed}\n"+
		"  - {id: but, basis: 第一条第（二）项, when: b, outcome: limited, overrides: [base]}\n"+
		"  - {id: yet, basis: 第二条, when: c, overrides: [but]}\n"+rest)
	r := answer(t, c, `{"a": true, "b": true, "c": false}`)
	assert.Equal(t, "limited", r.Outcome)
	assert.Equal(t, []classify.Defeat{{ID: "base", By: []string{"but"}}}, r.Defeated)
	r = answer(t, c, `{"a": true, "b": true, "c": true}`)
	assert.Equal(t, "closed", r.Outcome, "the exception to the exception lets the base rule stand")
	assert.Equal(t, []classify.Defeat{{ID: "but", By: []string{"yet"}}}, r.Defeated)
	assert.Equal(t, []string{"base", "yet"}, ids(r.Rules))
	r = answer(t, c, `{"a": true, "b": true}`)
	assert.Equal(t, []string{"closed", "limited"}, r.Possible)
	assert.Equal(t, []string{"c"}, r.Missing)
	assert.Equal(t, []string{}, ids(r.Rules), "whether base applies cannot be told")
}

func TestARuleThatOnlyAsksForReviewChangesNoOutcome(t *testing.T) {
	c := classifier(t, head+"facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}\nrules:\n"+
		"  - {id: base, basis: 第一条第（一）项, when: a, outcome: closed}\n"+
		"  - {id: look, basis: 第一条第（二）项, when: b, review: true}\n"+rest)
	r := answer(t, c, `{"a": false, "b": true}`)
	assert.Equal(t, "open", r.Outcome)
	assert.True(t, r.Review)
	assert.Equal(t, []string{"rest"}, r.Grounds)
	r = answer(t, c, `{"a": false}`)
	assert.True(t, r.Determined)
	assert.False(t, r.Review, "review is asked for only where the rule is known to apply")
}

// Classification.

func TestTheMostRestrictiveOfTheRulesThatApplyIsTheAnswer(t *testing.T) {
	r := answer(t, classifier(t, twoFacts), `{"a": true, "b": "high", "c": false}`)
	assert.Equal(t, "closed", r.Outcome)
	assert.Equal(t, []string{"base"}, r.Grounds)
	assert.Equal(t, []string{"limit"}, r.Conflicts)
	assert.True(t, r.Review)
}

func TestTheResidualOutcomeAppliesOnlyWhereNoRuleWithAnOutcomeDoes(t *testing.T) {
	r := answer(t, classifier(t, twoFacts), `{"a": false, "b": "low"}`)
	assert.Equal(t, "open", r.Outcome)
	assert.Equal(t, []string{"rest"}, r.Grounds)
	assert.Equal(t, []string{"rest"}, ids(r.Rules))
	assert.Empty(t, r.Missing, "c can change nothing where a is false")
}

func TestAnAnswerIsDeterminedWhereEveryCompletionGivesItAndStandsOnGrounds(t *testing.T) {
	c := classifier(t, head+"facts: {a: {label: 甲, type: bool}}\nrules:\n"+
		"  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: '!a', outcome: closed}\n"+
		"waivers: [{code: BF4005, why: 测试, by: 测试}]\n"+rest)
	r := answer(t, c, `{}`)
	assert.Equal(t, "closed", r.Outcome)
	assert.Empty(t, r.Missing)
	assert.Empty(t, ids(r.Rules), "of neither rule is it known that it applies")
	assert.ElementsMatch(t, []string{"x", "w"}, r.Grounds)
}

func TestMissingAreExactlyTheFactsThatCanStillChangeTheOutcome(t *testing.T) {
	c := classifier(t, twoFacts)
	for facts, want := range map[string]struct{ possible, missing []string }{
		`{}`:                       {[]string{"closed", "limited", "open"}, []string{"a", "b", "c"}},
		`{"a": true}`:              {[]string{"closed", "limited"}, []string{"c"}},
		`{"a": false}`:             {[]string{"limited", "open"}, []string{"b"}},
		`{"a": true, "c": true}`:   {[]string{"limited"}, []string{}},
		`{"c": true}`:              {[]string{"limited", "open"}, []string{"a", "b"}},
		`{"b": "high"}`:            {[]string{"closed", "limited"}, []string{"a", "c"}},
		`{"b": "low", "c": false}`: {[]string{"closed", "open"}, []string{"a"}},
	} {
		r := answer(t, c, facts)
		assert.Equal(t, want.possible, r.Possible, facts)
		assert.ElementsMatch(t, want.missing, r.Missing, facts)
		assert.Equal(t, len(want.possible) == 1, r.Determined, facts)
		if !r.Determined {
			assert.Empty(t, r.Grounds, facts)
		}
	}
}

func TestOutOfScopeTheScopeIsTheGroundAndNothingIsOpened(t *testing.T) {
	c := pack(t)
	r := answer(t, c, `{"governed_by_other_law": true}`)
	assert.Equal(t, classify.OutOfScope, r.Outcome)
	assert.Equal(t, []string{"art2-2"}, r.Grounds)
	assert.Empty(t, r.Rules)
	assert.Empty(t, r.Missing)
	assert.Contains(t, r.Explain("zh"), "不适用本办法（第二条第二款）")
}

func TestAnUnknownScopeMakesOutOfScopePossibleAndNoRuleKnown(t *testing.T) {
	r := answer(t, pack(t), `{"state_secret": true}`)
	assert.Equal(t, []string{"out_of_scope", "closed"}, r.Possible)
	assert.Equal(t, []string{"governed_by_other_law"}, r.Missing)
	assert.Empty(t, r.Rules)
	assert.Empty(t, r.Grounds)
}

func TestAnAnswerFromADraftSaysSo(t *testing.T) {
	r := answer(t, classifier(t, twoFacts), `{"a": true, "c": false}`)
	assert.Equal(t, "draft", r.Status)
	assert.Contains(t, r.Explain("zh"), "依据的是草案")
	assert.Contains(t, r.Explain("en"), "Computed from a draft")
}

func TestItemsOverrideTheDataSetsFactsAndHoldItBack(t *testing.T) {
	c := classifier(t, twoFacts)
	r := answer(t, c, `{"name": "企业名录", "a": false, "b": "low", "items": [
		{"name": "名称"}, {"name": "身份证号", "a": true, "c": false}, {"name": "电话", "b": "high"}]}`)
	assert.Equal(t, "closed", r.Outcome)
	assert.Equal(t, []string{"身份证号"}, r.HeldBackBy)
	require.NotNil(t, r.WithoutThem)
	assert.Equal(t, "limited", *r.WithoutThem)
	var outcomes []string
	for _, i := range r.Items {
		outcomes = append(outcomes, i.Name+" "+i.Outcome)
	}
	assert.Equal(t, []string{"名称 open", "身份证号 closed", "电话 limited"}, outcomes)
	assert.Empty(t, r.Conflicts, "items of different types are no conflict")
}

func TestWhereEveryItemHoldsBackNothingRemains(t *testing.T) {
	r := answer(t, classifier(t, twoFacts), `{"a": true, "c": false, "items": [{"name": "一"}, {"name": "二"}]}`)
	assert.Equal(t, []string{"一", "二"}, r.HeldBackBy)
	assert.Nil(t, r.WithoutThem)
}

func TestTheMostOpenOutcomeIsHeldBackByNobody(t *testing.T) {
	r := answer(t, classifier(t, twoFacts), `{"a": false, "b": "low", "items": [{"name": "一"}]}`)
	assert.Equal(t, "open", r.Outcome)
	assert.Empty(t, r.HeldBackBy)
	assert.Equal(t, "open", *r.WithoutThem)
}

// One item is closed where a holds, the other where it does not: which is not known, but the data set is closed.
func TestAnAbsentFactOfTheDataSetIsOneFactSharedByItsItems(t *testing.T) {
	c := classifier(t, head+"facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}\n"+
		"rules:\n  - {id: x, basis: 第二条, when: a == b, outcome: closed}\n"+
		rest)
	r := answer(t, c, `{"items": [{"name": "一", "b": true}, {"name": "二", "b": false}]}`)
	assert.Equal(t, "closed", r.Outcome)
	assert.Empty(t, r.Missing)
	assert.Equal(t, []string{"open", "closed"}, reversed(r.Items[0].Possible))
	assert.Equal(t, []string{"一", "二"}, r.HeldBackBy)

	own := answer(t, c, `{"b": true, "items": [{"name": "一", "a": true}, {"name": "二"}]}`)
	assert.Equal(t, "closed", own.Outcome, "one item settles it")
	undetermined := answer(t, c, `{"b": true, "items": [{"name": "一", "a": false}, {"name": "二"}]}`)
	assert.Equal(t, []string{"closed", "open"}, undetermined.Possible)
	assert.Equal(t, []string{"a"}, undetermined.Missing)
	assert.Empty(t, undetermined.HeldBackBy)
}

func reversed(s []string) []string {
	out := []string{}
	for i := len(s) - 1; i >= 0; i-- {
		out = append(out, s[i])
	}
	return out
}

func TestPathsAreMinimalSetsOfLawfulActs(t *testing.T) {
	c := classifier(t, head+`facts:
  a: {label: 甲, type: bool}
  agreed: {label: 同意, type: bool, act: 取得同意}
  named: {label: 实名, type: bool, act: {text: 去除姓名, to: false}}
  level: {label: 等级, type: enum, values: {low: 低, high: 高}, act: {text: 降低风险, to: low}}
rules:
  - {id: base, basis: 第一条第（一）项, when: a && !agreed, outcome: closed}
  - {id: who, basis: 第一条第（二）项, when: a && named, outcome: limited}
  - {id: risk, basis: 第二条, when: a && level == 'high', outcome: limited}
`+rest)
	r := answer(t, c, `{"a": true, "agreed": false, "named": true, "level": "high"}`)
	assert.Equal(t, "closed", r.Outcome)
	assert.Equal(t, []classify.Path{
		{Facts: map[string]any{"agreed": true}, Acts: []string{"取得同意"}, Outcome: "limited"},
		{Facts: map[string]any{"agreed": true, "named": false, "level": "low"}, Acts: []string{"取得同意", "去除姓名", "降低风险"}, Outcome: "open"},
	}, r.Paths)
	assert.Empty(t, answer(t, c, `{"a": false}`).Paths, "the most open answer needs none")
	assert.Empty(t, answer(t, c, `{"a": true, "agreed": false, "named": true, "level": "high"}`, classify.WithoutPaths()).Paths)
	absent := answer(t, c, `{"a": true, "agreed": false, "named": false}`)
	assert.Equal(t, []classify.Path{{Facts: map[string]any{"agreed": true, "level": "low"}, Acts: []string{"取得同意", "降低风险"}, Outcome: "open"}}, absent.Paths,
		"a fact that is absent can change too, and a path's outcome is determined")
}
