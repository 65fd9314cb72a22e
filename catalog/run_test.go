package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

func TestARunNeedsATime(t *testing.T) {
	_, err := catalog.Run(t.Context(), &catalog.Catalog{}, catalog.RunConfig{})
	assert.ErrorContains(t, err, "time")
}

func TestAnEmptyCatalogIsARunOfNothing(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	r, err := catalog.Run(t.Context(), &catalog.Catalog{}, catalog.RunConfig{Rules: rules, At: classifyTime})
	require.NoError(t, err)
	assert.Empty(t, r.Open.Catalog().Entries)
	assert.Empty(t, r.Classification.Entries)
}

// Whatever a catalog states and records, the open catalog of a run has exactly the entries that come out as open, and the input stays as it
// was.
func TestARunOpensExactlyWhatComesOutAsOpen(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	facts := classifierForTests(t).Facts()
	rapid.Check(t, func(rt *rapid.T) {
		c := &catalog.Catalog{Unit: "市"}
		for i := range rapid.IntRange(0, 3).Draw(rt, "entries") {
			e := catalog.Entry{
				ID: fmt.Sprint("e", i), Name: fmt.Sprint("数据", i), Unit: "某局", Facts: drawFacts(rt, facts),
				OpenType: rapid.SampledFrom([]catalog.OpenType{"", "unconditional", "conditional", "closed", "nonsense"}).Draw(rt, "recorded"),
			}
			for k := range rapid.IntRange(0, 2).Draw(rt, "items") {
				name := rapid.SampledFrom([]string{"身份证号", "姓名", "数量", "地址"}).Draw(rt, "item")
				e.Items = append(e.Items, catalog.Item{Name: fmt.Sprint(name, k), OpenType: rapid.SampledFrom([]catalog.OpenType{"", "closed"}).Draw(rt, "item type")})
			}
			c.Entries = append(c.Entries, e)
		}
		before, err := json.Marshal(c)
		require.NoError(rt, err)
		keep := rapid.Bool().Draw(rt, "keep")
		r, err := catalog.Run(context.Background(), c, catalog.RunConfig{Rules: rules, At: classifyTime, KeepRecorded: keep})
		require.NoError(rt, err)
		want := []string{}
		for _, e := range r.Classification.Catalog.Entries {
			if e.OpenType.Open() && (len(e.Items) == 0 || hasOpenItem(e)) {
				want = append(want, e.ID)
			}
		}
		got := []string{}
		for _, e := range r.Open.Catalog().Entries {
			got = append(got, e.ID)
			for _, it := range e.Items {
				require.NotEqual(rt, catalog.Closed, it.OpenType)
			}
		}
		require.Equal(rt, want, got)
		after, err := json.Marshal(c)
		require.NoError(rt, err)
		require.Equal(rt, string(before), string(after))
	})
}

func hasOpenItem(e catalog.Entry) bool {
	for _, it := range e.Items {
		if it.OpenType != catalog.Closed {
			return true
		}
	}
	return false
}

func TestTheStagesOfARunComeInTheirOrder(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	var got []catalog.Stage
	_, err = catalog.Run(t.Context(), oneEntry(catalog.Entry{}), catalog.RunConfig{Rules: rules, At: classifyTime.Add(time.Hour), Stage: func(s catalog.Stage, _, _ int) {
		if len(got) == 0 || got[len(got)-1] != s {
			got = append(got, s)
		}
	}})
	require.NoError(t, err)
	assert.Equal(t, []catalog.Stage{catalog.StageAnnotate, catalog.StageClassify, catalog.StageDerive, catalog.StageCheck, catalog.StageFusion}, got)
}
