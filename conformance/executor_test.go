package conformance_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// certify runs the suites of rules against an executor that a goroutine plays on the other ends of two pipes.
func certify(t *testing.T, rules *banfa.Rules, play func(in io.Reader, out io.Writer), opts ...conformance.Option) (*conformance.Report, error) {
	t.Helper()
	in, requests := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		play(in, out)
		_ = out.Close() // a pipe's ends never fail to close
		_ = in.Close()
	}()
	report, err := conformance.RunExecutor(t.Context(), answers, requests, rules, opts...)
	require.NoError(t, requests.Close())
	require.NoError(t, answers.Close())
	<-done
	return report, err
}

func TestTheSuitesOfThePackCertifyThisImplementationOverThePipe(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	here, err := conformance.Run(t.Context(), rules)
	require.NoError(t, err)
	there, err := certify(t, rules, func(in io.Reader, out io.Writer) {
		assert.NoError(t, conformance.Serve(t.Context(), in, out, rules))
	})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, there.Passed, 325)
	assert.Equal(t, render(t, here), render(t, there))
}

func TestAFailureOverThePipeReadsAsAFailureHere(t *testing.T) {
	rules := parking(t)
	here, err := conformance.Run(t.Context(), rules)
	require.NoError(t, err)
	there, err := certify(t, rules, func(in io.Reader, out io.Writer) {
		assert.NoError(t, conformance.Serve(t.Context(), in, out, rules))
	})
	require.NoError(t, err)
	// Only the error of an evaluation is told in the words of the one who evaluated.
	assert.Equal(t, strings.Replace(render(t, here), "failed: classify:", "failed: not_in_force: classify:", 1), render(t, there))
}

func render(t *testing.T, r *conformance.Report) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, r.WriteTree(&b, "en", true))
	return b.String()
}

// scripted answers each request by what reply makes of its id.
func scripted(reply func(id string) string) func(io.Reader, io.Writer) {
	return func(in io.Reader, out io.Writer) {
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			var q struct{ ID string }
			if json.Unmarshal(lines.Bytes(), &q) != nil {
				return
			}
			if _, err := io.WriteString(out, reply(q.ID)+"\n"); err != nil {
				return
			}
		}
	}
}

var oneCase = conformance.Only(regexp.MustCompile("^parking/right$"))

func TestAnExecutorThatBreaksTheProtocolEndsTheRun(t *testing.T) {
	const id = `{"id":"parking/right",`
	for line, want := range map[string]string{
		"":                                   "EOF",
		"starting up…":                       `invalid character 's'`,
		`{"id":"parking/wrong","answer":{}}`: `the answer is for "parking/wrong"`,
		id + `"answer":{},"error":{"code":"error"}}`: "exactly one of answer and error",
		id + `"answer":null}`:                        "exactly one of answer and error",
		id + `"error":{"message":"no"}}`:             "an error has a code",
		id + `"answer":{}} {}`:                       "more than one JSON value",
		id + `"answer":[]}`:                          "cannot unmarshal array",
		id + `"answer":{"x":"` + strings.Repeat("x", conformance.MaxLine) + `"}}`: fmt.Sprintf("more than %d bytes (the limit of a line)", conformance.MaxLine),
	} {
		report, err := certify(t, parking(t), scripted(func(string) string { return line }), oneCase)
		require.ErrorIs(t, err, conformance.ErrProtocol, "%.60s", line)
		require.ErrorContains(t, err, "at parking/right", "%.60s", line)
		require.ErrorContains(t, err, want, "%.60s", line)
		assert.Zero(t, report.Passed+report.Failed)
	}
}

func TestAnExecutorThatEndsOrDoesNotReadEndsTheRun(t *testing.T) {
	_, err := certify(t, parking(t), func(io.Reader, io.Writer) {}, oneCase)
	require.ErrorIs(t, err, conformance.ErrProtocol)
	_, err = conformance.RunExecutor(t.Context(), strings.NewReader(""), io.Discard, parking(t), oneCase)
	require.ErrorContains(t, err, "it ended without an answer")
	_, err = conformance.RunExecutor(t.Context(), iotest.ErrReader(assert.AnError), io.Discard, parking(t), oneCase)
	require.ErrorIs(t, err, assert.AnError)
}

func TestTheWaitForAnExecutorEnds(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	never := func(in io.Reader, _ io.Writer) {
		_, _ = io.Copy(io.Discard, in) // until the run closes it
	}
	_, err := certify(t, parking(t), never, oneCase, conformance.Within(time.Millisecond))
	require.ErrorIs(t, err, conformance.ErrProtocol)
	require.ErrorContains(t, err, "no answer within 1ms")

	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, assert.AnError)
	defer cancel()
	blocked, unread := io.Pipe() // nobody reads the requests
	defer func() { require.NoError(t, blocked.Close()) }()
	answers, silent := io.Pipe()
	defer func() { require.NoError(t, silent.Close()) }()
	_, err = conformance.RunExecutor(ctx, answers, unread, parking(t), oneCase)
	require.ErrorIs(t, err, assert.AnError)
	require.NotErrorIs(t, err, conformance.ErrProtocol, "the host's own deadline is not the executor's fault")
}

func TestWhatAnExecutorCannotDoFailsTheCase(t *testing.T) {
	for code, want := range map[string]string{
		"unsupported": "unsupported: not yet", "error": "error: not yet", "invalid_input": "invalid_input: not yet",
	} {
		report, err := certify(t, parking(t), scripted(func(id string) string {
			return fmt.Sprintf(`{"id":%q,"error":{"code":%q,"message":"not yet"}}`, id, code)
		}), oneCase)
		require.NoError(t, err)
		require.Equal(t, 1, report.Failed, code)
		assert.Equal(t, want, report.Cases[0].Error)
	}
	report, err := certify(t, parking(t), scripted(func(id string) string {
		return fmt.Sprintf(`{"id":%q,"error":{"code":"not_in_force","message":"…"}}`, id)
	}), conformance.Only(regexp.MustCompile("^parking/before$")))
	require.NoError(t, err)
	assert.Equal(t, 1, report.Passed, "a case may expect the error")
}

func TestAnExecutorWithoutTheRulesOrWithOthersEndsTheRun(t *testing.T) {
	_, err := certify(t, parking(t), scripted(func(id string) string {
		return fmt.Sprintf(`{"id":%q,"error":{"code":"load_error","message":"parking.yaml:3: …"}}`, id)
	}))
	var re *conformance.ResponseError
	require.ErrorAs(t, err, &re)
	assert.Equal(t, conformance.CodeLoadError, re.Code)

	_, err = certify(t, parking(t), scripted(func(id string) string {
		return fmt.Sprintf(`{"id":%q,"answer":{"digest":"sha256:0000"}}`, id)
	}))
	require.ErrorContains(t, err, `the executor has another Conditions/access: its digest is "sha256:0000"`)
}

func serve(t testing.TB, rules *banfa.Rules, lines ...string) []conformance.Response {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, conformance.Serve(t.Context(), strings.NewReader(strings.Join(lines, "\n")), &out, rules))
	var got []conformance.Response
	for line := range strings.Lines(out.String()) {
		var r conformance.Response
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		got = append(got, r)
	}
	return got
}

func TestWhateverIsAskedIsAnsweredInOrder(t *testing.T) {
	ask := func(id, rest string) string {
		return `{"id":"` + id + `","subject":"Classification/parking","at":"2026-11-23T09:00:00+08:00",` + rest + `}`
	}
	requests := []struct{ line, want string }{
		{"not json", " invalid_input "},
		{"[]", " invalid_input "},
		{`{"id":1}`, " invalid_input id"},
		{`{}`, " invalid_input id"},
		{ask("a", `"facts":{"elsewhere":true}`), "a out_of_scope"},
		{ask("b", `"facts":{"secret":"yes"}`), "b invalid_input secret"},
		{ask("c", `"facts":{"secrte":true}`), "c invalid_input secrte"},
		{ask("d", `"facts":{"secret":true,"secret":false}`), "d invalid_input facts.secret"},
		{ask("e", `"facts":[]`), "e invalid_input facts"},
		{ask("f", `"facts":{},"itmes":[]`), "f invalid_input itmes"},
		{ask("g", `"facts":{},"items":[1]`), "g invalid_input items"},
		{ask("h", `"facts":{},"items":[{"name":"x","secret":3}]`), "h invalid_input secret of x"},
		{ask("i", `"facts":{},"change":{"from":"open","to":"shut"}`), "i invalid_input "},
		{ask("j", `"facts":{},"change":{"from":"open","to":7}`), "j invalid_input change.to"},
		{ask("k", `"facts":{},"change":{"from":"open","to":"closed","classified":"closed"}`), "k true"},
		{`{"id":"l","subject":"Classification/none","facts":{}}`, "l unsupported "},
		{`{"id":"m","subject":"Classification/parking","facts":{}}`, "m invalid_input "},
		{`{"id":"n","subject":"Classification/parking","at":"2025-12-31T23:59:59+08:00","facts":{}}`, "n not_in_force "},
		{`{"id":"o","subject":"Classification/parking","at":"yesterday","facts":{}}`, "o invalid_input at"},
		{strings.Repeat("x", conformance.MaxLine+1), " invalid_input "},
		{ask("p", `"facts":{"elsewhere":false,"secret":true}`), "p closed"},
	}
	lines := []string{"", "  "} // blank lines ask nothing
	var want []string
	for _, r := range requests {
		lines, want = append(lines, r.line), append(want, r.want)
	}
	var got []string
	for _, r := range serve(t, parking(t), lines...) {
		switch {
		case r.Error != nil && r.Error.Item != "":
			got = append(got, fmt.Sprintf("%s %s %s of %s", r.ID, r.Error.Code, r.Error.Fact, r.Error.Item))
		case r.Error != nil:
			require.NotEmpty(t, r.Error.Message)
			got = append(got, fmt.Sprintf("%s %s %s", r.ID, r.Error.Code, r.Error.Fact))
		case r.Answer["outcome"] != nil:
			got = append(got, fmt.Sprintf("%s %s", r.ID, r.Answer["outcome"]))
		default:
			got = append(got, fmt.Sprintf("%s %v", r.ID, r.Answer["allowed"]))
		}
	}
	assert.Equal(t, want, got)
}

func TestAServiceEndsWithItsContextAndWithItsPipes(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	in, w := io.Pipe()
	served := make(chan error)
	go func() { served <- conformance.Serve(ctx, in, io.Discard, parking(t)) }()
	cancel(assert.AnError)
	require.ErrorIs(t, <-served, assert.AnError, "although nothing more comes in")
	require.NoError(t, w.Close())

	require.ErrorIs(t, conformance.Serve(t.Context(), iotest.ErrReader(assert.AnError), io.Discard, parking(t)), assert.AnError)
	require.Error(t, conformance.Serve(t.Context(), strings.NewReader("{}"), brokenPipe{}, parking(t)))
}

func TestTheExamplesOfTheProtocolsPageAreWhatThisImplementationSpeaks(t *testing.T) {
	page, err := os.ReadFile("../docs/reference/executor.md")
	require.NoError(t, err)
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	requests, responses := 0, 0
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "{") {
			continue
		}
		if strings.Contains(line, `"subject"`) {
			requests++
			got := serve(t, rules, line)
			require.Len(t, got, 1)
			require.Nil(t, got[0].Error, line)
			continue
		}
		responses++
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		var r conformance.Response
		require.NoError(t, d.Decode(&r), line)
		require.NotEqual(t, r.Answer == nil, r.Error == nil, line)
	}
	assert.Equal(t, [2]int{2, 2}, [2]int{requests, responses})
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// FuzzServe states that every line that is not blank gets exactly one response, which is one line of JSON with exactly one of answer and
// error, and that the same line gets the same one again.
func FuzzServe(f *testing.F) {
	rules := parking(f)
	for _, s := range []string{
		`{"id":"a","subject":"Classification/parking","at":"2026-11-23T09:00:00+08:00","facts":{"secret":true,"rows":1e3}}`,
		`{"id":"a","subject":"Classification/parking","at":"2026-11-23T09:00:00+08:00","facts":{},"items":[{"name":"x","private":null}]}`,
		`{"id":"a","subject":"Classification/parking","at":"9999-12-31T23:59:59Z","facts":{},"change":{"from":"open","to":"open","reason":""}}`,
		"x", "{", "\r", "", "\x00", `{"id":"\ud800"}`, `{"ID":"a"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.Contains(line, "\n") {
			return
		}
		got := serve(t, rules, line, line)
		if strings.TrimSpace(line) == "" {
			require.Empty(t, got)
			return
		}
		require.Len(t, got, 2)
		require.NotEqual(t, got[0].Answer == nil, got[0].Error == nil)
		require.Equal(t, got[0], got[1])
	})
}
