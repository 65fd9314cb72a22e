package table

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// csvRows reads separated text as RFC 4180 has it: fields in double quotes may hold the delimiter, line ends and doubled quotes. Lines
// may end in LF, CRLF or CR. Its rows carry the physical line on which they begin, which encoding/csv does not tell before it fails.
type csvRows struct {
	in     *bufio.Reader
	comma  rune
	limits Limits
	line   int // of the next character, from 1
	field  strings.Builder
	done   bool
}

func newCSVRows(r io.Reader, comma rune, l Limits) *csvRows {
	return &csvRows{in: bufio.NewReaderSize(r, 1<<16), comma: comma, limits: l, line: 1}
}

func (c *csvRows) close() error { return nil }

// read returns the next character, with every kind of line end as one \n.
func (c *csvRows) read() (rune, error) {
	r, _, err := c.in.ReadRune()
	if err != nil {
		return 0, err
	}
	if r == '\r' {
		next, _, err := c.in.ReadRune()
		if err == nil && next != '\n' {
			err = c.in.UnreadRune()
		}
		if err != nil && err != io.EOF { //nolint:errorlint // bufio returns it bare
			return 0, err
		}
		r = '\n'
	}
	if r == '\n' {
		c.line++
	}
	return r, nil
}

func (c *csvRows) next() (Row, error) {
	if c.done {
		return Row{}, io.EOF
	}
	row := Row{Number: c.line}
	for {
		last, err := c.cell(&row)
		if err != nil {
			return Row{}, err
		}
		if last {
			return row, nil
		}
		if len(row.Cells) > c.limits.Columns {
			return row, nil // the reader says so; a line of delimiters alone must not fill the memory
		}
	}
}

// cell reads one field and what ends it. It reports whether it was the row's last.
func (c *csvRows) cell(row *Row) (bool, error) {
	c.field.Reset()
	quoted, opened := false, 0
	for {
		r, err := c.read()
		if err == io.EOF { //nolint:errorlint // bufio returns it bare
			if quoted {
				return false, &Error{Row: opened, What: fmt.Sprintf("the quotes opened in column %s are not closed; double the quotes within a cell", Column(len(row.Cells)+1))}
			}
			c.done = true
			row.Cells = append(row.Cells, c.field.String())
			return true, nil
		}
		if err != nil {
			return false, err
		}
		switch {
		case quoted && r == '"':
			end, err := c.closing(row, opened)
			if err != nil {
				return false, err
			}
			if end != '"' {
				row.Cells = append(row.Cells, c.field.String())
				return end != c.comma, nil
			}
			c.field.WriteByte('"')
		case !quoted && r == '"' && c.field.Len() == 0:
			quoted, opened = true, c.line
		case !quoted && (r == c.comma || r == '\n'):
			row.Cells = append(row.Cells, c.field.String())
			return r == '\n', nil
		default:
			c.field.WriteRune(r)
			if c.field.Len() > c.limits.FieldBytes {
				return false, &Error{Row: row.Number, What: fmt.Sprintf("column %s has more than the limit of %d bytes; are its quotes closed?", Column(len(row.Cells)+1), c.limits.FieldBytes)}
			}
		}
	}
}

// closing reads what follows a quote within quotes: a second one, or the end of the field.
func (c *csvRows) closing(row *Row, opened int) (rune, error) {
	r, err := c.read()
	switch {
	case err == io.EOF: //nolint:errorlint // bufio returns it bare
		c.done = true
		return '\n', nil
	case err != nil:
		return 0, err
	case r == '"' || r == c.comma || r == '\n':
		return r, nil
	case r == ' ' || r == '\t': // white space after the closing quote means nothing
		return c.closing(row, opened)
	}
	return 0, &Error{Row: opened, What: fmt.Sprintf("in column %s %q follows the closing quotes; double the quotes within a cell", Column(len(row.Cells)+1), r)}
}

// openText prepares to read text.
func (t *Reader) openText(r *io.SectionReader, o Options) error {
	name, bom, err := detectEncoding(r, r.Size())
	if o.Encoding != "" {
		if bom > 0 && !SameEncoding(name, o.Encoding) {
			bom = 0 // it is no mark in that encoding, but bytes like others
		}
		_, name, err = decoderOf(o.Encoding)
	}
	if err != nil {
		return err
	}
	e, plain, err := decoderOf(name)
	if err != nil {
		return err
	}
	t.encoding = plain
	if o.Encoding == "" {
		t.encoding = name
	}
	text := func() io.Reader { return decode(io.NewSectionReader(r, int64(bom), r.Size()-int64(bom)), e) }
	sample := make([]byte, sampleBytes)
	n, err := io.ReadFull(text(), sample)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns them bare
		return err
	}
	if isBinary(sample[:n]) {
		return &Error{What: "is neither a spreadsheet nor text; give an .xlsx or .csv file", Err: ErrFormat}
	}
	t.comma = o.Delimiter
	switch {
	case t.comma == 0:
		t.comma = detectDelimiter(sample[:n], n < sampleBytes, t.limits)
	case t.comma == '"' || t.comma == '\n' || t.comma == '\r' || t.comma == utf8.RuneError || !utf8.ValidRune(t.comma):
		return &Error{What: fmt.Sprintf("%q cannot be a delimiter", t.comma)}
	}
	t.rows = newCSVRows(text(), t.comma, t.limits)
	return nil
}

// isBinary reports whether a sample holds what no text does.
func isBinary(sample []byte) bool {
	return bytes.ContainsFunc(sample, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != '\v' && r != 0x1a
	})
}

// detectDelimiter takes the one of , ; tab | which cuts most of the first rows of a sample into the same number of columns, more than
// one; of several as good, the one that gives more columns, and then the first.
func detectDelimiter(sample []byte, whole bool, l Limits) rune {
	const most = 100 // rows
	best, bestShare, bestWidth := ',', 0.0, 1
	for _, comma := range []rune{',', '\t', ';', '|'} {
		rows := newCSVRows(bytes.NewReader(sample), comma, l)
		widths, n := map[int]int{}, 0
		for n < most {
			row, err := rows.next()
			if err != nil || (rows.done && !whole && n > 0) {
				break // the sample ends within a row
			}
			if len(row.Cells) == 1 && Blank(row.Cells[0]) {
				continue
			}
			n++
			widths[len(row.Cells)]++
		}
		width, times := 1, 0
		for w, k := range widths {
			if w > 1 && (k > times || k == times && w > width) {
				width, times = w, k
			}
		}
		if times == 0 {
			continue
		}
		if share := float64(times) / float64(n); share > bestShare+0.1 || share > bestShare-0.1 && width > bestWidth {
			best, bestShare, bestWidth = comma, share, width
		}
	}
	return best
}

// Blank reports whether a cell shows nothing.
func Blank(cell string) bool {
	return strings.IndexFunc(cell, func(r rune) bool {
		return !unicode.IsSpace(r) && r != '\ufeff' && r != '\u200b' && r != 0x1a
	}) < 0
}
