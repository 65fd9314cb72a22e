package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/internal/message"
)

type changeCommand struct {
	Name       string   `arg:"" optional:"" help:"The rule file, where there are several."`
	From       string   `required:"" help:"The recorded outcome."`
	To         string   `required:"" help:"The outcome to be recorded."`
	Classified string   `help:"What the facts classify to now; computed from --facts by default."`
	Facts      string   `help:"Facts of the data set, as a JSON file or - for standard input." placeholder:"FILE"`
	Set        []string `help:"fact=value: of the change (legal_basis, reported) or of the data set." placeholder:"FACT=VALUE" sep:"none"`
	At         atTime   `help:"Time of the evaluation; now by default." placeholder:"TIME"`
}

// Run decides whether a change may be made.
func (c *changeCommand) Run(a *app) error {
	cl, err := a.classifier(c.Name)
	if err != nil {
		return err
	}
	doc := banfa.JSON("{}")
	if c.Facts != "" {
		text, err := a.readAll(c.Facts)
		if err != nil {
			return err
		}
		doc = text
	}
	facts, transition, err := cl.SplitChange(doc)
	if err != nil {
		return err
	}
	for _, s := range c.Set {
		of, known := facts, cl.Facts()
		name, _, _ := strings.Cut(s, "=")
		if declares(cl.ChangeFacts(), name) && !declares(cl.Facts(), name) {
			of, known = transition, cl.ChangeFacts()
		}
		if err := set(of, known, s); err != nil {
			return err
		}
	}
	if c.Classified == "" && len(facts) == 0 {
		_, _ = fmt.Fprintln(a.stderr, "banfa:", pick(a.lang,
			"without --facts or --classified, the data set counts as the most restrictive type it could have",
			"没有 --facts 或者 --classified，按数据集可能的最严类型处理"))
	}
	r, err := cl.Change(a.ctx, classify.Change{
		From: c.From, To: c.To, Classified: c.Classified, Facts: facts, Transition: transition,
	}, a.at(c.At))
	if err != nil {
		return err
	}
	if err := a.sayChange(r); err != nil {
		return err
	}
	if !r.Allowed {
		return quiet(statusRefused)
	}
	return nil
}

func declares(facts []banfa.Fact, name string) bool {
	return slices.ContainsFunc(facts, func(f banfa.Fact) bool { return f.Name == name })
}

func (a *app) sayChange(r *classify.ChangeResult) error {
	if a.JSON {
		return a.printJSON(r)
	}
	key := "change.allowed"
	if !r.Allowed {
		key = "change.refused"
	}
	lines := []string{message.Text(a.lang, key, r.From, r.To), message.Text(a.lang, "change.classified", r.Classified)}
	ids, reasonKey := r.Owed, "change.owed"
	if !r.Allowed {
		ids, reasonKey = r.Rules, "change.reason"
	}
	for i, id := range ids {
		lines = append(lines, message.Text(a.lang, reasonKey, id, r.Reasons[i]))
	}
	for _, e := range r.Errors {
		lines = append(lines, message.Text(a.lang, "change.error", e.ID, e.Message))
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(a.stdout, l); err != nil {
			return err
		}
	}
	return nil
}

// readAll reads a document of bounded size.
func (a *app) readAll(path string) (text []byte, err error) {
	in, closeIn, err := a.open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	return io.ReadAll(io.LimitReader(in, maxLine+1))
}
