package banfa

import (
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// Trace explains an answer rule by rule: what each condition came to, through which facts, and what defeated it. It is data; Text
// puts it into words.
type Trace struct {
	Rules    []RuleTrace `json:"rules"`
	Presumed []FactTrace `json:"presumed,omitempty"` // facts that were not given and stand at their presumption
}

// RuleTrace is what became of one rule, of the scope or of the residual rule.
type RuleTrace struct {
	ID         string      `json:"id"`
	Basis      string      `json:"basis"`
	Short      string      `json:"short"`
	Message    string      `json:"message,omitempty"`
	Outcome    string      `json:"outcome,omitempty"`
	Condition  string      `json:"condition"` // true, false, unknown or error
	Applies    string      `json:"applies"`   // likewise, with overrides taken into account
	Facts      []FactTrace `json:"facts,omitempty"`
	Missing    []string    `json:"missing,omitempty"`    // absent facts that its condition reads
	DefeatedBy []string    `json:"defeatedBy,omitempty"` // rules that override it and apply
	Error      string      `json:"error,omitempty"`
}

// FactTrace is a fact with the value it had.
type FactTrace struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"`
	Value any    `json:"value"`
}

// Text puts the trace of the rules that bear on the answer into words, a line each, in a language: "zh" or "en".
func (t *Trace) Text(lang string) string {
	var b strings.Builder
	for i := range t.Rules {
		r := &t.Rules[i]
		switch {
		case r.Error != "":
			line(&b, lang, "trace.error", r.Basis, r.ID, r.Error)
		case len(r.DefeatedBy) > 0 && r.Condition == "true":
			line(&b, lang, "trace.defeated", r.Basis, r.ID, strings.Join(r.DefeatedBy, " "))
		case r.Applies == "true":
			line(&b, lang, "trace.applies", r.Basis, r.ID, r.Message)
		case r.Condition == "unknown":
			line(&b, lang, "trace.unknown", r.Basis, r.ID, strings.Join(r.Missing, " "))
			continue
		default:
			continue
		}
		for _, f := range r.Facts {
			line(&b, lang, "trace.fact", f.Name, f.Label, f.Text(lang))
		}
	}
	for _, f := range t.Presumed {
		line(&b, lang, "trace.presumed", f.Name, f.Label, f.Text(lang))
	}
	return b.String()
}

func line(b *strings.Builder, lang, key string, args ...string) {
	b.WriteString(message.Text(lang, key, args...))
	b.WriteByte('\n')
}
