package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/internal/atomicfile"
)

type catalogExportCommand struct {
	Catalog     string `arg:"" help:"The catalog: a spreadsheet, CSV, JSON, JSON lines, CKAN or DCAT-US; - for standard input."`
	Format      string `required:"" help:"xlsx, csv, json, jsonl, dcat-ap, dcat-us, ckan or table-schema." enum:"xlsx,csv,json,jsonl,dcat-ap,dcat-us,ckan,table-schema" placeholder:"FORMAT"`
	Out         string `short:"o" help:"The file to write; standard output by default." placeholder:"FILE"`
	Base        bool   `help:"Write the base catalog, with what is closed: for the inside, not to be published."`
	Strict      bool   `help:"Write nothing and end with status 3 where the format requires what the catalog lacks."`
	Title       string `help:"Title of the whole catalog." placeholder:"TEXT"`
	Description string `help:"Description of the whole catalog." placeholder:"TEXT"`
	Publisher   string `help:"Who publishes the catalog; its unit by default." placeholder:"NAME"`
	BaseURL     string `name:"base-url" help:"Where the catalog is published: the beginning of its identifiers." placeholder:"URL"`
	Licence     string `help:"Address of the licence." placeholder:"URL"`
	Contact     string `help:"Who answers questions; the entry's unit by default." placeholder:"NAME"`
	Email       string `help:"Address for questions." placeholder:"ADDRESS"`
}

// Run writes a catalog. Without --base only what is open gets out, whatever the input holds.
func (c *catalogExportCommand) Run(a *app) error {
	in, err := a.readCatalog(c.Catalog)
	if err != nil {
		return err
	}
	format := catalog.Format(c.Format)
	opts := []catalog.ExportOption{
		catalog.ExportLanguage(c.language(a)),
		catalog.ExportAbout(catalog.About{
			Title: c.Title, Description: c.Description, Publisher: c.Publisher, BaseURL: c.BaseURL, Licence: c.Licence,
			ContactName: c.Contact, ContactEmail: c.Email,
		}),
	}
	var out bytes.Buffer
	if c.Base {
		if err := catalog.ExportBase(a.ctx, &out, in.Catalog, format, opts...); err != nil {
			return err
		}
		return c.write(a, out.Bytes())
	}
	open := catalog.Open(in.Catalog)
	gaps := catalog.Gaps(open, format, append(opts, catalog.ExportLanguage(a.lang))...)
	if err := c.report(a, in, open, gaps); err != nil {
		return err
	}
	if c.Strict && len(gaps) > 0 {
		return quiet(statusFindings)
	}
	if err := catalog.Export(a.ctx, &out, open, format, opts...); err != nil {
		return err
	}
	return c.write(a, out.Bytes())
}

// language is that of --lang; an exported catalog is in Chinese where nobody says otherwise, whatever the locale.
func (c *catalogExportCommand) language(a *app) string {
	if a.Lang != "" {
		return a.Lang
	}
	return "zh"
}

// write puts the result into its file, whole or not at all.
func (c *catalogExportCommand) write(a *app, text []byte) error {
	const perm = 0o644
	if c.Out == "" {
		_, err := a.stdout.Write(text)
		return err
	}
	mode := fs.FileMode(perm)
	if c.Base {
		mode = 0o600 // for the inside
	}
	return atomicfile.Write(c.Out, text, mode)
}

// exportReport is what an export came to. Of what stays inside it has numbers only.
type exportReport struct {
	Format   string            `json:"format"`
	Entries  int               `json:"entries"`
	Withheld exportWithheld    `json:"withheld"`
	Unread   int               `json:"unread"`
	Findings []catalog.Finding `json:"findings"`
}

type exportWithheld struct {
	Entries int `json:"entries"`
	Items   int `json:"items"`
}

// report says on standard error how much stayed inside and what the format asks for; with --json, and a file to write to, on standard
// output.
func (c *catalogExportCommand) report(a *app, in *catalog.Imported, open *catalog.OpenCatalog, gaps []catalog.Finding) error {
	r := exportReport{Format: c.Format, Unread: len(in.Unread), Findings: append([]catalog.Finding{}, gaps...)}
	for _, w := range open.Withheld() {
		if w.Item == "" {
			r.Withheld.Entries++
		} else {
			r.Withheld.Items++
		}
	}
	r.Entries = len(in.Catalog.Entries) - r.Withheld.Entries
	if a.JSON && c.Out != "" {
		return a.printJSON(r)
	}
	var b strings.Builder
	say := func(en, zh string, args ...any) { fmt.Fprintf(&b, pick(a.lang, en, zh), args...) }
	say("%d of %d entries are open; %d entries and %d items stay inside\n", "共 %[2]d 个条目，其中 %[1]d 个开放；%[3]d 个条目和 %[4]d 个数据项不对外\n",
		r.Entries, len(in.Catalog.Entries), r.Withheld.Entries, r.Withheld.Items)
	if r.Unread > 0 {
		say("%d values were not understood: see banfa catalog import %s\n", "有 %d 个值未能识别，见 banfa catalog import %s\n", r.Unread, c.Catalog)
	}
	const shown = 10
	for i, g := range gaps {
		if i == shown {
			say("and %d more\n", "另有 %d 条\n", len(gaps)-shown)
			break
		}
		what, fix := g.Text(a.lang)
		say("%s: %s%s; %s\n", "%s：%s%s；%s\n", severityWord(a.lang, g.Severity), gapPlace(a.lang, g), what, fix)
	}
	_, err := fmt.Fprint(a.stderr, b.String())
	return err
}

func severityWord(lang string, s catalog.Severity) string {
	switch s {
	case catalog.SeverityError:
		return pick(lang, "error", "错误")
	case catalog.SeverityWarning:
		return pick(lang, "warning", "警告")
	case catalog.SeverityInfo:
	}
	return pick(lang, "note", "提示")
}

func gapPlace(lang string, g catalog.Finding) string {
	if g.Entry == "" {
		return ""
	}
	return pick(lang, "entry "+g.Entry+": ", "条目 "+g.Entry+"：")
}
