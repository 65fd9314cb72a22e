package stream

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// car is a row of the types that files of agencies have.
type car struct {
	Plate  string    `parquet:"车牌"`
	Count  int64     `parquet:"count"`
	Small  int32     `parquet:"small,optional"`
	Ratio  float64   `parquet:"ratio"`
	Paid   bool      `parquet:"paid"`
	Fee    int64     `parquet:"fee,decimal(2:18)"`
	Day    int32     `parquet:"day,date"`
	At     time.Time `parquet:"at,timestamp(millisecond)"`
	Remark *string   `parquet:"remark,optional"`
	ID     [16]byte  `parquet:"id,uuid"`
}

func parquetFile(t testing.TB, rows any, write func(*os.File)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.parquet")
	f, err := os.Create(path)
	require.NoError(t, err)
	write(f)
	require.NoError(t, f.Close())
	return path
}

func cars(t testing.TB) string {
	remark := "已缴费"
	return parquetFile(t, nil, func(f *os.File) {
		w := parquet.NewGenericWriter[car](f)
		_, err := w.Write([]car{
			{"粤B12345", 7, 3, 0.5, true, -1205, 19700, time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC), &remark, [16]byte{1, 2}},
			{"粤B54321", math.MaxInt64, 0, 1e21, false, 5, 0, time.Unix(0, 0), nil, [16]byte{}},
		})
		require.NoError(t, err)
		require.NoError(t, w.Close())
	})
}

// copied runs a file through Copy with one transform and reads the output.
func copied(t testing.TB, path, to string, o SinkOptions, f Transform) [][]string {
	t.Helper()
	s, err := Open(path, Options{})
	require.NoError(t, err)
	out, err := os.Create(to)
	require.NoError(t, err)
	if o.Format == Parquet {
		o.Schema = s.Info().Schema
	}
	sink, err := Create(out, o, s.Columns())
	require.NoError(t, err)
	if f == nil {
		f = func(b *Block) (*Block, error) { return b, nil }
	}
	require.NoError(t, Copy(context.Background(), s, sink, 2, func(int) Transform { return f }, nil))
	require.NoError(t, sink.Close())
	require.NoError(t, out.Close())
	require.NoError(t, s.Close())
	back, err := Open(to, Options{})
	require.NoError(t, err)
	defer func() { assert.NoError(t, back.Close()) }()
	rows, err := shown(t, back)
	require.NoError(t, err)
	return rows
}

func TestParquetIsReadAsText(t *testing.T) {
	s, err := Open(cars(t), Options{})
	require.NoError(t, err)
	rows, err := shown(t, s)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	assert.Equal(t, [][]string{
		{"车牌", "count", "small", "ratio", "paid", "fee", "day", "at", "remark", "id"},
		{"粤B12345", "7", "3", "0.5", "true", "-12.05", "2023-12-09", "2026-01-02T03:04:05.006Z", "已缴费", "01020000-0000-0000-0000-000000000000"},
		{"粤B54321", "9223372036854775807", "␀", "1e+21", "false", "0.05", "1970-01-01", "1970-01-01T00:00:00Z", "␀", "00000000-0000-0000-0000-000000000000"},
	}, rows)
}

func TestAColumnOfParquetKeepsItsTypeWhileEveryCellIsOfIt(t *testing.T) {
	to := filepath.Join(t.TempDir(), "out.parquet")
	rows := copied(t, cars(t), to, SinkOptions{Format: Parquet}, func(b *Block) (*Block, error) {
		for i := range b.Rows {
			row := b.Row(i)
			row[1] = []byte("8")          // still a number
			row[6] = []byte("2023")       // no date any more
			row[0] = []byte("粤B" + "***") // text as before
			if i == 1 {
				row[3] = []byte("<5") // no number, in one row alone
			}
		}
		return b, nil
	})
	assert.Equal(t, []string{"粤B***", "8", "3", "0.5", "true", "-12.05", "2023", "2026-01-02T03:04:05.006Z", "已缴费", "01020000-0000-0000-0000-000000000000"}, rows[1])
	f, err := os.Open(to)
	require.NoError(t, err)
	defer func() { assert.NoError(t, f.Close()) }()
	info, err := f.Stat()
	require.NoError(t, err)
	p, err := parquet.OpenFile(f, info.Size())
	require.NoError(t, err)
	var types []string
	for _, c := range p.Root().Columns() {
		types = append(types, c.Name()+" "+c.Type().String())
	}
	assert.Equal(t, "车牌 STRING,count INT(64,true),small INT(32,true),ratio STRING,paid BOOLEAN,fee DECIMAL(18,2),day STRING,at TIMESTAMP(isAdjustedToUTC=true,unit=MILLIS),remark STRING,id UUID",
		strings.Join(types, ","))
	left, err := filepath.Glob(filepath.Join(filepath.Dir(to), ".banfa-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "what waited beside the output is gone")
}

func TestParquetBecomesJSONLinesWithItsNumbers(t *testing.T) {
	to := filepath.Join(t.TempDir(), "out.jsonl")
	copied(t, cars(t), to, SinkOptions{Format: JSONLines}, nil)
	text, err := os.ReadFile(to)
	require.NoError(t, err)
	assert.Equal(t, `{"车牌":"粤B12345","count":7,"small":3,"ratio":0.5,"paid":true,"fee":-12.05,"day":"2023-12-09","at":"2026-01-02T03:04:05.006Z","remark":"已缴费","id":"01020000-0000-0000-0000-000000000000"}`+"\n",
		string(text[:bytes.IndexByte(text, '\n')+1]))
}

func TestNestedParquetIsRefusedByTheNameOfItsColumn(t *testing.T) {
	type nested struct {
		ID   int64    `parquet:"id"`
		Tags []string `parquet:"tags,list"`
	}
	path := parquetFile(t, nil, func(f *os.File) {
		w := parquet.NewGenericWriter[nested](f)
		_, err := w.Write([]nested{{1, []string{"a"}}})
		require.NoError(t, err)
		require.NoError(t, w.Close())
	})
	_, err := Open(path, Options{Name: "in.parquet"})
	assert.EqualError(t, err, `in.parquet (column "tags"): the value is an object or a list; only text, numbers, true, false and null can be in a column`)
}

func TestParquetFromAPipeIsRefused(t *testing.T) {
	text, err := os.ReadFile(cars(t))
	require.NoError(t, err)
	_, err = NewSource(bytes.NewReader(text), Options{})
	var e *Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, BadFormat, e.Code)
}

func TestManyRowGroupsAreReadInOrder(t *testing.T) {
	type row struct {
		N int64 `parquet:"n"`
	}
	path := parquetFile(t, nil, func(f *os.File) {
		w := parquet.NewGenericWriter[row](f)
		for i := range 10_000 {
			_, err := w.Write([]row{{int64(i)}})
			require.NoError(t, err)
			if i%997 == 0 {
				require.NoError(t, w.Flush())
			}
		}
		require.NoError(t, w.Close())
	})
	for _, name := range []string{"out.parquet", "out.csv"} {
		format, _ := SuffixFormat(name)
		rows := copied(t, path, filepath.Join(t.TempDir(), name), SinkOptions{Format: format}, nil)
		require.Len(t, rows, 10_001)
		assert.Equal(t, []string{"9999"}, rows[10_000])
	}
}

// FuzzParquet: no file is a reason to panic.
func FuzzParquet(f *testing.F) {
	text, err := os.ReadFile(cars(f))
	require.NoError(f, err)
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "x.parquet")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		s, err := Open(path, Options{Format: Parquet})
		if err != nil {
			return
		}
		_, _ = shown(t, s) // an error is as good as rows
		_ = s.Close()      // likewise
	})
}
