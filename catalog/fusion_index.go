package catalog

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync"
)

// FusionOption is an option of NewFusionIndex.
type FusionOption func(*fusionOptions)

type fusionOptions struct {
	rules        []FusionRule
	all          bool
	undetermined bool
	bridges      bool
	quasi        map[string]bool
	witnesses    int
}

// FusionRules replaces the default rules.
func FusionRules(rules []FusionRule) FusionOption {
	return func(o *fusionOptions) { o.rules = rules }
}

// FusionAll takes every entry and item into the review, closed and masked ones too: what the whole base catalog could say.
func FusionAll() FusionOption { return func(o *fusionOptions) { o.all = true } }

// FusionUndetermined takes in the entries and items whose open type nobody has decided yet, for they could be opened.
func FusionUndetermined() FusionOption { return func(o *fusionOptions) { o.undetermined = true } }

// FusionQuasiKeys lets items of these semantic types join although they are quasi-identifiers.
func FusionQuasiKeys(types ...string) FusionOption {
	return func(o *fusionOptions) {
		for _, t := range types {
			o.quasi[t] = true
		}
	}
}

// FusionWitnesses is how many witnesses a finding has at most; 3 by default.
func FusionWitnesses(n int) FusionOption { return func(o *fusionOptions) { o.witnesses = max(n, 0) } }

// fusionKey is what two entries can be joined by.
type fusionKey struct {
	semantic  uint32
	namespace string // empty: national
}

// fusionPosting is a key of an entry in the low bits, and the subjects that its items are about (6 bits) in the high ones.
type fusionPosting uint32

const (
	fusionKeyBits  = 26
	fusionKeyLimit = 1<<fusionKeyBits - 1
)

func (p fusionPosting) key() uint32     { return uint32(p) & fusionKeyLimit }
func (p fusionPosting) subjects() uint8 { return uint8(p >> fusionKeyBits) }

// fusionKeyClasses is how many postings of a key are of which identifier class: a key is as strong as the strongest.
type fusionKeyClasses [4]uint32

var fusionStrength = [4]Identifier{Direct, StrongKey, WeakKey, Quasi}

func (c *fusionKeyClasses) class() Identifier {
	for i, n := range c {
		if n > 0 {
			return fusionStrength[i]
		}
	}
	return NoKey
}

// FusionIndex answers what the entries of a catalog say together (Article 20). It counts, for every key that can join entries and every rule, the
// entries by the groups of the rule that they cover; it never looks at pairs. It refers to the entries that it was given: do not change them
// while it is in use. Review and Marginal may run at the same time as each other, Add and Remove only alone.
type FusionIndex struct {
	opts fusionOptions
	plan *fusionPlan

	semantics map[string]*fusionSemantic // of the plan, and every key type seen
	types     []string
	keys      map[fusionKey]uint32
	names     []string // of the keys
	classes   []fusionKeyClasses
	counters  []uint32 // key × stride

	entries  []*Entry // by slot; nil: taken out
	cover    []uint8  // slot × rules: the class of the entry
	start    []uint32 // slot → its first posting
	length   []uint8  // slot → how many
	postings []fusionPosting
	strength []uint8 // of each posting: a set of the identifier classes, by their place in fusionStrength
	garbage  int     // postings of entries taken out

	live, skipped int
	untyped       int  // items without a semantic type
	ascending     bool // the slots are in the order of the ids

	once  sync.Once
	slots map[string][]uint32 // id → slots

	drafts sync.Pool // of Marginal
}

// ErrFusionLimit is the error of a catalog with too many entries or keys for one index.
var ErrFusionLimit = errors.New("fusion index: too many")

// NewFusionIndex builds the index of a catalog's entries.
func NewFusionIndex(entries []Entry, opts ...FusionOption) (*FusionIndex, error) {
	o := fusionOptions{quasi: map[string]bool{}, witnesses: 3}
	for _, f := range opts {
		f(&o)
	}
	if o.rules == nil {
		o.rules = DefaultFusionRules()
	}
	plan, err := newFusionPlan(o.rules)
	if err != nil {
		return nil, err
	}
	x := &FusionIndex{opts: o, plan: plan, semantics: plan.bits, keys: map[fusionKey]uint32{}, ascending: true}
	for _, name := range fusionSortedKeys(plan.bits) {
		x.number(name, plan.bits[name])
	}
	x.entries = make([]*Entry, 0, len(entries))
	x.cover = make([]uint8, 0, len(entries)*len(plan.rules))
	x.start = make([]uint32, 0, len(entries))
	x.length = make([]uint8, 0, len(entries))
	x.postings = make([]fusionPosting, 0, len(entries))
	x.strength = make([]uint8, 0, len(entries))
	var d fusionDraft
	for i := range entries {
		if err := x.add(&entries[i], &d); err != nil {
			return nil, err
		}
	}
	return x, nil
}

func fusionSortedKeys(m map[string]*fusionSemantic) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (x *FusionIndex) number(name string, t *fusionSemantic) {
	t.id = uint32(len(x.types))
	x.types = append(x.types, name)
}

// Entries is how many entries are counted.
func (x *FusionIndex) Entries() int { return x.live }

// Add takes one more entry in.
func (x *FusionIndex) Add(e Entry) error {
	x.byID()
	var d fusionDraft
	before := len(x.entries)
	if err := x.add(&e, &d); err != nil {
		return err
	}
	if len(x.entries) > before {
		x.slots[e.ID] = append(x.slots[e.ID], uint32(before))
	}
	return nil
}

// Remove takes out every entry of that id, and reports whether there was one.
func (x *FusionIndex) Remove(id string) bool {
	slots := x.byID()[id]
	for _, s := range slots {
		x.remove(s)
	}
	delete(x.slots, id)
	if x.garbage > len(x.postings)/2 {
		x.compact()
	}
	return len(slots) > 0
}

func (x *FusionIndex) byID() map[string][]uint32 {
	x.once.Do(func() {
		x.slots = make(map[string][]uint32, len(x.entries))
		one := make([]uint32, len(x.entries))
		for i, e := range x.entries {
			one[i] = uint32(i)
			if have, ok := x.slots[e.ID]; ok {
				x.slots[e.ID] = append(slices.Clip(have), uint32(i))
			} else {
				x.slots[e.ID] = one[i : i+1 : i+1]
			}
		}
	})
	return x.slots
}

// takes reports whether data of that type is in the review.
func (o *fusionOptions) takes(t OpenType) bool {
	return o.all || t.Open() || (o.undetermined && (t == Undetermined || t == ""))
}

func (x *FusionIndex) add(e *Entry, d *fusionDraft) error {
	if !x.opts.takes(e.OpenType) {
		x.skipped++
		return nil
	}
	x.read(e, d)
	if len(d.keys) > 255 {
		return fmt.Errorf("%w keys in entry %s: %d, at most 255", ErrFusionLimit, e.ID, len(d.keys))
	}
	if len(x.postings)+len(d.keys) >= 1<<32-1 || len(x.names)+len(d.keys) > fusionKeyLimit {
		return fmt.Errorf("%w entries or keys: entry %s does not fit", ErrFusionLimit, e.ID)
	}
	if n := len(x.entries); n > 0 && x.ascending && x.entries[n-1] != nil {
		x.ascending = x.entries[n-1].ID <= e.ID
	} else if n > 0 {
		x.ascending = false
	}
	x.entries = append(x.entries, e)
	x.cover = append(x.cover, d.cover[:len(x.plan.rules)]...)
	x.start = append(x.start, uint32(len(x.postings)))
	x.length = append(x.length, uint8(len(d.keys)))
	for i := range d.keys {
		k := &d.keys[i]
		p := fusionPosting(x.intern(k)) | fusionPosting(k.subjects)<<fusionKeyBits
		x.postings = append(x.postings, p)
		x.strength = append(x.strength, k.strength)
		x.count(p, k.strength, d.cover[:], 1)
	}
	x.live++
	x.untyped += d.blank
	return nil
}

// intern numbers a key.
func (x *FusionIndex) intern(k *fusionDraftKey) uint32 {
	if k.key.semantic == fusionNoType {
		t := x.semantics[k.name]
		if t == nil {
			t = &fusionSemantic{}
			x.number(k.name, t)
			x.semantics[k.name] = t
		}
		k.key.semantic = t.id
	}
	if n, ok := x.keys[k.key]; ok {
		return n
	}
	n := uint32(len(x.names))
	x.keys[k.key] = n
	name := k.name + "@national"
	if k.key.namespace != "" {
		name = k.name + "@" + k.key.namespace
	}
	x.names = append(x.names, name)
	x.classes = append(x.classes, fusionKeyClasses{})
	x.counters = append(x.counters, make([]uint32, x.plan.stride)...)
	return n
}

// count adds a posting to the counters of its key, or takes it away: by is 1 or ^0.
func (x *FusionIndex) count(p fusionPosting, strength uint8, cover []uint8, by uint32) {
	key := p.key()
	for s := strength; s != 0; s &= s - 1 {
		x.classes[key][bits.TrailingZeros8(s)] += by
	}
	counters := x.counters[int(key)*x.plan.stride:]
	for r := range x.plan.rules {
		if x.joins(r, p) {
			counters[x.plan.offset[r]+int(cover[r])] += by
		}
	}
}

// joins reports whether a posting can join entries under a rule: a rule about persons joins by what is about persons.
func (x *FusionIndex) joins(r int, p fusionPosting) bool {
	s := x.plan.rules[r].Subject
	return s == "" || p.subjects()&(fusionSubjectBit(s)|fusionUnknownSubject) != 0
}

func (x *FusionIndex) remove(slot uint32) {
	d := fusionDraft{}
	x.read(x.entries[slot], &d)
	from := x.start[slot]
	for i := range uint32(x.length[slot]) {
		x.count(x.postings[from+i], x.strength[from+i], x.coverOf(slot), ^uint32(0))
	}
	x.garbage += int(x.length[slot])
	x.entries[slot], x.length[slot] = nil, 0
	x.live--
	x.untyped -= d.blank
}

func (x *FusionIndex) coverOf(slot uint32) []uint8 {
	n := uint32(len(x.plan.rules))
	return x.cover[slot*n : (slot+1)*n]
}

func (x *FusionIndex) postingsOf(slot uint32) []fusionPosting {
	from := x.start[slot]
	return x.postings[from : from+uint32(x.length[slot])]
}

// compact drops the slots and postings of entries taken out. The keys stay: they are few, and come back.
func (x *FusionIndex) compact() {
	n := uint32(0)
	end := uint32(0)
	for s := range uint32(len(x.entries)) {
		if x.entries[s] == nil {
			continue
		}
		from, length := x.start[s], uint32(x.length[s])
		copy(x.postings[end:], x.postings[from:from+length])
		copy(x.strength[end:], x.strength[from:from+length])
		copy(x.coverOf(n), x.coverOf(s))
		x.entries[n], x.start[n], x.length[n] = x.entries[s], end, uint8(length)
		end += length
		n++
	}
	clear(x.entries[n:])
	x.entries, x.start, x.length = x.entries[:n], x.start[:n], x.length[:n]
	x.cover = x.cover[:int(n)*len(x.plan.rules)]
	x.postings, x.strength, x.garbage = x.postings[:end], x.strength[:end], 0
	x.slots = make(map[string][]uint32, n)
	for i, e := range x.entries {
		x.slots[e.ID] = append(x.slots[e.ID], uint32(i))
	}
}
