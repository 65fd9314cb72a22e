package condition

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/input"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// CallOption changes one decision.
type CallOption interface{ applyCall(*call) }

type callFunc func(*call)

func (f callFunc) applyCall(c *call) { f(c) }

type call struct{ at time.Time }

// At sets the time of the decision: requirements and obligations outside their effective window on its civil date in Asia/Shanghai do not
// exist. The default is the Access's clock.
func At(t time.Time) CallOption { return callFunc(func(c *call) { c.at = t }) }

// usageMode is the fact that says how the data are to be used (Art. 27).
const usageMode = "usage_mode"

// evaluation is one decision while it is worked out, and afterwards what its explanation is made from.
type evaluation struct {
	*Access
	at     time.Time
	active *active
	doc    *input.Document
	ev     *expr.Eval
	held   *decide.Holdings
}

// Decide advises on an application (Articles 24 to 27, 40 and 44). The error is a *banfa.FactError for facts that cannot be taken, a
// *NotInForceError, or the context's; an error within a requirement is part of the Result and rejects.
func (a *Access) Decide(ctx context.Context, facts banfa.Facts, opts ...CallOption) (*Result, error) {
	var k call
	for _, o := range opts {
		o.applyCall(&k)
	}
	if k.at.IsZero() {
		k.at = a.clock()
	}
	what, err := a.at(k.at)
	if err != nil {
		return nil, err
	}
	doc, err := banfa.ReadFacts(facts, a.schema)
	if err != nil {
		return nil, err
	}
	if len(doc.Items) > 0 {
		return nil, &banfa.FactError{Fact: "items", Code: "type", Want: "an application, which has no items", Got: "items"}
	}
	e := &evaluation{Access: a, at: k.at, active: what, doc: doc, ev: a.bind(ctx, k.at, doc.Values)}
	e.held = a.engine.Hold(e.ev, what.formulas)
	r := e.result()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// bind puts the facts into an evaluation, presumptions where they are absent.
func (a *Access) bind(ctx context.Context, at time.Time, values []expr.Value) *expr.Eval {
	ev := a.c.Env.NewEval(ctx)
	for i := range a.c.Facts {
		f := &a.c.Facts[i]
		v := values[i]
		if !v.Present() {
			v = f.Assume
		}
		if v.Present() {
			ev.Put(f.Slot, v)
		}
	}
	ev.Put(a.c.Now, expr.NewTimestamp(at))
	if a.c.Params >= 0 {
		ev.Put(a.c.Params, a.c.ParamsValue)
	}
	return ev
}

func (e *evaluation) result() *Result {
	c := e.c
	r := &Result{
		Decision: Approve, Failed: []string{}, Missing: []string{}, Evidence: []string{}, Obligations: []string{}, Reasons: []string{},
		Name: e.doc.Name, Ruleset: c.ID(), Digest: c.Sum, At: e.at.In(civil.Zone).Format(time.RFC3339), Status: c.Status,
		UsageMode:    e.usageMode(),
		Requirements: make([]Requirement, len(e.active.requirements)), Duties: []Duty{}, Interpretations: []string{},
		Exact: e.held.Exact, evaluation: e,
	}
	texts := make([]string, 0, e.active.texts)
	var failed, unknown []string
	for n, i := range e.active.requirements {
		q := &r.Requirements[n]
		*q = e.requirement(i, &e.held.Each[n])
		texts, q.Evidence = copied(texts, c.Requirements[i].Evidence)
		texts, q.Mitigates = copied(texts, c.Requirements[i].Mitigates)
		switch q.Holds {
		case Fails, Errs:
			r.Decision = Reject
			r.Failed = append(r.Failed, q.ID)
			r.Reasons = append(r.Reasons, reason(q))
			failed = append(failed, q.Evidence...)
		case Unknown:
			unknown = append(unknown, q.Evidence...)
		}
	}
	switch {
	case r.Decision == Reject:
		r.Evidence = unique(failed)
	case len(e.held.Missing) > 0 || slices.ContainsFunc(r.Requirements, func(q Requirement) bool { return q.Holds == Unknown }):
		r.Decision = Incomplete
		r.Evidence = unique(unknown)
		r.Missing = e.names(e.held.Missing)
	default:
		e.obligations(r)
	}
	r.Interpretations = e.interpretations(r)
	return r
}

// reason is why a requirement is not met: its message, or what went wrong with it.
func reason(q *Requirement) string {
	switch {
	case q.Holds == Errs:
		return q.ID + ": " + q.Error
	case q.Message == "":
		return q.ID
	}
	return q.Message
}

// unique keeps the first of equal texts.
func unique(texts []string) []string {
	out := []string{}
	for _, t := range texts {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// copied appends a list to what one array holds for the whole answer, and returns its place there: answers belong to the host, rules do not.
func copied(array, list []string) (longer, place []string) {
	n := len(array)
	array = append(array, list...)
	return array, array[n:len(array):len(array)]
}

func (e *evaluation) requirement(i int, h *decide.Holding) Requirement {
	q, cited := e.c.Requirements[i], e.cited[i]
	out := Requirement{
		ID: q.ID, Dimension: q.Dimension, Basis: cited.long, Short: cited.short, Holds: holding(h), Message: q.Message, Remedy: q.Remedy,
		Missing: e.names(h.Missing),
	}
	if h.Err != nil {
		out.Error = message.Visible(h.Err.Error()) // it may quote what an applicant wrote
	}
	return out
}

func holding(h *decide.Holding) Holding {
	switch h.Truth {
	case expr.True:
		if h.Concerned == expr.False {
			return NotConcerned
		}
		return Holds
	case expr.False:
		return Fails
	case expr.Error:
		return Errs
	}
	return Unknown
}

// names are those of leaves: of a field, the path to it where the fact itself is given, and else the fact.
func (e *evaluation) names(leaves []int) []string {
	out := []string{}
	for _, l := range leaves {
		leaf := &e.c.Env.Leaves()[l]
		name := leaf.Name
		if f := e.c.FactAt(leaf.Slot); f != nil && len(leaf.Path) > 0 && !e.doc.Values[f.Slot].Present() && !f.Assume.Present() {
			name = f.Name
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// obligations adds those that bind. One whose condition is unknown or errs binds: an agreement that asks too much can be put right, and data
// that were given without a duty cannot be taken back.
func (e *evaluation) obligations(r *Result) {
	held := e.engine.Hold(e.ev, e.active.duties)
	next := 0
	for _, i := range e.active.obligations {
		o := e.c.Obligations[i]
		d := Duty{ID: o.ID, Text: o.Text}
		d.Basis, d.Short = bases(o.Basis)
		if o.When != nil {
			h := &held.Each[next]
			next++
			if h.Truth == expr.False {
				continue
			}
			if h.Truth != expr.True {
				d.When = h.Truth.String()
			}
		}
		r.Obligations = append(r.Obligations, o.ID)
		r.Duties = append(r.Duties, d)
	}
}

func (e *evaluation) usageMode() string {
	f, ok := e.c.Fact(usageMode)
	if !ok {
		return ""
	}
	v := e.doc.Values[f.Slot]
	if !v.Present() {
		v = f.Assume
	}
	if s, isText := v.Str(); isText {
		return s
	}
	return ""
}

// interpretations are those that the answer rests on: of the whole file, and of requirements and obligations that bear on it.
func (e *evaluation) interpretations(r *Result) []string {
	out := []string{}
	if len(e.c.Interpretations) == 0 {
		return out
	}
	bears := map[string]bool{}
	for _, q := range r.Requirements {
		bears[q.ID] = r.Decision == Approve || slices.Contains(r.Failed, q.ID) || r.Decision == Incomplete && q.Holds == Unknown
	}
	for _, id := range r.Obligations {
		bears[id] = true
	}
	for _, in := range e.c.Interpretations {
		if len(in.Rules) == 0 || slices.ContainsFunc(in.Rules, func(id string) bool { return bears[id] }) {
			out = append(out, in.ID)
		}
	}
	return out
}

func bases(list []ruleset.Basis) (long, short string) {
	longs, shorts := make([]string, len(list)), make([]string, len(list))
	for i, b := range list {
		longs[i], shorts[i] = b.Long, b.Short
	}
	return strings.Join(longs, "、"), strings.Join(shorts, ", ")
}

func (e *evaluation) factsDigest() string {
	m := map[string]any{}
	if e.doc.Name != "" {
		m["name"] = e.doc.Name
	}
	for i, v := range e.doc.Values {
		if v.Present() {
			m[e.c.Facts[i].Name] = v.Go()
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return "sha256:" // checked facts always marshal; should one not, the digest is visibly none
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
