package banfa_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
)

type grade string

type column struct {
	Name   string `banfa:"name"`
	Secret *bool  `banfa:"secret"`
}

// Figures is embedded by value, Words by pointer.
type Figures struct {
	Count *int16          `banfa:"count"`
	Price decimal.Decimal `banfa:"price"`
}

type Words struct {
	Word string `banfa:"word"`
}

type dataset struct {
	Title  string     `banfa:"name"`
	Secret *bool      `banfa:"secret"`
	Level  *grade     `banfa:"level"`
	Day    *time.Time `banfa:"day"`
	Tags   []string   `banfa:"tags"`
	Figures
	*Words
	Columns []column `banfa:"items"`
	Comment string
	Hidden  string `banfa:"-"`
}

func ptr[T any](v T) *T { return &v }

func TestABoundStructGivesTheSameAnswerAsAMapAndAsJSON(t *testing.T) {
	c := classifier(t, head+everyType)
	b, err := banfa.Bind[dataset](load(t, head+everyType), "Classification/r")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		d := dataset{Comment: "not a fact", Hidden: "neither", Tags: []string{}}
		m := map[string]any{"tags": []any{}}
		given := func(name string) bool { return rapid.Bool().Draw(t, name) }
		if given("secret") {
			d.Secret = ptr(given("value"))
			m["secret"] = *d.Secret
		}
		if given("level") {
			d.Level = ptr(grade(rapid.SampledFrom([]string{"low", "high"}).Draw(t, "level")))
			m["level"] = string(*d.Level)
		}
		if given("count") {
			d.Count = ptr(int16(rapid.IntRange(0, 10).Draw(t, "count")))
			m["count"] = int(*d.Count)
		}
		d.Price = decimal.New(rapid.Int64Range(0, 20_000).Draw(t, "price"), -2)
		m["price"] = d.Price.String()
		if given("day") {
			d.Day = ptr(time.Date(2026, 10, rapid.IntRange(1, 2).Draw(t, "day"), 12, 0, 0, 0, time.UTC))
			m["day"] = d.Day.Format(time.DateOnly)
		}
		if given("words") {
			d.Words = &Words{Word: "ab"}
			m["word"] = "ab"
		}
		if given("name") {
			d.Title = "数据集"
			m["name"] = "数据集"
		}
		if given("items") {
			d.Columns = []column{{Name: "一"}, {Name: "二", Secret: ptr(true)}}
			m["items"] = []any{map[string]any{"name": "一"}, map[string]any{"name": "二", "secret": true}}
		}
		text, err := json.Marshal(m)
		require.NoError(t, err)
		var answers []string
		for _, f := range []banfa.Facts{b.Facts(&d), banfa.Map(m), banfa.JSON(text)} {
			r, err := c.Classify(context.Background(), f)
			require.NoError(t, err)
			out, err := json.Marshal(r)
			require.NoError(t, err)
			answers = append(answers, string(out))
		}
		require.Equal(t, answers[1], answers[0], "bound struct and map")
		require.Equal(t, answers[1], answers[2], "map and JSON")
	})
}

func TestAFieldThatIsNoPointerIsAlwaysGiven(t *testing.T) {
	c := classifier(t, head+sound)
	type always struct {
		A bool `banfa:"a"`
	}
	b, err := banfa.Bind[always](load(t, head+sound), "Classification/r")
	require.NoError(t, err)
	got, err := outcome(c, b.Facts(&always{}))
	require.NoError(t, err)
	assert.Equal(t, "open", got, "false is a value")
	type perhaps struct {
		A *bool `banfa:"a"`
	}
	p, err := banfa.Bind[perhaps](load(t, head+sound), "Classification/r")
	require.NoError(t, err)
	got, err = outcome(c, p.Facts(&perhaps{}))
	require.NoError(t, err)
	assert.Equal(t, "undetermined", got, "nil is absent")
}

func TestWhatDoesNotFitIsRefusedAtStartUpAllAtOnce(t *testing.T) {
	type item struct {
		Secret bool `banfa:"secret"`
	}
	type wrong struct {
		Secret string  `banfa:"secret"`
		Level  int     `banfa:"level"`
		Price  float64 `banfa:"price"`
		Count  string  `banfa:"count"`
		Secert bool    `banfa:"secert"`
		Word   string  `banfa:"word"`
		Wort   string  `banfa:"word"`
		hidden bool    `banfa:"day"`
		Items  []item  `banfa:"items"`
	}
	rules := load(t, head+everyType)
	_, err := banfa.Bind[wrong](rules, "Classification/r")
	var be *banfa.BindError
	require.ErrorAs(t, err, &be)
	assert.Equal(t, []string{
		"Secret is a string, and secret is a bool",
		"Level is a int, and level is a enum",
		"Price is a float64, and price is a decimal",
		"Count is a string, and count is a int",
		"Secert: secert is not a declared fact",
		"Word and Wort both hold word",
		"hidden is not exported",
		"Items: its elements lack a string field tagged name",
	}, be.Problems)
	_ = wrong{}.hidden

	_, err = banfa.Bind[int](rules, "Classification/r")
	require.ErrorContains(t, err, "no struct")
	_, err = banfa.Bind[dataset](rules, "Classification/other")
	require.ErrorContains(t, err, "no such rule file")
	_, err = banfa.Bind[struct{ A bool }](rules, "Classification/r")
	require.ErrorContains(t, err, "no field has a banfa tag")
}

// What Bind accepts can be read, whatever the struct holds: composite Go types within lists, pointers and nested objects.
func TestBoundValuesThatCannotBeTakenAreFactErrors(t *testing.T) {
	type levels struct {
		Level  string   `banfa:"level"`
		Tags   []string `banfa:"tags"`
		Column []column `banfa:"items"`
	}
	c := classifier(t, head+everyType)
	b, err := banfa.Bind[levels](load(t, head+everyType), "Classification/r")
	require.NoError(t, err)
	for code, v := range map[string]*levels{
		"enum": {Level: "高"}, "length": {Level: "low", Tags: make([]string, 3)}, "type": {Level: "low", Column: make([]column, 1)},
	} {
		_, err := outcome(c, b.Facts(v))
		var fe *banfa.FactError
		require.ErrorAs(t, err, &fe)
		assert.Equal(t, code, fe.Code)
	}
	_, err = outcome(c, b.Facts(nil))
	var fe *banfa.FactError
	require.ErrorAs(t, err, &fe)
}

func TestABindingIsForOneRuleFile(t *testing.T) {
	type one struct {
		Secret bool `banfa:"secret"`
	}
	b, err := banfa.Bind[one](load(t, head+everyType), "Classification/r")
	require.NoError(t, err)
	_, err = outcome(classifier(t, head+sound), b.Facts(&one{}))
	require.ErrorContains(t, err, "bound to this rule file")
}

type embedsPointer struct {
	*inner
	Secret bool `banfa:"secret"`
}

type inner struct {
	Name string `banfa:"name"`
}

func TestANameWithinAnEmbeddedNilPointerIsNone(t *testing.T) {
	b, err := banfa.Bind[embedsPointer](load(t, head+everyType), "Classification/r")
	require.NoError(t, err)
	r, err := classifier(t, head+everyType).Classify(context.Background(), b.Facts(&embedsPointer{}))
	require.NoError(t, err)
	assert.Empty(t, r.Name)
}
