package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// document serves the description of the API, made once.
func (s *server) document(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas.Map()
	delete(schemas, "HumaErrorModel") // the framework's form of errors, which no answer has
	delete(schemas, "HumaErrorDetail")
	if r := schemas["ConditionResult"]; r != nil { // what it writes beside its fields
		r.Properties["facts_digest"] = &huma.Schema{Type: huma.TypeString, Description: "of the facts as they were taken"}
		r.Properties["exact"] = &huma.Schema{Type: huma.TypeBoolean, Description: "only where false: Missing may then hold too much"}
		r.Required = append(r.Required, "facts_digest")
	}
	if a := schemas["ConditionMonitorAlert"]; a != nil { // one of an event that could not be read has neither
		a.Properties["key"].Nullable, a.Properties["values"].Nullable = true, true
	}
	text, err := json.Marshal(doc)
	s.serve("/openapi.json", "application/openapi+json", text, err)
	text, err = doc.YAML()
	s.serve("/openapi.yaml", "application/openapi+yaml", text, err)
}

func (s *server) serve(path, kind string, text []byte, err error) {
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			report(r.Context(), err)
			respond(w, newProblem(r.Context(), "internal", ""))
			return
		}
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "no-cache")
		if matches(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = w.Write(text) // the client has gone
	})
}

// none answers for addresses that are no operation's, and for methods that an address does not have.
func (s *server) none(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut} {
		other := r.Clone(context.WithoutCancel(r.Context()))
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept-Language")
	if len(allowed) == 0 {
		respond(w, newProblem(r.Context(), "not_found", ""))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	respond(w, newProblem(r.Context(), "method", ""))
}

// respond answers with a problem where no operation is.
func respond(w http.ResponseWriter, p *Problem) {
	p.header(w.Header().Set)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client has gone
}
