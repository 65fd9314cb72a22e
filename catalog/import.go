package catalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/banfa-go/banfa/internal/table"
)

// Imported is what an input came to. Nothing of the input is dropped: what no field takes is in an entry's Extra, and what should have
// been understood and was not is in Unread as well.
type Imported struct {
	Format   string    // xlsx, csv, json, jsonl, ckan or dcat-us
	Encoding string    // of text: UTF-8, GB18030, …
	Catalog  *Catalog  //
	Rows     int       // of a table, without titles and headers; of JSON the records
	Unread   []Unread  // in the order of the input
	Findings []Finding // of the form of the input: duplicate numbers, summaries cut short, …
}

// Unread is a value that was not understood.
type Unread struct {
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row"`    // from 1
	Column string `json:"column"` // as spreadsheets name it, or a key of JSON
	Value  string `json:"value"`
	Why    string `json:"why"` // and what to do about it, in Chinese
}

// ImportLimits bound what one input may cost. Zero takes the default.
type ImportLimits struct {
	FieldBytes int   // of one cell; default 1 MiB
	Columns    int   // default 4,096
	Rows       int   // of all sheets; default 2,000,000
	Bytes      int64 // of the input once it is unpacked; default 1 GiB
}

// importOptions are what the options of Import set.
type importOptions struct {
	aliases   []io.Reader // files of the user's
	codes     string      // the name of a code table
	encoding  string
	delimiter rune
	sheet     string
	limits    ImportLimits
	progress  func(rows int)
	json      []JSONOption
}

// ImportOption is an option of Import.
type ImportOption func(*importOptions)

// WithAliases adds the labels and the code tables of a file in the form of alias.yaml. They go before those of the library.
func WithAliases(r io.Reader) ImportOption {
	return func(o *importOptions) { o.aliases = append(o.aliases, r) }
}

// WithCodes chooses the table by which numbers in place of an open type, a sharing attribute or an update frequency are read. Platforms
// number these differently, one has 1 for unconditional opening and the next has 2, so that without a table no number is understood.
func WithCodes(table string) ImportOption { return func(o *importOptions) { o.codes = table } }

// WithEncoding names the encoding of a text table instead of detecting it: UTF-8, UTF-16LE, UTF-16BE, GB18030 or Big5.
func WithEncoding(name string) ImportOption { return func(o *importOptions) { o.encoding = name } }

// WithDelimiter sets the delimiter of a text table instead of detecting it.
func WithDelimiter(d rune) ImportOption { return func(o *importOptions) { o.delimiter = d } }

// WithSheet chooses one sheet of a spreadsheet. Without it all are read in turn.
func WithSheet(name string) ImportOption { return func(o *importOptions) { o.sheet = name } }

// WithImportLimits sets limits.
func WithImportLimits(l ImportLimits) ImportOption { return func(o *importOptions) { o.limits = l } }

// Progress is called with the number of rows read, every thousand rows and at the end.
func Progress(f func(rows int)) ImportOption { return func(o *importOptions) { o.progress = f } }

// ErrNoHeader is the cause of the error about a table in which no row names enough columns.
var ErrNoHeader = errors.New("no header")

const (
	importSniffBytes    = 1024
	importDefaultBytes  = 1 << 30
	importProgressEvery = 1000 // rows
)

// Import reads a catalog from an input of any of the formats: xlsx and separated text, JSON and JSON lines of the library's own shape,
// CKAN packages and DCAT-US (Article 17: whatever form an agency's catalog has come in, the fields of a base catalog are found in it).
// What an input is, its content says. name is the file's name, for positions and as a hint.
//
// Reading fails closed: an open type that is not understood, or that two columns contradict each other about, is Undetermined.
func Import(ctx context.Context, r io.ReaderAt, size int64, name string, opts ...ImportOption) (*Imported, error) {
	var o importOptions
	for _, opt := range opts {
		opt(&o)
	}
	known, err := newImportAliases(o.aliases, o.codes)
	if err != nil {
		return nil, err
	}
	limit := o.limits.Bytes
	if limit <= 0 {
		limit = importDefaultBytes
	}
	head := make([]byte, min(max(size, 0), importSniffBytes))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if table.Gzipped(head) {
		data, err := table.Gunzip(io.NewSectionReader(r, 0, size), limit)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r, size, head = bytes.NewReader(data), int64(len(data)), data[:min(len(data), importSniffBytes)]
	}
	if importLooksLikeJSON(head) {
		if size > limit {
			return nil, fmt.Errorf("%s: %d bytes are more than the limit of %d", name, size, limit)
		}
		return importJSON(ctx, io.NewSectionReader(r, 0, size), name, &o)
	}
	in, err := table.Open(r, size, name, table.Options{
		Encoding: o.encoding, Delimiter: o.delimiter, Sheet: o.sheet, Limits: table.Limits(o.limits),
	})
	if err != nil {
		return nil, err
	}
	i := &tableImport{ctx: ctx, name: name, o: &o, known: known, in: in, out: &Imported{Format: in.Format(), Encoding: in.Encoding(), Catalog: &Catalog{}}}
	return i.out, errors.Join(i.run(), in.Close())
}

// importLooksLikeJSON reports whether an input begins as an object or as an array of objects does. A text table whose first title is
// in square brackets does not.
func importLooksLikeJSON(head []byte) bool {
	const space = " \t\r\n"
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), space)
	if rest, ok := bytes.CutPrefix(head, []byte("[")); ok {
		rest = bytes.TrimLeft(rest, space)
		return len(rest) == 0 || rest[0] == '{' || rest[0] == ']'
	}
	if rest, ok := bytes.CutPrefix(head, []byte("{")); ok {
		rest = bytes.TrimLeft(rest, space)
		return len(rest) == 0 || rest[0] == '"' || rest[0] == '}'
	}
	return false
}
