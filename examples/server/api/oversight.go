package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

func (s *server) oversight(api huma.API) {
	const tag = "oversight"
	huma.Register(api, s.operation("use", http.MethodPost, "/usage", "Report one use of data; what it raises comes back (Art. 59).", tag, all()...),
		func(ctx context.Context, in *struct{ Body map[string]any }) (*Answer[[]platform.Alert], error) {
			v, err := s.Use(ctx, identity.From(ctx), in.Body)
			return answer(ctx, v, err)
		})
	huma.Register(api, s.operation("alerts", http.MethodGet, "/alerts", "Alerts of the supervision of use, the newest first.", tag, identity.Opener, identity.Authority, identity.Auditor),
		func(ctx context.Context, in *Page) (*Listing[platform.Alert], error) {
			v, total, err := s.Alerts(identity.From(ctx), in.Offset, in.Limit)
			if err != nil {
				return nil, problem(ctx, err)
			}
			return listing(ctx, *in, v, total), nil
		})
	huma.Register(api, s.operation("review", http.MethodGet, "/review", "What is undecided or wrong in the catalog, for one's own unit or all.", tag, identity.Opener, identity.Authority, identity.Auditor),
		func(ctx context.Context, _ *struct{}) (*Answer[any], error) {
			v, err := s.Review(identity.From(ctx))
			return answer[any](ctx, v, err)
		})
	huma.Register(api, s.operation("rules", http.MethodGet, "/rules", "The rule files in force, with their digests and the results of their suites.", tag),
		func(ctx context.Context, _ *struct{}) (*Answer[platform.RuleBook], error) {
			v, err := s.RuleBook(ctx)
			return answer(ctx, v, err)
		})
	huma.Register(api, s.operation("log", http.MethodGet, "/log", "The log of decisions, each bound to the one before.", tag, identity.Authority, identity.Auditor),
		func(ctx context.Context, in *struct {
			After int64 `query:"after" minimum:"0" doc:"the number after which to begin"`
			Limit int   `query:"limit" minimum:"1" maximum:"100" default:"20"`
		},
		) (*Answer[[]store.Event], error) {
			v, err := s.Log(ctx, identity.From(ctx), in.After, in.Limit)
			return answer(ctx, v, err)
		})
	huma.Register(api, s.operation("verify", http.MethodPost, "/log/verify", "Recompute the whole log.", tag, identity.Authority, identity.Auditor),
		func(ctx context.Context, _ *struct{}) (*Answer[platform.Verified], error) {
			v, err := s.Verify(ctx, identity.From(ctx))
			return answer(ctx, v, err)
		})
}
