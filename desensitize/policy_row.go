package desensitize

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/deid"
)

// RowResult is what becomes of one row.
type RowResult struct {
	Columns   map[string]*string `json:"columns"`   // by the policy's names; nil: no value. Empty for a row that is dropped
	Invalid   []string           `json:"invalid"`   // columns whose value is malformed, in the policy's order
	Dropped   bool               `json:"dropped"`   // by a rule of rows
	Undecided bool               `json:"undecided"` // dropped because a rule of rows could not be told
	Rules     []string           `json:"rules"`     // the rules that decided the columns that have a value, or the one that dropped the row
}

// Row transforms one row: what tests of a policy look at. The row has the cells by the policy's names, as they stand in a file; a column that is
// left out is empty. No release rule is asked.
func (p *Policy) Row(row map[string]string, at time.Time) (*RowResult, error) {
	for name := range row {
		if p.spec.Column(name) < 0 {
			return nil, &ColumnsError{Policy: p.spec.Name, Unknown: []string{name}, Near: map[string]string{}}
		}
	}
	if err := p.inForce(at); err != nil {
		return nil, err
	}
	order := make([]int, len(p.spec.Columns))
	in := make([][]byte, len(order))
	for i := range order {
		order[i] = i
		if s, ok := row[p.spec.Columns[i].Name]; ok && s != "" {
			in[i] = []byte(s)
		}
	}
	plan, err := p.newPlan(order, at)
	if err != nil {
		return nil, err
	}
	w := plan.worker()
	w.row, w.in = 1, in
	out := &RowResult{Columns: map[string]*string{}, Invalid: []string{}, Rules: []string{}}
	for i, rule := range plan.rows {
		if truth := w.drops(rule); truth != cellFalse {
			out.Dropped, out.Undecided, out.Rules = true, truth == cellUntold, append(out.Rules, p.spec.Rows[i].ID)
			return out, nil
		}
	}
	for i, x := range plan.columns {
		out.Columns[x.name] = nil
		if in[i] == nil {
			continue
		}
		if !slices.Contains(out.Rules, x.rule) {
			out.Rules = append(out.Rules, x.rule)
		}
		cell, err := w.cell(nil, x, in[i])
		switch {
		case err == nil:
			s := string(cell)
			out.Columns[x.name] = &s
		case errors.Is(err, deid.ErrSuppress):
		case x.refuse:
			return nil, &ValueError{Rule: x.rule, Column: x.name, Row: 1}
		default:
			out.Invalid = append(out.Invalid, x.name)
		}
	}
	return out, nil
}

// NotInForceError says that the policy is not in force on a day: nothing is de-identified under it then.
type NotInForceError struct {
	Policy string
	On     string // YYYY-MM-DD
}

func (e *NotInForceError) Error() string {
	return fmt.Sprintf("desensitize: policy %s is not in force on %s", e.Policy, e.On)
}

func (p *Policy) inForce(at time.Time) error {
	day, err := civil.OfTime(at, civil.Zone)
	if err != nil {
		return err
	}
	if !p.spec.Effective.Contains(day) {
		return &NotInForceError{Policy: p.spec.Name, On: day.String()}
	}
	return nil
}
