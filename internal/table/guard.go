package table

import "strings"

// Guard makes a cell safe to open in a spreadsheet program. Such a program takes a cell of a text table that begins with = + - @, a
// tab or a carriage return for a formula or a command, and runs it: a data set called =HYPERLINK(…) would then run on the desk of
// whoever opens the exported catalog. Guard puts an apostrophe before such a cell, which these programs show as text.
//
// A plain number (-3, +1.5, -2.0E-7) keeps its form: it cannot do anything, and an apostrophe would make it text. White space in front
// counts as nothing, since programs trim it. A cell that has apostrophes before such a text of itself gets one more, so that Unguard
// gives back every cell as it was.
func Guard(cell string) string {
	if !dangerous(strings.TrimLeft(cell, "'")) {
		return cell
	}
	return "'" + cell
}

// Unguard undoes Guard, and leaves every other cell as it is.
func Unguard(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && dangerous(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return cell
}

func dangerous(cell string) bool {
	if strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") {
		return true
	}
	text := strings.TrimLeft(cell, " \n\u00a0\u3000\ufeff")
	if text == "" {
		return false
	}
	switch r := []rune(text)[0]; r {
	case '=', '@', '\t', '\r', '＝', '＠': // full-width forms are formulas to a program with a Chinese input method
		return true
	case '+', '-', '＋', '－':
		return !plainNumber(text)
	}
	return false
}

// plainNumber reports whether text is a sign, digits with at most one point, and perhaps an exponent, all of them ASCII.
func plainNumber(text string) bool {
	digits := func(s string) (string, int) {
		n := 0
		for n < len(s) && '0' <= s[n] && s[n] <= '9' {
			n++
		}
		return s[n:], n
	}
	rest := strings.TrimLeft(text[:1], "+-") + text[1:]
	rest, whole := digits(rest)
	fraction := 0
	if strings.HasPrefix(rest, ".") {
		rest, fraction = digits(rest[1:])
	}
	if whole+fraction == 0 {
		return false
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		rest = rest[1:]
		if rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		var n int
		if rest, n = digits(rest); n == 0 {
			return false
		}
	}
	return rest == ""
}
