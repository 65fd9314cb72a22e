package source

// flowPlainStart reports whether a plain scalar of flow context can begin at p. One that begins with a colon is legal
// YAML and never meant.
func (r *flowReader) flowPlainStart(p int) bool {
	if c := r.src[p]; c == ':' || (c == '-' || c == '?') && p+1 < r.lineEnd() && isFlowIndicator(r.src[p+1]) {
		return false
	}
	return r.plainStart(p)
}

// isKey reports whether the entry from start to end is the key of a pair.
func (r *flowReader) isKey(end int) (int, bool) {
	if top := r.top(); top.state != flowEntry || top.open != '{' {
		return 0, false
	}
	p := r.skipBlanks(end)
	return p, p < r.lineEnd() && r.src[p] == ':'
}

// scalar adds the scalar t, as a key when a colon follows it.
func (r *flowReader) scalar(t token) {
	first := r.line
	if t.style != Plain {
		first = r.file.lineAt(t.start)
	}
	r.enter(t.start, false)
	if colon, ok := r.isKey(t.end); ok {
		if first != r.line {
			r.fail("yaml.key-over-lines", t.start, t.end)
			return
		}
		r.emitKey(foundKey{t.start, t.end, colon, t.style}, true, r.parent)
	} else {
		if t.style == Plain && !t.broken {
			r.checkPlain(&t, r.role())
		}
		r.checkEscapes(&t)
		r.emit(t)
	}
	r.pos, r.top().until = t.end, t.end
}

func (r *flowReader) role() role {
	if r.top().open == '[' {
		return roleItem
	}
	return roleValue
}

func (r *flowReader) quoted(p int) {
	end, ok := r.quotedEnd(p, r.parent)
	if !ok {
		r.fail("yaml.unclosed-quote", p, p+1, string(r.src[p]))
		return
	}
	t := token{style: SingleQuoted, flow: true, start: p, end: end, parent: r.parent}
	if r.src[p] == '"' {
		t.style = DoubleQuoted
	}
	r.scalar(t)
}

func (r *flowReader) plain(p int) {
	end := r.flowPlainEnd(p)
	text := r.src[p:end]
	if openQuote(text) || openParen(text) {
		// A comma, bracket, colon or # inside the parentheses or quotes of an expression has split it.
		r.failed = true
		end = r.flowText(p)
		r.quoteFix(r.out.at(codeSyntax, "yaml.split-value", p, end), p, end, r.parent, true)
		return
	}
	r.scalar(token{flow: true, start: p, end: end, parent: r.parent})
}

// flowPlainEnd finds where a plain scalar of flow context ends on its line.
func (r *flowReader) flowPlainEnd(p int) int {
	limit, end := r.lineEnd(), p
	for i := p; i < limit; i++ {
		c := r.src[i]
		if isFlowIndicator(c) || c == '#' && i > p && isBlank(r.src[i-1]) ||
			c == ':' && (r.blankAt(i+1) || r.src[i+1] == ',' || r.src[i+1] == ']' || r.src[i+1] == '}') {
			break
		}
		if !isBlank(c) {
			end = i + 1
		}
	}
	return end
}

// property reads a flow value that begins with a tag, an anchor or an alias.
func (r *flowReader) property(p int) {
	if top := r.top(); top.state == flowStart && top.open == '{' {
		key := r.flowPlainEnd(p)
		if q := r.skipBlanks(key); q < r.lineEnd() && r.src[q] == ':' {
			r.scalar(token{flow: true, start: p, end: key, parent: r.parent})
			return
		}
	}
	end := r.flowText(p)
	if r.checkProperty(p, r.parent, true) {
		q := r.skipBlanks(r.pos)
		if q >= r.lineEnd() || r.src[q] != ',' && r.src[q] != ']' && r.src[q] != '}' {
			return
		}
		// The tag stood alone.
	}
	mask(r.src, p, end)
	r.scalar(token{
		flow: true, start: p, end: end, parent: r.parent, broken: true, meant: true, value: string(r.file.Text[p:end]),
	})
}

// openParen reports whether the parentheses of text do not pair.
func openParen(text []byte) bool {
	depth := 0
	for _, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 {
			return true
		}
	}
	return depth != 0
}
