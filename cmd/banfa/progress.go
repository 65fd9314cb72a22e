package main

import (
	"fmt"
	"time"
)

// progress counts on standard error how far a long run has come, when that is a terminal and standard output is none: there, the answers
// themselves show it.
type progress struct {
	app  *app
	next time.Time // when to write again
	seen bool
}

const (
	progressAfter = 2 * time.Second
	progressEvery = 500 * time.Millisecond
)

func (a *app) newProgress() *progress {
	if !a.errTerminal || a.terminal {
		return &progress{}
	}
	return &progress{app: a, next: a.now().Add(progressAfter)}
}

func (p *progress) show(n int) {
	if p.app == nil {
		return
	}
	if now := p.app.now(); now.After(p.next) {
		p.next = now.Add(progressEvery)
		p.seen = true
		_, _ = fmt.Fprint(p.app.stderr, "\r\x1b[K", fmt.Sprintf(pick(p.app.lang, "%d answers", "已答 %d 条"), n))
	}
}

// clear takes the count away.
func (p *progress) clear() {
	if p.seen {
		p.seen = false
		_, _ = fmt.Fprint(p.app.stderr, "\r\x1b[K")
	}
}
