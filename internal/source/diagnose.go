package source

import (
	"bytes"
	"unicode/utf8"
)

// misplaced reports a key or dash in a column where none can stand.
func (x *lexer) misplaced(p, col int, kind Kind) {
	top := x.top()
	switch {
	case top.spoiled:
		// Its neighbours have the same cause.
	case top.indent == col && kind == List:
		x.out.at(codeSyntax, "yaml.item-in-map", p, x.commentFrom(p))
	case top.indent == col:
		if !x.likelyDash(p) {
			x.out.at(codeSyntax, "yaml.key-in-list", p, x.commentFrom(p))
		}
	default:
		x.badIndentation(p, col)
	}
	top.spoiled = true
	x.skipBlock(top.indent)
}

// badIndentation reports a line deeper than the collection it seems to belong to, whose last value is complete.
func (x *lexer) badIndentation(p, col int) {
	pr := x.out.at(codeSyntax, "yaml.bad-indentation", p, x.commentFrom(p), itoa(col), itoa(x.top().indent))
	if n := len(x.toks); n > 0 {
		last := x.toks[n-1]
		pr.Related = append(pr.Related, x.file.rangeOf(last.start, last.end))
	}
}

// unexpected reports text that is neither a key nor a list item, where one of them must stand.
func (x *lexer) unexpected(p, col int) {
	top := x.top()
	defer func() {
		if top != nil {
			x.skipBlock(top.indent)
		} else {
			x.skipBlock(col)
		}
	}()
	switch {
	case top == nil && x.rootDone:
		x.out.at(codeSyntax, "yaml.after-root", p, x.commentFrom(p))
	case x.wideSpace(p):
	case top != nil && top.kind == List && x.likelyDash(p):
	case top != nil && top.spoiled:
	case top != nil && col > top.indent:
		x.badIndentation(p, col)
		top.spoiled = true
	case top != nil && top.kind == List:
		x.out.at(codeSyntax, "yaml.key-in-list", p, x.commentFrom(p))
		top.spoiled = true
	case x.likelyColon(p, x.commentFrom(p)):
	case bytes.IndexByte([]byte(",]}%@`"), x.src[p]) >= 0:
		x.out.at(codeSyntax, "yaml.reserved-character", p, p+1, string(x.src[p]))
	default:
		end := x.commentFrom(p)
		pr := x.out.at(codeSyntax, "yaml.missing-colon", p, end)
		if x.plainStart(p) && !bytes.ContainsAny(x.src[p:end], " \t'\"") {
			pr.fix(x.file, end, end, ":")
		}
	}
}

// wideSpace recognizes a line indented by spaces of a Chinese keyboard or a web page.
func (x *lexer) wideSpace(p int) bool {
	end := p
	edit := ""
	for end < x.lineEnd() {
		r, size := utf8.DecodeRune(x.src[end:])
		switch r {
		case '\u3000':
			edit += "  "
		case '\u00a0', ' ':
			edit += " "
		default:
			size = 0
		}
		if size == 0 {
			break
		}
		end += size
	}
	if end == p {
		return false
	}
	x.out.at(codeSyntax, "yaml.wide-space", p, end).fix(x.file, p, end, edit)
	return true
}

// likelyDash recognizes a list item whose dash lacks the space behind it.
func (x *lexer) likelyDash(p int) bool {
	if x.src[p] != '-' || x.blankAt(p+1) || x.src[p+1] == '-' {
		return false
	}
	x.out.at(codeSyntax, "yaml.space-after-dash", p, p+1).fix(x.file, p+1, p+1, " ")
	return true
}

// likelyColon recognizes a key whose colon is full-width or lacks the space behind it.
func (x *lexer) likelyColon(p, end int) bool {
	text := x.src[p:end]
	name := bytes.IndexAny(text, ":： \t'\"")
	if name <= 0 {
		return false
	}
	colon := p + name
	after, size := colon+1, 1
	key := "yaml.space-after-colon"
	if bytes.HasPrefix(x.src[colon:end], []byte("：")) {
		size = len("：")
		after, key = colon+size, "yaml.fullwidth-colon"
	} else if x.src[colon] != ':' || !x.plainStart(p) {
		return false
	}
	rest := x.src[after:end]
	after += len(rest) - len(bytes.TrimLeft(rest, " \t\u3000\u00a0"))
	text = []byte(": ")
	if after == end {
		text = text[:1]
	}
	x.out.at(codeSyntax, key, colon, colon+size).fix(x.file, colon, after, string(text))
	return true
}
