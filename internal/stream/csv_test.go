package stream

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

// shown is a table as tests write it: no value is ␀, an empty text is nothing.
func shown(t testing.TB, s Source) ([][]string, error) {
	t.Helper()
	rows := [][]string{s.Columns()}
	b := new(Block)
	next := int64(1)
	for {
		c, err := s.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		if err := s.Split(c, b); err != nil {
			return rows, err
		}
		require.Equal(t, next, b.First, "chunks know the number of their first row")
		next += int64(b.Rows)
		for i := range b.Rows {
			var row []string
			for _, cell := range b.Row(i) {
				if cell == nil {
					row = append(row, "␀")
				} else {
					row = append(row, string(cell))
				}
			}
			rows = append(rows, row)
		}
		c.Release()
	}
}

func read(t testing.TB, text string, o Options) ([][]string, error) {
	t.Helper()
	s, err := NewSource(strings.NewReader(text), o)
	if err != nil {
		return nil, err
	}
	defer func() { assert.NoError(t, s.Close()) }()
	return shown(t, s)
}

func TestCSVIsReadAsItStands(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("姓名,区\n张三,\"南山|区\"\n𠀀,深圳市南山区数据开放目录\n")
	require.NoError(t, err)
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("姓名,区\n张三,南山\n")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		text string
		want string // cells apart by |, rows by /
	}{
		"plain":                                  {"a,b\n1,2\n", "a|b/1|2"},
		"CRLF":                                   {"a,b\r\n1,2\r\n", "a|b/1|2"},
		"no last line end":                       {"a,b\n1,2", "a|b/1|2"},
		"a header alone":                         {"a,b\n", "a|b"},
		"a header alone without a line end":      {"a,b", "a|b"},
		"no value and an empty text":             {"a,b,c\n,\"\",x\n", "a|b|c/␀||x"},
		"quotes hold delimiters and line ends":   {"a,b\n\"1,2\",\"x\ny\"\n", "a|b/1,2|x\ny"},
		"doubled quotes":                         {"a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", "a|b/say \"hi\"|\""},
		"a header in quotes with a line end":     {"\"a\nb\",c\n1,2\n", "a\nb|c/1|2"},
		"blank lines are no rows":                {"\n\na,b\n\n1,2\n\r\n\n3,4\n\n", "a|b/1|2/3|4"},
		"in one column a blank line is no value": {"a\n1\n\n\"\"\n2\n", "a/1/␀//2"},
		"semicolons":                             {"a;b;c\n1;2,5;3\n4;5,6;6\n", "a|b|c/1|2,5|3/4|5,6|6"},
		"tabs":                                   {"a\tb\n1\t2\n", "a|b/1|2"},
		"UTF-8 with a mark":                      {"\ufeff姓名,区\n张三,南山\n", "姓名|区/张三|南山"},
		"GB 18030, with a bar inside characters": {gb, "姓名|区/张三|南山|区/𠀀|深圳市南山区数据开放目录"},
		"UTF-16":                                 {wide, "姓名|区/张三|南山"},
		"a carriage return within a field":       {"a,b\n1\r2,3\n", "a|b/1\r2|3"},
		"spaces are part of the field":           {"a,b\n 1 , 2\n", "a|b/ 1 | 2"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := read(t, c.text, Options{})
			require.NoError(t, err)
			var got []string
			for _, r := range rows {
				got = append(got, strings.Join(r, "|"))
			}
			assert.Equal(t, c.want, strings.Join(got, "/"))
		})
	}
}

func TestWhatIsWrongWithACSVIsToldWithItsPlace(t *testing.T) {
	small := Limits{RecordBytes: 64, Columns: 4}
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"empty":                          {"", "t.csv: there is no header row; the first row must name the columns"},
		"blank":                          {"\n \n", "t.csv: there is no header row; the first row must name the columns"},
		"bare quote":                     {"a,b\n1,2\n3,4\"5\n", `t.csv:3:4 (row 2, column "b"): a double quote within a field that is not in quotes; put the field in quotes and double the quote`},
		"text behind quotes":             {"a,b\n\"1\"x,2\n", `t.csv:2:4 (row 1, column "a"): text behind the closing quote of a field; double the quotes within a field`},
		"never closed":                   {"a,b\n\"1\n2\",\"3\n4\n", `t.csv:3:4 (row 1, column "b"): the quote opened here is never closed`},
		"too few":                        {"a,b\n1,2\n3\n", "t.csv:3 (row 2): the row has 1 columns, the header 2"},
		"too many, behind Chinese":       {"甲,乙\n\"一\n二\",2\n3,4,5\n", "t.csv:4 (row 2): the row has 3 columns, the header 2"},
		"mixed encodings":                {"甲,乙\n张三,2\n李\xcb\xc4,3\n", "t.csv:3:2 (row 2): bytes that are not UTF-8: the file mixes encodings or is damaged; convert it as a whole, or name its encoding"},
		"the first fault is told":        {"甲,乙\n张三\n李\xcb\xc4,3\n", "t.csv:2 (row 1): the row has 1 columns, the header 2"},
		"zero byte":                      {"a,b\n1,2\n3,\x00\n", "t.csv:3:3 (row 2): a zero byte: the file is damaged or not text"},
		"long line":                      {"a,b\n1,2\n3," + strings.Repeat("4", 100) + "\n", "t.csv:3 (row 2): the row is longer than the limit of 64 bytes; is a quote left open?"},
		"long without an end":            {"a,b\n1,2\n3," + strings.Repeat("4", 5000), "t.csv:3 (row 2): the row is longer than the limit of 64 bytes; is a quote left open?"},
		"an open quote in front of much": {"a,b\n1,2\n3,\"" + strings.Repeat("4\n", 5000), "t.csv:3 (row 2): the row is longer than the limit of 64 bytes; is a quote left open?"},
		"a long header":                  {strings.Repeat("a", 5000), "t.csv:1: the row is longer than the limit of 64 bytes; is a quote left open?"},
		"too many columns":               {"a,b,c,d,e\n", "t.csv:1: more than the limit of 4 columns; is the delimiter right?"},
		"two of one name":                {"a,b,a\n", "t.csv:1 (column 3): has the same name as column 1; every column needs a name of its own"},
		"no name":                        {"a,,b\n", "t.csv:1 (column 2): has no name in the header"},
		"lines of old machines":          {"a,b\r1,2\r", "t.csv:1: lines end in a carriage return alone; save the file with line feeds"},
		"a spreadsheet":                  {"PK\x03\x04…", "t.csv: is a spreadsheet or an archive; save the table as csv / 是电子表格或者压缩包；请把表格另存为 csv"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, chunk := range []int{0, 8} {
				_, err := read(t, c.text, Options{Name: "t.csv", Limits: small, Chunk: chunk})
				require.Error(t, err)
				assert.Equal(t, c.want, err.Error(), "chunks of %d", chunk)
			}
		})
	}
}

// endless is a line without an end: it counts how much of it was read.
type endless struct {
	head string
	n    int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n < len(e.head) {
		n := copy(p, e.head[e.n:])
		e.n += n
		return n, nil
	}
	for i := range p {
		p[i] = 'x'
	}
	e.n += len(p)
	return len(p), nil
}

func TestALineWithoutEndIsNotReadWhole(t *testing.T) {
	for name, head := range map[string]string{"unquoted": "a,b\n1,2\n3,", "in quotes": "a,b\n1,2\n3,\"", "header": "a,b"} {
		t.Run(name, func(t *testing.T) {
			in := &endless{head: head}
			s, err := NewSource(in, Options{})
			if err == nil {
				_, err = shown(t, s)
			}
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, TooLong, e.Code)
			assert.Less(t, in.n, 4<<20)
		})
	}
}

func TestAFileThatTurnsOutNotToBeASCIILate(t *testing.T) {
	tail, err := simplifiedchinese.GB18030.NewEncoder().String("深圳市南山区数据开放目录,名称\n")
	require.NoError(t, err)
	text := "a,b\n" + strings.Repeat("1234567,1234567\n", 50_000) + tail
	rows, err := read(t, text, Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"深圳市南山区数据开放目录", "名称"}, rows[len(rows)-1])
}

func write(t testing.TB, rows [][]string, o SinkOptions) string {
	t.Helper()
	var b bytes.Buffer
	s, err := Create(&b, o, rows[0])
	require.NoError(t, err)
	block := &Block{Columns: len(rows[0])}
	for _, r := range rows[1:] {
		block.Rows++
		for _, cell := range r {
			if cell == "␀" {
				block.Cells = append(block.Cells, nil)
			} else {
				block.Cells = append(block.Cells, []byte(cell))
			}
		}
	}
	encoded, err := s.Encode(nil, block)
	require.NoError(t, err)
	require.NoError(t, s.Write(encoded))
	require.NoError(t, s.Close())
	return b.String()
}

// tables draws tables of cells that are hard on quoting.
func tables() *rapid.Generator[[][]string] {
	return rapid.Custom(func(t *rapid.T) [][]string {
		cell := rapid.OneOf(
			rapid.SampledFrom([]string{"␀", "", "\"", "\n", "\r", "\r\n", ",", " ", ";", "\t", "|", "\ufeff", "\"\"", "a\"b", "x,\"y\"\n", "，", "=1+1", "'"}),
			rapid.StringMatching(`[a-zA-Z0-9 ,"张三深圳\n]{0,20}`),
		)
		width := rapid.IntRange(1, 5).Draw(t, "width")
		rows := [][]string{nil}
		for i := range width {
			rows[0] = append(rows[0], "c"+strconv.Itoa(i)+rapid.SampledFrom([]string{"", ",", "\"", "\n", "名"}).Draw(t, "name"))
		}
		for range rapid.IntRange(0, 20).Draw(t, "rows") {
			var row []string
			for range width {
				row = append(row, cell.Draw(t, "cell"))
			}
			rows = append(rows, row)
		}
		return rows
	})
}

func TestWhatIsWrittenIsReadBackCellForCellInChunksOfAnySize(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rows := tables().Draw(r, "table")
		o := SinkOptions{
			Delimiter:   rapid.SampledFrom([]byte(",;\t|")).Draw(r, "delimiter"),
			Encoding:    rapid.SampledFrom([]string{"UTF-8", "UTF-8 BOM", "GB18030"}).Draw(r, "encoding"),
			Compression: rapid.SampledFrom([]Compression{Plain, Gzip, Zstd}).Draw(r, "compression"),
		}
		text := write(t, rows, o)
		got, err := read(t, text, Options{Delimiter: o.Delimiter, Encoding: o.Encoding, Format: CSV, Chunk: rapid.IntRange(1, 200).Draw(r, "chunk")})
		require.NoError(r, err)
		require.Equal(r, rows, got)
	})
}

func TestFormulasAreGuardedOnlyOnRequest(t *testing.T) {
	rows := [][]string{{"a", "b"}, {"=1+1", "-3"}, {"@x", "\tx"}}
	assert.Equal(t, "a,b\n=1+1,-3\n@x,\tx\n", write(t, rows, SinkOptions{}))
	assert.Equal(t, "a,b\n'=1+1,-3\n'@x,'\tx\n", write(t, rows, SinkOptions{Guard: true}))
}

func TestTheMarkOfAnotherEncodingThanTheNamedOneIsNotTakenOff(t *testing.T) {
	_, err := read(t, "\xfe\xffa,b\n1,2\n", Options{Format: CSV, Delimiter: ',', Encoding: "UTF-8"})
	require.ErrorContains(t, err, "line 1: bytes that are not UTF-8")
	rows, err := read(t, "\ufeffa,b\n1,2\n", Options{Format: CSV, Delimiter: ',', Encoding: "GBK"})
	require.NoError(t, err)
	assert.Equal(t, "锘縜", rows[0][0], "what it is in the encoding that was named")
}

// FuzzCSVAgreesWithTheStandardLibrary: where both take a text, both read the same cells, in chunks of any size; where this package refuses, it
// refuses in chunks of any size for the same reason at the same place.
func FuzzCSVAgreesWithTheStandardLibrary(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,b\n\"1\",\"\"\"\"\n", "a\n\n\"\"\n", "a,b\r\n\"x\r\ny\",\r\n", "a,b\n1\"2,3\n", "a,b\n\n\n1,2", " \n\n\n'", "\xfe\xff\u1ab0", "a,b\n\"1\n,2", "a,b\n1,\"2\" \n"} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, text string, chunk int) {
		o := Options{Format: CSV, Delimiter: ',', Encoding: "UTF-8"}
		got, err := read(t, text, o)
		o.Chunk = 1 + chunk&0xff
		again, errAgain := read(t, text, o)
		if err != nil {
			require.EqualError(t, errAgain, err.Error(), "%q", text)
			return
		}
		require.NoError(t, errAgain, "%q", text)
		require.Equal(t, got, again, "%q", text)

		r := csv.NewReader(strings.NewReader(withoutBlankLines(strings.TrimPrefix(text, "\ufeff"))))
		want, err := r.ReadAll()
		require.NoError(t, err, "the standard library refuses less: %q", text)
		if len(got[0]) == 1 {
			got = dropNulls(got)
		}
		require.Equal(t, len(want), len(got), "%q", text)
		for i := range want {
			for k := range want[i] {
				cell := strings.ReplaceAll(got[i][k], "\r\n", "\n") // which the standard library does within quotes
				if cell == "␀" {
					cell = ""
				}
				require.Equal(t, want[i][k], cell, "%q row %d", text, i)
			}
		}
	})
}

// withoutBlankLines is a text from its header on: lines of white space before it are skipped, which the standard library takes for headers.
func withoutBlankLines(text string) string {
	for {
		line, rest, found := strings.Cut(text, "\n")
		if !found || strings.TrimSpace(line) != "" {
			return text
		}
		text = rest
	}
}

// dropNulls takes the rows away that the standard library does not see in a table of one column: blank lines.
func dropNulls(rows [][]string) [][]string {
	var kept [][]string
	for _, r := range rows {
		if r[0] != "␀" {
			kept = append(kept, r)
		}
	}
	return kept
}
