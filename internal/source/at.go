package source

import (
	"strings"
	"unicode/utf8"
)

// At returns the place in the file of the rune at an offset, counted in runes, in Value. It is exact for every
// scalar that CheckExpression accepts. For folded and multi-line scalars and for escapes it is the character that
// the rune was made of, or the nearest one. Offsets outside the value mean its nearer end.
func (n *Node) At(runeOffset int) Position {
	if n == nil {
		return Position{}
	}
	if n.Kind != Scalar || n.file == nil {
		return n.Range.Start
	}
	offset, ok := byteOffset(n.Value, runeOffset)
	if !ok {
		return n.contentEnd()
	}
	switch {
	case n.Style == Literal:
		return n.literalAt(offset)
	case n.Style == Folded:
		return n.alignedAt(n.folded(), offset)
	case n.Style == Plain && n.oneLine():
		return n.file.Position(n.start + offset)
	case n.Style == Plain:
		return n.alignedAt(n.start, offset)
	case n.Broken && !n.oneLine():
		return n.Range.Start
	}
	return n.alignedAt(n.start+1, offset)
}

// byteOffset turns an offset in runes into one in bytes; not ok means behind the end.
func byteOffset(s string, runes int) (int, bool) {
	for i := range s {
		if runes <= 0 {
			return i, true
		}
		runes--
	}
	return 0, false
}

// contentEnd is the place behind the last character of the value.
func (n *Node) contentEnd() Position {
	if n.Style == SingleQuoted || n.Style == DoubleQuoted {
		return n.file.Position(n.end - 1)
	}
	return n.Range.End
}

// literalAt maps an offset in bytes: each line of the value is a line of the file without its indentation.
func (n *Node) literalAt(offset int) Position {
	before := n.Value[:offset]
	line := n.file.lineAt(n.start) + 1 + strings.Count(before, "\n")
	if line >= len(n.file.lines) {
		return n.Range.End
	}
	column := offset - (strings.LastIndexByte(before, '\n') + 1)
	return n.file.Position(min(n.file.lines[line]+n.indent+column, n.file.lineEnd(line)))
}

// folded is the offset of the first text of a folded scalar.
func (n *Node) folded() int {
	line := n.file.lineAt(n.start) + 1
	if line >= len(n.file.lines) {
		return n.end
	}
	return min(n.file.lines[line]+n.indent, n.end)
}

// alignedAt walks value and source side by side from the source offset at: folds and escapes are where they differ.
func (n *Node) alignedAt(at, offset int) Position {
	text := n.file.Text[:n.end]
	for i, r := range n.Value {
		if n.Style == DoubleQuoted && !n.Broken && escapedBreak(text, at) {
			// It stands for nothing; the rune is behind it.
			at = skipSpace(text, at+1)
		}
		folding := (r == ' ' || r == '\n') && foldAt(text, at)
		if i >= offset {
			break
		}
		switch {
		case folding:
			if i+1 < len(n.Value) && n.Value[i+1] != '\n' {
				at = skipSpace(text, at)
			}
		case n.Style == DoubleQuoted && !n.Broken && at < len(text) && text[at] == '\\':
			size, _ := escape(text[at+1:])
			at += 1 + size
		case n.Style == SingleQuoted && r == '\'':
			at += 2
		default:
			at += utf8.RuneLen(r)
		}
		at = min(at, len(text))
	}
	return n.file.Position(at)
}

func escapedBreak(text []byte, at int) bool {
	return at+1 < len(text) && text[at] == '\\' && (text[at+1] == '\n' || text[at+1] == '\r')
}

// foldAt reports whether only white space stands between at and the end of its line.
func foldAt(text []byte, at int) bool {
	for ; at < len(text); at++ {
		switch text[at] {
		case ' ', '\t', '\r':
		case '\n':
			return true
		default:
			return false
		}
	}
	return false
}

func skipSpace(text []byte, at int) int {
	for at < len(text) && (isBlank(text[at]) || text[at] == '\n' || text[at] == '\r') {
		at++
	}
	return at
}
