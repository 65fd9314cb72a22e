package banfa_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// everyType declares a fact of each type, and a rule that reads them all.
const everyType = `facts:
  secret: {label: 秘密, type: bool}
  level: {label: 等级, type: enum, values: {low: 低, high: 高}}
  count: {label: 数, type: int, min: 0, max: 10}
  ratio: {label: 比例, type: double, max: 1.5}
  price: {label: 价, type: decimal, min: "0"}
  day: {label: 日, type: date, min: "2026-01-01"}
  at: {label: 时, type: timestamp}
  span: {label: 期, type: duration}
  word: {label: 文, type: string, max_length: 5}
  tags: {label: 标签, type: list, items: string, max: 2}
  applicant: {label: 申请人, type: object, fields: {rank: {label: 级, type: int}, kind: {label: 类, type: enum, values: {p: 人, o: 单位}}}}
  quotas: {label: 额, type: map, items: int}
rules:
  - id: x
    basis: 第一条第（一）项
    outcome: closed
    when: |
      secret || level == 'high' || count > 5 || ratio > 1.0 || price > decimal('99.95') || day == date('2026-10-01')
      || at > timestamp('2026-01-01T00:00:00Z') || span > duration('24h') || word == 'ab' || 'x' in tags
      || applicant.rank > 3 || applicant.kind == 'o' || 'k' in quotas
otherwise: {id: rest, basis: 第二条, outcome: open}
`

func load(t testing.TB, file string, opts ...banfa.Option) *banfa.Rules {
	t.Helper()
	rules, err := banfa.Load(withLaw(file), opts...)
	require.NoError(t, err)
	return rules
}

func classifier(t testing.TB, file string, opts ...banfa.Option) *classify.Classifier {
	t.Helper()
	c, err := classify.New(load(t, file, opts...), classify.Clock(func() time.Time { return time.Unix(1_790_000_000, 0) }))
	require.NoError(t, err)
	return c
}

// outcome classifies and returns the outcome, and the error if there is one.
func outcome(c *classify.Classifier, f banfa.Facts) (string, error) {
	r, err := c.Classify(context.Background(), f)
	if err != nil {
		return "", err
	}
	return r.Outcome, nil
}

func TestAFactThatCannotBeTakenIsNamedAndNeverDropped(t *testing.T) {
	c := classifier(t, head+everyType)
	cases := []struct {
		facts      string // JSON
		code, fact string
		zh         string // part of the message
	}{
		{`{"secert": true}`, "undeclared", "secert", "是不是 secret"},
		{`{"secret": "true"}`, "type", "secret", `应当是 布尔值，而不是 文本 "true"`},
		{`{"secret": 1}`, "type", "secret", "布尔值，而不是 数 1"},
		{`{"secret": [true]}`, "type", "secret", "而不是 列表"},
		{`{"level": "高"}`, "enum", "level", `以下之一：low, high，而不是 "高"`},
		{`{"level": 1}`, "type", "level", "low, high"},
		{`{"count": 11}`, "range", "count", "不大于 10 的值，而不是 11"},
		{`{"count": -1}`, "range", "count", "不小于 0 的值，而不是 -1"},
		{`{"count": 1.5}`, "type", "count", "整数，而不是 数 1.5"},
		{`{"count": 99999999999999999999}`, "type", "count", "整数"},
		{`{"ratio": 2}`, "range", "ratio", "1.5"},
		{`{"ratio": 1e999}`, "type", "ratio", "双精度数，而不是 数 1e999"},
		{`{"price": "-0.01"}`, "range", "price", "不小于 0 的值"},
		{`{"price": "1,000.00"}`, "type", "price", "小数，写作文本或者 JSON 数"},
		{`{"day": "2026-02-30"}`, "type", "day", "写作 YYYY-MM-DD 的日期"},
		{`{"day": "2025-12-31"}`, "range", "day", "2026-01-01"},
		{`{"at": "2026-10-01 09:00:00"}`, "type", "at", "带时区的时间（RFC 3339）"},
		{`{"span": "a day"}`, "type", "span", "时长，如 36h、90m"},
		{`{"word": "一二三四五六"}`, "length", "word", "至多 5 个字符，而不是 6"},
		{`{"tags": ["a", "b", "c"]}`, "length", "tags", "至多 2 项，而不是 3"},
		{`{"tags": ["a", 1]}`, "type", "tags[1]", "文本，而不是 数 1"},
		{`{"tags": ["a", null]}`, "type", "tags[1]", "而不是 空值"},
		{`{"tags": "a"}`, "type", "tags", "文本的列表"},
		{`{"applicant": {"rnak": 1}}`, "undeclared", "applicant.rnak", "不是已声明的事实"},
		{`{"applicant": {"kind": "x"}}`, "enum", "applicant.kind", "p, o"},
		{`{"applicant": [1]}`, "type", "applicant", "对象，而不是 列表"},
		{`{"quotas": {"a": "b"}}`, "type", `quotas["a"]`, "整数"},
		{`{"secret": true, "secret": false}`, "duplicate", "secret", "给了两次"},
		{`{"applicant": {"rank": 1, "rank": 2}}`, "duplicate", "applicant.rank", "给了两次"},
		{`{"name": 5}`, "type", "name", "文本，而不是 数"},
		{`{"items": {}}`, "type", "items", "对象的列表，而不是 对象"},
		{`{"items": [1]}`, "type", "items[0]", "带名称（name）的对象"},
		{`{"items": [{}]}`, "type", "items[0].name", "非空文本，而不是 空值"},
		{`{"items": [{"name": ""}]}`, "type", "items[0].name", `非空文本，而不是 ""`},
		{`{"items": [{"name": "字段", "secret": 1}]}`, "type", "secret", "数据项 字段 的 secret"},
		{`{"items": [{"name": "字段", "secert": true}]}`, "undeclared", "secert", "是不是 secret"},
		{`[]`, "type", "", "一个 JSON 对象"},
		{`null`, "type", "", "一个 JSON 对象"},
		{strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100), "limit", strings.TrimSuffix(strings.Repeat("a.", 65), "."), "至多 64 层嵌套，实际 更多"},
		{`{"word": "` + strings.Repeat("x", 1<<20) + `"}`, "limit", "", "至多 1048576 字节的事实"},
	}
	for _, k := range cases {
		_, err := outcome(c, banfa.JSON(k.facts))
		var fe *banfa.FactError
		require.ErrorAs(t, err, &fe, "%.80s", k.facts)
		assert.Equal(t, k.code, fe.Code, "%.80s: %v", k.facts, fe)
		assert.Equal(t, k.fact, fe.Fact, "%.80s", k.facts)
		assert.Contains(t, fe.Message("zh"), k.zh, "%.80s", k.facts)
		assert.Equal(t, "banfa: "+fe.Message("en"), fe.Error())
		assert.NotContains(t, fe.Message("en")+fe.Message("zh"), "{", "%.80s", k.facts)
	}
}

func TestASyntaxErrorHasItsLineAndColumn(t *testing.T) {
	c := classifier(t, head+everyType)
	cases := []struct {
		facts        string
		line, column int
	}{
		{"", 1, 1},
		{"{\n  \"secret\": tru\n}", 2, 16},
		{"{\"secret\": true,}", 1, 17},
		{"{\"secret\": true}\n{}", 2, 1},
		{"{\"secret\": true", 1, 16},
		{"{\"word\": \"\xff\"}", 1, 11},
		{"\ufeff{\n\"secret\" true}", 2, 10},
	}
	for _, k := range cases {
		_, err := outcome(c, banfa.JSON(k.facts))
		var fe *banfa.FactError
		require.ErrorAs(t, err, &fe, "%q", k.facts)
		assert.Equal(t, "syntax", fe.Code, "%q", k.facts)
		assert.Equal(t, []int{k.line, k.column}, []int{fe.Line, fe.Column}, "%q: %v", k.facts, fe)
		assert.Contains(t, fe.Message("zh"), "行")
	}
}

func TestNullMeansAbsent(t *testing.T) {
	c := classifier(t, head+everyType)
	for _, f := range []banfa.Facts{
		nil, banfa.Map(nil),
		banfa.Map{},
		banfa.Map{"secret": nil},
		banfa.JSON(`{}`), banfa.JSON(`{"secret": null, "applicant": {"rank": null}}`),
		banfa.JSON(`{"items": null}`), banfa.JSON("\ufeff{}"),
	} {
		r, err := c.Classify(context.Background(), f)
		require.NoError(t, err)
		assert.Equal(t, classify.Undetermined, r.Outcome)
		assert.Contains(t, r.Missing, "secret")
	}
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	c := classifier(t, head+"facts: {price: {label: 价, type: decimal}}\nrules:\n"+
		"  - {id: x, basis: 第一条第（一）项, when: \"price == decimal('0.1') + decimal('0.2')\", outcome: closed}\n"+
		"otherwise: {id: rest, basis: 第二条, outcome: open}\n")
	for _, v := range []any{"0.3", json.Number("0.3"), json.Number("3e-1"), decimal.RequireFromString("0.30")} {
		got, err := outcome(c, banfa.Map{"price": v})
		require.NoError(t, err, "%v", v)
		assert.Equal(t, "closed", got, "%v", v)
	}
	got, err := outcome(c, banfa.JSON(`{"price": 0.3}`))
	require.NoError(t, err)
	assert.Equal(t, "closed", got, "a number in JSON is read with its digits")
	_, err = outcome(c, banfa.Map{"price": 0.3})
	var fe *banfa.FactError
	require.ErrorAs(t, err, &fe, "a float is never taken for a decimal")
	assert.Equal(t, "type", fe.Code)
}

func TestGoValuesOfTheDeclaredTypesAreTaken(t *testing.T) {
	type named string
	yes, three := true, 3
	c := classifier(t, head+everyType)
	for name, v := range map[string]any{
		"secret": &yes, "level": named("high"), "count": &three, "ratio": float32(1), "day": time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		"at": time.Unix(0, 0), "span": time.Hour, "tags": []string{"a"}, "quotas": map[string]int{"a": 1}, "applicant": map[string]any{"rank": 1},
	} {
		_, err := outcome(c, banfa.Map{name: v})
		assert.NoError(t, err, name)
	}
	for _, v := range []any{make(chan int), func() {}, struct{}{}, complex(1, 1), []any{func() {}}} {
		for _, name := range []string{"secret", "word", "tags", "applicant", "quotas", "price", "day", "items", "name"} {
			_, err := outcome(c, banfa.Map{name: v})
			var fe *banfa.FactError
			require.ErrorAs(t, err, &fe, "%s: %T", name, v)
		}
	}
}

// More facts than conditions can be told apart by one document: the error is always the first by name, whatever order a map has.
func TestTheSameDocumentGivesTheSameError(t *testing.T) {
	c := classifier(t, head+everyType)
	for range 20 {
		_, err := outcome(c, banfa.Map{"b": 1, "a": 1, "c": 1})
		require.ErrorContains(t, err, "a is not a declared fact")
	}
}

// FuzzFactsJSON: whatever the bytes, nothing panics; and a document that is read is the same after it has been written and read again.
func FuzzFactsJSON(f *testing.F) {
	f.Add([]byte(`{"secret": true, "level": "high", "price": 1.10, "applicant": {"rank": 3}, "items": [{"name": "a", "tags": ["x"]}]}`))
	f.Add([]byte("\ufeff{\"quotas\": {\"\\u4e00\": -0}, \"ratio\": 1e-7, \"at\": \"2026-01-01T00:00:00+08:00\"}"))
	f.Add([]byte(`{"name": null, "count": 1e1, "day": "2026-02-28", "span": "1h"} x`))
	c := classifier(f, head+everyType)
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := c.Classify(context.Background(), banfa.JSON(text))
		m, parseErr := banfa.JSON(text).Map()
		if parseErr != nil {
			var fe *banfa.FactError
			require.ErrorAs(t, parseErr, &fe)
			require.NotEmpty(t, fe.Message("zh"))
			require.Error(t, err)
			return
		}
		written, err2 := json.Marshal(m)
		require.NoError(t, err2)
		again, err2 := banfa.JSON(written).Map()
		require.NoError(t, err2)
		require.Equal(t, m, again)
		r2, err3 := c.Classify(context.Background(), again)
		if err != nil {
			require.Equal(t, err.Error(), err3.Error())
			return
		}
		require.NoError(t, err3)
		require.Equal(t, r.FactsDigest(), r2.FactsDigest())
		require.Equal(t, r.Outcome, r2.Outcome)
	})
}

func TestMapAndJSONGiveTheSameAnswer(t *testing.T) {
	c := classifier(t, head+everyType)
	rapid.Check(t, func(t *rapid.T) {
		m := map[string]any{}
		if rapid.Bool().Draw(t, "has count") {
			m["count"] = rapid.IntRange(-1, 11).Draw(t, "count")
		}
		if rapid.Bool().Draw(t, "has level") {
			m["level"] = rapid.SampledFrom([]string{"low", "high", "高"}).Draw(t, "level")
		}
		if rapid.Bool().Draw(t, "has secret") {
			m["secret"] = rapid.Bool().Draw(t, "secret")
		}
		text, err := json.Marshal(m)
		require.NoError(t, err)
		a, errA := c.Classify(context.Background(), banfa.Map(m))
		b, errB := c.Classify(context.Background(), banfa.JSON(text))
		if errA != nil {
			require.Error(t, errB)
			return
		}
		require.NoError(t, errB)
		require.Equal(t, a.FactsDigest(), b.FactsDigest())
		require.Equal(t, a.Explain("zh"), b.Explain("zh"))
	})
}
