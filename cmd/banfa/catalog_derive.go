package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/banfa-go/banfa/catalog"
)

type catalogDeriveCommand struct {
	File string `arg:"" help:"The base catalog, in any format that import reads; - for standard input."`
	Open string `help:"An open catalog to prove instead of deriving one." placeholder:"FILE" xor:"open"`
	Out  string `help:"Write the open catalog to this file as JSON lines." placeholder:"FILE" xor:"open"`
}

// Run derives the open catalog of a base catalog, or holds one against it.
func (c *catalogDeriveCommand) Run(a *app) error {
	in, err := a.readCatalog(c.File)
	if err != nil {
		return err
	}
	var p catalog.Proof
	if c.Open != "" {
		open, err := a.readCatalog(c.Open)
		if err != nil {
			return err
		}
		if p, err = catalog.Prove(in.Catalog, open.Catalog); err != nil {
			return err
		}
	} else {
		d, err := catalog.Derive(in.Catalog)
		if err != nil {
			return err
		}
		p = d.Proof()
		if c.Out != "" {
			write := func(w io.Writer) error { return catalog.WriteJSONLinesSeq(a.ctx, w, d.Entries()) }
			if err := writeCatalogFile(c.Out, write); err != nil {
				return err
			}
		}
	}
	if a.JSON {
		err = a.printJSON(p)
	} else {
		var b bytes.Buffer
		fmt.Fprintf(&b, pick(a.lang, "base %d, open %d: conditional %d, unconditional %d\n%s\nbreaches: %d\n",
			"基础目录 %d 条，开放目录 %d 条：有条件开放 %d，无条件开放 %d\n%s\n违反 %d 项\n"), p.Base, p.Open, p.Conditional, p.Unconditional, p.Digest, len(p.Breaches))
		catalogFindingsText(&b, a.lang, p.Breaches)
		_, err = a.stdout.Write(b.Bytes())
	}
	if err == nil && len(p.Breaches) > 0 {
		err = quiet(statusFindings)
	}
	return err
}

// catalogFindingsText lists findings, one on each line.
func catalogFindingsText(b *bytes.Buffer, lang string, fs []catalog.Finding) {
	for i := range fs {
		f := &fs[i]
		fmt.Fprintf(b, "  %s %s", f.Rule, f.Entry)
		for _, s := range []string{f.Field, f.Item} {
			if s != "" {
				fmt.Fprintf(b, " %s", s)
			}
		}
		what, _ := f.Text(lang)
		fmt.Fprintf(b, pick(lang, ": %s (%s)\n", "：%s（%s）\n"), what, citations(lang, f.Basis, f.Short))
	}
}
