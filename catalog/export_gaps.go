package catalog

import "unicode/utf8"

// Gaps lists what a format requires and an open catalog does not know, as warnings: the export is written all the same, with the field
// left out, and a program that checks it will say so. Nothing is made up to fill a field.
func Gaps(o *OpenCatalog, format Format, opts ...ExportOption) []Finding {
	x := newExporter(false, opts)
	c := o.Catalog()
	g := &exportGaps{x: x, format: format}
	switch format {
	case FormatDCATAP:
		g.dcatAP(c)
	case FormatDCATUS:
		g.dcatUS(c)
	case FormatCKAN, FormatTableSchema:
		for i := range c.Entries {
			g.need(&c.Entries[i], x.accessURL(&c.Entries[i]), "url", "url")
		}
	case FormatXLSX, FormatCSV, FormatJSON, FormatJSONLines:
	}
	return g.out
}

type exportGaps struct {
	x      *exporter
	format Format
	out    []Finding
}

// need notes that a field is empty: field as in JSON, target as the format names it.
func (g *exportGaps) need(e *Entry, value, field, target string) {
	if value != "" {
		return
	}
	fix := "finding.export.fill"
	if e == nil {
		fix = "finding.export.give"
	}
	g.add(e, field, say("finding.export.requires", g.format, target), say(fix, field))
}

func (g *exportGaps) add(e *Entry, field string, what, fix words) {
	f := Finding{Rule: "export.required", Severity: SeverityWarning, Verdict: Violated, Record: "open", Field: field}.saying(what, fix)
	if e != nil {
		f.Entry, f.Unit = e.ID, e.Unit
	}
	g.out = append(g.out, f)
}

func (g *exportGaps) dcatAP(c *Catalog) {
	g.need(nil, g.x.publisher(c), "publisher", "dct:publisher")
	for i := range c.Entries {
		e := &c.Entries[i]
		g.need(e, e.Name, "name", "dct:title")
		g.need(e, e.Summary, "summary", "dct:description")
		if e.Format != "" || len(e.Conditions) > 0 {
			g.need(e, g.x.accessURL(e), "url", "dcat:accessURL")
		}
	}
}

func (g *exportGaps) dcatUS(c *Catalog) {
	const longest = 255
	g.need(nil, g.x.about.ContactEmail, "email", "contactPoint")
	for i := range c.Entries {
		e := &c.Entries[i]
		g.need(e, e.ID, "id", "identifier")
		g.need(e, e.Name, "name", "title")
		g.need(e, e.Summary, "summary", "description")
		g.need(e, e.Theme, "theme", "keyword")
		g.need(e, exportInstant(e.UpdatedAt), "updated_at", "modified")
		g.need(e, e.Unit, "unit", "publisher")
		if n := utf8.RuneCountInString(podRights(e)); n > longest {
			g.add(e, "conditions", say("finding.export.rights"), say("finding.export.rights.fix"))
		}
	}
}
