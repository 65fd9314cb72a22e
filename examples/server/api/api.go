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
	// open leaves out the gate before the operations: tests show with it that the platform refuses by itself.
	open bool
}

// server has the platform behind the operations.
type server struct {
	*platform.Platform
	Config
	mux *http.ServeMux
}

// New returns the API, to be mounted at /. The identity of each request is in its context.
func New(p *platform.Platform, c Config) http.Handler {
	if c.MaxBody <= 0 {
		c.MaxBody = 1 << 20
	}
	s := &server{p, c, http.NewServeMux()}
	conf := huma.DefaultConfig("banfa reference server", c.Version)
	conf.Info.Description = "Opening public data by the Shenzhen measures (consultation draft): catalog, applications, permissions, objections, supervision of use, and the log of decisions. " +
		"Errors are application/problem+json, in Chinese or English by Accept-Language."
	conf.DocsPath, conf.SchemasPath = "", "" // a page of scripts from elsewhere, and what the document has
	conf.OpenAPIPath = ""                    // the framework makes it at the first request, without a lock
	conf.CreateHooks = nil
	conf.Formats = formats()
	conf.Transformers = append(conf.Transformers, translate)
	conf.OnAddOperation = append(conf.OnAddOperation, describeProblems)
	conf.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	conf.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {
		Type: "apiKey", In: "cookie", Name: "banfa_session", Description: "The session of somebody who signed in at /auth/signin. The scopes are the roles that may; public is anybody who is signed in.",
	}}
	api := humago.New(s.mux, conf)
	api.UseMiddleware(route, s.receive)
	s.catalog(api)
	s.data(api)
	s.cases(api)
	s.oversight(api)
	s.document(api.OpenAPI())
	s.mux.HandleFunc("/", s.none)
	return withLanguage(s.mux)
}

// schemaName names a schema by its package too: a Finding of the catalog is none of an agreement.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if t.PkgPath() == "" {
		return name
	}
	pkg := path.Base(t.PkgPath())
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// operation describes one; roles are those that may: the gate asks for one of them first, and then the platform decides on whose case it is.
func (s *server) operation(id, method, path, summary, tag string, roles ...identity.Role) huma.Operation {
	o := huma.Operation{
		OperationID: id, Method: method, Path: "/api/v1" + path, Summary: summary, Tags: []string{tag}, MaxBodyBytes: s.MaxBody + 1, BodyReadTimeout: -1,
		Errors: []int{http.StatusUnprocessableEntity},
	}
	if method != http.MethodGet {
		o.Errors = append(o.Errors, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusInsufficientStorage)
	}
	if strings.Contains(path, "{") {
		o.Errors = append(o.Errors, http.StatusNotFound)
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

// as makes an operation answer with something else than JSON.
func as(o huma.Operation, description string, types ...string) huma.Operation {
	content := map[string]*huma.MediaType{}
	for _, t := range types {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	o.Responses = map[string]*huma.Response{"200": {Description: description, Content: content}}
	return o
}

// describeProblems says that errors are of our form, and not of the framework's.
func describeProblems(doc *huma.OpenAPI, o *huma.Operation) {
	schema := doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for _, status := range o.Errors {
		o.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: schema}},
		}
	}
	if _, tagged := o.Responses["200"].Headers["ETag"]; tagged {
		o.Responses["304"] = &huma.Response{Description: "It is as If-None-Match has it."}
	}
}

// Page is which part of a list is asked for.
type Page struct {
	Offset int `query:"offset" minimum:"0" maximum:"1000000" doc:"how many to leave out"`
	Limit  int `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"how many to give at most"`
}

// next is the Link header of a list: the page after this one, where there is one.
func (p Page) next(ctx context.Context, total int) string {
	if p.Offset+p.Limit >= total {
		return ""
	}
	return link(ctx, map[string]int64{"offset": int64(p.Offset + p.Limit), "limit": int64(p.Limit)})
}

// link is the address of the request with other numbers in it, as the next page.
func link(ctx context.Context, set map[string]int64) string {
	r := request(ctx)
	if r == nil {
		return ""
	}
	q := r.URL.Query()
	for name, n := range set {
		q.Set(name, strconv.FormatInt(n, 10))
	}
	return "<" + r.URL.EscapedPath() + "?" + q.Encode() + `>; rel="next"`
}

// part is the part of a list that a page asks for.
func part[T any](list []T, p Page) []T {
	from := min(p.Offset, len(list))
	return list[from:min(from+p.Limit, len(list))]
}

// List is a page of things.
type List[T any] struct {
	Total  int `json:"total" doc:"how many there are in all"`
	Offset int `json:"offset"`
	Items  []T `json:"items"`
}

// Listing is the answer that has a page.
type Listing[T any] struct {
	Link string `header:"Link" doc:"the next page, where there is one"`
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
