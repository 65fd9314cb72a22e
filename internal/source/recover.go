package source

import "bytes"

// commentFrom is where the text that begins at p ends on the current line: before a comment and the white space in
// front of it. A # between quotes begins no comment here, because the text was meant as one value.
func (x *lexer) commentFrom(p int) int {
	end := x.lineEnd()
	cut := end
	quote := byte(0)
	firstHash := -1
	for i := p; i < end; i++ {
		c := x.file.Text[i]
		switch {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			if !wordBefore(x.file.Text, p, i) {
				quote = c
			}
		}
		if c == '#' && i > p && isBlank(x.file.Text[i-1]) {
			if firstHash < 0 {
				firstHash = i
			}
			if quote == 0 {
				cut = i
				break
			}
		}
	}
	if quote != 0 && firstHash >= 0 {
		cut = firstHash
	}
	for cut > p && isBlank(x.file.Text[cut-1]) {
		cut--
	}
	return cut
}

// wordBefore reports whether a letter or digit stands in front of offset i, so that a quote there is an apostrophe.
func wordBefore(text []byte, start, i int) bool {
	return i > start && (isWord(text[i-1]) || text[i-1] >= 0x80)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// mask hides the bytes from start to end from the YAML library behind letters. Characters beyond ASCII are no
// indicators and stay, so that columns do not move.
func mask(src []byte, start, end int) {
	for i := start; i < end; i++ {
		if c := src[i]; c < 0x80 && c != '\n' && c != '\r' {
			src[i] = 'x'
		}
	}
}

// recoverLine takes everything from p to the end of the line, and the deeper lines below, for the one scalar that
// was meant. Tokens read since toks are forgotten.
func (x *lexer) recoverLine(p, parent, toks int) {
	x.toks = x.toks[:toks]
	end := x.commentFrom(p)
	mask(x.src, p, end)
	blank(x.src, end, x.lineEnd())
	last := x.absorb(parent)
	if last < 0 {
		last = end
	}
	x.emit(token{
		start: p, end: last, parent: parent, broken: true, meant: true, value: string(x.file.Text[p:last]),
	})
	x.fresh, x.keyOK = false, false
}

// recoverLines does what recoverLine does for a value that begins on an earlier line, and goes back there first.
func (x *lexer) recoverLines(p, parent, toks int) {
	x.line = x.file.lineAt(p)
	x.recoverLine(p, parent, toks)
}

// commentOut makes an empty comment of the text from start to end. Spaces would become text of a block above.
func commentOut(src []byte, start, end int) {
	if start < end {
		blank(src, start, end)
		src[start] = '#'
	}
}

// absorb takes out the lines below that are indented more than parent, and closing brackets behind them. It goes to the
// end of the last of them and returns it, or -1 when there is none.
func (x *lexer) absorb(parent int) int {
	last := -1
	x.pos = x.lineEnd()
	for line := x.line + 1; line < len(x.file.lines) && x.file.lines[line] < x.end; line++ {
		start, end := x.file.lines[line], min(x.file.lineEnd(line), x.end)
		p := start
		for p < end && isBlank(x.src[p]) {
			p++
		}
		if p == end {
			continue
		}
		closing := x.src[p] == ']' || x.src[p] == '}'
		if p-start <= parent && !closing || p == start && isMarker(x.src, p, end) {
			break
		}
		x.line, x.pos = line, end
		last = p + len(bytes.TrimRight(x.file.Text[p:end], " \t"))
		commentOut(x.src, p, end)
	}
	return last
}

// skipBlock leaves out the current line and the lines below that are indented more than indent.
func (x *lexer) skipBlock(indent int) {
	x.file.Partial = true
	commentOut(x.src, x.skipBlanks(x.lineStart()), x.lineEnd())
	x.absorb(indent)
	x.toLine(x.line + 1)
}

// quoteFix attaches the edit that turns the text from start to end into one scalar.
func (x *lexer) quoteFix(p *Problem, start, end, parent int, flow bool) {
	value := string(x.file.Text[start:end])
	q := quoting{file: x.file, start: start, end: end, parent: parent, flow: flow}
	if edit, ok := q.edit(value); ok {
		p.Edits = append(p.Edits, edit)
	}
}
