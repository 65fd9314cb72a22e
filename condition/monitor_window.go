package condition

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// monitorZone moves the beginning of panes to midnight in Asia/Shanghai.
const monitorZone = int64(8 * time.Hour)

// monitorValueBytes is the longest value that is kept as it is; of a longer one, its digest.
const monitorValueBytes = 256

// monitorWindow is a window of the file, ready to count.
type monitorWindow struct {
	*ruleset.MonitorWindow
	group    *monitorGroup
	at       int // its place in the group
	index    int // its place in the file
	step     int64
	panes    int64 // whole panes of its length: it covers these and the pane of the present
	keep     int   // ids of events that it remembers
	lateness int64
}

// monitorPane adds up what fell into one step of time.
type monitorPane struct {
	index   int64
	sum     int64
	n       uint32 // events
	unknown uint32 // events of which it is not known what to add
}

// monitorState is one window of one key.
type monitorState struct {
	panes  []monitorPane // ascending, those that have events only
	recent []monitorEventID
	more   *monitorMore // nil for counts and sums of ints
}

type monitorEventID struct {
	at int64
	id string
}

// monitorMore is what sums of decimals and windows that tell values apart keep beside.
type monitorMore struct {
	sums   []decimal.Decimal // beside panes
	values []monitorValue    // ascending by pane
	tidy   int               // the number of values from which it is worth while to look for those that no longer matter
}

// monitorValue says that a value was there in a pane.
type monitorValue struct {
	pane  int64
	value string
}

// reading is the value of a window at a time.
type reading struct {
	value     expr.Value
	known     bool  // false: of some event it is not known what it adds
	saturated bool  // there is more than the value says
	events    int64 // in the window
	from      int64 // Unix nanoseconds
}

func (w *monitorWindow) pane(t int64) int64 {
	t += monitorZone
	p := t / w.step
	if t%w.step < 0 {
		p--
	}
	return p
}

// start is the first instant of a pane.
func (w *monitorWindow) start(pane int64) int64 { return pane*w.step - monitorZone }

// oldest is the first pane that a judgement can still look at, while newest is the time of the newest event.
func (w *monitorWindow) oldest(newest int64) int64 { return w.pane(newest-w.lateness) - w.panes }

// contribution is what one event adds to a window.
type contribution struct {
	known   bool
	sum     int64
	decimal decimal.Decimal
	value   string
}

// add counts an event. It reports whether the pane of the event was complete before, that is whether there was nothing to add.
func (w *monitorWindow) add(s *monitorState, at int64, id string, c *contribution, newest int64) {
	w.drop(s, newest)
	p := w.pane(at)
	i := len(s.panes)
	for i > 0 && s.panes[i-1].index > p {
		i--
	}
	decimals := w.Of == ruleset.MonitorSum && w.Type.Kind == expr.Decimal
	if i == 0 || s.panes[i-1].index != p {
		s.panes = slices.Insert(s.panes, i, monitorPane{index: p})
		if decimals {
			s.own().sums = slices.Insert(s.own().sums, i, decimal.Decimal{})
		}
		i++
	}
	pane := &s.panes[i-1]
	if pane.n < math.MaxUint32 {
		pane.n++
	}
	s.remember(at, id, w.keep)
	switch {
	case !c.known:
		if pane.unknown < math.MaxUint32 {
			pane.unknown++
		}
	case decimals:
		s.own().sums[i-1] = s.own().sums[i-1].Add(c.decimal)
	case w.Of == ruleset.MonitorSum:
		pane.sum = addSaturated(pane.sum, c.sum)
	case w.Of == ruleset.MonitorDistinct, w.Of == ruleset.MonitorValues:
		w.tell(s, p, c.value, newest)
	}
}

func (s *monitorState) own() *monitorMore {
	if s.more == nil {
		s.more = &monitorMore{}
	}
	return s.more
}

// addSaturated adds without wrapping around: the ends of int64 stand for "at least so much".
func addSaturated(a, b int64) int64 {
	c := a + b
	switch {
	case a > 0 && b > 0 && c < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && c >= 0:
		return math.MinInt64
	}
	return c
}

// remember keeps the ids of the most recent events, oldest first.
func (s *monitorState) remember(at int64, id string, most int) {
	i := len(s.recent)
	for i > 0 && s.recent[i-1].at > at {
		i--
	}
	if len(s.recent) < most {
		s.recent = slices.Insert(s.recent, i, monitorEventID{at, id})
		return
	}
	if i == 0 {
		return
	}
	copy(s.recent, s.recent[1:i])
	s.recent[i-1] = monitorEventID{at, id}
}

// drop forgets the panes that no judgement can look at any more.
func (w *monitorWindow) drop(s *monitorState, newest int64) {
	oldest := w.oldest(newest)
	n := 0
	for n < len(s.panes) && s.panes[n].index < oldest {
		n++
	}
	if n == 0 {
		return
	}
	s.panes = slices.Delete(s.panes, 0, n)
	if s.more != nil && s.more.sums != nil {
		s.more.sums = slices.Delete(s.more.sums, 0, n)
	}
	n = 0
	for n < len(s.recent) && s.recent[n].at < w.start(oldest) {
		n++
	}
	s.recent = slices.Delete(s.recent, 0, n)
}

// tell notes that a value was there in a pane. Of one pane no more values are kept than show that there are too many.
func (w *monitorWindow) tell(s *monitorState, p int64, value string, newest int64) {
	o := s.own()
	v := o.values
	i := len(v)
	for i > 0 && v[i-1].pane > p {
		i--
	}
	same := 0
	for j := i - 1; j >= 0 && v[j].pane == p; j-- {
		if v[j].value == value {
			return
		}
		same++
	}
	if same > w.Limit {
		return
	}
	o.values = slices.Insert(v, i, monitorValue{p, value})
	const few = 16
	if len(o.values) >= max(o.tidy, few) {
		w.tidy(o, newest)
		o.tidy = 2 * len(o.values)
	}
}

// tidy drops values that no judgement can need: those of panes that are too old; of one that was there again in a later pane to which
// nothing can be judged that does not reach it, the earlier; and the oldest, where later ones alone are too many already.
func (w *monitorWindow) tidy(o *monitorMore, newest int64) {
	oldest, settled := w.oldest(newest), w.pane(newest-w.lateness)
	last := make(map[string]bool, len(o.values))
	kept := o.values[:0:0]
	for i := len(o.values) - 1; i >= 0; i-- {
		v := o.values[i]
		if v.pane < oldest {
			break
		}
		if v.pane <= settled {
			if last[v.value] || len(last) > w.Limit {
				continue
			}
			last[v.value] = true
		}
		kept = append(kept, v)
	}
	slices.Reverse(kept)
	o.values = kept
}

// read returns the value of a window at a time: over its length, and the rest of the pane in which that begins.
func (w *monitorWindow) read(s *monitorState, t int64, scratch map[string]struct{}) reading {
	hi := w.pane(t)
	lo := hi - w.panes
	r := reading{known: true, from: w.start(lo)}
	var sum int64
	var total decimal.Decimal
	decimals := s.more != nil && s.more.sums != nil
	for i := len(s.panes) - 1; i >= 0; i-- {
		p := &s.panes[i]
		if p.index > hi {
			continue
		}
		if p.index < lo {
			break
		}
		r.events += int64(p.n)
		r.known = r.known && p.unknown == 0
		sum = addSaturated(sum, p.sum)
		// What has once reached the end is not known any more, whatever is added later.
		r.saturated = r.saturated || p.sum == math.MaxInt64 || p.sum == math.MinInt64 || p.n == math.MaxUint32
		if decimals {
			total = total.Add(s.more.sums[i])
		}
	}
	switch w.Of {
	case ruleset.MonitorCount:
		r.value = expr.NewInt(r.events)
	case ruleset.MonitorSum:
		r.saturated = r.saturated || sum == math.MaxInt64 || sum == math.MinInt64
		if w.Type.Kind == expr.Decimal {
			r.value = expr.NewDecimal(total)
			break
		}
		r.value = expr.NewInt(sum)
	default:
		w.readValues(s, lo, hi, &r, scratch)
	}
	if !r.known {
		r.value = expr.Value{}
	}
	return r
}

// readValues counts, or lists, the different values of a span of panes.
func (w *monitorWindow) readValues(s *monitorState, lo, hi int64, r *reading, scratch map[string]struct{}) {
	clear(scratch)
	var list []string
	if s.more != nil {
		for i := len(s.more.values) - 1; i >= 0; i-- {
			v := &s.more.values[i]
			if v.pane > hi {
				continue
			}
			if v.pane < lo {
				break
			}
			if _, again := scratch[v.value]; again {
				continue
			}
			scratch[v.value] = struct{}{}
			if w.Of == ruleset.MonitorValues {
				list = append(list, v.value)
			}
			if len(scratch) > w.Limit {
				r.saturated = true
				break
			}
		}
	}
	if w.Of == ruleset.MonitorDistinct {
		r.value = expr.NewInt(int64(len(scratch)))
		return
	}
	slices.Sort(list)
	r.value = expr.NewTexts(list)
}

// monitorShort is a value as it is kept.
func monitorShort(s string) string {
	if len(s) <= monitorValueBytes {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}
