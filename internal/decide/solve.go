package decide

import (
	"sync"

	"github.com/banfa-go/banfa/internal/diagram"
	"github.com/banfa-go/banfa/internal/expr"
)

// Solution is what is true over all completions of the absent facts.
type Solution struct {
	Possible uint64 // ranks that some completion reaches, as a bit set
	Exact    bool   // otherwise Possible is a superset
	Missing  []int  // leaves that can change the outcome, the most decisive first
	Grounds  []Ground
	Holders  []bool // by evaluation: whether some completion gives it the answer's rank (determined answers)
}

// Ground is what bears a determined outcome: a rule, or Otherwise or Scope.
type Ground struct{ Rule int }

// The grounds that are not rules.
const (
	Otherwise = -1
	Scope     = -2
)

// Determined returns the only possible rank.
func (s *Solution) Determined() (rank int, ok bool) {
	if diagram.Count(s.Possible) != 1 {
		return 0, false
	}
	return s.Worst(), true
}

// Worst returns the most restrictive possible rank.
func (s *Solution) Worst() int {
	for r := diagram.Terminals - 1; r >= 0; r-- {
		if s.Possible&(1<<r) != 0 {
			return r
		}
	}
	return 0
}

// Ranks returns the possible ranks, the most restrictive first.
func (s *Solution) Ranks() []int {
	var out []int
	for r := diagram.Terminals - 1; r >= 0; r-- {
		if s.Possible&(1<<r) != 0 {
			out = append(out, r)
		}
	}
	return out
}

var managers = sync.Pool{New: func() any { return diagram.New(maxNodes) }}

// Solve finds the outcome of a data set over all completions of the absent facts. Each evaluation is one of its items, or the
// data set itself where it has none; a leaf that several of them lack is one and the same fact. known are their Known values.
func (e *Engine) Solve(evs []*expr.Eval, known []*Known, active []bool) *Solution {
	if s := e.settledSolution(known); s != nil {
		return s
	}
	m := managers.Get().(*diagram.Manager)
	defer managers.Put(m)
	m.Reset()
	f := e.build(m, evs, known, active, nil)
	if m.Err() != nil {
		return e.everything(evs)
	}
	sol := &Solution{Possible: m.Values(f.total)}
	sol.Missing, sol.Exact = f.missing(f.total)
	if rank, ok := sol.Determined(); ok {
		f.grounds(sol, rank, active)
	} else if len(sol.Missing) > 1 {
		f.byDecisiveness(sol.Missing)
	}
	if m.Err() != nil {
		return e.everything(evs)
	}
	return sol
}

// everything is the answer where even the diagram was too large: nothing is excluded.
func (e *Engine) everything(evs []*expr.Eval) *Solution {
	s := &Solution{Possible: 1<<(len(e.C.Outcomes)+1) - 1}
	if e.C.Scope == nil {
		s.Possible = 1<<len(e.C.Outcomes) - 1
	}
	for l := range e.C.Env.Leaves() {
		for _, ev := range evs {
			if ev.Lacks(l) {
				s.Missing = append(s.Missing, l)
				break
			}
		}
	}
	return s
}

// settledSolution answers without a diagram where three-valued evaluation has settled every rule.
func (e *Engine) settledSolution(known []*Known) *Solution {
	s := &Solution{Exact: true, Holders: make([]bool, len(known))}
	ranks := make([]int, len(known))
	worst := 0
	for i, k := range known {
		rank, ok := e.Settled(k)
		if !ok {
			return nil
		}
		ranks[i] = rank
		worst = max(worst, rank)
	}
	s.Possible = 1 << worst
	seen := map[Ground]bool{}
	add := func(g Ground) {
		if !seen[g] {
			seen[g] = true
			s.Grounds = append(s.Grounds, g)
		}
	}
	for i, k := range known {
		s.Holders[i] = ranks[i] == worst
		if ranks[i] != worst {
			continue
		}
		if k.Scope == expr.False {
			add(Ground{Scope})
			continue
		}
		for _, r := range k.Live {
			if e.C.Rules[r].Outcome == worst && k.Applies[r] == expr.True {
				add(Ground{r})
			}
		}
		if k.Otherwise == expr.True {
			add(Ground{Otherwise})
		}
	}
	return s
}

func (e *Engine) settledRank(k *Known) (rank int, ok bool) {
	rank = -1
	for _, r := range k.Live {
		outcome := e.C.Rules[r].Outcome
		if outcome < 0 {
			continue
		}
		switch k.Applies[r] {
		case expr.True:
			rank = max(rank, outcome)
		case expr.False:
		default:
			return 0, false
		}
	}
	if rank < 0 {
		rank = e.residual()
	}
	return rank, true
}

// residual is the rank where no rule with an outcome applies. A file without `otherwise` is accepted only when that cannot
// happen; should it happen all the same, nothing is opened.
func (e *Engine) residual() int {
	if e.C.Otherwise != nil {
		return e.C.Otherwise.Outcome
	}
	return len(e.C.Outcomes) - 1
}

// functions are the diagrams of one answer.
type functions struct {
	*space
	applies [][]diagram.Ref // by evaluation and rule, in scope or not
	scope   []diagram.Ref
	none    []diagram.Ref // no rule with an outcome applies
	outcome []diagram.Ref // by evaluation
	total   diagram.Ref
}

func (e *Engine) build(m *diagram.Manager, evs []*expr.Eval, known []*Known, active []bool, toggles []act) *functions {
	need := make([][]*expr.Atom, len(evs))
	for i, k := range known {
		need[i] = e.need(k, active, len(toggles) > 0)
	}
	f := &functions{
		space: newSpace(e, m, evs, need, toggles), applies: make([][]diagram.Ref, len(evs)),
		scope: make([]diagram.Ref, len(evs)), none: make([]diagram.Ref, len(evs)), outcome: make([]diagram.Ref, len(evs)),
	}
	f.total = 0
	for i, k := range known {
		f.evaluate(i, k, active, len(toggles) > 0)
		f.total = m.Apply(e.ops.max, f.total, f.outcome[i])
	}
	return f
}

// need collects the atoms of the conditions that are not settled; with every set, of all.
func (e *Engine) need(k *Known, active []bool, every bool) []*expr.Atom {
	need := newAtoms()
	if s := e.C.Scope; s != nil && s.When != nil && (every || k.Scope == expr.Unknown) {
		need.of(s.When)
	}
	for i, r := range e.C.Rules {
		if active[i] && r.When != nil && (every || k.Condition[i] == expr.Unknown) {
			need.of(r.When)
		}
	}
	return need.list
}

// atoms collects the atoms of conditions, each once, in the order in which they are met.
type atoms struct {
	list       []*expr.Atom
	seen, vars map[int]bool
}

func newAtoms() *atoms { return &atoms{seen: map[int]bool{}, vars: map[int]bool{}} }

// of adds those of an expression, through the variables that it names.
func (a *atoms) of(x *expr.Expr) { a.walk(x.Root()) }

func (a *atoms) walk(n *expr.Node) {
	switch n.Op {
	case expr.OpAtom:
		if !a.seen[n.Atom.ID()] {
			a.seen[n.Atom.ID()] = true
			a.list = append(a.list, n.Atom)
		}
	case expr.OpVar:
		if a.vars[n.Var] {
			return
		}
		a.vars[n.Var] = true
	}
	for _, kid := range n.Kids {
		a.walk(kid)
	}
}

func (f *functions) evaluate(i int, k *Known, active []bool, every bool) {
	e, m, ops := f.e, f.m, f.e.ops
	vars := map[int]diagram.Ref{}
	cond := func(x *expr.Expr, t expr.Truth) diagram.Ref {
		switch {
		case x == nil:
			return yes
		case !every && t != expr.Unknown:
			return f.resolved(settled(t))
		}
		return f.resolved(f.condition(i, x.Root(), vars))
	}
	f.scope[i] = yes
	if s := e.C.Scope; s != nil {
		f.scope[i] = cond(s.When, k.Scope)
	}
	f.applies[i] = make([]diagram.Ref, len(e.C.Rules))
	any := make([]diagram.Ref, len(e.C.Outcomes))
	for _, r := range e.C.Order {
		rule := e.C.Rules[r]
		if !active[r] || f.scope[i] == no || !every && k.Condition[r] == expr.False {
			continue // it does not apply
		}
		a := cond(rule.When, k.Condition[r])
		for _, o := range rule.OverriddenBy {
			if active[o] {
				a = m.Apply(ops.and, a, m.Apply(ops.not, f.applies[i][o], no))
			}
		}
		f.applies[i][r] = a
		if rule.Outcome >= 0 {
			any[rule.Outcome] = m.Apply(ops.or, any[rule.Outcome], a)
		}
	}
	out := diagram.Ref(e.residual())
	none := yes
	for rank, a := range any {
		out = m.Apply(ops.choose[rank], a, out)
		none = m.Apply(ops.and, none, m.Apply(ops.not, a, no))
	}
	f.none[i] = m.Apply(ops.and, none, f.scope[i])
	outside := m.Apply(ops.not, f.scope[i], no)
	f.outcome[i] = m.Apply(ops.choose[e.C.OutOfScope()], outside, out)
}

// missing returns the leaves a function depends on, and whether that is exact.
func (f *space) missing(r diagram.Ref) (leaves []int, exact bool) {
	exact = true
	in := make([]bool, len(f.dims))
	support := f.m.Support(r)
	for v, depends := range support {
		if d := f.owner[v]; depends && d >= 0 && f.dims[d].variable == v {
			in[d] = true
		}
	}
	for _, p := range f.loose {
		if !support[f.free[p]] {
			continue
		}
		exact = false
		for _, l := range f.e.C.Env.Atoms()[p.atom].Leaves {
			if d, ok := f.dim[l]; ok && f.at(p).Lacks(l) {
				in[d] = true
			}
		}
	}
	for d, depends := range in {
		if depends {
			leaves = append(leaves, f.dims[d].leaf)
			exact = exact && f.dims[d].exact
		}
	}
	return leaves, exact
}

func (f *functions) grounds(sol *Solution, rank int, active []bool) {
	sol.Holders = make([]bool, len(f.evs))
	in := make([]bool, len(f.e.C.Rules))
	otherwise, scope := false, false
	for i := range f.evs {
		sol.Holders[i] = f.m.Values(f.outcome[i])&(1<<rank) != 0
		if rank == f.e.C.OutOfScope() {
			scope = scope || sol.Holders[i]
			continue
		}
		for r, rule := range f.e.C.Rules {
			if active[r] && rule.Outcome == rank && !in[r] {
				bears := f.m.Apply(f.e.ops.and, f.applies[i][r], f.scope[i])
				in[r] = f.m.Values(bears)&(1<<yes) != 0
			}
		}
		otherwise = otherwise || f.e.residual() == rank && f.m.Values(f.none[i])&(1<<yes) != 0
	}
	for r, bears := range in {
		if bears {
			sol.Grounds = append(sol.Grounds, Ground{r})
		}
	}
	if otherwise {
		sol.Grounds = append(sol.Grounds, Ground{Otherwise})
	}
	if scope {
		sol.Grounds = append(sol.Grounds, Ground{Scope})
	}
}
