package catalog

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// deriveSpeedEntries are entries of eight items, of which some are closed, with as many open ones as in the lists that were looked at.
func deriveSpeedEntries(n int) []Entry {
	rnd := rand.New(rand.NewPCG(18, 1))
	types := []OpenType{Unconditional, Conditional, Closed, Closed, Undetermined}
	out := fusionBenchEntries(n)
	for i := range out {
		e := &out[i]
		e.Name, e.Summary, e.System, e.OpenType = fmt.Sprintf("entry %d", i), "a dataset of the city", "system", types[rnd.IntN(len(types))]
		if i%16 == 0 {
			e.Items[rnd.IntN(8)].OpenType = Closed
		}
	}
	return out
}

func BenchmarkDeriveOpen(b *testing.B) {
	base := &Catalog{Entries: deriveSpeedEntries(deriveBenchSize())}
	d, err := Derive(base)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d.Open()
		}
	})
	b.Run("digest", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d.digests.text, d.digests.sums, d.digests.set = "", nil, nil
			d.Digest()
		}
	})
}
