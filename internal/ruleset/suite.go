package ruleset

import (
	"encoding/json"
	"strconv"
	"time"
)

// Suite is a file of test cases, tables expanded.
type Suite struct {
	Head
	Subject string // KIND/NAME
	Cases   []Case
	Waivers []Waiver // of the subject's file, for findings about suites
}

// Waiver accepts findings of a code, for some rules or, where it names none, for all.
type Waiver struct {
	Code  string
	Rules []string
}

// Case is one case: a case of its own, or one expansion of a row of a table.
type Case struct {
	ID     string // of a table: TABLE/ROW, or TABLE/ROW.N where the row expands to several
	Table  string // the table it comes from; empty for a case of its own
	Title  string
	Basis  []Basis
	At     time.Time // zero where the suite names none
	Skip   bool
	Why    string
	Facts  map[string]any   // fixtures, `without` and `facts` merged, as JSON would give them; a name in Facts with nil is absent
	Items  []map[string]any // nil where the case has none
	Change map[string]any   // nil where the case is not about a change

	// Of a case about a deadline: its id, the events at RFC 3339 instants, and the civil date by which notices are known, or "".
	Deadline string
	Events   map[string]any
	AsOf     string
	Steps    Steps

	Stream []map[string]any // usage events in the order of arrival; nil where the case has none

	History []map[string]any // events of a lifecycle as JSON would give them: id, event, at, by, facts

	Expect []Expectation
	Place  Place // of the id, or of the table's row
}

// Expectation is one compared key of an answer.
type Expectation struct {
	Key string
	// Value is as JSON would give it: string, bool, json.Number, nil, []any of strings, or of {facts, outcome} for paths.
	Value any
	// Shape says how it compares.
	Shape   Shape
	AtLeast bool // of a Set: others may stand beside them
	Place   Place
}

// Shape is what stands behind a key of `expect`, and so how it compares with an answer.
type Shape uint8

// The shapes.
const (
	Word   Shape = iota // one word of a vocabulary, or null where the key takes it
	Flag                // a bool
	Set                 // a list of ids, compared as a set
	Order               // a list of ids, compared in order
	Routes              // a list of {facts, outcome}, compared as a set
	Cells               // the columns of a row, text or null; only those that are named are compared
)

// Steps are what was done to a deadline beside its events.
type Steps struct {
	Suspend  []string // days that do not count: FROM..TO, or FROM.. while they still run
	Extend   []int    // so many units more
	Approver string   // of the extensions
	Restart  []string // RFC 3339 instants at which the count begins anew
}

// SetCase takes over what stands beside the events: deadline, as_of and the steps. The values have been checked.
func (c *Case) SetCase(v map[string]any) {
	c.Deadline, _ = v["deadline"].(string)
	c.AsOf, _ = v["as_of"].(string)
	c.Steps.Approver, _ = v["approver"].(string)
	c.Steps.Suspend, c.Steps.Restart = texts(v["suspend"]), texts(v["restart"])
	list, _ := v["extend"].([]any)
	for _, x := range list {
		written, _ := x.(json.Number)
		if n, err := strconv.Atoi(written.String()); err == nil {
			c.Steps.Extend = append(c.Steps.Extend, n)
		}
	}
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
