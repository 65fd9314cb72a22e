package desensitize

import (
	"fmt"
	"math/big"
)

// Sharing is the model under which data leaves, after GB/T 37964-2019 and GB/T 42460-2023.
type Sharing string

// The models of sharing. Unconditional opening is SharingPublic.
const (
	SharingPublic     Sharing = "public"     // 完全公开共享
	SharingControlled Sharing = "controlled" // 受控公开共享
	SharingEnclave    Sharing = "enclave"    // 领地公开共享
)

// Context is what is known of the recipient, where sharing is not public. What is not given is taken at its worst.
type Context struct {
	Control string   // how far the recipient's security and privacy controls go: high, medium or low
	Motive  string   // the recipient's motive and ability to re-identify: low, medium or high
	Known   *big.Rat // p: the share of people who are in the data, for the chance that the recipient knows one of them
	Circle  int      // m: how many people one person knows
	Pr      *big.Rat // pr(context) as somebody else determined it; it replaces the rest
}

// Verdict is the level of GB/T 42460-2023 with every number that led to it. 1: there are direct identifiers; 2: the risk is not lower than the
// threshold; 3: it is lower; 4: nothing identifies. Figures are for display; comparisons were made with exact ratios, which stand beside them.
type Verdict struct {
	Level     int       `json:"level"`
	Model     Sharing   `json:"model"`
	Tau       string    `json:"tau"`      // a class is at risk where 1/size is strictly above
	Classes   int       `json:"classes"`  // J
	Smallest  int       `json:"smallest"` // class
	Above     int       `json:"above"`    // classes whose 1/size is above tau
	Ra        float64   `json:"ra"`       // Above / Classes
	Rb        float64   `json:"rb"`       // the greatest 1/size
	Rc        float64   `json:"rc"`       // the mean of 1/size over CLASSES, which is not the mean risk of rows
	PrContext float64   `json:"pr_context"`
	R         float64   `json:"r"`
	Threshold string    `json:"threshold"` // R is acceptable where it is strictly lower
	Exact     Exact     `json:"exact"`
	Context   *PrFigure `json:"context,omitempty"` // how pr(context) came about; absent for public sharing
	Reason    string    `json:"reason"`            // direct, none, class_above_tau, not_lower, lower
	Needs     int       `json:"needs,omitempty"`   // the smallest class that would be enough, where classes alone decide: public sharing
	Source    string    `json:"source"`            // secondary: the figures come from secondary sources, not from the text of the standard
}

// Exact has the ratios that were compared, as fractions. Rc is left out where writing it exactly would fill pages.
type Exact struct {
	Ra        string `json:"ra"`
	Rb        string `json:"rb"`
	Rc        string `json:"rc,omitempty"`
	PrContext string `json:"pr_context"`
	R         string `json:"r,omitempty"`
}

// PrFigure shows the three chances whose greatest is pr(context). One that could not be worked out for lack of input is null, and counts as 1.
type PrFigure struct {
	Deliberate   *float64 `json:"deliberate"`
	Acquaintance *float64 `json:"acquaintance"`
	Breach       *float64 `json:"breach"`
	Given        bool     `json:"given"` // pr was given as a whole
}

// The figures of Annex D, as two secondary sources report them alike; the text of the standard was not at hand.
const gbtSource = "secondary"

func gbtTau(s Sharing) (*big.Rat, error) {
	switch s {
	case SharingPublic:
		return big.NewRat(1, 20), nil
	case SharingControlled:
		return big.NewRat(1, 5), nil
	case SharingEnclave:
		return big.NewRat(1, 3), nil
	}
	return nil, fmt.Errorf("desensitize: %q is no model of sharing: public, controlled or enclave", s)
}

func gbtThreshold() *big.Rat { return big.NewRat(5, 100) }

// gbtDeliberate is the chance of a deliberate attempt in percent, by control and motive.
func gbtDeliberate(control, motive string) (*big.Rat, error) {
	row, col := gbtStep(control, "high", "medium", "low"), gbtStep(motive, "low", "medium", "high")
	if row < 0 {
		return nil, fmt.Errorf("desensitize: control %q: high, medium or low", control)
	}
	if col < 0 {
		return nil, fmt.Errorf("desensitize: motive %q: low, medium or high", motive)
	}
	return big.NewRat([3][3]int64{{5, 10, 20}, {20, 30, 40}, {40, 50, 60}}[row][col], 100), nil
}

func gbtBreach(control string) (*big.Rat, error) {
	row := gbtStep(control, "high", "medium", "low")
	if row < 0 {
		return nil, fmt.Errorf("desensitize: control %q: high, medium or low", control)
	}
	return big.NewRat([3]int64{14, 27, 55}[row], 100), nil
}

func gbtStep(word string, steps ...string) int {
	for i, s := range steps {
		if s == word {
			return i
		}
	}
	return -1
}

// circleLimit bounds Context.Circle: beyond it the exact power would be too long, and nobody knows that many people.
const circleLimit = 5000

// pr works out pr(context).
func (c Context) pr() (*big.Rat, *PrFigure, error) {
	one := big.NewRat(1, 1)
	show := func(r *big.Rat) *float64 { f := riskFloat(r); return &f }
	if c.Pr != nil {
		if c.Pr.Sign() < 0 || c.Pr.Cmp(one) > 0 {
			return nil, nil, fmt.Errorf("desensitize: pr(context) %s is not between 0 and 1", c.Pr.RatString())
		}
		return c.Pr, &PrFigure{Given: true}, nil
	}
	f, most := &PrFigure{}, new(big.Rat)
	take := func(p *big.Rat) *float64 {
		if p.Cmp(most) > 0 {
			most = p
		}
		return show(p)
	}
	if c.Motive != "" && c.Control != "" {
		p, err := gbtDeliberate(c.Control, c.Motive)
		if err != nil {
			return nil, nil, err
		}
		f.Deliberate = take(p)
	}
	if c.Known != nil {
		if c.Known.Sign() < 0 || c.Known.Cmp(one) > 0 || c.Circle < 1 || c.Circle > circleLimit {
			return nil, nil, fmt.Errorf("desensitize: acquaintance: p is between 0 and 1 and m between 1 and %d, not %s and %d", circleLimit, c.Known.RatString(), c.Circle)
		}
		rest := new(big.Rat).Sub(one, c.Known)
		m := big.NewInt(int64(c.Circle))
		power := new(big.Rat).SetFrac(new(big.Int).Exp(rest.Num(), m, nil), new(big.Int).Exp(rest.Denom(), m, nil))
		f.Acquaintance = take(new(big.Rat).Sub(one, power))
	}
	if c.Control != "" {
		p, err := gbtBreach(c.Control)
		if err != nil {
			return nil, nil, err
		}
		f.Breach = take(p)
	}
	if f.Deliberate == nil || f.Acquaintance == nil || f.Breach == nil {
		most = one // what is not known may be the worst
	}
	return most, f, nil
}

// Judge gives the verdict on classes of these sizes.
func Judge(sizes []uint32, direct, quasi bool, s Sharing, c Context) (*Verdict, error) {
	tau, err := gbtTau(s)
	if err != nil {
		return nil, err
	}
	pr := big.NewRat(1, 1)
	v := &Verdict{Model: s, Tau: tau.RatString(), Threshold: "0.05", Source: gbtSource}
	if s != SharingPublic {
		if pr, v.Context, err = c.pr(); err != nil {
			return nil, err
		}
	} else {
		v.Needs = 21 // 1/20 is not lower than the threshold
	}
	v.PrContext, v.Exact.PrContext = riskFloat(pr), gbtText(pr)
	floor := riskFloor(tau)
	bySize := map[uint32]int{}
	for _, n := range sizes {
		bySize[n]++
		if v.Smallest == 0 || int(n) < v.Smallest {
			v.Smallest = int(n)
		}
		if uint64(n) < floor {
			v.Above++
		}
	}
	v.Classes = len(sizes)
	ra, rb, rc := new(big.Rat), new(big.Rat), new(big.Rat)
	if v.Classes > 0 {
		ra, rb = big.NewRat(int64(v.Above), int64(v.Classes)), big.NewRat(1, int64(v.Smallest))
		rc = gbtMean(bySize, v.Classes)
	}
	r := new(big.Rat)
	switch {
	case v.Above > 0:
		r.SetInt64(1)
	case s == SharingPublic:
		r.Mul(rb, pr)
	default:
		r.Mul(rc, pr)
	}
	v.Ra, v.Rb, v.Rc, v.R = riskFloat(ra), riskFloat(rb), riskFloat(rc), riskFloat(r)
	v.Exact.Ra, v.Exact.Rb, v.Exact.Rc, v.Exact.R = gbtText(ra), gbtText(rb), gbtText(rc), gbtText(r)
	switch {
	case direct:
		v.Level, v.Reason = 1, "direct"
	case !quasi:
		v.Level, v.Reason = 4, "none"
	case v.Above > 0:
		v.Level, v.Reason = 2, "class_above_tau"
	case r.Cmp(gbtThreshold()) >= 0:
		v.Level, v.Reason = 2, "not_lower"
	default:
		v.Level, v.Reason = 3, "lower"
	}
	return v, nil
}

// gbtMean is the mean of 1/size over classes, exactly.
func gbtMean(bySize map[uint32]int, classes int) *big.Rat {
	terms := make([]*big.Rat, 0, len(bySize))
	for n, times := range bySize {
		terms = append(terms, big.NewRat(int64(times), int64(n)))
	}
	for len(terms) > 1 { // pairs, so that long fractions are added late
		half := terms[:0:0]
		for i := 0; i+1 < len(terms); i += 2 {
			half = append(half, new(big.Rat).Add(terms[i], terms[i+1]))
		}
		if len(terms)%2 == 1 {
			half = append(half, terms[len(terms)-1])
		}
		terms = half
	}
	return new(big.Rat).Quo(terms[0], big.NewRat(int64(classes), 1))
}

// gbtText writes a fraction, or nothing where it is long.
func gbtText(r *big.Rat) string {
	const most = 80
	if r.Num().BitLen()+r.Denom().BitLen() > most*3 {
		return ""
	}
	return r.RatString()
}
