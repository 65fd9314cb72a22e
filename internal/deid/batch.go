package deid

// Batch appends the transformed values of several cells to dst, one behind the other, and writes down where each ends in it. A cell that has an error
// has no text. It makes of each cell what the Func of the same transform makes of it alone. It is for one goroutine.
type Batch func(dst []byte, texts [][]byte, ends []int, errs []error) []byte

// PseudonymBatch is Pseudonym of many values. Each call of what it returns makes a Batch for one goroutine.
func PseudonymBatch(k Key, o PseudonymOptions) (func() Batch, error) {
	n, err := newPseudonym(k, o)
	if err != nil {
		return nil, err
	}
	return func() Batch {
		b := &pseudonymBatch{pseudonym: n, state: n.prf.get()}
		if n.prf.lanes != nil {
			b.lanes = n.prf.lanes()
		}
		return b.append
	}, nil
}

type pseudonymBatch struct {
	*pseudonym
	state *prfState
	lanes macLanes // nil: one by one
}

func (b *pseudonymBatch) append(dst []byte, texts [][]byte, ends []int, errs []error) []byte {
	for at := 0; at < len(texts); {
		n := len(texts) - at
		if b.lanes != nil {
			n = min(n, b.lanes.size())
		}
		if b.lanes == nil || n < fewLanes(b.lanes) || !b.fill(texts[at:at+n], errs[at:at+n]) {
			for i := at; i < at+n; i++ {
				dst, errs[i] = b.pseudonym.append(dst, b.state, texts[i])
				ends[i] = len(dst)
			}
			at += n
			continue
		}
		b.lanes.run()
		for i := range n {
			if errs[at+i] == nil {
				dst = b.enc.append(dst, b.lanes.sum(i))
			}
			ends[at+i] = len(dst)
		}
		at += n
	}
	return dst
}

// fill gives each lane the message of a value; false where one is longer than a block.
func (b *pseudonymBatch) fill(texts [][]byte, errs []error) bool {
	s := b.state
	for i, text := range texts {
		s.in = s.in[:0]
		if errs[i] = b.message(s, text); errs[i] != nil {
			continue
		}
		if len(s.in) > macBlock-macTail {
			return false
		}
		b.lanes.set(i, s.in)
	}
	return true
}
