package banfa_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
)

// rulesOf completes a file around its rules; facts a, b, c are bools, level an enum, text a string, list a list of up to 1,000 ints.
func rulesOf(rules string) string {
	const facts = `facts:
  a: {label: 甲, type: bool}
  b: {label: 乙, type: bool}
  level: {label: 等级, type: enum, values: {low: 低, high: 高}}
  text: {label: 文, type: string}
  nums: {label: 表, type: list, items: int}
waivers: [{code: BF2006, why: 测试, by: 测试}, {code: BF4003, why: 测试, by: 测试}, {code: BF4002, why: 测试, by: 测试}]
rules:
`
	return strings.Replace(head+facts, "{open", "{partly: 部分, open", 1) + rules +
		"otherwise: {id: rest, basis: 第二条, outcome: partly}\n"
}

// errorsOnly leaves warnings out: these cases are about one condition, and the waivers above only accept what they would add.
func errorsOnly(ds *banfa.Diagnostics) *banfa.Diagnostics {
	return ds.Filter(func(d banfa.Diagnostic) bool {
		return d.Severity == banfa.Error || d.Code == "BF2007" || d.Code == "BF2005"
	})
}

func TestAConditionIsCheckedAtItsPlaceInTheFile(t *testing.T) {
	deep := strings.Repeat("(a || (b && ", 200) + "a" + strings.Repeat("))", 200)
	cases := []struct {
		name, when string
		want       string // column and code, on line 14; empty where the condition is sound
		fixed      bool
	}{
		{"a comparison of an enum with a code", "level == 'low'", "", false},
		{"an enum compared with a label", "level == '高'", "63 BF2004", true},
		{"an enum compared with a code that does not exist", "level == 'hihg'", "63 BF2004", true},
		{"a label in a list of codes", "level in ['low', '高']", "71 BF2004", true},
		{"an undeclared fact near a declared one", "levle == 'low'", "54 BF2001", true},
		{"an undeclared function", "foo(a)", "54 BF2001", false},
		{"a condition that is no bool", "level", "54 BF2003", false},
		{"a condition that is a number", "1 + 1", "54 BF2003", false},
		{"operands of different types", "level > 1", "54 BF2002", false},
		{"a syntax error", "a &&", "", false},
		{"full-width punctuation", "a ＆＆ b", "56 BF2008", true},
		{"full-width brackets, as a Chinese keyboard writes them", "a && （b）", "59 BF2008", true},
		{"full-width punctuation within a text", "text == '（甲）'", "", false},
		{"a pattern that does not compile", "text.matches('(a+')", "67 BF2009", false},
		{"a pattern that is catastrophic elsewhere runs in linear time here", "text.matches('^(a+)+$')", "", false},
		{"a pattern that looks behind, which no linear-time engine has", "text.matches('(?<=a)b')", "67 BF2009", false},
		{"a date that does not exist", "date('2026-02-30') < date('2026-03-01')", "59 BF2009", false},
		{"nested comprehensions over long lists", "nums.all(x, nums.all(y, nums.exists(z, x + y == z)))", "54 BF2007", false},
		{"three levels over short texts are affordable", "[1, 2, 3].all(x, [1, 2].exists(y, x > y))", "", false},
		{"a condition 400 brackets deep", deep, "54 BF1012", false},
		{"a condition of 20,000 characters", "a" + strings.Repeat(" || a", 4000), "54 BF1012", false},
		{"has() of a declared fact", "has(level.x)", "", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := rulesOf("  - {id: x, basis: 第一条第（一）项, outcome: closed, when: \"" + strings.ReplaceAll(c.when, `"`, `\"`) + "\"}\n")
			began := time.Now()
			ds := errorsOnly(check(t, withLaw(file)))
			assert.Less(t, time.Since(began), 2*time.Second)
			t.Log(places(ds))
			if c.want == "" {
				return
			}
			require.Contains(t, places(ds), "14:"+c.want, "%s\n%v", c.when, ds)
			for d := range ds.All() {
				if c.fixed && strings.HasSuffix(c.want, d.Code) {
					requireFixHelps(t, file, d)
				}
				assert.NotContains(t, d.Message("zh")+d.Message("en"), "[BF")
			}
		})
	}
}

func TestRulesAreCheckedTogether(t *testing.T) {
	cases := []loadCase{
		{
			"overrides of a rule that does not exist, with the nearest one",
			rulesOf("  - {id: base, basis: 第一条第（一）项, when: a, outcome: closed}\n" +
				"  - {id: but, basis: 第一条第（二）项, when: a && b, outcome: open, overrides: [bsae]}\n"),
			[]string{"15:73 BF4007"},
			"bsae", true,
		},
		{
			"a rule that overrides itself",
			rulesOf("  - {id: base, basis: 第一条第（一）项, when: a, outcome: closed, overrides: [base]}\n"),
			[]string{"14:71 BF4004"},
			"itself", false,
		},
		{
			"two rules that override each other",
			rulesOf("  - {id: p, basis: 第一条第（一）项, when: a, outcome: closed, overrides: [q]}\n" +
				"  - {id: q, basis: 第一条第（二）项, when: b, outcome: open, overrides: [p]}\n"),
			[]string{"14:10 BF4004"},
			"q → p → q", false,
		},
		{
			"a circle of three",
			rulesOf("  - {id: p, basis: 第一条第（一）项, when: a, outcome: closed, overrides: [q]}\n" +
				"  - {id: q, basis: 第一条第（二）项, when: b, outcome: open, overrides: [r]}\n" +
				"  - {id: r, basis: 第一条第（二）项, when: b, outcome: open, overrides: [p]}\n"),
			[]string{"14:10 BF4004"},
			"q → r → p → q", false,
		},
		{
			"an id used twice",
			rulesOf("  - {id: p, basis: 第一条第（一）项, when: a, outcome: closed}\n" +
				"  - {id: p, basis: 第一条第（二）项, when: b, outcome: open}\n"),
			[]string{"15:10 BF1017"},
			"p is used twice", false,
		},
		{
			"a rule without any effect",
			rulesOf("  - {id: p, basis: 第一条第（一）项, when: a}\n"),
			[]string{"14:10 BF1014"},
			"has no outcome", false,
		},
		{
			"an outcome that is not declared",
			rulesOf("  - {id: p, basis: 第一条第（一）项, when: a, outcome: clsoed}\n"),
			[]string{"14:48 BF1014"},
			"clsoed", true,
		},
		{
			"an article that the law does not have",
			rulesOf("  - {id: p, basis: 第三条, when: a, outcome: closed}\n"),
			[]string{"14:20 BF3002"},
			"ends with Article 2", false,
		},
		{
			"an item that the article does not have",
			rulesOf("  - {id: p, basis: 第一条第（三）项, when: a, outcome: closed}\n"),
			[]string{"14:20 BF3002"},
			"item (2) is the last", false,
		},
		{
			"a citation in digits, with the right spelling as its fix",
			rulesOf("  - {id: p, basis: 第1条第(一)项, when: a, outcome: closed}\n"),
			[]string{"14:20 BF3001"},
			"", true,
		},
		{
			"an instrument that nobody declares",
			strings.Replace(rulesOf("  - {id: p, basis: 第一条第（一）项, when: a, outcome: closed}\n"), "instrument: law", "instrument: lwa", 1),
			[]string{"4:13 BF3004"},
			"lwa", true,
		},
		{
			"an effective window on a draft",
			strings.Replace(head, "status: draft", `status: draft, effective: {from: "2026-01-01"}`, 1) + sound,
			[]string{"3:47 BF3006"},
			"no effective window", false,
		},
		{
			"a file in force that cites a draft",
			strings.Replace(head, "status: draft", "status: in-force", 1) + sound,
			[]string{"4:13 BF3004"},
			"is a draft", false,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ds := errorsOnly(check(t, withLaw(c.file)))
			assert.Equal(t, c.want, places(ds), "%s\n%v", c.file, ds)
			for d := range ds.All() {
				assert.Contains(t, d.Message("en"), c.says)
				if c.fixed {
					requireFixHelps(t, c.file, d)
				}
				break
			}
		})
	}
}

// A rule that only repeats the residual outcome, or one that another always hides, is found over all values of all facts.
func TestTheAnalyserFindsWhatNoFactsCanChange(t *testing.T) {
	two := "facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}\n"
	rest := "otherwise: {id: rest, basis: 第二条, outcome: open}\n"
	cases := []loadCase{
		{
			"a fact that no condition uses", head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}\n" + rest,
			[]string{"6:36 BF2006"},
			"uses the fact b", false,
		},
		{
			"a gap, with facts for which nothing decides",
			head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a && b, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: '!a', outcome: open}\n",
			[]string{"7:1 BF4001"},
			"{a: true, b: false}", false,
		},
		{
			"no gap where the rules cover everything",
			head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a && b, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: '!a || !b', outcome: open}\n",
			[]string{},
			"", false,
		},
		{
			"a rule without which a gap would be left is decisive, although it is an exception with the strictest outcome",
			head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: '!a', outcome: open}\n  - {id: w, basis: 第一条第（二）项, when: a || b, outcome: closed, overrides: [x]}\n",
			[]string{},
			"", false,
		},
		{
			"an overlap that no override settles and no interpretation explains",
			head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: b, outcome: open}\n",
			[]string{"7:1 BF4001", "8:10 BF4002"},
			"", false,
		},
		{
			"an overlap that an override settles",
			head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: b, outcome: open, overrides: [x]}\n" + rest,
			[]string{},
			"", false,
		},
		{
			"a rule that is never decisive",
			head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: a && b, outcome: closed}\n" + rest,
			[]string{"9:10 BF4003"},
			"w never decides", false,
		},
		{
			"… accepted by a waiver",
			head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: a && b, outcome: closed}\n" + rest +
				"waivers: [{code: BF4003, rules: [w], why: 条文的列举, by: 甲}]\n",
			[]string{},
			"", false,
		},
		{
			"a waiver that accepts nothing",
			head + sound + "waivers: [{code: BF4003, rules: [x], why: 条文的列举, by: 甲}]\n",
			[]string{"10:11 BF1014"},
			"BF4003", false,
		},
		{
			"a waiver of an error is none",
			head + sound + "waivers: [{code: BF2001, rules: [x], why: 条文的列举, by: 甲}]\n",
			[]string{"10:18 BF1014"},
			"BF2001", false,
		},
		{
			"an outcome that no facts reach",
			strings.Replace(head, "open: 开放,", "open: 开放, partly: 部分,", 1) + sound,
			[]string{"5:22 BF4005"},
			"partly", false,
		},
		{
			"a condition that is never true", head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a && b, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: a && !a && b, outcome: closed}\n" + rest,
			[]string{"9:10 BF2005"},
			"never true", false,
		},
		{
			"a condition that is always true", head + two + "rules:\n  - {id: x, basis: 第一条第（一）项, when: a || b, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: a || !a, review: true}\n" + rest,
			[]string{"9:10 BF2005"},
			"always true", false,
		},
		{
			"an exception to a rule that another exception always defeats", head + two +
				"rules:\n  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}\n  - {id: w, basis: 第一条第（二）项, when: a && b, overrides: [x]}\n" +
				"  - {id: z, basis: 第一条第（二）项, when: b, overrides: [w]}\n" + rest,
			[]string{"9:10 BF4003"},
			"overridden by z", false,
		},
	}
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

func TestAPlaceIsTheSameWithChineseTextWindowsLinesAndAByteOrderMark(t *testing.T) {
	file := rulesOf("  - {id: x, basis: 第一条第（一）项, message: 依法、依规，不予开放, outcome: closed, when: \"text == '甲乙丙' && levle == 'low'\"}\n")
	want := []string{"14:92 BF2001"}
	assert.Equal(t, want, places(errorsOnly(check(t, withLaw(file)))))
	windows := "\ufeff" + strings.ReplaceAll(file, "\n", "\r\n")
	assert.Equal(t, want, places(errorsOnly(check(t, withLaw(windows)))))
	block := rulesOf("  - id: x\n    basis: 第一条第（一）项\n    outcome: closed\n    when: |\n      text == '甲' // 注释\n      && levle == 'low'\n")
	assert.Equal(t, []string{"19:10 BF2001"}, places(errorsOnly(check(t, withLaw(block)))))
	assert.Equal(t, []string{"19:10 BF2001"}, places(errorsOnly(check(t, withLaw("\ufeff"+strings.ReplaceAll(block, "\n", "\r\n"))))))
}

func TestFixesWorkInWindowsFilesToo(t *testing.T) {
	file := "\ufeff" + strings.ReplaceAll(rulesOf("  - id: x\n    basis: 第一条第（一）项\n    outcome: closed\n    when: |\n      text == '甲'\n      && levle == 'low'\n"), "\n", "\r\n")
	for d := range errorsOnly(check(t, withLaw(file))).All() {
		requireFixHelps(t, file, d)
	}
}

func TestStrictLoadsFailOnWarnings(t *testing.T) {
	files := withLaw(head + "facts: {a: {label: 甲, type: bool}, b: {label: 乙, type: bool}}\n" + strings.SplitN(sound, "\n", 2)[1])
	rules, err := banfa.Load(files)
	require.NoError(t, err)
	assert.Equal(t, []string{"6:36 BF2006"}, places(rules.Warnings()))
	_, err = banfa.Load(files, banfa.Strict())
	var ds *banfa.Diagnostics
	require.ErrorAs(t, err, &ds)
	assert.Equal(t, 1, ds.Len())
}

func TestAnotherBundlesInstrumentsCanBeCitedUnlessTheBundleHasItsOwn(t *testing.T) {
	alone := fstest.MapFS{"r.yaml": {Data: []byte(head + sound)}}
	assert.Equal(t, []string{"4:13 BF3004"}, places(check(t, alone)))
	other := fstest.MapFS{"law.yaml": {Data: []byte(law)}, "broken.yaml": {Data: []byte("a: [")}}
	assert.Empty(t, places(check(t, alone, banfa.Citable(other))))
	own := withLaw(strings.Replace(head+sound, "第二条", "第三条", 1))
	own["law.yaml"] = &fstest.MapFile{Data: []byte(law + "  - {n: 3, title: 丙, paragraphs: [0]}\n")}
	assert.Empty(t, places(check(t, own, banfa.Citable(other))))
}

func TestAReviewOlderThanAYearIsAFinding(t *testing.T) {
	files := withLaw(strings.Replace(head, "status: draft", `status: draft, reviewed: {date: "2025-11-24", by: 甲}`, 1) + sound)
	day := func(s string) banfa.Option {
		at, err := time.Parse(time.DateOnly, s)
		require.NoError(t, err)
		return banfa.ReviewedBy(at)
	}
	assert.Empty(t, places(check(t, files)))
	assert.Empty(t, places(check(t, files, day("2026-11-24"))))
	assert.Equal(t, []string{"3:64 BF3007"}, places(check(t, files, day("2026-11-25"))))
}
