package banfa

import (
	"slices"
	"strconv"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// maxLifecyclePairs bounds the transitions of one event that are held against each other, pair by pair.
const maxLifecyclePairs = 2_000

// lifecycleGraph looks for states that no case reaches, or from which no case ends, and for events that two transitions take.
func (d *document) lifecycleGraph(l *ruleset.Lifecycle) {
	dead := make([]bool, len(l.Transitions))
	for i := range l.Events {
		d.lifecycleEvent(l, &l.Events[i], dead)
	}
	forth, back := make([][]int, len(l.States)), make([][]int, len(l.States))
	leaves := make([]bool, len(l.States))
	for i, t := range l.Transitions {
		if dead[i] {
			continue
		}
		for _, from := range t.From {
			forth[from], back[t.To] = append(forth[from], t.To), append(back[t.To], from)
			leaves[from] = true
			if l.States[from].Final {
				d.lifecycleAt(t.Place, "lifecycle.final-leaves", t.ID, l.States[from].Name)
			}
		}
	}
	var ends []int
	for i := range l.States {
		if l.States[i].Final {
			ends = append(ends, i)
		}
	}
	reached, ending := lifecycleReach(forth, []int{l.Initial}), lifecycleReach(back, ends)
	for i := range l.States {
		s := &l.States[i]
		switch {
		case !reached[i]:
			d.lifecycleAt(s.Place, "lifecycle.unreachable", s.Name)
		case !leaves[i] && !s.Final:
			d.lifecycleAt(s.Place, "lifecycle.dead-end", s.Name)
		case !ending[i]:
			d.lifecycleAt(s.Place, "lifecycle.no-end", s.Name)
		}
	}
}

func (d *document) lifecycleAt(at ruleset.Place, key string, args ...string) {
	d.add(Diagnostic{Code: "BF4008", File: d.file.Name, Range: placeRange(at), Key: key, Args: args})
}

// lifecycleReach returns the states that some of the first ones lead to, themselves included.
func lifecycleReach(next [][]int, first []int) []bool {
	seen := make([]bool, len(next))
	todo := slices.Clone(first)
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[s] {
			seen[s] = true
			todo = append(todo, next[s]...)
		}
	}
	return seen
}

// lifecyclePair are two transitions of one event that a state in common allows both.
type lifecyclePair struct {
	a, b  int // of Lifecycle.Transitions; b is -1 where it is one transition's own condition that is looked at
	state int
}

// lifecycleEvent holds the transitions of an event against each other, over all values of all facts. What cannot be taken is noted in dead.
func (d *document) lifecycleEvent(l *ruleset.Lifecycle, e *ruleset.LifecycleEvent, dead []bool) {
	var pairs []lifecyclePair
	for i, a := range e.Transitions {
		if t := l.Transitions[a]; t.When != nil || t.Require != nil {
			pairs = append(pairs, lifecyclePair{a: a, b: -1})
		}
		for _, b := range e.Transitions[i+1:] {
			if s, ok := lifecycleMeet(l.Transitions[a], l.Transitions[b]); ok {
				pairs = append(pairs, lifecyclePair{a, b, s})
			}
		}
	}
	if len(pairs) == 0 {
		return
	}
	if len(pairs) > maxLifecyclePairs {
		d.add(Diagnostic{
			Code: "BF1012", File: d.file.Name, Range: placeRange(e.Place), Key: "limit.exceeded",
			Args: []string{"pairs of transitions of an event", strconv.Itoa(len(pairs)), strconv.Itoa(maxLifecyclePairs)},
		})
		return
	}
	for _, p := range pairs {
		verdict, when := d.lifecycleTogether(l, e, p)
		t := l.Transitions[p.a]
		switch {
		case p.b < 0 && verdict == lifecycleNever:
			dead[p.a] = true
			if !lifecycleConstant(t.When) && !lifecycleConstant(t.Require) { // those have been reported
				d.warn("BF2005", t.Place, "rule.always-false", t.ID)
			}
		case p.b < 0 || verdict == lifecycleNever:
		default:
			other := l.Transitions[p.b]
			key := "lifecycle.overlap"
			if verdict == lifecycleUnproved {
				key = "lifecycle.overlap-unproved"
			}
			g := d.add(Diagnostic{
				Code: "BF4009", File: d.file.Name, Range: placeRange(other.Place), Key: key,
				Args: []string{t.ID, other.ID, e.Name, l.States[p.state].Name},
			})
			if when != "" && when != "{}" {
				g.hint("hint.when", when)
			}
			g.Related = append(g.Related, Related{
				File: d.file.Name, Range: placeRange(t.Place), Key: "related.other-rule", Args: []string{t.ID},
			})
		}
	}
}

// lifecycleConstant reports whether a guard reads nothing.
func lifecycleConstant(x *expr.Expr) bool { return x != nil && len(x.Names()) == 0 }

// lifecycleMeet returns a state in which both transitions exist on some day.
func lifecycleMeet(a, b *ruleset.LifecycleTransition) (state int, ok bool) {
	w, x := a.Effective, b.Effective
	if lifecycleBefore(w.Until, x.From) || lifecycleBefore(x.Until, w.From) {
		return 0, false
	}
	for _, s := range a.From {
		if b.Leaves(s) {
			return s, true
		}
	}
	return 0, false
}

func lifecycleBefore(until, from *civil.Date) bool {
	return until != nil && from != nil && *until < *from
}

// What is known of two conditions.
type lifecycleVerdict uint8

const (
	lifecycleNever    lifecycleVerdict = iota // no facts make both true
	lifecycleSome                             // some do
	lifecycleUnproved                         // neither could be shown
)

// lifecycleTogether finds out whether two transitions can both be chosen, or one be taken at all. The machinery is that of
// classifications: each condition is a rule.
func (d *document) lifecycleTogether(l *ruleset.Lifecycle, e *ruleset.LifecycleEvent, p lifecyclePair) (lifecycleVerdict, string) {
	var first, second *expr.Expr
	if t := l.Transitions[p.a]; p.b < 0 {
		first, second = t.When, t.Require
	} else {
		first, second = t.When, l.Transitions[p.b].When
	}
	if first == nil {
		first, second = second, nil
	}
	if first == nil {
		return lifecycleSome, "" // nothing chooses between them
	}
	both := first
	if second != nil {
		made, _ := e.Env.Compile("("+first.Text+"\n) && ("+second.Text+"\n)", boolType)
		if made == nil {
			return lifecycleUnproved, "" // over a limit of one expression
		}
		both = made
	}
	c := &ruleset.Classification{
		Head: l.Head, Env: e.Env, Now: e.Now, Params: e.Params, ParamsValue: l.ParamsValue,
		Outcomes:  []ruleset.Outcome{{Code: "no"}, {Code: "yes"}, {Code: "always"}},
		Rules:     []*ruleset.Rule{{When: both, Outcome: 1}, {Outcome: 2}},
		Order:     []int{0, 1},
		Otherwise: &ruleset.Rule{},
	}
	a := decide.New(c).Analyse([]bool{true, true})
	switch {
	case slices.Contains(a.NeverTrue, 0) || slices.Contains(a.AlwaysDefeated, 0):
		return lifecycleNever, ""
	case len(a.Overlaps) > 0:
		return lifecycleSome, describe(c, a.Overlaps[0].When)
	}
	return lifecycleUnproved, ""
}

// lifecyclePeriods reports deadlines that an event of the file starts or suspends and none ends or resumes.
func (d *document) lifecyclePeriods(l *ruleset.Lifecycle) {
	if l.Deadlines == nil {
		return
	}
	has := map[string]*ruleset.LifecycleEvent{}
	for i := range l.Events {
		if e := &l.Events[i]; e.Deadline != "" && has[e.Deadline] == nil {
			has[e.Deadline] = e
		}
	}
	open := func(e *ruleset.LifecycleEvent, key, id, end string) {
		d.add(Diagnostic{Code: "BF1014", File: d.file.Name, Range: placeRange(e.Place), Key: key, Args: []string{id, e.Name, end}})
	}
	for _, x := range l.Deadlines.Deadlines {
		start := has[x.Starts]
		if start == nil {
			continue
		}
		if x.Ends != "" && has[x.Ends] == nil {
			open(start, "lifecycle.deadline-never-ends", x.ID, x.Ends)
		}
		for _, s := range x.Suspended {
			if from := has[s.From]; from != nil && has[s.To] == nil {
				open(from, "lifecycle.deadline-never-resumes", x.ID, s.To)
			}
		}
	}
}

// lifecycleUnused reports events that no transition takes, and facts of the case that no event may state.
func (d *document) lifecycleUnused(l *ruleset.Lifecycle) {
	for i := range l.Events {
		if e := &l.Events[i]; len(e.Transitions) == 0 {
			d.warn("BF2006", e.Place, "event.unused", e.Name)
		}
	}
	for f := range l.Facts {
		if !slices.ContainsFunc(l.Events, func(e ruleset.LifecycleEvent) bool { return e.MayState == nil || slices.Contains(e.MayState, f) }) {
			d.warn("BF2006", l.Facts[f].Place, "lifecycle.never-stated", l.Facts[f].Name)
		}
	}
}
