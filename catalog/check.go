package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/internal/civil"
	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Checker checks catalogs by a rule file of kind Catalog (Articles 15 to 24, 38, 41 and 56 in the pack for Shenzhen). It is immutable
// and safe for any number of goroutines.
type Checker struct {
	file  *ruleset.Catalog
	rules *banfa.Rules
	clock func() time.Time
}

// CheckOption changes a Checker or one check.
type CheckOption interface{ applyCheck(*checkConfig) }

type checkOptionFunc func(*checkConfig)

func (f checkOptionFunc) applyCheck(c *checkConfig) { f(c) }

type checkConfig struct {
	name  string
	clock func() time.Time
	at    time.Time
}

// CheckFile uses one rule file, by its name. It is needed where the bundle has several of kind Catalog.
func CheckFile(name string) CheckOption {
	return checkOptionFunc(func(c *checkConfig) { c.name = name })
}

// CheckClock gives the time of checks that name none with CheckAt. The default is time.Now.
func CheckClock(now func() time.Time) CheckOption {
	return checkOptionFunc(func(c *checkConfig) { c.clock = now })
}

// CheckAt sets the time of a check: rules outside their effective window on its civil date do not exist, and data is late or not by it.
func CheckAt(t time.Time) CheckOption { return checkOptionFunc(func(c *checkConfig) { c.at = t }) }

// CheckFileError says that a bundle has no rule file of kind Catalog of that name, or that the name is needed because it has several.
type CheckFileError struct {
	Name string   // as asked for; empty where none was
	Have []string // the names there are
}

func (e *CheckFileError) Error() string {
	switch {
	case len(e.Have) == 0:
		return "catalog: the bundle has no rule file of kind Catalog"
	case e.Name == "":
		return "catalog: choose one of several rule files with CheckFile: " + strings.Join(e.Have, ", ")
	}
	return fmt.Sprintf("catalog: no Catalog/%s; there is %s", e.Name, strings.Join(e.Have, ", "))
}

// CheckNotInForceError says that the rule file is outside its effective window on the day of a check.
type CheckNotInForceError struct {
	Name string
	On   string // civil date
}

func (e *CheckNotInForceError) Error() string {
	return fmt.Sprintf("catalog: %s is not in force on %s", e.Name, e.On)
}

// CheckInputError says what of an input cannot be taken.
type CheckInputError struct {
	Set  string   // of records
	Have []string // the sets that the rule file declares
}

func (e *CheckInputError) Error() string {
	return fmt.Sprintf("catalog: the rule file declares no records %q; it has %s", e.Set, strings.Join(e.Have, ", "))
}

// NewChecker returns a Checker for a bundle's rule file of kind Catalog.
func NewChecker(rules *banfa.Rules, opts ...CheckOption) (*Checker, error) {
	cfg := checkConfig{clock: time.Now}
	for _, o := range opts {
		o.applyCheck(&cfg)
	}
	missing := &CheckFileError{Name: cfg.name}
	var found *ruleset.Catalog
	files := rules.Bundle().Catalogs
	for _, f := range files {
		missing.Have = append(missing.Have, f.Name)
		if f.Name == cfg.name || cfg.name == "" && len(files) == 1 {
			found = f
		}
	}
	if found == nil {
		return nil, missing
	}
	return &Checker{file: found, rules: rules, clock: cfg.clock}, nil
}

// Input is what is checked. A set that is nil was not given: what needs it cannot be judged; one that is empty has nothing in it.
type Input struct {
	Base     *Catalog // records base
	Open     *Catalog // records open
	Previous *Catalog // records previous: the base catalog before the changes (Article 15)

	// Records are further sets, or the above in another form, by name and as JSON would hold them.
	Records map[string][]map[string]any
}

// Check holds every record against the field lists and the rules that are in force. Findings come in the order of sets, of records
// within them, and of fields and rules within the rule file. The error is a *CheckInputError, a *CheckNotInForceError or the context's:
// an error within a rule is a finding, and the record is then not in order.
func (c *Checker) Check(ctx context.Context, in Input, opts ...CheckOption) (*Report, error) {
	var cfg checkConfig
	for _, o := range opts {
		o.applyCheck(&cfg)
	}
	if cfg.at.IsZero() {
		cfg.at = c.clock()
	}
	today, err := civil.OfTime(cfg.at, civil.Zone)
	if err != nil {
		return nil, fmt.Errorf("catalog: time of the check: %w", err)
	}
	if !c.file.Effective.Contains(today) {
		return nil, &CheckNotInForceError{Name: c.file.ID(), On: today.String()}
	}
	k := &checking{Checker: c, at: cfg.at, today: today, sets: map[string]*checkSet{}}
	if err := k.read(ctx, in); err != nil {
		return nil, err
	}
	r := &Report{
		Ruleset: c.file.ID(), Digest: c.file.Digest, Status: c.file.Status, At: cfg.at.In(civil.Zone).Format(time.RFC3339),
		Sets: []SetCount{}, Rules: []RuleCount{}, Units: []UnitReport{}, Findings: []Finding{},
	}
	k.counts(r)
	for _, record := range c.file.Records {
		if err := k.set(ctx, r, record); err != nil {
			return nil, err
		}
	}
	k.units(r)
	return r, nil
}

// checking is one check of one input.
type checking struct {
	*Checker
	at    time.Time
	today civil.Date
	sets  map[string]*checkSet
	count map[string]int // index in Report.Rules by rule id
}

// counts lists what is counted: field checks, then rules, each in the order of the file.
func (k *checking) counts(r *Report) {
	k.count = map[string]int{}
	add := func(id string, basis []ruleset.Basis, severity string, what words) {
		x := RuleCount{ID: id, Severity: Severity(severity), Message: what.zh, MessageEN: what.en}
		x.Basis, x.Short = checkBasis(basis)
		k.count[id] = len(r.Rules)
		r.Rules = append(r.Rules, x)
	}
	for _, record := range k.file.Records {
		if record.Of != "" {
			continue // what an earlier version lacks is nobody's to mend
		}
		for i := range record.Fields {
			f := &record.Fields[i]
			add(record.Name+"."+f.Name, f.Basis, string(SeverityError), k.label(record, f))
		}
	}
	for _, rule := range k.file.Rules {
		if rule.Effective.Contains(k.today) {
			add(rule.ID, rule.Basis, rule.Severity, words{rule.Message, k.rules.Label(message.English, k.file.ID(), "rules."+rule.ID)})
		}
	}
}

func checkBasis(basis []ruleset.Basis) (long, short []string) {
	for _, b := range basis {
		long, short = append(long, b.Long), append(short, b.Short)
	}
	return long, short
}

// contextEvery is after how many records the context is looked at.
const contextEvery = 256

// set checks the records of one set.
func (k *checking) set(ctx context.Context, r *Report, record *ruleset.Record) error {
	s := k.sets[record.Name]
	if s == nil {
		r.absent = append(r.absent, record.Name)
	} else {
		r.Sets = append(r.Sets, SetCount{Record: record.Name, Entries: len(s.records)})
	}
	active := k.judges(r, record, s != nil)
	if s == nil {
		return nil
	}
	ev := record.Env.NewEval(ctx)
	k.bind(ev, record)
	for i := range s.records {
		if i%contextEvery == 0 {
			if err := context.Cause(ctx); err != nil {
				return err
			}
		}
		x := &s.records[i]
		if record.Of == "" {
			k.fields(r, record, x)
		}
		ev.Set(0, x.value)
		for _, rule := range active {
			k.judge(r, ev, rule, record, x)
		}
	}
	return nil
}

// judges returns the rules that look at each record of a set. One that needs a set which was not given is reported once, for them all.
func (k *checking) judges(r *Report, record *ruleset.Record, given bool) []*ruleset.CatalogRule {
	var active []*ruleset.CatalogRule
	for _, rule := range k.file.Rules {
		if rule.Each != record.Name || !rule.Effective.Contains(k.today) {
			continue
		}
		var missing []string
		if !given {
			missing = append(missing, record.Name)
		}
		for _, set := range rule.Sets {
			if k.sets[set] == nil && !slices.Contains(missing, set) {
				missing = append(missing, set)
			}
		}
		if len(missing) == 0 {
			active = append(active, rule)
			continue
		}
		f := k.finding(r, rule, record)
		f.Verdict, f.Missing = Unjudged, missing
		n := 1
		if s := k.sets[record.Name]; s != nil {
			n = len(s.records)
		}
		r.Rules[k.count[rule.ID]].Unjudged += n
		r.Findings = append(r.Findings, f)
	}
	return active
}

func (k *checking) finding(r *Report, rule *ruleset.CatalogRule, record *ruleset.Record) Finding {
	n := &r.Rules[k.count[rule.ID]]
	f := Finding{Rule: rule.ID, Severity: Severity(rule.Severity), Record: record.Name, Field: rule.At, Message: n.Message, MessageEN: n.MessageEN}
	f.Basis, f.Short = checkBasis(rule.Basis)
	return f
}

// bind gives an evaluation the time, the parameters and the indexes of the sets that were given.
func (k *checking) bind(ev *expr.Eval, record *ruleset.Record) {
	ev.Put(record.Now, expr.NewTimestamp(k.at))
	if record.Params >= 0 {
		ev.Put(record.Params, k.file.ParamsValue)
	}
	for i := range record.Lookups {
		l := &record.Lookups[i]
		if s := k.sets[l.Record]; s != nil {
			ev.Put(l.Slot, s.index(l))
		}
	}
}

// judge holds one record against one rule.
func (k *checking) judge(r *Report, ev *expr.Eval, rule *ruleset.CatalogRule, record *ruleset.Record, x *checkRecord) {
	truth, err := ev.Truth(rule.Condition())
	n := &r.Rules[k.count[rule.ID]]
	wrong := expr.True
	if rule.Require != nil {
		wrong = expr.False
	}
	if truth != wrong && truth <= expr.True {
		n.Fine++
		return
	}
	f := k.finding(r, rule, record)
	f.Entry, f.Unit = x.id, x.unit
	f.Place = x.place(rule.At)
	switch truth {
	case wrong:
		n.Violated++
		f.Verdict = Violated
	case expr.Unknown:
		n.Unjudged++
		f.Verdict, f.Missing = Unjudged, checkMissing(ev.Missing(rule.Condition()), record)
	default: // it failed, and what failed is not in order
		n.Unjudged++
		f.Verdict, f.Severity = Unjudged, SeverityError
		f = f.saying(say("finding.check.error", checkFault(err)), say("finding.check.error.fix"))
		r.erred++
	}
	r.Findings = append(r.Findings, f)
}

// checkMissing names absent fields: of the record at hand by themselves, of others as RECORD.FIELD.
func checkMissing(names []string, record *ruleset.Record) []string {
	out := []string{}
	for _, n := range names {
		n = strings.TrimPrefix(n, record.Type.Name+".")
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}
