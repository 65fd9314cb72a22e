package condition

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// AgreementSchema names the form of an Agreement as JSON.
const AgreementSchema = "banfa.agreement/v1"

// TermID names one of the seven terms that Article 43p1 asks of an agreement.
type TermID string

// The seven terms, in the order of the items of Article 43p1.
const (
	TermFeedback      TermID = "feedback"      // 43p1(1): the user reports how the data was used
	TermPurpose       TermID = "purpose"       // 43p1(2): no use beyond what was agreed
	TermDissemination TermID = "dissemination" // 43p1(3): no passing on
	TermAttribution   TermID = "attribution"   // 43p1(4): results name the data
	TermSecurity      TermID = "security"      // 43p1(5): duties, capability and safeguards
	TermInspection    TermID = "inspection"    // 43p1(6): inspections are accepted
	TermOther         TermID = "other"         // 43p1(7): credit, breach, disputes and what else is agreed
)

// Terms returns the seven terms in the order of Article 43p1.
func Terms() []TermID {
	return []TermID{TermFeedback, TermPurpose, TermDissemination, TermAttribution, TermSecurity, TermInspection, TermOther}
}

// Parts returns what a term must settle, each by a clause of its own: items (5) and (7) of Article 43p1 name three matters each, the
// others one, whose part is empty.
func (t TermID) Parts() []string {
	switch t {
	case TermSecurity:
		return []string{"duties", "capability", "safeguards"}
	case TermOther:
		return []string{"credit", "breach", "disputes"}
	}
	return []string{""}
}

// Basis returns the citation of the item that asks for the term.
func (t TermID) Basis() string {
	const items = "一二三四五六七"
	i := slices.Index(Terms(), t)
	if i < 0 {
		return "第四十三条第一款"
	}
	return "第四十三条第一款第（" + string([]rune(items)[i]) + "）项"
}

// Label returns the term's name in words of our own; a language other than zh reads as en.
func (t TermID) Label(lang string) string { return agreementText(lang, "term."+string(t)) }

// Agreement is an agreement on the use of conditionally open data (Article 43), as data. Texts may come from applicants: nothing in it is trusted,
// and every writer escapes for its format.
type Agreement struct {
	Schema   string             `json:"schema"` // AgreementSchema
	Lang     string             `json:"lang"`   // of the texts: zh or en
	Title    string             `json:"title"`
	Provider Party              `json:"provider"` // the opening body
	User     Party              `json:"user"`     // the data user
	Datasets []string           `json:"datasets"`
	Scenario string             `json:"scenario"`
	Usage    UsageTerm          `json:"usage"`
	Period   AgreementPeriod    `json:"period"`
	Terms    []Term             `json:"terms"`
	Decision *AgreementDecision `json:"decision,omitempty"` // what it was drafted from
}

// Party is one side of an agreement.
type Party struct {
	Name    string `json:"name"`
	Code    string `json:"code"` // such as the unified social credit code
	Contact string `json:"contact"`
}

// UsageTerm is the agreed way of use: the code of the conditions file, and its label.
type UsageTerm struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

// AgreementPeriod is how long the data may be used: civil dates written YYYY-MM-DD, both included.
type AgreementPeriod struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

// Term is one of the seven terms, with the clauses that settle it.
type Term struct {
	ID      TermID   `json:"id"`
	Clauses []Clause `json:"clauses"`
}

// Clause is one sentence of a term.
type Clause struct {
	Part  string `json:"part,omitempty"` // of TermID.Parts
	Text  string `json:"text"`
	Basis string `json:"basis,omitempty"`
	// Of is the requirement or obligation of the conditions that it follows from; empty where it follows from Article 43 alone.
	Of string `json:"of,omitempty"`
}

// AgreementDecision is the decision that an agreement carries out: an agreement that departs from it is a finding.
type AgreementDecision struct {
	Ruleset     string          `json:"ruleset"`
	Digest      string          `json:"digest"`
	FactsDigest string          `json:"facts_digest"`
	Status      string          `json:"status"` // of the rule file: draft, in-force or repealed
	At          string          `json:"at"`
	Decision    string          `json:"decision"`
	UsageMode   string          `json:"usage_mode"`
	Scenario    string          `json:"scenario,omitempty"`
	Datasets    []string        `json:"datasets"`
	Obligations []AgreementDuty `json:"obligations"`
}

// AgreementDuty is an obligation of a decision, which a clause of the agreement must carry.
type AgreementDuty struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// The limits of an agreement.
const (
	MaxAgreementBytes = 1 << 20 // of an agreement as JSON
	MaxAgreementName  = 200     // runes of a name, a code, a label or a title
	MaxAgreementText  = 4096    // runes of a clause
	MaxAgreementList  = 1000    // clauses of a term, data sets, obligations
)

// AgreementError says what of an agreement, or of what it should be made from, cannot be taken.
type AgreementError struct {
	Field  string // as in JSON: provider.name
	Reason string // missing, too_long, too_many, syntax, unknown_term, schema, not_approved, docx, docx_form
	Limit  int    // of too_long (runes, or bytes of the whole) and too_many
	Found  int
	Line   int // of syntax, from 1
	Column int // in bytes, from 1
	Detail string
}

// Error says so in English.
func (e *AgreementError) Error() string { return "condition: " + e.Text("en") }

// Text says so in a language.
func (e *AgreementError) Text(lang string) string {
	switch e.Reason {
	case "too_long", "too_many":
		return agreementText(lang, "error."+e.Reason, e.Field, fmt.Sprint(e.Limit), fmt.Sprint(e.Found))
	case "syntax":
		return agreementText(lang, "error.syntax", fmt.Sprint(e.Line), fmt.Sprint(e.Column), e.Detail)
	}
	return agreementText(lang, "error."+e.Reason, e.Field, e.Detail)
}

// ParseAgreement reads an agreement as JSON. Unknown keys, a second value and texts beyond the limits are errors; that something is missing is a
// matter of CheckAgreement.
func ParseAgreement(data []byte) (*Agreement, error) {
	if len(data) > MaxAgreementBytes {
		return nil, &AgreementError{Field: "agreement", Reason: "too_long", Limit: MaxAgreementBytes, Found: len(data)}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var a Agreement
	if err := d.Decode(&a); err != nil {
		return nil, agreementSyntax(data, d.InputOffset(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, agreementSyntax(data, d.InputOffset(), errors.New("there is more after the agreement"))
	}
	if a.Schema != AgreementSchema {
		return nil, &AgreementError{Field: "schema", Reason: "schema", Detail: AgreementSchema}
	}
	return &a, a.bounded()
}

func agreementSyntax(data []byte, offset int64, err error) error {
	var s *json.SyntaxError
	var t *json.UnmarshalTypeError
	switch {
	case errors.As(err, &s):
		offset = s.Offset - 1 // it counts the byte that cannot stand there
	case errors.As(err, &t):
		offset = t.Offset
	}
	before := data[:min(int64(len(data)), max(offset, 0))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return &AgreementError{Field: "agreement", Reason: "syntax", Line: line, Column: column, Detail: err.Error()}
}

// texts yields every text with the name of its field and its limit, in the order of JSON.
func (a *Agreement) texts(yield func(field, text string, limit int) bool) bool {
	short := func(field, text string) bool { return yield(field, text, MaxAgreementName) }
	if !short("title", a.Title) || !a.Provider.texts("provider", short) || !a.User.texts("user", short) {
		return false
	}
	for i, s := range a.Datasets {
		if !short(fmt.Sprintf("datasets[%d]", i), s) {
			return false
		}
	}
	if !yield("scenario", a.Scenario, MaxAgreementText) || !short("usage.code", a.Usage.Code) || !short("usage.label", a.Usage.Label) ||
		!short("period.from", a.Period.From) || !short("period.until", a.Period.Until) {
		return false
	}
	for i := range a.Terms {
		for j, c := range a.Terms[i].Clauses {
			field := fmt.Sprintf("terms[%d].clauses[%d]", i, j)
			if !yield(field+".text", c.Text, MaxAgreementText) || !short(field+".part", c.Part) || !short(field+".basis", c.Basis) || !short(field+".of", c.Of) {
				return false
			}
		}
	}
	return true
}

func (p *Party) texts(field string, yield func(field, text string) bool) bool {
	return yield(field+".name", p.Name) && yield(field+".code", p.Code) && yield(field+".contact", p.Contact)
}

// bounded refuses an agreement beyond the limits.
func (a *Agreement) bounded() error {
	many := func(field string, n int) error {
		if n > MaxAgreementList {
			return &AgreementError{Field: field, Reason: "too_many", Limit: MaxAgreementList, Found: n}
		}
		return nil
	}
	errs := []error{many("datasets", len(a.Datasets)), many("terms", len(a.Terms))}
	for i := range a.Terms {
		errs = append(errs, many(fmt.Sprintf("terms[%d].clauses", i), len(a.Terms[i].Clauses)))
	}
	if a.Decision != nil {
		errs = append(errs, many("decision.obligations", len(a.Decision.Obligations)), many("decision.datasets", len(a.Decision.Datasets)))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	var err error
	a.texts(func(field, text string, limit int) bool {
		if n := utf8.RuneCountInString(text); n > limit {
			err = &AgreementError{Field: field, Reason: "too_long", Limit: limit, Found: n}
		}
		return err == nil
	})
	return err
}

// term returns the clauses of a term, those of several entries with one id together.
func (a *Agreement) term(id TermID) (clauses []Clause, ok bool) {
	for i := range a.Terms {
		if a.Terms[i].ID == id {
			clauses, ok = append(clauses, a.Terms[i].Clauses...), true
		}
	}
	return clauses, ok
}

// JSON returns the agreement as indented JSON, for a person to fill in.
func (a *Agreement) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(a)
	return b.Bytes(), err
}

// agreementBlank marks a place that a person must fill.
func agreementBlank(lang, what string) string {
	if lang == "zh" {
		return "【待填：" + what + "】"
	}
	return "[to be filled: " + what + "]"
}

// agreementBlanks finds the places that somebody must still fill: our own marks, and what forms leave open (a row of underscores, TBD, 待定).
func agreementBlanks(text string) []string { return blankPattern.FindAllString(text, -1) }

// agreementHollow reports whether a text says nothing: no letter and no digit.
func agreementHollow(text string) bool { return !strings.ContainsFunc(text, agreementSays) }
