package deid

import (
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"math/bits"
)

// The exact samplers of Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (NeurIPS 2020), algorithms 1 to 3. All arithmetic is on integers: the
// probabilities are exactly those of the distributions, and no low bits of a floating-point number tell what was added to what (Mironov 2012).

// errNoise says that a source of bits ended or a sampler did not come to an end, which has no chance of happening with bits that are random.
var errNoise = errors.New("deid: no noise could be drawn")

// source gives uniform 64-bit words. The first error stays, and the words are then 0.
type source interface {
	word() uint64
	err() error
}

// prfSource is a keyed function in counter mode. Its words only depend on the key and what s.in held.
type prfSource struct {
	s       *prfState
	base    int
	counter uint32
	have    [4]uint64
	left    int
}

func (p *prfSource) word() uint64 {
	if p.left == 0 {
		p.s.in = binary.BigEndian.AppendUint32(p.s.in[:p.base], p.counter)
		p.counter++
		out := p.s.sum()
		for i := range p.have {
			p.have[i] = binary.BigEndian.Uint64(out[8*i:])
		}
		p.left = len(p.have)
	}
	p.left--
	return p.have[p.left]
}

func (p *prfSource) err() error {
	if p.counter > 1<<20 { // 4 million words; some ten are usual
		return errNoise
	}
	return nil
}

// readerSource is a source of real randomness.
type readerSource struct {
	r      io.Reader
	failed error
	words  int
}

func (r *readerSource) word() uint64 {
	var b [8]byte
	if r.failed == nil {
		if r.words++; r.words > 1<<22 {
			r.failed = errNoise
		} else {
			_, r.failed = io.ReadFull(r.r, b[:])
		}
	}
	return binary.BigEndian.Uint64(b[:])
}

func (r *readerSource) err() error { return r.failed }

// below draws from 0 to n-1 without modulo bias.
func below(src source, n uint64) uint64 {
	limit := -n % n
	for {
		if v := src.word(); v >= limit || src.err() != nil {
			return v % n
		}
	}
}

// bernoulli is true with the chance num/den.
func bernoulli(src source, num, den uint64) bool { return below(src, den) < num }

// bernoulliExp is true with the chance exp(-num/den), for num/den from 0 to 1 and den below 2³² (algorithm 1).
func bernoulliExp(src source, num, den uint64) bool {
	for k := uint64(1); ; k++ {
		hi, product := bits.Mul64(den, k)
		if hi != 0 || src.err() != nil {
			return false // k beyond 2³² has a chance below 1/(2³²)!
		}
		if !bernoulli(src, num, product) {
			return k%2 == 1
		}
	}
}

// laplace draws from the discrete Laplace distribution of scale t/s: x has a chance proportional to exp(-|x|·s/t) (algorithm 2). t is below 2³².
func laplace(src source, s, t uint64) int64 {
	for src.err() == nil {
		u := below(src, t)
		if !bernoulliExp(src, u, t) {
			continue
		}
		v := uint64(0)
		for bernoulliExp(src, 1, 1) {
			v++
		}
		hi, x := bits.Mul64(t, v)
		x += u
		if hi != 0 || x < u || x/s > 1<<62 {
			continue // beyond e^-(2³⁰)
		}
		y := int64(x / s)
		if negative := src.word()>>63 == 1; !negative {
			return y
		} else if y != 0 {
			return -y
		}
	}
	return 0
}

// gaussian draws from the discrete Gaussian distribution with σ² = num/den: x has a chance proportional to exp(-x²/(2σ²)) (algorithm 3).
func gaussian(src source, num, den uint64) int64 {
	t := isqrt(num/den) + 1 // floor(σ) + 1
	// (|y| - σ²/t)²/(2σ²) = (|y|·den·t - num)² / (2·num·den·t²)
	bottom := new(big.Int).SetUint64(num)
	bottom.Mul(bottom, new(big.Int).SetUint64(den)).Mul(bottom, new(big.Int).SetUint64(t)).Mul(bottom, new(big.Int).SetUint64(t)).Lsh(bottom, 1)
	step := new(big.Int).SetUint64(den)
	step.Mul(step, new(big.Int).SetUint64(t))
	center := new(big.Int).SetUint64(num)
	above := new(big.Int)
	for src.err() == nil {
		y := laplace(src, 1, t)
		size := y
		if size < 0 {
			size = -size
		}
		above.SetInt64(size)
		above.Mul(above, step).Sub(above, center).Mul(above, above)
		if bigBernoulliExp(src, above, bottom) {
			return y
		}
	}
	return 0
}

func isqrt(n uint64) uint64 {
	return new(big.Int).Sqrt(new(big.Int).SetUint64(n)).Uint64()
}

// bigBernoulliExp is true with the chance exp(-num/den), for any num/den from 0 on.
func bigBernoulliExp(src source, num, den *big.Int) bool {
	whole, rest := new(big.Int).QuoRem(num, den, new(big.Int))
	if !whole.IsUint64() {
		return false
	}
	for range whole.Uint64() {
		if src.err() != nil || !bernoulliExp(src, 1, 1) {
			return false
		}
	}
	product := new(big.Int)
	for k := int64(1); src.err() == nil; k++ {
		if bigBelow(src, product.Mul(den, big.NewInt(k))).Cmp(rest) >= 0 {
			return k%2 == 1
		}
	}
	return false
}

// bigBelow draws from 0 to n-1: as many bits as n has, until they are below it.
func bigBelow(src source, n *big.Int) *big.Int {
	if n.IsUint64() {
		return new(big.Int).SetUint64(below(src, n.Uint64()))
	}
	length := n.BitLen()
	words := (length + 63) / 64
	b := make([]byte, 8*words)
	v := new(big.Int)
	for {
		for i := range words {
			binary.BigEndian.PutUint64(b[8*i:], src.word())
		}
		v.SetBytes(b)
		if v.Rsh(v, uint(64*words-length)); v.Cmp(n) < 0 || src.err() != nil {
			return v
		}
	}
}
