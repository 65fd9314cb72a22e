package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// maxLine is the longest line of a stream of facts documents.
const maxLine = 1 << 20

type classifyCommand struct {
	Name  string   `arg:"" optional:"" help:"The rule file, where there are several."`
	Facts string   `required:"" help:"Facts: a JSON file, JSON lines (.jsonl), or - for standard input." placeholder:"FILE"`
	At    atTime   `help:"Time of the evaluation (RFC 3339, or a date in Asia/Shanghai); now by default." placeholder:"TIME"`
	Set   []string `help:"fact=value, set over the facts of one document." placeholder:"FACT=VALUE" sep:"none"`
}

// atTime is a time on the command line.
type atTime struct{ time.Time }

// UnmarshalText reads RFC 3339, or a date as its first instant in Asia/Shanghai.
func (t *atTime) UnmarshalText(text []byte) error {
	var err error
	if t.Time, err = time.Parse(time.RFC3339, string(text)); err == nil {
		return nil
	}
	zone := time.FixedZone("CST", 8*60*60)
	if t.Time, err = time.ParseInLocation(time.DateOnly, string(text), zone); err == nil {
		return nil
	}
	return said("%q is not a time with its zone (2026-11-23T09:00:00+08:00) or a date (2026-11-23)",
		"%q 不是带时区的时间（2026-11-23T09:00:00+08:00）或者日期（2026-11-23）", text)
}

func (a *app) at(t atTime) classify.CallOption {
	if t.IsZero() {
		return classify.At(a.now())
	}
	return classify.At(t.Time)
}

func (a *app) classifier(name string) (*classify.Classifier, error) {
	rules, err := a.use()
	if err != nil {
		return nil, err
	}
	var opts []classify.Option
	if kind, _, ok := strings.Cut(name, "/"); ok && kind != "Classification" {
		return nil, fail(statusUsage, said("%s: only files of kind Classification are evaluated", "%s：只能判定 Classification 类的文件", name))
	}
	if name = strings.TrimPrefix(name, "Classification/"); name != "" {
		opts = append(opts, classify.Named(name))
	}
	return classify.New(rules, append(opts, classify.Clock(a.now))...)
}

// Run classifies one data set, or a stream of them.
func (c *classifyCommand) Run(a *app) (err error) {
	cl, err := a.classifier(c.Name)
	if err != nil {
		return err
	}
	in, closeIn, err := a.open(c.Facts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	form := inputForm{stream: strings.HasSuffix(c.Facts, ".jsonl"), eager: a.JSON && len(c.Set) == 0}
	first, rest, single, err := firstDocument(bufio.NewReaderSize(in, 64<<10), form)
	if err != nil {
		return err
	}
	if single {
		return c.one(a, cl, first)
	}
	if len(c.Set) > 0 {
		return fail(statusUsage, said("--set goes with one document, not with a stream", "--set 只能用于单个文档，不能用于多行"))
	}
	return c.stream(a, cl, lines(first, rest))
}

func (c *classifyCommand) one(a *app, cl *classify.Classifier, text []byte) error {
	facts, err := settings(cl.Facts(), banfa.JSON(text), c.Set)
	if err != nil {
		return err
	}
	r, err := cl.Classify(a.ctx, facts, a.at(c.At))
	if err != nil {
		return err
	}
	return a.answer(r)
}

func (a *app) answer(r *classify.Result) error {
	if a.JSON {
		return a.printJSON(r)
	}
	_, err := fmt.Fprint(a.stdout, r.Explain(a.lang))
	return err
}

// stream answers line by line. Each answer is written at once: who writes the next line may be waiting for it.
func (c *classifyCommand) stream(a *app, cl *classify.Classifier, in iter.Seq2[banfa.Facts, error]) error {
	bar := a.newProgress()
	defer bar.clear()
	failed, n := false, 0
	for r, err := range cl.Stream(a.ctx, in, 0, a.at(c.At)) {
		if err != nil && a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		n++
		failed = failed || err != nil
		if err := a.answerOf(n, r, err); err != nil {
			return err
		}
		bar.show(n)
	}
	if failed {
		return quiet(statusError)
	}
	return nil
}

// open opens a file of facts, or standard input.
func (a *app) open(path string) (io.Reader, func() error, error) {
	if path == "-" {
		return a.stdin, func() error { return nil }, nil
	}
	f, err := os.Open(path) // #nosec G304 -- the user names the file
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

// settings lays fact=value over a document.
func settings(declared []banfa.Fact, doc banfa.JSON, setting []string) (banfa.Facts, error) {
	if len(setting) == 0 {
		return doc, nil
	}
	m := banfa.Map{}
	if len(bytes.TrimSpace(doc)) > 0 {
		var err error
		if m, err = doc.Map(); err != nil {
			return nil, err
		}
	}
	for _, one := range setting {
		if err := set(m, declared, one); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// set puts fact=value into a document.
func set(m banfa.Map, declared []banfa.Fact, setting string) error {
	name, value, ok := strings.Cut(setting, "=")
	if !ok {
		return fail(statusUsage, said("--set %s: write fact=value", "--set %s：请写 事实=值", setting))
	}
	m[name] = parseValue(declared, name, value)
	return nil
}

// parseValue reads a value as the fact's type wants it; what it cannot read is left for the library to refuse.
func parseValue(declared []banfa.Fact, name, value string) any {
	for i := range declared {
		if declared[i].Name == name {
			return readValue(&declared[i], value)
		}
	}
	return value
}

// readValue takes what a person writes: yes and no in both languages, a code or a label of an enum, a JSON value of anything else.
func readValue(f *banfa.Fact, value string) any {
	switch f.Type {
	case "bool":
		switch strings.ToLower(value) {
		case "true", "yes", "y", "是", "对":
			return true
		case "false", "no", "n", "否", "不", "不是":
			return false
		}
	case "enum":
		for _, v := range f.Values {
			if v.Label == value {
				return v.Code
			}
		}
	case "int", "double", "list", "map", "object":
		var v any
		dec := json.NewDecoder(strings.NewReader(value))
		dec.UseNumber()
		if dec.Decode(&v) == nil {
			return v
		}
	}
	return value
}
