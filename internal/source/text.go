package source

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// checkText reports the bytes and characters that no rule file may hold: those that are not text, that readers
// see as nothing, or that show the text in another order than it is read in. It returns false where lines and
// columns cannot be relied on, so that reading on would only report consequences.
func checkText(f *File, out *sink) bool {
	text := f.Text
	if isUTF16(text) {
		out.at(codeCharacter, "text.utf16", 0, 0)
		return false
	}
	if !f.valid {
		i := firstInvalid(text)
		out.at(codeCharacter, "text.invalid-utf8", i, i+1, fmt.Sprintf("0x%02X", text[i]))
		return false
	}
	usable := true
	previous := rune('\n')
	for i := 0; i < len(text) && !out.full; {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		key, fatal := misleading(r, previous, text[i+size:])
		if i == 0 && r == '\ufeff' {
			key, fatal = "", false
		}
		previous = r
		if key == "" {
			i += size
			continue
		}
		// One report for a run of the same character.
		end := i + size
		for bytes.HasPrefix(text[end:], text[i:i+size]) {
			end += size
		}
		p := out.at(codeCharacter, key, i, end, fmt.Sprintf("U+%04X", r))
		switch {
		case key == "text.carriage-return":
			p.fix(f, i, end, "\n")
		case key != "text.replacement":
			p.fix(f, i, end, "")
		}
		usable = usable && !fatal
		i = end
	}
	return usable
}

// misleading names the message for a rune that may not stand in a rule file, or "". Fatal are those that the YAML
// library refuses or takes for a line break.
func misleading(r, previous rune, rest []byte) (key string, fatal bool) {
	switch {
	case r >= 0x20 && r < 0x7f || r == '\n' || r == '\t':
		return "", false
	case r == '\r':
		if len(rest) > 0 && rest[0] == '\n' {
			return "", false
		}
		return "text.carriage-return", true
	case r < 0x20:
		return "text.control", true
	case r == 0x85 || r == 0x2028 || r == 0x2029:
		return "text.line-separator", true
	case r < 0xa0:
		return "text.control", false
	case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return "text.bidi", false
	case r == 0xfeff:
		return "text.invisible", true
	case r == 0x200d && previous < utf8.RuneSelf:
		// A joiner makes one emoji of several, but behind a letter it is only invisible.
		return "text.invisible", false
	case invisible(r):
		return "text.invisible", false
	case r == utf8.RuneError:
		return "text.replacement", false
	case r == 0xfffe, r == 0xffff:
		return "text.control", true
	}
	return "", false
}

// invisible reports the runes that are shown as nothing at all and are no part of ordinary writing.
func invisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x115f, r == 0x1160, r == 0x180e, r == 0x200b, r == 0x200c, r >= 0x2060 && r <= 0x2064,
		r == 0x3164, r == 0xffa0, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// isUTF16 recognizes UTF-16 by its byte order mark or by the zero bytes of the ASCII letters a rule file begins with.
func isUTF16(text []byte) bool {
	if len(text) >= 2 && (text[0] == 0xfe && text[1] == 0xff || text[0] == 0xff && text[1] == 0xfe) {
		return true
	}
	if len(text) < 4 {
		return false
	}
	return text[0] == 0 && text[1] != 0 && text[2] == 0 && text[3] != 0 ||
		text[0] != 0 && text[1] == 0 && text[2] != 0 && text[3] == 0
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return len(text) - 1
}
