package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
)

func allTypes() []banfa.Fact {
	codes := []banfa.EnumValue{{Code: "a", Label: "甲"}, {Code: "b", Label: "乙"}}
	many := slices.Concat(codes, []banfa.EnumValue{{Code: "c"}, {Code: "d"}, {Code: "e"}, {Code: "f"}, {Code: "g"}})
	return []banfa.Fact{
		{Name: "bool", Type: "bool"},
		{Name: "int", Type: "int", Min: "0", Max: "5"},
		{Name: "double", Type: "double"},
		{Name: "decimal", Type: "decimal"},
		{Name: "date", Type: "date"},
		{Name: "timestamp", Type: "timestamp"},
		{Name: "duration", Type: "duration"},
		{Name: "string", Type: "string", MaxLength: 50},
		{Name: "text", Type: "string", MaxLength: 5000},
		{Name: "enum", Type: "enum", Values: codes},
		{Name: "many", Type: "enum", Values: many},
		{Name: "list", Type: "list", Items: &banfa.Fact{Type: "string"}},
		{Name: "codes", Type: "list", Items: &banfa.Fact{Type: "enum", Values: codes}},
		{Name: "object", Type: "object"},
		{Name: "map", Type: "map"},
		{Name: "objects", Type: "list", Items: &banfa.Fact{Type: "object"}},
	}
}

func TestAFormOfEveryType(t *testing.T) {
	got := map[string]string{}
	for _, f := range formOf(zh, "p", allTypes(), nil, map[string]string{"int": "x"}) {
		got[f.Name] = f.Kind
		assert.Equal(t, "p-"+f.Name, f.ID)
		assert.Equal(t, f.Name == "int", f.Error != "")
		checked := 0
		for _, o := range f.Options {
			if o.Checked {
				checked++
				assert.Empty(t, o.Value, "not known, until somebody says")
			}
		}
		if f.Kind == "radio" || f.Kind == "select" {
			assert.Equal(t, 1, checked, f.Name)
		}
	}
	assert.Equal(t, map[string]string{
		"bool": "radio", "int": "int", "double": "decimal", "decimal": "decimal", "date": "date", "timestamp": "time", "duration": "text", "string": "text", "text": "long",
		"enum": "radio", "many": "select", "list": "lines", "codes": "checks", "object": "json", "map": "json", "objects": "json",
	}, got)
}

func TestWhatIsTypedIsRead(t *testing.T) {
	typed := url.Values{
		"bool": {"false"}, "int": {" 3 "}, "double": {"1.5"}, "decimal": {"12.30"}, "date": {"2026-12-31"}, "timestamp": {"2026-12-31T09:30"}, "duration": {"24h"},
		"string": {" 甲 "}, "text": {"一\r\n二"}, "enum": {"a"}, "many": {""}, "list": {"一\r\n\r\n 二 "}, "codes": {"a", "b"}, "object": {`{"n":1}`}, "map": {"{"}, "extra": {"x"},
	}
	facts, wrong := readForm(en, allTypes(), typed)
	assert.Equal(t, map[string]any{
		"bool": false, "int": json.Number("3"), "double": json.Number("1.5"), "decimal": json.Number("12.30"), "date": "2026-12-31", "timestamp": "2026-12-31T09:30:00+08:00",
		"duration": "24h", "string": "甲", "text": "一\r\n二", "enum": "a", "list": []any{"一", "二"}, "codes": []any{"a", "b"}, "object": map[string]any{"n": json.Number("1")},
	}, facts)
	assert.Equal(t, map[string]string{"map": "Write JSON."}, wrong)
	for name, text := range map[string]string{"bool": "perhaps", "int": "1.0", "double": "NaN", "decimal": "0x10", "date": "31.12.2026", "timestamp": "tomorrow"} {
		_, wrong := readForm(zh, allTypes(), url.Values{name: {text}})
		assert.NotEmpty(t, wrong[name], name)
	}
}

// Whatever is typed is read or named as wrong, and what is read is shown again as it was.
func TestFormsAreSteady(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := url.Values{}
		for _, f := range allTypes() {
			text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "true", "1", "-2.5", "2026-12-31", "2026-12-31T09:30", "a", "[]", "{}", `[{"a":1}]`, `{"a":[1]} x`, "null", `"x"`, "一\n二"})).Draw(t, f.Name)
			if text != "" {
				typed.Set(f.Name, text)
			}
		}
		facts, wrong := readForm(zh, allTypes(), typed)
		for name := range wrong {
			_, both := facts[name]
			assert.False(t, both, name)
		}
		again, wrong := readForm(zh, allTypes(), sentBack(formOf(zh, "p", allTypes(), typedOf(facts), nil)))
		assert.Empty(t, wrong)
		for _, f := range allTypes() {
			v, ok := facts[f.Name]
			if list, isList := v.([]any); !ok || isList && len(list) == 0 || f.Type == "enum" || f.Name == "codes" { // codes that there are not are lost: the library refuses them
				continue
			}
			assert.Equal(t, v, again[f.Name], f.Name)
		}
	})
}

// sentBack is what a browser sends of a form that nobody touched.
func sentBack(fields []field) url.Values {
	out := url.Values{}
	for _, f := range fields {
		for _, o := range f.Options {
			if o.Checked {
				out.Add(f.Name, o.Value)
			}
		}
		if len(f.Options) == 0 {
			out.Set(f.Name, f.Value)
		}
	}
	return out
}

func TestLabelsOfChartsAreCutToFit(t *testing.T) {
	assert.Equal(t, "市交通运输局", cutLabel("市交通运输局"))
	assert.Equal(t, "unconditionally open", cutLabel("unconditionally open"))
	assert.Equal(t, "市人力资源和社会保障局", cutLabel("市人力资源和社会保障局"))
	assert.Equal(t, "姓名、联系方式与详细地…", cutLabel("姓名、联系方式与详细地址汇合，可找到本人"))
	c := barChart(zh, "x", "t", "l", []bar{{Label: "甲", N: 2}, {Label: "乙", N: 0}})
	assert.Equal(t, "甲 2；乙 0", c.Desc)
	assert.Nil(t, barChart(zh, "x", "t", "l", nil))
	assert.Len(t, barChart(zh, "x", "t", "l", make([]bar, 40)).Bars, chartMost)
}
