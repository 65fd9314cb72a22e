package deid

import (
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"sync"

	"github.com/shopspring/decimal"
)

// NoiseKind is the distribution of noise.
type NoiseKind string

// The distributions: both on whole numbers of steps.
const (
	Laplace  NoiseKind = "laplace"
	Gaussian NoiseKind = "gaussian"
)

// NoiseOptions say what noise is added to a number.
type NoiseOptions struct {
	Kind NoiseKind
	// Step is the grid on which results lie: values are rounded to it before noise is added. 1 where zero.
	Step decimal.Decimal
	// Min and Max bound the values: one beyond is replaced by the bound. Two values then differ by at most Max - Min, which is the sensitivity of a cell: a reader cannot tell
	// which of all values it was.
	Min, Max decimal.Decimal
	// Epsilon is the privacy loss of one value by Laplace noise: the scale is the sensitivity, rounded up to the grid, divided by it.
	Epsilon decimal.Decimal
	// Sigma is the standard deviation of Gaussian noise, in the unit of the value. Its loss is ρ = sensitivity²/(2σ²) of zero-concentrated differential privacy.
	Sigma decimal.Decimal
	// Clip takes results beyond Min and Max back to them. It costs no privacy and biases means.
	Clip bool

	// Random is a source of real randomness, such as crypto/rand.Reader; it is read by one goroutine at a time. Where it is nil the noise is drawn by a keyed function of the
	// domain, the row and the value: running again gives the same result, so that an average over many releases shows nothing more, and a value that changed gets other noise.
	// Whoever has the key can take the noise away: it is as secret as the data.
	Random io.Reader
	Hash   Hash
	Domain Domain
}

// Loss is what one value costs.
type Loss struct {
	Epsilon *big.Rat // of pure differential privacy; nil for Gaussian noise
	Rho     *big.Rat // of zero-concentrated differential privacy; nil for Laplace noise
}

// noiseScale are the options as exact integers: what the samplers take.
type noiseScale struct {
	step, low, high number
	num, den        uint64 // Laplace: scale t/s in steps; Gaussian: σ² in steps²
	loss            Loss
}

// maxScaleBits bounds numerators and denominators of scales, so that the samplers' products stay within their words.
const maxScaleBits = 31

func (o NoiseOptions) scale() (n noiseScale, err error) {
	step := o.Step
	if step.IsZero() {
		step = decimal.NewFromInt(1)
	}
	if n.step, err = fromDecimal(step); err != nil {
		return n, err
	}
	if n.low, err = fromDecimal(o.Min); err != nil {
		return n, err
	}
	if n.high, err = fromDecimal(o.Max); err != nil {
		return n, err
	}
	if n.step.sign() < 0 || n.low.cmp(n.high) >= 0 {
		return n, BadArgument("transform.noise-bounds", n.step, n.low, n.high)
	}
	// The bounds go to the grid as every value does; between them lie so many steps.
	var fits, fitsToo bool
	n.low, fits = n.low.roundTo(n.step)
	n.high, fitsToo = n.high.roundTo(n.step)
	if !fits || !fitsToo || n.low.cmp(n.high) >= 0 {
		return n, BadArgument("transform.noise-step", n.step)
	}
	steps := new(big.Rat).Quo(new(big.Rat).Sub(n.high.rat(), n.low.rat()), n.step.rat())
	var scale *big.Rat
	switch o.Kind {
	case Laplace:
		epsilon, err := fromDecimal(o.Epsilon)
		if err != nil || epsilon.sign() <= 0 {
			return n, BadArgument("transform.noise-epsilon", o.Epsilon)
		}
		n.loss.Epsilon = epsilon.rat()
		scale = new(big.Rat).Quo(steps, n.loss.Epsilon)
	case Gaussian:
		sigma, err := fromDecimal(o.Sigma)
		if err != nil || sigma.sign() <= 0 {
			return n, BadArgument("transform.noise-sigma", o.Sigma)
		}
		scale = new(big.Rat).Quo(sigma.rat(), n.step.rat())
		scale.Mul(scale, scale)
		n.loss.Rho = new(big.Rat).Quo(new(big.Rat).Mul(steps, steps), new(big.Rat).Mul(big.NewRat(2, 1), scale))
	default:
		return n, BadArgument("transform.noise-kind", o.Kind, Laplace, Gaussian)
	}
	if scale.Num().BitLen() > maxScaleBits || scale.Denom().BitLen() > maxScaleBits {
		return n, BadArgument("transform.noise-scale", scale.RatString(), maxScaleBits)
	}
	n.num, n.den = scale.Num().Uint64(), scale.Denom().Uint64()
	return n, nil
}

// Loss is the privacy loss of one value under the options.
func (o NoiseOptions) Loss() (Loss, error) {
	n, err := o.scale()
	return n.loss, err
}

func (n number) rat() *big.Rat {
	return new(big.Rat).SetFrac(n.int(n.scale), tenTo(n.scale))
}

// Noise adds noise to a number (噪声添加), drawn by exact samplers, without floating-point numbers (Canonne, Kamath and Steinke 2020). Results are multiples of the step.
func Noise(k Key, o NoiseOptions) (Func, error) {
	n, err := o.scale()
	if err != nil {
		return nil, err
	}
	draw := n.laplace
	if o.Kind == Gaussian {
		draw = n.gaussian
	}
	finish := func(dst []byte, v number, noise int64) ([]byte, error) {
		add := new(big.Int).Mul(big.NewInt(noise), n.step.int(n.step.scale))
		scale := max(v.scale, n.step.scale)
		sum, ok := fit(add.Mul(add, tenTo(scale-n.step.scale)).Add(add, v.int(scale)), scale)
		if !ok {
			return dst, ErrInvalid
		}
		if o.Clip {
			sum = n.clamp(sum)
		}
		return sum.append(dst), nil
	}
	if o.Random != nil {
		var mu sync.Mutex
		return func(dst []byte, c Cell) ([]byte, error) {
			v, ok := n.onGrid(c.Text)
			if !ok {
				return dst, ErrInvalid
			}
			mu.Lock()
			src := &readerSource{r: o.Random}
			noise := draw(src)
			mu.Unlock()
			if err := src.err(); err != nil {
				return dst, errors.Join(errNoise, err)
			}
			return finish(dst, v, noise)
		}, nil
	}
	p, err := newPRF(k, "noise/"+string(o.Kind), o.Hash, o.Domain)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, c Cell) ([]byte, error) {
		v, ok := n.onGrid(c.Text)
		if !ok {
			return dst, ErrInvalid
		}
		s := p.get()
		defer p.put(s)
		s.in = binary.BigEndian.AppendUint64(s.in, uint64(c.Row))
		s.in = v.append(s.in)
		s.in = append(s.in, '|')
		src := &prfSource{s: s, base: len(s.in)}
		noise := draw(src)
		if err := src.err(); err != nil {
			return dst, err
		}
		return finish(dst, v, noise)
	}, nil
}

func (n noiseScale) laplace(src source) int64  { return laplace(src, n.den, n.num) }
func (n noiseScale) gaussian(src source) int64 { return gaussian(src, n.num, n.den) }

func (n noiseScale) clamp(v number) number {
	switch {
	case v.cmp(n.low) < 0:
		return n.low
	case v.cmp(n.high) > 0:
		return n.high
	default:
		return v
	}
}

// onGrid reads a value, brings it within the bounds and onto the grid.
func (n noiseScale) onGrid(text []byte) (number, bool) {
	v, ok := parseNumber(text)
	if !ok {
		return v, false
	}
	if v, ok = n.clamp(v).roundTo(n.step); !ok {
		return v, false
	}
	return n.clamp(v), true
}
