package source

import (
	"regexp"
	"strconv"
	"strings"
)

// ScalarType is the type of a plain scalar by the core schema of YAML 1.2.2 (10.3). Every other scalar is Str.
type ScalarType uint8

// The types of the core schema.
const (
	Str ScalarType = iota
	Int
	Float
	Bool
	Null
)

// role is what a plain scalar stands for; it decides which fix is likely.
type role uint8

const (
	roleValue role = iota // the value of a key
	roleItem              // an item of a list
	roleKey
)

var (
	coreInt   = regexp.MustCompile(`^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$`)
	coreFloat = regexp.MustCompile(`^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|` +
		`[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)

	// goodNumber is a number that every reader of YAML takes for the same one.
	goodNumber = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$`)
	// anyNumber is what YAML 1.1 (int, float), YAML 1.2 or a library takes for a number of some kind: other bases,
	// digits in groups, exponents, base 60.
	anyNumber = regexp.MustCompile(`^[-+]?(?:` +
		`0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|` +
		`\.?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|` +
		`[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|` +
		`\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
	// dateLike is a date, with or without a time, as some readers turn it into a timestamp.
	dateLike = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}.*)?$`)
)

// typeOf is the core schema's type of the text of a plain scalar.
func typeOf(s string) ScalarType {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return Null
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return Bool
	}
	if !numberStart(s[0]) {
		return Str
	}
	switch {
	case coreInt.MatchString(s):
		return Int
	case coreFloat.MatchString(s):
		return Float
	}
	return Str
}

func numberStart(c byte) bool { return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' }

// booleanWord is the truth value of a word that YAML 1.1 or 1.2 takes for one, in any case.
func booleanWord(s string) (value, ok bool) {
	if s == "" || len(s) > len("false") || strings.IndexByte("yYnNoOtTfF", s[0]) < 0 {
		return false, false
	}
	switch strings.ToLower(s) {
	case "y", "yes", "on", "true":
		return true, true
	case "n", "no", "off", "false":
		return false, true
	}
	return false, false
}

// checkPlain refuses plain text that readers of YAML take for different values, or that hides something.
func (x *lexer) checkPlain(t *token, r role) {
	text := string(x.file.Text[t.start:t.end])
	if x.checkWideSpaces(t, text) || r == roleKey && x.checkPlainKey(t, text) {
		t.broken = true
		return
	}
	if len(text) > maxLiteral {
		return
	}
	if value, ok := booleanWord(text); ok && (r == roleKey || text != "true" && text != "false") {
		word := strconv.Quote(text)
		if r == roleValue && len(text) > 1 {
			word = strconv.FormatBool(value)
		}
		key := "yaml.boolean-word"
		if r == roleKey {
			key = "yaml.boolean-key"
		}
		x.out.at(codeBoolean, key, t.start, t.end, text, word).fix(x.file, t.start, t.end, word)
		t.broken = true
		return
	}
	switch {
	case text == "Null" || text == "NULL":
		x.out.at(codeWrongShape, "yaml.null-word", t.start, t.end, text).fix(x.file, t.start, t.end, "null")
	case !numberStart(text[0]):
		return
	case dateLike.MatchString(text):
		x.out.at(codeDate, "yaml.date", t.start, t.end, text).fix(x.file, t.start, t.end, strconv.Quote(text))
	case anyNumber.MatchString(text) && !goodNumber.MatchString(text):
		plain, ok := plainDecimal(text)
		if !ok || r == roleKey {
			plain = strconv.Quote(text)
		}
		x.out.at(codeWrongShape, "yaml.ambiguous-number", t.start, t.end, text, plain).
			fix(x.file, t.start, t.end, plain)
	default:
		return
	}
	t.broken = true
}

// maxLiteral is longer than any word, date or number worth a look.
const maxLiteral = 128

// checkWideSpaces refuses full-width and no-break spaces at the ends of plain text, where they look like indentation
// or separation.
func (x *lexer) checkWideSpaces(t *token, text string) bool {
	if text[0] < 0x80 && text[len(text)-1] < 0x80 {
		return false
	}
	const wide = "\u3000\u00a0"
	lead := len(text) - len(strings.TrimLeft(text, wide))
	trail := len(text) - len(strings.TrimRight(text, wide))
	switch {
	case lead > 0 && lead < len(text):
		edit := ""
		if t.key {
			edit = strings.NewReplacer("\u3000", "  ", "\u00a0", " ").Replace(text[:lead])
		}
		x.out.at(codeSyntax, "yaml.wide-space", t.start, t.start+lead).fix(x.file, t.start, t.start+lead, edit)
	case trail > 0:
		x.out.at(codeSyntax, "yaml.wide-space", t.end-trail, t.end).fix(x.file, t.end-trail, t.end, "")
	default:
		return false
	}
	return true
}

// checkPlainKey refuses merge keys, null keys and keys that have swallowed a full-width colon.
func (x *lexer) checkPlainKey(t *token, text string) bool {
	switch text {
	case "<<":
		x.out.at(codeAnchor, "yaml.merge-key", t.start, t.end)
		return true
	case "~", "null", "Null", "NULL":
		x.out.at(codeWrongShape, "yaml.null-key", t.start, t.end).fix(x.file, t.start, t.end, strconv.Quote(text))
		return true
	}
	i := strings.Index(text, "：")
	if i <= 0 || strings.ContainsAny(text[:i], " \t") {
		return false
	}
	start, end := t.start+i, t.start+i+len("：")
	next := t.end - len(strings.TrimLeft(text[i+len("："):], " \t\u3000"))
	p := x.out.at(codeSyntax, "yaml.fullwidth-colon", start, end)
	if !t.flow {
		p.fix(x.file, start, next, ": ")
	}
	return true
}

// plainDecimal writes a number in the one way that every reader understands, where the author's meaning is plain.
// Digits behind a leading zero are more likely a code than a number, and colons a time: those are not.
func plainDecimal(s string) (string, bool) {
	digits := strings.ReplaceAll(strings.TrimPrefix(s, "+"), "_", "")
	negative := strings.HasPrefix(digits, "-")
	body := strings.TrimPrefix(digits, "-")
	if strings.ContainsAny(body, ":") || strings.HasPrefix(body, ".i") || strings.HasPrefix(body, ".I") ||
		strings.HasPrefix(body, ".n") || strings.HasPrefix(body, ".N") {
		return "", false
	}
	switch {
	case len(body) > 1 && body[0] == '0' && strings.ContainsAny(body[1:2], "xXoObB"):
		n, err := strconv.ParseUint(body, 0, 63)
		if err != nil {
			return "", false
		}
		body = strconv.FormatUint(n, 10)
	case strings.ContainsAny(body, "eE"):
		f, err := strconv.ParseFloat(body, 64)
		if err != nil || f >= 1e15 {
			return "", false
		}
		body = strconv.FormatFloat(f, 'f', -1, 64)
	default:
		if body[0] == '.' {
			body = "0" + body
		}
		body = strings.TrimSuffix(body, ".")
	}
	if negative {
		body = "-" + body
	}
	return body, goodNumber.MatchString(body) && body != "-0"
}
