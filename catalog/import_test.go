package catalog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/internal/table"
)

func importText(t *testing.T, text string, opts ...catalog.ImportOption) *catalog.Imported {
	t.Helper()
	in, err := catalog.Import(t.Context(), strings.NewReader(text), int64(len(text)), "目录.csv", opts...)
	require.NoError(t, err)
	return in
}

func importSheet(t *testing.T, rows [][]any, merged ...string) *catalog.Imported {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Sheet1", cell, &row))
	}
	for _, m := range merged {
		from, to, _ := strings.Cut(m, ":")
		require.NoError(t, f.MergeCell("Sheet1", from, to))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	in, err := catalog.Import(t.Context(), bytes.NewReader(b.Bytes()), int64(b.Len()), "目录.xlsx")
	require.NoError(t, err)
	return in
}

// lines shows what came out: entries as JSON, then values not read, then findings.
func lines(t *testing.T, in *catalog.Imported) string {
	t.Helper()
	var b strings.Builder
	for _, e := range in.Catalog.Entries {
		text, err := json.Marshal(e)
		require.NoError(t, err)
		b.Write(text)
		b.WriteByte('\n')
	}
	for _, u := range in.Unread {
		text, err := json.Marshal(u)
		require.NoError(t, err)
		b.WriteString("unread ")
		b.Write(text)
		b.WriteByte('\n')
	}
	for _, f := range in.Findings {
		b.WriteString(string(f.Severity) + " " + f.Rule)
		if f.Place != nil && f.Place.Row > 0 {
			text, err := json.Marshal(f.Place.Row)
			require.NoError(t, err)
			b.WriteString(" " + f.Place.Column + string(text))
		}
		b.WriteString(" " + f.Message + "\n")
	}
	return b.String()
}

func TestATableBecomesACatalog(t *testing.T) {
	in := importText(t, `某市公共数据目录,,,,,,,,
目录编号,数据集名称,责任单位,摘要,格式类型,开放属性,更新周期,数据更新时间,联系电话
D-1,停车场信息,市交通局,该数据是停车场信息，包括名称、泊位数（个/场）、地址等字段信息。,"csv,XLSX、api接口",有条件开放,每季度,2026年2月11日,12345
D-2,社会组织名录,市民政局,社会组织名录，包含,csv,主动开放,看情况,11/2/26,
D-2,社会组织年报,市民政局,年报,纸质,不予开放,每年,2026-02-30,12345
`)
	assert.Equal(t, "csv", in.Format)
	assert.Equal(t, "UTF-8", in.Encoding)
	assert.Equal(t, `{"id":"D-1","name":"停车场信息","summary":"该数据是停车场信息，包括名称、泊位数（个/场）、地址等字段信息。","items":[{"name":"名称"},{"name":"泊位数（个/场）"},{"name":"地址"}],"format":"api,csv,xlsx","open_type":"conditional","update_frequency":"quarterly","unit":"市交通局","updated_at":"2026-02-11T00:00:00+08:00","extra":{"联系电话":"12345"}}
{"id":"D-2","name":"社会组织名录","summary":"社会组织名录，包含","format":"csv","open_type":"undetermined","unit":"市民政局","extra":{"开放属性":"主动开放","数据更新时间":"11/2/26","更新周期":"看情况"}}
{"id":"D-2","name":"社会组织年报","summary":"年报","open_type":"closed","update_frequency":"yearly","unit":"市民政局","extra":{"数据更新时间":"2026-02-30","格式类型":"纸质","联系电话":"12345"}}
unread {"row":4,"column":"F","value":"主动开放","why":"不认识的开放类型，按未明确处理"}
unread {"row":4,"column":"G","value":"看情况","why":"不认识的更新周期"}
unread {"row":4,"column":"H","value":"11/2/26","why":"不是可以确定的日期；请写成 2026-02-11"}
unread {"row":5,"column":"E","value":"纸质","why":"其中有不认识的格式：纸质"}
unread {"row":5,"column":"H","value":"2026-02-30","why":"不是可以确定的日期；请写成 2026-02-11"}
info import.title 1 表头以上的说明行，未作为目录读取：某市公共数据目录
warning import.summary_cut D4 摘要在“包括”“包含”之后中断，没有列出数据项
error import.duplicate A5 编号与第 4 行的目录“社会组织名录”重复，两条均已保留
`, lines(t, in))
	assert.Equal(t, 3, in.Catalog.Entries[0].Origin.Row)
	assert.Equal(t, 2, in.Catalog.Entries[0].Origin.Layout.Columns["name"])
}

// The export of a city's platform: an entry spans as many rows as it has items or tasks, and only the first has its fields.
func TestAnEntryOverSeveralRowsIsOne(t *testing.T) {
	const header = "资源目录代码,部门名称,信息资源名称,信息主要所属系统,信息项名称,数据类型,数据长度,数据敏感级别(1-4级),信息项共享类型,是否开放,更新周期,关联服务事项名称,共享类型,是否向社会开放,开放类型,开放条件\n"
	want := `{"id":"A1","name":"低保家庭","items":[{"name":"姓名","type":"string","length":50,"sharing":"conditional","open_type":"closed","level":3},{"name":"所在街道","type":"string","length":100,"sharing":"unconditional","level":1}],"sharing":"conditional","open_type":"conditional","conditions":["仅限研究","签订协议"],"system":"救助系统","update_frequency":"monthly","unit":"民政局","extra":{"关联服务事项名称":["低保申请","低保复核","低保注销"],"是否向社会开放":"是"}}
{"id":"A2","name":"公园","items":[{"name":"名称","type":"string"}],"sharing":"unconditional","open_type":"unconditional","system":"园林系统","update_frequency":"yearly","unit":"城管局","extra":{"是否向社会开放":"是"}}
`
	t.Run("blank below", func(t *testing.T) {
		in := importText(t, header+
			"A1,民政局,低保家庭,救助系统,姓名,字符型C,50,3级,有条件共享,否,每月,低保申请,有条件共享,是,conditional,1.仅限研究；2.签订协议\n"+
			",,,,所在街道,varchar(100),,1,无条件共享,是,,低保复核,,,,\n"+
			",,,,,,,,,,,低保注销,,,,\n"+
			"A2,城管局,公园,园林系统,名称,C,,,,,每年,,无条件共享,是,unconditional,\n")
		assert.Equal(t, want, lines(t, in))
	})
	t.Run("repeated in every row", func(t *testing.T) {
		entry := "A1,民政局,低保家庭,救助系统,%,每月,#,有条件共享,是,conditional,1.仅限研究；2.签订协议\n"
		row := func(item, task string) string { return strings.NewReplacer("%", item, "#", task).Replace(entry) }
		in := importText(t, header+
			row("姓名,C,50,3级,有条件共享,否", "低保申请")+row("所在街道,varchar(100),,1,无条件共享,是", "低保复核")+
			",,,,,,,,,,,低保注销,,,,\n"+
			"A2,城管局,公园,园林系统,名称,C,,,,,每年,,无条件共享,是,unconditional,\n")
		assert.Equal(t, want, lines(t, in))
	})
	t.Run("merged", func(t *testing.T) {
		labels := []any{}
		for _, l := range strings.Split(strings.TrimSpace(header), ",") {
			labels = append(labels, l)
		}
		in := importSheet(t, [][]any{
			labels,
			{"A1", "民政局", "低保家庭", "救助系统", "姓名", "C", 50, "3级", "有条件共享", "否", "每月", "低保申请", "有条件共享", "是", "conditional", "1.仅限研究；2.签订协议"},
			{"", "", "", "", "所在街道", "varchar(100)", "", 1, "无条件共享", "是", "", "低保复核"},
			{"", "", "", "", "", "", "", "", "", "", "", "低保注销"},
			{"A2", "城管局", "公园", "园林系统", "名称", "C", "", "", "", "", "每年", "", "无条件共享", "是", "unconditional"},
		}, "A2:A4", "B2:B4", "C2:C4", "D2:D4", "K2:K4", "M2:M4", "N2:N4", "O2:O4", "P2:P4")
		assert.Equal(t, want, lines(t, in))
	})
}

func TestAMergedUnitIsThatOfEveryEntryBesideIt(t *testing.T) {
	in := importSheet(t, [][]any{
		{"开放目录"},
		{"部门", "目录信息", ""},
		{"", "名称", "更新日期"},
		{"民政局", "低保", 46064.5},
		{"", "特困", "2026/2/11"},
	}, "A1:C1", "A2:A3", "B2:C2", "A4:A5")
	require.Len(t, in.Catalog.Entries, 2)
	for _, e := range in.Catalog.Entries {
		assert.Equal(t, "民政局", e.Unit)
		assert.Equal(t, "2026-02-11", e.UpdatedAt.Format("2006-01-02"))
	}
	assert.Empty(t, in.Unread)
}

func TestContradictionsOpenNothing(t *testing.T) {
	in := importText(t, `编号,名称,是否开放,开放类型
1,只说是,是,
2,只说否,否,
3,说否又说无条件,否,无条件开放
4,说是又说不予,是,不予开放
5,一致,是,无条件开放
6,答非所问,也许,无条件开放
7,答成类型,有条件开放,
8,什么也没说,,
9,数字,,1
`)
	want := []catalog.OpenType{
		catalog.Undetermined, catalog.Closed, catalog.Undetermined, catalog.Undetermined, catalog.Unconditional, catalog.Undetermined, catalog.Conditional, "", catalog.Undetermined,
	}
	for i, e := range in.Catalog.Entries {
		assert.Equal(t, want[i], e.OpenType, e.Name)
	}
	require.Len(t, in.Unread, 2)
	assert.Equal(t, "是数字代码，各平台含义不同；请指定代码表（--codes）", in.Unread[1].Why)
}

func TestNumbersMeanWhatTheChosenTableSays(t *testing.T) {
	const text = "名称,开放类型,共享类型,更新周期\n甲,1,3,02\n乙,7,1,99\n"
	in := importText(t, text, catalog.WithCodes("national"))
	assert.Equal(t, catalog.Unconditional, in.Catalog.Entries[0].OpenType)
	assert.Equal(t, catalog.NotShared, in.Catalog.Entries[0].Sharing)
	assert.EqualValues(t, "daily", in.Catalog.Entries[0].UpdateFrequency)
	assert.Equal(t, catalog.Undetermined, in.Catalog.Entries[1].OpenType)
	assert.Equal(t, []catalog.Unread{
		{Row: 3, Column: "B", Value: "7", Why: "所选代码表中没有这个代码"}, {Row: 3, Column: "D", Value: "99", Why: "所选代码表中没有这个代码"},
	}, in.Unread)

	in = importText(t, text, catalog.WithCodes("ours"), catalog.WithAliases(strings.NewReader("codes:\n  ours:\n    open_type: {1: 有条件开放}\n")))
	assert.Equal(t, catalog.Conditional, in.Catalog.Entries[0].OpenType)

	_, err := catalog.Import(t.Context(), strings.NewReader(text), int64(len(text)), "f", catalog.WithCodes("beijing"))
	assert.EqualError(t, err, `no code table "beijing"; there are guangzhou, national, shaoxing, taizhou, xuzhou, and --aliases can add one`)
}

func TestAFileOfAliasesNamesFurtherLabels(t *testing.T) {
	const text = "条目叫法,谁管\n甲,民政局\n"
	_, err := catalog.Import(t.Context(), strings.NewReader(text), int64(len(text)), "目录.csv")
	require.ErrorIs(t, err, catalog.ErrNoHeader)
	assert.EqualError(t, err, `目录.csv: no header: none of the first 20 rows names the column of the entries' names (目录名称, 数据集名称, 标题 …); row 1 is "条目叫法 | 谁管". If the labels are others, give a file of aliases`)
	in := importText(t, text, catalog.WithAliases(strings.NewReader("fields:\n  name: [条目叫法]\n  unit: [谁管]\n")))
	assert.Equal(t, "民政局", in.Catalog.Entries[0].Unit)
	for file, want := range map[string]string{
		"fields:\n  nam: [x]\n":          `aliases: fields: no field "nam"; there are id, name`,
		"fields:\n  name: ['（）']\n":      `aliases: fields: name: the label "（）" has no letters`,
		"fields: {name: [a], unit: [A]}": `aliases: fields: the label "A" is given for name and for unit`,
		"codes: {x: {level: {1: a}}}":    `aliases: codes: x: level has no codes; sharing, open_type and update_frequency have`,
		"labels: {}":                     "aliases: ",
	} {
		_, err := catalog.Import(t.Context(), strings.NewReader(text), int64(len(text)), "f", catalog.WithAliases(strings.NewReader(file)))
		assert.ErrorContains(t, err, want)
	}
}

func TestARowOfAnotherWidthIsNoEntry(t *testing.T) {
	in := importText(t, "编号,名称,单位\n1,甲,民政局\n2,乙,教育局,多一列\n3,丙\n4,丁,教育局,\n")
	assert.Equal(t, `{"id":"1","name":"甲","unit":"民政局"}
{"id":"4","name":"丁","unit":"教育局"}
unread {"row":3,"column":"A","value":"2","why":"该行有 4 列，表头有 3 列，无法对应"}
unread {"row":3,"column":"B","value":"乙","why":"该行有 4 列，表头有 3 列，无法对应"}
unread {"row":3,"column":"C","value":"教育局","why":"该行有 4 列，表头有 3 列，无法对应"}
unread {"row":3,"column":"D","value":"多一列","why":"该行有 4 列，表头有 3 列，无法对应"}
unread {"row":4,"column":"A","value":"3","why":"该行有 2 列，表头有 3 列，无法对应"}
unread {"row":4,"column":"B","value":"丙","why":"该行有 2 列，表头有 3 列，无法对应"}
error import.ragged 3 该行有 4 列，表头有 3 列，无法对应
error import.ragged 4 该行有 2 列，表头有 3 列，无法对应
`, lines(t, in))
}

func TestAMissingNumberIsDerivedAndStaysTheSame(t *testing.T) {
	const text = "编号,名称,单位\n,甲,民政局\n1,乙,民政局\n"
	a, b := importText(t, text), importText(t, text+",丙,教育局\n")
	assert.Regexp(t, "^derived-[0-9a-f]{16}$", a.Catalog.Entries[0].ID)
	assert.Equal(t, a.Catalog.Entries[0].ID, b.Catalog.Entries[0].ID)
	require.Len(t, a.Findings, 1)
	assert.Equal(t, "import.id", a.Findings[0].Rule)
}

func TestOtherEncodingsSayWhichTheyWere(t *testing.T) {
	data, err := simplifiedchinese.GB18030.NewEncoder().String("编号;名称;单位;摘要\n1;停车场;交通局;包括名称、地址等\n")
	require.NoError(t, err)
	in := importText(t, data)
	assert.Equal(t, table.GB18030, in.Encoding)
	assert.Len(t, in.Catalog.Entries[0].Items, 2)
}

func TestProgressIsToldToTheEnd(t *testing.T) {
	var calls []int
	importText(t, "名称,单位\n"+strings.Repeat("甲,乙\n", 2500), catalog.Progress(func(n int) { calls = append(calls, n) }))
	assert.Equal(t, []int{1000, 2000, 2501}, calls)
}

// FuzzImport: whatever the bytes are, Import ends without a panic, and nothing that stood in a row of data is lost.
func FuzzImport(f *testing.F) {
	f.Add([]byte("编号,名称,信息项名称,数据类型,是否开放,更新周期\n1,甲,姓名,C,是,每年\n,,年龄,?,否,\n2,乙,x,,,9\n"))
	f.Add([]byte("名称\t摘要\t数据项\t格式\t更新时间\n甲\t包括A、B等\ta,b\tcsv\t2026-1-1\n"))
	f.Add([]byte("标题,开放条件,级别,其他\n甲,1.x；2.y,三级,z\n甲,,,\n,,,q\n"))
	f.Add([]byte("编号,名称\n1,甲,多\n"))
	f.Add([]byte("名称\t更新时间\n甲\t0001.1.1Z"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := catalog.Import(t.Context(), bytes.NewReader(data), int64(len(data)), "f.csv", catalog.WithCodes("national"))
		if err != nil || in.Format != table.CSV {
			return
		}
		assertNothingIsLost(t, data, in)
	})
}

func assertNothingIsLost(t *testing.T, data []byte, in *catalog.Imported) {
	t.Helper()
	kept := map[string]bool{}
	var keep func(v any)
	keep = func(v any) {
		switch v := v.(type) {
		case string:
			kept[v] = true
		case []any:
			for _, x := range v {
				keep(x)
			}
		case map[string]any:
			for _, x := range v {
				keep(x)
			}
		}
	}
	understood := map[[2]int]bool{} // row and column of cells that became a word of a list, a number, a date or a list
	first := 0
	for _, e := range in.Catalog.Entries {
		if first == 0 {
			first = e.Origin.Row
		}
		for _, s := range []string{e.ID, e.Name, e.Summary, e.System, e.Unit, e.Theme, e.Granularity, e.Registration, e.URL, e.Source, e.LocalID, e.Version, e.Reason} {
			keep(s)
		}
		keep(e.Extra)
		c := e.Origin.Layout.Columns
		for field, set := range map[string]bool{
			"items": len(e.Items) > 0, "conditions": len(e.Conditions) > 0, "materials": len(e.Materials) > 0, "format": e.Format != "",
			"open_type": e.OpenType != "", "sharing": e.Sharing != "", "update_frequency": e.UpdateFrequency != "", "level": e.Level != 0,
			"updated_at": !e.UpdatedAt.IsZero(), "catalog_updated_at": !e.CatalogUpdated.IsZero(), "security_review": e.SecurityReview != "",
		} {
			understood[[2]int{e.Origin.Row, c[field]}] = set
		}
		for _, it := range e.Items {
			for _, s := range []string{it.Name, it.Summary, it.Semantic, it.Granularity, it.Namespace, it.Masking} {
				keep(s)
			}
			for _, f := range []string{"type", "length", "subject", "identifier", "sharing", "open_type", "open_flag", "level", "name"} {
				understood[[2]int{it.Row, c["item."+f]}] = true
			}
			understood[[2]int{it.Row, c["items"]}] = true
		}
	}
	for _, u := range in.Unread {
		keep(u.Value)
		keep(strings.TrimSpace(u.Value))
	}
	skipped := map[int]bool{} // titles and repeated headers, which findings list
	for _, f := range in.Findings {
		if f.Rule == "import.title" {
			skipped[f.Place.Row] = true
		}
	}
	r, err := table.Open(bytes.NewReader(data), int64(len(data)), "f.csv", table.Options{})
	require.NoError(t, err)
	for {
		row, err := r.Next()
		if err != nil {
			return
		}
		if row.Number < first || first == 0 || skipped[row.Number] {
			continue // titles and the header
		}
		for c, cell := range row.Cells {
			text := catalog.ImportTextForTest(cell)
			if text != "" && !kept[text] && !understood[[2]int{row.Number, c + 1}] {
				t.Fatalf("row %d column %d: %q is lost in %q", row.Number, c+1, text, data)
			}
		}
	}
}

func TestAnOldSpreadsheetIsImportedAsANewOneIs(t *testing.T) {
	f, err := os.Open("../internal/table/testdata/catalog.xls")
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	in, err := catalog.Import(t.Context(), f, info.Size(), "目录.csv", catalog.WithSheet("目录"))
	require.NoError(t, errors.Join(err, f.Close()))
	assert.Equal(t, "xls", in.Format, "whatever its name says")
	require.Len(t, in.Catalog.Entries, 3)
	e := &in.Catalog.Entries[0]
	assert.Equal(t, []any{"A1", "停车场🙂", 2}, []any{e.ID, e.Name, e.Origin.Row})
}

func TestWhatIsNoTableIsRefused(t *testing.T) {
	_, err := catalog.Import(t.Context(), strings.NewReader("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 8, "目录.xls")
	var e *table.Error
	require.True(t, errors.As(err, &e))
	assert.ErrorContains(t, err, "save it again as .xlsx")
}
