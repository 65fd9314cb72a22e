package platform_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func BenchmarkSync(b *testing.B) {
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
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			if err := p.Sync(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("64 at a time", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := p.Sync(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
