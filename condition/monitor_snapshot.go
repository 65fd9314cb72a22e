package condition

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/banfa-go/banfa/internal/message"
)

// monitorMagic begins a state; its number changes with the form of what follows.
const monitorMagic = "banfa-monitor 1\n"

// ErrMonitorState says that bytes are no state of a Monitor, or a damaged one.
var ErrMonitorState error = monitorDamaged{}

type monitorDamaged struct{}

func (monitorDamaged) Error() string {
	return "condition: " + monitorDamaged{}.Message(message.English)
}

// Message says it in a language: "zh", or English.
func (monitorDamaged) Message(lang string) string { return message.Text(lang, "monitor.state") }

// MonitorStateError says that a state was made with other rules: counts made by one file's windows mean nothing to another's.
type MonitorStateError struct {
	Have, Want string // digests of the rule file that made it, and of the Monitor's
}

func (e *MonitorStateError) Error() string { return "condition: " + e.Message(message.English) }

// Message says it in a language: "zh", or English.
func (e *MonitorStateError) Message(lang string) string {
	return message.Text(lang, "monitor.state-rules", e.Have, e.Want)
}

// Snapshot returns the whole state, so that a Monitor of the same rules can go on from it after a restart: the windows, the ids of events
// and the cooldowns. What was agreed (SetPermission) is not part of it. The same events in the same order give the same bytes.
func (m *Monitor) Snapshot() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := &monitorWriter{}
	w.b = append(w.b, monitorMagic...)
	w.text(m.spec.Digest)
	w.bool(m.started)
	w.int(m.newest)
	w.int(m.swept)
	for _, n := range m.stats.counters() {
		w.int(*n)
	}
	m.writeIDs(w)
	for _, g := range m.groups {
		w.int(g.swept)
		w.int(int64(len(g.keys)))
		for _, key := range slices.Sorted(maps.Keys(g.keys)) {
			e := g.keys[key]
			w.text(key)
			w.int(e.last)
			for i := range e.states {
				e.states[i].write(w)
			}
		}
	}
	quiet := slices.SortedFunc(maps.Keys(m.quiet), monitorQuiet.compare)
	w.int(int64(len(quiet)))
	for _, q := range quiet {
		w.int(int64(q.rule))
		w.text(string(q.kind))
		w.text(q.key)
		w.int(m.quiet[q])
	}
	sum := sha256.Sum256(w.b)
	return append(w.b, sum[:]...)
}

func (s *MonitorStats) counters() []*int64 {
	return []*int64{&s.Events, &s.Late, &s.Duplicates, &s.Alerts, &s.Cooled, &s.Notices}
}

func (q monitorQuiet) compare(p monitorQuiet) int {
	return cmp.Or(cmp.Compare(q.rule, p.rule), cmp.Compare(q.kind, p.kind), cmp.Compare(q.key, p.key))
}

func (m *Monitor) writeIDs(w *monitorWriter) {
	ids := slices.SortedFunc(maps.Keys(m.ids.at), func(a, b monitorID) int {
		return cmp.Or(cmp.Compare(m.ids.at[a], m.ids.at[b]), bytes.Compare(a[:], b[:]))
	})
	w.int(int64(len(ids)))
	for _, id := range ids {
		w.int(m.ids.at[id])
		w.b = append(w.b, id[:]...)
	}
}

func (s *monitorState) write(w *monitorWriter) {
	w.int(int64(len(s.panes)))
	for _, p := range s.panes {
		w.int(p.index)
		w.int(p.sum)
		w.int(int64(p.n))
		w.int(int64(p.unknown))
	}
	w.int(int64(len(s.recent)))
	for _, r := range s.recent {
		w.int(r.at)
		w.text(r.id)
	}
	w.bool(s.more != nil)
	if s.more == nil {
		return
	}
	w.int(int64(len(s.more.sums)))
	for _, d := range s.more.sums {
		w.text(d.String())
	}
	w.int(int64(s.more.tidy))
	w.int(int64(len(s.more.values)))
	for _, v := range s.more.values {
		w.int(v.pane)
		w.text(v.value)
	}
}

type monitorWriter struct{ b []byte }

func (w *monitorWriter) int(n int64) { w.b = binary.AppendVarint(w.b, n) }

func (w *monitorWriter) bool(v bool) {
	if v {
		w.int(1)
		return
	}
	w.int(0)
}

func (w *monitorWriter) text(s string) {
	w.int(int64(len(s)))
	w.b = append(w.b, s...)
}

// Restore takes over a state that Snapshot returned, in place of the Monitor's own. The error is a *MonitorStateError for the state of
// other rules, or ErrMonitorState; the Monitor then is as it was.
func (m *Monitor) Restore(state []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, ok := bytes.CutPrefix(state, []byte(monitorMagic))
	if !ok || len(body) < sha256.Size {
		return ErrMonitorState
	}
	sum := sha256.Sum256(state[:len(state)-sha256.Size])
	if !bytes.Equal(sum[:], state[len(state)-sha256.Size:]) {
		return ErrMonitorState
	}
	r := &monitorReader{b: body[:len(body)-sha256.Size]}
	if digest := r.text(); digest != m.spec.Digest && !r.bad {
		return &MonitorStateError{Have: digest, Want: m.spec.Digest}
	}
	n := &Monitor{spec: m.spec, limits: m.limits}
	for _, g := range m.groups {
		c := *g
		n.groups = append(n.groups, &c)
	}
	n.empty()
	n.restore(r)
	if r.bad || len(r.b) > 0 {
		return ErrMonitorState
	}
	for i, g := range m.groups {
		g.keys, g.swept = n.groups[i].keys, n.groups[i].swept
	}
	m.started, m.newest, m.swept, m.stats, m.ids, m.quiet = n.started, n.newest, n.swept, n.stats, n.ids, n.quiet
	return nil
}

func (m *Monitor) restore(r *monitorReader) {
	m.started, m.newest, m.swept = r.bool(), r.time(), r.time()
	for _, n := range m.stats.counters() {
		*n = r.int()
	}
	for range r.count() {
		at := r.time()
		var id monitorID
		copy(id[:], r.take(len(id)))
		if !r.bad {
			m.ids.add(id, at, m.limits.IDs)
		}
	}
	for _, g := range m.groups {
		g.swept = r.time()
		for range r.count() {
			key := r.text()
			e := &monitorEntry{last: r.time(), states: make([]monitorState, len(g.windows))}
			for i := range e.states {
				e.states[i].read(r, m.limits.Events)
			}
			if r.bad {
				return
			}
			g.keys[key] = e
		}
	}
	for range r.count() {
		q := monitorQuiet{rule: int(r.int()), kind: MonitorKind(r.text()), key: r.text()}
		at := r.time()
		if q.rule < 0 || q.rule >= len(m.spec.Rules) {
			r.bad = true
		}
		if r.bad {
			return
		}
		m.quiet[q] = at
	}
}

func (s *monitorState) read(r *monitorReader, keep int) {
	for range r.count() {
		p := monitorPane{index: r.int(), sum: r.int(), n: uint32(r.int()), unknown: uint32(r.int())}
		if n := len(s.panes); n > 0 && s.panes[n-1].index >= p.index {
			r.bad = true
		}
		if r.bad {
			return
		}
		s.panes = append(s.panes, p)
	}
	for range r.count() {
		e := monitorEventID{at: r.time(), id: r.text()}
		if r.bad {
			return
		}
		s.recent = append(s.recent, e)
	}
	s.recent = s.recent[max(0, len(s.recent)-keep):]
	if !r.bool() {
		return
	}
	s.more = &monitorMore{}
	for range r.count() {
		d, err := decimal.NewFromString(r.text())
		if r.bad = r.bad || err != nil; r.bad {
			return
		}
		s.more.sums = append(s.more.sums, d)
	}
	if s.more.sums != nil && len(s.more.sums) != len(s.panes) {
		r.bad = true
	}
	s.more.tidy = int(r.int())
	for range r.count() {
		v := monitorValue{pane: r.int(), value: r.text()}
		if n := len(s.more.values); n > 0 && s.more.values[n-1].pane > v.pane {
			r.bad = true
		}
		if r.bad {
			return
		}
		s.more.values = append(s.more.values, v)
	}
}

// monitorReader reads what monitorWriter wrote. After the first thing that is wrong it reads nothing more.
type monitorReader struct {
	b   []byte
	bad bool
}

func (r *monitorReader) int() int64 {
	n, size := binary.Varint(r.b)
	if r.bad || size <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *monitorReader) bool() bool { return r.int() != 0 }

// time is an instant that windows can be worked out around.
func (r *monitorReader) time() int64 {
	t := r.int()
	if t < monitorFirst || t > monitorLast {
		r.bad = true
		return 0
	}
	return t
}

// count is the number of things that follow, each of which takes a byte at least.
func (r *monitorReader) count() int {
	n := r.int()
	if n < 0 || n > int64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *monitorReader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.b) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *monitorReader) text() string { return string(r.take(r.count())) }
