package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// maxStdin bounds a rule file that comes from standard input.
const maxStdin = 2 << 20

// collect reads the rule files that paths name into one file system. Its names are the user's own spelling, as far as a file system
// allows, so that findings point where the user looks; names maps the others back.
func (a *app) collect(paths []string) (fsys fstest.MapFS, names map[string]string, err error) {
	fsys, names = fstest.MapFS{}, map[string]string{}
	read := false
	for _, p := range paths {
		if p == "-" {
			if read {
				return nil, nil, fail(statusUsage, said("standard input (-) can be read once only", "标准输入（-）只能读一次"))
			}
			read = true
			text, err := io.ReadAll(io.LimitReader(a.stdin, maxStdin))
			if err != nil {
				return nil, nil, err
			}
			put(fsys, names, "stdin.yaml", "<stdin>", text)
			continue
		}
		info, err := os.Stat(p)
		if err != nil {
			return nil, nil, err
		}
		if !info.IsDir() {
			if err := addFile(fsys, names, p); err != nil {
				return nil, nil, err
			}
			continue
		}
		err = filepath.WalkDir(p, func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && path != p && strings.HasPrefix(e.Name(), "."):
				return fs.SkipDir
			case e.IsDir() || !isRuleFile(path) || !readable(e):
				return nil
			}
			return addFile(fsys, names, path)
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return fsys, names, nil
}

func noRuleFiles(paths []string) error {
	return said("no rule files (.yaml, .yml) in %s", "%s 中没有规则文件（.yaml、.yml）", strings.Join(paths, ", "))
}

// readable reports whether an entry of a folder can be a file. To read a pipe or a device that stands there could wait for ever.
func readable(e fs.DirEntry) bool { return e.Type().IsRegular() || e.Type()&fs.ModeSymlink != 0 }

func isRuleFile(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yaml" || ext == ".yml"
}

func addFile(fsys fstest.MapFS, names map[string]string, path string) error {
	f, err := os.Open(path) // #nosec G304 -- the user names the file
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxStdin))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	put(fsys, names, path, path, text)
	return nil
}

// put adds a file under a name that a file system takes: no "..", not absolute, ending in .yaml.
func put(fsys fstest.MapFS, names map[string]string, path, shown string, text []byte) {
	key := filepath.ToSlash(filepath.Clean(path))
	key = strings.TrimLeft(key, "/")
	key = strings.ReplaceAll(key, "../", "up/")
	key = strings.ReplaceAll(key, "/.", "/_")
	key = strings.TrimPrefix(key, ".")
	if !isRuleFile(key) {
		key += ".yaml"
	}
	for fsys[key] != nil && names[key] != shown {
		key = "other/" + key // two of the user's names look alike once they are relative
	}
	fsys[key] = &fstest.MapFile{Data: text}
	names[key] = shown
}

// bundle is what a command works on.
type bundle struct {
	rules    *banfa.Rules
	findings *banfa.Diagnostics
	names    map[string]string // of files, as the user knows them
}

func (b *bundle) shown(file string) string {
	if s, ok := b.names[file]; ok {
		return s
	}
	return file
}

// load checks the files at paths, or the embedded pack where there are none.
func (a *app) load(paths []string, opts ...banfa.Option) (*bundle, error) {
	if len(paths) == 0 {
		fsys := fstest.MapFS{}
		if err := addPack(fsys); err != nil {
			return nil, err
		}
		return a.check(fsys, nil, opts...)
	}
	fsys, names, err := a.collect(paths)
	if err != nil {
		return nil, err
	}
	if len(fsys) == 0 {
		return nil, noRuleFiles(paths)
	}
	return a.check(fsys, names, opts...)
}

// check loads a file system for its findings, which are named as the user named the files.
func (a *app) check(fsys fstest.MapFS, names map[string]string, opts ...banfa.Option) (*bundle, error) {
	opts = append(opts, banfa.WithContext(a.ctx), banfa.Citable(shenzhen.FS()), banfa.Named(names))
	rules, ds, err := banfa.Check(besideFS{fsys, names}, opts...)
	if err != nil {
		return nil, err
	}
	return &bundle{rules, ds, names}, nil
}

// addPack puts the embedded pack into a file system, under the name that findings in it then have.
func addPack(fsys fstest.MapFS) error {
	pack := shenzhen.FS()
	return fs.WalkDir(pack, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(pack, path)
		fsys["shenzhen/"+path] = &fstest.MapFile{Data: text}
		return err
	})
}

// use loads the rules for a command that evaluates them.
func (a *app) use() (*banfa.Rules, error) {
	b, err := a.load(a.Rules)
	if err != nil {
		return nil, err
	}
	return a.sound(b)
}

// sound returns the rules of a bundle without errors; otherwise it shows them and ends the command.
func (a *app) sound(b *bundle) (*banfa.Rules, error) {
	if !b.findings.HasErrors() {
		return b.rules, nil
	}
	if err := b.findings.WriteText(a.stderr, a.textOptions(a.errTerminal)); err != nil {
		return nil, err
	}
	return nil, quiet(statusFindings)
}

func (a *app) textOptions(terminal bool) banfa.TextOptions {
	return banfa.TextOptions{Lang: a.lang, Color: terminal && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"}
}

// ruleFiles names the files that are no suites, without loading them.
func ruleFiles(fsys fstest.MapFS) []string {
	var out []string
	for name, f := range fsys {
		if !isSuite(f.Data) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func isSuite(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		if kind, ok := strings.CutPrefix(strings.TrimRight(line, " \r\n"), "kind:"); ok {
			return strings.Trim(strings.SplitN(kind, "#", 2)[0], " \t'\"") == "Suite"
		}
	}
	return false
}
