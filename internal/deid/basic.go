package deid

import (
	"fmt"
	"unicode/utf8"
)

// Suppress leaves every value out.
func Suppress() Func {
	return func(dst []byte, _ Cell) ([]byte, error) { return dst, ErrSuppress }
}

// Keep lets a value through as it stands, if it is one of the type: a column of dates that holds a name does not publish the name.
func Keep(t Type) (Func, error) {
	if !t.known() {
		return nil, fmt.Errorf("deid: no type %q", string(t))
	}
	return func(dst []byte, c Cell) ([]byte, error) {
		if !t.valid(c.Text) {
			return dst, ErrInvalid
		}
		return append(dst, c.Text...), nil
	}, nil
}

func (t Type) valid(text []byte) bool {
	switch t {
	case String:
		return utf8.Valid(text)
	case Int, Decimal, Double:
		_, ok := parseNumber(text)
		return ok && (t != Int || isInt(text))
	case Bool:
		_, ok := parseBool(text)
		return ok
	case Date:
		_, ok := parseDate(text)
		return ok
	case Timestamp:
		_, ok := parseInstant(text)
		return ok
	default:
		return false
	}
}

// Replace puts one text in the place of every value.
func Replace(text string) Func {
	return func(dst []byte, _ Cell) ([]byte, error) { return append(dst, text...), nil }
}

// Mask keeps so many characters (runes) on the left and on the right and writes one * for each of the others: 138****5678 is Mask(3, 4).
//
// A value is ErrInvalid unless at least one character is hidden, and at least half as many as are shown: seven digits under Mask(3, 4) would show
// all of themselves, eight would hide one. It is also ErrInvalid where it is not UTF-8, has control characters, or white space at its
// ends, which would count as what is shown. Whether it is a telephone number at all is what MaskKind asks.
func Mask(left, right int) (Func, error) {
	if err := checkMask(left, right); err != nil {
		return nil, err
	}
	least := leastHidden(left, right)
	return func(dst []byte, c Cell) ([]byte, error) {
		return mask(dst, c.Text, left, right, least)
	}, nil
}

// maxShown bounds each side of a mask; nothing needs more.
const maxShown = 1024

func checkMask(left, right int) error {
	if left < 0 || right < 0 || left > maxShown || right > maxShown {
		return BadArgument("transform.mask-sides", left, right, maxShown)
	}
	return nil
}

func leastHidden(left, right int) int { return max(1, (left+right+1)/2) }

func mask(dst, text []byte, left, right, least int) ([]byte, error) {
	ascii := true
	for _, b := range text {
		if b >= utf8.RuneSelf {
			ascii = false
			break
		}
		if b < 0x20 || b == 0x7f {
			return dst, ErrInvalid
		}
	}
	if !ascii {
		return maskRunes(dst, text, left, right, least)
	}
	hidden := len(text) - left - right
	if hidden < least || len(text) > maxText || text[0] == ' ' || text[len(text)-1] == ' ' {
		return dst, ErrInvalid
	}
	dst = append(dst, text[:left]...)
	dst = stars(dst, hidden)
	return append(dst, text[len(text)-right:]...), nil
}

func maskRunes(dst, text []byte, left, right, least int) ([]byte, error) {
	if n, ok := chinese(text); ok {
		if n-left-right < least {
			return dst, ErrInvalid
		}
		dst = stars(append(dst, text[:3*left]...), n-left-right)
		return append(dst, text[len(text)-3*right:]...), nil
	}
	if !plain(text) || spaced(text) {
		return dst, ErrInvalid
	}
	hidden := utf8.RuneCount(text) - left - right
	if hidden < least {
		return dst, ErrInvalid
	}
	a, b := 0, len(text)
	for range left {
		_, n := utf8.DecodeRune(text[a:])
		a += n
	}
	for range right {
		_, n := utf8.DecodeLastRune(text[:b])
		b -= n
	}
	dst = append(dst, text[:a]...)
	dst = stars(dst, hidden)
	return append(dst, text[b:]...), nil
}

// chinese reports whether text is nothing but the most usual Chinese characters, as names are, and how many.
func chinese(text []byte) (int, bool) {
	const long = 96
	if len(text) > long || len(text)%3 != 0 {
		return 0, false
	}
	for i := 0; i+2 < len(text); i += 3 {
		if text[i] < 0xe4 || text[i] > 0xe9 || text[i+1]&0xc0 != 0x80 || text[i+2]&0xc0 != 0x80 {
			return 0, false
		}
	}
	return len(text) / 3, true
}

// spaced tells whether text begins or ends with white space or an invisible character.
func spaced(text []byte) bool {
	first, _ := utf8.DecodeRune(text)
	last, _ := utf8.DecodeLastRune(text)
	return blank(first) || blank(last)
}

func blank(r rune) bool {
	switch {
	case r == ' ', r == '\u00a0', r == '\u3000', r == '\ufeff', r >= '\u2000' && r <= '\u200f', r == '\u2028', r == '\u2029', r == '\u202f', r == '\u2060':
		return true
	default:
		return false
	}
}

const manyStars = "****************************************************************"

func stars(dst []byte, n int) []byte {
	for n > len(manyStars) {
		dst, n = append(dst, manyStars...), n-len(manyStars)
	}
	return append(dst, manyStars[:n]...)
}
