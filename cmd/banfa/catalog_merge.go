package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/catalog"
)

type catalogMergeCommand struct {
	Sources  []string          `arg:"" help:"The submissions, each as source, =, file." placeholder:"SOURCE=FILE"`
	Previous map[string]string `help:"The submission of a source before, as source, =, file." placeholder:"SOURCE=FILE"`
	Rename   map[string]string `help:"A unit's old name, =, its new one, as after a reorganisation; again for each." placeholder:"OLD=NEW"`
	Deleted  map[string]string `help:"The ids that a source declares deleted, one a line, as source, =, file." placeholder:"SOURCE=FILE"`
	Emptied  bool              `help:"Accept a submission whose declared deletions leave nothing of the one before."`
	Shrink   int               `help:"From which percentage of entries lost a submission is refused; 100 for never." default:"20"`
	Decided  string            `name:"dispositions" help:"A file of what was decided about duplicates and conflicts, as JSON or JSON lines." placeholder:"FILE"`
	Out      string            `help:"Write the merged catalog to this file as JSON lines." placeholder:"FILE"`
}

// Run merges the catalogs of several sources.
func (c *catalogMergeCommand) Run(a *app) error {
	var parts []catalog.Part
	previous, deleted := maps.Clone(c.Previous), maps.Clone(c.Deleted)
	for _, arg := range c.Sources {
		source, path, ok := strings.Cut(arg, "=")
		if !ok || source == "" || path == "" {
			return fmt.Errorf("%q: write a submission as SOURCE=FILE", arg)
		}
		in, err := a.readCatalog(path)
		if err != nil {
			return err
		}
		p := catalog.Part{Source: source, Catalog: in.Catalog}
		if old := previous[source]; old != "" {
			before, err := a.readCatalog(old)
			if err != nil {
				return err
			}
			p.Previous = before.Catalog
			delete(previous, source)
		}
		if list := deleted[source]; list != "" {
			if p.Deleted, err = a.readWords(list); err != nil {
				return err
			}
			delete(deleted, source)
		}
		parts = append(parts, p)
	}
	for _, source := range slices.Sorted(maps.Keys(previous)) { // a source that hands in nothing would vanish unseen
		return fmt.Errorf("--previous %s: there is no submission of that source", source)
	}
	for _, source := range slices.Sorted(maps.Keys(deleted)) {
		return fmt.Errorf("--deleted %s: there is no submission of that source", source)
	}
	opts := []catalog.MergeOption{catalog.MergeShrink(c.Shrink), catalog.MergeUnits(c.Rename)}
	if c.Emptied {
		opts = append(opts, catalog.MergeEmptied())
	}
	if c.Decided != "" {
		dispositions, err := readDispositions(c.Decided, catalog.ReadMergeDispositions)
		if err != nil {
			return err
		}
		opts = append(opts, catalog.MergeDispositions(dispositions))
	}
	m, err := catalog.Merge(parts, opts...)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := writeCatalogLines(a.ctx, c.Out, m.Catalog); err != nil {
			return err
		}
	}
	if a.JSON {
		err = a.printJSON(m)
	} else {
		var b bytes.Buffer
		for _, n := range m.Sources {
			fmt.Fprintf(&b, pick(a.lang, "%s: submitted %d = accepted %d + pending %d + returned %d + merged %d + dropped %d; deleted %d\n",
				"%s：报送 %d = 采纳 %d + 待审 %d + 退回 %d + 并入 %d + 未采纳 %d；删除 %d\n"), n.Source, n.Submitted, n.Accepted, n.Pending, n.Returned, n.Merged, n.Dropped, n.Deleted)
		}
		catalogFindingsText(&b, a.lang, m.Findings)
		mergeCasesText(&b, a.lang, m)
		_, err = a.stdout.Write(b.Bytes())
	}
	if err == nil && len(m.Findings) > 0 {
		err = quiet(statusFindings)
	}
	return err
}

// mergeCasesText lists the cases, and with those that wait for a decision what a disposition quotes.
func mergeCasesText(b *bytes.Buffer, lang string, m *catalog.Merged) {
	for i := range m.Cases {
		c := &m.Cases[i]
		if c.State == catalog.FusionSettled {
			fmt.Fprintf(b, "  [%s: %s] %s\n", c.State.Label(lang), c.Decision, c.ID())
			continue
		}
		fmt.Fprintf(b, "  [%s] %s\n    catalog_digest: %s\n", c.State.Label(lang), c.ID(), c.Digest)
	}
	idleText(b, lang, m.Idle)
}

// readWords reads a file of one word a line; empty lines do not count.
func (a *app) readWords(path string) ([]string, error) {
	text, err := a.readAll(path)
	if err == nil && len(text) > maxLine {
		err = fmt.Errorf("%s: longer than %d bytes", path, maxLine)
	}
	if err != nil {
		return nil, err
	}
	var words []string
	for line := range strings.Lines(string(text)) {
		if w := strings.TrimSpace(line); w != "" {
			words = append(words, w)
		}
	}
	return words, nil
}
