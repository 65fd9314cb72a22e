// Package message is the catalogue of sentences: everything the library tells a person, in Chinese and in English.
//
// The checker never builds a sentence. It names a key and gives the arguments, and the view that prints them
// chooses the language. Templates stand in en.go and zh.go, titles of the diagnostic codes in title.go.
package message

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The languages of the catalogue.
const (
	Chinese = "zh"
	English = "en"
)

// maxArgument is the length in runes above which an argument is cut. Arguments are what somebody wrote in a file:
// a sentence that drags a whole document along no longer says anything.
const maxArgument = 400

// Text returns the sentence of a key in a language with its arguments put in for {0}, {1} and so on. A language
// other than "zh" reads as "en".
//
// Arguments are data: control and formatting characters in them are shown escaped, and what is too long is cut
// with an ellipsis. An unknown key and a missing argument show up in the text, so that a mistake of ours is seen
// and never hides the finding itself.
func Text(lang, key string, args ...string) string {
	template, ok := text(lang, key)
	if !ok {
		return unknown(key, args)
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(template, '{')
		if open < 0 {
			break
		}
		n, width := placeholder(template[open:])
		switch {
		case width == 0: // a brace that is only a brace
			width = 1
			b.WriteString(template[:open+width])
		case n < len(args):
			b.WriteString(template[:open])
			b.WriteString(Visible(cut(args[n])))
		default:
			b.WriteString(template[:open+width])
		}
		template = template[open+width:]
	}
	b.WriteString(template)
	return b.String()
}

// Has reports whether the catalogue has a sentence under key.
func Has(key string) bool {
	_, ok := text(English, key)
	return ok
}

func unknown(key string, args []string) string {
	shown := make([]string, 0, len(args)+1)
	shown = append(shown, Visible(cut(key)))
	for _, a := range args {
		shown = append(shown, Visible(cut(a)))
	}
	return "[" + strings.Join(shown, " | ") + "]"
}

// placeholder reads {N} at the start of s, one digit, and returns N and its width; width 0 means there is none.
func placeholder(s string) (n, width int) {
	if len(s) < 3 || s[1] < '0' || s[1] > '9' || s[2] != '}' {
		return 0, 0
	}
	return int(s[1] - '0'), 3
}

func cut(s string) string {
	n := 0
	for i := range s {
		if n == maxArgument {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// Visible returns s with every character that would act on a terminal or reorder the text around it written as a
// Go escape: controls, formatting characters (bidirectional marks, zero-width joiners, the byte order mark), line
// and paragraph separators, and bytes that are not UTF-8.
func Visible(s string) string {
	if !strings.ContainsFunc(s, acts) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case !acts(r):
			b.WriteRune(r)
		case r == utf8.RuneError:
			_, size := utf8.DecodeRuneInString(s[i:])
			if size == 1 {
				b.WriteString(`\x` + strconv.FormatUint(uint64(s[i]), 16))
				continue
			}
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// acts reports whether r does something else than being seen. RuneError is among them because it may stand for a
// byte that is not UTF-8.
func acts(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
