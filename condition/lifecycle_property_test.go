package condition_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
)

// lifecycleVocabulary is what events about a lifecycle of the pack are drawn from: mostly sound, sometimes not.
type lifecycleVocabulary struct {
	events, roles []string
	facts         map[string][]any
}

func lifecycleVocabularyOf(name string) lifecycleVocabulary {
	days := []any{"2026-02-20", "2026-03-20", "2026-06-01", "2027-01-01"}
	switch name {
	case "application":
		return lifecycleVocabulary{
			[]string{
				"application_received", "supplement_requested", "supplement_received", "application_accepted", "application_answered",
				"agreement_signed", "permission_opened", "application_withdrawn", "nothing",
			},
			[]string{"applicant", "authority", "opening_body", ""},
			map[string][]any{
				"real_name_verified": {true, true, true, false}, "materials_complete": {true, true, false}, "agreement_terms_complete": {true, false},
				"approved": {true, false, "yes"}, "reason": {"理由", ""}, "lacking": {[]any{"材料"}, []any{}},
			},
		}
	case "permission":
		return lifecycleVocabulary{
			[]string{
				"permission_opened", "breach_found", "rectification_extended", "rectification_reported", "rectification_checked",
				"termination_declared", "permission_expired", "permission_given_up",
			},
			[]string{"user", "authority", "opening_body"},
			map[string][]any{
				"valid_until": days, "rectify_by": days, "breach": {"measures", "other", "none"}, "opinion": {"整改", " "}, "rectified": {true, false},
			},
		}
	}
	return lifecycleVocabulary{
		[]string{
			"objection_received", "objection_supplement_requested", "objection_supplement_received", "opening_held", "feedback_given",
			"objection_withdrawn",
		},
		[]string{"objector", "opening_body"},
		map[string][]any{
			"ground": {"rights", "quality", "none"}, "statement": {"陈述", ""}, "upheld": {true, false}, "reason": {"理由", ""},
		},
	}
}

// drawCaseEvent draws an event; those of the names in likely are drawn more often, so that cases get on.
func drawCaseEvent(t *rapid.T, v lifecycleVocabulary, likely []condition.LegalEvent, last time.Time) condition.CaseEvent {
	e := condition.CaseEvent{Facts: banfa.Map{}}
	if len(likely) > 0 && rapid.IntRange(0, 3).Draw(t, "legal") > 0 {
		x := likely[rapid.IntRange(0, len(likely)-1).Draw(t, "which")]
		e.Name = x.Event
		if len(x.By) > 0 {
			e.By = x.By[0]
		}
		for _, m := range x.Missing {
			if values := v.facts[m]; len(values) > 0 {
				e.Facts[m] = rapid.SampledFrom(values).Draw(t, m)
			}
		}
	} else {
		e.Name, e.By = rapid.SampledFrom(v.events).Draw(t, "event"), rapid.SampledFrom(v.roles).Draw(t, "by")
	}
	for _, name := range slices.Sorted(maps.Keys(v.facts)) {
		if rapid.IntRange(0, 4).Draw(t, "states "+name) == 0 {
			e.Facts[name] = rapid.SampledFrom(v.facts[name]).Draw(t, name)
		}
	}
	if rapid.Bool().Draw(t, "has id") {
		e.ID = fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "id"))
	}
	e.At = last.Add(time.Duration(rapid.IntRange(-2, 200).Draw(t, "hours")) * time.Hour)
	return e
}

func TestFoldingIsApplyingOneByOneAndARefusalChangesNothing(t *testing.T) {
	for _, name := range []string{"application", "permission", "objection"} {
		l, v := packLifecycle(t, name), lifecycleVocabularyOf(name)
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			s, err := l.Fold(t.Context(), nil)
			require.NoError(t, err)
			var taken []condition.CaseEvent
			last := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
			for range rapid.IntRange(1, 14).Draw(t, "events") {
				e := drawCaseEvent(t, v, s.Legal, last)
				before := lifecycleJSON(t, s)
				next, err := l.Apply(t.Context(), s, e)
				require.Equal(t, before, lifecycleJSON(t, s), "the standing given is never changed")
				var illegal *condition.IllegalEventError
				switch {
				case errors.As(err, &illegal):
					require.Nil(t, next)
					require.Equal(t, s.State, illegal.State)
					folded, err := l.Fold(t.Context(), taken)
					require.NoError(t, err)
					require.Equal(t, before, lifecycleJSON(t, folded))
				default:
					require.NoError(t, err)
					taken = append(taken, e)
					s = next
					if len(s.History) > 0 {
						last = e.At
						if l := s.History[len(s.History)-1].At; l != "" {
							last, err = time.Parse(time.RFC3339Nano, l)
							require.NoError(t, err)
						}
					}
				}
				require.Equal(t, s.Final, len(s.Legal) == 0, "a case may go on unless it has ended")
			}
			folded, err := l.Fold(t.Context(), taken)
			require.NoError(t, err)
			require.Equal(t, lifecycleJSON(t, s), lifecycleJSON(t, folded))
		}))
	}
}

// What is listed as legal is taken, and what is not listed is refused, whatever facts are stated.
func TestTheLegalEventsAreThoseThatAreTaken(t *testing.T) {
	for _, name := range []string{"application", "permission", "objection"} {
		l, v := packLifecycle(t, name), lifecycleVocabularyOf(name)
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			s, err := l.Fold(t.Context(), nil)
			require.NoError(t, err)
			last := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
			for range rapid.IntRange(0, 8).Draw(t, "events") {
				e := drawCaseEvent(t, v, s.Legal, last)
				e.ID = ""
				if next, err := l.Apply(t.Context(), s, e); err == nil {
					s, last = next, e.At
				}
			}
			if s, err = l.AsOf(t.Context(), s, last); err != nil {
				t.Fatal(err)
			}
			for _, x := range s.Legal {
				if x.Guard != condition.GuardHolds {
					continue
				}
				e := condition.CaseEvent{Name: x.Event, At: last}
				if len(x.By) > 0 {
					e.By = x.By[0]
				}
				next, err := l.Apply(t.Context(), s, e)
				require.NoError(t, err, x.Transition)
				require.Equal(t, x.To, next.State)
			}
			e := drawCaseEvent(t, v, nil, last)
			e.At, e.ID = last, ""
			listed := slices.ContainsFunc(s.Legal, func(x condition.LegalEvent) bool { return x.Event == e.Name })
			if _, err := l.Apply(t.Context(), s, e); !listed {
				require.Error(t, err, "%s in %s", e.Name, s.State)
			}
		}))
	}
}

// A lifecycle without guards is a table: what it does is found by looking into it.
func TestALifecycleWithoutGuardsIsATable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "states")
		table := map[string]string{} // state/event to state
		var b strings.Builder
		b.WriteString("states:\n")
		for i := range n {
			fmt.Fprintf(&b, "  s%d: {label: 状态, initial: %t, final: %t}\n", i, i == 0, i == n-1)
		}
		b.WriteString("events:\n")
		for i := range n {
			fmt.Fprintf(&b, "  e%d: {label: 事件}\n", i)
		}
		b.WriteString("transitions:\n")
		add := func(from, event, to int) {
			key := fmt.Sprintf("s%d/e%d", from, event)
			if table[key] == "" {
				table[key] = fmt.Sprintf("s%d", to)
				fmt.Fprintf(&b, "  - {id: t%d, basis: 第四十二条, event: e%d, from: s%d, to: s%d}\n", len(table), event, from, to)
			}
		}
		for i := range n - 1 { // a way through all of them, so that each is reached and ends
			add(i, rapid.IntRange(0, n-1).Draw(t, "event"), i+1)
		}
		for range rapid.IntRange(0, 6).Draw(t, "more") {
			add(rapid.IntRange(0, n-2).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "event"), rapid.IntRange(0, n-1).Draw(t, "to"))
		}
		fsys := lifecycleFS(strings.Replace(lifecycleHead, "shenzhen", "example", 1) + b.String())
		fsys["law.yaml"] = &fstest.MapFile{Data: []byte(`apiVersion: banfa/v1
kind: Instrument
metadata: {name: example, title: 例, status: draft}
articles: [{n: 42, paragraphs: [0]}]
`)}
		rules, err := banfa.Load(fsys)
		require.NoError(t, err, b.String())
		l, err := condition.NewLifecycle(rules)
		require.NoError(t, err)
		state := "s0"
		s, err := l.Fold(t.Context(), nil)
		require.NoError(t, err)
		at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			name := fmt.Sprintf("e%d", rapid.IntRange(0, n-1).Draw(t, "next"))
			to := table[state+"/"+name]
			next, err := l.Apply(t.Context(), s, condition.CaseEvent{Name: name, At: at})
			require.Equal(t, to != "", err == nil, "%s in %s: %v", name, state, err)
			require.Equal(t, to != "", slices.Contains(s.MayHappen(), name))
			if err == nil {
				s, state = next, to
			}
			require.Equal(t, state, s.State)
		}
	})
}

func TestAnEventIsReadStrictly(t *testing.T) {
	for text, want := range map[string]string{
		`{"event":"a","at":"2026-03-02T09:00:00+08:00"}`:           "",
		`{"event":"a","at":"2026-03-02T09:00:00+08:00","id":null}`: "",
		`{"event":"a","at":"2026-03-02"}`:                          "at must be a time with its zone",
		`{"event":"a","at":"2026-03-02T09:00:00"}`:                 "at must be a time with its zone",
		`{"event":"a"}`:                                                 "at must be a time with its zone",
		`{"at":"2026-03-02T09:00:00+08:00"}`:                            "event must be the name of an event",
		`{"event":1,"at":"2026-03-02T09:00:00+08:00"}`:                  "event must be string",
		`{"event":"a","at":"2026-03-02T09:00:00+08:00","facts":[]}`:     "facts must be an object",
		`{"event":"a","at":"2026-03-02T09:00:00+08:00","fact":{}}`:      "did you mean facts?",
		`{"event":"a","at":"2026-03-02T09:00:00+08:00","nothing":null}`: "nothing is not a declared fact",
		`{"event":"a","event":"b","at":"2026-03-02T09:00:00+08:00"}`:    "event is given twice",
		`{"event":"a","at":"2026-03-02T09:00:00+08:00"} {}`:             "more than one JSON value",
		`[]`: "must be one JSON object",
		`{"event":"a","at":"2026-03-02T09:00:00+08:00","facts":{"x":1}`:  "unexpected end",
		"{\"event\":\"\xff\",\"at\":\"2026-03-02T09:00:00+08:00\"}":      "invalid UTF-8",
		`{"event":"` + strings.Repeat("x", condition.MaxLifecycleLine+1): "limit of a line",
	} {
		_, err := condition.ParseCaseEvent([]byte(text))
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want)
	}
}

func TestLinesOfEventsAreCountedAsAnEditorDoes(t *testing.T) {
	const good = `{"event":"a","at":"2026-03-02T09:00:00+08:00"}`
	var lines []int
	var found error
	for x, err := range condition.CaseEventLines(strings.NewReader("\ufeff" + good + "\r\n\n" + good + "\n  \n{}\n" + good)) {
		if err != nil {
			found = err
			break
		}
		lines = append(lines, x.Line)
	}
	assert.Equal(t, []int{1, 3}, lines)
	var at *condition.CaseEventLineError
	require.ErrorAs(t, found, &at)
	assert.Equal(t, 5, at.Line)
	assert.Contains(t, at.Text("zh"), "第 5 行：")
	var fe *banfa.FactError
	require.ErrorAs(t, found, &fe)
}

func FuzzReadingEventsIsStrictAndNeverPanics(f *testing.F) {
	for _, s := range []string{
		`{"event":"a","at":"2026-03-02T09:00:00+08:00","by":"x","id":"1","facts":{"n":1.50,"l":[true,null]}}`,
		"{}\n{\"event\":\"a\"}\n", "\xef\xbb\xbf{}", `{"event":"a","event":"b"}`, `{"at":"2026-02-30T00:00:00Z","event":"a"}`, "[[[[",
	} {
		f.Add([]byte(s))
	}
	l := packLifecycle(f, "application")
	f.Fuzz(func(t *testing.T, text []byte) {
		var events []condition.CaseEvent
		for x, err := range condition.CaseEventLines(strings.NewReader(string(text))) {
			require.Positive(t, x.Line)
			if err != nil {
				require.NotEmpty(t, err.Error())
				continue
			}
			require.NotEmpty(t, x.Event.Name)
			require.False(t, x.Event.At.IsZero())
			events = append(events, x.Event)
		}
		a, errA := l.Fold(t.Context(), events)
		b, errB := l.Fold(t.Context(), events)
		require.Equal(t, errA == nil, errB == nil)
		if errA != nil {
			var illegal *condition.IllegalEventError
			require.ErrorAs(t, errA, &illegal)
			require.Less(t, illegal.Index, len(events))
			require.Equal(t, lifecycleJSON(t, illegal), lifecycleJSON(t, errB))
			return
		}
		require.Equal(t, lifecycleJSON(t, a), lifecycleJSON(t, b))
	})
}
