package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/internal/message"
)

type catalogFusionCommand struct {
	File          string `arg:"" help:"The catalog, in any format that import reads; - for standard input."`
	RulesOfFusion string `help:"A file of fusion rules to use instead of the built-in ones." placeholder:"FILE"`
	All           bool   `help:"Count closed and masked data too: what the whole base catalog could say."`
	Undetermined  bool   `help:"Count the entries too whose open type is not decided yet."`
	Bridges       bool   `help:"Look for entries too that are linked through a third one: two hops over strong keys."`
	Marginal      string `help:"Show only what opening this entry would add." placeholder:"ID"`
	Dispositions  string `help:"A file of what was decided about findings, as JSON or JSON lines." placeholder:"FILE"`
}

// fusionMarginal is the shape of catalog fusion --marginal in JSON.
type fusionMarginal struct {
	Entries  int                     `json:"entries"`
	Rules    int                     `json:"rules"`
	Findings []catalog.FusionFinding `json:"findings"`
	Entry    string                  `json:"entry"`
}

// fusionReport is the shape of catalog fusion in JSON.
type fusionReport struct {
	*catalog.FusionReview
	Open int                   `json:"open"`           // findings that wait for a disposition
	Idle []catalog.Disposition `json:"idle,omitempty"` // dispositions whose finding is no longer there
}

// Run reviews what the open entries of a catalog say together.
func (c *catalogFusionCommand) Run(a *app) error {
	rules, dispositions, err := c.inputs()
	if err != nil {
		return err
	}
	in, err := a.readCatalog(c.File)
	if err != nil {
		return err
	}
	if err := annotateForFusion(in.Catalog); err != nil {
		return err
	}
	opts := []catalog.FusionOption{catalog.FusionRules(rules)}
	if c.All {
		opts = append(opts, catalog.FusionAll())
	}
	if c.Undetermined {
		opts = append(opts, catalog.FusionUndetermined())
	}
	if c.Bridges {
		opts = append(opts, catalog.FusionBridges())
	}
	index, err := catalog.NewFusionIndex(in.Catalog.Entries, opts...)
	if err != nil {
		return err
	}
	if c.Marginal != "" {
		return c.marginal(a, in.Catalog, index, len(rules))
	}
	review, err := index.Review(a.ctx)
	if err != nil {
		return err
	}
	if err := review.Digests(); err != nil {
		return err
	}
	idle, err := catalog.Settle(review, dispositions)
	if err != nil {
		return err
	}
	r := &fusionReport{review, review.Open(), idle}
	if a.JSON {
		err = a.printJSON(r)
	} else {
		_, err = a.stdout.Write(fusionText(a.lang, r))
	}
	if err == nil && r.Open > 0 {
		err = quiet(statusFindings)
	}
	return err
}

// inputs reads the files beside the catalog.
func (c *catalogFusionCommand) inputs() ([]catalog.FusionRule, []catalog.Disposition, error) {
	rules := catalog.DefaultFusionRules()
	if c.RulesOfFusion != "" {
		text, err := os.ReadFile(c.RulesOfFusion)
		if err != nil {
			return nil, nil, err
		}
		if rules, err = catalog.LoadFusionRules(bytes.NewReader(text)); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", c.RulesOfFusion, err)
		}
	}
	if c.Dispositions == "" {
		return rules, nil, nil
	}
	dispositions, err := readDispositions(c.Dispositions, catalog.ReadDispositions)
	return rules, dispositions, err
}

func (c *catalogFusionCommand) marginal(a *app, cat *catalog.Catalog, index *catalog.FusionIndex, rules int) error {
	at := -1
	for i := range cat.Entries {
		if cat.Entries[i].ID == c.Marginal {
			at = i
			break
		}
	}
	if at < 0 {
		return fmt.Errorf("%s has no entry %s", c.File, c.Marginal)
	}
	found := index.Marginal(&cat.Entries[at])
	var err error
	if a.JSON {
		err = a.printJSON(fusionMarginal{index.Entries(), rules, append([]catalog.FusionFinding{}, found...), c.Marginal})
	} else {
		_, err = a.stdout.Write(fusionMarginalText(a.lang, c.Marginal, found))
	}
	if err == nil && len(found) > 0 {
		err = quiet(statusFindings)
	}
	return err
}

func fusionText(lang string, r *fusionReport) []byte {
	zh := lang == message.Chinese
	var b bytes.Buffer
	if zh {
		fmt.Fprintf(&b, "融合审查（第二十条）：%d 条目录，%d 条规则，%d 个关联键；未开放而未计入 %d 条，未识别语义的数据项 %d 个\n", r.Entries, r.Rules, r.Keys, r.Skipped, r.Untyped)
		fmt.Fprintf(&b, "发现 %d 项，其中待处置 %d 项\n", len(r.Findings), r.Open)
	} else {
		fmt.Fprintf(&b, "fusion review (第二十条): %d entries, %d rules, %d keys; %d entries not open and not counted, %d items of no known meaning\n", r.Entries, r.Rules, r.Keys, r.Skipped, r.Untyped)
		fmt.Fprintf(&b, "%d findings, %d of them open\n", len(r.Findings), r.Open)
	}
	for i := range r.Findings {
		fusionFindingText(&b, lang, &r.Findings[i], true)
	}
	idleText(&b, lang, r.Idle)
	return b.Bytes()
}

// idleText lists the dispositions that fit nothing.
func idleText(b *bytes.Buffer, lang string, idle []catalog.Disposition) {
	for _, d := range idle {
		fmt.Fprintf(b, pick(lang, "this disposition has no finding any more: %s\n", "处置已无对应的发现：%s\n"), d.Finding)
	}
}

// readDispositions reads what was decided from a file.
func readDispositions(path string, read func(io.Reader) ([]catalog.Disposition, error)) ([]catalog.Disposition, error) {
	text, err := os.ReadFile(path) // #nosec G304 -- the user names the file
	if err != nil {
		return nil, err
	}
	dispositions, err := read(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return dispositions, nil
}

func fusionMarginalText(lang, id string, found []catalog.FusionFinding) []byte {
	zh := lang == message.Chinese
	var b bytes.Buffer
	if zh {
		fmt.Fprintf(&b, "开放 %s 将增加 %d 项\n", id, len(found))
	} else {
		fmt.Fprintf(&b, "opening %s adds %d findings\n", id, len(found))
	}
	for i := range found {
		fusionFindingText(&b, lang, &found[i], false)
	}
	return b.Bytes()
}

func fusionFindingText(b *bytes.Buffer, lang string, f *catalog.FusionFinding, state bool) {
	zh := lang == message.Chinese
	mark := ""
	if state {
		mark = "[" + f.State.Label(lang) + "] "
	}
	basis := strings.Join(f.Basis, "、")
	if zh {
		fmt.Fprintf(b, "%s%s：%s（%s）\n  涉及目录 %d 条", mark, f.ID(), f.Text(lang), basis, f.Entries)
	} else {
		fmt.Fprintf(b, "%s%s: %s (%s)\n  %d entries", mark, f.ID(), f.Text(lang), basis, f.Entries)
	}
	counts := []struct {
		n          uint64
		zh, plural string
	}{{f.Pairs, "，%d 对", ", %d pairs"}, {f.Triples, "，三条合并 %d 组", ", %d triples"}}
	for _, c := range counts {
		if c.n == 0 {
			continue
		}
		form := c.plural
		if zh {
			form = c.zh
		}
		fmt.Fprintf(b, form, c.n)
	}
	switch {
	case f.Kind == catalog.FusionWithin && zh:
		b.WriteString("，单条目录自身即构成")
	case f.Kind == catalog.FusionWithin:
		b.WriteString(", each by itself")
	case f.Kind == catalog.FusionBridge && zh:
		b.WriteString("，两端经中间的目录相连")
	case f.Kind == catalog.FusionBridge:
		b.WriteString(", the ends linked through the one in the middle")
	case f.KeyClass == catalog.WeakKey && zh:
		b.WriteString("，弱关联键（同名未必同一主体）")
	case f.KeyClass == catalog.WeakKey:
		b.WriteString(", by a weak key")
	}
	b.WriteString("\n")
	for _, w := range f.Witnesses {
		fmt.Fprintf(b, "    %s\n", strings.Join(w, " + "))
	}
	if f.Digest != "" && f.State != catalog.FusionSettled {
		fmt.Fprintf(b, "  catalog_digest: %s\n", f.Digest)
	}
}

// annotateForFusion types the items of which the catalog does not say what they are.
func annotateForFusion(c *catalog.Catalog) error {
	d, err := catalog.DefaultDictionary()
	if err != nil {
		return err
	}
	d.Annotate(c)
	return nil
}
