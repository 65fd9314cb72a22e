package desensitize

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"

	"github.com/banfa-go/banfa/internal/stream"
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
	comma   rune       // of the text it was read from
	left    []riskLook // columns of the file that are not in the table
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
			var err error
			if id, err = t.learn(i, c); err != nil {
				return err
			}
		}
		col.codes = append(col.codes, id)
	}
	t.rows++
	return nil
}

// learn puts a value into the dictionary of a column.
func (t *Table) learn(column int, value string) (uint32, error) {
	if t.limits.Values--; t.limits.Values < 0 {
		return 0, &TableError{Row: t.rows + 1, Column: t.names[column], What: "more distinct values than the limit allows (TableLimits.Values)"}
	}
	col := &t.columns[column]
	id := uint32(len(col.values))
	col.ids[value] = id
	col.values = append(col.values, value)
	return id, nil
}

// Rows is how many rows there are.
func (t *Table) Rows() int { return t.rows }

// Columns are the names, in order.
func (t *Table) Columns() []string { return append([]string(nil), t.names...) }

// Delimiter is that of the text the table was read from, a comma where it was none.
func (t *Table) Delimiter() rune { return t.comma }

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

// Write writes the table to a sink, in the order of its columns. It does not close the sink.
func (t *Table) Write(to Sink) error {
	const rows = 1024 // in one block
	var b stream.Block
	var encoded []byte
	texts := make([][][]byte, len(t.columns))
	for i := range t.columns {
		for _, v := range t.columns[i].values {
			texts[i] = append(texts[i], []byte(v))
		}
	}
	for first := 0; first < t.rows; first += rows {
		b.Reset(int64(first)+1, len(t.columns))
		for row := first; row < min(first+rows, t.rows); row++ {
			for i := range t.columns {
				b.Cells = append(b.Cells, texts[i][t.columns[i].codes[row]])
			}
			b.Rows++
		}
		var err error
		if encoded, err = to.Encode(encoded[:0], &b); err != nil {
			return err
		}
		if err := to.Write(encoded); err != nil {
			return err
		}
	}
	return nil
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
