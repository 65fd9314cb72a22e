package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readXLS(data []byte, o Options) (rows []Row, err error) {
	r, err := Open(bytes.NewReader(data), int64(len(data)), "目录.xls", o)
	if err != nil {
		return nil, err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, r.Close()
		}
		if err != nil {
			return rows, errors.Join(err, r.Close())
		}
		rows = append(rows, row)
	}
}

// testdata/catalog.xls was written by SheetJS 0.18.5.
func TestAnOldSpreadsheetIsReadAsAPersonSeesIt(t *testing.T) {
	data, err := os.ReadFile("testdata/catalog.xls")
	require.NoError(t, err)
	long, wide := strings.Repeat("数据", 50)+"A", strings.Repeat("b", 90)+"尾"
	rows, err := readXLS(data, Options{})
	require.NoError(t, err)
	assert.Equal(t, []Row{
		{Sheet: "目录", Number: 1, Cells: []string{"目录编号", "目录名称", "更新日期", "时刻", "级别", "比例", "编码", "开放", "长文"}},
		{Sheet: "目录", Number: 2, Cells: []string{"A1", "停车场🙂", "2026-02-11", "06:00:00", "1", "12.5%", "0007", "TRUE", long}},
		{
			Sheet: "目录", Number: 3, Cells: []string{"A1", "A1", "2026-02-11 12:00:00", "", "2.5", "0.3", "12345678901234", "FALSE", wide},
			Merged: []bool{true, true, false, false, false, false, false, false, false},
		},
		{Sheet: "目录", Number: 4, Cells: []string{"A2", "é公交", "1900-02-28", "", "-3", "1234567.89", "#N/A"}},
		{Sheet: "附表", Number: 1, Cells: []string{"第二张", "x"}},
		{Sheet: "附表", Number: 3, Cells: []string{"末行", "900719925474099"}},
	}, rows)

	rows, err = readXLS(data, Options{Sheet: "附表"})
	require.NoError(t, err)
	assert.Len(t, rows, 2)
	_, err = readXLS(data, Options{Sheet: "无"})
	assert.EqualError(t, err, `目录.xls: has no sheet "无"; it has ["目录" "附表"]`)
	_, err = readXLS(data, Options{Limits: Limits{Rows: 2}})
	assert.ErrorContains(t, err, "more than the limit of 2 rows")
	for _, cut := range []int{100, 600, 2000, 4000} {
		_, err = readXLS(data[:cut], Options{})
		assert.ErrorIs(t, err, ErrFormat, "cut at %d", cut)
	}
}

// biff writes records of a stream.
type biff struct{ bytes.Buffer }

func (b *biff) put(kind uint16, parts ...any) {
	var data bytes.Buffer
	for _, p := range parts {
		if s, ok := p.(string); ok {
			data.WriteString(s)
			continue
		}
		_ = binary.Write(&data, binary.LittleEndian, p) // a buffer takes everything
	}
	_ = binary.Write(b, binary.LittleEndian, []uint16{kind, uint16(data.Len())})
	b.Write(data.Bytes())
}

func wide(s string) []uint16 { return utf16.Encode([]rune(s)) }

// biffBook is a workbook of one sheet, with what stands before its end and what is in the sheet.
func biffBook(globals, sheet func(*biff)) []byte {
	var head, body biff
	begin := func(b *biff, kind uint16) { b.put(biffBegin, uint16(biffVersion8), kind, [12]byte{}) }
	build := func(offset uint32) {
		head.Reset()
		begin(&head, 5)
		head.put(biffSheet, offset, byte(0), byte(0), byte(1), byte(0), "S")
		if globals != nil {
			globals(&head)
		}
		head.put(biffEnd)
	}
	build(0)
	build(uint32(head.Len()))
	begin(&body, biffWorksheet)
	sheet(&body)
	body.put(biffEnd)
	return append(head.Bytes(), body.Bytes()...)
}

func readBIFF(stream []byte) (rows []Row, err error) {
	defer recovered(&err)
	x := &xlsRows{stream: stream, most: 256}
	if err := x.globals(); err != nil {
		return nil, err
	}
	for {
		row, err := x.next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func TestSharedTextsGoOnInFurtherRecords(t *testing.T) {
	rows, err := readBIFF(biffBook(func(b *biff) {
		// One text that changes from wide to narrow where its record ends, one with runs of fonts and phonetic text, both cut in two, one plain.
		b.put(biffSST, uint32(3), uint32(3), uint16(5), byte(1), wide("停车"))
		b.put(biffContinue, byte(0), "abc", uint16(2), byte(1|4|8), uint16(1), uint32(6), wide("公交"), "12")
		b.put(biffContinue, "34phonet", uint16(1), byte(0), "z")
	}, func(b *biff) {
		for i := range uint16(3) {
			b.put(biffLabelSST, uint16(0), i, uint16(0), uint32(i))
		}
		b.put(biffMulRK, uint16(1), uint16(0), uint16(0), uint32(7<<2|2), uint16(0), uint32(250<<2|3), uint16(1))
		b.put(biffFormula, uint16(2), uint16(0), uint16(0), [6]byte{0}, uint16(0xffff), [8]byte{})
		b.put(biffString, uint16(2), byte(1), wide("结"))
		b.put(biffContinue, byte(1), wide("果"))
		b.put(biffFormula, uint16(2), uint16(1), uint16(0), math.Float64bits(1.5), [8]byte{})
		b.put(biffFormula, uint16(2), uint16(2), uint16(0), [6]byte{1, 0, 1}, uint16(0xffff), [8]byte{})
		b.put(biffLabel, uint16(3), uint16(1), uint16(0), uint16(1), byte(0), "x")
		b.put(biffBegin, uint16(biffVersion8), uint16(0x20), [12]byte{}) // a chart in the sheet
		b.put(biffNumber, uint16(9), uint16(9), uint16(0), math.Float64bits(9))
		b.put(biffEnd)
		b.put(biffLabel, uint16(0), uint16(3), uint16(0), uint16(1), byte(1), uint16(0xd800)) // half a character, and out of order
	}))
	require.NoError(t, err)
	assert.Equal(t, []Row{
		{Sheet: "S", Number: 1, Cells: []string{"停车abc", "公交", "z", "\ufffd"}},
		{Sheet: "S", Number: 2, Cells: []string{"7", "2.5"}},
		{Sheet: "S", Number: 3, Cells: []string{"结果", "1.5", "TRUE"}},
		{Sheet: "S", Number: 4, Cells: []string{"", "x"}},
	}, rows)
}

func TestWhatAnOldSpreadsheetCannotBeIsSaid(t *testing.T) {
	none := func(*biff) {}
	overlapping := biffBook(func(b *biff) {
		b.put(biffSheet, uint32(0), byte(0), byte(0), byte(1), byte(0), "T")
	}, func(b *biff) {
		b.put(biffLabel, uint16(0), uint16(0), uint16(0), uint16(200), byte(0), strings.Repeat("x", 200))
	})
	copy(overlapping[20+13+4:], overlapping[20+4:20+8]) // where the first sheet begins
	for name, c := range map[string]struct {
		stream []byte
		want   string
	}{
		"encrypted":           {biffBook(func(b *biff) { b.put(biffFilePass, uint16(0)) }, none), "is encrypted with a password"},
		"a text too many":     {biffBook(none, func(b *biff) { b.put(biffLabelSST, uint16(0), uint16(0), uint16(0), uint32(0)) }), "a cell refers to a text that is not there"},
		"texts cut off":       {biffBook(func(b *biff) { b.put(biffSST, uint32(9), uint32(1<<31), uint16(1), byte(0), "a") }, none), "the shared texts end after 1 of 2147483648"},
		"no end":              {biffBook(none, none)[:60], "a record does not hold what it should"},
		"before Excel 97":     {func() []byte { var b biff; b.put(biffBegin, uint16(0x0500), uint16(5)); return b.Bytes() }(), "the time before Excel 97"},
		"sheets that overlap": {overlapping, "it overlaps another sheet"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readBIFF(c.stream)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestFormatsOfNumbers(t *testing.T) {
	for _, c := range []struct {
		code string
		id   uint16
		n    float64
		want string
	}{
		{"", 0, 0.1 + 0.2, "0.3"},
		{"General", 0, 1e21, "1000000000000000000000"},
		{"", 14, 45000, "2023-03-15"},
		{"", 57, 45000, "2023-03-15"},
		{"", 22, 45000.25, "2023-03-15 06:00:00"},
		{"", 14, 60, "60"}, // no such day
		{"", 14, 1, "1900-01-01"},
		{"", 14, -1, "-1"},
		{"", 14, 3e6, "3000000"},
		{`yyyy"年"m"月"d"日"`, 176, 45000, "2023-03-15"},
		{`[$-804]yyyy\-mm;@`, 177, 45000, "2023-03-15"},
		{"h:mm", 178, 0.5, "12:00:00"},
		{"000000", 179, 123, "000123"},
		{"0.00%", 180, 0.5, "50.00%"},
		{`0.0" m"`, 181, -0.04, "0.0"},
		{`"days" 0`, 182, 3, "3"},
		{"#", 183, 0, "0"},
		{"0.00E+00", 184, 1500, "1500"},
	} {
		assert.Equal(t, c.want, newXLSFormat(c.id, c.code).show(c.n, false), "%v as %q %d", c.n, c.code, c.id)
	}
	assert.Equal(t, "2027-03-16", xlsFormat{date: true}.show(45000, true), "days since 1904")
	for n := 61.0; n < 2958465; n += 997.25 { // as far as seconds go, a time reads back as its number
		at, ok := xlsTime(n, false)
		require.True(t, ok)
		require.InDelta(t, n, float64(at.Unix()-time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Unix())/(24*60*60), 1e-5)
	}
}

// FuzzXLS states of any file, and of any stream of a workbook: rows come in order and are valid UTF-8, or the error says what is wrong.
func FuzzXLS(f *testing.F) {
	data, err := os.ReadFile("testdata/catalog.xls")
	require.NoError(f, err)
	f.Add(data, false)
	f.Add([]byte(oleSignature), false)
	file, err := openOLE(bytes.NewReader(data), int64(len(data)))
	require.NoError(f, err)
	stream, err := file.stream(file.top("Workbook"))
	require.NoError(f, err)
	f.Add(stream, true)
	f.Add(biffBook(nil, func(b *biff) { b.put(biffMerged, uint16(1), [4]uint16{0, 9, 0, 300}) }), true)
	f.Fuzz(func(t *testing.T, data []byte, stream bool) {
		var rows []Row
		var err error
		if stream {
			rows, err = readBIFF(data)
		} else {
			rows, err = readXLS(append([]byte(oleSignature), data...), Options{})
			rows2, err2 := readXLS(data, Options{})
			rows, err = append(rows, rows2...), errors.Join(err, err2)
		}
		if err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Fatal(err)
		}
		for i, row := range rows {
			if i > 0 && rows[i-1].Sheet == row.Sheet && rows[i-1].Number == row.Number && stream {
				continue // two sheets of one name
			}
			for _, c := range row.Cells {
				if !utf8.ValidString(c) {
					t.Fatalf("row %d: %q", row.Number, c)
				}
			}
		}
	})
}
