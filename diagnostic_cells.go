package banfa

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/banfa-go/banfa/internal/message"
)

const (
	tabStop  = 4
	ellipsis = "…"

	// mostCombining is how many marks one character may carry. More of them, which no language needs, would run over
	// the lines above and below and are shown escaped.
	mostCombining = 4
)

// cell is one rune of a line as a terminal shows it.
type cell struct {
	text  string // what is written for it: the rune, spaces for a tab, an escape for what would act on the terminal
	width int    // terminal cells
}

// cells is a line of source, one cell a rune, so that columns in runes index it.
type cells []cell

func layOut(line string) cells {
	laid := make(cells, 0, utf8.RuneCountInString(line))
	column, combining := 0, 0
	for i, r := range line {
		_, size := utf8.DecodeRuneInString(line[i:])
		c := cell{text: message.Visible(line[i : i+size]), width: runeCells(r)}
		if c.width == 0 {
			combining++
		} else {
			combining = 0
		}
		switch {
		case r == '\t':
			c.width = tabStop - column%tabStop
			c.text = strings.Repeat(" ", c.width)
		case combining > mostCombining:
			c.text = strings.Trim(strconv.QuoteRuneToASCII(r), "'")
			c.width = len(c.text)
		case c.text != line[i:i+size]:
			c.width = len(c.text) // escapes are ASCII
		}
		column += c.width
		laid = append(laid, c)
	}
	return laid
}

// runeCells returns how many cells a terminal gives a rune: two for the wide and full-width characters of East Asia
// (Unicode Standard Annex 11), none for marks that combine with the rune before, one for the rest. Characters whose
// width the annex calls ambiguous count as one, as they do in terminals unless set otherwise.
func runeCells(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

func (c cells) width() int {
	n := 0
	for i := range c {
		n += c[i].width
	}
	return n
}

func (c cells) String() string {
	var b strings.Builder
	for i := range c {
		b.WriteString(c[i].text)
	}
	return b.String()
}

// excerpt is the part of a line that is shown: its text, the cells before the mark and the cells marked.
type excerpt struct {
	text           string
	before, marked int
}

// window returns the part of the line around the runes from start up to end that fits into room cells; an end below
// 0 is the end of the line. What is cut off at either side is shown as an ellipsis. At least one cell is marked, and
// it may lie behind the line, where something is missing.
func (c cells) window(start, end, room int) excerpt {
	start = min(max(start, 0), len(c))
	if end < 0 {
		end = c.trimmed()
	}
	end = max(end, start)
	from, to := 0, len(c)
	if c.width() > room {
		from, to = c.cut(start, room)
	}
	shown := excerpt{text: c[from:to].String(), before: c[from:start].width()}
	shown.marked = max(c[start:min(end, to)].width(), 1)
	if from > 0 {
		shown.text = ellipsis + shown.text
		shown.before++
	}
	if to < len(c) {
		shown.text += ellipsis
	}
	return shown
}

// cut chooses the runes to show of a line that is too long: start with some context before it, the most after it,
// and more before it where the line ends earlier. Both ellipses are counted in, needed or not.
func (c cells) cut(start, room int) (from, to int) {
	room -= 2
	from, to = start, start
	used := 0
	for from > 0 && used+c[from-1].width <= room/3 {
		from--
		used += c[from].width
	}
	for to < len(c) && used+c[to].width <= room {
		used += c[to].width
		to++
	}
	for from > 0 && used+c[from-1].width <= room {
		from--
		used += c[from].width
	}
	return from, to
}

// trimmed returns the length of the line without the white space at its end.
func (c cells) trimmed() int {
	n := len(c)
	for n > 0 && strings.TrimSpace(c[n-1].text) == "" {
		n--
	}
	return n
}
