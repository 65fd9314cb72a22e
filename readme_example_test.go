package banfa_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func Example_english() {
	rules, err := banfa.Load(os.DirFS("testdata/readme/en"), banfa.Citable(shenzhen.FS()))
	if err != nil {
		log.Fatal(err) // a *banfa.Diagnostics: every finding, with its place
	}
	c, err := classify.New(rules)
	if err != nil {
		log.Fatal(err)
	}
	r, err := c.Classify(context.Background(), banfa.JSON(`{
		"name": "Car park entries", "consent_obtained": false,
		"items": [{"name": "spaces", "personal_privacy": false}, {"name": "number plate", "personal_privacy": true}]
	}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(r.Explain("en"))
	// Output:
	// Car park entries
	// Outcome: not to be opened (closed)
	// Because:
	//   Article 12(3) (art12-3): It involves privacy.
	//       involves personal privacy (personal_privacy) = yes
	// Held back by: number plate. Without them: open to all
	// Could lawfully be more open:
	//   obtain the consent of everyone concerned → open on conditions
	// Computed from a draft, not law in force: 深圳市公共数据开放管理办法（征求意见稿）
}

func Example_chinese() {
	rules, err := banfa.Load(os.DirFS("testdata/readme/zh"), banfa.Citable(shenzhen.FS()))
	if err != nil {
		log.Fatal(err) // *banfa.Diagnostics：全部问题及其位置
	}
	c, err := classify.New(rules)
	if err != nil {
		log.Fatal(err)
	}
	r, err := c.Classify(context.Background(), banfa.JSON(`{
		"name": "停车场出入记录", "consent_obtained": false,
		"items": [{"name": "泊位数", "personal_privacy": false}, {"name": "车牌号", "personal_privacy": true}]
	}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(r.Explain("zh"))
	// Output:
	// 停车场出入记录
	// 结论：不予开放类（closed）
	// 依据：
	//   第十二条第（三）项（art12-3）：涉及个人隐私
	//       涉及个人隐私（personal_privacy）= 是
	// 受限于数据项：车牌号；除去后：无条件开放类
	// 依法还可以更开放：
	//   取得相关主体同意 → 有条件开放类
	// 依据的是草案，不是现行有效的规定：深圳市公共数据开放管理办法（征求意见稿）
}

// exampleParts cuts an example of this file into the code and the output that a reader of the README sees.
func exampleParts(t *testing.T, name string) (code, output string) {
	t.Helper()
	source := readPage(t, "readme_example_test.go")
	m := regexp.MustCompile(`(?s)\nfunc ` + name + `\(\) \{\n(.*?)\t// Output:\n(.*?)\n\}\n`).FindStringSubmatch(source)
	require.NotNil(t, m, "no %s in this file", name)
	return dedent(m[1], "\t"), dedent(m[2], "\t// ")
}

func dedent(s, prefix string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], prefix)
	}
	return strings.Join(lines, "\n") + "\n"
}

func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// shows asserts that the block of a page that follows <!-- NAME --> holds text, or with -update puts it there.
func shows(t *testing.T, page, name, language, text string) {
	t.Helper()
	all := readPage(t, page)
	block := regexp.MustCompile("(?s)(<!-- " + name + " -->\n```" + language + "\n)(.*?)(```\n)")
	m := block.FindStringSubmatchIndex(all)
	require.NotNil(t, m, "%s has no block <!-- %s -->", page, name)
	if flag.Lookup("update").Value.String() == "true" {
		require.NoError(t, os.WriteFile(page, []byte(all[:m[4]]+text+all[m[5]:]), 0o644))
		return
	}
	assert.Equal(t, text, all[m[4]:m[5]], "%s, block %s; go test . -update writes it", page, name)
}

// A reader copies from the README. What stands there is the code that the examples run, the file that they load, and what they print.
func TestTheReadmesShowWhatTheExamplesRunAndPrint(t *testing.T) {
	for _, page := range []struct{ lang, readme, example string }{
		{"en", "README.md", "Example_english"},
		{"zh", "README.zh-CN.md", "Example_chinese"},
	} {
		t.Run(page.lang, func(t *testing.T) {
			code, output := exampleParts(t, page.example)
			shows(t, page.readme, "rule file", "yaml", readPage(t, "testdata/readme/"+page.lang+"/open-type.yaml"))
			shows(t, page.readme, "code", "go", code)
			shows(t, page.readme, "output", "text", output)

			const maxLines = 150
			assert.LessOrEqual(t, strings.Count(readPage(t, page.readme), "\n"), maxLines, "a README is read in one sitting")
		})
	}
}

func TestTheReadmesShowTheDiagnosticsOfTheirBadRule(t *testing.T) {
	for lang, page := range map[string]string{"en": "README.md", "zh": "README.zh-CN.md"} {
		t.Run(lang, func(t *testing.T) {
			bad := fstest.MapFS{"open-type.yaml": {Data: []byte(readPage(t, "testdata/readme/bad."+lang+".yaml"))}}
			_, findings, err := banfa.Check(bad, banfa.Citable(shenzhen.FS()))
			require.NoError(t, err)
			require.True(t, findings.HasErrors())
			var out bytes.Buffer
			require.NoError(t, findings.WriteText(&out, banfa.TextOptions{Lang: lang}))
			shows(t, page, "diagnostics", "text", out.String())
		})
	}
}
