package banfa

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// Citation names a place in a law: an article, and within it a paragraph (款), an item (项) or both. The form is that
// of the State Council's drafting practice (条, 款, 项), and of every rule file:
//
//	第四十二条               Article 42
//	第十五条第二款            Article 15, second paragraph
//	第十二条第（三）项          Article 12, item (3); the article has one paragraph
//	第四十三条第一款第（三）项    Article 43, first paragraph, item (3)
//	第一百二十条之一           Article 120-1, inserted after Article 120
//	civil-code 第二百零一条第一款   of another instrument, whose id stands in front
//
// A paragraph is not named where the article has only one. Citations compare with ==, and marshal to text and JSON
// in this form. The zero Citation cites nothing and marshals as the empty text.
type Citation struct {
	Instrument string // id of the instrument; empty for the one the file belongs to
	Article    int    // 1 to 9999
	ArticleSub int    // N of an article inserted later, 条之N; 0 where the article is an original one
	Paragraph  int    // 0 where none is named
	Item       int    // 0 where none is named
}

// CitationError is what ParseCitation returns for a text that is not a citation in its canonical form.
type CitationError struct {
	Text       string // as written
	Key        string // message key: which rule of the form is broken
	Suggestion string // the right spelling; empty where it would be a guess between several readings
}

// Error returns what is wrong and the right spelling, in English.
func (e *CitationError) Error() string {
	text := "banfa: " + message.Text(message.English, e.Key, e.Text)
	if e.Suggestion != "" {
		text += "; " + message.Text(message.English, "hint.write-as", e.Suggestion)
	}
	return text
}

// ParseCitation reads a citation in exactly the form that String prints. For any other text it returns a
// *CitationError, with the right spelling where the text can only mean one place: from Arabic numerals, half-width
// brackets, a missing 第, spaces, traditional characters, the short form 12(3) and "Article 12(3)".
//
// Whether the place exists is for Instrument.Check to say.
func ParseCitation(s string) (Citation, error) {
	r := readCitation(s)
	switch {
	case r.sure() && r.citation.String() == s:
		return r.citation, nil
	case r.sure():
		return Citation{}, &CitationError{Text: s, Key: r.defect(s), Suggestion: r.citation.String()}
	default:
		return Citation{}, &CitationError{Text: s, Key: r.defect(s)}
	}
}

// IsZero reports whether c cites nothing.
func (c Citation) IsZero() bool { return c == Citation{} }

// String writes c in the canonical form, which ParseCitation reads back. The zero Citation is the empty text.
func (c Citation) String() string {
	if c.IsZero() {
		return ""
	}
	var b strings.Builder
	if c.Instrument != "" {
		b.WriteString(c.Instrument)
		b.WriteByte(' ')
	}
	b.WriteString("第" + numeral(c.Article) + "条")
	if c.ArticleSub != 0 {
		b.WriteString("之" + numeral(c.ArticleSub))
	}
	if c.Paragraph != 0 {
		b.WriteString("第" + numeral(c.Paragraph) + "款")
	}
	if c.Item != 0 {
		b.WriteString("第（" + numeral(c.Item) + "）项")
	}
	return b.String()
}

// Short writes c as reports do: 12(3), 15p2, 43p1(3), 120-1, civil-code:201p1.
func (c Citation) Short() string {
	if c.IsZero() {
		return ""
	}
	var b strings.Builder
	if c.Instrument != "" {
		b.WriteString(c.Instrument)
		b.WriteByte(':')
	}
	fmt.Fprintf(&b, "%d", c.Article)
	if c.ArticleSub != 0 {
		fmt.Fprintf(&b, "-%d", c.ArticleSub)
	}
	if c.Paragraph != 0 {
		fmt.Fprintf(&b, "p%d", c.Paragraph)
	}
	if c.Item != 0 {
		fmt.Fprintf(&b, "(%d)", c.Item)
	}
	return b.String()
}

// Compare orders citations as the law does: by instrument, article, paragraph, item; what names less comes first.
func (c Citation) Compare(d Citation) int {
	return cmp.Or(
		cmp.Compare(c.Instrument, d.Instrument),
		cmp.Compare(c.Article, d.Article),
		cmp.Compare(c.ArticleSub, d.ArticleSub),
		cmp.Compare(c.Paragraph, d.Paragraph),
		cmp.Compare(c.Item, d.Item),
	)
}

// MarshalText writes c in the canonical form; it fails for a Citation that ParseCitation could not have returned.
func (c Citation) MarshalText() ([]byte, error) {
	if !c.IsZero() && !c.valid() {
		return nil, errors.New("banfa: not a citation: " + message.Visible(c.Short()))
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads what MarshalText writes, and fails as ParseCitation does.
func (c *Citation) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = Citation{}
		return nil
	}
	parsed, err := ParseCitation(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// valid reports whether c is a citation that has a canonical form.
func (c Citation) valid() bool {
	within := func(n, least int) bool { return least <= n && n <= maxNumeral }
	return within(c.Article, 1) && within(c.ArticleSub, 0) && within(c.Paragraph, 0) && within(c.Item, 0) &&
		(c.Instrument == "" || instrumentID.MatchString(c.Instrument))
}
