package desensitize

import (
	"fmt"
	"math"
	"math/big"
)

// latticeModel is what the classes of a node must meet.
type latticeModel struct {
	k         uint32
	l         int
	diversity Diversity
	c         riskFraction // of recursive diversity: strictly above the quotient
	t         *riskFraction
	sharing   Sharing // whose mean over classes must be low as well
	pr        *big.Rat
	limit     int // rows that may be suppressed
	metric    Metric
}

// Diversity is how the different sensitive values of a class are counted.
type Diversity string

// The kinds of l-diversity (Machanavajjhala et al. 2007).
const (
	DiversityDistinct  Diversity = "distinct"
	DiversityEntropy   Diversity = "entropy"
	DiversityRecursive Diversity = "recursive"
)

// Metric says what a generalisation loses; less is better.
type Metric string

// The metrics.
const (
	MetricEntropy         Metric = "entropy"        // bits that tell which value a generalised value was (non-uniform entropy), suppression aside: as ARX's precomputed one
	MetricLoss            Metric = "loss"           // mean over cells of the share of the domain a value may stand for, suppressed 1
	MetricDiscernibility  Metric = "discernibility" // sum of squared class sizes, a suppressed row as much as the table
	MetricAverageClass    Metric = "average-class"  // rows by classes
	MetricPrecision       Metric = "precision"      // mean over columns of level by highest level
	MetricHeight          Metric = "height"         // sum of levels
	metricNames                  = "entropy, loss, discernibility, average-class, precision or height"
	latticeNoBound               = 0.0
	latticeRecursiveWords        = "recursive diversity needs c"
)

// newLatticeModel checks and prepares a model.
func newLatticeModel(o *AnonymiseOptions, rows int) (*latticeModel, error) {
	m := &latticeModel{k: 1, l: o.L, diversity: o.Diversity, sharing: o.Sharing, metric: o.Metric}
	if o.K < 0 || o.L < 0 || o.K > math.MaxInt32 || o.L > math.MaxInt32 {
		return nil, fmt.Errorf("desensitize: k and l are whole numbers above 0")
	}
	m.k = uint32(max(o.K, 1))
	if (o.L > 0 || o.T != nil) && len(o.Sensitive) == 0 {
		return nil, fmt.Errorf("desensitize: l and t are about sensitive columns; name one")
	}
	switch o.Diversity {
	case DiversityDistinct, DiversityEntropy:
	case DiversityRecursive:
		if o.L < 2 || o.C == nil || o.C.Sign() <= 0 {
			return nil, fmt.Errorf("desensitize: %s above 0 and an l of at least 2", latticeRecursiveWords)
		}
		var ok bool
		if m.c, ok = riskSmall(o.C); !ok {
			return nil, fmt.Errorf("desensitize: c has too many digits")
		}
	default:
		return nil, fmt.Errorf("desensitize: %q is no kind of diversity: distinct, entropy or recursive", o.Diversity)
	}
	if o.T != nil {
		t, ok := riskSmall(o.T)
		if !ok {
			return nil, fmt.Errorf("desensitize: t is a ratio from 0 on, with few digits")
		}
		m.t = &t
	}
	switch o.Metric {
	case MetricEntropy, MetricLoss, MetricDiscernibility, MetricAverageClass, MetricPrecision, MetricHeight:
	default:
		return nil, fmt.Errorf("desensitize: %q is no metric: %s", o.Metric, metricNames)
	}
	if o.Suppress.Sign() < 0 || o.Suppress.Cmp(big.NewRat(1, 1)) > 0 {
		return nil, fmt.Errorf("desensitize: the share to suppress is between 0 and 1, not %s", o.Suppress.RatString())
	}
	most := new(big.Int).Mul(o.Suppress.Num(), big.NewInt(int64(rows)))
	m.limit = int(most.Quo(most, o.Suppress.Denom()).Int64())
	return m, m.verdict(o)
}

// verdict turns the GB/T 42460 level 3 into sizes of classes, and a condition on their mean where the model of sharing has one.
func (m *latticeModel) verdict(o *AnonymiseOptions) error {
	if o.Sharing == "" {
		return nil
	}
	tau, err := gbtTau(o.Sharing)
	if err != nil {
		return err
	}
	floor := riskFloor(tau)
	if o.Sharing == SharingPublic {
		floor = riskFloor(gbtThreshold()) + 1 // R is to be strictly lower: 1/20 is not, 1/21 is
	} else if m.pr, _, err = o.Context.pr(); err != nil {
		return err
	}
	m.k = max(m.k, uint32(floor))
	return nil
}

// monotone reports whether what a node meets every node above it meets too. Joining two classes keeps k and the number of different values whatever
// happens to other classes. Entropy, recursive diversity and closeness are only kept where BOTH classes have them, that is, without suppression;
// a mean over classes is never kept.
func (m *latticeModel) monotone() bool {
	if m.sharing != "" && m.sharing != SharingPublic {
		return false
	}
	return m.limit == 0 || m.t == nil && (m.l <= 1 || m.diversity == DiversityDistinct)
}

// latticeOutcome is what a node gives.
type latticeOutcome struct {
	node       int
	classes    int // kept
	all        int // before suppression
	suppressed int
	k          int // the smallest kept class
	short      int // rows that what is monotone suppresses: no node below suppresses fewer
	ok         bool
	loss       float64
	bound      float64 // below the loss of this node and of every node above
	mean       *big.Rat
}

// evaluate counts the classes of a node and judges them.
func (m *latticeModel) evaluate(s *latticeSpace, w *latticeWork, node int) latticeOutcome {
	levels := s.node(node)
	w.group(s, levels)
	out := latticeOutcome{node: node, all: len(w.sizes)}
	w.kept = w.kept[:0]
	for _, n := range w.sizes {
		w.kept = append(w.kept, n >= m.k)
	}
	m.diverse(s, w, DiversityDistinct) // every kind of diversity needs l different values
	out.short = w.short()
	if m.diversity != DiversityDistinct {
		m.diverse(s, w, m.diversity)
	}
	m.close(s, w)
	out.suppressed = w.short()
	if m.monotone() {
		out.short = out.suppressed
	}
	bySize := map[uint32]int{}
	for i, n := range w.sizes {
		if !w.kept[i] {
			continue
		}
		out.classes++
		if out.k == 0 || int(n) < out.k {
			out.k = int(n)
		}
		if m.pr != nil {
			bySize[n]++
		}
	}
	// All rows suppressed is no answer, even where the limit allows it.
	out.ok = out.suppressed <= m.limit && out.classes > 0
	if out.ok && m.pr != nil {
		out.mean = gbtMean(bySize, out.classes)
		out.ok = new(big.Rat).Mul(out.mean, m.pr).Cmp(gbtThreshold()) < 0
	}
	m.measure(s, w, levels, &out)
	return out
}

// short is how many rows are in classes that are not kept.
func (w *latticeWork) short() int {
	n := 0
	for i, size := range w.sizes {
		if !w.kept[i] {
			n += int(size)
		}
	}
	return n
}

// diverse drops classes whose sensitive values are not diverse enough.
func (m *latticeModel) diverse(s *latticeSpace, w *latticeWork, kind Diversity) {
	if m.l <= 1 {
		return
	}
	for i := range s.sensitive {
		w.tallies(s, &s.sensitive[i], func(class int, t *riskTally) {
			if !w.kept[class] {
				return
			}
			w.kept[class] = m.diverseEnough(kind, t)
		})
	}
}

// diverseEnough judges the values of one class.
func (m *latticeModel) diverseEnough(kind Diversity, t *riskTally) bool {
	switch kind {
	case DiversityEntropy:
		return t.entropyAtLeast(m.l)
	case DiversityRecursive:
		num, den := t.recursive(m.l)
		return den > 0 && riskFraction{num, den}.cmp(m.c) < 0
	default:
		return len(t.touched) >= m.l
	}
}

// close drops classes whose sensitive values are too far from those of the table.
func (m *latticeModel) close(s *latticeSpace, w *latticeWork) {
	if m.t == nil {
		return
	}
	for i := range s.sensitive {
		x := &s.sensitive[i]
		w.tallies(s, x, func(class int, t *riskTally) {
			w.kept[class] = w.kept[class] && x.distance.of(t).cmp(*m.t) <= 0
		})
	}
}

// measure works out what a node loses.
func (m *latticeModel) measure(s *latticeSpace, w *latticeWork, levels []int, out *latticeOutcome) {
	out.loss = m.before(s, levels)
	out.bound = out.loss
	switch m.metric {
	case MetricLoss:
		lost := 0.0
		for class, n := range w.sizes {
			if !w.kept[class] {
				lost += float64(n) * float64(len(s.columns))
				continue
			}
			u, each := w.first[class], 0.0
			for i := range s.columns {
				c := &s.columns[i]
				each += c.share[levels[i]][c.to[levels[i]][c.codes[u]]]
			}
			lost += float64(n) * each
		}
		out.loss = max(out.bound, lost/float64(s.rows)/float64(len(s.columns))) // the same sum in another order may round below its bound
	case MetricDiscernibility:
		kept, all := 0.0, 0.0
		for class, n := range w.sizes {
			square := float64(n) * float64(n)
			all += square
			if w.kept[class] {
				kept += square
			} else {
				kept += float64(n) * float64(s.rows)
			}
		}
		out.loss, out.bound = kept, all
	case MetricAverageClass:
		out.loss, out.bound = float64(s.rows), float64(s.rows)/float64(max(out.all, 1))
		if out.classes > 0 {
			out.loss = float64(s.rows) / float64(out.classes)
		}
	default: // by levels alone
	}
}

// before is a bound of the loss of a node, and of those above it, that needs no counting; of metrics by levels alone it is the loss.
func (m *latticeModel) before(s *latticeSpace, levels []int) float64 {
	sum := 0.0
	for i, l := range levels {
		switch m.metric {
		case MetricEntropy:
			sum += s.columns[i].entropy[l]
		case MetricLoss:
			sum += s.columns[i].sum[l]
		case MetricPrecision:
			if s.levels[i] > 1 {
				sum += float64(l) / float64(s.levels[i]-1)
			}
		case MetricHeight:
			sum += float64(l)
		default:
			return latticeNoBound
		}
	}
	switch m.metric {
	case MetricLoss:
		return sum / float64(s.rows) / float64(len(s.columns))
	case MetricPrecision:
		return sum / float64(len(s.columns))
	default:
		return sum
	}
}
