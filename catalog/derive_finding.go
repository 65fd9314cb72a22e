package catalog

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"
)

// deriveUncompared are the fields that an open entry has of its own, or that are compared by themselves.
var deriveUncompared = map[string]bool{"-": true, "id": true, "version": true, "review": true, "security_review": true, "base_version": true}

// deriveInner are the fields that only a base catalog has.
var deriveInner = map[string]bool{
	"sharing": true, "reason": true, "system": true, "level": true, "registration_code": true, "source": true, "local_id": true,
	"desensitization": true, "facts": true, "extra": true,
}

func deriveJSONName(tag string) string {
	name, _, _ := strings.Cut(tag, ",")
	return name
}

// deriveSame compares fields: nil and empty are one, and times are instants.
func deriveSame(a, b reflect.Value) bool {
	if ta, ok := a.Interface().(time.Time); ok {
		tb, _ := b.Interface().(time.Time)
		return ta.Equal(tb)
	}
	switch a.Kind() {
	case reflect.Slice, reflect.Map:
		if a.Len() == 0 && b.Len() == 0 {
			return true
		}
	default:
	}
	if ia, ok := a.Interface().([]Item); ok { // the row of an item is of its input
		ib, _ := b.Interface().([]Item)
		return slices.EqualFunc(ia, ib, func(x, y Item) bool {
			x.Row, y.Row = 0, 0
			return reflect.DeepEqual(x, y)
		})
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// deriveFinding is a finding by a paragraph of Article 18. What it says, deriveSorted adds.
func deriveFinding(rule string, paragraph int, e *Entry) Finding {
	long := [...]string{"第十八条第一款", "第十八条第二款", "第十八条第三款"}
	short := [...]string{"18p1", "18p2", "18p3"}
	return Finding{
		Rule: rule, Basis: []string{long[paragraph-1]}, Short: []string{short[paragraph-1]}, Severity: SeverityError, Verdict: Violated,
		Record: "base", Entry: e.ID, Unit: e.Unit,
	}
}

func deriveOpenFinding(rule string, paragraph int, e *Entry) Finding {
	f := deriveFinding(rule, paragraph, e)
	f.Record = "open"
	return f
}

// deriveSorted orders findings so that the same catalogs give the same bytes, and gives them their texts by their rules.
func deriveSorted(fs []Finding) []Finding {
	for i := range fs {
		fs[i] = fs[i].saying(say("finding."+fs[i].Rule), say("finding."+fs[i].Rule+".fix"))
	}
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Item, b.Item))
	})
	return fs
}
