// Package api is the server's JSON over HTTP, described by OpenAPI 3.1. It reads requests, calls the platform, and writes what it says: nothing is decided here.
package api

import (
	"context"
	"net/http"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// Config is what the API needs beside the platform.
type Config struct {
	Version string
	// MaxBody is the longest JSON body, in bytes; 1 MiB by default. Uploads have the platform's limits.
	MaxBody int64
}

// server has the platform behind the operations.
type server struct {
	*platform.Platform
	maxBody int64
}

// New returns the API, to be mounted at /. The identity of each request is in its context.
func New(p *platform.Platform, c Config) http.Handler {
	if c.MaxBody <= 0 {
		c.MaxBody = 1 << 20
	}
	mux := http.NewServeMux()
	conf := huma.DefaultConfig("banfa reference server", c.Version)
	conf.Info.Description = "Opening public data by the Shenzhen measures (consultation draft): catalog, applications, permissions, objections, supervision of use, and the log of decisions."
	conf.DocsPath = "" // a page of scripts from elsewhere
	conf.CreateHooks = nil
	conf.SchemasPath = ""
	conf.Transformers = append(conf.Transformers, translate)
	conf.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		name := huma.DefaultSchemaNamer(t, hint)
		if t.PkgPath() == "" {
			return name
		}
		pkg := path.Base(t.PkgPath()) // packages name things alike: a Finding of the catalog is none of an agreement
		return strings.ToUpper(pkg[:1]) + pkg[1:] + name
	})
	conf.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {
		Type: "apiKey", In: "cookie", Name: "banfa_session", Description: "The session of somebody who signed in at /auth/signin.",
	}}
	api := humago.New(mux, conf)
	api.UseMiddleware(route)
	s := &server{p, c.MaxBody}
	s.catalog(api)
	s.data(api)
	s.cases(api)
	s.oversight(api)
	return withLanguage(mux)
}

// operation describes one; roles are those that may, for the reader: the platform decides.
func (s *server) operation(id, method, path, summary, tag string, roles ...identity.Role) huma.Operation {
	o := huma.Operation{
		OperationID: id, Method: method, Path: "/api/v1" + path, Summary: summary, Tags: []string{tag}, MaxBodyBytes: s.maxBody,
		Errors: []int{http.StatusUnprocessableEntity},
	}
	if len(roles) > 0 {
		names := make([]string, len(roles))
		for i, r := range roles {
			names[i] = string(r)
		}
		o.Description = "Roles: " + strings.Join(names, ", ") + "."
		o.Security = []map[string][]string{{"session": names}}
		o.Errors = append(o.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict)
	}
	return o
}

// Page is which part of a list is asked for.
type Page struct {
	Offset int `query:"offset" minimum:"0" maximum:"1000000" doc:"how many to leave out"`
	Limit  int `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"how many to give at most"`
}

// next is the Link header of a list: the page after this one, where there is one.
func (p Page) next(ctx context.Context, total int) string {
	u := requestURL(ctx)
	if u == nil || p.Offset+p.Limit >= total {
		return ""
	}
	q := u.Query()
	q.Set("offset", strconv.Itoa(p.Offset+p.Limit))
	q.Set("limit", strconv.Itoa(p.Limit))
	return "<" + u.Path + "?" + q.Encode() + `>; rel="next"`
}

// List is a page of things.
type List[T any] struct {
	Total  int `json:"total" doc:"how many there are in all"`
	Offset int `json:"offset"`
	Items  []T `json:"items"`
}

// Listing is the answer that has a page.
type Listing[T any] struct {
	Link string `header:"Link" doc:"the next page"`
	Body List[T]
}

func listing[T any](ctx context.Context, p Page, items []T, total int) *Listing[T] {
	if items == nil {
		items = []T{}
	}
	return &Listing[T]{Link: p.next(ctx, total), Body: List[T]{total, p.Offset, items}}
}

// Answer is an answer that is one thing.
type Answer[T any] struct{ Body T }

func answer[T any](ctx context.Context, v T, err error) (*Answer[T], error) {
	if err != nil {
		return nil, problem(ctx, err)
	}
	return &Answer[T]{v}, nil
}
