package deid

import (
	"fmt"
	"math"
	"math/big"

	"github.com/shopspring/decimal"
)

// fromDecimal takes a decimal of a policy. It avoids decimal.String, whose form a host can change for its whole process.
func fromDecimal(d decimal.Decimal) (number, error) {
	e := int(d.Exponent())
	if e > maxDigits || e < -4*maxDigits {
		return number{}, fmt.Errorf("deid: a number with more than %d digits", maxDigits)
	}
	n, ok := fit(new(big.Int).Set(d.Coefficient()), -e)
	if !ok {
		return number{}, fmt.Errorf("deid: a number with more than %d digits", maxDigits)
	}
	return n, nil
}

// RoundTo rounds a number to the nearest multiple of step, a half away from zero (四舍五入), as roundTo does in expressions. The result has no
// exponent and no zeros at the end of its fraction.
func RoundTo(step decimal.Decimal) (Func, error) {
	m, err := fromDecimal(step)
	if err != nil {
		return nil, err
	}
	if m.sign() <= 0 {
		return nil, BadArgument("transform.round-step", m)
	}
	return func(dst []byte, c Cell) ([]byte, error) {
		n, ok := parseNumber(c.Text)
		if !ok {
			return dst, ErrInvalid
		}
		if n, ok = n.roundTo(m); !ok {
			return dst, ErrInvalid
		}
		return n.append(dst), nil
	}, nil
}

func (n number) roundTo(step number) (number, bool) {
	scale := max(n.scale, step.scale)
	a, ok := n.at(scale)
	m, too := step.at(scale)
	// The result is at most half a step further from zero.
	if ok && too && a < math.MaxInt64-m && a > -(math.MaxInt64-m) {
		rest := a % m
		a -= rest
		if rest < 0 {
			if -rest >= m+rest {
				a -= m
			}
		} else if rest >= m-rest && rest > 0 {
			a += m
		}
		for scale > 0 && a%10 == 0 {
			a, scale = a/10, scale-1
		}
		return number{small: a, scale: scale}, true
	}
	return n.roundLarge(step, scale)
}

func (n number) roundLarge(step number, scale int) (number, bool) {
	a, m := n.int(scale), step.int(scale)
	count, rest := new(big.Int).QuoRem(a, m, new(big.Int))
	if rest.Lsh(rest, 1).CmpAbs(m) >= 0 {
		away := big.NewInt(1)
		if a.Sign() < 0 {
			away.SetInt64(-1)
		}
		count.Add(count, away)
	}
	return fit(count.Mul(count, m), scale)
}

// maxBounds is the largest number of bounds of a band.
const maxBounds = 10_000

// rising checks that decimals rise, and reads them.
func rising(decimals []decimal.Decimal) ([]number, error) {
	if len(decimals) == 0 || len(decimals) > maxBounds {
		return nil, BadArgument("transform.band-bounds", maxBounds)
	}
	list := make([]number, len(decimals))
	for i, d := range decimals {
		n, err := fromDecimal(d)
		if err != nil {
			return nil, err
		}
		if i > 0 && n.cmp(list[i-1]) <= 0 {
			return nil, BadArgument("transform.band-rise", n, list[i-1])
		}
		list[i] = n
	}
	return list, nil
}

// Band replaces a number by the band it falls into. Bounds 5 and 10 make the bands <5, 5-10 and >=10; a bound belongs to the band above it. Where a bound is
// negative the middle bands are written [-5,10), which no reader takes for a difference.
func Band(bounds ...decimal.Decimal) (Func, error) {
	list, err := rising(bounds)
	if err != nil {
		return nil, err
	}
	labels := bandLabels(list)
	return func(dst []byte, c Cell) ([]byte, error) {
		n, ok := parseNumber(c.Text)
		if !ok {
			return dst, ErrInvalid
		}
		lo, hi := 0, len(list) // the number of bounds that are not above n
		for lo < hi {
			if mid := (lo + hi) / 2; list[mid].cmp(n) <= 0 {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		return append(dst, labels[lo]...), nil
	}, nil
}

func bandLabels(list []number) []string {
	labels := make([]string, 0, len(list)+1)
	labels = append(labels, "<"+list[0].String())
	for i := 1; i < len(list); i++ {
		a, b := list[i-1].String(), list[i].String()
		if list[0].sign() < 0 {
			labels = append(labels, "["+a+","+b+")")
		} else {
			labels = append(labels, a+"-"+b)
		}
	}
	return append(labels, ">="+list[len(list)-1].String())
}

// Top replaces numbers of at least bound by the text, such as >=90 (顶层编码); an empty text stands for ">=" and the bound. Smaller ones stay as they stand.
func Top(bound decimal.Decimal, text string) (Func, error) { return code(bound, text, 1) }

// Bottom replaces numbers of at most bound by the text, such as <=18 (底层编码); an empty text stands for "<=" and the bound. Larger ones stay as they stand.
func Bottom(bound decimal.Decimal, text string) (Func, error) { return code(bound, text, -1) }

func code(bound decimal.Decimal, text string, side int) (Func, error) {
	m, err := fromDecimal(bound)
	if err != nil {
		return nil, err
	}
	if text == "" && side > 0 {
		text = ">=" + m.String()
	} else if text == "" {
		text = "<=" + m.String()
	}
	return func(dst []byte, c Cell) ([]byte, error) {
		n, ok := parseNumber(c.Text)
		if !ok {
			return dst, ErrInvalid
		}
		if n.cmp(m)*side >= 0 {
			return append(dst, text...), nil
		}
		return append(dst, c.Text...), nil
	}, nil
}
