package conformance

import (
	"context"
	"errors"
	"iter"
	"regexp"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// ErrNothingRun says that a run had no case that was evaluated: that is never a success.
var ErrNothingRun = errors.New("conformance: no case was run")

// Option changes a run.
type Option interface{ apply(*options) }

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

type options struct {
	now    time.Time
	filter *regexp.Regexp
	patience
}

// Now is the time of cases whose suite names none. By default there is none: such a case fails where its answer can depend on the
// time, since a run must not depend on the day it is made.
func Now(t time.Time) Option { return optionFunc(func(o *options) { o.now = t }) }

// Only runs the cases whose SUITE/CASE matches; by default all are run.
func Only(r *regexp.Regexp) Option { return optionFunc(func(o *options) { o.filter = r }) }

func settings(opts []Option) options {
	var o options
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
	Skip  bool     // it is not to be run
	Why   string   // it is skipped

	suite   *ruleset.Suite
	spec    *ruleset.Case
	engine  *engine
	request *Request
}

// Name is SUITE/CASE, which no other case of the bundle has.
func (c *Case) Name() string { return c.Suite + "/" + c.ID }

// Cases iterates over the cases of a bundle, in the order of files and of cases within them.
func Cases(rules *banfa.Rules, opts ...Option) iter.Seq[*Case] {
	return func(yield func(*Case) bool) {
		e, err := newEngine(rules)
		if err != nil {
			return // a bundle that has loaded has classifiers for all its classifications
		}
		for c := range allCases(e, settings(opts)) {
			if !yield(c) {
				return
			}
		}
	}
}

// allCases iterates over the cases that the options choose.
func allCases(e *engine, o options) iter.Seq[*Case] {
	return func(yield func(*Case) bool) {
		for _, s := range e.rules.Bundle().Suites {
			for i := range s.Cases {
				c := newCase(e, s, &s.Cases[i], o.now)
				if (o.filter == nil || o.filter.MatchString(c.Name())) && !yield(c) {
					return
				}
			}
		}
	}
}

func newCase(e *engine, s *ruleset.Suite, spec *ruleset.Case, now time.Time) *Case {
	c := &Case{
		Suite: s.Name, ID: spec.ID, Title: spec.Title, Skip: spec.Skip, Why: spec.Why, suite: s, spec: spec, engine: e,
		request: newRequest(s, spec, now),
	}
	for _, b := range spec.Basis {
		c.Basis = append(c.Basis, b.Long)
	}
	return c
}

// Check evaluates the case with this implementation and returns nil where the answer is as expected, or the case is skipped.
func (c *Case) Check(ctx context.Context) *Failure {
	if c.Skip {
		return nil
	}
	got, err := c.engine.answer(ctx, c.request)
	return c.judge(got, err).failure(c)
}

// verdict is what became of a case.
type verdict struct {
	keys []compared
	err  error // of the evaluation
}

// judge compares an answer, or the error in its place, with what the case expects.
func (c *Case) judge(got Answer, err error) verdict {
	if err != nil {
		got = Answer{"error": errorCode(err)}
	}
	return verdict{compare(c.spec.Expect, got), err}
}

func (v verdict) failure(c *Case) *Failure {
	f := &Failure{Case: c}
	for _, k := range v.keys {
		if !k.ok {
			f.Differences = append(f.Differences, k.Difference)
		}
	}
	if len(f.Differences) == 0 {
		return nil
	}
	if v.err != nil {
		f.Error = v.err.Error()
	}
	return f
}

// Run checks every case of a bundle's suites with this implementation. It returns ErrNothingRun, beside the report, where no case was
// evaluated, and the context's error where it ended before all were.
func Run(ctx context.Context, rules *banfa.Rules, opts ...Option) (*Report, error) {
	return run(ctx, rules, settings(opts), func(c *Case) (verdict, error) {
		got, err := c.engine.answer(ctx, c.request)
		return c.judge(got, err), nil
	})
}

// run checks cases one by one; an error of check ends it.
func run(ctx context.Context, rules *banfa.Rules, o options, check func(*Case) (verdict, error)) (*Report, error) {
	r := &Report{Cases: []CaseResult{}, failures: map[int]*Failure{}}
	e, err := newEngine(rules)
	if err != nil {
		return r, err
	}
	for c := range allCases(e, o) {
		if err := context.Cause(ctx); err != nil {
			return r, err
		}
		res := CaseResult{
			Suite: c.Suite, ID: c.ID, OK: true, Got: map[string]any{}, Want: map[string]any{}, Title: c.Title, Basis: c.Basis,
			table: c.spec.Table, suite: c.suite,
		}
		switch {
		case c.Skip:
			r.Skipped++
			res.Skipped = c.Why
		default:
			v, err := check(c)
			if err == nil {
				err = context.Cause(ctx) // an answer that was cut short is none
			}
			if err != nil {
				return r, err
			}
			r.take(c, v, res)
			continue
		}
		r.Cases = append(r.Cases, res)
	}
	if r.Passed+r.Failed == 0 {
		return r, ErrNothingRun
	}
	return r, nil
}

func (r *Report) take(c *Case, v verdict, res CaseResult) {
	for _, k := range v.keys {
		res.Want[k.Key] = k.Want
		if !k.missing {
			res.Got[k.Key] = k.Got
		}
	}
	if f := v.failure(c); f != nil {
		r.Failed++
		res.OK, res.Error = false, f.Error
		r.failures[len(r.Cases)] = f
	} else {
		r.Passed++
	}
	r.Cases = append(r.Cases, res)
}
