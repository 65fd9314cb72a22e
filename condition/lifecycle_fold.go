package condition

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// lifecycleCase is where a case stands while its events are gone through.
type lifecycleCase struct {
	state   int
	last    time.Time    // of the latest event
	values  []expr.Value // the facts of the case
	history []Step
	marks   []deadline.Event // those that the deadlines know, under their names there
	log     [sha256.Size]byte
	ids     map[string][sha256.Size]byte // by id: the digest of the event
}

func (l *Lifecycle) begin() *lifecycleCase {
	return &lifecycleCase{
		state: l.spec.Initial, values: make([]expr.Value, len(l.spec.Facts)), ids: map[string][sha256.Size]byte{},
		log: sha256.Sum256([]byte("banfa lifecycle " + l.spec.ID())),
	}
}

func (c *lifecycleCase) clone() *lifecycleCase {
	out := *c
	out.values, out.history, out.marks = slices.Clone(c.values), slices.Clone(c.history), slices.Clone(c.marks)
	out.ids = maps.Clone(c.ids)
	return &out
}

// Fold goes through the events of a case in their order and says where it stands after them. The standing depends on them and on nothing
// else: whoever folds the same log gets the same bytes. Deadlines and legal events are those at the time of the last event; AsOf says what
// they are later.
//
// An event that is not legal is an *IllegalEventError, whose Index says which; there is no standing then. Other errors are those of the
// context.
func (l *Lifecycle) Fold(ctx context.Context, events []CaseEvent) (*Standing, error) {
	c := l.begin()
	for i := range events {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		if err := l.step(ctx, c, &events[i]); err != nil {
			return nil, lifecycleIndexed(err, i)
		}
	}
	return l.standing(ctx, c, c.last)
}

// Apply adds one event to a case and returns the new standing; the one given stays as it is. An event that is not legal now is an
// *IllegalEventError, which names those that are. One with the id and the content of an event that the case has had changes nothing.
func (l *Lifecycle) Apply(ctx context.Context, s *Standing, e CaseEvent) (*Standing, error) {
	if s == nil || s.of != l {
		return nil, errLifecycleOther
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	c := s.c.clone()
	if err := l.step(ctx, c, &e); err != nil {
		return nil, lifecycleIndexed(err, len(s.History))
	}
	return l.standing(ctx, c, c.last)
}

// AsOf says what the deadlines and the legal events of a standing are at a later time. It is an *IllegalEventError with the code late where
// the time is before the last event.
func (l *Lifecycle) AsOf(ctx context.Context, s *Standing, at time.Time) (*Standing, error) {
	if s == nil || s.of != l {
		return nil, errLifecycleOther
	}
	if at.Before(s.c.last) {
		return nil, &IllegalEventError{
			Code: IllegalLate, State: s.State, Legal: s.Legal, Index: len(s.History), key: "as-of",
			args: []string{lifecycleTime(at), lifecycleTime(s.c.last)},
		}
	}
	return l.standing(ctx, s.c, at)
}

func lifecycleIndexed(err error, i int) error {
	var e *IllegalEventError
	if errors.As(err, &e) {
		e.Index = i
	}
	return err
}

// step takes one event. Where it returns an error, c is as it was.
func (l *Lifecycle) step(ctx context.Context, c *lifecycleCase, e *CaseEvent) error {
	x, values, err := l.admit(ctx, c, e)
	if err != nil {
		return err
	}
	digest, err := lifecycleDigest(e, l.factNames(x), values)
	if err != nil {
		return err
	}
	if old, again := c.ids[e.ID]; again && e.ID != "" {
		if old == digest {
			return nil
		}
		return l.refuse(ctx, c, e, IllegalDuplicate, "duplicate", e.ID)
	}
	day, err := l.timely(ctx, c, e)
	if err != nil {
		return err
	}
	t, err := l.choose(ctx, c, e, x, values, day)
	if err != nil {
		return err
	}
	for i := range l.spec.Facts {
		if values[i].Present() {
			c.values[i] = values[i]
		}
	}
	tr := l.spec.Transitions[t]
	c.history = append(c.history, Step{
		Event: e.Name, ID: e.ID, At: lifecycleTime(e.At), By: e.By, Transition: tr.ID,
		From: l.spec.States[c.state].Name, To: l.spec.States[tr.To].Name, Basis: lifecycleLong(tr.Basis), Short: lifecycleShort(tr.Basis),
		Facts: lifecycleFacts(l.factNames(x), values),
	})
	if name := l.spec.Events[x].Deadline; name != "" {
		c.marks = append(c.marks, deadline.Event{Name: name, At: e.At})
	}
	c.log, c.last, c.state = lifecycleChain(c.log, digest), e.At, tr.To
	if e.ID != "" {
		c.ids[e.ID] = digest
	}
	return nil
}

// admit looks at an event by itself: whether there is such a one, and whether its facts can be taken.
func (l *Lifecycle) admit(ctx context.Context, c *lifecycleCase, e *CaseEvent) (event int, values []expr.Value, err error) {
	x, ok := l.spec.EventIndex(e.Name)
	switch {
	case !ok:
		names := make([]string, len(l.spec.Events))
		for i := range l.spec.Events {
			names[i] = l.spec.Events[i].Name
		}
		key, args := "unknown-event", []string{e.Name}
		if near := expr.Nearest(e.Name, names); near != "" {
			key, args = "unknown-event-near", append(args, near)
		}
		return 0, nil, l.refuse(ctx, c, e, IllegalUnknownEvent, key, args...)
	case e.At.IsZero():
		return 0, nil, l.refuse(ctx, c, e, IllegalTime, "no-time", e.Name)
	case len(e.ID) > MaxLifecycleID:
		return 0, nil, l.refuse(ctx, c, e, IllegalLimit, "long-id", strconv.Itoa(len(e.ID)), strconv.Itoa(MaxLifecycleID))
	case len(c.history) >= l.max:
		return 0, nil, l.refuse(ctx, c, e, IllegalLimit, "many", strconv.Itoa(l.max))
	}
	doc, err := banfa.ReadFacts(e.Facts, l.schemas[x])
	if err != nil {
		r := l.refuse(ctx, c, e, IllegalFacts, "facts")
		r.Err = err
		return 0, nil, r
	}
	return x, doc.Values, nil
}

// timely looks at the time of an event: it is in order, and the rule file in force.
func (l *Lifecycle) timely(ctx context.Context, c *lifecycleCase, e *CaseEvent) (civil.Date, error) {
	day, err := civil.OfTime(e.At, civil.Zone)
	switch {
	case err != nil:
		return 0, l.refuse(ctx, c, e, IllegalTime, "time-range", e.Name)
	case e.At.Before(c.last):
		return 0, l.refuse(ctx, c, e, IllegalLate, "late", e.Name, lifecycleTime(e.At), lifecycleTime(c.last))
	case !l.spec.Effective.Contains(day):
		return 0, l.refuse(ctx, c, e, IllegalNotInForce, "not-in-force", l.spec.ID(), day.String())
	}
	return day, nil
}

// choose finds the one transition that an event takes, and holds its guard against the facts. What is not known to hold does not hold.
func (l *Lifecycle) choose(
	ctx context.Context, c *lifecycleCase, e *CaseEvent, x int, values []expr.Value, day civil.Date,
) (int, error) {
	event := &l.spec.Events[x]
	if l.spec.States[c.state].Final {
		return 0, l.refuse(ctx, c, e, IllegalFinal, "final", e.Name, l.spec.States[c.state].Name)
	}
	var open []int
	for _, t := range event.Transitions {
		if tr := l.spec.Transitions[t]; tr.Leaves(c.state) && tr.Effective.Contains(day) {
			open = append(open, t)
		}
	}
	switch {
	case len(open) == 0:
		return 0, l.refuse(ctx, c, e, IllegalState, "state", e.Name, l.spec.States[c.state].Name)
	case !l.mayAct(event, e.By):
		r := l.refuse(ctx, c, e, IllegalRole, "role", e.Name, lifecycleJoin(event.By), lifecycleOr(e.By, "-"))
		return 0, r
	}
	if err := l.mayState(ctx, c, e, event, values); err != nil {
		return 0, err
	}
	ev := l.eval(ctx, c, event, values, e.At, slices.ContainsFunc(open, func(t int) bool { return l.looks[t] }))
	chosen, err := l.chosen(ctx, c, e, event.Env, ev, open)
	if err != nil {
		return 0, err
	}
	tr := l.spec.Transitions[chosen]
	g := lifecycleHolds(event.Env, ev, tr.Require)
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	if g.truth == expr.True {
		return chosen, nil
	}
	return 0, l.guarded(ctx, c, e, g, []*ruleset.LifecycleTransition{tr})
}

// chosen returns the transition whose condition holds, where no other's does or may.
func (l *Lifecycle) chosen(
	ctx context.Context, c *lifecycleCase, e *CaseEvent, env *expr.Env, ev *expr.Eval, open []int,
) (int, error) {
	chosen, found := 0, 0
	var doubt lifecycleGuard
	var doubtful []*ruleset.LifecycleTransition
	for _, t := range open {
		g := lifecycleHolds(env, ev, l.spec.Transitions[t].When)
		switch g.truth {
		case expr.True:
			chosen, found = t, found+1
		case expr.False:
		default:
			doubt = doubt.with(g)
			doubtful = append(doubtful, l.spec.Transitions[t])
		}
	}
	switch err := context.Cause(ctx); {
	case err != nil:
		return 0, err
	case len(doubtful) > 0:
		return 0, l.guarded(ctx, c, e, doubt, doubtful)
	case found > 1:
		return 0, l.refuse(ctx, c, e, IllegalAmbiguous, "ambiguous", e.Name, l.spec.States[c.state].Name)
	case found == 0:
		return 0, l.refuse(ctx, c, e, IllegalCondition, "condition", e.Name, l.spec.States[c.state].Name)
	}
	return chosen, nil
}

// mayState holds the facts that an event states against those of the case: what is known is not contradicted, and what the event is not about
// is not stated, unless the rule file says that it may. To repeat what the case states is to say nothing.
func (l *Lifecycle) mayState(ctx context.Context, c *lifecycleCase, e *CaseEvent, x *ruleset.LifecycleEvent, values []expr.Value) error {
	for i := range l.spec.Facts {
		f, old, stated := &l.spec.Facts[i], c.values[i], values[i]
		switch {
		case !stated.Present() || slices.Contains(x.MayState, i) || old.Present() && lifecycleSame(old, stated):
		case old.Present():
			return l.refuse(ctx, c, e, IllegalFact, "restated", e.Name, f.Name, old.String(), stated.String())
		case x.MayState != nil:
			return l.refuse(ctx, c, e, IllegalFact, "may-not-state", e.Name, f.Name)
		}
	}
	return nil
}

// lifecycleSame compares what two events state; objects lack fields, which are not equal to each other in CEL's sense.
func lifecycleSame(a, b expr.Value) bool { return a.Equal(b) || reflect.DeepEqual(a.Go(), b.Go()) }

// mayAct reports whether a role may bring an event about.
func (l *Lifecycle) mayAct(e *ruleset.LifecycleEvent, by string) bool {
	if len(e.By) > 0 {
		return slices.Contains(e.By, by)
	}
	return by == "" || len(l.spec.Roles) == 0 || slices.ContainsFunc(l.spec.Roles, func(r ruleset.Role) bool { return r.Name == by })
}

func (l *Lifecycle) factNames(event int) []string {
	s := l.schemas[event]
	names := make([]string, len(s.Facts))
	for i := range s.Facts {
		names[i] = s.Facts[i].Name
	}
	return names
}

func lifecycleFacts(names []string, values []expr.Value) map[string]any {
	out := map[string]any{}
	for i, v := range values {
		if v.Present() {
			out[names[i]] = v.Go()
		}
	}
	return out
}
