package expr

import (
	"errors"
	"reflect"
	"slices"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"

	"github.com/banfa-go/banfa/internal/civil"
)

// Declaring the libraries takes longer than declaring the facts of a file, and every file of a bundle has the same ones: their environment is
// made once and extended for each file. Nothing of it is ever changed.

// base is the environment of the libraries for one zone and calendar.
type base struct {
	zone     *time.Location
	calendar Calendar
	cel      *cel.Env
}

// baseLimit is how many environments of libraries are kept. A process has one calendar, or the few of its tests.
const baseLimit = 4

type baseCache struct {
	mu    sync.Mutex
	bases []base // the one used last comes first
}

var bases baseCache

// get returns the environment of the libraries. A calendar that Go cannot compare has one of its own.
func (c *baseCache) get(zone *time.Location, calendar Calendar) (*cel.Env, error) {
	if !comparableCalendar(calendar) {
		return newBase(zone, calendar)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.bases, func(b base) bool { return b.zone == zone && b.calendar == calendar })
	if i < 0 {
		env, err := newBase(zone, calendar)
		if err != nil {
			return nil, err
		}
		if len(c.bases) == baseLimit {
			c.bases = c.bases[:baseLimit-1]
		}
		c.bases = append(c.bases, base{zone, calendar, env})
		i = len(c.bases) - 1
	}
	found := c.bases[i]
	copy(c.bases[1:i+1], c.bases[:i])
	c.bases[0] = found
	return found.cel, nil
}

func comparableCalendar(c Calendar) bool { return c == nil || reflect.ValueOf(c).Comparable() }

func sameCalendar(a, b Calendar) bool {
	return comparableCalendar(a) && comparableCalendar(b) && a == b
}

func newBase(zone *time.Location, calendar Calendar) (*cel.Env, error) {
	return cel.NewCustomEnv(append(libraries(), cel.EnableMacroCallTracking(), decimalLibrary(), dateLibrary(zone, calendar))...)
}

// estimation is an environment that serves the cost models alone. It does not pin their revision (costVersion): cel-go keeps the compiled
// models of its latest revision, whereas it compiles those of a pinned one again for each expression, which took a third of the time of loading.
var estimation = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewCustomEnv(append(unpinnedLibraries(), decimalLibrary(), dateLibrary(civil.Zone, noCalendar{}))...)
})

// noCalendar stands for any calendar where only the cost of asking it counts.
type noCalendar struct{}

func (noCalendar) IsWorkday(civil.Date) (bool, error) { return false, errNoCalendar }

func (noCalendar) AddWorkdays(civil.Date, int) (civil.Date, error) { return 0, errNoCalendar }

func (noCalendar) WorkdaysBetween(civil.Date, civil.Date) (int, error) { return 0, errNoCalendar }

var errNoCalendar = errors.New("expr: no calendar")

// estimate prices an expression under the pinned revision of the cost models. While that is the latest one, as a test makes sure, both
// environments give the same; were it not, what is not cheap would still be priced by the pinned one.
func (e *Env) estimate(pinned *cel.Env, a *cel.Ast) (cost.Estimate, error) {
	quick, err := estimation()
	if err != nil {
		return cost.Estimate{}, err
	}
	est, err := quick.EstimateCost(a, e.estimator())
	if err != nil || est.Max <= trackFrom {
		return est, err
	}
	return pinned.EstimateCost(a, e.estimator())
}

func (e *Env) estimator() cost.Estimator {
	return &costEstimator{lookup: e.typeAt, selected: map[optionalSelect][]string{}, sets: e.lookups, functions: e.functions}
}
