package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// FusionBridge is the kind of a finding of three entries in a row: the first and the second share one key, the second and the third another,
// and the first and the third are linked through the second alone. Any two neighbours together do not cover the rule, and all three do.
const FusionBridge FusionKind = "bridge"

// FusionBridges makes Review look for bridges of two hops over direct identifiers and strong keys too. It is off where nobody asks for it:
// in a city's catalog nearly every register is two hops from every other, and the findings about neighbours are to be settled first. Marginal
// does not look for bridges.
func FusionBridges() FusionOption { return func(o *fusionOptions) { o.bridges = true } }

// fusionBridgePairs is how many pairs of keys a review of bridges tells apart: each is one set of counters.
const fusionBridgePairs = 1 << 20

// fusionBridging counts, for every two strong keys that some entry has both of, those entries by their class. Entries that have one of the
// keys alone are the others of that key, so that no two entries are ever compared.
type fusionBridging struct {
	x        *FusionIndex
	number   map[[2]uint32]int // the keys, the smaller first
	pairs    [][2]uint32
	counters []uint32 // pair × stride, by rule and class: of entries whose both keys join under the rule
	strong   []fusionPosting

	found []fusionBridgeFound
	needs [][]int32 // key → the findings that still want witnesses from its entries
}

type fusionBridgeFound struct {
	FusionFinding
	got     [3][]fusionFirst // by the place in the row, and class
	missing [3]int           // witnesses still wanted, by the place
	via     [3]int           // by the place, the key whose entries they are taken from: for the middle the rarer one
}

// bridges adds the findings of bridges to a review.
func (x *FusionIndex) bridges(ctx context.Context, r *FusionReview) error {
	b := &fusionBridging{x: x, number: map[[2]uint32]int{}, needs: make([][]int32, len(x.names))}
	for slot := range uint32(len(x.entries)) {
		if slot%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := b.count(slot); err != nil {
			return err
		}
	}
	for pair := range b.pairs {
		if pair%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for rule := range x.plan.rules {
			b.find(pair, rule)
		}
	}
	if err := b.witness(ctx); err != nil {
		return err
	}
	for i := range b.found {
		b.found[i].Witnesses = b.witnesses(&b.found[i])
		r.Findings = append(r.Findings, b.found[i].FusionFinding)
	}
	return nil
}

// keys are the postings of an entry by which a bridge can go: a name or a quasi-identifier that two entries share says too little for that.
func (b *fusionBridging) keys(slot uint32) []fusionPosting {
	b.strong = b.strong[:0]
	for _, p := range b.x.postingsOf(slot) {
		if c := b.x.classes[p.key()].class(); c == Direct || c == StrongKey {
			b.strong = append(b.strong, p)
		}
	}
	return b.strong
}

func (b *fusionBridging) count(slot uint32) error {
	x := b.x
	keys := b.keys(slot)
	for i, p := range keys {
		for _, q := range keys[i+1:] {
			pair := [2]uint32{min(p.key(), q.key()), max(p.key(), q.key())}
			n, ok := b.number[pair]
			if !ok {
				if n = len(b.pairs); n == fusionBridgePairs {
					return fmt.Errorf("%w pairs of keys for a review of bridges: more than %d", ErrFusionLimit, fusionBridgePairs)
				}
				b.number[pair] = n
				b.pairs = append(b.pairs, pair)
				b.counters = append(b.counters, make([]uint32, x.plan.stride)...)
			}
			counters, cover := b.counters[n*x.plan.stride:], x.coverOf(slot)
			for r := range x.plan.rules {
				if x.joins(r, p) && x.joins(r, q) {
					counters[x.plan.offset[r]+int(cover[r])]++
				}
			}
		}
	}
	return nil
}

// find counts the rows of three over one pair of keys.
func (b *fusionBridging) find(pair, rule int) {
	x, keys, full := b.x, b.pairs[pair], b.x.plan.full[rule]
	if x.names[keys[0]] > x.names[keys[1]] { // their numbers depend on the order of the catalog
		keys[0], keys[1] = keys[1], keys[0]
	}
	from := pair*x.plan.stride + x.plan.offset[rule]
	middle := b.counters[from : from+int(full)+1]
	var count [3][1 << FusionMaxGroups]uint32 // by the place in the row, and class
	var present [3][]uint8
	for class := range full { // the full class covers the rule alone
		n := middle[class]
		for place, c := range [3]uint32{x.counted(rule, int(keys[0]))[class] - n, n, x.counted(rule, int(keys[1]))[class] - n} {
			if c > 0 {
				count[place][class] = c
				present[place] = append(present[place], class)
			}
		}
	}
	var rows uint64
	var roles [3]uint64
	for _, m := range present[1] {
		for _, a := range present[0] {
			if a|m == full {
				continue
			}
			for _, c := range present[2] {
				if m|c == full || a|m|c != full {
					continue
				}
				rows = fusionAdd(rows, fusionTimes(fusionTimes(uint64(count[0][a]), uint64(count[1][m])), uint64(count[2][c])))
				roles[0], roles[1], roles[2] = roles[0]|1<<a, roles[1]|1<<m, roles[2]|1<<c
			}
		}
	}
	if rows == 0 {
		return
	}
	f := fusionBridgeFound{FusionFinding: x.blank(rule, int(keys[0]), FusionBridge)}
	f.Key, f.Triples, f.other, f.roles = x.names[keys[0]]+"+"+x.names[keys[1]], rows, int(keys[1]), roles
	if x.classes[keys[1]].class() == StrongKey {
		f.KeyClass = StrongKey // a bridge is as strong as the weaker of its keys
	}
	f.via = [3]int{f.key, f.key, f.other}
	if fusionSum(x.counted(rule, f.other)) < fusionSum(x.counted(rule, f.key)) {
		f.via[1] = f.other
	}
	for class := range full {
		n := uint64(0)
		for place := range roles {
			if roles[place]>>class&1 == 1 {
				n += uint64(count[place][class])
				f.missing[place] += min(x.opts.witnesses, int(count[place][class]))
			}
		}
		if n > 0 {
			f.Entries += n
			f.Classes = append(f.Classes, FusionClass{append([]string{}, x.meaning(rule, class)...), n})
		}
	}
	for place := range f.got {
		f.got[place] = make([]fusionFirst, full)
	}
	for _, k := range keys {
		b.needs[k] = append(b.needs[k], int32(len(b.found)))
	}
	b.found = append(b.found, f)
}

func fusionSum(counts []uint32) (n uint64) {
	for _, c := range counts {
		n += uint64(c)
	}
	return n
}

// place is where an entry stands in the rows of a bridge: 0 and 2 at the ends, 1 in the middle, −1 nowhere.
func (x *FusionIndex) place(f *FusionFinding, slot uint32) int {
	var first, last bool
	for _, p := range x.postingsOf(slot) {
		first = first || int(p.key()) == f.key && x.joins(f.rule, p)
		last = last || int(p.key()) == f.other && x.joins(f.rule, p)
	}
	place := -1
	switch {
	case first && last:
		place = 1
	case first:
		place = 0
	case last:
		place = 2
	}
	if place < 0 || f.roles[place]>>x.coverOf(slot)[f.rule]&1 == 0 {
		return -1
	}
	return place
}

// witness takes, for every finding, the first entries of each place and class, in the order of their ids.
func (b *fusionBridging) witness(ctx context.Context) error {
	x := b.x
	order := make([]uint32, 0, len(x.entries))
	for slot := range uint32(len(x.entries)) {
		if x.entries[slot] != nil {
			order = append(order, slot)
		}
	}
	if !x.ascending {
		slices.SortStableFunc(order, func(a, b uint32) int { return strings.Compare(x.entries[a].ID, x.entries[b].ID) })
	}
	for n, slot := range order {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for _, p := range b.keys(slot) {
			b.needs[p.key()] = slices.DeleteFunc(b.needs[p.key()], func(i int32) bool {
				f := &b.found[i]
				place := x.place(&f.FusionFinding, slot)
				if place >= 0 && f.via[place] == int(p.key()) { // an entry can have both keys, and counts once
					if got := &f.got[place][x.coverOf(slot)[f.rule]]; len(got.slots) < x.opts.witnesses {
						got.slots = append(got.slots, slot)
						f.missing[place]--
					}
				}
				for place, key := range f.via {
					if key == int(p.key()) && f.missing[place] > 0 {
						return false
					}
				}
				return true
			})
		}
	}
	return nil
}

// witnesses are rows of three: of every combination of classes one, before any has a second.
func (b *fusionBridging) witnesses(f *fusionBridgeFound) [][]string {
	x, full, limit := b.x, b.x.plan.full[f.rule], b.x.opts.witnesses
	out := [][]string{}
	for n := range limit {
		for a := range full {
			for m := range full {
				for c := range full {
					if a|m == full || m|c == full || a|m|c != full || len(out) == limit {
						continue
					}
					row := []string{}
					for place, class := range [3]uint8{a, m, c} {
						if got := f.got[place][class].slots; n < len(got) {
							row = append(row, x.entries[got[n]].ID)
						}
					}
					if len(row) == len(f.got) {
						out = append(out, row)
					}
				}
			}
		}
	}
	return out
}
