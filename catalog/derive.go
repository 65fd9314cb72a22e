package catalog

import (
	"cmp"
	"errors"
	"iter"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Derivation is the open catalog of a base catalog (Article 18, first paragraph) as a view of it: a bit for each base entry. Entries are
// made when Open is called. It keeps the base catalog's entries and those of changes, which must not change while it is in use; changes go
// through Apply. What only reads it may run at the same time, Apply only alone.
type Derivation struct {
	head    Catalog // of the base catalog, without entries
	base    deriveBase
	index   deriveIndex
	open    []uint64          // by position in base
	doubled map[string]int    // ids that several base entries have, and how many: none of those is open
	over    map[string]*Entry // what Apply set, nil what it deleted
	size    int               // of the base catalog
	count   [2]int            // unconditional, conditional
	digests deriveDigests
	wrong   deriveWrong
	scratch packedScratch // of what runs alone
}

// Change is one change of a base catalog: an entry set, or where Delete is not empty the entry of that id taken out.
type Change struct {
	Upsert *Entry
	Delete string
}

// maxDerive is how many entries a position can name.
const maxDerive = 1<<31 - 1

// Derive makes the open catalog: exactly the unconditional and conditional entries. Fail closed: an entry without an id, an entry whose id
// another one has, one whose security review was not passed, and one whose items are all stricter than itself are not open, and Breaches
// names them.
func Derive(base *Catalog) (*Derivation, error) {
	if base == nil {
		return nil, errors.New("catalog: derive: no base catalog")
	}
	if len(base.Entries) > maxDerive {
		return nil, errors.New("catalog: derive: more entries than 2147483647")
	}
	return derive(base, deriveEntries(base.Entries)), nil
}

// DerivePacked is Derive of a packed catalog. Whether an entry is open was found out when it was packed.
func DerivePacked(base *Packed) (*Derivation, error) {
	if base == nil {
		return nil, errors.New("catalog: derive: no base catalog")
	}
	if base.Len() > maxDerive {
		return nil, errors.New("catalog: derive: more entries than 2147483647")
	}
	return derive(&base.head, base), nil
}

func derive(head *Catalog, base deriveBase) *Derivation {
	d := &Derivation{head: *head, base: base, doubled: map[string]int{}, over: map[string]*Entry{}, size: base.Len()}
	d.head.Entries = nil
	d.open, d.count = base.view()
	d.index = newDeriveIndex(base, func(first, again int) {
		id := base.id(again)
		d.doubled[id] = max(d.doubled[id], 1) + 1
		d.set(first, false)
		d.set(again, false)
	})
	return d
}

// deriveBase is the entries of a base catalog by their positions: those of a Catalog, or packed ones.
type deriveBase interface {
	Len() int
	id(i int) string
	read(i int, s *packedScratch) *Entry // good until the next one is read into s
	view() (open []uint64, count [2]int) // a bit for each entry that its own fields let out, how many are unconditional and conditional
}

type deriveEntries []Entry

func (e deriveEntries) Len() int                            { return len(e) }
func (e deriveEntries) id(i int) string                     { return e[i].ID }
func (e deriveEntries) read(i int, _ *packedScratch) *Entry { return &e[i] }
func (e deriveEntries) view() ([]uint64, [2]int)            { return deriveView(e) }

// deriveView is a bit for each entry that its own fields let out, and how many of them are unconditional and conditional. Reading a field
// of each of a million entries waits for memory, so that parts of a large catalog are read side by side.
func deriveView(entries []Entry) (open []uint64, count [2]int) {
	open = make([]uint64, (len(entries)+63)/64)
	var unconditional, conditional atomic.Int64
	sideBySide(len(open), func(from, to int) {
		c := deriveViewPart(entries[from*64:min(to*64, len(entries))], open[from:to])
		unconditional.Add(int64(c[0]))
		conditional.Add(int64(c[1]))
	})
	return open, [2]int{int(unconditional.Load()), int(conditional.Load())}
}

// sideBySide calls f for every part of 0 … words, words of 64 entries each, on as many processors as there are.
func sideBySide(words int, f func(from, to int)) {
	const part = 1 << 8 // 16384 entries
	var next atomic.Int64
	work := func() {
		for {
			to := int(next.Add(part))
			if to-part >= words {
				return
			}
			f(to-part, min(to, words))
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (words+part-1)/part) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}

func deriveViewPart(entries []Entry, open []uint64) (count [2]int) {
	for w := range open {
		var word uint64
		part := entries[w*64 : min(w*64+64, len(entries))]
		for i := range part {
			e := &part[i]
			if !deriveOpen(e) {
				continue
			}
			word |= 1 << i
			if e.OpenType == Conditional {
				count[1]++
			} else {
				count[0]++
			}
		}
		open[w] = word
	}
	return count
}

// deriveOpen reports whether an entry belongs in the open catalog.
func deriveOpen(e *Entry) bool {
	if !e.OpenType.Open() || e.ID == "" || securityWithheld(e) {
		return false
	}
	for i := range e.Items {
		if deriveItemOpen(e.OpenType, e.Items[i].OpenType) {
			return true
		}
	}
	return len(e.Items) == 0
}

// securityWithheld reports whether the review before opening keeps an entry inside: one that was made and not passed (Article 56).
func securityWithheld(e *Entry) bool {
	return e.SecurityReview != "" && e.SecurityReview != "passed"
}

// deriveItemOpen reports whether an item's own open type lets it out with an entry.
func deriveItemOpen(entry, item OpenType) bool { return itemWithheld(entry, item) == "" }

// itemWithheld says why an item's own open type does not let it out with an open entry, "" where it does: an item without one has the
// entry's.
func itemWithheld(entry, item OpenType) WithheldWhy {
	switch {
	case item == "" || item == Unconditional || item == Conditional && entry == Conditional:
		return ""
	case item == Conditional:
		return WithheldStricter
	}
	return WithheldType
}

// isOpen reports whether the base entry of a position is open, as far as no change says otherwise.
func (d *Derivation) isOpen(i int) bool { return d.open[i/64]>>(i%64)&1 == 1 }

func (d *Derivation) set(i int, open bool) {
	bit, word := uint64(1)<<(i%64), &d.open[i/64]
	if *word&bit != 0 == open {
		return
	}
	*word ^= bit
	d.tally(d.base.read(i, &d.scratch).OpenType, open)
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
				d.digests.add(c.Upsert)
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
				d.digests.remove(e)
			}
		}
		return
	}
	i := d.index.find(d.base, id)
	if i < 0 {
		return
	}
	if d.isOpen(i) {
		d.set(i, false)
		d.digests.remove(d.base.read(i, &d.scratch))
	}
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
	order := d.order()
	c := d.head
	c.Entries = make([]Entry, len(order.at))
	sideBySide((len(order.at)+63)/64, func(a, b int) {
		var room openRoom
		var s packedScratch
		for i := a * 64; i < min(b*64, len(order.at)); i++ {
			deriveProject(&c.Entries[i], order.entry(i, &s), &room)
		}
	})
	return &c
}

// Entries makes the entries of the open catalog one after another, in the order of their ids. An entry is only good until the next one:
// a million of them take the memory of one.
func (d *Derivation) Entries() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		order := d.order()
		var p deriveProjector
		var s packedScratch
		for i := range order.at {
			e := order.entry(i, &s)
			p.project(e)
			p.entry.BaseVersion = e.Digest()
			if !yield(&p.entry) {
				return
			}
		}
	}
}

// deriveOrder is the open entries in the order of their ids.
type deriveOrder struct {
	base deriveBase
	over []*Entry
	at   []int32 // position in base, or −1 − place in over
}

func (o *deriveOrder) id(at int32) string {
	if at < 0 {
		return o.over[-1-at].ID
	}
	return o.base.id(int(at))
}

func (o *deriveOrder) entry(i int, s *packedScratch) *Entry {
	if at := o.at[i]; at >= 0 {
		return o.base.read(int(at), s)
	}
	return o.over[-1-o.at[i]]
}

func (d *Derivation) order() *deriveOrder {
	o := &deriveOrder{base: d.base, at: make([]int32, 0, d.count[0]+d.count[1])}
	for w, word := range d.open {
		for ; word != 0; word &= word - 1 {
			o.at = append(o.at, int32(w*64+bits.TrailingZeros64(word)))
		}
	}
	for _, e := range d.over {
		if e != nil && deriveOpen(e) {
			o.over = append(o.over, e)
			o.at = append(o.at, int32(-len(o.over)))
		}
	}
	byID := func(a, b int32) int { return cmp.Compare(o.id(a), o.id(b)) }
	if !slices.IsSortedFunc(o.at, byID) {
		slices.SortFunc(o.at, byID)
	}
	return o
}

// Project makes the open entry of a base entry: what Article 18, third paragraph, lists, and the base entry's id and digest. It is a list
// of what goes through (see Open of the exports): the owning system, sharing attributes, levels, facts and extra fields stay inside, as do
// items stricter than the entry. Of an entry that is not open it is false and the zero entry.
func Project(e *Entry) (Entry, bool) {
	if e == nil || !deriveOpen(e) {
		return Entry{}, false
	}
	var out Entry
	deriveProject(&out, e, &openRoom{exact: true})
	return out, true
}

func deriveProject(out, e *Entry, room *openRoom) {
	openEntry(out, e, room, nil)
	out.Version = ""
	out.BaseID, out.BaseVersion = e.ID, e.Digest()
}
