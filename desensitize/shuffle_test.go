package desensitize

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/stream"
)

const fees = `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: fees, title: 费用, status: draft, owner: 市交通运输局}
instrument: shenzhen
keys: [mix]
columns:
  id: {label: 序号, type: int, class: plain}
  district: {label: 行政区, type: string, class: quasi}
  fee: {label: 费用, type: decimal, class: sensitive}
rules:
  - {id: keep, basis: 第三十六条, where: column.name != 'fee', apply: keep()}
  - {id: fee, basis: 第三十六条, where: column.name == 'fee', apply: "value.shuffle('mix')"}
rows:
  - {id: out, basis: 第三十六条, when: row.district == '境外', drop: true}
`

func within(apply string) string {
	return strings.Replace(fees, "value.shuffle('mix')", apply, 1)
}

// shuffled runs a policy over csv text that can be read twice.
func shuffled(t testing.TB, policy, in string, opts ...RunOption) ([][]string, *Report, error) {
	t.Helper()
	p := newPolicy(t, policy)
	return shuffledBy(t, p, in, in, opts...)
}

func shuffledBy(t testing.TB, p *Policy, in, again string, opts ...RunOption) ([][]string, *Report, error) {
	t.Helper()
	open := func(text string) Source {
		s, err := stream.NewSource(strings.NewReader(text), stream.Options{Name: "in.csv", Format: stream.CSV, Chunk: 128})
		require.NoError(t, err)
		return s
	}
	source := open(in)
	var b bytes.Buffer
	sink, err := stream.Create(&b, stream.SinkOptions{}, source.Columns())
	require.NoError(t, err)
	opts = append([]RunOption{Reread(func() (Source, error) { return open(again), nil })}, opts...)
	r, err := p.Run(context.Background(), source, sink, opts...)
	require.NoError(t, sink.Close())
	var rows [][]string
	for line := range strings.Lines(b.String()) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), ","))
	}
	return rows, r, err
}

func column(rows [][]string, i int) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r[i])
	}
	return out
}

func feeRows(n int, fee func(i int) string) string {
	var b strings.Builder
	b.WriteString("id,district,fee\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%s,%s\n", i, []string{"福田区", "南山区", "罗湖区"}[i%3], fee(i))
	}
	return b.String()
}

func TestAShuffleExchangesTheValuesOfAColumn(t *testing.T) {
	in := feeRows(300, func(i int) string { return fmt.Sprint(1000 + i) })
	rows, r, err := shuffled(t, fees, in)
	require.NoError(t, err)
	require.Len(t, rows, 301)
	assert.Equal(t, []string{"id", "district", "fee"}, rows[0])
	var moved []string
	for i, row := range rows[1:] {
		assert.Equal(t, fmt.Sprint(i), row[0], "rows stay in their order")
		assert.NotEqual(t, fmt.Sprint(1000+i), row[2], "no row keeps its own value")
		moved = append(moved, row[2])
	}
	slices.Sort(moved)
	for i, v := range moved {
		require.Equal(t, fmt.Sprint(1000+i), v, "each value is there once")
	}
	assert.Equal(t, cellCounts{Changed: 300}, r.Columns[2].cellCounts)
	assert.Equal(t, &ShuffleReport{Groups: 1, Values: 300, Different: 300}, r.Columns[2].Shuffle)
	assert.Nil(t, r.Columns[0].Shuffle)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"empty":0,"shuffle":{"groups":1,"values":300,"small":0,"withheld":0,"different":300}}`)
	assert.Contains(t, r.Text("zh"), "在 1 组内置换 300 个值，计为保留的换来了相等的值；0 组过小或者只有一种值，其 0 个值未发布")
}

func TestAShuffleWithinGroupsLeavesEachValueInItsGroup(t *testing.T) {
	in := feeRows(90, func(i int) string { return fmt.Sprint(i%3*1000 + i) })
	rows, r, err := shuffled(t, within("value.shuffle('mix', row.district)"), in)
	require.NoError(t, err)
	for i, row := range rows[1:] {
		assert.Equal(t, fmt.Sprint(i%3), fmt.Sprint(atoi(t, row[2])/1000), "row %d", i)
		assert.NotEqual(t, fmt.Sprint(i%3*1000+i), row[2])
	}
	assert.Equal(t, &ShuffleReport{Groups: 3, Values: 90, Different: 90}, r.Columns[2].Shuffle)
}

func atoi(t testing.TB, s string) (n int) {
	_, err := fmt.Sscan(s, &n)
	require.NoError(t, err)
	return n
}

func TestWhatTakesNoPartInAShuffleIsInNobodysPlace(t *testing.T) {
	in := feeRows(30, func(i int) string { return fmt.Sprint(1000 + i) }) +
		"30,境外,7001\n31,福田区,不详\n32,福田区,\n33,,7002\n"
	rows, r, err := shuffled(t, fees, in)
	require.NoError(t, err)
	text := fmt.Sprint(rows)
	assert.NotContains(t, text, "7001", "of a row that is dropped")
	assert.NotContains(t, text, "7002", "of a row that is dropped, as its district is not known")
	assert.NotContains(t, text, "不详")
	assert.Equal(t, []string{"31", "福田区", ""}, rows[31])
	assert.Equal(t, []string{"32", "福田区", ""}, rows[32])
	assert.Equal(t, cellCounts{Changed: 30, Invalid: 1, Empty: 1}, r.Columns[2].cellCounts)
	assert.Equal(t, RowFacts{In: 34, Out: 32, Dropped: 1, Undecided: 1}, r.Facts.Rows)
}

func TestASmallGroupIsWithheld(t *testing.T) {
	in := feeRows(29, func(i int) string { return fmt.Sprint(1000 + i) }) // 10, 10 and 9 rows
	policy := within("value.shuffle('mix', row.district)")
	rows, r, err := shuffled(t, policy, in)
	require.NoError(t, err)
	for i, row := range rows[1:] {
		assert.Equal(t, i%3 == 2, row[2] == "", "row %d", i)
	}
	assert.Equal(t, cellCounts{Changed: 20, Suppressed: 9}, r.Columns[2].cellCounts)
	assert.Equal(t, &ShuffleReport{Groups: 2, Values: 20, Small: 1, Withheld: 9, Different: 20}, r.Columns[2].Shuffle)

	refuse := strings.Replace(policy, "row.district)\"", "row.district)\", on_invalid: refuse", 1)
	rows, r, err = shuffled(t, refuse, in)
	var e *ShuffleError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, ShuffleError{Columns: []string{"fee"}, Reason: ShuffleSmall, Groups: 1}, *e)
	assert.Nil(t, r)
	assert.Len(t, rows, 1, "nothing was written but the header")
	assert.Equal(t, "列 fee 有 1 组不足 10 个值，或者只有一种值，无法置换，该规则遇到即中止", e.Message("zh"))
}

func TestAColumnOfOneValueHidesNothing(t *testing.T) {
	rows, r, err := shuffled(t, fees, feeRows(30, func(int) string { return "5" }))
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("|", 30), strings.Join(column(rows[1:], 2), "|")+"|")
	assert.Equal(t, cellCounts{Suppressed: 30}, r.Columns[2].cellCounts)
	// Of two values a row often gets one that is equal to its own; that is counted.
	_, r, err = shuffled(t, fees, feeRows(300, func(i int) string { return fmt.Sprint(i / 150) }))
	require.NoError(t, err)
	c := r.Columns[2].cellCounts
	assert.Equal(t, int64(300), c.Kept+c.Changed)
	assert.Greater(t, c.Kept, int64(0))
}

func TestAShuffleThatCannotBeMadeIsRefusedBeforeARowIsWritten(t *testing.T) {
	in := feeRows(300, func(i int) string { return fmt.Sprint(1000 + i) })
	p := newPolicy(t, fees)
	assert.Equal(t, []string{"fee"}, p.Shuffles())
	for name, c := range map[string]struct {
		again string
		opt   RunOption
		want  ShuffleError
	}{
		"an input that can be read once": {in, Reread(nil), ShuffleError{Columns: []string{"fee"}, Reason: ShuffleOnce}},
		"more values than the limit":     {in, ShuffleBytes(1000), ShuffleError{Columns: []string{"fee"}, Reason: ShuffleLimit, Limit: 1000}},
		"another table":                  {"id,fee,district\n1,2,福田区\n", Workers(1), ShuffleError{Columns: []string{"fee"}, Reason: ShuffleChanged}},
	} {
		t.Run(name, func(t *testing.T) {
			rows, r, err := shuffledBy(t, p, in, c.again, c.opt)
			var e *ShuffleError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.want, *e)
			assert.Nil(t, r)
			assert.Len(t, rows, 1)
			assert.NotEmpty(t, e.Message("zh"))
		})
	}
	_, r, err := shuffledBy(t, p, in, strings.TrimSuffix(in, "299,罗湖区,1299\n"))
	var e *ShuffleError
	require.ErrorAs(t, err, &e, "a row more in the second reading")
	assert.Equal(t, ShuffleChanged, e.Reason)
	assert.Nil(t, r)
}

func TestAShuffleOnlyDependsOnTheKeyAndTheTable(t *testing.T) {
	plain := newPolicy(t, within("row.id % 7 == 0 ? '另计' : value.shuffle('mix', row.district)"))
	interpreted := newPolicy(t, within("row.id % 7 == 0 ? '另计' : value.shuffle('mix', row.district)"), Interpret())
	other := newPolicy(t, within("row.id % 7 == 0 ? '另计' : value.shuffle('mix', row.district)"), Keys(map[string][]byte{"mix": testKey("x")}))
	rapid.Check(t, func(rt *rapid.T) {
		fee := rapid.SampledFrom([]string{"1", "2", "3", "4.50", "x", ""})
		fees := rapid.SliceOfN(fee, 60, 200).Draw(rt, "fees")
		in := feeRows(len(fees), func(i int) string { return fees[i] })
		want, wantReport, err := shuffledBy(t, plain, in, in, Workers(1))
		require.NoError(rt, err)
		got, report, err := shuffledBy(t, interpreted, in, in, Workers(3))
		require.NoError(rt, err)
		require.Equal(rt, want, got)
		require.Equal(rt, wantReport.Columns, report.Columns)
		for _, district := range []string{"福田区", "南山区", "罗湖区"} {
			var before, after []string
			for i, row := range want[1:] {
				if row[1] == district && i%7 != 0 && fees[i] != "x" && fees[i] != "" {
					before, after = append(before, fees[i]), append(after, row[2])
				}
			}
			if slices.Contains(after, "") { // withheld as a whole
				require.Empty(rt, strings.Join(after, ""))
				continue
			}
			require.ElementsMatch(rt, before, after)
		}
	})
	in := feeRows(90, func(i int) string { return fmt.Sprint(i) })
	one, _, err := shuffledBy(t, plain, in, in)
	require.NoError(t, err)
	two, _, err := shuffledBy(t, other, in, in)
	require.NoError(t, err)
	assert.NotEqual(t, one, two, "another key")
	next := strings.Replace(in, ",1\n", ",90\n", 1)
	three, _, err := shuffledBy(t, plain, next, next)
	require.NoError(t, err)
	assert.NotEqual(t, one[40:], three[40:], "another table of as many rows")
}

func TestAResumedShuffleWritesTheSameBytes(t *testing.T) {
	p := newPolicy(t, fees)
	in := feeRows(90, func(i int) string { return fmt.Sprint(1000 + i%40) })
	want, wantReport, err := shuffledBy(t, p, in, in)
	require.NoError(t, err)
	for left := 0; left < 3000; left += 250 {
		f := &crashFile{left: left}
		for _, f.left = range []int{left, -1} {
			spool, err := NewSpool(f, inputOf(t, in), "csv")
			require.NoError(t, err)
			got, report, err := shuffledBy(t, p, in, in, Resumable(spool))
			if err != nil {
				require.ErrorIs(t, err, errCrash)
				continue
			}
			require.Equal(t, want, got, "after %d bytes", left)
			require.Equal(t, wantReport, report)
		}
	}
}
