package platform_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// Applications by one who waits for each, and by many at a time: they share what it costs to have them on the disk.
func BenchmarkApply(b *testing.B) {
	s, err := store.OpenSQLite(b.Context(), filepath.Join(b.TempDir(), "log.db"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	r, err := banfa.Load(shenzhen.FS())
	if err != nil {
		b.Fatal(err)
	}
	p, err := platform.New(b.Context(), platform.Config{Store: s, Rules: r})
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.Open("../../quickstart/data/city-catalog.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	_, err = p.PublishCatalog(b.Context(), authority, "city-catalog.jsonl", io.Reader(f))
	if err != nil {
		b.Fatal(err)
	}
	entry := p.Search(platform.Query{OpenType: string(catalog.Conditional)}).Entries[0].ID
	apply := func(b *testing.B) {
		if _, err := p.Apply(b.Context(), applicant, entry, complete()); err != nil {
			b.Error(err)
		}
	}
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			apply(b)
		}
	})
	b.Run("64 at a time", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				apply(b)
			}
		})
	})
}
