// Package ff1 is FF1, the format-preserving encryption of NIST SP 800-38G, on any block cipher of 128 bits: AES, and SM4 of GB/T 32907-2016.
//
// The ciphertext of n characters has n characters of the same alphabet. What format preservation costs: equal plaintexts have equal ciphertexts under the
// same key and tweak, and a small domain can be searched; domains of fewer than 10⁶ texts are refused, as the drafts of SP 800-38G Rev. 1 do.
package ff1

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
)

const (
	rounds    = 10
	blockSize = 16

	// MinDomain is the least number of texts of one length (SP 800-38G Rev. 1, second draft of February 2025).
	MinDomain = 1_000_000
	// MaxLen is the longest text in characters. The standard allows 2³².
	MaxLen = 4096
	// MaxTweak is the longest tweak in bytes. The standard allows 2³².
	MaxTweak = 4096

	planned = 64 // lengths up to this one keep what is computed once
)

// ErrText says that a text has a character that is not of the alphabet, or is longer than MaxLen.
var ErrText = errors.New("ff1: not a text of the alphabet")

// DomainError says that there are fewer texts of a length than MinDomain: they could be tried out.
type DomainError struct {
	Radix int // characters of the alphabet
	Len   int // of the text
	Least int // the least length that has enough
}

func (e *DomainError) Error() string {
	return fmt.Sprintf("ff1: %d characters of an alphabet of %d make fewer than %d texts; the least length is %d", e.Len, e.Radix, MinDomain, e.Least)
}

// Cipher encrypts under one key and one tweak. It is safe for any number of goroutines.
type Cipher struct {
	block    cipher.Block
	alphabet *Alphabet
	tweak    []byte
	least    int // length
	plans    [planned + 1]atomic.Pointer[plan]
	scratch  sync.Pool
}

// New returns the cipher with the key in block. Texts that are encrypted under different tweaks have nothing to do with each other: give the data set and the
// column.
func New(block cipher.Block, a *Alphabet, tweak []byte) (*Cipher, error) {
	if block.BlockSize() != blockSize {
		return nil, fmt.Errorf("ff1: a cipher of %d bytes a block; it needs %d", block.BlockSize(), blockSize)
	}
	if len(tweak) > MaxTweak {
		return nil, fmt.Errorf("ff1: a tweak of %d bytes; at most %d", len(tweak), MaxTweak)
	}
	c := &Cipher{block: block, alphabet: a, tweak: append([]byte(nil), tweak...)}
	for size := 1; size < MinDomain; size *= a.Radix() {
		c.least++
	}
	c.least = max(c.least, 2)
	c.scratch.New = func() any { return new(scratch) }
	return c, nil
}

// MinLen is the least length in characters.
func (c *Cipher) MinLen() int { return c.least }

// scratch is what one encryption works in.
type scratch struct {
	numerals []uint16
	last, r  [blockSize]byte
}

// Encrypt appends the ciphertext of text to dst. ErrText: it has a character outside the alphabet; *DomainError: it is too short.
func (c *Cipher) Encrypt(dst, text []byte) ([]byte, error) { return c.crypt(dst, text, true) }

// Decrypt appends the plaintext of text to dst; its errors are those of Encrypt. Any text of the alphabet is the ciphertext of one.
func (c *Cipher) Decrypt(dst, text []byte) ([]byte, error) { return c.crypt(dst, text, false) }

func (c *Cipher) crypt(dst, text []byte, forward bool) ([]byte, error) {
	s, _ := c.scratch.Get().(*scratch) // New makes nothing else
	defer c.scratch.Put(s)
	var ok bool
	if s.numerals, ok = c.alphabet.numerals(s.numerals[:0], text); !ok {
		return dst, ErrText
	}
	if err := c.run(s, s.numerals, forward); err != nil {
		return dst, err
	}
	return c.alphabet.append(dst, s.numerals), nil
}

func (c *Cipher) run(s *scratch, x []uint16, forward bool) error {
	n := len(x)
	switch {
	case n > MaxLen:
		return ErrText
	case n < c.least:
		return &DomainError{Radix: c.alphabet.Radix(), Len: n, Least: c.least}
	}
	p := c.plan(n)
	if p.small {
		c.runSmall(s, p, x, forward)
	} else {
		c.runBig(p, x, forward)
	}
	return nil
}

// plan is what only depends on the length: everything but the last block of the input of the round function.
type plan struct {
	u, v       int // lengths of the halves
	b, d       int // bytes of a half as a number, and of the round function's output that are used
	small      bool
	modU, modV uint64 // radix^u and radix^v, where small
	state      [blockSize]byte
	last       [blockSize]byte // with zeros for the round and the number
	prefix     []byte          // P and the tweak with its padding, for the general way
}

func (c *Cipher) plan(n int) *plan {
	if n <= planned {
		if p := c.plans[n].Load(); p != nil {
			return p
		}
	}
	p := c.newPlan(n)
	if n <= planned {
		c.plans[n].Store(p)
	}
	return p
}

func (c *Cipher) newPlan(n int) *plan {
	radix := c.alphabet.Radix()
	p := &plan{u: n / 2}
	p.v = n - p.u
	p.b = (widest(radix, p.v) + 7) / 8
	p.d = 4*((p.b+3)/4) + 4
	t := len(c.tweak)
	p.prefix = append(p.prefix, 1, 2, 1, byte(radix>>16), byte(radix>>8), byte(radix), rounds, byte(p.u))
	p.prefix = append(p.prefix, byte(n>>24), byte(n>>16), byte(n>>8), byte(n), byte(t>>24), byte(t>>16), byte(t>>8), byte(t))
	p.prefix = append(p.prefix, c.tweak...)
	for (len(p.prefix)+p.b+1)%blockSize != 0 {
		p.prefix = append(p.prefix, 0)
	}
	u, okU := power(radix, p.u)
	v, okV := power(radix, p.v)
	if p.small = okU && okV; !p.small {
		return p
	}
	p.modU, p.modV = u, v
	whole := (len(p.prefix) + p.b + 1) - blockSize // b is at most 8 here, so the round and the number are in the last block
	for i := 0; i < whole; i += blockSize {
		xor(&p.state, p.prefix[i:])
		c.block.Encrypt(p.state[:], p.state[:])
	}
	copy(p.last[:], p.prefix[whole:])
	return p
}

func xor(state *[blockSize]byte, b []byte) {
	for i := range state {
		state[i] ^= b[i]
	}
}

// power is radix^n, false where it does not fit. 65536⁴ = 2⁶⁴ does not.
func power(radix, n int) (uint64, bool) {
	v := uint64(1)
	for range n {
		hi, lo := bits.Mul64(v, uint64(radix))
		if hi != 0 {
			return 0, false
		}
		v = lo
	}
	return v, true
}

// runSmall is the way for halves below 2⁶⁴: one block of the cipher a round, and 128-bit arithmetic.
func (c *Cipher) runSmall(s *scratch, p *plan, x []uint16, forward bool) {
	radix := uint64(c.alphabet.Radix())
	a, b := number(x[:p.u], radix), number(x[p.u:], radix)
	s.last = p.last
	for i := range rounds {
		round := i
		if !forward {
			round = rounds - 1 - i
		}
		mod := p.modU
		if round%2 == 1 {
			mod = p.modV
		}
		in := b
		if !forward {
			in = a
		}
		y := c.round(s, p, round, in, mod)
		if forward {
			sum, carry := bits.Add64(a, y, 0)
			a, b = b, bits.Rem64(carry, sum, mod)
			continue
		}
		old := b
		if b = a; old < y {
			old += mod // no overflow that matters: the difference is what counts
		}
		a = old - y
	}
	write(x[:p.u], a, radix)
	write(x[p.u:], b, radix)
}

// round is the round function's number modulo mod.
func (c *Cipher) round(s *scratch, p *plan, round int, n, mod uint64) uint64 {
	at := blockSize - 1 - p.b
	s.last[at] = byte(round)
	for i := range p.b {
		s.last[blockSize-1-i] = byte(n)
		n >>= 8
	}
	for i := range s.r {
		s.r[i] = p.state[i] ^ s.last[i]
	}
	c.block.Encrypt(s.r[:], s.r[:])
	var hi, lo uint64
	for _, v := range s.r[:p.d] { // d is 8 or 12
		hi, lo = hi<<8|lo>>56, lo<<8|uint64(v)
	}
	return bits.Rem64(hi, lo, mod)
}

func number(x []uint16, radix uint64) uint64 {
	var n uint64
	for _, v := range x {
		n = n*radix + uint64(v)
	}
	return n
}

func write(x []uint16, n, radix uint64) {
	for i := len(x) - 1; i >= 0; i-- {
		x[i] = uint16(n % radix)
		n /= radix
	}
}
