package serve

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// timely gives every request and answer deadlines that move with each byte: a long file may take long, a client that stalls is cut off.
func (s *Server) timely(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		now := time.Now()
		_ = c.SetWriteDeadline(now.Add(s.Limits.Stall)) // a connection without deadlines is a test's; also below
		if r.Body != nil && r.Body != http.NoBody {
			_ = c.SetReadDeadline(now.Add(s.Limits.Stall)) // also for a body that nobody reads: the server itself reads it away
			r.Body = &patient{ReadCloser: r.Body, c: c, stall: s.Limits.Stall, rate: s.Limits.SlowBody, began: now}
		}
		next.ServeHTTP(&eager{ResponseWriter: w, c: c, stall: s.Limits.Stall}, r)
	})
}

// patient waits for the next bytes of a body, but not for ever, and not for a byte at a time.
type patient struct {
	io.ReadCloser
	c     *http.ResponseController
	stall time.Duration
	rate  int // bytes a second
	began time.Time
	n     int64
	ended bool
}

// Read reads what comes next. At the end of the body it lets the connection wait again for as long as it likes: a deadline that went on would end the request while it is
// worked on. After an error the deadline stays, so that nobody waits for the rest.
func (p *patient) Read(b []byte) (int, error) {
	if !p.ended {
		until := time.Now().Add(p.stall)
		if last := p.began.Add(p.stall + time.Duration(float64(p.n)/float64(p.rate)*float64(time.Second))); last.Before(until) {
			until = last
		}
		_ = p.c.SetReadDeadline(until)
	}
	n, err := p.ReadCloser.Read(b)
	p.n += int64(n)
	if err != nil && !p.ended {
		p.ended = true
		if errors.Is(err, io.EOF) {
			_ = p.c.SetReadDeadline(time.Time{})
		}
	}
	return n, err
}

// eager waits for the client to take the next bytes, but not for ever.
type eager struct {
	http.ResponseWriter
	c     *http.ResponseController
	stall time.Duration
}

// WriteHeader begins the answer.
func (e *eager) WriteHeader(status int) {
	_ = e.c.SetWriteDeadline(time.Now().Add(e.stall))
	e.ResponseWriter.WriteHeader(status)
}

// Write hands out what comes next.
func (e *eager) Write(b []byte) (int, error) {
	_ = e.c.SetWriteDeadline(time.Now().Add(e.stall))
	return e.ResponseWriter.Write(b)
}

// Unwrap lets controllers reach the connection.
func (e *eager) Unwrap() http.ResponseWriter { return e.ResponseWriter }
