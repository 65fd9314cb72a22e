package desensitize

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"slices"
)

// LocalSuppression says what suppressing single cells instead of whole rows kept. Losses are as MetricLoss has them.
type LocalSuppression struct {
	Rows      int     `json:"rows"`       // that lost cells, but not all
	Cells     int     `json:"cells"`      // that these rows lost
	WholeLoss float64 `json:"whole_loss"` // if the rows had been suppressed as a whole
	Loss      float64 `json:"loss"`
}

const (
	localPatterns = 1024 // sets of columns that are tried
	localColumns  = 64   // quasi-identifying columns
)

// localSearch looks, for rows that would have to be suppressed, for sets of columns without which they form classes that meet the model. The text of a
// suppressed cell is a value of its own: a row is only ever in the class of rows with the very same cells, suppressed ones included, so that whoever
// measures the table that is written finds what was asked for. (Who takes a suppressed cell for any value counts larger classes, never smaller ones.)
//
// It is greedy: the sets are tried from the one that loses least, and rows that meet the model with one are done. It is no optimum.
type localSearch struct {
	a     *Anonymised
	model *latticeModel
	space *latticeSpace
	quasi []*riskColumn // generalised
	star  []uint32      // by column: the code of the text of suppressed cells
	has   bool          // whether a generalised value is that text

	rows    []int    // not yet in a class
	masks   []uint64 // by row: suppressed columns
	known   map[string]int
	classes [][]int // rows of classes that have a suppressed cell
	tallies []riskTally
	codes   [][]uint32 // by sensitive column and row
}

// local tries to keep cells of the marked rows. general is the table at its levels, with nothing suppressed.
func (a *Anonymised) local(ctx context.Context, t, general *Table, m *latticeModel, s *latticeSpace) error {
	if len(s.columns) > localColumns {
		return fmt.Errorf("desensitize: single cells are suppressed in at most %d columns", localColumns)
	}
	quasi, err := general.find(a.options.Quasi)
	if err != nil {
		return err
	}
	sensitive, err := t.find(a.options.Sensitive)
	if err != nil {
		return err
	}
	l := &localSearch{a: a, model: m, space: s, quasi: quasi, masks: make([]uint64, t.rows), known: map[string]int{}}
	for _, c := range quasi {
		id, ok := c.ids[a.options.Suppressed]
		if !ok {
			id = uint32(len(c.values))
		}
		l.star, l.has = append(l.star, id), l.has || ok
	}
	for _, c := range sensitive {
		l.codes = append(l.codes, c.codes)
		l.tallies = append(l.tallies, riskTally{counts: make([]uint32, len(c.values))})
	}
	for r, out := range a.marked {
		if out {
			l.rows = append(l.rows, r)
		}
	}
	if l.has {
		l.begin()
	}
	for _, p := range l.patterns() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(l.rows) == 0 {
			break
		}
		l.try(p)
	}
	for _, r := range l.rows {
		l.masks[r] = 1<<len(quasi) - 1
	}
	return l.finish(t, general)
}

// begin takes in the classes that are kept and have a value that is written as suppressed cells are: rows may come to share it.
func (l *localSearch) begin() {
	kept := riskClassesOf(riskViews(l.quasi), len(l.a.marked), l.a.marked)
	at := make([]int, len(kept.sizes))
	for i := range at {
		at[i] = -1 // not looked at
	}
	for r, c := range kept.of {
		if c == riskOut {
			continue
		}
		if at[c] == -1 {
			at[c] = -2 // without such a value
			for i, col := range l.quasi {
				if col.codes[r] == l.star[i] {
					at[c] = len(l.classes)
					l.known[l.key(r, 0)] = len(l.classes)
					l.classes = append(l.classes, nil)
					break
				}
			}
		}
		if at[c] >= 0 {
			l.classes[at[c]] = append(l.classes[at[c]], r)
		}
	}
}

// key is the cells of a row without some columns.
func (l *localSearch) key(row int, mask uint64) string {
	b := make([]byte, 0, 4*len(l.quasi))
	for i, c := range l.quasi {
		code := c.codes[row]
		if mask>>i&1 == 1 {
			code = l.star[i]
		}
		b = append(b, byte(code), byte(code>>8), byte(code>>16), byte(code>>24))
	}
	return string(b)
}

// patterns are the sets of columns to try, the one that loses least first. Columns that show nothing are in none of them, and no set has all the others.
func (l *localSearch) patterns() []uint64 {
	var columns []int
	weight := make([]float64, len(l.quasi))
	for i := range l.quasi {
		weight[i] = 1 - l.space.columns[i].sum[l.a.Levels[i].Level]/float64(l.space.rows)
		if slices.ContainsFunc(l.rows, func(r int) bool { return l.quasi[i].codes[r] != l.star[i] }) {
			columns = append(columns, i)
		}
	}
	var all []uint64
	n := len(columns)
	for size := 1; size <= n/2; size++ { // few columns, and all but few
		all = localSets(all, columns, size, localPatterns/2)
		if n-size != size {
			all = localSets(all, columns, n-size, localPatterns)
		}
		if len(all) >= localPatterns {
			break
		}
	}
	cost := func(p uint64) float64 {
		sum := 0.0
		for i, w := range weight {
			if p>>i&1 == 1 {
				sum += w
			}
		}
		return sum
	}
	slices.SortFunc(all, func(p, q uint64) int {
		return cmp.Or(cmp.Compare(cost(p), cost(q)), cmp.Compare(bits.OnesCount64(p), bits.OnesCount64(q)), cmp.Compare(p, q))
	})
	return all
}

// localSets appends the sets of so many columns, in order, until there are as many sets as allowed.
func localSets(all []uint64, columns []int, size, most int) []uint64 {
	if size < 1 || size >= len(columns) {
		return all
	}
	at := make([]int, size)
	for i := range at {
		at[i] = i
	}
	for len(all) < most {
		set := uint64(0)
		for _, i := range at {
			set |= 1 << columns[i]
		}
		all = append(all, set)
		i := size - 1
		for i >= 0 && at[i] == len(columns)-size+i {
			i--
		}
		if i < 0 {
			break
		}
		for at[i]++; i+1 < size; i++ {
			at[i+1] = at[i] + 1
		}
	}
	return all
}

// try suppresses a set of columns in the rows that then are in classes that meet the model.
func (l *localSearch) try(set uint64) {
	var views []riskView
	for i, c := range l.quasi {
		if set>>i&1 == 1 {
			continue
		}
		codes := make([]uint32, len(l.rows))
		for k, r := range l.rows {
			codes[k] = c.codes[r]
		}
		views = append(views, riskView{codes, len(c.values)})
	}
	groups := riskNumber(riskPack(views, len(l.rows)))
	members := make([][]int, len(groups.sizes))
	for k, g := range groups.of {
		if l.has || groups.sizes[g] >= l.model.k {
			members[g] = append(members[g], l.rows[k])
		}
	}
	done := false
	for _, rows := range members {
		if len(rows) == 0 || l.nothing(rows[0], set) {
			continue
		}
		key := l.key(rows[0], set)
		at, known := l.known[key]
		class := rows
		if known {
			class = slices.Concat(l.classes[at], rows)
		}
		if !l.meets(class) {
			continue
		}
		if !known {
			at = len(l.classes)
			l.known[key] = at
			l.classes = append(l.classes, nil)
		}
		l.classes[at] = class
		for _, r := range rows {
			l.masks[r], done = set, true
		}
	}
	if done {
		l.rows = slices.DeleteFunc(l.rows, func(r int) bool { return l.masks[r] != 0 })
	}
}

// nothing reports whether a row without some columns shows nothing at all. It is suppressed then, and in no class.
func (l *localSearch) nothing(row int, set uint64) bool {
	for i, c := range l.quasi {
		if set>>i&1 == 0 && c.codes[row] != l.star[i] {
			return false
		}
	}
	return true
}

// meets reports whether rows make a class that meets the model.
func (l *localSearch) meets(rows []int) bool {
	if len(rows) < int(l.model.k) {
		return false
	}
	for i := range l.tallies {
		t := &l.tallies[i]
		t.size, t.touched = uint32(len(rows)), t.touched[:0]
		for _, r := range rows {
			v := l.codes[i][r]
			if t.counts[v] == 0 {
				t.touched = append(t.touched, v)
			}
			t.counts[v]++
		}
		slices.Sort(t.touched)
		ok := l.model.meets(&l.space.sensitive[i], t)
		for _, v := range t.touched {
			t.counts[v] = 0
		}
		if !ok {
			return false
		}
	}
	return true
}

// meets reports whether the sensitive values of one class meet what is asked of them.
func (m *latticeModel) meets(x *latticeSensitive, t *riskTally) bool {
	if m.l > 1 && (!m.diverseEnough(DiversityDistinct, t) || !m.diverseEnough(m.diversity, t)) {
		return false
	}
	return m.t == nil || x.distance.of(t).cmp(*m.t) <= 0
}

// errLocal says that the table does not meet the model when its classes are counted again. It is a fault of ours, and nothing is released.
var errLocal = errors.New("desensitize: counting classes again after cells were suppressed gave another result")

// finish puts the masks into effect and counts the classes of the table that came out, all of them.
func (l *localSearch) finish(t, released *Table) error {
	a, all := l.a, uint64(1)<<len(l.quasi)-1
	marked, kept := slices.Clone(a.marked), LocalSuppression{}
	for r, mask := range l.masks {
		if marked[r] = mask == all; mask != 0 && mask != all {
			kept.Rows++
			kept.Cells += bits.OnesCount64(mask)
		}
	}
	if kept.Rows == 0 {
		return nil
	}
	for i, name := range a.options.Quasi {
		gone := make([]bool, t.rows)
		for r, mask := range l.masks {
			gone[r] = mask>>i&1 == 1
		}
		released = released.suppress([]string{name}, gone, a.options.Suppressed)
	}
	cols, err := released.find(a.options.Quasi)
	if err != nil {
		return err
	}
	classes := riskClassesOf(riskViews(cols), t.rows, marked)
	for i := range l.codes {
		err := riskTallies(classes, l.codes[i], len(l.tallies[i].counts), func(_ int, tally *riskTally) error {
			if !l.model.meets(&l.space.sensitive[i], tally) {
				return errLocal
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	bySize, k := map[uint32]int{}, classes.sizes[0]
	for _, n := range classes.sizes {
		bySize[n]++
		k = min(k, n)
	}
	if k < l.model.k {
		return errLocal
	}
	// A mean over classes may be missed although each of them is good: then rows are suppressed as a whole.
	if pr := l.model.pr; pr != nil && new(big.Rat).Mul(gbtMean(bySize, len(classes.sizes)), pr).Cmp(gbtThreshold()) >= 0 {
		return nil
	}
	whole, err := a.Utility()
	if err != nil {
		return err
	}
	a.Suppressed -= kept.Rows
	a.K, a.Classes = int(k), len(classes.sizes)
	a.released, a.marked, a.masks, a.Local = released, marked, l.masks, &kept
	after, err := a.Utility()
	if err != nil {
		return err
	}
	kept.WholeLoss, kept.Loss = whole.Loss, after.Loss
	switch a.Metric {
	case MetricLoss:
		a.Loss = after.Loss
	case MetricDiscernibility:
		a.Loss = after.Discernibility
	case MetricAverageClass:
		a.Loss = float64(a.Rows) / float64(a.Classes)
	default: // by levels alone
	}
	return nil
}

// gone reports whether a cell of a quasi-identifying column is suppressed.
func (a *Anonymised) gone(row, column int) bool {
	return a.marked[row] || a.masks != nil && a.masks[row]>>column&1 == 1
}

// touched is how many rows are suppressed, as a whole or in part.
func (a *Anonymised) touched() int {
	if a.Local == nil {
		return a.Suppressed
	}
	return a.Suppressed + a.Local.Rows
}
