package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

var checkTime = time.Date(2026, 11, 24, 9, 0, 0, 0, time.FixedZone("CST", 8*60*60))

func shenzhenChecker(t testing.TB) *catalog.Checker {
	t.Helper()
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	c, err := catalog.NewChecker(rules)
	require.NoError(t, err)
	return c
}

// soundEntry is an entry that no rule has anything to say about.
func soundEntry(id, name string) catalog.Entry {
	return catalog.Entry{
		ID: id, Name: name, Summary: name + "的位置", Items: []catalog.Item{{Name: "名称", Type: "string"}}, Format: "csv",
		Sharing: catalog.SharedFreely, OpenType: catalog.Unconditional, System: "业务系统", UpdateFrequency: catalog.Daily,
		Unit: "市交通运输局", Reason: "14(3)", Level: 1, Review: "accepted", CatalogUpdated: checkTime.AddDate(0, -1, 0),
	}
}

func check(t testing.TB, in catalog.Input) *catalog.Report {
	t.Helper()
	r, err := shenzhenChecker(t).Check(t.Context(), in, catalog.CheckAt(checkTime))
	require.NoError(t, err)
	return r
}

func ofEntry(r *catalog.Report, id string) map[string]catalog.Finding {
	out := map[string]catalog.Finding{}
	for _, f := range r.Findings {
		if f.Entry == id {
			out[f.Rule] = f
		}
	}
	return out
}

func TestAFindingPointsToTheCellThatItIsAbout(t *testing.T) {
	e := soundEntry("1", "停车场")
	e.System = ""
	e.Origin = &catalog.Origin{Row: 7, Layout: &catalog.Layout{File: "a.xlsx", Sheet: "目录", Columns: map[string]int{"system": 28}}}
	f := ofEntry(check(t, catalog.Input{Base: &catalog.Catalog{Entries: []catalog.Entry{e}}}), "1")["base.system"]
	assert.Equal(t, catalog.Finding{
		Rule: "base.system", Basis: []string{"第十七条第二款"}, Short: []string{"17p2"}, Severity: catalog.SeverityError,
		Verdict: catalog.Violated, Record: "base", Entry: "1", Unit: "市交通运输局", Field: "system",
		Place:   &catalog.Place{File: "a.xlsx", Sheet: "目录", Row: 7, Column: "AB"},
		Message: "缺少所属系统", Fix: "请补填所属系统", MessageEN: "owning system is missing", FixEN: "fill in owning system",
	}, f)
}

func TestWhatAFieldMayHold(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(*catalog.Entry)
		rule    string
		message string
		fix     string
	}{
		{
			"a code that the list has not", func(e *catalog.Entry) { e.Sharing = "public" }, "base.sharing",
			`共享属性不在规定的取值之中："public"`, "请改为：unconditional（无条件共享）、conditional（有条件共享）、none（不予共享）",
		},
		{"a level beyond the greatest", func(e *catalog.Entry) { e.Level = 5 }, "base.level", "数据级别超出范围：5", "应为 at most 4"},
		{"white space in the place of a text", func(e *catalog.Entry) { e.Summary = " \u3000" }, "base.summary", "缺少目录摘要", "请补填目录摘要"},
		{"an empty list", func(e *catalog.Entry) { e.Items = []catalog.Item{} }, "base.items", "数据项至少 1 项，现有 0 项", "请补全数据项"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := soundEntry("1", "停车场")
			tt.change(&e)
			f, ok := ofEntry(check(t, catalog.Input{Base: &catalog.Catalog{Entries: []catalog.Entry{e}}}), "1")[tt.rule]
			require.True(t, ok)
			assert.Equal(t, tt.message, f.Message)
			assert.Equal(t, tt.fix, f.Fix)
			assert.Equal(t, catalog.Violated, f.Verdict)
		})
	}
}

func TestAWrongFieldIsNotJudgedAsIfItWereThere(t *testing.T) {
	e := soundEntry("1", "停车场")
	e.Level = 5
	f := ofEntry(check(t, catalog.Input{Base: &catalog.Catalog{Entries: []catalog.Entry{e}}}), "1")["art16-2-unconditional-level"]
	assert.Equal(t, catalog.Unjudged, f.Verdict)
	assert.Equal(t, []string{"level"}, f.Missing)
}

func TestMissingNamesTheFieldsOfOtherRecordsWithTheirSet(t *testing.T) {
	base, open := soundEntry("1", "停车场"), soundEntry("o1", "停车场")
	base.Format, open.BaseID, open.System, open.Sharing = "", "1", "", ""
	r := check(t, catalog.Input{
		Base: &catalog.Catalog{Entries: []catalog.Entry{base}}, Open: &catalog.Catalog{Entries: []catalog.Entry{open}},
	})
	assert.Equal(t, []string{"base.format"}, ofEntry(r, "o1")["art18-3-other-format"].Missing)
}

func TestASetThatWasNotGivenIsMissedOnceAndNotForEveryEntry(t *testing.T) {
	entries := []catalog.Entry{soundEntry("1", "停车场"), soundEntry("2", "充电桩")}
	r := check(t, catalog.Input{Base: &catalog.Catalog{Entries: entries}})
	var found []catalog.Finding
	for _, f := range r.Findings {
		if f.Rule == "art18-1-missing" {
			found = append(found, f)
		}
	}
	require.Len(t, found, 1)
	assert.Equal(t, []string{"open"}, found[0].Missing)
	assert.Empty(t, found[0].Entry)
	for _, n := range r.Rules {
		if n.ID == "art18-1-missing" {
			assert.Equal(t, 2, n.Unjudged)
		}
	}
	assert.False(t, r.Failed(), "what cannot be judged is not a violation")
}

func TestUnitsMendFirstWhatConcernsMostOfTheirEntries(t *testing.T) {
	var entries []catalog.Entry
	for i := range 8 {
		e := soundEntry(strconv.Itoa(i), "数据"+strconv.Itoa(i)+"号")
		if i < 5 {
			e.Summary = ""
		}
		if i == 4 || i == 5 {
			e.Format = ""
		}
		if i == 6 {
			e.Reason = "" // a warning
		}
		entries = append(entries, e)
	}
	r := check(t, catalog.Input{Base: &catalog.Catalog{Entries: entries}})
	require.Len(t, r.Units, 1)
	u := r.Units[0]
	assert.Equal(t, "市交通运输局", u.Unit)
	assert.Equal(t, []int{8, 1, 7, 1}, []int{u.Entries, u.Clean, u.Errors, u.Warnings})
	var rows []string
	for _, f := range u.Fixes {
		rows = append(rows, fmt.Sprintf("%s %s %d %s%% clean %d %v", f.Rule, f.Short[0], f.Count, f.Share, f.Clean, f.Examples))
	}
	assert.Equal(t, []string{
		"base.summary 17p2 5 62.5% clean 5 [0 1 2]",
		"base.format 17p2 2 25.0% clean 7 [4 5]",
		"art14-reason 14 1 12.5% clean 8 [6]",
	}, rows)
}

func TestAnErringRuleIsAFindingAndNeverFine(t *testing.T) {
	rules, err := banfa.Load(checkFiles(`
  - {id: errs, basis: 第十七条, each: base, at: name, require: "10 / size(base.name) > 0", message: 不会走到}`), banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	c, err := catalog.NewChecker(rules)
	require.NoError(t, err)
	r, err := c.Check(t.Context(), catalog.Input{Records: map[string][]map[string]any{"base": {{"id": "1", "name": ""}}}}, catalog.CheckAt(checkTime))
	require.NoError(t, err)
	f := ofEntry(r, "1")["errs"]
	assert.Equal(t, catalog.Unjudged, f.Verdict)
	assert.Equal(t, catalog.SeverityError, f.Severity)
	assert.Contains(t, f.Message, "规则求值出错")
	assert.True(t, r.Failed())
}

func TestALookUpThatFindsTooManyIsAnErrorOfTheRule(t *testing.T) {
	rules, err := banfa.Load(checkFiles(`
  - {id: many, basis: 第十七条, each: base, at: name, require: base_by_name(base.name).size() == 1, message: 重名}`), banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	c, err := catalog.NewChecker(rules)
	require.NoError(t, err)
	var records []map[string]any
	for i := range 1001 {
		records = append(records, map[string]any{"id": strconv.Itoa(i), "name": "同名"})
	}
	r, err := c.Check(t.Context(), catalog.Input{Records: map[string][]map[string]any{"base": records}}, catalog.CheckAt(checkTime))
	require.NoError(t, err)
	assert.Contains(t, ofEntry(r, "0")["many"].Message, "base_by_name() 找到 1001 条记录")
}

func TestErrorsOfTheCaller(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	_, err = catalog.NewChecker(rules, catalog.CheckFile("nothing"))
	require.EqualError(t, err, "catalog: no Catalog/nothing; there is catalog-checks")
	_, err = shenzhenChecker(t).Check(t.Context(), catalog.Input{Records: map[string][]map[string]any{"bases": nil}})
	require.EqualError(t, err, `catalog: the rule file declares no records "bases"; it has base, open, plan, census, agency, it_system, project, consent, platform, provision, demand, objection, previous`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = shenzhenChecker(t).Check(ctx, catalog.Input{Base: &catalog.Catalog{Entries: []catalog.Entry{soundEntry("1", "停车场")}}})
	require.ErrorIs(t, err, context.Canceled)
}

// Each record comes out once for every rule that looks at it: nothing is lost between fine, violated and unjudged, and the same input gives
// the same bytes.
func TestEveryRecordIsCountedOnceForEveryRule(t *testing.T) {
	c := shenzhenChecker(t)
	words := rapid.SampledFrom([]string{"", "停车场", "停车 场", "unconditional", "conditional", "closed", "none", "daily", "irregular", "csv", "\x00"})
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(prefix string) *catalog.Catalog {
			k := &catalog.Catalog{Entries: []catalog.Entry{}}
			for i := range rapid.IntRange(0, 4).Draw(rt, prefix) {
				e := catalog.Entry{
					ID: strconv.Itoa(i), Name: words.Draw(rt, "name"), Summary: words.Draw(rt, "summary"), Format: words.Draw(rt, "format"),
					Sharing: catalog.Sharing(words.Draw(rt, "sharing")), OpenType: catalog.OpenType(words.Draw(rt, "type")),
					UpdateFrequency: catalog.Frequency(words.Draw(rt, "frequency")), Unit: words.Draw(rt, "unit"),
					Level: rapid.IntRange(-1, 6).Draw(rt, "level"), BaseID: strconv.Itoa(rapid.IntRange(0, 5).Draw(rt, "base")),
				}
				for range rapid.IntRange(0, 2).Draw(rt, "items") {
					e.Items = append(e.Items, catalog.Item{Name: words.Draw(rt, "item"), Level: rapid.IntRange(0, 5).Draw(rt, "item level")})
				}
				k.Entries = append(k.Entries, e)
			}
			return k
		}
		in := catalog.Input{Base: draw("base"), Open: draw("open"), Previous: draw("previous")}
		a, err := c.Check(context.Background(), in, catalog.CheckAt(checkTime))
		require.NoError(rt, err)
		entries := map[string]int{}
		for _, s := range a.Sets {
			entries[s.Record] = s.Entries
		}
		violated := map[string]int{}
		for _, f := range a.Findings {
			if f.Verdict == catalog.Violated {
				violated[f.Rule]++
			}
		}
		for _, n := range a.Rules {
			require.Contains(rt, []int{entries["base"], entries["open"], entries["previous"], 1, 0}, n.Fine+n.Violated+n.Unjudged, n.ID)
			require.Equal(rt, violated[n.ID], n.Violated, n.ID)
		}
		b, err := c.Check(context.Background(), in, catalog.CheckAt(checkTime))
		require.NoError(rt, err)
		require.Equal(rt, checkJSON(rt, a), checkJSON(rt, b))
	})
}

func checkJSON(t require.TestingT, v any) string {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}
