package main

import (
	"bytes"
	"fmt"

	"github.com/banfa-go/banfa/catalog"
)

type catalogDiffCommand struct {
	Old   string            `arg:"" help:"The catalog before."`
	New   string            `arg:"" help:"The catalog after."`
	Basis map[string]string `help:"The legal basis of a downgrade: id of the entry, =, citation." placeholder:"ID=CITATION"`
}

// Run lists what changed in openness.
func (c *catalogDiffCommand) Run(a *app) error {
	before, err := a.readCatalog(c.Old)
	if err != nil {
		return err
	}
	after, err := a.readCatalog(c.New)
	if err != nil {
		return err
	}
	l, err := catalog.Diff(before.Catalog, after.Catalog, catalog.LedgerBasis(c.Basis))
	if err != nil {
		return err
	}
	if a.JSON {
		err = a.printJSON(l)
	} else {
		_, err = a.stdout.Write(diffText(a.lang, l))
	}
	if err == nil && l.Unsupported > 0 {
		err = quiet(statusFindings)
	}
	return err
}

func diffText(lang string, l *catalog.Ledger) []byte {
	var b bytes.Buffer
	changes, basis := "%d changes", "%d without the basis they need\n"
	if len(l.Changes) == 1 {
		changes = "%d change"
	}
	if l.Unsupported == 1 {
		basis = "%d without the basis it needs\n"
	}
	fmt.Fprintf(&b, pick(lang, changes+", "+basis, "变更 %d 项，缺少依据 %d 项\n"), len(l.Changes), l.Unsupported)
	for i := range l.Changes {
		ch := &l.Changes[i]
		fmt.Fprintf(&b, "  %s %s", ch.Entry, ch.Kind.Label(lang))
		for _, s := range []string{ch.NewID, ch.Item, ch.Evidence} {
			if s != "" {
				fmt.Fprintf(&b, " %s", s)
			}
		}
		if ch.From != "" || ch.To != "" {
			fmt.Fprintf(&b, " %q → %q", ch.From, ch.To)
		}
		switch {
		case !ch.Supported:
			fmt.Fprintf(&b, pick(lang, " [no basis, %s]", "【缺少依据，%s】"), ch.Needs)
		case ch.Basis != "":
			fmt.Fprintf(&b, " [%s]", ch.Basis)
		}
		b.WriteString("\n")
	}
	return b.Bytes()
}
