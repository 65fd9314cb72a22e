package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/atomicfile"
	"github.com/banfa-go/banfa/internal/stream"
)

type desensitizeCommand struct {
	Name    string    `arg:"" optional:"" help:"The policy, where the rules have several."`
	In      string    `required:"" help:"The table to de-identify: csv, JSON lines, Parquet or a spreadsheet (.xlsx), plain or compressed; - for standard input." placeholder:"FILE"`
	Out     string    `help:"Where to write it; - for standard output. Nothing is there unless every release rule holds." placeholder:"FILE"`
	Key     []keyFlag `help:"Where a key comes from: name=env:VAR or name=file:PATH; again for each." placeholder:"NAME=FROM" sep:"none"`
	Workers int       `help:"How many rows are worked on at once; by default one on each processor." placeholder:"N"`
	Report  string    `help:"Write a report to this file: .html for people, otherwise JSON." placeholder:"FILE"`
	Record  string    `help:"Append the processing record to this file (Art. 55), also when the release is refused." placeholder:"FILE"`
	Sign    string    `help:"The private key that signs the record, a PEM file." placeholder:"FILE"`
	Sharing string    `help:"For whom it is released, for the record: public, controlled or enclave." enum:",public,controlled,enclave" default:"" placeholder:"MODEL"`
	Approve string    `help:"Who approves the release, for the record." placeholder:"WHO"`
	Resume  bool      `help:"Keep what is finished beside the output, and go on with it where an earlier run was interrupted."`
	Budget  string    `help:"The privacy ledger: what the noise of a run costs is added before the first row; a run beyond the policy's epsilon is refused." placeholder:"FILE"`
	NoLedge bool      `name:"no-budget" help:"Add noise although nobody keeps account of what it costs."`
	Vault   string    `help:"Seal what pseudonyms stand for to the holder that the policy names (reversal)." placeholder:"FILE"`
	Holder  string    `help:"The holder's public key, a PEM file." placeholder:"FILE"`
	DryRun  bool      `help:"Only say what would become of each column; no rows are read, no keys needed."`
	At      atTime    `help:"Time of the run, which transforms see as now; now by default." placeholder:"TIME"`
	Delimit string    `name:"delimiter" help:"The delimiter of csv; detected by default." placeholder:"C"`
	Coding  string    `name:"encoding" help:"The encoding of csv; detected by default." placeholder:"NAME"`
	Sheet   string    `help:"The one sheet of a spreadsheet to read." placeholder:"NAME"`

	stdin *desensitize.FileDigest // what was read of standard input
	input *desensitize.RecordFile // what the input was before the run, where that is asked for
}

// keyFlag is where a key comes from. The key itself is never an argument: others on the machine can read those.
type keyFlag struct{ name, from, at string }

// UnmarshalText reads name=env:VAR and name=file:PATH. What is wrong with it is said without repeating it: it may be a key.
func (k *keyFlag) UnmarshalText(text []byte) error {
	name, from, ok := strings.Cut(string(text), "=")
	kind, at, isFrom := strings.Cut(from, ":")
	if !ok || name == "" || !isFrom || at == "" || kind != "env" && kind != "file" {
		return errors.New("write name=env:VARIABLE or name=file:PATH; a key itself is never an argument")
	}
	k.name, k.from, k.at = name, kind, at
	return nil
}

// Run de-identifies a table.
func (c *desensitizeCommand) Run(a *app) error {
	if !c.DryRun {
		if err := c.usage(); err != nil {
			return err
		}
	}
	rules, err := a.use()
	if err != nil {
		return err
	}
	opts := []desensitize.Option{desensitize.Clock(a.now), desensitize.Named(strings.TrimPrefix(c.Name, "Desensitization/"))}
	if !c.DryRun {
		opts = append(opts, desensitize.KeySource(func(name string) ([]byte, error) { return c.secret(a, name) }))
	}
	p, err := desensitize.New(rules, opts...)
	if err != nil {
		return err
	}
	source, err := c.open(a)
	if err != nil {
		return err
	}
	if c.DryRun {
		return errors.Join(c.explain(a, p, source.Columns()), source.Close())
	}
	return errors.Join(c.status(c.run(a, p, source)), source.Close())
}

// finished is a run with what its record needs.
type finished struct {
	started time.Time
	report  *desensitize.Report
	budget  *desensitize.Budget
	vaults  *vaultFiles
	output  *desensitize.FileDigest
	format  string // of the output
}

// keep appends the record of a run, before anything that it is about becomes visible. Where the run rests on what its input was before it, it must still be that.
func (c *desensitizeCommand) keep(a *app, p *desensitize.Policy, source stream.Source, f *finished) error {
	if c.Record == "" && c.input == nil {
		return nil
	}
	in, err := c.digest(source)
	if err != nil {
		return err
	}
	if c.input != nil && *c.input != in {
		return said("the input changed while it was read", "输入文件在读取期间被改动")
	}
	if c.Record == "" {
		return nil
	}
	run := desensitize.RecordRun{
		Started: f.started, Finished: a.now(), Approver: c.Approve, Sharing: c.Sharing, Before: desensitize.RiskBefore(f.report),
		Inputs: []desensitize.RecordFile{in},
	}
	if f.budget != nil {
		run.Budgets = f.budget.Spent
	}
	if f.report.Released {
		run.Outputs = []desensitize.RecordFile{f.output.File(f.format)}
	}
	record, err := p.Record(f.report, run)
	if err != nil {
		return err
	}
	record.Operation.Keys = append(record.Operation.Keys, f.vaults.keys()...)
	var key desensitize.RecordPrivateKey
	if c.Sign != "" {
		text, err := os.ReadFile(c.Sign)
		if err != nil {
			return err
		}
		if key, err = desensitize.RecordKeyOf(text); err != nil {
			return err
		}
	}
	_, err = desensitize.AppendRecord(c.Record, record, key)
	return err
}

// digest digests the input.
func (c *desensitizeCommand) digest(source stream.Source) (desensitize.RecordFile, error) {
	format := string(source.Info().Format)
	if c.In == "-" {
		return c.stdin.File(format), nil
	}
	r, err := c.digestFile()
	r.Format = format
	if c.input != nil {
		c.input.Format = format
	}
	return r, err
}

func (c *desensitizeCommand) digestFile() (r desensitize.RecordFile, err error) {
	f, err := os.Open(c.In)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return desensitize.DigestFile(f, "file")
}

// secret reads a key where the user says it is.
func (c *desensitizeCommand) secret(a *app, name string) ([]byte, error) {
	for _, k := range c.Key {
		if k.name != name {
			continue
		}
		if k.from == "file" {
			return os.ReadFile(k.at)
		}
		return decodeKey(a.getenv(k.at))
	}
	return nil, said("no key %s: give it with --key %s=env:VARIABLE or --key %s=file:PATH",
		"缺少密钥 %s：请用 --key %s=env:变量 或者 --key %s=file:文件 给出", name, name, name)
}

// decodeKey reads a key from a variable, which holds no bytes that are no text: as it stands, or behind hex: or base64:.
func decodeKey(s string) ([]byte, error) {
	if text, ok := strings.CutPrefix(s, "hex:"); ok {
		b, err := hex.DecodeString(text)
		if err != nil {
			return nil, errors.New("what stands behind hex: are no hexadecimal digits") // not err, which has some of them
		}
		return b, nil
	}
	if text, ok := strings.CutPrefix(s, "base64:"); ok {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("what stands behind base64: is no base64")
		}
		return b, nil
	}
	return []byte(s), nil
}

func (c *desensitizeCommand) open(a *app) (stream.Source, error) {
	o := stream.Options{Encoding: c.Coding}
	if c.Delimit != "" {
		o.Delimiter = c.Delimit[0]
	}
	if c.In == "-" {
		o.Name = "<stdin>"
		c.stdin = desensitize.NewFileDigest()
		return desensitize.TableSource(io.TeeReader(a.stdin, c.stdin), o, c.Sheet)
	}
	o.Name = c.In
	f, err := os.Open(c.In)
	if err != nil {
		return nil, err
	}
	s, err := desensitize.TableSource(f, o, c.Sheet)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &openTable{s, f}, nil
}

// openTable closes its file too.
type openTable struct {
	stream.Source
	file *os.File
}

// Close closes both.
func (o *openTable) Close() error { return errors.Join(o.Source.Close(), o.file.Close()) }

// run writes the table beside its place, and puts it there when the gate lets it out and the record is kept.
func (c *desensitizeCommand) run(a *app, p *desensitize.Policy, source stream.Source) (err error) {
	place := c.Out
	if place == "-" {
		folder, err := os.MkdirTemp("", "banfa-*")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
		place = filepath.Join(folder, "out")
	} else if sameFile(c.In, place) {
		return fail(statusUsage, said("%s is the input: it would be lost; write to another file", "%s 是输入文件，会被覆盖；请写到别的文件", place))
	}
	f := &finished{started: a.now(), output: desensitize.NewFileDigest()}
	opts, spool, err := c.prepare(a, p, source, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.vaults.discard()) }()
	if spool != nil {
		defer func() { err = errors.Join(err, leave(spool, err)) }()
	}
	out, err := atomicfile.Create(place, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Discard()) }()
	if err := c.write(a, p, source, f, out, opts); err != nil {
		return err
	}
	if err := f.vaults.commit(); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	if c.Out == "-" {
		return copyFile(a.stdout, place)
	}
	return nil
}

// write transforms the table into a file that nobody sees yet.
func (c *desensitizeCommand) write(
	a *app, p *desensitize.Policy, source stream.Source, f *finished, out io.Writer, opts []desensitize.RunOption,
) error {
	o, err := c.sinkOptions(p, source)
	if err != nil {
		return err
	}
	f.format = string(o.Format)
	sink, err := stream.Create(&written{out, f.output, c.Record != ""}, o, source.Columns())
	if err != nil {
		return err
	}
	progress := a.newRowProgress()
	f.report, err = p.Run(a.ctx, source, sink, append(opts, desensitize.OnProgress(progress.show))...)
	progress.clear()
	err = errors.Join(err, sink.Close())
	if f.report == nil {
		return err
	}
	return errors.Join(err, c.keep(a, p, source, f), c.tell(a, f.report))
}

// written is the output, digested for the record.
type written struct {
	io.Writer
	digest *desensitize.FileDigest
	wanted bool
}

// Write writes to the file, and to its digest what got there.
func (w *written) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.wanted {
		_, _ = w.digest.Write(p[:n]) // never fails
	}
	return n, err
}

// Name is the file's, so that what a format needs beside it is in the same folder.
func (w *written) Name() string {
	if f, ok := w.Writer.(interface{ Name() string }); ok {
		return f.Name()
	}
	return ""
}

// sinkOptions say how the output is written: as its name says, otherwise as the input is, and a spreadsheet as csv. Of Parquet, columns that are kept keep their types. What
// was a text in a spreadsheet must not become a formula in the csv file that is opened in one again.
func (c *desensitizeCommand) sinkOptions(p *desensitize.Policy, source stream.Source) (stream.SinkOptions, error) {
	o := stream.SinkOptions{Format: source.Info().Format}
	if format, compression := stream.SuffixFormat(c.Out); format != "" {
		o.Format, o.Compression = format, compression
	}
	if source.Info().Format == stream.Rows {
		if o.Format == stream.Rows {
			o.Format = stream.CSV
		}
		o.Guard = o.Format == stream.CSV
	}
	plan, err := p.Explain(source.Columns())
	if err != nil {
		return o, err
	}
	keep := make([]bool, len(plan.Columns))
	for i := range plan.Columns {
		keep[i] = plan.Columns[i].Apply == "keep()"
	}
	o.Schema = source.Info().Schema.Keep(keep)
	return o, nil
}

func copyFile(w io.Writer, name string) error {
	f, err := os.Open(name) // #nosec G304 -- a file of our own
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}

// sameFile reports whether two names are of one file.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// tell prints the report: on standard error where the table itself goes to standard output.
func (c *desensitizeCommand) tell(a *app, r *desensitize.Report) error {
	if c.Report != "" {
		if err := c.report(a, r); err != nil {
			return err
		}
	}
	w := a.stdout
	if c.Out == "-" {
		w = a.stderr
	}
	if a.JSON {
		text, err := encode(r)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	}
	_, err := fmt.Fprint(w, r.Text(a.lang))
	return err
}

// report writes the report to its file.
func (c *desensitizeCommand) report(a *app, r *desensitize.Report) error {
	var text bytes.Buffer
	if strings.HasSuffix(strings.ToLower(c.Report), ".html") {
		if err := r.WriteHTML(&text, a.lang); err != nil {
			return err
		}
	} else {
		line, err := encode(r)
		if err != nil {
			return err
		}
		text.Write(line)
	}
	return atomicfile.Write(c.Report, text.Bytes(), 0o600)
}

func (c *desensitizeCommand) explain(a *app, p *desensitize.Policy, columns []string) error {
	plan, err := p.Explain(columns)
	if err != nil {
		return err
	}
	if a.JSON {
		return a.printJSON(plan)
	}
	_, err = fmt.Fprint(a.stdout, plan.Text(a.lang))
	return err
}
