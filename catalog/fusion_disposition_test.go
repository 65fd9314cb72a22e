package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func fusionPairOfEntries() []Entry {
	return []Entry{
		fusionEntry("低保名单", sample("姓名"), sample("手机")), fusionEntry("公园", sample("备注")), fusionEntry("门诊记录", sample("手机"), sample("病种")),
	}
}

func accepted(t *testing.T, f *FusionFinding) Disposition {
	t.Helper()
	return Disposition{Finding: f.ID(), Decision: DecisionAccept, Reason: "手机号码为单位公用号码", By: "数据管理科", Date: "2026-11-24", CatalogDigest: f.Digest}
}

func TestDispositionHoldsUntilTheEntriesInPlayChange(t *testing.T) {
	entries, rules := fusionPairOfEntries(), FusionRules(fusionTestRules()[:1])
	r := reviewOf(t, entries, rules)
	require.NoError(t, r.Digests())
	d := accepted(t, &r.Findings[0])
	settle := func() *FusionFinding {
		r := reviewOf(t, entries, rules)
		idle, err := Settle(r, []Disposition{d})
		require.NoError(t, err)
		require.Empty(t, idle)
		return &r.Findings[0]
	}
	f := settle()
	assert.Equal(t, FusionSettled, f.State)
	assert.Equal(t, DecisionAccept, f.Decision)
	entries[1].Name = "公园名录"
	assert.Equal(t, FusionSettled, settle().State, "an entry that is not in play changes nothing")
	slices.Reverse(entries)
	assert.Equal(t, FusionSettled, settle().State, "nor does the order")
	entries[0].Name = "门诊记录（新）"
	assert.Equal(t, FusionReopened, settle().State)
	assert.Empty(t, settle().Decision)
}

func TestTheLatestDispositionCounts(t *testing.T) {
	r := reviewOf(t, fusionPairOfEntries(), FusionRules(fusionTestRules()[:1]))
	require.NoError(t, r.Digests())
	first, later, idle := accepted(t, &r.Findings[0]), accepted(t, &r.Findings[0]), accepted(t, &r.Findings[0])
	later.Decision, later.Date, idle.Finding = DecisionMask, "2026-11-25", "two/passport@national"
	got, err := Settle(r, []Disposition{later, first, idle})
	require.NoError(t, err)
	assert.Equal(t, DecisionMask, r.Findings[0].Decision)
	assert.Equal(t, []Disposition{idle}, got)
	assert.Zero(t, r.Open())
}

func TestAReviewThatWasKeptIsSettledByItsDigests(t *testing.T) {
	entries, rules := fusionPairOfEntries(), FusionRules(fusionTestRules()[:1])
	kept := func(digests bool) *FusionReview {
		r := reviewOf(t, entries, rules)
		if digests {
			require.NoError(t, r.Digests())
		}
		text, err := json.Marshal(r)
		require.NoError(t, err)
		out := &FusionReview{}
		require.NoError(t, json.Unmarshal(text, out))
		return out
	}
	r := kept(true)
	d := accepted(t, &r.Findings[0])
	idle, err := Settle(r, []Disposition{d})
	require.NoError(t, err)
	assert.Empty(t, idle)
	assert.Equal(t, FusionSettled, r.Findings[0].State)
	d.CatalogDigest = "sha256:of another"
	_, err = Settle(r, []Disposition{d})
	require.NoError(t, err)
	assert.Equal(t, FusionReopened, r.Findings[0].State)
	_, err = Settle(kept(false), []Disposition{d})
	require.ErrorIs(t, err, ErrDisposition, "nobody knows which entries were in play")
}

func TestDispositionsThatLackSomethingSettleNothing(t *testing.T) {
	const good = `{"finding":"a/b","decision":"accept","reason":"r","by":"b","date":"2026-11-24","catalog_digest":"sha256:0"}`
	for name, c := range map[string]struct{ change, to, want string }{
		"an unknown decision": {`"accept"`, `"ignore"`, "is not one of accept, raise, mask, coarsen, condition"},
		"no reason":           {`"r"`, `" "`, "reason is missing"},
		"nobody":              {`"by":"b"`, `"by":""`, "who decided"},
		"no digest":           {`sha256:0`, ``, "catalog_digest is missing"},
		"a date of no day":    {`11-24`, `11-31`, "write YYYY-MM-DD"},
		"an unknown key":      {`"by"`, `"who"`, "unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadDispositions(strings.NewReader("\n" + strings.Replace(good, c.change, c.to, 1)))
			require.ErrorIs(t, err, ErrDisposition)
			assert.ErrorContains(t, err, c.want)
		})
	}
	for _, text := range []string{"[" + good + "," + good + "]", good + "\n" + good + "\n"} {
		got, err := ReadDispositions(strings.NewReader(text))
		require.NoError(t, err)
		assert.Len(t, got, 2)
	}
	_, err := ReadDispositions(strings.NewReader("[" + good + "] x"))
	assert.ErrorIs(t, err, ErrDisposition)
	_, err = Settle(&FusionReview{}, []Disposition{{}})
	assert.ErrorIs(t, err, ErrDisposition)
}

func sketchOf(t *testing.T, k, from, to int) *ValueSketch {
	t.Helper()
	s, err := NewValueSketch([]byte("0123456789abcdef"), k, func(yield func(string) bool) {
		for i := from; i < to && yield(fmt.Sprintf("1380000%05d", i)); i++ {
		}
	})
	require.NoError(t, err)
	return s
}

func TestValueSketchesEstimateContainment(t *testing.T) {
	for _, c := range []struct {
		a, b [2]int
		want float64
	}{
		{[2]int{0, 20000}, [2]int{0, 20000}, 1},
		{[2]int{0, 20000}, [2]int{10000, 40000}, .5},
		{[2]int{0, 20000}, [2]int{18000, 90000}, .1},
		{[2]int{0, 500}, [2]int{0, 90000}, 1},
		{[2]int{0, 20000}, [2]int{20000, 40000}, 0},
	} {
		got, n, err := sketchOf(t, ValueSketchSize, c.a[0], c.a[1]).Containment(sketchOf(t, ValueSketchSize, c.b[0], c.b[1]))
		require.NoError(t, err)
		assert.InDelta(t, c.want, got, .12, "%v in %v, from %d values", c.a, c.b, n)
		assert.Positive(t, n)
	}
	assert.Equal(t, FusionConfirmed, GradeSketches(sketchOf(t, 64, 0, 5000), sketchOf(t, 64, 0, 5000)))
	assert.Equal(t, FusionRefuted, GradeSketches(sketchOf(t, 64, 0, 50), sketchOf(t, 64, 50, 90)), "both are whole")
	assert.Equal(t, FusionPossible, GradeSketches(sketchOf(t, 64, 0, 5000), sketchOf(t, 64, 5000, 9000)), "64 values refute nothing")
	assert.Equal(t, FusionPossible, GradeSketches(nil, sketchOf(t, 64, 0, 1)))
}

func TestValueSketchesOfOtherSecretsAreNotCompared(t *testing.T) {
	a := sketchOf(t, 8, 0, 5)
	b, err := NewValueSketch([]byte("another secret!!"), 8, slices.Values([]string{" x ", "x", ""}))
	require.NoError(t, err)
	assert.Len(t, b.Hashes, 1)
	_, _, err = a.Containment(b)
	assert.ErrorIs(t, err, ErrSketch)
	assert.Equal(t, FusionPossible, GradeSketches(a, b))
	_, err = NewValueSketch([]byte("short"), 8, slices.Values([]string{}))
	assert.ErrorIs(t, err, ErrSketch)
	_, err = NewValueSketch(make([]byte, 16), 0, slices.Values([]string{}))
	assert.ErrorIs(t, err, ErrSketch)
}

func TestValuesGradeAFinding(t *testing.T) {
	for want, columns := range map[FusionGrade]map[string]*ValueSketch{
		FusionConfirmed: {"低保名单": sketchOf(t, 64, 0, 40), "门诊记录": sketchOf(t, 64, 0, 40)},
		FusionRefuted:   {"低保名单": sketchOf(t, 64, 0, 40), "门诊记录": sketchOf(t, 64, 40, 80)},
		FusionPossible:  {"低保名单": sketchOf(t, 64, 0, 40)},
	} {
		r := reviewOf(t, fusionPairOfEntries(), FusionRules(fusionTestRules()[:1]))
		GradeReview(r, func(entry, semantic string) *ValueSketch {
			assert.Equal(t, "cn.mobile", semantic)
			return columns[entry]
		})
		assert.Equal(t, want, r.Findings[0].Evidence)
	}
}
