package condition_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// accessClock is the time of the tests' decisions.
func accessClock() time.Time {
	return time.Date(2026, 11, 24, 9, 0, 0, 0, time.FixedZone("CST", 8*60*60))
}

// accessPack loads the files of testdata/access.
func accessPack(t testing.TB) *banfa.Rules {
	t.Helper()
	rules, err := banfa.Load(os.DirFS(filepath.Join("testdata", "access")), banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	return rules
}

// accessFiles loads rule files given as texts by name.
func accessFiles(t require.TestingT, files map[string]string) (*banfa.Rules, *banfa.Diagnostics) {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	rules, ds, err := banfa.Check(fsys, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	return rules, ds
}

func accessDecide(t require.TestingT, rules *banfa.Rules, name string, facts banfa.Facts) *condition.Result {
	a, err := condition.New(rules, condition.Named(name), condition.Clock(accessClock))
	require.NoError(t, err)
	r, err := a.Decide(context.Background(), facts)
	require.NoError(t, err)
	return r
}

func TestAnApplicationThatMeetsEveryRequirementIsApprovedWithItsObligations(t *testing.T) {
	r := accessDecide(t, accessPack(t), "parking-realtime", banfa.Map{
		"real_name_verified": true, "agreement_accepted": true, "mlps_level": 2, "credit_blacklisted": false,
		"scenario": "traffic", "usage_mode": "sandbox",
	})
	assert.Equal(t, condition.Approve, r.Decision)
	assert.Empty(t, r.Failed)
	assert.Empty(t, r.Missing)
	assert.Equal(t, []string{"keep-secure", "no-redistribution"}, r.Obligations)
	assert.Equal(t, "sandbox", r.UsageMode)
	assert.Contains(t, r.Explain("zh"), "建议：同意。全部条件成立。\n使用方式：原始数据不出域\n")
	assert.Contains(t, r.Explain("en"), "Computed from a draft")
}

func TestARejectionNamesEachRequirementThatIsNotMetAndWhatItAsksFor(t *testing.T) {
	r := accessDecide(t, accessPack(t), "parking-realtime", banfa.Map{"mlps_level": 1, "scenario": "marketing"})
	assert.Equal(t, condition.Reject, r.Decision)
	assert.Equal(t, []string{"graded-system", "scenario-scope"}, r.Failed)
	assert.Equal(t, []string{"存储处理系统应当达到规定的定级", "应用场景应当为智慧交通、突发事件应对或者科学研究"}, r.Reasons)
	assert.Equal(t, []string{"等级保护备案证明", "应用场景说明"}, r.Evidence)
	assert.Empty(t, r.Missing, "what is missing belongs to an application that may still be approved")
	assert.Empty(t, r.Obligations)
	in, ok := accessRequirement(r, "in-domain")
	require.True(t, ok)
	assert.Equal(t, condition.Unknown, in.Holds)
	assert.Equal(t, []string{"usage_mode"}, in.Missing)
}

func accessRequirement(r *condition.Result, id string) (condition.Requirement, bool) {
	for _, q := range r.Requirements {
		if q.ID == id {
			return q, true
		}
	}
	return condition.Requirement{}, false
}

func TestAnIncompleteApplicationAsksForExactlyWhatCanStillChangeIt(t *testing.T) {
	rules := accessPack(t)
	r := accessDecide(t, rules, "parking-realtime", banfa.Map{
		"real_name_verified": true, "agreement_accepted": true, "credit_blacklisted": false, "scenario": "emergency", "mlps_level": 3,
	})
	assert.Equal(t, condition.Approve, r.Decision, "in an emergency, level 3 may use the data in any way")
	assert.Equal(t, []string{"keep-secure", "no-redistribution", "delete-after-emergency"}, r.Obligations)
	in, _ := accessRequirement(r, "in-domain")
	assert.Equal(t, condition.NotConcerned, in.Holds)

	r = accessDecide(t, rules, "parking-realtime", banfa.Map{
		"real_name_verified": true, "agreement_accepted": true, "credit_blacklisted": false, "scenario": "emergency",
	})
	assert.Equal(t, condition.Incomplete, r.Decision)
	assert.ElementsMatch(t, []string{"mlps_level", "usage_mode"}, r.Missing)
	assert.Equal(t, "mlps_level", r.Missing[0], "the level alone can settle two requirements")
	assert.Equal(t, []string{"等级保护备案证明", "使用方式说明"}, r.Evidence)
	assert.Empty(t, r.Reasons)
	in, _ = accessRequirement(r, "in-domain")
	assert.Equal(t, []string{"mlps_level", "usage_mode"}, in.Missing)
}

const accessOne = `apiVersion: banfa/v1
kind: Conditions
metadata: {name: one, title: 小例, status: draft}
instrument: shenzhen
datasets: [one]
`

func TestARequirementThatErrsRejectsAndNamesItsErrorUnlessTheOtherSideSettlesIt(t *testing.T) {
	rules, ds := accessFiles(t, map[string]string{"one.yaml": accessOne + `facts:
  copies: {label: 份数, type: int}
  ok: {label: 合格, type: bool}
requirements:
  - {id: share, dimension: user, basis: 第四十二条, when: 10 / copies > 2, require: ok, message: 份额}
`})
	require.NotNil(t, rules, "%v", ds)
	r := accessDecide(t, rules, "one", banfa.Map{"copies": 0, "ok": true})
	assert.Equal(t, condition.Approve, r.Decision, "require is true")
	r = accessDecide(t, rules, "one", banfa.Map{"copies": 0, "ok": false})
	assert.Equal(t, condition.Reject, r.Decision)
	assert.Equal(t, []string{"share"}, r.Failed)
	assert.Equal(t, []string{"share: " + r.Requirements[0].Error}, r.Reasons)
	assert.Contains(t, r.Requirements[0].Error, "division by zero")
	assert.Contains(t, r.Explain("zh"), "无法求值")
	r = accessDecide(t, rules, "one", banfa.Map{"copies": 0})
	assert.Equal(t, condition.Incomplete, r.Decision, "the material can still settle it")
	assert.Equal(t, []string{"ok"}, r.Missing)
	r = accessDecide(t, rules, "one", banfa.Map{"copies": 9})
	assert.Equal(t, condition.Approve, r.Decision, "10 / 9 is 1: it does not concern the application")
}

func TestAnObligationWhoseConditionIsUnknownOrErrsBindsAndSaysSo(t *testing.T) {
	rules, ds := accessFiles(t, map[string]string{"one.yaml": accessOne + `facts:
  ok: {label: 合格, type: bool}
  abroad: {label: 出境, type: bool}
  copies: {label: 份数, type: int}
requirements:
  - {id: fine, dimension: user, basis: 第四十二条, require: ok, message: 合格}
obligations:
  - {id: always, basis: 第四十三条第一款第（一）项, text: 报告}
  - {id: border, basis: 第四十三条第一款第（二）项, when: abroad, text: 不得出境}
  - {id: parts, basis: 第四十三条第一款第（三）项, when: 1 / copies > 0, text: 分别使用}
`})
	require.NotNil(t, rules, "%v", ds)
	r := accessDecide(t, rules, "one", banfa.Map{"ok": true, "copies": 0})
	assert.Equal(t, []string{"always", "border", "parts"}, r.Obligations)
	assert.Equal(t, []string{"", "unknown", "error"}, []string{r.Duties[0].When, r.Duties[1].When, r.Duties[2].When})
	assert.Contains(t, r.Explain("zh"), "是否适用不明，按适用处理")
	assert.Contains(t, r.Explain("en"), "its condition could not be evaluated")
	r = accessDecide(t, rules, "one", banfa.Map{"ok": true, "copies": 5, "abroad": false})
	assert.Equal(t, []string{"always"}, r.Obligations)
}

func TestAPresumptionStandsInForAnAbsentFactAndAnOptionalFactIsNeverUnknown(t *testing.T) {
	rules, ds := accessFiles(t, map[string]string{"one.yaml": accessOne + `facts:
  clean: {label: 无失信记录, type: bool, assume: true}
  level: {label: 级别, type: int, min: 0, max: 5, optional: true}
requirements:
  - {id: credit, dimension: user, basis: 第四十二条, require: clean, message: 信用}
  - {id: level, dimension: user, basis: 第四十二条, require: level.orValue(0) >= 2, message: 级别}
`})
	require.NotNil(t, rules, "%v", ds)
	r := accessDecide(t, rules, "one", banfa.Map{})
	assert.Equal(t, []string{"level"}, r.Failed, "absent is a value, and it is not enough")
	assert.Contains(t, r.Trace().Text("zh"), "推定")
	assert.Equal(t, condition.Reject, accessDecide(t, rules, "one", banfa.Map{"clean": false, "level": 3}).Decision)
	assert.Equal(t, condition.Approve, accessDecide(t, rules, "one", banfa.Map{"level": 3}).Decision)
}

func TestARequirementOutsideItsWindowDoesNotExistAndAFileOutsideItsWindowIsAnError(t *testing.T) {
	rules, ds := accessFiles(t, map[string]string{
		"one.yaml": `apiVersion: banfa/v1
kind: Conditions
metadata: {name: one, title: 小例, status: in-force, effective: {from: "2026-01-01", until: "2026-12-31"}}
instrument: local
facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}
requirements:
  - {id: old, dimension: user, basis: 第四十二条, require: a, message: 旧, effective: {until: "2026-06-30"}}
  - {id: new, dimension: user, basis: 第四十二条, require: b, message: 新, effective: {from: "2026-07-01"}}
`,
		"local.yaml": `apiVersion: banfa/v1
kind: Instrument
metadata: {name: local, title: 地方办法, status: in-force}
articles: [{n: 42, paragraphs: [0]}]
`,
	})
	require.NotNil(t, rules, "%v", ds)
	a, err := condition.New(rules)
	require.NoError(t, err)
	facts := banfa.Map{"a": true, "b": false}
	for day, want := range map[string]condition.Decision{"2026-06-30": condition.Approve, "2026-07-01": condition.Reject} {
		at, err := time.ParseInLocation(time.DateOnly, day, time.FixedZone("CST", 8*60*60))
		require.NoError(t, err)
		r, err := a.Decide(context.Background(), facts, condition.At(at))
		require.NoError(t, err)
		assert.Equal(t, want, r.Decision, day)
		assert.Len(t, r.Requirements, 1)
	}
	_, err = a.Decide(context.Background(), facts, condition.At(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)))
	var nif *condition.NotInForceError
	require.ErrorAs(t, err, &nif)
	assert.Equal(t, "Conditions/one", nif.Name)
	assert.Equal(t, "2026-12-31", nif.Until)
}

func TestConditionsAreFoundByTheirNameOrByTheDataSetTheyAreFor(t *testing.T) {
	file := func(name, extends, datasets string) string {
		return "apiVersion: banfa/v1\nkind: Conditions\nmetadata: {name: " + name + ", title: 小例, status: draft}\ninstrument: shenzhen\n" +
			extends + "datasets: [" + datasets + "]\n"
	}
	rules, ds := accessFiles(t, map[string]string{
		"all.yaml":     file("all", "", "'sz-*'"),
		"parking.yaml": file("parking", "extends: all\n", "'sz-parking-*'"),
		"live.yaml":    file("live", "extends: parking\n", "sz-parking-live, other"),
	})
	require.NotNil(t, rules, "%v", ds)
	for dataset, want := range map[string]string{
		"sz-parking-live": "live", "other": "live", "sz-parking-2025": "parking", "sz-bus": "all", "sz-": "all",
	} {
		a, err := condition.New(rules, condition.ForDataset(dataset))
		require.NoError(t, err, dataset)
		assert.Equal(t, want, a.Name(), dataset)
	}
	var nf *condition.NotFoundError
	_, err := condition.New(rules, condition.ForDataset("bj-parking"))
	require.ErrorAs(t, err, &nf)
	_, err = condition.New(rules, condition.Named("none"))
	require.ErrorAs(t, err, &nf)
	assert.Equal(t, []string{"all", "live", "parking"}, nf.Have)
	_, err = condition.New(rules)
	require.ErrorAs(t, err, &nf, "one of several must be chosen")
}

func TestADecisionThatDiffersFromTheAdviceIsRecordedWithItsReasonOnly(t *testing.T) {
	r := accessDecide(t, accessPack(t), "parking-realtime", banfa.Map{"mlps_level": 1})
	at := accessClock()
	for name, d := range map[string]condition.Recorded{
		"reason":   {Decision: condition.Approve, By: "张三", At: at},
		"by":       {Decision: condition.Reject, At: at},
		"decision": {Decision: "maybe", By: "张三", Reason: "试点", At: at},
	} {
		_, err := r.Record(d)
		var re *condition.RecordError
		require.ErrorAs(t, err, &re, name)
		assert.Equal(t, name, re.Field)
	}
	_, err := r.Record(condition.Recorded{Decision: condition.Reject, By: "张三"})
	require.ErrorContains(t, err, "when it was made")
	same, err := r.Record(condition.Recorded{Decision: condition.Reject, By: "张三", At: at})
	require.NoError(t, err)
	assert.False(t, same.Differs)
	other, err := r.Record(condition.Recorded{Decision: condition.Approve, Reason: "试点\u202e", By: "张三", At: at})
	require.NoError(t, err)
	assert.True(t, other.Differs)
	text, err := json.Marshal(other)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"advice":{"decision":"reject"`)
	assert.Contains(t, string(text), `"facts_digest":"sha256:`)
	assert.NotContains(t, other.Explain("zh"), "\u202e", "what a person writes cannot turn a text round")
	again, err := json.Marshal(other)
	require.NoError(t, err)
	assert.Equal(t, text, again)
}

func TestTheSameInputsGiveTheSameBytesAndAResultReadBackIsTheSame(t *testing.T) {
	rules := accessPack(t)
	facts := banfa.JSON(`{"name": "申请一", "scenario": "emergency", "real_name_verified": true}`)
	first, err := json.Marshal(accessDecide(t, rules, "parking-realtime", facts))
	require.NoError(t, err)
	a, err := condition.New(rules, condition.Named("parking-realtime"), condition.Clock(accessClock))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := a.Decide(context.Background(), facts)
			if assert.NoError(t, err) {
				text, err := json.Marshal(r)
				assert.NoError(t, err)
				assert.Equal(t, string(first), string(text))
			}
		})
	}
	wg.Wait()
	var back condition.Result
	require.NoError(t, json.Unmarshal(first, &back))
	again, err := json.Marshal(&back)
	require.NoError(t, err)
	assert.Equal(t, string(first), string(again))
	assert.Equal(t, "申请一", back.Name)
}

func TestFactsOfAnApplicantAreNeverTakenForWhatTheyAreNot(t *testing.T) {
	rules := accessPack(t)
	a, err := condition.New(rules, condition.Named("parking-realtime"), condition.Clock(accessClock))
	require.NoError(t, err)
	for text, fact := range map[string]string{
		`{"mlps_level": "3"}`:                                 "mlps_level",
		`{"mlps_level": 3.5}`:                                 "mlps_level",
		`{"mlps_level": 99}`:                                  "mlps_level",
		`{"scenario": "traffic' || true"}`:                    "scenario",
		`{"scenario": ["traffic"]}`:                           "scenario",
		`{"real_name_verified": 1}`:                           "real_name_verified",
		`{"decision": "approve"}`:                             "decision",
		`{"now": "2026-01-01T00:00:00Z"}`:                     "now",
		`{"params": {"min_level": 0}}`:                        "params",
		`{"items": [{"name": "x", "real_name_verified": 1}]}`: "real_name_verified",
		`{"items": [{"name": "x"}]}`:                          "items",
		`[]`:                                                  "",
		`{"mlps_level": 1, "mlps_level": 3}`:                  "mlps_level",
	} {
		_, err := a.Decide(context.Background(), banfa.JSON(text))
		var fe *banfa.FactError
		if assert.ErrorAs(t, err, &fe, text) {
			assert.Equal(t, fact, fe.Fact, text)
		}
	}
	_, err = a.Decide(context.Background(), banfa.JSON(`{"scenario": "`+strings.Repeat("x", 2<<20)+`"}`))
	var fe *banfa.FactError
	require.ErrorAs(t, err, &fe)
	assert.Equal(t, "limit", fe.Code)
}

func TestWhatAnApplicantWritesCannotForgeLinesOfAnExplanation(t *testing.T) {
	rules, ds := accessFiles(t, map[string]string{"one.yaml": accessOne + `facts:
  purpose: {label: 用途, type: string}
requirements:
  - {id: purpose, dimension: scenario, basis: 第四十二条, require: purpose.startsWith('研究'), message: 用途应当为研究}
`})
	require.NotNil(t, rules, "%v", ds)
	r := accessDecide(t, rules, "one", banfa.Map{"purpose": "x\n建议：同意。\u202e\x1b[2J", "name": "甲\n乙"})
	text := r.Explain("zh")
	assert.NotContains(t, text, "\n建议：同意")
	assert.NotContains(t, text, "甲\n乙")
	assert.False(t, strings.ContainsAny(text, "\u202e\x1b"), text)
	assert.False(t, strings.ContainsAny(r.Trace().Text("zh"), "\u202e\x1b"))
}

func TestADecisionEndsWithItsContext(t *testing.T) {
	a, err := condition.New(accessPack(t), condition.Named("parking-realtime"), condition.Clock(accessClock))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = a.Decide(ctx, banfa.Map{})
	require.ErrorIs(t, err, context.Canceled)
	n := 0
	for _, err := range a.Stream(ctx, accessTwice) {
		n++
		require.ErrorIs(t, err, context.Canceled)
	}
	assert.Equal(t, 1, n)
}

// accessTwice is a stream of two applications.
func accessTwice(yield func(banfa.Facts, error) bool) {
	for range 2 {
		if !yield(banfa.Map{}, nil) {
			return
		}
	}
}

func TestAStreamAnswersInOrderAndPutsAnErrorInItsPlace(t *testing.T) {
	a, err := condition.New(accessPack(t), condition.Named("parking-realtime"), condition.Clock(accessClock))
	require.NoError(t, err)
	in := func(yield func(banfa.Facts, error) bool) {
		for _, facts := range []banfa.Facts{banfa.Map{"mlps_level": 1}, banfa.Map{"mlps_level": "x"}, banfa.Map{}} {
			if !yield(facts, nil) {
				return
			}
		}
		yield(nil, assert.AnError)
	}
	var got []string
	for r, err := range a.Stream(context.Background(), in) {
		if err != nil {
			got = append(got, "error")
			continue
		}
		got = append(got, string(r.Decision))
	}
	assert.Equal(t, []string{"reject", "error", "incomplete", "error"}, got)
	for _, err := range a.Stream(context.Background(), in) {
		require.NoError(t, err)
		break // a consumer may stop early
	}
}
