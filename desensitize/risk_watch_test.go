package desensitize

import (
	"fmt"
	"math/big"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var watchColumns = []Column{{Name: "n", Class: "direct"}, {Name: "a", Class: "quasi"}, {Name: "b", Class: "quasi"}, {Name: "s", Class: "sensitive"}, {Name: "p", Class: "plain"}}

// watchRows shows rows to a watch, on several goroutines.
func watchRows(t require.TestingT, w watch, workers int, in, out [][][]byte) *RiskFacts {
	var all sync.WaitGroup
	for k := range workers {
		one := w.worker()
		all.Add(1)
		go func() {
			defer all.Done()
			for r := k; r < len(in); r += workers {
				one.rows(madeRow(int64(r+1), in[r], out[r]))
			}
		}()
	}
	all.Wait()
	var f Facts
	require.NoError(t, w.finish(&f))
	return f.Risk
}

func TestTheWatchMeasuresWhatAMeasurementOfTheFileDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		table, err := NewTable([]string{"n", "a", "b", "s", "p"}, TableLimits{})
		require.NoError(rt, err)
		var rows [][][]byte
		cell := func(name string) *rapid.Generator[string] { return rapid.SampledFrom([]string{name, name + "2", "*"}) }
		for range rapid.IntRange(1, 40).Draw(rt, "rows") {
			cells := []string{"", cell("a").Draw(rt, "a"), cell("b").Draw(rt, "b"), rapid.SampledFrom([]string{"x", "y", ""}).Draw(rt, "s"), ""}
			require.NoError(rt, table.Append(cells))
			row := make([][]byte, len(cells))
			for i, c := range cells {
				if c != "*" {
					row[i] = []byte(c)
				}
			}
			rows = append(rows, row)
		}
		got := watchRows(rt, newRiskWatch(watchColumns), rapid.IntRange(1, 3).Draw(rt, "workers"), rows, rows)
		want, err := MeasureRisk(table, RiskOptions{Quasi: []string{"a", "b"}, Sensitive: []string{"s"}, Suppressed: "*", Sharing: SharingPublic})
		require.NoError(rt, err)
		require.Equal(rt, []int64{int64(want.K), int64(*want.L), int64(want.Classes), int64(want.Singletons), int64(want.GBT42460.Level)}, []int64{got.K, got.L, got.Classes, got.Uniques, got.Level})
		for _, x := range []struct {
			want float64
			got  string
		}{{want.Prosecutor.Max, got.Prosecutor}, {want.Marketer, got.Marketer}, {*want.T, got.T}} {
			r, err := ParseRatio(x.got)
			require.NoError(rt, err)
			f := riskFloat(r)
			require.InDelta(rt, x.want, f, 1e-11)
			require.GreaterOrEqual(rt, f, x.want-1e-15, "a risk is never shown lower than it is")
		}
	})
}

func TestADirectIdentifierWrittenAsItWasReadIsLevelOne(t *testing.T) {
	t.Parallel()
	row := func(name string) [][]byte {
		return [][]byte{[]byte(name), []byte("a"), []byte("b"), []byte("s"), nil}
	}
	var in, masked [][][]byte
	for range 30 {
		in, masked = append(in, row("王小明")), append(masked, row("王**"))
	}
	assert.EqualValues(t, 3, watchRows(t, newRiskWatch(watchColumns), 1, in, masked).Level)
	masked[17] = row("王小明")
	assert.EqualValues(t, 1, watchRows(t, newRiskWatch(watchColumns), 2, in, masked).Level)
}

func TestMoreClassesThanTheLimitAreNotMeasured(t *testing.T) {
	t.Parallel()
	w := newRiskWatch(watchColumns).(*riskWatch)
	w.classes = 10
	var rows [][][]byte
	for i := range 11 {
		rows = append(rows, [][]byte{nil, fmt.Append(nil, i), nil, nil, nil})
	}
	assert.Nil(t, watchRows(t, w, 1, rows, rows), "a release rule that asks for the risk then refuses")
	w = newRiskWatch(watchColumns).(*riskWatch)
	w.classes = 11
	assert.EqualValues(t, 11, watchRows(t, w, 2, rows, rows).Classes)
}

func TestCellsThatRunTogetherAreNotOneClass(t *testing.T) {
	t.Parallel()
	rows := [][][]byte{
		{nil, []byte("ab"), []byte("c"), nil, nil},
		{nil, []byte("a"), []byte("bc"), nil, nil},
		{nil, []byte(""), []byte("x"), nil, nil},
		{nil, nil, []byte("x"), nil, nil},
	}
	assert.EqualValues(t, 4, watchRows(t, newRiskWatch(watchColumns), 1, rows, rows).Classes)
}

func TestRisksAreRoundedUp(t *testing.T) {
	t.Parallel()
	for r, want := range map[*big.Rat]string{
		big.NewRat(1, 20): "0.05", big.NewRat(1, 3): "0.333333333334", big.NewRat(0, 1): "0", big.NewRat(1, 1): "1", big.NewRat(1, 1<<40): "0.000000000001",
	} {
		assert.Equal(t, want, riskDecimal(r))
	}
}
