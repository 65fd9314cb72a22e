// Package serve puts the server together: storage, sign-in, the API and the pages behind limits, logs, metrics and traces, and takes it down again in order.
package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/examples/server/api"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
	"github.com/banfa-go/banfa/examples/server/web"
)

// Config is what a server is made from. Nothing is read from the environment here.
type Config struct {
	Listen string // such as 127.0.0.1:8080
	// Store is a file of SQLite, or a URL of PostgreSQL: postgres://…
	Store string
	Rules *banfa.Rules
	// RuleFiles are rule files in place of Rules, which come into force anew when they change: where they check clean, pass their own suites, and the log can be read by them.
	RuleFiles   fs.FS
	RuleOptions []banfa.Option
	RuleTicks   <-chan time.Time  // when to look whether they have changed; every ten seconds where nil
	Keys        map[string][]byte // of de-identification policies
	// Policies says by which policy a data set is handed out; by entry.
	Policies map[string]string
	Spool    string // folder of files on their way; the system's where empty
	// BaseURL is how people reach the server, such as https://data.example.cn; http:// and the address where empty, on loopback only.
	BaseURL string
	// Issuer of OpenID Connect. Where it is empty, the development provider runs in the process, on a loopback address only.
	Issuer, ClientID, ClientSecret string
	SessionKey                     []byte // 32 bytes or more, the same for all servers of one address; random where empty
	// TrustedProxies are those whose X-Forwarded-For is believed; nobody's where empty.
	TrustedProxies []netip.Prefix
	// MetricsListen is an address of its own for /metrics; the server's where empty.
	MetricsListen string
	// Spans takes the traces; nil: none. The server shuts it down.
	Spans   sdktrace.SpanExporter
	Log     *slog.Logger
	Clock   func() time.Time
	Ticks   <-chan time.Time // when to look at what time has brought; every minute where nil
	Version string
	Limits  Limits
	// Seed is called before the server is ready, at each start. It must do nothing where the log is somebody's.
	Seed func(context.Context, *platform.Platform) error

	since func() time.Time // the time that really passes; a test's
}

// OpenStore opens the store that a name means. Its errors do not hold the password of a URL.
func OpenStore(ctx context.Context, name string, clock func() time.Time) (store.Store, error) {
	if IsPostgres(name) {
		s, err := store.OpenPostgres(ctx, name, clock)
		return s, withoutSecrets(err, name)
	}
	return store.OpenSQLite(ctx, name, clock)
}

// Server is a running server.
type Server struct {
	Config

	store    store.Store
	sessions *identity.Sessions
	listener net.Listener
	http     *http.Server
	scrape   *http.Server        // of MetricsListen
	app      atomic.Pointer[app] // once everything is open
	next     *platform.Platform  // by rules that are being looked at
	stopping atomic.Bool
	requests atomic.Int64 // that are being answered
	failed   chan error
	metrics  *metrics
	traces   *sdktrace.TracerProvider
	minutes  context.CancelFunc
	minute   sync.WaitGroup
}

// Start opens everything and returns when the server is ready. Until then it answers that it is starting.
func Start(ctx context.Context, c Config) (s *Server, err error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.since == nil {
		c.since = time.Now
	}
	c.Limits = c.Limits.withDefaults()
	s = &Server{Config: c, failed: make(chan error, 2), metrics: newMetrics(c.Version), traces: newTraces(c.Spans, c.Version), minutes: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
			s = nil
		}
	}()
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen); err != nil {
		return s, fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	base, err := baseURL(&c, s.listener.Addr())
	if err != nil {
		return s, err
	}
	s.BaseURL = base.String()
	if len(s.SessionKey) == 0 {
		s.SessionKey = make([]byte, 32)
		if _, err = rand.Read(s.SessionKey); err != nil {
			return s, err
		}
	}
	if s.sessions, err = identity.NewSessions(s.SessionKey, rand.Reader, c.Clock, base.Scheme == "https"); err != nil {
		return s, err
	}
	if err := s.listen(base); err != nil {
		return s, err
	}
	return s, s.open(ctx)
}

// listen begins to answer. The development provider must answer before the sign-in can ask it for its endpoints.
func (s *Server) listen(base *url.URL) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.readiness)
	if s.Issuer == "" {
		s.ClientID = "banfa"
		dev, err := identity.NewDev(s.BaseURL+"/dev", s.ClientID, s.BaseURL+identity.CallbackPath, s.Clock, identity.DevPersons())
		if err != nil {
			return err
		}
		mux.Handle("/dev/", dev)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if a, ok := r.Context().Value(appKey{}).(*app); ok {
			a.ServeHTTP(w, r)
			return
		}
		refuse(w, r, http.StatusServiceUnavailable, "starting", "服务正在启动，请稍后再试", "The server is starting; try again later")
	})
	logged := slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug)
	if s.MetricsListen == "" {
		mux.Handle("GET /metrics", s.metrics.handler())
	} else {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", s.MetricsListen)
		if err != nil {
			return fmt.Errorf("listen on %s for metrics: %w", s.MetricsListen, err)
		}
		own := http.NewServeMux()
		own.Handle("GET /metrics", s.metrics.handler())
		s.scrape = &http.Server{
			Handler: own, ReadTimeout: s.Limits.Header, WriteTimeout: s.Limits.Stall, IdleTimeout: s.Limits.Idle, MaxHeaderBytes: 16 << 10, ErrorLog: logged,
		}
		go s.answer(s.scrape, l)
	}
	h, err := s.wrap(mux, base)
	if err != nil {
		return err
	}
	s.http = &http.Server{
		Handler: h, ReadHeaderTimeout: s.Limits.Header, IdleTimeout: s.Limits.Idle, MaxHeaderBytes: 64 << 10, ErrorLog: logged,
	}
	go s.answer(s.http, s.listener)
	return nil
}

func (s *Server) answer(h *http.Server, l net.Listener) {
	if err := h.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
		s.Log.Error("no longer listening", "error", err)
		s.failed <- err
	}
}

// open opens what is behind the requests, and lets them in.
func (s *Server) open(ctx context.Context) error {
	issuer := s.Issuer
	if issuer == "" {
		issuer = s.BaseURL + "/dev"
	}
	signIn, err := identity.Discover(ctx, identity.Config{Issuer: issuer, ClientID: s.ClientID, ClientSecret: s.ClientSecret, BaseURL: s.BaseURL}, s.sessions)
	if err != nil {
		return err
	}
	under, err := OpenStore(ctx, s.Store, s.Clock)
	if err != nil {
		return err
	}
	s.store = &watched{Store: under, m: s.metrics, tracer: s.traces.Tracer(tracerName)}
	sweep(s.Log, s.Spool, s.Store)
	live, err := s.loadRules(ctx)
	if err != nil {
		return err
	}
	p, err := s.platform(ctx, s.Rules)
	if err != nil {
		return withoutSecrets(err, s.Store)
	}
	if s.Seed != nil {
		if err := s.Seed(ctx, p); err != nil {
			return fmt.Errorf("sample data: %w", err)
		}
	}
	s.sessions.Epochs(func(subject string) int64 { return s.Platform().Epoch(subject) })
	s.metrics.registry.MustRegister(standing{s})
	s.app.Store(s.newApp(p, signIn))
	var lasting context.Context
	lasting, s.minutes = context.WithCancel(context.WithoutCancel(ctx))
	s.minute.Go(func() { s.everyMinute(lasting) })
	if live != nil {
		s.minute.Go(func() { s.followRules(lasting, live, signIn) })
	}
	return nil
}

// app is what answers once everything is open: the platform by the rules in force, with its API and pages.
type app struct {
	*http.ServeMux
	platform *platform.Platform
}

type appKey struct{}

// Platform is the one that is in force now; nil before the server is ready.
func (s *Server) Platform() *platform.Platform {
	if a := s.app.Load(); a != nil {
		return a.platform
	}
	return nil
}

func (s *Server) newApp(p *platform.Platform, signIn *identity.Provider) *app {
	a := &app{http.NewServeMux(), p}
	s.routes(a, signIn)
	return a
}

// routes mounts what the server has.
func (s *Server) routes(mux *app, signIn *identity.Provider) {
	mux.HandleFunc("GET /auth/signin", signIn.SignIn)
	mux.HandleFunc("GET "+identity.CallbackPath, signIn.Callback)
	mux.HandleFunc("POST /auth/signout", func(w http.ResponseWriter, r *http.Request) {
		s.sessions.End(w)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	a := api.New(mux.platform, api.Config{Version: s.Version})
	mux.Handle("/api/", a)
	mux.Handle("/openapi.json", a)
	mux.Handle("/openapi.yaml", a)
	mux.Handle("/", web.New(mux.platform, s.sessions, web.Config{Log: s.Log, Clock: s.Clock}))
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the client has gone
}

// readiness says whether the server can do its work: everything is open, and the log can be read up to now.
func (s *Server) readiness(w http.ResponseWriter, r *http.Request) {
	switch {
	case s.stopping.Load():
		plain(w, http.StatusServiceUnavailable, "stopping")
		return
	case s.app.Load() == nil:
		plain(w, http.StatusServiceUnavailable, "starting")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.Platform().Sync(ctx); err != nil {
		s.Log.ErrorContext(r.Context(), "not ready", "error", withoutSecrets(err, s.Store))
		plain(w, http.StatusServiceUnavailable, "the log cannot be read")
		return
	}
	plain(w, http.StatusOK, "ready")
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Failed tells that the server no longer listens, though nobody has stopped it.
func (s *Server) Failed() <-chan error { return s.failed }

// Backup writes a copy of the log while the server goes on.
func (s *Server) Backup(ctx context.Context, path string) error { return s.store.Backup(ctx, path) }

// Stop takes the server down in order: it takes no more requests, lets those that are there end for as long as Limits.Drain, cuts off the rest, ends the work of
// every minute, and then closes the store, which nobody uses any more, and hands in the last traces.
func (s *Server) Stop(ctx context.Context) error {
	s.stopping.Store(true)
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Drain)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.Log.Warn("requests were cut off", "after", s.Limits.Drain)
		err = nil
	}
	return errors.Join(err, s.close())
}

// cutTime is how long requests that were cut off may take to notice.
const cutTime = 5 * time.Second

// close closes what is open, in the order of Stop, without waiting for requests.
func (s *Server) close() error {
	s.stopping.Store(true)
	var errs []error
	switch {
	case s.http != nil:
		errs = append(errs, s.http.Close())
		for began := time.Now(); s.requests.Load() > 0; time.Sleep(5 * time.Millisecond) {
			if time.Since(began) > cutTime {
				s.Log.Error("requests do not end; the store is closed under them")
				break
			}
		}
	case s.listener != nil:
		errs = append(errs, s.listener.Close())
	}
	s.minutes()
	s.minute.Wait()
	if s.scrape != nil {
		errs = append(errs, s.scrape.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), cutTime)
	defer cancel()
	if err := s.traces.Shutdown(ctx); err != nil {
		s.Log.Warn("the last traces were lost", "error", err) // which must not fail a shutdown
	}
	return errors.Join(errs...)
}

// secure reports whether people reach the server by https.
func (s *Server) secure() bool { return strings.HasPrefix(s.BaseURL, "https://") }
