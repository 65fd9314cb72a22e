package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/internal/atomicfile"
)

type conditionsCommand struct {
	Form      conditionsFormCommand      `cmd:"" help:"The application form, as a JSON Schema with labels (Art. 41)."`
	Materials conditionsMaterialsCommand `cmd:"" help:"Conditions and materials as they are listed up front (Art. 41)."`
	Agreement conditionsAgreementCommand `cmd:"" help:"Draft the agreement that follows from an approved application (Art. 43)."`
	Check     conditionsCheckCommand     `cmd:"" name:"check-agreement" help:"Check that an agreement settles the seven terms and follows its decision (Art. 43)."`
}

type conditionsFormCommand struct {
	Name string `arg:"" optional:"" help:"The file of conditions, or the data set; needed where there are several files."`
	Out  string `short:"o" help:"The file to write; standard output by default." placeholder:"FILE"`
}

// Run prints the form. It is JSON whatever --json says.
func (c *conditionsFormCommand) Run(a *app) error {
	access, err := a.access(c.Name)
	if err != nil {
		return err
	}
	text, err := encode(access.Form(a.lang))
	if err != nil {
		return err
	}
	return a.deliver(c.Out, text)
}

type conditionsMaterialsCommand struct {
	Name   string `arg:"" optional:"" help:"The file of conditions, or the data set; needed where there are several files."`
	Format string `help:"md or json; by default as the name of the file to write says, and otherwise md." enum:",md,json" default:"" placeholder:"FORMAT"`
	Out    string `short:"o" help:"The file to write; standard output by default." placeholder:"FILE"`
}

// Run prints what is to be listed up front.
func (c *conditionsMaterialsCommand) Run(a *app) error {
	access, err := a.access(c.Name)
	if err != nil {
		return err
	}
	p, err := access.Published(a.lang)
	if err != nil {
		return err
	}
	if a.documentFormat(c.Format, c.Out) == "json" {
		text, err := encode(p)
		if err != nil {
			return err
		}
		return a.deliver(c.Out, text)
	}
	return a.deliver(c.Out, p.Markdown())
}

type conditionsAgreementCommand struct {
	Name            string   `arg:"" optional:"" help:"The file of conditions, or the data set; needed where there are several files."`
	Facts           string   `required:"" help:"Facts of the application, as a JSON file or - for standard input." placeholder:"FILE"`
	At              atTime   `help:"Time of the decision (RFC 3339, or a date in Asia/Shanghai); now by default." placeholder:"TIME"`
	Approved        bool     `help:"The authority approved although the advice is another: all obligations bind."`
	Provider        string   `help:"Name of the opening body; the issuer of the conditions by default." placeholder:"NAME"`
	ProviderContact string   `help:"Whom to ask there." placeholder:"TEXT"`
	User            string   `help:"Name of the data user." placeholder:"NAME"`
	UserCode        string   `help:"The user's unified social credit code or the like." placeholder:"CODE"`
	UserContact     string   `help:"Whom to ask there." placeholder:"TEXT"`
	Dataset         []string `help:"Name of a data set as people know it, again for each; the ids in the conditions by default." placeholder:"NAME" sep:"none"`
	From            string   `help:"First day of the period, YYYY-MM-DD." placeholder:"DATE"`
	Until           string   `help:"Last day of the period, YYYY-MM-DD." placeholder:"DATE"`
	Format          string   `help:"md, json or docx; by default as the name of the file to write says, and otherwise md." enum:",md,json,docx" default:"" placeholder:"FORMAT"`
	Out             string   `short:"o" help:"The file to write; standard output by default." placeholder:"FILE"`
}

// Run drafts an agreement. Without an approval there is none, and the status says so.
func (c *conditionsAgreementCommand) Run(a *app) error {
	access, err := a.access(c.Name)
	if err != nil {
		return err
	}
	text, err := a.readAll(c.Facts)
	if err != nil {
		return err
	}
	at := c.At.Time
	if at.IsZero() {
		at = a.now()
	}
	r, err := access.Decide(a.ctx, banfa.JSON(text), condition.At(at))
	if err != nil {
		return err
	}
	if r.Decision != condition.Approve && !c.Approved {
		if _, err := fmt.Fprint(a.stderr, r.Explain(a.lang)); err != nil {
			return err
		}
		return quiet(statusRefused)
	}
	draft, err := access.Draft(r, condition.Parties{
		Provider: condition.Party{Name: c.Provider, Contact: c.ProviderContact},
		User:     condition.Party{Name: c.User, Code: c.UserCode, Contact: c.UserContact},
		Period:   condition.AgreementPeriod{From: c.From, Until: c.Until}, Datasets: c.Dataset, Approved: c.Approved,
	}, a.lang)
	if err != nil {
		return a.agreementFault(c.Facts, err)
	}
	return c.write(a, draft)
}

func (c *conditionsAgreementCommand) write(a *app, draft *condition.Agreement) error {
	var text []byte
	var err error
	switch a.documentFormat(c.Format, c.Out) {
	case "json":
		if text, err = draft.JSON(); a.JSON && c.Out == "" {
			text, err = encode(draft)
		}
	case "docx":
		if c.Out == "" && a.terminal {
			return fail(statusUsage, said("docx is no text: name a file with --out", "docx 不是文字，请用 --out 指定文件"))
		}
		text, err = draft.Docx()
	default:
		text = draft.Markdown()
	}
	if err != nil {
		return err
	}
	if err := a.deliver(c.Out, text); err != nil {
		return err
	}
	open := len(condition.CheckAgreement(*draft))
	if open > 0 && c.Out != "" {
		_, err = fmt.Fprintf(a.stderr, pick(a.lang, "%d places are still to be filled or put right: banfa conditions check-agreement lists them\n",
			"还有 %d 处待填写或者改正，可用 banfa conditions check-agreement 列出\n"), open)
	}
	return err
}

type conditionsCheckCommand struct {
	File  string `arg:"" help:"The agreement, as JSON or as an edited docx; - for standard input."`
	Draft string `help:"Of a docx: the agreement that it was made from, as JSON; without it the decision is not checked." placeholder:"FILE"`
}

// agreementReport is the answer of check-agreement.
type agreementReport struct {
	Complete bool               `json:"complete"` // without errors; warnings ask a person to look
	Findings []agreementFinding `json:"findings"`
}

type agreementFinding struct {
	Code     string           `json:"code"`
	Severity string           `json:"severity"`
	Term     condition.TermID `json:"term,omitempty"`
	Field    string           `json:"field"`
	Basis    string           `json:"basis"`
	Message  string           `json:"message"`
}

// Run checks an agreement; findings that are errors end it with status 3.
func (c *conditionsCheckCommand) Run(a *app) error {
	text, err := a.readAll(c.File)
	if err != nil {
		return err
	}
	agreement, findings, err := c.read(a, text)
	if err != nil {
		return err
	}
	r := agreementReport{Complete: true, Findings: []agreementFinding{}}
	var b strings.Builder
	for _, f := range append(findings, condition.CheckAgreement(*agreement)...) {
		r.Complete = r.Complete && f.Severity != "error"
		r.Findings = append(r.Findings, agreementFinding{f.Code, f.Severity, f.Term, f.Field, f.Basis, f.Text(a.lang)})
		severity := pick(a.lang, f.Severity, map[string]string{"error": "错误", "warning": "警告"}[f.Severity])
		fmt.Fprintf(&b, pick(a.lang, "%s (%s) [%s]: %s\n", "%s（%s）[%s]：%s\n"), severity, a.cited(f.Basis), f.Code, f.Text(a.lang))
	}
	if len(r.Findings) == 0 {
		b.WriteString(pick(a.lang, "the seven terms are settled, and nothing is left blank\n", "七项内容都已约定，没有待填之处\n"))
	}
	if a.JSON {
		err = a.printJSON(r)
	} else {
		_, err = a.stdout.Write([]byte(b.String()))
	}
	if err == nil && !r.Complete {
		return quiet(statusFindings)
	}
	return err
}

// read reads an agreement in either form: a zip begins with PK.
func (c *conditionsCheckCommand) read(a *app, text []byte) (*condition.Agreement, []condition.Finding, error) {
	isDocx := bytes.HasPrefix(text, []byte("PK"))
	if c.Draft != "" && !isDocx {
		return nil, nil, fail(statusUsage, said("--draft goes with a docx", "--draft 用于 docx"))
	}
	if !isDocx {
		agreement, err := condition.ParseAgreement(text)
		return agreement, nil, a.agreementFault(c.File, err)
	}
	var draft *condition.Agreement
	if c.Draft != "" {
		made, err := a.readAll(c.Draft)
		if err != nil {
			return nil, nil, err
		}
		if draft, err = condition.ParseAgreement(made); err != nil {
			return nil, nil, a.agreementFault(c.Draft, err)
		}
	}
	agreement, findings, err := condition.ReadDocx(text, draft)
	return agreement, findings, a.agreementFault(c.File, err)
}

// cited is a citation as the law writes it, or short where the text is not in Chinese.
func (a *app) cited(basis string) string {
	c, err := banfa.ParseCitation(basis)
	if err != nil || a.lang == "zh" {
		return basis
	}
	return "Article " + c.Short()
}

// agreementFault says in the user's language what of an agreement, or of what it is made from, cannot be taken.
func (a *app) agreementFault(file string, err error) error {
	var e *condition.AgreementError
	if errors.As(err, &e) {
		return fail(statusError, errors.New(file+": "+e.Text(a.lang)))
	}
	return err
}

// documentFormat is the format that the user chose, or else what the name of the file says.
func (a *app) documentFormat(format, out string) string {
	switch {
	case format != "":
		return format
	case a.JSON && out == "":
		return "json"
	}
	return strings.TrimPrefix(strings.ToLower(filepath.Ext(out)), ".")
}

// deliver writes a whole file, or standard output.
func (a *app) deliver(out string, text []byte) error {
	const perm = 0o644
	if out == "" {
		_, err := a.stdout.Write(text)
		return err
	}
	return atomicfile.Write(out, text, perm)
}
