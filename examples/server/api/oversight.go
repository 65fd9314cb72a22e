package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// Logged is a part of the log.
type Logged struct {
	Link string `header:"Link" doc:"the events after these, where there may be some"`
	Body []store.Event
}

// Ended says whose sessions have ended.
type Ended struct {
	Subject string `json:"subject"`
}

func (s *server) oversight(api huma.API) {
	const tag = "oversight"
	huma.Register(api, s.operation("use", http.MethodPost, "/usage", "Report one use of data; what it raises comes back (Art. 59).", tag, all()...),
		func(ctx context.Context, in *struct{ Body Facts }) (*Answer[[]platform.Alert], error) {
			fields, err := in.Body.read()
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Use(ctx, identity.From(ctx), fields)
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
	s.review(api, tag)
	huma.Register(api, s.operation("rules", http.MethodGet, "/rules", "The rule files in force, with their digests and the results of their suites.", tag),
		func(ctx context.Context, _ *struct {
			Match string `header:"If-None-Match"`
		},
		) (*Tagged[platform.RuleBook], error) {
			v, err := s.RuleBook(ctx)
			if err != nil {
				return nil, problem(ctx, err)
			}
			return tagged(ctx, "", v)
		})
	huma.Register(api, as(s.operation("lifecycle", http.MethodGet, "/lifecycles/{kind}", "What cases of a kind go through, as a Mermaid diagram.", tag), "OK", "text/vnd.mermaid"),
		func(ctx context.Context, in *struct {
			Kind  string `path:"kind" enum:"application,permission,objection"`
			Match string `header:"If-None-Match"`
		},
		) (*Text, error) {
			l, err := s.Lifecycle(in.Kind)
			if err != nil {
				return nil, problem(ctx, err)
			}
			return text(ctx, mermaid, "", []byte(l.Mermaid(lang(ctx))))
		})
	huma.Register(api, s.operation("log", http.MethodGet, "/log", "The log of decisions, each bound to the one before.", tag, identity.Authority, identity.Auditor),
		func(ctx context.Context, in *struct {
			After int64 `query:"after" minimum:"0" doc:"the number after which to begin"`
			Limit int   `query:"limit" minimum:"1" maximum:"100" default:"20"`
		},
		) (*Logged, error) {
			v, err := s.Log(ctx, identity.From(ctx), in.After, in.Limit)
			if err != nil {
				return nil, problem(ctx, err)
			}
			out := &Logged{Body: v}
			if len(v) == in.Limit {
				out.Link = link(ctx, map[string]int64{"after": v[len(v)-1].Seq, "limit": int64(in.Limit)})
			}
			return out, nil
		})
	huma.Register(api, s.operation("end-sessions", http.MethodPost, "/sessions/end", "End all sessions of oneself, or, by the authority, of another subject.", tag, identity.Public),
		func(ctx context.Context, in *struct {
			Body struct {
				Subject string `json:"subject,omitempty" maxLength:"200" doc:"oneself where it is absent"`
			}
		},
		) (*Answer[Ended], error) {
			who := identity.From(ctx)
			subject := cmp.Or(in.Body.Subject, who.Subject)
			return answer(ctx, Ended{subject}, s.EndSessions(ctx, who, subject))
		})
	huma.Register(api, s.operation("verify", http.MethodPost, "/log/verify", "Recompute the whole log.", tag, identity.Authority, identity.Auditor),
		func(ctx context.Context, _ *struct{}) (*Answer[platform.Verified], error) {
			v, err := s.Verify(ctx, identity.From(ctx))
			return answer(ctx, v, err)
		})
}

// review registers what officers see of the catalog, a page at a time.
func (s *server) review(api huma.API, tag string) {
	officers := []identity.Role{identity.Opener, identity.Authority, identity.Auditor}
	huma.Register(api, s.operation("review", http.MethodGet, "/review", "How the entries of the catalog were classified, for one's own unit or all.", tag, officers...),
		func(ctx context.Context, in *struct {
			Page
			Outcome string `query:"outcome" maxLength:"40" doc:"such as undetermined"`
		},
		) (*Listing[catalog.EntryClass], error) {
			v, err := s.Review(identity.From(ctx))
			if err != nil {
				return nil, problem(ctx, err)
			}
			entries := v.Entries
			if in.Outcome != "" {
				entries = slices.DeleteFunc(slices.Clone(entries), func(e catalog.EntryClass) bool { return e.Outcome != in.Outcome })
			}
			return listing(ctx, in.Page, part(entries, in.Page), len(entries)), nil
		})
	huma.Register(api, s.operation("findings", http.MethodGet, "/review/findings", "What is wrong in the catalog, for one's own unit or all.", tag, officers...),
		func(ctx context.Context, in *Page) (*Listing[catalog.Finding], error) {
			v, err := s.Review(identity.From(ctx))
			if err != nil {
				return nil, problem(ctx, err)
			}
			return listing(ctx, *in, part(v.Findings, *in), len(v.Findings)), nil
		})
	huma.Register(api, s.operation("fusion", http.MethodGet, "/review/fusion", "What open data sets would tell together, and what was decided about it (Art. 20).", tag, identity.Authority, identity.Auditor),
		func(ctx context.Context, in *Page) (*Listing[platform.FusionFinding], error) {
			_, findings, err := s.Fusion(identity.From(ctx))
			if err != nil {
				return nil, problem(ctx, err)
			}
			return listing(ctx, *in, part(findings, *in), len(findings)), nil
		})
	huma.Register(api, s.operation("settle", http.MethodPost, "/review/fusion/dispositions", "Settle a finding of the fusion review, as it was looked at (Art. 20).", tag, identity.Authority),
		func(ctx context.Context, in *struct {
			Body struct {
				Finding  string `json:"finding" minLength:"1" maxLength:"300" doc:"its id"`
				Digest   string `json:"digest" minLength:"1" maxLength:"100" doc:"of the entries in play: where it has changed since, nothing is settled"`
				Decision string `json:"decision" enum:"accept,raise,mask,coarsen,condition"`
				Reason   string `json:"reason" minLength:"1" maxLength:"2000"`
			}
		},
		) (*Answer[platform.FusionFinding], error) {
			who := identity.From(ctx)
			if err := s.SettleFusion(ctx, who, in.Body.Finding, in.Body.Digest, catalog.Decision(in.Body.Decision), in.Body.Reason); err != nil {
				return nil, problem(ctx, err)
			}
			_, findings, err := s.Fusion(who)
			if err != nil {
				return nil, problem(ctx, err)
			}
			i := slices.IndexFunc(findings, func(f platform.FusionFinding) bool { return f.ID == in.Body.Finding })
			if i < 0 { // another catalog was published in between
				return nil, problem(ctx, platform.ErrNotFound)
			}
			return answer(ctx, findings[i], nil)
		})
	huma.Register(api, s.operation("unread", http.MethodGet, "/review/unread", "What of the catalog's file was not understood.", tag, identity.Authority, identity.Auditor),
		func(ctx context.Context, in *Page) (*Listing[catalog.Unread], error) {
			if !identity.From(ctx).Is(identity.Authority, identity.Auditor) {
				return nil, problem(ctx, platform.ErrForbidden)
			}
			v, err := s.Review(identity.From(ctx))
			if err != nil {
				return nil, problem(ctx, err)
			}
			return listing(ctx, *in, part(v.Unread, *in), len(v.Unread)), nil
		})
}
