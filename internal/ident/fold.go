package ident

import "unicode/utf8"

// The classes of a byte of text, for the first pass.
const (
	inert  = iota
	digit  // 0 to 9
	signal // @ and : and -, which e-mail addresses and addresses of networks have and which need no digit
	wide   // the first byte of full-width forms
)

var classes = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	t['@'], t[':'], t['-'] = signal, signal, signal
	t[0xEF] = wide
	return t
}()

// fold reads the character at s[i:] as upper-case ASCII. Full-width forms become half-width; the spaces and the dashes of Unicode
// become ' ' and '-'; any other character is 0. n is its length in bytes.
func fold(s string, i int) (c byte, n int) {
	c = s[i]
	if c < utf8.RuneSelf {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		return c, 1
	}
	return foldWide(s, i)
}

func foldWide(s string, i int) (c byte, n int) {
	r, n := utf8.DecodeRuneInString(s[i:])
	switch {
	case r >= '！' && r <= '～':
		c = byte(r - '！' + '!')
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		return c, n
	case r == '\u00a0', r == '\u3000', r >= '\u2000' && r <= '\u200b', r == '\u202f', r == '\ufeff':
		return ' ', n
	case r >= '\u2010' && r <= '\u2015', r == '\u2212', r == '\u2500':
		return '-', n
	case r == '·', r == '•', r == '・':
		return '-', n // the dot of plates
	default:
		return 0, n
	}
}

// before folds the character that ends at s[:i].
func before(s string, i int) (c byte, n int) {
	if i == 0 {
		return 0, 0
	}
	if c = s[i-1]; c < utf8.RuneSelf {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		return c, 1
	}
	_, n = utf8.DecodeLastRuneInString(s[:i])
	c, _ = foldWide(s, i-n)
	return c, n
}

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }

// word is a run of letters and digits of a cluster: text[a:b] is its folded text.
type word struct {
	a, b    int
	gap     byte // the separator to the word before: ' ', '-', '.', ':', '(' or ')'; ';' a point among others; 0 for the first word
	numeric bool // all digits
}

// cluster is a stretch of words with at most three separators between two of them: all that an identifier with separators inside can
// consist of. Words without any digit end it unless they are short.
type cluster struct {
	s     string
	text  []byte // all words, folded, without separators
	pos   []int32
	words []word
	end   int // in s
	last  int // in s: the end of the last character of the last word
}

const (
	shortWord = 4 // letters: as long a group of letters only is plausible inside a credit code
	maxGap    = 3 // separators
)

// read fills the cluster from s[start:], where a word begins.
func (k *cluster) read(s string, start int) {
	k.s, k.text, k.pos, k.words = s, k.text[:0], k.pos[:0], k.words[:0]
	i, gap := start, byte(0)
	for {
		w := word{a: len(k.text), gap: gap, numeric: true}
		some := false
		from := i
		for i < len(s) {
			c, n := fold(s, i)
			if !isAlnum(c) {
				break
			}
			if isDigit(c) {
				some = true
			} else {
				w.numeric = false
			}
			k.text = append(k.text, c)
			k.pos = append(k.pos, int32(i))
			i += n
		}
		w.b = len(k.text)
		if w.a == w.b || (!some && w.b-w.a > shortWord) {
			k.text, k.pos = k.text[:w.a], k.pos[:w.a]
			k.end = max(i, from)
			return
		}
		k.words = append(k.words, w)
		k.last, k.end = i, i
		gap = 0
		for n := 0; i < len(s) && n <= maxGap; n++ {
			c, width := fold(s, i)
			if c != ' ' && c != '-' && c != '.' && c != ':' && c != '(' && c != ')' {
				break
			}
			switch {
			case n > 0 && (gap == '.' || c == '.'): // the end of a sentence, or the number of a line of a list
				gap = ';'
			case gap == 0 || gap == ' ':
				gap = c
			}
			i += width
		}
		if gap == 0 || i >= len(s) {
			return
		}
		if c, _ := fold(s, i); !isAlnum(c) {
			return
		}
	}
}

// span is the place in s of the folded characters from a to b.
func (k *cluster) span(a, b int) (start, end int) {
	if b < len(k.pos) {
		_, n := fold(k.s, int(k.pos[b-1]))
		return int(k.pos[a]), int(k.pos[b-1]) + n
	}
	return int(k.pos[a]), k.last
}

// value is the folded text from a to b, and no copy where s has it as it is.
func (k *cluster) value(a, b int) string {
	start, end := k.span(a, b)
	if end-start == b-a && k.s[start:end] == string(k.text[a:b]) {
		return k.s[start:end]
	}
	return string(k.text[a:b])
}
