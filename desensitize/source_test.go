package desensitize

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

// sheets makes a spreadsheet of sheets of rows.
func sheets(t *testing.T, all map[string][][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for name, rows := range all {
		_, err := f.NewSheet(name)
		require.NoError(t, err)
		for i, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			require.NoError(t, err)
			require.NoError(t, f.SetSheetRow(name, cell, &row))
		}
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

const (
	sameCSV  = "性别,区,备注\n男,南山,\n女,福田,x\n"
	sameJSON = `{"性别":"男","区":"南山","备注":null}` + "\n" + `{"性别":"女","区":"福田","备注":"x"}` + "\n"
)

// sameTables is one table in every form that is read.
func sameTables(t *testing.T) map[string][]byte {
	t.Helper()
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(sameCSV)
	require.NoError(t, err)
	var parquet bytes.Buffer
	sink, err := NewSink(&parquet, SinkOptions{Format: "parquet"}, []string{"性别", "区", "备注"})
	require.NoError(t, err)
	table, err := ReadTable(strings.NewReader(sameCSV), int64(len(sameCSV)), "t.csv", TableOptions{})
	require.NoError(t, err)
	require.NoError(t, table.Write(sink))
	require.NoError(t, sink.Close())
	z, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	xlsx := sheets(t, map[string][][]any{"表": {{"性别", "区", "备注"}, {"男", "南山"}, {"女", "福田", "x"}}})
	return map[string][]byte{
		"t.csv": []byte(sameCSV), "gb.csv": []byte(gb), "semicolon.csv": []byte(strings.ReplaceAll(sameCSV, ",", ";")), "t.csv.gz": gzipped(t, []byte(sameCSV)),
		"t.jsonl": []byte(sameJSON), "t.jsonl.zst": z.EncodeAll([]byte(sameJSON), nil), "t.parquet": parquet.Bytes(),
		"t.xlsx": xlsx, "t.xlsx.gz": gzipped(t, xlsx),
	}
}

func TestATableReadsTheSameInEveryForm(t *testing.T) {
	t.Parallel()
	for name, data := range sameTables(t) {
		got, err := ReadTable(bytes.NewReader(data), int64(len(data)), name, TableOptions{})
		require.NoError(t, err, name)
		var b strings.Builder
		require.NoError(t, got.WriteCSV(&b))
		assert.Equal(t, sameCSV, strings.ReplaceAll(b.String(), ";", ","), name)

		// From a pipe too, but for what has its directory at its end.
		source, err := TableSource(struct{ io.Reader }{bytes.NewReader(data)}, SourceOptions{Name: name}, "")
		if name == "t.parquet" || name == "t.xlsx.gz" {
			assert.Error(t, err, name)
			continue
		}
		require.NoError(t, err, name)
		piped, err := LoadTable(context.Background(), source, name, TableOptions{Only: []string{"区"}})
		require.NoError(t, err, name)
		require.NoError(t, source.Close())
		assert.Equal(t, []string{"区"}, piped.Columns(), name)
		assert.Equal(t, "福田", piped.Cell(1, 0), name)
	}
}

func TestAScanReadsTheSameInEveryForm(t *testing.T) {
	t.Parallel()
	for name, data := range sameTables(t) {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		f, err := os.Open(path)
		require.NoError(t, err)
		r, err := Scan(context.Background(), f, ScanOptions{Name: name})
		require.NoError(t, err, name)
		assert.EqualValues(t, 2, r.Rows, name)
		assert.Len(t, r.Columns, 3, name)
		require.NoError(t, f.Close())
	}
}

func TestSpreadsheetsSayWhereTheyAreBroken(t *testing.T) {
	t.Parallel()
	two := map[string][][]any{"甲": {{"a"}, {"1"}}, "乙": {{"a"}, {"2"}}}
	for _, c := range []struct {
		data  []byte
		sheet string
		want  string
	}{
		{sheets(t, map[string][][]any{"甲": {{"a", "b"}, {"1", "2"}, {"1", "2", "3"}}}), "", "t.xlsx:3: row 2: 3 cells, but the header has 2 columns"},
		{sheets(t, map[string][][]any{"甲": {{"a", "a"}, {"1", "2"}}}), "", "t.xlsx (column 2): has the same name as column 1; every column needs a name of its own"},
		{sheets(t, nil), "", "t.xlsx: there is no header row; the first row must name the columns"},
		{[]byte("a,b\n"), "甲", `t.xlsx: is no spreadsheet, and has no sheet "甲"`},
	} {
		_, err := ReadTable(bytes.NewReader(c.data), int64(len(c.data)), "t.xlsx", TableOptions{Sheet: c.sheet})
		assert.EqualError(t, err, c.want)
	}
	data := sheets(t, two)
	_, err := ReadTable(bytes.NewReader(data), int64(len(data)), "t.xlsx", TableOptions{})
	assert.ErrorContains(t, err, "name the one to read")
	got, err := ReadTable(bytes.NewReader(data), int64(len(data)), "t.xlsx", TableOptions{Sheet: "乙"})
	require.NoError(t, err)
	assert.Equal(t, "2", got.Cell(0, 0))
	_, err = ReadTable(strings.NewReader("a\n1\n"), 4, "t.csv", TableOptions{Delimiter: '；'})
	var fault *TableFault
	require.ErrorAs(t, err, &fault)
}

// Columns that are not kept cost nothing but the first of their values.
func TestMemoryGrowsWithCodesNotTexts(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("id,区\n")
	const rows = 20_000
	for i := range rows {
		b.WriteString(strings.Repeat("x", 100))
		b.WriteString(strings.Repeat("y", i%7) + ",南山区南山街道很长的名称\n")
	}
	text := b.String()
	got, err := ReadTable(strings.NewReader(text), int64(len(text)), "t.csv", TableOptions{Only: []string{"区"}})
	require.NoError(t, err)
	assert.Equal(t, rows, got.Rows())
	assert.Len(t, got.columns[0].values, 1)
	assert.LessOrEqual(t, 4*cap(got.columns[0].codes), 8*rows)
	assert.LessOrEqual(t, len(got.left[0].values), riskLooked)
}

func TestATableIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		in, err := NewTable([]string{"a", "b"}, TableLimits{})
		require.NoError(rt, err)
		cell := rapid.SampledFrom([]string{"", "1", "x,y", "\"", "a\nb", " ", "中"})
		for range rapid.IntRange(1, 3000).Draw(rt, "rows") { // beyond one block
			require.NoError(rt, in.Append([]string{cell.Draw(rt, "a"), "k"}))
		}
		format := rapid.SampledFrom([]SinkOptions{{}, {Delimiter: ';'}, {Format: "jsonl"}, {Format: "parquet"}, {Compression: "zstd"}}).Draw(rt, "format")
		var out bytes.Buffer
		sink, err := NewSink(&out, format, in.Columns())
		require.NoError(rt, err)
		require.NoError(rt, in.Write(sink))
		require.NoError(rt, sink.Close())
		o := TableOptions{}
		if format.Delimiter != 0 {
			o.Delimiter = rune(format.Delimiter)
		}
		back, err := ReadTable(bytes.NewReader(out.Bytes()), int64(out.Len()), "t", o)
		require.NoError(rt, err)
		require.Equal(rt, in.Rows(), back.Rows())
		for row := range in.Rows() {
			require.Equal(rt, in.Cell(row, 0), back.Cell(row, 0))
		}
	})
}

func TestDirectIdentifiersThatNobodyNamedAreSeen(t *testing.T) {
	t.Parallel()
	const text = "性别,证件,联系,热线,姓名,区,公司\n" +
		"男,11010519491231002X,13800138000,13800138000,王小明,南山,91350100M000100Y43\n" +
		"女,440524188001010014,不详,13800138000,李四,南山,91350100M000100Y43\n" +
		"男,11010519491231002X,１３８ 0013 8002,13800138000,欧阳锋,福田,91350100M000100Y43\n" +
		"女,x,13800138003,13800138000,赵六,福田,91350100M000100Y43\n" +
		"女,,13800138004,13800138000,孙七,罗湖,91350100M000100Y43\n"
	seen := func(only, direct []string) string {
		in, err := ReadTable(strings.NewReader(text), int64(len(text)), "t.csv", TableOptions{Only: only})
		require.NoError(t, err)
		r, err := MeasureRisk(in, RiskOptions{Quasi: []string{"性别"}, Direct: direct})
		require.NoError(t, err)
		var all []string
		for _, d := range r.DirectSeen {
			all = append(all, d.Column+" "+d.Kind)
		}
		return strings.Join(all, ", ")
	}
	// 440524188001010014 was born in 1880: two of the four values that are not empty are resident IDs, which is not most.
	const want = "姓名 cn.person_name, 联系 cn.mobile"
	assert.Equal(t, want, seen(nil, nil))
	assert.Equal(t, want, seen([]string{"性别"}, nil), "in columns of the file that are not in the table too")
	assert.Equal(t, "姓名 cn.person_name", seen([]string{"性别", "联系"}, []string{"联系"}))
}
