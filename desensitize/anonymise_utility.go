package desensitize

import (
	"cmp"
	"slices"
)

// Utility says what the released table is still good for.
type Utility struct {
	SuppressedShare float64         `json:"suppressed_share"`
	Discernibility  float64         `json:"discernibility"` // sum of squared class sizes; a suppressed row counts as much as the table
	AverageClass    float64         `json:"average_class"`  // rows that are kept by classes
	Loss            float64         `json:"loss"`           // mean over cells of the share of the domain a value may stand for
	Columns         []ColumnUtility `json:"columns"`
}

// ColumnUtility compares one column before and after.
type ColumnUtility struct {
	Column string `json:"column"`
	Level  int    `json:"level"`
	Before int    `json:"before"` // different values
	After  int    `json:"after"`  // suppressed cells aside
	// Distance is the total variation distance of the column's distribution from the one that a reader assumes who spreads each generalised value evenly
	// over the values below it, and a suppressed one over all.
	Distance float64 `json:"distance"`
	Loss     float64 `json:"loss"`

	was, is []ValueCount
}

// ValueCount is how many rows have a value.
type ValueCount struct {
	Value string
	Rows  int
}

// Values are the distributions before and after, the commonest first.
func (c *ColumnUtility) Values() (before, after []ValueCount) { return c.was, c.is }

// Utility compares the released table with the one it was made from.
func (a *Anonymised) Utility() (*Utility, error) {
	u := &Utility{SuppressedShare: float64(a.Suppressed) / float64(a.Rows)}
	cols, err := a.released.find(a.options.Quasi)
	if err != nil {
		return nil, err
	}
	classes := riskClassesOf(riskViews(cols), a.Rows, a.marked)
	for _, n := range classes.sizes {
		u.Discernibility += float64(n) * float64(n)
	}
	u.Discernibility += float64(a.Suppressed) * float64(a.Rows)
	if a.Classes > 0 {
		u.AverageClass = float64(a.Rows-a.Suppressed) / float64(a.Classes)
	}
	for i, l := range a.Levels {
		c, err := a.columnUtility(i, l)
		if err != nil {
			return nil, err
		}
		u.Columns = append(u.Columns, *c)
		u.Loss += c.Loss / float64(len(a.Levels))
	}
	return u, nil
}

func (a *Anonymised) columnUtility(column int, l ColumnLevel) (*ColumnUtility, error) {
	at := a.table.index[l.Column]
	from := &a.table.columns[at]
	b, err := a.options.Hierarchies[l.Column].bind(l.Column, from.values)
	if err != nil {
		return nil, err
	}
	level := min(l.Level, len(b.codes)-1) // a frozen hierarchy has only the level it was frozen at
	c := &ColumnUtility{Column: l.Column, Level: l.Level}
	before, after, below, out := make([]int, len(from.values)), make([]int, b.cards[level]), make([]int, b.cards[level]), 0
	for r, code := range from.codes {
		before[code]++
		if a.gone(r, column) {
			out++
		} else {
			after[b.codes[level][code]]++
		}
	}
	for code := range from.values {
		below[b.codes[level][code]]++
	}
	rows := float64(a.Rows)
	for code, n := range before {
		g := b.codes[level][code]
		assumed := float64(after[g])/float64(below[g]) + float64(out)/float64(len(from.values))
		c.Distance += max(float64(n)-assumed, assumed-float64(n)) / 2 / rows
		c.was = append(c.was, ValueCount{from.values[code], n})
	}
	for g, n := range after {
		if b.leaves > 1 {
			c.Loss += float64(n) * float64(b.under[level][g]-1) / float64(b.leaves-1) / rows
		}
		if n > 0 {
			c.is = append(c.is, ValueCount{b.values[level][g], n})
		}
	}
	c.Loss += float64(out) / rows
	c.Before, c.After = len(c.was), len(c.is)
	for _, v := range [][]ValueCount{c.was, c.is} {
		slices.SortStableFunc(v, func(x, y ValueCount) int { return cmp.Compare(y.Rows, x.Rows) })
	}
	return c, nil
}

// Sizes are the sizes of classes before and after, suppressed rows aside.
func (a *Anonymised) Sizes() (before, after []SizeCount, err error) {
	was, err := a.table.find(a.options.Quasi)
	if err != nil {
		return nil, nil, err
	}
	is, err := a.released.find(a.options.Quasi)
	if err != nil {
		return nil, nil, err
	}
	count := func(c riskClasses) []SizeCount {
		by := map[uint32]int{}
		for _, n := range c.sizes {
			by[n]++
		}
		var out []SizeCount
		for n, classes := range by {
			out = append(out, SizeCount{int(n), classes})
		}
		slices.SortFunc(out, func(a, b SizeCount) int { return a.Size - b.Size })
		return out
	}
	return count(riskClassesOf(riskViews(was), a.Rows, nil)), count(riskClassesOf(riskViews(is), a.Rows, a.marked)), nil
}
