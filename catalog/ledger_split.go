package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// ledgerParts are the open entries that disappeared into several new ones, or several of them into one. What is not clearly so stays a
// deletion: only entries of one unit count, of one system where both name it, and most of their items must be the same.
type ledgerParts struct {
	split  map[*Entry][]*Entry
	merged map[*Entry]*Entry
}

// ledgerCut finds the parts.
type ledgerCut struct {
	open  map[*Entry]map[string]bool // of the new open entries: the items that go out
	at    map[string][]*Entry        // unit and item → new open entries
	named map[string]*Entry          // unit and name → new entry
	gone  map[string]bool            // unit and name of what disappeared
	used  map[*Entry]bool            // pieces of a split
}

func ledgerKey(e *Entry) string { return e.Unit + "\x00" + hantFold(e.Name, "") }

func ledgerOpenItems(e *Entry) map[string]bool {
	m := map[string]bool{}
	for i := range e.Items {
		if name := hantFold(e.Items[i].Name, ""); name != "" && deriveItemOpen(e.OpenType, e.Items[i].OpenType) {
			m[name] = true
		}
	}
	return m
}

func newLedgerParts(gone, fresh []*Entry) *ledgerParts {
	out := &ledgerParts{map[*Entry][]*Entry{}, map[*Entry]*Entry{}}
	c := &ledgerCut{map[*Entry]map[string]bool{}, map[string][]*Entry{}, map[string]*Entry{}, map[string]bool{}, map[*Entry]bool{}}
	for _, n := range fresh {
		if k := ledgerKey(n); c.named[k] == nil {
			c.named[k] = n
		}
		if !n.OpenType.Open() || n.Unit == "" {
			continue
		}
		c.open[n] = ledgerOpenItems(n)
		for item := range c.open[n] {
			k := n.Unit + "\x00" + item
			c.at[k] = append(c.at[k], n)
		}
	}
	for _, o := range gone {
		c.gone[ledgerKey(o)] = true
	}
	into := map[*Entry][]*Entry{}
	for _, o := range gone {
		if !o.OpenType.Open() || o.Unit == "" {
			continue
		}
		pieces := c.pieces(o)
		switch len(pieces) {
		case 0:
		case 1:
			into[pieces[0]] = append(into[pieces[0]], o)
		default:
			out.split[o] = pieces
			for _, n := range pieces {
				c.used[n] = true
			}
		}
	}
	for n, olds := range into {
		all := map[string]bool{}
		for _, o := range olds {
			for item := range ledgerOpenItems(o) {
				all[item] = true
			}
		}
		if len(olds) < 2 || c.used[n] || ledgerJaccard(all, c.open[n]) < ledgerAlike {
			continue
		}
		for _, o := range olds {
			out.merged[o] = n
		}
	}
	return out
}

// pieces are the new entries that an old one can have gone into: the one that has its items, or those that have them together.
func (c *ledgerCut) pieces(o *Entry) []*Entry {
	mine, own := ledgerOpenItems(o), c.named[ledgerKey(o)]
	if len(mine) == 0 {
		return nil
	}
	if own != nil && ledgerCommon(mine, c.open[own]) == len(mine) {
		return []*Entry{own}
	}
	hits := map[*Entry]int{}
	for item := range mine {
		for _, n := range c.at[o.Unit+"\x00"+item] {
			alike := o.System == "" || n.System == "" || hantFold(o.System, "") == hantFold(n.System, "")
			if alike && !c.used[n] && (n == own || !c.gone[ledgerKey(n)]) {
				hits[n]++
			}
		}
	}
	var near []*Entry
	for n := range hits {
		near = append(near, n)
	}
	slices.SortFunc(near, func(a, b *Entry) int { return cmp.Or(cmp.Compare(hits[b], hits[a]), cmp.Compare(a.ID, b.ID)) })
	left, union := ledgerOpenItems(o), map[string]bool{}
	var pieces []*Entry
	for {
		best, most := (*Entry)(nil), 0
		for _, n := range near {
			if hits[n] <= most {
				break // those behind have no more than that
			}
			if k := ledgerCommon(left, c.open[n]); k > most {
				best, most = n, k
			}
		}
		if best == nil {
			break
		}
		pieces = append(pieces, best)
		for item := range c.open[best] {
			delete(left, item)
			union[item] = true
		}
	}
	switch kept := float64(len(mine)-len(left)) / float64(len(mine)); {
	case len(pieces) == 0 || kept < ledgerAlike || own != nil && !slices.Contains(pieces, own):
		return nil
	case len(pieces) > 1 && ledgerJaccard(mine, union) < ledgerAlike:
		return nil
	}
	return pieces
}

func ledgerCommon(a, b map[string]bool) (n int) {
	for item := range a {
		if b[item] {
			n++
		}
	}
	return n
}

func ledgerJaccard(a, b map[string]bool) float64 {
	both := ledgerCommon(a, b)
	if both == 0 {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// cut lists a split, what no piece has, and what each piece gives less of.
func (l *ledger) cut(o *Entry, pieces []*Entry) {
	ids, all := make([]string, len(pieces)), Entry{Unit: o.Unit, OpenType: Conditional}
	for i, n := range pieces {
		ids[i] = n.ID
		for _, it := range n.Items {
			if !deriveItemOpen(n.OpenType, it.OpenType) {
				it.OpenType = Closed
			}
			all.Items = append(all.Items, it)
		}
	}
	c := LedgerChange{Kind: LedgerSplit, Entry: o.ID, NewID: strings.Join(ids, ", "), Unit: o.Unit, Evidence: "unit and items"}
	l.add(c, "")
	c.Evidence = ""
	l.items(c, o, &all)
	for _, n := range pieces {
		l.pair(o, n, false)
	}
}
