package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/banfa-go/banfa/examples/server/identity"
)

// receive looks at a request before its operation does: who asks, and whether its body is JSON that means one thing. Somebody who may not is told
// that, and not what is wrong with the body.
func (s *server) receive(ctx huma.Context, next func(huma.Context)) {
	o := ctx.Operation()
	ctx.SetHeader("Vary", "Accept, Accept-Language, Cookie")
	ctx.SetHeader("Cache-Control", "no-cache")
	if len(o.Security) > 0 {
		ctx.SetHeader("Cache-Control", "no-store")
	}
	if ctx.Method() == http.MethodHead && o.OperationID == downloads { // to look at it would be to use it
		ctx.SetHeader("Allow", http.MethodGet)
		write(ctx, newProblem(ctx.Context(), "method", ""))
		return
	}
	if p := s.gate(ctx); p != nil {
		write(ctx, p)
		return
	}
	in := &received{humaContext: ctx, body: ctx.BodyReader()}
	if o.RequestBody != nil && o.RequestBody.Content["application/json"] != nil {
		text, p := s.body(ctx)
		if p != nil {
			write(ctx, p)
			return
		}
		in.body = bytes.NewReader(text)
	}
	next(in)
}

// gate refuses who has none of an operation's roles.
func (s *server) gate(ctx huma.Context) *Problem {
	if s.open {
		return nil
	}
	who := identity.From(ctx.Context())
	for _, scheme := range ctx.Operation().Security {
		if !who.SignedIn() {
			return newProblem(ctx.Context(), "sign_in", "")
		}
		if !slices.ContainsFunc(scheme["session"], func(role string) bool { return who.Is(identity.Role(role)) }) {
			return newProblem(ctx.Context(), "forbidden", "")
		}
	}
	return nil
}

// body reads a body of JSON, whole.
func (s *server) body(ctx huma.Context) ([]byte, *Problem) {
	if t := ctx.Header("Content-Type"); t != "" {
		if kind, _, err := mime.ParseMediaType(t); err != nil || kind != "application/json" {
			return nil, newProblem(ctx.Context(), "media_type", "application/json")
		}
	}
	text, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), s.MaxBody+1))
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return nil, newProblem(ctx.Context(), "slow", "")
	case err != nil:
		return nil, newProblem(ctx.Context(), "body", "")
	case int64(len(text)) > s.MaxBody:
		return nil, newProblem(ctx.Context(), "too_large", says(ctx.Context(), "最多 %d 字节", "At most %d bytes", s.MaxBody))
	case len(text) == 0:
		return nil, newProblem(ctx.Context(), "body", says(ctx.Context(), "缺少请求内容", "There is no body"))
	}
	if why := strict(text); why != nil {
		return nil, newProblem(ctx.Context(), "body", why.text(lang(ctx.Context())))
	}
	return text, nil
}

type humaContext = huma.Context

// received is a request whose body has been looked at. What it accepts is not asked for: everything has one form, or chooses by itself.
type received struct {
	humaContext
	body io.Reader
}

// BodyReader reads the body again.
func (r *received) BodyReader() io.Reader { return r.body }

// SetStatus leaves out what describes a body where there is none.
func (r *received) SetStatus(code int) {
	if code == http.StatusNotModified {
		_, w := humago.Unwrap(r.humaContext)
		w.Header().Del("Content-Type")
	}
	r.humaContext.SetStatus(code)
}

// Header hides what it accepts from the framework, which would give answers the type of errors.
func (r *received) Header(name string) string {
	if name == "Accept" {
		return ""
	}
	return r.humaContext.Header(name)
}
