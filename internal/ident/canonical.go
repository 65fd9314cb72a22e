package ident

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Canonical is the one spelling of text as an identifier of the kind (half-width, upper case, without separators; an e-mail address in lower case), and
// false where text as a whole, but for white space around it, is none. A credit code that is also a valid resident ID has both kinds. The result may share memory
// with text.
func (d Detector) Canonical(kind Kind, text []byte) ([]byte, bool) {
	if kind == Mobile && len(text) == 11 && mobile(text) { // nearly every cell of such a column
		return text, true
	}
	if kind == ResidentID && len(text) == 18 {
		if earliest, latest := d.births(); residentID(text, earliest, latest) {
			return text, true
		}
	}
	s := strings.TrimSpace(string(text))
	if s == "" || len(s) > maxValue || !utf8.ValidString(s) {
		return nil, false
	}
	switch kind {
	case PersonName:
		return canonicalName(s)
	case Address:
		s = strings.Map(narrow, s)
		return []byte(s), address(s)
	case IP:
		addr, err := netip.ParseAddr(s)
		return []byte(addr.String()), err == nil
	case Permit:
		if v := compact(s); v != nil && taiwanPermit(v) {
			return v, true
		}
	case Landline: // (0755) 88888888: the match begins behind the bracket
		s = strings.TrimLeft(s, "(（")
	}
	f := d.search(s, nil)
	f.run(next(s, 0))
	defer f.release()
	for _, m := range f.found {
		if m.Kind == kind && m.Start == 0 && m.End == len(s) {
			return []byte(m.Value), true
		}
	}
	return nil, false
}

// Canonical is the one spelling of text as an identifier of the kind, with the zero Detector.
func Canonical(kind Kind, text []byte) ([]byte, bool) { return Detector{}.Canonical(kind, text) }

// narrow makes full-width letters, digits and punctuation half-width, and drops white space.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == ' ', r == '\u3000', r == '\u00a0', r == '\t':
		return -1
	default:
		return r
	}
}

// canonicalName drops the white space with which two-character names are often set, and writes one dot for the three in use.
func canonicalName(s string) ([]byte, bool) {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u3000', '\u00a0':
			return -1
		case '•', '．', '・', '‧':
			return '·'
		default:
			return r
		}
	}, s)
	return []byte(s), personName(s)
}

// SurnameLen is the length in bytes of the surname of a canonical name: of two characters where it is a compound one and more follows, else the first
// character. Names with dots have none: 0.
func SurnameLen(name string) int {
	if strings.Contains(name, "·") {
		return 0
	}
	_, a := utf8.DecodeRuneInString(name)
	_, b := utf8.DecodeRuneInString(name[a:])
	if a+b < len(name) && b > 0 && strings.Contains(compound, " "+name[:a+b]+" ") {
		return a + b
	}
	return a
}
