package ident

import (
	"cmp"
	"slices"
)

// rank orders kinds whose candidates cover the same text: the lower, the more its shape proves.
func rank(kind Kind) int {
	switch kind {
	case ResidentID, CreditCode:
		return 0
	case TaiwanID, HongKongID:
		return 1
	case BankCard, Email, IP, MAC:
		return 2
	case Plate, OfficerID, Permit:
		return 3
	case Mobile:
		return 4
	case ResidentID15, Landline:
		return 5
	default:
		return 6
	}
}

// resolve keeps, of candidates that overlap, those with a check digit before those without, and then the longest.
func (f *search) resolve() []Match {
	all := f.found[f.base:]
	if len(all) < 2 {
		return f.found
	}
	slices.SortFunc(all, func(a, b Match) int { return cmp.Compare(a.Start, b.Start) })
	kept := all[:0]
	var group []Match
	for i := 0; i < len(all); {
		end, j := all[i].End, i+1
		for j < len(all) && all[j].Start < end {
			end = max(end, all[j].End)
			j++
		}
		if j == i+1 {
			kept = append(kept, all[i])
		} else {
			group = append(group[:0], all[i:j]...)
			kept = append(kept, best(group)...)
		}
		i = j
	}
	return f.found[:f.base+len(kept)]
}

// best sorts the candidates of one group of overlapping ones by strength and takes what fits, by place.
func best(group []Match) []Match {
	slices.SortStableFunc(group, func(a, b Match) int {
		return cmp.Or(
			-compare(a.Strong, b.Strong),
			cmp.Compare(b.End-b.Start, a.End-a.Start),
			cmp.Compare(rank(a.Kind), rank(b.Kind)),
			cmp.Compare(a.Start, b.Start),
			cmp.Compare(a.Kind, b.Kind),
		)
	})
	taken := make([]Match, 0, len(group))
	for _, m := range group {
		free := true
		for i := range taken {
			t := &taken[i]
			if m.Start >= t.End || t.Start >= m.End {
				continue
			}
			free = m.Start == t.Start && m.End == t.End && m.Kind != t.Kind && rank(m.Kind) == 0 && rank(t.Kind) == 0
			if free {
				t.Ambiguous, m.Ambiguous = true, true
				continue
			}
			break
		}
		if free {
			taken = append(taken, m)
		}
	}
	slices.SortFunc(taken, func(a, b Match) int { return cmp.Or(cmp.Compare(a.Start, b.Start), -cmp.Compare(a.Kind, b.Kind)) })
	return taken
}

func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}
