package classify

import (
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Trace returns how the answer came about, rule by rule. For a data set with items it is that of the item named, and of the first
// item where name is empty. A Result read back from JSON has none.
func (r *Result) Trace(item string) *banfa.Trace {
	e := r.evaluation
	if e == nil {
		return &banfa.Trace{}
	}
	i := 0
	for j := range e.doc.Items {
		if e.doc.Items[j].Name == item {
			i = e.item[j]
			break
		}
	}
	t := &tracer{e: e, ev: e.evs[i].Clone(), trace: &banfa.Trace{}}
	k := e.known[i]
	if s := e.c.Scope; s != nil {
		t.rule(s, k.Scope, k.Scope, nil)
	}
	for n, rule := range e.c.Rules {
		if !e.active[n] {
			continue
		}
		var by []string
		for _, o := range rule.OverriddenBy {
			if k.Applies[o] == expr.True {
				by = append(by, e.c.Rules[o].ID)
			}
		}
		t.rule(rule, k.Condition[n], k.Applies[n], by)
	}
	if o := e.c.Otherwise; o != nil {
		t.rule(o, k.Otherwise, k.Otherwise, nil)
	}
	t.presumed()
	return t.trace
}

type tracer struct {
	e     *evaluation
	ev    *expr.Eval
	trace *banfa.Trace
}

func (t *tracer) rule(r *ruleset.Rule, condition, applies expr.Truth, by []string) {
	rt := banfa.RuleTrace{
		ID: r.ID, Message: r.Message, Condition: condition.String(), Applies: applies.String(), DefeatedBy: by,
	}
	rt.Basis, rt.Short = bases(r.Basis)
	if r.Outcome >= 0 {
		rt.Outcome = t.e.c.Code(r.Outcome)
	}
	if r.When != nil {
		for _, l := range r.When.Leaves() {
			leaf := &t.e.c.Env.Leaves()[l]
			f := t.e.c.FactAt(leaf.Slot)
			switch {
			case f == nil:
			case t.ev.Absent(l), condition == expr.Unknown && t.ev.Lacks(l):
				rt.Missing = append(rt.Missing, t.e.leafName(l))
			default:
				rt.Facts = append(rt.Facts, banfa.FactTrace{Name: leaf.Name, Label: f.Label, Value: t.ev.LeafValue(l).Go()})
			}
		}
		if _, err := t.ev.Truth(r.When); err != nil {
			rt.Error = err.Error()
		}
	}
	t.trace.Rules = append(t.trace.Rules, rt)
}

func (t *tracer) presumed() {
	for i := range t.e.c.Facts {
		f := &t.e.c.Facts[i]
		if f.Assume.Present() && !t.e.doc.Values[i].Present() {
			t.trace.Presumed = append(t.trace.Presumed, banfa.FactTrace{Name: f.Name, Label: f.Label, Value: f.Assume.Go()})
		}
	}
}

// Explain puts the answer into words, some lines of them, in a language: "zh" or "en"; another reads as "en". The names and messages
// of the rule file are in its own language unless the bundle has labels in the one asked for. A Result read back from JSON is only
// named, not explained.
func (r *Result) Explain(lang string) string {
	if r.evaluation == nil {
		return r.Ruleset + ": " + r.Outcome + "\n"
	}
	x := explanation{r: r, e: r.evaluation, lang: lang}
	x.head()
	x.reasons()
	x.missing()
	if len(r.Conflicts) > 0 {
		x.say("explain.conflicts", x.rules(r.Conflicts))
	}
	x.items()
	x.paths()
	for _, e := range r.Errors {
		x.say("trace.error", x.basis(e.ID), e.ID, e.Message)
	}
	for _, in := range x.e.c.Interpretations {
		for _, id := range r.Interpretations {
			if id == in.ID {
				x.say("explain.interpretation", id, x.label("interpretations."+id+".choice", in.Choice))
			}
		}
	}
	if r.Review {
		x.say("explain.review")
	}
	if r.Status == "draft" {
		title := x.e.c.Title
		if in, ok := x.e.rules.Instrument(x.e.c.Instrument); ok {
			title = in.Title
		}
		x.say("explain.draft", title)
	}
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

// label returns a text in the language asked for, or the rule file's own.
func (x *explanation) label(key, own string) string {
	if s := x.e.rules.Label(x.lang, x.e.c.ID(), key); s != "" {
		return s
	}
	return own
}

func (x *explanation) outcome(code string) string {
	for _, o := range x.e.c.Outcomes {
		if o.Code == code {
			return x.label("outcomes."+code, o.Label)
		}
	}
	return message.Text(x.lang, "word."+code)
}

func (x *explanation) outcomes(codes []string) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = x.outcome(c)
	}
	return strings.Join(out, message.Text(x.lang, "word.comma"))
}

// lookup returns the rule, the scope or the residual rule of an id.
func (x *explanation) lookup(id string) (*ruleset.Rule, string) {
	c := x.e.c
	switch {
	case c.Scope != nil && c.Scope.ID == id:
		return c.Scope, x.label("scope", c.Scope.Message)
	case c.Otherwise != nil && c.Otherwise.ID == id:
		return c.Otherwise, x.label("otherwise", c.Otherwise.Message)
	}
	for _, r := range c.Rules {
		if r.ID == id {
			return r, x.label("rules."+id, r.Message)
		}
	}
	return nil, ""
}

func (x *explanation) basis(id string) string {
	if r, _ := x.lookup(id); r != nil {
		long, short := bases(r.Basis)
		if x.lang == message.English {
			return message.Text(x.lang, "word.article", short)
		}
		return long
	}
	return id
}

func (x *explanation) rules(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = x.basis(id) + " " + id
	}
	return strings.Join(out, message.Text(x.lang, "word.comma"))
}

func (x *explanation) head() {
	if x.r.Name != "" {
		x.say("explain.title", x.r.Name)
	}
	switch {
	case !x.r.Determined:
		x.say("explain.undetermined", x.outcomes(x.r.Possible))
		if !x.r.Exact {
			x.say("explain.inexact")
		}
	case x.r.Outcome == OutOfScope:
		x.say("explain.out-of-scope", x.basis(x.e.c.Scope.ID))
	default:
		x.say("explain.outcome", x.outcome(x.r.Outcome), x.r.Outcome)
	}
}

// reasons names the rules that bear the answer, with the facts they rest on.
func (x *explanation) reasons() {
	ids := x.r.Grounds
	if x.r.Determined {
		x.say("explain.grounds")
	} else {
		ids = nil
		for _, a := range x.r.Rules {
			ids = append(ids, a.ID)
		}
		if len(ids) > 0 {
			x.say("explain.known")
		}
	}
	for _, id := range ids {
		_, text := x.lookup(id)
		switch {
		case x.r.Determined && !x.known(id):
			x.say("explain.rule-possible", x.basis(id), id, text)
		case text == "":
			x.say("explain.rule-bare", x.basis(id), id)
		default:
			x.say("explain.rule", x.basis(id), id, text)
		}
		x.facts(id)
	}
	for _, d := range x.r.Defeated {
		x.say("trace.defeated", x.basis(d.ID), d.ID, strings.Join(d.By, " "))
	}
}

// known reports whether a ground is known to bear the answer, and not only in some completion of the absent facts.
func (x *explanation) known(id string) bool {
	return x.r.Outcome == OutOfScope || slices.ContainsFunc(x.r.Rules, func(a AppliedRule) bool { return a.ID == id })
}

// facts names what a rule's condition read, item by item where the items differ in it.
func (x *explanation) facts(id string) {
	r, _ := x.lookup(id)
	if r == nil || r.When == nil {
		return
	}
	for _, l := range r.When.Leaves() {
		leaf := &x.e.c.Env.Leaves()[l]
		f := x.e.c.FactAt(leaf.Slot)
		if f == nil {
			continue
		}
		for i, ev := range x.e.evs {
			v := ev.LeafValue(l)
			if !v.Present() || len(x.e.evs) > 1 && !x.bears(id, i) {
				continue
			}
			ft := banfa.FactTrace{Name: leaf.Name, Value: v.Go()}
			key := "trace.fact"
			if f.Assume.Present() && !x.e.doc.Values[f.Slot].Present() {
				key = "trace.fact-presumed"
			}
			x.say(key, leaf.Name, x.label("facts."+f.Name+".label", f.Label), ft.Text(x.lang))
			break
		}
	}
}

// bears reports whether a rule is known to apply in an evaluation.
func (x *explanation) bears(id string, i int) bool {
	if n, ok := x.e.c.RuleIndex(id); ok {
		return x.e.known[i].Applies[n] == expr.True
	}
	return true
}

func (x *explanation) missing() {
	if len(x.r.Missing) == 0 {
		return
	}
	x.say("explain.missing")
	for _, name := range x.r.Missing {
		f, ok := x.e.c.Fact(name)
		if !ok {
			x.say("explain.missing-fact", name, "")
			continue
		}
		ask := x.label("facts."+name+".ask", f.Ask)
		if ask == "" {
			ask = x.label("facts."+name+".label", f.Label)
		}
		x.say("explain.missing-fact", name, ask)
	}
}

func (x *explanation) items() {
	r := x.r
	if len(r.HeldBackBy) > 0 {
		without := message.Text(x.lang, "explain.nothing")
		if r.WithoutThem != nil {
			without = x.outcome(*r.WithoutThem)
		}
		x.say("explain.held-back", strings.Join(r.HeldBackBy, message.Text(x.lang, "word.comma")), without)
	}
}

func (x *explanation) paths() {
	if len(x.r.Paths) == 0 {
		return
	}
	x.say("explain.paths")
	for _, p := range x.r.Paths {
		var acts []string
		for i := range x.e.c.Facts {
			f := &x.e.c.Facts[i]
			if _, ok := p.Facts[f.Name]; ok {
				acts = append(acts, x.label("facts."+f.Name+".act", f.Act))
			}
		}
		x.say("explain.path", strings.Join(acts, message.Text(x.lang, "explain.and")), x.outcome(p.Outcome))
	}
}
