package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

const tablesPolicy = `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: fees, title: 费用, status: draft, owner: 市交通运输局}
instrument: shenzhen
columns:
  id: {label: 序号, type: int, class: plain}
  day: {label: 日期, type: date, class: plain}
  area: {label: 片区, type: string, class: plain}
  open: {label: 开放, type: bool, class: plain}
rules:
  - {id: keep, basis: 第三十六条, where: column.name != 'day', apply: keep()}
  - {id: day, basis: 第三十六条, where: column.name == 'day', apply: value.truncate('month')}
`

func TestParquetKeepsTheTypesOfWhatIsKept(t *testing.T) {
	type row struct {
		ID   int64   `parquet:"id"`
		Day  int32   `parquet:"day,date"`
		Area *string `parquet:"area,optional"`
		Open bool    `parquet:"open"`
	}
	type made struct {
		ID   int64   `parquet:"id"`
		Day  string  `parquet:"day"`
		Area *string `parquet:"area,optional"`
		Open bool    `parquet:"open"`
	}
	dir := t.TempDir()
	policy, in, out := filepath.Join(dir, "p.yaml"), filepath.Join(dir, "in.parquet"), filepath.Join(dir, "out.parquet")
	require.NoError(t, os.WriteFile(policy, []byte(tablesPolicy), 0o600))
	area := "南山"
	require.NoError(t, parquet.WriteFile(in, []row{{1 << 53, 20512, &area, true}, {-2, 0, nil, false}}))
	got := invoke(t, "", "desensitize", "--rules", policy, "--in", in, "--out", out)
	require.Equal(t, statusOK, got.status, got.stderr)
	rows, err := parquet.ReadFile[made](out)
	require.NoError(t, err)
	assert.Equal(t, []made{{1 << 53, "2026-02", &area, true}, {-2, "1970-01", nil, false}}, rows)
	f, err := os.Open(out)
	require.NoError(t, err)
	defer func() { assert.NoError(t, f.Close()) }()
	info, err := f.Stat()
	require.NoError(t, err)
	file, err := parquet.OpenFile(f, info.Size())
	require.NoError(t, err)
	for column, want := range map[string]parquet.Kind{"id": parquet.Int64, "day": parquet.ByteArray, "area": parquet.ByteArray, "open": parquet.Boolean} {
		leaf, ok := file.Schema().Lookup(column)
		require.True(t, ok, column)
		assert.Equal(t, want, leaf.Node.Type().Kind(), column)
	}
}

func TestASpreadsheetIsRead(t *testing.T) {
	dir := t.TempDir()
	policy, in, out := filepath.Join(dir, "p.yaml"), filepath.Join(dir, "in.xlsx"), filepath.Join(dir, "out.csv")
	require.NoError(t, os.WriteFile(policy, []byte(tablesPolicy), 0o600))
	book := excelize.NewFile()
	for i, cells := range [][]any{{"序号", "日期", "片区", "开放"}, {1, "2026-02-28", "=HYPERLINK(1)", "true"}, {2, "", "福田"}} {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		require.NoError(t, book.SetSheetRow("Sheet1", cell, &cells))
	}
	_, err := book.NewSheet("说明")
	require.NoError(t, err)
	require.NoError(t, book.SetCellStr("说明", "A1", "填表说明"))
	require.NoError(t, book.SaveAs(in))

	got := invoke(t, "", "desensitize", "--rules", policy, "--in", in, "--out", out)
	assert.Equal(t, statusError, got.status)
	assert.Contains(t, got.stderr, `has rows in the sheets "Sheet1" and "说明"; name the one to read`)
	assert.NoFileExists(t, out)
	got = invoke(t, "", "desensitize", "--rules", policy, "--in", in, "--out", out, "--sheet", "Sheet1", "--record", filepath.Join(dir, "record"))
	require.Equal(t, statusOK, got.status, got.stderr)
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	assert.Equal(t, "序号,日期,片区,开放\n1,2026-02,'=HYPERLINK(1),true\n2,,福田,\n", string(text), "what a spreadsheet program would run stays a text")
	got = invoke(t, "", "desensitize", "--rules", policy, "--in", in, "--out", filepath.Join(dir, "out"), "--sheet", "Sheet1")
	require.Equal(t, statusOK, got.status, got.stderr)
	again, err := os.ReadFile(filepath.Join(dir, "out"))
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again), "a spreadsheet becomes csv where the name of the output says nothing else")
}
