package stream

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"golang.org/x/text/encoding"

	"github.com/banfa-go/banfa/internal/table"
)

// charset is an encoding other than UTF-8 that workers decode. In GB 18030 and Big5 no second byte of a character is a quote or a line end, so
// that chunks can be cut before they are decoded.
type charset struct {
	name    string
	decoder encoding.Encoding // nil: chunks are decoded already, and only what could not be is to be found
}

// replacement is U+FFFD in UTF-8, which decoders put where they cannot decode.
var (
	replacement   = []byte("\uFFFD")
	replacementGB = []byte{0x84, 0x31, 0xa4, 0x37} // the same in GB 18030, where the file really has it
)

// decode appends raw to dst in UTF-8, U+FFFD for what cannot be decoded.
func (s *charset) decode(dst, raw []byte) ([]byte, error) {
	if s.decoder == nil {
		return append(dst, raw...), nil
	}
	d := s.decoder.NewDecoder()
	for {
		if cap(dst)-len(dst) < utf8.UTFMax {
			dst = append(dst, make([]byte, len(raw)+len(raw)/2+64)...)[:len(dst)]
		}
		n, m, err := d.Transform(dst[len(dst):cap(dst)], raw, true)
		dst, raw = dst[:len(dst)+n], raw[m:]
		if err == nil {
			break
		}
		if n == 0 && m == 0 {
			if cap(dst)-len(dst) > 64 {
				return dst, err
			}
			dst = append(dst, make([]byte, 64+len(raw))...)[:len(dst)]
		}
	}
	return dst, nil
}

// lost is the place in text, decoded from raw, of the first character that could not be decoded; -1 where there is none.
func (s *charset) lost(text, raw []byte) int {
	first := bytes.Index(text, replacement)
	if first < 0 {
		return -1
	}
	if s.name == table.GB18030 && bytes.Count(text, replacement) == bytes.Count(raw, replacementGB) {
		return -1
	}
	return first
}

// text returns the chunk in UTF-8 and the place of the first byte that is not text, -1 where all of it is.
func (c *Chunk) text(b *Block) (text []byte, bad int, code Code, err error) {
	text = c.Raw
	bad, code = -1, BadEncoding
	if c.charset != nil {
		if b.text, err = c.charset.decode(b.text[:0], c.Raw); err != nil {
			return nil, 0, BadEncoding, err
		}
		text = b.text
		bad = c.charset.lost(text, c.Raw)
	} else if !validUTF8(text) {
		bad = invalidAt(text)
		if c.long && len(text)-bad < utf8.UTFMax { // cut within a character
			bad = -1
		}
	}
	if i := bytes.IndexByte(text, 0); i >= 0 && (bad < 0 || i < bad) {
		bad, code = i, NUL
	}
	return text, bad, code, nil
}

// validUTF8 is utf8.Valid, faster for long texts.
func validUTF8(text []byte) bool {
	const block = 32
	if len(text) < block || !hasBlocks {
		return validUTF8Words(text)
	}
	// The end is looked at again from where a character begins, which may be one that is cut off at the end of the last block.
	end := len(text) &^ (block - 1)
	if !validBlocks(&text[0], end/block) {
		return false
	}
	from := end
	for from > end-utf8.UTFMax && !utf8.RuneStart(text[from-1]) {
		from--
	}
	return utf8.Valid(text[from-1:])
}

// validUTF8Words is utf8.Valid, faster for Chinese: two characters of three bytes are looked at in one step.
func validUTF8Words(text []byte) bool {
	const (
		mask = 0xc0c0f0_c0c0f0
		want = 0x8080e0_8080e0
	)
	i := 0
	for i+8 <= len(text) {
		w := binary.LittleEndian.Uint64(text[i:])
		high := w &^ low7
		if high == 0 {
			i += 8
			continue
		}
		if n := bits.TrailingZeros64(high) >> 3; n > 0 {
			i += n
			continue
		}
		// E0 and ED are left to the slow way: not all that may follow other such bytes may follow them.
		if w&mask == want && plainLead(byte(w)) && plainLead(byte(w>>24)) {
			i += 6
			continue
		}
		_, n := utf8.DecodeRune(text[i:])
		if n == 1 {
			return false
		}
		i += n
	}
	return utf8.Valid(text[i:])
}

// plainLead reports whether a byte from E0 to EF begins a character whatever two bytes from 80 to BF follow.
func plainLead(c byte) bool { return c != 0xe0 && c != 0xed }

func invalidAt(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// place is the line and the character of a byte of a text that begins at a line.
func place(text []byte, at int, line int64) (int64, int) {
	before := text[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return line + int64(bytes.Count(before, newline)), utf8.RuneCount(before[start:]) + 1
}

var newline = []byte{'\n'}
