package serve

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"golang.org/x/time/rate"

	"github.com/banfa-go/banfa/examples/server/api"
	"github.com/banfa-go/banfa/examples/server/identity"
)

// wrap is what every request goes through: from the outside in, the log and metrics, limits, protection, identity, and what happened since.
func (s *Server) wrap(next http.Handler) http.Handler {
	h := s.current(next)
	h = s.sessions.Middleware(h)
	cross := http.NewCrossOriginProtection()
	h = cross.Handler(h)
	h = headers(h)
	h = s.bounded(h)
	h = s.recorded(h)
	return otelhttp.NewHandler(h, "banfa", otelhttp.WithFilter(func(r *http.Request) bool { return !quiet(r) }))
}

// quiet are requests of machines that look after this one.
func quiet(r *http.Request) bool {
	return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics"
}

// headers say what pages may do: nothing but what this server itself sends, no scripts within pages, no frames.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if identity.From(r.Context()).SignedIn() || strings.HasPrefix(r.URL.Path, "/auth/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// current takes in what other servers have written before the request is answered.
func (s *Server) current(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !quiet(r) && s.Platform != nil && !strings.HasPrefix(r.URL.Path, "/dev/") {
			if err := s.Platform.Sync(r.Context()); err != nil {
				s.Log.ErrorContext(r.Context(), "the log cannot be read", "error", err)
				w.Header().Set("Retry-After", "5")
				plain(w, http.StatusServiceUnavailable, "the log cannot be read now / 暂时无法读取记录")
				return
			}
		}
		ctx := api.WithReporter(r.Context(), func(err error) {
			s.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		})
		r = r.WithContext(ctx)
		next.ServeHTTP(w, r)
		if f, ok := r.Context().Value(patternKey{}).(func(string)); ok {
			f(r.Pattern)
		}
	})
}

type patternKey struct{}

// bounded keeps one client from taking everything: requests a second, requests at a time, and time without a byte.
func (s *Server) bounded(next http.Handler) http.Handler {
	free := make(chan struct{}, s.Limits.Concurrent)
	clients := &clients{limit: rate.Limit(s.Limits.PerSecond), burst: s.Limits.Burst, seen: map[string]*client{}, now: s.Clock}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if quiet(r) {
			next.ServeHTTP(w, r)
			return
		}
		if !clients.allow(clientOf(r)) {
			w.Header().Set("Retry-After", "1")
			plain(w, http.StatusTooManyRequests, "too many requests; try again later / 请求过于频繁，请稍后再试")
			return
		}
		select {
		case free <- struct{}{}:
			defer func() { <-free }()
		default:
			w.Header().Set("Retry-After", "1")
			plain(w, http.StatusServiceUnavailable, "busy; try again later / 服务繁忙，请稍后再试")
			return
		}
		c := http.NewResponseController(w)
		r.Body = &patient{ReadCloser: r.Body, c: c, stall: s.Limits.Stall}
		next.ServeHTTP(&eager{ResponseWriter: w, c: c, stall: s.Limits.Stall}, r)
	})
}

// patient waits for the next bytes of a body, but not for ever.
type patient struct {
	io.ReadCloser
	c     *http.ResponseController
	stall time.Duration
}

func (p *patient) Read(b []byte) (int, error) {
	_ = p.c.SetReadDeadline(time.Now().Add(p.stall)) // a connection without deadlines is the test's
	return p.ReadCloser.Read(b)
}

// eager waits for the client to take the next bytes, but not for ever.
type eager struct {
	http.ResponseWriter
	c     *http.ResponseController
	stall time.Duration
}

func (e *eager) Write(b []byte) (int, error) {
	_ = e.c.SetWriteDeadline(time.Now().Add(e.stall)) // as above
	return e.ResponseWriter.Write(b)
}

// Unwrap lets controllers reach the connection.
func (e *eager) Unwrap() http.ResponseWriter { return e.ResponseWriter }

func clientOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// maxClients is how many clients are told apart: beyond it the one unseen for longest is forgotten.
const maxClients = 10_000

type client struct {
	*rate.Limiter
	seen time.Time
}

type clients struct {
	mu    sync.Mutex
	limit rate.Limit
	burst int
	seen  map[string]*client
	now   func() time.Time
}

func (c *clients) allow(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	x := c.seen[name]
	if x == nil {
		if len(c.seen) >= maxClients {
			oldest := ""
			for n, y := range c.seen {
				if oldest == "" || y.seen.Before(c.seen[oldest].seen) {
					oldest = n
				}
			}
			delete(c.seen, oldest)
		}
		x = &client{Limiter: rate.NewLimiter(c.limit, c.burst)}
		c.seen[name] = x
	}
	x.seen = now
	return x.AllowN(now, 1)
}

// recorded logs and counts requests. Queries may hold what people typed, and are not logged.
func (s *Server) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		status := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		route := "none" // paths that are nobody's are not told apart
		note := func(pattern string) {
			if route == "none" && pattern != "" {
				route = pattern
			}
		}
		r = r.WithContext(context.WithValue(api.WithRoute(r.Context(), note), patternKey{}, note))
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler { //nolint:errorlint // the value itself
					panic(v)
				}
				s.Log.ErrorContext(r.Context(), "panic", "path", r.URL.Path, "value", v)
				if !status.written {
					plain(status, http.StatusInternalServerError, "the server failed / 服务器出错")
				}
			}
			took := time.Since(began)
			s.metrics.request(route, r.Method, status.status, took)
			if !quiet(r) {
				s.Log.LogAttrs(context.WithoutCancel(r.Context()), levelOf(status.status), "request", logAttrs(r, status.status, took)...)
			}
		}()
		next.ServeHTTP(status, r)
	})
}

type statusWriter struct {
	http.ResponseWriter
	status  int
	written bool
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	if !w.written {
		w.status, w.written = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes that a status has been sent.
func (w *statusWriter) Write(b []byte) (int, error) {
	w.written = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets controllers reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
