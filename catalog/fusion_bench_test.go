package catalog

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// fusionBenchEntries are entries of eight items as those of a city are: most name places and counts, some persons, with numbers of their own.
func fusionBenchEntries(n int) []Entry {
	rnd := rand.New(rand.NewPCG(1, 2))
	kinds := append([]Item{}, fusionSample...)
	for i := range 60 {
		kinds = append(kinds, Item{Name: fmt.Sprintf("项%d", i), Semantic: fmt.Sprintf("neutral_%d", i%20), Subject: SubjectPlace, Identifier: NoKey})
	}
	out := make([]Entry, n)
	items := make([]Item, 8*n)
	for i := range out {
		own := items[8*i : 8*i+8 : 8*i+8]
		for j := range own {
			own[j] = kinds[rnd.IntN(len(kinds))]
		}
		out[i] = Entry{ID: fmt.Sprintf("e%07d", i), Unit: fmt.Sprintf("unit %04d", rnd.IntN(2000)), OpenType: Unconditional, Items: own}
	}
	return out
}

func fusionHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkFusion is index and review of a million entries of eight items, and one check before opening beside them.
func BenchmarkFusion(b *testing.B) {
	if testing.Short() {
		b.Skip("a million entries")
	}
	const n = 1_000_000
	entries := fusionBenchEntries(n)
	before := fusionHeap()
	x, err := NewFusionIndex(entries)
	if err != nil {
		b.Fatal(err)
	}
	size := fusionHeap() - before
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewFusionIndex(entries); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(size)/n, "B/entry")
	})
	b.Run("review", func(b *testing.B) {
		var r *FusionReview
		for b.Loop() {
			if r, err = x.Review(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		var pairs uint64
		for _, f := range r.Findings {
			pairs += f.Pairs
		}
		b.ReportMetric(float64(len(r.Findings)), "findings")
		b.ReportMetric(float64(pairs), "pairs")
	})
	b.Run("review with bridges", func(b *testing.B) {
		x, err := NewFusionIndex(entries, FusionBridges())
		if err != nil {
			b.Fatal(err)
		}
		var r *FusionReview
		for b.Loop() {
			if r, err = x.Review(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		bridges := 0
		for i := range r.Findings {
			if r.Findings[i].Kind == FusionBridge {
				bridges++
			}
		}
		b.ReportMetric(float64(bridges), "bridges")
	})
	b.Run("marginal/new", func(b *testing.B) { // as an officer has it before them: not in the index yet
		fresh := fusionBenchEntries(2000)[1000:]
		for i := range fresh {
			fresh[i].ID = "new " + fresh[i].ID
		}
		fusionBenchMarginal(b, x, fresh)
	})
	b.Run("marginal/changed", func(b *testing.B) { // in the index already, so that its own part is taken out first
		fusionBenchMarginal(b, x, entries[:1000])
	})
}

func fusionBenchMarginal(b *testing.B, x *FusionIndex, entries []Entry) {
	x.byID() // the first call makes this table
	i, found := 0, 0
	for b.Loop() {
		found += len(x.Marginal(&entries[i%len(entries)]))
		i++
	}
	b.ReportMetric(float64(found)/float64(i), "findings")
}
