package decide

import (
	"slices"

	"github.com/banfa-go/banfa/internal/diagram"
	"github.com/banfa-go/banfa/internal/expr"
)

// Limits of the exact analysis. Beyond them an answer is a superset and says so.
const (
	maxNodes  = 200_000 // of the diagram of one answer
	maxCombos = 20_000  // values tried together for one atom that reads several absent facts
)

// dimension is one absent leaf, or one that an act may change, as variables of the diagram.
type dimension struct {
	leaf     int
	values   []expr.Value
	exact    bool // the values stand for all
	finite   bool // the values are all
	variable int  // -1 where no evaluation lacks the leaf
	toggle   int  // the variable that says whether the act is done, or -1
	target   expr.Value
	class    []int // by value: which of the variable's values it is; nil where each is its own
}

// space is the set of completions of the facts that some of the evaluations lack.
type space struct {
	e    *Engine
	m    *diagram.Manager
	evs  []*expr.Eval
	dims []dimension
	dim  map[int]int // leaf to dimension

	open   []pair       // atoms that are not settled, by evaluation
	free   map[pair]int // atoms that could not be enumerated: a variable each
	tables map[pair]diagram.Ref
	owner  []int // by variable: the dimension it belongs to, or -1
	loose  []pair
}

type pair struct {
	ev   int // -1 where the atom reads nothing but absent leaves, and so is the same for all evaluations
	atom int
}

// newSpace prepares the variables: one per absent leaf, in the order of declaration. toggles are the acts whose effect is to be
// found out; each adds a variable of its own before that of its leaf.
func newSpace(e *Engine, m *diagram.Manager, evs []*expr.Eval, need [][]*expr.Atom, toggles []act) *space {
	s := &space{
		e: e, m: m, evs: evs, dim: map[int]int{}, free: map[pair]int{}, tables: map[pair]diagram.Ref{},
	}
	toggled := map[int]expr.Value{}
	for _, t := range toggles {
		toggled[t.leaf] = t.target
	}
	missing := map[int]bool{} // leaves that an evaluation lacks
	for i, ev := range evs {
		for _, a := range need[i] {
			open := false
			for _, l := range a.Leaves {
				_, t := toggled[l]
				lacks := s.lacks(ev, a, l)
				if lacks {
					missing[l] = true
				}
				open = open || lacks || t
			}
			if open {
				s.open = append(s.open, s.pair(i, a, toggled))
			}
		}
	}
	s.dimensions(missing, toggled)
	return s
}

// lacks reports whether an atom can still depend on a leaf: the leaf is absent, or its value lacks a field and the atom is not settled without.
func (s *space) lacks(ev *expr.Eval, a *expr.Atom, l int) bool {
	return ev.Absent(l) || ev.Lacks(l) && ev.Atom(a) == expr.Unknown
}

// pair names an atom of an evaluation, shared among evaluations where they cannot differ in it.
func (s *space) pair(i int, a *expr.Atom, toggled map[int]expr.Value) pair {
	for _, l := range a.Leaves {
		if _, t := toggled[l]; t || !s.evs[i].Absent(l) {
			return pair{i, a.ID()}
		}
	}
	return pair{-1, a.ID()}
}

func (s *space) dimensions(missing map[int]bool, toggled map[int]expr.Value) {
	leaves := make([]int, 0, len(missing)+len(toggled))
	for l := range missing {
		leaves = append(leaves, l)
	}
	for l := range toggled {
		if !missing[l] {
			leaves = append(leaves, l)
		}
	}
	slices.Sort(leaves)
	for _, l := range leaves {
		d := dimension{leaf: l, variable: -1, toggle: -1}
		d.values, d.finite = s.e.C.Env.Leaves()[l].Type.Completions()
		d.exact = d.finite
		if t, ok := toggled[l]; ok {
			d.toggle, d.target = 0, t
		}
		s.dim[l] = len(s.dims)
		s.dims = append(s.dims, d)
	}
	for i := range s.dims {
		if d := &s.dims[i]; !d.finite && missing[d.leaf] {
			s.represent(d)
		}
	}
	for i := range s.dims {
		d := &s.dims[i]
		if d.toggle == 0 {
			d.toggle = s.variable(2, i)
		}
		if missing[d.leaf] && len(d.values) > 0 {
			d.class = s.classes(d)
			d.variable = s.variable(arity(d), i)
		}
	}
	for _, p := range s.open {
		if !s.enumerable(p) {
			if _, done := s.free[p]; !done {
				s.free[p] = s.variable(2, -1)
				s.loose = append(s.loose, p)
			}
		}
	}
}

func arity(d *dimension) int {
	if d.class == nil {
		return len(d.values)
	}
	return slices.Max(d.class) + 1
}

func (s *space) variable(arity, dim int) int {
	v := s.m.Var(arity)
	s.owner = append(s.owner, dim)
	return v
}

// at returns the evaluation an open pair is looked at in: any of them where they cannot differ.
func (s *space) at(p pair) *expr.Eval {
	if p.ev < 0 {
		for _, ev := range s.evs {
			all := true
			for _, l := range s.e.C.Env.Atoms()[p.atom].Leaves {
				all = all && ev.Absent(l)
			}
			if all {
				return ev
			}
		}
	}
	return s.evs[max(p.ev, 0)]
}

// represent finds values that stand for all that a leaf without a finite domain may have, from what the open atoms hold it
// against.
func (s *space) represent(d *dimension) {
	var probes []expr.Probe
	d.exact = true
	for _, p := range s.open {
		a := s.e.C.Env.Atoms()[p.atom]
		if !slices.Contains(a.Leaves, d.leaf) || !s.at(p).Absent(d.leaf) {
			continue
		}
		found, ok := s.probes(p, a, d.leaf)
		if !ok {
			continue // this atom becomes free; others may still be told apart
		}
		probes = append(probes, found...)
	}
	var complete bool
	d.values, complete = s.e.C.Env.Leaves()[d.leaf].Type.Represent(probes)
	d.exact = d.exact && complete
}

// probes asks an atom what it holds a leaf against, under every assignment of the finite leaves that this depends on.
func (s *space) probes(p pair, a *expr.Atom, leaf int) ([]expr.Probe, bool) {
	trial := s.at(p).Trial()
	probes, settled, ok := trial.Probes(a, leaf)
	if !ok || settled {
		return probes, ok
	}
	var others []int
	combos := 1
	for _, l := range a.Leaves {
		if l == leaf || !s.at(p).Absent(l) {
			continue
		}
		d := &s.dims[s.dim[l]]
		if !d.finite {
			return nil, false
		}
		others = append(others, l)
		combos *= len(d.values)
		if combos > maxCombos {
			return nil, false
		}
	}
	var all []expr.Probe
	var rec func(i int) bool
	rec = func(i int) bool {
		if i == len(others) {
			probes, settled, ok := trial.Probes(a, leaf)
			all = append(all, probes...)
			return ok && settled
		}
		for _, v := range s.dims[s.dim[others[i]]].values {
			trial.Set(others[i], v)
			if !rec(i + 1) {
				return false
			}
		}
		trial.Set(others[i], expr.Value{})
		return true
	}
	if !rec(0) {
		return nil, false
	}
	return all, true
}

// enumerable reports whether the values of the leaves of an open atom can be tried one by one and stand for all.
func (s *space) enumerable(p pair) bool {
	a := s.e.C.Env.Atoms()[p.atom]
	ev := s.at(p)
	combos, unbounded := 1, 0
	for _, l := range a.Leaves {
		if !ev.Absent(l) && s.lacks(ev, a, l) {
			return false // what could stand in the gaps of a value is not enumerated
		}
		i, ok := s.dim[l]
		if !ok {
			continue
		}
		d := &s.dims[i]
		n := 0
		if ev.Absent(l) {
			if !d.finite {
				unbounded++
				if _, ok := s.probes(p, a, l); !ok || !d.exact {
					return false
				}
			}
			n = len(d.values)
		}
		if d.toggle >= 0 {
			n++
		}
		if combos *= max(n, 1); combos > maxCombos {
			return false
		}
	}
	return unbounded <= 1 // two of them held against each other have no finite set of regions
}

// classes groups the values of a leaf that no open atom tells apart, where there are many.
func (s *space) classes(d *dimension) []int {
	const many = 8
	if len(d.values) <= many {
		return nil
	}
	signature := make([][]byte, len(d.values))
	for _, p := range s.open {
		a := s.e.C.Env.Atoms()[p.atom]
		ev := s.at(p)
		if !slices.Contains(a.Leaves, d.leaf) || !ev.Absent(d.leaf) {
			continue
		}
		for _, l := range a.Leaves {
			if _, varies := s.dim[l]; varies && l != d.leaf {
				return nil
			}
		}
		trial := ev.Trial()
		for i, v := range d.values {
			trial.Set(d.leaf, v)
			signature[i] = append(signature[i], byte(trial.Truth(a)))
		}
	}
	seen := map[string]int{}
	class := make([]int, len(d.values))
	for i, sig := range signature {
		c, ok := seen[string(sig)]
		if !ok {
			c = len(seen)
			seen[string(sig)] = c
		}
		class[i] = c
	}
	return class
}

// atom returns the diagram of an atom in an evaluation: false, true or error at each completion.
func (s *space) atom(i int, a *expr.Atom) diagram.Ref {
	p, open := s.lookup(i, a)
	if !open {
		return settled(s.evs[i].Atom(a))
	}
	if v, ok := s.free[p]; ok {
		return s.m.Var1(v)
	}
	if r, ok := s.tables[p]; ok {
		return r
	}
	r := s.table(p, a)
	s.tables[p] = r
	return r
}

func (s *space) lookup(i int, a *expr.Atom) (pair, bool) {
	open, shared := false, true
	for _, l := range a.Leaves {
		absent := s.evs[i].Absent(l)
		lacks := absent || s.lacks(s.evs[i], a, l)
		toggle := false
		if d, ok := s.dim[l]; ok && s.dims[d].toggle >= 0 {
			toggle = true
		}
		open = open || lacks || toggle
		shared = shared && absent && !toggle
	}
	if shared {
		return pair{-1, a.ID()}, open
	}
	return pair{i, a.ID()}, open
}

// The terminals of a condition's diagram. An unknown that remains although nothing is absent can only be a fault of ours or
// of a host function; it counts as an error, which opens nothing.
const (
	no  diagram.Ref = 0
	yes diagram.Ref = 1
	err diagram.Ref = 2
)

func settled(t expr.Truth) diagram.Ref {
	switch t {
	case expr.False:
		return no
	case expr.True:
		return yes
	}
	return err
}

func (s *space) table(p pair, a *expr.Atom) diagram.Ref {
	if len(a.Leaves) == 1 && s.e.tables[a.ID()] != nil {
		d := &s.dims[s.dim[a.Leaves[0]]]
		if d.toggle < 0 && d.class == nil {
			kids := make([]diagram.Ref, len(d.values))
			for i, t := range s.e.tables[a.ID()] {
				kids[i] = settled(t)
			}
			return s.m.Node(d.variable, kids)
		}
	}
	ev := s.at(p)
	trial := ev.Trial()
	var rec func(i int) diagram.Ref
	rec = func(i int) diagram.Ref {
		if i == len(a.Leaves) {
			return settled(trial.Truth(a))
		}
		leaf := a.Leaves[i]
		di, ok := s.dim[leaf]
		if !ok {
			return rec(i + 1)
		}
		d := &s.dims[di]
		asIs := func() diagram.Ref {
			if !ev.Absent(leaf) {
				trial.Set(leaf, ev.LeafValue(leaf))
				return rec(i + 1)
			}
			kids := make([]diagram.Ref, s.m.Arity(d.variable))
			done := make([]bool, len(kids))
			for j, v := range d.values {
				c := j
				if d.class != nil {
					c = d.class[j]
				}
				if !done[c] {
					trial.Set(leaf, v)
					kids[c], done[c] = rec(i+1), true
				}
			}
			return s.m.Node(d.variable, kids)
		}
		r := asIs()
		if d.toggle >= 0 {
			trial.Set(leaf, d.target)
			r = s.m.Node(d.toggle, []diagram.Ref{r, rec(i + 1)})
		}
		trial.Set(leaf, ev.LeafValue(leaf))
		return r
	}
	return rec(0)
}
