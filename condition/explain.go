package condition

import (
	"strconv"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Trace returns how the answer came about, requirement by requirement. A Result read back from JSON has none.
func (r *Result) Trace() *banfa.Trace {
	t := &banfa.Trace{}
	e := r.evaluation
	if e == nil {
		return t
	}
	for n, i := range e.active.requirements {
		q := e.c.Requirements[i]
		h := &e.held.Each[n]
		rt := banfa.RuleTrace{
			ID: q.ID, Message: q.Message, Condition: h.Concerned.String(), Applies: h.Truth.String(), Missing: e.names(h.Missing),
			Error: r.Requirements[n].Error,
		}
		rt.Basis, rt.Short = bases(q.Basis)
		for _, l := range e.leaves(q) {
			if f := e.c.FactAt(e.c.Env.Leaves()[l].Slot); f != nil && !e.ev.Absent(l) {
				rt.Facts = append(rt.Facts, banfa.FactTrace{
					Name: e.c.Env.Leaves()[l].Name, Label: f.Label, Value: e.ev.LeafValue(l).Go(),
				})
			}
		}
		t.Rules = append(t.Rules, rt)
	}
	for i := range e.c.Facts {
		if f := &e.c.Facts[i]; e.presumed(f) {
			t.Presumed = append(t.Presumed, banfa.FactTrace{Name: f.Name, Label: f.Label, Value: f.Assume.Go()})
		}
	}
	return t
}

// leaves are those that a requirement reads, in the order of declaration.
func (e *evaluation) leaves(q *ruleset.AccessRequirement) []int {
	in := map[int]bool{}
	for _, x := range []*expr.Expr{q.When, q.Require} {
		if x != nil {
			for _, l := range x.Leaves() {
				in[l] = true
			}
		}
	}
	var out []int
	for l := range e.c.Env.Leaves() {
		if in[l] {
			out = append(out, l)
		}
	}
	return out
}

func (e *evaluation) presumed(f *ruleset.Fact) bool {
	return f.Assume.Present() && !e.doc.Values[f.Slot].Present()
}

// Explain puts the answer into words, some lines of them, in a language: "zh" or "en"; another reads as "en". The texts of the rule file
// are in its own language unless the bundle has labels in the one asked for. A Result read back from JSON is only named, not explained.
func (r *Result) Explain(lang string) string {
	if r.evaluation == nil {
		return r.Ruleset + ": " + string(r.Decision) + "\n"
	}
	x := explanation{r: r, e: r.evaluation, lang: lang}
	x.head()
	x.requirements()
	x.missing()
	x.evidence()
	x.duties()
	for _, in := range x.e.c.Interpretations {
		for _, id := range r.Interpretations {
			if id == in.ID {
				x.say("explain.interpretation", id, x.label("interpretations."+id+".choice", in.Choice))
			}
		}
	}
	if r.Status == "draft" {
		title := x.e.c.Title
		if in, ok := x.e.rules.Instrument(x.e.c.Instrument); ok {
			title = in.Title
		}
		x.say("explain.draft", title)
	}
	x.say("decide.advice")
	return x.b.String()
}

type explanation struct {
	r    *Result
	e    *evaluation
	lang string
	b    strings.Builder
}

func (x *explanation) say(key string, args ...string) {
	x.b.WriteString(message.Text(x.lang, key, args...))
	x.b.WriteByte('\n')
}

func (x *explanation) label(key, own string) string { return x.e.labelText(x.lang, key, own) }

// labelText returns a text in a language, or the rule file's own. What is inherited may be labelled where it is declared.
func (a *Access) labelText(lang, key, own string) string {
	for _, id := range a.lineage() {
		if s := a.rules.Label(lang, id, key); s != "" {
			return s
		}
	}
	return own
}

// lineage are the files that a text may come from, the file itself first.
func (a *Access) lineage() []string {
	ids := []string{a.c.ID()}
	for _, name := range a.c.Lineage {
		ids = append(ids, a.c.Kind+"/"+name)
	}
	return ids
}

func (x *explanation) article(long, short string) string {
	if x.lang == message.Chinese {
		return long
	}
	return message.Text(x.lang, "word.article", short)
}

func (x *explanation) head() {
	if x.r.Name != "" {
		x.say("explain.title", x.r.Name)
	}
	unknown := 0
	for i := range x.r.Requirements {
		if x.r.Requirements[i].Holds == Unknown {
			unknown++
		}
	}
	all := strconv.Itoa(len(x.r.Requirements))
	switch x.r.Decision {
	case Approve:
		x.say("decide.approve")
	case Reject:
		x.say("decide.reject", strconv.Itoa(len(x.r.Failed)), all)
	default:
		x.say("decide.incomplete", strconv.Itoa(unknown), all)
	}
	if !x.r.Exact {
		x.say("explain.inexact")
	}
	if x.r.UsageMode == "" {
		return
	}
	if f, ok := x.e.c.Fact(usageMode); ok {
		x.say("decide.usage-mode", x.label("facts."+usageMode+".values."+x.r.UsageMode, enumLabel(f, x.r.UsageMode)))
	}
}

// enumLabel is the label of a code; the code itself where there is none.
func enumLabel(f *ruleset.Fact, code string) string {
	for i, v := range f.Type.Values {
		if v == code && i < len(f.Type.Labels) {
			return f.Type.Labels[i]
		}
	}
	return code
}

// requirements names those that are not met, with the facts they rest on and what can be done, and those that cannot be told.
func (x *explanation) requirements() {
	for n := range x.r.Requirements {
		q := &x.r.Requirements[n]
		basis := x.article(q.Basis, q.Short)
		switch q.Holds {
		case Errs:
			x.say("decide.error", basis, q.ID, q.Error)
		case Fails:
			x.say("decide.fails", basis, q.ID, x.label("requirements."+q.ID+".message", q.Message))
		case Unknown:
			if x.r.Decision == Incomplete {
				x.say("trace.unknown", basis, q.ID, strings.Join(q.Missing, " "))
			}
			continue
		default:
			continue
		}
		x.facts(x.e.c.Requirements[x.e.active.requirements[n]])
		if remedy := x.label("requirements."+q.ID+".remedy", q.Remedy); remedy != "" {
			x.say("decide.remedy", remedy)
		}
	}
}

func (x *explanation) facts(q *ruleset.AccessRequirement) {
	for _, l := range x.e.leaves(q) {
		leaf := &x.e.c.Env.Leaves()[l]
		f := x.e.c.FactAt(leaf.Slot)
		v := x.e.ev.LeafValue(l)
		if f == nil || !v.Present() {
			continue
		}
		ft := banfa.FactTrace{Name: leaf.Name, Value: v.Go()}
		key := "trace.fact"
		if x.e.presumed(f) {
			key = "trace.fact-presumed"
		}
		x.say(key, leaf.Name, x.label("facts."+f.Name+".label", f.Label), ft.Text(x.lang))
	}
}

func (x *explanation) missing() {
	if len(x.r.Missing) == 0 {
		return
	}
	x.say("explain.missing")
	for _, name := range x.r.Missing {
		ask := ""
		if f, ok := x.e.c.Fact(name); ok {
			if ask = x.label("facts."+name+".ask", f.Ask); ask == "" {
				ask = x.label("facts."+name+".label", f.Label)
			}
		}
		x.say("explain.missing-fact", name, ask)
	}
}

// evidence names the materials, in the language asked for where the bundle has labels in it.
func (x *explanation) evidence() {
	if len(x.r.Evidence) == 0 {
		return
	}
	x.say("decide.evidence")
	labels := map[string]string{}
	for i := range x.r.Requirements {
		q := &x.r.Requirements[i]
		for n, own := range q.Evidence {
			labels[own] = x.label("requirements."+q.ID+".evidence."+strconv.Itoa(n), own)
		}
	}
	for _, own := range x.r.Evidence {
		x.say("decide.material", labels[own])
	}
}

func (x *explanation) duties() {
	if len(x.r.Duties) == 0 {
		return
	}
	x.say("decide.obligations")
	for _, d := range x.r.Duties {
		key := "decide.duty"
		if d.When != "" {
			key += "-" + d.When
		}
		x.say(key, x.article(d.Basis, d.Short), d.ID, x.label("obligations."+d.ID, d.Text))
	}
}
