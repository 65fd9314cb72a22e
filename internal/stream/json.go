package stream

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonSource cuts JSON lines at line ends, which JSON does not allow within text.
type jsonSource struct {
	lineSource
	columns []string
	places  map[string]int
}

// newJSONLines reads the names of the columns from the first object. JSON is UTF-8 (RFC 8259).
func newJSONLines(in *input, o Options) (Source, error) {
	s := &jsonSource{places: map[string]int{}}
	s.begin(in, o, JSONLines)
	if err := s.start("UTF-8"); err != nil {
		return nil, err
	}
	var buf []byte
	want := s.size
	for {
		var ended bool
		var err error
		if buf, ended, err = s.fill(buf, want); err != nil {
			return nil, err
		}
		skip := len(buf) - len(bytes.TrimLeft(buf, "\r\n"))
		end := bytes.IndexByte(buf[skip:], '\n')
		switch {
		case end >= 0:
			end += skip
		case ended:
			end = len(buf)
		case len(buf) > s.limits.RecordBytes:
			return nil, &Error{Code: TooLong, File: s.name, Line: s.line, Detail: strconv.Itoa(s.limits.RecordBytes)}
		default:
			want = max(want, len(buf)) * 2
			continue
		}
		s.push(buf)
		if fault := s.first(buf[skip:end], 1+int64(bytes.Count(buf[:skip], newline))); fault != nil {
			fault.File = s.name
			return nil, fault
		}
		return s, nil
	}
}

func (s *jsonSource) first(line []byte, number int64) *Error {
	if len(bytes.TrimSpace(line)) == 0 {
		return &Error{Code: Empty}
	}
	b := new(Block)
	p := &jsonLine{source: s, text: line, b: b, number: number, learn: true}
	if bad := invalidAt(line); bad >= 0 {
		return p.fault(BadEncoding, bad, -1, "UTF-8")
	}
	if fault := p.object(); fault != nil {
		return fault
	}
	if len(s.columns) == 0 {
		return &Error{Code: Empty, Line: number}
	}
	if len(s.columns) > s.limits.Columns {
		return &Error{Code: TooManyColumns, Line: number, Detail: strconv.Itoa(s.limits.Columns)}
	}
	for i, name := range s.columns {
		if name == "" {
			return &Error{Code: EmptyHeader, Line: number, Cell: i + 1}
		}
	}
	return nil
}

// Columns are the keys of the first object.
func (s *jsonSource) Columns() []string { return s.columns }

// Split makes rows of a chunk. A key that is absent is null; one that the first object does not have is an error.
func (s *jsonSource) Split(c *Chunk, b *Block) error {
	b.Reset(c.First, len(s.columns))
	text, bad, code, err := c.text(b)
	if err != nil {
		return &Error{Code: Unreadable, File: s.name, Line: c.FirstAt, Err: err}
	}
	line := c.FirstAt
	for start := 0; start < len(text); line++ {
		end := bytes.IndexByte(text[start:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += start
		}
		p := &jsonLine{source: s, text: text[start:end], b: b, number: line}
		var fault *Error
		switch body := bytes.TrimSuffix(p.text, []byte{'\r'}); {
		case len(p.text) > s.limits.RecordBytes:
			fault = &Error{Code: TooLong, Line: line, Row: p.row(), Detail: strconv.Itoa(s.limits.RecordBytes)}
		case bad >= start && bad < end:
			fault = p.fault(code, bad-start, -1, "UTF-8")
		case len(body) == 0:
			start = end + 1
			continue
		default:
			p.text = body
			fault = p.object()
		}
		if fault != nil {
			fault.File = s.name
			return fault
		}
		b.Rows++
		b.Lines = append(b.Lines, line)
		start = end + 1
	}
	if b.Rows != c.rows {
		return &Error{Code: miscounted, File: s.name, Line: c.FirstAt, Detail: "rows"}
	}
	return nil
}

// jsonLine reads one object.
type jsonLine struct {
	source *jsonSource
	text   []byte
	at     int
	b      *Block
	number int64
	learn  bool // the first object: its keys become the columns
	base   int  // of the row's cells
}

func (p *jsonLine) row() int64 {
	if p.learn {
		return 1
	}
	return p.b.First + int64(p.b.Rows)
}

func (p *jsonLine) fault(code Code, at, cell int, detail string) *Error {
	e := &Error{Code: code, Line: p.number, Column: utf8.RuneCount(p.text[:at]) + 1, Row: p.row(), Detail: detail}
	if cell >= 0 && cell < len(p.source.columns) {
		e.Cell, e.Name = cell+1, p.source.columns[cell]
	}
	return e
}

func (p *jsonLine) bad(detail string) *Error {
	return p.fault(BadJSON, min(p.at, len(p.text)), -1, detail)
}

func (p *jsonLine) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\r') {
		p.at++
	}
}

func (p *jsonLine) take(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// unset marks a cell whose key has not been seen, apart from null.
var unset = []byte{0}

// object reads the whole line.
func (p *jsonLine) object() *Error {
	b, width := p.b, len(p.source.columns)
	p.base = len(b.Cells)
	b.Cells = slices.Grow(b.Cells, width)[:p.base+width]
	b.Kinds = slices.Grow(b.Kinds, width)[:p.base+width]
	for i := p.base; i < p.base+width; i++ {
		b.Cells[i], b.Kinds[i] = unset, Text
	}
	p.space()
	if !p.take('{') {
		return p.bad("{")
	}
	p.space()
	if !p.take('}') {
		for n := 0; ; n++ {
			if fault := p.member(n); fault != nil {
				return fault
			}
			p.space()
			if p.take('}') {
				break
			}
			if !p.take(',') {
				return p.bad(", }")
			}
			p.space()
		}
	}
	p.space()
	if p.at != len(p.text) {
		return p.bad("text behind the object / 对象后面还有文字")
	}
	for i := p.base; i < len(b.Cells); i++ {
		if isUnset(b.Cells[i]) {
			b.Cells[i] = nil
		}
	}
	return nil
}

func isUnset(cell []byte) bool { return len(cell) == 1 && &cell[0] == &unset[0] }

// member reads one key and its value. The keys of most files stand in one order, so that the nth key most often is the nth column.
func (p *jsonLine) member(n int) *Error {
	start := p.at
	key, fault := p.string()
	if fault != nil {
		return fault
	}
	i, known := n, n < len(p.source.columns) && string(key) == p.source.columns[n]
	if !known {
		i, known = p.source.places[string(key)]
	}
	switch {
	case known && p.learn, known && !isUnset(p.b.Cells[p.base+i]):
		return p.fault(DuplicateKey, start, i, "")
	case !known && !p.learn:
		e := p.fault(UnknownKey, start, -1, "")
		const shown = 64 // characters: a key is a name, and a longer one would be none
		if r := []rune(string(key)); len(r) <= shown {
			e.Name = string(r)
		}
		return e
	case p.learn:
		i = len(p.source.columns)
		if i == p.source.limits.Columns {
			return p.fault(TooManyColumns, start, -1, strconv.Itoa(i))
		}
		p.source.columns = append(p.source.columns, string(key))
		p.source.places[string(key)] = i
		p.b.Cells, p.b.Kinds = append(p.b.Cells, unset), append(p.b.Kinds, Text)
	}
	p.space()
	if !p.take(':') {
		return p.bad(":")
	}
	p.space()
	return p.value(i)
}

// value reads a scalar into a column.
func (p *jsonLine) value(i int) *Error {
	if p.at == len(p.text) {
		return p.bad("the line ends too early / 这一行没有写完")
	}
	cell, kind := &p.b.Cells[p.base+i], &p.b.Kinds[p.base+i]
	rest := p.text[p.at:]
	switch c := rest[0]; {
	case c == '"':
		text, fault := p.string()
		*cell = text
		return fault
	case c == '{' || c == '[':
		return p.fault(Nested, p.at, i, "")
	case bytes.HasPrefix(rest, []byte("null")):
		*cell, p.at = nil, p.at+4
	case bytes.HasPrefix(rest, []byte("true")):
		*cell, *kind, p.at = rest[:4:4], Bool, p.at+4
	case bytes.HasPrefix(rest, []byte("false")):
		*cell, *kind, p.at = rest[:5:5], Bool, p.at+5
	default:
		n := numberLength(rest)
		if n == 0 {
			return p.bad("a value / 值")
		}
		*cell, *kind, p.at = rest[:n:n], Number, p.at+n
	}
	return nil
}

// numberLength is how many bytes of text are a JSON number, 0 where none begins it.
func numberLength(text []byte) int {
	i := 0
	digits := func() bool {
		from := i
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	if i < len(text) && text[i] == '0' {
		i++
	} else if !digits() {
		return 0
	}
	if i < len(text) && text[i] == '.' {
		if i++; !digits() {
			return 0
		}
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if !digits() {
			return 0
		}
	}
	return i
}

// string reads a text in quotes.
func (p *jsonLine) string() ([]byte, *Error) {
	if !p.take('"') {
		return nil, p.bad(`"`)
	}
	start, from := p.at, len(p.b.Arena)
	copied := false
	for {
		i := p.at
		for i < len(p.text) && p.text[i] != '"' && p.text[i] != '\\' && p.text[i] >= ' ' {
			i++
		}
		p.at = i
		switch {
		case i == len(p.text):
			return nil, p.bad("the line ends within a text / 这一行在文本中间结束")
		case p.text[i] < ' ':
			return nil, p.bad("a control character within a text must be escaped / 文本里的控制字符必须转义")
		case p.text[i] == '"':
			p.at++
			if !copied {
				return p.text[start:i:i], nil
			}
			p.b.Arena = append(p.b.Arena, p.text[start:i]...)
			return p.b.Arena[from:len(p.b.Arena):len(p.b.Arena)], nil
		}
		p.b.Arena = append(p.b.Arena, p.text[start:i]...)
		copied = true
		if fault := p.escape(); fault != nil {
			return nil, fault
		}
		start = p.at
	}
}

// escape reads what follows a backslash.
func (p *jsonLine) escape() *Error {
	const plain, means = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if p.at+1 >= len(p.text) {
		return p.bad(`\`)
	}
	c := p.text[p.at+1]
	if i := bytes.IndexByte([]byte(plain), c); i >= 0 {
		p.b.Arena = append(p.b.Arena, means[i])
		p.at += 2
		return nil
	}
	r, ok := p.unit(p.at)
	if !ok {
		return p.bad(`\`)
	}
	size := 6
	if utf16.IsSurrogate(r) {
		low, _ := p.unit(p.at + size)
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return p.bad("half of a surrogate pair / 代理对缺一半")
		}
		size *= 2
	}
	if r == 0 {
		return p.fault(NUL, p.at, -1, "")
	}
	p.b.Arena = utf8.AppendRune(p.b.Arena, r)
	p.at += size
	return nil
}

// unit reads \uXXXX.
func (p *jsonLine) unit(at int) (rune, bool) {
	if at+6 > len(p.text) || p.text[at] != '\\' || p.text[at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.text[at+2:at+6]), 16, 16)
	return rune(n), err == nil
}
