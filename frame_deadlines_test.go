package banfa_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/ruleset"
)

const deadlinesLaw = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: example, title: 示例办法, status: in-force, issuer: 示例}
articles:
  - {n: 1, title: 期限, paragraphs: [0]}
`

const deadlinesFile = `apiVersion: banfa/v1
kind: Deadlines
metadata: {name: permit, title: 许可期限, status: draft}
instrument: example
calendar: cn
zone: Asia/Shanghai
parameters:
  days: {value: 20, set_by: 示例, why: 示例}
events:
  accepted: {label: 受理}
  decided: {label: 作出决定}
deadlines:
  - id: decide
    basis: 第一条
    starts: accepted
    ends: decided
    due: accepted.addWorkdays(20)
    remind:
      - {id: soon, at: due.addWorkdays(-3)}
`

const deadlinesSuite = `apiVersion: banfa/v1
kind: Suite
metadata: {name: permit, title: 许可期限用例}
subject: Deadlines/permit
cases:
  - id: plain
    deadline: decide
    events: {accepted: "2026-03-02T09:00:00+08:00"}
    expect: {due: "2026-03-30", before: "2026-03-30T16:00:00Z", provisional: false}
tables:
  - id: table
    table: |
      | deadline | events.accepted           | as_of      || due        | error |
      | decide   | 2026-03-02T01:00:00Z      | 2026-01-01 || 2026-03-30 |       |
`

// checkDeadlines loads the files with one text of them replaced, and returns what is found as CODE text.
func checkDeadlines(t *testing.T, old, replacement string) (*banfa.Rules, []string) {
	t.Helper()
	fsys := fstest.MapFS{"law.yaml": {Data: []byte(deadlinesLaw)}}
	replaced := 0
	for name, text := range map[string]string{"permit.yaml": deadlinesFile, "permit_test.yaml": deadlinesSuite} {
		if old != "" {
			replaced += strings.Count(text, old)
			text = strings.Replace(text, old, replacement, 1)
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	require.True(t, old == "" || replaced > 0, "the files do not have %q", old)
	rules, ds, err := banfa.Check(fsys)
	require.NoError(t, err)
	var found []string
	for d := range ds.All() {
		found = append(found, d.Code+" "+d.Message("en"))
	}
	return rules, found
}

func TestAPeriodIsReadFromItsExpression(t *testing.T) {
	for written, want := range map[string]ruleset.Period{
		"accepted.addWorkdays(20)":            {N: 20, Unit: ruleset.Workdays},
		"accepted.addWorkdays(0)":             {N: 0, Unit: ruleset.Workdays},
		" accepted . addDays( 60 ) ":          {N: 60, Unit: ruleset.Days},
		"accepted.addMonths(6)":               {N: 6, Unit: ruleset.Months},
		"accepted.addYears(1)":                {N: 1, Unit: ruleset.Years},
		"accepted.addWorkdays(params.days)":   {N: 20, Unit: ruleset.Workdays},
		"accepted.addWorkdays( params.days )": {N: 20, Unit: ruleset.Workdays},
	} {
		rules, found := checkDeadlines(t, "accepted.addWorkdays(20)", written)
		if assert.Empty(t, found, written) {
			assert.Equal(t, want, rules.Bundle().Deadlines[0].Deadlines[0].Period, written)
		}
	}
}

func TestADeadlineThatCouldNotBeProvedDoesNotLoad(t *testing.T) {
	const forms = "BF1014 due of decide must be accepted.addWorkdays(N), or with addDays, addMonths or addYears; " +
		"N is a whole number of 0 or more, or params.NAME"
	for _, x := range []struct{ old, replacement, found string }{
		{"accepted.addWorkdays(20)", "accepted", forms},
		{"accepted.addWorkdays(20)", "accepted.addWorkdays(-1)", forms},
		{"accepted.addWorkdays(20)", "decided.addWorkdays(20)", forms},
		{"accepted.addWorkdays(20)", "accepted.addWorkdays(10).addWorkdays(10)", forms},
		{"accepted.addWorkdays(20)", "accepted.addWorkdays(10 + 10)", forms},
		{"accepted.addWorkdays(20)", "date('2026-01-01')", forms},
		{
			"due.addWorkdays(-3)", "decided.addWorkdays(3)",
			"BF1014 at of the reminder soon must be due.addWorkdays(N) or accepted.addWorkdays(N); N is a whole number, or params.NAME",
		},
		{
			"due.addWorkdays(-3)", "due.addDays(-3)",
			"BF1014 at of the reminder soon must be due.addWorkdays(N) or accepted.addWorkdays(N); N is a whole number, or params.NAME",
		},
		{
			"    remind:", "    require: decided <= due\n    remind:",
			"BF1014 require of the deadline decide would not be evaluated; remove it",
		},
		{"calendar: cn", "calendar: uk", "BF1014 the calendar uk is not known"},
		{"zone: Asia/Shanghai", "zone: UTC", "BF1014 the zone UTC is not known; write Asia/Shanghai"},
		{"ends: decided", "ends: decide", "BF1014 the event decide is not declared; declare it in events"},
		{"    remind:", "    extend: {times: 0}\n    remind:", "BF1014 times is 0; it must lie between 1 and 1000000"},
	} {
		rules, found := checkDeadlines(t, x.old, x.replacement)
		assert.Nil(t, rules, x.replacement)
		assert.Equal(t, []string{x.found}, found, x.replacement)
	}
}

func TestASuiteOfDeadlinesThatNamesWhatDoesNotExistDoesNotLoad(t *testing.T) {
	for _, x := range []struct{ old, replacement, found string }{
		{"deadline: decide", "deadline: decision", "BF5001 decision is no value of deadline"},
		{"    deadline: decide\n", "", "BF1013 case lacks the key deadline; add it"},
		{"{accepted:", "{acepted:", "BF5001 acepted is no fact of Deadlines/permit"},
		{`{accepted: "2026-03-02T09:00:00+08:00"}`, `{accepted: "2026-03-02"}`, "BF5001 2026-03-02 is no value of accepted"},
		{`{accepted: "2026-03-02T09:00:00+08:00"}`, `{accepted: ["2026-03-02T09:00:00"]}`, "BF5001 2026-03-02T09:00:00 is no value of accepted"},
		{`due: "2026-03-30"`, `due: "2026-3-30"`, "BF5001 2026-3-30 is no value of due"},
		{`before: "2026-03-30T16:00:00Z"`, `before: "2026-03-31"`, "BF5001 2026-03-31 is no value of before"},
		{"provisional: false", "error: late", "BF5001 late is no value of error"},
		{"provisional: false", "outcome: closed", "BF5001 outcome is nothing a case of Deadlines can expect"},
		{"| decide   |", "| decided  |", "BF5007 decided is no value of deadline; write a value, - for every value, or ? for absent"},
		{"| deadline |", "| facts    |", "BF5001 facts is no fact of Deadlines/permit"},
		{"|| 2026-03-30 |", "|| 30 March   |", "BF5001 30 March is no value of due"},
	} {
		rules, found := checkDeadlines(t, x.old, x.replacement)
		assert.Nil(t, rules, x.replacement)
		if assert.Len(t, found, 1, x.replacement) {
			assert.Equal(t, x.found, found[0], x.replacement)
		}
	}
}

func TestASuiteOfDeadlinesIsReadInTheFormThatAnswersHave(t *testing.T) {
	rules, found := checkDeadlines(t, "", "")
	require.Empty(t, found)
	cases := rules.Bundle().Suites[0].Cases
	require.Len(t, cases, 2)
	assert.Equal(t, "decide", cases[0].Deadline)
	assert.Equal(t, "2026-03-31T00:00:00+08:00", cases[0].Expect[1].Value)
	assert.Equal(t, "2026-01-01", cases[1].AsOf)
	assert.Equal(t, map[string]any{"accepted": "2026-03-02T01:00:00Z"}, cases[1].Events)
}
