package desensitize_test

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/desensitize"
)

func parkingBudget(epsilon, delta string) []desensitize.BudgetLimit {
	return []desensitize.BudgetLimit{{DataSet: "parking", Unit: "vehicle", Epsilon: epsilon, Delta: delta}}
}

func spend(release, epsilon, rho string) desensitize.BudgetSpend {
	return desensitize.BudgetSpend{DataSet: "parking", Unit: "vehicle", Release: release, Epsilon: epsilon, Rho: rho}
}

func newBudget(t require.TestingT, w *bytes.Buffer, old, epsilon, delta string) *desensitize.PrivacyLedger {
	l, err := desensitize.NewPrivacyLedger(w, strings.NewReader(old), parkingBudget(epsilon, delta), vaultClock)
	require.NoError(t, err)
	return l
}

func TestAReleaseBeyondTheBudgetIsRefused(t *testing.T) {
	var file bytes.Buffer
	l := newBudget(t, &file, "", "1", "0")
	for i := range 10 { // ten tenths are exactly one, which they are not in floating-point numbers
		require.NoError(t, l.Spend(spend(fmt.Sprint("2026-", i+1), "0.1", "")))
	}
	err := l.Spend(spend("2026-11", "0.000000001", ""))
	var refused *desensitize.BudgetError
	require.ErrorAs(t, err, &refused)
	assert.EqualError(t, err, `desensitize: release "2026-11" of parking per vehicle: the privacy budget is not enough (ε spent 1, with it 1.000000001, limit 1)`)
	assert.Equal(t, 10, strings.Count(file.String(), "\n"), "a refused release leaves no line")
	assert.Equal(t, `{"sequence":1,"at":"2026-11-24T04:00:00Z","dataset":"parking","unit":"vehicle","release":"2026-1","epsilon":"0.1","delta":"","rho":""}`,
		strings.SplitN(file.String(), "\n", 2)[0])
	again := newBudget(t, new(bytes.Buffer), file.String(), "1.05", "0")
	assert.NoError(t, again.Spend(spend("2026-11", "1/20", "")))
	assert.ErrorAs(t, again.Spend(spend("2026-12", "1/1000", "")), &refused)
	state, ok := again.Spent("parking", "vehicle")
	require.True(t, ok)
	assert.Equal(t, "21/20", state.Epsilon.RatString())
}

func TestGaussianLossesAddUpAsRho(t *testing.T) {
	l := newBudget(t, new(bytes.Buffer), "", "3", "0.000001")
	for i := range 8 {
		require.NoError(t, l.Spend(spend(fmt.Sprint(i), "", "1/64")))
	}
	state, ok := l.Spent("parking", "vehicle")
	require.True(t, ok)
	assert.Equal(t, "1/8", state.Rho.RatString())
	got, _ := state.Epsilon.Float64()
	assert.InDelta(t, 0.125+2*math.Sqrt(0.125*math.Log(1e6)), got, 1e-12)
	var refused *desensitize.BudgetError
	require.ErrorAs(t, l.Spend(spend("large", "", "1")), &refused)

	none := newBudget(t, new(bytes.Buffer), "", "3", "0")
	require.ErrorAs(t, none.Spend(spend("a", "", "0.0001")), &refused)
	assert.Contains(t, refused.Reason, "δ")

	b := spend("approximate", "0.1", "")
	b.Delta = "0.000001"
	require.NoError(t, newBudget(t, new(bytes.Buffer), "", "3", "0.000001").Spend(b))
	b.Delta = "0.0000011"
	require.ErrorAs(t, newBudget(t, new(bytes.Buffer), "", "3", "0.000001").Spend(b), &refused)
}

func TestManySmallPureLossesCountLessThanTheirSumWhereADeltaIsAllowed(t *testing.T) {
	l := newBudget(t, new(bytes.Buffer), "", "2", "0.00001")
	for i := range 1000 {
		require.NoError(t, l.Spend(spend(fmt.Sprint(i), "0.01", "")))
	}
	state, _ := l.Spent("parking", "vehicle")
	got, _ := state.Epsilon.Float64()
	assert.InDelta(t, 0.05+2*math.Sqrt(0.05*math.Log(1e5)), got, 1e-12, "the plain sum is 10")
}

func TestWhatIsNoReleaseOrNoLimitIsRefused(t *testing.T) {
	l := newBudget(t, new(bytes.Buffer), "", "1", "0")
	for name, b := range map[string]desensitize.BudgetSpend{
		"another data set": {DataSet: "x", Unit: "vehicle", Release: "r", Epsilon: "0.1"},
		"another unit":     {DataSet: "parking", Unit: "person", Release: "r", Epsilon: "0.1"},
		"free":             spend("r", "0", ""),
		"negative":         spend("r", "-1", ""),
		"not a number":     spend("r", "NaN", ""),
		"an exponent":      spend("r", "1e-9", ""),
		"divided by 0":     spend("r", "1/0", ""),
		"no release":       spend("", "0.1", ""),
		"long":             spend("r", strings.Repeat("1", 101), ""),
	} {
		assert.Error(t, l.Spend(b), name)
	}
	for _, limits := range [][]desensitize.BudgetLimit{
		{{Unit: "u", Epsilon: "1"}},
		{{DataSet: "d", Epsilon: "1"}},
		{{DataSet: "d", Unit: "u", Epsilon: "x"}},
		{{DataSet: "d", Unit: "u", Epsilon: "1", Delta: "1"}},
		{{DataSet: "d", Unit: "u", Epsilon: "1"}, {DataSet: "d", Unit: "u", Epsilon: "2"}},
	} {
		_, err := desensitize.NewPrivacyLedger(new(bytes.Buffer), nil, limits, vaultClock)
		assert.Error(t, err)
	}
	_, ok := l.Spent("parking", "person")
	assert.False(t, ok)
	failing, err := desensitize.NewPrivacyLedger(fullDisk{}, nil, parkingBudget("1", "0"), vaultClock)
	require.NoError(t, err)
	assert.ErrorContains(t, failing.Spend(spend("r", "0.1", "")), "no space left")
	assert.Error(t, failing.Spend(spend("r", "0.1", "")))
}

func TestABrokenLedgerIsNotContinued(t *testing.T) {
	var file bytes.Buffer
	l := newBudget(t, &file, "", "1", "0")
	for _, r := range []string{"a", "b", "c"} {
		require.NoError(t, l.Spend(spend(r, "0.1", "")))
	}
	lines := strings.SplitAfter(file.String(), "\n")
	for want, text := range map[string]string{
		"line 2: entry 3 stands where entry 2 belongs": lines[0] + lines[2],
		"line 3: the line does not end":                strings.TrimSuffix(file.String(), "\n"),
		"line 1: invalid character":                    "x\n",
		"line 1: json: unknown field":                  `{"sequence":1,"eps":"1"}` + "\n",
		"line 1: a release that costs nothing":         strings.Replace(lines[0], "0.1", "0", 1),
	} {
		_, err := desensitize.NewPrivacyLedger(new(bytes.Buffer), strings.NewReader(text), parkingBudget("1", "0"), vaultClock)
		var place *desensitize.BudgetLineError
		require.ErrorAs(t, err, &place)
		assert.ErrorContains(t, err, want)
	}
}

func TestWhatIsSpentNeverFallsAndNeverExceedsTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var file bytes.Buffer
		delta := rapid.SampledFrom([]string{"0", "0.001", "0.0000001"}).Draw(t, "delta")
		l := newBudget(t, &file, "", "2", delta)
		before, _ := l.Spent("parking", "vehicle")
		for i := range rapid.IntRange(1, 12).Draw(t, "releases") {
			b := spend(fmt.Sprint(i), rapid.SampledFrom([]string{"", "0.1", "1/3", "0.7"}).Draw(t, "epsilon"), rapid.SampledFrom([]string{"", "0.01", "1/7"}).Draw(t, "rho"))
			err := l.Spend(b)
			after, _ := l.Spent("parking", "vehicle")
			require.GreaterOrEqual(t, after.Epsilon.Cmp(before.Epsilon), 0)
			over := after.Epsilon.Cmp(big.NewRat(2, 1))
			require.LessOrEqual(t, over, 0)
			if err != nil {
				require.Zero(t, after.Epsilon.Cmp(before.Epsilon), "a refused release costs nothing")
			}
			before = after
		}
		again := newBudget(t, new(bytes.Buffer), file.String(), "2", delta)
		state, _ := again.Spent("parking", "vehicle")
		require.Zero(t, state.Epsilon.Cmp(before.Epsilon), "read again, the ledger says the same")
	})
}
