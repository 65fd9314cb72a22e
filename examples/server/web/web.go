// Package web is what people see: pages rendered on the server, in Chinese and English, that work without scripts. Everything of substance is asked of the
// platform; a page only says it and takes what is typed.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

//go:embed templates assets
var files embed.FS

// Config is what pages need beside the platform and the sessions.
type Config struct {
	// Log takes the errors that people are not told of; nil: nobody.
	Log *slog.Logger
	// Clock gives the time; the default is time.Now.
	Clock func() time.Time
}

// maxForm is the longest form that is taken, in bytes. Files are not part of it: they have limits of their own.
const maxForm = 1 << 20

type server struct {
	*platform.Platform
	sessions *identity.Sessions
	cfg      Config
	pages    map[string]map[string]*template.Template // by language and page
	style    string                                   // the name of the style sheet, with its digest
}

// New returns the handler of the pages.
func New(p *platform.Platform, sessions *identity.Sessions, cfg Config) http.Handler {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	s := &server{Platform: p, sessions: sessions, cfg: cfg}
	css, err := files.ReadFile("assets/style.css")
	template.Must(nil, err)
	sum := sha256.Sum256(css)
	s.style = "/assets/style.css?v=" + hex.EncodeToString(sum[:6])
	s.pages = map[string]map[string]*template.Template{}
	for _, lang := range languages() {
		s.pages[lang] = s.parse(lang)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write(css) // the client has gone
	})
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.page(r))
	}
	mux.Handle("/", s.page(route{handle: func(*request) error { return platform.ErrNotFound }}))
	return mux
}

// route is one page or form. Roles are those that may come here at all; the platform decides on what they see and may do.
type route struct {
	pattern  string
	roles    []identity.Role // none: everybody
	signedIn bool            // anybody in particular, whatever their roles
	upload   bool            // the body is a file: the handler reads it as it comes, and its token
	handle   func(*request) error
}

func (s *server) routes() []route {
	const (
		applicant, opener, authority, auditor = identity.Applicant, identity.Opener, identity.Authority, identity.Auditor
	)
	officers := []identity.Role{opener, authority}
	overseers := []identity.Role{opener, authority, auditor}
	all := []route{
		{pattern: "GET /{$}", handle: s.home},
		{pattern: "GET /entries", handle: s.search},
		{pattern: "GET /entries.csv", handle: s.searchCSV},
		{pattern: "GET /entries/{id}", handle: s.entry},
		{pattern: "POST /entries/{id}/check", handle: s.check},
		{pattern: "POST /entries/{id}/apply", roles: []identity.Role{applicant}, handle: s.apply},
		{pattern: "POST /entries/{id}/commit", roles: []identity.Role{applicant}, handle: s.commit},
		{pattern: "POST /entries/{id}/object", signedIn: true, handle: s.object},
		{pattern: "POST /entries/{id}/data", roles: []identity.Role{opener}, upload: true, handle: s.deliver},
		{pattern: "POST /applications/{id}/supplement", roles: []identity.Role{applicant}, handle: s.supplement},
		{pattern: "POST /applications/{id}/accept", roles: officers, handle: s.accept},
		{pattern: "POST /applications/{id}/decide", roles: []identity.Role{authority}, handle: s.decide},
		{pattern: "GET /applications/{id}/agreement.docx", signedIn: true, handle: s.docx},
		{pattern: "POST /applications/{id}/agreement", roles: []identity.Role{opener}, handle: s.sign},
		{pattern: "POST /applications/{id}/open", roles: []identity.Role{authority}, handle: s.open},
		{pattern: "POST /permissions/{id}/data", signedIn: true, handle: s.download},
		{pattern: "GET /inbox", roles: officers, handle: s.inbox},
		{pattern: "GET /officer", roles: overseers, handle: s.officer},
		{pattern: "GET /fusion", roles: []identity.Role{authority, auditor}, handle: s.fusion},
		{pattern: "POST /fusion", roles: []identity.Role{authority}, handle: s.settle},
		{pattern: "GET /alerts", roles: overseers, handle: s.alerts},
		{pattern: "GET /log", roles: []identity.Role{authority, auditor}, handle: s.log},
		{pattern: "POST /log/verify", roles: []identity.Role{authority, auditor}, handle: s.verify},
		{pattern: "GET /account", signedIn: true, handle: s.account},
		{pattern: "POST /account/end", signedIn: true, handle: s.endSessions},
		{pattern: "GET /rules", handle: s.rules},
		{pattern: "GET /catalog", roles: []identity.Role{authority, auditor}, handle: s.catalog},
		{pattern: "POST /catalog", roles: []identity.Role{authority}, upload: true, handle: s.publish},
	}
	for path, kind := range kinds() {
		all = append(all,
			route{pattern: "GET /" + path, signedIn: true, handle: func(q *request) error { return s.cases(q, kind) }},
			route{pattern: "GET /" + path + "/{id}", signedIn: true, handle: func(q *request) error { return s.caseOf(q, kind, nil) }},
			route{pattern: "POST /" + path + "/{id}/events/{event}", signedIn: true, handle: func(q *request) error { return s.event(q, kind) }},
		)
	}
	return all
}

// kinds are the kinds of cases by the first part of their addresses.
func kinds() map[string]string {
	return map[string]string{"applications": platform.Applications, "permissions": platform.Permissions, "objections": platform.Objections}
}

// request is one request on its way to a page.
type request struct {
	*http.Request
	w    http.ResponseWriter
	who  identity.Identity
	lang string
	// here is the address of the page that the request is about: where a form of it is shown again.
	here string
}

var (
	errSignIn = errors.New("web: sign in first")
	errToken  = errors.New("web: the form is not of this session")
	errForm   = errors.New("web: the form cannot be read")
	errLarge  = errors.New("web: the form is too large")
)

// page wraps a route: language, who may come, and the token that a form must carry.
func (s *server) page(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		q := &request{Request: hr, w: w, who: identity.From(hr.Context()), lang: language(w, hr), here: here(hr)}
		err := s.admit(r, q)
		if err == nil {
			err = r.handle(q)
		}
		if errors.Is(err, platform.ErrForbidden) && !q.who.SignedIn() {
			err = errSignIn
		}
		if errors.Is(err, errSignIn) && (hr.Method == http.MethodGet || hr.Method == http.MethodHead) {
			http.Redirect(w, hr, signInPath(hr.URL.RequestURI()), http.StatusSeeOther)
			return
		}
		if err != nil {
			s.fail(q, err)
		}
	})
}

func signInPath(next string) string {
	return "/auth/signin?" + url.Values{"next": {identity.LocalPath(next)}}.Encode()
}

// here is the page that a request is about: of a form, the page that it stands on.
func here(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return identity.LocalPath(r.URL.RequestURI())
	}
	parts := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	if len(parts) > 2 {
		parts = parts[:2]
	}
	if parts[0] == "log" || parts[0] == "account" {
		parts = parts[:1]
	}
	return identity.LocalPath("/" + strings.Join(parts, "/"))
}

func (s *server) admit(r route, q *request) error {
	if !r.admits(q.who) {
		return platform.ErrForbidden
	}
	if q.Method == http.MethodGet || q.Method == http.MethodHead || r.upload || r.pattern == "" {
		return nil
	}
	q.Body = http.MaxBytesReader(q.w, q.Body, maxForm)
	if err := q.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return errLarge
		}
		return errForm
	}
	if !s.sessions.TokenValid(q.who, q.PostForm.Get("token")) {
		return errToken
	}
	return nil
}

func (r *route) admits(who identity.Identity) bool {
	switch {
	case r.signedIn:
		return who.SignedIn()
	case len(r.roles) > 0:
		return who.SignedIn() && who.Is(r.roles...)
	}
	return true
}

// seeOther sends the browser on after a form was taken, so that to load the page again does not send it again.
func (q *request) seeOther(path string) error {
	http.Redirect(q.w, q.Request, path, http.StatusSeeOther)
	return nil
}

// view is what every page gets.
type view struct {
	Lang, Title string
	Who         identity.Identity
	Token       string
	Here        string // for coming back
	Switch      string // the same page in the other language
	Nav         []navItem
	Problem     *problem
	D           any
}

type navItem struct {
	Path, Key string
	Current   bool
}

func (s *server) nav(q *request) []navItem {
	items := []navItem{{Path: "/entries", Key: "nav.entries"}}
	add := func(path, key string, roles ...identity.Role) {
		if q.who.SignedIn() && q.who.Is(roles...) {
			items = append(items, navItem{Path: path, Key: key})
		}
	}
	const applicant, opener, authority, auditor = identity.Applicant, identity.Opener, identity.Authority, identity.Auditor
	add("/inbox", "nav.inbox", opener, authority)
	add("/applications", "nav.applications", applicant, opener, authority, auditor)
	add("/permissions", "nav.permissions", applicant, opener, authority, auditor)
	add("/objections", "nav.objections", identity.Public)
	add("/officer", "nav.officer", opener, authority, auditor)
	add("/fusion", "nav.fusion", authority, auditor)
	add("/alerts", "nav.alerts", opener, authority, auditor)
	add("/catalog", "nav.catalog", authority, auditor)
	add("/log", "nav.log", authority, auditor)
	items = append(items, navItem{Path: "/rules", Key: "nav.rules"})
	for i := range items {
		p := items[i].Path
		items[i].Current = q.URL.Path == p || strings.HasPrefix(q.URL.Path, p+"/") || p == "/entries" && q.URL.Path == "/"
	}
	return items
}

// show renders a page. Nothing is sent before all of it is there.
func (s *server) show(q *request, status int, page, title string, data any, p *problem) error {
	v := view{
		Lang: q.lang, Title: title, Who: q.who, Token: s.sessions.Token(q.who), Here: q.here, Switch: switched(q.here, q.lang),
		Nav: s.nav(q), Problem: p, D: data,
	}
	var out bytes.Buffer
	if err := s.pages[q.lang][page].ExecuteTemplate(&out, "layout", v); err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", q.lang)
	h.Add("Vary", "Accept-Language, Cookie")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	q.w.WriteHeader(status)
	_, _ = io.Copy(q.w, &out) // the client has gone
	return nil
}

// parse makes the templates of a language: each page with the layout.
func (s *server) parse(lang string) map[string]*template.Template {
	layout := template.Must(template.New("").Funcs(s.funcs(lang)).ParseFS(files, "templates/layout.html", "templates/parts.html"))
	out := map[string]*template.Template{}
	entries, err := files.ReadDir("templates")
	if err != nil {
		return out
	}
	for _, e := range entries {
		if e.Name() == "layout.html" || e.Name() == "parts.html" {
			continue
		}
		out[strings.TrimSuffix(e.Name(), ".html")] = template.Must(template.Must(layout.Clone()).ParseFS(files, "templates/"+e.Name()))
	}
	return out
}
