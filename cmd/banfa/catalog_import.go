package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/internal/atomicfile"
)

type catalogImportCommand struct {
	File      string `arg:"" help:"The catalog: xlsx, csv, JSON, JSON lines, CKAN or DCAT-US, as it is or as gzip; - for standard input."`
	Aliases   string `help:"A file of further labels of columns and of code tables." placeholder:"FILE"`
	Codes     string `help:"The code table by which numbers are read, such as national." placeholder:"NAME"`
	Encoding  string `help:"The encoding of a text table, instead of detecting it." placeholder:"NAME"`
	Delimiter string `help:"The delimiter of a text table, instead of detecting it; tab for a tab." placeholder:"CHARACTER"`
	Sheet     string `help:"The one sheet of a spreadsheet to read." placeholder:"NAME"`
	Out       string `help:"Write the catalog to this file as JSON lines." placeholder:"FILE"`
}

// catalogImportReport is the shape of catalog import in JSON.
type catalogImportReport struct {
	Format   string            `json:"format"`
	Encoding string            `json:"encoding"`
	Entries  int               `json:"entries"`
	Items    int               `json:"items"`
	Units    int               `json:"units"`
	Unread   []catalog.Unread  `json:"unread"`
	Findings []catalog.Finding `json:"findings"`
}

// Run reads a catalog and says what was understood of it.
func (c *catalogImportCommand) Run(a *app) error {
	opts, err := c.options()
	if err != nil {
		return err
	}
	in, err := a.readCatalog(c.File, opts...)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := writeCatalogLines(a.ctx, c.Out, in.Catalog); err != nil {
			return err
		}
	}
	units := map[string]bool{}
	r := catalogImportReport{Format: in.Format, Encoding: in.Encoding, Entries: len(in.Catalog.Entries), Unread: in.Unread, Findings: in.Findings}
	for i := range in.Catalog.Entries {
		e := &in.Catalog.Entries[i]
		r.Items += len(e.Items)
		if e.Unit != "" {
			units[e.Unit] = true
		}
	}
	r.Units = len(units)
	if a.JSON {
		r.Unread, r.Findings = append([]catalog.Unread{}, r.Unread...), append([]catalog.Finding{}, r.Findings...) // never null
		err = a.printJSON(r)
	} else {
		err = c.print(a, &r)
	}
	if err == nil && slices.ContainsFunc(r.Findings, func(f catalog.Finding) bool { return f.Severity == catalog.SeverityError }) {
		err = quiet(statusFindings)
	}
	return err
}

func (c *catalogImportCommand) options() ([]catalog.ImportOption, error) {
	opts := []catalog.ImportOption{catalog.WithCodes(c.Codes), catalog.WithEncoding(c.Encoding), catalog.WithSheet(c.Sheet)}
	if c.Delimiter != "" {
		r, n := utf8.DecodeRuneInString(c.Delimiter)
		switch {
		case c.Delimiter == "tab" || c.Delimiter == `\t`:
			r = '\t'
		case n != len(c.Delimiter):
			return nil, fmt.Errorf("--delimiter %q: give one character, or tab", c.Delimiter)
		}
		opts = append(opts, catalog.WithDelimiter(r))
	}
	if c.Aliases != "" {
		data, err := os.ReadFile(c.Aliases)
		if err != nil {
			return nil, err
		}
		opts = append(opts, catalog.WithAliases(bytes.NewReader(data)))
	}
	return opts, nil
}

// print says it in a few lines. The messages themselves are in Chinese, as the catalogs are.
func (c *catalogImportCommand) print(a *app, r *catalogImportReport) error {
	const shown = 20 // of a list; --json has all
	var b bytes.Buffer
	say := func(en, zh string, args ...any) { fmt.Fprintf(&b, pick(a.lang, en, zh), args...) }
	format := r.Format
	if r.Encoding != "" {
		format += ", " + r.Encoding
	}
	say("%s (%s): %d entries, %d items, %d units\n", "%s（%s）：%d 条目录，%d 个数据项，%d 个单位\n", c.File, format, r.Entries, r.Items, r.Units)
	if n := len(r.Unread); n > 0 {
		say("not understood, and kept as it stands: %d\n", "未能读懂的值 %d 处，原值均已保留：\n", n)
		for _, u := range r.Unread[:min(n, shown)] {
			fmt.Fprintf(&b, "  %s%q: %s\n", importPlaceText(&catalog.Place{Sheet: u.Sheet, Row: u.Row, Column: u.Column}), u.Value, u.Why)
		}
		if n > shown {
			say("  … and %d more; see --json\n", "  … 另有 %d 处，见 --json\n", n-shown)
		}
	}
	if n := len(r.Findings); n > 0 {
		say("findings: %d\n", "问题 %d 个：\n", n)
		for _, f := range r.Findings[:min(n, shown)] {
			what, fix := f.Text(a.lang)
			fmt.Fprintf(&b, "  %s%s %s: %s\n", importPlaceText(f.Place), f.Severity, f.Rule, what)
			if fix != "" {
				fmt.Fprintf(&b, "      → %s\n", fix)
			}
		}
		if n > shown {
			say("  … and %d more; see --json\n", "  … 另有 %d 个，见 --json\n", n-shown)
		}
	}
	if c.Out != "" {
		say("written: %s\n", "已写入 %s\n", c.Out)
	}
	_, err := a.stdout.Write(b.Bytes())
	return err
}

// importPlaceText is a place within the file that was read, with a space behind it.
func importPlaceText(p *catalog.Place) string {
	if p == nil {
		return ""
	}
	var text string
	if p.Sheet != "" {
		text = p.Sheet + "!"
	}
	if p.Row > 0 {
		text += fmt.Sprintf("%s%d", p.Column, p.Row)
	}
	if text == "" {
		return ""
	}
	return text + " "
}

// writeCatalogLines writes a catalog as JSON lines, one entry on each. The file appears whole or not at all.
func writeCatalogLines(ctx context.Context, path string, c *catalog.Catalog) error {
	return writeCatalogFile(path, func(w io.Writer) error { return catalog.WriteJSONLines(ctx, w, c.Entries) })
}

// writeCatalogFile writes a file that appears whole or not at all, as its content is made.
func writeCatalogFile(path string, write func(io.Writer) error) error {
	const perm = 0o644
	f, err := atomicfile.Create(path, perm)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Discard())
	}
	return f.Commit()
}
