package desensitize

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
)

// SensitiveRisk is what the classes tell about one sensitive column.
type SensitiveRisk struct {
	Column   string   `json:"column"`
	Values   int      `json:"values"`
	Distinct int      `json:"distinct_l"`
	Entropy  float64  `json:"entropy_l"` // exp(H) of the least diverse class
	L        int      `json:"recursive_l"`
	C        *float64 `json:"recursive_c"` // every c above it is met; null: a class has fewer than l values, and no c is
	Distance Distance `json:"distance"`
	T        float64  `json:"t"`
}

// riskTally has the sensitive values of one class.
type riskTally struct {
	size    uint32
	touched []uint32 // values that occur, ascending
	counts  []uint32 // by value; 0 for all that are not touched
}

// riskTallies calls f for each class with rows, in order. What f is given is reused.
func riskTallies(classes riskClasses, codes []uint32, values int, f func(class int, t *riskTally) error) error {
	// Rows in the order of their classes, by counting.
	starts := make([]int, len(classes.sizes)+1)
	for c, n := range classes.sizes {
		starts[c+1] = starts[c] + int(n)
	}
	sorted, next := make([]uint32, starts[len(classes.sizes)]), slices.Clone(starts)
	for r, c := range classes.of {
		if c != riskOut {
			sorted[next[c]] = codes[r]
			next[c]++
		}
	}
	t := &riskTally{counts: make([]uint32, values)}
	for c, n := range classes.sizes {
		t.size, t.touched = n, t.touched[:0]
		for _, v := range sorted[starts[c]:starts[c+1]] {
			if t.counts[v] == 0 {
				t.touched = append(t.touched, v)
			}
			t.counts[v]++
		}
		if n == 0 {
			continue
		}
		slices.Sort(t.touched)
		if err := f(c, t); err != nil {
			return err
		}
		for _, v := range t.touched {
			t.counts[v] = 0
		}
	}
	return nil
}

// entropy is H of a class, in nats.
func (t *riskTally) entropy() float64 {
	h, n := 0.0, float64(t.size)
	for _, v := range t.touched {
		p := float64(t.counts[v]) / n
		h -= p * math.Log(p)
	}
	return h
}

// entropyAtLeast reports whether exp(H) >= l, exactly: f^f >= l^f * Π c^c.
func (t *riskTally) entropyAtLeast(l int) bool {
	const margin = 1e-9 // floating-point numbers decide where they are farther apart
	if d := t.entropy() - math.Log(float64(l)); d > margin || d < -margin {
		return d > 0
	}
	g := uint64(t.size)
	for _, v := range t.touched {
		g = riskGCD(g, uint64(t.counts[v]))
	}
	const most = 1 << 24 // bits; what is closer and longer counts as not met
	exp := uint64(t.size) / g
	if exp*uint64(bits.Len32(t.size)) > most {
		return false
	}
	power := func(base, exp uint64) *big.Int {
		return new(big.Int).Exp(new(big.Int).SetUint64(base), new(big.Int).SetUint64(exp), nil)
	}
	right := power(uint64(l), exp)
	for _, v := range t.touched {
		right.Mul(right, power(uint64(t.counts[v]), uint64(t.counts[v])/g))
	}
	return power(uint64(t.size), exp).Cmp(right) >= 0
}

func riskGCD(a, b uint64) uint64 {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// recursive returns the quotient of the commonest value's count and that of all from the l-th commonest on: (c,l)-diversity holds for every c above it.
// The denominator is 0 where the class has fewer than l values.
func (t *riskTally) recursive(l int) (num, den uint64) {
	if len(t.touched) == 0 {
		return 0, 0
	}
	counts := make([]uint32, len(t.touched))
	for i, v := range t.touched {
		counts[i] = t.counts[v]
	}
	slices.Sort(counts)
	slices.Reverse(counts)
	for i := l - 1; i < len(counts); i++ {
		den += uint64(counts[i])
	}
	return uint64(counts[0]), den
}

// riskDistance measures how far a class's distribution of a sensitive column is from that of the whole table. It is safe for any number of goroutines.
type riskDistance struct {
	kind    Distance
	total   []uint32 // by value, of the whole table
	rows    uint64
	order   []uint32 // of ordered distance: values by rank
	levels  [][]uint32
	parents [][]uint32 // by level and code of the level below
	cards   []int      // of the levels
}

// newRiskDistance prepares a distance for a column whose rows in out are not counted.
func newRiskDistance(col *riskColumn, name string, classes riskClasses, kind Distance, h *Hierarchy) (*riskDistance, error) {
	d := &riskDistance{kind: kind, total: make([]uint32, len(col.values))}
	for r, c := range col.codes {
		if classes.of[r] != riskOut {
			d.total[c]++
			d.rows++
		}
	}
	switch kind {
	case DistanceEqual:
	case DistanceOrdered:
		if err := d.rank(col, name); err != nil {
			return nil, err
		}
	case DistanceHierarchical:
		if h == nil {
			return nil, fmt.Errorf("desensitize: the hierarchical distance of column %q needs a hierarchy", name)
		}
		bound, err := h.bind(name, col.values)
		if err != nil {
			return nil, err
		}
		if bound.cards[len(bound.cards)-1] != 1 {
			return nil, fmt.Errorf("desensitize: hierarchy %s: the last level has %d values; the hierarchical distance needs one root", h.Name(), bound.cards[len(bound.cards)-1])
		}
		d.levels, d.cards = bound.codes, bound.cards
		d.parents = make([][]uint32, len(d.levels))
		for l := 1; l < len(d.levels); l++ {
			d.parents[l] = make([]uint32, d.cards[l-1])
			for v := range col.values {
				d.parents[l][d.levels[l-1][v]] = d.levels[l][v]
			}
		}
	default:
		return nil, fmt.Errorf("desensitize: %q is no distance: equal, ordered or hierarchical", kind)
	}
	m := max(len(col.values), len(d.levels), 2)
	if 2*bits.Len64(d.rows)+bits.Len(uint(m)) > 62 {
		return nil, fmt.Errorf("desensitize: column %q: the distance over %d rows and %d values cannot be worked out exactly", name, d.rows, m)
	}
	return d, nil
}

// rank orders values as numbers. Values that are equal as numbers, such as 1 and 1.0, are refused: they would be one value.
func (d *riskDistance) rank(col *riskColumn, name string) error {
	type ranked struct {
		of *big.Rat
		id uint32
	}
	var all []ranked
	for i, v := range col.values {
		if d.total[i] == 0 {
			continue
		}
		n, err := ParseRatio(v)
		if err != nil {
			return &TableError{Column: name, What: fmt.Sprintf("the ordered distance is of numbers, and %q is none", v)}
		}
		all = append(all, ranked{n, uint32(i)})
	}
	slices.SortFunc(all, func(a, b ranked) int { return a.of.Cmp(b.of) })
	for i, x := range all {
		if i > 0 && x.of.Cmp(all[i-1].of) == 0 {
			return &TableError{Column: name, What: fmt.Sprintf("%q and %q are the same number", col.values[all[i-1].id], col.values[x.id])}
		}
		d.order = append(d.order, x.id)
	}
	return nil
}

// of is the distance of a class, as an exact fraction.
func (d *riskDistance) of(t *riskTally) riskFraction {
	f, n := int64(t.size), int64(d.rows)
	switch d.kind {
	case DistanceOrdered:
		return d.ordered(t, f, n)
	case DistanceHierarchical:
		return d.hierarchical(t, f, n)
	default:
		// Half the sum of |c/f - C/n|. Values that do not occur in the class add their C/n.
		sum, rest := int64(0), n
		for _, v := range t.touched {
			c := int64(d.total[v])
			sum += abs64(int64(t.counts[v])*n - c*f)
			rest -= c
		}
		return riskFraction{uint64(sum + rest*f), uint64(2 * f * n)}
	}
}

func abs64(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

// ordered is the sum over ranks of the absolute cumulated difference, by the number of steps.
func (d *riskDistance) ordered(t *riskTally, f, n int64) riskFraction {
	if len(d.order) < 2 {
		return riskFraction{0, 1}
	}
	sum, run := uint64(0), int64(0)
	for _, v := range d.order {
		run += int64(t.counts[v])*n - int64(d.total[v])*f
		sum += uint64(abs64(run))
	}
	return riskFraction{sum, uint64(f) * uint64(n) * uint64(len(d.order)-1)}
}

// hierarchical: what is too much and too little below a node is balanced there, at the cost of the node's height.
func (d *riskDistance) hierarchical(t *riskTally, f, n int64) riskFraction {
	height := len(d.levels) - 1
	if height == 0 {
		return riskFraction{0, 1}
	}
	low := make([]int64, d.cards[0])
	for v := range d.total {
		low[d.levels[0][v]] = int64(t.counts[v])*n - int64(d.total[v])*f
	}
	cost := uint64(0)
	for l := 1; l <= height; l++ {
		more, net := make([]int64, d.cards[l]), make([]int64, d.cards[l])
		for child, x := range low {
			net[d.parents[l][child]] += x
			more[d.parents[l][child]] += max(x, 0)
		}
		for i := range net { // what is too little is more - net
			cost += uint64(l) * uint64(min(more[i], more[i]-net[i]))
		}
		low = net
	}
	return riskFraction{cost, uint64(f) * uint64(n) * uint64(height)}
}

// sensitive measures l and t of every sensitive column.
func (r *Risk) sensitive(t *Table, classes riskClasses, o RiskOptions) error {
	cols, err := t.find(o.Sensitive)
	if err != nil {
		return err
	}
	if o.RecursiveL == 0 {
		o.RecursiveL = 3
	}
	if o.RecursiveL < 2 {
		return fmt.Errorf("desensitize: the l of recursive diversity is at least 2, not %s", strconv.Itoa(o.RecursiveL))
	}
	for i, col := range cols {
		if slices.Contains(o.Quasi, o.Sensitive[i]) {
			return &TableError{Column: o.Sensitive[i], What: "is named both quasi-identifying and sensitive"}
		}
		if len(classes.sizes) == 0 {
			continue
		}
		d, err := newRiskDistance(col, o.Sensitive[i], classes, o.Distance, o.Hierarchy)
		if err != nil {
			return err
		}
		s, err := riskOfColumn(classes, col, d, o.RecursiveL)
		if err != nil {
			return err
		}
		s.Column = o.Sensitive[i]
		r.Sensitive = append(r.Sensitive, *s)
		if r.L == nil || s.Distinct < *r.L {
			r.L = &s.Distinct
		}
		if r.T == nil || s.T > *r.T {
			r.T = &s.T
		}
	}
	return nil
}

func riskOfColumn(classes riskClasses, col *riskColumn, d *riskDistance, l int) (*SensitiveRisk, error) {
	s := &SensitiveRisk{Values: len(col.values), L: l, Distance: d.kind}
	least, worst := math.Inf(1), riskFraction{0, 1}
	c, never := riskFraction{0, 1}, false
	err := riskTallies(classes, col.codes, len(col.values), func(_ int, t *riskTally) error {
		if s.Distinct == 0 || len(t.touched) < s.Distinct {
			s.Distinct = len(t.touched)
		}
		least = min(least, t.entropy())
		if num, den := t.recursive(l); den == 0 {
			never = true
		} else if x := (riskFraction{num, den}); x.cmp(c) > 0 {
			c = x
		}
		if x := d.of(t); x.cmp(worst) > 0 {
			worst = x
		}
		return nil
	})
	s.Entropy, s.T = math.Exp(least), worst.float()
	if !never {
		x := c.float()
		s.C = &x
	}
	return s, err
}
