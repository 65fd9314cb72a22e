package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// problemType is the media type of errors.
const problemType = "application/problem+json"

// Problem is an error as RFC 9457 has it. Code is stable and for programs, title and detail are for people, in the language they asked for.
type Problem struct {
	Type   string `json:"type" doc:"about:blank"`
	Title  string `json:"title" doc:"for a person, in the language asked for"`
	Status int    `json:"status"`
	Code   string `json:"code" doc:"what kind of problem, for programs"`
	Detail string `json:"detail,omitempty" doc:"for a person, in the language asked for"`
	// Fact is the one that could not be taken; Answer is what the rules said.
	Fact   string  `json:"fact,omitempty" doc:"the fact that could not be taken"`
	Answer any     `json:"answer,omitempty" doc:"what the rules said"`
	Errors []Fault `json:"errors,omitempty" doc:"what of the request is not of the form that is described"`
}

// Fault is a part of a request that is not of the form that is described. The value is not sent back: it may be long, and secret.
type Fault struct {
	Location string `json:"location,omitempty" doc:"such as body.entry or query.limit"`
	Message  string `json:"message"`
}

// Error says it in a line.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the status of the response.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes it application/problem+json.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders are those that go with the status.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	switch p.Code {
	case "sign_in":
		h.Set("WWW-Authenticate", `Cookie realm="/auth/signin"`)
	case "conflict", "storage":
		h.Set("Retry-After", "1")
	}
	return h
}

// header writes what goes before a problem.
func (p *Problem) header(set func(name, value string)) {
	for name, values := range p.GetHeaders() {
		set(name, values[0])
	}
	set("Content-Type", problemType)
}

// write answers with a problem before an operation does.
func write(ctx huma.Context, p *Problem) {
	p.header(ctx.SetHeader)
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // the client has gone
}

type contextKey int

const (
	languageKey contextKey = iota
	requestKey
)

// Refuse answers with a problem before the API is asked, such as that there are too many requests.
func Refuse(w http.ResponseWriter, r *http.Request, status int, code, zh, en string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept-Language")
	respond(w, &Problem{Type: "about:blank", Title: map[string]string{"zh": zh, "en": en}[asked(r)], Status: status, Code: code})
}

// languages are those that problems and texts are in.
var languages = language.NewMatcher([]language.Tag{language.Chinese, language.English})

// asked is the language that a request asks for.
func asked(r *http.Request) string {
	_, i := language.MatchStrings(languages, r.Header.Get("Accept-Language"))
	return []string{"zh", "en"}[i]
}

// withLanguage puts the language that a request asks for, and the request, into its context.
func withLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), languageKey, asked(r))
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, requestKey, r)))
	})
}

func lang(ctx context.Context) string {
	if l, ok := ctx.Value(languageKey).(string); ok {
		return l
	}
	return "zh"
}

// says is a text in the language of the request.
func says(ctx context.Context, zh, en string, args ...any) string {
	if lang(ctx) == "en" {
		return fmt.Sprintf(en, args...)
	}
	return fmt.Sprintf(zh, args...)
}

func request(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey).(*http.Request)
	return r
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
	case "method":
		return http.StatusMethodNotAllowed, "该地址不支持这一方法", "The address does not have this method"
	case "conflict":
		return http.StatusConflict, "同时有别的操作，请重试", "Something else happened at the same time; try again"
	case "fact":
		return http.StatusUnprocessableEntity, "填写的内容无法采用", "A fact cannot be taken"
	case "too_large":
		return http.StatusRequestEntityTooLarge, "提交的内容超过上限", "What was sent is too large"
	case "media_type":
		return http.StatusUnsupportedMediaType, "不支持这一内容类型", "The content type is not one that is taken"
	case "slow":
		return http.StatusRequestTimeout, "等待请求内容超时", "The body took too long to come"
	case "body":
		return http.StatusBadRequest, "请求内容无法读取", "The body cannot be read"
	case "storage":
		return http.StatusInsufficientStorage, "暂时无法保存，未作任何改动", "Nothing can be stored now; nothing was changed"
	case "invalid":
		return http.StatusUnprocessableEntity, "请求的格式不符合要求", "The request is not of the form that is described"
	case "canceled":
		return 499, "请求已取消", "The request was canceled"
	}
	return http.StatusInternalServerError, "服务器出错，未作任何改动", "The server failed; nothing was changed"
}

func newProblem(ctx context.Context, code, detail string) *Problem {
	status, zh, en := problems(code)
	return &Problem{Type: "about:blank", Status: status, Code: code, Detail: detail, Title: map[string]string{"zh": zh, "en": en}[lang(ctx)]}
}

// problem says in the terms of HTTP what the platform said. An error that is none of those it knows keeps its words to itself: they may hold what is inside.
func problem(ctx context.Context, err error) error {
	var (
		refused *platform.RefusedError
		fact    *banfa.FactError
		large   *store.TooLargeError
		none    *condition.NotFoundError
		force   *condition.NotInForceError
		lost    *lostError
		terms   *condition.AgreementError
		own     *Problem
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &refused):
		return refusal(ctx, refused)
	case errors.As(err, &fact):
		p := newProblem(ctx, "fact", fact.Message(lang(ctx)))
		p.Fact = fact.Fact
		return p
	case errors.As(err, &terms):
		return newProblem(ctx, "fact", terms.Text(lang(ctx)))
	case errors.As(err, &force):
		return refusal(ctx, &platform.RefusedError{Code: "not_in_force", Reason: force.Message("zh")})
	case errors.As(err, &large):
		return newProblem(ctx, "too_large", says(ctx, "最多 %d 字节", "At most %d bytes", large.Limit))
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
		report(ctx, err)
		return newProblem(ctx, "storage", "")
	case errors.Is(err, context.Canceled):
		return newProblem(ctx, "canceled", "")
	case errors.As(err, &lost):
		return newProblem(ctx, lost.code(), "")
	}
	report(ctx, err)
	return newProblem(ctx, "internal", "")
}

// refusal is what the rules do not let happen: 422 where it lies in what was sent, and 409 where it lies in how things stand.
func refusal(ctx context.Context, r *platform.RefusedError) *Problem {
	p := &Problem{Type: "about:blank", Status: http.StatusConflict, Code: r.Code, Detail: r.Reason, Title: "按规则不能进行这一操作", Answer: r.Detail}
	switch r.Code {
	case "catalog", "data", "decision", "record", "agreement", "disposition":
		p.Status = http.StatusUnprocessableEntity
	}
	unread := r.Code == "catalog" || r.Code == "data" // the reader's words are English, and say where
	if lang(ctx) != "en" {
		if unread {
			p.Detail = "文件无法读取：" + r.Reason
		}
		return p
	}
	p.Title, p.Detail = "The rules do not allow it", refusals(r.Code)
	if unread {
		p.Detail += ": " + r.Reason
	}
	var illegal *condition.IllegalEventError
	if err, ok := r.Detail.(error); ok && errors.As(err, &illegal) {
		p.Detail = illegal.Text("en")
	}
	return p
}

// refusals are the platform's, by code, in English.
func refusals(code string) string {
	switch code {
	case "not_conditional":
		return "The data are open without conditions: sign the commitment, and use them (Article 40)"
	case "not_unconditional":
		return "The data are open on conditions: apply first (Article 41)"
	case "requirements":
		return "What Article 40 asks for is not there yet"
	case "illegal_event":
		return "The event is brought about by another operation"
	case "decision":
		return "The decision is approve or reject"
	case "record":
		return "The decision cannot be recorded: one against the advice, and a refusal, need a reason (Article 42)"
	case "not_approved":
		return "There is an agreement once the application is approved"
	case "agreement":
		return "The agreement is not complete (Article 43)"
	case "no_agreement":
		return "The permission is opened once the agreement is signed (Article 42)"
	case "catalog":
		return "The file cannot be read as a catalog"
	case "data":
		return "The file cannot be read as a table of data"
	case "finding_changed":
		return "The entries that the finding is about have changed: look at it again (Article 20)"
	case "disposition":
		return "A disposition has a decision and a reason (Article 20)"
	case "release":
		return "The data are not released: they differ from the catalog or hold identifiers of persons, or their de-identification did not pass (Article 36)"
	case "policy":
		return "The de-identification policy of the delivery is gone"
	case "not_open":
		return "The data are no longer in the open catalog"
	case "permission":
		return "The permission is not active"
	case "held":
		return "The data are held because of an objection (Article 65)"
	case "not_yet":
		return "The agreement has not begun yet"
	case "expired":
		return "The permission is over"
	case "not_delivered":
		return "The opening body has not delivered the data yet (Article 38)"
	case "not_in_force":
		return "The conditions are not in force today"
	}
	return ""
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
	if e.Status >= http.StatusInternalServerError { // its words may hold what is inside
		report(ctx.Context(), e)
		code, e.Errors = "internal", nil
	}
	p := newProblem(ctx.Context(), code, "")
	p.Status = e.Status
	for _, d := range e.Errors {
		f := Fault{Location: d.Location, Message: d.Message}
		if lang(ctx.Context()) == "zh" {
			f.Message = inChinese(d.Message)
		}
		p.Errors = append(p.Errors, f)
	}
	return p, nil
}
