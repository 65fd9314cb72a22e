package serve

import (
	"context"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/banfa-go/banfa/examples/server/api"
	"github.com/banfa-go/banfa/examples/server/identity"
)

// wrap is what every request goes through: from the outside in, traces, the log and metrics, deadlines, headers, who it is, limits, protection, and what happened since.
func (s *Server) wrap(next http.Handler, base *url.URL) (http.Handler, error) {
	cross := http.NewCrossOriginProtection()
	if err := cross.AddTrustedOrigin(base.String()); err != nil { // a proxy may change the host that requests name
		return nil, err
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.metrics.refused.WithLabelValues("origin").Inc()
		refuse(w, r, http.StatusForbidden, "origin", "请求来自其他网站，未予处理", "The request comes from another site and was refused")
	}))
	h := s.current(next)
	h = cross.Handler(h)
	h = s.bounded(h)
	h = s.headers(h)
	h = s.sessions.Middleware(h)
	h = s.timely(h)
	h = s.recorded(h)
	return otelhttp.NewHandler(h, "request", otelhttp.WithTracerProvider(s.traces), otelhttp.WithFilter(func(r *http.Request) bool { return !quiet(r) })), nil
}

// asksTheLog reports whether the answer may depend on the log.
func asksTheLog(r *http.Request) bool {
	return !quiet(r) && !strings.HasPrefix(r.URL.Path, "/dev/") && !strings.HasPrefix(r.URL.Path, "/assets/")
}

// quiet are requests of machines that look after this one.
func quiet(r *http.Request) bool {
	return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics"
}

// headers say what pages may do: nothing but what this server itself sends, no scripts within pages, no frames.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if identity.From(r.Context()).SignedIn() || strings.HasPrefix(r.URL.Path, "/auth/") || strings.HasPrefix(r.URL.Path, "/dev/") {
			h.Set("Cache-Control", "no-store")
		}
		if s.Issuer == "" && !quiet(r) && !loopbackName(hostOf(r.Host)) { // another site whose name leads here could sign in as anybody
			refuse(w, r, http.StatusMisdirectedRequest, "host", "开发用登录只能以本机地址访问", "With the development sign-in, use a loopback address")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hostOf(hostport string) string { return (&url.URL{Host: hostport}).Hostname() }

// current takes in what other servers have written before the request is answered, and forgets who sends it where their sessions have been ended.
func (s *Server) current(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := s.app.Load(); a != nil {
			if asksTheLog(r) {
				if err := a.platform.Sync(r.Context()); err != nil {
					if r.Context().Err() == nil {
						s.Log.ErrorContext(r.Context(), "the log cannot be read", "error", withoutSecrets(err, s.Store))
					}
					w.Header().Set("Retry-After", "5")
					refuse(w, r, http.StatusServiceUnavailable, "unavailable", "暂时无法读取记录，请稍后再试", "The log cannot be read now; try again later")
					return
				}
			}
			ctx := context.WithValue(r.Context(), appKey{}, a)
			if who := identity.From(ctx); who.SignedIn() && who.Epoch != a.platform.Epoch(who.Subject) {
				s.sessions.End(w)
				ctx = identity.With(ctx, identity.Identity{})
			}
			r = r.WithContext(ctx)
		}
		ctx := api.WithReporter(r.Context(), func(err error) {
			if r.Context().Err() == nil { // of a client that has gone everything fails
				s.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", withoutSecrets(err, s.Store))
			}
		})
		r = r.WithContext(ctx)
		next.ServeHTTP(w, r)
		if f, ok := r.Context().Value(patternKey{}).(func(string)); ok {
			f(r.Pattern)
		}
	})
}

type patternKey struct{}

// recorded logs and counts requests. Queries may hold what people typed, and are not logged. A request that panics is answered as a failure, or, where its answer had begun,
// cut off, so that nobody takes half of it for the whole.
func (s *Server) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		defer s.requests.Add(-1)
		began := time.Now()
		status := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		route := "none" // paths that are nobody's are not told apart
		note := func(pattern string) {
			if route == "none" && pattern != "" {
				route = pattern
			}
		}
		r = r.WithContext(context.WithValue(api.WithRoute(r.Context(), note), patternKey{}, note))
		var abort any
		defer func() {
			if v := recover(); v != nil {
				abort = http.ErrAbortHandler
				if v != http.ErrAbortHandler { //nolint:errorlint // the value itself
					s.metrics.panics.Inc()
					s.Log.ErrorContext(r.Context(), "panic", "method", r.Method, "path", r.URL.Path, "value", v, "stack", string(debug.Stack()))
					if !status.written {
						abort = nil
						refuse(status, r, http.StatusInternalServerError, "internal", "服务器出错", "The server failed")
					}
				}
			}
			took := time.Since(began)
			s.metrics.request(route, r.Method, status.status, took)
			if span := trace.SpanFromContext(r.Context()); route != "none" {
				span.SetName(route)
				span.SetAttributes(attribute.String("http.route", route))
			}
			if !quiet(r) {
				s.Log.LogAttrs(context.WithoutCancel(r.Context()), levelOf(status.status), "request", s.logAttrs(r, status.status, took)...)
			}
			if abort != nil {
				panic(abort)
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
	if !w.written && status >= http.StatusOK { // others only say that an answer will come
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
