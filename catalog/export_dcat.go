package catalog

import (
	"bufio"
	"context"
	"encoding/json"
)

// dcatContext gives each key its meaning, so that the nodes below stay plain JSON.
const dcatContext = `{"dcat":"http://www.w3.org/ns/dcat#","dct":"http://purl.org/dc/terms/","foaf":"http://xmlns.com/foaf/0.1/",` +
	`"prov":"http://www.w3.org/ns/prov#","rdfs":"http://www.w3.org/2000/01/rdf-schema#","skos":"http://www.w3.org/2004/02/skos/core#",` +
	`"vcard":"http://www.w3.org/2006/vcard/ns#","csvw":"http://www.w3.org/ns/csvw#","xsd":"http://www.w3.org/2001/XMLSchema#",` +
	`"dct:title":{"@language":"zh"},"dct:description":{"@language":"zh"},"dcat:keyword":{"@language":"zh"},` +
	`"foaf:name":{"@language":"zh"},"rdfs:label":{"@language":"zh"},"skos:prefLabel":{"@language":"zh"},"csvw:title":{"@language":"zh"},` +
	`"dct:modified":{"@type":"xsd:dateTime"},` +
	`"dct:accessRights":{"@type":"@id"},"dct:accrualPeriodicity":{"@type":"@id"},"dct:format":{"@type":"@id"},` +
	`"dct:conformsTo":{"@type":"@id"},"dct:license":{"@type":"@id"},"dct:source":{"@type":"@id"},` +
	`"dcat:mediaType":{"@type":"@id"},"dcat:accessURL":{"@type":"@id"},"dcat:landingPage":{"@type":"@id"},` +
	`"dcat:endpointURL":{"@type":"@id"},"dcat:dataset":{"@type":"@id"},"dcat:record":{"@type":"@id"},` +
	`"foaf:primaryTopic":{"@type":"@id"},"foaf:homepage":{"@type":"@id"},"vcard:hasEmail":{"@type":"@id"},` +
	`"csvw:tableSchema":{"@type":"@id"},"csvw:column":{"@container":"@list"},"csvw:datatype":{"@type":"@id"}}`

type dcatDocument struct {
	Context json.RawMessage `json:"@context"`
	Graph   []any           `json:"@graph"`
}

// dcatNode is a node with a type and a label or name.
type dcatNode struct {
	ID        string `json:"@id,omitempty"`
	Type      string `json:"@type"`
	Name      string `json:"foaf:name,omitempty"`
	Label     string `json:"rdfs:label,omitempty"`
	PrefLabel string `json:"skos:prefLabel,omitempty"`
}

type dcatCatalog struct {
	ID          string    `json:"@id"`
	Type        string    `json:"@type"`
	Title       string    `json:"dct:title"`
	Description string    `json:"dct:description"`
	Publisher   *dcatNode `json:"dct:publisher,omitempty"`
	Homepage    string    `json:"foaf:homepage,omitempty"`
	Licence     string    `json:"dct:license,omitempty"`
	Modified    string    `json:"dct:modified,omitempty"`
	Dataset     []string  `json:"dcat:dataset,omitempty"`
	Record      []string  `json:"dcat:record,omitempty"`
}

// dcatRecord is the clock of the metadata (Article 22). That of the data is the dataset's own (Article 38).
type dcatRecord struct {
	ID       string `json:"@id"`
	Type     string `json:"@type"`
	Topic    string `json:"foaf:primaryTopic"`
	Modified string `json:"dct:modified"`
}

type dcatDataset struct {
	ID            string             `json:"@id"`
	Type          string             `json:"@type"`
	Identifier    string             `json:"dct:identifier"`
	Title         string             `json:"dct:title"`
	Description   string             `json:"dct:description,omitempty"`
	Publisher     *dcatNode          `json:"dct:publisher,omitempty"`
	Contact       *dcatContact       `json:"dcat:contactPoint,omitempty"`
	Keyword       []string           `json:"dcat:keyword,omitempty"`
	Theme         []dcatNode         `json:"dcat:theme,omitempty"`
	AccessRights  string             `json:"dct:accessRights"`
	Frequency     string             `json:"dct:accrualPeriodicity,omitempty"`
	Modified      string             `json:"dct:modified,omitempty"`
	Version       string             `json:"dcat:version,omitempty"`
	LandingPage   string             `json:"dcat:landingPage,omitempty"`
	Source        string             `json:"dct:source,omitempty"`
	GeneratedBy   *dcatNode          `json:"prov:wasGeneratedBy,omitempty"`
	ConformsTo    *dcatSchema        `json:"dct:conformsTo,omitempty"`
	Distributions []dcatDistribution `json:"dcat:distribution,omitempty"`
}

type dcatContact struct {
	Type  string `json:"@type"`
	Name  string `json:"vcard:fn,omitempty"`
	Email string `json:"vcard:hasEmail,omitempty"`
}

type dcatDistribution struct {
	ID          string       `json:"@id"`
	Type        string       `json:"@type"`
	Title       string       `json:"dct:title"`
	AccessURL   string       `json:"dcat:accessURL,omitempty"`
	Format      string       `json:"dct:format,omitempty"`
	MediaType   string       `json:"dcat:mediaType,omitempty"`
	Service     *dcatService `json:"dcat:accessService,omitempty"`
	Licence     string       `json:"dct:license,omitempty"`
	Rights      []dcatNode   `json:"dct:rights,omitempty"`
	ConformsTo  string       `json:"dct:conformsTo,omitempty"`
	TableSchema string       `json:"csvw:tableSchema,omitempty"`
}

type dcatService struct {
	Type        string `json:"@type"`
	Title       string `json:"dct:title"`
	EndpointURL string `json:"dcat:endpointURL"`
}

type dcatSchema struct {
	ID      string       `json:"@id"`
	Type    []string     `json:"@type"`
	Title   string       `json:"dct:title"`
	Columns []dcatColumn `json:"csvw:column"`
}

type dcatColumn struct {
	Type        string `json:"@type"`
	Name        string `json:"csvw:name"`
	Title       string `json:"csvw:title"`
	Description string `json:"dct:description,omitempty"`
	Datatype    any    `json:"csvw:datatype,omitempty"`
}

// dcatDatatype is a data type with a length.
type dcatDatatype struct {
	Type      string `json:"@type"`
	Base      string `json:"csvw:base"`
	MaxLength int    `json:"csvw:maxLength"`
}

// writeDCATAP writes one graph: the catalog, and of each entry its record and its dataset, a node a line.
func (x *exporter) writeDCATAP(ctx context.Context, w *bufio.Writer, c *Catalog) error {
	root := dcatCatalog{
		ID: x.exportIRI("catalog", ""), Type: "dcat:Catalog", Title: x.title(c), Description: x.description(c),
		Publisher: x.dcatAgent(x.publisher(c)), Homepage: x.about.BaseURL, Licence: x.about.Licence, Modified: exportInstant(c.At),
	}
	var nodes []func() any
	nodes = append(nodes, func() any { return root })
	for i := range c.Entries {
		e := &c.Entries[i]
		root.Dataset = append(root.Dataset, x.exportIRI("dataset", e.ID))
		if at := exportInstant(e.CatalogUpdated); at != "" {
			record := dcatRecord{x.exportIRI("record", e.ID), "dcat:CatalogRecord", x.exportIRI("dataset", e.ID), at}
			root.Record = append(root.Record, record.ID)
			nodes = append(nodes, func() any { return record })
		}
		nodes = append(nodes, func() any { return x.dcatDataset(e) })
	}
	frame := dcatDocument{Context: json.RawMessage(dcatContext), Graph: []any{}}
	return exportFrame(ctx, w, frame, len(nodes), func(i int) (any, error) { return nodes[i](), nil })
}

func (x *exporter) dcatAgent(name string) *dcatNode {
	if name == "" {
		return nil
	}
	return &dcatNode{ID: x.exportIRI("agent", name), Type: "foaf:Agent", Name: name}
}

func (x *exporter) dcatDataset(e *Entry) *dcatDataset {
	access, _ := exportAccess(e.OpenType)
	d := &dcatDataset{
		ID: x.exportIRI("dataset", e.ID), Type: "dcat:Dataset", Identifier: e.ID, Title: e.Name, Description: e.Summary,
		Publisher: x.dcatAgent(e.Unit), AccessRights: exportAccessNAL + access, Modified: exportInstant(e.UpdatedAt),
		Version: e.Version, LandingPage: e.URL,
	}
	if eu, _ := exportFrequency(e.UpdateFrequency); eu != "" {
		d.Frequency = exportFrequencyNAL + eu
	}
	if x.contact(e) != "" && x.about.ContactEmail != "" {
		d.Contact = &dcatContact{Type: "vcard:Organization", Name: x.contact(e), Email: "mailto:" + x.about.ContactEmail}
	}
	if e.Theme != "" {
		d.Keyword = []string{e.Theme}
		d.Theme = []dcatNode{{Type: "skos:Concept", PrefLabel: e.Theme}}
	}
	if e.BaseID != "" {
		d.Source = x.exportIRI("base", e.BaseID)
	}
	if x.base && e.System != "" {
		d.GeneratedBy = &dcatNode{Type: "prov:Activity", Label: e.System}
	}
	d.ConformsTo = x.dcatTable(e)
	d.Distributions = x.dcatDistributions(e, d.ConformsTo)
	return d
}

// dcatDistributions are the formats of an entry. One that has no format has one distribution all the same where there is an address or a
// condition: conditions must not be lost.
func (x *exporter) dcatDistributions(e *Entry, schema *dcatSchema) []dcatDistribution {
	formats := exportFormats(e)
	if len(formats) == 0 && (x.accessURL(e) != "" || len(e.Conditions) > 0) {
		formats = []string{""}
	}
	var out []dcatDistribution
	for _, format := range formats {
		d := dcatDistribution{
			ID: x.exportIRI("distribution", e.ID+"."+format), Type: "dcat:Distribution", Title: e.Name, AccessURL: x.accessURL(e),
			Licence: x.about.Licence,
		}
		names := exportFileFormats(format)
		if names.fileType != "" {
			d.Format = exportFileTypeNAL + names.fileType
		}
		if names.mediaType != "" {
			d.MediaType = exportMediaTypes + names.mediaType
		}
		if format == exportAPI && e.URL != "" {
			d.Service = &dcatService{"dcat:DataService", e.Name, e.URL}
		}
		for _, condition := range e.Conditions {
			d.Rights = append(d.Rights, dcatNode{Type: "dct:RightsStatement", Label: condition})
		}
		for _, m := range e.Materials {
			label := x.pick("申请材料：", "To be handed in: ") + m
			d.Rights = append(d.Rights, dcatNode{Type: "dct:RightsStatement", Label: label})
		}
		if schema != nil {
			d.ConformsTo, d.TableSchema = schema.ID, schema.ID
		}
		out = append(out, d)
	}
	return out
}

// dcatTable describes the items as the columns of a table (CSV on the Web), which DCAT has no words for.
func (x *exporter) dcatTable(e *Entry) *dcatSchema {
	if len(e.Items) == 0 {
		return nil
	}
	s := &dcatSchema{ID: x.exportIRI("schema", e.ID), Type: []string{"dct:Standard", "csvw:Schema"}, Title: e.Name}
	for i := range e.Items {
		item := &e.Items[i]
		column := dcatColumn{Type: "csvw:Column", Name: item.Name, Title: item.Name, Description: item.Summary}
		switch _, xsd := exportDataType(item.Type); {
		case xsd == "":
		case xsd == "string" && item.Length > 0:
			column.Datatype = dcatDatatype{"csvw:Datatype", xsd, item.Length}
		default:
			column.Datatype = "xsd:" + xsd
		}
		s.Columns = append(s.Columns, column)
	}
	return s
}
