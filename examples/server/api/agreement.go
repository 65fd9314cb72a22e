package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

func (s *server) agreements(api huma.API) {
	const tag, path = "applications", "/applications/{id}/agreement"
	readers := append(all(), identity.Auditor)
	huma.Register(api, s.operation("draft-agreement", http.MethodGet, path, "The agreement, or its draft with marked blanks (Art. 43).", tag, readers...),
		func(ctx context.Context, in *idInput) (*Answer[*condition.Agreement], error) {
			v, err := s.Draft(ctx, identity.From(ctx), in.ID, lang(ctx))
			return answer(ctx, v, err)
		})
	huma.Register(api, as(s.operation("agreement-markdown", http.MethodGet, path+".md", "The agreement or its draft, for a person to read.", tag, readers...), "OK", "text/markdown"),
		func(ctx context.Context, in *idInput) (*Case, error) {
			v, err := s.Draft(ctx, identity.From(ctx), in.ID, lang(ctx))
			if err != nil {
				return nil, problem(ctx, err)
			}
			return &Case{Type: markdown, Body: v.Markdown()}, nil
		})
	huma.Register(api, as(s.operation("agreement-docx", http.MethodGet, path+".docx", "The agreement or its draft, for a word processor.", tag, readers...), "the file", docx),
		func(ctx context.Context, in *idInput) (*Case, error) {
			v, err := s.Draft(ctx, identity.From(ctx), in.ID, lang(ctx))
			if err != nil {
				return nil, problem(ctx, err)
			}
			body, err := v.Docx()
			if err != nil {
				return nil, problem(ctx, err)
			}
			return &Case{Type: docx, Disposition: attachment("agreement-" + in.ID + ".docx"), Body: body}, nil
		})
	huma.Register(api, s.operation("sign", http.MethodPut, path, "Sign the agreement (Art. 43).", tag, identity.Opener),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"40"`
			Body Agreement
		},
		) (*Answer[*platform.Case], error) {
			terms, err := condition.ParseAgreement(in.Body.text)
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Sign(ctx, identity.From(ctx), in.ID, terms)
			var refused *platform.RefusedError
			if errors.As(err, &refused) && refused.Code == "agreement" { // the platform says it in Chinese
				var faults []string
				for _, f := range condition.CheckAgreement(*terms) {
					if f.Severity == "error" {
						faults = append(faults, f.Text(lang(ctx)))
					}
				}
				p := refusal(ctx, refused)
				p.Answer = faults
				return nil, p
			}
			return answer(ctx, v, err)
		})
}

// Agreement is an agreement as it was sent: the library reads it, with its limits.
type Agreement struct{ text []byte }

// UnmarshalJSON keeps the text.
func (a *Agreement) UnmarshalJSON(text []byte) error {
	a.text = bytes.Clone(text)
	return nil
}

// Schema is the library's.
func (Agreement) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[condition.Agreement](), true, "Agreement")
}
