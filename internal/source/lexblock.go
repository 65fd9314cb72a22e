package source

import (
	"bytes"
	"strings"
)

// blockHeader is what stands on the line of a | or > scalar.
type blockHeader struct {
	indent int // the indentation indicator, 0 when there is none
	end    int // offset behind the indicators
}

// blockHead reads the indicators behind | or >. Anything but a comment behind them is no header.
func (x *lexer) blockHead(p int) (h blockHeader, ok bool) {
	h.end = p + 1
	chomped := false
	for ; h.end < x.lineEnd(); h.end++ {
		switch c := x.src[h.end]; {
		case (c == '+' || c == '-') && !chomped:
			chomped = true
			continue
		case c >= '1' && c <= '9' && h.indent == 0:
			h.indent = int(c - '0')
			continue
		}
		break
	}
	q := x.skipBlanks(h.end)
	return h, q == x.lineEnd() || x.src[q] == '#' && q > h.end
}

// blockScalar reads a | or > scalar.
func (x *lexer) blockScalar(p, parent int) {
	h, ok := x.blockHead(p)
	if !ok {
		x.badHeader(p, parent)
		return
	}
	if q := x.skipBlanks(h.end); q < x.lineEnd() {
		blank(x.src, q, x.lineEnd())
	}
	t := token{style: Literal, start: p, end: h.end, parent: parent}
	if x.src[p] == '>' {
		t.style = Folded
	}
	if h.indent > 0 {
		t.indent = max(parent, 0) + h.indent
	} else {
		t.indent = x.detectIndent(parent)
		if x.failed {
			return
		}
	}
	line := x.line + 1
	for ; line < len(x.file.lines) && x.file.lines[line] < x.end; line++ {
		start, end := x.file.lines[line], min(x.file.lineEnd(line), x.end)
		n := spaces(x.src[start:end])
		if n < t.indent && start+n < end {
			if x.src[start+n] != '\t' {
				break
			}
			if len(bytes.Trim(x.src[start:end], " \t")) > 0 || n < t.indent {
				x.line = line
				x.tab(start+n, start+n+1, true)
			}
		}
		if len(bytes.Trim(x.src[start:end], " \t")) > 0 {
			t.end = start + len(bytes.TrimRight(x.file.Text[start:end], " \t"))
		}
	}
	x.emit(t)
	x.toLine(line)
	x.skipComments()
}

// badHeader reports text behind | or >. With | it was meant to stand on the next line; > was meant as an operator.
func (x *lexer) badHeader(p, parent int) {
	text := x.commentFrom(p)
	pr := x.out.at(codeSyntax, "yaml.block-header", p, text, string(x.src[p]))
	if x.src[p] == '|' {
		q := quoting{file: x.file, start: p, end: text, parent: parent}
		pr.Edits = []Edit{q.literal(strings.TrimLeft(string(x.file.Text[p+1:text]), " \t"))}
	} else {
		x.quoteFix(pr, p, text, parent, false)
	}
	x.recoverLine(p, parent, len(x.toks))
}

// detectIndent finds the indentation of a block scalar without an indicator: that of its first line with text.
func (x *lexer) detectIndent(parent int) int {
	deepest, deepestLine := 0, 0
	for line := x.line + 1; line < len(x.file.lines) && x.file.lines[line] < x.end; line++ {
		start, end := x.file.lines[line], min(x.file.lineEnd(line), x.end)
		n := spaces(x.src[start:end])
		if start+n == end {
			if n > deepest {
				deepest, deepestLine = n, line
			}
			continue
		}
		if n > parent && n < deepest {
			start := x.file.lines[deepestLine]
			x.out.at(codeSyntax, "yaml.block-leading-blank", start, start+deepest).fix(x.file, start, start+deepest, "")
			x.failed = true
		}
		return max(n, deepest, parent+1)
	}
	return max(deepest, parent+1)
}

// skipComments goes behind the comments below a block scalar without blanking them: their spaces would become its
// text.
func (x *lexer) skipComments() {
	for x.line < len(x.file.lines) && x.lineStart() < x.end {
		text := bytes.TrimLeft(x.src[x.lineStart():x.lineEnd()], " ")
		if len(text) > 0 && text[0] != '#' {
			return
		}
		x.toLine(x.line + 1)
	}
	if x.line < len(x.file.lines) {
		x.pos = x.end
	}
}

func spaces(s []byte) int {
	n := 0
	for n < len(s) && s[n] == ' ' {
		n++
	}
	return n
}
