package deid

import (
	"math"
	"math/big"
	"strconv"
)

// The limits of a number are those that decimals have in expressions (internal/expr): a transform takes what CEL takes.
const (
	maxDigits     = 100 // written out without an exponent, before and after the point together
	maxNumberText = 256
)

// number is small × 10^-scale, or large × 10^-scale where large is not nil. It is canonical: no zeros at the end of a fraction, no negative scale.
type number struct {
	small int64
	scale int
	large *big.Int
}

var powers = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// parseNumber reads -12.50 or 2e3: a minus sign, digits, a point with digits behind it, an exponent; nothing else, such as a plus sign, white
// space, a thousands separator, NaN.
func parseNumber(b []byte) (number, bool) {
	if len(b) == 0 || len(b) > maxNumberText {
		return number{}, false
	}
	i, negative := 0, false
	if b[0] == '-' {
		negative, i = true, 1
	}
	start := i
	var n int64
	digits, scale, point := 0, 0, false
	for ; i < len(b); i++ {
		c := b[i]
		if c == '.' {
			if point || i == start {
				return number{}, false
			}
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		if point {
			scale++
		}
		if n != 0 || c != '0' {
			digits++
		}
		if digits <= 18 {
			n = n*10 + int64(c-'0')
		}
	}
	if i == start || b[i-1] == '.' {
		return number{}, false
	}
	if i < len(b) || digits > 18 {
		return parseLarge(b, start, i, negative, scale)
	}
	for scale > 0 && n%10 == 0 {
		n, scale = n/10, scale-1
	}
	if scale > maxDigits {
		return number{}, false
	}
	if negative {
		n = -n
	}
	return number{small: n, scale: scale}, true
}

func parseLarge(b []byte, start, end int, negative bool, scale int) (number, bool) {
	exponent := 0
	if end < len(b) {
		if b[end] != 'e' && b[end] != 'E' {
			return number{}, false
		}
		digits := b[end+1:]
		if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
			digits = digits[1:]
		}
		if len(digits) == 0 {
			return number{}, false
		}
		for _, c := range digits {
			if c < '0' || c > '9' {
				return number{}, false
			}
		}
		var err error
		if exponent, err = strconv.Atoi(string(b[end+1:])); err != nil || exponent > 1000 || exponent < -1000 {
			return number{}, false
		}
	}
	digits := make([]byte, 0, end-start)
	for _, c := range b[start:end] {
		if c != '.' {
			digits = append(digits, c)
		}
	}
	n, ok := new(big.Int).SetString(string(digits), 10)
	if !ok {
		return number{}, false
	}
	if negative {
		n.Neg(n)
	}
	return fit(n, scale-exponent)
}

// isInt tells whether b is a whole number written with nothing but digits and perhaps a minus sign.
func isInt(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// fit is n × 10^-scale as a number, false where it has too many digits. It owns n.
func fit(n *big.Int, scale int) (number, bool) {
	if n.Sign() == 0 {
		return number{}, true
	}
	if scale < 0 {
		if scale < -maxDigits {
			return number{}, false
		}
		n.Mul(n, tenTo(-scale))
		scale = 0
	}
	ten, rest, quotient := big.NewInt(10), new(big.Int), new(big.Int)
	for scale > 0 {
		if quotient.QuoRem(n, ten, rest); rest.Sign() != 0 {
			break
		}
		n.Set(quotient)
		scale--
	}
	if scale > maxDigits || n.CmpAbs(tenTo(maxDigits)) >= 0 {
		return number{}, false
	}
	if n.IsInt64() && n.Int64() != math.MinInt64 {
		return number{small: n.Int64(), scale: scale}, true
	}
	return number{large: n, scale: scale}, true
}

func tenTo(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// int is the number times 10^scale.
func (n number) int(scale int) *big.Int {
	v := big.NewInt(n.small)
	if n.large != nil {
		v.Set(n.large)
	}
	return v.Mul(v, tenTo(scale-n.scale))
}

// at is the number times 10^scale where that fits.
func (n number) at(scale int) (int64, bool) {
	d := scale - n.scale
	if n.large != nil || d < 0 || d >= len(powers) {
		return 0, n.large == nil && n.small == 0
	}
	p := powers[d]
	if n.small > math.MaxInt64/p || n.small < -(math.MaxInt64/p) {
		return 0, false
	}
	return n.small * p, true
}

func (n number) sign() int {
	switch {
	case n.large != nil:
		return n.large.Sign()
	case n.small > 0:
		return 1
	case n.small < 0:
		return -1
	default:
		return 0
	}
}

func (n number) cmp(m number) int {
	scale := max(n.scale, m.scale)
	a, ok := n.at(scale)
	b, too := m.at(scale)
	if !ok || !too {
		return n.int(scale).Cmp(m.int(scale))
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// append writes the number without an exponent.
func (n number) append(dst []byte) []byte {
	var buf [24]byte
	var digits []byte
	switch {
	case n.large != nil:
		digits = n.large.Append(nil, 10)
	default:
		digits = strconv.AppendInt(buf[:0], n.small, 10)
	}
	if digits[0] == '-' {
		dst, digits = append(dst, '-'), digits[1:]
	}
	if n.scale == 0 {
		return append(dst, digits...)
	}
	if whole := len(digits) - n.scale; whole > 0 {
		dst = append(dst, digits[:whole]...)
		digits = digits[whole:]
	} else {
		dst = append(dst, '0')
	}
	dst = append(dst, '.')
	for range n.scale - len(digits) {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

func (n number) String() string { return string(n.append(nil)) }
