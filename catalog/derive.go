package catalog

import (
	"cmp"
	"errors"
	"hash/maphash"
	"math/bits"
	"slices"
)

// Derivation is the open catalog of a base catalog (Article 18, first paragraph) as a view of it: a bit for each base entry. Entries are
// made when Open is called. It keeps the base catalog's entries, which must not change while it is in use; changes go through Apply.
type Derivation struct {
	base    *Catalog
	index   deriveIndex
	open    []uint64          // by position in base
	doubled map[string]int    // ids that several base entries have, and how many: none of those is open
	over    map[string]*Entry // what Apply set, nil what it deleted
	size    int               // of the base catalog
	count   [2]int            // unconditional, conditional
}

// Change is one change of a base catalog: an entry set, or where Delete is not empty the entry of that id taken out.
type Change struct {
	Upsert *Entry
	Delete string
}

// maxDerive is how many entries a position can name.
const maxDerive = 1<<31 - 1

// Derive makes the open catalog: exactly the unconditional and conditional entries. Fail closed: an entry without an id, an entry whose id
// another one has, and one whose items are all stricter than itself are not open, and Breaches names them.
func Derive(base *Catalog) (*Derivation, error) {
	if base == nil {
		return nil, errors.New("catalog: derive: no base catalog")
	}
	if len(base.Entries) > maxDerive {
		return nil, errors.New("catalog: derive: more entries than 2147483647")
	}
	d := &Derivation{
		base: base, index: newDeriveIndex(len(base.Entries)), open: make([]uint64, (len(base.Entries)+63)/64),
		doubled: map[string]int{}, over: map[string]*Entry{}, size: len(base.Entries),
	}
	for i := range base.Entries {
		e := &base.Entries[i]
		if first := d.index.add(base.Entries, i); first >= 0 {
			d.doubled[e.ID] = max(d.doubled[e.ID], 1) + 1
			d.set(first, false)
			continue
		}
		if deriveOpen(e) {
			d.set(i, true)
		}
	}
	return d, nil
}

// deriveOpen reports whether an entry belongs in the open catalog.
func deriveOpen(e *Entry) bool {
	if !e.OpenType.Open() || e.ID == "" {
		return false
	}
	for i := range e.Items {
		if deriveItemOpen(e.OpenType, e.Items[i].OpenType) {
			return true
		}
	}
	return len(e.Items) == 0
}

// deriveItemOpen reports whether an item's own open type lets it out with an entry: an empty one is the entry's.
func deriveItemOpen(entry, item OpenType) bool {
	return item == "" || item == Unconditional || item == Conditional && entry == Conditional
}

func (d *Derivation) set(i int, open bool) {
	bit, word := uint64(1)<<(i%64), &d.open[i/64]
	if *word&bit != 0 == open {
		return
	}
	*word ^= bit
	d.tally(d.base.Entries[i].OpenType, open)
}

func (d *Derivation) tally(t OpenType, open bool) {
	n := -1
	if open {
		n = 1
	}
	if t == Conditional {
		d.count[1] += n
	} else {
		d.count[0] += n
	}
}

// Apply carries changes of the base catalog over, in their order. It costs in proportion to the changes. The result equals Derive of the
// changed catalog. A change of both or neither kind is refused, and then none is applied.
func (d *Derivation) Apply(changes []Change) error {
	for _, c := range changes {
		if (c.Upsert == nil) == (c.Delete == "") {
			return errors.New("catalog: derive: a change is an upsert or a delete")
		}
		if c.Upsert != nil && c.Upsert.ID == "" {
			return errors.New("catalog: derive: an upsert without an id")
		}
	}
	for _, c := range changes {
		id := c.Delete
		if c.Upsert != nil {
			id = c.Upsert.ID
		}
		d.remove(id)
		d.over[id] = c.Upsert
		if c.Upsert != nil {
			d.size++
			if deriveOpen(c.Upsert) {
				d.tally(c.Upsert.OpenType, true)
			}
		}
	}
	return nil
}

// remove takes an id out of the view, wherever it is.
func (d *Derivation) remove(id string) {
	if e, ok := d.over[id]; ok {
		if e != nil {
			d.size--
			if deriveOpen(e) {
				d.tally(e.OpenType, false)
			}
		}
		return
	}
	i := d.index.find(d.base.Entries, id)
	if i < 0 {
		return
	}
	d.set(i, false)
	d.size -= max(d.doubled[id], 1)
	delete(d.doubled, id)
}

// Counts are the numbers of a derivation, in the key order of the command's JSON.
type Counts struct {
	Base          int `json:"base"`
	Open          int `json:"open"`
	Conditional   int `json:"conditional"`
	Unconditional int `json:"unconditional"`
}

// Counts counts without making the open entries.
func (d *Derivation) Counts() Counts {
	return Counts{d.size, d.count[0] + d.count[1], d.count[1], d.count[0]}
}

// Open makes the open catalog, its entries in the order of their ids.
func (d *Derivation) Open() *Catalog {
	c := &Catalog{Version: d.base.Version, Unit: d.base.Unit, Level: d.base.Level, At: d.base.At, Entries: make([]Entry, 0, d.count[0]+d.count[1])}
	for w, word := range d.open {
		for ; word != 0; word &= word - 1 {
			c.Entries = append(c.Entries, deriveProject(&d.base.Entries[w*64+bits.TrailingZeros64(word)]))
		}
	}
	for _, e := range d.over {
		if e != nil && deriveOpen(e) {
			c.Entries = append(c.Entries, deriveProject(e))
		}
	}
	slices.SortFunc(c.Entries, func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) })
	return c
}

// Project makes the open entry of a base entry: what Article 18, third paragraph, lists, and the base entry's id and digest. It is a list
// of what goes through (see Open of the exports): the owning system, sharing attributes, levels, facts and extra fields stay inside, as do
// items stricter than the entry. Of an entry that is not open it is false and the zero entry.
func Project(e *Entry) (Entry, bool) {
	if e == nil || !deriveOpen(e) {
		return Entry{}, false
	}
	return deriveProject(e), true
}

func deriveProject(e *Entry) Entry {
	out, _ := openEntry(e)
	out.Version = ""
	out.BaseID, out.BaseVersion = e.ID, e.Digest()
	return out
}

// deriveIndex finds the position of an id: open addressing over positions, so that a million ids are one allocation of a few megabytes.
type deriveIndex struct {
	seed  maphash.Seed
	table []int32 // position + 1, 0 free
}

func newDeriveIndex(n int) deriveIndex {
	const spare = 2 // slots for each entry
	return deriveIndex{maphash.MakeSeed(), make([]int32, 1<<bits.Len(uint(n*spare)))}
}

// slot is where an id is, or would be.
func (x *deriveIndex) slot(entries []Entry, id string) int {
	mask := uint64(len(x.table) - 1)
	h := maphash.String(x.seed, id) & mask
	for x.table[h] != 0 && entries[x.table[h]-1].ID != id {
		h = (h + 1) & mask
	}
	return int(h)
}

// add enters position i and returns the position that has its id already, or -1.
func (x *deriveIndex) add(entries []Entry, i int) int {
	s := x.slot(entries, entries[i].ID)
	if at := x.table[s]; at != 0 {
		return int(at) - 1
	}
	x.table[s] = int32(i + 1)
	return -1
}

func (x *deriveIndex) find(entries []Entry, id string) int {
	return int(x.table[x.slot(entries, id)]) - 1
}
