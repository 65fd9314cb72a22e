package serve

import (
	"net/http"
	"sync/atomic"

	"github.com/banfa-go/banfa/examples/server/identity"
)

// signIn is the provider, once it has been asked for its endpoints.
type signIn struct {
	p atomic.Pointer[identity.Provider]
}

func (s *signIn) set(p *identity.Provider) { s.p.Store(p) }

func (s *signIn) begin(w http.ResponseWriter, r *http.Request) {
	if p := s.p.Load(); p != nil {
		p.SignIn(w, r)
		return
	}
	plain(w, http.StatusServiceUnavailable, "starting")
}

func (s *signIn) callback(w http.ResponseWriter, r *http.Request) {
	if p := s.p.Load(); p != nil {
		p.Callback(w, r)
		return
	}
	plain(w, http.StatusServiceUnavailable, "starting")
}
