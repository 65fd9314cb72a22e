package catalog

import (
	"cmp"
	"slices"
	"time"
)

// OpenCatalog is a catalog that may leave: it holds what Article 18, third paragraph, lists of an open entry and what a reader needs to
// find the data, and nothing else. Open alone makes one, so that a base catalog cannot be exported as an open one by mistake. The zero
// value has no entries.
type OpenCatalog struct {
	catalog  Catalog
	withheld []Withheld
}

// Withheld is an entry or an item that Open kept back. It names what is not open: it must not leave either.
type Withheld struct {
	Entry string      `json:"entry"`
	Item  string      `json:"item,omitempty"`
	Why   WithheldWhy `json:"why"`
}

// WithheldWhy is why something was kept back.
type WithheldWhy string

// The reasons.
const (
	WithheldType     WithheldWhy = "open_type"       // not unconditional or conditional: closed, undetermined, unknown or missing
	WithheldStricter WithheldWhy = "stricter"        // an item that is conditional, in an entry that anybody can take
	WithheldReview   WithheldWhy = "security_review" // the review before opening was not passed (Article 56)
	WithheldNumber   WithheldWhy = "id"              // without a number, or with one that another entry has: nobody knows which of them is meant
	WithheldItems    WithheldWhy = "items"           // an entry that has items, none of which is open
)

// Open makes the catalog that may leave out of a base catalog, or out of an open catalog as Derive makes it. It is a list of what goes
// through, not of what does not: a field that the model gets later stays inside until somebody adds it here.
//
// Kept back are entries that are not unconditional or conditional, entries without a number of their own, entries whose security review
// was not passed, and items that are stricter than their entry. An entry that does not name its base entry is one, and names itself (Article 18, second paragraph).
//
// Of what is left the owning system, the sharing attributes, levels, reasons, facts, extra fields, states of review, namespaces, masking
// and the identity in the source stay inside, and so does BaseVersion: it is a digest of the base entry, by which a guess at those
// fields could be proved.
func Open(base *Catalog) *OpenCatalog {
	o := &OpenCatalog{}
	if base == nil {
		return o
	}
	o.catalog = Catalog{Version: base.Version, Unit: base.Unit, At: base.At}
	numbers := make(map[string]int, len(base.Entries))
	for i := range base.Entries {
		numbers[base.Entries[i].ID]++
	}
	var room openRoom
	for i := range base.Entries {
		e := &base.Entries[i]
		o.add(e, &room, e.ID != "" && numbers[e.ID] == 1)
	}
	return o
}

// Catalog returns a copy of what may leave.
func (o *OpenCatalog) Catalog() *Catalog {
	if o == nil {
		return &Catalog{}
	}
	c := o.catalog
	c.Entries = make([]Entry, len(o.catalog.Entries))
	var room openRoom
	for i := range o.catalog.Entries {
		openEntry(&c.Entries[i], &o.catalog.Entries[i], &room, nil)
	}
	return &c
}

// Withheld lists what Open kept back, in the order of the base catalog.
func (o *OpenCatalog) Withheld() []Withheld {
	if o == nil {
		return nil
	}
	return slices.Clone(o.withheld)
}

func (o *OpenCatalog) add(base *Entry, room *openRoom, numbered bool) {
	switch {
	case !base.OpenType.Open():
		o.withheld = append(o.withheld, Withheld{Entry: base.ID, Why: WithheldType})
		return
	case !numbered:
		o.withheld = append(o.withheld, Withheld{Entry: base.ID, Why: WithheldNumber})
		return
	case securityWithheld(base):
		o.withheld = append(o.withheld, Withheld{Entry: base.ID, Why: WithheldReview})
		return
	}
	var e Entry
	openEntry(&e, base, room, &o.withheld)
	if len(base.Items) > 0 && len(e.Items) == 0 {
		o.withheld = append(o.withheld, Withheld{Entry: base.ID, Why: WithheldItems})
		return
	}
	o.catalog.Entries = append(o.catalog.Entries, e)
}

// openEntry is what of an open entry may leave, written into e, which is empty, with its items in room. The items that may not are noted in
// kept, unless that is nil.
func openEntry(e, base *Entry, room *openRoom, kept *[]Withheld) {
	e.ID, e.Version, e.Name, e.Summary, e.Format, e.OpenType = base.ID, base.Version, base.Name, base.Summary, base.Format, base.OpenType
	e.UpdateFrequency, e.Unit, e.Theme, e.Granularity = base.UpdateFrequency, base.Unit, base.Theme, base.Granularity
	e.CatalogUpdated, e.UpdatedAt, e.URL = openTime(base.CatalogUpdated), openTime(base.UpdatedAt), base.URL
	e.BaseID = cmp.Or(base.BaseID, base.ID)
	if base.OpenType == Conditional {
		e.Conditions, e.Materials = slices.Clone(base.Conditions), slices.Clone(base.Materials)
	}
	items := room.take(len(base.Items))
	n := 0
	for i := range base.Items {
		item := &base.Items[i]
		if why := itemWithheld(base.OpenType, item.OpenType); why != "" {
			if kept != nil {
				*kept = append(*kept, Withheld{Entry: base.ID, Item: item.Name, Why: why})
			}
			continue
		}
		to := &items[n]
		n++
		to.Name, to.Type, to.Length, to.Summary = item.Name, item.Type, item.Length, item.Summary
		to.Semantic, to.Granularity, to.OpenType = item.Semantic, item.Granularity, item.OpenType
	}
	if n > 0 {
		e.Items = room.keep(n)
	}
}

// openRoom is where the items of open entries are put, those of many entries in one allocation. What an entry gets of it ends where its
// items do, so that appending to them never writes into another's.
type openRoom struct {
	items []Item // empty ones
	exact bool   // an allocation for each entry, no larger than it needs
}

// take is room for n items, of which keep takes the first ones.
func (r *openRoom) take(n int) []Item {
	if n > len(r.items) {
		const block = 256 // items, 52 KB: what one entry that is kept keeps at most
		size := max(n, block)
		if r.exact {
			size = n
		}
		r.items = make([]Item, size)
	}
	return r.items
}

func (r *openRoom) keep(n int) []Item {
	items := r.items[:n:n]
	r.items = r.items[n:]
	return items
}

// openTime drops the name of a zone, which is text from inside, and keeps the instant and its offset.
func openTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	_, offset := t.Zone()
	return t.In(time.FixedZone("", offset))
}
