package serve

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/banfa-go/banfa/examples/server/store"
)

const tracerName = "github.com/banfa-go/banfa/examples/server/serve"

// OTLP sends traces to a collector, such as http://127.0.0.1:4318.
func OTLP(ctx context.Context, collector string) (sdktrace.SpanExporter, error) {
	u, err := url.Parse(collector)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("the collector's URL must begin with http:// or https://")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/v1/traces"
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(u.String()))
}

// newTraces makes a provider; without an exporter nothing is sampled, and a trace costs next to nothing.
func newTraces(to sdktrace.SpanExporter, version string) *sdktrace.TracerProvider {
	if to == nil {
		return sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))
	}
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(to), sdktrace.WithResource(resource.NewSchemaless(
		attribute.String("service.name", "banfa-server"), attribute.String("service.version", version))))
}

// watched is a store whose operations are measured and traced.
type watched struct {
	store.Store
	m      *metrics
	tracer trace.Tracer
}

func (w *watched) begin(ctx context.Context, operation string) (context.Context, func(error)) {
	began := time.Now()
	ctx, span := w.tracer.Start(ctx, "store."+operation)
	return ctx, func(err error) {
		outcome := "ok"
		switch {
		case errors.Is(err, store.ErrConflict):
			outcome = "conflict"
		case err != nil:
			outcome = "error"
			span.SetStatus(codes.Error, "") // not its words: they may hold values
		}
		span.End()
		w.m.store.WithLabelValues(operation, outcome).Observe(time.Since(began).Seconds())
	}
}

// Append is Store's.
func (w *watched) Append(ctx context.Context, expect []store.Expect, events ...store.NewEvent) (made []store.Event, err error) {
	ctx, done := w.begin(ctx, "append")
	defer func() { done(err) }()
	made, err = w.Store.Append(ctx, expect, events...)
	for i := range made {
		w.m.events.WithLabelValues(made[i].Kind).Inc()
	}
	return made, err
}

// Events is Store's. What is done with the events is part of the time.
func (w *watched) Events(ctx context.Context, after int64) iter.Seq2[store.Event, error] {
	return func(yield func(store.Event, error) bool) {
		var failed error
		ctx, done := w.begin(ctx, "events")
		defer func() { done(failed) }()
		for e, err := range w.Store.Events(ctx, after) {
			failed = err
			if !yield(e, err) {
				return
			}
		}
	}
}

// Head is Store's.
func (w *watched) Head(ctx context.Context) (seq int64, hash string, err error) {
	ctx, done := w.begin(ctx, "head")
	defer func() { done(err) }()
	return w.Store.Head(ctx)
}

// PutBlob is Store's. The time that the client takes to send it is part of the time.
func (w *watched) PutBlob(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error) {
	ctx, done := w.begin(ctx, "put_blob")
	defer func() { done(err) }()
	return w.Store.PutBlob(ctx, r, limit)
}

// Backup is Store's.
func (w *watched) Backup(ctx context.Context, path string) (err error) {
	ctx, done := w.begin(ctx, "backup")
	defer func() { done(err) }()
	return w.Store.Backup(ctx, path)
}
