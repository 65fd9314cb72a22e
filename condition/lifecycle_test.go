package condition_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

var lifecyclePack = sync.OnceValues(func() (*banfa.Rules, error) { return banfa.Load(shenzhen.FS()) })

// packLifecycle returns a lifecycle of the pack for Shenzhen.
func packLifecycle(t testing.TB, name string) *condition.Lifecycle {
	t.Helper()
	rules, err := lifecyclePack()
	require.NoError(t, err)
	l, err := condition.NewLifecycle(rules, condition.LifecycleNamed(name))
	require.NoError(t, err)
	return l
}

const lifecycleHead = `apiVersion: banfa/v1
kind: Lifecycle
metadata: {name: example, title: 例, status: draft}
instrument: shenzhen
`

// lifecycleOf loads a file of kind Lifecycle that stands beside the pack's deadlines.
func lifecycleOf(t testing.TB, body string, opts ...condition.LifecycleOption) *condition.Lifecycle {
	t.Helper()
	fsys := lifecycleFS(lifecycleHead + body)
	deadlines, err := os.ReadFile("../measures/shenzhen/handling-periods.yaml")
	require.NoError(t, err)
	fsys["d.yaml"] = &fstest.MapFile{Data: deadlines}
	rules, err := banfa.Load(fsys, lifecycleCitable())
	require.NoError(t, err)
	l, err := condition.NewLifecycle(rules, opts...)
	require.NoError(t, err)
	return l
}

func lifecycleFS(text string) fstest.MapFS { return fstest.MapFS{"a.yaml": {Data: []byte(text)}} }

func lifecycleCitable() banfa.Option { return banfa.Citable(shenzhen.FS()) }

func lifecycleAt(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", s)
	require.NoError(t, err)
	return at.Add(-8 * time.Hour) // written in China's time
}

func lifecycleHappened(t testing.TB, name, at, by string, facts banfa.Map) condition.CaseEvent {
	t.Helper()
	return condition.CaseEvent{Name: name, At: lifecycleAt(t, at), By: by, Facts: facts}
}

// lifecycleReview are the events of an application under review, the tenth working day of which is 2026-03-16.
func lifecycleReview(t testing.TB) []condition.CaseEvent {
	t.Helper()
	return []condition.CaseEvent{
		lifecycleHappened(t, "application_received", "2026-03-02 09:00", "applicant", banfa.Map{"real_name_verified": true, "materials_complete": true}),
		lifecycleHappened(t, "application_accepted", "2026-03-03 09:00", "authority", nil),
	}
}

func TestAStandingSaysWhereTheCaseStandsAndWhatMayFollow(t *testing.T) {
	l := packLifecycle(t, "application")
	s, err := l.Fold(t.Context(), lifecycleReview(t))
	require.NoError(t, err)
	assert.Equal(t, "accepted", s.State)
	assert.Equal(t, "2026-03-03T09:00:00+08:00", s.Since)
	assert.Equal(t, []string{"supplement_requested", "application_answered", "application_withdrawn"}, s.MayHappen())
	require.Len(t, s.Deadlines, 1)
	assert.Equal(t, "2026-03-16", s.Deadlines[0].Due)
	assert.Equal(t, 9, s.Deadlines[0].Remaining)
	assert.Equal(t, []string{"第四十二条"}, s.Deadlines[0].Basis)
	for _, e := range s.Legal {
		if e.Transition == "art42-reject" {
			assert.Equal(t, condition.GuardUnknown, e.Guard)
			assert.Equal(t, []string{"approved", "reason"}, e.Missing)
		}
	}
}

func TestADeadlineIsOverdueFromTheInstantThatItIsOver(t *testing.T) {
	l := packLifecycle(t, "application")
	s, err := l.Fold(t.Context(), lifecycleReview(t))
	require.NoError(t, err)
	assert.Empty(t, s.Due(lifecycleAt(t, "2026-03-16 23:59")))
	over := s.Due(lifecycleAt(t, "2026-03-17 00:00"))
	require.Len(t, over, 1)
	assert.Equal(t, "art42-review", over[0].ID)
	assert.True(t, over[0].Overdue)

	late, err := l.AsOf(t.Context(), s, lifecycleAt(t, "2026-03-18 09:00"))
	require.NoError(t, err)
	assert.True(t, late.Deadlines[0].Overdue)
	assert.Equal(t, 2, late.Deadlines[0].Late)
	assert.False(t, s.Deadlines[0].Overdue, "the standing looked at later stays as it is")
}

func TestAnEventThatIsNotLegalIsRefusedWithThoseThatAre(t *testing.T) {
	l := packLifecycle(t, "application")
	s, err := l.Fold(t.Context(), lifecycleReview(t))
	require.NoError(t, err)
	before, err := json.Marshal(s)
	require.NoError(t, err)
	yes := banfa.Map{"approved": true}
	for _, tc := range []struct {
		says string
		e    condition.CaseEvent
		code condition.IllegalCode
	}{
		{"no such event", lifecycleHappened(t, "application_anwsered", "2026-03-10 09:00", "authority", yes), condition.IllegalUnknownEvent},
		{"not in this state", lifecycleHappened(t, "permission_opened", "2026-03-10 09:00", "authority", nil), condition.IllegalState},
		{"by somebody else", lifecycleHappened(t, "application_answered", "2026-03-10 09:00", "applicant", yes), condition.IllegalRole},
		{"by nobody", lifecycleHappened(t, "application_answered", "2026-03-10 09:00", "", yes), condition.IllegalRole},
		{"the result is not known", lifecycleHappened(t, "application_answered", "2026-03-10 09:00", "authority", nil), condition.IllegalUnknown},
		{"no reasons", lifecycleHappened(t, "application_answered", "2026-03-10 09:00", "authority", banfa.Map{"approved": false, "reason": " "}), condition.IllegalGuard},
		{"before the last event", lifecycleHappened(t, "application_answered", "2026-03-03 08:59", "authority", yes), condition.IllegalLate},
		{"a fact of another type", lifecycleHappened(t, "application_answered", "2026-03-10 09:00", "authority", banfa.Map{"approved": "yes"}), condition.IllegalFacts},
		{"a fact of another event", lifecycleHappened(t, "application_answered", "2026-03-10 09:00", "authority", banfa.Map{"lacking": []any{}}), condition.IllegalFacts},
		{"no time", condition.CaseEvent{Name: "application_answered", By: "authority", Facts: yes}, condition.IllegalTime},
		{
			"a long id",
			condition.CaseEvent{Name: "application_answered", At: lifecycleAt(t, "2026-03-10 09:00"), ID: strings.Repeat("x", 257)},
			condition.IllegalLimit,
		},
	} {
		t.Run(tc.says, func(t *testing.T) {
			next, err := l.Apply(t.Context(), s, tc.e)
			assert.Nil(t, next)
			var illegal *condition.IllegalEventError
			require.ErrorAs(t, err, &illegal)
			assert.Equal(t, tc.code, illegal.Code)
			assert.Equal(t, "accepted", illegal.State)
			assert.Equal(t, 2, illegal.Index)
			assert.NotEmpty(t, illegal.Legal)
			for _, lang := range []string{"zh", "en"} {
				assert.NotContains(t, illegal.Text(lang), "{", "a template is left")
				assert.Contains(t, illegal.Text(lang), "application_answered")
			}
			after, err := json.Marshal(s)
			require.NoError(t, err)
			assert.Equal(t, string(before), string(after))
		})
	}
}

func TestWhatACaseStatesIsNotContradictedUnlessTheEventMay(t *testing.T) {
	l := lifecycleOf(t, `facts:
  until: {label: 至, type: date}
  terms: {label: 条件, type: object, fields: {a: {label: 甲, type: int}, b: {label: 乙, type: int}}}
states: {open: {label: 开, initial: true}, over: {label: 止, final: true}}
events:
  note: {label: 记录}
  renew: {label: 续期, may_state: until}
  end: {label: 终止, may_state: []}
transitions:
  - {id: noted, basis: 第六十三条, event: note, from: open, to: open}
  - {id: renewed, basis: 第六十三条, event: renew, from: open, to: open}
  - {id: ended, basis: 第六十三条, event: end, from: open, to: over}
`)
	day := func(name, until string) condition.CaseEvent {
		return lifecycleHappened(t, name, "2026-03-02 09:00", "", banfa.Map{"until": until})
	}
	terms := func(name string, a int) condition.CaseEvent {
		return lifecycleHappened(t, name, "2026-03-02 09:00", "", banfa.Map{"terms": map[string]any{"a": a}})
	}
	for _, tc := range []struct {
		says    string
		history []condition.CaseEvent
		refused string // what the last one is told; empty where it is taken
	}{
		{"what is new may be stated by an event that says nothing of it", []condition.CaseEvent{day("note", "2027-01-01")}, ""},
		{"and repeated", []condition.CaseEvent{day("note", "2027-01-01"), day("note", "2027-01-01")}, ""},
		{
			"and not contradicted",
			[]condition.CaseEvent{day("note", "2027-01-01"), day("note", "2028-01-01")},
			"the fact until is stated to be 2027-01-01; the event note may not make it 2028-01-01",
		},
		{"but by the event that may", []condition.CaseEvent{day("note", "2027-01-01"), day("renew", "2028-01-01")}, ""},
		{
			"by what it became, not by what it was",
			[]condition.CaseEvent{day("note", "2027-01-01"), day("renew", "2028-01-01"), day("note", "2027-01-01")},
			"the fact until is stated to be 2028-01-01; the event note may not make it 2027-01-01",
		},
		{"an event with a list states nothing else", []condition.CaseEvent{terms("renew", 1)}, "the event renew may not state the fact terms"},
		{"an event with an empty one states nothing", []condition.CaseEvent{day("end", "2027-01-01")}, "the event end may not state the fact until"},
		{"but may repeat", []condition.CaseEvent{day("note", "2027-01-01"), day("end", "2027-01-01")}, ""},
		{"an object that lacks a field is the same again", []condition.CaseEvent{terms("note", 1), terms("end", 1)}, ""},
		{"and another is not", []condition.CaseEvent{terms("note", 1), terms("end", 2)}, "the event end may not make it"},
	} {
		t.Run(tc.says, func(t *testing.T) {
			_, err := l.Fold(t.Context(), tc.history)
			if tc.refused == "" {
				require.NoError(t, err)
				return
			}
			var illegal *condition.IllegalEventError
			require.ErrorAs(t, err, &illegal)
			assert.Equal(t, condition.IllegalFact, illegal.Code)
			assert.Equal(t, len(tc.history)-1, illegal.Index)
			assert.Contains(t, illegal.Text("en"), tc.refused)
			assert.Contains(t, illegal.Text("zh"), "事实")
		})
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	l := packLifecycle(t, "permission")
	_, err := l.Fold(t.Context(), []condition.CaseEvent{lifecycleHappened(t, "permission_opened", "2026-03-10 09:00", "authority", nil)})
	var illegal *condition.IllegalEventError
	require.ErrorAs(t, err, &illegal)
	assert.Equal(t, []string{"valid_until"}, illegal.Missing)
	assert.Equal(t, []string{"art42-open"}, illegal.Rules)
	assert.Equal(t, []string{"第四十二条"}, illegal.Basis)
}

func TestAFactErrorOfAnEventIsFoundInTheRefusal(t *testing.T) {
	l := packLifecycle(t, "permission")
	_, err := l.Fold(t.Context(), []condition.CaseEvent{
		lifecycleHappened(t, "permission_opened", "2026-03-10 09:00", "authority", banfa.Map{"valid_untill": "2027-01-01"}),
	})
	var fe *banfa.FactError
	require.ErrorAs(t, err, &fe)
	assert.Equal(t, []string{"valid_until"}, fe.Near)
}

func TestTheSameEventAgainChangesNothingAndAnotherOfItsIDIsRefused(t *testing.T) {
	l := packLifecycle(t, "application")
	events := lifecycleReview(t)
	events[0].ID, events[1].ID = "1", "2"
	once, err := l.Fold(t.Context(), events)
	require.NoError(t, err)
	again, err := l.Fold(t.Context(), append(events, events[0], events[1]))
	require.NoError(t, err)
	assert.Equal(t, lifecycleJSON(t, once), lifecycleJSON(t, again))

	events[1].ID = "1"
	_, err = l.Fold(t.Context(), events)
	var illegal *condition.IllegalEventError
	require.ErrorAs(t, err, &illegal)
	assert.Equal(t, condition.IllegalDuplicate, illegal.Code)
}

func TestTheLogTellsOneChangedEventFromAnother(t *testing.T) {
	l := packLifecycle(t, "application")
	logs := map[string]bool{}
	for _, change := range []func(e *condition.CaseEvent){
		func(*condition.CaseEvent) {},
		func(e *condition.CaseEvent) { e.ID = "a" },
		func(e *condition.CaseEvent) { e.At = e.At.Add(time.Nanosecond) },
		func(e *condition.CaseEvent) { e.Facts = banfa.Map{"real_name_verified": true} },
		func(e *condition.CaseEvent) {
			e.Facts = banfa.Map{"real_name_verified": true, "materials_complete": false}
		},
	} {
		events := lifecycleReview(t)[:1]
		change(&events[0])
		s, err := l.Fold(t.Context(), events)
		require.NoError(t, err)
		logs[s.Log] = true
	}
	assert.Len(t, logs, 5)

	local := lifecycleReview(t)
	for i := range local {
		local[i].At = local[i].At.In(time.FixedZone("", -3*60*60))
	}
	a, err := l.Fold(t.Context(), lifecycleReview(t))
	require.NoError(t, err)
	b, err := l.Fold(t.Context(), local)
	require.NoError(t, err)
	assert.Equal(t, a.Log, b.Log, "the zone in which an instant is written is not part of it")
}

func TestASuspendedDeadlineHasNoDueDateAndIsNeverOverdue(t *testing.T) {
	l := packLifecycle(t, "application")
	s, err := l.Fold(t.Context(), append(lifecycleReview(t),
		lifecycleHappened(t, "supplement_requested", "2026-03-05 10:00", "authority", banfa.Map{"lacking": []any{"安全管理制度"}})))
	require.NoError(t, err)
	far := lifecycleAt(t, "2026-12-01 09:00")
	s, err = l.AsOf(t.Context(), s, far)
	require.NoError(t, err)
	d := s.Deadlines[0]
	assert.True(t, d.Suspended)
	assert.Equal(t, "2026-03-05", d.Since)
	assert.Empty(t, d.Due)
	assert.False(t, d.Overdue)
	assert.Empty(t, s.Due(far))
	assert.Contains(t, s.Text("zh"), "自 2026-03-05 起中止")
}

// The first transition that needs a deadline to be over: what cannot be told is not known, and refuses.
func TestAGuardSeesWhetherADeadlineIsOverdue(t *testing.T) {
	l := lifecycleOf(t, `deadlines: handling-periods
states:
  draft: {label: 填写中, initial: true}
  received: {label: 处理中}
  done: {label: 已反馈, final: true}
  lapsed: {label: 逾期未反馈, final: true}
events:
  objection_received: {label: 收到}
  feedback_given: {label: 反馈}
  escalated: {label: 上报}
transitions:
  - {id: receive, basis: 第六十五条, event: objection_received, from: draft, to: received}
  - {id: answer, basis: 第六十五条, event: feedback_given, from: received, to: done}
  - {id: escalate, basis: 第六十五条, event: escalated, from: received, to: lapsed, require: deadlines.art65_feedback.overdue}
`)
	try := func(received, escalated string) error {
		_, err := l.Fold(t.Context(), []condition.CaseEvent{
			lifecycleHappened(t, "objection_received", received, "", nil), lifecycleHappened(t, "escalated", escalated, "", nil),
		})
		return err
	}
	require.NoError(t, try("2026-06-05 09:00", "2026-06-23 00:00"))
	var illegal *condition.IllegalEventError
	require.ErrorAs(t, try("2026-06-05 09:00", "2026-06-22 23:59"), &illegal)
	assert.Equal(t, condition.IllegalGuard, illegal.Code)
	// The schedule of 2027 is not published: neither a due date that needs it, nor one that it can still move, is over.
	for _, received := range []string{"2026-12-18 09:00", "2026-12-14 09:00"} {
		require.ErrorAs(t, try(received, "2027-03-01 09:00"), &illegal)
		assert.Equal(t, condition.IllegalUnknown, illegal.Code, received)
		assert.Equal(t, []string{"deadlines.art65_feedback.overdue"}, illegal.Missing)
	}
}

func TestADeadlineThatBeginsAgainBeginsAnew(t *testing.T) {
	l := lifecycleOf(t, `deadlines: handling-periods
states:
  idle: {label: 空闲, initial: true}
  received: {label: 处理中}
  done: {label: 结束, final: true}
events:
  objection_received: {label: 收到}
  feedback_given: {label: 反馈}
  closed: {label: 结束}
transitions:
  - {id: receive, basis: 第六十五条, event: objection_received, from: idle, to: received}
  - {id: answer, basis: 第六十五条, event: feedback_given, from: received, to: idle}
  - {id: close, basis: 第六十五条, event: closed, from: idle, to: done}
`)
	s, err := l.Fold(t.Context(), []condition.CaseEvent{
		lifecycleHappened(t, "objection_received", "2026-03-02 09:00", "", nil),
		lifecycleHappened(t, "feedback_given", "2026-03-05 09:00", "", nil),
		lifecycleHappened(t, "objection_received", "2026-06-05 09:00", "", nil),
	})
	require.NoError(t, err)
	require.Len(t, s.Deadlines, 1)
	assert.Equal(t, "2026-06-22", s.Deadlines[0].Due)
	assert.Empty(t, s.Deadlines[0].Ended)
}

func TestAnErrorInAGuardRefuses(t *testing.T) {
	l := lifecycleOf(t, `facts:
  parts: {label: 份数, type: int, min: 0, max: 10}
states:
  a: {label: 甲, initial: true}
  b: {label: 乙, final: true}
events:
  go: {label: 前进}
transitions:
  - {id: go, basis: 第四十二条, event: go, from: a, to: b, require: 10 / parts > 1}
`)
	_, err := l.Fold(t.Context(), []condition.CaseEvent{lifecycleHappened(t, "go", "2026-03-02 09:00", "", banfa.Map{"parts": 0})})
	var illegal *condition.IllegalEventError
	require.ErrorAs(t, err, &illegal)
	assert.Equal(t, condition.IllegalError, illegal.Code)
	assert.Contains(t, illegal.Error(), "division by zero")
}

func TestRulesExistWithinTheirWindow(t *testing.T) {
	l := lifecycleOf(t, `states:
  a: {label: 甲, initial: true}
  b: {label: 乙, final: true}
  c: {label: 丙, final: true}
events:
  go: {label: 前进}
transitions:
  - {id: old, basis: 第四十二条, event: go, from: a, to: b, effective: {until: "2026-06-30"}}
  - {id: new, basis: 第四十二条, event: go, from: a, to: c, effective: {from: "2026-07-01"}}
`)
	for at, want := range map[string]string{"2026-06-30 23:59": "b", "2026-07-01 00:00": "c"} {
		s, err := l.Fold(t.Context(), []condition.CaseEvent{lifecycleHappened(t, "go", at, "", nil)})
		require.NoError(t, err)
		assert.Equal(t, want, s.State)
	}
}

func TestALogIsBounded(t *testing.T) {
	l := lifecycleOf(t, `states:
  a: {label: 甲, initial: true}
  b: {label: 乙, final: true}
events:
  stay: {label: 停留}
  go: {label: 前进}
transitions:
  - {id: stay, basis: 第四十二条, event: stay, from: a, to: a}
  - {id: go, basis: 第四十二条, event: go, from: a, to: b}
`, condition.LifecycleMaxEvents(3))
	var events []condition.CaseEvent
	for range 4 {
		events = append(events, lifecycleHappened(t, "stay", "2026-03-02 09:00", "", nil))
	}
	s, err := l.Fold(t.Context(), events[:3])
	require.NoError(t, err)
	assert.Equal(t, "2026-03-02T09:00:00+08:00", s.Since)
	_, err = l.Fold(t.Context(), events)
	var illegal *condition.IllegalEventError
	require.ErrorAs(t, err, &illegal)
	assert.Equal(t, condition.IllegalLimit, illegal.Code)
	assert.Contains(t, illegal.Error(), "LifecycleMaxEvents")
}

func TestACancelledContextGivesNoStanding(t *testing.T) {
	l := packLifecycle(t, "application")
	s, err := l.Fold(t.Context(), lifecycleReview(t))
	require.NoError(t, err)
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	_, err = l.Fold(ctx, lifecycleReview(t))
	require.ErrorIs(t, err, stop)
	_, err = l.AsOf(ctx, s, lifecycleAt(t, "2026-04-01 09:00"))
	require.ErrorIs(t, err, stop)
	_, err = l.Apply(ctx, s, lifecycleHappened(t, "application_withdrawn", "2026-04-01 09:00", "applicant", nil))
	require.ErrorIs(t, err, stop)
}

func TestAStandingOfAnotherLifecycleIsRefused(t *testing.T) {
	s, err := packLifecycle(t, "application").Fold(t.Context(), nil)
	require.NoError(t, err)
	other := packLifecycle(t, "permission")
	_, err = other.Apply(t.Context(), s, lifecycleHappened(t, "permission_opened", "2026-04-01 09:00", "authority", nil))
	require.Error(t, err)
	_, err = other.AsOf(t.Context(), s, lifecycleAt(t, "2026-04-01 09:00"))
	require.Error(t, err)
	_, err = other.Apply(t.Context(), nil, condition.CaseEvent{})
	require.Error(t, err)
}

func TestALifecycleIsNamedWhereThereAreSeveral(t *testing.T) {
	rules, err := lifecyclePack()
	require.NoError(t, err)
	var nf *condition.LifecycleNotFoundError
	_, err = condition.NewLifecycle(rules)
	require.ErrorAs(t, err, &nf)
	assert.Equal(t, []string{"admission", "application", "objection", "permission"}, nf.Have)
	_, err = condition.NewLifecycle(rules, condition.LifecycleNamed("applications"))
	require.ErrorAs(t, err, &nf)
	assert.Equal(t, "没有 Lifecycle/applications；现有 admission, application, objection, permission", nf.Text("zh"))
}

func TestManyGoroutinesFoldTheSameLog(t *testing.T) {
	l := packLifecycle(t, "application")
	s, err := l.Fold(t.Context(), lifecycleReview(t))
	require.NoError(t, err)
	want := lifecycleJSON(t, s)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				got, err := l.Fold(context.Background(), lifecycleReview(t))
				if assert.NoError(t, err) {
					assert.Equal(t, want, lifecycleJSON(t, got))
				}
				next, err := l.Apply(context.Background(), s, lifecycleHappened(t, "application_withdrawn", "2026-03-06 09:00", "applicant", nil))
				if assert.NoError(t, err) {
					assert.Equal(t, "withdrawn", next.State)
				}
			}
		})
	}
	wg.Wait()
	assert.Equal(t, want, lifecycleJSON(t, s))
}

func lifecycleJSON(t require.TestingT, v any) string {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// The diagrams are files that a reader can look at: testdata/lifecycle/*.mmd.
func TestTheDiagramsOfThePack(t *testing.T) {
	for _, name := range []string{"application", "admission", "permission", "objection"} {
		for _, lang := range []string{"zh", "en"} {
			file := filepath.Join("testdata", "lifecycle", fmt.Sprintf("%s.%s.mmd", name, lang))
			got := packLifecycle(t, name).Mermaid(lang)
			if os.Getenv("UPDATE_MERMAID") != "" {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, file)
			loops := map[string]bool{} // Mermaid draws only one arrow from a state to itself
			for _, line := range strings.Split(got, "\n") {
				from, to, _ := strings.Cut(strings.TrimSpace(line), " --> ")
				if to, _, _ = strings.Cut(to, ":"); from == to && from != "" {
					assert.False(t, loops[from], "%s: a second arrow from %s to itself", file, from)
					loops[from] = true
				}
			}
		}
	}
}

func TestADiagramReadsNothingIntoTexts(t *testing.T) {
	l := lifecycleOf(t, `states:
  end: {label: "\"a\" --> b; %% #1 <b>", initial: true}
  state: {label: 乙, final: true}
events:
  go: {label: "x: y\u202e"}
transitions:
  - {id: go, basis: 第四十二条, event: go, from: end, to: state}
`)
	assert.Equal(t, `stateDiagram-v2
    accTitle: 例
    state "#34;a#34; --#62; b#59; #37;#37; #35;1 #60;b#62;" as s_end
    state "乙" as s_state
    [*] --> s_end
    s_end --> s_state: x#58; y#92;u202e（第四十二条）
    s_state --> [*]
`, l.Mermaid("zh"))
}

func TestAGuardSaysWhatItAsksForInTheLanguageOfTheReader(t *testing.T) {
	_, err := packLifecycle(t, "application").Fold(t.Context(), []condition.CaseEvent{
		lifecycleHappened(t, "application_received", "2026-03-02 09:00", "applicant", banfa.Map{"real_name_verified": false}),
	})
	var illegal *condition.IllegalEventError
	require.ErrorAs(t, err, &illegal)
	assert.Equal(t, "事件 application_received 不符合 art41-submit 的要求：申请人应当先在市公共数据开放平台实名认证", illegal.Why("zh"))
	assert.Equal(t, "condition: the event application_received does not meet what art41-submit requires: "+
		"the applicant must have been verified by real name on the platform; legal now: application_received", illegal.Error())
}

func TestTheLogRestsOnEveryEventBeforeTheLast(t *testing.T) {
	l := packLifecycle(t, "permission")
	log := func(reported string, valid string) string {
		s, err := l.Fold(t.Context(), []condition.CaseEvent{
			lifecycleHappened(t, "permission_opened", "2026-03-23 09:00", "authority", banfa.Map{"valid_until": valid}),
			lifecycleHappened(t, "breach_found", "2026-05-11 09:00", "opening_body",
				banfa.Map{"breach": "other", "opinion": "整改", "rectify_by": "2026-05-25"}),
			lifecycleHappened(t, "rectification_reported", reported, "user", nil),
			lifecycleHappened(t, "permission_given_up", "2026-06-01 09:00", "user", nil),
		})
		require.NoError(t, err)
		return s.Log
	}
	logs := map[string]bool{
		log("2026-05-12 09:00", "2027-03-22"): true, log("2026-05-13 09:00", "2027-03-22"): true, log("2026-05-12 09:00", "2027-03-23"): true,
	}
	assert.Len(t, logs, 3)
}

func TestADeadlineThatEndsWhileItIsSuspendedHasADueDateAgain(t *testing.T) {
	l := packLifecycle(t, "application")
	s, err := l.Fold(t.Context(), append(lifecycleReview(t),
		lifecycleHappened(t, "supplement_requested", "2026-03-05 10:00", "authority", banfa.Map{"lacking": []any{"安全管理制度"}}),
		lifecycleHappened(t, "application_withdrawn", "2026-03-06 10:00", "applicant", nil)))
	require.NoError(t, err)
	d := s.Deadlines[0]
	assert.False(t, d.Suspended)
	assert.Equal(t, "2026-03-18", d.Due, "5 and 6 March do not count")
	assert.True(t, d.InTime)
	assert.False(t, d.Overdue)
	assert.Contains(t, s.Text("en"), "done in time")

	_, err = l.Apply(t.Context(), s, lifecycleHappened(t, "application_answered", "2026-03-07 10:00", "authority", banfa.Map{"approved": true}))
	var illegal *condition.IllegalEventError
	require.ErrorAs(t, err, &illegal)
	assert.Equal(t, condition.IllegalFinal, illegal.Code)
	assert.Empty(t, illegal.Legal)
	assert.Contains(t, illegal.Text("zh"), "事项已经终结")
}
