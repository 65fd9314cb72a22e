package condition_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/condition"
)

// complete is an agreement that settles everything: each test takes one thing away, or puts one in.
func complete() condition.Agreement {
	return condition.Agreement{
		Schema: condition.AgreementSchema, Lang: "zh", Title: "公共数据开放利用协议",
		Provider: condition.Party{Name: "市交通运输局", Contact: "数据科 0000-0001"},
		User:     condition.Party{Name: "云湾出行有限公司", Code: "91440300MA0000000X", Contact: "张三 0000-0002"},
		Datasets: []string{"停车场实时泊位"}, Scenario: "智慧交通",
		Usage:  condition.UsageTerm{Code: "sandbox", Label: "原始数据不出域"},
		Period: condition.AgreementPeriod{From: "2026-12-01", Until: "2027-11-30"},
		Terms: []condition.Term{
			{ID: condition.TermFeedback, Clauses: []condition.Clause{{Text: "乙方每季度书面告知甲方利用情况。"}}},
			{ID: condition.TermPurpose, Clauses: []condition.Clause{{Text: "乙方仅用于智慧交通，改变用途须经同意。"}}},
			{ID: condition.TermDissemination, Clauses: []condition.Clause{{Text: "未经同意，乙方不得转让或者公开数据。", Of: "no-passing-on"}}},
			{ID: condition.TermAttribution, Clauses: []condition.Clause{{Text: "成果写明数据名称和提供单位。"}}},
			{ID: condition.TermSecurity, Clauses: []condition.Clause{
				{Part: "duties", Text: "乙方对数据安全负责。"}, {Part: "capability", Text: "等级保护定级不低于二级。"}, {Part: "safeguards", Text: "加密存储，保留日志。"},
			}},
			{ID: condition.TermInspection, Clauses: []condition.Clause{{Text: "乙方配合检查。"}}},
			{ID: condition.TermOther, Clauses: []condition.Clause{
				{Part: "credit", Text: "乙方所述属实。"}, {Part: "breach", Text: "违约的，赔偿损失。"}, {Part: "disputes", Text: "协商不成的，向甲方所在地法院起诉。"},
			}},
		},
		Decision: &condition.AgreementDecision{
			Ruleset: "Conditions/parking", Decision: "approve", UsageMode: "sandbox", Scenario: "智慧交通", Datasets: []string{"停车场实时泊位"},
			Obligations: []condition.AgreementDuty{{ID: "no-passing-on", Text: "乙方不得转让或者公开数据"}},
		},
	}
}

func TestAnAgreementThatSettlesAllSevenTermsHasNoFindings(t *testing.T) {
	assert.Empty(t, condition.CheckAgreement(complete()))
}

func TestTheSevenTermsAreThoseOfTheItemsOfArticle43(t *testing.T) {
	want := []string{
		"feedback 第四十三条第一款第（一）项 利用情况反馈", "purpose 第四十三条第一款第（二）项 利用范围", "dissemination 第四十三条第一款第（三）项 不得传播",
		"attribution 第四十三条第一款第（四）项 成果注明来源", "security 第四十三条第一款第（五）项 数据安全", "inspection 第四十三条第一款第（六）项 监督检查",
		"other 第四十三条第一款第（七）项 信用承诺、违约和争议",
	}
	var got []string
	for _, id := range condition.Terms() {
		got = append(got, string(id)+" "+id.Basis()+" "+id.Label("zh"))
		assert.NotEmpty(t, id.Label("en"))
	}
	assert.Equal(t, want, got)
}

// codes are the findings as a list that a test can read: severity code term field.
func codes(findings []condition.Finding) (out []string) {
	for _, f := range findings {
		out = append(out, strings.Join(strings.Fields(strings.Join([]string{f.Severity, f.Code, string(f.Term), f.Field}, " ")), " "))
	}
	return out
}

func TestWhatAnAgreementLacksOrGetsWrongIsAFinding(t *testing.T) {
	clause := func(i, j int, text string) func(*condition.Agreement) {
		return func(a *condition.Agreement) { a.Terms[i].Clauses[j].Text = text }
	}
	for _, c := range []struct {
		name   string
		change func(*condition.Agreement)
		want   []string
		zh     string // of the first finding
	}{
		{"a term is missing", func(a *condition.Agreement) { a.Terms = a.Terms[1:] }, []string{"error missing_term feedback terms"}, "缺少“利用情况反馈”条款"},
		{"a term is empty", func(a *condition.Agreement) { a.Terms[0].Clauses = nil }, []string{"error empty_term feedback terms"}, "“利用情况反馈”条款没有内容"},
		{"a term says nothing", clause(0, 0, " —…。 "), []string{"error empty_term feedback terms"}, "“利用情况反馈”条款没有内容"},
		{"a term is only a blank", clause(0, 0, "【待填：周期】"), []string{"error empty_term feedback terms", "error blank feedback terms[0].clauses[0].text"}, ""},
		{"a part of security is missing", func(a *condition.Agreement) { a.Terms[4].Clauses = a.Terms[4].Clauses[:2] }, []string{"error missing_part security terms"}, "“数据安全”条款没有约定：保障措施"},
		{"no way to settle disputes", func(a *condition.Agreement) { a.Terms[6].Clauses = a.Terms[6].Clauses[:2] }, []string{"error missing_part other terms"}, "“信用承诺、违约和争议”条款没有约定：争议解决"},
		{"our blank is left", clause(0, 0, "乙方每【待填：反馈周期】书面告知。"), []string{"error blank feedback terms[0].clauses[0].text"}, "terms[0].clauses[0].text：尚未填写：【待填：反馈周期】"},
		{"a row of underscores is left", clause(0, 0, "乙方每____书面告知。"), []string{"error blank feedback terms[0].clauses[0].text"}, ""},
		{"it says 待定", clause(6, 1, "违约责任待定。"), []string{"error blank other terms[6].clauses[1].text"}, ""},
		{"it says TBD", clause(6, 1, "Liability: tbd."), []string{"error blank other terms[6].clauses[1].text"}, ""},
		{"an unknown term", func(a *condition.Agreement) { a.Terms = append(a.Terms, condition.Term{ID: "gift"}) }, []string{"error unknown_term gift terms[7]"}, "“gift”不是七项条款之一"},
		{"a term twice", func(a *condition.Agreement) { a.Terms = append(a.Terms, a.Terms[0]) }, []string{"error duplicate_term feedback terms[7]"}, "“利用情况反馈”条款重复"},
		{"an unknown part", func(a *condition.Agreement) { a.Terms[0].Clauses[0].Part = "gifts" }, []string{"error empty_term feedback terms", "error unknown_part feedback terms[0].clauses[0].part"}, ""},
		{"the user has no name", func(a *condition.Agreement) { a.User.Name = "" }, []string{"error empty_field user.name"}, "user.name 没有填写"},
		{"no data set", func(a *condition.Agreement) { a.Datasets = nil }, []string{"error empty_field datasets"}, ""},
		{"the period ends before it begins", func(a *condition.Agreement) { a.Period.Until = "2026-11-30" }, []string{"error period_reversed period"}, "协议期限的终止日（2026-11-30）早于起始日（2026-12-01）"},
		{"the period has a day that does not exist", func(a *condition.Agreement) { a.Period.Until = "2027-02-29" }, []string{"error bad_date period.until"}, "period.until：“2027-02-29”不是写作 YYYY-MM-DD 的日期"},
		{"the period is open", func(a *condition.Agreement) { a.Period.Until = "" }, []string{"error empty_field period.until"}, ""},
		{"another way of use than decided", func(a *condition.Agreement) { a.Usage.Code = "download" }, []string{"error usage_differs usage.code"}, "约定的使用方式“download”与审核结果“sandbox”不一致"},
		{"another scenario than decided", func(a *condition.Agreement) { a.Scenario = "商业营销" }, []string{"error scenario_differs scenario"}, "约定的应用场景“商业营销”与审核结果“智慧交通”不一致"},
		{"more data than decided", func(a *condition.Agreement) { a.Datasets = append(a.Datasets, "公交位置") }, []string{"error datasets_differ datasets[1]"}, "数据集“公交位置”不在审核范围之内"},
		{"an obligation is left out", func(a *condition.Agreement) { a.Terms[2].Clauses[0].Of = "" }, []string{"error missing_duty terms"}, "没有条款约定义务 no-passing-on：乙方不得转让或者公开数据"},
		{"an obligation is watered down", clause(2, 0, "乙方尽量少转让数据。"), []string{"error changed_duty terms"}, ""},
		{"the application was rejected", func(a *condition.Agreement) { a.Decision.Decision = "reject" }, []string{"error not_approved decision"}, "审核结果是 reject，不能签订协议"},
		{"passing on is allowed", func(a *condition.Agreement) {
			a.Terms[2].Clauses = append(a.Terms[2].Clauses, condition.Clause{Text: "乙方可以向关联公司转让数据。"})
		}, []string{"warning seems_to_allow dissemination terms[2].clauses[1].text"}, "条款似乎允许了该项所禁止的：“可以向关联公司转让”"},
		{"a download where the data must stay", clause(1, 0, "乙方每日下载一次数据，用于智慧交通。"), []string{"warning seems_to_download purpose terms[1].clauses[0].text"}, "使用方式要求原始数据不出域，而条款写有：“下载”"},
		{"no download where the data must stay", clause(1, 0, "乙方不得下载数据，仅用于智慧交通。"), nil, ""},
		{"a clause without end", clause(1, 0, strings.Repeat("好", condition.MaxAgreementText+1)), []string{"error too_long purpose terms[1].clauses[0].text"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := complete()
			c.change(&a)
			got := condition.CheckAgreement(a)
			assert.Equal(t, c.want, codes(got))
			if c.zh != "" && assert.NotEmpty(t, got) {
				assert.Equal(t, c.zh, got[0].Text("zh"))
			}
			for _, f := range got {
				assert.NotEmpty(t, f.Basis, f.Code)
				assert.NotContains(t, f.Text("en"), "{", f.Code)
				assert.NotContains(t, f.Text("en"), "[finding", f.Code)
			}
		})
	}
}

func TestAnAgreementGoesThroughJSONUnchanged(t *testing.T) {
	a := complete()
	text, err := a.JSON()
	require.NoError(t, err)
	back, err := condition.ParseAgreement(text)
	require.NoError(t, err)
	assert.Equal(t, &a, back)
}

func TestWhatIsNoAgreementIsRefusedWithItsPlace(t *testing.T) {
	long := complete()
	long.User.Name = strings.Repeat("长", condition.MaxAgreementName+1)
	longText, err := long.JSON()
	require.NoError(t, err)
	for _, c := range []struct{ name, text, want string }{
		{"not JSON", "{\n  \"schema\": }", "协议不是该格式的 JSON：第 2 行第 13 列"},
		{"an unknown key", `{"schema":"banfa.agreement/v1","extra":1}`, `unknown field`},
		{"more than one", `{"schema":"banfa.agreement/v1"} {}`, "there is more after the agreement"},
		{"another schema", `{"schema":"x"}`, "schema 应当是 banfa.agreement/v1"},
		{"a name too long", string(longText), "user.name 过长：上限 200，实际 201"},
		{"a wrong type", `{"schema":"banfa.agreement/v1","datasets":"x"}`, "第 1 行第"},
		{"too large", strings.Repeat(" ", condition.MaxAgreementBytes+1), "agreement 过长：上限 1048576，实际 1048577"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := condition.ParseAgreement([]byte(c.text))
			var e *condition.AgreementError
			require.ErrorAs(t, err, &e)
			assert.Contains(t, e.Text("zh"), c.want)
			assert.NotContains(t, e.Error(), "{0}")
		})
	}
}

// hostile is what an applicant could write to do something to whoever reads the document.
var hostile = []string{
	"# 标题", "[点此](javascript:alert(1))", "![x](http://evil.example/a.png)", "<script>alert(1)</script>", "a|b|c", "```\ncode", "1. item", "- item", "+ item",
	"> quote", "=== x", "--- x", "http://evil.example", "www.evil.example", "a@evil.example", "**粗**_斜_~~删~~`码`", "$x^2$", "&lt;&#60;", "x\n\n# y", "x\r\ny", "\\",
	"\x00\x01\x1b[31m红", "\u202ecod.exe", "\u2066abc\u2069", "a\u200bb\ufeff", "]]><w:p/>", `"'<>&`, "\xff\xfe", "\ufffe\uffff", "  \u2028x", "=cmd|' /C calc'!A0",
}

func TestHostileTextStaysTextInMarkdown(t *testing.T) {
	for _, s := range hostile {
		a := complete()
		a.User.Name = s
		a.Terms[0].Clauses[0].Text = s
		text := string(a.Markdown())
		plain := complete()
		assert.Equal(t, strings.Count(string(plain.Markdown()), "\n"), strings.Count(text, "\n"), "%q adds lines", s)
		for i, line := range strings.Split(text, "\n") {
			rest := unescaped(line)
			if i > 0 && strings.HasPrefix(line, "乙方（") || strings.HasPrefix(line, "1.1 ") {
				assert.NotRegexp(t, "[<>`*_\\[\\]|~#$]", strings.TrimPrefix(rest, "1.1"), "%q: %s", s, line)
				assert.NotContains(t, rest, "://", "%q", s)
			}
		}
		for _, bad := range []string{"\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\r"} {
			assert.NotContains(t, text, bad, "%q", s)
		}
	}
}

// unescaped drops what is escaped with a backslash, so that what is left acts.
func unescaped(s string) string {
	var b strings.Builder
	for r := []rune(s); len(r) > 0; r = r[1:] {
		if r[0] == '\\' && len(r) > 1 {
			r = r[1:]
			continue
		}
		b.WriteRune(r[0])
	}
	return b.String()
}

// unzip returns the parts of a docx, each checked to be well-formed XML.
func unzip(t require.TestingT, data []byte) map[string]string {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, "%s: %s", f.Name, text)
		}
		out[f.Name] = string(text)
	}
	return out
}

// paragraphs are the texts of a document, paragraph by paragraph.
func paragraphs(t require.TestingT, document string) (out []string) {
	d := xml.NewDecoder(strings.NewReader(document))
	inText := false
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err)
		switch x := tok.(type) {
		case xml.StartElement:
			if x.Name.Local == "p" {
				out = append(out, "")
			}
			inText = x.Name.Local == "t"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				out[len(out)-1] += string(x)
			}
		}
	}
}

func TestTheDocxHasTheTextOfTheAgreementAndTheSameBytesEveryTime(t *testing.T) {
	a := complete()
	a.Terms[0].Clauses[0].Text = "乙方每【待填：反馈周期】书面告知。"
	data, err := a.Docx()
	require.NoError(t, err)
	again, err := a.Docx()
	require.NoError(t, err)
	assert.Equal(t, data, again)
	parts := unzip(t, data)
	assert.Contains(t, parts["[Content_Types].xml"], "wordprocessingml.document.main+xml")
	for _, style := range regexp.MustCompile(`<w:style [^>]*>`).FindAllString(parts["word/styles.xml"], -1) {
		assert.Contains(t, style, `w:type="paragraph"`)
		id := regexp.MustCompile(`w:styleId="(\w+)"`).FindStringSubmatch(style)[1]
		assert.Contains(t, parts["word/document.xml"], `<w:pStyle w:val="`+id+`"/>`)
	}
	got := paragraphs(t, parts["word/document.xml"])
	assert.Equal(t, "公共数据开放利用协议", got[0])
	assert.Contains(t, got, "1.1 乙方每【待填：反馈周期】书面告知。")
	assert.Contains(t, got, "数据集：停车场实时泊位")
	assert.Contains(t, parts["word/document.xml"], `<w:highlight w:val="yellow"/></w:rPr><w:t xml:space="preserve">【待填：反馈周期】`)
}

func TestHostileTextStaysTextInDocx(t *testing.T) {
	plain := complete()
	data, err := plain.Docx()
	require.NoError(t, err)
	want := len(paragraphs(t, unzip(t, data)["word/document.xml"]))
	check := func(t require.TestingT, s string) {
		a := complete()
		a.Title, a.User.Name, a.Terms[0].Clauses[0].Text = s, s, s
		data, err := a.Docx()
		require.NoError(t, err)
		parts := unzip(t, data)
		require.Len(t, parts, 6)
		require.Len(t, paragraphs(t, parts["word/document.xml"]), want, "%q", s)
	}
	for _, s := range hostile {
		check(t, s)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.String().Draw(t, "text")) })
}

// FuzzAgreement: whatever is given, reading it does not panic, and what is read can be checked and written, with well-formed parts.
func FuzzAgreement(f *testing.F) {
	a := complete()
	text, err := a.JSON()
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"schema":"banfa.agreement/v1"}`))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := condition.ParseAgreement(data)
		if err != nil {
			var e *condition.AgreementError
			require.ErrorAs(t, err, &e)
			return
		}
		for _, x := range condition.CheckAgreement(*a) {
			require.NotEmpty(t, x.Text("zh"))
		}
		require.NotEmpty(t, a.Markdown())
		docx, err := a.Docx()
		require.NoError(t, err)
		unzip(t, docx)
		back, err := json.Marshal(a)
		require.NoError(t, err)
		again, err := condition.ParseAgreement(back)
		require.NoError(t, err)
		require.Equal(t, len(condition.CheckAgreement(*a)), len(condition.CheckAgreement(*again)))
	})
}
