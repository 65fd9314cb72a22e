package condition

import (
	"cmp"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/ruleset"
)

// scenarioFact is the fact that says what the data are to be used for (Article 26).
const scenarioFact = "scenario"

// Parties are the two sides of an agreement that is to be drafted, and how long it is to run. What is empty is left as a marked blank.
type Parties struct {
	Provider, User Party
	Period         AgreementPeriod
	Datasets       []string // the names that people know; by default the rule file's data sets
	// Approved says that the authority approved although the advice was another (see Result.Record): all obligations of the rule file then bind.
	Approved bool
}

// Draft writes an agreement (Article 43) with what follows from a decision: scope and way of use, the conditions that go on holding, the obligations, and the terms of
// the rule file. What does not follow from it is a marked blank, which CheckAgreement reports: a person fills it in. The result must be one of this Access.
func (a *Access) Draft(r *Result, parties Parties, lang string) (*Agreement, error) {
	switch {
	case r.Ruleset != a.c.ID() || r.Digest != a.c.Sum:
		return nil, &AgreementError{Field: "result", Reason: "other_rules", Detail: r.Ruleset + " " + r.Digest}
	case r.Decision != Approve && !parties.Approved:
		return nil, &AgreementError{Field: "decision", Reason: "not_approved", Detail: string(r.Decision)}
	}
	d := draft{a: a, r: r, lang: lang, duties: a.duties(r), out: &Agreement{
		Schema: AgreementSchema, Lang: lang, Title: agreementText(lang, "title"),
		Provider: parties.Provider, User: parties.User, Period: parties.Period, Terms: []Term{},
	}}
	d.head(parties)
	for _, id := range Terms() {
		d.out.Terms = append(d.out.Terms, Term{ID: id, Clauses: d.clauses(id)})
	}
	if err := d.out.bounded(); err != nil {
		return nil, err
	}
	return d.out, nil
}

// duties are those that bind: of an approval those of the decision, and else all.
func (a *Access) duties(r *Result) []Duty {
	if r.Decision == Approve {
		return r.Duties
	}
	out := make([]Duty, len(a.c.Obligations))
	for i, o := range a.c.Obligations {
		out[i] = Duty{ID: o.ID, Text: o.Text}
		out[i].Basis, out[i].Short = bases(o.Basis)
	}
	return out
}

type draft struct {
	a        *Access
	r        *Result
	lang     string
	duties   []Duty
	out      *Agreement
	datasets string
}

func (d *draft) say(key string, args ...string) string {
	// What is put in may be as long as a clause: bounded says so then, and nothing is cut.
	pair := agreementTexts[key]
	template := pair[0]
	if d.lang == "zh" {
		template = pair[1]
	}
	for i, arg := range args {
		template = strings.Replace(template, "{"+string(rune('0'+i))+"}", agreementLine(arg), 1)
	}
	return template
}

func (d *draft) blank(key string) string { return agreementBlank(d.lang, d.say("blank."+key)) }

// head fills what the agreement says of itself.
func (d *draft) head(parties Parties) {
	o, c := d.out, d.a.c
	o.Provider.Name = cmp.Or(o.Provider.Name, c.Issuer, d.blank("provider"))
	o.Provider.Contact = cmp.Or(o.Provider.Contact, d.blank("contact"))
	o.User.Name = cmp.Or(o.User.Name, d.blank("user"))
	o.User.Code = cmp.Or(o.User.Code, d.blank("code"))
	o.User.Contact = cmp.Or(o.User.Contact, d.blank("contact"))
	o.Period.From = cmp.Or(o.Period.From, d.blank("from-date"))
	o.Period.Until = cmp.Or(o.Period.Until, d.blank("last-date"))
	o.Datasets = slices.Clone(parties.Datasets)
	if len(o.Datasets) == 0 {
		o.Datasets = slices.DeleteFunc(slices.Clone(c.Datasets), func(s string) bool { return strings.HasSuffix(s, "*") })
	}
	decided := append([]string{}, o.Datasets...)
	if len(o.Datasets) == 0 {
		o.Datasets = []string{d.blank("datasets")}
	}
	o.Usage = UsageTerm{Code: d.r.UsageMode, Label: cmp.Or(d.enum(usageMode, d.r.UsageMode), d.blank("usage"))}
	scenario := d.fact(scenarioFact)
	o.Scenario = cmp.Or(scenario, d.blank("scenario"))
	d.datasets = strings.Join(o.Datasets, d.say("word.comma"))
	decision := &AgreementDecision{
		Ruleset: d.r.Ruleset, Digest: d.r.Digest, FactsDigest: d.r.FactsDigest(), Status: d.r.Status, At: d.r.At, Decision: string(Approve),
		UsageMode: d.r.UsageMode, Scenario: scenario, Datasets: decided, Obligations: []AgreementDuty{},
	}
	for _, duty := range d.duties {
		decision.Obligations = append(decision.Obligations, AgreementDuty{duty.ID, d.duty(&duty)})
	}
	o.Decision = decision
}

func (d *draft) duty(duty *Duty) string {
	return cmp.Or(d.a.publishLabel(d.lang, "obligations."+duty.ID), duty.Text)
}

// fact is what the application says of a fact, in words; empty where it says nothing, or where the result was read back from JSON.
func (d *draft) fact(name string) string {
	e := d.r.evaluation
	f, ok := d.a.c.Fact(name)
	if e == nil || !ok || !e.doc.Values[f.Slot].Present() {
		return ""
	}
	value, _ := e.doc.Values[f.Slot].Str()
	if label := d.enum(name, value); label != "" {
		return label
	}
	return agreementLine(value)
}

// enum is the label of a code of a fact, in the language of the agreement; empty where the fact has no such code.
func (d *draft) enum(name, code string) string {
	f, ok := d.a.c.Fact(name)
	if !ok || code == "" || !slices.Contains(f.Type.Values, code) {
		return ""
	}
	return cmp.Or(d.a.publishLabel(d.lang, "facts."+name+".values."+code), enumLabel(f, code))
}

// clauses are those of one term: what it always says, then conditions that go on holding, obligations, and the rule file's own terms.
func (d *draft) clauses(id TermID) []Clause {
	out := d.own(id)
	for i := range d.r.Requirements {
		q := &d.r.Requirements[i]
		if q.Holds == Holds && d.keeps(q) == id {
			out = append(out, d.kept(q, id))
		}
	}
	for i := range d.duties {
		duty := &d.duties[i]
		if termOf(duty.Short, duty.Basis) == id {
			out = append(out, Clause{Part: firstPart(id), Text: d.duty(duty), Basis: duty.Basis, Of: duty.ID})
		}
	}
	for _, t := range d.a.c.Agreement {
		if term, part := termAndPart(&t); term == id {
			out = append(out, Clause{Part: part, Text: cmp.Or(d.a.publishLabel(d.lang, "terms."+t.ID), t.Text), Of: t.ID})
		}
	}
	return out
}

// own is what a term says whatever the conditions are.
func (d *draft) own(id TermID) []Clause {
	clause := func(part, key string, args ...string) Clause {
		return Clause{Part: part, Text: d.say(key, args...), Basis: id.Basis()}
	}
	switch id {
	case TermFeedback:
		return []Clause{clause("", "clause.feedback", d.blank("feedback"))}
	case TermPurpose:
		return []Clause{clause("", "clause.purpose", d.datasets, d.out.Scenario, d.out.Usage.Label)}
	case TermDissemination:
		return []Clause{clause("", "clause.dissemination")}
	case TermAttribution:
		return []Clause{clause("", "clause.attribution", d.datasets, d.out.Provider.Name)}
	case TermSecurity:
		return []Clause{
			clause("duties", "clause.duties", d.blank("charge"), d.blank("hours")),
			clause("capability", "clause.capability", d.blank("ability")), clause("safeguards", "clause.safeguards", d.blank("measures")),
		}
	case TermInspection:
		return []Clause{clause("", "clause.inspection")}
	}
	return []Clause{
		clause("credit", "clause.credit"), clause("breach", "clause.breach", d.blank("breach")), clause("disputes", "clause.disputes", d.blank("forum")),
	}
}

// keeps says to which term a condition goes on belonging once the agreement is made: what the user is capable of to security, scenario and way of use
// to the scope. Conditions on the application itself (Articles 39 to 44) were met by making it, and belong to none.
func (d *draft) keeps(q *Requirement) TermID {
	switch article(q.Short) {
	case "24", "25":
		return TermSecurity
	case "26", "27":
		return TermPurpose
	}
	return ""
}

func (d *draft) kept(q *Requirement, id TermID) Clause {
	text := cmp.Or(d.a.publishLabel(d.lang, "requirements."+q.ID+".message"), q.Message, q.ID)
	c := Clause{Text: d.say("clause.kept", text), Basis: q.Basis, Of: q.ID}
	if id == TermSecurity {
		c.Part, c.Text = "capability", d.say("clause.capability-kept", text)
	}
	return c
}

// article is the number of the article of a short citation: 25 of 25(1), and of civil-code 25 nothing, since another instrument stands in front.
func article(short string) string {
	first, _, _ := strings.Cut(short, ", ")
	end := strings.IndexFunc(first, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		return first
	}
	return first[:end]
}

// termOf says to which of the seven terms an obligation belongs: by its item of Article 43p1, and otherwise by what its article is about.
func termOf(short, long string) TermID {
	for i, id := range Terms() {
		if strings.Contains(long, id.Basis()) || strings.Contains(short, "43p1("+string(rune('1'+i))+")") {
			return id
		}
	}
	switch article(short) {
	case "26", "27":
		return TermPurpose
	case "25", "44", "55", "58":
		return TermSecurity
	case "59", "63":
		return TermInspection
	}
	return TermOther
}

// firstPart is the part of a term that an obligation is put under.
func firstPart(id TermID) string { return id.Parts()[0] }

// termAndPart reads which term a rule file's own text belongs to: one of the seven, or one of their parts. Any other name is put under the last, which Article 43p1(7) leaves open.
func termAndPart(t *ruleset.Term) (TermID, string) {
	for _, id := range Terms() {
		if t.Term == string(id) {
			return id, firstPart(id)
		}
		if part := t.Term; part != "" && slices.Contains(id.Parts(), part) {
			return id, part
		}
	}
	return TermOther, firstPart(TermOther)
}
