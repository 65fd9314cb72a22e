package deid

import (
	"encoding/binary"

	"github.com/banfa-go/banfa/internal/sm3x"
)

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
	lanes *macLanes // nil: one by one
}

// fewLanes is how many values are worth the eight lanes.
const fewLanes = 3

func (b *pseudonymBatch) append(dst []byte, texts [][]byte, ends []int, errs []error) []byte {
	for at := 0; at < len(texts); {
		n := min(len(texts)-at, sm3x.Lanes)
		if b.lanes == nil || n < fewLanes || !b.fill(texts[at:at+n], errs[at:at+n]) {
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

// macLanes is HMAC-SM3 of eight messages of at most one block each.
type macLanes struct {
	inner, outer [8]uint32
	h            sm3x.States
	w            sm3x.Words
	block        [macBlock]byte
	out          [macSum]byte
}

func newMACLanes(s *macState) *macLanes {
	m := new(macLanes)
	for i := range m.inner {
		m.inner[i] = binary.BigEndian.Uint32(s.inner[macHead+4*i:])
		m.outer[i] = binary.BigEndian.Uint32(s.outer[macHead+4*i:])
	}
	return m
}

// set gives a lane its message of at most macBlock-macTail bytes.
func (m *macLanes) set(lane int, message []byte) {
	n := copy(m.block[:], message)
	m.block[n] = 0x80
	clear(m.block[n+1:])
	binary.BigEndian.PutUint64(m.block[macBlock-8:], uint64(macBlock+n)*8)
	for j := range macBlock / 4 {
		m.w[j][lane] = binary.BigEndian.Uint32(m.block[4*j:])
	}
}

// run makes the sums of all lanes.
func (m *macLanes) run() {
	m.start(&m.inner)
	copy(m.w[:], m.h[:]) // the sum is the message of the outer hash
	for i := macSum / 4; i < macBlock/4; i++ {
		v := uint32(0)
		switch i {
		case macSum / 4:
			v = 1 << 31
		case macBlock/4 - 1:
			v = (macBlock + macSum) * 8
		}
		for lane := range m.w[i] {
			m.w[i][lane] = v
		}
	}
	m.start(&m.outer)
}

func (m *macLanes) start(state *[8]uint32) {
	for i, v := range state {
		for lane := range m.h[i] {
			m.h[i][lane] = v
		}
	}
	sm3x.Compress(&m.h, &m.w)
}

// sum is the sum of a lane, valid until the next.
func (m *macLanes) sum(lane int) []byte {
	for i := range m.h {
		binary.BigEndian.PutUint32(m.out[4*i:], m.h[i][lane])
	}
	return m.out[:]
}
