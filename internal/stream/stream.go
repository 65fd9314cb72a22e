// Package stream reads and writes tables row by row in bounded memory: csv, JSON lines and Parquet, plain or compressed. A source hands out chunks in
// order; workers split chunks into rows and encode rows again; a sink writes what they encoded in order.
package stream

import "context"

// Chunk is a piece of the input that begins and ends between rows, as the source read it.
type Chunk struct {
	Index    int    // 0, 1, 2, …
	First    int64  // the number of its first row, from 1, the header aside
	FirstAt  int64  // the line in the file where that row begins, from 1; 0 where the format has no lines
	Raw      []byte // of text formats: the bytes; the source does not touch them again
	decoded  *Block // of formats that the source itself must decode
	encoding string
}

// Block is rows of cells. Cells[row*len(columns)+column] is nil where there is no value; an empty, non-nil cell is an empty text.
type Block struct {
	First   int64 // the number of the first row
	Rows    int
	Columns int
	Cells   [][]byte
	Lines   []int64 // by row: the line where it begins; empty where the format has no lines
	Arena   []byte  // what cells may point into
}

// Row returns the cells of one row of the block, counted from 0.
func (b *Block) Row(i int) [][]byte { return b.Cells[i*b.Columns : (i+1)*b.Columns] }

// Source reads a table.
type Source interface {
	// Columns are the names in the order of the file.
	Columns() []string
	// Next returns the next chunk, io.EOF after the last.
	Next(ctx context.Context) (*Chunk, error)
	// Split makes rows of a chunk. It is safe for any number of goroutines, each with its own block, which is reused.
	Split(c *Chunk, b *Block) error
	// Read is how many bytes of the input have been read, and Size how many there are, -1 where that is not known.
	Read() int64
	Size() int64
	Close() error
}

// Sink writes a table.
type Sink interface {
	// Encode appends rows in the sink's format to dst. It is safe for any number of goroutines.
	Encode(dst []byte, b *Block) ([]byte, error)
	// Write writes what Encode made, in order, from one goroutine.
	Write(encoded []byte, b *Block) error
	// Close ends the table; the file is complete only then.
	Close() error
}
