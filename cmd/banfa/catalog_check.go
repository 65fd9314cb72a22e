package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/internal/message"
)

type catalogCheckCommand struct {
	Base     string            `arg:"" help:"The base catalog: a spreadsheet, CSV, JSON, JSON lines, CKAN or DCAT-US; - for standard input."`
	Open     string            `help:"The open catalog, to be held against it (Art. 18)." placeholder:"FILE"`
	Previous string            `help:"The base catalog before the changes (Art. 15)." placeholder:"FILE"`
	Records  map[string]string `help:"Further records that the rules look at, such as a plan, a census or a register of units, as name, =, file (JSON lines, or a table whose columns are called as the fields are); again for each." placeholder:"NAME=FILE"`
	At       atTime            `help:"Time of the check; now by default." placeholder:"TIME"`
	File     string            `name:"checks" help:"The rule file of kind Catalog, where there are several." placeholder:"NAME"`
}

// Run checks catalogs by the rule file. It ends with the status of findings where something is violated that is an error.
func (c *catalogCheckCommand) Run(a *app) error {
	rules, err := a.use()
	if err != nil {
		return err
	}
	opts := []catalog.CheckOption{catalog.CheckClock(a.now)}
	if c.File != "" {
		opts = append(opts, catalog.CheckFile(strings.TrimPrefix(c.File, "Catalog/")))
	}
	checker, err := catalog.NewChecker(rules, opts...)
	if err != nil {
		return err
	}
	var in catalog.Input
	var read []catalog.Finding
	for _, x := range []struct {
		path string
		to   **catalog.Catalog
	}{{c.Base, &in.Base}, {c.Open, &in.Open}, {c.Previous, &in.Previous}} {
		if x.path == "" {
			continue
		}
		got, err := a.readCatalog(x.path)
		if err != nil {
			return err
		}
		*x.to = got.Catalog
		read = append(read, got.Findings...)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Records)) {
		if in.Records == nil {
			in.Records = map[string][]map[string]any{}
		}
		if in.Records[name], err = a.readRecords(checker, name, c.Records[name]); err != nil {
			return err
		}
	}
	opts = nil
	if !c.At.IsZero() {
		opts = append(opts, catalog.CheckAt(c.At.Time))
	}
	r, err := checker.Check(a.ctx, in, opts...)
	if err != nil {
		return err
	}
	r.Findings = append(read, r.Findings...)
	if a.JSON {
		err = a.printJSON(r)
	} else {
		err = (&checkText{a, r}).print()
	}
	if err == nil && r.Failed() {
		err = quiet(statusFindings)
	}
	return err
}

// readRecords reads a set of records: JSON lines, each an object, or a table. An error names the line.
func (a *app) readRecords(checker *catalog.Checker, set, path string) (records []map[string]any, err error) {
	in, closeIn, err := a.open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	r := bufio.NewReader(in)
	head, err := r.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"); len(text) > 0 && text[0] != '{' {
		data, err := io.ReadAll(io.LimitReader(r, maxCatalog+1))
		if err != nil {
			return nil, err
		}
		return checker.ReadTable(a.ctx, set, bytes.NewReader(data), int64(len(data)), path)
	}
	records = []map[string]any{} // a file that is empty says that there are none
	for n := 1; ; n++ {
		line, readErr := readLine(r)
		switch {
		case len(line) > maxLine:
			return nil, fmt.Errorf("%s:%d: %s", path, n, errLongLine.Message(a.lang))
		case len(bytes.TrimSpace(line)) > 0:
			record, err := banfa.JSON(line).Map()
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %s", path, n, a.describe(err)) // which would name no file by itself
			}
			records = append(records, record)
		}
		if readErr != nil {
			return records, ignoreEOF(readErr)
		}
	}
}

// shownFindings is how many findings of one rule the text shows; JSON has them all.
const shownFindings = 20

// checkText writes a report for people.
type checkText struct {
	*app
	report *catalog.Report
}

func (a *checkText) print() error {
	r := a.report
	w := &lineWriter{w: a.stdout, lang: a.lang}
	for _, u := range r.Units {
		w.text("catalog.check.unit", u.Unit, fmt.Sprint(u.Entries), fmt.Sprint(u.Clean), fmt.Sprint(u.Errors), fmt.Sprint(u.Warnings), fmt.Sprint(u.Unjudged))
		for i, f := range u.Fixes {
			w.line(fmt.Sprintf("  %d. %s", i+1, message.Text(a.lang, "catalog.check.fix", message.Text(a.lang, "catalog.word."+string(f.Severity)), f.Text(a.lang),
				citations(a.lang, f.Basis, f.Short), fmt.Sprint(f.Count), f.Share, fmt.Sprint(f.Clean), f.Rule)))
		}
	}
	if len(r.Findings) > 0 {
		w.line("")
	}
	shown := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Verdict == catalog.Unjudged && len(f.Missing) > 0 {
			continue // told together below
		}
		if shown[f.Rule]++; shown[f.Rule] <= shownFindings {
			w.line(a.finding(f))
		}
	}
	for _, n := range r.Rules {
		if more := shown[n.ID] - shownFindings; more > 0 {
			w.text("catalog.check.more", n.ID, fmt.Sprint(more))
		}
	}
	a.unjudged(w)
	violated, unjudged := 0, 0
	for _, f := range r.Findings {
		if f.Verdict == catalog.Violated {
			violated++
		} else {
			unjudged++
		}
	}
	w.text("catalog.check.summary", fmt.Sprint(violated), fmt.Sprint(unjudged))
	if r.Status == "draft" {
		w.text("catalog.check.draft", r.Ruleset)
	}
	return w.err
}

// unjudged tells by missing facts which rules could not judge, and how many records: most of them lack the same.
func (a *checkText) unjudged(w *lineWriter) {
	type group struct {
		missing, rules []string
		count          map[string]int
	}
	groups := map[string]*group{}
	var order []string
	for i := range a.report.Findings {
		f := &a.report.Findings[i]
		if f.Verdict != catalog.Unjudged || len(f.Missing) == 0 {
			continue
		}
		missing := strings.Join(f.Missing, ", ")
		g := groups[missing]
		if g == nil {
			g = &group{missing: f.Missing, count: map[string]int{}}
			groups[missing] = g
			order = append(order, missing)
		}
		if g.count[f.Rule] == 0 {
			g.rules = append(g.rules, f.Rule)
		}
		g.count[f.Rule]++
	}
	for _, missing := range order {
		g := groups[missing]
		most := 0
		for _, n := range g.count {
			most = max(most, n)
		}
		if !slices.ContainsFunc(g.missing, func(m string) bool { return !a.report.MissingSet(m) }) {
			w.text("catalog.check.no-set", missing, strings.Join(g.rules, ", "))
			continue
		}
		w.text("catalog.check.unjudged", missing, fmt.Sprint(most), strings.Join(g.rules, ", "))
	}
}

// citations are the articles of a finding: in English in their short form.
func citations(lang string, long, short []string) string {
	if lang == message.English && len(short) > 0 {
		return "Art. " + strings.Join(short, ", ")
	}
	return strings.Join(long, "、")
}

func (a *checkText) finding(f *catalog.Finding) string {
	var b strings.Builder
	if p := f.Place; p != nil {
		b.WriteString(p.File)
		if p.Sheet != "" {
			b.WriteString(" " + p.Sheet)
		}
		if p.Row > 0 {
			fmt.Fprintf(&b, " %s%d", p.Column, p.Row)
		}
		b.WriteString(": ")
	}
	severity := string(f.Severity)
	if f.Verdict == catalog.Unjudged {
		severity = string(catalog.Unjudged)
	}
	b.WriteString(message.Text(a.lang, "catalog.word."+severity) + " " + f.Rule)
	if f.Entry != "" {
		b.WriteString(" " + message.Visible(f.Entry))
	}
	what, fix := f.Text(a.lang)
	b.WriteString(": " + message.Visible(what))
	if len(f.Basis) > 0 {
		b.WriteString(" (" + citations(a.lang, f.Basis, f.Short) + ")")
	}
	if fix != "" {
		b.WriteString("; " + fix)
	}
	return b.String()
}

// lineWriter writes lines until one fails.
type lineWriter struct {
	w    io.Writer
	lang string
	err  error
}

func (w *lineWriter) line(s string) {
	if w.err == nil {
		_, w.err = fmt.Fprintln(w.w, s)
	}
}

func (w *lineWriter) text(key string, args ...string) { w.line(message.Text(w.lang, key, args...)) }
