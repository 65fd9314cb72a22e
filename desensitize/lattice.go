package desensitize

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// latticeColumn is a quasi-identifying column with its hierarchy, as the search sees it.
type latticeColumn struct {
	name    string
	codes   []uint32   // by unit: the code at level 0
	to      [][]uint32 // by level and code: the generalised code
	cards   []int      // by level
	share   [][]float64
	entropy []float64 // by level: bits lost
	sum     []float64 // by level: the shares of all rows
}

// latticeSpace is what the search works on: the rows, joined into units that agree in all quasi-identifying and sensitive columns.
type latticeSpace struct {
	columns   []latticeColumn
	levels    []int // how many, by column
	counts    []uint32
	rows      int
	sensitive []latticeSensitive
	steps     []int // of a node's number, by column
	nodes     int
}

type latticeSensitive struct {
	name     string
	codes    []uint32 // by unit
	values   int
	distance *riskDistance
}

// newLatticeSpace joins rows into units and prepares the figures of every column and level.
func newLatticeSpace(t *Table, o *AnonymiseOptions) (*latticeSpace, error) {
	cols, err := t.find(o.Quasi)
	if err != nil {
		return nil, err
	}
	sensitive, err := t.find(o.Sensitive)
	if err != nil {
		return nil, err
	}
	for _, n := range o.Sensitive {
		if slices.Contains(o.Quasi, n) {
			return nil, &TableError{Column: n, What: "is named both quasi-identifying and sensitive"}
		}
	}
	units := riskClassesOf(riskViews(slices.Concat(cols, sensitive)), t.rows, nil)
	first := make([]int, len(units.sizes))
	for r := t.rows - 1; r >= 0; r-- {
		first[units.of[r]] = r
	}
	s := &latticeSpace{counts: units.sizes, rows: t.rows, nodes: 1}
	pick := func(codes []uint32) []uint32 {
		out := make([]uint32, len(first))
		for u, r := range first {
			out[u] = codes[r]
		}
		return out
	}
	for i, c := range cols {
		h := o.Hierarchies[o.Quasi[i]]
		if h == nil {
			return nil, fmt.Errorf("desensitize: column %q has no hierarchy; give one, or the built-in hierarchy suppress", o.Quasi[i])
		}
		b, err := h.bind(o.Quasi[i], c.values)
		if err != nil {
			return nil, err
		}
		col := latticeColumn{name: o.Quasi[i], codes: pick(c.codes), to: b.codes, cards: b.cards}
		col.figures(c, b)
		s.columns = append(s.columns, col)
		s.levels = append(s.levels, h.Levels())
		s.steps = append(s.steps, s.nodes)
		if s.nodes *= h.Levels(); s.nodes > o.Nodes {
			return nil, fmt.Errorf("desensitize: the hierarchies make more than the limit of %d combinations (AnonymiseOptions.Nodes)", o.Nodes)
		}
	}
	whole := riskClasses{of: make([]uint32, t.rows)} // every row is counted
	for i, c := range sensitive {
		x := latticeSensitive{name: o.Sensitive[i], codes: pick(c.codes), values: len(c.values)}
		if x.distance, err = newRiskDistance(c, o.Sensitive[i], whole, o.Distance, o.DistanceHierarchy); err != nil {
			return nil, err
		}
		s.sensitive = append(s.sensitive, x)
	}
	return s, nil
}

// figures works out what each level loses.
func (c *latticeColumn) figures(col *riskColumn, b *hierarchyBound) {
	at := make([]int, len(col.values)) // rows by value
	for _, code := range col.codes {
		at[code]++
	}
	for l := range b.codes {
		total := make([]int, b.cards[l])
		for v, n := range at {
			total[b.codes[l][v]] += n
		}
		// Non-uniform entropy: the bits that tell which value a generalised value was, summed over rows.
		lost := 0.0
		for v, n := range at {
			if n > 0 {
				lost -= float64(n) * math.Log2(float64(n)/float64(total[b.codes[l][v]]))
			}
		}
		if lost == 0 { // no minus sign before zero
			lost = 0
		}
		c.entropy = append(c.entropy, lost)
		// The share of the domain that a generalised value may stand for, 0 for a value itself and 1 for the whole domain.
		share, sum := make([]float64, b.cards[l]), 0.0
		for g := range share {
			if b.leaves > 1 {
				share[g] = float64(b.under[l][g]-1) / float64(b.leaves-1)
			}
			sum += share[g] * float64(total[g])
		}
		c.share, c.sum = append(c.share, share), append(c.sum, sum)
	}
}

// node returns the levels of a node by its number.
func (s *latticeSpace) node(n int) []int {
	levels := make([]int, len(s.levels))
	for i, most := range s.levels {
		levels[i] = n % most
		n /= most
	}
	return levels
}

// up calls f for each node one level above.
func (s *latticeSpace) up(n int, f func(int)) {
	for i, most := range s.levels {
		if n/s.steps[i]%most+1 < most {
			f(n + s.steps[i])
		}
	}
}

// down calls f for each node one level below.
func (s *latticeSpace) down(n int, f func(int)) {
	for i, most := range s.levels {
		if n/s.steps[i]%most > 0 {
			f(n - s.steps[i])
		}
	}
}

// latticeWork is what one goroutine counts with; it is reused.
type latticeWork struct {
	keys  []uint64
	of    []uint32
	first []uint32 // by class: its first unit
	sizes []uint32
	slots []riskSlot
	luts  []uint64
	kept  []bool // by class
	tally riskTally
	start []int
	order []uint32
}

// group puts units into the classes of a node.
func (w *latticeWork) group(s *latticeSpace, levels []int) {
	units := len(s.counts)
	w.keys = slices.Grow(w.keys[:0], units)[:units]
	w.of = slices.Grow(w.of[:0], units)[:units]
	w.first, w.sizes = w.first[:0], w.sizes[:0]
	width := w.pack(s, levels)
	if riskDirect(width, units) {
		w.direct(s, width)
		return
	}
	size := riskTableSize(units)
	for size*3 < units*4 {
		size *= 2
	}
	if len(w.slots) < size {
		w.slots = make([]riskSlot, size)
	}
	slots := w.slots[:size]
	clear(slots)
	mask := uint64(size - 1)
	for u, k := range w.keys {
		h := riskHash(k) & mask
		for slots[h].n != 0 && slots[h].key != k {
			h = (h + 1) & mask
		}
		if slots[h].n == 0 {
			w.first, w.sizes = append(w.first, uint32(u)), append(w.sizes, 0)
			slots[h] = riskSlot{k, uint32(len(w.sizes))}
		}
		id := slots[h].n - 1
		w.of[u] = id
		w.sizes[id] += s.counts[u]
	}
}

// direct groups by an array.
func (w *latticeWork) direct(s *latticeSpace, width int) {
	if len(w.slots) < 1<<width {
		w.slots = make([]riskSlot, 1<<width)
	}
	numbers := w.slots[:1<<width]
	clear(numbers)
	for u, k := range w.keys {
		if numbers[k].n == 0 {
			w.first, w.sizes = append(w.first, uint32(u)), append(w.sizes, 0)
			numbers[k].n = uint32(len(w.sizes))
		}
		id := numbers[k].n - 1
		w.of[u] = id
		w.sizes[id] += s.counts[u]
	}
}

// pack makes a key of each unit.
func (w *latticeWork) pack(s *latticeSpace, levels []int) int {
	width := 0
	for i := range s.columns {
		width += bits.Len(uint(max(s.columns[i].cards[levels[i]], 1) - 1))
	}
	if width > 64 {
		views := make([]riskView, len(s.columns))
		for i := range s.columns {
			c := &s.columns[i]
			codes := make([]uint32, len(c.codes))
			for u, code := range c.codes {
				codes[u] = c.to[levels[i]][code]
			}
			views[i] = riskView{codes, c.cards[levels[i]]}
		}
		w.keys, width = riskPack(views, len(s.counts))
		return width
	}
	clear(w.keys)
	shift := 0
	for i := range s.columns {
		c := &s.columns[i]
		b := bits.Len(uint(max(c.cards[levels[i]], 1) - 1))
		if b == 0 {
			continue // one value tells nothing apart
		}
		w.luts = w.luts[:0]
		for _, g := range c.to[levels[i]] {
			w.luts = append(w.luts, uint64(g)<<shift)
		}
		luts, codes := w.luts, c.codes[:len(w.keys)]
		for u, code := range codes {
			w.keys[u] |= luts[code]
		}
		shift += b
	}
	return width
}

// tallies calls f for each class with its values in a sensitive column.
func (w *latticeWork) tallies(s *latticeSpace, x *latticeSensitive, f func(class int, t *riskTally)) {
	n := len(w.sizes)
	w.start = slices.Grow(w.start[:0], n+1)[:n+1]
	clear(w.start)
	for _, c := range w.of {
		w.start[c+1]++
	}
	for c := range n {
		w.start[c+1] += w.start[c]
	}
	w.order = slices.Grow(w.order[:0], len(w.of))[:len(w.of)]
	for u, c := range w.of {
		w.order[w.start[c]] = uint32(u)
		w.start[c]++
	}
	if len(w.tally.counts) < x.values {
		w.tally.counts = make([]uint32, x.values)
	}
	t, from := &w.tally, 0
	for c := range n { // start[c] is now the end of class c
		t.size, t.touched = w.sizes[c], t.touched[:0]
		for _, u := range w.order[from:w.start[c]] {
			v := x.codes[u]
			if t.counts[v] == 0 {
				t.touched = append(t.touched, v)
			}
			t.counts[v] += s.counts[u]
		}
		from = w.start[c]
		slices.Sort(t.touched)
		f(c, t)
		for _, v := range t.touched {
			t.counts[v] = 0
		}
	}
}
