package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/examples/server/platform"
)

// posted is a form of a case that could not be taken, to be shown again with what was typed.
type posted struct {
	action  string
	problem *problem
	wrong   map[string]string
	// agreement is one that was filled in, with what the check found.
	agreement *condition.Agreement
	checked   bool
}

type casesData struct {
	Kind  string
	Cases []caseRow
	Pager pager
}

type caseRow struct {
	*platform.Case
	// Deadline is the one that is due first of those that have not ended; nil where there is none.
	Deadline *condition.OpenDeadline
}

func rowOf(c *platform.Case) caseRow {
	r := caseRow{Case: c}
	for i := range c.Standing.Deadlines {
		d := &c.Standing.Deadlines[i]
		if d.Ended == "" && (r.Deadline == nil || d.Due != "" && (r.Deadline.Due == "" || d.Due < r.Deadline.Due)) {
			r.Deadline = d
		}
	}
	return r
}

// cases lists the cases of a kind that somebody may see.
func (s *server) cases(q *request, kind string) error {
	offset := offsetOf(q)
	list, total, err := s.Cases(q.Context(), q.who, kind, offset, pageSize)
	if err != nil {
		return err
	}
	d := casesData{Kind: kind, Pager: pagerOf(q, offset, len(list), total)}
	for _, c := range list {
		d.Cases = append(d.Cases, rowOf(c))
	}
	return s.show(q, http.StatusOK, "cases", say(q.lang, "nav."+kindPath(kind)), d, nil)
}

type caseData struct {
	*platform.Case
	States    []stateRow
	Deadlines []deadlineRow
	Check     *checked
	Stated    []statedRow
	History   []historyRow
	Actions   []action
	Agreement *condition.Agreement // the signed one
	Draft     bool                 // there is one
	Download  bool
	Delivered *platform.Delivery
}

type stateRow struct {
	Label         string
	Done, Current bool
	Next          bool // what may come next
}

type deadlineRow struct {
	*condition.OpenDeadline
	What   string
	Days   []ledgerDay
	Reason string // why there is no ledger
}

type ledgerDay struct {
	Date    string `json:"date"`
	Counted bool   `json:"counted"`
	N       int    `json:"n"`
	Why     string `json:"why"`
	Due     bool
}

type statedRow struct{ Label, Value string }

type historyRow struct {
	platform.Line
	Label, To, By string
	Basis, Short  []string
	Facts         []statedRow
}

// action is a form for what somebody may bring about now.
type action struct {
	Name, Path, Label string
	Kind              string // event, supplement, accept, decide, agreement, open
	Message           string
	Basis, Short      []string
	Fields            []field
	Blocked           string // why it cannot be done yet; empty where it can
	Problem           *problem
	Agreement         *agreementForm
	Advice            condition.Decision
	Values            url.Values
}

// caseOf shows a case: where it stands, how it came there, until when what must be done, and what may happen next.
func (s *server) caseOf(q *request, kind string, p *posted) error {
	c, err := s.Case(q.Context(), q.who, kind, q.PathValue("id"))
	if err != nil {
		return err
	}
	d := caseData{Case: c, States: s.states(q, c), History: s.history(q, c), Agreement: c.Agreement}
	for i := range c.Standing.Deadlines {
		d.Deadlines = append(d.Deadlines, s.deadline(q, c, &c.Standing.Deadlines[i]))
	}
	if a := s.conditionsOf(c); a != nil {
		d.Stated = statedRows(q, a, c.Stated)
		if c.Advice != nil {
			if d.Check, err = checkedOf(a, c.Advice, q.lang, "supplement"); err != nil {
				return err
			}
		}
	}
	d.Draft = kind == platform.Applications && c.Agreement == nil && c.Record != nil && c.Record.Decision == condition.Approve
	d.Actions = s.actions(q, c, p)
	if kind == platform.Permissions && q.who.Subject == c.Owner && c.Standing.State == "active" {
		d.Download, d.Delivered = true, s.Delivered(c.Entry)
	}
	status, top := http.StatusOK, (*problem)(nil)
	if p != nil && p.problem != nil {
		status = p.problem.Status
		if !slices.ContainsFunc(d.Actions, func(a action) bool { return a.Problem != nil }) {
			top = p.problem
		}
	}
	return s.show(q, status, "case", say(q.lang, "case."+kind)+" "+c.ID, d, top)
}

// conditionsOf are the conditions that a case is decided by; nil where it has none.
func (s *server) conditionsOf(c *platform.Case) *condition.Access {
	if c.Conditions == "" {
		return nil
	}
	a, err := condition.New(s.Rules, condition.Named(c.Conditions), condition.Clock(s.cfg.Clock))
	if err != nil {
		return nil // rules that have changed since: the case is shown without their words
	}
	return a
}

// statedRows are what an applicant stated, in words.
func statedRows(q *request, a *condition.Access, stated map[string]any) []statedRow {
	facts, _ := factsOf(a, q.lang)
	var out []statedRow
	for i := range facts {
		if v, ok := stated[facts[i].Name]; ok {
			out = append(out, statedRow{orOwn(facts[i].Label, facts[i].Name), factText(q.lang, &facts[i], v)})
		}
	}
	return out
}

// factText writes a value for people.
func factText(lang string, f *banfa.Fact, v any) string {
	list := typedOf(map[string]any{f.Name: v})[f.Name]
	for i, x := range list {
		for _, o := range f.Values {
			if o.Code == x {
				list[i] = o.Label
			}
		}
		if f.Type == "timestamp" {
			list[i] = whenText(x)
		}
		if f.Type == "bool" {
			list[i] = say(lang, map[string]string{"true": "word.yes", "false": "word.no"}[x])
		}
	}
	out := ""
	for i, x := range list {
		if i > 0 {
			out += say(lang, "word.comma")
		}
		out += x
	}
	return out
}

// states are those of the lifecycle in the order of its file, with how far the case has come.
func (s *server) states(q *request, c *platform.Case) []stateRow {
	l := s.LifecycleFile(c.Kind)
	if l == nil {
		return nil
	}
	been := map[string]bool{}
	for _, step := range c.Standing.History {
		been[step.From], been[step.To] = true, true
	}
	next := map[string]bool{}
	for _, w := range c.Standing.Legal {
		next[w.To] = true
	}
	var out []stateRow
	for i := range l.States {
		name := l.States[i].Name
		out = append(out, stateRow{Label: s.stateLabel(q.lang, c.Kind, name), Current: name == c.Standing.State, Done: been[name], Next: next[name]})
	}
	return out
}

// deadline is a deadline with its ledger.
func (s *server) deadline(q *request, c *platform.Case, d *condition.OpenDeadline) deadlineRow {
	row := deadlineRow{OpenDeadline: d, What: d.Message}
	if l := s.LifecycleFile(c.Kind); l != nil && l.Deadlines != nil {
		row.What = s.label(q.lang, l.Deadlines.ID(), "deadlines."+d.ID+".message", d.Message)
	}
	row.Days, row.Reason = s.ledger(q.Context(), q.lang, c, d.ID)
	return row
}

func (s *server) ledger(ctx context.Context, lang string, c *platform.Case, id string) ([]ledgerDay, string) {
	r, err := s.Ledger(ctx, c, id)
	if err != nil {
		return nil, explainDeadline(err, lang)
	}
	text, err := r.JSON(lang)
	if err != nil {
		return nil, explainDeadline(err, lang)
	}
	var out struct {
		Due    string      `json:"due"`
		Ledger []ledgerDay `json:"ledger"`
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, explainDeadline(err, lang)
	}
	for i := range out.Ledger {
		out.Ledger[i].Due = out.Ledger[i].Date == out.Due
	}
	return out.Ledger, ""
}

// history is what happened, each event with what it cites, who did it and where it stands in the log.
func (s *server) history(q *request, c *platform.Case) []historyRow {
	var out []historyRow
	for i, step := range c.Standing.History {
		row := historyRow{Label: s.eventLabel(q.lang, c.Kind, step.Event), To: s.stateLabel(q.lang, c.Kind, step.To), By: s.roleLabel(q.lang, c.Kind, step.By), Basis: step.Basis, Short: step.Short}
		if i < len(c.Log) {
			row.Line = c.Log[i]
		}
		for _, f := range s.lifecycleFacts(q.lang, c, step.Event) {
			if v, ok := step.Facts[f.Name]; ok {
				row.Facts = append(row.Facts, statedRow{orOwn(f.Label, f.Name), factText(q.lang, &f, v)})
			}
		}
		out = append(out, row)
	}
	return out
}

// lifecycleFacts are the facts of an event and of its case, in a language.
func (s *server) lifecycleFacts(lang string, c *platform.Case, event string) []banfa.Fact {
	l := s.LifecycleFile(c.Kind)
	if l == nil {
		return nil
	}
	var out []banfa.Fact
	if i, ok := l.EventIndex(event); ok {
		for k := range l.Events[i].Facts {
			out = append(out, platform.DescribeFact(&l.Events[i].Facts[k]))
		}
	}
	for k := range l.Facts {
		out = append(out, platform.DescribeFact(&l.Facts[k]))
	}
	for i := range out {
		s.inLanguage(lang, l.ID(), event, &out[i])
	}
	return out
}

// inLanguage gives a fact of a Lifecycle file its texts in a language.
func (s *server) inLanguage(lang, id, event string, f *banfa.Fact) {
	text := func(key, own string) string {
		if t := s.label(lang, id, "events."+event+".facts."+f.Name+"."+key, ""); t != "" {
			return t
		}
		return s.label(lang, id, "facts."+f.Name+"."+key, own)
	}
	f.Label, f.Ask = text("label", f.Label), text("ask", f.Ask)
	for i := range f.Values {
		f.Values[i].Label = text("values."+f.Values[i].Code, f.Values[i].Label)
	}
}
