package stream

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// rowSource reads rows that a host hands over, such as those of database/sql.
type rowSource struct {
	name    string
	limits  Limits
	columns []string
	pull    func() ([]any, error, bool)
	stop    func()
	index   int
	row     int64
	read    atomic.Int64
	err     error
}

const rowsChunk = 1024 // rows

// NewRows reads rows from an iterator, whose values stand in the order of the names: nil, text, []byte, numbers, bool, time.Time, driver.Valuer. A value
// with a zone is written in UTC; bytes have to be UTF-8. The slice of a row may be used again by the iterator for the next one.
func NewRows(names []string, rows iter.Seq2[[]any, error], o Options) (Source, error) {
	cells := make([][]byte, len(names))
	for i, n := range names {
		cells[i] = []byte(n)
	}
	columns, fault := checkNames(cells, 0)
	if fault != nil {
		fault.File = o.Name
		return nil, fault
	}
	limits := o.Limits.orDefault()
	switch {
	case len(columns) == 0:
		return nil, &Error{Code: Empty, File: o.Name}
	case len(columns) > limits.Columns:
		return nil, &Error{Code: TooManyColumns, File: o.Name, Detail: strconv.Itoa(limits.Columns)}
	}
	s := &rowSource{name: o.Name, limits: limits, columns: columns, row: 1}
	s.pull, s.stop = iter.Pull2(rows)
	return s, nil
}

// Columns are the names.
func (s *rowSource) Columns() []string { return s.columns }

// Info is that there is no file.
func (s *rowSource) Info() Info { return Info{Format: Rows} }

// Read counts rows in place of bytes.
func (s *rowSource) Read() int64 { return s.read.Load() }

// Size is not known.
func (s *rowSource) Size() int64 { return -1 }

// Close ends the iterator.
func (s *rowSource) Close() error {
	s.stop()
	return nil
}

// Next takes rows from the iterator.
func (s *rowSource) Next(ctx context.Context) (*Chunk, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	c := &Chunk{Index: s.index, First: s.row}
	for c.rows < rowsChunk && s.err == nil {
		row, err, ok := s.pull()
		switch {
		case !ok:
			s.err = io.EOF
		case err != nil:
			s.err = &Error{Code: Unreadable, File: s.name, Row: s.row + int64(c.rows), Err: err}
		case len(row) != len(s.columns):
			s.err = &Error{Code: Ragged, File: s.name, Row: s.row + int64(c.rows), Have: len(row), Want: len(s.columns)}
		default:
			own := make([]any, len(row))
			for i, v := range row {
				if b, ok := v.([]byte); ok && b != nil {
					v = append([]byte{}, b...)
				}
				own[i] = v
			}
			c.values = append(c.values, own)
			c.rows++
		}
	}
	if c.rows == 0 {
		return nil, s.err
	}
	s.index++
	s.row += int64(c.rows)
	s.read.Add(int64(c.rows))
	return c, nil
}

// Split writes values as text.
func (s *rowSource) Split(c *Chunk, b *Block) error {
	b.Reset(c.First, len(s.columns))
	for r, row := range c.values {
		start := len(b.Arena)
		for i, v := range row {
			from := len(b.Arena)
			kind, null, err := s.append(b, v)
			if err != nil {
				e := &Error{Code: BadValue, File: s.name, Row: c.First + int64(r), Cell: i + 1, Name: s.columns[i], Detail: fmt.Sprintf("%T", v)}
				if errors.Is(err, errText) {
					e.Code, e.Detail = BadEncoding, "UTF-8"
				}
				return e
			}
			cell := b.Arena[from:len(b.Arena):len(b.Arena)]
			switch {
			case null:
				cell = nil
			case cell == nil:
				cell = []byte{}
			}
			b.Cells, b.Kinds = append(b.Cells, cell), append(b.Kinds, kind)
		}
		if len(b.Arena)-start > s.limits.RecordBytes {
			return &Error{Code: TooLong, File: s.name, Row: c.First + int64(r), Detail: strconv.Itoa(s.limits.RecordBytes)}
		}
		b.Rows++
	}
	return nil
}

var (
	errText  = errors.New("not text")
	errValue = errors.New("not a value")
)

// append appends the text of a value to the block's arena.
func (s *rowSource) append(b *Block, v any) (kind Kind, null bool, err error) {
	if valuer, ok := v.(driver.Valuer); ok {
		if v, err = valuer.Value(); err != nil {
			return Text, false, errValue // not err: it could hold the value
		}
	}
	switch v := v.(type) {
	case nil:
		return Text, true, nil
	case string:
		b.Arena = append(b.Arena, v...)
		return Text, false, checkText([]byte(v))
	case []byte:
		b.Arena = append(b.Arena, v...)
		return Text, v == nil, checkText(v)
	case bool:
		b.Arena = strconv.AppendBool(b.Arena, v)
		return Bool, false, nil
	case float32:
		b.Arena = appendFloat(b.Arena, float64(v), 32)
	case float64:
		b.Arena = appendFloat(b.Arena, v, 64)
	case time.Time:
		b.Arena = v.UTC().AppendFormat(b.Arena, time.RFC3339Nano)
		return Text, false, nil
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		b.Arena = fmt.Append(b.Arena, v)
	default:
		return Text, false, errValue
	}
	return Number, false, nil
}

func checkText(text []byte) error {
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return errText
	}
	return nil
}
