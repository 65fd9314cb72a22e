package serve

import "net/http"

// pages are what people see.
func (s *Server) pages() http.Handler { return http.NotFoundHandler() }
