package desensitize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/transform"
)

// Noise costs privacy, and the persons of a data set pay for every release of it together. A policy with noise says in its parameters how much they may
// pay, and each run writes down what it costs before its first row is made:
//
//	epsilon        how much ε all releases may cost together; without it no run with noise is possible under a ledger
//	delta          the δ that Gaussian noise may use; 0 without it, which allows none
//	unit           whose loss is counted, such as person; row without it
//	rows_per_unit  how many rows a unit has at most; 1 without it. A release costs a unit the loss of so many rows
//
// Noise is drawn by a keyed function of the row and the value. The same input under the same policy and keys gets the same noise, which shows nothing more
// than the first time: such a release is one entry in the ledger, however often it is made.

// BudgetMissingError says that a policy adds noise and nobody keeps account of what that costs.
type BudgetMissingError struct {
	Policy  string
	Columns []string
}

func (e *BudgetMissingError) Error() string {
	return fmt.Sprintf("desensitize: policy %s adds noise to %s, and no privacy ledger is given: give one, or say that none is kept", e.Policy, strings.Join(e.Columns, ", "))
}

// Budget is what a run has written down in a ledger.
type Budget struct {
	policy  string
	Release string
	Spent   []RecordSpent // by column, for the record
	Again   bool          // the release had been written down before
}

// Budgeted says that the cost of the run's noise was written down (SpendBudget).
func Budgeted(b *Budget) RunOption {
	return runOption(func(c *runConfig) { c.budget = b.policy })
}

// Unbudgeted says that nobody keeps account of the run's noise. Without it and without Budgeted a policy with noise does not run.
func Unbudgeted() RunOption { return runOption(func(c *runConfig) { c.unbudgeted = true }) }

func (p *Policy) checkBudget(c *runConfig) error {
	costs, err := p.noise()
	if err != nil || len(costs) == 0 || c.unbudgeted || c.budget == p.spec.Name {
		return err
	}
	e := &BudgetMissingError{Policy: p.spec.Name}
	for _, x := range costs {
		e.Columns = append(e.Columns, x.column)
	}
	return e
}

// noiseCost is the loss that the noise of one column costs a unit.
type noiseCost struct {
	column       string
	epsilon, rho *big.Rat
}

// noise adds up the losses by column: of a transform that chooses between several noises, all of them.
func (p *Policy) noise() ([]noiseCost, error) {
	rows, ok := new(big.Rat).SetString(p.parameter("rows_per_unit", "1"))
	if !ok || !rows.IsInt() || rows.Sign() <= 0 {
		return nil, fmt.Errorf("desensitize: policy %s: parameter rows_per_unit: a whole number from 1", p.spec.Name)
	}
	var out []noiseCost
	maker := p.maker()
	for i := range p.spec.Columns {
		c := &p.spec.Columns[i]
		cost := noiseCost{c.Name, new(big.Rat), new(big.Rat)}
		noisy := false
		for n := range c.Plan.Calls {
			call := &c.Plan.Calls[n]
			loss, isNoise, err := maker.Loss(call, transform.Target{DataSet: p.spec.Name, Column: c.Name, Type: deid.Type(c.Kind.String())})
			if err != nil {
				return nil, fmt.Errorf("desensitize: column %s: %w", c.Name, err)
			}
			noisy = noisy || isNoise
			if loss.Epsilon != nil {
				cost.epsilon.Add(cost.epsilon, new(big.Rat).Mul(loss.Epsilon, rows))
			}
			if loss.Rho != nil {
				cost.rho.Add(cost.rho, new(big.Rat).Mul(loss.Rho, rows))
			}
		}
		if noisy {
			out = append(out, cost)
		}
	}
	return out, nil
}

// Noisy says whether the policy adds noise, so that a run needs a ledger.
func (p *Policy) Noisy() bool {
	costs, err := p.noise()
	return err != nil || len(costs) > 0
}

func (p *Policy) parameter(name, otherwise string) string {
	for _, x := range p.spec.Parameters {
		if x.Name == name {
			return x.Value.String()
		}
	}
	return otherwise
}

// BudgetFile is a privacy ledger: an *os.File opened for reading and appending.
type BudgetFile interface {
	io.Reader
	io.Writer
}

// SpendBudgetFile is SpendBudget in the file of that name, which is made where it is not there and which no other process writes to meanwhile.
func (p *Policy) SpendBudgetFile(name, release string) (b *Budget, err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600) // #nosec G304 -- the host names it
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := lockRecords(f); err != nil {
		return nil, err
	}
	return p.SpendBudget(f, release)
}

// SpendBudget writes down what a release costs, for each column with noise, before any of it is made; a release that would go beyond the policy's ε is a
// *BudgetError, and nothing is written down. release tells releases apart: a digest of the input. One that is in the ledger already is not counted
// again.
func (p *Policy) SpendBudget(file BudgetFile, release string) (*Budget, error) {
	costs, err := p.noise()
	if err != nil {
		return nil, err
	}
	b := &Budget{policy: p.spec.Name, Release: release, Spent: []RecordSpent{}}
	if len(costs) == 0 {
		return b, nil
	}
	old, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("desensitize: privacy ledger: %w", err)
	}
	limit := BudgetLimit{
		DataSet: p.spec.Name, Unit: p.parameter("unit", "row"), Epsilon: p.parameter("epsilon", "0"), Delta: p.parameter("delta", "0"),
	}
	// A trial first: of several columns all must have their place, or none spends anything.
	trial, err := p.ledger(io.Discard, old, limit)
	if err != nil {
		return nil, err
	}
	var spends []BudgetSpend
	for _, x := range costs {
		s := BudgetSpend{DataSet: limit.DataSet, Unit: limit.Unit, Release: release + " " + x.column, Epsilon: x.epsilon.RatString(), Delta: "0", Rho: x.rho.RatString()}
		spent := RecordSpent{Column: x.column, Delta: "0"}
		total := new(big.Rat).Set(x.epsilon)
		if x.rho.Sign() > 0 {
			delta, ok := budgetNumber(limit.Delta)
			if ok && delta.Sign() > 0 {
				total.Add(total, budgetEpsilon(x.rho, delta))
				spent.Delta = limit.Delta
			}
		}
		spent.Epsilon = budgetText(total)
		b.Spent = append(b.Spent, spent)
		if budgetHas(old, &s) {
			b.Again = true
			continue
		}
		if err := trial.Spend(s); err != nil {
			return nil, err
		}
		spends = append(spends, s)
	}
	ledger, err := p.ledger(file, old, limit)
	if err != nil {
		return nil, err
	}
	for _, s := range spends {
		if err := ledger.Spend(s); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (p *Policy) ledger(w io.Writer, old []byte, limit BudgetLimit) (*PrivacyLedger, error) {
	return NewPrivacyLedger(w, bytes.NewReader(old), []BudgetLimit{limit}, func() time.Time { return p.conf.clock() })
}

// budgetHas says whether a ledger has an entry, at no less than it costs now. The ledger itself has been checked.
func budgetHas(ledger []byte, s *BudgetSpend) bool {
	for line := range bytes.Lines(ledger) {
		var has BudgetSpend
		if err := json.Unmarshal(line, &has); err != nil {
			return false
		}
		if has.DataSet == s.DataSet && has.Unit == s.Unit && has.Release == s.Release && budgetCovers(has.Epsilon, s.Epsilon) && budgetCovers(has.Rho, s.Rho) {
			return true
		}
	}
	return false
}

func budgetCovers(has, needs string) bool {
	a, okA := budgetNumber(has)
	b, okB := budgetNumber(needs)
	return okA && okB && a.Cmp(b) >= 0
}

// ReleaseID tells releases apart for a ledger: by the policy, its keys and the input. Runs with one ReleaseID add the same noise.
func (p *Policy) ReleaseID(input RecordFile) (string, error) {
	keys, err := p.recordKeys(p.KeyNames())
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(struct {
		Policy string
		Keys   []RecordKey
		Input  string
	}{p.spec.Digest, keys, input.SHA256})
	if err != nil {
		return "", err
	}
	return recordHash(text), nil
}
