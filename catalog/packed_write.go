package catalog

import (
	"encoding/binary"
	"strings"
	"time"
)

const (
	packedBlock     = 1 << 18 // bytes; a record that begins in a block ends in it
	packedMaxWords  = 1 << 16 // distinct; what comes after stands in the records
	packedMaxItems  = 1 << 16 // the same
	packedMaxSame   = 16      // of one name
	packedWordBytes = 64      // longer texts are seldom the same
)

// Packer packs the entries of one catalog, as they come.
type Packer struct {
	out     *Packed
	block   []byte
	words   map[string]uint64
	items   map[string][]uint32 // name → the numbers of the items of that name
	zones   map[packedZone]uint64
	layouts map[*Layout]uint64
}

// packedZone is a time zone: of those without a name the offset is all that there is to it.
type packedZone struct {
	location *time.Location
	offset   int
}

// NewPacker begins with the version, unit, level and time of a catalog, and none of its entries.
func NewPacker(head *Catalog) *Packer {
	p := &Packer{
		out: &Packed{head: *head}, words: map[string]uint64{}, items: map[string][]uint32{}, zones: map[packedZone]uint64{},
		layouts: map[*Layout]uint64{},
	}
	p.out.head.Entries = nil
	return p
}

// Packed ends it: nothing may be added any more.
func (p *Packer) Packed() *Packed {
	p.seal()
	out := p.out
	*p = Packer{}
	return out
}

func (p *Packer) seal() {
	if len(p.block) > 0 {
		p.out.blocks = append(p.out.blocks, string(p.block))
		p.block = p.block[:0]
	}
}

// Add packs one more entry. Of what the entry refers to only the maps of facts and extra fields are kept.
func (p *Packer) Add(e *Entry) {
	if len(p.block) >= packedBlock {
		p.seal()
	}
	out := p.out
	i := len(out.at)
	out.at = append(out.at, uint64(len(out.blocks))<<32|uint64(len(p.block)))
	if i%64 == 0 {
		out.open = append(out.open, 0)
	}
	if deriveOpen(e) {
		out.open[i/64] |= 1 << (i % 64)
		if e.OpenType == Conditional {
			out.count[1]++
		} else {
			out.count[0]++
		}
	}
	p.bytes(e.ID)
	for n := range packedEntryTexts {
		p.text(n, packedEntryTexts[n].word, *packedEntryTexts[n].of(e))
	}
	if e.Items != nil {
		p.uint(packedItems, uint64(len(e.Items)))
		for i := range e.Items {
			p.item(&e.Items[i])
		}
	}
	p.list(packedConditions, e.Conditions)
	p.list(packedMaterials, e.Materials)
	p.int(packedLevel, e.Level)
	p.time(packedCatalogUpdated, e.CatalogUpdated)
	p.time(packedUpdatedAt, e.UpdatedAt)
	p.facts(packedFacts, e.Facts)
	p.facts(packedExtra, e.Extra)
	p.origin(e.Origin)
	p.block = append(p.block, packedEnd)
}

// item writes the number of an item, and 0 and all of it where it has none; the lowest bit says that its facts or its row follow.
func (p *Packer) item(it *Item) {
	number := p.number(it)
	more := it.Facts != nil || it.Row != 0
	head := number << 1
	if more {
		head |= 1
	}
	p.block = binary.AppendUvarint(p.block, head)
	if number == 0 {
		p.out.overflow++
		for n := range packedItemTexts {
			p.text(n, packedItemTexts[n].word, *packedItemTexts[n].of(it))
		}
		p.int(packedLength, it.Length)
		p.int(packedLevel, it.Level)
		p.block = append(p.block, packedEnd)
	}
	if more {
		p.facts(packedFacts, it.Facts)
		p.int(packedRow, it.Row)
		p.block = append(p.block, packedEnd)
	}
}

// number is the number of an item, from 1, and 0 where it gets none. Facts and row do not count.
func (p *Packer) number(it *Item) uint64 {
	same := p.items[it.Name]
	for _, n := range same {
		if packedSame(&p.out.items[n-1], it) {
			return uint64(n)
		}
	}
	if len(same) >= packedMaxSame || len(p.out.items) >= packedMaxItems {
		return 0
	}
	own := *it
	own.Facts, own.Row = nil, 0
	for n := range packedItemTexts { // not to keep what they are parts of
		s := packedItemTexts[n].of(&own)
		*s = strings.Clone(*s)
	}
	p.out.items = append(p.out.items, own)
	n := len(p.out.items)
	p.items[own.Name] = append(same, uint32(n))
	return uint64(n)
}

func packedSame(a, b *Item) bool {
	return a.Name == b.Name && a.Type == b.Type && a.Summary == b.Summary && a.Semantic == b.Semantic && a.Subject == b.Subject &&
		a.Identifier == b.Identifier && a.Granularity == b.Granularity && a.Namespace == b.Namespace && a.Masking == b.Masking &&
		a.Sharing == b.Sharing && a.OpenType == b.OpenType && a.Length == b.Length && a.Level == b.Level
}

func (p *Packer) uint(tag byte, n uint64) { p.block = binary.AppendUvarint(append(p.block, tag), n) }

func (p *Packer) int(tag byte, n int) {
	if n != 0 {
		p.block = binary.AppendVarint(append(p.block, tag), int64(n))
	}
}

func (p *Packer) bytes(s string) {
	p.block = append(binary.AppendUvarint(p.block, uint64(len(s))), s...)
}

func (p *Packer) text(n int, word bool, s string) {
	if s == "" {
		return
	}
	p.block = append(p.block, packedTexts+byte(n))
	if word {
		p.word(s)
	} else {
		p.bytes(s)
	}
}

// word writes the number of a word, and 0 and its bytes where it has none.
func (p *Packer) word(s string) {
	number, ok := p.words[s]
	if !ok && len(s) <= packedWordBytes && len(p.out.words) < packedMaxWords {
		s = strings.Clone(s)
		p.out.words = append(p.out.words, s)
		number = uint64(len(p.out.words))
		p.words[s] = number
	}
	p.block = binary.AppendUvarint(p.block, number)
	if number == 0 {
		p.bytes(s)
	}
}

func (p *Packer) list(tag byte, list []string) {
	if list == nil {
		return
	}
	p.uint(tag, uint64(len(list)))
	for _, s := range list {
		p.word(s)
	}
}

func (p *Packer) time(tag byte, t time.Time) {
	if t.IsZero() && t.Location() == time.UTC {
		return
	}
	zone := packedZone{location: t.Location()}
	if zone.location.String() == "" {
		_, zone.offset = t.Zone()
		zone.location = nil
	}
	number, ok := p.zones[zone]
	if !ok {
		number = uint64(len(p.out.zones))
		p.zones[zone] = number
		if zone.location == nil {
			p.out.zones = append(p.out.zones, time.FixedZone("", zone.offset))
		} else {
			p.out.zones = append(p.out.zones, zone.location)
		}
	}
	p.block = binary.AppendVarint(append(p.block, tag), t.Unix())
	p.block = binary.AppendUvarint(p.block, uint64(t.Nanosecond()))
	p.block = binary.AppendUvarint(p.block, number)
}

func (p *Packer) facts(tag byte, m map[string]any) {
	if m != nil {
		p.uint(tag, uint64(len(p.out.maps)))
		p.out.maps = append(p.out.maps, m)
	}
}

func (p *Packer) origin(o *Origin) {
	if o == nil {
		return
	}
	number, ok := p.layouts[o.Layout]
	if !ok {
		number = uint64(len(p.out.layouts))
		p.layouts[o.Layout] = number
		p.out.layouts = append(p.out.layouts, o.Layout)
	}
	p.uint(packedOrigin, number)
	p.block = binary.AppendVarint(p.block, int64(o.Row))
}
