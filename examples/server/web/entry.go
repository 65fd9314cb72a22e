package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// verified is the fact that the provider of identities states, and nobody else (Articles 30 and 41).
const verified = "real_name_verified"

type entryData struct {
	Entry         *platform.Listed
	Published     *condition.Published
	Fields        []field
	Check         *checked
	Delivered     *platform.Delivery
	Unconditional bool
	Signed        bool     // the commitment, as it was ticked
	Object        objected // the form of an objection
	MayApply      bool
	MayDeliver    bool
	// Summaries and Maskings say that some item has one.
	Summaries, Maskings bool
	// Where says which form the problem is about: apply, commit, object or deliver.
	Where string
}

type objected struct {
	Grounds   []option
	Statement string
}

// checked is what the reviewer's check says of an application, in the language of the page.
type checked struct {
	Decision     condition.Decision
	Failed       []reason
	Missing      []missing
	Requirements []requirement
	Duties       []condition.PublishedObligation
}

type reason struct{ Text, Remedy, Basis, Short string }

type missing struct{ ID, Label string }

type requirement struct {
	Message, Remedy, Basis, Short string
	Holds                         condition.Holding
	Missing                       []string
}

// checkedOf puts an answer into the language of a page: results are in the language of their rule file.
func checkedOf(a *condition.Access, r *condition.Result, lang, prefix string) (*checked, error) {
	p, err := a.Published(lang)
	if err != nil {
		return nil, err
	}
	texts := map[string]condition.PublishedCondition{}
	for _, d := range p.Dimensions {
		for _, c := range d.Conditions {
			texts[c.ID] = c
		}
	}
	labels := map[string]string{}
	for _, f := range a.Form(lang).Fields {
		labels[f.Name] = orOwn(f.Label, f.Name)
	}
	out := &checked{Decision: r.Decision}
	for i := range r.Requirements {
		x := &r.Requirements[i]
		q := requirement{Message: x.Message, Remedy: x.Remedy, Basis: x.Basis, Short: x.Short, Holds: x.Holds}
		if t, ok := texts[x.ID]; ok {
			q.Message, q.Remedy = t.Text, t.Remedy
		}
		for _, name := range x.Missing {
			q.Missing = append(q.Missing, orOwn(labels[name], name))
		}
		if slices.Contains(r.Failed, x.ID) {
			out.Failed = append(out.Failed, reason{q.Message, q.Remedy, q.Basis, q.Short})
		}
		out.Requirements = append(out.Requirements, q)
	}
	for _, name := range r.Missing {
		out.Missing = append(out.Missing, missing{prefix + "-" + name, orOwn(labels[name], name)})
	}
	for _, o := range p.Obligations {
		if slices.Contains(r.Obligations, o.ID) {
			out.Duties = append(out.Duties, o)
		}
	}
	return out, nil
}

// factsOf are the facts that a form asks for, in a language.
func factsOf(a *condition.Access, lang string) (facts []banfa.Fact, required map[string]bool) {
	required = map[string]bool{}
	for _, f := range a.Form(lang).Fields {
		facts = append(facts, f.Fact)
		required[f.Name] = f.Required
	}
	return facts, required
}

// applicationForm is the form of a data set. Whether the name was verified is the provider's word and is only shown.
func applicationForm(q *request, a *condition.Access, prefix string, values url.Values, errors map[string]string) []field {
	facts, required := factsOf(a, q.lang)
	fields := formOf(q.lang, prefix, facts, values, errors)
	for i := range fields {
		f := &fields[i]
		f.Required = required[f.Name]
		if f.Name == verified {
			*f = field{Name: f.Name, ID: f.ID, Label: f.Label, Kind: "fixed", Value: say(q.lang, map[bool]string{true: "verified.yes", false: "verified.no"}[q.who.Verified]), Hint: say(q.lang, "verified.hint")}
		}
	}
	return fields
}

// entry shows a data set.
func (s *server) entry(q *request) error { return s.entryPage(q, http.StatusOK, entryData{}, nil, nil) }

// entryPage shows a data set with what was typed into one of its forms.
func (s *server) entryPage(q *request, status int, d entryData, wrong map[string]string, p *problem) error {
	id := q.PathValue("id")
	e, err := s.Entry(id)
	if err != nil {
		return err
	}
	a, err := s.Access(id)
	if err != nil {
		return err
	}
	if d.Published, err = a.Published(q.lang); err != nil {
		return err
	}
	d.Entry, d.Delivered, d.Unconditional = e, s.Delivered(id), e.OpenType == catalog.Unconditional
	for i := range e.Items {
		d.Summaries = d.Summaries || e.Items[i].Summary != ""
		d.Maskings = d.Maskings || e.Items[i].Masking != ""
	}
	if !d.Unconditional {
		values := url.Values{}
		if d.Where == "apply" {
			values = q.PostForm
		}
		d.Fields = applicationForm(q, a, "apply", values, wrong)
		for i := range d.Fields {
			if p != nil && p.is(d.Fields[i].Name) && d.Fields[i].Error == "" {
				d.Fields[i].Error, d.Fields[i].InvalidAttribute = p.Text, true
			}
		}
	}
	d.MayApply = q.who.SignedIn() && q.who.Is(identity.Applicant)
	d.MayDeliver = q.who.SignedIn() && q.who.Is(identity.Opener) && q.who.Unit != "" && q.who.Unit == e.Unit
	d.Object.Grounds = s.grounds(q)
	if d.Where == "object" {
		d.Object.Statement = q.PostForm.Get("statement")
	}
	if p != nil {
		p.anchor("apply")
	}
	return s.show(q, status, "entry", e.Name, d, p)
}

// is reports whether a fault is about a fact.
func (p *problem) is(name string) bool {
	return slices.ContainsFunc(p.Faults, func(f fault) bool { return f.ID == name })
}

// anchor turns the names of facts into the ids of a form's fields.
func (p *problem) anchor(prefix string) {
	for i := range p.Faults {
		if id := p.Faults[i].ID; id != "" {
			p.Faults[i].ID = prefix + "-" + id
		}
	}
}

// wrongForm is the problem of a form with fields that cannot be read.
func wrongForm(q *request, wrong map[string]string, facts []banfa.Fact) *problem {
	p := &problem{Status: http.StatusUnprocessableEntity, Title: say(q.lang, "error.fact"), Text: say(q.lang, "error.fields")}
	for i := range facts {
		if text := wrong[facts[i].Name]; text != "" {
			p.Faults = append(p.Faults, fault{facts[i].Name, orOwn(facts[i].Label, facts[i].Name) + say(q.lang, "word.colon") + text})
		}
	}
	return p
}

// grounds are the five of Article 65, as the Lifecycle file of objections has them.
func (s *server) grounds(q *request) []option {
	l := s.LifecycleFile(platform.Objections)
	if l == nil {
		return nil
	}
	var out []option
	for i := range l.Facts {
		if f := &l.Facts[i]; f.Name == "ground" {
			for k, code := range f.Type.Values {
				out = append(out, option{Value: code, ID: "object-ground-" + code, Label: s.label(q.lang, l.ID(), "facts.ground.values."+code, f.Type.Labels[k]), Checked: q.PostForm.Get("ground") == code})
			}
		}
	}
	return out
}

// stated reads the application form of the data set that a request is about.
func (s *server) stated(q *request) (*condition.Access, map[string]any, map[string]string, *problem, error) {
	a, err := s.Access(q.PathValue("id"))
	if err != nil {
		return nil, nil, nil, nil, err
	}
	facts, _ := factsOf(a, q.lang)
	facts = slices.DeleteFunc(facts, func(f banfa.Fact) bool { return f.Name == verified })
	stated, wrong := readForm(q.lang, facts, q.PostForm)
	if len(wrong) > 0 {
		return a, nil, wrong, wrongForm(q, wrong, facts), nil
	}
	return a, stated, nil, nil, nil
}

// check shows what the reviewer's check would say. Nothing is kept, and so nothing is redirected to.
func (s *server) check(q *request) error {
	a, stated, wrong, p, err := s.stated(q)
	if err != nil {
		return err
	}
	d := entryData{Where: "apply"}
	if p == nil {
		r, err := s.SelfCheck(q.Context(), q.who, q.PathValue("id"), stated)
		if err != nil {
			p = s.problemOf(q, err)
		} else if d.Check, err = checkedOf(a, r, q.lang, "apply"); err != nil {
			return err
		}
	}
	if p != nil {
		return s.entryPage(q, p.Status, d, wrong, p)
	}
	return s.entryPage(q, http.StatusOK, d, nil, nil)
}

func (s *server) apply(q *request) error {
	_, stated, wrong, p, err := s.stated(q)
	if err != nil {
		return err
	}
	if p == nil {
		c, err := s.Apply(q.Context(), q.who, q.PathValue("id"), stated)
		if err == nil {
			return q.seeOther("/applications/" + c.ID)
		}
		p = s.problemOf(q, err)
	}
	return s.entryPage(q, p.Status, entryData{Where: "apply"}, wrong, p)
}

func (s *server) commit(q *request) error {
	signed := q.PostForm.Get("commitment_signed") == "true"
	c, err := s.Commit(q.Context(), q.who, q.PathValue("id"), signed)
	if err == nil {
		return q.seeOther("/permissions/" + c.ID)
	}
	p := s.problemOf(q, err)
	return s.entryPage(q, p.Status, entryData{Where: "commit", Signed: signed}, nil, p)
}

func (s *server) object(q *request) error {
	c, err := s.Object(q.Context(), q.who, q.PathValue("id"), q.PostForm.Get("ground"), q.PostForm.Get("statement"))
	if err == nil {
		return q.seeOther("/objections/" + c.ID)
	}
	p := s.problemOf(q, err)
	for i := range p.Faults {
		p.Faults[i].ID = ""
	}
	return s.entryPage(q, p.Status, entryData{Where: "object"}, nil, p)
}
