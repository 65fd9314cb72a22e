package banfa

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

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
