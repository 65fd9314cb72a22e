package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// downloads is the operation that is a use each time it is asked for.
const downloads = "download"

func (s *server) data(api huma.API) {
	o := s.operation("publish-catalog", http.MethodPut, "/catalog", "Publish a base catalog: what of it is open is decided, derived and shown (Arts. 10 to 21).", "catalog", identity.Authority)
	o.RequestBody = binary()
	huma.Register(api, o, func(ctx context.Context, in *Upload) (*Answer[platform.CatalogEvent], error) {
		c, err := s.PublishCatalog(ctx, identity.From(ctx), in.Name, in.body)
		if err != nil {
			return nil, problem(ctx, err)
		}
		return answer(ctx, c.CatalogEvent, nil)
	})
	o = s.operation("deliver", http.MethodPut, "/entries/{id}/data", "Deliver the data of an entry (Art. 38).", "catalog", identity.Opener)
	o.RequestBody = binary()
	huma.Register(api, o, func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"200"`
		Upload
	},
	) (*Answer[*platform.Delivery], error) {
		d, err := s.Deliver(ctx, identity.From(ctx), in.ID, in.Name, in.body)
		return answer(ctx, d, err)
	})
	o = as(s.operation(downloads, http.MethodGet, "/permissions/{id}/data", "The data of a permission, de-identified on the way where a policy is for them. Each download is a use, and logged.",
		"permissions", identity.Applicant), "the file", "application/octet-stream")
	o.Errors = append(o.Errors, http.StatusInsufficientStorage)
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
			c.SetHeader("Content-Length", strconv.FormatInt(f.Size, 10)) // a file that was cut short is seen to be
			c.SetHeader("Content-Digest", f.Digest)
			c.SetHeader("Accept-Ranges", "none") // each request is a use: there is no going on with half of one
			c.SetHeader("Content-Disposition", attachment(f.Name))
			c.SetHeader("X-Content-Type-Options", "nosniff")
			_, err := io.Copy(c.BodyWriter(), f)
			if err = errors.Join(err, f.Close()); err != nil && ctx.Err() == nil {
				report(ctx, err)
			}
		}}, nil
	})
}
