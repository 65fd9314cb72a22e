// Package diagram holds functions of several variables with few values each as reduced, ordered decision diagrams: equal
// functions are equal references, so that "which values can it take" and "which variables does it depend on" are read off
// exactly, however many assignments there are.
//
// It follows Bryant's reduced ordered binary decision diagrams (1986), with variables of any arity and small integers as
// terminals, as Srinivasan et al. (1990) extended them.
package diagram

import (
	"errors"
	"math/bits"
)

// Ref is a function: a terminal (0 to Terminals-1, the constant of that value) or a node.
type Ref int32

// Terminals is the number of values that functions may take.
const Terminals = 64

// ErrTooLarge says that a diagram outgrew its limit. What was computed since is meaningless.
var ErrTooLarge = errors.New("diagram: more nodes than the limit allows")

type node struct {
	variable int32
	kids     int32 // where its kids start
}

type cached struct {
	gen    uint32
	op     int32
	a, b   Ref
	result Ref
}

// Manager owns the nodes of a set of functions over the same variables. It is used by one goroutine.
type Manager struct {
	arity []int
	nodes []node
	kids  []Ref
	table []Ref // hash table of nodes; 0 is an empty place, since 0 is a terminal
	cache []cached
	gen   uint32
	limit int
	err   error
	stack []Ref
	seen  []uint32 // by node, the generation of the last walk that met it
	walk  uint32
	// shares holds, by node, the distribution of the walk that met it last.
	shares []float64
}

const (
	firstTable = 256
	cacheSize  = 4096
)

// New returns a manager that refuses to grow beyond limit nodes.
func New(limit int) *Manager {
	return &Manager{table: make([]Ref, firstTable), cache: make([]cached, cacheSize), gen: 1, limit: limit}
}

// Reset forgets every variable and node and keeps the memory.
func (m *Manager) Reset() {
	m.arity, m.nodes, m.kids, m.err = m.arity[:0], m.nodes[:0], m.kids[:0], nil
	m.seen = m.seen[:0]
	clear(m.table)
	m.gen++
	if m.gen == 0 {
		clear(m.cache)
		m.gen = 1
	}
}

// Err returns ErrTooLarge once the limit has been met.
func (m *Manager) Err() error { return m.err }

// Var adds a variable with the values 0 to arity-1 after those there are, and returns its number. Variables are tested in the
// order in which they were added.
func (m *Manager) Var(arity int) int {
	m.arity = append(m.arity, arity)
	return len(m.arity) - 1
}

// Arity returns the number of values of a variable.
func (m *Manager) Arity(v int) int { return m.arity[v] }

// Node returns the function that is kids[i] where variable v has the value i. The kids may depend on later variables only.
func (m *Manager) Node(v int, kids []Ref) Ref {
	same := true
	for _, k := range kids[1:] {
		if k != kids[0] {
			same = false
			break
		}
	}
	if same {
		return kids[0]
	}
	if 2*(len(m.nodes)+1) > len(m.table) {
		m.grow()
	}
	mask := uint32(len(m.table) - 1)
	at := hash(v, kids) & mask
	for ; m.table[at] != 0; at = (at + 1) & mask {
		if n := m.nodes[m.table[at]-Terminals]; int(n.variable) == v && m.equal(n.kids, kids) {
			return m.table[at]
		}
	}
	if len(m.nodes) >= m.limit {
		m.err = ErrTooLarge
		return 0
	}
	r := Ref(len(m.nodes) + Terminals)
	m.nodes = append(m.nodes, node{int32(v), int32(len(m.kids))})
	m.seen = append(m.seen, 0)
	m.kids = append(m.kids, kids...)
	m.table[at] = r
	return r
}

func (m *Manager) equal(at int32, kids []Ref) bool {
	for i, k := range kids {
		if m.kids[int(at)+i] != k {
			return false
		}
	}
	return true
}

func hash(v int, kids []Ref) uint32 {
	h := uint64(v)*0x9E3779B97F4A7C15 + 1
	for _, k := range kids {
		h = (h ^ uint64(uint32(k))) * 0xFF51AFD7ED558CCD
		h ^= h >> 32
	}
	return uint32(h)
}

func (m *Manager) grow() {
	m.table = make([]Ref, 2*len(m.table))
	mask := uint32(len(m.table) - 1)
	for i, n := range m.nodes {
		kids := m.kids[n.kids : int(n.kids)+m.arity[n.variable]]
		at := hash(int(n.variable), kids) & mask
		for m.table[at] != 0 {
			at = (at + 1) & mask
		}
		m.table[at] = Ref(i + Terminals)
	}
}

// Var1 returns the function that is the variable's own value.
func (m *Manager) Var1(v int) Ref {
	base := len(m.stack)
	for i := range m.arity[v] {
		m.stack = append(m.stack, Ref(i))
	}
	r := m.Node(v, m.stack[base:])
	m.stack = m.stack[:base]
	return r
}

// IsTerminal reports whether r is a constant.
func IsTerminal(r Ref) bool { return r < Terminals }

// top returns the variable r tests first, or one beyond all variables for a terminal.
func (m *Manager) top(r Ref) int {
	if IsTerminal(r) {
		return len(m.arity)
	}
	return int(m.nodes[r-Terminals].variable)
}

func (m *Manager) kid(r Ref, v, i int) Ref {
	if m.top(r) != v {
		return r
	}
	return m.kids[int(m.nodes[r-Terminals].kids)+i]
}

// Op is a binary operation on terminals. Short may settle a pair of which one side is not a terminal; it must settle every pair
// of terminals. ID tells operations apart in the cache and must be unique in a manager's life between resets.
type Op struct {
	ID    int32
	Short func(a, b Ref) (Ref, bool)
}

// Apply returns the function that is op of a and b at every assignment.
func (m *Manager) Apply(op *Op, a, b Ref) Ref {
	if m.err != nil {
		return 0
	}
	if r, ok := op.Short(a, b); ok {
		return r
	}
	at := &m.cache[(uint32(op.ID)*0x9E3779B1^uint32(a)*0x85EBCA6B^uint32(b)*0xC2B2AE35)>>7%cacheSize]
	if at.gen == m.gen && at.op == op.ID && at.a == a && at.b == b {
		return at.result
	}
	v := min(m.top(a), m.top(b))
	base := len(m.stack)
	for i := range m.arity[v] {
		k := m.Apply(op, m.kid(a, v, i), m.kid(b, v, i))
		m.stack = append(m.stack, k)
	}
	r := m.Node(v, m.stack[base:])
	m.stack = m.stack[:base]
	*at = cached{m.gen, op.ID, a, b, r}
	return r
}

// Values returns the set of values that r takes, as a bit set.
func (m *Manager) Values(r Ref) uint64 { return m.Reach(r, nil) }

// Reach returns the set of values that r takes where the variables in fixed have the values given; a negative value leaves a
// variable free, as does one beyond the end of fixed.
func (m *Manager) Reach(r Ref, fixed []int) uint64 {
	m.walk++
	return m.reach(r, fixed)
}

func (m *Manager) reach(r Ref, fixed []int) uint64 {
	if IsTerminal(r) {
		return 1 << r
	}
	if m.seen[r-Terminals] == m.walk {
		return 0 // what it takes has been counted already
	}
	m.seen[r-Terminals] = m.walk
	n := m.nodes[r-Terminals]
	if v := int(n.variable); v < len(fixed) && fixed[v] >= 0 {
		return m.reach(m.kids[int(n.kids)+fixed[v]], fixed)
	}
	var set uint64
	for i := range m.arity[n.variable] {
		set |= m.reach(m.kids[int(n.kids)+i], fixed)
	}
	return set
}

// Support returns, by variable, whether r depends on it: two assignments that differ in that variable alone give different
// values. That is exact, because the diagram is reduced.
func (m *Manager) Support(r Ref) []bool {
	m.walk++
	in := make([]bool, len(m.arity))
	m.support(r, in)
	return in
}

func (m *Manager) support(r Ref, in []bool) {
	if IsTerminal(r) || m.seen[r-Terminals] == m.walk {
		return
	}
	m.seen[r-Terminals] = m.walk
	n := m.nodes[r-Terminals]
	in[n.variable] = true
	for i := range m.arity[n.variable] {
		m.support(m.kids[int(n.kids)+i], in)
	}
}

// Count returns the number of values in a set.
func Count(set uint64) int { return bits.OnesCount64(set) }

// Distribution returns the share of each of the first n values that r takes where every variable takes each of its values with
// the weight given (weights of a variable sum to 1); a variable in fixed has that value alone.
func (m *Manager) Distribution(r Ref, n int, weight func(v, value int) float64, fixed []int) []float64 {
	m.walk++
	if need := n * len(m.nodes); len(m.shares) < need {
		m.shares = make([]float64, need)
	}
	out := make([]float64, n)
	m.addShares(r, n, 1, out, weight, fixed)
	return out
}

// addShares adds the shares of r, scaled, to a distribution.
func (m *Manager) addShares(r Ref, n int, scale float64, to []float64, weight func(v, value int) float64, fixed []int) {
	if IsTerminal(r) {
		to[r] += scale
		return
	}
	at := int(r - Terminals)
	own := m.shares[at*n : (at+1)*n]
	if m.seen[at] != m.walk {
		m.seen[at] = m.walk
		clear(own)
		nd := m.nodes[at]
		v := int(nd.variable)
		for i := range m.arity[v] {
			if v < len(fixed) && fixed[v] >= 0 {
				if fixed[v] == i {
					m.addShares(m.kids[int(nd.kids)+i], n, 1, own, weight, fixed)
				}
				continue
			}
			m.addShares(m.kids[int(nd.kids)+i], n, weight(v, i), own, weight, fixed)
		}
	}
	for i, p := range own {
		to[i] += scale * p
	}
}

// Witness returns an assignment at which r takes a value: by variable, -1 where it does not matter. ok is false where r never
// takes it.
func (m *Manager) Witness(r Ref, value Ref) (assignment []int, ok bool) {
	assignment = make([]int, len(m.arity))
	for i := range assignment {
		assignment[i] = -1
	}
	m.walk++
	return assignment, m.witness(r, value, assignment)
}

func (m *Manager) witness(r, value Ref, assignment []int) bool {
	if IsTerminal(r) {
		return r == value
	}
	if m.seen[r-Terminals] == m.walk {
		return false // tried before, in vain
	}
	m.seen[r-Terminals] = m.walk
	n := m.nodes[r-Terminals]
	for i := range m.arity[n.variable] {
		assignment[n.variable] = i
		if m.witness(m.kids[int(n.kids)+i], value, assignment) {
			return true
		}
	}
	assignment[n.variable] = -1
	return false
}
