package catalog

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The list of a real portal is not ours to pass on, so it stays outside the repository. What is published is open, whatever the list says.
func TestFusionOfTheBeijingListIsAnAfternoonOfReview(t *testing.T) {
	const list = "../../shared/data/catalogs/beijing/目录清单.xlsx"
	f, err := os.Open(list)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the Beijing list is not here (%s)", list)
	}
	require.NoError(t, err)
	defer f.Close()
	info, err := f.Stat()
	require.NoError(t, err)
	in, err := Import(t.Context(), f, info.Size(), "目录清单.xlsx")
	require.NoError(t, err)
	require.Len(t, in.Catalog.Entries, 4432)
	d, err := DefaultDictionary()
	require.NoError(t, err)
	d.Annotate(in.Catalog)

	at := time.Now()
	r := reviewOf(t, in.Catalog.Entries, FusionAll())
	took := time.Since(at)
	kinds := map[string][2]uint64{} // findings, and pairs or entries
	for i := range r.Findings {
		f := &r.Findings[i]
		name := string(f.Kind)
		if f.KeyClass == WeakKey {
			name = "weak " + name
		}
		n := kinds[name]
		n[0]++
		n[1] += f.Pairs
		if f.Kind == FusionWithin {
			n[1] += f.Entries
		}
		kinds[name] = n
		t.Logf("%s: %s, %d pairs, %d triples, %d entries", f.ID(), f.Kind, f.Pairs, f.Triples, f.Entries)
	}
	t.Logf("%d entries in %v, %d untyped items; by kind: findings, and pairs or entries: %v", r.Entries, took, r.Untyped, kinds)
	assert.Less(t, kinds["pair"][1], uint64(20_000), "without subject and granularity there were more than 100,000")
	assert.Positive(t, kinds["within"][0])
}
