package stream

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"

	kgzip "github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/banfa-go/banfa/internal/table"
)

// Options say what detection may not guess. The zero value guesses everything.
type Options struct {
	Name      string // of the input, for messages; Open takes the path
	Format    Format
	Delimiter byte   // of csv
	Encoding  string // of text: UTF-8, UTF-16LE, UTF-16BE, GB18030 or Big5
	Limits    Limits
	Chunk     int // bytes of text in one chunk; 0: a good number
}

// input is the bytes of a table, unpacked.
type input struct {
	body   io.Reader
	count  *counter
	size   int64
	closer []io.Closer
}

// Read is how many bytes of the file have been read.
func (i *input) Read() int64 { return i.count.n.Load() }

// Size is how many there are.
func (i *input) Size() int64 { return i.size }

// Close closes what was opened.
func (i *input) Close() error {
	var err error
	for k := len(i.closer) - 1; k >= 0; k-- {
		err = errors.Join(err, i.closer[k].Close())
	}
	i.closer = nil
	return err
}

type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// Open opens the table in a file.
func Open(path string, o Options) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if o.Name == "" {
		o.Name = path
	}
	s, err := NewSource(f, o)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &fileSource{s, f}, nil
}

// fileSource closes its file.
type fileSource struct {
	Source
	f io.Closer
}

func (s *fileSource) Close() error { return errors.Join(s.Source.Close(), s.f.Close()) }

// NewSource finds out what an input is and prepares to read it. It does not close r. Parquet is read from a file only: its description stands at the end.
func NewSource(r io.Reader, o Options) (Source, error) {
	in := &input{count: &counter{r: r}, size: -1}
	file, random := r.(interface {
		io.ReaderAt
		Stat() (fs.FileInfo, error)
	})
	if random {
		info, err := file.Stat()
		switch {
		case err != nil:
			return nil, err
		case info.IsDir():
			return nil, &fs.PathError{Op: "read", Path: o.Name, Err: errors.New("is a folder")}
		case info.Mode().IsRegular():
			in.size = info.Size()
		default:
			random = false
		}
	}
	body, compression, err := unpack(in, o)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	s, err := newSource(in, body, compression, o, func() (io.ReaderAt, bool) { return file, random && compression == Plain })
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return s, nil
}

const peekBytes = 4096

// unpack takes compression off.
func unpack(in *input, o Options) (*bufio.Reader, Compression, error) {
	body := bufio.NewReaderSize(in.count, peekBytes)
	in.body = body
	head, err := body.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", &Error{Code: Unreadable, File: o.Name, Err: err}
	}
	var r io.Reader
	var compression Compression
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := kgzip.NewReader(body)
		if err != nil {
			return nil, "", &Error{Code: Unreadable, File: o.Name, Err: err}
		}
		in.closer = append(in.closer, z)
		r, compression = z, Gzip
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		const window = 128 << 20 // what the format recommends to support, and a bound on memory
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
		if err != nil {
			return nil, "", &Error{Code: Unreadable, File: o.Name, Err: err}
		}
		in.closer = append(in.closer, z.IOReadCloser())
		r, compression = z, Zstd
	default:
		return body, Plain, nil
	}
	unpacked := bufio.NewReaderSize(r, peekBytes)
	in.body = unpacked
	return unpacked, compression, nil
}

// newSource tells the format by content; the name only decides between what content cannot tell apart.
func newSource(in *input, body *bufio.Reader, compression Compression, o Options, random func() (io.ReaderAt, bool)) (Source, error) {
	head, err := body.Peek(peekBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, &Error{Code: Unreadable, File: o.Name, Err: err}
	}
	format := o.Format
	if format == "" {
		if format, err = detectFormat(head, o.Name); err != nil {
			return nil, err
		}
	}
	var s Source
	switch format {
	case CSV:
		s, err = newCSV(in, o)
	case JSONLines:
		s, err = newJSONLines(in, o)
	case Parquet:
		r, ok := random()
		if !ok {
			return nil, &Error{Code: BadFormat, File: o.Name, Detail: "Parquet is read from a file that is not compressed as a whole / Parquet 只能从未压缩的文件读取"}
		}
		s, err = newParquet(in, r, o)
	default:
		err = &Error{Code: BadFormat, File: o.Name, Detail: fmt.Sprintf("no format %q; csv, jsonl, parquet", o.Format)}
	}
	if err != nil {
		return nil, err
	}
	if t, ok := s.(interface{ setCompression(Compression) }); ok {
		t.setCompression(compression)
	}
	return s, nil
}

func detectFormat(head []byte, name string) (Format, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return Parquet, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "", &Error{Code: BadFormat, File: name, Detail: "is a spreadsheet or an archive; save the table as csv / 是电子表格或者压缩包；请把表格另存为 csv"}
	case bytes.HasPrefix(text, []byte("{")):
		return JSONLines, nil
	case bytes.HasPrefix(text, []byte("[")) && strings.Contains(strings.ToLower(name), ".json"):
		return "", &Error{Code: BadFormat, File: name, Detail: "is a JSON list; give JSON lines, one object a line / 是 JSON 列表；请改用 JSON Lines，每行一个对象"}
	}
	if len(head) == 0 {
		return "", &Error{Code: Empty, File: name}
	}
	if what := table.Refused(head); what != "" && len(bytes.TrimSpace(head)) > 0 {
		return "", &Error{Code: BadFormat, File: name, Detail: what}
	}
	return CSV, nil
}

// begin sets what all formats of lines begin with.
func (s *lineSource) begin(in *input, o Options, f Format) {
	s.input, s.name, s.limits, s.size, s.row, s.line = in, o.Name, o.Limits.orDefault(), o.Chunk, 1, 1
	if s.size <= 0 {
		s.size = chunkBytes
	}
	s.info.Format = f
}

func (s *lineSource) setCompression(c Compression) { s.info.Compression = c }

// SinkOptions say how a table is written.
type SinkOptions struct {
	Format      Format // default csv
	Compression Compression
	Delimiter   byte   // of csv; default ,
	Encoding    string // of csv: UTF-8 (default), UTF-8 BOM or GB18030
	// Guard puts an apostrophe before cells that a spreadsheet program would run as formulas. It changes data, and is for files that people
	// open; a program that reads the file gets other cells than were written.
	Guard  bool
	Schema *Schema // of Parquet: the types of the columns; nil: all are text
}

// SuffixFormat tells format and compression by the name of a file; "" where the name says nothing of the format.
func SuffixFormat(name string) (Format, Compression) {
	name = strings.ToLower(name)
	compression := Plain
	switch {
	case strings.HasSuffix(name, ".gz"):
		name, compression = strings.TrimSuffix(name, ".gz"), Gzip
	case strings.HasSuffix(name, ".zst"):
		name, compression = strings.TrimSuffix(name, ".zst"), Zstd
	}
	switch {
	case strings.HasSuffix(name, ".csv"), strings.HasSuffix(name, ".tsv"), strings.HasSuffix(name, ".txt"):
		return CSV, compression
	case strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".ndjson"):
		return JSONLines, compression
	case strings.HasSuffix(name, ".parquet"):
		return Parquet, compression
	}
	return "", compression
}

// Create begins a table of columns. It does not close w.
func Create(w io.Writer, o SinkOptions, columns []string) (Sink, error) {
	out := &output{w: w}
	switch o.Compression {
	case Plain:
	case Gzip:
		z, err := kgzip.NewWriterLevel(w, gzip.DefaultCompression)
		if err != nil {
			return nil, err
		}
		out.w, out.closer = z, z
	case Zstd:
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		out.w, out.closer = z, z
	default:
		return nil, &Error{Code: BadFormat, Detail: fmt.Sprintf("no compression %q; gzip, zstd", o.Compression)}
	}
	switch o.Format {
	case CSV, "":
		return newCSVSink(out, o, columns)
	case JSONLines:
		return newJSONSink(out, columns)
	case Parquet:
		if o.Compression != Plain {
			return nil, &Error{Code: BadFormat, Detail: "Parquet compresses its pages itself; do not compress the file as a whole / Parquet 自带压缩，不要再压缩整个文件"}
		}
		return newParquetSink(out, o, columns)
	}
	return nil, &Error{Code: BadFormat, Detail: fmt.Sprintf("no format %q; csv, jsonl, parquet", o.Format)}
}

// output is where a sink writes.
type output struct {
	w      io.Writer
	closer io.Closer
}

// Write writes what was encoded.
func (o *output) Write(encoded []byte) error {
	_, err := o.w.Write(encoded)
	return err
}

// Close ends the compression.
func (o *output) Close() error {
	if o.closer == nil {
		return nil
	}
	return o.closer.Close()
}
