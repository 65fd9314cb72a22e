package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// actions are the forms for what somebody may bring about now, in the order of the Lifecycle file.
func (s *server) actions(q *request, c *platform.Case, p *posted) []action {
	l := s.LifecycleFile(c.Kind)
	var out []action
	for _, w := range c.Ways(q.who) {
		if i := slices.IndexFunc(out, func(a action) bool { return a.Name == w.Event }); i >= 0 { // another transition of the same event
			out[i].Basis, out[i].Short = union(out[i].Basis, w.Basis), union(out[i].Short, w.Short)
			out[i].Message = ""
			if w.Guard != condition.GuardFails {
				out[i].Blocked = ""
			}
			continue
		}
		a := action{Name: w.Event, Label: s.eventLabel(q.lang, c.Kind, w.Event), Basis: w.Basis, Short: w.Short, Kind: actionKind(c.Kind, w.Event), Message: w.Message}
		if l != nil {
			a.Message = s.label(q.lang, l.ID(), "rules."+w.Transition, w.Message)
		}
		a.Path = "/" + kindPath(c.Kind) + "/" + c.ID + "/"
		switch a.Kind {
		case "event":
			a.Path += "events/" + w.Event
		default:
			a.Path += a.Kind
		}
		mine := p != nil && p.action == w.Event
		if mine {
			a.Problem, a.Values = p.problem, q.PostForm
		}
		s.fill(q, c, &a, p, mine)
		if w.Guard == condition.GuardFails && len(a.Fields) == 0 && a.Kind != "agreement" && a.Kind != "decide" {
			a.Blocked = a.Message
		}
		out = append(out, a)
	}
	return out
}

func union(a, b []string) []string {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a[:len(a):len(a)], x)
		}
	}
	return a
}

// actionKind says which form an event has: those that do more than state facts have their own.
func actionKind(kind, event string) string {
	if kind == platform.Applications {
		switch event {
		case "supplement_received":
			return "supplement"
		case "application_accepted":
			return "accept"
		case "application_answered":
			return "decide"
		case "agreement_signed":
			return "agreement"
		case "permission_opened":
			return "open"
		}
	}
	return "event"
}

// fill gives an action its fields, with what is known or was typed.
func (s *server) fill(q *request, c *platform.Case, a *action, p *posted, mine bool) {
	var wrong map[string]string
	if mine {
		wrong = p.wrong
	}
	values := func(known map[string]any) url.Values {
		if mine {
			return q.PostForm
		}
		return typedOf(known)
	}
	switch a.Kind {
	case "supplement":
		if access := s.conditionsOf(c); access != nil {
			a.Fields = applicationForm(q, access, "supplement", values(c.Stated), wrong)
		}
	case "decide":
		if c.Advice != nil {
			a.Advice = c.Advice.Decision
		}
	case "agreement":
		f, err := s.agreementForm(q, c, p, mine)
		if err != nil { // such as rules that have changed since
			a.Blocked = s.problemOf(q, err).Text
			return
		}
		a.Agreement = f
	case "event":
		facts := s.EventFacts(c, a.Name)
		if l := s.LifecycleFile(c.Kind); l != nil {
			for i := range facts {
				s.inLanguage(q.lang, l.ID(), a.Name, &facts[i])
			}
		}
		known := map[string]any{}
		for _, f := range facts {
			if v, ok := c.Standing.Facts[f.Name]; ok && f.Type == "date" {
				known[f.Name] = v
			}
		}
		a.Fields = formOf(q.lang, a.Name, facts, values(known), wrong)
	}
	if a.Problem != nil {
		for i := range a.Fields {
			if a.Problem.is(a.Fields[i].Name) {
				a.Fields[i].InvalidAttribute = true
				a.Fields[i].Error = orOwn(a.Fields[i].Error, a.Problem.Text)
			}
		}
		prefix := a.Name
		if a.Kind == "supplement" {
			prefix = a.Kind
		}
		a.Problem.anchor(prefix)
	}
}

// event brings about an event that needs nothing but its facts.
func (s *server) event(q *request, kind string) error {
	c, err := s.Case(q.Context(), q.who, kind, q.PathValue("id"))
	if err != nil {
		return err
	}
	name := q.PathValue("event")
	facts := s.EventFacts(c, name)
	if l := s.LifecycleFile(kind); l != nil {
		for i := range facts {
			s.inLanguage(q.lang, l.ID(), name, &facts[i])
		}
	}
	stated, wrong := readForm(q.lang, facts, q.PostForm)
	if len(wrong) > 0 {
		return s.caseOf(q, kind, &posted{action: name, wrong: wrong, problem: wrongForm(q, wrong, facts)})
	}
	_, err = s.Do(q.Context(), q.who, kind, c.ID, name, stated)
	return s.done(q, kind, name, err)
}

// done sends the browser back to the case, or shows it with what went wrong.
func (s *server) done(q *request, kind, action string, err error) error {
	if err == nil {
		return q.seeOther("/" + kindPath(kind) + "/" + url.PathEscape(q.PathValue("id")))
	}
	p := s.problemOf(q, err)
	if p.Status == http.StatusForbidden || p.Status == http.StatusNotFound {
		return err
	}
	return s.caseOf(q, kind, &posted{action: action, problem: p})
}

func (s *server) supplement(q *request) error {
	c, err := s.Case(q.Context(), q.who, platform.Applications, q.PathValue("id"))
	if err != nil {
		return err
	}
	const name = "supplement_received"
	a := s.conditionsOf(c)
	if a == nil {
		return platform.ErrNotFound
	}
	facts, _ := factsOf(a, q.lang)
	facts = slices.DeleteFunc(facts, func(f banfa.Fact) bool { return f.Name == verified })
	stated, wrong := readForm(q.lang, facts, q.PostForm)
	if len(wrong) > 0 {
		return s.caseOf(q, platform.Applications, &posted{action: name, wrong: wrong, problem: wrongForm(q, wrong, facts)})
	}
	for i := range facts { // what was emptied is taken back
		if _, ok := stated[facts[i].Name]; !ok {
			stated[facts[i].Name] = nil
		}
	}
	_, err = s.Supplement(q.Context(), q.who, c.ID, stated)
	return s.done(q, platform.Applications, name, err)
}

func (s *server) accept(q *request) error {
	_, err := s.Accept(q.Context(), q.who, q.PathValue("id"))
	return s.done(q, platform.Applications, "application_accepted", err)
}

func (s *server) decide(q *request) error {
	_, err := s.Answer(q.Context(), q.who, q.PathValue("id"), condition.Decision(q.PostForm.Get("decision")), q.PostForm.Get("reason"))
	return s.done(q, platform.Applications, "application_answered", err)
}

// open opens the permission, and leads there.
func (s *server) open(q *request) error {
	c, err := s.OpenPermission(q.Context(), q.who, q.PathValue("id"))
	if err != nil {
		return s.done(q, platform.Applications, "permission_opened", err)
	}
	return q.seeOther("/permissions/" + c.ID)
}
