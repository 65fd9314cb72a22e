package banfa

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// Limits of suites, beside those of Limits: cases are held in memory, and a few `-` cells multiply.
const (
	maxTableCases  = 10_000  // of one table, expanded
	maxBundleCases = 100_000 // of all suites of a bundle, expanded
)

// suiteReader reads one suite.
type suiteReader struct {
	*document
	suite    *ruleset.Suite
	subject  *suiteSubject // nil: nothing is said about the ids that the suite names
	at       time.Time
	fixtures map[string]map[string]any
	first    map[string]source.Range // where each id stands
	before   int                     // cases of the suites read before
	full     bool                    // no more cases are taken
}

var subjectForm = regexp.MustCompile(`^[^/\s]+/[^/\s]+$`)

// suite reads a file of kind Suite. Everything that it names must exist in its subject: a misspelt id would otherwise be a test
// that cannot fail.
func (d *document) suite() {
	root := d.file.Root
	s := &suiteReader{
		document: d, suite: &ruleset.Suite{Head: d.head, Subject: text(root, "subject")},
		first: map[string]source.Range{}, at: timestampOf(root, "at"),
	}
	for _, x := range d.l.bundle.Suites {
		s.before += len(x.Cases)
	}
	s.findSubject(root.Get("subject"))
	s.readFixtures(root.Get("fixtures"))
	for _, n := range items(root.Get("cases")) {
		s.readCase(n)
	}
	for _, n := range items(root.Get("tables")) {
		s.readTable(n)
	}
	if len(s.suite.Cases) == 0 && !d.failed && !d.file.Partial {
		d.report("BF5005", d.nameRange(), "suite.empty")
	}
	d.l.bundle.Suites = append(d.l.bundle.Suites, s.suite)
}

// nameRange is the name of the file, which stands for the whole of it.
func (d *document) nameRange() source.Range {
	if n := d.file.Root.Get("metadata").Get("name"); n != nil {
		return n.Range
	}
	return source.Range{Start: d.file.Root.Range.Start, End: d.file.Root.Range.Start}
}

func timestampOf(n *source.Node, key string) time.Time {
	at, err := time.Parse(time.RFC3339, text(n, key))
	if err != nil {
		return time.Time{} // not there, or reported by shape
	}
	return at
}

// findSubject looks up the file that the suite tests. Of one that failed to load nothing is known, and so nothing is said.
func (s *suiteReader) findSubject(n *source.Node) {
	if n == nil || n.Kind != source.Scalar || n.Type != source.Str {
		return // reported by shape
	}
	if !subjectForm.MatchString(n.Value) {
		s.report("BF5006", n.Range, "suite.subject-form", n.Value)
		return
	}
	var ids []string
	var found *document
	for _, d := range s.l.docs {
		if d.head.Name == "" {
			continue
		}
		if d.head.ID() == n.Value && found == nil {
			found = d
		}
		if testable(d.head.Kind) {
			ids = append(ids, d.head.ID())
		}
	}
	switch {
	case found == nil:
		// A file of that name may be there and unreadable; its own problems have been reported.
		if !s.l.unreadable() {
			s.report("BF5006", n.Range, "suite.no-subject", n.Value).didYouMean(n.Value, sorted(ids))
		}
		return
	case !testable(found.head.Kind):
		s.report("BF5006", n.Range, "suite.subject-kind", n.Value).didYouMean(n.Value, sorted(ids))
		return
	}
	s.outline = found.outline
	for _, w := range found.waivers {
		s.suite.Waivers = append(s.suite.Waivers, ruleset.Waiver{Code: w.code, Rules: w.rules})
	}
	if !found.failed {
		s.subject = s.l.suiteSubject(found.head.ID())
	}
}

// testable reports whether a suite can have a subject of that kind at all.
func testable(kind string) bool {
	switch kind {
	case "Classification", "Conditions", "Deadlines", "Catalog", "Desensitization", "Lifecycle", "Monitoring":
		return true
	}
	return false
}

// unreadable reports whether a file of the bundle is so broken that not even its name is known.
func (l *loader) unreadable() bool {
	return slices.ContainsFunc(l.docs, func(d *document) bool { return d.head.Name == "" })
}

func (s *suiteReader) readFixtures(n *source.Node) {
	s.fixtures = map[string]map[string]any{}
	if n == nil || n.Kind != source.Map {
		return
	}
	for _, e := range n.Entries {
		if _, twice := s.fixtures[e.Key.Value]; !twice {
			s.fixtures[e.Key.Value] = s.readFacts(e.Value, s.subject.group("facts"))
		}
	}
}

// readCase reads one entry of `cases`.
func (s *suiteReader) readCase(n *source.Node) {
	c, ok := s.head(n)
	if !ok {
		return
	}
	if !s.room(1, n.Get("id").Range) {
		return
	}
	s.inputs(n)
	c.Facts = s.base(n)
	changing := n.Get("change") != nil
	if s.subject != nil {
		if in := n.Get("items"); in != nil {
			c.Items = s.readItems(in)
		}
		if changing {
			c.Change = s.readFacts(n.Get("change"), s.subject.group("change"))
			s.required(n.KeyNode("change").Range, c.Change, "change")
		}
		s.deadlineInputs(&c, n)
		s.monitorInputs(&c, n)
		s.lifecycleInputs(&c, n)
	}
	s.expectations(&c, n, changing)
	s.add(c)
}

// add takes a case over; of one whose subject failed to load, only that it is there.
func (s *suiteReader) add(c ruleset.Case) {
	if s.subject == nil {
		c.Facts, c.Items, c.Change, c.Expect = nil, nil, nil, nil
	}
	s.suite.Cases = append(s.suite.Cases, c)
}

// head reads what cases and tables have in common. Their ids are told apart together, since reports name both in one place.
func (s *suiteReader) head(n *source.Node) (c ruleset.Case, ok bool) {
	id := n.Get("id")
	if id == nil || id.Kind != source.Scalar || id.IsNull() {
		return c, false // reported by shape
	}
	if at, twice := s.first[id.Value]; twice {
		g := s.report("BF1017", id.Range, "frame.duplicate-id", id.Value)
		g.Related = append(g.Related, Related{File: s.file.Name, Range: rangeOf(at), Key: "related.first-here"})
		return c, false
	}
	s.first[id.Value] = id.Range
	c = ruleset.Case{
		ID: id.Value, Title: text(n, "title"), Basis: s.basis(n.Get("basis")), At: timestampOf(n, "at"),
		Skip: text(n, "skip") == "true", Why: text(n, "why"), Place: placeOfNode(id),
	}
	if c.At.IsZero() {
		c.At = s.at
	}
	if c.Skip && c.Why == "" {
		s.report("BF1013", n.KeyNode("skip").Range, "suite.skip-no-why", c.ID)
	}
	return c, true
}

// basis reads citations, which belong to the instrument of the subject. Where that is not known, only their form is looked at.
func (s *suiteReader) basis(n *source.Node) []ruleset.Basis {
	if s.outline != nil {
		return s.citations(n)
	}
	nodes := []*source.Node{n}
	switch {
	case n == nil:
		return nil
	case n.Kind == source.List:
		nodes = n.Items
	}
	var out []ruleset.Basis
	for _, n := range nodes {
		if n.Kind != source.Scalar || n.Broken || n.Type != source.Str {
			continue
		}
		c, err := ParseCitation(n.Value)
		if err != nil || c.Instrument != "" {
			if b, ok := s.citation(n); ok {
				out = append(out, b)
			}
			continue
		}
		out = append(out, ruleset.Basis{Long: c.String(), Short: c.Short()})
	}
	return out
}

// base merges fixtures, `without` and `facts` of a case or a table.
func (s *suiteReader) base(n *source.Node) map[string]any {
	facts := map[string]any{}
	for _, g := range words(n, "given") {
		f, ok := s.fixtures[g.Value]
		if !ok && g.Kind == source.Scalar {
			s.report("BF5001", g.Range, "suite.unknown-fixture", g.Value).didYouMean(g.Value, slices.Sorted(maps.Keys(s.fixtures)))
		}
		s.merge(facts, f, s.file.Root.Get("fixtures").Get(g.Value))
	}
	group := s.subject.group("facts")
	for _, w := range words(n, "without") {
		if w.Kind != source.Scalar {
			continue
		}
		if s.subject != nil && group.fact(w.Value) == nil {
			s.unknownFact(w.Range, group, w.Value)
		}
		delete(facts, w.Value)
	}
	s.merge(facts, s.readFacts(n.Get("facts"), group), n.Get("facts"))
	return facts
}

// inputs reports keys of a case that mean nothing for the subject.
func (s *suiteReader) inputs(n *source.Node) {
	if s.subject == nil {
		return
	}
	for _, key := range []string{"items", "change", "events", "deadline", "as_of", "suspend", "extend", "approver", "restart", "stream", "history"} {
		if k := n.KeyNode(key); k != nil && !s.subject.takes(key) {
			s.report("BF5001", k.Range, "suite.unknown-key", key, s.subject.id)
		}
	}
}

// required reports the values that a group of inputs cannot do without.
func (s *suiteReader) required(at source.Range, have map[string]any, group string) bool {
	ok := true
	for _, f := range s.subject.group(group).all() {
		if v, given := have[f.name]; f.required && (!given || v == nil) {
			s.report("BF1013", at, "frame.missing-key", f.name, group)
			ok = false
		}
	}
	return ok
}

// room reports whether as many more cases can be taken, and says so once where they cannot.
func (s *suiteReader) room(more int, at source.Range) bool {
	found := s.before + len(s.suite.Cases) + more
	if found > maxBundleCases && !s.full {
		s.full = true
		s.report("BF1012", at, "limit.exceeded", "suite cases in a bundle", strconv.Itoa(found), strconv.Itoa(maxBundleCases))
	}
	return !s.full
}
