package classify_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// Article 15: opening may not go beyond what the facts allow; closing needs a legal basis that has been reported, at once or, where
// the facts support it, afterwards.
func TestARecordedTypeIsChangedAsArticle15Allows(t *testing.T) {
	const basis = "数据安全法第二十一条"
	cases := []struct {
		from, to, classified string
		basis                any
		reported             any
		change               string
		refusing, owed       []string
	}{
		// The same type: allowed, owes nothing, whatever the facts.
		{"conditional", "conditional", "closed", nil, nil, "none", nil, nil},
		{"closed", "closed", "unconditional", nil, nil, "none", nil, nil},
		// Looser: as far as the facts allow.
		{"closed", "conditional", "conditional", nil, nil, "looser", nil, nil},
		{"closed", "conditional", "unconditional", nil, nil, "looser", nil, nil},
		{"closed", "unconditional", "conditional", nil, nil, "looser", []string{"art15-1-reopen"}, nil},
		{"conditional", "unconditional", "closed", basis, true, "looser", []string{"art15-1-reopen"}, nil},
		{"closed", "conditional", "out_of_scope", nil, nil, "looser", []string{"art15-1-reopen"}, nil},
		// Stricter, supported by the facts: takes effect, the duty stays until it is met.
		{"unconditional", "conditional", "conditional", nil, nil, "stricter", nil, []string{"art15-2-duty"}},
		{"unconditional", "conditional", "conditional", basis, nil, "stricter", nil, []string{"art15-2-duty"}},
		{"unconditional", "conditional", "conditional", " ", true, "stricter", nil, []string{"art15-2-duty"}},
		{"unconditional", "conditional", "conditional", basis, true, "stricter", nil, nil},
		{"unconditional", "conditional", "closed", basis, true, "stricter", nil, []string{"still-too-open"}},
		{"unconditional", "conditional", "closed", nil, nil, "stricter", nil, []string{"art15-2-duty", "still-too-open"}},
		{"unconditional", "closed", "out_of_scope", basis, true, "stricter", nil, []string{"still-too-open"}},
		// Stricter, not supported: only with a basis that has been reported.
		{"unconditional", "closed", "unconditional", nil, nil, "stricter", []string{"art15-2"}, nil},
		{"unconditional", "closed", "conditional", basis, false, "stricter", []string{"art15-2"}, nil},
		{"unconditional", "closed", "conditional", basis, true, "stricter", nil, nil},
	}
	c := pack(t)
	for _, k := range cases {
		r, err := c.Change(context.Background(), classify.Change{
			From: k.from, To: k.to, Classified: k.classified, Transition: banfa.Map{"legal_basis": k.basis, "reported": k.reported},
		})
		require.NoError(t, err)
		where := k.from + " → " + k.to + ", facts say " + k.classified
		assert.Equal(t, k.change, r.Change, where)
		assert.ElementsMatch(t, k.refusing, r.Rules, where)
		assert.ElementsMatch(t, k.owed, r.Owed, where)
		assert.Equal(t, len(k.refusing) == 0, r.Allowed, where)
		assert.Len(t, r.Reasons, len(k.refusing)+len(k.owed), where)
		for _, reason := range r.Reasons {
			assert.Contains(t, reason, "第十五条第", where)
		}
	}
}

func TestWhatTheFactsClassifyToIsComputedWhereItIsNotGiven(t *testing.T) {
	c := pack(t)
	change := func(facts banfa.Map) *classify.ChangeResult {
		r, err := c.Change(context.Background(), classify.Change{From: "closed", To: "conditional", Facts: facts})
		require.NoError(t, err)
		return r
	}
	assert.Equal(t, "out_of_scope", change(nil).Classified, "an undetermined answer counts as the most restrictive possible")
	assert.False(t, change(nil).Allowed)
	assert.Equal(t, "closed", change(banfa.Map{"governed_by_other_law": false}).Classified)
	assert.Equal(t, "out_of_scope", change(banfa.Map{"governed_by_other_law": true}).Classified)
	private := banfa.Map{
		"governed_by_other_law": false, "state_secret": false, "endangers_security": false, "trade_secret": true, "law_forbids": false,
		"consent_obtained": true,
	}
	assert.Equal(t, "conditional", change(private).Classified)
	assert.True(t, change(private).Allowed)
}

func TestARequirementThatCannotBeToldRefuses(t *testing.T) {
	const file = twoFacts + `transitions:
  facts:
    filed: {label: 已备案, type: bool}
    parts: {label: 份, type: int}
  rules:
    - {id: file-it, basis: 第二条, when: change == 'looser', require: filed, message: 先备案}
    - {id: divide, basis: 第二条, when: change == 'stricter', require: 10 / parts > 1}
    - {id: report, basis: 第一条第（一）项, require: filed, effect: owe}
`
	c := classifier(t, file)
	change := func(from, to string, transition banfa.Map) *classify.ChangeResult {
		r, err := c.Change(context.Background(), classify.Change{From: from, To: to, Classified: "open", Transition: transition})
		require.NoError(t, err)
		return r
	}
	r := change("closed", "open", nil)
	assert.False(t, r.Allowed, "filed is absent")
	assert.Equal(t, []string{"file-it"}, r.Rules)
	assert.Empty(t, r.Owed, "nothing is owed where the change is refused")
	assert.Equal(t, []string{"第二条：先备案"}, r.Reasons)
	r = change("open", "closed", banfa.Map{"parts": 0})
	assert.Equal(t, []string{"divide"}, r.Rules)
	assert.Len(t, r.Errors, 1)
	r = change("open", "closed", banfa.Map{"parts": 1})
	assert.True(t, r.Allowed)
	assert.Equal(t, []string{"report"}, r.Owed)
	r = change("open", "open", nil)
	assert.True(t, r.Allowed)
	assert.Empty(t, r.Owed)
}

func TestAChangeThatMakesNoSenseIsAnErrorThatNamesTheField(t *testing.T) {
	c := pack(t)
	for field, ch := range map[string]classify.Change{
		"from":       {From: "open", To: "closed"},
		"to":         {From: "closed", To: "out_of_scope"},
		"classified": {From: "closed", To: "conditional", Classified: "开放"},
	} {
		_, err := c.Change(context.Background(), ch)
		var ce *classify.ChangeError
		require.ErrorAs(t, err, &ce, field)
		assert.Equal(t, field, ce.Field)
		assert.Contains(t, ce.Known, "conditional")
	}
	_, err := classifier(t, twoFacts).Change(context.Background(), classify.Change{From: "open", To: "closed"})
	require.ErrorContains(t, err, "no rules for changing")
	var fe *banfa.FactError
	_, err = c.Change(context.Background(), classify.Change{From: "closed", To: "conditional", Transition: banfa.Map{"report": true}})
	require.ErrorAs(t, err, &fe)
	assert.Equal(t, []string{"reported"}, fe.Near)
}

func TestOneDocumentIsSplitIntoFactsAndTransition(t *testing.T) {
	facts, transition, err := pack(t).SplitChange(banfa.JSON(`{"name": "名录", "trade_secret": true, "reported": true, "other": 1}`))
	require.NoError(t, err)
	assert.Equal(t, banfa.Map{"reported": true}, transition)
	assert.Equal(t, 3, len(facts), "what is declared nowhere stays with the facts, where it is refused")
}
