package desensitize

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"sync"
	"time"
)

// BudgetLimit is how much privacy loss the persons of a data set may suffer over all its releases.
type BudgetLimit struct {
	DataSet string `json:"dataset"`
	Unit    string `json:"unit"`    // whose loss is counted, such as person or vehicle
	Epsilon string `json:"epsilon"` // a decimal
	Delta   string `json:"delta"`   // a decimal below 1; 0 allows no Gaussian noise
}

// BudgetSpend is a line of a privacy ledger: what one release costs a unit. Costs of several cells of a unit in one release are added up by the host, or given as several lines.
type BudgetSpend struct {
	Sequence int64  `json:"sequence"` // from 1, set by the ledger
	At       string `json:"at"`       // RFC 3339, UTC, set by the ledger
	DataSet  string `json:"dataset"`
	Unit     string `json:"unit"`
	Release  string `json:"release"` // which release, with the column
	Epsilon  string `json:"epsilon"` // of pure or approximate differential privacy, a decimal or a fraction
	Delta    string `json:"delta"`
	Rho      string `json:"rho"` // of zero-concentrated differential privacy (Gaussian noise), a decimal or a fraction
}

// BudgetState is what a data set and unit have spent.
type BudgetState struct {
	Epsilon *big.Rat // all of it together, rounded up
	Delta   *big.Rat // the sum of the releases' own
	Rho     *big.Rat // the sum, part of Epsilon already
}

// BudgetError refuses a release that would go beyond the limit. Nothing of it was written.
type BudgetError struct {
	DataSet, Unit, Release string
	Spent, Would, Limit    string // ε before, with this release, and allowed; decimals
	Reason                 string
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("desensitize: release %q of %s per %s: %s (ε spent %s, with it %s, limit %s)", e.Release, e.DataSet, e.Unit, e.Reason, e.Spent, e.Would, e.Limit)
}

// PrivacyLedger keeps what every release cost. It is append-only, one line of JSON a release, and safe for any number of goroutines.
//
// Pure and approximate losses add up (basic composition); Gaussian losses add up as ρ and count as ε = ρ + 2·√(ρ·ln(1/δ)) (Bun and Steinke 2016, proposition 1.3), with the δ that is
// left of the limit. Where only pure and Gaussian losses were spent, the pure ones also count as ρ = ε²/2, and the smaller of the two sums holds. All numbers are rational; roots and
// logarithms are rounded up.
type PrivacyLedger struct {
	mu     sync.Mutex
	w      io.Writer
	clock  func() time.Time
	limits map[budgetKey]budgetLimit
	spent  map[budgetKey]*budgetSum
	last   int64
	err    error
}

type budgetKey struct{ dataSet, unit string }

type budgetLimit struct{ epsilon, delta *big.Rat }

type budgetSum struct {
	epsilon, delta, rho *big.Rat
	squares             *big.Rat // Σ ε²/2 of pure losses
	pure                bool     // no loss with a δ of its own
}

func newBudgetSum() *budgetSum {
	return &budgetSum{new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat), true}
}

// BudgetLineError is something wrong with a ledger's line.
type BudgetLineError struct {
	Line int
	Text string
}

func (e *BudgetLineError) Error() string {
	return fmt.Sprintf("desensitize: privacy ledger, line %d: %s", e.Line, e.Text)
}

// NewPrivacyLedger continues the ledger in old, which may be empty or nil, and appends to w. Where w has a method Sync, a line is on the disk before Spend returns. A data set and unit without a
// limit can spend nothing.
func NewPrivacyLedger(w io.Writer, old io.Reader, limits []BudgetLimit, clock func() time.Time) (*PrivacyLedger, error) {
	l := &PrivacyLedger{w: w, clock: clock, limits: map[budgetKey]budgetLimit{}, spent: map[budgetKey]*budgetSum{}}
	for _, b := range limits {
		key := budgetKey{b.DataSet, b.Unit}
		epsilon, okE := budgetNumber(b.Epsilon)
		delta, okD := budgetNumber(b.Delta)
		if _, twice := l.limits[key]; twice || b.DataSet == "" || b.Unit == "" || !okE || !okD || delta.Cmp(big.NewRat(1, 1)) >= 0 {
			return nil, fmt.Errorf("desensitize: privacy limit of %q per %q: one limit each, ε a decimal, δ a decimal below 1; got ε %q, δ %q", b.DataSet, b.Unit, b.Epsilon, b.Delta)
		}
		l.limits[key] = budgetLimit{epsilon, delta}
	}
	if old == nil {
		old = strings.NewReader("")
	}
	text, err := io.ReadAll(old)
	if err != nil {
		return nil, fmt.Errorf("desensitize: privacy ledger: %w", err)
	}
	rest := string(text)
	for n := 1; rest != ""; n++ {
		line, after, whole := strings.Cut(rest, "\n")
		rest = after
		var s BudgetSpend
		if !whole {
			return nil, &BudgetLineError{n, "the line does not end: its release may or may not have happened; complete or remove it"}
		}
		if err := vaultJSON([]byte(line), &s); err != nil {
			return nil, &BudgetLineError{n, err.Error()}
		}
		if s.Sequence != int64(n) {
			return nil, &BudgetLineError{n, fmt.Sprintf("entry %d stands where entry %d belongs: a line was taken out, put in or moved", s.Sequence, n)}
		}
		sum := l.sum(budgetKey{s.DataSet, s.Unit})
		next, err := sum.plus(s)
		if err != nil {
			return nil, &BudgetLineError{n, err.Error()}
		}
		*sum = *next
		l.last++
	}
	return l, nil
}

func (l *PrivacyLedger) sum(key budgetKey) *budgetSum {
	s := l.spent[key]
	if s == nil {
		s = newBudgetSum()
		l.spent[key] = s
	}
	return s
}

// budgetNumber reads a decimal or fraction of 0 or more. An empty text is 0.
func budgetNumber(text string) (*big.Rat, bool) {
	if text == "" {
		return new(big.Rat), true
	}
	if len(text) > 100 || strings.Trim(text, "0123456789./") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func (s *budgetSum) plus(b BudgetSpend) (*budgetSum, error) {
	epsilon, okE := budgetNumber(b.Epsilon)
	delta, okD := budgetNumber(b.Delta)
	rho, okR := budgetNumber(b.Rho)
	switch {
	case !okE || !okD || !okR || delta.Cmp(big.NewRat(1, 1)) >= 0:
		return nil, fmt.Errorf("ε %q, δ %q, ρ %q: each a decimal or fraction of 0 or more, δ below 1", b.Epsilon, b.Delta, b.Rho)
	case epsilon.Sign() == 0 && delta.Sign() == 0 && rho.Sign() == 0:
		return nil, errors.New("a release that costs nothing: give its ε or ρ")
	case b.DataSet == "" || b.Unit == "" || b.Release == "":
		return nil, errors.New("a release needs dataset, unit and release")
	}
	half := new(big.Rat).Mul(epsilon, epsilon)
	half.Mul(half, big.NewRat(1, 2))
	return &budgetSum{
		new(big.Rat).Add(s.epsilon, epsilon), new(big.Rat).Add(s.delta, delta), new(big.Rat).Add(s.rho, rho), new(big.Rat).Add(s.squares, half),
		s.pure && delta.Sign() == 0,
	}, nil
}

// total is all ε under a limit's δ; nil where there is no δ for Gaussian losses.
func (s *budgetSum) total(limit budgetLimit) *big.Rat {
	left := new(big.Rat).Sub(limit.delta, s.delta)
	if left.Sign() < 0 {
		return nil
	}
	if s.rho.Sign() == 0 && (left.Sign() == 0 || !s.pure) {
		return new(big.Rat).Set(s.epsilon)
	}
	if left.Sign() == 0 {
		return nil
	}
	basic := new(big.Rat).Set(s.epsilon)
	if s.rho.Sign() > 0 {
		basic.Add(basic, budgetEpsilon(s.rho, left))
	}
	if s.pure {
		if all := budgetEpsilon(new(big.Rat).Add(s.rho, s.squares), left); all.Cmp(basic) < 0 {
			return all
		}
	}
	return basic
}

// Spend writes down what a release costs, before it happens. A *BudgetError: it would go beyond the limit, and must not happen.
func (l *PrivacyLedger) Spend(b BudgetSpend) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	key := budgetKey{b.DataSet, b.Unit}
	sum := l.sum(key)
	next, err := sum.plus(b)
	if err != nil {
		return fmt.Errorf("desensitize: privacy budget: %w", err)
	}
	limit, known := l.limits[key]
	refusal := &BudgetError{DataSet: b.DataSet, Unit: b.Unit, Release: b.Release}
	if !known {
		refusal.Reason, refusal.Spent, refusal.Would, refusal.Limit = "no limit was set", "0", "?", "0"
		return refusal
	}
	before, would := sum.total(limit), next.total(limit)
	if would == nil || would.Cmp(limit.epsilon) > 0 {
		refusal.Reason, refusal.Spent, refusal.Would, refusal.Limit = "the privacy budget is not enough", budgetText(before), budgetText(would), budgetText(limit.epsilon)
		if would == nil {
			refusal.Reason = "the limit's δ is used up"
		}
		return refusal
	}
	b.Sequence, b.At = l.last+1, l.clock().UTC().Format(time.RFC3339)
	line, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("desensitize: privacy ledger: %w", err)
	}
	if _, err := l.w.Write(append(line, '\n')); err != nil {
		l.err = fmt.Errorf("desensitize: privacy ledger: %w", err) // a line may stand there in part
		return l.err
	}
	if s, ok := l.w.(interface{ Sync() error }); ok {
		if err := s.Sync(); err != nil {
			l.err = fmt.Errorf("desensitize: privacy ledger: %w", err)
			return l.err
		}
	}
	l.last = b.Sequence
	*sum = *next
	return nil
}

// Spent is what a data set and unit have spent under their limit, and false where they have none.
func (l *PrivacyLedger) Spent(dataSet, unit string) (BudgetState, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit, ok := l.limits[budgetKey{dataSet, unit}]
	if !ok {
		return BudgetState{}, false
	}
	s := newBudgetSum()
	if has := l.spent[budgetKey{dataSet, unit}]; has != nil {
		s = has
	}
	total := s.total(limit)
	if total == nil { // the limit was lowered below what was spent: everything is
		total = new(big.Rat).Set(limit.epsilon)
	}
	return BudgetState{total, new(big.Rat).Set(s.delta), new(big.Rat).Set(s.rho)}, true
}

// budgetText writes a number with nine places, rounded up.
func budgetText(r *big.Rat) string {
	if r == nil {
		return "∞"
	}
	return strings.TrimSuffix(strings.TrimRight(budgetUp(r, 9).FloatString(9), "0"), ".")
}
