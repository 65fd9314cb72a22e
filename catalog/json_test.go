package catalog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/catalog"
)

func readJSON(t *testing.T, text string, opts ...catalog.JSONOption) *catalog.Imported {
	t.Helper()
	in, err := catalog.ReadJSON(t.Context(), strings.NewReader(text), "目录.json", opts...)
	require.NoError(t, err, text)
	return in
}

func TestReadJSONReadsTheThreeShapesAlike(t *testing.T) {
	const one, two = `{"id":"a","name":"停车场","items":[{"name":"地址","length":20}],"open_type":"unconditional","update_frequency":"monthly","updated_at":"2026-01-31T08:00:00+08:00"}`, `{"id":"b","name":"桥梁"}`
	for shape, text := range map[string]string{
		"lines":              one + "\n" + two + "\n",
		"lines, no last end": one + "\r\n\r\n" + two,
		"with a mark":        "\xef\xbb\xbf" + one + "\n" + two,
		"array":              "[" + one + "," + two + "]",
		"object":             `{"version":"7","unit":"市交通局","entries":[` + one + ",\n" + two + `],"level":"agency"}` + "\n",
		"pretty":             "{\n  \"id\": \"a\",\n" + one[len(`{"id":"a",`):] + "\n" + two,
	} {
		t.Run(shape, func(t *testing.T) {
			in := readJSON(t, text)
			require.Len(t, in.Catalog.Entries, 2)
			assert.Equal(t, 2, in.Rows)
			e := in.Catalog.Entries[0]
			assert.Equal(t, "停车场", e.Name)
			assert.Equal(t, []catalog.Item{{Name: "地址", Length: 20}}, e.Items)
			assert.Equal(t, catalog.Unconditional, e.OpenType)
			assert.Equal(t, catalog.Monthly, e.UpdateFrequency)
			assert.Equal(t, "2026-01-31T00:00:00Z", e.UpdatedAt.UTC().Format(time.RFC3339))
			assert.Equal(t, "目录.json", e.Origin.Layout.File)
			assert.Empty(t, in.Unread)
			if shape == "object" {
				assert.Equal(t, []string{"7", "市交通局", "agency"}, []string{in.Catalog.Version, in.Catalog.Unit, in.Catalog.Level})
				assert.Equal(t, 2, in.Catalog.Entries[1].Origin.Row)
			}
		})
	}
	assert.Empty(t, readJSON(t, " \n").Catalog.Entries)
	assert.Empty(t, readJSON(t, `{"entries":[]}`).Catalog.Entries)
	assert.Empty(t, readJSON(t, `[]`).Catalog.Entries)
}

func TestReadJSONNamesLineAndColumnOfWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"{\"id\":\"a\"}\n{\"id\":\"b\",\"名\":1,\"id\":\"c\"}": `2:17: the key "id" stands here for the second time`,
		`{"name":"目录","level":"高"}`:                           `1:22: a whole number is expected here`,
		`{"level":1.5}`:                                       `1:10: a whole number is expected here`,
		`{"name":1}`:                                          `1:9: a string is expected here`,
		`{"items":{}}`:                                        `1:10: a list is expected here`,
		`{"items":[1]}`:                                       `1:11: an object is expected here`,
		"{\"name\":\"\xff\"}":                                 `1:10: invalid UTF-8: save the file as UTF-8`,
		"{\"name\":\"a\nb\"}":                                 `1:11: a control character within a string has to be escaped`,
		`{"name":"\ud800"}`:                                   `1:10: half a surrogate pair`,
		`{"name":"\x"}`:                                       `1:10: no such escape`,
		`{"name":"a"`:                                         `1:12: the text ends within a value`,
		`{"name":"a"}{"name":"b"}`:                            `1:13: every entry begins on a line of its own`,
		`[{"name":"a"}] x`:                                    `1:16: nothing may follow the end of the catalog`,
		`[{"name":"a"} {"name":"b"}]`:                         `1:15: a comma or ] is expected here`,
		`[{"name":"a"},]`:                                     `1:15: an object is expected here`,
		`[1]`:                                                 `1:2: an object is expected here`,
		`"text"`:                                              `1:1: a catalog is an object or a list of objects`,
		`{"unit":"a","entries":[],"unit":"b"}`:                `1:26: the key "unit" stands here for the second time`,
		`{"entries":[]} {}`:                                   `1:16: nothing may follow the end of the catalog`,
		`{"x":[1,{"y":tru}]}`:                                 `1:14: not a value`,
		`{"x":01}`:                                            `1:7: a comma or } is expected here`,
		`{"x":1e999}`:                                         `1:6: the number is too large`,
		`{"x":{"a":1,"a":2}}`:                                 `1:13: the key "a" stands here for the second time`,
		`{"items":[{"name":"a","name":"b"}]}`:                 `1:23: the key "name" stands here for the second time`,
	} {
		_, err := catalog.ReadJSON(t.Context(), strings.NewReader(text), "f", catalog.FactNames("f"))
		require.Error(t, err, text)
		assert.Equal(t, "f:"+want, err.Error(), text)
		var at *catalog.JSONError
		assert.ErrorAs(t, err, &at)
	}
}

func TestReadJSONKeepsWhatItDoesNotUnderstandAndOpensNothingByIt(t *testing.T) {
	in := readJSON(t, "\n"+`{"name":"a","open_type":"open","sharing":"free","update_frequency":"有空","updated_at":"昨天","方案":{"甲":[1,null]},`+
		`"items":[{"name":"b","open_type":"maybe","subject":"dog","identifier":"key","部门":true}]}`)
	e := in.Catalog.Entries[0]
	assert.Equal(t, catalog.Undetermined, e.OpenType)
	assert.Equal(t, catalog.Undetermined, e.Items[0].OpenType)
	assert.Empty(t, e.Sharing)
	assert.Empty(t, e.UpdateFrequency)
	assert.True(t, e.UpdatedAt.IsZero())
	assert.Equal(t, map[string]any{
		"open_type": "open", "sharing": "free", "update_frequency": "有空", "updated_at": "昨天", "方案": map[string]any{"甲": []any{1., nil}},
		"items/0/open_type": "maybe", "items/0/subject": "dog", "items/0/identifier": "key", "items/0/部门": true,
	}, e.Extra)
	require.Len(t, in.Unread, 7)
	assert.Equal(t, 2, in.Unread[0].Row)
	assert.Equal(t, "open_type", in.Unread[0].Column)
	assert.Equal(t, catalog.Monthly, readJSON(t, `{"update_frequency":"每月"}`).Catalog.Entries[0].UpdateFrequency)
}

func TestReadJSONTakesItemsThatAreOnlyNames(t *testing.T) {
	e := readJSON(t, `{"name":"a","items":["主键",{"name":"地址","length":20},"",null]}`).Catalog.Entries[0]
	assert.Equal(t, []catalog.Item{{Name: "主键"}, {Name: "地址", Length: 20}, {}, {}}, e.Items)
}

func TestReadJSONTakesAliasesWhereOurOwnKeysAreAbsent(t *testing.T) {
	for text, want := range map[string]catalog.Entry{
		`{"title":"停车场","formats":["csv","xlsx"],"updated":"2026-02-11","seq":"7"}`: {
			ID: "7", Name: "停车场", Format: "csv,xlsx", UpdatedAt: time.Date(2026, 2, 11, 0, 0, 0, 0, time.FixedZone("", 8*60*60)),
		},
		`{"seq":7,"formats":"csv"}`:                   {ID: "7", Format: "csv"},
		`{"title":"a","name":"b","seq":1,"id":"c"}`:   {ID: "c", Name: "b", Extra: map[string]any{"title": "a", "seq": 1.}},
		`{"name":"b","title":"a","id":"","seq":"1"}`:  {Name: "b", Extra: map[string]any{"title": "a", "seq": "1"}},
		`{"extra":{"title":"a"}}`:                     {Extra: map[string]any{"title": "a"}},
		`{"title":1,"formats":["a,b"],"updated":"x"}`: {Extra: map[string]any{"title": 1., "formats": []any{"a,b"}, "updated": "x"}},
		`{"title":"","formats":[],"updated":""}`:      {},
		`{"seq":1.5}`:                                 {Extra: map[string]any{"seq": 1.5}},
	} {
		e := readJSON(t, text).Catalog.Entries[0]
		assert.True(t, want.UpdatedAt.Equal(e.UpdatedAt), text)
		e.Origin, e.UpdatedAt, want.UpdatedAt = nil, time.Time{}, time.Time{}
		assert.Equal(t, want, e, text)
	}
	in := readJSON(t, `{"title":1,"updated":"x"}`)
	require.Len(t, in.Unread, 2)
	assert.Equal(t, catalog.Unread{Row: 1, Column: "updated", Value: "x", Why: "不能按这一字段理解，已保留在附加信息中"}, in.Unread[1])
	assert.Equal(t, "a", readJSON(t, `{"title":"a"}`, catalog.FactNames("title")).Catalog.Entries[0].Facts["title"])
}

func TestReadJSONReadsTheSampleCityWithItsFactsBesideTheFields(t *testing.T) {
	f, err := os.Open("../examples/quickstart/data/city.jsonl")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the sample city is not here")
	}
	require.NoError(t, err)
	defer f.Close()
	in, err := catalog.ReadJSON(t.Context(), f, "city.jsonl", catalog.FactNames("personal_privacy", "security_risk"))
	require.NoError(t, err)
	require.NotEmpty(t, in.Catalog.Entries)
	e := in.Catalog.Entries[2]
	assert.Equal(t, map[string]any{"personal_privacy": false, "security_risk": "medium"}, e.Facts)
	assert.Contains(t, e.Extra, "state_secret")
	assert.Equal(t, map[string]any{"personal_privacy": true}, e.Items[2].Facts)
	assert.NotContains(t, e.Extra, "items/2/personal_privacy")
}

func TestReadJSONKeepsItsLimits(t *testing.T) {
	for text, l := range map[string]catalog.JSONLimits{
		`{"name":"` + strings.Repeat("a", 600_000) + `"}`: {EntryBytes: 1000},
		`{"name":"` + strings.Repeat("a", 2000) + `"}`:    {EntryBytes: 1000},
		`{"name":"` + strings.Repeat("a", 600_000):        {EntryBytes: 1000},
		"{}\n{}\n{}":           {Entries: 2},
		`{"items":[{},{},{}]}`: {Items: 2},
		`{"x":` + strings.Repeat("[", 10) + strings.Repeat("]", 10) + "}": {Depth: 5},
		`{"dataset":[{"title":"` + strings.Repeat("a", 2000) + `"}]}`:     {Foreign: 100},
	} {
		_, err := catalog.ReadJSON(t.Context(), strings.NewReader(text), "f", catalog.WithJSONLimits(l))
		require.ErrorContains(t, err, "limit", text[:min(len(text), 40)])
	}
	_, err := catalog.ReadJSON(t.Context(), strings.NewReader(`{"x":`+strings.Repeat("[", 100_000)), "f")
	require.ErrorContains(t, err, "nested deeper")
}

func TestReadJSONStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := catalog.ReadJSON(ctx, strings.NewReader("{}"), "f")
	require.ErrorIs(t, err, context.Canceled)

	_, err = catalog.ReadJSON(t.Context(), iotest.ErrReader(io.ErrClosedPipe), "f")
	require.ErrorIs(t, err, io.ErrClosedPipe)

	n := 0
	for e, err := range catalog.JSONEntries(t.Context(), strings.NewReader("{\"id\":\"a\"}\n{\"id\":\"b\"}\nx"), "f") {
		n++
		if err == nil && e.ID == "b" {
			break
		}
	}
	assert.Equal(t, 2, n)
}

// sampleLines are entries with eight items each, as large catalogs have them.
func sampleLines(n int) []byte {
	var b bytes.Buffer
	names := []string{"序号", "停车场编号", "停车场名称", "详细地址", "经度", "纬度", "泊位总数", "更新时间"}
	for i := range n {
		e := catalog.Entry{
			ID: fmt.Sprintf("SZ-%07d", i), Name: fmt.Sprintf("第%d区停车场基础信息", i), Summary: fmt.Sprintf("该目录收录第%d区全部公共停车场的位置、泊位数量以及收费标准，由区交通运输部门按月核对。", i),
			Format: "csv,xlsx", Sharing: catalog.SharedFreely, OpenType: catalog.Conditional, Conditions: []string{"签订数据利用协议"}, Reason: "13(2)",
			System: "停车管理信息系统", UpdateFrequency: catalog.Monthly, Unit: fmt.Sprintf("第%d区交通运输局", i%90), Theme: "交通运输", Level: 2,
			CatalogUpdated: time.Date(2026, 1, 1+i%28, 8, 0, 0, 0, time.UTC), UpdatedAt: time.Date(2026, 2, 1+i%28, 8, 30, 0, 0, time.UTC),
		}
		for k, name := range names {
			e.Items = append(e.Items, catalog.Item{Name: name, Type: []string{"int", "string"}[k%2], Length: 20 + k, Subject: catalog.SubjectPlace, Identifier: catalog.NoKey, Granularity: "exact", Level: 1})
		}
		line, err := json.Marshal(e)
		if err != nil {
			return nil
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

func TestReadJSONGivesTheSameHoweverTheInputArrives(t *testing.T) {
	text := sampleLines(700) // more than a buffer
	want, err := catalog.ReadJSON(t.Context(), bytes.NewReader(text), "f")
	require.NoError(t, err)
	require.Len(t, want.Catalog.Entries, 700)
	assert.Equal(t, 700, want.Catalog.Entries[699].Origin.Row)
	got, err := catalog.ReadJSON(t.Context(), iotest.HalfReader(bytes.NewReader(text)), "f")
	require.NoError(t, err)
	assert.Equal(t, want.Catalog, got.Catalog)
	dec := json.NewDecoder(bytes.NewReader(text))
	for i := range want.Catalog.Entries {
		var e catalog.Entry
		require.NoError(t, dec.Decode(&e))
		e.Origin = want.Catalog.Entries[i].Origin
		require.Equal(t, e, want.Catalog.Entries[i])
	}
	var out bytes.Buffer
	require.NoError(t, catalog.WriteJSONLines(t.Context(), &out, want.Catalog.Entries))
	assert.Equal(t, string(text), out.String())
	array := append(append([]byte(`{"entries":[`), bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\n"), []byte(","))...), "]}"...)
	one, err := catalog.ReadJSON(t.Context(), bytes.NewReader(array), "f")
	require.NoError(t, err)
	assert.Len(t, one.Catalog.Entries, 700)
}

func TestReadJSONReadsBackWhatIsWritten(t *testing.T) {
	word := rapid.StringMatching(`[a-z名称地址"\\\n<&😀]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		var entries []catalog.Entry
		for i := range rapid.IntRange(1, 4).Draw(t, "entries") {
			e := catalog.Entry{
				ID: fmt.Sprint(i), Name: word.Draw(t, "name"), OpenType: rapid.SampledFrom([]catalog.OpenType{"", catalog.Closed, catalog.Conditional}).Draw(t, "type"),
				Level: rapid.IntRange(-4, 4).Draw(t, "level"), Theme: word.Draw(t, "theme"),
			}
			if rapid.Bool().Draw(t, "extra") {
				e.Extra = map[string]any{word.Draw(t, "key"): []any{word.Draw(t, "value"), 1.5, true, nil}}
				e.Facts = map[string]any{"a": map[string]any{"b": word.Draw(t, "fact")}}
				e.Items = []catalog.Item{{Name: word.Draw(t, "item"), Facts: map[string]any{"c": false}}}
			}
			entries = append(entries, e)
		}
		var b bytes.Buffer
		if err := catalog.WriteJSONLines(context.Background(), &b, entries); err != nil {
			t.Fatal(err)
		}
		in, err := catalog.ReadJSON(context.Background(), bytes.NewReader(b.Bytes()), "f")
		if err != nil {
			t.Fatal(err, b.String())
		}
		for i := range in.Catalog.Entries {
			in.Catalog.Entries[i].Origin = nil
		}
		assert.Equal(t, entries, in.Catalog.Entries)
	})
}

// What ReadJSON takes, encoding/json takes too and reads alike: ReadJSON is stricter and never different.
func FuzzReadJSONAgreesWithEncodingJSON(f *testing.F) {
	for _, s := range []string{
		`{"id":"a","items":[{"name":"b","length":3,"facts":{"x":1e3}}],"conditions":["c",null],"level":2,"updated_at":"2026-01-31T08:00:00+08:00","facts":{"a":[1,"\u00e9"]}}`,
		`{"items":[],"name":"\ud83d\ude00","extra":null,"facts":{}}`, `{"items":[null],"level":null,"sharing":"none","open_type":"closed"}`, `{"name":"` + "\u2028" + `","url":""}`, `{"level":-0}`,
		`{"items":["a","\u540d",null,{"name":"b"}],"title":"c"}`, `{"items":["a",""]}`, `{"itEms":["",""]}`, `{"updated_at":""}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in, err := catalog.ReadJSON(context.Background(), strings.NewReader(text), "f")
		if err != nil || len(in.Catalog.Entries) != 1 || len(in.Unread) > 0 || in.Format != "jsonl" {
			return
		}
		got := in.Catalog.Entries[0]
		got.Origin = nil
		var raw map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(text), &raw))
		var whole any
		require.NoError(t, json.Unmarshal([]byte(text), &whole))
		if !keysInOneCase(whole) { // encoding/json takes NAME for name, and itEms for items
			return
		}
		for _, alias := range []string{"title", "formats", "updated", "seq"} {
			if _, ok := raw[alias]; ok { // encoding/json knows our own keys only
				return
			}
		}
		var items []any
		_ = json.Unmarshal(raw["items"], &items) // without the key there is nothing to do
		for i, it := range items {
			if name, ok := it.(string); ok { // an item that is only its name
				items[i] = map[string]any{"name": name}
			}
		}
		plain := []byte(text)
		both := map[string]any{}
		for k, v := range raw {
			if empty := string(v) == `""`; empty && strings.HasSuffix(k, "_at") { // an empty text is no time
				continue
			}
			both[k] = v
		}
		if items != nil || len(both) < len(raw) {
			if items != nil {
				both["items"] = items
			}
			var err error
			plain, err = json.Marshal(both)
			require.NoError(t, err)
		}
		var want catalog.Entry
		require.NoError(t, json.Unmarshal(plain, &want), text)
		var freq string
		_ = json.Unmarshal(raw["update_frequency"], &freq) // words of frequencies are read, and kept words are not
		if string(want.UpdateFrequency) != string(got.UpdateFrequency) {
			f, ok := catalog.ParseFrequency(freq)
			require.True(t, ok)
			want.UpdateFrequency = f
		}
		for k := range got.Extra {
			if _, top := raw[k]; top || strings.HasPrefix(k, "items/") {
				delete(got.Extra, k)
			}
		}
		if len(got.Extra) == 0 && len(want.Extra) == 0 {
			got.Extra, want.Extra = nil, nil
		}
		require.Equal(t, want, got, text)
	})
}

// keysInOneCase tells whether no key, at any depth, is another key to encoding/json, which folds letters (also ſ to s and the Kelvin sign to k).
func keysInOneCase(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if strings.ToLower(strings.ToUpper(k)) != k || !keysInOneCase(inner) {
				return false
			}
		}
	case []any:
		for _, inner := range v {
			if !keysInOneCase(inner) {
				return false
			}
		}
	}
	return true
}

func BenchmarkReadJSONLines(b *testing.B) {
	text := sampleLines(4000)
	b.Run("banfa", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			if _, err := catalog.DecodeJSON(b.Context(), bytes.NewReader(text), "f", func(*catalog.Entry) error { n++; return nil }); err != nil || n != 4000 {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			d := json.NewDecoder(bytes.NewReader(text))
			n := 0
			for ; ; n++ {
				e := &catalog.Entry{}
				if err := d.Decode(e); err != nil {
					break
				}
			}
			if n != 4000 {
				b.Fatal(n)
			}
		}
	})
}
