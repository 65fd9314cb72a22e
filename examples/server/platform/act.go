package platform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa/examples/server/store"
)

const (
	// attempts is how often an act is decided anew because something else happened in between.
	attempts = 16
	// actTime is how long the log may take before those who wait are told that it does not answer.
	actTime = 30 * time.Second
	// together is how many acts are appended at once, at most.
	together = 64
)

// decision decides on the present state what is to be appended, and on which streams it rests. It must not change the state; nothing is appended where there is nothing.
type decision func(s *state) ([]store.Expect, []store.NewEvent, error)

// deed is an act that waits for its turn.
type deed struct {
	ctx    context.Context //nolint:containedctx // of the one request that waits for it
	decide decision
	tries  int
	// What comes of it, once done is closed.
	done  chan struct{}
	made  []store.Event
	err   error
	panic any
}

func (d *deed) end(made []store.Event, err error) {
	d.made, d.err = made, err
	close(d.done)
}

// act decides on the present state and appends what comes of it, as one. It is decided again where something happened in between to what it expects. In one
// process acts take turns, and whoever has the turn does it for all that wait by then: they are decided one after the other, on the same state as far as they do not touch
// the same things, and share one transaction, which is on the disk before any of them is told.
func (p *Platform) act(ctx context.Context, decide decision) (made []store.Event, err error) {
	ctx, ended := span(ctx, "platform.act")
	defer func() { ended(err) }()
	d := &deed{ctx: ctx, decide: decide, done: make(chan struct{})}
	p.waiting.Lock()
	p.deeds = append(p.deeds, d)
	p.waiting.Unlock()
	select {
	case p.turn <- struct{}{}:
		p.lead(d)
	case <-d.done:
	case <-ctx.Done(): // whoever has the turn passes over it, or has decided it already: then it happens, whoever still listens
		return nil, context.Cause(ctx)
	}
	if d.panic != nil {
		panic(d.panic) // a fault of this request, and of nobody else's
	}
	return d.made, d.err
}

// lead does what waits until one's own is done, and gives up the turn.
func (p *Platform) lead(own *deed) {
	defer func() { <-p.turn }()
	for {
		select {
		case <-own.done:
			return
		default:
		}
		p.waiting.Lock()
		n := min(len(p.deeds), together)
		deeds := slices.Clone(p.deeds[:n])
		p.deeds = slices.Delete(p.deeds, 0, n)
		p.waiting.Unlock()
		if again := p.doAll(context.WithoutCancel(own.ctx), deeds); len(again) > 0 {
			p.waiting.Lock()
			p.deeds = append(again, p.deeds...)
			p.waiting.Unlock()
		}
	}
}

// doAll decides deeds and appends what comes of them in one transaction. It returns those that are to be decided anew.
func (p *Platform) doAll(ctx context.Context, deeds []*deed) (again []*deed) {
	ctx, cancel := context.WithTimeout(ctx, actTime)
	defer cancel()
	if err := p.fold(ctx); err != nil {
		for _, d := range deeds {
			d.end(nil, err)
		}
		return nil
	}
	b := p.decideAll(deeds)
	if len(b.deeds) == 0 {
		return b.later
	}
	made, err := p.Store.Append(ctx, b.expect, b.events...)
	if err != nil {
		for _, d := range b.deeds {
			d.tries++
			// Of another error, such as a connection that was lost, nobody knows whether it happened: to do it again might do it twice.
			if d.tries <= attempts && (errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrEvent) && len(b.deeds) > 1) {
				again = append(again, d)
			} else {
				d.end(nil, err)
			}
		}
		if errors.Is(err, store.ErrEvent) { // one of them cannot be written: each by itself
			for _, d := range again {
				for rest := []*deed{d}; len(rest) > 0; {
					rest = p.doAll(ctx, rest)
				}
			}
			again = nil
		}
		return append(again, b.later...)
	}
	err = p.fold(ctx)
	for i, d := range b.deeds {
		d.end(made[:b.counts[i]:b.counts[i]], err)
		made = made[b.counts[i]:]
	}
	return b.later
}

// batch is what is appended together.
type batch struct {
	deeds  []*deed
	counts []int // events of each
	expect []store.Expect
	events []store.NewEvent
	later  []*deed // that rest on what others of the batch change
}

// decideAll decides what can be decided on one state: a deed that rests on a stream to which another of the batch adds comes later.
func (p *Platform) decideAll(deeds []*deed) (b batch) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	s := *p.s
	s.begun = map[string]int{}
	written := map[string]bool{}
	for _, d := range deeds {
		if err := context.Cause(d.ctx); err != nil {
			d.end(nil, err)
			continue
		}
		expect, events, err := d.decideOn(&s)
		switch {
		case d.panic != nil || err != nil || len(events) == 0:
			d.end(nil, err)
			continue
		case slices.ContainsFunc(expect, func(x store.Expect) bool { return written[x.Stream] }):
			b.later = append(b.later, d)
			continue
		}
		for i := range events {
			stream := events[i].Stream
			if kind, _, _ := strings.Cut(stream, "/"); s.versions[stream] == 0 && !written[stream] {
				s.begun[kind]++
			}
			written[stream] = true
		}
		b.deeds, b.counts = append(b.deeds, d), append(b.counts, len(events))
		b.expect, b.events = append(b.expect, expect...), append(b.events, events...)
	}
	return b
}

// decideOn decides. A panic is kept for who asked.
func (d *deed) decideOn(s *state) (expect []store.Expect, events []store.NewEvent, err error) {
	defer func() {
		if v := recover(); v != nil {
			d.panic, err = v, fmt.Errorf("platform: %v", v)
		}
	}()
	return d.decide(s)
}
