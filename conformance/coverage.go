package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Coverage is what a bundle's suites exercise.
type Coverage struct {
	Rules    []RuleCoverage    `json:"rules"`
	Articles []ArticleCoverage `json:"articles"`
	Facts    []FactCoverage    `json:"facts"`

	places map[string]place // by KIND/NAME#rule
}

type place struct {
	file string
	at   ruleset.Place
}

// RuleCoverage is how often the suites of a rule file exercised a rule.
type RuleCoverage struct {
	Subject  string   `json:"subject"`
	ID       string   `json:"id"`
	Basis    []string `json:"basis"`
	Applied  int      `json:"applied"`  // cases in which it applied
	Defeated int      `json:"defeated"` // cases in which it was overridden
	True     int      `json:"true"`     // cases in which its condition was true
	False    int      `json:"false"`
	Unknown  int      `json:"unknown"`
	Cases    []string `json:"cases"` // SUITE/CASE in which it applied or was overridden; for a change rule, in which it was looked at
}

// Exercised reports whether a case brought the rule to bear.
func (r *RuleCoverage) Exercised() bool { return len(r.Cases) > 0 }

// ArticleCoverage is one item, paragraph or article of an instrument, with the rules that follow it and the cases about it.
type ArticleCoverage struct {
	Instrument string   `json:"instrument"`
	Citation   string   `json:"citation"`
	Short      string   `json:"short"`
	Title      string   `json:"title"`
	Computable bool     `json:"computable"`
	Why        string   `json:"why,omitempty"`
	Rules      []string `json:"rules"` // KIND/NAME#id
	Cases      int      `json:"cases"` // that name it as their basis
}

// FactCoverage is which values of a fact the suites use, of those that can be counted: of a bool and an enum.
type FactCoverage struct {
	Subject string   `json:"subject"`
	Fact    string   `json:"fact"`
	Seen    []string `json:"seen"`
	Unseen  []string `json:"unseen"`
	Absent  bool     `json:"absent"` // whether a case leaves it out
}

// Cover evaluates the cases of a bundle's suites once more and counts what they exercise.
func Cover(ctx context.Context, rules *banfa.Rules, opts ...Option) (*Coverage, error) {
	cov := &Coverage{Rules: []RuleCoverage{}, Articles: []ArticleCoverage{}, Facts: []FactCoverage{}, places: map[string]place{}}
	for _, c := range rules.Bundle().Classifications {
		if err := cov.classification(ctx, rules, c, opts); err != nil {
			return nil, err
		}
	}
	cov.articles(rules)
	return cov, nil
}

type counter struct {
	byID  map[string]*RuleCoverage
	order []string
}

func (n *counter) add(c *ruleset.Classification, id string, basis []ruleset.Basis) {
	r := &RuleCoverage{Subject: c.ID(), ID: id, Basis: []string{}, Cases: []string{}}
	for _, b := range basis {
		r.Basis = append(r.Basis, b.Long)
	}
	n.byID[id] = r
	n.order = append(n.order, id)
}

func (cov *Coverage) classification(ctx context.Context, rules *banfa.Rules, c *ruleset.Classification, opts []Option) error {
	n := &counter{byID: map[string]*RuleCoverage{}}
	note := func(id string, basis []ruleset.Basis, at ruleset.Place) {
		n.add(c, id, basis)
		cov.places[c.ID()+"#"+id] = place{c.File, at}
	}
	if c.Scope != nil {
		note(c.Scope.ID, c.Scope.Basis, c.Scope.Place)
	}
	for _, r := range c.Rules {
		note(r.ID, r.Basis, r.Place)
	}
	if c.Otherwise != nil {
		note(c.Otherwise.ID, c.Otherwise.Basis, c.Otherwise.Place)
	}
	if c.Transitions != nil {
		for _, r := range c.Transitions.Rules {
			note(r.ID, r.Basis, r.Place)
		}
	}
	tested := false
	facts := newFactCounter(c)
	for k := range Cases(rules, opts...) {
		if k.request.Subject != c.ID() || k.Skip {
			continue
		}
		tested = true
		facts.count(k.request)
		if err := n.count(ctx, k); err != nil {
			return err
		}
	}
	if !tested {
		return nil
	}
	for _, id := range n.order {
		cov.Rules = append(cov.Rules, *n.byID[id])
	}
	cov.Facts = append(cov.Facts, facts.result(c)...)
	return nil
}

// count evaluates one case and notes what it brought to bear. A case that errs brings nothing to bear.
func (n *counter) count(ctx context.Context, k *Case) error {
	name := k.Suite + "/" + k.ID
	if k.request.Change != nil {
		return n.change(ctx, k, name)
	}
	trace, err := k.engine.trace(ctx, k.request)
	if err != nil {
		return context.Cause(ctx)
	}
	for _, t := range trace {
		for i := range t.Rules {
			r := &t.Rules[i]
			c := n.byID[r.ID]
			if c == nil {
				continue
			}
			defeated := len(r.DefeatedBy) > 0 && r.Condition == "true"
			scope := i == 0 && r.Outcome == "" && r.Applies == "false" && k.engine.isScope(k.request.Subject, r.ID)
			switch r.Condition {
			case "true":
				c.True++
			case "false":
				c.False++
			case "unknown":
				c.Unknown++
			}
			if r.Applies == "true" {
				c.Applied++
			}
			if defeated {
				c.Defeated++
			}
			if r.Applies == "true" || defeated || scope {
				c.Cases = appendNew(c.Cases, name)
			}
		}
	}
	return nil
}

// change notes the rules of changing that the answer names, and those that the case expects to see: a rule that is met says nothing.
func (n *counter) change(ctx context.Context, k *Case, name string) error {
	got, err := k.engine.answer(ctx, k.request)
	if err != nil {
		return context.Cause(ctx)
	}
	for _, key := range []string{"rules", "owed"} {
		for _, id := range ids(got[key]) {
			if c := n.byID[id]; c != nil {
				c.Applied++
				c.Cases = appendNew(c.Cases, name)
			}
		}
	}
	return nil
}

func appendNew(s []string, v string) []string {
	if slices.Contains(s, v) {
		return s
	}
	return append(s, v)
}

func (e *engine) isScope(subject, id string) bool {
	for _, c := range e.rules.Bundle().Classifications {
		if c.ID() == subject {
			return c.Scope != nil && c.Scope.ID == id
		}
	}
	return false
}

// trace returns the traces of a case: one, or one per item.
func (e *engine) trace(ctx context.Context, q *Request) ([]*banfa.Trace, error) {
	c, ok := e.classifiers[q.Subject]
	if !ok {
		return nil, errUnsupported
	}
	r, err := e.classify(ctx, c, q)
	if err != nil {
		return nil, err
	}
	if len(r.Items) == 0 {
		return []*banfa.Trace{r.Trace("")}, nil
	}
	out := make([]*banfa.Trace, len(r.Items))
	for i := range r.Items {
		out[i] = r.Trace(r.Items[i].Name)
	}
	return out, nil
}

type factCounter struct{ seen map[string]map[string]bool }

func newFactCounter(c *ruleset.Classification) *factCounter {
	f := &factCounter{seen: map[string]map[string]bool{}}
	for i := range c.Facts {
		f.seen[c.Facts[i].Name] = map[string]bool{}
	}
	return f
}

func (f *factCounter) count(q *Request) {
	for name, seen := range f.seen {
		if v, ok := q.Facts[name]; ok && v != nil {
			seen[fmt.Sprint(v)] = true
		} else {
			seen["absent "] = true // no code has a blank
		}
		for _, item := range q.Items {
			if v, ok := item[name]; ok && v != nil {
				seen[fmt.Sprint(v)] = true
			}
		}
	}
}

func (f *factCounter) result(c *ruleset.Classification) []FactCoverage {
	var out []FactCoverage
	for i := range c.Facts {
		fact := &c.Facts[i]
		values, ok := fact.Type.Enumerate()
		if !ok {
			continue
		}
		fc := FactCoverage{Subject: c.ID(), Fact: fact.Name, Seen: []string{}, Unseen: []string{}, Absent: f.seen[fact.Name]["absent "]}
		for _, v := range values {
			if s := v.String(); f.seen[fact.Name][s] {
				fc.Seen = append(fc.Seen, s)
			} else {
				fc.Unseen = append(fc.Unseen, s)
			}
		}
		out = append(out, fc)
	}
	return out
}

// articles lists every place of the outlines that files cite.
func (cov *Coverage) articles(rules *banfa.Rules) {
	seen := map[string]bool{}
	for _, c := range rules.Bundle().Classifications {
		in, ok := rules.Instrument(c.Instrument)
		if !ok || seen[in.ID] {
			continue
		}
		seen[in.ID] = true
		for cite := range in.Units() {
			a, _ := in.Article(cite.Article, cite.ArticleSub)
			ac := ArticleCoverage{
				Instrument: in.ID, Citation: cite.String(), Short: cite.Short(), Title: a.Title, Computable: a.Computable, Why: a.Why,
				Rules: []string{},
			}
			for i := range cov.Rules {
				if slices.Contains(cov.Rules[i].Basis, ac.Citation) {
					ac.Rules = append(ac.Rules, cov.Rules[i].Subject+"#"+cov.Rules[i].ID)
				}
			}
			for _, s := range rules.Bundle().Suites {
				for j := range s.Cases {
					if slices.ContainsFunc(s.Cases[j].Basis, func(b ruleset.Basis) bool { return b.Long == ac.Citation }) {
						ac.Cases++
					}
				}
			}
			cov.Articles = append(cov.Articles, ac)
		}
	}
}

// Findings returns a BF5002 warning for each rule that no case exercises, of files that have a suite at all.
func (cov *Coverage) Findings() []banfa.Diagnostic {
	var out []banfa.Diagnostic
	for i := range cov.Rules {
		r := &cov.Rules[i]
		if r.Exercised() {
			continue
		}
		p := cov.places[r.Subject+"#"+r.ID]
		out = append(out, banfa.Diagnostic{
			Code: "BF5002", Severity: banfa.Warning, File: p.file, Key: "suite.never-exercised", Args: []string{r.ID},
			Range: banfa.Range{
				Start: banfa.Position{Line: p.at.Line, Column: p.at.Column}, End: banfa.Position{Line: p.at.EndLine, Column: p.at.EndColumn},
			},
		})
	}
	return out
}

// WriteText writes article → rules → cases for people.
func (cov *Coverage) WriteText(w io.Writer, lang string) error {
	var b strings.Builder
	byID := map[string]*RuleCoverage{}
	for i := range cov.Rules {
		byID[cov.Rules[i].Subject+"#"+cov.Rules[i].ID] = &cov.Rules[i]
	}
	for i := range cov.Articles {
		a := &cov.Articles[i]
		cited := a.Citation
		if lang == message.English {
			cited = message.Text(lang, "word.article", a.Short)
		}
		b.WriteString(message.Text(lang, "coverage.article", cited, a.Title) + "\n")
		switch {
		case !a.Computable:
			b.WriteString(message.Text(lang, "coverage.excluded", a.Why) + "\n")
		case len(a.Rules) == 0:
			b.WriteString(message.Text(lang, "coverage.none") + "\n")
		}
		for _, id := range a.Rules {
			b.WriteString(message.Text(lang, "coverage.rule", id, fmt.Sprint(len(byID[id].Cases))) + "\n")
		}
	}
	for i := range cov.Rules {
		if r := &cov.Rules[i]; !r.Exercised() {
			b.WriteString(message.Text(lang, "suite.never-exercised", r.ID) + "\n")
		}
	}
	for i := range cov.Facts {
		if f := &cov.Facts[i]; len(f.Unseen) > 0 {
			b.WriteString(message.Text(lang, "coverage.unseen", f.Fact, strings.Join(f.Unseen, ", ")) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the coverage as one object on one line.
func (cov *Coverage) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(cov)
}
