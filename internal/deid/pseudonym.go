package deid

import (
	"cmp"
	"encoding/binary"
	"fmt"

	"github.com/banfa-go/banfa/internal/ident"
)

// Encoding is how a pseudonym is written.
type Encoding string

// The encodings.
const (
	// Hex has four bits a character: 0-9a-f.
	Hex Encoding = "hex"
	// Base32 has five: the digits and letters without I, L, O and U, upper case, which are easily misread (Crockford's).
	Base32 Encoding = "base32"
	// Letters has four: bcdfghjkmnpqrstv, the hexadecimal digits as consonants. No spreadsheet takes such a text for a number, no scan for a
	// telephone number, and it forms no words.
	Letters Encoding = "letters"
)

const (
	crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	hexDigits = "0123456789abcdef"
	consonant = "bcdfghjkmnpqrstv"

	pseudonymChars = 32 // of hex and letters by default, 128 bits; base32 has 26 for 130 bits
	leastBits      = 64
)

// PseudonymOptions say how a pseudonym is made.
type PseudonymOptions struct {
	Hash   Hash // SHA256 where empty
	Domain Domain
	Type   Type       // of the column; String where empty
	Kind   ident.Kind // where given, the value must be of this kind, and spellings of one identifier (full width, spaces, a lower-case x) have one pseudonym
	// Encoding is Hex where empty. Chars is the length, 32 (base32: 26) where 0, at most all 256 bits and at least 64.
	//
	// Among n values, two get the same pseudonym with a chance of at most n²/2^(bits+1): with 128 bits and 10⁹ values under 2·10⁻²¹, with 64 bits
	// and 10⁶ values 3·10⁻⁸.
	Encoding Encoding
	Chars    int
}

// Pseudonym replaces a value by HMAC of it under a key derived for the domain (ISO/IEC 20889 keyed pseudonyms; GB/T 37964-2019). The input of the MAC is
// one byte for the type and one for the kind's presence, then the length-prefixed kind and canonical text: neither 42 and "42" nor a telephone
// number and the same digits of another kind collide. The same value in the same domain under the same key always has the same pseudonym; who has no
// key can neither compute nor check one.
func Pseudonym(k Key, o PseudonymOptions) (Func, error) {
	n, err := newPseudonym(k, o)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, c Cell) ([]byte, error) {
		s := n.prf.get()
		defer n.prf.put(s)
		return n.append(dst, s, c.Text)
	}, nil
}

// pseudonym is what one column's pseudonyms have in common.
type pseudonym struct {
	enc  encoder
	prf  *prf
	head []byte // of each message: the type, and the kind with its length
	kind ident.Kind
	typ  Type
}

func newPseudonym(k Key, o PseudonymOptions) (*pseudonym, error) {
	enc, err := newEncoder(o.Encoding, o.Chars)
	if err != nil {
		return nil, err
	}
	if o.Type == "" {
		o.Type = String
	}
	tag := o.Type.tag()
	if tag == 0 {
		return nil, fmt.Errorf("deid: no type %q", string(o.Type))
	}
	if o.Kind != "" && o.Type != String {
		return nil, BadArgument("transform.kind-type", o.Kind, o.Type)
	}
	p, err := newPRF(k, "pseudonym", o.Hash, o.Domain)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint32([]byte{tag}, uint32(len(o.Kind)))
	return &pseudonym{enc, p, append(head, o.Kind...), o.Kind, o.Type}, nil
}

func (n *pseudonym) append(dst []byte, s *prfState, text []byte) ([]byte, error) {
	s.in = s.in[:0]
	if err := n.message(s, text); err != nil {
		return dst, err
	}
	return n.enc.append(dst, s.sum()), nil
}

// message appends what the pseudonym of a value is the MAC of to s.in.
func (n *pseudonym) message(s *prfState, text []byte) error {
	s.in = append(s.in, n.head...)
	at := len(s.in)
	s.in = append(s.in, 0, 0, 0, 0)
	if n.kind != "" {
		value, ok := ident.Canonical(n.kind, text)
		if !ok {
			return ErrInvalid
		}
		s.in = append(s.in, value...)
	} else {
		var err error
		if s.in, err = Canonical(s.in, n.typ, text); err != nil {
			return err
		}
	}
	size := len(s.in) - at - 4
	if size == 0 { // nothing is nobody's identifier
		return ErrInvalid
	}
	binary.BigEndian.PutUint32(s.in[at:], uint32(size))
	return nil
}

type encoder struct {
	alphabet string
	bits     int // a character
	chars    int
}

func newEncoder(e Encoding, chars int) (encoder, error) {
	enc := encoder{hexDigits, 4, pseudonymChars}
	switch e {
	case Hex, "":
	case Letters:
		enc.alphabet = consonant
	case Base32:
		enc = encoder{crockford, 5, 26}
	default:
		return enc, BadArgument("transform.no-encoding", e, Hex, Base32, Letters)
	}
	if chars != 0 {
		enc.chars = chars
	}
	if bits := enc.chars * enc.bits; bits < leastBits || bits > 256 {
		return enc, BadArgument("transform.pseudonym-bits", enc.chars, cmp.Or(e, Hex), bits, leastBits)
	}
	return enc, nil
}

func (e encoder) append(dst, sum []byte) []byte {
	if e.alphabet == hexDigits && e.chars%8 == 0 {
		for i := 0; i < e.chars/2; i += 4 {
			dst = binary.LittleEndian.AppendUint64(dst, hex8(binary.BigEndian.Uint32(sum[i:])))
		}
		return dst
	}
	acc, have := uint(0), 0
	i := 0
	for range e.chars {
		if have < e.bits {
			next := byte(0)
			if i < len(sum) {
				next = sum[i]
			}
			acc, have, i = acc<<8|uint(next), have+8, i+1
		}
		have -= e.bits
		dst = append(dst, e.alphabet[acc>>have&(1<<e.bits-1)])
		acc &= 1<<have - 1
	}
	return dst
}

// hex8 is a number as eight hexadecimal digits, of which the first is the lowest byte.
func hex8(v uint32) uint64 {
	const lanes = 0x0101010101010101
	x := uint64(v>>16) | uint64(v)<<32 // halves, then bytes, then digits change places, so that each has a byte of its own
	x = x>>8&0x000000ff_000000ff | x<<16&0x00ff0000_00ff0000
	x = x>>4&0x000f000f_000f000f | x<<8&0x0f000f00_0f000f00
	letters := (x + 6*lanes) >> 4 & lanes
	return x + '0'*lanes + letters*('a'-'9'-1)
}
