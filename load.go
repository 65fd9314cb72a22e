package banfa

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/grammar"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
	"github.com/banfa-go/banfa/internal/workday"
)

// Limits bound what a bundle of rule files and an evaluation may cost. A field that is zero means its default, which is the
// figure beside it.
type Limits struct {
	FileBytes       int    // 1 MiB a rule file
	Files           int    // 1,000 files in a bundle
	Rules           int    // 10,000 rules in a bundle
	Depth           int    // 64 levels of YAML
	ExpressionBytes int    // 16 KiB a CEL expression
	ExpressionDepth int    // 250 levels of CEL
	RuleCost        uint64 // 1,000,000 CEL cost units a rule
	EvaluationCost  uint64 // 10,000,000 an evaluation
	FactsBytes      int    // 1 MiB a facts document
}

func (l Limits) withDefaults() Limits {
	or := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	or(&l.FileBytes, 1<<20)
	or(&l.Files, 1000)
	or(&l.Rules, 10_000)
	or(&l.Depth, 64)
	or(&l.ExpressionBytes, 16<<10)
	or(&l.ExpressionDepth, 250)
	or(&l.FactsBytes, 1<<20)
	if l.RuleCost == 0 {
		l.RuleCost = 1_000_000
	}
	if l.EvaluationCost == 0 {
		l.EvaluationCost = 10_000_000
	}
	return l
}

// Option changes how Load and Check work.
type Option interface{ apply(*loadOptions) }

type optionFunc func(*loadOptions)

func (f optionFunc) apply(o *loadOptions) { f(o) }

type loadOptions struct {
	ctx       context.Context
	limits    Limits
	citable   []fs.FS
	functions []Function
	today     time.Time
	strict    bool
	names     map[string]string
}

// WithLimits sets limits; by default those that Limits names.
func WithLimits(l Limits) Option { return optionFunc(func(o *loadOptions) { o.limits = l }) }

// Citable makes the instruments of another file system citable, and lets the bundle's conditions extend those of it, unless the bundle
// declares one of the same name. Nothing else of it is loaded. By default only the bundle's own instruments can be cited.
func Citable(fsys fs.FS) Option {
	return optionFunc(func(o *loadOptions) { o.citable = append(o.citable, fsys) })
}

// WithFunctions adds pure functions of the host to the CEL environment of every file.
func WithFunctions(f ...Function) Option {
	return optionFunc(func(o *loadOptions) { o.functions = append(o.functions, f...) })
}

// ReviewedBy makes a file whose last review is more than a year before day a finding (BF3007). By default the age of a
// review is not looked at, because nothing here reads the clock.
func ReviewedBy(day time.Time) Option { return optionFunc(func(o *loadOptions) { o.today = day }) }

// Strict makes Load fail on warnings too.
func Strict() Option { return optionFunc(func(o *loadOptions) { o.strict = true }) }

// Named gives files the names by which findings show them, where the names in the file system are not the user's own.
func Named(names map[string]string) Option {
	return optionFunc(func(o *loadOptions) { o.names = names })
}

// WithContext makes loading stop when ctx is done.
func WithContext(ctx context.Context) Option { return optionFunc(func(o *loadOptions) { o.ctx = ctx }) }

// Load reads every .yaml and .yml file of fsys as one bundle. All problems of all files are found in one run and returned
// as a *Diagnostics error; warnings alone do not fail the load and are kept in Rules.Warnings. Folders whose names begin with a
// dot are left out. An error that is not *Diagnostics comes from fsys itself.
func Load(fsys fs.FS, opts ...Option) (*Rules, error) {
	rules, ds, err := load(fsys, opts)
	if err != nil {
		return nil, err
	}
	if err := ds.Err(); err != nil {
		return nil, err
	}
	if rules.opts.strict && ds.Len() > 0 {
		return nil, ds
	}
	return rules, nil
}

// Check loads a bundle for its findings, warnings included. Rules is nil where they have errors.
func Check(fsys fs.FS, opts ...Option) (*Rules, *Diagnostics, error) {
	rules, ds, err := load(fsys, opts)
	if err != nil || ds.HasErrors() {
		return nil, ds, err
	}
	return rules, ds, nil
}

// loader is one run over one bundle.
type loader struct {
	opts         loadOptions
	docs         []*document
	found        []Diagnostic
	sources      map[string]string
	instruments  map[string]*Instrument
	outlineFile  map[string]string
	bases        map[string]*document // conditions of citable file systems, which those of the bundle may extend
	conditionIDs map[string]bool      // of requirements of docs and bases, and the dimensions; nil until asked for
	periods      map[string]*document // deadlines of citable file systems, which lifecycles of the bundle may follow
	extendable   map[string]*document // what conditions may extend, by name; see conditionsByName
	compiled     *expr.Memo           // of conditions, which share the expressions they inherit
	bundle       *ruleset.Bundle
	rules        int
	inherited    int // requirements and obligations of base files, once for each file that extends them
	syntax       *expr.Syntax
	beside       fs.FS // what files that rule files name are read from
	workdays     *workday.Index
}

func load(fsys fs.FS, opts []Option) (*Rules, *Diagnostics, error) {
	l := &loader{
		sources: map[string]string{}, instruments: map[string]*Instrument{}, outlineFile: map[string]string{},
		bases: map[string]*document{}, periods: map[string]*document{}, bundle: &ruleset.Bundle{},
	}
	l.opts.ctx = context.Background()
	for _, o := range opts {
		o.apply(&l.opts)
	}
	l.opts.limits = l.opts.limits.withDefaults()
	if err := l.citable(); err != nil {
		return nil, nil, err
	}
	l.beside = fsys
	files, err := l.read(fsys)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range files {
		if err := context.Cause(l.opts.ctx); err != nil {
			return nil, nil, err
		}
		l.parse(f.name, f.text)
	}
	l.unique()
	l.compile()
	if err := context.Cause(l.opts.ctx); err != nil {
		return nil, nil, err
	}
	found := l.waived()
	l.rename(found)
	ds := NewDiagnostics(l.sources)
	ds.Add(found...)
	ds.Sort()
	rules := &Rules{
		bundle: l.bundle, instruments: l.instruments, opts: l.opts, warnings: ds, digest: l.digest(),
	}
	return rules, ds, nil
}

// rename shows files by the names the host gave them.
func (l *loader) rename(found []Diagnostic) {
	shown := func(name string) string {
		if s, ok := l.opts.names[name]; ok {
			return s
		}
		return name
	}
	for i := range found {
		for j, arg := range found[i].Args {
			found[i].Args[j] = shown(arg)
		}
		found[i].File = shown(found[i].File)
		for j := range found[i].Related {
			found[i].Related[j].File = shown(found[i].Related[j].File)
		}
	}
	for name, s := range l.opts.names {
		if text, ok := l.sources[name]; ok {
			l.sources[s] = text
		}
	}
}

type inputFile struct {
	name string
	text []byte
}

// read returns the rule files of a file system, sorted by path.
func (l *loader) read(fsys fs.FS) ([]inputFile, error) {
	var files []inputFile
	err := fs.WalkDir(fsys, ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			if p != "." && strings.HasPrefix(e.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		case path.Ext(p) != ".yaml" && path.Ext(p) != ".yml":
			return nil
		}
		if len(files) >= l.opts.limits.Files {
			limit := strconv.Itoa(l.opts.limits.Files)
			l.found = append(l.found, Diagnostic{
				Code: "BF1012", File: p, Key: "limit.files", Args: []string{"> " + limit, limit},
			})
			return fs.SkipAll
		}
		text, err := l.readFile(fsys, p)
		if err != nil {
			return err
		}
		files = append(files, inputFile{p, text})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("banfa: reading rule files: %w", err)
	}
	sort.Slice(files, func(i, j int) bool { return files[i].name < files[j].name })
	return files, nil
}

// readFile reads no more of a file than shows that it is too large.
func (l *loader) readFile(fsys fs.FS, name string) (text []byte, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, int64(l.opts.limits.FileBytes)+1))
}

func (l *loader) parse(name string, text []byte) *document {
	limits := source.Limits{Bytes: l.opts.limits.FileBytes, Depth: l.opts.limits.Depth}
	f, problems := source.Parse(name, text, limits)
	if len(text) <= l.opts.limits.FileBytes {
		l.sources[name] = string(text)
	}
	d := &document{l: l, file: f, known: map[source.Position]bool{}}
	l.docs = append(l.docs, d)
	if f != nil && f.Root != nil {
		d.header()
	}
	d.problems(problems)
	return d
}

// header reads the frame and checks the whole file against the description of its kind.
func (d *document) header() {
	root := d.file.Root
	if root.Kind != source.Map {
		d.bad(root, "value.not-mapping", d.file.Name)
		return
	}
	kind := text(root, "kind")
	g, ok := grammar.Kind(kind)
	switch v := root.Get("apiVersion"); {
	case v == nil || v.Value == grammar.APIVersion:
	case v.Kind != source.Scalar:
		d.bad(v, "value.not-scalar", "apiVersion")
		return
	default:
		d.report("BF1015", v.Range, "frame.api-version", v.Value).hint("hint.write-as", grammar.APIVersion)
		return
	}
	if !ok {
		switch v := root.Get("kind"); {
		case v == nil && d.file.Partial, v != nil && v.Broken: // why it cannot be read has been reported
		case v == nil:
			d.report("BF1013", source.Range{Start: root.Range.Start, End: root.Range.Start}, "frame.missing-key", "kind", d.file.Name)
		case v.Kind != source.Scalar:
			d.bad(v, "value.not-scalar", "kind")
		default:
			d.report("BF1015", v.Range, "frame.kind", v.Value).hint("hint.one-of", strings.Join(grammar.Kinds(), ", ")).
				didYouMean(v.Value, grammar.Kinds())
		}
		return
	}
	d.grammar = g
	d.shape(kind, root, g)
	m := root.Get("metadata")
	if m == nil || m.Kind != source.Map {
		return
	}
	sum := sha256.Sum256(d.file.Text)
	d.head = ruleset.Head{
		Kind: kind, Name: text(m, "name"), Title: text(m, "title"), Status: text(m, "status"),
		Instrument: text(root, "instrument"), File: d.file.Name, Digest: "sha256:" + hex.EncodeToString(sum[:]),
		Effective: d.window(m.Get("effective")),
	}
	if e := m.Get("effective"); e != nil && d.head.Status == "draft" {
		d.report("BF3006", keyRange(m, "effective"), "law.effective-on-draft")
	}
	d.reviewAge(m.Get("reviewed"))
	d.readWaivers(root.Get("waivers"))
}

func keyRange(n *source.Node, key string) source.Range {
	for _, e := range n.Entries {
		if e.Key.Value == key {
			return e.Key.Range
		}
	}
	return n.Range
}

func (d *document) reviewAge(n *source.Node) {
	const months = 12
	date := dateOf(n, "date")
	if date == nil || d.l.opts.today.IsZero() {
		return
	}
	if d.l.opts.today.AddDate(0, -months, 0).Format(time.DateOnly) > date.String() {
		d.report("BF3007", n.Get("date").Range, "law.review-old", date.String(), strconv.Itoa(months))
	}
}

func (d *document) readWaivers(n *source.Node) {
	if n == nil || n.Kind != source.List {
		return
	}
	for _, w := range n.Items {
		code := text(w, "code")
		if !warnings[code] && !strings.HasPrefix(code, "BF5") {
			if c := w.Get("code"); c != nil {
				d.report("BF1014", c.Range, "waiver.code", code)
			}
			continue
		}
		d.waivers = append(d.waivers, waiver{code: code, rules: values(words(w, "rules")), node: w})
	}
}

// unique makes sure that a kind/name stands for one file. Labels are one per language.
func (l *loader) unique() {
	first := map[string]*document{}
	for _, d := range l.docs {
		if d.head.Name == "" {
			continue
		}
		id := d.head.ID()
		if d.head.Kind == "Labels" {
			id = text(d.file.Root, "subject") + "/" + text(d.file.Root, "language")
		}
		f, again := first[id]
		if !again {
			first[id] = d
			continue
		}
		at := func(d *document) source.Range { return d.file.Root.Get("metadata").Get("name").Range }
		g := d.report("BF1016", at(d), "frame.duplicate-name", d.head.ID())
		g.Related = append(g.Related, Related{File: f.file.Name, Range: rangeOf(at(f)), Key: "related.first-here"})
	}
}

// citable reads the instruments of other file systems; their own problems are not this bundle's.
func (l *loader) citable() error {
	for _, fsys := range l.opts.citable {
		sub := &loader{
			opts: loadOptions{ctx: l.opts.ctx, limits: l.opts.limits}, sources: map[string]string{},
			instruments: map[string]*Instrument{}, outlineFile: map[string]string{}, bundle: &ruleset.Bundle{},
		}
		files, err := sub.read(fsys)
		if err != nil {
			return err
		}
		for _, f := range files {
			if d := sub.parse(f.name, f.text); d.head.Kind == "Instrument" && !d.failed {
				d.instrument()
			} else if d.head.Kind == "Conditions" && d.head.Name != "" {
				l.bases[d.head.Name] = d
			} else if d.head.Kind == "Deadlines" && d.head.Name != "" && !d.failed {
				l.periods[d.head.Name] = d
			}
		}
		for id, in := range sub.instruments {
			l.instruments[id] = in
		}
	}
	return nil
}

// compile turns documents into rules: instruments first, since the others cite them, and suites last, since they test them.
func (l *loader) compile() {
	order := []string{"Instrument", "Classification", "Conditions", "Deadlines", "Catalog", "Desensitization", "Lifecycle", "Monitoring", "Labels", "Suite"}
	for _, kind := range order {
		for _, d := range l.docs {
			if d.head.Kind != kind || d.file.Root == nil {
				continue
			}
			d.findInstrument()
			switch kind {
			case "Instrument":
				d.instrument()
			case "Classification":
				d.classification()
			case "Conditions":
				d.conditions()
			case "Deadlines":
				d.deadlines()
			case "Catalog":
				d.catalog()
			case "Desensitization":
				d.desensitization()
			case "Lifecycle":
				d.lifecycle()
			case "Monitoring":
				d.monitoring()
			case "Labels":
				d.labels()
			case "Suite":
				d.suite()
			}
		}
	}
	l.sharedDatasets()
	if l.rules > l.opts.limits.Rules {
		l.found = append(l.found, Diagnostic{
			Code: "BF1012", File: ".", Key: "limit.rules",
			Args: []string{strconv.Itoa(l.rules), strconv.Itoa(l.opts.limits.Rules)},
		})
	}
}

// waived drops the findings that a waiver of their file accepts.
func (l *loader) waived() []Diagnostic {
	byFile := map[string]*document{}
	for _, d := range l.docs {
		byFile[d.file.Name] = d
	}
	out := l.found[:0]
	for _, g := range l.found {
		d := byFile[g.File]
		if d == nil || g.Severity == Error || !d.waives(g.Code, subjectOf(&g)) {
			out = append(out, g)
		}
	}
	for _, d := range l.docs {
		for _, w := range d.waivers {
			if !w.used && !d.failed && !strings.HasPrefix(w.code, "BF5") {
				out = append(out, Diagnostic{
					Code: "BF1014", Severity: Warning, File: d.file.Name, Range: rangeOf(w.node.Range),
					Key: "waiver.unused", Args: []string{w.code},
				})
			}
		}
	}
	return out
}

// subjectOf is the rule or fact that a finding of the analyser is about: its first argument by convention.
func subjectOf(g *Diagnostic) string {
	if len(g.Args) == 0 {
		return ""
	}
	return g.Args[0]
}

func (d *document) waives(code, subject string) bool {
	for i := range d.waivers {
		w := &d.waivers[i]
		if w.code == code && (len(w.rules) == 0 || slices.Contains(w.rules, subject)) {
			w.used = true
			return true
		}
	}
	return false
}

// digest covers every file that can change an answer: not suites, and not labels. How files are named and spelled does not matter.
func (l *loader) digest() string {
	var lines []string
	for _, d := range l.docs {
		if d.head.Kind != "Suite" && d.head.Kind != "Labels" {
			lines = append(lines, d.head.ID()+" "+d.head.Digest+"\n")
		}
	}
	for _, d := range l.extended() {
		lines = append(lines, d.head.ID()+" "+d.head.Digest+"\n")
	}
	for _, f := range l.bundle.Borrowed {
		lines = append(lines, f.ID()+" "+f.Digest+"\n")
	}
	sum := sha256.Sum256([]byte(strings.Join(sorted(lines), "")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// limits are those of an expression environment.
func (l *loader) limits() expr.Limits {
	m := l.opts.limits
	return expr.Limits{
		Runes: m.ExpressionBytes, Depth: m.ExpressionDepth, RuleCost: m.RuleCost, EvalCost: m.EvaluationCost,
	}
}

// calendar is what the working-day functions of CEL count with: the State Council's schedule as the library ships it.
func (l *loader) calendar() expr.Calendar {
	if l.workdays == nil {
		l.workdays = workday.China().Latest()
	}
	return l.workdays
}
