package banfa

import (
	"iter"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/ruleset"
)

// Rules is a loaded bundle of rule files. It is immutable and safe for any number of goroutines; a change of the files makes a
// new one (see Live).
type Rules struct {
	bundle      *ruleset.Bundle
	instruments map[string]*Instrument
	opts        loadOptions
	warnings    *Diagnostics
	digest      string
}

// RuleFile says which rule file something came from.
type RuleFile struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Title  string `json:"title"`
	Status string `json:"status"` // draft, in-force or repealed
	Path   string `json:"path"`   // in the file system it was loaded from
	Digest string `json:"digest"` // sha256:… of the file's bytes
}

// Digest returns sha256:… over every file of the bundle that can change an answer; suites and labels cannot.
func (r *Rules) Digest() string { return r.digest }

// Warnings returns the findings that did not stop the load.
func (r *Rules) Warnings() *Diagnostics { return r.warnings }

// Files iterates over the rule files, suites and labels aside, sorted by kind and name.
func (r *Rules) Files() iter.Seq[RuleFile] {
	heads := r.bundle.Heads()
	slices.SortFunc(heads, func(a, b *ruleset.Head) int { return strings.Compare(a.ID(), b.ID()) })
	return func(yield func(RuleFile) bool) {
		for _, h := range heads {
			if !yield(RuleFile{h.Kind, h.Name, h.Title, h.Status, h.File, h.Digest}) {
				return
			}
		}
	}
}

// Instrument returns an instrument that the bundle can cite, by its id.
func (r *Rules) Instrument(id string) (*Instrument, bool) {
	in, ok := r.instruments[id]
	return in, ok
}

// Facts returns the facts that a file declares, in its order; id is KIND/NAME. Of conditions, those of the files it extends come first; of
// a lifecycle they are those of the case, and KIND/NAME/EVENT has what an event can state, the case's facts first; of monitoring, the fields
// of an event; of a policy of de-identification, the columns. ok is false where there is no such file or its kind declares none.
func (r *Rules) Facts(id string) (facts []Fact, ok bool) {
	b := r.bundle
	for _, c := range b.Classifications {
		if c.ID() == id {
			return newFacts(c.Facts), true
		}
	}
	for _, c := range b.Conditions {
		if c.ID() == id {
			return newFacts(c.Facts), true
		}
	}
	for _, l := range b.Deadlines {
		if l.ID() == id {
			return newFacts(l.Facts), true
		}
	}
	for _, l := range b.Lifecycles {
		if l.ID() == id {
			return newFacts(l.Facts), true
		}
		for i := range l.Events {
			if e := &l.Events[i]; l.ID()+"/"+e.Name == id {
				return append(newFacts(l.Facts), newFacts(e.Facts)...), true
			}
		}
	}
	for _, m := range b.Monitorings {
		if m.ID() == id {
			for i := range m.Event {
				facts = append(facts, newFact(&m.Event[i].Fact))
			}
			return facts, true
		}
	}
	for _, p := range b.Desensitizations {
		if p.ID() == id {
			for _, c := range p.Columns {
				facts = append(facts, Fact{Name: c.Name, Label: c.Label, Type: c.Kind.String(), Optional: c.Optional})
			}
			return facts, true
		}
	}
	return nil, false
}

func newFacts(list []ruleset.Fact) (facts []Fact) {
	for i := range list {
		facts = append(facts, newFact(&list[i]))
	}
	return facts
}

// ChangeFacts returns the facts that a file declares for changing a recorded outcome; id is KIND/NAME.
func (r *Rules) ChangeFacts(id string) (facts []Fact) {
	for _, c := range r.bundle.Classifications {
		if c.ID() == id && c.Transitions != nil {
			for i := range c.Transitions.Facts {
				facts = append(facts, newFact(&c.Transitions.Facts[i]))
			}
		}
	}
	return facts
}

// Bundle is for the packages of this module: its type is internal.
func (r *Rules) Bundle() *ruleset.Bundle { return r.bundle }

// Label returns a text of a file in another language, by a key such as facts.consent_obtained.label; "" where the bundle has
// none. id is KIND/NAME.
func (r *Rules) Label(lang, id, key string) string {
	for _, l := range r.bundle.Labels {
		if l.Language == lang && l.Subject == id {
			return l.Texts[key]
		}
	}
	return ""
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

func mapKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// Limits returns the limits the bundle was loaded with, defaults filled in.
func (r *Rules) Limits() Limits { return r.opts.limits }
