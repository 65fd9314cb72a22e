package condition_test

import (
	"encoding/json"
	"fmt"
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

const monitorHead = `apiVersion: banfa/v1
kind: Monitoring
metadata: {name: m, title: 监测, status: draft}
instrument: shenzhen
`

const monitorEvent = `event:
  user: {label: 用户, type: string, max_length: 32, required: true}
  permission: {label: 许可, type: string, max_length: 32, required: true}
  rows: {label: 行数, type: int}
  dataset: {label: 数据集, type: string}
`

func monitorRules(t testing.TB, body string) *banfa.Rules {
	t.Helper()
	text := monitorHead + body
	rules, err := banfa.Load(fstest.MapFS{"m.yaml": {Data: []byte(text)}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err, text)
	return rules
}

func newMonitor(t testing.TB, body string, opts ...condition.MonitorOption) *condition.Monitor {
	t.Helper()
	m, err := condition.NewMonitor(monitorRules(t, body), append([]condition.MonitorOption{condition.MonitorClock(monitorNow)}, opts...)...)
	require.NoError(t, err)
	return m
}

func monitorNow() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }

// monitorStart is a midnight in Shenzhen: panes begin there.
var monitorStart = time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("CST", 8*60*60))

// monitorUse is an event so many seconds after monitorStart.
func monitorUse(id string, second int, facts banfa.Map) condition.MonitorEvent {
	if facts == nil {
		facts = banfa.Map{}
	}
	for _, f := range []string{"user", "permission"} {
		if facts[f] == nil {
			facts[f] = f
		}
	}
	return condition.MonitorEvent{ID: id, At: monitorStart.Add(time.Duration(second) * time.Second), Facts: facts}
}

// monitorSaid observes events and returns "event rule kind" of each alert and "event notice" of each notice.
func monitorSaid(t testing.TB, m *condition.Monitor, events ...condition.MonitorEvent) []string {
	t.Helper()
	out := []string{}
	for _, e := range events {
		o, err := m.Observe(t.Context(), e)
		require.NoError(t, err)
		for _, a := range o.Alerts {
			line := a.Event + " " + a.Rule
			if a.Kind != condition.MonitorFinding {
				line += " " + string(a.Kind)
			}
			out = append(out, line)
		}
		for _, n := range o.Notices {
			out = append(out, strings.TrimSpace(n.Event+" "+n.Kind+" "+n.Rule))
		}
	}
	return out
}

const monitorThree = monitorEvent + `windows:
  uses: {count: true, by: [user], over: 10m, step: 1m}
rules:
  - {id: many, basis: 第五十九条, when: uses > 2, message: 过多}
`

func TestAWindowCountsBackOverItsLengthAndThePaneItBeginsIn(t *testing.T) {
	m := newMonitor(t, monitorThree)
	assert.Equal(t, []string{"c many"}, monitorSaid(t, m, monitorUse("a", 59, nil), monitorUse("b", 60, nil), monitorUse("c", 60+599, nil)),
		"at 10:59 the window begins at 0:59, and so does its pane")
	m = newMonitor(t, monitorThree)
	assert.Empty(t, monitorSaid(t, m, monitorUse("a", 59, nil), monitorUse("b", 60, nil), monitorUse("c", 660, nil)), "at 11:00 the pane of 0:59 has gone")
}

func TestKeysAreCountedApart(t *testing.T) {
	m := newMonitor(t, monitorThree)
	x, y := banfa.Map{"user": "x"}, banfa.Map{"user": "y"}
	assert.Equal(t, []string{"e many"}, monitorSaid(t, m, monitorUse("a", 1, x), monitorUse("b", 2, y), monitorUse("c", 3, x), monitorUse("d", 4, y), monitorUse("e", 5, x)))
}

func TestAnAlertNamesPermissionRuleCitationAndEvents(t *testing.T) {
	m := newMonitor(t, monitorThree)
	monitorSaid(t, m, monitorUse("a", 0, nil), monitorUse("b", 61, nil))
	o, err := m.Observe(t.Context(), monitorUse("c", 130, banfa.Map{"permission": "P7"}))
	require.NoError(t, err)
	require.Len(t, o.Alerts, 1)
	text, err := json.Marshal(o.Alerts[0])
	require.NoError(t, err)
	want := `{"kind":"finding","rule":"many","basis":"第五十九条","short":"59","severity":"medium","permission":"P7","key":{"user":"user"},` +
		`"at":"2026-11-01T00:02:10+08:00","event":"c","window":{"from":"2026-10-31T23:52:00+08:00","to":"2026-11-01T00:02:10+08:00"},` +
		`"values":{"uses":3},"message":"过多","events":["c","b","a"],"total":3,"ruleset":"Monitoring/m","digest":"` + m.Digest() + `","status":"draft"}`
	assert.Equal(t, want, string(text))
	assert.Equal(t, "2026-11-01T00:02:10+08:00 第五十九条 many [medium] user=user: 过多 (events: c b a; 3 in all)", o.Alerts[0].Text("en"))
}

func TestALateEventCountsInItsOwnPaneAndIsJudgedAgainWithThoseAfterIt(t *testing.T) {
	m := newMonitor(t, "lateness: 30m\n"+monitorThree)
	assert.Equal(t, []string{"d many"}, monitorSaid(t, m, monitorUse("a", 0, nil), monitorUse("b", 300, nil), monitorUse("c", 1800, nil), monitorUse("d", 120, nil)),
		"a, d and b lie within ten minutes, although c is newer")
}

func TestAnEventThatComesTooLateIsNotedAndJudgedByItself(t *testing.T) {
	m := newMonitor(t, "lateness: 10m\n"+monitorEvent+`windows:
  uses: {count: true, by: [user], over: 1h, step: 1m}
rules:
  - {id: many, basis: 第五十九条, when: uses > 0}
  - {id: big, basis: 第五十九条, when: event.rows > 5}
`)
	assert.Equal(t, []string{"a many"}, monitorSaid(t, m, monitorUse("a", 1000, banfa.Map{"rows": 1})))
	assert.Equal(t, []string{"b many"}, monitorSaid(t, m, monitorUse("b", 400, banfa.Map{"rows": 1})), "just in time")
	assert.Equal(t, []string{"c big", "c late"}, monitorSaid(t, m, monitorUse("c", 399, banfa.Map{"rows": 9})))
	assert.EqualValues(t, 1, m.Stats().Late)
}

func TestARepetitionIsIgnoredAndNoted(t *testing.T) {
	m := newMonitor(t, monitorThree)
	assert.Equal(t, []string{"a duplicate", "a duplicate"}, monitorSaid(t, m, monitorUse("a", 0, nil), monitorUse("a", 0, nil), monitorUse("a", 0, nil)))
	assert.Equal(t, []string{"a conflict"}, monitorSaid(t, m, monitorUse("a", 1, nil)), "another event under the same id is counted")
	assert.Equal(t, []string{"b many"}, monitorSaid(t, m, monitorUse("b", 2, nil)))
}

func TestIDsAreRememberedForTheLatenessAndNoLonger(t *testing.T) {
	m := newMonitor(t, "lateness: 10m\n"+monitorThree)
	for i := range 10_000 {
		monitorSaid(t, m, monitorUse(fmt.Sprint(i), i, nil))
	}
	assert.Less(t, m.Stats().IDs, 600+600/8+2)
}

func TestACooldownSilencesAlertsOfTheSameKey(t *testing.T) {
	m := newMonitor(t, monitorEvent+`rules:
  - {id: big, basis: 第五十九条, when: event.rows > 5, cooldown: 1h}
`)
	big := func(p string) banfa.Map { return banfa.Map{"rows": 9, "permission": p} }
	assert.Equal(t, []string{"a big", "c big", "e big"}, monitorSaid(t, m,
		monitorUse("a", 0, big("P1")), monitorUse("b", 3599, big("P1")), monitorUse("c", 3599, big("P2")), monitorUse("d", 100, big("P1")), monitorUse("e", 3600, big("P1"))))
	assert.EqualValues(t, 2, m.Stats().Cooled)
}

func TestWhatIsNotKnownIsAnAlertUnlessTheRuleSaysThatItIsOnlyNoted(t *testing.T) {
	body := monitorEvent + `windows:
  rows: {sum: event.rows, by: [user], over: 1h}
rules:
  - {id: sum, basis: 第五十九条, when: rows > 100, cooldown: 1h}
  - {id: single, basis: 第五十九条, when: event.rows > 100, unknown: note}
`
	m := newMonitor(t, body)
	assert.Equal(t, []string{"a sum unknown", "a unjudged single"}, monitorSaid(t, m, monitorUse("a", 0, nil)))
	assert.Empty(t, monitorSaid(t, m, monitorUse("b", 1, banfa.Map{"rows": 1})), "still not known, and said already")
	assert.Equal(t, []string{"c single"}, monitorSaid(t, m, monitorUse("c", 2, banfa.Map{"rows": 101})))
	o, err := m.Observe(t.Context(), monitorUse("d", 2*3600, nil))
	require.NoError(t, err)
	require.Len(t, o.Alerts, 1)
	assert.Equal(t, "rows", o.Alerts[0].Reason)
	assert.Equal(t, map[string]any{"rows": nil}, o.Alerts[0].Values)
	assert.EqualValues(t, 1, o.Alerts[0].Total)
}

func TestAWindowThatCannotTellMoreValuesApartIsAnAlertEvenWhereTheRuleDoesNotHold(t *testing.T) {
	m := newMonitor(t, monitorEvent+`windows:
  kinds: {distinct: event.dataset, by: [user], over: 1h, limit: 2}
  names: {values: event.dataset, by: [user], over: 1h, limit: 2}
rules:
  - {id: five, basis: 第五十九条, when: kinds > 5}
  - {id: pair, basis: 第五十九条, when: "sets.contains(names, ['a', 'z'])"}
  - {id: three, basis: 第五十九条, when: kinds > 2}
`)
	d := func(id string, s int, dataset string) condition.MonitorEvent {
		return monitorUse(id, s, banfa.Map{"dataset": dataset})
	}
	assert.Empty(t, monitorSaid(t, m, d("e1", 0, "a"), d("e2", 1, "b"), d("e3", 2, "a")))
	assert.Equal(t, []string{"e4 five saturated", "e4 pair saturated", "e4 three"}, monitorSaid(t, m, d("e4", 3, "c")))
	assert.Equal(t, []string{"e6 pair"}, monitorSaid(t, m, d("e5", 3*3600, "a"), d("e6", 3*3600+1, "z")), "and no longer once they have gone")
}

func TestASumThatLeavesTheRangeIsNeverSmall(t *testing.T) {
	m := newMonitor(t, monitorEvent+`windows:
  rows: {sum: event.rows, by: [user], over: 1h}
rules:
  - {id: sum, basis: 第五十九条, when: rows > 100}
  - {id: low, basis: 第五十九条, when: rows < 0}
`)
	most := banfa.Map{"rows": int64(1<<63 - 1)}
	assert.Equal(t, []string{"a sum", "a low saturated", "b sum", "b low saturated"}, monitorSaid(t, m, monitorUse("a", 0, most), monitorUse("b", 1, most)))
}

func TestADecimalIsSummedExactly(t *testing.T) {
	m := newMonitor(t, `event:
  user: {label: 用户, type: string, max_length: 32, required: true}
  permission: {label: 许可, type: string, max_length: 32, required: true}
  price: {label: 价格, type: decimal}
windows:
  paid: {sum: event.price, by: [user], over: 1h, step: 1m}
rules:
  - {id: third, basis: 第五十九条, when: paid == decimal('0.3')}
`)
	p := banfa.Map{"price": "0.1"}
	assert.Equal(t, []string{"c third"}, monitorSaid(t, m, monitorUse("a", 0, p), monitorUse("b", 61, p), monitorUse("c", 122, p)))
}

func TestAFailingExpressionIsAnAlert(t *testing.T) {
	m := newMonitor(t, monitorEvent+`windows:
  share: {sum: 100 / event.rows, by: [user], over: 1h}
rules:
  - {id: share, basis: 第五十九条, when: share > 1000}
  - {id: ratio, basis: 第五十九条, when: 1 / event.rows > 1}
`)
	assert.Equal(t, []string{"a share error", "a ratio error"}, monitorSaid(t, m, monitorUse("a", 0, banfa.Map{"rows": 0})))
	assert.Equal(t, []string{"b share unknown"}, monitorSaid(t, m, monitorUse("b", 1, banfa.Map{"rows": 1})), "what a adds stays unknown while it is in the window")
}

func TestAPermissionIsJoined(t *testing.T) {
	body := monitorEvent + `permission:
  scenario: {label: 场景, type: string}
  most: {label: 上限, type: int, optional: true}
rules:
  - {id: none, basis: 第五十九条, when: "!permission_known"}
  - {id: other, basis: 第五十九条, when: permission.scenario != event.dataset}
  - {id: over, basis: 第五十九条, when: event.rows > permission.most.orValue(10)}
`
	asked := 0
	m := newMonitor(t, body, condition.WithPermissions(func(id string) (banfa.Facts, bool) {
		asked++
		switch id {
		case "told":
			return banfa.Map{"scenario": "s"}, true
		case "wrong":
			return banfa.Map{"scenario": 7}, true
		}
		return nil, false
	}))
	e := func(id, p string, rows int) condition.MonitorEvent {
		return monitorUse(id, 0, banfa.Map{"permission": p, "dataset": "s", "rows": rows})
	}
	assert.Equal(t, []string{"a over"}, monitorSaid(t, m, e("a", "told", 11)))
	assert.Equal(t, []string{"b none", "b other unknown", "b over unknown"}, monitorSaid(t, m, e("b", "nobody", 1)))
	assert.Equal(t, []string{"c none", "c other unknown", "c over unknown", "c permission"}, monitorSaid(t, m, e("c", "wrong", 1)))
	require.NoError(t, m.SetPermission("set", banfa.Map{"scenario": "t", "most": 20}))
	before := asked
	assert.Equal(t, []string{"d other"}, monitorSaid(t, m, e("d", "set", 11)))
	assert.Equal(t, before, asked, "what has been told is not asked for")
	var fe *banfa.FactError
	require.ErrorAs(t, m.SetPermission("set", banfa.Map{"scenari": "t"}), &fe)
	assert.Empty(t, monitorSaid(t, m, monitorUse("e", 0, banfa.Map{"permission": "set", "dataset": "t", "rows": 20})), "what was told before stays")
	m.DropPermission("set")
	assert.Equal(t, []string{"f none", "f other unknown", "f over unknown"}, monitorSaid(t, m, e("f", "set", 1)))
}

func TestAnEventThatCannotBeTakenIsAnErrorThatNamesTheField(t *testing.T) {
	m := newMonitor(t, monitorThree)
	for name, e := range map[string]condition.MonitorEvent{
		"id":       monitorUse("", 0, nil),
		"id ":      monitorUse(strings.Repeat("x", 257), 0, nil),
		"id  ":     monitorUse("\xff", 0, nil),
		"user":     {ID: "a", At: monitorStart, Facts: banfa.Map{"permission": "p"}},
		"rows":     monitorUse("a", 0, banfa.Map{"rows": "many"}),
		"row":      monitorUse("a", 0, banfa.Map{"row": 1}),
		"user  ":   monitorUse("a", 0, banfa.Map{"user": strings.Repeat("x", 33)}),
		"at":       {ID: "a", At: monitorNow().Add(5*time.Minute + 1), Facts: monitorUse("a", 0, nil).Facts},
		"at ":      {ID: "a", At: time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC), Facts: monitorUse("a", 0, nil).Facts},
		"at  ":     {ID: "a", At: time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC), Facts: monitorUse("a", 0, nil).Facts},
		"dataset ": monitorUse("a", 0, banfa.Map{"dataset": []any{}}),
	} {
		_, err := m.Observe(t.Context(), e)
		var fe *banfa.FactError
		require.ErrorAs(t, err, &fe, name)
		assert.Equal(t, strings.TrimSpace(name), fe.Fact)
	}
	assert.Zero(t, m.Stats().Events)
}

func TestKeysExpireWithTheirWindows(t *testing.T) {
	m := newMonitor(t, "lateness: 1m\n"+monitorThree)
	most := 0
	for i := range 50_000 {
		monitorSaid(t, m, monitorUse(fmt.Sprint(i), i, banfa.Map{"user": fmt.Sprint(i)}))
		most = max(most, m.Stats().Keys)
	}
	// Ten minutes, a pane, the lateness, and an eighth of the reach between sweeps.
	assert.Less(t, most, (600+60+60)*9/8+60)
	assert.Greater(t, most, 600, "keys whose windows are not empty are kept")
}

func TestAKeyForWhichThereIsNoRoomIsAnAlert(t *testing.T) {
	m := newMonitor(t, monitorThree, condition.WithMonitorLimits(condition.MonitorLimits{Keys: 2}))
	u := func(id string, s int, user string) condition.MonitorEvent {
		return monitorUse(id, s, banfa.Map{"user": user})
	}
	assert.Equal(t, []string{"c many capacity", "d many capacity"}, monitorSaid(t, m, u("a", 0, "x"), u("b", 0, "y"), u("c", 0, "z"), u("d", 0, "z")))
	assert.Empty(t, monitorSaid(t, m, u("e", 2*86400, "z")), "keys that have expired make room")
	assert.Equal(t, 1, m.Stats().Keys)
}

func TestIDsForWhichThereIsNoRoomAreNotedAndTheirRepetitionCounts(t *testing.T) {
	m := newMonitor(t, monitorThree, condition.WithMonitorLimits(condition.MonitorLimits{IDs: 1}))
	assert.Equal(t, []string{"b ids", "b many", "b ids"}, monitorSaid(t, m, monitorUse("a", 0, nil), monitorUse("b", 0, nil), monitorUse("b", 0, nil)))
}

func TestRulesAndFilesOutsideTheirWindowDoNotExist(t *testing.T) {
	body := strings.Replace(monitorThree, "when: uses > 2", "when: uses > 0, effective: {from: \"2026-11-02\"}", 1)
	m := newMonitor(t, body)
	assert.Equal(t, []string{"b many"}, monitorSaid(t, m, monitorUse("a", 86399, nil), monitorUse("b", 86400, nil)))
	text := strings.Replace(monitorHead, "status: draft", "status: in-force, effective: {from: \"2026-11-02\"}", 1) + monitorThree
	text = strings.Replace(text, "instrument: shenzhen", "instrument: law", 1)
	law := "apiVersion: banfa/v1\nkind: Instrument\nmetadata: {name: law, title: 法, status: in-force}\narticles: [{n: 59, paragraphs: [0]}]\n"
	rules, err := banfa.Load(fstest.MapFS{"m.yaml": {Data: []byte(text)}, "law.yaml": {Data: []byte(law)}})
	require.NoError(t, err)
	m, err = condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
	require.NoError(t, err)
	_, err = m.Observe(t.Context(), monitorUse("a", 86399, nil))
	var nif *condition.MonitorNotInForceError
	require.ErrorAs(t, err, &nif)
	assert.Equal(t, "condition: Monitoring/m is not in force on 2026-11-01", nif.Error())
}

func TestEventsMayComeFromManyGoroutines(t *testing.T) {
	m := newMonitor(t, monitorEvent+`windows:
  uses: {count: true, by: [permission], over: 1h}
rules:
  - {id: last, basis: 第五十九条, when: uses == 800}
`)
	var wait sync.WaitGroup
	var mu sync.Mutex
	var alerts int
	for g := range 8 {
		wait.Go(func() {
			for i := range 100 {
				o, err := m.Observe(t.Context(), monitorUse(fmt.Sprintf("%d-%d", g, i), i, nil))
				assert.NoError(t, err)
				_ = m.Snapshot()
				mu.Lock()
				alerts += len(o.Alerts)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	assert.Equal(t, 1, alerts)
}

func TestAStreamGoesOnBehindAnEventThatCannotBeRead(t *testing.T) {
	m := newMonitor(t, monitorEvent+`rules:
  - {id: big, basis: 第五十九条, when: event.rows > 5}
`)
	line := func(id, more string) string {
		return fmt.Sprintf(`{"id":%q,"at":"2026-11-01T00:00:00+08:00","user":"u","permission":"p"%s}`+"\n", id, more)
	}
	in := "\ufeff" + line("a", `,"rows":9`) + "\n{\n" + line("b", `,"rows":"x"`) + strings.Repeat("x", 300) + "\n" + line("c", `,"rows":9,"rows":1`) + strings.TrimSpace(line("d", `,"rows":8`))
	var out []string
	for o, err := range m.Watch(t.Context(), condition.ReadEvents(strings.NewReader(in), 200)) {
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		out = append(out, o.Alerts[0].Event)
	}
	assert.Equal(t, []string{
		"a",
		"line 3: banfa: the facts are not JSON: line 1, column 2: unexpected end of the document",
		`event "b": banfa: rows must be int, not string "x"`,
		"line 5: banfa: the facts are too large: lines of at most 200 bytes are taken, found a longer line",
		"line 6: banfa: rows is given twice",
		"d",
	}, out)
}
