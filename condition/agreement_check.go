package condition

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/civil"
)

// Finding is something an agreement lacks or gets wrong.
type Finding struct {
	Code     string   `json:"code"`           // what is wrong, such as missing_term
	Severity string   `json:"severity"`       // error, or warning where only a reading of the text suggests it
	Term     TermID   `json:"term,omitempty"` // empty where it is about the whole
	Field    string   `json:"field"`          // where, as in JSON: terms[2].clauses[0].text
	Basis    string   `json:"basis"`          // what asks for it
	args     []string // of the sentence
}

// Text says it in a language; a language other than zh reads as en.
func (f *Finding) Text(lang string) string {
	args := slices.Clone(f.args)
	if f.Term != "" && strings.HasSuffix(f.Code, "_term") || f.Code == "missing_part" || f.Code == "unknown_part" {
		args[0] = f.Term.label(lang)
	}
	if f.Code == "missing_part" {
		args[1] = agreementText(lang, "part."+args[1])
	}
	return agreementText(lang, "finding."+f.Code, args...)
}

// label is the term's name, or its id where it is none of the seven.
func (t TermID) label(lang string) string {
	if slices.Contains(Terms(), t) {
		return t.Label(lang)
	}
	return string(t)
}

// CheckAgreement checks that an agreement settles the seven terms of Article 43p1, that nothing is left blank, that it follows the decision it was drafted
// from, and that its period is one. It returns every finding in the order of the document; none means that the check found
// nothing, and not that the agreement is good law: a person reads it.
//
// Whether a text allows what its term rules out is read off a few words, so such findings are warnings.
func CheckAgreement(a Agreement) []Finding {
	c := agreementCheck{a: &a}
	c.head()
	c.period()
	c.terms()
	c.texts()
	c.decision()
	return c.out
}

type agreementCheck struct {
	a   *Agreement
	out []Finding
}

func (c *agreementCheck) add(code string, term TermID, field, basis string, args ...string) {
	c.out = append(c.out, Finding{Code: code, Severity: "error", Term: term, Field: field, Basis: basis, args: args})
}

const agreementBasis = "第四十三条第一款"

// head looks at what the agreement says of itself.
func (c *agreementCheck) head() {
	for _, f := range []struct{ field, text, basis string }{
		{"provider.name", c.a.Provider.Name, agreementBasis},
		{"provider.contact", c.a.Provider.Contact, agreementBasis},
		{"user.name", c.a.User.Name, agreementBasis},
		{"user.code", c.a.User.Code, agreementBasis},
		{"user.contact", c.a.User.Contact, agreementBasis},
		{"scenario", c.a.Scenario, TermPurpose.Basis()},
		{"usage.label", c.a.Usage.Label, TermPurpose.Basis()},
	} {
		c.filled(f.field, f.text, f.basis)
	}
	if len(c.a.Datasets) == 0 {
		c.add("empty_field", "", "datasets", TermPurpose.Basis(), "datasets")
	}
	for i, s := range c.a.Datasets {
		c.filled("datasets["+strconv.Itoa(i)+"]", s, TermPurpose.Basis())
	}
}

func (c *agreementCheck) filled(field, text, basis string) {
	if agreementHollow(text) {
		c.add("empty_field", "", field, basis, field)
		return
	}
	if open := agreementBlanks(text); len(open) > 0 {
		c.add("blank", "", field, basis, field, strings.Join(open, " "))
	}
}

func (c *agreementCheck) period() {
	p := c.a.Period
	from, okFrom := c.date("period.from", p.From)
	until, okUntil := c.date("period.until", p.Until)
	if okFrom && okUntil && until < from {
		c.add("period_reversed", "", "period", TermPurpose.Basis(), p.From, p.Until)
	}
}

func (c *agreementCheck) date(field, text string) (civil.Date, bool) {
	before := len(c.out)
	if c.filled(field, text, TermPurpose.Basis()); len(c.out) > before {
		return 0, false
	}
	d, err := civil.Parse(text)
	if err != nil {
		c.add("bad_date", "", field, TermPurpose.Basis(), field, text)
	}
	return d, err == nil
}

// terms looks at the seven terms, and for others among them.
func (c *agreementCheck) terms() {
	seen := map[TermID]bool{}
	for i, t := range c.a.Terms {
		field := "terms[" + strconv.Itoa(i) + "]"
		switch {
		case !slices.Contains(Terms(), t.ID):
			c.add("unknown_term", t.ID, field, agreementBasis, string(t.ID))
		case seen[t.ID]:
			c.add("duplicate_term", t.ID, field, t.ID.Basis(), string(t.ID))
		}
		seen[t.ID] = true
	}
	for _, id := range Terms() {
		c.term(id)
	}
}

// term looks whether a term is there, says something, and settles each of its parts.
func (c *agreementCheck) term(id TermID) {
	clauses, ok := c.a.term(id)
	if !ok {
		c.add("missing_term", id, "terms", id.Basis(), string(id))
		return
	}
	settled := map[string]bool{}
	for _, cl := range clauses {
		settled[cl.Part] = settled[cl.Part] || !agreementHollow(blankPattern.ReplaceAllString(cl.Text, ""))
	}
	parts := id.Parts()
	if len(parts) == 1 {
		if !settled[parts[0]] {
			c.add("empty_term", id, "terms", id.Basis(), string(id))
		}
		return
	}
	for _, part := range parts {
		if !settled[part] {
			c.add("missing_part", id, "terms", id.Basis(), string(id), part)
		}
	}
}

// agreementForbidden are words by which a clause seems to allow what its term rules out. They are matched where no word of refusal stands before them.
var agreementForbidden = map[TermID]*regexp.Regexp{
	TermPurpose:       regexp.MustCompile(`(?i)(可以?|有权|允许|得以)[^，。；]{0,8}(用于任何|自行决定用途|其他用途)|may (also )?be used for any|any (other )?purpose`),
	TermDissemination: regexp.MustCompile(`(?i)(可以?|有权|允许)[^，。；]{0,8}(传播|公开|转让|出售|出借|提供给|分享)|\bmay (freely )?(publish|sell|share|pass on|transfer|redistribute)`),
	TermAttribution:   regexp.MustCompile(`(?i)(无需|不需要?|可以?不|免于)[^，。；]{0,6}(注明|标注|说明来源)|need not (name|cite|credit)`),
	TermInspection:    regexp.MustCompile(`(?i)(有权拒绝|可以?拒绝|不接受|拒绝)[^，。；]{0,8}检查|may refuse`),
	TermFeedback:      regexp.MustCompile(`(?i)(无需|不需要?|可以?不|免于)[^，。；]{0,6}(反馈|报告|告知)|need not report`),
	TermSecurity:      regexp.MustCompile(`(?i)(不承担|免除)[^，。；]{0,8}(安全|责任)|is not answerable|no responsibility`),
}

var (
	agreementRefusal  = regexp.MustCompile(`(?i)(不|禁止|严禁|未经|没有|未取得)[^。；]{0,20}$|(not|no|never|without)\b[^.;]{0,40}$`)
	agreementDownload = regexp.MustCompile(`(?i)下载|导出原始数据|拷贝|复制到|\bdownload|\bexport`)
)

// texts looks at every clause of the seven terms.
func (c *agreementCheck) texts() {
	for i := range c.a.Terms {
		t := &c.a.Terms[i]
		if !slices.Contains(Terms(), t.ID) {
			continue
		}
		for j, cl := range t.Clauses {
			c.clause(t.ID, "terms["+strconv.Itoa(i)+"].clauses["+strconv.Itoa(j)+"]", cl)
		}
	}
}

func (c *agreementCheck) clause(id TermID, field string, cl Clause) {
	if !slices.Contains(id.Parts(), cl.Part) && cl.Part != "" {
		c.add("unknown_part", id, field+".part", id.Basis(), string(id), cl.Part)
	}
	if n := utf8.RuneCountInString(cl.Text); n > MaxAgreementText {
		c.add("too_long", id, field+".text", id.Basis(), field+".text", strconv.Itoa(MaxAgreementText))
		return
	}
	if open := agreementBlanks(cl.Text); len(open) > 0 {
		c.add("blank", id, field+".text", id.Basis(), field+".text", strings.Join(open, " "))
	}
	c.seems("seems_to_allow", id, field, cl.Text, agreementForbidden[id])
	if c.inDomain() && cl.Of == "" {
		c.seems("seems_to_download", id, field, cl.Text, agreementDownload)
	}
}

// seems warns where a pattern matches and no word of agreementRefusal stands before it in the sentence.
func (c *agreementCheck) seems(code string, id TermID, field, text string, pattern *regexp.Regexp) {
	if pattern == nil {
		return
	}
	for _, m := range pattern.FindAllStringIndex(text, -1) {
		if !agreementRefusal.MatchString(text[:m[0]]) {
			c.out = append(c.out, Finding{Code: code, Severity: "warning", Term: id, Field: field + ".text", Basis: id.Basis(), args: []string{text[m[0]:m[1]]}})
			return
		}
	}
}

// inDomain reports whether the way of use keeps the raw data in the designated environment (Article 27(1) to (3)), as the label says: codes are the author's own.
func (c *agreementCheck) inDomain() bool {
	label := c.a.Usage.Label
	return strings.Contains(label, "不出域") || strings.Contains(label, "不可见") || strings.Contains(label, "安全域") || strings.Contains(label, "仅取") ||
		strings.Contains(strings.ToLower(label), "secure domain") || strings.Contains(strings.ToLower(label), "stays") ||
		strings.Contains(strings.ToLower(label), "invisible") || strings.Contains(strings.ToLower(label), "results only")
}

// decision holds the agreement against the decision it carries out.
func (c *agreementCheck) decision() {
	d := c.a.Decision
	if d == nil {
		return
	}
	if d.Decision != "approve" {
		c.add("not_approved", "", "decision", "第四十二条", d.Decision)
	}
	if d.UsageMode != "" && d.UsageMode != c.a.Usage.Code {
		c.add("usage_differs", "", "usage.code", "第二十七条", c.a.Usage.Code, d.UsageMode)
	}
	if d.Scenario != "" && d.Scenario != c.a.Scenario {
		c.add("scenario_differs", "", "scenario", "第二十六条", c.a.Scenario, d.Scenario)
	}
	for i, s := range c.a.Datasets {
		if len(d.Datasets) > 0 && !slices.Contains(d.Datasets, s) {
			c.add("datasets_differ", "", "datasets["+strconv.Itoa(i)+"]", "第四十二条", s)
		}
	}
	for _, duty := range d.Obligations {
		c.duty(duty)
	}
}

func (c *agreementCheck) duty(duty AgreementDuty) {
	found := false
	for _, t := range c.a.Terms {
		for _, cl := range t.Clauses {
			if cl.Of != duty.ID {
				continue
			}
			found = true
			if strings.Contains(agreementSqueeze(cl.Text), agreementSqueeze(duty.Text)) {
				return
			}
		}
	}
	if found {
		c.add("changed_duty", "", "terms", agreementBasis, duty.ID, duty.Text)
		return
	}
	c.add("missing_duty", "", "terms", agreementBasis, duty.ID, duty.Text)
}

func agreementSqueeze(s string) string { return strings.Join(strings.Fields(s), "") }
