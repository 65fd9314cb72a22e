package catalog

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// deriveDigests keeps what the open entries add to the digest of the open catalog, so that after Apply only changed entries are hashed.
type deriveDigests struct {
	mu   sync.Mutex
	made bool
	base []deriveLine      // of the base entries that were open when made, in the order of the lines; a bit that is cleared stays cleared
	over map[string]string // of the open entries that Apply set, by id
}

type deriveLine struct {
	text string
	at   int // position in the base catalog
}

func (s *deriveDigests) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.over, id)
}

// Digest is the digest of the catalog that Open makes. The first call hashes all open entries, later ones those that Apply changed since.
func (d *Derivation) Digest() string {
	s := &d.digests
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.made {
		s.made, s.over = true, map[string]string{}
		s.base = make([]deriveLine, 0, d.count[0]+d.count[1])
		for w, word := range d.open {
			for ; word != 0; word &= word - 1 {
				at := w*64 + bits.TrailingZeros64(word)
				s.base = append(s.base, deriveLine{deriveDigestLine(&d.base.Entries[at]), at})
			}
		}
		slices.SortFunc(s.base, func(a, b deriveLine) int { return strings.Compare(a.text, b.text) })
	}
	over := []string{}
	for id, e := range d.over {
		if e == nil || !deriveOpen(e) {
			continue
		}
		line, ok := s.over[id]
		if !ok {
			line = deriveDigestLine(e)
			s.over[id] = line
		}
		over = append(over, line)
	}
	slices.Sort(over)
	h := newDigestLines()
	for _, l := range s.base {
		if d.open[l.at/64]>>(l.at%64)&1 == 0 {
			continue
		}
		for len(over) > 0 && over[0] < l.text {
			h.add(over[0])
			over = over[1:]
		}
		h.add(l.text)
	}
	for _, l := range over {
		h.add(l)
	}
	return h.text()
}

func deriveDigestLine(e *Entry) string {
	o := deriveProject(e)
	return digestLine(&o)
}
