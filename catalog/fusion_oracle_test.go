package catalog

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"pgregory.net/rapid"
)

// oracleFinding is what is compared with the index.
type oracleFinding struct {
	ID             string
	Pairs, Triples uint64
	Entries        uint64
}

// oracle reviews a catalog in the obvious way: it looks at every pair and triple of entries that share a key. It works on strings
// and shares nothing with the index but the rules.
func oracle(entries []Entry, rules []FusionRule) []oracleFinding {
	var open []Entry
	for _, e := range entries {
		if e.OpenType.Open() {
			open = append(open, e)
		}
	}
	var out []oracleFinding
	for _, r := range rules {
		covers := func(list ...Entry) bool {
			for _, group := range r.Groups {
				if !slices.ContainsFunc(list, func(e Entry) bool { return oracleHas(e, r, group) }) {
					return false
				}
			}
			return true
		}
		alone := 0
		keys := map[string][]Entry{}
		for _, e := range open {
			if covers(e) {
				alone++
				continue
			}
			for _, k := range oracleKeys(e, r) {
				keys[k] = append(keys[k], e)
			}
		}
		if alone > 0 {
			out = append(out, oracleFinding{ID: r.ID, Entries: uint64(alone)})
		}
		for k, list := range keys {
			f := oracleFinding{ID: r.ID + "/" + k}
			play := map[int]bool{}
			for i := range list {
				for j := range i {
					if covers(list[i], list[j]) {
						f.Pairs++
						play[i], play[j] = true, true
						continue
					}
					for n := range j {
						if covers(list[i], list[j], list[n]) && !covers(list[i], list[n]) && !covers(list[j], list[n]) {
							f.Triples++
							play[i], play[j], play[n] = true, true, true
						}
					}
				}
			}
			if f.Entries = uint64(len(play)); f.Entries > 0 {
				out = append(out, f)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

func oracleOpen(it Item) bool {
	return it.Masking == "" && (it.OpenType == "" || it.OpenType == Unconditional || it.OpenType == Conditional)
}

func oracleHas(e Entry, r FusionRule, group []string) bool {
	for _, it := range e.Items {
		if !oracleOpen(it) || (r.ExcludeAggregates && (e.Granularity == "aggregate" || it.Granularity == "aggregate")) {
			continue
		}
		if (r.Subject == SubjectPerson && it.Subject == SubjectOrganisation) || (r.Subject == SubjectOrganisation && it.Subject == SubjectPerson) {
			continue
		}
		for _, m := range group {
			name, fine, limited := strings.Cut(m, ":")
			if it.Semantic != name {
				continue
			}
			if !limited || it.Granularity == "" || strings.Contains("|"+fine+"|", "|"+it.Granularity+"|") {
				return true
			}
		}
	}
	return false
}

func oracleKeys(e Entry, r FusionRule) []string {
	set := map[string]bool{}
	for _, it := range e.Items {
		if !oracleOpen(it) || it.Semantic == "" || e.Granularity == "aggregate" || it.Granularity == "aggregate" {
			continue
		}
		if r.Subject != "" && it.Subject != "" && it.Subject != r.Subject {
			continue
		}
		switch it.Identifier {
		case Direct, WeakKey, StrongKey:
		default:
			continue
		}
		ns := it.Namespace
		if ns == "owner" {
			ns = e.Unit
		}
		if ns == "" && it.Identifier == StrongKey && !strings.HasPrefix(it.Semantic, "cn.") {
			ns = e.Unit
		}
		if ns == "" {
			ns = "national"
		}
		set[it.Semantic+"@"+ns] = true
	}
	var out []string
	for k := range set {
		out = append(out, k)
	}
	return out
}

// fusionSample are items as a city has them, the kinds that mislead among them.
var fusionSample = []Item{
	{Name: "姓名", Semantic: "cn.person_name", Subject: SubjectPerson, Identifier: WeakKey},
	{Name: "身份证号", Semantic: "cn.resident_id", Subject: SubjectPerson, Identifier: StrongKey, Namespace: "national"},
	{Name: "手机", Semantic: "cn.mobile", Subject: SubjectPerson, Identifier: Direct, Namespace: "national"},
	{Name: "联系电话", Semantic: "cn.mobile", Subject: SubjectOrganisation, Identifier: Direct, Namespace: "national"},
	{Name: "电话", Semantic: "cn.mobile", Identifier: Direct},
	{Name: "档案号", Semantic: "local_id", Subject: SubjectPerson, Identifier: StrongKey, Namespace: "owner"},
	{Name: "序号", Semantic: "row_number", Identifier: NoKey},
	{Name: "出生日期", Semantic: "birth_date", Subject: SubjectPerson, Identifier: Quasi, Granularity: "day"},
	{Name: "出生年份", Semantic: "birth_date", Subject: SubjectPerson, Identifier: Quasi, Granularity: "year"},
	{Name: "性别", Semantic: "gender", Subject: SubjectPerson, Identifier: Quasi},
	{Name: "住址", Semantic: "address_full", Subject: SubjectPerson, Identifier: Quasi, Granularity: "full"},
	{Name: "区", Semantic: "address_full", Subject: SubjectPerson, Identifier: Quasi, Granularity: "district"},
	{Name: "病种", Semantic: "health", Subject: SubjectPerson, Identifier: Sensitive},
	{Name: "病例数", Semantic: "health", Subject: SubjectPerson, Identifier: Sensitive, Granularity: "aggregate"},
	{Name: "证件号", Semantic: "cn.resident_id", Subject: SubjectPerson, Identifier: StrongKey, Namespace: "national", Masking: "hash"},
	{Name: "补贴金额", Semantic: "benefit", Subject: SubjectPerson, Identifier: Sensitive, OpenType: Closed},
	{Name: "补贴", Semantic: "benefit", Subject: SubjectPerson, Identifier: Sensitive},
	{Name: "备注"},
}

// fusionTestRules have two, three and four groups, so that triples come up.
func fusionTestRules() []FusionRule {
	basis := []string{"第二十条"}
	return []FusionRule{
		{ID: "two", Basis: basis, Title: "t", Groups: [][]string{{"cn.person_name", "cn.resident_id"}, {"health", "benefit"}}, Subject: SubjectPerson, ExcludeAggregates: true},
		{ID: "triple", Basis: basis, Title: "t", Groups: [][]string{{"birth_date:day|exact"}, {"gender"}, {"address_full:full"}}, Subject: SubjectPerson, ExcludeAggregates: true},
		{ID: "any", Basis: basis, Title: "t", Groups: [][]string{{"birth_date"}, {"gender"}, {"health"}, {"benefit"}}},
		{ID: "org", Basis: basis, Title: "t", Groups: [][]string{{"cn.mobile"}, {"health"}}, Subject: SubjectOrganisation},
	}
}

func drawFusionEntries(t *rapid.T, most int) []Entry {
	n := rapid.IntRange(0, most).Draw(t, "entries")
	order := rapid.Permutation(makeRange(n)).Draw(t, "order")
	out := make([]Entry, n)
	kinds := fusionSample
	if rapid.Bool().Draw(t, "dense") {
		kinds = []Item{fusionSample[5], fusionSample[5], fusionSample[7], fusionSample[9], fusionSample[10], fusionSample[12]}
	}
	for i := range out {
		items := rapid.SliceOfN(rapid.SampledFrom(kinds), 0, 4).Draw(t, "items")
		out[i] = Entry{
			ID: fmt.Sprintf("e%02d", order[i]), Items: items, Unit: rapid.SampledFrom([]string{"民政局", "卫健委"}).Draw(t, "unit"),
			OpenType:    rapid.SampledFrom([]OpenType{Unconditional, Unconditional, Unconditional, Conditional, Closed, Undetermined}).Draw(t, "type"),
			Granularity: rapid.SampledFrom([]string{"", "", "", "aggregate"}).Draw(t, "granularity"),
		}
	}
	return out
}

func makeRange(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
