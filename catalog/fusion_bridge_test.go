package catalog

import (
	"fmt"
	"slices"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// oracleBridges looks at every three entries in a row, over every two keys. It shares nothing with the index but the rules.
func oracleBridges(entries []Entry, rules []FusionRule) []oracleFinding {
	var open []Entry
	strong := map[string]bool{}
	for _, e := range entries {
		if !e.OpenType.Open() {
			continue
		}
		open = append(open, e)
		for _, it := range e.Items {
			if it.Semantic == fusionPersonName || it.Identifier != Direct && it.Identifier != StrongKey {
				continue
			}
			one := e
			one.Items = []Item{it}
			for _, k := range oracleKeys(one, FusionRule{}) {
				strong[k] = true
			}
		}
	}
	var out []oracleFinding
	for _, r := range rules {
		has := func(e Entry, k string) bool { return slices.Contains(oracleKeys(e, r), k) }
		covers := func(list ...Entry) bool {
			for _, group := range r.Groups {
				if !slices.ContainsFunc(list, func(e Entry) bool { return oracleHas(e, r, group) }) {
					return false
				}
			}
			return true
		}
		var keys []string
		for k := range strong {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for i, k := range keys {
			for _, l := range keys[i+1:] {
				f := oracleFinding{ID: r.ID + "/" + k + "+" + l}
				play := map[string]bool{}
				for _, a := range open {
					for _, m := range open {
						for _, c := range open {
							if has(a, k) && !has(a, l) && has(m, k) && has(m, l) && has(c, l) && !has(c, k) &&
								!covers(a, m) && !covers(m, c) && covers(a, m, c) {
								f.Triples++
								play[a.ID], play[m.ID], play[c.ID] = true, true, true
							}
						}
					}
				}
				if f.Entries = uint64(len(play)); f.Entries > 0 {
					out = append(out, f)
				}
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// drawBridgeEntries has entries of which many share one of three strong keys, few of them more, and what makes up the rules is spread thin;
// in every other catalog the other kinds of items are among them.
func drawBridgeEntries(t *rapid.T) []Entry {
	entries := drawFusionEntries(t, 4)
	if rapid.Bool().Draw(t, "other kinds") {
		entries = nil
	}
	keys := []Item{sample("手机"), sample("档案号"), sample("身份证号"), sample("电话"), sample("联系电话")}
	rest := []Item{sample("备注"), sample("姓名"), sample("病种"), sample("出生日期"), sample("性别"), sample("住址"), sample("补贴")}
	for i := range rapid.IntRange(3, 9).Draw(t, "entries") {
		items := rapid.SliceOfN(rapid.SampledFrom(keys), 1, 2).Draw(t, "keys")
		items = append(items, rapid.SliceOfN(rapid.SampledFrom(rest), 0, 2).Draw(t, "items")...)
		entries = append(entries, Entry{
			ID: fmt.Sprintf("x%02d", i), Items: items, Unit: rapid.SampledFrom([]string{"民政局", "民政局", "卫健委"}).Draw(t, "unit"), OpenType: Conditional,
		})
	}
	return entries
}

func bridgesOf(r *FusionReview) (bridges []oracleFinding) {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Kind == FusionBridge {
			bridges = append(bridges, oracleFinding{f.ID(), f.Pairs, f.Triples, f.Entries})
		}
	}
	sort.Slice(bridges, func(i, j int) bool { return bridges[i].ID < bridges[j].ID })
	return bridges
}

func TestABridgeLinksTwoEntriesThroughAThird(t *testing.T) {
	name := Item{Name: "姓名", Semantic: "cn.person_name", Subject: SubjectPerson} // no key: it names, and nothing more
	entries := []Entry{
		fusionEntry("会员名单", name, sample("手机")),
		fusionEntry("就诊卡", sample("手机"), sample("档案号")),
		fusionEntry("病历", sample("档案号"), sample("病种")),
		fusionEntry("公园", sample("备注")),
	}
	rules := FusionRules(fusionTestRules()[:1])
	assert.Empty(t, reviewOf(t, entries, rules).Findings, "nobody asked for bridges")
	r := reviewOf(t, entries, rules, FusionBridges())
	require.Len(t, r.Findings, 1)
	f := &r.Findings[0]
	assert.Equal(t, "two/cn.mobile@national+local_id@民政局", f.ID())
	assert.Equal(t, [][]string{{"会员名单", "就诊卡", "病历"}}, f.Witnesses)
	assert.Equal(t, [3]uint64{1, 3, 0}, [3]uint64{f.Triples, f.Entries, f.Pairs})
	assert.Equal(t, StrongKey, f.KeyClass, "as strong as the weaker of its keys")
	assert.Equal(t, []FusionClass{{[]string{}, 1}, {[]string{"cn.person_name / cn.resident_id"}, 1}, {[]string{"health / benefit"}, 1}}, f.Classes)

	require.NoError(t, r.Digests())
	settle := func() FusionState {
		r := reviewOf(t, entries, rules, FusionBridges())
		_, err := Settle(r, []Disposition{accepted(t, f)})
		require.NoError(t, err)
		return r.Findings[0].State
	}
	assert.Equal(t, FusionSettled, settle())
	entries[3].Name = "公园名录"
	assert.Equal(t, FusionSettled, settle())
	entries[1].Name = "就诊卡登记"
	assert.Equal(t, FusionReopened, settle(), "the one in the middle is in play too")
}

func TestBridgesAgreeWithLookingAtEveryRowOfThree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawBridgeEntries(t)
		x, err := NewFusionIndex(entries, FusionRules(fusionTestRules()), FusionBridges())
		require.NoError(t, err)
		r, err := x.Review(t.Context())
		require.NoError(t, err)
		got := bridgesOf(r)
		require.Equal(t, oracleBridges(entries, fusionTestRules()), got)
		by := map[string]*Entry{}
		for i := range entries {
			by[entries[i].ID] = &entries[i]
		}
		for i := range r.Findings {
			f := &r.Findings[i]
			if f.Kind != FusionBridge {
				continue
			}
			require.NotEmpty(t, f.Witnesses)
			require.Len(t, r.InPlay(f), int(f.Entries))
			for _, w := range f.Witnesses {
				row := []Entry{*by[w[0]], *by[w[1]], *by[w[2]]}
				require.Equal(t, uint64(1), oracleOf(oracleBridges(row, fusionTestRules()), f.ID()), "%v is a row of three", w)
			}
		}
		shuffled := slices.Clone(entries)
		slices.Reverse(shuffled)
		again, err := NewFusionIndex(shuffled, FusionRules(fusionTestRules()), FusionBridges())
		require.NoError(t, err)
		r2, err := again.Review(t.Context())
		require.NoError(t, err)
		require.Equal(t, witnessesOf(r), witnessesOf(r2), "the order of the catalog does not matter")
	})
}

func oracleOf(list []oracleFinding, id string) uint64 {
	for _, f := range list {
		if f.ID == id {
			return f.Triples
		}
	}
	return 0
}

func witnessesOf(r *FusionReview) (out []string) {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Kind == FusionBridge {
			out = append(out, f.ID()+" "+fmt.Sprint(f.Witnesses))
		}
	}
	return out
}
