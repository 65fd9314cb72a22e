package banfa

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/grammar"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// document is one rule file while it is loaded.
type document struct {
	l       *loader
	file    *source.File
	head    ruleset.Head
	grammar *grammar.Node
	known   map[source.Position]bool // keys that the grammar has, so that `n:` is not taken for a word of YAML 1.1
	failed  bool                     // an error was found in it
	unread  bool                     // an expression of it could not be compiled
	waivers []waiver
	outline *Instrument     // the instrument its citations belong to
	part    *conditionsPart // what a file of kind Conditions says itself

	brokenFacts []string // declared, but not in a way that gives them a type

	paramsRead bool
	paramList  []ruleset.Parameter
	paramType  *expr.Type
	paramValue expr.Value
}

type waiver struct {
	code  string
	rules []string
	node  *source.Node
	used  bool
}

func rangeOf(r source.Range) Range {
	return Range{Position{r.Start.Line, r.Start.Column}, Position{r.End.Line, r.End.Column}}
}

func placeRange(p ruleset.Place) Range {
	return Range{Position{p.Line, p.Column}, Position{p.EndLine, p.EndColumn}}
}

func placeOfNode(n *source.Node) ruleset.Place {
	if n == nil {
		return ruleset.Place{}
	}
	r := n.Range
	return ruleset.Place{Line: r.Start.Line, Column: r.Start.Column, EndLine: r.End.Line, EndColumn: r.End.Column}
}

// report adds a finding about a range of the file.
func (d *document) report(code string, r source.Range, key string, args ...string) *Diagnostic {
	g := Diagnostic{Code: code, Severity: severityOf(code), File: d.file.Name, Range: rangeOf(r), Key: key, Args: args}
	return d.add(g)
}

func (d *document) add(g Diagnostic) *Diagnostic {
	d.l.found = append(d.l.found, g)
	if g.Severity == Error {
		d.failed = true
	}
	return &d.l.found[len(d.l.found)-1]
}

// hint adds a hint to the finding reported last.
func (g *Diagnostic) hint(key string, args ...string) *Diagnostic {
	g.Hints = append(g.Hints, Phrase{key, args})
	return g
}

// didYouMean adds the nearest of the candidates as hint and fix.
func (g *Diagnostic) didYouMean(written string, candidates []string) {
	if near := expr.Nearest(written, candidates); near != "" {
		g.hint("hint.did-you-mean", near)
		g.replaceBy(near)
	}
}

func (g *Diagnostic) replaceBy(text string) {
	g.Fixes = append(g.Fixes, Fix{Phrase{"fix.replace", []string{text}}, []Edit{{g.Range, text}}})
}

// problems takes over what reading the YAML found.
func (d *document) problems(list []source.Problem) {
	for _, p := range list {
		if p.Code == "BF1006" && d.known[p.Range.Start] {
			continue
		}
		d.add(problem(d.file.Name, &p))
	}
}

// problem is a problem of the YAML as a finding.
func problem(file string, p *source.Problem) Diagnostic {
	g := Diagnostic{Code: p.Code, Severity: severityOf(p.Code), File: file, Range: rangeOf(p.Range), Key: p.Key, Args: p.Args}
	for _, r := range p.Related {
		g.Related = append(g.Related, Related{File: file, Range: rangeOf(r), Key: "related.first-here"})
	}
	if len(p.Edits) > 0 {
		fix := Fix{Title: Phrase{Key: "fix.replace", Args: []string{p.Edits[0].NewText}}}
		for _, e := range p.Edits {
			fix.Edits = append(fix.Edits, Edit{rangeOf(e.Range), e.NewText})
		}
		g.Fixes = []Fix{fix}
	}
	return g
}

// AddProblems adds what reading one file's YAML found. It is for the packages of this module: the problems' type is internal.
func (ds *Diagnostics) AddProblems(file, text string, problems []source.Problem) {
	if ds.sources != nil {
		ds.sources[file] = text
	}
	for i := range problems {
		ds.Add(problem(file, &problems[i]))
	}
}

var (
	wordForm   = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	nameForm   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// reserved are the words that CEL keeps for itself.
var reserved = map[string]bool{
	"as": true, "break": true, "const": true, "continue": true, "else": true, "false": true, "for": true,
	"function": true, "if": true, "import": true, "in": true, "let": true, "loop": true, "package": true,
	"namespace": true, "null": true, "return": true, "true": true, "var": true, "void": true, "while": true,
}

// shape checks a value against its description, and everything below it; key names it in messages. It reports whether the
// value can be read at all.
func (d *document) shape(key string, n *source.Node, g *grammar.Node) bool {
	if n == nil || n.Broken {
		return false
	}
	switch g.Type {
	case grammar.Any:
		return true
	case grammar.Map:
		if n.Kind != source.Map {
			return d.bad(n, "value.not-mapping", key)
		}
		return d.keys(key, n, g)
	case grammar.Either:
		if n.Kind == source.Map {
			return d.keys(key, n, g)
		}
		return d.shape(key, n, g.Elem)
	case grammar.Dict:
		if n.Kind != source.Map {
			return d.bad(n, "value.not-mapping", key)
		}
		ok := d.enough(key, n, len(n.Entries), g)
		for _, e := range n.Entries {
			d.keyForm(e.Key, g.KeyType)
			ok = d.shape(e.Key.Value, e.Value, g.Elem) && ok
		}
		return ok
	case grammar.List:
		if n.Kind != source.List {
			return d.bad(n, "value.not-list", key)
		}
		ok := d.enough(key, n, len(n.Items), g)
		for _, item := range n.Items {
			ok = d.shape(key, item, g.Elem) && ok
		}
		return ok
	case grammar.Citations, grammar.Texts, grammar.Words:
		one := &grammar.Node{Type: map[grammar.Type]grammar.Type{
			grammar.Citations: grammar.Citation, grammar.Texts: grammar.Text, grammar.Words: grammar.Word,
		}[g.Type]}
		if n.Kind == source.List {
			return d.shape(key, n, &grammar.Node{Type: grammar.List, Elem: one})
		}
		return d.shape(key, n, one)
	}
	if n.Kind != source.Scalar {
		return d.bad(n, "value.not-scalar", key)
	}
	return d.scalar(key, n, g)
}

func (d *document) bad(n *source.Node, key string, args ...string) bool {
	d.report("BF1014", n.Range, key, args...)
	return false
}

func (d *document) enough(key string, n *source.Node, found int, g *grammar.Node) bool {
	if found >= g.Least {
		return true
	}
	if g.Least > 1 {
		return d.bad(n, "outcome.too-few")
	}
	if key == "cases" || key == "tables" {
		return true
	}
	return d.bad(n, "value.empty", key)
}

func (d *document) keyForm(k *source.Node, t grammar.Type) {
	switch {
	case t == grammar.Name && !nameForm.MatchString(k.Value):
		d.report("BF1017", k.Range, "name.not-identifier", k.Value)
	case t == grammar.Name && reserved[k.Value]:
		d.report("BF1017", k.Range, "name.reserved", k.Value)
	case t == grammar.Word && !wordForm.MatchString(k.Value):
		d.report("BF1017", k.Range, "name.id-form", k.Value)
	}
}

func (d *document) keys(key string, n *source.Node, g *grammar.Node) bool {
	ok := true
	var meant []string // keys that a misspelt one may have been: that they are missing is no finding of its own
	for _, e := range n.Entries {
		k, known := g.Key(e.Key.Value)
		if !known {
			d.report("BF1005", e.Key.Range, "frame.unknown-key", e.Key.Value, key).didYouMean(e.Key.Value, g.Names())
			meant = append(meant, expr.Nearest(e.Key.Value, g.Names()))
			ok = false
			continue
		}
		d.known[e.Key.Range.Start] = true
		ok = d.shape(k.Name, e.Value, k.Node) && ok
	}
	for _, k := range g.Keys {
		if k.Required && !d.file.Partial && n.KeyNode(k.Name) == nil && !slices.Contains(meant, k.Name) {
			at := source.Range{Start: n.Range.Start, End: n.Range.Start}
			if len(n.Entries) > 0 {
				at = n.Entries[0].Key.Range
			}
			d.report("BF1013", at, "frame.missing-key", k.Name, key)
			ok = false
		}
	}
	return ok
}

func (d *document) scalar(key string, n *source.Node, g *grammar.Node) bool {
	if n.IsNull() {
		return d.bad(n, "value.empty", key)
	}
	v := n.Value
	switch g.Type {
	case grammar.Text, grammar.Word, grammar.Name, grammar.Citation, grammar.Digest, grammar.Date, grammar.Timestamp:
		if n.Type != source.Str {
			return d.bad(n, "value.not-string", key, v)
		}
	}
	switch g.Type {
	case grammar.Text:
		if strings.TrimSpace(v) == "" {
			return d.bad(n, "value.empty", key)
		}
	case grammar.Word:
		if !wordForm.MatchString(v) {
			d.report("BF1017", n.Range, "name.id-form", v)
			return false
		}
	case grammar.Name:
		if !nameForm.MatchString(v) {
			d.report("BF1017", n.Range, "name.not-identifier", v)
			return false
		}
	case grammar.Expr:
		return d.expression(n)
	case grammar.Bool:
		if n.Type != source.Bool {
			return d.bad(n, "value.not-bool", key, v)
		}
	case grammar.Int:
		if _, err := strconv.Atoi(v); n.Type != source.Int || err != nil {
			return d.bad(n, "value.not-int", key, v)
		}
	case grammar.Number:
		if n.Type != source.Int && n.Type != source.Float {
			return d.bad(n, "value.not-number", key, v)
		}
	case grammar.Date:
		if _, err := civil.Parse(v); err != nil {
			return d.bad(n, "value.not-date", key, v)
		}
	case grammar.Timestamp:
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			return d.bad(n, "value.not-timestamp", key, v)
		}
	case grammar.Digest:
		if !digestForm.MatchString(v) {
			return d.bad(n, "value.not-digest", key, v)
		}
	case grammar.Choice:
		for _, c := range g.Values {
			if c == v {
				return true
			}
		}
		d.report("BF1014", n.Range, "value.not-one-of", key, v).hint("hint.one-of", strings.Join(g.Values, ", ")).
			didYouMean(v, g.Values)
		return false
	}
	return true
}

// expression checks that a scalar holds CEL in a form whose positions are those of the file.
func (d *document) expression(n *source.Node) bool {
	problems := n.CheckExpression()
	d.problems(problems)
	if len(problems) > 0 {
		return false
	}
	if strings.TrimSpace(n.Value) == "" {
		return d.bad(n, "value.empty", "expr")
	}
	return true
}

// text returns the scalar behind a key, and "" where there is none.
func text(n *source.Node, key string) string {
	if n == nil {
		return ""
	}
	if v := n.Get(key); v != nil && v.Kind == source.Scalar && !v.IsNull() {
		return v.Value
	}
	return ""
}

// words returns the scalars behind a key, where a list or a single one stands.
func words(n *source.Node, key string) []*source.Node {
	v := n.Get(key)
	switch {
	case v == nil:
		return nil
	case v.Kind == source.List:
		return v.Items
	}
	return []*source.Node{v}
}

func values(nodes []*source.Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = n.Value
	}
	return out
}

// dateOf reads a date that shape has checked.
func dateOf(n *source.Node, key string) *civil.Date {
	date, err := civil.Parse(text(n, key))
	if err != nil {
		return nil
	}
	return &date
}

func (d *document) window(n *source.Node) ruleset.Window {
	if n == nil || n.Kind != source.Map {
		return ruleset.Window{}
	}
	w := ruleset.Window{From: dateOf(n, "from"), Until: dateOf(n, "until")}
	if w.From != nil && w.Until != nil && *w.From > *w.Until {
		d.report("BF1014", n.Get("from").Range, "value.from-after-until", w.From.String(), w.Until.String())
	}
	return w
}
