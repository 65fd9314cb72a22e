package decide

import (
	"context"
	"slices"

	"github.com/banfa-go/banfa/internal/diagram"
	"github.com/banfa-go/banfa/internal/expr"
)

// Limits of the analysis of a whole file. Beyond them nothing is reported rather than something unproved.
const (
	maxAnalysed = 2000   // rules
	maxPairs    = 200    // rules of which each pair is looked at
	maxRemovals = 50_000 // rules that override others, which are taken out one by one, times all rules
)

// Example is one completion of the facts, as far as it matters: leaf and value, in the order of declaration.
type Example []Setting

// Setting is one fact of an example.
type Setting struct {
	Leaf  int
	Value expr.Value
}

// Overlap is a pair of rules with different outcomes that can apply together.
type Overlap struct {
	A, B int
	When Example
}

// Analysis is what is wrong with the rules of a file, seen together.
type Analysis struct {
	Gap            Example // facts for which no rule decides; nil where there are none
	AlwaysTrue     []int   // rules whose condition is true whatever the facts
	NeverTrue      []int   // … or never
	AlwaysDefeated []int   // rules that never apply although their condition can hold
	NeverDecisive  []int   // rules without which no answer would differ
	Unreached      []int   // outcomes
	Overlaps       []Overlap
}

// Analyse looks at the rules over all values of all facts. Every claim it makes holds for all of them; where the facts could not be
// enumerated it claims less.
func (e *Engine) Analyse(active []bool) *Analysis {
	out := &Analysis{}
	if len(e.C.Rules) > maxAnalysed {
		return out
	}
	ev := e.C.Env.NewEval(context.Background())
	if e.C.Params >= 0 {
		ev.Put(e.C.Params, e.C.ParamsValue)
	}
	for l, leaf := range e.C.Env.Leaves() {
		if leaf.Type.Optional {
			ev.SetLeaf(l, expr.Value{}) // here its absence is one value among others, not the one that is given
		}
	}
	evs := []*expr.Eval{ev}
	known := []*Known{e.Known(ev, active)}
	m := diagram.New(maxNodes)
	f := e.build(m, evs, known, active, nil)
	if m.Err() != nil {
		return out
	}
	f.conditions(out, known[0], active)
	f.decisive(out, known, active)
	values := m.Values(f.total)
	for rank := range e.C.Outcomes {
		if values&(1<<rank) == 0 {
			out.Unreached = append(out.Unreached, rank)
		}
	}
	if e.C.Otherwise == nil {
		if a, ok := m.Witness(f.none[0], yes); ok {
			out.Gap = f.example(a)
		}
	}
	f.overlaps(out, active)
	if m.Err() != nil {
		return &Analysis{}
	}
	return out
}

// conditions finds rules whose condition, or whose application, does not depend on the facts.
func (f *functions) conditions(out *Analysis, k *Known, active []bool) {
	vars := map[int]diagram.Ref{}
	for r, rule := range f.e.C.Rules {
		if !active[r] || rule.When == nil {
			continue
		}
		cond := settled(k.Condition[r])
		if k.Condition[r] == expr.Unknown {
			cond = f.condition(0, rule.When.Root(), vars)
		}
		bears := f.m.Apply(f.e.ops.and, f.applies[0][r], f.scope[0])
		switch {
		case cond == no:
			out.NeverTrue = append(out.NeverTrue, r)
		case cond == yes:
			out.AlwaysTrue = append(out.AlwaysTrue, r)
		case f.m.Values(bears)&(1<<yes) == 0:
			out.AlwaysDefeated = append(out.AlwaysDefeated, r)
		}
	}
}

// decisive finds rules that can be taken out without changing any answer. A rule that asks for review has an effect of its own.
func (f *functions) decisive(out *Analysis, known []*Known, active []bool) {
	skip := make([]bool, len(f.e.C.Rules))
	for _, list := range [][]int{out.NeverTrue, out.AlwaysDefeated} {
		for _, r := range list {
			skip[r] = true
		}
	}
	for rank := range f.e.C.Outcomes {
		f.decisiveAt(out, rank, skip, active)
	}
	budget := maxRemovals
	for r, rule := range f.e.C.Rules {
		if !active[r] || rule.Review || skip[r] || len(rule.Overrides) == 0 {
			continue
		}
		if budget -= len(f.e.C.Rules); budget < 0 {
			break
		}
		if f.without(r, known, active) {
			out.NeverDecisive = append(out.NeverDecisive, r)
		}
	}
	slices.Sort(out.NeverDecisive)
}

// decisiveAt looks at the rules of one outcome that override nothing. Such a rule decides where it applies, no other rule of this or a
// more restrictive outcome does, and the outcome that would be left is another one.
func (f *functions) decisiveAt(out *Analysis, rank int, skip, active []bool) {
	e, m, ops := f.e, f.m, f.e.ops
	var same []int
	above, below := no, no
	for r, rule := range e.C.Rules {
		switch a := f.applies[0][r]; {
		case !active[r] || rule.Outcome < 0:
		case rule.Outcome > rank:
			above = m.Apply(ops.or, above, a)
		case rule.Outcome < rank:
			below = m.Apply(ops.or, below, a)
		default:
			same = append(same, r)
		}
	}
	if e.C.Otherwise == nil || e.residual() != rank {
		below = yes // without a residual rule, a gap would be left
	}
	room := m.Apply(ops.and, m.Apply(ops.and, f.scope[0], below), m.Apply(ops.not, above, no))
	after := make([]diagram.Ref, len(same)+1) // whether a rule from i on applies
	for i := len(same) - 1; i >= 0; i-- {
		after[i] = m.Apply(ops.or, f.applies[0][same[i]], after[i+1])
	}
	before := no
	for i, r := range same {
		rule := e.C.Rules[r]
		others := m.Apply(ops.or, before, after[i+1])
		before = m.Apply(ops.or, before, f.applies[0][r])
		if rule.Review || skip[r] || len(rule.Overrides) > 0 {
			continue
		}
		decides := m.Apply(ops.and, m.Apply(ops.and, f.applies[0][r], m.Apply(ops.not, others, no)), room)
		if m.Err() == nil && m.Values(decides)&(1<<yes) == 0 {
			out.NeverDecisive = append(out.NeverDecisive, r)
		}
	}
}

// without reports whether every answer stays the same when a rule is taken out.
func (f *functions) without(r int, known []*Known, active []bool) bool {
	rest := append([]bool(nil), active...)
	rest[r] = false
	g := &functions{
		space: f.space, applies: make([][]diagram.Ref, 1), scope: make([]diagram.Ref, 1), none: make([]diagram.Ref, 1),
		outcome: make([]diagram.Ref, 1),
	}
	before := len(f.owner) // a rule that can err gets a new variable each time, and is then never found to be without effect
	g.evaluate(0, known[0], rest, false)
	if f.e.C.Otherwise == nil && g.none[0] != f.none[0] {
		return false // it closes a gap
	}
	return g.outcome[0] == f.outcome[0] && len(f.owner) == before
}

// overlaps finds pairs of rules with different outcomes that can apply together.
func (f *functions) overlaps(out *Analysis, active []bool) {
	if len(f.e.C.Rules) > maxPairs || len(f.loose) > 0 {
		return
	}
	for a, ra := range f.e.C.Rules {
		for b := a + 1; b < len(f.e.C.Rules); b++ {
			rb := f.e.C.Rules[b]
			if !active[a] || !active[b] || ra.Outcome < 0 || rb.Outcome < 0 || ra.Outcome == rb.Outcome {
				continue
			}
			both := f.m.Apply(f.e.ops.and, f.m.Apply(f.e.ops.and, f.applies[0][a], f.applies[0][b]), f.scope[0])
			if w, ok := f.m.Witness(both, yes); ok {
				out.Overlaps = append(out.Overlaps, Overlap{a, b, f.example(w)})
			}
		}
	}
}

// example turns an assignment of the variables into facts.
func (f *space) example(assignment []int) Example {
	ex := Example{}
	for v, value := range assignment {
		d := f.owner[v]
		if value < 0 || d < 0 || f.dims[d].variable != v {
			continue
		}
		dim := &f.dims[d]
		for i, fact := range dim.values {
			if dim.class == nil && i == value || dim.class != nil && dim.class[i] == value {
				ex = append(ex, Setting{dim.leaf, fact})
				break
			}
		}
	}
	return ex
}
