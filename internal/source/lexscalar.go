package source

import (
	"bytes"
	"unicode/utf8"
)

// What ends the text of a plain scalar on a line.
type stop uint8

const (
	stopEnd     stop = iota // the end of the line
	stopComment             // white space and #
	stopColon               // a colon that separates
)

// plainStart reports whether a plain scalar can begin at p.
func (x *lexer) plainStart(p int) bool {
	switch x.src[p] {
	case '-', '?', ':':
		return !x.blankAt(p + 1)
	case ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return false
	}
	return true
}

// plainLine finds where a plain scalar of block context ends on its line.
func (x *lexer) plainLine(p int) (end int, why stop) {
	limit := x.lineEnd()
	end = p
	for i := p; i < limit; i++ {
		switch c := x.src[i]; {
		case c == ':' && x.blankAt(i+1):
			return end, stopColon
		case c == '#' && i > p && isBlank(x.src[i-1]):
			return end, stopComment
		case !isBlank(c):
			end = i + 1
		}
	}
	return end, stopEnd
}

// plain reads a plain value of block context, which can go on over deeper lines.
func (x *lexer) plain(p, parent int) {
	toks, first := len(x.toks), x.line
	end, why := x.plainLine(p)
	if why == stopColon {
		text := x.commentFrom(p)
		x.quoteFix(x.out.at(codeSyntax, "yaml.colon-in-value", p, text), p, text, parent, false)
		x.recoverLine(p, parent, toks)
		return
	}
	if why == stopComment && x.commentInside(p, end) {
		text := x.commentFrom(p)
		x.quoteFix(x.out.at(codeSyntax, "yaml.comment-in-value", p, text), p, text, parent, false)
		x.recoverLine(p, parent, toks)
		return
	}
	last := x.line
	for line := x.line + 1; why == stopEnd && line < len(x.file.lines) && x.file.lines[line] < x.end; line++ {
		x.line = line
		q, ok := x.continuation(parent)
		if !ok {
			if q < x.lineEnd() {
				break
			}
			continue
		}
		var e int
		if e, why = x.plainLine(q); why == stopColon {
			x.colonBelow(p, q, e, first)
			x.recoverLines(p, parent, toks)
			return
		}
		end, last = e, line
	}
	x.line, x.pos = last, end
	t := token{start: p, end: end, parent: parent}
	if last == first {
		x.checkPlain(&t, x.role())
	}
	x.fresh, x.keyOK = false, false
	x.emit(t)
}

// colonBelow reports a separating colon on a continuation line of the plain scalar that began at p.
func (x *lexer) colonBelow(p, q, end, first int) {
	if bytes.ContainsAny(x.src[q:end], " \t") {
		x.out.at(codeSyntax, "yaml.colon-in-value", q, x.commentFrom(q))
		return
	}
	pr := x.out.at(codeSyntax, "yaml.nested-under-value", q, end, string(x.src[q:end]), itoa(first+1))
	pr.Related = append(pr.Related, x.file.rangeOf(p, x.file.lineEnd(first)))
}

// continuation finds the text of the current line, which goes on with a scalar whose collection is at column parent.
// When it is none, the offset is where its text begins, or its end when it is blank.
func (x *lexer) continuation(parent int) (int, bool) {
	start, end := x.lineStart(), x.lineEnd()
	p := start
	for p < end && isBlank(x.src[p]) {
		p++
	}
	if p == end || p-start <= parent || x.src[p] == '#' || p == start && isMarker(x.src, p, end) {
		return p, false
	}
	if bytes.IndexByte(x.src[start:p], '\t') >= 0 {
		x.tab(start, p, true)
	}
	return p, true
}

// commentInside reports whether the plain text from p to end, which a comment follows, has an open quote: then the
// comment was meant as text.
func (x *lexer) commentInside(p, end int) bool {
	return openQuote(x.src[p:end])
}

// openQuote reports whether a quote in text is not closed. Apostrophes within words do not count.
func openQuote(text []byte) bool {
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\'') && !wordBefore(text, 0, i):
			quote = c
		}
	}
	return quote != 0
}

// closingQuote finds the end of the quoted scalar at p, behind its closing quote, before limit.
func (x *lexer) closingQuote(p, limit int) (int, bool) {
	quote := x.src[p]
	for i := p + 1; i < limit; i++ {
		switch c := x.src[i]; {
		case c == '\\' && quote == '"':
			i++
		case c == quote && quote == '\'' && i+1 < limit && x.src[i+1] == quote:
			i++
		case c == quote:
			return i + 1, true
		}
	}
	return 0, false
}

// quotedEnd finds the end of the quoted scalar at p, on its line or on deeper ones below. It leaves x.line at the
// line of the end. Lines that are not deeper end the search: the quote was never closed.
func (x *lexer) quotedEnd(p, parent int) (int, bool) {
	first := x.line
	quote := x.src[p]
	i := p + 1
	for {
		limit := x.lineEnd()
		for i < limit {
			switch c := x.src[i]; {
			case c == '\\' && quote == '"':
				i++
			case c == quote && quote == '\'' && i+1 < limit && x.src[i+1] == quote:
				i++
			case c == quote:
				return i + 1, true
			}
			i++
		}
		for {
			x.line++
			if x.line >= len(x.file.lines) || x.lineStart() >= x.end {
				x.line = first
				return 0, false
			}
			// A # is text here, so continuation's answer about comments does not count.
			q, _ := x.continuation(parent)
			if q == x.lineEnd() {
				continue
			}
			if q-x.lineStart() <= parent || q == x.lineStart() && isMarker(x.src, q, x.lineEnd()) {
				x.line = first
				return 0, false
			}
			i = q
			break
		}
	}
}

// quoted reads a quoted value of block context.
func (x *lexer) quoted(p, parent int) {
	toks, first := len(x.toks), x.line
	end, ok := x.quotedEnd(p, parent)
	if !ok {
		x.unclosedQuote(p)
		x.recoverLine(p, parent, toks)
		return
	}
	if key := x.trailing(end, "yaml.text-after-quote"); key != "" {
		if x.line == first {
			text := x.commentFrom(p)
			x.quoteFix(x.out.at(codeSyntax, key, p, text), p, text, parent, false)
		} else {
			pr := x.out.at(codeSyntax, key, end, x.commentFrom(end))
			pr.Related = append(pr.Related, x.file.rangeOf(p, p+1))
		}
		x.recoverLines(p, parent, toks)
		return
	}
	t := token{style: SingleQuoted, start: p, end: end, parent: parent}
	if x.src[p] == '"' {
		t.style = DoubleQuoted
	}
	x.checkEscapes(&t)
	x.emit(t)
	x.pos, x.fresh, x.keyOK = end, false, false
}

// unclosedQuote reports the quote at p. Where it is the only one on its line, the other belongs at the end.
func (x *lexer) unclosedQuote(p int) {
	pr := x.out.at(codeSyntax, "yaml.unclosed-quote", p, p+1, string(x.src[p]))
	if end := x.commentFrom(p); end > p+1 && bytes.IndexByte(x.src[p+1:x.lineEnd()], x.src[p]) < 0 &&
		x.src[end-1] != '\\' {
		pr.fix(x.file, end, end, string(x.src[p]))
	}
}

// trailing names the problem of text behind a complete value that ends at p, or "".
func (x *lexer) trailing(p int, key string) string {
	q := x.skipBlanks(p)
	switch {
	case q >= x.lineEnd() || x.src[q] == '#' && q > p:
		return ""
	case x.indicator(q, ':'):
		if key == "yaml.text-after-flow" {
			return "yaml.collection-key"
		}
		return "yaml.colon-in-value"
	}
	return key
}

// checkEscapes refuses escapes in a double-quoted scalar that YAML does not have, and those that make characters no
// rule file may hold.
func (x *lexer) checkEscapes(t *token) {
	if t.style != DoubleQuoted {
		return
	}
	var bad []int
	for i := t.start + 1; i < t.end-1; i++ {
		if x.src[i] != '\\' {
			continue
		}
		size, good := escape(x.src[i+1 : t.end-1])
		if !good {
			bad = append(bad, i)
		}
		if good && controlEscape(x.src[i:i+1+size]) {
			x.out.at(codeCharacter, "text.escaped-control", i, i+1+size, string(x.src[i:i+1+size]))
			t.broken = true
		}
		i += size
	}
	if len(bad) == 0 {
		return
	}
	_, size := firstRune(x.src[bad[0]+1 : t.end-1])
	p := x.out.at(codeSyntax, "yaml.bad-escape", bad[0], bad[0]+1+size, string(x.src[bad[0]:bad[0]+1+size]))
	raw := string(x.file.Text[t.start+1 : t.end-1])
	if bytes.ContainsAny([]byte(raw), "'\n") || bytes.Contains([]byte(raw), []byte(`\"`)) {
		for _, i := range bad {
			p.fix(x.file, i, i, `\`)
		}
	} else {
		p.fix(x.file, t.start, t.end, "'"+raw+"'")
	}
	for i := t.start + 1; i < t.end-1; i++ {
		if !isBlank(x.src[i]) {
			mask(x.src, i, i+1)
		}
	}
	t.broken, t.meant, t.value = true, true, raw
}

// escape measures the escape whose text behind the backslash begins with s, and says whether YAML has it.
func escape(s []byte) (size int, good bool) {
	if len(s) == 0 {
		return 0, false
	}
	digits := 0
	switch s[0] {
	case '0', 'a', 'b', 't', '\t', 'n', 'v', 'f', 'r', 'e', ' ', '"', '/', '\\', 'N', '_', 'L', 'P', '\n':
		return 1, true
	case '\r':
		return min(2, len(s)), true
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		return 1, false
	}
	value := 0
	for i := range digits {
		d := -1
		if 1+i < len(s) {
			d = hexDigit(s[1+i])
		}
		if d < 0 {
			return 1, false
		}
		value = value<<4 | d
	}
	return 1 + digits, value <= 0x10ffff && (value < 0xd800 || value > 0xdfff)
}

// controlEscape reports escapes that put control characters other than tab and line breaks into a value.
func controlEscape(s []byte) bool {
	switch s[1] {
	case '0', 'a', 'b', 'v', 'f', 'e':
		return true
	case 'x', 'u', 'U':
		value := 0
		for _, c := range s[2:] {
			value = value<<4 | hexDigit(c)
		}
		return value < 0x20 && value != '\t' && value != '\n' && value != '\r' || value == 0x7f
	}
	return false
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func firstRune(s []byte) (rune, int) {
	return utf8.DecodeRune(s)
}
