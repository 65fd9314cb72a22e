package catalog_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
)

// The list of a real portal, and what another parser made of it. It is not ours to pass on, so it stays outside the repository.
const (
	beijingList      = "../../shared/data/catalogs/beijing/目录清单.xlsx"
	beijingReference = "../../shared/data/catalogs/beijing/catalog_items.jsonl"
)

func TestTheListOfBeijingComesOutWhole(t *testing.T) {
	data, err := os.ReadFile(beijingList)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the Beijing list is not here (%s); the importer is tested on small tables without it", beijingList)
	}
	require.NoError(t, err)
	start := time.Now()
	in, err := catalog.Import(t.Context(), bytes.NewReader(data), int64(len(data)), "目录清单.xlsx")
	require.NoError(t, err)
	t.Logf("read in %v", time.Since(start).Round(time.Millisecond))

	type reference struct {
		Unit, Title, Theme, Summary, URL string
		Items                            []string
	}
	var refs []reference
	f, err := os.Open(beijingReference)
	require.NoError(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r reference
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		refs = append(refs, r)
	}
	require.Len(t, in.Catalog.Entries, len(refs))
	items, referenceItems, same, shared := 0, 0, 0, 0
	for i, e := range in.Catalog.Entries {
		assert.Equal(t, strings.TrimSpace(refs[i].Title), e.Name)
		assert.Equal(t, refs[i].Unit, e.Unit)
		assert.Equal(t, refs[i].URL, e.URL)
		assert.False(t, e.UpdatedAt.IsZero())
		var names []string
		for _, it := range e.Items {
			names = append(names, it.Name)
		}
		items += len(names)
		referenceItems += len(refs[i].Items)
		if slices.Equal(names, refs[i].Items) || len(names) == 0 && len(refs[i].Items) == 0 {
			same++
		}
		for _, n := range names {
			if slices.Contains(refs[i].Items, n) {
				shared++
			}
		}
	}
	t.Logf("%d items (reference %d), %d of them also there; %d of %d entries have the same items", items, referenceItems, shared, same, len(refs))
	// The reference leaves <br> in names, drops items that repeat a suffix and does not split at spaces, so that neither is the truth.
	assert.InDelta(t, referenceItems, items, 0.01*float64(referenceItems))
	assert.Greater(t, float64(same)/float64(len(refs)), 0.98)
	byRule := map[string]int{}
	for _, f := range in.Findings {
		byRule[f.Rule]++
	}
	assert.Equal(t, map[string]int{"import.id": 1, "import.summary_cut": 32}, byRule)
	assert.Empty(t, in.Unread)
}

func TestTheLinesOfBeijingAreReadAsTheyAre(t *testing.T) {
	data, err := os.ReadFile(beijingReference)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the Beijing lines are not here (%s); their shape is tested on small texts without them", beijingReference)
	}
	require.NoError(t, err)
	in, err := catalog.Import(t.Context(), bytes.NewReader(data), int64(len(data)), "catalog_items.jsonl")
	require.NoError(t, err)
	require.Len(t, in.Catalog.Entries, 4432)
	items := 0
	for _, e := range in.Catalog.Entries {
		items += len(e.Items)
		assert.NotEmpty(t, e.ID)
		assert.NotEmpty(t, e.Name)
		assert.False(t, e.UpdatedAt.IsZero())
		for _, key := range []string{"title", "formats", "updated", "seq"} {
			assert.NotContains(t, e.Extra, key)
		}
	}
	assert.Equal(t, 26417, items)
	assert.Equal(t, "csv,xlsx,png,rdf", in.Catalog.Entries[0].Format)
	assert.Empty(t, in.Unread)
	assert.Empty(t, in.Findings)
}
