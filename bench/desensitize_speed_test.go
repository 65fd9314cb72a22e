package bench

import (
	"flag"
	"io"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var desensitizeRounds = flag.Int("desensitize.rounds", 1, "rounds of TestDesensitizeBesideTheScanner, whose medians are told; 9 on a machine that others use too")

// TestDesensitizeBesideTheScanner runs the hand-written scanner, a whole run of a policy and csv in and out alone in turn, and prints the medians. Other
// work on the machine slows all three, so that ratios within a round say more than figures.
func TestDesensitizeBesideTheScanner(t *testing.T) {
	path, size := persons(t, *desensitizeRows)
	policy := benchPolicy(t)
	used := func(f func() error) float64 {
		before := cpu(t)
		require.NoError(t, f())
		return max(cpu(t)-before, time.Microsecond).Seconds()
	}
	var scanner, whole, ratios, csvs []float64
	for range max(*desensitizeRounds, 1) {
		s := used(func() error {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }() // it was only read
			return byScanner(f, io.Discard)
		})
		w := used(func() error { return run(policy, path, io.Discard, 1) })
		c := used(func() error { return copyAlone(path) })
		scanner, whole = append(scanner, float64(size)/1e6/s), append(whole, float64(size)/1e6/w)
		ratios, csvs = append(ratios, w/s), append(csvs, c/s)
	}
	middle := func(list []float64) float64 { return slices.Sorted(slices.Values(list))[len(list)/2] }
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	t.Logf("%d rows, %d rounds: scanner %.1f MB per CPU-s, banfa %.1f (best %.1f), ratio %.2f (best %.2f), csv alone %.2f; at most %d MB resident",
		*desensitizeRows, len(ratios), middle(scanner), middle(whole), slices.Max(whole), middle(ratios), slices.Min(ratios), middle(csvs), usage.Maxrss>>10)
}
