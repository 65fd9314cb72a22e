package deid

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func laplaceChance(scale float64) func(int64) float64 {
	c := (math.Exp(1/scale) - 1) / (math.Exp(1/scale) + 1)
	return func(x int64) float64 { return c * math.Exp(-math.Abs(float64(x))/scale) }
}

func gaussianChance(variance float64) func(int64) float64 {
	total := 0.0
	for x := -2000; x <= 2000; x++ {
		total += math.Exp(-float64(x) * float64(x) / (2 * variance))
	}
	return func(x int64) float64 { return math.Exp(-float64(x)*float64(x)/(2*variance)) / total }
}

// seeded is a source whose words only depend on the text.
func seeded(t *testing.T, text string) *prfSource {
	p, err := newPRF(testKey(t, text), "test/"+text, SHA256, Domain{})
	require.NoError(t, err)
	return &prfSource{s: p.get()}
}

func TestTheSamplersDrawWithTheirExactChances(t *testing.T) {
	const draws = 100_000
	for _, c := range []struct {
		name   string
		draw   func(source) int64
		chance func(int64) float64
	}{
		{"Laplace of scale 1", func(s source) int64 { return laplace(s, 1, 1) }, laplaceChance(1)},
		{"Laplace of scale 5/2", func(s source) int64 { return laplace(s, 2, 5) }, laplaceChance(2.5)},
		{"Laplace of scale 1/3", func(s source) int64 { return laplace(s, 3, 1) }, laplaceChance(1.0 / 3)},
		{"Gaussian of variance 1", func(s source) int64 { return gaussian(s, 1, 1) }, gaussianChance(1)},
		{"Gaussian of variance 25/4", func(s source) int64 { return gaussian(s, 25, 4) }, gaussianChance(6.25)},
		{"Gaussian of variance 1/5", func(s source) int64 { return gaussian(s, 1, 5) }, gaussianChance(0.2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := seeded(t, c.name)
			counts := map[int64]int{}
			sum := 0.0
			for i := range draws {
				if i%1000 == 0 {
					src.counter, src.base = 0, 0
					src.s.in = fmt.Appendf(src.s.in[:0], "%d|", i)
					src.base, src.left = len(src.s.in), 0
				}
				x := c.draw(src)
				counts[x]++
				sum += float64(x)
			}
			require.NoError(t, src.err())
			chi, cells, rest, restWant := 0.0, 0, draws, float64(draws)
			for x := int64(-60); x <= 60; x++ {
				want := c.chance(x) * draws
				if want < 20 {
					continue
				}
				chi += (float64(counts[x]) - want) * (float64(counts[x]) - want) / want
				cells, rest, restWant = cells+1, rest-counts[x], restWant-want
			}
			if restWant > 5 {
				chi += (float64(rest) - restWant) * (float64(rest) - restWant) / restWant
			}
			// The chi-square of n cells exceeds n + 4·√(2n) about once in 10⁴ keys; the key is fixed.
			limit := float64(cells) + 4*math.Sqrt(2*float64(cells))
			assert.Less(t, chi, limit, "%d cells", cells)
			assert.InDelta(t, 0, sum/draws, 0.05)
		})
	}
}

func TestNoiseLiesOnTheGridAndStaysTheSameForTheSameValue(t *testing.T) {
	o := NoiseOptions{Kind: Laplace, Step: dec("0.5"), Min: dec("0"), Max: dec("100"), Epsilon: dec("1"), Domain: Domain{Column: "fee"}}
	f := must(t)(Noise(testKey(t, "k"), o))
	at := func(f Func, text string, row int64) string {
		out, err := f(nil, Cell{Text: []byte(text), Row: row})
		require.NoError(t, err)
		return string(out)
	}
	different := map[string]bool{}
	for row := range int64(50) {
		v := at(f, "12.3", row)
		assert.Regexp(t, `^-?\d+(\.5)?$`, v)
		assert.Equal(t, v, at(f, "12.3", row), "running again shows nothing more")
		assert.Equal(t, v, at(f, "12.50", row), "the same point of the grid")
		different[v] = true
	}
	assert.Greater(t, len(different), 20)
	o.Clip = true
	clipped := must(t)(Noise(testKey(t, "k"), o))
	for row := range int64(200) {
		v, ok := parseNumber([]byte(at(clipped, "99", row)))
		require.True(t, ok)
		require.LessOrEqual(t, v.cmp(number{small: 100}), 0)
		require.GreaterOrEqual(t, v.sign(), 0)
	}
	assert.Equal(t, at(f, "100", 1), at(f, "1e9", 1), "a value beyond the bound is the bound")
	for _, in := range []string{"", "x", "1,000", "NaN"} {
		assert.Equal(t, "(invalid)", show(f, in))
	}

	o.Random = bytes.NewReader(nil)
	_, err := must(t)(Noise(Key{}, o))([]byte("kept"), Cell{Text: []byte("5")})
	assert.ErrorIs(t, err, errNoise, "a source that ends gives no noise, and no value either")
}

func TestTheLossOfNoiseIsExact(t *testing.T) {
	laplace := NoiseOptions{Kind: Laplace, Min: dec("0"), Max: dec("100"), Epsilon: dec("0.1")}
	loss, err := laplace.Loss()
	require.NoError(t, err)
	assert.Equal(t, "1/10", loss.Epsilon.RatString())
	gaussian := NoiseOptions{Kind: Gaussian, Min: dec("0"), Max: dec("10"), Sigma: dec("20")}
	loss, err = gaussian.Loss()
	require.NoError(t, err)
	assert.Equal(t, "1/8", loss.Rho.RatString())
	for name, o := range map[string]NoiseOptions{
		"no bounds":  {Kind: Laplace, Epsilon: dec("1")},
		"no epsilon": {Kind: Laplace, Max: dec("1")},
		"no sigma":   {Kind: Gaussian, Max: dec("1")},
		"no kind":    {Max: dec("1"), Epsilon: dec("1")},
		"bad step":   {Kind: Laplace, Max: dec("1"), Epsilon: dec("1"), Step: dec("-1")},
		"wide step":  {Kind: Laplace, Max: dec("1"), Epsilon: dec("1"), Step: dec("10")},
		"too fine":   {Kind: Laplace, Max: dec("1000000000"), Epsilon: dec("0.000001")},
	} {
		assert.Error(t, second(Noise(testKey(t, "k"), o)), name)
	}
}
