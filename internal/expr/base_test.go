package expr

import (
	"context"
	"math"
	"sync"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa/internal/civil"
)

// bothEstimates are those of the pinned revision of the cost models and of the latest one.
func bothEstimates(t require.TestingT, e *Env, text string) (pinned, latest cost.Estimate) {
	env, err := e.declared()
	require.NoError(t, err)
	checked, iss := env.Compile(text)
	require.NoError(t, iss.Err(), text)
	return pricedBy(t, e, checked, env), pricedBy(t, e, checked, nil)
}

func pricedBy(t require.TestingT, e *Env, checked *cel.Ast, env *cel.Env) cost.Estimate {
	if env == nil {
		var err error
		env, err = estimation()
		require.NoError(t, err)
	}
	est, err := env.EstimateCost(checked, e.estimator())
	require.NoError(t, err)
	return est
}

// TestTheLatestRevisionOfTheCostModelsIsThePinnedOne fails where an upgrade of cel-go brings another: estimate must then ask the pinned one first.
func TestTheLatestRevisionOfTheCostModelsIsThePinnedOne(t *testing.T) {
	e := newEnv(t, memoFacts(), Limits{})
	forms := 0
	for letter, f := range grammar {
		if letter == 'X' || letter == 'Y' {
			continue // x is bound only in a comprehension
		}
		for _, pattern := range append(append([]string(nil), f.leaves...), f.patterns...) {
			pinned, latest := bothEstimates(t, e, fill(pattern, func(l byte) string { return grammar[l].leaves[0] }))
			require.Equal(t, pinned, latest, pattern)
			forms++
		}
	}
	require.Greater(t, forms, 200)
	rapid.Check(t, func(t *rapid.T) {
		for range 4 {
			text := drawSource(t, rapid.SampledFrom([]byte("bnsdatLIDO")).Draw(t, "letter"), rapid.IntRange(1, 4).Draw(t, "depth"))
			pinned, latest := bothEstimates(t, e, text)
			require.Equal(t, pinned, latest, text)
		}
	})
}

func TestThePinnedRevisionPricesWhatIsNotCheap(t *testing.T) {
	e := newEnv(t, memoFacts(), Limits{})
	env, err := e.declared()
	require.NoError(t, err)
	// An environment whose revision prices texts otherwise stands for the pinned one.
	other, err := env.Extend(cel.CostModelVersion(0))
	require.NoError(t, err)
	for text, pinned := range map[string]bool{"n > 3": false, "t.matches('^.{900}$') && ls.map(x, x + s).sort() == ['a']": true} {
		checked, iss := env.Compile(text)
		require.NoError(t, iss.Err())
		want := pricedBy(t, e, checked, other)
		if pinned {
			require.NotEqual(t, want, pricedBy(t, e, checked, nil), "the revisions must differ in it for the test to say something")
		}
		got, err := e.estimate(other, checked)
		require.NoError(t, err)
		assert.Equal(t, pinned, got.Max > trackFrom)
		if pinned {
			assert.Equal(t, want, got)
		}
	}
}

// fussyCalendar cannot be compared.
type fussyCalendar struct {
	everyDay
	_ []int
}

func TestCalendarsAreNotMixedUp(t *testing.T) {
	holiday := stubCalendar(false)
	for range 3 { // the second time from what is kept
		for _, c := range []struct {
			calendar Calendar
			want     Truth
		}{{everyDay{}, True}, {&holiday, False}, {stubCalendar(true), True}, {stubCalendar(false), False}, {fussyCalendar{}, True}} {
			e, err := NewEnv(Options{Vars: []Var{{"a", &Type{Kind: Date}}}, Calendar: c.calendar})
			require.NoError(t, err)
			x, issues := e.Compile("a.isWorkday()", nil)
			require.NotNil(t, x, issues)
			ev := e.NewEval(context.Background())
			ev.Put(0, NewDate(civil.Date(20000)))
			got, err := ev.Truth(x)
			require.NoError(t, err)
			assert.Equal(t, c.want, got, "%T", c.calendar)
		}
		none, err := NewEnv(Options{Vars: []Var{{"a", &Type{Kind: Date}}}})
		require.NoError(t, err)
		x, issues := none.Compile("a.isWorkday()", nil)
		assert.Nil(t, x)
		assert.NotEmpty(t, issues)
	}
	assert.LessOrEqual(t, len(bases.bases), baseLimit)
}

type stubCalendar bool

func (c stubCalendar) IsWorkday(civil.Date) (bool, error) { return bool(c), nil }

func (stubCalendar) AddWorkdays(d civil.Date, _ int) (civil.Date, error) { return d, nil }

func (stubCalendar) WorkdaysBetween(civil.Date, civil.Date) (int, error) { return 0, nil }

func TestEnvironmentsAreMadeByManyAtOnce(t *testing.T) {
	calendars := []Calendar{everyDay{}, stubCalendar(true), stubCalendar(false), nil, fussyCalendar{}, new(stubCalendar)}
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			e, err := NewEnv(Options{Vars: memoFacts(), Calendar: calendars[i%len(calendars)]})
			if !assert.NoError(t, err) {
				return
			}
			for _, text := range []string{"b && o.sub.ok", "ls.map(x, x + s).sort() == ['a']", "t.matches('^.{900}$')", "od.orValue(d) > d"} {
				x, issues := e.Compile(text, nil)
				if assert.NotNil(t, x, issues) {
					assert.Less(t, x.cost, uint64(math.MaxUint32))
					_, _, err := e.NewEval(context.Background()).Value(x)
					assert.NoError(t, err)
				}
			}
		})
	}
	wg.Wait()
}
