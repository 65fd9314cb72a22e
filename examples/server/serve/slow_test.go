package serve

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// timelyServer answers with h, with short patience.
func timelyServer(t *testing.T, l Limits, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := &Server{Config: Config{Limits: l.withDefaults()}}
	srv := httptest.NewUnstartedServer(s.timely(h))
	srv.Config.ReadHeaderTimeout, srv.Config.IdleTimeout = s.Limits.Header, s.Limits.Idle
	srv.Start()
	t.Cleanup(srv.Close)
	return srv
}

// cutAfter waits until the server closes a connection, and returns how long that took.
func cutAfter(t *testing.T, c net.Conn) (time.Duration, string) {
	t.Helper()
	began := time.Now()
	require.NoError(t, c.SetReadDeadline(began.Add(20*time.Second)))
	text, err := io.ReadAll(c)
	var timeout net.Error
	require.False(t, errors.As(err, &timeout) && timeout.Timeout(), "it was not cut")
	return time.Since(began), string(text)
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() }) // perhaps cut already
	return c
}

// Slow clients are cut off, one by one, and nobody else notices.
func TestSlowClientsAreCutOff(t *testing.T) {
	s := start(t, func(c *Config) {
		c.Limits.Header, c.Limits.Stall, c.Limits.SlowBody = 300*time.Millisecond, 400*time.Millisecond, 100_000
	})
	p := s.as("dev-applicant")
	cookie := p.Jar.Cookies(mustURL(t, p.base))[0]
	head := func(line string, more ...string) string {
		return line + " HTTP/1.1\r\nHost: " + s.Addr() + "\r\nCookie: " + cookie.Name + "=" + cookie.Value + "\r\n" + strings.Join(more, "") + "\r\n"
	}
	drip := func(c net.Conn, text string, every time.Duration) {
		for i := range len(text) {
			if _, err := c.Write([]byte{text[i]}); err != nil {
				return
			}
			time.Sleep(every)
		}
	}
	apply := head("POST /api/v1/applications", "Content-Type: application/json\r\nContent-Length: 100000\r\n")
	clients := map[string]func(net.Conn){
		"header, byte by byte": func(c net.Conn) { drip(c, head("GET /")+strings.Repeat("x", 1000), 20*time.Millisecond) },
		"body that stops":      func(c net.Conn) { _, _ = io.WriteString(c, apply+`{"entry":`) }, // the client is what is tested
		"body, byte by byte": func(c net.Conn) {
			_, _ = io.WriteString(c, apply)
			drip(c, strings.Repeat(" ", 100_000), 10*time.Millisecond)
		}, // as above
		"body that nobody asks of": func(c net.Conn) { _, _ = io.WriteString(c, head("POST /nothing", "Content-Length: 100000\r\n")) }, // as above
	}
	for name, f := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, s.Addr())
			go f(c)
			took, _ := cutAfter(t, c)
			assert.Less(t, took, 5*time.Second)
		})
	}
	t.Run("the others", func(t *testing.T) {
		t.Parallel()
		other := s.as("")
		for range 40 {
			began := time.Now()
			status, _ := other.call(http.MethodGet, "/api/v1/entries?limit=1", nil)
			assert.Equal(t, http.StatusOK, status)
			assert.Less(t, time.Since(began), 3*time.Second)
			time.Sleep(20 * time.Millisecond)
		}
	})
}

func TestADownloadThatIsNotTakenIsCutOff(t *testing.T) {
	cut := make(chan error, 1)
	srv := timelyServer(t, Limits{Stall: 300 * time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		_, err := io.Copy(w, endless{})
		cut <- err
	})
	c := dial(t, srv.Listener.Addr().String())
	_, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	select {
	case err := <-cut:
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
	case <-time.After(10 * time.Second):
		t.Fatal("the server waits for the client")
	}
}

// What is worked on for long, after its body has come, is not ended by the deadline of the body.
func TestLongWorkIsNotASlowClient(t *testing.T) {
	srv := timelyServer(t, Limits{Stall: 200 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		select {
		case <-r.Context().Done():
			t.Error("the request was canceled")
		case <-time.After(700 * time.Millisecond):
		}
		_, _ = io.WriteString(w, strconv.Itoa(len(text))) // read below
	})
	for _, body := range []string{"", "abc"} {
		res, err := http.Post(srv.URL, "text/plain", strings.NewReader(body))
		require.NoError(t, err)
		assert.Equal(t, strconv.Itoa(len(body)), closed(t, res))
	}
}

// A deadline belongs to one request: the next on the same connection begins anew.
func TestDeadlinesDoNotOutliveTheirRequest(t *testing.T) {
	srv := timelyServer(t, Limits{Stall: 150 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)     // short
		_, _ = io.WriteString(w, r.RemoteAddr) // read below
	})
	first := ""
	for range 3 {
		res, err := http.Post(srv.URL, "text/plain", strings.NewReader("x"))
		require.NoError(t, err)
		text := closed(t, res)
		if first == "" {
			first = text
		}
		assert.Equal(t, first, text, "the same connection")
		time.Sleep(300 * time.Millisecond)
	}
}

// A long body that comes at a decent pace may take as long as it needs.
func TestLongBodiesMayTakeLong(t *testing.T) {
	srv := timelyServer(t, Limits{Stall: 300 * time.Millisecond, SlowBody: 1000}, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		assert.NoError(t, err)
		_, _ = io.WriteString(w, strconv.FormatInt(n, 10)) // read below
	})
	body, in := io.Pipe()
	go func() {
		for range 12 {
			_, _ = in.Write(make([]byte, 1000)) // a failure shows below
			time.Sleep(80 * time.Millisecond)
		}
		_ = in.Close() // never fails
	}()
	res, err := http.Post(srv.URL, "text/plain", body)
	require.NoError(t, err)
	assert.Equal(t, "12000", closed(t, res))
}

func TestOneClientCannotTakeEverything(t *testing.T) {
	s := start(t, func(c *Config) { c.Limits.PerSecond, c.Limits.Burst, c.Limits.Concurrent = 0.001, 6, 1 })
	a := s.as("dev-auditor") // 4 requests of its address, and then its own
	limited := 0
	for range 10 {
		if status, text := a.call(http.MethodGet, "/api/v1/log", nil); status == http.StatusTooManyRequests {
			limited++
			assert.Contains(t, text, `"rate"`)
		}
	}
	assert.Equal(t, 4, limited)
	for _, c := range [][2]string{{"zh-CN", "请求过于频繁，请稍后再试"}, {"en-GB", "Too many requests; try again later"}} {
		res := inLanguage(t, a.Client, a.base+"/api/v1/log", c[0]) //nolint:bodyclose // told closes it
		assert.Equal(t, "1", res.Header.Get("Retry-After"))
		told(t, res, http.StatusTooManyRequests, "rate", c[1])
	}
	status, _ := s.as("").call(http.MethodGet, "/api/v1/entries", nil)
	assert.Equal(t, http.StatusOK, status, "somebody else")
	status, _ = s.as("").call(http.MethodGet, "/readyz", nil)
	assert.Equal(t, http.StatusOK, status, "who looks after the server is never refused")
}

func TestBusyServersSaySo(t *testing.T) {
	s := start(t, func(c *Config) { c.Limits.Concurrent = 1 })
	p := s.as("dev-applicant")
	body, in := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		q, _ := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/api/v1/applications", body) // a good one
		if res, err := p.Do(q); err == nil {
			_ = res.Body.Close() // it is canceled
		}
	}()
	_, err := in.Write([]byte("{"))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.requests.Load() > 0 }, 5*time.Second, time.Millisecond)
	status, text := s.as("").call(http.MethodGet, "/api/v1/entries", nil)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, text, `"busy"`)
	cancel()
	_ = in.Close() // as above
	<-done
	require.Eventually(t, func() bool {
		status, _ := s.as("").call(http.MethodGet, "/api/v1/entries", nil)
		return status == http.StatusOK
	}, 5*time.Second, 10*time.Millisecond)
}
