package desensitize

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// localTable has two rows that are alone by age, but not by the rest.
const localTable = `sex age area ill
m 31 n a
m 31 n b
m 31 n a
f 42 s b
f 42 s a
f 42 s b
m 70 n a
m 80 n b
f 99 x a
`

func localOptions(t *testing.T, local bool) AnonymiseOptions {
	t.Helper()
	o := AnonymiseOptions{
		Quasi: []string{"sex", "age", "area"}, Hierarchies: map[string]*Hierarchy{}, K: 2, Suppress: big.NewRat(1, 3), Metric: MetricLoss, Local: local,
	}
	for _, c := range o.Quasi {
		h, err := BuiltHierarchy("suppress")
		require.NoError(t, err)
		o.Hierarchies[c] = h
	}
	return o
}

func TestSingleCellsAreSuppressedWhereThatIsEnough(t *testing.T) {
	t.Parallel()
	got, err := Anonymise(context.Background(), rowsOf(t, localTable), localOptions(t, true))
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, got.Table().WriteCSV(&b))
	assert.Equal(t, `sex,age,area,ill
m,31,n,a
m,31,n,b
m,31,n,a
f,42,s,b
f,42,s,a
f,42,s,b
m,*,n,a
m,*,n,b
*,*,*,a
`, b.String())
	assert.Equal(t, []int{1, 3, 2, 3}, []int{got.Suppressed, got.Classes, got.K, got.Limit})
	// Of 27 cells five are gone instead of nine, and the rest stands as it was.
	require.NotNil(t, got.Local)
	assert.Equal(t, LocalSuppression{Rows: 2, Cells: 2, WholeLoss: 9.0 / 27, Loss: 5.0 / 27}, *got.Local)
	assert.InDelta(t, 5.0/27, got.Loss, 1e-12)
	whole, err := Anonymise(context.Background(), rowsOf(t, localTable), localOptions(t, false))
	require.NoError(t, err)
	assert.InDelta(t, got.Local.WholeLoss, whole.Loss, 1e-12)
	assert.Nil(t, whole.Local)
	assert.Equal(t, 3, whole.Suppressed)
	u, err := got.Utility()
	require.NoError(t, err)
	assert.InDelta(t, got.Loss, u.Loss, 1e-12)
}

func TestALocalResultIsFrozenWithItsSuppression(t *testing.T) {
	t.Parallel()
	got, err := Anonymise(context.Background(), rowsOf(t, localTable), localOptions(t, true))
	require.NoError(t, err)
	frozen, err := got.Freeze(nil)
	require.NoError(t, err)
	again, err := frozen.Apply(context.Background(), rowsOf(t, localTable))
	require.NoError(t, err)
	assert.Equal(t, got.Local, again.Local)
	assert.Equal(t, map[string]int{"31": 3, "42": 3}, frozen.Columns[1].Released, "suppressed cells are not among what was released")
	// One more odd row is one too many: the share of rows that may be touched holds for single cells too.
	_, err = frozen.Apply(context.Background(), rowsOf(t, strings.ReplaceAll(localTable, "f 42 s b\nm 70", "m 60 n b\nm 70")))
	var drift *DriftError
	require.ErrorAs(t, err, &drift)
	assert.Equal(t, DriftSuppress, drift.Findings[0].Code)
	assert.Equal(t, 4, drift.Findings[0].Count)
}

func TestASuppressedCellIsAValueOfItsOwn(t *testing.T) {
	t.Parallel()
	// The last row could pass for one of the first two only if * stood for any value: it is suppressed as a whole instead.
	in := rowsOf(t, "a b\n1 1\n1 1\n1 2\n")
	o := localOptions(t, true)
	o.Quasi, o.Metric = []string{"a", "b"}, MetricHeight
	o.Hierarchies["a"], o.Hierarchies["b"] = o.Hierarchies["sex"], o.Hierarchies["sex"]
	got, err := Anonymise(context.Background(), in, o)
	require.NoError(t, err)
	assert.Equal(t, 1, got.Suppressed)
	assert.Nil(t, got.Local)
}

func TestWhatIsSuppressedByCellsMeetsTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		in, o := drawModel(rt)
		o.Suppress = big.NewRat(rapid.Int64Range(1, 20).Draw(rt, "most"), 20)
		if rapid.Bool().Draw(rt, "natural") { // values that are written as suppressed cells are
			o.Suppressed = rapid.SampledFrom(o.Hierarchies[o.Quasi[0]].of.Values()).Draw(rt, "text")
		}
		whole, err := Anonymise(context.Background(), in, o)
		var none *InfeasibleError
		o.Local = true
		got, localErr := Anonymise(context.Background(), in, o)
		if errors.As(err, &none) {
			require.ErrorAs(rt, localErr, &none)
			return
		}
		require.NoError(rt, err)
		require.NoError(rt, localErr)
		require.Equal(rt, whole.Levels, got.Levels)
		o = o.orDefault()

		// Every class of the table as it stands meets the model, by the slow count: rows that show nothing are in none.
		classes, out := map[string][]int{}, 0
		for row := range in.rows {
			var key []string
			shown := false
			for _, c := range o.Quasi {
				cell := got.Table().Cell(row, in.index[c])
				key, shown = append(key, cell), shown || cell != o.Suppressed
				if was := oracleAt(o.Hierarchies[c], in.Cell(row, in.index[c]), got.Levels.Map()[c]); cell != was {
					require.Equal(rt, o.Suppressed, cell, "a cell is its generalised value, or suppressed")
				}
			}
			if !shown {
				out++
				continue
			}
			k := strings.Join(key, "\x00")
			classes[k] = append(classes[k], row)
		}
		for _, rows := range classes {
			require.True(rt, oracleKept(in, o, rows), "a class does not meet the model: %v", rows)
		}
		r, err := MeasureRisk(got.Table(), RiskOptions{Quasi: o.Quasi, Sensitive: []string{"s"}, Suppressed: o.Suppressed})
		require.NoError(rt, err)
		if len(classes) > 0 {
			require.GreaterOrEqual(rt, r.K, o.K)
			if o.L > 1 {
				require.GreaterOrEqual(rt, *r.L, o.L)
			}
		}

		if got.Local == nil {
			require.Equal(rt, whole.Suppressed, got.Suppressed)
			return
		}
		require.Equal(rt, whole.Suppressed, got.Suppressed+got.Local.Rows)
		require.Less(rt, got.Local.Loss, got.Local.WholeLoss+1e-12)
		require.Positive(rt, got.Local.Cells)
		u, err := got.Utility()
		require.NoError(rt, err)
		require.InDelta(rt, got.Local.Loss, u.Loss, 1e-12)
		if o.Sharing == "" {
			require.Equal(rt, []int{len(classes), out}, []int{r.Classes, r.Suppressed})
		}
	})
}

func TestSingleCellsOfAdultKeepMostOfTheSuppressedRows(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute under the race detector")
	}
	t.Parallel()
	from, hs := adult(t)
	o := AnonymiseOptions{Quasi: adultColumns, Hierarchies: hs, K: 5, Suppress: big.NewRat(4, 100), Metric: MetricLoss, Local: true}
	got, err := Anonymise(context.Background(), from, o)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 1174, 1988}, []int{got.Suppressed, got.Local.Rows, got.Local.Cells}, "instead of 1178 whole rows, which are 10602 cells")
	r, err := MeasureRisk(got.Table(), RiskOptions{Quasi: adultColumns, Suppressed: "*"})
	require.NoError(t, err)
	assert.Equal(t, []int{5, 4}, []int{r.K, r.Suppressed})
	assert.Empty(t, r.DirectSeen)
}
