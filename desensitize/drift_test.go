package desensitize

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// monthly is a table of ages and districts, n rows of each age from 30 on.
func monthly(t *testing.T, n int, ages ...int) *Table {
	t.Helper()
	var b strings.Builder
	b.WriteString("age district note\n")
	for _, a := range ages {
		for i := range n {
			fmt.Fprintf(&b, "%d 44030%d n\n", a, 3+i%2)
		}
	}
	return rowsOf(t, b.String())
}

// frozenMonth is the anonymisation of a first month: decades of age, districts as they are.
func frozenMonth(t *testing.T) *Frozen {
	t.Helper()
	age, err := BuiltHierarchy("interval:10")
	require.NoError(t, err)
	district, err := ParseHierarchy([]byte("440303;4403;*\n440304;4403;*\n440305;4403;*\n"), "districts")
	require.NoError(t, err)
	got, err := Anonymise(context.Background(), monthly(t, 4, 31, 35, 42, 48), AnonymiseOptions{
		Quasi: []string{"age", "district"}, Hierarchies: map[string]*Hierarchy{"age": age, "district": district}, K: 4, Suppress: big.NewRat(1, 10), Metric: MetricLoss,
	})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"age": 1, "district": 0}, got.Levels.Map())
	frozen, err := got.Freeze(big.NewRat(1, 5))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, frozen.Write(&b))
	back, err := ParseFrozen(b.Bytes())
	require.NoError(t, err)
	require.Equal(t, frozen, back, "what is written is read again")
	return back
}

func TestAFrozenResultAppliesToNextMonth(t *testing.T) {
	t.Parallel()
	next := monthly(t, 4, 32, 39, 40, 49)
	got, err := frozenMonth(t).Apply(context.Background(), next)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"age": 1, "district": 0}, got.Levels.Map())
	assert.Equal(t, []int{4, 4, 0}, []int{got.K, got.Classes, got.Suppressed})
	var b bytes.Buffer
	require.NoError(t, got.Table().WriteCSV(&b))
	assert.Contains(t, b.String(), "\"[30,40)\",440303,n\n")
	u, err := got.Utility()
	require.NoError(t, err)
	assert.Equal(t, []int{4, 2}, []int{u.Columns[0].Before, u.Columns[0].After})
}

func TestAFileThatDepartsIsRefusedWithEveryFinding(t *testing.T) {
	t.Parallel()
	f := frozenMonth(t)
	for name, c := range map[string]struct {
		in   *Table
		want string
	}{
		"a new column":        {rowsOf(t, "age district note more\n31 440303 n m"), "schema more new 0 0"},
		"a renamed column":    {rowsOf(t, "years district note\n31 440303 n"), "schema age missing 0 0, schema years new 0 0"},
		"another order":       {rowsOf(t, "district age note\n440303 31 n"), "schema  order 0 0"},
		"unknown values":      {rowsOf(t, "age district note\n31 440303 n\n三十 440309 n\n32 440309 n"), "value age  2 1, value district  2 2"},
		"too few in a class":  {monthly(t, 2, 31, 35, 42, 48), "suppress  1.000000 0 8"},
		"a shift":             {monthly(t, 8, 31, 31, 31, 42), "shift age 0.250000 0 0"},
		"rows and a shift":    {monthly(t, 8, 31, 31, 31, 31), "shift age 0.500000 0 0"},
		"ages never met fit":  {monthly(t, 4, 30, 39, 40, 49), ""},
		"values of other age": {monthly(t, 4, 31, 39, 55, 59), "shift age 0.500000 0 0"},
	} {
		_, err := f.Apply(context.Background(), c.in)
		if c.want == "" {
			assert.NoError(t, err, name)
			continue
		}
		var drift *DriftError
		require.ErrorAs(t, err, &drift, name)
		var got []string
		for _, d := range drift.Findings {
			got = append(got, fmt.Sprint(d.Code, " ", d.Column, " ", d.Got, " ", d.Row, " ", d.Count))
		}
		assert.Equal(t, c.want, strings.Join(got, ", "), name)
	}
}

func TestAFrozenResultOfAnotherFormIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, `{}`, `[]`, `{"format":"banfa-frozen/2","columns":[{"name":"a"}]}`, `{"format":"banfa-frozen/1"}`,
		`{"format":"banfa-frozen/1","columns":[{"name":"a"}]} {}`, `{"format":"banfa-frozen/1","columns":[{"name":"a"}],"more":1}`,
	} {
		_, err := ParseFrozen([]byte(text))
		assert.Error(t, err, text)
	}
}

// FuzzFrozen: whatever is read as a frozen result applies, refuses or fails, and never lets a class below its k through.
func FuzzFrozen(f *testing.F) {
	f.Add([]byte(`{"format":"banfa-frozen/1","schema":["a"],"columns":[{"name":"a","level":1,"values":[["x","*"],["y","*"]],"released":{"*":2}}],"k":2,"suppress":"0","metric":"entropy","shift":"1/10","suppressed_text":"*"}`))
	f.Add([]byte(`{"format":"banfa-frozen/1","schema":["a"],"columns":[{"name":"a","level":0,"built":"suppress"}],"k":1,"suppress":"1","metric":"loss","shift":"1","suppressed_text":""}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		frozen, err := ParseFrozen(text)
		if err != nil {
			return
		}
		got, err := frozen.Apply(context.Background(), rowsOf(t, "a\nx\ny\nx"))
		if err != nil {
			return
		}
		r, err := MeasureRisk(got.Table(), RiskOptions{Quasi: []string{"a"}, Suppressed: frozen.Suppressed})
		require.NoError(t, err)
		require.GreaterOrEqual(t, got.K, frozen.K)
		if got.Suppressed == 0 {
			require.GreaterOrEqual(t, r.K, frozen.K)
		}
	})
}
