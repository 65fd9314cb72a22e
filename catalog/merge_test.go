package catalog_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/catalog"
)

// mergeCatalog has accepted entries with ids from first to last, each of a name of its own.
func mergeCatalog(first, last int) *catalog.Catalog {
	c := &catalog.Catalog{}
	for i := first; i <= last; i++ {
		c.Entries = append(c.Entries, catalog.Entry{ID: fmt.Sprint(i), Name: fmt.Sprint("名称", i), Unit: "甲局", Review: "accepted"})
	}
	return c
}

func mergeIDs(first, last int) (ids []string) {
	for i := first; i <= last; i++ {
		ids = append(ids, fmt.Sprint(i))
	}
	return ids
}

func mergeRules(m *catalog.Merged) []string {
	out := []string{}
	for _, f := range m.Findings {
		out = append(out, f.Rule)
	}
	return out
}

func TestMergeRefusesASubmissionThatShrankUnlessItSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		now     *catalog.Catalog
		deleted []string
		opts    []catalog.MergeOption
		rule    string // "" where the submission is accepted
		up      int    // entries that go up
		gone    int    // tombstones
	}{
		"as many are lost as may be":      {mergeCatalog(1, 8), nil, nil, "", 8, 2},
		"one more is lost":                {mergeCatalog(1, 7), nil, nil, "merge.shrunk", 10, 0},
		"all are lost":                    {mergeCatalog(1, 0), nil, nil, "merge.shrunk", 10, 0},
		"it grew":                         {mergeCatalog(1, 30), nil, nil, "", 30, 0},
		"as many are new as lost":         {mergeCatalog(4, 13), nil, nil, "merge.shrunk", 10, 0},
		"all losses are declared but two": {mergeCatalog(1, 3), mergeIDs(6, 10), nil, "", 3, 7},
		"a limit of its own":              {mergeCatalog(1, 7), nil, []catalog.MergeOption{catalog.MergeShrink(30)}, "", 7, 3},
		"no limit":                        {mergeCatalog(1, 0), nil, []catalog.MergeOption{catalog.MergeShrink(100)}, "", 0, 10},

		"everything is declared deleted":         {mergeCatalog(1, 0), mergeIDs(1, 10), nil, "merge.emptied", 10, 0},
		"everything is declared and still there": {mergeCatalog(1, 10), mergeIDs(1, 10), nil, "merge.emptied", 10, 0},
		"nearly all is declared, the rest lost":  {mergeCatalog(1, 0), mergeIDs(1, 9), nil, "merge.emptied", 10, 0},
		"no limit allows no emptying either":     {mergeCatalog(1, 0), mergeIDs(1, 10), []catalog.MergeOption{catalog.MergeShrink(100)}, "merge.emptied", 10, 0},
		"everything is declared and allowed":     {mergeCatalog(1, 0), mergeIDs(1, 10), []catalog.MergeOption{catalog.MergeEmptied()}, "", 0, 10},
		"allowing it does not lift the limit":    {mergeCatalog(1, 0), nil, []catalog.MergeOption{catalog.MergeEmptied()}, "merge.shrunk", 10, 0},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := catalog.Merge([]catalog.Part{{Source: "s", Catalog: c.now, Previous: mergeCatalog(1, 10), Deleted: c.deleted}}, c.opts...)
			require.NoError(t, err)
			want := []string{}
			if c.rule != "" {
				want = append(want, c.rule)
			}
			assert.Equal(t, want, mergeRules(m))
			assert.Equal(t, c.rule != "", m.Sources[0].Kept)
			assert.Len(t, m.Catalog.Entries, c.up)
			assert.Len(t, m.Deleted, c.gone)
			n := m.Sources[0]
			assert.Equal(t, n.Submitted, n.Accepted+n.Pending+n.Returned+n.Merged+n.Dropped)
		})
	}
}

func TestMergeFindsTwoUnitsThatClaimOneResource(t *testing.T) {
	claim := func(unit, system, name string) *catalog.Catalog {
		return &catalog.Catalog{Entries: []catalog.Entry{{ID: "1", Name: name, Unit: unit, System: system, Review: "accepted"}}}
	}
	for name, c := range map[string]struct {
		a, b *catalog.Catalog
		want []string
	}{
		"one system and name":             {claim("甲局", "公交系统", "站点"), claim("乙局", "公交系统", "站點"), []string{"merge.conflict"}},
		"another name":                    {claim("甲局", "公交系统", "站点"), claim("乙局", "公交系统", "线路"), []string{}},
		"another system":                  {claim("甲局", "公交系统", "站点"), claim("乙局", "地铁系统", "站点"), []string{}},
		"no system is known":              {claim("甲局", "", "站点"), claim("乙局", "", "站点"), []string{}},
		"one unit twice":                  {claim("甲局", "公交系统", "站点"), claim("甲局", "公交系统", "站点"), []string{"merge.duplicate"}},
		"one unit, under its name before": {claim("甲局", "公交系统", "站点"), claim("旧局", "公交系统", "站点"), []string{"merge.duplicate"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := catalog.Merge([]catalog.Part{{Source: "a", Catalog: c.a}, {Source: "b", Catalog: c.b}}, catalog.MergeUnits(map[string]string{"旧局": "甲局"}))
			require.NoError(t, err)
			assert.Equal(t, c.want, mergeRules(m))
		})
	}
}

func TestMergePropagatesTombstones(t *testing.T) {
	m, err := catalog.Merge([]catalog.Part{
		{Source: "b", Catalog: mergeCatalog(1, 10), Deleted: []string{"2"}},                                // declared, and still handed in
		{Source: "a", Catalog: mergeCatalog(1, 9), Previous: mergeCatalog(1, 10)},                          // missing
		{Source: "c", Catalog: mergeCatalog(1, 9), Previous: mergeCatalog(1, 10), Deleted: []string{"10"}}, // declared
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"a/10", "b/2", "c/10"}, m.Deleted)
	for _, e := range m.Catalog.Entries {
		assert.NotContains(t, m.Deleted, e.ID)
	}
	assert.Equal(t, map[string]int{"deleted": 1}, m.Sources[1].Reasons)
}

func TestMergeFollowsRenamesOfUnits(t *testing.T) {
	c := &catalog.Catalog{Entries: []catalog.Entry{
		{ID: "1", Name: "站点", Unit: "甲", Review: "accepted"},
		{ID: "2", Name: "线路", Unit: "乙", Review: "accepted"},
		{ID: "3", Name: "班次", Unit: "丁", Review: "accepted"},
		{ID: "4", Name: "票价", Unit: "己", Review: "accepted"},
	}}
	parts := []catalog.Part{{Source: "s", Catalog: c}}
	m, err := catalog.Merge(parts, catalog.MergeUnits(map[string]string{"甲": "乙", "乙": "丙", "己": "己"}))
	require.NoError(t, err)
	units := []string{}
	for _, e := range m.Catalog.Entries {
		units = append(units, e.Unit)
	}
	assert.Equal(t, []string{"丙", "丙", "丁", "己"}, units)
	assert.Equal(t, "甲", c.Entries[0].Unit, "the submission stays as it was")

	_, err = catalog.Merge(parts, catalog.MergeUnits(map[string]string{"甲": "乙", "乙": "丙", "丙": "乙"}))
	assert.ErrorContains(t, err, "renamed in a circle")
}

func TestMergeRemembersWhatWasDecided(t *testing.T) {
	entry := func(id, unit, system string) catalog.Entry {
		return catalog.Entry{ID: id, Name: "站点", Unit: unit, System: system, OpenType: catalog.Unconditional, Review: "accepted"}
	}
	parts := []catalog.Part{
		{Source: "a", Catalog: &catalog.Catalog{Entries: []catalog.Entry{entry("1", "甲局", "公交系统"), entry("2", "甲局", "公交系统"), entry("3", "甲局", "公交系统")}}},
		{Source: "b", Catalog: &catalog.Catalog{Entries: []catalog.Entry{entry("1", "乙局", "公交系统")}}},
	}
	parts[0].Catalog.Entries[1].OpenType = catalog.Closed
	merge := func(decided ...catalog.Disposition) *catalog.Merged {
		t.Helper()
		m, err := catalog.Merge(parts, catalog.MergeDispositions(decided))
		require.NoError(t, err)
		for _, n := range m.Sources {
			require.Equal(t, n.Submitted, n.Accepted+n.Pending+n.Returned+n.Merged+n.Dropped)
		}
		return m
	}
	ids := func(m *catalog.Merged) (ids []string) {
		for _, e := range m.Catalog.Entries {
			ids = append(ids, e.ID+" "+string(e.OpenType))
		}
		return ids
	}
	m := merge()
	assert.Equal(t, []string{"merge.duplicate", "merge.duplicate", "merge.conflict"}, mergeRules(m))
	assert.Equal(t, []string{"a/1 closed", "b/1 unconditional"}, ids(m), "of two that are one the stricter counts")
	var decided []catalog.Disposition
	for i, decision := range []catalog.Decision{catalog.DecisionDistinct, catalog.DecisionSame, catalog.DecisionAccept} {
		c := &m.Cases[i]
		assert.Equal(t, catalog.FusionOpen, c.State)
		decided = append(decided, catalog.Disposition{Finding: c.ID(), Decision: decision, Reason: "经核对", By: "数据管理科", Date: "2026-11-24", CatalogDigest: c.Digest})
	}
	assert.Equal(t, []string{"duplicate/a/1+a/2", "duplicate/a/1+a/3", "conflict/a/1+b/1"}, []string{m.Cases[0].ID(), m.Cases[1].ID(), m.Cases[2].ID()})

	m = merge(decided...)
	assert.Empty(t, m.Findings, "all is settled")
	assert.Equal(t, []string{"a/1 unconditional", "a/2 closed", "b/1 unconditional"}, ids(m))
	assert.Empty(t, m.Idle)

	parts[0].Catalog.Entries[1].Summary = "改了" // what the first was about
	m = merge(decided...)
	assert.Equal(t, []string{"merge.duplicate"}, mergeRules(m))
	assert.Equal(t, []catalog.FusionState{catalog.FusionReopened, catalog.FusionSettled, catalog.FusionSettled},
		[]catalog.FusionState{m.Cases[0].State, m.Cases[1].State, m.Cases[2].State})
	assert.Equal(t, []string{"a/1 closed", "b/1 unconditional"}, ids(m), "as if nobody had decided")

	parts[1].Catalog.Entries[0].System = "" // the conflict is gone
	m = merge(decided...)
	assert.Equal(t, decided[2:], m.Idle)

	wrong := decided[1]
	wrong.Decision, wrong.Date = catalog.DecisionAccept, "2026-11-25" // no decision about a duplicate: the case is open, not settled
	assert.Equal(t, catalog.FusionReopened, merge(append(decided, wrong)...).Cases[1].State)
	wrong.Decision = catalog.DecisionMask
	_, err := catalog.Merge(parts, catalog.MergeDispositions([]catalog.Disposition{wrong}))
	assert.ErrorIs(t, err, catalog.ErrDisposition)
}
