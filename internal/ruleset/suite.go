package ruleset

import "time"

// Suite is a file of test cases, tables expanded.
type Suite struct {
	Head
	Subject string // KIND/NAME
	Cases   []Case
}

// Case is one case: a case of its own, or one expansion of a row of a table.
type Case struct {
	ID     string // of a table: TABLE/ROW, or TABLE/ROW.N where the row expands to several
	Title  string
	Basis  []Basis
	At     time.Time // zero where the suite names none
	Skip   bool
	Why    string
	Facts  map[string]any   // fixtures, `without` and `facts` merged, as JSON would give them; a name in Facts with nil is absent
	Items  []map[string]any // nil where the case has none
	Change map[string]any   // nil where the case is not about a change
	Expect []Expectation
	Place  Place // of the id, or of the table's row
}

// Expectation is one compared key of an answer.
type Expectation struct {
	Key     string
	Value   any  // string, bool, []any, map[string]any, json.Number or nil, as JSON would give it
	AtLeast bool // of a list of ids: others may stand beside them
	Place   Place
}
