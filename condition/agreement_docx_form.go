package condition

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// docxMark begins the names of the bookmarks that Docx sets on clauses: banfa_TERM_PART_N, N the clause's place in its term, from 0. They stay with a text that
// somebody edits, and tell which part of its term it settles.
const docxMark = "banfa_"

func docxClauseMark(id TermID, part string, n int) string {
	return docxMark + string(id) + "_" + part + "_" + strconv.Itoa(n)
}

var (
	docxNumber  = regexp.MustCompile(`^\d+[.．、]\s*`)
	docxClause  = regexp.MustCompile(`^\d+[.．]\d+[.．、]?(\s+|$)`)
	docxPeriod  = regexp.MustCompile(`^(?:自|from)\s*(.*?)\s*(?:至|until)\s*(.*)$`)
	docxHeading = regexp.MustCompile(`^\s*([（(].{0,60}[）)])?\s*$`)
)

// ReadDocx reads an agreement back from a document that Docx wrote and somebody edited: tracked changes count as accepted, and are a finding. Which part of its term a
// clause settles, its bookmark says; one without settles what the clause of the draft did whose text it has, and otherwise none of several. The document says nothing that can be trusted of the decision it
// carries out: draft, the agreement that it was made from, says that, and is nil where there is none. CheckAgreement does the rest. The error is
// an *AgreementError.
func ReadDocx(data []byte, draft *Agreement) (*Agreement, []Finding, error) {
	read, err := readDocx(data)
	if err != nil {
		return nil, nil, err
	}
	f := docxForm{out: &Agreement{Schema: AgreementSchema, Lang: "en", Terms: []Term{}, Datasets: []string{}}, term: -1}
	if draft != nil {
		f.out.Decision, f.out.Lang = draft.Decision, draft.Lang
	}
	for _, line := range read.lines {
		f.line(line, draft)
	}
	if f.party == nil && len(f.out.Terms) == 0 {
		return nil, nil, &AgreementError{Field: "agreement", Reason: "docx_form"}
	}
	if draft != nil && f.out.Usage.Label == draft.Usage.Label {
		f.out.Usage.Code = draft.Usage.Code
	}
	if err := f.out.bounded(); err != nil {
		return nil, nil, err
	}
	findings := []Finding{}
	if read.tracked > 0 {
		findings = append(findings, Finding{
			Code: "tracked_changes", Severity: "warning", Field: "agreement", Basis: agreementBasis, args: []string{strconv.Itoa(read.tracked)},
		})
	}
	if draft == nil {
		findings = append(findings, Finding{Code: "no_draft", Severity: "warning", Field: "decision", Basis: "第四十二条"})
	}
	return f.out, findings, nil
}

// docxForm puts the lines of a document into the places of an agreement.
type docxForm struct {
	out   *Agreement
	party *Party
	term  int // of out.Terms; -1 before the first and after the last
}

func (f *docxForm) line(l docxLine, draft *Agreement) {
	if id, ok := docxTerm(l.text); ok {
		f.out.Terms = append(f.out.Terms, Term{ID: id, Clauses: []Clause{}})
		f.term = len(f.out.Terms) - 1
		return
	}
	if l.text == agreementText("zh", "field.sign") || l.text == agreementText("en", "field.sign") {
		f.term = -1
		return
	}
	if f.term >= 0 {
		t := &f.out.Terms[f.term]
		t.Clauses = append(t.Clauses, docxClauseOf(l, t.ID, draft))
		return
	}
	if len(f.out.Terms) > 0 {
		return // signatures, and what the decision was
	}
	switch name, value := docxField(l.text); name {
	case "provider":
		f.party = &f.out.Provider
		f.party.Name = value
	case "user":
		f.party = &f.out.User
		f.party.Name = value
	case "code", "contact":
		if f.party == nil {
			return
		}
		if name == "code" {
			f.party.Code = value
		} else {
			f.party.Contact = value
		}
	case "datasets":
		for _, s := range strings.FieldsFunc(value, func(r rune) bool { return r == '、' || r == ',' || r == '，' }) {
			if s = strings.TrimSpace(s); s != "" {
				f.out.Datasets = append(f.out.Datasets, s)
			}
		}
	case "scenario":
		f.out.Scenario = value
	case "usage":
		f.out.Usage.Label = value
	case "period":
		if m := docxPeriod.FindStringSubmatch(value); m != nil {
			f.out.Period = AgreementPeriod{From: m[1], Until: m[2]}
		}
	default:
		if f.out.Title == "" && f.party == nil && utf8.RuneCountInString(l.text) <= MaxAgreementName {
			f.out.Title = l.text
		}
	}
}

// docxTerm reads the heading of a term, in either language: its name, with or without a number before it and a citation after it.
func docxTerm(text string) (TermID, bool) {
	text = docxNumber.ReplaceAllString(text, "")
	for _, id := range Terms() {
		for _, lang := range []string{"zh", "en"} {
			if rest, ok := strings.CutPrefix(text, id.Label(lang)); ok && docxHeading.MatchString(rest) {
				return id, true
			}
		}
	}
	return "", false
}

// docxField reads a line of the head: the name of a field in either language, a colon, and what it says.
func docxField(text string) (name, value string) {
	for _, name := range []string{"provider", "user", "code", "contact", "datasets", "scenario", "usage", "period"} {
		for _, lang := range []string{"zh", "en"} {
			rest, ok := strings.CutPrefix(text, agreementText(lang, "field."+name))
			if !ok {
				continue
			}
			for _, colon := range []string{"：", ":"} {
				if value, ok := strings.CutPrefix(strings.TrimSpace(rest), colon); ok {
					return name, strings.TrimSpace(value)
				}
			}
		}
	}
	return "", ""
}

// docxClauseOf is a clause under the heading of a term. A mark of another term says nothing here: the text was moved.
func docxClauseOf(l docxLine, id TermID, draft *Agreement) Clause {
	c := Clause{Text: docxClause.ReplaceAllString(l.text, "")}
	rest, ok := strings.CutPrefix(l.mark, docxMark+string(id)+"_")
	part, number, cut := strings.Cut(rest, "_")
	if !ok || !cut || !slices.Contains(id.Parts(), part) {
		return docxDrafted(c, id, draft)
	}
	c.Part = part
	if n, err := strconv.Atoi(number); err == nil && draft != nil {
		if clauses, has := draft.term(id); has && n >= 0 && n < len(clauses) {
			c.Of = clauses[n].Of
		}
	}
	return c
}

// docxDrafted is a clause whose bookmark is lost. Where its text is still that of a clause of the draft, it settles the same.
func docxDrafted(c Clause, id TermID, draft *Agreement) Clause {
	if draft == nil {
		return c
	}
	clauses, _ := draft.term(id)
	for _, d := range clauses {
		if text := agreementSqueeze(agreementLine(d.Text)); text != "" && strings.HasPrefix(agreementSqueeze(c.Text), text) {
			return Clause{Part: d.Part, Text: c.Text, Of: d.Of}
		}
	}
	return c
}
