package platform

import (
	"iter"
	"strings"
	"unicode"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
)

// Matching iterates over all open entries that a query finds, by their numbers, and returns the digest of the open catalog; empty before the first.
func (p *Platform) Matching(q Query) (entries iter.Seq[catalog.Entry], digest string) {
	c := p.Catalog()
	if c == nil {
		return func(func(catalog.Entry) bool) {}, ""
	}
	words := strings.FieldsFunc(foldText(q.Text), unicode.IsSpace)
	return func(yield func(catalog.Entry) bool) {
		for i := range c.Entries {
			if e := &c.Entries[i]; e.matches(&q, words) && !yield(e.Entry) {
				return
			}
		}
	}, c.Open.Blob
}

// Lifecycle is what the cases of a kind go through.
func (p *Platform) Lifecycle(kind string) (*condition.Lifecycle, error) {
	if l := p.lifecycles[kind]; l != nil {
		return l, nil
	}
	return nil, ErrNotFound
}
