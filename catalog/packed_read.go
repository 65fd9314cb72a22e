package catalog

import "time"

// packedScratch is where an entry is unpacked to.
type packedScratch struct {
	entry  Entry
	items  []Item
	lists  []string
	origin Origin
}

// packedReader reads one record. What it reads a Packer wrote, so that it ends where it should.
type packedReader struct {
	p *Packed
	s string
}

func (r *packedReader) uint() uint64 {
	var n uint64
	for i := 0; ; i++ {
		c := r.s[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.s = r.s[i+1:]
			return n
		}
	}
}

func (r *packedReader) int() int64 {
	n := r.uint()
	return int64(n>>1) ^ -int64(n&1)
}

func (r *packedReader) tag() byte {
	c := r.s[0]
	r.s = r.s[1:]
	return c
}

func (r *packedReader) bytes() string {
	n := r.uint()
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

func (r *packedReader) word() string {
	if n := r.uint(); n > 0 {
		return r.p.words[n-1]
	}
	return r.bytes()
}

func (r *packedReader) text(word bool) string {
	if word {
		return r.word()
	}
	return r.bytes()
}

func (p *Packed) record(i int) packedReader {
	at := p.at[i]
	return packedReader{p, p.blocks[at>>32][uint32(at):]}
}

// id is the id of the entry at a position.
func (p *Packed) id(i int) string {
	r := p.record(i)
	return r.bytes()
}

// read unpacks an entry into s, where it is good until the next one.
func (p *Packed) read(i int, s *packedScratch) *Entry {
	r := p.record(i)
	s.lists = s.lists[:0]
	s.entry = Entry{ID: r.bytes()}
	e := &s.entry
	for {
		switch tag := r.tag(); tag {
		case packedEnd:
			return e
		case packedItems:
			e.Items = r.items(s)
		case packedConditions:
			e.Conditions = r.list(s)
		case packedMaterials:
			e.Materials = r.list(s)
		case packedLevel:
			e.Level = int(r.int())
		case packedCatalogUpdated:
			e.CatalogUpdated = r.time()
		case packedUpdatedAt:
			e.UpdatedAt = r.time()
		case packedFacts:
			e.Facts = p.maps[r.uint()]
		case packedExtra:
			e.Extra = p.maps[r.uint()]
		case packedOrigin:
			s.origin.Layout = p.layouts[r.uint()]
			s.origin.Row = int(r.int())
			e.Origin = &s.origin
		default:
			f := &packedEntryTexts[tag-packedTexts]
			*f.of(e) = r.text(f.word)
		}
	}
}

func (r *packedReader) items(s *packedScratch) []Item {
	n := int(r.uint())
	if cap(s.items) < n || s.items == nil {
		s.items = make([]Item, n)
	}
	items := s.items[:n]
	for i := range items {
		it := &items[i]
		head := r.uint()
		if number := head >> 1; number > 0 {
			*it = r.p.items[number-1]
		} else {
			*it = Item{}
			r.item(it)
		}
		if head&1 == 1 {
			r.item(it)
		}
	}
	return items
}

func (r *packedReader) item(it *Item) {
	for {
		switch tag := r.tag(); tag {
		case packedEnd:
			return
		case packedLength:
			it.Length = int(r.int())
		case packedLevel:
			it.Level = int(r.int())
		case packedFacts:
			it.Facts = r.p.maps[r.uint()]
		case packedRow:
			it.Row = int(r.int())
		default:
			f := &packedItemTexts[tag-packedTexts]
			*f.of(it) = r.text(f.word)
		}
	}
}

func (r *packedReader) list(s *packedScratch) []string {
	n := int(r.uint())
	from := len(s.lists)
	if s.lists == nil {
		s.lists = []string{}
	}
	for range n {
		s.lists = append(s.lists, r.word())
	}
	return s.lists[from:len(s.lists):len(s.lists)]
}

func (r *packedReader) time() time.Time {
	sec := r.int()
	nsec := r.uint()
	return time.Unix(sec, int64(nsec)).In(r.p.zones[r.uint()])
}
