package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/atomicfile"
	"github.com/banfa-go/banfa/internal/format"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/source"
)

type fmtCommand struct {
	Write bool     `short:"w" xor:"to" help:"Write the result back to the file."`
	Diff  bool     `short:"d" xor:"to" help:"Print differences, and end with status 3 where there are any."`
	Paths []string `arg:"" name:"path" help:"Rule files or folders; - reads one file from standard input."`
}

// Run lays rule files out. No file is written unless all of them can be read.
func (c *fmtCommand) Run(a *app) error {
	if c.Write && slices.Contains(c.Paths, "-") {
		return fail(statusUsage, said("-w cannot write standard input back; leave -w out to print the result",
			"-w 不能写回标准输入；去掉 -w 就会输出结果"))
	}
	files, err := a.formatInputs(c.Paths)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return noRuleFiles(c.Paths)
	}
	results := make([]*format.Result, len(files))
	bad := banfa.NewDiagnostics(map[string]string{})
	for i, f := range files {
		r, problems, err := format.Source(f.name, f.text, source.DefaultLimits())
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if len(problems) > 0 {
			bad.AddProblems(f.name, string(f.text), problems)
		}
		results[i] = r
	}
	if bad.HasErrors() {
		bad.Sort()
		if err := bad.WriteText(a.stderr, a.textOptions(a.errTerminal)); err != nil {
			return err
		}
		return quiet(statusFindings)
	}
	differs := false
	for i, f := range files {
		differs = differs || results[i].Changed
		a.sayReorders(f.name, results[i].Reorders)
		if err := c.put(a, f, results[i]); err != nil {
			return err
		}
	}
	if c.Diff && differs {
		return quiet(statusFindings)
	}
	return nil
}

// sayReorders tells where keys changed their places: an author should know, although it means nothing to the rules.
func (a *app) sayReorders(file string, list []format.Reorder) {
	for _, r := range list {
		where := fmt.Sprintf("%s:%d: ", message.Visible(file), r.At.Line)
		if r.Path != "" {
			where += r.Path + ": "
		}
		_, _ = fmt.Fprintln(a.stderr, where+pick(a.lang, "keys put in order: ", "键已按次序排列：")+strings.Join(r.Keys, ", "))
	}
}

func (c *fmtCommand) put(a *app, f formatInput, r *format.Result) (err error) {
	switch {
	case c.Diff && r.Changed:
		_, err = io.WriteString(a.stdout, format.Diff(f.name, f.text, r.Text))
	case c.Diff:
	case c.Write && r.Changed:
		const perm = 0o644
		err = atomicfile.Write(f.name, r.Text, perm)
	case c.Write:
	default:
		_, err = a.stdout.Write(r.Text)
	}
	return err
}

type formatInput struct {
	name string
	text []byte
}

func (a *app) formatInputs(paths []string) ([]formatInput, error) {
	var out []formatInput
	for _, p := range paths {
		if p == "-" {
			text, err := io.ReadAll(io.LimitReader(a.stdin, maxStdin))
			if err != nil {
				return nil, err
			}
			out = append(out, formatInput{"<stdin>", text})
			continue
		}
		err := filepath.WalkDir(p, func(path string, e os.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && path != p && strings.HasPrefix(e.Name(), "."):
				return fs.SkipDir
			case e.IsDir() || path != p && !isRuleFile(path) || !readable(e):
				return nil
			}
			text, err := os.ReadFile(path) // #nosec G304 G122 -- the user names the files
			out = append(out, formatInput{path, text})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
