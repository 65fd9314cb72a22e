package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/banfa-go/banfa/examples/server/identity"
)

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	require.NoError(t, err)
	return u
}

// What people type, and who they are, is neither logged nor traced.
func TestLogsAndTracesHoldNoSecrets(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	s := start(t, func(c *Config) { c.Spans = spans })
	p := s.as("dev-applicant")
	status, _ := p.call(http.MethodGet, "/api/v1/entries?q="+url.QueryEscape("我的秘密查询")+"&secret=hunter2", nil)
	require.Equal(t, http.StatusOK, status)
	p.made("/api/v1/applications", map[string]any{"entry": s.entry("conditional"), "facts": map[string]any{"qualification_materials": "provided", "scenario_described": true}})
	cookie := p.Jar.Cookies(mustURL(t, p.base))[0].Value
	require.NoError(t, s.traces.ForceFlush(t.Context()))
	traced := fmt.Sprintf("%+v", spans.GetSpans())
	for _, secret := range []string{"秘密", url.QueryEscape("秘密"), "hunter2", cookie, "code=", "state=", string(s.SessionKey)} {
		assert.NotContains(t, s.log.String(), secret)
		assert.NotContains(t, traced, secret)
	}
	assert.Contains(t, s.log.String(), "path=/api/v1/entries status=200")
	assert.Contains(t, s.log.String(), "trace=")
}

func TestATraceGoesFromTheRequestToTheLog(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	s := start(t, func(c *Config) { c.Spans = spans })
	p := s.as("dev-applicant")
	p.made("/api/v1/applications", map[string]any{"entry": s.entry("conditional"), "facts": stated()})
	require.Eventually(t, func() bool { return s.requests.Load() == 0 }, 5*time.Second, time.Millisecond)
	require.NoError(t, s.traces.ForceFlush(t.Context()))
	byID := map[string]tracetest.SpanStub{}
	var written tracetest.SpanStub
	for _, x := range spans.GetSpans() {
		byID[x.SpanContext.SpanID().String()] = x
		if x.Name == "store.append" {
			written = x
		}
	}
	var chain []string
	for x, ok := written, true; ok; x, ok = byID[x.Parent.SpanID().String()] {
		chain = append(chain, x.Name)
	}
	assert.Equal(t, []string{"store.append", "platform.act", "POST /api/v1/applications"}, chain)
}

// A collector that does not answer costs nobody anything.
func TestTracesThatCannotBeSentAreLost(t *testing.T) {
	to, err := OTLP(t.Context(), "http://127.0.0.1:1")
	require.NoError(t, err)
	s := start(t, func(c *Config) { c.Spans = to })
	status, _ := s.as("").call(http.MethodGet, "/api/v1/entries", nil)
	assert.Equal(t, http.StatusOK, status)
	began := time.Now()
	require.NoError(t, s.Stop(t.Context()))
	assert.Less(t, time.Since(began), 10*time.Second)
}

func TestTracesReachACollector(t *testing.T) {
	var mu sync.Mutex
	got := 0
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == "/v1/traces" && bytes.Contains(text, []byte("store.")) {
			got++
		}
	}))
	defer collector.Close()
	to, err := OTLP(t.Context(), collector.URL)
	require.NoError(t, err)
	s := start(t, func(c *Config) { c.Spans = to })
	s.as("").call(http.MethodGet, "/api/v1/entries", nil)
	require.NoError(t, s.Stop(t.Context()))
	assert.Positive(t, got)
}

func TestMetrics(t *testing.T) {
	s := start(t)
	p := s.as("dev-applicant")
	for i := range 50 {
		p.call(http.MethodGet, fmt.Sprintf("/no/such/%d", i), nil)
		p.call(http.MethodGet, fmt.Sprintf("/api/v1/entries/%d", i), nil)
		p.call(http.MethodGet, fmt.Sprintf("/api/v1/none-%d", i), nil)
		p.call(fmt.Sprintf("M%d", i), "/", nil)
	}
	p.made("/api/v1/applications", map[string]any{"entry": s.entry("conditional"), "facts": stated()})
	_, text := s.as("").call(http.MethodGet, "/metrics", nil)
	for _, line := range []string{
		"banfa_log_seq 3", `banfa_cases_open{kind="application"} 1`, `banfa_deadlines_overdue{kind="application"} 0`, "banfa_alerts 0",
		`banfa_events_appended_total{kind="application.application_received"} 1`, `banfa_store_duration_seconds_count{operation="append",outcome="ok"} 3`,
		`route="GET /api/v1/entries/{id}"`, `banfa_build_info{version="test"} 1`, "banfa_panics_total 0",
	} {
		assert.Contains(t, text, line)
	}
	assert.Less(t, strings.Count(text, "banfa_http_request_duration_seconds_count"), 25, "labels have few values")
}

func TestMetricsMayHaveAnAddressOfTheirOwn(t *testing.T) {
	s := start(t, func(c *Config) { c.MetricsListen = "127.0.0.1:0" })
	status, _ := s.as("").call(http.MethodGet, "/metrics", nil)
	assert.Equal(t, http.StatusNotFound, status)
}

// A handler that panics is a failure to who asked, and to nobody else; half an answer is never taken for the whole.
func TestPanics(t *testing.T) {
	n := &notes{}
	s := &Server{Config: Config{Log: slog.New(slog.NewTextHandler(n, nil)), Limits: Limits{}.withDefaults()}, metrics: newMetrics("test")}
	srv := httptest.NewServer(s.recorded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			_, _ = io.WriteString(w, strings.Repeat("half", 10_000)) // read below
		}
		panic("a fault of ours")
	})))
	defer srv.Close()
	res, err := http.Get(srv.URL + "/early?q=secret")
	require.NoError(t, err)
	assert.Contains(t, closed(t, res), "The server failed")
	assert.Equal(t, http.StatusInternalServerError, res.StatusCode)
	for _, c := range [][2]string{{"zh-CN", "服务器出错"}, {"en", "The server failed"}} {
		res := inLanguage(t, http.DefaultClient, srv.URL+"/api/v1/early", c[0]) //nolint:bodyclose // told closes it
		told(t, res, http.StatusInternalServerError, "internal", c[1])
	}
	res, err = http.Get(srv.URL + "/late")
	if err == nil {
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close() // cut off
	}
	require.Error(t, err)
	assert.Contains(t, n.String(), "a fault of ours")
	assert.Contains(t, n.String(), "observe_test.go", "with the place")
	assert.NotContains(t, n.String(), "secret")
	assert.Zero(t, s.requests.Load())
}

// inLanguage asks for an address in a language.
func inLanguage(t *testing.T, c *http.Client, address, language string) *http.Response {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	q.Header.Set("Accept-Language", language)
	res, err := c.Do(q)
	require.NoError(t, err)
	return res
}

// told checks that an answer is a problem in one language.
func told(t *testing.T, res *http.Response, status int, code, title string) {
	t.Helper()
	text := closed(t, res)
	assert.Equal(t, status, res.StatusCode)
	assert.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
	assert.Contains(t, res.Header.Values("Vary"), "Accept-Language")
	var p struct {
		Type, Title, Code string
		Status            int
	}
	require.NoError(t, json.Unmarshal([]byte(text), &p), text)
	assert.Equal(t, []any{"about:blank", title, code, status}, []any{p.Type, p.Title, p.Code, p.Status})
}

func TestWhoAsks(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, remote, forwarded string
		trusted                 []netip.Prefix
		client, bucket          string
	}{
		{"directly", "192.0.2.1:5", "", nil, "192.0.2.1", "192.0.2.1"},
		{"nobody is believed by default", "10.0.0.1:5", "198.51.100.7", nil, "10.0.0.1", "10.0.0.1"},
		{"a proxy", "10.0.0.1:5", "198.51.100.7", proxies, "198.51.100.7", "198.51.100.7"},
		{"who is not the proxy says what they like", "192.0.2.1:5", "198.51.100.7", proxies, "192.0.2.1", "192.0.2.1"},
		{"what the client wrote itself is not believed", "10.0.0.1:5", "1.1.1.1, 198.51.100.7", proxies, "198.51.100.7", "198.51.100.7"},
		{"two proxies", "10.0.0.1:5", "1.1.1.1, 198.51.100.7, 10.0.0.2", proxies, "198.51.100.7", "198.51.100.7"},
		{"nonsense", "10.0.0.1:5", "1.1.1.1, <script>", proxies, "10.0.0.1", "10.0.0.1"},
		{"nothing", "10.0.0.1:5", "", proxies, "10.0.0.1", "10.0.0.1"},
		{"an address of IPv6 is one of many", "[2001:db8:1:2:3:4:5:6]:5", "", nil, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"IPv4 in IPv6", "10.0.0.1:5", "::ffff:198.51.100.7", proxies, "198.51.100.7", "198.51.100.7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &Server{Config: Config{TrustedProxies: c.trusted}}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.remote
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			assert.Equal(t, c.client, s.clientOf(r))
			assert.Equal(t, c.bucket, s.bucket(r))
			r = r.WithContext(identity.With(context.Background(), identity.Identity{Subject: "u1"}))
			assert.Equal(t, "person u1", s.bucket(r))
		})
	}
}

// However many clients come, those that are told apart stay bounded, and one that keeps coming is not forgotten.
func TestManyClients(t *testing.T) {
	c := &clients{limit: 0.0001, burst: 1}
	now := time.Now()
	assert.True(t, c.allow("steady", now))
	for i := range 5 * maxClients {
		c.allow(fmt.Sprint(i), now)
		if i%1000 == 0 {
			assert.False(t, c.allow("steady", now), "at %d", i)
		}
	}
	assert.LessOrEqual(t, len(c.recent)+len(c.before), 2*maxClients)
}

func TestClockJumpsAreFound(t *testing.T) {
	wall, real := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), time.Now()
	w := &wallClock{now: func() time.Time { return wall }, since: func() time.Time { return real }}
	step := func(wallBy, realBy time.Duration) (bool, time.Duration) {
		wall, real = wall.Add(wallBy), real.Add(realBy)
		return w.steady()
	}
	steady, by := w.steady()
	assert.True(t, steady)
	assert.Zero(t, by)
	for range 5 {
		steady, _ = step(time.Minute, time.Minute)
		assert.True(t, steady)
	}
	steady, by = step(365*24*time.Hour, time.Minute)
	assert.False(t, steady)
	assert.Equal(t, 365*24*time.Hour-time.Minute, by)
	steady, by = step(-365*24*time.Hour, time.Minute)
	assert.False(t, steady)
	assert.Negative(t, by)
	for range 59 {
		steady, by = step(time.Minute, time.Minute)
		assert.False(t, steady)
		assert.Zero(t, by)
	}
	steady, _ = step(time.Minute, time.Minute)
	assert.True(t, steady, "an hour later")
}
