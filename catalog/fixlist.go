package catalog

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// Report is what a check found: counts of every rule, a list for every unit of what to mend first, and the findings themselves.
type Report struct {
	Ruleset  string       `json:"ruleset"` // KIND/NAME of the rule file
	Digest   string       `json:"digest"`  // of the rule file
	Status   string       `json:"status"`  // of the rule file: draft, in-force or repealed
	At       string       `json:"at"`      // RFC 3339
	Sets     []SetCount   `json:"sets"`
	Rules    []RuleCount  `json:"rules"`
	Units    []UnitReport `json:"units"` // by name; of the entries that have a unit
	Findings []Finding    `json:"findings"`

	erred  int      // evaluations that failed
	absent []string // sets that were not given
}

// SetCount is how many records of a set were checked.
type SetCount struct {
	Record  string `json:"record"`
	Entries int    `json:"entries"`
}

// RuleCount is what one rule, or the check of one field (RECORD.FIELD), came to. All numbers are of records.
type RuleCount struct {
	ID       string   `json:"id"`
	Basis    []string `json:"basis,omitempty"`
	Short    []string `json:"short,omitempty"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message,omitempty"` // of a field: its label
	Fine     int      `json:"fine"`
	Violated int      `json:"violated"`
	Unjudged int      `json:"unjudged"`

	MessageEN string `json:"message_en,omitempty"` // in English, where the bundle has it
}

// UnitReport is how one unit's entries stand, and what it does best to mend first (Articles 23 and 66).
type UnitReport struct {
	Unit     string `json:"unit"`
	Entries  int    `json:"entries"`  // of all sets
	Clean    int    `json:"clean"`    // those without any violation
	Errors   int    `json:"errors"`   // findings that are violations of severity error
	Warnings int    `json:"warnings"` // and of severity warning
	Unjudged int    `json:"unjudged"` // findings for which facts are missing
	Fixes    []Fix  `json:"fixes"`
}

// Fix is one thing to mend: all violations of one rule by one unit. Fixes are ranked: errors before warnings, then by how many entries
// they concern.
type Fix struct {
	Rule     string   `json:"rule"`
	Basis    []string `json:"basis,omitempty"`
	Short    []string `json:"short,omitempty"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Count    int      `json:"count"` // of the unit's entries
	Share    string   `json:"share"` // of the unit's entries, in percent to one place, such as 12.5
	// Clean is how many of the unit's entries have no violation left once this and every fix before it is done.
	Clean    int      `json:"clean"`
	Examples []string `json:"examples"` // ids of entries, three at the most

	MessageEN string `json:"message_en,omitempty"` // in English, where the bundle has it
}

// Failed reports whether something has to be mended: a violation of severity error, or a rule that failed.
func (r *Report) Failed() bool {
	return r.erred > 0 || slices.ContainsFunc(r.Findings, func(f Finding) bool {
		return f.Verdict == Violated && f.Severity == SeverityError
	})
}

// MissingSet reports whether the name of what is missing is that of a set that was not given, and not of a field.
func (r *Report) MissingSet(name string) bool { return slices.Contains(r.absent, name) }

// MarshalJSON keeps lists from being null.
func (u UnitReport) MarshalJSON() ([]byte, error) {
	type plain UnitReport
	if u.Fixes == nil {
		u.Fixes = []Fix{}
	}
	return json.Marshal(plain(u))
}

// fixExamples is how many entries a fix names.
const fixExamples = 3

// fixEntry is an entry of a unit: its set and its position there would do, but findings know it by its id.
type fixEntry struct{ record, id string }

// fixUnit gathers what the findings say of one unit.
type fixUnit struct {
	UnitReport
	rules   map[string]int            // index in Fixes
	broken  map[fixEntry][]int        // of each entry with a violation: the indexes of what it violates
	counted map[int]map[fixEntry]bool // by index: entries
	order   []fixEntry                // in the order of findings
}

// units works out the list of every unit.
func (k *checking) units(r *Report) {
	units := map[string]*fixUnit{}
	of := func(name string) *fixUnit {
		u := units[name]
		if u == nil {
			u = &fixUnit{rules: map[string]int{}, broken: map[fixEntry][]int{}, counted: map[int]map[fixEntry]bool{}}
			u.Unit = name
			units[name] = u
		}
		return u
	}
	for _, record := range k.file.Records {
		if s := k.sets[record.Name]; s != nil && record.Of == "" {
			for i := range s.records {
				if s.records[i].unit != "" {
					of(s.records[i].unit).Entries++
				}
			}
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Unit != "" {
			of(f.Unit).take(f, &r.Rules[k.count[f.Rule]])
		}
	}
	for _, name := range checkSorted(units) {
		r.Units = append(r.Units, units[name].finish())
	}
}

// take counts a finding.
func (u *fixUnit) take(f *Finding, rule *RuleCount) {
	switch {
	case f.Verdict == Unjudged:
		u.Unjudged++
		return
	case f.Severity == SeverityError:
		u.Errors++
	default:
		u.Warnings++
	}
	i, ok := u.rules[f.Rule]
	if !ok {
		i = len(u.Fixes)
		u.rules[f.Rule] = i
		u.counted[i] = map[fixEntry]bool{}
		u.Fixes = append(u.Fixes, Fix{
			Rule: f.Rule, Basis: rule.Basis, Short: rule.Short, Severity: f.Severity, Message: rule.Message, MessageEN: rule.MessageEN,
			Examples: []string{},
		})
		if f.Rule == f.Record+"."+f.Field {
			u.Fixes[i].Message, u.Fixes[i].MessageEN = f.Message, f.MessageEN
		}
	}
	e := fixEntry{f.Record, f.Entry}
	if u.counted[i][e] {
		return
	}
	u.counted[i][e] = true
	if _, seen := u.broken[e]; !seen {
		u.order = append(u.order, e)
	}
	u.broken[e] = append(u.broken[e], i)
	u.Fixes[i].Count++
	if len(u.Fixes[i].Examples) < fixExamples {
		u.Fixes[i].Examples = append(u.Fixes[i].Examples, f.Entry)
	}
}

// finish ranks the fixes and works out what they come to together.
func (u *fixUnit) finish() UnitReport {
	u.Clean = max(u.Entries-len(u.broken), 0)
	rank := make([]int, len(u.Fixes)) // by index: its place
	order := make([]int, len(u.Fixes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := &u.Fixes[a], &u.Fixes[b]
		return cmp.Or(cmp.Compare(fixWeight(y.Severity), fixWeight(x.Severity)), cmp.Compare(y.Count, x.Count), cmp.Compare(x.Rule, y.Rule))
	})
	for place, i := range order {
		rank[i] = place
	}
	healed := make([]int, len(u.Fixes)) // by place: entries whose last violation goes with it
	for _, e := range u.order {
		last := 0
		for _, i := range u.broken[e] {
			last = max(last, rank[i])
		}
		healed[last]++
	}
	fixes := make([]Fix, len(u.Fixes))
	clean := u.Clean
	for place, i := range order {
		clean += healed[place]
		fixes[place] = u.Fixes[i]
		fixes[place].Clean = clean
		fixes[place].Share = fixShare(fixes[place].Count, u.Entries)
	}
	u.Fixes = fixes
	return u.UnitReport
}

func fixWeight(s Severity) int {
	switch s {
	case SeverityError:
		return 2
	case SeverityWarning:
		return 1
	}
	return 0
}

// fixShare writes a part of a whole in percent, rounded half up to one place.
func fixShare(part, whole int) string {
	if whole <= 0 {
		return "0.0"
	}
	tenths := (part*2000 + whole) / (2 * whole)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}
