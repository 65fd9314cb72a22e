package desensitize

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"github.com/banfa-go/banfa/internal/stream"
	"github.com/banfa-go/banfa/internal/table"
)

// sheetBytes bounds a spreadsheet that has to be held in memory, as its directory stands at its end.
const sheetBytes = 1 << 30

// sourceFile is an input that can be read at any place, such as *os.File.
type sourceFile interface {
	io.ReaderAt
	Stat() (fs.FileInfo, error)
}

// TableSource reads whatever NewSource reads, and spreadsheets (.xlsx) too, the latter also as gzip. sheet names the one sheet to read; empty: the only one that
// has rows. It does not close r.
func TableSource(r io.Reader, o SourceOptions, sheet string) (Source, error) {
	if f, ok := r.(sourceFile); ok {
		info, err := f.Stat()
		if err == nil && info.Mode().IsRegular() {
			if o.Format == "" && sourceIsSheet(f) {
				return SheetSource(f, info.Size(), o.Name, sheet)
			}
			return sourceWithout(sheet, o, r)
		}
	}
	body := bufio.NewReader(r)
	head, err := body.Peek(len(sheetMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, &TableFault{Code: stream.Unreadable, File: o.Name, Err: err}
	}
	if o.Format != "" || string(head) != sheetMagic {
		return sourceWithout(sheet, o, body)
	}
	data, err := io.ReadAll(io.LimitReader(body, sheetBytes+1))
	switch {
	case err != nil:
		return nil, &TableFault{Code: stream.Unreadable, File: o.Name, Err: err}
	case len(data) > sheetBytes:
		return nil, &TableError{Name: o.Name, What: fmt.Sprintf("more than the limit of %d bytes for a spreadsheet", sheetBytes)}
	}
	return SheetSource(bytes.NewReader(data), int64(len(data)), o.Name, sheet)
}

// sourceWithout refuses a sheet of what has none.
func sourceWithout(sheet string, o SourceOptions, r io.Reader) (Source, error) {
	if sheet != "" {
		return nil, &TableError{Name: o.Name, What: fmt.Sprintf("is no spreadsheet, and has no sheet %q", sheet)}
	}
	return NewSource(r, o)
}

// sheetMagic is what a zip archive begins with.
const sheetMagic = "PK\x03\x04"

// sourceIsSheet looks at the beginning of a file, unpacked. What cannot be read here is found out by whoever reads it.
func sourceIsSheet(r io.ReaderAt) bool {
	head := make([]byte, len(sheetMagic))
	if n, _ := r.ReadAt(head, 0); n < len(head) { // a file that is shorter is none
		return false
	}
	if !table.Gzipped(head) {
		return string(head) == sheetMagic
	}
	z, err := gzip.NewReader(io.NewSectionReader(r, 0, 1<<62))
	if err != nil {
		return false
	}
	_, err = io.ReadFull(z, head)
	return err == nil && string(head) == sheetMagic
}

// SheetSource reads a sheet of a spreadsheet (.xlsx), whose first row with text names the columns. Without the name of a sheet, only one may have rows.
func SheetSource(r io.ReaderAt, size int64, name, sheet string) (Source, error) {
	in, err := table.Open(r, size, name, table.Options{Sheet: sheet, Limits: table.Limits{Rows: tableRows}})
	if err != nil {
		return nil, err
	}
	head, err := in.Next()
	if err == io.EOF { //nolint:errorlint // the reader returns it bare
		err = &TableFault{Code: stream.Empty, File: name}
	}
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	s := &sheetSource{in: in, name: name, head: head}
	if s.Source, err = stream.NewRows(head.Cells, s.rows(), SourceOptions{Name: name}); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return s, nil
}

type sheetSource struct {
	Source
	in    *table.Reader
	name  string
	head  table.Row
	fault error // what is wrong with the spreadsheet
}

func (s *sheetSource) rows() iter.Seq2[[]any, error] {
	row := make([]any, len(s.head.Cells))
	return func(yield func([]any, error) bool) {
		for n := 1; ; n++ {
			got, err := s.in.Next()
			switch {
			case err == io.EOF: //nolint:errorlint // the reader returns it bare
				return
			case err != nil:
			case got.Sheet != s.head.Sheet:
				err = &TableError{Name: s.name, What: fmt.Sprintf("has rows in the sheets %q and %q; name the one to read", s.head.Sheet, got.Sheet)}
			case len(got.Cells) > len(row):
				err = &TableError{Name: s.name, Line: got.Number, Row: n, What: fmt.Sprintf("%d cells, but the header has %d columns", len(got.Cells), len(row))}
			}
			if err != nil {
				s.fault = err
				yield(nil, err)
				return
			}
			// A spreadsheet does not store empty cells at the end of a row.
			for i := range row {
				if row[i] = ""; i < len(got.Cells) {
					row[i] = got.Cells[i]
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Next returns what is wrong with a spreadsheet as it is.
func (s *sheetSource) Next(ctx context.Context) (*stream.Chunk, error) {
	c, err := s.Source.Next(ctx)
	if err != nil && s.fault != nil {
		err = s.fault
	}
	return c, err
}

// Close closes the spreadsheet.
func (s *sheetSource) Close() error { return errors.Join(s.Source.Close(), s.in.Close()) }
