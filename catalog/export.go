package catalog

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/banfa-go/banfa/internal/message"
)

// Format is a format that catalogs are written in.
type Format string

// The formats.
const (
	FormatXLSX        Format = "xlsx"         // one row per item, for spreadsheets
	FormatCSV         Format = "csv"          // the same table, UTF-8 with a mark for Excel
	FormatJSON        Format = "json"         // the model, one object
	FormatJSONLines   Format = "jsonl"        // the model, one entry a line
	FormatDCATAP      Format = "dcat-ap"      // DCAT-AP 3 as JSON-LD
	FormatDCATUS      Format = "dcat-us"      // DCAT-US 1.1, data.json
	FormatCKAN        Format = "ckan"         // an answer of CKAN's package_search
	FormatTableSchema Format = "table-schema" // a Frictionless data package, with a Table Schema for each entry
)

// Formats lists the formats that Export knows.
func Formats() []Format {
	return []Format{
		FormatXLSX, FormatCSV, FormatJSON, FormatJSONLines, FormatDCATAP, FormatDCATUS, FormatCKAN, FormatTableSchema,
	}
}

// About is what formats ask of a whole catalog and the model does not know. What is empty is left out, and Gaps names it where the format
// requires it.
type About struct {
	Title        string // by default that of the unit's open (base) catalog
	Description  string
	Publisher    string // by default the catalog's unit
	BaseURL      string // where the catalog is published: the beginning of its identifiers
	Licence      string // an address
	ContactName  string // by default the entry's unit
	ContactEmail string
	BureauCode   string // of the United States' government
	ProgramCode  string // likewise
}

// ExportOption sets how a catalog is written.
type ExportOption func(*exporter)

// ExportLanguage sets the language of headers and labels: zh (by default) or en.
func ExportLanguage(lang string) ExportOption { return func(x *exporter) { x.lang = lang } }

// ExportAbout says what the model does not know of the catalog.
func ExportAbout(a About) ExportOption { return func(x *exporter) { x.about = a } }

// exporter writes one catalog.
type exporter struct {
	lang  string
	about About
	base  bool // whether what is inside is written too
}

// ExportError is what stops an export: nothing of a catalog is shortened or dropped to make it fit.
type ExportError struct {
	Format Format
	Entry  string // entry id, where it is about one
	Field  string // as in JSON
	What   string // what is wrong, and what to do
}

func (e *ExportError) Error() string {
	text := "catalog: export as " + string(e.Format) + ": "
	if e.Entry != "" {
		text += "entry " + e.Entry + ": "
	}
	if e.Field != "" {
		text += e.Field + ": "
	}
	return text + e.What
}

// Export writes an open catalog, which is public (Articles 18 and 21). The same catalog and options give the same bytes. Where it fails, w holds a part that is of
// no use.
func Export(ctx context.Context, w io.Writer, o *OpenCatalog, format Format, opts ...ExportOption) error {
	return newExporter(false, opts).write(ctx, w, o.Catalog(), format)
}

// ExportBase writes a base catalog (Article 17) FOR THE INSIDE, the inner platform (Article 21): with closed and undetermined entries, owning systems, sharing attributes and
// levels. What it writes must not be published; Export writes what may be.
func ExportBase(ctx context.Context, w io.Writer, c *Catalog, format Format, opts ...ExportOption) error {
	if c == nil {
		c = &Catalog{}
	}
	return newExporter(true, opts).write(ctx, w, c, format)
}

func newExporter(base bool, opts []ExportOption) *exporter {
	x := &exporter{lang: message.Chinese, base: base}
	for _, o := range opts {
		o(x)
	}
	return x
}

func (x *exporter) write(ctx context.Context, w io.Writer, c *Catalog, format Format) error {
	var write func(context.Context, *bufio.Writer, *Catalog) error
	switch format {
	case FormatXLSX:
		write = x.writeXLSX
	case FormatCSV:
		write = x.writeCSV
	case FormatJSON:
		write = x.writeJSON
	case FormatJSONLines:
		write = x.writeJSONLines
	case FormatDCATAP:
		write = x.writeDCATAP
	case FormatDCATUS:
		write = x.writeDCATUS
	case FormatCKAN:
		write = x.writeCKAN
	case FormatTableSchema:
		write = x.writeTableSchema
	default:
		return &ExportError{Format: format, What: fmt.Sprintf("no such format: use one of %v", Formats())}
	}
	if err := exportNumbers(c, format); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := write(ctx, out, c); err != nil {
		return err
	}
	return out.Flush()
}

// exportNumbers checks that the numbers of entries can be identifiers, for the formats in which two entries of one number would become
// one.
func exportNumbers(c *Catalog, format Format) error {
	switch format {
	case FormatDCATAP, FormatDCATUS, FormatCKAN, FormatTableSchema:
	default:
		return nil
	}
	seen := make(map[string]bool, len(c.Entries))
	for i := range c.Entries {
		switch id := c.Entries[i].ID; {
		case id == "":
			return &ExportError{Format: format, Field: "id", What: fmt.Sprintf("%s has no number: give it one", c.Entries[i].Name)}
		case seen[id]:
			return &ExportError{Format: format, Entry: id, Field: "id", What: "two entries have this number: give each its own"}
		default:
			seen[id] = true
		}
	}
	return nil
}

// title is the catalog's title.
func (x *exporter) title(c *Catalog) string {
	switch {
	case x.about.Title != "":
		return x.about.Title
	case x.base:
		return c.Unit + x.pick("公共数据基础目录", " base catalog of public data")
	}
	return c.Unit + x.pick("公共数据开放目录", " open catalog of public data")
}

func (x *exporter) description(c *Catalog) string {
	if x.about.Description != "" {
		return x.about.Description
	}
	return x.title(c)
}

func (x *exporter) publisher(c *Catalog) string {
	if x.about.Publisher != "" {
		return x.about.Publisher
	}
	return c.Unit
}

func (x *exporter) contact(e *Entry) string {
	if x.about.ContactName != "" {
		return x.about.ContactName
	}
	return e.Unit
}

func (x *exporter) pick(zh, en string) string {
	if x.lang == message.English {
		return en
	}
	return zh
}
