package strength

import (
	"fmt"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ident"
	"github.com/banfa-go/banfa/internal/ruleset"
)

// Masked is a column of a policy whose identifiers are masked.
type Masked struct {
	Result
	Column    int // of the policy
	Shape     Shape
	With      []string // the other columns that say something of the identifier
	Published []string // the shapes in which it is published elsewhere
}

// OfPolicy is the strength of every mask of a policy, of several masks of a column the weakest. A reader sees all columns of a row at once: those that are published of a
// person's birth, sex and region count as known, each as exactly as it is published. What an expression shows is taken to be all where it cannot be told.
func OfPolicy(d *ruleset.Desensitization) ([]Masked, error) {
	known, with := knownOf(d)
	var out []Masked
	for i := range d.Columns {
		c := &d.Columns[i]
		if c.Plan == nil || len(examples(c.Semantic)) == 0 {
			continue
		}
		k := known
		for _, text := range c.Published {
			if s, ok := ParseShape(text); ok {
				k.Shapes = append(slices.Clip(k.Shapes), s)
			}
		}
		var least *Masked
		for _, shape := range shapesOf(c) {
			s, err := OfShape(c.Semantic, shape, k)
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", c.Name, err)
			}
			if least == nil || s.Count.Cmp(least.Count) < 0 {
				least = &Masked{Result: s, Column: i, Shape: shape, With: with.of(c.Semantic), Published: c.Published}
			}
		}
		if least != nil {
			out = append(out, *least)
		}
	}
	return out, nil
}

// shapesOf are the shapes in which an expression masks the column's own values.
func shapesOf(c *ruleset.PolicyColumn) (out []Shape) {
	for _, call := range c.Plan.Calls {
		if call.Name != "mask" || !call.Direct {
			continue
		}
		if len(call.Args) == 0 {
			if s, ok := Usual(c.Semantic); ok {
				out = append(out, s)
			}
			continue
		}
		left, _ := call.Args[0].Int()
		right, _ := call.Args[1].Int()
		out = append(out, Shape{int(left), int(right)})
	}
	return out
}

// knownColumns are the columns that say what is known.
type knownColumns struct{ birth, sex, region []string }

// of are those that bear on a kind.
func (k *knownColumns) of(kind string) []string {
	switch ident.Kind(kind) {
	case ident.ResidentID, ident.ResidentID15:
		return slices.Concat(k.region, k.birth, k.sex)
	case ident.TaiwanID:
		return k.sex
	case ident.Mobile:
		return k.region
	}
	return nil
}

// knownOf finds out what is published of the holder.
func knownOf(d *ruleset.Desensitization) (known Known, with knownColumns) {
	for i := range d.Columns {
		c := &d.Columns[i]
		if c.Plan == nil {
			continue
		}
		switch about(c) {
		case "birth":
			if n := shownOfDate(d, c); n > 0 {
				with.birth = append(with.birth, c.Name)
				knowBirth(&known, n)
			}
		case "age":
			if shows(c) {
				with.birth = append(with.birth, c.Name)
				knowYears(&known, 2) // whoever is 34 was born in one of two years
			}
		case "sex":
			if shows(c) {
				with.sex, known.Sex = append(with.sex, c.Name), "male"
			}
		case "region":
			if n := shownOfRegion(d, c); n > len(known.Region) {
				known.Region = "440303"[:n]
				with.region = append(with.region, c.Name)
			}
		}
	}
	return known, with
}

// about tells what a column says of a person: by its semantic type, or by its name or label, since a policy need not give the type of what it publishes.
func about(c *ruleset.PolicyColumn) string {
	if kind, ok := map[string]string{"birth": "birth", "age": "age", "sex": "sex", "cn.division": "region"}[c.Semantic]; ok {
		return kind
	}
	name := strings.ToLower(c.Name)
	for _, w := range []struct{ kind, word string }{
		{"birth", "birth"},
		{"birth", "出生"},
		{"sex", "gender"},
		{"sex", "性别"},
		{"age", "年龄"},
		{"region", "户籍"},
		{"region", "籍贯"},
	} {
		if strings.Contains(name, w.word) || strings.Contains(c.Label, w.word) {
			return w.kind
		}
	}
	return map[string]string{"sex": "sex", "age": "age", "dob": "birth"}[name]
}

// How exactly a date is published.
const (
	nothing = iota
	decade
	year
	month
	day
)

func knowBirth(known *Known, exact int) {
	switch {
	case exact == decade:
		knowYears(known, 10)
		return
	case exact >= year:
		known.BirthYear = 1990
	}
	if exact >= month {
		known.BirthMonth = 3
	}
	if exact >= day {
		known.BirthDay = 7
	}
}

// knowYears narrows births to so many years, where no fewer are known.
func knowYears(known *Known, n int) {
	if known.BirthFrom == 0 || known.BirthTo-known.BirthFrom >= n {
		known.BirthFrom, known.BirthTo = 1990, 1989+n
	}
}

func shows(c *ruleset.PolicyColumn) bool {
	return shown(c, 1, func(*ruleset.TransformCall) int { return 1 }) > 0
}

func shownOfDate(d *ruleset.Desensitization, c *ruleset.PolicyColumn) int {
	return shown(c, day, func(call *ruleset.TransformCall) int {
		switch call.Name {
		case "truncate":
			unit, _ := call.Args[0].Str()
			if n, ok := map[string]int{"decade": decade, "year": year, "quarter": year, "month": month}[unit]; ok {
				return n
			}
		case "shift":
			return year // of a few days or weeks
		case "generalize":
			levels := map[string][]int{"date": {day, month, year, decade, nothing}, "date:quarter": {day, month, year, year, decade, nothing}}
			return level(d, call, levels, day)
		}
		return day
	})
}

func shownOfRegion(d *ruleset.Desensitization, c *ruleset.PolicyColumn) int {
	const all = 6
	return shown(c, all, func(call *ruleset.TransformCall) int {
		switch call.Name {
		case "truncate", "mask":
			if len(call.Args) > 0 {
				n, _ := call.Args[0].Int()
				return int(min(max(n, 0), all))
			}
		case "generalize":
			return level(d, call, map[string][]int{"cn.division": {all, 4, 2, 0}, "division": {all, 4, 2, 0}}, all)
		}
		return all
	})
}

// level is what a built-in hierarchy shows at a level; of others it is not known.
func level(d *ruleset.Desensitization, call *ruleset.TransformCall, levels map[string][]int, all int) int {
	name, _ := call.Args[0].Str()
	n, _ := call.Args[1].Int()
	for _, h := range d.Hierarchies {
		if l, ok := levels[h.Builtin]; h.Name == name && ok && n >= 0 && n < int64(len(l)) {
			return l[n]
		}
	}
	return all
}

// shown is the most that any branch of a column's expression shows: 0 is nothing.
func shown(c *ruleset.PolicyColumn, all int, of func(*ruleset.TransformCall) int) int {
	var walk func(t *expr.Tree) int
	walk = func(t *expr.Tree) int {
		if t.Op == expr.TreeConst {
			return 0
		}
		if n, _, placed := t.Placed(); placed && n < len(c.Plan.Calls) {
			call := &c.Plan.Calls[n]
			switch call.Name {
			case "suppress", "replace", "pseudonym", "encrypt", "noise", "shuffle":
				return 0
			case "keep":
				return all
			}
			return of(call)
		}
		switch {
		case t.Op == expr.TreeCall && t.Name == expr.CellCall && len(t.Kids) == 1:
			return walk(t.Kids[0])
		case t.Op == expr.TreeCall && t.Name == "_?_:_" && len(t.Kids) == 3:
			return max(walk(t.Kids[1]), walk(t.Kids[2]))
		}
		return all
	}
	return walk(c.Plan.Expr.Tree())
}
