package source

import "bytes"

// frame is an open block collection.
type frame struct {
	kind    Kind
	indent  int  // column of its keys or dashes, from 0
	compact bool // a list whose dashes stand in the column of the key above
	// awaiting: a key or dash has been read and its value has not.
	awaiting bool
	at       int  // offset behind the colon or dash that is waiting
	spoiled  bool // a problem of its indentation was reported
}

func (x *lexer) top() *frame {
	if len(x.frames) == 0 {
		return nil
	}
	return &x.frames[len(x.frames)-1]
}

func (x *lexer) topIndent(orElse int) int {
	if top := x.top(); top != nil {
		return top.indent
	}
	return orElse
}

// unroll closes the collections that a line beginning at col ends.
func (x *lexer) unroll(col int, dash bool) {
	for top := x.top(); top != nil && top.indent > col; top = x.top() {
		x.closeFrame()
	}
	if top := x.top(); top != nil && top.compact && top.indent == col && !dash {
		x.closeFrame()
	}
}

// nullKey reports a colon with nothing in front of it.
func (x *lexer) nullKey(p, col int) {
	x.out.at(codeWrongShape, "yaml.null-key", p, p+1)
	if x.fresh {
		x.skipBlock(x.topIndent(col))
		return
	}
	top := x.top()
	top.awaiting = false
	x.recoverLine(p, top.indent, len(x.toks))
}

func (x *lexer) closeFrame() {
	if top := x.top(); top.awaiting {
		x.empty(top.at, top.indent)
	}
	x.frames = x.frames[:len(x.frames)-1]
}

// push opens a collection at p, within the limits.
func (x *lexer) push(f frame, p int) bool {
	x.frames = append(x.frames, f)
	return x.deep(len(x.frames), p) && x.count(p)
}

func (x *lexer) deep(depth, p int) bool {
	if depth > x.lim.Depth {
		x.out.at(codeLimit, "limit.depth", p, p, itoa(x.lim.Depth))
		x.failed = true
	}
	return !x.failed
}

func (x *lexer) count(p int) bool {
	x.nodes++
	if x.nodes > x.lim.Nodes && !x.failed {
		x.out.at(codeLimit, "limit.nodes", p, p, itoa(x.lim.Nodes))
		x.failed = true
	}
	return !x.failed
}

// emit adds a scalar.
func (x *lexer) emit(t token) {
	if x.count(t.start) {
		x.toks = append(x.toks, t)
	}
}

// empty adds the null that stands where a value is missing.
func (x *lexer) empty(at, parent int) {
	x.emit(token{kind: tokEmpty, start: at, end: at, parent: parent})
}

// enter finds the collection that a key or dash in column col belongs to, or opens it.
func (x *lexer) enter(p, col int, kind Kind) bool {
	top := x.top()
	switch {
	case top == nil && x.rootDone:
		x.unexpected(p, col)
		return false
	case top == nil:
		x.rootDone = true
		return x.push(frame{kind: kind, indent: col}, p)
	case top.indent == col && top.kind == kind:
		if top.awaiting {
			x.empty(top.at, top.indent)
		}
		top.spoiled = false
		return !x.failed
	case top.indent == col && kind == List && top.awaiting:
		top.awaiting = false
		return x.push(frame{kind: List, indent: col, compact: true}, p)
	case top.indent < col && top.awaiting:
		top.awaiting = false
		return x.push(frame{kind: kind, indent: col}, p)
	}
	x.misplaced(p, col, kind)
	return false
}

// dash reads the dash of a list item.
func (x *lexer) dash(p, col int) {
	if !x.keyOK {
		if parent, ok := x.place(p, col); ok {
			x.out.at(codeSyntax, "yaml.list-on-key-line", p, x.commentFrom(p))
			x.recoverLine(p, parent, len(x.toks))
		}
		return
	}
	if !x.enter(p, col, List) {
		return
	}
	top := x.top()
	top.awaiting, top.at = true, p+1
	x.pos, x.fresh, x.keyOK = p+1, false, true
}

// place finds the key or dash that a value at p belongs to, and the column of its collection.
func (x *lexer) place(p, col int) (parent int, ok bool) {
	top := x.top()
	switch {
	case top == nil && !x.rootDone && bytes.IndexByte([]byte("[{!&"), x.src[p]) >= 0:
		x.rootDone = true
		return -1, true
	case top != nil && top.awaiting && col > top.indent:
		top.awaiting = false
		return top.indent, true
	}
	x.unexpected(p, col)
	return 0, false
}
