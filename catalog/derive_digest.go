package catalog

import (
	"crypto/sha256"
	"math/bits"
	"sync"
)

// deriveDigests keeps the digests of the open entries, so that after Apply only changed entries are hashed.
type deriveDigests struct {
	mu   sync.Mutex
	text string      // of the catalog; empty where it is not known
	sums []digestSum // of its entries, in their order, and what is hashed of them, until the first change
	root []byte
	set  *digestSet // the same from the first change on
	one  deriveProjector
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
		s.root = digestRoot(s.sums)
		s.text = digestText(sha256.Sum256(s.root))
	}
	return s.text
}

// sums hashes all open entries.
func (d *Derivation) sums() []digestSum {
	var mu sync.Mutex
	all := make([]digestSum, 0, d.count[0]+d.count[1])
	sideBySide(len(d.open), func(from, to int) {
		var own []digestSum
		var p deriveProjector
		var s packedScratch
		for w := from; w < to; w++ {
			for word := d.open[w]; word != 0; word &= word - 1 {
				own = append(own, p.sum(d.base.read(w*64+bits.TrailingZeros64(word), &s)))
			}
		}
		mu.Lock()
		all = append(all, own...)
		mu.Unlock()
	})
	var p deriveProjector
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
		s.set = newDigestSet(s.sums, s.root)
		s.sums, s.root = nil, nil
	}
	if s.text = ""; !f() {
		s.set = nil
	}
}

// deriveProjector makes open entries in the same place again and again. They lack BaseVersion, which no digest of them holds.
type deriveProjector struct {
	entry Entry
	items []Item
}

func (p *deriveProjector) project(e *Entry) {
	if cap(p.items) < len(e.Items) {
		p.items = make([]Item, len(e.Items))
	}
	clear(p.items)
	room := openRoom{items: p.items}
	p.entry = Entry{}
	openEntry(&p.entry, e, &room, nil)
	p.entry.Version, p.entry.BaseID = "", e.ID
}

func (p *deriveProjector) sum(e *Entry) digestSum {
	p.project(e)
	return digestOf(&p.entry)
}
