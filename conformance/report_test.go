package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
)

func TestTheReportInEachOfItsForms(t *testing.T) {
	report, err := conformance.Run(t.Context(), parking(t))
	require.NoError(t, err)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"tree.zh.txt":      func(b *bytes.Buffer) error { return report.WriteTree(b, "zh", false) },
		"tree.en.txt":      func(b *bytes.Buffer) error { return report.WriteTree(b, "en", false) },
		"tree.verbose.txt": func(b *bytes.Buffer) error { return report.WriteTree(b, "zh", true) },
		"junit.xml":        func(b *bytes.Buffer) error { return report.WriteJUnit(b, "zh") },
		"report.tap":       func(b *bytes.Buffer) error { return report.WriteTAP(b, "en") },
		"report.json": func(b *bytes.Buffer) error {
			var one bytes.Buffer
			if err := report.WriteJSON(&one); err != nil {
				return err
			}
			return json.Indent(b, one.Bytes(), "", " ")
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, write(&b))
			golden(t, name, b.String())
		})
	}
}

func TestJUnitIsXMLWhateverTheSuiteSays(t *testing.T) {
	rules := bundle(t, suiteOf("", `
cases:
  - {id: a, title: "<b> & ]]> 甲", facts: {private: true}, expect: {outcome: open}}
`))
	report, err := conformance.Run(t.Context(), rules)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, report.WriteJUnit(&b, "en"))
	var parsed struct {
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure string `xml:"failure"`
		} `xml:"testsuite>testcase"`
	}
	require.NoError(t, xml.Unmarshal(b.Bytes(), &parsed))
	assert.Equal(t, 1, parsed.Failures)
	assert.Equal(t, `a <b> & ]]> 甲`, parsed.Cases[0].Name)
	assert.Contains(t, parsed.Cases[0].Failure, "outcome: want open, got undetermined")
}

// bundle is the rule files of testdata without its suites, and others in their place.
func bundle(t testing.TB, suites ...string) *banfa.Rules {
	t.Helper()
	return bundleWith(t, "", suites...)
}

// bundleWith adds more to the rule file.
func bundleWith(t testing.TB, more string, suites ...string) *banfa.Rules {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, name := range []string{"law.yaml", "parking.yaml"} {
		text, err := os.ReadFile("testdata/bundle/" + name)
		require.NoError(t, err)
		fsys[name] = &fstest.MapFile{Data: text}
	}
	fsys["parking.yaml"].Data = append(fsys["parking.yaml"].Data, more...)
	for i, s := range suites {
		fsys["s"+string(rune('a'+i))+"_test.yaml"] = &fstest.MapFile{Data: []byte(s)}
	}
	rules, err := banfa.Load(fsys)
	require.NoError(t, err)
	return rules
}

// suiteOf is a suite about parking; at may be empty.
func suiteOf(at, body string) string {
	if at == "" {
		at = "2026-11-23T09:00:00+08:00"
	}
	return "apiVersion: banfa/v1\nkind: Suite\nmetadata: {name: s, title: 用例}\nsubject: Classification/parking\n" +
		strings.TrimPrefix("at: \""+at+"\"\n", "at: \"none\"\n") + body
}

func TestARunOfNothingIsNoSuccess(t *testing.T) {
	one := suiteOf("", "cases:\n  - {id: a, facts: {secret: true}, expect: {rules: []}}\n")
	skipped := suiteOf("", "cases:\n  - {id: a, skip: true, why: 待定, facts: {secret: true}, expect: {outcome: open}}\n")
	for name, c := range map[string]struct {
		rules *banfa.Rules
		opts  []conformance.Option
	}{
		"no suite":        {rules: bundle(t)},
		"nothing matches": {bundle(t, one), []conformance.Option{conformance.Only(regexp.MustCompile("^s/b$"))}},
		"all are skipped": {rules: bundle(t, skipped)},
	} {
		report, err := conformance.Run(t.Context(), c.rules, c.opts...)
		require.ErrorIs(t, err, conformance.ErrNothingRun, name)
		require.NotNil(t, report)
		assert.Zero(t, report.Passed+report.Failed, name)
	}
}

func TestOnlyChoosesBySuiteAndCase(t *testing.T) {
	report, err := conformance.Run(t.Context(), parking(t), conformance.Only(regexp.MustCompile(`^parking/matrix/[13]\.1$`)))
	require.NoError(t, err)
	var ids []string
	for _, c := range report.Cases {
		ids = append(ids, c.ID)
	}
	assert.Equal(t, []string{"matrix/1.1", "matrix/3.1"}, ids)
}

func TestTheTimeOfACaseIsNeverGuessed(t *testing.T) {
	rules := bundle(t, suiteOf("none", "cases:\n  - {id: a, facts: {elsewhere: true}, expect: {outcome: out_of_scope}}\n"))
	report, err := conformance.Run(t.Context(), rules)
	require.NoError(t, err)
	require.Equal(t, 1, report.Failed, "the rule file has an effective window, so that the answer depends on the time")
	assert.Contains(t, report.Cases[0].Error, "neither the suite nor the run gives one")

	report, err = conformance.Run(t.Context(), rules, conformance.Now(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)))
	require.NoError(t, err)
	assert.Equal(t, 1, report.Passed)
	report, err = conformance.Run(t.Context(), rules, conformance.Now(time.Date(2025, 11, 23, 0, 0, 0, 0, time.UTC)))
	require.NoError(t, err)
	assert.Equal(t, 1, report.Failed, "not in force then")
}

func TestACancelledRunIsNoReport(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := assert.AnError
	cancel(cause)
	_, err := conformance.Run(ctx, parking(t))
	require.ErrorIs(t, err, cause)
}

func TestAcceptRefusesRulesWhoseSuitesFail(t *testing.T) {
	accept := conformance.Accept(false)
	require.ErrorContains(t, accept(t.Context(), parking(t)), "5 of 15 cases fail, the first: parking_test.yaml:18:9: parking/wrong")
	require.NoError(t, accept(t.Context(), bundle(t, suiteOf("", "cases:\n  - {id: a, facts: {secret: true}, expect: {rules: []}}\n"))))
	require.ErrorIs(t, accept(t.Context(), bundle(t)), conformance.ErrNothingRun)
	require.NoError(t, conformance.Accept(true)(t.Context(), bundle(t)))
}

func TestReloadKeepsTheOldRulesUntilTheNewOnesPassTheirSuites(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, name := range []string{"law.yaml", "parking.yaml"} {
		text, err := os.ReadFile("testdata/bundle/" + name)
		require.NoError(t, err)
		fsys[name] = &fstest.MapFile{Data: text}
	}
	write := func(outcome, more string) {
		fsys["s_test.yaml"] = &fstest.MapFile{Data: []byte(suiteOf("", "cases:\n"+
			"  - {id: a, facts: {elsewhere: false, secret: true}, expect: {outcome: "+outcome+"}}\n"+more))}
	}
	write("closed", "")
	ctx := t.Context()
	live, err := banfa.NewLive(ctx, fsys, []func(context.Context, *banfa.Rules) error{conformance.Accept(false)})
	require.NoError(t, err)
	old := live.Rules()

	write("open", "")
	changed, err := live.Reload(ctx)
	require.ErrorContains(t, err, "1 of 1 cases fail")
	require.False(t, changed)
	require.Same(t, old, live.Rules())

	write("closed", "# 改过\n")
	changed, err = live.Reload(ctx)
	require.NoError(t, err)
	require.True(t, changed)
	require.NotSame(t, old, live.Rules())
}
