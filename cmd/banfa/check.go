package main

import (
	"fmt"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/message"
)

type checkCommand struct {
	Paths  []string `arg:"" optional:"" name:"path" help:"Rule files or folders; - reads one file from standard input. The embedded pack by default."`
	Format string   `help:"text, json, sarif or github." enum:",text,json,sarif,github" default:""`
	Strict bool     `help:"Let warnings fail too."`
}

// Run checks rule files.
func (c *checkCommand) Run(a *app) error {
	b, err := c.load(a)
	if err != nil {
		return err
	}
	format := c.Format
	if format == "" && a.JSON {
		format = "json"
	}
	if err := a.writeFindings(b, format); err != nil {
		return err
	}
	if b.findings.HasErrors() || c.Strict && b.findings.Len() > 0 {
		return quiet(statusFindings)
	}
	return nil
}

// load checks what is named, or else --rules or the embedded pack. Suites alone are checked against these; which of their rules the
// suites leave out is then no finding, as the rules' own suites are not looked at.
func (c *checkCommand) load(a *app) (*bundle, error) {
	reviewed := banfa.ReviewedBy(a.now())
	if len(c.Paths) == 0 {
		b, err := a.load(a.Rules, reviewed)
		if err != nil {
			return nil, err
		}
		return b, a.exercised(b)
	}
	fsys, names, added, err := a.gather(c.Paths)
	if err != nil {
		return nil, err
	}
	b, err := a.check(fsys, names, reviewed)
	if err != nil || added {
		a.hintRules(b, added)
		return b, err
	}
	return b, a.exercised(b)
}

func (a *app) writeFindings(b *bundle, format string) error {
	switch format {
	case "json":
		return b.findings.WriteJSON(a.stdout, a.lang)
	case "sarif":
		return b.findings.WriteSARIF(a.stdout, banfa.SARIFOptions{Lang: a.lang})
	case "github":
		return b.findings.WriteGitHub(a.stdout, a.lang)
	}
	if err := b.findings.WriteText(a.stdout, a.textOptions(a.terminal)); err != nil {
		return err
	}
	errors := 0
	for d := range b.findings.All() {
		if d.Severity == banfa.Error {
			errors++
		}
	}
	_, err := fmt.Fprintln(a.stdout, message.Text(a.lang, "check.summary", fmt.Sprint(errors), fmt.Sprint(b.findings.Len()-errors)))
	return err
}
