package condition

import (
	"crypto/sha256"
	"strconv"
	"time"

	"github.com/banfa-go/banfa/internal/expr"
)

// monitorKey makes keys from the fields of an event.
type monitorKey struct{ by []int }

func newMonitorKey(by []int) monitorKey { return monitorKey{by} }

// of appends the key of an event. A key of several fields says how long each of them is, so that no two keys are written alike.
func (k monitorKey) of(to []byte, values []expr.Value) []byte {
	if len(k.by) == 1 {
		return monitorAppend(to, values[k.by[0]])
	}
	for _, i := range k.by {
		at := len(to)
		to = append(to, 0, 0) // of a text of at most 256 runes: two bytes are enough
		to = monitorAppend(to, values[i])
		n := len(to) - at - 2
		to[at], to[at+1] = byte(n>>8), byte(n)
	}
	return to
}

// named returns the key as an alert has it: the fields with their values.
func (k monitorKey) named(m *Monitor, values []expr.Value) map[string]any {
	out := make(map[string]any, len(k.by))
	for _, i := range k.by {
		out[m.spec.Event[i].Name] = values[i].Go()
	}
	return out
}

// monitorAppend writes a value as it is kept.
func monitorAppend(to []byte, v expr.Value) []byte {
	if s, ok := v.Str(); ok {
		return append(to, s...)
	}
	if n, ok := v.Int(); ok {
		return strconv.AppendInt(to, n, 10)
	}
	return append(to, v.String()...)
}

func monitorText(v expr.Value) string {
	if s, ok := v.Str(); ok {
		return s
	}
	return string(monitorAppend(nil, v))
}

// monitorGroup is the windows that have the same key.
type monitorGroup struct {
	index   int
	by      []int
	key     monitorKey
	windows []*monitorWindow
	reach   int64 // of the longest window, the pane in which it begins included
	keys    map[string]*monitorEntry
	swept   int64 // the newest event when the keys were last looked through
}

// monitorEntry is what is kept of one key.
type monitorEntry struct {
	last   int64 // the time of its newest event
	states []monitorState
}

// entry returns what is kept of a key, and makes it where there is room; nil where there is none.
func (m *Monitor) entry(g *monitorGroup, key []byte) *monitorEntry {
	if e := g.keys[string(key)]; e != nil {
		return e
	}
	if m.keyCount() >= m.limits.Keys {
		// Keys that have expired make room; they are not looked for at every event that finds none.
		const often = 64
		for _, x := range m.groups {
			if m.newest-x.swept >= max(x.reach/often, int64(time.Second)) {
				m.sweepKeys(x)
			}
		}
		if m.keyCount() >= m.limits.Keys {
			return nil
		}
	}
	e := &monitorEntry{last: m.newest, states: make([]monitorState, len(g.windows))}
	g.keys[string(key)] = e
	return e
}

func (m *Monitor) keyCount() int {
	n := 0
	for _, g := range m.groups {
		n += len(g.keys)
	}
	return n
}

// sweep drops what has expired, now and then.
func (m *Monitor) sweep() {
	const often = 8
	for _, g := range m.groups {
		if m.newest-g.swept >= max(g.reach/often, int64(time.Minute)) {
			m.sweepKeys(g)
		}
	}
	if m.newest-m.swept >= int64(time.Hour) || len(m.quiet) >= m.limits.Alerts && m.newest > m.swept {
		m.swept = m.newest
		for q, at := range m.quiet {
			if m.forgotten(q, at) {
				delete(m.quiet, q)
			}
		}
	}
}

func (m *Monitor) sweepKeys(g *monitorGroup) {
	g.swept = m.newest
	expired := m.newest - int64(m.spec.Lateness) - g.reach
	for key, e := range g.keys {
		if e.last < expired {
			delete(g.keys, key)
		}
	}
}

// monitorQuiet is what a cooldown is of.
type monitorQuiet struct {
	rule int
	kind MonitorKind
	key  string
}

// monitorNoteEvery is how often it is noted that a rule without a cooldown cannot be judged.
const monitorNoteEvery = int64(24 * time.Hour)

func (m *Monitor) cooldown(q monitorQuiet) int64 {
	c := int64(m.rules[q.rule].Cooldown)
	if c == 0 && q.kind == monitorUnjudged {
		return monitorNoteEvery
	}
	return c
}

// forgotten reports whether an alert lies so far back that it silences no event that can still count.
func (m *Monitor) forgotten(q monitorQuiet, at int64) bool {
	return at+m.cooldown(q) < m.newest-int64(m.spec.Lateness)
}

// silenced reports whether an alert at a time falls into the cooldown of another, and otherwise notes it.
func (m *Monitor) silenced(q monitorQuiet, at int64) bool {
	c := m.cooldown(q)
	if c == 0 {
		return false
	}
	last, raised := m.quiet[q]
	raised = raised && !m.forgotten(q, last)
	if raised && at < last+c && at > last-c {
		return true
	}
	if raised {
		at = max(at, last)
	}
	if _, kept := m.quiet[q]; kept || len(m.quiet) < m.limits.Alerts {
		m.quiet[q] = at
	}
	return false
}

// monitorIDs are the ids of the events within the lateness: an older one would be late in any case.
type monitorIDs struct {
	lateness, width int64
	at              map[monitorID]int64
	buckets         []monitorBucket // ascending
}

// monitorID stands for an id: itself where it is short, and otherwise its digest.
type monitorID [16]byte

type monitorBucket struct {
	index int64
	ids   []monitorID
}

func newMonitorIDs(lateness int64) monitorIDs {
	const parts = 8
	return monitorIDs{lateness: lateness, width: max(lateness/parts, int64(time.Second)), at: map[monitorID]int64{}}
}

func monitorIDOf(id string) (out monitorID) {
	const mark = len(out) - 1
	if len(id) <= mark {
		copy(out[:], id)
		out[mark] = byte(len(id))
		return out
	}
	sum := sha256.Sum256([]byte(id))
	copy(out[:mark], sum[:])
	out[mark] = 0xff
	return out
}

func (s *monitorIDs) len() int { return len(s.at) }

// drop forgets the ids of events that would be late now.
func (s *monitorIDs) drop(newest int64) {
	n := 0
	for n < len(s.buckets) && (s.buckets[n].index+1)*s.width <= newest-s.lateness {
		for _, id := range s.buckets[n].ids {
			if s.index(s.at[id]) == s.buckets[n].index { // otherwise another event has taken the id over
				delete(s.at, id)
			}
		}
		n++
	}
	if n > 0 {
		s.buckets = append(s.buckets[:0:0], s.buckets[n:]...)
	}
}

func (s *monitorIDs) index(at int64) int64 {
	if at%s.width < 0 {
		return at/s.width - 1
	}
	return at / s.width
}

// add remembers an id, and reports false where there is no room for it.
func (s *monitorIDs) add(id monitorID, at int64, most int) bool {
	if len(s.at) >= most {
		return false
	}
	index := s.index(at)
	i := len(s.buckets)
	for i > 0 && s.buckets[i-1].index > index {
		i--
	}
	if i == 0 || s.buckets[i-1].index != index {
		s.buckets = append(s.buckets, monitorBucket{})
		copy(s.buckets[i+1:], s.buckets[i:])
		s.buckets[i] = monitorBucket{index: index}
		i++
	}
	if last, again := s.at[id]; !again || last < at {
		s.at[id] = at // of several events under one id, the newest is remembered longest
	}
	s.buckets[i-1].ids = append(s.buckets[i-1].ids, id)
	return true
}
