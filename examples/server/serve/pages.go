package serve

import (
	"net/http"

	"github.com/banfa-go/banfa/examples/server/web"
)

// pages are what people see.
func (s *Server) pages() http.Handler {
	return web.New(s.Platform, s.sessions, web.Config{Log: s.Log, Clock: s.Clock})
}
