package catalog

import (
	"iter"
	"slices"
	"time"
)

// Packed is a catalog in about a twentieth of the memory of a Catalog, for catalogs that are kept: entries as bytes, in blocks without
// pointers, each distinct item and each word of the vocabularies once. Nothing is lost. It does not change; what reads it may run at the
// same time. Derive it with DerivePacked. A Packer makes one (docs/decisions/0033).
type Packed struct {
	head     Catalog  // without entries
	blocks   []string // of records
	at       []uint64 // position → block in the high half, first byte of the record in the low half
	words    []string // that records name by their number
	items    []Item   // the same
	zones    []*time.Location
	layouts  []*Layout
	maps     []map[string]any // of facts and extra fields: kept as they came
	open     []uint64         // deriveOpen, by position
	count    [2]int           // unconditional, conditional
	overflow int              // items that are written out in their entries, for there were too many distinct ones
}

// Pack packs a catalog.
func Pack(c *Catalog) *Packed {
	p := NewPacker(c)
	for i := range c.Entries {
		p.Add(&c.Entries[i])
	}
	return p.Packed()
}

// Len is the number of entries.
func (p *Packed) Len() int { return len(p.at) }

// Entry unpacks an entry by its position, from 0, as a copy of its own but for texts, which are parts of blocks, and the maps of facts
// and extra fields: those are the ones that were packed.
func (p *Packed) Entry(i int) Entry {
	var s packedScratch
	e := *p.read(i, &s)
	if e.Origin != nil {
		o := *e.Origin
		e.Origin = &o
	}
	return e
}

// All unpacks one entry after another, with their positions. An entry is only good until the next one.
func (p *Packed) All() iter.Seq2[int, *Entry] {
	return func(yield func(int, *Entry) bool) {
		var s packedScratch
		for i := range p.at {
			if !yield(i, p.read(i, &s)) {
				return
			}
		}
	}
}

// Catalog unpacks all.
func (p *Packed) Catalog() *Catalog {
	c := p.head
	c.Entries = make([]Entry, len(p.at))
	for i := range c.Entries {
		c.Entries[i] = p.Entry(i)
	}
	return &c
}

// Size is about how many bytes of memory it takes, without the maps of facts and extra fields.
func (p *Packed) Size() int {
	const text, item = 16, 208 // bytes of the header of a string and of an item
	n := 8*len(p.at) + 8*len(p.open) + text*len(p.words) + item*len(p.items)
	for _, b := range p.blocks {
		n += text + len(b)
	}
	for _, w := range p.words {
		n += len(w)
	}
	return n
}

func (p *Packed) view() ([]uint64, [2]int) { return slices.Clone(p.open), p.count }
