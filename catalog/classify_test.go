package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

var classifyTime = time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("CST", 8*60*60))

func classifierForTests(t testing.TB) *classify.Classifier {
	t.Helper()
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	c, err := classify.New(rules)
	require.NoError(t, err)
	return c
}

// allStated are the facts of an entry against which nothing stands; a test takes some away or changes them.
func allStated(change map[string]any) map[string]any {
	m := map[string]any{
		"governed_by_other_law": false, "state_secret": false, "endangers_security": false, "trade_secret": false, "personal_privacy": false,
		"law_forbids": false, "consent_obtained": false, "strains_infrastructure": false, "high_capability_demand": false,
		"law_requires_conditional": false, "already_public": false, "security_risk": "low", "desensitized": false,
		"residual_risk_acceptable": false,
	}
	for k, v := range change {
		if v == nil {
			delete(m, k)
			continue
		}
		m[k] = v
	}
	return m
}

func classified(t *testing.T, c *catalog.Catalog, opts ...catalog.ClassifyOption) *catalog.Classification {
	t.Helper()
	cl := classifierForTests(t)
	g, err := catalog.DefaultGuesses(cl.Facts())
	require.NoError(t, err)
	opts = append([]catalog.ClassifyOption{catalog.ClassifyAt(classifyTime), catalog.WithGuesses(g)}, opts...)
	out, err := catalog.ClassifyCatalog(t.Context(), c, cl, opts...)
	require.NoError(t, err)
	return out
}

func oneEntry(e catalog.Entry) *catalog.Catalog {
	e.ID, e.Name, e.Unit = "e1", "某数据", "某局"
	return &catalog.Catalog{Entries: []catalog.Entry{e}}
}

func residentID() catalog.Item {
	return catalog.Item{Name: "身份证号", Semantic: "cn.resident_id", Subject: catalog.SubjectPerson, Identifier: catalog.StrongKey}
}

func TestWhatAGuessDoesToAnEntry(t *testing.T) {
	masked := residentID()
	masked.Masking = "只留后四位"
	organisation := residentID()
	organisation.Semantic, organisation.Subject = "cn.credit_code", catalog.SubjectOrganisation
	denied := residentID()
	denied.Facts = map[string]any{"personal_privacy": false}
	closedItem := residentID()
	closedItem.OpenType = catalog.Closed
	plain := catalog.Item{Name: "区", Facts: map[string]any{"personal_privacy": false}}
	for _, tc := range []struct {
		why     string
		facts   map[string]any
		items   []catalog.Item
		outcome string
		guessed bool
		guesses int
		found   []string
	}{
		{
			"closes where the officer's facts leave no way to open", allStated(map[string]any{"personal_privacy": nil}),
			[]catalog.Item{residentID()},
			"closed", true, 1, nil,
		},
		{
			"does not open an entry for whose data consent was given: whether it involves privacy stays the question",
			allStated(map[string]any{"personal_privacy": nil, "consent_obtained": true}),
			[]catalog.Item{residentID()},
			"undetermined", false, 1, nil,
		},
		{
			"does not open de-identified data either",
			allStated(map[string]any{
				"personal_privacy": nil, "desensitized": true, "residual_risk_acceptable": true, "already_public": true,
				"strains_infrastructure": nil,
			}),
			[]catalog.Item{residentID()},
			"undetermined", false, 1, nil,
		},
		{"settles nothing while other facts are missing", nil, []catalog.Item{residentID()}, "undetermined", false, 1, nil},
		{
			"is not made against an officer's fact about the entry", allStated(nil),
			[]catalog.Item{residentID()},
			"unconditional", false, 0,
			[]string{"classify.denied"},
		},
		{
			"nor against one about the item", allStated(map[string]any{"personal_privacy": nil}),
			[]catalog.Item{denied},
			"unconditional", false, 0,
			[]string{"classify.denied"},
		},
		{"nor about a masked item", allStated(map[string]any{"personal_privacy": nil}), []catalog.Item{masked}, "undetermined", false, 0, nil},
		{"nor about an organisation's key", allStated(map[string]any{"personal_privacy": nil}), []catalog.Item{organisation}, "undetermined", false, 0, nil},
		{
			"nor about an item that stays closed by itself", allStated(map[string]any{"personal_privacy": nil}),
			[]catalog.Item{plain, closedItem},
			"unconditional", false, 0, nil,
		},
		{
			"but a closed item counts where there is no other", allStated(map[string]any{"personal_privacy": nil}),
			[]catalog.Item{closedItem},
			"closed", true, 1, nil,
		},
	} {
		t.Run(tc.why, func(t *testing.T) {
			c := oneEntry(catalog.Entry{Facts: tc.facts, Items: tc.items})
			out := classified(t, c)
			got := out.Entries[0]
			assert.Equal(t, tc.outcome, got.Outcome)
			assert.Equal(t, tc.guessed, got.Guessed)
			assert.Len(t, got.Guesses, tc.guesses)
			assert.Equal(t, catalog.OpenType(tc.outcome), out.Catalog.Entries[0].OpenType)
			assert.Empty(t, c.Entries[0].OpenType, "the input is left as it was")
			var rules []string
			for _, f := range out.Findings {
				rules = append(rules, f.Rule)
			}
			assert.Equal(t, tc.found, rules)
			if got.Guessed {
				assert.False(t, got.Determined, "a person must confirm it")
				assert.Contains(t, got.Missing, "personal_privacy", "the question stays")
			}
		})
	}
}

func TestARecordedTypeIsHeldAgainstWhatTheFactsLeadTo(t *testing.T) {
	private := map[string]any{"personal_privacy": true}
	for _, tc := range []struct {
		why      string
		recorded catalog.OpenType
		facts    map[string]any
		opts     []catalog.ClassifyOption
		items    []catalog.Item
		written  catalog.OpenType
		finding  string
		severity catalog.Severity
	}{
		{"nothing recorded, determined", "", allStated(nil), nil, nil, catalog.Unconditional, "", ""},
		{"the same", catalog.Unconditional, allStated(nil), nil, nil, catalog.Unconditional, "", ""},
		{"recorded open, to be closed", catalog.Conditional, allStated(private), nil, nil, catalog.Closed, "classify.differs", "error"},
		{"recorded closed, to be open", catalog.Closed, allStated(nil), nil, nil, catalog.Unconditional, "classify.differs", "warning"},
		{"recorded open, no facts", catalog.Unconditional, nil, nil, nil, catalog.Undetermined, "classify.unconfirmed", "warning"},
		{
			"recorded open, no facts, kept", catalog.Unconditional, nil,
			[]catalog.ClassifyOption{catalog.KeepRecorded()},
			nil,
			catalog.Unconditional, "classify.unconfirmed", "warning",
		},
		{
			"recorded open, no facts, a resident ID: not kept", catalog.Unconditional, nil,
			[]catalog.ClassifyOption{catalog.KeepRecorded()},
			[]catalog.Item{residentID()},
			catalog.Undetermined, "classify.unconfirmed", "warning",
		},
		{
			"recorded as it cannot be any more: not kept", catalog.Unconditional,
			map[string]any{"strains_infrastructure": true},
			[]catalog.ClassifyOption{catalog.KeepRecorded()},
			nil, catalog.Undetermined, "classify.unconfirmed", "warning",
		},
		{
			"facts that cannot be taken", catalog.Unconditional,
			map[string]any{"personal_privcy": true},
			[]catalog.ClassifyOption{catalog.KeepRecorded()},
			nil, catalog.Undetermined, "classify.facts", "error",
		},
		{
			"governed by another law", catalog.Unconditional,
			map[string]any{"governed_by_other_law": true},
			nil, nil,
			catalog.OpenType(classify.OutOfScope), "classify.differs", "error",
		},
	} {
		t.Run(tc.why, func(t *testing.T) {
			out := classified(t, oneEntry(catalog.Entry{OpenType: tc.recorded, Facts: tc.facts, Items: tc.items}), tc.opts...)
			assert.Equal(t, tc.written, out.Catalog.Entries[0].OpenType)
			if tc.finding == "" {
				assert.Empty(t, out.Findings)
				return
			}
			require.Len(t, out.Findings, 1)
			assert.Equal(t, tc.finding, out.Findings[0].Rule)
			assert.Equal(t, tc.severity, out.Findings[0].Severity)
			assert.NotEmpty(t, out.Findings[0].Fix)
		})
	}
}

func TestTheTableOfGuessesHoldsOnlyWhatRestricts(t *testing.T) {
	facts := classifierForTests(t).Facts()
	for _, bad := range []string{
		`[{"fact":"personal_privacy","value":false,"semantics":["x"],"reason":"r"}]`,
		`[{"fact":"consent_obtained","value":true,"semantics":["x"],"reason":"r"}]`,
		`[{"fact":"personal_privacy","value":true,"reason":"r"}]`,
		`[{"fact":"personal_privacy","value":true,"semantics":["x"]}]`,
		`{`,
	} {
		_, err := catalog.NewGuesses([]byte(bad), facts)
		assert.Error(t, err, bad)
	}
	_, err := catalog.NewGuesses([]byte(`[{"fact":"personal_privacy","value":true,"semantics":["x"],"reason":"r"}]`), nil)
	assert.NoError(t, err, "a rule file without the fact has no use for the rule")
}

func restrictiveness(outcome string) int {
	return slices.Index([]string{"unconditional", "conditional", "closed", "out_of_scope"}, outcome)
}

// The one fact that is guessed: whatever else holds, the data is at least as restricted with it as without.
func TestTheGuessedFactNeverOpens(t *testing.T) {
	cl := classifierForTests(t)
	facts := cl.Facts()
	rapid.Check(t, func(rt *rapid.T) {
		doc := banfa.Map{}
		for _, f := range facts {
			if f.Type == "bool" {
				doc[f.Name] = rapid.Bool().Draw(rt, f.Name)
			}
		}
		doc["security_risk"] = rapid.SampledFrom([]string{"low", "medium", "high"}).Draw(rt, "risk")
		outcome := func(privacy bool) string {
			doc["personal_privacy"] = privacy
			r, err := cl.Classify(context.Background(), doc, classify.At(classifyTime), classify.WithoutPaths())
			require.NoError(rt, err)
			return r.Outcome
		}
		assert.GreaterOrEqual(rt, restrictiveness(outcome(true)), restrictiveness(outcome(false)), "%v", doc)
	})
}

// Whatever facts and items a catalog has, guesses open no entry that is not open without them, and answers do not depend on the workers.
func TestNoGuessOpensAnEntry(t *testing.T) {
	cl := classifierForTests(t)
	g, err := catalog.DefaultGuesses(cl.Facts())
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		c := &catalog.Catalog{}
		for i := range rapid.IntRange(0, 4).Draw(rt, "entries") {
			e := catalog.Entry{ID: fmt.Sprint(i), Name: "n", OpenType: rapid.SampledFrom([]catalog.OpenType{"", "unconditional", "closed"}).Draw(rt, "recorded")}
			e.Facts = drawFacts(rt, cl.Facts())
			for range rapid.IntRange(0, 3).Draw(rt, "items") {
				it := residentID()
				it.Identifier = rapid.SampledFrom([]catalog.Identifier{"direct", "quasi", ""}).Draw(rt, "identifier")
				it.OpenType = rapid.SampledFrom([]catalog.OpenType{"", "closed"}).Draw(rt, "item type")
				it.Facts = map[string]any{}
				if v := rapid.SampledFrom([]any{nil, true, false}).Draw(rt, "privacy"); v != nil {
					it.Facts["personal_privacy"] = v
				}
				e.Items = append(e.Items, it)
			}
			c.Entries = append(c.Entries, e)
		}
		run := func(opts ...catalog.ClassifyOption) *catalog.Classification {
			out, err := catalog.ClassifyCatalog(context.Background(), c, cl, append(opts, catalog.ClassifyAt(classifyTime))...)
			require.NoError(rt, err)
			return out
		}
		plain, guessed := run(), run(catalog.WithGuesses(g), catalog.ClassifyWorkers(3))
		again := run(catalog.WithGuesses(g), catalog.ClassifyWorkers(1))
		a, err := json.Marshal(guessed)
		require.NoError(rt, err)
		b, err := json.Marshal(again)
		require.NoError(rt, err)
		require.JSONEq(rt, string(b), string(a))
		for i := range c.Entries {
			was, is := plain.Catalog.Entries[i].OpenType, guessed.Catalog.Entries[i].OpenType
			require.True(rt, is == was || is == catalog.Closed && !was.Open(), "%s became %s", was, is)
			require.Equal(rt, plain.Entries[i].Missing, guessed.Entries[i].Missing, "no question is taken as answered")
		}
	})
}

func drawFacts(rt *rapid.T, facts []banfa.Fact) map[string]any {
	doc := map[string]any{}
	for _, f := range facts {
		if f.Type != "bool" || rapid.IntRange(0, 9).Draw(rt, "absent "+f.Name) == 0 {
			continue
		}
		doc[f.Name] = rapid.IntRange(0, 4).Draw(rt, f.Name) == 0
	}
	return doc
}

func TestTheSummarySaysWhatToAskFirst(t *testing.T) {
	c := &catalog.Catalog{Entries: []catalog.Entry{
		{ID: "1", Name: "甲", Unit: "一局", Facts: allStated(map[string]any{"endangers_security": nil})},
		{ID: "2", Name: "乙", Unit: "一局", Facts: allStated(map[string]any{"endangers_security": nil})},
		{ID: "3", Name: "丙", Unit: "二局", Facts: allStated(map[string]any{"trade_secret": nil, "endangers_security": nil})},
		{ID: "4", Name: "丁", Unit: "二局", Facts: allStated(nil)},
		{ID: "5", Name: "戊", Unit: "二局", Facts: map[string]any{"state_secret": "perhaps"}},
	}}
	s := classified(t, c).Summary
	assert.Equal(t, map[string]int{"undetermined": 4, "unconditional": 1}, s.Outcomes)
	assert.Equal(t, map[string]map[string]int{"一局": {"undetermined": 2}, "二局": {"undetermined": 2, "unconditional": 1}}, s.Units)
	assert.Equal(t, 1, s.Failed)
	require.NotEmpty(t, s.Missing)
	assert.Equal(t, catalog.MissingFact{Fact: "endangers_security", First: 3, Entries: 3}, s.Missing[0])
}

func TestTheEndOfAContextIsAnErrorAndNoHalfAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := catalog.ClassifyCatalog(ctx, oneEntry(catalog.Entry{}), classifierForTests(t))
	assert.ErrorIs(t, err, context.Canceled)
}
