package conformance_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func TestTheCoverageOfASuiteAsTextAndJSON(t *testing.T) {
	cov, err := conformance.Cover(t.Context(), parking(t))
	require.NoError(t, err)
	for _, lang := range []string{"zh", "en"} {
		var b bytes.Buffer
		require.NoError(t, cov.WriteText(&b, lang))
		golden(t, "coverage."+lang+".txt", b.String())
	}
	var one, b bytes.Buffer
	require.NoError(t, cov.WriteJSON(&one))
	require.NoError(t, json.Indent(&b, one.Bytes(), "", " "))
	golden(t, "coverage.json", b.String())
}

func rule(t *testing.T, cov *conformance.Coverage, id string) conformance.RuleCoverage {
	t.Helper()
	i := slices.IndexFunc(cov.Rules, func(r conformance.RuleCoverage) bool { return r.ID == id })
	require.GreaterOrEqual(t, i, 0, id)
	return cov.Rules[i]
}

func TestARuleIsCountedInEachCaseOnce(t *testing.T) {
	cov := cover(t, `
fixtures:
  plain: {elsewhere: false, secret: false, private: false, consent: false, rows: 10, risk: low}
cases:
  - {id: two-items, given: plain, items: [{name: a, private: true}, {name: b, private: true}, {name: c}], expect: {outcome: closed}}
  - {id: defeated, given: plain, facts: {private: true, consent: true}, expect: {outcome: limited}}
  - {id: unknown, given: plain, without: [private], expect: {outcome: undetermined}}
  - {id: outside, given: plain, facts: {elsewhere: true, private: true}, expect: {outcome: out_of_scope}}
  - {id: scope-unknown, given: plain, without: [elsewhere], facts: {private: true}, expect: {outcome: undetermined}}
  - {id: skipped, skip: true, why: 待定, given: plain, facts: {private: true}, expect: {outcome: closed}}
  - {id: too-early, at: "2025-01-01T00:00:00+08:00", given: plain, facts: {private: true}, expect: {error: not_in_force}}
`)
	r := rule(t, cov, "private")
	assert.Equal(t, []string{"s/two-items", "s/defeated"}, r.Cases)
	assert.Equal(t, [5]int{1, 1, 3, 1, 1}, [5]int{r.Applied, r.Defeated, r.True, r.False, r.Unknown},
		"out of scope no rule is looked at; while the scope is unknown none is known to apply")
	scope := rule(t, cov, "scope")
	assert.Equal(t, []string{"s/outside"}, scope.Cases, "the scope bears an answer where it keeps a data set out")
	assert.Equal(t, [3]int{3, 1, 1}, [3]int{scope.True, scope.False, scope.Unknown})
}

func cover(t *testing.T, body string) *conformance.Coverage {
	t.Helper()
	cov, err := conformance.Cover(t.Context(), bundle(t, suiteOf("", body)))
	require.NoError(t, err)
	return cov
}

func TestARuleOfChangingIsExercisedWhereItRefusesOrLeavesADuty(t *testing.T) {
	cov := cover(t, `
cases:
  - {id: same, change: {from: open, to: open}, expect: {allowed: true}}
  - {id: met, change: {from: closed, to: limited, classified: limited}, expect: {allowed: true}}
  - {id: refused, change: {from: closed, to: open, classified: limited}, expect: {allowed: false}}
  - {id: owed, change: {from: open, to: closed, classified: closed, reported: true}, expect: {owed: [stricter]}}
`)
	looser, stricter := rule(t, cov, "looser"), rule(t, cov, "stricter")
	assert.Equal(t, [4]int{1, 1, 2, 1}, [4]int{looser.Applied, looser.Met, looser.True, looser.False})
	assert.Equal(t, []string{"s/refused"}, looser.Cases)
	assert.Equal(t, [2]int{1, 0}, [2]int{stricter.Applied, stricter.Met})
	i := slices.IndexFunc(cov.Facts, func(f conformance.FactCoverage) bool { return f.Fact == "change.reported" })
	assert.Equal(t, []string{"true"}, cov.Facts[i].Seen)
	assert.Equal(t, []string{"false"}, cov.Facts[i].Unseen, "what is only presumed is not seen")
}

func findings(list []banfa.Diagnostic) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Error())
	}
	return out
}

func TestWhatNoCaseExercisesIsAFinding(t *testing.T) {
	cov := cover(t, `
cases:
  - {id: a, facts: {elsewhere: false, secret: true, rows: 999}, expect: {outcome: closed}}
  - {id: b, facts: {elsewhere: true}, expect: {outcome: out_of_scope}}
`)
	assert.Equal(t, []string{
		"parking.yaml:20:10: warning[BF5002] no case exercises private; write one in which it applies",
		"parking.yaml:21:10: warning[BF5002] no case exercises consent; write one in which it applies",
		"parking.yaml:22:10: warning[BF5002] no case exercises large; write one in which it applies",
		"parking.yaml:23:10: warning[BF5002] no case exercises risky; write one in which it applies",
		"parking.yaml:24:17: warning[BF5002] no case exercises rest; write one in which it applies",
		"parking.yaml:30:12: warning[BF5002] no case exercises looser; write one in which it applies",
		"parking.yaml:31:12: warning[BF5002] no case exercises stricter; write one in which it applies",
		"parking.yaml:22:10: warning[BF5004] no case has rows at 1000, where large turns; test 1000 and the value beside it",
	}, findings(cov.Findings()))
	assert.Equal(t, []string{
		"law.yaml: warning[BF5003] no rule follows 第一条第一款; write one, or set computable: false with why in the outline",
		"law.yaml: warning[BF5003] no rule follows 第五条第二款; write one, or set computable: false with why in the outline",
	}, findings(cov.Gaps()))
}

func TestABoundaryIsTestedByTheValueAndOneBesideIt(t *testing.T) {
	for rows, want := range map[string]bool{"[1000]": false, "[999, 1001]": false, "[999, 1000]": true, "[1000, 1001]": true} {
		var values []int
		require.NoError(t, json.Unmarshal([]byte(rows), &values))
		body := "cases:\n"
		for i, v := range values {
			body += "  - {id: c" + string(rune('a'+i)) + ", facts: {elsewhere: false, rows: " + string(jsonText(t, v)) + "}, expect: {outcome: undetermined}}\n"
		}
		cov := cover(t, body)
		i := slices.IndexFunc(cov.Facts, func(f conformance.FactCoverage) bool { return f.Fact == "rows" })
		require.Len(t, cov.Facts[i].Boundaries, 1)
		b := cov.Facts[i].Boundaries[0]
		assert.Equal(t, want, b.Tested(), rows)
		assert.Equal(t, "1000", b.Value, "the boundary is a parameter")
		assert.Equal(t, []string{"large"}, b.Rules)
	}
}

func jsonText(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

func TestAWaiverAcceptsWhatIsNotExercised(t *testing.T) {
	const waivers = "waivers:\n" +
		"  - {code: BF5002, rules: [large, risky], why: 示例, by: 示例单位}\n  - {code: BF5004, why: 示例, by: 示例单位}\n"
	suite := suiteOf("", "cases:\n  - {id: a, facts: {elsewhere: false, secret: true}, expect: {outcome: closed}}\n")
	cov, err := conformance.Cover(t.Context(), bundleWith(t, waivers, suite))
	require.NoError(t, err)
	for _, f := range findings(cov.Findings()) {
		assert.NotRegexp(t, "large|risky|BF5004", f)
	}
	assert.NotEmpty(t, cov.Findings())
}

func TestARuleFileWithoutASuiteHasNoFindings(t *testing.T) {
	cov, err := conformance.Cover(t.Context(), bundle(t))
	require.NoError(t, err)
	assert.Empty(t, cov.Rules)
	assert.Empty(t, cov.Findings())
	cov, err = conformance.Cover(t.Context(), parking(t), conformance.Only(regexp.MustCompile("^none$")))
	require.NoError(t, err)
	assert.Empty(t, cov.Findings())
}

func TestEveryRuleAndEveryValueOfThePackIsExercised(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	cov, err := conformance.Cover(t.Context(), rules)
	require.NoError(t, err)
	assert.Empty(t, findings(cov.Findings()))
	for _, f := range cov.Facts {
		assert.Empty(t, f.Unseen, f.Fact)
		assert.True(t, f.Absent, f.Fact)
	}
	for _, r := range cov.Rules {
		if !strings.HasPrefix(r.Subject, "Classification/") {
			continue // a deadline has no condition
		}
		assert.NotZero(t, r.True, r.ID)
		assert.NotZero(t, r.False, r.ID)
	}
	for _, id := range []string{"art15-1-reopen", "art15-2", "art15-2-duty", "still-too-open"} {
		r := rule(t, cov, id)
		assert.NotZero(t, r.Applied, id)
		assert.NotZero(t, r.Met, id)
	}
	for _, a := range cov.Articles {
		if len(a.Rules) > 0 {
			assert.NotZero(t, a.Cases, a.Citation)
		}
	}
}
