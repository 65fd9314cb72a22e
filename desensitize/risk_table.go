package desensitize

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/banfa-go/banfa/internal/table"
)

// Table is a table in memory for measuring and generalising: each column a dictionary of its values and, for each row, a code into it.
// Counting works on codes only, so that each what-if question costs milliseconds.
type Table struct {
	names   []string
	index   map[string]int
	columns []riskColumn
	rows    int
	limits  TableLimits
	comma   rune // of the text it was read from
}

type riskColumn struct {
	values []string
	codes  []uint32
	ids    map[string]uint32
}

// TableLimits bound what a Table may hold. Zero takes the default.
type TableLimits struct {
	Rows   int // default 20,000,000
	Values int // distinct values of all columns together; default 20,000,000
}

const (
	tableRows   = 20_000_000
	tableValues = 20_000_000
)

// TableError is what is wrong with a table that was to be measured, and where: Row counts from 1, the header aside, 0 for the whole table; Line is that
// of the file, where there is one.
type TableError struct {
	Name   string
	Row    int
	Line   int
	Column string
	What   string
}

// Error says where and what.
func (e *TableError) Error() string {
	at := e.Name
	if e.Line > 0 {
		at += fmt.Sprintf(":%d", e.Line)
	}
	if at != "" {
		at += ": "
	}
	if e.Row > 0 {
		at += fmt.Sprintf("row %d: ", e.Row)
	}
	if e.Column != "" {
		at += fmt.Sprintf("column %q: ", e.Column)
	}
	return at + e.What
}

// NewTable returns an empty table with these columns.
func NewTable(names []string, l TableLimits) (*Table, error) {
	if l.Rows <= 0 {
		l.Rows = tableRows
	}
	if l.Values <= 0 {
		l.Values = tableValues
	}
	t := &Table{names: append([]string(nil), names...), index: map[string]int{}, columns: make([]riskColumn, len(names)), limits: l, comma: ','}
	for i, n := range t.names {
		if n == "" {
			return nil, &TableError{What: fmt.Sprintf("column %s has no name", table.Column(i+1))}
		}
		if _, twice := t.index[n]; twice {
			return nil, &TableError{Column: n, What: "two columns have this name"}
		}
		t.index[n] = i
		t.columns[i].ids = map[string]uint32{}
	}
	return t, nil
}

// Append adds a row.
func (t *Table) Append(cells []string) error {
	if len(cells) != len(t.names) {
		return &TableError{Row: t.rows + 1, What: fmt.Sprintf("%d cells, but the header has %d columns", len(cells), len(t.names))}
	}
	if t.rows >= t.limits.Rows {
		return &TableError{Row: t.rows + 1, What: fmt.Sprintf("more than the limit of %d rows (TableLimits.Rows)", t.limits.Rows)}
	}
	for i, c := range cells {
		col := &t.columns[i]
		id, ok := col.ids[c]
		if !ok {
			if t.limits.Values--; t.limits.Values < 0 {
				return &TableError{Row: t.rows + 1, Column: t.names[i], What: "more distinct values than the limit allows (TableLimits.Values)"}
			}
			id = uint32(len(col.values))
			col.ids[c] = id
			col.values = append(col.values, c)
		}
		col.codes = append(col.codes, id)
	}
	t.rows++
	return nil
}

// Rows is how many rows there are.
func (t *Table) Rows() int { return t.rows }

// Columns are the names, in order.
func (t *Table) Columns() []string { return append([]string(nil), t.names...) }

// Cell returns a cell: the row from 0, the column by its position.
func (t *Table) Cell(row, column int) string {
	c := &t.columns[column]
	return c.values[c.codes[row]]
}

// WriteCSV writes the table as csv in UTF-8, with the delimiter it was read with.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Comma = t.comma
	if err := out.Write(t.names); err != nil {
		return err
	}
	cells := make([]string, len(t.names))
	for row := range t.rows {
		for c := range cells {
			cells[c] = t.Cell(row, c)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Without returns the table without some columns.
func (t *Table) Without(names ...string) (*Table, error) {
	if _, err := t.find(names); err != nil {
		return nil, err
	}
	out := &Table{index: map[string]int{}, rows: t.rows, limits: t.limits, comma: t.comma}
	for i, n := range t.names {
		if !slices.Contains(names, n) {
			out.index[n] = len(out.names)
			out.names, out.columns = append(out.names, n), append(out.columns, t.columns[i])
		}
	}
	return out, nil
}

// find returns the columns of these names.
func (t *Table) find(names []string) ([]*riskColumn, error) {
	out := make([]*riskColumn, len(names))
	seen := map[string]bool{}
	for i, n := range names {
		at, ok := t.index[n]
		if !ok {
			return nil, &TableError{Column: n, What: fmt.Sprintf("there is no such column; there are %q", t.names)}
		}
		if seen[n] {
			return nil, &TableError{Column: n, What: "named twice"}
		}
		seen[n] = true
		out[i] = &t.columns[at]
	}
	return out, nil
}

// TableOptions say how to read a table: what detection may not guess, and which columns are wanted.
type TableOptions struct {
	Encoding  string
	Delimiter rune
	Sheet     string
	Only      []string // the columns to keep, in the file's order; nil keeps all
	Limits    TableLimits
}

// ReadTable reads a table: csv with any delimiter and encoding, or a spreadsheet, as it is or as gzip. name is for messages.
func ReadTable(r io.ReaderAt, size int64, name string, o TableOptions) (*Table, error) {
	in, err := table.Open(r, size, name, table.Options{
		Encoding: o.Encoding, Delimiter: o.Delimiter, Sheet: o.Sheet,
		Limits: table.Limits{Rows: max(o.Limits.Rows, tableRows), Bytes: 8 << 30},
	})
	if err != nil {
		return nil, err
	}
	t, err := riskReadRows(in, name, o)
	return t, errors.Join(err, in.Close())
}

func riskReadRows(in *table.Reader, name string, o TableOptions) (*Table, error) {
	head, err := in.Next()
	if err != nil {
		if err == io.EOF { //nolint:errorlint // the reader returns it bare
			err = &TableError{Name: name, What: "there is no header"}
		}
		return nil, err
	}
	keep, names, err := riskKept(head.Cells, name, o.Only)
	if err != nil {
		return nil, err
	}
	t, err := NewTable(names, o.Limits)
	if err != nil {
		return nil, riskPlace(err, name, head.Number)
	}
	if t.comma = in.Delimiter(); t.comma == 0 {
		t.comma = ','
	}
	cells := make([]string, len(keep))
	for {
		row, err := in.Next()
		if err == io.EOF { //nolint:errorlint // the reader returns it bare
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		if row.Sheet != head.Sheet {
			return nil, &TableError{Name: name, What: fmt.Sprintf("has rows in the sheets %q and %q; name the one to read", head.Sheet, row.Sheet)}
		}
		// A spreadsheet does not store empty cells at the end of a row; text that lacks cells is broken.
		if in.Format() == table.XLSX {
			for len(row.Cells) < len(head.Cells) {
				row.Cells = append(row.Cells, "")
			}
		}
		if len(row.Cells) != len(head.Cells) {
			return nil, &TableError{Name: name, Line: row.Number, Row: t.rows + 1, What: fmt.Sprintf("%d cells, but the header has %d columns", len(row.Cells), len(head.Cells))}
		}
		for i, k := range keep {
			cells[i] = row.Cells[k]
		}
		if err := t.Append(cells); err != nil {
			return nil, riskPlace(err, name, row.Number)
		}
	}
}

// riskKept finds the columns to keep.
func riskKept(head []string, name string, only []string) ([]int, []string, error) {
	wanted := map[string]bool{}
	for _, n := range only {
		wanted[n] = true
	}
	var keep []int
	var names []string
	for i, n := range head {
		if only == nil || wanted[n] {
			keep, names = append(keep, i), append(names, n)
		}
	}
	have := map[string]bool{}
	for _, n := range names {
		have[n] = true
	}
	for _, n := range only {
		if !have[n] {
			return nil, nil, &TableError{Name: name, Column: n, What: fmt.Sprintf("there is no such column; the header has %q", head)}
		}
	}
	return keep, names, nil
}

func riskPlace(err error, name string, line int) error {
	var e *TableError
	if errors.As(err, &e) {
		e.Name, e.Line = name, line
	}
	return err
}
