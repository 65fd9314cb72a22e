package catalog

import (
	"context"
	"math/bits"
	"slices"
	"strings"
)

// FusionKind is how the entries of a finding come together.
type FusionKind string

// The kinds of findings.
const (
	FusionPair   FusionKind = "pair"   // two entries that share the key cover the rule, and neither does alone
	FusionTriple FusionKind = "triple" // only three together do
	FusionWithin FusionKind = "within" // single entries cover the rule by themselves
)

// FusionState is how far a finding has been dealt with.
type FusionState string

// The states.
const (
	FusionOpen     FusionState = "open"
	FusionSettled  FusionState = "settled"
	FusionReopened FusionState = "reopened" // it was settled, and the entries in play have changed since
)

// FusionReview is the result of a review (Article 20).
type FusionReview struct {
	Entries  int             `json:"entries"` // counted
	Rules    int             `json:"rules"`
	Findings []FusionFinding `json:"findings"`
	Skipped  int             `json:"skipped"` // entries that are not open
	Untyped  int             `json:"untyped"` // items without a semantic type: what the review could not see
	Keys     int             `json:"keys"`    // that entries can be joined by

	index *FusionIndex
}

// FusionFinding is a rule that entries meet together, by one key; or, where Kind is within, by themselves.
type FusionFinding struct {
	Rule      string        `json:"rule"`
	Key       string        `json:"key"`       // semantic type@namespace, two with a + between them of a bridge; empty of a finding within entries
	Pairs     uint64        `json:"pairs"`     // of entries, neither of which covers the rule alone
	Entries   uint64        `json:"entries"`   // in play: in at least one such pair or triple, or covering the rule alone
	Witnesses [][]string    `json:"witnesses"` // a few of the pairs, by the ids of their entries
	Kind      FusionKind    `json:"kind"`
	KeyClass  Identifier    `json:"key_class,omitempty"` // of the key: by a weak one the same value need not be the same subject
	Triples   uint64        `json:"triples,omitempty"`   // of entries, no two of which cover the rule; of a bridge, the rows of three
	Classes   []FusionClass `json:"classes,omitempty"`   // who brings what
	Title     string        `json:"title"`
	TitleEN   string        `json:"title_en,omitempty"`
	Basis     []string      `json:"basis"`
	Digest    string        `json:"digest,omitempty"` // of the entries in play, filled by Digests and Settle
	State     FusionState   `json:"state"`
	Decision  Decision      `json:"decision,omitempty"` // of the disposition that it was settled by
	Evidence  FusionGrade   `json:"evidence,omitempty"` // where value sketches were compared: GradeReview

	rule, key int       // key −1: within
	other     int       // of a bridge: the second key
	roles     [3]uint64 // of a bridge: by the place in the row the classes in play
}

// FusionClass is the entries in play that bring the same groups of the rule.
type FusionClass struct {
	Has     []string `json:"has"` // the groups, as the rule writes them, members joined by " / "
	Entries uint64   `json:"entries"`
}

// ID names a finding in dispositions: the rule, and the key where there is one.
func (f *FusionFinding) ID() string {
	if f.Key == "" {
		return f.Rule
	}
	return f.Rule + "/" + f.Key
}

// Review finds what the entries say together.
func (x *FusionIndex) Review(ctx context.Context) (*FusionReview, error) {
	r := &FusionReview{Entries: x.live, Rules: len(x.plan.rules), Findings: []FusionFinding{}, Skipped: x.skipped, Untyped: x.untyped, index: x}
	for key := range x.names {
		if key%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if x.classes[key].class() == NoKey {
			continue
		}
		r.Keys++
		for rule := range x.plan.rules {
			if f, ok := x.finding(rule, key); ok {
				r.Findings = append(r.Findings, f)
			}
		}
	}
	if err := x.witness(ctx, r); err != nil {
		return nil, err
	}
	if x.opts.bridges {
		if err := x.bridges(ctx, r); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(r.Findings, func(a, b FusionFinding) int {
		if a.rule != b.rule {
			return a.rule - b.rule
		}
		return strings.Compare(a.Key, b.Key)
	})
	return r, nil
}

// Open is how many findings wait for a disposition.
func (r *FusionReview) Open() int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].State != FusionSettled {
			n++
		}
	}
	return n
}

func (x *FusionIndex) counted(rule, key int) []uint32 {
	from := key*x.plan.stride + x.plan.offset[rule]
	return x.counters[from : from+int(x.plan.full[rule])+1]
}

// blank is a finding with all that the rule says.
func (x *FusionIndex) blank(rule, key int, kind FusionKind) FusionFinding {
	r := &x.plan.rules[rule]
	f := FusionFinding{
		Rule: r.ID, Kind: kind, Title: r.Title, TitleEN: r.TitleEN, Basis: r.Basis, State: FusionOpen, Witnesses: [][]string{}, rule: rule, key: key,
	}
	if key >= 0 {
		f.Key, f.KeyClass = x.names[key], x.classes[key].class()
	}
	return f
}

func (x *FusionIndex) finding(rule, key int) (FusionFinding, bool) {
	c := x.counted(rule, key)
	pairs, triples, play := fusionCount(c, x.plan.full[rule])
	if play == 0 {
		return FusionFinding{}, false
	}
	f := x.blank(rule, key, FusionPair)
	if pairs == 0 {
		f.Kind = FusionTriple
	}
	f.Pairs, f.Triples = pairs, triples
	for class := range c {
		if play>>class&1 == 1 {
			f.Entries += uint64(c[class])
			f.Classes = append(f.Classes, FusionClass{x.meaning(rule, uint8(class)), uint64(c[class])})
		}
	}
	return f, true
}

func (x *FusionIndex) meaning(rule int, class uint8) []string {
	var out []string
	for g, members := range x.plan.rules[rule].Groups {
		if class>>g&1 == 1 {
			out = append(out, strings.Join(members, " / "))
		}
	}
	return out
}

// fusionCount counts the pairs of classes that cover a rule together and neither alone, and the triples of which no two do. play is the
// set of the classes that are in one of them.
func fusionCount(c []uint32, full uint8) (pairs, triples, play uint64) {
	var present [1 << FusionMaxGroups]uint8
	n := 0
	for class := uint8(1); class < full; class++ {
		if c[class] != 0 {
			present[n] = class
			n++
		}
	}
	for i := range n {
		a := present[i]
		for j := i + 1; j < n; j++ {
			b := present[j]
			if a|b == full {
				pairs = fusionAdd(pairs, fusionTimes(uint64(c[a]), uint64(c[b])))
				play |= 1<<a | 1<<b
				continue
			}
			for k := j + 1; k < n; k++ {
				if d := present[k]; a|b|d == full && a|d != full && b|d != full {
					triples = fusionAdd(triples, fusionTimes(fusionTimes(uint64(c[a]), uint64(c[b])), uint64(c[d])))
					play |= 1<<a | 1<<b | 1<<d
				}
			}
		}
	}
	return pairs, triples, play
}

// fusionTimes multiplies, and stays at the largest number rather than going round.
func fusionTimes(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi != 0 {
		return ^uint64(0)
	}
	return lo
}

func fusionAdd(a, b uint64) uint64 {
	s, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return ^uint64(0)
	}
	return s
}

// Marginal says what would become linkable if an entry were opened beside those of the index; where the index has an entry of the same id,
// that one is left out. It reads the entry's items and not its open type. The findings have no witnesses, and count only pairs and triples in
// which the entry is.
func (x *FusionIndex) Marginal(e *Entry) []FusionFinding {
	d, ok := x.drafts.Get().(*fusionDraft)
	if !ok {
		d = &fusionDraft{}
	}
	defer x.drafts.Put(d)
	x.read(e, d)
	var out []FusionFinding
	for r := range x.plan.rules {
		if d.cover[r] == x.plan.full[r] {
			f := x.blank(r, -1, FusionWithin)
			f.Entries = 1
			out = append(out, f)
		}
	}
	for i := range d.keys {
		k := &d.keys[i]
		if k.key.semantic == fusionNoType {
			continue
		}
		key, ok := x.keys[k.key]
		if !ok {
			continue
		}
		p := fusionPosting(key) | fusionPosting(k.subjects)<<fusionKeyBits
		for r := range x.plan.rules {
			a := d.cover[r]
			if a == 0 || a == x.plan.full[r] || !x.joins(r, p) {
				continue
			}
			if f, ok := x.marginal(r, int(key), a, e.ID); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

// marginal counts the pairs and triples of a class with the entries of a key, without those of the id of its own entry.
func (x *FusionIndex) marginal(rule, key int, a uint8, id string) (FusionFinding, bool) {
	c, full := x.counted(rule, key), x.plan.full[rule]
	if _, _, play := fusionBeside(c, a, full); play == 0 {
		return FusionFinding{}, false
	}
	if own := x.byID()[id]; len(own) > 0 {
		c = slices.Clone(c)
		for _, slot := range own {
			for _, p := range x.postingsOf(slot) {
				if int(p.key()) == key && x.joins(rule, p) {
					c[x.coverOf(slot)[rule]]--
				}
			}
		}
	}
	pairs, triples, play := fusionBeside(c, a, full)
	if play == 0 {
		return FusionFinding{}, false
	}
	f := x.blank(rule, key, FusionPair)
	if pairs == 0 {
		f.Kind = FusionTriple
	}
	f.Pairs, f.Triples, f.Entries = pairs, triples, 1
	for ; play != 0; play &= play - 1 {
		f.Entries += uint64(c[fusionLowest(play)])
	}
	return f, true
}

// fusionBeside counts the pairs and triples that one more entry of class a makes; play is the classes of the others in them.
func fusionBeside(c []uint32, a, full uint8) (pairs, triples, play uint64) {
	for b := uint8(1); b < full; b++ {
		if c[b] == 0 {
			continue
		}
		if a|b == full {
			pairs += uint64(c[b])
			play |= 1 << b
			continue
		}
		for d := b + 1; d < full; d++ {
			if c[d] != 0 && a|b|d == full && a|d != full && b|d != full {
				triples = fusionAdd(triples, uint64(c[b])*uint64(c[d]))
				play |= 1<<b | 1<<d
			}
		}
	}
	return pairs, triples, play
}
