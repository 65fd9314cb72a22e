package catalog

import (
	"bufio"
	"context"
	"strings"
)

const podSchema = "https://project-open-data.cio.gov/v1.1/schema"

type podCatalog struct {
	Context     string `json:"@context"`
	Type        string `json:"@type"`
	ConformsTo  string `json:"conformsTo"`
	DescribedBy string `json:"describedBy"`
	Dataset     []any  `json:"dataset"`
}

type podDataset struct {
	Type         string            `json:"@type"`
	Identifier   string            `json:"identifier"`
	Title        string            `json:"title"`
	Description  string            `json:"description,omitempty"`
	Keyword      []string          `json:"keyword,omitempty"`
	Theme        []string          `json:"theme,omitempty"`
	Modified     string            `json:"modified,omitempty"`
	Publisher    *podOrganization  `json:"publisher,omitempty"`
	ContactPoint *podContact       `json:"contactPoint,omitempty"`
	AccessLevel  string            `json:"accessLevel"`
	Rights       string            `json:"rights,omitempty"`
	Frequency    string            `json:"accrualPeriodicity,omitempty"`
	Licence      string            `json:"license,omitempty"`
	BureauCode   []string          `json:"bureauCode,omitempty"`
	ProgramCode  []string          `json:"programCode,omitempty"`
	LandingPage  string            `json:"landingPage,omitempty"`
	Distribution []podDistribution `json:"distribution,omitempty"`
}

type podOrganization struct {
	Type string           `json:"@type"`
	Name string           `json:"name"`
	Of   *podOrganization `json:"subOrganizationOf,omitempty"`
}

type podContact struct {
	Type  string `json:"@type"`
	Name  string `json:"fn"`
	Email string `json:"hasEmail"`
}

type podDistribution struct {
	Type      string `json:"@type"`
	Title     string `json:"title,omitempty"`
	AccessURL string `json:"accessURL,omitempty"`
	MediaType string `json:"mediaType,omitempty"`
	Format    string `json:"format,omitempty"`
}

// writeDCATUS writes a data.json of DCAT-US 1.1, a dataset a line. Items and the clock of the metadata have no place in it.
func (x *exporter) writeDCATUS(ctx context.Context, w *bufio.Writer, c *Catalog) error {
	frame := podCatalog{
		Context: podSchema + "/catalog.jsonld", Type: "dcat:Catalog", ConformsTo: podSchema, DescribedBy: podSchema + "/catalog.json",
		Dataset: []any{},
	}
	return exportFrame(ctx, w, frame, len(c.Entries), func(i int) (any, error) { return x.podDataset(c, &c.Entries[i]), nil })
}

func (x *exporter) podDataset(c *Catalog, e *Entry) *podDataset {
	_, access := exportAccess(e.OpenType)
	_, frequency := exportFrequency(e.UpdateFrequency)
	d := &podDataset{
		Type: "dcat:Dataset", Identifier: e.ID, Title: e.Name, Description: e.Summary, Modified: exportInstant(e.UpdatedAt),
		AccessLevel: access, Rights: podRights(e), Frequency: frequency, Licence: x.about.Licence, LandingPage: e.URL,
	}
	if e.Theme != "" {
		d.Keyword, d.Theme = []string{e.Theme}, []string{e.Theme}
	}
	if e.Unit != "" {
		d.Publisher = &podOrganization{Type: "org:Organization", Name: e.Unit}
		if above := x.publisher(c); above != "" && above != e.Unit {
			d.Publisher.Of = &podOrganization{Type: "org:Organization", Name: above}
		}
	}
	if x.contact(e) != "" && x.about.ContactEmail != "" {
		d.ContactPoint = &podContact{"vcard:Contact", x.contact(e), "mailto:" + x.about.ContactEmail}
	}
	if x.about.BureauCode != "" {
		d.BureauCode = []string{x.about.BureauCode}
	}
	if x.about.ProgramCode != "" {
		d.ProgramCode = []string{x.about.ProgramCode}
	}
	for _, format := range exportFormats(e) {
		d.Distribution = append(d.Distribution, podDistribution{
			Type: "dcat:Distribution", Title: e.Name, AccessURL: x.accessURL(e), MediaType: exportFileFormats(format).mediaType,
			Format: strings.ToUpper(format),
		})
	}
	return d
}

// podRights are the conditions of an entry: DCAT-US has one field for them.
func podRights(e *Entry) string { return strings.Join(e.Conditions, "\n") }
