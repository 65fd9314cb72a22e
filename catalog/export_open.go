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
	for i := range base.Entries {
		e := &base.Entries[i]
		o.add(e, e.ID != "" && numbers[e.ID] == 1)
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
	for i := range o.catalog.Entries {
		e, _ := openEntry(&o.catalog.Entries[i])
		c.Entries[i] = e
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

func (o *OpenCatalog) add(base *Entry, numbered bool) {
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
	e, kept := openEntry(base)
	o.withheld = append(o.withheld, kept...)
	if len(base.Items) > 0 && len(e.Items) == 0 {
		o.withheld = append(o.withheld, Withheld{Entry: base.ID, Why: WithheldItems})
		return
	}
	o.catalog.Entries = append(o.catalog.Entries, e)
}

// openEntry is what of an open entry may leave, and the items that may not.
func openEntry(base *Entry) (Entry, []Withheld) {
	e := Entry{
		ID: base.ID, Version: base.Version, Name: base.Name, Summary: base.Summary, Format: base.Format, OpenType: base.OpenType,
		UpdateFrequency: base.UpdateFrequency, Unit: base.Unit, Theme: base.Theme, Granularity: base.Granularity,
		CatalogUpdated: openTime(base.CatalogUpdated), UpdatedAt: openTime(base.UpdatedAt), URL: base.URL,
		BaseID: cmp.Or(base.BaseID, base.ID),
	}
	if base.OpenType == Conditional {
		e.Conditions, e.Materials = slices.Clone(base.Conditions), slices.Clone(base.Materials)
	}
	var kept []Withheld
	for i := range base.Items {
		item := &base.Items[i]
		if why := itemWithheld(base.OpenType, item.OpenType); why != "" {
			kept = append(kept, Withheld{Entry: base.ID, Item: item.Name, Why: why})
			continue
		}
		e.Items = append(e.Items, Item{
			Name: item.Name, Type: item.Type, Length: item.Length, Summary: item.Summary, Semantic: item.Semantic,
			Granularity: item.Granularity, OpenType: item.OpenType,
		})
	}
	return e, kept
}

// openTime drops the name of a zone, which is text from inside, and keeps the instant and its offset.
func openTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	_, offset := t.Zone()
	return t.In(time.FixedZone("", offset))
}
