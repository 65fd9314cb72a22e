package conformance

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// WriteText writes the coverage for people in a language, "zh" or "en": article → rules → cases, then what is not exercised, and a summary.
func (cov *Coverage) WriteText(w io.Writer, lang string) error {
	var b strings.Builder
	say := func(key string, args ...string) { b.WriteString(message.Text(lang, key, args...) + "\n") }
	byID := map[string]*RuleCoverage{}
	exercised := 0
	for i := range cov.Rules {
		r := &cov.Rules[i]
		byID[r.Subject+"#"+r.ID] = r
		if r.Exercised() {
			exercised++
		}
	}
	followed, computable := 0, 0
	for i := range cov.Articles {
		a := &cov.Articles[i]
		cited := a.Citation
		if lang != message.Chinese {
			cited = message.Text(lang, "word.article", a.Short)
		}
		say("coverage.article", cited, a.Title)
		switch {
		case !a.Computable:
			say("coverage.excluded", a.Why)
		case len(a.Rules) == 0:
			say("coverage.none")
			computable++
		default:
			followed, computable = followed+1, computable+1
		}
		for _, id := range a.Rules {
			r := byID[id]
			say("coverage.rule", id, strconv.Itoa(r.Applied), strconv.Itoa(r.Defeated))
		}
	}
	values, seen := cov.unexercised(say)
	say("coverage.summary",
		strconv.Itoa(exercised), strconv.Itoa(len(cov.Rules)), strconv.Itoa(followed), strconv.Itoa(computable),
		strconv.Itoa(seen), strconv.Itoa(values))
	_, err := io.WriteString(w, b.String())
	return err
}

// unexercised writes what the cases leave out, and counts the values that facts can have and those that they have somewhere.
func (cov *Coverage) unexercised(say func(key string, args ...string)) (values, seen int) {
	for i := range cov.Rules {
		r := &cov.Rules[i]
		switch {
		case !r.Exercised():
			say("suite.never-exercised", r.ID)
		case r.True+r.False+r.Unknown == 0: // it has no condition
		case r.True == 0:
			say("coverage.never-true", r.ID)
		case r.False == 0:
			say("coverage.never-false", r.ID)
		}
	}
	for i := range cov.Facts {
		f := &cov.Facts[i]
		seen, values = seen+len(f.Seen), values+len(f.Seen)+len(f.Unseen)
		if len(f.Unseen) > 0 {
			say("coverage.unseen", f.Fact, strings.Join(f.Unseen, ", "))
		}
		if !f.Absent {
			say("coverage.never-absent", f.Fact)
		}
		for j := range f.Boundaries {
			if b := &f.Boundaries[j]; !b.Tested() {
				say("suite.boundary", f.Fact, b.Value, b.Rules[0])
			}
		}
	}
	return values, seen
}

// WriteJSON writes the coverage as one object on one line.
func (cov *Coverage) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(cov)
}
