package desensitize

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/banfa-go/banfa/internal/stream"
)

// ScanOptions say how a table is scanned. The zero value detects everything and looks for identifiers only.
type ScanOptions struct {
	Name      string                    // of the input, for messages
	Direct    []string                  // columns whose values must not stand in other cells of their row
	Format    string                    // csv, jsonl or parquet; "": detected
	Delimiter byte                      // of csv; 0: detected
	Encoding  string                    // of text; "": detected
	Sheet     string                    // of a spreadsheet; "": the only one that has rows
	Latest    time.Time                 // births after it make no resident ID; zero: 2099
	Workers   int                       // goroutines; 0: one
	Progress  func(read, size, n int64) // bytes read, bytes there are (-1: not known), rows; may be nil
}

// Scan looks at every cell of a table for identifiers with the detectors that catalogs use: resident IDs, credit codes, bank cards, telephones and
// more (Art. 55p1). Columns are judged by their values, never by their names. Parquet is read from an *os.File only. The result holds
// counts and places, never a value.
func Scan(ctx context.Context, r io.Reader, o ScanOptions) (result *ScanResult, err error) {
	source, err := TableSource(r, SourceOptions{Name: o.Name, Format: stream.Format(o.Format), Delimiter: o.Delimiter, Encoding: o.Encoding}, o.Sheet)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := source.Close(); err == nil {
			err = closing
		}
	}()
	names := source.Columns()
	direct := make([]int, len(o.Direct))
	for i, name := range o.Direct {
		if direct[i] = slices.Index(names, name); direct[i] < 0 {
			return nil, &ScanColumnError{Column: name}
		}
	}
	s := newScanner(names, direct, o.Latest)
	worker := func(int) stream.Transform {
		w := s.worker()
		return func(b *stream.Block) (*stream.Block, error) {
			m := &madeRows{first: b.First, width: b.Columns, in: b.Cells}
			for from := 0; from < b.Rows; from += batchRows {
				to := min(from+batchRows, b.Rows)
				m.at = m.at[:0]
				for i := from; i < to; i++ {
					m.at = append(m.at, i)
				}
				m.out = b.Cells[from*b.Columns : to*b.Columns]
				w.rows(m)
			}
			return nil, nil
		}
	}
	var progress func(stream.Progress)
	if o.Progress != nil {
		progress = func(p stream.Progress) { o.Progress(p.Read, p.Size, p.Rows) }
	}
	if err := stream.Copy(ctx, source, nil, o.Workers, worker, progress); err != nil {
		return nil, err
	}
	return s.result(), nil
}

// ScanColumnError says that a column that was named is not in the table.
type ScanColumnError struct{ Column string }

func (e *ScanColumnError) Error() string {
	return fmt.Sprintf("desensitize: the table has no column %q", e.Column)
}
