package serve

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/trace"
)

// metrics are what Prometheus asks for. Labels have few values: patterns of routes, never paths.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	store    *prometheus.HistogramVec
	events   *prometheus.CounterVec
	refused  *prometheus.CounterVec
	panics   prometheus.Counter
	jumps    prometheus.Counter
	reloads  *prometheus.CounterVec
}

func newMetrics(version string) *metrics {
	buckets := prometheus.ExponentialBuckets(0.0005, 2.5, 12) // to 12 s
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "banfa_http_request_duration_seconds", Help: "Time to answer requests, by route, method and status.", Buckets: buckets,
		}, []string{"route", "method", "status"}),
		store: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "banfa_store_duration_seconds", Help: "Time the store takes, by operation and whether it went well.", Buckets: buckets,
		}, []string{"operation", "outcome"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "banfa_events_appended_total", Help: "Events that this server has appended to the log, by kind.",
		}, []string{"kind"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "banfa_http_refused_total", Help: "Requests refused before they were looked at: rate, busy or origin.",
		}, []string{"why"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{Name: "banfa_panics_total", Help: "Requests that panicked: each is a fault of the program."}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "banfa_rules_reloads_total", Help: "Times that changed rule files were looked at: in_force, or refused.",
		}, []string{"outcome"}),
		jumps: prometheus.NewCounter(prometheus.CounterOpts{Name: "banfa_clock_jumps_total", Help: "Times the clock was found to have jumped."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "banfa_build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.store, m.events, m.refused, m.panics, m.jumps, m.reloads, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) request(route, method string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// standing reads from the platform where things stand, when somebody asks.
type standing struct{ s *Server }

type description struct{ seq, open, overdue, alerts, entries *prometheus.Desc }

func (standing) descriptions() description {
	kind := []string{"kind"}
	return description{
		prometheus.NewDesc("banfa_log_seq", "The last event of the log that this server has taken in.", nil, nil),
		prometheus.NewDesc("banfa_cases_open", "Cases that are not over, by kind.", kind, nil),
		prometheus.NewDesc("banfa_deadlines_overdue", "Deadlines of open cases that are over, by kind of case.", kind, nil),
		prometheus.NewDesc("banfa_alerts", "Alerts of the supervision of use.", nil, nil),
		prometheus.NewDesc("banfa_catalog_entries", "Entries of the open catalog in force.", nil, nil),
	}
}

// Describe is for Prometheus.
func (s standing) Describe(ch chan<- *prometheus.Desc) {
	d := s.descriptions()
	for _, x := range []*prometheus.Desc{d.seq, d.open, d.overdue, d.alerts, d.entries} {
		ch <- x
	}
}

// Collect counts.
func (s standing) Collect(ch chan<- prometheus.Metric) {
	p := s.s.Platform()
	if p == nil {
		return
	}
	c, d := p.Counts(), s.descriptions()
	gauge := func(x *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(x, prometheus.GaugeValue, v, labels...)
	}
	gauge(d.seq, float64(c.Seq))
	gauge(d.alerts, float64(c.Alerts))
	gauge(d.entries, float64(c.Entries))
	for kind, n := range c.Open {
		gauge(d.open, float64(n), kind)
	}
	for kind, n := range c.Overdue {
		gauge(d.overdue, float64(n), kind)
	}
}

func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

func (s *Server) logAttrs(r *http.Request, status int, took time.Duration) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", status), slog.Duration("took", took), slog.String("client", s.clientOf(r)),
	}
	if span := trace.SpanContextFromContext(r.Context()); span.HasTraceID() {
		attrs = append(attrs, slog.String("trace", span.TraceID().String()))
	}
	return attrs
}
