package catalog

import (
	"context"
	"math/bits"
	"slices"
	"strings"
)

// fusionFirst is the entries with the smallest ids of one class of a finding.
type fusionFirst struct {
	slots []uint32
}

// fusionWitnessing fills the witnesses of the findings in one pass over the entries.
type fusionWitnessing struct {
	x      *FusionIndex
	review *FusionReview
	rules  []uint64                 // key → the rules that have a finding there, as bits
	first  []int32                  // key × rules → the finding
	within [FusionMaxRules]struct { // rule → entries that cover it alone
		n     uint64
		first fusionFirst
	}
	play []uint64        // finding → classes in play
	got  [][]fusionFirst // finding → class
}

func (x *FusionIndex) witness(ctx context.Context, r *FusionReview) error {
	w := &fusionWitnessing{x: x, review: r, rules: make([]uint64, len(x.names)), first: make([]int32, len(x.names)*len(x.plan.rules))}
	for i := range r.Findings {
		f := &r.Findings[i]
		w.rules[f.key] |= 1 << f.rule
		w.first[f.key*len(x.plan.rules)+f.rule] = int32(i)
		_, _, play := fusionCount(x.counted(f.rule, f.key), x.plan.full[f.rule])
		w.play = append(w.play, play)
		w.got = append(w.got, make([]fusionFirst, int(x.plan.full[f.rule])+1))
	}
	for slot := range uint32(len(x.entries)) {
		if slot%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if x.entries[slot] != nil {
			w.entry(slot)
		}
	}
	for i := range r.Findings {
		r.Findings[i].Witnesses = w.witnesses(i)
	}
	for rule := range x.plan.rules {
		in := &w.within[rule]
		if in.n == 0 {
			continue
		}
		f := x.blank(rule, -1, FusionWithin)
		f.Entries = in.n
		for _, s := range in.first.slots {
			f.Witnesses = append(f.Witnesses, []string{x.entries[s].ID})
		}
		r.Findings = append(r.Findings, f)
	}
	return nil
}

func (w *fusionWitnessing) entry(slot uint32) {
	x := w.x
	cover := x.coverOf(slot)
	for rule, class := range cover {
		if class == x.plan.full[rule] {
			w.within[rule].n++
			w.note(&w.within[rule].first, slot)
		}
	}
	for _, p := range x.postingsOf(slot) {
		key := p.key()
		for rules := w.rules[key]; rules != 0; rules &= rules - 1 {
			rule := fusionLowest(rules)
			if !x.joins(rule, p) {
				continue
			}
			i := w.first[int(key)*len(x.plan.rules)+rule]
			if class := cover[rule]; w.play[i]>>class&1 == 1 {
				w.note(&w.got[i][class], slot)
			}
		}
	}
}

// note keeps the entries with the smallest ids. While the slots are in the order of the ids, those are the first ones.
func (w *fusionWitnessing) note(f *fusionFirst, slot uint32) {
	limit := w.x.opts.witnesses
	if len(f.slots) == limit && (limit == 0 || w.x.ascending || !w.before(slot, f.slots[limit-1])) {
		return
	}
	at := len(f.slots)
	for at > 0 && w.before(slot, f.slots[at-1]) {
		at--
	}
	f.slots = slices.Insert(f.slots, at, slot)
	if len(f.slots) > limit {
		f.slots = f.slots[:limit]
	}
}

func (w *fusionWitnessing) before(a, b uint32) bool { return w.x.entries[a].ID < w.x.entries[b].ID }

// witnesses are the first entries of every two classes that cover the rule together; of a finding without pairs, of three.
func (w *fusionWitnessing) witnesses(i int) [][]string {
	f := &w.review.Findings[i]
	full, got, limit := w.x.plan.full[f.rule], w.got[i], w.x.opts.witnesses
	out := [][]string{}
	id := func(c []fusionFirst, class, n int) string { return w.x.entries[c[class].slots[n]].ID }
	for n := 0; n < limit && len(out) < limit; n++ {
		for a := range got {
			for b := a + 1; b < len(got) && len(out) < limit; b++ {
				if uint8(a|b) == full && a != int(full) && b != int(full) && len(got[a].slots) > n && len(got[b].slots) > n {
					out = append(out, fusionSorted(id(got, a, n), id(got, b, n)))
				}
			}
		}
	}
	if f.Kind != FusionTriple {
		return out
	}
	for a := range got {
		for b := a + 1; b < len(got); b++ {
			for c := b + 1; c < len(got) && len(out) < limit; c++ {
				if uint8(a|b|c) == full && len(got[a].slots) > 0 && len(got[b].slots) > 0 && len(got[c].slots) > 0 {
					out = append(out, fusionSorted(id(got, a, 0), id(got, b, 0), id(got, c, 0)))
				}
			}
		}
	}
	return out
}

func fusionLowest(b uint64) int { return bits.TrailingZeros64(b) }

func fusionSorted(ids ...string) []string {
	slices.Sort(ids)
	return ids
}

// InPlay is the entries that a finding is about, in the order of their ids.
func (r *FusionReview) InPlay(f *FusionFinding) []*Entry {
	x := r.index
	if x == nil {
		return nil
	}
	var out []*Entry
	for slot := range uint32(len(x.entries)) {
		if x.entries[slot] != nil && x.inPlay(f, slot, nil) {
			out = append(out, x.entries[slot])
		}
	}
	fusionSortEntries(out)
	return out
}

func fusionSortEntries(list []*Entry) {
	slices.SortStableFunc(list, func(a, b *Entry) int { return strings.Compare(a.ID, b.ID) })
}

// inPlay reports whether an entry is in play in a finding; play is its classes, worked out where it is nil.
func (x *FusionIndex) inPlay(f *FusionFinding, slot uint32, play *uint64) bool {
	if f.Kind == FusionBridge {
		return x.place(f, slot) >= 0
	}
	class := x.coverOf(slot)[f.rule]
	if f.key < 0 {
		return class == x.plan.full[f.rule]
	}
	var p uint64
	if play != nil {
		p = *play
	} else {
		_, _, p = fusionCount(x.counted(f.rule, f.key), x.plan.full[f.rule])
	}
	if p>>class&1 == 0 {
		return false
	}
	for _, q := range x.postingsOf(slot) {
		if int(q.key()) == f.key {
			return x.joins(f.rule, q)
		}
	}
	return false
}
