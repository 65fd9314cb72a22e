package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// soon bounds the waits of tests that would wait for ever where the command did.
const soon = 30 * time.Second

// A program that sends one line and waits for its answer must get it, and not wait for a full buffer or a second line.
func TestEachLineOfAStreamIsAnsweredAtOnce(t *testing.T) {
	stdin, send := io.Pipe()
	receive, stdout := io.Pipe()
	done := make(chan int)
	go func() {
		status := run(t.Context(), &system{
			args: []string{"classify", "--facts", "-", "--json"}, stdin: stdin, stdout: stdout, stderr: io.Discard,
			getenv: func(string) string { return "" }, now: fixed,
		})
		_ = stdout.Close()
		done <- status
	}()
	answers := bufio.NewReader(receive)
	for _, name := range []string{"一", "二", "三"} {
		_, err := io.WriteString(send, `{"name":"`+name+`"}`+"\n")
		require.NoError(t, err)
		line := make(chan string, 1)
		go func() {
			text, _ := answers.ReadString('\n')
			line <- text
		}()
		select {
		case text := <-line:
			assert.True(t, strings.HasPrefix(text, `{"name":"`+name+`",`), text)
		case <-time.After(soon):
			require.Fail(t, "no answer", name)
		}
	}
	require.NoError(t, send.Close())
	assert.Equal(t, statusOK, <-done)
}

// A person at a terminal who presses ^C must not have to press Enter too.
func TestAnInterruptionEndsAWaitForInput(t *testing.T) {
	for _, args := range [][]string{{"ask"}, {"classify", "--facts", "-"}, {"check", "-"}, {"executor"}} {
		t.Run(args[0], func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			stdin, _ := io.Pipe() // nobody writes to it
			var stderr bytes.Buffer
			done := make(chan int)
			go func() {
				done <- run(ctx, &system{
					args: args, stdin: stdin, stdout: io.Discard, stderr: &stderr, getenv: func(string) string { return "" }, now: fixed,
				})
			}()
			time.AfterFunc(200*time.Millisecond, cancel)
			select {
			case status := <-done:
				assert.Equal(t, statusError, status, stderr.String())
			case <-time.After(soon):
				require.Fail(t, "still waiting")
			}
		})
	}
}

func TestAnInterruptibleReaderReadsWhatTheOtherDoes(t *testing.T) {
	text := strings.Repeat("公共数据开放\n", 30_000)
	for name, in := range map[string]io.Reader{
		"whole": strings.NewReader(text), "halves": iotest.HalfReader(strings.NewReader(text)),
		"with its end": iotest.DataErrReader(strings.NewReader(text)),
	} {
		got, err := io.ReadAll(newInterruptible(t.Context(), in))
		require.NoError(t, err, name)
		assert.Equal(t, len(text), len(got), name)
		assert.True(t, text == string(got), name)
	}
	require.NoError(t, iotest.TestReader(newInterruptible(t.Context(), strings.NewReader("short")), []byte("short")))
	_, err := io.ReadAll(newInterruptible(t.Context(), iotest.ErrReader(io.ErrClosedPipe)))
	assert.ErrorIs(t, err, io.ErrClosedPipe)
}

// A folder can hold what is no file; to read a pipe would wait for a writer that never comes.
func TestAPipeInAFolderOfRulesIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe.yaml"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("kind: [\n"), 0o600))
	assert.Contains(t, invoke(t, "", "check", dir).stdout, "a.yaml:1:7")
	assert.Equal(t, statusFindings, invoke(t, "", "fmt", dir).status)
}

func TestALongStreamShowsHowFarItIs(t *testing.T) {
	play := func(stdoutIsTerminal, stderrIsTerminal bool) string {
		var stderr bytes.Buffer
		at := fixedNow
		status := run(t.Context(), &system{
			args: []string{"classify", "--facts", "-", "--json"}, stdin: strings.NewReader(strings.Repeat("{}\n", 20)), stdout: io.Discard,
			stderr: &stderr, getenv: func(string) string { return "" }, terminal: stdoutIsTerminal, errTerminal: stderrIsTerminal,
			now: func() time.Time { at = at.Add(time.Second); return at },
		})
		require.Equal(t, statusOK, status)
		return stderr.String()
	}
	shown := play(false, true)
	assert.Contains(t, shown, " answers")
	assert.True(t, strings.HasSuffix(shown, "\r\x1b[K"), "it is taken away at the end: %q", shown)
	assert.Empty(t, play(false, false), "not into a file")
	assert.Empty(t, play(true, true), "not among the answers")
}

// Help is declared in English where the flags are, and translated in one place.
func TestHelpIsInBothLanguages(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Description(description))
	require.NoError(t, err)
	used := map[string]bool{description: true}
	need := func(help string) {
		used[help] = true
		assert.NotEmpty(t, helpChinese[help], "no Chinese for %q", help)
	}
	flags := func(list []*kong.Flag) {
		for _, f := range list {
			need(f.Help)
		}
	}
	flags(parser.Model.Flags)
	var commands func([]*kong.Node)
	commands = func(nodes []*kong.Node) {
		for _, c := range nodes {
			need(c.Help)
			flags(c.Flags)
			for _, arg := range c.Positional {
				need(arg.Help)
			}
			commands(c.Children)
		}
	}
	commands(parser.Model.Children)
	for en := range helpChinese {
		assert.True(t, used[en], "no help text %q (any more)", en)
	}
}

func TestHelpBreaksLinesByCells(t *testing.T) {
	assert.Equal(t, []string{"one two", "three"}, wrap("one two three", 8))
	assert.Equal(t, []string{"公共数", "据开", "放。"}, wrap("公共数据开放。", 6), "the full stop stays with what is before it")
	assert.Equal(t, []string{"- 表示", "标准输", "入"}, wrap("- 表示标准输入", 7))
	assert.Equal(t, []string{"unbreakable"}, wrap("unbreakable", 3))
}
