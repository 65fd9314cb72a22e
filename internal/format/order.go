package format

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/banfa-go/banfa/internal/grammar"
	"github.com/banfa-go/banfa/internal/source"
)

// Reorder says that the keys of a map were put in another order.
type Reorder struct {
	At   source.Position // of the map's first key in the source
	Path string          // to the map, such as rules[3]; empty for the file itself
	Keys []string        // in their new order
}

// order puts the keys of the file itself, and of everything that has an id (rules, cases, deadlines and the like), in the
// grammar's order. The order within facts, metadata and the like is their author's. A map with a key that the grammar does not
// have stays as it is: where such a key belongs nobody knows.
func order(b *block, g *grammar.Node, path string) []Reorder {
	if b == nil || g == nil {
		return nil
	}
	var out []Reorder
	switch {
	case b.list:
		if g.Type != grammar.List {
			return nil
		}
		for i, e := range b.entries {
			out = append(out, order(e.block, g.Elem, fmt.Sprintf("%s[%d]", path, i))...)
		}
		return out
	case g.Type == grammar.Dict:
		for _, e := range b.entries {
			out = append(out, order(e.block, g.Elem, join(path, e.name))...)
		}
		return out
	case g.Type != grammar.Map && g.Type != grammar.Either:
		return nil
	}
	if _, hasID := g.Key("id"); hasID || path == "" {
		if r, changed := b.reorder(g, path); changed {
			out = append(out, r)
		}
	}
	for _, e := range b.entries {
		if k, ok := g.Key(e.name); ok {
			out = append(out, order(e.block, k.Node, join(path, e.name))...)
		}
	}
	return out
}

func (b *block) reorder(g *grammar.Node, path string) (Reorder, bool) {
	rank := map[string]int{}
	for i, name := range g.Names() {
		rank[name] = i
	}
	for _, e := range b.entries {
		if _, ok := rank[e.name]; !ok {
			return Reorder{}, false
		}
	}
	byRank := func(x, y *entry) int { return cmp.Compare(rank[x.name], rank[y.name]) }
	if slices.IsSortedFunc(b.entries, byRank) {
		return Reorder{}, false
	}
	r := Reorder{At: b.entries[0].at, Path: path}
	slices.SortStableFunc(b.entries, byRank)
	for _, e := range b.entries {
		r.Keys = append(r.Keys, e.name)
	}
	return r, true
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
