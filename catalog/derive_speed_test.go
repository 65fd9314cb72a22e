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

// BenchmarkDeriveCity is the derivation of a million entries of eight items, from a Catalog and packed, with what each takes of memory.
func BenchmarkDeriveCity(b *testing.B) {
	n := deriveBenchSize()
	before := fusionHeap()
	base := &Catalog{Entries: deriveSpeedEntries(n)}
	plain := fusionHeap() - before
	packed := Pack(base)
	b.Run("pack", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Pack(base)
		}
		b.ReportMetric(float64(packed.Size())/float64(n), "B/entry")
		b.ReportMetric(float64(plain)/float64(n), "B/entry-plain")
	})
	for _, of := range []struct {
		name   string
		derive func() (*Derivation, error)
	}{
		{"plain", func() (*Derivation, error) { return Derive(base) }},
		{"packed", func() (*Derivation, error) { return DerivePacked(packed) }},
	} {
		d, err := of.derive()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(of.name+"/derive", func(b *testing.B) {
			for b.Loop() {
				if _, err := of.derive(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(of.name+"/open", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Open()
			}
		})
		b.Run(of.name+"/entries", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for range d.Entries() {
				}
			}
		})
		b.Run(of.name+"/digest", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.digests.text, d.digests.sums, d.digests.set = "", nil, nil
				d.Digest()
			}
		})
	}
}
