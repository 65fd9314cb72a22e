package stream

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// parquetSink writes Parquet. The description of a file's columns stands in it before any row is known, and a column only keeps its type if every one of its
// cells is still of it; so rows go to a file beside the output first, and what becomes of each column is known at the end. Where all columns are
// text, nothing has to wait.
type parquetSink struct {
	out     io.Writer
	columns []string
	types   []parquetType
	spool   *os.File // nil where nothing waits
	held    *bufio.Writer
	writer  *parquet.GenericWriter[any]
	bytes   int64 // of the current row group
	row     parquet.Row
}

// The bounds of a row group.
const (
	parquetGroupRows  = 1 << 17
	parquetGroupBytes = 32 << 20 // of text
)

func newParquetSink(out *output, o SinkOptions, columns []string) (Sink, error) {
	s := &parquetSink{out: out.w, columns: columns}
	typed := false
	for i := range columns {
		t := textType()
		if o.Schema != nil {
			if len(o.Schema.types) != len(columns) {
				return nil, &Error{Code: Unwritable, Detail: fmt.Sprintf("%d types for %d columns", len(o.Schema.types), len(columns))}
			}
			t = o.Schema.types[i].written()
		}
		s.types = append(s.types, t)
		typed = typed || t.form != formText
	}
	if !typed {
		return s, s.begin()
	}
	folder := "" // the system's
	if named, ok := out.w.(interface{ Name() string }); ok {
		folder = filepath.Dir(named.Name())
	}
	f, err := os.CreateTemp(folder, ".banfa-*.rows")
	if err != nil {
		return nil, err
	}
	s.spool, s.held = f, bufio.NewWriterSize(f, chunkBytes)
	return s, nil
}

// begin starts the Parquet file itself.
func (s *parquetSink) begin() error {
	root := orderedGroup{Group: parquet.Group{}}
	for i, name := range s.columns {
		node := parquet.Optional(s.types[i].node)
		root.Group[name] = node
		root.fields = append(root.fields, namedField{node, name})
	}
	return guarded("", func() error {
		s.writer = parquet.NewGenericWriter[any](s.out, parquet.NewSchema("table", root),
			parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(parquetGroupRows), parquet.CreatedBy("banfa", "1", ""))
		return nil
	})
}

// orderedGroup is a group whose fields stand in an order of their own, which parquet.Group sorts by name.
type orderedGroup struct {
	parquet.Group
	fields []parquet.Field
}

// Fields are in the order of the columns.
func (g orderedGroup) Fields() []parquet.Field { return g.fields }

// Encode appends rows as lengths and texts.
func (s *parquetSink) Encode(dst []byte, b *Block) ([]byte, error) {
	if b.Columns != len(s.columns) {
		return dst, &Error{Code: Unwritable, Detail: fmt.Sprintf("%d cells for %d columns", b.Columns, len(s.columns))}
	}
	for _, cell := range b.Cells[:b.Rows*b.Columns] {
		dst = appendCell(dst, cell)
	}
	return dst, nil
}

// Write takes rows. Of those that wait, it finds out which columns keep their types.
func (s *parquetSink) Write(encoded []byte) error {
	if s.spool == nil {
		return s.rows(encoded)
	}
	for i, rest := 0, encoded; len(rest) > 0; i = (i + 1) % len(s.columns) {
		cell, more, ok := nextCell(rest)
		if !ok {
			return errors.New("stream: rows are not as they were encoded")
		}
		if t := &s.types[i]; cell != nil && t.form != formText {
			if _, ok := t.value(cell); !ok {
				*t = textType()
			}
		}
		rest = more
	}
	var head [8]byte
	binary.LittleEndian.PutUint64(head[:], uint64(len(encoded)))
	if _, err := s.held.Write(head[:]); err != nil {
		return err
	}
	_, err := s.held.Write(encoded)
	return err
}

// rows writes rows to the Parquet file.
func (s *parquetSink) rows(encoded []byte) error {
	return guarded("", func() error {
		for rest := encoded; len(rest) > 0; {
			s.row = s.row[:0]
			for i := range s.columns {
				cell, more, ok := nextCell(rest)
				if !ok {
					return errors.New("stream: rows are not as they were encoded")
				}
				rest = more
				v := parquet.NullValue().Level(0, 0, i)
				if cell != nil {
					if v, ok = s.types[i].value(cell); !ok {
						return &Error{Code: Unwritable, Cell: i + 1, Name: s.columns[i], Detail: s.types[i].name}
					}
					v = v.Level(0, 1, i)
				}
				s.row = append(s.row, v)
				s.bytes += int64(len(cell)) + 1
			}
			if _, err := s.writer.WriteRows([]parquet.Row{s.row}); err != nil {
				return err
			}
			if s.bytes >= parquetGroupBytes {
				s.bytes = 0
				if err := s.writer.Flush(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Close writes what waited and ends the file.
func (s *parquetSink) Close() error {
	err := s.replay()
	if s.writer != nil {
		err = errors.Join(err, guarded("", s.writer.Close))
	}
	if s.spool != nil {
		err = errors.Join(err, s.spool.Close(), os.Remove(s.spool.Name()))
		s.spool = nil
	}
	return err
}

func (s *parquetSink) replay() error {
	if s.spool == nil {
		return nil
	}
	if err := s.held.Flush(); err != nil {
		return err
	}
	if _, err := s.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	in := bufio.NewReaderSize(s.spool, chunkBytes)
	var buf []byte
	for {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		n := int(binary.LittleEndian.Uint64(head[:]))
		if cap(buf) < n {
			buf = make([]byte, n)
		}
		buf = buf[:n]
		if _, err := io.ReadFull(in, buf); err != nil {
			return err
		}
		if err := s.rows(buf); err != nil {
			return err
		}
	}
}

// namedField is a leaf with its name.
type namedField struct {
	parquet.Node
	name string
}

// Name is the column's.
func (f namedField) Name() string { return f.name }

// Value is for rows that are Go values, which there are none of here.
func (f namedField) Value(base reflect.Value) reflect.Value { return base.FieldByName(f.name) }
