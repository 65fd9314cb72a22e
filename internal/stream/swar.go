package stream

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at in one step, as the lanes of a word.
const (
	lanes = 0x0101010101010101
	low7  = 0x7f7f7f7f7f7f7f7f
)

// lanesOf repeats a byte in every lane.
func lanesOf(c byte) uint64 { return uint64(c) * lanes }

// zeros sets the high bit of exactly those lanes of w that are zero.
func zeros(w uint64) uint64 { return ^((w&low7 + low7) | w | low7) }

// word reads eight bytes from i on, zeros behind the end.
func word(text []byte, i int) uint64 {
	if i+8 <= len(text) {
		return binary.LittleEndian.Uint64(text[i:])
	}
	var w uint64
	for k, c := range text[i:] {
		w |= uint64(c) << (8 * k)
	}
	return w
}

// any3 is the first place from i on with one of three bytes, len(text) where there is none.
func any3(text []byte, i int, a, b, c uint64) int {
	for ; i < len(text); i += 8 {
		w := word(text, i)
		if m := zeros(w^a) | zeros(w^b) | zeros(w^c); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	return len(text)
}

// ascii reports whether no byte is beyond 7 bits.
func ascii(text []byte) bool {
	i := 0
	for ; i+32 <= len(text); i += 32 {
		t := text[i : i+32 : i+32]
		if (binary.LittleEndian.Uint64(t)|binary.LittleEndian.Uint64(t[8:])|binary.LittleEndian.Uint64(t[16:])|binary.LittleEndian.Uint64(t[24:]))&^uint64(low7) != 0 {
			return false
		}
	}
	for ; i < len(text); i++ {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
