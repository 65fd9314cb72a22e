package desensitize

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/transform"
)

// runPlan is what a policy does to the columns of one input at one time. Workers share it.
type runPlan struct {
	policy  *Policy
	now     expr.Value
	at      []int // by column of the input: the policy's
	place   []int // by column of the policy: the input's
	columns []*columnPlan
	rows    []*rowPlan
}

// columnPlan makes the cells of one column.
type columnPlan struct {
	kind    expr.Kind
	keep    bool              // the cell is written as it stands
	blind   bool              // the value is not looked at: suppress()
	batch   func() deid.Batch // nil: cell by cell
	alone   deid.Func         // the expression is this transform of the value and nothing else, which refuses malformed values; nil: it is not
	native  cellFunc          // nil: the interpreter evaluates the expression
	interp  *interpreted
	refuse  bool // a malformed value ends the run
	rule    string
	name    string
	implied bool // the native plan refuses malformed values by itself
}

// rowPlan decides whether a row is left out.
type rowPlan struct {
	native condFunc
	interp *interpreted
}

// cellFunc appends the transformed value of a cell.
type cellFunc func(dst []byte, w *cellWorker, text []byte) ([]byte, error)

// condFunc evaluates a condition.
type condFunc func(w *cellWorker, text []byte) cellTruth

// cellTruth is the truth of a condition; cellUntold stands for unknown and error, which are the same to a cell.
type cellTruth uint8

const (
	cellFalse cellTruth = iota
	cellTrue
	cellUntold
)

// errUntold says that a transform rests on a cell of the row that is empty or malformed.
var errUntold = fmt.Errorf("%w: a cell it rests on is empty or malformed", deid.ErrInvalid)

// interpreted is an expression with what its evaluation needs.
type interpreted struct {
	plan    *ruleset.CellPlan
	funcs   map[int]deid.Func
	samples map[int]func(int64, []byte) bool
	rows    []rowRef
}

// rowRef is a cell of the row that an expression reads.
type rowRef struct {
	slot, column int
	kind         expr.Kind
}

// newPlan prepares a run over columns whose order in the input is at.
func (p *Policy) newPlan(at []int, now time.Time) (*runPlan, error) {
	if p.keyErr != nil {
		return nil, p.keyErr
	}
	r := &runPlan{policy: p, now: expr.NewTimestamp(now), at: at, place: make([]int, len(p.spec.Columns))}
	for i, j := range at {
		r.place[j] = i
	}
	for i := range p.spec.Columns {
		c := &p.spec.Columns[i]
		rule := p.spec.Rules[c.Rule]
		x := &columnPlan{kind: c.Kind, rule: rule.ID, name: c.Name, refuse: rule.Refuse, interp: p.interpreted(c.Plan)}
		x.interp.funcs = p.funcs[i]
		l := &lowering{run: r, plan: c.Plan, funcs: p.funcs[i], kind: c.Kind}
		t := c.Plan.Expr.Tree()
		x.blind = l.is(t, "suppress")
		if !p.conf.interpret {
			x.keep = l.is(t, "keep")
			if f, ok := l.result(t); ok {
				x.native = f
				x.implied = l.implies(t)
			}
			if n, ok := l.whole(t); ok && x.implied {
				var err error
				if x.batch, err = p.maker().Batch(&c.Plan.Calls[n], p.target(i)); err != nil {
					return nil, err
				}
				x.alone = p.funcs[i][n]
			}
		}
		r.columns = append(r.columns, x)
	}
	for i, rule := range p.spec.Rows {
		x := &rowPlan{interp: p.interpreted(rule.Plan)}
		x.interp.samples = p.samples[i]
		if !p.conf.interpret {
			l := &lowering{run: r, plan: rule.Plan, samples: p.samples[i]}
			if f, ok := l.cond(rule.Plan.Expr.Tree()); ok {
				x.native = f
			}
		}
		r.rows = append(r.rows, x)
	}
	return r, nil
}

// target is the column that calls work on.
func (p *Policy) target(i int) transform.Target {
	c := &p.spec.Columns[i]
	return transform.Target{
		DataSet: p.spec.Name, Column: c.Name, Join: c.Join, Semantic: c.Semantic, Type: deid.Type(c.Kind.String()),
	}
}

func (p *Policy) interpreted(plan *ruleset.CellPlan) *interpreted {
	x := &interpreted{plan: plan}
	for _, name := range plan.Expr.Names() {
		column, ok := strings.CutPrefix(name, "row.")
		j := p.spec.Column(column)
		if !ok || j < 0 {
			continue
		}
		x.rows = append(x.rows, rowRef{plan.Slots.Row[j], j, p.spec.Columns[j].Kind})
	}
	return x
}

// cellWorker evaluates plans for one goroutine.
type cellWorker struct {
	cellReader
	run   *runPlan
	row   int64
	in    [][]byte // the original row, in the order of the input
	evals map[*expr.Env]*expr.Eval
	// The cell that the interpreter works on.
	text   []byte
	interp *interpreted
}

func (r *runPlan) worker() *cellWorker { return &cellWorker{run: r, evals: map[*expr.Env]*expr.Eval{}} }

// cell makes the cell of a column of the policy. The errors are deid.ErrSuppress and anything else, which means that the value cannot be taken.
func (w *cellWorker) cell(dst []byte, x *columnPlan, text []byte) ([]byte, error) {
	if !x.blind && !x.implied && !w.valid(x.kind, text) {
		return dst, deid.ErrInvalid
	}
	if x.native != nil {
		return x.native(dst, w, text)
	}
	s, ok, err := w.evaluate(x.interp, text, x.kind)
	switch {
	case err != nil:
		return dst, err
	case !ok:
		return dst, errUntold
	}
	return append(dst, s...), nil
}

// prepare fills an evaluation in for the current row.
func (w *cellWorker) prepare(x *interpreted) *expr.Eval {
	ev := w.evals[x.plan.Env]
	if ev == nil {
		ev = x.plan.Env.NewEval(context.Background())
		ev.Set(x.plan.Slots.Now, w.run.now)
		if s := x.plan.Slots.Params; s >= 0 {
			ev.Set(s, w.run.policy.spec.ParamsValue)
		}
		if s, ok := x.plan.Env.Slot(expr.PlaceVar); ok {
			ev.Set(s, expr.NewPlace(expr.Place{Call: w.call}))
		}
		w.evals[x.plan.Env] = ev
	}
	ev.Next()
	w.interp = x
	for _, ref := range x.rows {
		v, ok := expr.Value{}, false
		if text := w.in[w.run.place[ref.column]]; text != nil {
			v, ok = w.value(ref.kind, text)
		}
		if ok {
			ev.Put(ref.slot, v)
		} else {
			ev.PutAbsent(ref.slot)
		}
	}
	return ev
}

func (w *cellWorker) evaluate(x *interpreted, text []byte, kind expr.Kind) (string, bool, error) {
	ev := w.prepare(x)
	w.text = text
	if slot := x.plan.Slots.Value; slot >= 0 {
		v, ok := w.value(kind, text)
		if !ok && kind != expr.String {
			ev.PutAbsent(slot) // only suppress() gets here with such a value
		} else {
			ev.Put(slot, v)
		}
	}
	return ev.Cell(x.plan.Expr)
}

// call runs a transform for the interpreter.
func (w *cellWorker) call(n int, args []expr.Value) (expr.Value, error) {
	if n < 0 || n >= len(w.interp.plan.Calls) {
		return expr.Value{}, errors.New("desensitize: no such call")
	}
	c := &w.interp.plan.Calls[n]
	cell := deid.Cell{Text: w.text, Row: w.row}
	if c.On != expr.Invalid && !c.Direct {
		cell.Text = []byte(args[0].String())
	}
	if c.Subject {
		s, _ := args[len(args)-1].Str()
		cell.Subject = []byte(s)
	}
	if f := w.interp.samples[n]; f != nil {
		return expr.NewBool(f(w.row, cell.Subject)), nil
	}
	f := w.interp.funcs[n]
	if f == nil {
		return expr.Value{}, errors.New("desensitize: no such transform")
	}
	out, err := f(nil, cell)
	if err != nil {
		return expr.Value{}, err
	}
	return expr.NewString(string(out)), nil
}

// drops reports whether a row is left out, and whether that is so because it cannot be told.
func (w *cellWorker) drops(x *rowPlan) cellTruth {
	if x.native != nil {
		return x.native(w, nil)
	}
	ev := w.prepare(x.interp)
	switch truth, err := ev.Plain(x.interp.plan.Expr); {
	case err != nil:
		return cellUntold
	case truth == expr.True:
		return cellTrue
	case truth == expr.False:
		return cellFalse
	}
	return cellUntold
}
