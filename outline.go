package banfa

import (
	"iter"
	"strconv"

	"github.com/banfa-go/banfa/internal/message"
)

// Instrument is a law, regulation or rule that rule files cite: what it is and its outline. Its sentences are not
// part of it.
type Instrument struct {
	ID        string    `json:"id"` // what `instrument:` and citations call it
	Title     string    `json:"title"`
	Status    string    `json:"status"` // draft, in-force or repealed
	Issuer    string    `json:"issuer"`
	Published string    `json:"published"` // YYYY-MM-DD; empty where it is not known
	Articles  []Article `json:"articles"`  // in the order of the text
}

// Article is one article of an instrument's outline.
type Article struct {
	Number int    `json:"number"`        // from 1
	Sub    int    `json:"sub,omitempty"` // N of an article 条之N inserted later, 0 for an original one
	Title  string `json:"title"`

	// Paragraphs holds the number of items of each paragraph, in order: [4] is one paragraph with four items,
	// [0, 0] two paragraphs without. None at all reads as one paragraph without items.
	Paragraphs []int `json:"paragraphs"`

	// Computable is false where no rule is meant to follow from the article, and Why says for what reason.
	Computable bool   `json:"computable"`
	Why        string `json:"why,omitempty"`
}

// OutlineReason says in which way a citation does not fit an outline.
type OutlineReason uint8

// The ways in which a citation does not fit.
const (
	NoSuchArticle   OutlineReason = iota + 1
	NoSuchParagraph               // the article has fewer paragraphs
	NoSuchItem                    // the paragraph has fewer items, or none
	SingleParagraph               // the article has one paragraph, and is cited without it
	NeedsParagraph                // an item is cited in an article that has several paragraphs
)

// OutlineError is what Instrument.Check returns for a citation that does not fit the outline.
type OutlineError struct {
	Reason     OutlineReason
	Citation   Citation
	Instrument string   // title of the instrument
	Have       int      // how many there are: the last article's number, the paragraphs, or the items
	Suggestion Citation // the nearest citation that fits; zero where the outline is empty
}

// Phrase returns the finding as message key and arguments.
func (e *OutlineError) Phrase() Phrase {
	cited, have := e.Citation.String(), strconv.Itoa(e.Have)
	switch e.Reason {
	case NoSuchArticle:
		if e.Citation.Article > e.Have {
			return Phrase{"law.no-article", []string{cited, e.Instrument, have}}
		}
		return Phrase{"law.article-absent", []string{cited, e.Instrument}}
	case NoSuchParagraph:
		return Phrase{"law.no-paragraph", []string{cited, have}}
	case NoSuchItem:
		if e.Have == 0 {
			return Phrase{"law.no-items", []string{cited}}
		}
		return Phrase{"law.no-item", []string{cited, have}}
	case SingleParagraph:
		return Phrase{"law.single-paragraph", []string{cited}}
	default:
		return Phrase{"law.needs-paragraph", []string{cited, have}}
	}
}

// Error returns what is wrong and the nearest citation that fits, in English.
func (e *OutlineError) Error() string {
	text := "banfa: " + e.Phrase().Text(message.English)
	if !e.Suggestion.IsZero() {
		text += "; " + message.Text(message.English, "hint.did-you-mean", e.Suggestion.String())
	}
	return text
}

// Article returns the article of a number and sub-number (0 for an original article).
func (in *Instrument) Article(number, sub int) (Article, bool) {
	for i := range in.Articles {
		if in.Articles[i].Number == number && in.Articles[i].Sub == sub {
			return in.Articles[i], true
		}
	}
	return Article{}, false
}

// Check returns nil if the citation names a place of the outline in the right way, otherwise an *OutlineError. An
// article with one paragraph is cited without it, and an item of an article with several paragraphs with it; a whole
// article may always be cited. Which instrument the citation names is not looked at.
func (in *Instrument) Check(c Citation) error {
	fail := func(reason OutlineReason, have int, nearest Citation) error {
		nearest.Instrument = c.Instrument
		return &OutlineError{Reason: reason, Citation: c, Instrument: in.Title, Have: have, Suggestion: nearest}
	}
	a, ok := in.Article(c.Article, c.ArticleSub)
	if !ok {
		nearest, last := in.nearestArticle(c)
		return fail(NoSuchArticle, last, nearest)
	}
	paragraphs := a.paragraphs()
	switch {
	case c.Paragraph > 0 && len(paragraphs) == 1:
		if c.Paragraph > 1 {
			return fail(NoSuchParagraph, 1, a.nearest(c))
		}
		return fail(SingleParagraph, 1, a.nearest(c))
	case c.Paragraph > len(paragraphs):
		return fail(NoSuchParagraph, len(paragraphs), a.nearest(c))
	case c.Item > 0 && c.Paragraph == 0 && len(paragraphs) > 1:
		return fail(NeedsParagraph, len(paragraphs), a.nearest(c))
	}
	if items := paragraphs[max(c.Paragraph, 1)-1]; c.Item > items {
		return fail(NoSuchItem, items, a.nearest(c))
	}
	return nil
}

// Units iterates over the smallest places that can be cited, in the order of the text: items, paragraphs without
// items, and articles of one paragraph without items. Their Instrument is empty.
func (in *Instrument) Units() iter.Seq[Citation] {
	return func(yield func(Citation) bool) {
		for i := range in.Articles {
			for _, c := range in.Articles[i].units() {
				if !yield(c) {
					return
				}
			}
		}
	}
}

func (a *Article) paragraphs() []int {
	if len(a.Paragraphs) == 0 {
		return []int{0}
	}
	return a.Paragraphs
}

func (a *Article) units() []Citation {
	var units []Citation
	paragraphs := a.paragraphs()
	for p, items := range paragraphs {
		c := Citation{Article: a.Number, ArticleSub: a.Sub}
		if len(paragraphs) > 1 {
			c.Paragraph = p + 1
		}
		if items == 0 {
			units = append(units, c)
		}
		for item := range items {
			c.Item = item + 1
			units = append(units, c)
		}
	}
	return units
}

// nearest returns the place of the article that c most likely means. An article cited as a whole is not among the
// candidates, unless it has but one place.
func (a *Article) nearest(c Citation) Citation {
	paragraphs := a.paragraphs()
	near := Citation{Article: a.Number, ArticleSub: a.Sub}
	p := min(max(c.Paragraph, 1), len(paragraphs))
	if c.Item > 0 && c.Paragraph == 0 {
		p = a.paragraphWithItem(c.Item)
	}
	if len(paragraphs) > 1 {
		near.Paragraph = p
	}
	near.Item = min(c.Item, paragraphs[p-1])
	return near
}

// paragraphWithItem returns which paragraph an item cited without one belongs to: the first that has as many items,
// else the one with most. Where none has items at all, the number was meant as that of the paragraph, as in the
// English "Article 15(2)".
func (a *Article) paragraphWithItem(item int) int {
	paragraphs := a.paragraphs()
	best := 0
	for i, items := range paragraphs {
		if items >= item {
			return i + 1
		}
		if items > paragraphs[best] {
			best = i
		}
	}
	if paragraphs[best] == 0 {
		return min(item, len(paragraphs))
	}
	return best + 1
}

// nearestArticle returns the article whose number is closest to c's, cited as a whole, and the number of the last
// article.
func (in *Instrument) nearestArticle(c Citation) (nearest Citation, last int) {
	distance := -1
	for i := range in.Articles {
		a := &in.Articles[i]
		last = max(last, a.Number)
		d := max(a.Number-c.Article, c.Article-a.Number)*(maxNumeral+1) + max(a.Sub-c.ArticleSub, c.ArticleSub-a.Sub)
		if distance < 0 || d < distance {
			distance = d
			nearest = Citation{Article: a.Number, ArticleSub: a.Sub}
		}
	}
	return nearest, last
}
