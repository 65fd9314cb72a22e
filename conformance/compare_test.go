package conformance

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/ruleset"
)

func value(t testing.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return v
}

func TestEachShapeComparesInItsOwnWay(t *testing.T) {
	const word, flag, set, order, routes = ruleset.Word, ruleset.Flag, ruleset.Set, ruleset.Order, ruleset.Routes
	for _, c := range []struct {
		name      string
		shape     ruleset.Shape
		want, got string
		least, ok bool
	}{
		{"the same word", word, `"open"`, `"open"`, false, true},
		{"another word", word, `"open"`, `"closed"`, false, false},
		{"null is a value", word, `null`, `null`, false, true},
		{"null is no word", word, `"open"`, `null`, false, false},
		{"a number is no word", word, `"1"`, `1`, false, false},
		{"bools", flag, `true`, `true`, false, true},
		{"false is not true", flag, `true`, `false`, false, false},
		{"null is not false", flag, `false`, `null`, false, false},
		{"a text is no bool", flag, `true`, `"true"`, false, false},
		{"a set has no order", set, `["a","b"]`, `["b","a"]`, false, true},
		{"and no repetitions", set, `["a","b","a"]`, `["b","a"]`, false, true},
		{"one too few", set, `["a","b"]`, `["a"]`, false, false},
		{"one too many", set, `["a"]`, `["a","b"]`, false, false},
		{"nothing expected, nothing there", set, `[]`, `[]`, false, true},
		{"nothing expected, something there", set, `[]`, `["a"]`, false, false},
		{"null is no list", set, `[]`, `null`, false, false},
		{"a text is no list", set, `["a"]`, `"a"`, false, false},
		{"rules are named by id", set, `["a","b"]`, `[{"id":"b","basis":"x"},{"id":"a"}]`, false, true},
		{"an object without an id", set, `["a"]`, `[{"name":"a"}]`, false, false},
		{"at least these", set, `["a"]`, `["b","a","c"]`, true, true},
		{"at least these, one missing", set, `["a","d"]`, `["b","a","c"]`, true, false},
		{"at least these, of nothing", set, `["a"]`, `[]`, true, false},
		{"an order counts", order, `["a","b"]`, `["b","a"]`, false, false},
		{"the same order", order, `["a","b"]`, `["a","b"]`, false, true},
		{"an order counts repetitions", order, `["a"]`, `["a","a"]`, false, false},
		{
			"paths are a set; their acts are not compared", routes,
			`[{"facts":{"x":true,"n":1},"outcome":"o"},{"facts":{"y":"v"},"outcome":"o"}]`,
			`[{"facts":{"y":"v"},"acts":["…"],"outcome":"o"},{"facts":{"n":1.0,"x":true},"acts":[],"outcome":"o"}]`, false, true,
		},
		{"a path to another outcome", routes, `[{"facts":{"x":true},"outcome":"o"}]`, `[{"facts":{"x":true},"outcome":"p"}]`, false, false},
		{"a path by another value", routes, `[{"facts":{"x":"1"},"outcome":"o"}]`, `[{"facts":{"x":1},"outcome":"o"}]`, false, false},
		{"a path too many", routes, `[]`, `[{"facts":{"x":true},"outcome":"o"}]`, false, false},
		{"no path", routes, `[]`, `[]`, false, true},
		{"what is no path", routes, `[]`, `[1]`, false, false},
		{
			"whole numbers keep their digits", routes,
			`[{"facts":{"x":9007199254740993},"outcome":"o"}]`, `[{"facts":{"x":9007199254740992},"outcome":"o"}]`, false, false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := []ruleset.Expectation{{Key: "k", Shape: c.shape, Value: value(t, c.want), AtLeast: c.least}}
			assert.Equal(t, c.ok, compare(x, Answer{"k": value(t, c.got)})[0].ok)
			assert.False(t, compare(x, Answer{"other": value(t, c.got)})[0].ok, "a key that is not there is never right")
		})
	}
}

func TestAComparedValueIsWrittenAsASuiteWould(t *testing.T) {
	for _, c := range []struct {
		shape ruleset.Shape
		value string
		least bool
		want  string
	}{
		{ruleset.Word, `"open"`, false, "open"},
		{ruleset.Word, `null`, false, "null"},
		{ruleset.Flag, `false`, false, "false"},
		{ruleset.Set, `["b","a"]`, false, "a b"},
		{ruleset.Set, `["b","a"]`, true, "a b*"},
		{ruleset.Set, `[]`, false, "[]"},
		{ruleset.Order, `["b","a"]`, false, "b a"},
		{ruleset.Routes, `[{"facts":{"y":"v","x":true},"outcome":"o"},{"facts":{"n":3},"outcome":"p"}]`, false, "n=3 → p; x=true + y=v → o"},
		{ruleset.Routes, `[]`, false, "[]"},
		{ruleset.Set, `{"a":1}`, false, `{"a":1}`},
		{ruleset.Word, `"a\u001bb"`, false, `a\x1bb`},
	} {
		x := []ruleset.Expectation{{Key: "k", Shape: c.shape, Value: value(t, c.value), AtLeast: c.least}}
		d := compare(x, Answer{})[0]
		assert.Equal(t, c.want, notation(c.shape, d.Want))
	}
}

// FuzzCompare states that any value an executor may answer can be compared and shown, that it equals itself, and that it is at least
// itself.
func FuzzCompare(f *testing.F) {
	for _, s := range []string{
		`"open"`, `null`, `["a",{"id":"b"}]`, `[{"facts":{"x":1e400,"y":{"z":[1.50]}},"outcome":"o"}]`, `[{"facts":null}]`, `{"a":[[]]}`,
		`[{"facts":{"":""},"outcome":""},{"facts":{},"outcome":"\u0000"}]`, `1e999999999`, `-0.0`,
	} {
		f.Add(s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		d := json.NewDecoder(bytes.NewReader([]byte(text)))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return
		}
		shape := ruleset.Shape(kind % uint8(ruleset.Routes+1))
		_, sound := canonical(shape, v)
		for _, least := range []bool{false, shape == ruleset.Set} {
			x := []ruleset.Expectation{{Key: "k", Shape: shape, Value: v, AtLeast: least && sound}}
			c := compare(x, Answer{"k": v})[0]
			require.Equal(t, sound, c.ok)
			require.NotEmpty(t, notation(shape, c.Want)+"x")
		}
	})
}
