package decide

import (
	"context"
	"slices"

	"github.com/banfa-go/banfa/internal/diagram"
	"github.com/banfa-go/banfa/internal/expr"
)

// maxFormulaPairs bounds the requirements of which each pair is compared.
const maxFormulaPairs = 200

// FormulaAnalysis is what is wrong with requirements, seen together, over all values of all facts. Every claim holds for all of them; where
// the facts could not be enumerated it claims less.
type FormulaAnalysis struct {
	Always []int    // hold whatever the facts
	Never  []int    // hold for no facts: they fail or err
	Equal  [][2]int // hold for the same facts, the earlier first
	// Implied are pairs of which the first holds wherever the second does, and not the other way round.
	Implied [][2]int
	// Conflict is a smallest set of requirements, each of which can be met, that no facts meet together; nil where there is none.
	Conflict []int
}

// AnalyseFormulas looks at requirements over all values of all facts. params is put into its slot where it is not negative.
func (e *Engine) AnalyseFormulas(list []Formula, params int, value expr.Value) *FormulaAnalysis {
	if len(list) == 0 || len(list) > maxAnalysed {
		return &FormulaAnalysis{}
	}
	ev := e.C.Env.NewEval(context.Background())
	if params >= 0 {
		ev.Put(params, value)
	}
	for l, leaf := range e.C.Env.Leaves() {
		if leaf.Type.Optional {
			ev.SetLeaf(l, expr.Value{}) // here its absence is one value among others
		}
	}
	m := diagram.New(maxNodes)
	s := e.formulaSpace(m, ev, list, indexesOf(list))
	vars := map[int]diagram.Ref{}
	holds := make([]diagram.Ref, len(list))
	for i := range list {
		_, r := s.formula(&list[i], vars)
		holds[i] = m.Apply(e.ops.resolve, r, no) // an error is not met
	}
	out := &FormulaAnalysis{}
	for i, r := range holds {
		switch r {
		case yes:
			out.Always = append(out.Always, i)
		case no:
			out.Never = append(out.Never, i)
		}
	}
	s.pairs(out, holds)
	if len(out.Never) == 0 {
		out.Conflict = s.conflict(holds)
	}
	if m.Err() != nil {
		return &FormulaAnalysis{}
	}
	return out
}

func indexesOf(list []Formula) []int {
	out := make([]int, len(list))
	for i := range out {
		out[i] = i
	}
	return out
}

// pairs compares each two requirements that depend on the facts.
func (s *space) pairs(out *FormulaAnalysis, holds []diagram.Ref) {
	if len(holds) > maxFormulaPairs {
		return
	}
	implies := func(a, b diagram.Ref) bool {
		return s.m.Apply(s.e.ops.and, a, s.m.Apply(s.e.ops.not, b, no)) == no
	}
	for i, a := range holds {
		for j := i + 1; j < len(holds); j++ {
			b := holds[j]
			switch {
			case diagram.IsTerminal(a) || diagram.IsTerminal(b):
			case a == b:
				out.Equal = append(out.Equal, [2]int{i, j})
			case implies(b, a):
				out.Implied = append(out.Implied, [2]int{i, j})
			case implies(a, b):
				out.Implied = append(out.Implied, [2]int{j, i})
			}
		}
	}
}

// conflict returns a set that cannot be met together, from which none can be left out.
func (s *space) conflict(holds []diagram.Ref) []int {
	all := yes
	set := []int{}
	for i, r := range holds {
		all = s.m.Apply(s.e.ops.and, all, r)
		set = append(set, i)
		if all == no {
			break
		}
	}
	if all != no || s.m.Err() != nil {
		return nil
	}
	for i := 0; i < len(set); {
		rest := yes
		for j, k := range set {
			if j != i {
				rest = s.m.Apply(s.e.ops.and, rest, holds[k])
			}
		}
		if rest == no && s.m.Err() == nil {
			set = slices.Delete(set, i, i+1)
		} else {
			i++
		}
	}
	return set
}
