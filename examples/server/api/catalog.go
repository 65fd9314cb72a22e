package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

type searchInput struct {
	Page
	Text      string `query:"q" maxLength:"200" doc:"words that must be there"`
	Unit      string `query:"unit" maxLength:"200"`
	Theme     string `query:"theme" maxLength:"200"`
	OpenType  string `query:"open_type" enum:"unconditional,conditional" required:"false"`
	Frequency string `query:"update_frequency" maxLength:"40"`
	Format    string `query:"format" maxLength:"40"`
	Match     string `header:"If-None-Match"`
}

type foundOutput struct {
	ETag  string `header:"ETag"`
	Cache string `header:"Cache-Control"`
	Link  string `header:"Link"`
	Body  platform.Found
}

type entryInput struct {
	ID    string `path:"id" maxLength:"200"`
	Match string `header:"If-None-Match"`
}

type entryOutput struct {
	ETag string `header:"ETag"`
	Body EntryView
}

// EntryView is an open entry with what is offered of it.
type EntryView struct {
	Entry      catalog.Entry `json:"entry"`
	Conditions string        `json:"conditions" doc:"the rule file that applications are decided by"`
	Delivered  *Offer        `json:"delivered,omitempty" doc:"the file that is offered; absent where none was delivered yet"`
}

// Offer is what is offered of a data set.
type Offer struct {
	Name string `json:"name"`
	Size int64  `json:"size" doc:"bytes, as delivered"`
	Rows int    `json:"rows"`
	At   string `json:"at"`
	// Deidentified says that a policy is applied on the way out (Article 36).
	Deidentified bool `json:"deidentified"`
}

func (s *server) catalog(api huma.API) {
	const tag = "catalog"
	huma.Register(api, s.operation("search", http.MethodGet, "/entries", "Search and browse the open catalog (Art. 21).", tag),
		func(ctx context.Context, in *searchInput) (*foundOutput, error) {
			f := s.Search(platform.Query{
				Text: in.Text, Unit: in.Unit, Theme: in.Theme, OpenType: in.OpenType, Frequency: in.Frequency, Format: in.Format, Offset: in.Offset, Limit: in.Limit,
			})
			etag := `"` + f.Digest + `"`
			if f.Digest != "" && matches(in.Match, etag) {
				return nil, huma.Status304NotModified()
			}
			return &foundOutput{ETag: etag, Cache: "no-cache", Link: in.next(ctx, f.Total), Body: f}, nil
		})
	huma.Register(api, s.operation("entry", http.MethodGet, "/entries/{id}", "One open entry.", tag),
		func(ctx context.Context, in *entryInput) (*entryOutput, error) {
			e, err := s.Entry(in.ID)
			if err != nil {
				return nil, problem(ctx, err)
			}
			a, err := s.Access(in.ID)
			if err != nil {
				return nil, problem(ctx, err)
			}
			out := &entryOutput{ETag: `"` + e.Digest() + `"`, Body: EntryView{Entry: e.Entry, Conditions: a.Name()}}
			if d := s.Delivered(in.ID); d != nil {
				out.Body.Delivered = &Offer{Name: d.Name, Size: d.Data.Size, Rows: d.Rows, At: d.At.Format("2006-01-02T15:04:05Z07:00"), Deidentified: d.Policy != ""}
				out.ETag = strings.TrimSuffix(out.ETag, `"`) + "+" + d.Data.Blob + `"`
			}
			if matches(in.Match, out.ETag) {
				return nil, huma.Status304NotModified()
			}
			return out, nil
		})
	huma.Register(api, s.operation("conditions", http.MethodGet, "/entries/{id}/conditions", "The conditions of use, published up front (Art. 41).", tag),
		func(ctx context.Context, in *entryInput) (*Answer[any], error) {
			a, err := s.Access(in.ID)
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := a.Published(lang(ctx))
			return answer[any](ctx, v, err)
		})
	huma.Register(api, s.operation("form", http.MethodGet, "/entries/{id}/form", "The application form, with the JSON Schema of what is to be stated (Art. 41).", tag),
		func(ctx context.Context, in *entryInput) (*Answer[any], error) {
			a, err := s.Access(in.ID)
			if err != nil {
				return nil, problem(ctx, err)
			}
			return answer[any](ctx, a.Form(lang(ctx)), nil)
		})
	huma.Register(api, s.operation("self-check", http.MethodPost, "/entries/{id}/check", "What the reviewer's check would say of an application (Art. 41).", tag),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"200"`
			Body Stated
		},
		) (*Answer[*condition.Result], error) {
			r, err := s.SelfCheck(ctx, identity.From(ctx), in.ID, in.Body.Facts)
			return answer(ctx, r, err)
		})
}

// Stated is what an applicant states, by the names of the form.
type Stated struct {
	Facts map[string]any `json:"facts" doc:"the facts of the form"`
}

// matches reads If-None-Match.
func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}
