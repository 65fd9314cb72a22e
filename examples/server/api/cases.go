package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

type idInput struct {
	ID string `path:"id" maxLength:"40"`
}

type eventInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Event string `json:"event" minLength:"1" maxLength:"100" doc:"one of the case's legal events"`
		Facts Facts  `json:"facts,omitempty"`
	}
}

// all are the roles of people who take part in cases.
func all() []identity.Role {
	return []identity.Role{identity.Applicant, identity.Opener, identity.Authority}
}

// anybody is everybody who is signed in.
func anybody() []identity.Role { return []identity.Role{identity.Public} }

func (s *server) cases(api huma.API) {
	for _, c := range []struct {
		kind, path      string
		readers, actors []identity.Role
	}{
		{platform.Applications, "applications", append(all(), identity.Auditor), all()},
		{platform.Permissions, "permissions", append(all(), identity.Auditor), all()},
		{platform.Objections, "objections", anybody(), anybody()},
	} {
		huma.Register(api, s.operation("list-"+c.path, http.MethodGet, "/"+c.path, "The "+c.path+" that one may see, the newest first.", c.path, c.readers...),
			func(ctx context.Context, in *Page) (*Listing[*platform.Case], error) {
				if !identity.From(ctx).SignedIn() {
					return nil, problem(ctx, platform.ErrForbidden)
				}
				cases, total, err := s.Cases(ctx, identity.From(ctx), c.kind, in.Offset, in.Limit)
				if err != nil {
					return nil, problem(ctx, err)
				}
				return listing(ctx, *in, cases, total), nil
			})
		huma.Register(api, s.operation("get-"+c.path, http.MethodGet, "/"+c.path+"/{id}", "One of them, with where it stands, its deadlines and what may happen next.", c.path, c.readers...),
			func(ctx context.Context, in *idInput) (*Answer[*platform.Case], error) {
				v, err := s.Case(ctx, identity.From(ctx), c.kind, in.ID)
				return answer(ctx, v, err)
			})
		huma.Register(api, s.operation("event-"+c.path, http.MethodPost, "/"+c.path+"/{id}/events", "An event of its lifecycle that needs nothing but its facts.", c.path, c.actors...),
			func(ctx context.Context, in *eventInput) (*Answer[*platform.Case], error) {
				facts, err := in.Body.Facts.read()
				if err != nil {
					return nil, problem(ctx, err)
				}
				v, err := s.Do(ctx, identity.From(ctx), c.kind, in.ID, in.Body.Event, facts)
				return answer(ctx, v, err)
			})
	}
	s.applications(api)
	huma.Register(api, s.operation("commit", http.MethodPost, "/permissions", "Sign the commitment to unconditionally open data and get the permission (Art. 40).", "permissions", identity.Applicant),
		func(ctx context.Context, in *struct {
			Body struct {
				Entry  string `json:"entry" minLength:"1" maxLength:"200"`
				Signed bool   `json:"commitment_signed"`
			}
		},
		) (*Answer[*platform.Case], error) {
			v, err := s.Commit(ctx, identity.From(ctx), in.Body.Entry, in.Body.Signed)
			return answer(ctx, v, err)
		})
	huma.Register(api, s.operation("object", http.MethodPost, "/objections", "Object to an entry on one of the five grounds (Art. 65).", "objections", anybody()...),
		func(ctx context.Context, in *struct {
			Body struct {
				Entry     string `json:"entry" minLength:"1" maxLength:"200"`
				Ground    string `json:"ground" enum:"open_type,rights,quality,misuse,other"`
				Statement string `json:"statement" minLength:"1" maxLength:"5000"`
			}
		},
		) (*Answer[*platform.Case], error) {
			v, err := s.Object(ctx, identity.From(ctx), in.Body.Entry, in.Body.Ground, in.Body.Statement)
			return answer(ctx, v, err)
		})
	huma.Register(api, s.operation("inbox", http.MethodGet, "/inbox", "What waits for one's office, the first due first (Art. 42).", "applications", identity.Opener, identity.Authority),
		func(ctx context.Context, in *Page) (*Listing[*platform.Case], error) {
			v, err := s.Inbox(ctx, identity.From(ctx))
			if err != nil {
				return nil, problem(ctx, err)
			}
			return listing(ctx, *in, part(v, *in), len(v)), nil
		})
}

func (s *server) applications(api huma.API) {
	const tag = "applications"
	huma.Register(api, s.operation("apply", http.MethodPost, "/applications", "Apply for conditionally open data (Art. 41).", tag, identity.Applicant),
		func(ctx context.Context, in *struct {
			Body struct {
				Entry string `json:"entry" minLength:"1" maxLength:"200"`
				Facts Facts  `json:"facts"`
			}
		},
		) (*Answer[*platform.Case], error) {
			facts, err := in.Body.Facts.read()
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Apply(ctx, identity.From(ctx), in.Body.Entry, facts)
			return answer(ctx, v, err)
		})
	huma.Register(api, s.operation("supplement", http.MethodPost, "/applications/{id}/supplement", "Hand in what was asked for.", tag, identity.Applicant),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"40"`
			Body Stated
		},
		) (*Answer[*platform.Case], error) {
			facts, err := in.Body.Facts.read()
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Supplement(ctx, identity.From(ctx), in.ID, facts)
			return answer(ctx, v, err)
		})
	huma.Register(api, s.operation("accept", http.MethodPost, "/applications/{id}/accept", "Take a complete application into review.", tag, identity.Opener, identity.Authority),
		func(ctx context.Context, in *idInput) (*Answer[*platform.Case], error) {
			v, err := s.Accept(ctx, identity.From(ctx), in.ID)
			return answer(ctx, v, err)
		})
	huma.Register(api, s.operation("decide", http.MethodPost, "/applications/{id}/decision", "Record the decision; one that differs from the advice has a reason (Art. 42).", tag, identity.Authority),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"40"`
			Body struct {
				Decision string `json:"decision" enum:"approve,reject"`
				Reason   string `json:"reason,omitempty" maxLength:"2000"`
			}
		},
		) (*Answer[*platform.Case], error) {
			v, err := s.Answer(ctx, identity.From(ctx), in.ID, condition.Decision(in.Body.Decision), in.Body.Reason)
			return answer(ctx, v, err)
		})
	s.agreements(api)
	huma.Register(api, s.operation("open-permission", http.MethodPost, "/applications/{id}/permission", "Open the permission that the agreement gives (Art. 42).", tag, identity.Authority),
		func(ctx context.Context, in *idInput) (*Answer[*platform.Case], error) {
			v, err := s.OpenPermission(ctx, identity.From(ctx), in.ID)
			return answer(ctx, v, err)
		})
}
