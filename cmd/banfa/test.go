package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing/fstest"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
)

type testCommand struct {
	Paths    []string `arg:"" optional:"" name:"suite" help:"Suites, or folders with suites and rule files. The embedded pack's suites by default."`
	Format   string   `help:"tree, json, junit or tap." enum:",tree,json,junit,tap" default:""`
	Only     string   `name:"run" help:"Run only the cases whose SUITE/CASE matches." placeholder:"REGEXP"`
	Verbose  bool     `short:"v" help:"Name the cases that pass too."`
	Coverage bool     `help:"Show what the suites exercise as well."`
	Executor *string  `help:"Check another implementation, a command that speaks the executor protocol." placeholder:"COMMAND"`
}

// Run runs suites.
func (c *testCommand) Run(a *app) error {
	rules, err := c.load(a)
	if err != nil {
		return err
	}
	opts := []conformance.Option{conformance.Now(a.now())}
	if c.Only != "" {
		re, err := regexp.Compile(c.Only)
		if err != nil {
			return fail(statusUsage, fmt.Errorf("--run: %w", err))
		}
		opts = append(opts, conformance.Only(re))
	}
	report, err := c.run(a, rules, opts)
	if err != nil && !errors.Is(err, conformance.ErrNothingRun) {
		return err
	}
	if err := c.write(a, report); err != nil {
		return err
	}
	if errors.Is(err, conformance.ErrNothingRun) {
		return fail(statusFailed, c.nothing(err))
	}
	if c.Coverage {
		if err := a.writeCoverage(rules, opts); err != nil {
			return err
		}
	}
	if report.Failed > 0 {
		return quiet(statusFailed)
	}
	return nil
}

// nothing says why no case was run, and what to do about it.
func (c *testCommand) nothing(err error) error {
	switch {
	case c.Only != "":
		return said("no case was run: no SUITE/CASE matches --run %q; banfa test -v names them all",
			"没有运行任何用例：没有“用例文件/用例”与 --run %q 匹配；banfa test -v 列出全部用例", c.Only)
	case len(c.Paths) > 0:
		return said("no case was run: %s has no suite (kind: Suite) whose cases can be run",
			"没有运行任何用例：%s 中没有可以运行的用例文件（kind: Suite）", strings.Join(c.Paths, ", "))
	}
	return err
}

// load finds suites and rules: rule files among the arguments are the rules, --rules adds to them; where there are none, the embedded
// pack.
func (c *testCommand) load(a *app) (*banfa.Rules, error) {
	if len(c.Paths) == 0 {
		return a.use()
	}
	given, names, added, err := a.gather(c.Paths)
	if err != nil {
		return nil, err
	}
	b, err := a.check(given, names)
	if err != nil {
		return nil, err
	}
	a.hintRules(b, added)
	return a.sound(b)
}

// gather reads the files that paths name. The rules of --rules are added to them; where there are suites alone and no --rules, those
// of the embedded pack. added says that rules were.
func (a *app) gather(paths []string) (fsys fstest.MapFS, names map[string]string, added bool, err error) {
	if fsys, names, err = a.collect(paths); err != nil {
		return nil, nil, false, err
	}
	if len(fsys) == 0 {
		return nil, nil, false, noRuleFiles(paths)
	}
	if len(a.Rules) == 0 && len(ruleFiles(fsys)) > 0 {
		return fsys, names, false, nil
	}
	return fsys, names, true, a.addRules(fsys, names)
}

// hintRules tells whoever names suites of other rules than the embedded pack's how to name these too.
func (a *app) hintRules(b *bundle, added bool) {
	if b == nil || !added || len(a.Rules) > 0 {
		return
	}
	for d := range b.findings.All() {
		if d.Code == "BF5006" {
			_, _ = fmt.Fprintln(a.stderr, "banfa:", pick(a.lang,
				"only suites are named, so the rules are the embedded pack's; name others beside them, or with --rules PATH",
				"只指定了用例，规则用的是内置规则包；请一并指定规则文件，或者用 --rules 路径"))
			return
		}
	}
}

// addRules lays the rules to be used under a set of suites, without suites of their own.
func (a *app) addRules(fsys fstest.MapFS, names map[string]string) error {
	rules, ruleNames := fstest.MapFS{}, map[string]string{}
	var err error
	if len(a.Rules) == 0 {
		err = addPack(rules)
	} else {
		rules, ruleNames, err = a.collect(a.Rules)
	}
	if err != nil {
		return err
	}
	for _, name := range ruleFiles(rules) {
		shown, ok := ruleNames[name]
		if !ok {
			shown = name
		}
		put(fsys, names, name, shown, rules[name].Data)
	}
	return nil
}

func (c *testCommand) run(a *app, rules *banfa.Rules, opts []conformance.Option) (*conformance.Report, error) {
	if c.Executor == nil {
		return conformance.Run(a.ctx, rules, opts...)
	}
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	words := strings.Fields(*c.Executor)
	if len(words) == 0 {
		return nil, fail(statusUsage, said("--executor: name a command", "--executor：请写命令"))
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) // #nosec G204 -- the user names the command
	cmd.Stderr = a.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	report, err := conformance.RunExecutor(ctx, out, in, rules, opts...)
	if closeErr := in.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		cancel()
		_ = cmd.Wait() // its own failure says less than ours
		return report, err
	}
	return report, cmd.Wait()
}

func (c *testCommand) write(a *app, r *conformance.Report) error {
	format := c.Format
	if format == "" && a.JSON {
		format = "json"
	}
	switch format {
	case "json":
		return r.WriteJSON(a.stdout)
	case "junit":
		return r.WriteJUnit(a.stdout, a.lang)
	case "tap":
		return r.WriteTAP(a.stdout, a.lang)
	}
	return r.WriteTree(a.stdout, a.lang, c.Verbose)
}

type coverageCommand struct{}

// Run shows article, rules and cases side by side.
func (coverageCommand) Run(a *app) error {
	rules, err := a.use()
	if err != nil {
		return err
	}
	return a.writeCoverage(rules, []conformance.Option{conformance.Now(a.now())})
}

func (a *app) writeCoverage(rules *banfa.Rules, opts []conformance.Option) error {
	cov, err := conformance.Cover(a.ctx, rules, opts...)
	if err != nil {
		return err
	}
	if a.JSON {
		return cov.WriteJSON(a.stdout)
	}
	return cov.WriteText(a.stdout, a.lang)
}

// exercised adds a warning for each rule that the bundle's suites never exercise.
func (a *app) exercised(b *bundle) error {
	if b.rules == nil {
		return nil
	}
	cov, err := conformance.Cover(a.ctx, b.rules, conformance.Now(a.now()))
	if err != nil {
		return err
	}
	found := cov.Findings()
	for i := range found {
		found[i].File = b.shown(found[i].File)
	}
	b.findings.Add(found...)
	b.findings.Sort()
	return nil
}

type executorCommand struct{}

// Run answers the executor protocol on standard input and output, so that these very rules can be compared with another
// implementation's.
func (executorCommand) Run(a *app) error {
	rules, err := a.use()
	if err != nil {
		return err
	}
	return conformance.Serve(a.ctx, a.stdin, a.stdout, rules)
}
