package catalog

import (
	"net/url"
	"strings"
	"time"
)

// The vocabularies of the Publications Office of the EU that DCAT-AP 3 asks for.
const (
	exportFrequencyNAL = "http://publications.europa.eu/resource/authority/frequency/"
	exportAccessNAL    = "http://publications.europa.eu/resource/authority/access-right/"
	exportFileTypeNAL  = "http://publications.europa.eu/resource/authority/file-type/"
	exportMediaTypes   = "http://www.iana.org/assignments/media-types/"
)

// exportFileFormat is a file format as the vocabularies name it.
type exportFileFormat struct{ fileType, mediaType string }

// exportFileFormats returns the names of a format of the model; of what the vocabularies do not have, nothing.
func exportFileFormats(format string) exportFileFormat {
	switch format {
	case "csv":
		return exportFileFormat{"CSV", "text/csv"}
	case "xls":
		return exportFileFormat{"XLS", "application/vnd.ms-excel"}
	case "xlsx":
		return exportFileFormat{"XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
	case "json":
		return exportFileFormat{"JSON", "application/json"}
	case "xml":
		return exportFileFormat{"XML", "application/xml"}
	case "txt":
		return exportFileFormat{"TXT", "text/plain"}
	case "pdf":
		return exportFileFormat{"PDF", "application/pdf"}
	case "doc":
		return exportFileFormat{"DOC", "application/msword"}
	case "docx":
		return exportFileFormat{"DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
	case "html":
		return exportFileFormat{"HTML", "text/html"}
	case "zip":
		return exportFileFormat{"ZIP", "application/zip"}
	case "rdf":
		return exportFileFormat{"RDF_XML", "application/rdf+xml"}
	case "geojson":
		return exportFileFormat{"GEOJSON", "application/geo+json"}
	case "kml":
		return exportFileFormat{"KML", "application/vnd.google-earth.kml+xml"}
	case "shp":
		return exportFileFormat{"SHP", ""}
	}
	return exportFileFormat{}
}

// exportAPI is the format of the model that is no file.
const exportAPI = "api"

// exportFormats are the formats of an entry.
func exportFormats(e *Entry) []string {
	return strings.FieldsFunc(e.Format, func(r rune) bool { return r == ',' || r == ' ' })
}

// exportAccess names who may see an entry in the access-right vocabulary, DCAT-US and CKAN. Whatever is not open is not public: what
// nobody has decided, and words that nobody knows, too.
func exportAccess(t OpenType) (european, american string) {
	switch t {
	case Unconditional:
		return "PUBLIC", "public"
	case Conditional:
		return "RESTRICTED", "restricted public"
	}
	return "NON_PUBLIC", "non-public"
}

// exportDataType names a data type of the model in Table Schema and in XML Schema. What is not known is any.
func exportDataType(t string) (frictionless, xsd string) {
	switch t {
	case "string":
		return "string", "string"
	case "int":
		return "integer", "integer"
	case "decimal":
		return "number", "decimal"
	case "date":
		return "date", "date"
	case "timestamp":
		return "datetime", "dateTime"
	case "bool":
		return "boolean", "boolean"
	}
	return "any", ""
}

// exportInstant is a time as RFC 3339 writes it, empty where it is not known.
func exportInstant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// exportIRI is the identifier of a node: kind and name under the address of the catalog, or a fragment of the document.
func (x *exporter) exportIRI(kind, name string) string {
	base := "#"
	if x.about.BaseURL != "" {
		base = strings.TrimSuffix(x.about.BaseURL, "/") + "/"
	}
	if name == "" {
		return base + kind
	}
	return base + kind + "/" + url.PathEscape(name)
}

// accessURL is where an entry's data is had: its own address, or the page that the catalog has for it.
func (x *exporter) accessURL(e *Entry) string {
	switch {
	case e.URL != "":
		return e.URL
	case x.about.BaseURL != "":
		return x.exportIRI("dataset", e.ID)
	}
	return ""
}

// exportLabel is the label of an open type.
func (x *exporter) openTypeLabel(t OpenType) string {
	switch t {
	case Unconditional:
		return x.pick("无条件开放", "unconditional")
	case Conditional:
		return x.pick("有条件开放", "conditional")
	case Closed:
		return x.pick("不予开放", "closed")
	case Undetermined:
		return x.pick("未确定", "undetermined")
	}
	return string(t)
}

func (x *exporter) sharingLabel(s Sharing) string {
	switch s {
	case SharedFreely:
		return x.pick("无条件共享", "unconditional")
	case SharedConditionally:
		return x.pick("有条件共享", "conditional")
	case NotShared:
		return x.pick("不予共享", "none")
	}
	return string(s)
}
