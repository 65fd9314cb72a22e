package catalog

import (
	"context"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func fusionEntry(id string, items ...Item) Entry {
	return Entry{ID: id, Name: id, Unit: "民政局", OpenType: Unconditional, Items: items}
}

func reviewOf(t testing.TB, entries []Entry, opts ...FusionOption) *FusionReview {
	t.Helper()
	x, err := NewFusionIndex(entries, opts...)
	require.NoError(t, err)
	r, err := x.Review(t.Context())
	require.NoError(t, err)
	return r
}

func sample(name string) Item {
	for _, it := range fusionSample {
		if it.Name == name {
			return it
		}
	}
	return Item{Name: name}
}

func TestFusionFindsWhatTwoEntriesSayTogether(t *testing.T) {
	r := reviewOf(t, []Entry{
		fusionEntry("低保名单", sample("姓名"), sample("手机")),
		fusionEntry("门诊记录", sample("手机"), sample("病种")),
		fusionEntry("会员名单", sample("姓名"), sample("手机")),
		fusionEntry("社区药房", sample("联系电话"), sample("病种")),
		fusionEntry("病例统计", sample("手机"), sample("病例数")),
	}, FusionRules(fusionTestRules()[:1]))
	require.Len(t, r.Findings, 1)
	f := r.Findings[0]
	assert.Equal(t, "two/cn.mobile@national", f.ID())
	assert.Equal(t, FusionPair, f.Kind)
	assert.Equal(t, uint64(2), f.Pairs)
	assert.Equal(t, uint64(3), f.Entries, "an organisation's telephone and a count of cases join nothing")
	assert.Equal(t, [][]string{{"会员名单", "门诊记录"}}, f.Witnesses)
	assert.Equal(t, []FusionClass{{[]string{"cn.person_name / cn.resident_id"}, 2}, {[]string{"health / benefit"}, 1}}, f.Classes)
	assert.Equal(t, Direct, f.KeyClass)
	assert.Equal(t, FusionOpen, f.State)
}

func TestFusionWithinAnEntryIsAFindingOfItsOwn(t *testing.T) {
	r := reviewOf(t, []Entry{fusionEntry("b", sample("姓名"), sample("病种")), fusionEntry("a", sample("姓名"), sample("补贴"))}, FusionRules(fusionTestRules()[:1]))
	require.Len(t, r.Findings, 1)
	assert.Equal(t, FusionWithin, r.Findings[0].Kind)
	assert.Equal(t, [][]string{{"a"}, {"b"}}, r.Findings[0].Witnesses)
	assert.Empty(t, r.Findings[0].Key)
}

func TestFusionOfThreeIsFlagged(t *testing.T) {
	id := sample("档案号")
	r := reviewOf(t, []Entry{
		fusionEntry("生日", id, sample("出生日期")), fusionEntry("性别", id, sample("性别")), fusionEntry("住址", id, sample("住址")),
	}, FusionRules(fusionTestRules()[1:2]))
	require.Len(t, r.Findings, 1)
	f := r.Findings[0]
	assert.Equal(t, FusionTriple, f.Kind)
	assert.Equal(t, uint64(1), f.Triples)
	assert.Equal(t, "triple/local_id@民政局", f.ID())
	assert.Equal(t, [][]string{{"住址", "性别", "生日"}}, f.Witnesses)
}

// What a name in the table is about stands beside its entries: the rule that is met, or nothing.
func TestFusionJoinsOnlyByWhatIsAKey(t *testing.T) {
	other := fusionEntry("b", sample("档案号"), sample("病种"))
	other.Unit = "卫健委"
	closed := fusionEntry("b", sample("手机"), sample("病种"))
	closed.OpenType = Closed
	undetermined := closed
	undetermined.OpenType = Undetermined
	quasi := []Entry{fusionEntry("a", sample("姓名"), sample("性别")), fusionEntry("b", sample("性别"), sample("病种"))}
	for name, c := range map[string]struct {
		entries []Entry
		opts    []FusionOption
		want    string
	}{
		"row numbers":                        {entries: []Entry{fusionEntry("a", sample("姓名"), sample("序号")), fusionEntry("b", sample("序号"), sample("病种"))}},
		"local ids of one owner":             {entries: []Entry{fusionEntry("a", sample("姓名"), sample("档案号")), fusionEntry("b", sample("档案号"), sample("病种"))}, want: "two/local_id@民政局"},
		"local ids of two owners":            {entries: []Entry{fusionEntry("a", sample("姓名"), sample("档案号")), other}},
		"a hashed number":                    {entries: []Entry{fusionEntry("a", sample("证件号"), sample("姓名")), fusionEntry("b", sample("证件号"), sample("病种"))}},
		"a closed entry":                     {entries: []Entry{fusionEntry("a", sample("姓名"), sample("手机")), closed}},
		"a closed entry, with all":           {entries: []Entry{fusionEntry("a", sample("姓名"), sample("手机")), closed}, opts: []FusionOption{FusionAll()}, want: "two/cn.mobile@national"},
		"an undetermined entry":              {entries: []Entry{fusionEntry("a", sample("姓名"), sample("手机")), undetermined}},
		"an undetermined entry, asked for":   {entries: []Entry{fusionEntry("a", sample("姓名"), sample("手机")), undetermined}, opts: []FusionOption{FusionUndetermined()}, want: "two/cn.mobile@national"},
		"a closed item":                      {entries: []Entry{fusionEntry("a", sample("姓名"), sample("手机")), fusionEntry("b", sample("手机"), sample("补贴金额"))}},
		"a quasi-identifier":                 {entries: quasi},
		"a quasi-identifier, asked for":      {entries: quasi, opts: []FusionOption{FusionQuasiKeys("gender")}, want: "two/gender@national"},
		"a key of which nobody says of whom": {entries: []Entry{fusionEntry("a", sample("姓名"), sample("电话")), fusionEntry("b", sample("电话"), sample("病种"))}, want: "two/cn.mobile@national"},
	} {
		t.Run(name, func(t *testing.T) {
			r := reviewOf(t, c.entries, append(c.opts, FusionRules(fusionTestRules()[:1]))...)
			var got []string
			for i := range r.Findings {
				got = append(got, r.Findings[i].ID())
			}
			assert.Equal(t, c.want, strings.Join(got, " "))
		})
	}
}

func oracleForm(r *FusionReview) []oracleFinding {
	var out []oracleFinding
	for i := range r.Findings {
		f := &r.Findings[i]
		out = append(out, oracleFinding{f.ID(), f.Pairs, f.Triples, f.Entries})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

func TestFusionAgreesWithLookingAtEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawFusionEntries(t, 14)
		x, err := NewFusionIndex(entries, FusionRules(fusionTestRules()))
		require.NoError(t, err)
		r, err := x.Review(context.Background())
		require.NoError(t, err)
		assert.Equal(t, oracle(entries, fusionTestRules()), oracleForm(r))
		for i := range r.Findings {
			f := &r.Findings[i]
			require.NotEmpty(t, f.Witnesses, f.ID())
			play := map[string]bool{}
			for _, e := range r.InPlay(f) {
				play[e.ID] = true
			}
			assert.Len(t, play, int(f.Entries))
			for _, w := range f.Witnesses {
				assert.Subset(t, fusionNamesOf(play), w)
			}
		}
	})
}

func fusionNamesOf(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

func TestFusionKeptUpToDateEqualsFusionBuiltAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawFusionEntries(t, 20)
		x, err := NewFusionIndex(nil, FusionRules(fusionTestRules()))
		require.NoError(t, err)
		kept := map[string]Entry{}
		for _, e := range entries {
			require.NoError(t, x.Add(e))
			kept[e.ID] = e
			if len(kept) > 0 && rapid.IntRange(0, 2).Draw(t, "remove") > 0 {
				id := rapid.SampledFrom(fusionKeptIDs(kept)).Draw(t, "id")
				assert.Equal(t, kept[id].OpenType.Open(), x.Remove(id))
				delete(kept, id)
			}
		}
		var left []Entry
		for _, id := range fusionKeptIDs(kept) {
			left = append(left, kept[id])
		}
		anew, err := NewFusionIndex(left, FusionRules(fusionTestRules()))
		require.NoError(t, err)
		want, err := anew.Review(context.Background())
		require.NoError(t, err)
		got, err := x.Review(context.Background())
		require.NoError(t, err)
		assert.Equal(t, fusionPlain(want), fusionPlain(got))
		assert.Equal(t, want.Untyped, got.Untyped)
		assert.Equal(t, want.Keys, got.Keys)
	})
}

// fusionPlain leaves out what only the index knows.
func fusionPlain(r *FusionReview) []FusionFinding {
	out := append([]FusionFinding{}, r.Findings...)
	for i := range out {
		out[i].key = 0
	}
	return out
}

func fusionKeptIDs(m map[string]Entry) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func TestFusionMarginalIsTheDifferenceThatAnEntryMakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawFusionEntries(t, 12)
		if len(entries) == 0 {
			return
		}
		one := entries[len(entries)-1]
		one.OpenType = Unconditional
		rest := entries[:len(entries)-1]
		before := map[string]oracleFinding{}
		for _, f := range oracle(rest, fusionTestRules()) {
			before[f.ID] = f
		}
		want := map[string][2]uint64{}
		for _, f := range oracle(append(append([]Entry{}, rest...), one), fusionTestRules()) {
			if d := [2]uint64{f.Pairs - before[f.ID].Pairs, f.Triples - before[f.ID].Triples}; d != [2]uint64{} || !strings.Contains(f.ID, "/") && f.Entries > before[f.ID].Entries {
				want[f.ID] = d
			}
		}
		earlier := one
		earlier.Items = rapid.SliceOfN(rapid.SampledFrom(fusionSample), 0, 4).Draw(t, "earlier")
		for name, list := range map[string][]Entry{
			"without it": rest, "with it": append(slices.Clone(rest), one), "with another version of it": append(slices.Clone(rest), earlier),
		} {
			x, err := NewFusionIndex(list, FusionRules(fusionTestRules()))
			require.NoError(t, err)
			got := map[string][2]uint64{}
			for _, f := range x.Marginal(&one) {
				got[f.ID()] = [2]uint64{f.Pairs, f.Triples}
			}
			assert.Equal(t, want, got, name)
		}
	})
}

func TestFusionStopsWhenAsked(t *testing.T) {
	x, err := NewFusionIndex([]Entry{fusionEntry("a", sample("姓名"))})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = x.Review(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}
