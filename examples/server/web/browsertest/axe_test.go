package browsertest

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// axe finds no violation on any page, for any role, in either language, wide or narrow, and on none of those that the journey comes by, errors among them.
func TestAxeFindsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("axe takes a second for each page")
	}
	s := city(t, false)
	w := open(t, s)
	w.axe = fetchAxe(t)
	application, permission, objection := journey(t, w)
	entry := "/entries/" + bays
	public := []string{"/", "/entries?q=停车场&open_type=unconditional", "/entries?q=没有这个词", entry, "/entries/YW01001", "/rules"}
	type visit struct {
		person string
		pages  []string
	}
	some := []visit{
		{"dev-authority", []string{"/inbox", "/officer", "/officer?show=findings", "/fusion", "/catalog", "/log", "/account", application, permission}},
		{"dev-applicant", []string{"/", entry, application, "/rules"}},
	}
	for _, v := range []struct {
		name, lang    string
		width, height int64
		visits        []visit
	}{
		{"wide", "zh", 1200, 900, []visit{
			{"dev-authority", []string{"/inbox", "/officer", "/officer?show=paths", "/officer?show=findings", "/fusion", "/alerts", "/catalog", "/log", "/account", "/applications", application, permission, objection}},
			{"dev-opener", []string{"/inbox", "/officer", "/alerts", objection, permission, entry}},
			{"dev-applicant", append(public, "/applications", application, "/permissions", permission, "/objections", objection)},
		}},
		{"wide", "en", 1200, 900, some},
		{"narrow", "zh", 360, 740, some},
	} {
		require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(v.width, v.height)))
		for _, r := range v.visits {
			w.goTo("/entries?lang=zh", http.StatusOK)
			w.as(r.person, "/entries")
			w.goTo("/entries?lang="+v.lang, http.StatusOK)
			for _, path := range r.pages {
				w.goTo(path, http.StatusOK)
				w.shoot(v.name + "-" + v.lang + "-" + r.person + "-" + slug(path))
			}
			w.goTo("/nope", http.StatusNotFound)
		}
	}
	assert.GreaterOrEqual(t, len(w.seen), 50)
	t.Logf("%d pages", len(w.seen))
}

func slug(path string) string {
	out := []rune{}
	for _, r := range path {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			out = append(out, r)
		} else {
			out = append(out, '-')
		}
	}
	return string(out)
}
