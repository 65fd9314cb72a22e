package expr

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/civil"
)

var updateCEL = flag.Bool("update-cel", false, "write the golden files of cel-go's functions and messages anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateCEL {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	wanted, lines := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(wanted), len(lines)) {
		if i >= len(wanted) || i >= len(lines) || wanted[i] != lines[i] {
			from := max(0, i-3)
			assert.Failf(t, path, "differs at line %d; if that is meant, run go test ./internal/expr -update-cel and read the diff\nwant\n%s\ngot\n%s",
				i+1, strings.Join(wanted[min(from, len(wanted)):min(i+3, len(wanted))], "\n"),
				strings.Join(lines[min(from, len(lines)):min(i+3, len(lines))], "\n"))
			return
		}
	}
}

type testApplicant struct {
	Level int
	Name  string
}

// issueNames are the names that the expressions of the golden file may use.
func issueNames() []string {
	return []string{
		"security_risk", "consent_obtained", "level", "fee", "due", "now", "title", "tags", "counts", "applicant", "age",
		"applicant.Level", "applicant.Name",
	}
}

func issueEnv(t testing.TB) *cel.Env {
	opts := append(libraries(), decimalLibrary(), dateLibrary(civil.Zone, everyDay{}))
	opts = append(opts, limitOptions(2000, 60)...)
	opts = append(opts,
		cel.Types(cel.NativeTypeFor[testApplicant](types.NativeTypeAlias("object.applicant"))),
		cel.Variable("security_risk", cel.StringType), cel.Variable("consent_obtained", cel.BoolType),
		cel.Variable("level", cel.IntType), cel.Variable("fee", decimalType), cel.Variable("due", dateType),
		cel.Variable("now", cel.TimestampType), cel.Variable("title", cel.StringType),
		cel.Variable("tags", cel.ListType(cel.StringType)), cel.Variable("counts", cel.MapType(cel.StringType, cel.IntType)),
		cel.Variable("age", cel.OptionalType(cel.IntType)),
		cel.Variable("applicant", cel.ObjectType("object.applicant")),
	)
	env, err := cel.NewCustomEnv(opts...)
	require.NoError(t, err)
	return env
}

// explain writes an expression, what cel-go says about it and what the issues are.
func explain(env *cel.Env, text string) string {
	var out strings.Builder
	for _, line := range strings.Split(text, "\n") {
		fmt.Fprintf(&out, "> %s\n", line)
	}
	_, iss := env.Compile(text)
	for i, e := range iss.Errors() {
		if i == 3 {
			fmt.Fprintf(&out, "cel-go  and %d more\n", len(iss.Errors())-i)
			break
		}
		fmt.Fprintf(&out, "cel-go  %d:%d %s\n", e.Location.Line(), e.Location.Column(), e.Message)
	}
	issues := translate(text, iss, append(issueNames(), functionNames(env)...))
	runes := []rune(text)
	for _, i := range issues {
		fmt.Fprintf(&out, "issue   %s %s", i.Code, i.Key)
		for _, arg := range i.Args {
			fmt.Fprintf(&out, " %q", arg)
		}
		fmt.Fprintf(&out, "\n        %d-%d  %s\n", i.Start, i.End, clipped(string(runes[i.Start:i.End])))
		if i.Fix != "" {
			fmt.Fprintf(&out, "        fix  %s\n", i.Fix)
		}
	}
	if len(issues) == 0 {
		out.WriteString("        nothing\n")
	}
	return out.String()
}

// TestIssues reads its expressions from the golden file, where each stands behind >, and writes what comes of them
// below: cel-go's own words, which an upgrade may change, and ours, which it must not.
func TestIssues(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "issues.golden"))
	require.NoError(t, err)
	env := issueEnv(t)
	var out strings.Builder
	var lines []string
	flush := func() {
		if lines != nil {
			out.WriteString(explain(env, strings.Join(lines, "\n")))
			lines = nil
		}
	}
	for _, line := range strings.Split(strings.TrimRight(string(file), "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "> "), line == ">":
			lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(line, ">"), " "))
		case strings.HasPrefix(line, "#"), line == "":
			flush()
			out.WriteString(line + "\n")
		default:
			flush()
		}
	}
	flush()
	golden(t, "issues.golden", out.String())
}

// TestFunctions pins everything that expressions can call: an upgrade of cel-go that adds or changes a function shows here,
// and is to be met with the versions in small_lib.go.
func TestFunctions(t *testing.T) {
	env := issueEnv(t)
	var lines []string
	for name, f := range env.Functions() {
		for _, o := range f.OverloadDecls() {
			var args []string
			for _, a := range o.ArgTypes() {
				args = append(args, cel.FormatCELType(a))
			}
			kind := "function"
			if o.IsMemberFunction() {
				kind = "method  "
			}
			lines = append(lines, fmt.Sprintf("%s %s(%s) %s  [%s]", kind, name, strings.Join(args, ", "), cel.FormatCELType(o.ResultType()), o.ID()))
		}
	}
	for _, m := range env.Macros() {
		lines = append(lines, fmt.Sprintf("macro    %s", m.MacroKey()))
	}
	sort.Strings(lines)
	golden(t, "functions.golden", strings.Join(lines, "\n")+"\n")
}
