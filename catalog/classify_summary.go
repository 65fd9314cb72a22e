package catalog

import (
	"cmp"
	"slices"

	"github.com/banfa-go/banfa/classify"
)

// ClassSummary counts what came out.
type ClassSummary struct {
	Entries  int                       `json:"entries"`
	Outcomes map[string]int            `json:"outcomes"` // outcome → entries
	Units    map[string]map[string]int `json:"units"`    // unit → outcome → entries
	Guessed  int                       `json:"guessed"`  // entries closed by a guess, to be confirmed
	Guesses  int                       `json:"guesses"`  // guesses made
	Review   int                       `json:"review"`   // entries that a person must look at
	HeldBack int                       `json:"held_back"`
	Failed   int                       `json:"failed"` // entries whose facts could not be taken
	// Missing are the facts that undetermined entries lack, what to ask first first: by the entries for which it is the most
	// decisive, then by all that lack it.
	Missing []MissingFact `json:"missing"`
}

// MissingFact counts the entries that lack a fact which can still change their outcome.
type MissingFact struct {
	Fact    string `json:"fact"`
	First   int    `json:"first"` // for which it is the most decisive
	Entries int    `json:"entries"`
}

func classifySummary(entries []EntryClass) ClassSummary {
	s := ClassSummary{Entries: len(entries), Outcomes: map[string]int{}, Units: map[string]map[string]int{}, Missing: []MissingFact{}}
	missing := map[string]*MissingFact{}
	for i := range entries {
		e := &entries[i]
		s.Outcomes[e.Outcome]++
		if s.Units[e.Unit] == nil {
			s.Units[e.Unit] = map[string]int{}
		}
		s.Units[e.Unit][e.Outcome]++
		s.Guesses += len(e.Guesses)
		s.Guessed += classifyOne(e.Guessed)
		s.Review += classifyOne(e.Review)
		s.HeldBack += classifyOne(len(e.HeldBackBy) > 0 && e.WithoutThem != nil)
		s.Failed += classifyOne(e.Error != "")
		if e.Outcome != classify.Undetermined && !e.Guessed {
			continue
		}
		for k, f := range e.Missing {
			if missing[f] == nil {
				missing[f] = &MissingFact{Fact: f}
			}
			missing[f].Entries++
			missing[f].First += classifyOne(k == 0)
		}
	}
	for _, m := range missing {
		s.Missing = append(s.Missing, *m)
	}
	slices.SortFunc(s.Missing, func(a, b MissingFact) int {
		return cmp.Or(cmp.Compare(b.First, a.First), cmp.Compare(b.Entries, a.Entries), cmp.Compare(a.Fact, b.Fact))
	})
	return s
}

func classifyOne(b bool) int {
	if b {
		return 1
	}
	return 0
}
