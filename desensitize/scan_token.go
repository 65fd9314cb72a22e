package desensitize

import (
	"encoding/binary"
	"math/bits"
)

const tokenBytes = 64 // of the longest text that is looked at as bits

// shapeOfASCII is shapeOf of a short cell of ASCII where it can be told from bits: of one word of letters and digits, such as a pseudonym, always; of
// others where nothing in them can be an identifier. It is false where it cannot be told. Eight bytes become bits in one step, and what a
// search by bytes counts is then told of the bits.
func shapeOfASCII(cell []byte) (scanShape, bool) {
	n := len(cell)
	if n < 8 || n > tokenBytes {
		return scanShape{}, false
	}
	var digits, others uint64
	var lower, beyond uint64 // letters of lower case, and beyond f
	for i := 0; ; i += 8 {
		last := i+8 >= n
		if last {
			i = n - 8 // the last word overlaps the one before
		}
		w := binary.LittleEndian.Uint64(cell[i:])
		if w&tokenHigh != 0 {
			return scanShape{}, false
		}
		// In lanes of seven bits, adding 0x80-c sets the high bit where the lane is at least c.
		d := (w + (0x80-'0')*tokenLanes) &^ (w + (0x80-'9'-1)*tokenLanes) & tokenHigh
		u := w | 0x20*tokenLanes
		l := (u + (0x80-'a')*tokenLanes) &^ (u + (0x80-'z'-1)*tokenLanes) & tokenHigh
		lower |= l & (w << 2) // of letters, the bit that tells lower case
		beyond |= l & (u + (0x80-'g')*tokenLanes)
		digits |= (d >> 7) * tokenGather >> 56 << i
		if d|l != tokenHigh {
			others |= ((d | l) ^ tokenHigh) >> 7 * tokenGather >> 56 << i
		}
		if last {
			break
		}
	}
	shape := scanShape{folds: lower != 0, digits: int32(bits.OnesCount64(digits)), run: longestRun(digits), set: scanAll}
	if others != 0 {
		return shape, shape.harmless(cell, digits, others)
	}
	if digits == 0 {
		return shape, true
	}
	lead := bits.TrailingZeros64(digits)
	shape.find = shape.digits >= scanDigits && (n <= scanToken || shape.run >= scanRun || lead >= n-scanCredit)
	// Telephones, cards and credit codes at the end of a hexadecimal word are none. A resident ID needs so many digits in a row, everything else a word of
	// its own.
	shape.token = beyond == 0 && n > scanToken && int(shape.digits) < n && shape.run < scanOwner
	return shape, true
}

// harmless reports whether no stretch between characters that end one has enough digits, and there are no signs of addresses. It notes separators.
func (s *scanShape) harmless(cell []byte, digits, others uint64) bool {
	points, hyphens := 0, 0
	for ; others != 0; others &= others - 1 {
		at := bits.TrailingZeros64(others)
		switch c := cell[at]; {
		case c == '@' || c == ':':
			return false
		case scanClasses[c] == scanSeparator:
			s.folds, s.gaps = true, true
			switch c {
			case '.':
				points++
			case '-':
				hyphens++
			}
		default:
			before := uint64(1)<<at - 1
			if bits.OnesCount64(digits&before) >= scanDigits {
				return false
			}
			digits &^= before
		}
	}
	return bits.OnesCount64(digits) < scanDigits && points < scanPoints && hyphens < scanHyphens
}

const (
	scanOwner   = 17 // digits of a resident ID before its check character
	tokenLanes  = 0x0101010101010101
	tokenHigh   = 0x80 * tokenLanes
	tokenGather = 0x0102040810204080 // brings the lowest bits of the lanes together
)

// longestRun is the most ones in a row.
func longestRun(b uint64) int32 {
	two := b & (b >> 1)
	four := two & (two >> 2)
	switch {
	case four != 0:
		n := int32(4)
		for b = four & (four >> 1); b != 0; b &= b >> 1 {
			n++
		}
		return n
	case two&(b>>2) != 0:
		return 3
	case two != 0:
		return 2
	case b != 0:
		return 1
	}
	return 0
}
