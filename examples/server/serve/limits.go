package serve

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/banfa-go/banfa/examples/server/api"
	"github.com/banfa-go/banfa/examples/server/identity"
)

// Limits are what one client may ask of the server. The defaults stand beside each.
type Limits struct {
	Header     time.Duration // 10 s to send the header of a request
	Idle       time.Duration // 2 min between requests of a connection
	Stall      time.Duration // 30 s in which at least something must be sent or taken
	SlowBody   int           // 1024 bytes a second that a body must come at, on the whole, once Stall is over
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
	if l.SlowBody <= 0 {
		l.SlowBody = 1024
	}
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

// bounded keeps one client from taking everything: requests a second, and requests at a time.
func (s *Server) bounded(next http.Handler) http.Handler {
	free := make(chan struct{}, s.Limits.Concurrent)
	clients := &clients{limit: rate.Limit(s.Limits.PerSecond), burst: s.Limits.Burst}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if quiet(r) || s.Issuer == "" && strings.HasPrefix(r.URL.Path, "/dev/") { // the server asks its own development provider while it answers
			next.ServeHTTP(w, r)
			return
		}
		if !clients.allow(s.bucket(r), time.Now()) { // not the injected clock: one that jumps must not shut anybody out
			s.metrics.refused.WithLabelValues("rate").Inc()
			w.Header().Set("Retry-After", "1")
			refuse(w, r, http.StatusTooManyRequests, "rate", "请求过于频繁，请稍后再试", "Too many requests; try again later")
			return
		}
		select {
		case free <- struct{}{}:
			defer func() { <-free }()
		default:
			s.metrics.refused.WithLabelValues("busy").Inc()
			w.Header().Set("Retry-After", "1")
			refuse(w, r, http.StatusServiceUnavailable, "busy", "服务繁忙，请稍后再试", "The server is busy; try again later")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse says no before the API or the pages are asked: to programs as a problem in the language that they ask for, to people in both.
func refuse(w http.ResponseWriter, r *http.Request, status int, code, zh, en string) {
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/openapi.") {
		api.Refuse(w, r, status, code, zh, en)
		return
	}
	plain(w, status, zh+" / "+en)
}

// bucket is whose requests are counted together: those of a person who is signed in, or else of an address.
func (s *Server) bucket(r *http.Request) string {
	if who := identity.From(r.Context()); who.SignedIn() {
		return "person " + who.Subject
	}
	a, err := netip.ParseAddr(s.clientOf(r))
	if err != nil {
		return "unknown"
	}
	if a = a.Unmap().WithZone(""); a.Is6() { // whoever has one address of IPv6 has at least the 2^64 beside it
		p, _ := a.Prefix(64) // of an address of 128 bits
		return p.String()
	}
	return a.String()
}

// clientOf is the address that a request comes from: the connection's, or, behind proxies that are trusted, the last that they did not add for one of themselves.
func (s *Server) clientOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if !s.trusted(host) {
		return host
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break // what stands further left was not written by somebody who is trusted
		}
		host = a.Unmap().String()
		if !s.trusted(host) {
			break
		}
	}
	return host
}

func (s *Server) trusted(host string) bool {
	if len(s.TrustedProxies) == 0 {
		return false
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.TrustedProxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// maxClients is how many clients are told apart at a time. When there are more, those that have not come since the last time there were are forgotten.
const maxClients = 10_000

type clients struct {
	limit rate.Limit
	burst int

	mu     sync.Mutex
	recent map[string]*rate.Limiter
	before map[string]*rate.Limiter
}

func (c *clients) allow(name string, now time.Time) bool {
	c.mu.Lock()
	x := c.recent[name]
	if x == nil {
		if x = c.before[name]; x == nil {
			x = rate.NewLimiter(c.limit, c.burst)
		}
		if c.recent == nil || len(c.recent) >= maxClients {
			c.recent, c.before = map[string]*rate.Limiter{}, c.recent
		}
		c.recent[name] = x
	}
	c.mu.Unlock()
	return x.AllowN(now, 1)
}
