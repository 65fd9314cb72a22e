package desensitize

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// rowsOf makes a table of lines, the header first, cells apart by blanks.
func rowsOf(t require.TestingT, text string) *Table {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	out, err := NewTable(strings.Fields(lines[0]), TableLimits{})
	require.NoError(t, err)
	for _, l := range lines[1:] {
		require.NoError(t, out.Append(strings.Fields(l)))
	}
	return out
}

func TestColumnsOfAnyWidthAreCountedWithoutFalseMerging(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(1, 200).Draw(rt, "rows")
		var views []riskView
		for range rapid.IntRange(1, 9).Draw(rt, "columns") {
			// Cardinalities as of far larger tables, so that keys grow beyond 64 bits.
			card := rapid.SampledFrom([]int{1, 2, 3, 70_000, 1 << 20, 1 << 31}).Draw(rt, "card")
			few := rapid.SliceOfN(rapid.IntRange(0, card-1), 1, 3).Draw(rt, "values")
			codes := make([]uint32, rows)
			for r := range codes {
				codes[r] = uint32(rapid.SampledFrom(few).Draw(rt, "code"))
			}
			views = append(views, riskView{codes, card})
		}
		want := map[string]int{}
		key := func(r int) string {
			var b strings.Builder
			for _, v := range views {
				fmt.Fprint(&b, v.codes[r], " ")
			}
			return b.String()
		}
		for r := range rows {
			want[key(r)]++
		}
		got := riskClassesOf(views, rows, nil)
		require.Len(rt, got.sizes, len(want))
		for r := range rows {
			require.EqualValues(rt, want[key(r)], got.sizes[got.of[r]])
		}
		sizes := riskCount(riskPack(views, rows))
		slices.Sort(sizes)
		slices.Sort(got.sizes)
		require.Equal(rt, got.sizes, sizes)
	})
}

func TestManyClassesMakeTheTableGrow(t *testing.T) {
	t.Parallel()
	const rows = 600_000
	codes := make([]uint32, rows)
	for r := range codes {
		codes[r] = uint32(r / 2)
	}
	views := []riskView{{codes, 1 << 31}}
	assert.Len(t, riskCount(riskPack(views, rows)), rows/2)
	assert.Len(t, riskClassesOf(views, rows, nil).sizes, rows/2)
}

func TestARowIsAtRiskOnlyStrictlyAboveTheThreshold(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for class, n := range []int{4, 5, 6} {
		lines.WriteString(strings.Repeat(fmt.Sprintf("c%d\n", class), n))
	}
	in := rowsOf(t, "q\n"+lines.String())
	for threshold, want := range map[string]float64{"1/5": 4.0 / 15, "0.2": 4.0 / 15, "0.19999999999999999999": 9.0 / 15, "1/4": 0, "0.16666666666666666666": 1, "1/6": 9.0 / 15, "0": 1, "1": 0} {
		r, err := ParseRatio(threshold)
		require.NoError(t, err)
		got, err := MeasureRisk(in, RiskOptions{Quasi: []string{"q"}, Threshold: r})
		require.NoError(t, err)
		assert.InDelta(t, want, got.Prosecutor.AtRisk, 1e-15, threshold)
	}
}

func TestRowsSuppressedAsAWholeAreNotCounted(t *testing.T) {
	t.Parallel()
	o := RiskOptions{Quasi: []string{"a", "b"}, Sensitive: []string{"s"}, Suppressed: "*"}
	got, err := MeasureRisk(rowsOf(t, "a b s\nx y 1\nx y 2\n* y 1\n* y 1\n* * 3"), o)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 2, 2, 1, 1}, []int{got.Rows, got.Classes, got.K, got.Suppressed, *got.L})
	assert.InDelta(t, 0.25, *got.T, 1e-15, "the distribution is that of the rows that are counted: 3 of 4 have the value 1")

	whole, err := MeasureRisk(rowsOf(t, "a b s\n* * 1\n* * 2"), o)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1, 0}, []int{whole.Rows, whole.Classes, whole.Suppressed}, "columns generalised as a whole are one class")
}

func TestVerdictTakesWhatIsNotKnownOfTheContextAtItsWorst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   Context
		pr   string
	}{
		{"nothing is known", Context{}, "1"},
		{"no acquaintance", Context{Control: "medium", Motive: "medium"}, "1"},
		{"no motive", Context{Control: "high", Known: new(big.Rat), Circle: 150}, "1"},
		{"deliberate attempt", Context{Control: "medium", Motive: "medium", Known: new(big.Rat), Circle: 150}, "3/10"},
		{"breach", Context{Control: "high", Motive: "low", Known: new(big.Rat), Circle: 150}, "7/50"},
		{"acquaintance 1-(1-p)^m", Context{Control: "high", Motive: "low", Known: big.NewRat(1, 10), Circle: 3}, "271/1000"},
		{"determined elsewhere", Context{Pr: big.NewRat(1, 8), Control: "low"}, "1/8"},
	} {
		v, err := Judge([]uint32{30, 30}, false, true, SharingControlled, c.in)
		require.NoError(t, err, c.name)
		assert.Equal(t, c.pr, v.Exact.PrContext, c.name)
	}
	for name, in := range map[string]Context{
		"control": {Control: "good"}, "motive": {Control: "high", Motive: "none"}, "p": {Known: big.NewRat(3, 2), Circle: 1},
		"m": {Known: big.NewRat(1, 2), Circle: 0}, "pr": {Pr: big.NewRat(-1, 2)},
	} {
		_, err := Judge([]uint32{30}, false, true, SharingEnclave, in)
		assert.Error(t, err, name)
	}
	_, err := Judge(nil, false, true, "open", Context{})
	assert.Error(t, err)
}

func TestVerdictLevelsOneAndFourComeFromTheColumnsAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		direct, quasi bool
		level         int
	}{{true, true, 1}, {true, false, 1}, {false, false, 4}, {false, true, 3}} {
		v, err := Judge([]uint32{100}, c.direct, c.quasi, SharingPublic, Context{})
		require.NoError(t, err)
		assert.Equal(t, c.level, v.Level)
	}
}

func TestTheMeanOverClassesDecidesAtItsBorderExactly(t *testing.T) {
	t.Parallel()
	// The mean of 1/size is exactly 1/10, and pr(context) exactly 1/2: R = 0.05 is not lower than 0.05.
	v, err := Judge([]uint32{5, 20, 20}, false, true, SharingControlled, Context{Pr: big.NewRat(1, 2)})
	require.NoError(t, err)
	assert.Equal(t, []any{2, "not_lower", "1/20"}, []any{v.Level, v.Reason, v.Exact.R})
	v, err = Judge([]uint32{5, 20, 21}, false, true, SharingControlled, Context{Pr: big.NewRat(1, 2)})
	require.NoError(t, err)
	assert.Equal(t, 3, v.Level)
}

func TestEntropyAtItsBorderIsExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		counts []uint32
		l      int
		want   bool
	}{
		{[]uint32{7, 7, 7}, 3, true}, // floating-point numbers give 2.9999999999999996
		{[]uint32{7, 7, 8}, 3, false},
		{[]uint32{500_000, 500_000}, 2, true},
		{[]uint32{500_000, 500_001}, 2, false},
		{[]uint32{1}, 1, true},
	} {
		tally := riskTally{counts: c.counts}
		for v, n := range c.counts {
			tally.touched = append(tally.touched, uint32(v))
			tally.size += n
		}
		assert.Equal(t, c.want, tally.entropyAtLeast(c.l), "%v", c)
	}
}

func TestASampleThatThePopulationLacksIsRefused(t *testing.T) {
	t.Parallel()
	sample, population := rowsOf(t, "a\nx\ny\ny"), rowsOf(t, "a\nx\ny")
	_, err := MeasureRisk(sample, RiskOptions{Quasi: []string{"a"}, Population: population})
	var e *TableError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 2, e.Row)
}

func TestMeasuringRefusesWhatItCannotTake(t *testing.T) {
	t.Parallel()
	in := rowsOf(t, "a s n\nx 1 1\ny 2 1.0")
	for name, o := range map[string]RiskOptions{
		"no quasi-identifying column":     {},
		"an unknown column":               {Quasi: []string{"b"}},
		"a column named twice":            {Quasi: []string{"a", "a"}},
		"both quasi and sensitive":        {Quasi: []string{"a"}, Sensitive: []string{"a"}},
		"an unknown direct column":        {Quasi: []string{"a"}, Direct: []string{"name"}},
		"an unknown distance":             {Quasi: []string{"a"}, Sensitive: []string{"s"}, Distance: "near"},
		"numbers that are the same":       {Quasi: []string{"a"}, Sensitive: []string{"n"}, Distance: DistanceOrdered},
		"no hierarchy of the distance":    {Quasi: []string{"a"}, Sensitive: []string{"s"}, Distance: DistanceHierarchical},
		"an l of recursive diversity < 2": {Quasi: []string{"a"}, Sensitive: []string{"s"}, RecursiveL: 1},
		"an unknown model of sharing":     {Quasi: []string{"a"}, Sharing: "all"},
	} {
		_, err := MeasureRisk(in, o)
		assert.Error(t, err, name)
	}
}

func TestTablesSayWhereTheyAreBroken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a,b\n1,2\n3\n":   `t.csv:3 (row 2): the row has 1 columns, the header 2`,
		"a,a\n1,2\n":      `t.csv:1 (column 2): has the same name as column 1; every column needs a name of its own`,
		"a,\n1,2\n":       `t.csv:1 (column 2): has no name in the header`,
		"a,b\n\"1,2\n":    `t.csv:2:1 (row 1, column "a"): the quote opened here is never closed`,
		"\n \n":           `t.csv: there is no header row; the first row must name the columns`,
		"x,b\n1,2\n":      `t.csv: column "a": there is no such column; the header has ["x" "b"]`,
		"a,b\n1,2\n1,2\n": `t.csv:3: row 2: more than the limit of 1 rows (TableLimits.Rows)`,
	} {
		_, err := ReadTable(strings.NewReader(text), int64(len(text)), "t.csv", TableOptions{Only: onlyA(text), Limits: TableLimits{Rows: limitOf(text)}})
		assert.EqualError(t, err, want, text)
	}
}

func onlyA(text string) []string {
	if strings.HasPrefix(text, "x") {
		return []string{"a"}
	}
	return nil
}

func limitOf(text string) int {
	if strings.Count(text, "1,2") == 2 {
		return 1
	}
	return 0
}
