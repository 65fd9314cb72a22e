package condition_test

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
)

// The file that the monitorOracle knows by heart. Its windows differ in what they make of events, in keys, lengths and steps; its rules in what
// they read: one window, two, a field, and conditions that hold below a number.
const monitorOracleFile = "lateness: 90s\n" + monitorEvent + `windows:
  uses: {count: true, by: [user], over: 60s, step: 10s}
  rows: {sum: event.rows, where: event.dataset != 'c', by: [user], over: 120s, step: 30s}
  sets: {distinct: event.dataset, by: [permission], over: 100s, step: 20s, limit: 2}
  names: {values: event.dataset, by: [user, permission], over: 40s, step: 40s, limit: 3}
rules:
  - {id: uses, basis: 第五十九条, when: uses > 3}
  - {id: rows, basis: 第五十九条, when: rows > 12, cooldown: 30s}
  - {id: both, basis: 第五十九条, when: uses > 1 && rows > 5}
  - {id: sets, basis: 第五十九条, when: sets == 2, cooldown: 45s}
  - {id: pair, basis: 第五十九条, when: "'a' in names && 'b' in names"}
  - {id: few, basis: 第五十九条, when: uses == 1 && sets > 1, unknown: note}
  - {id: single, basis: 第五十九条, when: event.rows > 4, cooldown: 20s}
`

type monitorOracleEvent struct {
	id, user, permission, dataset string // an empty dataset is absent
	second                        int
	rows                          int // negative: absent
}

func (e monitorOracleEvent) event() condition.MonitorEvent {
	facts := banfa.Map{"user": e.user, "permission": e.permission}
	if e.dataset != "" {
		facts["dataset"] = e.dataset
	}
	if e.rows >= 0 {
		facts["rows"] = e.rows
	}
	return monitorUse(e.id, e.second, facts)
}

const (
	monitorNo = iota
	monitorYes
	monitorUnsure
)

func monitorAnd(a, b int) int {
	switch {
	case a == monitorNo || b == monitorNo:
		return monitorNo
	case a == monitorUnsure || b == monitorUnsure:
		return monitorUnsure
	}
	return monitorYes
}

func monitorTruth(known, b bool) int {
	switch {
	case !known:
		return monitorUnsure
	case b:
		return monitorYes
	}
	return monitorNo
}

// monitorOracle keeps every event it has ever counted and works out each window from all of them.
type monitorOracle struct {
	counted []monitorOracleEvent
	newest  int
	started bool
	raised  map[string]int
}

const monitorOracleLateness = 90

type monitorOracleWindow struct {
	name       string
	over, step int
	key        func(monitorOracleEvent) string
	limit      int
}

var monitorOracleWindows = map[string]monitorOracleWindow{
	"uses":  {"uses", 60, 10, func(e monitorOracleEvent) string { return e.user }, 0},
	"rows":  {"rows", 120, 30, func(e monitorOracleEvent) string { return e.user }, 0},
	"sets":  {"sets", 100, 20, func(e monitorOracleEvent) string { return e.permission }, 2},
	"names": {"names", 40, 40, func(e monitorOracleEvent) string { return e.user + "/" + e.permission }, 3},
}

func monitorFloor(a, b int) int {
	if a%b < 0 {
		return a/b - 1
	}
	return a / b
}

// monitorOracleReading is what a window comes to.
type monitorOracleReading struct {
	n, sum         int
	values         []string
	known, tooMany bool
}

// read works out a window of the key of an event, as it stands at a second (of which fractions of nanoseconds are left out).
func (o *monitorOracle) read(w monitorOracleWindow, e monitorOracleEvent, at int) monitorOracleReading {
	r := monitorOracleReading{known: true}
	hi := monitorFloor(at, w.step)
	for _, x := range o.counted {
		p := monitorFloor(x.second, w.step)
		if w.key(x) != w.key(e) || p > hi || p < hi-w.over/w.step {
			continue
		}
		switch w.name {
		case "uses":
			r.n++
		case "rows":
			switch {
			case x.dataset == "c":
			case x.dataset == "" || x.rows < 0:
				r.known = false
			default:
				r.sum += x.rows
			}
		default:
			if x.dataset == "" {
				r.known = false
			} else if !slices.Contains(r.values, x.dataset) {
				r.values = append(r.values, x.dataset)
			}
		}
	}
	r.tooMany = w.limit > 0 && len(r.values) > w.limit
	if r.tooMany {
		r.values = r.values[:w.limit+1]
	}
	return r
}

// holds judges a rule at a second; the second result says that a window holds too much.
func (o *monitorOracle) holds(rule string, e monitorOracleEvent, at int) (int, bool) {
	uses, rows := o.read(monitorOracleWindows["uses"], e, at), o.read(monitorOracleWindows["rows"], e, at)
	sets, list := o.read(monitorOracleWindows["sets"], e, at), o.read(monitorOracleWindows["names"], e, at)
	switch rule {
	case "uses":
		return monitorTruth(true, uses.n > 3), false
	case "rows":
		return monitorTruth(rows.known, rows.sum > 12), false
	case "both":
		return monitorAnd(monitorTruth(true, uses.n > 1), monitorTruth(rows.known, rows.sum > 5)), false
	case "sets":
		return monitorTruth(sets.known, len(sets.values) == 2), sets.tooMany
	case "pair":
		return monitorAnd(monitorTruth(list.known, slices.Contains(list.values, "a")), monitorTruth(list.known, slices.Contains(list.values, "b"))), list.tooMany
	case "few":
		return monitorAnd(monitorTruth(true, uses.n == 1), monitorTruth(sets.known, len(sets.values) > 1)), sets.tooMany
	}
	return monitorTruth(e.rows >= 0, e.rows > 4), false
}

type monitorOracleRule struct {
	id       string
	reads    []string
	key      func(monitorOracleEvent) string
	cooldown int
	note     bool
}

func monitorOracleRules() []monitorOracleRule {
	user := func(e monitorOracleEvent) string { return e.user }
	permission := func(e monitorOracleEvent) string { return e.permission }
	both := func(e monitorOracleEvent) string { return e.user + "/" + e.permission }
	return []monitorOracleRule{
		{"uses", []string{"uses"}, user, 0, false},
		{"rows", []string{"rows"}, user, 30, false},
		{"both", []string{"uses", "rows"}, user, 0, false},
		{"sets", []string{"sets"}, permission, 45, false},
		{"pair", []string{"names"}, both, 0, false},
		{"few", []string{"uses", "sets"}, both, 0, true},
		{"single", nil, permission, 20, false},
	}
}

// observe says what a monitor must say about an event.
func (o *monitorOracle) observe(e monitorOracleEvent) []string {
	alerts, notices := []string{}, []string{}
	late := o.started && e.second < o.newest-monitorOracleLateness
	if !late {
		newest := -1 << 30 // of the events under the same id
		for _, x := range o.counted {
			if x.id == e.id {
				newest = max(newest, x.second)
			}
		}
		switch {
		case newest < o.newest-monitorOracleLateness:
		case newest == e.second:
			return []string{e.id + " duplicate"}
		default:
			notices = append(notices, e.id+" conflict")
		}
		o.counted = append(o.counted, e)
		if !o.started || e.second > o.newest {
			o.newest, o.started = e.second, true
		}
	} else {
		notices = append(notices, e.id+" late")
	}
	for _, r := range monitorOracleRules() {
		if late && len(r.reads) > 0 {
			continue
		}
		kind, sure := "", 0
		for _, at := range o.times(r, e) {
			t, tooMany := o.holds(r.id, e, at)
			found := ""
			switch {
			case t == monitorYes:
				found = "finding"
			case tooMany:
				found = "saturated"
			case t == monitorUnsure:
				found = "unknown"
			}
			rank := map[string]int{"": 0, "unknown": 1, "saturated": 2, "finding": 3}[found]
			if rank > sure {
				kind, sure = found, rank
			}
			if t == monitorYes {
				break
			}
		}
		if kind == "" {
			continue
		}
		note := kind == "unknown" && r.note
		cooldown := r.cooldown
		if note && cooldown == 0 {
			cooldown = 24 * 60 * 60
		}
		slot := r.id + " " + kind + " " + r.key(e)
		last, raised := o.raised[slot]
		if raised && last+cooldown >= o.newest-monitorOracleLateness && e.second < last+cooldown && e.second > last-cooldown {
			continue
		}
		if raised && last+cooldown >= o.newest-monitorOracleLateness {
			o.raised[slot] = max(last, e.second)
		} else {
			o.raised[slot] = e.second
		}
		switch {
		case note:
			notices = append(notices, e.id+" unjudged "+r.id)
		case kind == "finding":
			alerts = append(alerts, e.id+" "+r.id)
		default:
			alerts = append(alerts, e.id+" "+r.id+" "+kind)
		}
	}
	return append(alerts, notices...)
}

// times are the seconds at which a rule is judged: the event's own, and the end of each later pane up to the newest event that holds
// events of the key and into which the event falls.
func (o *monitorOracle) times(r monitorOracleRule, e monitorOracleEvent) []int {
	out := []int{e.second}
	var later []int
	for _, name := range r.reads {
		w := monitorOracleWindows[name]
		own := monitorFloor(e.second, w.step)
		for _, x := range o.counted {
			p := monitorFloor(x.second, w.step)
			inWindow := w.name != "rows" || x.dataset != "c"
			if inWindow && w.key(x) == w.key(e) && p > own && p <= own+w.over/w.step {
				later = append(later, min((p+1)*w.step-1, o.newest))
			}
		}
	}
	sort.Ints(later)
	return append(out, slices.Compact(later)...)
}

func monitorDrawEvents(t *rapid.T) []monitorOracleEvent {
	n := rapid.IntRange(1, 60).Draw(t, "events")
	spread := rapid.SampledFrom([]int{0, 20, 80, 200}).Draw(t, "spread")
	out := make([]monitorOracleEvent, n)
	now := rapid.IntRange(-500, 500).Draw(t, "start")
	for i := range out {
		now += rapid.IntRange(0, 25).Draw(t, "step")
		out[i] = monitorOracleEvent{
			id:         fmt.Sprintf("e%d", rapid.IntRange(0, 2*n).Draw(t, "id")),
			user:       rapid.SampledFrom([]string{"u", "v"}).Draw(t, "user"),
			permission: rapid.SampledFrom([]string{"p", "q"}).Draw(t, "permission"),
			dataset:    rapid.SampledFrom([]string{"a", "b", "c", "d", "a", "b", "c", ""}).Draw(t, "dataset"),
			second:     now - rapid.IntRange(0, spread).Draw(t, "back"),
			rows:       rapid.IntRange(-1, 6).Draw(t, "rows"),
		}
		if i > 0 && rapid.IntRange(0, 5).Draw(t, "again") == 0 {
			out[i] = out[rapid.IntRange(0, i-1).Draw(t, "of")]
		}
	}
	return out
}

func TestAMonitorSaysWhatRecountingAllEventsSays(t *testing.T) {
	rules := monitorRules(t, monitorOracleFile)
	rapid.Check(t, func(rt *rapid.T) {
		m, err := condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
		require.NoError(rt, err)
		o := &monitorOracle{raised: map[string]int{}}
		for i, e := range monitorDrawEvents(rt) {
			got := monitorSaid(t, m, e.event())
			require.Equal(rt, monitorSortNotices(o.observe(e)), monitorSortNotices(got), "event %d: %+v", i, e)
		}
	})
}

// monitorSortNotices puts what is said about an event in an order: alerts come in that of the rules, notices as they arise.
func monitorSortNotices(said []string) []string {
	out := slices.Clone(said)
	slices.Sort(out)
	return out
}

func TestASnapshotGoesOnAsIfNothingHadHappened(t *testing.T) {
	rules := monitorRules(t, monitorOracleFile)
	rapid.Check(t, func(rt *rapid.T) {
		events := monitorDrawEvents(rt)
		cut := rapid.IntRange(0, len(events)).Draw(rt, "cut")
		whole, err := condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
		require.NoError(rt, err)
		for _, e := range events[:cut] {
			monitorSaid(t, whole, e.event())
		}
		state := whole.Snapshot()
		again, err := condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
		require.NoError(rt, err)
		require.NoError(rt, again.Restore(state))
		require.Equal(rt, state, again.Snapshot())
		for _, e := range events[cut:] {
			require.Equal(rt, monitorSaid(t, whole, e.event()), monitorSaid(t, again, e.event()))
		}
		require.Equal(rt, whole.Snapshot(), again.Snapshot())
		require.Equal(rt, whole.Stats(), again.Stats())
	})
}

// For a rule without a cooldown that reads one window and can only become true by more events, who is alerted does not depend on the order
// in which events arrive, as long as none is late.
func TestTheOrderOfArrivalDoesNotChangeWhoIsAlerted(t *testing.T) {
	rules := monitorRules(t, "lateness: 1d\n"+monitorEvent+`windows:
  uses: {count: true, by: [user], over: 60s, step: 10s}
  rows: {sum: event.rows, by: [user], over: 120s, step: 30s}
  sets: {distinct: event.dataset, by: [user], over: 100s, step: 20s, limit: 5}
rules:
  - {id: uses, basis: 第五十九条, when: uses > 3}
  - {id: rows, basis: 第五十九条, when: rows > 12}
  - {id: sets, basis: 第五十九条, when: sets > 2}
`)
	who := func(t *testing.T, events []monitorOracleEvent) []string {
		m, err := condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
		require.NoError(t, err)
		var out []string
		for _, e := range events {
			for _, said := range monitorSaid(t, m, e.event()) {
				f := strings.Fields(said)
				out = append(out, e.user+" "+f[1])
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	rapid.Check(t, func(rt *rapid.T) {
		events := monitorDrawEvents(rt)
		for i := range events {
			events[i].id = fmt.Sprint(i)
			events[i].rows = max(events[i].rows, 0)
			if events[i].dataset == "" {
				events[i].dataset = "a"
			}
		}
		shuffled := rapid.Permutation(events).Draw(rt, "order")
		slices.SortStableFunc(events, func(a, b monitorOracleEvent) int { return a.second - b.second })
		require.Equal(rt, who(t, events), who(t, shuffled))
	})
}

func TestAStateOfOtherRulesOrADamagedOneIsRefused(t *testing.T) {
	m := newMonitor(t, monitorOracleFile)
	monitorSaid(t, m, monitorOracleEvent{"a", "u", "p", "a", 0, 1}.event())
	state := m.Snapshot()
	other := newMonitor(t, monitorThree)
	var wrong *condition.MonitorStateError
	require.ErrorAs(t, other.Restore(state), &wrong)
	assert.Equal(t, m.Digest(), wrong.Have)
	for i := range state {
		damaged := bytes.Clone(state)
		damaged[i] ^= 1
		require.ErrorIs(t, m.Restore(damaged), condition.ErrMonitorState, "byte %d", i)
		require.ErrorIs(t, m.Restore(state[:i]), condition.ErrMonitorState, "cut at %d", i)
	}
	assert.Equal(t, state, m.Snapshot(), "what could not be restored has changed nothing")
	require.NoError(t, m.Restore(state))
}

func FuzzAMonitorTakesOrRefusesALine(f *testing.F) {
	f.Add([]byte(`{"id":"a","at":"2026-11-01T00:00:00+08:00","user":"u","permission":"p","rows":1,"dataset":"d"}`))
	f.Add([]byte(`{"id":"a","at":"2026-11-01T00:00:00.5Z","user":"u","permission":"p","rows":1e3,"dataset":null}`))
	f.Add([]byte(`{"id":"a","at":1}`))
	f.Add([]byte(`{"id":"","at":"0001-01-01T00:00:00Z"}`))
	rules := monitorRules(f, monitorOracleFile)
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
		require.NoError(t, err)
		n, counted := 0, int64(0)
		for e, err := range condition.ReadEvents(bytes.NewReader(line), 0) {
			n++
			var le *condition.MonitorLineError
			if err != nil {
				require.ErrorAs(t, err, &le)
				continue
			}
			if _, err := m.Observe(t.Context(), e); err == nil {
				counted++
			}
		}
		s := m.Stats()
		require.Equal(t, counted, s.Events+s.Duplicates)
		require.LessOrEqual(t, n, bytes.Count(line, []byte("\n"))+1, "every line gives one event or one error")
		again, err := condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
		require.NoError(t, err)
		require.NoError(t, again.Restore(m.Snapshot()))
	})
}

func FuzzAStateIsRestoredOrRefused(f *testing.F) {
	rules := monitorRules(f, monitorOracleFile)
	m, err := condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
	require.NoError(f, err)
	f.Add(m.Snapshot())
	for i := range 40 {
		e := monitorOracleEvent{fmt.Sprint(i), "u", "p", string(rune('a' + i%5)), i * 7, i % 6}
		_, err := m.Observe(f.Context(), e.event())
		require.NoError(f, err)
	}
	f.Add(m.Snapshot())
	f.Fuzz(func(t *testing.T, state []byte) {
		m, err := condition.NewMonitor(rules, condition.MonitorClock(monitorNow))
		require.NoError(t, err)
		if m.Restore(condition.SealMonitorState(state)) != nil {
			return
		}
		for i := range 5 {
			_, err := m.Observe(t.Context(), monitorOracleEvent{fmt.Sprint("n", i), "u", "p", "a", i * 50, 1}.event())
			require.NoError(t, err)
		}
		require.NoError(t, m.Restore(m.Snapshot()))
	})
}
