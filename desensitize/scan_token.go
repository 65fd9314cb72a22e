package desensitize

import (
	"encoding/binary"
	"math/bits"
)

const tokenBytes = 64 // of the longest text that is looked at as bits

// ascii is look at a short cell of ASCII where it can be told from bits: of one word of letters and digits, such as a pseudonym, always; of
// others where nothing in them can be an identifier. It is false where it cannot be told. Eight bytes become bits in one step, and what a
// search by bytes counts is then told of the bits.
func (s *scanShape) ascii(cell []byte) bool {
	n := len(cell)
	if n < 8 || n > tokenBytes {
		return false
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
			return false
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
	s.word(n, digits, lower != 0, beyond == 0)
	return others == 0 || s.harmless(cell, digits, others)
}

// harmless reports whether no stretch between characters that end one has enough digits, and there are no signs of addresses. It notes separators.
func (s *scanShape) harmless(cell []byte, digits, others uint64) bool {
	s.find, s.token = false, false
	points, hyphens := 0, 0
	var ends uint64 // of stretches
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
			ends |= 1 << at
		}
	}
	for ends != 0 {
		first := ends & -ends
		if bits.OnesCount64(digits&(first-1)) >= scanDigits {
			return false
		}
		digits &^= first - 1
		ends &= ends + first // all that stand together
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

const hexToken = 32 // characters of the usual pseudonym

// pseudonym is look at a usual pseudonym: 32 of the characters 0-9a-f. It is false for any other text.
func (s *scanShape) pseudonym(cell *[hexToken]byte) bool {
	const nibble = 0x0f * tokenLanes
	var wrong, letters uint64
	for i := 0; i < hexToken; i += 8 {
		w := binary.LittleEndian.Uint64(cell[i : i+8])
		letter := w >> 6 & tokenLanes
		// The upper half of a digit is 3, of a letter 6. With nine added, the lower half of a letter is 10 to 15, and with six more it has the next bit.
		value := w&nibble + letter<<3 + letter
		wrong |= w&^nibble ^ (0x30*tokenLanes + letter<<4 + letter<<5)
		wrong |= (value | (value + 6*tokenLanes ^ letter<<4)) &^ nibble
		letters = letters>>8 | letter*tokenGather>>56<<(hexToken-8)
	}
	if wrong != 0 {
		return false
	}
	s.word(hexToken, uint64(uint32(^letters)), letters != 0, true)
	return true
}

// word makes it the shape of n letters and digits.
func (s *scanShape) word(n int, digits uint64, lower, hexadecimal bool) {
	*s = scanShape{folds: lower, digits: int32(bits.OnesCount64(digits)), run: longestRun(digits), set: scanAll}
	if s.digits < scanDigits {
		return
	}
	lead := bits.TrailingZeros64(digits)
	s.find = n <= scanToken || s.run >= scanRun || lead >= n-scanCredit
	// Telephones, cards and credit codes at the end of a hexadecimal word are none. A resident ID needs so many digits in a row, everything else a word of
	// its own.
	s.token = hexadecimal && n > scanToken && int(s.digits) < n && s.run < scanOwner
}
