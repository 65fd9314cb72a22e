package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// problem is what went wrong, for a person.
type problem struct {
	Status      int
	Title, Text string
	Foreign     bool    // Text is in Chinese, whatever the page's language is
	Faults      []fault // each with the field that it is about
	SignIn      string  // where to sign in; empty where that would not help
}

// fault is one thing to mend.
type fault struct {
	ID   string // of the field; empty where it is about the whole
	Text string
}

// problemOf says in a person's language what the platform said. An error that is none of those it knows keeps its words to itself.
func (s *server) problemOf(q *request, err error) *problem {
	var (
		refused *platform.RefusedError
		fact    *banfa.FactError
		large   *store.TooLargeError
		none    *condition.NotFoundError
		other   *condition.AgreementError
		bytes   *http.MaxBytesError
	)
	p := func(status int, key string) *problem {
		return &problem{Status: status, Title: say(q.lang, "error."+key), Text: say(q.lang, "error."+key+".text")}
	}
	switch {
	case errors.As(err, &refused):
		return s.refusal(q, refused)
	case errors.As(err, &fact):
		out := p(http.StatusUnprocessableEntity, "fact")
		out.Text = fact.Message(q.lang)
		name, _, _ := strings.Cut(fact.Fact, ".")
		name, _, _ = strings.Cut(name, "[")
		out.Faults = []fault{{ID: name, Text: out.Text}}
		return out
	case errors.As(err, &other):
		return &problem{Status: http.StatusConflict, Title: say(q.lang, "error.refused"), Text: other.Text(q.lang)}
	case errors.As(err, &large), errors.As(err, &bytes), errors.Is(err, errLarge):
		return p(http.StatusRequestEntityTooLarge, "large")
	case errors.As(err, &none), errors.Is(err, platform.ErrNotFound), errors.Is(err, store.ErrNotFound):
		return p(http.StatusNotFound, "not_found")
	case errors.Is(err, errSignIn):
		out := p(http.StatusForbidden, "sign_in")
		out.SignIn = signInPath(q.here)
		return out
	case errors.Is(err, platform.ErrForbidden):
		return p(http.StatusForbidden, "forbidden")
	case errors.Is(err, errToken):
		return p(http.StatusForbidden, "token")
	case errors.Is(err, errForm):
		return p(http.StatusBadRequest, "form")
	case errors.Is(err, store.ErrConflict):
		return p(http.StatusConflict, "conflict")
	case errors.Is(err, store.ErrReadOnly):
		return p(http.StatusInsufficientStorage, "storage")
	case errors.Is(err, context.Canceled):
		return p(499, "canceled")
	}
	s.cfg.Log.ErrorContext(q.Context(), "page failed", "method", q.Method, "path", q.URL.Path, "error", err)
	return p(http.StatusInternalServerError, "internal")
}

// refusal says why the rules do not let it happen. What the library can say in both languages is said in the page's; the platform's own words have a
// translation by their code.
func (s *server) refusal(q *request, r *platform.RefusedError) *problem {
	out := &problem{Status: http.StatusConflict, Title: say(q.lang, "error.refused"), Text: r.Reason, Foreign: q.lang != zh}
	if illegal, ok := r.Detail.(*condition.IllegalEventError); ok {
		out.Text, out.Foreign = illegal.Why(q.lang), false
		for _, name := range illegal.Missing {
			out.Faults = append(out.Faults, fault{ID: name, Text: say(q.lang, "field.missing", name)})
		}
		return out
	}
	if _, ok := texts["refused."+r.Code]; ok && q.lang != zh {
		out.Text, out.Foreign = say(q.lang, "refused."+r.Code), false
		if r.Code == "catalog" {
			out.Text += " " + r.Reason
		}
	}
	switch d := r.Detail.(type) {
	case *condition.Result:
		for i := range d.Requirements {
			if d.Requirements[i].Holds != condition.Holds && d.Requirements[i].Holds != condition.NotConcerned {
				out.Faults = append(out.Faults, fault{Text: d.Requirements[i].Message})
			}
		}
	case []string:
		for _, text := range d {
			out.Faults = append(out.Faults, fault{Text: text})
		}
	}
	return out
}

// fail shows a page that says what went wrong.
func (s *server) fail(q *request, err error) {
	p := s.problemOf(q, err)
	if err := s.show(q, p.Status, "error", p.Title, nil, p); err != nil {
		s.cfg.Log.ErrorContext(q.Context(), "the error page failed", "error", err)
		http.Error(q.w, p.Title, p.Status)
	}
}
