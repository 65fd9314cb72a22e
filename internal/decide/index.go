package decide

import (
	"math/bits"
	"slices"

	"github.com/banfa-go/banfa/internal/expr"
)

// index finds the rules whose condition a record can meet. A rule each of whose terms holds a fact against a constant (domain == 'd001' && …)
// is looked at only where the fact has one of those values, or is absent; where it has another, the rule is false, an error elsewhere in it
// included. So the cost of an answer does not depend on the number of such rules.
type index struct {
	tests  *expr.Tests
	terms  []expr.Terms // by rule; nil where the rule is evaluated as the tree it is
	direct bool         // whether every rule and the scope have terms, or are always true: no record needs cel-go
	scope  expr.Terms
	always []int   // rules that are looked at for every record
	byBit  [][]int // rules that are looked at where a bit is true
	guards []guard // what the bits of byBit belong to
}

type guard struct {
	expr.Guard
	rules []int // all that are looked up by it
}

func newIndex(e *Engine, tests *expr.Tests) *index {
	x := &index{tests: tests, terms: make([]expr.Terms, len(e.C.Rules)), direct: true}
	x.byBit = make([][]int, x.tests.Words()<<6)
	guarded := make([][]int, len(x.tests.Guards()))
	for r, rule := range e.C.Rules {
		if rule.When == nil {
			x.always = append(x.always, r)
			continue
		}
		terms, ok := x.tests.Terms(rule.When.Root())
		x.direct = x.direct && ok
		if !ok {
			x.always = append(x.always, r)
			continue
		}
		x.terms[r] = terms
		by, ok := x.lookUp(terms)
		if !ok {
			x.always = append(x.always, r)
			continue
		}
		for _, bit := range by {
			x.byBit[bit] = append(x.byBit[bit], r)
			g, _ := x.tests.GuardOf(bit)
			if n := len(guarded[g]); n == 0 || guarded[g][n-1] != r {
				guarded[g] = append(guarded[g], r)
			}
		}
	}
	for g, rules := range guarded {
		if len(rules) > 0 {
			x.guards = append(x.guards, guard{x.tests.Guards()[g], rules})
		}
	}
	if s := e.C.Scope; s != nil && s.When != nil {
		terms, ok := x.tests.Terms(s.When.Root())
		x.scope, x.direct = terms, x.direct && ok
	}
	return x
}

// lookUp chooses a bit of each term without which the term is not true: of the fact that is held against the most constants.
func (x *index) lookUp(terms expr.Terms) (chosen []int, ok bool) {
	for i := range terms {
		best, most := -1, 0
		for _, w := range append([]expr.TermWord{terms[i].TermWord}, terms[i].More...) {
			for set := w.Pos; set != 0; set &= set - 1 {
				bit := int(w.Word)<<6 + bits.TrailingZeros64(set)
				if g, ok := x.tests.GuardOf(bit); ok {
					if n := x.tests.Guards()[g].Classes; n > most {
						best, most = bit, n
					}
				}
			}
		}
		if best < 0 {
			return nil, false
		}
		if !slices.Contains(chosen, best) {
			chosen = append(chosen, best)
		}
	}
	return chosen, true
}

// candidates appends the rules to look at, ascending and each once.
func (x *index) candidates(to []int, m *expr.Marks) []int {
	to = append(to, x.always...)
	sorted := len(to)
	for i := range x.guards {
		g := &x.guards[i]
		if !m.Known(g.Word, g.Mask) {
			to = append(to, g.rules...)
			continue
		}
		for w := range g.Span {
			for set := m.True(g.Word+w) & g.Mask; set != 0; set &= set - 1 {
				to = append(to, x.byBit[(g.Word+w)<<6+bits.TrailingZeros64(set)]...)
			}
		}
	}
	if found := len(to) - sorted; found > 8 {
		slices.Sort(to)
		return slices.Compact(to)
	}
	for i := sorted; i < len(to); { // a few are put into their places
		r := to[i]
		at, twice := slices.BinarySearch(to[:i], r)
		if twice {
			to = slices.Delete(to, i, i+1)
			continue
		}
		copy(to[at+1:i+1], to[at:i])
		to[at] = r
		i++
	}
	return to
}
