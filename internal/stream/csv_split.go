package stream

import (
	"bytes"
	"fmt"
	"math/bits"
	"strconv"
)

// csvGrammar is RFC 4180 with a delimiter of choice and lines that end in LF or CRLF, read strictly: a quote can only open a field that begins with it.
type csvGrammar struct {
	comma   byte
	columns []string
	limits  Limits
}

// Split makes rows of a chunk. A field of nothing is no value; "" is an empty text.
func (s *csvSource) Split(c *Chunk, b *Block) error {
	if err := s.grammar.split(c, b); err != nil {
		err.File = s.name
		return err
	}
	return nil
}

// split is Split without the name of the file. The first fault in the order of the bytes is the one that is told.
func (g *csvGrammar) split(c *Chunk, b *Block) *Error {
	b.Reset(c.First, len(g.columns))
	text, bad, code, err := c.text(b)
	if err != nil {
		return &Error{Code: Unreadable, Line: c.FirstAt, Err: err}
	}
	b.UTF8 = bad < 0 && c.charset == nil
	p := &csvSplit{csvGrammar: g, text: text, b: b, line: c.FirstAt, long: c.long}
	if bad >= 0 { // what comes before it may have a fault of its own, which is then the first
		p.text, p.long = text[:bytes.LastIndexByte(text[:bad], '\n')+1], false
	}
	var fault *Error
	if c.quotes {
		fault = p.quoted()
	} else {
		fault = p.plain()
	}
	switch {
	case bad >= 0 && (fault == nil || fault.Code == Unterminated):
		fault = &Error{Code: code, Row: b.First + int64(b.Rows), Detail: encodingName(c.charset)}
		fault.Line, fault.Column = place(text, bad, c.FirstAt)
	case fault == nil && b.Rows != c.rows:
		fault = &Error{Code: miscounted, Line: c.FirstAt, Detail: fmt.Sprintf("%d rows instead of %d", b.Rows, c.rows)}
	}
	return fault
}

func encodingName(c *charset) string {
	if c == nil {
		return "UTF-8"
	}
	return c.name
}

// csvSplit is one chunk on its way to rows.
type csvSplit struct {
	*csvGrammar
	text []byte
	b    *Block
	line int64 // of the row that is being read
	long bool
}

// fault is one in a cell, from 0, of the row that is being read, which begins at start.
func (p *csvSplit) fault(code Code, start, i, cell int) *Error {
	line, column := place(p.text[start:], i-start, p.line)
	e := &Error{Code: code, Line: line, Column: column, Row: p.b.First + int64(p.b.Rows), Cell: cell + 1}
	if cell < len(p.columns) {
		e.Name = p.columns[cell]
	}
	return e
}

func (p *csvSplit) ragged(cells int) *Error {
	return &Error{
		Code: Ragged, Line: p.line, Row: p.b.First + int64(p.b.Rows), Have: cells, Want: len(p.columns),
	}
}

func (p *csvSplit) tooLong() *Error {
	return &Error{Code: TooLong, Line: p.line, Row: p.b.First + int64(p.b.Rows), Detail: strconv.Itoa(p.limits.RecordBytes)}
}

// room makes room for one more row and a word of surplus cells.
func (p *csvSplit) room() {
	const first = 4096 // cells
	if free := cap(p.b.Cells) - len(p.b.Cells); free < len(p.columns) {
		grown := make([][]byte, len(p.b.Cells), max(2*cap(p.b.Cells), first, len(p.b.Cells)+len(p.columns)))
		copy(grown, p.b.Cells)
		p.b.Cells = grown
	}
}

// plain reads text without any quotes: delimiters and line ends are all there is to find.
func (p *csvSplit) plain() *Error {
	text, b, width := p.text, p.b, len(p.columns)
	p.room()
	cells := b.Cells[:len(b.Cells)+width]
	row := cells[len(cells)-width:]
	n, start, from := 0, 0, 0 // cells of the row, where the cell and the row begin
	var words [64]uint64
	const piece = len(words) * markBytes
	for base := 0; base < len(text); base += piece {
		count := marks(words[:], text[base:min(base+piece, len(text))], p.comma)
		for k, m := range words[:count] {
			for ; m != 0; m &= m - 1 {
				at := base + k*markBytes + bits.TrailingZeros64(m)
				if text[at] == p.comma {
					if n < len(row) {
						if start < at {
							row[n] = text[start:at:at]
						} else {
							row[n] = nil
						}
					}
					n++
					start = at + 1
					continue
				}
				if err := p.endPlain(row, n, from, start, at); err != nil {
					return err
				}
				if len(b.Cells)+width > len(cells) {
					p.room()
				}
				cells = b.Cells[:len(b.Cells)+width]
				row = cells[len(cells)-width:]
				n, start, from = 0, at+1, at+1
			}
		}
	}
	if from < len(text) {
		return p.endPlain(row, n, from, start, len(text))
	}
	return nil
}

// endPlain ends a row whose last cell is text[start:end].
func (p *csvSplit) endPlain(row [][]byte, n, from, start, end int) *Error {
	if end-from > p.limits.RecordBytes || (p.long && end == len(p.text)) {
		return p.tooLong()
	}
	if end > start && p.text[end-1] == '\r' {
		end--
	}
	if n+1 != len(row) {
		if n == 0 && start == end { // a blank line
			p.line++
			return nil
		}
		return p.ragged(n + 1)
	}
	if start < end {
		row[n] = p.text[start:end:end]
	} else {
		row[n] = nil
	}
	p.b.Cells = p.b.Cells[:len(p.b.Cells)+len(row)]
	p.b.Lines = append(p.b.Lines, p.line)
	p.b.Rows++
	p.line++
	return nil
}

// quoted reads text with quotes.
func (p *csvSplit) quoted() *Error {
	text, b, width := p.text, p.b, len(p.columns)
	comma, end, quote := lanesOf(p.comma), lanesOf('\n'), lanesOf('"')
	for i := 0; i < len(text); {
		from, n := i, 0
		lines := int64(1)
		p.room()
		row := b.Cells[len(b.Cells) : len(b.Cells)+width]
		for last := false; !last; n++ {
			var cell []byte
			if i < len(text) && text[i] == '"' {
				open := i
				var err *Error
				if cell, i, err = p.cell(from, i, n); err != nil {
					return err
				}
				lines += int64(bytes.Count(text[open:i], newline))
			} else {
				start := i
				i = any3(text, i, comma, end, quote)
				if i < len(text) && text[i] == '"' {
					return p.fault(BareQuote, from, i, n)
				}
				stop := i
				if stop > start && text[stop-1] == '\r' && (i == len(text) || text[i] == '\n') {
					stop--
				}
				if start < stop {
					cell = text[start:stop:stop]
				}
			}
			if n < width {
				row[n] = cell
			}
			last = i == len(text) || text[i] == '\n'
			i++
		}
		size := min(i-1, len(text)) - from
		if size > p.limits.RecordBytes || (p.long && i >= len(text)) {
			return p.tooLong()
		}
		if n != width {
			if n == 1 && (size == 0 || size == 1 && text[from] == '\r') { // a blank line
				p.line += lines
				continue
			}
			return p.ragged(n)
		}
		b.Cells = b.Cells[:len(b.Cells)+width]
		b.Lines = append(b.Lines, p.line)
		b.Rows++
		p.line += lines
	}
	return nil
}

// cell reads the quoted field that opens at i and returns its text and where what ends it stands.
func (p *csvSplit) cell(from, i, n int) ([]byte, int, *Error) {
	text, open, copied := p.text, i, -1
	i++
	start := i
	for {
		j := bytes.IndexByte(text[i:], '"')
		if j < 0 {
			if p.long || len(text)-from > p.limits.RecordBytes {
				return nil, 0, p.tooLong()
			}
			return nil, 0, p.fault(Unterminated, from, open, n)
		}
		i += j
		if i+1 < len(text) && text[i+1] == '"' { // a doubled one
			if copied < 0 {
				copied = len(p.b.Arena)
			}
			p.b.Arena = append(p.b.Arena, text[start:i+1]...)
			i += 2
			start = i
			continue
		}
		break
	}
	cell := text[start:i:i]
	if copied >= 0 {
		p.b.Arena = append(p.b.Arena, text[start:i]...)
		cell = p.b.Arena[copied:len(p.b.Arena):len(p.b.Arena)]
	}
	i++
	switch {
	case i == len(text) || text[i] == p.comma || text[i] == '\n':
		return cell, i, nil
	case text[i] == '\r' && (i+1 == len(text) || text[i+1] == '\n'):
		return cell, i + 1, nil
	}
	if p.long && i+1 >= len(text) {
		return nil, 0, p.tooLong()
	}
	return nil, 0, p.fault(AfterQuote, from, i, n)
}
