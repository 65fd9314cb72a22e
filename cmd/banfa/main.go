// Command banfa checks, tests and runs rule files. Everything it does is a call of the library.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/banfa-go/banfa/internal/message"
)

// The exit statuses.
const (
	statusOK       = 0
	statusError    = 1 // an error of ours: facts that cannot be taken, files that cannot be read
	statusUsage    = 2
	statusFindings = 3 // in rule files
	statusFailed   = 4 // cases
	statusRefused  = 5 // by policy
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second ^C ends the process at once
	status := run(ctx, &system{
		args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now,
		terminal: isTerminal(os.Stdout), errTerminal: isTerminal(os.Stderr),
	})
	stop()
	os.Exit(status)
}

// system is what the command sees of the machine, so that tests can stand in for it.
type system struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	terminal       bool // whether stdout is one
	errTerminal    bool // whether stderr is

	gone bool // whether the reader of stdout is
}

// Write writes to standard output, and notes when its reader has gone: that ends a run quietly, and is no error. A pipe to another
// process that breaks is one.
func (s *system) Write(p []byte) (int, error) {
	n, err := s.stdout.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		s.gone = true
	}
	return n, err
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// globals are the flags that every command has.
type globals struct {
	Rules []string `help:"Rule files or folders to use instead of the embedded pack; again for each." placeholder:"PATH" sep:"none"`
	JSON  bool     `name:"json" help:"Print JSON, one object a line."`
	Lang  string   `help:"Language of texts: zh or en (by default the locale's)." enum:",zh,en" default:"" placeholder:"zh|en"`
}

const description = "Rule files for opening public data: check, test and apply them."

type commands struct {
	globals

	Check       checkCommand       `cmd:"" help:"Parse, type-check, lint and analyse rule files."`
	Test        testCommand        `cmd:"" help:"Run suites."`
	Fmt         fmtCommand         `cmd:"" help:"Lay rule files out canonically, comments kept."`
	Classify    classifyCommand    `cmd:"" help:"Decide open types, with reasons, missing facts and paths to a more open type."`
	Ask         askCommand         `cmd:"" help:"Interview: ask only what can still change the answer."`
	Change      changeCommand      `cmd:"" help:"Decide whether a recorded open type may be changed (Art. 15)."`
	Due         dueCommand         `cmd:"" help:"Compute when a deadline ends, with its day-by-day proof."`
	Catalog     catalogCommand     `cmd:"" help:"Keep base and open catalogs: import, check, derive, compare, export."`
	Open        openCommand        `cmd:"" help:"From a base catalog to its report and open catalog, in one go (Arts. 17 to 20)."`
	Decide      decideCommand      `cmd:"" help:"Advise on an access application: approve, reject or incomplete, with reasons (Arts. 24 to 27, 40 to 44)."`
	Conditions  conditionsCommand  `cmd:"" help:"What conditions publish up front: form, materials, draft agreement (Arts. 41, 43)."`
	Lifecycle   lifecycleCommand   `cmd:"" help:"Where a case stands: states, events and what is legal now."`
	Monitor     monitorCommand     `cmd:"" help:"Watch usage events: JSON lines in, alerts out (Art. 59)."`
	Desensitize desensitizeCommand `cmd:"" help:"De-identify a file by a policy and keep the processing record (Arts. 36, 55)."`
	Risk        riskCommand        `cmd:"" help:"Measure the re-identification risk of a file."`
	Anonymise   anonymiseCommand   `cmd:"" help:"Find the generalisation of least loss that meets a privacy model."`
	Scan        scanCommand        `cmd:"" help:"Look for identifiers left in any cell."`
	Record      recordCommand      `cmd:"" help:"Verify processing records: chain and signature."`
	Reveal      revealCommand      `cmd:"" help:"Find out what one pseudonym stands for: an audited act of the second key holder."`
	Coverage    coverageCommand    `cmd:"" help:"Show article, rules and cases side by side."`
	Schema      schemaCommand      `cmd:"" help:"Print the JSON Schema of rule files, or of one file's facts."`
	Executor    executorCommand    `cmd:"" help:"Answer the executor protocol on standard input and output."`
	HelpOn      helpCommand        `cmd:"" name:"help" help:"Show the help of a command."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

// app is one run of the command.
type app struct {
	*system
	*globals
	ctx  context.Context
	lang string
}

// statusFault ends a run with a status. An empty text has been said already.
type statusFault struct {
	status int
	err    error
}

func (f *statusFault) Error() string {
	if f.err == nil {
		return ""
	}
	return f.err.Error()
}

func (f *statusFault) Unwrap() error { return f.err }

func fail(status int, err error) error { return &statusFault{status, err} }

func quiet(status int) error { return &statusFault{status: status} }

// exited carries kong's wish to end (after --help) past its own control flow.
type exited int

// run parses the arguments and runs a command, and returns its exit status.
func run(ctx context.Context, sys *system) (status int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exited:
			status = int(r)
		default:
			_, _ = fmt.Fprintf(sys.stderr, "banfa: internal error: %v\n%s", r, debug.Stack())
			status = statusError
		}
	}()
	var c commands
	lang := languageOf(sys.args, sys.getenv)
	parser, err := kong.New(&c,
		kong.Name("banfa"), kong.Description(description),
		kong.Writers(sys.stdout, sys.stderr), kong.Exit(func(code int) { panic(exited(code)) }),
		kong.Help(helpPrinter(lang)),
	)
	if err != nil {
		_, _ = fmt.Fprintln(sys.stderr, "banfa:", err)
		return statusError
	}
	parsed, err := parser.Parse(sys.args)
	if err != nil {
		_, _ = fmt.Fprintf(sys.stderr, "banfa: %s\n", usageText(lang, err))
		return statusUsage
	}
	own := *sys
	own.stdout = sys
	own.stdin = newInterruptible(ctx, sys.stdin)
	a := &app{system: &own, globals: &c.globals, ctx: ctx, lang: lang}
	err = parsed.Run(a, parser)
	if err != nil && sys.gone {
		return statusOK // the reader has had enough
	}
	return a.finish(err)
}

func (a *app) finish(err error) int {
	if err == nil {
		return statusOK
	}
	status := statusError
	var f *statusFault
	if errors.As(err, &f) {
		status = f.status
		if f.err == nil {
			return status
		}
	}
	if a.JSON {
		if writeErr := a.printJSON(map[string]any{"error": errorObject(err)}); writeErr == nil {
			return status
		}
	}
	_, _ = fmt.Fprintln(a.stderr, "banfa:", a.describe(err))
	return status
}

// language is --lang, or what the locale says.
func language(flag string, getenv func(string) string) string {
	if flag != "" {
		return flag
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return message.Chinese
			}
			return message.English
		}
	}
	return message.English
}

type versionCommand struct{}

// Run prints the module's version.
func (versionCommand) Run(a *app) error {
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintln(a.stdout, "banfa", version)
	return err
}
