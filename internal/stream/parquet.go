package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// parquetSource reads flat Parquet files. The library below decodes pages, so that a chunk is rows already; Split only hands them over.
type parquetSource struct {
	*input
	name    string
	limits  Limits
	columns []string
	types   []parquetType
	groups  []parquet.RowGroup
	rows    parquet.Rows
	buf     []parquet.Row
	left    []parquet.Row // of buf: read and not yet in a chunk
	index   int
	row     int64
	err     error
}

// columnar is rows of a chunk that the source itself had to decode.
type columnar struct {
	cells [][]byte
	kinds []Kind
	arena []byte
}

// guarded turns a panic of the library below into an error: it panics on some damaged files.
func guarded(file string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Error{Code: BadFormat, File: file, Detail: "the Parquet file is damaged / Parquet 文件已经损坏"}
		}
	}()
	return f()
}

func newParquet(in *input, r io.ReaderAt, o Options) (Source, error) {
	s := &parquetSource{input: in, name: o.Name, limits: o.Limits.orDefault(), row: 1}
	err := guarded(o.Name, func() error {
		f, err := parquet.OpenFile(r, in.size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
		if err != nil {
			return &Error{Code: BadFormat, File: o.Name, Detail: "the Parquet file is damaged / Parquet 文件已经损坏", Err: err}
		}
		s.groups = f.RowGroups()
		return s.schema(f.Root())
	})
	return s, err
}

// schema takes the columns; a nested one is refused by its name.
func (s *parquetSource) schema(root *parquet.Column) error {
	columns := root.Columns()
	if len(columns) == 0 {
		return &Error{Code: Empty, File: s.name}
	}
	if len(columns) > s.limits.Columns {
		return &Error{Code: TooManyColumns, File: s.name, Detail: strconv.Itoa(s.limits.Columns)}
	}
	var cells [][]byte
	for i, c := range columns {
		if !c.Leaf() || c.Repeated() {
			return &Error{Code: Nested, File: s.name, Cell: i + 1, Name: c.Name()}
		}
		t := typeOfParquet(c)
		if t.form == formNone {
			return &Error{Code: BadValue, File: s.name, Cell: i + 1, Name: c.Name(), Detail: t.name}
		}
		s.types = append(s.types, t)
		cells = append(cells, []byte(c.Name()))
	}
	names, fault := checkNames(cells, 0)
	if fault != nil {
		fault.File = s.name
		return fault
	}
	s.columns = names
	return nil
}

// Columns are the names in the order of the schema.
func (s *parquetSource) Columns() []string { return s.columns }

// Info tells the types too.
func (s *parquetSource) Info() Info {
	return Info{Format: Parquet, Encoding: "UTF-8", Schema: &Schema{s.types}}
}

// Next reads rows, group by group.
func (s *parquetSource) Next(ctx context.Context) (*Chunk, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if s.err != nil {
		return nil, s.err
	}
	var c *Chunk
	err := guarded(s.name, func() (err error) {
		c, err = s.next()
		return err
	})
	if err != nil {
		s.err = err
		return nil, err
	}
	return c, nil
}

const parquetRows = 256 // read at once

func (s *parquetSource) next() (*Chunk, error) {
	c := &Chunk{Index: s.index, First: s.row, cells: new(columnar)}
	for len(c.cells.arena) < chunkBytes && len(c.cells.cells) < chunkBytes {
		if len(s.left) == 0 {
			if err := s.read(); err != nil {
				if errors.Is(err, io.EOF) && c.rows > 0 {
					break
				}
				return nil, err
			}
			continue
		}
		row := s.left[0]
		s.left = s.left[1:]
		if err := s.add(c, row); err != nil {
			return nil, err
		}
	}
	s.index++
	s.row += int64(c.rows)
	return c, nil
}

// read fills the buffer, from the next group where one has ended.
func (s *parquetSource) read() error {
	if s.rows == nil {
		if len(s.groups) == 0 {
			return io.EOF
		}
		s.rows, s.groups = s.groups[0].Rows(), s.groups[1:]
	}
	if s.buf == nil {
		s.buf = make([]parquet.Row, parquetRows)
	}
	n, err := s.rows.ReadRows(s.buf)
	s.left = s.buf[:n]
	switch {
	case errors.Is(err, io.EOF), err == nil && n == 0:
		err = s.rows.Close()
		s.rows = nil
	case err != nil:
		return &Error{Code: Unreadable, File: s.name, Row: s.row, Err: err}
	}
	if err != nil {
		return &Error{Code: Unreadable, File: s.name, Row: s.row, Err: err}
	}
	return nil
}

// add appends one row to a chunk.
func (s *parquetSource) add(c *Chunk, row parquet.Row) error {
	start := len(c.cells.arena)
	number := c.First + int64(c.rows)
	if len(row) != len(s.types) {
		return &Error{Code: Ragged, File: s.name, Row: number, Have: len(row), Want: len(s.types)}
	}
	for i, v := range row {
		t := &s.types[i]
		c.cells.kinds = append(c.cells.kinds, t.cellKind())
		if v.IsNull() {
			c.cells.cells = append(c.cells.cells, nil)
			continue
		}
		from := len(c.cells.arena)
		var ok bool
		if c.cells.arena, ok = t.append(c.cells.arena, v); !ok {
			return &Error{Code: BadEncoding, File: s.name, Row: number, Cell: i + 1, Name: s.columns[i], Detail: "UTF-8"}
		}
		c.cells.cells = append(c.cells.cells, c.cells.arena[from:len(c.cells.arena):len(c.cells.arena)])
	}
	if len(c.cells.arena)-start > s.limits.RecordBytes {
		return &Error{Code: TooLong, File: s.name, Row: number, Detail: strconv.Itoa(s.limits.RecordBytes)}
	}
	c.rows++
	return nil
}

// Split hands the rows of a chunk over.
func (s *parquetSource) Split(c *Chunk, b *Block) error {
	if c.cells == nil {
		return fmt.Errorf("stream: not a chunk of %s", s.name)
	}
	b.Reset(c.First, len(s.columns))
	b.Cells = append(b.Cells, c.cells.cells...)
	b.Kinds = append(b.Kinds, c.cells.kinds...)
	b.Rows = c.rows
	return nil
}

// Read is not known of a format that is read back and forth: it is told by the share of the rows.
func (s *parquetSource) Read() int64 { return 0 }

// Size is not known in the sense of Read.
func (s *parquetSource) Size() int64 { return -1 }

// Close ends reading.
func (s *parquetSource) Close() error {
	err := s.input.Close()
	if s.rows != nil {
		err = errors.Join(err, s.rows.Close())
	}
	return err
}
