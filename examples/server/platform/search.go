package platform

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/banfa-go/banfa/catalog"
)

// Listed is an open entry as the public sees it, with the text that it is found by.
type Listed struct {
	catalog.Entry
	name, text string
}

func list(e catalog.Entry) Listed {
	var b strings.Builder
	for _, s := range []string{e.Name, e.Summary, e.Unit, e.Theme, e.ID} {
		b.WriteString(s)
		b.WriteByte('\n')
	}
	for i := range e.Items {
		b.WriteString(e.Items[i].Name)
		b.WriteByte('\n')
	}
	return Listed{Entry: e, name: foldText(e.Name), text: foldText(b.String())}
}

// foldText makes texts alike that differ in width and case alone.
func foldText(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// Query asks for open entries. Empty fields do not restrict.
type Query struct {
	Text                                     string // words, all of which must be there
	Unit, Theme, OpenType, Frequency, Format string
	Offset, Limit                            int
}

// The limits of a query.
const (
	MaxQuery = 200 // runes
	MaxPage  = 100
	page     = 20
)

// Found is one page of a search.
type Found struct {
	Total   int                `json:"total"`
	Offset  int                `json:"offset"`
	Entries []catalog.Entry    `json:"entries"`
	Facets  map[string][]Count `json:"facets"` // over all that was found: unit, theme, open_type, update_frequency, format
	Digest  string             `json:"digest"` // of the open catalog, which answers the same until it changes
}

// Count is how many entries have a value.
type Count struct {
	Value string `json:"value"`
	N     int    `json:"n"`
}

// Search looks through the open catalog (Article 21). Entries whose names match stand first, then those updated last.
func (p *Platform) Search(q Query) Found {
	c := p.Catalog()
	out := Found{Entries: []catalog.Entry{}, Facets: map[string][]Count{}, Offset: max(q.Offset, 0)}
	if c == nil {
		return out
	}
	out.Digest = c.Open.Blob
	if r := []rune(q.Text); len(r) > MaxQuery {
		q.Text = string(r[:MaxQuery])
	}
	words := strings.FieldsFunc(foldText(q.Text), unicode.IsSpace)
	counts := map[string]map[string]int{"unit": {}, "theme": {}, "open_type": {}, "update_frequency": {}, "format": {}}
	type hit struct {
		at    int
		named bool
	}
	var hits []hit
	for i := range c.Entries {
		e := &c.Entries[i]
		if !e.matches(&q, words) {
			continue
		}
		hits = append(hits, hit{i, len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(e.name, w) })})
		counts["unit"][e.Unit]++
		counts["theme"][e.Theme]++
		counts["open_type"][string(e.OpenType)]++
		counts["update_frequency"][string(e.UpdateFrequency)]++
		for f := range strings.SplitSeq(e.Format, ",") {
			counts["format"][f]++
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		if a.named != b.named {
			return map[bool]int{true: -1, false: 1}[a.named]
		}
		return cmp.Or(c.Entries[b.at].UpdatedAt.Compare(c.Entries[a.at].UpdatedAt), compare(c.Entries[a.at].ID, c.Entries[b.at].ID))
	})
	out.Total = len(hits)
	limit := q.Limit
	if limit <= 0 || limit > MaxPage {
		limit = page
	}
	from := min(out.Offset, len(hits))
	for _, h := range hits[from:min(from+limit, len(hits))] {
		out.Entries = append(out.Entries, c.Entries[h.at].Entry)
	}
	for name, values := range counts {
		out.Facets[name] = facet(values)
	}
	return out
}

func (e *Listed) matches(q *Query, words []string) bool {
	for _, w := range words {
		if !strings.Contains(e.text, w) {
			return false
		}
	}
	return (q.Unit == "" || e.Unit == q.Unit) && (q.Theme == "" || e.Theme == q.Theme) && (q.OpenType == "" || string(e.OpenType) == q.OpenType) &&
		(q.Frequency == "" || string(e.UpdateFrequency) == q.Frequency) &&
		(q.Format == "" || slices.Contains(strings.Split(e.Format, ","), q.Format))
}

// facet lists values by how many have them.
func facet(values map[string]int) []Count {
	out := []Count{}
	for v, n := range values {
		if v != "" {
			out = append(out, Count{v, n})
		}
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), compare(a.Value, b.Value)) })
	return out
}

func compare(a, b string) int { return strings.Compare(a, b) }
