package deid

import (
	"crypto/hmac"
	"encoding/binary"
	"hash"
	"sync"
)

// prf is HMAC under one derived key. Its states are pooled, so that a value costs no allocation.
type prf struct {
	pool  sync.Pool
	lanes func() macLanes // for several messages at once; nil where there is no such thing
}

type prfState struct {
	mac   hash.Hash // the plain way, where the direct one is nil
	quick *macState
	in    []byte
	out   [64]byte
}

func newPRF(k Key, use string, h Hash, d Domain) (*prf, error) {
	sub, err := k.derive(use, h, d, 32)
	if err != nil {
		return nil, err
	}
	newHash, err := h.new()
	if err != nil {
		return nil, err
	}
	p := rawPRF(newHash, sub)
	p.lanes = newLanes(h, newMACState(newHash, sub))
	return p, nil
}

func rawPRF(newHash func() hash.Hash, sub []byte) *prf {
	p := new(prf)
	p.pool.New = func() any {
		return &prfState{mac: hmac.New(newHash, sub), quick: newMACState(newHash, sub), in: make([]byte, 0, 256)}
	}
	return p
}

func (p *prf) get() *prfState {
	s, _ := p.pool.Get().(*prfState) // New makes nothing else
	s.in = s.in[:0]
	return s
}

func (p *prf) put(s *prfState) {
	if cap(s.in) > 1<<16 { // one giant value must not stay in memory
		s.in = make([]byte, 0, 256)
	}
	p.pool.Put(s)
}

// sum is the MAC of s.in, valid until the state is used again.
func (s *prfState) sum() []byte {
	if s.quick != nil {
		if out := s.quick.sum(s.in); out != nil {
			return out
		}
	}
	s.mac.Reset()
	s.mac.Write(s.in) // hash.Hash never returns an error
	return s.mac.Sum(s.out[:0])
}

// field appends a length-prefixed part.
func (s *prfState) field(b []byte) {
	s.in = binary.BigEndian.AppendUint32(s.in, uint32(len(b)))
	s.in = append(s.in, b...)
}

// below draws a number from 0 to n-1 by the MAC of s.in, without modulo bias: draws beyond the last multiple of n are thrown away, and a
// counter makes the next ones. It appends to s.in.
func (s *prfState) below(n uint64) uint64 {
	base := len(s.in)
	limit := -n % n // 2^64 mod n: the draws below it are thrown away
	for counter := uint32(0); ; counter++ {
		s.in = binary.BigEndian.AppendUint32(s.in[:base], counter)
		out := s.sum()
		for i := 0; i+8 <= 32; i += 8 {
			if v := binary.BigEndian.Uint64(out[i:]); v >= limit {
				return v % n
			}
		}
	}
}
