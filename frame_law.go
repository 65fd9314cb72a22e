package banfa

import (
	"errors"
	"strconv"

	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// instrument reads a file of kind Instrument and makes it citable.
func (d *document) instrument() {
	m := d.file.Root.Get("metadata")
	in := &Instrument{
		ID: d.head.Name, Title: d.head.Title, Status: d.head.Status, Issuer: text(m, "issuer"), Published: text(m, "published"),
	}
	articles := d.file.Root.Get("articles")
	if articles == nil || articles.Kind != source.List {
		return
	}
	seen := map[[2]int]source.Range{}
	for _, a := range articles.Items {
		n, err := strconv.Atoi(text(a, "n"))
		if a.Kind != source.Map || err != nil {
			continue
		}
		if n < 1 || n > 9999 {
			d.report("BF1014", a.Get("n").Range, "value.out-of-range", "n", text(a, "n"), "1", "9999")
			continue
		}
		sub, _ := strconv.Atoi(text(a, "sub"))
		if at, twice := seen[[2]int{n, sub}]; twice {
			g := d.report("BF1017", a.Get("n").Range, "frame.duplicate-id", text(a, "n"))
			g.Related = append(g.Related, Related{File: d.file.Name, Range: rangeOf(at), Key: "related.first-here"})
			continue
		}
		seen[[2]int{n, sub}] = a.Get("n").Range
		art := Article{Number: n, Sub: sub, Title: text(a, "title"), Computable: text(a, "computable") != "false", Why: text(a, "why")}
		if !art.Computable && art.Why == "" {
			d.report("BF1013", a.Get("computable").Range, "frame.missing-key", "why", "articles")
		}
		for _, p := range words(a, "paragraphs") {
			items, err := strconv.Atoi(p.Value)
			if err != nil || items < 0 || items > 9999 {
				d.report("BF1014", p.Range, "value.out-of-range", "paragraphs", p.Value, "0", "9999")
				continue
			}
			art.Paragraphs = append(art.Paragraphs, items)
		}
		in.Articles = append(in.Articles, art)
	}
	d.l.instruments[in.ID] = in
	d.l.outlineFile[in.ID] = d.file.Name
	d.l.bundle.Others = append(d.l.bundle.Others, &d.head)
}

// findInstrument looks up the instrument that a file's citations belong to.
func (d *document) findInstrument() {
	n := d.file.Root.Get("instrument")
	if n == nil || n.Kind != source.Scalar {
		return
	}
	in, ok := d.l.instruments[n.Value]
	if !ok {
		var ids []string
		for id := range d.l.instruments {
			ids = append(ids, id)
		}
		d.report("BF3004", n.Range, "law.instrument-unknown", n.Value).didYouMean(n.Value, sorted(ids))
		return
	}
	d.outline = in
	switch {
	case d.head.Status != "in-force":
	case in.Status == "draft":
		d.report("BF3004", n.Range, "law.instrument-draft", n.Value)
	case in.Status == "repealed":
		d.report("BF3004", n.Range, "law.instrument-repealed", n.Value)
	}
}

// citations reads one citation or a list of them, and checks each against the outline of its instrument.
func (d *document) citations(n *source.Node) []ruleset.Basis {
	var out []ruleset.Basis
	nodes := []*source.Node{n}
	switch {
	case n == nil:
		return nil
	case n.Kind == source.List:
		nodes = n.Items
	}
	for _, c := range nodes {
		if c.Kind != source.Scalar || c.Broken || c.Type != source.Str {
			continue
		}
		if b, ok := d.citation(c); ok {
			out = append(out, b)
		}
	}
	return out
}

func (d *document) citation(n *source.Node) (ruleset.Basis, bool) {
	c, err := ParseCitation(n.Value)
	if err != nil {
		var ce *CitationError
		if errors.As(err, &ce) {
			g := d.report("BF3001", n.Range, ce.Key, n.Value)
			if ce.Suggestion != "" {
				g.hint("hint.write-as", ce.Suggestion).replaceBy(ce.Suggestion)
			}
		}
		return ruleset.Basis{}, false
	}
	b := ruleset.Basis{Long: c.String(), Short: c.Short()}
	in := d.outline
	if c.Instrument != "" {
		in = d.l.instruments[c.Instrument]
		if in == nil {
			d.report("BF3004", n.Range, "law.instrument-unknown", c.Instrument)
			return b, false
		}
	}
	if in == nil {
		if d.file.Root.Get("instrument") == nil {
			d.report("BF3004", n.Range, "law.instrument-missing", n.Value)
		}
		return b, false
	}
	var oe *OutlineError
	if err := in.Check(c); errors.As(err, &oe) {
		p := oe.Phrase()
		g := d.report("BF3002", n.Range, p.Key, p.Args...)
		g.Citation = c.String()
		if !oe.Suggestion.IsZero() {
			g.hint("hint.did-you-mean", oe.Suggestion.String()).replaceBy(oe.Suggestion.String())
		}
		return b, false
	}
	return b, true
}
