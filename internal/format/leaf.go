package format

import (
	"strings"

	"github.com/banfa-go/banfa/internal/source"
)

// leaf is a scalar or a flow collection as written, ready to be put in another column.
type leaf struct {
	lines []string
	node  *source.Node
	// indent is the indentation that is taken off the lines behind the first: of a block scalar its text's, of a flow
	// collection that of the block collection around it.
	indent int
	// relative is the indentation indicator of a block scalar, 0 where it has none.
	relative int
	// keep says that the empty lines below a block scalar are part of its text; after is their number.
	keep  bool
	after int
}

func (l *leaf) isBlock() bool {
	return l.node.Kind == source.Scalar && (l.node.Style == source.Literal || l.node.Style == source.Folded)
}

// leaf reads a scalar or flow collection, and the comment behind it; col is the column of the block collection around it, -1 where
// there is none.
func (b *builder) leaf(n *source.Node, col int) (*leaf, event) {
	start := b.start(n)
	l := &leaf{node: n}
	if l.isBlock() {
		b.blockScalar(l, start, col)
		return l, event{}
	}
	text := n.Text()
	b.pos = start + len(text)
	trail, _ := b.trail()
	if text == "" {
		return nil, trail
	}
	l.lines = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	l.indent = col
	return l, trail
}

// blockScalar reads a | or > scalar: its header line and every line of its text.
func (b *builder) blockScalar(l *leaf, start, col int) {
	header := strings.TrimRight(string(b.file.Text[start:b.lineEnd(start)]), " \t")
	l.lines = []string{header}
	indicators := strings.FieldsFunc(header, func(r rune) bool { return r == ' ' || r == '\t' })[0]
	for _, c := range indicators {
		if c >= '1' && c <= '9' {
			l.relative = int(c - '0')
			l.indent = max(col, 0) + l.relative
		}
	}
	l.keep = strings.Contains(indicators, "+")
	b.pos = b.lineEnd(start)
	empty := 0
	for p := b.next(start); p < len(b.file.Text); p = b.next(p) {
		line := string(b.file.Text[p:b.lineEnd(p)])
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		switch {
		case l.relative == 0 && len(l.lines) == 1 && spaces < len(line):
			if l.indent = spaces; spaces <= col {
				l.end(empty)
				return
			}
		case spaces == len(line) && (spaces <= l.indent || l.relative == 0 && len(l.lines) == 1):
			empty++
			continue
		case spaces < l.indent:
			l.end(empty)
			return
		}
		for range empty {
			l.lines = append(l.lines, "")
		}
		empty = 0
		l.lines = append(l.lines, line[l.indent:])
		b.pos = b.lineEnd(p)
	}
	l.end(empty)
	if last := l.lines[len(l.lines)-1]; b.pos == len(b.file.Text) && strings.TrimLeft(last, " \t") != "" && len(l.lines) > 1 {
		// No line terminator ends the file, so none ends the text either; now one will.
		chomped := strings.Trim(indicators, "+-") + "-"
		l.lines[0] = chomped + strings.TrimPrefix(header, indicators)
		l.keep = false
	}
}

// end notes the empty lines below a block scalar.
func (l *leaf) end(empty int) {
	if l.keep {
		l.after = empty
	}
}

// in returns the lines in their new place, in a collection whose entries stand in column col.
func (l *leaf) in(col int) []string {
	if len(l.lines) == 1 {
		return l.lines
	}
	deeper := strings.Repeat(" ", max(col, 0)+indentation)
	if l.relative > 0 {
		deeper = strings.Repeat(" ", max(col, 0)+l.relative)
	}
	out := make([]string, len(l.lines))
	out[0] = l.lines[0]
	for i, line := range l.lines[1:] {
		switch text := strings.TrimLeft(line, " \t"); {
		case l.node.Kind != source.Scalar:
			out[i+1] = l.flowLine(line, col)
		case l.isBlock() && line != "":
			out[i+1] = deeper + line
		case !l.isBlock() && text != "":
			out[i+1] = deeper + text
			if l.node.Style != source.DoubleQuoted { // where a backslash keeps what is behind it
				out[i+1] = strings.TrimRight(out[i+1], " \t")
			}
		}
	}
	return out
}

// flowLine moves a line of a flow collection as far as the collection moves.
func (l *leaf) flowLine(line string, col int) string {
	text := strings.TrimLeft(line, " ")
	if strings.TrimLeft(text, "\t") == "" {
		return ""
	}
	least := max(col+indentation, 0)
	if text[0] == ']' || text[0] == '}' {
		least = max(col, 0)
	}
	spaces := len(line) - len(text) + col - l.indent
	return strings.Repeat(" ", max(spaces, least)) + text
}
