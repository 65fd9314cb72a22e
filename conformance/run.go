package conformance

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// ErrNothingRun says that a run had no case: that is never a success.
var ErrNothingRun = errors.New("conformance: no case was run")

// Option changes a run.
type Option interface{ apply(*options) }

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

type options struct {
	now    time.Time
	filter *regexp.Regexp
}

// Now is the time of the cases whose suite names none. By default it is 2026-01-01 in Asia/Shanghai, so that a run never depends on
// the day it is made.
func Now(t time.Time) Option { return optionFunc(func(o *options) { o.now = t }) }

// Only runs the cases whose SUITE/CASE matches.
func Only(r *regexp.Regexp) Option { return optionFunc(func(o *options) { o.filter = r }) }

func settings(opts []Option) options {
	o := options{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("CST", 8*60*60))}
	for _, opt := range opts {
		opt.apply(&o)
	}
	return o
}

// Case is one case of a bundle's suites, ready to be checked.
type Case struct {
	Suite string // the suite's name
	ID    string // of the case: of a table, TABLE/ROW or TABLE/ROW.N
	Title string
	Basis []string // citations
	Skip  bool
	Why   string // it is skipped

	suite   *ruleset.Suite
	spec    *ruleset.Case
	engine  *engine
	request *Request
}

// Cases iterates over the cases of a bundle that can be evaluated.
func Cases(rules *banfa.Rules, opts ...Option) iter.Seq[*Case] {
	o := settings(opts)
	return func(yield func(*Case) bool) {
		e, err := newEngine(rules)
		if err != nil {
			return // a bundle without classifications has no case that could be evaluated
		}
		for _, s := range rules.Bundle().Suites {
			if s.FrameOnly {
				continue
			}
			for i := range s.Cases {
				c := newCase(e, s, &s.Cases[i], o.now)
				if o.filter != nil && !o.filter.MatchString(c.Suite+"/"+c.ID) {
					continue
				}
				if !yield(c) {
					return
				}
			}
		}
	}
}

func newCase(e *engine, s *ruleset.Suite, spec *ruleset.Case, now time.Time) *Case {
	c := &Case{
		Suite: s.Name, ID: spec.ID, Title: spec.Title, Skip: spec.Skip, Why: spec.Why, suite: s, spec: spec, engine: e,
		request: request(s, spec, now),
	}
	for _, b := range spec.Basis {
		c.Basis = append(c.Basis, b.Long)
	}
	return c
}

// Failure says how an answer differs from what a case expects.
type Failure struct {
	Case        *Case
	Differences []Difference
	Error       string // of the evaluation, where none was expected
}

// Check evaluates the case and returns nil where the answer is as expected, or the case is skipped.
func (c *Case) Check(ctx context.Context) *Failure {
	if c.Skip {
		return nil
	}
	got, err := c.engine.answer(ctx, c.request)
	return c.judge(got, err)
}

// judge compares an answer, or an error, with what the case expects.
func (c *Case) judge(got Answer, err error) *Failure {
	if err != nil {
		got = Answer{"error": errorCode(err)}
	}
	f := &Failure{Case: c, Differences: compare(c.spec.Expect, got)}
	if err != nil && len(f.Differences) > 0 {
		f.Error = err.Error()
	}
	if len(f.Differences) == 0 {
		return nil
	}
	return f
}

// Text describes the failure in a language: the case's place in its file, its facts, and what was wanted and got for each key.
func (f *Failure) Text(lang string) string {
	c := f.Case
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %s/%s", c.suite.File, c.spec.Place.Line, c.Suite, c.ID)
	if c.Title != "" {
		fmt.Fprintf(&b, " %s", c.Title)
	}
	if len(c.Basis) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(c.Basis, message.Text(lang, "word.comma")))
	}
	b.WriteByte('\n')
	for _, d := range f.Differences {
		b.WriteString(message.Text(lang, "test.difference", d.Key, describe(d.Want), describe(d.Got)) + "\n")
	}
	if f.Error != "" {
		b.WriteString(message.Text(lang, "test.error", f.Error) + "\n")
	}
	b.WriteString(message.Text(lang, "test.facts", describe(c.request.Facts)) + "\n")
	if c.request.Items != nil {
		b.WriteString(message.Text(lang, "test.items", describe(c.request.Items)) + "\n")
	}
	if c.request.Change != nil {
		b.WriteString(message.Text(lang, "test.change", describe(c.request.Change)) + "\n")
	}
	return b.String()
}

// Report is the outcome of a run. Its JSON is that of `banfa test --json`.
type Report struct {
	Passed  int          `json:"passed"`
	Failed  int          `json:"failed"`
	Skipped int          `json:"skipped"`
	Cases   []CaseResult `json:"cases"`

	failures map[int]*Failure
}

// CaseResult is what became of one case. Want and Got hold the compared keys that differ; both are empty where it passed.
type CaseResult struct {
	Suite   string         `json:"suite"`
	ID      string         `json:"id"`
	OK      bool           `json:"ok"`
	Got     map[string]any `json:"got"`
	Want    map[string]any `json:"want"`
	Title   string         `json:"title,omitempty"`
	Basis   []string       `json:"basis,omitempty"`
	Skipped string         `json:"skipped,omitempty"` // the reason
	Error   string         `json:"error,omitempty"`
}

// Run checks every case of a bundle's suites. It returns ErrNothingRun, with the report, where there was none to check.
func Run(ctx context.Context, rules *banfa.Rules, opts ...Option) (*Report, error) {
	return run(ctx, rules, func(c *Case) *Failure { return c.Check(ctx) }, opts)
}

func run(ctx context.Context, rules *banfa.Rules, check func(*Case) *Failure, opts []Option) (*Report, error) {
	r := &Report{Cases: []CaseResult{}, failures: map[int]*Failure{}}
	for c := range Cases(rules, opts...) {
		if err := context.Cause(ctx); err != nil {
			return r, err
		}
		res := CaseResult{
			Suite: c.Suite, ID: c.ID, OK: true, Got: map[string]any{}, Want: map[string]any{}, Title: c.Title, Basis: c.Basis,
		}
		if c.Skip {
			r.Skipped++
			res.Skipped = c.Why
			r.Cases = append(r.Cases, res)
			continue
		}
		if f := check(c); f != nil {
			r.Failed++
			res.OK, res.Error = false, f.Error
			for _, d := range f.Differences {
				res.Want[d.Key], res.Got[d.Key] = d.Want, d.Got
			}
			r.failures[len(r.Cases)] = f
		} else {
			r.Passed++
		}
		r.Cases = append(r.Cases, res)
	}
	if r.Passed+r.Failed == 0 {
		return r, ErrNothingRun
	}
	return r, nil
}

// Failures iterates over what failed, in order.
func (r *Report) Failures() iter.Seq[*Failure] {
	return func(yield func(*Failure) bool) {
		for i := range r.Cases {
			if f := r.failures[i]; f != nil && !yield(f) {
				return
			}
		}
	}
}

// Accept returns a condition for banfa.NewLive: the candidate's own suites must pass. A candidate without suites is accepted only
// where none is set.
func Accept(none bool, opts ...Option) func(ctx context.Context, candidate *banfa.Rules) error {
	return func(ctx context.Context, candidate *banfa.Rules) error {
		r, err := Run(ctx, candidate, opts...)
		switch {
		case errors.Is(err, ErrNothingRun) && none:
			return nil
		case err != nil:
			return err
		case r.Failed > 0:
			for f := range r.Failures() {
				return fmt.Errorf("conformance: %d of %d cases fail, the first: %s", r.Failed, r.Passed+r.Failed, f.Text(message.English))
			}
		}
		return nil
	}
}
