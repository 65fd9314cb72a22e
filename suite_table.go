package banfa

import (
	"strings"

	"github.com/banfa-go/banfa/internal/source"
)

// tableCell is one cell of a table, with the place of its text; of an empty one, of the space between its bars.
type tableCell struct {
	text string
	at   source.Range
}

// tableRow is one line of a table: what stands left and right of ||.
type tableRow struct {
	left, right []tableCell
	at          source.Range
}

// tableText walks over the lines of a literal block. Places are worked out from line and column, since asking the block for
// each would walk it from its start every time.
type tableText struct {
	*suiteReader
	first  int // line of the file on which the block's text begins
	indent int // columns in front of its text
}

// newTableText prepares a table for reading; not ok where it is not in a literal block.
func (s *suiteReader) newTableText(n *source.Node) (*tableText, []string, bool) {
	if n == nil || n.Kind != source.Scalar || n.Broken || n.Type != source.Str {
		return nil, nil, false // reported by shape
	}
	if n.Style != source.Literal {
		s.report("BF5007", n.Range, "suite.table-literal")
		return nil, nil, false
	}
	t := &tableText{suiteReader: s, first: n.Range.Start.Line + 1}
	lines := strings.Split(n.Value, "\n")
	offset := 0
	for i, line := range lines {
		if strings.TrimSpace(line) != "" {
			at := n.At(offset)
			t.first, t.indent = at.Line-i, at.Column-1
			break
		}
		offset += len([]rune(line)) + 1
	}
	return t, lines, true
}

func (t *tableText) place(line, from, to int) source.Range {
	return source.Range{
		Start: source.Position{Line: t.first + line, Column: t.indent + from + 1},
		End:   source.Position{Line: t.first + line, Column: t.indent + to + 1},
	}
}

// ruler reports whether a line is the one that divides header and rows: nothing but bars, dashes and the colons that some
// editors add.
func ruler(line string) bool {
	return strings.Contains(line, "-") && strings.Trim(line, " \t|:-") == ""
}

// row reads a line; not ok where its form is wrong, which has been reported.
func (t *tableText) row(number int, line string) (r tableRow, ok bool) {
	text := []rune(line)
	from, to := 0, len(text)
	for from < to && isSpace(text[from]) {
		from++
	}
	for to > from && isSpace(text[to-1]) {
		to--
	}
	r.at = t.place(number, from, to)
	if to-from < 2 || text[from] != '|' || text[to-1] != '|' || text[to-2] == '\\' {
		g := t.report("BF5007", r.at, "suite.table-bar")
		if strings.ContainsRune(line, '｜') {
			g.hint("hint.write-as", "|")
		}
		return r, false
	}
	bars := cellBars(text[from:to])
	split := -1
	for i := 1; i < len(bars); i++ {
		if bars[i] == bars[i-1]+1 {
			if split >= 0 {
				t.report("BF5007", t.place(number, from+bars[i-1], from+bars[i]+1), "suite.table-two-splits")
				return r, false
			}
			split = i
		}
	}
	if split < 0 {
		t.report("BF5007", r.at, "suite.table-no-split")
		return r, false
	}
	for i := 1; i < len(bars); i++ {
		if i == split {
			continue
		}
		c := t.cell(number, text, from+bars[i-1]+1, from+bars[i])
		if i < split {
			r.left = append(r.left, c)
		} else {
			r.right = append(r.right, c)
		}
	}
	return r, true
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\u3000' || r == '\u00a0' }

// cellBars returns where the bars of a row stand. A bar behind a backslash is text.
func cellBars(text []rune) []int {
	var bars []int
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && text[i+1] == '|':
			i++
		case text[i] == '|':
			bars = append(bars, i)
		}
	}
	return bars
}

func (t *tableText) cell(number int, text []rune, from, to int) tableCell {
	c := tableCell{at: t.place(number, from, to)}
	for from < to && isSpace(text[from]) {
		from++
	}
	for to > from && isSpace(text[to-1]) {
		to--
	}
	if from < to {
		c.text = strings.ReplaceAll(string(text[from:to]), `\|`, "|")
		c.at = t.place(number, from, to)
	}
	return c
}
