package conformance

import (
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// ArticleCoverage is one item, paragraph or article of an instrument, whichever is the smallest that can be cited, with the rules that
// follow it and the cases about it. A rule or a case that cites more than the place, such as the whole article, counts for it too.
type ArticleCoverage struct {
	Instrument string   `json:"instrument"`
	Citation   string   `json:"citation"`
	Short      string   `json:"short"`
	Title      string   `json:"title"`
	Computable bool     `json:"computable"`
	Why        string   `json:"why,omitempty"` // no rule is meant to follow
	Rules      []string `json:"rules"`         // KIND/NAME#id, of rule files that have a suite
	Cases      int      `json:"cases"`         // that name it as their basis
}

// articles lists every place of the outlines that files cite.
func (cov *Coverage) articles(rules *banfa.Rules) {
	b := rules.Bundle()
	own := map[string]string{} // by KIND/NAME: the instrument that citations without one belong to
	var named []string
	for _, h := range b.Heads() {
		own[h.ID()] = h.Instrument
		if h.Kind == "Instrument" {
			cov.outline[h.Name] = h.File
		}
		if h.Instrument != "" && !slices.Contains(named, h.Instrument) {
			named = append(named, h.Instrument)
		}
	}
	slices.Sort(named)
	x := index{rules: map[cited][]string{}, cases: map[cited]int{}}
	for i := range cov.Rules {
		r := &cov.Rules[i]
		for _, basis := range r.Basis {
			x.rule(own[r.Subject], basis, r.Subject+"#"+r.ID)
		}
	}
	for _, s := range b.Suites {
		for i := range s.Cases {
			for _, basis := range s.Cases[i].Basis {
				x.cases[x.read(own[s.Subject], basis.Long)]++
			}
		}
	}
	for _, id := range named {
		in, ok := rules.Instrument(id)
		if !ok {
			continue
		}
		for unit := range in.Units() {
			a, _ := in.Article(unit.Article, unit.ArticleSub)
			ac := ArticleCoverage{
				Instrument: in.ID, Citation: unit.String(), Short: unit.Short(), Title: a.Title, Computable: a.Computable, Why: a.Why,
				Rules: []string{},
			}
			for _, p := range containing(in.ID, unit) {
				for _, r := range x.rules[p] {
					if !slices.Contains(ac.Rules, r) {
						ac.Rules = append(ac.Rules, r)
					}
				}
				ac.Cases += x.cases[p]
			}
			cov.Articles = append(cov.Articles, ac)
		}
	}
}

// cited is a place of an instrument, its name filled in.
type cited struct {
	instrument string
	at         banfa.Citation
}

// index finds rules and cases by what they cite.
type index struct {
	rules map[cited][]string
	cases map[cited]int
	known map[string]banfa.Citation
}

func (x *index) read(own, text string) cited {
	c, ok := x.known[text]
	if !ok {
		if x.known == nil {
			x.known = map[string]banfa.Citation{}
		}
		c, _ = banfa.ParseCitation(text) // it was checked when the file was loaded
		x.known[text] = c
	}
	p := cited{own, c}
	if c.Instrument != "" {
		p.instrument, p.at.Instrument = c.Instrument, ""
	}
	return p
}

func (x *index) rule(own, basis, id string) {
	p := x.read(own, basis)
	x.rules[p] = append(x.rules[p], id)
}

// containing are the ways to cite a place: itself, its paragraph, its article.
func containing(instrument string, unit banfa.Citation) []cited {
	out := []cited{{instrument, unit}}
	if unit.Item > 0 && unit.Paragraph > 0 {
		unit.Item = 0
		out = append(out, cited{instrument, unit})
	}
	if unit.Item > 0 || unit.Paragraph > 0 {
		unit.Item, unit.Paragraph = 0, 0
		out = append(out, cited{instrument, unit})
	}
	return out
}

// Findings returns a warning for each rule that no case exercises (BF5002) and each value at which a condition turns and that no case has
// with one beside it (BF5004), of rule files that have a suite. What a waiver of the file accepts is left out.
func (cov *Coverage) Findings() []banfa.Diagnostic {
	var out []banfa.Diagnostic
	report := func(code, subject, rule, key string, args ...string) {
		if cov.waived(subject, code, rule) {
			return
		}
		p := cov.places[subject+"#"+rule]
		out = append(out, banfa.Diagnostic{
			Code: code, Severity: banfa.Warning, File: p.file, Key: key, Args: args,
			Range: banfa.Range{
				Start: banfa.Position{Line: p.at.Line, Column: p.at.Column}, End: banfa.Position{Line: p.at.EndLine, Column: p.at.EndColumn},
			},
		})
	}
	for i := range cov.Rules {
		if r := &cov.Rules[i]; !r.Exercised() {
			report("BF5002", r.Subject, r.ID, "suite.never-exercised", r.ID)
		}
	}
	for i := range cov.Facts {
		f := &cov.Facts[i]
		for j := range f.Boundaries {
			if b := &f.Boundaries[j]; !b.Tested() {
				report("BF5004", f.Subject, b.Rules[0], "suite.boundary", f.Fact, b.Value, b.Rules[0])
			}
		}
	}
	return out
}

// Gaps returns a warning (BF5003) for each place of a computable article that no rule follows. It knows the rules of files that have a
// suite, and so says something about a bundle only when all its files do.
func (cov *Coverage) Gaps() []banfa.Diagnostic {
	var out []banfa.Diagnostic
	for i := range cov.Articles {
		a := &cov.Articles[i]
		if a.Computable && len(a.Rules) == 0 {
			out = append(out, banfa.Diagnostic{
				Code: "BF5003", Severity: banfa.Warning, File: cov.outline[a.Instrument], Key: "suite.item-uncovered",
				Args: []string{a.Citation}, Citation: a.Citation,
			})
		}
	}
	return out
}

func (cov *Coverage) waived(subject, code, rule string) bool {
	return slices.ContainsFunc(cov.waivers[subject], func(w ruleset.Waiver) bool {
		return w.Code == code && (len(w.Rules) == 0 || slices.Contains(w.Rules, rule))
	})
}
