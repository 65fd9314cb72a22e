package catalog

import (
	"context"
	"io"

	"github.com/banfa-go/banfa/internal/table"
)

// WithJSON passes options on to ReadJSON, for inputs that are JSON. Limits among them replace those of WithImportLimits.
func WithJSON(opts ...JSONOption) ImportOption {
	return func(o *importOptions) { o.json = append(o.json, opts...) }
}

// importJSON reads JSON of every shape, and gives what it has the numbers that tables get.
func importJSON(ctx context.Context, r io.Reader, name string, o *importOptions) (*Imported, error) {
	limits := JSONLimits{Entries: o.limits.Rows, Foreign: o.limits.Bytes}
	in, err := ReadJSON(ctx, r, name, append([]JSONOption{WithJSONLimits(limits)}, o.json...)...)
	if err != nil {
		return nil, err
	}
	for i := range in.Catalog.Entries {
		e := &in.Catalog.Entries[i]
		if e.ID != "" {
			continue
		}
		e.ID = importID(e)
		in.Findings = append(in.Findings, Finding{
			Rule: "import.id", Severity: SeverityWarning, Verdict: Violated, Entry: e.ID, Unit: e.Unit, Field: "id", Place: importPlace(name, e, "id"),
		}.saying(say("finding.import.id"), say("finding.import.id.fix")))
	}
	in.Findings = append(in.Findings, importDuplicates(name, in.Catalog.Entries)...)
	if o.progress != nil {
		o.progress(in.Rows)
	}
	return in, nil
}

// importPlace is where a field of an entry stands, as far as its origin says.
func importPlace(file string, e *Entry, field string) *Place {
	p := &Place{File: file}
	if e.Origin != nil {
		p.Row = e.Origin.Row
		if l := e.Origin.Layout; l != nil {
			p.Sheet, p.Column = l.Sheet, table.Column(l.Columns[field])
		}
	}
	return p
}

// importDuplicates reports the numbers that several entries have. All of them are kept.
func importDuplicates(file string, entries []Entry) []Finding {
	var found []Finding
	first := make(map[string]*Entry, len(entries))
	for i := range entries {
		e := &entries[i]
		old, ok := first[e.ID]
		if !ok {
			first[e.ID] = e
			continue
		}
		p := importPlace(file, old, "id")
		at := say("finding.import.row", p.Row)
		if p.Sheet != "" {
			at = say("finding.import.sheet_row", p.Row, p.Sheet)
		}
		found = append(found, Finding{
			Rule: "import.duplicate", Severity: SeverityError, Verdict: Violated, Entry: e.ID, Unit: e.Unit, Field: "id", Place: importPlace(file, e, "id"),
		}.saying(say("finding.import.duplicate", at, old.Name), say("finding.import.duplicate.fix")))
	}
	return found
}
