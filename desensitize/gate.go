package desensitize

// This file is where the parts of a run meet: whoever looks at rows implements watch and fills in its part of Facts.
//
//   - scan.go: `func newScanWatch(columns []Column) watch` fills Facts.Scan
//   - risk.go: `func newRiskWatch(columns []Column) watch` fills Facts.Risk, from the columns of class quasi and sensitive
//
// A part of Facts that nobody filled in is absent, so that a release rule that asks for it refuses the release.

// watch looks at the rows of a run. Rows reach its workers in any order and on any number of goroutines, so that whatever it finds must not
// depend on the order.
type watch interface {
	// worker returns what one goroutine uses; it is called before the first row.
	worker() watchWorker
	// finish merges what its workers saw and fills in its part of the facts; it is called once, when every worker is done.
	finish(f *Facts) error
}

// watchWorker is used by one goroutine.
type watchWorker interface {
	// rows sees rows that are to be written. Nothing of them may be kept after the call. Rows that are dropped are not shown.
	rows(m *madeRows)
}

// madeRows are rows that are to be written beside those they were made of. Their cells stand row by row in the order of the file's columns; nil is no value.
type madeRows struct {
	first   int64 // the number of the first row of in, from 1
	width   int   // columns
	in, out [][]byte
	at      []int // by row of out: the row of in
}

// number is that of a row in the input, from 1.
func (m *madeRows) number(r int) int64 { return m.first + int64(m.at[r]) }

// original is a cell as it was read.
func (m *madeRows) original(r, column int) []byte { return m.in[m.at[r]*m.width+column] }

// row returns the original cells of a row and the transformed ones.
func (m *madeRows) row(r int) (in, out [][]byte) {
	i := m.at[r]
	return m.in[i*m.width : (i+1)*m.width], m.out[r*m.width : (r+1)*m.width]
}

// Column is one column of an input, as the policy decides it.
type Column struct {
	Name     string `json:"name"`               // in the policy
	Header   string `json:"header"`             // in the file: the name, or the label
	Label    string `json:"label"`              //
	Type     string `json:"type"`               // bool, int, double, string, decimal, date or timestamp
	Class    string `json:"class"`              // direct, quasi, sensitive or plain
	Semantic string `json:"semantic,omitempty"` // such as cn.mobile
	Rule     string `json:"rule"`               // the one rule that covers it
	Apply    string `json:"apply"`              // its transform, as it stands in the policy
}

// Facts are what release rules may ask about a finished run.
type Facts struct {
	Rows     RowFacts          `json:"rows"`
	Invalid  InvalidFacts      `json:"invalid"`
	Risk     *RiskFacts        `json:"risk,omitempty"`     // nil: not measured
	Before   *RiskFacts        `json:"before,omitempty"`   // of the input, where that was asked for
	Scan     *ScanFacts        `json:"scan,omitempty"`     // nil: not scanned
	Strength map[string]string `json:"strength,omitempty"` // by column: the smallest number of values that share a mask, a decimal

	shapes  []columnShape // for the page alone; see Distributions
	classes [2][]int64    // likewise: rows by the size of their class, before and after
}

// RowFacts count rows.
type RowFacts struct {
	In        int64 `json:"in"`
	Out       int64 `json:"out"`
	Dropped   int64 `json:"dropped"`   // by rules of rows
	Undecided int64 `json:"undecided"` // dropped because a rule of rows could not be told: a cell it reads is empty or malformed
}

// InvalidFacts count malformed values.
type InvalidFacts struct {
	Cells int64  `json:"cells"`
	Share string `json:"share"` // of the cells that have a value, a decimal with six digits behind the point
}

// RiskFacts are figures over the equivalence classes of what is written. Ratios are decimals.
type RiskFacts struct {
	K          int64  `json:"k"`          // the smallest class; 0 where nothing is written
	L          int64  `json:"l"`          // the fewest different values of a sensitive column in a class; 0 without such a column
	T          string `json:"t"`          // the greatest distance of a class from the whole; "" without a sensitive column
	Classes    int64  `json:"classes"`    //
	Uniques    int64  `json:"uniques"`    // rows that are alone in their class
	Prosecutor string `json:"prosecutor"` // the greatest risk, 1/k
	Marketer   string `json:"marketer"`   // the mean risk of rows, classes/rows
	Level      int64  `json:"level"`      // of GB/T 42460-2023 for fully public release; 0 where it was not worked out
	More       any    `json:"more,omitempty"`
}

// ScanFacts count what was found in what is written.
type ScanFacts struct {
	Identifiers int64 `json:"identifiers"` // valid identifiers
	Repeated    int64 `json:"repeated"`    // direct identifiers of the row that stand in another cell of it
	More        any   `json:"more,omitempty"`
}
