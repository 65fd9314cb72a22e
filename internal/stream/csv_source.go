package stream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/table"
)

// csvSource cuts separated text at the ends of rows.
type csvSource struct {
	lineSource
	grammar csvGrammar
}

// lineSource is what formats of lines have in common.
type lineSource struct {
	*input
	name      string
	limits    Limits
	size      int // of a chunk
	info      Info
	charset   *charset
	undecided bool // nothing but ASCII so far: the encoding will be told by the first other byte
	quotes    bool // whether double quotes protect line ends
	blank     bool // whether a blank line is a row
	pending   []byte
	index     int
	row       int64 // of the next row, from 1
	line      int64 // of the next byte, from 1
	err       error // after which there is nothing more
	pool      sync.Pool
}

func (s *lineSource) Info() Info { return s.info }

// fill reads until buf holds want bytes or the input ends.
func (s *lineSource) fill(buf []byte, want int) ([]byte, bool, error) {
	for len(buf) < want {
		if cap(buf) < want {
			buf = append(make([]byte, 0, want), buf...)
		}
		n, err := s.body.Read(buf[len(buf):want])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, true, nil
		}
		if err != nil {
			return buf, false, &Error{Code: Unreadable, File: s.name, Line: s.line + int64(bytes.Count(buf, newline)), Err: err}
		}
	}
	return buf, false, nil
}

// Next reads as much as a chunk holds and cuts it at the last end of a row.
func (s *lineSource) Next(ctx context.Context) (*Chunk, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if s.err != nil {
		return nil, s.err
	}
	c, err := s.next()
	if err != nil {
		s.err = err
		return nil, err
	}
	return c, nil
}

func (s *lineSource) next() (*Chunk, error) {
	held, ok := s.pool.Get().(*[]byte)
	if !ok {
		buf := make([]byte, 0, s.size)
		held = &buf
	}
	buf := (*held)[:0]
	buf = append(buf, s.pending...)
	want := s.size
	if len(buf) >= want {
		want = 2 * len(buf)
	}
	c := &Chunk{Index: s.index, First: s.row, FirstAt: s.line}
	for {
		var ended bool
		var err error
		if buf, ended, err = s.fill(buf, want); err != nil {
			return nil, err
		}
		cut := s.cut(buf)
		if ended {
			if len(buf) == 0 {
				return nil, io.EOF
			}
			if cut.end < len(buf) { // a last row without a line end
				cut = s.cutLast(buf, cut)
			}
		}
		if cut.end == 0 && len(buf) > s.limits.RecordBytes {
			c.long, cut = true, edge{end: len(buf), rows: 1, lines: bytes.Count(buf, newline), quotes: true}
			s.err = io.EOF
		}
		if cut.end > 0 {
			s.pending = append(s.pending[:0], buf[cut.end:]...)
			if err := s.decide(buf); err != nil {
				return nil, err
			}
			c.Raw, c.rows, c.quotes, c.charset = buf[:cut.end], cut.rows, cut.quotes, s.charset
			s.index++
			s.row += int64(cut.rows)
			s.line += int64(cut.lines)
			*held = buf
			c.free = func() { s.pool.Put(held) }
			return c, nil
		}
		want *= 2
	}
}

// edge is where a buffer can be cut, and what is before it.
type edge struct {
	end    int // 0: no row ends here
	rows   int
	lines  int
	quotes bool
}

// cut finds the last line end outside quotes and counts the rows up to it. A quote can only open or close a field, or be doubled in one, so that
// whether a byte is within quotes is told by how many quotes stand before it; where a file breaks that rule, Split finds the break first.
func (s *lineSource) cut(buf []byte) edge {
	if !s.quotes || bytes.IndexByte(buf, '"') < 0 {
		end := bytes.LastIndexByte(buf, '\n') + 1
		lines := bytes.Count(buf[:end], newline)
		return edge{end: end, lines: lines, rows: lines - s.blanks(buf[:end], true)}
	}
	var e edge
	lines := 0 // of all before i
	for i, outside := 0, true; ; outside = !outside {
		j := bytes.IndexByte(buf[i:], '"')
		segment := buf[i:]
		if j >= 0 {
			segment = buf[i : i+j]
		}
		if n := bytes.Count(segment, newline); n > 0 {
			if outside {
				last := bytes.LastIndexByte(segment, '\n') + 1
				e.end, e.lines = i+last, lines+n
				e.rows += n - s.blanks(segment[:last], i == 0)
				e.quotes = i > 0
			}
			lines += n
		}
		if j < 0 {
			return e
		}
		i += j + 1
	}
}

// blanks counts the lines without anything, but for a carriage return, in a text that ends with a line end. starts says whether it begins a line.
func (s *lineSource) blanks(text []byte, starts bool) int {
	if s.blank {
		return 0
	}
	n := 0
	if starts && (bytes.HasPrefix(text, newline) || bytes.HasPrefix(text, []byte("\r\n"))) {
		n++
	}
	for rest := text; ; {
		i := bytes.Index(rest, []byte("\n\n"))
		if i < 0 {
			break
		}
		n++
		rest = rest[i+1:]
	}
	if bytes.IndexByte(text, '\r') >= 0 {
		n += bytes.Count(text, []byte("\n\r\n"))
	}
	return n
}

// cutLast takes the rest of the input as the end of its last row.
func (s *lineSource) cutLast(buf []byte, cut edge) edge {
	rest := buf[cut.end:]
	if s.blank || len(rest) > 1 || rest[0] != '\r' {
		cut.rows++
	}
	cut.quotes = cut.quotes || bytes.IndexByte(rest, '"') >= 0
	cut.lines += bytes.Count(rest, newline)
	cut.end = len(buf)
	return cut
}

// decide tells the encoding of a file that was ASCII so far.
func (s *lineSource) decide(buf []byte) error {
	if !s.undecided || ascii(buf) {
		return nil
	}
	if i := bytes.LastIndexByte(buf, '\n'); i > 0 && !ascii(buf[:i]) { // do not end within a character
		buf = buf[:i]
	}
	name, _ := detectText(buf)
	return s.setEncoding(name)
}

// detectText is table.DetectEncoding, but for what must not be guessed while the rest of a file is still to come: text that is nearly UTF-8 is
// damaged UTF-8 or mixes encodings, and a few zero bytes make no UTF-16. Both are then told with their place, as is text of no encoding at all.
func detectText(sample []byte) (name string, bom int) {
	name, bom, err := table.DetectEncoding(bytes.NewReader(sample), int64(len(sample)))
	switch {
	case err != nil:
		return table.UTF8, 0
	case bom > 0:
		return name, bom
	case name == table.UTF16LE || name == table.UTF16BE:
		const few = 8 // one in so many bytes; the delimiters and line ends of a table alone are more
		if head := sample[:min(len(sample), 512)]; bytes.Count(head, []byte{0})*few < len(head) {
			return table.UTF8, 0
		}
	case name != table.UTF8 && nearlyUTF8(sample):
		return table.UTF8, 0
	}
	return name, bom
}

// nearlyUTF8 reports whether most of what is not ASCII is characters of three bytes in UTF-8, as it hardly ever is in text of another encoding.
func nearlyUTF8(sample []byte) bool {
	var good, all int
	for i := 0; i < len(sample); {
		r, n := utf8.DecodeRune(sample[i:])
		if r >= utf8.RuneSelf {
			all += n
			if n >= 3 {
				good += n
			}
		}
		i += n
	}
	return 2*good > all
}

func (s *lineSource) setEncoding(name string) error {
	decoder, plain, err := table.DecoderOf(name)
	if err != nil {
		return &Error{Code: UnknownEncoding, File: s.name, Detail: strconv.Quote(name) + ": UTF-8, UTF-16LE, UTF-16BE, GB18030, Big5"}
	}
	s.undecided, s.info.Encoding = false, name
	if decoder != nil {
		s.charset = &charset{plain, decoder}
	}
	return nil
}

// start finds out the encoding and takes what stands before the text away.
func (s *lineSource) start(encodingName string) error {
	const enough = 64 << 10 // bytes that tell the encoding
	buf, ended, err := s.fill(nil, max(s.size, enough))
	if err != nil {
		return err
	}
	sample := buf
	if !ended {
		if i := bytes.LastIndexByte(buf, '\n'); i > 0 {
			sample = buf[:i]
		}
	}
	name, bom := detectText(sample)
	if encodingName != "" {
		if bom > 0 && !table.SameEncoding(name, encodingName) {
			bom = 0 // it is no mark in that encoding, but bytes like others
		}
		name = encodingName
	}
	if err := s.setEncoding(name); err != nil {
		return err
	}
	s.undecided = encodingName == "" && bom == 0 && ascii(buf)
	s.push(buf[bom:])
	if s.charset != nil && (s.charset.name == table.UTF16LE || s.charset.name == table.UTF16BE) {
		// Its line ends are not bytes of their own: it is decoded before it is cut.
		s.body = s.charset.decoder.NewDecoder().Reader(s.body)
		s.charset = &charset{name: s.charset.name} // only to name it
	}
	return nil
}

// push puts what was read too early back before the rest of the input.
func (s *lineSource) push(text []byte) {
	s.body = io.MultiReader(bytes.NewReader(text), s.body)
}

// newCSV reads the header.
func newCSV(in *input, o Options) (Source, error) {
	s := new(csvSource)
	s.begin(in, o, CSV)
	s.quotes = true
	if err := s.start(o.Encoding); err != nil {
		return nil, err
	}
	if o.Delimiter != 0 && !delimits(o.Delimiter) {
		return nil, &Error{Code: BadDelimiter, File: s.name, Detail: strconv.QuoteRune(rune(o.Delimiter))}
	}
	const enough = 64 << 10 // bytes that tell the delimiter
	head := &Chunk{FirstAt: 1, First: 0, rows: 1, quotes: true}
	rest, ended, err := s.fill(nil, enough)
	for err == nil && len(head.Raw) == 0 {
		rest, ended, err = s.header(head, rest, ended)
	}
	if err != nil {
		return nil, err
	}
	s.push(rest)
	delimiter := o.Delimiter
	if delimiter == 0 {
		sample := append(bytes.Clone(head.Raw), rest...)
		if head.charset != nil {
			var err error
			if sample, err = head.charset.decode(nil, sample); err != nil {
				return nil, &Error{Code: Unreadable, File: s.name, Err: err}
			}
		}
		delimiter = byte(table.DetectDelimiter(sample, ended))
	}
	s.info.Delimiter = delimiter
	s.grammar = csvGrammar{comma: delimiter, limits: s.limits}
	names, fault := s.grammar.names(head)
	if fault != nil {
		fault.File = s.name
		return nil, fault
	}
	s.grammar.columns = names
	s.blank = len(names) == 1
	return s, nil
}

func delimits(c byte) bool {
	switch {
	case c >= 0x80, c == 0, c == '"', c == '\n', c == '\r', c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		return false
	}
	return true
}

// header takes the first line off the text that was read, and more of it where it does not hold one. A blank line is taken off and is no header.
func (s *csvSource) header(head *Chunk, buf []byte, ended bool) ([]byte, bool, error) {
	end := firstEnd(buf)
	for ; end < 0; end = firstEnd(buf) {
		if ended {
			if len(bytes.TrimSpace(buf)) == 0 {
				return nil, ended, &Error{Code: Empty, File: s.name}
			}
			end = len(buf)
			break
		}
		if len(buf) > s.limits.RecordBytes {
			if returns(buf) {
				return nil, ended, &Error{Code: CarriageReturns, File: s.name, Line: s.line}
			}
			head.long, end = true, len(buf)
			break
		}
		var err error
		if buf, ended, err = s.fill(buf, 2*len(buf)); err != nil {
			return nil, ended, err
		}
	}
	head.FirstAt = s.line
	s.line += int64(bytes.Count(buf[:end], newline))
	if len(bytes.TrimSpace(buf[:end])) > 0 {
		head.Raw, head.charset = bytes.Clone(buf[:end]), s.charset
	}
	return buf[end:], ended, nil
}

// firstEnd is where the first row ends, -1 where it does not.
func firstEnd(buf []byte) int {
	for i, outside := 0, true; ; outside = !outside {
		j := bytes.IndexByte(buf[i:], '"')
		if outside {
			segment := buf[i:]
			if j >= 0 {
				segment = buf[i : i+j]
			}
			if k := bytes.IndexByte(segment, '\n'); k >= 0 {
				return i + k + 1
			}
		}
		if j < 0 {
			return -1
		}
		i += j + 1
	}
}

// names reads the header's cells.
func (g *csvGrammar) names(head *Chunk) ([]string, *Error) {
	wide := csvGrammar{comma: g.comma, limits: g.limits, columns: make([]string, 1)}
	for {
		b := new(Block)
		fault := wide.split(head, b)
		if fault != nil && fault.Code == Ragged && len(wide.columns) == 1 {
			n := fault.Have
			if n > g.limits.Columns {
				return nil, &Error{Code: TooManyColumns, Line: head.FirstAt, Detail: strconv.Itoa(g.limits.Columns)}
			}
			wide.columns = make([]string, n)
			continue
		}
		if fault != nil {
			fault.Row, fault.Cell, fault.Name = 0, 0, ""
			return nil, fault
		}
		return checkNames(b.Row(0), head.FirstAt)
	}
}

// returns reports whether text has a carriage return that no line feed follows.
func returns(text []byte) bool {
	return bytes.Count(text, []byte{'\r'}) > bytes.Count(text, []byte("\r\n"))
}

// checkNames refuses headers without a name of its own for each column.
func checkNames(cells [][]byte, line int64) ([]string, *Error) {
	names, seen := make([]string, len(cells)), make(map[string]int, len(cells))
	for i, cell := range cells {
		name := string(cell)
		if table.Blank(name) {
			return nil, &Error{Code: EmptyHeader, Line: line, Cell: i + 1}
		}
		if returns(cell) {
			return nil, &Error{Code: CarriageReturns, Line: line}
		}
		if first, ok := seen[name]; ok {
			return nil, &Error{Code: DuplicateHeader, Line: line, Cell: i + 1, Detail: strconv.Itoa(first)}
		}
		names[i], seen[name] = name, i+1
	}
	return names, nil
}

// Columns are the names of the header.
func (s *csvSource) Columns() []string { return s.grammar.columns }
