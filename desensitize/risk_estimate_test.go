package desensitize

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestZayatzIsWhatItsFormulaGivesByHand(t *testing.T) {
	// Four classes of one row and three of two in a sample of 10 out of 20. A class of one shows with 1/2, one of two shows exactly one row with 10/19. A row that is alone in the
	// sample is so in the population with (4·1/2)/(4·1/2 + 3·10/19) = 19/34, and four of ten times that are 4·19/34·2.
	e, err := EstimateUniques([]SizeCount{{1, 4}, {2, 3}}, 20)
	require.NoError(t, err)
	assert.InDelta(t, 4*19.0/34*2, e.Zayatz, 1e-9)
	assert.Equal(t, "zayatz", e.Model)
	assert.InDelta(t, e.Zayatz, e.Uniques, 0)
	assert.InDelta(t, 0.5, e.Fraction, 0)
}

func TestTheWholePopulationIsItsOwnEstimate(t *testing.T) {
	sizes := []SizeCount{{1, 40}, {2, 21}, {3, 11}, {7, 6}, {40, 3}}
	e, err := EstimateUniques(sizes, 277)
	require.NoError(t, err)
	assert.InDelta(t, 40, e.Zayatz, 1e-6)
	require.NotNil(t, e.Pitman)
	assert.InDelta(t, 40, *e.Pitman, 6, "as well as the model fits")
}

func TestNothingIsEstimatedFromNothing(t *testing.T) {
	for name, c := range map[string]struct {
		sizes  []SizeCount
		n      int
		pitman bool
		err    string
	}{
		"no rows":                        {nil, 10, false, "the table has"},
		"a population that is too small": {[]SizeCount{{2, 5}}, 9, false, "the table has"},
		"nobody is alone":                {[]SizeCount{{2, 5}}, 1000, false, ""},
		"everybody is alone":             {[]SizeCount{{1, 5}}, 1000, false, ""},
		"one class":                      {[]SizeCount{{7, 1}}, 1000, false, ""},
		"two rows and one":               {[]SizeCount{{1, 1}, {2, 1}}, 1000, true, ""},
	} {
		e, err := EstimateUniques(c.sizes, c.n)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, c.pitman, e.Pitman != nil, name)
		assert.False(t, math.IsNaN(e.Uniques) || e.Uniques < 0 || e.Uniques > float64(c.n), "%s: %v", name, e.Uniques)
	}
}

// likelihood is pitmanLikelihood by its definition.
func likelihood(sizes []SizeCount, theta, alpha float64) (v float64) {
	rows, classes := 0, 0
	for _, s := range sizes {
		rows, classes = rows+s.Size*s.Classes, classes+s.Classes
		for i := 1; i < s.Size; i++ {
			v += float64(s.Classes) * math.Log(float64(i)-alpha)
		}
	}
	for i := 1; i < classes; i++ {
		v += math.Log(theta + float64(i)*alpha)
	}
	for i := 1; i < rows; i++ {
		v -= math.Log(theta + float64(i))
	}
	return v
}

func TestTheFitOfPitmanIsTheLikeliest(t *testing.T) {
	for _, sizes := range [][]SizeCount{
		{{1, 40}, {2, 21}, {3, 11}, {7, 6}, {40, 3}},
		{{1, 543}, {2, 220}, {5, 90}, {20, 30}, {400, 4}},
		{{1, 3}, {2, 30}, {3, 30}},
	} {
		rows, classes := 0, 0
		for _, s := range sizes {
			rows, classes = rows+s.Size*s.Classes, classes+s.Classes
		}
		theta, alpha := fitPitman(sizes, rows, classes)
		best := likelihood(sizes, theta, alpha)
		for _, d := range [][2]float64{{1.01, 0}, {0.99, 0}, {1, 0.005}, {1, -0.005}, {1.05, 0.01}, {0.95, -0.01}, {1.05, -0.01}, {0.95, 0.01}} {
			a := alpha + d[1]
			if a <= 0 || a >= 1 || theta*d[0] <= -a {
				continue
			}
			assert.GreaterOrEqual(t, best+1e-7, likelihood(sizes, theta*d[0], a), "%v at %v, %v", sizes, theta*d[0], a)
		}
	}
}

func TestDigamma(t *testing.T) {
	const euler = 0.57721566490153286
	assert.InDelta(t, -euler, digamma(1), 1e-13)
	assert.InDelta(t, -euler-2*math.Ln2, digamma(0.5), 1e-13)
	assert.InDelta(t, -euler+1+1.0/2+1.0/3, digamma(4), 1e-13)
	assert.InDelta(t, math.Log(1e9), digamma(1e9), 1e-9)
}

// pitmanPopulation seats rows one by one: each founds a class, or joins one, as the model has it. It returns the class of each row.
func pitmanPopulation(theta, alpha float64, n int) []int {
	random := rand.New(rand.NewPCG(1, 2))
	var of, sizes []int
	for m := range n {
		if random.Float64()*(theta+float64(m)) < theta+alpha*float64(len(sizes)) {
			of, sizes = append(of, len(sizes)), append(sizes, 1)
			continue
		}
		for { // a row that sits already, and with it its class, but for alpha
			c := of[random.IntN(m)]
			if random.Float64() < (float64(sizes[c])-alpha)/float64(sizes[c]) {
				of, sizes[c] = append(of, c), sizes[c]+1
				break
			}
		}
	}
	return of
}

func sizesOf(of []int) []SizeCount {
	classes, counts := map[int]int{}, map[int]int{}
	for _, c := range of {
		classes[c]++
	}
	for _, n := range classes {
		counts[n]++
	}
	var out []SizeCount
	for size, n := range counts {
		out = append(out, SizeCount{size, n})
	}
	slices.SortFunc(out, func(a, b SizeCount) int { return a.Size - b.Size })
	return out
}

func TestPitmanFindsThePopulationThatItsModelMade(t *testing.T) {
	of := pitmanPopulation(200, 0.5, 40_000)
	alone := sizesOf(of)[0].Classes
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
	for _, n := range []int{1000, 2000, 4000} {
		e, err := EstimateUniques(sizesOf(of[:n]), len(of))
		require.NoError(t, err)
		assert.Equal(t, "pitman", e.Model)
		assert.InEpsilon(t, alone, e.Uniques, 0.2, "%d of %d rows", n, len(of))
	}
}
