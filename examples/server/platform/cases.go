package platform

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/store"
)

// CaseEvent is the data of an event of a case: what the lifecycle is folded from, and what was decided with it.
type CaseEvent struct {
	Event string         `json:"event"` // of the Lifecycle file
	At    time.Time      `json:"at"`    // the time it was judged by
	By    string         `json:"by"`    // the role of the Lifecycle file
	Facts map[string]any `json:"facts,omitempty"`
	// Begin is what the case is about; of its first event.
	Begin *Begin `json:"begin,omitempty"`
	// Stated is what the applicant stated for the conditions, as far as this event changes it.
	Stated map[string]any `json:"stated,omitempty"`
	// Advice, Record and Agreement are the library's, as evidence.
	Advice    *condition.Result    `json:"advice,omitempty"`
	Record    *condition.Record    `json:"record,omitempty"`
	Agreement *condition.Agreement `json:"agreement,omitempty"`
	Opens     string               `json:"opens,omitempty"` // the permission that it opens
	Rests     Digests              `json:"rests_on"`
}

// Begin is what a case is about.
type Begin struct {
	Entry      string `json:"entry"`
	EntryName  string `json:"entry_name"`
	Unit       string `json:"unit"`
	Owner      string `json:"owner"` // the subject of who applies, uses or objects
	OwnerName  string `json:"owner_name"`
	Conditions string `json:"conditions,omitempty"` // the rule file it is decided by
	From       string `json:"from,omitempty"`       // the application that a permission came from
}

// Case is an application, a permission or an objection.
type Case struct {
	Begin
	Kind     string              `json:"kind"`
	ID       string              `json:"id"`
	Began    time.Time           `json:"began"`
	Stated   map[string]any      `json:"stated,omitempty"`
	Advice   *condition.Result   `json:"advice,omitempty"` // the latest
	Record   *condition.Record   `json:"record,omitempty"`
	Opens    string              `json:"opens,omitempty"`
	Standing *condition.Standing `json:"standing"`
	// Agreement is the one that was signed.
	Agreement *condition.Agreement `json:"-"`
	Log       []Line               `json:"log"` // who did what
}

// Line is one of a case's history, with its place in the log.
type Line struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
	Role  string    `json:"role"`
	Event string    `json:"event"`
}

func (c *Case) stream() string { return c.Kind + "/" + c.ID }

// applyCase folds an event of a case. What was legal then was judged then: an event that the present rules would refuse, because they have changed since, is
// an error that says so, and is not passed over.
func (p *Platform) applyCase(ctx context.Context, kind string, e *store.Event) error {
	d, err := decode[CaseEvent](e)
	if err != nil {
		return err
	}
	l := p.lifecycles[kind]
	c := &Case{}
	if old := p.s.cases[e.Stream]; old != nil {
		*c = *old
	} else {
		if d.Begin == nil {
			return errors.New("the first event of a case does not say what it is about")
		}
		c.Kind, c.ID, c.Began, c.Begin = kind, e.Stream[len(kind)+1:], e.At, *d.Begin
		if c.Standing, err = l.Fold(ctx, nil); err != nil {
			return err
		}
	}
	if c.Standing, err = l.Apply(ctx, c.Standing, d.lifecycle(e.Seq)); err != nil {
		return err
	}
	if d.Stated != nil {
		c.Stated = merge(c.Stated, d.Stated)
	}
	if d.Advice != nil {
		c.Advice = d.Advice
	}
	if d.Record != nil {
		c.Record = d.Record
	}
	if d.Agreement != nil {
		c.Agreement = d.Agreement
	}
	if d.Opens != "" {
		c.Opens = d.Opens
	}
	c.Log = append(c.Log[:len(c.Log):len(c.Log)], Line{e.Seq, e.At, e.Actor, e.Role, d.Event})
	if p.s.cases[e.Stream] == nil {
		p.s.order = append(p.s.order, e.Stream)
	}
	p.s.cases[e.Stream] = c
	return nil
}

// lifecycle is the event as the Lifecycle sees it; its id is its place in the log.
func (d *CaseEvent) lifecycle(seq int64) condition.CaseEvent {
	return condition.CaseEvent{ID: fmt.Sprint(seq), Name: d.Event, At: d.At, By: d.By, Facts: banfa.Map(d.Facts)}
}

func merge(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]any{}
	}
	maps.Copy(out, b)
	return out
}

// as is the role in which somebody acts on a case, in the words of its Lifecycle file; "" for none. Whose case it is, and whose data, decides with the role.
func (c *Case) as(who identity.Identity, roles []string) (string, identity.Role) {
	for _, r := range roles {
		switch r {
		case "applicant", "user", "objector":
			if who.SignedIn() && who.Subject == c.Owner {
				return r, identity.Applicant
			}
		case "opening_body":
			if who.Is(identity.Opener) && who.Unit != "" && who.Unit == c.Unit {
				return r, identity.Opener
			}
		case "authority":
			if who.Is(identity.Authority) {
				return r, identity.Authority
			}
		}
	}
	return "", ""
}

// may reports whether somebody may bring about an event of a case, and in which role. An event that is not legal in the present state has no roles: the lifecycle
// refuses it and says what is legal.
func (c *Case) may(who identity.Identity, event string) (by string, role identity.Role, ok bool) {
	legal := false
	for _, l := range c.Standing.Legal {
		if l.Event != event {
			continue
		}
		legal = true
		if by, role = c.as(who, l.By); by != "" {
			return by, role, true
		}
	}
	return "", identity.Public, !legal
}

// MaySee reports whether somebody may read a case: who it is by, the unit whose data it is about, the authority and auditors.
func (c *Case) MaySee(who identity.Identity) bool {
	return who.SignedIn() && who.Subject == c.Owner || who.Is(identity.Authority, identity.Auditor) ||
		who.Is(identity.Opener) && who.Unit != "" && who.Unit == c.Unit
}

// Case returns a case with its deadlines as of now. A case that somebody may not see is not there for them.
func (p *Platform) Case(ctx context.Context, who identity.Identity, kind, id string) (*Case, error) {
	c := view(p, func(s *state) *Case { return s.cases[kind+"/"+id] })
	if c == nil || !c.MaySee(who) {
		return nil, ErrNotFound
	}
	return p.now(ctx, c)
}

func (p *Platform) now(ctx context.Context, c *Case) (*Case, error) {
	out := *c
	at := p.time(c)
	var err error
	out.Standing, err = p.lifecycles[c.Kind].AsOf(ctx, c.Standing, at)
	return &out, err
}

// time is now, and never before the last event of a case: a clock that has gone back moves nothing.
func (p *Platform) time(c *Case) time.Time {
	now := p.Clock().UTC().Truncate(time.Second)
	if c != nil && len(c.Log) > 0 {
		if last := c.Log[len(c.Log)-1].At; now.Before(last) {
			return last
		}
	}
	return now
}

// Cases lists the cases of a kind that somebody may see, the newest first.
func (p *Platform) Cases(ctx context.Context, who identity.Identity, kind string, offset, limit int) (cases []*Case, total int, err error) {
	seen := view(p, func(s *state) []*Case {
		var out []*Case
		for _, stream := range slices.Backward(s.order) {
			if c := s.cases[stream]; c.Kind == kind && c.MaySee(who) {
				out = append(out, c)
			}
		}
		return out
	})
	if limit <= 0 || limit > MaxPage {
		limit = page
	}
	from := min(max(offset, 0), len(seen))
	for _, c := range seen[from:min(from+limit, len(seen))] {
		c, err := p.now(ctx, c)
		if err != nil {
			return nil, 0, err
		}
		cases = append(cases, c)
	}
	return cases, len(seen), nil
}

// Inbox lists what waits for somebody's office: open cases with an event that they may bring about, those that are due first standing first (Article 42).
func (p *Platform) Inbox(ctx context.Context, who identity.Identity) ([]*Case, error) {
	if !who.Is(identity.Opener, identity.Authority) {
		return nil, ErrForbidden
	}
	open := view(p, func(s *state) []*Case {
		var out []*Case
		for _, stream := range s.order {
			if c := s.cases[stream]; !c.Standing.Final && c.MaySee(who) && c.Kind != Permissions {
				out = append(out, c)
			}
		}
		return out
	})
	var cases []*Case
	for _, c := range open {
		c, err := p.now(ctx, c)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(c.Standing.Legal, func(l condition.LegalEvent) bool { by, _ := c.as(who, l.By); return by != "" }) {
			cases = append(cases, c)
		}
	}
	slices.SortStableFunc(cases, func(a, b *Case) int { return compare(a.due(), b.due()) })
	return cases, nil
}

// due is the first due date that is still open, as text that sorts; a case without one stands last.
func (c *Case) due() string {
	first := "9999"
	for _, d := range c.Standing.Deadlines {
		if d.Ended == "" && d.Due != "" && d.Due < first {
			first = d.Due
		}
	}
	return first
}

// happen judges an event of a case and appends it. more may add to what is kept with it, and what happens together with it; it sees the case as it is.
func (p *Platform) happen(ctx context.Context, who identity.Identity, kind, id, name string, facts map[string]any,
	more func(s *state, c *Case, d *CaseEvent) ([]store.Expect, []store.NewEvent, error),
) (*Case, error) {
	stream := kind + "/" + id
	made, err := p.act(ctx, func(s *state) ([]store.Expect, []store.NewEvent, error) {
		c := s.cases[stream]
		if c == nil || !c.MaySee(who) {
			return nil, nil, ErrNotFound
		}
		d := CaseEvent{Event: name, At: p.time(c), Facts: facts, Rests: p.digests()}
		by, role, may := c.may(who, name)
		if !may {
			return nil, nil, ErrForbidden
		}
		d.By = by
		expect := []store.Expect{s.expect(stream)}
		var with []store.NewEvent
		if more != nil {
			e, n, err := more(s, c, &d)
			if err != nil {
				return nil, nil, err
			}
			expect, with = append(expect, e...), n
		}
		if _, err := p.lifecycles[kind].Apply(ctx, c.Standing, d.lifecycle(s.seq+1)); err != nil {
			return nil, nil, illegal(err)
		}
		return expect, append([]store.NewEvent{event(who, stream, kind+"."+name, d, role)}, with...), nil
	})
	if err != nil {
		return nil, err
	}
	return p.Case(ctx, who, kind, made[0].Stream[len(kind)+1:])
}

// illegal is what the lifecycle said of an event that it refused.
func illegal(err error) error {
	var e *condition.IllegalEventError
	if errors.As(err, &e) {
		return &RefusedError{Code: "illegal_event", Reason: e.Text("zh"), Detail: e}
	}
	return err
}

// begin starts a case with its first event.
func (p *Platform) begin(ctx context.Context, s *state, who identity.Identity, kind string, role identity.Role, b Begin, d CaseEvent) (id string, e store.NewEvent, x store.Expect, err error) {
	n := 1 + s.begun[kind]
	for _, stream := range s.order {
		if s.cases[stream].Kind == kind {
			n++
		}
	}
	id = fmt.Sprintf("%s-%06d", map[string]string{Applications: "A", Permissions: "P", Objections: "O"}[kind], n)
	stream := kind + "/" + id
	d.Begin, d.Rests = &b, p.digests()
	l := p.lifecycles[kind]
	empty, err := l.Fold(ctx, nil)
	if err == nil {
		_, err = l.Apply(ctx, empty, d.lifecycle(s.seq+1))
	}
	if err != nil {
		return "", e, x, illegal(err)
	}
	return id, event(who, stream, kind+"."+d.Event, d, role), s.expect(stream), nil
}

func (p *Platform) digests() Digests {
	return Digests{Rules: p.Rules.Digest(), Calendar: deadline.China().Digest()}
}

// Do brings about an event of a case that needs nothing but its facts: whatever the Lifecycle file lets somebody do and no other method here does.
func (p *Platform) Do(ctx context.Context, who identity.Identity, kind, id, name string, facts map[string]any) (*Case, error) {
	if _, own := ownEvents[kind+"."+name]; own {
		return nil, &RefusedError{Code: "illegal_event", Reason: "该事件由平台的其他操作产生"}
	}
	return p.happen(ctx, who, kind, id, name, facts, nil)
}

// ownEvents are events with something else to do: their own methods do it.
var ownEvents = map[string]struct{}{
	"application.application_received": {}, "application.supplement_received": {}, "application.application_accepted": {}, "application.application_answered": {},
	"application.agreement_signed": {}, "application.permission_opened": {}, "permission.permission_opened": {}, "objection.objection_received": {},
}
