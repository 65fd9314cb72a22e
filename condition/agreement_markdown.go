package condition

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/banfa-go/banfa"
)

// Markdown writes the agreement for a person to read (CommonMark). Every text is escaped: nothing in one makes a heading, a link, an image, a table or HTML.
func (a *Agreement) Markdown() []byte {
	var b strings.Builder
	for _, p := range a.paragraphs() {
		switch p.style {
		case styleTitle:
			b.WriteString("# ")
		case styleHeading:
			b.WriteString("## ")
		case styleClause:
			b.WriteString(p.number)
			b.WriteByte(' ')
		case styleNote:
			b.WriteString("> ")
		case styleBody:
		}
		b.WriteString(markdownText(p.text))
		b.WriteString("\n\n")
	}
	return []byte(strings.TrimRight(b.String(), "\n") + "\n")
}

// docStyle is how a paragraph of a document looks.
type docStyle uint8

const (
	styleBody docStyle = iota
	styleTitle
	styleHeading
	styleClause
	styleNote
)

// docParagraph is one of a document, before it is written in a format. Its text is one line, with nothing that does not show.
type docParagraph struct {
	style  docStyle
	number string // of a clause: 2.1
	text   string
	mark   string // of a clause: the name of its bookmark, where a format has such
}

// paragraphs lays the agreement out, the same for every format.
func (a *Agreement) paragraphs() []docParagraph {
	say := func(key string, args ...string) string { return agreementText(a.Lang, key, args...) }
	var out []docParagraph
	add := func(style docStyle, number, text string) {
		out = append(out, docParagraph{style: style, number: number, text: agreementLine(text)})
	}
	field := func(name, text string) { add(styleBody, "", name+say("word.colon")+text) }

	add(styleTitle, "", agreementOr(a.Title, say("title")))
	add(styleNote, "", say("draft"))
	if d := a.Decision; d != nil && d.Status == "draft" {
		add(styleNote, "", say("rests-on-draft"))
	}
	for _, side := range []struct {
		name  string
		party *Party
	}{{"field.provider", &a.Provider}, {"field.user", &a.User}} {
		field(say(side.name), side.party.Name)
		if side.party.Code != "" {
			field(say("field.code"), side.party.Code)
		}
		field(say("field.contact"), side.party.Contact)
	}
	field(say("field.datasets"), strings.Join(a.Datasets, say("word.comma")))
	field(say("field.scenario"), a.Scenario)
	field(say("field.usage"), a.Usage.Label)
	field(say("field.period"), say("field.from")+" "+a.Period.From+" "+say("field.until")+" "+a.Period.Until)
	for i, t := range a.Terms {
		n := strconv.Itoa(i + 1)
		title := t.ID.label(a.Lang)
		add(styleHeading, "", n+". "+title+say("word.basis", agreementCite(a.Lang, t.ID.Basis())))
		for j, c := range t.Clauses {
			text := c.Text
			if c.Basis != "" && c.Basis != t.ID.Basis() {
				text += say("word.basis", agreementCite(a.Lang, c.Basis))
			}
			add(styleClause, n+"."+strconv.Itoa(j+1), text)
			if slices.Contains(Terms(), t.ID) && slices.Contains(t.ID.Parts(), c.Part) {
				out[len(out)-1].mark = docxClauseMark(t.ID, c.Part, j)
			}
		}
	}
	add(styleHeading, "", say("field.sign"))
	add(styleBody, "", say("sign.provider"))
	add(styleBody, "", say("sign.user"))
	if d := a.Decision; d != nil {
		add(styleNote, "", say("field.decision")+say("word.colon")+strings.Join([]string{d.Ruleset, d.Digest, d.FactsDigest, d.At}, " "))
	}
	return out
}

// agreementCite writes citations as the law does, or short in a document that is not in Chinese. What is no citation stays as it is.
func agreementCite(lang, basis string) string {
	if lang == "zh" {
		return basis
	}
	parts := strings.Split(basis, "、")
	for i, part := range parts {
		c, err := banfa.ParseCitation(part)
		if err != nil {
			return basis
		}
		parts[i] = c.Short()
	}
	return agreementText(lang, "word.article", strings.Join(parts, ", "))
}

// markdownText escapes a line for CommonMark and its common extensions, wherever in a block it stands.
func markdownText(s string) string {
	var b strings.Builder
	start := true // of the line: where a list, a heading or a rule could begin
	digits := false
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case strings.ContainsRune("\\`*_[]<>&|~#!$^{}", r),
			start && strings.ContainsRune("-+=:", r),
			digits && strings.ContainsRune(".)", r),
			r == ':' && i+1 < len(runes) && runes[i+1] == '/', // a bare address would become a link
			r == '@',
			r == '.' && i >= 3 && strings.EqualFold(string(runes[i-3:i]), "www"):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		digits = unicode.IsDigit(r) && (start || digits)
		start = false
	}
	return b.String()
}

func agreementOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
