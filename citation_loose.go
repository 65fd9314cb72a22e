package banfa

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxCitation is the length in bytes above which a text is not looked at: no citation is that long.
const maxCitation = 256

// The forms in which people write citations, as they stand after normalise. A group's first letter says what it is:
// article, sub-article, paragraph, item.
var (
	chineseForm = citationForm(`[第笫]?(?P<a>#)(?:[条條]之(?P<s1>#)|之(?P<s2>#)[条條]|[条條])` +
		`(?:[第笫]?\(?(?P<p>#)\)?款)?(?:[第笫]?\(?(?P<i1>#)\)?[项項]|[第笫]?\((?P<i2>#)\))?`)
	shortForm = citationForm(`(?P<a>[0-9]+)(?:-(?P<s1>[0-9]+))?(?:[Pp](?P<p>[0-9]+))?(?:\((?P<i1>#)\))?`)

	englishForm = citationForm(`(?i:article|art)\.?(?P<a>[0-9]+)(?:-(?P<s1>[0-9]+))?,?` +
		`(?:(?i:paragraph|para|p)\.?\(?(?P<p>[0-9]+)\)?,?)?(?:(?i:item|point)\.?\(?(?P<i1>[0-9]+)\)?|\((?P<i2>[0-9]+)\))?`)

	instrumentID    = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)
	instrumentApart = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_-]{0,63})(?:\s*:\s*|\s+)(.+)$`)
	instrumentStuck = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_-]{0,63})([第笫].+)$`)
)

func citationForm(pattern string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(pattern, "#", looseClass+"+") + "$")
}

// citationReading is what could be made of a text: the form it is in (nil where it is in none) and the citation,
// or what is wrong with its numbers.
type citationReading struct {
	form       *regexp.Regexp
	body       string // what was read, normalised, without the instrument's id
	citation   Citation
	badNumeral bool // a number that cannot be read
	outOfRange bool // a number that is none of 1 to 9999
	oddNumeral bool // a number that is not spelled as laws spell it
}

// sure reports whether the text can only mean the reading's citation.
func (r citationReading) sure() bool { return r.form != nil && !r.badNumeral && !r.outOfRange }

// readCitation reads a citation in any usual spelling.
func readCitation(s string) citationReading {
	if len(s) > maxCitation || !utf8.ValidString(s) {
		return citationReading{}
	}
	text := normalise(s)
	if r := readPlace(text); r.form != nil {
		return r
	}
	m := instrumentApart.FindStringSubmatch(text)
	if m == nil {
		m = instrumentStuck.FindStringSubmatch(text)
	}
	if m == nil {
		return citationReading{}
	}
	r := readPlace(m[2])
	r.citation.Instrument = strings.ToLower(m[1])
	return r
}

var otherBrackets = strings.NewReplacer("[", "(", "]", ")", "【", "(", "】", ")", "〔", "(", "〕", ")")

// normalise brings the variants of one character together: full-width and half-width, circled and bracketed
// numbers, the kinds of brackets.
func normalise(s string) string {
	return strings.TrimSpace(otherBrackets.Replace(norm.NFKC.String(s)))
}

func readPlace(text string) citationReading {
	text = stripSpace(text)
	for _, form := range []*regexp.Regexp{chineseForm, shortForm, englishForm} {
		if m := form.FindStringSubmatch(text); m != nil {
			r := citationReading{form: form, body: text}
			for i, name := range form.SubexpNames() {
				if name != "" && m[i] != "" {
					r.number(name[0], m[i])
				}
			}
			return r
		}
	}
	return citationReading{}
}

func (r *citationReading) number(what byte, s string) {
	n, ok := readNumeral(s)
	switch {
	case !ok:
		r.badNumeral = true
	case n < 1 || n > maxNumeral:
		r.outOfRange = true
	case numeral(n) != s:
		r.oddNumeral = true
	}
	switch what {
	case 'a':
		r.citation.Article = n
	case 's':
		r.citation.ArticleSub = n
	case 'p':
		r.citation.Paragraph = n
	case 'i':
		r.citation.Item = n
	}
}

func stripSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}

// defect returns the message key that says why s, which was read as r, is not in the canonical form. Of several
// defects it names the one that explains most; the suggestion mends them all.
func (r citationReading) defect(s string) string {
	right := r.citation.String()
	prefix := ""
	if r.citation.Instrument != "" {
		prefix = r.citation.Instrument + " "
	}
	switch {
	case r.form == nil && strings.ContainsAny(s, "、，,；;和及与與至~～"):
		return "law.citation-several"
	case r.form == nil:
		return "law.citation-form"
	case r.badNumeral:
		return "law.citation-numeral"
	case r.outOfRange:
		return "law.citation-range"
	case r.form == shortForm:
		return "law.citation-short"
	case r.form == englishForm:
		return "law.citation-english"
	case strings.ContainsAny(r.body, "條項笫"):
		return "law.citation-characters"
	case strings.ContainsAny(r.body, "0123456789"):
		return "law.citation-digits"
	case stripSpace(s) == stripSpace(right):
		return "law.citation-space"
	case !strings.HasPrefix(s, prefix):
		return "law.citation-instrument"
	case r.citation.Item != 0 && (!strings.Contains(s, "（") || !strings.Contains(s, "）")):
		return "law.citation-brackets"
	case strings.Count(s, "第") < strings.Count(right, "第"):
		return "law.citation-no-ordinal"
	case r.oddNumeral:
		return "law.citation-numeral"
	default:
		return "law.citation-form"
	}
}
