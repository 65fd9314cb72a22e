package catalog_test

import (
	"cmp"
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
		SecurityReview: rapid.SampledFrom([]string{"", "passed", "failed", "不明"}).Draw(t, "security"),
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
		if rapid.Bool().Draw(t, "early") {
			d.Digest()
		}
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			e := deriveEntry(t)
			now = slices.DeleteFunc(now, func(x catalog.Entry) bool { return x.ID == e.ID })
			c := catalog.Change{Delete: e.ID}
			if rapid.Bool().Draw(t, "upsert") {
				c = catalog.Change{Upsert: &e}
				now = append(now, e)
			}
			require.NoError(t, d.Apply([]catalog.Change{c}))
			if rapid.Bool().Draw(t, "between") {
				fresh, err := catalog.Derive(&catalog.Catalog{Entries: now})
				require.NoError(t, err)
				require.Equal(t, fresh.Open().Digest(), d.Digest())
			}
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

func TestDeriveLetsOutWhatOpenLetsOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := &catalog.Catalog{Entries: rapid.SliceOf(rapid.Custom(deriveEntry)).Draw(t, "base")}
		d, err := catalog.Derive(base)
		require.NoError(t, err)
		ids := func(c *catalog.Catalog) []string {
			out := []string{}
			for i := range c.Entries {
				out = append(out, c.Entries[i].ID)
			}
			slices.Sort(out)
			return out
		}
		assert.Equal(t, ids(catalog.Open(base).Catalog()), ids(d.Open()))
		assert.Equal(t, len(d.Open().Entries), d.Counts().Open)
	})
}

func TestDeriveWithholdsWhatDidNotPassItsSecurityReview(t *testing.T) {
	for review, open := range map[string]bool{"": true, "passed": true, "failed": false, "pending": false, "PASSED": false} {
		t.Run("review "+review, func(t *testing.T) {
			base := &catalog.Catalog{Entries: []catalog.Entry{{ID: "1", Name: "n", OpenType: catalog.Unconditional, SecurityReview: review}}}
			d, err := catalog.Derive(base)
			require.NoError(t, err)
			_, projected := catalog.Project(&base.Entries[0])
			assert.Equal(t, open, projected)
			p, err := catalog.Prove(base, d.Open())
			require.NoError(t, err)
			assert.Equal(t, d.Proof(), p)
			if open {
				assert.Equal(t, 1, p.Open)
				assert.Empty(t, p.Breaches)
				return
			}
			assert.Zero(t, p.Open)
			require.Len(t, p.Breaches, 1)
			f := p.Breaches[0]
			assert.Equal(t, "derive.security_review", f.Rule)
			assert.Equal(t, catalog.SeverityWarning, f.Severity)
			assert.Equal(t, []string{"第五十六条"}, f.Basis)

			out := &catalog.Catalog{Entries: []catalog.Entry{{ID: "1", Name: "n", OpenType: catalog.Unconditional, BaseID: "1"}}}
			p, err = catalog.Prove(base, out)
			require.NoError(t, err)
			assert.True(t, slices.ContainsFunc(p.Breaches, func(f catalog.Finding) bool { return f.Rule == "derive.surplus" }))
		})
	}
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

func TestDeriveOfALargeCatalogHasEachBitAndCount(t *testing.T) {
	base := &catalog.Catalog{Entries: make([]catalog.Entry, 3*65536+17)}
	want := catalog.Counts{Base: len(base.Entries)}
	for i := range base.Entries {
		base.Entries[i] = catalog.Entry{ID: fmt.Sprint(i), OpenType: deriveTypes[i*7/3%len(deriveTypes)]}
		switch base.Entries[i].OpenType {
		case catalog.Unconditional:
			want.Unconditional++
		case catalog.Conditional:
			want.Conditional++
		default:
			continue
		}
		want.Open++
	}
	base.Entries[len(base.Entries)-1].ID = "0" // 0 is unconditional, and is now nobody's
	require.Equal(t, catalog.Unconditional, base.Entries[0].OpenType)
	for _, at := range []int{0, len(base.Entries) - 1} {
		switch base.Entries[at].OpenType {
		case catalog.Unconditional:
			want.Unconditional, want.Open = want.Unconditional-1, want.Open-1
		case catalog.Conditional:
			want.Conditional, want.Open = want.Conditional-1, want.Open-1
		}
	}
	d, err := catalog.Derive(base)
	require.NoError(t, err)
	assert.Equal(t, want, d.Counts())
	open := d.Open()
	assert.Len(t, open.Entries, want.Open)
	assert.True(t, slices.IsSortedFunc(open.Entries, func(a, b catalog.Entry) int { return cmp.Compare(a.ID, b.ID) }))
	assert.Len(t, d.Breaches(), 2+want.Conditional) // two of one id, and the conditional ones have no condition
}

func BenchmarkDeriveDigestAfterApply(b *testing.B) {
	base := &catalog.Catalog{Entries: make([]catalog.Entry, 100_000)}
	for i := range base.Entries {
		base.Entries[i] = catalog.Entry{ID: fmt.Sprint(i), OpenType: deriveTypes[i%2]}
	}
	d, err := catalog.Derive(base)
	require.NoError(b, err)
	d.Digest()
	for b.Loop() {
		require.NoError(b, d.Apply([]catalog.Change{{Upsert: &catalog.Entry{ID: "7", OpenType: catalog.Unconditional}}}))
		d.Digest()
	}
}

func BenchmarkDeriveDigestWhole(b *testing.B) {
	base := &catalog.Catalog{Entries: make([]catalog.Entry, 100_000)}
	for i := range base.Entries {
		base.Entries[i] = catalog.Entry{ID: fmt.Sprint(i), OpenType: deriveTypes[i%2]}
	}
	for b.Loop() {
		d, err := catalog.Derive(base)
		require.NoError(b, err)
		d.Digest()
	}
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
