package conformance

import (
	"context"
	"slices"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// FactCoverage is which values of a fact, or of a field of one, the suites use: of a bool, an enum or a short range each; of an ordered
// fact without end, the values at which a condition turns. Other facts are left out.
type FactCoverage struct {
	Subject    string     `json:"subject"`
	Fact       string     `json:"fact"` // of the transitions: change.NAME
	Seen       []string   `json:"seen"`
	Unseen     []string   `json:"unseen"`
	Absent     bool       `json:"absent"` // whether a case leaves it out
	Boundaries []Boundary `json:"boundaries"`
}

// Boundary is a value that conditions hold a fact against. Below, At and Above say whether a case has a value there.
type Boundary struct {
	Value string   `json:"value"`
	Rules []string `json:"rules"` // whose conditions turn there
	Below bool     `json:"below"`
	At    bool     `json:"at"`
	Above bool     `json:"above"`

	value expr.Value
}

// Tested reports whether a case has the very value, and another one that lies beside it.
func (b *Boundary) Tested() bool { return b.At && (b.Below || b.Above) }

type countedLeaf struct {
	index      int // into the environment's leaves
	name       string
	typ        *expr.Type
	domain     []expr.Value // nil where it has too many values
	seen       map[string]bool
	absent     bool
	boundaries []Boundary
}

// countedLeaves are the facts of an environment and their fields.
func countedLeaves(env *expr.Env, facts []ruleset.Fact, prefix string) []*countedLeaf {
	var out []*countedLeaf
	for i, leaf := range env.Leaves() {
		if !slices.ContainsFunc(facts, func(f ruleset.Fact) bool { return f.Slot == leaf.Slot }) {
			continue // now, params and the like
		}
		l := &countedLeaf{index: i, name: prefix + leaf.Name, typ: leaf.Type, seen: map[string]bool{}}
		if values, ok := leaf.Type.Enumerate(); ok {
			l.domain = values
		}
		out = append(out, l)
	}
	return out
}

// note takes the values of one set of facts down; ev is an evaluation without facts. What is only presumed is not among them.
func note(leaves []*countedLeaf, ev *expr.Eval, facts []ruleset.Fact, values []expr.Value) {
	for i := range facts {
		if values[i].Present() {
			ev.Put(facts[i].Slot, values[i])
		}
	}
	for _, l := range leaves {
		v := ev.LeafValue(l.index)
		if v.Go() == nil {
			l.absent = true
			continue
		}
		if l.domain != nil {
			l.seen[v.String()] = true
		}
		for i := range l.boundaries {
			b := &l.boundaries[i]
			switch order := expr.Compare(v, b.value); {
			case order < 0:
				b.Below = true
			case order > 0:
				b.Above = true
			default:
				b.At = true
			}
		}
	}
}

// boundaries finds the values at which conditions turn: what an ordered leaf is compared with, where that depends on no other fact and
// not on the time.
func (n *counter) boundaries(ctx context.Context) {
	c := n.spec
	atoms := c.Env.Atoms()
	users := n.users(len(atoms))
	ev := c.Env.NewEval(ctx)
	if c.Params >= 0 {
		ev.Put(c.Params, c.ParamsValue)
	}
	leafOf := c.Env.Leaves()
	for _, l := range n.leaves {
		if l.domain != nil || l.typ.Optional || !ordered(l.typ.Kind) {
			continue
		}
		for _, a := range atoms {
			if !slices.Contains(a.Leaves, l.index) || len(users[a.ID()]) == 0 ||
				slices.ContainsFunc(a.Leaves, func(i int) bool { return leafOf[i].Slot == c.Now }) {
				continue
			}
			probes, settled, ok := ev.Probes(a, l.index)
			if !ok || !settled {
				continue
			}
			for _, p := range probes {
				if v, err := (&expr.Type{Kind: l.typ.Kind}).FromGo(p.Value); err == nil && p.Kind == expr.ProbeOrder {
					l.boundary(v, users[a.ID()])
				}
			}
		}
		slices.SortFunc(l.boundaries, func(a, b Boundary) int { return expr.Compare(a.value, b.value) })
	}
}

func ordered(k expr.Kind) bool {
	switch k {
	case expr.Int, expr.Double, expr.Decimal, expr.Date, expr.Timestamp, expr.Duration:
		return true
	}
	return false
}

func (l *countedLeaf) boundary(v expr.Value, rules []string) {
	i := slices.IndexFunc(l.boundaries, func(b Boundary) bool { return expr.Compare(b.value, v) == 0 })
	if i < 0 {
		l.boundaries = append(l.boundaries, Boundary{Value: v.String(), value: v})
		i = len(l.boundaries) - 1
	}
	b := &l.boundaries[i]
	for _, r := range rules {
		if !slices.Contains(b.Rules, r) {
			b.Rules = append(b.Rules, r)
		}
	}
}

// users returns which rules' conditions hold each atom.
func (n *counter) users(atoms int) [][]string {
	users := make([][]string, atoms)
	for _, r := range append([]*ruleset.Rule{n.spec.Scope}, n.spec.Rules...) {
		if r == nil || r.When == nil {
			continue
		}
		walkAtoms(r.When.Root(), func(a *expr.Atom) {
			if !slices.Contains(users[a.ID()], r.ID) {
				users[a.ID()] = append(users[a.ID()], r.ID)
			}
		})
	}
	return users
}

func walkAtoms(n *expr.Node, visit func(*expr.Atom)) {
	seen := map[*expr.Node]bool{} // a named condition stands in many places
	var walk func(*expr.Node)
	walk = func(n *expr.Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		if n.Op == expr.OpAtom {
			visit(n.Atom)
		}
		for _, k := range n.Kids {
			walk(k)
		}
	}
	walk(n)
}

func (n *counter) facts() []FactCoverage {
	var out []FactCoverage
	for _, l := range append(slices.Clone(n.leaves), n.changing...) {
		if l.domain == nil && len(l.boundaries) == 0 {
			continue
		}
		f := FactCoverage{
			Subject: n.spec.ID(), Fact: l.name, Seen: []string{}, Unseen: []string{}, Absent: l.absent, Boundaries: []Boundary{},
		}
		for _, v := range l.domain {
			if s := v.String(); l.seen[s] {
				f.Seen = append(f.Seen, s)
			} else {
				f.Unseen = append(f.Unseen, s)
			}
		}
		f.Boundaries = append(f.Boundaries, l.boundaries...)
		out = append(out, f)
	}
	return out
}
