package desensitize

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/ident"
)

// A shape is how the values of a column are spread, before and after: what a page for people shows, and nothing else. Direct identifiers have none. Of the
// others a value is shown only where at least shapeLeast rows have it and it is no identifier; rarer ones are counted together.

const (
	shapeLeast = 20   // rows
	shapeTop   = 12   // values of one column that are shown
	shapeMost  = 2048 // different values; beyond them values are put into bins of a fixed form
	shapeLong  = 64   // bytes of a value that is shown
)

// Distributions counts the values of each column that is no direct identifier, before and after, for Report.WriteHTML.
func Distributions() RunOption { return runOption(func(c *runConfig) { c.shapes = true }) }

// columnShape is the shape of one column.
type columnShape struct {
	Column        string
	Bins          string // what the labels are: "" for values, year, magnitude or length
	Before, After []shapeBar
	Distinct      [2]int     // values before and after; 0 where there are too many to be counted
	Entropy       [2]float64 // of the values, in bits
}

// shapeBar is a value, or a bin, and its rows. The label of what is too rare to be shown is "".
type shapeBar struct {
	Label string
	Rows  int64
}

type shapeWatch struct {
	columns []Column
	quasi   []int
	mu      sync.Mutex
	workers []*shapeWorker
}

func newShapeWatch(columns []Column) watch {
	w := &shapeWatch{columns: columns}
	for i := range columns {
		if columns[i].Class == "quasi" {
			w.quasi = append(w.quasi, i)
		}
	}
	return w
}

// shapeCount counts values and bins at once. Which one is shown does not depend on the order of rows: values where there are at most shapeMost in all.
type shapeCount struct {
	values map[string]int64 // nil: more than shapeMost
	bins   map[string]int64
}

type shapeWorker struct {
	columns []Column
	quasi   []int
	counts  [][2]shapeCount // by column: before, after
	classes [2]shapeClasses
}

func (w *shapeWatch) worker() watchWorker {
	k := &shapeWorker{columns: w.columns, quasi: w.quasi, classes: [2]shapeClasses{{}, {}}, counts: make([][2]shapeCount, len(w.columns))}
	for i := range k.counts {
		for side := range k.counts[i] {
			k.counts[i][side] = shapeCount{map[string]int64{}, map[string]int64{}}
		}
	}
	w.mu.Lock()
	w.workers = append(w.workers, k)
	w.mu.Unlock()
	return k
}

func (k *shapeWorker) rows(m *madeRows) {
	for r := range m.at {
		k.row(m.row(r))
	}
}

func (k *shapeWorker) row(in, out [][]byte) {
	k.classes[0] = k.classes[0].add(in, k.quasi)
	k.classes[1] = k.classes[1].add(out, k.quasi)
	for i := range k.columns {
		if k.columns[i].Class == "direct" {
			continue
		}
		if in[i] != nil {
			k.counts[i][0].add(in[i], k.columns[i].Type)
		}
		if out[i] != nil {
			k.counts[i][1].add(out[i], k.columns[i].Type)
		}
	}
}

func (c *shapeCount) add(cell []byte, typ string) {
	c.bins[shapeBin(cell, typ)]++
	if c.values == nil {
		return
	}
	if n, ok := c.values[string(cell)]; ok || len(c.values) < shapeMost {
		c.values[string(cell)] = n + 1
		return
	}
	c.values = nil
}

func (c *shapeCount) merge(d *shapeCount) {
	for label, n := range d.bins {
		c.bins[label] += n
	}
	if c.values == nil || d.values == nil {
		c.values = nil
		return
	}
	for v, n := range d.values {
		c.values[v] += n
	}
	if len(c.values) > shapeMost {
		c.values = nil
	}
}

// shapeBin is the year of a date, the magnitude of a number and the length of any other text: few, whatever the values are.
func shapeBin(cell []byte, typ string) string {
	text := string(cell)
	switch typ {
	case "date", "timestamp":
		if len(text) >= 4 && strings.Trim(text[:4], "0123456789") == "" {
			return text[:4]
		}
		return "?"
	case "int", "decimal", "double":
		sign, digits := "", strings.TrimSpace(text)
		if rest, ok := strings.CutPrefix(digits, "-"); ok {
			sign, digits = "-", rest
		}
		whole, _, _ := strings.Cut(digits, ".")
		if whole == "" || strings.Trim(whole, "0123456789") != "" {
			return "?"
		}
		if whole = strings.TrimLeft(whole, "0"); whole == "" {
			return sign + "0–1"
		}
		const most = 30
		zeros := strings.Repeat("0", min(len(whole)-1, most))
		return fmt.Sprintf("%s%c%s–", sign, whole[0], zeros)
	}
	return fmt.Sprint(utf8.RuneCount(cell))
}

func (w *shapeWatch) finish(f *Facts) error {
	for side := range f.classes {
		all := shapeClasses{}
		for _, k := range w.workers {
			all = all.merge(k.classes[side])
		}
		f.classes[side] = all.sizes()
	}
	for i, c := range w.columns {
		if c.Class == "direct" {
			continue
		}
		var sides [2]shapeCount
		for side := range sides {
			sides[side] = shapeCount{map[string]int64{}, map[string]int64{}}
			for _, k := range w.workers {
				sides[side].merge(&k.counts[i][side])
			}
		}
		s := columnShape{Column: c.Header}
		for side := range sides {
			s.Distinct[side], s.Entropy[side] = len(sides[side].values), shapeEntropy(sides[side].values)
		}
		if sides[0].values != nil && sides[1].values != nil {
			s.Before, s.After = shapeBars(sides[0].values), shapeBars(sides[1].values)
		} else {
			s.Bins = shapeBinName(c.Type)
			s.Before, s.After = shapeBars(sides[0].bins), shapeBars(sides[1].bins)
		}
		f.shapes = append(f.shapes, s)
	}
	return nil
}

func shapeBinName(typ string) string {
	switch typ {
	case "date", "timestamp":
		return "year"
	case "int", "decimal", "double":
		return "magnitude"
	}
	return "length"
}

// shapeBars shows the most frequent first, and what may not be shown, or is beyond the number of bars, together at the end.
func shapeBars(counts map[string]int64) []shapeBar {
	labels := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var out []shapeBar
	var rest int64
	for _, label := range labels {
		n := counts[label]
		if len(out) >= shapeTop || n < shapeLeast || len(label) > shapeLong || !utf8.ValidString(label) || len(ident.Detector{}.Find(nil, label)) > 0 {
			rest += n
			continue
		}
		out = append(out, shapeBar{label, n})
	}
	if rest > 0 {
		out = append(out, shapeBar{"", rest})
	}
	return out
}

// shapeEntropy is how much the values of a column tell on the average, in bits.
func shapeEntropy(counts map[string]int64) float64 {
	total, sum := 0.0, 0.0
	for _, v := range slices.Sorted(maps.Keys(counts)) { // floating-point sums depend on their order
		n := float64(counts[v])
		total += n
		sum += n * math.Log2(n)
	}
	if total == 0 {
		return 0
	}
	return max(0, math.Log2(total)-sum/total)
}
