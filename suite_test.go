package banfa

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// suiteFiles is the small bundle that these tests write suites for, with more files beside it.
func suiteFiles(t testing.TB, more ...string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"subject.yaml", "rules.yaml"} {
		text, err := os.ReadFile("testdata/suites/" + name)
		require.NoError(t, err)
		files[name] = &fstest.MapFile{Data: text}
	}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = &fstest.MapFile{Data: []byte(more[i+1])}
	}
	return files
}

// suiteHead is the frame of a suite; what a test is about stands behind it.
const suiteHead = `apiVersion: banfa/v1
kind: Suite
metadata: {name: s, title: 用例}
subject: Classification/parking
at: "2026-11-23T09:00:00+08:00"
`

// loadSuite loads one suite beside the small bundle.
func loadSuite(t testing.TB, body string) *ruleset.Suite {
	t.Helper()
	rules, err := Load(suiteFiles(t, "s_test.yaml", suiteHead+body))
	require.NoError(t, err)
	require.Len(t, rules.bundle.Suites, 1)
	return rules.bundle.Suites[0]
}

// findings returns code and sentence of everything that is wrong with a suite, one a line.
func suiteFindings(t testing.TB, files fs.FS) string {
	t.Helper()
	_, ds, err := Check(files)
	require.NoError(t, err)
	var lines []string
	for d := range ds.Filter(func(d Diagnostic) bool { return d.Severity == Error }).All() {
		lines = append(lines, d.Code+" "+d.Message("en"))
	}
	return strings.Join(lines, "\n")
}

func TestWhatASuiteNamesAndDoesNotExistIsShownAtItsPlace(t *testing.T) {
	for _, name := range []string{"names", "tables"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile("testdata/suites/" + name + "_test.yaml")
			require.NoError(t, err)
			_, ds, err := Check(suiteFiles(t, name+"_test.yaml", string(text)))
			require.NoError(t, err)
			ds = ds.Filter(func(d Diagnostic) bool { return d.Severity == Error })
			for _, lang := range []string{"zh", "en"} {
				var b strings.Builder
				require.NoError(t, ds.WriteText(&b, TextOptions{Lang: lang}))
				golden(t, "suites/"+name+"."+lang+".txt", b.String())
			}
		})
	}
}

func TestASuiteWithoutACaseFails(t *testing.T) {
	for _, body := range []string{"", "cases: []\n", "cases: []\ntables: []\nfixtures: {f: {secret: true}}\n"} {
		assert.Equal(t, "BF5005 the suite has no case; write one or remove the file", suiteFindings(t, suiteFiles(t, "s_test.yaml", suiteHead+body)))
	}
}

func TestASuiteNeedsASubjectThatExistsAndCanBeTested(t *testing.T) {
	subject := func(s string) string {
		return strings.Replace(suiteHead, "Classification/parking", s, 1) + "cases:\n  - {id: a, expect: {outcome: open}}\n"
	}
	for written, want := range map[string]string{
		"Classification/parkin":  "BF5006 the subject Classification/parkin is not in the bundle",
		"Clasification/parking":  "BF5006 the subject Clasification/parking is not in the bundle",
		"parking":                "BF5006 the subject parking is not written KIND/NAME",
		"Classification/a/b":     "BF5006 the subject Classification/a/b is not written KIND/NAME",
		"Instrument/rules":       "BF5006 a suite cannot test Instrument/rules",
		"Suite/s":                "BF5006 a suite cannot test Suite/s",
		"Classification/parking": "",
	} {
		assert.Equal(t, want, suiteFindings(t, suiteFiles(t, "s_test.yaml", subject(written))), written)
	}
}

func TestOfASubjectThatFailedToLoadTheSuiteSaysNothing(t *testing.T) {
	files := suiteFiles(t, "s_test.yaml", suiteHead+`
cases:
  - {id: a, basis: 第九条, facts: {no-such: 1}, expect: {nothing: 1}}
  - {id: b, given: none, expect: {outcome: open}}
tables:
  - id: t
    table: |
      | what || ever |
      | 1 |
`)
	broken := strings.Replace(string(files["subject.yaml"].Data), "when: secret,", "when: secrit,", 1)
	files["subject.yaml"] = &fstest.MapFile{Data: []byte(broken)}
	got := suiteFindings(t, files)
	assert.Contains(t, got, "BF2001")
	assert.Contains(t, got, "BF5001 the fixture none is not in fixtures", "what the suite itself holds is still checked")
	assert.Contains(t, got, "BF5007 this row has no ||")
	for _, about := range []string{"no-such is no fact", "nothing is nothing", "what is no fact", "ever is nothing"} {
		assert.NotContains(t, got, about)
	}
}

func TestASuiteOfConditionsIsCheckedAgainstTheFactsOfItsFile(t *testing.T) {
	text, err := os.ReadFile("testdata/suites/conditions.yaml")
	require.NoError(t, err)
	body := strings.Replace(suiteHead, "Classification/parking", "Conditions/access", 1) + `
cases:
  - {id: a, basis: 第三条, facts: {whatever: 1}, expect: {decision: approve}}
  - {id: b, basis: 第三条, facts: {}, expect: {decision: incomplete}}
`
	_, err = Load(suiteFiles(t, "s_test.yaml", body, "conditions.yaml", string(text)))
	require.ErrorContains(t, err, "whatever is no fact of Conditions/access")
	rules, err := Load(suiteFiles(t, "s_test.yaml", strings.Replace(body, "whatever: 1", "", 1), "conditions.yaml", string(text)))
	require.NoError(t, err)
	s := rules.bundle.Suites[0]
	assert.Len(t, s.Cases, 2)
}

func TestACaseStartsFromItsFixturesLeavesOutAndAdds(t *testing.T) {
	s := loadSuite(t, `
fixtures:
  first: {secret: false, private: true, owner: {certified: true, size: 3}}
  second: {private: false, level: 1, note: a}
cases:
  - id: a
    basis: [第一条, 第二条第（一）项]
    given: [first, second]
    without: [note, secret]
    facts: {level: 3, secret: null, share: "0.10", since: "2026-01-02", rows: 12}
    at: "2027-01-01T00:00:00+08:00"
    expect: {outcome: open, rules: [rest], review: false, without_them: null}
  - id: b
    skip: true
    why: 待定
    items: [{name: 车牌, private: true}, {name: 车位}]
    expect:
      held_back_by: 车牌
      rules: r-secret*
      paths: [{facts: {risk: low}, outcome: open}]
`)
	a, b := s.Cases[0], s.Cases[1]
	assert.Equal(t, map[string]any{
		"private": false, "level": json.Number("3"), "owner": map[string]any{"certified": true, "size": json.Number("3")},
		"secret": nil, "share": "0.1", "since": "2026-01-02", "rows": json.Number("12"),
	}, a.Facts, "later fixtures win, `without` removes, `facts` comes last and may say null")
	assert.Equal(t, []ruleset.Basis{{Long: "第一条", Short: "1"}, {Long: "第二条第（一）项", Short: "2(1)"}}, a.Basis)
	assert.Equal(t, "2027-01-01T00:00:00+08:00", a.At.Format(time.RFC3339))
	assert.Equal(t, "2026-11-23T09:00:00+08:00", b.At.Format(time.RFC3339), "the suite's time stands in for the case's")
	assert.Equal(t, []string{"outcome=open", "rules=[rest]", "review=false", "without_them=<nil>"}, expectations(a))
	assert.True(t, b.Skip)
	assert.Equal(t, "待定", b.Why)
	assert.Equal(t, []map[string]any{{"name": "车牌", "private": true}, {"name": "车位"}}, b.Items)
	assert.Equal(t, []string{
		"held_back_by=[车牌]", "rules=[r-secret]*", "paths=[map[facts:map[risk:low] outcome:open]]",
	}, expectations(b))
}

func expectations(c ruleset.Case) []string {
	var out []string
	for _, e := range c.Expect {
		star := ""
		if e.AtLeast {
			star = "*"
		}
		out = append(out, fmt.Sprintf("%s=%v%s", e.Key, e.Value, star))
	}
	return out
}

func TestFactsKeepNoTraceOfHowYAMLWroteThem(t *testing.T) {
	s := loadSuite(t, "cases:\n  - {id: a, facts: {share: 1.50, level: 2.0}, expect: {outcome: open}}\n")
	assert.Equal(t, map[string]any{"share": "1.5", "level": json.Number("2")}, s.Cases[0].Facts)
}
