package classify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
	"github.com/stretchr/testify/require"
)

func TestSmoke(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		for d := range err.(*banfa.Diagnostics).All() {
			fmt.Println(d.Error())
		}
	}
	require.NoError(t, err)
	for d := range rules.Warnings().All() {
		fmt.Println(d.Error())
	}
	c, err := classify.New(rules)
	require.NoError(t, err)
	for _, f := range []string{`{}`, `{"governed_by_other_law":false,"state_secret":false,"endangers_security":false,"trade_secret":false,"personal_privacy":true,"law_forbids":false,"strains_infrastructure":false,"high_capability_demand":false,"law_requires_conditional":false,"security_risk":"medium","desensitized":false,"already_public":false}`} {
		r, err := c.Classify(context.Background(), banfa.JSON(f))
		require.NoError(t, err)
		b, _ := json.Marshal(r)
		fmt.Println(string(b))
	}
}
