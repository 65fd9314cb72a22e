// Package serve puts the server together: storage, sign-in, the API and the pages behind limits, logs, metrics and traces, and takes it down again in order.
package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/examples/server/api"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// Config is what a server is made from. Nothing is read from the environment here.
type Config struct {
	Listen string // such as 127.0.0.1:8080
	// Store is a file of SQLite, or a URL of PostgreSQL: postgres://…
	Store string
	Rules *banfa.Rules
	Keys  map[string][]byte // of de-identification policies
	// Policies says by which policy a data set is handed out; by entry.
	Policies map[string]string
	Spool    string // folder of files on their way; the system's where empty
	// BaseURL is how people reach the server; http:// and Listen where empty.
	BaseURL string
	// Issuer of OpenID Connect. Where it is empty, the development provider runs in the process, on a loopback address only.
	Issuer, ClientID, ClientSecret string
	SessionKey                     []byte // 32 bytes or more, the same for all servers of one address; random where empty
	Log                            *slog.Logger
	Clock                          func() time.Time
	Version                        string
	Limits                         Limits
	// Seed is called on an empty log, before the server is ready.
	Seed func(context.Context, *platform.Platform) error
}

// Limits are what one client may ask of the server. The defaults stand beside each.
type Limits struct {
	Header     time.Duration // 10 s to send the header of a request
	Idle       time.Duration // 2 min between requests of a connection
	Stall      time.Duration // 30 s in which at least something must be sent or taken
	PerSecond  float64       // 50 requests a second by one client
	Burst      int           // 200 at once
	Concurrent int           // 512 requests at a time; the others are told to come again
	Drain      time.Duration // 20 s for requests to end at shutdown
}

func (l Limits) withDefaults() Limits {
	duration := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	duration(&l.Header, 10*time.Second)
	duration(&l.Idle, 2*time.Minute)
	duration(&l.Stall, 30*time.Second)
	duration(&l.Drain, 20*time.Second)
	if l.PerSecond <= 0 {
		l.PerSecond = 50
	}
	if l.Burst <= 0 {
		l.Burst = 200
	}
	if l.Concurrent <= 0 {
		l.Concurrent = 512
	}
	return l
}

// OpenStore opens the store that a name means.
func OpenStore(ctx context.Context, name string, clock func() time.Time) (store.Store, error) {
	if strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		return store.OpenPostgres(ctx, name, clock)
	}
	return store.OpenSQLite(ctx, name, clock)
}

// Server is a running server.
type Server struct {
	Config
	Platform *platform.Platform
	store    store.Store
	sessions *identity.Sessions
	listener net.Listener
	http     *http.Server
	ready    chan struct{}
	metrics  *metrics
}

// errLoopback says why the development provider is not started.
var errLoopback = errors.New("without an OpenID Connect issuer everybody could be anybody: the development sign-in runs on a loopback address only; set the issuer, or listen on 127.0.0.1")

// Start opens everything and begins to listen. It returns when requests can be sent; Ready tells when the catalog is there.
func Start(ctx context.Context, c Config) (s *Server, err error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Limits = c.Limits.withDefaults()
	s = &Server{Config: c, ready: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.closeAll())
			s = nil
		}
	}()
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen); err != nil {
		return s, fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	if c.Issuer == "" && !loopback(s.listener.Addr()) {
		return s, errLoopback
	}
	if s.BaseURL == "" {
		s.BaseURL = "http://" + s.listener.Addr().String()
	}
	if len(s.SessionKey) == 0 {
		s.SessionKey = make([]byte, 32)
		if _, err = rand.Read(s.SessionKey); err != nil {
			return s, err
		}
	}
	if s.sessions, err = identity.NewSessions(s.SessionKey, rand.Reader, c.Clock, strings.HasPrefix(s.BaseURL, "https://")); err != nil {
		return s, err
	}
	if s.store, err = OpenStore(ctx, c.Store, c.Clock); err != nil {
		return s, err
	}
	if s.Platform, err = platform.New(ctx, platform.Config{Store: s.store, Rules: c.Rules, Clock: c.Clock, Keys: c.Keys, Policies: c.Policies, Spool: c.Spool}); err != nil {
		return s, err
	}
	if err = s.listen(ctx); err != nil {
		return s, err
	}
	if seq, _ := s.Platform.Head(); seq == 0 && c.Seed != nil {
		if err = c.Seed(ctx, s.Platform); err != nil {
			return s, fmt.Errorf("sample data: %w", err)
		}
	}
	close(s.ready)
	return s, nil
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// listen begins to answer. The development provider must answer before the sign-in can ask it for its endpoints.
func (s *Server) listen(ctx context.Context) error {
	s.metrics = newMetrics()
	auth := &signIn{}
	mux := http.NewServeMux()
	s.http = &http.Server{
		Handler: s.wrap(mux), ReadHeaderTimeout: s.Limits.Header, IdleTimeout: s.Limits.Idle, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	issuer, client := s.Issuer, s.ClientID
	if issuer == "" {
		issuer, client = s.BaseURL+"/dev", "banfa"
		dev, err := identity.NewDev(issuer, client, s.BaseURL+identity.CallbackPath, s.Clock, identity.DevPersons())
		if err != nil {
			return err
		}
		mux.Handle("/dev/", dev)
	}
	s.routes(mux, auth)
	go func() {
		if err := s.http.Serve(s.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("serve", "error", err)
		}
	}()
	p, err := identity.Discover(ctx, identity.Config{Issuer: issuer, ClientID: client, ClientSecret: s.ClientSecret, BaseURL: s.BaseURL}, s.sessions)
	if err != nil {
		return err
	}
	auth.set(p)
	return nil
}

// routes mounts what the server has.
func (s *Server) routes(mux *http.ServeMux, auth *signIn) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.readiness)
	mux.Handle("GET /metrics", s.metrics.handler())
	mux.HandleFunc("GET /auth/signin", auth.begin)
	mux.HandleFunc("GET "+identity.CallbackPath, auth.callback)
	mux.HandleFunc("POST /auth/signout", func(w http.ResponseWriter, r *http.Request) {
		s.sessions.End(w)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	a := api.New(s.Platform, api.Config{Version: s.Version})
	mux.Handle("/api/", a)
	mux.Handle("/openapi.json", a)
	mux.Handle("/openapi.yaml", a)
	mux.Handle("/", s.pages())
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the client has gone
}

// readiness says whether the server can do its work: everything is open, and the database answers.
func (s *Server) readiness(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.ready:
	default:
		plain(w, http.StatusServiceUnavailable, "starting")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.store.Ping(ctx); err != nil {
		s.Log.ErrorContext(r.Context(), "not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	plain(w, http.StatusOK, "ready")
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Backup writes a copy of the log while the server goes on.
func (s *Server) Backup(ctx context.Context, path string) error { return s.store.Backup(ctx, path) }

// Stop lets requests end, and closes everything.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Drain)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	s.listener = nil
	return errors.Join(err, s.closeAll())
}

func (s *Server) closeAll() error {
	var err error
	if s.http != nil && s.listener != nil {
		err = s.http.Close()
	} else if s.listener != nil {
		err = s.listener.Close()
	}
	if s.store != nil {
		err = errors.Join(err, s.store.Close())
	}
	return err
}
