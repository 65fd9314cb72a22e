package web

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// docx sends an agreement, or its draft with marked blanks, for a word processor.
func (s *server) docx(q *request) error {
	a, err := s.Draft(q.Context(), q.who, q.PathValue("id"), q.lang)
	if err != nil {
		return err
	}
	text, err := a.Docx()
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName("agreement-" + q.PathValue("id") + ".docx")}))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = q.w.Write(text) // the client has gone
	return nil
}

// agreementForm is the draft of an agreement, term by term, to be filled in.
type agreementForm struct {
	Provider, User []field
	Scope          []field
	Datasets       []string
	Terms          []termForm
	Findings       []fault
	Warnings       []fault
	Checked        bool // a person asked for the check, or tried to sign
}

type termForm struct {
	Label, Basis string
	Clauses      []clauseForm
}

type clauseForm struct {
	field
	Of string // the condition or obligation that it follows from
}

// draft is the agreement as it follows from the decision. Its scenario is the one that was applied for, where the draft leaves it open.
func (s *server) draft(q *request, c *platform.Case) (*condition.Agreement, error) {
	d, err := s.Draft(q.Context(), q.who, c.ID, q.lang)
	if err != nil {
		return nil, err
	}
	if strings.Contains(d.Scenario, "【") || strings.Contains(d.Scenario, "[") {
		if a := s.conditionsOf(c); a != nil {
			facts, _ := factsOf(a, q.lang)
			for i := range facts {
				if v, ok := c.Stated[facts[i].Name]; ok && facts[i].Name == "scenario" {
					d.Scenario = factText(q.lang, &facts[i], v)
				}
			}
		}
	}
	return d, nil
}

// parts adds to each term an empty clause for what it does not settle yet.
func parts(a *condition.Agreement) *condition.Agreement {
	out := *a
	out.Terms = make([]condition.Term, len(a.Terms))
	for i, t := range a.Terms {
		t.Clauses = slices.Clone(t.Clauses)
		for _, part := range t.ID.Parts() {
			if !slices.ContainsFunc(t.Clauses, func(c condition.Clause) bool { return c.Part == part }) {
				t.Clauses = append(t.Clauses, condition.Clause{Part: part, Basis: t.ID.Basis()})
			}
		}
		out.Terms[i] = t
	}
	return &out
}

// filled is the draft with what was typed. Everything else of it, such as the decision that it carries out, is the platform's.
func filled(q *request, draft *condition.Agreement) *condition.Agreement {
	a := parts(draft)
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(q.PostForm.Get(name), "\r\n", "\n"))
	}
	a.Provider = condition.Party{Name: get("provider.name"), Code: get("provider.code"), Contact: get("provider.contact")}
	a.User = condition.Party{Name: get("user.name"), Code: get("user.code"), Contact: get("user.contact")}
	a.Scenario = get("scenario")
	a.Usage.Label = get("usage.label")
	a.Period = condition.AgreementPeriod{From: get("period.from"), Until: get("period.until")}
	for i := range a.Terms {
		for k := range a.Terms[i].Clauses {
			a.Terms[i].Clauses[k].Text = get(clauseName(i, k))
		}
	}
	return a
}

// pruned is an agreement without the clauses of ours that were left empty; those that follow from the decision stay, so that the check sees them.
func pruned(a *condition.Agreement) *condition.Agreement {
	out := *a
	out.Terms = make([]condition.Term, len(a.Terms))
	for i, t := range a.Terms {
		t.Clauses = slices.DeleteFunc(slices.Clone(t.Clauses), func(c condition.Clause) bool { return c.Text == "" && c.Of == "" })
		out.Terms[i] = t
	}
	return &out
}

func clauseName(term, clause int) string {
	return "terms[" + strconv.Itoa(term) + "].clauses[" + strconv.Itoa(clause) + "].text"
}

// agreementID is the id of an input by the name of its field.
func agreementID(name string) string {
	return "agreement-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
}

func (s *server) agreementForm(q *request, c *platform.Case, p *posted, mine bool) (*agreementForm, error) {
	var a *condition.Agreement
	if mine && p.agreement != nil {
		a = p.agreement
	} else {
		d, err := s.draft(q, c)
		if err != nil {
			return nil, err
		}
		a = d
	}
	findings := condition.CheckAgreement(*a)
	checked := mine && p.checked
	a = parts(a)
	f := &agreementForm{Datasets: a.Datasets, Checked: checked}
	known := map[string]string{}
	at := func(name string) string {
		var texts []string
		for i := range findings {
			if findings[i].Field == name {
				texts = append(texts, findingText(&findings[i], q.lang, say(q.lang, "agreement.this")))
			}
		}
		return strings.Join(texts, " ")
	}
	input := func(name, key, value, kind string) field {
		known[name] = say(q.lang, key)
		x := field{Name: name, ID: agreementID(name), Label: say(q.lang, key), Kind: kind, Value: value}
		if kind == "date" && len(value) != len("2006-01-02") {
			x.Value = ""
		}
		if checked {
			x.Error = at(name)
		}
		return x
	}
	f.Provider = []field{input("provider.name", "party.name", a.Provider.Name, "text"), input("provider.code", "party.code", a.Provider.Code, "text"), input("provider.contact", "party.contact", a.Provider.Contact, "text")}
	f.User = []field{input("user.name", "party.name", a.User.Name, "text"), input("user.code", "party.code", a.User.Code, "text"), input("user.contact", "party.contact", a.User.Contact, "text")}
	for name := range known {
		who := "agreement.provider"
		if strings.HasPrefix(name, "user.") {
			who = "agreement.user"
		}
		known[name] = say(q.lang, who) + " " + known[name]
	}
	f.Scope = []field{
		input("scenario", "agreement.scenario", a.Scenario, "text"), input("usage.label", "agreement.usage", a.Usage.Label, "text"),
		input("period.from", "agreement.from", a.Period.From, "date"), input("period.until", "agreement.until", a.Period.Until, "date"),
	}
	for i, t := range a.Terms {
		tf := termForm{Label: t.ID.Label(q.lang), Basis: t.ID.Basis()}
		for k, clause := range t.Clauses {
			x := clauseForm{Of: clause.Of, field: input(clauseName(i, k), "agreement.clause", clause.Text, "long")}
			x.Label = say(q.lang, "agreement.clause_n", strconv.Itoa(k+1))
			if clause.Part != "" {
				x.Label += say(q.lang, "word.colon") + say(q.lang, "part."+clause.Part)
			}
			x.Basis, x.Rows = clause.Basis, min(2+len([]rune(clause.Text))/45, 8)
			known[x.Name] = tf.Label + " " + x.Label
			tf.Clauses = append(tf.Clauses, x)
		}
		f.Terms = append(f.Terms, tf)
	}
	for i := range findings {
		x := fault{Text: findings[i].Text(q.lang)}
		if label, ok := known[findings[i].Field]; ok {
			x.ID, x.Text = agreementID(findings[i].Field), findingText(&findings[i], q.lang, label)
		}
		if findings[i].Severity == "error" {
			f.Findings = append(f.Findings, x)
		} else {
			f.Warnings = append(f.Warnings, x)
		}
	}
	return f, nil
}

// sign checks an agreement that was filled in, and signs it where that is what was asked for and nothing is missing.
func (s *server) sign(q *request) error {
	c, err := s.Case(q.Context(), q.who, platform.Applications, q.PathValue("id"))
	if err != nil {
		return err
	}
	const name = "agreement_signed"
	d, err := s.draft(q, c)
	if err != nil {
		return s.done(q, platform.Applications, name, err)
	}
	a := filled(q, d)
	p := &posted{action: name, agreement: a, checked: true}
	if q.PostForm.Get("do") != "sign" {
		return s.caseOf(q, platform.Applications, p)
	}
	if _, err = s.Sign(q.Context(), q.who, c.ID, pruned(a)); err == nil {
		return s.done(q, platform.Applications, name, nil)
	}
	p.problem = s.problemOf(q, err)
	if p.problem.Status == http.StatusForbidden || p.problem.Status == http.StatusNotFound {
		return err
	}
	p.problem.Faults = nil // they stand with the form
	return s.caseOf(q, platform.Applications, p)
}

// findingText says a finding with the name that the form gives to the field, in place of that of the agreement's JSON.
func findingText(f *condition.Finding, lang, label string) string {
	return strings.ReplaceAll(f.Text(lang), f.Field, label)
}
