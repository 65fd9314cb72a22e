package deid

import (
	"bytes"
	"crypto/hmac"
	"encoding"
	"encoding/binary"
	"hash"
)

// macState is HMAC (RFC 2104) of hash functions with blocks of 64 bytes and sums of 32. The states behind the two padded keys are worked out once; a
// message then costs its own blocks and one more. Padding is written here, so that the state behind the last block is the sum and is read as such: package
// hmac copies a state of its own for each sum instead, which costs a tenth of an SM3 and a third of a SHA-256 with instructions of its own.
type macState struct {
	digest hash.Hash
	load   encoding.BinaryUnmarshaler
	save   encoding.BinaryAppender
	inner  []byte // saved states
	outer  []byte
	block  [2 * macBlock]byte
	buf    []byte
}

const (
	macBlock = 64
	macSum   = 32
	macHead  = 4 // bytes before the words of a saved state
	macTail  = 9 // bytes of padding at least: a bit, and the length
)

// newMACState returns nil where the hash function's states cannot be saved in the known form; a trial against package hmac tells.
func newMACState(newHash func() hash.Hash, key []byte) *macState {
	s := &macState{digest: newHash()}
	var loads, saves bool
	s.load, loads = s.digest.(encoding.BinaryUnmarshaler)
	s.save, saves = s.digest.(encoding.BinaryAppender)
	if !loads || !saves || s.digest.BlockSize() != macBlock || s.digest.Size() != macSum {
		return nil
	}
	if len(key) > macBlock {
		s.digest.Write(key) // hash.Hash never returns an error
		key = s.digest.Sum(nil)
	}
	var err error
	var pad [macBlock]byte
	for _, p := range []struct {
		mask byte
		to   *[]byte
	}{{0x36, &s.inner}, {0x5c, &s.outer}} {
		for i := range pad {
			pad[i] = p.mask
		}
		for i, c := range key {
			pad[i] ^= c
		}
		s.digest.Reset()
		s.digest.Write(pad[:])
		if *p.to, err = s.save.AppendBinary(nil); err != nil || len(*p.to) < macHead+macSum {
			return nil
		}
	}
	for _, n := range []int{0, 1, macBlock - macTail, macBlock - macTail + 1, macBlock - 1, macBlock, 3*macBlock + 5} {
		message := bytes.Repeat([]byte{'m'}, n)
		plain := hmac.New(newHash, key)
		plain.Write(message)
		if !hmac.Equal(plain.Sum(nil), s.sum(message)) {
			return nil
		}
	}
	return s
}

// sum is the MAC of a message, valid until the next one; nil where a state could not be saved or taken back, which hash functions do not let happen.
func (s *macState) sum(message []byte) []byte {
	whole := len(message) &^ (macBlock - 1)
	n := copy(s.block[:], message[whole:])
	end := macBlock
	if n > macBlock-macTail {
		end = 2 * macBlock
	}
	s.pad(n, end, macBlock+len(message))
	if !s.from(s.inner) {
		return nil
	}
	if whole > 0 {
		s.digest.Write(message[:whole])
	}
	s.digest.Write(s.block[:end])
	copy(s.block[:macSum], s.words())
	s.pad(macSum, macBlock, macBlock+macSum)
	if !s.from(s.outer) {
		return nil
	}
	s.digest.Write(s.block[:macBlock])
	return s.words()
}

// chain is the chaining value in a saved state.
func (s *macState) chain(state []byte) (words [8]uint32) {
	for i := range words {
		words[i] = binary.BigEndian.Uint32(state[macHead+4*i:])
	}
	return words
}

// pad ends a message of so many bytes in all, of which the last n stand in the block.
func (s *macState) pad(n, end, all int) {
	s.block[n] = 0x80
	clear(s.block[n+1 : end-8])
	binary.BigEndian.PutUint64(s.block[end-8:end], uint64(all)*8)
}

// from goes back to a saved state.
func (s *macState) from(state []byte) bool { return s.load.UnmarshalBinary(state) == nil }

// words is the state as a sum, which it is behind the last block.
func (s *macState) words() []byte {
	var err error
	if s.buf, err = s.save.AppendBinary(s.buf[:0]); err != nil {
		return nil
	}
	return s.buf[macHead : macHead+macSum]
}
