package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	textlanguage "golang.org/x/text/language"
)

const (
	zh         = "zh"
	en         = "en"
	langCookie = "banfa_lang"
)

func languages() []string { return []string{zh, en} }

// language is the one that a request asks for: by ?lang=, which is then kept in a cookie, by that cookie, or by what the browser prefers.
func language(w http.ResponseWriter, r *http.Request) string {
	if l := r.URL.Query().Get("lang"); slices.Contains(languages(), l) {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // not a secret: it says which language, and pages need it over http too
			Name: langCookie, Value: l, Path: "/", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
		})
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(languages(), c.Value) {
		return c.Value
	}
	matcher := textlanguage.NewMatcher([]textlanguage.Tag{textlanguage.Chinese, textlanguage.English})
	_, i := textlanguage.MatchStrings(matcher, r.Header.Get("Accept-Language"))
	return languages()[i]
}

// switched is the address of a page in the other language.
func switched(here, lang string) string {
	u, err := url.Parse(here)
	if err != nil {
		return "/"
	}
	other := en
	if lang == en {
		other = zh
	}
	values := u.Query()
	values.Set("lang", other)
	u.RawQuery = values.Encode()
	return u.RequestURI()
}

// say is a text of the table in a language, with {0}, {1} … replaced.
func say(lang, key string, args ...string) string {
	pair, ok := texts[key]
	if !ok {
		return "[" + key + "]"
	}
	s := pair[0]
	if lang == en {
		s = pair[1]
	}
	for i, a := range args {
		s = strings.ReplaceAll(s, "{"+string(rune('0'+i))+"}", a)
	}
	return s
}
