package ident

import (
	"net/netip"
	"strings"
)

// ip4 looks for four numbers with points between them from word i on, and not a fifth on either side.
func (f *search) ip4(i int) {
	words := f.k.words
	if i+3 >= len(words) || !words[i].numeric || (words[i].gap == '.' && i > 0) {
		return
	}
	for j := i; j < i+4; j++ {
		w := words[j]
		if !w.numeric || w.b-w.a > 3 || (j > i && w.gap != '.') {
			return
		}
	}
	if i+4 < len(words) && words[i+4].gap == '.' && words[i+4].numeric {
		return
	}
	start, end := f.k.span(words[i].a, words[i+3].b)
	var b strings.Builder
	for j := i; j < i+4; j++ {
		if j > i {
			b.WriteByte('.')
		}
		b.Write(f.k.text[words[j].a:words[j].b])
	}
	if c, _ := before(f.s, start); c == '.' {
		return
	}
	if addr, err := netip.ParseAddr(b.String()); err == nil {
		f.addAt(IP, start, end, addr.String())
	}
}

// ip6 looks at the longest run of hexadecimal digits, colons and points around the colon at i.
func (f *search) ip6(i int) {
	if i < f.network {
		return
	}
	s := f.s
	start, end := i, i
	for start > 0 && ip6Byte(s[start-1]) {
		start--
	}
	for end < len(s) && ip6Byte(s[end]) {
		end++
	}
	f.network = end
	for end > start && s[end-1] == '.' {
		end--
	}
	if end-start < 4 || end-start > 45 || strings.Count(s[start:end], ":") < 2 {
		return
	}
	if c, _ := before(s, start); isAlnum(c) {
		return
	}
	if end < len(s) {
		if c, _ := fold(s, end); isAlnum(c) {
			return
		}
	}
	if addr, err := netip.ParseAddr(s[start:end]); err == nil {
		f.addAt(IP, start, end, addr.String())
	}
}

func ip6Byte(c byte) bool {
	return c == ':' || c == '.' || isDigit(c) || (c|0x20)-'a' <= 5
}

// mac looks for six groups of two hexadecimal digits whose first separator is at i.
func (f *search) mac(i int) bool {
	s := f.s
	start := i - 2
	if start < 0 || start+17 > len(s) {
		return false
	}
	for j := range 17 {
		c := s[start+j]
		if j%3 == 2 {
			if c != s[i] {
				return false
			}
		} else if c >= 0x80 || (!isDigit(c) && (c|0x20)-'a' > 5) {
			return false
		}
	}
	if c, _ := before(s, start); isAlnum(c) || c == s[i] {
		return false
	}
	if end := start + 17; end < len(s) {
		if c, _ := fold(s, end); isAlnum(c) || c == s[i] {
			return false
		}
	}
	f.addAt(MAC, start, start+17, strings.ToUpper(strings.ReplaceAll(s[start:start+17], "-", ":")))
	f.network = start + 17
	return true
}

// email looks for an address around the @ at i.
func (f *search) email(i int) {
	s := f.s
	start, end := i, i+1
	for start > 0 && i-start < 64 && localByte(s[start-1]) {
		start--
	}
	for start < i && s[start] == '.' {
		start++
	}
	for end < len(s) && end-i < 255 && domainByte(s[end]) {
		end++
	}
	for end > i+1 && (s[end-1] == '.' || s[end-1] == '-') {
		end--
	}
	if start == i || !domain(s[i+1:end]) || s[i-1] == '.' || strings.Contains(s[start:i], "..") {
		return
	}
	f.addAt(Email, start, end, strings.ToLower(s[start:end]))
}

func localByte(c byte) bool {
	return isDigit(c) || (c|0x20)-'a' <= 25 || strings.IndexByte("._%+-", c) >= 0
}

func domainByte(c byte) bool {
	return isDigit(c) || (c|0x20)-'a' <= 25 || c == '.' || c == '-'
}

// domain tells whether d is labels with points between them, of which the last is letters.
func domain(d string) bool {
	dot := strings.LastIndexByte(d, '.')
	if dot < 1 || len(d)-dot < 3 {
		return false
	}
	for _, label := range strings.Split(d[:dot], ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	for _, c := range []byte(d[dot+1:]) {
		if (c|0x20)-'a' > 25 {
			return false
		}
	}
	return true
}
