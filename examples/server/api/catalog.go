package api

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/negotiation"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// Wanted is which entries are asked for.
type Wanted struct {
	Text      string `query:"q" maxLength:"200" doc:"words that must be there"`
	Unit      string `query:"unit" maxLength:"200"`
	Theme     string `query:"theme" maxLength:"200"`
	OpenType  string `query:"open_type" enum:"unconditional,conditional" required:"false"`
	Frequency string `query:"update_frequency" maxLength:"40"`
	Format    string `query:"format" maxLength:"40"`
	Match     string `header:"If-None-Match"`
}

func (w *Wanted) query() platform.Query {
	return platform.Query{Text: w.Text, Unit: w.Unit, Theme: w.Theme, OpenType: w.OpenType, Frequency: w.Frequency, Format: w.Format}
}

type searchInput struct {
	Page
	Wanted
}

type entryInput struct {
	ID    string `path:"id" maxLength:"200"`
	Match string `header:"If-None-Match"`
}

// EntryView is an open entry with what is offered of it.
type EntryView struct {
	Entry      catalog.Entry `json:"entry"`
	Conditions string        `json:"conditions" doc:"the rule file that applications are decided by"`
	Delivered  *Offer        `json:"delivered,omitempty" doc:"the file that is offered; absent where none was delivered yet"`
}

// Offer is what is offered of a data set.
type Offer struct {
	Name         string    `json:"name"`
	Size         int64     `json:"size" doc:"bytes, as delivered"`
	Rows         int       `json:"rows"`
	At           time.Time `json:"at"`
	Deidentified bool      `json:"deidentified" doc:"a policy is applied on the way out (Art. 36)"`
}

// Stated is what an applicant states, by the names of the form.
type Stated struct {
	Facts Facts `json:"facts" doc:"the facts of the form"`
}

func (s *server) catalog(api huma.API) {
	const tag = "catalog"
	huma.Register(api, s.operation("search", http.MethodGet, "/entries", "Search and browse the open catalog (Art. 21).", tag),
		func(ctx context.Context, in *searchInput) (*Tagged[platform.Found], error) {
			q := in.query()
			q.Offset, q.Limit = in.Offset, in.Limit
			f := s.Search(q)
			out, err := tagged(ctx, f.Digest, f)
			if err == nil {
				out.Link = in.next(ctx, f.Total)
			}
			return out, err
		})
	huma.Register(api, as(s.operation("search-csv", http.MethodGet, "/entries.csv", "All that a search finds, by number, for a spreadsheet: no cell of it is a formula.", tag), "the table", "text/csv"), s.table)
	huma.Register(api, s.operation("entry", http.MethodGet, "/entries/{id}", "One open entry.", tag),
		func(ctx context.Context, in *entryInput) (*Tagged[EntryView], error) {
			e, err := s.Entry(in.ID)
			if err != nil {
				return nil, problem(ctx, err)
			}
			a, err := s.Access(in.ID)
			if err != nil {
				return nil, problem(ctx, err)
			}
			v := EntryView{Entry: e.Entry, Conditions: a.Name()}
			if d := s.Delivered(in.ID); d != nil {
				v.Delivered = &Offer{Name: d.Name, Size: d.Data.Size, Rows: d.Rows, At: d.At, Deidentified: d.Policy != ""}
			}
			return tagged(ctx, "", v)
		})
	s.access(api, tag)
}

// table writes what was found as the library writes an open catalog.
func (s *server) table(ctx context.Context, in *Wanted) (*Text, error) {
	found, _ := s.Matching(in.query())
	var b bytes.Buffer
	open := catalog.Open(&catalog.Catalog{Entries: slices.Collect(found)})
	if err := catalog.Export(ctx, &b, open, catalog.FormatCSV, catalog.ExportLanguage(lang(ctx))); err != nil {
		return nil, problem(ctx, err)
	}
	return text(ctx, sheet, "entries.csv", b.Bytes())
}

// access registers what is published of how an entry may be used.
func (s *server) access(api huma.API, tag string) {
	o := as(s.operation("conditions", http.MethodGet, "/entries/{id}/conditions", "The conditions of use, published up front (Art. 41); as Markdown for who accepts that rather.", tag), "OK", "text/markdown")
	o.Responses["200"].Content["application/json"] = &huma.MediaType{Schema: api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[condition.Published](), true, "Published")}
	huma.Register(api, o, func(ctx context.Context, in *entryInput) (*Tagged[any], error) {
		p, err := s.published(ctx, in.ID)
		if err != nil {
			return nil, problem(ctx, err)
		}
		if negotiation.SelectQValueFast(request(ctx).Header.Get("Accept"), []string{"application/json", "text/markdown"}) == "text/markdown" {
			out, err := tagged[any](ctx, "", p.Markdown())
			if err == nil && out.Status == http.StatusOK {
				out.Type = markdown
			}
			return out, err
		}
		return tagged[any](ctx, "", p)
	})
	huma.Register(api, as(s.operation("conditions-markdown", http.MethodGet, "/entries/{id}/conditions.md", "The conditions of use, for a person to read.", tag), "OK", "text/markdown"),
		func(ctx context.Context, in *entryInput) (*Text, error) {
			p, err := s.published(ctx, in.ID)
			if err != nil {
				return nil, problem(ctx, err)
			}
			return text(ctx, markdown, "", p.Markdown())
		})
	huma.Register(api, s.operation("form", http.MethodGet, "/entries/{id}/form", "The application form, with the JSON Schema of what is to be stated (Art. 41).", tag),
		func(ctx context.Context, in *entryInput) (*Tagged[any], error) {
			a, err := s.Access(in.ID)
			if err != nil {
				return nil, problem(ctx, err)
			}
			return tagged[any](ctx, "", a.Form(lang(ctx)))
		})
	huma.Register(api, s.operation("self-check", http.MethodPost, "/entries/{id}/check", "What the reviewer's check would say of an application (Art. 41). Nothing of it is kept.", tag),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"200"`
			Body Stated
		},
		) (*Answer[*condition.Result], error) {
			facts, err := in.Body.Facts.read()
			if err != nil {
				return nil, problem(ctx, err)
			}
			r, err := s.SelfCheck(ctx, identity.From(ctx), in.ID, facts)
			return answer(ctx, r, err)
		})
}

func (s *server) published(ctx context.Context, id string) (*condition.Published, error) {
	a, err := s.Access(id)
	if err != nil {
		return nil, err
	}
	return a.Published(lang(ctx))
}
