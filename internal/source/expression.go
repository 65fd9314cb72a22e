package source

import "strings"

// CheckExpression refuses the ways of writing a scalar in which a position in its value is not a position in the
// file: folded and multi-line text (BF1001), and escapes and doubled quotes (BF1002). A literal block and one line,
// plain or quoted without escapes, are exact. It returns nothing for nodes that are no scalars or already Broken.
func (n *Node) CheckExpression() []Problem {
	if n == nil || n.Kind != Scalar || n.Broken {
		return nil
	}
	switch {
	case n.Style == Folded:
		p := n.problem(codeFolded, "expression.folded")
		p.fix(n.file, n.start, n.start+1, "|")
		return []Problem{p}
	case n.Style == Literal:
		return nil
	case !n.oneLine():
		p := n.problem(codeFolded, "expression.multi-line")
		n.requote(&p, n.unfolded())
		return []Problem{p}
	case n.Style == DoubleQuoted && strings.Contains(n.Text(), `\`):
		p := n.problem(codeEscape, "expression.escape")
		n.requote(&p, n.Value)
		return []Problem{p}
	case n.Style == SingleQuoted && strings.Contains(n.Value, "'"):
		p := n.problem(codeEscape, "expression.doubled-quote")
		n.requote(&p, n.Value)
		return []Problem{p}
	}
	return nil
}

func (n *Node) problem(code, key string) Problem {
	return Problem{Code: code, Key: key, Range: n.Range}
}

func (n *Node) requote(p *Problem, value string) {
	q := quoting{file: n.file, start: n.start, end: n.end, parent: n.parent, flow: n.Flow}
	if edit, ok := q.edit(value); ok {
		p.Edits = append(p.Edits, edit)
	}
}

// unfolded is the value of a scalar over several lines with the lines kept, as a literal block would have them.
// Quoted text with escapes has no lines to keep.
func (n *Node) unfolded() string {
	text := n.Text()
	switch n.Style {
	case SingleQuoted:
		text = strings.ReplaceAll(text[1:len(text)-1], "''", "'")
	case DoubleQuoted:
		text = text[1 : len(text)-1]
		if strings.Contains(text, `\`) {
			return n.Value
		}
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.Trim(lines[i], " \t\r")
	}
	return strings.Join(lines, "\n")
}

// quoting writes a value anew in place of the text from start to end.
type quoting struct {
	file       *File
	start, end int
	parent     int // column of the block collection around the text
	flow       bool
}

// edit returns the edit to the simplest style in which the value stands as it is: single quotes, double quotes, or
// outside of flow collections a literal block.
func (q quoting) edit(value string) (Edit, bool) {
	value = strings.Trim(value, " \t\r\n")
	if q.flow && !strings.Contains(value, "//") {
		value = strings.ReplaceAll(value, "\n", " ")
	}
	oneLine := !strings.Contains(value, "\n")
	switch {
	case value == "":
	case oneLine && !strings.Contains(value, "'"):
		return Edit{q.file.rangeOf(q.start, q.end), "'" + value + "'"}, true
	case oneLine && !strings.ContainsAny(value, `"\`):
		return Edit{q.file.rangeOf(q.start, q.end), `"` + value + `"`}, true
	case !q.flow:
		return q.literal(value), true
	}
	return Edit{}, false
}

// literal keeps a comment behind the value on the line of the | indicator.
func (q quoting) literal(value string) Edit {
	lineEnd := q.file.lineEnd(q.file.lineAt(q.end))
	var b strings.Builder
	b.WriteString("|-")
	if tail := strings.Trim(string(q.file.Text[q.end:lineEnd]), " \t"); tail != "" {
		b.WriteString(" " + tail)
	}
	indent := strings.Repeat(" ", max(q.parent, 0)+2)
	for line := range strings.SplitSeq(value, "\n") {
		b.WriteString(q.file.eol)
		if line != "" {
			b.WriteString(indent + line)
		}
	}
	return Edit{q.file.rangeOf(q.start, lineEnd), b.String()}
}
