package stream

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestJSONLinesKeepTheirTypes(t *testing.T) {
	text := `{"姓名":"张三","n":1.50,"ok":true,"x":null}
{"n":-2e3,"姓名":"a\"\\\n\u4e2d\ud83d\ude00","x":"","ok":false}

{"姓名":"只有姓名"}
`
	rows, err := read(t, text, Options{})
	require.NoError(t, err)
	assert.Equal(t, [][]string{
		{"姓名", "n", "ok", "x"}, {"张三", "1.50", "true", "␀"}, {"a\"\\\n中😀", "-2e3", "false", ""}, {"只有姓名", "␀", "␀", "␀"},
	}, rows)
	s, err := NewSource(strings.NewReader(text), Options{})
	require.NoError(t, err)
	var out strings.Builder
	sink, err := Create(&out, SinkOptions{Format: JSONLines}, s.Columns())
	require.NoError(t, err)
	require.NoError(t, Copy(t.Context(), s, sink, 1, func(int) Transform {
		return func(b *Block) (*Block, error) {
			if b.Rows > 1 {
				b.Row(1)[1] = []byte("<0") // no longer a number
			}
			return b, nil
		}
	}, nil))
	require.NoError(t, sink.Close())
	assert.Equal(t, `{"姓名":"张三","n":1.50,"ok":true,"x":null}
{"姓名":"a\"\\\n中😀","n":"<0","ok":false,"x":""}
{"姓名":"只有姓名","n":null,"ok":null,"x":null}
`, out.String())
}

func TestWhatIsWrongWithJSONLinesIsToldWithItsPlace(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nested":              {`{"a":1,"b":{"c":2}}`, `t.jsonl:1:12 (row 1, column "b"): the value is an object or a list; only text, numbers, true, false and null can be in a column`},
		"nested, later":       {"{\"a\":1,\"b\":2}\n{\"a\":[],\"b\":1}", `t.jsonl:2:6 (row 2, column "a"): the value is an object or a list; only text, numbers, true, false and null can be in a column`},
		"a key twice":         {"{\"a\":1,\"b\":2}\n{\"a\":1,\"a\":1}", `t.jsonl:2:8 (row 2, column "a"): the key stands twice in one object`},
		"a key twice, first":  {`{"a":1,"a":2}`, `t.jsonl:1:8 (row 1, column "a"): the key stands twice in one object`},
		"another key":         {"{\"a\":1}\n{\"a\":1,\"b\":2}", `t.jsonl:2:8 (row 2, column "b"): the key is not in the first object, which names the columns; give every column there, null where it has no value`},
		"no object":           {"{\"a\":1}\n[1]", "t.jsonl:2:1 (row 2): not a JSON object: {"},
		"cut off":             {"{\"a\":1}\n{\"a\":", "t.jsonl:2:6 (row 2): not a JSON object: the line ends too early / 这一行没有写完"},
		"text behind":         {"{\"a\":1}\n{\"a\":2}}", "t.jsonl:2:8 (row 2): not a JSON object: text behind the object / 对象后面还有文字"},
		"a leading zero":      {"{\"a\":1}\n{\"a\":01}", "t.jsonl:2:7 (row 2): not a JSON object: , }"},
		"half a pair":         {"{\"a\":1}\n{\"a\":\"\\ud83d\"}", "t.jsonl:2:7 (row 2): not a JSON object: half of a surrogate pair / 代理对缺一半"},
		"not UTF-8":           {"{\"a\":1}\n{\"a\":\"\xcb\xc4\"}", "t.jsonl:2:7 (row 2): bytes that are not UTF-8: the file mixes encodings or is damaged; convert it as a whole, or name its encoding"},
		"an escaped zero":     {"{\"a\":1}\n{\"a\":\"\\u0000\"}", "t.jsonl:2:7 (row 2): a zero byte: the file is damaged or not text"},
		"a long line":         {"{\"a\":1}\n{\"a\":\"" + strings.Repeat("x", 200) + "\"}", "t.jsonl:2 (row 2): the row is longer than the limit of 100 bytes; is a quote left open?"},
		"no columns":          {"{}\n", "t.jsonl:1: there is no header row; the first row must name the columns"},
		"a column of no name": {`{"":1}`, "t.jsonl:1 (column 1): has no name in the header"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, c.text, Options{Name: "t.jsonl", Limits: Limits{RecordBytes: 100}})
			require.Error(t, err)
			assert.Equal(t, c.want, err.Error())
		})
	}
}

func TestJSONLinesAreReadBackInChunksOfAnySize(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rows := tables().Draw(r, "table")
		text := write(t, rows, SinkOptions{Format: JSONLines})
		if len(rows) == 1 {
			return // without an object there are no columns
		}
		got, err := read(t, text, Options{Chunk: rapid.IntRange(1, 200).Draw(r, "chunk")})
		require.NoError(r, err)
		require.Equal(r, rows, got)
	})
}

// FuzzJSONAgreesWithTheStandardLibrary: what this package takes, the standard library reads as the same.
func FuzzJSONAgreesWithTheStandardLibrary(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a":"x\u00e9\n","b":null}`, `{"a":-0.5e+10,"b":true}`, `{"a":"\ud83d\ude00"}`, `{ "a" : 1 , "b" : "" }`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n") {
			return
		}
		rows, err := read(t, line, Options{Format: JSONLines})
		if err != nil {
			return
		}
		var want map[string]any
		d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(line, "\ufeff")))
		d.UseNumber()
		require.NoError(t, d.Decode(&want), "%q", line)
		require.Len(t, rows, 2)
		require.Len(t, want, len(rows[0]), "%q", line)
		for i, name := range rows[0] {
			switch v := want[name].(type) {
			case nil:
				require.Equal(t, "␀", rows[1][i])
			case bool:
				require.Equal(t, map[bool]string{true: "true", false: "false"}[v], rows[1][i])
			case json.Number:
				require.Equal(t, v.String(), rows[1][i])
			case string:
				require.Equal(t, v, rows[1][i], "%q", line)
			default:
				require.Fail(t, "nested", "%q", line)
			}
		}
	})
}
