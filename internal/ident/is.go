package ident

import (
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxValue is the longest text in bytes that Is takes for one value. The longest identifier is an e-mail address.
const maxValue = 512

// Is reports whether s as a whole, but for white space around it, is an identifier of the kind.
func (d Detector) Is(kind Kind, s string) bool {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxValue || !utf8.ValidString(s) {
		return false
	}
	switch kind {
	case PersonName:
		return personName(s)
	case Address:
		return address(s)
	case IP:
		_, err := netip.ParseAddr(s)
		return err == nil
	case Permit:
		if v := compact(s); v != nil && taiwanPermit(v) {
			return true
		}
	}
	f := d.search(s, nil)
	f.run(next(s, 0))
	is := slices.ContainsFunc(f.found, func(m Match) bool { // among all candidates, not only the best
		return m.Kind == kind && m.Start == 0 && m.End == len(s)
	})
	f.release()
	return is
}

// compact folds s and drops separators; nil where it has anything else than letters and digits.
func compact(s string) []byte {
	v := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		c, n := fold(s, i)
		i += n
		switch {
		case isAlnum(c):
			v = append(v, c)
		case c != ' ' && c != '-':
			return nil
		}
	}
	return v
}
