package conformance

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Report is the outcome of a run. Its JSON is that of `banfa test --json`.
type Report struct {
	Passed  int          `json:"passed"`
	Failed  int          `json:"failed"`
	Skipped int          `json:"skipped"`
	Cases   []CaseResult `json:"cases"`

	failures map[int]*Failure
}

// CaseResult is what became of one case. Want and Got hold the keys that the case names, lists that are compared as sets sorted; a key
// that the answer lacks is not in Got.
type CaseResult struct {
	Suite   string         `json:"suite"`
	ID      string         `json:"id"`
	OK      bool           `json:"ok"`
	Got     map[string]any `json:"got"`
	Want    map[string]any `json:"want"`
	Title   string         `json:"title,omitempty"`
	Basis   []string       `json:"basis,omitempty"`
	Skipped string         `json:"skipped,omitempty"` // the reason
	Error   string         `json:"error,omitempty"`   // of the evaluation, in English

	table string
	suite *ruleset.Suite
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

// Failure says how an answer differs from what a case expects.
type Failure struct {
	Case        *Case
	Differences []Difference
	Error       string // of the evaluation, in English
}

// Text describes the failure in a language, "zh" or "en", several lines: the case's place in its file and the law it is about, what was
// wanted and got for each key, as a table would write it, and the facts.
func (f *Failure) Text(lang string) string {
	c := f.Case
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", message.Visible(c.suite.File), c.spec.Place.Line, c.spec.Place.Column, c.Name())
	if c.Title != "" {
		b.WriteString(" " + message.Visible(c.Title))
	}
	if len(c.Basis) > 0 {
		b.WriteString(message.Text(lang, "test.basis", c.law(lang)))
	}
	b.WriteByte('\n')
	say := func(key string, args ...string) { b.WriteString(message.Text(lang, key, args...) + "\n") }
	for _, d := range f.Differences {
		got := notation(d.shape, d.Got)
		if d.missing {
			got = message.Text(lang, "test.no-key")
		}
		say("test.difference", d.Key, notation(d.shape, d.Want), got)
	}
	if f.Error != "" {
		say("test.error", f.Error)
	}
	say("test.facts", string(encode(c.request.Facts)))
	if c.request.Items != nil {
		say("test.items", string(encode(c.request.Items)))
	}
	if c.request.Change != nil {
		say("test.change", string(encode(c.request.Change)))
	}
	return b.String()
}

// law is what the case is about, as the language cites it.
func (c *Case) law(lang string) string {
	var cited []string
	for _, b := range c.spec.Basis {
		if lang == message.Chinese {
			cited = append(cited, b.Long)
		} else {
			cited = append(cited, message.Text(lang, "word.article", b.Short))
		}
	}
	return strings.Join(cited, message.Text(lang, "word.comma"))
}

// Accept returns a condition for banfa.NewLive: the candidate's own suites must pass. Where none is set, a candidate whose suites run no
// case is accepted too.
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
