// Package stream reads and writes tables row by row in bounded memory: csv, JSON lines and Parquet, plain or compressed. A source hands out chunks in
// order; workers split chunks into rows and encode rows again; a sink writes what they encoded in order. Copy is the pump between the two.
//
// Nothing is repaired: a table whose rows cannot be told for certain is refused, with the line and the column. Nothing of a cell is ever
// part of an error.
package stream

import "context"

// Chunk is a piece of the input that begins and ends between rows, as the source read it.
type Chunk struct {
	Index   int    // 0, 1, 2, …
	First   int64  // the number of its first row, from 1, the header aside
	FirstAt int64  // the line in the file where that row begins, from 1; 0 where the format has no lines
	Raw     []byte // of text formats: the bytes; the source does not touch them again before Release

	rows    int      // how many there are, as the source counted them
	quotes  bool     // whether Raw has double quotes
	long    bool     // its only row is longer than the limit, and not all of it is here
	charset *charset // of Raw; nil for UTF-8
	values  [][]any  // of an iterator
	cells   *columnar
	free    func()
}

// Release gives the chunk's memory back to its source. Copy does it.
func (c *Chunk) Release() {
	if c.free != nil {
		c.free()
		c.free, c.Raw = nil, nil
	}
}

// Kind is what a cell is in formats that tell text from numbers.
type Kind uint8

// The kinds of cells.
const (
	Text Kind = iota
	Number
	Bool
)

// Block is rows of cells. Cells[row*Columns+column] is nil where there is no value; an empty, non-nil cell is an empty text.
type Block struct {
	First   int64 // the number of the first row
	Rows    int
	Columns int
	Cells   [][]byte
	Kinds   []Kind  // by cell as Cells; empty where all are Text. A sink that tells them apart writes a number that is one as a number
	Lines   []int64 // by row: the line where it begins; empty where the format has no lines
	Arena   []byte  // what cells may point into
	UTF8    bool    // the source has seen that all cells are UTF-8; false says nothing

	text []byte // a chunk that had to be decoded; cells may point into it
}

// Row returns the cells of one row of the block, counted from 0.
func (b *Block) Row(i int) [][]byte { return b.Cells[i*b.Columns : (i+1)*b.Columns] }

// Reset empties the block for rows of some columns and keeps its memory.
func (b *Block) Reset(first int64, columns int) {
	b.First, b.Rows, b.Columns, b.UTF8 = first, 0, columns, false
	b.Cells, b.Kinds, b.Lines, b.Arena = b.Cells[:0], b.Kinds[:0], b.Lines[:0], b.Arena[:0]
}

// Source reads a table.
type Source interface {
	// Columns are the names in the order of the file.
	Columns() []string
	// Next returns the next chunk, io.EOF after the last. It is for one goroutine.
	Next(ctx context.Context) (*Chunk, error)
	// Split makes rows of a chunk. It is safe for any number of goroutines, each with its own block, which is reused. The cells point
	// into the chunk and the block: they are good until the chunk is released or the block is used again.
	Split(c *Chunk, b *Block) error
	// Info says what was found out about the file.
	Info() Info
	// Read is how many bytes of the input have been read, and Size how many there are, -1 where that is not known. They may be called at any time.
	Read() int64
	Size() int64
	Close() error
}

// Info is what a source is.
type Info struct {
	Format      Format
	Compression Compression
	Encoding    string // of text, as internal/table names it
	Delimiter   byte   // of csv
	Schema      *Schema
}

// Sink writes a table.
type Sink interface {
	// Encode appends rows in the sink's format to dst. It is safe for any number of goroutines.
	Encode(dst []byte, b *Block) ([]byte, error)
	// Write writes what Encode made, in order, from one goroutine.
	Write(encoded []byte) error
	// Close ends the table; the file is complete only then. It does not close the writer below.
	Close() error
}

// Format is a format of tables.
type Format string

// The formats.
const (
	CSV       Format = "csv"
	JSONLines Format = "jsonl"
	Parquet   Format = "parquet"
	Rows      Format = "rows" // an iterator over rows
)

// Compression is how a file is compressed.
type Compression string

// The compressions.
const (
	Plain Compression = ""
	Gzip  Compression = "gzip"
	Zstd  Compression = "zstd"
)

// Limits bound what one input may cost. Zero takes the default.
type Limits struct {
	RecordBytes int // of one row of text; default 1 MiB
	Columns     int // default 4,096
}

func (l Limits) orDefault() Limits {
	const (
		recordBytes = 1 << 20
		columns     = 4096
	)
	if l.RecordBytes <= 0 {
		l.RecordBytes = recordBytes
	}
	if l.Columns <= 0 {
		l.Columns = columns
	}
	return l
}

// chunkBytes is how much of a text is one chunk: large enough that what is done once a chunk does not count, small enough for the second-level cache.
const chunkBytes = 128 << 10
