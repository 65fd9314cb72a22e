package source

import (
	"bytes"
	"strings"
)

// property reads a block value that begins with a tag, an anchor or an alias.
func (x *lexer) property(p, parent int) {
	if x.checkProperty(p, parent, false) {
		// Only the tag or anchor was too much; what it was put on follows.
		x.restoreAwaiting(parent)
		x.fresh, x.keyOK = false, false
		return
	}
	x.recoverLine(p, parent, len(x.toks))
}

// restoreAwaiting makes the innermost collection wait for its value again.
func (x *lexer) restoreAwaiting(parent int) {
	if top := x.top(); top != nil && top.indent == parent {
		top.awaiting = true
	}
	if parent < 0 {
		x.rootDone = false
	}
}

// checkProperty reports the tag, anchor or alias at p. It returns true when it has blanked the tag or anchor and
// reading can go on behind it, false when the text is one scalar.
func (x *lexer) checkProperty(p, parent int, flow bool) bool {
	end := p
	for end < x.lineEnd() && !isBlank(x.src[end]) && (!flow || !isFlowIndicator(x.src[end])) {
		end++
	}
	next := x.skipBlanks(end)
	name := string(x.file.Text[p:end])
	// The longest operator has three characters.
	rest := string(x.file.Text[next:min(next+3, x.lineEnd())])
	if rest != "" && (rest[0] == '#' || flow && (rest[0] == ',' || rest[0] == ']' || rest[0] == '}')) {
		rest = ""
	}
	switch {
	case name[0] == '*':
		if !x.mergeValue() {
			x.out.at(codeAnchor, "yaml.alias", p, end, name)
		}
		return false
	case strings.HasPrefix(name, "&&"):
		x.quoteText(x.out.at(codeSyntax, "yaml.reserved-character", p, p+1, "&"), p, parent, flow)
		return false
	case name[0] == '&':
		x.out.at(codeAnchor, "yaml.anchor", p, end, name).fix(x.file, p, next, "")
	case isNegation(name, rest):
		text := x.textEnd(p, flow)
		pr := x.out.at(codeNegation, "yaml.negation-tag", p, text, string(x.file.Text[p:text]))
		x.quoteFix(pr, p, text, parent, flow)
		return false
	default:
		x.out.at(codeTag, "yaml.tag", p, end, name).fix(x.file, p, next, "")
	}
	if !isASCII(name) {
		// Spaces in its place would move what follows.
		return false
	}
	blank(x.src, p, end)
	x.pos = end
	return true
}

// textEnd is where the text that begins at p and was meant as one value ends on its line.
func (x *lexer) textEnd(p int, flow bool) int {
	if flow {
		return x.flowText(p)
	}
	return x.commentFrom(p)
}

// quoteText attaches the edit that quotes the whole value at p.
func (x *lexer) quoteText(pr *Problem, p, parent int, flow bool) {
	x.quoteFix(pr, p, x.textEnd(p, flow), parent, flow)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// keyProperty reports a key that begins with a tag, an anchor or an alias, and hides it from the library.
func (x *lexer) keyProperty(t *token) {
	text := string(x.file.Text[t.start:t.end])
	name := text
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		name = text[:i]
	}
	next := t.end - len(strings.TrimLeft(text[len(name):], " \t"))
	end := t.start + len(name)
	switch text[0] {
	case '*':
		x.out.at(codeAnchor, "yaml.alias", t.start, end, name)
	case '&':
		x.out.at(codeAnchor, "yaml.anchor", t.start, end, name).fix(x.file, t.start, next, "")
	default:
		x.out.at(codeTag, "yaml.tag", t.start, end, name).fix(x.file, t.start, next, "")
	}
	mask(x.src, t.start, t.end)
	t.broken, t.meant = true, true
	t.value = string(x.file.Text[next:t.end])
}

// mergeValue reports whether the value being read belongs to a merge key, which has been reported already.
func (x *lexer) mergeValue() bool {
	for i := len(x.toks) - 1; i >= 0; i-- {
		if t := x.toks[i]; t.key {
			return string(x.file.Text[t.start:t.end]) == "<<"
		} else if t.kind != tokOpen && !t.broken {
			return false
		}
	}
	return false
}

// coreTags are the tags of YAML's own types: nobody means a double negation by them.
var coreTags = map[string]bool{
	"!!binary": true, "!!bool": true, "!!float": true, "!!int": true, "!!map": true, "!!merge": true, "!!null": true,
	"!!omap": true, "!!pairs": true, "!!seq": true, "!!set": true, "!!str": true, "!!timestamp": true,
	"!!value": true, "!!yaml": true,
}

// isNegation tells the `!` of an expression from the one of a tag: an expression is over after its operand, or goes
// on with an operator; what follows a tag is a value.
func isNegation(name, rest string) bool {
	operand := strings.TrimLeft(name, "!")
	if operand == "" || coreTags[name] || strings.HasPrefix(name, "!<") {
		return operand == "" && strings.HasPrefix(rest, "(")
	}
	if rest == "" || strings.ContainsAny(name, "(.[\"'=&|?") {
		return true
	}
	for _, op := range []string{"&&", "||", "==", "!=", "<", ">", "?", "+", "-", "*", "/", "%", "in "} {
		if strings.HasPrefix(rest, op) {
			return true
		}
	}
	return false
}

// flowText is where the text from p ends in flow context: before the comma, bracket, comment or line end that is not
// inside parentheses or quotes. It looks no further than that, because a line can hold many values.
func (x *lexer) flowText(p int) int {
	limit := x.lineEnd()
	depth, quote, hash := 0, byte(0), -1
	end := limit
scan:
	for i := p; i < limit; i++ {
		c := x.src[i]
		comment := c == '#' && i > p && isBlank(x.src[i-1])
		if comment && hash < 0 {
			hash = i
		}
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && !wordBefore(x.src, p, i):
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case depth > 0 && (c == ')' || c == ']' || c == '}'):
			depth--
		case c == ',' && depth == 0, c == ']', c == '}', comment:
			end = i
			break scan
		}
	}
	if quote != 0 && hash >= 0 {
		end = hash
	}
	return p + len(bytes.TrimRight(x.src[p:end], " \t"))
}

// role is the role of a value of block context.
func (x *lexer) role() role {
	if top := x.top(); top != nil && top.kind == List {
		return roleItem
	}
	return roleValue
}
