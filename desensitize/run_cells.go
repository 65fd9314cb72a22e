package desensitize

import (
	"errors"
	"slices"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/stream"
)

// batchRows is how many rows are made column by column: enough that the code of one transform stays in the processor, few enough that the cells do.
const batchRows = 128

// batchCells are a batch on its way.
type batchCells struct {
	stay    []int        // the rows that are written
	batches []deid.Batch // by column of the input, made when first used
	// Of one column: the cells that have a value, and what became of them.
	texts  [][]byte
	places []int // in stay
	ends   [batchRows]int
	errs   [batchRows]error
}

// transform makes the rows to write of the rows of a block.
func (w *runWorker) transform(in *stream.Block) (*stream.Block, error) {
	out := &w.out
	out.Reset(in.First, in.Columns)
	copy(w.before, w.counts)
	for from := 0; from < in.Rows; from += batchRows {
		if err := w.batch(out, in, from, min(from+batchRows, in.Rows)); err != nil {
			return nil, err
		}
	}
	return out, w.retyped()
}

// batch makes the rows from one to another.
func (w *runWorker) batch(out, in *stream.Block, from, to int) error {
	w.stay = w.stay[:0]
	for i := from; i < to; i++ {
		if len(w.run.rows) > 0 {
			w.row, w.in = in.First+int64(i), in.Row(i)
			if w.skip() {
				continue
			}
		}
		w.stay = append(w.stay, i)
	}
	w.rows.In += int64(to - from)
	w.rows.Out += int64(len(w.stay))
	base, n := len(out.Cells), len(w.stay)*in.Columns
	out.Cells = slices.Grow(out.Cells, n)[:base+n]
	cells := out.Cells[base:]
	var failed *ValueError // the first by row, then by column
	for j, k := range w.run.at {
		x := w.run.columns[k]
		fill := w.column
		switch {
		case x.batch != nil:
			fill = w.columnBatch
		case x.keep && x.kind == expr.String && in.UTF8: // nothing is left to be looked at
			fill = w.columnKept
		case x.alone != nil:
			fill = w.columnAlone
		}
		if err := fill(out, cells, j, x, in); err != nil {
			failed = err
		}
	}
	if failed != nil {
		return failed
	}
	if len(in.Kinds) > 0 {
		for _, i := range w.stay {
			out.Kinds = append(out.Kinds, in.Kinds[i*in.Columns:(i+1)*in.Columns]...)
		}
	}
	out.Rows += len(w.stay)
	made := &madeRows{first: in.First, width: in.Columns, in: in.Cells, out: cells, at: w.stay}
	for _, x := range w.watch {
		x.rows(made)
	}
	return nil
}

// column makes the cells of one column of a batch. Behind a value that ends the run nothing more is made: w.stay ends before its row.
func (w *runWorker) column(out *stream.Block, cells [][]byte, j int, x *columnPlan, in *stream.Block) *ValueError {
	n, width := &w.counts[j], in.Columns
	for r, i := range w.stay {
		text := in.Cells[i*width+j]
		to := &cells[r*width+j]
		*to = nil
		if text == nil {
			n.Empty++
			continue
		}
		if x.keep && w.valid(x.kind, text) {
			n.Kept++
			*to = text
			continue
		}
		w.row, w.in = in.First+int64(i), in.Row(i)
		start := len(out.Arena)
		// The arena may move as it grows; cells made before keep pointing into where it was.
		arena, err := w.cell(out.Arena, x, text)
		if err == nil {
			out.Arena = arena
			*to = arena[start:len(arena):len(arena)]
			n.made(*to, text)
		} else if e := w.unmade(x, n, r, in, err); e != nil {
			return e
		}
	}
	return nil
}

// columnKept is column where the cells are written as they stand, whatever they are.
func (w *runWorker) columnKept(_ *stream.Block, cells [][]byte, j int, _ *columnPlan, in *stream.Block) *ValueError {
	width, empty := in.Columns, 0
	for r, i := range w.stay {
		text := in.Cells[i*width+j]
		if text == nil {
			empty++
		}
		cells[r*width+j] = text
	}
	w.counts[j].Empty += int64(empty)
	w.counts[j].Kept += int64(len(w.stay) - empty)
	return nil
}

// columnAlone is column where one transform makes the cells.
func (w *runWorker) columnAlone(out *stream.Block, cells [][]byte, j int, x *columnPlan, in *stream.Block) *ValueError {
	n, width := &w.counts[j], in.Columns
	cell := deid.Cell{UTF8: in.UTF8}
	for r, i := range w.stay {
		to := &cells[r*width+j]
		*to = nil
		cell.Text, cell.Row = in.Cells[i*width+j], in.First+int64(i)
		if cell.Text == nil {
			n.Empty++
			continue
		}
		start := len(out.Arena)
		arena, err := x.alone(out.Arena, cell)
		if err == nil {
			out.Arena = arena
			*to = arena[start:len(arena):len(arena)]
			n.made(*to, cell.Text)
		} else if e := w.unmade(x, n, r, in, err); e != nil {
			return e
		}
	}
	return nil
}

// columnBatch is column where many cells are made at once.
func (w *runWorker) columnBatch(out *stream.Block, cells [][]byte, j int, x *columnPlan, in *stream.Block) *ValueError {
	n, width := &w.counts[j], in.Columns
	if len(w.batches) == 0 {
		w.batches = make([]deid.Batch, width)
	}
	f := w.batches[j]
	if f == nil {
		f = x.batch()
		w.batches[j] = f
	}
	w.texts, w.places = w.texts[:0], w.places[:0]
	for r, i := range w.stay {
		cells[r*width+j] = nil
		text := in.Cells[i*width+j]
		if text == nil {
			n.Empty++
			continue
		}
		w.texts, w.places = append(w.texts, text), append(w.places, r)
	}
	start := len(out.Arena)
	ends, errs := w.ends[:len(w.texts)], w.errs[:len(w.texts)]
	out.Arena = f(out.Arena, w.texts, ends, errs)
	for i, r := range w.places {
		end := ends[i]
		if errs[i] == nil {
			made := out.Arena[start:end:end]
			cells[r*width+j] = made
			n.made(made, w.texts[i])
		} else if e := w.unmade(x, n, r, in, errs[i]); e != nil {
			return e
		}
		start = end
	}
	return nil
}

func (c *cellCounts) made(cell, text []byte) {
	if string(cell) == string(text) {
		c.Kept++
	} else {
		c.Changed++
	}
}

// unmade counts a cell that was not made. An error ends the run.
func (w *runWorker) unmade(x *columnPlan, n *cellCounts, r int, in *stream.Block, err error) *ValueError {
	if errors.Is(err, deid.ErrSuppress) {
		n.Suppressed++
		return nil
	}
	n.Invalid++
	if !x.refuse {
		return nil
	}
	i := w.stay[r]
	e := &ValueError{Rule: x.rule, Column: x.name, Row: in.First + int64(i)}
	if i < len(in.Lines) {
		e.Line = in.Lines[i]
	}
	w.stay = w.stay[:r]
	return e
}
