package desensitize

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/stream"
)

// TableOptions say how to read a table: what detection may not guess, and which columns are wanted.
type TableOptions struct {
	Encoding  string
	Delimiter rune
	Sheet     string   // of a spreadsheet
	Only      []string // the columns to keep, in the file's order; nil keeps all
	Limits    TableLimits
}

// ReadTable reads a table: csv with any delimiter and encoding, JSON lines or Parquet, plain or compressed, or a spreadsheet. name is for messages.
func ReadTable(r io.ReaderAt, size int64, name string, o TableOptions) (*Table, error) {
	so := SourceOptions{Name: name, Encoding: o.Encoding}
	if o.Delimiter != 0 {
		if o.Delimiter >= utf8.RuneSelf || o.Delimiter < 0 {
			return nil, &TableFault{Code: stream.BadDelimiter, File: name, Detail: strconv.QuoteRune(o.Delimiter)}
		}
		so.Delimiter = byte(o.Delimiter)
	}
	source, err := TableSource(&riskFile{io.NewSectionReader(r, 0, size)}, so, o.Sheet)
	if err != nil {
		return nil, err
	}
	t, err := LoadTable(context.Background(), source, name, o)
	return t, errors.Join(err, source.Close())
}

// riskFile is a file of which only the bytes are at hand.
type riskFile struct{ *io.SectionReader }

func (f *riskFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *riskFile) Name() string               { return "" }
func (f *riskFile) Mode() fs.FileMode          { return 0 }
func (f *riskFile) ModTime() time.Time         { return time.Time{} }
func (f *riskFile) IsDir() bool                { return false }
func (f *riskFile) Sys() any                   { return nil }

// LoadTable reads what a source has into memory, each value of a column once, and for each row its number: memory grows with the rows times four bytes a column,
// and with the different values. What is no value (NULL) counts as an empty text. Of o only Only and Limits matter: the source is open. It is not closed.
func LoadTable(ctx context.Context, source Source, name string, o TableOptions) (*Table, error) {
	head := source.Columns()
	keep, names, err := riskKept(head, name, o.Only)
	if err != nil {
		return nil, err
	}
	t, err := NewTable(names, o.Limits)
	if err != nil {
		return nil, riskPlace(err, name, 0)
	}
	if d := source.Info().Delimiter; d != 0 {
		t.comma = rune(d)
	}
	looks := riskLeft(head, keep)
	err = stream.Copy(ctx, source, nil, 1, func(int) stream.Transform {
		return func(b *stream.Block) (*stream.Block, error) {
			for i := range b.Rows {
				row := b.Row(i)
				if err := t.appendRow(row, keep); err != nil {
					line := int64(0)
					if i < len(b.Lines) {
						line = b.Lines[i]
					}
					return nil, riskPlace(err, name, int(line))
				}
				for k := range looks {
					looks[k].see(row[looks[k].column])
				}
			}
			return nil, nil
		}
	}, nil)
	if err != nil {
		return nil, err
	}
	t.left = looks
	return t, nil
}

// appendRow adds a row of which some cells are kept.
func (t *Table) appendRow(row [][]byte, keep []int) error {
	if t.rows >= t.limits.Rows {
		return &TableError{Row: t.rows + 1, What: fmt.Sprintf("more than the limit of %d rows (TableLimits.Rows)", t.limits.Rows)}
	}
	for i, k := range keep {
		col := &t.columns[i]
		id, ok := col.ids[string(row[k])]
		if !ok {
			var err error
			if id, err = t.learn(i, string(row[k])); err != nil {
				return err
			}
		}
		col.codes = append(col.codes, id)
	}
	t.rows++
	return nil
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
