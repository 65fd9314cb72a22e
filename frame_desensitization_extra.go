package banfa

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
	"github.com/banfa-go/banfa/internal/transform"
)

// hierarchies reads the generalisation hierarchies, each of which is built in, written in rows, or a file beside the policy.
func (p *policyReader) hierarchies(n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	for _, e := range n.Entries {
		name := e.Key.Value
		h := p.hierarchy(name, e)
		if h == nil {
			p.unread = true // what a call of it does is not known
			continue
		}
		p.policy.Hierarchies = append(p.policy.Hierarchies, ruleset.PolicyHierarchy{Name: name, Builtin: text(e.Value, "builtin"), Of: h, Place: placeOfNode(e.Key)})
	}
}

func (p *policyReader) hierarchy(name string, e source.Entry) *deid.Hierarchy {
	forms := 0
	for _, form := range []string{"builtin", "rows", "file"} {
		if e.Value.Get(form) != nil {
			forms++
		}
	}
	if forms != 1 {
		p.report("BF1014", e.Key.Range, "policy.hierarchy-form", name)
		return nil
	}
	if file := e.Value.Get("file"); file != nil {
		return p.hierarchyFile(name, file)
	}
	if builtin := e.Value.Get("builtin"); builtin != nil {
		h, err := deid.Builtin(builtin.Value)
		if err != nil {
			p.report("BF1014", builtin.Range, "policy.hierarchy-built", name, unprefixed(err)).didYouMean(builtin.Value, deid.Builtins())
			return nil
		}
		return h
	}
	rows := e.Value.Get("rows")
	var lines [][]string
	for _, r := range rows.Items {
		lines = append(lines, values(r.Items))
	}
	h, err := deid.NewHierarchy(name, lines)
	if err != nil {
		at := rows.Range
		var fault *deid.HierarchyError
		if errors.As(err, &fault) && fault.Line > 0 && fault.Line <= len(rows.Items) {
			at = rows.Items[fault.Line-1].Range
		}
		p.report("BF1014", at, "policy.hierarchy-line", name, unprefixed(err))
		return nil
	}
	return h
}

// hierarchyFile reads a hierarchy from a file in the folder of the policy. It is a part of the policy: what stands in it changes the policy's digest.
func (p *policyReader) hierarchyFile(name string, n *source.Node) *deid.Hierarchy {
	if n.Value != path.Base(n.Value) || strings.ContainsAny(n.Value, `/\`) || strings.HasPrefix(n.Value, ".") {
		p.report("BF1014", n.Range, "policy.hierarchy-place", name, n.Value)
		return nil
	}
	file := path.Join(path.Dir(p.file.Name), n.Value)
	text, err := p.l.readFile(p.l.beside, file)
	if err != nil {
		p.report("BF1014", n.Range, "policy.hierarchy-read", name, n.Value)
		return nil
	}
	if limit := p.l.opts.limits.FileBytes; len(text) > limit {
		p.report("BF1012", n.Range, "limit.exceeded", n.Value, "> "+strconv.Itoa(limit), strconv.Itoa(limit))
		return nil
	}
	h, err := deid.OpenHierarchy(name, bytes.NewReader(text), int64(len(text)), 0)
	if err != nil {
		line := 1
		var fault *deid.HierarchyError
		if errors.As(err, &fault) && fault.Line > 0 {
			line = fault.Line
		}
		p.l.sources[file] = strings.ToValidUTF8(string(text), "?")
		at := Position{Line: line, Column: 1}
		p.add(Diagnostic{
			Code: "BF1014", Severity: severityOf("BF1014"), File: file, Range: Range{at, at}, Key: "policy.hierarchy-line", Args: []string{name, unprefixed(err)},
			Related: []Related{{File: p.file.Name, Range: rangeOf(n.Range), Key: "related.hierarchy"}},
		})
		return nil
	}
	sum := sha256.Sum256([]byte(p.head.Digest + "\n" + name + "\n" + h.Digest() + "\n"))
	p.head.Digest = "sha256:" + hex.EncodeToString(sum[:])
	p.policy.Digest = p.head.Digest
	return h
}

// unprefixed is an error without the package that it comes from.
func unprefixed(err error) string { return strings.TrimPrefix(err.Error(), "deid: ") }

// trial makes functions as a run does, but for the keys, so that a level which a hierarchy has not is found when the policy is loaded.
func (p *policyReader) trial() transform.Maker {
	m := transform.Trial()
	m.Generalise = func(name string, level int) (deid.Func, error) {
		i := slices.IndexFunc(p.policy.Hierarchies, func(h ruleset.PolicyHierarchy) bool { return h.Name == name })
		if i < 0 {
			return deid.Suppress(), nil // reported with the call
		}
		return deid.Generalize(p.policy.Hierarchies[i].Of, level)
	}
	return m
}

// reversal reads who may find out what pseudonyms stand for. Only a column whose every value becomes a pseudonym can be reversed: of others it would not be
// known which of its values are pseudonyms.
func (p *policyReader) reversal(n *source.Node) {
	if n == nil || n.Kind != source.Map {
		return
	}
	p.policy.Reversal = ruleset.PolicyReversal{Holder: text(n, "holder"), Basis: p.citations(n.Get("basis"))}
	for _, c := range words(n, "columns") {
		j := p.policy.Column(c.Value)
		switch {
		case j < 0:
			var names []string
			for i := range p.policy.Columns {
				names = append(names, p.policy.Columns[i].Name)
			}
			p.report("BF1014", c.Range, "policy.reversal-column", c.Value).didYouMean(c.Value, names)
		case slices.Contains(p.policy.Reversal.Columns, c.Value):
			p.report("BF1017", c.Range, "frame.duplicate-id", c.Value)
		case p.policy.Columns[j].Plan == nil:
			// what is wrong with its rule has been reported
		case !wholePseudonym(p.policy.Columns[j].Plan):
			p.report("BF1014", c.Range, "policy.reversal-whole", c.Value)
		default:
			p.policy.Reversal.Columns = append(p.policy.Reversal.Columns, c.Value)
		}
	}
}

func wholePseudonym(plan *ruleset.CellPlan) bool {
	t := plan.Expr.Tree()
	if t.Op == expr.TreeCall && t.Name == expr.CellCall && len(t.Kids) == 1 {
		t = t.Kids[0]
	}
	n, _, placed := t.Placed()
	return placed && t.Name == "pseudonym" && n < len(plan.Calls) && plan.Calls[n].Direct
}
