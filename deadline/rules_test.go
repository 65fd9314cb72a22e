package deadline_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

const exampleLaw = `apiVersion: banfa/v1
kind: Instrument
metadata: {name: example, title: 示例办法, status: in-force, issuer: 示例}
articles:
  - {n: 1, title: 期限, paragraphs: [0]}
`

const permit = `apiVersion: banfa/v1
kind: Deadlines
metadata:
  name: permit
  title: 许可期限
  status: in-force
  effective: {from: "2026-01-01", until: "2026-12-31"}
instrument: example
parameters:
  appeal_days: {value: 60, set_by: 示例, why: 示例}
events:
  accepted: {label: 受理}
  reviewed_from: {label: 专家评审开始}
  reviewed_to: {label: 专家评审结束}
  decided: {label: 作出决定}
deadlines:
  - id: decide
    basis: 第一条
    starts: accepted
    ends: decided
    due: accepted.addWorkdays(20)
    suspended:
      - {id: experts, from: reviewed_from, to: reviewed_to, basis: 第一条}
    extend: {max: 10, approval: true, basis: 第一条}
    remind:
      - {id: half-way, at: accepted.addWorkdays(10)}
      - {id: approaching, at: due.addWorkdays(-3)}
  - id: appeal
    basis: 第一条
    starts: decided
    due: decided.addDays(params.appeal_days)
  - id: appeal-unrolled
    basis: 第一条
    starts: decided
    roll: none
    due: decided.addDays(params.appeal_days)
  - id: renew
    basis: 第一条
    starts: decided
    roll: preceding
    due: decided.addMonths(1)
  - id: later
    basis: 第一条
    starts: decided
    due: decided.addYears(1)
    effective: {from: "2026-07-01"}
`

func loadRules(t *testing.T, files map[string]string) *banfa.Rules {
	t.Helper()
	fsys := fstest.MapFS{"example.yaml": {Data: []byte(exampleLaw)}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	rules, err := banfa.Load(fsys)
	require.NoError(t, err)
	return rules
}

func permits(t *testing.T, opts ...deadline.Option) *deadline.Deadlines {
	t.Helper()
	opts = append([]deadline.Option{deadline.Clock(func() time.Time { return at("2026-03-20T09:00:00+08:00") })}, opts...)
	d, err := deadline.New(loadRules(t, map[string]string{"permit.yaml": permit}), opts...)
	require.NoError(t, err)
	return d
}

// happened reads events written as name=TIME.
func happened(list ...string) []deadline.Event {
	events := make([]deadline.Event, len(list))
	for i, e := range list {
		name, when, _ := strings.Cut(e, "=")
		events[i] = deadline.Event{Name: name, At: at(when)}
	}
	return events
}

func TestADeadlineOfARuleFileEndsAsTheSameDeadlineWrittenInGo(t *testing.T) {
	d := permits(t)
	rapid.Check(t, func(t *rapid.T) {
		start := at("2026-01-05T09:00:00+08:00").Add(time.Duration(rapid.IntRange(0, 200*24).Draw(t, "start")) * time.Hour)
		from := start.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(t, "from")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(0, 10*24).Draw(t, "to")) * time.Hour)
		r, err := d.Due(context.Background(), "decide", []deadline.Event{
			{Name: "reviewed_to", At: to}, {Name: "accepted", At: start}, {Name: "reviewed_from", At: from},
		})
		require.NoError(t, err)
		cal := deadline.China()
		first, err := cal.DateOf(from)
		require.NoError(t, err)
		last, err := cal.DateOf(to)
		require.NoError(t, err)
		want, err := cal.Due(deadline.Deadline{
			Period: deadline.Workdays(20), Trigger: deadline.Trigger{At: start}, Suspensions: []deadline.Suspension{{From: first, To: last}},
		})
		require.NoError(t, err)
		assert.Equal(t, want.Date, r.Due.Date)
		assert.Equal(t, want.Provisional, r.Due.Provisional)
	})
}

func TestPeriodsInCalendarUnitsRollAsTheRuleFileSays(t *testing.T) {
	for _, x := range []struct{ id, decided, due string }{
		{"appeal", "2026-03-02T09:00:00+08:00", "2026-05-06"}, // 1 May, in the holiday up to 5 May
		{"appeal-unrolled", "2026-03-02T09:00:00+08:00", "2026-05-01"},
		{"renew", "2026-01-31T09:00:00+08:00", "2026-02-28"}, // a make-up Saturday
		{"renew", "2026-03-06T09:00:00+08:00", "2026-04-03"}, // 6 April is in the Qingming holiday
	} {
		r, err := permits(t).Due(t.Context(), x.id, happened("decided="+x.decided))
		if assert.NoError(t, err, x.id) {
			assert.Equal(t, x.due, r.Due.Date.String(), x.id)
		}
	}
}

func TestRemindersAreThoseOfTheRuleFile(t *testing.T) {
	r, err := permits(t).Due(t.Context(), "decide", happened("accepted=2026-03-02T09:00:00+08:00"), deadline.Case("17"))
	require.NoError(t, err)
	assert.Equal(t, "2026-03-30", r.Due.Date.String())
	alerts, err := r.Reminders()
	require.NoError(t, err)
	var got []string
	for _, a := range alerts {
		got = append(got, a.Key)
	}
	assert.Equal(t, []string{"17/decide/half-way@2026-03-16", "17/decide/approaching@2026-03-25"}, got)
}

func TestAnExtensionKeepsWithinWhatTheRuleFileAllows(t *testing.T) {
	start := happened("accepted=2026-03-02T09:00:00+08:00")
	r, err := permits(t).Due(t.Context(), "decide", start, deadline.Extend(deadline.Extension{N: 10, Approver: "局长"}))
	require.NoError(t, err)
	assert.Equal(t, 30, r.Due.Length)
	last := r.Entries[len(r.Entries)-1]
	assert.Equal(t, "延长期（第一条），局长批准", last.Text("zh"))

	for want, x := range map[string]deadline.Extension{
		"extensions[0]: extended by 11 in all, more than the 10 allowed": {N: 11, Approver: "局长"},
		"extensions[0]: the extension needs an approver; name one":       {N: 5},
	} {
		_, err := permits(t).Due(t.Context(), "decide", start, deadline.Extend(x))
		assert.EqualError(t, err, "deadline: "+want)
	}
	_, err = permits(t).Due(t.Context(), "appeal", happened("decided=2026-03-02T09:00:00+08:00"), deadline.Extend(deadline.Extension{N: 1}))
	assert.EqualError(t, err, "deadline: extensions[0]: the deadline appeal may not be extended")
}

func TestAnActIsInTimeUpToTheLastInstantOfTheDueDate(t *testing.T) {
	for done, in := range map[string]bool{
		"2026-03-30T23:59:59.999+08:00": true, "2026-03-31T00:00:00+08:00": false, "2026-03-30T16:00:00Z": false,
	} {
		r, err := permits(t).Due(t.Context(), "decide", happened("accepted=2026-03-02T09:00:00+08:00", "decided="+done))
		require.NoError(t, err)
		assert.Equal(t, in, r.InTime(), done)
	}
}

func TestRestartsAndSuspensionsOfTheCallAreTaken(t *testing.T) {
	open, err := deadline.ParseSuspension("2026-03-05..")
	require.NoError(t, err)
	start := happened("accepted=2026-03-02T09:00:00+08:00")
	_, err = permits(t).Due(t.Context(), "decide", start, deadline.Suspend(open))
	assert.ErrorIs(t, err, deadline.ErrSuspended)

	r, err := permits(t).Due(t.Context(), "decide", start, deadline.RestartBy(deadline.Restart{At: at("2026-03-09T09:00:00+08:00")}))
	require.NoError(t, err)
	assert.Equal(t, "2026-03-09", r.Due.Trigger.String())
	assert.Equal(t, "2026-04-07", r.Due.Date.String())
}

func TestWhatCannotBeAnsweredHasACodeAndSaysWhy(t *testing.T) {
	for _, x := range []struct {
		name, id string
		events   []deadline.Event
		at       string
		code     deadline.Code
		text     string
	}{
		{"no such deadline", "decision", nil, "", deadline.NotFound, "没有期限“decision”；现有 decide, appeal, appeal-unrolled, renew, later"},
		{"no trigger", "decide", nil, "", deadline.InvalidInput, "events.accepted: 没有给出起算事件 accepted（期限 decide）"},
		{
			"an event that is not declared", "decide", happened("acepted=2026-03-02T09:00:00+08:00"), "", deadline.InvalidInput,
			"events.acepted: 规则文件没有事件“acepted”；可用的是 accepted, reviewed_from, reviewed_to, decided",
		},
		{"an event without time", "decide", []deadline.Event{{Name: "accepted"}}, "", deadline.InvalidInput, "events.accepted: 没有写明起算的时刻"},
		{
			"two triggers", "decide", happened("accepted=2026-03-02T09:00:00+08:00", "accepted=2026-03-03T09:00:00+08:00"), "",
			deadline.InvalidInput, "events.accepted: 事件“accepted”记录了两次",
		},
		{
			"done before it began", "decide", happened("accepted=2026-03-02T09:00:00+08:00", "decided=2026-03-01T09:00:00+08:00"), "",
			deadline.InvalidInput, "events.decided: decided 早于 accepted",
		},
		{
			"an end without beginning", "decide", happened("accepted=2026-03-02T09:00:00+08:00", "reviewed_to=2026-03-03T09:00:00+08:00"), "",
			deadline.InvalidInput, "events.reviewed_to: reviewed_to 多于 reviewed_from；请补上缺少的 reviewed_from",
		},
		{
			"a reversed suspension", "decide",
			happened("accepted=2026-03-02T09:00:00+08:00", "reviewed_from=2026-03-06T09:00:00+08:00", "reviewed_to=2026-03-05T09:00:00+08:00"), "",
			deadline.InvalidInput, "events.reviewed_to: reviewed_to 早于 reviewed_from",
		},
		{
			"an open suspension", "decide", happened("accepted=2026-03-02T09:00:00+08:00", "reviewed_from=2026-03-06T09:00:00+08:00"), "",
			deadline.Suspended, "suspensions[0]: 自 2026-03-06 起中止，尚未恢复，因此还没有届满日；恢复后请写明止日",
		},
		{
			"a year without notice", "decide", happened("accepted=2026-12-21T09:00:00+08:00"), "",
			deadline.NotCovered, "没有 2027 年的放假安排（已有 2007-01-01 至 2026-12-31）：请装入该年的通知，或待其公布后再算",
		},
		{
			"a rule file outside its window", "decide", happened("accepted=2026-03-02T09:00:00+08:00"), "2027-01-01T00:00:00+08:00",
			deadline.NotInForce, "Deadlines/permit 在 2027-01-01 不生效（自 2026-01-01 至 2026-12-31）",
		},
		{
			"a deadline outside its window", "later", happened("decided=2025-03-02T09:00:00+08:00"), "",
			deadline.NotInForce, "later 在 2026-03-20 不生效（自 2026-07-01 至 …）",
		},
	} {
		t.Run(x.name, func(t *testing.T) {
			var opts []deadline.CallOption
			if x.at != "" {
				opts = append(opts, deadline.At(at(x.at)))
			}
			_, err := permits(t).Due(t.Context(), x.id, x.events, opts...)
			assert.Equal(t, x.code, deadline.CodeOf(err))
			assert.Equal(t, x.text, deadline.Explain(err, "zh"))
		})
	}
}

func TestAnIDThatSeveralFilesHaveNeedsTheNameOfItsFile(t *testing.T) {
	d, err := deadline.New(loadRules(t, map[string]string{
		"permit.yaml": permit, "other.yaml": strings.Replace(permit, "name: permit", "name: other", 1),
	}), deadline.Clock(func() time.Time { return at("2026-03-20T09:00:00+08:00") }))
	require.NoError(t, err)
	start := happened("accepted=2026-03-02T09:00:00+08:00")
	_, err = d.Due(t.Context(), "decide", start)
	var missing *deadline.NotFoundError
	require.True(t, errors.As(err, &missing))
	assert.Equal(t, []string{"other/decide", "permit/decide"}, missing.Have)
	r, err := d.Due(t.Context(), "permit/decide", start)
	require.NoError(t, err)
	assert.Equal(t, "Deadlines/permit", r.Ruleset)
}

func TestABundleWithoutDeadlinesIsAnError(t *testing.T) {
	_, err := deadline.New(loadRules(t, nil))
	assert.EqualError(t, err, "deadline: the bundle has no rule file of kind Deadlines")
	_, err = deadline.New(loadRules(t, map[string]string{"permit.yaml": permit}), deadline.Named("permits"))
	assert.ErrorIs(t, err, deadline.ErrNotFound)
	assert.EqualError(t, err, "deadline: there is no Deadlines/permits; there is permit")
}

func TestACancelledContextIsNoAnswer(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	_, err := permits(t).Due(ctx, "decide", happened("accepted=2026-03-02T09:00:00+08:00"))
	assert.ErrorIs(t, err, cause)
}

func TestACalendarOfTheHostIsCountedWith(t *testing.T) {
	cal, err := deadline.China().WithClosures(deadline.Closure{
		From: day("2026-03-04"), To: day("2026-03-05"), Name: "台风停工", Citation: "示例通告", Published: day("2026-03-03"),
	})
	require.NoError(t, err)
	r, err := permits(t, deadline.WithCalendar(cal)).Due(t.Context(), "decide", happened("accepted=2026-03-02T09:00:00+08:00"))
	require.NoError(t, err)
	assert.Equal(t, "2026-04-01", r.Due.Date.String())
}

func TestAnAnswerOfThePackSaysThatItRestsOnADraftAndOnWhichInterpretations(t *testing.T) {
	rules, err := banfa.Load(shenzhen.FS())
	require.NoError(t, err)
	d, err := deadline.New(rules)
	require.NoError(t, err)
	r, err := d.Due(t.Context(), "art42-review", happened("application_received=2026-06-18T09:00:00+08:00"),
		deadline.At(at("2026-06-18T09:00:00+08:00")))
	require.NoError(t, err)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	var got struct {
		Deadline        string   `json:"deadline"`
		Due             string   `json:"due"`
		Status          string   `json:"status"`
		Interpretations []string `json:"interpretations"`
	}
	require.NoError(t, json.Unmarshal(text, &got))
	assert.Equal(t, "art42-review", got.Deadline)
	assert.Equal(t, "2026-07-03", got.Due)
	assert.Equal(t, "draft", got.Status)
	assert.Equal(t, []string{"clock-start", "supplement-suspends", "make-up-days"}, got.Interpretations)
	keys := []string{"deadline", "basis", "due", "before", "provisional", "ledger", "notices", "ruleset", "digest", "at", "status", "interpretations"}
	assert.Equal(t, keys, keysInOrder(t, text))
	assert.Contains(t, r.Summary("en"), "Deadlines/handling-periods is a draft\n")
	assert.Contains(t, r.Text("en"), "day of the trigger (application for data received), not counted")
	assert.NotContains(t, r.Text("zh"), "application")
}

// keysInOrder returns the keys of a JSON object as they stand.
func keysInOrder(t *testing.T, text []byte) []string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(text)))
	_, err := dec.Token()
	require.NoError(t, err)
	var keys []string
	for dec.More() {
		key, err := dec.Token()
		require.NoError(t, err)
		keys = append(keys, key.(string))
		var skip json.RawMessage
		require.NoError(t, dec.Decode(&skip))
	}
	return keys
}
