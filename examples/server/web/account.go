package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"github.com/banfa-go/banfa/examples/server/identity"
)

type accountData struct {
	MayEnd bool   // the sessions of others
	Ended  string // whose sessions have just been ended
}

// account shows somebody who they are here.
func (s *server) account(q *request) error {
	d := accountData{MayEnd: q.who.Is(identity.Authority), Ended: q.URL.Query().Get("ended")}
	return s.show(q, http.StatusOK, "account", say(q.lang, "account.title"), d, nil)
}

// endSessions ends all sessions of somebody: one's own, after which one is nobody, or another's.
func (s *server) endSessions(q *request) error {
	subject := cmp.Or(strings.TrimSpace(q.PostForm.Get("subject")), q.who.Subject)
	if err := s.EndSessions(q.Context(), q.who, subject); err != nil {
		return err
	}
	if subject == q.who.Subject {
		s.sessions.End(q.w)
		return q.seeOther("/")
	}
	return q.seeOther("/account?" + url.Values{"ended": {subject}}.Encode())
}
