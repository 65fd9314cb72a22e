package source

// foundKey is a key on the current line.
type foundKey struct {
	start, end, colon int
	style             Style
}

// findKey looks for a key that begins at p: a plain or quoted scalar with a colon behind it, on one line.
func (x *lexer) findKey(p int) (foundKey, bool) {
	c := x.src[p]
	if c == '"' || c == '\'' {
		style := SingleQuoted
		if c == '"' {
			style = DoubleQuoted
		}
		end, ok := x.closingQuote(p, x.lineEnd())
		if !ok {
			return foundKey{}, false
		}
		q := x.skipBlanks(end)
		if q < x.lineEnd() && x.indicator(q, ':') {
			return foundKey{p, end, q, style}, true
		}
		return foundKey{}, false
	}
	if c != '!' && c != '&' && c != '*' && !x.plainStart(p) {
		return foundKey{}, false
	}
	end, stop := x.plainLine(p)
	if stop != stopColon || end == p {
		return foundKey{}, false
	}
	return foundKey{p, end, x.skipBlanks(end), Plain}, true
}

// key reads a key and its colon.
func (x *lexer) key(k foundKey, col int) {
	if !x.enter(k.start, col, Map) {
		return
	}
	x.emitKey(k, false, col)
	top := x.top()
	top.awaiting, top.at = true, k.colon+1
	x.pos, x.fresh, x.keyOK = k.colon+1, false, false
}

// emitKey adds a key of a block or flow map.
func (x *lexer) emitKey(k foundKey, flow bool, parent int) {
	t := token{style: k.style, flow: flow, key: true, start: k.start, end: k.end, parent: parent}
	x.checkTabsAround(k.end, k.colon)
	switch c := x.src[k.start]; {
	case k.style != Plain:
		x.checkEscapes(&t)
	case c == '!' || c == '&' || c == '*':
		x.keyProperty(&t)
	default:
		x.checkPlain(&t, roleKey)
	}
	x.emit(t)
}
