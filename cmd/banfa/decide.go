package main

import (
	"bufio"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
)

type decideCommand struct {
	Name   string   `arg:"" optional:"" help:"The file of conditions, or the data set; needed where there are several files."`
	Facts  string   `required:"" help:"Facts: a JSON file, JSON lines (.jsonl), or - for standard input." placeholder:"FILE"`
	At     atTime   `help:"Time of the decision (RFC 3339, or a date in Asia/Shanghai); now by default." placeholder:"TIME"`
	Set    []string `help:"fact=value, set over the facts of one document." placeholder:"FACT=VALUE" sep:"none"`
	Record string   `help:"Record what was decided beside the advice: approve, reject or incomplete." placeholder:"DECISION"`
	Reason string   `help:"Why; required where the decision differs from the advice." placeholder:"TEXT"`
	By     string   `help:"Who decided." placeholder:"WHO"`
}

// Run advises on one application, or on a stream of them.
func (c *decideCommand) Run(a *app) (err error) {
	access, err := a.access(c.Name)
	if err != nil {
		return err
	}
	if c.Record == "" && (c.Reason != "" || c.By != "") {
		return fail(statusUsage, said("--reason and --by go with --record", "--reason 和 --by 须与 --record 一起使用"))
	}
	in, closeIn, err := a.open(c.Facts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	one := len(c.Set) > 0 || c.Record != ""
	form := inputForm{stream: strings.HasSuffix(c.Facts, ".jsonl"), eager: a.JSON && !one}
	first, rest, single, err := firstDocument(bufio.NewReaderSize(in, 64<<10), form)
	if err != nil {
		return err
	}
	if single {
		return c.one(a, access, first)
	}
	if one {
		return fail(statusUsage, said("--set and --record go with one application, not with a stream", "--set 和 --record 只能用于单个申请，不能用于多行"))
	}
	return c.stream(a, access, lines(first, rest))
}

// access finds conditions by the name of their file, or by the data set they are for.
func (a *app) access(name string) (*condition.Access, error) {
	rules, err := a.use()
	if err != nil {
		return nil, err
	}
	clock := condition.Clock(a.now)
	if kind, rest, ok := strings.Cut(name, "/"); ok {
		if kind != "Conditions" {
			return nil, fail(statusUsage, said("%s: only files of kind Conditions decide access", "%s：只有 Conditions 类的文件用于审核申请", name))
		}
		return condition.New(rules, condition.Named(rest), clock)
	}
	if name == "" {
		return condition.New(rules, clock)
	}
	access, err := condition.New(rules, condition.Named(name), clock)
	var nf *condition.NotFoundError
	if !errors.As(err, &nf) {
		return access, err
	}
	if access, err := condition.New(rules, condition.ForDataset(name), clock); err == nil {
		return access, nil
	}
	return nil, err
}

func (c *decideCommand) at(a *app) condition.CallOption {
	if c.At.IsZero() {
		return condition.At(a.now())
	}
	return condition.At(c.At.Time)
}

func (c *decideCommand) one(a *app, access *condition.Access, text []byte) error {
	facts, err := settings(access.Facts(), banfa.JSON(text), c.Set)
	if err != nil {
		return err
	}
	r, err := access.Decide(a.ctx, facts, c.at(a))
	if err != nil {
		return err
	}
	if c.Record == "" {
		return a.advice(r)
	}
	rec, err := r.Record(condition.Recorded{Decision: condition.Decision(c.Record), Reason: c.Reason, By: c.By, At: a.now()})
	var re *condition.RecordError
	if errors.As(err, &re) {
		return fail(statusUsage, said("%s", "%s", re.Message(a.lang)))
	}
	if err != nil {
		return err
	}
	return c.recorded(a, rec)
}

// recorded prints a decision with the advice. What was decided sets the exit status: the advice has done its part.
func (c *decideCommand) recorded(a *app, rec *condition.Record) error {
	var err error
	if a.JSON {
		err = a.printJSON(rec)
	} else {
		_, err = fmt.Fprint(a.stdout, rec.Explain(a.lang))
	}
	if err == nil && rec.Decision == condition.Reject {
		return quiet(statusRefused)
	}
	return err
}

// advice prints an answer. A rejected application ends with status 5; one that is incomplete is no refusal.
func (a *app) advice(r *condition.Result) error {
	var err error
	if a.JSON {
		err = a.printJSON(r)
	} else {
		_, err = fmt.Fprint(a.stdout, r.Explain(a.lang))
	}
	if err != nil {
		return err
	}
	return refusal(r)
}

// refusal is the status of a rejected application.
func refusal(answer any) error {
	if r, ok := answer.(*condition.Result); ok && r.Decision == condition.Reject {
		return quiet(statusRefused)
	}
	return nil
}

// stream answers line by line. An application that cannot be read outweighs one that is rejected.
func (c *decideCommand) stream(a *app, access *condition.Access, in iter.Seq2[banfa.Facts, error]) error {
	bar := a.newProgress()
	defer bar.clear()
	failed, refused, n := false, false, 0
	for r, err := range access.Stream(a.ctx, in, c.at(a)) {
		if err != nil && a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		n++
		failed = failed || err != nil
		refused = refused || err == nil && r.Decision == condition.Reject
		if err := a.answerOf(n, r, err); err != nil {
			return err
		}
		bar.show(n)
	}
	switch {
	case failed:
		return quiet(statusError)
	case refused:
		return quiet(statusRefused)
	}
	return nil
}
