package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/banfa-go/banfa/catalog"
)

type catalogRealityCommand struct {
	File     string `arg:"" help:"The published file: csv or xlsx."`
	Catalog  string `required:"" help:"The catalog that lists it; - for standard input." placeholder:"FILE"`
	Entry    string `help:"The entry's id; it may be left out where the catalog has one entry." placeholder:"ID"`
	Encoding string `help:"The encoding of a text table, instead of detecting it." placeholder:"NAME"`
	At       atTime `help:"Time of the evaluation; now by default." placeholder:"TIME"`
}

// Run compares a published file with its entry.
func (c *catalogRealityCommand) Run(a *app) (err error) {
	in, err := a.readCatalog(c.Catalog)
	if err != nil {
		return err
	}
	e, err := c.entry(in.Catalog, a.lang)
	if err != nil {
		return err
	}
	at := c.At.Time
	if at.IsZero() {
		at = a.now()
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := catalog.Reality(a.ctx, e, f, info.Size(), c.File, catalog.RealityAt(at), catalog.RealityEncoding(c.Encoding))
	if err != nil {
		return err
	}
	if a.JSON {
		err = a.printJSON(r)
	} else {
		err = c.print(a, e, r)
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(r.Findings, func(f catalog.Finding) bool { return f.Severity != catalog.SeverityInfo }) {
		return quiet(statusFindings)
	}
	return nil
}

// entry is the one the file is published for.
func (c *catalogRealityCommand) entry(all *catalog.Catalog, lang string) (*catalog.Entry, error) {
	if c.Entry == "" {
		if len(all.Entries) == 1 {
			return &all.Entries[0], nil
		}
		return nil, fmt.Errorf(pick(lang, "%s has %d entries: name one with --entry", "%s 有 %d 个条目：请用 --entry 指明一个"), c.Catalog, len(all.Entries))
	}
	i := slices.IndexFunc(all.Entries, func(e catalog.Entry) bool { return e.ID == c.Entry })
	if i < 0 {
		return nil, fmt.Errorf(pick(lang, "%s has no entry %q", "%s 没有条目 %q"), c.Catalog, c.Entry)
	}
	return &all.Entries[i], nil
}

func (c *catalogRealityCommand) print(a *app, e *catalog.Entry, r *catalog.RealityReport) error {
	var b bytes.Buffer
	say := func(en, zh string, args ...any) { fmt.Fprintf(&b, pick(a.lang, en, zh), args...) }
	format := r.Format
	if r.Encoding != "" {
		format += " " + r.Encoding
	}
	say("%s (%s) against entry %s %s: %d rows, %d columns, %d findings\n", "%s（%s）对照条目 %s %s：%d 行，%d 列，%d 个问题\n",
		c.File, format, e.ID, e.Name, r.Rows, len(r.Columns), len(r.Findings))
	for _, f := range r.Findings {
		at := ""
		if f.Place != nil && f.Place.Row > 0 {
			at = fmt.Sprintf("%s%d ", f.Place.Column, f.Place.Row)
		} else if f.Place != nil && f.Place.Column != "" {
			at = f.Place.Column + " "
		}
		what, fix := f.Text(a.lang)
		say("  %s %s%s (%s %s)\n", "  %s %s%s（%s %s）\n", severityWord(a.lang, f.Severity), at, what, f.Rule, citations(a.lang, f.Basis, f.Short))
		if fix != "" {
			fmt.Fprintf(&b, "      %s\n", fix)
		}
	}
	_, err := a.stdout.Write(b.Bytes())
	return err
}
