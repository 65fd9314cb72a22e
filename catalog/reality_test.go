package catalog

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/ident"
)

func realityCheck(t *testing.T, e *Entry, name, file string, opts ...RealityOption) *RealityReport {
	t.Helper()
	r, err := Reality(context.Background(), e, strings.NewReader(file), int64(len(file)), name, opts...)
	require.NoError(t, err)
	return r
}

// realityShow writes findings so that a list of them reads like a document: rule severity place message.
func realityShow(findings []Finding) string {
	var b strings.Builder
	for _, f := range findings {
		verdict := ""
		if f.Verdict == Unjudged {
			verdict = "?"
		}
		fmt.Fprintf(&b, "%s%s %s %s%d %s %s\n", f.Rule, verdict, f.Severity, f.Place.Column, f.Place.Row, strings.Join(f.Short, ","), f.Message)
	}
	return b.String()
}

func realityRules(findings []Finding) map[string]int {
	m := map[string]int{}
	for _, f := range findings {
		m[f.Rule]++
	}
	return m
}

var realityEntry = &Entry{
	ID: "sz-1", Name: "行政处罚信息", Unit: "市场监督管理局", Format: "csv", UpdateFrequency: "monthly",
	Items: []Item{
		{Name: "当事人"},
		{Name: "统一社会信用代码"},
		{Name: "处罚金额", Type: "decimal"},
		{Name: "处罚日期", Type: "date"},
		{Name: "处罚机关"},
	},
}

func TestAPublishedFileIsComparedWithItsEntry(t *testing.T) {
	const file = "行政处罚信息公示表,,,,,\n" +
		"当事人,统一社会信用代码,处罚金额（万元）,處罰日期,经营者证件号,联系电话\n" +
		"腾讯公司,9144030071526726XG,1.5,2024-01-31,,138****1234\n" +
		"华为公司,914403001922038216,2,2024-02-01,,138****5678\n" +
		"张三小吃店,11010519491231002X,不详,2024年2月3日,11010519491231002x,139****1234\n"
	r := realityCheck(t, realityEntry, "处罚.csv", file, RealityAt(time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)))

	assert.Equal(t, 2, r.HeaderRow)
	assert.Equal(t, 3, r.Rows)
	assert.Equal(t, "2024-02-03", r.Newest)
	assert.Equal(t, []string{"处罚机关"}, r.Missing)
	want := `reality.title_row warning 2 38p1 列名在第 2 行，上面还有 1 行标题：机器会把标题读成列名
reality.undeclared_column error E2 70(2) E 列“经营者证件号”已经发布，目录里却没有这个数据项，而且有居民身份证号码
reality.undeclared_column error F2 70(2) F 列“联系电话”已经发布，目录里却没有这个数据项
reality.column_name info C2 38p1 C 列“处罚金额（万元）”同目录的数据项“处罚金额”只有括号里的内容不同，按同一项核对
reality.missing_column warning 2 38p1 目录里的数据项“处罚机关”没有发布
reality.sole_trader error B5 70(3) B 列“统一社会信用代码”的 3 个值里有 1 个含居民身份证号码，同统一社会信用代码混在一起，多半是个体工商户经营者本人的号码，校验码都对；例如第 5 行
reality.type warning C5 38p1 C 列“处罚金额（万元）”在目录里是 decimal，3 个值里有 1 个不是（第 5 行）
reality.identifier error E5 70(3) E 列“经营者证件号”的 1 个值里有 1 个含居民身份证号码，校验码都对；例如第 5 行
reality.masked info F0 70(3) F 列“联系电话”有 3 个打了星号的手机号码（前后露出的位数/总位数：3+4/11）
reality.freshness warning 0 38p1 文件里最新的日期是 2024-02-03，到 2024-06-01 已有 119 天，超过更新频率“每月”的两个周期
`
	assert.Equal(t, want, realityShow(r.Findings))
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, strings.ToUpper(string(text)), "11010519491231002X", "no report holds an identifier in clear")
	assert.Contains(t, string(text), `"example":"11****************"`)
}

func TestAFileThatAgreesWithItsEntryHasNoFindings(t *testing.T) {
	r := realityCheck(t, realityEntry, "处罚.csv", "处罚日期,当事人,统一社会信用代码,处罚金额,处罚机关\n2024-01-31,腾讯公司,9144030071526726XG,1.5,局\n",
		RealityAt(time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC)))
	assert.Empty(t, realityShow(r.Findings))
	assert.Equal(t, "date", r.Columns[0].Observed)
	assert.Equal(t, "decimal", r.Columns[3].Observed)
}

func TestAColumnOfCreditCodesHoldsNoResidentIDs(t *testing.T) {
	var b strings.Builder
	b.WriteString("统一社会信用代码\n")
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	weights := []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	for i := range 2000 { // only digits in the body: the worst case
		body := fmt.Sprintf("91440300%09d", 195001010+i*7919)
		sum := 0
		for j, c := range body {
			sum += int(c-'0') * weights[j]
		}
		b.WriteString(body + alphabet[(31-sum%31)%31:][:1] + "\n")
	}
	r := realityCheck(t, &Entry{Items: []Item{{Name: "统一社会信用代码"}}}, "x.csv", b.String())
	assert.Empty(t, realityShow(r.Findings))
	require.Len(t, r.Columns[0].Identifiers, 1)
	assert.Equal(t, "cn.credit_code", r.Columns[0].Identifiers[0].Kind)
	assert.Equal(t, 2000, r.Columns[0].Identifiers[0].Distinct)
}

// realityBoth makes values that are valid as a resident ID and as a credit code.
func realityBoth(t *testing.T, head string) string {
	t.Helper()
	for n := range 1000 {
		for _, check := range "0123456789X" {
			v := fmt.Sprintf("%s%03d%c", head, n, check)
			if ident.Is(ident.ResidentID, v) && ident.Is(ident.CreditCode, v) {
				return v
			}
		}
	}
	require.Fail(t, "none", head)
	return ""
}

func TestAValueThatIsBothIsTakenForAResidentIDUnlessItBeginsAsCompaniesDoInAColumnOfTheirCodes(t *testing.T) {
	owner, company := realityBoth(t, "11010519800101"), realityBoth(t, "91440319800101")
	codes := "信用代码\n9144030071526726XG\n914403001922038216\n91110108551385082Q\n"
	for _, c := range []struct{ name, file, want string }{
		{"an owner among companies", codes + owner, "resident 1 (1 ambiguous), credit 3 (0 ambiguous)"},
		{"a company among companies", codes + company, "resident 0 (0 ambiguous), credit 4 (1 ambiguous)"},
		{"beginning with 9, alone", "证件号\n" + company, "resident 1 (1 ambiguous), credit 0 (0 ambiguous)"},
	} {
		r := realityCheck(t, &Entry{Items: []Item{{Name: "信用代码"}, {Name: "证件号"}}}, "x.csv", c.file+"\n")
		count := map[string]RealityIdentifier{}
		for _, k := range r.Columns[0].Identifiers {
			count[k.Kind] = k
		}
		resident, credit := count["cn.resident_id"], count["cn.credit_code"]
		assert.Equal(t, c.want, fmt.Sprintf("resident %d (%d ambiguous), credit %d (%d ambiguous)",
			resident.Cells, resident.Ambiguous, credit.Cells, credit.Ambiguous), c.name)
	}
}

func TestAFileWithoutAHeaderCannotBeJudgedAndIsAnError(t *testing.T) {
	r := realityCheck(t, realityEntry, "x.csv", "腾讯公司,9144030071526726XG,1.5\n张三,11010519491231002X,2\n")
	assert.False(t, r.Compared)
	assert.Equal(t, 2, r.Rows)
	rules := realityRules(r.Findings)
	assert.Equal(t, 1, rules["reality.header"])
	assert.Equal(t, Unjudged, r.Findings[0].Verdict)
	assert.Zero(t, rules["reality.missing_column"])
	assert.Equal(t, 1, rules["reality.sole_trader"], "the values are looked at all the same")
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "11010519491231002X")
}

// realityXLSX makes a spreadsheet of sheets of one column each.
func realityXLSX(t *testing.T, sheets ...[]string) string {
	t.Helper()
	const (
		pkg    = "http://schemas.openxmlformats.org/package/2006/"
		office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
		main   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
		kind   = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	)
	parts := map[string]string{}
	types, list, relations := "", "", ""
	for i, rows := range sheets {
		n, data := i+1, ""
		for j, v := range rows {
			data += fmt.Sprintf(`<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>`, j+1, j+1, v)
		}
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", n)] = fmt.Sprintf(`<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>`, main, data)
		types += fmt.Sprintf(`<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, n, kind)
		list += fmt.Sprintf(`<sheet name="表%d" sheetId="%d" r:id="rId%d"/>`, n, n, n)
		relations += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, office, n)
	}
	parts["[Content_Types].xml"] = fmt.Sprintf(`<Types xmlns="%scontent-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="%ssheet.main+xml"/>%s</Types>`, pkg, kind, types)
	parts["_rels/.rels"] = fmt.Sprintf(`<Relationships xmlns="%srelationships"><Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>`, pkg, office)
	parts["xl/workbook.xml"] = fmt.Sprintf(`<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>`, main, office, list)
	parts["xl/_rels/workbook.xml.rels"] = fmt.Sprintf(`<Relationships xmlns="%srelationships">%s</Relationships>`, pkg, relations)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

func TestOtherSheetsAreNotComparedButLookedAtForResidentIDs(t *testing.T) {
	file := realityXLSX(t, []string{"当事人", "腾讯"}, []string{"附", "号码11010519491231002X", "11010519491231002X"})
	r := realityCheck(t, &Entry{Items: []Item{{Name: "当事人"}}}, "x.xlsx", file)
	assert.Equal(t, []string{"表1", "表2"}, r.Sheets)
	assert.Equal(t, `reality.sheets? warning 0 70(2) 文件有 2 个工作表，只核对了第一个“表1”
reality.identifier error A2 70(3) 工作表“表2”有 2 个单元格含居民身份证号码，校验码都对
`, realityShow(r.Findings))
	assert.Equal(t, "表2", r.Findings[1].Place.Sheet)
}

func TestAFileWhoseNameOrEntryPromisesAnotherFormatIsFound(t *testing.T) {
	file := realityXLSX(t, []string{"当事人", "腾讯"})
	r := realityCheck(t, &Entry{Format: "csv", Items: []Item{{Name: "当事人"}}}, "x.csv", file)
	assert.Equal(t, "xlsx", r.Format)
	assert.Equal(t, 2, realityRules(r.Findings)["reality.format"], "the name and the catalog both say csv")
	assert.Equal(t, "表1", r.Findings[0].Place.Sheet)
}

func TestWhatCannotBeReadIsAnErrorAndNoReport(t *testing.T) {
	for name, file := range map[string]string{"empty": "", "pdf": "%PDF-1.4", "html": "<html></html>"} {
		r, err := Reality(context.Background(), realityEntry, strings.NewReader(file), int64(len(file)), "x.csv")
		assert.Error(t, err, name)
		assert.Nil(t, r, name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Reality(ctx, realityEntry, strings.NewReader("a,b\n1,2\n"), 8, "x.csv")
	assert.ErrorIs(t, err, context.Canceled)
}

func TestWhatIsRememberedOfAFileIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("电话\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "138%08d\n", i)
	}
	r := realityCheck(t, &Entry{Items: []Item{{Name: "电话"}}}, "x.csv", b.String(), WithRealityLimits(RealityLimits{Distinct: 10, Examples: 2}))
	require.Len(t, r.Columns[0].Identifiers, 1)
	got := r.Columns[0].Identifiers[0]
	assert.Equal(t, RealityIdentifier{Kind: "cn.mobile", Cells: 1000, Whole: 1000, Distinct: 10, AtLeast: true, Rows: []int{2, 3}, Example: "13*********"}, got)
}

func TestSerialNumbersThatPassACheckDigitByChanceAreNoFinding(t *testing.T) {
	var b strings.Builder
	b.WriteString("流水号\n")
	for i := range 500 {
		fmt.Fprintf(&b, "62%014d\n", i*31+1)
	}
	r := realityCheck(t, &Entry{Items: []Item{{Name: "流水号"}}}, "x.csv", b.String())
	assert.Empty(t, realityShow(r.Findings))
	assert.NotEmpty(t, r.Columns[0].Identifiers, "the report counts them all the same")
}

func TestTypesOfValues(t *testing.T) {
	for v, want := range map[string]string{
		"12": "int", "-3": "int", "1": "bool", "0012": "string", "1.50": "decimal", "1,234,567.5": "decimal", "1,23": "string", "12345678901234567": "string",
		"2024-01-31": "date", "2024年1月31日": "date", "2024-02-30": "string", "2024/1/31 9:05": "timestamp", "2024-01-31T09:05:00+08:00": "timestamp",
		"是": "bool", "TRUE": "bool", "深圳": "string", ".": "string", "-": "string", "1.": "string", "20240131": "int",
	} {
		assert.Equal(t, want, realityNarrowest(realityTypeOf(v)), v)
	}
	assert.NotZero(t, realityTypeOf("20240131")&realityDate, "eight digits can be a date")
}

func TestColumnNamesAreComparedWhateverTheirWriting(t *testing.T) {
	e := &Entry{Items: []Item{{Name: "企业名称"}, {Name: "联系 电话"}, {Name: "面积（平方米）"}, {Name: "ＩＤ"}, {Name: "地址"}, {Name: "长度(m)"}, {Name: "长度(km)"}}}
	got := CompareColumns(e, []string{"企業名稱", "联系电话：", "面积", "id", "备注", "", "企业名称", "长度"})
	assert.Equal(t, ColumnComparison{
		Matched: []ColumnMatch{
			{Column: 0, Item: 0}, {Column: 1, Item: 1}, {Column: 2, Item: 2, Near: true}, {Column: 3, Item: 3}, {Column: 6, Item: 0},
		},
		Undeclared: []int{4, 5, 7}, // 长度 is not told apart from two items
		Missing:    []int{4, 5, 6},
		Repeated:   []int{6},
	}, got)
}

func TestEveryColumnIsEitherMatchedOrUndeclaredAndEveryItemMatchedOrMissing(t *testing.T) {
	name := rapid.StringMatching(`[名称號号（）() A-c]{0,4}`)
	rapid.Check(t, func(t *rapid.T) {
		e := &Entry{}
		for _, n := range rapid.SliceOfN(name, 0, 6).Draw(t, "items") {
			e.Items = append(e.Items, Item{Name: n})
		}
		columns := rapid.SliceOfN(name, 0, 6).Draw(t, "columns")
		c := CompareColumns(e, columns)
		assert.Len(t, columns, len(c.Matched)+len(c.Undeclared))
		for _, m := range c.Matched {
			same := realityName
			if m.Near {
				same = realityBare
			}
			assert.Equal(t, same(columns[m.Column]), same(e.Items[m.Item].Name))
			assert.NotContains(t, c.Missing, m.Item)
		}
		same := make([]string, len(e.Items))
		for i := range e.Items {
			same[i] = e.Items[i].Name
		}
		assert.Empty(t, CompareColumns(e, same).Missing, "an entry that is published as it is misses nothing")
	})
}

func FuzzRealityNeverShowsAnIdentifier(f *testing.F) {
	f.Add("名称,证件号\n张三,11010519491231002X\n")
	f.Add("11010519491231002X\n11010519491231002X\n")
	f.Add("a*b,电话13800138000\n\"1\n2\",110105 19491231 002X\n")
	f.Fuzz(func(t *testing.T, file string) {
		const id = "11010519491231002X"
		file += "\n说明" + id + "\n"
		r, err := Reality(context.Background(), realityEntry, strings.NewReader(file), int64(len(file)), "x.csv")
		if err != nil {
			return
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), id) {
			t.Fatalf("%s", text)
		}
		n := 0
		for _, c := range r.Columns {
			n += c.Values
		}
		if n == 0 && r.Rows > 0 {
			t.Fatalf("%d rows without values", r.Rows)
		}
	})
}

func TestDatesAreReadAsPeopleAndProgramsWriteThem(t *testing.T) {
	for v, want := range map[string]string{
		"2024-1-31": "2024-01-31 date", "2024/01/31": "2024-01-31 date", "2024.1.31": "2024-01-31 date", "2024年1月31日": "2024-01-31 date",
		"20240131": "2024-01-31 date", "2024-01-31 9:05": "2024-01-31 exact", "2024-01-31T09:05:00.5+08:00": "2024-01-31 exact",
		"20240131090500": "2024-01-31 exact", "2024-01-31 09:05:00Z": "2024-01-31 exact", "2024年1月31日 9:05": "2024-01-31 exact",
		"2024-02-30": "", "2024-13-01": "", "2024": "", "2024-01": "", "2024-01/31": "", "1899-01-01": "", "2100-01-01": "", "2024-01-31 25:00": "",
		"2024-01-31 ": "", "2024013": "", "202401310905": "", "": "", "2024年1月31": "", "2024-01-31x": "",
	} {
		day, exact, ok := realityMoment(v)
		got := ""
		if ok {
			got = day.Format("2006-01-02") + map[bool]string{true: " exact", false: " date"}[exact]
		}
		assert.Equal(t, want, got, v)
	}
}
