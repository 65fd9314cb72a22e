package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/internal/atomicfile"
	"github.com/banfa-go/banfa/internal/stream"
)

// usage says which options do not go together.
func (c *desensitizeCommand) usage() error {
	switch {
	case c.Out == "":
		return fail(statusUsage, said("say where to write with --out, or use --dry-run", "请用 --out 指明写到哪里，或者用 --dry-run"))
	case c.Resume && (c.In == "-" || c.Out == "-"):
		return fail(statusUsage, said("--resume needs files: standard input and output cannot be read twice", "--resume 须用文件：标准输入、标准输出不能重读"))
	case (c.Vault == "") != (c.Holder == ""):
		return fail(statusUsage, said("--vault and --holder go together", "--vault 和 --holder 须同时给出"))
	}
	return nil
}

// status is the exit status of an error: 5 where a rule or a limit of the policy refuses.
func (c *desensitizeCommand) status(err error) error {
	var refused *desensitize.ReleaseRefusedError
	var budget *desensitize.BudgetError
	var vault *desensitize.VaultError
	var missing *desensitize.BudgetMissingError
	switch {
	case errors.As(err, &refused), errors.As(err, &budget), errors.As(err, &vault):
		return fail(statusRefused, err)
	case errors.As(err, &missing):
		return fail(statusUsage, said("policy %s adds noise (%s): give a ledger with --budget, or say --no-budget",
			"策略 %s 加噪（%s）：请用 --budget 给出隐私预算台账，或者写明 --no-budget", missing.Policy, strings.Join(missing.Columns, ", ")))
	}
	return err
}

// prepare makes the options of a run, and what is written down or opened before its first row. What the policy refuses is refused before anything is spent.
func (c *desensitizeCommand) prepare(
	a *app, p *desensitize.Policy, source stream.Source, f *finished,
) (opts []desensitize.RunOption, spool *desensitize.Spool, err error) {
	opts = []desensitize.RunOption{desensitize.Workers(c.Workers)}
	if c.Workers == 0 {
		opts[0] = desensitize.Workers(runtime.GOMAXPROCS(0))
	}
	if c.Record != "" || c.Report != "" {
		opts = append(opts, desensitize.MeasureBefore())
	}
	if strings.HasSuffix(strings.ToLower(c.Report), ".html") {
		opts = append(opts, desensitize.Distributions())
	}
	if err := p.Check(source.Columns()); err != nil {
		return nil, nil, err
	}
	if columns := p.Shuffles(); len(columns) > 0 {
		if err := c.readTwice(columns); err != nil {
			return nil, nil, err
		}
		opts = append(opts, desensitize.Reread(func() (desensitize.Source, error) { return c.open(a) }))
	}
	if f.vaults, err = c.openVaults(p); err != nil {
		return nil, nil, err
	}
	opts = append(opts, f.vaults.opts...)
	at := c.At.Time
	if c.Resume {
		if spool, err = c.openSpool(p, source); err != nil {
			return nil, nil, errors.Join(err, f.vaults.discard())
		}
		if was, started, ok := spool.Resumed(); ok {
			f.started = started
			if c.At.IsZero() {
				at = was
			}
			_, _ = fmt.Fprintf(a.stderr, pick(a.lang, "going on after row %d of an interrupted run\n", "从上次中断的第 %d 行之后继续\n"), spool.Done()) // only said
		}
		opts = append(opts, desensitize.Resumable(spool))
	}
	if !at.IsZero() {
		opts = append(opts, desensitize.At(at))
	}
	budget, err := c.spend(a, p, f)
	if err != nil {
		err = errors.Join(err, f.vaults.discard())
		if spool != nil {
			err = errors.Join(err, spool.Close())
		}
		return nil, nil, err
	}
	return append(opts, budget...), spool, nil
}

// readTwice makes sure that the input can be read twice, and will be the same.
func (c *desensitizeCommand) readTwice(columns []string) error {
	if c.In == "-" {
		return fail(statusUsage, said("%s: shuffle reads the input twice; give a file, not standard input", "列 %s 须置换（shuffle），输入要读两遍；请给出文件，不要用标准输入", strings.Join(columns, ", ")))
	}
	_, err := c.digestBefore()
	return err
}

// spend writes down what the noise of the run costs.
func (c *desensitizeCommand) spend(a *app, p *desensitize.Policy, f *finished) ([]desensitize.RunOption, error) {
	switch {
	case c.NoLedge:
		return []desensitize.RunOption{desensitize.Unbudgeted()}, nil
	case c.Budget == "" || !p.Noisy():
		return nil, nil
	}
	// What standard input holds is known only afterwards: each run of it is a release of its own.
	release := "<stdin> " + a.now().UTC().Format(time.RFC3339Nano)
	if c.In != "-" {
		in, err := c.digestBefore()
		if err != nil {
			return nil, err
		}
		if release, err = p.ReleaseID(*in); err != nil {
			return nil, err
		}
	}
	var err error
	if f.budget, err = p.SpendBudgetFile(c.Budget, release); err != nil {
		return nil, err
	}
	return []desensitize.RunOption{desensitize.Budgeted(f.budget)}, nil
}

// digestBefore digests the input before the run, once.
func (c *desensitizeCommand) digestBefore() (*desensitize.RecordFile, error) {
	if c.input != nil {
		return c.input, nil
	}
	in, err := c.digestFile()
	if err != nil {
		return nil, err
	}
	c.input = &in
	return c.input, nil
}

// openSpool opens what an interrupted run has left beside the output.
func (c *desensitizeCommand) openSpool(p *desensitize.Policy, source stream.Source) (*desensitize.Spool, error) {
	in, err := c.digestBefore()
	if err != nil {
		return nil, err
	}
	o, err := c.sinkOptions(p, source)
	if err != nil {
		return nil, err
	}
	folder, name := filepath.Split(c.Out)
	return desensitize.OpenSpool(filepath.Join(folder, "."+name+".banfa-partial"), *in, string(o.Format)+" "+string(o.Compression))
}

// leave keeps the spool of a run that was interrupted, and removes that of one that is over.
func leave(s *desensitize.Spool, err error) error {
	var refused *desensitize.ReleaseRefusedError
	var value *desensitize.ValueError
	var retyped *desensitize.RetypedError
	if err == nil || errors.As(err, &refused) || errors.As(err, &value) || errors.As(err, &retyped) {
		return s.Remove()
	}
	return s.Close()
}

// vaultFiles are the vaults of a run, one for each column that may be reversed.
type vaultFiles struct {
	files  []*atomicfile.File
	opts   []desensitize.RunOption
	holder desensitize.RecordKey
}

// openVaults begins the vaults: FILE, or FILE.COLUMN where the policy allows the reversal of several columns.
func (c *desensitizeCommand) openVaults(p *desensitize.Policy) (*vaultFiles, error) {
	v := &vaultFiles{}
	if c.Vault == "" {
		return v, nil
	}
	name, columns := p.Reversible()
	if len(columns) == 0 {
		return nil, &desensitize.VaultError{Policy: p.Name()}
	}
	text, err := os.ReadFile(c.Holder)
	if err != nil {
		return nil, err
	}
	holder, err := desensitize.VaultHolderOf(text)
	if err != nil {
		return nil, err
	}
	v.holder = desensitize.RecordKey{Name: name, ID: holder.ID()}
	for _, column := range columns {
		place := c.Vault
		if len(columns) > 1 {
			place += "." + column
		}
		f, err := atomicfile.Create(place, 0o600)
		if err != nil {
			return nil, errors.Join(err, v.discard())
		}
		v.files = append(v.files, f)
		w, err := desensitize.NewVaultWriter(f, holder, rand.Reader, p.Name(), column)
		if err != nil {
			return nil, errors.Join(err, v.discard())
		}
		v.opts = append(v.opts, desensitize.KeepVault(column, w))
	}
	return v, nil
}

// keys name the holder for the record.
func (v *vaultFiles) keys() []desensitize.RecordKey {
	if len(v.files) == 0 {
		return nil
	}
	return []desensitize.RecordKey{v.holder}
}

func (v *vaultFiles) commit() error {
	for _, f := range v.files {
		if err := f.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (v *vaultFiles) discard() error {
	var errs []error
	for _, f := range v.files {
		errs = append(errs, f.Discard())
	}
	return errors.Join(errs...)
}
