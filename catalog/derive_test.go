package catalog_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/catalog"
)

var deriveTypes = []catalog.OpenType{catalog.Unconditional, catalog.Conditional, catalog.Closed, catalog.Undetermined, "", "public"}

func deriveEntry(t *rapid.T) catalog.Entry {
	e := catalog.Entry{
		ID: fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "id")), Name: rapid.SampledFrom([]string{"甲", "乙", "丙"}).Draw(t, "name"), Unit: "u", System: "s",
		OpenType: rapid.SampledFrom(deriveTypes).Draw(t, "type"), Review: rapid.SampledFrom([]string{"", "accepted", "returned"}).Draw(t, "review"),
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "items") {
		e.Items = append(e.Items, catalog.Item{Name: fmt.Sprint(i), OpenType: rapid.SampledFrom(deriveTypes).Draw(t, "item")})
	}
	return e
}

func TestDeriveAppliedChangesEqualAFullDerive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := &catalog.Catalog{Entries: rapid.SliceOf(rapid.Custom(deriveEntry)).Draw(t, "base")}
		d, err := catalog.Derive(base)
		require.NoError(t, err)
		now := slices.Clone(base.Entries)
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			e := deriveEntry(t)
			now = slices.DeleteFunc(now, func(x catalog.Entry) bool { return x.ID == e.ID })
			c := catalog.Change{Delete: e.ID}
			if rapid.Bool().Draw(t, "upsert") {
				c = catalog.Change{Upsert: &e}
				now = append(now, e)
			}
			require.NoError(t, d.Apply([]catalog.Change{c}))
		}
		full, err := catalog.Derive(&catalog.Catalog{Entries: now})
		require.NoError(t, err)
		assert.Equal(t, full.Proof(), d.Proof())
		assert.Equal(t, full.Open(), d.Open())
	})
}

func TestDeriveLetsOutNothingThatIsNotOpenAndProvesItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := &catalog.Catalog{Entries: rapid.SliceOfDistinct(rapid.Custom(deriveEntry), func(e catalog.Entry) string { return e.ID }).Draw(t, "base")}
		d, err := catalog.Derive(base)
		require.NoError(t, err)
		open := d.Open()
		for _, o := range open.Entries {
			require.True(t, o.OpenType.Open())
			require.Empty(t, o.System)
			for _, it := range o.Items {
				require.True(t, it.OpenType == "" || it.OpenType.Open())
			}
		}
		p, err := catalog.Prove(base, open)
		require.NoError(t, err)
		assert.Equal(t, d.Breaches(), p.Breaches)
		assert.Equal(t, d.Counts(), p.Counts)
	})
}

func TestProveNamesEachBreach(t *testing.T) {
	base := &catalog.Catalog{Entries: []catalog.Entry{{
		ID: "1", Name: "n", OpenType: catalog.Unconditional, System: "s",
		Items: []catalog.Item{{Name: "a"}, {Name: "b", OpenType: catalog.Closed}},
	}}}
	for rule, change := range map[string]func(c *catalog.Catalog){
		"derive.missing":      func(c *catalog.Catalog) { c.Entries = nil },
		"derive.doubled":      func(c *catalog.Catalog) { c.Entries = append(c.Entries, c.Entries[0]) },
		"derive.orphan":       func(c *catalog.Catalog) { c.Entries[0].BaseID = "9" },
		"derive.stale":        func(c *catalog.Catalog) { c.Entries[0].BaseVersion = "sha256:0" },
		"derive.leak":         func(c *catalog.Catalog) { c.Entries[0].System = "s" },
		"derive.differs":      func(c *catalog.Catalog) { c.Entries[0].Name = "m" },
		"derive.item_closed":  func(c *catalog.Catalog) { c.Entries[0].Items[0].Name = "b" },
		"derive.item_unknown": func(c *catalog.Catalog) { c.Entries[0].Items[0].Name = "c" },
		"derive.not_open":     func(c *catalog.Catalog) { c.Entries[0].OpenType = catalog.Closed },
	} {
		t.Run(rule, func(t *testing.T) {
			d, err := catalog.Derive(base)
			require.NoError(t, err)
			open := d.Open()
			change(open)
			p, err := catalog.Prove(base, open)
			require.NoError(t, err)
			assert.True(t, slices.ContainsFunc(p.Breaches, func(f catalog.Finding) bool { return f.Rule == rule }), "%v", p.Breaches)
		})
	}
}

func TestDiffFindsHiddenDowngradesUnderANewIDAndRefusesAnInternalRule(t *testing.T) {
	items := []catalog.Item{{Name: "站名"}, {Name: "線路"}}
	before := &catalog.Catalog{Entries: []catalog.Entry{{ID: "1", Name: "公交 站點", Unit: "u", OpenType: catalog.Unconditional, Items: items, UpdateFrequency: "day", Format: "csv"}}}
	after := &catalog.Catalog{Entries: []catalog.Entry{{ID: "2", Name: "公交站点", Unit: "u", OpenType: catalog.Conditional, Conditions: []string{"c"}, Items: items[:1], Format: "pdf"}}}
	kinds := func(basis string) (out []catalog.LedgerKind, unsupported int) {
		l, err := catalog.Diff(before, after, catalog.LedgerBasis(map[string]string{"1": basis}))
		require.NoError(t, err)
		for _, c := range l.Changes {
			out = append(out, c.Kind)
		}
		return out, l.Unsupported
	}
	want := []catalog.LedgerKind{"conditions_tightened", "format_not_machine_readable", "item_removed", "renumbered", "stricter"}
	got, n := kinds("会议纪要第三条")
	assert.Subset(t, got, want)
	assert.GreaterOrEqual(t, n, 4)
	_, n = kinds("数据安全法第二十一条")
	assert.Zero(t, n)
}

func TestMergeConservesEveryEntry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.SliceOf(rapid.Custom(deriveEntry))
		var parts []catalog.Part
		for i := range rapid.IntRange(0, 3).Draw(t, "parts") {
			parts = append(parts, catalog.Part{Source: fmt.Sprint(i), Catalog: &catalog.Catalog{Entries: gen.Draw(t, "now")}, Previous: &catalog.Catalog{Entries: gen.Draw(t, "before")}, Deleted: []string{"3"}})
		}
		m, err := catalog.Merge(parts)
		require.NoError(t, err)
		accepted := 0
		for _, n := range m.Sources {
			assert.Equal(t, n.Submitted, n.Accepted+n.Pending+n.Returned+n.Merged+n.Dropped)
			dropped := 0
			for _, r := range n.Reasons {
				dropped += r
			}
			assert.Equal(t, n.Dropped, dropped)
			accepted += n.Accepted
		}
		assert.Len(t, m.Catalog.Entries, accepted)
	})
}

func BenchmarkDerive(b *testing.B) {
	n := 1_000_000
	if testing.Short() {
		n = 10_000
	}
	base := &catalog.Catalog{Entries: make([]catalog.Entry, n)}
	for i := range base.Entries {
		base.Entries[i] = catalog.Entry{ID: fmt.Sprintf("SZ-%07d", i), OpenType: deriveTypes[i%len(deriveTypes)]}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := catalog.Derive(base); err != nil {
			b.Fatal(err)
		}
	}
}
