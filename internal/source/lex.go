package source

import "bytes"

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

// lexer reads the document in one pass. Everything is linear: what a recovery takes in is never read again.
type lexer struct {
	file *File
	src  []byte // the text for the YAML library: comments blanked, everything reported masked, offsets unchanged
	lim  Limits
	out  *sink

	toks   []token
	frames []frame
	nodes  int

	line  int  // index of the current line
	pos   int  // offset of the next byte on it
	fresh bool // nothing has been read on it
	keyOK bool // a key or a dash can stand at pos

	rootDone bool  // the root collection has begun
	marked   bool  // --- has been read
	end      int   // where the document ends
	failed   bool  // reading had to stop: there is no tree
	tabs     []int // lines that tabs indent
}

func newLexer(f *File, out *sink, lim Limits) *lexer {
	x := &lexer{file: f, src: bytes.Clone(f.Text), lim: lim, out: out, end: len(f.Text)}
	// Files that people wrote have some 20 bytes per token.
	x.toks = make([]token, 0, min(len(f.Text)/20+1, lim.Nodes))
	x.toLine(0)
	return x
}

func (x *lexer) lineStart() int { return x.file.lines[x.line] }

func (x *lexer) lineEnd() int { return min(x.file.lineEnd(x.line), x.end) }

func (x *lexer) done() bool { return x.failed || x.out.full || x.line >= len(x.file.lines) }

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

// skipBlanks is the offset of the first byte from p on the current line that is no white space.
func (x *lexer) skipBlanks(p int) int {
	for p < x.lineEnd() && isBlank(x.src[p]) {
		p++
	}
	return p
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
