package catalog

import (
	"bufio"
	"context"
)

type frictionlessPackage struct {
	Schema      string `json:"$schema"`
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Version     string `json:"version,omitempty"`
	Created     string `json:"created,omitempty"`
	Homepage    string `json:"homepage,omitempty"`
	Resources   []any  `json:"resources"`
}

type frictionlessResource struct {
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Path        string            `json:"path,omitempty"`
	Format      string            `json:"format,omitempty"`
	MediaType   string            `json:"mediatype,omitempty"`
	Schema      *frictionlessRows `json:"schema,omitempty"`
}

type frictionlessRows struct {
	Fields []frictionlessField `json:"fields"`
}

type frictionlessField struct {
	Name        string                   `json:"name"`
	Type        string                   `json:"type"`
	Title       string                   `json:"title,omitempty"`
	Description string                   `json:"description,omitempty"`
	Constraints *frictionlessConstraints `json:"constraints,omitempty"`
	Semantic    string                   `json:"semantic,omitempty"` // ours: the semantic type
}

type frictionlessConstraints struct {
	MaxLength int `json:"maxLength"`
}

// writeTableSchema writes a Frictionless data package, version 2: a resource for each entry, a line each, with the Table Schema of its
// items.
func (x *exporter) writeTableSchema(ctx context.Context, w *bufio.Writer, c *Catalog) error {
	frame := frictionlessPackage{
		Schema: "https://datapackage.org/profiles/2.0/datapackage.json", Name: exportSlug(x.title(c)), Title: x.title(c),
		Description: x.description(c), Version: c.Version, Created: exportInstant(c.At), Homepage: x.about.BaseURL, Resources: []any{},
	}
	return exportFrame(ctx, w, frame, len(c.Entries), func(i int) (any, error) {
		e := &c.Entries[i]
		r := &frictionlessResource{Name: exportSlug(e.ID), Title: e.Name, Description: e.Summary, Path: x.accessURL(e), Schema: frictionlessSchema(e)}
		if formats := exportFormats(e); len(formats) > 0 {
			r.Format, r.MediaType = formats[0], exportFileFormats(formats[0]).mediaType
		}
		return r, nil
	})
}

func frictionlessSchema(e *Entry) *frictionlessRows {
	if len(e.Items) == 0 {
		return nil
	}
	s := &frictionlessRows{}
	for i := range e.Items {
		item := &e.Items[i]
		kind, _ := exportDataType(item.Type)
		f := frictionlessField{Name: item.Name, Type: kind, Description: item.Summary, Semantic: item.Semantic}
		if kind == "string" && item.Length > 0 {
			f.Constraints = &frictionlessConstraints{item.Length}
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}
