package catalog

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFusionDefaultRulesCanBeUsed(t *testing.T) {
	_, err := newFusionPlan(DefaultFusionRules())
	require.NoError(t, err)
	for _, r := range DefaultFusionRules() {
		assert.Contains(t, r.Basis, "第二十条", r.ID)
		assert.NotEmpty(t, r.Title, r.ID)
	}
}

const fusionFile = `fusion:
  - id: name-and-id
    basis: [第二十条]
    title: 姓名与证件号码汇合
    subject: person
    exclude_aggregates: true
    groups:
      - [person_name]
      - ["cn.resident_id:exact|full", passport]
`

func TestFusionRulesComeFromAFile(t *testing.T) {
	got, err := LoadFusionRules(strings.NewReader(fusionFile))
	require.NoError(t, err)
	assert.Equal(t, []FusionRule{{
		ID: "name-and-id", Basis: []string{"第二十条"}, Title: "姓名与证件号码汇合", Subject: SubjectPerson, ExcludeAggregates: true,
		Groups: [][]string{{"person_name"}, {"cn.resident_id:exact|full", "passport"}},
	}}, got)
}

func TestFusionRuleFilesThatCannotBeSayWhere(t *testing.T) {
	for name, c := range map[string]struct{ change, to, want string }{
		"an unknown key":       {"subject: person", "subjekt: person", `line 5: unknown key "subjekt"`},
		"an unknown subject":   {"subject: person", "subject: people", `line 2: rule name-and-id: subject "people"`},
		"not a boolean":        {"true", "maybe", "line 6: exclude_aggregates is true or false"},
		"one group":            {"      - [person_name]\n", "", "line 2: rule name-and-id has 1 groups"},
		"a group of nothing":   {"[person_name]", "[]", "line 8: write a list here"},
		"no basis":             {"    basis: [第二十条]\n", "", "line 2: rule name-and-id has no basis"},
		"no granularity":       {"exact|full", "exact|", "write a semantic type, or type:granularity"},
		"two keys of one name": {"subject: person", "id: other", "line 5"},
		"another top key":      {"fusion:", "rules:", `line 1: unknown key "rules"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadFusionRules(strings.NewReader(strings.Replace(fusionFile, c.change, c.to, 1)))
			require.ErrorIs(t, err, ErrFusionRule)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := LoadFusionRules(strings.NewReader(fusionFile + strings.TrimPrefix(fusionFile, "fusion:\n")))
	assert.ErrorContains(t, err, "line 10: the id name-and-id is that of the rule in line 2")
	_, err = LoadFusionRules(strings.NewReader(""))
	assert.ErrorIs(t, err, ErrFusionRule)
}

func FuzzLoadFusionRulesNeverGivesRulesThatCannotBeUsed(f *testing.F) {
	f.Add(fusionFile)
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := LoadFusionRules(strings.NewReader(text))
		if err != nil {
			assert.Empty(t, rules)
			return
		}
		_, err = NewFusionIndex(nil, FusionRules(rules))
		assert.NoError(t, err)
	})
}
