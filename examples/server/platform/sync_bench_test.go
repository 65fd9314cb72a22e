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

// benchPlatform is an empty platform over a store on the disk, and how much is appended to it.
func benchPlatform(b *testing.B) (*platform.Platform, *counted) {
	s, err := store.OpenSQLite(b.Context(), filepath.Join(b.TempDir(), "log.db"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	r, err := banfa.Load(shenzhen.FS())
	if err != nil {
		b.Fatal(err)
	}
	log := &counted{Store: s}
	p, err := platform.New(b.Context(), platform.Config{Store: log, Rules: r})
	if err != nil {
		b.Fatal(err)
	}
	return p, log
}

func BenchmarkSync(b *testing.B) {
	p, _ := benchPlatform(b)
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
