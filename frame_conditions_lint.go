package banfa

import (
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/decide"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// maxDataset is the longest id of a data set, in bytes.
const maxDataset = 256

// lintConditions looks for what is wrong with the requirements of a file seen together (Art. 24: conditions answer a risk and are in
// proportion to it). A file answers for what it says itself, and for what it makes of what it inherits.
func (d *document) lintConditions(c *ruleset.Conditions) {
	if len(c.Requirements) == 0 && len(c.Datasets) > 0 {
		d.warn("BF2005", placeOfNode(d.file.Root.Get("metadata").Get("name")), "conditions.none", c.ID())
	}
	d.levelWords()
	d.risks(c)
	d.proportion(c)
	d.together(c)
	d.levelOf(c)
}

// risks reports requirements that name no risk. What Arts. 39 to 44 ask of every user (real name, commitment, materials, agreement) the law
// has weighed itself.
func (d *document) risks(c *ruleset.Conditions) {
	for _, r := range c.Requirements {
		if r.From != c.ID() || len(r.Mitigates) > 0 || givenByLaw(r.Basis) {
			continue
		}
		d.requirementFinding(r, "BF4011", "conditions.no-risk", r.ID).hint("hint.waive", "BF4011", r.ID)
	}
}

// givenByLaw reports whether every citation is of Arts. 39 to 44.
func givenByLaw(basis []ruleset.Basis) bool {
	for _, b := range basis {
		c, err := ParseCitation(b.Long)
		if err != nil || c.Article < 39 || c.Article > 44 {
			return false
		}
	}
	return len(basis) > 0
}

func (d *document) requirementFinding(r *ruleset.AccessRequirement, code, key string, args ...string) *Diagnostic {
	at := placeRange(r.Place)
	if r.From != d.head.ID() {
		at = rangeOf(keyRange(d.file.Root, "extends"))
	}
	g := d.add(Diagnostic{Code: code, Severity: severityOf(code), File: d.file.Name, Range: at, Key: key, Args: args})
	if len(r.Basis) > 0 {
		g.Citation = r.Basis[0].Long
	}
	return g
}

func conditionFormulas(list []*ruleset.AccessRequirement) []decide.Formula {
	out := make([]decide.Formula, len(list))
	for i, r := range list {
		out[i] = decide.Formula{When: r.When, Require: r.Require}
	}
	return out
}

// proportion reports requirements that always hold, that nobody can meet, and that ask what others ask already.
func (d *document) proportion(c *ruleset.Conditions) {
	list := c.Requirements
	a := decide.Formulas(c.Env).AnalyseFormulas(conditionFormulas(list), c.Params, c.ParamsValue)
	own := func(i int) bool { return list[i].From == c.ID() }
	for _, i := range a.Always {
		constant := len(list[i].Require.Names()) == 0 // reported where it is written
		if own(i) && !constant || d.resets(c, list[i]) {
			d.requirementFinding(list[i], "BF2005", "conditions.always-met", list[i].ID)
		}
	}
	for _, i := range a.Never {
		d.requirementFinding(list[i], "BF4013", "conditions.never-met", list[i].ID)
	}
	for _, p := range a.Equal {
		if own(p[1]) && sameWindow(list[p[0]], list[p[1]]) {
			d.twin(list[p[1]], list[p[0]], "conditions.duplicate")
		}
	}
	for _, p := range a.Implied {
		// A file may ask more than it inherits: the base requirement is then implied, and stays all the same.
		if own(p[0]) && sameWindow(list[p[0]], list[p[1]]) {
			d.twin(list[p[0]], list[p[1]], "conditions.implied")
		}
	}
}

// resets reports whether the file sets a parameter anew that an inherited requirement may read.
func (d *document) resets(c *ruleset.Conditions, r *ruleset.AccessRequirement) bool {
	if len(d.part.params) == 0 {
		return false
	}
	seen := map[string]bool{}
	var reads func(x *expr.Expr) bool
	reads = func(x *expr.Expr) bool {
		return x != nil && slices.ContainsFunc(x.Names(), func(name string) bool {
			if name == "params" || seen[name] {
				return name == "params"
			}
			seen[name] = true
			i := slices.IndexFunc(c.Variables, func(v ruleset.Variable) bool { return v.Name == name })
			return i >= 0 && reads(c.Variables[i].Expr)
		})
	}
	return reads(r.When) || reads(r.Require)
}

func sameWindow(a, b *ruleset.AccessRequirement) bool {
	same := func(x, y *civil.Date) bool { return x == y || x != nil && y != nil && *x == *y }
	return same(a.Effective.From, b.Effective.From) && same(a.Effective.Until, b.Effective.Until)
}

func (d *document) twin(r, other *ruleset.AccessRequirement, key string) {
	g := d.requirementFinding(r, "BF4012", key, r.ID, other.ID)
	g.Related = append(g.Related, Related{
		File: other.File, Range: placeRange(other.Place), Key: "related.other-rule", Args: []string{other.ID},
	})
}

// together reports requirements that nobody can meet together, on some day.
func (d *document) together(c *ruleset.Conditions) {
	engine := decide.Formulas(c.Env)
	for _, list := range requirementSets(c) {
		a := engine.AnalyseFormulas(conditionFormulas(list), c.Params, c.ParamsValue)
		if len(a.Conflict) < 2 {
			continue
		}
		var ids []string
		at := list[a.Conflict[0]]
		for _, i := range a.Conflict {
			ids = append(ids, list[i].ID)
			if list[i].From == c.ID() {
				at = list[i]
			}
		}
		d.requirementFinding(at, "BF4015", "conditions.never-met-all", c.ID(), strings.Join(ids, ", "))
		return
	}
}

// requirementSets returns the different sets of requirements that exist on some day.
func requirementSets(c *ruleset.Conditions) [][]*ruleset.AccessRequirement {
	days := []civil.Date{0}
	for _, r := range c.Requirements {
		if r.Effective.From != nil {
			days = append(days, *r.Effective.From, *r.Effective.From-1)
		}
		if r.Effective.Until != nil {
			days = append(days, *r.Effective.Until, *r.Effective.Until+1)
		}
	}
	slices.Sort(days)
	var sets [][]*ruleset.AccessRequirement
	for _, day := range slices.Compact(days) {
		var set []*ruleset.AccessRequirement
		for _, r := range c.Requirements {
			if r.Effective.Contains(day) {
				set = append(set, r)
			}
		}
		if len(set) > 1 && !slices.ContainsFunc(sets, func(s []*ruleset.AccessRequirement) bool { return slices.Equal(s, set) }) {
			sets = append(sets, set)
		}
	}
	return sets
}

// levelOf holds the file against the row of the table of levels that its level names (Art. 16).
func (d *document) levelOf(c *ruleset.Conditions) {
	n := d.file.Root.Get("level")
	if n == nil {
		return
	}
	at := placeOfNode(n)
	if c.Levels == nil {
		d.warn("BF4014", at, "conditions.level-no-table", n.Value)
		return
	}
	i := slices.IndexFunc(c.Levels.Table, func(r ruleset.LevelRow) bool { return r.Level == c.Level })
	if i < 0 {
		var have []string
		for _, r := range c.Levels.Table {
			have = append(have, strconv.Itoa(r.Level))
		}
		d.warn("BF4014", at, "conditions.level-unknown", n.Value, c.Levels.From, strings.Join(have, ", "))
		return
	}
	row := &c.Levels.Table[i]
	var missing []string
	for _, what := range row.Requires {
		if d.l.namesCondition(what) && !slices.ContainsFunc(c.Requirements, func(r *ruleset.AccessRequirement) bool { return namesRequirement(what, r) }) {
			missing = append(missing, what)
		}
	}
	if len(missing) > 0 {
		d.warn("BF4014", at, "conditions.looser", c.ID(), n.Value, strings.Join(missing, ", "))
	}
	for _, what := range row.Forbids {
		for _, r := range c.Requirements {
			if namesRequirement(what, r) {
				d.requirementFinding(r, "BF4014", "conditions.stricter", r.ID, c.ID(), n.Value)
			}
		}
	}
}

// levelWords reports what the file's own table of levels names and no file of conditions has: nothing could meet it, or be forbidden by it.
func (d *document) levelWords() {
	for _, row := range items(d.file.Root.Get("levels").Get("table")) {
		for _, key := range []string{"requires", "forbids"} {
			for _, w := range words(row, key) {
				if !d.l.namesCondition(w.Value) {
					d.warn("BF4014", placeOfNode(w), "conditions.levels-unknown", key, w.Value).didYouMean(w.Value, sorted(mapKeys(d.l.conditionIDs)))
				}
			}
		}
	}
}

// namesCondition reports whether a word of a table of levels is a dimension, or the id of a requirement of any file of conditions that is
// loaded or can be extended.
func (l *loader) namesCondition(word string) bool {
	if l.conditionIDs == nil {
		l.conditionIDs = map[string]bool{"user": true, "scenario": true, "usage": true}
		for _, d := range l.docs {
			if d.head.Kind == "Conditions" && d.file.Root != nil {
				for _, n := range items(d.file.Root.Get("requirements")) {
					l.conditionIDs[text(n, "id")] = true
				}
			}
		}
		for _, d := range l.bases {
			for _, n := range items(d.file.Root.Get("requirements")) {
				l.conditionIDs[text(n, "id")] = true
			}
		}
	}
	return l.conditionIDs[word]
}

// namesRequirement reports whether a word of the table means a requirement: by its id, or by its dimension, which means the conditions that
// answer a risk and not what the law asks of every user.
func namesRequirement(what string, r *ruleset.AccessRequirement) bool {
	return r.ID == what || r.Dimension == what && !givenByLaw(r.Basis)
}

// conditionsUnused reports facts and variables of a file that nothing in it uses. A file without data sets declares facts for those that
// extend it; the way of use is part of every answer.
func (d *document) conditionsUnused(c *ruleset.Conditions) {
	if d.unread || len(c.Datasets) == 0 {
		return
	}
	used := map[string]bool{"usage_mode": true}
	note := func(x *expr.Expr) {
		if x != nil {
			for _, n := range x.Names() {
				used[n] = true
			}
		}
	}
	for _, r := range c.Requirements {
		note(r.When)
		note(r.Require)
	}
	for _, o := range c.Obligations {
		note(o.When)
	}
	own := d.file.Root.Get("variables")
	for i := len(c.Variables) - 1; i >= 0; i-- {
		v := &c.Variables[i]
		if used[v.Name] {
			note(v.Expr)
		} else if own != nil && own.Get(v.Name) != nil {
			d.warn("BF2006", v.Place, "variable.unused", v.Name)
		}
	}
	for i := range d.part.facts {
		if f := &d.part.facts[i]; !used[f.Name] {
			d.warn("BF2006", f.Place, "fact.unused", f.Name)
		}
	}
}

// datasetEntry is one entry of `datasets`.
type datasetEntry struct {
	d     *document
	c     *ruleset.Conditions
	at    Range
	text  string
	isAll bool // a pattern; text is then what stands before the *
}

// sharedDatasets reports data sets that two files are for, unless one extends the other: nobody could tell which applies.
func (l *loader) sharedDatasets() {
	byName := map[string]*ruleset.Conditions{}
	for _, c := range l.bundle.Conditions {
		byName[c.Name] = c
	}
	var entries []datasetEntry
	patterns, ids := map[string][]int{}, map[string][]int{}
	for _, d := range l.docs {
		c := byName[d.head.Name]
		if d.part == nil || c == nil || c.File != d.file.Name {
			continue
		}
		for _, n := range words(d.file.Root, "datasets") {
			if !slices.Contains(c.Datasets, n.Value) {
				continue
			}
			e := datasetEntry{d: d, c: c, at: rangeOf(n.Range), text: n.Value}
			e.text, e.isAll = strings.CutSuffix(n.Value, "*")
			of := ids
			if e.isAll {
				of = patterns
			}
			of[e.text] = append(of[e.text], len(entries))
			entries = append(entries, e)
		}
	}
	for i := range entries {
		e := &entries[i]
		others := slices.Clone(ids[e.text])
		if e.isAll {
			others = nil
		}
		for k := range len(e.text) + 1 {
			others = append(others, patterns[e.text[:k]]...)
		}
		for _, j := range others {
			if j != i && e.clashes(&entries[j], j < i) {
				break
			}
		}
	}
}

// clashes reports two entries that a data set can match both; of two alike, in the later file.
func (e *datasetEntry) clashes(o *datasetEntry, earlier bool) bool {
	alike := e.text == o.text && e.isAll == o.isAll
	if e.c == o.c || slices.Contains(e.c.Lineage, o.c.Name) || slices.Contains(o.c.Lineage, e.c.Name) || alike && !earlier {
		return false
	}
	written := func(x *datasetEntry) string {
		if x.isAll {
			return x.text + "*"
		}
		return x.text
	}
	g := e.d.add(Diagnostic{
		Code: "BF1016", File: e.d.file.Name, Range: e.at, Key: "conditions.dataset-twice", Args: []string{written(e), o.c.ID(), written(o)},
	})
	g.Related = append(g.Related, Related{File: o.d.file.Name, Range: o.at, Key: "related.first-here"})
	return true
}
