package desensitize

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"runtime"
)

// AnonymiseOptions say what a table must meet and how loss is measured.
type AnonymiseOptions struct {
	Quasi       []string              // the quasi-identifying columns
	Hierarchies map[string]*Hierarchy // of each of them
	K           int                   // every class has at least so many rows
	Suppress    *big.Rat              // the share of rows that may be suppressed instead; nil: none

	Sensitive         []string
	L                 int // 0: not asked for
	Diversity         Diversity
	C                 *big.Rat // of recursive diversity
	T                 *big.Rat // the greatest distance; nil: not asked for
	Distance          Distance
	DistanceHierarchy *Hierarchy

	Sharing Sharing // the classes are to reach level 3 of GB/T 42460-2023 under this model; empty: not asked for
	Context Context

	// Local suppresses single cells, where a row would be suppressed as a whole and the model is met with less, after the levels have been found. A suppressed cell
	// is a value of its own: it is in a class with cells that are suppressed too, and with no others. Suppress still bounds the rows that are touched.
	Local bool

	Metric     Metric // entropy by default
	Suppressed string // stands for a suppressed cell; * by default
	Workers    int    // as many as there are processors by default; the answer does not depend on it
	Nodes      int    // limit of combinations of levels; default 5,000,000
}

const anonymiseNodes = 5_000_000

func (o AnonymiseOptions) orDefault() AnonymiseOptions {
	if o.Suppress == nil {
		o.Suppress = new(big.Rat)
	}
	if o.Diversity == "" {
		o.Diversity = DiversityDistinct
	}
	if o.Distance == "" {
		o.Distance = DistanceEqual
	}
	if o.Metric == "" {
		o.Metric = MetricEntropy
	}
	if o.Suppressed == "" {
		o.Suppressed = "*"
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Nodes <= 0 {
		o.Nodes = anonymiseNodes
	}
	return o
}

// Levels are levels by column, in the order of the columns asked for.
type Levels []ColumnLevel

// ColumnLevel is the level of one column.
type ColumnLevel struct {
	Column string
	Level  int
}

// MarshalJSON writes an object, its keys in order.
func (l Levels) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range l {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(x.Column)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s:%d", name, x.Level)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Map returns the levels by column.
func (l Levels) Map() map[string]int {
	m := map[string]int{}
	for _, x := range l {
		m[x.Column] = x.Level
	}
	return m
}

// Anonymised is the generalisation of least loss. It marshals to the JSON of the command, keys in this order.
type Anonymised struct {
	Levels     Levels   `json:"levels"`
	Loss       float64  `json:"loss"`
	Metric     Metric   `json:"metric"`
	Rows       int      `json:"rows"`
	Suppressed int      `json:"suppressed"` // as a whole
	Classes    int      `json:"classes"`    // suppressed rows are in none
	K          int      `json:"k"`          // the smallest class
	Limit      int      `json:"suppress_limit"`
	Verdict    *Verdict `json:"gbt42460"`
	Nodes      int      `json:"nodes"` // combinations of levels
	// Local is what suppressing single cells kept; nil where it was not asked for, or kept nothing.
	Local *LocalSuppression `json:"local,omitempty"`

	Checked int `json:"-"` // how many were counted; it depends on the workers' pace

	table    *Table
	options  AnonymiseOptions
	released *Table
	marked   []bool   // by row: suppressed as a whole
	masks    []uint64 // by row: the suppressed columns, those of marked rows too; nil without Local
}

// InfeasibleError says that no combination of levels meets the model. Nearest is the one that comes nearest: it would have to suppress the fewest rows.
type InfeasibleError struct{ Nearest *Anonymised }

// Error says how far away the nearest is.
func (e *InfeasibleError) Error() string {
	n := e.Nearest
	return fmt.Sprintf("no generalisation meets the model with at most %d of %d rows suppressed; the nearest suppresses %d", n.Limit, n.Rows, n.Suppressed)
}

// Anonymise finds the generalisation of least loss that meets the model: the levels are the same for all rows, and rows that are still too few are
// suppressed. The answer is exact: no other combination of levels loses less.
func Anonymise(ctx context.Context, t *Table, o AnonymiseOptions) (*Anonymised, error) {
	o = o.orDefault()
	if len(o.Quasi) == 0 {
		return nil, ErrNoQuasi
	}
	if t.rows == 0 {
		return nil, &TableError{What: "there are no rows"}
	}
	m, err := newLatticeModel(&o, t.rows)
	if err != nil {
		return nil, err
	}
	s, err := newLatticeSpace(t, &o)
	if err != nil {
		return nil, err
	}
	search := &latticeSearch{space: s, model: m}
	best, err := search.run(ctx, o.Workers)
	if err != nil {
		return nil, err
	}
	if best != nil {
		return anonymised(ctx, t, &o, s, m, best, search.checked)
	}
	near, err := anonymiseNearest(ctx, t, &o, s, m)
	if err != nil {
		return nil, err
	}
	return nil, &InfeasibleError{near}
}

// anonymiseNearest allows as much suppression as the most general node needs, and looks again.
func anonymiseNearest(ctx context.Context, t *Table, o *AnonymiseOptions, s *latticeSpace, m *latticeModel) (*Anonymised, error) {
	var w latticeWork
	top := m.evaluate(s, &w, s.nodes-1)
	near, allowed := &top, m.limit
	if top.suppressed < t.rows {
		relaxed := *m
		relaxed.limit = max(top.suppressed, m.limit)
		again := &latticeSearch{space: s, model: &relaxed}
		best, err := again.run(ctx, o.Workers)
		if err != nil {
			return nil, err
		}
		if best != nil {
			near = best
		}
	}
	m.limit = allowed
	whole := *o
	whole.Local = false
	return anonymised(ctx, t, &whole, s, m, near, 0)
}

// anonymised makes the result of a node, and the table that it stands for.
func anonymised(ctx context.Context, t *Table, o *AnonymiseOptions, s *latticeSpace, m *latticeModel, at *latticeOutcome, checked int) (*Anonymised, error) {
	a := &Anonymised{
		Loss: at.loss, Metric: m.metric, Rows: t.rows, Suppressed: at.suppressed, Classes: at.classes, K: at.k, Limit: m.limit, Nodes: s.nodes,
		Checked: checked, table: t, options: *o,
	}
	for i, l := range s.node(at.node) {
		a.Levels = append(a.Levels, ColumnLevel{o.Quasi[i], l})
	}
	var err error
	if a.released, err = t.Generalise(o.Hierarchies, a.Levels.Map()); err != nil {
		return nil, err
	}
	var w latticeWork
	again := m.evaluate(s, &w, at.node) // for the classes that are kept
	if again.suppressed != at.suppressed || again.k != at.k {
		return nil, fmt.Errorf("desensitize: counting a node twice gave %d and %d suppressed rows", at.suppressed, again.suppressed)
	}
	// The units are the classes of rows by all columns; numbering them again gives each row its unit.
	cols, err := t.find(append(append([]string(nil), o.Quasi...), o.Sensitive...))
	if err != nil {
		return nil, err
	}
	units := riskClassesOf(riskViews(cols), t.rows, nil)
	a.marked = make([]bool, t.rows)
	for r, u := range units.of {
		a.marked[r] = !w.kept[w.of[u]]
	}
	general := a.released
	a.released = general.suppress(o.Quasi, a.marked, o.Suppressed)
	if o.Local && a.Suppressed > 0 && a.Classes > 0 {
		if err := a.local(ctx, t, general, m, s); err != nil {
			return nil, err
		}
	}
	quasi, err := a.released.find(o.Quasi)
	if err != nil {
		return nil, err
	}
	sizes := riskClassesOf(riskViews(quasi), t.rows, a.marked).sizes
	sharing := o.Sharing
	if sharing == "" {
		sharing = SharingPublic
	}
	a.Verdict, err = Judge(sizes, false, true, sharing, o.Context)
	return a, err
}

// Table is the anonymised table: the columns at their levels, suppressed rows with the text for suppressed cells in every quasi-identifying column.
func (a *Anonymised) Table() *Table { return a.released }
