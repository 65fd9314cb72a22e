package expr

// Marks are what one record settles of the conditions asked of single facts: two sets of bits, which are true and which are false. A bit in
// neither is unknown. A question that cannot fail is such a bit; what can fail stays with cel-go. They are used by one goroutine.
type Marks struct {
	t, f  []uint64
	elem  *Marks // of the element of a list that is looked at
	tests *Tests
}

// NewMarks returns marks in which everything is unknown.
func (t *Tests) NewMarks() *Marks {
	m := t.newMarks(t.words)
	m.elem = t.newMarks(1)
	return m
}

func (t *Tests) newMarks(words int) *Marks {
	both := make([]uint64, 2*words)
	return &Marks{t: both[:words:words], f: both[words:], tests: t}
}

// Reset makes everything unknown again.
func (m *Marks) Reset() {
	clear(m.t)
	clear(m.f)
}

// Sink returns what takes the values of a fact.
func (m *Marks) Sink(slot int) *Sink { return m.tests.slots[slot] }

// Known reports whether any of the bits of a word is known.
func (m *Marks) Known(word int, bits uint64) bool { return (m.t[word]|m.f[word])&bits != 0 }

// True are the bits of a word that are true.
func (m *Marks) True(word int) uint64 { return m.t[word] }

func (m *Marks) set(bit int, v Truth) {
	switch v {
	case True:
		m.t[bit>>6] |= 1 << (bit & 63)
	case False:
		m.f[bit>>6] |= 1 << (bit & 63)
	}
}

// Literal is a bit, or its opposite. Bit is negative where an atom has none.
type Literal struct {
	Bit int
	Not bool
}

// truth is False, True or Unknown.
func (m *Marks) truth(l Literal) Truth {
	w, b := l.Bit>>6, uint64(1)<<(l.Bit&63)
	switch {
	case m.t[w]&b != 0:
		return truthOfBool(!l.Not)
	case m.f[w]&b != 0:
		return truthOfBool(l.Not)
	}
	return Unknown
}

func truthOfBool(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Terms are a condition as an or of ands of literals. Moving negations inwards and distributing keep the three values exact; nothing else is
// simplified, since a || !a is unknown where a is.
type Terms []Term

// Term is an and of literals: those of one word of the bits, and then those of others.
type Term struct {
	TermWord
	More []TermWord
}

// TermWord are the literals of a term in one word: the bits that must be true, and those that must be false.
type TermWord struct {
	Word     int32
	Pos, Neg uint64
}

// Truth is False, True or Unknown.
func (ts Terms) Truth(m *Marks) Truth {
	out := False
	for i := range ts {
		t := &ts[i]
		v := t.truth(m)
		for j := 0; j < len(t.More) && v != False; j++ {
			if w := t.More[j].truth(m); w != True {
				v = w
			}
		}
		switch v {
		case True:
			return True
		case Unknown:
			out = Unknown
		}
	}
	return out
}

func (w *TermWord) truth(m *Marks) Truth {
	t, f := m.t[w.Word], m.f[w.Word]
	switch {
	case w.Pos&f|w.Neg&t != 0:
		return False
	case w.Pos&^t|w.Neg&^f != 0:
		return Unknown
	}
	return True
}

// The limits of Terms: what goes beyond is evaluated as the tree it is.
const (
	maxTerms    = 16
	maxTermWork = 256 // nodes visited, those of variables each time
)

// Terms returns a condition over bits alone as terms. ok is false where it has an atom without a bit, a ternary, whose value may be unknown
// where both of its terms are false, or is too large.
func (t *Tests) Terms(n *Node) (Terms, bool) {
	work := maxTermWork
	ands, ok := t.ands(n, false, &work)
	if !ok {
		return nil, false
	}
	return newTerms(ands), true
}

// ands returns the condition, or its opposite, as an or of ands.
func (t *Tests) ands(n *Node, not bool, work *int) ([][]Literal, bool) {
	if *work--; *work < 0 {
		return nil, false
	}
	switch n.Op {
	case OpConst:
		if (n.Value == True) != not {
			return [][]Literal{nil}, true
		}
		return nil, true
	case OpAtom:
		l := t.Literal(n.Atom)
		return [][]Literal{{{l.Bit, l.Not != not}}}, l.Bit >= 0
	case OpVar:
		return t.ands(n.Kids[0], not, work)
	case OpNot:
		return t.ands(n.Kids[0], !not, work)
	case OpIf:
		return nil, false
	}
	parts := make([][][]Literal, len(n.Kids))
	for i, k := range n.Kids {
		var ok bool
		if parts[i], ok = t.ands(k, not, work); !ok {
			return nil, false
		}
	}
	return combine(parts, (n.Op == OpAnd) != not)
}

// combine joins alternatives of parts of which all must hold, or any.
func combine(parts [][][]Literal, all bool) ([][]Literal, bool) {
	if !all {
		var out [][]Literal
		for _, p := range parts {
			out = append(out, p...)
		}
		return out, len(out) <= maxTerms
	}
	out := [][]Literal{nil}
	for _, p := range parts {
		var next [][]Literal
		for _, left := range out {
			for _, right := range p {
				next = append(next, append(left[:len(left):len(left)], right...))
			}
		}
		if out = next; len(out) > maxTerms {
			return nil, false
		}
	}
	return out, true
}

func newTerms(ands [][]Literal) Terms {
	out := make(Terms, len(ands))
	for i, lits := range ands {
		var words []TermWord
		for _, l := range lits {
			j := 0
			for j < len(words) && int(words[j].Word) != l.Bit>>6 {
				j++
			}
			if j == len(words) {
				words = append(words, TermWord{Word: int32(l.Bit >> 6)})
			}
			if l.Not {
				words[j].Neg |= 1 << (l.Bit & 63)
			} else {
				words[j].Pos |= 1 << (l.Bit & 63)
			}
		}
		if len(words) > 0 {
			out[i] = Term{words[0], words[1:]}
		}
	}
	return out
}
