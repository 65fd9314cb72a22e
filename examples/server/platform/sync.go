package platform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// syncTime is how long the log is asked for before those who wait for it are told that it does not answer.
const syncTime = 10 * time.Second

// errShorter says that the log is not the one that was read: a database put back from an old copy, or another one, under a running server.
var errShorter = errors.New("platform: the log is not the one that was read before: it is shorter or was written anew; restart the server once that is explained")

// follower reads the log for all who ask at about the same time.
type follower struct {
	mu      sync.Mutex
	next    *reading // that has not begun
	running bool
}

// reading is one look at the log; err is there when done is closed.
type reading struct {
	done chan struct{}
	err  error
}

// Sync takes in what happened since, by this process or another. Who asks while the log is being looked at waits for the next look, all of them for the same
// one: each sees everything that was in the log when they asked, and many cost little more than one.
func (p *Platform) Sync(ctx context.Context) error {
	f := &p.follower
	f.mu.Lock()
	r := f.next
	if r == nil {
		r = &reading{done: make(chan struct{})}
		f.next = r
		if !f.running {
			f.running = true
			go p.follow(context.WithoutCancel(ctx)) // who asked first may go: others wait
		}
	}
	f.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// follow reads for as long as somebody waits.
func (p *Platform) follow(ctx context.Context) {
	f := &p.follower
	for {
		f.mu.Lock()
		r := f.next
		f.next = nil
		if r == nil {
			f.running = false
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		r.err = p.look(ctx)
		close(r.done)
	}
}

// look asks for the head, and reads on where it has moved.
func (p *Platform) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, syncTime)
	defer cancel()
	seq, hash := p.Head()
	last, lastHash, err := p.Store.Head(ctx)
	switch {
	case err != nil:
		return err
	case last == seq && (seq == 0 || lastHash == hash):
		return nil
	case last <= seq:
		return errShorter
	}
	return p.fold(ctx)
}

// fold takes in the events that come after those that were taken in. Readers wait for one event at a time, never for the database.
func (p *Platform) fold(ctx context.Context) error {
	p.folding.Lock()
	defer p.folding.Unlock()
	for e, err := range p.Store.Events(ctx, p.s.seq) { // which nobody else moves
		if err != nil {
			return err
		}
		if err := p.apply(ctx, &e); err != nil {
			return fmt.Errorf("platform: event %d (%s): %w", e.Seq, e.Kind, err)
		}
	}
	return nil
}

// span begins a span of the trace that a request is part of; without one it costs nothing. The function ends it.
func span(ctx context.Context, name string) (context.Context, func(error)) {
	ctx, s := trace.SpanFromContext(ctx).TracerProvider().Tracer("github.com/banfa-go/banfa/examples/server/platform").Start(ctx, name)
	return ctx, func(err error) {
		if err != nil {
			s.SetStatus(codes.Error, "") // not its words: they may hold what somebody stated
		}
		s.End()
	}
}
