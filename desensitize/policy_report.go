package desensitize

import (
	"encoding/json"
	"time"

	"github.com/banfa-go/banfa"
)

// Report says what a run did. It holds no value of any cell.
type Report struct {
	Policy   banfa.RuleFile  `json:"policy"`
	Owner    string          `json:"owner"`
	Standard string          `json:"standard,omitempty"`
	Rules    string          `json:"rules"` // digest of the bundle
	At       time.Time       `json:"at"`
	Columns  []ColumnReport  `json:"columns"` // in the order of the input
	RowRules []RowRuleReport `json:"row_rules"`
	Facts    Facts           `json:"facts"`
	Gate     []GateResult    `json:"gate"`
	Released bool            `json:"released"`
	Keys     []string        `json:"keys"` // the names of the keys that were used
}

// ColumnReport is what became of one column.
type ColumnReport struct {
	Column
	cellCounts
	Shuffle *ShuffleReport // where values were exchanged between rows
}

// MarshalJSON writes the counts beside what the column is.
func (c ColumnReport) MarshalJSON() ([]byte, error) {
	type column Column
	type counts cellCounts
	return json.Marshal(struct {
		column
		counts
		Shuffle *ShuffleReport `json:"shuffle,omitempty"`
	}{column(c.Column), counts(c.cellCounts), c.Shuffle})
}

// RowRuleReport says how many rows a rule dropped.
type RowRuleReport struct {
	ID        string `json:"id"`
	Dropped   int64  `json:"dropped"`
	Undecided int64  `json:"undecided"` // because a cell that it reads is empty or malformed
}

func (p *Policy) newReport(at time.Time, columns []Column) *Report {
	s := p.spec
	r := &Report{
		Policy: banfa.RuleFile{Kind: s.Kind, Name: s.Name, Title: s.Title, Status: s.Status, Path: s.File, Digest: s.Digest},
		Owner:  s.Owner, Standard: s.Standard, Rules: p.rules, At: at.UTC(), RowRules: []RowRuleReport{}, Gate: []GateResult{}, Keys: p.KeyNames(),
	}
	for _, c := range columns {
		r.Columns = append(r.Columns, ColumnReport{Column: c})
	}
	for _, rule := range s.Rows {
		r.RowRules = append(r.RowRules, RowRuleReport{ID: rule.ID})
	}
	return r
}

// RiskBefore is the risk of the input in the form of a record, where the run measured it (MeasureBefore).
func RiskBefore(r *Report) *RecordRisk { return recordRisk(r.Facts.Before, r.Facts.Rows.Out) }
