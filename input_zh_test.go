package banfa_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

const oneOfEach = `apiVersion: banfa/v1
kind: Classification
metadata: {name: r, title: 规则, status: draft}
facts:
  flag: {label: 旗, type: bool}
  count: {label: 数, type: int, min: 0, max: 5}
  share: {label: 比例, type: double}
  price: {label: 价格, type: decimal}
  word: {label: 词, type: string, max_length: 3}
  level: {label: 级, type: enum, values: {low: 低, high: 高}}
  day: {label: 日, type: date}
  moment: {label: 时, type: timestamp}
  span: {label: 时长, type: duration}
  tags: {label: 标签, type: list, items: string, min: 1, max: 2}
  who: {label: 谁, type: object, fields: {age: {label: 年龄, type: int}}}
outcomes: {open: 开放, closed: 不开放}
rules:
  - {id: x, basis: 第一条, when: flag, outcome: closed}
otherwise: {id: rest, basis: 第一条, outcome: open}
`

func TestWhatIsWrongWithAFactIsSaidInBothLanguages(t *testing.T) {
	rules, err := banfa.Load(fstest.MapFS{
		"r.yaml": {Data: []byte(oneOfEach + "instrument: law\n")},
		"law.yaml": {Data: []byte("apiVersion: banfa/v1\nkind: Instrument\nmetadata: {name: law, title: 条例, status: draft}\n" +
			"articles: [{n: 1, paragraphs: [0]}]\n")},
	})
	require.NoError(t, err)
	c, err := classify.New(rules)
	require.NoError(t, err)
	for _, x := range []struct{ facts, zh, en string }{
		{`{"flg": true}`, `flg 不是已声明的事实（是不是 flag？）`, `flg is not a declared fact (did you mean flag?)`},
		{`{"flag": "是"}`, `flag 应当是 布尔值，而不是 文本 "是"`, `flag must be bool, not string "是"`},
		{`{"flag": [1]}`, `flag 应当是 布尔值，而不是 列表`, `flag must be bool, not list`},
		{`{"count": 1.5}`, `count 应当是 整数，而不是 数 1.5`, `count must be int, not number 1.5`},
		{`{"count": 6}`, `count 应当是 不大于 5 的值，而不是 6`, `count must be at most 5, not 6`},
		{`{"count": -1}`, `count 应当是 不小于 0 的值，而不是 -1`, `count must be at least 0, not -1`},
		{`{"share": "x"}`, `share 应当是 数，而不是 文本 "x"`, `share must be double, not string "x"`},
		{`{"price": "x"}`, `price 应当是 小数，写作文本或者 JSON 数，而不是 文本 "x"`, `price must be decimal, written as a string or a JSON number, not string "x"`},
		{`{"word": "四个字符"}`, `word 应当是 至多 3 个字符，而不是 4`, `word must be at most 3 runes, not 4`},
		{`{"level": "低"}`, `level 应当是 以下之一：low, high，而不是 "低"`, `level must be one of low, high, not "低"`},
		{`{"day": "2026-02-30"}`, `day 应当是 写作 YYYY-MM-DD 的日期，而不是 文本 "2026-02-30"`, `day must be date written YYYY-MM-DD, not string "2026-02-30"`},
		{`{"moment": "2026-02-03T10:00:00"}`, `moment 应当是 带时区的时间（RFC 3339），而不是 文本 "2026-02-03T10:00:00"`,
			`moment must be timestamp written as RFC 3339 with its zone, not string "2026-02-03T10:00:00"`},
		{`{"span": "2x"}`, `span 应当是 时长，如 36h、90m，而不是 文本 "2x"`, `span must be duration such as 36h or 90m, not string "2x"`},
		{`{"tags": "a"}`, `tags 应当是 文本的列表，而不是 文本 "a"`, `tags must be list of string, not string "a"`},
		{`{"tags": []}`, `tags 应当是 至少 1 项，而不是 0`, `tags must be at least 1 items, not 0`},
		{`{"tags": ["a", "b", "c"]}`, `tags 应当是 至多 2 项，而不是 3`, `tags must be at most 2 items, not 3`},
		{`{"tags": [null]}`, `tags[0] 应当是 文本，而不是 空值`, `tags[0] must be string, not null`},
		{`{"who": {"age": true}}`, `who.age 应当是 整数，而不是 布尔值 true`, `who.age must be int, not bool true`},
		{`{"items": {}}`, `items 应当是 对象的列表，而不是 对象`, `items must be list of objects, not object`},
		{`{"items": [{"flag": true}]}`, `items[0].name 应当是 非空文本，而不是 空值`, `items[0].name must be non-empty string, not null`},
		{`{"items": [{"name": "名", "level": "x"}]}`, `数据项 名 的 level 应当是 以下之一：low, high，而不是 "x"`, `level of item 名 must be one of low, high, not "x"`},
	} {
		_, err := c.Classify(context.Background(), banfa.JSON(x.facts))
		var wrong *banfa.FactError
		require.True(t, errors.As(err, &wrong), x.facts)
		assert.Equal(t, x.zh, wrong.Message("zh"), x.facts)
		assert.Equal(t, x.en, wrong.Message("en"), x.facts)
	}
}
