package catalog

import (
	"cmp"
	"errors"
	"maps"
	"slices"
)

// Part is what one source submits to the level above it (Article 19). Deleted are the local ids it has taken out: tombstones.
type Part struct {
	Source   string
	Catalog  *Catalog
	Previous *Catalog // its submission before, where there was one
	Deleted  []string
}

// MergeCount is the conservation of one source: Submitted = Accepted + Pending + Returned + Merged + Dropped.
type MergeCount struct {
	Source    string         `json:"source"`
	Submitted int            `json:"submitted"`
	Accepted  int            `json:"accepted"`
	Pending   int            `json:"pending"`
	Returned  int            `json:"returned"`
	Merged    int            `json:"merged"`  // the same unit and name as another entry
	Dropped   int            `json:"dropped"` // with Reasons
	Reasons   map[string]int `json:"reasons,omitempty"`
	Deleted   int            `json:"deleted"`        // tombstones, submitted or found missing since the submission before
	Kept      bool           `json:"kept,omitempty"` // the submission was refused, and the one before counts
}

// Merged is the catalog of the level above.
type Merged struct {
	Catalog  *Catalog     `json:"-"`
	Sources  []MergeCount `json:"sources"`
	Deleted  []string     `json:"deleted"` // ids that the level above takes out
	Findings []Finding    `json:"findings"`
	Cases    []MergeCase  `json:"cases"` // duplicates and conflicts; those that are not settled are findings too

	Idle []Disposition `json:"idle,omitempty"` // that were given and fit no case
}

// MergeOption sets how Merge works.
type MergeOption func(*merger)

// MergeShrink sets from which percentage of entries lost a submission is refused; 20 where it is not set, 100 for never.
func MergeShrink(percent int) MergeOption { return func(m *merger) { m.shrink = percent } }

// MergeEmptied accepts a submission that leaves nothing of the one before because it declares deletions; else it is refused like one
// that shrank, since a slip in a list of deletions looks the same.
func MergeEmptied() MergeOption { return func(m *merger) { m.emptied = true } }

// MergeUnits renames units, as after a reorganisation: old name to new name. Renames follow one another: A to B and B to C is A to C.
func MergeUnits(renamed map[string]string) MergeOption { return func(m *merger) { m.units = renamed } }

type merger struct {
	shrink  int
	emptied bool
	units   map[string]string
	out     *Merged
	names   map[string]int    // unit and name → position in the merged catalog
	claims  map[string]*Entry // system and name → first claim

	dispositions []Disposition
	latest       map[string]Disposition // by case
	used         map[string]bool
	handedIn     map[int]Entry // by position in the merged catalog: entries whose type a duplicate has made stricter, as they were before
}

const mergeShrink = 20

// MergeID is the id of an entry in the level above: its source and its local id there.
func MergeID(source, local string) string { return source + "/" + local }

// Merge aggregates the catalogs of several sources (Article 19). Only accepted entries go up; an entry is its source and its local id.
func Merge(parts []Part, opts ...MergeOption) (*Merged, error) {
	m := &merger{
		shrink: mergeShrink, names: map[string]int{}, claims: map[string]*Entry{}, used: map[string]bool{}, handedIn: map[int]Entry{},
		out: &Merged{Catalog: &Catalog{}, Sources: []MergeCount{}, Deleted: []string{}, Findings: []Finding{}, Cases: []MergeCase{}},
	}
	for _, o := range opts {
		o(m)
	}
	units, err := mergeRenames(m.units)
	if err != nil {
		return nil, err
	}
	m.units = units
	if m.latest, err = latestDispositions(m.dispositions, []Decision{DecisionSame, DecisionDistinct, DecisionAccept}); err != nil {
		return nil, err
	}
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b Part) int { return cmp.Compare(a.Source, b.Source) })
	for i := range parts {
		p := &parts[i]
		if p.Source == "" || p.Catalog == nil || i > 0 && parts[i-1].Source == p.Source {
			return nil, errors.New("catalog: merge: each part has a source of its own and a catalog: " + p.Source)
		}
		m.part(p)
	}
	slices.SortFunc(m.out.Catalog.Entries, func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) })
	slices.Sort(m.out.Deleted)
	for _, d := range m.dispositions {
		if !m.used[d.Finding] {
			m.out.Idle = append(m.out.Idle, d)
		}
	}
	return m.out, nil
}

func (m *merger) part(p *Part) {
	n := MergeCount{Source: p.Source, Reasons: map[string]int{}}
	from, gone := p.Catalog, map[string]bool{}
	for _, id := range p.Deleted {
		gone[id] = true
	}
	if p.Previous != nil {
		lost, emptied := mergeLost(p, gone)
		switch before := len(p.Previous.Entries); {
		case m.shrink < 100 && len(lost)*100 > before*m.shrink:
			m.find("merge.shrunk", &Entry{ID: p.Source}, SeverityError, say("finding.merge.shrunk", p.Source, before, len(lost), m.shrink))
			from, n.Kept = p.Previous, true
		case emptied && !m.emptied:
			m.find("merge.emptied", &Entry{ID: p.Source}, SeverityError, say("finding.merge.emptied", p.Source, before))
			from, n.Kept = p.Previous, true
			clear(gone)
		default:
			for _, id := range lost {
				gone[id] = true
			}
		}
	}
	for id := range gone {
		m.out.Deleted = append(m.out.Deleted, MergeID(p.Source, id))
	}
	n.Deleted, n.Submitted = len(gone), len(from.Entries)
	seen := map[string]bool{}
	for i := range from.Entries {
		m.entry(&n, p.Source, from.Entries[i], gone, seen)
	}
	m.out.Sources = append(m.out.Sources, n)
}

// mergeLost are the ids of the submission before that are missing without a word, and whether deletions that are declared, with
// them, leave nothing of it.
func mergeLost(p *Part, gone map[string]bool) (lost []string, emptied bool) {
	is := map[string]bool{}
	for i := range p.Catalog.Entries {
		is[mergeLocal(&p.Catalog.Entries[i])] = true
	}
	left, declared := false, false
	for i := range p.Previous.Entries {
		switch id := mergeLocal(&p.Previous.Entries[i]); {
		case id == "":
		case gone[id]:
			declared = true
		case is[id]:
			left = true
		default:
			lost = append(lost, id)
		}
	}
	return lost, declared && !left
}

// mergeRenames follows renames of renamed units to the last name of each.
func mergeRenames(units map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(units))
	for _, from := range slices.Sorted(maps.Keys(units)) {
		to := units[from]
		for steps := 0; ; steps++ {
			next, ok := units[to]
			if !ok || next == to {
				break
			}
			if steps == len(units) {
				return nil, errors.New("catalog: merge: units are renamed in a circle: " + from)
			}
			to = next
		}
		out[from] = to
	}
	return out, nil
}

func mergeLocal(e *Entry) string { return cmp.Or(e.LocalID, e.ID) }

// entry counts an entry in exactly one of the columns.
func (m *merger) entry(n *MergeCount, source string, e Entry, gone, seen map[string]bool) {
	local := mergeLocal(&e)
	drop := func(why string) {
		n.Dropped++
		n.Reasons[why]++
	}
	switch {
	case local == "":
		drop("no_id")
		m.find("merge.no_id", &e, SeverityError, say("finding.merge.no_id"))
		return
	case gone[local]:
		drop("deleted")
		return
	case seen[local]:
		drop("doubled_id")
		m.find("merge.doubled_id", &e, SeverityError, say("finding.merge.doubled_id"))
		return
	}
	seen[local] = true
	switch e.Review {
	case "accepted":
	case "returned":
		n.Returned++
		return
	default: // nobody has accepted it
		n.Pending++
		return
	}
	if to, ok := m.units[e.Unit]; ok {
		e.Unit = to
	}
	e.Source, e.LocalID, e.ID = source, local, MergeID(source, local)
	e.Review = "pending" // of the level above
	name := hantFold(e.Name, "")
	if key := hantFold(e.Unit, "") + "\x00" + name; name != "" && e.Unit != "" {
		switch at, ok := m.names[key]; {
		case !ok:
			m.names[key] = len(m.out.Catalog.Entries)
		case m.duplicate(at, &e):
			n.Merged++
			return
		}
	}
	if key := hantFold(e.System, "") + "\x00" + name; e.System != "" {
		if first := m.claims[key]; first != nil && first.Unit != e.Unit {
			if m.review(MergeConflict, first, &e) == "" {
				m.find("merge.conflict", &e, SeverityError, say("finding.merge.conflict", e.Unit, first.Unit, e.System))
			}
		} else if first == nil {
			m.claims[key] = &e
		}
	}
	n.Accepted++
	m.out.Catalog.Entries = append(m.out.Catalog.Entries, e)
}

// duplicate merges an entry into the one of its unit and name, unless somebody has found that they are not the same data.
func (m *merger) duplicate(at int, e *Entry) bool {
	first := &m.out.Catalog.Entries[at]
	before, ok := m.handedIn[at]
	if !ok {
		before = *first
	}
	switch m.review(MergeDuplicate, &before, e) {
	case DecisionDistinct:
		return false
	case DecisionSame:
	default:
		m.find("merge.duplicate", e, SeverityWarning, say("finding.merge.duplicate", first.ID))
	}
	if ledgerRank(e.OpenType) > ledgerRank(first.OpenType) { // of two that are one, the stricter counts
		m.handedIn[at] = before
		first.OpenType, first.Conditions = e.OpenType, e.Conditions
	}
	return true
}

func (m *merger) find(rule string, e *Entry, s Severity, what words) {
	m.out.Findings = append(m.out.Findings, Finding{
		Rule: rule, Basis: []string{"第十九条"}, Short: []string{"19"}, Severity: s, Verdict: Violated, Record: "base", Entry: e.ID, Unit: e.Unit,
	}.saying(what, say("finding."+rule+".fix")))
}
