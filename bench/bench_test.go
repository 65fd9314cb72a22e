package bench

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

const sample = 256

func TestEveryEngineGivesTheAnswersOfHandWrittenGo(t *testing.T) {
	records := Records(sample)
	for _, extra := range []int{0, 200} {
		for i := range records {
			if extra > 0 && i%2 == 0 { // so that sector rules match often enough
				records[i].Domain, _ = sector(i % extra)
			}
		}
		hand := NewHand(extra)
		for _, e := range engines(t, records, extra) {
			for i, r := range records {
				require.NoError(t, e.run(i))
				require.Equal(t, hand.Decide(r), e.answer(), "%s, record %d", e.name, i)
			}
		}
	}
}

// BenchmarkRules is one record against 11, 1,011 and 10,011 rules: W1 and W2.
func BenchmarkRules(b *testing.B) {
	records := Records(sample)
	for _, size := range []struct {
		name  string
		extra int
	}{{"11 rules", 0}, {"1,011 rules", 1000}, {"10,011 rules", 10_000}} {
		b.Run(size.name, func(b *testing.B) {
			for _, e := range engines(b, records, size.extra) {
				b.Run(e.name, func(b *testing.B) {
					cpuTime(b, func(b *testing.B) {
						for i := 0; b.Loop(); i++ {
							if err := e.run(i % sample); err != nil {
								b.Fatal(err)
							}
						}
					})
				})
			}
		})
	}
}

// BenchmarkTrace is the full answer of W1 with its trace written out.
func BenchmarkTrace(b *testing.B) {
	loaded, err := Load(0)
	require.NoError(b, err)
	c, err := classify.New(loaded)
	require.NoError(b, err)
	bound, err := banfa.Bind[Record](loaded, "Classification/w1")
	require.NoError(b, err)
	records := Records(sample)
	cpuTime(b, func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			r, err := c.Classify(context.Background(), bound.Facts(records[i%sample]), classify.At(at))
			if err != nil {
				b.Fatal(err)
			}
			r.Trace("")
		}
	})
}
