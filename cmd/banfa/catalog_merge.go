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
	Shrink   int               `help:"From which percentage of entries lost a submission is refused; 100 for never." default:"20"`
	Out      string            `help:"Write the merged catalog to this file as JSON lines." placeholder:"FILE"`
}

// Run merges the catalogs of several sources.
func (c *catalogMergeCommand) Run(a *app) error {
	var parts []catalog.Part
	previous := maps.Clone(c.Previous)
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
		parts = append(parts, p)
	}
	for _, source := range slices.Sorted(maps.Keys(previous)) { // a source that hands in nothing would vanish unseen
		return fmt.Errorf("--previous %s: there is no submission of that source", source)
	}
	m, err := catalog.Merge(parts, catalog.MergeShrink(c.Shrink))
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
		catalogFindingsText(&b, m.Findings)
		_, err = a.stdout.Write(b.Bytes())
	}
	if err == nil && len(m.Findings) > 0 {
		err = quiet(statusFindings)
	}
	return err
}
