package desensitize

import (
	"context"
	"fmt"
	"math/big"
	"runtime"
	"sync"
	"time"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/stream"
)

// Source is a table that is read.
type Source = stream.Source

// Sink is a table that is written.
type Sink = stream.Sink

// RunOption changes one run.
type RunOption interface{ applyRun(*runConfig) }

type runOption func(*runConfig)

func (f runOption) applyRun(c *runConfig) { f(c) }

type runConfig struct {
	workers  int
	at       time.Time
	progress func(Progress)
	before   bool
	// What the options of other files ask for; see Policy.begin.
	spool      *Spool
	vaults     map[string]*VaultWriter
	shapes     bool
	budget     string
	unbudgeted bool
	// See Reread and ShuffleBytes.
	again        func() (Source, error)
	shuffleBytes int64
}

// Progress is how far a run has come.
type Progress = stream.Progress

// Workers sets the number of goroutines that transform rows; the default is the number of processors. What is written does not depend on it.
func Workers(n int) RunOption { return runOption(func(c *runConfig) { c.workers = n }) }

// At sets the time of the run, which transforms see as now. The default is the policy's clock.
func At(t time.Time) RunOption { return runOption(func(c *runConfig) { c.at = t }) }

// OnProgress is called after each chunk, from one goroutine.
func OnProgress(f func(Progress)) RunOption { return runOption(func(c *runConfig) { c.progress = f }) }

// MeasureBefore measures the risk of the input too, of the rows that are written, for the record. It costs as much as measuring the output.
func MeasureBefore() RunOption { return runOption(func(c *runConfig) { c.before = true }) }

// beforeWatch measures the risk of the rows as they were read.
type beforeWatch struct{ watch }

func (b beforeWatch) worker() watchWorker { return &beforeWorker{watchWorker: b.watch.worker()} }

func (b beforeWatch) finish(f *Facts) error {
	var before Facts
	err := b.watch.finish(&before)
	f.Before = before.Risk
	return err
}

type beforeWorker struct {
	watchWorker
	read [][]byte
}

func (b *beforeWorker) rows(m *madeRows) {
	b.read = b.read[:0]
	for r := range m.at {
		in, _ := m.row(r)
		b.read = append(b.read, in...)
	}
	same := *m
	same.out = b.read
	b.watchWorker.rows(&same)
}

// ValueError says that a malformed value ended the run, because its rule says so (on_invalid: refuse). It never has the value.
type ValueError struct {
	Rule, Column string
	Row, Line    int64 // Line is 0 where the format has no lines
}

func (e *ValueError) Error() string {
	at := fmt.Sprintf("row %d", e.Row)
	if e.Line > 0 {
		at += fmt.Sprintf(", line %d", e.Line)
	}
	return fmt.Sprintf("desensitize: %s: the value of column %q is not one that rule %s takes, which refuses such values", at, e.Column, e.Rule)
}

// RetypedError says that most values of a column are not of its declared type: it is another column than the policy decides.
type RetypedError struct {
	Column, Type   string
	Invalid, Cells int64 // of the whole input, or of the rows up to one that was enough
	Max            float64
}

func (e *RetypedError) Error() string {
	return fmt.Sprintf("desensitize: %d of %d values of column %q are not what the policy declares it to hold (%s); above a share of %g the run is refused",
		e.Invalid, e.Cells, e.Column, e.Type, e.Max)
}

// retypedLeast is how many malformed values it takes before a share of them says anything.
const retypedLeast = 10

// cellCounts count what became of the cells of a column.
type cellCounts struct {
	Kept       int64 `json:"kept"`       // written as they stood
	Changed    int64 `json:"changed"`    //
	Suppressed int64 `json:"suppressed"` // left out by the transform
	Invalid    int64 `json:"invalid"`    // malformed and left out
	Empty      int64 `json:"empty"`      // had no value
}

func (c *cellCounts) add(d *cellCounts) {
	c.Kept += d.Kept
	c.Changed += d.Changed
	c.Suppressed += d.Suppressed
	c.Invalid += d.Invalid
	c.Empty += d.Empty
}

// runWorker transforms blocks for one goroutine.
type runWorker struct {
	*cellWorker
	max float64
	out stream.Block
	batchCells
	counts  []cellCounts // by column of the input
	before  []cellCounts // at the beginning of the block
	rows    RowFacts
	dropped []RowFacts // by rule of rows
	watch   []watchWorker
}

// Run transforms a table. The input must have exactly the columns of the policy (*ColumnsError). What was written to the sink may only become
// visible when the error is nil: a *ReleaseRefusedError says that a release rule does not hold, and comes with the report. Neither the source nor
// the sink is closed.
func (p *Policy) Run(ctx context.Context, source Source, sink Sink, opts ...RunOption) (*Report, error) {
	c := runConfig{workers: runtime.GOMAXPROCS(0), at: p.conf.clock()}
	for _, o := range opts {
		o.applyRun(&c)
	}
	if err := p.inForce(c.at); err != nil {
		return nil, err
	}
	at, err := p.match(source.Columns())
	if err != nil {
		return nil, err
	}
	shuffled, err := p.shuffle(ctx, &c, source.Columns(), at)
	if err != nil {
		return nil, err
	}
	plan, err := shuffled.newPlan(at, c.at)
	if err != nil {
		return nil, err
	}
	columns := p.columnsOf(source.Columns(), at)
	watches, to, err := p.begin(&c, source, sink, columns)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var workers []*runWorker
	err = stream.Copy(ctx, source, to, c.workers, func(int) stream.Transform {
		w := &runWorker{
			cellWorker: plan.worker(), max: p.conf.maxInvalid, counts: make([]cellCounts, len(at)), before: make([]cellCounts, len(at)),
			dropped: make([]RowFacts, len(plan.rows)),
		}
		mu.Lock()
		workers = append(workers, w)
		for _, x := range watches {
			w.watch = append(w.watch, x.worker())
		}
		mu.Unlock()
		if c.spool != nil {
			return c.spool.transform(w)
		}
		return w.transform
	}, c.progress)
	if err != nil {
		return nil, err
	}
	r, err := p.finish(ctx, plan, c.at, columns, watches, workers)
	return p.end(ctx, &c, sink, r, err)
}

// skip reports whether a rule drops the row.
func (w *runWorker) skip() bool {
	for i, rule := range w.run.rows {
		switch w.drops(rule) {
		case cellFalse:
			continue
		case cellUntold:
			w.dropped[i].Undecided++
			w.rows.Undecided++
		default:
			w.dropped[i].Dropped++
			w.rows.Dropped++
		}
		return true
	}
	return false
}

// retypedBlock is how many values of a column in one block are enough to judge it by.
const retypedBlock = 100

// retyped refuses a column whose values in this block are mostly malformed, so that a wrong input does not run to its end first. Blocks do not
// depend on the number of workers.
func (w *runWorker) retyped() error {
	for j, k := range w.run.at {
		d, b := w.counts[j], w.before[j]
		invalid := d.Invalid - b.Invalid
		if cells := d.cells() - b.cells(); cells >= retypedBlock {
			if err := w.run.columns[k].retyped(invalid, cells, w.max); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *cellCounts) cells() int64 { return c.Kept + c.Changed + c.Suppressed + c.Invalid }

func (x *columnPlan) retyped(invalid, cells int64, most float64) error {
	if invalid < retypedLeast || float64(invalid) <= most*float64(cells) {
		return nil
	}
	return &RetypedError{Column: x.name, Type: x.kind.String(), Invalid: invalid, Cells: cells, Max: most}
}

// watches returns those who look at what is written.
func (p *Policy) watches(columns []Column) []watch {
	return []watch{newRiskWatch(columns), newScanWatch(columns)}
}

// finish merges what the workers counted, measures and asks the gate.
func (p *Policy) finish(
	ctx context.Context, plan *runPlan, at time.Time, columns []Column, watches []watch, workers []*runWorker,
) (*Report, error) {
	r := p.newReport(at, columns)
	invalid, cells := int64(0), int64(0)
	for _, w := range workers {
		r.Facts.Rows.add(&w.rows)
		for i := range w.dropped {
			r.RowRules[i].Dropped += w.dropped[i].Dropped
			r.RowRules[i].Undecided += w.dropped[i].Undecided
		}
		for j := range w.counts {
			r.Columns[j].add(&w.counts[j])
		}
	}
	for j, k := range plan.at {
		n := &r.Columns[j].cellCounts
		invalid, cells = invalid+n.Invalid, cells+n.cells()
		if err := plan.columns[k].retyped(n.Invalid, n.cells(), p.conf.maxInvalid); err != nil {
			return nil, err
		}
	}
	if err := plan.policy.shuffled.finish(r); err != nil {
		return nil, err
	}
	strength, err := p.strength()
	if err != nil {
		return nil, err
	}
	r.Facts.Strength = strength
	r.Facts.Invalid = InvalidFacts{Cells: invalid, Share: share(invalid, cells)}
	for _, x := range watches {
		if err := x.finish(&r.Facts); err != nil {
			return nil, err
		}
	}
	return r, p.gate(ctx, plan.now, r)
}

func (r *RowFacts) add(s *RowFacts) {
	r.In += s.In
	r.Out += s.Out
	r.Dropped += s.Dropped
	r.Undecided += s.Undecided
}

// share writes part/whole with six digits behind the point, and 0 of nothing.
func share(part, whole int64) string {
	if whole == 0 {
		return "0.000000"
	}
	return big.NewRat(part, whole).FloatString(6)
}

// gateObject fills an object of the gate in; what is absent stays unknown.
func gateObject(env *expr.Env, ev *expr.Eval, name string, fields map[string]any) error {
	slot, ok := env.Slot(name)
	if !ok {
		return fmt.Errorf("desensitize: the gate knows no %s", name)
	}
	v, err := env.Vars()[slot].Type.FromGo(fields)
	if err != nil {
		return fmt.Errorf("desensitize: %s: %w", name, err)
	}
	ev.Set(slot, v)
	return nil
}
