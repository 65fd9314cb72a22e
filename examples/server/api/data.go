package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path/filepath"

	"github.com/danielgtaylor/huma/v2"

	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// upload takes a body as it comes, without holding it.
type upload struct {
	Name string `query:"name" required:"true" minLength:"1" maxLength:"200" doc:"the file's name, which says what format it has"`
	body io.Reader
}

// Resolve keeps the body for the operation.
func (u *upload) Resolve(ctx huma.Context) []error {
	u.body = ctx.BodyReader()
	return nil
}

// binary describes a body of bytes.
func binary() *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}
}

func (s *server) data(api huma.API) {
	o := s.operation("publish-catalog", http.MethodPut, "/catalog", "Publish a base catalog: what of it is open is decided, derived and shown (Arts. 10 to 21).", "catalog", identity.Authority)
	o.RequestBody = binary()
	huma.Register(api, o, func(ctx context.Context, in *upload) (*Answer[platform.CatalogEvent], error) {
		c, err := s.PublishCatalog(ctx, identity.From(ctx), filepath.Base(in.Name), in.body)
		if err != nil {
			return nil, problem(ctx, err)
		}
		return answer(ctx, c.CatalogEvent, nil)
	})
	o = s.operation("deliver", http.MethodPut, "/entries/{id}/data", "Deliver the data of an entry (Art. 38).", "catalog", identity.Opener)
	o.RequestBody = binary()
	huma.Register(api, o, func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"200"`
		upload
	},
	) (*Answer[*platform.Delivery], error) {
		d, err := s.Deliver(ctx, identity.From(ctx), in.ID, filepath.Base(in.Name), in.body)
		return answer(ctx, d, err)
	})
	o = s.operation("download", http.MethodGet, "/permissions/{id}/data", "The data of a permission, de-identified on the way where a policy is for them.", "permissions", identity.Applicant)
	o.Responses = map[string]*huma.Response{"200": {Description: "the file", Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}}
	huma.Register(api, o, func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"40"`
	},
	) (*huma.StreamResponse, error) {
		f, err := s.Download(ctx, identity.From(ctx), in.ID)
		if err != nil {
			return nil, problem(ctx, err)
		}
		return &huma.StreamResponse{Body: func(c huma.Context) {
			c.SetHeader("Content-Type", "application/octet-stream")
			c.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
			c.SetHeader("X-Content-Type-Options", "nosniff")
			_, err := io.Copy(c.BodyWriter(), f)
			if err = errors.Join(err, f.Close()); err != nil {
				report(ctx, err)
			}
		}}, nil
	})
}
