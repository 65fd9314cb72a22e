package ff1

import (
	"fmt"
	"unicode/utf8"
)

// Alphabet is an ordered set of characters.
type Alphabet struct {
	runes []rune
	ascii [utf8.RuneSelf]int32 // the place of an ASCII character plus 1
	other map[rune]int32       // of the others, plus 1
	plain bool                 // all characters are ASCII
}

// The alphabets in common use. Order is a part of them: another order makes another ciphertext.
const (
	Digits = "0123456789"
	Lower  = "0123456789abcdefghijklmnopqrstuvwxyz"
	Upper  = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	// Credit is the alphabet of GB 32100-2015.
	Credit = "0123456789ABCDEFGHJKLMNPQRTUWXY"
)

// NewAlphabet returns the alphabet with the characters, from 2 to 65536 different ones.
func NewAlphabet(chars string) (*Alphabet, error) {
	a := &Alphabet{plain: true, other: map[rune]int32{}}
	for _, r := range chars {
		switch {
		case len(a.runes) == 1<<16:
			return nil, fmt.Errorf("ff1: an alphabet has at most %d characters", 1<<16)
		case r == utf8.RuneError:
			return nil, fmt.Errorf("ff1: the alphabet is not UTF-8")
		case a.rank(r) != 0:
			return nil, fmt.Errorf("ff1: the alphabet has %q twice", r)
		}
		a.runes = append(a.runes, r)
		if r < utf8.RuneSelf {
			a.ascii[r] = int32(len(a.runes))
		} else {
			a.other[r], a.plain = int32(len(a.runes)), false
		}
	}
	if len(a.runes) < 2 {
		return nil, fmt.Errorf("ff1: an alphabet has at least 2 characters")
	}
	return a, nil
}

// Radix is the number of characters.
func (a *Alphabet) Radix() int { return len(a.runes) }

func (a *Alphabet) rank(r rune) int32 {
	if r < utf8.RuneSelf {
		return a.ascii[r]
	}
	return a.other[r]
}

// numerals appends the places of the characters of text; false for one that is not of the alphabet, and for a text that is too long.
func (a *Alphabet) numerals(dst []uint16, text []byte) ([]uint16, bool) {
	if a.plain {
		if len(text) > MaxLen {
			return dst, false
		}
		for _, c := range text {
			if c >= utf8.RuneSelf || a.ascii[c] == 0 {
				return dst, false
			}
			dst = append(dst, uint16(a.ascii[c]-1))
		}
		return dst, true
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		rank := a.rank(r)
		if rank == 0 || len(dst) == MaxLen || (r == utf8.RuneError && n == 1) {
			return dst, false
		}
		dst, i = append(dst, uint16(rank-1)), i+n
	}
	return dst, true
}

func (a *Alphabet) append(dst []byte, numerals []uint16) []byte {
	if a.plain {
		for _, n := range numerals {
			dst = append(dst, byte(a.runes[n]))
		}
		return dst
	}
	for _, n := range numerals {
		dst = utf8.AppendRune(dst, a.runes[n])
	}
	return dst
}
