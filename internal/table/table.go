// Package table reads spreadsheets and text tables, whatever their names say they are: xlsx, xls, and separated text in the encodings
// that Chinese agencies use. It knows nothing of catalogs.
//
// What a file is, is told by its content: a portal's ".csv" is often a spreadsheet, and its ".xls" a page of HTML. What cannot be
// read is refused with an error that says how to save it so that it can be.
package table

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// The formats of Reader.Format.
const (
	XLSX = "xlsx"
	XLS  = "xls" // of Excel 97 to 2003
	CSV  = "csv"
)

// Options say what detection may not guess. The zero value guesses everything.
type Options struct {
	Encoding  string // of text: UTF-8, UTF-16LE, UTF-16BE, GB18030 (also GBK, GB2312) or Big5
	Delimiter rune   // of text
	Sheet     string // the one sheet to read, by its name; empty: all of them in turn
	Limits    Limits
}

// Limits bound what one input may cost. Zero takes the default.
type Limits struct {
	FieldBytes int   // of one cell, in UTF-8; default 1 MiB
	Columns    int   // of one row; default 4,096
	Rows       int   // of all sheets together, titles and headers included; default 2,000,000
	Bytes      int64 // of the input once it is unpacked; default 1 GiB
}

func (l Limits) orDefault() Limits {
	const (
		fieldBytes = 1 << 20
		columns    = 4096
		rows       = 2_000_000
		inputBytes = 1 << 30
	)
	for _, p := range []struct {
		of *int
		or int
	}{{&l.FieldBytes, fieldBytes}, {&l.Columns, columns}, {&l.Rows, rows}} {
		if *p.of <= 0 {
			*p.of = p.or
		}
	}
	if l.Bytes <= 0 {
		l.Bytes = inputBytes
	}
	return l
}

// Row is one row of a table. Rows without any text are left out.
type Row struct {
	Sheet  string   // empty where the format has no sheets
	Number int      // physical: of a spreadsheet the row, of text the line on which it begins; from 1
	Cells  []string // valid UTF-8, as it stands in the file; U+FFFD stands for what could not be decoded
	Merged []bool   // cells that repeat the first cell of a merged range; nil where none does
}

// Filled reports whether the cell at a position from 0 only repeats the first cell of a merged range.
func (r *Row) Filled(i int) bool { return i < len(r.Merged) && r.Merged[i] }

// Error is what is wrong with an input, and where.
type Error struct {
	Name  string // of the input
	Sheet string
	Row   int // 0: the whole input
	What  string
	Err   error // what it wraps, nil where there is nothing
}

// Error says where and what.
func (e *Error) Error() string {
	at := e.Name
	if e.Sheet != "" {
		at += " [" + e.Sheet + "]"
	}
	if e.Row > 0 {
		at += fmt.Sprintf(":%d", e.Row)
	}
	if at != "" {
		at += ": "
	}
	return at + e.What
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrFormat is the cause of every error about an input that is no table of a supported format.
var ErrFormat = errors.New("not a supported table")

type rows interface {
	next() (Row, error)
	close() error
}

// Reader reads the rows of one input.
type Reader struct {
	name     string
	format   string
	encoding string
	comma    rune
	limits   Limits
	rows     rows
	read     int
	err      error // that ended it
}

// Open finds out what an input is and prepares to read it. name is for messages only.
func Open(r io.ReaderAt, size int64, name string, o Options) (*Reader, error) {
	t := &Reader{name: name, limits: o.Limits.orDefault()}
	if size > t.limits.Bytes {
		return nil, t.fail(fmt.Sprintf("%d bytes are more than the limit of %d", size, t.limits.Bytes), nil)
	}
	head := make([]byte, min(size, sniffBytes))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, t.fail("cannot be read", err)
	}
	if Gzipped(head) {
		data, err := Gunzip(io.NewSectionReader(r, 0, size), t.limits.Bytes)
		if err != nil {
			return nil, t.fail(err.Error(), err)
		}
		if Gzipped(data) {
			return nil, t.fail("is compressed twice; unpack it first", ErrFormat)
		}
		return Open(bytes.NewReader(data), int64(len(data)), name, o)
	}
	if what := refused(head); what != "" && !bytes.HasPrefix(head, []byte(oleSignature)) {
		return nil, t.fail(what, ErrFormat)
	}
	var err error
	switch {
	case bytes.HasPrefix(head, []byte(oleSignature)):
		t.format = XLS
		t.rows, err = openXLS(r, size, o.Sheet, t.limits)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		t.format = XLSX
		t.rows, err = openXLSX(io.NewSectionReader(r, 0, size), o.Sheet, t.limits)
	default:
		t.format = CSV
		err = t.openText(io.NewSectionReader(r, 0, size), o)
	}
	if err != nil {
		return nil, t.place(err)
	}
	return t, nil
}

// sniffBytes is how much of an input tells its format.
const sniffBytes = 1024

// Gzipped reports whether data begins as gzip does.
func Gzipped(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// Gunzip unpacks at most limit bytes.
func Gunzip(r io.Reader, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("damaged gzip: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil {
		return nil, fmt.Errorf("damaged gzip: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("unpacked it is more than the limit of %d bytes", limit)
	}
	return data, nil
}

// refused says what an input is that cannot be read, and what to do about it.
func refused(head []byte) string {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return "is empty"
	case bytes.HasPrefix(head, []byte(oleSignature)):
		return "is an old spreadsheet (.xls), or an encrypted one; open it and save it as .xlsx without a password (另存为 Excel 工作簿)"
	case bytes.HasPrefix(head, []byte("\x09\x08")) || bytes.HasPrefix(head, []byte("\x09\x04\x06\x00")):
		return "is a spreadsheet of the time before Excel 97; open it and save it as .xlsx"
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "is a PDF document, not a table; ask for the spreadsheet that it was made from"
	case bytes.HasPrefix(head, []byte("Rar!")), bytes.HasPrefix(head, []byte("7z\xbc\xaf")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return "is an archive; unpack it and give the table inside"
	case bytes.HasPrefix(text, []byte("<")):
		return "is HTML or XML (many portals call such a page .xls); open it in a spreadsheet program and save it as .xlsx"
	}
	return ""
}

// Format is XLSX, XLS or CSV.
func (t *Reader) Format() string { return t.format }

// Encoding is the encoding of text; spreadsheets are UTF-8.
func (t *Reader) Encoding() string { return t.encoding }

// Delimiter is the delimiter of text, 0 of a spreadsheet.
func (t *Reader) Delimiter() rune { return t.comma }

// Next returns the next row with text in it. After the last it returns io.EOF, after an error that error again: what stands behind
// broken quoting or a damaged sheet cannot be told.
func (t *Reader) Next() (Row, error) {
	for t.err == nil {
		row, err := t.rows.next()
		if err != nil {
			t.err = t.place(err)
			break
		}
		if t.read++; t.read > t.limits.Rows {
			t.err = t.place(&Error{Sheet: row.Sheet, Row: row.Number, What: fmt.Sprintf("more than the limit of %d rows", t.limits.Rows)})
			break
		}
		if len(row.Cells) > t.limits.Columns {
			t.err = t.place(&Error{Sheet: row.Sheet, Row: row.Number, What: fmt.Sprintf("%d columns are more than the limit of %d", len(row.Cells), t.limits.Columns)})
			break
		}
		shown := false
		for i, c := range row.Cells {
			if len(c) > t.limits.FieldBytes {
				t.err = t.place(&Error{Sheet: row.Sheet, Row: row.Number, What: fmt.Sprintf("column %s: %d bytes are more than the limit of %d", Column(i+1), len(c), t.limits.FieldBytes)})
				return Row{}, t.err
			}
			shown = shown || !Blank(c)
		}
		if shown {
			return row, nil
		}
	}
	return Row{}, t.err
}

// Close frees what the reader holds. It does not close the input.
func (t *Reader) Close() error { return t.rows.close() }

func (t *Reader) fail(what string, err error) error {
	return &Error{Name: t.name, What: what, Err: err}
}

// place names the input in an error of a part.
func (t *Reader) place(err error) error {
	var e *Error
	switch {
	case err == io.EOF: //nolint:errorlint // it is only ever returned bare
		return err
	case errors.As(err, &e):
		e.Name = t.name
		return e
	}
	return t.fail(err.Error(), err)
}

// Column names a column, from 1, as spreadsheets do: A, B … Z, AA.
func Column(n int) string {
	var b []byte
	for ; n > 0; n = (n - 1) / 26 {
		b = append(b, byte('A'+(n-1)%26))
	}
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
