package classify

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// The outcomes that no rule file declares.
const (
	Undetermined = "undetermined"
	OutOfScope   = "out_of_scope"
)

// Result is an answer. It is a value: it marshals to the same bytes for the same rules, facts and time, and can be kept as
// evidence. Ids are those of the rule file.
type Result struct {
	Name    string `json:"name,omitempty"` // of the data set, where the facts name it
	Ruleset string `json:"ruleset"`        // KIND/NAME
	Digest  string `json:"digest"`         // sha256:… of the rule file
	At      string `json:"at"`             // RFC 3339, Asia/Shanghai
	Status  string `json:"status"`         // of the rule file: draft, in-force or repealed

	// Outcome is the outcome's code, Undetermined, or OutOfScope where another law governs and nothing is opened.
	Outcome    string `json:"outcome"`
	Determined bool   `json:"determined"`
	// Possible are the outcomes that some completion of the absent facts reaches, the most restrictive first. A host that
	// must act takes the first. Missing are exactly the absent facts that can change the outcome, the most decisive first.
	Possible []string `json:"possible"`
	Missing  []string `json:"missing"`
	// Exact is false, and left out of JSON otherwise, where the completions could not be enumerated: Possible and Missing may
	// then hold too much, and never too little.
	Exact bool `json:"-"`

	Rules    []AppliedRule `json:"rules"`    // known to apply
	Grounds  []string      `json:"grounds"`  // what bears a determined outcome, in some completion
	Defeated []Defeat      `json:"defeated"` // known to be overridden
	// Conflicts are rules that apply with a less restrictive outcome than the answer.
	Conflicts       []string     `json:"conflicts"`
	Review          bool         `json:"review"` // a person must look at it
	Interpretations []string     `json:"interpretations"`
	Items           []ItemResult `json:"items"`
	// HeldBackBy names the items at the data set's outcome, unless that is the most open one; WithoutThem is the outcome of the
	// others, nil where none remain.
	HeldBackBy  []string    `json:"held_back_by"`
	WithoutThem *string     `json:"without_them"`
	Paths       []Path      `json:"paths"` // how it could lawfully be more open (Article 10)
	Errors      []RuleError `json:"errors"`

	evaluation *evaluation // what Explain, Trace and FactsDigest are made from; nil in a Result read back from JSON
	digest     string      // of the facts, in a Result read back from JSON
}

// AppliedRule is a rule that applies.
type AppliedRule struct {
	ID      string `json:"id"`
	Basis   string `json:"basis"` // citation as the law writes it
	Short   string `json:"short"` // and in short
	Outcome string `json:"outcome,omitempty"`
	Message string `json:"message"`
}

// Defeat is a rule whose condition holds and that is overridden.
type Defeat struct {
	ID string   `json:"id"`
	By []string `json:"by"`
}

// ItemResult is the answer for one item. Its fields mean what those of Result do.
type ItemResult struct {
	Name       string        `json:"name"`
	Outcome    string        `json:"outcome"`
	Determined bool          `json:"determined"`
	Possible   []string      `json:"possible"`
	Missing    []string      `json:"missing"`
	Rules      []AppliedRule `json:"rules"`
	Grounds    []string      `json:"grounds"`
	Defeated   []Defeat      `json:"defeated"`
	Conflicts  []string      `json:"conflicts"`
	Review     bool          `json:"review"`
}

// Path is a minimal set of lawful acts after which the outcome is determined and more open.
type Path struct {
	Facts   map[string]any `json:"facts"` // what the acts change the facts to
	Acts    []string       `json:"acts"`  // in words
	Outcome string         `json:"outcome"`
}

// RuleError is a rule that could not be evaluated. It counts as one that could be true or false.
type RuleError struct {
	ID      string `json:"id"`
	Message string `json:"message"`
}

// FactsDigest returns sha256:… over the facts as they were taken: JSON with sorted keys, absent facts left out, items in their order.
// Two documents that differ only in how they are written have the same digest.
func (r *Result) FactsDigest() string {
	if r.evaluation == nil {
		return r.digest
	}
	return r.evaluation.factsDigest()
}

// plainResult is a Result without its methods, and what JSON holds beside its fields.
type plainResult Result

type resultJSON struct {
	*plainResult
	Exact       *bool  `json:"exact,omitempty"` // only where false
	FactsDigest string `json:"facts_digest"`
}

// MarshalJSON writes the shape of `banfa classify --json`.
func (r *Result) MarshalJSON() ([]byte, error) {
	out := resultJSON{plainResult: (*plainResult)(r), FactsDigest: r.FactsDigest()}
	if !r.Exact {
		out.Exact = new(bool)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads back what MarshalJSON wrote. Such a Result has its digests and can be compared and kept; to explain it, evaluate
// again.
func (r *Result) UnmarshalJSON(text []byte) error {
	in := resultJSON{plainResult: (*plainResult)(r)}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	r.Exact, r.digest, r.evaluation = in.Exact == nil, in.FactsDigest, nil
	return nil
}

// summary is what a data set and an item have in common.
type summary struct {
	rank, worst      int
	outcome          string
	determined       bool
	possible         []string
	missing, grounds []string
	rules            []AppliedRule
	defeated         []Defeat
	conflicts        []string
	review           bool
	errors           []RuleError
}

func (e *evaluation) result(paths bool) *Result {
	all := e.engine.Solve(e.evs, e.known, e.active)
	s := e.summarise(all, indexes(len(e.evs)))
	r := &Result{
		Name: e.doc.Name, Ruleset: e.c.ID(), Digest: e.c.Digest, At: formatTime(e.at), Status: e.c.Status,
		Outcome: s.outcome, Determined: s.determined, Possible: s.possible, Missing: s.missing, Exact: all.Exact,
		Rules: s.rules, Grounds: s.grounds, Defeated: s.defeated, Conflicts: s.conflicts, Review: s.review,
		Items: []ItemResult{}, HeldBackBy: []string{}, Paths: []Path{}, Errors: s.errors,
		evaluation: e,
	}
	r.Interpretations = e.interpretations(r)
	if len(e.doc.Items) > 0 {
		e.items(r, all, s)
	}
	if paths && s.determined {
		found, complete := e.engine.Paths(e.evs, e.known, e.active, s.rank)
		for _, p := range found {
			r.Paths = append(r.Paths, e.path(p))
		}
		if !complete {
			r.Errors = append(r.Errors, RuleError{ID: "paths", Message: "too many sets of acts to try: the paths are not complete"})
		}
	}
	return r
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// summarise puts a solution over some of the evaluations into words of the rule file.
func (e *evaluation) summarise(sol *decide.Solution, of []int) summary {
	s := summary{
		worst: sol.Worst(), outcome: Undetermined, possible: []string{}, missing: []string{}, grounds: []string{},
		rules: []AppliedRule{}, defeated: []Defeat{}, conflicts: []string{}, errors: []RuleError{},
	}
	for _, rank := range sol.Ranks() {
		s.possible = append(s.possible, e.c.Code(rank))
	}
	for _, l := range sol.Missing {
		if name := e.leafName(l); !slices.Contains(s.missing, name) { // of an object that is not given, all fields are one fact
			s.missing = append(s.missing, name)
		}
	}
	s.rank, s.determined = sol.Determined()
	if s.determined {
		s.outcome = e.c.Code(s.rank)
		for _, g := range sol.Grounds {
			s.grounds = append(s.grounds, e.groundID(g))
		}
	}
	for _, r := range e.live(of) {
		e.applied(&s, r, e.c.Rules[r], of)
	}
	e.others(&s, of)
	s.review = s.review || len(s.conflicts) > 0 || len(s.errors) > 0
	return s
}

// live returns the rules whose condition is not false in all of the evaluations, ascending.
func (e *evaluation) live(of []int) []int {
	if len(of) == 1 {
		return e.known[of[0]].Live
	}
	var all []int
	for _, i := range of {
		all = append(all, e.known[i].Live...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// applied notes what is known of one rule in any of the evaluations.
func (e *evaluation) applied(s *summary, r int, rule *ruleset.Rule, of []int) {
	applies, defeated := false, false
	var by []string
	for _, i := range of {
		k := e.known[i]
		if k.Scope != expr.True {
			continue
		}
		switch {
		case k.Applies[r] == expr.True:
			applies = true
			// Of several items, each has conflicts of its own: two items of different types are none.
			if s.determined && len(of) == 1 && rule.Outcome >= 0 && rule.Outcome < s.rank {
				s.conflicts = append(s.conflicts, rule.ID)
			}
		case k.Condition[r] == expr.True:
			for _, o := range rule.OverriddenBy {
				if k.Applies[o] == expr.True {
					defeated = true
					by = appendNew(by, e.c.Rules[o].ID)
				}
			}
		}
	}
	if applies {
		s.rules = append(s.rules, e.appliedRule(rule))
		s.review = s.review || rule.Review
	}
	if defeated {
		s.defeated = append(s.defeated, Defeat{rule.ID, by})
	}
}

func appendNew(s []string, v string) []string {
	if slices.Contains(s, v) {
		return s
	}
	return append(s, v)
}

// others notes the residual rule and the errors.
func (e *evaluation) others(s *summary, of []int) {
	seen := map[int]bool{}
	residual := false
	for _, i := range of {
		k := e.known[i]
		residual = residual || k.Scope == expr.True && k.Otherwise == expr.True
		for _, re := range k.Errors {
			if seen[re.Rule] {
				continue
			}
			seen[re.Rule] = true
			id := ""
			if re.Rule < 0 {
				id = e.c.Scope.ID
			} else {
				id = e.c.Rules[re.Rule].ID
			}
			s.errors = append(s.errors, RuleError{id, re.Err.Error()})
		}
	}
	if residual && e.c.Otherwise != nil {
		s.rules = append(s.rules, e.appliedRule(e.c.Otherwise))
	}
}

func (e *evaluation) appliedRule(r *ruleset.Rule) AppliedRule {
	a := AppliedRule{ID: r.ID, Message: r.Message}
	a.Basis, a.Short = bases(r.Basis)
	if r.Outcome >= 0 {
		a.Outcome = e.c.Code(r.Outcome)
	}
	return a
}

func bases(list []ruleset.Basis) (long, short string) {
	longs, shorts := make([]string, len(list)), make([]string, len(list))
	for i, b := range list {
		longs[i], shorts[i] = b.Long, b.Short
	}
	return strings.Join(longs, "、"), strings.Join(shorts, ", ")
}

func (e *evaluation) groundID(g decide.Ground) string {
	switch g.Rule {
	case decide.Otherwise:
		return e.c.Otherwise.ID
	case decide.Scope:
		return e.c.Scope.ID
	}
	return e.c.Rules[g.Rule].ID
}

// leafName is the fact's name; of a field, the path to it where the fact itself is given, and else the fact.
func (e *evaluation) leafName(l int) string {
	leaf := &e.c.Env.Leaves()[l]
	if len(leaf.Path) == 0 {
		return leaf.Name
	}
	if f := e.c.FactAt(leaf.Slot); f != nil && !e.doc.Values[f.Slot].Present() && !f.Assume.Present() {
		return f.Name
	}
	return leaf.Name
}

// interpretations returns those that the answer rests on: of the whole file, and of rules that bear on the answer.
func (e *evaluation) interpretations(r *Result) []string {
	out := []string{}
	for _, in := range e.c.Interpretations {
		rests := len(in.Rules) == 0
		for _, id := range in.Rules {
			rests = rests || slices.Contains(r.Grounds, id) ||
				slices.ContainsFunc(r.Rules, func(a AppliedRule) bool { return a.ID == id })
		}
		if rests {
			out = append(out, in.ID)
		}
	}
	return out
}

func (e *evaluation) path(p decide.Path) Path {
	out := Path{Facts: map[string]any{}, Acts: []string{}, Outcome: e.c.Code(p.Rank)}
	for _, i := range p.Facts {
		f := &e.c.Facts[i]
		out.Facts[f.Name] = f.ActTo.Go()
		out.Acts = append(out.Acts, f.Act)
	}
	return out
}

// items answers for each item, and says which of them hold the data set back.
func (e *evaluation) items(r *Result, all *decide.Solution, s summary) {
	solutions := make([]*decide.Solution, len(e.evs))
	answers := make([]ItemResult, len(e.evs))
	ranks := make([]int, len(e.evs))
	for i := range e.evs {
		if len(e.evs) == 1 {
			solutions[i] = all
		} else {
			solutions[i] = e.engine.Solve(e.evs[i:i+1], e.known[i:i+1], e.active)
		}
		is := e.summarise(solutions[i], []int{i})
		ranks[i] = -1
		if is.determined {
			ranks[i] = is.rank
		}
		answers[i] = ItemResult{
			Outcome: is.outcome, Determined: is.determined, Possible: is.possible, Missing: is.missing, Rules: is.rules,
			Grounds: is.grounds, Defeated: is.defeated, Conflicts: is.conflicts, Review: is.review,
		}
	}
	for i, item := range e.doc.Items {
		a := answers[e.item[i]]
		a.Name = item.Name
		r.Items = append(r.Items, a)
		for _, id := range a.Conflicts {
			r.Conflicts = appendNew(r.Conflicts, id)
		}
		r.Review = r.Review || a.Review
	}
	holds := make([]bool, len(e.evs))
	if s.determined && s.rank > 0 {
		any := false
		for i, rank := range ranks {
			holds[i] = rank == s.rank
			any = any || holds[i]
		}
		if !any {
			// No item has that outcome in every completion, and yet one of them always does.
			copy(holds, all.Holders)
		}
	}
	var rest []int
	for i := range e.evs {
		if !holds[i] {
			rest = append(rest, i)
		}
	}
	for i, item := range e.doc.Items {
		if holds[e.item[i]] {
			r.HeldBackBy = append(r.HeldBackBy, item.Name)
		}
	}
	if len(rest) == 0 {
		return
	}
	without := Undetermined
	sol := all
	if len(rest) < len(e.evs) {
		evs, known := make([]*expr.Eval, len(rest)), make([]*decide.Known, len(rest))
		for j, i := range rest {
			evs[j], known[j] = e.evs[i], e.known[i]
		}
		sol = e.engine.Solve(evs, known, e.active)
	}
	if rank, ok := sol.Determined(); ok {
		without = e.c.Code(rank)
	}
	r.WithoutThem = &without
}

func formatTime(t time.Time) string { return t.In(civil.Zone).Format(time.RFC3339) }

// day is the civil date of a time that active has already checked.
func day(t time.Time) civil.Date {
	d, _ := civil.OfTime(t, civil.Zone)
	return d
}
