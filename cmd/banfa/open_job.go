package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/classify"
)

// openJob is one run of `banfa open`, to be put into words.
type openJob struct {
	*app
	file     string
	rules    *banfa.Rules
	in       *catalog.Imported
	run      *catalog.OpenRun
	opened   *catalog.Catalog
	findings []catalog.Finding // of the import and of the run
}

// openOutcomes in the order of the summary and the report.
func openOutcomes() []string {
	return []string{
		string(catalog.Unconditional), string(catalog.Conditional), string(catalog.Closed), classify.OutOfScope, classify.Undetermined,
	}
}

func (j *openJob) outcome(code string) string {
	en := map[string]string{
		"unconditional": "unconditionally open", "conditional": "conditionally open", "closed": "not to be opened",
		classify.OutOfScope: "outside the Measures", classify.Undetermined: "undetermined",
	}
	zh := map[string]string{
		"unconditional": "无条件开放类", "conditional": "有条件开放类", "closed": "不予开放类",
		classify.OutOfScope: "不适用本办法", classify.Undetermined: "未定",
	}
	return cmp.Or(pick(j.lang, en[code], zh[code]), code)
}

func (j *openJob) items() (n int) {
	for i := range j.run.Base.Entries {
		n += len(j.run.Base.Entries[i].Items)
	}
	return n
}

// count counts violations by severity, and apart from them what cannot be judged.
func (j *openJob) count() map[string]int {
	n := map[string]int{"error": 0, "warning": 0, "info": 0, "unjudged": 0}
	for i := range j.findings {
		if f := &j.findings[i]; f.Verdict == catalog.Unjudged {
			n["unjudged"]++
		} else {
			n[string(f.Severity)]++
		}
	}
	return n
}

// draft reports whether the rules are a draft.
func (j *openJob) draft() bool {
	return j.run.Check != nil && j.run.Check.Status == "draft" || j.run.Classification.Status == "draft"
}

// fact finds a declared fact by its name.
func (j *openJob) fact(name string) banfa.Fact {
	for _, f := range j.run.Classification.Facts {
		if f.Name == name {
			return f
		}
	}
	return banfa.Fact{Name: name, Label: name, Ask: name}
}

// factText is a text of a fact in the report's language.
func (j *openJob) factText(name, key string) string {
	f := j.fact(name)
	if text := j.rules.Label(j.lang, j.run.Classification.Ruleset, "facts."+name+"."+key); text != "" {
		return text
	}
	if key == "ask" {
		return cmp.Or(f.Ask, f.Label, name)
	}
	return cmp.Or(f.Label, name)
}

// ruleGroup is all findings of one rule.
type ruleGroup struct {
	rule, message      string
	short              []string
	severity           catalog.Severity
	violated, unjudged int
	untyped            int // violations about the type of entries that are undetermined: to be asked about, not mended
	units              map[string]int
	examples           []string
}

// groups are the findings by rule, the gravest first.
func (j *openJob) groups() []*ruleGroup {
	undetermined := map[string]bool{}
	for i := range j.run.Classification.Entries {
		if e := &j.run.Classification.Entries[i]; e.Outcome == classify.Undetermined {
			undetermined[e.Entry] = true
		}
	}
	by := map[string]*ruleGroup{}
	var out []*ruleGroup
	for i := range j.findings {
		f := &j.findings[i]
		g := by[f.Rule]
		if g == nil {
			g = &ruleGroup{rule: f.Rule, severity: f.Severity, short: f.Short, units: map[string]int{}}
			by[f.Rule] = g
			out = append(out, g)
		}
		if g.message == "" || f.Verdict == catalog.Violated && g.violated == 0 {
			g.message, _ = f.Text(j.lang)
			g.severity = f.Severity
		}
		if f.Verdict == catalog.Unjudged {
			g.unjudged++
			continue
		}
		g.violated++
		if f.Field == "open_type" && undetermined[f.Entry] {
			g.untyped++
		}
		g.units[f.Unit]++
		if f.Entry != "" && len(g.examples) < 3 && !slices.Contains(g.examples, f.Entry) {
			g.examples = append(g.examples, f.Entry)
		}
	}
	rank := map[catalog.Severity]int{catalog.SeverityError: 0, catalog.SeverityWarning: 1, catalog.SeverityInfo: 2}
	slices.SortStableFunc(out, func(a, b *ruleGroup) int {
		return cmp.Or(cmp.Compare(min(b.violated, 1), min(a.violated, 1)), cmp.Compare(rank[a.severity], rank[b.severity]),
			cmp.Compare(b.violated, a.violated), cmp.Compare(b.unjudged, a.unjudged), strings.Compare(a.rule, b.rule))
	})
	return out
}

// next are the three things that help most, in this order: what the input says that was not understood, what is wrong, what to ask, what
// links, what is unknown.
func (j *openJob) next() []string {
	s := j.run.Classification.Summary
	var out []string
	add := func(n int, en, zh string, args ...any) {
		if n > 0 && len(out) < 3 {
			out = append(out, fmt.Sprintf(pick(j.lang, en, zh), args...))
		}
	}
	for _, g := range j.groups() {
		if g.violated > g.untyped && g.severity == catalog.SeverityError {
			add(1, "mend %s, found %d times: %s (%s)", "改正 %s，%d 处：%s（%s）", g.rule, g.violated-g.untyped, g.message, strings.Join(g.examples, ", "))
			break
		}
	}
	if len(s.Missing) > 0 {
		m := s.Missing[0]
		add(m.Entries, "ask, for %d undetermined: %s (%s)", "就 %d 个条目查明：%s（%s）", m.Entries, j.factText(m.Fact, "ask"), m.Fact)
	}
	add(s.Guessed, "confirm what guesses close: %d", "确认 %d 个按推测列为不予开放的条目", s.Guessed)
	fusion := j.fusionCounts()["findings"]
	add(fusion, "look at combinations that become linkable: %d", "审查 %d 项关联风险", fusion)
	add(s.HeldBack, "see what single items hold back: %d", "%d 个条目只受个别数据项牵制", s.HeldBack)
	add(s.Review, "give to a person to review: %d", "%d 个条目须人工复核", s.Review)
	add(len(j.in.Unread), "mend cells of the input that were not understood: %d", "输入中有 %d 处没有读懂", len(j.in.Unread))
	return out
}

// fusionCounts are the figures of the review of links.
func (j *openJob) fusionCounts() map[string]int {
	f := j.run.Fusion
	return map[string]int{"entries": f.Entries, "rules": f.Rules, "findings": len(f.Findings), "untyped": f.Untyped}
}
