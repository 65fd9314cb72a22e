package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/stream"
)

type scanCommand struct {
	File      string   `arg:"" help:"The table: csv, JSON lines, Parquet or a spreadsheet, plain or compressed; - for standard input."`
	Direct    []string `help:"Columns whose values must not stand in other cells of their row, such as names." placeholder:"COLUMN,…"`
	Delimiter string   `help:"The delimiter of csv; detected by default." placeholder:"C"`
	Encoding  string   `help:"The encoding of csv; detected by default." placeholder:"NAME"`
	Sheet     string   `help:"The one sheet of a spreadsheet to read." placeholder:"NAME"`
	Format    string   `help:"csv, jsonl or parquet; detected by default." placeholder:"FORMAT"`
	Workers   int      `help:"How many rows are worked on at once; by default one on each processor." placeholder:"N"`
}

// Run scans a table. Any identifier is a finding, of organisations too: whether it may be published is for whoever publishes it to say.
func (c *scanCommand) Run(a *app) error {
	r, err := c.scan(a)
	if err != nil {
		return err
	}
	if a.JSON {
		err = a.printJSON(r)
	} else {
		err = c.print(a, r)
	}
	if err != nil {
		return err
	}
	found := slices.ContainsFunc(r.Columns, func(c desensitize.ScanColumn) bool { return len(c.Kinds) > 0 })
	if found || r.Repeats > 0 {
		return quiet(statusFindings)
	}
	return nil
}

func (c *scanCommand) scan(a *app) (r *desensitize.ScanResult, err error) {
	o := desensitize.ScanOptions{
		Name: c.File, Direct: c.Direct, Format: c.Format, Encoding: c.Encoding, Sheet: c.Sheet, Latest: a.now(), Workers: c.Workers,
	}
	if c.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Delimiter, err = delimiterOf(c.Delimiter); err != nil {
		return nil, err
	}
	in := a.stdin
	if c.File == "-" {
		o.Name = "<stdin>"
	} else {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		in = f
	}
	p := a.newProgress()
	o.Progress = func(_, _, rows int64) { p.show(int(rows)) }
	defer p.clear()
	r, err = desensitize.Scan(a.ctx, in, o)
	var column *desensitize.ScanColumnError
	if errors.As(err, &column) {
		return nil, said("%s has no column %q", "%s 没有 %q 这一列", o.Name, column.Column)
	}
	return r, inLanguage(a.lang, err)
}

// delimiterOf is the one byte that a flag names.
func delimiterOf(text string) (byte, error) {
	switch {
	case text == "":
		return 0, nil
	case text == `\t` || text == "tab":
		return '\t', nil
	case len(text) > 1:
		return 0, fail(statusUsage, said("--delimiter: %q is not one ASCII character", "--delimiter：%q 不是一个 ASCII 字符", text))
	}
	return text[0], nil
}

// inLanguage puts what is wrong with a table into the user's language.
func inLanguage(lang string, err error) error {
	var e *stream.Error
	if errors.As(err, &e) {
		return errors.New(e.Message(lang))
	}
	return err
}

func (c *scanCommand) print(a *app, r *desensitize.ScanResult) error {
	var b bytes.Buffer
	say := func(en, zh string, args ...any) { fmt.Fprintf(&b, pick(a.lang, en, zh), args...) }
	say("%d rows, %d columns\n", "%d 行，%d 列\n", r.Rows, len(r.Columns))
	for _, p := range r.First {
		i := slices.IndexFunc(r.Columns, func(c desensitize.ScanColumn) bool { return c.Name == p.Column })
		n := r.Columns[i].Kinds[p.Kind]
		say("  %s: %d × %s, first in row %d\n", "  %[1]s：%[3]s %[2]d 处，首见于第 %[4]d 行\n", p.Column, n, p.Kind, p.Row)
	}
	const shown = 20
	for i, p := range r.Repeated {
		if i == shown {
			break
		}
		say("  row %d: the value of %s stands in %s\n", "  第 %d 行：%s 的值出现在 %s\n", p.Row, p.Of, p.Column)
	}
	if more := r.Repeats - int64(min(len(r.Repeated), shown)); more > 0 {
		say("  and %d more\n", "  另有 %d 处\n", more)
	}
	if len(r.First) == 0 && r.Repeats == 0 {
		say("no identifiers found\n", "没有发现标识符\n")
	}
	_, err := a.stdout.Write(b.Bytes())
	return err
}
