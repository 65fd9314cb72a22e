package stream

import (
	"bytes"
	"fmt"
	"strconv"
	"sync/atomic"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/banfa-go/banfa/internal/table"
)

// csvSink writes separated text that csvSource reads back cell for cell.
type csvSink struct {
	*output
	comma byte
	guard bool
	coder encoding.Encoding // nil for UTF-8
	tried atomic.Bool       // fields needed quotes: they are looked at one by one from then on
}

func newCSVSink(out *output, o SinkOptions, columns []string) (Sink, error) {
	s := &csvSink{output: out, comma: o.Delimiter, guard: o.Guard}
	if s.comma == 0 {
		s.comma = ','
	}
	if !delimits(s.comma) {
		return nil, &Error{Code: BadDelimiter, Detail: strconv.QuoteRune(rune(s.comma))}
	}
	mark := ""
	switch o.Encoding {
	case "", table.UTF8:
	case table.UTF8BOM:
		mark = "\ufeff"
	case table.GB18030:
		s.coder = simplifiedchinese.GB18030
	default:
		return nil, &Error{Code: UnknownEncoding, Detail: fmt.Sprintf("%q: UTF-8, UTF-8 BOM, GB18030", o.Encoding)}
	}
	head := &Block{Rows: 1, Columns: len(columns)}
	for _, name := range columns {
		head.Cells = append(head.Cells, append([]byte{}, name...))
	}
	row, err := s.Encode(nil, head)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(row, []byte("\ufeff")) { // of the first name, not of the file
		end := bytes.IndexAny(row, string(rune(s.comma))+"\n")
		row = append(append([]byte{'"'}, row[:end]...), append([]byte{'"'}, row[end:]...)...)
	}
	return s, s.Write(append([]byte(mark), row...))
}

// Encode appends rows. No value is nothing between delimiters, an empty text is "".
func (s *csvSink) Encode(dst []byte, b *Block) ([]byte, error) {
	from := len(dst)
	if dst, ok := s.bare(dst, b); ok {
		return dst, nil
	}
	comma, end, quote, cr := lanesOf(s.comma), lanesOf('\n'), lanesOf('"'), lanesOf('\r')
	for r := range b.Rows {
		for i, cell := range b.Row(r) {
			if i > 0 {
				dst = append(dst, s.comma)
			}
			switch {
			case cell == nil:
			case len(cell) == 0:
				dst = append(dst, '"', '"')
			case s.guard:
				dst = appendField(dst, []byte(table.Guard(string(cell))), comma, end, quote, cr)
			default:
				dst = appendField(dst, cell, comma, end, quote, cr)
			}
		}
		dst = append(dst, '\n')
	}
	if s.coder == nil {
		return dst, nil
	}
	coded, err := s.coder.NewEncoder().Bytes(dst[from:])
	return append(dst[:from], coded...), err
}

// bare appends rows without any quotes but for empty texts, and reports whether they need none: there are then as many delimiters, line ends and quotes as
// were put there. To count them in all rows at once costs less than to look at each field.
func (s *csvSink) bare(dst []byte, b *Block) ([]byte, bool) {
	if s.guard || s.coder != nil || s.tried.Load() {
		return dst, false
	}
	from, empty := len(dst), 0
	for r := range b.Rows {
		for i, cell := range b.Row(r) {
			if i > 0 {
				dst = append(dst, s.comma)
			}
			if len(cell) > 0 {
				dst = append(dst, cell...)
			} else if cell != nil {
				dst = append(dst, '"', '"')
				empty++
			}
		}
		dst = append(dst, '\n')
	}
	text := dst[from:]
	ok := bytes.Count(text, []byte{s.comma}) == b.Rows*max(b.Columns-1, 0) && bytes.Count(text, newline) == b.Rows &&
		bytes.IndexByte(text, '\r') < 0 && (empty == 0 && bytes.IndexByte(text, '"') < 0 || empty > 0 && bytes.Count(text, []byte{'"'}) == 2*empty)
	if !ok {
		s.tried.Store(true)
		return dst[:from], false
	}
	return dst, true
}

// appendField appends a field, in quotes where it needs them.
func appendField(dst, cell []byte, comma, end, quote, cr uint64) []byte {
	for i := 0; i < len(cell); i += 8 {
		w := word(cell, i)
		if zeros(w^comma)|zeros(w^end)|zeros(w^quote)|zeros(w^cr) != 0 {
			return appendQuoted(dst, cell)
		}
	}
	return append(dst, cell...)
}

func appendQuoted(dst, cell []byte) []byte {
	dst = append(dst, '"')
	for {
		i := bytes.IndexByte(cell, '"')
		if i < 0 {
			break
		}
		dst = append(dst, cell[:i+1]...)
		dst = append(dst, '"')
		cell = cell[i+1:]
	}
	dst = append(dst, cell...)
	return append(dst, '"')
}
