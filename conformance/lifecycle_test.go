package conformance_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

const lifecycleReceived = `{"event":"objection_received","at":"2026-06-05T09:00:00+08:00","by":"objector","facts":{"ground":"quality","statement":"x"}}`

func TestALifecycleIsAnsweredOverTheExecutorProtocol(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	for _, tc := range []struct{ name, history, at, want string }{
		{"it stands", "[" + lifecycleReceived + "]", "", `"due":"2026-06-22"`},
		{"nothing has happened", "[]", "", `"state":"draft"`},
		{"no history", "null", "", `"state":"draft"`},
		{"it is overdue", "[" + lifecycleReceived + "]", "2026-06-23T00:00:00+08:00", `"overdue":["art65-feedback"]`},
		{"the last event is refused", "[" + lifecycleReceived + "," + lifecycleReceived + "]", "", `"refused":"state"`},
		{
			"an earlier event is refused", "[" + lifecycleReceived + "," + lifecycleReceived + "," + lifecycleReceived + "]", "",
			`"code":"invalid_input"`,
		},
		{"a history that is no list", "{}", "", `"fact":"history"`},
		{"an event that is no object", "[1]", "", `"fact":"history"`},
		{"an event without time", `[{"event":"objection_received"}]`, "", `"fact":"history[0]"`},
		{"a time that is none", "[]", "yesterday", `"fact":"at"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			request := `{"id":"x","subject":"Lifecycle/objection","facts":{},"at":"` + tc.at + `","history":` + tc.history + "}\n"
			var out bytes.Buffer
			require.NoError(t, conformance.Serve(t.Context(), strings.NewReader(request), &out, rules))
			require.True(t, json.Valid(out.Bytes()))
			assert.Contains(t, out.String(), tc.want)
		})
	}
}

// A suite about a lifecycle names only what there is.
func TestWhatASuiteOfALifecycleNamesExists(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"an event", "history: [{event: objection_recieved, at: \"2026-06-05T09:00:00+08:00\"}]", "BF5001"},
		{"a fact of an event", "history: [{event: opening_held, at: \"2026-06-05T09:00:00+08:00\", facts: {upheld: true}}]", "BF5001"},
		{"a value", "history: [{event: opening_held, at: \"2026-06-05T09:00:00+08:00\", facts: {ground: quality2}}]", "BF5001"},
		{"a time", "history: [{event: opening_held, at: \"2026-06-05\"}]", "BF1014"},
		{"a key of an event", "history: [{event: opening_held, at: \"2026-06-05T09:00:00+08:00\", who: x}]", "BF1005"},
		{"an event's name", "history: [{at: \"2026-06-05T09:00:00+08:00\"}]", "BF1013"},
		{"facts of the case belong to its events", "facts: {ground: quality}", "BF5001"},
		{"items are of data sets", "items: [{name: a}]", "BF5001"},
		{"a deadline", "deadline: art65-feedbak", "BF5001"},
		{"a state", "expect: {state: recieved}", "BF5001"},
		{"a refusal", "expect: {refused: nope}", "BF5001"},
		{"a transition", "expect: {transitions: [art65-x]}", "BF5001"},
		{"a key of expect", "expect: {outcome: open}", "BF5001"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.HasPrefix(tc.text, "expect:") {
				tc.text += "\n    expect: {state: draft}"
			}
			fsys := fstest.MapFS{}
			for _, name := range []string{"shenzhen.yaml", "handling-periods.yaml", "objection.yaml"} {
				text, err := fs.ReadFile(shenzhen.FS(), name)
				require.NoError(t, err)
				fsys[name] = &fstest.MapFile{Data: text}
			}
			fsys["objection_test.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: banfa/v1\nkind: Suite\n" +
				"metadata: {name: o, title: 例}\nsubject: Lifecycle/objection\ncases:\n  - id: a\n    " + tc.text + "\n")}
			_, ds, err := banfa.Check(fsys)
			require.NoError(t, err)
			var codes []string
			for d := range ds.All() {
				codes = append(codes, d.Code)
			}
			assert.Equal(t, []string{tc.want}, codes)
		})
	}
}

func TestCoverageCountsTheTransitionsThatCasesTook(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	cov, err := conformance.Cover(t.Context(), rules)
	require.NoError(t, err)
	seen := 0
	for _, r := range cov.Rules {
		if r.Subject != "Lifecycle/permission" {
			continue
		}
		seen++
		assert.True(t, r.Exercised(), r.ID)
		if r.ID == "art63-terminate-overdue" {
			assert.Equal(t, 1, r.Applied)
			assert.Equal(t, 2, r.False, "refused on the last day, and after an extension")
		}
	}
	assert.Equal(t, 10, seen)
}

// The how-to page shows a whole file and its suite.
func TestTheExampleOfTheLifecyclePageIsTrue(t *testing.T) {
	page, err := os.ReadFile("../docs/how-to/lifecycle.zh.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	require.Len(t, blocks, 2)
	periods, err := fs.ReadFile(shenzhen.FS(), "handling-periods.yaml")
	require.NoError(t, err)
	rules, err := banfa.Load(fstest.MapFS{
		"feedback.yaml":         {Data: blocks[0][1]},
		"handling-periods.yaml": {Data: periods},
		"feedback_test.yaml": {Data: append([]byte("apiVersion: banfa/v1\nkind: Suite\nmetadata: {name: feedback, title: 例}\n"+
			"subject: Lifecycle/feedback\n"), blocks[1][1]...)},
	}, banfa.Strict(), banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	require.Equal(t, 3, check(t, rules))

	// The periods may stay in the pack: a bundle that cites it follows them, and its digests are over them too.
	own, err := banfa.Load(fstest.MapFS{"feedback.yaml": {Data: blocks[0][1]}}, banfa.Strict(), banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	l, err := condition.NewLifecycle(own)
	require.NoError(t, err)
	beside, err := condition.NewLifecycle(rules)
	require.NoError(t, err)
	require.Equal(t, beside.Digest(), l.Digest())
	at := time.Date(2026, 9, 30, 10, 0, 0, 0, time.FixedZone("", 8*3600))
	s, err := l.Fold(t.Context(), []condition.CaseEvent{{Name: "objection_received", At: at}})
	require.NoError(t, err)
	require.Equal(t, "2026-10-20", s.Deadlines[0].Due) // 1 to 7 October are off, 10 October makes up for one
	for f := range own.Files() {
		require.NotEqual(t, "Deadlines", f.Kind, "a file that is only followed is none of the bundle's")
	}
}
