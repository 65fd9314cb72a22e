package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/banfa-go/banfa/internal/ident"
	"github.com/banfa-go/banfa/internal/table"
)

// RealityReport is what a published file is like, and how that differs from what its entry says (Articles 38 and 70 (2) and (3)).
// It holds no identifier in clear: examples are masked.
type RealityReport struct {
	Entry      string          `json:"entry"`
	File       string          `json:"file"`
	Format     string          `json:"format"` // by content, whatever the name says
	Encoding   string          `json:"encoding,omitempty"`
	Sheets     []string        `json:"sheets,omitempty"` // all of the file; only the first is compared
	HeaderRow  int             `json:"header_row"`       // from 1; 0: the table has no header
	Rows       int             `json:"rows"`             // below the header
	Columns    []RealityColumn `json:"columns"`
	Missing    []string        `json:"missing,omitempty"` // items of the catalog that the file does not have
	Newest     string          `json:"newest,omitempty"`  // the newest date of any column that is not after the given day: 2006-01-02
	Compared   bool            `json:"compared"`          // false: without a header nothing is known of the columns
	Findings   []Finding       `json:"findings"`
	comparison ColumnComparison
}

// RealityColumn is one published column.
type RealityColumn struct {
	Column      string              `json:"column"` // A, B … AA
	Name        string              `json:"name"`
	Item        string              `json:"item,omitempty"`     // of the catalog; empty: the column is not catalogued
	Declared    string              `json:"declared,omitempty"` // type of the item
	Observed    string              `json:"observed,omitempty"` // the narrowest type that all values have; empty: no values
	Values      int                 `json:"values"`             // cells that are not blank
	Identifiers []RealityIdentifier `json:"identifiers,omitempty"`
	Masked      []RealityMask       `json:"masked,omitempty"`
}

// RealityIdentifier counts the identifiers of one kind in one column.
type RealityIdentifier struct {
	Kind      string `json:"kind"`             // semantic type, such as cn.resident_id
	Strong    bool   `json:"strong,omitempty"` // check digits hold
	Cells     int    `json:"cells"`
	Whole     int    `json:"whole"`               // of these, cells that hold nothing else
	Ambiguous int    `json:"ambiguous,omitempty"` // of the values, those that are valid as a resident ID and as a credit code
	Distinct  int    `json:"distinct"`            // values; with AtLeast a lower bound
	AtLeast   bool   `json:"at_least,omitempty"`  // the bound on distinct values was reached
	Rows      []int  `json:"rows"`                // the first of them
	Example   string `json:"example"`             // of the first value, masked
}

// RealityMask counts masked values of one shape in one column.
type RealityMask struct {
	Shape string `json:"shape"` // characters shown before and after the mask, and in all: 3+4/11
	Kind  string `json:"kind,omitempty"`
	Cells int    `json:"cells"`
}

// RealityLimits bound what one check remembers; zero takes the default.
type RealityLimits struct {
	Distinct   int // identifiers of one report that are told apart, 8 bytes and more each; default 1,000,000
	HeaderRows int // rows among which the header is looked for; default 10
	Examples   int // rows that a finding names; default 5
}

type realityOptions struct {
	at     time.Time
	limits RealityLimits
	open   table.Options
}

// RealityOption is an option of Reality.
type RealityOption func(*realityOptions)

// RealityAt gives the time at which the data is judged: births after it are none, and its newest date is compared with it. Without it the
// freshness is not judged.
func RealityAt(t time.Time) RealityOption { return func(o *realityOptions) { o.at = t } }

// WithRealityLimits sets limits.
func WithRealityLimits(l RealityLimits) RealityOption {
	return func(o *realityOptions) { o.limits = l }
}

// RealityEncoding says how the text is encoded, where detection would be wrong: UTF-8, GB18030, Big5 ….
func RealityEncoding(name string) RealityOption {
	return func(o *realityOptions) { o.open.Encoding = name }
}

// realityRows is where the rows of a published table come from. A table.Reader is one.
type realityRows interface {
	Next() (table.Row, error)
}

// realityEvery is how many rows are read between two looks at the context.
const realityEvery = 1024

// Reality compares a published table with its entry: what it has that the catalog does not list, and the other way round, whether types
// and format are the declared ones, and whether its values hold identifiers of people. It reads the file once, in constant memory.
// name is the file's name, for positions, and for what it says of the format.
//
// A file that cannot be read is an error; one that cannot be compared, for want of a header, is a finding that says so.
func Reality(ctx context.Context, e *Entry, r io.ReaderAt, size int64, name string, opts ...RealityOption) (*RealityReport, error) {
	o := realityConfig(opts)
	t, err := table.Open(r, size, name, o.open)
	if err != nil {
		return nil, fmt.Errorf("reality: %w", err)
	}
	report := &RealityReport{Entry: e.ID, File: name, Format: t.Format(), Encoding: t.Encoding()}
	err = realityRead(ctx, e, t, report, o)
	if c := t.Close(); err == nil {
		err = c
	}
	if err != nil {
		return nil, fmt.Errorf("reality: %w", err)
	}
	return report, nil
}

func realityConfig(opts []RealityOption) *realityOptions {
	o := &realityOptions{}
	for _, opt := range opts {
		opt(o)
	}
	for _, p := range []struct {
		of *int
		or int
	}{{&o.limits.Distinct, 1_000_000}, {&o.limits.HeaderRows, 10}, {&o.limits.Examples, 5}} {
		if *p.of <= 0 {
			*p.of = p.or
		}
	}
	return o
}

// realityRead reads all rows into the report.
func realityRead(ctx context.Context, e *Entry, rows realityRows, report *RealityReport, o *realityOptions) error {
	var head []table.Row
	scan := &realityScan{entry: e, report: report, options: o, detector: ident.Detector{Latest: o.at}, budget: o.limits.Distinct}
	started := false
	start := func() {
		started = true
		for _, row := range scan.begin(head) {
			scan.row(row)
		}
		head = nil
	}
	for n := 0; ; n++ {
		if n%realityEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch {
		case scan.otherSheet(row.Sheet):
			scan.elsewhere(row)
		case started:
			scan.row(row)
		default:
			head = append(head, row)
			if len(head) == o.limits.HeaderRows {
				start()
			}
		}
	}
	if !started {
		start()
	}
	scan.finish()
	return nil
}
