package decide

import (
	"cmp"
	"math"
	"slices"

	"github.com/banfa-go/banfa/internal/diagram"
)

// byDecisiveness orders leaves by how much knowing each is expected to settle: the entropy of the outcome that would be left,
// were every value of every absent fact equally likely. Ties keep the order of declaration. It advises; exactness does not
// depend on it.
func (f *functions) byDecisiveness(leaves []int) {
	f.space.byDecisiveness(f.total, f.e.C.OutOfScope()+1, leaves)
}

// byDecisiveness orders leaves by what they settle of a function that takes the first values only.
func (f *space) byDecisiveness(total diagram.Ref, values int, leaves []int) {
	left := make(map[int]float64, len(leaves))
	fixed := make([]int, len(f.owner))
	for i := range fixed {
		fixed[i] = -1
	}
	for _, l := range leaves {
		d := &f.dims[f.dim[l]]
		if d.variable < 0 {
			left[l] = math.Inf(1) // its values could not be told apart
			continue
		}
		for value := range f.m.Arity(d.variable) {
			fixed[d.variable] = value
			left[l] += f.weight(d.variable, value) * entropy(f.m.Distribution(total, values, f.weight, fixed))
		}
		fixed[d.variable] = -1
	}
	slices.SortStableFunc(leaves, func(a, b int) int { return cmp.Compare(round(left[a]), round(left[b])) })
}

// round keeps the noise of floating-point addition from deciding an order.
func round(x float64) float64 { return math.Round(x*1e9) / 1e9 }

// weight is the share of a variable's value among equally likely values of its leaf.
func (f *space) weight(v, value int) float64 {
	d := f.owner[v]
	if d < 0 || f.dims[d].variable != v || f.dims[d].class == nil {
		return 1 / float64(f.m.Arity(v))
	}
	n := 0
	for _, c := range f.dims[d].class {
		if c == value {
			n++
		}
	}
	return float64(n) / float64(len(f.dims[d].class))
}

func entropy(shares []float64) float64 {
	h := 0.0
	for _, p := range shares {
		if p > 0 {
			h -= p * math.Log2(p)
		}
	}
	return h
}
