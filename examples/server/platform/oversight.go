package platform

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// RuleBook is what decides here: the rule files, and what their own suites say of them.
type RuleBook struct {
	Digest  string           `json:"digest"`
	Files   []banfa.RuleFile `json:"files"`
	Passed  int              `json:"passed"`
	Failed  int              `json:"failed"`
	Skipped int              `json:"skipped"`
	Suites  []SuiteResult    `json:"suites"`
}

// SuiteResult is what became of the cases of one suite.
type SuiteResult struct {
	Suite   string   `json:"suite"`
	Passed  int      `json:"passed"`
	Failed  int      `json:"failed"`
	Skipped int      `json:"skipped"`
	Fails   []string `json:"fails,omitempty"` // the ids of the cases that do
}

// suites runs the suites once: rules do not change while a platform lives, and other rules have another platform.
type suites struct {
	once sync.Once
	book RuleBook
	err  error
}

// RuleBook runs the suites of the rules in force, once.
func (p *Platform) RuleBook(ctx context.Context) (RuleBook, error) {
	p.suites.once.Do(func() {
		b := RuleBook{Digest: p.Rules.Digest(), Files: slices.Collect(p.Rules.Files())}
		r, err := conformance.Run(context.WithoutCancel(ctx), p.Rules)
		p.suites.book, p.suites.err = b, err
		if err == nil {
			p.suites.book.Passed, p.suites.book.Failed, p.suites.book.Skipped = r.Passed, r.Failed, r.Skipped
			p.suites.book.Suites = bySuite(r)
		}
	})
	return p.suites.book, p.suites.err
}

// bySuite counts cases by their suites, in the order of the report.
func bySuite(r *conformance.Report) []SuiteResult {
	out := []SuiteResult{}
	at := map[string]int{}
	for i := range r.Cases {
		c := &r.Cases[i]
		k, ok := at[c.Suite]
		if !ok {
			k = len(out)
			at[c.Suite], out = k, append(out, SuiteResult{Suite: c.Suite})
		}
		switch s := &out[k]; {
		case c.Skipped != "":
			s.Skipped++
		case c.OK:
			s.Passed++
		default:
			s.Failed++
			s.Fails = append(s.Fails, c.ID)
		}
	}
	return out
}

// Log returns events of the log to the authority and auditors.
func (p *Platform) Log(ctx context.Context, who identity.Identity, after int64, limit int) ([]store.Event, error) {
	if !who.Is(identity.Authority, identity.Auditor) {
		return nil, ErrForbidden
	}
	if limit <= 0 || limit > MaxPage {
		limit = page
	}
	out := []store.Event{}
	for e, err := range p.Store.Events(ctx, after) {
		if err != nil {
			return nil, err
		}
		if out = append(out, e); len(out) == limit {
			break
		}
	}
	return out, nil
}

// Verified is what recomputing the log came to.
type Verified struct {
	OK     bool   `json:"ok"`
	Events int64  `json:"events"`
	Head   string `json:"head"` // the hash of the last event: noted outside, it shows later that nothing was cut off
	Broken int64  `json:"broken,omitempty"`
	Why    string `json:"why,omitempty"`
}

// Verify recomputes the whole log.
func (p *Platform) Verify(ctx context.Context, who identity.Identity, anchors ...store.Anchor) (Verified, error) {
	if !who.Is(identity.Authority, identity.Auditor) {
		return Verified{}, ErrForbidden
	}
	_, head, err := p.Store.Head(ctx)
	if err != nil {
		return Verified{}, err
	}
	n, err := store.Verify(ctx, p.Store, anchors...)
	v := Verified{OK: err == nil, Events: n, Head: head}
	var broken *store.BrokenError
	if errors.As(err, &broken) {
		v.Broken, v.Why = broken.Seq, strings.TrimSpace(broken.Why)
		return v, nil
	}
	return v, err
}
