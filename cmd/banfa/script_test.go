package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/*.txt")

// fixedNow is the time of every test: answers must not depend on the day they are computed.
var fixedNow = time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("CST", 8*60*60))

// command runs the command in this process as a person would, with an environment of its own.
type command struct {
	args  []string
	stdin string
	env   map[string]string
}

type output struct {
	stdout, stderr string
	status         int
}

func (c command) run(t *testing.T) output {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), &system{
		args: c.args, stdin: strings.NewReader(c.stdin), stdout: &stdout, stderr: &stderr,
		getenv: func(name string) string { return c.env[name] }, now: fixed,
	})
	return output{stdout.String(), stderr.String(), status}
}

// invoke runs the command in English.
func invoke(t *testing.T, stdin string, args ...string) output {
	t.Helper()
	return command{args: args, stdin: stdin}.run(t)
}

// A script is a text file of sections, `-- name --` and the lines below it:
//
//	-- file NAME --      a file that exists before the first step, in an empty folder
//	-- env --            NAME=VALUE lines, for the steps that follow
//	-- run ARGS --       a step; words are separated by blanks, single quotes keep blanks in a word
//	-- stdin --          of the step
//	-- stdout --         what it must print there; absent, nothing
//	-- stdout has --     in its place: texts that must be found in it, one a line
//	-- stderr --         likewise, and `stderr has`
//	-- status --         the exit status; absent, 0
//	-- now NAME --       what a file must hold after the step
//
// Text above the first section is a comment. In arguments and output $PACK stands for the folder of the Shenzhen pack, $CITY for the
// quickstart's data and $DIR for the folder of the test; a digest in the output is written sha256:….
type section struct{ name, text string }

var header = regexp.MustCompile(`(?m)^-- (.+) --\n`)

func parseScript(text string) (comment string, sections []section) {
	at := header.FindAllStringSubmatchIndex(text, -1)
	if len(at) == 0 {
		return text, nil
	}
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		sections = append(sections, section{text[m[2]:m[3]], text[m[1]:end]})
	}
	return text[:at[0][0]], sections
}

func formatScript(comment string, sections []section) string {
	var b strings.Builder
	b.WriteString(comment)
	for _, s := range sections {
		fmt.Fprintf(&b, "-- %s --\n%s", s.name, s.text)
	}
	return b.String()
}

func TestScripts(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	places := newPlaces(t)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			path, err := filepath.Abs(name)
			require.NoError(t, err)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			comment, sections := parseScript(string(text))
			got := places.play(t, sections)
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(formatScript(comment, got)), 0o644))
				return
			}
			assert.Equal(t, formatScript(comment, sections), formatScript(comment, got))
		})
	}
}

// places are the folders that scripts name.
type places struct{ pack, city string }

func newPlaces(t *testing.T) places {
	t.Helper()
	pack, err := filepath.Abs("../../measures/shenzhen")
	require.NoError(t, err)
	city, err := filepath.Abs("../../examples/quickstart/data")
	require.NoError(t, err)
	return places{pack, city}
}

var digest = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

func (p places) hide(dir, s string) string {
	s = strings.NewReplacer(p.pack, "$PACK", p.city, "$CITY", dir, "$DIR").Replace(s)
	return digest.ReplaceAllString(s, "sha256:…")
}

// play runs the steps of a script in a folder of its own, and returns the sections as they came out.
func (p places) play(t *testing.T, sections []section) []section {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	t.Chdir(dir)
	env := map[string]string{}
	var out []section
	for i := 0; i < len(sections); i++ {
		s := sections[i]
		switch kind, arg, _ := strings.Cut(s.name, " "); kind {
		case "file":
			require.NoError(t, os.MkdirAll(filepath.Dir(arg), 0o755))
			require.NoError(t, os.WriteFile(arg, []byte(s.text), 0o644))
			out = append(out, s)
		case "env":
			for line := range strings.Lines(s.text) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
				env[name] = value
			}
			out = append(out, s)
		case "run":
			end := i + 1
			for end < len(sections) && !startsStep(sections[end].name) {
				end++
			}
			out = append(out, s)
			out = append(out, p.step(t, dir, env, arg, sections[i+1:end])...)
			i = end - 1
		default:
			require.Fail(t, "a script has no such section", s.name)
		}
	}
	return out
}

func startsStep(name string) bool {
	kind, _, _ := strings.Cut(name, " ")
	return kind == "run" || kind == "file" || kind == "env"
}

// step runs one command and returns its sections with what it did: those of output come in a fixed order.
func (p places) step(t *testing.T, dir string, env map[string]string, line string, given []section) []section {
	t.Helper()
	line = strings.NewReplacer("$PACK", p.pack, "$CITY", p.city, "$DIR", dir).Replace(line)
	has := map[string]string{}
	var out, after []section
	stdin := ""
	for _, s := range given {
		switch kind, arg, _ := strings.Cut(s.name, " "); kind {
		case "stdin":
			stdin = s.text
			out = append(out, s)
		case "stdout", "stderr":
			if arg == "has" {
				has[kind] = s.text
			}
		case "status":
		case "now":
			after = append(after, section{s.name, arg})
		default:
			require.Fail(t, "a step has no such section", s.name)
		}
	}
	got := command{args: words(line), stdin: stdin, env: env}.run(t)
	for _, stream := range []section{{"stdout", got.stdout}, {"stderr", got.stderr}} {
		text := p.hide(dir, stream.text)
		if wanted, ok := has[stream.name]; ok {
			for one := range strings.Lines(wanted) {
				assert.Contains(t, text, strings.TrimSuffix(one, "\n"), line)
			}
			out = append(out, section{stream.name + " has", wanted})
		} else if text != "" {
			if !strings.HasSuffix(text, "\n") {
				text += "(no line end)\n"
			}
			out = append(out, section{stream.name, text})
		}
	}
	if got.status != statusOK {
		out = append(out, section{"status", fmt.Sprintln(got.status)})
	}
	for _, s := range after {
		text, err := os.ReadFile(s.text)
		require.NoError(t, err)
		out = append(out, section{s.name, string(text)})
	}
	return out
}

// words splits a command line: blanks separate, a word in single quotes keeps them and may be empty.
func words(line string) []string {
	var out []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

func fixed() time.Time { return fixedNow }

// cancelled is a context that has ended.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
