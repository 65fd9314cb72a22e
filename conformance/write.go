package conformance

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// WriteTree writes the report for people in a language, "zh" or "en": suites, cases and tables below them, and a summary. Cases that pass
// are named only where verbose is set; of a table, how many of its rows do.
func (r *Report) WriteTree(w io.Writer, lang string, verbose bool) error {
	var b strings.Builder
	for i := 0; i < len(r.Cases); {
		c := &r.Cases[i]
		if i == 0 || c.Suite != r.Cases[i-1].Suite {
			b.WriteString(message.Visible(c.Suite))
			if c.suite != nil && c.suite.Title != "" {
				b.WriteString(" " + message.Visible(c.suite.Title))
			}
			b.WriteByte('\n')
		}
		end := i + 1
		for c.table != "" && end < len(r.Cases) && r.Cases[end].table == c.table && r.Cases[end].Suite == c.Suite {
			end++
		}
		if c.table != "" && verbose {
			r.table(&b, lang, i, end)
		} else {
			for j := i; j < end; j++ {
				r.node(&b, lang, j, verbose, "  ")
			}
		}
		i = end
	}
	b.WriteString(message.Text(lang, "test.summary", strconv.Itoa(r.Passed), strconv.Itoa(r.Failed), strconv.Itoa(r.Skipped)) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// table writes the cases of a table: one line for all that pass, and the others below it.
func (r *Report) table(b *strings.Builder, lang string, from, to int) {
	passed := 0
	for i := from; i < to; i++ {
		if r.Cases[i].OK && r.Cases[i].Skipped == "" {
			passed++
		}
	}
	mark := "✓"
	if passed < to-from {
		mark = "✗"
	}
	c := &r.Cases[from]
	b.WriteString("  " + mark + " " + titled(c.table, c.Title))
	b.WriteString(message.Text(lang, "test.rows", strconv.Itoa(passed), strconv.Itoa(to-from)) + "\n")
	for i := from; i < to; i++ {
		r.node(b, lang, i, false, "    ")
	}
}

func (r *Report) node(b *strings.Builder, lang string, i int, verbose bool, indent string) {
	c := &r.Cases[i]
	switch f := r.failures[i]; {
	case f != nil:
		b.WriteString(indent + "✗ " + titled(c.ID, c.Title) + "\n")
		for line := range strings.Lines(f.Text(lang)) {
			b.WriteString(indent + "  " + line)
		}
	case c.Skipped != "":
		b.WriteString(indent + "- " + titled(c.ID, c.Title) + message.Text(lang, "test.skipped", c.Skipped) + "\n")
	case verbose:
		b.WriteString(indent + "✓ " + titled(c.ID, c.Title) + "\n")
	}
}

func titled(id, title string) string {
	if title == "" {
		return message.Visible(id)
	}
	return message.Visible(id + " " + title)
}

// WriteJSON writes the report as one object on one line.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}
