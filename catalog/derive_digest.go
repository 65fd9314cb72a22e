package catalog

import (
	"math/bits"
	"sync"
)

// deriveDigests keeps the digests of the open entries, so that after Apply only changed entries are hashed.
type deriveDigests struct {
	mu   sync.Mutex
	text string      // of the catalog; empty where it is not known
	sums []digestSum // of its entries, in their order, until the first change
	set  *digestSet  // the same from the first change on
	one  deriveSummer
}

// Digest is the digest of the catalog that Open makes. The first call hashes all open entries, later ones those that Apply changed since.
func (d *Derivation) Digest() string {
	s := &d.digests
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.text != "":
	case s.set != nil:
		s.text = s.set.text()
	default:
		s.sums = digestOrdered(d.sums())
		s.text = digestAll(s.sums)
	}
	return s.text
}

// sums hashes all open entries.
func (d *Derivation) sums() []digestSum {
	var mu sync.Mutex
	all := make([]digestSum, 0, d.count[0]+d.count[1])
	sideBySide(len(d.open), func(from, to int) {
		var own []digestSum
		var p deriveSummer
		for w := from; w < to; w++ {
			for word := d.open[w]; word != 0; word &= word - 1 {
				own = append(own, p.sum(&d.base.Entries[w*64+bits.TrailingZeros64(word)]))
			}
		}
		mu.Lock()
		all = append(all, own...)
		mu.Unlock()
	})
	var p deriveSummer
	for _, e := range d.over {
		if e != nil && deriveOpen(e) {
			all = append(all, p.sum(e))
		}
	}
	return all
}

// add and remove are called with entries that are open, and no longer.

func (s *deriveDigests) add(e *Entry) {
	s.change(func() bool { s.set.add(s.one.sum(e)); return true })
}

func (s *deriveDigests) remove(e *Entry) {
	s.change(func() bool { return s.set.remove(s.one.sum(e)) })
}

// change carries a change over, if there is a digest to carry it to. Where that fails, for an entry is not any more what it was when
// it was hashed, all is hashed again at the next occasion.
func (s *deriveDigests) change(f func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.set == nil && s.sums == nil {
		return
	}
	if s.set == nil {
		s.set, s.sums = newDigestSet(s.sums), nil
	}
	if s.text = ""; !f() {
		s.set = nil
	}
}

// deriveSummer hashes what open entries say, without keeping them.
type deriveSummer struct {
	entry Entry
	items []Item
}

func (p *deriveSummer) sum(e *Entry) digestSum {
	room := openRoom{items: p.items[:cap(p.items)]}
	p.entry = Entry{}
	clear(room.take(len(e.Items))[:len(e.Items)])
	p.items = room.items
	openEntry(&p.entry, e, &room, nil)
	p.entry.BaseID = e.ID
	return digestOf(&p.entry)
}
