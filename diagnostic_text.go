package banfa

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// TextOptions are the choices of WriteText. The zero value is English without colour.
type TextOptions struct {
	Lang  string // "zh", or "en" for anything else
	Color bool   // ANSI colours; whether the terminal wants them is the caller's question (NO_COLOR)
	Width int    // columns of the terminal; 0 means 120, and less than 40 is taken as 40
}

const (
	defaultWidth = 120
	leastWidth   = 40
	leastGutter  = 4 // digits of the line numbers, so that most reports line up with each other
)

// WriteText writes the findings for people: place, code and sentence, the line concerned with the range marked, what
// to do, and related places. Marks are padded by terminal cells, in which a Chinese character takes two. Nothing of
// a file's content can act on the terminal: controls are shown escaped.
func (ds *Diagnostics) WriteText(w io.Writer, opts TextOptions) error {
	p := newTextPrinter(ds, opts)
	first := true
	for d := range ds.All() {
		if !first {
			p.line()
		}
		first = false
		p.diagnostic(&d)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

// ANSI attributes, by what they mark.
const (
	inkError   = "1;31"
	inkWarning = "1;33"
	inkGutter  = "34"
	inkBold    = "1"
)

type textPrinter struct {
	lang   string
	color  bool
	width  int
	gutter int // digits
	lines  sourceLines
	out    strings.Builder
}

func newTextPrinter(ds *Diagnostics, opts TextOptions) *textPrinter {
	p := &textPrinter{lang: opts.Lang, color: opts.Color, width: opts.Width, gutter: leastGutter}
	if p.width == 0 {
		p.width = defaultWidth
	}
	p.width = max(p.width, leastWidth)
	if ds != nil {
		p.lines = sourceLines{sources: ds.sources, split: map[string][]string{}}
	}
	return p
}

func (p *textPrinter) ink(attributes, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + attributes + "m" + s + "\x1b[0m"
}

func (p *textPrinter) line(parts ...string) {
	for _, s := range parts {
		p.out.WriteString(s)
	}
	p.out.WriteByte('\n')
}

// margin writes the gutter of a line that has no number, up to and including mark.
func (p *textPrinter) margin(mark string) string {
	return strings.Repeat(" ", p.gutter+1) + p.ink(inkGutter, mark)
}

func (p *textPrinter) diagnostic(d *Diagnostic) {
	ink, word := inkError, message.Text(p.lang, "severity.error")
	if d.Severity == Warning {
		ink, word = inkWarning, message.Text(p.lang, "severity.warning")
	}
	p.gutter = p.gutterOf(d)
	p.line(p.ink(inkBold, d.place()), ": ", p.ink(ink, word+"["+message.Visible(d.Code)+"]"), " ", p.ink(inkBold, d.Message(p.lang)))
	p.snippet(d.File, d.Range, ink, "^")
	for _, hint := range p.hints(d) {
		p.line(p.margin("="), " ", hint)
	}
	for _, r := range d.Related {
		p.line(p.margin("="), " ", placeOf(r.File, r.Range.Start), ": ", r.Message(p.lang))
		p.snippet(r.File, r.Range, inkGutter, "-")
	}
}

// gutterOf returns the digits that the greatest line number of a finding needs.
func (p *textPrinter) gutterOf(d *Diagnostic) int {
	last := d.Range.Start.Line
	for _, r := range d.Related {
		last = max(last, r.Range.Start.Line)
	}
	return max(leastGutter, len(fmt.Sprint(last)))
}

// hints are the lines that say what to do: the finding's own, else the titles of its fixes, and the law concerned
// where the sentence does not name it already.
func (p *textPrinter) hints(d *Diagnostic) []string {
	var hints []string
	for _, h := range d.Hints {
		hints = append(hints, h.Text(p.lang))
	}
	if len(hints) == 0 {
		for _, f := range d.Fixes {
			hints = append(hints, f.Title.Text(p.lang))
		}
	}
	if d.Citation != "" && !slices.Contains(d.Args, d.Citation) {
		hints = append(hints, message.Text(p.lang, "hint.cites", d.Citation))
	}
	return hints
}

// snippet writes the first line of a range with a mark under the part that belongs to it.
func (p *textPrinter) snippet(file string, r Range, ink, mark string) {
	text, ok := p.lines.at(file, r.Start.Line)
	if !ok || !r.Start.IsValid() {
		return
	}
	end := r.End.Column - 1
	if r.End.Line > r.Start.Line {
		end = -1
	}
	room := p.width - p.gutter - len(" | ") - 1
	shown := layOut(text).window(r.Start.Column-1, end, room)
	p.line(p.margin("|"))
	p.line(p.ink(inkGutter, fmt.Sprintf("%*d |", p.gutter, r.Start.Line)), " ", shown.text)
	p.line(p.margin("|"), " ", strings.Repeat(" ", shown.before), p.ink(ink, strings.Repeat(mark, shown.marked)))
}

// sourceLines gives the lines of the sources, splitting each file once and only when it is shown.
type sourceLines struct {
	sources map[string]string
	split   map[string][]string
}

func (s sourceLines) at(file string, line int) (string, bool) {
	source, ok := s.sources[file]
	if !ok || line < 1 {
		return "", false
	}
	lines, ok := s.split[file]
	if !ok {
		lines = strings.Split(strings.TrimPrefix(source, "\ufeff"), "\n")
		s.split[file] = lines
	}
	if line > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(lines[line-1], "\r"), true
}
