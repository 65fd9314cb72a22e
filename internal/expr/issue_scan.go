package expr

import (
	"sort"
	"strings"
)

// tokenKind tells the tokens of CEL apart as far as issues need it.
type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenIdent
	tokenNumber
	tokenText // a string or bytes literal
	tokenOp   // an operator, a bracket or another mark
	tokenBad  // a character that CEL does not know, or a literal that does not end
)

// token is a token of an expression; start and end are offsets in runes, end exclusive.
type token struct {
	kind       tokenKind
	start, end int
	text       string
}

// operand tells whether the token ends an operand, so that only an operator, a mark or the end can follow.
func (t token) operand() bool {
	switch t.kind {
	case tokenIdent, tokenNumber, tokenText:
		return t.text != "in"
	}
	return t.text == ")" || t.text == "]" || t.text == "}"
}

// lexer cuts an expression into tokens. It follows CEL's lexical grammar (cel-spec, langdef) but never stops: whatever it
// cannot read is a tokenBad. cel-go has a lexer of its own, which it does not export.
type lexer struct {
	text []rune
	pos  int
}

// tokenize returns all tokens of an expression, without blanks and comments.
func tokenize(text string) []token {
	l := lexer{text: []rune(text)}
	var tokens []token
	for {
		t := l.next()
		if t.kind == tokenEnd {
			return tokens
		}
		tokens = append(tokens, t)
	}
}

func (l *lexer) at(i int) rune {
	if i < len(l.text) {
		return l.text[i]
	}
	return 0
}

func (l *lexer) token(kind tokenKind, start int) token {
	return token{kind: kind, start: start, end: l.pos, text: string(l.text[start:l.pos])}
}

func (l *lexer) next() token {
	l.skip()
	start := l.pos
	if start >= len(l.text) {
		return token{kind: tokenEnd, start: start, end: start}
	}
	r := l.text[start]
	switch {
	case r == '\'' || r == '"':
		return l.quoted(start, false)
	case r == '`':
		return l.until(start, "`", true, tokenIdent)
	case isLetter(r):
		if prefix, raw := l.prefix(); prefix > 0 {
			l.pos += prefix
			return l.quoted(start, raw)
		}
		for isLetter(l.at(l.pos)) || isDigit(l.at(l.pos)) {
			l.pos++
		}
		return l.token(tokenIdent, start)
	case isDigit(r), r == '.' && isDigit(l.at(start+1)):
		return l.number(start)
	}
	switch string(r) + string(l.at(start+1)) {
	case "==", "!=", "<=", ">=", "&&", "||":
		l.pos += 2
		return l.token(tokenOp, start)
	}
	l.pos++
	if strings.ContainsRune("=<>!?:.,+-*/%()[]{}", r) {
		return l.token(tokenOp, start)
	}
	return l.token(tokenBad, start)
}

// skip passes over blanks and comments.
func (l *lexer) skip() {
	for {
		switch r := l.at(l.pos); {
		case l.pos < len(l.text) && strings.ContainsRune(" \t\n\r\f", r):
			l.pos++
		case r == '/' && l.at(l.pos+1) == '/':
			for l.pos < len(l.text) && l.text[l.pos] != '\n' {
				l.pos++
			}
		default:
			return
		}
	}
}

// prefix returns the length of the prefix of a literal, such as r or br, and whether it makes the literal raw; 0 where
// there is none.
func (l *lexer) prefix() (n int, raw bool) {
	bytes := false
	for n < 2 {
		switch r := l.at(l.pos + n); {
		case (r == 'r' || r == 'R') && !raw:
			raw = true
		case (r == 'b' || r == 'B') && !bytes:
			bytes = true
		case (r == '\'' || r == '"') && n > 0:
			return n, raw
		default:
			return 0, false
		}
		n++
	}
	if r := l.at(l.pos + n); r == '\'' || r == '"' {
		return n, raw
	}
	return 0, false
}

// quoted reads a literal whose opening quote stands at pos.
func (l *lexer) quoted(start int, raw bool) token {
	quote := string(l.text[l.pos])
	if l.at(l.pos+1) == l.text[l.pos] && l.at(l.pos+2) == l.text[l.pos] {
		quote = strings.Repeat(quote, 3)
	}
	return l.until(start, quote, raw, tokenText)
}

// until reads from the opening mark at pos to the closing one. A literal with a single mark ends at the end of its line.
func (l *lexer) until(start int, mark string, raw bool, kind tokenKind) token {
	width := len(mark)
	for l.pos += width; l.pos < len(l.text); l.pos++ {
		switch r := l.text[l.pos]; {
		case r == '\\' && !raw:
			if next := l.at(l.pos + 1); width == 3 || next != '\n' && next != '\r' {
				l.pos++
			}
		case (r == '\n' || r == '\r') && width == 1:
			return l.token(tokenBad, start)
		case r == rune(mark[0]) && (width == 1 || l.at(l.pos+1) == r && l.at(l.pos+2) == r):
			l.pos += width
			return l.token(kind, start)
		}
	}
	l.pos = len(l.text)
	return l.token(tokenBad, start)
}

func (l *lexer) number(start int) token {
	digits := func(valid func(rune) bool) bool {
		from := l.pos
		for valid(l.at(l.pos)) {
			l.pos++
		}
		return l.pos > from
	}
	if l.at(start) == '0' && (l.at(start+1) == 'x' || l.at(start+1) == 'X') {
		l.pos += 2
		if !digits(isHexDigit) {
			return l.token(tokenBad, start)
		}
	} else {
		digits(isDigit)
		if l.at(l.pos) == '.' && isDigit(l.at(l.pos+1)) {
			l.pos++
			digits(isDigit)
		}
		if r := l.at(l.pos); r == 'e' || r == 'E' {
			l.pos++
			if r := l.at(l.pos); r == '+' || r == '-' {
				l.pos++
			}
			if !digits(isDigit) {
				return l.token(tokenBad, start)
			}
			return l.token(tokenNumber, start)
		}
	}
	if r := l.at(l.pos); r == 'u' || r == 'U' {
		l.pos++
	}
	return l.token(tokenNumber, start)
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isHexDigit(r rune) bool { return isDigit(r) || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F' }

// tokenAt returns the index of the token that holds or follows an offset, and len(tokens) behind the last one.
func tokenAt(tokens []token, offset int) int {
	return sort.Search(len(tokens), func(i int) bool { return tokens[i].end > offset })
}

// brackets pairs the brackets of an expression: for each opening or closing one the index of its partner, -1 for one
// that has none and for every other token.
func brackets(tokens []token) []int {
	pairs := make([]int, len(tokens))
	var open []int
	for i, t := range tokens {
		pairs[i] = -1
		if t.kind != tokenOp {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			open = append(open, i)
		case ")", "]", "}":
			if n := len(open) - 1; n >= 0 && closes(tokens[open[n]].text, t.text) {
				pairs[i], pairs[open[n]] = open[n], i
				open = open[:n]
			}
		}
	}
	return pairs
}

func closes(open, shut string) bool { return closing(open) == shut }

// closing is the bracket that closes another.
func closing(open string) string {
	switch open {
	case "(":
		return ")"
	case "[":
		return "]"
	default:
		return "}"
	}
}

// unclosed returns the index of the innermost bracket that is open behind the last token, or -1.
func unclosed(tokens []token) int {
	pairs := brackets(tokens)
	for i := len(tokens) - 1; i >= 0; i-- {
		if t := tokens[i]; pairs[i] < 0 && t.kind == tokenOp && (t.text == "(" || t.text == "[" || t.text == "{") {
			return i
		}
	}
	return -1
}
