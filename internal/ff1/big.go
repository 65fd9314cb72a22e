package ff1

import "math/big"

// widest is the number of bits of radix^n - 1.
func widest(radix, n int) int {
	v := new(big.Int).Exp(big.NewInt(int64(radix)), big.NewInt(int64(n)), nil)
	return v.Sub(v, big.NewInt(1)).BitLen()
}

// runBig is the algorithm as the standard writes it, for any length. runSmall has to agree with it.
func (c *Cipher) runBig(p *plan, x []uint16, forward bool) {
	radix := big.NewInt(int64(c.alphabet.Radix()))
	modU := new(big.Int).Exp(radix, big.NewInt(int64(p.u)), nil)
	modV := new(big.Int).Exp(radix, big.NewInt(int64(p.v)), nil)
	a, b := bigNumber(x[:p.u], radix), bigNumber(x[p.u:], radix)
	in := make([]byte, len(p.prefix)+1+p.b)
	copy(in, p.prefix)
	for i := range rounds {
		round := i
		if !forward {
			round = rounds - 1 - i
		}
		mod := modU
		if round%2 == 1 {
			mod = modV
		}
		in[len(p.prefix)] = byte(round)
		if forward {
			b.FillBytes(in[len(p.prefix)+1:])
			a.Add(a, c.bigRound(in, p.d))
			a.Mod(a, mod)
			a, b = b, a
			continue
		}
		a.FillBytes(in[len(p.prefix)+1:])
		b.Sub(b, c.bigRound(in, p.d))
		b.Mod(b, mod) // Euclidean: never negative
		a, b = b, a
	}
	bigWrite(x[:p.u], a, radix)
	bigWrite(x[p.u:], b, radix)
}

// bigRound is NUM of the first d bytes of S (steps 6 ii to iv).
func (c *Cipher) bigRound(in []byte, d int) *big.Int {
	var r [blockSize]byte
	for i := 0; i < len(in); i += blockSize {
		xor(&r, in[i:])
		c.block.Encrypt(r[:], r[:])
	}
	s := append([]byte(nil), r[:]...)
	for j := 1; len(s) < d; j++ {
		next := r
		for k, v := 0, j; v > 0; k, v = k+1, v>>8 {
			next[blockSize-1-k] ^= byte(v)
		}
		c.block.Encrypt(next[:], next[:])
		s = append(s, next[:]...)
	}
	return new(big.Int).SetBytes(s[:d])
}

func bigNumber(x []uint16, radix *big.Int) *big.Int {
	n := new(big.Int)
	for _, v := range x {
		n.Mul(n, radix)
		n.Add(n, big.NewInt(int64(v)))
	}
	return n
}

func bigWrite(x []uint16, n, radix *big.Int) {
	n = new(big.Int).Set(n)
	rest := new(big.Int)
	for i := len(x) - 1; i >= 0; i-- {
		n.QuoRem(n, radix, rest)
		x[i] = uint16(rest.Int64())
	}
}
