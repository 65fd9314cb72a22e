package diagram

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var maxOp = &Op{ID: 1, Short: func(a, b Ref) (Ref, bool) {
	if IsTerminal(a) && IsTerminal(b) {
		return max(a, b), true
	}
	return 0, false
}}

// table is a function as an explicit list of its values, the plain form that the diagram must agree with.
type table struct {
	arity  []int
	values []Ref
}

func (t table) at(index int) (assignment []int) {
	assignment = make([]int, len(t.arity))
	for i := len(t.arity) - 1; i >= 0; i-- {
		assignment[i] = index % t.arity[i]
		index /= t.arity[i]
	}
	return assignment
}

func (t table) build(m *Manager) Ref {
	var rec func(v, offset, size int) Ref
	rec = func(v, offset, size int) Ref {
		if v == len(t.arity) {
			return t.values[offset]
		}
		kids := make([]Ref, t.arity[v])
		step := size / t.arity[v]
		for i := range kids {
			kids[i] = rec(v+1, offset+i*step, step)
		}
		return m.Node(v, kids)
	}
	return rec(0, 0, len(t.values))
}

func drawTable(t *rapid.T, arity []int, name string) table {
	size := 1
	for _, a := range arity {
		size *= a
	}
	tb := table{arity: arity, values: make([]Ref, size)}
	for i := range tb.values {
		tb.values[i] = Ref(rapid.IntRange(0, 3).Draw(t, name))
	}
	return tb
}

func TestADiagramSaysWhatTheExplicitTableSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arity := rapid.SliceOfN(rapid.IntRange(2, 3), 1, 4).Draw(t, "arity")
		m := New(10_000)
		for _, a := range arity {
			m.Var(a)
		}
		f, g := drawTable(t, arity, "f"), drawTable(t, arity, "g")
		h := table{arity: arity, values: make([]Ref, len(f.values))}
		for i := range h.values {
			h.values[i] = max(f.values[i], g.values[i])
		}
		got := m.Apply(maxOp, f.build(m), g.build(m))
		require.Equal(t, h.build(m), got, "equal functions are one reference")

		var values uint64
		depends := make([]bool, len(arity))
		for i, v := range h.values {
			values |= 1 << v
			for j, w := range h.values {
				if w != v {
					if d := differ(h.at(i), h.at(j)); len(d) == 1 {
						depends[d[0]] = true
					}
				}
			}
		}
		require.Equal(t, values, m.Values(got))
		require.Equal(t, depends, m.Support(got))

		fixed := make([]int, len(arity))
		for v := range fixed {
			fixed[v] = rapid.IntRange(-1, arity[v]-1).Draw(t, "fixed")
		}
		values = 0
		for i, v := range h.values {
			ok := true
			for k, a := range h.at(i) {
				ok = ok && (fixed[k] < 0 || fixed[k] == a)
			}
			if ok {
				values |= 1 << v
			}
		}
		require.Equal(t, values, m.Reach(got, fixed))
		require.NoError(t, m.Err())
	})
}

func differ(a, b []int) (at []int) {
	for i := range a {
		if a[i] != b[i] {
			at = append(at, i)
		}
	}
	return at
}

func TestADiagramThatOutgrowsItsLimitSaysSo(t *testing.T) {
	m := New(8)
	r := Ref(0)
	for range 20 {
		m.Var(3)
	}
	for v := 19; v >= 0; v-- {
		r = m.Apply(maxOp, m.Var1(v), r)
	}
	require.ErrorIs(t, m.Err(), ErrTooLarge)
	m.Reset()
	require.NoError(t, m.Err())
	v := m.Var(2)
	require.Equal(t, uint64(0b11), m.Values(m.Var1(v)), "after a reset the manager is as new")
}

func TestSharesOfOutcomesFollowTheWeights(t *testing.T) {
	m := New(100)
	a, b := m.Var(2), m.Var(3)
	r := m.Apply(maxOp, m.Var1(a), m.Var1(b))
	even := func(v, _ int) float64 { return 1 / float64(m.Arity(v)) }
	require.InDeltaSlice(t, []float64{1. / 6, 3. / 6, 2. / 6}, m.Distribution(r, 3, even, nil), 1e-12)
	require.InDeltaSlice(t, []float64{0, 2. / 3, 1. / 3}, m.Distribution(r, 3, even, []int{1}), 1e-12)
}
