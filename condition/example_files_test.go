package condition_test

import (
	"context"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// The design's example is the specification by example. It extends the pack's base requirements, which need not be in its bundle.
func TestTheDesignsExampleDecidesAsThePagesSay(t *testing.T) {
	text, err := os.ReadFile("../../shared/design/examples/parking-access.yaml")
	if err != nil {
		t.Skipf("the design's example is not on this machine: %v", err)
	}
	rules, err := banfa.Load(fstest.MapFS{"parking-access.yaml": {Data: text}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	a, err := condition.New(rules, condition.ForDataset("sz-parking-realtime"), condition.Clock(accessClock))
	require.NoError(t, err)
	own := func(r *condition.Result) map[string]condition.Holding {
		out := map[string]condition.Holding{}
		for _, q := range r.Requirements {
			switch q.ID {
			case "security-capability", "scenario-scope", "in-domain":
				out[q.ID] = q.Holds
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		facts banfa.Map
		want  map[string]condition.Holding
	}{
		"nothing known": {banfa.Map{}, map[string]condition.Holding{
			"security-capability": condition.Unknown, "scenario-scope": condition.Unknown, "in-domain": condition.Unknown,
		}},
		"an emergency at level 3 may download": {banfa.Map{"scenario": "emergency", "mlps_level": 3, "usage_mode": "download"}, map[string]condition.Holding{
			"security-capability": condition.Holds, "scenario-scope": condition.Holds, "in-domain": condition.NotConcerned,
		}},
		"marketing at level 1 by download": {banfa.Map{"scenario": "marketing", "mlps_level": 1, "usage_mode": "download"}, map[string]condition.Holding{
			"security-capability": condition.Fails, "scenario-scope": condition.Fails, "in-domain": condition.Fails,
		}},
		"the way of use settles what the level cannot": {banfa.Map{"scenario": "emergency", "usage_mode": "sandbox"}, map[string]condition.Holding{
			"security-capability": condition.Unknown, "scenario-scope": condition.Holds, "in-domain": condition.Holds,
		}},
	} {
		r, err := a.Decide(context.Background(), c.facts)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, own(r), name)
	}
	r, err := a.Decide(context.Background(), banfa.Map{"scenario": "emergency", "mlps_level": 1})
	require.NoError(t, err)
	assert.Equal(t, condition.Reject, r.Decision)
	assert.Equal(t, []string{"security-capability"}, r.Failed)
	assert.Equal(t, []string{"存储处理系统的等级保护定级应当不低于二级"}, r.Reasons)
	assert.Equal(t, []string{"等级保护备案证明"}, r.Evidence)
}

func TestAnInterviewAsksOnlyWhatCanStillChangeTheDecision(t *testing.T) {
	a, err := condition.New(accessPack(t), condition.Named("parking-realtime"), condition.Clock(accessClock))
	require.NoError(t, err)
	answers := banfa.Map{
		"real_name_verified": true, "agreement_accepted": true, "credit_blacklisted": false, "scenario": "emergency", "mlps_level": 3,
		"usage_mode": "download",
	}
	in, err := a.Interview(context.Background(), nil)
	require.NoError(t, err)
	for {
		f, ok := in.Next()
		if !ok {
			break
		}
		require.NoError(t, in.Answer(f.Name, answers[f.Name]))
	}
	assert.Equal(t, condition.Approve, in.Result().Decision)
	assert.NotContains(t, in.Asked(), "usage_mode", "it concerns no emergency at level 3")

	in, err = a.Interview(context.Background(), banfa.Map{"real_name_verified": true})
	require.NoError(t, err)
	require.Error(t, in.Answer("mlps_level", "three"))
	require.NoError(t, in.Answer("mlps_level", 1))
	_, ok := in.Next()
	assert.False(t, ok, "one requirement fails: nothing more need be asked")
	name, err := in.Back()
	require.NoError(t, err)
	assert.Equal(t, "mlps_level", name)
	assert.Equal(t, condition.Incomplete, in.Result().Decision)
	for {
		f, ok := in.Next()
		if !ok {
			break
		}
		in.Skip(f.Name)
	}
	assert.Equal(t, condition.Incomplete, in.Result().Decision)
	assert.Equal(t, banfa.Map{"real_name_verified": true}, in.Facts())
}
