package condition_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/condition"
)

// edited is a docx of the agreement whose main part somebody changed.
func edited(t require.TestingT, a *condition.Agreement, change func(string) string) []byte {
	data, err := a.Docx()
	require.NoError(t, err)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		if f.Name == "word/document.xml" {
			text = []byte(change(string(text)))
		}
		part, err := w.Create(f.Name)
		require.NoError(t, err)
		_, err = part.Write(text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func unchanged(s string) string { return s }

func TestADocxThatNobodyEditedSaysWhatTheAgreementSays(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		a := complete()
		a.Lang = lang
		data, err := a.Docx()
		require.NoError(t, err)
		got, findings, err := condition.ReadDocx(data, &a)
		require.NoError(t, err)
		assert.Empty(t, findings)
		assert.Equal(t, &a, got)
	}
}

// An edit is made to the text of the main part, as a word processor would.
func TestAnEditedDocxIsCheckedByWhatAReaderSees(t *testing.T) {
	const clause = `<w:t xml:space="preserve">未经同意，乙方不得转让或者公开数据。</w:t>`
	replace := func(old, replacement string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, replacement, 1) }
	}
	run := func(text string) string { return `<w:r><w:t>` + text + `</w:t></w:r>` }
	whole := func(text string) string { return `<w:r><w:t xml:space="preserve">` + text + `</w:t></w:r>` }
	gone := []string{"error empty_term dissemination terms", "error changed_duty terms"}
	for _, tc := range []struct {
		says   string
		change func(string) string
		want   []string
	}{
		{"nothing", unchanged, nil},
		{"the text is split into runs", replace(whole("未经同意，乙方不得转让或者公开数据。"), run("未经同意，")+`<w:proofErr w:type="spellStart"/>`+run("乙方不得转让或")+run("者公开数据。")), nil},
		{"a word is taken out", replace("乙方不得转让", "乙方尽量不转让"), []string{"error changed_duty terms"}},
		{
			"a word is taken out with tracking", replace(whole("未经同意，乙方不得转让或者公开数据。"),
				run("未经同意，乙方")+`<w:del w:id="90" w:author="x"><w:r><w:delText>不得</w:delText></w:r></w:del><w:ins w:id="91"><w:r><w:t>可以</w:t></w:r></w:ins>`+run("转让或者公开数据。")),
			[]string{"warning tracked_changes agreement", "error changed_duty terms"},
		},
		{"text is kept as deleted in a t", replace(`<w:r>`+clause+`</w:r>`, `<w:del w:id="9"><w:r>`+clause+`</w:r></w:del>`), append([]string{"warning tracked_changes agreement"}, gone...)},
		{"text is moved away", replace(`<w:r>`+clause+`</w:r>`, `<w:moveFrom w:id="9"><w:r>`+clause+`</w:r></w:moveFrom>`), append([]string{"warning tracked_changes agreement"}, gone...)},
		{"text is struck through", replace(clause, `<w:rPr><w:strike/></w:rPr>`+clause), gone},
		{"text is hidden", replace(clause, `<w:rPr><w:vanish w:val="1"/></w:rPr>`+clause), gone},
		{"text is not struck through", replace(clause, `<w:rPr><w:strike w:val="false"/></w:rPr>`+clause), nil},
		{"the number is taken from a clause", replace(`<w:t xml:space="preserve">3.1 </w:t>`, `<w:t></w:t>`), nil},
		{"a part of a term is emptied", replace("加密存储，保留日志。", ""), []string{"error missing_part security terms"}},
		{"the first part is emptied, and the second does not take its place", replace("乙方对数据安全负责。", ""), []string{"error missing_part security terms"}},
		{"all bookmarks are lost", func(s string) string { return strings.ReplaceAll(s, "banfa_", "x_") }, nil},
		{"a bookmark is lost, and its text changed", func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, "banfa_", "x_"), "加密存储", "明文存储")
		}, []string{"error missing_part security terms"}},
		{"a heading is renamed", replace("6. 监督检查", "6. 其他"), []string{"error missing_term inspection terms"}},
		{"a heading is split into runs", replace("6. 监督检查", `6. 监</w:t></w:r><w:r><w:t>督检查`), nil},
		{"a blank is written in", replace("乙方每季度书面告知", "乙方每____书面告知"), []string{"error blank feedback terms[0].clauses[0].text"}},
		{"a line is added before", replace(`<w:t xml:space="preserve">3. `, `<w:t>附注</w:t></w:r></w:p><w:p><w:r><w:t xml:space="preserve">3. `), nil},
		{"a line is added", replace(`<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t xml:space="preserve">4. `, `<w:p><w:r><w:t>乙方可以向关联公司转让数据。</w:t></w:r></w:p><w:p><w:r><w:t xml:space="preserve">4. `), []string{"warning seems_to_allow dissemination terms[2].clauses[1].text"}},
		{"the period is another", replace("2027-11-30", "2026-11-30"), []string{"error period_reversed period"}},
		{"the scenario is another", replace("应用场景：智慧交通", "应用场景：商业营销"), []string{"error scenario_differs scenario"}},
		{"the way of use is another", replace("使用方式：原始数据不出域", "使用方式：直接下载"), []string{"error usage_differs usage.code"}},
		{
			"two paragraphs are joined with tracking",
			replace(`<w:p><w:pPr><w:pStyle w:val="Clause"/></w:pPr><w:bookmarkStart w:id="20"`, `<w:p><w:pPr><w:pStyle w:val="Clause"/><w:rPr><w:del w:id="99"/></w:rPr></w:pPr><w:bookmarkStart w:id="20"`),
			[]string{"warning tracked_changes agreement", "error missing_part security terms"},
		},
		{"the same text for older programs is not read twice", replace(`<w:r>`+clause+`</w:r>`, `<mc:AlternateContent xmlns:mc="m"><mc:Choice><w:r>`+clause+`</w:r></mc:Choice><mc:Fallback><w:r><w:t>可以转让。</w:t></w:r></mc:Fallback></mc:AlternateContent>`), nil},
	} {
		t.Run(tc.says, func(t *testing.T) {
			a := complete()
			data := edited(t, &a, func(s string) string {
				out := tc.change(s)
				if tc.says != "nothing" {
					require.NotEqual(t, s, out, "the edit found nothing to change")
				}
				return out
			})
			got, findings, err := condition.ReadDocx(data, &a)
			require.NoError(t, err)
			assert.Equal(t, tc.want, codes(append(findings, condition.CheckAgreement(*got)...)))
		})
	}
}

func TestWithoutItsDraftADocxIsCheckedForTheTermsAlone(t *testing.T) {
	a := complete()
	got, findings, err := condition.ReadDocx(edited(t, &a, unchanged), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"warning no_draft decision"}, codes(append(findings, condition.CheckAgreement(*got)...)))
	for _, f := range findings {
		assert.Contains(t, f.Text("zh"), "--draft")
	}
}

func TestWhatIsNoDocxIsRefused(t *testing.T) {
	a := complete()
	sound := edited(t, &a, unchanged)
	main := func(text string) []byte { return edited(t, &a, func(string) string { return text }) }
	const ns = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	for _, tc := range []struct {
		says   string
		data   []byte
		reason string
		detail string
	}{
		{"nothing", nil, "docx", "zip"},
		{"a text", []byte("PK is no zip"), "docx", "zip"},
		{"the half of one", sound[:len(sound)/2], "docx", "zip"},
		{"no main part", func() []byte {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			_, err := w.Create("a.txt")
			require.NoError(t, err)
			require.NoError(t, w.Close())
			return b.Bytes()
		}(), "docx", "word/document.xml"},
		{"a main part that is no XML", main("<w:p"), "docx", "XML"},
		{"an entity of its own", main(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`), "docx", "DOCTYPE"},
		{"an entity that nobody declared", main(`<x>&e;</x>`), "docx", "entity"},
		{"elements without end", main(strings.Repeat("<x>", condition.MaxDocxDepth+1)), "too_many", ""},
		{"a main part that is too long unpacked", main("<x>" + strings.Repeat(" ", condition.MaxDocxText) + "</x>"), "too_long", ""},
		{"a file that is too long", make([]byte, condition.MaxDocxBytes+1), "too_long", ""},
		{"a document of something else", main(`<w:document ` + ns + `><w:body><w:p><w:r><w:t>菜单</w:t></w:r></w:p></w:body></w:document>`), "docx_form", ""},
		{
			"a clause that is too long",
			edited(t, &a, func(s string) string {
				return strings.Replace(s, "乙方配合检查。", strings.Repeat("好", condition.MaxAgreementText+1), 1)
			}),
			"too_long", "",
		},
	} {
		t.Run(tc.says, func(t *testing.T) {
			got, _, err := condition.ReadDocx(tc.data, &a)
			assert.Nil(t, got)
			var e *condition.AgreementError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tc.reason, e.Reason)
			assert.Contains(t, e.Detail, tc.detail)
			for _, lang := range []string{"zh", "en"} {
				assert.NotContains(t, e.Text(lang), "{")
				assert.NotContains(t, e.Text(lang), "[error")
			}
		})
	}
}

// Whatever texts an agreement holds, its docx is never better than it: what the check finds in the agreement, it finds in the document.
func TestADocxHidesNoFinding(t *testing.T) {
	words := []string{"", " ", "乙方", "不得转让。", "【待填：x】", "____", "<w:t>", "&amp;", "1.1 ", "6. 监督检查", "签署", "甲方（数据开放主体）：丙", "（第二十五条）", "可以转让"}
	rapid.Check(t, func(t *rapid.T) {
		a := complete()
		i := rapid.IntRange(0, len(a.Terms)-1).Draw(t, "term")
		j := rapid.IntRange(0, len(a.Terms[i].Clauses)-1).Draw(t, "clause")
		a.Terms[i].Clauses[j].Text = strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 4).Draw(t, "words"), "")
		if rapid.Bool().Draw(t, "scenario too") {
			a.Scenario = strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 3).Draw(t, "scenario"), "")
		}
		got, findings, err := condition.ReadDocx(edited(t, &a, unchanged), &a)
		require.NoError(t, err)
		require.Empty(t, findings)
		if len(condition.CheckAgreement(a)) > 0 {
			require.NotEmpty(t, condition.CheckAgreement(*got), "%q", a.Terms[i].Clauses[j].Text)
		}
	})
}

// FuzzReadDocx: whatever the main part is, reading it does not panic, and what is read can be checked and written.
func FuzzReadDocx(f *testing.F) {
	a := complete()
	edited(f, &a, func(s string) string { f.Add(s); return s })
	f.Add(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>6. 监督检查</w:t></w:r></w:p><w:p><w:p/></w:p></w:document>`)
	f.Add(`</w:p>`)
	f.Fuzz(func(t *testing.T, text string) {
		var data bytes.Buffer
		w := zip.NewWriter(&data)
		part, err := w.CreateHeader(&zip.FileHeader{Name: "word/document.xml", Method: zip.Store})
		require.NoError(t, err)
		_, err = io.WriteString(part, text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		got, findings, err := condition.ReadDocx(data.Bytes(), &a)
		if err != nil {
			var e *condition.AgreementError
			require.ErrorAs(t, err, &e)
			require.NotEmpty(t, e.Text("zh"))
			return
		}
		for _, x := range append(findings, condition.CheckAgreement(*got)...) {
			require.NotEmpty(t, x.Text("en"))
		}
		_, err = got.Docx()
		require.NoError(t, err)
	})
}
