package desensitize

import (
	"encoding/binary"
	"unicode/utf8"
)

// A scan looks at every cell of an output, and most cells cannot hold an identifier. This file tells that in one pass over the bytes, far cheaper
// than a search. It must never say no where the search would find something: a test holds the two against each other.

// The classes of bytes.
const (
	scanOther     = iota
	scanDigit     //
	scanLetter    // of ASCII
	scanSeparator // what identifiers are grouped with
	scanAt        // @
	scanWide      // of characters beyond ASCII: digits can be full-width, and separators Unicode's
)

var scanClasses = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = scanDigit
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			t[c] = scanLetter
		case c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == ':':
			t[c] = scanSeparator
		case c == '@':
			t[c] = scanAt
		case c >= utf8.RuneSelf:
			t[c] = scanWide
		}
	}
	return t
}()

// The least that an identifier has.
const (
	scanDigits    = 6  // digits of the shortest, an identity card of Hong Kong
	scanNetDigits = 4  // digits of an address of a network
	scanPoints    = 3  // in it
	scanColons    = 2  // of IPv6
	scanHyphens   = 5  // of a MAC
	scanToken     = 20 // characters: in a longer word only digits in a row count
	scanRun       = 11 // digits of the shortest identifier within such a word
	scanCredit    = 18 // characters of a credit code
	scanPlate     = 5  // characters of a plate behind its province
)

// scanShape is what a cell looks like.
type scanShape struct {
	find   bool // an identifier is possible
	token  bool // what the search finds in it is opaque
	wide   bool // it has characters beyond ASCII
	folds  bool // folding may change it
	gaps   bool // it has separators, or characters beyond ASCII that may be digits or separators
	digits int32
	run    int32   // the most digits in a row, or more
	set    scanSet // of its bytes when folded; all where they were not looked at
}

// add makes a shape of cells that of one more.
func (s *scanShape) add(t *scanShape) {
	s.wide = s.wide || t.wide
	s.gaps = s.gaps || t.gaps
	s.run = max(s.run, t.run)
	s.set |= t.set
}

// scanShortest is the least length of a text that the search looks at.
const scanShortest = 7

// shapeOf looks at a cell.
func shapeOf(cell []byte) (s scanShape) {
	s.look(cell)
	return s
}

// look makes it the shape of a cell. It counts by stretches: words with separators between them, within which one identifier can stand. The digits of a word
// that is too long for an identifier in groups and has none of its own do not count, as in pseudonyms; only a credit code can end a long word, behind letters.
func (s *scanShape) look(cell []byte) {
	n := len(cell)
	switch {
	case n == hexToken && s.pseudonym((*[hexToken]byte)(cell)):
	case allDigits(cell):
		*s = scanShape{find: n >= scanShortest, digits: int32(n), run: int32(n), set: scanAll}
	case !s.ascii(cell):
		*s = shapeOfBytes(cell)
	}
}

// shapeOfBytes is shapeOf for whatever is no number.
func shapeOfBytes(cell []byte) scanShape {
	shape := scanShape{set: scanAll}
	var digits, points, colons, hyphens int // of the stretch
	var word, own, run, longest, lead int   // of the last word: characters, digits, digits in a row, the most of them, letters before the first
	for i := 0; i < len(cell); i++ {
		c := cell[i]
		class := scanClasses[c]
		if class == scanDigit {
			if own == 0 {
				lead = word
			}
			word++
			own++
			if run++; run > longest {
				longest = run
			}
			continue
		}
		if class == scanLetter {
			word++
			run = 0
			shape.folds = shape.folds || c >= 'a'
			continue
		}
		if own > 0 { // the word ends
			shape.digits += int32(own)
			shape.run = max(shape.run, int32(longest))
			if word <= scanToken || longest >= scanRun || lead >= word-scanCredit {
				digits += own
			}
		}
		word, own, run, longest, lead = 0, 0, 0, 0, 0
		switch class {
		case scanSeparator:
			shape.folds, shape.gaps = true, true
			switch c {
			case '.':
				points++
			case ':':
				colons++
			case '-':
				hyphens++
			}
		case scanWide:
			shape.wide = true
			switch {
			case c == 0xC2 || c == 0xE2 || c == 0xE3 || c == 0xEF: // spaces, dashes and full-width forms begin so
				shape.folds, shape.gaps = true, true
			case c >= 0xE4 && c <= 0xE9 && i+2 < len(cell) && cell[i+1] >= 0x80 && cell[i+2] >= 0x80: // Chinese
				i += 2
			}
		case scanAt:
			shape.find = true
			fallthrough
		default:
			shape.find = shape.find || possible(digits, points, colons, hyphens)
			digits, points, colons, hyphens = 0, 0, 0, 0
		}
	}
	if own > 0 {
		shape.digits += int32(own)
		shape.run = max(shape.run, int32(longest))
		if word <= scanToken || longest >= scanRun || lead >= word-scanCredit {
			digits += own
		}
	}
	if len(cell) < scanShortest {
		shape.find = false
		return shape
	}
	shape.find = shape.find || possible(digits, points, colons, hyphens) || shape.wide && possibleWide(cell)
	if shape.find && (len(cell) == len("2006-01-02") || len(cell) == len("2006-01-02 15:04:05")) && isDay(cell) {
		shape.find = false
	}
	return shape
}

// allDigits reports whether a cell is digits and nothing else, eight of them at a time.
func allDigits(cell []byte) bool {
	const high, three, six = 0xf0f0f0f0f0f0f0f0, 0x3030303030303030, 0x0606060606060606
	for len(cell) >= 8 {
		w := binary.LittleEndian.Uint64(cell)
		if w&high != three || (w+six)&high != three {
			return false
		}
		cell = cell[8:]
	}
	for _, c := range cell {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// possible reports whether an identifier can stand in a stretch.
func possible(digits, points, colons, hyphens int) bool {
	return digits >= scanDigits || digits >= scanNetDigits && points >= scanPoints || colons >= scanColons || hyphens >= scanHyphens
}

// possibleWide is for text beyond ASCII: plates need few digits, and full-width ones are not counted as such.
func possibleWide(cell []byte) bool {
	word, some := 0, false
	for i, c := range cell {
		switch class := scanClasses[c]; {
		case c == 0xEF: // the first byte of full-width forms: a digit, or what may be a letter
			if i+2 < len(cell) && cell[i+1] == 0xBC && cell[i+2] >= 0x90 && cell[i+2] <= 0x99 {
				return true
			}
			word++
		case class == scanDigit:
			some = true
			word++
		case class == scanLetter:
			word++
		case class == scanSeparator, c == 0xC2, c == 0xE2, c == 0xE3, c >= 0x80 && c < 0xC0: // points, spaces and dashes of Unicode, or the rest of a character
		default:
			if some && word >= scanPlate {
				return true
			}
			word, some = 0, false
		}
	}
	return some && word >= scanPlate
}

// isDay reports whether a cell is a date, with or without a time of day: more digits than anything else, and no identifier.
func isDay(cell []byte) bool {
	const form = "0000-00-00 00:00:00"
	for i, c := range cell {
		switch f := form[i]; {
		case f == '0' && scanClasses[c] == scanDigit, f == c, f == ' ' && c == 'T':
		default:
			return false
		}
	}
	return true
}
