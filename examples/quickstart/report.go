package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// words is what the report says in one language.
type words struct {
	title, draft, outcomes, ask, open, held, review, failed string
	colon, comma, arrow, possible, without                  string
	outcome                                                 map[string]string
}

var languages = map[string]words{
	"zh": {
		title: "数据集 %d 个，规则 %s\n", draft: "依据的是草案，不是现行法；本报告不是法律意见。\n",
		outcomes: "开放类型", ask: "未定，先问什么", open: "依法还可以更开放", held: "受数据项牵制", review: "须人工复核",
		failed: "无法判定", colon: "：", comma: "、", arrow: " → ", possible: "可能是 ", without: "除去后",
		outcome: map[string]string{
			"unconditional": "无条件开放类", "conditional": "有条件开放类", "closed": "不予开放类",
			classify.OutOfScope: "不适用本办法", classify.Undetermined: "未定",
		},
	},
	"en": {
		title: "%d data sets by %s\n", draft: "The rules are a draft, not law in force; this report is not legal advice.\n",
		outcomes: "Open types", ask: "Undetermined, and what to ask first", open: "Could lawfully be more open",
		held: "Held back by single items", review: "For a person's review", failed: "Not answered",
		colon: ": ", comma: ", ", arrow: " → ", possible: "could be ", without: "without them",
		outcome: map[string]string{
			"unconditional": "unconditionally open", "conditional": "conditionally open", "closed": "not to be opened",
			classify.OutOfScope: "outside the Measures", classify.Undetermined: "undetermined",
		},
	},
}

// outcomes in the order of the report.
func outcomes() []string {
	return []string{"unconditional", "conditional", "closed", classify.OutOfScope, classify.Undetermined}
}

type report struct {
	rules *banfa.Rules
	c     *classify.Classifier
	lang  string
	words

	total                   int
	draft                   bool
	count                   map[string]int
	ask, open, held, review []string
	failed                  []string
}

func newReport(rules *banfa.Rules, c *classify.Classifier, lang string, w words) *report {
	return &report{rules: rules, c: c, lang: lang, words: w, count: map[string]int{}}
}

func (r *report) id() string { return "Classification/" + r.c.Name() }

// add takes the next answer of the stream, or the error that stands in its place.
func (r *report) add(a *classify.Result, err error) {
	r.total++
	if err != nil {
		r.failed = append(r.failed, fmt.Sprintf("%d%s%s", r.total, r.colon, r.explain(err)))
		return
	}
	r.draft = r.draft || a.Status == "draft"
	r.count[a.Outcome]++
	name := a.Name + r.colon
	if !a.Determined {
		r.ask = append(r.ask, name+r.possible+r.join(a.Possible)+"\n      "+r.question(a.Missing))
	}
	if len(a.Paths) > 0 {
		ways := name + r.outcome[a.Outcome]
		for _, p := range a.Paths {
			ways += "\n      " + r.acts(p) + r.arrow + r.outcome[p.Outcome]
		}
		r.open = append(r.open, ways)
	}
	// Where no item remains without them, the whole data set is at that outcome and no single item holds it back.
	if len(a.HeldBackBy) > 0 && a.WithoutThem != nil {
		r.held = append(r.held, name+strings.Join(a.HeldBackBy, r.comma)+"\n      "+r.without+r.colon+r.outcome[*a.WithoutThem])
	}
	if a.Review {
		r.review = append(r.review, name+r.outcome[a.Outcome])
	}
}

func (r *report) explain(err error) string {
	var fact *banfa.FactError
	if errors.As(err, &fact) {
		return fact.Message(r.lang)
	}
	return err.Error()
}

func (r *report) join(codes []string) string {
	labels := make([]string, len(codes))
	for i, c := range codes {
		labels[i] = r.outcome[c]
	}
	return strings.Join(labels, r.comma)
}

// question is the one to put first: the missing facts are in the order of how much they decide.
func (r *report) question(missing []string) string {
	for _, f := range r.c.Facts() {
		if len(missing) > 0 && f.Name == missing[0] {
			return r.label(f.Name, "ask", f.Ask) + " (" + f.Name + ")"
		}
	}
	return "?"
}

// acts are the lawful acts of a path in words, in the order in which the rule file declares their facts.
func (r *report) acts(p classify.Path) string {
	var acts []string
	for _, f := range r.c.Facts() {
		if _, ok := p.Facts[f.Name]; ok {
			acts = append(acts, r.label(f.Name, "act", f.Act))
		}
	}
	return strings.Join(acts, r.comma)
}

// label is a text of the rule file in the report's language; own is that of the file itself.
func (r *report) label(fact, key, own string) string {
	if s := r.rules.Label(r.lang, r.id(), "facts."+fact+"."+key); s != "" {
		return s
	}
	return own
}

func (r *report) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, r.title, r.total, r.id())
	if r.draft {
		b.WriteString(r.words.draft)
	}
	b.WriteString("\n" + r.outcomes + "\n")
	for _, o := range outcomes() {
		fmt.Fprintf(&b, "  %3d  %s\n", r.count[o], r.outcome[o])
	}
	for _, part := range []struct {
		title string
		lines []string
	}{
		{r.words.ask, r.ask},
		{r.words.open, r.open},
		{r.words.held, r.held},
		{r.words.review, r.review},
		{r.words.failed, r.failed},
	} {
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s (%d)\n", part.title, len(part.lines))
		for _, l := range part.lines {
			b.WriteString("  " + l + "\n")
		}
	}
	return b.String()
}
