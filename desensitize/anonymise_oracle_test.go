package desensitize

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The oracle counts every combination of levels with maps of texts, as slowly and plainly as it can.

type oracleNode struct {
	levels     []int
	loss       float64
	suppressed int
	classes, k int
}

type oracleClass struct {
	rows []int
}

func oracleClasses(t *Table, o AnonymiseOptions, levels []int) map[string]*oracleClass {
	classes := map[string]*oracleClass{}
	for row := range t.rows {
		var key []string
		for i, c := range o.Quasi {
			v, err := o.Hierarchies[c].Generalise(t.Cell(row, t.index[c]), levels[i])
			if err != nil {
				panic(err)
			}
			key = append(key, v)
		}
		k := strings.Join(key, "\x00")
		if classes[k] == nil {
			classes[k] = &oracleClass{}
		}
		classes[k].rows = append(classes[k].rows, row)
	}
	return classes
}

// oracleKept reports whether a class meets what is asked of a single class.
func oracleKept(t *Table, o AnonymiseOptions, rows []int) bool {
	if len(rows) < o.K {
		return false
	}
	if o.Sharing == SharingPublic && len(rows) < 21 || o.Sharing == SharingControlled && len(rows) < 5 || o.Sharing == SharingEnclave && len(rows) < 3 {
		return false
	}
	for _, s := range o.Sensitive {
		counts, total := map[string]int{}, map[string]int{}
		for _, r := range rows {
			counts[t.Cell(r, t.index[s])]++
		}
		for r := range t.rows {
			total[t.Cell(r, t.index[s])]++
		}
		if o.L > 1 && !oracleDiverse(counts, len(rows), o) {
			return false
		}
		if o.T != nil && oracleDistance(o, counts, total, len(rows), t.rows).Cmp(o.T) > 0 {
			return false
		}
	}
	return true
}

func oracleDistance(o AnonymiseOptions, counts, total map[string]int, f, n int) *big.Rat {
	switch o.Distance {
	case DistanceOrdered:
		return oracleOrdered(counts, total, f, n)
	case DistanceHierarchical:
		return oracleHierarchical(o.DistanceHierarchy, counts, total, f, n)
	}
	d := new(big.Rat) // half the sum of differences
	for v, c := range total {
		x := new(big.Rat).Sub(big.NewRat(int64(counts[v]), int64(f)), big.NewRat(int64(c), int64(n)))
		d.Add(d, x.Abs(x))
	}
	return d.Quo(d, big.NewRat(2, 1))
}

// oracleOrdered is the mean of the absolute cumulated differences over the values in order.
func oracleOrdered(counts, total map[string]int, f, n int) *big.Rat {
	values := slices.Sorted(maps.Keys(total))
	sum, run := new(big.Rat), new(big.Rat)
	if len(values) < 2 {
		return sum
	}
	for _, v := range values {
		run.Add(run, new(big.Rat).Sub(big.NewRat(int64(counts[v]), int64(f)), big.NewRat(int64(total[v]), int64(n))))
		sum.Add(sum, new(big.Rat).Abs(run))
	}
	return sum.Quo(sum, big.NewRat(int64(len(values)-1), 1))
}

// oracleHierarchical moves what is too much to where there is too little by the cheapest way first: within the lowest common node. Each pair of values costs the
// height of that node by the height of the tree, and moving greedily from the lowest node is optimal in a tree.
func oracleHierarchical(h *Hierarchy, counts, total map[string]int, f, n int) *big.Rat {
	rest := map[string]*big.Rat{}
	for v := range total {
		rest[v] = new(big.Rat).Sub(big.NewRat(int64(counts[v]), int64(f)), big.NewRat(int64(total[v]), int64(n)))
	}
	cost := new(big.Rat)
	for l := 1; l < h.Levels(); l++ {
		for a := range total {
			for b := range total {
				if oracleAt(h, a, l) != oracleAt(h, b, l) || rest[a].Sign() <= 0 || rest[b].Sign() >= 0 {
					continue
				}
				x := new(big.Rat).Set(rest[a])
				if y := new(big.Rat).Neg(rest[b]); y.Cmp(x) < 0 {
					x = y
				}
				rest[a].Sub(rest[a], x)
				rest[b].Add(rest[b], x)
				cost.Add(cost, new(big.Rat).Mul(x, big.NewRat(int64(l), int64(h.Levels()-1))))
			}
		}
	}
	return cost
}

func oracleAt(h *Hierarchy, value string, level int) string {
	v, err := h.Generalise(value, level)
	if err != nil {
		panic(err)
	}
	return v
}

func oracleDiverse(counts map[string]int, rows int, o AnonymiseOptions) bool {
	switch o.Diversity {
	case DiversityEntropy: // f^f >= l^f * product of c^c
		left := new(big.Int).Exp(big.NewInt(int64(rows)), big.NewInt(int64(rows)), nil)
		right := new(big.Int).Exp(big.NewInt(int64(o.L)), big.NewInt(int64(rows)), nil)
		for _, c := range counts {
			right.Mul(right, new(big.Int).Exp(big.NewInt(int64(c)), big.NewInt(int64(c)), nil))
		}
		return left.Cmp(right) >= 0
	case DiversityRecursive:
		var sorted []int
		for _, c := range counts {
			sorted = append(sorted, c)
		}
		slices.SortFunc(sorted, func(a, b int) int { return b - a })
		rest := 0
		for i := o.L - 1; i < len(sorted); i++ {
			rest += sorted[i]
		}
		return rest > 0 && big.NewRat(int64(sorted[0]), int64(rest)).Cmp(o.C) < 0
	default:
		return len(counts) >= o.L
	}
}

func oracleLoss(t *Table, o AnonymiseOptions, levels []int, kept, lost [][]int) float64 {
	switch o.Metric {
	case MetricDiscernibility:
		sum := 0
		for _, c := range kept {
			sum += len(c) * len(c)
		}
		for _, c := range lost {
			sum += len(c) * t.rows
		}
		return float64(sum)
	case MetricAverageClass:
		return float64(t.rows) / float64(max(len(kept), 1))
	case MetricHeight, MetricPrecision:
		sum := 0.0
		for i, c := range o.Quasi {
			if o.Metric == MetricHeight {
				sum += float64(levels[i])
			} else {
				sum += float64(levels[i]) / float64(o.Hierarchies[c].Levels()-1) / float64(len(o.Quasi))
			}
		}
		return sum
	}
	sum := 0.0
	for i, name := range o.Quasi {
		h := o.Hierarchies[name]
		at := func(row int) string {
			v, _ := h.Generalise(t.Cell(row, t.index[name]), levels[i])
			return v
		}
		if o.Metric == MetricLoss {
			under := map[string]int{}
			for _, v := range h.of.Values() {
				under[oracleAt(h, v, levels[i])]++
			}
			for _, c := range kept {
				for _, r := range c {
					sum += float64(under[at(r)]-1) / float64(len(h.of.Values())-1)
				}
			}
			for _, c := range lost {
				sum += float64(len(c))
			}
			continue
		}
		raw, general := map[string]int{}, map[string]int{}
		for r := range t.rows {
			raw[t.Cell(r, t.index[name])]++
			general[at(r)]++
		}
		for r := range t.rows {
			sum -= math.Log2(float64(raw[t.Cell(r, t.index[name])]) / float64(general[at(r)]))
		}
	}
	if o.Metric == MetricLoss {
		sum /= float64(t.rows * len(o.Quasi))
	}
	return sum
}

// oracle returns every node that meets the model, the best first as far as losses differ clearly.
func oracle(t *Table, o AnonymiseOptions) []oracleNode {
	var found []oracleNode
	levels := make([]int, len(o.Quasi))
	for {
		n := oracleNode{levels: slices.Clone(levels)}
		var kept, lost [][]int
		mean := new(big.Rat)
		for _, c := range oracleClasses(t, o, levels) {
			if oracleKept(t, o, c.rows) {
				kept = append(kept, c.rows)
				mean.Add(mean, big.NewRat(1, int64(len(c.rows))))
				if n.k == 0 || len(c.rows) < n.k {
					n.k = len(c.rows)
				}
			} else {
				lost = append(lost, c.rows)
				n.suppressed += len(c.rows)
			}
		}
		n.classes, n.loss = len(kept), oracleLoss(t, o, levels, kept, lost)
		ok := big.NewRat(int64(n.suppressed), int64(t.rows)).Cmp(o.Suppress) <= 0 && len(kept) > 0
		if ok && (o.Sharing == SharingControlled || o.Sharing == SharingEnclave) {
			mean.Mul(mean.Quo(mean, big.NewRat(int64(len(kept)), 1)), o.Context.Pr)
			ok = mean.Cmp(big.NewRat(1, 20)) < 0
		}
		if ok {
			found = append(found, n)
		}
		i := 0
		for ; i < len(levels); i++ {
			if levels[i]++; levels[i] < o.Hierarchies[o.Quasi[i]].Levels() {
				break
			}
			levels[i] = 0
		}
		if i == len(levels) {
			break
		}
	}
	slices.SortStableFunc(found, func(a, b oracleNode) int { return cmp.Compare(a.loss, b.loss) })
	return found
}

// drawHierarchy draws a hierarchy of values a0, a1 …, each level joining some of the groups of the one below.
func drawHierarchy(rt *rapid.T, name string) *Hierarchy {
	n := rapid.IntRange(2, 6).Draw(rt, name+" values")
	rows := make([][]string, n)
	group := make([]int, n)
	for i := range rows {
		rows[i], group[i] = []string{fmt.Sprintf("%s%d", name, i)}, i
	}
	for l := range rapid.IntRange(1, 3).Draw(rt, name+" levels") {
		to := rapid.SliceOfN(rapid.IntRange(0, n/(l+1)), n+1, n+1).Draw(rt, "join")
		for i := range rows {
			group[i] = to[group[i]]
			rows[i] = append(rows[i], fmt.Sprintf("%s/%d.%d", name, l+1, group[i]))
		}
	}
	var text strings.Builder
	for _, r := range rows {
		text.WriteString(strings.Join(r, ";") + "\n")
	}
	h, err := ParseHierarchy([]byte(text.String()), name)
	if err != nil {
		rt.Fatalf("%s: %v", text.String(), err)
	}
	return h
}

// drawModel draws a table with a model to meet.
func drawModel(rt *rapid.T) (*Table, AnonymiseOptions) {
	tree, err := ParseHierarchy([]byte("1;low;*\n2;low;*\n3;high;*\n4;high;*\n"), "tree")
	require.NoError(rt, err)
	o := AnonymiseOptions{Hierarchies: map[string]*Hierarchy{}, Sensitive: []string{"s"}}
	for i := range rapid.IntRange(1, 3).Draw(rt, "columns") {
		name := string(rune('a' + i))
		o.Quasi = append(o.Quasi, name)
		o.Hierarchies[name] = drawHierarchy(rt, name)
	}
	in, err := NewTable(append(slices.Clone(o.Quasi), "s"), TableLimits{})
	require.NoError(rt, err)
	for range rapid.IntRange(1, 60).Draw(rt, "rows") {
		var cells []string
		for _, c := range o.Quasi {
			cells = append(cells, rapid.SampledFrom(o.Hierarchies[c].of.Values()).Draw(rt, c))
		}
		require.NoError(rt, in.Append(append(cells, rapid.SampledFrom([]string{"1", "2", "3", "4"}).Draw(rt, "s"))))
	}
	o.Suppress = big.NewRat(rapid.Int64Range(0, 10).Draw(rt, "suppress"), 20)
	o.K = rapid.IntRange(1, 8).Draw(rt, "k")
	o.Metric = rapid.SampledFrom([]Metric{MetricEntropy, MetricLoss, MetricDiscernibility, MetricAverageClass, MetricPrecision, MetricHeight}).Draw(rt, "metric")
	o.Diversity = DiversityDistinct
	switch rapid.IntRange(0, 6).Draw(rt, "model") {
	case 1:
		o.L = rapid.IntRange(2, 3).Draw(rt, "l")
	case 2:
		o.L, o.Diversity = rapid.IntRange(2, 3).Draw(rt, "l"), DiversityEntropy
	case 3:
		o.L, o.Diversity, o.C = rapid.IntRange(2, 3).Draw(rt, "l"), DiversityRecursive, big.NewRat(rapid.Int64Range(1, 8).Draw(rt, "c"), 2)
	case 4:
		o.T = big.NewRat(rapid.Int64Range(0, 6).Draw(rt, "t"), 12)
		o.Distance = rapid.SampledFrom([]Distance{DistanceEqual, DistanceOrdered, DistanceHierarchical}).Draw(rt, "distance")
		o.DistanceHierarchy = tree
	case 5:
		o.Sharing = SharingPublic
	case 6:
		o.Sharing = rapid.SampledFrom([]Sharing{SharingControlled, SharingEnclave}).Draw(rt, "sharing")
		o.Context.Pr = big.NewRat(rapid.Int64Range(1, 10).Draw(rt, "pr"), 10)
	default:
	}
	o.Workers = rapid.IntRange(1, 3).Draw(rt, "workers")
	return in, o
}

func TestTheAnswerIsThatOfCountingEveryCombination(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		in, o := drawModel(rt)
		want := oracle(in, o)
		got, err := Anonymise(context.Background(), in, o)
		var none *InfeasibleError
		if errors.As(err, &none) {
			require.Empty(rt, want)
			return
		}
		require.NoError(rt, err)
		require.NotEmpty(rt, want, "an answer where there is none: %v", got.Levels)
		require.InDelta(rt, want[0].loss, got.Loss, 1e-9*(1+want[0].loss))
		var levels []int
		for _, l := range got.Levels {
			levels = append(levels, l.Level)
		}
		same := slices.IndexFunc(want, func(n oracleNode) bool { return slices.Equal(n.levels, levels) })
		require.GreaterOrEqual(rt, same, 0, "levels that do not meet the model")
		require.Equal(rt, []int{want[same].suppressed, want[same].classes, want[same].k}, []int{got.Suppressed, got.Classes, got.K})

		// What is released has these classes, and with one worker the same levels come out.
		r, err := MeasureRisk(got.Table(), RiskOptions{Quasi: o.Quasi, Suppressed: "*"})
		require.NoError(rt, err)
		require.Equal(rt, []int{got.Suppressed, got.Classes, got.K}, []int{r.Suppressed, r.Classes, r.K})
		o.Workers = 1
		again, err := Anonymise(context.Background(), in, o)
		require.NoError(rt, err)
		require.Equal(rt, got.Levels, again.Levels)
	})
}
