package catalog

import "io"

// MergeKind is what two entries of a merge are to each other.
type MergeKind string

// The kinds.
const (
	MergeDuplicate MergeKind = "duplicate" // one unit, one name
	MergeConflict  MergeKind = "conflict"  // two units that claim data of one name from one system
)

// The decisions about cases of a merge, beside DecisionAccept.
const (
	DecisionSame     Decision = "same"     // the two of a duplicate are the same data: they stay one entry
	DecisionDistinct Decision = "distinct" // they are not the same data: both go up
)

// mergeDecisions are the decisions about each kind.
var mergeDecisions = map[MergeKind][]Decision{
	MergeDuplicate: {DecisionSame, DecisionDistinct},
	MergeConflict:  {DecisionAccept, DecisionDistinct}, // accept: both claims stand, for the reason given
}

// MergeCase is two entries of a merge that somebody has to look at (Article 19, fourth paragraph), and how far they were dealt with. A
// disposition holds while both are as they were; when one changes, the case is open again, and the merge treats it as if nobody had decided.
type MergeCase struct {
	Kind     MergeKind   `json:"kind"`
	Entries  []string    `json:"entries"` // ids in the level above, the one that came first first
	Units    []string    `json:"units"`   // of each
	Digest   string      `json:"digest"`  // of both, as they were handed in
	State    FusionState `json:"state"`
	Decision Decision    `json:"decision,omitempty"` // of the disposition that it was settled by
}

// ID names a case in dispositions: its kind and its two entries.
func (c *MergeCase) ID() string { return string(c.Kind) + "/" + c.Entries[0] + "+" + c.Entries[1] }

// ReadMergeDispositions reads what was decided about the cases of merges: a JSON array of dispositions, or JSON lines. An unknown key is
// an error.
func ReadMergeDispositions(r io.Reader) ([]Disposition, error) {
	return readDispositions(r, []Decision{DecisionSame, DecisionDistinct, DecisionAccept})
}

// MergeDispositions gives what was decided about the cases of merges before. Those that fit no case are in Merged.Idle.
func MergeDispositions(list []Disposition) MergeOption {
	return func(m *merger) { m.dispositions = list }
}

// review notes a case, and returns what was decided about it while its entries were as they are; empty where nobody did.
func (m *merger) review(kind MergeKind, first, second *Entry) Decision {
	both := Catalog{Entries: []Entry{*first, *second}}
	c := MergeCase{Kind: kind, Entries: []string{first.ID, second.ID}, Units: []string{first.Unit, second.Unit}, Digest: both.Digest(), State: FusionOpen}
	if d, ok := m.latest[c.ID()]; ok {
		m.used[c.ID()] = true
		c.State = FusionReopened
		if d.CatalogDigest == c.Digest && d.check(mergeDecisions[kind]) == nil {
			c.State, c.Decision = FusionSettled, d.Decision
		}
	}
	m.out.Cases = append(m.out.Cases, c)
	return c.Decision
}
