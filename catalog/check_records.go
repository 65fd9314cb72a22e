package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/table"
)

// ReadTable reads a set of records for Input.Records from a spreadsheet or a text table, such as a census or a register of units. Columns
// are called as the fields of the set or their labels are, in any order; the header is among the first ten rows and has the column of the
// key. A cell that is blank is absent; one that does not fit its field stays as it is written, for the check to report. Columns that the
// rule file does not declare are left out. name is the file's name, for errors.
func (c *Checker) ReadTable(ctx context.Context, set string, r io.ReaderAt, size int64, name string) (_ []map[string]any, err error) {
	record, err := c.record(set)
	if err != nil {
		return nil, err
	}
	in, err := table.Open(r, size, name, table.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	t := &recordTable{record: record, labels: c.recordLabels(record)}
	records := []map[string]any{}
	for n := 0; ; n++ {
		if n%contextEvery == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		row, err := in.Next()
		switch {
		case errors.Is(err, io.EOF) && t.columns == nil:
			return nil, t.noHeader(name)
		case errors.Is(err, io.EOF):
			return records, nil
		case err != nil:
			return nil, err
		case t.columns == nil:
			if err := t.header(row); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if t.columns == nil && n+1 == recordHeaderRows {
				return nil, t.noHeader(name)
			}
		default:
			records = append(records, t.read(row))
		}
	}
}

// recordHeaderRows is among how many rows the header of a table of records is looked for.
const recordHeaderRows = 10

// record is a declared set.
func (c *Checker) record(set string) (*ruleset.Record, error) {
	record, ok := c.file.Record(set)
	if !ok {
		e := &CheckInputError{Set: set}
		for _, r := range c.file.Records {
			e.Have = append(e.Have, r.Name)
		}
		return nil, e
	}
	return record, nil
}

// recordLabels are the fields of a set by what a column of theirs may be called, folded.
func (c *Checker) recordLabels(record *ruleset.Record) map[string]*ruleset.Field {
	labels := map[string]*ruleset.Field{}
	for i := range record.Fields {
		f := &record.Fields[i]
		en := c.rules.Label(message.English, c.file.ID(), "records."+record.Name+".fields."+f.Name+".label")
		for _, name := range []string{f.Name, f.Label, en} {
			if name = ruleset.Fold(name); name != "" && labels[name] == nil {
				labels[name] = f
			}
		}
	}
	return labels
}

type recordTable struct {
	record  *ruleset.Record
	labels  map[string]*ruleset.Field
	columns []*ruleset.Field // nil before the header; nil elements are columns that nobody declared
}

// header takes a row as the header if it has the column of the key.
func (t *recordTable) header(row table.Row) error {
	columns := make([]*ruleset.Field, len(row.Cells))
	for i, cell := range row.Cells {
		f := t.labels[ruleset.Fold(cell)]
		if f != nil && slices.Contains(columns, f) {
			return fmt.Errorf("row %d: two columns are called %s or %s", row.Number, f.Name, f.Label)
		}
		columns[i] = f
	}
	if slices.ContainsFunc(columns, func(f *ruleset.Field) bool { return f != nil && (f.Name == t.record.Key || t.record.Key == "") }) {
		t.columns = columns
	}
	return nil
}

func (t *recordTable) noHeader(name string) error {
	var have []string
	for i := range t.record.Fields {
		have = append(have, t.record.Fields[i].Name+" ("+t.record.Fields[i].Label+")")
	}
	return fmt.Errorf("%s: no row of the first %d has the column %s of %s; columns are called %s", name, recordHeaderRows, t.record.Key,
		t.record.Name, strings.Join(have, ", "))
}

func (t *recordTable) read(row table.Row) map[string]any {
	m := map[string]any{}
	for i, cell := range row.Cells {
		if text := importText(table.Unguard(cell)); text != "" && i < len(t.columns) && t.columns[i] != nil {
			m[t.columns[i].Name] = recordValue(t.columns[i].Type, text)
		}
	}
	return m
}

// recordValue is what a cell says, as JSON would hold it, in the type of its field; the text itself where it does not say that.
func recordValue(t *expr.Type, text string) any {
	switch t.Kind {
	case expr.Bool:
		if yes, ok := importYesNo(text); ok {
			return yes
		}
	case expr.Int:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	case expr.Double:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	case expr.Date:
		if at, ok := importDate(text); ok {
			return at.Format(time.DateOnly)
		}
	case expr.Timestamp:
		if at, ok := importDate(text); ok {
			return at
		}
	case expr.Enum:
		if i := slices.Index(t.Labels, text); i >= 0 {
			return t.Values[i]
		}
	case expr.List:
		list := []any{}
		for _, s := range importSplit(text) {
			list = append(list, recordValue(t.Elem, s))
		}
		return list
	default:
	}
	return text
}
