package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// Problem is an error as RFC 9457 has it. Code is stable and for programs, title and detail are for people, in the language they asked for.
type Problem struct {
	Type   string `json:"type" doc:"about:blank"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code" doc:"what kind of problem, for programs"`
	Detail string `json:"detail,omitempty"`
	// Fact is the one that could not be taken; Answer is what the rules said.
	Fact   string              `json:"fact,omitempty"`
	Answer any                 `json:"answer,omitempty"`
	Errors []*huma.ErrorDetail `json:"errors,omitempty"`
}

// Error says it in a line.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the status of the response.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes it application/problem+json.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

type contextKey int

const (
	languageKey contextKey = iota
	urlKey
)

func languages() language.Matcher {
	return language.NewMatcher([]language.Tag{language.Chinese, language.English})
}

// language puts the language that a request asks for, and its URL, into its context.
func languageOf(r *http.Request) string {
	_, i := language.MatchStrings(languages(), r.Header.Get("Accept-Language"))
	return []string{"zh", "en"}[i]
}

func withLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), languageKey, languageOf(r))
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, urlKey, r.URL)))
	})
}

func lang(ctx context.Context) string {
	if l, ok := ctx.Value(languageKey).(string); ok {
		return l
	}
	return "zh"
}

func requestURL(ctx context.Context) *url.URL {
	u, _ := ctx.Value(urlKey).(*url.URL)
	return u
}

// problems are what there is, by code: status, Chinese, English.
func problems(code string) (status int, zh, en string) {
	switch code {
	case "sign_in":
		return http.StatusUnauthorized, "请先登录", "Sign in first"
	case "forbidden":
		return http.StatusForbidden, "您的角色不能进行这一操作", "Your role does not allow it"
	case "not_found":
		return http.StatusNotFound, "没有这一项", "There is no such thing"
	case "conflict":
		return http.StatusConflict, "同时有别的操作，请重试", "Something else happened at the same time; try again"
	case "fact":
		return http.StatusUnprocessableEntity, "填写的内容无法采用", "A fact cannot be taken"
	case "too_large":
		return http.StatusRequestEntityTooLarge, "文件超过上限", "The file is too large"
	case "storage":
		return http.StatusInsufficientStorage, "暂时无法保存，未作任何改动", "Nothing can be stored now; nothing was changed"
	case "invalid":
		return http.StatusUnprocessableEntity, "请求的格式不符合要求", "The request is not of the form that is described"
	case "rate":
		return http.StatusTooManyRequests, "请求过于频繁，请稍后再试", "Too many requests; try again later"
	case "canceled":
		return 499, "请求已取消", "The request was canceled"
	case "internal":
		return http.StatusInternalServerError, "服务器出错，未作任何改动", "The server failed; nothing was changed"
	}
	return http.StatusConflict, "按规则不能进行这一操作", "The rules do not allow it"
}

func newProblem(ctx context.Context, code, detail string) *Problem {
	status, zh, en := problems(code)
	p := &Problem{Type: "about:blank", Status: status, Code: code, Detail: detail, Title: zh}
	if lang(ctx) == "en" {
		p.Title = en
	}
	return p
}

// problem says in the terms of HTTP what the platform said. An error that is none of those it knows keeps its words to itself: they may hold what is inside.
func problem(ctx context.Context, err error) error {
	var (
		refused *platform.RefusedError
		fact    *banfa.FactError
		large   *store.TooLargeError
		none    *condition.NotFoundError
	)
	switch {
	case errors.As(err, &refused):
		p := newProblem(ctx, refused.Code, refused.Reason)
		if p.Status == http.StatusNotFound || p.Status >= http.StatusInternalServerError { // a code of the platform's that is also one of ours
			p.Status = http.StatusConflict
		}
		p.Answer = refused.Detail
		return p
	case errors.As(err, &fact):
		p := newProblem(ctx, "fact", fact.Message(lang(ctx)))
		p.Fact = fact.Fact
		return p
	case errors.As(err, &large):
		return newProblem(ctx, "too_large", large.Error())
	case errors.As(err, &none), errors.Is(err, platform.ErrNotFound), errors.Is(err, store.ErrNotFound):
		return newProblem(ctx, "not_found", "")
	case errors.Is(err, platform.ErrForbidden):
		if !identity.From(ctx).SignedIn() {
			return newProblem(ctx, "sign_in", "")
		}
		return newProblem(ctx, "forbidden", "")
	case errors.Is(err, store.ErrConflict):
		return newProblem(ctx, "conflict", "")
	case errors.Is(err, store.ErrReadOnly):
		return newProblem(ctx, "storage", "")
	case errors.Is(err, context.Canceled):
		return newProblem(ctx, "canceled", "")
	}
	report(ctx, err)
	return newProblem(ctx, "internal", "")
}

type routeKey struct{}

// WithRoute returns a context whose request tells f which operation answers it.
func WithRoute(ctx context.Context, f func(route string)) context.Context {
	return context.WithValue(ctx, routeKey{}, f)
}

// route tells it.
func route(ctx huma.Context, next func(huma.Context)) {
	if f, ok := ctx.Context().Value(routeKey{}).(func(string)); ok {
		f(ctx.Operation().Method + " " + ctx.Operation().Path)
	}
	next(ctx)
}

type reporterKey struct{}

// WithReporter returns a context whose request tells f of the errors that its client is not told of.
func WithReporter(ctx context.Context, f func(error)) context.Context {
	return context.WithValue(ctx, reporterKey{}, f)
}

func report(ctx context.Context, err error) {
	if f, ok := ctx.Value(reporterKey{}).(func(error)); ok {
		f(err)
	}
}

// translate gives the problems that the framework finds our form and the language of the request.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code := "invalid"
	switch e.Status {
	case http.StatusNotFound:
		code = "not_found"
	case http.StatusRequestEntityTooLarge:
		code = "too_large"
	case http.StatusInternalServerError:
		code = "internal"
	}
	p := newProblem(ctx.Context(), code, e.Detail)
	p.Status, p.Errors = e.Status, e.Errors
	return p, nil
}
