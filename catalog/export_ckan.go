package catalog

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

type ckanAnswer struct {
	Success bool       `json:"success"`
	Result  ckanResult `json:"result"`
}

type ckanResult struct {
	Count   int   `json:"count"`
	Results []any `json:"results"`
}

type ckanExportPackage struct {
	ID               string               `json:"id"`
	Name             string               `json:"name"` // the last part of its address: lower-case Latin letters, digits, - and _
	Title            string               `json:"title"`
	Notes            string               `json:"notes"`
	Type             string               `json:"type"`
	State            string               `json:"state"`
	Private          bool                 `json:"private"`
	URL              string               `json:"url,omitempty"`
	Version          string               `json:"version,omitempty"`
	LicenceURL       string               `json:"license_url,omitempty"`
	Organization     *ckanExportGroup     `json:"organization,omitempty"`
	MetadataModified string               `json:"metadata_modified,omitempty"` // of the entry; that of the data is among extras
	Tags             []ckanExportTag      `json:"tags"`
	Groups           []ckanExportGroup    `json:"groups"`
	Extras           []ckanExportExtra    `json:"extras"`
	Resources        []ckanExportResource `json:"resources"`
}

type ckanExportGroup struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Type  string `json:"type,omitempty"`
}

type ckanExportTag struct {
	Name    string `json:"name"`
	Display string `json:"display_name"`
}

type ckanExportExtra struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type ckanExportResource struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Position int               `json:"position"`
	URL      string            `json:"url"`
	Format   string            `json:"format"`
	MimeType string            `json:"mimetype,omitempty"`
	Rights   string            `json:"rights,omitempty"`
	Schema   *frictionlessRows `json:"schema,omitempty"`
}

// writeCKAN writes what CKAN's package_search answers, a package a line. The extras have the names that ckanext-dcat gives them.
func (x *exporter) writeCKAN(ctx context.Context, w *bufio.Writer, c *Catalog) error {
	frame := ckanAnswer{Success: true, Result: ckanResult{Count: len(c.Entries), Results: []any{}}}
	return exportFrame(ctx, w, frame, len(c.Entries), func(i int) (any, error) { return x.ckanPackage(&c.Entries[i]), nil })
}

func (x *exporter) ckanPackage(e *Entry) *ckanExportPackage {
	p := &ckanExportPackage{
		ID: e.ID, Name: exportSlug(e.ID), Title: e.Name, Notes: e.Summary, Type: "dataset", State: "active", Private: !e.OpenType.Open(),
		URL: e.URL, Version: e.Version, LicenceURL: x.about.Licence, MetadataModified: exportInstant(e.CatalogUpdated),
		Tags: []ckanExportTag{}, Groups: []ckanExportGroup{}, Extras: x.ckanExtras(e), Resources: []ckanExportResource{},
	}
	if e.Unit != "" {
		p.Organization = &ckanExportGroup{exportSlug(e.Unit), e.Unit, "organization"}
	}
	if e.Theme != "" {
		p.Tags = append(p.Tags, ckanExportTag{e.Theme, e.Theme})
		p.Groups = append(p.Groups, ckanExportGroup{Name: exportSlug(e.Theme), Title: e.Theme})
	}
	formats := exportFormats(e)
	if len(formats) == 0 && (len(e.Items) > 0 || len(e.Conditions) > 0) {
		formats = []string{""} // a place for items and conditions
	}
	for i, format := range formats {
		p.Resources = append(p.Resources, ckanExportResource{
			ID: e.ID + "." + format, Name: e.Name, Position: i, URL: x.accessURL(e), Format: strings.ToUpper(format),
			MimeType: exportFileFormats(format).mediaType, Rights: strings.Join(e.Conditions, "\n"), Schema: frictionlessSchema(e),
		})
	}
	return p
}

// ckanExtras are the fields CKAN has no place for.
func (x *exporter) ckanExtras(e *Entry) []ckanExportExtra {
	access, _ := exportAccess(e.OpenType)
	out := []ckanExportExtra{}
	add := func(key, value string) {
		if value != "" {
			out = append(out, ckanExportExtra{key, value})
		}
	}
	add("identifier", e.ID)
	add("access_rights", exportAccessNAL+access)
	add("open_type", string(e.OpenType))
	if eu, _ := exportFrequency(e.UpdateFrequency); eu != "" {
		add("frequency", exportFrequencyNAL+eu)
	}
	add("update_frequency", string(e.UpdateFrequency))
	add("modified", exportInstant(e.UpdatedAt))
	add("publisher_name", e.Unit)
	if x.about.ContactEmail != "" {
		add("contact_name", x.contact(e))
		add("contact_email", x.about.ContactEmail)
	}
	add("theme", e.Theme)
	add("granularity", e.Granularity)
	add("conditions", strings.Join(e.Conditions, "\n"))
	add("materials", strings.Join(e.Materials, "\n"))
	add("base_id", e.BaseID)
	if x.base {
		add("share_type", string(e.Sharing))
		add("source_system", e.System)
		add("reason", e.Reason)
	}
	return out
}

// exportSlug is a name of lower-case Latin letters, digits, - and _, of 2 to 100 characters, different for different texts.
func exportSlug(text string) string {
	const longest, kept = 100, 40
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return -1
	}, text)
	if plain == text && len(text) >= 2 && len(text) <= longest {
		return text
	}
	plain = plain[:min(len(plain), kept)]
	sum := sha256.Sum256([]byte(text))
	if plain != "" {
		plain += "-"
	}
	return plain + hex.EncodeToString(sum[:8])
}
