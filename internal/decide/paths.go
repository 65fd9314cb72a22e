package decide

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/banfa-go/banfa/internal/diagram"
	"github.com/banfa-go/banfa/internal/expr"
)

// Path is a minimal set of acts that leads to a more open outcome.
type Path struct {
	Facts []int // indexes into C.Facts, ascending
	Rank  int
}

// maxPathSets bounds the sets of acts that are tried. Sixteen acts that all bear on one outcome stay below it.
const maxPathSets = 1 << 16

// Paths returns, for a determined answer of the given rank, every minimal set of acts after which the outcome is determined and
// more open, the smallest and then most open first. complete is false where there are more sets of acts than can be tried.
//
// An act changes the fact for the data set and for each item alike.
func (e *Engine) Paths(evs []*expr.Eval, known []*Known, active []bool, rank int) (paths []Path, complete bool) {
	if rank == 0 || len(e.acts) == 0 {
		return nil, true
	}
	var acts []act
	for _, a := range e.acts {
		for _, ev := range evs {
			if !ev.LeafValue(a.leaf).Equal(a.target) {
				acts = append(acts, a)
				break
			}
		}
	}
	if len(acts) == 0 {
		return nil, true
	}
	m := managers.Get().(*diagram.Manager)
	defer managers.Put(m)
	m.Reset()
	f := e.build(m, evs, known, active, acts)
	if m.Err() != nil {
		return nil, false
	}
	support := m.Support(f.total)
	relevant := acts[:0]
	for _, a := range acts {
		if support[f.dims[f.dim[a.leaf]].toggle] {
			relevant = append(relevant, a)
		}
	}
	return f.minimalSets(relevant, rank)
}

func (f *functions) minimalSets(acts []act, rank int) (paths []Path, complete bool) {
	fixed := make([]int, len(f.owner))
	type found struct {
		set  uint64
		rank int
	}
	var reached []found
	tried := 0
	if len(acts) > bits.UintSize-1 {
		return nil, false
	}
	for size := 1; size <= len(acts); size++ {
		for set := uint64(1)<<size - 1; set < 1<<len(acts); set = nextOfSize(set) {
			if tried++; tried > maxPathSets {
				return nil, false
			}
			// A set that contains one which already opens everything cannot be minimal.
			if slices.ContainsFunc(reached, func(r found) bool { return r.rank == 0 && r.set&set == r.set }) {
				continue
			}
			for v, d := range f.owner {
				fixed[v] = -1
				if d >= 0 && f.dims[d].toggle == v {
					fixed[v] = 0
				}
			}
			for i, a := range acts {
				if set&(1<<i) != 0 {
					fixed[f.dims[f.dim[a.leaf]].toggle] = 1
				}
			}
			values := f.m.Reach(f.total, fixed)
			if diagram.Count(values) != 1 {
				continue
			}
			r := bits.TrailingZeros64(values)
			if r >= rank || slices.ContainsFunc(reached, func(p found) bool { return p.rank <= r && p.set&set == p.set }) {
				continue
			}
			reached = append(reached, found{set, r})
		}
	}
	sets := make([]Path, len(reached))
	for i, r := range reached {
		sets[i].Rank = r.rank
		for j, a := range acts {
			if r.set&(1<<j) != 0 {
				sets[i].Facts = append(sets[i].Facts, a.fact)
			}
		}
	}
	sortPaths(sets)
	return sets, true
}

// sortPaths puts the fewest acts first, then the most open outcome, then the order of declaration.
func sortPaths(paths []Path) {
	slices.SortStableFunc(paths, func(a, b Path) int {
		return cmp.Or(cmp.Compare(len(a.Facts), len(b.Facts)), cmp.Compare(a.Rank, b.Rank), slices.Compare(a.Facts, b.Facts))
	})
}

// nextOfSize is the next larger number with as many bits set.
func nextOfSize(set uint64) uint64 {
	low := set & -set
	ripple := set + low
	return ripple | (set^ripple)/low>>2
}
