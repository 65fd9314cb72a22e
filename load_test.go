package banfa_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
)

// law is a small instrument that the files of these tests cite: article 1 has one paragraph with two items, article 2 has none.
const law = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: law, title: 示例条例, status: draft}
articles:
  - {n: 1, title: 甲, paragraphs: [2]}
  - {n: 2, title: 乙, paragraphs: [0]}
`

// head takes the first five lines of a file, so that what a test shows begins on line 6.
const head = `apiVersion: banfa/v1
kind: Classification
metadata: {name: r, title: 规则, status: draft}
instrument: law
outcomes: {open: 开放, closed: 不开放}
`

// sound completes a file: one fact, one rule, one residual rule.
const sound = `facts: {a: {label: 甲, type: bool}}
rules:
  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}
otherwise: {id: rest, basis: 第二条, outcome: open}
`

func withLaw(text string) fstest.MapFS {
	return fstest.MapFS{"law.yaml": {Data: []byte(law)}, "r.yaml": {Data: []byte(text)}}
}

// check returns all findings of a bundle, as Check does, and requires that nothing but the files is wrong.
func check(t testing.TB, files fstest.MapFS, opts ...banfa.Option) *banfa.Diagnostics {
	t.Helper()
	_, ds, err := banfa.Check(files, opts...)
	require.NoError(t, err)
	return ds
}

// places writes findings as LINE:COLUMN CODE, with the file in front where it is not r.yaml.
func places(ds *banfa.Diagnostics) []string {
	out := []string{}
	for d := range ds.All() {
		s := fmt.Sprintf("%d:%d %s", d.Range.Start.Line, d.Range.Start.Column, d.Code)
		if d.File != "r.yaml" {
			s = d.File + ":" + s
		}
		out = append(out, s)
	}
	return out
}

// loadCase is a file with what is wrong in it. fixed means that each finding offers a fix and is gone once it is applied.
type loadCase struct {
	name  string
	file  string
	want  []string
	says  string // part of the first finding's sentence
	fixed bool
}

func (c *loadCase) run(t *testing.T) {
	t.Helper()
	ds := check(t, withLaw(c.file))
	assert.Equal(t, c.want, places(ds), "%s\n%v", c.file, ds)
	for d := range ds.All() {
		if c.says != "" {
			assert.Contains(t, d.Message("en"), c.says)
		}
		assert.NotContains(t, d.Message("zh"), "[", "every finding has a Chinese sentence")
		if c.fixed {
			requireFixHelps(t, c.file, d)
		}
		break
	}
}

// requireFixHelps applies the first fix and requires that the finding is gone and nothing else came.
func requireFixHelps(t *testing.T, file string, d banfa.Diagnostic) {
	t.Helper()
	require.NotEmpty(t, d.Fixes, "%s offers no fix", d.Code)
	errors := func(text string) []string {
		ds := check(t, withLaw(text))
		return places(ds.Filter(func(g banfa.Diagnostic) bool { return g.Severity == d.Severity }))
	}
	fixed := edited(file, d.Fixes[0].Edits)
	before, after := errors(file), errors(fixed)
	gone := fmt.Sprintf("%d:%d %s", d.Range.Start.Line, d.Range.Start.Column, d.Code)
	assert.NotContains(t, after, gone, "after the fix:\n%s", fixed)
	assert.Less(t, len(after), len(before), "the fix brings new findings:\n%s", fixed)
}

// edited applies edits, which do not overlap, to a text.
func edited(text string, edits []banfa.Edit) string {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b banfa.Edit) int {
		return offset(text, b.Range.Start) - offset(text, a.Range.Start)
	})
	for _, e := range edits {
		text = text[:offset(text, e.Range.Start)] + e.NewText + text[offset(text, e.Range.End):]
	}
	return text
}

func offset(text string, p banfa.Position) int {
	at := 0
	for line := 1; line < p.Line; line++ {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	n := 1
	for i := range text[at:] {
		if n == p.Column {
			return at + i
		}
		n++
	}
	return len(text)
}

func TestASoundFileHasNoFindings(t *testing.T) {
	assert.Empty(t, places(check(t, withLaw(head+sound))))
}

func TestHostileBundlesAreRefusedAtTheirPlace(t *testing.T) {
	bomb := "a: &a [x, x]\n"
	for i := 'b'; i <= 'z'; i++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c]\n", i, i, i-1, i-1)
	}
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	cases := []struct {
		name, file, want, says string
	}{
		{"an alias bomb is refused at its first anchor, not expanded", bomb, "1:4 BF1007", "anchors are not used"},
		{"10,000 levels of flow nesting", "a: " + deep + "\n", "1:67 BF1012", "limit of 64 (YAML depth)"},
		{"10,000 levels of block nesting", strings.Repeat("- ", 10_000) + "x\n", "1:129 BF1012", "limit of 64 (YAML depth)"},
		{"a NUL byte", head + "facts: {a\x00: 1}\n", "6:10 BF1010", "U+0000"},
		{"invalid UTF-8, as GBK is", head + "facts: \xb9\xab\n", "6:8 BF1010", "0xB9"},
		{"UTF-16", "\xff\xfea\x00:\x00", "1:1 BF1010", "UTF-16"},
		{"two documents", head + sound + "---\n" + head + sound, "10:1 BF1011", "document"},
		{"an empty file", "", "1:1 BF1000", ""},
		{"no text at all", "PK\x03\x04\n", "1:3 BF1010", "U+0003"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			ds := check(t, withLaw(c.file))
			assert.Less(t, time.Since(began), 2*time.Second)
			assert.Contains(t, places(ds), c.want)
			sentences := ""
			for d := range ds.All() {
				sentences += d.Message("en") + "\n"
			}
			assert.Contains(t, sentences, c.says)
			_, err := banfa.Load(withLaw(c.file))
			require.Error(t, err)
		})
	}
}

func TestAScalarOf50MBIsRefusedByTheFilesSizeWithoutBeingRead(t *testing.T) {
	files := withLaw(head + "interpretations: " + strings.Repeat("x", 50<<20) + "\n")
	began := time.Now()
	ds := check(t, files)
	assert.Less(t, time.Since(began), time.Second)
	assert.Equal(t, []string{"1:1 BF1012"}, places(ds))
	assert.Contains(t, ds.Error(), "1048576 (file size)")
}

func TestEveryLimitCanBeSetAndIsNamed(t *testing.T) {
	three := withLaw(head + sound)
	three["r2.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(head, "name: r,", "name: r2,", 1) + sound)}
	long := head + strings.Replace(sound, "when: a,", "when: 'a"+strings.Repeat(" || a", 50)+"',", 1)
	nested := head + strings.Replace(sound, "when: a,", "when: '"+strings.Repeat("a && (a || (", 20)+"a"+strings.Repeat("))", 20)+"',", 1)
	costly := strings.Replace(head+sound, "{a: {label: 甲, type: bool}}", "{a: {label: 甲, type: list, items: int}}", 1)
	costly = strings.Replace(costly, "when: a,", "when: 'a.all(p, a.exists(q, p == q))',", 1)
	cases := []struct {
		name   string
		files  fstest.MapFS
		limits banfa.Limits
		want   string
		says   string
	}{
		{"file size", withLaw(head + sound), banfa.Limits{FileBytes: 300}, "1:1 BF1012", "limit of 300 (file size)"},
		{"files", three, banfa.Limits{Files: 2}, "r2.yaml:0:0 BF1012", "limit of 2 (files in a bundle)"},
		{"rules", three, banfa.Limits{Rules: 1}, ".:0:0 BF1012", "limit of 1 (rules in a bundle)"},
		{"YAML depth", withLaw(head + sound), banfa.Limits{Depth: 2}, "6:12 BF1012", "limit of 2 (YAML depth)"},
		{"expression size", withLaw(long), banfa.Limits{ExpressionBytes: 100}, "8:37 BF1012", "expression.size (100)"},
		{"expression depth", withLaw(nested), banfa.Limits{ExpressionDepth: 20}, "8:37 BF1012", "expression.depth (20)"},
		{"cost of a rule", withLaw(costly), banfa.Limits{RuleCost: 1000}, "8:37 BF2007", "limit of 1000"},
		{"cost of an evaluation", withLaw(costly), banfa.Limits{EvaluationCost: 1000}, "8:37 BF2007", "limit of 1000"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.NotContains(t, check(t, c.files).Error(), c.want, "the default allows it")
			ds := check(t, c.files, banfa.WithLimits(c.limits))
			assert.Contains(t, places(ds), c.want)
			found := ""
			for d := range ds.All() {
				found += d.Message("en") + "\n"
			}
			assert.Contains(t, found, c.says)
		})
	}
}

func TestTheFrameIsCheckedKeyByKey(t *testing.T) {
	cases := []loadCase{
		{"a duplicate key", head + sound + "otherwise: {id: r2, basis: 第二条, outcome: open}\n", []string{"10:1 BF1004"}, "otherwise", false},
		{
			"an unknown key, with the nearest one as its fix",
			head + "facts: {a: {labl: 甲, label: 甲, type: bool}}\n" + strings.SplitN(sound, "\n", 2)[1],
			[]string{"6:13 BF1005"},
			"labl", false,
		},
		{
			"a misspelt key", head + strings.Replace(sound, "when: a", "wen: a", 1),
			[]string{"8:30 BF1005"}, // and not also that the key it was meant for is missing
			"", false,
		},
		{"a missing key", head + strings.Replace(sound, " basis: 第一条第（一）项,", "", 1), []string{"8:6 BF1013"}, "basis", false},
		{"an unknown apiVersion", "apiVersion: v1\n" + strings.SplitN(head, "\n", 2)[1] + sound, []string{"1:13 BF1015"}, "v1", false},
		{"an unknown kind", strings.Replace(head, "Classification", "Clasification", 1) + sound, []string{"2:7 BF1015"}, "Clasification", true},
		{"a list where a mapping must stand", head + strings.Replace(sound, "{a: {label: 甲, type: bool}}", "[a]", 1), []string{"6:8 BF1014", "8:36 BF2001"}, "mapping", false},
		{"a number where a text must stand", strings.Replace(head, "规则", "42", 1) + sound, []string{"3:28 BF1014"}, "put 42 in quotes", false},
		{"a name that CEL cannot read", head + strings.ReplaceAll(sound, "{a:", "{甲:"), []string{"6:9 BF1017", "8:36 BF2001"}, "", false},
		{"a name that means something already", head + strings.ReplaceAll(sound, "{a:", "{items:"), []string{"6:9 BF1017", "8:36 BF2001"}, "items", false},
		{"an anchor", head + strings.Replace(sound, "{a: {", "&f {a: {", 1), []string{"6:8 BF1007"}, "&f", true},
		{"a tag", head + strings.Replace(sound, "{a: {", "!!map {a: {", 1), []string{"6:8 BF1008"}, "!!map", true},
		{"a negation that YAML reads as a tag", head + strings.Replace(sound, "when: a,", "when: !a,", 1), []string{"8:36 BF1003"}, "", true},
		{"an unquoted date", strings.Replace(head, "status: draft", "status: draft, reviewed: {date: 2026-01-01, by: 甲}", 1) + sound, []string{"3:64 BF1009"}, "", true},
		{"a word of YAML 1.1", head + strings.Replace(sound, "outcome: closed", "outcome: closed, review: yes", 1), []string{"8:64 BF1006"}, "", true},
		{
			"a folded condition",
			head + "facts: {a: {label: 甲, type: bool}}\nrules:\n  - id: x\n    basis: 第一条第（一）项\n    when: >\n      a\n    outcome: closed\n" +
				"otherwise: {id: rest, basis: 第二条, outcome: open}\n",
			[]string{"10:11 BF1001"},
			"block", true,
		},
		{"an escape in a double-quoted condition", head + strings.Replace(sound, "when: a,", `when: "a || '\t' == ''",`, 1), []string{"8:36 BF1002"}, "", false},
	}
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

func TestAllProblemsOfAllFilesComeInOneRunSorted(t *testing.T) {
	files := fstest.MapFS{
		"law.yaml":    {Data: []byte(law)},
		"b.yaml":      {Data: []byte(head + strings.Replace(sound, "when: a", "when: b", 1))},
		"a/c.yml":     {Data: []byte(head + sound)},
		"a/d.yaml":    {Data: []byte("kind: [\n")},
		"notes.txt":   {Data: []byte("not read")},
		".git/x.yaml": {Data: []byte("not read: [")},
	}
	want := []string{"a/d.yaml:1:7 BF1000", "b.yaml:3:18 BF1016", "b.yaml:8:36 BF2001"}
	for range 5 {
		ds := check(t, files)
		assert.Equal(t, want, places(ds))
		assert.True(t, slices.IsSorted(places(ds)))
	}
}

func TestTwoFilesOfOneKindAndNameAreRefusedAndPointAtEachOther(t *testing.T) {
	files := withLaw(head + sound)
	files["s.yaml"] = files["r.yaml"]
	ds := check(t, files)
	require.Equal(t, []string{"s.yaml:3:18 BF1016"}, places(ds))
	for d := range ds.All() {
		require.Len(t, d.Related, 1)
		assert.Equal(t, "r.yaml", d.Related[0].File)
	}
}

func TestACancelledLoadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := banfa.Load(withLaw(head+sound), banfa.WithContext(ctx))
	require.ErrorIs(t, err, context.Canceled)
}

// FuzzLoad: whatever the bytes, a load does not panic, each finding lies inside the file, and what loads once loads again with the
// same digest.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(head + sound))
	f.Add([]byte("\ufeff" + strings.ReplaceAll(head+sound, "\n", "\r\n")))
	f.Add([]byte(strings.Replace(head+sound, "when: a", "when: |\n      a && '中' == \"", 1)))
	f.Add([]byte(head + "facts: {a: {label: 甲, type: list, items: {type: object, fields: {b: {label: 乙, type: date, min: \"2026-01-01\"}}}}}\n"))
	f.Add([]byte(law))
	f.Fuzz(func(t *testing.T, text []byte) {
		files := fstest.MapFS{"law.yaml": {Data: []byte(law)}, "r.yaml": {Data: text}}
		rules, ds, err := banfa.Check(files)
		require.NoError(t, err)
		lines := bytes.Split(text, []byte("\n"))
		for d := range ds.All() {
			for _, p := range []banfa.Position{d.Range.Start, d.Range.End} {
				if d.File != "r.yaml" || p == (banfa.Position{}) {
					continue
				}
				require.True(t, p.IsValid(), "%v", d)
				require.LessOrEqual(t, p.Line, len(lines), "%v", d)
				require.LessOrEqual(t, p.Column, len([]rune(string(lines[p.Line-1])))+1, "%v", d)
			}
			require.NotEmpty(t, d.Message("zh"))
		}
		if rules == nil {
			require.True(t, ds.HasErrors())
			return
		}
		again, err := banfa.Load(files)
		require.NoError(t, err)
		require.Equal(t, rules.Digest(), again.Digest())
	})
}
