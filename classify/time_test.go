package classify_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

func TestRulesOutsideTheirWindowDoNotExistByCivilDateInShanghai(t *testing.T) {
	file := strings.Replace(head, "status: draft", `status: in-force, effective: {from: "2026-01-01", until: "2026-12-31"}`, 1) +
		"facts: {a: {label: 甲, type: bool}}\nrules:\n" +
		"  - {id: x, basis: 第一条第（一）项, when: a, outcome: limited}\n" +
		"  - {id: w, basis: 第一条第（二）项, when: a, outcome: closed, effective: {from: \"2026-03-01\", until: \"2026-03-31\"}}\n" + rest
	c := classifier(t, file)
	for at, want := range map[string]string{
		"2026-02-28T23:59:59+08:00": "limited",
		"2026-02-28T16:00:00Z":      "closed", // already 1 March in Shanghai
		"2026-03-01T00:00:00+08:00": "closed",
		"2026-03-31T23:59:59+08:00": "closed",
		"2026-03-31T16:00:00Z":      "limited",
		"2026-04-01T00:00:00+08:00": "limited",
	} {
		when, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		r := answer(t, c, `{"a": true}`, classify.At(when))
		assert.Equal(t, want, r.Outcome, at)
		assert.Equal(t, want == "closed", len(r.Trace("").Rules) == 3, at)
	}
}

func TestAFileOutsideItsWindowIsAnErrorNotAnAnswer(t *testing.T) {
	file := strings.Replace(head, "status: draft", `status: in-force, effective: {from: "2026-01-01", until: "2026-12-31"}`, 1) +
		"facts: {a: {label: 甲, type: bool}}\nrules:\n  - {id: x, basis: 第一条第（一）项, when: a, outcome: closed}\n" + rest
	c := classifier(t, file)
	for at, ok := range map[string]bool{
		"2025-12-31T15:59:59Z": false, "2025-12-31T16:00:00Z": true, "2026-12-31T15:59:59Z": true, "2026-12-31T16:00:00Z": false,
	} {
		when, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		_, err = c.Classify(context.Background(), banfa.Map{"a": true}, classify.At(when))
		if ok {
			require.NoError(t, err, at)
			continue
		}
		var nf *classify.NotInForceError
		require.ErrorAs(t, err, &nf, at)
		assert.Equal(t, []string{"Classification/r", "2026-01-01", "2026-12-31"}, []string{nf.Name, nf.From, nf.Until})
	}
}

func TestTheSameRulesFactsAndTimeGiveTheSameBytes(t *testing.T) {
	facts := `{"name": "名录", "governed_by_other_law": false, "trade_secret": true, "items": [{"name": "一", "law_forbids": false}, {"name": "二"}]}`
	bytes := func() string {
		r := answer(t, pack(t), facts, classify.At(now))
		out, err := json.Marshal(r)
		require.NoError(t, err)
		trace, err := json.Marshal(r.Trace("二"))
		require.NoError(t, err)
		return string(out) + string(trace) + r.Explain("zh") + r.Explain("en")
	}
	first := bytes()
	for range 10 {
		require.Equal(t, first, bytes())
	}
	assert.NotContains(t, first, "null,", "lists are lists")
}

func TestDigestsAreOfWhatBearsOnTheAnswer(t *testing.T) {
	c := classifier(t, twoFacts)
	a := answer(t, c, `{"a": true, "c": null, "b": "low"}`)
	b := answer(t, c, `{"b": "low",   "a": true}`)
	assert.Equal(t, a.FactsDigest(), b.FactsDigest(), "how a document is written has no meaning")
	assert.NotEqual(t, a.FactsDigest(), answer(t, c, `{"a": true, "b": "high"}`).FactsDigest())
	other := classifier(t, twoFacts+"# a comment\n")
	assert.NotEqual(t, a.Digest, answer(t, other, `{"a": true, "b": "low"}`).Digest)
	assert.Regexp(t, `^sha256:[0-9a-f]{64}$`, a.Digest)
}

func TestAnAnswerCanBeKeptAndReadBack(t *testing.T) {
	r := answer(t, pack(t), `{"trade_secret": true, "items": [{"name": "一"}]}`)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	var back classify.Result
	require.NoError(t, json.Unmarshal(text, &back))
	again, err := json.Marshal(&back)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again))
	assert.Equal(t, r.FactsDigest(), back.FactsDigest())
	assert.Equal(t, "Classification/open-type: undetermined\n", back.Explain("zh"))
}

func TestAClassifierIsChosenByNameWhereThereAreSeveral(t *testing.T) {
	rules := rulesOf(t, twoFacts, strings.Replace(twoFacts, "name: r,", "name: s,", 1))
	_, err := classify.New(rules)
	var nf *classify.NotFoundError
	require.ErrorAs(t, err, &nf)
	assert.Equal(t, []string{"r", "s"}, nf.Have)
	c, err := classify.New(rules, classify.Named("s"))
	require.NoError(t, err)
	assert.Equal(t, "s", c.Name())
	_, err = classify.New(rules, classify.Named("z"))
	require.ErrorAs(t, err, &nf)
	_, err = classify.New(rulesOf(t))
	require.ErrorContains(t, err, "no rule file")
}

func TestACancelledContextEndsAnEvaluation(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := pack(t).Classify(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
}
