package format

import "strings"

// indentation is the number of spaces for each level.
const indentation = 2

// printer writes a layout.
type printer struct {
	out   []string
	first bool // nothing of the current collection has been written: no empty line comes first
	// sealed: a block scalar stands above to which one more empty line would belong.
	sealed bool
}

func (p *page) print() []string {
	w := &printer{first: true}
	w.notes(p.head, 0)
	if p.blank {
		w.empty()
	}
	w.first = true
	if p.flow != nil {
		w.lines("", p.flow.in(-1), p.trail)
	} else {
		w.block(p.root, 0, "")
	}
	w.first = false
	w.notes(p.foot, 0)
	return w.out
}

// empty writes an empty line, unless one would come first or second.
func (w *printer) empty() {
	if !w.first && !w.sealed && len(w.out) > 0 && w.out[len(w.out)-1] != "" {
		w.out = append(w.out, "")
	}
}

func (w *printer) line(indent int, text string) {
	w.out = append(w.out, strings.Repeat(" ", indent)+text)
	w.first, w.sealed = false, false
}

func (w *printer) notes(list []note, indent int) {
	for _, n := range list {
		if n.blank {
			w.empty()
		}
		w.line(indent, n.text)
	}
}

// block writes a collection in column indent. Its first entry stands on the line that lead begins, where there is one.
func (w *printer) block(b *block, indent int, lead string) {
	for i, e := range b.entries {
		if i > 0 || lead == "" {
			w.notes(e.head, indent)
			if e.blank {
				w.empty()
			}
			w.nestedHeads(e, indent)
			lead = strings.Repeat(" ", indent)
		}
		w.entry(e, indent, lead)
	}
	w.notes(b.foot, indent)
}

// nestedHeads writes the comments of what begins on the line of a dash above it.
func (w *printer) nestedHeads(e *entry, indent int) {
	for e.key == "" && e.block != nil {
		e = e.block.entries[0]
		for _, n := range e.head {
			w.line(indent, n.text)
		}
	}
}

func (w *printer) entry(e *entry, indent int, lead string) {
	switch {
	case e.key == "" && e.block != nil:
		w.block(e.block, indent+indentation, lead+"- ")
		return
	case e.key == "":
		lead += "-"
	default:
		lead += e.key + ":"
	}
	switch {
	case e.block != nil:
		w.lines(lead, []string{""}, e.trail)
		w.first = true
		w.block(e.block, indent+indentation, "")
	case e.leaf == nil:
		w.lines(lead, []string{""}, e.trail)
	default:
		w.lines(lead+strings.Repeat(" ", max(e.pad, 1)), e.leaf.in(indent), e.trail)
		for range e.leaf.after {
			w.out = append(w.out, "")
		}
		w.sealed = e.leaf.keep
	}
}

// lines writes the lines of a leaf behind lead, and the comment behind them.
func (w *printer) lines(lead string, lines []string, trail event) {
	last := len(w.out) + len(lines) - 1
	w.out = append(w.out, lead+lines[0])
	w.out = append(w.out, lines[1:]...)
	if trail.text != "" {
		w.out[last] += strings.Repeat(" ", max(trail.space, 1)) + trail.text
	}
	w.first, w.sealed = false, false
}
