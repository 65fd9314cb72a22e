package deid

import (
	"encoding/binary"

	"github.com/banfa-go/banfa/internal/sha2x"
	"github.com/banfa-go/banfa/internal/sm3x"
)

// macLanes is HMAC of several messages at once, of at most macBlock-macTail bytes each, for one goroutine.
type macLanes interface {
	size() int // lanes
	set(lane int, message []byte)
	run()                // makes the sums of all lanes
	sum(lane int) []byte // valid until the next
}

// newLanes returns what makes the lanes of a hash function; nil where the processor has nothing for it.
func newLanes(h Hash, s *macState) func() macLanes {
	switch {
	case s == nil:
	case h == SM3 && sm3x.Has():
		return func() macLanes { return newSM3Lanes(s) }
	case h == SHA256 && sha2x.Has():
		return func() macLanes { return newSHA256Lanes(s) }
	}
	return nil
}

// fewLanes is how many values are worth the lanes.
func fewLanes(m macLanes) int { return min(m.size(), 3) }

// sm3Lanes is HMAC-SM3.
type sm3Lanes struct {
	inner, outer sm3x.States
	end          [macBlock/4 - macSum/4][sm3x.Lanes]uint32 // of the blocks of the inner sums
	h            sm3x.States
	w            sm3x.Words
	block        [macBlock]byte
	out          [macSum]byte
}

func newSM3Lanes(s *macState) *sm3Lanes {
	m := new(sm3Lanes)
	inner, outer := s.chain(s.inner), s.chain(s.outer)
	for lane := range sm3x.Lanes {
		for i := range m.h {
			m.inner[i][lane], m.outer[i][lane] = inner[i], outer[i]
		}
		endMessage(&m.block, macSum)
		for i := range m.end {
			m.end[i][lane] = binary.BigEndian.Uint32(m.block[macSum+4*i:])
		}
	}
	return m
}

func (m *sm3Lanes) size() int { return sm3x.Lanes }

func (m *sm3Lanes) set(lane int, message []byte) {
	endMessage(&m.block, copy(m.block[:], message))
	for j := range macBlock / 4 {
		m.w[j][lane] = binary.BigEndian.Uint32(m.block[4*j:])
	}
}

func (m *sm3Lanes) run() {
	m.h = m.inner
	sm3x.Compress(&m.h, &m.w)
	copy(m.w[:], m.h[:]) // the sum is the message of the outer hash
	copy(m.w[len(m.h):], m.end[:])
	m.h = m.outer
	sm3x.Compress(&m.h, &m.w)
}

func (m *sm3Lanes) sum(lane int) []byte {
	for i := range m.h {
		binary.BigEndian.PutUint32(m.out[4*i:], m.h[i][lane])
	}
	return m.out[:]
}

// sha256Lanes is HMAC-SHA-256.
type sha256Lanes struct {
	inner, outer [8]uint32
	h            sha2x.States
	in, sums     sha2x.Blocks // the blocks of the messages, and those of the inner sums
	out          [macSum]byte
}

func newSHA256Lanes(s *macState) *sha256Lanes {
	m := &sha256Lanes{inner: s.chain(s.inner), outer: s.chain(s.outer)}
	for lane := range m.sums {
		endMessage(&m.sums[lane], macSum)
	}
	return m
}

func (m *sha256Lanes) size() int { return sha2x.Lanes }

func (m *sha256Lanes) set(lane int, message []byte) {
	endMessage(&m.in[lane], copy(m.in[lane][:], message))
}

func (m *sha256Lanes) run() {
	for lane := range m.h {
		m.h[lane] = m.inner
	}
	sha2x.Compress(&m.h, &m.in)
	for lane := range m.h {
		putWords(m.sums[lane][:macSum], &m.h[lane])
		m.h[lane] = m.outer
	}
	sha2x.Compress(&m.h, &m.sums)
}

func (m *sha256Lanes) sum(lane int) []byte {
	putWords(m.out[:], &m.h[lane])
	return m.out[:]
}

// endMessage pads a message of n bytes that stands behind the block of a key.
func endMessage(block *[macBlock]byte, n int) {
	block[n] = 0x80
	clear(block[n+1:])
	binary.BigEndian.PutUint64(block[macBlock-8:], uint64(macBlock+n)*8)
}

func putWords(dst []byte, words *[8]uint32) {
	for i, w := range words {
		binary.BigEndian.PutUint32(dst[4*i:], w)
	}
}
