package desensitize

import (
	"context"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheOptimumOfAdultWithFourPercentSuppressedIsTheReference(t *testing.T) {
	t.Parallel()
	from, hs := adult(t)
	want := expected[struct {
		Levels     map[string]int
		Loss       float64
		Suppressed int
		Classes    int `json:"remaining_classes"`
	}](t, "opt-k5-supp4")
	start := time.Now()
	got, err := Anonymise(context.Background(), from, AnonymiseOptions{Quasi: adultColumns, Hierarchies: hs, K: 5, Suppress: big.NewRat(4, 100)})
	require.NoError(t, err)
	t.Logf("%v, %d of %d nodes counted", time.Since(start), got.Checked, got.Nodes)
	assert.Equal(t, want.Levels, got.Levels.Map())
	assert.InDelta(t, want.Loss, got.Loss, 1e-8)
	assert.Equal(t, []int{want.Suppressed, want.Classes}, []int{got.Suppressed, got.Classes})
}

func TestTheOptimumOfAdultWithClassesOfAHundredIsTheReference(t *testing.T) {
	t.Parallel()
	from, hs := adult(t)
	want := expected[struct {
		Levels   map[string]int
		Loss     float64
		Classes  int `json:"remaining_classes"`
		Smallest int
	}](t, "opt-k100-supp0")
	got, err := Anonymise(context.Background(), from, AnonymiseOptions{Quasi: adultColumns, Hierarchies: hs, K: 100})
	require.NoError(t, err)
	assert.Equal(t, want.Levels, got.Levels.Map())
	assert.InDelta(t, want.Loss, got.Loss, 1e-8)
	assert.Equal(t, []int{want.Classes, want.Smallest, 0}, []int{got.Classes, got.K, got.Suppressed})
}

func TestNoGeneralisationOfAdultHasEntropyDiversityAHundred(t *testing.T) {
	t.Parallel()
	from, hs := adult(t)
	assert.JSONEq(t, `{"result": null}`, string(adultFacts(t)["opt-entropy-l100"]))
	quasi := []string{"sex", "age", "race", "marital-status", "education", "native-country", "workclass", "salary-class"}
	_, err := Anonymise(context.Background(), from, AnonymiseOptions{
		Quasi: quasi, Hierarchies: hs, Sensitive: []string{"occupation"}, L: 100, Diversity: DiversityEntropy, Suppress: big.NewRat(4, 100),
	})
	var none *InfeasibleError
	require.ErrorAs(t, err, &none)
	assert.Equal(t, from.Rows(), none.Nearest.Suppressed)
}
