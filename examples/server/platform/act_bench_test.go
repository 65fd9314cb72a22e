package platform_test

import (
	"bytes"
	"testing"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/quickstart/data"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// Applications by one who waits for each, and by many at a time: they share what it costs to have them on the disk.
func BenchmarkApply(b *testing.B) {
	p, log := benchPlatform(b)
	text, err := data.Files.ReadFile("city-catalog.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	if _, err = p.PublishCatalog(b.Context(), authority, "city-catalog.jsonl", bytes.NewReader(text)); err != nil {
		b.Fatal(err)
	}
	entry := p.Search(platform.Query{OpenType: string(catalog.Conditional)}).Entries[0].ID
	measured := func(b *testing.B, f func()) {
		before := log.appends.Load()
		f()
		b.ReportMetric(float64(log.appends.Load()-before)/float64(b.N), "transactions/op")
	}
	apply := func(b *testing.B) {
		if _, err := p.Apply(b.Context(), applicant, entry, complete()); err != nil {
			b.Error(err)
		}
	}
	b.Run("alone", func(b *testing.B) {
		measured(b, func() {
			for b.Loop() {
				apply(b)
			}
		})
	})
	b.Run("64 at a time", func(b *testing.B) {
		b.SetParallelism(32)
		measured(b, func() {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					apply(b)
				}
			})
		})
	})
}
