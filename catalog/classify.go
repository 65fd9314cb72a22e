package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/internal/message"
)

// Classification is the answer for every entry of a catalog (Articles 10 to 16, and 19, second paragraph).
type Classification struct {
	Ruleset  string       `json:"ruleset"`
	Status   string       `json:"status"`  // of the rule file: draft, in-force or repealed; empty where no entry could be answered
	Entries  []EntryClass `json:"entries"` // in the order of the catalog
	Summary  ClassSummary `json:"summary"`
	Findings []Finding    `json:"findings"` // what is recorded against what the facts lead to
	Catalog  *Catalog     `json:"-"`        // a copy of the catalog with the open types written in; the input is left as it was
	Facts    []banfa.Fact `json:"-"`        // the facts that the rule file declares, for labels and questions
}

// EntryClass is the answer for one entry.
type EntryClass struct {
	Entry string `json:"entry"`
	Name  string `json:"name"`
	Unit  string `json:"unit,omitempty"`

	// Outcome is the open type, undetermined or out_of_scope. Determined says that no fact that is still absent could change it.
	// An outcome that rests on a guess has Guessed set and is not determined: a person must confirm it. Such an outcome is never open.
	Outcome    string `json:"outcome"`
	Determined bool   `json:"determined"`
	Guessed    bool   `json:"guessed,omitempty"`

	Recorded    OpenType        `json:"recorded,omitempty"` // in the catalog before
	Written     OpenType        `json:"written"`            // in the copy of the catalog
	Possible    []string        `json:"possible"`           // the most restrictive first
	Missing     []string        `json:"missing"`            // by the officer's facts alone, the most decisive first
	Basis       []string        `json:"basis,omitempty"`    // citations in short form of the rules that bear the outcome
	Review      bool            `json:"review,omitempty"`   // a person must look at it
	LeftOut     []string        `json:"left_out,omitempty"` // items recorded as closed, which an open entry does not have
	HeldBackBy  []string        `json:"held_back_by"`
	WithoutThem *string         `json:"without_them"`
	Items       []ItemClass     `json:"items,omitempty"` // those that come out otherwise than their entry
	Guesses     []Guess         `json:"guesses,omitempty"`
	Paths       []classify.Path `json:"paths,omitempty"`
	Error       string          `json:"error,omitempty"` // facts that could not be taken; the entry is then undetermined
}

// ItemClass is the answer for an item that comes out otherwise than its entry.
type ItemClass struct {
	Name       string `json:"name"`
	Outcome    string `json:"outcome"`
	Determined bool   `json:"determined"`
}

// ClassifyOption changes ClassifyCatalog.
type ClassifyOption func(*classifyConfig)

type classifyConfig struct {
	at           time.Time
	paths        bool
	guesses      *Guesses
	keepRecorded bool
	workers      int
	progress     func(done, of int)
}

// ClassifyAt sets the time of the evaluation; the default is the classifier's clock.
func ClassifyAt(t time.Time) ClassifyOption { return func(c *classifyConfig) { c.at = t } }

// ClassifyPaths looks for the lawful acts that would open more (Article 10), which takes several times as long.
func ClassifyPaths() ClassifyOption { return func(c *classifyConfig) { c.paths = true } }

// WithGuesses makes guesses from semantic types. Without this option nothing is guessed.
func WithGuesses(g *Guesses) ClassifyOption { return func(c *classifyConfig) { c.guesses = g } }

// KeepRecorded leaves an open type that is recorded where the facts do not determine one and do not rule it out, with a finding.
// It is for catalogs that a unit has decided on and that carry no facts; by default such an entry becomes undetermined, so not open.
// It does not keep the type of an entry with a guess.
func KeepRecorded() ClassifyOption { return func(c *classifyConfig) { c.keepRecorded = true } }

// ClassifyWorkers sets the number of goroutines; the default is that of the processors.
func ClassifyWorkers(n int) ClassifyOption { return func(c *classifyConfig) { c.workers = n } }

// ClassifyProgress is told now and then how many entries are done. It is called by several goroutines, one at a time.
func ClassifyProgress(f func(done, of int)) ClassifyOption {
	return func(c *classifyConfig) { c.progress = f }
}

// ClassifyCatalog decides the open type of every entry by the officer's facts (Entry.Facts and Item.Facts), and by guesses
// where WithGuesses gives some. What is undetermined stays so. A guess can only close: it is used where the officer has stated
// neither that fact nor anything in its place, and only where the outcome with it is not an open one; an entry never opens, and
// no question about it is taken as answered, because of a guess.
//
// Facts that cannot be taken make that entry undetermined, with a finding. The error is the context's, or that of rules which
// are not in force at the time.
func ClassifyCatalog(ctx context.Context, c *Catalog, cl *classify.Classifier, opts ...ClassifyOption) (*Classification, error) {
	cfg := classifyConfig{workers: runtime.GOMAXPROCS(0)}
	for _, o := range opts {
		o(&cfg)
	}
	run := classifyRun{cfg: cfg, cl: cl}
	if !cfg.at.IsZero() {
		run.opts = append(run.opts, classify.At(cfg.at))
	}
	if !cfg.paths {
		run.opts = append(run.opts, classify.WithoutPaths())
	}
	out := &Classification{
		Ruleset: "Classification/" + cl.Name(), Entries: make([]EntryClass, len(c.Entries)), Facts: cl.Facts(), Findings: []Finding{},
	}
	written := *c
	written.Entries = slices.Clone(c.Entries)
	out.Catalog = &written
	found, status := make([][]Finding, len(c.Entries)), make([]string, len(c.Entries))
	err := run.each(ctx, len(c.Entries), func(i int) error {
		var err error
		out.Entries[i], found[i], err = run.entry(ctx, &written.Entries[i], &status[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, f := range found {
		out.Findings, out.Status = append(out.Findings, f...), cmp.Or(out.Status, status[i])
	}
	out.Summary = classifySummary(out.Entries)
	return out, nil
}

type classifyRun struct {
	cfg  classifyConfig
	cl   *classify.Classifier
	opts []classify.CallOption
}

// each calls do for 0 to n-1 on several goroutines and returns the error of the smallest number, so that a failure too is the same
// in every run.
func (r *classifyRun) each(ctx context.Context, n int, do func(int) error) error {
	var next, done atomic.Int64
	var group sync.WaitGroup
	var mu sync.Mutex
	failed, failure := n, error(nil)
	for range max(1, min(r.cfg.workers, n)) {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := do(i)
				mu.Lock()
				if err != nil && i < failed {
					failed, failure = i, err
				}
				stop := failure != nil
				if k := int(done.Add(1)); r.cfg.progress != nil && (k%256 == 0 || k == n) {
					r.cfg.progress(k, n)
				}
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return failure
}

// entry classifies one entry and writes its open type.
func (r *classifyRun) entry(ctx context.Context, e *Entry, status *string) (EntryClass, []Finding, error) {
	out := EntryClass{
		Entry: e.ID, Name: e.Name, Unit: e.Unit, Recorded: e.OpenType, Outcome: classify.Undetermined, Written: Undetermined,
		Possible: []string{}, Missing: []string{}, HeldBackBy: []string{},
	}
	leftOut := classifyLeftOut(e)
	own, err := r.cl.Classify(ctx, classifyFacts(e, leftOut, nil), r.opts...)
	var fact *banfa.FactError
	switch {
	case errors.As(err, &fact):
		out.Error = err.Error()
		e.OpenType = Undetermined
		return out, []Finding{classifyFinding(e, "classify.facts", SeverityError, Violated, fact.Fact, fact.Item,
			words{fact.Message(message.Chinese), fact.Message(message.English)}, say("finding.classify.facts.fix"))}, nil
	case err != nil:
		return out, nil, err
	}
	*status = own.Status
	out.take(own)
	for i := range e.Items {
		if leftOut[i] {
			out.LeftOut = append(out.LeftOut, e.Items[i].Name)
		}
	}
	var found []Finding
	guesses, denied := r.cfg.guesses.of(e, leftOut)
	for _, g := range denied {
		found = append(found, classifyFinding(e, "classify.denied", SeverityWarning, Violated, "facts."+g.Fact, g.Item,
			say("finding.classify.denied", g.Item, g.Semantic, g.Fact, !g.Value), say("finding.classify.denied.fix")))
	}
	if len(guesses) > 0 && !own.Determined {
		out.Guesses = guesses
		with, err := r.cl.Classify(ctx, classifyFacts(e, leftOut, guesses), r.opts...)
		if err != nil {
			return out, nil, fmt.Errorf("catalog: entry %s with guesses: %w", e.ID, err)
		}
		// Of what a guess leads to only the restriction counts. An entry that it would determine as open stays undetermined.
		if with.Determined && with.Outcome == string(Closed) {
			missing, possible := out.Missing, out.Possible
			out.take(with)
			out.Guesses, out.Guessed, out.Determined, out.Missing, out.Possible = guesses, true, false, missing, possible
		}
	}
	found = append(found, r.write(e, &out)...)
	return out, found, nil
}

func (c *EntryClass) take(r *classify.Result) {
	c.Outcome, c.Determined, c.Review = r.Outcome, r.Determined, r.Review
	c.Possible, c.Missing = classifyList(r.Possible), classifyList(r.Missing)
	c.HeldBackBy, c.WithoutThem, c.Paths = classifyList(r.HeldBackBy), r.WithoutThem, r.Paths
	c.Basis = nil
	for _, rule := range r.Rules {
		if slices.Contains(r.Grounds, rule.ID) {
			c.Basis = append(c.Basis, rule.Short)
		}
	}
	c.Items = nil
	for _, it := range r.Items {
		if it.Outcome != r.Outcome {
			c.Items = append(c.Items, ItemClass{Name: it.Name, Outcome: it.Outcome, Determined: it.Determined})
		}
	}
}

// classifyList is never nil, so that JSON has [] for it.
func classifyList(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// write puts the open type into the copy of the entry, and says where it differs from the recorded one.
func (r *classifyRun) write(e *Entry, c *EntryClass) []Finding {
	recorded := e.OpenType
	c.Written = OpenType(c.Outcome)
	if c.Outcome == string(Undetermined) {
		c.Written = Undetermined
	}
	unconfirmed := c.Outcome == string(Undetermined) && recorded.Open()
	if unconfirmed && r.cfg.keepRecorded && c.Error == "" && len(c.Guesses) == 0 && slices.Contains(c.Possible, string(recorded)) {
		c.Written = recorded
	}
	e.OpenType = c.Written
	if e.Reason == "" && c.Determined && len(c.Basis) > 0 {
		e.Reason = strings.Join(c.Basis, ",")
	}
	switch {
	case recorded == "" || recorded == Undetermined || recorded == OpenType(c.Outcome):
		return nil
	case c.Outcome == string(Undetermined):
		if !unconfirmed {
			return nil // closed and undetermined: nothing is open either way, and what is missing is in the answer
		}
		key := "finding.classify.unconfirmed"
		if c.Written == Undetermined {
			key += ".shut"
		}
		f := classifyFinding(e, "classify.unconfirmed", SeverityWarning, Unjudged, "open_type", "",
			say(key, classifyName(string(recorded))), say("finding.classify.unconfirmed.fix"))
		f.Missing = c.Missing
		return []Finding{f}
	}
	severity := SeverityWarning
	if recorded.Open() {
		severity = SeverityError // recorded as more open than, or as otherwise open than, the facts allow
	}
	return []Finding{classifyFinding(e, "classify.differs", severity, Violated, "open_type", "",
		say("finding.classify.differs", classifyName(string(recorded)), classifyName(c.Outcome), classifyBecause(c)), say("finding.classify.differs.fix"))}
}

func classifyBecause(c *EntryClass) words {
	why := words{}
	switch {
	case c.Guessed:
		why = say("finding.classify.guessed")
	case len(c.Basis) > 0:
		why = say("finding.classify.because", strings.Join(c.Basis, "、"))
	default:
		return why
	}
	why.en = " " + why.en
	return why
}

// classifyName names an outcome: one of the library's, or of a rule file of its own.
func classifyName(outcome string) words {
	if key := "finding.type." + outcome; message.Has(key) {
		return say(key)
	}
	return same(outcome)
}

func classifyFinding(e *Entry, rule string, s Severity, v Verdict, field, item string, what, fix words) Finding {
	f := Finding{
		Rule: rule, Basis: []string{"第十九条第二款"}, Short: []string{"19p2"}, Severity: s, Verdict: v, Record: "base",
		Entry: e.ID, Unit: e.Unit, Item: item, Field: field,
	}.saying(what, fix)
	if e.Origin != nil {
		f.Place = &Place{Row: e.Origin.Row}
		if l := e.Origin.Layout; l != nil {
			f.Place.File, f.Place.Sheet = l.File, l.Sheet
		}
	}
	return f
}

// classifyLeftOut marks the items that are recorded as closed. They are in no open entry, so they hold back nothing. Where all are closed,
// none is left out: the rest would be nothing, and must not open.
func classifyLeftOut(e *Entry) map[int]bool {
	out := map[int]bool{}
	for i := range e.Items {
		if e.Items[i].OpenType == Closed {
			out[i] = true
		}
	}
	if len(out) == len(e.Items) {
		return nil
	}
	return out
}

// classifyFacts is the facts document of an entry: what the officer stated, and the guesses where he stated nothing.
func classifyFacts(e *Entry, leftOut map[int]bool, guesses []Guess) banfa.Map {
	doc := banfa.Map{}
	maps.Copy(doc, e.Facts)
	if doc["name"] = e.Name; strings.TrimSpace(e.Name) == "" {
		doc["name"] = e.ID
	}
	delete(doc, "items")
	if len(e.Items) == 0 {
		return doc
	}
	items := make([]map[string]any, 0, len(e.Items))
	for i := range e.Items {
		if leftOut[i] {
			continue
		}
		m := make(map[string]any, len(e.Items[i].Facts)+1)
		maps.Copy(m, e.Items[i].Facts)
		if m["name"] = e.Items[i].Name; strings.TrimSpace(e.Items[i].Name) == "" {
			m["name"] = "（第 " + strconv.Itoa(i+1) + " 项，无名称）"
		}
		for _, g := range guesses {
			if g.position == i {
				m[g.Fact] = g.Value
			}
		}
		items = append(items, m)
	}
	doc["items"] = items
	return doc
}
