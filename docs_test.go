package banfa_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func TestEveryDiagnosticCodeHasAPageAndEveryPageACode(t *testing.T) {
	files, err := filepath.Glob("docs/diagnostics/BF*.md")
	require.NoError(t, err)
	var pages []string
	for _, f := range files {
		pages = append(pages, strings.TrimSuffix(filepath.Base(f), ".md"))
	}
	assert.Equal(t, message.Codes(), pages)
	index := readPage(t, "docs/diagnostics/README.md")
	for _, code := range message.Codes() {
		page := readPage(t, "docs/diagnostics/"+code+".md")
		assert.True(t, strings.HasPrefix(page, "# "+code+": "+message.Title("en", code)+"\n\n"+message.Title("zh", code)+" · "), code)
		assert.Contains(t, index, "["+code+"]("+code+".md) | "+message.Title("en", code)+" | "+message.Title("zh", code)+" |")
	}
}

// withoutExample are the pages whose finding cannot be shown in a few lines of UTF-8, or that no part of this version reports.
func withoutExample() []string {
	return []string{"BF1010", "BF1012", "BF3003", "BF4006", "BF5003", "BF5004"}
}

func TestTheExamplesOfThePagesAreTrue(t *testing.T) {
	block := regexp.MustCompile("(?s)## (Avoid|Prefer) [^\n]*\n\n```yaml\n(.*?)```\n")
	for _, code := range message.Codes() {
		t.Run(code, func(t *testing.T) {
			page := readPage(t, "docs/diagnostics/"+code+".md")
			examples := block.FindAllStringSubmatch(page, -1)
			if slices.Contains(withoutExample(), code) {
				assert.Empty(t, examples)
				return
			}
			require.Len(t, examples, 2)
			avoid, prefer := pageCodes(t, examples[0][2]), pageCodes(t, examples[1][2])
			assert.Contains(t, avoid, code, "what the page says to avoid")
			assert.NotContains(t, prefer, code, "what the page prefers")
			for _, c := range prefer {
				assert.False(t, c != "BF5002" && c != "BF5004", "what the page prefers has a finding of its own: %s", c)
			}
			assert.Contains(t, page, " · "+pageSeverity(t, examples[0][2], code)+"（")
		})
	}
}

// pageBundle lays an example into the sample rule file or suite: its sections replace those of the same name. An example that is a whole
// file stands for the rule file.
func pageBundle(t *testing.T, example string) fstest.MapFS {
	t.Helper()
	rules, suite := readPage(t, "testdata/pages/classification.yaml"), readPage(t, "testdata/pages/suite.yaml")
	second := ""
	switch {
	case strings.Contains(example, "apiVersion:"):
		rules = example
	case strings.Contains(example, "b.yaml"):
		second = replacePageSections(rules, example)
	case strings.HasPrefix(example, "subject:"), strings.HasPrefix(example, "cases:"), strings.HasPrefix(example, "tables:"):
		suite = replacePageSections(suite, example)
	default:
		if strings.Contains(example, "# WITHOUT otherwise\n") {
			rules = replacePageSections(rules, "otherwise: …\n")
			rules = strings.Replace(rules, "otherwise: …\n", "", 1)
		}
		rules = replacePageSections(rules, example)
	}
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(rules)}}
	if second != "" {
		fsys["b.yaml"] = &fstest.MapFile{Data: []byte(second)}
	}
	if strings.Contains(rules, "consent") && strings.Contains(rules, "private: {") && !strings.Contains(rules, "risk:") {
		fsys["c.yaml"] = &fstest.MapFile{Data: []byte(suite)}
	}
	return fsys
}

// pageSections cuts a file where a line begins with a key.
func pageSections(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if len(out) == 0 || line[0] != ' ' && line[0] != '#' {
			out = append(out, "")
		}
		out[len(out)-1] += line
	}
	return out
}

func pageSectionName(section string) string {
	for line := range strings.Lines(section) {
		if name, _, ok := strings.Cut(line, ":"); ok && line[0] != '#' {
			return name
		}
	}
	return ""
}

func replacePageSections(file, example string) string {
	parts := pageSections(file)
	for _, s := range pageSections(example) {
		if pageSectionName(s) == "" {
			continue
		}
		i := slices.IndexFunc(parts, func(p string) bool { return pageSectionName(p) == pageSectionName(s) })
		if i < 0 {
			i = len(parts)
			parts = append(parts, "")
		}
		parts[i] = s
	}
	return strings.Join(parts, "")
}

func pageFindings(t *testing.T, example string) []banfa.Diagnostic {
	t.Helper()
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	rules, ds, err := banfa.Check(pageBundle(t, example), banfa.Citable(shenzhen.FS()), banfa.ReviewedBy(day))
	require.NoError(t, err)
	found := slices.Collect(ds.All())
	if rules != nil {
		cov, err := conformance.Cover(t.Context(), rules, conformance.Now(day))
		require.NoError(t, err)
		found = append(found, cov.Findings()...)
	}
	return found
}

func pageCodes(t *testing.T, example string) []string {
	t.Helper()
	var codes []string
	for _, d := range pageFindings(t, example) {
		codes = append(codes, d.Code)
	}
	return codes
}

func pageSeverity(t *testing.T, example, code string) string {
	t.Helper()
	for _, d := range pageFindings(t, example) {
		if d.Code == code {
			return d.Severity.String()
		}
	}
	return "none"
}

// goldenPage compares a page that is generated with the file, or with -update writes it.
func goldenPage(t *testing.T, file, got string) {
	t.Helper()
	if flag.Lookup("update").Value.String() == "true" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	assert.Equal(t, readPage(t, file), got, "go test . -update writes %s", file)
}

var markdownLink = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)

func TestEveryLinkOfTheDocumentsLeadsToAFile(t *testing.T) {
	pages := []string{"README.md", "README.zh-CN.md", "CHANGELOG.md"}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		pages = append(pages, found...)
	}
	for _, page := range pages {
		for _, m := range markdownLink.FindAllStringSubmatch(readPage(t, page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(page), m[1]))
			assert.NoError(t, err, "%s links to %s", page, m[1])
		}
	}
}
