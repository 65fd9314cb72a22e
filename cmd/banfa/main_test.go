package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa/internal/grammar"
)

func TestStatus(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte("apiVersion: banfa/v1\nkind: Suite\n"), 0o644))
	for _, c := range []struct {
		name  string
		args  []string
		stdin string
		want  int
	}{
		{"0: an answer", []string{"classify", "--facts", "-"}, `{"state_secret": true}`, statusOK},
		{"1: facts that cannot be taken", []string{"classify", "--facts", "-"}, `{"state_secret": 1}`, statusError},
		{"2: a command that does not exist", []string{"chek"}, "", statusUsage},
		{"3: findings in rule files", []string{"check", bad}, "", statusFindings},
		{"4: failed cases", []string{"test", "--run", "^no such case$"}, "", statusFailed},
		{
			"5: refused by policy",
			[]string{"change", "--from", "closed", "--to", "conditional", "--classified", "closed"},
			"", statusRefused,
		},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, invoke(t, c.stdin, c.args...).status) })
	}
}

// keys returns the keys of a JSON object in the order written.
func keys(t *testing.T, text string) []string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	_, err := dec.Token()
	require.NoError(t, err)
	var out []string
	for dec.More() {
		k, err := dec.Token()
		require.NoError(t, err)
		out = append(out, k.(string))
		var skipped json.RawMessage
		require.NoError(t, dec.Decode(&skipped))
	}
	return out
}

// The shapes that cli.md documents; what is beyond them stands before or behind.
func TestJSONHasTheDocumentedKeysInOrder(t *testing.T) {
	answer := invoke(t, `{}`, "classify", "--facts", "-", "--json").stdout
	assert.Equal(t, []string{
		"ruleset", "digest", "at", "status", "outcome", "determined", "possible", "missing", "rules", "grounds", "defeated", "conflicts",
		"review", "interpretations", "items", "held_back_by", "without_them", "paths", "errors", "facts_digest",
	}, keys(t, answer))
	report := invoke(t, "", "test", "--json", "--run", "secret").stdout
	assert.Equal(t, []string{"passed", "failed", "skipped", "cases"}, keys(t, report))
	var cases struct{ Cases []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(report), &cases))
	require.NotEmpty(t, cases.Cases)
	assert.Equal(t, []string{"suite", "id", "ok", "got", "want"}, keys(t, string(cases.Cases[0]))[:5])
	for _, text := range []string{answer, report} {
		assert.Equal(t, 1, strings.Count(text, "\n"), "one object a line")
	}
}

func TestAnEmptyListIsAListInJSON(t *testing.T) {
	out := invoke(t, `{}`, "classify", "--facts", "-", "--json").stdout
	var answer map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	for _, key := range []string{"rules", "grounds", "defeated", "conflicts", "items", "held_back_by", "paths", "errors"} {
		assert.Equal(t, "[]", string(answer[key]), key)
	}
}

func TestTheCityClassifiesAsAStreamInOrder(t *testing.T) {
	city := filepath.Join(newPlaces(t).city, "city.jsonl")
	text, err := os.ReadFile(city)
	require.NoError(t, err)
	got := invoke(t, "", "classify", "--facts", city, "--json")
	require.Equal(t, statusOK, got.status)
	assert.Empty(t, got.stderr)
	assert.Equal(t, names(t, string(text)), names(t, got.stdout))
	piped := invoke(t, string(text), "classify", "--facts", "-", "--json")
	assert.Equal(t, got, piped, "a file and standard input answer alike")
}

// names returns the name in each line of JSON.
func names(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(text) {
		var doc struct{ Name string }
		require.NoError(t, json.Unmarshal([]byte(line), &doc))
		out = append(out, doc.Name)
	}
	return out
}

// outcomes returns, for each line of an answered stream, the outcome or the error's code.
func outcomes(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(text) {
		var doc struct {
			Outcome string
			Error   struct{ Code string }
		}
		require.NoError(t, json.Unmarshal([]byte(line), &doc))
		out = append(out, doc.Outcome+doc.Error.Code)
	}
	return out
}

func TestABadLineIsAnsweredInItsPlaceAndTheStreamGoesOn(t *testing.T) {
	const good = `{"governed_by_other_law": true}` + "\n"
	huge := `{"name": "` + strings.Repeat("长", 700_000) + `"}` + "\n" // 2 MiB
	for name, bad := range map[string]string{
		"a line of 2 MiB":         huge,
		"a line of 2 MiB, no end": strings.Repeat("x", 2<<20) + "\n",
		"invalid UTF-8":           "{\"name\": \"\xff\"}\n",
		"no JSON":                 "hello\n",
		"two objects":             "{} {}\n",
		"an unknown fact":         `{"no_such_fact": 1}` + "\n",
		"a NUL byte":              "{\"name\": \"\x00\"}\n",
		"10,000 levels":           `{"items": ` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}\n",
	} {
		t.Run(name, func(t *testing.T) {
			got := invoke(t, good+bad+good, "classify", "--facts", "-", "--json")
			assert.Equal(t, []string{"out_of_scope", "invalid_input", "out_of_scope"}, outcomes(t, got.stdout))
			assert.Equal(t, statusError, got.status)
			assert.Empty(t, got.stderr)
		})
	}
	t.Run("the first line is too long", func(t *testing.T) {
		got := invoke(t, huge+good, "classify", "--facts", "-", "--json")
		assert.Equal(t, []string{"invalid_input", "out_of_scope"}, outcomes(t, got.stdout))
	})
	t.Run("the last line has no end", func(t *testing.T) {
		got := invoke(t, good+strings.TrimSpace(good), "classify", "--facts", "-", "--json")
		assert.Equal(t, []string{"out_of_scope", "out_of_scope"}, outcomes(t, got.stdout))
	})
	t.Run("lines end in CR LF", func(t *testing.T) {
		got := invoke(t, strings.ReplaceAll(good+"\n"+good, "\n", "\r\n"), "classify", "--facts", "-", "--json")
		assert.Equal(t, []string{"out_of_scope", "out_of_scope"}, outcomes(t, got.stdout))
	})
}

func TestAByteOrderMarkIsTakenAway(t *testing.T) {
	const bom = "\ufeff"
	for name, text := range map[string]string{
		"one line":   `{"governed_by_other_law": true}`,
		"many lines": "{\n\"governed_by_other_law\": true\n}\n",
		"a stream":   `{"governed_by_other_law": true}` + "\n" + `{"governed_by_other_law": true}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := invoke(t, bom+text, "classify", "--facts", "-", "--json")
			assert.Equal(t, statusOK, got.status)
			assert.Equal(t, invoke(t, text, "classify", "--facts", "-", "--json"), got)
		})
	}
}

func TestADocumentOfTwoMebibytesIsRefusedWithItsLimit(t *testing.T) {
	got := invoke(t, "{\n\"name\": \""+strings.Repeat("x", 2<<20)+"\"}", "classify", "--facts", "-")
	assert.Equal(t, statusError, got.status)
	assert.Contains(t, got.stderr, "1048576")
}

// broken is a pipe whose reader has gone away.
type broken struct{}

func (broken) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

// full is a device without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func writeTo(t *testing.T, w io.Writer, args ...string) (status int, stderr string) {
	t.Helper()
	var e bytes.Buffer
	status = run(t.Context(), &system{
		args: args, stdin: strings.NewReader(`{}`), stdout: w, stderr: &e, getenv: func(string) string { return "" }, now: fixed,
	})
	return status, e.String()
}

func TestOutputThatNobodyReadsEndsQuietlyAndOutputThatIsLostDoesNot(t *testing.T) {
	for _, line := range []string{
		"check", "check --format sarif", "test -v", "test --format tap", "classify --facts -", "classify --facts - --json",
		"coverage", "coverage --json", "schema", "schema Suite", "ask", "version", "fmt -",
		"change --from closed --to conditional --classified closed",
	} {
		t.Run(line, func(t *testing.T) {
			status, stderr := writeTo(t, broken{}, strings.Fields(line)...)
			assert.Equal(t, statusOK, status)
			assert.NotContains(t, stderr, "pipe")
			status, stderr = writeTo(t, full{}, strings.Fields(line)...)
			assert.Equal(t, statusError, status)
			assert.Contains(t, stderr, "no space left")
		})
	}
}

func TestAnInterruptedRunSaysSo(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := run(cancelled(), &system{
		args: []string{"test"}, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		getenv: func(string) string { return "" }, now: fixed,
	})
	assert.Equal(t, statusError, status)
	assert.Contains(t, stderr.String(), "cancel")
}

// build builds the command itself, once for all that need it as another program.
func build(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the command")
	}
	path := filepath.Join(t.TempDir(), "banfa")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

func TestAnotherImplementationIsCertifiedOverThePipe(t *testing.T) {
	program := build(t)
	own := invoke(t, "", "test")
	require.Equal(t, statusOK, own.status)

	t.Run("our own binary passes as it does in process", func(t *testing.T) {
		got := invoke(t, "", "test", "--executor", program+" executor")
		assert.Equal(t, own.stdout, got.stdout)
		assert.Equal(t, statusOK, got.status, got.stderr)
	})
	t.Run("an executor with other rules is told apart by their digest", func(t *testing.T) {
		dir := t.TempDir()
		pack := newPlaces(t).pack
		for _, name := range []string{"shenzhen.yaml", "open-type.yaml"} {
			text, err := os.ReadFile(filepath.Join(pack, name))
			require.NoError(t, err)
			text = bytes.ReplaceAll(text, []byte("    when: state_secret\n"), []byte("    when: state_secret && law_forbids\n"))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o644))
		}
		got := invoke(t, "", "test", "--executor", program+" executor --rules "+dir)
		assert.Equal(t, statusError, got.status)
		assert.Contains(t, got.stderr, "digest")
	})
	for name, executor := range map[string]string{
		"an executor that ends at once":        "true",
		"an executor that ends with a failure": "false",
		"an executor that answers nonsense":    "yes",
		"an executor that does not exist":      "./no-such-program",
		"an executor without a name":           " ",
		"an empty executor":                    "",
	} {
		t.Run(name+" is no success", func(t *testing.T) {
			got := invoke(t, "", "test", "--executor", executor)
			assert.NotEqual(t, statusOK, got.status)
			assert.NotEmpty(t, got.stderr)
		})
	}
	t.Run("the built command reads its arguments and its locale", func(t *testing.T) {
		cmd := exec.Command(program, "classify", "--facts", "-", "--at", "2026-11-23")
		cmd.Stdin = strings.NewReader(`{"governed_by_other_law": true}`)
		cmd.Env = append(os.Environ(), "LC_ALL=zh_CN.UTF-8")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		assert.Contains(t, string(out), "不适用本办法")
	})
	t.Run("a refusal ends with its status", func(t *testing.T) {
		err := exec.Command(program, "change", "--from", "closed", "--to", "conditional", "--classified", "closed").Run()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		assert.Equal(t, statusRefused, exit.ExitCode())
	})
}

func TestAllSchemasAreWrittenIntoAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "schemas")
	require.Equal(t, statusOK, invoke(t, "", "schema", "--out", dir).status)
	want := []string{"rule-file.json"}
	all, err := os.ReadFile(filepath.Join(dir, "rule-file.json"))
	require.NoError(t, err)
	assert.Equal(t, invoke(t, "", "schema").stdout, string(all))
	for _, kind := range grammar.Kinds() {
		want = append(want, kind+".json")
		text, err := os.ReadFile(filepath.Join(dir, kind+".json"))
		require.NoError(t, err)
		assert.Equal(t, invoke(t, "", "schema", kind).stdout, string(text), kind)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(want)
	assert.Equal(t, want, got)
}

// Findings must point where the user looks, however the file was named.
func TestFindingsNameAFileAsTheUserDid(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	const text = "apiVersion: banfa/v1\nkind: Suite\n"
	require.NoError(t, os.MkdirAll("sub/inner", 0o755))
	for _, name := range []string{"a.yaml", ".hidden.yaml", "sub/a.yml", "sub/noext"} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	for _, name := range []string{
		"a.yaml", "./a.yaml", ".hidden.yaml", "sub/a.yml", "sub/noext", filepath.Join(dir, "a.yaml"), "sub/../a.yaml",
	} {
		got := invoke(t, "", "check", name)
		assert.True(t, strings.HasPrefix(got.stdout, name+":"), "%s: %s", name, got.stdout)
	}
	t.Chdir("sub/inner")
	got := invoke(t, "", "check", "../../a.yaml")
	assert.True(t, strings.HasPrefix(got.stdout, "../../a.yaml:"), got.stdout)
}

// Two names that are alike once they are relative must not hide one another's file.
func TestFilesWhoseNamesLookAlikeAreBothChecked(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	absolute := filepath.Join(dir, "a.yaml")
	require.NoError(t, os.WriteFile(absolute, []byte("apiVersion: banfa/v1\nkind: [\n"), 0o644))
	work := t.TempDir()
	t.Chdir(work)
	relative := strings.TrimPrefix(absolute, "/")
	require.NoError(t, os.MkdirAll(filepath.Dir(relative), 0o755))
	require.NoError(t, os.WriteFile(relative, []byte("apiVersion: banfa/v1\nkind: {\n"), 0o644))
	got := invoke(t, "", "check", absolute, relative)
	assert.Contains(t, got.stdout, "\n"+relative+":2:7")
	assert.Contains(t, "\n"+got.stdout, "\n"+absolute+":2:7")
}

func TestColourOnlyOnATerminalThatWantsIt(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte("kind: [\n"), 0o644))
	coloured := func(terminal bool, env map[string]string) bool {
		var stdout bytes.Buffer
		run(t.Context(), &system{
			args: []string{"check", bad}, stdin: strings.NewReader(""), stdout: &stdout, stderr: io.Discard,
			getenv: func(name string) string { return env[name] }, now: fixed, terminal: terminal,
		})
		return strings.Contains(stdout.String(), "\x1b[")
	}
	assert.True(t, coloured(true, nil))
	assert.False(t, coloured(false, nil))
	assert.False(t, coloured(true, map[string]string{"NO_COLOR": "1"}))
	assert.False(t, coloured(true, map[string]string{"TERM": "dumb"}))
}

// An internal fault must end with a status and a word, not with a crash that looks like an answer.
func TestAPanicIsAnErrorOfOurs(t *testing.T) {
	var stderr bytes.Buffer
	status := run(t.Context(), &system{
		args: []string{"classify", "--facts", "-"}, stdin: panicking{}, stdout: io.Discard, stderr: &stderr,
		getenv: func(string) string { return "" }, now: fixed,
	})
	assert.Equal(t, statusError, status)
	assert.Contains(t, stderr.String(), "internal error")
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic(errors.New("reader")) }

func TestRuleFilesFromAFolderThatCannotBeReadAreAnError(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := filepath.Join(t.TempDir(), "closed")
	require.NoError(t, os.Mkdir(dir, 0o000))
	got := invoke(t, "", "check", dir)
	assert.Equal(t, statusError, got.status)
	assert.Contains(t, got.stderr, fmt.Sprint(dir))
}
