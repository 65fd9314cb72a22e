package table_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/table"
)

func all(t *testing.T, data []byte, o table.Options) (*table.Reader, []table.Row, error) {
	t.Helper()
	r, err := table.Open(bytes.NewReader(data), int64(len(data)), "目录.csv", o)
	if err != nil {
		return nil, nil, err
	}
	defer func() { require.NoError(t, r.Close()) }()
	var rows []table.Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r, rows, nil
		}
		if err != nil {
			return r, rows, err
		}
		rows = append(rows, row)
	}
}

const (
	simplified  = "数据集名称,责任单位,更新周期\n公共停车场信息,市交通运输局,每季度\n社会组织名录,市民政局,每年\n"
	traditional = "資料集名稱,提供機關,更新頻率\n公共停車場資訊,交通局,每季\n社會團體名冊,社會局,每年\n"
)

func TestTheEncodingIsToldByTheBytes(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		e    encoding.Encoding
		want string
	}{
		"UTF-8":                 {simplified, encoding.Nop, table.UTF8},
		"UTF-8 with a mark":     {"\ufeff" + simplified, encoding.Nop, table.UTF8BOM},
		"UTF-16 little endian":  {simplified, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), table.UTF16LE},
		"UTF-16 big endian":     {simplified, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), table.UTF16BE},
		"UTF-16 without a mark": {simplified, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), table.UTF16LE},
		"GB 18030":              {simplified, simplifiedchinese.GB18030, table.GB18030},
		"traditional in GBK":    {traditional, simplifiedchinese.GB18030, table.GB18030},
		"Big5":                  {traditional, traditionalchinese.Big5, table.Big5},
		"ASCII":                 {"name,unit\nroads,city\n", encoding.Nop, table.UTF8},
		"GB 18030 behind a long English part": {
			"name,unit,cycle\n" + strings.Repeat("roads,city,daily\n", 10_000) + simplified, simplifiedchinese.GB18030,
			table.GB18030,
		},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := c.e.NewEncoder().Bytes([]byte(c.text))
			require.NoError(t, err)
			r, rows, err := all(t, data, table.Options{})
			require.NoError(t, err)
			assert.Equal(t, c.want, r.Encoding())
			var text []string
			for _, row := range rows {
				text = append(text, strings.Join(row.Cells, ",")+"\n")
			}
			assert.Equal(t, strings.TrimPrefix(c.text, "\ufeff"), strings.Join(text, ""))
		})
	}
}

func TestTheDelimiterIsToldByTheRows(t *testing.T) {
	for delimiter, text := range map[rune]string{
		',':  "名称,摘要\n甲,\"一|二|三\"\n乙,四\n",
		';':  "名称;摘要\n甲;1,5\n乙;2,5\n",
		'\t': "名称\t摘要\n甲\t包括甲,乙,丙\n乙\t包括甲,乙\n",
		'|':  "名称|摘要|单位\n甲|包括A,B|局\n乙|包括A|局\n",
	} {
		r, rows, err := all(t, []byte(text), table.Options{})
		require.NoError(t, err)
		assert.Equal(t, string(delimiter), string(r.Delimiter()))
		assert.Equal(t, "名称", rows[0].Cells[0])
	}
}

func TestRowsCarryTheLineTheyBeginOn(t *testing.T) {
	_, rows, err := all(t, []byte("名称,摘要\r\n\r\n甲,\"两\r\n行 \"\"引号\"\"\"\r乙,一行"), table.Options{})
	require.NoError(t, err)
	assert.Equal(t, []table.Row{
		{Number: 1, Cells: []string{"名称", "摘要"}},
		{Number: 3, Cells: []string{"甲", "两\n行 \"引号\""}},
		{Number: 5, Cells: []string{"乙", "一行"}},
	}, rows)
}

func TestWhatCannotBeReadSaysWhereAndWhatToDo(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write(bytes.Repeat([]byte("甲,乙\n"), 1000))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, c := range map[string]struct {
		data string
		o    table.Options
		want string
	}{
		"an old spreadsheet":    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", table.Options{}, "目录.csv: is damaged (unexpected EOF); open it and save it again as .xlsx"},
		"a page":                {"<html><table>", table.Options{}, "目录.csv: is HTML or XML (many portals call such a page .xls); open it in a spreadsheet program and save it as .xlsx"},
		"nothing":               {" \n", table.Options{}, "目录.csv: is empty"},
		"an open quote":         {"a,b\n1,\"2\n3,4\n", table.Options{}, "目录.csv:2: the quotes opened in column B are not closed; double the quotes within a cell"},
		"a quote in quotes":     {"a,b\n1,2\n\"x\"y,2\n", table.Options{}, "目录.csv:3: in column A 'y' follows the closing quotes; double the quotes within a cell"},
		"a long cell":           {"a,b\n1," + strings.Repeat("x", 20), table.Options{Limits: table.Limits{FieldBytes: 10}}, "目录.csv:2: column B has more than the limit of 10 bytes; are its quotes closed?"},
		"many columns":          {"a,b\n,,,,\n1,2,3,4,5,6", table.Options{Limits: table.Limits{Columns: 3}}, "目录.csv:2: 4 columns are more than the limit of 3"},
		"many rows":             {"a,b\n1,2\n1,2", table.Options{Limits: table.Limits{Rows: 2}}, "目录.csv:3: more than the limit of 2 rows"},
		"an unknown encoding":   {"a,b", table.Options{Encoding: "latin1"}, `目录.csv: encoding "latin1" is not known; use UTF-8, UTF-16LE, UTF-16BE, GB18030 or Big5`},
		"a quote as delimiter":  {"a,b", table.Options{Delimiter: '"'}, `目录.csv: '"' cannot be a delimiter`},
		"bytes of no text":      {"\xff\x01\x02\xfa\xff\xff\xff\x81", table.Options{}, "目录.csv: its encoding cannot be told (neither UTF-8, UTF-16, GB 18030 nor Big5); save it as UTF-8 or name the encoding"},
		"control characters":    {"a,b\x01\x02", table.Options{}, "目录.csv: is neither a spreadsheet nor text; give an .xlsx or .csv file"},
		"gzip of too much":      {z.String(), table.Options{Limits: table.Limits{Bytes: 100}}, "目录.csv: unpacked it is more than the limit of 100 bytes"},
		"an archive":            {"PK\x03\x04 and so on", table.Options{}, "目录.csv: is a damaged archive (zip: not a valid zip file); was it copied whole?"},
		"something far too big": {strings.Repeat("x", 200), table.Options{Limits: table.Limits{Bytes: 100}}, "目录.csv: 200 bytes are more than the limit of 100"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := all(t, []byte(c.data), c.o)
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestGzipIsUnpacked(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write([]byte(simplified))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	_, rows, err := all(t, z.Bytes(), table.Options{})
	require.NoError(t, err)
	assert.Len(t, rows, 3)
}

// workbook has two sheets: a merged title, a group of columns, an entry over two rows and dates; and a note.
func workbook(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	require.NoError(t, f.SetSheetName("Sheet1", "目录"))
	for cell, v := range map[string]any{
		"A1": "某市目录", "A2": "名称", "B2": "信息项", "D2": "更新日期", "B3": "信息项名称", "C3": "数据类型",
		"A4": "甲", "B4": "姓名", "C4": "C", "D4": time.Date(2026, 2, 11, 16, 35, 36, 0, time.UTC), "B5": "年龄", "C5": "N",
		"A7": "乙", "B7": 0.1, "C7": 12345678901, "D7": time.Date(2026, 2, 11, 0, 0, 0, 0, time.UTC),
	} {
		require.NoError(t, f.SetCellValue("目录", cell, v))
	}
	for _, m := range [][2]string{{"A1", "D1"}, {"A2", "A3"}, {"B2", "C2"}, {"D2", "D3"}, {"A4", "A5"}} {
		require.NoError(t, f.MergeCell("目录", m[0], m[1]))
	}
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(t, err)
	require.NoError(t, f.SetCellStyle("目录", "D7", "D7", style))
	_, err = f.NewSheet("说明")
	require.NoError(t, err)
	require.NoError(t, f.SetCellValue("说明", "B2", "无"))
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

func TestMergedCellsAreFilledFromTheFirst(t *testing.T) {
	r, rows, err := all(t, workbook(t), table.Options{})
	require.NoError(t, err)
	assert.Equal(t, table.XLSX, r.Format())
	assert.Equal(t, []table.Row{
		{Sheet: "目录", Number: 1, Cells: []string{"某市目录", "某市目录", "某市目录", "某市目录"}, Merged: []bool{false, true, true, true}},
		{Sheet: "目录", Number: 2, Cells: []string{"名称", "信息项", "信息项", "更新日期"}, Merged: []bool{false, false, true, false}},
		{Sheet: "目录", Number: 3, Cells: []string{"名称", "信息项名称", "数据类型", "更新日期"}, Merged: []bool{true, false, false, true}},
		{Sheet: "目录", Number: 4, Cells: []string{"甲", "姓名", "C", "2026-02-11 16:35"}},
		{Sheet: "目录", Number: 5, Cells: []string{"甲", "年龄", "N"}, Merged: []bool{true, false, false}},
		{Sheet: "目录", Number: 7, Cells: []string{"乙", "0.1", "12345678901", "2026-02-11"}},
		{Sheet: "说明", Number: 2, Cells: []string{"", "无"}},
	}, rows)
}

func TestOneSheetIsReadByItsName(t *testing.T) {
	_, rows, err := all(t, workbook(t), table.Options{Sheet: "说明"})
	require.NoError(t, err)
	assert.Len(t, rows, 1)
	_, _, err = all(t, workbook(t), table.Options{Sheet: "目錄"})
	assert.ErrorContains(t, err, `has no sheet "目錄"; it has ["目录" "说明"]`)
}

func TestGuard(t *testing.T) {
	for cell, want := range map[string]string{
		"":                  "",
		"名称":                "名称",
		"=1+1":              "'=1+1",
		" =1+1":             "' =1+1",
		"+86 755":           "'+86 755",
		"+8675512345678":    "+8675512345678",
		"-":                 "'-",
		"-3":                "-3",
		"-0.5":              "-0.5",
		"+1.5E-7":           "+1.5E-7",
		"-1-1":              "'-1-1",
		"-１":                "'-１",
		"@SUM(A1)":          "'@SUM(A1)",
		"\tx":               "'\tx",
		"\rx":               "'\rx",
		"＝HYPERLINK(\"a\")": "'＝HYPERLINK(\"a\")",
		"'=1":               "''=1",
		"''=1":              "'''=1",
		"'名称":               "'名称",
		"'":                 "'",
	} {
		assert.Equal(t, want, table.Guard(cell), "%q", cell)
	}
}

func TestUnguardUndoesGuard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`'{0,3}[ \t\r=+\-@0-9a.E名']{0,6}`).Draw(t, "cell")
		assert.Equal(t, cell, table.Unguard(table.Guard(cell)))
		if g := table.Guard(table.Unguard(cell)); g != cell { // a cell that Guard does not make
			assert.NotEqual(t, cell, table.Guard(cell))
			assert.Equal(t, table.Guard(cell), g)
		}
		assert.Equal(t, table.Guard(cell), table.Guard(table.Unguard(table.Guard(cell))))
	})
}

// FuzzOpen: whatever the bytes are, reading ends, in rows within the limits or in an error of this package.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(simplified))
	f.Add([]byte("a,\"b\nc"))
	f.Add([]byte("PK\x03\x04"))
	f.Add(workbook(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := table.Limits{FieldBytes: 1 << 12, Columns: 64, Rows: 1000, Bytes: 1 << 20}
		_, rows, err := all(t, data, table.Options{Limits: limits})
		last := table.Row{}
		for _, r := range rows {
			assert.LessOrEqual(t, len(r.Cells), limits.Columns)
			if r.Sheet == last.Sheet {
				assert.Greater(t, r.Number, last.Number)
			}
			last = r
		}
		var e *table.Error
		assert.True(t, err == nil || errors.As(err, &e), "%v", err)
	})
}
