package conformance_test

import (
	"context"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

const accessFolder = "../condition/testdata/access"

func TestSuitesOfConditionsAreRunAndCountTheirRequirements(t *testing.T) {
	rules, err := banfa.Load(os.DirFS(accessFolder), banfa.Citable(shenzhen.FS()), banfa.Strict())
	require.NoError(t, err)
	assert.Equal(t, 15, check(t, rules))
	cov, err := conformance.Cover(context.Background(), rules)
	require.NoError(t, err)
	exercised := map[string]bool{}
	for _, r := range cov.Rules {
		exercised[r.Subject+"#"+r.ID] = r.Exercised()
	}
	assert.Equal(t, map[string]bool{
		"Conditions/base-access#real-name": true, "Conditions/base-access#agreement": true, "Conditions/base-access#graded-system": true,
		"Conditions/base-access#keep-secure": true, "Conditions/parking-realtime#credit": true, "Conditions/parking-realtime#scenario-scope": true,
		"Conditions/parking-realtime#in-domain": true, "Conditions/parking-realtime#no-redistribution": true,
		"Conditions/parking-realtime#delete-after-emergency": true,
	}, exercised)
	for _, r := range cov.Rules {
		switch r.ID {
		case "real-name": // without when: what is counted is whether it was met
			assert.Equal(t, [2]int{r.Met, r.Applied}, [2]int{r.True, r.False})
			assert.Positive(t, r.True)
			assert.Positive(t, r.False)
		case "keep-secure": // an obligation without when has no condition
			assert.Zero(t, r.True+r.False+r.Unknown)
		case "delete-after-emergency": // one that binds only some
			assert.Positive(t, r.True)
			assert.Positive(t, r.False)
		}
	}
}

func TestASuiteOfConditionsThatExpectsOtherwiseFailsAndOneThatCannotBeRightIsAFinding(t *testing.T) {
	suite := func(expect string) (*conformance.Report, *banfa.Diagnostics) {
		fsys := fstest.MapFS{"suite_test.yaml": {Data: []byte(`apiVersion: banfa/v1
kind: Suite
metadata: {name: s, title: 用例}
subject: Conditions/base-access
cases:
  - {id: one, facts: {real_name_verified: false}, expect: {` + expect + `}}
`)}}
		base, err := os.ReadFile(accessFolder + "/base-access.yaml")
		require.NoError(t, err)
		fsys["base.yaml"] = &fstest.MapFile{Data: base}
		rules, ds, err := banfa.Check(fsys, banfa.Citable(shenzhen.FS()))
		require.NoError(t, err)
		if rules == nil {
			return nil, ds
		}
		r, err := conformance.Run(context.Background(), rules)
		require.NoError(t, err)
		return r, ds
	}
	for expect, failed := range map[string]int{
		"decision: reject":                      0,
		"decision: approve":                     1,
		"failed: [real-name]":                   0,
		"failed: [real-name*]":                  0,
		"failed: [agreement]":                   1,
		"failed: []":                            1,
		"missing: []":                           0,
		"missing: [mlps_level]":                 1,
		"evidence: [实名认证记录]":                    0,
		"evidence: [等级保护备案证明]":                  1,
		"obligations: [keep-secure]":            1,
		"reasons: [应当通过实名认证]":                   0,
		"reasons: [别的理由]":                       1,
		"error: not_in_force":                   1,
		"decision: reject, failed: [agreement]": 1,
	} {
		r, ds := suite(expect)
		require.NotNil(t, r, "%s: %v", expect, ds)
		assert.Equal(t, failed, r.Failed, expect)
	}
	for _, expect := range []string{
		"decision: perhaps", "failed: [nothing]", "missing: [scenario]", "evidence: [没有的材料]", "obligations: [real-name]", "outcome: closed",
	} {
		r, ds := suite(expect)
		assert.Nil(t, r, expect)
		assert.True(t, ds.HasErrors(), expect)
	}
}
