package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

var ctx = context.Background()

func TestTheSuitesCertifyThisImplementationThroughTheExecutorProtocol(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	toExecutor, requests := io.Pipe()
	answers, fromExecutor := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- conformance.Serve(ctx, toExecutor, fromExecutor, rules) }()
	report, err := conformance.RunExecutor(ctx, answers, requests, rules)
	require.NoError(t, err)
	require.Zero(t, report.Failed)
	require.Greater(t, report.Passed, 300)
	require.NoError(t, requests.Close())
	require.NoError(t, <-served)
}

func TestGarbageIsAnsweredAndDoesNotEndTheService(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	var out bytes.Buffer
	in := strings.Join([]string{
		"not json", `{"id":"a","subject":"Classification/none","at":"2026-01-01T00:00:00Z","facts":{}}`,
		`{"id":"b","subject":"Classification/open-type","at":"yesterday","facts":{}}`,
		`{"id":"c","subject":"Classification/open-type","at":"2026-01-01T00:00:00Z","facts":{"state_secret":"yes"}}`,
		`{"id":"d","subject":"Classification/open-type","at":"2026-01-01T00:00:00Z","facts":{"governed_by_other_law":true}}`,
		strings.Repeat("x", conformance.MaxLine+10),
	}, "\n")
	require.NoError(t, conformance.Serve(ctx, strings.NewReader(in), &out, rules))
	var codes []string
	for line := range strings.Lines(out.String()) {
		var r conformance.Response
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		if r.Error != nil {
			codes = append(codes, r.ID+" "+r.Error.Code)
		} else {
			codes = append(codes, r.ID+" "+r.Answer["outcome"].(string))
		}
	}
	assert.Equal(t, []string{
		" invalid_input", "a unsupported", "b invalid_input", "c invalid_input", "d out_of_scope", " invalid_input",
	}, codes)
}

func TestAnExecutorThatBreaksTheProtocolEndsTheRun(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	for _, answer := range []string{"", "{}\n", `{"id":"other","answer":{}}` + "\n", "garbage\n"} {
		_, err := conformance.RunExecutor(ctx, strings.NewReader(answer), io.Discard, rules)
		require.ErrorIs(t, err, conformance.ErrProtocol, "%q", answer)
	}
}

const law = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: law, title: 法, status: draft}
articles: [{n: 1, title: 一, paragraphs: [2]}]
`

const file = `apiVersion: banfa/v1
kind: Classification
metadata: {name: r, title: 规则, status: draft}
instrument: law
facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}
outcomes: {open: 开放, closed: 不开放}
rules:
  - {id: r1, basis: 第一条第（一）项, when: a, outcome: closed, message: 甲}
  - {id: r2, basis: 第一条第（二）项, when: a && b, outcome: closed, message: 乙}
otherwise: {id: rest, basis: 第一条第（二）项, outcome: open}
waivers: [{code: BF4003, rules: [r2], why: 测试, by: 测试}]
`

const suite = `apiVersion: banfa/v1
kind: Suite
metadata: {name: s, title: 用例}
subject: Classification/r
cases:
  - {id: right, basis: 第一条第（一）项, facts: {a: true, b: false}, expect: {outcome: closed, rules: [r1]}}
  - {id: wrong, title: 故意写错, facts: {a: false, b: false}, expect: {outcome: closed, rules: [rest], review: true}}
  - {id: later, skip: true, why: 等待解释, facts: {a: true}, expect: {outcome: closed}}
`

func load(t *testing.T, files map[string]string) *banfa.Rules {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	rules, err := banfa.Load(fsys)
	require.NoError(t, err)
	return rules
}

func TestAFailureNamesTheKeyWhatWasWantedAndWhatWasGot(t *testing.T) {
	rules := load(t, map[string]string{"law.yaml": law, "r.yaml": file, "r_test.yaml": suite})
	report, err := conformance.Run(ctx, rules)
	require.NoError(t, err)
	require.Equal(t, [3]int{1, 1, 1}, [3]int{report.Passed, report.Failed, report.Skipped})
	var tree bytes.Buffer
	require.NoError(t, report.WriteTree(&tree, "zh", false))
	assert.Equal(t, `s
  ✗ wrong 故意写错
    r_test.yaml:7: s/wrong 故意写错
        outcome：应为 "closed"，实为 "open"
        review：应为 true，实为 false
        事实：{"a":false,"b":false}
  - later : 等待解释
通过 1，失败 1，跳过 1
`, tree.String())

	var out bytes.Buffer
	require.NoError(t, report.WriteJSON(&out))
	assert.JSONEq(t, `{"passed":1,"failed":1,"skipped":1,"cases":[
		{"suite":"s","id":"right","ok":true,"got":{},"want":{},"basis":["第一条第（一）项"]},
		{"suite":"s","id":"wrong","ok":false,"got":{"outcome":"open","review":false},"want":{"outcome":"closed","review":true},"title":"故意写错"},
		{"suite":"s","id":"later","ok":true,"got":{},"want":{},"skipped":"等待解释"}]}`, out.String())

	out.Reset()
	require.NoError(t, report.WriteJUnit(&out, "zh"))
	var parsed struct {
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Cases []struct {
				Class   string    `xml:"classname,attr"`
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(out.Bytes(), &parsed))
	assert.Equal(t, 1, parsed.Failures)
	assert.Equal(t, "s.第一条第（一）项", parsed.Suites[0].Cases[0].Class)
	assert.NotNil(t, parsed.Suites[0].Cases[1].Failure)

	out.Reset()
	require.NoError(t, report.WriteTAP(&out, "en"))
	assert.True(t, strings.HasPrefix(out.String(), "TAP version 13\n1..3\nok 1 - s/right \nnot ok 2 - s/wrong 故意写错\n# "), out.String())
	assert.Contains(t, out.String(), "ok 3 - s/later  # SKIP 等待解释\n")
}

func TestARunOfNothingIsNoSuccess(t *testing.T) {
	_, err := conformance.Run(ctx, load(t, map[string]string{"law.yaml": law, "r.yaml": file}))
	require.ErrorIs(t, err, conformance.ErrNothingRun)
}

func TestCoverageFindsTheRuleThatNoCaseExercises(t *testing.T) {
	rules := load(t, map[string]string{"law.yaml": law, "r.yaml": file, "r_test.yaml": suite})
	cov, err := conformance.Cover(ctx, rules)
	require.NoError(t, err)
	var unexercised []string
	for _, d := range cov.Findings() {
		assert.Equal(t, "BF5002", d.Code)
		unexercised = append(unexercised, d.Args[0])
	}
	assert.Equal(t, []string{"r2"}, unexercised)
	assert.Equal(t, "第一条第（二）项", cov.Articles[1].Citation)
	assert.Equal(t, []string{"Classification/r#r2", "Classification/r#rest"}, cov.Articles[1].Rules)
	for _, f := range cov.Facts {
		if f.Fact == "b" {
			assert.Equal(t, []string{"true"}, f.Unseen)
		}
	}
}

func TestEveryRuleOfThePackIsExercised(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	cov, err := conformance.Cover(ctx, rules)
	require.NoError(t, err)
	assert.Empty(t, cov.Findings())
	for _, f := range cov.Facts {
		assert.Empty(t, f.Unseen, f.Fact)
	}
}

func TestReloadKeepsTheOldRulesUntilTheNewOnesPassTheirSuites(t *testing.T) {
	right := strings.Replace(suite, "{outcome: closed, rules: [rest], review: true}", "{outcome: open}", 1)
	fsys := fstest.MapFS{
		"law.yaml": {Data: []byte(law)}, "r.yaml": {Data: []byte(file)}, "r_test.yaml": {Data: []byte(right)},
	}
	accept := []func(context.Context, *banfa.Rules) error{conformance.Accept(false)}
	live, err := banfa.NewLive(ctx, fsys, accept)
	require.NoError(t, err)
	old := live.Rules()

	fsys["r_test.yaml"] = &fstest.MapFile{Data: []byte(suite)}
	changed, err := live.Reload(ctx)
	require.ErrorContains(t, err, "1 of 2 cases fail")
	require.False(t, changed)
	require.Same(t, old, live.Rules())

	fsys["r_test.yaml"] = &fstest.MapFile{Data: []byte(right + "  - {id: more, facts: {a: true, b: true}, expect: {outcome: closed}}\n")}
	changed, err = live.Reload(ctx)
	require.NoError(t, err)
	require.True(t, changed)
	require.NotSame(t, old, live.Rules())
	changed, err = live.Reload(ctx)
	require.NoError(t, err)
	require.False(t, changed, "nothing changed since")
}
