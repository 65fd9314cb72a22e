package desensitize

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// lowering turns a checked expression into closures over cells. Whatever it does not know it leaves to the interpreter, whole: there is no
// expression that is evaluated half here and half there, so that the two can be held against each other.
type lowering struct {
	run     *runPlan
	plan    *ruleset.CellPlan
	funcs   map[int]deid.Func
	samples map[int]func(int64, []byte) bool
	kind    expr.Kind // of value
}

// is reports whether an expression is nothing but a call of a transform without arguments.
func (l *lowering) is(t *expr.Tree, name string) bool {
	if t.Op == expr.TreeCall && t.Name == expr.CellCall {
		t = t.Kids[0]
	}
	_, args, ok := t.Placed()
	return ok && t.Name == name && len(args) == 0
}

// implies reports whether an expression is one transform of the value that parses it as its type, so that to do so beforehand would find
// nothing more. It must not be so for ints, of which transforms take more digits than expressions.
func (l *lowering) implies(t *expr.Tree) bool {
	if t.Op != expr.TreeCall || t.Name != expr.CellCall || l.kind == expr.Int {
		return false
	}
	t = t.Kids[0]
	if t.Op == expr.TreeCall && t.Name == "roundTo" && l.kind == expr.Decimal {
		return l.isValue(t.Kids[0])
	}
	n, _, ok := t.Placed()
	if !ok || !l.plan.Calls[n].Direct {
		return false
	}
	switch t.Name {
	case "mask", "pseudonym", "truncate", "band":
		return true
	}
	return false
}

// whole returns the number of the call of an expression that is nothing but one transform of the value.
func (l *lowering) whole(t *expr.Tree) (int, bool) {
	if t.Op != expr.TreeCall || t.Name != expr.CellCall {
		return 0, false
	}
	n, _, ok := t.Kids[0].Placed()
	return n, ok && n < len(l.plan.Calls) && l.plan.Calls[n].Direct && !l.plan.Calls[n].Subject
}

// constant evaluates what is the same for every cell of a run.
func (l *lowering) constant(t *expr.Tree) (expr.Value, bool) {
	if t.Op == expr.TreeConst {
		return t.Const, true
	}
	if !t.Only("now", "params") || t.Places() {
		return expr.Value{}, false
	}
	x, err := l.plan.Env.Part(t)
	if err != nil {
		return expr.Value{}, false
	}
	ev := l.plan.Env.NewEval(context.Background())
	ev.Set(l.plan.Slots.Now, l.run.now)
	if s := l.plan.Slots.Params; s >= 0 {
		ev.Set(s, l.run.policy.spec.ParamsValue)
	}
	v, truth, err := ev.Value(x)
	return v, truth == expr.True && err == nil
}

// result lowers what makes a cell.
func (l *lowering) result(t *expr.Tree) (cellFunc, bool) {
	if t.Op != expr.TreeCall {
		return nil, false
	}
	switch {
	case t.Name == "_?_:_" && len(t.Kids) == 3:
		cond, ok := l.cond(t.Kids[0])
		a, okA := l.result(t.Kids[1])
		b, okB := l.result(t.Kids[2])
		return func(dst []byte, w *cellWorker, text []byte) ([]byte, error) {
			switch cond(w, text) {
			case cellTrue:
				return a(dst, w, text)
			case cellFalse:
				return b(dst, w, text)
			}
			return dst, errUntold
		}, ok && okA && okB
	case t.Name == expr.CellCall && len(t.Kids) == 1:
		return l.leaf(t.Kids[0])
	}
	return nil, false
}

// leaf lowers a result that is no condition.
func (l *lowering) leaf(t *expr.Tree) (cellFunc, bool) {
	if v, ok := l.constant(t); ok {
		s := v.String()
		return func(dst []byte, _ *cellWorker, _ []byte) ([]byte, error) { return append(dst, s...), nil }, true
	}
	if n, args, placed := t.Placed(); placed {
		return l.call(t, n, args)
	}
	switch {
	case t.Op == expr.TreeName && t.Kind == expr.String:
		return l.text(t)
	case t.Op == expr.TreeCall && t.Name == "roundTo" && len(t.Kids) == 2 && l.isValue(t.Kids[0]):
		v, ok := l.constant(t.Kids[1])
		step, isDecimal := v.Decimal()
		if !ok || !isDecimal {
			return nil, false
		}
		f, err := deid.RoundTo(step)
		if err != nil {
			return nil, false // the interpreter says what is wrong with it, cell by cell
		}
		return func(dst []byte, w *cellWorker, text []byte) ([]byte, error) {
			return f(dst, deid.Cell{Text: text, Row: w.row})
		}, true
	case t.Op == expr.TreeCall && t.Name == "_+_" && len(t.Kids) == 2 && t.Kind == expr.String:
		a, okA := l.leaf(t.Kids[0])
		b, okB := l.leaf(t.Kids[1])
		return func(dst []byte, w *cellWorker, text []byte) ([]byte, error) {
			start := len(dst)
			dst, err := a(dst, w, text)
			if err == nil {
				dst, err = b(dst, w, text)
			}
			if err != nil {
				dst = dst[:start]
			}
			return dst, err
		}, okA && okB
	}
	return nil, false
}

func (l *lowering) isValue(t *expr.Tree) bool { return t.Op == expr.TreeName && t.Name == "value" }

// call lowers a transform of the value itself.
func (l *lowering) call(t *expr.Tree, n int, args []*expr.Tree) (cellFunc, bool) {
	if n >= len(l.plan.Calls) || l.funcs[n] == nil || t.Kind != expr.String {
		return nil, false
	}
	f, c := l.funcs[n], &l.plan.Calls[n]
	if c.On != expr.Invalid && !c.Direct {
		return nil, false
	}
	if !c.Subject {
		return func(dst []byte, w *cellWorker, text []byte) ([]byte, error) {
			return f(dst, deid.Cell{Text: text, Row: w.row})
		}, true
	}
	subject, ok := l.operand(args[len(args)-1])
	return func(dst []byte, w *cellWorker, text []byte) ([]byte, error) {
		var s scalar
		if !subject.fetch(w, text, &s) {
			return dst, errUntold
		}
		return f(dst, deid.Cell{Text: text, Row: w.row, Subject: s.text})
	}, ok && subject.kind == expr.String
}

// text lowers a text that is written as it stands.
func (l *lowering) text(t *expr.Tree) (cellFunc, bool) {
	o, ok := l.operand(t)
	return func(dst []byte, w *cellWorker, text []byte) ([]byte, error) {
		var s scalar
		if !o.fetch(w, text, &s) {
			return dst, errUntold
		}
		return append(dst, s.text...), nil
	}, ok
}

// scalar is a value that comparisons look at, in the form its kind has.
type scalar struct {
	text  []byte // String
	n     int64  // Int, and Date as YYYYMMDD
	small cellFixed
	large expr.Value // Decimal that is not small
	time  time.Time  // Timestamp
}

// operand is one side of a comparison; fetch is false where it has no value or a malformed one.
type operand struct {
	kind  expr.Kind
	fetch func(w *cellWorker, text []byte, out *scalar) bool
}

func (l *lowering) operand(t *expr.Tree) (operand, bool) {
	if v, ok := l.constant(t); ok {
		return constantOperand(v, t.Kind)
	}
	switch {
	case l.isValue(t):
		kind := l.kind
		return operand{kind, func(w *cellWorker, text []byte, out *scalar) bool { return w.scalar(kind, text, out) }}, cellComparable(kind)
	case t.Op == expr.TreeName:
		name, isRow := strings.CutPrefix(t.Name, "row.")
		j := l.run.policy.spec.Column(name)
		if !isRow || j < 0 || l.run.policy.spec.Columns[j].Optional {
			return operand{}, false
		}
		kind, at := l.run.policy.spec.Columns[j].Kind, l.run.place[j]
		return operand{kind, func(w *cellWorker, _ []byte, out *scalar) bool {
			text := w.in[at]
			return text != nil && w.scalar(kind, text, out)
		}}, cellComparable(kind)
	case t.Op == expr.TreeCall && len(t.Kids) == 1:
		o, ok := l.operand(t.Kids[0])
		if !ok {
			return operand{}, false
		}
		return partOperand(t.Name, o)
	}
	return operand{}, false
}

func cellComparable(kind expr.Kind) bool {
	switch kind {
	case expr.String, expr.Int, expr.Decimal, expr.Date, expr.Timestamp:
		return true
	}
	return false
}

// partOperand is size(text) and the parts of dates.
func partOperand(name string, o operand) (operand, bool) {
	part := map[string]func(n int64) int64{
		"year": func(n int64) int64 { return n / 10000 }, "month": func(n int64) int64 { return n / 100 % 100 },
		"day": func(n int64) int64 { return n % 100 },
	}[name]
	switch {
	case name == "size" && o.kind == expr.String:
		return operand{expr.Int, func(w *cellWorker, text []byte, out *scalar) bool {
			if !o.fetch(w, text, out) {
				return false
			}
			out.n = int64(utf8.RuneCount(out.text))
			return true
		}}, true
	case part != nil && o.kind == expr.Date:
		return operand{expr.Int, func(w *cellWorker, text []byte, out *scalar) bool {
			if !o.fetch(w, text, out) {
				return false
			}
			out.n = part(out.n)
			return true
		}}, true
	}
	return operand{}, false
}

func constantOperand(v expr.Value, kind expr.Kind) (operand, bool) {
	var s scalar
	ok := false
	switch kind {
	case expr.String:
		var text string
		text, ok = v.Str()
		s.text = []byte(text)
	case expr.Int:
		s.n, ok = v.Int()
	case expr.Decimal:
		var small bool
		_, ok = v.Decimal()
		if s.small, small = cellAmount([]byte(v.String())); !small {
			s.large = v
		}
	case expr.Date:
		d, isDate := v.Date()
		ok = isDate
		if ok {
			y, m, day := d.Civil()
			s.n = int64(y)*10000 + int64(m)*100 + int64(day)
		}
	case expr.Timestamp:
		s.time, ok = v.Time()
	}
	return operand{kind, func(_ *cellWorker, _ []byte, out *scalar) bool { *out = s; return true }}, ok
}

// scalar reads a cell for comparisons; false where it is malformed.
func (w *cellWorker) scalar(kind expr.Kind, text []byte, out *scalar) bool {
	switch kind {
	case expr.String:
		out.text = text
		return utf8.Valid(text)
	case expr.Int:
		var ok bool
		out.n, ok = cellInt(text)
		return ok
	case expr.Decimal:
		var ok bool
		out.large = expr.Value{}
		if out.small, ok = cellAmount(text); ok {
			return true
		}
		out.large, ok = w.value(kind, text)
		return ok
	case expr.Date:
		if !w.valid(kind, text) {
			return false
		}
		var ok bool
		out.n, ok = cellDay(w.scratch)
		return ok
	case expr.Timestamp:
		if !w.valid(kind, text) {
			return false
		}
		var err error
		out.time, err = cellInstant(string(w.scratch))
		return err == nil
	}
	return false
}

// compareScalars orders two scalars of a kind.
func compareScalars(kind expr.Kind, a, b *scalar) int {
	switch kind {
	case expr.String:
		return bytes.Compare(a.text, b.text)
	case expr.Timestamp:
		return a.time.Compare(b.time)
	case expr.Decimal:
		if !a.large.Present() && !b.large.Present() {
			if c, ok := a.small.compare(b.small); ok {
				return c
			}
		}
		return expr.Compare(a.value(), b.value())
	}
	switch {
	case a.n < b.n:
		return -1
	case a.n > b.n:
		return 1
	}
	return 0
}

// cond lowers a condition.
func (l *lowering) cond(t *expr.Tree) (condFunc, bool) {
	if t.Kind != expr.Bool {
		return nil, false
	}
	if v, ok := l.constant(t); ok {
		b, isBool := v.Bool()
		truth := truthOf(b)
		return func(*cellWorker, []byte) cellTruth { return truth }, isBool
	}
	if t.Op != expr.TreeCall {
		return nil, false
	}
	if n, args, placed := t.Placed(); placed {
		return l.sample(n, args)
	}
	switch t.Name {
	case "!_":
		a, ok := l.cond(t.Kids[0])
		return func(w *cellWorker, text []byte) cellTruth {
			if x := a(w, text); x != cellUntold {
				return truthOf(x == cellFalse)
			}
			return cellUntold
		}, ok
	case "_&&_":
		return l.junction(t, cellFalse)
	case "_||_":
		return l.junction(t, cellTrue)
	case "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_":
		return l.comparison(t)
	case "@in":
		return l.in(t)
	case "startsWith", "endsWith", "contains":
		return l.substring(t)
	}
	return l.detector(t)
}

func truthOf(b bool) cellTruth {
	if b {
		return cellTrue
	}
	return cellFalse
}

// junction is && and ||, which one side can settle whatever the other is.
func (l *lowering) junction(t *expr.Tree, settles cellTruth) (condFunc, bool) {
	a, okA := l.cond(t.Kids[0])
	b, okB := l.cond(t.Kids[1])
	return func(w *cellWorker, text []byte) cellTruth {
		x := a(w, text)
		if x == settles {
			return settles
		}
		y := b(w, text)
		switch {
		case y == settles:
			return settles
		case x == cellUntold || y == cellUntold:
			return cellUntold
		}
		return x
	}, okA && okB
}

func (l *lowering) comparison(t *expr.Tree) (condFunc, bool) {
	a, okA := l.operand(t.Kids[0])
	b, okB := l.operand(t.Kids[1])
	if !okA || !okB || a.kind != b.kind {
		return nil, false
	}
	holds := map[string]func(c int) bool{
		"_<_":  func(c int) bool { return c < 0 },
		"_<=_": func(c int) bool { return c <= 0 },
		"_>_":  func(c int) bool { return c > 0 },
		"_>=_": func(c int) bool { return c >= 0 },
		"_==_": func(c int) bool { return c == 0 },
		"_!=_": func(c int) bool { return c != 0 },
	}[t.Name]
	kind := a.kind
	return func(w *cellWorker, text []byte) cellTruth {
		var x, y scalar
		if !a.fetch(w, text, &x) || !b.fetch(w, text, &y) {
			return cellUntold
		}
		return truthOf(holds(compareScalars(kind, &x, &y)))
	}, true
}

// in is a look-up of a text or a whole number in a constant list.
func (l *lowering) in(t *expr.Tree) (condFunc, bool) {
	a, okA := l.operand(t.Kids[0])
	v, okB := l.constant(t.Kids[1])
	list, isList := v.Elements()
	if !okA || !okB || !isList || a.kind != expr.String {
		return nil, false
	}
	var texts []string
	for _, e := range list {
		s, ok := e.Str()
		if !ok {
			return nil, false
		}
		texts = append(texts, s)
	}
	return func(w *cellWorker, text []byte) cellTruth {
		var x scalar
		if !a.fetch(w, text, &x) {
			return cellUntold
		}
		return truthOf(slices.Contains(texts, string(x.text)))
	}, true
}

func (l *lowering) substring(t *expr.Tree) (condFunc, bool) {
	if len(t.Kids) != 2 {
		return nil, false
	}
	a, okA := l.operand(t.Kids[0])
	b, okB := l.operand(t.Kids[1])
	if !okA || !okB || a.kind != expr.String || b.kind != expr.String {
		return nil, false
	}
	has := map[string]func(s, part []byte) bool{"startsWith": bytes.HasPrefix, "endsWith": bytes.HasSuffix, "contains": bytes.Contains}[t.Name]
	return func(w *cellWorker, text []byte) cellTruth {
		var x, y scalar
		if !a.fetch(w, text, &x) || !b.fetch(w, text, &y) {
			return cellUntold
		}
		return truthOf(has(x.text, y.text))
	}, true
}

func (l *lowering) detector(t *expr.Tree) (condFunc, bool) {
	i := slices.IndexFunc(ruleset.Detectors(), func(d ruleset.Detector) bool { return d.Name == t.Name })
	if i < 0 || len(t.Kids) != 1 {
		return nil, false
	}
	a, ok := l.operand(t.Kids[0])
	d := ruleset.Detectors()[i]
	return func(w *cellWorker, text []byte) cellTruth {
		var x scalar
		if !a.fetch(w, text, &x) {
			return cellUntold
		}
		return truthOf(d.Is(string(x.text)))
	}, ok && a.kind == expr.String
}

// sample is the keyed choice of rows.
func (l *lowering) sample(n int, args []*expr.Tree) (condFunc, bool) {
	f := l.samples[n]
	if f == nil || n >= len(l.plan.Calls) {
		return nil, false
	}
	if !l.plan.Calls[n].Subject {
		return func(w *cellWorker, _ []byte) cellTruth { return truthOf(f(w.row, nil)) }, true
	}
	subject, ok := l.operand(args[len(args)-1])
	return func(w *cellWorker, text []byte) cellTruth {
		var s scalar
		if !subject.fetch(w, text, &s) {
			return cellUntold
		}
		return truthOf(f(w.row, s.text))
	}, ok && subject.kind == expr.String
}
