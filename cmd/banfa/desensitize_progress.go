package main

import (
	"fmt"
	"time"

	"github.com/banfa-go/banfa/desensitize"
)

// rowProgress says on standard error how far a run has come, where that is a terminal.
type rowProgress struct {
	app  *app
	next time.Time
	seen bool
}

func (a *app) newRowProgress() *rowProgress {
	if !a.errTerminal {
		return &rowProgress{}
	}
	return &rowProgress{app: a, next: a.now().Add(progressAfter)}
}

func (p *rowProgress) show(at desensitize.Progress) {
	if p.app == nil {
		return
	}
	now := p.app.now()
	if !now.After(p.next) {
		return
	}
	p.next, p.seen = now.Add(progressEvery), true
	text := fmt.Sprintf(pick(p.app.lang, "%d rows", "%d 行"), at.Rows)
	if at.Size > 0 {
		const whole = 100
		text = fmt.Sprintf("%d%% · %s", min(whole, at.Read*whole/at.Size), text)
	}
	_, _ = fmt.Fprint(p.app.stderr, "\r\x1b[K", text) // a terminal that is gone is no failure of the run
}

// clear takes the line away.
func (p *rowProgress) clear() {
	if p.seen {
		p.seen = false
		_, _ = fmt.Fprint(p.app.stderr, "\r\x1b[K")
	}
}
