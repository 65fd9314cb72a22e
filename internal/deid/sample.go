package deid

import (
	"encoding/binary"
	"errors"
	"fmt"

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
		return nil, fmt.Errorf("deid: sample(%s): a rate is above 0 and at most 1, with at most 18 digits", n)
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

// MinShuffle is the least number of rows that Shuffle exchanges values among.
const MinShuffle = 10

// ErrSmallBlock says that a block has too few rows to be shuffled.
var ErrSmallBlock = errors.New("deid: too few rows to shuffle")

// Shuffle returns a function that exchanges the values of a column among the rows of a block (置换), by a permutation drawn for the block's number. The values
// themselves are published: shuffle what identifies nobody without its row. A block with fewer than MinShuffle rows is ErrSmallBlock and left as it is: the host
// suppresses it or joins it to another.
func Shuffle(k Key, h Hash, d Domain) (func(block int64, column [][]byte) error, error) {
	p, err := newPRF(k, "shuffle", h, d)
	if err != nil {
		return nil, err
	}
	return func(block int64, column [][]byte) error {
		if len(column) < MinShuffle {
			return fmt.Errorf("%w: block %d has %d, needs %d", ErrSmallBlock, block, len(column), MinShuffle)
		}
		s := p.get()
		defer p.put(s)
		base := binary.BigEndian.AppendUint64(s.in, uint64(block))
		for i := len(column) - 1; i > 0; i-- {
			s.in = binary.BigEndian.AppendUint64(base, uint64(i))
			j := s.below(uint64(i + 1))
			column[i], column[j] = column[j], column[i]
		}
		return nil
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
