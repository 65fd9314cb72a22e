package catalog

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/message"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// checkSet is one set of records of an input.
type checkSet struct {
	records []checkRecord
	mutex   sync.Mutex
	indexes map[string]expr.Value // by name of the lookup
}

// checkRecord is one record: its fields as expressions see them, and what they were written as.
type checkRecord struct {
	id, unit string
	value    expr.Value
	fields   []expr.Value // in the order of the record's fields, absent where there is none or where it is wrong
	wrong    []error      // nil where nothing is
	entry    *Entry       // nil where it came as a map
}

func (k *checking) read(ctx context.Context, in Input) error {
	for _, c := range []struct {
		name    string
		catalog *Catalog
	}{{"base", in.Base}, {"open", in.Open}, {"previous", in.Previous}} {
		if c.catalog == nil {
			continue
		}
		record, ok := k.file.Record(c.name)
		if !ok {
			continue // the rule file has no rules about it
		}
		_, digest := record.Field("digest") // of what an open entry was derived from
		s := &checkSet{records: make([]checkRecord, len(c.catalog.Entries)), indexes: map[string]expr.Value{}}
		for i := range c.catalog.Entries {
			e := &c.catalog.Entries[i]
			if i%contextEvery == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			fields := checkFields(e)
			if digest {
				fields["digest"] = e.Digest()
			}
			s.records[i] = checkRead(record, fields)
			s.records[i].entry = e
		}
		k.sets[c.name] = s
	}
	for _, name := range checkSorted(in.Records) {
		record, err := k.record(name)
		if err != nil {
			return err
		}
		s := &checkSet{indexes: map[string]expr.Value{}}
		for _, m := range in.Records[name] {
			s.records = append(s.records, checkRead(record, m))
		}
		k.sets[name] = s
	}
	return nil
}

func checkSorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// checkRead converts the fields of a record, each by itself: one that is wrong does not hide the others. Names that the rule file does
// not declare are of no concern to it.
func checkRead(record *ruleset.Record, m map[string]any) checkRecord {
	x := checkRecord{fields: make([]expr.Value, len(record.Fields))}
	object := make(map[string]any, len(record.Fields))
	for i := range record.Fields {
		f := &record.Fields[i]
		given := m[f.Name]
		if given == nil && record.Implied && f.Type.Kind == expr.List {
			given = []any{}
		}
		v, err := f.Type.FromGo(checkDeclared(f.Type, given))
		if err != nil {
			if x.wrong == nil {
				x.wrong = make([]error, len(record.Fields))
			}
			x.wrong[i] = err
			continue
		}
		x.fields[i] = v
		if v.Present() {
			object[f.Name] = v
		}
	}
	if v, err := record.Type.FromGo(object); err == nil {
		x.value = v
	}
	key := record.Key
	if key == "" {
		key = "id"
	}
	x.id, _ = m[key].(string)
	x.unit, _ = m["unit"].(string)
	return x
}

// checkDeclared leaves out what the objects of a list have beside the fields that are declared for them.
func checkDeclared(t *expr.Type, v any) any {
	list, ok := v.([]any)
	if !ok || t.Kind != expr.List || t.Elem.Kind != expr.Object {
		return v
	}
	out := make([]any, len(list))
	for i, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return v
		}
		kept := make(map[string]any, len(m))
		for name, f := range m {
			if _, declared := t.Elem.Field(name); declared {
				kept[name] = f
			}
		}
		out[i] = kept
	}
	return out
}

// fields reports the fields that a record must have and those that are not what they should be.
func (k *checking) fields(r *Report, record *ruleset.Record, x *checkRecord) {
	for i := range record.Fields {
		f := &record.Fields[i]
		n := &r.Rules[k.count[record.Name+"."+f.Name]]
		var what, fix words
		switch v := x.fields[i]; {
		case x.wrong != nil && x.wrong[i] != nil:
			what, fix = checkWrong(k.label(record, f), f, x.wrong[i])
		case !v.Present() || f.Type.Kind == expr.String && strings.TrimSpace(v.String()) == "":
			if !f.Required {
				n.Fine++
				continue
			}
			label := k.label(record, f)
			what, fix = say("finding.check.absent", label), say("finding.check.fill", label)
		case f.Least > 0 && checkLen(v) < f.Least:
			label := k.label(record, f)
			what, fix = say("finding.check.few", label, f.Least, checkLen(v)), say("finding.check.complete", label)
		default:
			n.Fine++
			continue
		}
		n.Violated++
		out := Finding{
			Rule: record.Name + "." + f.Name, Severity: SeverityError, Verdict: Violated, Record: record.Name, Entry: x.id, Unit: x.unit,
			Field: f.Name, Place: x.place(f.Name),
		}.saying(what, fix)
		out.Basis, out.Short = checkBasis(f.Basis)
		r.Findings = append(r.Findings, out)
	}
}

func checkLen(v expr.Value) int {
	list, _ := v.Go().([]any)
	return len(list)
}

// label names a field in both languages; in English by its key where the bundle has no label for it.
func (k *checking) label(record *ruleset.Record, f *ruleset.Field) words {
	en := k.rules.Label(message.English, k.file.ID(), "records."+record.Name+".fields."+f.Name+".label")
	return words{f.Label, cmp.Or(en, f.Name)}
}

func checkWrong(label words, f *ruleset.Field, err error) (what, fix words) {
	var ve *expr.ValueError
	if !errors.As(err, &ve) {
		return say("finding.check.wrong", label), say("finding.check.correct")
	}
	switch ve.Code {
	case "enum":
		what = say("finding.check.enum", label, ve.Path, ve.Got)
		if len(f.Type.Values) == 0 {
			return what, say("finding.check.one-of").add(" ", same(ve.Want))
		}
		values := make([]string, len(f.Type.Values))
		for i, code := range f.Type.Values {
			values[i] = code + "（" + f.Type.Labels[i] + "）"
		}
		return what, say("finding.check.one-of").add(" ", words{strings.Join(values, "、"), strings.Join(f.Type.Values, ", ")})
	case "range", "length":
		return say("finding.check.range", label, ve.Path, ve.Got), say("finding.check.want", ve.Want)
	}
	return say("finding.check.type", label, ve.Path, ve.Got), say("finding.check.want", ve.Want)
}

// checkFault is the reason of an error within a rule.
func checkFault(err error) words {
	var f *expr.Fault
	switch {
	case err == nil:
		return same("?")
	case errors.As(err, &f):
		args := make([]any, len(f.Args))
		for i := range f.Args {
			args[i] = f.Args[i]
		}
		return say(f.Key, args...)
	}
	return same(err.Error())
}

// index returns the index of a lookup over a set, made when it is first asked for.
func (s *checkSet) index(l *ruleset.Lookup) expr.Value {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if v, ok := s.indexes[l.Name]; ok {
		return v
	}
	field := *l
	build := sync.OnceValue(func() map[string][]expr.Value { return s.build(&field) })
	v := expr.NewIndex(func(key string) []expr.Value {
		if field.Folded {
			key = ruleset.Fold(key)
		}
		return build()[key]
	})
	s.indexes[l.Name] = v
	return v
}

// build sorts the records of a set by a field. Of those without it nothing is known, so that nothing finds them.
func (s *checkSet) build(l *ruleset.Lookup) map[string][]expr.Value {
	m := make(map[string][]expr.Value, len(s.records))
	for i := range s.records {
		text, ok := s.records[i].value.Field(l.Field).Str()
		if !ok {
			continue
		}
		if l.Folded {
			text = ruleset.Fold(text)
		}
		if !l.Many && len(m[text]) > 0 {
			continue // the first of a key; that there are several is a rule's to find
		}
		m[text] = append(m[text], s.records[i].value)
	}
	return m
}

// place is where a field of the record stands in its input, nil where that is not known.
func (x *checkRecord) place(field string) *Place {
	if x.entry == nil || x.entry.Origin == nil {
		return nil
	}
	p := &Place{Row: x.entry.Origin.Row}
	if l := x.entry.Origin.Layout; l != nil {
		p.File, p.Sheet = l.File, l.Sheet
		if n := l.Columns[field]; n > 0 {
			p.Column = checkColumn(n)
		}
	}
	return p
}

// checkColumn names a column as spreadsheets do: 1 is A, 27 is AA.
func checkColumn(n int) string {
	var name []byte
	for ; n > 0; n = (n - 1) / 26 {
		name = append(name, byte('A'+(n-1)%26))
	}
	slices.Reverse(name)
	return string(name)
}

// checkFields is an entry as rule files declare it. What is empty is absent.
func checkFields(e *Entry) map[string]any {
	m := make(map[string]any, 24)
	text := func(name, v string) {
		if v != "" {
			m[name] = v
		}
	}
	at := func(name string, t time.Time) {
		if !t.IsZero() {
			m[name] = t
		}
	}
	texts := func(name string, v []string) {
		if v != nil {
			m[name] = v
		}
	}
	for _, f := range []struct{ name, value string }{
		{"id", e.ID},
		{"version", e.Version},
		{"name", e.Name},
		{"summary", e.Summary},
		{"format", e.Format},
		{"sharing", string(e.Sharing)},
		{"open_type", string(e.OpenType)},
		{"reason", e.Reason},
		{"system", e.System},
		{"update_frequency", string(e.UpdateFrequency)},
		{"unit", e.Unit},
		{"theme", e.Theme},
		{"granularity", e.Granularity},
		{"registration_code", e.Registration},
		{"url", e.URL},
		{"source", e.Source},
		{"local_id", e.LocalID},
		{"review", e.Review},
		{"security_review", e.SecurityReview},
		{"desensitization", e.Desensitization},
		{"base_id", e.BaseID},
		{"base_version", e.BaseVersion},
	} {
		text(f.name, f.value)
	}
	if e.Level != 0 {
		m["level"] = e.Level
	}
	at("catalog_updated_at", e.CatalogUpdated)
	at("updated_at", e.UpdatedAt)
	texts("conditions", e.Conditions)
	texts("materials", e.Materials)
	if e.Items != nil {
		items := make([]any, len(e.Items))
		for i := range e.Items {
			items[i] = checkItem(&e.Items[i])
		}
		m["items"] = items
	}
	for name, v := range e.Extra { // what a city declares of its own comes in by the names that its input gave it
		if _, taken := m[name]; !taken && v != nil {
			m[name] = v
		}
	}
	return m
}

func checkItem(it *Item) map[string]any {
	m := map[string]any{}
	for _, f := range []struct{ name, value string }{
		{"name", it.Name},
		{"type", it.Type},
		{"summary", it.Summary},
		{"semantic", it.Semantic},
		{"subject", string(it.Subject)},
		{"identifier", string(it.Identifier)},
		{"granularity", it.Granularity},
		{"namespace", it.Namespace},
		{"masking", it.Masking},
		{"sharing", string(it.Sharing)},
		{"open_type", string(it.OpenType)},
	} {
		if f.value != "" {
			m[f.name] = f.value
		}
	}
	if it.Level != 0 {
		m["level"] = it.Level
	}
	if it.Length != 0 {
		m["length"] = it.Length
	}
	return m
}
