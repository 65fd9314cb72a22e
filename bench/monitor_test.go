package bench

import (
	"flag"
	"fmt"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

var monitorKeys = flag.Int("monitor.keys", 0, "watch events of so many keys, beside cel-go and a program written by hand: 1000000; 0 leaves it out")

// monitorFile has a rule about a single event, one about what was agreed, and two about windows, of one key and of few.
const monitorFile = `apiVersion: banfa/v1
kind: Monitoring
metadata: {name: bench, title: 监测, status: draft}
instrument: shenzhen
event:
  user: {label: 账号, type: string, max_length: 32, required: true}
  permission: {label: 许可, type: string, max_length: 32, required: true}
  scenario: {label: 场景, type: string, max_length: 32}
  abroad: {label: 境外, type: bool}
  rows: {label: 行数, type: int, min: 0}
permission:
  scenario: {label: 约定场景, type: string, required: true}
windows:
  rows_today: {sum: event.rows, by: [user], over: 24h, step: 1h}
  uses_of_permission: {count: true, by: [permission], over: 1h, step: 5m}
rules:
  - {id: scenario, basis: 第五十九条, when: event.scenario != permission.scenario, cooldown: 24h}
  - {id: abroad, basis: 第五十九条, when: event.abroad && event.rows > 100, cooldown: 24h}
  - {id: volume, basis: 第五十九条, when: rows_today > 100000, cooldown: 24h}
  - {id: rate, basis: 第五十九条, when: uses_of_permission > 100000000, cooldown: 24h}
`

const monitorPermissions = 1000

func benchMonitor(t testing.TB, keys int) *condition.Monitor {
	t.Helper()
	rules, err := banfa.Load(fstest.MapFS{"m.yaml": {Data: []byte(monitorFile)}}, banfa.Citable(shenzhen.FS()))
	require.NoError(t, err)
	clock := func() time.Time { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }
	m, err := condition.NewMonitor(rules, condition.MonitorClock(clock), condition.WithMonitorLimits(condition.MonitorLimits{Keys: keys + monitorPermissions}))
	require.NoError(t, err)
	for i := range monitorPermissions {
		require.NoError(t, m.SetPermission("P"+strconv.Itoa(i), banfa.Map{"scenario": "traffic"}))
	}
	return m
}

// usage is an event as Go has it; the n-th of a stream in which each key comes again after all others, over a bit less than a day.
type usage struct {
	id, user, permission, scenario string
	at                             time.Time
	abroad                         bool
	rows                           int64
}

func usageAt(n, keys, total int) usage {
	k := n * 7919 % keys
	return usage{
		id: "event-" + strconv.Itoa(n), user: "user-" + strconv.Itoa(k), permission: "P" + strconv.Itoa(k%monitorPermissions), scenario: "traffic",
		at: time.Unix(1_800_000_000, 0).Add(time.Duration(float64(n) / float64(total) * float64(23*time.Hour))), rows: int64(n % 1000),
	}
}

func (u *usage) event() condition.MonitorEvent {
	return condition.MonitorEvent{ID: u.id, At: u.at, Facts: banfa.Map{
		"user": u.user, "permission": u.permission, "scenario": u.scenario, "abroad": u.abroad, "rows": u.rows,
	}}
}

// byHand does the same with Go's maps and nothing that is not needed: no ids, no late events, no expiry, no evidence.
type byHand struct {
	rows  map[string]*[25]int64
	hours map[string]int64
	uses  map[string]*[13]int64
	terms map[string]string
	holds func(u *usage, scenario string, rows, uses int64) bool
}

func newByHand(holds func(u *usage, scenario string, rows, uses int64) bool) *byHand {
	h := &byHand{map[string]*[25]int64{}, map[string]int64{}, map[string]*[13]int64{}, map[string]string{}, holds}
	for i := range monitorPermissions {
		h.terms["P"+strconv.Itoa(i)] = "traffic"
	}
	return h
}

func (h *byHand) observe(u *usage) bool {
	hour, five := u.at.Unix()/3600, u.at.Unix()/300
	r := h.rows[u.user]
	if r == nil {
		r = &[25]int64{}
		h.rows[u.user] = r
	}
	for last := max(h.hours[u.user], hour-25); last < hour; last++ {
		r[(last+1)%25] = 0
	}
	h.hours[u.user] = hour
	r[hour%25] += u.rows
	var rows int64
	for _, n := range r {
		rows += n
	}
	c := h.uses[u.permission]
	if c == nil {
		c = &[13]int64{}
		h.uses[u.permission] = c
	}
	c[five%13]++
	var uses int64
	for _, n := range c {
		uses += n
	}
	return h.holds(u, h.terms[u.permission], rows, uses)
}

func goHolds(u *usage, scenario string, rows, uses int64) bool {
	return u.scenario != scenario || u.abroad && u.rows > 100 || rows > 100000 || uses > 100000000
}

// celHolds is the same four conditions in cel-go over maps, as a program that embeds it would write them.
func celHolds(t testing.TB) func(u *usage, scenario string, rows, uses int64) bool {
	t.Helper()
	env, err := cel.NewEnv(
		cel.Variable("event", cel.MapType(cel.StringType, cel.DynType)), cel.Variable("permission", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("rows_today", cel.IntType), cel.Variable("uses_of_permission", cel.IntType),
	)
	require.NoError(t, err)
	var programs []cel.Program
	for _, text := range []string{
		"event.scenario != permission.scenario", "event.abroad && event.rows > 100", "rows_today > 100000", "uses_of_permission > 100000000",
	} {
		ast, iss := env.Compile(text)
		require.NoError(t, iss.Err())
		p, err := env.Program(ast)
		require.NoError(t, err)
		programs = append(programs, p)
	}
	return func(u *usage, scenario string, rows, uses int64) bool {
		in := map[string]any{
			"event": map[string]any{
				"user": u.user, "permission": u.permission, "scenario": u.scenario, "abroad": u.abroad, "rows": u.rows,
			},
			"permission": map[string]any{"scenario": scenario}, "rows_today": rows, "uses_of_permission": uses,
		}
		any := false
		for _, p := range programs {
			v, _, err := p.Eval(in)
			any = any || err != nil || v.Value() == true
		}
		return any
	}
}

func heap() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// monitorCPU is what this process has used of all processors, garbage collection included: on a busy machine the clock says little.
func monitorCPU(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestMonitoringAtManyKeys watches two events of every key: run with -monitor.keys=1000000.
func TestMonitoringAtManyKeys(t *testing.T) {
	if *monitorKeys == 0 {
		t.Skip("-monitor.keys is not given")
	}
	keys, total := *monitorKeys, 2**monitorKeys
	measure := func(name string, start func() func(u *usage)) {
		before := heap()
		observe := start()
		began, spent := time.Now(), monitorCPU(t)
		for n := range total {
			u := usageAt(n, keys, total)
			observe(&u)
		}
		took, worked := time.Since(began), monitorCPU(t)-spent
		used := heap() - before
		fmt.Printf("%-12s %9d keys %9d events %8.0f events/s %8.0f events/s of CPU %6.0f bytes/key\n",
			name, keys, total, float64(total)/took.Seconds(), float64(total)/worked.Seconds(), float64(used)/float64(keys))
		runtime.KeepAlive(observe)
	}
	var m *condition.Monitor
	measure("banfa", func() func(u *usage) {
		m = benchMonitor(t, keys)
		return func(u *usage) {
			o, err := m.Observe(t.Context(), u.event())
			if err != nil || len(o.Alerts) > 0 {
				require.NoError(t, err)
				assert.Empty(t, o.Alerts)
			}
		}
	})
	began := time.Now()
	state := m.Snapshot()
	fmt.Printf("snapshot     %9d bytes in %s\n", len(state), time.Since(began).Round(time.Millisecond))
	assert.Equal(t, keys+monitorPermissions, m.Stats().Keys)
	m = nil
	for name, holds := range map[string]func(*usage, string, int64, int64) bool{"cel-go": celHolds(t), "by hand": goHolds} {
		measure(name, func() func(u *usage) {
			h := newByHand(holds)
			return func(u *usage) {
				if h.observe(u) {
					assert.Fail(t, "an alert")
				}
			}
		})
	}
}

func BenchmarkMonitor(b *testing.B) {
	const keys = 10_000
	b.Run("banfa", func(b *testing.B) {
		m := benchMonitor(b, keys)
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			u := usageAt(n, keys, 10*keys*100)
			if _, err := m.Observe(b.Context(), u.event()); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
	b.Run("banfa-json", func(b *testing.B) {
		m := benchMonitor(b, keys)
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			u := usageAt(n, keys, 10*keys*100)
			line := fmt.Appendf(nil, `{"id":%q,"at":%q,"user":%q,"permission":%q,"scenario":"traffic","abroad":false,"rows":%d}`,
				u.id, u.at.Format(time.RFC3339Nano), u.user, u.permission, u.rows)
			e, err := condition.ParseEvent(line)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := m.Observe(b.Context(), e); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
	for name, holds := range map[string]func(*usage, string, int64, int64) bool{"cel-go": celHolds(b), "by-hand": goHolds} {
		b.Run(name, func(b *testing.B) {
			h := newByHand(holds)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				u := usageAt(n, keys, 10*keys*100)
				h.observe(&u)
				n++
			}
		})
	}
}
