package deid

import (
	"encoding/binary"

	"github.com/shopspring/decimal"
)

// Sample decides by a keyed draw which rows stay: each with a chance of exactly rate, above 0 and at most 1. By subject, all rows of a person stay or go together, and rows without a
// subject go; otherwise the draw is the row's.
func Sample(k Key, h Hash, d Domain, rate decimal.Decimal, bySubject bool) (func(Cell) bool, error) {
	n, err := fromDecimal(rate)
	if err != nil {
		return nil, err
	}
	one := number{small: 1}
	whole, fits := one.at(n.scale)
	part, fitsToo := n.at(n.scale)
	if n.sign() <= 0 || n.cmp(one) > 0 || !fits || !fitsToo {
		return nil, BadArgument("transform.sample-rate", n)
	}
	p, err := newPRF(k, "sample", h, d)
	if err != nil {
		return nil, err
	}
	return func(c Cell) bool {
		if bySubject && len(c.Subject) == 0 {
			return false
		}
		s := p.get()
		defer p.put(s)
		if bySubject {
			s.in = append(s.in, 'S')
			s.field(c.Subject)
		} else {
			s.in = binary.BigEndian.AppendUint64(append(s.in, 'R'), uint64(c.Row))
		}
		return s.below(uint64(whole)) < uint64(part)
	}, nil
}

// SuppressIf leaves out the values of the rows for which the predicate holds (局部抑制) and gives the others to f.
func SuppressIf(predicate func(Cell) bool, f Func) Func {
	return func(dst []byte, c Cell) ([]byte, error) {
		if predicate(c) {
			return dst, ErrSuppress
		}
		return f(dst, c)
	}
}
