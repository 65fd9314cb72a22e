package catalog

import (
	"cmp"
	"errors"
	"slices"
)

// LedgerKind is what happened to the openness of an entry.
type LedgerKind string

// The kinds. Those after LedgerStricter are hidden downgrades: the open type stays, and the public gets less.
const (
	LedgerAdded      LedgerKind = "added"
	LedgerRemoved    LedgerKind = "removed" // an entry that was not open
	LedgerLooser     LedgerKind = "looser"
	LedgerStricter   LedgerKind = "stricter"
	LedgerDeleted    LedgerKind = "open_deleted"
	LedgerItemGone   LedgerKind = "item_removed"
	LedgerItemClosed LedgerKind = "item_closed"
	LedgerConditions LedgerKind = "conditions_tightened"
	LedgerFrequency  LedgerKind = "frequency_lowered"
	LedgerFormat     LedgerKind = "format_not_machine_readable"
	LedgerRenumbered LedgerKind = "renumbered" // published again under another id; its own downgrades are listed too
	LedgerMoved      LedgerKind = "moved"      // to another unit
	LedgerSplit      LedgerKind = "split"      // into several entries, NewID names all; what they lose is listed too
	LedgerMerged     LedgerKind = "merged"     // with others into one entry; what is lost is listed too
)

// LedgerChange is one change of openness (Article 15). ID is the id in the old catalog, and in the new one where it is added.
type LedgerChange struct {
	Kind      LedgerKind `json:"kind"`
	Entry     string     `json:"entry"`
	NewID     string     `json:"new_id,omitempty"`
	Unit      string     `json:"unit,omitempty"`
	Item      string     `json:"item,omitempty"`
	From      string     `json:"from,omitempty"`
	To        string     `json:"to,omitempty"`
	Evidence  string     `json:"evidence,omitempty"` // by what two ids are one entry
	Needs     string     `json:"needs,omitempty"`    // the article that asks for a basis
	Basis     string     `json:"basis,omitempty"`    // what the input gives
	Supported bool       `json:"supported"`          // true where nothing is needed
}

// Ledger is what changed between two versions of a catalog.
type Ledger struct {
	Changes     []LedgerChange `json:"changes"`
	Unsupported int            `json:"unsupported"`
}

// LedgerOption sets how Diff works.
type LedgerOption func(*ledger)

// LedgerBasis gives the legal basis of downgrades by entry id, each a citation of a law or regulation. An internal rule is none.
func LedgerBasis(byID map[string]string) LedgerOption { return func(l *ledger) { l.basis = byID } }

type ledger struct {
	basis map[string]string
	out   Ledger
}

// Diff finds what changed in openness from one version to the next, hidden downgrades too (Article 15). Entries are one where their ids
// are; what disappeared while open is looked for in the entries that it was split or merged into, and under another id by unit and name,
// then by owning system and items.
func Diff(before, after *Catalog, opts ...LedgerOption) (*Ledger, error) {
	if before == nil || after == nil {
		return nil, errors.New("catalog: diff: two catalogs are compared")
	}
	l := &ledger{out: Ledger{Changes: []LedgerChange{}}}
	for _, o := range opts {
		o(l)
	}
	was, err := ledgerIndex(before)
	if err != nil {
		return nil, err
	}
	is, err := ledgerIndex(after)
	if err != nil {
		return nil, err
	}
	var fresh []*Entry // of the new catalog, not in the old one
	for i := range after.Entries {
		if e := &after.Entries[i]; was[e.ID] == nil {
			fresh = append(fresh, e)
		}
	}
	var gone []*Entry
	for i := range before.Entries {
		if o := &before.Entries[i]; is[o.ID] == nil {
			gone = append(gone, o)
		}
	}
	match, parts := newLedgerMatch(fresh), newLedgerParts(gone, fresh)
	match.reserve(parts)
	for i := range before.Entries {
		o := &before.Entries[i]
		if n := is[o.ID]; n != nil {
			l.pair(o, n, true)
			continue
		}
		if pieces := parts.split[o]; pieces != nil {
			l.cut(o, pieces)
			continue
		}
		if n := parts.merged[o]; n != nil {
			l.add(LedgerChange{Kind: LedgerMerged, Entry: o.ID, NewID: n.ID, Unit: n.Unit, Evidence: "unit and items"}, "")
			l.pair(o, n, true)
			continue
		}
		if n, why := match.find(o); n != nil {
			l.add(LedgerChange{Kind: LedgerRenumbered, Entry: o.ID, NewID: n.ID, Unit: n.Unit, Evidence: why}, "")
			l.pair(o, n, true)
			continue
		}
		c := LedgerChange{Kind: LedgerRemoved, Entry: o.ID, Unit: o.Unit, From: string(o.OpenType)}
		if o.OpenType.Open() {
			c.Kind = LedgerDeleted
			l.add(c, ledgerTighter)
			continue
		}
		l.add(c, "")
	}
	for _, n := range fresh {
		if !match.taken[n] {
			l.add(LedgerChange{Kind: LedgerAdded, Entry: n.ID, Unit: n.Unit, To: string(n.OpenType)}, "")
		}
	}
	slices.SortStableFunc(l.out.Changes, func(a, b LedgerChange) int {
		return cmp.Or(cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Item, b.Item))
	})
	return &l.out, nil
}

func ledgerIndex(c *Catalog) (map[string]*Entry, error) {
	m := make(map[string]*Entry, len(c.Entries))
	for i := range c.Entries {
		e := &c.Entries[i]
		if e.ID == "" || m[e.ID] != nil {
			return nil, errors.New("catalog: diff: id missing or doubled: " + cmp.Or(e.ID, e.Name) + "; give each entry one of its own")
		}
		m[e.ID] = e
	}
	return m, nil
}

// What Article 15 asks for.
const (
	ledgerLooser  = "第十五条第一款"
	ledgerTighter = "第十五条第二款"
)

func (l *ledger) add(c LedgerChange, needs string) {
	c.Needs, c.Supported = needs, needs == ""
	if needs == ledgerTighter {
		c.Basis = cmp.Or(l.basis[c.Entry], l.basis[c.NewID])
		c.Supported = ledgerLegal(c.Basis)
	}
	if needs == ledgerLooser {
		c.Supported = c.Basis != ""
	}
	if !c.Supported {
		l.out.Unsupported++
	}
	l.out.Changes = append(l.out.Changes, c)
}

// ledgerRank orders open types; what is unknown is as strict as closed.
func ledgerRank(t OpenType) int {
	switch t {
	case Unconditional:
		return 0
	case Conditional:
		return 1
	default:
		return 2
	}
}

// pair compares an entry before and after, its items too where they are not compared otherwise.
func (l *ledger) pair(o, n *Entry, items bool) {
	c := LedgerChange{Entry: o.ID, Unit: n.Unit}
	if n.ID != o.ID {
		c.NewID = n.ID
	}
	from, to := ledgerRank(o.OpenType), ledgerRank(n.OpenType)
	if o.Unit != n.Unit {
		m := c
		m.Kind, m.From, m.To = LedgerMoved, o.Unit, n.Unit
		l.add(m, "") // where the new unit closes it, the stricter type below is what needs a basis
	}
	c.From, c.To = string(o.OpenType), string(n.OpenType)
	switch {
	case to > from:
		c.Kind = LedgerStricter
		l.add(c, ledgerTighter)
	case to < from && from == ledgerRank(Closed) && o.OpenType == Closed:
		c.Kind = LedgerLooser
		if n.Desensitization != "" && n.Reason != "" {
			c.Basis = n.Desensitization + ", " + n.Reason
		}
		l.add(c, ledgerLooser)
	case to < from:
		c.Kind = LedgerLooser
		l.add(c, "")
	}
	if o.OpenType.Open() && n.OpenType.Open() {
		c.From, c.To = "", ""
		if items {
			l.items(c, o, n)
		}
		l.hidden(c, o, n)
	}
}
