package catalog

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonScan reads values from a text in memory. Its methods report whether they could; what could not is in what and at.
type jsonScan struct {
	data     []byte
	pos      int
	at       int    // of the error
	what     string // of the error
	short    bool   // the text ended within a value
	name     string
	maxDepth int
	line     int // the line that lineFrom is in
	lineFrom int
	column   int // characters of that line that are before data
	scratch  []byte
	chunk    *strings.Builder // where new strings are put, so that there are few allocations
	interned []string
}

const (
	jsonInternSlots = 1 << 12
	jsonInternBytes = 64 // longer strings are seldom the same
	jsonChunkBytes  = 16 << 10
)

var jsonSeed = maphash.MakeSeed() // of a cache whose hits are compared in full: the seed changes no result

func (s *jsonScan) fail(at int, what string) bool {
	if s.what == "" {
		s.at, s.what = at, what
	}
	return false
}

func (s *jsonScan) ended() bool {
	s.short = true
	return s.fail(len(s.data), "the text ends within a value")
}

// error is the failure with its place.
func (s *jsonScan) error() error {
	at := min(s.at, len(s.data))
	line, column := s.place(at)
	return &JSONError{File: s.name, Line: line, Column: column, What: s.what}
}

// place is the line and the column of an offset at or behind lineFrom.
func (s *jsonScan) place(at int) (line, column int) {
	from := min(s.lineFrom, at)
	before := s.data[from:at]
	line, column = s.line+bytes.Count(before, []byte{'\n'}), 1
	if i := bytes.LastIndexByte(before, '\n'); i >= 0 {
		return line, column + utf8.RuneCount(before[i+1:])
	}
	return line, column + s.column + utf8.RuneCount(before)
}

// mark moves the place from which lines are counted to pos.
func (s *jsonScan) mark() {
	before := s.data[s.lineFrom:s.pos]
	n := bytes.Count(before, []byte{'\n'})
	if n > 0 {
		s.line += n
		s.column = 0
		before = before[bytes.LastIndexByte(before, '\n')+1:]
	}
	s.column += utf8.RuneCount(before)
	s.lineFrom = s.pos
}

func (s *jsonScan) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// peek is the next byte that is no space, and 0 at the end of the text.
func (s *jsonScan) peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] > ' ' {
		return s.data[s.pos]
	}
	s.space()
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

func (s *jsonScan) expect(c byte, what string) bool {
	switch s.peek() {
	case c:
		s.pos++
		return true
	case 0:
		if s.pos >= len(s.data) {
			return s.ended()
		}
	}
	return s.fail(s.pos, what)
}

// null skips a null, and reports whether there was one.
func (s *jsonScan) null() bool {
	return s.peek() == 'n' && s.word("null")
}

func (s *jsonScan) word(w string) bool {
	rest := s.data[s.pos:]
	if len(rest) < len(w) {
		if string(rest) == w[:len(rest)] {
			return s.ended()
		}
		return s.fail(s.pos, "not a value")
	}
	if string(rest[:len(w)]) != w {
		return s.fail(s.pos, "not a value")
	}
	s.pos += len(w)
	return true
}

// raw scans a string. The bytes are of data where it has no escapes, of scratch where it has; plain says which. Plain ones are
// still to be checked by valid.
func (s *jsonScan) raw() (b []byte, plain, ok bool) {
	if s.peek() != '"' {
		if s.pos >= len(s.data) {
			return nil, false, s.ended()
		}
		return nil, false, s.fail(s.pos, "a string is expected here")
	}
	from := s.pos + 1
	n := bytes.IndexByte(s.data[from:], '"')
	if n < 0 {
		return nil, false, s.ended()
	}
	b = s.data[from : from+n]
	if bytes.IndexByte(b, '\\') >= 0 {
		b, ok = s.escaped(from)
		return b, false, ok
	}
	s.pos = from + n + 1
	return b, true, true
}

// valid checks a string without escapes that begins at data[from].
func (s *jsonScan) valid(b []byte, from int) bool {
	high := false
	i := 0
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		const ones, highs = 0x0101010101010101, 0x8080808080808080
		if (w-ones*0x20)&^w&highs != 0 { // may be a control character: look again
			for j, c := range b[i : i+8] {
				if c < ' ' {
					return s.fail(from+i+j, "a control character within a string has to be escaped")
				}
			}
		}
		high = high || w&highs != 0
	}
	for ; i < len(b); i++ {
		if b[i] < ' ' {
			return s.fail(from+i, "a control character within a string has to be escaped")
		}
		high = high || b[i] >= utf8.RuneSelf
	}
	if high && !utf8.Valid(b) {
		for i := 0; i < len(b); {
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				return s.fail(from+i, "invalid UTF-8: save the file as UTF-8")
			}
			i += n
		}
	}
	return true
}

// text is the string at pos as one that may be kept.
func (s *jsonScan) text() (string, bool) {
	b, plain, ok := s.raw()
	if !ok || len(b) == 0 {
		return "", ok
	}
	if len(b) > jsonInternBytes {
		if plain && !s.valid(b, s.pos-1-len(b)) {
			return "", false
		}
		return s.keep(b), true
	}
	if s.interned == nil {
		s.interned = make([]string, jsonInternSlots)
	}
	slot := &s.interned[maphash.Bytes(jsonSeed, b)%jsonInternSlots]
	if *slot == string(b) {
		return *slot, true
	}
	if plain && !s.valid(b, s.pos-1-len(b)) {
		return "", false
	}
	t := s.keep(b)
	*slot = t
	return t, true
}

// keep copies bytes into a string. Those of a catalog live as long as it does, so they may share their memory.
func (s *jsonScan) keep(b []byte) string {
	if len(b) > jsonChunkBytes/8 {
		return string(b)
	}
	if s.chunk == nil || len(b) > s.chunk.Cap()-s.chunk.Len() {
		s.chunk = &strings.Builder{}
		s.chunk.Grow(jsonChunkBytes)
	}
	n := s.chunk.Len()
	_, _ = s.chunk.Write(b) // never fails
	return s.chunk.String()[n:]
}

// escaped reads a string with escapes whose first byte is at from.
func (s *jsonScan) escaped(from int) ([]byte, bool) {
	out := s.scratch[:0]
	defer func() { s.scratch = out[:0] }()
	for i := from; ; {
		n := bytes.IndexAny(s.data[i:], `"\`)
		if n < 0 {
			return nil, s.ended()
		}
		if !s.valid(s.data[i:i+n], i) {
			return nil, false
		}
		out = append(out, s.data[i:i+n]...)
		i += n
		if s.data[i] == '"' {
			s.pos = i + 1
			return out, true
		}
		if i+1 >= len(s.data) {
			return nil, s.ended()
		}
		c := s.data[i+1]
		if c != 'u' {
			const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
			k := bytes.IndexByte([]byte(from), c)
			if k < 0 {
				return nil, s.fail(i, "no such escape")
			}
			out = append(out, to[k])
			i += 2
			continue
		}
		r, ok := s.unit(i)
		if !ok {
			return nil, false
		}
		i += 6
		if utf16.IsSurrogate(r) {
			if i+1 >= len(s.data) {
				return nil, s.ended()
			}
			if s.data[i] != '\\' || s.data[i+1] != 'u' {
				return nil, s.fail(i-6, "half a surrogate pair")
			}
			low, ok := s.unit(i)
			if !ok {
				return nil, false
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return nil, s.fail(i-6, "half a surrogate pair")
			}
			i += 6
		}
		out = utf8.AppendRune(out, r)
	}
}

// unit reads \uXXXX at i.
func (s *jsonScan) unit(i int) (rune, bool) {
	if i+6 > len(s.data) {
		return 0, s.ended()
	}
	n, err := strconv.ParseUint(string(s.data[i+2:i+6]), 16, 16)
	if err != nil {
		return 0, s.fail(i, `\u wants four hexadecimal digits`)
	}
	return rune(n), true
}

// number scans a number.
func (s *jsonScan) number() ([]byte, bool) {
	s.peek()
	from, i := s.pos, s.pos
	digits := func() bool {
		at := i
		for i < len(s.data) && s.data[i] >= '0' && s.data[i] <= '9' {
			i++
		}
		return i > at
	}
	if i < len(s.data) && s.data[i] == '-' {
		i++
	}
	switch {
	case i >= len(s.data):
		return nil, s.ended()
	case s.data[i] == '0':
		i++
	case !digits():
		return nil, s.fail(from, "a value is expected here")
	}
	if i < len(s.data) && s.data[i] == '.' {
		if i++; !digits() {
			return nil, s.numberEnd(i)
		}
	}
	if i < len(s.data) && (s.data[i] == 'e' || s.data[i] == 'E') {
		if i++; i < len(s.data) && (s.data[i] == '+' || s.data[i] == '-') {
			i++
		}
		if !digits() {
			return nil, s.numberEnd(i)
		}
	}
	if i >= len(s.data) { // more digits may follow
		return nil, s.ended()
	}
	s.pos = i
	return s.data[from:i], true
}

func (s *jsonScan) numberEnd(i int) bool {
	if i >= len(s.data) {
		return s.ended()
	}
	return s.fail(i, "a digit is expected here")
}

func (s *jsonScan) int() (int, bool) {
	if s.null() {
		return 0, true
	}
	at := s.pos
	if c := s.peek(); c != '-' && (c < '0' || c > '9') && s.pos < len(s.data) {
		return 0, s.fail(s.pos, "a whole number is expected here")
	}
	b, ok := s.number()
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(string(b))
	if err != nil {
		return 0, s.fail(at, "a whole number is expected here")
	}
	return n, true
}
