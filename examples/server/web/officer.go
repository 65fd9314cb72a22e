package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/deadline"
	"github.com/banfa-go/banfa/examples/server/identity"
	"github.com/banfa-go/banfa/examples/server/platform"
	"github.com/banfa-go/banfa/examples/server/store"
)

// explainDeadline says why a ledger cannot be written.
func explainDeadline(err error, lang string) string {
	if errors.Is(err, platform.ErrNotFound) {
		return say(lang, "ledger.none")
	}
	return deadline.Explain(err, lang)
}

type officerData struct {
	Show     string
	Tabs     []facetValue
	Units    []facetValue
	Unit     string
	Outcomes *chart
	Lacking  *chart // facts that are missing most
	PerUnit  *chart // findings of each unit
	Entries  []officerEntry
	Findings []catalog.Finding
	Pager    pager
	Nothing  bool
}

type officerEntry struct {
	catalog.EntryClass
	Open     bool // it is in the open catalog and has a page
	Possible []string
	Missing  []missingFact
	Ways     []way
}

type missingFact struct{ Label, Ask string }

type way struct {
	Acts    []string
	Outcome string
}

// classified are the facts by which entries are classified, with the rule file that has them.
func (s *server) classified() (id string, facts map[string]banfa.Fact) {
	facts = map[string]banfa.Fact{}
	if all := s.Rules.Bundle().Classifications; len(all) > 0 {
		id = all[0].ID()
	}
	list, _ := s.Rules.Facts(id)
	for _, f := range list {
		facts[f.Name] = f
	}
	return id, facts
}

// officer shows what officers work on: what nobody has decided, how data could be opened further, and what checks found.
func (s *server) officer(q *request) error {
	review, err := s.Review(q.who)
	if err != nil {
		return err
	}
	v := q.URL.Query()
	d := officerData{Show: v.Get("show"), Unit: v.Get("unit"), Nothing: len(review.Entries) == 0}
	if !slices.Contains([]string{"undetermined", "paths", "findings"}, d.Show) {
		d.Show = "undetermined"
	}
	id, facts := s.classified()
	counts, units, lacking, perUnit := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	var shown []catalog.EntryClass
	open := 0
	for _, e := range review.Entries {
		counts[e.Outcome]++
		units[e.Unit]++
		undetermined := !e.Determined || e.Error != ""
		if undetermined {
			for _, f := range e.Missing {
				lacking[f]++
			}
			open++
		}
		if (d.Unit == "" || e.Unit == d.Unit) && (d.Show == "undetermined" && undetermined || d.Show == "paths" && len(e.Paths) > 0) {
			shown = append(shown, e)
		}
	}
	var findings []catalog.Finding
	for _, f := range review.Findings {
		perUnit[orOwn(f.Unit, say(q.lang, "officer.no_unit"))]++
		if d.Unit == "" || f.Unit == d.Unit {
			findings = append(findings, f)
		}
	}
	withPaths := 0
	for _, e := range review.Entries {
		if len(e.Paths) > 0 {
			withPaths++
		}
	}
	for _, t := range []struct {
		name string
		n    int
	}{{"undetermined", open}, {"paths", withPaths}, {"findings", len(review.Findings)}} {
		d.Tabs = append(d.Tabs, facetValue{Label: say(q.lang, "officer."+t.name), N: t.n, Link: addressWith(q.URL, "show", t.name), Chosen: d.Show == t.name})
	}
	for _, name := range sortedByCount(units) {
		d.Units = append(d.Units, facetValue{Label: name, N: units[name], Chosen: name == d.Unit})
	}
	d.Outcomes = barChart(q.lang, "outcomes", say(q.lang, "chart.outcomes"), say(q.lang, "facet.open_type"), outcomeBars(q.lang, counts))
	var bars []bar
	for _, name := range sortedByCount(lacking) {
		bars = append(bars, bar{Label: s.label(q.lang, id, "facts."+name+".label", orOwn(facts[name].Label, name)), N: lacking[name]})
	}
	d.Lacking = barChart(q.lang, "lacking", say(q.lang, "chart.lacking"), say(q.lang, "officer.fact"), bars)
	bars = nil
	for _, name := range sortedByCount(perUnit) {
		bars = append(bars, bar{Label: name, N: perUnit[name]})
	}
	d.PerUnit = barChart(q.lang, "findings", say(q.lang, "chart.findings"), say(q.lang, "facet.unit"), bars)
	offset := offsetOf(q)
	if d.Show == "findings" {
		from := min(offset, len(findings))
		d.Findings = findings[from:min(from+pageSize, len(findings))]
		d.Pager = pagerOf(q, from, len(d.Findings), len(findings))
	} else {
		from := min(offset, len(shown))
		for _, e := range shown[from:min(from+pageSize, len(shown))] {
			d.Entries = append(d.Entries, s.officerEntry(q.lang, id, facts, e))
		}
		d.Pager = pagerOf(q, from, len(d.Entries), len(shown))
	}
	return s.show(q, http.StatusOK, "officer", say(q.lang, "nav.officer"), d, nil)
}

func (s *server) officerEntry(lang, id string, facts map[string]banfa.Fact, e catalog.EntryClass) officerEntry {
	out := officerEntry{EntryClass: e}
	if _, err := s.Entry(e.Entry); err == nil {
		out.Open = true
	}
	for _, p := range e.Possible {
		out.Possible = append(out.Possible, outcomeLabel(lang, p))
	}
	for _, name := range e.Missing {
		out.Missing = append(out.Missing, missingFact{
			s.label(lang, id, "facts."+name+".label", orOwn(facts[name].Label, name)), s.label(lang, id, "facts."+name+".ask", facts[name].Ask),
		})
	}
	for _, p := range e.Paths {
		w := way{Outcome: outcomeLabel(lang, p.Outcome), Acts: p.Acts}
		if lang != zh {
			var acts []string
			for name := range p.Facts {
				if text := s.Rules.Label(lang, id, "facts."+name+".act"); text != "" {
					acts = append(acts, text)
				}
			}
			if slices.Sort(acts); len(acts) == len(p.Facts) {
				w.Acts = acts
			}
		}
		out.Ways = append(out.Ways, w)
	}
	return out
}

// sortedByCount are names by how many there are, the most first.
func sortedByCount(counts map[string]int) []string {
	var names []string
	for name := range counts {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b)) })
	return names
}

type fusionData struct {
	catalog.FusionReview
	Rows      []fusionRow
	Decisions []catalog.Decision
	Chart     *chart
	Any       bool
	MaySettle bool
}

type fusionRow struct {
	platform.FusionFinding
	Name    string // of its parts on the page
	Witness [][]witness
	// Problem is what was wrong with what was typed, which Typed has.
	Problem *problem
	Typed   url.Values
}

type witness struct {
	ID, Name string
	Open     bool
}

// fusion shows what entries come to when they are put together, and what was decided about it (Article 20).
func (s *server) fusion(q *request) error { return s.fusionPage(q, http.StatusOK, nil) }

func (s *server) fusionPage(q *request, status int, p *problem) error {
	review, err := s.Review(q.who)
	if err != nil {
		return err
	}
	fusion, findings, err := s.Fusion(q.who)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for i := range review.Entries {
		names[review.Entries[i].Entry] = review.Entries[i].Name
	}
	d := fusionData{FusionReview: *fusion, Any: len(review.Entries) > 0, MaySettle: q.who.Is(identity.Authority)}
	d.Decisions = []catalog.Decision{catalog.DecisionAccept, catalog.DecisionRaise, catalog.DecisionMask, catalog.DecisionCoarsen, catalog.DecisionCondition}
	var bars []bar
	top := p
	for i, f := range findings {
		row := fusionRow{FusionFinding: f, Name: "finding-" + strconv.Itoa(i+1)}
		if p != nil && q.PostForm.Get("finding") == f.ID {
			row.Problem, row.Typed, top = p, q.PostForm, nil
		}
		for _, group := range f.Witnesses {
			var list []witness
			for _, id := range group {
				_, err := s.Entry(id)
				list = append(list, witness{id, names[id], err == nil})
			}
			row.Witness = append(row.Witness, list)
		}
		d.Rows = append(d.Rows, row)
		n := f.Pairs + f.Triples
		if n == 0 {
			n = f.Entries
		}
		bars = append(bars, bar{Label: f.Title, N: int(min(n, 1<<31))})
	}
	d.Chart = barChart(q.lang, "fusion", say(q.lang, "fusion.chart"), say(q.lang, "fusion.rule"), bars)
	return s.show(q, status, "fusion", say(q.lang, "nav.fusion"), d, top)
}

// settle records what the authority decides about a finding, and leads back to it.
func (s *server) settle(q *request) error {
	id := q.PostForm.Get("finding")
	err := s.SettleFusion(q.Context(), q.who, id, q.PostForm.Get("digest"), catalog.Decision(q.PostForm.Get("decision")), strings.TrimSpace(q.PostForm.Get("reason")))
	if err != nil {
		p := s.problemOf(q, err)
		if p.Status == http.StatusForbidden {
			return err
		}
		return s.fusionPage(q, p.Status, p)
	}
	return q.seeOther("/fusion")
}

type alertsData struct {
	Alerts []platform.Alert
	Pager  pager
}

func (s *server) alerts(q *request) error {
	offset := offsetOf(q)
	list, total, err := s.Alerts(q.who, offset, pageSize)
	if err != nil {
		return err
	}
	return s.show(q, http.StatusOK, "alerts", say(q.lang, "nav.alerts"), alertsData{Alerts: list, Pager: pagerOf(q, offset, len(list), total)}, nil)
}

type logData struct {
	Events   []store.Event
	Verified *platform.Verified
	Seq      int64
	Hash     string
	Next     string
	First    bool
}

// logSize is how many events are shown at a time.
const logSize = 50

func (s *server) log(q *request) error { return s.logPage(q, nil) }

func (s *server) logPage(q *request, v *platform.Verified) error {
	after, err := strconv.ParseInt(q.URL.Query().Get("after"), 10, 64)
	if err != nil || after < 0 {
		after = 0
	}
	events, err := s.Log(q.Context(), q.who, after, logSize)
	if err != nil {
		return err
	}
	d := logData{Events: events, Verified: v, First: after == 0}
	d.Seq, d.Hash = s.Head()
	if n := len(events); n > 0 && events[n-1].Seq < d.Seq {
		d.Next = "/log?after=" + strconv.FormatInt(events[n-1].Seq, 10)
	}
	return s.show(q, http.StatusOK, "log", say(q.lang, "nav.log"), d, nil)
}

// verify recomputes the log. Nothing is kept, and so nothing is redirected to.
func (s *server) verify(q *request) error {
	v, err := s.Verify(q.Context(), q.who)
	if err != nil {
		return err
	}
	return s.logPage(q, &v)
}

func (s *server) rules(q *request) error {
	book, err := s.RuleBook(q.Context())
	if err != nil {
		return err
	}
	return s.show(q, http.StatusOK, "rules", say(q.lang, "nav.rules"), book, nil)
}
