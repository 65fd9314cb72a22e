package desensitize

import (
	"fmt"
	"math/big"
	"math/bits"
	"strings"
)

// riskFraction is a quotient of counts, compared exactly. Den is never 0.
type riskFraction struct{ num, den uint64 }

func (f riskFraction) float() float64 { return float64(f.num) / float64(f.den) }

// cmp compares two fractions without rounding.
func (f riskFraction) cmp(g riskFraction) int {
	ah, al := bits.Mul64(f.num, g.den)
	bh, bl := bits.Mul64(g.num, f.den)
	switch {
	case ah != bh && ah < bh, ah == bh && al < bl:
		return -1
	case ah == bh && al == bl:
		return 0
	}
	return 1
}

func (f riskFraction) rat() *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(f.num), new(big.Int).SetUint64(f.den))
}

// ParseRatio reads an exact ratio: a decimal such as 0.05 or a fraction such as 1/20.
func ParseRatio(s string) (*big.Rat, error) {
	const most = 40 // characters; an exponent could make a number of any length
	if len(s) > most || strings.ContainsAny(s, "eEpPxXbBoO_") {
		return nil, fmt.Errorf("%q: write a decimal such as 0.05 or a fraction such as 1/20", s)
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, fmt.Errorf("%q: write a decimal such as 0.05 or a fraction such as 1/20", s)
	}
	return r, nil
}

// riskFloor is the smallest class whose risk 1/size is not above a threshold: 1/f > t exactly where f < 1/t.
func riskFloor(threshold *big.Rat) uint64 {
	if threshold.Sign() <= 0 {
		return 1<<63 - 1 // every class is at risk
	}
	q, rest := new(big.Int).QuoRem(threshold.Denom(), threshold.Num(), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsUint64() || q.Uint64() > 1<<63-1 {
		return 1<<63 - 1
	}
	return q.Uint64()
}

// riskFloat is the nearest floating-point number, for display only.
func riskFloat(r *big.Rat) float64 {
	f, _ := r.Float64() // exactness does not matter for display
	return f
}

// riskSmall reports whether a ratio can be multiplied with counts in 64 bits.
func riskSmall(r *big.Rat) (riskFraction, bool) {
	if r.Sign() < 0 || !r.Num().IsUint64() || !r.Denom().IsUint64() {
		return riskFraction{0, 1}, false
	}
	return riskFraction{r.Num().Uint64(), r.Denom().Uint64()}, true
}

// riskDecimal writes a risk as a decimal of at most 12 digits behind the point, rounded up: a risk is never shown lower than it is.
func riskDecimal(r *big.Rat) string {
	const digits = 12
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil)
	q, rest := new(big.Int).QuoRem(new(big.Int).Mul(r.Num(), scale), r.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	text := new(big.Rat).SetFrac(q, scale).FloatString(digits)
	for text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	if text[len(text)-1] == '.' {
		text = text[:len(text)-1]
	}
	return text
}
