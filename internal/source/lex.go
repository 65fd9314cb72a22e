package source

import (
	"bytes"
	"slices"
)

// token is what the lexer hands to the tree: a scalar (or its absence), or a bracket.
type token struct {
	kind   tokenKind
	style  Style
	flow   bool
	key    bool
	broken bool // reported already
	meant  bool // value holds what was meant; the library saw the masked text
	start  int  // byte offsets; end is exclusive
	end    int
	indent int // of a block scalar: bytes of indentation before its text
	parent int // column, from 0, of the block collection around it, or -1
	value  string
}

type tokenKind uint8

const (
	tokScalar tokenKind = iota
	tokEmpty            // a value that is not there
	tokOpen             // [ or {
	tokClose            // ] or }
)

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

// lexer reads the document in one pass. Everything is linear: what a recovery takes in is never read again.
type lexer struct {
	file *File
	src  []byte // the text for the YAML library: comments blanked, everything reported masked, offsets unchanged
	lim  Limits
	out  *sink

	toks   []token
	frames []frame
	nodes  int

	line  int // index of the current line
	pos   int // offset of the next byte on it
	fresh bool
	keyOK bool

	rootDone bool // the root collection has begun
	marked   bool // --- has been read
	end      int  // where the document ends
	failed   bool // reading had to stop: there is no tree
	tabs     []int
}

func newLexer(f *File, out *sink, lim Limits) *lexer {
	x := &lexer{file: f, src: bytes.Clone(f.Text), lim: lim, out: out, end: len(f.Text)}
	x.toLine(0)
	return x
}

func (x *lexer) lineStart() int { return x.file.lines[x.line] }
func (x *lexer) lineEnd() int   { return min(x.file.lineEnd(x.line), x.end) }
func (x *lexer) done() bool     { return x.failed || x.out.full || x.line >= len(x.file.lines) }

// toLine goes to the beginning of a line.
func (x *lexer) toLine(line int) {
	x.line, x.fresh, x.keyOK = line, true, true
	if line < len(x.file.lines) {
		x.pos = x.file.lines[line]
	}
}

func (x *lexer) run() {
	for !x.done() && x.pos < x.end {
		x.step()
	}
	x.reportTabs()
	if x.failed || x.out.full {
		return
	}
	for len(x.frames) > 0 {
		x.closeFrame()
	}
	if !x.rootDone {
		x.failed = true
		if len(x.out.list) == 0 {
			x.out.at(codeSyntax, "yaml.empty-document", 0, 0)
		}
	}
}

// step reads one token of block context.
func (x *lexer) step() {
	p, ok := x.content(x.pos, x.fresh)
	if !ok {
		x.toLine(x.line + 1)
		return
	}
	col := p - x.lineStart()
	if x.fresh {
		if col == 0 && x.marker(p) {
			return
		}
		x.unroll(col, x.indicator(p, '-'))
	}
	switch {
	case x.indicator(p, '-'):
		x.dash(p, col)
	case x.keyOK && x.indicator(p, '?'):
		x.out.at(codeSyntax, "yaml.explicit-key", p, p+1)
		x.failed = true
	case x.keyOK && x.indicator(p, ':'):
		x.nullKey(p, col)
	default:
		if x.keyOK {
			if key, ok := x.findKey(p); ok {
				x.key(key, col)
				return
			}
		}
		if parent, ok := x.place(p, col); ok {
			x.value(p, parent)
		}
	}
}

// content finds the next byte from p on the current line that is neither white space nor comment; comments are
// blanked. Where p is the beginning of the line, fresh is set.
func (x *lexer) content(p int, fresh bool) (int, bool) {
	start, end := p, x.lineEnd()
	tab := -1
	for p < end && isBlank(x.src[p]) {
		if x.src[p] == '\t' && tab < 0 {
			tab = p
		}
		p++
	}
	if p >= end {
		return p, false
	}
	if x.src[p] == '#' && (fresh || p > start) {
		blank(x.src, p, end)
		return end, false
	}
	if tab >= 0 {
		x.tab(tab, p, fresh)
	}
	return p, true
}

// tab notes a tab between tokens. At the beginning of a line nobody can say how deep it indents.
func (x *lexer) tab(tab, p int, indents bool) {
	if indents {
		x.tabs = append(x.tabs, x.line)
	} else {
		x.out.at(codeSyntax, "yaml.tab-separator", tab, p).fix(x.file, tab, p, " ")
	}
	blank(x.src, tab, p)
}

// reportTabs reports all lines that tabs indent as the one problem they are, and gives up the tree.
func (x *lexer) reportTabs() {
	if len(x.tabs) == 0 {
		return
	}
	x.failed = true
	// What the structure below the first of them seems to be is a consequence.
	first := x.tabs[0] + 1
	x.out.list = slices.DeleteFunc(x.out.list, func(p Problem) bool {
		return p.Code == codeSyntax && p.Range.Start.Line > first
	})
	var p *Problem
	for _, line := range x.tabs {
		start := x.file.lines[line]
		end := start
		for end < len(x.file.Text) && isBlank(x.file.Text[end]) {
			end++
		}
		if p == nil {
			first := start + bytes.IndexByte(x.file.Text[start:end], '\t')
			p = x.out.at(codeSyntax, "yaml.tab-indentation", first, end)
		}
		p.fix(x.file, start, end, string(bytes.ReplaceAll(x.file.Text[start:end], []byte{'\t'}, []byte("  "))))
	}
}

// marker handles ---, ... and % at the beginning of a line, and says whether there was one.
func (x *lexer) marker(p int) bool {
	switch {
	case x.src[p] == '%' && !x.rootDone && !x.marked:
		x.out.at(codeDocuments, "yaml.directive", p, x.lineEnd()).fix(x.file, p, x.lineEnd(), "")
		blank(x.src, p, x.lineEnd())
		x.toLine(x.line + 1)
	case !isMarker(x.src, p, x.lineEnd()):
		return false
	case x.src[p] == '.':
		x.afterMarker(p)
		x.end = p
		for x.line++; x.line < len(x.file.lines); x.line++ {
			start, end := x.lineStart(), x.file.lineEnd(x.line)
			text := bytes.TrimLeft(x.file.Text[start:end], " \t")
			if len(text) > 0 && text[0] != '#' && !isMarkerDot(x.file.Text, start, end) {
				x.out.at(codeDocuments, "yaml.second-document", end-len(text), end)
				return true
			}
		}
	case x.rootDone || x.marked:
		x.out.at(codeDocuments, "yaml.second-document", p, p+3)
		x.end = p
	default:
		x.marked = true
		x.afterMarker(p)
		x.toLine(x.line + 1)
	}
	return true
}

// afterMarker refuses text on the line of a --- or ... marker.
func (x *lexer) afterMarker(p int) {
	if q, ok := x.content(p+3, false); ok {
		x.out.at(codeSyntax, "yaml.content-after-marker", q, x.lineEnd()).fix(x.file, p+3, q, x.file.eol)
		x.failed = true
	}
}

// indicator reports whether c stands at p as an indicator: white space or the end of the line follows.
func (x *lexer) indicator(p int, c byte) bool {
	return x.src[p] == c && x.blankAt(p+1)
}

// blankAt reports whether white space or the end of the line is at p.
func (x *lexer) blankAt(p int) bool { return p >= x.lineEnd() || isBlank(x.src[p]) }

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
		top := x.top()
		top.awaiting = false
		x.out.at(codeSyntax, "yaml.list-on-key-line", p, x.commentFrom(p))
		x.recoverLine(p, top.indent, len(x.toks))
		return
	}
	if !x.enter(p, col, List) {
		return
	}
	top := x.top()
	top.awaiting, top.at = true, p+1
	x.pos, x.fresh, x.keyOK = p+1, false, true
}

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

// skipBlanks is the offset of the first byte from p on the current line that is no white space.
func (x *lexer) skipBlanks(p int) int {
	for p < x.lineEnd() && isBlank(x.src[p]) {
		p++
	}
	return p
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

// checkTabsAround refuses tabs between a key and its colon.
func (x *lexer) checkTabsAround(from, to int) {
	if i := bytes.IndexByte(x.src[from:to], '\t'); i >= 0 {
		x.tab(from+i, to, false)
	}
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

// value reads a value of block context.
func (x *lexer) value(p, parent int) {
	switch c := x.src[p]; {
	case c == '[' || c == '{':
		x.flow(p, parent)
	case c == '"' || c == '\'':
		x.quoted(p, parent)
	case c == '|' || c == '>':
		x.blockScalar(p, parent)
	case c == '!' || c == '&' || c == '*':
		x.property(p, parent)
	case x.plainStart(p):
		x.plain(p, parent)
	default:
		x.reserved(p, parent, len(x.toks))
	}
}

// reserved reports a value that begins with a character YAML keeps for itself.
func (x *lexer) reserved(p, parent, toks int) {
	end := x.commentFrom(p)
	x.quoteFix(x.out.at(codeSyntax, "yaml.reserved-character", p, p+1, string(x.src[p])), p, end, parent, false)
	x.recoverLine(p, parent, toks)
}

// isMarker reports --- or ... at p, with white space or the end of the line behind.
func isMarker(src []byte, p, end int) bool {
	return p+3 <= end && (string(src[p:p+3]) == "---" || string(src[p:p+3]) == "...") &&
		(p+3 == end || isBlank(src[p+3]))
}

func isMarkerDot(src []byte, p, end int) bool { return isMarker(src, p, end) && src[p] == '.' }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// blank makes spaces of the bytes from start to end, but keeps line breaks.
func blank(src []byte, start, end int) {
	for i := start; i < end; i++ {
		if src[i] != '\n' && src[i] != '\r' {
			src[i] = ' '
		}
	}
}
