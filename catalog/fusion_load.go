package catalog

import (
	"fmt"
	"io"
	"strings"

	"github.com/banfa-go/banfa/internal/source"
)

// fusionRuleBytes is the largest file of fusion rules that is read.
const fusionRuleBytes = 1 << 20

// LoadFusionRules reads fusion rules from a YAML file:
//
//	fusion:
//	  - id: name-and-id
//	    basis: [第二十条]
//	    title: 姓名与证件号码汇合
//	    title_en: name and identity document     # may be left out
//	    subject: person
//	    exclude_aggregates: true
//	    groups:
//	      - [person_name]
//	      - [cn.resident_id, passport]
//
// A key that it does not know, a missing one and a rule that cannot be are errors with their line.
func LoadFusionRules(r io.Reader) ([]FusionRule, error) {
	text, err := io.ReadAll(io.LimitReader(r, fusionRuleBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > fusionRuleBytes {
		return nil, fmt.Errorf("%w: the file has more than %d bytes", ErrFusionRule, fusionRuleBytes)
	}
	file, problems := source.Parse("fusion rules", text, source.DefaultLimits())
	if len(problems) > 0 {
		p := problems[0]
		return nil, fmt.Errorf("%w: line %d: %s %s", ErrFusionRule, p.Range.Start.Line, p.Key, strings.Join(p.Args, " "))
	}
	l := fusionLoader{}
	rules := l.file(file.Root)
	if l.err != nil {
		return nil, l.err
	}
	if _, err := newFusionPlan(rules); err != nil {
		return nil, err
	}
	return rules, nil
}

// fusionLoader keeps the first error.
type fusionLoader struct{ err error }

func (l *fusionLoader) fail(n *source.Node, format string, args ...any) {
	if l.err == nil {
		line := 1
		if n != nil {
			line = max(n.Range.Start.Line, 1)
		}
		l.err = fmt.Errorf("%w: line %d: %s", ErrFusionRule, line, fmt.Sprintf(format, args...))
	}
}

func (l *fusionLoader) file(root *source.Node) []FusionRule {
	if root == nil || root.Kind != source.Map {
		l.fail(root, "write a map with the key fusion")
		return nil
	}
	var list *source.Node
	for _, e := range root.Entries {
		if e.Key.Value != "fusion" {
			l.fail(e.Key, "unknown key %q: the only one is fusion", e.Key.Value)
			return nil
		}
		list = e.Value
	}
	if list == nil || list.Kind != source.List || len(list.Items) == 0 {
		l.fail(root, "fusion is a list of rules")
		return nil
	}
	var out []FusionRule
	lines := map[string]int{}
	for _, n := range list.Items {
		r := l.rule(n)
		if l.err != nil {
			return nil
		}
		if at := lines[r.ID]; at > 0 {
			l.fail(n, "the id %s is that of the rule in line %d", r.ID, at)
			return nil
		}
		lines[r.ID] = n.Range.Start.Line
		out = append(out, r)
	}
	return out
}

func (l *fusionLoader) rule(n *source.Node) FusionRule {
	var r FusionRule
	if n.Kind != source.Map {
		l.fail(n, "a rule is a map")
		return r
	}
	for _, e := range n.Entries {
		switch e.Key.Value {
		case "id":
			r.ID = l.text(e.Value)
		case "title":
			r.Title = l.text(e.Value)
		case "title_en":
			r.TitleEN = l.text(e.Value)
		case "basis":
			r.Basis = l.texts(e.Value)
		case "subject":
			r.Subject = Subject(l.text(e.Value))
		case "exclude_aggregates":
			v := l.text(e.Value)
			r.ExcludeAggregates = v == "true"
			if v != "true" && v != "false" {
				l.fail(e.Value, "exclude_aggregates is true or false, not %q", v)
			}
		case "groups":
			if e.Value.Kind != source.List {
				l.fail(e.Value, "groups is a list of lists of semantic types")
			}
			for _, g := range e.Value.Items {
				r.Groups = append(r.Groups, l.texts(g))
			}
		default:
			l.fail(e.Key, "unknown key %q: a rule has id, title, title_en, basis, subject, exclude_aggregates, groups", e.Key.Value)
		}
	}
	switch {
	case r.Title == "":
		l.fail(n, "rule %s has no title", r.ID)
	case len(r.Basis) == 0:
		l.fail(n, "rule %s has no basis", r.ID)
	}
	if err := r.check(); err != nil {
		l.fail(n, "%s", err)
	}
	return r
}

func (l *fusionLoader) text(n *source.Node) string {
	if n.Kind != source.Scalar || n.Value == "" {
		l.fail(n, "write one word or text here")
	}
	return n.Value
}

func (l *fusionLoader) texts(n *source.Node) []string {
	if n.Kind != source.List || len(n.Items) == 0 {
		l.fail(n, "write a list here, such as [person_name]")
		return nil
	}
	var out []string
	for _, i := range n.Items {
		out = append(out, l.text(i))
	}
	return out
}
