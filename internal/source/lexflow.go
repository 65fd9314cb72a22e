package source

import (
	"bytes"
	"strings"
)

// flowState is where the reader stands in a flow collection.
type flowState uint8

const (
	flowStart flowState = iota // an entry or the closing bracket can come
	flowEntry                  // an entry has been read; in a map it is a key
	flowColon                  // a key's value can come
	flowValue                  // a key's value has been read
)

// flowFrame is an open flow collection.
type flowFrame struct {
	open       byte
	at         int // offset of the opening bracket
	state      flowState
	collection bool // the entry just read is itself a collection
	line       int  // line of the entry just read
	entry      int  // offset of the entry or value just read
	until      int  // offset behind it
	colon      int  // offset behind the colon just read
}

// flowReader reads one flow collection of block context with everything in it.
type flowReader struct {
	*lexer
	frames []flowFrame
	parent int // column of the block collection around it, or -1
	mark   int // number of tokens before it
	failed bool
}

// flow reads the flow collection that begins at p.
func (x *lexer) flow(p, parent int) {
	r := flowReader{lexer: x, parent: parent, mark: len(x.toks)}
	x.pos = p
	for {
		q, ok := r.next()
		if !ok || r.failed || x.failed || x.out.full {
			break
		}
		r.token(q)
		if r.failed || x.failed || x.out.full || len(r.frames) == 0 {
			break
		}
	}
	switch {
	case x.failed || x.out.full:
	case r.failed:
		x.recoverLines(p, parent, r.mark)
	default:
		x.afterFlow(p, parent, r.mark)
	}
}

// afterFlow looks at what follows a complete flow collection.
func (x *lexer) afterFlow(p, parent, toks int) {
	end := x.pos
	x.fresh, x.keyOK = false, false
	key := x.trailing(end, "yaml.text-after-flow")
	if key == "" {
		return
	}
	if x.line == x.file.lineAt(p) && key != "yaml.collection-key" {
		text := x.commentFrom(p)
		x.quoteFix(x.out.at(codeSyntax, key, p, text), p, text, parent, false)
	} else {
		code := codeSyntax
		if key == "yaml.collection-key" {
			code = codeWrongShape
		}
		x.out.at(code, key, p, end)
	}
	x.recoverLines(p, parent, toks)
}

func (r *flowReader) top() *flowFrame { return &r.frames[len(r.frames)-1] }

// next finds the next token of the collection, on this line or below.
func (r *flowReader) next() (int, bool) {
	p, fresh := r.pos, false
	for {
		q, ok := r.content(p, fresh)
		if ok {
			if fresh && r.outside(q) {
				r.unclosed()
				return 0, false
			}
			return q, true
		}
		r.line++
		if r.line >= len(r.file.lines) || r.lineStart() >= r.end {
			r.unclosed()
			return 0, false
		}
		p, fresh = r.lineStart(), true
	}
}

// outside reports whether a line that begins at q can be no part of the collection: it begins a document, or it
// is indented no more than the key that the collection belongs to and does not close it.
func (r *flowReader) outside(q int) bool {
	if q == r.lineStart() && isMarker(r.src, q, r.lineEnd()) {
		return true
	}
	c := r.src[q]
	return q-r.lineStart() <= r.parent && c != ']' && c != '}'
}

// unclosed reports the innermost bracket that is never closed.
func (r *flowReader) unclosed() {
	top := r.top()
	p := r.out.at(codeSyntax, "yaml.unclosed-flow", top.at, top.at+1, string(top.open))
	if line := r.file.lineAt(top.at); len(r.frames) == 1 && top.until > 0 && top.line == line {
		p.fix(r.file, top.until, top.until, string(closing(top.open)))
	}
	r.failed = true
}

// closing is the bracket that closes one.
func closing(open byte) byte {
	if open == '{' {
		return '}'
	}
	return ']'
}

// fail reports a problem that nothing in the collection can be read past.
func (r *flowReader) fail(key string, start, end int, args ...string) {
	r.failed = true
	r.out.at(codeSyntax, key, start, end, args...)
}

// token reads one token at p.
func (r *flowReader) token(p int) {
	switch c := r.src[p]; c {
	case '[', '{':
		r.open(p)
	case ']', '}':
		r.close(p)
	case ',':
		r.comma(p)
	default:
		if c == ':' && r.separates(p) {
			r.colon(p)
			return
		}
		if !r.expect(p) {
			return
		}
		switch {
		case c == '"' || c == '\'':
			r.quoted(p)
		case c == '!' || c == '&' || c == '*':
			r.property(p)
		case r.flowPlainStart(p):
			r.plain(p)
		default:
			r.fail("yaml.reserved-character", p, p+1, string(c))
		}
	}
}

// separates reports whether the colon at p ends a key.
func (r *flowReader) separates(p int) bool {
	return r.blankAt(p+1) || isFlowIndicator(r.src[p+1]) || r.top().state == flowEntry
}

func isFlowIndicator(c byte) bool {
	return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'
}

// expect refuses a second value where a comma or a closing bracket must come.
func (r *flowReader) expect(p int) bool {
	top := r.top()
	if top.state != flowEntry && top.state != flowValue {
		return true
	}
	r.failed = true
	end := r.flowText(p)
	if c := r.src[p]; top.line != r.line || top.collection || c == '"' || c == '\'' {
		r.out.at(codeSyntax, "yaml.flow-missing-comma", p, end).fix(r.file, top.until, top.until, ",")
		return false
	}
	// Two values on one line are one expression more likely than two entries.
	end = r.flowText(top.entry)
	r.quoteFix(r.out.at(codeSyntax, "yaml.split-value", top.entry, end), top.entry, end, r.parent, true)
	return false
}

// enter notes that an entry or value begins at p.
func (r *flowReader) enter(p int, collection bool) {
	top := r.top()
	if top.state == flowColon {
		top.state = flowValue
	} else {
		top.state = flowEntry
	}
	top.collection, top.line, top.entry = collection, r.line, p
}

func (r *flowReader) open(p int) {
	if len(r.frames) > 0 {
		if !r.expect(p) {
			return
		}
		r.enter(p, true)
	}
	r.frames = append(r.frames, flowFrame{open: r.src[p], at: p})
	if r.deep(len(r.lexer.frames)+len(r.frames), p) {
		r.emit(token{kind: tokOpen, flow: true, start: p, end: p + 1, parent: r.parent})
	}
	r.pos = p + 1
}

func (r *flowReader) close(p int) {
	top := r.top()
	if want := closing(top.open); r.src[p] != want {
		r.fail("yaml.flow-mismatch", p, p+1, string(r.src[p]), string(want))
		return
	}
	if top.state != flowStart && !r.finish(p) {
		return
	}
	r.toks = append(r.toks, token{kind: tokClose, flow: true, start: p, end: p + 1, parent: r.parent})
	r.frames = r.frames[:len(r.frames)-1]
	r.pos = p + 1
	if len(r.frames) > 0 {
		r.top().line, r.top().until = r.line, r.pos
	}
}

// finish ends the entry before a comma or closing bracket.
func (r *flowReader) finish(p int) bool {
	switch top := r.top(); {
	case top.state == flowStart:
		r.fail("yaml.flow-empty-entry", p, p+1)
	case top.state == flowColon:
		r.emit(token{kind: tokEmpty, flow: true, start: top.colon, end: top.colon, parent: r.parent})
	case top.state == flowEntry && top.open == '{':
		r.withoutValue(top)
	}
	return !r.lexer.failed && !r.failed
}

// withoutValue reports an entry of a map that is only a key, or whose colon lacks the space behind it.
func (r *flowReader) withoutValue(top *flowFrame) {
	text := string(r.file.Text[top.entry:top.until])
	if i := strings.IndexByte(text, ':'); i > 0 && i+1 < len(text) && isWord(text[0]) {
		r.failed = true
		colon := top.entry + i
		r.out.at(codeSyntax, "yaml.space-after-colon", colon, colon+1).fix(r.file, colon+1, colon+1, " ")
		return
	}
	r.fail("yaml.flow-key-without-value", top.entry, top.until, text)
}

// pairInList reports a key and value in a list. Where the key is no word, it was an expression.
func (r *flowReader) pairInList(top *flowFrame) {
	r.failed = true
	end := r.flowText(top.entry)
	p := r.out.at(codeSyntax, "yaml.pair-in-list", top.entry, end)
	if text := r.src[top.entry:top.until]; top.line == r.line && bytes.ContainsAny(text, " ?") {
		r.quoteFix(p, top.entry, end, r.parent, true)
	} else if top.line == r.line {
		p.fix(r.file, top.entry, end, "{"+string(r.file.Text[top.entry:end])+"}")
	}
}

func (r *flowReader) comma(p int) {
	if r.finish(p) {
		top := r.top()
		top.state, top.until = flowStart, p+1
		r.pos = p + 1
	}
}

func (r *flowReader) colon(p int) {
	top := r.top()
	switch {
	case top.state == flowStart:
		r.failed = true
		r.out.at(codeWrongShape, "yaml.null-key", p, p+1)
	case top.state != flowEntry:
		r.failed = true
		end := r.flowText(top.entry)
		r.quoteFix(r.out.at(codeSyntax, "yaml.colon-in-value", top.entry, end), top.entry, end, r.parent, true)
	case top.collection:
		r.failed = true
		r.out.at(codeWrongShape, "yaml.collection-key", top.entry, p)
	case top.open == '[':
		r.pairInList(top)
	case top.line != r.line:
		r.fail("yaml.key-over-lines", top.entry, p)
	default:
		top.state, top.colon = flowColon, p+1
		r.pos = p + 1
	}
}
