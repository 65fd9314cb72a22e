package desensitize

import (
	"errors"
	"io"
	"iter"

	"github.com/banfa-go/banfa/internal/stream"
)

// Tables of a run: what they are detected by and written as.
type (
	// SourceOptions say of an input what detection may not guess; the zero value guesses everything.
	SourceOptions = stream.Options
	// SinkOptions say how a table is written; the zero value is csv in UTF-8.
	SinkOptions = stream.SinkOptions
	// TableFault is what is wrong with a table: the file, the line and the column, never a cell.
	TableFault = stream.Error
)

// OpenSource opens a file: csv (UTF-8, GB 18030), JSON lines or Parquet, plain or compressed.
func OpenSource(path string, o SourceOptions) (Source, error) { return stream.Open(path, o) }

// NewSource reads a table from r, which it does not close. Parquet needs a file.
func NewSource(r io.Reader, o SourceOptions) (Source, error) { return stream.NewSource(r, o) }

// NewSink begins a table of columns on w, which it does not close.
func NewSink(w io.Writer, o SinkOptions, columns []string) (Sink, error) {
	return stream.Create(w, o, columns)
}

// RowsSource is a table of an iterator over rows: values of SQL types, nil for NULL. An error of the iterator ends the run.
func RowsSource(columns []string, rows iter.Seq2[[]any, error]) (Source, error) {
	return stream.NewRows(columns, rows, stream.Options{})
}

// SQLRows is what *sql.Rows of database/sql offers.
type SQLRows interface {
	Columns() ([]string, error)
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// SQLSource is a table of the answer to a query. The rows are read as the run asks for them, and closed with the table or when they end.
func SQLSource(rows SQLRows) (Source, error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return RowsSource(columns, func(yield func([]any, error) bool) {
		for rows.Next() {
			row, to := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				to[i] = &row[i]
			}
			if err := rows.Scan(to...); err != nil {
				yield(nil, errors.Join(err, rows.Close()))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			yield(nil, err)
		}
	})
}
