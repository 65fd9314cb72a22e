package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/server/identity"
)

// funcs are what templates of a language can call.
func (s *server) funcs(lang string) template.FuncMap {
	return template.FuncMap{
		"T": func(key string, args ...any) (string, error) {
			if _, ok := texts[key]; !ok {
				return "", errors.New("no text " + strconv.Quote(key))
			}
			list := make([]string, len(args))
			for i, a := range args {
				list[i] = fmt.Sprint(a)
			}
			return say(lang, key, list...), nil
		},
		"htmlLang":  func() string { return map[string]string{zh: "zh-CN", en: "en"}[lang] },
		"style":     func() string { return s.style },
		"when":      when,
		"whenText":  whenText,
		"day":       func(t time.Time) string { return ifZero(t, t.In(zone()).Format(time.DateOnly)) },
		"open":      func(t any) string { return outcomeLabel(lang, fmt.Sprint(t)) },
		"frequency": func(f any) string { return frequencyLabel(lang, fmt.Sprint(f)) },
		"role":      func(r any) string { return say(lang, "role."+fmt.Sprint(r)) },
		"signIn":    signInPath,
		"join":      func(list []string) string { return strings.Join(list, say(lang, "word.comma")) },
		"short":     shortDigest,
		"bytes":     byteSize,
		"entryPath": func(id string) string { return "/entries/" + url.PathEscape(id) },
		"state":     func(kind, name string) string { return s.stateLabel(lang, kind, name) },
		"event":     func(kind, name string) string { return s.eventLabel(lang, kind, name) },
		"by":        func(kind, name string) string { return s.roleLabel(lang, kind, name) },
		"kindPath":  kindPath,
		"cite":      func(basis, short any) string { return cite(lang, basis, short) },
		"do": func(event, label string) string { // what a button says: an event is named by what has happened
			if _, ok := texts["do."+event]; ok {
				return say(lang, "do."+event)
			}
			return say(lang, "action.do", label)
		},
		"code": func(kind, code string) string { // a code of the catalog in words, and itself where it is none that we know
			if _, ok := texts[kind+"."+code]; ok {
				return say(lang, kind+"."+code)
			}
			return code
		},
		"pretty": pretty,
		"add":    func(a, b int) int { return a + b },
		"with2":  func(a, b any) map[string]any { return map[string]any{"A": a, "B": b} },
		"roles": func(w identity.Identity) string {
			var out []string
			for _, r := range w.Roles {
				out = append(out, say(lang, "role."+string(r)))
			}
			return strings.Join(out, say(lang, "word.comma"))
		},
		"is": func(w identity.Identity, r string) bool { return w.SignedIn() && w.Is(identity.Role(r)) },
	}
}

// cite writes citations: as the law writes them in Chinese, and by number in English where they are known so.
func cite(lang string, basis, short any) string {
	list := func(v any) []string {
		switch v := v.(type) {
		case []string:
			return v
		case string:
			if v != "" {
				return []string{v}
			}
		}
		return nil
	}
	if numbers := list(short); lang == en && len(numbers) > 0 {
		return "Art. " + strings.Join(numbers, ", ")
	}
	return strings.Join(list(basis), say(lang, "word.comma"))
}

func when(t time.Time) string { return ifZero(t, t.In(zone()).Format("2006-01-02 15:04")) }

func ifZero(t time.Time, text string) string {
	if t.IsZero() {
		return ""
	}
	return text
}

// whenText writes a time that the library wrote as RFC 3339 for people.
func whenText(s string) string {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return when(t)
	}
	return s
}

func outcomeLabel(lang, t string) string {
	if _, ok := texts["open."+t]; ok {
		return say(lang, "open."+t)
	}
	return t
}

func frequencyLabel(lang, f string) string {
	if lang == en {
		return catalog.Frequency(f).English()
	}
	return catalog.Frequency(f).Label()
}

func shortDigest(digest string) string {
	digest = strings.TrimPrefix(digest, "sha256:")
	if len(digest) > 12 {
		return digest[:12]
	}
	return digest
}

func byteSize(n int64) string {
	const k = 1024
	switch {
	case n < k:
		return strconv.FormatInt(n, 10) + " B"
	case n < k*k:
		return fmt.Sprintf("%.1f KiB", float64(n)/k)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/k/k)
}

// pretty writes JSON for a person.
func pretty(text json.RawMessage) string {
	var v any
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return string(text)
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return string(text)
	}
	return string(out)
}

// kindPath is the first part of the addresses of cases of a kind.
func kindPath(kind string) string {
	for path, k := range kinds() {
		if k == kind {
			return path
		}
	}
	return ""
}

// label is a text of a rule file in a language, and its own where the bundle has none.
func (s *server) label(lang, id, key, own string) string {
	if lang != zh {
		if text := s.Rules.Label(lang, id, key); text != "" {
			return text
		}
	}
	return own
}

func (s *server) stateLabel(lang, kind, name string) string {
	if l := s.LifecycleFile(kind); l != nil {
		if i, ok := l.StateIndex(name); ok {
			return s.label(lang, l.ID(), "states."+name, orOwn(l.States[i].Label, name))
		}
	}
	return name
}

func (s *server) eventLabel(lang, kind, name string) string {
	if l := s.LifecycleFile(kind); l != nil {
		if i, ok := l.EventIndex(name); ok {
			return s.label(lang, l.ID(), "events."+name+".label", orOwn(l.Events[i].Label, name))
		}
	}
	return name
}

func (s *server) roleLabel(lang, kind, name string) string {
	if l := s.LifecycleFile(kind); l != nil {
		for _, r := range l.Roles {
			if r.Name == name {
				return s.label(lang, l.ID(), "roles."+name, orOwn(r.Label, name))
			}
		}
	}
	if _, ok := texts["role."+name]; ok {
		return say(lang, "role."+name)
	}
	return name
}

func orOwn(label, name string) string {
	if label != "" {
		return label
	}
	return name
}
